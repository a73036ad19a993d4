"""Journeys: what clients do after an attempt, drawn ahead, and played out by hand.

Logs give the minute of every contact, fixed laws every duration, so that outcomes can be followed
with a finger. Tests of shares state their rate of false alarms; seeds are fixed.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import fields, replace
from typing import Any

import numpy as np
import pytest
from desks import desk, line, team
from numpy.typing import NDArray
from scipy import stats

from sim.demand import Demand, crew
from sim.engine import ENGINES, Outcome, Staffing, Workload
from sim.engine.contract import NEVER, NONE, Status
from sim.errors import ScenarioError
from sim.experiment import Replications, case, replicate
from sim.metrics import Count, Presence, Work, tally
from sim.scenario import Scenario

FALSE_ALARM = 1e-5
MINUTE = 60_000

ONE = "shifts: [{agents: 1, hours: always}]"
TWO = "shifts: [{agents: 2, hours: always}]"
FIXED = "{law: fixed, value: 10m}"


def log(*times: str) -> str:
    """Arrivals at times of the first day, with what else is known of them."""
    return "{log: [" + ", ".join(f'"2026-03-02 {time}"' for time in times) + "]}"


def at(arrivals: str = "none", handle_time: str = FIXED, kind: str = "voice", **more: str) -> str:
    keys = {"kind": kind, "arrivals": arrivals, "handle_time": handle_time, **more}
    return "{" + ", ".join(f"{key}: {value}" for key, value in keys.items()) + "}"


class Day:
    """One day of a scenario, played by the readable engine."""

    def __init__(self, scenario: Scenario, replication: int = 0) -> None:
        option = scenario.options["base"]
        demand = Demand.of(scenario, option)
        self.names = [queue.name for queue in demand.layout.queues]
        self.work: Workload = demand.workload(1, replication)
        self.crew: Staffing = crew(scenario, option)
        self.work.check()
        self.crew.check()
        self.out: Outcome = ENGINES["reference"](self.work, self.crew)

    def told(self) -> list[tuple[str, str, float, float, float]]:
        """Queue, fate, arrival, wait and talk [min] of the attempts that were made."""
        out = self.out
        rows = [row for row in np.argsort(out.arrival, kind="stable") if out.status[row]]
        return [
            (
                self.names[self.work.queue[row]],
                Status(out.status[row]).name,
                float(out.arrival[row] / MINUTE),
                float(out.wait[row] / MINUTE),
                float(out.talk[row] / MINUTE),
            )
            for row in rows
        ]


def day(channels: Mapping[str, str], groups: Mapping[str, str] | None = None, **more: Any) -> Day:
    served = ", ".join(channels)
    return Day(desk(channels, groups or {"own": team(f"[{served}]", ONE)}, days=1, **more))


# --- played by hand ------------------------------------------------------------------------------


def test_a_log_is_replayed_to_the_second_with_its_handle_times_and_patience() -> None:
    played = day({"phone": at(log("00:00:30, 3m", "00:01, , 90s", "00:02, 1m"))})

    assert played.told() == [
        ("phone", "SERVED", 0.5, 0.0, 3.0),
        ("phone", "ABANDONED", 1.0, 1.5, 0.0),
        ("phone", "SERVED", 2.0, 1.5, 1.0),
    ]


def test_who_abandons_tries_again_after_the_delay() -> None:
    redial = "{probability: 100%, delay: {law: fixed, value: 30m}}"
    phone = at(log("00:00", "00:01"), patience="{law: fixed, value: 2m}", redial=redial)

    assert day({"phone": phone}).told() == [
        ("phone", "SERVED", 0.0, 0.0, 10.0),
        ("phone", "ABANDONED", 1.0, 2.0, 0.0),
        ("phone", "SERVED", 33.0, 0.0, 10.0),
    ]


def test_later_tries_have_a_probability_of_their_own() -> None:
    redial = "{probability: 100%, later: 0%, delay: {law: fixed, value: 2m}}"
    phone = at(log("00:00", "00:01"), patience="{law: fixed, value: 1m}", redial=redial)

    assert day({"phone": phone}).told() == [
        ("phone", "SERVED", 0.0, 0.0, 10.0),
        ("phone", "ABANDONED", 1.0, 1.0, 0.0),
        ("phone", "ABANDONED", 4.0, 1.0, 0.0),
    ]


def test_mail_that_nobody_answers_becomes_a_call() -> None:
    redial = "{probability: 100%, delay: {law: fixed, value: 1m}, elsewhere: {phone: 100%}}"
    mail = at(log("00:00"), kind="email", patience="{law: fixed, value: 1h}", redial=redial)
    played = day(
        {"phone": at(handle_time="{law: fixed, value: 5m}"), "mail": mail},
        {"own": team("[phone]", ONE), "late": team("{mail: {after: 2h}}", ONE)},
    )

    assert played.told() == [
        ("mail", "ABANDONED", 0.0, 60.0, 0.0),
        ("phone", "SERVED", 61.0, 0.0, 5.0),
    ]


def test_a_warm_transfer_holds_the_first_agent_until_the_conference_is_over() -> None:
    conference = "{law: fixed, value: 1m}"
    way = f"{{to: second, share: 100%, transfer: warm, conference: {conference}}}"
    played = day(
        {
            "phone": at(log("00:00", "00:01"), escalation=way),
            "second": at(handle_time="{law: fixed, value: 20m}"),
        },
        {"own": team("[phone]", ONE), "experts": team("[second]", ONE)},
    )

    assert played.told() == [
        ("phone", "SERVED", 0.0, 0.0, 10.0),
        ("phone", "SERVED", 1.0, 10.0, 10.0),
        ("second", "SERVED", 10.0, 0.0, 21.0),
        ("second", "SERVED", 21.0, 10.0, 21.0),
    ]


def test_the_group_that_serves_says_how_many_it_passes_on() -> None:
    way = "{to: second, share: 100%, delay: 1m}"
    channels = {"phone": at(log("00:00", "00:01"), escalation=way), "second": at()}
    groups = {
        "able": team("{phone: {prefer: 1}}", ONE, escalates="0%"),
        "new": team("{phone: {prefer: 2}, second: {}}", TWO),
    }

    assert day(channels, groups).told() == [
        ("phone", "SERVED", 0.0, 0.0, 10.0),
        ("phone", "SERVED", 1.0, 0.0, 10.0),
        ("second", "SERVED", 12.0, 0.0, 10.0),
    ]


def test_the_unresolved_come_back_as_often_as_is_allowed() -> None:
    repeat = "{delay: {law: fixed, value: 1h}, at_most: 2}"
    phone = at(log("00:00"), fcr="0%", repeat_share="99.9999%", repeat=repeat)

    assert [told[2] for told in day({"phone": phone}).told()] == [0.0, 70.0, 140.0]


def test_who_comes_back_depends_on_the_group_that_served() -> None:
    repeat = "{delay: {law: fixed, value: 1h}, at_most: 1}"
    phone = at(log("00:00", "00:01"), repeat_share="99.9999%", repeat=repeat)
    groups = {
        "able": team("{phone: {prefer: 1}}", ONE, fcr="100%"),
        "new": team("{phone: {prefer: 2}}", ONE, fcr="0%"),
    }
    played = day({"phone": phone}, groups)

    assert [told[2] for told in played.told()] == [0.0, 1.0, 71.0]
    assert played.out.agent[:2].tolist() == [0, 1]


def test_a_callback_keeps_the_place_in_the_queue() -> None:
    phone = at(log("00:00", "00:01", "00:04"), callback="{after: 2m, accept: 100%, priority: 1}")

    assert day({"phone": phone}).told()[:3] == [
        ("phone", "SERVED", 0.0, 0.0, 10.0),
        ("phone", "CALLED_BACK", 1.0, 2.0, 0.0),
        ("phone.callback", "SERVED", 3.0, 7.0, 10.0),
    ]


@pytest.mark.parametrize(("reserve", "made_at"), [(0, 10), (1, 9 * 60)])
def test_callbacks_are_made_at_any_hour_but_by_a_night_desk_that_stays_idle(
    reserve: int, made_at: float
) -> None:
    callback = f"{{after: 2m, accept: 100%, reserve: {reserve}}}"
    phone = at(log("00:00", "00:01"), open="Mon-Sun 00:00-00:05", callback=callback)
    groups = {
        "night": team("[phone]", "shifts: [{agents: 1, hours: Mon-Sun 00:00-09:00}]"),
        "day": team("[phone]", "shifts: [{agents: 2, hours: Mon-Sun 09:00-17:00}]"),
    }

    queue, fate, arrival, wait, _ = day({"phone": phone}, groups).told()[-1]
    assert (queue, fate, arrival + wait) == ("phone.callback", "SERVED", made_at)


def test_clients_are_called_back_in_the_window_only_and_tried_again_in_the_next() -> None:
    """Who accepts at 23:03 is called at 09:00; not reached, and tried again at 09:30:30."""
    again = "{law: fixed, value: 30m}"
    callback = (
        f"{{after: 2m, accept: 100%, answered: 0.0001%, attempt: 30s, again: {again}, at_most: 3, "
        "window: Mon-Sun 09:00-10:00}"
    )
    phone = at(log("23:00", "23:01"), callback=callback)
    told = Day(desk({"phone": phone}, {"own": team("[phone]", ONE)}, days=3)).told()
    nine = 24 * 60 + 9 * 60.0

    assert told[2:] == [
        ("phone.unreached", "SERVED", 1383.0, nine - 1383, 0.5),
        ("phone.unreached", "SERVED", nine + 30.5, 0.0, 0.5),
        ("phone.unreached", "SERVED", nine + 61.0, 24 * 60 - 61.0, 0.5),
    ]


def test_on_holidays_of_a_channel_nobody_is_called_back() -> None:
    callback = "{after: 2m, accept: 100%, window: Mon-Sun 09:00-21:00}"
    phone = at(
        '{log: ["2026-03-06 22:00:00", "2026-03-06 22:01:00"]}',
        callback=callback,
        closed_on_holidays="true",
    )
    calendar = "{start: 2026-03-06, days: 7, holidays: {add: [2026-03-07]}}"
    played = Day(desk({"phone": phone}, {"own": team("[phone]", ONE)}, calendar=calendar))

    queue, fate, arrival, wait, _ = played.told()[-1]
    assert (queue, fate, arrival + wait) == ("phone.callback", "SERVED", (2 * 24 + 9) * 60)


def test_a_window_that_never_opens_is_refused() -> None:
    phone = at(log("00:00"), callback="{after: 2m, accept: 100%, window: never}")
    with pytest.raises(
        ScenarioError, match="window: must have an hour in which clients are called"
    ):
        desk({"phone": phone})


def test_a_group_with_a_law_of_its_own_keeps_to_what_is_known_of_a_contact() -> None:
    """A class, the bot and redials change its times as they do others; a log goes by the mean."""
    bot = "{share: 100%, session: {law: fixed, value: 1m}, resolved: 0%, handle_time: 150%}"
    times = at(log("00:00, 8m", "01:00"), handle_time=FIXED)
    rare = at(log("02:00"), classes="{vip: {share: 99.99%, handle_time: 200%}}")
    through = at(log("03:00"), bot=bot)
    law = "{handle_time_law: {law: fixed, value: 5m}}"
    channels = {"phone": times, "line": rare, "web": through}
    skills = ", ".join(f"{name}: {law}" for name in channels)
    talks = [row[-1] for row in day(channels, {"own": team(f"{{{skills}}}", ONE)}).told()]

    assert talks == [4.0, 5.0, 10.0, 1.0, 7.5]


def test_a_callback_that_reaches_nobody_is_tried_again() -> None:
    callback = "{after: 2m, accept: 100%, answered: 0.0001%, attempt: 30s, again: 30m, at_most: 2}"
    again = "{law: fixed, value: 30m}"
    phone = at(log("00:00", "00:01"), callback=callback.replace("30m", again))

    assert day({"phone": phone}).told()[2:] == [
        ("phone.unreached", "SERVED", 3.0, 7.0, 0.5),
        ("phone.unreached", "SERVED", 40.5, 0.0, 0.5),
    ]


def test_whom_the_bot_does_not_help_it_hands_on_and_who_finds_no_session_waits_for_an_agent() -> (
    None
):
    session = "{law: fixed, value: 2m}"
    bot = f"{{share: 100%, session: {session}, resolved: 0%, handle_time: 150%, sessions: 1}}"

    assert day({"phone": at(log("00:00", "00:01"), bot=bot)}).told() == [
        ("phone.bot", "SERVED", 0.0, 0.0, 2.0),
        ("phone.bot", "BLOCKED", 1.0, 0.0, 0.0),
        ("phone", "SERVED", 1.0, 0.0, 10.0),
        ("phone", "SERVED", 2.0, 9.0, 15.0),
    ]


def test_whom_the_bot_seemed_to_help_may_come_back_after_all() -> None:
    times = "{law: fixed, value: 2m}"
    back = "{law: fixed, value: 3h}"
    bot = f"{{share: 100%, session: {times}, resolved: 100%, back: 100%, back_after: {back}}}"

    assert day({"phone": at(log("00:00"), bot=bot)}).told() == [
        ("phone.bot", "SERVED", 0.0, 0.0, 2.0),
        ("phone", "SERVED", 182.0, 0.0, 10.0),
    ]


def test_a_class_of_clients_goes_first_and_has_its_own_handle_time() -> None:
    classes = "{vip: {share: 99.9999%, priority: 1, handle_time: 50%}}"
    played = day(
        {
            "phone": at(log("00:00", "00:01"), priority="2"),
            "card": at(log("00:02"), priority="2", classes=classes),
        }
    )

    assert [told[:4] for told in played.told()] == [
        ("phone", "SERVED", 0.0, 0.0),
        ("phone", "SERVED", 1.0, 14.0),
        ("card.vip", "SERVED", 2.0, 8.0),
    ]


def test_whoever_waits_long_enough_overtakes_by_age() -> None:
    young = at(log("00:08"), priority="1")
    old = at(log("00:00", "00:01"), priority="2", ageing="5m")

    assert [t[0] for t in day({"old": old, "young": young}).told() if t[3] > 0] == ["old", "young"]
    served = {t[0]: t[2] + t[3] for t in day({"old": old, "young": young}).told() if t[3] > 0}
    assert served == {"old": 10.0, "young": 20.0}


def test_conversations_grow_with_the_wait_and_with_the_hour() -> None:
    changes = "{per_minute_waited: 10%, at_most: 50%, by_hour: {00:00-01:00: 200%}}"
    phone = at(log("00:00", "00:15", "02:00", "02:01"), handle_time_changes=changes)

    assert [told[4] for told in day({"phone": phone}).told()] == [20.0, 30.0, 10.0, 15.0]


def test_the_hour_counts_by_the_clock_also_behind_a_warm_up() -> None:
    changes = "{by_hour: {00:00-01:00: 200%}}"
    phone = at(log("00:00", "01:00"), handle_time_changes=changes)

    assert [t[4] for t in day({"phone": phone}, warm_up="3h").told()] == [20.0, 10.0]


def test_three_chats_at_once_take_longer_each() -> None:
    chat = at(log("00:00", "00:00"), kind="chat", by_level="[10m, 15m, 30m]")

    assert [told[3:] for told in day({"chat": chat}).told()] == [(0.0, 15.0), (0.0, 15.0)]


@pytest.mark.parametrize(("assign", "agents"), [("spread", 2), ("fill", 1)])
def test_chats_go_to_who_holds_fewest_or_to_who_has_room(assign: str, agents: int) -> None:
    chat = at(log("00:00", "00:01"), kind="chat", at_once="2", assign=assign)
    played = day({"chat": chat}, {"own": team("[chat]", TWO)})

    assert len(set(played.out.agent[:2].tolist())) == agents


def test_lines_of_a_trunk_are_shared_by_channels() -> None:
    played = day(
        {"phone": at(log("00:00"), trunk="main"), "fax": at(log("00:01"), trunk="main")},
        {"own": team("[phone, fax]", TWO)},
        trunks="{main: 1}",
    )

    assert [told[1] for told in played.told()] == ["SERVED", "BLOCKED"]


def test_greeting_and_ringing_pass_before_the_talk() -> None:
    played = day({"phone": at(log("00:00", "00:01"), greeting="30s", ring="30s")})

    assert [told[3] for told in played.told()] == [0.5, 10.0]


@pytest.mark.parametrize(("rule", "fate"), [("stay", "SERVED"), ("leave", "DISMISSED")])
def test_who_waits_at_closing_time_stays_or_leaves(rule: str, fate: str) -> None:
    hours = "Mon-Sun 00:00-00:05"
    played = day({"phone": at(log("00:00", "00:01"), open=hours, at_closing=rule)})

    assert played.told()[1][1] == fate


def test_the_earlier_deadline_goes_first_where_an_agent_asks_for_it() -> None:
    slow = at(log("00:00", "00:01"), kind="email", deadline="8h", order="deadline")
    quick = at(log("00:05"), kind="email", deadline="1h", order="deadline")
    told = day({"slow": slow, "quick": quick}).told()

    assert [t[0] for t in sorted(told, key=lambda t: t[2] + t[3])] == ["slow", "quick", "slow"]


def test_a_group_helps_out_above_a_level_of_the_queue() -> None:
    phone = at(log("00:00", "00:01", "00:02"))
    groups = {"own": team("[phone]", ONE), "help": team("{phone: {above: 1}}", ONE)}

    assert [told[3] for told in day({"phone": phone}, groups).told()] == [0.0, 1.0, 8.0]


# --- what is drawn -------------------------------------------------------------------------------


def drawn(scenario: Scenario) -> tuple[Workload, list[str]]:
    demand = Demand.of(scenario, scenario.options["base"])
    return demand.workload(1, 0), [queue.name for queue in demand.layout.queues]


def near(count: int, size: int, share: float) -> bool:
    return bool(stats.binomtest(count, size, share).pvalue > FALSE_ALARM)


RICH = {
    "phone": line(
        200,
        patience="2m",
        redial="{probability: 40%, after_busy: 70%, later: 20%, later_after_busy: 30%, delay: 5m,"
        " elsewhere: {chat: 25%}}",
        escalation="{to: second, share: 30%, transfer: warm, conference: 1m}",
        callback="{after: 1m, accept: 35%, answered: 80%}",
        bot="{share: 40%, session: 2m, resolved: 55%, back: 10%, sessions: 30}",
        classes="{vip: {share: 8%, patience: 5m}, gold: {share: 2%}}",
        fcr="70%",
        repeat_share="50%",
        repeat="{delay: 1h}",
    ),
    "chat": line(20, kind="chat"),
    "second": at(handle_time="12m"),
}


def rich() -> Scenario:
    return desk(RICH, {"own": team("[phone, chat, second]", TWO)}, days=2)


def test_links_and_marks_have_the_shares_of_the_scenario() -> None:
    work, names = drawn(rich())
    work.check()
    first = np.arange(work.fresh)
    queue = np.array(names)[work.queue]
    phone = first[np.isin(queue[first], ["phone", "phone.vip", "phone.gold"])]
    bot = first[queue[first] == "phone.bot"]
    size = len(phone) + len(bot)

    assert near(len(bot), size, 0.4)
    assert near(int((queue[phone] == "phone.vip").sum()), len(phone), 0.08)
    assert near(int((work.after_abandon[phone] != NONE).sum()), len(phone), 0.4)
    assert near(int((work.after_busy[phone] != NONE).sum()), len(phone), 0.7)
    assert near(int((work.escalation[phone] != NONE).sum()), len(phone), 0.3)
    assert near(int((work.repeat[phone] != NONE).sum()), len(phone), 0.3 * 0.5)
    assert near(int((work.callback[phone] != NONE).sum()), len(phone), 0.35)
    called = work.callback[phone][work.callback[phone] != NONE]
    assert near(int((queue[called] == "phone.callback").sum()), len(called), 0.8)
    again = work.after_busy[phone][work.after_busy[phone] != NONE]
    assert near(int((queue[again] == "chat").sum()), len(again), 0.25)
    stayed = again[queue[again] != "chat"]
    assert near(int((work.after_abandon[stayed] != NONE).sum()), len(stayed), 0.2)
    assert near(int((work.escalation[bot] != NONE).sum()), len(bot), 0.45)
    assert near(int((work.repeat[bot] != NONE).sum()), len(bot), 0.055)
    assert np.all(work.after_busy[bot] != NONE)


def test_a_redial_has_the_same_matter_and_an_escalation_another() -> None:
    work, _ = drawn(rich())
    first = np.flatnonzero(work.callback[: work.fresh] != NONE)
    passed = np.flatnonzero(work.escalation != NONE)
    passed = passed[work.escalation_mark[passed] > 0]

    assert np.mean(work.handle[first] == work.handle[work.callback[first]]) > 0.7
    assert np.mean(work.handle[passed] == work.handle[work.escalation[passed]]) < 0.01
    assert np.all(work.patience[work.callback[first]] == NEVER)


def test_first_attempts_are_the_same_whatever_may_follow() -> None:
    plain = {"phone": line(200, patience="2m"), "chat": line(20, kind="chat"), "second": at()}
    groups = {"own": team("[phone, chat, second]", TWO)}
    less, _ = drawn(desk(plain, groups, days=2))
    more, _ = drawn(rich())

    assert np.array_equal(less.due[: less.fresh], more.due[: more.fresh])
    spoken = np.flatnonzero(np.asarray(more.queue[: more.fresh]) == 0)
    assert np.array_equal(less.handle[spoken], more.handle[spoken])
    assert np.array_equal(less.patience[spoken], more.patience[spoken])


def test_journeys_draw_the_same_redials_as_the_shorter_way() -> None:
    redial = "{probability: 50%, after_busy: 80%, delay: 5m, at_most: 4}"
    channels = {"phone": line(60, patience="2m", redial=redial), "chat": line(9, kind="chat")}
    scenario = desk(channels, {"own": team("[phone, chat]")}, days=1)
    short = Demand.of(scenario, scenario.options["base"])
    varied = channels | {"chat": line(9, kind="chat", callback="{after: 1m, accept: 0%}")}
    rich_one = desk(varied, {"own": team("[phone, chat]")}, days=1)
    long = replace(short, journeys=Demand.of(rich_one, rich_one.options["base"]).journeys)
    one, other = short.workload(1, 0), long.workload(1, 0)

    assert chains(one) == chains(other)


def chains(work: Workload) -> list[tuple[tuple[int, ...], ...]]:
    """Every client's attempts by what is known of each."""
    columns: list[NDArray[Any]] = [work.due, work.queue, work.handle, work.acw, work.patience]
    found = []
    for row in range(work.fresh):
        chain, at_row = [], row
        while at_row != NONE:
            lost = int(work.after_abandon[at_row])
            chain.append((*(int(c[at_row]) for c in columns), int(lost != NONE)))
            at_row = lost if lost != NONE else int(work.after_busy[at_row])
        found.append(tuple(chain))
    return found


