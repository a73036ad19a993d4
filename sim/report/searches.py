"""The best hybrid in words, tables and plain data."""

from __future__ import annotations

import math
from typing import Any

from sim.decide.candidates import Candidate, hours_text
from sim.decide.found import Found, Tried
from sim.report.answer import Answer, finite
from sim.report.language import N_, Language
from sim.report.needs import limit_sentences
from sim.report.sentences import channel_title, hours_words, option_title
from sim.report.table import Table
from sim.scenario.hours import OpenHours

__all__ = ["KNOWN", "LOOKING", "candidate_words", "search_answer"]

#: What is said while it is looked for.
LOOKING = N_("Looking for the best hybrid")
#: What is said where there is nothing new to write.
KNOWN = N_("Nothing written: the cheapest way is “{name}”, which the scenario has already.")

_ENDED = {
    "exhausted": N_("No other hybrid is expected to be cheaper by more than a thousandth."),
    "most": N_("As many candidates were simulated as one search may."),
    "time": N_("Time was up: this is the best found until then."),
    "key": N_("Stopped by a key: this is the best found until then."),
}
_STATES = {
    "best": N_("the best"),
    "alike": N_("not told apart"),
    "dearer": N_("dearer"),
    "worse": N_("other service"),
}
# Candidates that a table shows; the plain data have all.
_SHOWN = 12


def search_answer(found: Found, lang: Language) -> Answer:
    """What a search found.

    Parameters
    ----------
    found
        The search.
    lang
        The reader's language.
    """
    sentences = [*_verdict(found, lang), _bound(found, lang), *_assumed(found, lang)]
    sentences += [_effort(found, lang), _precision(found, lang)]
    for name in (found.legs.own, found.legs.vendor):
        sentences += limit_sentences(found.scenario, name, lang)
    tables = [_tried(found, lang)]
    if found.frontier:
        tables.append(_frontier(found, lang))
    rows = [_row(found, one) for one in found.tried]
    data = {
        "own": found.legs.own,
        "vendor": found.legs.vendor,
        "best": _row(found, found.best) if found.best else None,
        "best_hybrid": _row(found, found.hybrid) if found.hybrid else None,
        "hybrids_alike": found.alike,
        "unplanned": list(found.legs.unplanned),
        "candidates": rows,
        "bound": {
            "value": found.bound.value,
            "own": found.bound.own,
            "vendor": found.bound.vendor,
            "without_overflow": found.bound.without_overflow,
            "mixed": found.bound.mixed,
        },
        "gap": found.gap if found.best else None,
        "frontier": [
            {"answered": p.answered, "cost": p.cost, **_plain(p.candidate)} for p in found.frontier
        ],
        "screened": found.screened,
        "of": found.of,
        "seconds": found.seconds,
        "seconds_allowed": finite(found.allowed),
        "ended": found.ended,
        "confidence": found.confidence,
    }
    return Answer(sentences=tuple(sentences), tables=tuple(tables), data=data, rows=rows)


def candidate_words(found: Found, one: Candidate, lang: Language) -> str:
    """How a candidate parts the work."""
    scenario = found.scenario
    if one.written is not None:
        name = option_title(scenario, one.written, lang)
        return lang("“{name}”, as the scenario has it", name=name)
    if not one.own:
        return lang("{name}, everything", name=option_title(scenario, found.legs.vendor, lang))
    whole = scenario.options[found.legs.own].groups[found.legs.own_group].skills
    pure = one.all_week and one.after is None and not one.share
    if pure and set(one.own) == set(whole):
        return lang("{name}, everything", name=option_title(scenario, found.legs.own, lang))
    channels = ", ".join(channel_title(scenario, name, lang) for name in one.own)
    hours = hours_words(OpenHours(ranges=one.hours), lang)
    parts = [lang("own team: {channels}, {hours}", channels=channels, hours=hours)]
    if one.share:
        share = lang.percent(one.share)
        parts.append(lang("{share} of them to the vendor at all hours", share=share))
    if one.after is not None and one.alone is not None:
        parts.append(
            lang(
                "overflow to the vendor after {after}, own team staffed for {alone}",
                after=lang.duration(one.after),
                alone=lang.percent(one.alone),
            )
        )
    return "; ".join(parts)


def _verdict(found: Found, lang: Language) -> list[str]:
    """The answer, and what it saves against both ends."""
    best, currency = found.best, found.scenario.currency
    if best is None:
        return [
            lang(
                "No candidate keeps the promises in simulation with the service of the own team; "
                "the table shows how close they came."
            )
        ]
    said = [
        lang(
            "The cheapest way found that keeps the promises: {what}. {cost} a month.",
            what=candidate_words(found, best.candidate, lang),
            cost=lang.money(best.cost, currency),
        )
    ]
    for own in (True, False):
        end = found.end(own)
        name = found.legs.own if own else found.legs.vendor
        if end is None or end.result is best.result:
            continue
        title = option_title(found.scenario, name, lang)
        if end.state == "worse":
            said.append(lang("“{name}” does not give the same service.", name=title))
            continue
        assert end.over is not None
        over = lang.money(end.over.value, currency)
        said.append(
            lang(
                "“{name}” costs {over} ({share}) more at the same service.",
                name=title,
                over=over,
                share=lang.percent(end.over.value / best.cost),
            )
        )
    said += _hybrid(found, lang)
    alike = sum(one.state == "alike" for one in found.tried)
    if alike:
        said.append(
            lang.n(
                "One candidate cannot be told apart from it.",
                "{n} candidates cannot be told apart from it.",
                alike,
            )
        )
    return said


