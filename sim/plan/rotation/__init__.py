"""Rotations: cycles of shifts that everybody walks through, found, judged and compared."""

from sim.plan.rotation.faults import faults
from sim.plan.rotation.problem import FREE, Clock, Rotating
from sim.plan.rotation.solve import Effort, Rotation, solve_rotation

__all__ = ["FREE", "Clock", "Effort", "Rotating", "Rotation", "faults", "solve_rotation"]
