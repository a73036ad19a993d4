"""From a flow of people to one cycle: parts that do not meet, joining them, walking through."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping

from sim.plan.rotation.graph import Arc, Graph

__all__ = ["joined", "parts", "walked"]

#: People on each arc, by its number; those without are left out.
Flow = dict[int, int]


def parts(graph: Graph, flow: Mapping[int, int]) -> list[set[int]]:
    """Sets of nodes that a flow connects; a cycle needs there to be one.

    Parameters
    ----------
    graph
        The graph.
    flow
        People on the arcs.
    """
    return _grouped([(graph.arcs[a].tail, graph.arcs[a].head) for a in flow])


def _grouped(pairs: list[tuple[int, int]]) -> list[set[int]]:
    """Sets of things that pairs connect."""
    leader: dict[int, int] = {}

    def find(x: int) -> int:
        while leader.setdefault(x, x) != x:
            leader[x] = x = leader[leader[x]]
        return x

    for one, other in pairs:
        leader[find(one)] = find(other)
    sets: dict[int, set[int]] = defaultdict(set)
    for x in list(leader):
        sets[find(x)].add(x)
    return sorted(sets.values(), key=min)


def joined(graph: Graph, flow: Mapping[int, int]) -> Flow:
    """The same flow with as few parts as exchanges can make of it.

    Two people of different parts who go from one day to the next exchange what comes after. Who
    is on which shift of which day stays as it was, since a shift belongs to the node that is
    gone to; so nobody is missed.
    """
    between = {(arc.tail, arc.head): number for number, arc in enumerate(graph.arcs)}
    by_day: dict[int, list[int]] = defaultdict(list)
    now = dict(flow)
    while True:
        groups = parts(graph, now)
        if len(groups) == 1:
            return now
        home = {node: place for place, group in enumerate(groups) for node in group}
        by_day.clear()
        for number in sorted(now):
            by_day[graph.arcs[number].day].append(number)
        swap = _exchange(graph.arcs, by_day, home, between)
        if swap is None:
            return now
        for number, change in swap:
            now[number] = now.get(number, 0) + change
            if not now[number]:
                del now[number]


def _exchange(
    arcs: tuple[Arc, ...],
    by_day: Mapping[int, list[int]],
    home: Mapping[int, int],
    between: Mapping[tuple[int, int], int],
) -> list[tuple[int, int]] | None:
    """Changes of the flow that join two parts, if one exchange does."""
    for numbers in by_day.values():
        for place, one in enumerate(numbers):
            for other in numbers[place + 1 :]:
                first, second = arcs[one], arcs[other]
                if home[first.tail] == home[second.tail]:
                    continue
                crossed = between.get((first.tail, second.head))
                back = between.get((second.tail, first.head))
                if crossed is not None and back is not None:
                    return [(one, -1), (other, -1), (crossed, 1), (back, 1)]
    return None


def walked(graph: Graph, flow: Mapping[int, int]) -> tuple[int, ...]:
    """The shifts of a cycle that uses each arc as often as the flow, from a Monday on."""
    ahead: dict[int, list[tuple[int, int]]] = defaultdict(list)
    for number in sorted(flow):
        arc = graph.arcs[number]
        ahead[arc.tail] += [(arc.head, arc.shift)] * flow[number]
    start = min(arc.tail for number in flow if (arc := graph.arcs[number]).day == 0)
    stack: list[tuple[int, int | None]] = [(start, None)]
    path: list[int] = []
    while stack:
        node = stack[-1][0]
        if ahead[node]:
            stack.append(ahead[node].pop())
        else:
            shift = stack.pop()[1]
            if shift is not None:
                path.append(shift)
    return tuple(reversed(path))
