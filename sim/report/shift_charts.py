"""Charts of shifts as Vega-Lite: cover of a week, who works when on a day, a month of people."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict, dataclass

from sim.report.language import Language
from sim.report.palette import Palette, Spec, whole
from sim.report.week_charts import Slot

__all__ = ["Bar", "Count", "Mark", "count_chart", "gantt", "month_board", "shades", "week_cover"]

#: Cost groups whose colours shifts borrow, so that neighbours in time can be told apart.
_ORDER = ("labour", "vendor", "workplace", "telephony", "retained", "software", "hiring", "tax")
#: Height of a row with a name [pixels].
_ROW = 18


@dataclass(frozen=True, slots=True)
class Bar:
    """A stretch of work, or a pause within one, in a Gantt chart.

    Parameters
    ----------
    row
        Name of its line.
    start, end
        Hours since the left edge.
    shade
        Which of `shades`; None for a pause.
    label
        What stands in it.
    tip
        It in words.
    """

    row: str
    start: float
    end: float
    shade: int | None
    label: str
    tip: str


@dataclass(frozen=True, slots=True)
class Mark:
    """One person's day on the board of a month.

    Parameters
    ----------
    person, day
        Whose, and which: the name of the column.
    code
        Letter of the shift or of an absence; empty for a day off.
    shade
        Which of `shades`; None where nothing is worked.
    tip
        It in words.
    """

    person: str
    day: str
    code: str
    shade: int | None
    tip: str


@dataclass(frozen=True, slots=True)
class Count:
    """How many people have so many of something.

    Parameters
    ----------
    value
        So many.
    people
        How many people.
    tip
        It in words.
    """

    value: int
    people: int
    tip: str


def shades(palette: Palette) -> tuple[str, ...]:
    """Colours of shifts in order of their starts.

    Parameters
    ----------
    palette
        Colours of the theme.
    """
    return tuple(palette.groups[name] for name in _ORDER)


def _ink(colour: str) -> str:
    """Black or white, whichever can be read on a colour.

    Examples
    --------
    >>> _ink("#2a5bd7"), _ink("#f0c078")
    ('#ffffff', '#1b2333')
    """
    red, green, blue = (int(colour[k : k + 2], 16) for k in (1, 3, 5))
    return "#ffffff" if 0.299 * red + 0.587 * green + 0.114 * blue < 140 else "#1b2333"


def week_cover(slots: Sequence[Slot], lang: Language, palette: Palette) -> Spec:
    """People at work and people needed along a week, with the shortage between them.

    Parameters
    ----------
    slots
        Intervals of the week; starts and ends are hours since Monday 00:00.
    lang
        The reader's language.
    palette
        Colours.
    """
    values = [asdict(slot) | {"short": max(slot.cover, slot.needed or 0.0)} for slot in slots]
    values.append(values[-1] | {"start": slots[-1].end, "end": slots[-1].end})
    top = max([s.cover for s in slots] + [s.needed or 0.0 for s in slots] + [1.0])
    days = [lang.day(day) for day in range(7)]
    axis = {
        "title": None,
        "grid": False,
        "ticks": False,
        "values": [24 * day + 12 for day in range(7)],
        "labelExpr": f"{days!r}[floor(datum.value / 24)]",
    }
    x = {"field": "start", "type": "quantitative", "axis": axis,
         "scale": {"domain": [0, 168], "nice": False}}  # fmt: skip
    y = {"field": "cover", "type": "quantitative", "scale": {"domain": [0, top * 1.08]},
         "axis": {"title": lang("People on the line"), "tickMinStep": 1}}  # fmt: skip
    at = {"x": x, "y": y}
    tip = {"field": "tip", "title": lang("Interval")}
    midnights = [{"start": 24 * day} for day in range(8)]
    step, dashes = {"interpolate": "step-after"}, {"strokeDash": [4, 3]}
    layers: list[Spec] = [
        {
            "data": {"values": midnights},
            "mark": {"type": "rule", "color": palette.line},
            "encoding": {"x": x},
        },
        {"mark": {"type": "area", "color": palette.cover, "opacity": 0.16} | step, "encoding": at},
        {
            "mark": {"type": "area", "color": palette.short, "opacity": 0.5} | step,
            "encoding": at | {"y2": {"field": "short"}},
        },
        {
            "mark": {"type": "line", "color": palette.cover, "strokeWidth": 2} | step,
            "encoding": at,
        },
        {
            "mark": {"type": "line", "color": palette.needed, "strokeWidth": 1.5} | step | dashes,
            "encoding": at | {"y": y | {"field": "needed"}},
        },
        {
            "mark": {"type": "rect", "opacity": 0},
            "encoding": {"x": x, "x2": {"field": "end"}, "tooltip": tip},
        },
    ]
    return whole(layers, values, 260, lang, palette)


def gantt(
    bars: Sequence[Bar],
    rows: Sequence[str],
    hours: tuple[float, float],
    lang: Language,
    palette: Palette,
) -> Spec:
    """Who works from when to when, a line for each; pauses are cut out.

    Parameters
    ----------
    bars
        Work, and the pauses in it.
    rows
        Lines from the top.
    hours
        Left and right edge, hours since midnight; names of days where that is more than two days.
    lang
        The reader's language.
    palette
        Colours.
    """
    colours = shades(palette)
    values = []
    for bar in bars:
        colour = palette.line if bar.shade is None else colours[bar.shade % len(colours)]
        values.append(asdict(bar) | {"colour": colour, "ink": _ink(colour), "size": int(
            bar.shade is not None)})  # fmt: skip
    left, right = hours
    names: list[str]
    if right - left > 48:
        names = [lang.day(day % 7) for day in range(int(right // 24) + 1)]
        axis: Spec = {
            "values": [24 * d + 12 for d in range(int(left // 24), int(right // 24))],
            "labelExpr": f"{names!r}[floor(datum.value / 24)]",
            "grid": False,
        }
    else:
        axis = {
            "values": list(range(int(left), int(right) + 1, 2)),
            "labelExpr": "format(datum.value % 24, '02d') + ':00'",
            "grid": True,
            "labelOverlap": True,
        }
    x = {"field": "start", "type": "quantitative", "axis": axis | {"title": None},
         "scale": {"domain": list(hours), "nice": False}}  # fmt: skip
    y = {"field": "row", "type": "ordinal", "sort": list(rows),
         "axis": {"title": None, "ticks": False, "domain": False, "labelLimit": 150}}  # fmt: skip
    place = {"x": x, "x2": {"field": "end"}, "y": y}
    fill = {"field": "colour", "type": "nominal", "scale": None}
    work, pause = {"filter": "datum.size == 1"}, {"filter": "datum.size == 0"}
    tip = {"field": "tip", "title": lang("Shift")}
    layers: list[Spec] = [
        {
            "transform": [work],
            "mark": {"type": "bar", "cornerRadius": 3},
            "encoding": place | {"color": fill, "tooltip": tip},
        },
        {"transform": [pause], "mark": {"type": "bar"}, "encoding": place | {"color": fill}},
        {
            "transform": [work, {"calculate": "datum.start + 0.25", "as": "from"}],
            "mark": {"type": "text", "align": "left", "fontSize": 11, "fontWeight": 600},
            "encoding": {
                "x": x | {"field": "from"},
                "y": y,
                "text": {"field": "label"},
                "color": {"field": "ink", "type": "nominal", "scale": None},
            },
        },
    ]
    drawn = whole(layers, values, _ROW * max(1, len(rows)) + 34, lang, palette)
    drawn["config"]["scale"] = {"bandPaddingInner": 0.18}
    return drawn


def month_board(
    marks: Sequence[Mark],
    people: Sequence[str],
    days: Sequence[str],
    lang: Language,
    palette: Palette,
) -> Spec:
    """People down, days across, the letter of a shift in each place.

    Parameters
    ----------
    marks
        Days of people.
    people, days
        Lines from the top, columns from the left.
    lang
        The reader's language.
    palette
        Colours.
    """
    colours = shades(palette)
    values = []
    for mark in marks:
        colour = palette.empty if mark.shade is None else colours[mark.shade % len(colours)]
        ink = palette.muted if mark.shade is None else _ink(colour)
        values.append(asdict(mark) | {"colour": colour, "ink": ink})
    bare = {"title": None, "ticks": False, "domain": False}
    x = {"field": "day", "type": "ordinal", "sort": list(days),
         "axis": bare | {"orient": "top", "labelAngle": 0, "labelOverlap": "greedy",
                         "labelExpr": "split(datum.label, ' ')", "labelFontSize": 11}}  # fmt: skip
    y = {"field": "person", "type": "ordinal", "sort": list(people),
         "axis": bare | {"labelLimit": 150}}  # fmt: skip
    tip = {"field": "tip", "title": lang("Shift")}
    layers: list[Spec] = [
        {
            "mark": {"type": "rect", "cornerRadius": 2},
            "encoding": {
                "x": x,
                "y": y,
                "color": {"field": "colour", "type": "nominal", "scale": None},
                "tooltip": tip,
            },
        },
        {
            "mark": {"type": "text", "fontSize": 11, "fontWeight": 600},
            "encoding": {
                "x": x,
                "y": y,
                "text": {"field": "code"},
                "color": {"field": "ink", "type": "nominal", "scale": None},
                "tooltip": tip,
            },
        },
    ]
    drawn = whole(layers, values, _ROW * max(1, len(people)) + 44, lang, palette)
    drawn["config"]["scale"] = {"bandPaddingInner": 0.08, "bandPaddingOuter": 0}
    return drawn


def count_chart(counts: Sequence[Count], title: str, lang: Language, palette: Palette) -> Spec:
    """How many people have how many of something: fair where the bars stand close together.

    Parameters
    ----------
    counts
        In order.
    title
        Of the axis.
    lang
        The reader's language.
    palette
        Colours.
    """
    axis = {"title": title, "labelAngle": 0, "ticks": False}
    at = {
        "x": {"field": "value", "type": "ordinal", "axis": axis},
        "y": {
            "field": "people",
            "type": "quantitative",
            "axis": {"title": lang("People"), "tickMinStep": 1, "tickCount": 4},
        },
        "tooltip": {"field": "tip", "title": title},
    }
    layers: list[Spec] = [
        {"mark": {"type": "bar", "color": palette.cover, "cornerRadius": 3}, "encoding": at}
    ]
    return whole(layers, [asdict(one) for one in counts], 170, lang, palette)
