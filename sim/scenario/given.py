"""What a caller from Python hands over as a scenario."""

from __future__ import annotations

from sim.errors import of_kind
from sim.scenario.model import Scenario

__all__ = ["scenario_of"]


def scenario_of(value: object) -> Scenario:
    """Take a scenario.

    Raises
    ------
    InvalidInput
        If it is something else, such as the name of its file.

    Examples
    --------
    >>> scenario_of("shop.yaml")
    Traceback (most recent call last):
    sim.errors.InvalidInput: scenario must be a scenario, got 'shop.yaml'; load it: sim.load(FILE)
    """
    return of_kind("scenario", value, Scenario, "must be a scenario", "load it: sim.load(FILE)")
