"""Why a cover is short or dear, in words a planner can act on, each way out priced by the solver.

Counting comes first and needs no solver: hours in which no shift may be present, days whose limits
allow fewer hours than are needed. Then the linear program says where agents are missing and what
one more of a limit is worth; each way out is solved anew before it is named.
"""

from __future__ import annotations

import itertools
import math
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from sim.errors import InvalidInput
from sim.plan.duties import DAY
from sim.plan.shifts.covering import CoverProblem, ShiftCover, cover_problem, solve
from sim.plan.shifts.effort import Effort
from sim.plan.shifts.kinds import Form
from sim.plan.shifts.search import linear_bound
from sim.plan.shifts.templates import Horizon, ShiftTemplate, clock

__all__ = [
    "Loosened",
    "Reasons",
    "Short",
    "StartValue",
    "WayOut",
    "reasons_of",
    "start_values",
    "unreachable",
    "way_out",
]

Floats = NDArray[np.float64]

#: Agents that count as none, and money that is no saving, as a share of the cost.
NONE, SAVING = 1e-6, 1e-6
#: No limit is looked for beyond this.
MOST = 100_000


@dataclass(frozen=True, slots=True)
class Short:
    """A stretch of time in which agents are missing.

    Parameters
    ----------
    skill
        Row of the requirement.
    start, end
        From midnight of the first day [minutes].
    agents
        Most that are missing at a time.
    hours
        Agent-hours that are missing [h].
    cause
        ``no shift`` when nobody may be present then, ``limits`` otherwise.
    text
        As a planner would say it.
    """

    skill: int
    start: int
    end: int
    agents: float
    hours: float
    cause: str
    text: str

    def __str__(self) -> str:
        return self.text


What = Literal[
    "most", "most_per_day", "distinct_starts", "least_per_day", "sooner", "later", "days", "minimum"
]
"""What may be loosened: a limit of a template, when it starts, or how many must be there."""

_Number = Literal["most", "most_per_day", "distinct_starts"]

_SAID: dict[What, str] = {
    "most": "allow {value} of {template}",
    "most_per_day": "allow {value} of {template} a day",
    "distinct_starts": "allow {value} starts of {template}",
    "least_per_day": "do without {template} on a day",
    "sooner": "let {template} start at {clock}",
    "later": "let {template} start at {clock}",
    "days": "let {template} start on every day",
    "minimum": "let {value} be there at least",
}


@dataclass(frozen=True, slots=True)
class Loosened:
    """One thing to allow.

    Parameters
    ----------
    what
        Which.
    template
        Whose limit it is; empty where it is that of the whole group.
    value
        What it is to be: a number, or a time [minutes after midnight]; 0 where it needs none.
    """

    what: What
    template: str = ""
    value: int = 0

    def __str__(self) -> str:
        return _SAID[self.what].format(
            template=self.template, value=self.value, clock=clock(self.value)
        )


@dataclass(frozen=True, slots=True, eq=False)
class WayOut:
    """Something to allow, and the plan that it makes possible.

    Parameters
    ----------
    what
        What to allow: of a number the least that leaves nothing short, or as little as can be.
    templates
        The shifts, with it allowed.
    cover
        The plan that the solver found.
    saved
        Agent-hours that are no longer missing [h].
    extra
        What the plan costs beyond the one without [money].
    shifts, paid
        Shifts and paid hours beyond those of the one without [h].
    """

    what: Loosened
    templates: tuple[ShiftTemplate, ...]
    cover: ShiftCover
    saved: float
    extra: float
    shifts: int
    paid: float

    @property
    def text(self) -> str:
        """What to allow, in words."""
        return str(self.what)

    def __str__(self) -> str:
        left = (
            "nothing is short" if self.cover.full else f"{self.saved:.1f} agent-hours fewer short"
        )
        return f"{self.text}: {left}, cost {self.extra:+,.2f}"


@dataclass(frozen=True, slots=True)
class StartValue:
    """What one shift at a time that is not allowed yet would save.

    Parameters
    ----------
    template, day, start, minutes
        Which shift, when, from midnight of its day, and how long [minutes].
    saving
        Of the first one, by the prices of the linear program [money].
    """

    template: str
    day: int
    start: int
    minutes: int
    saving: float


