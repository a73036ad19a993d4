"""The look of charts: colours of both themes, and the frame around every drawing."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from sim.report.language import Language

__all__ = ["DARK", "LIGHT", "Palette", "Spec", "whole"]

#: A Vega-Lite specification, or a part of one.
Spec = dict[str, Any]

_FONT = "'Source Sans', 'Source Sans Pro', 'PT Sans', sans-serif"


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
        "consequences": "#a8442f",
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
        "consequences": "#e08b73",
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


def whole(
    layers: list[Spec], values: list[Spec], height: int, lang: Language, palette: Palette
) -> Spec:
    """A chart of layers over one table, in the colours of a palette.

    Parameters
    ----------
    layers
        What is drawn, from the back to the front.
    values
        The table.
    height
        Height of the drawing [pixels].
    lang
        The reader's language.
    palette
        Colours.
    """
    return {
        "$schema": "https://vega.github.io/schema/vega-lite/v6.json",
        "data": {"values": values},
        "layer": layers,
        "height": height,
        "width": "container",
        "autosize": {"type": "fit", "contains": "padding"},
        "background": "transparent",
        # Letters that reach below the line, as у and р do, need room at the bottom.
        "padding": {"left": 0, "right": 4, "top": 4, "bottom": 5},
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
