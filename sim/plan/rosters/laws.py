"""Labour rules as a step function: what a day's duty leads to, and whether it may be.

The state after a day is what the rules must remember of it. Times are minutes that pass, counted
from the midnight that a day begins with. A rule that cannot be told day by day (hours of a month)
is kept elsewhere; one that looks at a single duty alone is asked of the checker itself.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import NamedTuple

from sim.plan.duties import DAY, WEEK, Duty, Shift
from sim.plan.period import Period
from sim.plan.rosters.automata import OFF
from sim.plan.rules import Rule, Rules

__all__ = ["Day", "Law", "Memory", "Traits", "dark", "days_of"]

#: Longer than any rest that is asked for [minutes].
LONG = 100 * DAY


class Day(NamedTuple):
    """What the rules see of a day.

    `elapsed`: minutes since Monday's midnight; `length`: of the day; `opening`: whether its week
    began before the period; `starts`: when each shift begins, where the clock is changed.
    """

    weekday: int
    elapsed: int
    length: int
    opening: bool
    starts: tuple[int, ...] | None


class Traits(NamedTuple):
    """What the rules see of a duty."""

    start: int
    minutes: int
    paid: int
    late: int  # paid after the next midnight
    night: bool  # for nights in a row
    resting: bool  # a night that days off must follow
    long: bool
    dark: bool = False  # a night that is counted over weeks


class Memory(NamedTuple):
    """What the rules remember after a day.

    `rest`: since the end of the last duty, below 0 while it still runs; `need`: the rest it asks
    for; `run`, `nights`, `longs`: days of it running; `off`: days off since; `owed`: days off
    that nights still ask for; `rested`: whether this week has had its rest; `busy`: whether it has
    had a duty, in a week that began before the period; `weekend`: whether it is worked, -1 where
    part of it is unknown; `past`: weekends before; `start`: of yesterday's duty; `hours`: paid in
    this week [minutes]; `over`: beyond a normal day yesterday; `dark`: nights of this week, last,
    and of those before that still count, without zeros in front.
    """

    rest: int = LONG
    need: int = 0
    run: int = 0
    nights: int = 0
    longs: int = 0
    off: int = 99
    owed: int = 0
    rested: bool = False
    busy: bool = False
    weekend: int = 0
    past: tuple[bool, ...] = ()
    row: int = 0
    start: int = -1
    hours: int = 0
    over: int = 0
    dark: tuple[int, ...] = ()


def days_of(period: Period, shifts: Sequence[Shift], first: int, last: int) -> Iterator[Day]:
    """The days from first to the one before last."""
    for day in range(first, last):
        weekday = period.weekday(day)
        midnight = period.at(day)
        length = period.at(day + 1) - midnight
        starts = tuple(period.at(day, shift.start) - midnight for shift in shifts)
        plain = starts == tuple(shift.start for shift in shifts)
        yield Day(
            weekday,
            midnight - period.at(day - weekday),
            length,
            day - weekday < 0 <= day,
            None if plain else starts,
        )


@dataclass(frozen=True, slots=True)
class Law:
    """The numbers of the rules that hold for somebody; 0 or None where there is no such rule."""

    rest: int
    times: float
    weekly: int
    run: int
    off: int
    nights: int
    longs: int
    long_hours: float
    after_nights: int
    nights_by: tuple[tuple[int, int, int], ...]
    resting_by: tuple[tuple[int, int, int], ...]
    weekends: tuple[int, int] | None
    weekend_rows: int
    spill: int
    forward: int | None
    week_hours: int | None
    overtime: tuple[int, int] | None
    counts_weekends: bool
    in_weeks: tuple[int, int] | None = None
    in_weeks_by: tuple[tuple[int, int, int], ...] = ()

    @classmethod
    def of(cls, rules: Rules, *, counts_weekends: bool, windows: bool) -> Law:
        """The law of the hard rules.

        Parameters
        ----------
        rules
            Those that hold for the person.
        counts_weekends
            Whether a line tells how many weekends it works.
        windows
            Whether weekends off must be watched window by window, for want of a plain count.
        """
        hard: dict[str, list[Rule]] = {}
        for rule in rules:
            if rule.hard:
                hard.setdefault(rule.kind, []).append(rule)

        def least(kind: str, name: str, scale: float = 1) -> float:
            return min((rule[name] * scale for rule in hard.get(kind, ())), default=0)

        def most(kind: str, name: str, scale: float = 1) -> float:
            return max((rule[name] * scale for rule in hard.get(kind, ())), default=0)

        def dark(*kinds: str) -> tuple[tuple[int, int, int], ...]:
            found = [rule for kind in kinds for rule in hard.get(kind, ())]
            return tuple(
                (round(r["since"] * 60) % DAY, round(r["until"] * 60) % DAY,
                 max(1, round(r["least"] * 60)))
                for r in found
            )  # fmt: skip

        weekends = hard.get("weekends_off", [])
        return cls(
            rest=round(max(most("daily_rest", "hours", 60), most("running_shifts", "hours", 60))),
            times=most("rest_by_duty", "times"),
            weekly=round(most("weekly_rest", "hours", 60)),
            run=round(least("days_running", "days")),
            off=round(most("days_off_running", "days")),
            nights=round(least("nights_running", "nights")),
            longs=round(least("long_running", "duties")),
            long_hours=least("long_running", "hours"),
            after_nights=round(most("days_off_after_nights", "days")),
            nights_by=dark("nights_running"),
            resting_by=dark("days_off_after_nights"),
            weekends=(
                (max(round(r["count"]) for r in weekends), min(round(r["weeks"]) for r in weekends))
                if weekends and windows
                else None
            ),
            weekend_rows=round(least("weekends_running", "weekends")),
            spill=round(
                min(
                    (r["spill"] * 60 for r in [*weekends, *hard.get("weekends_running", [])]),
                    default=0,
                )
            ),
            forward=round(least("forward", "hours", 60)) if "forward" in hard else None,
            week_hours=round(least("week_hours", "hours", 60)) if "week_hours" in hard else None,
            overtime=_overtime(hard.get("overtime_days", [])),
            counts_weekends=counts_weekends,
            in_weeks=next(
                ((round(r["nights"]), round(r["weeks"])) for r in hard.get("nights_in_weeks", ())),
                None,
            ),
            in_weeks_by=dark("nights_in_weeks"),
        )

    def traits(self, start: int, minutes: int, paid: int, late: int) -> Traits:
        """What the rules see of a duty."""
        end = start + minutes
        return Traits(
            start, minutes, paid, late if self.week_hours is not None else 0,
            any(dark(start, end, since, until) >= least for since, until, least in self.nights_by),
            any(dark(start, end, since, until) >= least for since, until, least in self.resting_by),
            bool(self.longs) and minutes >= self.long_hours * 60,
            any(dark(start, end, since, until) >= full for since, until, full in self.in_weeks_by),
        )  # fmt: skip

    def allows(self, memory: Memory, day: Day, duty: Traits) -> bool:
        """Whether a duty may be worked on a day, as far as the day itself can tell."""
        over = max(0, duty.paid - self.overtime[1]) if self.overtime else 0
        paid_now = duty.paid - duty.late if day.weekday == 6 else duty.paid
        return not (
            memory.rest + duty.start < max(0, memory.need)
            or (self.run and memory.run >= self.run)
            or (memory.run == 0 and memory.off < self.off)
            or (duty.night and self.nights and memory.nights >= self.nights)
            or (duty.long and memory.longs >= self.longs)
            or (memory.owed and not (duty.resting and memory.run))
            or (self.forward is not None and memory.run
                and memory.start - duty.start > self.forward)
            or (self.week_hours is not None and memory.hours + paid_now > self.week_hours)
            or (self.overtime is not None and memory.over + over > self.overtime[0])
            or (duty.dark and self.in_weeks is not None and sum(memory.dark) >= self.in_weeks[0])
        )  # fmt: skip

    def worked(self, memory: Memory, day: Day, duty: Traits) -> Memory:
        """The memory after a day with a duty; its week is not over yet."""
        end = duty.start + duty.minutes
        rested = min(memory.rest + duty.start, day.elapsed + duty.start) >= self.weekly
        need = max(self.rest, round(self.times * duty.minutes))
        weekend = memory.weekend
        spilt = day.weekday == 4 and end > day.length + self.spill
        if weekend == 0 and (day.weekday >= 5 or spilt):
            weekend = 1
        return memory._replace(
            rest=day.length - end,
            need=need,
            run=memory.run + 1 if self.run else 1,
            nights=memory.nights + 1 if duty.night and self.nights else 0,
            longs=memory.longs + 1 if duty.long else 0,
            off=0,
            owed=self.after_nights if duty.resting else 0,
            rested=memory.rested or rested,
            busy=day.opening,
            weekend=weekend if self.sees_weekends else 0,
            start=duty.start if self.forward is not None else -1,
            hours=memory.hours + duty.paid if self.week_hours is not None else 0,
            over=max(0, duty.paid - self.overtime[1]) if self.overtime else 0,
            dark=self.darker(memory.dark) if duty.dark else memory.dark,
        )

    @staticmethod
    def darker(nights: tuple[int, ...]) -> tuple[int, ...]:
        """The nights of weeks with one more in the last."""
        return (*nights[:-1], nights[-1] + 1) if nights else (1,)

    def turned(self, nights: tuple[int, ...]) -> tuple[int, ...]:
        """The nights of weeks when another begins."""
        if self.in_weeks is None or not nights:
            return ()
        kept = (*nights, 0)[-self.in_weeks[1] :]
        while kept and not kept[0]:
            kept = kept[1:]
        return kept

    @property
    def sees_weekends(self) -> bool:
        """Whether anything hangs on weekends."""
        return bool(self.counts_weekends or self.weekends or self.weekend_rows)

    def idle(self, memory: Memory, day: Day) -> Memory:
        """The memory after a day off; its week is not over yet."""
        return memory._replace(
            rest=min(LONG, memory.rest + day.length),
            run=0,
            nights=0,
            longs=0,
            off=min(memory.off + 1, max(self.off, 1)),
            owed=max(0, memory.owed - 1),
            start=-1,
            over=0,
        )

    def closed(self, memory: Memory, day: Day, late: int, *, known: bool = True) -> Memory | None:
        """The memory after midnight, None where a week has ended that it may not end like this."""
        if day.weekday == 6:
            inside = min(max(memory.rest, 0), day.elapsed + day.length)
            # What was worked before the period alone is no fault of the plan.
            ours = known and (memory.busy or not day.opening)
            if ours and not memory.rested and inside < self.weekly:
                return None
            pushed = self.pushed(memory)
            if known and not self.weekend_kept(pushed):
                return None
            memory = pushed._replace(
                rested=False, busy=False, weekend=0, hours=late, dark=self.turned(memory.dark)
            )
        return self.plain(memory, day.weekday)

    def pushed(self, memory: Memory) -> Memory:
        """The memory with the weekend that has ended among those before."""
        if memory.weekend < 0:
            return memory
        spoilt = bool(memory.weekend)
        past, row = memory.past, memory.row
        if self.weekends:
            count, weeks = self.weekends
            # With one weekend off in so many, only the row of worked ones can break the rule.
            keep = (*past, spoilt) if count > 1 or spoilt else ()
            past = keep[-weeks:]
        if self.weekend_rows:
            row = min(row + 1, self.weekend_rows + 1) if spoilt else 0
        return memory._replace(past=past, row=row)

    def weekend_kept(self, memory: Memory) -> bool:
        """Whether the weekends until now are as they must be."""
        if self.weekend_rows and memory.row > self.weekend_rows:
            return False
        if self.weekends and len(memory.past) >= self.weekends[1]:
            return len(memory.past) - sum(memory.past) >= self.weekends[0]
        return True

    def plain(self, memory: Memory, weekday: int) -> Memory:
        """The memory without what cannot matter any more."""
        need = max(memory.need, 0)
        far = need if memory.rested or weekday == 6 else max(need, self.weekly)
        return memory._replace(
            rest=min(memory.rest, far),
            rested=memory.rested if self.weekly else False,
            busy=memory.busy if self.weekly else False,
        )

    def may_end(self, memory: Memory, left: int) -> bool:
        """Whether the period may end here, with so much of the week still to come [minutes].

        What comes after the period is not known, so it counts as rest.
        """
        if not self.weekly or memory.rested or left <= 0 or left >= WEEK:
            return True
        return min(memory.rest + left, WEEK) >= self.weekly

    def step(self, days: Sequence[Day], shifts: Sequence[Traits]) -> _Step:
        """The step function over these kinds of days and shifts."""
        return _Step(self, tuple(days), tuple(shifts))

    def recalled(self, period: Period, before: Sequence[Duty]) -> Memory:
        """What the rules remember of the duties before a period."""
        if not before:
            return Memory(weekend=-1 if period.weekday(0) == 6 else 0)
        first = min(period.day(duty.start) for duty in before)
        memory = Memory(weekend=-1 if period.weekday(first) == 6 else 0)
        for number, day in zip(range(first, 0), days_of(period, (), first, 0), strict=True):
            late = 0
            duties = sorted((d for d in before if period.day(d.start) == number), key=_start)
            if not duties:
                memory = self.idle(memory, day)
            for duty in duties:
                midnight = period.at(number)
                late = round(duty.paid * max(0, duty.end - period.at(number + 1))
                             / (duty.end - duty.start))  # fmt: skip
                traits = self.traits(duty.start - midnight, duty.end - duty.start, duty.paid, late)
                memory = self.worked(memory, day, traits)
            memory = self.closed(memory, day, late, known=False) or memory
        return memory


def _overtime(over: Sequence[Rule]) -> tuple[int, int] | None:
    """Overtime of two days running and a day's norm, of the strictest rules [minutes]."""
    if not over:
        return None
    hours, day = (min(rule[name] for rule in over) for name in ("hours", "day"))
    return round(hours * 60), round(day * 60)


