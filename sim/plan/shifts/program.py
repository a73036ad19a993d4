"""The integer program of a cover: shifts, their pauses, who serves what, and what is short.

Pauses are pooled (Bechtold and Jacobs 1990): shifts of one form all have the same windows relative
to their starts, so whichever opens first also closes first, and it is enough to know how many
pauses begin at each moment and how many are due. Which shift takes which pause is settled
afterwards, first in, first out. Pauses that must keep a distance within windows that overlap are
laid together instead (Aykin 1996, for whole patterns).
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import scipy.sparse as sp
from numpy.typing import NDArray

from sim.plan.duties import DAY, Pause
from sim.plan.shifts.kinds import Column, Form, Window
from sim.plan.shifts.pay import Pay, Premia, worked
from sim.plan.shifts.sheet import ONCE, Sheet, Span
from sim.plan.shifts.templates import Crew, Horizon, ShiftTemplate

__all__ = ["Demand", "Pool", "Program", "program"]

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]
Mask = NDArray[np.bool_]

#: More agents than any plan has: where the program needs a bound but none binds.
MANY = 1e5


@dataclass(frozen=True, slots=True)
class Demand:
    """What is asked for, and what it costs to give less or more.

    Parameters
    ----------
    agents
        By skill and interval, as far as nobody is there anyway.
    presence
        Of them, those that must be there whatever it costs; all of them in a hard cover.
    missing
        Pieces of the price of what is missing: width [agents], price [money an agent-hour]. The
        last one has no end.
    surplus
        Price of an agent more than needed [money an agent-hour].
    hard
        Whether nothing may be missing.
    never
        Price of what may not be missing, so that what cannot be had is told [money an interval].
    """

    agents: Floats
    presence: Floats
    missing: tuple[tuple[float, float], ...]
    surplus: float
    hard: bool
    never: float

    def pieces(self) -> list[tuple[Floats, float]]:
        """Pieces of what may be missing: agents by skill and interval, price by the hour."""
        may = self.agents - self.presence
        found = []
        for width, price in self.missing:
            found.append((np.clip(may, 0, width), price))
            may = may - found[-1][0]
        return found


@dataclass(frozen=True, slots=True)
class Pool:
    """Pauses of one kind that shifts of one form take, at times on one lattice.

    Parameters
    ----------
    crew, form, window
        Whose they are.
    origin, step
        The moment of slot 0 and the distance between slots [minutes].
    begins, due
        Columns: pauses that begin in a slot; shifts whose window is open after it.
    rows, closing
        Rows: what is due flows on; no shift's window closes on it.
    members, opens
        Columns of the shifts, and the slot in which the window of each opens.
    """

    crew: int
    form: int
    window: Window
    origin: int
    step: int
    begins: Span
    due: Span
    rows: Span
    closing: Span
    members: Ints
    opens: Ints

    def whole(self, x: Floats, shifts: Floats) -> Floats:
        """How many shifts are owed a pause after each slot, in whole numbers.

        Whole shifts open whole windows, so rounding keeps every order between the numbers. The odd
        offset keeps halves and thirds with the solver's noise from falling on different sides; what
        noise is left is taken out slot by slot.

        Parameters
        ----------
        x
            Columns of the program; those of pauses may be parts.
        shifts
            How often each shift is worked, whole.
        """
        slots = self.due.end - self.due.first
        opened = np.bincount(self.opens % slots, shifts[self.members], slots)
        held = np.floor(x[self.due.slice] + 0.4871)
        for _ in range(2):
            for k in range(slots):
                held[k] = min(held[k], held[k - 1] + opened[k])
        return np.maximum(held, 0.0)


@dataclass(frozen=True, slots=True, eq=False)
class Program:
    """Least ``cost @ x`` with ``lowest <= matrix @ x <= highest`` and ``0 <= x <= upper``.

    Parameters
    ----------
    cost, upper, whole, moment
        By column; the moment is when its shift or pause begins [minutes].
    matrix, lowest, highest
        The rows.
    shifts, used
        Columns of shifts, and of starting times that are in use (where their number is limited).
    missing
        Columns of what is missing.
    cover
        Rows of the requirement, skill by skill.
    pools
        Pauses by moment.
    ways
        Columns of ways to lay pauses together, with the shift's column, the group and the way.
    limits
        Rows of limits and what each is called.
    longest
        Length of the longest shift [minutes].
    crews
        For each crew the rows that count its presence, by interval, and its skills.
    crew
        Crew of each shift.
    """

    cost: Floats
    upper: Floats
    whole: Mask
    moment: Floats
    matrix: sp.csc_matrix
    lowest: Floats
    highest: Floats
    shifts: Span
    used: Span
    missing: Span
    cover: Span
    pools: tuple[Pool, ...]
    ways: tuple[tuple[int, int, Span], ...]
    limits: tuple[tuple[str, int], ...]
    longest: int
    crews: tuple[tuple[Ints, tuple[int, ...]], ...]
    crew: Ints


class _Writer:
    """Writes the program of a cover block by block."""

    def __init__(
        self,
        templates: Sequence[ShiftTemplate],
        crews: Sequence[Crew],
        horizon: Horizon,
        made: Sequence[Form],
        listed: Sequence[Column],
        demand: Demand,
        pay: Pay,
    ) -> None:
        self.templates, self.crews, self.horizon = templates, crews, horizon
        self.made, self.listed, self.demand = made, listed, demand
        self.sheet = Sheet()
        self.pays = [template.pay or pay for template in templates]
        # Premia differ only where pay does: mostly there is one table.
        tables = {p: _premia(p, horizon) for p in self.pays}
        self.premia = [tables[p] for p in self.pays]
        self.starts = np.array([c.day * DAY + c.start for c in listed])
        peak = float(np.ceil(demand.agents.sum(axis=0).max(initial=0.0)))
        least = max(template.least_per_day for template in templates)
        self.bound = 2 * peak + least + 1
        self.longest = max(form.minutes for form in made)

    def shifts(self) -> Span:
        """Shifts; pauses that do not move are part of them."""
        cost = np.zeros(len(self.listed))
        for number, form in enumerate(self.made):
            at = np.array([j for j, c in enumerate(self.listed) if c.form == number], int)
            if not len(at):
                continue
            pay, premia = self.pays[form.template], self.premia[form.template]
            minutes = premia.between(self.starts[at], form.minutes)
            for pause in form.fixed:
                if not pause.paid:
                    minutes = minutes - premia.between(self.starts[at] + pause.start, pause.minutes)
            moved = form.unpaid - sum(p.minutes for p in form.fixed if not p.paid)
            cost[at] = worked(pay, minutes) - pay.rate * moved / 60
            cost[at] += self.templates[form.template].allowance
        return self.sheet.columns(cost, self.bound, whole=True, moment=self.starts)

    def requirement(self) -> tuple[Span, Span]:
        """Rows of the requirement, and columns of what is missing and what is too much."""
        demand, horizon, sheet = self.demand, self.horizon, self.sheet
        skills, number = demand.agents.shape
        needed = demand.agents.ravel()
        cover = sheet.rows(needed, needed if demand.surplus else math.inf)
        every = np.arange(cover.first, cover.end)
        moment = np.tile(np.arange(number) * float(horizon.interval), skills)
        hours = horizon.interval / 60
        first = sheet.width
        pieces = [(room.ravel(), price * hours) for room, price in demand.pieces()]
        for room, price in [*pieces, (demand.presence.ravel(), demand.never)]:
            span = sheet.columns(np.full(len(every), price), room, whole=False, moment=moment)
            sheet.put(every, np.arange(span.first, span.end), 1.0)
        missing = Span(first, sheet.width)
        if demand.surplus:
            span = sheet.columns(
                np.full(len(every), demand.surplus * hours), MANY, whole=False, moment=moment
            )
            sheet.put(every, np.arange(span.first, span.end), -1.0)
        self._served(cover, moment[:number])
        return cover, missing

    def _served(self, cover: Span, moment: Floats) -> None:
        """Where presence of each crew counts: in its skill's rows, or in rows that share it out."""
        number = self.horizon.intervals
        self.presence: list[Ints] = []
        for crew in self.crews:
            skills = [cover.first + skill * number + np.arange(number) for skill in crew.skills]
            if len(skills) == 1:
                self.presence.append(skills[0])
                continue
            # An agent serves one skill at a time, but several within an interval. Where surplus has
            # a price nobody may be left out of the sharing.
            priced = self.demand.surplus > 0
            shared = self.sheet.rows(np.zeros(number), 0.0 if priced else math.inf)
            at = np.arange(shared.first, shared.end)
            for skill, rows in zip(crew.skills, skills, strict=True):
                most = np.full(number, MANY) if priced else self.demand.agents[skill]
                span = self.sheet.columns(np.zeros(number), most, whole=False, moment=moment)
                served = np.arange(span.first, span.end)
                self.sheet.put(at, served, -1.0)
                self.sheet.put(rows, served, 1.0)
            self.presence.append(at)

    def presences(self) -> None:
        """How each shift covers intervals, without its pauses that do not move."""
        kinds = np.array([(column.crew, column.form) for column in self.listed])
        for crew, number in np.unique(kinds, axis=0).tolist():
            joined = np.flatnonzero((kinds == (crew, number)).all(axis=1))
            form, rows = self.made[number], self.presence[crew]
            stretches = [(0, form.minutes, 1.0), *((p.start, p.minutes, -1.0) for p in form.fixed)]
            for begin, minutes, sign in stretches:
                parts = self.horizon.spread_all(self.starts[joined] + begin, minutes)
                which, touched, share = parts
                self.sheet.put(rows[touched], joined[which], sign * share)

    def pools(self) -> tuple[Pool, ...]:
        """Pauses that move freely, pooled over the shifts of a form."""
        found = []
        keys: dict[tuple[int, int, int, int], list[int]] = {}
        for j, column in enumerate(self.listed):
            for w, window in enumerate(self.made[column.form].windows):
                residue = (int(self.starts[j]) + window.first) % window.step
                keys.setdefault((column.crew, column.form, w, residue), []).append(j)
        for (crew, form, w, residue), members in keys.items():
            found.append(self._pool(crew, form, self.made[form].windows[w], residue, members))
        return tuple(found)

    def _pool(self, crew: int, form: int, window: Window, residue: int, members: list[int]) -> Pool:
        sheet, horizon, joined = self.sheet, self.horizon, np.array(members)
        step = window.step
        end = horizon.minutes if horizon.cyclic else horizon.minutes + DAY + self.longest
        slots = end // step
        moment = residue + step * np.arange(slots)
        pay, premia = self.pays[self.made[form].template], self.premia[self.made[form].template]
        saved = np.zeros(slots)
        if not window.rule.paid:
            minutes = premia.between(moment, window.rule.minutes)
            minutes[0] = 0  # the rate itself was left out of the shift's cost already
            saved = -worked(pay, minutes)
        opens = (self.starts[joined] + window.first - residue) // step
        wide = (window.last - window.first) // step
        # No more pauses at a time than shifts that may take one then: keeps the bound of a cover
        # finite when the solver's prices are right to some digits only.
        open_in = np.zeros(slots)
        for later in range(wide + 1):
            np.add.at(open_in, (opens + later) % slots, self.bound)
        begins = sheet.columns(saved, open_in, whole=True, moment=moment)
        due = sheet.columns(np.zeros(slots), open_in, whole=False, moment=moment)
        rows = sheet.rows(np.zeros(slots), 0.0)
        closing = sheet.rows(np.full(slots, -math.inf), 0.0)
        at = np.arange(slots)
        sheet.put(rows.first + at, due.first + at, 1.0)
        sheet.put(rows.first + at, begins.first + at, 1.0)
        before = at if horizon.cyclic else at[1:]
        sheet.put(rows.first + before, due.first + (before - 1) % slots, -1.0)
        sheet.put(rows.first + opens % slots, joined, -1.0)
        sheet.put(closing.first + at, due.first + at, 1.0)
        for later in range(wide):
            sheet.put(closing.first + (opens + later) % slots, joined, -1.0)
        which, touched, share = horizon.spread_all(moment, window.rule.minutes)
        sheet.put(self.presence[crew][touched], begins.first + which, -share)
        return Pool(crew, form, window, residue, step, begins, due, rows, closing, joined, opens)

    def ways(self) -> tuple[tuple[int, int, Span], ...]:
        """Pauses that depend on each other: a column for each way, of each shift."""
        found = []
        for j, column in enumerate(self.listed):
            form, start = self.made[column.form], int(self.starts[j])
            for g, ways in enumerate(form.ways):
                cost = np.array([self._saved(form, start, way) for way in ways])
                span = self.sheet.columns(
                    cost, self.bound, whole=True, moment=np.full(len(ways), float(start))
                )
                row = self.sheet.rows(np.zeros(1), 0.0).first
                self.sheet.put(row, np.arange(span.first, span.end), 1.0)
                self.sheet.put(row, j, -1.0)
                for k, way in enumerate(ways):
                    for pause in way:
                        at, share = self.horizon.spread(start + pause.start, pause.minutes)
                        self.sheet.put(self.presence[column.crew][at], span.first + k, -share)
                found.append((j, g, span))
        return tuple(found)

    def _saved(self, form: Form, start: int, way: tuple[Pause, ...]) -> float:
        """Premia that are not paid when the pauses lie so."""
        pay, premia = self.pays[form.template], self.premia[form.template]
        saved = 0.0
        for pause in way:
            if not pause.paid:
                minutes = premia.between(start + pause.start, pause.minutes)
                saved -= float(worked(pay, minutes)) - pay.rate * pause.minutes / 60
        return saved

    def limits(self) -> tuple[Span, tuple[tuple[str, int], ...]]:
        """How many of a template, and how many starting times."""
        sheet, named = self.sheet, []
        begin = sheet.width
        for number, template in enumerate(self.templates):
            own = np.array(
                [j for j, c in enumerate(self.listed) if self.made[c.form].template == number], int
            )
            if template.most is not None and len(own):
                row = sheet.rows(np.array([-math.inf]), float(template.most)).first
                sheet.put(row, own, 1.0)
                named.append((f"most of {template.name}", row))
            if template.most_per_day is not None or template.least_per_day:
                named += self._by_day(template, own)
            if template.distinct_starts is not None and len(own):
                named.append((f"distinct starts of {template.name}", self._starts(template, own)))
        return Span(begin, sheet.width), tuple(named)

    def _by_day(self, template: ShiftTemplate, own: Ints) -> list[tuple[str, int]]:
        named = []
        days = np.array([self.listed[j].day for j in own], int)
        most = math.inf if template.most_per_day is None else float(template.most_per_day)
        for day in np.unique(days).tolist():
            row = self.sheet.rows(np.array([float(template.least_per_day)]), most).first
            self.sheet.put(row, own[days == day], 1.0)
            named.append((f"{template.name} on {self.horizon.told(day * DAY)[:-6]}", row))
        return named

    def _starts(self, template: ShiftTemplate, own: Ints) -> int:
        """A starting time is used or not; shifts start only at those in use."""
        at = np.array([self.listed[j].start for j in own])
        times = np.unique(at)
        used = self.sheet.columns(
            np.zeros(len(times)), 1.0, whole=True, moment=np.full(len(times), ONCE)
        )
        row = self.sheet.rows(np.array([-math.inf]), float(template.distinct_starts or 0)).first
        self.sheet.put(row, np.arange(used.first, used.end), 1.0)
        peak = float(np.ceil(self.demand.agents.sum(axis=0).max(initial=0.0))) or 1.0
        peak = max(peak, float(template.least_per_day))
        for k, time in enumerate(times.tolist()):
            links = self.sheet.rows(np.full((at == time).sum(), -math.inf), 0.0)
            self.sheet.put(np.arange(links.first, links.end), own[at == time], 1.0)
            self.sheet.put(np.arange(links.first, links.end), used.first + k, -peak)
        return row


