"""Classes and skills agree with contacts followed by name, with one queue, and with tables."""

from __future__ import annotations

import itertools
import math
from typing import Any

import naive_skills as naive
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from sim.erlang import (
    SERVICE_RULES,
    ClassMeasures,
    Target,
    erlang_a,
    erlang_b,
    erlang_c,
    overflow,
    skill_agents_needed,
    skills,
)
from sim.errors import InvalidInput

N_DESIGN: dict[str, Any] = {"routes": ((0, 1), (1,)), "serves": ((0,), (0, 1))}


def n_design(**other: Any) -> ClassMeasures:
    """Ten agents for class 0 only, and eight for both; three minutes of work."""
    given_ = {
        "arrival_rates": (0.07, 0.03),
        "aht": 180.0,
        "pools": (10, 8),
        "patience": (90.0, 180.0),
        **N_DESIGN,
    }
    return skills(**{**given_, **other})


# Slow twins

TWINS: dict[str, dict[str, Any]] = {
    "N": {},
    "N, the other way round": {"serves": ((0,), (1, 0))},
    "X": {"routes": ((0, 1), (1, 0)), "serves": ((0, 1), (1, 0))},
    "times by class": {"aht": ((1.0, 1.0), (3.0, 3.0))},
    "times by pool": {"aht": ((1.0, 2.0), (1.0, 2.0))},
    "times by class and pool": {
        "aht": ((1.0, 2.0), (0.5, 3.0)),
        "routes": ((0, 1), (1, 0)),
        "serves": ((0, 1), (1, 0)),
    },
    "balking": {"balking": (0.3, 0.1)},
    "one agent kept free": {"agents": (0, 1, 1), "reserved": ((0, 0), (1, 0))},
    "kept free in a V": {
        "agents": (0, 0),
        "routes": ((0,), (0,)),
        "serves": ((0, 1),),
        "reserved": ((0, 1),),
        "aht": ((1.0,), (1.5,)),
    },
    "M": {
        "agents": (0, 1, 2),
        "routes": ((0, 2), (1, 2)),
        "serves": ((0,), (1,), (0, 1)),
        "aht": ((1.0,) * 3,) * 2,
        "reserved": ((0, 0),) * 3,
    },
    "longest wait": {
        "routes": ((0, 1), (1, 0)),
        "serves": ((0, 1), (1, 0)),
        "patience": (0.7, 0.7),
        "aht": ((1.0, 1.0), (2.0, 2.0)),
        "longest": True,
    },
}


def twin_of(**other: Any) -> naive.Skills:
    known: dict[str, Any] = {
        "arrival_rates": (0.3, 0.2),
        "aht": ((1.0, 1.0), (1.0, 1.0)),
        "agents": (0, 1),
        "patience": (0.5, 0.9),
        "balking": (0.0, 0.0),
        "reserved": ((0, 0), (0, 0)),
        "longest": False,
        "places": 5,
        **N_DESIGN,
    }
    return naive.Skills(**{**known, **other})


def team_of(twin: naive.Skills) -> ClassMeasures:
    return skills(
        arrival_rates=twin.arrival_rates,
        aht=twin.aht,
        pools=[twin.agents.count(pool) for pool in range(len(twin.serves))],
        routes=twin.routes,
        serves=twin.serves,
        patience=twin.patience,
        balking=twin.balking,
        reserved=twin.reserved,
        order="longest_wait" if twin.longest else "priority",
    )


@pytest.mark.slow
@pytest.mark.parametrize("name", TWINS)
def test_contacts_and_agents_followed_by_name_live_through_the_same(name: str) -> None:
    twin = twin_of(**TWINS[name])

    team = team_of(twin)

    for pool, occupied in enumerate(team.pool_occupancy):
        busy = twin.busy(pool) / twin.agents.count(pool)
        assert occupied == pytest.approx(busy, rel=3e-5)
    for c, queue in enumerate(team.classes):
        length = twin.queue(c)
        balked = twin.balking[c] * twin.waits(c)
        gave_up = length / twin.patience[c] / twin.arrival_rates[c]
        assert queue.wait_probability == pytest.approx(twin.waits(c), rel=3e-5)
        assert queue.mean_queue == pytest.approx(length, rel=3e-4)
        assert queue.abandonment == pytest.approx(balked + gave_up, rel=3e-4)
        assert queue.service_level("offered", 0.4) == pytest.approx(twin.level(c, 0.4), rel=3e-5)