@dataclass(frozen=True, slots=True, eq=False)
class Reasons:
    """Why nobody can do better with these shifts.

    Parameters
    ----------
    counted
        What counting shows, before any solver.
    short
        Where agents are missing in the best plan, by the linear program: no plan of whole shifts
        is short of less in all.
    worth
        By the name of a limit: what one more of it saves [money].
    ways
        Ways out, the best first.
    """

    counted: tuple[str, ...]
    short: tuple[Short, ...]
    worth: dict[str, float]
    ways: tuple[WayOut, ...]


def unreachable(problem: CoverProblem) -> tuple[Short, ...]:
    """Hours with demand in which no shift may be present.

    Parameters
    ----------
    problem
        A cover, as `cover_problem` checks it.

    Examples
    --------
    >>> early = ShiftTemplate("early", starts=(360, 480), lengths=(480,))
    >>> for gap in unreachable(cover_problem([2.0] * 24, [early], horizon=Horizon(60, days=1))):
    ...     print(gap)
    Mon 00:00-06:00: 2.0 agents are needed and no shift may be present
    Mon 16:00-24:00: 2.0 agents are needed and no shift may be present
    """
    needed, number = problem.demand.agents, problem.horizon.intervals
    reached = np.zeros(needed.shape, bool)
    for column in problem.listed:
        form, start = problem.made[column.form], column.day * DAY + column.start
        present = np.zeros(number)
        at, share = problem.horizon.spread(start, form.minutes)
        np.add.at(present, at, share)
        for pause in form.fixed:
            at, share = problem.horizon.spread(start + pause.start, pause.minutes)
            np.add.at(present, at, -share)
        for skill in problem.crews[column.crew].skills:
            reached[skill] |= present > NONE
    return tuple(_spans(problem, np.where(reached, 0.0, needed), "no shift"))


