"""Commands that ask what would change a decision: ``breakeven``, ``risk``."""

from __future__ import annotations

from typing import Annotated, Literal

import typer

from sim.cli.options import File, On, Replications, Seed
from sim.cli.terminal import (
    AsCsv,
    AsJson,
    Lang,
    console,
    one_form,
    print_csv,
    print_json,
    print_sentences,
    progress,
    show,
)
from sim.decide.breakeven import POINTS, breakeven
from sim.decide.risk import DRAWING, risk
from sim.decide.valued import Amount
from sim.report.breakeven import (
    breakeven_data,
    breakeven_picture,
    breakeven_rows,
    breakeven_sentences,
)
from sim.report.language import N_, Language
from sim.report.risk import (
    flip_sentences,
    option_risk_table,
    risk_sentences,
    tornado_picture,
    worth_table,
)
from sim.report.risk_data import risk_data, risk_rows
from sim.scenario import load

__all__ = ["add_to"]

#: How the bar of the draws is called.
_DRAWS = N_("draws")

_Between = Annotated[
    tuple[str, str] | None,
    typer.Option("--between", metavar="A B", help="Two options; the two that matter by default."),
]

_AMOUNTS: dict[tuple[str, bool], Amount] = {
    ("month", False): "cost",
    ("month", True): "economic_cost",
    ("horizon", False): "npv",
    ("horizon", True): "npv_economic",
}


def _breakeven(
    file: File,
    of: Annotated[
        str,
        typer.Option(
            "--of",
            metavar="INPUT",
            help="What varies: volume, price, wage, margin, vat, target, or any number's path.",
        ),
    ] = "volume",
    between: _Between = None,
    economic: Annotated[
        bool, typer.Option("--economic", help="Count what service costs customers as well.")
    ] = False,
    over: Annotated[
        Literal["month", "horizon"],
        typer.Option(help="What is to be even: an average month, or the present value of all."),
    ] = "month",
    start: Annotated[
        str | None, typer.Option("--from", help="Lowest value, as in the file, or x0.5.")
    ] = None,
    stop: Annotated[
        str | None, typer.Option("--to", help="Highest value, as in the file, or x3.")
    ] = None,
    points: Annotated[int, typer.Option(min=2, max=1000, help="Points of the curve.")] = POINTS,
    verify: Annotated[
        bool, typer.Option(help="Simulate anew at the first and the last crossing.")
    ] = True,
    on: On = None,
    seed: Seed = None,
    replications: Replications = None,
    as_json: AsJson = False,
    as_csv: AsCsv = False,
    lang: Lang = "en",
) -> None:
    """Find where two options cost the same, staffed anew at every point."""
    one_form(as_json, as_csv)
    scenario, words = load(file), Language(lang)
    with progress(scenario, words) as follow:
        found = breakeven(
            scenario,
            of,
            amount=_AMOUNTS[over, economic],
            between=between,
            start=start,
            stop=stop,
            points=points,
            verify=verify,
            seed=seed,
            replications=replications,
            progress=follow,
            on=on,
        )
    if as_json:
        print_json(breakeven_data(found))
    elif as_csv:
        print_csv(breakeven_rows(found), lang)
    else:
        print_sentences(breakeven_sentences(found, words))
        _draw(breakeven_picture(found, words))


def _risk(
    file: File,
    draws: Annotated[
        int | None, typer.Option(min=2, help="Draws; as the file says when left out, or 300.")
    ] = None,
    between: _Between = None,
    on: On = None,
    seed: Seed = None,
    replications: Replications = None,
    as_json: AsJson = False,
    as_csv: AsCsv = False,
    lang: Lang = "en",
) -> None:
    """Say how sure it is which option is cheapest, and what would change the answer."""
    one_form(as_json, as_csv)
    scenario = load(file)
    words = Language(lang)
    with progress(scenario, words) as follow:
        found = risk(
            scenario,
            draws=draws,
            between=between,
            seed=seed,
            replications=replications,
            progress=lambda name, step: follow(words(_DRAWS) if name == DRAWING else name, step),
            on=on,
        )
    if as_json:
        print_json(risk_data(found))
    elif as_csv:
        print_csv(risk_rows(found), lang)
    else:
        print_sentences(risk_sentences(found, words))
        for amount in found.stakes:
            show(option_risk_table(found, words, amount))
        _draw(tornado_picture(found, words))
        _draw(flip_sentences(found, words))
        worth = worth_table(found, words)
        if worth.rows:
            show(worth)


def _draw(lines: list[str]) -> None:
    """Print lines as they are, with space around them."""
    out = console()
    out.print()
    for line in lines:
        out.print(line)


def add_to(app: typer.Typer) -> None:
    """Add the commands."""
    app.command("breakeven")(_breakeven)
    app.command("risk")(_risk)
