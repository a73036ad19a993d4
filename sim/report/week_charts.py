"""Charts of a week as Vega-Lite specifications: service by hour, and cover against need."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import asdict, dataclass

from sim.report.language import Language
from sim.report.palette import Palette, Spec, whole

__all__ = ["Cell", "Service", "Slot", "band_chart", "day_chart", "heat_map"]

#: Columns of a heat map that still have room for a number.
_ROOM = 24


@dataclass(frozen=True, slots=True)
class Cell:
    """One interval of the week in the heat map.

    Parameters
    ----------
    day, day_name, time
        Place: day of the week from 0, its name, time of day.
    level
        Class of service from 0 to 4; None without contacts.
    figure
        Service as a short number, where it is thin.
    tip
        Service with its interval, in words.
    contacts
        How many come, in words.
    """

    day: int
    day_name: str
    time: str
    level: int | None
    figure: str
    tip: str
    contacts: str


@dataclass(frozen=True, slots=True)
class Slot:
    """One interval of a day: people at work and people needed.

    Parameters
    ----------
    start, end
        Hours of the day.
    cover, needed
        Agents; needed is None where it is not known.
    tip
        The interval in words.
    """

    start: float
    end: float
    cover: float
    needed: float | None
    tip: str


@dataclass(frozen=True, slots=True)
class Service:
    """One interval of a day: the service, and how far chance may move it.

    Parameters
    ----------
    start, end
        Hours of the day.
    value, low, high
        Service level with the ends of its interval; None without contacts.
    tip
        The interval in words.
    """

    start: float
    end: float
    value: float | None
    low: float | None
    high: float | None
    tip: str


def heat_map(cells: Sequence[Cell], lang: Language, palette: Palette) -> Spec:
    """Service by hour and day of the week; a click chooses a day.

    Parameters
    ----------
    cells
        Intervals of the week.
    lang
        The reader's language.
    palette
        Colours.
    """
    values = [
        asdict(cell)
        | {
            "colour": palette.empty if cell.level is None else palette.classes[cell.level],
            "ink": palette.muted if cell.level is None else palette.on_classes[cell.level],
        }
        for cell in cells
    ]
    times = list(dict.fromkeys(cell.time for cell in cells))
    days = list(dict.fromkeys(cell.day_name for cell in cells))
    tip = [
        {"field": "day_name", "title": lang("Day")},
        {"field": "time", "title": lang("Time")},
        {"field": "tip", "title": lang("Service")},
        {"field": "contacts", "title": lang("Contacts")},
    ]
    place = _place(times, days) | {"tooltip": tip}
    layers = [_squares(place), _figures(place)] if len(times) <= _ROOM else [_squares(place)]
    drawn = whole(layers, values, 34 * len(days) + 30, lang, palette)
    drawn["config"]["scale"] = {"bandPaddingInner": 0.08, "bandPaddingOuter": 0}
    return drawn


def _place(times: list[str], days: list[str]) -> Spec:
    """Where a cell stands: hours from left to right, days from top to bottom."""
    bare = {"title": None, "ticks": False, "domain": False}
    hours = {
        "values": [time for time in times if time.endswith(":00")],
        "labelExpr": "substring(datum.value, 0, 2)",
        "labelAngle": 0,
        "labelOverlap": "greedy",
        "labelSeparation": 3,
    }
    return {
        "x": {"field": "time", "type": "ordinal", "sort": times, "axis": bare | hours},
        "y": {
            "field": "day_name",
            "type": "ordinal",
            "sort": days,
            "axis": bare | {"labelFontSize": 13},
        },
    }


def _squares(place: Spec) -> Spec:
    """The cells, each in the colour of its class."""
    return {
        "params": [{"name": "cell", "select": {"type": "point", "fields": ["day"], "on": "click"}}],
        "mark": {"type": "rect", "cornerRadius": 2, "cursor": "pointer"},
        "encoding": place | {"color": {"field": "colour", "type": "nominal", "scale": None}},
    }


def _figures(place: Spec) -> Spec:
    """Numbers in the thin cells."""
    ink = {"field": "ink", "type": "nominal", "scale": None}
    return {
        "mark": {"type": "text", "fontSize": 11, "fontWeight": 600, "cursor": "pointer"},
        "encoding": place | {"text": {"field": "figure"}, "color": ink},
    }


def day_chart(slots: Sequence[Slot], lang: Language, palette: Palette) -> Spec:
    """People at work and people needed along a day, with the shortage between them.

    Parameters
    ----------
    slots
        Intervals of the day.
    lang
        The reader's language.
    palette
        Colours.
    """
    values = [asdict(slot) | {"short": _shortage(slot)} for slot in slots]
    # A step is drawn to the start of the next slot: the last one needs an end of its own.
    values.append(values[-1] | {"start": slots[-1].end, "end": slots[-1].end})
    top = max([s.cover for s in slots] + [s.needed or 0 for s in slots] + [1])
    at = {"x": _clock_axis(), "y": _people_axis(top, lang)}
    tip = {"field": "tip", "title": lang("Interval")}
    layers = [
        _steps("area", palette.cover, at, opacity=0.14),
        _steps("area", palette.short, at | {"y2": {"field": "short"}}, opacity=0.45),
        _steps("line", palette.cover, at, strokeWidth=2.5),
        {
            "transform": [{"filter": "isValid(datum.needed)"}],
            **_steps(
                "line",
                palette.needed,
                at | {"y": at["y"] | {"field": "needed"}},
                strokeWidth=2,
                strokeDash=[5, 3],
            ),
        },
        {
            "mark": {"type": "rect", "opacity": 0},
            "encoding": {"x": at["x"], "x2": {"field": "end"}, "tooltip": tip},
        },
    ]
    return whole(layers, values, 300, lang, palette)


def _shortage(slot: Slot) -> float:
    """Upper edge of the shortage: as high as the cover where nobody is missing."""
    return max(slot.cover, slot.needed) if slot.needed is not None else slot.cover


def _steps(kind: str, colour: str, encoding: Spec, **style: object) -> Spec:
    """A line or an area that goes in steps."""
    mark = {"type": kind, "color": colour, "interpolate": "step-after"}
    return {"mark": mark | style, "encoding": encoding}


def _clock_axis() -> Spec:
    axis = {
        "title": None,
        "grid": False,
        "values": list(range(0, 25, 2)),
        "labelExpr": "format(datum.value, '02d') + ':00'",
    }
    scale = {"domain": [0, 24], "nice": False}
    return {"field": "start", "type": "quantitative", "scale": scale, "axis": axis}


def _people_axis(top: float, lang: Language) -> Spec:
    axis = {"title": lang("People on the line"), "tickMinStep": 1, "tickCount": 6}
    scale = {"domain": [0, top * 1.08], "nice": True}
    return {"field": "cover", "type": "quantitative", "scale": scale, "axis": axis}


def band_chart(
    slots: Sequence[Service], target: float | None, lang: Language, palette: Palette
) -> Spec:
    """Service along a day with the band of its uncertainty, against the promise.

    Parameters
    ----------
    slots
        Intervals of the day.
    target
        Share promised in time; None where nothing is promised.
    lang
        The reader's language.
    palette
        Colours.
    """
    values = [asdict(slot) for slot in slots]
    values.append(values[-1] | {"start": slots[-1].end, "end": slots[-1].end})
    axis = {"title": lang("Answered in time"), "format": ".0%", "tickCount": 5}
    # What lies far below the worst hour would be empty.
    promised = [] if target is None else [target]
    least = min([1.0, *promised, *(slot.low for slot in slots if slot.low is not None)])
    scale = {"domain": [max(0.0, math.floor(10 * least - 1) / 10), 1]}
    y = {"field": "value", "type": "quantitative", "axis": axis, "scale": scale}
    x = _clock_axis()
    known = {"filter": "isValid(datum.value)"}
    band = {"y": y | {"field": "low"}, "y2": {"field": "high"}}
    layers: list[Spec] = [
        {"transform": [known], **_steps("area", palette.cover, {"x": x} | band, opacity=0.3)},
        {"transform": [known], **_steps("line", palette.cover, {"x": x, "y": y}, strokeWidth=2)},
        *(
            {
                "data": {"values": [{"value": share}]},
                "mark": {"type": "rule", "color": palette.needed, "strokeDash": [5, 3]},
                "encoding": {"y": y},
            }
            for share in promised
        ),
        {
            "mark": {"type": "rect", "opacity": 0},
            "encoding": {
                "x": x,
                "x2": {"field": "end"},
                "tooltip": {"field": "tip", "title": lang("Interval")},
            },
        },
    ]
    return whole(layers, values, 190, lang, palette)
