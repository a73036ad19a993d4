"""From a requirement to people: how many, when."""

from sim.plan.requirement import FILL, Requirement, requirement

__all__ = ["FILL", "Requirement", "requirement"]
