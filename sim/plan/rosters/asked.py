"""What is asked of a roster: the requirement, what its parts are worth, what is settled already."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, fields

import numpy as np
from numpy.typing import NDArray

from sim.errors import InvalidInput
from sim.plan.duties import Shift
from sim.plan.period import Period

__all__ = ["Demand", "Pin", "Weights", "overlap"]

Floats = NDArray[np.float64]


@dataclass(frozen=True, slots=True, kw_only=True)
class Weights:
    """What the parts of a roster's cost are worth, each against an hour that one person is short.

    Parameters
    ----------
    short, deep
        An hour that lacks a person; an hour for each further one.
    over
        An hour of a person too many.
    owed, owed_deep
        An hour of the norm that a person is not given; each beyond ``near`` hours.
    near
        Hours that count as few.
    wish
        A wish of weight 1 that is not kept.
    change
        A day that differs from the last roster.
    weekend
        A worked weekend beyond the fair share, beyond it twice: four times as much.
    night
        A night duty beyond the fair share, in the same way.
    """

    short: float = 40.0
    deep: float = 120.0
    over: float = 10.0
    owed: float = 6.0
    owed_deep: float = 20.0
    near: float = 8.0
    wish: float = 15.0
    change: float = 20.0
    weekend: float = 5.0
    night: float = 5.0

    def __post_init__(self) -> None:
        for field in fields(self):
            value = getattr(self, field.name)
            if not (math.isfinite(value) and value >= 0):
                raise InvalidInput(f"weights.{field.name}", "must be a number of at least 0", value)
        if self.deep < self.short:
            raise InvalidInput("weights.deep", f"must be at least short, {self.short:g}", self.deep)


@dataclass(frozen=True, slots=True)
class Pin:
    """A day of a person that is settled.

    Parameters
    ----------
    person, day
        Who, and when: 0 for the first day of the period.
    shift
        By name; empty for a day off.
    """

    person: str
    day: int
    shift: str = ""


@dataclass(frozen=True, slots=True, eq=False)
class Demand:
    """People needed, by skill and interval.

    Parameters
    ----------
    skills
        Names; the empty one is what everybody can do.
    need
        People [skills x intervals].
    minutes
        Length of an interval.
    """

    skills: tuple[str, ...]
    need: Floats
    minutes: int

    @classmethod
    def of(
        cls, requirement: Mapping[str, Sequence[float]] | Sequence[float], period: Period
    ) -> Demand:
        """The requirement as it may be written: one row, or a row for each skill.

        Raises
        ------
        InvalidInput
            If a row is not a whole number of intervals, or has a number below 0.
        """
        rows = requirement if isinstance(requirement, Mapping) else {"": requirement}
        if not rows:
            raise InvalidInput("requirement", "must have a row", rows)
        need = []
        for skill, row in rows.items():
            values = np.asarray(row, float)
            where = f"requirement[{skill}]" if skill else "requirement"
            if values.ndim != 1 or not len(values) or period.end % len(values):
                rule = f"must split {period.days} days into equal intervals of whole minutes"
                raise InvalidInput(where, rule, values.shape)
            if not (np.isfinite(values) & (values >= 0)).all():
                bad = values[~(np.isfinite(values) & (values >= 0))][0]
                raise InvalidInput(where, "must be numbers of at least 0", float(bad))
            need.append(values)
        if len({len(row) for row in need}) > 1:
            sizes = sorted({len(row) for row in need})
            raise InvalidInput("requirement", "must have as many intervals for each skill", sizes)
        return cls(tuple(rows), np.array(need), period.end // len(need[0]))

    @property
    def intervals(self) -> int:
        """How many there are."""
        return int(self.need.shape[1])

    def present(self, start: int, shift: Shift) -> tuple[NDArray[np.int64], Floats]:
        """Intervals in which a shift that starts at a minute has its person, and how much of each.

        Examples
        --------
        >>> day = Demand(("",), np.ones((1, 24)), 60)
        >>> [part.tolist() for part in day.present(90, Shift("short", 90, 60))]
        [[1, 2], [0.5, 0.5]]
        """
        first, last = start // self.minutes, -(-(start + shift.minutes) // self.minutes)
        at = np.arange(first, last)
        edges = np.arange(first, last + 1) * self.minutes - start
        there = overlap(edges, 0, shift.minutes)
        for pause in shift.pauses:
            there -= overlap(edges, pause.start, pause.start + pause.minutes)
        kept = (at >= 0) & (at < self.intervals) & (there > 0)
        return at[kept], there[kept] / self.minutes


def overlap(edges: NDArray[np.int64], start: int, end: int) -> Floats:
    """Minutes of a span in each of the intervals between edges."""
    inside = np.minimum(edges[1:], end) - np.maximum(edges[:-1], start)
    return np.asarray(np.maximum(inside, 0), float)
