"""The command ``why``: a figure of an option, unfolded down to what the scenario says."""

from __future__ import annotations

from typing import Annotated

import typer

from sim.cli.options import File, On, Replications, Seed
from sim.cli.terminal import AsJson, Lang, console, print_json, progress, show
from sim.decide import compare, simulate
from sim.decide.horizon import outlook
from sim.decide.why import reasons, why
from sim.report.language import Language
from sim.report.sentences import option_title
from sim.report.why import lines_table, why_data, why_lines
from sim.scenario import load

__all__ = ["add_to"]


def _why(
    file: File,
    option: Annotated[str, typer.Argument(help="Option whose figure it is.")],
    line: Annotated[
        str | None,
        typer.Argument(help="Line of its month, whole or its last part; all when left out."),
    ] = None,
    month: Annotated[
        int | None,
        typer.Option(min=1, help="Month of the horizon; the average month when left out."),
    ] = None,
    on: On = None,
    seed: Seed = None,
    replications: Replications = None,
    as_json: AsJson = False,
    lang: Lang = "en",
) -> None:
    """Say why a figure is what it is: formula, inputs, sources, what was simulated."""
    scenario, words = load(file), Language(lang)
    ahead = None
    with progress(scenario, words) as follow:
        if scenario.horizon is None:
            result = simulate(
                scenario,
                option,
                seed=seed,
                replications=replications,
                progress=lambda step: follow(option, step),
                on=on,
            )
        else:
            compared = compare(
                scenario,
                options=[option],
                seed=seed,
                replications=replications,
                progress=follow,
                on=on,
            )
            result, ahead = compared[option], outlook(compared)
    if line is None:
        found = reasons(result, month=month, outlook=ahead)
        if as_json:
            print_json([why_data(one) for one in found])
            return
        console().print(option_title(scenario, option, words), style="bold")
        show(lines_table(found, scenario, words))
        return
    reason = why(result, line, month=month, outlook=ahead)
    if as_json:
        print_json(why_data(reason))
        return
    console().print(option_title(scenario, option, words), style="bold")
    for said in why_lines(reason, scenario, words):
        console().print(said)


def add_to(app: typer.Typer) -> None:
    """Add the command."""
    app.command("why")(_why)
