"""The rotating workforce problem solved: a whole flow of people, cut until it is one cycle.

People are a circulation on the graph of days, whose size does not hang on how many they are. What
a circulation cannot see is whether it is one cycle. Where it falls into parts, exchanges join
them; where those do not help, the parts are forbidden: whoever is in one must get out of it. The
cuts are drawn around nodes, and around all nodes whose rows begin on the same days of the week:
the latter close what the former would have to name one by one.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from typing import Any

from sim.errors import InvariantBroken
from sim.plan.rotation.circuit import joined, parts, walked
from sim.plan.rotation.counting import Reason, counted
from sim.plan.rotation.faults import faults
from sim.plan.rotation.graph import Graph, graph_of
from sim.plan.rotation.problem import FREE, Rotating
from sim.plan.rotation.rows import rows_connect

__all__ = ["Effort", "Rotation", "solve_rotation"]

#: What a search may take: rounds of cutting, and the solver's own measure of work in each.
ROUNDS, WORK = 400, 60.0


@dataclass(frozen=True, slots=True)
class Effort:
    """What an answer took, alike on every machine.

    Parameters
    ----------
    variables
        Whole numbers of the model.
    rounds
        How often it was solved.
    cuts
        Sets of nodes that must be left.
    work
        The solver's deterministic measure of time.
    """

    variables: int = 0
    rounds: int = 0
    cuts: int = 0
    work: float = 0.0


@dataclass(frozen=True, slots=True)
class Rotation:
    """The answer to a rotating workforce problem.

    Parameters
    ----------
    status
        ``solved``; ``impossible``, proven; ``stopped`` before either was known.
    problem
        What was asked.
    cycle
        The shift of each day by number, ``FREE`` for none; empty unless solved.
    bound
        With fewer people it is proven impossible.
    reasons
        Why it is impossible, as far as counting says.
    effort
        What it took.
    """

    status: str
    problem: Rotating
    cycle: tuple[int, ...] = ()
    bound: int = 0
    reasons: tuple[Reason, ...] = ()
    effort: Effort = field(default=Effort())

    @property
    def people(self) -> int:
        """People it takes, one for each week of the cycle; 0 without one."""
        return len(self.cycle) // self.problem.days

    @property
    def weeks(self) -> tuple[tuple[int, ...], ...]:
        """The cycle week by week; the person of each row goes on to the next."""
        days = self.problem.days
        return tuple(self.cycle[k : k + days] for k in range(0, len(self.cycle), days))

    def picture(self) -> str:
        """The weeks in text, a row for each, by the first letters of the shifts.

        Examples
        --------
        >>> problem = Rotating(((1, 1),), 2, ("D",), runs=((1, 2),), work=(1, 2), off=(2, 2))
        >>> print(solve_rotation(problem).picture())
        . D
        D .
        """
        width = max(1, *(len(name) for name in self.problem.names))
        names = (*self.problem.names, ".")
        return "\n".join(
            " ".join(names[shift].ljust(width) for shift in week).rstrip() for week in self.weeks
        )


def solve_rotation(
    problem: Rotating,
    *,
    seed: int = 0,
    work: float = WORK,
    seconds: float = math.inf,
    progress: Callable[[Effort], None] | None = None,
) -> Rotation:
    """Find a cycle, the shortest where the number of people is free, or prove that there is none.

    Parameters
    ----------
    problem
        What is asked.
    seed
        Of the solver's own choices.
    work
        How much the solver may do in each round, by its deterministic measure.
    seconds
        How long a round may take by the clock, where that comes first.
    progress
        Told the effort after each round.

    Raises
    ------
    InvariantBroken
        If the independent check finds a fault in the cycle: a bug of ours.

    Examples
    --------
    >>> days_and_nights = Rotating(((1,) * 7, (1,) * 7), None, ("D", "N"), runs=((2, 4), (2, 4)),
    ...                            work=(2, 4), off=(2, 4), forbidden=frozenset({(1, 0)}))
    >>> found = solve_rotation(days_and_nights)
    >>> found.status, found.people, found.bound
    ('solved', 4, 4)
    """
    reasons = tuple(counted(problem))
    if reasons:
        return Rotation("impossible", problem, reasons=reasons)
    graph = graph_of(problem)
    model = _Model(problem, graph, seed, work, seconds)
    while model.rounds < ROUNDS:
        state = model.solve()
        if progress is not None:
            progress(model.effort)
        if state != "solved":
            return Rotation(state, problem, bound=model.bound, effort=model.effort)
        flow = joined(graph, model.flow())
        groups = parts(graph, flow)
        if len(groups) == 1:
            cycle = walked(graph, flow)
            wrong = faults(problem, cycle)
            if wrong:
                raise InvariantBroken(f"a rotation was found that breaks {wrong[0]}")
            return Rotation("solved", problem, cycle, model.bound, effort=model.effort)
        if model.rounds == 1 and not rows_connect(problem, seed=seed):
            return Rotation("impossible", problem, bound=model.bound, effort=model.effort)
        model.cut(groups)
    return Rotation("stopped", problem, bound=model.bound, effort=model.effort)


def most_people(problem: Rotating) -> int:
    """More people than this cannot be on rotation: each row of work brings days off at most."""
    if problem.people is not None:
        return problem.people
    if problem.surplus:
        return 2 * problem.duties
    return math.ceil(problem.duties * (1 + problem.off[1] / problem.work[0]) / problem.days)


class _Model:
    """The circulation as a model for CP-SAT, and the cuts that it has been given."""

    def __init__(
        self, problem: Rotating, graph: Graph, seed: int, work: float, seconds: float
    ) -> None:
        from ortools.sat.python import cp_model

        self.cp, self.problem, self.graph = cp_model, problem, graph
        self.model: Any = cp_model.CpModel()
        self.limits = (seed, work, seconds)
        self.most = most_people(problem)
        self.rounds, self.spent, self.bound = 0, 0.0, 0
        self.sets: set[frozenset[int]] = set()
        self.values: list[int] = []
        self._circulation()

    def _circulation(self) -> None:
        """People on arcs: nobody is lost, every shift has whom it needs."""
        problem, model = self.problem, self.model
        anybody = problem.surplus
        limits = [
            self.most if anybody or arc.shift == FREE else problem.demand[arc.shift][arc.day]
            for arc in self.graph.arcs
        ]
        self.on = [model.NewIntVar(0, limit, "") for limit in limits]
        balance: list[list[tuple[Any, int]]] = [[] for _ in self.graph.nodes]
        duties: dict[tuple[int, int], list[Any]] = {}
        for variable, arc in zip(self.on, self.graph.arcs, strict=True):
            balance[arc.tail].append((variable, 1))
            balance[arc.head].append((variable, -1))
            duties.setdefault((arc.shift, arc.day), []).append(variable)
        for terms in balance:
            model.Add(self._sum(terms) == 0)
        for shift, row in enumerate(problem.demand):
            for day, asked in enumerate(row):
                there = sum(duties.get((shift, day), []))
                model.Add(there >= asked if problem.surplus else there == asked)
        self.people = model.NewIntVar(0, self.most, "")
        if problem.people is not None:
            model.Add(self.people == problem.people)
        else:
            model.Minimize(self.people)
        model.Add(self._through(range(len(self.graph.nodes))) == self.people)
        self._rows()

    def _rows(self) -> None:
        """Rows of work, of which there is a whole number: it follows, but is worth saying."""
        problem, nodes = self.problem, self.graph.nodes
        begun = [
            (variable, 1)
            for variable, arc in zip(self.on, self.graph.arcs, strict=True)
            if nodes[arc.tail][1].shift == FREE and arc.shift != FREE
        ]
        rows = self.model.NewIntVar(0, self.most * problem.days, "")
        self.model.Add(self._sum(begun) == rows)
        if problem.surplus or problem.people is None:
            return
        free = problem.people * problem.days - problem.duties
        least = max(-(-problem.duties // problem.work[1]), -(-free // problem.off[1]))
        most = min(problem.duties // problem.work[0], free // problem.off[0])
        self.model.AddLinearConstraint(rows, least, most)

    def _sum(self, terms: Iterable[tuple[Any, int]]) -> Any:
        pairs = list(terms)
        return self.cp.LinearExpr.WeightedSum([v for v, _ in pairs], [c for _, c in pairs])

    def _through(self, inside: Iterable[int]) -> Any:
        """People who stand in some nodes on the last day of the week."""
        known, last = set(inside), self.problem.days - 1
        there = (
            (variable, 1)
            for variable, arc in zip(self.on, self.graph.arcs, strict=True)
            if arc.tail in known and self.graph.nodes[arc.tail][0] == last
        )
        return self._sum(there)

    @property
    def effort(self) -> Effort:
        """What has been done so far."""
        return Effort(len(self.on), self.rounds, len(self.sets), round(self.spent, 3))

    def solve(self) -> str:
        """Solve the model as it stands."""
        solver: Any = self.cp.CpSolver()
        seed, work, seconds = self.limits
        solver.parameters.num_workers = 1
        solver.parameters.random_seed = seed
        solver.parameters.max_deterministic_time = work
        if math.isfinite(seconds):
            solver.parameters.max_time_in_seconds = seconds
        answer = solver.Solve(self.model)
        self.rounds += 1
        self.spent += solver.ResponseProto().deterministic_time
        if answer == self.cp.INFEASIBLE:
            return "impossible"
        if answer == self.cp.OPTIMAL or (
            answer == self.cp.FEASIBLE and self.problem.people is not None
        ):
            self.values = [solver.Value(variable) for variable in self.on]
            self.bound = solver.Value(self.people)
            return "solved"
        return "stopped"

    def flow(self) -> dict[int, int]:
        """People on the arcs that anybody is on."""
        return {number: value for number, value in enumerate(self.values) if value}

    def cut(self, groups: list[set[int]]) -> None:
        """Forbid that people are in some of these parts and never leave them."""
        fresh = [frozenset(group) for group in groups]
        days, everywhere = self.problem.days, range(len(self.graph.nodes))
        fresh += [
            frozenset(node for node in everywhere if self.graph.place(node, days) in places)
            for places in self._places(groups)
        ]
        for inside in dict.fromkeys(fresh):
            if inside not in self.sets:
                self.sets.add(inside)
                self._must_be_left(inside)

    def _places(self, groups: list[set[int]]) -> list[set[tuple[bool, int]]]:
        """Parts seen by where their rows begin, put together where they share a beginning."""
        days, found = self.problem.days, list[set[tuple[bool, int]]]()
        for group in groups:
            places = {self.graph.place(node, days) for node in group}
            apart = [other for other in found if not other & places]
            found = [*apart, set().union(places, *(o for o in found if o & places))]
        return found if len(found) > 1 else []

    def _must_be_left(self, inside: frozenset[int]) -> None:
        """Who is in the set leaves it, unless everybody is or nobody is."""
        model = self.model
        through = self._through(inside)
        used, missed = model.NewBoolVar(""), model.NewBoolVar("")
        model.Add(through <= self.most * used)
        model.Add(self.people - through <= self.most * missed)
        leaving = (
            (variable, 1)
            for variable, arc in zip(self.on, self.graph.arcs, strict=True)
            if arc.tail in inside and arc.head not in inside
        )
        model.Add(self._sum(leaving) >= used + missed - 1)
