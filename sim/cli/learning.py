"""The command that goes from logs to a scenario: ``learn``."""

from __future__ import annotations

import os
import signal
import sys
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Annotated, Any

import typer

from sim.cli.options import CsvFile, Seed
from sim.cli.terminal import AsJson, Lang, console, say, warm, writable, write_csv
from sim.compiled import is_warm
from sim.errors import InvalidInput
from sim.learn.door import learn_from, not_over
from sim.learn.read import look_at
from sim.learn.scenario import week_of
from sim.report.language import Language
from sim.report.learned import learned_answer
from sim.report.learned_data import forecast_rows

__all__ = ["add_to"]


@contextmanager
def _cleared(lang: Language) -> Iterator[None]:
    """Let a program that is told to end clear away the copy of the log that it works on."""
    told: list[int] = []

    def end(number: int, frame: object) -> None:
        told.append(128 + number)
        sys.exit(told[0])

    try:
        before = signal.signal(signal.SIGTERM, end)
    except ValueError:  # not the main thread: who runs the program sees to its end
        yield
        return
    try:
        yield
    except KeyboardInterrupt:  # the database says so of the end of a program, too
        if told:
            sys.exit(told[0])
        console(error=True).print(lang("Stopped before it was done: nothing is written."))
        raise
    finally:
        signal.signal(signal.SIGTERM, before)


@contextmanager
def _telling() -> Iterator[Callable[[str], None]]:
    """Say on a terminal how far it has come; compile first."""
    err = console(error=True)
    if not is_warm():
        warm(err)
    if not err.is_terminal:
        yield lambda text: None
        return
    with err.status("…") as status:
        yield lambda text: status.update(text)


def _learn(
    logs: Annotated[list[Path], typer.Argument(help="Logs to learn from, of one format.")],
    to: Annotated[
        Path | None, typer.Option(help="Where to write the scenario (.yaml), its week beside it.")
    ] = None,
    test: Annotated[
        list[Path] | None,
        typer.Option(help="Log to try on what was learnt; repeat it, or name several after it."),
    ] = None,
    format: Annotated[str | None, typer.Option(help="Format; told by the content.")] = None,
    timezone: Annotated[str | None, typer.Option(help="Zone of the centre's clock.")] = None,
    mapping: Annotated[
        Path | None, typer.Option(help="YAML that says which column of a table is what.")
    ] = None,
    salt: Annotated[str | None, typer.Option(help="Mixed into the hashes of ids.")] = None,
    country: Annotated[str | None, typer.Option(help="Whose public holidays, such as RU.")] = None,
    head_start: Annotated[
        float | None,
        typer.Option(min=0, help="Seconds by which the highest priority stands ahead."),
    ] = None,
    head: Annotated[
        Path | None, typer.Option(help="Text file: the comment at the top of the scenario.")
    ] = None,
    replications: Annotated[
        int, typer.Option(min=2, max=1000, help="How often each hour is simulated.")
    ] = 8,
    seed: Seed = None,
    as_json: AsJson = False,
    csv: CsvFile = None,
    forecast: Annotated[
        Path | None, typer.Option(help="CSV of the coming weeks: contacts a day, with a band.")
    ] = None,
    lang: Lang = "en",
) -> None:
    """Learn a scenario from logs of contacts, and try it on others, hour by hour."""
    read = [*logs, *(test or []), *(one for one in (mapping, head) if one is not None)]
    _outputs(to, csv, forecast, read)
    told = {"format": format, "timezone": timezone, "mapping": mapping}
    for files in (logs, test):  # before anybody waits for a compiler
        if files:
            look_at(files, **told)  # type: ignore[arg-type]
    comment, words = _text(head), Language(lang)
    with _cleared(words), _telling() as tell:
        learned = learn_from(
            logs,
            to=to,
            test=test,
            format=format,
            timezone=timezone,
            mapping=mapping,
            salt=salt,
            country=country,
            head_start=head_start,
            head=comment,
            replications=replications,
            seed=1 if seed is None else seed,
            forecast=forecast is not None,
            tell=tell,
        )
    answer = learned_answer(learned, words)
    if csv is not None:
        write_csv(csv, answer.rows, lang)
    if to is not None:
        week = week_of(to)
        console(error=True).print(words("Written: {file}", file=f"{to}, {week}"))
    say(answer, as_json, False, lang)
    if forecast is not None:
        write_csv(forecast, list(forecast_rows(learned.estimates)), lang)


def _outputs(
    to: Path | None, csv: Path | None, forecast: Path | None, read: Sequence[Path]
) -> None:
    """Refuse what cannot be written, or must not be, before anybody waits for it.

    Raises
    ------
    InvalidInput
        If it is a file that is read, if it is written twice, or if it cannot be.
    """
    for name, file in (("to", to), ("csv", csv), ("forecast", forecast)):
        if file is not None:
            not_over(name, file, read)
    if csv is not None and forecast is not None and csv.resolve() == forecast.resolve():
        rule = "must not be the file of --csv"
        raise InvalidInput("forecast", rule, str(forecast), "choose another name")
    writable("csv", csv)
    writable("forecast", forecast)
    if to is None:
        return
    if to.suffix.lower() not in (".yaml", ".yml"):
        raise InvalidInput("to", "must end in .yaml", str(to))
    week = week_of(to)
    not_over("to", week, read)
    if week.parent.is_file():
        rule = "needs a folder of that name for its week, which is a file"
        raise InvalidInput("to", rule, str(to), "choose another name")
    for file in (to, week):
        _place(file)


def _place(file: Path) -> None:
    """Refuse a file that cannot be written, whose folder is perhaps still to be made."""
    folder = file.parent
    if folder.is_dir():
        writable("to", file)
        return
    there = next(one for one in (folder, *folder.parents) if one.exists())
    if not there.is_dir() or not os.access(there, os.W_OK):
        rule = f"cannot be written ({there} is no folder that can be written to)"
        raise InvalidInput("to", rule, str(file))


def _text(head: Path | None) -> str:
    """What stands at the top of the scenario.

    Raises
    ------
    InvalidInput
        If the file cannot be read as text.
    """
    if head is None:
        return ""
    try:
        return head.read_text(encoding="utf-8")
    except OSError as error:
        raise InvalidInput("head", f"cannot be read ({error.strerror})", str(head)) from None
    except UnicodeDecodeError:
        raise InvalidInput("head", "must be text in UTF-8", str(head)) from None


def add_to(app: typer.Typer) -> None:
    """Add the command; files after ``--test`` all belong to the test."""
    app.command("learn", cls=_Learn)(_learn)


class _Learn(typer.core.TyperCommand):
    """Lets several files follow ``--test``, as the shell spells out ``0[567]*``."""

    def parse_args(self, ctx: Any, args: list[str]) -> list[str]:
        """Repeat ``--test`` before each file after it, up to the next option.

        Raises
        ------
        InvalidInput
            If no file comes after it.
        """
        spread: list[str] = []
        testing = lacking = False
        for arg in [*args, "--"]:
            if arg.startswith("-"):
                _given(lacking)
                testing = arg.partition("=")[0] == "--test"
                lacking = testing and "=" not in arg
                if lacking:
                    continue
            elif testing:
                spread.append("--test")
                lacking = False
            spread.append(arg)
        return list(super().parse_args(ctx, spread[:-1]))


def _given(lacking: bool) -> None:
    """Refuse ``--test`` with nothing after it."""
    if lacking:
        raise InvalidInput("test", "must be at least one file", None, "name logs after --test")
