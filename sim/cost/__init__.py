"""Money: what a month of support costs in-house, by contract, and what stays with the client.

Pure functions of terms (what things cost, see `sim.scenario.terms`) and operations (what the
simulation did). No queue is computed here: two ways to source support are compared on what they
do, not on averages.
"""

from __future__ import annotations

from sim.cost.buildup import BuildUp, BuildUpMonth, BuildUpPlan, build_up
from sim.cost.consequences import Fate, Served, consequences, satisfaction
from sim.cost.contract import contract_month, price_index
from sim.cost.contributions import contribution
from sim.cost.finance import (
    OneOff,
    accrual,
    book_value,
    cash_flows,
    early_termination,
    equivalent_annual_cost,
    npv,
    payback,
    present_values,
    tco,
)
from sim.cost.hiring import hiring_lines
from sim.cost.inhouse import inhouse_month
from sim.cost.ops import ContractOps, Hours, Ops, RetainedOps
from sim.cost.payroll import rostered_per_logged, steady_ramp_loss
from sim.cost.retained import retained_month
from sim.cost.rounding import billed_minutes, billed_seconds, rounding_factor
from sim.cost.statement import Group, Line, Statement

__all__ = [
    "BuildUp",
    "BuildUpMonth",
    "BuildUpPlan",
    "ContractOps",
    "Fate",
    "Group",
    "Hours",
    "Line",
    "OneOff",
    "Ops",
    "RetainedOps",
    "Served",
    "Statement",
    "accrual",
    "billed_minutes",
    "billed_seconds",
    "book_value",
    "build_up",
    "cash_flows",
    "consequences",
    "contract_month",
    "contribution",
    "early_termination",
    "equivalent_annual_cost",
    "hiring_lines",
    "inhouse_month",
    "npv",
    "payback",
    "present_values",
    "price_index",
    "retained_month",
    "rostered_per_logged",
    "rounding_factor",
    "satisfaction",
    "steady_ramp_loss",
    "tco",
]