def _hybrid(found: Found, lang: Language) -> list[str]:
    """The best that mixes both, where one of the ends is the best of all."""
    best, hybrid = found.best, found.hybrid
    if hybrid is None or best is None or hybrid.result is best.result:
        return []
    said = [
        lang(
            "The cheapest hybrid found: {what}. {cost} a month, {over} more than the best.",
            what=candidate_words(found, hybrid.candidate, lang),
            cost=lang.money(hybrid.cost, found.scenario.currency),
            over=lang.money(hybrid.cost - best.cost, found.scenario.currency),
        )
    ]
    if found.alike:
        said.append(
            lang.n(
                "One more hybrid cannot be told apart from that.",
                "{n} more hybrids cannot be told apart from that.",
                found.alike,
            )
        )
    return said


def _assumed(found: Found, lang: Language) -> list[str]:
    """What hybrids are supposed to be besides the two ends."""
    legs, said = found.legs, []
    if legs.retained != legs.vendor:
        title = option_title(found.scenario, legs.retained, lang)
        said.append(
            lang("What stays with the client in a hybrid costs as in “{name}”.", name=title)
        )
    said += [
        lang(
            "“{name}” is looked at with people who come and go by the interval: its planned shifts "
            "cost more, and so would those of a hybrid.",
            name=option_title(found.scenario, name, lang),
        )
        for name in legs.unplanned
    ]
    return said


def _bound(found: Found, lang: Language) -> str:
    """How far from proven best it is."""
    return lang(
        "No hybrid of the two can cost less than {bound}, by a relaxed closed form (without "
        "overflow: {parted}): none can be more than {gap} cheaper than the best found.",
        bound=lang.money(found.bound.value, found.scenario.currency),
        parted=lang.money(found.bound.without_overflow, found.scenario.currency),
        gap=lang.percent(found.gap) if found.best else "—",
    )


def _effort(found: Found, lang: Language) -> str:
    """How it was looked for."""
    looked = lang(
        "{screened} of {of} candidates were screened by closed form, {tried} simulated on the same "
        "customers, in {seconds}. Nobody ranked as dearer is the best of those with {sure} "
        "confidence.",
        screened=found.screened,
        of=found.of,
        tried=len(found.tried),
        seconds=lang.duration(round(found.seconds)),
        sure=lang.percent(found.confidence),
    )
    why = lang(_ENDED[found.ended])
    left = found.allowed - found.seconds
    if found.ended == "time" and 1 < left < math.inf:
        why = lang(
            "It ended {left} before the {allowed} were up: one more simulation may take {another}. "
            "This is the best found until then.",
            left=lang.duration(math.floor(left)),
            allowed=lang.duration(round(found.allowed)),
            another=lang.duration(math.ceil(found.another)),
        )
    return " ".join((looked, why))


def _precision(found: Found, lang: Language) -> str:
    """How far another number of replications may move a cost, such as that of ``compare``."""
    counts = sorted({one.result.replications.count for one in found.tried})
    said = N_(
        "Each was played {least} times. ± is half a 95% interval: `compare` plays until its own "
        "precision is reached and may differ by as much."
    )
    if len(counts) > 1:
        said = N_(
            "Each was played {least} times, those that were close up to {most}. ± is half a 95% "
            "interval: `compare` plays until its own precision is reached and may differ by as "
            "much."
        )
    return lang(said, least=counts[0], most=counts[-1])


def _tried(found: Found, lang: Language) -> Table:
    """Candidates that were simulated."""
    head = (
        lang("Work parted"),
        lang("Cost a month"),
        lang("Played"),
        lang("Over the best"),
        lang("Rank"),
    )
    rows = []
    for one in found.tried[:_SHOWN]:
        over = "" if one.over is None else lang.money(one.over.value, found.scenario.currency)
        cost = lang.money(one.cost, found.scenario.currency)
        if one.result.cost is not None and one.result.cost.half_width:
            width = lang.money(one.result.cost.half_width, found.scenario.currency)
            cost = f"{cost} ± {width}"
        words = candidate_words(found, one.candidate, lang)
        played = lang.number(one.result.replications.count)
        rows.append((words, cost, played, over, lang(_STATES[one.state])))
    return Table(lang("Candidates simulated"), head, tuple(rows))


def _frontier(found: Found, lang: Language) -> Table:
    """Cost by service."""
    head = (lang("Work parted"), lang("Answered in time"), lang("Cost a month"))
    rows = [
        (
            candidate_words(found, point.candidate, lang),
            lang.percent(point.answered),
            lang.money(point.cost, found.scenario.currency),
        )
        for point in found.frontier
    ]
    title = lang("The cheapest way by promise, by closed form in proportion to the best simulated")
    return Table(title, head, tuple(rows))


def _row(found: Found, one: Tried) -> dict[str, Any]:
    """A candidate as plain data."""
    service = {
        f"{a.channel}.{name}": finite(getattr(a, name).value)
        for a in one.result.attained
        for name in ("service_level", "abandonment", "missed")
    }
    over = one.over
    return {
        **_plain(one.candidate),
        "state": one.state,
        "cost": one.cost,
        "cost_half_width": one.result.cost.half_width if one.result.cost else None,
        "screened": one.screened,
        "over_best": None if over is None else over.value,
        "over_best_half_width": None if over is None else finite(over.half_width),
        "replications": one.result.replications.count,
        "above_bound": one.cost / found.bound.value - 1,
        **service,
    }


def _plain(one: Candidate) -> dict[str, Any]:
    """How a candidate parts the work, as plain data."""
    return {
        "option": one.written,
        "own": " ".join(one.own),
        "own_hours": ", ".join(hours_text(one.hours)) if one.own else "never",
        "overflow_after": one.after,
        "own_staffed_for": one.alone,
        "vendor_share": one.share,
    }
