"""Patience of any law agrees with thirty digits, with a chain of phases, and with Erlang A."""

from __future__ import annotations

import math
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from naive_patience import Patient, two_phase_line

from sim._erlang.patience import measure_any, measure_patience, patient_law
from sim.erlang import (
    SERVICE_RULES,
    Deterministic,
    Empirical,
    Erlang,
    Exponential,
    Gamma,
    Hyperexponential,
    Law,
    Lognormal,
    PhaseType,
    QueueMeasures,
    Uniform,
    Weibull,
    erlang_a,
    erlang_b,
    erlang_c,
)
from sim.errors import InvalidInput

MEASURES = (
    "blocking",
    "wait_probability",
    "abandonment",
    "mean_wait",
    "asa",
    "mean_wait_abandoned",
    "mean_wait_virtual",
    "mean_wait_delayed",
    "mean_queue",
    "occupancy",
)
LAWS: list[Law] = [
    Exponential(mean=90),
    Deterministic(value=60),
    Uniform(low=30, high=90),
    Gamma(shape=0.5, mean=90),
    Erlang(k=3, mean=60),
    Lognormal(mean=60, scv=4),
    Weibull(shape=2.5, scale=150),
    Hyperexponential.balanced(mean=100, scv=4),
    Empirical(times=(5, 20, 60, 240), curve=(0.97, 0.8, 0.45, 0.1)),
]
laws = st.sampled_from(LAWS)
agents_ = st.integers(1, 400)
ratios = st.floats(0.01, 3.0)
handle_times = st.floats(1.0, 3600.0)
thresholds = st.floats(0.0, 600.0)
balkings = st.sampled_from([0.0, 0.05, 0.3, 1.0])
rooms = st.sampled_from([0.0, 1.0, 7.0, 60.0, math.inf])


def queue(
    arrival_rate: float,
    aht: float,
    agents: float,
    law: Law,
    balking: float = 0.0,
    room: float = math.inf,
) -> QueueMeasures[Any]:
    columns = (np.array(float(value)) for value in (arrival_rate, aht, agents))
    rate, handle, staff = columns
    return measure_patience(rate, handle, staff, law, balking, agents + room)


def values(measures: QueueMeasures[Any], awt: float = 20.0) -> dict[str, float]:
    named = {name: getattr(measures, name) for name in MEASURES}
    named |= {rule: measures.service_level(rule, awt) for rule in SERVICE_RULES}
    return named


# Slow twins


@pytest.mark.parametrize(
    "twin",
    [
        Patient(0.2, 60, 10, Lognormal(mean=60, scv=4)),
        Patient(0.2, 60, 10, Weibull(shape=0.3, scale=50)),
        Patient(0.2, 60, 10, Weibull(shape=30, scale=50)),
        Patient(0.2, 60, 10, Hyperexponential.balanced(mean=100, scv=50), balking=0.1),
        Patient(0.2, 60, 10, Deterministic(value=30), balking=0.2),
        Patient(0.2, 60, 10, Uniform(low=30, high=60), balking=0.2, room=4),
        Patient(0.05, 60, 1, Uniform(low=0, high=0.01)),
        Patient(4.0, 60, 200, Exponential(mean=50), reach=60),
    ],
    ids=str,
)
def test_every_law_equals_thirty_digits(twin: Patient) -> None:
    awt = 20.0
    measures = queue(
        twin.arrival_rate, twin.aht, twin.agents, twin.law, twin.balking, float(twin.room)
    )

    for name, exact in twin.measures(awt).items():
        assert values(measures, awt)[name] == pytest.approx(exact, rel=1e-11, abs=1e-18), name


@pytest.mark.slow
@pytest.mark.parametrize(
    "twin",
    [
        Patient(0.2, 60, 10, Lognormal(mean=60, scv=1), balking=0.2, room=9),
        Patient(0.2, 60, 3, Erlang(k=300, mean=60), room=20),
        Patient(0.2, 60, 10, Gamma(shape=0.3, mean=50)),
        Patient(0.04, 60, 3, Lognormal(mean=1e7, scv=3), reach=9000),
    ],
    ids=str,
)
def test_hard_laws_equal_thirty_digits(twin: Patient) -> None:
    test_every_law_equals_thirty_digits(twin)


