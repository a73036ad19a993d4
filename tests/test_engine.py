"""Days worked by hand: one for each rule about who comes first, and what follows from it.

Every day is played by both engines and by the naive queue.
"""

from __future__ import annotations

import naive_queue
import numpy as np
import pytest
from workloads import Day, calls, team

from sim.engine import ENGINES, Engine, Outcome, Staffing, Status, Workload
from sim.engine.contract import CLOCK_LIMIT, NEVER, NONE, check_pair
from sim.engine.invariants import check

pytestmark = pytest.mark.kernel

SERVED, ABANDONED, BLOCKED, CLOSED, WAITING = (
    Status.SERVED,
    Status.ABANDONED,
    Status.BLOCKED,
    Status.CLOSED,
    Status.WAITING,
)


@pytest.fixture(params=["kernel", "reference", "naive"])
def engine(request: pytest.FixtureRequest) -> Engine:
    return {**ENGINES, "naive": naive_queue.play}[request.param]


def play(engine: Engine, workload: Workload, staffing: Staffing) -> Outcome:
    """Play a day that keeps the contract, and look the outcome over."""
    check_pair(workload, staffing)
    outcome = engine(workload, staffing)
    check(workload, staffing, outcome)
    return outcome


# --- the order of events within one tick ---------------------------------------------------------


def test_a_release_comes_before_the_end_of_patience(engine: Engine) -> None:
    outcome = play(engine, calls([0, 2], handle=10, patience=8), team())

    assert outcome.status.tolist() == [SERVED, SERVED]
    assert outcome.wait.tolist() == [0, 8]


def test_a_release_comes_before_the_start_of_a_shift(engine: Engine) -> None:
    outcome = play(engine, calls([0, 1]), team([(0, 100), (10, 100)]))

    assert outcome.agent.tolist() == [0, 0]


def test_releases_come_in_the_order_of_agents(engine: Engine) -> None:
    # The second agent, who serves the first call, is released together with the first agent.
    day = calls([0, 1, 2], handle=[10, 9, 5]), team([(0, 100), (0, 100)])
    outcome = play(engine, *day)

    assert outcome.agent.tolist() == [0, 1, 0]
    assert outcome.wait.tolist() == [0, 0, 8]


def test_a_shift_that_starts_serves_a_call_of_the_same_tick(engine: Engine) -> None:
    outcome = play(engine, calls([10]), team([(10, 100)]))

    assert outcome.wait.tolist() == [0]
    assert outcome.agent.tolist() == [0]


def test_a_shift_that_starts_comes_before_the_end_of_patience(engine: Engine) -> None:
    outcome = play(engine, calls([0], patience=10), team([(10, 100)]))

    assert outcome.status.tolist() == [SERVED]


def test_a_shift_that_ends_serves_no_call_of_the_same_tick(engine: Engine) -> None:
    outcome = play(engine, calls([50], patience=5), team([(0, 50)]))

    assert outcome.status.tolist() == [ABANDONED]
    assert outcome.left.tolist() == [50]


def test_a_shift_ends_before_a_group_opens_up(engine: Engine) -> None:
    outcome = play(engine, calls([40], patience=99), team([(0, 50)], after=10))

    assert outcome.status.tolist() == [ABANDONED]


def test_a_group_opens_up_before_patience_ends(engine: Engine) -> None:
    outcome = play(engine, calls([0], patience=10), team(after=10))

    assert outcome.status.tolist() == [SERVED]
    assert outcome.wait.tolist() == [10]


def test_a_group_opens_up_before_another_call_arrives(engine: Engine) -> None:
    day = (
        calls([0, 10], queue=[0, 1], queues=2),
        team(preference=[[0], [0]], after=[[10], [0]]),
    )
    outcome = play(engine, *day)

    assert outcome.wait.tolist() == [10, 10]


def test_the_end_of_a_talk_frees_the_line_for_a_call_of_the_same_tick(engine: Engine) -> None:
    outcome = play(engine, calls([0, 10], handle=10), team(lines=1))

    assert outcome.status.tolist() == [SERVED, SERVED]


