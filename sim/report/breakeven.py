"""Break-even in words, as a picture of text, as data."""

from __future__ import annotations

from typing import Any

from sim.decide.breakeven import BreakEven, Crossing, Point
from sim.decide.valued import Amount
from sim.report.answer import finite, in_both, with_interval
from sim.report.inputs import input_title, input_value
from sim.report.language import N_, Language
from sim.report.sentences import channel_title, option_title
from sim.report.table import Table

__all__ = [
    "breakeven_data",
    "breakeven_picture",
    "breakeven_rows",
    "breakeven_sentences",
    "breakeven_table",
    "turning_points",
]

#: Rows of the picture, columns that it may take, and most and least of them for bars on a side.
_ROWS, _WIDTH, _BAR, _LEAST = 15, 80, 12, 4


_AMOUNTS: dict[Amount, str] = {
    "economic_cost": N_("Counted is a month with what its service costs customers."),
    "npv": N_("Counted is the present value of all that is paid over the months."),
    "npv_economic": N_(
        "Counted is the present value over the months, with what service costs customers."
    ),
}


def breakeven_sentences(found: BreakEven, lang: Language) -> list[str]:
    """Where the cheaper option changes, the answer first."""
    first, second = (option_title(_scenario(found), name, lang) for name in found.options)
    what = input_title(_scenario(found), found.input, lang)
    if not found.crossings:
        cheaper = first if found.points[0].difference < 0 else second
        ends = (_value(found, found.points[n].value, lang) for n in (0, -1))
        low, high = ends
        said = [
            lang(
                "{what}: {cheaper} is cheaper all the way from {low} to {high}.",
                what=what,
                cheaper=cheaper,
                low=low,
                high=high,
            )
        ]
    else:
        said = [_crossing(found, one, what, lang) for one in turning_points(found)]
        if len(found.crossings) > 2:
            count = len(found.crossings)
            said.append(
                lang.n(
                    "Between the first and the last the cheaper one changes {n} more time.",
                    "Between the first and the last the cheaper one changes {n} more times.",
                    count - 2,
                )
            )
    if found.amount != "cost":
        said.append(lang(_AMOUNTS[found.amount]))
    said += [
        _verified(found, one, lang) for one in turning_points(found) if one.simulated is not None
    ]
    if not all(point.equal for point in found.points):
        said.append(lang("Where a row is marked *, the two do not give equal service."))
    said.append(
        lang(
            "Every point is staffed anew to the same promise, by closed forms that start from the "
            "simulation of what is; now: {now}.",
            now=_value(found, found.now, lang),
        )
    )
    return said


def _scenario(found: BreakEven) -> Any:
    return found.comparison.scenario


def turning_points(found: BreakEven) -> tuple[Crossing, ...]:
    """The first crossing and the last: what is told of all."""
    return (
        found.crossings if len(found.crossings) < 2 else (found.crossings[0], found.crossings[-1])
    )


def _value(found: BreakEven, value: float, lang: Language) -> str:
    return input_value(_scenario(found), found.input, value, lang, factor=found.factor)


def _crossing(found: BreakEven, one: Crossing, what: str, lang: Language) -> str:
    """Where two options cost the same, and how sure that is."""
    scenario = _scenario(found)
    below = one.cheaper_below
    above = next(name for name in found.options if name != below)
    ends = (
        lang("the end of the range") if end is None else _value(found, end, lang)
        for end in (one.low, one.high)
    )
    low, high = ends
    return lang(
        "{what}: both cost the same at {value} (by the noise of simulation from {low} to {high}). "
        "Below that {below} is cheaper, above it {above}.",
        what=what,
        value=_value(found, one.point.value, lang),
        low=low,
        high=high,
        below=option_title(scenario, below, lang),
        above=option_title(scenario, above, lang),
    )


def _verified(found: BreakEven, one: Crossing, lang: Language) -> str:
    """What a new simulation says at a crossing."""
    scenario, seen = _scenario(found), one.simulated
    assert seen is not None
    money = scenario.currency
    words = (
        N_(
            "Simulated anew at {value}: {cheaper} is cheaper by {difference} ± {half}, {share} of "
            "the cost."
        )
        if found.amount.startswith("npv")
        else N_(
            "Simulated anew at {value}: {cheaper} is cheaper by {difference} ± {half} a month, "
            "{share} of the cost."
        )
    )
    said = lang(
        words,
        value=_value(found, one.point.value, lang),
        cheaper=option_title(scenario, found.options[0 if seen.value < 0 else 1], lang),
        difference=lang.money(abs(seen.value), money, compact=True),
        half=lang.money(seen.half_width, money, compact=True),
        share=lang.percent(abs(seen.value) / max(one.point.costs), 1),
    )
    if one.meets is not None:
        said += " " + lang("By that they meet at {value}.", value=_value(found, one.meets, lang))
    if one.gaps:
        channels = ", ".join(channel_title(scenario, name, lang) for name in one.gaps)
        said += " " + lang("Service differs there in: {channels}.", channels=channels)
    return said


