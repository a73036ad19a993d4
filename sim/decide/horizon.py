"""Months ahead: what an option pays and loses over a horizon, and what that is worth today.

Every month is the simulated average month at the volume of that month, staffed anew, at the pay
and the prices of that month. Until an option is ready another one serves, or nobody does.
"""

from __future__ import annotations

import math
import operator
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cached_property, reduce

import numpy as np
from numpy.typing import NDArray

from sim.cost import (
    Group,
    Line,
    OneOff,
    Served,
    Statement,
    accrual,
    cash_flows,
    consequences,
    early_termination,
    equivalent_annual_cost,
    npv,
    payback,
    price_index,
    tco,
)
from sim.cost.statement import agree, ensure
from sim.decide.comparison import Comparison, comparison_of
from sim.decide.crew import Crew, CrewMonth, crew
from sim.decide.purchases import purchases
from sim.decide.steady import Steady, first_month, people_of
from sim.errors import InvalidInput
from sim.scenario.horizon import LOST, MONTH
from sim.scenario.horizon import OneOff as Planned
from sim.scenario.model import Scenario
from sim.scenario.option import Option

__all__ = [
    "UNTIL_THEN",
    "MonthAhead",
    "OptionAhead",
    "Outlook",
    "before_of",
    "flows",
    "outlook",
]

Floats = NDArray[np.float64]

UNTIL_THEN = "until_then"
"""Before the names of lines of an option that serves until another is ready."""


@dataclass(frozen=True, slots=True, eq=False)
class MonthAhead:
    """One month of an option.

    Parameters
    ----------
    month
        From 1.
    volume
        Factor on the volume that the scenario gives.
    serving
        Part of the month in which the option itself serves.
    operating
        What the month costs, line by line.
    consequences
        What its service costs beside that; None where nothing is said of it.
    heads, hires
        Own people at the end of the month, and those who began in it.
    lost
        Contacts that nobody served.
    """

    month: int
    volume: float
    serving: float
    operating: Statement
    consequences: Statement | None
    heads: float
    hires: float
    lost: float

    @property
    def economic(self) -> float:
        """What is paid in the month, and what its service costs beside."""
        return self.operating.cash + (self.consequences.total if self.consequences else 0.0)


@dataclass(frozen=True, eq=False)
class OptionAhead:
    """An option over the horizon.

    Parameters
    ----------
    name
        The option.
    months
        Month by month.
    once
        What is paid once, with what follows from hiring and buying for more people: each with
        the way to its amount.
    discount
        Discount rate of a year.
    """

    name: str
    months: tuple[MonthAhead, ...]
    once: tuple[tuple[OneOff, Line], ...]
    discount: float

    @property
    def one_offs(self) -> tuple[OneOff, ...]:
        """What is paid once."""
        return tuple(one for one, _ in self.once)

    @cached_property
    def cash(self) -> Floats:
        """What is paid, by month from 0, the start."""
        return cash_flows([month.operating for month in self.months], self.one_offs)

    @cached_property
    def charged(self) -> Floats:
        """What each month is charged for what it uses, by month from 0."""
        return accrual([month.operating for month in self.months], self.one_offs)

    @cached_property
    def economic(self) -> Floats:
        """What is paid, and what the service costs beside, by month from 0."""
        missed = [month.consequences.total if month.consequences else 0.0 for month in self.months]
        return np.asarray(self.cash + np.array([0.0, *missed]))

    @cached_property
    def total(self) -> Statement:
        """All months line by line; one-offs are apart."""
        return _summed([month.operating for month in self.months])

    @cached_property
    def consequences(self) -> Statement | None:
        """What the service costs beside, over all months; None where nothing is said of it."""
        found = [month.consequences for month in self.months if month.consequences]
        return _summed(found) if found else None

    @property
    def paid_once(self) -> float:
        """All one-offs."""
        return math.fsum(one.amount for one in self.one_offs)

    @property
    def tco(self) -> float:
        """All that is paid."""
        return tco(self.cash)

    @property
    def npv(self) -> float:
        """What is paid, at its worth of the start."""
        return npv(self.cash, self.discount)

    @property
    def npv_economic(self) -> float:
        """What is paid and what the service costs beside, at its worth of the start."""
        return npv(self.economic, self.discount)

    @property
    def equivalent_annual_cost(self) -> float:
        """Equal payments of each year with the same present value."""
        return equivalent_annual_cost(self.npv, self.discount, len(self.months))


