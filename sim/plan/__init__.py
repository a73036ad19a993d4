"""From a requirement to people: how many, when."""

from sim.plan.covers import Cover, cover, misses, staffed
from sim.plan.deferrable import FILL
from sim.plan.requirements import HOLDS, Requirement, requirement
from sim.plan.restaffed import agents_by_volume

__all__ = [
    "FILL",
    "HOLDS",
    "Cover",
    "Requirement",
    "agents_by_volume",
    "cover",
    "misses",
    "requirement",
    "staffed",
]
