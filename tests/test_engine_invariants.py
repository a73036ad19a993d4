"""An outcome that contradicts itself is noticed, whatever is wrong with it."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import numpy as np
import pytest
from full_days import seeded_full_day
from workloads import UNCOMPILED, Day, calls, seeded_day, team

from sim.engine import ENGINES, Outcome, Status
from sim.engine.contract import NONE
from sim.engine.invariants import check
from sim.errors import InvariantBroken

pytestmark = pytest.mark.kernel

# What is looked at is the check, which is not compiled: the other run plays all of them.
DAYS = 15 if UNCOMPILED else 60

SERVED, ABANDONED, BLOCKED, CLOSED, WAITING, DISMISSED = (
    int(Status.SERVED),
    int(Status.ABANDONED),
    int(Status.BLOCKED),
    int(Status.CLOSED),
    int(Status.WAITING),
    int(Status.DISMISSED),
)
QUEUE: Day = calls([0, 1, 2, 30], handle=10, patience=[99, 99, 5, 99]), team()
TEAMS: Day = (
    calls([0, 1, 2], handle=10, queue=[0, 1, 0], queues=2, patience=99),
    team([(0, 50, 0), (20, 50, 1)], preference=[[0, 1], [0, NONE]], after=[[0, 8], [0, 0]]),
)
LINES: Day = calls([0, 1, 2, 40], handle=10, fresh=3, redial={1: 3}), team(lines=1)
CHATS: Day = (
    calls([0, 5, 30], handle=10, fresh=3),
    team(concurrency=2, speed=[[1_000_000, 500_000]]),
)
TIERS: Day = (
    calls(
        [0, 0, 40, 3],
        handle=10,
        acw=2,
        queue=[0, 1, 0, 1],
        queues=2,
        fresh=3,
        escalation={0: 3},
        conference=4,
    ),
    team(
        [(0, 90, 0), (0, 90, 1)],
        preference=[[0, NONE], [NONE, 0]],
        escalates=[[1_000_000, 0], [0, 0]],
        warm=[1, 0],
    ),
)
CALLBACK: Day = (
    calls([0, 0, 0, 9], handle=50, patience=[99, 99, 15, 99], fresh=3, callback={1: 3}),
    team(offer=10, hours=[[(0, 30)]], dismiss=1),
)
MACHINE: Day = calls([0, 3], handle=10, fresh=1, repeat={0: 1}), team([], machine=1)
BREAK: Day = calls([45], handle=12), team([(0, 50), (60, 90)], follows={1: 0}, pause=10)
MAIL: Day = calls([0, 9, 10], handle=1), team(hours=[[(0, 10)]], accepts=1)
HOURS: Day = calls([0, 9, 10], handle=1), team(hours=[[(0, 10)]])
KEPT: Day = calls([0, 5, 6], handle=10, patience=99), team(keeps=1, hours=[[(0, 14), (40, 90)]])
OWN: Day = (
    replace(calls([0], handle=10), own_handle=np.array([[7]])),
    team(pace=2000, own=1),
)
RANKS: Day = (
    calls([0, 1, 2], handle=10, queue=[0, 0, 1], queues=2),
    team([(0, 99)], preference=[[0], [0]], priority=[[1], [0]]),
)

# What is changed in the true outcome, and what is said about it.
WRONG: list[tuple[Day, dict[str, dict[int, int]], str]] = [
    (QUEUE, {"status": {0: 9}}, "attempt 0: served without agent or the reverse"),
    (QUEUE, {"status": {2: 9}}, "attempt 2: no such status"),
    (QUEUE, {"agent": {0: 1}}, "attempt 0: no such agent"),
    (QUEUE, {"agent": {1: NONE}}, "attempt 1: served without agent or the reverse"),
    (QUEUE, {"agent": {2: 0}}, "attempt 2: served without agent or the reverse"),
    (QUEUE, {"arrival": {3: 31}}, "attempt 3: a first attempt was not made when due"),
    (QUEUE, {"status": {2: 0}, "wait": {2: 0}}, "attempt 2: a first attempt was not made"),
    (QUEUE, {"wait": {2: 4}}, "attempt 2: abandoned before or after its patience"),
    (QUEUE, {"wait": {1: 100}}, "attempt 1: served after its patience"),
    (QUEUE, {"wait": {1: -1}}, "attempt 1: waited less than nothing"),
    (QUEUE, {"status": {2: WAITING}, "wait": {2: 0}}, "attempt 2: waits still, its patience over"),
    (QUEUE, {"status": {2: WAITING}}, "attempt 2: waited without end of the wait"),
    (QUEUE, {"wait": {1: 8}}, "attempt 1: served by an agent who serves another"),
    (QUEUE, {"wait": {1: 10}}, "attempt 1: waited while an agent was idle"),
    (QUEUE, {"busy": {0: 29}}, "agent 0: busy for another time than its contacts took"),
    (QUEUE, {"left": {0: 999}}, "agent 0: left neither at the end nor with the last contact"),
    (TEAMS, {"agent": {1: 1}}, "attempt 1: served by a group that cannot"),
    (TEAMS, {"agent": {0: 1}}, "attempt 0: served by a group before its turn"),
    (TEAMS, {"agent": {2: 1}, "wait": {2: 17}}, "attempt 2: served by an agent who is not there"),
    (TEAMS, {"wait": {1: 99}}, "attempt 1: served by an agent who is not there"),
    (LINES, {"status": {1: CLOSED, 3: 0}, "arrival": {3: 0}}, "attempt 3: served without agent"),
    (LINES, {"arrival": {3: 42}}, "attempt 3: not made after the right delay"),
    (LINES, {"status": {1: WAITING}}, "attempt 3: made without cause, or not made with cause"),
    (LINES, {"status": {2: WAITING}}, "attempt 3: served before one who came before"),
    (CHATS, {"talk": {0: 14}}, "attempt 0: not done when its work is"),
    (CHATS, {"talk": {2: 11}}, "attempt 2: not done when its work is"),
    (CHATS, {"wrap": {2: 1}}, "attempt 2: not done when its work is"),
    (CHATS, {"arrival": {2: 31}}, "attempt 2: a first attempt was not made when due"),
    (TIERS, {"talk": {1: 9}}, "attempt 1: took another time than the tables say"),
    (TIERS, {"talk": {3: 10}}, "attempt 3: took another time than the tables say"),
    (TIERS, {"wrap": {0: 0}}, "attempt 0: took another time than the tables say"),
    (TIERS, {"busy": {0: 12}}, "agent 0: busy for another time than its contacts took"),
    (TIERS, {"arrival": {3: 10}}, "attempt 3: not made after the right delay"),
    (TIERS, {"status": {2: 0}, "agent": {2: NONE}}, "attempt 2: a first attempt was not made"),
    (CALLBACK, {"wait": {1: 9}}, "attempt 3: not made after the right delay"),
    (CALLBACK, {"status": {1: ABANDONED}}, "attempt 3: made without cause"),
    (CALLBACK, {"status": {3: CLOSED}, "wait": {3: 0}}, "attempt 3: called back, and found"),
    (CALLBACK, {"status": {2: DISMISSED}}, "attempt 2: sent away, but not at closing time"),
    (CALLBACK, {"wait": {3: 12}}, "attempt 3: sent away, but not at closing time"),
    (MACHINE, {"talk": {0: 9}}, "attempt 1: not made after the right delay"),
    (MACHINE, {"talk": {1: 9}}, "attempt 1: not served by the machine as long as it takes"),
    (MACHINE, {"status": {1: 0}, "arrival": {1: 0}, "talk": {1: 0}}, "attempt 1: made without"),
    (BREAK, {"began": {1: 60}}, "agent 1: began at another time than due"),
    (BREAK, {"began": {1: NONE}}, "agent 1: began at another time than due"),
    (BREAK, {"left": {0: 58}}, "agent 0: left neither at the end nor with the last contact"),
    (QUEUE, {"status": {2: BLOCKED}, "wait": {2: 0}}, "attempt 2: blocked where lines have no"),
    (QUEUE, {"talk": {2: 1}}, "attempt 2: talked without being served"),
    (MAIL, {"status": {2: CLOSED}, "agent": {2: NONE}}, "attempt 2: found a queue closed that"),
    (KEPT, {"wait": {1: 9}}, "attempt 1: taken outside the hours that its queue keeps"),
    (KEPT, {"wait": {1: 36, 2: 45}}, "attempt 1: waited while an agent was idle"),
    (OWN, {"talk": {0: 14}}, "attempt 0: took another time than the tables say"),
    (RANKS, {"wait": {1: 9, 2: 18}}, "attempt 1: served before one whose turn it was"),
    (HOURS, {"status": {2: BLOCKED}}, "attempt 2: closed in hours or let in outside"),
    (HOURS, {"status": {1: CLOSED}, "agent": {1: NONE}}, "attempt 1: closed in hours or let in"),
]


def tamper(outcome: Outcome, changes: dict[str, dict[int, int]]) -> Outcome:
    """Copy an outcome with some numbers changed."""
    columns: dict[str, Any] = {name: getattr(outcome, name).copy() for name in changes}
    for name, cells in changes.items():
        for row, value in cells.items():
            columns[name][row] = value
    return replace(outcome, **columns)


@pytest.mark.parametrize(("day", "changes", "message"), WRONG, ids=[row[2] for row in WRONG])
def test_a_wrong_outcome_is_refused_with_the_rule_and_the_row(
    day: Day, changes: dict[str, dict[int, int]], message: str
) -> None:
    truth = ENGINES["reference"](*day)
    check(*day, truth)

    with pytest.raises(InvariantBroken) as broken:
        check(*day, tamper(truth, changes))
    assert str(broken.value).startswith(message)


def test_serving_the_second_before_the_first_is_noticed() -> None:
    day = calls([0, 1, 2], handle=10, patience=99), team()
    swapped = {"wait": {1: 19, 2: 8}}

    with pytest.raises(InvariantBroken, match="attempt 2: served before one who came before"):
        check(*day, tamper(ENGINES["reference"](*day), swapped))


def test_a_call_that_is_let_in_with_all_lines_held_is_noticed() -> None:
    day = calls([0, 1], handle=10, patience=4), team(lines=1)
    let_in = {"status": {1: ABANDONED}, "wait": {1: 4}}

    with pytest.raises(InvariantBroken, match="attempt 1: blocked with a line free, or let in"):
        check(*day, tamper(ENGINES["reference"](*day), let_in))


def test_an_outcome_of_another_day_is_refused() -> None:
    with pytest.raises(InvariantBroken, match="an attempt has no outcome"):
        check(*QUEUE, ENGINES["reference"](*TEAMS))
    alone = QUEUE[0], team([])
    with pytest.raises(InvariantBroken, match="an agent has no outcome"):
        check(*QUEUE, ENGINES["reference"](*alone))


@pytest.mark.parametrize("step", [-1, 1])
@pytest.mark.parametrize("name", ["arrival", "wait", "busy", "left"])
def test_no_moment_can_be_one_tick_off_unnoticed(name: str, step: int) -> None:
    rng = np.random.default_rng(20)
    for seed in range(DAYS):
        workload, staffing = seeded_day(seed)
        # With a reserve an agent may be idle beside a queue, so a late start is no proof.
        day = workload, replace(staffing, reserve=np.zeros_like(staffing.reserve))
        truth = ENGINES["kernel"](*day)
        column = getattr(truth, name)
        for row in rng.choice(len(column), min(4, len(column)), replace=False).tolist():
            off = tamper(truth, {name: {row: int(column[row]) + step}})
            assert is_refused(day, off), f"day {seed}, {name}[{row}]"


@pytest.mark.parametrize("step", [-1, 1])
@pytest.mark.parametrize("name", ["arrival", "talk", "wrap", "began", "busy", "left"])
def test_no_moment_of_the_full_model_can_be_one_tick_off_unnoticed(name: str, step: int) -> None:
    rng = np.random.default_rng(21)
    for seed in range(DAYS):
        day = seeded_full_day(seed)
        truth = ENGINES["kernel"](*day)
        column = getattr(truth, name)
        for row in rng.choice(len(column), min(4, len(column)), replace=False).tolist():
            off = tamper(truth, {name: {row: int(column[row]) + step}})
            assert is_refused(day, off), f"day {seed}, {name}[{row}]"


def is_refused(day: Day, outcome: Outcome) -> bool:
    try:
        check(*day, outcome)
    except InvariantBroken:
        return True
    return False


def test_a_reserve_of_more_agents_than_there_are_keeps_all_of_them() -> None:
    work, crew = calls([0, 1], handle=10, patience=7), team([(0, 50, 0)], reserve=[[1 << 61]])
    outcome = ENGINES["reference"](work, crew)

    assert set(outcome.status.tolist()) == {ABANDONED}
    check(work, crew, outcome)
