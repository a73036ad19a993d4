"""Which shifts to draw at all: the same demand by the starts and lengths that are allowed.

The choice of shifts weighs more than any solver: people who start at two hours of the day cover a
peak only by standing idle beside it. So the first question is not who works when, but which
shifts there are; it is answered by the linear relaxation of the cover, which is within a percent
of whole people for teams of more than a few.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy import sparse
from scipy.optimize import linprog

from sim.errors import InvalidInput
from sim.plan.duties import WEEK

__all__ = ["STARTS", "Advice", "advise"]

Floats = NDArray[np.float64]

_HOURLY = tuple(range(24))
#: Choices of shifts by name: hours of the day that shifts of so many hours may start at.
STARTS: Mapping[str, Mapping[int, Sequence[float]]] = {
    "12 h from 8 and 20": {12: (8, 20)},
    "8 h in three shifts": {8: (6, 14, 22)},
    "12 h from any hour": {12: _HOURLY},
    "8 h from any hour": {8: _HOURLY},
    "8, 10 and 12 h from any hour": {8: _HOURLY, 10: _HOURLY, 12: _HOURLY},
    "4 to 12 h from any hour": dict.fromkeys((4, 6, 8, 10, 12), _HOURLY),
}


@dataclass(frozen=True, slots=True)
class Advice:
    """What a choice of shifts takes.

    Parameters
    ----------
    name
        Of the choice.
    hours
        Paid hours a week.
    fte
        These as full-time people, without leave, sickness or pauses.
    efficiency
        Required over paid hours.
    """

    name: str
    hours: float
    fte: float
    efficiency: float


def advise(
    requirement: Sequence[float] | Floats,
    choices: Mapping[str, Mapping[int, Sequence[float]]] = STARTS,
    *,
    week: float = 40.0,
) -> list[Advice]:
    """Choices of shifts by the people that they take for one requirement, the best first.

    Parameters
    ----------
    requirement
        Agents in each interval of a week from Monday 00:00; 168, 336 or 672 of them or any number
        that divides the week into whole minutes.
    choices
        By name, lengths [h] with the hours of the day that they may start at.
    week
        Hours of a full-time job.

    Raises
    ------
    InvalidInput
        If the requirement is no week, or shifts do not begin and end with its intervals.

    Examples
    --------
    >>> level = advise([1.0] * 168)
    >>> round(level[0].fte, 2), round(level[0].efficiency, 2)
    (4.2, 1.0)
    """
    needed = np.asarray(requirement, np.float64)
    if needed.ndim != 1 or not needed.size or WEEK % needed.size:
        raise InvalidInput("requirement", "must divide a week into whole minutes", needed.shape)
    if not (np.isfinite(needed).all() and (needed >= 0).all() and needed.any()):
        raise InvalidInput("requirement", "must be agents of at least 0, some above", needed.min())
    if week <= 0:
        raise InvalidInput("week", "must be above 0", week)
    required = float(needed.sum()) * WEEK / needed.size / 60
    found = []
    for name, choice in choices.items():
        hours = _least_hours(name, needed, choice)
        if hours is not None:
            found.append(Advice(name, hours, hours / week, required / hours))
    return sorted(found, key=lambda advice: advice.hours)


def _least_hours(name: str, needed: Floats, choice: Mapping[int, Sequence[float]]) -> float | None:
    """Paid hours of the cheapest cover, people taken as divisible; None where there is none."""
    step = WEEK // needed.size
    per_day = needed.size // 7
    rows: list[NDArray[np.int64]] = []
    columns: list[NDArray[np.int64]] = []
    lengths: list[float] = []
    for length, starts in choice.items():
        for start in starts:
            minutes = (round(start * 60), round(length * 60))
            if any(m % step for m in minutes) or not 0 < minutes[1] <= WEEK:
                raise InvalidInput(f"choices[{name}]", f"must keep to {step} minutes", minutes)
            first = np.arange(7) * per_day + minutes[0] // step
            inside = first[:, None] + np.arange(minutes[1] // step)
            columns.append(np.repeat(np.arange(7) + len(lengths), inside.shape[1]))
            rows.append(inside.ravel() % needed.size)
            lengths += [float(length)] * 7
    if not lengths:
        raise InvalidInput(f"choices[{name}]", "must have a start", choice)
    places = (np.concatenate(rows), np.concatenate(columns))
    ones = np.ones(len(places[0]))
    covers = sparse.csc_matrix((ones, places), shape=(needed.size, len(lengths)))
    solved = linprog(np.array(lengths), A_ub=-covers, b_ub=-needed, method="highs")
    return float(solved.fun) if solved.status == 0 else None
