"""What people and hours of a group cost: the price of a way out."""

from __future__ import annotations

import math
from dataclasses import dataclass, fields

from sim.errors import InvalidInput

__all__ = ["Rates"]


@dataclass(frozen=True, slots=True)
class Rates:
    """Pay of a group, contributions and places apart.

    Parameters
    ----------
    hour
        Of a paid hour [money].
    night, weekend
        What is added for an hour at night, on Saturday or Sunday, as a share of `hour`.
    person
        Of one person full time for a month, premiums apart [money].

    Examples
    --------
    A person more, or twelve hours of which eight lie in the night:

    >>> rates = Rates(hour=300, night=0.2, person=52_800)
    >>> rates.price(people=1), rates.price(hours=12, night=8)
    (52800.0, 4080.0)
    """

    hour: float
    night: float = 0.0
    weekend: float = 0.0
    person: float = 0.0

    def __post_init__(self) -> None:
        for field in fields(self):
            value = getattr(self, field.name)
            if not (math.isfinite(value) and value >= 0):
                raise InvalidInput(field.name, "must be at least 0", value)

    def price(
        self, *, people: float = 0.0, hours: float = 0.0, night: float = 0.0, weekend: float = 0.0
    ) -> float:
        """What people and hours cost [money].

        Parameters
        ----------
        people
            For a month.
        hours
            Paid beside them [h].
        night, weekend
            Those of the hours that carry a premium [h].
        """
        premium = self.night * night + self.weekend * weekend
        return float(self.person * people + self.hour * (hours + premium))
