"""Charts of risk as Vega-Lite specifications: what a difference may be, and what moves it.

Teal is where the second of two options is cheaper, brick where the first is, in all of them.
"""

from __future__ import annotations

import json
import math
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from itertools import pairwise

import numpy as np
from numpy.typing import NDArray

from sim.report.language import Language
from sim.report.palette import Palette, Spec, whole

__all__ = [
    "Bin",
    "CurvePoint",
    "Mark",
    "TornadoRow",
    "bins_of",
    "curve_chart",
    "histogram",
    "tornado_chart",
]

# Bars of a histogram, about; and marks of an axis of money, about.
_BINS, _MARKS = 30, 5
_STEPS = (1.0, 2.0, 2.5, 5.0, 10.0)
# Three lines of an input in the tornado: its name, both ends with what they make, its bar.
_ROW, _NAME, _ENDS, _BAR = 64, -24, -7, 13
# Room for what the ends make, beside them [pixels].
_WORDS = 130


@dataclass(frozen=True, slots=True)
class Bin:
    """One bar of a histogram.

    Parameters
    ----------
    low, high
        Its ends; zero is never between them.
    share
        Share of all draws.
    tip
        The bar in words.
    """

    low: float
    high: float
    share: float
    tip: str = ""


@dataclass(frozen=True, slots=True)
class TornadoRow:
    """One input in the tornado.

    Parameters
    ----------
    name, ends
        What it is, and the ends of its range, in words.
    at_low, at_high
        The difference at either end.
    words
        The difference at both ends, in words.
    """

    name: str
    ends: str
    at_low: float
    at_high: float
    words: str


@dataclass(frozen=True, slots=True)
class CurvePoint:
    """Two options at one value of an input.

    Parameters
    ----------
    value, difference
        The value, and cost of the first option minus that of the second.
    equal
        Whether both give the same service.
    tip
        The value, in words.
    costs, service
        Cost and service of both, in words.
    """

    value: float
    difference: float
    equal: bool
    tip: str
    costs: str
    service: str


@dataclass(frozen=True, slots=True)
class Mark:
    """A value of the input that is marked: where it stands now, or where the answer turns.

    Parameters
    ----------
    value, words
        Where, and what is written there.
    now
        Whether it is where the scenario stands.
    """

    value: float
    words: str
    now: bool = False


def bins_of(values: NDArray[np.float64]) -> list[Bin]:
    """Draws counted in bars of a round width, none of which lies across zero.

    Parameters
    ----------
    values
        The draws.

    Examples
    --------
    >>> bars = bins_of(np.array([-1.0, 2.0, 2.5, 3.0]))
    >>> sum(one.share for one in bars), any(one.low < 0 < one.high for one in bars)
    (1.0, False)
    """
    low, high = float(values.min()), float(values.max())
    width = _step((high - low) / _BINS) if high > low else max(abs(high), 1.0) / _BINS
    place = np.floor(values / width).astype(np.int64)
    first, last = int(place.min()), int(place.max())
    counts = np.bincount(place - first, minlength=last - first + 1)
    return [
        Bin((first + n) * width, (first + n + 1) * width, float(count) / len(values))
        for n, count in enumerate(counts.tolist())
    ]


def histogram(
    bins: Sequence[Bin], middle: float, currency: str, lang: Language, palette: Palette
) -> Spec:
    """How the difference of two options is spread over all draws.

    Parameters
    ----------
    bins
        The bars, from low to high.
    middle
        The median, marked.
    currency
        ISO code.
    lang
        The reader's language.
    palette
        Colours.
    """
    values = [
        asdict(one) | {"colour": _side(one.low + one.high, palette), "zero": 0.0} for one in bins
    ]
    ends = [bins[0].low, bins[-1].high, 0.0]
    axis = _money_axis("low", ends, currency, lang, palette)
    tall = {"field": "share", "type": "quantitative", "axis": None}
    layers: list[Spec] = [
        {
            "mark": {"type": "bar", "stroke": None, "binSpacing": 1},
            "encoding": {
                "x": axis | {"bin": "binned"},
                "x2": {"field": "high"},
                "y": tall,
                "color": {"field": "colour", "type": "nominal", "scale": None},
                "tooltip": [{"field": "tip", "title": lang("Difference")}],
            },
        },
        _rule(0.0, axis, palette.text, 1.5),
        _rule(middle, axis, palette.text, 1.5, dash=True),
    ]
    return whole(layers, values, 230, lang, palette)


