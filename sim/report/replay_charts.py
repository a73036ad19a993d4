"""A replayed day as a chart: agents above the line, who waits below it."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np

from sim.report.language import Language
from sim.report.palette import Palette, Spec, whole

__all__ = ["floor_chart"]

#: Names of the tables: the day, what is told of its parts, and the moment that is looked at.
_DAY, _TOLD, _NOW = "day", "told", "now"
# Minutes that are told together: a pointer hits no single one, and each is an element to draw.
_STEP = 5


def floor_chart(
    at_work: Sequence[float],
    busy: Sequence[float],
    waiting: Sequence[int],
    now: float,
    lang: Language,
    palette: Palette,
) -> Spec:
    """People at work and at work on something above the line, the queue below it, by minute.

    Only the table of the moment changes as time goes on, so that a page need not draw all anew.

    Parameters
    ----------
    at_work, busy
        Agents by minute of the day.
    waiting
        Most contacts that wait in each minute.
    now
        The minute that is looked at.
    lang
        The reader's language.
    palette
        Colours.
    """
    rows: list[dict[str, Any]] = [
        {
            "hour": minute / 60,
            "present": round(float(present), 2),
            "busy": round(float(held), 2),
            "queue": -int(queue),
        }
        for minute, (present, held, queue) in enumerate(zip(at_work, busy, waiting, strict=True))
    ]
    top = max([*map(float, at_work), 1.0])
    low = max([*map(float, waiting), top / 4])
    at = {"x": _hours(), "y": _people(top, low, lang)}
    layers = [
        _area(palette.cover, at, "busy", 0.45),
        _line(palette.cover, at, "present"),
        _area(palette.short, at, "queue", 0.75),
        _now(palette),
        _told(lang),
    ]
    drawn = whole(layers, [], 260, lang, palette)
    drawn["data"] = {"name": _DAY}
    told = _parts(at_work, busy, waiting, lang)
    drawn["datasets"] = {_DAY: rows, _TOLD: told, _NOW: [{"hour": now / 60}]}
    return drawn


def _parts(
    at_work: Sequence[float], busy: Sequence[float], waiting: Sequence[int], lang: Language
) -> list[dict[str, Any]]:
    """What is told of some minutes together."""
    return [
        {
            "hour": minute / 60,
            "until": (minute + _STEP) / 60,
            "tip": lang(
                "{time}–{until}: {present} at work, {busy} of them busy, at most {queue} waiting",
                time=lang.clock(60 * minute),
                until=lang.clock(60 * (minute + _STEP)),
                present=lang.plain(float(np.mean(at_work[minute : minute + _STEP])), 1),
                busy=lang.plain(float(np.mean(busy[minute : minute + _STEP])), 1),
                queue=lang.number(max(waiting[minute : minute + _STEP])),
            ),
        }
        for minute in range(0, len(waiting), _STEP)
    ]


def _told(lang: Language) -> Spec:
    """Where a pointer finds what is told."""
    tip = {"field": "tip", "type": "nominal", "title": lang("Minutes")}
    return {
        "data": {"name": _TOLD},
        "mark": {"type": "rect", "opacity": 0},
        "encoding": {"x": _hours(), "x2": {"field": "until"}, "tooltip": tip},
    }


def _hours() -> Spec:
    axis = {
        "title": None,
        "grid": False,
        "values": list(range(0, 25, 2)),
        "labelExpr": "format(datum.value, '02d') + ':00'",
    }
    scale = {"domain": [0, 24], "nice": False}
    return {"field": "hour", "type": "quantitative", "scale": scale, "axis": axis}


def _people(top: float, low: float, lang: Language) -> Spec:
    """Numbers of people both ways from the line, none of them negative to the reader."""
    axis = {
        "title": lang("waiting ↓  ↑ operators"),
        "labelExpr": "format(abs(datum.value), 'd')",
        "tickMinStep": 1,
        "tickCount": 7,
    }
    scale = {"domain": [-low * 1.05, top * 1.08], "nice": True}
    return {"field": "present", "type": "quantitative", "scale": scale, "axis": axis}


def _area(colour: str, at: Spec, field: str, opacity: float) -> Spec:
    mark = {"type": "area", "color": colour, "interpolate": "step-after", "opacity": opacity}
    return {"mark": mark, "encoding": at | {"y": at["y"] | {"field": field}}}


def _line(colour: str, at: Spec, field: str) -> Spec:
    mark = {"type": "line", "color": colour, "interpolate": "step-after", "strokeWidth": 2}
    return {"mark": mark, "encoding": at | {"y": at["y"] | {"field": field}}}


def _now(palette: Palette) -> Spec:
    """The moment that is looked at."""
    return {
        "data": {"name": _NOW},
        "mark": {"type": "rule", "color": palette.text, "strokeWidth": 1.5},
        "encoding": {"x": _hours()},
    }
