"""Days that change are followed exactly: slow twins, balances, and the edges of a day."""

from __future__ import annotations

import math
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from naive_day import Day, Floats, integrated

from sim._erlang import steps
from sim._erlang.uniformisation import Regime, advance, crowd_of
from sim.erlang import (
    SERVICE_RULES,
    DayMeasures,
    Gamma,
    erlang_a,
    exact_day,
    random_day,
    transient,
)
from sim.errors import InvalidInput

SHARES = ("wait_probability", "abandonment", "occupancy")
WAITS = ("mean_wait", "asa", "mean_wait_virtual", "mean_wait_abandoned", "mean_wait_delayed")


def morning(**other: Any) -> DayMeasures:
    day: dict[str, Any] = {
        "arrival_rate": [0.05, 0.12, 0.1, 0.02],
        "agents": [6, 11, 9, 3],
        "aht": 90,
        "patience": 100,
        "interval": 600,
    }
    return exact_day(**{**day, **other})


# Slow twins


@pytest.mark.slow
@pytest.mark.parametrize("staff", [[3, 1, 2], [2, 3, 0, 1], [1, 1, 3, 3]], ids=str)
def test_contacts_of_each_interval_fare_as_when_followed_one_by_one(staff: list[int]) -> None:
    """States of busy agents and queue in dense matrices; arrivals integrated over the interval."""
    size = len(staff)
    twin = Day(
        rates=[0.04, 0.02, 0.03, 0.02][:size],
        staff=staff,
        lengths=[60.0, 25.0, 30.0, 40.0][:size],
        service=1 / 40,
        leave=1 / 8,
        room=9,
    )

    day = exact_day(
        arrival_rate=twin.rates, agents=staff, interval=twin.lengths, aht=40, patience=8
    ).intervals

    for k in range(size):
        exact = twin.contacts(k, awt=12.0)
        assert day.wait_probability[k] == pytest.approx(exact["wait_probability"], rel=1e-9)
        assert day.service_level("virtual", 12)[k] == pytest.approx(exact["virtual"], rel=1e-9)
        assert day.service_level("offered", 12)[k] == pytest.approx(exact["offered"], rel=1e-9)
        assert day.abandonment[k] == pytest.approx(exact["abandonment"], rel=1e-9)
        assert day.asa[k] == pytest.approx(exact["asa"], rel=1e-9)
        assert day.mean_wait_virtual[k] == pytest.approx(exact["mean_wait_virtual"], rel=1e-9)


def test_agents_and_queue_at_each_moment_are_those_of_the_matrix_exponential() -> None:
    twin = Day(
        rates=[0.1, 0.05, 0.1],
        staff=[4, 1, 3],
        lengths=[120.0, 60.0, 90.0],
        service=1 / 30,
        leave=1 / 10,
        room=14,
    )
    busy = np.array([b for b, _ in twin.states], dtype=float)
    queue = np.array([q for _, q in twin.states], dtype=float)

    day = exact_day(
        arrival_rate=twin.rates, agents=twin.staff, interval=twin.lengths, aht=30, patience=10
    )

    for k, length in enumerate(twin.lengths):
        end, area = twin.walk(k, length)
        assert day.queue_at_end[k] == pytest.approx(end @ queue, rel=1e-9)
        assert day.busy_at_end[k] == pytest.approx(end @ busy, rel=1e-9)
        assert day.intervals.mean_queue[k] == pytest.approx(area @ queue / length, rel=1e-9)
        assert day.mean_busy[k] == pytest.approx(area @ busy / length, rel=1e-9)
        assert day.abandons[k] == pytest.approx(area @ queue / 10, rel=1e-9)
        present = area @ np.maximum(busy, twin.staff[k])
        assert day.intervals.occupancy[k] == pytest.approx(area @ busy / present, rel=1e-9)


