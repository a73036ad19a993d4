"""What may follow what: legal lines of days as the words of a small automaton.

A rule looks back: how many days running, when the last duty ended, whether the week has had its
rest. What it must remember is the state after a day; a legal line is a path through the states.
The rules are told one day at a time, as a function of a state; the states that can be told apart
by nothing that may still happen are made one, so that pricing a line costs no more than it must.
"""

from __future__ import annotations

import itertools
from collections.abc import Callable, Hashable, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

__all__ = ["OFF", "Automaton", "Row", "Step", "automaton", "explored", "merged"]

#: The group of a day without work; groups of duties are numbered from 1.
OFF = 0

Integers = NDArray[np.int64]
Floats = NDArray[np.float64]

#: (state, type of the day, group) -> (next state, weekends begun, cost), None where forbidden.
Step = Callable[[Hashable, int, int], "tuple[Hashable, int, float] | None"]


@dataclass(frozen=True, slots=True, eq=False)
class Automaton:
    """States of a line and the days that lead from one to the next.

    Parameters
    ----------
    starts
        The state before the first day, for each of the histories that were asked for.
    types
        Type of each day; arcs differ by it.
    accepting
        Whether a line may end in the state.
    source, group, adds, cost
        By arc: the state it leaves, what is worked, weekends that it begins, what it costs.
    begin
        First arc into state ``j`` on days of type ``t``, at ``t * states + j``; one more at the
        end.
    """

    starts: tuple[int, ...]
    types: Integers
    accepting: NDArray[np.bool_]
    source: Integers
    group: Integers
    adds: Integers
    cost: Floats
    begin: Integers

    @property
    def states(self) -> int:
        """How many states there are."""
        return len(self.accepting)

    def arcs(self, day: int) -> tuple[Integers, Integers]:
        """Numbers of the arcs of a day, and the state that each leads to."""
        first = int(self.types[day]) * self.states
        bounds = self.begin[first : first + self.states + 1]
        into = np.repeat(np.arange(self.states), np.diff(bounds))
        return np.arange(bounds[0], bounds[-1]), into


def automaton(
    starts: Sequence[Hashable],
    types: Sequence[int],
    groups: int,
    step: Step,
    accepts: Callable[[Hashable], bool] = lambda state: True,
) -> Automaton:
    """The smallest automaton of the lines that a step function allows.

    Parameters
    ----------
    starts
        States before the first day, as the step function knows them.
    types
        Type of each day, from 0.
    groups
        Groups of duties, `OFF` among them.
    step
        What a day leads to.
    accepts
        Whether a line may end in a state.

    Examples
    --------
    At most two days running:

    >>> rule = lambda run, kind, group: (run + 1, 0, 0.0) if group and run < 2 else (
    ...     None if group else (0, 0, 0.0))
    >>> automaton([0], [0] * 7, 2, rule).states
    3
    """
    found = explored(starts, types, groups, step)
    names = list(dict.fromkeys([*starts, *(to for arc in found.values() for to, _, _ in arc)]))
    block = merged(names, found, accepts)
    count = 1 + max(block.values())
    arcs: dict[tuple[int, int, int, int], tuple[int, float]] = {}
    for (state, kind), row in found.items():
        for group, (to, adds, cost) in zip(row.groups, row, strict=True):
            arcs[kind, block[to], block[state], group] = (adds, cost)
    ordered = sorted(arcs)
    place = [kind * count + into for kind, into, _, _ in ordered]
    begin = np.searchsorted(place, np.arange((1 + max(types)) * count + 1))
    accepting = np.zeros(count, bool)
    for name in names:
        accepting[block[name]] = accepts(name)
    return Automaton(
        tuple(block[start] for start in starts),
        np.array(types, np.int64),
        accepting,
        np.array([source for _, _, source, _ in ordered], np.int64),
        np.array([group for _, _, _, group in ordered], np.int64),
        np.array([arcs[key][0] for key in ordered], np.int64),
        np.array([arcs[key][1] for key in ordered], np.float64),
        begin.astype(np.int64),
    )


class Row(tuple[tuple[Hashable, int, float], ...]):
    """What the days of one type lead to from a state; `groups` says what is worked on each."""

    groups: tuple[int, ...]


def explored(
    starts: Sequence[Hashable], types: Sequence[int], groups: int, step: Step
) -> dict[tuple[Hashable, int], Row]:
    """Every state that can be met on a day of each type, with what follows."""
    follows: dict[int, set[int]] = {kind: set() for kind in types}
    for kind, after in itertools.pairwise(types):
        follows[kind].add(after)
    found: dict[tuple[Hashable, int], Row] = {}
    ahead = [(start, types[0]) for start in starts]
    while ahead:
        state, kind = ahead.pop()
        if (state, kind) in found:
            continue
        steps = [(group, step(state, kind, group)) for group in range(groups)]
        taken = [(group, to) for group, to in steps if to is not None]
        row = Row(to for _, to in taken)
        row.groups = tuple(group for group, _ in taken)
        found[state, kind] = row
        ahead.extend((to, after) for to, _, _ in row for after in follows[kind])
    return found


def merged(
    names: list[Hashable],
    found: dict[tuple[Hashable, int], Row],
    accepts: Callable[[Hashable], bool],
) -> dict[Hashable, int]:
    """States by number; those that nothing to come can tell apart share one."""
    rows: dict[Hashable, list[tuple[int, Row]]] = {name: [] for name in names}
    for (state, kind), row in sorted(found.items(), key=lambda item: item[0][1]):
        rows[state].append((kind, row))
    block: dict[Hashable, int] = {name: int(accepts(name)) for name in names}
    blocks = 0
    while True:
        signs: dict[Hashable, int] = {}
        refined: dict[Hashable, int] = {}
        for name in names:
            sign = (
                block[name],
                *(
                    (kind, row.groups, tuple((block[to], adds, cost) for to, adds, cost in row))
                    for kind, row in rows[name]
                ),
            )
            refined[name] = signs.setdefault(sign, len(signs))
        block = refined
        if len(signs) == blocks:
            return block
        blocks = len(signs)
