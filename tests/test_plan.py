"""Agents needed: the closed form where it is exact, sensible where it is an approximation."""

from __future__ import annotations

import math
from typing import Any

import numpy as np
import pytest
from desks import desk, line, team
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray

from sim import erlang
from sim.errors import ScenarioError
from sim.plan import FILL, Requirement, requirement
from sim.scenario import Scenario

Agents = NDArray[np.int64]

TARGET = "{answered: 80% in 20s}"
DAY = [0, 0, 1, 2, 5, 9, 20, 40, 80, 120, 150, 140, 120, 110, 100, 90, 80, 60, 40, 30, 20, 10, 5, 2]


def phone(by_hour: Any = DAY, target: str = TARGET, **more: str) -> str:
    return line(by_hour, **{"patience": "2m", "target": target, **more})


def to_target(skills: str = "[phone]", bounds: str = "{}", **more: str) -> str:
    return team(skills, f"to_target: {bounds}", **more)


def needed(scenario: Scenario, group: str = "own") -> Requirement:
    return requirement(scenario, scenario.options["base"])[group]


def agents(*, bounds: str = "{}", **channel: Any) -> Agents:
    return needed(desk({"phone": phone(**channel)}, {"own": to_target(bounds=bounds)})).agents


# --- one channel ---------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("target", "wanted"),
    [
        (TARGET, erlang.Target(service_level=0.8, awt=20)),
        (
            "{answered: 90% in 1m, abandonment: 3%}",
            erlang.Target(service_level=0.9, awt=60, max_abandonment=0.03),
        ),
        (
            "{answered: 70% in 30s, rule: answered}",
            erlang.Target(service_level=0.7, awt=30, rule="answered"),
        ),
        (
            "{answered: 70% in 30s, rule: virtual}",
            erlang.Target(service_level=0.7, awt=30, rule="virtual"),
        ),
    ],
)
def test_one_channel_needs_what_erlang_a_says(target: str, wanted: erlang.Target) -> None:
    found = agents(target=target, after_call_work="60s")
    rate = np.array(DAY * 7) / 3600
    expected = erlang.agents_needed(wanted, arrival_rate=rate, aht=300.0, patience=120.0).agents

    np.testing.assert_array_equal(found, expected)


def test_without_patience_it_is_erlang_c() -> None:
    found = agents(patience="never")
    expected = erlang.agents_needed(
        erlang.Target(service_level=0.8, awt=20),
        arrival_rate=np.array(DAY * 7) / 3600,
        aht=240.0,
        patience=math.inf,
    ).agents

    np.testing.assert_array_equal(found, expected)


def test_a_slower_group_needs_more() -> None:
    slow = desk({"phone": phone()}, {"own": to_target(handle_time="120%")})
    skilled = desk({"phone": phone()}, {"own": to_target("{phone: {handle_time: 120%}}")})

    np.testing.assert_array_equal(needed(slow).agents, needed(skilled).agents)
    np.testing.assert_array_equal(needed(slow).agents, agents(handle_time="288s"))


def test_who_solves_less_at_once_needs_more() -> None:
    group = to_target(bounds="{minimum: 0}")
    channel = phone(fcr="80%", repeat_share="90%")
    options = {
        "base": f"{{groups: {{own: {group}}}}}",
        "worse": f"{{fcr: 50%, groups: {{own: {group}}}}}",
    }
    scenario = desk({"phone": channel}, options=options)
    good, bad = (requirement(scenario, scenario.options[name])["own"] for name in options)

    assert bad.load.sum() == pytest.approx(good.load.sum() * 0.82 / 0.55)
    assert bad.agents.sum() > good.agents.sum()


def test_only_groups_that_are_staffed_to_target_need_anything() -> None:
    scenario = desk({"phone": phone()}, {"own": to_target(), "vendor": team(source="vendor")})

    assert set(requirement(scenario, scenario.options["base"])) == {"own"}


