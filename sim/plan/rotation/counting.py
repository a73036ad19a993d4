"""Why a rotation cannot be, by counting: before any solver runs, and in the planner's own units."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from sim.plan.rotation.problem import Rotating

__all__ = ["Reason", "counted", "room"]


@dataclass(frozen=True, slots=True)
class Reason:
    """A cause that counting alone shows.

    Parameters
    ----------
    cause
        ``people``, ``hours``, ``days off``, ``days of work``, ``rows``, ``run``, ``neighbours``,
        ``last`` or ``weekends``.
    value, limit
        What is there and what would have to be.
    text
        In words.
    """

    cause: str
    value: float
    limit: float
    text: str

    def __str__(self) -> str:
        return self.text


def counted(problem: Rotating) -> Iterator[Reason]:
    """Causes why a problem has no solution; none is no proof that it has one.

    Examples
    --------
    >>> nights = Rotating(((1,) * 7, (1,) * 7), 3, ("D", "N"), runs=((2, 3), (2, 3)), work=(2, 4),
    ...                   off=(2, 3))
    >>> [print(reason) for reason in counted(nights)][0]
    14 duties a week are 4 rows of 4 days at most, and 8 days off; 3 people have 7 days free of duty
    """
    yield from _days(problem)
    yield from _runs(problem)
    if problem.people is not None:
        yield from _hours(problem, problem.people)
        yield from _rows(problem, problem.people)
        yield from _last(problem, problem.people)
        yield from _weekends(problem, problem.people)


def room(problem: Rotating, people: int) -> tuple[int, int]:
    """Fewest and most rows of work that a cycle can have; the first above the second if none."""
    free = people * problem.days - problem.duties
    least, most = -(-problem.duties // problem.work[1]), free // problem.off[0]
    if not problem.surplus:
        least = max(least, -(-free // problem.off[1]))
        most = min(most, problem.duties // problem.work[0])
    return least, most


def _days(problem: Rotating) -> Iterator[Reason]:
    """A day that needs more people than there are."""
    if problem.people is None:
        return
    asked = max(problem.by_day())
    if asked > problem.people:
        day = problem.by_day().index(asked) + 1
        text = f"day {day} needs {asked} people on duty, there are {problem.people}"
        yield Reason("people", problem.people, asked, text)


def _hours(problem: Rotating, people: int) -> Iterator[Reason]:
    """Paid hours of the shifts against those that people may have."""
    have = problem.hours * people
    if problem.hours and problem.paid > have + 1e-6:
        rule = problem.because.get("hours", "")
        text = (
            f"the shifts hold {problem.paid:g} paid h a week, {people} people at "
            f"{problem.hours:.4g} h have {have:.5g}: {problem.paid / problem.hours - people:.2f} "
            "people are missing" + (f" ({rule})" if rule else "")
        )
        yield Reason("hours", have, problem.paid, text)


def _rows(problem: Rotating, people: int) -> Iterator[Reason]:
    """Rows of work against the days off that go with them."""
    duties, free = problem.duties, people * problem.days - problem.duties
    least, most = -(-duties // problem.work[1]), duties // problem.work[0]
    if free < least * problem.off[0]:
        text = (
            f"{duties} duties a week are {least} rows of {problem.work[1]} days at most, and "
            f"{least * problem.off[0]} days off; {people} people have {max(free, 0)} days free "
            "of duty"
        )
        yield Reason("days off", free, least * problem.off[0], text)
    elif problem.surplus:
        return
    elif free > most * problem.off[1]:
        text = (
            f"{people} people are free on {free} days a week; {duties} duties are {most} rows of "
            f"{problem.work[0]} days at least, with {most * problem.off[1]} days off at most"
        )
        yield Reason("days of work", free, most * problem.off[1], text)
    elif least > most:
        low, high = problem.work
        text = f"{duties} duties a week cannot be made of rows of {low} to {high} days"
        yield Reason("rows", duties, least * low, text)
    elif -(-free // problem.off[1]) > free // problem.off[0]:
        low, high = problem.off
        text = f"{free} days off cannot be made of rows of {low} to {high} days"
        yield Reason("rows", free, -(-free // high) * low, text)


def _runs(problem: Rotating) -> Iterator[Reason]:
    """Shifts whose days do not make runs, as a whole or on some day."""
    if problem.surplus:
        return
    for name, (low, high), row in zip(problem.names, problem.runs, problem.demand, strict=True):
        duties = sum(row)
        if -(-duties // high) > duties // low:
            text = f"{duties} duties {name} a week cannot be made of runs of {low} to {high} days"
            yield Reason("run", duties, -(-duties // high) * low, text)
            continue
        if low == 1:
            continue
        for day, asked in enumerate(row):
            beside = row[day - 1] + row[(day + 1) % len(row)]
            if asked > beside:
                text = (
                    f"{asked} people work {name} on day {day + 1}, {beside} on the days beside "
                    f"it; each must work it {low} days running at least"
                )
                yield Reason("neighbours", beside, asked, text)
                break


def _last(problem: Rotating, people: int) -> Iterator[Reason]:
    """Shifts that nothing may follow end rows of work: there are only so many rows."""
    most = room(problem, people)[1]
    everything = range(problem.shifts)
    final = [
        s for s in everything if all((s, t) in problem.forbidden for t in everything if t != s)
    ]
    if problem.surplus or not final or problem.shifts == 1:
        return
    runs = sum(-(-sum(problem.demand[s]) // problem.runs[s][1]) for s in final)
    if runs > most >= room(problem, people)[0]:
        names = ", ".join(problem.names[s] for s in final)
        duties = sum(sum(problem.demand[s]) for s in final)
        text = (
            f"{duties} duties {names} a week are {runs} runs at least, and each ends a row of "
            f"work; {people} people have {most} rows at most"
        )
        yield Reason("last", most, runs, text)


def _weekends(problem: Rotating, people: int) -> Iterator[Reason]:
    """Whole weekends off against those who must be there."""
    count, weeks = problem.weekends
    busy = max(problem.by_day()[-2:])
    if count and (people - busy) * weeks < count * people:
        text = (
            f"{busy} of {people} people work on a weekend; {count} weekends off in {weeks} let "
            f"{people - -(-count * people // weeks)} work"
        )
        yield Reason("weekends", people - busy, count * people / weeks, text)