def test_interrupted_contacts_go_back_to_the_queue() -> None:
    """Preemptive changes keep the number in the house: one dense chain per interval."""
    rates, staff, lengths = [0.1, 0.05], [4, 1], [120.0, 60.0]
    number = np.arange(31.0)
    state = np.eye(31)[0]

    day = exact_day(
        arrival_rate=rates,
        agents=staff,
        interval=lengths,
        aht=30,
        patience=10,
        staff_change="preemptive",
    )

    for k, (rate, agents, length) in enumerate(zip(rates, staff, lengths, strict=True)):
        queue = np.maximum(number - agents, 0)
        down = np.minimum(number, agents) / 30 + queue / 10
        moves: Floats = np.diag(np.full(30, rate), 1) + np.diag(down[1:], -1)
        moves -= np.diag(moves.sum(axis=1))
        state, area = integrated(state, moves, length)
        assert day.queue_at_end[k] == pytest.approx(state @ queue, rel=1e-9)
        assert day.abandons[k] == pytest.approx(area @ queue / 10, rel=1e-9)


@pytest.mark.kernel
@pytest.mark.parametrize("fields", [1, 4])
def test_the_compiled_steps_are_the_matrix_exponential(fields: int) -> None:
    """Leaving agents, waiting contacts and their ages, in a window that nobody leaves."""
    crowd = np.zeros((fields, 3, 12))
    crowd[:, 2, 2] = 1.0
    rates = (0.4, 0.3, 0.5, 0.2)

    ends, areas = steps.take_steps(crowd, 0, 40, rates, 2, 12.0, 3.0, 0.0)

    moves = layered(rates, agents=2, rows=3, columns=41)
    start = np.zeros((3, 41))
    start[2, 2] = 1.0
    end, area = integrated(start.ravel(), moves, 3.0)
    assert ends[0] == pytest.approx(end.reshape(3, 41), abs=1e-13)
    assert areas[0] == pytest.approx(area.reshape(3, 41), abs=1e-12)
    if fields > 1:
        # Whoever waits and never leaves is fed by all arrivals that find all agents busy.
        assert ends[1].sum() > ends[2].sum() > 0.0
        assert ends[3].sum() > 0.0


def layered(rates: tuple[float, ...], *, agents: int, rows: int, columns: int) -> Floats:
    arrive, join, serve, leave = rates
    moves = np.zeros((rows, columns, rows, columns))
    for r in range(rows):
        for c in range(agents if r else 0, columns):
            if c + 1 < columns:
                moves[r, c, r, c + 1] = arrive if c < agents else join
            down = max(c - agents, 0) * leave + (min(c, agents) * serve if r == 0 else 0.0)
            if c:
                moves[r, c, r, c - 1] += down
            if r:
                moves[r, c, r - 1, c] += (agents + r) * serve
    flat = moves.reshape(rows * columns, -1)
    return np.asarray(flat - np.diag(flat.sum(axis=1)))


# What must be true of any day

rates_ = st.lists(st.just(0.0) | st.floats(1e-12, 0.4), min_size=1, max_size=4)


@settings(max_examples=40, deadline=None)
@given(rates_, st.data())
def test_contacts_and_waiting_are_conserved(rates: list[float], data: st.DataObject) -> None:
    staff = data.draw(st.lists(st.integers(0, 9), min_size=len(rates), max_size=len(rates)))
    patience = data.draw(st.floats(5.0, 500.0))
    day = exact_day(arrival_rate=rates, agents=staff, aht=30.0, patience=patience, interval=100.0)
    by_time = float(day.abandons.sum()) + day.abandons_after_close
    by_arrival = float(day.intervals.abandonment @ day.volume)
    came = float(day.volume.sum())
    waited = float(day.intervals.mean_queue.sum()) * 100.0 + day.wait_after_close
    served = came - by_arrival

    assert by_arrival == pytest.approx(by_time, rel=1e-8, abs=1e-12)
    assert float(day.intervals.mean_wait @ day.volume) == pytest.approx(waited, rel=1e-8, abs=1e-10)
    # Work begun in the day is done in the day, or is in hand or in the queue at its end.
    left = day.busy_at_end[-1] + day.queue_at_end[-1] - day.abandons_after_close
    assert float(day.mean_busy.sum()) * 100.0 / 30.0 == pytest.approx(
        served - left, rel=1e-7, abs=1e-9
    )