# Designs that collapse to one queue


@pytest.mark.parametrize("awt", [0.0, 20.0, 600.0])
def test_one_class_before_two_equal_pools_is_erlang_a(awt: float) -> None:
    team = skills(
        arrival_rates=[0.06], aht=180, pools=[4, 7], routes=[[0, 1]], serves=[[0], [0]], patience=90
    )
    single = erlang_a(arrival_rate=0.06, aht=180, agents=11, patience=90)

    (queue,) = team.classes
    for name in ("wait_probability", "abandonment", "mean_wait", "asa", "mean_wait_virtual"):
        assert getattr(queue, name) == pytest.approx(getattr(single, name), rel=1e-9)
        assert getattr(team.all, name) == pytest.approx(getattr(single, name), rel=1e-9)
    for rule in SERVICE_RULES:
        assert queue.service_level(rule, awt) == pytest.approx(
            single.service_level(rule, awt), rel=1e-9
        )
    assert team.occupancy == pytest.approx(single.occupancy, rel=1e-10)


def test_classes_in_one_line_are_one_queue_each() -> None:
    team = skills(
        arrival_rates=[0.02, 0.05],
        aht=150,
        pools=[12],
        routes=[[0], [0]],
        serves=[[1, 0]],
        patience=60,
        order="longest_wait",
    )
    single = erlang_a(arrival_rate=0.07, aht=150, agents=12, patience=60)

    for queue in team.classes:
        assert queue.mean_wait == pytest.approx(single.mean_wait, rel=1e-9)
        assert queue.service_level("offered", 20) == pytest.approx(
            single.service_level("offered", 20), rel=1e-9
        )


def test_priority_moves_waiting_about_but_removes_none() -> None:
    team = skills(
        arrival_rates=(0.03, 0.04), aht=200, pools=[16], routes=[[0], [0]], serves=[[0, 1]]
    )
    single = erlang_c(arrival_rate=0.07, aht=200, agents=16)

    assert team.mean_wait == pytest.approx(single.mean_wait, rel=1e-9)
    assert team.wait_probability == pytest.approx(single.wait_probability, rel=1e-9)
    first, second = team.classes
    assert first.mean_wait < single.mean_wait < second.mean_wait


def test_without_overflow_teams_do_not_know_of_each_other() -> None:
    team = n_design(routes=((0,), (1,)), serves=((0,), (1,)))
    alone = erlang_a(arrival_rate=0.03, aht=180, agents=8, patience=180)

    assert team.classes[1].asa == pytest.approx(alone.asa, rel=1e-9)
    assert team.pool_occupancy[1] == pytest.approx(alone.occupancy, rel=1e-9)


# What must be true


small = st.integers(1, 4)
loads = st.floats(0.05, 3.0)


@settings(max_examples=25)
@given(small, small, loads, loads, st.floats(0.1, 3.0), st.floats(0.1, 3.0), st.floats(0.2, 5.0))
def test_contacts_are_conserved(
    one: int, two: int, first: float, second: float, short: float, long: float, slow: float
) -> None:
    team = skills(
        arrival_rates=(first, second),
        aht=(1.0, slow),
        pools=(one, two),
        patience=(short, long),
        **N_DESIGN,
    )

    handled = sum(q.arrival_rate * (1 - q.abandonment) * q.aht for q in team.classes)
    busy = sum(o * n for o, n in zip(team.pool_occupancy, (one, two), strict=True))
    assert handled == pytest.approx(busy, rel=1e-7)
    for queue in team.classes:
        assert queue.mean_queue == pytest.approx(queue.arrival_rate * queue.mean_wait, rel=1e-9)
        assert queue.abandonment * queue.patience == pytest.approx(queue.mean_wait, rel=1e-8)
        assert queue.mean_wait <= queue.mean_wait_virtual * (1 + 1e-9)
        levels = [queue.service_level(rule, 0.3) for rule in SERVICE_RULES]
        assert all(0.0 <= level <= 1.0 for level in levels)


@pytest.mark.parametrize("rule", SERVICE_RULES)
def test_one_more_agent_in_either_pool_hurts_no_class(rule: Any) -> None:
    base = n_design()
    for pools in ((11, 8), (10, 9)):
        for few, many in zip(base.classes, n_design(pools=pools).classes, strict=True):
            assert many.service_level(rule, 20) > few.service_level(rule, 20)


