"""What was learnt from logs, in words, tables and plain data; every figure with its definition."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from sim.learn.door import Learned
from sim.learn.estimate import ChannelEstimates, Figure
from sim.learn.fit import OCCUPANCY, Fit
from sim.learn.hours import MEASURED, Error
from sim.report.answer import Answer
from sim.report.language import N_, Language
from sim.report.learned_data import DEFINITIONS, learned_data, learned_rows
from sim.report.log_quality import finding_words, reason_words
from sim.report.table import Table

__all__ = [
    "assumed_words",
    "channel_sentences",
    "error_table",
    "figure_table",
    "figure_words",
    "fit_sentences",
    "learned_answer",
]

#: Waiting contacts for each agent that a crowd is told by, and when it is worth a sentence.
_CROWD, _CROWDED = 2.0, 1.1
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
    return Answer(
        sentences=tuple(sentences),
        tables=tuple(tables),
        data=learned_data(learned),
        rows=tuple(learned_rows(learned)),
    )


def assumed_words(lang: Language) -> str:
    """What the number of agents rests on where a log names none."""
    return lang(
        "The log names no agents: as many are assumed as were busy, over an occupancy of "
        "{share}. Fit and scenario rest on that.",
        share=lang.percent(OCCUPANCY, 0),
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
    for note in reading.notes:
        yield f"{reason_words(note, lang)}."
    for one in learned.findings:
        if one.kind != "dropped":
            yield lang("In the log: {finding}.", finding=finding_words(one, lang))
    if learned.presence == "assumed":
        yield assumed_words(lang)
    if learned.presence == "inferred":
        rule = learned.learnt.rule["replayed"]
        yield lang(
            "Presence of agents is not logged. It is inferred: an agent is there between two calls "
            "up to {idle} apart, but not while somebody waited longer than {grace}.",
            idle=lang.duration(rule.idle),
            grace=lang.duration(rule.grace),
        )
    yield from _crowd(learned, lang)


def _crowd(learned: Learned, lang: Language) -> Iterator[str]:
    """What a queue does to patience, where it does anything."""
    alone, crowded = learned.learnt.model.crowding.hazard(np.array([0.0, _CROWD])).tolist()
    if crowded > _CROWDED * alone:
        yield lang(
            "A queue shortens patience: with {count} waiting for each agent, callers give up "
            "{times} times as fast as with nobody ahead. The hourly fit plays this; the scenario "
            "has the mean patience.",
            count=lang.number(int(_CROWD)),
            times=lang.plain(crowded / alone, 1),
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
    rules = [_rule(rule, share, lang) for rule, share in one.service.items()]
    yield lang("Answered within 20 s: {rules}.", rules="; ".join(rules))


def _rule(rule: str, share: float, lang: Language) -> str:
    """A service level with what it is a share of."""
    return " ".join([lang.percent(share, 1), lang(_RULES[rule])])


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
    if not fit.compared.any():
        yield lang("No hour has 10 contacts: nothing is compared.")
        return
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
            "Without the handle times of the hour much of the fit is lost: which contacts are long "
            "is chance, or the pace changes by hour and by agent."
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
                rows.append(
                    (", ".join([lang(_MEASURES[name]), lang(who)]), lang(_GIVEN[way]), *cells)
                )
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