def test_a_workload_of_journeys_needs_no_memory_of_others() -> None:
    scenario = rich()
    demand = Demand.of(scenario, scenario.options["base"])
    before = demand.workload(1, 3)
    demand.workload(1, 2)
    after = demand.workload(1, 3)

    for field in fields(Workload):
        assert np.array_equal(getattr(before, field.name), getattr(after, field.name))


# --- what is counted -----------------------------------------------------------------------------


def figures(channels: Mapping[str, str], groups: Mapping[str, str] | None = None) -> Replications:
    served = ", ".join(channels)
    scenario = desk(channels, groups or {"own": team(f"[{served}]", ONE)}, days=1)
    return replicate(case(scenario, "base"), seed=1, replications=1, engine="reference", workers=1)


def test_a_class_counts_in_its_channel_and_on_its_own() -> None:
    classes = "{vip: {share: 99.9999%, target: {answered: 90% in 30s}}}"
    phone = at(log("00:00", "00:01"), classes=classes, target="{answered: 80% in 20m}")
    found = figures({"phone": phone})

    assert found.case.rows == ("phone", "phone.vip")
    assert found.counts("phone")[:, Count.OFFERED].sum() == 2
    assert found.estimate("service_level", "phone").value == 1.0
    assert found.estimate("service_level", "phone.vip").value == 0.5
    assert found.estimate("client_served", "phone.vip").value == 1.0