def test_fates_by_a_threshold_add_up() -> None:
    queue = n_design(balking=(0.2, 0.0)).classes[0]
    by = queue._fates(np.array([0.0, 15.0, 400.0]))

    assert by.answered + by.abandoned + by.waiting == pytest.approx(1.0, abs=1e-12)
    assert by.in_time + by.later == pytest.approx(1.0, abs=1e-12)
    assert by.abandoned[0] == pytest.approx(0.2 * queue.wait_probability)


def test_the_service_level_of_all_weighs_classes_by_contacts() -> None:
    team = n_design()
    first, second = team.classes

    whole = 0.7 * first.service_level("offered", 20) + 0.3 * second.service_level("offered", 60)
    assert team.service_level("offered", (20, 60)) == pytest.approx(whole, rel=1e-12)
    answered = 0.7 * (1 - first.abandonment) + 0.3 * (1 - second.abandonment)
    assert team.service_level("answered", (20, 60)) == pytest.approx(whole / answered, rel=1e-12)
    assert team.all.service_level("offered", 20) == team.service_level("offered", 20)


def test_keeping_agents_free_helps_those_they_are_kept_for() -> None:
    shared: dict[str, Any] = {
        "arrival_rates": (0.02, 0.04),
        "aht": 180.0,
        "pools": [11],
        "patience": (60.0, 300.0),
    }
    one_pool: dict[str, Any] = {"routes": [[0], [0]], "serves": [[0, 1]]}

    free, kept = (skills(**shared, **one_pool, reserved=[[0, spare]]) for spare in (0, 2))

    assert kept.classes[0].wait_probability < 0.5 * free.classes[0].wait_probability
    assert kept.classes[1].wait_probability > free.classes[1].wait_probability
    assert kept.occupancy < free.occupancy


# Edges


def test_a_class_without_contacts_is_served_well() -> None:
    team = n_design(arrival_rates=(0.07, 0.0))

    assert team.classes[1].service_level("offered", 0) == 1.0
    assert team.classes[1].mean_wait == 0.0
    assert team.all.mean_wait == pytest.approx(team.classes[0].mean_wait)


def test_nobody_calls_and_nobody_is_busy() -> None:
    team = n_design(arrival_rates=(0.0, 0.0))

    assert (team.occupancy, team.mean_wait, team.all.service_level("offered", 20)) == (0, 0, 1)


def test_a_class_without_agents_waits_out_its_patience() -> None:
    team = n_design(pools=(10, 0))

    assert team.classes[1].abandonment == 1.0
    assert team.classes[1].mean_wait == 180.0
    assert team.classes[1].asa == math.inf
    assert team.classes[1].service_level("including_short_abandons", 180) == pytest.approx(
        1 - math.exp(-1)
    )
    assert team.pool_occupancy[1] == 0.0
    alone = erlang_a(arrival_rate=0.07, aht=180, agents=10, patience=90)
    assert team.classes[0].abandonment == pytest.approx(alone.abandonment, rel=1e-9)
    assert team.all.asa == pytest.approx(alone.asa, rel=1e-9)


def test_a_class_with_too_few_agents_waits_for_ever_and_the_rest_does_not() -> None:
    # Class 1 has eight agents for nine erlangs; it takes all of pool 1 that class 0 leaves.
    team = n_design(arrival_rates=(0.05, 0.05), patience=math.inf, serves=((0,), (0, 1)))
    first, second = team.classes

    assert (second.mean_wait, second.mean_queue, second.abandonment) == (math.inf, math.inf, 0.0)
    assert second.service_level("virtual", 1e6) == 0.0
    assert second.wait_percentile(0.5) == math.inf
    assert team.pool_occupancy[1] == pytest.approx(1.0, rel=1e-12)
    assert 0.0 < first.mean_wait < 60.0
    assert team.mean_wait == math.inf


def test_a_hopeless_class_starves_those_behind_it_who_give_up() -> None:
    team = skills(
        arrival_rates=(0.2, 0.01),
        aht=100,
        pools=[5],
        routes=[[0], [0]],
        serves=[[0, 1]],
        patience=(math.inf, 60),
    )

    assert team.classes[0].mean_wait == math.inf
    assert team.classes[1].abandonment == 1.0
    assert team.classes[1].mean_wait == 60.0


