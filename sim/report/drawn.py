"""What charts are given: rows and cells made of results, in the reader's language."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Literal, cast

import numpy as np
from numpy.typing import NDArray

from sim.decide import Comparison, OptionResult
from sim.report.charts import DifferenceRow, MoneyRow
from sim.report.language import Language
from sim.report.palette import Palette
from sim.report.sentences import option_title
from sim.report.week import WeekOf, edges, level
from sim.report.week_charts import Cell, Slot
from sim.report.words import GROUPS, difference_words, served_note, side
from sim.scenario.variant import lead

__all__ = [
    "class_legend",
    "day_slots",
    "difference_rows",
    "group_legend",
    "money_rows",
    "service_words",
    "side_legend",
    "thin_sentence",
    "week_cells",
]

#: Intervals that are named where service is thin.
_NAMED = 5


def money_rows(found: Comparison, lang: Language, names: Sequence[str] = ()) -> list[MoneyRow]:
    """Options with a price as the chart of costs shows them.

    Parameters
    ----------
    found
        The options of a scenario.
    lang
        The reader's language.
    names
        Options to show; all when empty.
    """
    rows = []
    for option in found.options:
        if option.statement is None or option.cost is None or not _asked(option, names):
            continue
        currency = found.scenario.currency
        parts = tuple(
            (
                group.value,
                lang(GROUPS[group.value]),
                amount,
                lang.money(amount, currency, compact=True),
            )
            for group, amount in option.statement.by_group().items()
            if amount
        )
        title = option_title(found.scenario, option.name, lang)
        total = lang.money(option.cost.value, currency, compact=True)
        equal = not found.gaps(option.name)
        rows.append(MoneyRow(title, _served(found, option, lang), total, parts, equal))
    return rows


def _asked(option: OptionResult, names: Sequence[str]) -> bool:
    return not names or option.name in names


def _served(found: Comparison, option: OptionResult, lang: Language) -> str:
    """What customers of the lead channel get; said so where it is not the baseline's service."""
    one = next(a for a in option.attained if a.channel == lead(found.scenario))
    note = served_note(option, one, lang)
    if found.gaps(option.name):
        return lang("NOT the same service: {note}", note=note)
    return note


def group_legend(
    rows: list[MoneyRow], lang: Language, palette: Palette
) -> tuple[tuple[str, str], ...]:
    """Colours of the cost groups that a chart of costs holds, with their names."""
    used = {part[0] for row in rows for part in row.parts}
    return tuple((palette.groups[g], lang(GROUPS[g])) for g in GROUPS if g in used)


def difference_rows(
    found: Comparison, lang: Language, names: Sequence[str] = ()
) -> list[DifferenceRow]:
    """Options but the baseline as the chart of differences shows them.

    Parameters
    ----------
    found
        The options of a scenario.
    lang
        The reader's language.
    names
        Options to show; all when empty.
    """
    others = (o for o in found.options if o is not found.baseline and _asked(o, names))
    return [row for option in others if (row := _difference_row(found, option, lang))]


def _difference_row(
    found: Comparison, option: OptionResult, lang: Language
) -> DifferenceRow | None:
    difference = found.difference(option.name)
    if difference is None:
        return None
    currency, equal = found.scenario.currency, not found.gaps(option.name)
    words = lang(
        "{words} ± {width}",
        words=difference_words(difference, currency, lang),
        width=lang.money(difference.half_width, currency, compact=True),
    )
    if not equal:  # what costs less because it does less is not called cheaper
        amount = lang.money(difference.value, currency, compact=True)
        words = lang("{amount}, but another service: no saving", amount=amount)
    return DifferenceRow(
        option_title(found.scenario, option.name, lang),
        words,
        difference.value,
        difference.low,
        difference.high,
        cast(Literal["cheaper", "even", "dearer"], side(difference)) if equal else "even",
        equal,
    )


def side_legend(lang: Language, palette: Palette) -> tuple[tuple[str, str], ...]:
    """Colours of the sides of a difference."""
    return (
        (palette.cheaper, lang("cheaper")),
        (palette.even, lang("about even")),
        (palette.dearer, lang("dearer")),
    )


# --- a week --------------------------------------------------------------------------------------


def week_cells(week: WeekOf, interval: float, lang: Language) -> list[Cell]:
    """The intervals of a week as the heat map shows them.

    Parameters
    ----------
    week
        Service of a channel.
    interval
        Length of an interval [s].
    lang
        The reader's language.
    """
    cells = []
    for slot, share in enumerate(week.service.tolist()):
        day, place = divmod(slot, week.per_day)
        cells.append(
            Cell(
                day,
                lang.day(day),
                lang.clock(place * interval),
                level(share, week.target),
                lang.number(100 * share) if week.promised and share < week.target else "",
                service_words(share, float(week.width[slot]), lang),
                lang.plain(float(week.contacts[slot]), 1),
            )
        )
    return cells


def service_words(share: float, width: float, lang: Language) -> str:
    """A service level and how far chance may move it; said where nobody called."""
    if np.isnan(share):
        return lang("no contacts")
    return f"{lang.percent(share, 1)} ± {lang.number(100 * width, 1)}"


def class_legend(target: float, lang: Language, palette: Palette) -> tuple[tuple[str, str], ...]:
    """Colours of the classes of service with their bounds."""
    low, below, at, above = (lang.number(100 * edge) for edge in edges(target))
    names = (f"< {low}", f"{low}–{below}", f"{below}–{at}", f"{at}–{above}", f"> {above}")
    sign = lang.percent(0)[1:]
    classes = zip(palette.classes, (name + sign for name in names), strict=True)
    return (*classes, (palette.empty, lang("no contacts")))


def day_slots(
    week: WeekOf, day: int, needed: NDArray[np.float64] | None, interval: float, lang: Language
) -> list[Slot]:
    """The intervals of a day as the chart of cover and need shows them.

    Parameters
    ----------
    week
        Service and cover.
    day
        Of the week, Monday is 0.
    needed
        Agents needed by interval of the week; None where nobody can tell.
    interval
        Length of an interval [s].
    lang
        The reader's language.
    """
    slots = []
    for place in range(week.per_day):
        at = day * week.per_day + place
        cover, need = float(week.cover[at]), None if needed is None else float(needed[at])
        start, end = place * interval, (place + 1) * interval
        tip = lang(
            "{start}–{end}: {cover} on the line, {need} needed, {service} in time",
            start=lang.clock(start),
            end=lang.clock(end),
            cover=lang.plain(cover, 1),
            need="—" if need is None else lang.plain(need, 1),
            service=lang.percent(float(week.service[at])),
        )
        slots.append(Slot(start / 3600, end / 3600, cover, need, tip))
    return slots


def thin_sentence(week: WeekOf, interval: float, lang: Language) -> str:
    """The intervals in which most contacts wait too long."""
    if not week.thin:
        return lang(
            "In every interval of the week at least {target} are answered in time.",
            target=lang.percent(week.target),
        )
    parts = []
    for slot in week.thin[:_NAMED]:
        day, place = divmod(slot, week.per_day)
        share = lang.percent(float(week.service[slot]))
        parts.append(f"{lang.day(day)} {lang.clock(place * interval)} ({share})")
    return lang("Thinnest: {intervals}.", intervals=", ".join(parts))
