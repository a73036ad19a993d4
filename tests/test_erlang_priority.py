"""Priority without interruption: closed forms against chains, transforms and tables."""

from __future__ import annotations

import math
from typing import Any

import mpmath as mp
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from sim._erlang.skills import skills
from sim.erlang import ClassMeasures, erlang_a, erlang_c, priority
from sim.errors import InvalidInput


def by_chain(rates: tuple[float, ...], aht: float, agents: int) -> ClassMeasures:
    classes = range(len(rates))
    return skills(
        arrival_rates=rates,
        aht=aht,
        pools=[agents],
        routes=[[0] for _ in classes],
        serves=[list(classes)],
    )


def longer(awt: float, rate: float, ahead: float, service: float) -> float:
    """P(V > awt) given a wait, by inverting the transform of Kella and Yechiali in 40 digits."""
    with mp.workdps(40):
        a, m = mp.mpf(ahead), mp.mpf(service)
        load = (a + rate) / m

        def tail(s: mp.mpf) -> mp.mpf:
            # Two roots, so that the cut between them is the only one.
            far, near = (mp.sqrt(s + (mp.sqrt(m) + z * mp.sqrt(a)) ** 2) for z in (1, -1))
            busy = 2 * m / (s + a + m + far * near)
            return (1 - (1 - load) * busy / (1 - load * busy)) / s

        return float(mp.invertlaplace(tail, awt, method="talbot", degree=40))


# Published values


def test_one_agent_and_two_classes_of_cobham() -> None:
    # Mean sojourns of 2 and 6 units, as in the tests of the simulator Ciw; Cobham (1954).
    team = priority(arrival_rates=(0.2, 0.6), aht=1.0, agents=1)

    assert [queue.mean_wait + 1.0 for queue in team.classes] == pytest.approx([2.0, 6.0], rel=1e-12)
    assert team.mean_wait == pytest.approx(4.0, rel=1e-12)


# Twins


@pytest.mark.parametrize("awt", [0.5, 20.0, 300.0])
@pytest.mark.parametrize(
    ("rates", "aht", "agents"),
    [
        ((0.04, 0.05), 200.0, 20),
        ((0.02, 0.03, 0.03), 300.0, 27),
        ((0.5, 1.2), 180.0, 320),
        ((0.085, 0.001), 200.0, 20),
        ((1e-6, 0.05), 200.0, 20),
    ],
)
def test_the_wait_of_every_class_inverts_its_transform(
    rates: tuple[float, ...], aht: float, agents: int, awt: float
) -> None:
    team = priority(arrival_rates=rates, aht=aht, agents=agents)

    for place, queue in enumerate(team.classes):
        exact = longer(awt, rates[place], sum(rates[:place]), agents / aht)
        late = queue._fates(np.array([awt])).later[0]
        assert late == pytest.approx(team.wait_probability * exact, rel=1e-9, abs=1e-18)


@pytest.mark.parametrize("awt", [0.0, 5.0, 100.0])
def test_closed_forms_equal_the_chain(awt: float) -> None:
    closed = priority(arrival_rates=(0.02, 0.05), aht=100, agents=9)
    chain = by_chain((0.02, 0.05), 100, 9)

    assert (closed.states, chain.states > 1000) == (0, True)
    for one, other in zip(closed.classes, chain.classes, strict=True):
        for name in ("wait_probability", "mean_wait", "mean_queue", "mean_wait_virtual", "asa"):
            assert getattr(one, name) == pytest.approx(getattr(other, name), rel=1e-8)
        assert one.service_level("offered", awt) == pytest.approx(
            other.service_level("offered", awt), rel=1e-9
        )


def test_a_merging_pole_leaves_no_seam() -> None:
    # The pole meets the cut where the load of a class is the root of that of those before it.
    ahead, service = 0.04, 0.1
    merging = math.sqrt(ahead * service) - ahead
    levels = [
        priority(arrival_rates=(ahead, merging * (1 + shift)), aht=200, agents=20)
        .classes[1]
        .service_level("offered", 30)
        for shift in (-1e-9, 0.0, 1e-9)
    ]

    assert levels[0] == pytest.approx(levels[1], rel=1e-9)
    assert levels[2] == pytest.approx(levels[1], rel=1e-9)


# What must be true


shares = st.floats(0.01, 1.0)


