"""What is wrong with a cycle, read off its days; knows nothing of how it was found."""

from __future__ import annotations

import itertools
from collections.abc import Iterator, Sequence

from sim.plan.duties import DAY
from sim.plan.rotation.problem import FREE, Rotating

__all__ = ["faults"]


def faults(problem: Rotating, cycle: Sequence[int]) -> list[str]:
    """Everything that a cycle breaks, in words; empty for one that solves the problem.

    Parameters
    ----------
    problem
        What is asked.
    cycle
        The shift of each day by number, ``FREE`` for none; week after week.

    Examples
    --------
    >>> problem = Rotating(((1, 1),), 2, ("D",), runs=((1, 2),), work=(1, 2), off=(2, 2))
    >>> faults(problem, [0, 0, -1, -1]), faults(problem, [0, -1, -1, -1])
    ([], ['D on day 2: 0 of 1', '3 days off running, 2 to 2 allowed'])
    """
    days, people = problem.days, problem.people
    if not cycle or len(cycle) % days or (people is not None and len(cycle) != people * days):
        return [f"{len(cycle)} days are not {people or 'whole'} weeks of {days}"]
    return [
        *_coverage(problem, cycle),
        *_rows(problem, cycle),
        *_successions(problem, cycle),
        *_weekly_rests(problem, cycle),
    ]


def _coverage(problem: Rotating, cycle: Sequence[int]) -> Iterator[str]:
    for shift, name in enumerate(problem.names):
        for day in range(problem.days):
            there = sum(worked == shift for worked in cycle[day :: problem.days])
            asked = problem.demand[shift][day]
            if there < asked or (there > asked and not problem.surplus):
                yield f"{name} on day {day + 1}: {there} of {asked}"


def _rows(problem: Rotating, cycle: Sequence[int]) -> Iterator[str]:
    """Lengths of rows around the cycle."""
    for length in _lengths([worked != FREE for worked in cycle]):
        if not problem.work[0] <= length <= problem.work[1]:
            yield f"{length} days of work running, {problem.work[0]} to {problem.work[1]} allowed"
    for length in _lengths([worked == FREE for worked in cycle]):
        if not problem.off[0] <= length <= problem.off[1]:
            yield f"{length} days off running, {problem.off[0]} to {problem.off[1]} allowed"
    for shift, (low, high) in enumerate(problem.runs):
        for length in _lengths([worked == shift for worked in cycle]):
            if not low <= length <= high:
                yield f"{problem.names[shift]} {length} days running, {low} to {high} allowed"


def _lengths(marked: Sequence[bool]) -> list[int]:
    """Lengths of the rows of marked days around a circle."""
    if all(marked):
        return [len(marked)]
    turn = marked.index(False)
    turned = [*marked[turn:], *marked[:turn]]
    return [len(list(row)) for is_marked, row in itertools.groupby(turned) if is_marked]


def _successions(problem: Rotating, cycle: Sequence[int]) -> Iterator[str]:
    names = (*problem.names, "off")  # FREE is the last
    for day in range(len(cycle)):
        before, now, after = cycle[day - 2], cycle[day - 1], cycle[day]
        if (now, after) in problem.forbidden:
            yield f"{names[after]} follows {names[now]}"
        if now == FREE and (before, after) in problem.forbidden_apart:
            yield f"{names[after]} follows {names[before]} after a single day off"


def _weekly_rests(problem: Rotating, cycle: Sequence[int]) -> Iterator[str]:
    """The longest rest within each week, minute by minute of the days that touch it."""
    if not problem.weekly_rest:
        return
    length = len(cycle)
    for week in range(length // problem.days):
        ends, longest = 0, 0
        for day in range(-1, problem.days):
            shift = cycle[(week * problem.days + day) % length]
            if shift == FREE:
                continue
            clock = problem.clocks[shift]
            longest = max(longest, day * DAY + clock.start - ends)
            ends = max(ends, day * DAY + clock.end)
        longest = max(longest, problem.days * DAY - ends)
        if longest < problem.weekly_rest:
            asked = f"{problem.weekly_rest / 60:g} h asked"
            yield f"week {week + 1} has a rest of {longest / 60:g} h, {asked}"
