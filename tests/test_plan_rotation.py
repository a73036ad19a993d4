"""Rotations are found, proven impossible, and checked by who did not look for them."""

from __future__ import annotations

import itertools
from collections.abc import Collection, Iterator

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from rotating_files import instances, need, read
from scipy.optimize import Bounds, LinearConstraint, milp

from benchmarks import rotations
from sim.errors import InvalidInput
from sim.plan.rotation import (
    FREE,
    Clock,
    Effort,
    Rotating,
    Rotation,
    faults,
    solve,
    solve_rotation,
)
from sim.plan.rotation.graph import graph_of
from sim.plan.rotation.rows import rows_connect

#: Of Examples 1 to 50, those without a solution; 43 and 48 only because a cycle is one.
IMPOSSIBLE = {38, 42, 43, 45, 46, 48, 49, 50}


def number(path: object) -> int:
    return int("".join(c for c in str(path).rsplit("/", 1)[-1] if c.isdigit()))


# --- the public instances ------------------------------------------------------------------------


def answers_of(numbers: Collection[int]) -> dict[int, Rotation]:
    """Some of Examples 1 to 50 by number; the first twenty are the classic ones."""
    paths = need(instances("examples1_50_txt", "*.txt"))
    return {number(path): solve_rotation(read(path)) for path in paths if number(path) in numbers}


@pytest.fixture(scope="module")
def answers() -> dict[int, Rotation]:
    return answers_of({*range(1, 21), *IMPOSSIBLE})


@pytest.mark.slow
def test_all_of_the_classic_twenty_are_solved(answers: dict[int, Rotation]) -> None:
    for path in need(instances("classic20_dzn", "*.dzn")):
        problem, found = read(path), answers[number(path)]

        assert found.status == "solved", path.stem
        assert found.people == problem.people
        assert faults(problem, found.cycle) == []


@pytest.mark.slow
def test_of_the_examples_those_without_a_solution_are_told(answers: dict[int, Rotation]) -> None:
    decided(answers)


@pytest.mark.long
def test_all_of_the_examples_1_to_50_are_decided() -> None:
    decided(answers_of(range(51)))


def decided(answers: dict[int, Rotation]) -> None:
    assert {n for n, found in answers.items() if found.status == "impossible"} == IMPOSSIBLE
    assert {found.status for found in answers.values()} == {"solved", "impossible"}
    assert all(faults(f.problem, f.cycle) == [] for f in answers.values() if f.cycle)


def test_all_of_the_challenge_are_decided() -> None:
    paths = need(instances("minizinc_challenge", "**/*.dzn"))
    answers = {number(path): solve_rotation(read(path)).status for path in paths}

    assert "stopped" not in answers.values()
    assert answers[1780] == "impossible"


def test_both_formats_of_an_instance_say_the_same() -> None:
    for path in need(instances("classic20_dzn", "*.dzn")):
        classic, text = read(path), read(path.parents[1] / "examples1_50_txt" / f"{path.stem}.txt")
        for field in ("demand", "people", "runs", "work", "off", "forbidden", "forbidden_apart"):
            assert getattr(classic, field) == getattr(text, field)


def whole(objective: object, matrix: object, low: object, high: object) -> bool:
    """Whether HiGHS finds whole numbers from 0 for these rows."""
    rows = LinearConstraint(matrix, low, high)
    found = milp(objective, constraints=rows, integrality=1, bounds=Bounds(0, np.inf))
    assert found.status in (0, 2)
    return bool(found.status == 0)


@pytest.mark.slow
def test_what_a_circulation_shows_impossible_is_so_for_another_solver() -> None:
    paths = need(instances("examples1_50_txt", "*.txt"))
    for path in (p for p in paths if number(p) in IMPOSSIBLE):
        problem = read(path)
        graph = graph_of(problem)
        rows = len(graph.nodes) + problem.shifts * 7 + 1
        matrix, right = np.zeros((rows, len(graph.arcs))), np.zeros(rows)
        for column, arc in enumerate(graph.arcs):
            matrix[arc.tail, column] += 1
            matrix[arc.head, column] -= 1
            if arc.shift != FREE:
                matrix[len(graph.nodes) + arc.shift * 7 + arc.day, column] = 1
            matrix[-1, column] = arc.day == 0
        right[len(graph.nodes) : -1] = np.ravel(problem.demand)
        right[-1] = problem.people or 0

        possible = whole(np.zeros(len(graph.arcs)), matrix, right, right)
        assert possible == (number(path) in (43, 48))