def _start(duty: Duty) -> int:
    return duty.start


class _Step:
    """The step function of a law, for the automaton."""

    def __init__(self, law: Law, days: tuple[Day, ...], shifts: tuple[Traits, ...]) -> None:
        self.law, self.days, self.shifts = law, days, shifts

    def __call__(self, state: object, kind: int, group: int) -> tuple[Memory, int, float] | None:
        law, day = self.law, self.days[kind]
        assert isinstance(state, Memory)
        late, begun = 0, 0
        if group == OFF:
            after = law.idle(state, day)
        else:
            duty = self.shifts[group - 1]
            if day.starts is not None:
                duty = duty._replace(start=day.starts[group - 1])
            if not law.allows(state, day, duty):
                return None
            after = law.worked(state, day, duty)
            late = duty.late
            begun = int(law.counts_weekends and after.weekend > state.weekend)
        closed = law.closed(after, day, late)
        return None if closed is None else (closed, begun, 0.0)


def dark(start: int, end: int, since: int, until: int) -> int:
    """Minutes of a duty that lie in the night, where the clock is not changed.

    Examples
    --------
    >>> dark(20 * 60, 32 * 60, 22 * 60, 6 * 60)
    480
    """
    over = until + (DAY if until <= since else 0)
    return sum(
        max(0, min(end, over + shift) - max(start, since + shift)) for shift in (-DAY, 0, DAY)
    )
