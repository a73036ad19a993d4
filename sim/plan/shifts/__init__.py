"""Shifts: the cheapest that cover a requirement, the fewest kinds of them, and why none do."""

from sim.plan.shifts.covering import ShiftCover, cover_shifts
from sim.plan.shifts.effort import Effort
from sim.plan.shifts.pay import Pay
from sim.plan.shifts.templates import Crew, Horizon, PauseRule, ShiftTemplate, Split

__all__ = [
    "Crew",
    "Effort",
    "Horizon",
    "PauseRule",
    "Pay",
    "ShiftCover",
    "ShiftTemplate",
    "Split",
    "cover_shifts",
]
