"""Who is there when a log is played again, and what becomes of those who wait for nobody."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, datetime
from zoneinfo import ZoneInfo

import numpy as np
import pytest

from sim.learn.contacts import DAY, Contacts
from sim.learn.crew import assumed, at_least, hour_edges, levels_of
from sim.learn.patience import Curve
from sim.learn.presence import Presence, usual
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
        timezone=zone,
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

    people = there([MONDAY, MONDAY + DAY], 60.0)
    found = replay(some, people, model, as_handled=True)

    assert found.served.tolist() == [True, False, True, False]
    assert not found.abandoned.any()
    assert found.wait.tolist() == [0, 10, 0, 0]
    # An e-mail is there in the morning.
    found = replay(replace(some, kinds=("email/",)), people, model, as_handled=True)
    assert found.served.tolist() == [True, True, False, False]
    assert found.wait[1] == DAY - 50


def test_agents_who_are_assumed_can_do_what_was_done() -> None:
    # From nine on three calls at once, then one after the other until eleven; from twelve on one.
    time = [0, 0, 0, *range(600, 7200, 300), 10_900]
    some = served([MONDAY + 9 * 3600 + at for at in time], 250.0)
    people = assumed(some)

    assert levels_of(some, people)[0, 8:14].tolist() == [0, 3, 2, 0, 1, 0]
    model = Model({"": Curve(np.zeros(0), np.zeros(0), 0.0, 0, 0)}, {"": np.array([250.0])}, 0.0)
    assert replay(some, people, model, as_handled=True).wait.max() == 0
    # Of contacts that are drawn from sums none were seen at once.
    assert levels_of(some, assumed(some, at_once=False))[0, 8:14].tolist() == [0, 2, 2, 0, 1, 0]


def test_somebody_is_there_from_one_contact_to_the_next_if_that_is_soon() -> None:
    # Twelve calls from nine to half past eleven, then one alone in the afternoon.
    time = [9 * 3600 + at for at in (*range(0, 8400, 700), 6 * 3600)]
    levels = at_least(served([MONDAY + at for at in time], 100.0))[0]

    assert levels[9:11].tolist() == [1, 1]
    assert levels[11] == pytest.approx((500 + 100) / 3600)
    assert levels[15] == pytest.approx(100 / 3600)
    assert levels.sum() == pytest.approx((7700 + 100 + 100) / 3600)


@pytest.mark.parametrize("day", [datetime(2026, 3, 29), datetime(2026, 10, 25)])
def test_hours_of_agents_go_by_the_clock_on_days_when_it_is_changed(day: datetime) -> None:
    zone = ZoneInfo("Europe/Berlin")
    midnight = day.replace(tzinfo=zone).timestamp()
    some = served(np.arange(midnight, midnight + 22 * 3600, 600.0).tolist(), 60.0, zone.key)
    people = there([day.replace(hour=9, tzinfo=zone).timestamp()], 8 * 3600.0)

    levels = levels_of(some, people)[6]
    assert np.flatnonzero(levels).tolist() == list(range(9, 17))
    assert levels[9:17].tolist() == [1] * 8
    usually = usual(levels_of(some, people), some.days, hour_edges(some, some.days))
    assert [usually.start.tolist(), usually.stop.tolist()] == [
        people.start.tolist(),
        people.stop.tolist(),
    ]
