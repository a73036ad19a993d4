"""What was learnt from logs as plain data; every figure with its definition."""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping
from typing import Any

import numpy as np

from sim.learn.contacts import HOUR
from sim.learn.door import Learned
from sim.learn.durations import Durations
from sim.learn.estimate import ChannelEstimates, Estimates, Patience
from sim.learn.figures import Figure
from sim.learn.fit import Fit, Row
from sim.learn.hours import MEASURED, Error
from sim.learn.log import Reading
from sim.learn.returns import SPANS, WITHIN
from sim.report.answer import finite
from sim.report.language import N_
from sim.stats import Estimate

__all__ = ["DEFINITIONS", "forecast_rows", "learned_data", "learned_rows", "value_of"]

#: What each figure is called, what it is, and how it is shown.
DEFINITIONS: Mapping[str, tuple[str, str, str]] = {
    "volume": (
        N_("Contacts a day"),
        N_("offered; mean of days, holidays and outliers left out"),
        "n",
    ),
    "day_variation": (
        N_("Day variation"),
        N_("spread of busy and quiet days over their mean, beyond chance, weekdays apart"),
        "%",
    ),
    "dispersion": (
        N_("Variance over mean of an interval"),
        N_("median of the intervals of the week with five contacts at least; 1 is chance"),
        "x",
    ),
    "trend": (
        N_("Trend a week"),
        N_("slope of a straight line through days over their weekday's mean"),
        "%",
    ),
    "lag": (
        N_("Correlation with the next day"),
        N_("of days over their weekday's mean"),
        "x",
    ),
    "forecast": (
        N_("Forecast is off by"),
        N_("absolute differences over contacts, days of four weeks held back, one week ahead"),
        "%",
    ),
    "seasonal_naive": (
        N_("The week before is off by"),
        N_("the same of taking the weekday of the week before (seasonal naive)"),
        "%",
    ),
    "queued": (N_("Had to wait"), N_("of all offered"), "%"),
    "abandonment": (N_("Abandonment"), N_("gave up while waiting, of all offered"), "%"),
    "service_level": (
        N_("Service level, 20 s"),
        N_("answered within 20 s, of all offered"),
        "%",
    ),
    "service_level_answered": (
        N_("Service level, 20 s, of the answered"),
        N_("answered within 20 s, of the answered"),
        "%",
    ),
    "service_level_excluding_short_abandons": (
        N_("Service level, 20 s, short abandons left out"),
        N_("answered within 20 s, of all offered but those who gave up within 5 s"),
        "%",
    ),
    "service_level_including_short_abandons": (
        N_("Service level, 20 s, short abandons good"),
        N_("answered within 20 s or gave up within 5 s, of all offered"),
        "%",
    ),
    "acceptable": (
        N_("Answered in acceptable time"),
        N_("of all offered; the time is that of the switch, which the rows do not name"),
        "%",
    ),
    "wait": (N_("Mean wait"), N_("of all offered, those who gave up among them"), "s"),
    "asa": (N_("Mean wait until the answer"), N_("of the answered, those at once among them"), "s"),
    "handle_time": (N_("Handle time"), N_("mean of served contacts above 0 s, up to an hour"), "s"),
    "short_calls": (N_("Handled in under 10 s"), N_("of served contacts up to an hour"), "%"),
    "patience": (
        N_("Patience, exponential"),
        N_("all time spent waiting for each who gave up"),
        "s",
    ),
    "patience_erlang_a": (
        N_("Patience by Erlang A"),
        N_("the mean with which Erlang A has as many give up in each hour as did; estimated"),
        "s",
    ),
    "patience_25": (
        N_("A quarter leaves within"),
        N_("patience by Kaplan and Meier, the answered censored"),
        "s",
    ),
    "patience_50": (
        N_("Half leave within"),
        N_("patience by Kaplan and Meier, the answered censored"),
        "s",
    ),
    "redials_10m": (N_("Redial within 10 minutes"), N_("of known callers who gave up"), "%"),
    "redials_1h": (N_("Redial within an hour"), N_("of known callers who gave up"), "%"),
    "redials_1d": (N_("Redial within a day"), N_("of known callers who gave up"), "%"),
    "redials_7d": (N_("Redial within 7 days"), N_("of known callers who gave up"), "%"),
    "redial_delay": (
        N_("Half of the redials come within"),
        N_("of known callers who try again within an hour of giving up"),
        "s",
    ),
    "repeats_10m": (N_("Repeat within 10 minutes"), N_("of known callers who were served"), "%"),
    "repeats_1h": (N_("Repeat within an hour"), N_("of known callers who were served"), "%"),
    "repeats_1d": (N_("Repeat within a day"), N_("of known callers who were served"), "%"),
    "repeats_7d": (
        N_("Repeat within 7 days"),
        N_("of known callers who were served; one less it is at most the share solved first time"),
        "%",
    ),
    "agent_hours": (
        N_("Hours of agents a day"),
        N_("mean over all days of time present, whoever is ready or busy"),
        "x",
    ),
    "crowding": (
        N_("Leaving in a queue, times as fast"),
        N_("with two ahead for each agent, over nobody ahead"),
        "x",
    ),
    "after_call_work": (
        N_("Work after a contact"),
        N_("pauses of an agent through which somebody waited all the time"),
        "s",
    ),
}