@settings(max_examples=30, deadline=None)
@given(rates_, st.integers(0, 8), st.floats(1.0, 300.0), st.floats(0.0, 400.0), st.booleans())
def test_every_measure_of_a_day_is_a_share_or_a_time(
    rates: list[float], agents: int, patience: float, awt: float, preemptive: bool
) -> None:
    staff = [max(agents - k, 0) for k in range(len(rates))]
    day = exact_day(
        arrival_rate=rates,
        agents=staff,
        aht=40.0,
        patience=patience,
        interval=60.0,
        staff_change="preemptive" if preemptive else "exhaustive",
    )
    levels = {rule: day.intervals.service_level(rule, awt) for rule in SERVICE_RULES}

    for share in (*(getattr(day.intervals, name) for name in SHARES), *levels.values()):
        assert np.all((share >= 0.0) & (share <= 1.0 + 1e-12))
    assert not any(np.isnan(getattr(day.intervals, name)).any() for name in WAITS)
    assert np.all(levels["offered"] <= levels["virtual"] + 1e-12)
    assert np.all(levels["offered"] <= levels["excluding_short_abandons"] + 1e-12)
    assert np.all(levels["excluding_short_abandons"] <= levels["including_short_abandons"] + 1e-12)


@settings(max_examples=20, deadline=None)
@given(st.floats(0.0, 120.0), st.floats(0.0, 120.0))
def test_a_wider_threshold_serves_no_fewer_also_across_changes(awt: float, more: float) -> None:
    day = morning()

    for rule in SERVICE_RULES:
        few = day.intervals.service_level(rule, awt)
        assert np.all(few <= day.intervals.service_level(rule, awt + more) + 1e-10)


def test_one_more_agent_all_day_never_hurts() -> None:
    few, more = morning(), morning(agents=[7, 12, 10, 4])

    assert np.all(more.intervals.abandonment < few.intervals.abandonment)
    assert np.all(
        more.intervals.service_level("offered", 20) > few.intervals.service_level("offered", 20)
    )


@pytest.mark.parametrize("awt", [0.0, 20.0, 900.0])
def test_cutting_an_interval_in_two_changes_nothing(awt: float) -> None:
    whole = morning()
    halves = morning(
        arrival_rate=[0.05, 0.05, 0.12, 0.12, 0.1, 0.1, 0.02, 0.02],
        agents=[6, 6, 11, 11, 9, 9, 3, 3],
        interval=300,
    )
    parts = morning(arrival_rate=[[0.05, 0.05], [0.12, 0.12], [0.1, 0.1], [0.02, 0.02]])

    for other in (halves, parts):
        for name in (*SHARES, *WAITS):
            assert getattr(other.day, name) == pytest.approx(getattr(whole.day, name), rel=1e-9)
        for rule in SERVICE_RULES:
            level = whole.day.service_level(rule, awt)
            assert other.day.service_level(rule, awt) == pytest.approx(level, rel=1e-8)
    assert parts.queue_at_end == pytest.approx(whole.queue_at_end, rel=1e-10)
    assert parts.intervals.service_level("answered", awt) == pytest.approx(
        whole.intervals.service_level("answered", awt), rel=1e-8
    )


def test_intervals_without_a_change_end_as_the_steady_queue() -> None:
    day = exact_day(arrival_rate=[0.1] * 6, aht=90, agents=10, patience=60, interval=7200)
    steady = erlang_a(arrival_rate=0.1, aht=90, agents=10, patience=60)

    last = {name: getattr(day.intervals, name)[4] for name in (*SHARES, *WAITS)}
    for name, value in last.items():
        assert value == pytest.approx(getattr(steady, name), rel=1e-9)
    for rule in SERVICE_RULES:
        assert day.intervals.service_level(rule, 15)[4] == pytest.approx(
            steady.service_level(rule, 15), rel=1e-9
        )
    assert day.intervals.wait_percentile(0.9)[4] == pytest.approx(steady.wait_percentile(0.9))


