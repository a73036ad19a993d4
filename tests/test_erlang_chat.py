"""Several chats at once: closed forms, exact chains, and agents followed by name."""

from __future__ import annotations

import math
from typing import Any

import naive_skills as naive
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from sim.erlang import (
    SERVICE_RULES,
    ChatMeasures,
    Target,
    chat,
    chat_agents_needed,
    chat_concurrency,
    chat_think_time,
    erlang_a,
)
from sim.errors import InvalidInput

PLACES = 30


def team(**other: Any) -> ChatMeasures:
    given_ = {
        "arrival_rate": 0.02,
        "aht_by_level": (240.0, 360.0),
        "agents": 5,
        "patience": 90.0,
        "routing": "least_loaded",
    }
    return chat(**{**given_, **other})


def by_name(
    rate: float, times: tuple[float, ...], agents: int, patience: float, routing: str
) -> dict[Any, float]:
    """Long-run shares of (chats of every agent by name, queue)."""
    pick = min if routing == "least_loaded" else max

    def moves(state: Any) -> list[tuple[float, Any]]:
        held, queue = state
        free = [agent for agent in range(agents) if held[agent] < len(times)]
        found: list[tuple[float, Any]] = [(queue / patience, (held, queue - 1))] if queue else []
        if free:
            agent = pick(free, key=lambda each: held[each])
            found.append((rate, (naive.put(held, agent, held[agent] + 1), 0)))
        elif queue < PLACES:
            found.append((rate, (held, queue + 1)))
        for agent, chats in enumerate(held):
            if chats:
                left = (held, queue - 1) if queue else (naive.put(held, agent, chats - 1), 0)
                found.append((chats / times[chats - 1], left))
        return found

    return naive.Chain.of(moves, ((0,) * agents, 0)).stationary()


@pytest.mark.parametrize("routing", ["least_loaded", "most_loaded"])
@pytest.mark.parametrize("times", [(1.0, 1.5), (1.0, 0.8, 2.0)])
def test_agents_followed_by_name_hold_the_same_chats(
    routing: Any, times: tuple[float, ...]
) -> None:
    exact = by_name(2.5, times, 2, 0.6, routing)

    found = chat(arrival_rate=2.5, aht_by_level=times, agents=2, patience=0.6, routing=routing)

    full = sum(s for (held, _), s in exact.items() if min(held) == len(times))
    chats = sum(s * sum(held) for (held, _), s in exact.items())
    busy = sum(s * sum(each > 0 for each in held) / 2 for (held, _), s in exact.items())
    queue = sum(s * waiting for (_, waiting), s in exact.items())
    assert found.queue.wait_probability == pytest.approx(full, rel=1e-9)
    assert found.queue.mean_queue == pytest.approx(queue, rel=1e-9)
    assert found.chats == pytest.approx(chats, rel=1e-9)
    assert found.agent_busy == pytest.approx(busy, rel=1e-9)


@pytest.mark.parametrize("routing", ["least_loaded", "most_loaded", "balanced"])
def test_handle_times_that_ignore_the_level_make_it_erlang_a(routing: Any) -> None:
    found = team(aht_by_level=(300.0,) * 3, arrival_rate=0.05, routing=routing)
    plain = erlang_a(arrival_rate=0.05, aht=300, agents=15, patience=90)

    for name in ("wait_probability", "abandonment", "mean_wait", "asa", "mean_wait_virtual"):
        assert getattr(found.queue, name) == pytest.approx(getattr(plain, name), rel=1e-10)
    for rule in SERVICE_RULES:
        assert found.queue.service_level(rule, 15) == pytest.approx(
            plain.service_level(rule, 15), rel=1e-10
        )
    assert found.chat_duration == pytest.approx(300.0, rel=1e-12)
    assert found.slot_utilisation == pytest.approx(plain.occupancy, rel=1e-10)


@pytest.mark.parametrize("routing", ["least_loaded", "most_loaded", "balanced"])
def test_one_agent_leaves_nothing_to_route(routing: Any) -> None:
    alone = team(agents=1, routing=routing)

    assert alone.queue.abandonment == pytest.approx(team(agents=1).queue.abandonment, rel=1e-10)


def test_spreading_chats_serves_better_than_piling_them_up() -> None:
    balanced, spread, piled = (
        team(routing=routing).queue.wait_probability
        for routing in ("balanced", "least_loaded", "most_loaded")
    )

    assert balanced < spread < piled
    assert spread == pytest.approx(0.0939, abs=5e-5)