def test_who_abandons_frees_the_line_for_a_call_of_the_same_tick(engine: Engine) -> None:
    outcome = play(engine, calls([0, 1, 6], handle=20, patience=5), team(lines=2))

    assert outcome.status.tolist() == [SERVED, ABANDONED, ABANDONED]


def test_calls_of_one_tick_come_in_the_order_of_rows(engine: Engine) -> None:
    outcome = play(engine, calls([5, 5, 5]), team())

    assert outcome.wait.tolist() == [0, 10, 20]


def test_a_first_attempt_comes_before_a_later_one_of_the_same_tick(engine: Engine) -> None:
    # The second call gives up at 3 and tries again at 10, when the third call comes.
    day = (
        calls([0, 0, 10, 7], handle=10, patience=[NEVER, 3, 50, 50], fresh=3, redial={1: 3}),
        team(),
    )
    outcome = play(engine, *day)

    assert outcome.arrival.tolist() == [0, 0, 10, 10]
    assert outcome.wait.tolist() == [0, 3, 0, 10]


# --- who serves whom -----------------------------------------------------------------------------


def test_a_call_takes_the_agent_who_has_been_idle_longest(engine: Engine) -> None:
    day = calls([0, 1, 9], handle=[6, 2, 1]), team([(0, 100), (0, 100)])
    outcome = play(engine, *day)

    assert outcome.agent.tolist() == [0, 1, 1]


def test_agents_who_start_together_are_taken_in_the_order_of_rows(engine: Engine) -> None:
    outcome = play(engine, calls([5, 5, 5]), team([(0, 100)] * 3))

    assert outcome.agent.tolist() == [0, 1, 2]


def test_a_call_takes_the_preferred_group_though_another_is_idle_longer(engine: Engine) -> None:
    day = calls([9]), team([(0, 100, 0), (5, 100, 1)], preference=[[1, 0]])

    assert play(engine, *day).agent.tolist() == [1]


def test_groups_of_equal_preference_share_by_the_longest_idle(engine: Engine) -> None:
    day = calls([9]), team([(0, 100, 1), (5, 100, 0)], preference=[[0, 0]])

    assert play(engine, *day).agent.tolist() == [0]


def test_a_preferred_group_that_may_not_yet_serve_gives_way(engine: Engine) -> None:
    day = calls([9]), team([(0, 100, 0), (5, 100, 1)], preference=[[0, 1]], after=[[4, 0]])

    assert play(engine, *day).agent.tolist() == [1]


def test_an_agent_takes_the_channel_of_higher_priority(engine: Engine) -> None:
    day = (
        calls([0, 1, 2], queue=[0, 0, 1], queues=2),
        team(preference=[[0], [0]], priority=[[1], [0]]),
    )

    assert play(engine, *day).wait.tolist() == [0, 19, 8]


def test_channels_of_equal_priority_are_served_by_the_longest_wait(engine: Engine) -> None:
    day = calls([0, 1, 2], queue=[0, 1, 0], queues=2), team(preference=[[0], [0]])

    assert play(engine, *day).wait.tolist() == [0, 9, 18]


def test_equal_waits_in_two_channels_are_served_in_the_order_of_rows(engine: Engine) -> None:
    day = calls([0, 3, 3], queue=[0, 1, 0], queues=2), team(preference=[[0], [0]])

    assert play(engine, *day).wait.tolist() == [0, 7, 17]


def test_a_group_takes_no_channel_that_it_cannot_serve(engine: Engine) -> None:
    day = (
        calls([0, 0], queue=[0, 1], queues=2, patience=50),
        team(preference=[[0], [NONE]]),
    )

    assert play(engine, *day).status.tolist() == [SERVED, ABANDONED]


