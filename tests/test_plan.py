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
Floats = NDArray[np.float64]

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
    expected = erlang.agents_needed(
        wanted, arrival_rate=in_hand(300.0) / 300.0, aht=300.0, patience=120.0
    ).agents

    np.testing.assert_array_equal(found, expected)


def test_without_patience_it_is_erlang_c() -> None:
    found = agents(patience="never")
    expected = erlang.agents_needed(
        erlang.Target(service_level=0.8, awt=20),
        arrival_rate=in_hand(240.0) / 240.0,
        aht=240.0,
        patience=math.inf,
    ).agents

    np.testing.assert_array_equal(found, expected)


def in_hand(aht: float) -> Floats:
    """Work in hand on the days of `DAY`, by the closed form of a queue that never waits."""
    rate, moments = np.array(DAY * 3) / 3600, 60
    times = 48 * 3600 + (np.arange(24 * moments) + 0.5) * 3600 / moments
    law = erlang.Exponential(mean=aht)
    load = erlang.piecewise_load(arrival_rate=rate, service=law, times=times, interval=3600.0)
    own = np.array(DAY) / 3600 * aht
    carried = np.maximum(load.reshape(24, moments).mean(axis=1), own)
    return np.tile(np.where(own > 0, carried, 0.0), 7)


def test_what_an_interval_leaves_over_is_in_hand_in_the_next() -> None:
    found = needed(desk({"phone": phone()}, {"own": to_target()}))

    np.testing.assert_allclose(found.load + found.carried, in_hand(240.0), rtol=1e-4, atol=1e-4)
    assert (found.carried >= 0).all()
    assert found.carried[12] > 0.05  # after the peak at eleven
    assert found.carried[9] == pytest.approx(0, abs=1e-9)  # before it


def test_agents_who_may_be_divided_are_fewer_by_less_than_one() -> None:
    found = needed(desk({"phone": phone()}, {"own": to_target()}))

    assert (found.divided <= found.agents).all()
    assert (found.divided > found.agents - 1).all()


def test_a_team_that_chats_needs_what_the_chain_of_its_chats_says() -> None:
    chat = phone(60, kind="chat", handle_time="5m", at_once="3", by_level="[5m, 6m, 7m]")
    found = needed(desk({"chat": chat}, {"own": to_target("[chat]")})).agents
    expected = erlang.chat_agents_needed(
        erlang.Target(service_level=0.8, awt=20),
        arrival_rate=60 / 3600,
        aht_by_level=(300.0, 360.0, 420.0),
        patience=120.0,
    ).agents

    np.testing.assert_array_equal(found, expected)
    assert expected < agents(by_hour=60, handle_time="5m").max()


def test_chats_beside_calls_take_the_time_of_agents_who_hold_all_they_may() -> None:
    chat = phone(60, kind="chat", handle_time="5m", at_once="3", by_level="[5m, 6m, 7m]")
    found = needed(desk({"chat": chat, "phone": phone(40)}, {"own": to_target("[chat, phone]")}))

    assert found.load[0] == pytest.approx((60 * 420 / 3 + 40 * 240) / 3600)


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
    coarse = desk({"phone": phone(70)}, {"own": to_target()})
    fine = desk({"phone": phone(70)}, {"own": to_target()}, interval=interval)
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

    assert week.sum() <= day.sum() < every.sum()
    assert day.sum() - week.sum() < 7  # days are alike: nothing but what is left of an agent


def test_a_promise_on_average_is_kept_by_the_fewest_agents() -> None:
    rates, promise = (3, 12, 40), erlang.Target(service_level=0.6, awt=20)
    calls = [*rates] * 8
    channel = phone(calls, target="{answered: 80% in 20s, hold: every day}")
    plan = needed(desk({"phone": channel}, {"own": to_target()}))
    found, rate = plan.agents[24:48], (plan.load + plan.carried)[24:48] / 240.0
    least = erlang.agents_needed(promise, arrival_rate=rate, aht=240.0, patience=120.0).agents

    def average(staff: Agents) -> float:
        queue = erlang.erlang_a(
            arrival_rate=rate, aht=240.0, agents=staff.astype(float), patience=120.0
        )
        return float(np.average(queue.service_level("offered", 20.0), weights=rate))

    assert (found >= least).all()
    spare = np.flatnonzero(found > least)
    assert len(spare)
    for one in spare:  # nobody above the floor can be spared, not even by two who go for one
        fewer = found.copy()
        fewer[one] -= 1
        assert average(fewer) < 0.8
        for other in set(spare.tolist()) - {one}:
            for place in range(24):
                moved = fewer.copy()
                moved[other] -= 1
                moved[place] += 1
                assert average(moved) < 0.8


