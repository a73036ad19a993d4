"""What nobody should have more of than the others: weekends and nights."""

from __future__ import annotations

import datetime
import math
from collections.abc import Sequence
from dataclasses import replace

import numpy as np
from numpy.typing import NDArray

from sim.plan.duties import Shift
from sim.plan.people import Person
from sim.plan.period import Period
from sim.plan.rosters.asked import Demand
from sim.plan.rosters.problems import Worker

__all__ = ["dark_hours", "fair_share", "is_night", "night_duties", "shared_nights"]

Floats = NDArray[np.float64]

_ANY_DAY = datetime.date(2001, 1, 1)


def is_night(shift: Shift) -> bool:
    """Whether three hours or more of a shift lie between 22:00 and 06:00."""
    return dark_hours(shift) >= 3


def dark_hours(shift: Shift) -> float:
    """Hours of a shift between 22:00 and 06:00."""
    return Period(_ANY_DAY, 3).nights((shift.start, shift.end), 1320, 360) / 60


def fair_share(
    people: Sequence[Person], shifts: Sequence[Shift], demand: Demand, period: Period
) -> int:
    """Worked weekends that each would have if all had as many."""
    weekends = [day for day in range(period.days - 1) if period.weekday(day) == 5]
    hours = 0.0
    for saturday in weekends:
        at = np.arange(demand.intervals) * demand.minutes
        inside = (at >= period.at(saturday)) & (at < period.at(saturday + 2))
        hours += float(demand.need[:, inside].sum()) * demand.minutes / 60
    paid = float(np.mean([shift.paid for shift in shifts])) / 60
    # Who works on a weekend works on both of its days more often than not.
    return max(1, round(hours / (1.5 * paid) / max(1, len(people))))


def night_duties(shifts: Sequence[Shift], demand: Demand, period: Period) -> float:
    """Night duties that the requirement asks for, pauses spread over the duty."""
    given = [dark_hours(shift) * shift.paid / shift.minutes for shift in shifts if is_night(shift)]
    if not given:
        return 0.0
    hours = (np.arange(demand.intervals) * demand.minutes).tolist()
    dark = np.array([not 360 <= period.clock(minute) < 1320 for minute in hours])
    return float(demand.need[:, dark].sum()) * demand.minutes / 60 / float(np.mean(given))


def shared_nights(
    workers: Sequence[Worker], most: Sequence[float], kinds: Sequence[int], weight: float,
    duties: float,
) -> tuple[Worker, ...]:  # fmt: skip
    """The workers with a price on nights beyond their share.

    Parameters
    ----------
    workers, most
        Who is planned, and the hours that each may work.
    kinds
        Which kinds of duties are nights.
    weight
        Price of the first night beyond; of two, four times as much.
    duties
        Nights to be shared, by hours, among those who may work them.
    """
    nights = list(kinds)
    able = [bool(nights) and bool(np.isfinite(w.cost[:, nights]).any()) for w in workers]
    hours = sum(own for own, may in zip(most, able, strict=True) if may)
    if not weight or not hours:
        return tuple(workers)
    out = []
    for worker, own, may in zip(workers, most, able, strict=True):
        # Whole nights, rounded up: an even share costs nobody anything.
        share = math.ceil(duties * own / hours - 1e-9)
        excess = np.maximum(0, np.arange(len(worker.off) + 1) - share)
        end = weight * excess.astype(float) ** 2
        out.append(replace(worker, tally=frozenset(nights), tally_end=end) if may else worker)
    return tuple(out)
