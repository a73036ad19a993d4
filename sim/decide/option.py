"""One option, staffed, simulated and priced: what customers get and what a month costs."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace

import numpy as np
from numpy.typing import NDArray

from sim.cost import Statement
from sim.decide.month import Month
from sim.decide.priced import busiest_of, contract_of, peak_of, statement_of, teams_of
from sim.decide.ways import Recorder, Ways, ways
from sim.demand.caps import Capped
from sim.demand.queues import Role
from sim.errors import Interrupted, InvalidInput, one_of
from sim.experiment import (
    Case,
    Goal,
    Place,
    Progress,
    Replications,
    Rule,
    case,
    checked_count,
    checked_seed,
    opened,
    replicate,
)
from sim.metrics import Presence
from sim.plan import Cover, cover, misses, staffed
from sim.scenario.channel import Target
from sim.scenario.given import scenario_of
from sim.scenario.model import Scenario
from sim.scenario.option import Option
from sim.scenario.parse import DAYS_PER_MONTH
from sim.stats import Estimate, mean_estimate

__all__ = [
    "BATCHES",
    "Attained",
    "OptionResult",
    "Prepared",
    "Run",
    "evaluate",
    "played",
    "prepare",
    "simulate",
    "staffing",
]

Floats = NDArray[np.float64]

# Batches whose statements show how far a month's cost is uncertain; more would cost time only.
BATCHES = 20


@dataclass(frozen=True, slots=True)
class Run:
    """How to simulate.

    Parameters
    ----------
    seed
        Where the random numbers start.
    replications, at_most, precision, goals, rule, first
        As `sim.experiment.replicate` takes them.
    engine
        ``kernel`` or ``reference``.
    on
        Where to play.
    """

    seed: int
    replications: int
    at_most: int
    precision: float
    engine: str = "kernel"
    goals: tuple[Goal, ...] = ()
    rule: Rule = "sequential"
    first: int = 0
    on: str | Place | None = None

    @classmethod
    def of(
        cls,
        scenario: Scenario,
        *,
        seed: int | None = None,
        replications: int | None = None,
        engine: str = "kernel",
        goals: Sequence[Goal] = (),
        on: str | Place | None = None,
    ) -> Run:
        """What the scenario says, or the caller; a number of replications is then exact."""
        asked = scenario_of(scenario).simulation
        if goals and replications is not None:
            hint = "leave one of them out"
            raise InvalidInput("replications", "must not stand beside goals", replications, hint)
        seed = seed if seed is None else checked_seed(seed)
        if replications is not None:
            replications = checked_count("replications", replications)
        return cls(
            asked.seed if seed is None else seed,
            asked.replications if replications is None else replications,
            asked.at_most if replications is None else replications,
            asked.precision if replications is None else 0.0,
            engine,
            tuple(goals),
            asked.stop if replications is None else "sequential",
            on=on,
        )


@dataclass(frozen=True, slots=True)
class Attained:
    """What customers of one channel, or of a part of it, get, beside what was promised.

    Parameters
    ----------
    channel
        The channel; of a part its row of figures, such as ``phone.vip``.
    target
        What was promised; None when nothing was.
    service_level, abandonment, asa, missed
        Over the whole period; the service level by the target's rule.
    thin
        Intervals of the period (days where the promise is by day) in which the expected service
        level or abandonment misses the target by more than chance, and all with contacts.
    outbound
        Whether the centre calls, so that nobody waits for an answer.
    """

    channel: str
    target: Target | None
    service_level: Estimate
    abandonment: Estimate
    asa: Estimate
    missed: Estimate
    thin: tuple[int, int]
    outbound: bool = False

    @property
    def idle(self) -> bool:
        """Whether nobody came, so that there is no service to speak of."""
        return math.isnan(self.missed.value)

    @property
    def kept(self) -> bool:
        """Whether the promise holds on average over the period, by the estimates.

        Where nobody came it is not broken.
        """
        if self.target is None or self.idle:
            return True
        lost = self.target.abandonment
        return self.service_level.value >= self.target.answered and (
            lost is None or self.abandonment.value <= lost
        )


@dataclass(frozen=True, slots=True, eq=False, weakref_slot=True)
class OptionResult:
    """One option, simulated and priced.

    Parameters
    ----------
    scenario, name
        The operation, and the option's name in it.
    case, replications
        What was played, and what came out.
    covers
        Agents by interval of the week, and what the closed form asked for, of groups staffed to
        target.
    attained
        What customers get, by channel.
    parts
        The same of the parts of channels: classes of clients, bots, callbacks.
    ways
        Where contacts go on to, by channel.
    hours, heads, peak, occupancy
        Logged-in hours in an average month, people on the payroll (None where no group has a
        payroll), most agents at once, handling over logged-in time.
    statement
        An average month, line by line; None when the scenario brings no terms.
    cost
        Its total with the uncertainty of the simulation.
    batches
        Totals of batches of replications, in the same order for all options of a comparison.
    """

    scenario: Scenario
    name: str
    case: Case
    replications: Replications
    covers: Mapping[str, Cover]
    attained: tuple[Attained, ...]
    parts: tuple[Attained, ...]
    ways: Mapping[str, Ways]
    hours: float
    heads: float | None
    peak: int
    occupancy: float
    statement: Statement | None
    cost: Estimate | None
    batches: Floats = field(default_factory=lambda: np.zeros(0))

    @property
    def capped(self) -> Capped | None:
        """Who came to the end of what is played of a client; None where nobody can."""
        return self.replications.capped

    @property
    def option(self) -> Option:
        """The option as the scenario has it."""
        return self.scenario.options[self.name]

    @property
    def promised(self) -> tuple[Attained, ...]:
        """Channels whose service is compared: those with a promise, all where there is none."""
        waited = tuple(one for one in self.attained if not one.outbound)
        return tuple(one for one in waited if one.target) or waited

    @property
    def waited(self) -> tuple[str, ...]:
        """Channels in which clients wait for an answer there and then: no letters, no lists."""
        kinds = self.scenario.channels
        called = (one.channel for one in self.attained if not one.outbound)
        return tuple(name for name in called if kinds[name].kind != "email")

    @property
    def kept(self) -> bool:
        """Whether every promise holds on average over the period, those to classes among them."""
        return all(one.kept for one in (*self.attained, *self.parts))

    def parts_of(self, channel: str) -> tuple[Attained, ...]:
        """What customers of the parts of a channel get."""
        return tuple(one for one in self.parts if one.channel.partition(".")[0] == channel)


@dataclass(frozen=True, slots=True, eq=False)
class Prepared:
    """An option that is staffed and ready to be played.

    Parameters
    ----------
    scenario, name
        The operation, and the option's name in it.
    option
        The option with the shifts that were found for it.
    case
        What is played.
    month
        How a replication becomes a month; None when the option brings no terms.
    covers
        As in `OptionResult`.
    """

    scenario: Scenario
    name: str
    option: Option
    case: Case
    month: Month | None
    covers: Mapping[str, Cover]


def prepare(
    scenario: Scenario,
    name: str,
    seed: int,
    *,
    on: str | Place | None = None,
    covers: Mapping[str, Cover] | None = None,
    tell: Callable[[], object] | None = None,
) -> Prepared:
    """Staff an option, trying its plan where `on` says, and make it ready to be played.

    What `sim.plan.cover` has found before for the same seed is not looked for again. `tell` is
    called after each replication of a trial.

    Raises
    ------
    InvalidInput
        If there is no such option.
    """
    one_of("option", name, scenario_of(scenario).options)
    if covers is None:
        covers = cover(scenario, name, seed=seed, on=on, tell=tell)
    option = staffed(scenario.options[name], covers)
    levels = {
        group: tuple(found.agents.tolist()) for group, found in covers.items() if found.plan is None
    }
    terms = {group: contract_of(option, group) for group in option.groups}
    steps = {group: one.minutes.increment for group, one in terms.items() if one and one.minutes}
    played = case(scenario, name, option=option, cover=levels, increments=steps)
    month = Month.of(scenario, played) if option.priced else None
    return Prepared(scenario, name, option, played, month, covers)


def simulate(
    scenario: Scenario,
    option: str | None = None,
    *,
    seed: int | None = None,
    replications: int | None = None,
    engine: str = "kernel",
    goals: Sequence[Goal] = (),
    progress: Callable[[Progress], None] | None = None,
    workers: int | None = None,
    on: str | Place | None = None,
    covers: Mapping[str, Cover] | None = None,
) -> OptionResult:
    """Staff, simulate and price one option of a scenario.

    Parameters
    ----------
    scenario
        The operation.
    option
        Name of the option; the baseline when None.
    seed, replications
        Instead of the scenario's; a number of replications is then exact.
    engine
        ``kernel`` or ``reference``; the answer is the same.
    goals
        What is to be known how well, instead of the scenario's precision.
    progress
        Called as trials of the staffing are played, and as replications are added.
    workers
        Threads; as many as there are processors when None. The answer is the same.
    on
        Where to play, instead of `workers`: ``threads:4``, ``processes``, ``dask://host:8786``;
        see `sim.experiment.opened`. The answer is the same.
    covers
        What `sim.plan.cover` has found for the same seed; found anew when None.

    Raises
    ------
    InvalidInput
        If there is no such option, engine, place or goal.
    Interrupted
        If a key is pressed, with the result of the replications that were finished.
    """
    run = Run.of(scenario, seed=seed, replications=replications, engine=engine, goals=goals)
    name = scenario.chosen(option)
    with opened(on, workers) as place:
        tell = staffing(run, progress)
        ready = prepare(scenario, name, run.seed, on=place, covers=covers, tell=tell)
        return evaluate(ready, replace(run, on=place), progress)


def staffing(run: Run, progress: Callable[[Progress], None] | None) -> Callable[[], object] | None:
    """What tells that an option is being staffed: nothing is played for good yet."""
    if progress is None:
        return None
    step = Progress(0, run.replications, math.nan, run.precision, "staffing")
    return lambda: progress(step)


def evaluate(
    ready: Prepared,
    run: Run,
    progress: Callable[[Progress], None] | None = None,
    after: Replications | None = None,
) -> OptionResult:
    """Simulate and price an option that is staffed; `Interrupted` prices what was finished.

    What was played of it before, from the same replication on, is not played again.
    """
    try:
        result = played(ready, run, progress, after)
    except Interrupted as pressed:
        raise Interrupted(_priced(ready, pressed.partial)) from pressed
    return _priced(ready, result)


def played(
    ready: Prepared,
    run: Run,
    progress: Callable[[Progress], None] | None = None,
    after: Replications | None = None,
) -> Replications:
    """Simulate an option that is staffed, without pricing it; otherwise as `evaluate` does."""
    return replicate(
        ready.case,
        seed=run.seed,
        replications=run.replications,
        at_most=run.at_most,
        precision=run.precision,
        goals=run.goals,
        rule=run.rule,
        first=run.first,
        after=after,
        engine=run.engine,
        record=Recorder(ready.month),
        progress=progress,
        on=run.on,
    )


def _priced(ready: Prepared, result: Replications) -> OptionResult:
    """Price what came out of replications."""
    scenario, played, month = ready.scenario, ready.case, ready.month
    option = ready.option
    teams = teams_of(option)
    peaks = {
        name: busiest_of(played, month, result, (name, *beside)) for name, beside in teams.items()
    }
    statement, totals = None, np.zeros(0)
    if month:
        statement = statement_of(option, month, month.read(result.record), peaks)
        totals = np.array(
            [
                statement_of(option, month, month.read(part), peaks).total
                for part in result.batches(BATCHES)
            ]
        )
    present = np.sum([result.presence(group).sum(axis=0) for group in played.groups], axis=0)
    logged = float(present[Presence.LOGGED])
    return OptionResult(
        scenario=scenario,
        name=ready.name,
        case=played,
        replications=result,
        covers=ready.covers,
        attained=tuple(_attained(result, row) for row in played.channels),
        parts=tuple(_attained(result, row) for row in played.rows[len(played.channels) :]),
        ways=ways(played, option, result),
        hours=_monthly_hours(scenario, month, result, logged),
        heads=_heads(statement, option),
        peak=peak_of(played),
        occupancy=float(present[Presence.BUSY]) / logged if logged else 0.0,
        statement=statement,
        cost=Estimate(statement.total, mean_estimate(totals).half_width) if statement else None,
        batches=totals,
    )


def _monthly_hours(
    scenario: Scenario, month: Month | None, result: Replications, logged: float
) -> float:
    """Logged-in hours in an average month."""
    if month:
        counts = month.read(result.record)
        return float(counts.presence[:, Presence.LOGGED].sum()) / 3600
    return logged / 3600 / scenario.calendar.days * DAYS_PER_MONTH


def _heads(statement: Statement | None, option: Option) -> float | None:
    """People on the payroll of all own groups."""
    if statement is None:
        return None
    own = [name for name, group in option.groups.items() if group.payroll is not None]
    found = [statement.info[f"{name}.heads"] for name in own if f"{name}.heads" in statement.info]
    return sum(found) if found else None


def _attained(result: Replications, row: str) -> Attained:
    """What customers of a channel, or of a part of it, get."""
    played = result.case
    queue = next(one for one in played.demand.layout.queues if one.name == row)
    # Nothing is promised of a machine, nor of a call that the centre makes.
    target = played.targets[played.rows.index(row)] if queue.role is Role.DESK else None
    return Attained(
        row,
        target,
        result.estimate("service_level", row),
        result.estimate("abandonment", row),
        result.estimate("asa", row),
        result.estimate("missed", row),
        _thin(result, row, target),
        played.demand.layout.channels[queue.channel].outbound is not None,
    )


def _thin(result: Replications, channel: str, target: Target | None) -> tuple[int, int]:
    """Intervals or days that miss the target beyond chance, and all that have contacts."""
    if target is None:
        return 0, 0
    level = {"every interval": "slot", "every day": "day", "on average": "period"}[target.hold]
    served, _ = result.profile("service_level", channel, level)
    return int(misses(result, channel, target, level).sum()), int(np.sum(~np.isnan(served)))