@settings(max_examples=40)
@given(
    st.floats(0.001, 0.2),
    st.integers(1, 6),
    st.lists(st.floats(50.0, 900.0), min_size=1, max_size=3),
    st.floats(5.0, 1000.0),
    st.sampled_from(["least_loaded", "most_loaded", "balanced"]),
)
def test_chats_are_conserved(
    rate: float, agents: int, times: list[float], patience: float, routing: Any
) -> None:
    found = chat(
        arrival_rate=rate, aht_by_level=times, agents=agents, patience=patience, routing=routing
    )
    queue = found.queue

    assert queue.abandonment * patience == pytest.approx(queue.mean_wait, rel=1e-8, abs=1e-250)
    assert queue.mean_queue == pytest.approx(rate * queue.mean_wait, rel=1e-9, abs=1e-250)
    finished = rate * (1 - queue.abandonment)
    assert found.chats == pytest.approx(finished * found.chat_duration, rel=1e-9)
    assert found.agent_busy <= found.chats_per_agent * (1 + 1e-9)
    assert found.slot_utilisation <= 1 + 1e-12
    assert min(times) * (1 - 1e-9) <= found.chat_duration <= max(times) * (1 + 1e-9)


@pytest.mark.parametrize("agents", [1, 100, 10_000])
@pytest.mark.parametrize("ratio", [1e-6, 0.9, 1.0, 3.0])
def test_balanced_teams_of_any_size_keep_their_balance(agents: int, ratio: float) -> None:
    found = chat(
        arrival_rate=ratio * agents / 180.0,
        aht_by_level=(300, 400, 540),
        agents=agents,
        patience=60,
        routing="balanced",
    )

    assert 0.0 <= found.queue.wait_probability <= 1.0
    assert found.queue.abandonment >= (1 - 1 / ratio) * (1 - 1e-9)
    assert math.isfinite(found.chats)
    assert 300 * (1 - 1e-9) <= found.chat_duration <= 540 * (1 + 1e-9)


def test_too_many_chats_wait_for_ever_when_nobody_gives_up() -> None:
    found = team(arrival_rate=0.1, patience=math.inf)

    assert (found.queue.mean_wait, found.chats, found.agent_busy) == (math.inf, 10.0, 1.0)
    assert math.isfinite(team(patience=math.inf).queue.mean_wait)


def test_no_chats_and_no_agents() -> None:
    idle, empty = team(arrival_rate=0.0), team(agents=0)

    assert (idle.chats, idle.agent_busy, idle.queue.service_level("offered", 0)) == (0.0, 0.0, 1.0)
    assert (empty.queue.abandonment, empty.queue.mean_wait, empty.chats) == (1.0, 90.0, 0.0)


# Turns


def turns(**other: Any) -> ChatMeasures:
    given_ = {
        "arrival_rate": 0.01,
        "agents": 3,
        "concurrent_chats": 2,
        "agent_turn": 40.0,
        "customer_turn": 60.0,
        "last_turn": 0.2,
        "patience": 120.0,
    }
    return chat_think_time(**{**given_, **other})


def turns_by_name(rate: float, agents: int, most: int, patience: float) -> dict[Any, float]:
    """Shares of ((chats, turns due) of every agent by name, queue): turns of 1 and 2, last 0.4."""

    def moves(state: Any) -> list[tuple[float, Any]]:
        held, queue = state
        found: list[tuple[float, Any]] = [(queue / patience, (held, queue - 1))] if queue else []
        least = min(chats for chats, _ in held)
        ready = [agent for agent in range(agents) if held[agent][0] == least < most]
        for agent in ready:
            chats, due = held[agent]
            new = naive.put(held, agent, (chats + 1, due + 1))  # type: ignore[arg-type]
            found.append((rate / len(ready), (new, queue)))
        if not ready and queue < PLACES:
            found.append((rate, (held, queue + 1)))
        for agent, (chats, due) in enumerate(held):
            for speed, chats_left, due_left in (
                (0.6 * (due > 0), chats, due - 1),
                ((chats - due) / 2.0, chats, due + 1),
            ):
                changed = naive.put(held, agent, (chats_left, due_left))  # type: ignore[arg-type]
                found.append((speed, (changed, queue)))
            ended = naive.put(held, agent, (chats - 1, due - 1))  # type: ignore[arg-type]
            found.append((0.4 * (due > 0), (held, queue - 1) if queue else (ended, 0)))
        return [(speed, to) for speed, to in found if speed > 0]

    return naive.Chain.of(moves, (((0, 0),) * agents, 0)).stationary()


@pytest.mark.parametrize(("agents", "most"), [(1, 3), (2, 2), (3, 1)])
def test_turns_of_agents_followed_by_name_are_the_same(agents: int, most: int) -> None:
    exact = turns_by_name(0.7, agents, most, 0.8)

    found = chat_think_time(
        arrival_rate=0.7,
        agents=agents,
        concurrent_chats=most,
        agent_turn=1.0,
        customer_turn=2.0,
        last_turn=0.4,
        patience=0.8,
    )

    full = sum(s for (held, _), s in exact.items() if all(chats == most for chats, _ in held))
    typing = sum(s * sum(due > 0 for _, due in held) for (held, _), s in exact.items()) / agents
    queue = sum(s * waiting for (_, waiting), s in exact.items())
    assert found.queue.wait_probability == pytest.approx(full, rel=1e-9)
    assert found.queue.mean_queue == pytest.approx(queue, rel=1e-9)
    assert found.typing == pytest.approx(typing, rel=1e-9)