@pytest.mark.parametrize("interval", ["15m", "30m"])
def test_finer_intervals_of_an_even_hour_need_the_same(interval: str) -> None:
    coarse = desk({"phone": phone()}, {"own": to_target()})
    fine = desk({"phone": phone()}, {"own": to_target()}, interval=interval)
    times = {"15m": 4, "30m": 2}[interval]

    np.testing.assert_array_equal(needed(fine).agents, np.repeat(needed(coarse).agents, times))


# --- hours and bounds ----------------------------------------------------------------------------


def test_nobody_is_needed_when_it_is_closed_or_nobody_comes() -> None:
    found = agents(by_hour=50, open='"Mon-Fri 09:00-18:00"', bounds="{minimum: 2}")
    hours = np.array([day < 5 and 9 <= hour < 18 for day in range(7) for hour in range(24)])

    assert not found[~hours].any()
    assert (found[hours] >= 4).all()
    assert not agents(by_hour=0).any()


def test_half_an_open_hour_needs_as_many_as_a_whole_one() -> None:
    half, whole = (agents(by_hour=50, open=f'"Mon 09:00-{end}"')[9] for end in ("09:30", "10:00"))

    assert half == whole > 0


def test_at_least_the_minimum_is_there_while_it_is_open() -> None:
    assert agents(bounds="{minimum: 3}").min() == 3


def test_more_than_the_maximum_is_not_given_and_said_so() -> None:
    scenario = desk({"phone": phone()}, {"own": to_target(bounds="{maximum: 5}")})
    found, free = needed(scenario), agents()

    np.testing.assert_array_equal(found.agents, np.minimum(free, 5))
    np.testing.assert_array_equal(found.met, free <= 5)


# --- promises over a day or the week -------------------------------------------------------------


def test_a_promise_on_average_takes_no_more_than_one_in_every_interval() -> None:
    every, day, week = (
        agents(target=f"{{answered: 80% in 20s, hold: {span}}}")
        for span in ("every interval", "every day", "on average")
    )

    assert week.sum() <= day.sum() <= every.sum()
    assert week.sum() < every.sum()
    np.testing.assert_array_equal(day, week)  # all days are alike


@pytest.mark.parametrize("hold", ["every day", "on average"])
def test_a_promise_over_a_span_is_kept_over_it(hold: str) -> None:
    found = agents(target=f"{{answered: 85% in 20s, abandonment: 2%, hold: {hold}}}")
    rate = np.array(DAY * 7) / 3600
    queue = erlang.erlang_a(
        arrival_rate=rate, aht=240.0, agents=found.astype(float), patience=120.0
    )

    assert np.average(queue.service_level("offered", 20.0), weights=rate) >= 0.85
    assert np.average(queue.abandonment, weights=rate) <= 0.02


# --- several channels ----------------------------------------------------------------------------


def test_one_team_for_two_channels_is_smaller_than_two_but_larger_than_either() -> None:
    channels = {"phone": phone(40), "chat": phone(30, kind="chat", handle_time="6m")}
    both = needed(desk(channels, {"own": to_target("[phone, chat]")})).agents
    apart = [
        needed(desk({name: text}, {"own": to_target(f"[{name}]")})).agents
        for name, text in channels.items()
    ]

    assert (np.maximum(*apart) < both).all()
    assert (both < sum(apart)).all()


def test_the_strictest_promise_counts() -> None:
    channels = {
        "phone": phone(40, target="{answered: 95% in 5s}"),
        "chat": phone(40, kind="chat", target="{answered: 50% in 5m}"),
    }
    strict = {**channels, "chat": phone(40, kind="chat", target="{answered: 95% in 5s}")}
    both, all_strict = (
        needed(desk(c, {"own": to_target("[phone, chat]")})).agents for c in (channels, strict)
    )

    np.testing.assert_array_equal(both, all_strict)