@given(st.lists(shares, min_size=1, max_size=5), st.floats(0.05, 0.98), st.integers(1, 500))
def test_priority_conserves_the_waiting(weights: list[float], ratio: float, agents: int) -> None:
    rates = [ratio * agents / 60.0 * weight / sum(weights) for weight in weights]
    team = priority(arrival_rates=rates, aht=60.0, agents=agents)
    single = erlang_c(arrival_rate=sum(rates), aht=60.0, agents=agents)

    assert team.mean_wait == pytest.approx(single.mean_wait, rel=1e-9)
    assert team.wait_probability == pytest.approx(single.wait_probability, rel=1e-12)
    waits = [queue.mean_wait for queue in team.classes]
    assert waits == sorted(waits)


@settings(max_examples=30)
@given(st.floats(0.05, 0.9), st.floats(0.01, 0.99), st.floats(0.0, 2000.0), st.integers(1, 300))
def test_the_tail_of_the_wait_integrates_to_its_mean(
    ratio: float, split: float, awt: float, agents: int
) -> None:
    rate = ratio * agents / 60.0
    team = priority(arrival_rates=(split * rate, rate - split * rate), aht=60.0, agents=agents)
    low = team.classes[1]

    later = 1.0 - low.service_level("offered", awt)
    # Markov's inequality, and the level at zero.
    assert later * awt <= low.mean_wait * (1 + 1e-9)
    assert low.service_level("offered", 0.0) == pytest.approx(1 - low.wait_probability, abs=1e-12)


def test_one_class_is_erlang_c() -> None:
    team = priority(arrival_rates=[0.05], aht=200, agents=14)
    single = erlang_c(arrival_rate=0.05, aht=200, agents=14)

    assert team.classes[0].service_level("offered", 20) == pytest.approx(
        single.service_level("offered", 20), rel=1e-12
    )
    assert team.all.wait_percentile(0.9) == pytest.approx(single.wait_percentile(0.9), rel=1e-9)


def test_alike_impatient_classes_share_the_waiting_of_erlang_a() -> None:
    team = priority(arrival_rates=(0.02, 0.04), aht=180, agents=11, patience=120)
    single = erlang_a(arrival_rate=0.06, aht=180, agents=11, patience=120)

    assert team.mean_wait == pytest.approx(single.mean_wait, rel=1e-9)
    assert team.abandonment == pytest.approx(single.abandonment, rel=1e-9)
    assert team.occupancy == pytest.approx(single.occupancy, rel=1e-10)


# Sizes and edges


def test_a_hundred_thousand_agents_are_no_more_work() -> None:
    team = priority(arrival_rates=(300.0, 254.0), aht=180, agents=100_000)
    first, second = team.classes

    assert 0.0 < first.mean_wait < second.mean_wait < 1.0
    assert 0.8 < second.service_level("offered", 1.0) < 0.9


def test_urgent_classes_live_on_when_the_last_one_has_no_room() -> None:
    team = priority(arrival_rates=(0.04, 0.08), aht=200, agents=20)
    first, second = team.classes

    # Everybody is always busy: a wait of the first class is that of a single queue, always there.
    assert team.wait_probability == team.occupancy == 1.0
    assert first.mean_wait == pytest.approx(200 / (20 - 8), rel=1e-12)
    assert first.service_level("offered", 30) == pytest.approx(1 - math.exp(-0.06 * 30), rel=1e-12)
    assert (second.mean_wait, second.service_level("offered", 1e6)) == (math.inf, 0.0)


def test_nobody_to_serve_and_nobody_to_be_served() -> None:
    idle = priority(arrival_rates=(0.0, 0.0), aht=200, agents=3)
    empty = priority(arrival_rates=(0.1, 0.0), aht=200, agents=0)

    assert idle.classes[0].service_level("offered", 0) == 1.0
    assert (empty.classes[0].mean_wait, empty.occupancy) == (math.inf, 0.0)
    assert empty.classes[1].mean_wait == 0.0


@pytest.mark.parametrize(
    ("wrong", "message"),
    [
        ({"arrival_rates": (-0.1, 0.1)}, "arrival_rates? must be at least 0"),
        ({"aht": (100.0, -1.0)}, "aht must be above 0 and finite"),
        ({"agents": -2}, "agents must be at least 0"),
        ({"agents": 4.5, "patience": 60.0}, "agents must be whole when handle times differ"),
        ({"patience": (60.0, 0.0)}, "patience must be above 0"),
    ],
)
def test_a_wrong_value_is_named(wrong: dict[str, Any], message: str) -> None:
    right: dict[str, Any] = {"arrival_rates": (0.02, 0.02), "aht": 100.0, "agents": 6}

    with pytest.raises(InvalidInput, match=message):
        priority(**{**right, **wrong})