@pytest.mark.parametrize("room", [0, 1, 3, 5])
def test_few_places_equal_a_chain_that_knows_the_phase_of_everybody(room: int) -> None:
    """Brandt and Brandt: what is behind the product form is played state by state."""
    measures = queue(0.3, 10, 2, Erlang(k=2, mean=15), room=room)

    blocking, waits, leaves = two_phase_line(0.3, 10, 2, 15, room)

    assert measures.blocking == pytest.approx(blocking, rel=1e-11)
    assert measures.wait_probability == pytest.approx(waits, rel=1e-11)
    assert measures.abandonment == pytest.approx(leaves, rel=1e-11)


@pytest.mark.parametrize("room", [0.0, 5.0, 400.0, math.inf])
@pytest.mark.parametrize("ratio", [0.5, 1.0, 1.3, 20.0])
@pytest.mark.parametrize("agents", [1, 40, 3000])
def test_exponential_patience_is_erlang_a(agents: int, ratio: float, room: float) -> None:
    rate = ratio * agents / 300
    measures = queue(rate, 300, agents, Exponential(mean=100), room=room)
    palm = erlang_a(arrival_rate=rate, aht=300, agents=agents, patience=100, lines=agents + room)

    assert values(measures) == pytest.approx(values(palm), rel=1e-9, abs=1e-30)
    assert measures.wait_percentile(0.9) == pytest.approx(
        palm.wait_percentile(0.9), rel=1e-8, abs=1e-12
    )
    assert measures.virtual_wait_percentile(0.99) == pytest.approx(
        palm.virtual_wait_percentile(0.99), rel=1e-8, abs=1e-12
    )
    assert measures.short_abandons(5) == pytest.approx(palm.short_abandons(5), rel=1e-9, abs=1e-30)


@pytest.mark.parametrize("agents", [10_000, 1_000_000])
@pytest.mark.parametrize("ratio", [0.99, 0.9999, 1.0, 1.0001, 1.2])
def test_a_million_agents_lose_no_digits(agents: int, ratio: float) -> None:
    rate = ratio * agents / 300
    measures = queue(rate, 300, agents, Exponential(mean=100))
    palm = erlang_a(arrival_rate=rate, aht=300, agents=agents, patience=100)

    assert values(measures, 0.1) == pytest.approx(values(palm, 0.1), rel=1e-9, abs=1e-30)


def test_stages_are_as_good_as_the_law_they_make() -> None:
    stages = PhaseType(start=(1, 0), generator=((-1 / 30, 1 / 30), (0, -1 / 30)))

    assert values(queue(0.2, 60, 11, stages)) == pytest.approx(
        values(queue(0.2, 60, 11, Erlang(k=2, mean=60))), rel=1e-10
    )


def test_a_curve_of_many_points_approaches_its_law() -> None:
    law = Weibull(shape=1.5, scale=120)
    times = np.linspace(1, 600, 600)
    measured = Empirical(times=tuple(times), curve=tuple(law.survival(times)))

    assert values(queue(0.2, 60, 11, measured)) == pytest.approx(
        values(queue(0.2, 60, 11, law)), rel=2e-4
    )


# What must be true of any queue


@given(agents_, ratios, handle_times, laws, balkings, rooms, thresholds)
def test_contacts_and_waiting_are_conserved(
    agents: int,
    ratio: float,
    aht: float,
    law: Law,
    balking: float,
    room: float,
    awt: float,
) -> None:
    rate = ratio * agents / aht
    measures = queue(rate, aht, agents, law, balking, room)
    joined = rate * (1 - measures.blocking)
    served = joined * (1 - measures.abandonment)
    waited = measures.asa * (1 - measures.abandonment)
    levels = [measures.service_level(rule, awt) for rule in SERVICE_RULES]

    assert measures.occupancy * agents == pytest.approx(served * aht, rel=1e-8, abs=1e-290)
    assert measures.mean_queue == pytest.approx(joined * measures.mean_wait, rel=1e-9, abs=1e-290)
    waited += measures.mean_wait_abandoned * measures.abandonment
    assert waited == pytest.approx(measures.mean_wait, rel=1e-9, abs=1e-290)
    assert all(0 <= level <= 1 for level in levels)
    assert measures.abandonment >= balking * measures.wait_probability * (1 - 1e-12)


