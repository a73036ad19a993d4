"""A plan on trial: the same customers every time, and which promises it is seen to miss.

The replications used for that are not those that later say what the plan is worth: a plan tuned on
the same luck would look better than it is.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Protocol

import numpy as np
from numpy.typing import NDArray

from sim.demand import Demand
from sim.experiment import Customers, Place, Replications, Service, case, serve
from sim.metrics import Count
from sim.plan.promises import floor_of
from sim.scenario.channel import Target
from sim.scenario.model import Scenario
from sim.scenario.option import Group, Option

if TYPE_CHECKING:
    from sim.plan.shift_plans import ShiftPlan

__all__ = ["Brought", "Trial", "misses", "staffed"]

Floats = NDArray[np.float64]
Agents = NDArray[np.int64]
Flags = NDArray[np.bool_]

#: Replications that a plan is tried on.
TRIALS = 128
#: By what a promise holds over: the level at which it is looked at.
LEVELS = {"every interval": "slot", "every day": "day", "on average": "period"}
# Half-widths of the 95 % interval by which a trial must miss before more is wanted. Of a hundred
# intervals some miss by chance, and chasing them would never end; the one figure of a whole period
# is to hold on other customers too, so it must be kept by some margin.
_CERTAINTY = {"slot": 0.5, "day": 0.0, "period": -0.5}
# Far from the numbers that evaluations use, so that a plan is judged on fresh customers.
_SEED = 0x5EED


class _Found(Protocol):
    """A group for which shifts may have been found."""

    @property
    def plan(self) -> ShiftPlan | None: ...


@dataclass(frozen=True, slots=True, eq=False)
class Brought:
    """Agents of a group at work, and the shifts that bring them, if there are any.

    Parameters
    ----------
    agents
        By interval of the week.
    plan
        Shifts; None: agents come and go with every interval.
    """

    agents: Agents
    plan: ShiftPlan | None = None


@dataclass(frozen=True, slots=True, eq=False)
class Trial:
    """What plans are tried with.

    Parameters
    ----------
    scenario, name
        The operation and its option.
    seed, on
        Where the random numbers start, and where to play.
    tell
        Called after each replication of a trial; what it raises ends it.
    """

    scenario: Scenario
    name: str
    seed: int
    on: str | Place | None = None
    tell: Callable[[], object] | None = None
    _customers: Customers = field(init=False, repr=False)

    def __post_init__(self) -> None:
        demand = Demand.of(self.scenario, self.option)
        object.__setattr__(self, "_customers", Customers(demand, self.seed ^ _SEED))

    @property
    def option(self) -> Option:
        """The option that is tried."""
        return self.scenario.options[self.name]

    def play(self, covers: Mapping[str, Brought]) -> Service:
        """Try a plan; half a trial is of no use to anybody."""
        levels = {
            group: tuple(map(float, found.agents))
            for group, found in covers.items()
            if found.plan is None
        }
        met = self._customers
        option = staffed(self.option, covers)
        played = case(self.scenario, self.name, option=option, cover=levels, demand=met.demand)
        return serve(played, met, TRIALS, on=self.on, tell=self.tell)

    @staticmethod
    def place(tried: Service) -> NDArray[np.int64]:
        """Interval of the week of each slot that counts."""
        line = tried.case.timeline
        return np.asarray(line.week_slots[line.before : line.before + line.within])

    def served(self, names: Sequence[str]) -> list[str]:
        """Channels of some groups."""
        groups = self.option.groups
        return list(dict.fromkeys(skill for name in names for skill in groups[name].skills))

    def answered(self, tried: Service, channels: Sequence[str]) -> Floats:
        """Contacts answered in time by interval of the week."""
        answered = np.zeros(self.scenario.intervals_per_week)
        for name in channels:
            np.add.at(answered, self.place(tried), tried.counts(name)[:, Count.ANSWERED_WITHIN])
        return answered

    def short(self, tried: Service, name: str) -> Flags:
        """Intervals of the week to strengthen: those that miss, or the worst of a span that does.

        An interval below the floor of a promise over a day or more misses as well.
        """
        short = np.zeros(self.scenario.intervals_per_week, bool)
        target = self.scenario.channels[name].target
        if target is None:
            return short
        offered = tried.counts(name)[:, Count.OFFERED]
        for rows, lacking in self.missed(tried, name, target):
            worst = rows[np.argsort(-lacking, kind="stable")]
            worst = worst[offered[worst] > 0]  # nobody helps where nobody comes
            short[self.place(tried)[worst[: max(1, len(rows) // 10)]]] = True
        return short | self.below_floor(tried, name)

    def below_floor(self, tried: Service, name: str) -> Flags:
        """Intervals of the week surely below the floor of a promise over a day or more."""
        low = np.zeros(self.scenario.intervals_per_week, bool)
        channel = self.scenario.channels[name]
        target = channel.target
        if target and target.hold != "every interval" and channel.kind != "email":
            served, noise = tried.profile("service_level", name, "slot")
            low[self.place(tried)[np.flatnonzero(served + noise < floor_of(target))]] = True
        return low

    def missed(
        self, tried: Service, name: str, target: Target
    ) -> Iterator[tuple[NDArray[np.int64], Floats]]:
        """Spans that miss a promise: their slots, and how much better each is to be.

        Contacts: of answers in time those that lack, of abandonment those that leave beyond what
        is promised, whichever is missed; the larger where both are.
        """
        line = tried.case.timeline
        level = LEVELS[target.hold]
        slots = {"slot": 1, "day": line.per_day, "period": line.within}[level]
        counts, certainty = tried.counts(name), _CERTAINTY[level]
        offered = counts[:, Count.OFFERED]
        late, lost = _missed(tried, name, target, level, certainty)
        unanswered = target.answered * offered - counts[:, Count.ANSWERED_WITHIN]
        beyond = counts[:, Count.ABANDONED] - (target.abandonment or 0.0) * offered
        for span in np.flatnonzero(late | lost).tolist():
            rows = np.arange(span * slots, min((span + 1) * slots, line.within))
            each = [lack[rows] for lack, at in ((unanswered, late), (beyond, lost)) if at[span]]
            yield rows, np.maximum.reduce(each)

    def lacking(self, tried: Service, channels: Sequence[str]) -> Floats:
        """Contacts that promises lack, by interval of the week, as in :meth:`missed`."""
        lacking = np.zeros(self.scenario.intervals_per_week)
        for name in channels:
            target = self.scenario.channels[name].target
            if target is not None:
                counts = tried.counts(name)
                due = target.answered * counts[:, Count.OFFERED]
                less = np.maximum(due - counts[:, Count.ANSWERED_WITHIN], 0.0)
                if target.abandonment is not None:
                    borne = target.abandonment * counts[:, Count.OFFERED]
                    less = np.maximum(less, counts[:, Count.ABANDONED] - borne)
                np.add.at(lacking, self.place(tried), less)
        return lacking

    def any_short(self, tried: Service, channels: Sequence[str]) -> bool:
        """Whether any promise to some channels fails."""
        return any(self.short(tried, name).any() for name in channels)

    def spare(self, tried: Service, channels: Sequence[str]) -> Floats:
        """By interval of the week, how far service lies above what every interval keeps, for sure.

        Over a day or more that is the floor: how much of the rest can go is for the span to say.
        """
        place = self.place(tried)
        spare = np.full(self.scenario.intervals_per_week, 1.0)
        for name in channels:
            target = self.scenario.channels[name].target
            if target is None or self.scenario.channels[name].kind == "email":
                continue
            every = target.hold == "every interval"
            served, noise = tried.profile("service_level", name, "slot")
            least = target.answered if every else floor_of(target)
            room = np.nan_to_num(served - noise - least, nan=1.0)
            if target.abandonment is not None and every:
                lost, noise = tried.profile("abandonment", name, "slot")
                room = np.minimum(room, np.nan_to_num(target.abandonment - lost - noise, nan=1.0))
            np.minimum.at(spare, place, room)
        return spare


def misses(
    tried: Replications | Service, name: str, target: Target, level: str, *, certainty: float = 1.0
) -> Flags:
    """Tell where a promise to a channel is missed by more than chance.

    Parameters
    ----------
    tried
        Replications of an option.
    name, target
        The channel and its promise.
    level
        ``slot``, ``day`` or ``period``.
    certainty
        Half-widths of the 95 % interval by which it must be missed.
    """
    late, lost = _missed(tried, name, target, level, certainty)
    return late | lost


def _missed(
    tried: Replications | Service, name: str, target: Target, level: str, certainty: float
) -> tuple[Flags, Flags]:
    """Where too few are answered in time, and where too many give up."""
    served, noise = tried.profile("service_level", name, level)
    late = np.asarray(served + certainty * noise < target.answered)
    if target.abandonment is None:
        return late, np.zeros_like(late)
    lost, noise = tried.profile("abandonment", name, level)
    return late, np.asarray(lost - certainty * noise > target.abandonment)


def staffed(option: Option, covers: Mapping[str, _Found]) -> Option:
    """The option with the shifts that were found for it.

    What of paid time goes into pauses that are placed is not lost a second time, and no hours are
    added for shifts that do not fit the curve: the shifts are there, and paid as they are.
    """
    groups = dict(option.groups)
    for name, found in covers.items():
        if found.plan is not None:
            group = groups[name].model_copy(update={"staffing": found.plan.staffing})
            groups[name] = _paid(group, found.plan)
    return option.model_copy(update={"groups": groups})


def _paid(group: Group, plan: ShiftPlan) -> Group:
    """A group whose pauses and fit are in its shifts."""
    if group.payroll is None:
        return group
    agents = group.payroll.agents
    changed = {
        "shrinkage_in_shift": max(agents.shrinkage_in_shift, plan.placed),
        "schedule_fit_loss": 0.0,
    }
    payroll = group.payroll.model_copy(update={"agents": agents.model_copy(update=changed)})
    return group.model_copy(update={"payroll": payroll})
