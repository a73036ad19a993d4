"""Days worked by hand, one or more for each mechanism of the full model.

`docs/model.md` has the rules in words; here each is a day that can be followed with a pencil.
"""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import numpy as np
import pytest
from workloads import calls, team

from sim.engine import ENGINES, Engine, Outcome, Staffing, Status, Workload
from sim.engine.contract import CLOCK_LIMIT, MILLION, NEVER, NONE, check_pair
from sim.engine.invariants import check

pytestmark = pytest.mark.kernel

SERVED, ABANDONED, BLOCKED, CLOSED = (
    Status.SERVED,
    Status.ABANDONED,
    Status.BLOCKED,
    Status.CLOSED,
)
NOT_MADE, CALLED_BACK, DISMISSED = Status.NOT_MADE, Status.CALLED_BACK, Status.DISMISSED
HALF = [[MILLION, MILLION // 2]]  # two contacts at once: each at half speed
TIERS: dict[str, Any] = {"preference": [[0, NONE], [NONE, 0]], "escalates": [[MILLION, 0], [0, 0]]}


@pytest.fixture(params=["kernel", "reference"])
def engine(request: pytest.FixtureRequest) -> Engine:
    return ENGINES[request.param]


def play(engine: Engine, workload: Workload, staffing: Staffing) -> Outcome:
    """Play a day that keeps the contract, and look the outcome over."""
    check_pair(workload, staffing)
    outcome = engine(workload, staffing)
    check(workload, staffing, outcome)
    return outcome


# --- announcements and ringing -------------------------------------------------------------------


def test_a_contact_joins_after_the_announcement_and_waits_from_then_on(engine: Engine) -> None:
    outcome = play(engine, calls([0, 4]), team(greeting=5))

    assert outcome.wait.tolist() == [0, 6]
    assert outcome.busy.tolist() == [20]


def test_patience_counts_from_the_end_of_the_announcement(engine: Engine) -> None:
    day = calls([0, 0, 1], handle=50, patience=[NEVER, 3, NEVER], fresh=2, redial={1: 2})
    outcome = play(engine, day, team(greeting=5))

    assert outcome.status.tolist() == [SERVED, ABANDONED, SERVED]
    assert outcome.wait.tolist()[1] == 3
    assert outcome.arrival.tolist()[2] == 5 + 3 + 1


def test_who_came_in_opening_hours_may_join_after_them(engine: Engine) -> None:
    outcome = play(engine, calls([2, 3]), team(greeting=5, hours=[[(0, 3)]]))

    assert outcome.status.tolist() == [SERVED, CLOSED]
    assert outcome.wait.tolist() == [0, 0]


def test_ringing_belongs_to_the_wait_and_holds_the_agent(engine: Engine) -> None:
    outcome = play(engine, calls([0, 1]), team(ring=2))

    assert outcome.wait.tolist() == [2, 12 - 1 + 2]
    assert outcome.talk.tolist() == [10, 10]
    assert outcome.busy.tolist() == [24]


def test_patience_cannot_end_while_it_rings(engine: Engine) -> None:
    outcome = play(engine, calls([0], patience=1), team(ring=5))

    assert outcome.status.tolist() == [SERVED]
    assert outcome.wait.tolist() == [5]


# --- handle times --------------------------------------------------------------------------------


def test_a_talk_grows_with_the_minutes_waited_up_to_a_most(engine: Engine) -> None:
    day = calls([0, 0], handle=[120_000, 1000])

    tenth = play(engine, day, team([(0, 10**6)], drag=100, drag_most=9000))
    assert tenth.talk.tolist() == [120_000, 1200]
    least = play(engine, day, team([(0, 10**6)], drag=100, drag_most=150))
    assert least.talk.tolist() == [120_000, 1150]


def test_the_hour_of_the_answer_sets_the_tempo_of_talk_and_wrap(engine: Engine) -> None:
    day = calls([0, 12, 20], handle=5, acw=2)
    crew = team(tempo=[[1000, 2000]])
    outcome = play(engine, day, replace_slot(crew, 10))

    assert outcome.talk.tolist() == [5, 10, 5]
    assert outcome.wrap.tolist() == [2, 4, 2]


def replace_slot(crew: Staffing, slot: int) -> Staffing:
    names = [name for name in Staffing.__slots__ if name not in ("is_plain", "tempo_slot")]
    return Staffing(**{name: getattr(crew, name) for name in names}, tempo_slot=slot)


# --- who serves whom -----------------------------------------------------------------------------


def test_a_group_of_last_resort_helps_only_when_enough_wait(engine: Engine) -> None:
    crew = team([(0, 100, 0), (0, 100, 1)], preference=[[0, 1]], level=[[0, 2]])
    outcome = play(engine, calls([0, 1, 2]), crew)

    assert outcome.agent.tolist() == [0, 1, 0]
    assert outcome.wait.tolist() == [0, 1, 8]


def test_a_group_of_last_resort_leaves_the_last_one_waiting_to_others(engine: Engine) -> None:
    crew = team([(0, 100, 0), (5, 100, 1)], preference=[[0, 1]], level=[[0, 2]])
    outcome = play(engine, calls([0, 1, 2, 3], handle=20), crew)

    assert outcome.agent.tolist() == [0, 1, 0, 0]
    assert outcome.wait.tolist() == [0, 4, 18, 37]


def test_who_waits_long_comes_before_who_is_more_important(engine: Engine) -> None:
    day = calls([0, 1, 15], handle=20, queue=[0, 1, 0], queues=2)
    two: dict[str, Any] = {"preference": [[0], [0]], "priority": [[0], [1]]}

    strict = play(engine, day, team(**two))
    assert strict.wait.tolist() == [0, 39, 5]
    # A tenth of a step each tick: after 19 ticks the second contact is worth 1.9 steps more.
    ageing = play(engine, day, team(**two, ageing=[0, 10**8]))
    assert ageing.wait.tolist() == [0, 19, 25]


def test_queues_of_equal_priority_are_served_by_deadline(engine: Engine) -> None:
    day = calls([0, 1, 4], queue=[0, 1, 0], queues=2)
    crew = team(preference=[[0], [0]], budget=[5, 100])

    assert play(engine, day, crew).wait.tolist() == [0, 19, 6]


def test_a_deadline_counts_open_hours_only(engine: Engine) -> None:
    day = calls([0, 3, 55], handle=[56, 10, 10], queue=[0, 1, 0], queues=2)
    two, always = [[0], [0]], [(0, CLOCK_LIMIT)]

    # Two ticks of the first opening hours and eight of the next ones: due at 58.
    night = team(preference=two, budget=[NEVER, 10], hours=[always, [(0, 5), (50, 100)]])
    assert play(engine, day, night).wait.tolist() == [0, 63, 1]
    whole_day = team(preference=two, budget=[NEVER, 10])
    assert play(engine, day, whole_day).wait.tolist() == [0, 53, 11]


def test_a_mailbox_takes_what_comes_at_night_and_its_deadline_counts_by_day(engine: Engine) -> None:
    day = calls([0, 3, 7, 55], handle=[56, 10, 10, 10], queue=[0, 1, 1, 0], queues=2)
    doors = [[(0, CLOCK_LIMIT)], [(0, 5), (50, 100)]]
    two: dict[str, Any] = {"preference": [[0], [0]], "hours": doors}

    # Due at 58 what came by day, at 60 what came by night; the call of tick 55 comes first.
    mail = play(engine, day, team(**two, budget=[NEVER, 10], accepts=[0, 1]))
    assert mail.status.tolist() == [SERVED] * 4
    assert mail.wait.tolist() == [0, 63, 69, 1]
    shut = play(engine, day, team(**two, budget=[NEVER, 10]))
    assert shut.status.tolist() == [SERVED, SERVED, CLOSED, SERVED]


# --- closing time and callbacks ------------------------------------------------------------------


def test_who_waits_at_closing_time_is_sent_away_and_may_come_again(engine: Engine) -> None:
    day = calls([0, 5, 9], handle=20, patience=[NEVER, 5, NEVER], fresh=2, redial={1: 2})
    outcome = play(engine, day, team(hours=[[(0, 10), (15, 30)]], dismiss=1))

    assert outcome.status.tolist() == [SERVED, DISMISSED, SERVED]
    assert outcome.wait.tolist() == [0, 5, 1]
    assert outcome.arrival.tolist() == [0, 5, 19]


def test_who_joins_after_closing_time_is_served_at_once_or_not_at_all(engine: Engine) -> None:
    outcome = play(engine, calls([2, 2]), team(hours=[[(0, 3)]], dismiss=1, greeting=5))

    assert outcome.status.tolist() == [SERVED, DISMISSED]
    assert outcome.wait.tolist() == [0, 0]


def test_a_customer_who_is_offered_a_callback_hangs_up_and_keeps_the_place(engine: Engine) -> None:
    day = calls([0, 0, 5, 0], queue=[0, 0, 0, 1], queues=2, handle=50, fresh=3, callback={1: 3})
    outcome = play(engine, day, team(preference=[[0], [0]], offer=[10, NEVER]))

    assert outcome.status.tolist() == [SERVED, CALLED_BACK, SERVED, SERVED]
    assert outcome.wait.tolist() == [0, 10, 95, 40]
    assert outcome.arrival.tolist()[3] == 10


def test_who_would_decline_a_callback_is_not_offered_one(engine: Engine) -> None:
    outcome = play(engine, calls([0, 0], handle=50), team(offer=10))

    assert outcome.status.tolist() == [SERVED, SERVED]


def test_a_callback_holds_no_line_and_knows_no_hours(engine: Engine) -> None:
    day = calls([0, 1, 7, 5], handle=50, fresh=3, callback={1: 3})
    crew = team(lines=2, offer=5, hours=[[(0, 8)]])
    outcome = play(engine, day, crew)

    # The line of the second caller is free at 6, and the customer is called back at 11.
    assert outcome.status.tolist() == [SERVED, CALLED_BACK, SERVED, SERVED]
    assert outcome.arrival.tolist()[3] == 11


# --- kept hours ----------------------------------------------------------------------------------


def test_callbacks_wait_for_the_hours_in_which_they_are_made(engine: Engine) -> None:
    """The caller of 15 is answered before the one who is to be called back from 100 on."""
    day = calls(
        [0, 0, 15, 0, 0],
        queue=[0, 0, 0, 1, 1],
        queues=2,
        handle=[20, 50, 50, 10, 10],
        fresh=3,
        callback={1: 3, 2: 4},
    )
    crew = team(
        [(0, 200)],
        preference=[[0], [0]],
        offer=[5, NEVER],
        keeps=[0, 1],
        hours=[[(0, CLOCK_LIMIT)], [(0, 15), (100, 130)]],
    )
    outcome = play(engine, day, crew)

    assert outcome.status.tolist() == [SERVED, CALLED_BACK, SERVED, SERVED, NOT_MADE]
    assert outcome.wait.tolist() == [0, 5, 5, 95, 0]


def test_at_the_start_of_kept_hours_as_many_look_as_wait(engine: Engine) -> None:
    outcome = play(
        engine,
        calls([5, 6, 7, 8]),
        team([(0, 90), (0, 90)], keeps=1, accepts=1, hours=[[(20, 40), (50, 60)]]),
    )

    assert outcome.wait.tolist() == [15, 14, 23, 22]


def test_no_contact_is_taken_in_the_tick_in_which_kept_hours_end(engine: Engine) -> None:
    """One agent is free in that very tick; a phone that rings may be answered later."""
    hours = [[(0, 10), (30, 90)]]
    outcome = play(engine, calls([0, 9, 9]), team([(0, 90), (0, 90)], keeps=1, ring=3, hours=hours))

    assert outcome.wait.tolist() == [3, 3, 24]


def test_who_waits_where_hours_are_kept_may_give_up_or_be_sent_away(engine: Engine) -> None:
    work = calls([0, 5, 6], handle=20, patience=[NEVER, NEVER, 9])
    outcome = play(engine, work, team(keeps=1, dismiss=1, hours=[[(0, 12)]]))
    left = play(engine, work, team(keeps=1, hours=[[(0, 12)]]))

    assert outcome.status.tolist() == [SERVED, DISMISSED, DISMISSED]
    assert left.status.tolist() == [SERVED, Status.WAITING, ABANDONED]


# --- laws of a group's own -----------------------------------------------------------------------


def test_a_group_with_a_law_of_its_own_takes_the_time_of_that_law(engine: Engine) -> None:
    """The pace is for the work after the talk, and for groups without such a law."""
    work = calls([0, 1, 2], handle=10, acw=4)
    work = replace(work, own_handle=np.array([[0, 0, 0], [7, 30, 9]]))
    crew = team(
        [(0, 99, 0), (0, 99, 1)], preference=[[1, 0]], pace=[[2000, 1500]], own=[[0, 2]], ring=1
    )
    outcome = play(engine, work, crew)

    assert outcome.agent.tolist() == [1, 0, 1]
    assert outcome.talk.tolist() == [7, 20, 9]
    assert outcome.wrap.tolist() == [6, 8, 6]


# --- several contacts at once --------------------------------------------------------------------


def test_two_chats_at_once_take_twice_as_long(engine: Engine) -> None:
    outcome = play(engine, calls([0, 0, 0]), team(concurrency=2, speed=HALF))

    assert outcome.talk.tolist() == [20, 20, 10]
    assert outcome.wait.tolist() == [0, 0, 20]
    assert outcome.busy.tolist() == [30]


def test_a_chat_goes_on_at_another_speed_when_one_comes_or_ends(engine: Engine) -> None:
    outcome = play(engine, calls([0, 5]), team(concurrency=2, speed=HALF))

    # The first does 5 alone and 5 at half speed; the second 5 at half speed and 5 alone.
    assert outcome.talk.tolist() == [15, 15]
    assert outcome.busy.tolist() == [20]


def test_work_after_a_chat_slows_down_the_others_too(engine: Engine) -> None:
    day = calls([0, 0], handle=[5, 10], acw=[5, 0])
    outcome = play(engine, day, team(concurrency=2, speed=HALF))

    assert outcome.talk.tolist() == [10, 20]
    assert outcome.wrap.tolist() == [10, 0]


def test_a_part_of_a_tick_counts_as_a_whole_one(engine: Engine) -> None:
    outcome = play(engine, calls([0, 0], handle=1), team(concurrency=2, speed=[[MILLION, 300_000]]))

    # At 0.3 both would be done after 3.33 ticks: the first is at 4, and the second too.
    assert outcome.talk.tolist() == [4, 4]


def test_a_call_waits_for_an_agent_who_holds_nothing(engine: Engine) -> None:
    day = calls([0, 0, 1, 2], queue=[0, 0, 1, 0], queues=2)
    crew = team(preference=[[0], [0]], concurrency=[[2], [1]], speed=HALF * 2)
    outcome = play(engine, day, crew)

    # The call has waited longest when the first chat ends, but the agent still holds the second.
    assert outcome.wait.tolist() == [0, 0, 29, 18]


def test_chats_are_spread_over_agents_or_packed(engine: Engine) -> None:
    day, two = calls([0, 1]), [(0, 100), (0, 100)]

    spread = team(two, concurrency=2, speed=HALF)
    assert play(engine, day, spread).agent.tolist() == [0, 1]
    packed = team(two, concurrency=2, speed=HALF, pack=1)
    assert play(engine, day, packed).agent.tolist() == [0, 0]


def test_among_agents_with_as_many_chats_who_has_had_them_longest_comes_first(
    engine: Engine,
) -> None:
    day = calls([0, 1, 2, 3], handle=[50, 50, 5, 5])
    outcome = play(engine, day, team([(0, 100), (0, 100)], concurrency=2, speed=HALF))

    assert outcome.agent.tolist() == [0, 1, 0, 1]


def test_the_narrower_of_two_limits_holds(engine: Engine) -> None:
    day = calls([0, 0, 0], queue=[0, 1, 0], queues=2)
    crew = team(preference=[[0], [0]], concurrency=[[3], [2]], speed=[[MILLION] * 3] * 2)
    outcome = play(engine, day, crew)

    assert outcome.wait.tolist() == [0, 0, 10]


def test_an_agent_with_two_chats_leaves_with_the_last(engine: Engine) -> None:
    crew = team([(0, 5)], concurrency=2, speed=HALF)
    outcome = play(engine, calls([0, 0, 6], handle=[4, 6, 1], patience=9), crew)

    assert outcome.status.tolist() == [SERVED, SERVED, ABANDONED]
    assert outcome.left.tolist() == [10]


def test_an_agent_who_has_taken_one_may_take_another_that_was_in_reserve_for_idle_ones(
    engine: Engine,
) -> None:
    day = calls([0, 3], queue=[1, 0], queues=2)
    crew = team(preference=[[0], [0]], concurrency=2, reserve=[[0], [1]], speed=HALF * 2)
    outcome = play(engine, day, crew)

    # The agent is kept idle from the first contact, until a second one ends the idleness.
    assert outcome.wait.tolist() == [3, 0]


# --- passing on ----------------------------------------------------------------------------------


def test_a_contact_is_passed_on_at_the_end_of_talk(engine: Engine) -> None:
    day = calls(
        [0, 3], handle=[10, 7], acw=[2, 0], queue=[0, 1], queues=2, fresh=1, escalation={0: 1}
    )
    outcome = play(engine, day, team([(0, 99, 0), (0, 99, 1)], **TIERS))

    assert outcome.arrival.tolist() == [0, 13]
    assert outcome.agent.tolist() == [0, 1]
    assert outcome.busy.tolist() == [12, 7]


def test_a_group_that_solves_everything_passes_nothing_on(engine: Engine) -> None:
    day = calls([0, 3], queue=[0, 1], queues=2, fresh=1, escalation={0: 1})
    crew = team([(0, 99, 0)], preference=TIERS["preference"])

    assert play(engine, day, crew).status.tolist() == [SERVED, NOT_MADE]


def test_the_line_goes_with_a_contact_that_is_passed_on(engine: Engine) -> None:
    day = calls([0, 12, 20, 0], handle=10, queue=[0, 0, 0, 1], queues=2, fresh=3, escalation={0: 3})
    crew = team([(0, 99, 0), (0, 99, 1)], **TIERS, lines=[1], trunk=[0, 0])
    outcome = play(engine, day, crew)

    assert outcome.status.tolist() == [SERVED, BLOCKED, SERVED, SERVED]


def test_who_is_passed_on_needs_no_line_of_the_second_queue(engine: Engine) -> None:
    day = calls([0, 0], handle=10, queue=[0, 1], queues=2, fresh=1, escalation={0: 1})
    crew = team([(0, 99, 0), (0, 99, 1)], **TIERS, lines=[1, 0])

    assert play(engine, day, crew).status.tolist() == [SERVED, SERVED]


def test_who_is_passed_on_to_a_closed_queue_frees_the_line(engine: Engine) -> None:
    day = calls([0, 12, 14, 3], handle=10, queue=[0, 0, 0, 1], queues=2, fresh=3, escalation={0: 3})
    hours = [[(0, 99)], [(50, 99)]]
    crew = team([(0, 99, 0)], **TIERS, lines=[1], trunk=[0, 0], hours=hours)
    outcome = play(engine, day, crew)

    assert outcome.status.tolist() == [SERVED, BLOCKED, SERVED, CLOSED]


def test_in_a_warm_transfer_the_first_agent_stays_until_the_second_has_been_told(
    engine: Engine,
) -> None:
    day = calls(
        [0, 0, 0],
        handle=[10, 20, 7],
        acw=[2, 0, 0],
        queue=[0, 1, 1],
        queues=2,
        fresh=2,
        escalation={0: 2},
        conference=4,
    )
    outcome = play(engine, day, team([(0, 99, 0), (0, 99, 1)], **TIERS, warm=[1, 0]))

    assert outcome.wait.tolist() == [0, 0, 10]
    assert outcome.talk.tolist() == [10, 20, 4 + 7]
    assert outcome.busy.tolist() == [20 + 4 + 2, 20 + 11]


def test_the_first_agent_hears_the_second_phone_ring(engine: Engine) -> None:
    day = calls([0, 0], handle=5, queue=[0, 1], queues=2, fresh=1, escalation={0: 1}, conference=4)
    crew = team([(0, 99, 0), (0, 99, 1)], **TIERS, warm=[1, 0], ring=[0, 3])
    outcome = play(engine, day, crew)

    assert outcome.busy.tolist() == [5 + 3 + 4, 3 + 4 + 5]


def test_the_first_agent_is_free_when_the_customer_gives_up(engine: Engine) -> None:
    day = calls(
        [0, 0],
        handle=10,
        acw=2,
        patience=[NEVER, 5],
        queue=[0, 1],
        queues=2,
        fresh=1,
        escalation={0: 1},
    )
    outcome = play(engine, day, team([(0, 99, 0)], **TIERS, warm=[1, 0]))

    assert outcome.status.tolist() == [SERVED, ABANDONED]
    assert outcome.busy.tolist() == [10 + 5 + 2]


def test_a_transfer_that_nobody_ever_takes_holds_the_agent_to_the_end(engine: Engine) -> None:
    day = calls([0, 0], queue=[0, 1], queues=2, fresh=1, escalation={0: 1})
    outcome = play(engine, day, team([(0, 99, 0)], **TIERS, warm=[1, 0]))

    assert outcome.status.tolist() == [SERVED, Status.WAITING]
    assert outcome.busy.tolist() == [99]
    assert outcome.left.tolist() == [99]


def test_who_was_not_helped_comes_back_after_a_while(engine: Engine) -> None:
    day = calls([0, 5], fresh=1, repeat={0: 1})

    assert play(engine, day, team(repeats=MILLION)).arrival.tolist() == [0, 15]
    assert play(engine, day, team()).status.tolist() == [SERVED, NOT_MADE]


def test_who_is_passed_on_does_not_come_back_as_well(engine: Engine) -> None:
    day = calls([0, 5, 5], queue=[0, 0, 1], queues=2, fresh=1, repeat={0: 1}, escalation={0: 2})
    crew = team([(0, 99, 0), (0, 99, 1)], **TIERS, repeats=MILLION)

    assert play(engine, day, crew).status.tolist() == [SERVED, NOT_MADE, SERVED]


# --- machines ------------------------------------------------------------------------------------


def test_a_machine_serves_all_at_once_and_passes_on_what_it_cannot_do(engine: Engine) -> None:
    day = calls([0, 0, 3], handle=10, queue=[0, 0, 1], queues=2, fresh=2, escalation={1: 2})
    crew = team([(0, 99, 0)], preference=[[NONE], [0]], machine=[1, 0])
    outcome = play(engine, day, crew)

    assert outcome.status.tolist() == [SERVED, SERVED, SERVED]
    assert outcome.agent.tolist() == [NONE, NONE, 0]
    assert outcome.arrival.tolist()[2] == 13


def test_what_a_machine_gets_wrong_comes_back(engine: Engine) -> None:
    day = calls([0, 5], handle=10, fresh=1, repeat={0: 1})

    assert play(engine, day, team([], machine=1)).arrival.tolist() == [0, 15]


def test_a_machine_needs_lines(engine: Engine) -> None:
    outcome = play(engine, calls([0, 5, 10]), team([], machine=1, lines=1))

    assert outcome.status.tolist() == [SERVED, BLOCKED, SERVED]


def test_queues_share_the_lines_of_a_trunk(engine: Engine) -> None:
    day = calls([0, 1], queue=[0, 1], queues=2)
    shared = team(preference=[[0], [0]], lines=[1], trunk=[0, 0])
    apart = team(preference=[[0], [0]], lines=[1, 1], trunk=[0, 1])

    assert play(engine, day, shared).status.tolist() == [SERVED, BLOCKED]
    assert play(engine, day, apart).status.tolist() == [SERVED, SERVED]


# --- breaks --------------------------------------------------------------------------------------


def test_a_break_that_begins_late_is_moved_or_cut(engine: Engine) -> None:
    day, spans = calls([45], handle=12), [(0, 50), (60, 100)]

    moved = play(engine, day, team(spans, follows={1: 0}, pause=10))
    assert moved.left.tolist() == [57, 100]
    assert moved.began.tolist() == [0, 67]
    cut = play(engine, day, team(spans, follows={1: 0}))
    assert cut.began.tolist() == [0, 60]


def test_who_works_into_the_next_stretch_begins_it_afterwards(engine: Engine) -> None:
    day = calls([45, 46], handle=[20, 1])
    outcome = play(engine, day, team([(0, 50), (60, 100)], follows={1: 0}))

    assert outcome.began.tolist() == [0, 65]
    assert outcome.wait.tolist() == [0, 19]
    assert outcome.agent.tolist() == [0, 1]


def test_a_stretch_for_which_it_is_too_late_never_begins(engine: Engine) -> None:
    day, spans = calls([45], handle=12), [(0, 50), (60, 65), (80, 100)]
    outcome = play(engine, day, team(spans, follows={1: 0, 2: 1}, pause=[0, 10, 10]))

    assert outcome.began.tolist() == [0, NONE, 80]
    assert outcome.left.tolist() == [57, 57, 100]


def test_a_person_may_change_the_group_in_one_tick(engine: Engine) -> None:
    day = calls([49, 50], queue=[0, 1], queues=2)
    spans = [(0, 50, 0), (50, 100, 1)]
    outcome = play(engine, day, team(spans, preference=TIERS["preference"], follows={1: 0}))

    assert outcome.began.tolist() == [0, 59]
    assert outcome.wait.tolist() == [0, 9]


def test_nobody_asks_for_more_than_the_tables_say() -> None:
    assert team().is_plain
    assert not team(machine=1).is_plain
    assert not team(accepts=1).is_plain
    assert not team([(0, 9), (9, 18)], follows={1: 0}).is_plain
    assert np.array_equal(team().speed, [[MILLION]])
