"""From a requirement to people: how many, when."""

from sim.plan.covers import Cover, cover, misses, staffed
from sim.plan.deferrable import FILL
from sim.plan.requirements import HOLDS, Requirement, requirement

__all__ = ["FILL", "HOLDS", "Cover", "Requirement", "cover", "misses", "requirement", "staffed"]