@dataclass(frozen=True, slots=True, eq=False)
class Outlook:
    """The options of a comparison over the horizon of their scenario.

    Parameters
    ----------
    scenario
        What was asked.
    options
        By name, in the order of the scenario.
    """

    scenario: Scenario
    options: Mapping[str, OptionAhead]

    def __getitem__(self, name: str) -> OptionAhead:
        """One option."""
        if name not in self.options:
            raise InvalidInput("option", f"must be one of {', '.join(self.options)}", name)
        return self.options[name]

    def payback(self, name: str, other: str) -> int | None:
        """Month in which what an option takes at first has come back; None where it never does.

        Consequences count where the scenario gives them: that is what the money is spent for.

        Parameters
        ----------
        name, other
            The option, and the one that it would replace.
        """
        return payback(self[name].economic, self[other].economic)

    def month_of(self, month: int) -> tuple[int, int]:
        """Year and calendar month of a month of the horizon, from 1."""
        year, first = first_month(self.scenario)
        return year + (first + month - 2) // 12, (first + month - 2) % 12 + 1


def outlook(comparison: Comparison) -> Outlook | None:
    """Follow the options of a comparison month by month; None where no horizon is given.

    Parameters
    ----------
    comparison
        Options, simulated and priced; those that serve until others are ready among them.

    Raises
    ------
    InvalidInput
        If an option that serves until another is ready was not compared.
    """
    if comparison_of(comparison).scenario.horizon is None:
        return None
    plain = {one.name: Steady.of(one) for one in comparison.options if one.statement}
    return Outlook(
        comparison.scenario,
        {name: _ahead(one, _before(name, plain)) for name, one in plain.items()},
    )


def before_of(scenario: Scenario, name: str) -> str | None:
    """Who serves until an option is ready: itself where it is there today; None where nobody is."""
    chosen = scenario.options[name].until_then or scenario.today
    return None if chosen == LOST else chosen


def flows(name: str, plain: Mapping[str, Steady], *, losses: bool = True) -> tuple[Floats, Floats]:
    """What an option pays and what it loses month by month, as `outlook` has it, without lines.

    Parameters
    ----------
    name, plain
        The option; it and who serves until it is ready, by name.
    losses
        Whether to count what service costs customers.

    Returns
    -------
    Cash, and cash with consequences, by month from 0, the start.
    """
    course = _Course.of(plain[name], _before(name, plain))
    months = course.own.horizon.months
    paid = cash_flows([Statement()] * months, [one for one, _ in course.once])
    lost = np.zeros(months + 1)
    for month in range(1, len(paid)):
        for share, who, whole, step in course.parts(month):
            paid[month] += share * (whole.cash + _more(whole, step))
            if losses:
                lost[month] += share * _losses(course, who, month, step)
    return paid, paid + lost


def _losses(course: _Course, who: Steady | None, month: int, step: CrewMonth | None) -> float:
    """What the service of a month costs customers."""
    if who is not None:
        return who.losses(month, step.short if step else None)
    terms = course.own.scenario.consequences
    return consequences(terms, course.own.unserved(month)).total if terms else 0.0


def _before(name: str, plain: Mapping[str, Steady]) -> Steady | None:
    """Who serves until an option is ready: the option itself where it is there today."""
    chosen = before_of(plain[name].scenario, name)
    if chosen is None:
        return None
    if chosen not in plain:
        hint = "compare it as well, and give its groups their terms"
        raise InvalidInput("until_then", "must be an option with a price", chosen, hint)
    return plain[chosen]


