"""Who is there when a log is played again, and what becomes of those who wait for nobody."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime
from zoneinfo import ZoneInfo

import numpy as np

from sim.learn.contacts import DAY, Contacts
from sim.learn.patience import Curve
from sim.learn.presence import Presence
from sim.learn.replay import Model, replay

MONDAY = datetime(2026, 3, 2, tzinfo=UTC).timestamp()


def served(time: Sequence[float], handle: float, zone: str = "UTC") -> Contacts:
    """Contacts that were answered at once by nobody knows whom; times are seconds since 1970."""
    n, clock = len(time), [datetime.fromtimestamp(at, ZoneInfo(zone)) for at in time]
    no, zero = np.zeros(n, bool), np.zeros(n, np.int64)
    return Contacts(
        time=np.array(time, float),
        day=np.array([at.date().toordinal() - datetime(1970, 1, 1).toordinal() for at in clock]),
        second=np.array([at.hour * 3600 + at.minute * 60 + at.second for at in clock]),
        kinds=("voice/",),
        kind=zero,
        priority=zero,
        wait=np.zeros(n),
        queued=no,
        served=~no,
        abandoned=no,
        handle=np.full(n, handle),
        agent=zero - 1,
        caller=zero - 1,
    )


def there(start: Sequence[float], length: float) -> Presence:
    """An agent for each start."""
    begin, n = np.array(start, float), len(start)
    return Presence(begin, begin + length, np.full(n, -1), np.zeros(n), "logged")


def test_nobody_waits_until_agents_come_next_morning_nor_for_ever() -> None:
    # An agent is there for a minute on each of two mornings; no customer ever gives up.
    some = served([MONDAY, MONDAY + 50, MONDAY + DAY, MONDAY + DAY + 200], 100.0)
    patient = Curve(np.zeros(0), np.zeros(0), 0.0, 0, 0)
    model = Model({"": patient}, {"": np.array([100.0])}, 0.0)

    found = replay(some, there([MONDAY, MONDAY + DAY], 60.0), model, as_handled=True)

    assert found.served.tolist() == [True, False, True, False]
    assert not found.abandoned.any()
    assert found.wait.tolist() == [0, 10, 0, 0]