@given(agents_, ratios, handle_times, laws, balkings, thresholds)
def test_one_more_agent_never_hurts(
    agents: int, ratio: float, aht: float, law: Law, balking: float, awt: float
) -> None:
    few, more = (queue(ratio * agents / aht, aht, n, law, balking) for n in (agents, agents + 1))

    for name in ("abandonment", "asa", "mean_wait", "wait_probability", "occupancy"):
        assert getattr(more, name) <= getattr(few, name) * (1 + 1e-11) + 1e-290
    assert more.service_level("offered", awt) >= few.service_level("offered", awt) - 1e-12


@given(agents_, ratios, handle_times, laws, rooms, thresholds, st.floats(0.0, 600.0))
def test_a_wider_threshold_serves_no_fewer(
    agents: int, ratio: float, aht: float, law: Law, room: float, awt: float, more: float
) -> None:
    measures = queue(ratio * agents / aht, aht, agents, law, room=room)

    for rule in SERVICE_RULES:
        assert measures.service_level(rule, awt) <= measures.service_level(rule, awt + more) + 1e-12


@given(agents_, ratios, laws, rooms)
def test_if_all_balk_it_is_erlang_b(agents: int, ratio: float, law: Law, room: float) -> None:
    measures = queue(ratio * agents / 60, 60, agents, law, 1.0, room)
    lost = measures.blocking + (1 - measures.blocking) * measures.abandonment

    assert lost == pytest.approx(erlang_b(agents, ratio * agents), rel=1e-10, abs=1e-290)
    assert measures.mean_wait == 0.0


@given(agents_, st.floats(0.01, 0.95), handle_times)
def test_patience_beyond_all_waits_is_erlang_c(agents: int, ratio: float, aht: float) -> None:
    rate = ratio * agents / aht
    measures = queue(rate, aht, agents, Deterministic(value=1e6 * aht))
    patient = erlang_c(arrival_rate=rate, aht=aht, agents=agents)

    for name in ("wait_probability", "mean_wait", "asa", "mean_queue", "occupancy"):
        assert getattr(measures, name) == pytest.approx(
            getattr(patient, name), rel=1e-9, abs=1e-290
        )


@given(agents_, ratios, laws, balkings, st.floats(0.01, 0.999))
def test_a_percentile_is_reached_by_its_share(
    agents: int, ratio: float, law: Law, balking: float, share: float
) -> None:
    measures = queue(ratio * agents / 60, 60, agents, law, balking)
    virtual, real = measures.virtual_wait_percentile(share), measures.wait_percentile(share)

    assert real <= virtual * (1 + 1e-9)
    if virtual > 0.0:
        assert measures.service_level("virtual", virtual) == pytest.approx(share, rel=1e-9)
    assert measures.service_level("including_short_abandons", real) >= share * (1 - 1e-9)


# Edges


def test_whoever_has_waited_for_all_his_patience_leaves_within_it() -> None:
    measures = queue(0.2, 60, 10, Deterministic(value=30))
    before = measures.service_level("including_short_abandons", 30 * (1 - 1e-12))

    assert measures.service_level("including_short_abandons", 30) == pytest.approx(1.0)
    assert before == pytest.approx(1 - measures.abandonment)
    assert measures.mean_wait_abandoned == pytest.approx(30, rel=1e-14)
    assert measures.wait_percentile(0.99) == pytest.approx(30)


def test_balking_leaves_at_once() -> None:
    measures = queue(0.2, 60, 10, Lognormal(mean=60, scv=2), balking=0.25)

    assert measures.short_abandons(0) == pytest.approx(0.25 * measures.wait_probability)
    assert measures.service_level("offered", 0) == pytest.approx(1 - measures.wait_probability)


def thinned(arrival_rate: float) -> QueueMeasures[Any]:
    """Ten agents; a quarter of those who find them busy leaves at once, the rest stays."""
    return queue(arrival_rate, 60.0, 10, patient_law(math.inf), 0.25)


def test_balking_with_endless_patience_thins_the_queue() -> None:
    measures = thinned(0.2)

    # Nine erlangs join ten agents; the idle part is that of twelve erlangs.
    inverse = 1 / erlang_b(9, 12.0)
    delayed = 1.2 / (1 - 0.9) / (inverse + 1.2 / (1 - 0.9))
    assert measures.wait_probability == pytest.approx(delayed, rel=1e-12)
    assert measures.abandonment == pytest.approx(0.25 * delayed, rel=1e-12)
    assert measures.asa == pytest.approx(0.75 * delayed * 60 / (1 - 0.25 * delayed), rel=1e-12)


