"""From logged hours to paid people: hours, heads, wages, contributions (costs of own agents)."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

from sim.cost.contributions import contribution_line, ensure_within_brackets
from sim.cost.ops import Hours, Ops
from sim.cost.statement import Group, Line, agree, ensure
from sim.errors import InvalidInput
from sim.scenario.terms import AgentTerms, whole_up

__all__ = [
    "Payroll",
    "payroll",
    "rostered_per_logged",
    "steady_ramp_loss",
]


def rostered_per_logged(agents: AgentTerms) -> float:
    """Rostered hours that one logged hour takes.

    Parameters
    ----------
    agents
        Shrinkage, schedule fit and ramp losses; each must be counted in one place only, so it
        is 0 here when the simulation plays it.
    """
    present = (1 - agents.shrinkage_in_shift) * (1 - agents.ramp_capacity_loss)
    return (1 + agents.schedule_fit_loss) / present


def steady_ramp_loss(attrition_annual: float, productivity_curve: Sequence[float]) -> float:
    """Share of capacity that learners lack in a team of constant size.

    Parameters
    ----------
    attrition_annual
        Leavers in a year per head.
    productivity_curve
        Speed in months 1, 2, … after training as a share of a trained agent's.

    Examples
    --------
    >>> round(steady_ramp_loss(0.45, [0.65, 0.80, 0.92]), 6)
    0.023625
    """
    for speed in productivity_curve:
        if not 0 <= speed <= 1:
            raise InvalidInput("productivity_curve", "must hold shares from 0 to 1", speed)
    return attrition_annual / 12 * sum(1 - speed for speed in productivity_curve)


@dataclass(frozen=True, slots=True)
class Payroll:
    """Agents of a month: how many, and what they cost.

    Parameters
    ----------
    lines
        From base wages to contributions.
    logged_hours, rostered_hours, idle_hours
        Ready to answer; paid shifts; paid by contract without a shift [h].
    worked_hours_year
        Hours a person is at work in a year [h].
    fte, heads
        Paid-hours equivalent without overtime; people.
    insured_gross, contributions
        Pay that contributions are due on, and these [money].
    """

    lines: tuple[Line, ...]
    logged_hours: float
    rostered_hours: float
    idle_hours: float
    worked_hours_year: float
    fte: float
    heads: float
    insured_gross: float
    contributions: float

    @property
    def cost(self) -> float:
        """All agent lines together [money]."""
        return math.fsum(line.amount for line in self.lines)

    @property
    def effective_rate(self) -> float:
        """Contributions as a share of insured pay; 0 without pay."""
        return self.contributions / self.insured_gross if self.insured_gross else 0.0


@dataclass(frozen=True, slots=True)
class _Time:
    """Hours and heads of a month; the part of payroll that knows no money."""

    per_logged: float
    logged: float
    rostered: float
    fte: float
    heads: float
    idle: float

    def of_kind(self, hours: Sequence[Hours], kind: str) -> float:
        return self.per_logged * math.fsum(b.logged for b in hours if getattr(b, kind))


def payroll(agents: AgentTerms, ops: Ops) -> Payroll:
    """What a month of own agents costs.

    Parameters
    ----------
    agents
        Pay, calendar, contributions.
    ops
        The simulated month.

    Raises
    ------
    InvalidInput
        If overtime leaves no hour of ordinary time.
    """
    time = _time(agents, ops)
    wages = _wages(agents, ops, time)
    worked_pay = math.fsum(line.amount for line in wages)
    leave = _leave(agents, time, worked_pay)
    sick = _sick_pay(agents, worked_pay)
    insured = worked_pay + math.fsum(line.amount for line in leave)
    if agents.sick_pay_contributory:
        insured += sick.amount
    due = _contributions(agents, insured, time.heads)
    return Payroll(
        lines=(*wages, *leave, sick, due),
        logged_hours=time.logged,
        rostered_hours=time.rostered,
        idle_hours=time.idle,
        worked_hours_year=agents.calendar.worked_hours_year,
        fte=time.fte,
        heads=time.heads,
        insured_gross=insured,
        contributions=due.amount,
    )


def _time(agents: AgentTerms, ops: Ops) -> _Time:
    month = agents.calendar.worked_hours_year / 12
    per_logged = rostered_per_logged(agents)
    rostered = math.fsum(per_logged * block.logged for block in ops.hours)
    ordinary = rostered - ops.overtime_rostered
    if ordinary < 0 or (ordinary == 0 and rostered > 0):
        rule = f"must be below the {rostered:g} rostered hours it is a part of"
        raise InvalidInput("overtime_rostered", rule, ops.overtime_rostered)
    fte = ordinary / month
    heads = float(whole_up(fte)) if agents.headcount_rounding == "ceil" else fte
    ensure(agree(rostered, per_logged * ops.logged_hours), "hour types do not sum to the roster")
    ensure(agree(fte * month + ops.overtime_rostered, rostered), "FTE and overtime miss the roster")
    # Rounding up forgives float noise, so heads may lie a hair under the FTE: nobody is idle then.
    idle = max(heads - fte, 0.0) * month
    return _Time(per_logged, ops.logged_hours, rostered, fte, heads, idle)


def _wages(agents: AgentTerms, ops: Ops, time: _Time) -> tuple[Line, ...]:
    pay = agents.pay
    base = Line(
        "base_wages",
        Group.LABOUR,
        pay.hourly_rate * time.rostered,
        "hourly_rate * rostered_hours",
        {"hourly_rate": pay.hourly_rate, "rostered_hours": time.rostered},
    )
    bonus = Line(
        "bonus",
        Group.LABOUR,
        pay.bonus_share * base.amount,
        "bonus_share * base_wages",
        {"bonus_share": pay.bonus_share, "base_wages": base.amount},
    )
    return (
        base,
        _premium("night", pay.hourly_rate, pay.night_premium, time.of_kind(ops.hours, "night")),
        _premium(
            "weekend", pay.hourly_rate, pay.weekend_premium, time.of_kind(ops.hours, "weekend")
        ),
        _premium(
            "holiday", pay.hourly_rate, pay.holiday_premium, time.of_kind(ops.hours, "holiday")
        ),
        _overtime(agents, ops.overtime_rostered),
        bonus,
    )


def _premium(kind: str, rate: float, premium: float, rostered: float) -> Line:
    return Line(
        f"{kind}_premium",
        Group.LABOUR,
        rate * premium * rostered,
        f"hourly_rate * {kind}_premium * rostered_{kind}_hours",
        {
            "hourly_rate": rate,
            f"{kind}_premium": premium,
            f"rostered_{kind}_hours": rostered,
        },
    )


def _overtime(agents: AgentTerms, overtime: float) -> Line:
    pay = agents.pay
    bonus = pay.bonus_share if pay.ot_base_includes_bonus else 0.0
    first = pay.ot_first_tier_share
    premium = pay.ot1_premium * first + pay.ot2_premium * (1 - first)
    return Line(
        "overtime_premium",
        Group.LABOUR,
        pay.hourly_rate * (1 + bonus) * overtime * premium,
        "hourly_rate * (1 + bonus_share) * overtime_rostered"
        " * (ot1_premium * ot_first_tier_share + ot2_premium * (1 - ot_first_tier_share))",
        {
            "hourly_rate": pay.hourly_rate,
            "bonus_share": bonus,
            "overtime_rostered": overtime,
            "ot1_premium": pay.ot1_premium,
            "ot2_premium": pay.ot2_premium,
            "ot_first_tier_share": first,
        },
    )


def _leave(agents: AgentTerms, time: _Time, worked_pay: float) -> tuple[Line, Line]:
    calendar, pay = agents.calendar, agents.pay
    vacation = {
        "vacation_hours_year": calendar.vacation_hours_year,
        "worked_hours_year": calendar.worked_hours_year,
    }
    share = calendar.vacation_hours_year / calendar.worked_hours_year
    return (
        Line(
            "vacation_pay",
            Group.LABOUR,
            share * worked_pay,
            "vacation_hours_year / worked_hours_year * pay_for_work",
            {**vacation, "pay_for_work": worked_pay},
        ),
        Line(
            "idle_contract_hours",
            Group.LABOUR,
            time.idle * pay.hourly_rate * (1 + pay.bonus_share) * (1 + share),
            "idle_hours * hourly_rate * (1 + bonus_share)"
            " * (1 + vacation_hours_year / worked_hours_year)",
            {
                "idle_hours": time.idle,
                "hourly_rate": pay.hourly_rate,
                "bonus_share": pay.bonus_share,
                **vacation,
            },
        ),
    )


def _sick_pay(agents: AgentTerms, worked_pay: float) -> Line:
    calendar = agents.calendar
    paid = calendar.sick_paid_hours_year * calendar.sick_pay_rate
    return Line(
        "sick_pay",
        Group.LABOUR,
        paid / calendar.worked_hours_year * worked_pay,
        "sick_paid_hours_year * sick_pay_rate / worked_hours_year * pay_for_work",
        {
            "sick_paid_hours_year": calendar.sick_paid_hours_year,
            "sick_pay_rate": calendar.sick_pay_rate,
            "worked_hours_year": calendar.worked_hours_year,
            "pay_for_work": worked_pay,
        },
    )


def _contributions(agents: AgentTerms, insured: float, heads: float) -> Line:
    gross = insured / heads if heads else 0.0
    parts = [
        contribution_line(scheme.name, scheme, heads, gross, agents.ytd_gross_per_head)
        for scheme in agents.contributions
    ]
    due = Line.of("contributions", Group.LABOUR, parts)
    ensure_within_brackets(agents.contributions, due.amount, insured)
    return due