def test_typing_is_what_the_turns_of_served_chats_take() -> None:
    found = turns()

    served = 0.01 * (1 - found.queue.abandonment)
    assert found.typing == pytest.approx(served * 40.0 / 0.2 / 3, rel=1e-9)


def test_one_chat_of_one_turn_is_erlang_a() -> None:
    found = turns(concurrent_chats=1, last_turn=1.0)
    plain = erlang_a(arrival_rate=0.01, aht=40, agents=3, patience=120)

    assert found.queue.abandonment == pytest.approx(plain.abandonment, rel=1e-9)
    assert found.queue.service_level("offered", 20) == pytest.approx(
        plain.service_level("offered", 20), rel=1e-10
    )


def test_endless_patience_needs_typing_faster_than_chats_come() -> None:
    assert turns(patience=math.inf, arrival_rate=0.02).queue.mean_wait == math.inf
    assert math.isfinite(turns(patience=math.inf, arrival_rate=0.01).queue.mean_wait)


def test_no_turns_without_chats_or_agents() -> None:
    assert turns(arrival_rate=0.0).chat_duration == pytest.approx(40 * 5 + 60 * 4)
    assert turns(agents=0).queue.abandonment == 1.0


# Concurrency


def test_the_patent_example_of_three_windows() -> None:
    # US patent 8,064,589 B2: ratio 0.75, 500 s alone, 886.8 s with three windows, gain 1.69.
    gain = chat_concurrency(compose_ratio=0.75, concurrent_chats=3, aht_single=500)

    assert gain.chat_duration == pytest.approx(886.8, abs=0.05)
    assert gain.effective == pytest.approx(1.69, abs=0.005)


@given(st.floats(0.01, 20.0), st.integers(1, 60))
def test_more_windows_gain_less_and_less_up_to_the_limit(ratio: float, windows: int) -> None:
    few, some, many = (
        chat_concurrency(compose_ratio=ratio, concurrent_chats=n, aht_single=1.0).effective
        for n in (windows, windows + 1, windows + 2)
    )

    assert few <= some * (1 + 1e-12)
    assert many - some <= some - few + 1e-12
    assert many <= (1.0 + ratio) * (1 + 1e-12)
    alone = chat_concurrency(compose_ratio=ratio, concurrent_chats=1, aht_single=1.0)
    assert alone.effective == pytest.approx(1.0, rel=1e-12)


# Agents needed


@pytest.mark.parametrize("routing", ["balanced", "least_loaded"])
def test_one_agent_fewer_would_break_the_promise(routing: Any) -> None:
    promise = Target(service_level=0.9, awt=30)
    need = chat_agents_needed(
        promise, arrival_rate=0.05, aht_by_level=(300, 400, 540), patience=120, routing=routing
    )
    fewer = chat(
        arrival_rate=0.05,
        aht_by_level=(300, 400, 540),
        agents=need.agents - 1,
        patience=120,
        routing=routing,
    )

    assert need.measures.queue.service_level("offered", 30) >= 0.9
    assert fewer.queue.service_level("offered", 30) < 0.9


def test_no_chats_need_no_agents() -> None:
    promise = Target(service_level=0.9, awt=30)

    assert chat_agents_needed(promise, arrival_rate=0.0, aht_by_level=[300]).agents == 0


# Bad input


@pytest.mark.parametrize(
    ("wrong", "message"),
    [
        ({"arrival_rate": -0.1}, "arrival_rate must be at least 0"),
        ({"aht_by_level": (240.0, 0.0)}, "aht_by_level must be above 0 and finite"),
        ({"aht_by_level": ()}, "aht_by_level must be a time for every level"),
        ({"agents": 2.5}, "agents must be whole"),
        ({"routing": "random"}, "routing must be one of least_loaded, most_loaded, balanced"),
        ({"agents": 500}, 'agents makes 125751 states, .* use routing="balanced", or simulate'),
    ],
)
def test_a_wrong_chat_team_is_named(wrong: dict[str, Any], message: str) -> None:
    with pytest.raises(InvalidInput, match=message):
        team(**wrong)


@pytest.mark.parametrize(
    ("wrong", "message"),
    [
        ({"concurrent_chats": 0}, "concurrent_chats must be whole and at least 1"),
        ({"customer_turn": 0.0}, "customer_turn must be above 0"),
        ({"last_turn": 1.2}, "last_turn must be above 0 and at most 1"),
        ({"agents": 30}, "states must be at most 60000 for an exact answer"),
    ],
)
def test_wrong_turns_are_named(wrong: dict[str, Any], message: str) -> None:
    with pytest.raises(InvalidInput, match=message):
        turns(**wrong)


def test_a_wrong_concurrency_is_named() -> None:
    with pytest.raises(InvalidInput, match="concurrent_chats must be whole and at least 1"):
        chat_concurrency(compose_ratio=0.75, concurrent_chats=0, aht_single=500)
    with pytest.raises(InvalidInput, match="compose_ratio must be above 0"):
        chat_concurrency(compose_ratio=0.0, concurrent_chats=2, aht_single=500)