def tornado_chart(
    rows: Sequence[TornadoRow], now: float, currency: str, lang: Language, palette: Palette
) -> Spec:
    """The difference at both ends of each input, all others as they are.

    Parameters
    ----------
    rows
        Inputs, widest first.
    now
        The difference as the scenario stands, marked.
    currency
        ISO code.
    lang
        The reader's language.
    palette
        Colours.
    """
    names = [row.name for row in rows]
    parts = [part for row in rows for part in _parts(row, palette)]
    ends = [end for row in rows for end in (row.at_low, row.at_high)] + [0.0, now]
    axis = _money_axis("from", ends, currency, lang, palette)
    across = {"field": "name", "type": "ordinal", "sort": names, "axis": None}
    tips = [
        {"field": "name", "title": lang("Input")},
        {"field": "ends", "title": lang("Range")},
        {"field": "words", "title": lang("Difference")},
    ]
    bars: Spec = {
        "mark": {"type": "bar", "size": 14, "yOffset": _BAR, "stroke": None, "cornerRadius": 2},
        "encoding": {
            "y": across,
            "x": axis,
            "x2": {"field": "to"},
            "color": {"field": "colour", "type": "nominal", "scale": None},
            "tooltip": tips,
        },
    }
    layers = [
        bars,
        _ticks(rows, across, 0.0, axis, palette.text),
        _ticks(rows, across, now, axis, palette.muted),
        _line(rows, across, "name", palette.text, {"fontWeight": 600, "dy": _NAME}, 0),
        _line(rows, across, "ends", palette.muted, {"dy": _ENDS}, _WORDS),
        _line(rows, across, "words", palette.text, {"dy": _ENDS, "align": "right"}, 0),
    ]
    return whole(layers, parts, _ROW * len(rows) + 24, lang, palette)


def curve_chart(
    points: Sequence[CurvePoint],
    marks: Sequence[Mark],
    currency: str,
    lang: Language,
    palette: Palette,
) -> Spec:
    """The difference of two options along an input, with where it is now and where it turns.

    Parameters
    ----------
    points
        The curve, by rising value.
    marks
        Values to mark.
    currency
        ISO code.
    lang
        The reader's language.
    palette
        Colours.
    """
    low, high = points[0].value, points[-1].value
    kind = "log" if low > 0 and high / low > 4 else "linear"
    along = {
        "field": "value",
        "type": "quantitative",
        "scale": {"type": kind, "domain": [low, high], "nice": False},
        "axis": _value_axis(points),
    }
    ends = [point.difference for point in points] + [0.0]
    tall = _money_axis("difference", ends, currency, lang, palette) | {"title": None}
    values = [asdict(point) | {"zero": 0.0} for point in points]
    tips = [
        {"field": "tip", "title": lang("Value")},
        {"field": "costs", "title": lang("Cost")},
        {"field": "service", "title": lang("Answered in time")},
    ]
    layers: list[Spec] = [
        _area(along, tall, "max(datum.difference, 0)", palette.cheaper),
        _area(along, tall, "min(datum.difference, 0)", palette.dearer),
        {
            "mark": {"type": "line", "color": palette.text, "strokeWidth": 2},
            "encoding": {"x": along, "y": tall},
        },
        {
            "mark": {"type": "point", "filled": True, "size": 60, "opacity": 0.01},
            "encoding": {"x": along, "y": tall, "tooltip": tips},
        },
        {
            "data": {"values": [{"zero": 0.0}]},
            "mark": {"type": "rule", "color": palette.text, "strokeWidth": 1.2},
            "encoding": {"y": tall | {"field": "zero"}},
        },
        *_marks(marks, along, (low, high), kind, palette),
    ]
    return whole(layers, values, 320, lang, palette)


def _marks(
    marks: Sequence[Mark], along: Spec, ends: tuple[float, float], kind: str, palette: Palette
) -> list[Spec]:
    """Upright lines with words beside them, each in a line of its own, on the side with room."""
    layers: list[Spec] = []
    shown = [mark for mark in marks if ends[0] <= mark.value <= ends[1]]
    for number, mark in enumerate(shown):
        colour = palette.muted if mark.now else palette.text
        reach = [math.log(end) if kind == "log" else end for end in (*ends, mark.value)]
        right = reach[2] < (reach[0] + reach[1]) / 2
        data = {"values": [{"value": mark.value, "words": mark.words}]}
        dash = {} if mark.now else {"strokeDash": [5, 3]}
        text = {"type": "text", "color": colour, "fontSize": 13, "fontWeight": 600}
        side = {"align": "left" if right else "right", "dx": 6 if right else -6}
        layers += [
            {
                "data": data,
                "mark": {"type": "rule", "color": colour, "strokeWidth": 1.5} | dash,
                "encoding": {"x": along},
            },
            {
                "data": data,
                "mark": text | side | {"baseline": "top"},
                "encoding": {
                    "x": along,
                    "y": {"value": 4 + 18 * number},
                    "text": {"field": "words"},
                },
            },
        ]
    return layers