@dataclass(frozen=True, slots=True, eq=False)
class _Course:
    """What the months of an option are made of.

    Parameters
    ----------
    own, before
        The option, and who serves until it is ready; None where nobody does.
    wait
        Months until it is.
    steady
        Its own months with steady hiring, from the first in which it serves.
    people
        What hiring takes in these months.
    once
        What is paid once.
    """

    own: Steady
    before: Steady | None
    wait: float
    steady: Sequence[Statement]
    people: Crew
    once: tuple[tuple[OneOff, Line], ...]

    @classmethod
    def of(cls, own: Steady, before: Steady | None) -> _Course:
        option, horizon = own.written, own.horizon
        last, wait = horizon.months, 0.0 if before is own else option.lead / MONTH
        ready = int(wait) + 1
        steady = [own.operating(month, ready) for month in range(ready, last + 1)]
        if not steady:  # the option is not ready within the horizon
            return cls(own, before, wait, (), Crew((), ()), (*map(_written, option.one_offs),))
        taken_over = before.operating(ready, 1) if before else None
        start = None if before is own else people_of(taken_over)
        people = crew([own.option(m) for m in range(ready, last + 1)], steady, start, option.bridge)
        once = (
            *map(_written, option.one_offs),
            *_initial(people, ready - 1),
            *purchases(steady, own.operating(1, 1) if before is own else taken_over, ready),
            *([] if before is own or before is None else _ended(before.written, ready - 1)),
        )
        return cls(own, before, wait, steady, people, once)

    def step(self, month: int) -> CrewMonth | None:
        """The own people of a month; None where the option does not serve yet."""
        before_end = self.own.horizon.months - month + 1
        return self.people.months[-before_end] if before_end <= len(self.steady) else None

    def parts(
        self, month: int
    ) -> Iterator[tuple[float, Steady | None, Statement, CrewMonth | None]]:
        """Parts of a month, the option's own first: how large, who serves, at what cost."""
        step, serving = self.step(month), self.serving(month)
        if step is not None:
            yield serving, self.own, self.steady[month - 1 - self.own.horizon.months], step
        if serving < 1:
            then = self.before.operating(month, 1) if self.before else Statement()
            yield 1 - serving, self.before, then, None

    def serving(self, month: int) -> float:
        """Part of a month in which the option itself serves."""
        return min(max(month - self.wait, 0.0), 1.0)


def _ahead(own: Steady, before: Steady | None) -> OptionAhead:
    """Follow one option."""
    course = _Course.of(own, before)
    months = tuple(_month(month, course) for month in range(1, own.horizon.months + 1))
    found = OptionAhead(own.result.name, months, course.once, own.horizon.discount)
    _ensure_tied(found)
    return found


def _month(month: int, course: _Course) -> MonthAhead:
    """One month: the option's part of it, and that of whoever served until then."""
    own = course.own
    parts = [
        (
            share,
            _staffed(whole, step) if step else _until_then(whole),
            who.served(month, step.short if step else None) if who else own.unserved(month),
        )
        for share, who, whole, step in course.parts(month)
    ]
    operating = Statement(
        tuple(line for share, whole, _ in parts for line in _part(whole, share).lines),
        {name: value for _, whole, _ in parts for name, value in whole.info.items()},
    )
    terms = own.scenario.consequences
    missed = [_part(consequences(terms, one), share) for share, _, one in parts] if terms else []
    step = course.step(month)
    return MonthAhead(
        month=month,
        volume=own.volumes[month - 1],
        serving=course.serving(month),
        operating=operating,
        consequences=_summed(missed) if missed else None,
        heads=step.heads if step else people_of(parts[-1][1]) or 0.0,
        hires=step.hires if step else 0.0,
        lost=math.fsum(share * _lost(one) for share, _, one in parts),
    )


