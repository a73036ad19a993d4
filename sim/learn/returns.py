"""Who comes again: after giving up, and after having been served."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from sim.learn.arrays import Flags, Floats
from sim.learn.contacts import DAY, HOUR, Contacts

__all__ = ["REPEAT_DAYS", "SPANS", "WITHIN", "Returns", "next_delay", "return_sums", "returns_of"]

#: Spans in which somebody is said to have come again [s].
WITHIN = (600.0, float(HOUR), float(DAY))
#: Days within which another contact counts as a repeat of the first.
REPEAT_DAYS = 7
#: How the spans are called in the names of figures.
SPANS = {600.0: "10m", float(HOUR): "1h", float(DAY): "1d", float(REPEAT_DAYS * DAY): "7d"}


@dataclass(frozen=True, slots=True)
class Returns:
    """Callers that are known by name; how many come again stands among the figures.

    Parameters
    ----------
    abandoned, served
        Contacts of known callers that ended so.
    repeat_delay
        Mean time until the served came again, of those who did within seven days [s]; nan of
        nobody.
    """

    abandoned: int
    served: int
    repeat_delay: float


def next_delay(contacts: Contacts) -> Floats:
    """Time from the end of each contact to the next of the same caller; infinite without one [s].

    Nan where the caller is not known.
    """
    handled = np.where(contacts.served, np.nan_to_num(contacts.handle), 0.0)
    end = contacts.taken + handled
    order = np.lexsort((contacts.time, contacts.caller))
    caller = contacts.caller[order]
    found = np.full(len(contacts), np.inf)
    same = np.flatnonzero(caller[1:] == caller[:-1])
    found[order[same]] = np.maximum(contacts.time[order[same + 1]] - end[order[same]], 0.0)
    found[contacts.caller < 0] = np.nan
    return found


def return_sums(contacts: Contacts, delay: Floats) -> dict[str, tuple[Flags, Flags]]:
    """Who came again within each span, and of whom: those whose span the log does not cut off.

    Parameters
    ----------
    contacts
        What happened.
    delay
        As `next_delay` gives it.
    """
    left = float(contacts.time.max()) - contacts.time
    known = contacts.caller >= 0
    ends = {"redials": known & contacts.abandoned, "repeats": known & contacts.served}
    found = {}
    for name, of in ends.items():
        for within in (*WITHIN, float(REPEAT_DAYS * DAY)):
            rows = of & (left >= within)
            found[f"{name}_{SPANS[within]}"] = rows & (delay <= within), rows
    return found


def returns_of(contacts: Contacts) -> Returns | None:
    """Callers who are known, and when they come again; None where there are none."""
    known = contacts.caller >= 0
    if not known.any():
        return None
    gone, served = known & contacts.abandoned, known & contacts.served
    delay = next_delay(contacts)
    again = served & (delay <= REPEAT_DAYS * DAY)
    later = float(delay[again].mean()) if again.any() else float("nan")
    return Returns(int(gone.sum()), int(served.sum()), later)
