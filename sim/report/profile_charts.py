"""The expected contacts of a week as a chart: a line for each channel, hour by hour."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict, dataclass

from sim.report.language import Language
from sim.report.palette import Palette, Spec, whole

__all__ = ["Hour", "profile_chart"]


@dataclass(frozen=True, slots=True)
class Hour:
    """One interval of the week in one channel.

    Parameters
    ----------
    hour
        Since Monday 00:00 [h].
    contacts
        Expected contacts.
    channel, colour
        Name and colour of the line.
    tip
        The interval in words.
    """

    hour: float
    contacts: float
    channel: str
    colour: str
    tip: str


def profile_chart(hours: Sequence[Hour], lang: Language, palette: Palette) -> Spec:
    """Expected contacts along the week.

    Parameters
    ----------
    hours
        Intervals of the week, channel after channel.
    lang
        The reader's language.
    palette
        Colours.
    """
    days = [lang.day(day) for day in range(7)]
    names = ", ".join(f"'{day}'" for day in days)
    x = {
        "field": "hour",
        "type": "quantitative",
        "scale": {"domain": [0, 168], "nice": False},
        "axis": {
            "title": None,
            "values": [24 * day for day in range(7)],
            "labelExpr": f"[{names}][datum.value / 24]",
            "labelAlign": "left",
            "labelOffset": 4,
        },
    }
    y = {
        "field": "contacts",
        "type": "quantitative",
        "axis": {"title": lang("Contacts in an interval"), "tickCount": 5, "grid": False},
    }
    colour = {"field": "colour", "type": "nominal", "scale": None}
    mark = {"type": "line", "interpolate": "step-after", "strokeWidth": 2}
    line = {"mark": mark, "encoding": {"x": x, "y": y, "color": colour}}
    tip = [
        {"field": "channel", "title": lang("Channel")},
        {"field": "tip", "title": lang("Interval")},
    ]
    points = {
        "mark": {"type": "point", "opacity": 0, "size": 90},
        "encoding": {"x": x, "y": y, "tooltip": tip},
    }
    return whole([line, points], [asdict(hour) for hour in hours], 270, lang, palette)
