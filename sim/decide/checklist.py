"""Six questions that tell whether outsourcing is worth a look, answered by numbers if they can.

The questions and the rule of three are those of a checklist that is handed around among owners of
shops; they are no finding of ours. What a number can say is said with the number; what only people
know is asked.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Literal

import numpy as np

from sim.decide.comparison import Comparison
from sim.decide.option import OptionResult
from sim.metrics import Count
from sim.scenario.claims import QUESTIONS

__all__ = ["ENOUGH", "Answered", "Checklist", "checklist"]

#: Times yes from which the checklist says to consider outsourcing.
ENOUGH = 3

# Bounds of a yes where the scenario promises nothing. Assumptions, shown beside the answer.
_LOST = 0.05
_CLOSED = 0.02
_LONG = 60.0
_WAITED = 0.10


@dataclass(frozen=True, slots=True)
class Answered:
    """One question.

    Parameters
    ----------
    question
        One of `sim.scenario.claims.QUESTIONS`.
    answer
        Yes, no, or None where it has to be asked.
    by
        Who answers: the ``numbers``, ``people`` in the scenario, or ``nobody`` yet.
    found
        The numbers behind it, by name: shares, hours, money a month.
    """

    question: str
    answer: bool | None
    by: Literal["numbers", "people", "nobody"]
    found: Mapping[str, float] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Checklist:
    """The six answers.

    Parameters
    ----------
    today
        The option that is asked about.
    answers
        In the order of the questions.
    """

    today: str
    answers: tuple[Answered, ...]

    @property
    def yes(self) -> int:
        """Questions answered with yes."""
        return sum(one.answer is True for one in self.answers)

    @property
    def asked(self) -> int:
        """Questions that nobody has answered yet."""
        return sum(one.answer is None for one in self.answers)

    @property
    def says(self) -> Literal["consider", "no need", "open"]:
        """What the checklist would say."""
        if self.yes >= ENOUGH:
            return "consider"
        return "open" if self.yes + self.asked >= ENOUGH else "no need"


def checklist(comparison: Comparison) -> Checklist:
    """Answer the six questions about an operation as it is today.

    Parameters
    ----------
    comparison
        Options compared, that which serves today (`Scenario.today`) among them.
    """
    scenario = comparison.scenario
    stated = scenario.checklist
    today = comparison[scenario.today]
    numbers = {
        "cannot_cope": _cannot_cope(today),
        "long_waits": _long_waits(today),
        "lost_off_hours": _lost_off_hours(today),
        "other_time_zones": (None, _open_hours(today)),
        "too_expensive": _too_expensive(comparison, today),
        "management_time": (None, _managers(today)),
    }
    answers = []
    for question in QUESTIONS:
        said: bool | None = getattr(stated, question)
        answer, found = numbers[question]
        if said is not None:
            answers.append(Answered(question, said, "people", found))
        else:
            by: Literal["numbers", "nobody"] = "nobody" if answer is None else "numbers"
            answers.append(Answered(question, answer, by, found))
    return Checklist(today.name, tuple(answers))


Found = tuple[bool | None, Mapping[str, float]]


def _cannot_cope(today: OptionResult) -> Found:
    """Who gives up in the worst hour of the week, over channels that are open then."""
    worst, bound, at = 0.0, _LOST, math.nan
    for name in today.waited:
        lost, width = today.replications.profile("abandonment", name, "slot")
        target = today.scenario.channels[name].target
        promised = target.abandonment if target and target.abandonment is not None else _LOST
        # Beyond chance: the lower end of the interval is what counts.
        sure = np.nan_to_num(lost - width, nan=0.0)
        place = int(sure.argmax())
        if sure[place] - promised > worst - bound or math.isnan(at):
            worst, bound, at = float(sure[place]), promised, _second(today, place)
    if math.isnan(at):
        return None, {}
    return worst > bound, {"worst_share": worst, "bound": bound, "second_of_week": at}


def _second(today: OptionResult, place: int) -> float:
    """When in the week an interval of the period begins [s]."""
    line = today.case.timeline
    return float(line.week_slots[line.before + place] * today.scenario.interval)


def _long_waits(today: OptionResult) -> Found:
    """Who waits longer than a minute for an answer or gives up after that."""
    waited = everybody = 0.0
    for name in today.waited:
        waits = today.replications.waits(name, "all")
        waited += float(waits.counts[waits.edges[:-1] >= _LONG].sum())
        everybody += float(waits.counts.sum())
    if not everybody:
        return None, {}
    share = waited / everybody
    return share > _WAITED, {"share": share, "longer_than": _LONG, "bound": _WAITED}


def _lost_off_hours(today: OptionResult) -> Found:
    """Who comes when it is closed."""
    rows = [today.case.channels.index(one.channel) for one in today.attained if not one.outbound]
    played = today.replications
    mean = np.average(played.totals[:, rows].sum(axis=1), axis=0, weights=played.weights)
    came = mean[[Count.OFFERED, Count.BLOCKED, Count.CLOSED]].sum()
    if not came:
        return None, {}
    share = float(mean[Count.CLOSED] / came)
    weeks = today.scenario.calendar.days / 7
    return share > _CLOSED, {
        "share": share,
        "a_week": float(mean[Count.CLOSED]) / weeks,
        "bound": _CLOSED,
    }


def _open_hours(today: OptionResult) -> Mapping[str, float]:
    """Hours of the week in which anybody can reach somebody."""
    scenario, option = today.scenario, today.option
    found = {}
    for name in today.waited:
        hours = option.open.get(name, scenario.channels[name].open)
        found[name] = sum(end - start for start, end in hours.ranges) / 3600
    return {"open_hours_a_week": max(found.values(), default=math.nan)}


def _too_expensive(comparison: Comparison, today: OptionResult) -> Found:
    """Whether a vendor gives the service of the own team for less, beyond chance.

    Where today's service is given by nobody else, the own team at the common target stands for it.
    """
    own = [o for o in comparison.options if o.cost is not None and _is_own(o)]
    best: tuple[float, float] | None = None
    for team in own:
        for other in comparison.options:
            if other.cost is None or _is_own(other) or comparison.gaps(other.name, team.name):
                continue
            saved = comparison.difference(team.name, other.name)
            assert saved is not None
            assert team.cost is not None
            if best is None or saved.low > best[1]:
                best = saved.value / team.cost.value, saved.low
    cost = {"cost_a_month": today.cost.value} if today.cost is not None else {}
    if best is None:
        return None, cost
    return best[1] > 0, {**cost, "vendor_saves": best[0]}


def _is_own(option: OptionResult) -> bool:
    return all(group.source == "inhouse" for group in option.option.groups.values())


def _managers(today: OptionResult) -> Mapping[str, float]:
    """People around the agents, and what they cost a month."""
    info = today.statement.info if today.statement else {}
    names = [name for name in today.option.groups if f"{name}.support_heads" in info]
    heads = sum(info[f"{name}.support_heads"] for name in names)
    if not names or today.statement is None:
        return {}
    lines = [f"{name}.{line}" for name in names for line in _SUPPORT]
    return {"support_heads": heads, "cost_a_month": sum(map(today.statement.amount, lines))}


_SUPPORT = ("support_gross", "support_contributions")
