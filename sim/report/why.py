"""Why a figure is what it is, told down to what the scenario says and the simulation found."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from sim.decide.why import Ingredient, Reason
from sim.report.assumed import CONFIDENCE_WORDS
from sim.report.language import Language
from sim.report.table import Table
from sim.report.words import arithmetic, term
from sim.scenario.figures import ASSUMED
from sim.scenario.model import Scenario
from sim.scenario.terms import Assumption

__all__ = ["lines_table", "why_data", "why_lines"]


def why_lines(reason: Reason, scenario: Scenario, lang: Language) -> list[str]:
    """A figure and all it is made of, one line for each, then the sources that it rests on."""
    sources: dict[str, int] = {}
    said = list(_told(reason, scenario, lang, sources, 0))
    return [*said, *(f"[{number}] {text}" for text, number in sources.items())]


def _told(
    reason: Reason, scenario: Scenario, lang: Language, sources: dict[str, int], depth: int
) -> Iterator[str]:
    line = reason.line
    head = f"{_title(line.name, lang)}: {lang.money(line.amount, scenario.currency, digits=2)}"
    if reason.found is not None and reason.found.half_width >= 0.005:
        head += f" ± {lang.money(reason.found.half_width, scenario.currency, digits=2)}"
    yield _indented(head, depth)
    if line.formula and line.inputs:
        yield _indented(f"= {arithmetic(line, lang)}", depth + 1)
    for ingredient in reason.ingredients:
        yield from _ingredient(ingredient, lang, sources, depth + 1)
    for part in reason.parts:
        yield from _told(part, scenario, lang, sources, depth + 1)


def _title(name: str, lang: Language) -> str:
    """A line by its words, and by its own name for asking again."""
    words = term(name.rpartition(".")[2], lang)
    return f"{words} ({name})" if "." in name else words


def _indented(text: str, depth: int) -> str:
    return "  " * depth + text


def _ingredient(
    one: Ingredient, lang: Language, sources: dict[str, int], depth: int
) -> Iterator[str]:
    head = f"{term(one.name, lang)} {lang.plain(one.value, 4)}"
    if one.kind == "simulated" and one.found is not None:
        head = lang(
            "{figure} ± {width}, simulated", figure=head, width=lang.plain(one.found.half_width, 4)
        )
    told = [_source(said, one.value, lang, sources) for said in one.assumptions]
    if one.kind == "scenario" and told:
        head += f": {told[0]}"
    yield _indented(f"· {head}", depth)
    if one.kind == "derived":
        for text in told:
            yield _indented(lang("from {source}", source=text), depth + 1)
    if one.reason is not None:
        yield _indented(f"= {arithmetic(one.reason.line, lang)}", depth + 1)
        for below in one.reason.ingredients:
            yield from _ingredient(below, lang, sources, depth + 1)


def _source(said: Assumption, value: float, lang: Language, sources: dict[str, int]) -> str:
    """Where the scenario has a figure, and the number of its source."""
    text = lang(CONFIDENCE_WORDS[said.confidence])
    words = lang(said.source)
    if said.source == ASSUMED:
        text = words  # whose file it is, his assumption it is
    else:
        text = words if words.lower().startswith(text.lower()) else f"{text}: {words}"
    number = sources.setdefault(text, len(sources) + 1)
    level = said.value if isinstance(said.value, str) else lang.plain(float(said.value), 4)
    same = isinstance(said.value, int | float) and abs(said.value - value) <= 1e-9 * abs(value)
    return f"{said.path} [{number}]" if same else f"{said.path} {level} [{number}]"


def lines_table(reasons: tuple[Reason, ...], scenario: Scenario, lang: Language) -> Table:
    """All lines of an option, by the names to ask for."""
    rows = [
        (
            reason.line.name,
            term(reason.line.name.rpartition(".")[2], lang),
            lang.money(reason.line.amount, scenario.currency),
        )
        for reason in reasons
    ]
    head = (lang("Line"), lang("What"), lang("Amount"))
    return Table(lang("Lines to ask for"), head, tuple(rows))


def why_data(reason: Reason) -> dict[str, Any]:
    """A figure and all it is made of as plain data."""
    return {
        "line": reason.line.name,
        "amount": reason.line.amount,
        "half_width": reason.found.half_width if reason.found else None,
        "formula": reason.line.formula,
        "inputs": [_data(one) for one in reason.ingredients],
        "parts": [why_data(part) for part in reason.parts],
    }


def _data(one: Ingredient) -> dict[str, Any]:
    return {
        "name": one.name,
        "value": one.value,
        "kind": one.kind,
        "half_width": one.found.half_width if one.found else None,
        "from": [
            {"path": a.path, "value": a.value, "source": a.source, "confidence": a.confidence}
            for a in one.assumptions
        ],
        "because": why_data(one.reason) if one.reason else None,
    }
