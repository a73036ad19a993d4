"""Rotations: cycles of shifts that everybody walks through, found, judged and compared."""

from sim.plan.rotation.advice import STARTS, Advice, advise
from sim.plan.rotation.counting import Reason, counted
from sim.plan.rotation.faults import faults
from sim.plan.rotation.patterns import PATTERNS, Judged, Pattern, judge, pattern, round_the_clock
from sim.plan.rotation.problem import FREE, Clock, Rotating
from sim.plan.rotation.reasons import Explained, Way, bounds_of, explain
from sim.plan.rotation.solve import Effort, Rotation, solve_rotation
from sim.plan.rotation.under_rules import as_pattern, night_permission, rotating

__all__ = [
    "FREE",
    "PATTERNS",
    "STARTS",
    "Advice",
    "Clock",
    "Effort",
    "Explained",
    "Judged",
    "Pattern",
    "Reason",
    "Rotating",
    "Rotation",
    "Way",
    "advise",
    "as_pattern",
    "bounds_of",
    "counted",
    "explain",
    "faults",
    "judge",
    "night_permission",
    "pattern",
    "rotating",
    "round_the_clock",
    "solve_rotation",
]
