"""How many agents are there, by hour and by day, and what they do after a contact."""

from __future__ import annotations

from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

import numpy as np

from sim.learn.arrays import Floats, Ints
from sim.learn.contacts import DAY, HOUR, Contacts
from sim.learn.figures import DRAWS, Figure, ratio_figures
from sim.learn.presence import Presence, layered

__all__ = [
    "OCCUPANCY",
    "assumed",
    "at_least",
    "crew_figures",
    "hour_edges",
    "levels_of",
    "per_hour",
]

#: Share of their time in which agents are taken to be busy where nothing is known of them.
OCCUPANCY = 0.8
#: Two contacts that overlap by less are not two agents: logs have whole seconds [s].
_OVERLAP = 2.0
#: From one contact that is taken to the next, somebody is there if it is so soon [s].
_SOON = HOUR
_EPOCH = datetime(1970, 1, 1)


def hour_edges(contacts: Contacts, days: Ints) -> Floats:
    """When the hours of days begin by the clock of the centre, and when the last one ends.

    Parameters
    ----------
    contacts
        Contacts of the period.
    days
        Dates, counted from 1970.

    Returns
    -------
    ndarray
        [day, 25], seconds since 1970, UTC. Where clocks change an hour has no length, or twice
        its own.
    """
    zone = ZoneInfo(contacts.timezone)

    def instant(day: int, hour: int = 0) -> float:
        return (_EPOCH + timedelta(days=day, hours=hour)).replace(tzinfo=zone).timestamp()

    begins = np.array([instant(day) for day in days.tolist()])
    found = begins[:, None] + HOUR * np.arange(25.0)
    found[:, -1] = [instant(day + 1) for day in days.tolist()]
    for row in np.flatnonzero(found[:, -1] - begins != DAY).tolist():
        found[row, :-1] = [instant(int(days[row]), hour) for hour in range(24)]
    return np.asarray(np.maximum.accumulate(found, axis=1))


def per_hour(contacts: Contacts, people: Presence, days: Ints) -> Floats:
    """Mean agents, [day, hour].

    Parameters
    ----------
    contacts, days
        As `hour_edges` takes them.
    people
        Who was there.
    """
    edges = hour_edges(contacts, days)
    return np.asarray(np.diff(people.spent(edges)) / np.maximum(np.diff(edges), 1.0))


def levels_of(contacts: Contacts, people: Presence) -> Floats:
    """Mean agents, [weekday, hour], Monday first; 0 on weekdays that the period has not.

    Parameters
    ----------
    contacts, people
        As `per_hour` takes them.
    """
    edges = hour_edges(contacts, contacts.days)
    spent, width = np.zeros((7, 24)), np.zeros((7, 24))
    weekday = (contacts.days + 3) % 7
    np.add.at(spent, weekday, np.diff(people.spent(edges)))
    np.add.at(width, weekday, np.diff(edges))
    return np.asarray(spent / np.maximum(width, 1.0))


def at_least(contacts: Contacts) -> Floats:
    """Agents that must have been there, [weekday, hour]: one, as long as contacts are taken.

    Where each of many has few contacts, the time between two of one agent tells little of whether
    he was there. Somebody was, from one contact that was taken to the next, if that was soon.

    Parameters
    ----------
    contacts
        The period.
    """
    known = np.flatnonzero(contacts.served & (contacts.handle > 0))
    rows = known[np.argsort(contacts.taken[known], kind="stable")]
    start = contacts.taken[rows]
    stop = np.maximum.accumulate(start + contacts.handle[rows])
    begins = np.ones(len(rows), bool)
    begins[1:] = start[1:] - stop[:-1] > _SOON
    at = np.flatnonzero(begins)
    ends = np.append(stop[at[1:] - 1], stop[-1:])
    nobody = np.zeros(len(at))
    return levels_of(contacts, Presence(start[at], ends, np.full(len(at), -1), nobody, "open"))


def assumed(contacts: Contacts, levels: Floats | None = None, *, at_once: bool = True) -> Presence:
    """Agents where a log neither says when they were there nor who served whom: whole people.

    Parameters
    ----------
    contacts
        The period.
    levels
        Mean agents, [weekday, hour]; None takes as many as were busy in that hour of the week,
        over an occupancy of 80 %.
    at_once
        Whether there are as many, at least, as were busy at once in each hour; not where contacts
        are drawn from sums.
    """
    days = contacts.days
    edges = hour_edges(contacts, days)
    known = contacts.served & (contacts.handle > 0)
    start = contacts.taken[known]
    alone = np.full(len(start), -1)
    busy = Presence(start, start + contacts.handle[known], alone, np.zeros(len(start)), "busy")
    mean = levels_of(contacts, busy) / OCCUPANCY if levels is None else levels
    agents = np.ceil(np.round(mean, 6))[(days + 3) % 7]
    if levels is None and at_once:
        agents = np.maximum(agents, _most_at_once(busy, edges))
    widths = np.diff(edges)
    return layered(edges[:, :-1].ravel(), widths.ravel(), agents.ravel(), "assumed")


def _most_at_once(people: Presence, edges: Floats) -> Floats:
    """The greatest number there at once in each hour, [day, hour]."""
    stop = np.maximum(people.stop - _OVERLAP, people.start)
    moments = np.concatenate([stop, people.start, edges.ravel()])
    change = np.repeat([-1, 1, 0], [len(stop), len(stop), edges.size])
    order = np.argsort(moments, kind="stable")  # who ends makes room for who begins
    hour = np.searchsorted(edges.ravel(), moments[order], side="right") - 1
    most = np.zeros(edges.size + 1)
    np.maximum.at(most, hour, np.cumsum(change[order]))
    return np.asarray(most[:-1].reshape(edges.shape)[:, :-1])


def crew_figures(
    contacts: Contacts, people: Presence, wraps: tuple[Floats, Ints], draws: int = DRAWS
) -> dict[str, Figure]:
    """Hours of agents in a day, and their work after a contact, with intervals.

    Parameters
    ----------
    contacts, people
        As `per_hour` takes them.
    wraps
        Work after contacts and the days of it, as `sim.learn.presence.wrap_up` finds it [s].
    draws
        How often days are drawn.
    """
    days = contacts.days
    spent = np.diff(people.spent(hour_edges(contacts, days)[:, [0, -1]]))[:, 0] / HOUR
    found = ratio_figures(days, {"agent_hours": (spent, np.ones(len(days)))}, draws)
    times, on = wraps
    if len(times):
        sums = {"after_call_work": (times, np.ones(len(times)))}
        found |= ratio_figures(on, sums, draws)
    return found
