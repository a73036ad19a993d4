"""The answer of ``linewise erlang``: the missing number by every model, in words and tables."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any

from sim import erlang
from sim.errors import InvalidInput
from sim.report.closed_forms import finite, flat, measures_data
from sim.report.language import N_, Language
from sim.report.sentences import RULE_WORDS
from sim.report.tables import Table

__all__ = [
    "Case",
    "Frame",
    "agents_words",
    "answer_sentences",
    "case_of",
    "fine_time",
    "next_data",
    "next_sentence",
    "people_data",
    "people_sentence",
    "scheduled",
    "solved_data",
    "solved_rows",
    "spread_agents",
    "spread_table",
]

#: Rows of a table of agents that a reader may be asked to look through.
_MOST_BETWEEN = 40

_QUESTIONS = {
    "agents": N_("{target}: {answers}."),
    "arrival_rate": N_("Contacts that {agents} can take in {per}: {answers}."),
    "aht": N_("Longest mean handle time that {agents} can afford: {answers}."),
    "awt": N_("{target} {rule} are answered within: {answers}."),
    "service_level": N_("Answered in {awt}, {rule}: {answers}."),
    "nothing": N_("With {agents}: {answers}."),
}
_BOUNDS = {
    "max_abandonment": N_("at most {bound} give up"),
    "max_asa": N_("a mean wait of at most {bound}"),
    "max_occupancy": N_("agents busy at most {bound} of the time"),
    "max_wait_probability": N_("at most {bound} have to wait"),
}


@dataclass(frozen=True)
class Case:
    """One model with its question.

    Parameters
    ----------
    key
        Its name in plain data, such as ``erlang_a``.
    name
        Its name for people: Erlang A.
    note
        What it takes for granted, in a few words of the reader's language.
    question
        Arguments of `sim.erlang.solve`.
    """

    key: str
    name: str
    note: str
    question: Mapping[str, Any]

    @cached_property
    def solution(self) -> erlang.Solution:
        """The answer."""
        return erlang.solve(**self.question)

    def at(self, agents: float) -> erlang.Solution:
        """The answer of a team with another number of agents."""
        return erlang.solve(**{**self.question, "agents": agents})


_NAMES = {"erlang_c": "Erlang C", "erlang_a": "Erlang A", "erlang_x": "Erlang X"}


def case_of(
    key: str, question: Mapping[str, Any], lang: Language, share: float | None = None
) -> Case:
    """One model with its question, named and explained; `share` of the lost call again."""
    if share is not None:
        note = lang("{share} of those who give up call again", share=lang.percent(share))
        return Case(key, _NAMES[key], note, question)
    if key == "service":
        return Case(key, lang("M/G/n"), lang("handle times follow their law"), question)
    patience = question.get("patience", math.inf)
    mean = patience.mean if isinstance(patience, erlang.Law) else patience
    note = lang("nobody ever gives up")
    if math.isfinite(mean):
        note = lang("a caller gives up after {patience} on average", patience=lang.duration(mean))
    return Case(key, _NAMES[key], note, question)


def people_data(cases: Sequence[Case], shrinkage: float | None) -> dict[str, Any]:
    """Agents on the schedule by every model as plain data; nothing without a shrinkage."""
    if shrinkage is None:
        return {}
    _check_shrinkage(shrinkage)
    agents = {one.key: one.solution.measures.agents for one in cases}
    return {
        "shrinkage": shrinkage,
        **{key: scheduled(n, shrinkage) for key, n in agents.items()},
    }


def next_data(case: Case, hour: tuple[float, str] | None) -> dict[str, Any]:
    """What one more agent adds and costs as plain data; nothing without a cost."""
    now = case.solution.measures
    if hour is None or now.agents + 1.0 > now.lines:
        return {}
    gain = _gain(case, now)
    return {
        "model": case.key,
        "answered_per_hour": gain,
        "cost_per_hour": hour[0],
        "currency": hour[1],
        "cost_per_answered": None if _buys_nothing(gain, now) else hour[0] / gain,
    }


def _gain(case: Case, now: erlang.QueueMeasures[float]) -> float:
    """Contacts answered an hour thanks to one more agent."""
    return 3600.0 * (_answered(case.at(now.agents + 1.0).measures) - _answered(now))


def _buys_nothing(gain: float, now: erlang.QueueMeasures[float]) -> bool:
    """Whether one more agent answers nobody but by rounding."""
    return gain <= 1e-9 * 3600.0 * max(now.arrival_rate, 1e-300)


@dataclass(frozen=True, kw_only=True)
class Frame:
    """What all models of one answer share.

    Parameters
    ----------
    per
        Length of the interval whose contacts are counted [s].
    awt
        Threshold of the service levels that are shown [s].
    rule
        The service level that is shown.
    """

    per: float
    awt: float
    rule: erlang.ServiceRule


def answer_sentences(cases: Sequence[Case], frame: Frame, lang: Language) -> tuple[str, ...]:
    """The answer first, by every model, then what its measures are, then what the work is."""
    first = cases[0].solution
    answers = [_answer(one, frame, lang) for one in cases]
    head = lang(
        _QUESTIONS[first.unknown],
        answers=", ".join(answers),
        agents=agents_words(first.measures.agents, lang),
        per=lang.duration(frame.per),
        awt=lang.duration(frame.awt),
        rule=lang(RULE_WORDS[frame.rule]),
        target=_target_words(cases[0], lang),
    )
    given = [_given(one, frame, lang) for one in cases]
    return (head, *filter(None, given), *_load(cases, lang))


def _answer(case: Case, frame: Frame, lang: Language) -> str:
    """What one model says, its assumption in brackets."""
    found, named = case.solution, {"model": case.name, "note": case.note}
    if found.unknown == "agents" and found.met:
        agents = agents_words(found.value, lang)
        return lang("{model} ({note}) asks for {agents}", agents=agents, **named)
    return lang("{answer} by {model} ({note})", answer=_value(found, frame, lang), **named)


def _value(found: erlang.Solution, frame: Frame, lang: Language) -> str:
    """The missing number in its unit."""
    if found.unknown == "arrival_rate":
        return lang.plain(found.value * frame.per, 1) if math.isfinite(found.value) else "∞"
    if found.unknown in ("aht", "awt"):
        return fine_time(found.value, lang)
    if found.unknown == "service_level":
        return lang.percent(found.value, 1)
    if found.unknown == "nothing":
        return _service(found.measures, frame, lang)
    return lang("no number of agents")


def fine_time(seconds: float, lang: Language) -> str:
    """A time that is an answer: to the second, below two minutes to its tenth."""
    if seconds < 120 or not math.isfinite(seconds):
        return lang("{n} s", n=lang.plain(seconds, 1)) if seconds < 120 else lang.duration(seconds)
    minutes, rest = divmod(round(seconds), 60)
    return lang("{minutes} min {seconds} s", minutes=lang.number(minutes), seconds=rest)


def _target_words(case: Case, lang: Language) -> str:
    """All that is promised, in one line."""
    target, question = case.solution.target, case.question
    share = question.get("service_level")
    if share is not None or target is None:
        return "" if share is None else lang.percent(share)
    parts = []
    if target.service_level is not None and target.awt is not None:
        served = {"share": lang.percent(target.service_level, 0), "awt": lang.duration(target.awt)}
        parts.append(lang("{share} {rule} in {awt}", rule=lang(RULE_WORDS[target.rule]), **served))
    for name, words in _BOUNDS.items():
        bound = getattr(target, name)
        if bound is not None:
            show = lang.duration if name == "max_asa" else lang.percent
            parts.append(lang(words, bound=show(bound)))
    return ", ".join(parts)


def _service(one: erlang.QueueMeasures[float], frame: Frame, lang: Language) -> str:
    """What share is answered in time."""
    share = lang.percent(one.service_level(frame.rule, frame.awt), 1)
    return lang("{share} answered in {awt}", share=share, awt=lang.duration(frame.awt))


def _given(case: Case, frame: Frame, lang: Language) -> str:
    """What contacts and agents live through with the answer."""
    found = case.solution
    one = found.measures
    if not math.isfinite(found.value):
        return lang("{model}: no bound is ever reached.", model=case.name) if found.met else lang(
            "{model}: no wait is long enough, because too many give up.", model=case.name
        )  # fmt: skip
    words = lang(
        "{model}: {service}, mean wait {wait}, occupancy {occupancy}.",
        model=case.name,
        service=_service(one, frame, lang) + _lost(case, lang),
        wait=lang.duration(one.asa),
        occupancy=lang.percent(one.occupancy),
    )
    if found.target is None or found.unknown not in ("nothing", "agents"):
        return words
    if found.unknown == "agents" and found.met:
        return words
    kept = lang("The target is kept.") if found.met else lang("The target is missed.")
    return f"{words} {kept}"


def _lost(case: Case, lang: Language) -> str:
    """Who gives up, where anybody may."""
    one, words = case.solution.measures, ""
    if _loses(case):
        words += ", " + lang("{lost} give up", lost=lang.percent(one.abandonment, 1))
    if one.blocking:
        words += ", " + lang("{share} find every line taken", share=lang.percent(one.blocking, 1))
    return words


def _load(cases: Sequence[Case], lang: Language) -> tuple[str, ...]:
    """What the work is; where it is known."""
    if cases[0].solution.unknown in ("arrival_rate", "aht"):
        return ()
    return (
        lang(
            "The work is {load} erlangs: as many agents would be busy all the time, with no rest "
            "and no room for chance.",
            load=lang.plain(cases[0].solution.measures.load),
        ),
    )


def agents_words(count: float, lang: Language) -> str:
    """So many agents, or parts of one."""
    if float(count).is_integer():
        return lang.n("{n} agent", "{n} agents", count)
    return lang("{count} agents", count=lang.plain(count))


def scheduled(agents: float, shrinkage: float) -> int:
    """Agents on the schedule so that enough are at work; whole, and not one more by rounding.

    Examples
    --------
    >>> scheduled(14, 0.3), scheduled(21, 0.3), scheduled(7, 0)
    (20, 30, 7)
    """
    return math.ceil(agents / (1.0 - shrinkage) * (1.0 - 1e-12))


def _check_shrinkage(shrinkage: float) -> None:
    """Refuse a shrinkage that leaves nobody at work."""
    if not 0 <= shrinkage < 1:
        raise InvalidInput("shrinkage", "must be at least 0% and below 100%", shrinkage)


def people_sentence(cases: Sequence[Case], shrinkage: float | None, lang: Language) -> str:
    """Agents at work are not agents on the schedule: how many these are, or that there are more."""
    if shrinkage is None:
        return lang(
            "These are agents at work at the same time; breaks, sickness and leave come on top."
        )
    _check_shrinkage(shrinkage)
    parts = [
        lang(
            "{scheduled} by {model}",
            scheduled=lang.number(scheduled(one.solution.measures.agents, shrinkage)),
            model=one.name,
        )
        for one in cases
    ]
    return lang(
        "On the schedule, with {shrinkage} of paid time spent on breaks, sickness and leave: "
        "{answers}.",
        shrinkage=lang.percent(shrinkage),
        answers=", ".join(parts),
    )


def next_sentence(case: Case, frame: Frame, hour: tuple[float, str] | None, lang: Language) -> str:
    """What one more agent gives, and what a contact costs that is answered only thanks to him.

    Parameters
    ----------
    case, frame
        The model and what it shares with others.
    hour
        Cost of an agent's hour with its currency; None leaves the money out.
    lang
        The reader's language.
    """
    now = case.solution.measures
    if now.agents + 1.0 > now.lines:
        return lang("One more agent would find no line.")
    more = case.at(now.agents + 1.0).measures
    gain = _gain(case, now)
    words = lang(
        "One more agent, by {model}: {after} instead of {before} answered in {awt}, mean wait "
        "{wait} instead of {waited}, {gain} more contacts answered an hour.",
        model=case.name,
        after=lang.percent(more.service_level(frame.rule, frame.awt), 1),
        before=lang.percent(now.service_level(frame.rule, frame.awt), 1),
        awt=lang.duration(frame.awt),
        wait=lang.duration(more.asa),
        waited=lang.duration(now.asa),
        gain=lang.plain(gain),
    )
    if hour is None:
        return words
    cost, currency = hour
    if _buys_nothing(gain, now):
        return words + " " + lang("Nobody more is answered: the money buys shorter waits.")
    price = lang.money(cost / gain, currency, digits=2)
    return words + " " + lang(
        "At {cost} an hour each of them costs {price}.",
        cost=lang.money(cost, currency, digits=0 if cost == int(cost) else 2),
        price=price,
    )  # fmt: skip


def _answered(one: erlang.QueueMeasures[float]) -> float:
    """Contacts answered [1/s]; no more than agents can serve where the queue has no end."""
    return one.occupancy * one.agents / one.aht


def spread_agents(cases: Sequence[Case], spread: int) -> list[int]:
    """Numbers of agents next to the answers, and all between them where they are few."""
    near = sorted({round(one.solution.measures.agents) for one in cases})
    lines = min(one.solution.measures.lines for one in cases)
    if near[-1] - near[0] <= _MOST_BETWEEN:
        numbers = set(range(near[0] - spread, near[-1] + spread + 1))
    else:
        numbers = {n for one in near for n in range(one - spread, one + spread + 1)}
    return sorted(n for n in numbers if 1 <= n <= lines)


def spread_table(cases: Sequence[Case], frame: Frame, spread: int, lang: Language) -> Table:
    """What each number of agents gives, models side by side, the answers marked."""
    answers = {one.name: one.solution.measures.agents for one in cases}
    unknown = cases[0].solution.unknown
    rows = []
    for agents in spread_agents(cases, spread):
        cells = [cell for one in cases for cell in _cells(one, agents, frame, unknown, lang)]
        marks = [lang("← {model}", model=name) for name, n in answers.items() if n == agents]
        mark = " ".join(marks) if unknown == "agents" else "←" * bool(marks)
        rows.append((lang.number(agents), *cells, mark))
    heads = [head for one in cases for head in _heads(one, frame, unknown, lang)]
    return Table(
        lang("What each number of agents gives"), (lang("Agents"), *heads, ""), tuple(rows)
    )


def _heads(case: Case, frame: Frame, unknown: str, lang: Language) -> list[str]:
    """Heads of the columns of one model, which is called by its letter where it has one."""
    letter = case.name.removeprefix("Erlang ")
    extra = {
        "arrival_rate": lang("contacts in {per}", per=lang.duration(frame.per)),
        "aht": lang("handle time"),
        "awt": lang("within"),
    }
    heads = [extra[unknown]] if unknown in extra else []
    heads += [lang("in {awt}", awt=lang.duration(frame.awt)), lang("mean wait")]
    if _loses(case):
        heads.append(lang("abandoned"))
    return [f"{letter}: {head}" for head in (*heads, lang("occupancy"))]


def _loses(case: Case) -> bool:
    """Whether anybody may give up."""
    one = case.solution.measures
    return math.isfinite(one.patience) or one.abandonment > 0


def _cells(case: Case, agents: float, frame: Frame, unknown: str, lang: Language) -> list[str]:
    """Figures of one model with a number of agents."""
    found = case.at(agents)
    one = found.measures
    extra = {
        "arrival_rate": lambda: lang.plain(found.value * frame.per, 1),
        "aht": lambda: fine_time(found.value, lang),
        "awt": lambda: fine_time(found.value, lang),
    }
    cells = [extra[unknown]()] if unknown in extra else []
    cells += [
        lang.percent(one.service_level(frame.rule, frame.awt), 1),
        lang.duration(one.asa),
    ]
    if _loses(case):
        cells.append(lang.percent(one.abandonment, 1))
    return [*cells, lang.percent(one.occupancy)]


def solved_rows(cases: Sequence[Case], frame: Frame, spread: int) -> list[dict[str, Any]]:
    """The table as plain rows, SI units: one for each model and number of agents."""
    return [
        {"model": one.key, **flat(found.measures, frame.awt), "value": found.value,
         "met": found.met}
        for one in cases
        for agents in spread_agents(cases, spread)
        for found in (one.at(agents),)
    ]  # fmt: skip


def solved_data(cases: Sequence[Case], frame: Frame, spread: int) -> dict[str, Any]:
    """Everything as plain data, nothing rounded; seconds, and rates per second."""
    first = cases[0].solution
    rows = solved_rows(cases, frame, spread)
    return {
        "unknown": first.unknown,
        "interval": frame.per,
        "awt": frame.awt,
        "rule": frame.rule,
        **{
            one.key: {
                "value": finite(one.solution.value),
                "met": one.solution.met,
                "target": _promise(one.solution.target),
                **measures_data(one.solution.measures, frame.awt),
            }
            for one in cases
        },
        "spread": [{k: _plain(v) for k, v in row.items()} for row in rows],
    }


def _promise(target: erlang.Target | None) -> dict[str, Any] | None:
    """A target as plain data: what it bounds, and nothing else."""
    if target is None:
        return None
    unused = "percentile" if target.max_wait_percentile is None else ""
    return {k: v for k, v in vars(target).items() if v is not None and k != unused}


def _plain(value: object) -> object:
    """A value that JSON can hold."""
    return finite(value) if isinstance(value, float) else value
