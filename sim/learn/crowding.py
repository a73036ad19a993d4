"""Patience in a crowd: who stands in a longer queue for the same agents gives up sooner."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np

from sim.learn.arrays import Floats, Ints
from sim.learn.contacts import Contacts
from sim.learn.figures import DRAWS, Figure, bootstrap
from sim.learn.patience import Curve
from sim.learn.presence import Presence

__all__ = [
    "CROWD",
    "USUAL",
    "Crowding",
    "agents_at",
    "crowding_figure",
    "crowding_of",
    "queue_ahead",
]

#: Waiting contacts for each agent that a crowd is told by.
CROWD = 2.0

#: Fewer who gave up say nothing of a crowd.
_LEAST_LEFT = 500
_STEPS = 50
#: The power never lengthens patience in a crowd, nor makes it hopeless.
_POWERS = (0.0, 1.5)


@dataclass(frozen=True, slots=True)
class Crowding:
    """By how much the hazard of giving up is that of the usual curve: ``level * (1 + c) ** power``.

    Here ``c`` is the number who wait ahead for each agent when a contact comes.

    Parameters
    ----------
    level
        Where nobody waits ahead.
    power
        How it rises; 0 where patience does not depend on the queue.

    Examples
    --------
    >>> Crowding(0.5, 1.0).hazard(np.array([0.0, 3.0])).tolist()
    [0.5, 2.0]
    """

    level: float = 1.0
    power: float = 0.0

    def hazard(self, ahead: Floats) -> Floats:
        """Hazard over that of the usual curve, for so many ahead of each agent."""
        return np.asarray(self.level * (1 + ahead) ** self.power)


#: Patience that no queue shortens.
USUAL = Crowding()


def agents_at(contacts: Contacts, presence: Presence) -> Floats:
    """Agents who are there when each contact comes, one at least."""
    begun = np.searchsorted(np.sort(presence.start), contacts.time, side="right")
    ended = np.searchsorted(np.sort(presence.stop), contacts.time, side="right")
    return np.asarray(np.maximum(begun - ended, 1), float)


def queue_ahead(contacts: Contacts, wait: Floats, agents: Floats) -> Floats:
    """Contacts that wait when each one comes, for each agent who is there.

    Parameters
    ----------
    contacts
        Contacts, in order of arrival.
    wait
        How long each waited, in the log or in a replay [s].
    agents
        Agents who are there when each comes, as `agents_at` counts them.
    """
    waits = wait > 0
    gone = np.sort((contacts.time + wait)[waits])
    left = np.searchsorted(gone, contacts.time, side="right")
    return np.asarray(np.maximum(np.cumsum(waits) - waits - left, 0) / agents)


def crowding_of(contacts: Contacts, presence: Presence, curves: Mapping[str, Curve]) -> Crowding:
    """Estimate it: who gave up against whom the usual curves expect to, a Poisson regression.

    The hazard of each kind is its usual one times a factor that all share (proportional hazards:
    Cox 1972; fitted as counts against what is expected: Holford 1980).

    Parameters
    ----------
    contacts
        What happened.
    presence
        Who was there.
    curves
        Usual patience by kind, and of all together under ``""``.
    """
    data = _Waited.of(contacts, presence, curves)
    return USUAL if data is None else Crowding(*_regression(data.left, data.expected, data.ahead))


@dataclass(frozen=True, slots=True, eq=False)
class _Waited:
    """Of all who waited: whether they gave up, were expected to, and how many were ahead."""

    left: Floats
    expected: Floats
    ahead: Floats
    day: Ints

    @classmethod
    def of(
        cls, contacts: Contacts, presence: Presence, curves: Mapping[str, Curve]
    ) -> _Waited | None:
        """None where too few gave up, or nobody is known to have been there."""
        waited = contacts.wait > 0
        left = contacts.abandoned[waited].astype(float)
        if left.sum() < _LEAST_LEFT or not len(presence):
            return None
        expected = np.empty(int(waited.sum()))
        kinds, waits = contacts.kind[waited], contacts.wait[waited]
        for kind, name in enumerate(contacts.kinds):
            mine = kinds == kind
            still = curves.get(name, curves[""]).at(waits[mine])
            expected[mine] = -np.log(np.maximum(still, 1e-12))
        agents = agents_at(contacts, presence)
        ahead = np.log1p(queue_ahead(contacts, contacts.wait, agents)[waited])
        return cls(left, expected, ahead, contacts.day[waited])


def crowding_figure(
    contacts: Contacts,
    presence: Presence,
    curves: Mapping[str, Curve],
    found: Crowding,
    draws: int = DRAWS,
) -> Figure | None:
    """How many times as fast people leave with two ahead for each agent as with none.

    Each draw of days goes one step of Newton's from the estimate, which is as far as it matters.

    Parameters
    ----------
    contacts, presence, curves
        As `crowding_of` takes them.
    found
        What it found.
    draws
        How often days are drawn.

    Returns
    -------
    Figure or None
        None where a crowd makes no difference, or too few gave up to tell.
    """
    data = _Waited.of(contacts, presence, curves)
    if data is None or not found.power:
        return None
    mean = data.expected * found.level * np.exp(found.power * data.ahead)
    off = data.left - mean
    days, place = np.unique(data.day, return_inverse=True)

    def by_day(values: Floats) -> Floats:
        return np.bincount(place, values, len(days)).astype(float)

    slopes = by_day(off), by_day(off * data.ahead)
    curve = by_day(mean), by_day(mean * data.ahead), by_day(mean * data.ahead**2)

    def ratio(weights: Floats) -> float:
        a, b, c = (float(weights @ one) for one in curve)
        first, second = (float(weights @ one) for one in slopes)
        power = found.power + (a * second - b * first) / (a * c - b * b)
        return float((1 + CROWD) ** power)

    low, high = bootstrap(days, ratio, draws=draws)
    value = float((1 + CROWD) ** found.power)
    return Figure("crowding", value, low, high, round(float(data.left.sum())))


def _regression(left: Floats, expected: Floats, ahead: Floats) -> tuple[float, float]:
    """Newton's steps for the level and the power; the level alone where the power is at its end."""
    known = np.stack([np.ones(len(ahead)), ahead], axis=1)
    found = np.zeros(2)
    for _ in range(_STEPS):
        mean = expected * np.exp(np.clip(known @ found, -30, 30))
        slope = known.T @ (left - mean)
        curve = (known * mean[:, None]).T @ known + 1e-9 * np.eye(2)
        step = np.linalg.solve(curve, slope)
        found += np.clip(step, -1, 1)
        if np.abs(step).max() < 1e-9:
            break
    power = float(np.clip(found[1], *_POWERS))
    level = float(left.sum() / (expected * np.exp(power * ahead)).sum())
    return level, power
