"""Months and one-offs over a horizon: cash, what each month is charged, present value, payback.

Month 0 is the start: set-up, hiring, purchases. Months 1 to H are paid at their ends. Cash is what
is paid; the accrual view is what each month is charged for what it uses. Depreciation is in the
second only, purchases are in the first only.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from sim.cost.statement import Statement, agree, ensure
from sim.errors import InvalidInput

__all__ = [
    "OneOff",
    "accrual",
    "book_value",
    "cash_flows",
    "early_termination",
    "equivalent_annual_cost",
    "npv",
    "payback",
    "present_values",
    "tco",
]

Floats = NDArray[np.float64]


@dataclass(frozen=True, slots=True, kw_only=True)
class OneOff:
    """Money paid once.

    Parameters
    ----------
    name
        What it is for.
    amount
        Money; negative for what comes back, such as the sale of desks.
    month
        Month it is paid in; 0 is the start.
    kind
        ``opex`` is charged to its month; ``capex`` to the months in which it is used.
    life_months
        Life of what is bought; None where the monthly statements have its depreciation already.

    Raises
    ------
    InvalidInput
        If the month is below 0, the life is not above 0, or the amount is no number.

    Examples
    --------
    >>> OneOff(name="desks", amount=1_150_000, kind="capex", life_months=36).monthly_charge
    31944.444444444445
    """

    name: str
    amount: float
    month: int = 0
    kind: Literal["opex", "capex"] = "opex"
    life_months: float | None = None

    def __post_init__(self) -> None:
        if not math.isfinite(self.amount):
            raise InvalidInput("amount", "must be an amount of money", self.amount)
        if self.month < 0:
            raise InvalidInput("month", "must be at least 0, the start", self.month)
        if self.life_months is not None:
            if not (math.isfinite(self.life_months) and self.life_months > 0):
                raise InvalidInput("life_months", "must be above 0", self.life_months)
            if self.kind == "opex":
                hint = "say kind: capex, or leave the life out"
                raise InvalidInput("life_months", "is for capex only", self.life_months, hint)

    @property
    def monthly_charge(self) -> float:
        """Depreciation in a whole month of its life [money]; 0 for opex."""
        return self.amount / self.life_months if self.life_months else 0.0

    def used_up(self, month: int) -> float:
        """Part of the amount that is charged to a month [money]."""
        if self.kind == "opex":
            return self.amount if month == self.month else 0.0
        if self.life_months is None:
            return 0.0
        # What is bought at the end of a month is used from the next one on.
        left = min(max(self.life_months - (month - self.month - 1), 0.0), 1.0)
        return self.monthly_charge * left if month > self.month else 0.0


def cash_flows(months: Sequence[Statement], one_offs: Sequence[OneOff] = ()) -> Floats:
    """What is paid: lines less depreciation, plus one-offs.

    Parameters
    ----------
    months
        Statements of months 1 to H.
    one_offs
        Purchases and the like; equipment that was there before is not bought again.

    Returns
    -------
    Floats
        Money by month, 0 to H.

    Raises
    ------
    InvalidInput
        If there is no month, or a one-off lies beyond the last.

    Examples
    --------
    >>> from sim.cost import Group, Line, Statement
    >>> month = Statement((Line("fee", Group.VENDOR, 100.0),))
    >>> cash_flows([month, month], [OneOff(name="setup", amount=250)]).tolist()
    [250.0, 100.0, 100.0]
    """
    _check_horizon(months, one_offs)
    flows = np.array([0.0, *(month.cash for month in months)])
    for one in one_offs:
        flows[one.month] += one.amount
    return flows


def accrual(months: Sequence[Statement], one_offs: Sequence[OneOff] = ()) -> Floats:
    """What each month is charged: its lines with depreciation, and one-offs over their use.

    Parameters and what comes back are as of `cash_flows`. Of the one-offs opex is charged to its
    month, capex month by month over its life; capex without a life is not charged here, because
    the statements' own depreciation has it.

    Raises
    ------
    InvalidInput
        As `cash_flows`.
    InvariantBroken
        If what is charged and what is left do not make what was paid: a defect of ours.

    Examples
    --------
    >>> from sim.cost import Group, Line, Statement
    >>> month = Statement((Line("fee", Group.VENDOR, 100.0),))
    >>> desks = OneOff(name="desks", amount=50, kind="capex", life_months=2)
    >>> accrual([month] * 3, [desks]).tolist()
    [0.0, 125.0, 125.0, 100.0]
    """
    _check_horizon(months, one_offs)
    charged = np.array([0.0, *(month.total for month in months)])
    for one in one_offs:
        charged += [one.used_up(month) for month in range(len(charged))]
    _ensure_reconciled(months, one_offs, charged)
    return charged


def _ensure_reconciled(
    months: Sequence[Statement], one_offs: Sequence[OneOff], charged: Floats
) -> None:
    """Tie-out: charged, less depreciation of old things, plus what is left, is what was paid."""
    paid = tco(cash_flows(months, one_offs))
    written_off = math.fsum(month.total - month.cash for month in months)
    elsewhere = math.fsum(
        one.amount for one in one_offs if one.kind == "capex" and one.life_months is None
    )
    left = book_value(one_offs, len(months))
    scale = float(np.abs(charged).sum())
    ensure(
        agree(math.fsum(charged) - written_off + left + elsewhere, paid, scale),
        "what months are charged and what is left do not make what was paid",
    )


def book_value(one_offs: Sequence[OneOff], month: int) -> float:
    """What is left of purchases at the end of a month, written off evenly.

    Parameters
    ----------
    one_offs
        Purchases; only those with a life have a value left.
    month
        The month.

    Examples
    --------
    >>> book_value([OneOff(name="desks", amount=400, kind="capex", life_months=40)], 20)
    200.0
    """
    return math.fsum(
        one.amount * (1 - min((month - one.month) / one.life_months, 1.0))
        for one in one_offs
        if one.life_months is not None and one.month <= month
    )


def early_termination(
    share: float, minimum_monthly: float, months_left: int, *, month: int = 0
) -> OneOff:
    """What ends a contract before its time.

    Parameters
    ----------
    share
        Part of the minimum of each month left that is still due.
    minimum_monthly
        The contract's minimum [money/month].
    months_left
        Months to the end of the contract.
    month
        Month it is paid in.

    Examples
    --------
    >>> early_termination(0.5, 150_000, months_left=4, month=8).amount
    300000.0
    """
    for name, value in (("minimum_monthly", minimum_monthly), ("months_left", months_left)):
        if not (math.isfinite(value) and value >= 0):
            raise InvalidInput(name, "must be at least 0", value)
    if not 0 <= share <= 1:
        raise InvalidInput("share", "must be a share from 0 to 1", share)
    amount = share * minimum_monthly * months_left
    return OneOff(name="early_termination", amount=amount, month=month)


def tco(flows: Sequence[float] | Floats) -> float:
    """All that is paid, undiscounted.

    Parameters
    ----------
    flows
        Money by month, 0 to H.
    """
    return math.fsum(flows)


def present_values(flows: Sequence[float] | Floats, discount_annual: float) -> Floats:
    """Flows at their worth of month 0; factor (1 + d)^(-m/12).

    Parameters
    ----------
    flows
        Money by month, 0 to H.
    discount_annual
        Discount rate of a year, above -1.
    """
    if not (math.isfinite(discount_annual) and discount_annual > -1):
        raise InvalidInput("discount_annual", "must be a rate above -100%", discount_annual)
    values = np.asarray(flows, np.float64)
    return np.asarray(values * (1 + discount_annual) ** (-np.arange(len(values)) / 12))


def npv(flows: Sequence[float] | Floats, discount_annual: float) -> float:
    """Present value of costs: smaller is better.

    Parameters
    ----------
    flows
        Money by month, 0 to H.
    discount_annual
        Discount rate of a year, above -1.

    Examples
    --------
    >>> round(npv([100.0] + [0.0] * 11 + [118.0], 0.18), 9)
    200.0
    """
    worth = math.fsum(present_values(flows, discount_annual))
    if discount_annual == 0:
        ensure(agree(worth, tco(flows)), "at no discount the present value is not the sum")
    return worth


def equivalent_annual_cost(npv: float, discount_annual: float, months: int) -> float:
    """The same present value as equal payments at the end of each year.

    Parameters
    ----------
    npv
        Present value [money].
    discount_annual
        Discount rate of a year.
    months
        Length of the horizon, above 0.

    Notes
    -----
    NPV * d / (1 - (1 + d)^-years); without discount the sum by years.

    Examples
    --------
    >>> equivalent_annual_cost(240.0, 0.0, 24)
    120.0
    """
    if months <= 0:
        raise InvalidInput("months", "must be above 0", months)
    years = months / 12
    if discount_annual == 0:
        return npv / years
    return npv * discount_annual / -math.expm1(-years * math.log1p(discount_annual))


def payback(flows: Sequence[float] | Floats, baseline: Sequence[float] | Floats) -> int | None:
    """Month from which on what was spent to switch has come back.

    Parameters
    ----------
    flows
        What the option pays by month, 0 to H.
    baseline
        What is paid without it.

    Returns
    -------
    int | None
        Month, 0 when there is nothing to come back; None within the horizon never.

    Notes
    -----
    It is the first month from which on the cumulative difference is never negative, so that what
    is spent later, as by an option that begins later, has to come back as well.

    Examples
    --------
    >>> payback([250, 100, 100, 100], [0, 200, 200, 200])
    3
    >>> payback([0, 450, 100, 100], [0, 200, 200, 200]) is None
    True
    """
    if len(flows) != len(baseline):
        rule = f"must have as many months as the flows, {len(flows)}"
        raise InvalidInput("baseline", rule, len(baseline))
    saved = np.cumsum(np.asarray(baseline, np.float64) - np.asarray(flows, np.float64))
    spent = float(np.abs(flows).sum() + np.abs(baseline).sum())
    missing = np.flatnonzero(saved < -1e-12 * spent)
    month = int(missing[-1]) + 1 if len(missing) else 0
    return month if month < len(saved) else None


def _check_horizon(months: Sequence[Statement], one_offs: Sequence[OneOff]) -> None:
    if not months:
        raise InvalidInput("months", "must be at least one month", 0)
    for one in one_offs:
        if one.month > len(months):
            rule = f"must be at most {len(months)}, the last month"
            raise InvalidInput(f"{one.name}.month", rule, one.month)