def test_calls_and_clients_tie_through_callbacks() -> None:
    again = "{law: fixed, value: 30m}"
    callback = f"{{after: 2m, accept: 100%, answered: 0.0001%, attempt: 30s, again: {again}}}"
    found = figures({"phone": at(log("00:00", "00:01"), callback=callback)})
    total = found.counts("phone").sum(axis=0)

    assert found.case.rows == ("phone", "phone.callback")
    assert total[[Count.OFFERED, Count.SERVED, Count.CALLED_BACK]].tolist() == [2, 1, 1]
    assert total[[Count.CLIENTS, Count.CLIENTS_SERVED]].tolist() == [2, 1]
    assert total[Count.CLIENT_ATTEMPTS] == 4  # two calls, and two callbacks that reach nobody
    assert total[Count.WAIT_LEFT] == 120
    assert found.presence("own")[:, Presence.BUSY].sum() == 600 + 30 + 30


def test_self_service_counts_at_the_bot_and_its_clients_in_the_channel() -> None:
    session = "{law: fixed, value: 2m}"
    bot = f"{{share: 100%, session: {session}, resolved: 0%, handle_time: 150%}}"
    found = figures({"phone": at(log("00:00", "00:20"), bot=bot)})
    total = found.counts("phone").sum(axis=0)

    assert found.counts("phone.bot")[:, Count.SERVED].sum() == 2
    assert total[[Count.OFFERED, Count.SERVED, Count.TALK]].tolist() == [2, 2, 1800]
    assert total[[Count.CLIENTS, Count.CLIENTS_RESOLVED]].tolist() == [2, 2]
    assert total[Count.CLIENT_ATTEMPTS] == 4


