"""The command that checks what a vendor says: ``claim``."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Annotated

import typer

from sim.cli.options import File, On, Replications, Seed
from sim.cli.terminal import AsCsv, AsJson, Lang, one_form, progress, say
from sim.decide import compare
from sim.decide.checklist import checklist
from sim.decide.claims import Checked, check_claim, check_claims, compared_with
from sim.decide.goals import reach
from sim.decide.would_be import ways
from sim.errors import InvalidInput
from sim.report.claims import claims_answer
from sim.report.language import Language
from sim.scenario import load
from sim.scenario.claims import claim_said

__all__ = ["add_to"]


def _claim(
    file: File,
    says: Annotated[
        list[str] | None,
        typer.Option(help="A claim, such as '40-60% cheaper'; repeat it. Those of the file too."),
    ] = None,
    option: Annotated[
        str | None, typer.Option(help="Option that is claimed of; needed with --says.")
    ] = None,
    than: Annotated[
        str | None, typer.Option(help="Option that it is compared with; else the baseline.")
    ] = None,
    on: On = None,
    seed: Seed = None,
    replications: Replications = None,
    as_json: AsJson = False,
    as_csv: AsCsv = False,
    lang: Lang = "en",
) -> None:
    """Check what is claimed of an option, six questions about today, and goals with a date."""
    one_form(as_json, as_csv)
    scenario = load(file)
    said = [claim_said(text, than) for text in says or ()]
    if said and option is None:
        rule, hint = "must say of which option", f"give --option {' or '.join(scenario.options)}"
        raise InvalidInput("says", rule, said[0].text, hint)
    for name, chosen in (("option", option), ("than", than)):
        scenario.chosen(chosen, said=name)
    if option is not None:
        for one in said:
            compared_with(scenario, option, one)  # refused before anybody waits
    with progress(scenario, Language(lang)) as follow:
        comparison = compare(scenario, seed=seed, replications=replications, progress=follow, on=on)
    checked = [check_claim(comparison, option, one) for one in said if option is not None]
    checked += check_claims(comparison)
    found = [(one, ways(comparison, one)) for one in _once(checked)]
    listed, reached = checklist(comparison), reach(comparison)
    answer = claims_answer(comparison, found, listed, reached, Language(lang))
    say(answer, as_json, as_csv, lang)


def _once(checked: Iterable[Checked]) -> list[Checked]:
    """Each claim once, however it is worded: what is said here may stand in the file too."""
    kept: dict[object, Checked] = {}
    for one in checked:
        said = one.claim.model_copy(update={"text": "", "than": None})
        kept.setdefault((one.option, one.than, said), one)
    return list(kept.values())


def add_to(app: typer.Typer) -> None:
    """Add the command."""
    app.command("claim")(_claim)