def test_further_groups_open_up_one_after_the_other(engine: Engine) -> None:
    day = (
        calls([0, 0, 0, 0], handle=100),
        team(
            [(0, 500, 0), (0, 500, 1), (0, 500, 2)],
            preference=[[0, 1, 2]],
            after=[[0, 20, 30]],
        ),
    )
    outcome = play(engine, *day)

    assert outcome.agent.tolist() == [0, 1, 2, 0]
    assert outcome.wait.tolist() == [0, 20, 30, 100]


def test_a_released_agent_leaves_a_call_that_has_not_waited_long_enough(engine: Engine) -> None:
    day = (
        calls([0, 8], queue=[0, 1], queues=2),
        team(preference=[[0], [0]], after=[[0], [5]]),
    )
    outcome = play(engine, *day)

    assert outcome.wait.tolist() == [0, 5]


# --- time ------------------------------------------------------------------------------------


def test_after_call_work_holds_the_agent_but_not_the_line(engine: Engine) -> None:
    outcome = play(engine, calls([0, 10, 11], handle=10, acw=5), team(lines=1))

    assert outcome.status.tolist() == [SERVED, SERVED, BLOCKED]
    assert outcome.wait.tolist() == [0, 5, 0]
    assert outcome.busy.tolist() == [30]


def test_a_slow_group_takes_longer_rounded_to_the_nearest_tick(engine: Engine) -> None:
    outcome = play(engine, calls([0], handle=3, acw=1), team(pace=1500))

    assert outcome.busy.tolist() == [5 + 2]


def test_an_agent_finishes_the_contact_in_hand_and_takes_no_more(engine: Engine) -> None:
    outcome = play(engine, calls([45, 46], handle=20, patience=100), team([(0, 50)]))

    assert outcome.status.tolist() == [SERVED, ABANDONED]
    assert outcome.left.tolist() == [65]


def test_an_agent_released_at_the_end_of_the_shift_leaves(engine: Engine) -> None:
    outcome = play(engine, calls([40, 41], handle=10, patience=100), team([(0, 50)]))

    assert outcome.status.tolist() == [SERVED, ABANDONED]
    assert outcome.left.tolist() == [50]


def test_contacts_without_length_are_all_served_by_one_agent_at_once(engine: Engine) -> None:
    outcome = play(engine, calls([3] * 5, handle=0), team())

    assert outcome.wait.tolist() == [0] * 5
    assert outcome.busy.tolist() == [0]


def test_who_has_no_patience_is_served_only_by_an_idle_agent(engine: Engine) -> None:
    outcome = play(engine, calls([0, 5], patience=0), team())

    assert outcome.status.tolist() == [SERVED, ABANDONED]
    assert outcome.wait.tolist() == [0, 0]


def test_a_timer_beyond_the_clock_never_rings(engine: Engine) -> None:
    last = CLOCK_LIMIT - 1
    day = calls([last - 5, last - 5], patience=[5, 6]), team([])
    outcome = play(engine, *day)

    assert outcome.status.tolist() == [ABANDONED, WAITING]


def test_a_group_that_never_opens_up_serves_nobody(engine: Engine) -> None:
    outcome = play(engine, calls([0]), team(after=NEVER))

    assert outcome.status.tolist() == [WAITING]


# --- coming in and coming back -------------------------------------------------------------------


def test_without_agents_everyone_leaves_when_patience_ends(engine: Engine) -> None:
    outcome = play(engine, calls([0, 1, 2], patience=[5, 0, NEVER]), team([]))

    assert outcome.status.tolist() == [ABANDONED, ABANDONED, WAITING]
    assert outcome.wait.tolist() == [5, 0, 0]


def test_an_empty_day_is_a_day(engine: Engine) -> None:
    outcome = play(engine, calls([]), team([(0, 50), (10, 60)]))

    assert outcome.left.tolist() == [50, 60]
    assert outcome.busy.tolist() == [0, 0]
    assert outcome.events == 4


def test_a_channel_takes_calls_from_its_first_tick_to_before_its_last(engine: Engine) -> None:
    day = calls([9, 10, 19, 20, 30], handle=1), team(hours=[[(10, 20), (30, 40)]])

    assert play(engine, *day).status.tolist() == [CLOSED, SERVED, SERVED, CLOSED, SERVED]