def breakeven_picture(found: BreakEven, lang: Language) -> list[str]:
    """The curve in lines of text: the difference as a bar to the side of the cheaper option."""
    first, second = (option_title(_scenario(found), name, lang) for name in found.options)
    marked = {one.point.value for one in found.crossings}
    shown = _points_shown(found)
    most = max(abs(point.difference) for point in shown) or 1.0
    cells = []
    for point in shown:
        value, *rest = _cells(found, point, lang)
        cells.append((("→ " if point.value in marked else "") + value, *rest))
    widths = [max(map(len, column)) for column in zip(*cells, strict=True)]
    room = (_WIDTH - sum(widths) - 2 * len(widths) - 1) // 2
    size = max(_LEAST, min(_BAR, room))
    lines = []
    for point, row in zip(shown, cells, strict=True):
        value, *rest = (f"{cell:>{width}}" for cell, width in zip(row, widths, strict=True))
        lines.append("  ".join([value, _bar(point, most, size), *rest]))
    words = (
        N_(
            "Bars: who is cheaper, and by how much; left {first}, right {second}. Then the present "
            "value of either, and the least share answered in time."
        )
        if found.amount.startswith("npv")
        else N_(
            "Bars: who is cheaper, and by how much; left {first}, right {second}. Then the cost of "
            "either a month, and the least share answered in time."
        )
    )
    legend = lang(words, first=first, second=second)
    return [legend, "", *(line.rstrip() for line in lines)]


def breakeven_table(found: BreakEven, lang: Language) -> Table:
    """The curve at some of its points and where it turns: costs, who is cheaper, service."""
    scenario = _scenario(found)
    first, second = (option_title(scenario, name, lang) for name in found.options)
    rows = []
    for point in _points_shown(found):
        value, *costs, service = _cells(found, point, lang)
        cheaper = first if point.difference < 0 else second
        by = lang.money(abs(point.difference), scenario.currency, compact=True)
        rows.append((value, *costs, cheaper, by, service))
    what = input_title(scenario, found.input, lang)
    more = lang("Cheaper"), lang("By"), lang("Answered in time")
    return Table(lang("Where the answer turns"), (what, first, second, *more), tuple(rows))


def _points_shown(found: BreakEven) -> list[Point]:
    """Some points of the curve, its last one, and every crossing, by rising value."""
    step = max(1, -(-len(found.points) // _ROWS))
    shown = [*found.points[::step], found.points[-1], *(one.point for one in found.crossings)]
    return [point for _, point in sorted({point.value: point for point in shown}.items())]


def _cells(found: BreakEven, point: Point, lang: Language) -> tuple[str, str, str, str]:
    """A point as text: value, both costs, service of both."""
    one, other = (lang.money(x, _scenario(found).currency, compact=True) for x in point.costs)
    service = _service(point, lang) + ("" if point.equal else " *")
    return _value(found, point.value, lang), one, other, service


def _bar(point: Point, most: float, size: int) -> str:
    """The difference as a bar to the side of the cheaper option."""
    length = round(size * abs(point.difference) / most)
    left = "█" * length if point.difference < 0 else ""
    right = "█" * length if point.difference > 0 else ""
    return f"{left:>{size}}│{right:<{size}}"


def _service(point: Point, lang: Language) -> str:
    return " / ".join(lang.percent(share) for share in point.service)


def breakeven_rows(found: BreakEven) -> list[dict[str, object]]:
    """The curve as rows of plain numbers."""
    first, second = found.options
    return [
        {
            "value": point.value,
            f"cost_{first}": point.costs[0],
            f"cost_{second}": point.costs[1],
            "difference": point.difference,
            f"service_{first}": finite(point.service[0]),
            f"service_{second}": finite(point.service[1]),
            "equal_service": point.equal,
        }
        for point in found.points
    ]


def breakeven_data(found: BreakEven) -> dict[str, Any]:
    """Everything as plain data; values are in the scenario's own units, or factors."""
    scenario, run = _scenario(found), found.comparison.run
    return {
        "scenario": scenario.name,
        "currency": scenario.currency,
        "seed": run.seed,
        "replications": run.replications,
        "input": found.input.path,
        "unit": "factor" if found.factor else found.input.unit,
        "amount": found.amount,
        "now": found.now,
        "options": list(found.options),
        "crossings": [_crossing_data(one) for one in found.crossings],
        "points": breakeven_rows(found),
        "sentences": in_both(lambda lang: breakeven_sentences(found, lang)),
    }


def _crossing_data(one: Crossing) -> dict[str, Any]:
    seen = one.simulated
    return {
        "value": one.point.value,
        "low": one.low,
        "high": one.high,
        "cheaper_below": one.cheaper_below,
        "costs": list(one.point.costs),
        "simulated": None if seen is None else with_interval(seen),
        "meets": one.meets,
        "unequal_service": list(one.gaps),
    }
