"""Charts of what was learnt from logs as Vega-Lite specifications."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict, dataclass
from datetime import date
from typing import Literal

from sim.report.language import Language
from sim.report.palette import Palette, Spec, whole

__all__ = [
    "DayBar",
    "FitHour",
    "HourPoint",
    "LawPoint",
    "Step",
    "day_colours",
    "days_chart",
    "fit_chart",
    "hours_chart",
    "law_chart",
    "survival_chart",
]

#: What a day is like, beside others of its weekday.
DayKind = Literal["usual", "busy", "quiet", "holiday", "missing"]


@dataclass(frozen=True, slots=True)
class DayBar:
    """One day of a log.

    Parameters
    ----------
    day
        Its date.
    contacts
        How many came.
    kind
        What it is like.
    tip
        The day in words.
    """

    day: date
    contacts: int
    kind: DayKind
    tip: str


@dataclass(frozen=True, slots=True)
class HourPoint:
    """A figure of one hour of the day for one kind of day.

    Parameters
    ----------
    hour
        Start of the interval [h].
    value
        The figure.
    series, colour
        Name and colour of the line.
    tip
        The point in words.
    """

    hour: float
    value: float
    series: str
    colour: str
    tip: str


@dataclass(frozen=True, slots=True)
class LawPoint:
    """A class of measured durations, and what the law has in it.

    Parameters
    ----------
    start, stop
        Bounds [s].
    measured, law
        Shares of all.
    tip
        The class in words.
    """

    start: float
    stop: float
    measured: float
    law: float
    tip: str


@dataclass(frozen=True, slots=True)
class Step:
    """A point of a curve of patience.

    Parameters
    ----------
    seconds
        Time waited.
    share
        Share still waiting.
    tip
        The point in words.
    """

    seconds: float
    share: float
    tip: str


@dataclass(frozen=True, slots=True)
class FitHour:
    """One hour of the day: what happened, and what the simulation says.

    Parameters
    ----------
    hour
        Start of the hour.
    real, simulated
        The measure.
    low, high
        Band in which nine of ten days lie in the simulation.
    tip
        The hour in words.
    """

    hour: float
    real: float
    simulated: float
    low: float
    high: float
    tip: str


def day_colours(palette: Palette) -> dict[DayKind, str]:
    """A colour for each kind of day."""
    return {
        "usual": palette.cover,
        "busy": palette.short,
        "quiet": palette.needed,
        "holiday": palette.groups["telephony"],
        "missing": palette.muted,
    }


def days_chart(days: Sequence[DayBar], lang: Language, palette: Palette) -> Spec:
    """Contacts of each day; the odd ones stand out.

    Parameters
    ----------
    days
        In order; a day that is missing has no contacts and is marked on the line.
    lang
        The reader's language.
    palette
        Colours.
    """
    colours = day_colours(palette)
    values = [
        {"day": one.day.isoformat(), "contacts": one.contacts, "tip": one.tip}
        | {"colour": colours[one.kind], "missing": one.kind == "missing"}
        for one in days
    ]
    x = {
        "field": "day",
        "type": "temporal",
        "timeUnit": "yearmonthdate",
        "axis": {"title": None, "format": "%d.%m", "grid": False, "tickCount": 8},
    }
    y = {
        "field": "contacts",
        "type": "quantitative",
        "axis": {"title": lang("Contacts a day"), "tickCount": 5},
    }
    colour = {"field": "colour", "type": "nominal", "scale": None}
    tip = {"field": "tip", "title": lang("Day")}
    bars = {"mark": {"type": "bar"}, "encoding": {"x": x, "y": y, "color": colour, "tooltip": tip}}
    gaps = {
        "transform": [{"filter": "datum.missing"}],
        "mark": {"type": "point", "shape": "cross", "filled": True, "size": 45, "opacity": 1},
        "encoding": {"x": x, "y": y, "color": colour, "tooltip": tip},
    }
    return whole([bars, gaps], values, 240, lang, palette)


def hours_chart(
    points: Sequence[HourPoint], title: str, lang: Language, palette: Palette, height: int = 250
) -> Spec:
    """A figure along the day, a line for each kind of day.

    Parameters
    ----------
    points
        Line after line, each in order of its hours.
    title
        What the figure is.
    lang
        The reader's language.
    palette
        Colours.
    height
        Of the drawing [pixels].
    """
    y = {
        "field": "value",
        "type": "quantitative",
        "axis": {"title": title, "tickCount": 5},
    }
    colour = {"field": "colour", "type": "nominal", "scale": None}
    mark = {"type": "line", "interpolate": "step-after", "strokeWidth": 2}
    line = {"mark": mark, "encoding": {"x": _hours(), "y": y, "color": colour}}
    tip = [
        {"field": "series", "title": lang("Days")},
        {"field": "tip", "title": lang("Interval")},
    ]
    seen = {
        "mark": {"type": "point", "opacity": 0, "size": 90},
        "encoding": {"x": _hours(), "y": y, "tooltip": tip},
    }
    return whole([line, seen], [asdict(point) for point in points], height, lang, palette)


def law_chart(classes: Sequence[LawPoint], title: str, lang: Language, palette: Palette) -> Spec:
    """A histogram of durations with the law that is written to the scenario.

    Parameters
    ----------
    classes
        In order, without gaps.
    title
        What the durations are.
    lang
        The reader's language.
    palette
        Colours.
    """
    # Width of a class may differ: the height is a share for each second, of which nobody reads a
    # figure, so that areas are true.
    values = [
        asdict(one)
        | {
            "middle": (one.start + one.stop) / 2,
            "height": one.measured / (one.stop - one.start),
            "curve": one.law / (one.stop - one.start),
        }
        for one in classes
    ]
    x = {
        "field": "start",
        "type": "quantitative",
        "axis": {"title": title, "grid": False, "tickCount": 8},
        "scale": {"nice": False, "domainMin": 0},
    }
    y = {
        "field": "height",
        "type": "quantitative",
        "axis": {"title": lang("How often"), "labels": False, "ticks": False, "grid": False},
    }
    tip = {"field": "tip", "title": lang("Share")}
    bars = {
        "mark": {"type": "bar", "color": palette.cover, "opacity": 0.45, "stroke": None},
        "encoding": {"x": x, "x2": {"field": "stop"}, "y": y, "y2": {"datum": 0}, "tooltip": tip},
    }
    law = {
        "mark": {"type": "line", "color": palette.needed, "strokeWidth": 2.5},
        "encoding": {"x": x | {"field": "middle"}, "y": y | {"field": "curve"}},
    }
    return whole([bars, law], values, 240, lang, palette)


def survival_chart(
    measured: Sequence[Step], law: Sequence[Step], lang: Language, palette: Palette
) -> Spec:
    """Share of customers who still wait after a time: as measured, and as written down.

    Parameters
    ----------
    measured
        The product-limit estimate.
    law
        The law of the scenario; may be empty.
    lang
        The reader's language.
    palette
        Colours.
    """
    values = [asdict(one) | {"kind": "measured"} for one in measured]
    values += [asdict(one) | {"kind": "law"} for one in law]
    x = {
        "field": "seconds",
        "type": "quantitative",
        "axis": {"title": lang("Waited, s"), "tickCount": 8, "grid": False},
        "scale": {"nice": False},
    }
    y = {
        "field": "share",
        "type": "quantitative",
        "scale": {"domain": [0, 1]},
        "axis": {"title": lang("Still waiting"), "format": ".0%", "tickCount": 5},
    }
    tip = {"field": "tip", "title": lang("Still waiting")}

    def line(kind: str, **mark: object) -> Spec:
        return {
            "transform": [{"filter": f"datum.kind == '{kind}'"}],
            "mark": {"type": "line", "strokeWidth": 2} | mark,
            "encoding": {"x": x, "y": y, "tooltip": tip},
        }

    steps = line("measured", color=palette.cover, interpolate="step-after")
    curve = line("law", color=palette.needed, strokeDash=[6, 4])
    return whole([steps, curve], values, 250, lang, palette)


def fit_chart(
    hours: Sequence[FitHour], title: str, percent: bool, lang: Language, palette: Palette
) -> Spec:
    """A measure along the day: what happened as points, the simulation as a line with its band.

    Parameters
    ----------
    hours
        In order.
    title
        The measure.
    percent
        Whether it is a share.
    lang
        The reader's language.
    palette
        Colours.
    """
    values = [asdict(one) | {"middle": one.hour + 0.5} for one in hours]
    axis = {"title": title, "tickCount": 5} | ({"format": ".0%"} if percent else {})
    y = {"field": "simulated", "type": "quantitative", "axis": axis}
    x = _hours() | {"field": "middle"}
    tip = {"field": "tip", "title": lang("Hour")}
    band = {
        "mark": {
            "type": "area",
            "color": palette.cover,
            "opacity": 0.18,
            "interpolate": "monotone",
        },
        "encoding": {"x": x, "y": y | {"field": "low"}, "y2": {"field": "high"}},
    }
    line = {
        "mark": {"type": "line", "color": palette.cover, "strokeWidth": 2},
        "encoding": {"x": x, "y": y},
    }
    real = {
        "mark": {
            "type": "point",
            "filled": True,
            "size": 55,
            "color": palette.needed,
            "opacity": 1,
        },
        "encoding": {"x": x, "y": y | {"field": "real"}, "tooltip": tip},
    }
    return whole([band, line, real], values, 230, lang, palette)


def _hours() -> Spec:
    """The day as an axis."""
    axis = {
        "title": None,
        "grid": False,
        "values": list(range(0, 25, 3)),
        "labelExpr": "format(datum.value, '02d') + ':00'",
    }
    scale = {"domain": [0, 24], "nice": False}
    return {"field": "hour", "type": "quantitative", "scale": scale, "axis": axis}
