"""Commands that work on scenario files: ``run``, ``compare``, ``check``, ``schema``."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Annotated, Any, Literal

import typer

from sim.cli.options import CsvFile, File, On, Option, Replications, Seed
from sim.cli.terminal import (
    BAD_INPUT,
    AsJson,
    Lang,
    console,
    print_json,
    progress,
    show,
    writable,
    write_csv,
)
from sim.decide import Comparison, Judgement, OptionResult, compare, judge, simulate
from sim.decide.horizon import Outlook, outlook
from sim.errors import LinewiseError, ScenarioError, WorkersLost
from sim.experiment import opened
from sim.report.data import comparison_data, judgements_data, run_data
from sim.report.economics import (
    compared_service_table,
    consequences_table,
    equal_service_sentences,
    three_rows_table,
)
from sim.report.language import Language
from sim.report.months import (
    cumulative_picture,
    horizon_sentence,
    horizon_table,
    months_table,
    once_table,
)
from sim.report.months_data import comparison_rows, run_rows
from sim.report.refusals import refusal_lines
from sim.report.sentences import (
    capped_sentences,
    option_title,
    stopped_sentence,
    verdict_sentence,
)
from sim.report.tables import (
    day_table,
    group_table,
    interval_table,
    judgement_table,
    ledger_table,
    option_table,
    risk_table,
    rule_table,
    service_table,
    statement_table,
)
from sim.scenario import Scenario, find, load, schema

__all__ = ["add_to"]

#: What the process says to whoever called it.
_HELD, _BROKEN = 0, 1

_Engine = Annotated[
    Literal["kernel", "reference"],
    typer.Option(help="Compiled engine, or the readable one; the answer is the same."),
]


def _run(
    file: File,
    option: Option = None,
    by: Annotated[
        Literal["day", "interval", "week"], typer.Option(help="How fine a table to print.")
    ] = "day",
    engine: _Engine = "kernel",
    on: On = None,
    seed: Seed = None,
    replications: Replications = None,
    as_json: AsJson = False,
    csv_file: CsvFile = None,
    lang: Lang = "en",
) -> None:
    """Simulate one option of a scenario: measures by interval, day and week."""
    writable("csv", csv_file)
    scenario = load(file)
    name = scenario.chosen(option)
    with progress(scenario, Language(lang)) as follow:
        result = simulate(
            scenario,
            name,
            seed=seed,
            replications=replications,
            engine=engine,
            progress=lambda step: follow(name, step),
            on=on,
        )
    if csv_file is not None:
        write_csv(csv_file, run_rows(result), lang)
    if as_json:
        print_json(run_data(result))
        return
    _show_run(result, by, Language(lang))


def _compare(
    file: File,
    option: Annotated[
        list[str] | None, typer.Option(help="Option to compare; repeat it. All when left out.")
    ] = None,
    engine: _Engine = "kernel",
    on: On = None,
    seed: Seed = None,
    replications: Replications = None,
    months: Annotated[bool, typer.Option("--months", help="Print every month as well.")] = False,
    as_json: AsJson = False,
    csv_file: CsvFile = None,
    lang: Lang = "en",
) -> None:
    """Compare the options of a scenario: service, people, cost, and what is cheaper."""
    writable("csv", csv_file)
    scenario = load(file)
    with progress(scenario, Language(lang)) as follow:
        comparison = compare(
            scenario,
            options=option,
            seed=seed,
            replications=replications,
            engine=engine,
            progress=follow,
            on=on,
        )
    if csv_file is not None:
        write_csv(csv_file, comparison_rows(comparison, outlook(comparison)), lang)
    if as_json:
        print_json(comparison_data(comparison))
        return
    _show_comparison(comparison, Language(lang), months=months)


def _check(
    paths: Annotated[
        list[Path], typer.Argument(help="Scenario files, or folders of them.", metavar="PATH...")
    ],
    engine: _Engine = "kernel",
    on: On = None,
    seed: Seed = None,
    replications: Replications = None,
    as_json: AsJson = False,
    lang: Lang = "en",
) -> None:
    """Validate scenarios and judge their promises: exit code 0 held, 1 broken, 2 bad input."""
    from sim.plan.teams import teams_understood  # run and compare need no rosters

    words = Language(lang)
    problems: list[str] = []
    reports: list[dict[str, Any]] = []
    held = True
    with opened(on) as place:  # one cluster for all files
        for file in _files(paths, problems, words):
            try:
                scenario = load(file)
                teams_understood(scenario)
                with progress(scenario, words) as follow:
                    judged = judge(
                        scenario,
                        seed=seed,
                        replications=replications,
                        engine=engine,
                        progress=follow,
                        on=place,
                    )
            except WorkersLost:
                raise
            except LinewiseError as error:
                problems += _lines(file, error, words)
                continue
            held = held and all(one.state == "holds" for one in judged)
            reports.append(judgements_data(str(file), judged))
            if not as_json:
                _show_judged(file, scenario, judged, words)
    if as_json:
        print_json({"files": reports, "problems": problems, "held": held and not problems})
    for problem in problems:
        console(error=True).print(problem)
    raise typer.Exit(BAD_INPUT if problems else _HELD if held else _BROKEN)


def _files(paths: list[Path], problems: list[str], words: Language) -> Iterator[Path]:
    """Scenario files of all paths; a folder without any is a problem."""
    for path in paths:
        try:
            yield from find(path) if path.is_dir() else (path,)
        except LinewiseError as error:
            problems += _lines(path, error, words)


def _lines(file: Path, error: LinewiseError, words: Language) -> list[str]:
    """Lines of a refusal; those that do not say where are led by the file."""
    lines = refusal_lines(error, words)
    return [*lines] if isinstance(error, ScenarioError) else [f"{file}: {line}" for line in lines]


def _schema() -> None:
    """Print the JSON Schema of scenario files, for editors."""
    print_json(schema())


# --- showing ---------------------------------------------------------------------------------


def _show_run(result: OptionResult, by: str, lang: Language) -> None:
    """Print one option."""
    scenario, played = result.scenario, result.replications
    out = console()
    out.print(_frame(scenario, played.count, played.seed, played.engine, lang))
    out.print(option_title(scenario, result.name, lang))
    out.print(stopped_sentence(played.stopped, played.count, lang))
    for said in capped_sentences(result, lang):
        out.print(said)
    show(service_table((result,), lang))
    show(risk_table(result, lang))
    show(rule_table(result, lang))
    show(ledger_table(result, lang))
    show(group_table(result, lang))
    along = {"day": day_table, "interval": interval_table}
    for channel in played.case.channels if by in along else ():
        show(along[by](result, channel, lang))


def _show_comparison(comparison: Comparison, lang: Language, *, months: bool) -> None:
    """Print all options, the answer first."""
    scenario, run = comparison.scenario, comparison.run
    priced = any(option.statement for option in comparison.options)
    out = console()
    out.print(verdict_sentence(comparison, lang), style="bold")
    for said in equal_service_sentences(comparison, lang):
        out.print(said)
    out.print(_frame(scenario, run.replications, run.seed, run.engine, lang))
    for option in comparison.options:
        for said in capped_sentences(option, lang):
            out.print(f"{option_title(scenario, option.name, lang)}: {said}")
    if priced:
        show(three_rows_table(comparison, lang))
    show(option_table(comparison, lang))
    show(compared_service_table(comparison, lang))
    if priced:
        show(statement_table(comparison, lang))
    missed = consequences_table(comparison, lang)
    if missed is not None:
        show(missed)
    ahead = outlook(comparison)
    if ahead is not None and ahead.options:
        _show_months(comparison, ahead, lang, months=months)
    elif months:
        out.print(lang("There are no months to print: give the scenario a horizon."))


def _show_months(comparison: Comparison, ahead: Outlook, lang: Language, *, months: bool) -> None:
    """Print what options cost over the horizon."""
    out = console()
    show(horizon_table(comparison, ahead, lang))
    out.print(horizon_sentence(ahead, lang))
    once = once_table(ahead, lang)
    if once is not None:
        show(once)
    out.print(cumulative_picture(ahead, lang))
    for name in ahead.options if months else ():
        show(months_table(ahead, name, lang))


def _frame(scenario: Scenario, count: int, seed: int, engine: str, lang: Language) -> str:
    """How the figures came about."""
    played = lang.n("{n} replication", "{n} replications", count)
    return lang(
        "{title}: {played} of {days} days from {start:%d.%m.%Y}, seed {seed}, "
        "engine {engine}; ± is half a 95% interval.",
        played=played,
        title=scenario.title.in_(lang.code),
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
        console().print(lang("{file}: valid, promises nothing.", file=file))
        return
    show(judgement_table(scenario, judged, str(file), lang))


def add_to(app: typer.Typer) -> None:
    """Add the commands."""
    app.command("run")(_run)
    app.command("compare")(_compare)
    app.command("check")(_check)
    app.command("schema")(_schema)
