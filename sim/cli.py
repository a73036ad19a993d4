"""The command line: ``linewise run``, ``compare``, ``erlang``, ``check`` and what serves them."""

from __future__ import annotations

import json
import math
import os
import re
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from io import TextIOWrapper
from pathlib import Path
from typing import Annotated, Any, Literal

import typer
from rich import box
from rich.console import Console
from rich.progress import BarColumn, Progress, TaskProgressColumn, TextColumn
from rich.table import Table as RichTable

from sim import erlang
from sim.compiled import cache_folder, is_warm
from sim.decide import Comparison, Judgement, OptionResult, compare, judge, simulate
from sim.errors import InvalidInput, LinewiseError, ScenarioError
from sim.experiment import Progress as Step
from sim.experiment import warm_up
from sim.report.data import comparison_data, erlang_data, judgements_data, run_data
from sim.report.language import Language
from sim.report.sentences import (
    erlang_sentences,
    gap_sentence,
    option_title,
    verdict_sentence,
)
from sim.report.tables import (
    Table,
    day_table,
    erlang_table,
    group_table,
    interval_table,
    judgement_table,
    ledger_table,
    option_table,
    rule_table,
    service_table,
    statement_table,
)
from sim.scenario import Scenario, find, load, schema
from sim.scenario.parse import percentage, seconds

__all__ = ["main"]

#: What the process says to whoever called it.
_HELD, _BROKEN, _BAD_INPUT = 0, 1, 2
#: Our reader had seen enough: neither held nor broken, as the shell counts SIGPIPE.
_UNREAD = 141

_app = typer.Typer(
    name="linewise",
    help="How to staff and source a support operation: closed forms, simulation, cost.",
    no_args_is_help=True,
    add_completion=False,
    rich_markup_mode=None,
    pretty_exceptions_enable=False,
)

_File = Annotated[Path, typer.Argument(help="Scenario file (YAML).", metavar="FILE")]
_AsJson = Annotated[bool, typer.Option("--json", help="Print everything as JSON, nothing rounded.")]
_Lang = Annotated[
    Literal["en", "ru"], typer.Option("--lang", envvar="LINEWISE_LANG", help="Language to speak.")
]
_Seed = Annotated[
    int | None, typer.Option(min=0, help="Where random numbers start; the file's when left out.")
]
_Replications = Annotated[
    int | None,
    typer.Option(min=2, help="Replications, exactly; until precise enough when left out."),
]
_Engine = Annotated[
    Literal["kernel", "reference"],
    typer.Option(help="Compiled engine, or the readable one; the answer is the same."),
]


@_app.command("run")
def _run(
    file: _File,
    option: Annotated[
        str | None, typer.Option(help="Option to run; the baseline when left out.")
    ] = None,
    by: Annotated[
        Literal["day", "interval", "week"], typer.Option(help="How fine a table to print.")
    ] = "day",
    engine: _Engine = "kernel",
    seed: _Seed = None,
    replications: _Replications = None,
    as_json: _AsJson = False,
    lang: _Lang = "en",
) -> None:
    """Simulate one option of a scenario: measures by interval, day and week."""
    scenario = load(file)
    name = scenario.baseline if option is None else option
    with _progress() as follow:
        result = simulate(
            scenario,
            name,
            seed=seed,
            replications=replications,
            engine=engine,
            progress=lambda step: follow(name, step),
        )
    if as_json:
        _print_json(run_data(result))
        return
    _show_run(result, by, Language(lang))


@_app.command("compare")
def _compare(
    file: _File,
    option: Annotated[
        list[str] | None, typer.Option(help="Option to compare; repeat it. All when left out.")
    ] = None,
    engine: _Engine = "kernel",
    seed: _Seed = None,
    replications: _Replications = None,
    as_json: _AsJson = False,
    lang: _Lang = "en",
) -> None:
    """Compare the options of a scenario: service, people, cost, and what is cheaper."""
    scenario = load(file)
    with _progress() as follow:
        comparison = compare(
            scenario,
            options=option,
            seed=seed,
            replications=replications,
            engine=engine,
            progress=follow,
        )
    if as_json:
        _print_json(comparison_data(comparison))
        return
    _show_comparison(comparison, Language(lang))


@_app.command("erlang")
def _erlang(
    calls: Annotated[float, typer.Option(min=0, help="Contacts in the interval.")],
    aht: Annotated[str, typer.Option(help="Mean handle time, such as 3m.")],
    per: Annotated[str, typer.Option(help="Length of the interval, such as 30m.")] = "30m",
    patience: Annotated[
        str, typer.Option(help="Mean time until a caller gives up, such as 3m.")
    ] = "3m",
    target: Annotated[str, typer.Option(help="Share answered in time, such as 80/20.")] = "80/20",
    as_json: _AsJson = False,
    lang: _Lang = "en",
) -> None:
    """Say how many agents one interval needs, by Erlang C and Erlang A side by side."""
    promise = _target(target)
    rate = calls / _seconds("--per", per)
    handle, waits = _seconds("--aht", aht), _seconds("--patience", patience)
    if as_json:
        _print_json(erlang_data(promise, rate, handle, waits))
        return
    words = Language(lang)
    out = _console()
    for sentence in erlang_sentences(promise, rate, handle, waits, words):
        out.print(sentence)
    _show(erlang_table(promise, rate, handle, waits, words))


