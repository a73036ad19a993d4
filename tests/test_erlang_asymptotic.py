"""The limits of large teams equal their formulas, and come close to what is exact."""

from __future__ import annotations

import math

import mpmath as mp
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from sim.erlang import (
    Deterministic,
    Erlang,
    Lognormal,
    Uniform,
    fluid_overload,
    garnett,
    halfin_whitt,
)
from sim.errors import InvalidInput


def normal_hazard(x: float) -> float:
    with mp.workdps(60):
        return float(mp.npdf(x) / mp.ncdf(-mp.mpf(x)))


@pytest.mark.parametrize("beta", [-3.0, 0.0, 0.5, 2.0, 8.0])
def test_halfin_whitt_equals_its_formula(beta: float) -> None:
    queue = halfin_whitt(arrival_rate=100.0, aht=1.0, agents=100 + 10 * beta)

    assert queue.spare == pytest.approx(beta)
    with mp.workdps(40):
        exact = 1 / (1 + mp.mpf(beta) * mp.ncdf(beta) / mp.npdf(beta)) if beta > 0 else 1
        assert queue.wait_probability == pytest.approx(float(exact), rel=1e-12)


@pytest.mark.parametrize("patience", [1e-4, 0.5, 30.0])
@pytest.mark.parametrize("beta", [-8.0, -1.0, 0.0, 1.0, 6.0])
def test_garnett_equals_its_formula(beta: float, patience: float) -> None:
    agents = 100 + 10 * beta
    queue = garnett(arrival_rate=100.0, aht=1.0, agents=agents, patience=patience)

    with mp.workdps(60):
        g = 1 / mp.sqrt(mp.mpf(patience))
        hazard = mp.npdf(beta / g) / mp.ncdf(-beta / g)
        waits = 1 / (1 + g * hazard / (mp.npdf(beta) / mp.ncdf(beta)))
        left = waits * (g * hazard - beta) / mp.sqrt(agents)
    assert queue.wait_probability == pytest.approx(float(waits), rel=1e-11)
    assert queue.abandonment == pytest.approx(min(float(left), 1.0), rel=1e-9)


def test_nobody_is_lost_far_below_capacity_and_digits_stay() -> None:
    # The hazard of the normal law and its deviate agree to eight digits here.
    queue = garnett(arrival_rate=1.0, aht=100.0, agents=120, patience=1e8)

    with mp.workdps(60):
        g = mp.sqrt(mp.mpf(100) / 10**8)
        excess = mp.npdf(2 / g) / mp.ncdf(-2 / g) - 2 / g
        share = queue.wait_probability * float(g * excess) / math.sqrt(120)
    assert queue.abandonment == pytest.approx(share, rel=1e-9)


@pytest.mark.parametrize("beta", [0.2, 1.0, 2.0])
def test_large_teams_come_close_to_their_limit(beta: float) -> None:
    load = np.array([25.0, 400.0, 10_000.0])
    agents = load + beta * np.sqrt(load)
    patient = halfin_whitt(arrival_rate=load, aht=1.0, agents=agents)
    real = garnett(arrival_rate=load, aht=1.0, agents=agents, patience=2.0)

    for queue in (patient, real):
        error = np.abs(queue.wait_probability / queue.exact.wait_probability - 1)
        assert np.all(np.diff(error) < 0)
        assert error[-1] < 0.03


def test_a_flow_without_overload_does_not_wait() -> None:
    flow = fluid_overload(arrival_rate=0.3, aht=100, agents=30, patience=Erlang(k=2, mean=60))

    assert (flow.wait, flow.abandonment, flow.mean_queue, flow.mean_wait) == (0, 0, 0, 0)


def test_a_flow_with_uniform_patience_is_done_by_hand() -> None:
    flow = fluid_overload(arrival_rate=1.2, aht=100, agents=100, patience=Uniform(low=0, high=200))

    # One in six leaves: after a sixth of 200 s. On the way down the mean is 11/12 of it.
    assert flow.wait == pytest.approx(200 / 6, rel=1e-13)
    assert flow.mean_wait == pytest.approx(200 / 6 * 11 / 12, rel=1e-13)
    assert flow.mean_queue == pytest.approx(1.2 * flow.mean_wait, rel=1e-13)


