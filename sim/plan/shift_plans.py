"""From a scenario to shifts and back: what may be worked, what it costs, and what is worked."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from sim.errors import InvalidInput
from sim.plan.duties import DAY
from sim.plan.duties import Shift as Drawn
from sim.plan.shifts import Effort, Horizon, PauseRule, ShiftCover, ShiftTemplate, Split
from sim.plan.shifts import Pay as HourlyPay
from sim.plan.shifts.covering import CoverProblem, cover_problem, restated, solve
from sim.plan.shifts.placing import presence
from sim.scenario.hours import ShiftHours
from sim.scenario.model import Scenario
from sim.scenario.option import Break, Group, Shift, Shifts, ToTarget
from sim.scenario.planned import MovablePause, ShiftForm

__all__ = ["ShiftPlan", "fewer", "hourly_pay", "planned", "templates", "written"]

Floats = NDArray[np.float64]
Agents = NDArray[np.int64]

#: Sweeps end before the clock does, so that a plan is the same on every machine. The clock is for
#: questions whose last step would not end: the best plan so far is returned with its gap.
PROVEN = Effort(seconds=300.0, sweeps=3, gap=1e-3)
#: What a plan is worth looking for that is tried and then asked anew.
ROUGH = Effort(seconds=300.0, sweeps=1, gap=1e-2, proof=0.0)


@dataclass(frozen=True, slots=True, eq=False)
class ShiftPlan:
    """Shifts of a group for a typical week.

    Parameters
    ----------
    wanted
        Agents by interval of the week that the shifts were found for: the requirement, raised
        where the promise was missed in simulation.
    cover
        The shifts, and what they cost by the hour.
    problem
        The question that was asked.
    gap
        How far the plan may have been from the cheapest that covers what was wanted, as a share.
    trimmed
        Shifts that were then taken away, since the promise was kept without them.
    """

    wanted: Floats
    cover: ShiftCover
    problem: CoverProblem
    gap: float
    trimmed: int = 0

    @property
    def agents(self) -> Agents:
        """Agents at work by interval of the week; who is there for part of one counts as there."""
        return np.asarray(np.round(self.cover.agents.sum(axis=0)), np.int64)

    @property
    def staffing(self) -> Shifts:
        """The shifts as a scenario has them."""
        return written(self.cover)

    @property
    def placed(self) -> float:
        """Share of paid time that goes into pauses whose place is planned."""
        horizon_hours = float(self.cover.agents.sum()) * 7 * 24 / self.cover.agents.shape[1]
        return max(0.0, 1.0 - horizon_hours / self.cover.paid) if self.cover.paid else 0.0


def planned(
    scenario: Scenario,
    group: Group,
    wanted: Floats | Agents,
    forms: Mapping[str, ShiftForm],
    *,
    proven: bool = True,
) -> ShiftPlan:
    """The cheapest shifts of a group that bring so many agents.

    Parameters
    ----------
    scenario, group
        Whose shifts they are.
    wanted
        Agents by interval of the week.
    forms
        What may be worked.
    proven
        Whether a small question is looked at until its answer is proven, for a minute at most; else
        it is near the best.
    """
    minutes = scenario.interval / 60
    if minutes != int(minutes):
        rule = "must be whole minutes where shifts are planned"
        raise InvalidInput("interval", rule, scenario.interval)
    agents = np.asarray(wanted, np.float64)
    bounds = group.staffing
    assert isinstance(bounds, ToTarget)
    problem = cover_problem(
        agents,
        templates(forms),
        horizon=Horizon(int(minutes)),
        pay=hourly_pay(scenario, group),
        # Where the group is closed nobody is wanted, nor has to be there.
        presence=np.minimum(agents, bounds.minimum),
    )
    cover = solve(problem, PROVEN if proven else ROUGH)
    if cover.stopped == "interrupted":  # the search has kept what it had; half a plan is none
        raise KeyboardInterrupt
    return ShiftPlan(agents, cover, problem, cover.gap)


def fewer(plan: ShiftPlan, spare: Floats, number: int) -> ShiftPlan | None:
    """The plan without the shifts that are missed least; None where none can go.

    The fewest agents who must be there, and who must start a shift on a day, stay.

    Parameters
    ----------
    plan
        Shifts that keep the promise.
    spare
        By interval of the week, how far the service is above what is promised; 0 or below where
        nobody can be spared.
    number
        Shifts to take away at most.
    """
    horizon, crews = plan.problem.horizon, [crew.name for crew in plan.problem.crews]
    floor = plan.problem.floor[0]
    agents = plan.cover.agents.sum(axis=0)
    ones = [
        presence([replace(item, count=1)], horizon, crews).sum(axis=0) for item in plan.cover.shifts
    ]
    scores = [
        (float((spare * np.sqrt(np.maximum(agents, 1.0)))[one > 0].min(initial=np.inf)), k)
        for k, one in enumerate(ones)
    ]
    left = list(plan.cover.shifts)
    least = {template.name: template.least_per_day for template in plan.problem.templates}
    begun = Counter[tuple[str, int]]()
    for item in left:
        begun[item.shift.name, item.day] += item.count
    taken = 0
    for score, k in sorted(scores, key=lambda entry: (-entry[0], entry[1])):
        if taken >= number or score <= 0:
            break
        begins = left[k].shift.name, left[k].day
        if begun[begins] > least[begins[0]] and (agents - ones[k] >= floor).all():
            left[k] = replace(left[k], count=left[k].count - 1)
            begun[begins] -= 1
            agents = agents - ones[k]
            taken += 1
    if not taken:
        return None
    cover = restated(plan.problem, [item for item in left if item.count], plan.cover)
    return replace(plan, cover=cover, trimmed=plan.trimmed + taken)


def templates(forms: Mapping[str, ShiftForm]) -> tuple[ShiftTemplate, ...]:
    """What may be worked, as the cover takes it."""
    return tuple(_template(name, form) for name, form in forms.items())


def _template(name: str, form: ShiftForm) -> ShiftTemplate:
    """One of them; times are minutes."""
    split = None
    if form.split is not None:
        split = Split(_minutes(form.split.gap), _minutes(form.split.length))
    return ShiftTemplate(
        name,
        starts=(form.start[0] // 60, form.start[1] // 60),
        lengths=_minutes(form.length),
        step=int(form.every // 60),
        days=tuple(sorted(form.days)),
        pauses=tuple(map(_pause, form.pauses)),
        split=split,
        most=form.at_most,
        most_per_day=form.per_day,
        least_per_day=form.at_least,
        distinct_starts=form.starts,
        allowance=form.allowance,
    )


def _minutes(times: Sequence[float]) -> tuple[int, ...]:
    return tuple(round(time / 60) for time in times)


def _pause(pause: MovablePause) -> PauseRule:
    end = -pause.before_end if pause.until is None else pause.until
    return PauseRule(
        round(pause.length / 60),
        (round(pause.after / 60), round(end / 60)),
        paid=pause.paid,
        kind=pause.kind,
        gap=0 if pause.gap is None else round(pause.gap / 60),
    )


def hourly_pay(scenario: Scenario, group: Group) -> HourlyPay:
    """What an hour of a group costs: its pay and premiums, or a vendor's price; else one unit.

    Public holidays are left out: a typical week has none.
    """
    night = scenario.calendar.night
    since = (night[0] // 60, night[1] // 60)
    if group.payroll is not None:
        pay = group.payroll.agents.pay
        return HourlyPay(
            rate=pay.hourly_rate,
            night_premium=pay.night_premium,
            weekend_premium=pay.weekend_premium,
            night=since,
        )
    price = group.contract.converted.price_per_agent_hour if group.contract else None
    if price is not None:
        return HourlyPay(
            rate=price.rate,
            night_premium=price.surcharge.night,
            weekend_premium=price.surcharge.weekend,
            night=since,
        )
    return HourlyPay(night=since)


def written(cover: ShiftCover) -> Shifts:
    """Shifts of a cover as a scenario has them: alike ones of several days in one.

    Parameters
    ----------
    cover
        Of one crew, or of several whose people are alike for the simulation.
    """
    days: dict[tuple[Drawn, int], list[int]] = defaultdict(list)
    counts: dict[tuple[Drawn, int], int] = defaultdict(int)
    for item in cover.shifts:
        counts[item.shift, item.day] += item.count
    for (shift, day), count in counts.items():
        days[shift, count].append(day)
    return Shifts(
        shifts=tuple(_shift(shift, count, worked) for (shift, count), worked in days.items())
    )


def _shift(shift: Drawn, count: int, worked: Sequence[int]) -> Shift:
    """One shift on all days on which as many work it."""
    spans = tuple(
        sorted(
            (60 * (day * DAY + shift.start), 60 * (day * DAY + shift.end)) for day in set(worked)
        )
    )
    pauses = tuple(
        Break.model_validate({"after": 60.0 * pause.start, "for": 60.0 * pause.minutes})
        for pause in shift.pauses
    )
    return Shift(agents=count, hours=ShiftHours(spans=spans), breaks=pauses)