def _seconds(name: str, text: str) -> float:
    """Read a duration given as an option; it must be positive."""
    try:
        value = seconds(text)
    except InvalidInput as error:
        raise InvalidInput(name, error.rule, text, error.hint) from None
    if not 0 < value < math.inf:
        raise InvalidInput(name, "must be above 0", text, "write it like 3m")
    return value


def _target(text: str) -> erlang.Target:
    """Read a target such as ``80/20`` (per cent / seconds) or ``80%/20s``."""
    match = re.fullmatch(r"\s*([\d.,]+)\s*%?\s*/\s*([\d.,]+\s*[a-z]*)\s*", text)
    if not match:
        raise InvalidInput("--target", "must be a share and a time", text, "write it like 80/20")
    share, wait = match[1], match[2]
    awt = _seconds("--target", wait if wait[-1].isalpha() else f"{wait}s")
    try:
        level = percentage(f"{share}%")
    except InvalidInput as error:
        raise InvalidInput("--target", error.rule, text, error.hint) from None
    if not 0 < level < 1:
        rule = "must be a share above 0% and below 100%"
        raise InvalidInput("--target", rule, text, "no finite team serves everybody in time")
    return erlang.Target(service_level=level, awt=awt)


@_app.command("check")
def _check(
    paths: Annotated[
        list[Path], typer.Argument(help="Scenario files, or folders of them.", metavar="PATH...")
    ],
    seed: _Seed = None,
    replications: _Replications = None,
    as_json: _AsJson = False,
    lang: _Lang = "en",
) -> None:
    """Validate scenarios and judge their promises: exit code 0 held, 1 broken, 2 bad input."""
    words = Language(lang)
    problems: list[str] = []
    reports: list[dict[str, Any]] = []
    held = True
    for file in _files(paths, problems):
        try:
            scenario = load(file)
            with _progress() as follow:
                judged = judge(scenario, seed=seed, replications=replications, progress=follow)
        except LinewiseError as error:
            problems += _lines(file, error)
            continue
        held = held and all(one.state == "holds" for one in judged)
        reports.append(judgements_data(str(file), judged))
        if not as_json:
            _show_judged(file, scenario, judged, words)
    if as_json:
        _print_json({"files": reports, "problems": problems, "held": held and not problems})
    for problem in problems:
        _console(error=True).print(problem)
    raise typer.Exit(_BAD_INPUT if problems else _HELD if held else _BROKEN)


def _files(paths: list[Path], problems: list[str]) -> Iterator[Path]:
    """Scenario files of all paths; a folder without any is a problem."""
    for path in paths:
        try:
            yield from find(path) if path.is_dir() else (path,)
        except LinewiseError as error:
            problems += _lines(path, error)


def _lines(file: Path, error: LinewiseError) -> list[str]:
    """Lines of a refusal; those that do not say where are led by the file."""
    if isinstance(error, ScenarioError):
        return [str(problem) for problem in error.problems]
    return [f"{file}: {error}"]


@_app.command("schema")
def _schema() -> None:
    """Print the JSON Schema of scenario files, for editors."""
    _print_json(schema())


@_app.command("warmup")
def _warmup() -> None:
    """Compile the engine now, so that nobody waits for it later."""
    out = _console(error=True)
    if is_warm():
        out.print(f"Compiled already, in {cache_folder()}")
        return
    _warm(out)


@_app.command("app")
def _open_app(
    port: Annotated[int, typer.Option(min=1, max=65535, help="Port to listen on.")] = 8501,
) -> None:
    """Open the app in the browser."""
    package = Path(__file__).resolve().parent
    # Streamlit reads the settings beside the page: in a work tree those of the root.
    root, installed = package.parent / "app.py", package / "ui" / "__main__.py"
    page = root if (package.parent / ".streamlit").is_dir() else installed
    command = [sys.executable, "-m", "streamlit", "run", str(page), f"--server.port={port}"]
    os.execv(sys.executable, command)


# --- showing ---------------------------------------------------------------------------------


def _console(*, error: bool = False) -> Console:
    """Where to write; wide enough for tables when nobody looks at a terminal."""
    console = Console(stderr=error, highlight=False, markup=False, soft_wrap=True)
    if not console.is_terminal:
        console.width = 160
    return console


