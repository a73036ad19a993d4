"""Counts and measures: each defined once, tied to each other, equal to a slow count."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from full_days import seeded_full_day
from hypothesis import given, settings
from hypothesis import strategies as st
from naive_tally import NaiveTally
from numpy.typing import NDArray
from workloads import UNCOMPILED, Day, calls, days, seeded_day, team

from sim.engine import ENGINES, Outcome, Status
from sim.engine.contract import CLOCK_LIMIT, MILLION, NEVER, NONE
from sim.errors import InvariantBroken
from sim.metrics import (
    BINS,
    MEASURES,
    MISSED,
    RULES,
    Count,
    Lens,
    Presence,
    Tally,
    Waited,
    Work,
    check_ledger,
    measure_names,
    parts,
    service_level,
    tally,
    wait_counts,
)
from sim.metrics.virtual import DIGITS, in_order

pytestmark = pytest.mark.kernel

# Compiled code counts all of them; its lines are all reached by a third.
SHARE = 3 if UNCOMPILED else 1

Floats = NDArray[np.float64]
FIELDS = ("contacts", "work", "presence", "virtual")


def lens(
    channels: int = 1, groups: int = 1, *, before: int = 0, within: int = 1, slot: int = 1000
) -> Lens:
    return Lens(
        before,
        within,
        slot,
        awt=np.full(channels, 20),
        grace=np.full(channels, 5),
        increment=np.full(groups, 1),
    )


def counted(day: Day, view: Lens) -> Tally:
    return tally(*day, played(day), view)


def played(day: Day) -> Outcome:
    return ENGINES["reference"](*day)


def whole(day: Day) -> Lens:
    """A lens that sees all of a day, and some time after it."""
    outcome = played(day)
    moments = [
        0,
        *outcome.arrival + outcome.wait,
        *outcome.left,
        *day[1].end,
        *(outcome.arrival + outcome.wait + 100),
    ]
    return lens(day[0].queues, day[1].groups, slot=2 * int(max(moments)) + 1000)


@st.composite
def lenses(draw: st.DrawFn, channels: int, groups: int) -> Lens:
    def several(size: int, low: int, high: int) -> NDArray[np.int64]:
        return np.array(
            draw(st.lists(st.integers(low, high), min_size=size, max_size=size)), np.int64
        )

    before, within, slot = (draw(st.integers(*span)) for span in ((0, 3), (1, 6), (1, 70)))
    return Lens(
        before,
        within,
        slot,
        several(channels, 0, 30),
        several(channels, 0, 10),
        several(groups, 1, 9),
    )


# --- the slow twin -------------------------------------------------------------------------------


def assert_same(found: Tally, expected: Tally) -> None:
    for name in FIELDS:
        one, other = getattr(found, name), getattr(expected, name)
        np.testing.assert_allclose(one, other, rtol=1e-12, atol=1e-12, err_msg=name)


@settings(max_examples=settings().max_examples // SHARE)
@given(st.data())
def test_counting_in_one_pass_is_counting_one_by_one(data: st.DataObject) -> None:
    day = data.draw(days())
    view = data.draw(lenses(day[0].queues, day[1].groups))
    outcome = played(day)

    assert_same(tally(*day, outcome, view), NaiveTally(*day, outcome, view).counted())


@pytest.mark.parametrize("seed", range(60 // SHARE))
def test_counting_agrees_on_full_days(seed: int) -> None:
    day, rng = seeded_day(seed), np.random.default_rng(seed)
    channels, groups = day[0].queues, day[1].groups
    view = Lens(
        int(rng.integers(0, 3)),
        int(rng.integers(1, 7)),
        int(rng.integers(2, 60)),
        rng.integers(0, 30, channels),
        rng.integers(0, 10, channels),
        rng.integers(1, 9, groups),
    )
    outcome = played(day)

    assert_same(tally(*day, outcome, view), NaiveTally(*day, outcome, view).counted())


@pytest.mark.parametrize("seed", range(30 // SHARE))
def test_days_of_the_full_model_can_be_counted(seed: int) -> None:
    work, crew = seeded_full_day(seed)
    outcome = played((work, crew))
    moments = np.concatenate([outcome.arrival + outcome.wait, outcome.left, crew.end, [0]])
    view = lens(work.queues, crew.groups, slot=2 * int(moments.max()) + 1000)
    counts = tally(work, crew, outcome, view)

    by_agent, here = outcome.agent != NONE, outcome.began != NONE
    assert counts.work[..., Work.SERVED].sum() == by_agent.sum()
    assert counts.contacts[..., Count.SERVED].sum() == (outcome.status == Status.SERVED).sum()
    logged = (outcome.left - outcome.began)[here].sum() / 1000
    assert counts.presence[..., Presence.LOGGED].sum() == pytest.approx(logged)
    # Several contacts at once, and who stays with one that is passed on, are busy once.
    assert counts.presence[..., Presence.BUSY].sum() == pytest.approx(outcome.busy.sum() / 1000)


@pytest.mark.parametrize("seed", range(SHARE - 1, 40, SHARE))
def test_counts_of_any_day_hold_together(seed: int) -> None:
    for day in (seeded_day(seed), seeded_full_day(seed)):
        check_ledger(counted(day, whole(day)))


@pytest.mark.parametrize(
    ("table", "column", "said"),
    [
        ("contacts", Count.OFFERED, "came in"),
        ("contacts", Count.ANSWERED_WITHIN, "a part"),
        ("contacts", Count.CLIENTS_SERVED, "a part"),
        ("presence", Presence.BUSY, "busy"),
    ],
)
def test_counts_that_contradict_each_other_are_seen(table: str, column: int, said: str) -> None:
    day = seeded_day(1)
    found = counted(day, whole(day))
    getattr(found, table)[0, 0, column] += 1_000_000

    with pytest.raises(InvariantBroken, match=said):
        check_ledger(found)


def test_two_chats_at_once_keep_an_agent_busy_once() -> None:
    """From 10 to 50 and from 20 to 70, in slots of 30: 20 s, 30 s and 10 s of presence."""
    chats = calls([10_000, 20_000], [40_000, 50_000])
    crew = team([(0, 90_000)], concurrency=[[2]], speed=[[MILLION, MILLION]])

    found = counted((chats, crew), lens(1, 1, within=3, slot=30_000)).presence[0]

    assert found[:, Presence.BUSY].tolist() == [20.0, 30.0, 10.0]


# --- ledgers -------------------------------------------------------------------------------------


@settings(max_examples=30 // SHARE)
@given(days())
def test_every_attempt_is_counted_once(day: Day) -> None:
    view, outcome = whole(day), played(day)
    total = tally(*day, outcome, view).contacts.sum(axis=(0, 1))
    queued = total[[Count.SERVED, Count.ABANDONED, Count.WAITING]].sum()

    assert total[Count.OFFERED] == queued
    assert queued + total[[Count.BLOCKED, Count.CLOSED]].sum() == (outcome.status > 0).sum()


@pytest.mark.parametrize("seed", range(10))
def test_whoever_came_was_served_called_back_or_missed_in_one_way(seed: int) -> None:
    for day in (seeded_day(seed), seeded_full_day(seed)):
        total = counted(day, whole(day)).contacts.sum(axis=(0, 1))
        came = total[[Count.OFFERED, Count.BLOCKED, Count.CLOSED]].sum()

        assert total[[Count.SERVED, Count.CALLED_BACK, *MISSED]].sum() == came


@settings(max_examples=30 // SHARE)
@given(days())
def test_what_groups_did_is_what_contacts_got(day: Day) -> None:
    found = counted(day, whole(day))
    by_group = found.work.sum(axis=1)

    np.testing.assert_array_equal(by_group[..., Work.SERVED], found.contacts[..., Count.SERVED])
    np.testing.assert_allclose(by_group[..., Work.TALK], found.contacts[..., Count.TALK])
    np.testing.assert_allclose(by_group[..., Work.ACW], found.contacts[..., Count.ACW])


@settings(max_examples=30 // SHARE)
@given(days())
def test_clients_are_first_attempts(day: Day) -> None:
    workload, outcome = day[0], played(day)
    found = counted(day, whole(day)).contacts.sum(axis=(0, 1))
    first = outcome.status[: workload.fresh]

    assert found[Count.CLIENTS] == np.sum(first != 4)
    assert found[Count.CLIENTS_CLOSED] == np.sum(first == 4)
    assert found[Count.CLIENTS_WITHIN] <= found[Count.CLIENTS_SERVED] <= found[Count.CLIENTS]
    assert found[Count.CLIENTS_SERVED] == found[Count.SERVED]  # each is served once at most
    waits = found[[Count.WAIT_SERVED, Count.WAIT_ABANDONED]].sum()
    assert found[Count.CLIENT_WAIT] == pytest.approx(waits)


@pytest.mark.parametrize("seed", range(SHARE - 1, 40, SHARE))
def test_the_ledger_of_calls_ties_to_the_ledger_of_clients(seed: int) -> None:
    """Of the whole model: a call is a client's first, or one that another call has led to."""
    work, crew = seeded_full_day(seed)
    outcome = played((work, crew))
    total = tally(work, crew, outcome, whole((work, crew))).contacts.sum(axis=(0, 1))
    fates = (
        *(Count.SERVED, Count.ABANDONED, Count.BLOCKED, Count.CLOSED, Count.WAITING),
        *(Count.CALLED_BACK, Count.DISMISSED),
    )
    links = (work.after_abandon, work.after_busy, work.escalation, work.repeat, work.callback)
    led_to = {int(row) for link in links for row in link if row != NONE}
    made = {int(row) for row in np.flatnonzero(outcome.status)}

    calls_made, clients = total[[*fates]].sum(), total[Count.CLIENTS] + total[Count.CLIENTS_CLOSED]
    assert (calls_made, clients) == (len(made), len(made - led_to))
    assert calls_made - clients == len(made & led_to)
    waits = total[[Count.WAIT_SERVED, Count.WAIT_ABANDONED, Count.WAIT_LEFT]].sum()
    assert waits == pytest.approx(outcome.wait.sum() / 1000)


