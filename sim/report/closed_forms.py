"""What a closed form gives, whichever it is: every measure as words, rows and plain data."""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from sim import erlang
from sim.report.language import N_, Language
from sim.report.sentences import RULE_WORDS
from sim.report.tables import Table

__all__ = [
    "SHARES",
    "Answer",
    "Measured",
    "finite",
    "flat",
    "measure_table",
    "measures_data",
    "method_words",
    "plain_rows",
]

Measured = erlang.QueueMeasures[float]

#: Shares of contacts whose longest waits are shown.
SHARES = (0.5, 0.9, 0.95, 0.99)

_SHARES = {
    "wait_probability": N_("find every agent busy"),
    "abandonment": N_("give up waiting"),
    "blocking": N_("find every line taken"),
}
_WAITS = {
    "mean_wait": N_("mean wait of all"),
    "asa": N_("mean wait of those answered (ASA)"),
    "mean_wait_abandoned": N_("mean wait of those who gave up"),
    "mean_wait_delayed": N_("mean wait of those who had to wait"),
    "mean_wait_virtual": N_("mean wait of somebody endlessly patient"),
}
_METHODS = {
    "exact": N_("exactly"),
    "kimura": N_("between M/M/n and M/D/n (Kimura)"),
    "margins": N_("M/G/n times what the arrivals do in GI/M/n"),
    "M/M/n+G with the spread of arrivals and ends of service": N_(
        "M/M/n+G with the spread of arrivals and ends of service"
    ),
    "slowly leaving line": N_("GI/M/n that people leave slowly"),
    "balanced": N_("chats spread evenly"),
    "erlang_x": N_("Erlang X"),
    "hayward": N_("Hayward"),
}
_GIVEN = ("arrival_rate", "aht", "agents", "patience", "lines", "load")
_FIGURES = (*_SHARES, *_WAITS, "mean_queue", "occupancy")


def measure_table(
    named: Mapping[str, Measured], awt: float, lang: Language, title: str = ""
) -> Table:
    """Every measure, one column for each queue.

    Parameters
    ----------
    named
        Queues by the name that heads their column.
    awt
        Acceptable waiting time of the service levels [s].
    lang
        The reader's language.
    title
        What the table shows; all measures, when left out.
    """
    return Table(
        title or lang("Every measure"),
        (lang("Measure"), *named),
        tuple(_measure_rows(tuple(named.values()), awt, lang)),
    )


def _measure_rows(
    queues: tuple[Measured, ...], awt: float, lang: Language
) -> Iterator[tuple[str, ...]]:
    """Rows of the table; lines only where somebody meets them all taken."""
    for rule in erlang.SERVICE_RULES:
        label = lang("in {awt}, {rule}", awt=lang.duration(awt), rule=lang(RULE_WORDS[rule]))
        yield label, *(lang.percent(one.service_level(rule, awt), 1) for one in queues)
    for name, words in _SHARES.items():
        values = [float(getattr(one, name)) for one in queues]
        if name != "blocking" or any(values):
            yield lang(words), *(lang.percent(value, 1) for value in values)
    for name, words in _WAITS.items():
        yield lang(words), *(_wait(one, name, lang) for one in queues)
    for share in SHARES:
        label = lang("{share} wait no longer than", share=lang.percent(share))
        yield label, *(lang.duration(one.wait_percentile(share)) for one in queues)
    yield lang("contacts waiting, on average"), *(_count(one.mean_queue, lang) for one in queues)
    yield lang("occupancy"), *(lang.percent(one.occupancy, 1) for one in queues)
    yield lang("work, erlangs"), *(lang.plain(one.load) for one in queues)
    if any(one.method != "exact" for one in queues):
        yield lang("how it is computed"), *(method_words(one, lang) for one in queues)


def method_words(one: Measured, lang: Language) -> str:
    """How a queue was computed, in words."""
    return lang(_METHODS[one.method]) if one.method in _METHODS else one.method


def _wait(one: Measured, name: str, lang: Language) -> str:
    """A mean wait; a dash where nobody is there to wait it."""
    nobody = name == "mean_wait_abandoned" and not one.abandonment
    return "—" if nobody else lang.duration(getattr(one, name))


def _count(value: float, lang: Language) -> str:
    """A number of contacts that may have no bound."""
    return lang.number(value, 1) if math.isfinite(value) else "∞"


def finite(value: float) -> float | None:
    """A number, or None where there is no finite one: JSON knows no infinity."""
    return float(value) if math.isfinite(value) else None


def measures_data(one: Measured, awt: float) -> dict[str, Any]:
    """Every measure of a queue as plain data, in seconds and shares, by the names of the API."""
    return {
        **{name: finite(getattr(one, name)) for name in (*_GIVEN, *_FIGURES)},
        "awt": finite(awt),
        "service_level": {rule: one.service_level(rule, awt) for rule in erlang.SERVICE_RULES},
        "wait_percentile": {
            f"{100 * share:g}": finite(one.wait_percentile(share)) for share in SHARES
        },
        "method": one.method,
    }


def flat(one: Measured, awt: float) -> dict[str, float | str]:
    """The same in one row, for CSV; infinities stay what they are."""
    return {
        **{name: float(getattr(one, name)) for name in (*_GIVEN, *_FIGURES)},
        "awt": awt,
        **{f"service_level_{rule}": one.service_level(rule, awt) for rule in erlang.SERVICE_RULES},
        **{f"wait_percentile_{100 * share:g}": one.wait_percentile(share) for share in SHARES},
        "method": one.method,
    }


def plain_rows(named: Mapping[str, Measured], awt: float, key: str) -> list[dict[str, Any]]:
    """One row for each queue, its name in the column `key`."""
    return [{key: name, **flat(one, awt)} for name, one in named.items()]


@dataclass(frozen=True, kw_only=True)
class Answer:
    """An answer in every form it may be asked for.

    Parameters
    ----------
    sentences
        In words, the answer first.
    tables
        What stands behind it.
    data
        Everything as plain data, in SI units.
    rows
        The table that ``--csv`` prints, in SI units, under the names of the API.
    """

    sentences: tuple[str, ...]
    tables: tuple[Table, ...]
    data: Mapping[str, Any]
    rows: Sequence[Mapping[str, Any]]
