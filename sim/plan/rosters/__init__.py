"""Rosters: legal lines of days for named people, with a bound on what any roster could be."""

from sim.plan.rosters.asked import Pin, Weights
from sim.plan.rosters.counting import Shortfall, Way
from sim.plan.rosters.effort import Effort, Progress
from sim.plan.rosters.result import Band, Roster
from sim.plan.rosters.rostering import Reply, counted, replan, roster, why_not

__all__ = [
    "Band",
    "Effort",
    "Pin",
    "Progress",
    "Reply",
    "Roster",
    "Shortfall",
    "Way",
    "Weights",
    "counted",
    "replan",
    "roster",
    "why_not",
]
