"""Charts as Vega-Lite specifications: plain dictionaries that pages and files both draw.

Rows come in ready to be read: names, notes and amounts as text, in the reader's language.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass
from typing import Any, Literal

from sim.report.language import Language

__all__ = [
    "DARK",
    "LIGHT",
    "Cell",
    "DifferenceRow",
    "MoneyRow",
    "Palette",
    "Slot",
    "day_chart",
    "difference_chart",
    "heat_map",
    "money_chart",
]

Spec = dict[str, Any]

_FONT = "'Source Sans', 'Source Sans Pro', 'PT Sans', sans-serif"
# Three lines of an option in a chart: name and figure, note, bar.
_ROW = 78
_NAME, _NOTE, _BAR = -24, -6, 16
_BOLD = {"fontSize": 14, "fontWeight": 600, "dy": _NAME}
_SMALL = {"fontSize": 12.5, "align": "left", "dy": _NOTE}


@dataclass(frozen=True, slots=True)
class Palette:
    """Colours of one theme; each means the same in every chart.

    Parameters
    ----------
    text, muted, line
        Text, secondary text, lines and grids.
    groups
        Cost groups by name.
    cheaper, even, dearer
        Sides of a difference.
    classes
        Five classes of service, far below the target to well above it.
    on_classes
        Text on each of them.
    empty
        A cell without contacts.
    cover, needed, short
        People at work, people needed, people missing.
    """

    text: str
    muted: str
    line: str
    groups: Mapping[str, str]
    cheaper: str
    even: str
    dearer: str
    classes: tuple[str, str, str, str, str]
    on_classes: tuple[str, str, str, str, str]
    empty: str
    cover: str
    needed: str
    short: str


LIGHT = Palette(
    text="#1b2333",
    muted="#5a6579",
    line="#d9dfe9",
    groups={
        "labour": "#2a5bd7",
        "hiring": "#7ea0ee",
        "workplace": "#2f8fb3",
        "software": "#8fcbe0",
        "telephony": "#6b4fa0",
        "vendor": "#d98324",
        "retained": "#f0c078",
        "overhead": "#8a94a6",
        "tax": "#c3cad6",
    },
    cheaper="#1f7a6d",
    even="#5a6579",
    dearer="#a8442f",
    classes=("#a8442f", "#e08a3c", "#f6cf93", "#a9c4f5", "#2f66dc"),
    on_classes=("#ffffff", "#1b2333", "#1b2333", "#1b2333", "#ffffff"),
    empty="#eef1f6",
    cover="#2a5bd7",
    needed="#d0721a",
    short="#a8442f",
)

DARK = Palette(
    text="#e6eaf2",
    muted="#a4afc3",
    line="#323b50",
    groups={
        "labour": "#7c9cf5",
        "hiring": "#4a67bd",
        "workplace": "#6cbcdb",
        "software": "#35788f",
        "telephony": "#a78bd8",
        "vendor": "#e7a95b",
        "retained": "#a8742f",
        "overhead": "#8a94a6",
        "tax": "#566075",
    },
    cheaper="#5cc2b0",
    even="#a4afc3",
    dearer="#e08b73",
    classes=("#c4523a", "#d98324", "#e9c07e", "#46629f", "#3f72e8"),
    on_classes=("#ffffff", "#131722", "#131722", "#e6eaf2", "#ffffff"),
    empty="#1c2231",
    cover="#7c9cf5",
    needed="#e7a95b",
    short="#e08b73",
)


@dataclass(frozen=True, slots=True)
class MoneyRow:
    """One option in the chart of costs.

    Parameters
    ----------
    name, note, total
        What stands above its bar: its name, what its customers get, its cost.
    parts
        Cost group, its title, amount, amount as text.
    equal
        Whether it gives the service of the baseline; the bar is pale when it does not.
    """

    name: str
    note: str
    total: str
    parts: tuple[tuple[str, str, float, str], ...]
    equal: bool


@dataclass(frozen=True, slots=True)
class DifferenceRow:
    """One option in the chart of differences to the baseline.

    Parameters
    ----------
    name, words
        What stands above its line.
    value, low, high
        Difference and its interval.
    side
        What it means for the purse.
    equal
        Whether it gives the service of the baseline.
    """

    name: str
    words: str
    value: float
    low: float
    high: float
    side: Literal["cheaper", "even", "dearer"]
    equal: bool


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


def money_chart(rows: Sequence[MoneyRow], lang: Language, palette: Palette) -> Spec:
    """Stacked bars of cost by group, one for each option.

    Parameters
    ----------
    rows
        The options.
    lang
        The reader's language.
    palette
        Colours.
    """
    values = [
        {"name": row.name, "group": title, "amount": amount, "text": text, "pale": not row.equal}
        | {"colour": palette.groups[group], "order": place}
        for row in rows
        for place, (group, title, amount, text) in enumerate(row.parts)
    ]
    bars = {
        "mark": {"type": "bar", "size": 20, "yOffset": _BAR, "stroke": None},
        "encoding": {
            "y": _rows_axis(rows),
            "x": _plain_axis("amount", _zero_to([sum(p[2] for p in r.parts) for r in rows])),
            "color": {"field": "colour", "type": "nominal", "scale": None},
            "opacity": {"condition": {"test": "datum.pale", "value": 0.38}, "value": 1},
            "order": {"field": "order", "type": "quantitative"},
            "tooltip": [
                {"field": "name", "title": lang("Option")},
                {"field": "group", "title": lang("What for")},
                {"field": "text", "title": lang("A month")},
            ],
        },
    }
    titles = [asdict(row) | {"parts": None} for row in rows]
    text, muted = {"value": palette.text}, {"value": palette.muted}
    layers = [
        bars,
        _title(rows, titles, "name", text, _BOLD | {"align": "left"}),
        _title(rows, titles, "note", muted, _SMALL),
        _title(rows, titles, "total", text, _BOLD | {"align": "right"}),
    ]
    return _whole(layers, values, _ROW * len(rows), lang, palette)


def difference_chart(rows: Sequence[DifferenceRow], lang: Language, palette: Palette) -> Spec:
    """Dot and interval of each option's difference to the baseline.

    Parameters
    ----------
    rows
        The options but the baseline.
    lang
        The reader's language.
    palette
        Colours.
    """
    colours = {"cheaper": palette.cheaper, "even": palette.even, "dearer": palette.dearer}
    values = [asdict(row) | {"colour": colours[row.side]} for row in rows]
    domain = _around_zero([v for r in rows for v in (r.low, r.high)])
    colour = {"field": "colour", "type": "nominal", "scale": None}
    pale = {"condition": {"test": "!datum.equal", "value": 0.45}, "value": 1}
    shared = {"y": _rows_axis(rows), "color": colour, "opacity": pale}
    tip = [{"field": "name", "title": lang("Option")}, {"field": "words", "title": lang("A month")}]
    rule = {"type": "rule", "yOffset": _BAR, "y2Offset": _BAR}
    layers: list[Spec] = [
        {
            "mark": rule | {"strokeWidth": 2},
            "transform": [{"calculate": "0", "as": "zero"}],
            "encoding": shared | {"x": _plain_axis("zero", domain), "x2": {"field": "value"}},
        },
        {
            "mark": rule | {"strokeWidth": 7, "strokeCap": "round"},
            "encoding": shared
            | {"x": _plain_axis("low", domain), "x2": {"field": "high"}, "tooltip": tip},
        },
        {
            "mark": {"type": "point", "filled": True, "size": 130, "yOffset": _BAR},
            "encoding": shared | {"x": _plain_axis("value", domain), "tooltip": tip},
        },
        {
            "transform": [{"calculate": "0", "as": "zero"}],
            "mark": {"type": "tick", "yOffset": _BAR, "size": 26, "thickness": 2}
            | {"color": palette.text},
            "encoding": {"y": _rows_axis(rows), "x": _plain_axis("zero", domain)},
        },
        _title(rows, values, "name", {"value": palette.text}, _BOLD | {"align": "left"}),
        _title(rows, values, "words", colour, _SMALL | {"fontWeight": 600}),
    ]
    return _whole(layers, values, _ROW * len(rows), lang, palette)


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
    levels = range(len(palette.classes))
    values = [
        asdict(cell)
        | {
            "colour": palette.empty if cell.level is None else palette.classes[cell.level],
            "ink": palette.muted if cell.level is None else palette.on_classes[cell.level],
        }
        for cell in cells
    ]
    assert all(cell.level is None or cell.level in levels for cell in cells)
    times = list(dict.fromkeys(cell.time for cell in cells))
    days = list(dict.fromkeys(cell.day_name for cell in cells))
    place = {
        "x": {
            "field": "time",
            "type": "ordinal",
            "sort": times,
            "axis": {"title": None, "labelAngle": 0, "ticks": False, "domain": False}
            | {"labelExpr": "substring(datum.value, 0, 2)", "values": _round_hours(times)}
            | {"labelOverlap": "greedy", "labelSeparation": 3},
        },
        "y": {
            "field": "day_name",
            "type": "ordinal",
            "sort": days,
            "axis": {"title": None, "ticks": False, "domain": False, "labelFontSize": 13},
        },
    }
    tip = [
        {"field": "day_name", "title": lang("Day")},
        {"field": "time", "title": lang("Time")},
        {"field": "tip", "title": lang("Service")},
        {"field": "contacts", "title": lang("Contacts")},
    ]
    colour = {"field": "colour", "type": "nominal", "scale": None}
    layers: list[Spec] = [
        {
            "params": [
                {"name": "cell", "select": {"type": "point", "fields": ["day"], "on": "click"}}
            ],
            "mark": {"type": "rect", "cornerRadius": 2, "cursor": "pointer"},
            "encoding": place | {"color": colour, "tooltip": tip},
        }
    ]
    if len(times) <= 24:
        ink = {"field": "ink", "type": "nominal", "scale": None}
        layers.append(
            {
                "mark": {"type": "text", "fontSize": 11, "fontWeight": 600, "tooltip": None}
                | {"cursor": "pointer"},
                "encoding": place | {"text": {"field": "figure"}, "color": ink, "tooltip": tip},
            }
        )
    whole = _whole(layers, values, 34 * len(days) + 30, lang, palette)
    whole["config"]["scale"] = {"bandPaddingInner": 0.08, "bandPaddingOuter": 0}
    return whole


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
    last = values[-1] | {"start": slots[-1].end, "end": slots[-1].end}
    # A step is drawn to the start of the next slot: the last one needs an end of its own.
    values.append(last)
    x = {
        "field": "start",
        "type": "quantitative",
        "scale": {"domain": [0, 24], "nice": False},
        "axis": {"title": None, "grid": False, "tickCount": 12}
        | {"values": list(range(0, 25, 2)), "labelExpr": "format(datum.value, '02d') + ':00'"},
    }
    top = max([s.cover for s in slots] + [s.needed or 0 for s in slots] + [1])
    y = {
        "field": "cover",
        "type": "quantitative",
        "scale": {"domain": [0, top * 1.08], "nice": True},
        "axis": {"title": lang("People on the line"), "tickMinStep": 1, "tickCount": 6},
    }
    needed = y | {"field": "needed"}
    step = {"interpolate": "step-after"}
    layers: list[Spec] = [
        {
            "mark": {"type": "area", "color": palette.cover, "opacity": 0.14} | step,
            "encoding": {"x": x, "y": y},
        },
        {
            "mark": {"type": "area", "color": palette.short, "opacity": 0.45} | step,
            "encoding": {"x": x, "y": y, "y2": {"field": "short"}},
        },
        {
            "mark": {"type": "line", "color": palette.cover, "strokeWidth": 2.5} | step,
            "encoding": {"x": x, "y": y},
        },
        {
            "transform": [{"filter": "isValid(datum.needed)"}],
            "mark": {"type": "line", "color": palette.needed, "strokeWidth": 2}
            | {"strokeDash": [5, 3]}
            | step,
            "encoding": {"x": x, "y": needed},
        },
        {
            "mark": {"type": "rect", "opacity": 0},
            "encoding": {"x": x, "x2": {"field": "end"}}
            | {"tooltip": {"field": "tip", "title": lang("Interval")}},
        },
    ]
    return _whole(layers, values, 300, lang, palette)


def _shortage(slot: Slot) -> float:
    """Upper edge of the shortage: as high as the cover where nobody is missing."""
    return max(slot.cover, slot.needed) if slot.needed is not None else slot.cover


def _round_hours(times: Iterable[str]) -> list[str]:
    return [time for time in times if time.endswith(":00")]


def _rows_axis(rows: Sequence[MoneyRow] | Sequence[DifferenceRow]) -> Spec:
    """Options from top to bottom, without an axis: names stand above the bars."""
    return {"field": "name", "type": "ordinal", "sort": [r.name for r in rows], "axis": None}


def _plain_axis(field: str, domain: list[float]) -> Spec:
    """Amounts without an axis: they are written out."""
    scale = {"domain": domain, "nice": False}
    return {"field": field, "type": "quantitative", "axis": None, "scale": scale}


def _zero_to(totals: Iterable[float]) -> list[float]:
    top = max(totals, default=0.0)
    return [0.0, top or 1.0]


def _around_zero(values: Iterable[float]) -> list[float]:
    ends = [0.0, *values]
    low, high = min(ends), max(ends)
    room = 0.05 * (high - low) or 1.0
    return [low - room, high + room]


def _title(
    rows: Sequence[MoneyRow] | Sequence[DifferenceRow],
    values: list[Spec],
    field: str,
    colour: Spec,
    style: Spec,
) -> Spec:
    """Text above each bar, at the left edge or at the right one."""
    edge: int | str = "width" if style.get("align") == "right" else 0
    return {
        "data": {"values": values},
        "mark": {"type": "text", "baseline": "middle", "tooltip": None} | style,
        "encoding": {
            "y": _rows_axis(rows),
            "x": {"value": edge},
            "text": {"field": field},
            "color": colour,
        },
    }


def _whole(
    layers: list[Spec], values: list[Spec], height: int, lang: Language, palette: Palette
) -> Spec:
    """A chart of layers over one table, in the colours of a palette."""
    return {
        "$schema": "https://vega.github.io/schema/vega-lite/v6.json",
        "data": {"values": values},
        "layer": layers,
        "height": height,
        "width": "container",
        "autosize": {"type": "fit", "contains": "padding"},
        "background": "transparent",
        "padding": {"left": 0, "right": 4, "top": 4, "bottom": 0},
        "config": {
            "font": _FONT,
            "locale": {"number": lang.vega()},
            "view": {"stroke": None},
            "axis": {
                "labelColor": palette.muted,
                "titleColor": palette.muted,
                "labelFontSize": 12,
                "titleFontSize": 12,
                "titleFontWeight": "normal",
                "gridColor": palette.line,
                "domainColor": palette.line,
                "tickColor": palette.line,
            },
        },
    }