def _area(along: Spec, tall: Spec, side: str, colour: str) -> Spec:
    return {
        "transform": [{"calculate": side, "as": "side"}],
        "mark": {"type": "area", "color": colour, "opacity": 0.3},
        "encoding": {"x": along, "y": tall | {"field": "side"}, "y2": {"field": "zero"}},
    }


def _value_axis(points: Sequence[CurvePoint]) -> Spec:
    """Some of the values, as they are written elsewhere."""
    count = min(5, len(points))
    chosen = [points[round(n * (len(points) - 1) / (count - 1))] for n in range(count)]
    axis = {"title": None, "grid": False, "values": [point.value for point in chosen]}
    labels = {_key(point.value): point.tip for point in chosen}
    # Not every browser writes a number with the same digits: the nearest of ours is meant.
    nearest = " : ".join(
        f"abs(datum.value - {key}) <= {1e-9 * max(1.0, abs(float(key)))} ? {json.dumps(words)}"
        for key, words in labels.items()
    )
    more = {"labelExpr": f"{nearest} : ''", "labelAlign": "center", "labelBound": False}
    return axis | more | {"labelFlush": True, "labelOverlap": "greedy", "labelSeparation": 12}


def _parts(row: TornadoRow, palette: Palette) -> list[Spec]:
    """A bar in one part, or in two where it lies across zero."""
    low, high = sorted((row.at_low, row.at_high))
    cuts = [low, 0.0, high] if low < 0 < high else [low, high]
    return [
        asdict(row) | {"from": a, "to": b, "colour": _side(a + b, palette)}
        for a, b in pairwise(cuts)
    ]


def _side(difference: float, palette: Palette) -> str:
    """Whose side a difference is on."""
    return palette.cheaper if difference > 0 else palette.dearer


def _line(
    rows: Sequence[TornadoRow], across: Spec, field: str, colour: str, style: Spec, room: int
) -> Spec:
    """Text above each bar, at the left edge or at the right one; cut where it would run out."""
    mark = {"type": "text", "baseline": "middle", "align": "left", "tooltip": None}
    # A text that is wider than a narrow screen would else make the drawing beside it narrow.
    more = {"fontSize": 12.5, "color": colour, "limit": {"expr": f"width - {room}"}}
    return {
        "data": {"values": [asdict(row) for row in rows]},
        "mark": mark | more | style,
        "encoding": {
            "y": across,
            "x": {"value": "width" if style.get("align") == "right" else 0},
            "text": {"field": field},
        },
    }


def _ticks(rows: Sequence[TornadoRow], across: Spec, value: float, axis: Spec, colour: str) -> Spec:
    """A mark at an amount beside every bar, clear of the words above it."""
    return {
        "data": {"values": [{"name": row.name, "at": value} for row in rows]},
        "mark": {"type": "tick", "yOffset": _BAR, "size": 24, "thickness": 2, "color": colour},
        "encoding": {"y": across, "x": axis | {"field": "at"}},
    }


def _rule(value: float, axis: Spec, colour: str, width: float, *, dash: bool = False) -> Spec:
    """A line across a chart at an amount."""
    mark = {"type": "rule", "color": colour, "strokeWidth": width}
    at = {key: part for key, part in axis.items() if key != "bin"} | {"field": "at"}
    return {
        "data": {"values": [{"at": value}]},
        "mark": mark | ({"strokeDash": [4, 3]} if dash else {}),
        "encoding": {"x": at},
    }


def _money_axis(
    field: str, ends: Sequence[float], currency: str, lang: Language, palette: Palette
) -> Spec:
    """Amounts with marks at round numbers, written as they are everywhere else."""
    low, high = min(ends), max(ends)
    room = 0.03 * (high - low) or 1.0
    step = _step((high - low) / _MARKS if high > low else 1.0)
    first, last = math.ceil((low - room) / step), math.floor((high + room) / step)
    marks = [n * step for n in range(first, last + 1)]
    labels = " : ".join(
        f"abs(datum.value - {_key(mark)}) < {_key(step / 100)} ? "
        f"{json.dumps(lang.money(mark, currency, compact=True))}"
        for mark in marks
    )
    return {
        "field": field,
        "type": "quantitative",
        "title": None,
        "scale": {"domain": [low - room, high + room], "nice": False, "zero": False},
        "axis": {
            "values": marks,
            "labelExpr": f"{labels} : ''" if labels else "''",
            "grid": True,
            "gridColor": palette.line,
            "domain": False,
            "ticks": False,
            "labelOverlap": "greedy",
        },
    }


def _step(rough: float) -> float:
    """The round number at or above another: 1, 2, 2.5 or 5 with noughts."""
    size = 10.0 ** math.floor(math.log10(rough))
    return next(step * size for step in _STEPS if step * size >= rough * (1 - 1e-9))


def _key(value: float) -> str:
    """A number as a chart reads it."""
    return repr(float(value))
