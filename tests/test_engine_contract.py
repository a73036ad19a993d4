"""Arrays that break the contract are refused, with the array and the row in the message."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import fields, replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from full_days import seeded_full_day
from workloads import assert_same, calls, seeded_day, team

from sim.engine import ENGINES, Staffing, Status, Workload, play, staffing
from sim.engine.contract import (
    CLOCK_LIMIT,
    MILLION,
    MOST_ATTEMPTS,
    NEVER,
    NONE,
    WORK_LIMIT,
    check_pair,
)
from sim.errors import ContractError, InvalidInput

DUE = [0, 5, 9, 30]
WORK = calls(DUE, handle=4, patience=7, fresh=3, redial={1: 3})
CREW = team([(0, 50, 0), (10, 60, 1)], preference=[[0, 1], [1, 0]], hours=[[(0, 9), (20, 30)], []])


def ids(*values: int) -> Any:
    return np.array(values, np.int32)


def ints(*values: int) -> Any:
    return np.array(values, np.int64)


BAD_WORK = [
    ("fresh", {"fresh": 5}, "fresh[0]: must lie within the attempts"),
    ("fresh", {"fresh": -1}, "fresh[0]: must lie within the attempts"),
    ("a column too short", {"acw": ints(1, 1)}, "acw: must have 4 rows like due"),
    ("time before the clock", {"due": ints(-1, 5, 9, 30)}, "due[0]: must lie on the clock"),
    ("time after the clock", {"due": ints(0, 5, CLOCK_LIMIT, 30)}, "due[2]: must lie on the clock"),
    ("no order", {"due": ints(0, 9, 5, 30)}, "due[2]: must not decrease among first attempts"),
    ("no such queue", {"queue": np.array([0, 0, 3, 0], np.uint8)}, "queue[2]: must name"),
    ("negative handle time", {"handle": ints(4, 4, 4, -4)}, "handle[3]: must be below 49 days"),
    ("endless work", {"acw": ints(0, WORK_LIMIT, 0, 0)}, "acw[1]: must be below 49 days"),
    ("negative patience", {"patience": ints(7, 7, -7, 7)}, "patience[2]: must lie on the clock"),
    ("odd patience", {"patience": ints(7, NEVER - 1, 7, 7)}, "patience[1]: must lie on the clock"),
    ("link backwards", {"after_busy": ids(-1, -1, 0, -1)}, "after_busy[2]: must name a later"),
    ("link to itself", {"after_busy": ids(-1, -1, -1, 3)}, "after_busy[3]: must name a later"),
    ("link to a first attempt", {"after_abandon": ids(1, 3, -1, -1)}, "after_abandon[0]: must"),
    ("link beyond the end", {"after_abandon": ids(4, -1, -1, -1)}, "after_abandon[0]: must name"),
    ("two before one", {"after_abandon": ids(3, 3, -1, -1)}, "after_abandon[3]: must not be"),
    ("two ways to one", {"after_busy": ids(3, -1, -1, -1)}, "after_abandon[3]: must not be"),
    ("floats", {"handle": np.full(4, 4.0)}, "handle: must be a contiguous array of int64"),
    ("short integers", {"due": ids(*DUE)}, "due: must be a contiguous array of int64"),
    ("every second row", {"due": np.repeat(DUE, 2)[::2]}, "due: must be a contiguous array"),
]

LINKED = calls(DUE, handle=4, fresh=2, escalation={0: 2}, repeat={1: 3}, conference=1)
BAD_LINKS = [
    ("a link too short", {"callback": ids(-1)}, "callback: must have 4 rows like due, or none"),
    ("a link backwards", {"callback": ids(-1, -1, -1, 1)}, "callback[3]: must name a later"),
    ("to a first attempt", {"repeat": ids(1, 3, -1, -1)}, "repeat[0]: must name a later attempt"),
    ("two ways to one", {"callback": ids(-1, 2, -1, -1)}, "callback[2]: must not be followed up"),
    ("no marks", {"repeat_mark": ids()}, "repeat_mark: must have 4 rows like repeat"),
    ("marks of nothing", {"escalation": ids()}, "escalation_mark: must have 0 rows like escalat"),
    ("a mark too high", {"repeat_mark": ids(0, 10**6, 0, 0)}, "repeat_mark[1]: must lie between"),
    ("endless talk", {"conference": ints(0, 0, WORK_LIMIT, 0)}, "conference[2]: must be below 49"),
    ("short numbers", {"conference": ids(1, 1, 1, 1)}, "conference: must be a contiguous array"),
    (
        "a law too short",
        {"own_handle": ints(1, 1).reshape(2, 1)},
        "own_handle: must have 4 columns",
    ),
    ("no laws", {"own_handle": ints()}, "own_handle: must be a table"),
    ("negative law", {"own_handle": ints(1, -1, 1, 1).reshape(1, 4)}, "own_handle[0, 1]: must be"),
]
SHIFTS = team([(0, 9), (5, 9), (9, 20)], follows={2: 0}, pause=1)
BAD_MODEL = [
    ("no agents at once", {"concurrency": 0}, "concurrency[0, 0]: must lie between 1 and 32"),
    ("too many at once", {"concurrency": 33}, "concurrency[0, 0]: must lie between 1 and 32"),
    ("more than all", {"escalates": 1_000_001}, "escalates[0, 0]: must lie between 0 and 1000000"),
    ("less than nobody", {"repeats": -1}, "repeats[0, 0]: must lie between 0 and 1000000"),
    ("negative level", {"level": -1}, "level[0, 0]: must lie between 0"),
    ("endless greeting", {"greeting": CLOCK_LIMIT}, "greeting[0]: must lie between"),
    ("ringing before", {"ring": -1}, "ring[0]: must lie between"),
    ("growing young", {"ageing": -1}, "ageing[0]: must lie between 0 and 100000000"),
    ("no such answer", {"dismiss": 2}, "dismiss[0]: must lie between 0 and 1"),
    ("half an hour", {"keeps": 2}, "keeps[0]: must lie between 0 and 1"),
    ("less than no law", {"own": -1}, "own[0, 0]: must lie between 0 and 256"),
    ("doors ajar", {"accepts": 2}, "accepts[0]: must lie between 0 and 1"),
    ("closing never", {"accepts": 1, "dismiss": 1}, "dismiss[0]: must be 0 where the queue never"),
    ("half a machine", {"machine": -1}, "machine[0]: must lie between 0 and 1"),
    ("too much drag", {"drag_most": 9001}, "drag_most[0]: must lie between 0 and 9000"),
    ("a speed too few", {"concurrency": 2, "speed": [[10**6]]}, "speed: must have 2 columns"),
    ("standing still", {"speed": [[10**6, 0]]}, "speed[0, 1]: must lie between 1 and"),
    ("fast alone", {"speed": [[10**6 + 1]]}, "speed[0, 0]: must be 1000000 with one contact"),
    ("speeds of nobody", {"speed": [[10**6]] * 2}, "speed: must have a row for each queue"),
    ("tempo of nobody", {"tempo": [[1000]] * 2}, "tempo: must have a row for each queue"),
    ("negative tempo", {"tempo": [[1000, -1]]}, "tempo[0, 1]: must lie between 0 and 10000"),
    ("warm chats", {"warm": 1, "concurrency": 2}, "warm[0]: must be 0 where agents hold several"),
    ("no such trunk", {"trunk": 1}, "trunk[0]: must name a row of lines"),
]
BAD_SHIFTS = [
    ("following oneself", {"follows": ids(-1, -1, 2)}, "follows[2]: must name an earlier row"),
    ("following nobody", {"follows": ids(-1, -1, -2)}, "follows[2]: must name an earlier row"),
    ("in two places", {"follows": ids(-1, 0, -1)}, "follows[1]: must name a stretch that ends"),
    ("no pause", {"pause": ints()}, "pause: must have 3 rows like follows"),
    ("half a pause", {"pause": ints(1)}, "pause: must have 3 rows like start, or none"),
    ("negative pause", {"pause": ints(0, 0, -1)}, "pause[2]: must lie on the clock"),
    ("no slots", {"tempo_slot": 0}, "tempo_slot[0]: must be at least a tick"),
]

BAD_CREW = [
    ("a column too short", {"end": ints(50)}, "end, group: must have 2 rows like start"),
    ("start before the clock", {"start": ints(-1, 10)}, "start[0]: must not be negative"),
    ("no order", {"start": ints(10, 0)}, "start[1]: must not decrease"),
    ("end before start", {"end": ints(50, 10)}, "end[1]: must follow start"),
    ("end after the clock", {"end": ints(50, CLOCK_LIMIT)}, "end[1]: must follow start"),
    ("no such group", {"group": np.array([0, 2], np.uint8)}, "group[1]: must name a group"),
    (
        "a table of another shape",
        {"pace": ints(1000).reshape(1, 1)},
        "pace: must have the shape of preference",
    ),
    ("odd preference", {"preference": np.array([[0, 1], [-2, 0]])}, "preference[1, 0]: must not"),
    (
        "endless preference",
        {"preference": np.array([[NEVER, 1], [0, 0]])},
        "preference[0, 0]: must",
    ),
    ("endless priority", {"priority": np.array([[0, 1], [0, NEVER]])}, "priority[1, 1]: must lie"),
    ("negative reserve", {"reserve": np.array([[0, 0], [0, -1]])}, "reserve[1, 1]: must lie"),
    ("negative wait", {"after": np.array([[0, 0], [0, -5]])}, "after[1, 1]: must lie between"),
    ("negative pace", {"pace": np.array([[-1, 1], [1, 1]])}, "pace[0, 0]: must lie between 0"),
    ("snail's pace", {"pace": np.array([[1, 1], [1, 10_001]])}, "pace[1, 1]: must lie between 0"),
    ("negative lines", {"lines": ints(3, -3)}, "lines[1]: must lie between 0 and"),
    ("more than no limit", {"lines": ints(NEVER + 1, 3)}, "lines[0]: must lie between 0 and"),
    ("lines of one queue", {"lines": ints(3)}, "trunk[1]: must name a row of lines"),
    ("hours upside down", {"open_end": ints(9, 20)}, "open_end[1]: must follow open_start"),
    ("hours of nobody", {"open_of": ints(0, 1, 1)}, "open_of: must cover every row"),
    ("hours without an end", {"open_end": ints(9)}, "open_end: must have 2 rows like open_start"),
    ("hours backwards", {"open_of": ints(0, 3, 2)}, "open_of[2]: must not decrease"),
    (
        "hours of one channel overlap",
        {"open_of": ints(0, 2, 2), "open_start": ints(0, 9)},
        "open_start[1]: must follow the hours before",
    ),
]


@pytest.mark.parametrize(
    ("change", "message"), [c[1:] for c in BAD_WORK], ids=[c[0] for c in BAD_WORK]
)
def test_a_workload_that_contradicts_itself_is_refused(
    change: dict[str, Any], message: str
) -> None:
    with pytest.raises(ContractError) as refused:
        replace(WORK, **change).check()

    assert str(refused.value).startswith(message)


@pytest.mark.parametrize(
    ("change", "message"), [c[1:] for c in BAD_CREW], ids=[c[0] for c in BAD_CREW]
)
def test_a_staffing_that_contradicts_itself_is_refused(
    change: dict[str, Any], message: str
) -> None:
    with pytest.raises(ContractError) as refused:
        replace(CREW, **change).check()

    assert str(refused.value).startswith(message)


@pytest.mark.parametrize(
    ("change", "message"), [c[1:] for c in BAD_LINKS], ids=[c[0] for c in BAD_LINKS]
)
def test_links_that_contradict_each_other_are_refused(change: dict[str, Any], message: str) -> None:
    LINKED.check()
    with pytest.raises(ContractError) as refused:
        replace(LINKED, **change).check()

    assert str(refused.value).startswith(message)


@pytest.mark.parametrize(
    ("tables", "message"), [c[1:] for c in BAD_MODEL], ids=[c[0] for c in BAD_MODEL]
)
def test_a_table_out_of_bounds_is_refused(tables: dict[str, Any], message: str) -> None:
    with pytest.raises(ContractError) as refused:
        team(**tables).check()

    assert str(refused.value).startswith(message)


@pytest.mark.parametrize(
    ("change", "message"), [c[1:] for c in BAD_SHIFTS], ids=[c[0] for c in BAD_SHIFTS]
)
def test_stretches_that_nobody_can_work_are_refused(change: dict[str, Any], message: str) -> None:
    SHIFTS.check()
    with pytest.raises(ContractError) as refused:
        replace(SHIFTS, **change).check()

    assert str(refused.value).startswith(message)


def test_two_stretches_cannot_follow_one() -> None:
    with pytest.raises(ContractError, match=r"follows\[1\]: must not follow what another follows"):
        team([(0, 9), (9, 12), (9, 20)], follows={1: 0, 2: 0}).check()


def test_a_table_of_another_shape_is_refused() -> None:
    with pytest.raises(ContractError, match="ring: must have a row for each queue"):
        replace(CREW, ring=ints(1)).check()
    with pytest.raises(ContractError, match="level: must have the shape of preference"):
        replace(CREW, level=ints(1, 1).reshape(1, 2)).check()


def test_more_attempts_than_fit_into_a_key_are_refused() -> None:
    # Zeros that nobody reads take no memory.
    kinds = {
        f.name: getattr(WORK, f.name)
        for f in fields(WORK)
        if f.name not in {"queues", "fresh", "own_handle"}
    }
    many: dict[str, Any] = {
        name: np.zeros(MOST_ATTEMPTS, column.dtype) for name, column in kinds.items()
    }
    with pytest.raises(ContractError, match="due: 33554432 attempts, at most 33554431 fit"):
        replace(WORK, **many).check()


@pytest.mark.parametrize("engine", ENGINES)
def test_as_many_queues_and_groups_as_a_byte_tells_apart_are_played(engine: str) -> None:
    last = 255
    preference = np.full((last + 1, last + 1), NONE)
    preference[last, [0, last]] = [1, 0]
    crew = team([(0, 50, 0), (0, 50, last)], preference=preference, lines=[9] * last + [2])
    day = calls([0, 0, 1], queue=last, queues=last + 1)

    for greeting in (0, 1):  # by the lean loop, and by that of the whole model
        mixed = replace(crew, greeting=np.full(last + 1, greeting))
        outcome = play(day, mixed, engine=engine)
        assert outcome.agent.tolist() == [1, 0, NONE]
        assert outcome.status.tolist() == [Status.SERVED, Status.SERVED, Status.BLOCKED]


@pytest.mark.parametrize("shape", [(257, 1), (1, 257)])
def test_more_queues_or_groups_than_a_byte_tells_apart_are_refused(shape: tuple[int, int]) -> None:
    words = f"preference: {shape[0]} queues and {shape[1]} groups, at most 256 of each fit"
    with pytest.raises(ContractError, match=words):
        team([], preference=np.zeros(shape, np.int64)).check()


def test_more_trunks_than_a_byte_tells_apart_are_refused() -> None:
    team([], lines=[1] * 256, trunk=255).check()
    with pytest.raises(ContractError, match="lines: 257 trunks, at most 256 fit"):
        team([], lines=[1] * 257, trunk=255).check()


def test_a_workload_and_a_staffing_of_other_queues_are_refused() -> None:
    with pytest.raises(ContractError, match="has 2 queues, the workload 1"):
        check_pair(WORK, CREW)


def test_a_group_whose_own_law_was_not_drawn_is_refused() -> None:
    work = replace(WORK, own_handle=np.zeros((1, len(WORK)), np.int64))
    check_pair(work, team(own=1))
    with pytest.raises(ContractError, match=r"own\[0, 0\]: must be at most 1, the rows of own_han"):
        check_pair(work, team(own=2))
    with pytest.raises(ContractError, match=r"own\[0, 0\]: must be at most 0, the rows of own_han"):
        check_pair(WORK, team(own=1))


# Rows of `docs/model.md` that say how far numbers may go: | `name` | least | most | remark |.
PAGE = (Path(__file__).parents[1] / "docs" / "model.md").read_text(encoding="utf-8")
BOUNDS = re.findall(
    r"^\| `(\w+)` \| (\S[^|]*) \| (\S[^|]*) \|", PAGE.split("### Bounds")[1].split("### ")[0], re.M
)


def number(words: str) -> int:
    """Read a bound as the page has it, such as `NONE` = -1, -2^31, 2^34 - 1 or 10,000."""
    read = re.fullmatch(r"(?:`NONE` = )?(-?)([\d,]+)(?:\^(\d+))?(?: - (\d+))?", words)
    assert read is not None, words
    sign, base, power, rest = read.groups()
    size: int = int(base.replace(",", "")) ** int(power or 1) - int(rest or 0)
    return -size if sign else size


def widest() -> tuple[Workload, Staffing]:
    """A day in which every column has room for any number on its own."""
    work = calls([0, 0], fresh=1, escalation={0: 1}, repeat={}, conference=0)
    work = replace(work, own_handle=np.zeros((256, 2), np.int64))
    crew = team(
        [(0, CLOCK_LIMIT - 1), (CLOCK_LIMIT - 2, CLOCK_LIMIT - 1)],
        follows={},
        speed=[[MILLION] * 32],
    )
    return work, crew


def altered(name: str, value: int) -> tuple[Workload, Staffing]:
    """That day with a number in the last row of a column or table."""
    work, crew = widest()
    owner: Any = work if name in Workload.__slots__ else crew
    values: Any = value
    if name != "tempo_slot":
        values = getattr(owner, name).copy()
        values[(-1,) * values.ndim] = value
        if name == "speed":
            values = np.append(getattr(owner, name), [[value]], axis=1)
    if name == "end":
        crew = replace(crew, start=ints(0, 0))
        values[0] = 9
    if owner is work:
        return replace(work, **{name: values}), crew
    return work, replace(crew, **{name: values})


@pytest.mark.parametrize(("name", "least", "most"), BOUNDS, ids=[row[0] for row in BOUNDS])
def test_numbers_may_go_as_far_as_the_page_says_and_no_further(
    name: str, least: str, most: str
) -> None:
    for good in (number(least), number(most)):
        check_pair(*altered(name, good))
    for bad in (number(least) - 1, number(most) + 1):
        with pytest.raises(ContractError, match=rf"\b{name}\b"):
            check_pair(*altered(name, bad))


def test_the_page_has_a_bound_for_every_column_of_numbers() -> None:
    links = {"after_abandon", "after_busy", "escalation", "repeat", "callback", "follows"}
    names = {"queue", "group", "trunk", "open_of", "open_start", "open_end"}
    columns = {
        f.name
        for part in (Workload, Staffing)
        for f in fields(part)
        if f.name not in {"queues", "fresh", "is_plain"}
    }

    assert {row[0] for row in BOUNDS} == columns - links - names
    for name, (neutral, low, high) in (staffing._CELLS | staffing._ROWS).items():
        assert (name, low, high) in [(row, number(a), number(b)) for row, a, b in BOUNDS]
        assert low <= neutral <= high


@pytest.mark.parametrize("engine", ENGINES)
def test_the_door_plays_what_keeps_the_contract_and_nothing_else(engine: str) -> None:
    day = seeded_day(3)

    assert_same(play(*day, engine=engine), ENGINES[engine](*day))
    with pytest.raises(ContractError, match=r"due\[0\]: must lie on the clock"):
        play(replace(day[0], due=day[0].due - CLOCK_LIMIT), day[1], engine=engine)


def test_an_engine_that_is_none_is_refused() -> None:
    with pytest.raises(InvalidInput, match="engine must be one of kernel, reference"):
        play(*seeded_day(3), engine="abacus")


@pytest.mark.parametrize("part", [0, 1], ids=["workload", "staffing"])
def test_arrays_of_any_other_shape_are_refused_by_name(part: int) -> None:
    day = seeded_full_day(3)
    shapes: list[Callable[[Any], Any]] = [
        lambda array: array.tolist(),
        lambda array: array[..., None].copy(),
        lambda array: np.zeros((2, 2, 2), array.dtype),
        lambda array: np.zeros((), array.dtype),
        lambda array: array.astype(np.float64),
    ]
    for field in fields(day[part]):
        array = getattr(day[part], field.name)
        for changed in shapes if isinstance(array, np.ndarray) else ():
            with pytest.raises(ContractError, match=f"^{field.name}: must be a"):
                replace(day[part], **{field.name: changed(array)}).check()


def test_what_keeps_the_contract_is_accepted() -> None:
    WORK.check()
    team([], preference=[[0], [0]], hours=[[], [(0, 1), (2, 3), (4, 5)]]).check()
    CREW.check()
    for seed in range(20):
        check_pair(*seeded_day(seed))


@pytest.mark.parametrize("place", range(3))
def test_a_queue_that_never_opens_may_stand_anywhere_among_others(place: int) -> None:
    """Its hours have no first row, so the one before it is that of another queue."""
    hours: list[list[tuple[int, int]]] = [[(0, 9), (20, 30), (40, 50)], [(5, 6), (7, 8), (9, 10)]]
    hours.insert(place, [])
    crew = team(hours=hours, preference=[[0]] * 3)

    crew.check()
    with pytest.raises(ContractError, match=r"open_start\[5\]: must follow the hours before"):
        replace(crew, open_start=ints(0, 20, 40, 5, 7, 8)).check()