def test_a_client_who_is_passed_on_and_lost_is_served_but_not_resolved() -> None:
    second = at(patience="{law: fixed, value: 1m}", open="Mon-Sun 00:00-24:00")
    channels = {"phone": at(log("00:00"), escalation="{to: second, share: 100%}")}
    groups = {"own": team("[phone]", ONE), "late": team("{second: {after: 5m}}", ONE)}
    found = figures(channels | {"second": second}, groups)
    total = found.counts("phone").sum(axis=0)

    assert total[[Count.CLIENTS_SERVED, Count.CLIENTS_RESOLVED]].tolist() == [1, 0]
    assert found.counts("second")[:, Count.ABANDONED].sum() == 1
    assert found.counts("second")[:, Count.CLIENTS].sum() == 0


def test_every_attempt_belongs_to_a_client_in_a_rich_day() -> None:
    scenario = rich()
    option = scenario.options["base"]
    work = Demand.of(scenario, option).workload(1, 0)
    out = ENGINES["reference"](work, crew(scenario, option))
    played = case(scenario, "base")
    counted = tally(work, played.staffing, out, replace(played.lens, within=48))
    channels = len(played.channels)

    attempts = counted.contacts[:channels, :, Count.CLIENT_ATTEMPTS].sum()
    closed = counted.contacts[:channels, :, Count.CLIENTS_CLOSED].sum()
    assert attempts + closed == (out.status != Status.NOT_MADE).sum()
    assert counted.work[..., Work.SERVED].sum() == (out.agent != NONE).sum()
    assert counted.work[..., Work.TALK].sum() * 1000 == pytest.approx(
        out.talk[out.agent != NONE].sum()
    )


