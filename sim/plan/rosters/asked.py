"""What is asked of a roster: the requirement, what its parts are worth, what is settled already."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, fields, replace

import numpy as np
from numpy.typing import NDArray

from sim.errors import InvalidInput
from sim.plan.duties import Shift
from sim.plan.period import Period

__all__ = ["Asked", "Demand", "Pin", "Serving", "Weights", "overlap"]

Floats = NDArray[np.float64]

#: A requirement as it may be written: one row, or one for each skill.
Asked = Mapping[str, Sequence[float]] | Sequence[float]
#: People needed who serve at least one of some skills, by these skills.
Serving = Mapping[tuple[str, ...], Sequence[float]]


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
    after
        People in the intervals that follow the period [skills x intervals]; none: what is worked
        beyond its end is weighed by nobody.
    sets, serving
        Sets of skills, and people needed who have at least one of a set, whatever they do then
        [sets x intervals, those after the period among them].
    """

    skills: tuple[str, ...]
    need: Floats
    minutes: int
    after: Floats | None = None
    sets: tuple[tuple[str, ...], ...] = ()
    serving: Floats | None = None

    @classmethod
    def of(
        cls,
        requirement: Asked,
        period: Period,
        after: Asked | None = None,
        serving: Serving | None = None,
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
        need = [_numbers("requirement", skill, row) for skill, row in rows.items()]
        for skill, values in zip(rows, need, strict=True):
            if not len(values) or period.end % len(values):
                rule = f"must split {period.days} days into equal intervals of whole minutes"
                raise InvalidInput(_where("requirement", skill), rule, values.shape)
        _alike("requirement", need)
        made = cls(tuple(rows), np.array(need), period.end // len(need[0]))
        return made.followed(after).shared(serving)

    def followed(self, after: Asked | None) -> Demand:
        """The same, with what is needed after the period."""
        if after is None:
            return self
        rows = self.skills
        later = after if isinstance(after, Mapping) else {"": after}
        if set(later) != set(rows):
            rule = f"must have the rows of the requirement: {', '.join(rows) or 'one'}"
            raise InvalidInput("after", rule, ", ".join(later))
        beyond = [_numbers("after", skill, later[skill]) for skill in rows]
        _alike("after", beyond)
        return replace(self, after=np.array(beyond))

    def shared(self, serving: Serving | None) -> Demand:
        """The same, with people needed who serve at least one of some skills."""
        if not serving:
            return self
        found = {", ".join(names): _numbers("serving", ", ".join(names), serving[names])
                 for names in serving}  # fmt: skip
        for names, row in found.items():
            if len(row) != self.reach:
                rule = f"must have {self.reach} intervals, those after the period among them"
                raise InvalidInput(_where("serving", names), rule, len(row))
        return replace(self, sets=tuple(serving), serving=np.array(list(found.values())))

    @property
    def intervals(self) -> int:
        """How many the period has."""
        return int(self.need.shape[1])

    @property
    def rows(self) -> Floats:
        """People needed in the period and after it [skills, then sets x intervals]."""
        own = self.need if self.after is None else np.hstack([self.need, self.after])
        return own if self.serving is None else np.vstack([own, self.serving])

    def filled_by(self, skills: frozenset[str]) -> tuple[int, ...]:
        """The sets of which somebody with these skills has one; who has none named has all."""
        return tuple(n for n, names in enumerate(self.sets) if not skills or skills & set(names))

    @property
    def later(self) -> dict[str, list[float]] | None:
        """People needed after the period, as they may be written."""
        if self.after is None:
            return None
        return dict(zip(self.skills, self.after.tolist(), strict=True))

    @property
    def asked_of_sets(self) -> dict[tuple[str, ...], list[float]]:
        """People needed by set of skills, as they may be written."""
        rows = [] if self.serving is None else self.serving.tolist()
        return dict(zip(self.sets, rows, strict=True))

    @property
    def reach(self) -> int:
        """How many intervals are weighed, those after the period among them."""
        return self.intervals + (0 if self.after is None else int(self.after.shape[1]))

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
        kept = (at >= 0) & (at < self.reach) & (there > 0)
        return at[kept], there[kept] / self.minutes


def _where(name: str, skill: str) -> str:
    return f"{name}[{skill}]" if skill else name


def _numbers(name: str, skill: str, row: Sequence[float]) -> Floats:
    """A row of numbers of at least 0."""
    values = np.asarray(row, float)
    if values.ndim != 1:
        raise InvalidInput(_where(name, skill), "must be a row of numbers", values.shape)
    fine = np.isfinite(values) & (values >= 0)
    if not fine.all():
        raise InvalidInput(
            _where(name, skill), "must be numbers of at least 0", float(values[~fine][0])
        )
    return values


def _alike(name: str, rows: Sequence[Floats]) -> None:
    """Refuse rows of different lengths."""
    sizes = sorted({len(row) for row in rows})
    if len(sizes) > 1:
        raise InvalidInput(name, "must have as many intervals for each skill", sizes)


def overlap(edges: NDArray[np.int64], start: int, end: int) -> Floats:
    """Minutes of a span in each of the intervals between edges."""
    inside = np.minimum(edges[1:], end) - np.maximum(edges[:-1], start)
    return np.asarray(np.maximum(inside, 0), float)
