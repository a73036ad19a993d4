"""When there are replications enough: goals of precision, and the rules that keep to them.

Two rules, and what each can promise:

``sequential``
    Look at `replications`, then at as many as the half-width seems to need (at most twice as many
    each time), until every goal is reached. Half-widths of replications that are nearly normal
    hold with 94 to 95 % from 20 replications on; of strongly skewed ones with less, because an
    interval that is narrow by luck ends the run.
``two stages``
    The first `replications` only say how many more are needed, as many again at least, and are
    then put aside; the answer comes from the others. Their number does not depend on what they
    show, so the interval holds exactly as often as with a number fixed beforehand, for the price
    of the first stage.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from sim.errors import InvalidInput
from sim.experiment.levels import LEVELS
from sim.experiment.sums import Sums
from sim.metrics import measure_names, service_level
from sim.stats import CONFIDENCE

__all__ = [
    "RULES",
    "Goal",
    "Level",
    "Reach",
    "Rule",
    "Stopped",
    "furthest",
    "next_count",
    "second_stage",
]

Floats = NDArray[np.float64]
Level = Literal["slot", "day", "period"]
Rule = Literal["sequential", "two stages"]
#: Why a run ended: all that was asked for were played; the goals are reached; no more are
#: allowed; a key was pressed.
Stopped = Literal["all played", "precise", "at most", "interrupted"]

RULES: tuple[Rule, ...] = ("sequential", "two stages")


@dataclass(frozen=True, slots=True)
class Goal:
    """How precisely a measure is to be known.

    Parameters
    ----------
    half_width
        Half-width at which it is known well enough, in the measure's unit, or as a share of the
        measure where `relative`.
    measure
        ``service_level`` by the channel's rule, a name in `sim.metrics.MEASURES`, or
        ``occupancy`` of a group.
    of
        The channel, or a part of it such as ``phone.vip`` (the group, for ``occupancy``); every
        one with a target of its own (every group) when None.
    relative
        Whether the half-width is a share of the measure.
    level
        ``period``; or ``day``, ``slot``: then each of them that has contacts.

    Examples
    --------
    >>> Goal(0.05, "asa", "phone", relative=True).measure
    'asa'
    """

    half_width: float
    measure: str = "service_level"
    of: str | None = None
    relative: bool = False
    level: Level = "period"

    def check(self, rows: Sequence[str], groups: Sequence[str]) -> None:
        """Refuse a goal that the option does not know.

        Raises
        ------
        InvalidInput
            Naming what is wrong and what there is.
        """
        if not 0 < self.half_width < math.inf:
            raise InvalidInput("half_width", "must be above 0", self.half_width)
        known = ("service_level", *measure_names(), "occupancy")
        if self.measure not in known:
            raise InvalidInput("measure", f"must be one of {', '.join(known)}", self.measure)
        if self.level not in LEVELS:
            raise InvalidInput("level", f"must be one of {', '.join(LEVELS)}", self.level)
        names = groups if self.measure == "occupancy" else rows
        if self.of is not None and self.of not in names:
            raise InvalidInput("of", f"must be one of {', '.join(names)}", self.of)


@dataclass(frozen=True, slots=True)
class Reach:
    """How far a goal is from being reached.

    Parameters
    ----------
    goal
        The goal.
    half_width, wanted
        The widest half-width that it looks at, and the one wanted there.
    """

    goal: Goal
    half_width: float
    wanted: float

    @property
    def ratio(self) -> float:
        """Above 1 while the goal is not reached."""
        return self.half_width / self.wanted if self.half_width else 0.0


def furthest(sums: Sums, goals: Sequence[Goal]) -> Reach:
    """The goal that is furthest from being reached."""
    return max((_reach(sums, goal) for goal in goals), key=lambda reach: reach.ratio)


def _reach(sums: Sums, goal: Goal) -> Reach:
    """How far one goal is; what was never seen needs no precision."""
    values, widths = _looked_at(sums, goal)
    wanted = goal.half_width * (np.abs(values) if goal.relative else np.ones(len(values)))
    seen = ~np.isnan(widths)
    if not seen.any():
        return Reach(goal, 0.0, goal.half_width)
    with np.errstate(divide="ignore", invalid="ignore"):
        # A share of nothing: what never happened does not vary either.
        ratio = np.where(widths > 0, widths / wanted, 0.0)
    worst = int(np.flatnonzero(seen)[np.argmax(ratio[seen])])
    return Reach(goal, float(widths[worst]), float(wanted[worst]))


def _looked_at(sums: Sums, goal: Goal) -> tuple[Floats, Floats]:
    """Values and half-widths of everything that a goal looks at."""
    played, places = sums.case, sums.levels.at[goal.level]
    if goal.measure == "occupancy":
        values, widths = sums.occupancy.estimates(CONFIDENCE)
        rows = [g for g, name in enumerate(played.groups) if goal.of in (None, name)]
        return values[rows, places].ravel(), widths[rows, places].ravel()
    values, widths = sums.measures.estimates(CONFIDENCE)
    names = measure_names()
    found = []
    for c, name in enumerate(played.rows):
        if goal.of != name and not (goal.of is None and played.promised[c]):
            continue
        measure = goal.measure
        if measure == "service_level":
            rule = played.rules[c]
            measure = service_level("offered" if rule == "virtual" else rule)
        at = c, places, names.index(measure)
        found.append((values[at], widths[at]))
    if not found:
        return np.zeros(0), np.zeros(0)
    return np.concatenate([v for v, _ in found]), np.concatenate([w for _, w in found])


def next_count(done: int, most: int, ratio: float) -> int:
    """Replications to have next: half-widths shrink with the root of their number.

    Examples
    --------
    >>> next_count(20, 400, ratio=1.2), next_count(20, 400, ratio=9.0), next_count(20, 400, 1.0)
    (29, 40, 20)
    """
    if ratio <= 1 or done >= most:
        return done
    needed = math.ceil(done * min(ratio, 2.0) ** 2)
    return min(most, max(done + 2, min(needed, 2 * done)))


def second_stage(first: int, most: int, ratio: float) -> int:
    """Replications of the second stage; Student's quantile of the first is the margin.

    They are as many as those of the first at least, for which `most` must leave room.

    Examples
    --------
    >>> second_stage(20, 400, ratio=2.0), second_stage(20, 400, ratio=9.0)
    (80, 380)
    """
    needed = math.ceil(first * min(ratio, most) ** 2)
    return min(most - first, max(first, needed))
