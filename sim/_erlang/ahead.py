"""How long a contact waits that meets so many others waiting, when services are exponential.

With j ahead, all agents busy and patience exponential (rate theta), places in the line are left at
rates n mu + i theta: exp(-theta V) is Beta(n mu / theta, j + 1) (Palm 1957). So the law of the
number met on arrival, whatever the arrivals are, gives every measure of the wait; all sums are of
positive terms.
"""

from __future__ import annotations

import math
from collections.abc import Callable

import numpy as np
from scipy import special

from sim._erlang.arrays import FloatArray
from sim._erlang.queue import Fates, WaitTotals

__all__ = ["waits_by_place"]

_ONE_TERM = 60.0
"""Patience times after which the first term of the series of Beta's law is all there is."""


def waits_by_place(
    no_wait: float, ahead: FloatArray, service_rate: float, leave_rate: float
) -> tuple[WaitTotals, Callable[[FloatArray], Fates]]:
    """Return what becomes of a contact.

    Parameters
    ----------
    no_wait
        Probability of meeting a free agent.
    ahead
        Probability of meeting no free agent and 0, 1, 2 ... contacts waiting.
    service_rate
        Rate at which all agents together finish contacts, above 0 [1/s].
    leave_rate
        Rate at which one waiting contact gives up, 0 for endless patience [1/s].
    """
    place = np.arange(1.0, ahead.size + 1.0)
    drain = service_rate + place * leave_rate
    nearer = drain - leave_rate
    stays = service_rate / drain
    regret = np.cumsum(place / drain) * leave_rate / drain
    waited_served = float(ahead @ (stays * np.cumsum(1.0 / drain)))
    abandoned = float(ahead @ (place * leave_rate / drain))
    values = {
        "blocking": 0.0,
        "accepted": 1.0,
        "no_wait": no_wait,
        "delayed": float(ahead.sum()),
        "served": no_wait + float(ahead @ stays),
        "abandoned": abandoned,
        "waited": float(ahead @ (place / drain)),
        "waited_virtual": float(ahead @ np.cumsum(1.0 / nearer)),
        "waited_served": waited_served,
        "waited_abandoned": float(ahead @ regret),
    }

    def by(awt: float) -> tuple[float, float, float, float, float]:
        cleared, left = _cleared(service_rate, place, leave_rate, awt, 0.0)
        stayed, _ = _cleared(service_rate, place, leave_rate, awt, 1.0)
        later = float(ahead @ left)
        answered = float(ahead @ (stays * stayed))
        gone = max(float(ahead @ cleared) - answered, 0.0) if leave_rate > 0 else 0.0
        elapsed = leave_rate * awt
        return (
            no_wait + float(ahead @ cleared),
            no_wait + answered,
            gone - math.expm1(-elapsed) * later,
            later,
            math.exp(-elapsed) * later,
        )

    def fates(awt: FloatArray) -> Fates:
        return Fates(*np.array([by(float(time)) for time in awt]).reshape(-1, 5).T)

    return WaitTotals(**{name: np.array([value]) for name, value in values.items()}), fates


def _cleared(
    service_rate: float, place: FloatArray, leave_rate: float, awt: float, extra: float
) -> tuple[FloatArray, FloatArray]:
    """Probability that the line up to a place has cleared by `awt`, and that it has not.

    `extra` is 1 for a contact that must itself stay until then.
    """
    if leave_rate == 0.0:
        work = service_rate * awt
        return special.gammainc(place, work), special.gammaincc(place, work)
    c, elapsed = service_rate / leave_rate + extra, leave_rate * awt
    if elapsed < math.log(2.0):
        gone = -math.expm1(-elapsed)
        return special.betainc(place, c, gone), special.betaincc(place, c, gone)
    if elapsed < _ONE_TERM:
        left = math.exp(-elapsed)
        return special.betaincc(c, place, left), special.betainc(c, place, left)
    # The exponential underflows far out, while its power c does not.
    rest = np.exp(-c * elapsed - math.log(c) - special.betaln(c, place))
    return 1.0 - rest, rest
