"""Demand: what customers do follows the scenario, and nothing else that happens changes it.

Statistical tests state their rate of false alarms; seeds are fixed.
"""

from __future__ import annotations

import hashlib
import itertools
import math
import os
from dataclasses import fields, replace
from typing import Any

import numpy as np
import pytest
from desks import desk, each_day, line, only, team
from numpy.typing import NDArray
from scipy import stats

from sim.demand import Demand, sampling, volume_factor
from sim.engine import Workload
from sim.engine.contract import NEVER, NONE
from sim.errors import InvalidInput
from sim.scenario import Scenario

Floats = NDArray[np.float64]

HOUR = 3_600_000
FALSE_ALARM = 1e-5
Z = float(stats.norm.isf(FALSE_ALARM / 2))
COMPILED = os.environ.get("NUMBA_DISABLE_JIT") != "1"

EVERYTHING = {
    "phone": line(
        list(range(24)),
        handle_time="{law: lognormal, mean: 4m, cv: 1.2}",
        after_call_work="30s",
        patience="{law: weibull, mean: 2m, shape: 0.7}",
        day_variation="20%",
        redial="{probability: 50%, after_busy: 80%, delay: 5m, at_most: 4}",
    ),
    "chat": line(
        3,
        kind="chat",
        handle_time="{law: fixed, value: 4m}",
        patience="{law: survival, table: {0s: 99%, 10s: 96.4%, 600s: 37.3%}}",
    ),
    "mail": line(2, kind="email", handle_time="7m"),
}


def everything(**changes: Any) -> Scenario:
    groups = {"own": team("[phone, chat, mail]")}
    plain = {"start": "2026-03-04", "days": 2, "warm_up": "1h", "wrap_up": "1h"}
    return desk(EVERYTHING, groups, **{**plain, **changes})


def demand(scenario: Scenario) -> Demand:
    return Demand.of(scenario, scenario.options["base"])


def columns(workload: Workload) -> dict[str, NDArray[Any]]:
    skip = ("queues", "fresh")
    return {f.name: getattr(workload, f.name) for f in fields(Workload) if f.name not in skip}


def first_attempts(workload: Workload, channel: int = 0) -> NDArray[np.int64]:
    return np.flatnonzero(workload.queue[: workload.fresh] == channel)


def workloads(scenario: Scenario, count: int) -> list[Workload]:
    played = demand(scenario)
    return [played.workload(1, replication) for replication in range(count)]


# --- the same everywhere -------------------------------------------------------------------------

GOLDEN = "fa1de9a7595dad5ca2c9b4f4c03278f87256c9214adae05c2be70f97f014e99c"


@pytest.mark.kernel
def test_a_workload_is_the_same_on_every_machine_compiled_or_not() -> None:
    played, seal = demand(everything()), hashlib.sha256()
    for replication in range(3):
        for values in columns(played.workload(7, replication)).values():
            seal.update(values.astype("<i8").tobytes())

    assert seal.hexdigest() == GOLDEN


@pytest.mark.kernel
def test_a_workload_keeps_the_contract() -> None:
    workload = demand(everything()).workload(7, 0)

    workload.check()
    assert len(workload) > workload.fresh > 0


def test_a_workload_needs_no_memory_of_others() -> None:
    played = demand(everything())
    before = columns(played.workload(1, 5))
    played.workload(1, 4)

    assert_equal(before, columns(played.workload(1, 5)))


def test_seeds_and_replications_that_change_places_are_different() -> None:
    played = demand(everything())
    dues = {played.workload(s, r).due.tobytes() for s, r in itertools.product(range(3), range(3))}

    assert len(dues) == 9


# --- arrivals ------------------------------------------------------------------------------------


def test_counts_are_poisson_in_every_hour() -> None:
    rates = np.array([0, 0.02, 0.5, 3, 20, 100, 0, 7] * 3)
    counts = counted(workloads(desk({"phone": line(list(rates))}, days=1), 600))
    busy = rates > 0
    z_mean = (counts.mean(axis=0) - rates)[busy] / np.sqrt(rates[busy] / 600)
    # The variance of a sample variance of Poisson counts.
    noise = np.sqrt((rates + 2 * rates**2 * 600 / 599)[busy] / 600)
    z_variance = (counts.var(axis=0, ddof=1) - rates)[busy] / noise
    often = rates[busy] > 1

    assert not counts[:, ~busy].any()
    assert np.abs(z_mean[often]).max() < Z + 1  # of 16 numbers
    assert np.abs(z_variance[often]).max() < Z + 1
    assert counts[:, busy][:, ~often].sum() == pytest.approx(600 * rates[rates < 1].sum(), rel=0.2)