@settings(max_examples=30 // SHARE)
@given(days())
def test_busy_time_is_what_the_engine_says(day: Day) -> None:
    outcome = played(day)
    found = tally(*day, outcome, whole(day)).presence.sum(axis=(0, 1))

    assert found[Presence.BUSY] == pytest.approx(outcome.busy.sum() / 1000)
    assert found[Presence.LOGGED] == pytest.approx((outcome.left - day[1].start).sum() / 1000)
    assert found[Presence.OVERRUN] == pytest.approx((outcome.left - day[1].end).sum() / 1000)
    assert found[Presence.BUSY] <= found[Presence.LOGGED] + 1e-9


@settings(max_examples=30 // SHARE)
@given(st.data())
def test_slots_add_up_however_they_are_cut(data: st.DataObject) -> None:
    day = data.draw(days())
    channels, groups, slot = day[0].queues, day[1].groups, 12
    fine = counted(day, lens(channels, groups, within=20, slot=slot))
    coarse = counted(day, lens(channels, groups, within=5, slot=4 * slot))
    for name in ("contacts", "work", "presence"):
        cells = getattr(fine, name)
        folded = cells.reshape(*cells.shape[:-2], 5, 4, cells.shape[-1]).sum(axis=-2)
        np.testing.assert_allclose(folded, getattr(coarse, name), atol=1e-12)
    np.testing.assert_array_equal(fine.virtual, coarse.virtual)


def test_the_queue_holds_as_many_as_littles_law_says() -> None:
    rng = np.random.default_rng(5)
    due = np.sort(rng.integers(0, 100_000, 300))
    day = (
        calls(due.tolist(), rng.integers(1, 2000, 300), patience=rng.integers(1, 3000, 300)),
        team([(0, 200_000)] * 2),
    )
    outcome = played(day)
    found = tally(*day, outcome, lens(within=1, slot=200_000)).contacts[0, 0]
    left = outcome.arrival + outcome.wait
    came, went = (np.bincount(ticks, minlength=200_000) for ticks in (outcome.arrival, left))
    queue = int(np.cumsum(came - went)[:200_000].sum())

    assert found[Count.WAIT_SERVED] + found[Count.WAIT_ABANDONED] == pytest.approx(queue / 1000)


# --- by hand -------------------------------------------------------------------------------------

# One agent from 0 to 100, calls of 30 with 2 of work after; who waits has patience 25 or 4.
BY_HAND: Day = (
    calls([0, 10, 20, 90], 30, acw=2, patience=[25, 25, 4, 99]),
    team([(0, 100)]),
)


def test_a_day_counted_by_hand() -> None:
    found = counted(BY_HAND, lens(slot=200)).contacts[0, 0]
    expected = {
        Count.OFFERED: 4,
        Count.SERVED: 3,
        Count.ANSWERED_WITHIN: 2,  # at once, and the last; the second waited 22
        Count.ABANDONED: 1,
        Count.ABANDONED_WITHIN: 1,
        Count.SHORT_ABANDONS: 1,
        Count.DELAYED: 2,
        Count.WAIT_SERVED: 0.022,
        Count.WAIT_ABANDONED: 0.004,
        Count.TALK: 0.09,
        Count.ACW: 0.006,
        Count.CLIENTS: 4,
        Count.CLIENTS_SERVED: 3,
        Count.CLIENTS_WITHIN: 2,
        Count.CLIENT_WAIT: 0.026,
    }

    assert {count: round(float(found[count]), 9) for count in expected} == expected
    assert not found[[Count.BLOCKED, Count.CLOSED, Count.WAITING]].any()


def test_work_beyond_the_end_of_a_shift_is_overrun() -> None:
    found = counted(BY_HAND, lens(within=2, slot=100)).presence[0]

    np.testing.assert_allclose(found[:, Presence.LOGGED], [0.1, 0.022])
    np.testing.assert_allclose(found[:, Presence.BUSY], [0.074, 0.022])
    np.testing.assert_allclose(found[:, Presence.OVERRUN], [0, 0.022])


def test_contacts_are_billed_in_full_increments() -> None:
    day = calls([0, 10, 20], [1, 10, 11]), team([(0, 100)])
    view = Lens(0, 1, 100, np.array([0]), np.array([0]), increment=np.array([10]))

    assert counted(day, view).work[0, 0, 0, Work.BILLED] == pytest.approx((10 + 10 + 20) / 1000)


def test_contacts_of_the_warm_up_and_the_wrap_up_are_not_counted_but_their_work_is() -> None:
    day = calls([5, 15, 25], 8), team([(0, 40)])
    found = counted(day, lens(before=1, within=1, slot=10))

    assert found.contacts[0, 0, Count.OFFERED] == 1
    assert found.presence[0, 0, Presence.BUSY] == pytest.approx((3 + 5) / 1000)


def test_what_a_patient_customer_would_see_counts_the_abandoned_as_unknown() -> None:
    day = calls([0, 0, 0], [10, 10, 10], patience=[99, 5, 99]), team([(0, 100)])
    view = Lens(0, 1, 100, np.array([10]), np.array([0]), np.array([1]))

    # One of three at once; of the two at risk one leaves at 5; the other is served at 10.
    assert counted(day, view).virtual[0] == pytest.approx(1)


def test_the_deadline_of_mail_that_comes_at_night_counts_from_the_morning() -> None:
    crew = team([(0, 9000), (52_000, 90_000)], hours=[[(0, 10_000), (50_000, 90_000)]], accepts=1)
    day = calls([5000, 20_000, 20_000], handle=3000), crew
    view = replace(lens(slot=100_000), deadline=np.array([2000]))

    mail = counted(day, view).contacts[0, 0]
    assert mail[Count.CLOSED] == 0
    assert mail[Count.SERVED] == mail[Count.WITH_DEADLINE] == 3
    assert mail[Count.IN_DEADLINE] == 2  # two seconds of the morning, then five


def test_what_a_machine_serves_takes_time_and_is_work_of_no_group() -> None:
    bot = team([(0, 90_000)], preference=[[NONE], [0]], machine=[1, 0])
    day = calls([0, 1, 0], [30_000, 40_000, 8000], queue=[0, 0, 1], queues=2, fresh=2)
    work = replace(
        day, escalation=np.array([2, NONE, NONE], np.int32), escalation_mark=np.zeros(3, np.int32)
    )

    found = counted((work, bot), lens(2, slot=90_000))
    over, under = parts(found.contacts)
    aht = measure_names().index("aht")
    assert (over[:, 0, aht] / under[:, 0, aht]).tolist() == [35, 8]
    assert found.work[0].sum() == 0
    assert found.work[1, 0, 0, Work.TALK] == found.presence[0, 0, Presence.BUSY] == 8


def test_who_is_answered_beyond_the_clock_waited_for_the_longest_of_times() -> None:
    late = team([(CLOCK_LIMIT - 2, CLOCK_LIMIT - 1)], ring=CLOCK_LIMIT - 1)
    day = calls([0, 5], patience=[NEVER, 9000]), late
    outcome = played(day)
    assert outcome.wait.max() > CLOCK_LIMIT

    counts = wait_counts(day[0], outcome, lens())
    assert counts.shape == (1, len(Waited), BINS)
    assert counts[0, Waited.SERVED, BINS - 1] == 1
    assert counts[0, Waited.ABANDONED, :-1].sum() == 1
    assert counts.sum() == 2


def test_nobody_came_means_nothing_is_known() -> None:
    assert np.isnan(counted((calls([]), team()), lens()).virtual[0])


# --- measures ------------------------------------------------------------------------------------


def cell(**counts: float) -> Floats:
    row = np.zeros(len(Count))
    for name, value in counts.items():
        row[Count[name]] = value
    return row


DAY = cell(
    OFFERED=100,
    SERVED=80,
    ANSWERED_WITHIN=60,
    ABANDONED=18,
    ABANDONED_WITHIN=9,
    SHORT_ABANDONS=8,
    BLOCKED=10,
    CLOSED=40,
    WAITING=2,
    DELAYED=50,
    WAIT_SERVED=1600,
    WAIT_ABANDONED=540,
    TALK=16_000,
    ACW=2_400,
    CLIENTS=90,
    CLIENTS_SERVED=72,
    CLIENTS_WITHIN=45,
    CLIENT_WAIT=1800,
    CLIENTS_RESOLVED=70,
    CLIENT_ATTEMPTS=99,
    CALLED_BACK=5,
    WITH_DEADLINE=50,
    IN_DEADLINE=40,
)
EXPECTED = {
    "service_level_offered": 0.60,
    "service_level_answered": 0.75,
    "service_level_excluding_short_abandons": 60 / 92,
    "service_level_including_short_abandons": 0.68,
    "abandonment": 0.18,
    "blocking": 10 / 110,
    "missed": 70 / 150,
    "delayed": 0.5,
    "asa": 20,
    "mean_wait": 2140 / 98,
    "mean_wait_abandoned": 30,
    "aht": 230,
    "client_served": 0.8,
    "client_service_level": 0.5,
    "client_wait": 20,
    "client_resolved": 70 / 90,
    "client_attempts": 1.1,
    "called_back": 0.05,
    "in_deadline": 0.8,
}


def test_every_measure_is_the_ratio_that_its_words_say() -> None:
    over, under = parts(DAY)
    found = dict(zip(measure_names(), over / under, strict=True))

    assert found == pytest.approx(EXPECTED)


def test_measures_of_many_cells_are_those_of_each() -> None:
    cells = np.arange(3 * 4 * len(Count), dtype=float).reshape(3, 4, -1)
    over, under = parts(cells)

    for place in np.ndindex(3, 4):
        np.testing.assert_array_equal(over[place], parts(cells[place])[0])
        np.testing.assert_array_equal(under[place], parts(cells[place])[1])


def test_every_measure_has_a_name_a_unit_and_a_meaning() -> None:
    assert all(name == measure.name and measure.meaning for name, measure in MEASURES.items())
    assert {measure.unit for measure in MEASURES.values()} == {"share", "s", "1"}
    assert all(service_level(rule) in MEASURES for rule in RULES)


@given(
    st.lists(st.one_of(st.integers(0, 3), st.integers(0, 2**53)), max_size=60),
    st.integers(0, 3),
    st.integers(0, 3),
)
def test_sorting_by_digits_orders_a_stretch_and_touches_nothing_else(
    waits: list[int], before: int, after: int
) -> None:
    keys = np.array([9] * before + waits + [7] * after, np.int64)
    spare, digits = np.empty_like(keys), np.empty(DIGITS, np.int64)

    in_order(keys, spare, digits, before, before + len(waits))

    assert keys.tolist() == [9] * before + sorted(waits) + [7] * after
