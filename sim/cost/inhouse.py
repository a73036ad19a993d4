"""The month of an own team: payroll and everything around it, in the order of the model."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

from sim.cost.contributions import contribution_line, ensure_within_brackets
from sim.cost.hiring import hiring_lines
from sim.cost.ops import Ops
from sim.cost.payroll import Payroll, payroll
from sim.cost.statement import Group, Line, Statement
from sim.cost.telephony import telephony_lines
from sim.cost.vat import Vat
from sim.scenario.terms import Bot, Hiring, InhouseTerms, Workplace, whole_up

__all__ = ["inhouse_month"]


def inhouse_month(terms: InhouseTerms, ops: Ops) -> Statement:
    """What an own team costs in a month.

    Parameters
    ----------
    terms
        Prices and rules.
    ops
        What the team did, as simulated.

    Returns
    -------
    Statement
        Lines from base wages to VAT; `info` holds hours, FTE, heads, seats.

    Raises
    ------
    InvalidInput
        If overtime leaves no hour of ordinary time.
    InvariantBroken
        If a tie-out fails: a defect of ours.

    Examples
    --------
    >>> from sim.cost import Hours, Ops
    >>> from sim.scenario.terms import InhouseTerms
    >>> terms = InhouseTerms(
    ...     agents={"calendar": {"contract_hours_year": 1800}, "pay": {"hourly_rate": 20}}
    ... )
    >>> month = inhouse_month(terms, Ops(hours=(Hours(logged=300),)))
    >>> month.total, month.info["fte"]
    (6000.0, 2.0)
    """
    agents = payroll(terms.agents, ops)
    team = _team(terms, agents, ops)
    people = [*agents.lines, *_support(terms, team), *_hiring(terms, agents, team)]
    bought = [*_workplace(terms, team), *_software(terms, team, ops), *_tools(terms, ops)]
    vat = Vat.on(bought, terms.vat_rate, terms.vat_recoverable_share)
    around = [*_benefits(terms, team), *_overhead(terms, people)]
    return Statement(
        (*people, *bought, *around, *vat.lines()), {**_info(agents, team), **vat.info()}
    )


@dataclass(frozen=True, slots=True)
class _Team:
    """Head counts that prices hang on."""

    agent_heads: float
    role_heads: tuple[float, ...]
    starters: float
    seats: int
    concurrent: int

    @property
    def support_heads(self) -> float:
        return math.fsum(self.role_heads)

    def count(self, per: str) -> float:
        return {
            "head": self.agent_heads + self.support_heads,
            "agent_head": self.agent_heads,
            "seat": self.seats,
            "concurrent": self.concurrent,
            "fixed": 1,
        }[per]


def _team(terms: InhouseTerms, agents: Payroll, ops: Ops) -> _Team:
    # A place that is filled whenever the team is open takes the hours of several people.
    open_heads = ops.open_hours / (agents.worked_hours_year / 12)
    roles = tuple(role.heads(agents.fte, open_heads) for role in terms.support_roles)
    support = math.fsum(roles)
    return _Team(
        agent_heads=agents.heads,
        role_heads=roles,
        starters=_starters(terms.hiring, agents.heads, ops.heads_previous),
        seats=_seats(terms, agents.heads, support, ops.peak_logged),
        concurrent=whole_up(ops.peak_logged + support),
    )


def _starters(hiring: Hiring | None, heads: float, previous: float | None) -> float:
    if hiring is None:
        return 0.0
    leavers = heads * hiring.attrition_annual / 12
    growth = 0.0 if previous is None else max(0.0, heads - previous)
    return (leavers + growth) / (1 - hiring.training_dropout)


def _seats(terms: InhouseTerms, heads: float, support: float, peak: float) -> int:
    place = terms.workplace
    if place is None:
        return 0
    if not place.seat_sharing:
        return whole_up(heads + support)
    present = peak / (1 - terms.agents.shrinkage_in_shift)
    seats = whole_up(present * (1 + place.seat_buffer) * (1 - place.remote_share))
    return seats + whole_up(support * place.support_on_site_share)


def _support(terms: InhouseTerms, team: _Team) -> list[Line]:
    if not terms.support_roles:
        return []
    pay: list[Line] = []
    due: list[Line] = []
    for role, heads in zip(terms.support_roles, team.role_heads, strict=True):
        gross = role.salary_month * (1 + role.bonus_share)
        pay.append(
            Line(
                role.name,
                Group.LABOUR,
                heads * gross,
                "heads * salary_month * (1 + bonus_share)",
                {
                    "heads": heads,
                    "salary_month": role.salary_month,
                    "bonus_share": role.bonus_share,
                },
            )
        )
        due.extend(
            contribution_line(
                f"{role.name}, {scheme.name}", scheme, heads, gross, role.ytd_gross_per_head
            )
            for scheme in terms.agents.contributions
        )
    support = Line.of("support_gross", Group.LABOUR, pay)
    contributions = Line.of("support_contributions", Group.LABOUR, due)
    ensure_within_brackets(terms.agents.contributions, contributions.amount, support.amount)
    return [support, contributions]


def _hiring(terms: InhouseTerms, agents: Payroll, team: _Team) -> list[Line]:
    if terms.hiring is None:
        return []
    rate, effective = terms.agents.pay.hourly_rate, agents.effective_rate
    return hiring_lines(terms.hiring, team.starters, rate, effective)


def _workplace(terms: InhouseTerms, team: _Team) -> list[Line]:
    lines = [] if terms.workplace is None else [_rent(terms.workplace, team.seats)]
    if terms.equipment:
        lines.append(
            Line.of(
                "equipment_depreciation",
                Group.WORKPLACE,
                (
                    Line(
                        item.name,
                        Group.WORKPLACE,
                        item.unit_cost * team.count(item.per) / item.life_months,
                        "unit_cost * count / life_months",
                        {
                            "unit_cost": item.unit_cost,
                            "count": team.count(item.per),
                            "life_months": item.life_months,
                        },
                        cash=False,
                    )
                    for item in terms.equipment
                ),
                cash=False,
            )
        )
    return lines


def _rent(place: Workplace, seats: int) -> Line:
    return Line(
        "rent",
        Group.WORKPLACE,
        seats * place.m2_per_seat * place.rent_m2_year / 12,
        "seats * m2_per_seat * rent_m2_year / 12",
        {"seats": seats, "m2_per_seat": place.m2_per_seat, "rent_m2_year": place.rent_m2_year},
    )


def _uses(per: str, team: _Team, ops: Ops) -> float:
    """How many licences are held, or how often what is paid by use was used."""
    used = {
        "bot_session": ops.bot_sessions,
        "bot_resolution": ops.bot_resolved,
        "voice_minute": ops.minutes_inbound + ops.minutes_outbound,
    }
    return used[per] if per in used else team.count(per)


def _software(terms: InhouseTerms, team: _Team, ops: Ops) -> list[Line]:
    if not terms.software:
        return []
    parts = (
        Line(
            item.name,
            Group.SOFTWARE,
            item.price * item.fx * _uses(item.per, team, ops),
            "price * fx * count",
            {"price": item.price, "fx": item.fx, "count": _uses(item.per, team, ops)},
        )
        for item in terms.software
    )
    return [Line.of("software", Group.SOFTWARE, parts)]


def _tools(terms: InhouseTerms, ops: Ops) -> list[Line]:
    lines: list[Line] = []
    if terms.telephony is not None:
        lines += telephony_lines(terms.telephony, ops)
    if terms.bot is not None:
        lines.append(_bot(terms.bot, ops.bot_sessions))
    return lines


def _bot(bot: Bot, sessions: float) -> Line:
    return Line(
        "bot",
        Group.SOFTWARE,
        bot.fixed_month + sessions * bot.per_session,
        "fixed_month + sessions * per_session",
        {"fixed_month": bot.fixed_month, "sessions": sessions, "per_session": bot.per_session},
    )


def _benefits(terms: InhouseTerms, team: _Team) -> list[Line]:
    if terms.benefits_per_head == 0:
        return []
    heads = team.count("head")
    return [
        Line(
            "benefits",
            Group.LABOUR,
            heads * terms.benefits_per_head,
            "heads * benefits_per_head",
            {"heads": heads, "benefits_per_head": terms.benefits_per_head},
        )
    ]


def _overhead(terms: InhouseTerms, people: Sequence[Line]) -> list[Line]:
    if terms.overhead_share == 0:
        return []
    base = math.fsum(line.amount for line in people)
    return [
        Line(
            "overhead",
            Group.OVERHEAD,
            terms.overhead_share * base,
            "overhead_share * payroll_and_hiring",
            {"overhead_share": terms.overhead_share, "payroll_and_hiring": base},
        )
    ]


def _info(agents: Payroll, team: _Team) -> dict[str, float]:
    info = {
        "logged_hours": agents.logged_hours,
        "rostered_hours": agents.rostered_hours,
        "worked_hours_year": agents.worked_hours_year,
        "fte": agents.fte,
        "heads": agents.heads,
        "idle_hours": agents.idle_hours,
        "insured_gross": agents.insured_gross,
        "effective_contribution_rate": agents.effective_rate,
        "support_heads": team.support_heads,
        "starters": team.starters,
        "seats": team.seats,
        "concurrent": team.concurrent,
    }
    # Without hours or heads these have no value: they are left out, not reported as 0.
    if agents.heads:
        info["gross_per_head"] = agents.insured_gross / agents.heads
    if agents.logged_hours:
        info["labour_cost_per_logged_hour"] = agents.cost / agents.logged_hours
    return info
