"""How long customers wait: those answered at once as a number, the rest as a distribution."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import asdict, dataclass

import numpy as np
from numpy.typing import NDArray

from sim.decide import OptionResult
from sim.experiment import AWT
from sim.report.language import N_, Language
from sim.report.palette import Palette, Spec, whole

__all__ = ["Bar", "WaitsOf", "wait_chart", "waits_of"]

Floats = NDArray[np.float64]

#: Bars at most; the longest waits, of so small a share, are told in words.
_MOST_BARS = 30
_REST = 0.01
#: Units in which waits are shown: their length, up to how long a wait, and name.
_UNITS = (
    (1.0, 900.0, N_("Wait, seconds")),
    (60.0, 3 * 3600.0, N_("Wait, minutes")),
    (3600.0, 4 * 86_400.0, N_("Wait, hours")),
    (86_400.0, math.inf, N_("Wait, days")),
)
_STEPS = (0.25, 0.5, 1, 2, 5, 10, 15, 20, 30, 60)


@dataclass(frozen=True, slots=True)
class Bar:
    """Waits between two lengths.

    Parameters
    ----------
    start, end
        In the unit of the chart.
    answered, gave_up
        Contacts of the period, of either fate.
    """

    start: float
    end: float
    answered: float
    gave_up: float


@dataclass(frozen=True, slots=True)
class WaitsOf:
    """How long contacts of a channel waited.

    Parameters
    ----------
    at_once
        Share of the answered who did not wait; not a number where nobody was answered.
    bars
        All who waited, those who gave up among them.
    longer
        Contacts that waited longer than the last bar, and how long that is [s].
    unit, title
        Length of the unit of the bars [s], and the title of their axis.
    awt
        Acceptable waiting time [s].
    """

    at_once: float
    bars: tuple[Bar, ...]
    longer: tuple[float, float]
    unit: float
    title: str
    awt: float


def waits_of(result: OptionResult, channel: str) -> WaitsOf:
    """Waits of a channel, over all replications.

    Parameters
    ----------
    result
        The option as it was simulated.
    channel
        Whose contacts.
    """
    one = result.case.demand.layout.channels[channel]
    awt = one.target.awt if one.target else AWT[one.kind]
    served, gone = (result.replications.waits(channel, whose) for whose in ("served", "abandoned"))
    edges = served.edges
    # Who is rung up at once still waits until the telephone is picked up.
    first = int(np.searchsorted(edges, one.ring, side="right"))
    whole = float(served.counts.sum())
    at_once = float(served.counts[:first].sum()) / whole if whole else math.nan
    parts = [np.where(np.arange(len(served.counts)) < first, 0.0, served.counts), gone.counts]
    sums = [np.concatenate([[0.0], np.cumsum(part)]) for part in parts]
    last = _last(edges, sums[0] + sums[1], awt)
    unit, _, title = next(kind for kind in _UNITS if last <= kind[1])
    cuts = _cuts(last / unit)
    answered, gave_up = (np.diff(np.interp(cuts * unit, edges, part)) for part in sums)
    bars = tuple(
        Bar(float(a), float(b), float(n), float(m))
        for a, b, n, m in zip(cuts[:-1], cuts[1:], answered, gave_up, strict=True)
    )
    beyond = float(sum(part[-1] - np.interp(cuts[-1] * unit, edges, part) for part in sums))
    return WaitsOf(at_once, bars, (beyond, float(cuts[-1] * unit)), unit, title, awt)


def _last(edges: Floats, sums: Floats, awt: float) -> float:
    """Wait that all but a few do not exceed, and no less than what is acceptable [s]."""
    if not sums[-1]:
        return awt
    at = int(np.searchsorted(sums, (1 - _REST) * sums[-1]))
    return max(float(edges[min(at, len(edges) - 1)]), 1.2 * awt)


def _cuts(last: float) -> Floats:
    """Bounds of the bars, at round numbers of the unit."""
    fits = (step for step in _STEPS if last / step <= _MOST_BARS)
    step = next(fits, math.ceil(last / _MOST_BARS))
    return np.arange(0.0, math.ceil(last / step) + 1) * step


def wait_chart(shown: WaitsOf, tips: Sequence[str], lang: Language, palette: Palette) -> Spec:
    """Those who waited by the length of their wait: answered, and gave up.

    Parameters
    ----------
    shown
        Waits of a channel.
    tips
        Each bar in words.
    lang
        The reader's language.
    palette
        Colours.
    """
    values = [
        asdict(bar) | {"both": bar.answered + bar.gave_up, "tip": tip}
        for bar, tip in zip(shown.bars, tips, strict=True)
    ]
    axis = {"title": lang(shown.title), "grid": False, "tickMinStep": shown.bars[0].end}
    x = {"field": "start", "type": "quantitative", "axis": axis, "scale": {"nice": False}}
    y = {"type": "quantitative", "axis": {"title": lang("Contacts in the period"), "tickCount": 5}}
    tip = {"field": "tip", "title": lang("Wait")}
    place = {"x": x, "x2": {"field": "end"}, "tooltip": tip}

    def bar(colour: str, low: Spec, high: str) -> Spec:
        mark = {"type": "rect", "color": colour, "stroke": None, "cornerRadius": 1}
        return {"mark": mark, "encoding": place | {"y": y | {"field": high}, "y2": low}}

    line = {
        "data": {"values": [{"at": shown.awt / shown.unit, "words": _limit(shown, lang)}]},
        "encoding": {"x": {"field": "at", "type": "quantitative"}},
        "layer": [
            {"mark": {"type": "rule", "color": palette.text, "strokeDash": [4, 3]}},
            {
                "mark": {"type": "text", "align": "left", "dx": 5, "dy": 8, "color": palette.text},
                "encoding": {"text": {"field": "words"}, "y": {"value": 0}},
            },
        ],
    }
    layers = [
        bar(palette.cover, {"datum": 0}, "answered"),
        bar(palette.short, {"field": "answered"}, "both"),
        line,
    ]
    return whole(layers, values, 270, lang, palette)


def _limit(shown: WaitsOf, lang: Language) -> str:
    return lang("in time: up to {time}", time=lang.duration(shown.awt))
