"""Building a team: hiring, learning and leaving month by month, by cohorts.

Those who start in the same month are a cohort. Each month the same part of every cohort leaves,
at its start, and those hired for it begin. A cohort gets faster month by month, so a team of the
right size is still short while it learns.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Self

from sim.cost.finance import OneOff
from sim.cost.hiring import hiring_lines
from sim.cost.payroll import steady_ramp_loss
from sim.cost.statement import Group, Line, Statement, agree, ensure
from sim.errors import InvalidInput
from sim.scenario.terms import Hiring

__all__ = ["BuildUp", "BuildUpMonth", "BuildUpPlan", "build_up"]


@dataclass(frozen=True, slots=True, kw_only=True)
class BuildUpPlan:
    """What a team is to become.

    Parameters
    ----------
    targets
        Productive FTE wanted in months 1, 2, …: a trained agent is one.
    hourly_rate
        Base pay [money/h].
    effective_contribution_rate
        Employer's contributions on the pay in training.
    productive_hours
        Hours that one productive FTE gives in a month [h].
    bridge_rate
        Price of an hour that a vendor or overtime gives in place of the team [money/h]; None
        leaves the shortfall as lost capacity.
    heads_at_start
        Trained people there are.
    lead_months
        Months from the decision to hire until people have been found and trained; nobody can
        begin before they are over.
    ahead_months
        Months that hiring looks ahead, so that people who begin are fast when the target rises.
    most_starters
        Most people who can be trained in a month; None for any number.
    capex_per_head, capex_life_months
        What a place costs, bought for every new person beyond those who have one [money, month].
    setup
        What is paid once at the start [money].

    Raises
    ------
    InvalidInput
        If a figure is out of its range.
    """

    targets: tuple[float, ...]
    hourly_rate: float
    productive_hours: float
    effective_contribution_rate: float = 0.0
    bridge_rate: float | None = None
    heads_at_start: float = 0.0
    lead_months: int = 0
    ahead_months: int = 0
    most_starters: float | None = None
    capex_per_head: float = 0.0
    capex_life_months: float = 36.0
    setup: float = 0.0

    @classmethod
    def level(
        cls,
        target: float,
        months: int,
        *,
        hourly_rate: float,
        productive_hours: float,
        effective_contribution_rate: float = 0.0,
        bridge_rate: float | None = None,
        capex_per_head: float = 0.0,
        capex_life_months: float = 36.0,
        setup: float = 0.0,
    ) -> Self:
        """A team from nothing to one size that it then keeps."""
        return cls(
            targets=(target,) * months,
            hourly_rate=hourly_rate,
            productive_hours=productive_hours,
            effective_contribution_rate=effective_contribution_rate,
            bridge_rate=bridge_rate,
            capex_per_head=capex_per_head,
            capex_life_months=capex_life_months,
            setup=setup,
        )

    def __post_init__(self) -> None:
        if not self.targets:
            raise InvalidInput("targets", "must be at least one month", 0)
        least = {f"targets[{n}]": value for n, value in enumerate(self.targets)}
        least |= {
            name: getattr(self, name)
            for name in (
                "hourly_rate",
                "productive_hours",
                "effective_contribution_rate",
                "heads_at_start",
                "lead_months",
                "ahead_months",
                "capex_per_head",
                "setup",
            )
        }
        least |= {"bridge_rate": self.bridge_rate or 0.0, "most_starters": self.most_starters or 0}
        for name, value in least.items():
            if not (math.isfinite(value) and value >= 0):
                raise InvalidInput(name, "must be a number of at least 0", value)
        if not self.capex_life_months > 0:
            raise InvalidInput("capex_life_months", "must be above 0", self.capex_life_months)


@dataclass(frozen=True, slots=True)
class BuildUpMonth:
    """A month of a team that is built.

    Parameters
    ----------
    month
        From 1.
    hires
        People who begin, trained.
    starters
        People who began training for that, those who drop out among them.
    heads
        People after leavers and hires.
    capacity
        Productive FTE, learners by their speed.
    shortfall
        Productive FTE that lack.
    statement
        ``recruitment``, ``training``, ``bridge``.
    """

    month: int
    hires: float
    starters: float
    heads: float
    capacity: float
    shortfall: float
    statement: Statement


@dataclass(frozen=True, slots=True)
class BuildUp:
    """A team month by month until it is what it is to be.

    Parameters
    ----------
    months
        Month by month.
    heads_targets
        People that each month's target takes once all have learned and leavers are replaced.
    ramp_loss
        Capacity that learners lack in a team of constant size.
    one_offs
        Set-up and purchases, for `sim.cost.cash_flows`.
    lost_hours
        Productive hours that lacked and were not bridged [h].
    """

    months: tuple[BuildUpMonth, ...]
    heads_targets: tuple[float, ...]
    ramp_loss: float
    one_offs: tuple[OneOff, ...]
    lost_hours: float

    @property
    def statements(self) -> tuple[Statement, ...]:
        """Statements of the months."""
        return tuple(month.statement for month in self.months)


def build_up(hiring: Hiring, plan: BuildUpPlan) -> BuildUp:
    """Hire, train and lose people month by month.

    Parameters
    ----------
    hiring
        Leaving, dropping out, cost of a hire and of training, and how fast learners are.
    plan
        What the team is to become.

    Returns
    -------
    BuildUp
        Months with people, capacity and cost; wages are not in them, a month's own statement has
        these.

    Raises
    ------
    InvariantBroken
        If people appear or vanish: a defect of ours.

    Notes
    -----
    People who are too many are not dismissed: a team shrinks by those who leave.

    Examples
    --------
    >>> from sim.scenario.terms import Hiring
    >>> hiring = Hiring(attrition_annual=0.45, productivity_curve=(0.65, 0.80, 0.92))
    >>> plan = BuildUpPlan.level(20, 4, hourly_rate=320, productive_hours=123.25)
    >>> [round(month.capacity, 2) for month in build_up(hiring, plan).months]
    [13.31, 16.27, 18.55, 20.01]
    """
    curve = hiring.productivity_curve
    loss = steady_ramp_loss(hiring.attrition_annual, curve)
    if loss >= 1:
        raise InvalidInput("attrition_annual", "must leave people who have learned", loss)
    wanted = tuple(target / (1 - loss) for target in plan.targets)
    cohorts = [0.0] * len(curve) + [plan.heads_at_start]  # by months at work; the last has learned
    months: list[BuildUpMonth] = []
    for number in range(1, len(wanted) + 1):
        before = math.fsum(cohorts)
        left = [people * (1 - min(hiring.attrition_annual / 12, 1.0)) for people in cohorts]
        hires = _hires(hiring, plan, wanted, number, math.fsum(left))
        cohorts = _begun(left, hires)
        heads = math.fsum(cohorts)
        leavers = before * min(hiring.attrition_annual / 12, 1.0)
        ensure(agree(heads, before - leavers + hires), "people appear or vanish in a build-up")
        months.append(_month(hiring, plan, number, hires, cohorts))
    short = math.fsum(month.shortfall for month in months) * plan.productive_hours
    lost = short if plan.bridge_rate is None else 0.0
    return BuildUp(tuple(months), wanted, loss, _one_offs(plan, months), lost)


def _hires(
    hiring: Hiring, plan: BuildUpPlan, wanted: Sequence[float], number: int, left: float
) -> float:
    """People who begin in a month: up to what is wanted soon, as far as they can be trained."""
    if number <= plan.lead_months:
        return 0.0
    needed = max(wanted[number - 1 : number + plan.ahead_months])
    hires = max(needed - left, 0.0)
    if plan.most_starters is None:
        return hires
    return min(hires, plan.most_starters * (1 - hiring.training_dropout))


def _begun(left: Sequence[float], hires: float) -> list[float]:
    """Everybody is a month further; those who have learned stay together in the last place."""
    if len(left) == 1:
        return [left[0] + hires]
    return [hires, *left[:-2], left[-2] + left[-1]]


def _month(
    hiring: Hiring, plan: BuildUpPlan, number: int, hires: float, cohorts: Sequence[float]
) -> BuildUpMonth:
    speeds = (*hiring.productivity_curve, 1.0)
    capacity = math.fsum(people * speed for people, speed in zip(cohorts, speeds, strict=True))
    heads = math.fsum(cohorts)
    ensure(capacity <= heads or agree(capacity, heads), "learners do more than the trained")
    short = max(plan.targets[number - 1] - capacity, 0.0)
    starters = hires / (1 - hiring.training_dropout)
    lines = hiring_lines(hiring, starters, plan.hourly_rate, plan.effective_contribution_rate)
    if plan.bridge_rate is not None:
        lines.append(
            Line(
                "bridge",
                Group.HIRING,
                short * plan.productive_hours * plan.bridge_rate,
                "shortfall * productive_hours * bridge_rate",
                {
                    "shortfall": short,
                    "productive_hours": plan.productive_hours,
                    "bridge_rate": plan.bridge_rate,
                },
            )
        )
    return BuildUpMonth(number, hires, starters, heads, capacity, short, Statement(tuple(lines)))


def _one_offs(plan: BuildUpPlan, months: Sequence[BuildUpMonth]) -> tuple[OneOff, ...]:
    """Set-up at the start, and places in the month before there are more people than ever."""
    found = [OneOff(name="setup", amount=plan.setup)] if plan.setup else []
    most = plan.heads_at_start
    for month in months:
        # Float noise of a team that keeps its size buys no place.
        if plan.capex_per_head and month.heads > most and not agree(month.heads, most):
            found.append(
                OneOff(
                    name="places",
                    amount=(month.heads - most) * plan.capex_per_head,
                    month=month.month - 1,
                    kind="capex",
                    life_months=plan.capex_life_months,
                )
            )
            most = month.heads
    return tuple(found)
