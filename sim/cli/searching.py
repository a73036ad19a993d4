"""The command that looks for the best hybrid: ``optimise``."""

from __future__ import annotations

import itertools
from pathlib import Path
from typing import Annotated

import typer

from sim.cli.options import File, On, Seed
from sim.cli.terminal import (
    AsCsv,
    AsJson,
    Lang,
    console,
    one_form,
    progress,
    say,
    watching,
    writable,
)
from sim.decide.found import Found
from sim.decide.saving import option_data
from sim.decide.search import search
from sim.errors import InvalidInput
from sim.report.language import Language
from sim.report.searches import KNOWN, LOOKING, candidate_words, search_answer
from sim.report.sentences import option_title
from sim.scenario import load
from sim.scenario.saved import named_after, raw, saved_text, writable_beside

__all__ = ["add_to"]

#: Name of the option that is written; with a number where the scenario has one of that name.
SAVED = "hybrid"


def _optimise(
    file: File,
    between: Annotated[
        tuple[str, str] | None,
        typer.Option(
            metavar="OWN VENDOR",
            help="Options of an own team and of a vendor; the first of each when left out.",
        ),
    ] = None,
    seconds: Annotated[
        float, typer.Option(min=1, max=86_400, help="How long to look; the best found until then.")
    ] = 60,
    save: Annotated[
        Path | None,
        typer.Option(help="Where to write the best as an option: a .yaml beside FILE."),
    ] = None,
    on: On = None,
    seed: Seed = None,
    as_json: AsJson = False,
    as_csv: AsCsv = False,
    lang: Lang = "en",
) -> None:
    """Find the best hybrid of an own team and a vendor: hours, channels, overflow, share."""
    one_form(as_json, as_csv)
    scenario = load(file)
    words = Language(lang)
    base = None if save is None else writable_beside(file, save)
    writable("save", save)
    with progress():  # compiles first, where that is still to be done
        pass
    with watching(words(LOOKING), seconds, words) as tell:
        found = search(scenario, between=between, seconds=seconds, seed=seed, progress=tell, on=on)
    if save is not None and base is not None:
        there = found.best and found.best.candidate.named(found.scenario, found.legs)
        if there:
            title = option_title(scenario, there, words)
            console(error=True).print(words(KNOWN, name=title))
        else:
            _save(found, file, save, base, words)
    say(search_answer(found, words), as_json, as_csv, lang)


def _save(found: Found, file: Path, save: Path, base: str, lang: Language) -> None:
    """Write the best as an option of a file that extends the scenario."""
    if found.best is None:
        raise InvalidInput("save", "has nothing to write: no candidate keeps the promises", None)
    one = found.best.candidate
    option = option_data(found.scenario, found.legs, one, raw(file))
    note = candidate_words(found, one, lang)
    # Beside an option of that name it would be laid over it, and be neither of the two.
    numbered = (f"{SAVED}{number}" for number in itertools.count(2))
    taken = found.scenario.options
    name = next(one for one in itertools.chain([SAVED], numbered) if one not in taken)
    text = saved_text(base, named_after(save), name, {"title": note, **option}, note)
    try:
        save.write_text(text, "utf-8")
    except OSError as error:
        raise InvalidInput("save", f"cannot be written: {error.strerror}", str(save)) from None
    console(error=True).print(lang("Written: {file}", file=save))


def add_to(app: typer.Typer) -> None:
    """Add the command."""
    app.command("optimise")(_optimise)
