"""The answer of ``linewise erlang``: the missing number by every model, in words and tables."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from typing import Any

from sim import erlang
from sim.report.answer import finite
from sim.report.closed_forms import fitted, flat, measures_data, of_all_callers, split
from sim.report.language import N_, Language
from sim.report.promises import promise_data, rule_words, share_words, target_words
from sim.report.table import Table

__all__ = [
    "Case",
    "Frame",
    "agents_words",
    "answer_sentences",
    "case_of",
    "fine_time",
    "solved_data",
    "solved_rows",
    "spread_agents",
    "spread_table",
    "spread_tables",
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
_SEEN = 0.0005
"""Share from which on a tenth of a per cent is said."""

_LONGEST = 366 * 86_400.0
"""A mean wait beyond a year is no wait: the queue has no steady state [s]."""


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
        return self._bounded(self.question, self._plain)

    @cached_property
    def _plain(self) -> erlang.Solution:
        """The answer to the question as it stands, be the queue without end or not."""
        return erlang.solve(**self.question)

    @property
    def stable_only(self) -> bool:
        """Whether the team is asked for nothing but to keep up with the work."""
        return (
            _endless(self._plain)
            and not _endless(self.solution)
            and self.solution.unknown != "nothing"
        )

    def at(self, agents: float) -> erlang.Solution:
        """The answer of a team with another number of agents."""
        question = {**self.question, "agents": agents}
        return self._bounded(question, erlang.solve(**question))

    def _bounded(self, question: Mapping[str, Any], found: erlang.Solution) -> erlang.Solution:
        """An answer of a queue that has an end: without one, no target is kept at all."""
        target = question.get("target")
        if target is None or not found.met or not _endless(found):
            return found
        bounded = {**question, "target": replace(target, max_mean_wait=_LONGEST)}
        lines = question.get("lines", math.inf)
        if found.unknown != "agents" or "model" in question or math.isinf(lines):
            return replace(erlang.solve(**bounded), target=target)
        # Lines that turn callers away would end any queue: the team shall keep up without them.
        enough = erlang.solve(**{**bounded, "lines": math.inf}).value
        staffed = erlang.solve(**{**question, "agents": min(enough, lines)})
        return replace(staffed, unknown="agents", value=min(enough, lines))


def _endless(found: erlang.Solution) -> bool:
    """Whether the queue grows without end."""
    return not math.isfinite(found.measures.mean_wait)


_NAMES = {"erlang_c": "Erlang C", "erlang_a": "Erlang A", "erlang_x": "Erlang X"}


def case_of(
    key: str,
    question: Mapping[str, Any],
    lang: Language,
    share: float | None = None,
    leaving: Mapping[str, Any] | None = None,
) -> Case:
    """One model with its question, named and explained.

    Parameters
    ----------
    key
        Its name in plain data.
    question
        Arguments of `sim.erlang.solve`.
    lang
        The reader's language.
    share
        Share of the lost who call again.
    leaving
        Patience and balking of a model that keeps them to itself.
    """
    if share is not None:
        note = lang("{share} of those who give up call again", share=share_words(share, lang))
        return Case(key, _NAMES[key], note, question)
    if key == "service":
        note = lang("handle times follow their law") + ", " + _leaving(leaving or {}, lang)
        return Case(key, lang("M/G/n"), note, question)
    return Case(key, _NAMES[key], _leaving(question, lang), question)


def _leaving(question: Mapping[str, Any], lang: Language) -> str:
    """Who leaves, and when."""
    patience = question.get("patience", math.inf)
    mean = patience.mean if isinstance(patience, erlang.Law) else patience
    balking = question.get("balking", 0.0)
    named = {"patience": lang.duration(mean), "share": share_words(balking, lang)}
    if not balking:
        if math.isinf(mean):
            return lang("nobody ever gives up")
        return lang("a caller gives up after {patience} on average", **named)
    if math.isinf(mean):
        return lang("{share} leave at once when nobody is free, who stays never gives up", **named)
    return lang(
        "{share} leave at once when nobody is free, who stays gives up after {patience} on average",
        **named,
    )


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
        rule=rule_words(frame.rule, lang, _lined(cases[0])),
        target=_target_words(cases[0], lang),
    )
    head = head[:1].upper() + head[1:]
    given = [_given(one, frame, lang) for one in cases]
    stable = [lang(
        "{model}: as nobody gives up, the team need only keep up with the work: without that the "
        "queue grows without end.", model=one.name,
    ) for one in cases if one.stable_only]  # fmt: skip
    return (head, *filter(None, given), *stable, *_load(cases, lang))


def _lined(case: Case) -> bool:
    """Whether lines are counted, so that somebody may find them all taken."""
    return math.isfinite(case.solution.measures.lines)


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
    target, share = case.solution.target, case.question.get("service_level")
    if share is not None:
        return share_words(share, lang)
    return "" if target is None else target_words(target, lang, _lined(case))


def _service(one: erlang.QueueMeasures[float], frame: Frame, lang: Language) -> str:
    """What share is answered in time."""
    share = lang.percent(one.service_level(frame.rule, frame.awt), 1)
    return lang("{share} answered in {awt}", share=share, awt=lang.duration(frame.awt))


def _given(case: Case, frame: Frame, lang: Language) -> str:
    """What contacts and agents live through with the answer."""
    found = case.solution
    one = found.measures
    if not math.isfinite(found.value):
        return _without_bound(case, lang)
    if not math.isfinite(one.arrival_rate):
        return lang(
            "{model}: everybody calls again until served, and there is more work than the team "
            "can do: the queue has no steady state.",
            model=case.name,
        )
    words = lang(
        "{model}: {service}, mean wait of those answered {wait}, occupancy {occupancy}.",
        model=case.name,
        service=_service(one, frame, lang) + _lost(case, frame, lang),
        wait=lang.duration(one.asa),
        occupancy=lang.percent(one.occupancy),
    )
    if found.target is None or found.unknown not in ("nothing", "agents"):
        return words
    if found.unknown == "agents" and found.met:
        return words
    kept = lang("The target is kept.") if found.met else lang("The target is missed.")
    return f"{words} {kept}"


def _without_bound(case: Case, lang: Language) -> str:
    """Why there is no number."""
    if case.solution.met:
        return lang("{model}: no bound is ever reached.", model=case.name)
    if _endless(case.solution):
        return lang(
            "{model}: no wait is long enough, because more work comes in than the team can do, and "
            "the queue grows without end.",
            model=case.name,
        )
    return lang("{model}: no wait is long enough, because too many give up.", model=case.name)


def _lost(case: Case, frame: Frame, lang: Language) -> str:
    """Who gives up, where anybody may."""
    one, words = case.solution.measures, ""
    if _loses(case):
        lost = {"lost": lang.percent(one.abandonment, 1)}
        at_once = bool(one.balking)
        words += ", " + (
            lang("{lost} leave", **lost) if at_once else lang("{lost} give up", **lost)
        )
    if one.blocking >= _SEEN:
        words += ", " + lang(
            "{share} find every line taken, so that {served} of all callers are answered in time",
            share=lang.percent(one.blocking, 1),
            served=lang.percent(of_all_callers(one, frame.awt), 1),
        )
    return words


def _load(cases: Sequence[Case], lang: Language) -> tuple[str, ...]:
    """What the work is; where it is known."""
    if cases[0].solution.unknown in ("arrival_rate", "aht"):
        return ()
    load = lang.plain(cases[0].solution.measures.load)
    if load == lang.plain(1.0):
        return (
            lang(
                "The work is 1 erlang: one agent would be busy all the time, with no rest and no "
                "room for chance."
            ),
        )
    return (
        lang(
            "The work is {load} erlangs: as many agents would be busy all the time, with no rest "
            "and no room for chance.",
            load=load,
        ),
    )


def agents_words(count: float, lang: Language) -> str:
    """So many agents, or parts of one."""
    if float(count).is_integer():
        return lang.n("{n} agent", "{n} agents", count)
    return lang("{count} agents", count=lang.plain(count))


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
        marks = [_letter(name) for name, n in answers.items() if n == agents]
        mark = "← " + " ".join(marks) if marks and unknown == "agents" else "←" * bool(marks)
        rows.append((lang.number(agents), *cells, mark))
    heads = [head for one in cases for head in _heads(one, frame, unknown, lang)]
    return Table(
        lang("What each number of agents gives"), (lang("Agents"), *heads, ""), tuple(rows)
    )


def spread_tables(
    cases: Sequence[Case], frame: Frame, spread: int, lang: Language
) -> tuple[Table, ...]:
    """The same, a table for each model where one of all would be too wide."""
    whole = split(spread_table(cases, frame, spread, lang), 1)
    if len(whole) == 1:
        return whole
    return tuple(fitted(spread_table([one], frame, spread, lang)) for one in cases)


def _letter(name: str) -> str:
    """A model by its letter, where it has one."""
    return name.removeprefix("Erlang ")


def _heads(case: Case, frame: Frame, unknown: str, lang: Language) -> list[str]:
    """Heads of the columns of one model, which is called by its letter where it has one."""
    extra = {
        "arrival_rate": lang("contacts in {per}", per=lang.duration(frame.per)),
        "aht": lang("handle time"),
        "awt": lang("within"),
    }
    heads = [extra[unknown]] if unknown in extra else []
    heads += [lang("in {awt}", awt=lang.duration(frame.awt)), lang("ASA")]
    if _loses(case):
        heads.append(lang("lost"))
    return [f"{_letter(case.name)}: {head}" for head in (*heads, lang("busy"))]


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
                "target": promise_data(one.solution.target),
                **measures_data(one.solution.measures, frame.awt),
            }
            for one in cases
        },
        "spread": [{k: _plain(v) for k, v in row.items()} for row in rows],
    }


def _plain(value: object) -> object:
    """A value that JSON can hold."""
    return finite(value) if isinstance(value, float) else value
