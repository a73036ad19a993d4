"""Contacts at equal distances, all of one length (D/D/n): nobody waits while agents suffice."""

from __future__ import annotations

import math
from typing import Any

import pytest

from sim.erlang import Deterministic, Exponential, blending, ggn
from sim.errors import InvalidInput


@pytest.mark.parametrize("patience", [math.inf, 60.0, Deterministic(value=60)])
@pytest.mark.parametrize("agents", [6, 7])
def test_nobody_waits_where_contacts_come_in_step_with_the_agents(
    patience: float | Deterministic, agents: int
) -> None:
    queue = ggn(
        interarrival=Deterministic(value=30),
        service=Deterministic(value=180),
        agents=agents,
        patience=patience,
    )

    assert (queue.mean_wait, queue.asa, queue.wait_probability, queue.abandonment) == (0, 0, 0, 0)
    assert queue.service_level("offered", 0) == 1
    assert queue.occupancy == pytest.approx(6 / agents)
    assert queue.method == "exact"


def test_one_agent_too_few_is_waited_for_without_end() -> None:
    one, other = Deterministic(value=30), Deterministic(value=180)

    assert math.isinf(ggn(interarrival=one, service=other, agents=5).mean_wait)


def test_a_load_of_all_agents_has_no_steady_state_where_anything_varies() -> None:
    one, other = Deterministic(value=30), Exponential(mean=180)

    assert math.isinf(ggn(interarrival=one, service=other, agents=6).mean_wait)


@pytest.mark.parametrize("outbound", [0.0017, 2e7])
def test_handle_times_too_far_apart_for_a_chain_are_refused_with_the_limit(outbound: float) -> None:
    team: dict[str, Any] = {"arrival_rate": 0.05, "aht": 180, "agents": 20, "threshold": 5}
    team |= {"patience": 180}

    with pytest.raises(InvalidInput, match=r"outbound_aht must be from 0.0018 to 1.8e\+07 s"):
        blending(**team, outbound_aht=outbound)
    assert blending(**team, outbound_aht=0.0019).outbound_rate > 0
