"""The cheapest shifts that cover a requirement, with their pauses, and how good they are."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import cached_property

import numpy as np
from numpy.typing import ArrayLike, NDArray

from sim.errors import InvalidInput
from sim.plan.duties import DAY
from sim.plan.shifts.effort import Effort, Found, Progress
from sim.plan.shifts.kinds import Column, Form, columns, forms
from sim.plan.shifts.pay import PaidHours, Pay, Premia
from sim.plan.shifts.placing import PlannedShift, place, presence
from sim.plan.shifts.program import Demand, Program, program
from sim.plan.shifts.search import search
from sim.plan.shifts.templates import Crew, Horizon, ShiftTemplate

__all__ = [
    "CoverProblem",
    "ShiftCover",
    "cover_problem",
    "cover_shifts",
    "paid_hours",
    "restated",
    "solve",
    "statement",
]

Floats = NDArray[np.float64]

#: Agents that count as none when a plan is said to be short.
NONE = 1e-6
#: Price of an agent who is short for an interval of a hard cover, in shifts of the dearest kind.
DEAR = 20.0


@dataclass(frozen=True, eq=False)
class CoverProblem:
    """A question for a cover, checked and written as an integer program.

    Parameters
    ----------
    requirement
        Agents needed by skill and interval, shape (skills, intervals).
    templates, crews, horizon, pay
        What may be worked, by whom, when, at what price.
    demand
        What is left to cover, and prices of less and more.
    floor
        Agents that must be there whatever is needed, by skill and interval.
    made, listed
        Forms and shifts.
    program
        The integer program.
    """

    requirement: Floats
    templates: tuple[ShiftTemplate, ...]
    crews: tuple[Crew, ...]
    horizon: Horizon
    pay: Pay
    demand: Demand
    floor: Floats
    made: tuple[Form, ...]
    listed: tuple[Column, ...]

    @cached_property
    def program(self) -> Program:
        """The integer program."""
        parts = self.horizon, self.made, self.listed, self.demand, self.pay
        return program(self.templates, self.crews, *parts)


@dataclass(frozen=True, slots=True, eq=False)
class ShiftCover:
    """Shifts that cover a requirement.

    Parameters
    ----------
    shifts
        How many people start which shift on which day, pauses in their places.
    agents
        At work by crew and interval, pauses left out, shape (crews, intervals).
    missing
        Agents short by skill and interval; all 0 in a full cover.
    surplus
        Agents at work beyond the requirement, by interval, all crews and skills together.
    hours
        Paid hours and those with premia, by template.
    lines
        What they cost, line by line as a cost statement has it, with ``allowances``, and with
        ``missing`` and ``surplus`` where these have a price [money].
    cost, bound
        Sum of the lines; no plan costs less [money]. Both include what is missing, where that has a
        price.
    windows, seconds, stopped
        Effort: small programs solved, wall clock, and why it ended (see `Found`).
    """

    shifts: tuple[PlannedShift, ...]
    agents: Floats
    missing: Floats
    surplus: Floats
    hours: dict[str, PaidHours]
    lines: dict[str, float]
    cost: float
    bound: float
    windows: int
    seconds: float
    stopped: str

    @property
    def gap(self) -> float:
        """How far it may be from the cheapest plan, as a share of its cost."""
        return max(0.0, self.cost - self.bound) / self.cost if self.cost > 0 else 0.0

    @property
    def full(self) -> bool:
        """Whether no interval is short."""
        return float(self.missing.max(initial=0.0)) <= NONE

    @property
    def paid(self) -> float:
        """Paid hours [h]."""
        return math.fsum(hours.paid for hours in self.hours.values())

    @property
    def count(self) -> int:
        """How many shifts are worked."""
        return sum(item.count for item in self.shifts)

    def __repr__(self) -> str:
        short = "" if self.full else f", {self.missing.sum():.1f} agent-intervals short"
        return (
            f"<ShiftCover: {self.count} shifts, {self.paid:,.1f} paid h, cost {self.cost:,.2f}, "
            f"at most {self.gap:.2%} above the best{short}>"
        )


def cover_problem(
    requirement: ArrayLike,
    templates: Sequence[ShiftTemplate],
    *,
    horizon: Horizon | None = None,
    crews: Sequence[Crew] | None = None,
    pay: Pay | None = None,
    presence: ArrayLike = 0.0,
    already: ArrayLike = 0.0,
    missing: float | Sequence[tuple[float, float]] | None = None,
    surplus: float = 0.0,
) -> CoverProblem:
    """Check the question of a cover; the arguments are those of `cover_shifts`."""
    horizon = horizon or Horizon()
    pay = pay or Pay()
    needed = _agents("requirement", requirement, horizon, None)
    floor = _agents("presence", presence, horizon, len(needed))
    there = _agents("already", already, horizon, len(needed))
    team = tuple(crews or (Crew("all", tuple(range(len(needed)))),))
    templates = tuple(templates)
    _check_names(templates, team, len(needed))
    if not (math.isfinite(surplus) and surplus >= 0):
        raise InvalidInput("surplus", "must be a price of at least 0", surplus)
    wanted = np.maximum(np.maximum(needed, floor) - there, 0.0)
    floor = np.maximum(floor - there, 0.0)
    made = tuple(forms(templates, horizon.interval))
    listed = tuple(columns(templates, team, horizon, list(made)))
    dearest = max(f.minutes for f in made) / 60 * _dearest_hour(templates, pay)
    dearest += max(template.allowance for template in templates)
    # So dear that a shift is rather worked for a small part of an agent.
    never = DEAR * max(dearest, 1.0)
    pieces = () if missing is None else _pieces(missing)
    held = wanted if missing is None else floor
    demand = Demand(wanted, held, pieces, surplus, hard=missing is None, never=never)
    return CoverProblem(needed, templates, team, horizon, pay, demand, floor, made, listed)


def cover_shifts(
    requirement: ArrayLike,
    templates: Sequence[ShiftTemplate],
    *,
    horizon: Horizon | None = None,
    crews: Sequence[Crew] | None = None,
    pay: Pay | None = None,
    presence: ArrayLike = 0.0,
    already: ArrayLike = 0.0,
    missing: float | Sequence[tuple[float, float]] | None = None,
    surplus: float = 0.0,
    effort: Effort | None = None,
    tell: Callable[[Progress], object] | None = None,
) -> ShiftCover:
    """The cheapest shifts that cover a requirement.

    Parameters
    ----------
    requirement
        Agents needed in each interval, shape (intervals,) or (skills, intervals); parts of an agent
        count as such.
    templates
        Shifts that may be worked.
    horizon
        The intervals; a week of half hours that repeats itself when not said.
    crews
        Who can serve which skill, and works which templates; all of them all when not said.
    pay
        What hours cost; one unit an hour when not said.
    presence
        Agents that must be there whatever the requirement and the price of missing it.
    already
        Agents who are there anyway, such as those of last night's shifts.
    missing
        Price of an agent-hour that is short, or pieces of it: a width [agents] and a price each,
        prices rising. When not said, nothing may be short as long as shifts allow it.
    surplus
        Price of an agent-hour more than needed [money].
    effort
        How hard to look.
    tell
        Called with every step forward.

    Raises
    ------
    InvalidInput
        If an argument is out of range, or a template cannot be worked.

    Notes
    -----
    Demand that no shift can cover is a result, not an error: see `missing` of the cover, and
    `reasons_of` for why.

    Examples
    --------
    Three agents round the clock, on eight hours without a pause:

    >>> eight = ShiftTemplate("eight", starts=(0, 960), step=480, lengths=(480,))
    >>> cover_shifts([3.0] * 336, [eight])
    <ShiftCover: 63 shifts, 504.0 paid h, cost 504.00, at most 0.00% above the best>
    """
    problem = cover_problem(
        requirement,
        templates,
        horizon=horizon,
        crews=crews,
        pay=pay,
        presence=presence,
        already=already,
        missing=missing,
        surplus=surplus,
    )
    return solve(problem, effort or Effort(), tell)


def solve(
    problem: CoverProblem, effort: Effort, tell: Callable[[Progress], object] | None = None
) -> ShiftCover:
    """The cover of a problem that was checked before."""
    found = search(problem.program, effort, tell=tell)
    return _stated(problem, found)


def _stated(problem: CoverProblem, found: Found) -> ShiftCover:
    """Everything about a plan, counted from its list of shifts and not from the solver's sums."""
    program, horizon = problem.program, problem.horizon
    parts = problem.templates, problem.crews, problem.made, problem.listed
    planned = place(found.x, program, *parts, horizon.interval)
    agents = presence(planned, horizon, [crew.name for crew in problem.crews])
    skills, number = problem.demand.agents.shape
    pieces = found.x[program.missing.slice].reshape(-1, skills, number)
    never, lacking = pieces[-1], pieces.sum(axis=0)
    missing = np.where(lacking > NONE, lacking, 0.0)
    given = agents.sum(axis=0) + missing.sum(axis=0)
    surplus = np.maximum(given - problem.demand.agents.sum(axis=0), 0.0)
    hours = paid_hours(planned, problem.templates, problem.pay, horizon)
    lines = statement(hours, planned, problem.templates, problem.pay)
    length = horizon.interval / 60
    if problem.demand.missing:
        prices = np.array([price for _, price in problem.demand.missing])
        lines["missing"] = float(prices @ pieces[:-1].sum(axis=(1, 2))) * length
    if problem.demand.surplus:
        lines["surplus"] = problem.demand.surplus * float(surplus.sum()) * length
    cost = math.fsum(lines.values())
    # What may not be missing is priced for the search only; a bound with it is none of money.
    bound = found.bound if never.max(initial=0.0) <= NONE else 0.0
    return ShiftCover(
        planned, agents, missing, surplus, hours, lines, cost, min(bound, cost),
        found.windows, found.seconds, found.stopped,
    )  # fmt: skip