def learned_data(learned: Learned) -> dict[str, Any]:
    """Everything as plain data; the errors on the test first."""
    data: dict[str, Any] = {}
    if learned.test is not None:
        data["test"] = {
            "files": list(learned.test.files),
            "reading": _reading_data(learned.test.reading),
            "days": learned.test.days,
            "days_learnt_from": learned.test.known_days,
            **_fit_data(learned.test.fit),
        }
    if learned.itself is not None:
        data["same_period"] = _fit_data(learned.itself)
    data["scenario_alone"] = {
        name: {
            "abandonment": _estimate_data(one.abandonment),
            "asa": _estimate_data(one.asa),
        }
        for name, one in learned.alone.items()
    }
    return {**data, **_read_data(learned), **_estimates_data(learned)}


def _estimate_data(one: Estimate) -> dict[str, Any]:
    return {"value": finite(one.value), "half_width": finite(one.half_width)}


def _read_data(learned: Learned) -> dict[str, Any]:
    """What was read, and what is odd about it."""
    found = learned.estimates
    return {
        "files": list(learned.files),
        "format": learned.source,
        "timezone": learned.timezone,
        "first": found.first.isoformat(),
        "last": found.last.isoformat(),
        "reading": _reading_data(learned.reading),
        "findings": [
            {
                "kind": one.kind,
                "weight": one.weight,
                "count": one.count,
                "of": one.of,
                "examples": list(one.examples),
            }
            for one in learned.findings
        ],
    }


def _reading_data(reading: Reading) -> dict[str, Any]:
    return {
        "lines": reading.lines,
        "contacts": reading.contacts,
        "dropped": {
            reason: {"count": gone.count, "examples": gone.examples}
            for reason, gone in reading.dropped.items()
        },
        "notes": reading.notes,
    }


def _estimates_data(learned: Learned) -> dict[str, Any]:
    found, crowding = learned.estimates, learned.learnt.model.crowding
    return {
        "presence": {
            "how": learned.presence,
            "rules": {
                way: {"idle_s": rule.idle, "grace_s": rule.grace}
                for way, rule in learned.learnt.rule.items()
            },
            "agents": learned.learnt.levels.round(4).tolist(),
            "figures": _figures_data(learned.learnt.crew),
        },
        "crowding": {"level": crowding.level, "power": crowding.power},
        "channels": {name: _channel_data(one) for name, one in found.channels.items()},
        "correlations": [
            {"between": list(pair), **_figure_data(one)} for pair, one in found.correlations.items()
        ],
        "shared_busyness": found.shared,
        "scenario": learned.scenario.yaml,
    }


def _fit_data(fit: Fit) -> dict[str, Any]:
    def errors(found: Mapping[str, Error]) -> dict[str, Any]:
        return {
            name: {"r": finite(one.r), "mae": finite(one.mae), "bias": finite(one.bias)}
            for name, one in found.items()
        }

    def intervals(one: Row) -> dict[str, Any]:
        return {
            name: {
                part: [finite(getattr(end, part)) for end in ends] for part in ("r", "mae", "bias")
            }
            for name, ends in one.ends.items()
        }

    def row(one: Row) -> dict[str, Any]:
        return {
            "given": list(one.given),
            "errors": errors(one.errors),
            "intervals": intervals(one),
            "all_hours": errors(one.all_hours),
        }

    weekdays, hours = fit.working
    return {
        "hours": int(fit.compared.sum()),
        "weekdays": list(weekdays),
        "hours_of_day": list(hours),
        "definitions": {
            "abandonment": "gave up while waiting, share of all offered in the hour of arrival",
            "wait": "mean of all offered, those who gave up among them [s]",
            "service_level": "answered within 20 s, share of all offered",
            "hours": "working weekdays and hours of the months learnt from, at least 10 offered",
            "mae": "mean absolute error over hours, in shares or seconds",
            "bias": "simulated less real, mean over hours",
            "intervals": "95 %, from drawing whole days of the test anew",
        },
        "replications": fit.replications,
        "errors": errors(fit.simulated["replayed"].errors),
        "intervals": intervals(fit.simulated["replayed"]),
        "erlang_a": errors(fit.formula["replayed"].errors),
        "simulation": {way: row(one) for way, one in fit.simulated.items()},
        "formula": {way: row(one) for way, one in fit.formula.items()},
    }


def _figures_data(figures: Mapping[str, Figure]) -> dict[str, Any]:
    return {
        name: {**_figure_data(figure), "definition": DEFINITIONS[name][1]}
        for name, figure in figures.items()
    }


def _figure_data(figure: Figure) -> dict[str, Any]:
    return {
        "value": finite(figure.value),
        "low": finite(figure.low),
        "high": finite(figure.high),
        "count": figure.count,
    }