def test_a_deadline_runs_in_opening_hours_only() -> None:
    hours = "'Mon-Sun 00:00-00:05, Mon-Sun 12:00-13:00'"
    times = log("00:00", "00:04", "00:04:30")
    mail = at(times, "{law: fixed, value: 12h}", "email", deadline="2m", open=hours)
    found = figures({"mail": mail}, {"own": team("[mail]", ONE)})
    total = found.counts("mail").sum(axis=0)

    # The first at once; the second at 12:00, when it was open for 1 more minute; the third late.
    assert total[[Count.WITH_DEADLINE, Count.IN_DEADLINE]].tolist() == [3, 2]
    assert found.estimate("in_deadline", "mail").value == pytest.approx(2 / 3)


# --- the lines of a bot --------------------------------------------------------------------------


def test_a_bot_holds_the_line_of_its_channel_and_hands_it_on_with_the_contact() -> None:
    times = "{law: fixed, value: 2m}"
    bot = f"{{share: 100%, session: {times}, resolved: 0%}}"
    calls = log("00:00", "00:01", "00:05", "00:13")

    # One line: held from 0 to 12, two minutes with the bot and ten with the agent.
    assert [told[:2] for told in day({"phone": at(calls, lines="1", bot=bot)}).told()] == [
        ("phone.bot", "SERVED"),
        ("phone.bot", "BLOCKED"),
        ("phone", "SERVED"),
        ("phone.bot", "BLOCKED"),
        ("phone.bot", "SERVED"),
        ("phone", "SERVED"),
    ]