def test_a_first_interval_is_the_transient_queue() -> None:
    day = exact_day(arrival_rate=0.3, aht=60, agents=15, interval=300)
    queue = transient(arrival_rate=0.3, aht=60, agents=15, times=300)

    assert day.queue_at_end == pytest.approx(queue.mean_queue, rel=1e-10)
    assert day.busy_at_end == pytest.approx(queue.mean_busy, rel=1e-10)


@pytest.mark.slow
def test_a_day_of_thousands_of_agents_is_followed() -> None:
    day = exact_day(arrival_rate=[6.0, 6.4], aht=300, agents=[2000, 1900], patience=120)

    assert day.intervals.abandonment[1] > day.intervals.abandonment[0]
    served = day.volume * (1 - day.intervals.abandonment)
    in_hand = day.busy_at_end[-1] + day.queue_at_end[-1]
    assert day.mean_busy.sum() * 1800 / 300 == pytest.approx(served.sum() - in_hand, rel=1e-3)


# Edges of a day


def test_a_day_without_contacts_is_well() -> None:
    day = exact_day(arrival_rate=[0.0, 0.0], aht=60, agents=[2, 0])

    assert day.intervals.service_level("offered", 20).tolist() == [1.0, 1.0]
    assert (day.day.abandonment, day.day.asa, day.day.mean_queue) == (0.0, 0.0, 0.0)
    assert day.abandons.tolist() == [0.0, 0.0]


def test_nobody_is_answered_by_nobody() -> None:
    leaving = exact_day(arrival_rate=0.1, aht=60, agents=[0, 0], patience=60)
    staying = exact_day(arrival_rate=0.1, aht=60, agents=[0, 0])

    assert leaving.day.abandonment == pytest.approx(1.0)
    assert leaving.day.asa == math.inf
    assert leaving.day.mean_wait == pytest.approx(60.0)
    assert (staying.day.abandonment, staying.day.asa) == (0.0, math.inf)
    assert (staying.day.mean_wait, staying.wait_after_close) == (math.inf, math.inf)
    assert [d.day.service_level("answered", 20) for d in (leaving, staying)] == [0.0, 0.0]


def test_contacts_left_when_all_go_home_wait_for_ever_unless_they_give_up() -> None:
    staying = exact_day(arrival_rate=[0.1, 0.1], aht=100, agents=[11, 0], interval=600)
    leaving = exact_day(arrival_rate=[0.1, 0.1], aht=100, agents=[11, 0], interval=600, patience=50)

    assert staying.day.mean_wait == math.inf
    assert staying.day.asa < 100
    assert staying.intervals.abandonment.tolist() == [0.0, 0.0]
    assert leaving.day.mean_wait_virtual == math.inf
    assert leaving.intervals.abandonment[1] == pytest.approx(1.0)
    assert leaving.abandons_after_close == pytest.approx(leaving.queue_at_end[1], rel=1e-9)


def test_a_queue_that_is_there_already_delays_but_is_not_counted() -> None:
    empty = morning()
    busy = morning(initial_busy=9, initial_queue=4)

    assert busy.volume.tolist() == empty.volume.tolist()
    assert (
        busy.intervals.service_level("offered", 20)[0]
        < (empty.intervals.service_level("offered", 20)[0])
    )
    assert busy.abandons[0] > empty.abandons[0]


def test_whoever_balks_counts_as_waiting_and_as_leaving_at_once() -> None:
    day = exact_day(arrival_rate=[0.2, 0.2], aht=60, agents=[12, 10], balking=1.0)

    assert day.day.abandonment == pytest.approx(day.day.wait_probability, rel=1e-12)
    assert (day.day.mean_wait, day.queue_at_end.tolist()) == (0.0, [0.0, 0.0])
    assert day.day.short_abandons(0.0) == pytest.approx(day.day.abandonment, rel=1e-12)
    assert day.abandons.sum() == pytest.approx(day.day.abandonment * 720, rel=1e-12)


def test_an_outage_of_a_large_team_is_refused_with_its_size() -> None:
    with pytest.raises(InvalidInput, match=r"states must be at most 4000000.*simulation"):
        exact_day(arrival_rate=1.0, aht=60, agents=0, initial_busy=3000, initial_queue=2000)