def _channel_data(one: ChannelEstimates) -> dict[str, Any]:
    volume = one.volume
    return {
        "basis": one.basis,
        "figures": _figures_data(one.figures),
        "volume": {
            "profile": volume.profile.round(4).tolist(),
            "variance_over_mean": finite(volume.dispersion),
            "trend_per_week": finite(volume.trend),
            "season": {str(month): _figure_data(factor) for month, factor in one.season.items()},
            "next_day_correlation": finite(volume.lag),
            "holidays": int(volume.holiday.sum()),
            "outliers": int(volume.outlier.sum()),
        },
        "forecast": _forecast_data(one),
        "handle_time": {
            name or "all": _times_data(times, one.means[name]) for name, times in one.handle.items()
        },
        "patience": {name or "all": _patience_data(found) for name, found in one.patience.items()},
        "returns": _returns_data(one),
    }


def _forecast_data(one: ChannelEstimates) -> dict[str, Any] | None:
    found = one.forecast
    if found is None:
        return None
    low, high = found.band
    return {
        "error": finite(value_of(one, "forecast")),
        "seasonal_naive": finite(value_of(one, "seasonal_naive")),
        "held_back_weeks": found.weeks,
        "first": str(np.datetime64(int(found.days[0]), "D")),
        "expected": found.expected.tolist(),
        "low": low.tolist(),
        "high": high.tolist(),
        "definition": "95 of 100 usual days, were they as far off as those held back",
    }


def forecast_rows(estimates: Estimates) -> Iterator[dict[str, Any]]:
    """Days of the coming weeks by channel, for ``--forecast``."""
    for name, one in estimates.channels.items():
        if one.forecast is None:
            continue
        low, high = one.forecast.band
        columns = one.forecast.days, one.forecast.expected, low, high
        for day, expected, least, most in zip(*(c.tolist() for c in columns), strict=True):
            yield {
                "day": str(np.datetime64(int(day), "D")),
                "channel": name,
                "expected": expected,
                "low": least,
                "high": most,
            }


def _times_data(times: Durations, mean: Figure) -> dict[str, Any]:
    return {
        "count": times.count,
        "mean": times.mean,
        "mean_low": finite(mean.low),
        "mean_high": finite(mean.high),
        "sd": times.sd,
        "median": times.median,
        "p95": times.p95,
        "under_10s": times.short,
        "laws": [
            {"law": one.law, "parameters": list(one.parameters), "aic": one.aic, "ks": one.ks}
            for one in times.laws
        ],
    }


def _patience_data(found: Patience) -> dict[str, Any]:
    curve = found.curve
    return {
        "waits": curve.waits,
        "left": curve.left,
        "quantiles": {str(share): finite(curve.quantile(share)) for share in (0.25, 0.5, 0.75)},
        "survival": {str(at): float(curve.at(at)[0]) for at in (10, 30, 60, 120, 300, 600)},
        "restricted_mean": {str(end): curve.mean_to(end) for end in (300, 600, 1200)},
        "hazard": [
            {"from": at, "rate": finite(float(rate))}
            for at, rate in zip(found.bands, found.hazard, strict=True)
        ],
        "peaks": list(found.peaks),
        "exponential_mean": found.exponential,
    }


def value_of(one: ChannelEstimates, name: str) -> float:
    """A figure of a channel; nan where nothing is known of it."""
    return one.figures[name].value if name in one.figures else math.nan


def _returns_data(one: ChannelEstimates) -> dict[str, Any] | None:
    found = one.returns
    if found is None:
        return None
    return {
        "abandoned": found.abandoned,
        "served": found.served,
        "within_s": list(WITHIN),
        "after_abandon": [finite(value_of(one, f"redials_{SPANS[within]}")) for within in WITHIN],
        "after_service": [finite(value_of(one, f"repeats_{SPANS[within]}")) for within in WITHIN],
        "redial_delay": finite(value_of(one, "redial_delay")),
        "repeats_7_days": finite(value_of(one, "repeats_7d")),
        "repeat_delay": finite(found.repeat_delay),
    }


def learned_rows(learned: Learned) -> Iterator[dict[str, Any]]:
    """Hours of the fit, for ``--csv``."""
    fit = learned.fit or learned.itself
    if fit is None:
        return
    ours, plain = fit.simulated["replayed"], fit.formula["replayed"]
    for at in np.flatnonzero(fit.real.offered > 0).tolist():
        hour = int(fit.real.hours[at])
        moment = np.datetime64(hour * HOUR, "s")
        found: dict[str, Any] = {
            "hour": str(moment).replace("T", " "),
            "offered": int(fit.real.offered[at]),
            "compared": int(fit.compared[at]),
        }
        for name in MEASURED:
            found[name] = float(fit.real.measures[name][at])
            found[f"{name}_simulated"] = float(ours.hours[name][at])
            found[f"{name}_spread"] = float(ours.spread[name][at]) if ours.spread else 0.0
            found[f"{name}_erlang_a"] = float(plain.hours[name][at])
        yield found
