"""The command ``report``: the answer as a file to hand on."""

from __future__ import annotations

import datetime
from pathlib import Path
from typing import Annotated

import typer

from sim.cli.options import File, On, Seed
from sim.cli.terminal import Lang, console, progress
from sim.decide import compare
from sim.decide.breakeven import breakeven
from sim.errors import InvalidInput
from sim.report.breakeven import breakeven_sentences
from sim.report.files import SECTIONS, Asked, kind_of, save_report
from sim.report.language import Language
from sim.scenario import load

__all__ = ["add_to"]


def _report(
    file: File,
    to: Annotated[
        Path, typer.Option("--to", help="File to write: .pdf, .xlsx or .html.", metavar="FILE")
    ],
    option: Annotated[
        list[str] | None,
        typer.Option(help="Option beside the baseline; repeat it. All when left out."),
    ] = None,
    section: Annotated[
        list[str] | None,
        typer.Option(help=f"Section to hold; repeat it. All when left out: {', '.join(SECTIONS)}."),
    ] = None,
    turning: Annotated[
        bool,
        typer.Option("--breakeven", help="Say at which volume the answer changes: takes longer."),
    ] = False,
    date: Annotated[
        str | None, typer.Option(help="Date that it bears, as 2026-03-31; today when left out.")
    ] = None,
    on: On = None,
    seed: Seed = None,
    replications: Annotated[
        int | None,
        typer.Option(min=2, help="Replications, exactly; until precise enough when left out."),
    ] = None,
    lang: Lang = "en",
) -> None:
    """Write the comparison as a report: PDF, an Excel workbook with live formulas, or HTML."""
    kind_of(to)
    words, day = Language(lang), _day(date)
    asked = Asked(day=day, options=tuple(option or ()), sections=tuple(section or SECTIONS))
    scenario = load(file)
    for name in asked.options:
        if name not in scenario.options:
            rule = f"must be one of {', '.join(scenario.options)}"
            raise InvalidInput("option", rule, name)
    said: tuple[str, ...] = ()
    with progress(scenario, words) as follow:
        found = compare(
            scenario,
            options=option,
            seed=seed,
            replications=replications,
            progress=follow,
            on=on,
        )
        if turning:
            crossed = breakeven(
                scenario,
                "volume",
                comparison=found,
                seed=seed,
                replications=replications,
                progress=follow,
                on=on,
            )
            said = tuple(breakeven_sentences(crossed, words))
    asked = Asked(day=day, options=asked.options, sections=asked.sections, turning=said)
    save_report(found, to, words, asked)
    console(error=True).print(words("Written: {file}", file=to))


def _day(text: str | None) -> datetime.date:
    """A date as it is typed; today where none is."""
    if text is None:
        return datetime.date.today()
    try:
        return datetime.date.fromisoformat(text)
    except ValueError:
        raise InvalidInput("date", "must be a date such as 2026-03-31", text) from None


def add_to(app: typer.Typer) -> None:
    """Add the command."""
    app.command("report")(_report)
