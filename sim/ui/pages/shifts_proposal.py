"""Shifts that would do, where a scenario does not say which may be worked; and how many people."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from sim.decide.needs import Needs

__all__ = ["forms_for", "people_for", "rules_for"]

_MEAL = {"for": "60m", "after": "3h", "before_end": "2h", "paid": False, "kind": "meal"}
# Nobody comes to work for less than this [h], where there is more to do.
_LEAST = 4


def forms_for(agents: NDArray[np.int64]) -> dict[str, Any]:
    """Shifts that reach every interval in which somebody is needed, as a file has them.

    Round the clock: days of 8, 10 and 12 hours and nights of 10 and 12. Else days alone, from the
    first hour that needs somebody to the last.

    Parameters
    ----------
    agents
        Needed, by interval of the week from Monday 00:00.

    Examples
    --------
    >>> desk = np.zeros((7, 24), np.int64)
    >>> desk[:5, 9:18] = 2
    >>> forms_for(desk.ravel())["day"]["start"], forms_for(desk.ravel())["day"]["length"]
    ('09:00-10:00', ['8h'])
    >>> sorted(forms_for(np.ones(168, np.int64)))
    ['day', 'night']
    """
    by_time = np.asarray(agents).reshape(7, -1).max(axis=0) > 0
    per_hour = len(by_time) // 24
    hours = by_time.reshape(24, per_hour).any(axis=1)
    day: dict[str, Any] = {"title": {"en": "Day", "ru": "День"}}
    if hours[:6].any():
        night = {
            "title": {"en": "Night", "ru": "Ночь"},
            "start": "20:00-22:00",
            "length": ["10h", "12h"],
            "pauses": [_MEAL],
        }
        day |= {"start": "06:00-12:00", "length": ["8h", "10h", "12h"], "pauses": [_MEAL]}
        return {"day": day, "night": night}
    needed = np.flatnonzero(hours)
    first, last = (int(needed[0]), int(needed[-1]) + 1) if needed.size else (9, 18)
    span = last - first
    lengths = [n for n in (8, 10, 12) if n <= span] or [max(span, min(_LEAST, 24 - first))]
    start = f"{first:02d}:00"
    if last - lengths[0] > first:
        start += f"-{last - lengths[0]:02d}:00"
    day |= {"start": start, "length": [f"{n}h" for n in lengths]}
    if lengths[0] >= 8:
        day["pauses"] = [_MEAL]
    return {"day": day}


def people_for(needs: Needs, hours: float) -> int:
    """People on a roster for a plan, whole.

    Parameters
    ----------
    needs
        What the group needs, with its terms of work.
    hours
        Paid hours a week of the shifts, where nobody is on a payroll [h].
    """
    if needs.people is not None:
        return max(1, int(np.ceil(needs.people.fte - 1e-9)))
    return max(1, int(np.ceil(hours / 40)))


def rules_for(country: str | None) -> str:
    """The labour rules that are known of a country.

    Examples
    --------
    >>> rules_for("RU"), rules_for("DE"), rules_for("US"), rules_for(None)
    ('RU', 'EU', 'none', 'none')
    """
    if country == "RU":
        return "RU"
    return "EU" if country and country in _EUROPEAN.split() else "none"


_EUROPEAN = "AT BE BG HR CY CZ DK EE FI FR DE GR HU IE IT LV LT LU MT NL PL PT RO SK SI ES SE"