def _print_json(data: object) -> None:
    """Print plain data; text stays readable, numbers are not rounded."""
    # Where the output cannot hold every letter, JSON has a way to spell it.
    spelled = not getattr(sys.stdout, "encoding", "utf-8").lower().startswith("utf")
    print(json.dumps(data, ensure_ascii=spelled, indent=2, allow_nan=False))


def _show(table: Table) -> None:
    """Print a table, figures to the right."""
    drawn = RichTable(title=table.title, box=box.SIMPLE_HEAD, title_justify="left")
    for number, name in enumerate(table.head):
        drawn.add_column(name, justify="right" if number else "left", overflow="fold")
    for row in table.rows:
        drawn.add_row(*row)
    _console().print(drawn, soft_wrap=False)


def _show_run(result: OptionResult, by: str, lang: Language) -> None:
    """Print one option."""
    scenario, played = result.scenario, result.replications
    out = _console()
    out.print(_frame(scenario, played.count, played.seed, played.engine, lang))
    out.print(option_title(scenario, result.name, lang))
    _show(service_table((result,), lang))
    _show(rule_table(result, lang))
    _show(ledger_table(result, lang))
    _show(group_table(result, lang))
    along = {"day": day_table, "interval": interval_table}
    for channel in played.case.channels if by in along else ():
        _show(along[by](result, channel, lang))


def _show_comparison(comparison: Comparison, lang: Language) -> None:
    """Print all options, the answer first."""
    scenario, run = comparison.scenario, comparison.run
    out = _console()
    out.print(verdict_sentence(comparison, lang), style="bold")
    for option in comparison.options:
        reason = gap_sentence(comparison, option.name, lang)
        if reason:
            out.print("* " + reason)
    out.print(_frame(scenario, run.replications, run.seed, run.engine, lang))
    _show(option_table(comparison, lang))
    _show(service_table(comparison.options, lang))
    if any(option.statement for option in comparison.options):
        _show(statement_table(comparison, lang))


def _frame(scenario: Scenario, count: int, seed: int, engine: str, lang: Language) -> str:
    """How the figures came about."""
    return lang(
        "{title}: {count} replications of {days} days from {start:%d.%m.%Y}, seed {seed}, "
        "engine {engine}; ± is half a 95% interval.",
        title=scenario.title.in_(lang.code),
        count=count,
        days=scenario.calendar.days,
        start=scenario.calendar.start,
        seed=seed,
        engine=engine,
    )


def _show_judged(
    file: Path, scenario: Scenario, judged: tuple[Judgement, ...], lang: Language
) -> None:
    """Print the promises of one file."""
    if not judged:
        _console().print(lang("{file}: valid, promises nothing.", file=file))
        return
    _show(judgement_table(judged, scenario.currency, str(file), lang))


@contextmanager
def _progress() -> Iterator[Callable[[str, Step], None]]:
    """Show how far replications have come, on a terminal; compile first, and say so."""
    err = _console(error=True)
    if not is_warm():
        _warm(err)
    with Progress(
        TextColumn("{task.description}"),
        BarColumn(),
        TaskProgressColumn(),
        TextColumn("{task.fields[precision]}"),
        console=err,
        transient=True,
        disable=not err.is_terminal,
    ) as bars:
        tasks: dict[str, Any] = {}

        def follow(name: str, step: Step) -> None:
            if name not in tasks:
                tasks[name] = bars.add_task(name, precision="")
            width = f"± {100 * step.half_width:.2f}" if math.isfinite(step.half_width) else ""
            bars.update(tasks[name], completed=step.done, total=step.planned, precision=width)

        yield follow


def _warm(out: Console) -> None:
    """Compile, and say why it takes a while."""
    out.print("Compiling the engine: this happens once and takes about half a minute…")
    warm_up()
    out.print(f"Compiled, in {cache_folder()}" if cache_folder() else "Compiled, for this run only")


def main() -> None:
    """Run the command line; refuse bad input in words, never with a traceback."""
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, TextIOWrapper):  # a letter that it lacks is no reason to fail
            stream.reconfigure(errors="replace")
    try:
        _speak()
    except LinewiseError as error:
        for line in str(error).splitlines():
            _console(error=True).print(line)
        sys.exit(_BAD_INPUT)
    except BrokenPipeError:
        _write_nowhere()
        sys.exit(_UNREAD)
    except OSError as error:
        _write_nowhere()
        _console(error=True).print(f"cannot go on: {error.strerror or error}")
        sys.exit(_BAD_INPUT)


def _speak() -> None:
    """Run a command and write all that it printed."""
    try:
        _app(standalone_mode=True)
    except SystemExit as stop:
        if isinstance(stop.__context__, BrokenPipeError):  # Typer would say: a promise is broken
            raise stop.__context__ from None
        if sys.stdout is not None:
            sys.stdout.flush()
        raise


def _write_nowhere() -> None:
    """Drop what is still to be written, or Python would try again and complain."""
    os.dup2(os.open(os.devnull, os.O_WRONLY), 1)


if __name__ == "__main__":
    main()