@pytest.mark.slow
@pytest.mark.parametrize("example", [43, 48])
def test_no_set_of_starting_days_that_rows_connect_covers_the_week(example: int) -> None:
    """Every set of days on which rows may begin, one by one, by another solver."""
    path = need(instances("examples1_50_txt", f"Example{example}.txt"))[0]
    problem = read(path)
    assert not rows_connect(problem)
    for size in range(1, 8):
        for days in itertools.combinations(range(7), size):
            assert not begins_on(problem, set(days))


def begins_on(problem: Rotating, days: set[int]) -> bool:
    """Whether rows that begin on exactly these days, all connected, cover the week."""
    kinds = [
        (start, work, off)
        for start in sorted(days)
        for work in range(problem.work[0], problem.work[1] + 1)
        for off in range(problem.off[0], problem.off[1] + 1)
        if (start + work + off) % 7 in days
    ]
    if not kinds:
        return False
    rows: list[list[float]] = [
        [sum((s + k) % 7 == day for k in range(w)) for s, w, _ in kinds] for day in range(7)
    ]
    low: list[float] = [*map(float, problem.by_day())]
    rows.append([s_w_o[1] + s_w_o[2] for s_w_o in kinds])
    low.append(7.0 * (problem.people or 0))
    for day in days:
        rows.append([(s == day) - ((s + w + o) % 7 == day) for s, w, o in kinds])
        low.append(0.0)
    high = list(low)
    for size in range(1, len(days)):
        for part in itertools.combinations(sorted(days), size):
            rows.append([s in part and (s + w + o) % 7 not in part for s, w, o in kinds])
            low.append(1.0)
            high.append(np.inf)
    return whole(np.zeros(len(kinds)), np.array(rows, float), low, high)


# --- against every cycle there is ----------------------------------------------------------------


@st.composite
def small(draw: st.DrawFn) -> Rotating:
    """Two shifts at most on weeks of three or four days: few enough cycles to try them all."""
    days, shifts = draw(st.sampled_from([(3, 2), (4, 1), (4, 2), (3, 1)]))
    people = draw(st.integers(1, 3 if days == 3 else 2))
    demand = [[draw(st.integers(0, 1)) for _ in range(days)] for _ in range(shifts)]
    demand[0][0] = 1

    def bounds(most: int) -> tuple[int, int]:
        low = draw(st.integers(1, 2))
        return low, draw(st.integers(low, most))

    pairs = st.sets(st.tuples(st.integers(0, shifts - 1), st.integers(0, shifts - 1)), max_size=2)
    return Rotating(
        tuple(map(tuple, demand)),
        people,
        ("D", "N")[:shifts],
        runs=tuple(bounds(3) for _ in range(shifts)),
        work=bounds(4),
        off=bounds(5),
        forbidden=frozenset(draw(pairs)),
        forbidden_apart=frozenset(draw(pairs)),
        surplus=draw(st.booleans()),
    )


def cycles(problem: Rotating) -> Iterator[tuple[int, ...]]:
    options = range(FREE, problem.shifts)
    return itertools.product(options, repeat=problem.days * (problem.people or 0))


@settings(max_examples=60)
@given(small())
def test_a_rotation_is_found_exactly_where_one_exists(problem: Rotating) -> None:
    exists = any(not faults(problem, cycle) for cycle in cycles(problem))

    assert solve_rotation(problem).status == ("solved" if exists else "impossible")
    assert rows_connect(problem) or not exists


@settings(max_examples=25)
@given(small())
def test_the_fewest_people_are_the_fewest_with_whom_it_works(problem: Rotating) -> None:
    least = solve_rotation(with_people(problem, None))
    works = [n for n in range(1, 5) if solve_rotation(with_people(problem, n)).status == "solved"]

    if least.status == "solved" and least.people <= 4:
        assert works[0] == least.people == least.bound
    else:
        assert works == []


def with_people(problem: Rotating, people: int | None) -> Rotating:
    fields = {name: getattr(problem, name) for name in Rotating.__dataclass_fields__}
    return Rotating(**{**fields, "people": people})


