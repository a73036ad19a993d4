"""What the figures say, in whole sentences of the reader's language."""

from __future__ import annotations

import math
from itertools import groupby
from typing import TYPE_CHECKING

from sim.report.language import N_, Code, Language
from sim.scenario.channel import Target
from sim.scenario.hours import DAY, WEEK, OpenHours
from sim.scenario.model import ONLY_OPTION, Scenario

if TYPE_CHECKING:  # closed forms are told without what plays and compares
    from sim.decide import Comparison, Gap, Judgement, OptionResult
    from sim.experiment import Stopped

__all__ = [
    "MEASURE_WORDS",
    "RULE_WORDS",
    "capped_sentences",
    "channel_title",
    "demanded_words",
    "gap_sentence",
    "group_title",
    "hours_words",
    "option_title",
    "part_title",
    "promise_words",
    "sentence",
    "service_words",
    "shift_title",
    "state_words",
    "stopped_sentence",
    "target_sentence",
    "target_words",
    "verdict_sentence",
]

#: Names of measures as people read them.
MEASURE_WORDS = {
    "service_level": N_("service level"),
    "abandonment": N_("abandoned"),
    "missed": N_("missed"),
    "asa": N_("mean wait"),
    "blocking": N_("met busy lines"),
    "cost": N_("cost a month"),
    "npv": N_("present value"),
    "heads": N_("people"),
    "hours": N_("hours a month"),
    "occupancy": N_("occupancy"),
    "utilisation": N_("utilisation"),
}

#: Rules of the service level as people read them: share of what.
RULE_WORDS = {
    "offered": N_("of all offered"),
    "answered": N_("of all answered"),
    "excluding_short_abandons": N_("of all but short abandons"),
    "including_short_abandons": N_("short abandons counted as answered"),
    "virtual": N_("as an endlessly patient customer would see it"),
}
#: Measures that are money.
_MONEY = ("cost", "npv")
_HOLD_WORDS = {
    "every interval": N_("in every interval"),
    "every day": N_("every day"),
    "on average": N_("on average"),
}


def stopped_sentence(stopped: Stopped, count: int, lang: Language) -> str:
    """Why there are no more replications than there are."""
    words = {
        "all played": N_("Replications: {count}, as many as asked for."),
        "precise": N_("Replications: {count}; then it was as precise as asked."),
        "at most": N_("Replications: {count}, no more are allowed; less precise than asked."),
        "interrupted": N_("Replications: {count}, then a key was pressed."),
    }
    return lang(words[stopped], count=count)


def option_title(scenario: Scenario, name: str, lang: Language) -> str:
    """The name of an option that people read; the only one has that of the scenario."""
    title = scenario.options[name].title
    if title is None and name == ONLY_OPTION:
        title = scenario.title
    return title.in_(lang.code) if title else name


def shift_title(scenario: Scenario, option: str, group: str, name: str, lang: Language) -> str:
    """The name of a kind of shift as people read it.

    Parameters
    ----------
    scenario, option, group
        Whose shift it is.
    name
        Its key in the scenario.
    lang
        The reader's language.
    """
    bounds = scenario.options[option].groups[group].to_target
    forms = bounds.shifts if bounds and bounds.shifts else {}
    title = forms[name].title if name in forms else None
    return name if title is None else title.in_(lang.code)


def channel_title(scenario: Scenario, channel: str, lang: Language) -> str:
    """The name of a channel that people read."""
    title = scenario.channels[channel].title
    return title.in_(lang.code) if title else channel


def part_title(scenario: Scenario, row: str, lang: Language) -> str:
    """The name of a part that people read: a class of clients, a group's share, bot, callbacks."""
    channel, _, part = row.partition(".")
    named = {"bot": N_("bot"), "callback": N_("callbacks")}
    if part in named:
        return lang(named[part])
    classes = scenario.channels[channel].classes
    legs = (one.groups[part] for one in scenario.options.values() if part in one.groups)
    named_so = classes[part] if part in classes else next(legs)
    return named_so.title.in_(lang.code) if named_so.title else part


