"""Charts of decisions as Vega-Lite specifications: break-even, spread of a saving, frontier.

Rows come in ready to be read; amounts stand in thousands or millions of the currency.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import asdict, dataclass

import numpy as np
from numpy.typing import NDArray

from sim.report.language import N_, Language
from sim.report.palette import Palette, Spec, whole

__all__ = ["CurveRow", "Mark", "Tried", "curve_chart", "frontier_chart", "spread_chart"]

_HEIGHT = 300
# Bars of a histogram, about.
_BARS = 30
_SCALES = ((1e6, N_("million {currency}")), (1e3, N_("thousand {currency}")), (1.0, "{currency}"))


@dataclass(frozen=True, slots=True)
class CurveRow:
    """One option at one value of an input.

    Parameters
    ----------
    place
        Number of the option: its colour.
    name, at, cost
        The option, the value of the input, what it costs there [money].
    tip
        The same in words.
    """

    place: int
    name: str
    at: float
    cost: float
    tip: str


@dataclass(frozen=True, slots=True)
class Mark:
    """A value of the input that is pointed out.

    Parameters
    ----------
    at, words
        Where, and what is written there.
    low, high
        What is about even around it; None where that is not known.
    """

    at: float
    words: str
    low: float | None = None
    high: float | None = None


@dataclass(frozen=True, slots=True)
class Tried:
    """A way to part the work, with its service and its cost.

    Parameters
    ----------
    answered, cost
        Share answered in time, and cost of a month [money].
    state
        ``best``, ``alike``, ``dearer``, ``worse``; ``front``: by closed form.
    tip
        The same in words.
    """

    answered: float
    cost: float
    state: str
    tip: str


def curve_chart(
    rows: Sequence[CurveRow],
    now: Mark,
    crossings: Sequence[Mark],
    axis: str,
    currency: str,
    lang: Language,
    palette: Palette,
) -> Spec:
    """Cost of options along an input, with where it stands and where the answer changes.

    Parameters
    ----------
    rows
        The options by rising value.
    now, crossings
        Where the scenario stands, and where two options cost the same.
    axis
        What the input is.
    currency
        ISO code.
    lang, palette
        The reader's language, and colours.
    """
    size, unit = _scale(max((row.cost for row in rows), default=0.0), currency, lang)
    colours = (palette.cover, palette.needed)
    values = [
        asdict(row) | {"cost": row.cost / size, "colour": colours[row.place % 2]} for row in rows
    ]
    x = _axis("at", axis, [min(r.at for r in rows), max(r.at for r in rows)])
    y = _axis("cost", lang("{unit} a month", unit=unit), [0.0, max(v["cost"] for v in values)])
    colour = {"field": "colour", "type": "nominal", "scale": None}
    tip = {"field": "tip", "title": lang("Cost")}
    line = {"y": y, "x": x, "color": colour, "detail": {"field": "name"}}
    bands = [asdict(one) for one in crossings if one.low is not None and one.high is not None]
    layers: list[Spec] = [
        {
            "data": {"values": bands},
            "mark": {"type": "rect", "color": palette.even, "opacity": 0.16},
            "encoding": {"x": x | {"field": "low"}, "x2": {"field": "high"}},
        },
        {"mark": {"type": "line", "strokeWidth": 2.5}, "encoding": line},
        {
            "mark": {"type": "point", "filled": True, "size": 140, "opacity": 0},
            "encoding": line | {"tooltip": tip},
        },
        *_upright([now], x, palette.text, [1, 0]),
        *_upright(crossings, x, palette.dearer, [5, 3]),
    ]
    return whole(layers, values, _HEIGHT, lang, palette)


def _upright(marks: Sequence[Mark], x: Spec, colour: str, dash: list[int]) -> list[Spec]:
    """Upright lines with words beside them."""
    data = {"values": [asdict(one) for one in marks]}
    # Words of the crossing stand below those of today, so that neither covers the other.
    below = 6 if dash == [1, 0] else 24
    return [
        {
            "data": data,
            "mark": {"type": "rule", "color": colour, "strokeWidth": 1.5, "strokeDash": dash},
            "encoding": {"x": x},
        },
        {
            "data": data,
            "mark": {"type": "text", "align": "left", "baseline": "top", "dx": 5, "fontSize": 12}
            | {"color": colour, "fontWeight": 600},
            "encoding": {"x": x, "y": {"value": below}, "text": {"field": "words"}},
        },
    ]


def spread_chart(
    saving: NDArray[np.float64], title: str, currency: str, lang: Language, palette: Palette
) -> Spec:
    """How often a saving came out how large: cheaper on one side of zero, dearer on the other.

    Parameters
    ----------
    saving
        By draw [money].
    title
        What the axis shows; ``{unit}`` in it becomes the unit.
    currency
        ISO code.
    lang, palette
        The reader's language, and colours.
    """
    size, unit = _scale(float(np.abs(saving).max(initial=0.0)), currency, lang)
    scaled = saving / size
    step = _step(float(np.ptp(scaled)) / _BARS)
    # Whole steps, so that zero is where one bar ends and the next begins.
    first = math.floor(float(scaled.min()) / step)
    last = max(first + 1, math.ceil(float(scaled.max()) / step))
    counts, edges = np.histogram(scaled, np.arange(first, last + 1) * step)
    values = [
        {
            "low": float(low),
            "high": float(high),
            "share": count / len(saving),
            "colour": palette.cheaper if low + high > 0 else palette.dearer,
            "tip": lang("{n} of {all} draws", n=lang.number(count), all=lang.number(len(saving))),
        }
        for low, high, count in zip(edges[:-1], edges[1:], counts, strict=True)
        if count
    ]
    ends = [min(0.0, float(edges[0])), max(0.0, float(edges[-1]))]
    x = _axis("low", title.replace("{unit}", unit), ends)
    layers: list[Spec] = [
        {
            "mark": {"type": "rect", "stroke": palette.empty, "strokeWidth": 1},
            "encoding": {
                "x": x,
                "x2": {"field": "high"},
                "y": {"field": "share", "type": "quantitative", "axis": None},
                "y2": {"datum": 0},
                "color": {"field": "colour", "type": "nominal", "scale": None},
                "tooltip": {"field": "tip", "title": lang("How often")},
            },
        },
        {
            "data": {"values": [{"low": 0.0}]},
            "mark": {"type": "rule", "color": palette.text, "strokeWidth": 1.5},
            "encoding": {"x": x},
        },
    ]
    return whole(layers, values, 270, lang, palette)


def frontier_chart(
    points: Sequence[Tried], bound: float, currency: str, lang: Language, palette: Palette
) -> Spec:
    """Cost by service: ways that were simulated, the cheapest by closed form, the bound.

    Parameters
    ----------
    points
        The ways to part the work.
    bound
        What none can cost less than at the promise [money].
    currency
        ISO code.
    lang, palette
        The reader's language, and colours.
    """
    size, unit = _scale(max([bound, *(one.cost for one in points)]), currency, lang)
    colours = {"best": palette.cheaper, "alike": palette.cheaper, "dearer": palette.dearer}
    colours |= {"worse": palette.even, "front": palette.cover}
    values = [
        asdict(one) | {"cost": one.cost / size, "colour": colours[one.state]} for one in points
    ]
    shares = [one.answered for one in points]
    costs = [*(value["cost"] for value in values), bound / size]
    x = _axis(
        "answered",
        lang("Answered in time"),
        [max(0.0, min(shares) - 0.02), min(1.0, max(shares) + 0.02)],
    )
    x["axis"]["format"] = ".0%"
    room = 0.08 * (max(costs) - min(costs) or 1.0)
    ends = [min(costs) - room, max(costs) + room]
    at = {"x": x, "y": _axis("cost", lang("{unit} a month", unit=unit), ends)}
    tip = {"field": "tip", "title": lang("Work parted")}
    front = {"filter": "datum.state === 'front'"}
    layers: list[Spec] = [
        {
            "data": {"values": [{"cost": bound / size}]},
            "mark": {"type": "rule", "color": palette.even, "strokeDash": [5, 3]},
            "encoding": {"y": at["y"]},
        },
        {
            "transform": [front],
            "mark": {"type": "line", "color": palette.cover, "strokeWidth": 2},
            "encoding": at,
        },
        {
            "mark": {"type": "point", "filled": True, "size": 95},
            "encoding": at
            | {"color": {"field": "colour", "type": "nominal", "scale": None}, "tooltip": tip},
        },
    ]
    return whole(layers, values, _HEIGHT, lang, palette)


def _axis(field: str, title: str, ends: list[float]) -> Spec:
    """An axis from one end to the other, with few ticks: labels must not meet on a phone."""
    axis = {"title": title, "format": ",.2~f", "tickCount": 5, "labelOverlap": True}
    scale = {"domain": ends, "nice": False, "zero": False}
    return {"field": field, "type": "quantitative", "axis": axis, "scale": scale}


def _scale(most: float, currency: str, lang: Language) -> tuple[float, str]:
    """In what amounts of such a size are told."""
    sign = "".join(lang.vega(currency)["currency"]).strip()
    for size, words in _SCALES:
        if most >= size:
            return size, lang(words, currency=sign)
    return 1.0, sign


def _step(least: float) -> float:
    """The next round number above: 1, 2 or 5 times a power of ten."""
    if least <= 0:
        return 1.0
    power = 10.0 ** math.floor(math.log10(least))
    return next(n * power for n in (1, 2, 5, 10) if n * power >= least * (1 - 1e-9))