def test_too_few_balk_to_leave_a_steady_queue() -> None:
    measures = thinned(0.3)

    assert (measures.mean_wait, measures.occupancy) == (math.inf, 1.0)
    assert measures.service_level("offered", 20) == 0.0
    assert measures.abandonment == 0.25


@pytest.mark.parametrize("law", LAWS, ids=str)
def test_without_arrivals_all_is_well(law: Law) -> None:
    for agents in (0, 3):
        measures = queue(0.0, 300, agents, law, 0.1)

        assert [getattr(measures, name) for name in MEASURES] == [0.0] * len(MEASURES)
        assert [measures.service_level(rule, 20) for rule in SERVICE_RULES] == [1.0] * 5


def test_without_agents_everybody_waits_out_their_patience() -> None:
    law = Uniform(low=0, high=120)
    measures = queue(0.1, 300, 0, law, 0.5)

    assert (measures.wait_probability, measures.abandonment) == (1.0, 1.0)
    assert (measures.mean_wait, measures.asa, measures.occupancy) == (30.0, math.inf, 0.0)
    assert measures.mean_queue == pytest.approx(3.0)
    assert measures.service_level("including_short_abandons", 60) == pytest.approx(0.75)
    limited = queue(0.1, 300, 0, law, room=4)
    assert limited.blocking == pytest.approx(erlang_b(4, 6.0))


@pytest.mark.parametrize("law", LAWS, ids=str)
@pytest.mark.parametrize("aht", [1e-3, 1.0, 1e6])
@pytest.mark.parametrize("ratio", [1e-9, 1.0, 1e3])
def test_no_scale_breaks_the_balance(law: Law, aht: float, ratio: float) -> None:
    for agents in (1, 100):
        measures = queue(ratio * agents / aht, aht, agents, law)

        assert all(math.isfinite(value) for value in values(measures).values())
        served = ratio * (1 - measures.abandonment)
        assert served == pytest.approx(measures.occupancy, rel=1e-9)


# Arrays


def test_arrays_equal_the_numbers_one_by_one() -> None:
    rates, agents = np.array([[0.0], [0.1], [0.3]]), np.array([0.0, 4.0, 11.0, 40.0])
    shape = (3, 4)
    law = Lognormal(mean=60, scv=2)
    table = measure_patience(
        np.broadcast_to(rates, shape),
        np.full(shape, 60.0),
        np.broadcast_to(agents, shape),
        law,
        0.1,
    )

    for row, column in np.ndindex(shape):
        single = queue(float(rates[row, 0]), 60, float(agents[column]), law, 0.1)
        for name in MEASURES:
            assert getattr(table, name)[row, column] == pytest.approx(
                getattr(single, name), rel=1e-13, abs=1e-290
            )
        assert table.service_level("offered", 20)[row, column] == pytest.approx(
            single.service_level("offered", 20), rel=1e-13
        )


def test_limited_and_endless_lines_mix_in_one_array() -> None:
    law = Erlang(k=2, mean=40)
    lines = np.array([10.0, 13.0, math.inf])
    table = measure_patience(
        np.full(3, 0.2), np.full(3, 60.0), np.full(3, 10.0), law, np.zeros(3), lines
    )

    singles = [queue(0.2, 60, 10, law, room=places - 10).blocking for places in lines]
    assert table.blocking == pytest.approx(singles, rel=1e-12)
    assert table.blocking[0] == pytest.approx(erlang_b(10, 12.0))


# Bad input


def test_mean_patience_and_its_law_balk_alike() -> None:
    rate, aht, agents = (np.array([value, value]) for value in (0.2, 60.0, 10.0))
    lines, balking = np.array([15.0, math.inf]), np.array([0.0, 0.3])
    means = measure_any(rate, aht, agents, np.full(2, 45.0), lines, balking)
    law = measure_any(rate, aht, agents, Exponential(mean=45), lines, balking)

    for name in MEASURES:
        assert getattr(means, name) == pytest.approx(getattr(law, name), rel=1e-9)


def test_balking_is_a_share() -> None:
    with pytest.raises(InvalidInput, match=r"balking must be at least 0 and at most 1, got 1.5"):
        queue(0.2, 60, 10, Exponential(mean=60), 1.5)
