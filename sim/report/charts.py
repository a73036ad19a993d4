"""Charts of money as Vega-Lite specifications: plain dictionaries that pages and files both draw.

Rows come in ready to be read: names, notes and amounts as text, in the reader's language.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import asdict, dataclass
from typing import Literal

from sim.report.language import Language
from sim.report.palette import Palette, Spec, whole

__all__ = ["DifferenceRow", "MoneyRow", "difference_chart", "money_chart"]

# Three lines of an option in a chart: name and figure, note, bar.
_ROW = 78
_NAME, _NOTE, _BAR = -24, -6, 16
_BOLD = {"fontSize": 14, "fontWeight": 600, "dy": _NAME}
_SMALL = {"fontSize": 12.5, "align": "left", "dy": _NOTE}


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
    return whole(layers, values, _ROW * len(rows), lang, palette)


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
    return whole(layers, values, _ROW * len(rows), lang, palette)


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
