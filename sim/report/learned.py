"""What was learnt from logs, in words, tables and plain data; every figure with its definition."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

import numpy as np

from sim.learn.contacts import HOUR
from sim.learn.door import Learned
from sim.learn.estimate import ChannelEstimates, Figure
from sim.learn.fit import MEASURED, Error, Fit, Row
from sim.report.answer import Answer, finite
from sim.report.language import N_, Language
from sim.report.log_quality import finding_words, reason_words
from sim.report.table import Table

__all__ = [
    "DEFINITIONS",
    "channel_sentences",
    "error_table",
    "figure_table",
    "figure_words",
    "fit_sentences",
    "learned_answer",
]

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
    "queued": (N_("Had to wait"), N_("of all offered"), "%"),
    "abandonment": (N_("Abandonment"), N_("gave up while waiting, of all offered"), "%"),
    "service_level": (
        N_("Service level, 20 s"),
        N_("answered within 20 s, of all offered"),
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
}
_MEASURES = {
    "abandonment": N_("Abandonment"),
    "wait": N_("Mean wait"),
    "service_level": N_("Service level, 20 s"),
}
_GIVEN = {
    "replayed": N_("arrivals, handle times, presence"),
    "staffed": N_("arrivals, presence"),
    "forecast": N_("arrivals only"),
}
_RULES = {
    "offered": N_("of all offered"),
    "answered": N_("of the answered"),
    "excluding_short_abandons": N_("those who gave up within 5 s left out"),
    "including_short_abandons": N_("those who gave up within 5 s counted as good"),
}
_GOOD_R, _FAIR_BIAS = 0.8, 0.02


def learned_answer(learned: Learned, lang: Language) -> Answer:
    """What was learnt.

    Parameters
    ----------
    learned
        The result of `sim.learn_from`.
    lang
        The reader's language.
    """
    sentences = [*_read(learned, lang)]
    tables: list[Table] = []
    for one in learned.estimates.channels.values():
        sentences += channel_sentences(one, lang)
        tables.append(figure_table(one, lang))
    for title, fit in _fits(learned):
        sentences += fit_sentences(fit, lang)
        tables.append(error_table(lang(title), fit, lang))
    data = _data(learned)
    return Answer(
        sentences=tuple(sentences),
        tables=tuple(tables),
        data=data,
        rows=tuple(_rows(learned)),
    )


def _fits(learned: Learned) -> Iterator[tuple[str, Fit]]:
    if learned.fit is not None:
        yield N_("Fit on the test logs, hour by hour"), learned.fit
    elif learned.itself is not None:
        yield N_("Fit on the same logs, hour by hour: no test"), learned.itself


def _read(learned: Learned, lang: Language) -> Iterator[str]:
    found, reading = learned.estimates, learned.reading
    yield lang(
        "Learnt from {contacts} contacts, {first} to {last}, format {source}; clock of {zone}.",
        contacts=lang.number(reading.contacts),
        first=found.first,
        last=found.last,
        source=learned.source,
        zone=learned.timezone,
    )
    for reason, gone in reading.dropped.items():
        yield lang(
            "Left out: {count} of {lines} lines: {reason}.",
            count=lang.number(gone.count),
            lines=lang.number(reading.lines),
            reason=reason_words(reason, lang),
        )
    for one in learned.findings:
        if one.kind != "dropped":
            yield lang("In the log: {finding}.", finding=finding_words(one, lang))
    if learned.presence == "inferred":
        rule = learned.learnt.rule["replayed"]
        yield lang(
            "Presence of agents is not logged. It is inferred: an agent is there between two calls "
            "up to {idle} apart, but not while somebody waited longer than {grace}.",
            idle=lang.duration(rule.idle),
            grace=lang.duration(rule.grace),
        )


def channel_sentences(one: ChannelEstimates, lang: Language) -> Iterator[str]:
    """What was learnt of a channel, in sentences."""
    handle = one.handle.get("")
    if handle is not None:
        best = min(handle.laws, key=lambda law: law.ks)
        yield lang(
            "Handle time: nearest is {law}, {distance} away at most (Kolmogorov and Smirnov).",
            law=lang(best.law),
            distance=lang.percent(best.ks, 1),
        )
    patience = one.patience.get("")
    if patience is not None:
        curve = patience.curve
        yield lang(
            "Patience (Kaplan and Meier, the answered censored): a quarter would leave within "
            "{quarter}, half within {half}.",
            quarter=lang.duration(curve.quantile(0.25)),
            half=lang.duration(curve.quantile(0.5)),
        )
        if patience.peaks:
            yield lang(
                "Clearly more leave at about {times}, as at announcements.",
                times=", ".join(lang.duration(at) for at in patience.peaks),
            )
    back = one.returns
    if back is not None and back.abandoned:
        yield lang(
            "Of known callers who gave up, {ten} try again within 10 minutes, {hour} within an "
            "hour, {day} within a day; of the served {repeats} come again within 7 days.",
            ten=lang.percent(back.after_abandon[0]),
            hour=lang.percent(back.after_abandon[1]),
            day=lang.percent(back.after_abandon[2]),
            repeats=lang.percent(back.repeats),
        )
    if one.forecast is not None:
        yield lang(
            "Forecast of daily volume: off by {ours} on {weeks} weeks held back; last week's same "
            "weekday by {naive}.",
            ours=lang.percent(one.forecast.error, 1),
            naive=lang.percent(one.forecast.naive, 1),
            weeks=lang.number(one.forecast.weeks),
        )
    rules = [
        f"{lang.percent(share, 1)} {lang(_RULES[rule])}" for rule, share in one.service.items()
    ]
    yield lang("Answered within 20 s: {rules}.", rules="; ".join(rules))


def figure_words(figure: Figure, lang: Language) -> tuple[str, str]:
    """A figure and its interval as they are read."""
    unit = DEFINITIONS[figure.name][2]

    def show(value: float) -> str:
        if unit == "%":
            return lang.percent(value, 1)
        return lang.duration(value) if unit == "s" else lang.number(value)

    return show(figure.value), f"{show(figure.low)} – {show(figure.high)}"


def figure_table(one: ChannelEstimates, lang: Language) -> Table:
    """Figures of a channel, each with its interval and definition."""
    rows = []
    for name, figure in one.figures.items():
        if name == "queued" and figure.low == 1.0:
            continue  # the source writes down all as queued: it does not know who had to wait
        title, definition, _ = DEFINITIONS[name]
        rows.append((lang(title), *figure_words(figure, lang), lang(definition)))
    head = lang("Figure"), lang("Estimate"), lang("95 % interval"), lang("Definition")
    return Table(lang("Estimates: {channel}", channel=one.name), head, tuple(rows))


def fit_sentences(fit: Fit, lang: Language) -> Iterator[str]:
    """What was compared, how well it fits, and what does not."""
    weekdays, hours = fit.working
    yield lang(
        "Compared are {count} hours: {days}, {start}:00–{end}:00, with at least 10 contacts. "
        "A row is told what it names, never waits or who gave up.",
        count=lang.number(int(fit.compared.sum())),
        days=", ".join(lang.day(day) for day in weekdays),
        start=min(hours, default=0),
        end=max(hours, default=23) + 1,
    )
    ours, plain = fit.simulated["replayed"], fit.formula["replayed"]
    yield lang(
        "Abandonment by hour: r {r}, off by {mae} points on average; plain Erlang A, told the "
        "same: r {plain_r}, {plain_mae} points.",
        r=lang.plain(ours.errors["abandonment"].r),
        mae=lang.plain(100 * ours.errors["abandonment"].mae, 1),
        plain_r=lang.plain(plain.errors["abandonment"].r),
        plain_mae=lang.plain(100 * plain.errors["abandonment"].mae, 1),
    )
    yield from _meaning(fit, lang)


def _meaning(fit: Fit, lang: Language) -> Iterator[str]:
    """What does not fit, and what that may mean."""
    ours, staffed = fit.simulated["replayed"].errors, fit.simulated["staffed"].errors
    if staffed["abandonment"].r < ours["abandonment"].r - 0.1:
        yield lang(
            "Without the handle times of the hour much of the fit is lost: their pace changes by "
            "hour and by agent, more than chance alone would have it."
        )
    if ours["service_level"].bias > _FAIR_BIAS:
        yield lang(
            "Simulated answers come sooner than real ones: agents who count as present are "
            "sometimes not ready to be called."
        )
    if ours["service_level"].bias < -_FAIR_BIAS:
        yield lang(
            "Simulated answers come later than real ones: more agents were there than known."
        )
    if ours["wait"].r < _GOOD_R:
        yield lang(
            "Waits fit less well than abandonment: in surges, such as outages, callers leave "
            "sooner than they usually do."
        )


def error_table(title: str, fit: Fit, lang: Language) -> Table:
    """Errors by measure, of the simulation and of Erlang A, by what they are told."""
    rows = []
    for way in fit.simulated:
        for who, row in ((N_("simulation"), fit.simulated[way]), ("Erlang A", fit.formula[way])):
            for name in MEASURED:
                error = row.errors[name]
                cells = _error_cells(name, error, lang)
                rows.append((f"{lang(_MEASURES[name])}, {lang(who)}", lang(_GIVEN[way]), *cells))
    head = lang("Measure"), lang("Told"), "r", lang("Mean absolute error"), lang("Bias")
    return Table(title, head, tuple(rows))


def _error_cells(name: str, error: Error, lang: Language) -> tuple[str, str, str]:
    if name == "wait":
        return (
            lang.plain(error.r),
            lang.duration(error.mae),
            lang("{n} s", n=lang.plain(error.bias, 1)),
        )
    points = lang.plain(100 * error.mae, 1), lang.plain(100 * error.bias, 1)
    return lang.plain(error.r), *points


def _data(learned: Learned) -> dict[str, Any]:
    """Everything as plain data; the errors on the test first."""
    found = learned.estimates
    data: dict[str, Any] = {}
    if learned.fit is not None:
        data["test"] = {"files": list(learned.test), **_fit_data(learned.fit)}
    if learned.itself is not None:
        data["same_period"] = _fit_data(learned.itself)
    data |= {
        "files": list(learned.files),
        "format": learned.source,
        "timezone": learned.timezone,
        "first": found.first.isoformat(),
        "last": found.last.isoformat(),
        "reading": {
            "lines": learned.reading.lines,
            "contacts": learned.reading.contacts,
            "dropped": {
                reason: {"count": gone.count, "examples": gone.examples}
                for reason, gone in learned.reading.dropped.items()
            },
            "notes": learned.reading.notes,
        },
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
        "presence": {
            "how": learned.presence,
            "rules": {
                way: {"idle_s": rule.idle, "grace_s": rule.grace}
                for way, rule in learned.learnt.rule.items()
            },
            "agents": learned.learnt.levels.round(4).tolist(),
        },
        "channels": {name: _channel_data(one) for name, one in found.channels.items()},
        "correlations": [
            {"between": list(pair), "is": finite(value)}
            for pair, value in found.correlations.items()
        ],
        "scenario": learned.scenario.yaml,
    }
    return data


def _fit_data(fit: Fit) -> dict[str, Any]:
    def errors(found: Mapping[str, Error]) -> dict[str, Any]:
        return {
            name: {"r": finite(one.r), "mae": finite(one.mae), "bias": finite(one.bias)}
            for name, one in found.items()
        }

    def row(one: Row) -> dict[str, Any]:
        return {
            "given": list(one.given),
            "errors": errors(one.errors),
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
        },
        "replications": fit.replications,
        "errors": errors(fit.simulated["replayed"].errors),
        "erlang_a": errors(fit.formula["replayed"].errors),
        "simulation": {way: row(one) for way, one in fit.simulated.items()},
        "formula": {way: row(one) for way, one in fit.formula.items()},
    }


def _channel_data(one: ChannelEstimates) -> dict[str, Any]:
    volume = one.volume
    return {
        "figures": {
            name: {
                "value": finite(figure.value),
                "low": finite(figure.low),
                "high": finite(figure.high),
                "count": figure.count,
                "definition": DEFINITIONS[name][1],
            }
            for name, figure in one.figures.items()
        },
        "volume": {
            "profile": volume.profile.round(4).tolist(),
            "variance_over_mean": finite(volume.dispersion),
            "trend_per_week": volume.trend,
            "season": {str(month): factor for month, factor in volume.season.items()},
            "next_day_correlation": finite(volume.lag),
            "holidays": int(volume.holiday.sum()),
            "outliers": int(volume.outlier.sum()),
        },
        "forecast": None
        if one.forecast is None
        else {
            "error": one.forecast.error,
            "seasonal_naive": one.forecast.naive,
            "expected": one.forecast.expected.tolist(),
            "first": str(np.datetime64(int(one.forecast.days[0]), "D")),
        },
        "handle_time": {
            name or "all": {
                "count": times.count,
                "mean": times.mean,
                "sd": times.sd,
                "median": times.median,
                "p95": times.p95,
                "under_10s": times.short,
                "laws": [
                    {
                        "law": law.law,
                        "parameters": list(law.parameters),
                        "aic": law.aic,
                        "ks": law.ks,
                    }
                    for law in times.laws
                ],
            }
            for name, times in one.handle.items()
        },
        "patience": {
            name or "all": {
                "waits": found.curve.waits,
                "left": found.curve.left,
                "quantiles": {
                    str(share): finite(found.curve.quantile(share)) for share in (0.25, 0.5, 0.75)
                },
                "survival": {
                    str(at): float(found.curve.at(float(at))[0])
                    for at in (10, 30, 60, 120, 300, 600)
                },
                "restricted_mean": {str(end): found.curve.mean_to(end) for end in (300, 600, 1200)},
                "hazard": [
                    {"from": at, "rate": finite(float(rate))}
                    for at, rate in zip(found.bands, found.hazard, strict=True)
                ],
                "peaks": list(found.peaks),
                "exponential_mean": found.exponential,
            }
            for name, found in one.patience.items()
        },
        "returns": None
        if one.returns is None
        else {
            "abandoned": one.returns.abandoned,
            "served": one.returns.served,
            "after_abandon": [finite(share) for share in one.returns.after_abandon],
            "after_service": [finite(share) for share in one.returns.after_service],
            "redial_delay": finite(one.returns.redial_delay),
            "repeats_7_days": finite(one.returns.repeats),
        },
        "service_level_20s": {rule: finite(share) for rule, share in one.service.items()},
    }


def _rows(learned: Learned) -> Iterator[dict[str, Any]]:
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
