"""What was learnt from logs, in words, tables and plain data; every figure with its definition."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator, Mapping, Sequence

from sim.learn.crew import OCCUPANCY
from sim.learn.crowding import CROWD
from sim.learn.door import Learned
from sim.learn.estimate import ChannelEstimates, Estimates
from sim.learn.figures import Figure
from sim.learn.fit import Fit
from sim.learn.hours import MEASURED, Error
from sim.learn.log import Dropped, Reading
from sim.report.answer import Answer
from sim.report.language import N_, Language
from sim.report.learned_data import DEFINITIONS, learned_data, learned_rows, value_of
from sim.report.log_quality import finding_words, reason_words
from sim.report.table import Table

__all__ = [
    "alone_sentences",
    "assumed_words",
    "channel_sentences",
    "channel_tables",
    "crew_table",
    "error_table",
    "figure_table",
    "figure_words",
    "fit_sentences",
    "learned_answer",
    "part_tables",
    "sums_words",
    "test_sentences",
    "together_sentences",
]

#: From how many times as fast on a crowd is worth a sentence.
_CROWDED = 1.1
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
#: Parts whose handle times are told apart, by how their names begin.
_PARTS = {
    "type": N_("type {name}"),
    "group": N_("group {name}"),
    "hour": N_("from {name}:00"),
}
_GOOD_R, _FAIR_BIAS = 0.8, 0.02
#: What channels of logs are called.
_CHANNELS = {"voice": N_("phone"), "chat": N_("chat"), "email": N_("e-mail")}


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
        tables += channel_tables(one, lang)
    tables.append(crew_table(learned, lang))
    sentences += together_sentences(learned.estimates, {}, lang)
    sentences += test_sentences(learned, lang)
    for title, fit in _fits(learned):
        sentences += fit_sentences(fit, lang)
        tables.append(error_table(lang(title), fit, lang))
    sentences += [words for words, _ in alone_sentences(learned, lang)]
    return Answer(
        sentences=tuple(sentences),
        tables=tuple(tables),
        data=learned_data(learned),
        rows=tuple(learned_rows(learned)),
    )


def alone_sentences(learned: Learned, lang: Language) -> Iterator[tuple[str, bool]]:
    """What the scenario gives when it is played by itself, and whether that is what happened.

    Parameters
    ----------
    learned
        The result of `sim.learn_from`.
    lang
        The reader's language.
    """
    for name, one in learned.alone.items():
        figures = learned.estimates.channels[name].figures
        if "abandonment" not in figures or math.isnan(one.abandonment.value):
            continue  # so few come that nobody came in the weeks that were played
        lost, same = figures["abandonment"], one.repeats(figures["abandonment"])
        said = lang(
            "Played by itself, with arrivals and operators of its own, the scenario loses "
            "{simulated} of contacts ({channel}); in the log {real} gave up.",
            simulated=lang.percent(one.abandonment.value, 1),
            real=lang.percent(lost.value, 1),
            channel=_called(name, lang),
        )
        if not same:
            said += " " + lang(
                "It does not repeat the log: hours in which few were there count most, and where "
                "it is not logged who was there, that is the first to check."
            )
        yield said, same


def assumed_words(lang: Language) -> str:
    """What the number of agents rests on where a log names none."""
    return lang(
        "The log names no agents: as many are assumed as were busy, over an occupancy of "
        "{share}, and no fewer than were seen busy at once. Fit and scenario rest on that.",
        share=lang.percent(OCCUPANCY, 0),
    )


def _fits(learned: Learned) -> Iterator[tuple[str, Fit]]:
    if learned.fit is not None:
        yield N_("Fit on the test logs, hour by hour"), learned.fit
    elif learned.itself is not None:
        yield N_("Fit on the same logs, hour by hour: no test"), learned.itself


def _called(channel: str, lang: Language) -> str:
    """A channel as people call it; one that nobody knows as the log does."""
    return lang(_CHANNELS[channel]) if channel in _CHANNELS else channel


def _read(learned: Learned, lang: Language) -> Iterator[str]:
    found, reading = learned.estimates, learned.reading
    contacts = reading.contacts or sum(one.volume.counts.sum() for one in found.channels.values())
    yield lang(
        "Learnt from {contacts} contacts, {first} to {last}, format {source}; clock of {zone}.",
        contacts=lang.number(contacts),
        first=found.first,
        last=found.last,
        source=learned.source,
        zone=learned.timezone,
    )
    for reason, gone in reading.dropped.items():
        yield lang(
            "Left out: {count} of {lines} lines: {reason}.",
            **_gone(reason, gone, reading, lang),
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


def _gone(reason: str, gone: Dropped, reading: Reading, lang: Language) -> dict[str, str]:
    """How many lines were left out, and why."""
    return {
        "count": lang.number(gone.count),
        "lines": lang.number(reading.lines),
        "reason": reason_words(reason, lang),
    }


def test_sentences(learned: Learned, lang: Language) -> Iterator[str]:
    """What must be known of the logs of the test: lines left out, days that are no test."""
    test = learned.test
    if test is None:
        return
    for reason, gone in test.reading.dropped.items():
        yield lang(
            "Left out of the test: {count} of {lines} lines: {reason}.",
            **_gone(reason, gone, test.reading, lang),
        )
    if test.known_days:
        yield lang(
            "{known} of {days} days of the test were learnt from too: on these it is no test, and "
            "the errors flatter.",
            known=lang.number(test.known_days),
            days=lang.number(test.days),
        )


def _crowd(learned: Learned, lang: Language) -> Iterator[str]:
    """What a queue does to patience, where it does anything."""
    found = learned.learnt.crew.get("crowding")
    if found is not None and found.value > _CROWDED:
        yield lang(
            "A queue shortens patience: with {count} waiting for each agent, callers give up "
            "{times} times as fast as with nobody ahead (95 %: {low} to {high}). The hourly fit "
            "plays this; the scenario has the mean patience.",
            count=lang.number(int(CROWD)),
            times=lang.plain(found.value, 1),
            low=lang.plain(found.low),
            high=lang.plain(found.high),
        )


def channel_sentences(one: ChannelEstimates, lang: Language) -> Iterator[str]:
    """What was learnt of a channel, in sentences."""
    if one.basis == "intervals":
        yield sums_words(lang)
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
            "hour, {day} within a day.",
            ten=lang.percent(value_of(one, "redials_10m")),
            hour=lang.percent(value_of(one, "redials_1h")),
            day=lang.percent(value_of(one, "redials_1d")),
        )
        if math.isfinite(value_of(one, "repeats_7d")):
            yield lang(
                "Of known callers who were served, {repeats} come again within 7 days.",
                repeats=lang.percent(value_of(one, "repeats_7d")),
            )
    if one.forecast is not None and "forecast" in one.figures:
        yield lang(
            "Forecast of daily volume: off by {ours} on {weeks} weeks held back; last week's same "
            "weekday by {naive}.",
            ours=lang.percent(value_of(one, "forecast"), 1),
            naive=lang.percent(value_of(one, "seasonal_naive"), 1),
            weeks=lang.number(one.forecast.weeks),
        )


def sums_words(lang: Language) -> str:
    """What cannot be told from an interval report, and what is taken instead."""
    return lang(
        "An interval report has sums, not contacts: handle times and patience have a mean, their "
        "laws are assumed to be exponential; redials, types and talks of no length are not seen. A "
        "contact counts in the interval in which it ended. Answers in the time that the switch has "
        "as acceptable are compared with simulated ones within 20 s."
    )


def together_sentences(
    found: Estimates, titles: Mapping[str, str], lang: Language
) -> Iterator[str]:
    """Whether busy days of channels go together.

    Parameters
    ----------
    found
        What was estimated.
    titles
        What channels are called; by their names where it says nothing.
    lang
        The reader's language.
    """
    for (first, second), one in found.correlations.items():
        yield lang(
            "Busy days of “{first}” and “{second}” go together with a correlation of {value} "
            "(95 %: {low} to {high}).",
            first=titles.get(first) or _called(first, lang),
            second=titles.get(second) or _called(second, lang),
            value=lang.number(one.value, 2),
            low=lang.number(one.low, 2),
            high=lang.number(one.high, 2),
        )


def figure_words(figure: Figure, lang: Language) -> tuple[str, str]:
    """A figure and its interval as they are read."""
    unit = DEFINITIONS[figure.name][2]

    def show(value: float) -> str:
        if unit == "%":
            return lang.percent(value, 1)
        if unit == "x":
            return lang.number(value, 2)
        return _seconds(value, lang) if unit == "s" else lang.number(value)

    return show(figure.value), _between(figure, show)


def _between(figure: Figure, show: Callable[[float], str]) -> str:
    """The interval; a dash where too few days tell of it."""
    if math.isnan(figure.low) or math.isnan(figure.high):
        return "—"
    return f"{show(figure.low)} – {show(figure.high)}"


def _seconds(value: float, lang: Language) -> str:
    """Seconds, fine enough for the ends of an interval to differ."""
    if math.isinf(value):
        return lang.duration(value)
    return lang("{n} s", n=lang.number(value, 0 if value >= 100 else 1))


def figure_table(one: ChannelEstimates, lang: Language) -> Table:
    """Figures of a channel, each with its interval and definition."""
    # Where the source writes down all as queued, it does not know who had to wait.
    shown = [one for name, one in one.figures.items() if name != "queued" or one.value < 1.0]
    return _figures(lang("Estimates: {channel}", channel=_called(one.name, lang)), shown, lang)


def crew_table(learned: Learned, lang: Language) -> Table:
    """Figures of the agents."""
    return _figures(lang("Estimates: agents"), list(learned.learnt.crew.values()), lang)


def _figures(title: str, figures: Sequence[Figure], lang: Language) -> Table:
    rows = []
    for figure in figures:
        name, definition, _ = DEFINITIONS[figure.name]
        rows.append((lang(name), *figure_words(figure, lang), lang(definition)))
    head = lang("Figure"), lang("Estimate"), lang("95 % interval"), lang("Definition")
    return Table(title, head, tuple(rows))


def channel_tables(one: ChannelEstimates, lang: Language) -> Iterator[Table]:
    """All tables of a channel."""
    yield figure_table(one, lang)
    yield from part_tables(one, lang)


def part_tables(one: ChannelEstimates, lang: Language) -> Iterator[Table]:
    """Handle times by type, group and hour, and how busy each month is; where there are several."""
    channel = _called(one.name, lang)
    rows = []
    for name, times in one.handle.items():
        kind, _, part = name.partition("/")
        if kind not in _PARTS:
            continue
        mean = one.means[name]
        best = min(times.laws, key=lambda law: law.ks)
        rows.append(
            (
                lang(_PARTS[kind], name=part),
                lang.number(times.count),
                _seconds(times.mean, lang),
                _between(mean, lambda value: _seconds(value, lang)),
                _seconds(times.median, lang),
                _seconds(times.p95, lang),
                lang(best.law),
            )
        )
    if rows:
        columns = (
            *(lang("Contacts of"), lang("Count"), lang("Mean"), lang("95 % interval")),
            *(lang("Half below"), lang("19 of 20 below"), lang("Nearest law")),
        )
        yield Table(lang("Handle time by part: {channel}", channel=channel), columns, tuple(rows))
    if len(one.season) > 1:
        months = tuple(
            (
                lang.month(month),
                lang.number(figure.value, 2),
                _between(figure, lambda value: lang.number(value, 2)),
                lang.number(figure.count),
            )
            for month, figure in one.season.items()
        )
        title = lang("How busy months are, 1 is the average: {channel}", channel=channel)
        head = lang("Month"), lang("Estimate"), lang("95 % interval"), lang("Days")
        yield Table(title, head, months)


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
    """Errors by measure with 95 % intervals, of the simulation and of Erlang A, by what is told."""
    rows = []
    for way in fit.simulated:
        for who, row in ((N_("simulation"), fit.simulated[way]), ("Erlang A", fit.formula[way])):
            for name in MEASURED:
                each = row.errors[name], *row.ends[name]
                shown = zip(*(_error_cells(name, error, lang) for error in each), strict=True)
                cells = (f"{value} ({low} – {high})" for value, low, high in shown)
                rows.append(
                    (", ".join([lang(_MEASURES[name]), lang(who)]), lang(_GIVEN[way]), *cells)
                )
    head = lang("Measure"), lang("Told"), "r", lang("Mean absolute error"), lang("Bias")
    return Table(title, head, tuple(rows))


def _error_cells(name: str, error: Error, lang: Language) -> tuple[str, str, str]:
    if name == "wait":
        return (
            lang.plain(error.r),
            lang("{n} s", n=lang.plain(error.mae, 1)),
            lang("{n} s", n=lang.plain(error.bias, 1)),
        )
    points = lang.plain(100 * error.mae, 1), lang.plain(100 * error.bias, 1)
    return lang.plain(error.r), *points
