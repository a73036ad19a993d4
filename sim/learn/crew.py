"""How many agents are there, by hour and by day, and what they do after a contact."""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from sim.learn.arrays import Floats, Ints
from sim.learn.contacts import DAY, HOUR, Contacts
from sim.learn.figures import DRAWS, Figure, ratio_figures
from sim.learn.presence import Presence, usual

__all__ = ["OCCUPANCY", "assumed", "crew_figures", "levels_of", "midnights", "per_hour"]

#: Share of their time in which agents are taken to be busy where nothing is known of them.
OCCUPANCY = 0.8


def midnights(contacts: Contacts, days: Ints) -> Floats:
    """When days began [s since 1970, UTC], by the clock of the contacts around them.

    Parameters
    ----------
    contacts
        Contacts of the period.
    days
        Dates, counted from 1970.
    """
    midnight = contacts.time - contacts.second
    at = np.minimum(np.searchsorted(contacts.day, days), len(contacts) - 1)
    return np.asarray(np.round((midnight[at] + (days - contacts.day[at]) * DAY) / 900) * 900)


def per_hour(contacts: Contacts, people: Presence, days: Ints) -> Floats:
    """Mean agents, [day, hour].

    Parameters
    ----------
    contacts, days
        As `midnights` takes them.
    people
        Who was there.
    """
    return np.array([people.mean(start, HOUR, 24) for start in midnights(contacts, days).tolist()])


def levels_of(contacts: Contacts, people: Presence) -> Floats:
    """Mean agents, [weekday, hour], Monday first; 0 on weekdays that the period has not.

    Parameters
    ----------
    contacts, people
        As `per_hour` takes them.
    """
    days = contacts.days
    present = per_hour(contacts, people, days)
    weekday = (days + 3) % 7
    return np.array(
        [
            present[weekday == day].mean(axis=0) if (weekday == day).any() else np.zeros(24)
            for day in range(7)
        ]
    )


def assumed(contacts: Contacts, levels: Floats | None = None) -> Presence:
    """Agents where a log neither says when they were there nor who served whom.

    Parameters
    ----------
    contacts
        The period.
    levels
        Mean agents, [weekday, hour]; None takes as many as were busy, over an occupancy of 80 %.
    """
    days = contacts.days
    starts = midnights(contacts, days)
    if levels is None:
        known = contacts.served & (contacts.handle > 0)
        start = contacts.taken[known]
        alone = np.full(len(start), -1)
        stop = start + contacts.handle[known]
        busy = Presence(start, stop, alone, np.zeros(len(start)), "busy")
        levels = levels_of(contacts, busy) / OCCUPANCY
    return replace(usual(levels, days, starts), how="assumed")


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
    spent = per_hour(contacts, people, days).sum(axis=1)
    found = ratio_figures(days, {"agent_hours": (spent, np.ones(len(days)))}, draws)
    times, on = wraps
    if len(times):
        sums = {"after_call_work": (times, np.ones(len(times)))}
        found |= ratio_figures(on, sums, draws)
    return found