def test_everybody_who_balks_still_has_a_wait_that_was_offered() -> None:
    lost = skills(
        arrival_rates=[0.05], aht=100, pools=[4], routes=[[0]], serves=[[0]], patience=50, balking=1
    )

    assert lost.abandonment == pytest.approx(erlang_b(4, 5.0), rel=1e-12)
    # The first of four agents to finish.
    assert lost.classes[0].mean_wait_virtual == pytest.approx(lost.wait_probability * 25, rel=1e-9)


def test_no_pool_at_all_leaves_everybody_waiting() -> None:
    team = skills(arrival_rates=[0.05], aht=100, pools=[3], routes=[[]], serves=[[]], patience=50)

    assert (team.abandonment, team.occupancy) == (1.0, 0.0)


# Overflow without queues


def test_overflow_equals_the_chain_of_two_groups() -> None:
    rates, (first, second), aht = (0.06, 0.03), (4, 5), 100.0
    states = list(itertools.product(range(first + 1), range(second + 1)))
    matrix = np.zeros((len(states), len(states)))
    for one, two in states:
        moves = [
            (one / aht, (one - 1, two)),
            (two / aht, (one, two - 1)),
            (rates[0], (one + 1, two) if one < first else (one, two + 1)),
            (rates[1], (one, two + 1)),
        ]
        for rate, to in moves:
            if to in states:
                matrix[states.index((one, two)), states.index(to)] += rate
    matrix -= np.diag(matrix.sum(axis=1))
    shares = np.linalg.lstsq(
        np.vstack((matrix.T, np.ones(len(states)))), np.append(np.zeros(len(states)), 1.0)
    )[0]

    groups = overflow(arrival_rates=rates, pools=(first, second), aht=aht)

    full = sum(s for (_, two), s in zip(states, shares, strict=True) if two == second)
    assert groups.blocking == pytest.approx((shares[states.index((first, second))], full), rel=1e-9)
    assert groups.overflow_probability[0] == pytest.approx(erlang_b(first, 6.0), rel=1e-12)


def test_hayward_is_near_and_random_overflow_is_exact() -> None:
    bursty = overflow(arrival_rates=(0.06, 0.06, 0.01), pools=(10, 10, 6), aht=180)
    random = overflow(arrival_rates=(0.05,), pools=(8,), aht=180)

    assert bursty.shared_blocking_hayward == pytest.approx(bursty.shared_blocking, rel=0.05)
    assert min(bursty.peakedness) > 1.0
    assert random.shared_blocking == pytest.approx(erlang_b(8, 9.0), rel=1e-12)
    assert random.shared_blocking_hayward == pytest.approx(erlang_b(8, 9.0), rel=1e-12)


def test_overflow_without_contacts_loses_nobody() -> None:
    groups = overflow(arrival_rates=(0.0, 0.0), pools=(2, 2), aht=180)

    assert groups.blocking == (0.0, 0.0)
    assert groups.shared_blocking_hayward == 0.0


# Staffing


def test_the_cheapest_pools_are_those_of_a_full_enumeration() -> None:
    promise = Target(service_level=0.8, awt=20)
    design: dict[str, Any] = {"arrival_rates": (0.012, 0.01), "aht": 180.0, "patience": 120.0}
    prices = (1.0, 1.5)

    need = skill_agents_needed(
        promise,
        **design,
        **N_DESIGN,
        costs=prices,
        most=(6, 6),
    )

    kept = {
        pools: pools[0] * prices[0] + pools[1] * prices[1]
        for pools in itertools.product(range(7), range(7))
        if all(
            queue.service_level("offered", 20) >= 0.8
            for queue in skills(**design, **N_DESIGN, pools=pools).classes
        )
    }
    best = min(kept.values())
    assert need.met
    assert need.cost == pytest.approx(best)
    assert set(need.optima) == {pools for pools, cost in kept.items() if cost == best}
    assert need.pools == need.optima[0]


def test_promises_by_class_may_differ_and_be_out_of_reach() -> None:
    promises = (Target(service_level=0.9, awt=10), Target(max_abandonment=0.05))
    design: dict[str, Any] = {
        "arrival_rates": (0.01, 0.01),
        "aht": 100.0,
        "patience": 60.0,
        "costs": (1.0, 1.0),
    }

    need = skill_agents_needed(promises, **design, **N_DESIGN)
    never = skill_agents_needed(promises, **design, **N_DESIGN, most=(1, 1))

    assert need.measures.classes[0].service_level("offered", 10) >= 0.9
    assert need.measures.classes[1].abandonment <= 0.05
    assert (never.met, never.pools, never.optima) == (False, (1, 1), ())


