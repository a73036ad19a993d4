"""Crews: who is there when, laid out from the week along the period on any day of the week."""

from __future__ import annotations

import datetime

import numpy as np
import pytest
from desks import desk, each_day, line, only, team
from hypothesis import given
from hypothesis import strategies as st
from numpy.typing import NDArray

from sim.demand import Timeline, crew, opening_hours, stretches, ticks
from sim.engine import Staffing
from sim.engine.contract import CLOCK_LIMIT, NEVER, NONE
from sim.errors import InvalidInput
from sim.scenario import OpenHours, Scenario, ShiftHours

DAY, WEEK = 86_400, 7 * 86_400
SLOT = 900_000

levels = st.lists(
    st.integers(0, 5) | st.floats(0, 5).map(lambda x: round(x, 2)), min_size=1, max_size=40
).map(lambda values: np.array(values, np.float64))


# --- positions -----------------------------------------------------------------------------------


@given(levels)
def test_every_slot_holds_the_time_that_was_asked_for(wanted: NDArray[np.float64]) -> None:
    worked = np.zeros(len(wanted), np.int64)
    for start, end in stretches(wanted, SLOT):
        for slot in range(len(wanted)):
            worked[slot] += max(0, min(end, (slot + 1) * SLOT) - max(start, slot * SLOT))

    whole = np.floor(wanted)
    np.testing.assert_array_equal(worked, whole * SLOT + np.rint((wanted - whole) * SLOT))


