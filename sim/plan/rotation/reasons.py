"""Why there is no rotation, and the ways out: counted, then the smallest conflict, then prices.

The smallest set of bounds in conflict comes from a deletion filter: a bound that is not needed for
the contradiction is let go for good, in an order that lets go of small matters first. A way out is
offered only after the solver has found a rotation that takes it.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from functools import partial

from sim.plan.rates import Rates
from sim.plan.rotation.counting import Reason, counted
from sim.plan.rotation.problem import Rotating
from sim.plan.rotation.solve import Rotation, solve_rotation
from sim.scenario.parse import WEEKS_PER

__all__ = ["Explained", "Way", "bounds_of", "explain"]

#: Hours of a job by the week, for the price of a person.
JOB = 40.0
#: Weeks of an average month.
WEEKS = WEEKS_PER["month"]

# What is not bounded: a row of ten days is as good as an endless one.
_LONG = 10
# Enough for problems of a house; a question that takes longer is left open.
_WORK = 1.0


@dataclass(frozen=True, slots=True)
class Way:
    """A way out, tried.

    Parameters
    ----------
    bound
        What gives way, of `bounds_of`.
    text
        In words.
    people
        More people that it takes; below 0 where it takes fewer.
    hours
        More paid hours a week.
    rotation
        What the solver found with it.
    """

    bound: str
    text: str
    people: int
    hours: float
    rotation: Rotation

    def price(self, rates: Rates, weeks: float = WEEKS) -> float:
        """What it costs [money].

        Parameters
        ----------
        rates
            Of the group, with a person for the time that the price is for.
        weeks
            That time; a month unless said.
        """
        # Hours of people are in the price of a person.
        hours = 0.0 if self.people else self.hours * weeks
        return rates.price(people=self.people, hours=hours)


@dataclass(frozen=True, slots=True)
class Explained:
    """Why a rotation is impossible.

    Parameters
    ----------
    reasons
        What counting shows; empty where counting does not suffice.
    conflict
        Bounds that together are impossible while any of them alone may be given up.
    minimal
        Whether each of them was shown to be needed; False where a question stayed open.
    ways
        Ways out, those that cost no hours first.
    """

    reasons: tuple[Reason, ...]
    conflict: tuple[str, ...]
    minimal: bool
    ways: tuple[Way, ...]

    def __str__(self) -> str:
        head = [reason.text for reason in self.reasons]
        head = head or [f"in conflict: {', '.join(self.conflict)}"]
        return "\n".join([*head, *(f"way out: {way.text}" for way in self.ways)])


def bounds_of(problem: Rotating) -> dict[str, Rotating]:
    """Every bound of a problem by name, each with the problem that lacks it.

    Those that a planner gives up most easily come first.
    """
    free = partial(replace, problem)
    found: dict[str, Rotating] = {}
    names = problem.names
    if problem.weekends[0]:
        found["weekends off"] = free(weekends=(0, 1))
    for pair in sorted(problem.forbidden_apart):
        key = f"{names[pair[0]]}, a day off, {names[pair[1]]}"
        found[key] = free(forbidden_apart=problem.forbidden_apart - {pair})
    for pair in sorted(problem.forbidden):
        key = f"{names[pair[0]]} then {names[pair[1]]}"
        found[key] = free(forbidden=problem.forbidden - {pair})
    for shift, (low, high) in enumerate(problem.runs):
        if low > 1:
            found[f"least run of {names[shift]}"] = free(runs=_run(problem, shift, 1, high))
        if high < problem.work[1]:
            found[f"longest run of {names[shift]}"] = free(runs=_run(problem, shift, low, _LONG))
    (work, longest), (off, most) = problem.work, problem.off
    if work > 1:
        found["least days of work"] = _with_work(problem, 1, longest)
    found["most days off"] = free(off=(off, max(_LONG, most)))
    if problem.weekly_rest:
        found["weekly rest"] = free(weekly_rest=0)
    if off > 1:
        found["least days off"] = free(off=(1, most))
    found["most days of work"] = _with_work(problem, work, max(_LONG, longest))
    if problem.hours:
        found["hours"] = free(hours=0.0)
    if not problem.surplus:
        found["nobody to spare"] = free(surplus=True)
    if problem.people is not None:
        found["people"] = free(people=None)
    return found


def _with_work(problem: Rotating, least: int, most: int) -> Rotating:
    """Other rows of work; runs that were as long as rows could be go along with them."""
    low, high = problem.work
    runs = tuple(
        (min(first, least) if least < low else first, max(last, most) if last >= high else last)
        for first, last in problem.runs
    )
    return replace(problem, work=(least, most), runs=runs)


def _run(problem: Rotating, shift: int, low: int, high: int) -> tuple[tuple[int, int], ...]:
    """The runs of all shifts, one of them changed."""
    return (*problem.runs[:shift], (low, high), *problem.runs[shift + 1 :])


def explain(problem: Rotating, *, seed: int = 0) -> Explained | None:
    """Say why a problem has no rotation and what could give way; None if it has one.

    Parameters
    ----------
    problem
        What is asked.
    seed
        Of the solver.

    Examples
    --------
    >>> nights = Rotating(((1,) * 7, (1,) * 7), 3, ("D", "N"), runs=((2, 3), (2, 3)), work=(2, 4),
    ...                   off=(2, 3), forbidden=frozenset({(1, 0)}))
    >>> print(explain(nights))
    14 duties a week are 4 rows of 4 days at most, and 8 days off; 3 people have 7 days free of duty
    way out: allow 1 day off running instead of 2
    way out: 1 more person (4 instead of 3)
    """
    ask = partial(solve_rotation, seed=seed, work=_WORK)
    if ask(problem).status == "solved":
        return None
    conflict, minimal = _conflict(problem, partial(ask, fewest=False))
    ways = [way for bound in conflict for way in _ways(problem, bound, ask)]
    if not ways:
        ways = list(_together(problem, ask))
    ways.sort(key=lambda way: (way.hours, way.people, way.text))
    return Explained(tuple(counted(problem)), conflict, minimal, tuple(ways))


def _conflict(problem: Rotating, ask: partial[Rotation]) -> tuple[tuple[str, ...], bool]:
    """The smallest set of bounds in conflict, by letting go of those that do not matter."""
    now, minimal = problem, ask(problem).status == "impossible"
    needed: list[str] = []
    for name in bounds_of(problem):
        without = bounds_of(now)[name]
        if name == "people":  # as many as it takes are sought with nobody to spare
            without = replace(without, surplus=problem.surplus)
        status = ask(without).status
        if status == "impossible":
            now = without
        else:
            needed.append(name)
            minimal = minimal and status == "solved"
    return tuple(needed), minimal


def _ways(problem: Rotating, bound: str, ask: partial[Rotation]) -> Iterator[Way]:
    """The smallest step of a bound that the solver confirms, if a few steps are enough."""
    for changed, text in _steps(problem, bound):
        found = ask(changed)
        if found.status != "solved":
            continue
        people = found.people - (problem.people or found.people)
        if bound == "people":
            word = "more" if people > 0 else "fewer"
            some = f"{abs(people)} {word} {'person' if abs(people) == 1 else 'people'}"
            text = f"{some} ({found.people} instead of {problem.people})"
        hours = JOB * people
        if bound == "nobody to spare":
            hours = _paid(found) - problem.paid
            extra = sum(day >= 0 for day in found.cycle) - problem.duties
            text = f"{extra} more {'duty' if extra == 1 else 'duties'} a week than are asked for"
        rule = problem.because.get(bound, "")
        yield Way(bound, text + (f" ({rule})" if rule else ""), people, hours, found)
        return


def _together(problem: Rotating, ask: partial[Rotation]) -> Iterator[Way]:
    """Bounds that must give way at once: all are let go of, then taken back where that is no harm.

    The number of people is let go of only where nothing else helps.
    """
    bounds = list(bounds_of(problem))
    for names in ([b for b in bounds if b != "people"], [b for b in bounds if b[:6] != "nobody"]):
        given = list(names)
        found = ask(_without(problem, given), fewest=False)
        if found.status != "solved":
            continue
        for name in reversed(names):
            kept = [other for other in given if other != name]
            again = ask(_without(problem, kept), fewest=False)
            if again.status == "solved":
                given, found = kept, again
        people = found.people - (problem.people or found.people)
        text = f"give up together: {', '.join(given)}"
        yield Way(", ".join(given), text, people, JOB * people, found)
        return


def _without(problem: Rotating, names: list[str]) -> Rotating:
    """A problem without some of its bounds."""
    for name in names:
        problem = bounds_of(problem)[name]
    return problem


def _paid(found: Rotation) -> float:
    """Paid hours of a week of a rotation."""
    clocks = found.problem.clocks
    return sum(clocks[shift].hours for shift in found.cycle if shift >= 0) if clocks else 0.0


def _steps(problem: Rotating, bound: str) -> Iterator[tuple[Rotating, str]]:
    """Steps by which a bound may give way, small ones first."""
    (low, high), (least, most) = problem.work, problem.off
    if bound == "most days of work":
        for days in range(high + 1, high + 4):
            text = f"let people work {days} days running instead of {high}"
            yield _with_work(problem, low, days), text
    elif bound == "least days of work":
        for days in range(low - 1, 0, -1):
            text = f"allow {_days(days)} of work running instead of {low}"
            yield _with_work(problem, days, high), text
    elif bound == "least days off":
        for days in range(least - 1, 0, -1):
            text = f"allow {_days(days)} off running instead of {least}"
            yield replace(problem, off=(days, most)), text
    elif bound == "most days off":
        for days in range(most + 1, most + 8):
            text = f"allow {days} days off running instead of {most}"
            yield replace(problem, off=(least, days)), text
    elif "run of " in bound:
        yield from _run_steps(problem, bound)
    else:
        yield bounds_of(problem)[bound], f"give up: {bound}"


def _days(days: int) -> str:
    return "1 day" if days == 1 else f"{days} days"


def _run_steps(problem: Rotating, bound: str) -> Iterator[tuple[Rotating, str]]:
    """Steps of the runs of a shift."""
    kind, _, name = bound.partition(" run of ")
    shift = problem.names.index(name)
    low, high = problem.runs[shift]
    ends = range(high + 1, high + 4) if kind == "longest" else range(low - 1, 0, -1)
    for days in ends:
        runs = _run(problem, shift, *((low, days) if kind == "longest" else (days, high)))
        old = high if kind == "longest" else low
        yield replace(problem, runs=runs), f"allow {days} {name} running instead of {old}"