def test_who_finds_the_channel_closed_does_not_try_again(engine: Engine) -> None:
    day = calls([5, 10], fresh=1, redial={0: 1}), team(hours=[[(10, 20)]])

    assert play(engine, *day).status.tolist() == [CLOSED, Status.NOT_MADE]


def test_who_waits_at_closing_time_is_still_served(engine: Engine) -> None:
    day = calls([0, 8]), team(hours=[[(0, 9)]])

    assert play(engine, *day).wait.tolist() == [0, 2]


def test_a_customer_tries_again_and_again_on_another_channel(engine: Engine) -> None:
    day = (
        calls(
            [0, 0, 10, 20],
            handle=100,
            patience=5,
            queue=[0, 0, 1, 0],
            queues=2,
            fresh=2,
            redial={1: 2, 2: 3},
            after="abandon",
        ),
        team([(0, 900)], preference=[[0], [0]]),
    )
    outcome = play(engine, *day)

    assert outcome.status.tolist() == [SERVED, ABANDONED, ABANDONED, ABANDONED]
    assert outcome.arrival.tolist() == [0, 0, 5 + 10, 5 + 10 + 5 + 20]


def test_who_is_blocked_comes_back_only_if_they_redial_after_busy(engine: Engine) -> None:
    due, crew = [0, 1, 2, 30, 30], team(lines=1)
    keen = calls(due, fresh=3, redial={1: 3, 2: 4}, after="busy")
    meek = calls(due, fresh=3, redial={1: 3, 2: 4}, after="abandon")

    outcome = play(engine, keen, crew)
    assert outcome.status.tolist() == [SERVED, BLOCKED, BLOCKED, SERVED, BLOCKED]
    assert outcome.arrival.tolist() == [0, 1, 2, 31, 32]
    assert play(engine, meek, crew).status.tolist() == [SERVED, BLOCKED, BLOCKED, 0, 0]


def test_waiting_calls_hold_lines_too(engine: Engine) -> None:
    outcome = play(engine, calls([0, 1, 2], handle=50), team(lines=2))

    assert outcome.status.tolist() == [SERVED, SERVED, BLOCKED]


def test_every_event_is_counted_stale_timers_too() -> None:
    day: Day = calls([0, 2], handle=10, patience=50), team(lines=9)
    # Two arrivals, two hang-ups, two releases, one patience of a call already served, one shift.
    events = {name: play(engine, *day).events for name, engine in ENGINES.items()}

    assert events == {"kernel": 9, "reference": 9}


def test_playing_changes_neither_the_workload_nor_the_crew(engine: Engine) -> None:
    work, crew = calls([0, 1], patience=4), team(lines=3)
    before = [getattr(x, n).copy() for x, n in ((work, "due"), (crew, "open_of"), (crew, "lines"))]
    play(engine, work, crew)
    after = [work.due, crew.open_of, crew.lines]

    assert all(np.array_equal(x, y) for x, y in zip(before, after, strict=True))


def test_an_agent_in_reserve_waits_for_the_other_channel(engine: Engine) -> None:
    mail_first = calls([0, 0, 5], queue=[1, 1, 0], queues=2, handle=100)
    two_agents = team([(0, 1000)] * 2, preference=[[0], [0]], reserve=[[0], [1]])

    outcome = play(engine, mail_first, two_agents)

    assert outcome.wait.tolist() == [0, 105, 0]


def test_an_agent_who_becomes_free_counts_as_idle_for_a_reserve(engine: Engine) -> None:
    day = calls([0, 1, 2], queue=[0, 0, 1], queues=2, handle=[10, 30, 5])
    two_agents = team([(0, 1000)] * 2, preference=[[0], [0]], reserve=[[0], [1]])

    outcome = play(engine, day, two_agents)

    assert outcome.wait.tolist() == [0, 0, 29]