@pytest.mark.parametrize(
    ("wrong", "message"),
    [
        ({"arrival_rate": [0.1, -0.1, 0.1, 0.1]}, r"arrival_rate .* got \[-0.1\]; at positions 1"),
        ({"agents": [1, 2.5, 3, 4]}, r"agents must be whole, got \[2.5\]; at positions 1"),
        ({"agents": [1, 2]}, "arrays must broadcast to one shape"),
        ({"interval": 0.0}, "interval must be above 0 and finite"),
        ({"aht": 0.0}, "aht must be above 0 and finite"),
        ({"patience": -1.0}, "patience must be above 0"),
        ({"balking": 1.5}, "balking must be from 0 to 1"),
        ({"staff_change": "gradual"}, "staff_change must be one of exhaustive, preemptive"),
        ({"initial_queue": -2}, "initial_queue must be whole and at least 0"),
        ({"arrival_rate": []}, "arrival_rate must be a number, a row of numbers or a table"),
    ],
)
def test_a_wrong_day_is_named(wrong: dict[str, Any], message: str) -> None:
    with pytest.raises(InvalidInput, match=message):
        morning(**wrong)


# Days that nobody knows beforehand


def test_a_random_day_is_the_mean_of_its_days() -> None:
    law = Gamma(shape=6, mean=1)
    grid = (np.arange(400) + 0.5) / 400 * 4.0
    density = grid**5 * np.exp(-6 * grid)
    chances = density / density.sum()
    some = {"aht": 60.0, "agents": [8, 9], "patience": 120.0, "interval": 300.0}
    days = [
        exact_day(arrival_rate=[0.1 * b, 0.12 * b], **some).day  # type: ignore[arg-type]
        for b in grid[::4]
    ]
    share = chances[::4] / chances[::4].sum()
    levels = np.array([day.service_level("offered", 20) for day in days])

    random = random_day(busyness=law, arrival_rate=[0.1, 0.12], **some)  # type: ignore[arg-type]

    by_contact = share * grid[::4] / (share @ grid[::4])
    assert random.day.service_level("offered", 20) == pytest.approx(by_contact @ levels, abs=2e-3)
    assert random.mean_of_days.service_level("offered", 20) == pytest.approx(
        share @ levels, abs=2e-3
    )
    assert random.volume.sum() == pytest.approx(66.0, rel=1e-9)


def test_hardly_any_randomness_is_the_day_itself() -> None:
    sure = exact_day(arrival_rate=[0.1, 0.12], aht=60, agents=8, patience=90)
    random = random_day(
        busyness=Gamma(shape=1e9, mean=1),
        arrival_rate=[0.1, 0.12],
        aht=60,
        agents=8,
        patience=90,
        nodes=3,
    )

    assert random.day.abandonment == pytest.approx(sure.day.abandonment, rel=1e-6)
    assert random.intervals.mean_queue == pytest.approx(sure.intervals.mean_queue, rel=1e-6)


def test_busy_days_weigh_more_for_contacts_than_for_days() -> None:
    random = random_day(
        busyness=Gamma(shape=4, mean=1), arrival_rate=0.1, aht=60, agents=8, patience=90, nodes=16
    )

    assert random.day.abandonment > random.mean_of_days.abandonment
    with pytest.raises(InvalidInput, match="nodes must be whole and from 1 to 200"):
        random_day(busyness=Gamma(shape=4, mean=1), arrival_rate=0.1, aht=60, agents=8, nodes=0)


# The window of states


def test_a_crowd_is_the_same_however_time_is_cut() -> None:
    regime = Regime(2.0, 1 / 30, 1 / 60, 50)
    once, area = advance(crowd_of(0, 0, 50), regime, 200.0)
    crowd, areas = crowd_of(0, 0, 50), 0.0
    for _ in range(80):
        crowd, part = advance(crowd, regime, 2.5)
        areas += float(part.sum())

    assert crowd.shape == once.shape
    assert crowd == pytest.approx(once, abs=1e-12)
    assert areas == pytest.approx(float(area.sum()), rel=1e-12)