def test_a_bot_with_sessions_of_its_own_holds_one_of_them_instead_of_a_line() -> None:
    times = "{law: fixed, value: 2m}"
    bot = f"{{share: 100%, session: {times}, resolved: 0%, sessions: 1}}"
    calls = log("00:00", "00:01", "00:01:30", "00:11:30")
    played = day(
        {"phone": at(calls, lines="1", bot=bot)},
        {"own": team("[phone]", "shifts: [{agents: 4, hours: always}]")},
    )

    # The session is held to the end of the talk at 12; who finds none takes the only line.
    assert [told[:3] for told in played.told()] == [
        ("phone.bot", "SERVED", 0.0),
        ("phone.bot", "BLOCKED", 1.0),
        ("phone", "SERVED", 1.0),
        ("phone.bot", "BLOCKED", 1.5),
        ("phone", "BLOCKED", 1.5),
        ("phone", "SERVED", 2.0),
        ("phone.bot", "BLOCKED", 11.5),
        ("phone", "SERVED", 11.5),
    ]


NINE_TO_FIVE = "shifts: [{agents: 1, hours: Mon-Sun 09:00-17:00}]"


@pytest.mark.parametrize("more", [{}, {"deadline": "30m"}])
def test_mail_that_comes_at_night_waits_until_somebody_is_there(more: dict[str, str]) -> None:
    mail = at(log("03:00", "10:00"), kind="email", open="Mon-Sun 09:00-17:00", **more)
    phone = at(log("03:00"), open="Mon-Sun 09:00-17:00")
    played = day({"mail": mail, "phone": phone}, {"own": team("[mail, phone]", NINE_TO_FIVE)})

    assert played.told() == [
        ("mail", "SERVED", 180.0, 360.0, 10.0),
        ("phone", "CLOSED", 180.0, 0.0, 0.0),
        ("mail", "SERVED", 600.0, 0.0, 10.0),
    ]