def restated(
    problem: CoverProblem, planned: Sequence[PlannedShift], like: ShiftCover
) -> ShiftCover:
    """Another list of shifts for the same question, counted and priced.

    Parameters
    ----------
    problem
        The question.
    planned
        The shifts.
    like
        The plan they come from; its effort is told, and no bound.
    """
    agents = presence(planned, problem.horizon, [crew.name for crew in problem.crews])
    hours = paid_hours(planned, problem.templates, problem.pay, problem.horizon)
    lines = statement(hours, planned, problem.templates, problem.pay)
    over = np.maximum(agents.sum(axis=0) - problem.demand.agents.sum(axis=0), 0.0)
    return ShiftCover(
        tuple(planned), agents, np.zeros_like(problem.demand.agents), over, hours, lines,
        math.fsum(lines.values()), 0.0, like.windows, like.seconds, like.stopped,
    )  # fmt: skip


def paid_hours(
    planned: Sequence[PlannedShift],
    templates: Sequence[ShiftTemplate],
    pay: Pay,
    horizon: Horizon,
) -> dict[str, PaidHours]:
    """Paid hours of a list of shifts, by template.

    Parameters
    ----------
    planned, templates, pay, horizon
        The shifts, what they were made of, and when it is night and holiday.
    """
    rules = {template.name: template.pay or pay for template in templates}
    tables = {
        rule: Premia(rule, horizon.days, cyclic=horizon.cyclic, first_weekday=horizon.first_weekday)
        for rule in rules.values()
    }
    hours = {template.name: PaidHours() for template in templates}
    for item in planned:
        shift, table = item.shift, tables[rules[item.shift.name]]
        own = table.hours(item.day * DAY + shift.start, shift.minutes, shift.pauses)
        hours[shift.name] += own * item.count
    return hours