@given(levels)
def test_never_more_positions_than_the_next_whole_number(wanted: NDArray[np.float64]) -> None:
    found = stretches(wanted, SLOT)
    for slot, level in enumerate(wanted):
        for moment in range(slot * SLOT, (slot + 1) * SLOT, SLOT // 9):
            there = sum(start <= moment < end for start, end in found)
            assert np.floor(level) <= there <= np.ceil(level)


@given(levels)
def test_positions_start_and_end_as_seldom_as_possible(wanted: NDArray[np.float64]) -> None:
    whole = np.ceil(wanted)
    rises = np.maximum(np.diff(whole, prepend=0), 0).sum()

    assert len(stretches(whole, SLOT)) == rises


@pytest.mark.parametrize(
    ("wanted", "found"),
    [
        ([], []),
        ([0, 0], []),
        ([1, 2, 1.5, 0], [(0, 300), (100, 250)]),
        ([0.5, 1], [(50, 200)]),
        ([1, 0.5, 1], [(0, 150), (200, 300)]),
        ([0.25], [(0, 25)]),
        ([0.001], []),
    ],
)
def test_a_part_of_a_slot_lies_on_the_side_of_the_longer_neighbour(
    wanted: list[float], found: list[tuple[int, int]]
) -> None:
    assert stretches(np.array(wanted, np.float64), 100) == found


# --- along the period ----------------------------------------------------------------------------

STARTS = [(datetime.date(2026, 3, 2) + datetime.timedelta(days=d)).isoformat() for d in range(7)]


def second_of_week(line: Timeline, tick: int) -> float:
    """What the clock on the wall says, from Monday 00:00."""
    return (line.calendar.start.weekday() * DAY + (tick - line.start) / 1000) % WEEK


def moments(line: Timeline) -> range:
    """One moment in every half hour, never on the hour."""
    return range(600_000, line.end, 1_800_000)


def present(staffing: Staffing, tick: int) -> int:
    return int(np.sum((staffing.start <= tick) & (tick < staffing.end)))


@pytest.mark.parametrize("start", STARTS)
@pytest.mark.parametrize(("days", "warm_up", "wrap_up"), [(1, "0s", "0s"), (9, "26h", "90m")])
def test_shifts_repeat_over_midnight_and_over_the_week(
    start: str, days: int, warm_up: str, wrap_up: str
) -> None:
    hours = ("Sun 20:00-08:00", "Mon-Sun 22:00-06:00", "Tue-Sat 09:00-18:00")
    shifts = ", ".join(f'{{agents: {k}, hours: "{text}"}}' for k, text in enumerate(hours, 1))
    groups = {"own": team(staffing=f"shifts: [{shifts}]")}
    scenario = desk(None, groups, start=start, days=days, warm_up=warm_up, wrap_up=wrap_up)
    staffing, line = only(scenario).staffing, Timeline.of(scenario)
    for tick in moments(line):
        now = second_of_week(line, tick)
        wanted = sum(
            agents
            for agents, text in enumerate(hours, 1)
            for first, last in ShiftHours.of(text).spans
            if first <= now < last or first <= now + WEEK < last
        )
        assert present(staffing, tick) == wanted


@pytest.mark.parametrize(
    "hours", ["always", "Mon-Sun 00:00-24:00", "Mon-Sun 07:00-19:00, 19:00-07:00"]
)
def test_nobody_is_relieved_by_himself(hours: str) -> None:
    groups = {"own": team(staffing=f'shifts: [{{agents: 2, hours: "{hours}"}}]')}
    staffing = only(desk(None, groups, start="2026-03-05", days=9, warm_up="5h")).staffing
    end = (5 + 9 * 24) * 3_600_000

    assert list(zip(staffing.start, staffing.end, strict=True)) == [(0, end)] * 2


@pytest.mark.parametrize("start", STARTS)
def test_intervals_follow_the_day_of_the_week(start: str) -> None:
    week = [[day + (hour > 12) for hour in range(24)] for day in range(7)]
    days = ("Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun")
    profile = ", ".join(f"{day}: {hours}" for day, hours in zip(days, week, strict=True))
    groups = {"own": team(staffing=f"intervals: {{{profile}}}")}
    scenario = desk(None, groups, start=start, days=8, warm_up="3h", wrap_up="1h")
    staffing, line = only(scenario).staffing, Timeline.of(scenario)
    for tick in moments(line):
        day, rest = divmod(second_of_week(line, tick), DAY)
        assert present(staffing, tick) == week[int(day)][int(rest // 3600)]


def test_the_crew_keeps_the_contract() -> None:
    groups = {"a": team(staffing="intervals: " + each_day(2.4)), "b": team()}
    staffing = only(desk(None, groups, warm_up="1h")).staffing

    staffing.check()
    assert staffing.end.max() == Timeline.of(desk(warm_up="1h")).end


@pytest.mark.parametrize(("warm_up", "slots"), [("0s", 0), ("1s", 1), ("60m", 1), ("61m", 2)])
def test_warm_up_and_wrap_up_are_whole_slots(warm_up: str, slots: int) -> None:
    line = Timeline.of(desk(days=1, warm_up=warm_up, wrap_up=warm_up))

    assert (line.before, line.within, line.after) == (slots, 24, slots)
    assert line.start == slots * 3_600_000
    assert line.end == line.start + DAY * 1000 + line.start


def test_slots_know_their_place_in_the_week_and_their_day() -> None:
    line = Timeline.of(desk(start="2026-03-08", days=2, warm_up="2h", wrap_up="1h"))  # a Sunday

    assert line.week_slots.tolist() == [142, 143, *range(144, 168), *range(24), 24]
    assert line.days.tolist() == [-1, -1, *[0] * 24, *[1] * 24, 2]
    assert line.weeks == pytest.approx(2 / 7)


@pytest.mark.parametrize(("seconds", "whole"), [(0, 0), (0.0004, 0), (0.0005, 1), (20, 20_000)])
def test_ticks_are_rounded_to_the_nearest(seconds: float, whole: int) -> None:
    assert ticks(seconds) == whole


def test_the_longest_period_fits_on_the_clock() -> None:
    longest = Timeline.of(desk(days=189, warm_up="1h", wrap_up="23h"))

    assert longest.end < CLOCK_LIMIT


# --- opening hours -------------------------------------------------------------------------------


def is_open(staffing: Staffing, channel: int, tick: int) -> bool:
    rows = slice(staffing.open_of[channel], staffing.open_of[channel + 1])
    return bool(np.any((staffing.open_start[rows] <= tick) & (tick < staffing.open_end[rows])))


@pytest.mark.parametrize("start", STARTS)
def test_opening_hours_repeat_every_week(start: str) -> None:
    texts = {"phone": "Fri 20:00-03:00, Sun 21:00-04:00", "chat": "never", "mail": "always"}
    channels = {name: line(open=f'"{text}"') for name, text in texts.items()}
    groups = {"own": team("[phone, chat, mail]")}
    scenario = desk(channels, groups, start=start, days=9, warm_up="26h", wrap_up="2h")
    staffing, along = only(scenario).staffing, Timeline.of(scenario)
    staffing.check()
    for tick in moments(along):
        now = second_of_week(along, tick)
        for c, text in enumerate(texts.values()):
            assert is_open(staffing, c, tick) == OpenHours.of(text).covers(now)


def test_holidays_close_a_channel_that_closes_on_them() -> None:
    calendar = "{country: RU, start: 2026-04-30, days: 3}"  # Labour Day is the second
    channels = {
        "phone": line(open="always", closed_on_holidays="true"),
        "chat": line(open="always"),
        "mail": line(open='"Mon-Sun 22:00-02:00"', closed_on_holidays="true"),
    }
    scenario = desk(channels, {"own": team("[phone, chat, mail]")}, calendar=calendar, warm_up="0s")
    staffing = only(scenario).staffing
    hours = 3_600_000

    assert [is_open(staffing, 0, h * hours) for h in (23, 24, 36, 47, 48, 71)] == [
        True,
        False,
        False,
        False,
        True,
        True,
    ]
    assert all(is_open(staffing, 1, h * hours) for h in range(72))
    assert [h for h in range(72) if is_open(staffing, 2, h * hours)] == [
        *(0, 1, 22, 23),
        *(48, 49, 70, 71),
    ]


def test_an_option_may_open_a_channel_at_other_hours() -> None:
    group = "{own: {skills: [phone], staffing: {shifts: [{agents: 1, hours: always}]}}}"
    scenario = desk(
        options={
            "base": f'{{open: {{phone: "Mon 09:00-10:00"}}, groups: {group}}}',
        }
    )
    staffing = only(scenario).staffing

    assert staffing.open_start.tolist() == [9 * 3_600_000]
    assert staffing.open_end.tolist() == [10 * 3_600_000]


def test_hours_without_end_are_one_stretch() -> None:
    scenario = desk(days=10, warm_up="1h")
    along = Timeline.of(scenario)

    assert opening_hours(along, scenario.channels["phone"], OpenHours.of("always")) == [
        (0, along.end)
    ]


# --- who serves whom -----------------------------------------------------------------------------


def two_groups() -> Scenario:
    channels = {"phone": line(priority="2", lines="9"), "mail": line(kind="email", priority="5")}
    skills = "{phone: {prefer: 2, after: 30s, handle_time: 110%, priority: 3}, mail: {}}"
    groups = {"own": team(), "vendor": team(skills, source="vendor", handle_time="120%")}
    return desk(channels, groups)


def test_tables_say_who_serves_whom() -> None:
    staffing = only(two_groups()).staffing

    assert staffing.preference.tolist() == [[1, 2], [NONE, 1]]
    assert staffing.priority.tolist() == [[2, 3], [NONE, 5]]
    assert staffing.after.tolist() == [[0, 30_000], [0, 0]]
    assert staffing.pace.tolist() == [[1000, 1320], [1000, 1200]]
    assert staffing.lines.tolist() == [9, NEVER]


def test_a_group_that_is_staffed_to_target_needs_a_cover() -> None:
    scenario = desk(None, {"own": team(staffing="to_target: {minimum: 1}")})
    option = scenario.options["base"]

    with pytest.raises(InvalidInput, match="own"):
        crew(scenario, option)
    assert present(crew(scenario, option, {"own": [3.0] * 168}), 0) == 3
