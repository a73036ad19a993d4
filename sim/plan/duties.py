"""What every plan is made of: shifts as they are written down, duties as they are worked.

A shift is a drawing: when it starts on a clock, how long it is, where its pauses are. A duty is
that shift worked by somebody on a certain day. Rules are checked on duties alone, on one line of
minutes that runs on through days and weeks, so that a night is never two halves of two days.
"""

from __future__ import annotations

from dataclasses import dataclass

__all__ = ["DAY", "WEEK", "Duty", "Pause", "Shift", "of"]

#: Minutes of a day and of a week.
DAY, WEEK = 1440, 10080


@dataclass(frozen=True, slots=True)
class Pause:
    """Time within a shift away from contacts: a break, a meal, a meeting, a training.

    Parameters
    ----------
    start
        From the start of the shift [minutes].
    minutes
        How long.
    paid
        Whether it is paid.
    kind
        ``break``, ``meal``, ``meeting`` or ``training``.
    """

    start: int
    minutes: int
    paid: bool = True
    kind: str = "break"


@dataclass(frozen=True, slots=True)
class Shift:
    """A day's work as it is written down.

    Parameters
    ----------
    name
        What the planner calls it.
    start
        From midnight of its day [minutes].
    minutes
        From its start to its end, pauses included; it may run past midnight.
    pauses
        In order of time, apart from each other.

    Examples
    --------
    >>> night = Shift("night", start=22 * 60, minutes=12 * 60, pauses=(Pause(300, 60, paid=False),))
    >>> night.paid, night.end
    (660, 2040)
    """

    name: str
    start: int
    minutes: int
    pauses: tuple[Pause, ...] = ()

    @property
    def end(self) -> int:
        """From midnight of its first day [minutes]; above ``DAY`` when it ends on the next."""
        return self.start + self.minutes

    @property
    def paid(self) -> int:
        """Paid time [minutes]."""
        return self.minutes - sum(pause.minutes for pause in self.pauses if not pause.paid)


@dataclass(frozen=True, slots=True)
class Duty:
    """A shift worked by a person.

    Parameters
    ----------
    person
        Who.
    start, end
        From midnight of the first day of the period [minutes that pass, not those of the clock];
        below 0 in what was worked before it.
    paid
        Paid time [minutes].
    shift
        Its shift, if there is one to name.
    """

    person: str
    start: int
    end: int
    paid: int
    shift: Shift | None = None

    @property
    def day(self) -> int:
        """The day it starts on, 0 for the first of the period."""
        return self.start // DAY


def of(person: str, day: int, shift: Shift) -> Duty:
    """The duty of a person who works a shift on a day, where no clock is changed.

    Examples
    --------
    >>> of("Anna", 2, Shift("early", 360, 480)).start
    3240
    """
    start = day * DAY + shift.start
    return Duty(person, start, start + shift.minutes, shift.paid, shift)