def statement(
    hours: dict[str, PaidHours],
    planned: Sequence[PlannedShift],
    templates: Sequence[ShiftTemplate],
    pay: Pay,
) -> dict[str, float]:
    """Lines of what shifts cost [money].

    Parameters
    ----------
    hours
        As `paid_hours` counts them.
    planned, templates, pay
        The shifts, for their allowances, and what hours cost.
    """
    lines: dict[str, float] = {}
    for template in templates:
        for name, amount in hours[template.name].lines(template.pay or pay).items():
            lines[name] = lines.get(name, 0.0) + amount
    allowances = {template.name: template.allowance for template in templates}
    lines["allowances"] = math.fsum(allowances[p.shift.name] * p.count for p in planned)
    return lines


def _dearest_hour(templates: Sequence[ShiftTemplate], pay: Pay) -> float:
    rules = [template.pay or pay for template in templates]
    return max(
        p.rate * (1 + p.night_premium + p.weekend_premium + p.holiday_premium) for p in rules
    )


def _agents(name: str, given: ArrayLike, horizon: Horizon, skills: int | None) -> Floats:
    """Agents by skill and interval, checked."""
    values = np.asarray(given, dtype=np.float64)
    number = horizon.intervals
    if values.ndim > 2 or (values.ndim and values.shape[-1] != number):
        rule = f"must have {number} intervals, as {horizon.days} days of {horizon.interval} min do"
        raise InvalidInput(name, rule, values.shape)
    if not np.isfinite(values).all() or (values < 0).any():
        bad = values[~np.isfinite(values) | (values < 0)]
        raise InvalidInput(name, "must be at least 0 everywhere", float(bad.flat[0]))
    if skills is None:
        return np.array(np.broadcast_to(values, (1, number)) if values.ndim < 2 else values)
    if values.ndim == 2 and len(values) != skills:
        raise InvalidInput(name, f"must have a row for each of the {skills} skills", len(values))
    # One row for several skills would be counted several times.
    if values.ndim < 2 and skills > 1 and values.any():
        raise InvalidInput(name, f"must have a row for each of the {skills} skills", values.shape)
    return np.array(np.broadcast_to(values, (skills, number)))


def _check_names(templates: Sequence[ShiftTemplate], crews: Sequence[Crew], skills: int) -> None:
    if not templates:
        raise InvalidInput("templates", "must be one or more", list(templates))
    for name, things in (("templates", templates), ("crews", crews)):
        names = [thing.name for thing in things]
        if len(set(names)) < len(names):
            raise InvalidInput(name, "must have different names", names)
    for crew in crews:
        if not crew.skills or not set(crew.skills) <= set(range(skills)):
            rule = f"of crew {crew.name!r} must be rows of the requirement, 0 to {skills - 1}"
            raise InvalidInput("skills", rule, crew.skills)
        crew.allowed(templates)


def _pieces(missing: float | Sequence[tuple[float, float]]) -> tuple[tuple[float, float], ...]:
    """Pieces of the price of what is missing, the last one without an end."""
    if isinstance(missing, int | float):
        missing = ((math.inf, float(missing)),)
    pieces = tuple((float(width), float(price)) for width, price in missing)
    prices = [price for _, price in pieces]
    if (
        not pieces
        or not all(math.isfinite(p) and p >= 0 for p in prices)
        or prices != sorted(prices)
    ):
        raise InvalidInput("missing", "must be prices of at least 0 that rise", missing)
    if not all(width > 0 for width, _ in pieces):
        raise InvalidInput("missing", "must have widths above 0", missing)
    return (*pieces[:-1], (math.inf, prices[-1]))
