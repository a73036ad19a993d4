"""How an option answers changed inputs: staffed anew to the same promise, without simulating.

The anchor is the simulated option: its average month, its cover, its statement. A changed input
moves what the closed forms say, and the anchor moves with it:

- volume, handle time, patience and promise change the agents that the closed form asks for; the
  cover moves by that difference, hour by hour of the week;
- those served, those who give up, their waits and minutes move as the closed form moves;
- prices, wages, shares and taxes change the statement only.

With nothing changed the answer is that of the simulation to the last digit.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from sim.cost import Statement
from sim.decide.month import Month
from sim.decide.moved import Moved, moved
from sim.decide.option import OptionResult
from sim.decide.priced import (
    Busiest,
    Forecast,
    banded,
    busiest_of,
    statement_of,
    statements_by_leg,
    teams_of,
)
from sim.decide.queueing import Closed, streams_of
from sim.decide.traffic import MonthCounts, traffic
from sim.errors import InvalidInput
from sim.metrics import Presence
from sim.plan import agents_by_volume, staffed
from sim.scenario.model import Scenario
from sim.scenario.option import Group, Option

__all__ = ["Answer", "Response", "agents_at_work"]

Floats = NDArray[np.float64]

# Volumes at which many months are worked out.
_NODES = 4
# Answers of unchanged work that are kept.
_KEPT = 8


@dataclass(frozen=True, slots=True, eq=False)
class Answer:
    """An average month of an option under changed inputs.

    Parameters
    ----------
    option
        The option with its changed terms.
    month
        How its counts are read.
    counts
        What an average month brings.
    peaks
        The busiest moment of each group.
    agents
        Agents at work by group and interval of the week.
    service
        Share answered in time by channel with a promise: what was simulated, moved as the closed
        form moves.
    expected
        The month with nothing changed, which vendors were told to expect; None where it is this.
    """

    option: Option
    month: Month
    counts: MonthCounts
    peaks: Mapping[str, Busiest]
    agents: Mapping[str, Floats]
    service: Mapping[str, float]
    expected: MonthCounts | None = None

    def forecast(self, scale: float = 1.0) -> Forecast | None:
        """What vendors were told to expect; None where it is what came.

        Parameters
        ----------
        scale
            Volume that they were told of the month, as a factor on that of the answer.
        """
        if self.expected is None and scale == 1.0:
            return None
        return Forecast(self.counts if self.expected is None else self.expected, scale)

    def statement(self, month_index: int = 0) -> Statement:
        """The month line by line.

        Parameters
        ----------
        month_index
            Months since contracts began.
        """
        asked = self.option, self.month, self.counts, self.peaks
        return statement_of(*asked, month_index, self.forecast())

    def total(self, month_index: int = 0) -> float:
        """Cost of the month; sooner known than the statement, which joins and checks its lines."""
        asked = self.option, self.month, self.counts, self.peaks
        legs = statements_by_leg(*asked, month_index, self.forecast())
        return math.fsum(leg.total for leg in legs.values())

    @property
    def hours(self) -> float:
        """Logged hours in the month, of all groups [h]."""
        return float(self.counts.presence[:, Presence.LOGGED].sum()) / 3600


@dataclass(frozen=True, slots=True, eq=False)
class Response:
    """A simulated option that can be asked what it would be with other inputs.

    Parameters
    ----------
    result
        The option as simulated.
    month, counts
        Its average month.
    peaks
        The busiest moment of each group.
    agents
        Agents at work by group and interval of the week, as simulated.
    needed
        What the closed form asks for, of groups staffed to target.
    loads
        Work in a week by group, whoever does it [s].
    closed
        What the closed form says of those who wait, with the agents that it asks for.
    types
        Occurrences of each interval of the week in an average month by type of hour.
    inbound
        Minutes of calls to each team in the average month [min].
    wanted, known
        What was asked of the closed form, and what was answered, of the work as it was simulated,
        by volumes: neither is worked out again while only prices change.

    Examples
    --------
    >>> from sim.decide import simulate
    >>> from sim.scenario import load
    >>> desk = simulate(load("scenarios/company-n.yaml"), "as_is", replications=2)
    >>> response = Response.of(desk)
    >>> response.statement().total == desk.statement.total
    True
    >>> busier = response.statement(volume_factor=1.2)
    >>> busier.total > desk.statement.total  # more minutes on the line; the crew is fixed
    True
    """

    result: OptionResult
    month: Month
    counts: MonthCounts
    peaks: Mapping[str, Busiest]
    agents: Mapping[str, Floats]
    needed: Mapping[str, Floats]
    loads: Mapping[str, float]
    closed: Closed
    types: Floats
    inbound: Mapping[str, float]
    wanted: dict[tuple[float, ...], Mapping[str, Floats]] = field(default_factory=dict)
    known: dict[tuple[float, ...], tuple[Answer, ...]] = field(default_factory=dict)

    @classmethod
    def of(cls, result: OptionResult, counts: MonthCounts | None = None) -> Response:
        """Anchor a response at a simulated option.

        Parameters
        ----------
        result
            The option.
        counts
            What an average month brought; that of all replications when None.

        Raises
        ------
        InvalidInput
            If the option has no terms, so that there is no cost to answer with.
        """
        if result.statement is None:
            hint = "give its groups a payroll or a contract"
            raise InvalidInput("option", "must have terms to be priced", result.name, hint)
        played, calendar = result.case, result.scenario.calendar
        month = Month.of(result.scenario, played)
        counts = month.read(result.replications.record) if counts is None else counts
        agents = {
            name: result.covers[name].agents.astype(np.float64)
            if name in result.covers
            else agents_at_work(result, name)
            for name in played.groups
        }
        asked = streams_of(result.scenario, result.option, played, counts)
        needed = _needed(result.scenario, result.option, np.ones(1))
        return cls(
            result,
            month,
            counts,
            {
                name: busiest_of(played, month, result.replications, (name, *beside))
                for name, beside in teams_of(result.option).items()
            },
            agents,
            needed,
            asked.loads(),
            asked.measured([{**agents, **{name: row[0] for name, row in needed.items()}}])[0],
            calendar.average_month(result.scenario.interval).types.reshape(-1, 8),
            _inbound(result, counts),
        )

    def on(self, counts: MonthCounts) -> Response:
        """The same option anchored at another average month, such as that of a batch.

        Parameters
        ----------
        counts
            What the month brought.
        """
        asked = streams_of(self.result.scenario, self.result.option, self.result.case, counts)
        own = {**self.agents, **{name: row[0] for name, row in self.needed.items()}}
        return replace(
            self,
            counts=counts,
            loads=asked.loads(),
            closed=asked.measured([own])[0],
            inbound=_inbound(self.result, counts),
            known={},
        )

    def answers(
        self, scenario: Scenario | None = None, factors: Sequence[float] | Floats = (1.0,)
    ) -> tuple[Answer, ...]:
        """Answer a changed scenario at several volumes at once.

        Parameters
        ----------
        scenario
            The scenario with other figures, as `sim.scenario.changed` makes it; None: as it was.
            Its channels, options, groups and calendar are those of the anchor.
        factors
            On the volume of all channels, beside what the scenario changes.
        """
        asked = self.result.scenario if scenario is None else scenario
        option = asked.options[self.result.name]
        volumes = np.asarray(factors, np.float64)
        terms = staffed(option, self.result.covers)
        if not self.only_priced(asked):
            found = self._answers(asked, terms, volumes, _needed(asked, option, volumes))
            if not banded(option):
                return found
            told = self.answers(None, volumes)
            return tuple(replace(a, expected=b.counts) for a, b in zip(found, told, strict=True))
        if np.all(volumes == 1.0):
            return (self._as_simulated(terms),) * len(volumes)
        asked_for = tuple(volumes.tolist())
        if asked_for not in self.wanted:
            _forget(self.wanted)
            self.wanted[asked_for] = _needed(asked, option, volumes)
        if asked_for not in self.known:
            _forget(self.known)
            found = self._answers(asked, terms, volumes, self.wanted[asked_for])
            self.known[asked_for] = found
        return tuple(replace(one, option=terms) for one in self.known[asked_for])

    def _answers(
        self, asked: Scenario, terms: Option, volumes: Floats, needed: Mapping[str, Floats]
    ) -> tuple[Answer, ...]:
        """Answer a changed scenario with the agents that the closed form asks for."""
        option = asked.options[self.result.name]
        waiting = streams_of(asked, option, self.result.case, self.counts)
        crews = [
            self._agents(needed, waiting.loads(factor), row)
            for row, factor in enumerate(volumes.tolist())
        ]
        # Closed forms of their own agents: those beyond are there for what they leave out.
        own = [
            {**agents, **{name: wanted[row] for name, wanted in needed.items()}}
            for row, agents in enumerate(crews)
        ]
        found = []
        for agents, now in zip(crews, waiting.measured(own, volumes.tolist()), strict=True):
            counts = self._counts(moved(self.result.case, self.counts, self.closed, now), agents)
            peaks = {name: self._busiest(name, agents, counts) for name in self.peaks}
            found.append(Answer(terms, self.month, counts, peaks, agents, self._service(now)))
        return tuple(found)

    def answer(self, scenario: Scenario | None = None, *, volume_factor: float = 1.0) -> Answer:
        """Answer a changed scenario at one volume; see `answers`."""
        return self.answers(scenario, (volume_factor,))[0]

    def statement(
        self,
        scenario: Scenario | None = None,
        *,
        volume_factor: float = 1.0,
        month_index: int = 0,
    ) -> Statement:
        """A month under changed inputs, staffed anew.

        Parameters
        ----------
        scenario
            The scenario with other figures; None: as it was.
        volume_factor
            On the volume of all channels: a season, growth.
        month_index
            Months since contracts began: their prices rise at each anniversary.

        Notes
        -----
        For many months of one scenario ask `answers` with all their factors, then each answer for
        its statement: what is looked for is looked for once.
        """
        return self.answer(scenario, volume_factor=volume_factor).statement(month_index)

    def totals(
        self,
        scenario: Scenario | None = None,
        *,
        factors: Sequence[float] | Floats,
        first_month: int = 0,
    ) -> Floats:
        """Costs of consecutive months with a volume each, staffed anew month by month.

        Parameters
        ----------
        scenario
            The scenario with other figures; None: as it was.
        factors
            On the volume of all channels, month by month: a season, growth.
        first_month
            Months since contracts began, of the first.

        Notes
        -----
        More than four different volumes are answered at four between the least and the most, and
        costs in between taken from these: it is for many draws of many months.
        """
        volumes = np.asarray(factors, np.float64)
        nodes = np.unique(volumes)
        if len(nodes) > _NODES:
            nodes = np.linspace(nodes[0], nodes[-1], _NODES)
        answers = self.answers(scenario, nodes)
        indexed = any(
            group.contract is not None and group.contract.indexation_annual
            for group in answers[0].option.groups.values()
        )
        years = (np.arange(len(volumes)) + first_month) // 12 * indexed
        found = np.empty(len(volumes))
        for year in np.unique(years).tolist():
            costs = [answer.total(12 * year) for answer in answers]
            found[years == year] = np.interp(volumes[years == year], nodes, costs)
        return found

    def only_priced(self, scenario: Scenario) -> bool:
        """Whether a changed scenario changes no more than what the option pays."""
        before, after = self.result.scenario, scenario
        ours, theirs = (one.options[self.result.name] for one in (before, after))
        return (
            after.channels == before.channels
            and (ours.fcr, ours.open, ours.patience) == (theirs.fcr, theirs.open, theirs.patience)
            and all(
                _work(group) == _work(theirs.groups[name]) for name, group in ours.groups.items()
            )
        )

    def _as_simulated(self, terms: Option) -> Answer:
        """What was simulated, under other terms."""
        service = self._service(self.closed)
        return Answer(terms, self.month, self.counts, self.peaks, self.agents, service)

    def _agents(
        self, needed: Mapping[str, Floats], loads: Mapping[str, float], row: int
    ) -> Mapping[str, Floats]:
        """Agents at work: the simulated cover, moved by what the closed form asks for."""
        found = dict(self.agents)
        for name, wanted in needed.items():
            before, after = self.needed[name][0], wanted[row]
            if self.result.covers[name].plan is not None:  # more or fewer of the same shifts
                found[name] = found[name] * (after.sum() / max(before.sum(), 1.0))
                continue
            # What the simulation wanted beyond the closed form grows with the work.
            more = loads[name] / self.loads[name] if self.loads[name] else 1.0
            found[name] = np.maximum(after + (found[name] - before) * more, 0.0)
        return found

    def _busiest(self, name: str, agents: Mapping[str, Floats], counts: MonthCounts) -> Busiest:
        """The busiest moment of a team: calls hold lines as the minutes of the month do."""
        then, played = self.peaks[name], self.month.case
        team = (name, *teams_of(self.result.option)[name])
        at_once = [np.sum([one[n] for n in team], axis=0).max() for one in (self.agents, agents)]
        rows = [played.groups.index(n) for n in team]
        before = self.inbound[name]
        now = sum(traffic(played, counts, g).inbound for g in rows)
        return then._replace(
            agents=max(0.0, then.agents + float(at_once[1] - at_once[0])),
            line_load=then.line_load * (now / before if before else 1.0),
        )

    def _counts(self, move: Moved, agents: Mapping[str, Floats]) -> MonthCounts:
        """The average month with everything moved."""
        presence = self.counts.presence.copy()
        line = self.month.case.timeline
        for g, name in enumerate(self.month.case.groups):
            if agents[name] is self.agents[name]:
                continue
            before, after = self.agents[name] @ self.types, agents[name] @ self.types
            ratio = np.divide(after, before, out=np.ones(8), where=before > 0)
            logged = presence[g, Presence.LOGGED] * ratio
            presence[g, Presence.LOGGED] = np.where(before > 0, logged, after * line.interval)
        return MonthCounts(
            self.counts.contacts * move.contacts, self.counts.work * move.work, presence
        )

    def _service(self, now: Closed) -> dict[str, float]:
        """Share answered in time by channel that has a promise and waits for an answer."""
        found = {}
        for attained in self.result.attained:
            name = attained.channel
            if attained.target is None or attained.outbound:
                continue
            shift = now.service.get(name, 0.0) - self.closed.service.get(name, 0.0)
            found[name] = min(1.0, max(0.0, attained.service_level.value + shift))
        return found


def _forget(kept: dict[Any, Any]) -> None:
    """Make room where months with other volumes are asked for again and again."""
    if len(kept) >= _KEPT:
        kept.clear()


def _needed(scenario: Scenario, option: Option, factors: Floats) -> dict[str, Floats]:
    """Agents by the closed form, by factor and interval, of groups staffed to target."""
    found = agents_by_volume(scenario, option, factors)
    return {name: agents.astype(np.float64) for name, agents in found.items()}


def _work(group: Group) -> tuple[object, ...]:
    """All of a group that is not its price, and the step to which its price rounds time."""
    step = group.contract.minutes.increment if group.contract and group.contract.minutes else 0.0
    return (
        group.skills,
        group.handle_time,
        group.staffing,
        group.hours,
        group.fcr,
        group.escalates,
        step,
    )


def _inbound(result: OptionResult, counts: MonthCounts) -> dict[str, float]:
    """Minutes of calls to each team in an average month [min]."""
    played = result.case
    return {
        name: sum(
            traffic(played, counts, played.groups.index(one)).inbound for one in (name, *beside)
        )
        for name, beside in teams_of(result.option).items()
    }


def agents_at_work(result: OptionResult, group: str) -> Floats:
    """Mean agents of a group at work by interval of the week, as played."""
    line = result.case.timeline
    place = line.week_slots[line.before : line.before + line.within]
    logged = result.replications.presence(group)[:, Presence.LOGGED] / line.interval
    size = result.scenario.intervals_per_week
    occurs = np.bincount(place, minlength=size)
    total = np.bincount(place, weights=logged, minlength=size)
    return np.asarray(np.divide(total, occurs, out=np.zeros(size), where=occurs > 0))