def test_a_class_without_contacts_needs_nobody() -> None:
    need = skill_agents_needed(
        Target(service_level=0.8, awt=20),
        arrival_rates=[0.0],
        aht=100,
        routes=[[0]],
        serves=[[0]],
        costs=[1.0],
    )

    assert (need.pools, need.cost, need.met) == ((0,), 0.0, True)


# Bad input


@pytest.mark.parametrize(
    ("wrong", "message"),
    [
        ({"arrival_rates": (0.07, -1)}, "arrival_rates must be at least 0 and finite"),
        ({"aht": 0.0}, "aht must be above 0 and finite, got 0.0"),
        ({"aht": (1.0, 2.0, 3.0)}, "aht must be one, 2, or 2 rows of 2"),
        ({"pools": (10, 7.5)}, "pools must be whole numbers"),
        ({"patience": (90.0, 0.0)}, "patience must be above 0"),
        ({"balking": 1.5}, "balking must be at least 0 and at most 1"),
        ({"routes": ((0, 1),)}, "routes must be 2 lists"),
        ({"routes": ((0, 2), (1,))}, "routes must name positions from 0 to 1, each once"),
        ({"serves": ((0,), (1,))}, "routes must name the same pairs as serves, got 'class 0 and"),
        ({"reserved": ((0, 0),)}, "reserved must be 2 rows of 2"),
        ({"order": "random"}, "order must be one of priority, longest_wait"),
        ({"order": "longest_wait"}, "order can be longest_wait only among classes with the same"),
        ({"pools": (900, 900)}, r"states must be at most \d+ for .* simulate a system"),
    ],
)
def test_a_wrong_design_is_named_with_its_rule(wrong: dict[str, Any], message: str) -> None:
    with pytest.raises(InvalidInput, match=message):
        n_design(**wrong)


def test_a_wrong_search_is_named_with_its_rule() -> None:
    design: dict[str, Any] = {
        "arrival_rates": (0.01, 0.01),
        "aht": 100.0,
        "patience": 60.0,
        **N_DESIGN,
    }
    promise = Target(service_level=0.9, awt=10)

    for wrong, message in (
        ({"costs": (1.0, 0.0)}, "costs must be above 0"),
        ({"costs": (1.0,)}, "costs must be 2, one per pool"),
        ({"costs": (1.0, 1.0), "least": (2, 2), "most": (1, 3)}, r"most must be at least \(2, 2\)"),
        ({"costs": (1.0, 1.0), "most": (1,)}, "most must be 2, one per pool"),
    ):
        with pytest.raises(InvalidInput, match=message):
            skill_agents_needed(promise, **design, **wrong)
    with pytest.raises(InvalidInput, match="targets must be one, or 2"):
        skill_agents_needed([promise], **design, costs=(1.0, 1.0))
    with pytest.raises(InvalidInput, match="pools must be 1 to 2"):
        overflow(arrival_rates=[0.1], pools=[1, 2, 3], aht=1.0)


def test_large_groups_overflow_by_hayward_and_close_to_a_chain() -> None:
    large = overflow(arrival_rates=(0.55, 0.55, 0.55), pools=(100, 100, 100, 30), aht=180)
    primary = erlang_b(100, 0.55 * 180)

    assert large.method == "hayward"
    assert large.overflow_probability == pytest.approx((primary,) * 3, rel=1e-12)
    assert large.shared_blocking == large.shared_blocking_hayward
    assert large.blocking[0] == pytest.approx(primary * large.shared_blocking, rel=1e-12)
    carried = sum(
        n * share for n, share in zip((100, 100, 100, 30), large.pool_occupancy, strict=True)
    )
    assert carried == pytest.approx(3 * 99.0 * (1 - large.blocking[0]), rel=1e-12)
    small = overflow(arrival_rates=(0.05, 0.05, 0.05), pools=(8, 8, 8, 6), aht=180)
    assert small.method == "exact"
    assert small.shared_blocking == pytest.approx(small.shared_blocking_hayward, rel=0.02)


def test_a_design_without_a_pool_is_refused_by_name() -> None:
    with pytest.raises(InvalidInput, match="pools must name at least one pool"):
        skills(arrival_rates=(0.07,), aht=180, pools=(), patience=90, routes=((),), serves=())
