"""From a requirement to people: how many, when."""

from sim.plan.covers import Cover, cover
from sim.plan.requirements import FILL, Requirement, requirement

__all__ = ["FILL", "Cover", "Requirement", "cover", "requirement"]