def _premia(pay: Pay, horizon: Horizon) -> Premia:
    return Premia(pay, horizon.days, cyclic=horizon.cyclic, first_weekday=horizon.first_weekday)


def program(
    templates: Sequence[ShiftTemplate],
    crews: Sequence[Crew],
    horizon: Horizon,
    made: Sequence[Form],
    listed: Sequence[Column],
    demand: Demand,
    pay: Pay,
) -> Program:
    """The integer program of a cover.

    Parameters
    ----------
    templates, crews, horizon
        What may be worked, by whom, when.
    made, listed
        Forms and shifts as `forms` and `columns` list them.
    demand, pay
        What is asked for, and what hours cost.
    """
    write = _Writer(templates, crews, horizon, made, listed, demand, pay)
    shifts = write.shifts()
    cover, missing = write.requirement()
    write.presences()
    pools = write.pools()
    ways = write.ways()
    used, limits = write.limits()
    sheet = write.sheet
    row, column, value = (np.concatenate(part) for part in zip(*sheet.entries, strict=True))
    return Program(
        cost=np.concatenate(sheet.cost),
        upper=np.concatenate(sheet.upper),
        whole=np.concatenate(sheet.whole),
        moment=np.concatenate(sheet.moment),
        matrix=sp.csc_matrix((value, (row, column)), (sheet.height, sheet.width)),
        lowest=np.concatenate(sheet.lowest),
        highest=np.concatenate(sheet.highest),
        shifts=shifts,
        used=used,
        missing=missing,
        cover=cover,
        pools=pools,
        ways=ways,
        limits=limits,
        longest=write.longest,
        crews=tuple(zip(write.presence, (crew.skills for crew in crews), strict=True)),
        crew=np.array([column.crew for column in listed]),
    )
