"""From a requirement to people: how many, when."""

from sim.plan.cover import Cover, cover
from sim.plan.requirement import FILL, Requirement, requirement

__all__ = ["FILL", "Cover", "Requirement", "cover", "requirement"]
