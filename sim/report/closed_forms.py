"""What a closed form gives, whichever it is: every measure as words, rows and plain data."""

from __future__ import annotations

import math
import textwrap
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from typing import Any

import numpy as np

from sim import erlang
from sim.report.answer import finite
from sim.report.language import N_, Language
from sim.report.table import Table

__all__ = [
    "SHARES",
    "Measured",
    "fitted",
    "flat",
    "measure_table",
    "measures_data",
    "method_words",
    "of_all_callers",
    "split",
]

Measured = erlang.QueueMeasures[float]

#: Shares of contacts whose longest waits are shown.
SHARES = (0.5, 0.9, 0.95, 0.99)

#: Characters that a terminal has in a line, as long as nobody widens it.
_WIDTH = 80

_SERVED: dict[erlang.ServiceRule, str] = {
    "offered": N_("in {awt}, of all offered"),
    "answered": N_("in {awt}, of those answered"),
    "excluding_short_abandons": N_("in {awt}, but for those who left by then"),
    "including_short_abandons": N_("in {awt}, answered or gone"),
    "virtual": N_("in {awt}, if endlessly patient"),
}
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
    "mean_wait_virtual": N_("mean wait of the endlessly patient"),
}
_LEFT = {
    "abandonment": N_("leave at once or give up waiting"),
    "mean_wait_abandoned": N_("mean wait of those who left"),
}
"""The same where some leave at once."""