def capped_sentences(option: OptionResult, lang: Language) -> list[str]:
    """Who came to the end of what is played of a client; nothing where nobody did."""
    found, scenario = option.capped, option.scenario
    if found is None:
        return []
    said = []
    for channel, clients in found.tries.items():
        redial = scenario.channels[channel].redial
        assert redial is not None
        said.append(
            lang(
                "{channel}: {clients} of {all} clients (replications: {replications}) were not "
                "served in {tries} tries, and no further try is played (redial: at_most).",
                channel=channel_title(scenario, channel, lang),
                clients=lang.number(clients),
                all=lang.number(found.clients),
                replications=lang.number(found.replications),
                tries=redial.at_most,
            )
        )
    if found.chains:
        said.append(
            lang(
                "{clients} of {all} clients (replications: {replications}) made {most} attempts in "
                "a row; what they would do after that is not played.",
                clients=lang.number(found.chains),
                all=lang.number(found.clients),
                replications=lang.number(found.replications),
                most=found.longest,
            )
        )
    return said


def group_title(scenario: Scenario, option: str, group: str, lang: Language) -> str:
    """The name of a group of agents that people read."""
    title = scenario.options[option].groups[group].title
    return title.in_(lang.code) if title else group


def _digits(share: float) -> int:
    """Digits after the point that a promise needs: 99.9 % is not 100 %."""
    return next((digits for digits in (0, 1) if math.isclose(share, round(share, digits + 2))), 2)


