"""Shifts: the cheapest that cover a requirement, the fewest kinds of them, and why none do."""

from sim.plan.shifts.covering import CoverProblem, ShiftCover, cover_problem, cover_shifts
from sim.plan.shifts.design import ShiftDesign, design_shifts
from sim.plan.shifts.effort import Effort, Progress
from sim.plan.shifts.pay import Pay
from sim.plan.shifts.placing import PlannedShift
from sim.plan.shifts.reasons import Reasons, reasons_of, start_values, unreachable
from sim.plan.shifts.templates import Crew, Horizon, PauseRule, ShiftTemplate, Split

__all__ = [
    "CoverProblem",
    "Crew",
    "Effort",
    "Horizon",
    "PauseRule",
    "Pay",
    "PlannedShift",
    "Progress",
    "Reasons",
    "ShiftCover",
    "ShiftDesign",
    "ShiftTemplate",
    "Split",
    "cover_problem",
    "cover_shifts",
    "design_shifts",
    "reasons_of",
    "start_values",
    "unreachable",
]
