"""Claims, the checklist and goals in words, tables and plain data."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Any

from sim.decide.checklist import Answered, Checklist
from sim.decide.claims import Checked
from sim.decide.comparison import Comparison
from sim.decide.goals import Reached
from sim.decide.would_be import Way
from sim.report.answer import Answer, finite
from sim.report.assumed import upper
from sim.report.inputs import input_title, input_value
from sim.report.language import N_, Language
from sim.report.sentences import channel_title, gap_sentence, option_title
from sim.report.tables import Table
from sim.scenario import Scenario
from sim.scenario.claims import Claim, Goal
from sim.stats import Estimate

__all__ = [
    "ANSWERED_BY",
    "MEASURE_WORDS",
    "QUESTION_WORDS",
    "checklist_sentence",
    "checklist_table",
    "claim_sentences",
    "claim_state",
    "claim_words",
    "claims_answer",
    "claims_table",
    "evidence",
    "goal_words",
    "goals_table",
    "ways_table",
]

MEASURE_WORDS = {
    "cost": N_("cost a month"),
    "economic_cost": N_("cost a month with its consequences"),
    "missed": N_("missed contacts a month"),
    "heads": N_("people"),
    "asa": N_("mean wait"),
    "first_response": N_("mean wait for the first answer"),
    "abandonment": N_("abandoned"),
    "service_level": N_("service level"),
    "fcr": N_("resolved at first contact"),
    "csat": N_("CSAT"),
    "nps": N_("NPS"),
}
_STATES = {
    "holds": N_("true here"),
    "broken": N_("not so here"),
    "open": N_("cannot be told from so few replications"),
    "unknown": N_("the scenario does not say"),
}
_REACHED = {
    "reached": N_("from month {month}"),
    "late": N_("late, from month {month}"),
    "missed": N_("not reached"),
    "open": N_("too close to tell"),
    "unknown": N_("not known"),
}
QUESTION_WORDS = {
    "cannot_cope": N_("Do people fail to keep up with calls and requests?"),
    "long_waits": N_("Do customers complain about long waits?"),
    "lost_off_hours": N_("Are contacts lost at night, at weekends, on holidays?"),
    "other_time_zones": N_("Are markets in other time zones wanted?"),
    "too_expensive": N_("Does an own team seem too expensive?"),
    "management_time": N_("Does managing agents take too much time?"),
}
ANSWERED_BY = {
    "numbers": N_("by the numbers"),
    "people": N_("as stated"),
    "nobody": N_("please say"),
}
_SAYS = {
    "consider": N_("{yes} of 6 yes: by this checklist outsourcing is to be considered."),
    "no need": N_("{yes} of 6 yes: by this checklist there is no need for outsourcing."),
    "open": N_("{yes} of 6 yes, {asked} still to be answered by you (checklist: in the scenario)."),
}


def claims_answer(
    comparison: Comparison,
    checked: Sequence[tuple[Checked, Sequence[Way]]],
    listed: Checklist,
    reached: Sequence[Reached],
    lang: Language,
) -> Answer:
    """What became of claims and goals, and what the checklist says.

    Parameters
    ----------
    comparison
        The options that were compared.
    checked
        Claims, each with what would make it true.
    listed, reached
        The checklist, goals.
    lang
        The reader's language.
    """
    scenario = comparison.scenario
    claims = [one for one, _ in checked]
    sentences = claim_sentences(comparison, claims, lang)
    if not checked:
        hint = N_("Nothing is claimed: give --says '40-60% cheaper' --option NAME.")
        sentences.append(lang(hint))
    tables = [claims_table(scenario, claims, lang)] if claims else []
    tables += [ways_table(scenario, one, found, lang) for one, found in checked if found]
    if reached:
        tables.append(goals_table(comparison, reached, lang))
    tables.append(checklist_table(scenario, listed, lang))
    sentences.append(checklist_sentence(listed, lang))
    return Answer(
        sentences=tuple(sentences),
        tables=tuple(tables),
        data={
            "claims": [{**_claim_data(one), "ways": _ways_data(found)} for one, found in checked],
            "goals": [_goal_data(one) for one in reached],
            "checklist": _checklist_data(listed),
        },
        rows=[_claim_data(one) for one in claims],
    )


def claim_sentences(comparison: Comparison, claims: Sequence[Checked], lang: Language) -> list[str]:
    """What became of each claim, then where less is paid for less service."""
    said = [_claim(comparison.scenario, one, lang) for one in claims]
    unequal = dict.fromkeys((one.option, one.than) for one in claims if one.gaps)
    return said + [gap_sentence(comparison, option, lang, than) for option, than in unequal]


def claim_words(scenario: Scenario, claim: Claim, lang: Language) -> str:
    """A claim in words; one that was not written as a scenario has it stays as it was said."""
    key, _, _ = claim.text.partition(":")
    if key.strip().rpartition(".")[2] != claim.measure:
        return claim.text
    size = _size(claim, lang)
    words = N_("{what}: {size} less") if claim.least < 0 else N_("{what}: {size} more")
    return lang(words, what=_measure(scenario, claim.measure, claim.channel, lang), size=size)


def _size(claim: Claim, lang: Language) -> str:
    """How much is claimed."""
    ends = sorted({abs(claim.least), abs(claim.most)})
    if claim.points:
        shown = "–".join(lang.plain(100 * end, 1) for end in ends)
        return lang("{change} points", change=shown)
    digits = 0 if all(round(1000 * end) % 10 == 0 for end in ends) else 1
    first = "".join(f"{lang.number(100 * end, digits)}–" for end in ends[:-1])
    return first + lang.percent(ends[-1], digits)


def _measure(scenario: Scenario, measure: str, channel: str | None, lang: Language) -> str:
    """A measure, and of which channel."""
    words = lang(MEASURE_WORDS[measure])
    return f"{channel_title(scenario, channel, lang)}: {words}" if channel else upper(words)


def goal_words(scenario: Scenario, goal: Goal, lang: Language) -> str:
    """A goal in words."""
    words = (
        N_("{what}: at least {value}, by month {month}")
        if goal.sense == "at least"
        else N_("{what}: at most {value}, by month {month}")
    )
    return lang(
        words,
        what=_measure(scenario, goal.measure, goal.channel, lang),
        value=_bound(goal, lang),
        month=goal.month,
    )


def _bound(goal: Goal, lang: Language) -> str:
    if goal.measure in ("asa", "first_response"):
        return lang.duration(goal.value)
    return lang.plain(goal.value) if goal.measure == "nps" else lang.percent(goal.value)


def claim_state(one: Checked, lang: Language) -> str:
    """What became of a claim, in a few words."""
    return lang(_STATES[one.state])


def checklist_sentence(listed: Checklist, lang: Language) -> str:
    """What the checklist says."""
    return lang(_SAYS[listed.says], yes=listed.yes, asked=listed.asked)


def _value(measure: str, value: float, scenario: Scenario, lang: Language) -> str:
    """A figure in its unit."""
    if math.isnan(value):
        return "—"
    if measure in ("cost", "economic_cost"):
        return lang.money(value, scenario.currency)
    if measure in ("asa", "first_response"):
        return lang.duration(value)
    if measure in ("missed", "heads", "nps"):
        return lang.number(value, 0 if measure == "missed" else 1)
    return lang.percent(value, 1)


def _change(claim_points: bool, found: Estimate, lang: Language) -> str:
    """A change with its interval."""
    if math.isnan(found.value):
        return "—"
    if claim_points:
        points = Estimate(100 * found.value, 100 * found.half_width)
        shown = lang.between(points, lambda value: lang.number(value, 1))
        return lang("{change} points", change=shown)
    return lang.between(found, lambda value: lang.percent(value, 1))


def _claim(scenario: Scenario, one: Checked, lang: Language) -> str:
    """One claim in a sentence."""
    words = {
        "claim": claim_words(scenario, one.claim, lang),
        "option": option_title(scenario, one.option, lang),
        "than": option_title(scenario, one.than, lang),
        "verdict": lang(_STATES[one.state]),
        "change": _change(one.claim.points, one.found, lang),
        "needed": _value(one.claim.measure, one.needed, scenario, lang),
        "ours": _value(one.claim.measure, one.ours, scenario, lang),
    }
    if one.state == "unknown":
        return lang("“{claim}” ({option} against {than}): {verdict}.", **words)
    if one.state == "holds":
        return lang("“{claim}” ({option} against {than}): {verdict}, {change}.", **words)
    if one.needed > one.ours:
        return lang(
            "“{claim}” ({option} against {than}): {verdict}, {change}. It would be true from "
            "{needed} on; the scenario gives {ours}.",
            **words,
        )
    return lang(
        "“{claim}” ({option} against {than}): {verdict}, {change}. It would be true at {needed} or "
        "less; the scenario gives {ours}.",
        **words,
    )


def claims_table(scenario: Scenario, checked: Sequence[Checked], lang: Language) -> Table:
    """Claims with the figures behind them and their verdicts."""
    rows = []
    for one in checked:
        measure = _measure(scenario, one.claim.measure, one.claim.channel, lang)
        value = one.claim.measure
        rows.append(
            (
                measure,
                _value(value, one.theirs, scenario, lang),
                _value(value, one.ours, scenario, lang),
                _value(value, one.needed, scenario, lang),
                lang(_STATES[one.state]),
            )
        )
    head = (
        lang("What is claimed"),
        lang("Compared with"),
        lang("The option"),
        lang("True from"),
        lang("Verdict"),
    )
    return Table(lang("Claims"), head, tuple(rows))


def ways_table(scenario: Scenario, one: Checked, found: Sequence[Way], lang: Language) -> Table:
    """What would have to be different, each input alone."""
    rows = []
    for way in found:
        title = input_title(scenario, way.asked, lang) if way.asked else way.input
        now = _input(scenario, way, 1.0, lang)
        if way.factor is None:
            rows.append((title, now, "—", lang("not by this alone")))
            continue
        wanted = _input(scenario, way, way.factor, lang)
        change = lang.percent(way.factor - 1)
        rows.append((title, now, wanted, change if way.factor < 1 else f"+{change}"))
    title = lang(
        "“{claim}” would be true, each alone", claim=claim_words(scenario, one.claim, lang)
    )
    head = (lang("Input"), lang("Now"), lang("Would have to be"), lang("Change"))
    return Table(title, head, tuple(rows))


def _input(scenario: Scenario, way: Way, factor: float, lang: Language) -> str:
    """The value of an input, or what becomes of it."""
    if way.now is None:
        return "—"
    if way.asked is not None:
        return input_value(scenario, way.asked, way.now * factor, lang, factor=False)
    if way.unit == "s":
        return lang.duration(way.now * factor)
    share = way.unit in ("share", "factor")
    return lang.percent(way.now * factor, 1) if share else lang.plain(way.now * factor)


def goals_table(comparison: Comparison, reached: Sequence[Reached], lang: Language) -> Table:
    """Goals by option: what each gives, and from which month."""
    scenario = comparison.scenario
    rows = []
    told = ""
    for one in reached:
        title = option_title(scenario, one.option, lang)
        found = _value(one.goal.measure, one.found.value, scenario, lang)
        rows.append(
            (
                "" if one.goal.text == told else goal_words(scenario, one.goal, lang),
                title,
                found,
                lang(_REACHED[one.state], month=lang.number(one.month)),
            )
        )
        told = one.goal.text
    head = (lang("Goal"), lang("Option"), lang("Once it serves"), lang("Reached"))
    return Table(lang("Goals and their dates"), head, tuple(rows))


def checklist_table(scenario: Scenario, listed: Checklist, lang: Language) -> Table:
    """The six questions with their answers and the numbers behind them."""
    words = {True: lang("yes"), False: lang("no"), None: lang("?")}
    rows = tuple(
        (
            lang(QUESTION_WORDS[one.question]),
            words[one.answer],
            lang(ANSWERED_BY[one.by]),
            evidence(scenario, one, lang),
        )
        for one in listed.answers
    )
    title = lang(
        "Six questions about “{option}”", option=option_title(scenario, listed.today, lang)
    )
    head = (lang("Question"), lang("Answer"), lang("Who says so"), lang("The numbers"))
    return Table(title, head, rows)


def evidence(scenario: Scenario, one: Answered, lang: Language) -> str:
    """The numbers behind an answer; empty where there are none."""
    found = one.found
    if one.question == "cannot_cope" and found:
        second = found["second_of_week"]
        return lang(
            "{share} give up on {day} at {time}; {bound} would do",
            share=lang.percent(found["worst_share"]),
            day=lang.day(int(second // 86_400)),
            time=lang.clock(second % 86_400),
            bound=lang.percent(found["bound"]),
        )
    if one.question == "long_waits" and found:
        return lang(
            "{share} wait longer than {time}; {bound} would do",
            share=lang.percent(found["share"]),
            time=lang.duration(found["longer_than"]),
            bound=lang.percent(found["bound"]),
        )
    if one.question == "lost_off_hours" and found:
        return lang(
            "{share} come when it is closed, {count} a week",
            share=lang.percent(found["share"]),
            count=lang.number(found["a_week"]),
        )
    if one.question == "other_time_zones" and found:
        return lang("open {hours} of 168 hours", hours=lang.number(found["open_hours_a_week"]))
    if one.question == "too_expensive" and "vendor_saves" in found:
        return lang(
            "a vendor saves {share} at the same service", share=lang.percent(found["vendor_saves"])
        )
    if one.question == "management_time" and found:
        return lang(
            "{heads} people around the agents, {cost} a month",
            heads=lang.number(found["support_heads"], 1),
            cost=lang.money(found["cost_a_month"], scenario.currency),
        )
    return ""


def _claim_data(one: Checked) -> dict[str, Any]:
    claim = one.claim
    return {
        "claim": claim.text,
        "option": one.option,
        "than": one.than,
        "measure": claim.measure,
        "channel": claim.channel,
        "in_points": claim.points,
        "claimed": claim.least,
        "claimed_at_most": claim.most,
        "found": finite(one.found.value),
        "found_low": finite(one.found.low),
        "found_high": finite(one.found.high),
        "value": finite(one.ours),
        "compared_with": finite(one.theirs),
        "true_from": finite(one.needed),
        "state": one.state,
        "equal_service": not one.gaps,
    }


def _ways_data(found: Sequence[Way]) -> list[dict[str, Any]]:
    return [{"input": way.input, "now": way.now, "factor": way.factor} for way in found]


def _goal_data(one: Reached) -> dict[str, Any]:
    return {
        "goal": one.goal.text,
        "option": one.option,
        "measure": one.goal.measure,
        "channel": one.goal.channel,
        "bound": one.goal.value,
        "by_month": one.goal.month,
        "found": finite(one.found.value),
        "state": one.state,
        "from_month": one.month if one.state in ("reached", "late") else None,
    }


def _checklist_data(listed: Checklist) -> dict[str, Any]:
    return {
        "today": listed.today,
        "yes": listed.yes,
        "asked": listed.asked,
        "says": listed.says,
        "answers": [
            {
                "question": one.question,
                "answer": one.answer,
                "by": one.by,
                "found": {name: finite(value) for name, value in one.found.items()},
            }
            for one in listed.answers
        ],
    }
