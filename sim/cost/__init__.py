"""Money: what a month of support costs in-house, by contract, and what stays with the client.

Pure functions of terms (what things cost) and operations (what the simulation did). No queue is
computed here: two ways to source support are compared on what they do, not on averages.
"""

from __future__ import annotations

from sim.cost import presets
from sim.cost.contract import contract_month, price_index
from sim.cost.contract_terms import ContractTerms, RetainedTerms
from sim.cost.contributions import contribution
from sim.cost.inhouse import inhouse_month
from sim.cost.inhouse_terms import InhouseTerms
from sim.cost.ops import ContractOps, Hours, Ops, RetainedOps
from sim.cost.payroll import rostered_per_logged, steady_ramp_loss
from sim.cost.retained import retained_month
from sim.cost.rounding import billed_minutes, billed_seconds, rounding_factor
from sim.cost.statement import Group, Line, Statement

__all__ = [
    "ContractOps",
    "ContractTerms",
    "Group",
    "Hours",
    "InhouseTerms",
    "Line",
    "Ops",
    "RetainedOps",
    "RetainedTerms",
    "Statement",
    "billed_minutes",
    "billed_seconds",
    "contract_month",
    "contribution",
    "inhouse_month",
    "presets",
    "price_index",
    "retained_month",
    "rostered_per_logged",
    "rounding_factor",
    "steady_ramp_loss",
]
