"""Goals with a date: whether and when each is reached under each option."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Literal

from sim.decide.comparison import Comparison, comparison_of
from sim.decide.figures import absolute_change, figure
from sim.decide.option import OptionResult
from sim.scenario.claims import Goal
from sim.scenario.horizon import MONTH
from sim.stats import Estimate

__all__ = ["Reached", "reach"]

#: The measure behind a goal where it has another name.
_FIGURE = {"first_response": "asa", "missed": "missed_share"}


@dataclass(frozen=True, slots=True)
class Reached:
    """A goal under one option.

    Parameters
    ----------
    goal, option
        What is to be reached, and how support would be sourced.
    found
        The figure once the option serves.
    state
        ``reached``: from `month` on, and that is in time; ``late``: from `month` on, after the
        date; ``missed``: the option does not give it; ``open``: more replications would be needed
        to tell; ``unknown``: nothing in the scenario says.
    month
        First month in which the option serves, from 1.
    """

    goal: Goal
    option: str
    found: Estimate
    state: Literal["reached", "late", "missed", "open", "unknown"]
    month: int


def reach(comparison: Comparison) -> tuple[Reached, ...]:
    """Every goal of the scenario under every option that was compared.

    Parameters
    ----------
    comparison
        The options, simulated.
    """
    return tuple(
        _reached(goal, option, 1 + int(option.option.lead / MONTH))
        for goal in comparison_of(comparison).scenario.goals
        for option in comparison.options
    )


def _reached(goal: Goal, option: OptionResult, month: int) -> Reached:
    measured = figure(option, _FIGURE.get(goal.measure, goal.measure), goal.channel)
    found = absolute_change(measured, measured.plain(0.0))
    if math.isnan(found.value):
        return Reached(goal, option.name, found, "unknown", month)
    margin = (found.value - goal.value) * (1 if goal.sense == "at least" else -1)
    if margin < -found.half_width:
        return Reached(goal, option.name, found, "missed", month)
    if margin < found.half_width:
        return Reached(goal, option.name, found, "open", month)
    return Reached(goal, option.name, found, "reached" if month <= goal.month else "late", month)