def _until_then(month: Statement) -> Statement:
    """A month of whoever serves until an option is ready."""
    return Statement.join({UNTIL_THEN: month}) if month.lines else month


def _more(month: Statement, step: CrewMonth | None) -> float:
    """What is paid more than a month with steady hiring says."""
    if step is None:
        return 0.0
    return math.fsum(line.amount - month.amount(line.name) for line in step.lines)


def _staffed(month: Statement, step: CrewMonth) -> Statement:
    """A month with what hiring really takes in place of steady hiring."""
    lines = {line.name: line for line in (*month.lines, *step.lines)}
    return Statement(tuple(lines.values()), month.info)


def _part(month: Statement, share: float) -> Statement:
    """A part of a month: that of all its lines."""
    if share == 1:
        return month
    return Statement(
        tuple(
            replace(
                line,
                amount=line.amount * share,
                formula="whole_month * part_of_month",
                inputs={"whole_month": line.amount, "part_of_month": share},
                parts=(),
            )
            for line in month.lines
        ),
        month.info,
    )


def _summed(months: Sequence[Statement]) -> Statement:
    """Months added line by line."""
    return reduce(operator.add, months[1:], months[0])


def _lost(served: Served) -> float:
    return math.fsum(count for fates in served.lost.values() for count in fates.values())


def _initial(people: Crew, month: int) -> list[tuple[OneOff, Line]]:
    """Hiring and training of those who must be there when the option begins, paid before."""
    by_name: dict[str, list[Line]] = {}
    for line in people.initial:
        by_name.setdefault(f"initial_{line.name.rpartition('.')[2]}", []).append(line)
    found = []
    for name, lines in by_name.items():
        whole = Line.of(name, lines[0].group, lines)
        found.append((OneOff(name=name, amount=whole.amount, month=month), whole))
    return found


def _written(one: Planned) -> tuple[OneOff, Line]:
    """What a file says is paid once, as the cost room takes it."""
    line = Line(one.name, Group.OVERHEAD, one.amount, "amount", {"amount": one.amount})
    once = OneOff(
        name=one.name,
        amount=one.amount,
        month=one.month,
        kind=one.kind,
        life_months=one.life_months,
    )
    return once, line


def _ended(before: Option, month: int) -> list[tuple[OneOff, Line]]:
    """What it takes to end contracts that still bind when another option takes over.

    The minimum that is still due is at the price level of the first of the months that are left.
    """
    found = []
    for name, group in before.groups.items():
        terms = group.contract
        left = 0 if terms is None else max(0, round(terms.binds_months - month))
        if terms is None or not left or not terms.early_termination_share:
            continue
        share, least = terms.early_termination_share, terms.converted.minimum_monthly
        index = price_index(terms.indexation_annual, month)
        due = early_termination(share, least * index, left, month=month)
        due = replace(due, name=f"{UNTIL_THEN}.{name}.{due.name}")
        formula = "early_termination_share * minimum_monthly * price_index * months_left"
        inputs = {
            "early_termination_share": share,
            "minimum_monthly": least,
            "price_index": index,
            "months_left": float(left),
        }
        found.append((due, Line(due.name, Group.VENDOR, due.amount, formula, inputs)))
    return found


def _ensure_tied(option: OptionAhead) -> None:
    """Tie-out: months sum to the horizon, in cash and as charged."""
    months = [month.operating for month in option.months]
    scale = math.fsum(abs(month.total) for month in months)
    whole = math.fsum(month.total for month in months)
    ensure(agree(option.total.total, whole, scale), "months do not sum to the horizon")
    paid = math.fsum(month.cash for month in months) + option.paid_once
    ensure(agree(option.tco, paid, scale), "what is paid is not the months and the one-offs")
    ensure(len(option.charged) == len(option.cash), "cash and charges are of unequal length")