def reasons_of(
    problem: CoverProblem,
    *,
    effort: Effort | None = None,
    ways: int = 12,
    now: ShiftCover | None = None,
) -> Reasons:
    """Why a cover is short, or as dear as it is, and what would change it.

    Parameters
    ----------
    problem
        A cover, as `cover_problem` checks it.
    effort
        How hard to look for each plan that confirms a way out.
    ways
        How many ways out are tried at most.
    now
        The plan without them; looked for when not said.
    """
    effort = effort or Effort(seconds=3.0, sweeps=1)
    gaps = unreachable(problem)
    counted = [gap.text for gap in gaps] + list(_too_few(problem))
    program = problem.program
    solved, _ = linear_bound(program)
    if not solved.found:
        return Reasons(tuple(counted), gaps, {}, ())
    skills, number = problem.demand.agents.shape
    missing = solved.x[program.missing.slice].reshape(-1, skills, number).sum(axis=0)
    dark = np.zeros((skills, number), bool)
    for gap in gaps:
        step = problem.horizon.interval
        dark[gap.skill, gap.start // step : gap.end // step] = True
    short = [*gaps, *_spans(problem, np.where(dark, 0.0, missing), "limits")]
    worth = {name: abs(float(solved.prices[row])) for name, row in program.limits}
    worth = {name: value for name, value in worth.items() if value > NONE}
    return Reasons(tuple(counted), tuple(short), worth, _ways(problem, effort, ways, now))


def start_values(
    problem: CoverProblem, template: str, *, step: int | None = None
) -> list[StartValue]:
    """What shifts of a template would save at times at which they may not start yet.

    Parameters
    ----------
    problem
        A cover, as `cover_problem` checks it.
    template
        Name of the template.
    step
        Distance between the times that are looked at [minutes]; the interval's when not said.

    Returns
    -------
    list of StartValue
        Those that save, the best first. A saving is that of the first such shift: the next ones
        save no more.
    """
    named = {one.name: one for one in problem.templates}
    if template not in named:
        raise InvalidInput("template", f"must be one of {sorted(named)}", template)
    step = step or problem.horizon.interval
    solved, _ = linear_bound(problem.program)
    if not solved.found:
        return []
    known = {(c.day, c.start) for c in problem.listed
             if problem.made[c.form].template == list(named).index(template)}  # fmt: skip
    wide = replace(named[template], starts=(0, DAY - step), step=step, days=tuple(range(7)))
    other = _asked(problem, (wide,))
    fresh = other.program
    height = other.program.crews[-1][0].max() + 1
    price = solved.prices[:height]
    shifts = fresh.shifts.slice
    value = fresh.matrix[:height, shifts].T @ price - fresh.cost[shifts]
    for pool in fresh.pools:
        harm = fresh.cost[pool.begins.slice] - fresh.matrix[:height, pool.begins.slice].T @ price
        slots = np.arange((pool.window.last - pool.window.first) // pool.step + 1)
        at = (pool.opens[:, None] + slots) % len(harm)
        value[pool.members] -= harm[at].min(axis=1)
    for column, _, span in fresh.ways:
        harm = fresh.cost[span.slice] - fresh.matrix[:height, span.slice].T @ price
        value[column] -= harm.min()
    found = [
        StartValue(template, c.day, c.start, other.made[c.form].minutes, float(saving))
        for c, saving in zip(other.listed, value, strict=True)
        if saving > NONE and (c.day, c.start) not in known
    ]
    return sorted(found, key=lambda one: (-one.saving, one.day, one.start))


def _asked(problem: CoverProblem, templates: tuple[ShiftTemplate, ...]) -> CoverProblem:
    """The same question about other shifts."""
    crews = tuple(replace(crew, templates=None) for crew in problem.crews)
    same = {template.name for template in templates} >= {t.name for t in problem.templates}
    return replace(
        cover_problem(
            problem.demand.agents, templates, horizon=problem.horizon, pay=problem.pay,
            crews=problem.crews if same else crews, presence=problem.floor,
            missing=problem.demand.missing or None, surplus=problem.demand.surplus,
        ),
        requirement=problem.requirement,
    )  # fmt: skip


def _spans(problem: CoverProblem, missing: Floats, cause: str) -> Iterator[Short]:
    """Stretches of intervals that follow each other."""
    horizon, skills = problem.horizon, len(missing)
    for skill in range(skills):
        short = np.concatenate([[False], missing[skill] > NONE, [False]])
        edges = np.flatnonzero(np.diff(short.astype(int)))
        for first, end in zip(edges[::2].tolist(), edges[1::2].tolist(), strict=True):
            part = missing[skill, first:end]
            most, hours = float(part.max()), float(part.sum()) * horizon.interval / 60
            times = _times(horizon, first * horizon.interval, end * horizon.interval)
            which = f"skill {skill}, " if skills > 1 else ""
            says = (
                f"{most:.1f} agents are needed and no shift may be present"
                if cause == "no shift"
                else f"short {most:.1f} agents, {hours:.1f} agent-hours"
            )
            start, stop = first * horizon.interval, end * horizon.interval
            yield Short(skill, start, stop, most, hours, cause, f"{which}{times}: {says}")


def _times(horizon: Horizon, start: int, end: int) -> str:
    """A stretch of time as people write it."""
    if end - start <= DAY - start % DAY:
        last = "24:00" if end % DAY == 0 else clock(end)
        return f"{horizon.told(start)}-{last}"
    return f"{horizon.told(start)} to {horizon.told(end)}"


def _too_few(problem: CoverProblem) -> Iterator[str]:
    """Hours that limits on numbers allow at most, against those that are needed."""
    needed = float(problem.demand.agents.sum()) * problem.horizon.interval / 60
    most = 0.0
    for number, template in enumerate(problem.templates):
        work = [f.minutes - _away(f) for f in problem.made if f.template == number]
        days = len({c.day for c in problem.listed if problem.made[c.form].template == number})
        by_day = math.inf if template.most_per_day is None else template.most_per_day * days
        allowed = min(by_day, math.inf if template.most is None else template.most)
        most += allowed * max(work) / 60 if allowed else 0.0
    if most < needed - NONE:
        yield (
            f"{needed:,.1f} agent-hours are needed and the limits on numbers of shifts allow "
            f"{most:,.1f}"
        )


def _away(form: Form) -> int:
    """Minutes of pauses in a form."""
    laid = (*form.fixed, *(pause for ways in form.ways for pause in ways[0]))
    return sum(p.minutes for p in laid) + sum(w.rule.minutes for w in form.windows)


def _ways(
    problem: CoverProblem, effort: Effort, most: int, now: ShiftCover | None
) -> tuple[WayOut, ...]:
    """Things to allow, each tried by the solver; those that help, the best first."""
    now = now or solve(problem, effort)
    loosened = itertools.islice(_relaxed(problem, now), most)
    found = [way_out(what, _asked(problem, templates), now, effort) for what, templates in loosened]
    helping = [way for way in found if way is not None]
    return tuple(sorted(helping, key=lambda way: (-round(way.saved, 6), way.extra)))


def way_out(
    what: Loosened, problem: CoverProblem, now: ShiftCover, effort: Effort
) -> WayOut | None:
    """What allowing something gives; None where it neither fills hours nor saves money.

    Parameters
    ----------
    what
        What is allowed.
    problem
        The cover with it allowed.
    now
        The plan without.
    effort
        How hard to look.
    """
    hours = problem.horizon.interval / 60
    plan = solve(problem, effort)
    saved = float(now.missing.sum() - plan.missing.sum()) * hours
    extra = plan.cost - now.cost
    if saved <= NONE and (saved <= -NONE or extra >= -SAVING * now.cost):
        return None
    more = plan.count - now.count, plan.paid - now.paid
    return WayOut(what, problem.templates, plan, saved, extra, *more)


def _relaxed(
    problem: CoverProblem, now: ShiftCover
) -> Iterator[tuple[Loosened, tuple[ShiftTemplate, ...]]]:
    """Every limit wider, one at a time: numbers until nothing is short that they could fill."""
    templates = problem.templates
    for k, one in enumerate(templates):

        def beside(wider: ShiftTemplate, k: int = k) -> tuple[ShiftTemplate, ...]:
            return (*templates[:k], wider, *templates[k + 1 :])

        limits: tuple[tuple[_Number, int | None], ...] = (
            ("most", one.most),
            ("most_per_day", one.most_per_day),
            ("distinct_starts", one.distinct_starts),
        )
        for number, value in limits:
            if value is not None:
                enough = value + 1 if now.full else _enough(problem, one, number, value, beside)
                if enough is not None:
                    yield Loosened(number, one.name, enough), beside(_limited(one, number, enough))
        for what, value, wider in _wider(one):
            yield Loosened(what, one.name, value), beside(wider)


def _limited(one: ShiftTemplate, what: _Number, value: int | None) -> ShiftTemplate:
    """A template with another limit on a number."""
    if what == "most":
        return replace(one, most=value)
    if what == "most_per_day":
        return replace(one, most_per_day=value)
    return replace(one, distinct_starts=value)


def _enough(
    problem: CoverProblem,
    one: ShiftTemplate,
    what: _Number,
    value: int,
    beside: Callable[[ShiftTemplate], tuple[ShiftTemplate, ...]],
) -> int | None:
    """The least number that is as good as no limit, by the linear program; None if none helps."""

    def short(limit: int | None) -> float:
        program = _asked(problem, beside(_limited(one, what, limit))).program
        solved, _ = linear_bound(program)
        return float(solved.x[program.missing.slice].sum()) if solved.found else math.inf

    at_best = short(None)
    if at_best > short(value) - NONE:
        return None
    low, high = value, 2 * value + 1
    while short(high) > at_best + NONE:
        if high > MOST:
            return None
        low, high = high, 2 * high
    while high - low > 1:
        middle = (low + high) // 2
        low, high = (low, middle) if short(middle) <= at_best + NONE else (middle, high)
    return high


def _wider(one: ShiftTemplate) -> Iterator[tuple[What, int, ShiftTemplate]]:
    """Other limits of a template a step wider."""
    if one.least_per_day:
        yield "least_per_day", 0, replace(one, least_per_day=0)
    first, last = one.starts
    if first >= one.step and last - first + one.step < DAY:
        yield "sooner", first - one.step, replace(one, starts=(first - one.step, last))
    if last - first + one.step < DAY:
        yield "later", last + one.step, replace(one, starts=(first, last + one.step))
    if len(one.days) < 7:
        yield "days", 0, replace(one, days=tuple(range(7)))
