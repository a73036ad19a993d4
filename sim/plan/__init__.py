"""From a requirement to people: how many, when."""

from sim.plan.covers import Cover, cover, misses
from sim.plan.requirements import FILL, Requirement, requirement

__all__ = ["FILL", "Cover", "Requirement", "cover", "misses", "requirement"]