def test_a_flow_with_one_patience_for_all_waits_just_that_long() -> None:
    flow = fluid_overload(arrival_rate=1.2, aht=100, agents=100, patience=Deterministic(value=45))

    assert flow.wait == pytest.approx(45)
    assert flow.mean_queue == pytest.approx(54)


def test_a_flow_past_nobody_waits_out_its_patience() -> None:
    flow = fluid_overload(arrival_rate=0.5, aht=100, agents=0, patience=90)

    assert (flow.wait, flow.abandonment) == (math.inf, 1.0)
    assert (flow.mean_queue, flow.mean_wait) == pytest.approx((45, 90))


@given(st.floats(1.05, 5.0), st.floats(0.2, 4.0))
def test_the_more_agents_the_closer_the_flow(ratio: float, scv: float) -> None:
    agents = np.array([20.0, 2000.0])
    flow = fluid_overload(
        arrival_rate=ratio * agents / 100,
        aht=100,
        agents=agents,
        patience=Lognormal(mean=60, scv=scv),
    )
    error = np.abs(flow.mean_wait / flow.exact.mean_wait - 1)

    assert error[1] < max(error[0], 0.03)
    assert error[1] < 0.05
    assert np.all(flow.abandonment <= flow.exact.abandonment * (1 + 1e-12))


@pytest.mark.parametrize("arrival_rate", [0.0, 1e-300, 1e-9, 0.8, 1e5])
@pytest.mark.parametrize("agents", [0.0, 0.5, 50.0, 1e6])
@pytest.mark.parametrize("patience", [1e-12, 60.0, 1e7, 1e15, math.inf])
def test_limits_are_shares_however_far_from_balance(
    arrival_rate: float, agents: float, patience: float
) -> None:
    asked = {"arrival_rate": arrival_rate, "aht": 60.0, "agents": agents}
    for queue in (garnett(**asked, patience=patience), halfin_whitt(**asked)):
        assert 0.0 <= queue.wait_probability <= 1.0
        assert 0.0 <= queue.abandonment <= 1.0
        if arrival_rate == 0 or agents == 0:
            assert queue.wait_probability == queue.exact.wait_probability
            assert queue.abandonment == queue.exact.abandonment


def test_next_to_no_contacts_find_an_agent_free() -> None:
    assert halfin_whitt(arrival_rate=1e-9, aht=60, agents=50).wait_probability == 0.0
    assert halfin_whitt(arrival_rate=0.0, aht=60, agents=50).spare == math.inf


def test_impatience_without_end_is_the_limit_of_long_patience() -> None:
    asked = {"arrival_rate": 0.8, "aht": 60.0, "agents": 50.0}
    endless = garnett(**asked)

    assert endless.wait_probability == halfin_whitt(**asked).wait_probability
    assert endless.wait_probability == pytest.approx(
        garnett(**asked, patience=1e12).wait_probability, rel=1e-6
    )
    assert endless.abandonment == 0.0


def test_a_flow_of_patient_people_waits_for_ever_in_overload_only() -> None:
    flow = fluid_overload(arrival_rate=np.array([1.0, 2.0]), aht=60.0, agents=100)

    assert flow.wait.tolist() == flow.mean_wait.tolist() == [0.0, math.inf]
    assert flow.mean_queue.tolist() == [0.0, math.inf]
    assert flow.abandonment.tolist() == [0.0, 0.0]


def test_limits_have_their_bounds() -> None:
    with pytest.raises(InvalidInput, match="arrival_rate must be at least 0"):
        halfin_whitt(arrival_rate=-1.0, aht=1.0, agents=3)
    with pytest.raises(InvalidInput, match="patience must be above 0"):
        garnett(arrival_rate=1.0, aht=1.0, agents=3, patience=0.0)
    with pytest.raises(InvalidInput, match="agents must be at least 0"):
        garnett(arrival_rate=1.0, aht=1.0, agents=-1, patience=1.0)
    with pytest.raises(InvalidInput, match="must be above 0"):
        fluid_overload(arrival_rate=1.0, aht=1.0, agents=0, patience=-1.0)
