"""The days of a rotation as a graph: what a person has done that still matters, day by day.

A node is a day of the week and a state at its end; an arc leads to the next day. A cycle through
the graph is a cycle of the rotation. People are a flow on the arcs, so the graph is as large for
a hundred people as for ten.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass

from sim.plan.duties import DAY
from sim.plan.rotation.problem import FREE, Rotating

__all__ = ["Arc", "Graph", "State", "graph_of"]


@dataclass(frozen=True, slots=True)
class State:
    """What matters of the days up to one.

    Parameters
    ----------
    shift
        Worked on the day; ``FREE`` for a day off.
    run
        Days of that shift running, as far as it matters.
    row
        Days of work running, or of days off.
    last
        On a day off, the shift before the days off, as far as it matters; else ``FREE``.
    rested
        Whether the week has had its rest.
    """

    shift: int
    run: int
    row: int
    last: int
    rested: bool


Node = tuple[int, State]


@dataclass(frozen=True, slots=True)
class Arc:
    """From a node of one day to a node of the next, by their numbers; the shift of the latter."""

    tail: int
    head: int
    shift: int
    day: int


@dataclass(frozen=True, slots=True)
class Graph:
    """The graph of a rotation.

    Parameters
    ----------
    nodes
        Each a day of the week and a state at its end.
    arcs
        Each with the day that it leads to.
    """

    nodes: tuple[Node, ...]
    arcs: tuple[Arc, ...]

    def place(self, node: int, days: int) -> tuple[bool, int]:
        """Whether a node is work, and the day of the week on which its row began."""
        day, state = self.nodes[node]
        return state.shift != FREE, (day - state.row) % days


def graph_of(problem: Rotating) -> Graph:
    """The graph of a problem, without nodes that no cycle goes through."""
    following: dict[Node, list[Node]] = {}
    fresh: list[Node] = [
        (day, State(FREE, 0, row, last, rested))
        for day in range(problem.days)
        for row in range(1, problem.off[1] + 1)
        for last in range(-1, problem.shifts)
        for rested in (False, True)
        if _plausible(problem, row, last, rested)
    ]
    while fresh:
        node = fresh.pop()
        if node in following:
            continue
        following[node] = list(_next(problem, *node))
        fresh += following[node]
    return _numbered(_trimmed(following))


def _plausible(problem: Rotating, row: int, last: int, rested: bool) -> bool:
    """Whether a search may begin with these days off."""
    if problem.weekly_rest:
        return row <= problem.days or row == problem.off[1]
    return rested and row == 1 and last in (FREE, *_remembered(problem))


def _remembered(problem: Rotating) -> set[int]:
    """Shifts that still matter after one day off."""
    return {before for before, _ in problem.forbidden_apart} if problem.off[0] == 1 else set()


def _next(problem: Rotating, day: int, state: State) -> Iterator[Node]:
    """Where a state may lead on the next day."""
    after = (day + 1) % problem.days
    rested = state.rested
    if after == 0 and problem.weekly_rest:
        if not (rested or _free_to_the_end(problem, state)):
            return
        rested = False
    if state.shift == FREE:
        yield from _after_a_day_off(problem, after, state, rested)
        return
    low, high = problem.runs[state.shift]
    if state.row < problem.work[1]:
        if state.run < high and (state.shift, state.shift) not in problem.forbidden:
            yield after, _work(problem, state.shift, state.run + 1, state.row + 1, rested)
        if state.run >= low:
            for shift in range(problem.shifts):
                if shift != state.shift and (state.shift, shift) not in problem.forbidden:
                    yield after, _work(problem, shift, 1, state.row + 1, rested)
    if state.run >= low and state.row >= problem.work[0]:
        yield after, _off(problem, 1, state.shift, rested)


def _after_a_day_off(problem: Rotating, day: int, state: State, rested: bool) -> Iterator[Node]:
    """Another day off, or the first of work."""
    if state.row < problem.off[1]:
        yield day, _off(problem, state.row + 1, state.last, rested)
    if state.row < problem.off[0]:
        return
    for shift in range(problem.shifts):
        if state.row == 1 and (state.last, shift) in problem.forbidden_apart:
            continue
        enough = rested or _rest_before(problem, day, shift, state) >= problem.weekly_rest
        yield day, _work(problem, shift, 1, 1, enough)


def _work(problem: Rotating, shift: int, run: int, row: int, rested: bool) -> State:
    """A state of work, without what cannot matter any more."""
    low, high = problem.runs[shift]
    if run >= low and high - run >= problem.work[1] - row:
        run = low  # the row of work ends before the run of the shift could be too long
    return State(shift, run, row, FREE, rested)


def _off(problem: Rotating, row: int, last: int, rested: bool) -> State:
    """A state of days off, without what cannot matter any more."""
    matters = bool(problem.weekly_rest) or (row == 1 and last in _remembered(problem))
    return State(FREE, 0, row, last if matters else FREE, rested)


def _rest_before(problem: Rotating, day: int, shift: int, state: State) -> int:
    """Rest within the week before a shift [minutes]; only asked where the last shift is known."""
    if not problem.weekly_rest:
        return 0
    ended = (day - 1 - state.row) * DAY + problem.clocks[state.last].end
    return day * DAY + problem.clocks[shift].start - max(0, ended)


def _free_to_the_end(problem: Rotating, state: State) -> bool:
    """Whether the days off at the end of a week are its rest."""
    if state.shift != FREE:
        return False
    ended = (problem.days - 1 - state.row) * DAY + problem.clocks[state.last].end
    return problem.days * DAY - max(0, ended) >= problem.weekly_rest


def _trimmed(following: dict[Node, list[Node]]) -> dict[Node, list[Node]]:
    """Without nodes that lead nowhere or that nothing leads to."""
    before: dict[Node, int] = defaultdict(int)
    leads: dict[Node, list[Node]] = defaultdict(list)
    for node, heads in following.items():
        for head in heads:
            before[head] += 1
            leads[head].append(node)
    ahead = {node: len(heads) for node, heads in following.items()}
    gone: set[Node] = set()
    dead = [node for node in following if not ahead[node] or not before[node]]
    while dead:
        node = dead.pop()
        if node in gone:
            continue
        gone.add(node)
        for head in following[node]:
            before[head] -= 1
            if not before[head]:
                dead.append(head)
        for tail in leads[node]:
            ahead[tail] -= 1
            if not ahead[tail]:
                dead.append(tail)
    return {
        n: [h for h in heads if h not in gone] for n, heads in following.items() if n not in gone
    }


def _numbered(following: dict[Node, list[Node]]) -> Graph:
    """Nodes and arcs in an order that does not hang on how they were found."""

    def order(node: Node) -> tuple[int, ...]:
        day, s = node
        return (day, s.shift, s.run, s.row, s.last, s.rested)

    nodes = sorted(following, key=order)
    number = {node: place for place, node in enumerate(nodes)}
    arcs = [
        Arc(number[node], number[head], head[1].shift, head[0])
        for node in nodes
        for head in sorted(set(following[node]), key=order)
    ]
    return Graph(tuple(nodes), tuple(arcs))
