"""Pace: what agents and hours of the day make of handle times, learnt from those that are known."""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np

from sim.learn.arrays import Flags, Floats, Ints, Names
from sim.learn.contacts import HOUR, Contacts

__all__ = ["EVEN", "Pace", "pace_of"]

#: So many contacts of the usual length are added to those of an agent or an hour.
WEIGHT = 20.0
_ROUNDS = 4
#: Paces that differ less are one.
_STEP = 0.05
_BOUNDS = (0.2, 5.0)


@dataclass(frozen=True, slots=True, eq=False)
class Pace:
    """Handle times in terms of the usual ones.

    Parameters
    ----------
    names, agents
        Hashes of agents, rising, and how many times the usual time each takes.
    hours
        The same by hour of the day.

    Examples
    --------
    >>> pace = Pace(np.array([7, 9], np.uint64), np.array([0.5, 2.0]))
    >>> pace.of_agents(np.array([9, 8, 7], np.uint64)).tolist()
    [2.0, 1.0, 0.5]
    """

    names: Names = field(default_factory=lambda: np.zeros(0, np.uint64))
    agents: Floats = field(default_factory=lambda: np.zeros(0))
    hours: Floats = field(default_factory=lambda: np.ones(24))

    def of_hours(self, second: Ints) -> Floats:
        """What the hour makes of contacts at some seconds of the day."""
        return np.asarray(self.hours[second // HOUR])

    def of_agents(self, names: Names) -> Floats:
        """What agents make of their contacts; who is not known is as quick as usual."""
        if not len(self.names):
            return np.ones(len(names))
        at = np.minimum(np.searchsorted(self.names, names), len(self.names) - 1)
        return np.asarray(np.where(self.names[at] == names, self.agents[at], 1.0))

    def among(self, names: Names, time: Floats) -> Pace:
        """Pace in terms of what is usual among some agents, who are there for so long [s].

        Newcomers take their time at first, so that the months after have more agents that were
        slow, and contacts take no longer all the same: the usual handle time is steadier than
        the sum of its agents.
        """
        each = self.of_agents(names)
        usual = float(time.sum() / (time / each).sum()) if time.any() else 1.0
        return Pace(self.names, self.agents / usual, self.hours)

    def classes(self, names: Names) -> tuple[Floats, Ints]:
        """Paces that there are among agents, and which of them each has."""
        found = np.round(np.clip(self.of_agents(names), *_BOUNDS) / _STEP)
        paces, place = np.unique(found, return_inverse=True)
        return paces * _STEP, place


#: Nobody and no hour is quicker than another.
EVEN = Pace()


def pace_of(contacts: Contacts, known: Flags) -> Pace:
    """Estimate it: means of handle times over those of their kind, agents and hours in turn.

    Means are drawn to the usual pace by as many contacts as one would have to see to tell an
    agent from chance. Over all contacts the mean is about 1.

    Parameters
    ----------
    contacts
        What happened.
    known
        Which contacts have a handle time.
    """
    rows = known & (contacts.agent >= 0)
    if not len(contacts.names) or not rows.any():
        return EVEN
    agent, hour = contacts.agent[rows], contacts.second[rows] // HOUR
    kind, times = contacts.kind[rows], contacts.handle[rows]
    usual = np.bincount(kind, times) / np.maximum(np.bincount(kind), 1)
    over = times / usual[kind]
    agents, hours = np.ones(len(contacts.names)), np.ones(24)
    for _ in range(_ROUNDS):
        agents = _drawn(over / hours[hour], agent, len(agents))
        hours = _drawn(over / agents[agent], hour, 24)
    order = np.argsort(contacts.names)
    return Pace(contacts.names[order], agents[order], hours)


def _drawn(over: Floats, place: Ints, size: int) -> Floats:
    """Means by place, drawn to 1."""
    count = np.bincount(place, minlength=size)
    return np.asarray((np.bincount(place, over, size) + WEIGHT) / (count + WEIGHT))
