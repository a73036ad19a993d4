"""The command that goes from logs to a scenario: ``learn``."""

from __future__ import annotations

import signal
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Annotated, Any

import typer

from sim.cli.options import CsvFile, Seed
from sim.cli.terminal import AsJson, Lang, console, say, warm, writable, write_csv
from sim.compiled import is_warm
from sim.errors import InvalidInput
from sim.learn.door import learn_from
from sim.learn.read import look_at
from sim.report.language import Language
from sim.report.learned import learned_answer
from sim.report.learned_data import forecast_rows

__all__ = ["add_to"]


@contextmanager
def _cleared() -> Iterator[None]:
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
    except RuntimeError:  # the database says so of the end of a program, too
        if told:
            sys.exit(told[0])
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
    writable("csv", csv)
    writable("forecast", forecast)
    if to is not None and to.suffix.lower() not in (".yaml", ".yml"):
        raise InvalidInput("to", "must end in .yaml", str(to))
    told = {"format": format, "timezone": timezone, "mapping": mapping}
    for files in (logs, test):  # before anybody waits for a compiler
        if files:
            look_at(files, **told)  # type: ignore[arg-type]
    _made_ready(to)
    with _cleared(), _telling() as tell:
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
            head=_text(head),
            replications=replications,
            seed=1 if seed is None else seed,
            forecast=forecast is not None,
            tell=tell,
        )
    answer = learned_answer(learned, Language(lang))
    if csv is not None:
        write_csv(csv, answer.rows, lang)
    if to is not None:
        week = to.parent / learned.scenario.csv_name
        console(error=True).print(Language(lang)("Written: {file}", file=f"{to}, {week}"))
    say(answer, as_json, False, lang)
    if forecast is not None:
        write_csv(forecast, list(forecast_rows(learned.estimates)), lang)


def _made_ready(to: Path | None) -> None:
    """Refuse a scenario that cannot be written before anybody waits for it.

    Raises
    ------
    InvalidInput
        If it, or the folder of its week, cannot be.
    """
    if to is None:
        return
    if to.with_suffix("").is_file():
        rule = "needs a folder of that name for its week, which is a file"
        raise InvalidInput("to", rule, str(to), "choose another name")
    try:
        to.parent.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise InvalidInput("to", f"cannot be written ({error.strerror})", str(to)) from None
    writable("to", to)


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
        """Repeat ``--test`` before each file after it, up to the next option."""
        spread: list[str] = []
        testing = first = False
        for arg in args:
            if arg.startswith("-"):
                testing = first = arg == "--test"
            elif testing:
                if not first:
                    spread.append("--test")
                first = False
            spread.append(arg)
        return list(super().parse_args(ctx, spread))