def hours_words(hours: OpenHours, lang: Language) -> str:
    """When something is open: days of the same hours together, a night with the day it begins on.

    Examples
    --------
    >>> hours_words(OpenHours.of("Mon-Fri 09:00-18:00", "Sat 20:00-02:00"), Language("en"))
    'Mon–Fri 09:00–18:00; Sat 20:00–02:00'
    """
    if hours.is_always or hours.is_never:
        return lang("round the clock") if hours.is_always else lang("never")
    spans = list(hours.ranges)
    if spans[0][0] == 0 and spans[-1][1] == WEEK and spans[0][1] + WEEK - spans[-1][0] < DAY:
        spans = [*spans[1:-1], (spans[-1][0], WEEK + spans[0][1])]  # the night to Monday
    days: list[list[tuple[int, int]]] = [[] for _ in range(7)]
    for start, end in spans:
        last = end if end - start < DAY else start // DAY * DAY + DAY
        days[start // DAY].append((start, last))
        for midnight in range(last, end, DAY):
            days[midnight // DAY].append((midnight, min(midnight + DAY, end)))
    clocks = [
        ", ".join(f"{lang.clock(a % DAY)}–{lang.clock((b - 1) % DAY + 1)}" for a, b in some)
        for some in days
    ]
    said = []
    for clock, alike in groupby(range(7), key=lambda day: clocks[day]):
        first, *more = alike
        name = "–".join(lang.day(day) for day in ((first, more[-1]) if more else (first,)))
        said += [f"{name} {clock}"] if clock else []
    return "; ".join(said)


def target_words(target: Target | None, lang: Language) -> str:
    """A promise to a channel, such as 80 % in 20 s in every interval; empty for none."""
    if target is None:
        return ""
    words = lang(
        "{share} in {awt}, {hold}",
        share=lang.percent(target.answered, _digits(target.answered)),
        awt=lang.duration(target.awt),
        hold=lang(_HOLD_WORDS[target.hold]),
    )
    if target.abandonment is None:
        return words
    return lang(
        "{target}; at most {share} abandoned",
        target=words,
        share=lang.percent(target.abandonment, _digits(target.abandonment)),
    )


def service_words(option: OptionResult, lang: Language) -> str:
    """What the promised channels of an option get: Phone 93 %, Chat 93 %."""
    parts = [
        f"{channel_title(option.scenario, one.channel, lang)} "
        f"{lang.percent(one.service_level.value, 1)}"
        for one in option.promised
    ]
    return ", ".join(parts)


def verdict_sentence(comparison: Comparison, lang: Language) -> str:
    """One sentence: what is cheaper at the same service and by how much, or why nobody can say."""
    verdict = comparison.verdict
    currency = comparison.scenario.currency
    best = option_title(comparison.scenario, verdict.best, lang)
    if verdict.kind == "unpriced":
        return lang("“{best}” has no prices, so there is nothing to compare.", best=best)
    if verdict.kind == "idle":
        return _idle_sentence(comparison, lang)
    if verdict.kind == "alone" or verdict.other is None or verdict.saving is None:
        return lang(
            "No other option gives the service of “{best}”, so no saving can be stated.", best=best
        )
    named = {
        "best": best,
        "other": option_title(comparison.scenario, verdict.other, lang),
        "saving": lang.money(verdict.saving.value, currency, compact=True),
        "share": lang.percent(verdict.share, 1),
        "low": lang.money(verdict.saving.low, currency, compact=True),
        "high": lang.money(verdict.saving.high, currency, compact=True),
        "ours": service_words(comparison[verdict.best], lang),
        "theirs": service_words(comparison[verdict.other], lang),
    }
    said = N_(
        "At the same service “{best}” is cheaper than “{other}” by {saving} a month ({share}; "
        "with this staffing, 95% interval {low} to {high}). Answered in time: {ours} against "
        "{theirs}."
    )
    if verdict.comparisons > 1:
        said = N_(
            "At the same service “{best}” is cheaper than “{other}” by {saving} a month ({share}; "
            "with this staffing, 95% interval {low} to {high}, of {all} comparisons at once). "
            "Answered in time: {ours} against {theirs}."
        )
    if verdict.kind == "even":
        said = N_(
            "At the same service “{best}” and “{other}” cost the same within the precision of "
            "the simulation: the difference is {low} to {high} a month."
        )
    words = lang(said, all=verdict.comparisons, **named)
    return " ".join([words, *_close_sentences(comparison, best, lang)])


def _idle_sentence(comparison: Comparison, lang: Language) -> str:
    """What may be said where nobody comes: what standing ready costs."""
    verdict = comparison.verdict
    said = lang(
        "Nobody comes, so there is no service to compare and no saving at the same service."
    )
    if verdict.other is None or verdict.saving is None:
        return said
    ready = lang(
        "To stand ready for nobody, “{best}” costs {saving} a month less than “{other}”.",
        best=option_title(comparison.scenario, verdict.best, lang),
        other=option_title(comparison.scenario, verdict.other, lang),
        saving=lang.money(verdict.saving.value, comparison.scenario.currency, compact=True),
    )
    return f"{said} {ready}"


def _close_sentences(comparison: Comparison, best: str, lang: Language) -> list[str]:
    """Who else may be the cheapest, for all that the simulation shows."""
    close = comparison.verdict.not_told_apart
    if not close:
        return []
    names = ", ".join(
        lang("“{name}”", name=option_title(comparison.scenario, name, lang)) for name in close
    )
    return [
        lang(
            "The simulation does not tell “{best}” apart, as the cheapest, from {names}.",
            best=best,
            names=names,
        )
    ]


def gap_sentence(
    comparison: Comparison, name: str, lang: Language, other: str | None = None
) -> str:
    """Why an option is not compared on money with another, the baseline; empty when it is."""
    gaps = comparison.gaps(name, other)
    if not gaps:
        return ""
    worst = max(gaps, key=_width)
    said = N_(
        "“{name}” does not give the same service as “{base}”: {what} is {ours} against {theirs}, "
        "so its cost is no saving."
    )
    if comparison.serves_better(name, other):
        said = N_("“{name}” serves better than “{base}”: {what} is {ours} against {theirs}.")
    return lang(
        said,
        name=option_title(comparison.scenario, name, lang),
        base=option_title(comparison.scenario, other or comparison.baseline.name, lang),
        what=_gap_words(comparison, worst, lang),
        ours=lang.percent(worst.ours),
        theirs=lang.percent(worst.theirs),
    )


def target_sentence(comparison: Comparison, name: str, lang: Language) -> str:
    """Where an option misses the common target by most; empty where it reaches it."""
    short = comparison.short_of_target(name)
    if not short:
        return ""
    worst = max(short, key=_width)
    said = N_("“{name}” misses the common target: {what} is {ours}, and {theirs} is promised.")
    if math.isnan(worst.ours):
        said = N_("“{name}” misses the common target: nobody is let in ({channel}).")
    return lang(
        said,
        name=option_title(comparison.scenario, name, lang),
        what=_gap_words(comparison, worst, lang),
        channel=_row_title(comparison.scenario, worst.channel, lang),
        ours=lang.percent(worst.ours),
        theirs=lang.percent(worst.theirs),
    )


def _width(gap: Gap) -> float:
    """How wide a gap is; widest where nobody is let in."""
    return math.inf if math.isnan(gap.ours) else abs(gap.ours - gap.theirs)


def _row_title(scenario: Scenario, row: str, lang: Language) -> str:
    """The name of a channel, with that of its part where the row is one."""
    channel, _, part = row.partition(".")
    title = channel_title(scenario, channel, lang)
    return f"{title}, {part_title(scenario, row, lang)}" if part else title


def _gap_words(comparison: Comparison, gap: Gap, lang: Language) -> str:
    """What differs, with its channel."""
    return lang(
        "{measure} ({channel})",
        measure=lang(MEASURE_WORDS[gap.measure]),
        channel=_row_title(comparison.scenario, gap.channel, lang),
    )


def demanded_words(judgement: Judgement, currency: str, lang: Language) -> str:
    """The bound of a promise.

    Parameters
    ----------
    judgement
        The promise, judged.
    currency
        Of the scenario.
    lang
        The reader's language.
    """
    promise = judgement.promise
    if promise.measure in _MONEY:
        bound = lang.money(promise.value, currency)
    elif promise.measure in ("heads", "hours"):
        bound = lang.plain(promise.value)
    elif promise.measure == "asa":
        bound = lang.duration(promise.value)
    else:
        bound = lang.percent(promise.value, 0 if (100 * promise.value).is_integer() else 2)
    if promise.sense == "at least":
        return lang("at least {bound}", bound=bound)
    return lang("at most {bound}", bound=bound)


def promise_words(judgement: Judgement, currency: str, lang: Language) -> str:
    """What the simulation found for a promise, with its interval."""
    found, measure = judgement.found, judgement.promise.measure
    if measure in _MONEY:
        return lang.between(found, lambda value: lang.money(value, currency))
    if measure in ("heads", "hours"):
        return lang.number(found.value, 1)
    if measure == "asa":
        return lang.between(found, lang.duration)
    return lang.share(found)


def state_words(judgement: Judgement, lang: Language) -> str:
    """Whether a promise holds."""
    return {
        "holds": lang("holds"),
        "broken": lang("broken"),
        "open": lang("not shown"),
    }[judgement.state]


def sentence(comparison: Comparison, lang: Code = "en") -> str:
    """The answer of a comparison in one sentence.

    Parameters
    ----------
    comparison
        What `sim.compare` returns.
    lang
        ``en`` or ``ru``.

    Raises
    ------
    InvalidInput
        If it is no comparison, or no such language.
    """
    from sim.decide.comparison import comparison_of  # what plays is there, or there is none

    return verdict_sentence(comparison_of(comparison), Language(lang))