@settings(max_examples=25)
@given(st.data())
def test_the_weekly_rest_is_kept_to_the_minute(data: st.DataObject) -> None:
    """One shift, two weeks of seven days: all 16,384 cycles."""
    clock = Clock(60 * data.draw(st.integers(0, 20)), 60 * data.draw(st.integers(4, 14)))
    problem = Rotating(
        (tuple(data.draw(st.lists(st.integers(0, 2), min_size=7, max_size=7).filter(any))),),
        2,
        ("D",),
        runs=((1, 6),),
        work=(1, 6),
        off=(1, 6),
        clocks=(clock,),
        weekly_rest=60 * data.draw(st.integers(24, 60)),
    )
    right = (c for c in itertools.product((FREE, 0), repeat=14) if covers(problem, c))
    exists = any(not faults(problem, cycle) for cycle in right)

    assert solve_rotation(problem).status == ("solved" if exists else "impossible")


def covers(problem: Rotating, cycle: tuple[int, ...]) -> bool:
    return all((cycle[d] == 0) + (cycle[d + 7] == 0) == problem.demand[0][d] for d in range(7))


# --- what an answer says -------------------------------------------------------------------------


PAIRS = Rotating(
    ((2,) * 7, (2,) * 7),
    8,
    ("D", "N"),
    runs=((2, 4), (2, 4)),
    work=(2, 4),
    off=(2, 4),
    forbidden=frozenset({(1, 0)}),
)


def test_the_same_seed_gives_the_same_rotation() -> None:
    assert solve_rotation(PAIRS, seed=3) == solve_rotation(PAIRS, seed=3)
    assert faults(PAIRS, solve_rotation(PAIRS, seed=4).cycle) == []


def test_a_rotation_shows_its_weeks_and_its_effort() -> None:
    told: list[Effort] = []
    found = solve_rotation(PAIRS, progress=told.append)

    assert len(found.weeks) == found.people == 8
    assert found.picture().count("\n") == 7
    assert set(found.picture()) == {"D", "N", ".", " ", "\n"}
    assert told[-1] == found.effort
    assert found.effort.variables == len(graph_of(PAIRS).arcs)


def test_a_search_that_is_stopped_says_so(monkeypatch: pytest.MonkeyPatch) -> None:
    """Example 47 falls into parts at first."""
    hard = read(need(instances("examples1_50_txt", "Example47.txt"))[0])
    monkeypatch.setattr(solve, "ROUNDS", 1)
    found = solve_rotation(hard)

    assert (found.status, found.cycle, found.people) == ("stopped", (), 0)
    assert found.effort.rounds == 1
    assert found.effort.cuts > 0


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ({"people": 0}, "people must be 1 to 5000, got 0"),
        ({"demand": ()}, "demand must have a row for each named shift"),
        ({"demand": ((1, 1), (1,))}, "demand[N] must have 2 days"),
        ({"demand": ((1, -1), (1, 1))}, "demand[D] must be whole numbers from 0, got -1"),
        ({"demand": ((0, 0), (0, 0))}, "demand must ask for somebody"),
        ({"work": (0, 3)}, "work must be least and most days"),
        ({"off": (3, 2)}, "off must be least and most days"),
        ({"runs": ((1, 2),)}, "runs must be 2, one by shift"),
        ({"forbidden": frozenset({(0, 2)})}, "forbidden must name shifts 0 to 1"),
        ({"weekly_rest": 2520}, "weekly_rest needs a week of seven days and the clock"),
    ],
)
def test_a_problem_that_makes_no_sense_is_refused(change: dict[str, object], said: str) -> None:
    fields = {name: getattr(PAIRS, name) for name in Rotating.__dataclass_fields__}
    with pytest.raises(InvalidInput) as refused:
        Rotating(**{**fields, **change})

    assert said in str(refused.value)


@pytest.mark.parametrize(
    ("cycle", "said"),
    [
        ([0, 0, FREE, FREE], []),
        ([0, 0, FREE], ["3 days are not 2 weeks of 2"]),
        ([0, FREE, 0, FREE], ["D on day 1: 2 of 1", "D on day 2: 0 of 1"]),
        ([0, 0, 0, 0], ["D on day 1: 2 of 1", "4 days of work running, 1 to 2 allowed"]),
        ([FREE] * 4, ["D on day 1: 0 of 1", "4 days off running, 2 to 2 allowed"]),
    ],
)
def test_faults_are_told(cycle: list[int], said: list[str]) -> None:
    problem = Rotating(((1, 1),), 2, ("D",), runs=((1, 2),), work=(1, 2), off=(2, 2))

    assert set(said) <= set(faults(problem, cycle))
    assert bool(said) == bool(faults(problem, cycle))


def test_the_benchmark_tells_what_became_of_its_instances() -> None:
    head, line = rotations.lines(size=0.1, rounds=2)

    assert "CPU s" in head
    assert line.startswith("   9 people, 2 instances")
    assert "0 stopped" in line