_METHODS = {
    "exact": N_("exactly"),
    "kimura": N_("between M/M/n and M/D/n (Kimura)"),
    "kimura, beyond the variability that it was tried for": N_(
        "between M/M/n and M/D/n (Kimura), beyond the variability that it was tried for"
    ),
    "margins": N_("M/G/n times what the arrivals do in GI/M/n"),
    "M/M/n+G with the spread of arrivals and ends of service": N_(
        "M/M/n+G with the spread of arrivals and ends of service"
    ),
    "M/M/n+G with the spread of arrivals and ends of service, "
    "beyond the variability that it was tried for": N_(
        "M/M/n+G with the spread of arrivals and ends of service, beyond the variability that it "
        "was tried for"
    ),
    "mixture of M/M/n+G over the states of arrivals and M/M/n+G with the spread of arrivals and "
    "ends of service": N_(
        "mixture of M/M/n+G over the states of arrivals and M/M/n+G with the spread of arrivals "
        "and ends of service"
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
    whole = Table(
        title or lang("Every measure"),
        (lang("Measure"), *named),
        tuple(_measure_rows(tuple(named.values()), awt, lang)),
    )
    return fitted(whole)


def _measure_rows(
    queues: tuple[Measured, ...], awt: float, lang: Language
) -> Iterator[tuple[str, ...]]:
    """Rows of the table; lines only where somebody meets them all taken."""
    blocked = any(one.blocking for one in queues)
    leaving = any(np.any(one.balking) for one in queues)
    for rule, words in _SERVED.items():
        among = N_("in {awt}, of all who find a line") if blocked and rule == "offered" else words
        label = lang(among, awt=lang.duration(awt))
        yield label, *(lang.percent(one.service_level(rule, awt), 1) for one in queues)
    if blocked:
        label = lang("in {awt}, of all callers", awt=lang.duration(awt))
        yield label, *(lang.percent(of_all_callers(one, awt), 1) for one in queues)
    left = _LEFT if leaving else {}
    for name, words in _SHARES.items():
        values = [float(getattr(one, name)) for one in queues]
        if name != "blocking" or blocked:
            label = lang(left.get(name, words))
            yield label, *(lang.percent(value, 1) for value in values)
    for name, words in _WAITS.items():
        label = lang(left.get(name, words))
        yield label, *(_wait(one, name, lang) for one in queues)
    for share in SHARES:
        label = lang("{share} wait no longer than", share=lang.percent(share))
        yield label, *(lang.duration(one.wait_percentile(share)) for one in queues)
    yield lang("contacts waiting, on average"), *(_count(one.mean_queue, lang) for one in queues)
    yield lang("occupancy"), *(lang.percent(one.occupancy, 1) for one in queues)
    yield lang("work, erlangs"), *(lang.plain(one.load) for one in queues)
    if any(one.method != "exact" for one in queues):
        how = (_broken(method_words(one, lang), _LABEL) for one in queues)
        yield lang("how it is computed"), *how


def of_all_callers(one: Measured, awt: float) -> float:
    """Share answered in time of all who call, those among them who find every line taken."""
    return one.service_level("offered", awt) * (1.0 - one.blocking)


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


def measures_data(one: Measured, awt: float) -> dict[str, Any]:
    """Every measure of a queue as plain data, in seconds and shares, by the names of the API."""
    return {
        **{name: finite(getattr(one, name)) for name in (*_GIVEN, *_FIGURES)},
        "awt": finite(awt),
        "service_level": {rule: one.service_level(rule, awt) for rule in erlang.SERVICE_RULES},
        "service_level_all_callers": of_all_callers(one, awt),
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
        "service_level_all_callers": of_all_callers(one, awt),
        **{f"wait_percentile_{100 * share:g}": one.wait_percentile(share) for share in SHARES},
        "method": one.method,
    }


def fitted(table: Table, width: int = _WIDTH) -> Table:
    """A table with its heads, and then its first column, broken into lines where it is too wide."""
    if _width(table) <= width:
        return table
    for word in _WORDS:
        table = replace(table, head=_narrow(table, word))
        if _width(table) <= width:
            return table
    left = _widest((table.head[0], *(row[0] for row in table.rows)))
    room = max(left - max(_width(table) - width, 0), _LABEL)
    if room >= left:
        return table
    rows = tuple((_broken(row[0], room), *row[1:]) for row in table.rows)
    return replace(table, head=(_broken(table.head[0], room), *table.head[1:]), rows=rows)


def split(table: Table, keep: int, width: int = _WIDTH) -> tuple[Table, ...]:
    """A table of many columns as several that fit, the first `keep` columns in each of them."""
    one = fitted(table, width)
    if _width(one) <= width:
        return (one,)
    chunks: list[list[int]] = [[]]
    for at in range(keep, len(table.head)):
        if chunks[-1] and _width(fitted(_part(table, keep, [*chunks[-1], at]), width)) > width:
            chunks.append([])
        chunks[-1].append(at)
    return tuple(fitted(_part(table, keep, chunk), width) for chunk in chunks)


def _part(table: Table, keep: int, columns: Sequence[int]) -> Table:
    """Some columns of a table, beside those that are kept."""
    shown = [*range(keep), *columns]
    rows = tuple(tuple(row[at] for at in shown) for row in table.rows)
    return Table(table.title, tuple(table.head[at] for at in shown), rows)


#: Characters of a line of a head, from roomy to narrow, and of a first column at least.
_WORDS, _LABEL = (12, 9, 6), 20


def _narrow(table: Table, word: int) -> tuple[str, ...]:
    """Heads of the columns but the first, in lines as long as their figures or a short word."""
    bodies = [_widest(body) for _, *body in zip(table.head, *table.rows, strict=True)]
    broken = [
        _broken(head.replace("\n", " "), max(body, word))
        for head, body in zip(table.head[1:], bodies[1:], strict=True)
    ]
    return (table.head[0], *broken)


def _broken(text: str, width: int) -> str:
    """A text in lines of whole words."""
    return "\n".join(textwrap.wrap(text, width, break_long_words=False, break_on_hyphens=False))


def _widest(texts: Sequence[str]) -> int:
    """The longest line of several texts."""
    return max((len(line) for text in texts for line in text.split("\n")), default=0)


def _width(table: Table) -> int:
    """Characters of a line of the table, as the terminal sets it."""
    columns = zip(table.head, *table.rows, strict=True)
    return 1 + sum(3 + _widest(column) for column in columns)
