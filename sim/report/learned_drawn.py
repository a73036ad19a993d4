"""What charts of learning are given: rows made of estimates, in the reader's language."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from itertools import pairwise

import numpy as np
from numpy.typing import NDArray

from sim.learn.durations import Durations
from sim.learn.fit import Fit, Row
from sim.learn.patience import Curve
from sim.report.language import N_, Language
from sim.report.law_curves import below
from sim.report.learned_charts import FitHour, HourPoint, LawPoint, Step
from sim.report.palette import Palette
from sim.scenario.laws import Law

__all__ = [
    "MEASURES",
    "WAYS",
    "day_types",
    "days_words",
    "fit_hours",
    "handle_classes",
    "inside",
    "measure_words",
    "patience_steps",
    "week_points",
]

Floats = NDArray[np.float64]

#: What is compared hour by hour.
MEASURES = {
    "service_level": N_("answered within 20 s, of all offered"),
    "wait": N_("mean wait of all offered"),
    "abandonment": N_("gave up, of all offered"),
}
#: What a simulation is told of the period beside arrivals.
WAYS = {
    "replayed": N_("arrivals, handle times and presence as they were"),
    "staffed": N_("arrivals and presence as they were"),
    "forecast": N_("arrivals only: the usual week decides who is there"),
}
_COLOURS = ("labour", "vendor", "telephony")
#: Days with less than this share of the busiest weekday's contacts are of another type.
_WORKING, _CLOSED = 0.6, 0.01
#: Share of what is measured that classes of a histogram leave out on the right.
_TAIL_STEPS = 2
_SPREAD = (-1.645, -0.842, -0.385, 0.0, 0.385, 0.842, 1.645)
_MOST_STEPS = 150


def day_types(profile: Floats) -> list[tuple[int, ...]]:
    """Weekdays that are alike: working days, days with less, days with next to nothing left out.

    Parameters
    ----------
    profile
        Contacts, [weekday, interval].
    """
    totals = profile.sum(axis=1)
    most = max(float(totals.max()), 1e-9)
    working = tuple(np.flatnonzero(totals >= _WORKING * most).tolist())
    rest: list[tuple[int, ...]] = [
        (day,) for day in range(7) if day not in working and float(totals[day]) >= _CLOSED * most
    ]
    if len(rest) + 1 > len(_COLOURS):
        rest = [tuple(day for (day,) in rest)]
    return [working, *rest]


def week_points(
    week: Floats, types: Sequence[tuple[int, ...]], lang: Language, palette: Palette
) -> tuple[list[HourPoint], list[tuple[str, str]]]:
    """A figure by interval of the day for each type of day, and the legend.

    Parameters
    ----------
    week
        The figure, [weekday, interval].
    types
        Weekdays that are drawn as one line, their mean.
    lang
        The reader's language.
    palette
        Colours.
    """
    points, items = [], []
    slots = week.shape[1]
    for place, days in enumerate(types):
        colour = palette.groups[_COLOURS[place]]
        name = days_words(days, lang)
        items.append((colour, name))
        values = week[list(days)].mean(axis=0).tolist()
        for slot, value in enumerate([*values, values[-1]]):
            hour = 24 * slot / slots
            tip = f"{lang.clock(3600 * hour)}: {lang.number(value, 1)}"
            points.append(HourPoint(hour, value, name, colour, tip))
    return points, items


def days_words(days: Sequence[int], lang: Language) -> str:
    """Weekdays by name; neighbours as a span."""
    runs: list[list[int]] = []
    for day in days:
        if runs and runs[-1][-1] == day - 1:
            runs[-1].append(day)
        else:
            runs.append([day])
    return ", ".join(
        lang.day(run[0]) if len(run) == 1 else f"{lang.day(run[0])}–{lang.day(run[-1])}"
        for run in runs
    )


def handle_classes(found: Durations, law: Law, lang: Language) -> list[LawPoint]:
    """Measured durations in classes with what the law has in each; the longest are left out.

    Parameters
    ----------
    found
        What was measured.
    law
        What is written to the scenario.
    lang
        The reader's language.
    """
    places = np.array(found.quantiles)
    share = 1 / len(places)
    inner = (places[1:] + places[:-1]) / 2
    edges = np.concatenate([[0.0], inner[1::2]])
    edges = np.unique(edges)
    counts = np.searchsorted(np.sort(places), edges)
    shares = np.diff(below(law, edges))
    classes = []
    for number, (start, stop) in enumerate(pairwise(edges.tolist())):
        measured = share * float(counts[number + 1] - counts[number])
        tip = lang(
            "{start}–{stop} s: measured {measured}, by the law {law}",
            start=lang.number(start),
            stop=lang.number(stop),
            measured=lang.percent(measured, 1),
            law=lang.percent(float(shares[number]), 1),
        )
        classes.append(LawPoint(start, stop, measured, float(shares[number]), tip))
    return classes


def patience_steps(curve: Curve, law: Law, lang: Language) -> tuple[list[Step], list[Step]]:
    """Share that still waits: as measured, and by the law of the scenario.

    Parameters
    ----------
    curve
        Kaplan-Meier's estimate.
    law
        What is written to the scenario.
    lang
        The reader's language.
    """
    if not len(curve.times):
        return [], []
    end = float(curve.times[-1])
    times = np.unique(np.concatenate([[0.0], np.linspace(0, end, _MOST_STEPS)]))

    def steps(shares: Floats) -> list[Step]:
        return [
            Step(
                time,
                share,
                lang(
                    "after {time} s {share} still wait",
                    time=lang.number(time),
                    share=lang.percent(share, 1),
                ),
            )
            for time, share in zip(times.tolist(), shares.tolist(), strict=True)
        ]

    return steps(curve.at(times)), steps(1 - below(law, times))


def measure_words(measure: str, lang: Language) -> Callable[[float], str]:
    """How values of a measure are written."""
    if measure == "wait":
        return lambda value: lang("{n} s", n=lang.number(value, 1))
    return lambda value: lang.percent(value, 1)


def fit_hours(fit: Fit, row: Row, measure: str, lang: Language) -> list[FitHour]:
    """A measure by hour of the day: the mean of all days, real and simulated, with a band.

    The band holds nine of ten simulated hours: days differ, and so do replications.

    Parameters
    ----------
    fit
        What happened.
    row
        What a simulation says.
    measure
        Of `MEASURES`.
    lang
        The reader's language.
    """
    show = measure_words(measure, lang)
    hours = fit.real.hours % 24
    found = []
    for hour in range(24):
        rows = np.flatnonzero(fit.compared & (hours == hour))
        if not len(rows):
            continue
        weights = fit.real.offered[rows].astype(float)
        real = float(np.average(fit.real.measures[measure][rows], weights=weights))
        simulated = float(np.average(row.hours[measure][rows], weights=weights))
        spread = row.spread[measure][rows] if row.spread else np.zeros(len(rows))
        pool = row.hours[measure][rows][:, None] + spread[:, None] * np.array(_SPREAD)
        top = np.inf if measure == "wait" else 1.0
        low, high = np.quantile(np.clip(pool, 0.0, top), (0.05, 0.95)).tolist()
        tip = lang(
            "{hour}: real {real}, simulated {simulated}, nine of ten hours {low} to {high}",
            hour=lang.clock(3600 * hour),
            real=show(real),
            simulated=show(simulated),
            low=show(low),
            high=show(high),
        )
        found.append(FitHour(hour, real, simulated, low, high, tip))
    return found


def inside(fit: Fit, row: Row, measure: str) -> float:
    """Share of compared hours whose real value lies within the band of that very hour."""
    if row.spread is None or not fit.compared.any():
        return float("nan")
    rows = fit.compared
    off = np.abs(row.hours[measure][rows] - fit.real.measures[measure][rows])
    return float((off <= 1.645 * row.spread[measure][rows] + 1e-9).mean())