def test_the_deadline_of_mail_begins_in_the_morning() -> None:
    times = log("03:00", "04:00", "05:00", "16:55")
    mail = at(times, kind="email", deadline="15m", open="Mon-Sun 09:00-17:00")
    found = figures({"mail": mail}, {"own": team("[mail]", NINE_TO_FIVE)})
    total = found.counts("mail").sum(axis=0)

    # At 09:00, 09:10, 09:20: the third is late. The fourth is answered at once.
    assert total[[Count.WITH_DEADLINE, Count.IN_DEADLINE]].tolist() == [4, 3]
    assert total[Count.CLOSED] == 0


def test_a_mailbox_that_is_shut_takes_nothing() -> None:
    channels = {"mail": at(log("03:00"), kind="email", deadline="30m"), "phone": at()}
    group = f"{{own: {team('[mail, phone]', ONE)}}}"
    options = {"base": f"{{open: {{mail: never}}, groups: {group}}}"}
    played = Day(desk(channels, options=options, days=1))

    assert played.told() == [("mail", "CLOSED", 180.0, 0.0, 0.0)]


def test_mail_round_the_clock_and_mail_without_a_deadline_need_no_rule_of_their_own() -> None:
    open_ = "Mon-Fri 09:00-17:00"
    keys: list[dict[str, str]] = [{"open": open_}, {"deadline": "8h"}, {}]
    for more in keys:
        assert not day({"mail": at(kind="email", **more)}).crew.accepts.any()
    both = day({"mail": at(kind="email", open=open_, deadline="8h"), "phone": at(open=open_)})
    assert both.crew.accepts.tolist() == [1, 0]