def mailing(letters: float) -> Requirement:
    channels = {"phone": phone(), "mail": line(letters, kind="email", handle_time="6m")}
    return needed(desk(channels, {"own": to_target("[phone, mail]")}))


def test_mail_fits_into_idle_time() -> None:
    few, none = mailing(2), agents()
    idle = np.clip(few.agents - few.load, 0, None).sum()

    assert few.deferrable.sum() == pytest.approx(168 * 2 * 360 / 3600)
    assert few.deferrable.sum() <= FILL * idle
    np.testing.assert_array_equal(few.agents, none)


def test_mail_that_does_not_fit_brings_more_agents_and_no_more_than_needed() -> None:
    found = mailing(60)
    idle = FILL * np.clip(found.agents - found.load, 0, None).sum()
    spare = FILL * np.clip(found.agents - 1 - found.load, 0, None).sum()

    assert spare < found.deferrable.sum() <= idle


def test_nobody_is_added_for_a_list_of_calls_to_make() -> None:
    calls = "{kind: voice, handle_time: 5m, outbound: {per_day: 600, reached: 100%, attempt: 1s}}"
    channels = {"phone": phone(), "list": calls}
    found = needed(desk(channels, {"own": to_target("[phone, list]")}))

    assert found.deferrable.sum() == 0
    np.testing.assert_array_equal(found.agents, agents())


def test_mail_that_comes_at_night_is_work_for_the_day() -> None:
    always, by_day, never = (
        needed(
            desk(
                {"mail": line(12, kind="email", handle_time="5m", open=hours)},
                {"own": to_target("[mail]")},
            )
        ).deferrable.sum()
        for hours in ("always", "Mon-Sun 08:00-20:00", "never")
    )

    assert (always, by_day, never) == (pytest.approx(168.0), pytest.approx(168.0), 0)


def test_a_desk_of_mail_only_works_through_it() -> None:
    scenario = desk(
        {"mail": line(12, kind="email", handle_time="5m")}, {"own": to_target("[mail]")}
    )

    np.testing.assert_array_equal(needed(scenario).agents, 2)  # 1 erlang, 85 % of 2 idle agents


def test_two_groups_staffed_to_target_may_not_share_a_channel() -> None:
    groups = {"own": to_target(), "vendor": to_target(source="vendor")}

    with pytest.raises(ScenarioError, match="must not be staffed to the target of phone beside"):
        needed(desk({"phone": phone()}, groups))


# --- more is more --------------------------------------------------------------------------------


@settings(max_examples=15)
@given(
    st.floats(0.5, 200),
    st.floats(1, 3),
    st.sampled_from(["every interval", "on average"]),
    st.sampled_from(["never", "2m", "{law: survival, table: {10s: 90%, 2m: 60%}}"]),
)
def test_more_calls_never_need_fewer(volume: float, more: float, hold: str, patience: str) -> None:
    target = f"{{answered: 80% in 20s, hold: {hold}}}"
    few, many = (
        agents(by_hour=calls, target=target, patience=patience) for calls in (volume, more * volume)
    )

    assert (few <= many).all()


@settings(max_examples=15)
@given(st.integers(1, 98), st.integers(1, 98), st.integers(1, 120), st.integers(1, 120))
def test_a_better_promise_never_needs_fewer(one: int, other: int, wait: int, longer: int) -> None:
    low, high = sorted((one, other))
    quick, slow = sorted((wait, longer))
    loose = agents(target=f"{{answered: {low}% in {slow}s}}")

    assert (loose <= agents(target=f"{{answered: {high}% in {quick}s}}")).all()


def test_a_spike_is_staffed_in_its_own_hour_only() -> None:
    spike = [0] * 24
    spike[12] = 500
    found = agents(by_hour=spike).reshape(7, 24)

    assert (found[:, 12] > 500 * 240 / 3600 * 0.8).all()
    assert found.sum() == found[:, 12].sum()