def test_a_floor_is_kept_in_every_interval() -> None:
    low, high = (
        agents(target=f"{{answered: 80% in 20s, hold: on average, floor: {floor}}}")
        for floor in ("20%", "79%")
    )
    rate = np.array(DAY * 7) / 3600
    busy = rate > 0
    least = erlang.erlang_a(
        arrival_rate=rate[busy], aht=240.0, agents=high[busy].astype(float), patience=120.0
    ).service_level("offered", 20.0)

    assert least.min() >= 0.79
    assert low.sum() < high.sum()


def test_a_floor_above_the_promise_is_refused() -> None:
    with pytest.raises(ScenarioError, match="must not be above the 80% promised"):
        agents(target="{answered: 80% in 20s, hold: on average, floor: 90%}")
    with pytest.raises(ScenarioError, match="needs a promise over a day or on average"):
        agents(target="{answered: 80% in 20s, floor: 50%}")


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

    found = needed(scenario).agents

    assert 168 / FILL <= found.sum() <= 168 / FILL + 2
    assert found.max() == 2
    assert np.count_nonzero(np.diff(found) > 0) <= 3  # a few stretches of help


def test_mail_with_a_deadline_is_done_within_it() -> None:
    day = [0] * 24
    day[9] = 60  # five hours of work, at once
    soon, late = (
        needed(
            desk(
                {
                    "mail": line(
                        day,
                        kind="email",
                        handle_time="5m",
                        target=f"{{answered: 90% in {limit}, hold: on average}}",
                    )
                },
                {"own": to_target("[mail]", source="inhouse")},
            )
        ).agents.reshape(7, 24)
        for limit in ("2h", "5h")
    )

    assert (FILL * soon[:, 9:12].sum(axis=1) >= 5).all()  # until noon for who wrote at ten
    assert (late.max(axis=1) <= 1).all()
    assert (FILL * late[:, 9:21].sum(axis=1) >= 5).all()


def test_a_deadline_in_opening_hours_waits_for_monday() -> None:
    friday = [0] * 24
    friday[17] = 24  # two hours of work in the last open hour of the week
    mail = line(
        kind="email",
        handle_time="5m",
        open='"Mon-Fri 09:00-18:00"',
        deadline="4h",
        arrivals=f"{{Mon-Thu: {[0] * 24}, Fri: {friday}, Sat-Sun: {[0] * 24}}}",
    )
    found = needed(desk({"mail": mail}, {"own": to_target("[mail]")})).agents

    assert FILL * (found[4 * 24 + 17] + found[9:13].sum()) >= 2
    assert not found[5 * 24 :].any()


def test_two_groups_that_share_a_channel_begin_with_no_more_than_one_pool() -> None:
    """The simulation adds to it; what only one of them serves that one has from the beginning."""
    channels = {"phone": phone(30), "vip": phone(6)}
    alone = desk(channels, {"one": to_target("[phone, vip]")})
    only_vip = desk({"vip": phone(6)}, {"one": to_target("[vip]")})
    shared = desk(channels, {"first": to_target(), "both": to_target("[phone, vip]")})
    found = requirement(shared, shared.options["base"])
    together = found["first"].agents + found["both"].agents

    assert (together == needed(alone, "one").agents).all()
    assert (found["both"].agents == needed(only_vip, "one").agents).all()


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

    if hold == "every interval":
        assert (few <= many).all()
    else:  # where agents help most may move; a hair for the whole numbers
        assert few.sum() <= many.sum() + 1


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