def test_counts_of_neighbouring_hours_do_not_know_each_other() -> None:
    counts = counted(workloads(desk({"phone": line(10)}, days=1), 400))
    pairs = stats.pearsonr(counts[:, :-1].ravel(), counts[:, 1:].ravel())

    assert pairs.pvalue > FALSE_ALARM


def test_arrivals_are_even_within_an_hour() -> None:
    due = np.concatenate([w.due for w in workloads(desk(days=1), 100)])

    assert stats.kstest(due % HOUR / HOUR, "uniform").pvalue > FALSE_ALARM


def counted(drawn: list[Workload], slot: int = HOUR, slots: int = 24) -> NDArray[np.int64]:
    return np.array([np.bincount(w.due[: w.fresh] // slot, minlength=slots) for w in drawn])


@pytest.mark.kernel
@pytest.mark.parametrize("room", [1, 7, 64])
def test_little_room_at_first_changes_nothing(room: int) -> None:
    start = sampling.Origin(np.uint64(1), np.uint64(0), np.array([5], np.uint64))
    rates = np.array([20.0, 0.0, 30.0])
    with np.errstate(over="ignore"):
        few, plenty = (sampling.arrivals(start, 0, rates, HOUR, r) for r in (room, 1000))

    np.testing.assert_array_equal(few, plenty)
    assert plenty.size == 58  # 50 are expected


def test_a_channel_without_contacts_is_empty() -> None:
    workload = demand(desk({"phone": line(0)})).workload(1, 0)

    assert len(workload) == workload.fresh == 0


def test_days_are_busier_and_quieter_around_the_same_mean() -> None:
    busy = desk({"phone": line(40, day_variation="30%")}, days=7)
    days = np.concatenate([counted([w], 24 * HOUR, 7)[0] for w in workloads(busy, 300)])
    mean = 24 * 40
    spread = math.hypot(0.3 * mean, math.sqrt(mean))

    assert abs(days.mean() - mean) < Z * spread / math.sqrt(days.size)
    assert days.std() == pytest.approx(spread, rel=0.06)


def test_all_hours_of_a_day_are_busy_together_and_days_apart_are_not() -> None:
    counts = counted(
        workloads(desk({"phone": line(40, day_variation="50%")}, days=2), 300), slots=48
    )
    morning, evening, next_day = counts[:, :12], counts[:, 12:24], counts[:, 24:36]
    within = np.corrcoef(morning.sum(axis=1), evening.sum(axis=1))[0, 1]
    between = stats.pearsonr(evening.sum(axis=1), next_day.sum(axis=1))

    assert within > 0.95
    assert between.pvalue > FALSE_ALARM


def test_channels_have_busy_days_of_their_own() -> None:
    two = {"phone": line(40, day_variation="50%"), "chat": line(40, day_variation="50%")}
    drawn = workloads(desk(two, {"own": team("[phone, chat]")}, days=1), 300)
    volumes = [[np.sum(w.queue[: w.fresh] == c) for w in drawn] for c in range(2)]

    assert stats.pearsonr(*volumes).pvalue > FALSE_ALARM


def test_contacts_beyond_reason_are_refused() -> None:
    crowd = desk({"phone": line(30_000)}, days=42)

    with pytest.raises(InvalidInput, match="20,000,000"):
        demand(crowd)


@pytest.mark.parametrize(("fcr", "factor"), [(None, 1), (0.75, 1), (0.68, 1.052), (1.0, 0.85)])
def test_who_solves_less_at_once_meets_more_contacts(fcr: float | None, factor: float) -> None:
    phone = desk({"phone": line(fcr="75%", repeat_share="60%")}).channels["phone"]

    assert volume_factor(phone, fcr) == pytest.approx(factor, abs=5e-5)


def test_a_channel_that_says_nothing_of_repeats_keeps_its_volume() -> None:
    assert volume_factor(desk().channels["phone"], 0.5) == 1


# --- marks ---------------------------------------------------------------------------------------


def test_a_survival_curve_is_what_comes_out() -> None:
    table = {0: 0.95, 10: 0.9, 60: 0.7, 300: 0.4}
    rows = ", ".join(f"{t}s: {100 * s:g}%" for t, s in table.items())
    curve = line(100, patience=f"{{law: survival, table: {{{rows}}}}}")
    patience = np.concatenate([w.patience for w in workloads(desk({"phone": curve}, days=7), 3)])
    left = [np.mean(patience > 1000 * t) for t in table]
    noise = [math.sqrt(s * (1 - s) / patience.size) for s in table.values()]
    hazard = math.log(0.7 / 0.4) / 240  # it goes on beyond the table

    np.testing.assert_array_less(np.abs(left - np.array([*table.values()])), Z * np.array(noise))
    assert np.mean(patience > 600_000) == pytest.approx(0.4 * math.exp(-300 * hazard), rel=0.05)


def test_who_never_leaves_has_patience_without_end() -> None:
    workload = demand(desk({"mail": line(kind="email")}, {"own": team("[mail]")})).workload(1, 0)

    assert (workload.patience == NEVER).all()


def test_after_call_work_is_none_unless_given() -> None:
    workload = demand(desk()).workload(1, 0)

    assert not workload.acw.any()
    assert workload.handle.mean() == pytest.approx(240_000, rel=0.1)


# --- later attempts ------------------------------------------------------------------------------

REDIAL = line(
    100,
    handle_time="{law: lognormal, mean: 4m, cv: 1}",
    patience="2m",
    redial="{probability: 40%, after_busy: 70%, delay: 5m, at_most: 3}",
)


def chain(workload: Workload, row: int) -> list[int]:
    rows = []
    while row != NONE:
        rows.append(row)
        row = int(max(workload.after_abandon[row], workload.after_busy[row]))
    return rows


def test_people_try_again_as_often_as_the_scenario_says() -> None:
    workload = demand(desk({"phone": REDIAL})).workload(1, 0)
    chains = [chain(workload, row) for row in range(workload.fresh)]
    tries = np.bincount([len(rows) for rows in chains], minlength=5)
    expected = workload.fresh * np.array([0.3, 0.7 * 0.3, 0.7 * 0.7])

    assert tries[4:].sum() == tries[0] == 0
    assert stats.chisquare(tries[1:4], expected).pvalue > FALSE_ALARM
    assert sorted(row for rows in chains for row in rows) == list(range(len(workload)))


def test_fewer_try_again_after_abandoning_than_after_busy_and_they_are_among_them() -> None:
    workload = demand(desk({"phone": REDIAL})).workload(1, 0)
    abandoned = workload.after_abandon[: workload.fresh]
    busy = workload.after_busy[: workload.fresh]

    assert np.mean(abandoned != NONE) == pytest.approx(0.4, abs=0.02)
    assert np.mean(busy != NONE) == pytest.approx(0.7, abs=0.02)
    assert (busy[abandoned != NONE] == abandoned[abandoned != NONE]).all()


def test_a_later_attempt_is_the_same_contact_with_new_patience() -> None:
    workload = demand(desk({"phone": REDIAL})).workload(1, 0)
    chains = [rows for row in range(workload.fresh) if len(rows := chain(workload, row)) > 1]
    first, second = np.array([rows[:2] for rows in chains]).T
    delays = workload.due[workload.fresh :] / 1000

    assert (workload.handle[first] == workload.handle[second]).all()
    assert (workload.queue[first] == workload.queue[second]).all()
    assert stats.pearsonr(workload.patience[first], workload.patience[second]).pvalue > FALSE_ALARM
    assert stats.kstest(delays, stats.expon(scale=300).cdf).pvalue > FALSE_ALARM


@pytest.mark.parametrize(
    "redial", ["{probability: 50%, delay: 1m, at_most: 1}", "{probability: 0%, delay: 1m}"]
)
def test_who_never_tries_again_has_one_attempt(redial: str) -> None:
    workload = demand(desk({"phone": line(redial=redial)})).workload(1, 0)

    assert len(workload) == workload.fresh
    assert (workload.after_abandon == NONE).all()


def test_a_hundred_tries_fit() -> None:
    stubborn = line(1, redial="{probability: 100%, delay: 1m, at_most: 100}")
    workload = demand(desk({"phone": stubborn}, days=1)).workload(1, 0)
    workload.check()

    assert len(workload) == 100 * workload.fresh


# --- common random numbers -----------------------------------------------------------------------


def assert_equal(one: dict[str, NDArray[Any]], other: dict[str, NDArray[Any]]) -> None:
    for name, values in one.items():
        np.testing.assert_array_equal(values, other[name], err_msg=name)


def marks(workload: Workload, channel: int, *, but: str = "") -> dict[str, NDArray[Any]]:
    """What the customers of one channel do, apart from the rows that they are in."""
    rows = first_attempts(workload, channel)
    names = {"due", "handle", "acw", "patience"} - {but}
    found = {name: getattr(workload, name)[rows] for name in names}
    tries = [len(chain(workload, int(row))) for row in rows]
    return {**found, "tries": np.array(tries)}


def test_another_channel_changes_nothing_for_this_one() -> None:
    alone = demand(desk({"phone": REDIAL})).workload(3, 4)
    before = {"chat": EVERYTHING["chat"], "phone": REDIAL}
    beside = demand(desk(before, {"own": team("[phone, chat]")})).workload(3, 4)

    assert_equal(marks(alone, 0), marks(beside, 1))


def test_another_volume_of_another_channel_changes_nothing_for_this_one() -> None:
    def drawn(chats: float) -> Workload:
        channels = {"chat": line(chats, kind="chat"), "phone": REDIAL}
        return demand(desk(channels, {"own": team("[phone, chat]")})).workload(3, 4)

    assert_equal(marks(drawn(5), 1), marks(drawn(50), 1))


def test_when_a_channel_grows_the_same_people_come_and_more() -> None:
    def drawn(calls: float) -> dict[str, NDArray[Any]]:
        grown = REDIAL.replace(each_day(100), each_day(calls))
        return marks(demand(desk({"phone": grown})).workload(3, 4), 0)

    few, many = drawn(100), drawn(130)
    size = few.pop("due").size
    assert_equal(few, {name: values[:size] for name, values in many.items()})
    assert many["due"].size > size
    assert many["due"][size - 1] < 0.8 * 7 * 24 * HOUR


def test_another_handle_time_changes_only_handle_times() -> None:
    slow = REDIAL.replace("mean: 4m", "mean: 8m")
    one, other = (demand(desk({"phone": p})).workload(3, 4) for p in (REDIAL, slow))

    assert_equal(marks(one, 0, but="handle"), marks(other, 0, but="handle"))
    np.testing.assert_allclose(other.handle, 2 * one.handle, atol=2)


def test_another_patience_changes_only_patience() -> None:
    meek = REDIAL.replace("patience: 2m", "patience: {law: fixed, value: 9m}")
    one, other = (demand(desk({"phone": p})).workload(3, 4) for p in (REDIAL, meek))

    assert_equal(marks(one, 0, but="patience"), marks(other, 0, but="patience"))


def test_staffing_changes_nothing_that_customers_do() -> None:
    one = only(everything()).demand.workload(3, 4)
    more = desk(
        EVERYTHING,
        {"own": team("[phone]", "intervals: " + each_day(9)), "others": team("[chat, mail]")},
        start="2026-03-04",
        days=2,
        warm_up="1h",
        wrap_up="1h",
    )

    assert_equal(columns(one), columns(only(more).demand.workload(3, 4)))


def test_a_longer_period_begins_alike() -> None:
    short, long = (demand(desk({"phone": REDIAL}, days=d)).workload(3, 4) for d in (2, 5))
    size = short.fresh

    assert_equal(marks(short, 0), {name: values[:size] for name, values in marks(long, 0).items()})


def test_a_scenario_read_again_draws_the_same() -> None:
    scenario = everything()
    again = replace(demand(scenario))

    assert_equal(columns(demand(scenario).workload(1, 1)), columns(again.workload(1, 1)))
