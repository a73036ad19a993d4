"""What hours of shifts cost: the rate, and what is added at night, at weekends and on holidays."""

from __future__ import annotations

import math
from collections.abc import Iterable
from dataclasses import dataclass, fields

import numpy as np
from numpy.typing import NDArray

from sim.errors import InvalidInput
from sim.plan.duties import DAY, Pause

__all__ = ["PaidHours", "Pay", "Premia", "worked"]

Ints = NDArray[np.int64]


@dataclass(frozen=True, slots=True)
class Pay:
    """Pay by the hour; premia are shares of the rate and add up, line by line of a statement.

    Parameters
    ----------
    rate
        Of an hour that is paid [money].
    night_premium, weekend_premium, holiday_premium
        What is added for an hour at night, on Saturday or Sunday, on a holiday, as a share of
        `rate`.
    night
        When the night begins and ends, from midnight [minutes].
    holidays
        Days of the horizon that are holidays, 0 for the first.

    Raises
    ------
    InvalidInput
        If a figure is negative or no number.
    """

    rate: float = 1.0
    night_premium: float = 0.0
    weekend_premium: float = 0.0
    holiday_premium: float = 0.0
    night: tuple[int, int] = (22 * 60, 6 * 60)
    holidays: frozenset[int] = frozenset()

    def __post_init__(self) -> None:
        for name in ("rate", "night_premium", "weekend_premium", "holiday_premium"):
            value = getattr(self, name)
            if not (math.isfinite(value) and value >= 0):
                raise InvalidInput(name, "must be at least 0", value)
        if not all(0 <= edge <= DAY for edge in self.night):
            raise InvalidInput("night", f"must be two times from 0 to {DAY}", self.night)


@dataclass(frozen=True, slots=True)
class PaidHours:
    """Hours of shifts, and those of them that carry a premium.

    Parameters
    ----------
    paid
        All paid hours [h].
    night, weekend, holiday
        Paid hours at such times [h]; an hour may be in several.
    """

    paid: float = 0.0
    night: float = 0.0
    weekend: float = 0.0
    holiday: float = 0.0

    def __add__(self, other: PaidHours) -> PaidHours:
        return PaidHours(*(getattr(self, f.name) + getattr(other, f.name) for f in fields(self)))

    def __mul__(self, times: float) -> PaidHours:
        return PaidHours(*(getattr(self, f.name) * times for f in fields(self)))

    def lines(self, pay: Pay) -> dict[str, float]:
        """What they cost, line by line [money].

        Examples
        --------
        >>> PaidHours(paid=8, night=2).lines(Pay(rate=300, night_premium=0.2))["night_premium"]
        120.0
        """
        return {
            "base_wages": pay.rate * self.paid,
            "night_premium": pay.rate * pay.night_premium * self.night,
            "weekend_premium": pay.rate * pay.weekend_premium * self.weekend,
            "holiday_premium": pay.rate * pay.holiday_premium * self.holiday,
        }

    def cost(self, pay: Pay) -> float:
        """What they cost together [money]."""
        return math.fsum(self.lines(pay).values())


class Premia:
    """Minutes at night, at weekends and on holidays between any two moments of a horizon.

    Parameters
    ----------
    pay
        When it is night, which days are holidays.
    days
        Days of the horizon.
    cyclic
        Whether the first day follows the last.
    first_weekday
        Day of the week of the first day, 0 for Monday.
    """

    def __init__(self, pay: Pay, days: int, *, cyclic: bool, first_weekday: int) -> None:
        # Shifts that begin on the last day, or on the day after its midnight, run on for two more.
        minute = np.arange((days + 4) * DAY)
        day, of_day = minute // DAY, minute % DAY
        begin, end = pay.night
        late, soon = of_day >= begin, of_day < end
        night = (late | soon) if begin > end else (late & soon)
        named = day % days if cyclic else day
        weekend = (first_weekday + named) % 7 >= 5
        holiday = np.isin(named, sorted(pay.holidays))
        flags = np.stack([np.ones_like(night), night, weekend, holiday])
        self._until = np.concatenate(
            [np.zeros((4, 1), np.int64), np.cumsum(flags, axis=1, dtype=np.int64)], axis=1
        )

    def between(self, start: int | Ints, minutes: int | Ints) -> Ints:
        """Minutes: all, at night, at weekends, on holidays; shape (4, …).

        Parameters
        ----------
        start, minutes
            From midnight of the first day, and how long [minutes].
        """
        return np.asarray(self._until[:, start + minutes] - self._until[:, start])

    def hours(self, start: int, minutes: int, pauses: Iterable[Pause]) -> PaidHours:
        """Paid hours of a shift, unpaid pauses left out."""
        total = self.between(start, minutes).astype(float)
        for pause in pauses:
            if not pause.paid:
                total -= self.between(start + pause.start, pause.minutes)
        return PaidHours(*(total / 60).tolist())


def worked(pay: Pay, minutes: Ints) -> NDArray[np.float64]:
    """What minutes as `Premia.between` gives them cost [money]."""
    shares = (1.0, pay.night_premium, pay.weekend_premium, pay.holiday_premium)
    weights = pay.rate / 60 * np.array(shares)
    return np.asarray(np.tensordot(weights, minutes, axes=1))
