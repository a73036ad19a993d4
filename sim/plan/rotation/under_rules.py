"""A rotation under labour rules: what they leave of rows, runs and successions; and back again."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from sim.errors import InvalidInput
from sim.plan.duties import DAY, Shift
from sim.plan.people import Person
from sim.plan.rotation.counting import Reason
from sim.plan.rotation.patterns import Pattern
from sim.plan.rotation.problem import FREE, Bounds, Clock, Rotating
from sim.plan.rotation.solve import Rotation
from sim.plan.rules import Rule, Rules, year_norm

__all__ = ["as_pattern", "night_permission", "rotating"]

_HOUR = 60
# Rows are bounded even where no rule does it: nobody works for more than ten days running.
_MOST = 10


def rotating(
    shifts: Sequence[Shift],
    demand: Sequence[Sequence[int]],
    people: int | None,
    rules: Rules,
    *,
    work: Bounds = (2, 6),
    off: Bounds = (1, 4),
    runs: Sequence[Bounds] | None = None,
    country: str | None = "RU",
    year: int = 2026,
    surplus: bool = False,
) -> Rotating:
    """The rotating problem of some shifts under labour rules.

    Parameters
    ----------
    shifts
        Kinds of shift.
    demand
        People by shift and by day of the week, from Monday.
    people
        How many; None: as few as it takes.
    rules
        What must hold. Those that speak of people one by one (bans, absences) are for the roster;
        what a rotation found here means under all rules is told by `judge`.
    work, off, runs
        What the planner wants beside the rules: rows of work, of days off, of each shift.
    country, year
        Of the production calendar, for the norm of hours.
    surplus
        Whether more may be on duty than asked.

    Raises
    ------
    InvalidInput
        If the rules leave nothing of a bound.

    Examples
    --------
    >>> from sim.plan.rules import RU
    >>> early, night = Shift("early", 480, 720), Shift("night", 1200, 720)
    >>> problem = rotating([early, night], [[1] * 7] * 2, 5, RU)
    >>> sorted(problem.forbidden), problem.weekly_rest, problem.because["night then early"]
    ([(1, 0)], 2520, 'daily_rest')
    """
    because: dict[str, str] = {}
    numbers = range(len(shifts))
    every = list(runs) if runs is not None else [(1, work[1])] * len(shifts)
    for shift in numbers:
        every[shift] = _shortened(shifts[shift], every[shift], rules, because)
    longest, least_off = _rows(rules, work, off, because)
    weekly, weekends = rules.get("weekly_rest"), rules.get("weekends_off")
    hours, source = _hours(rules, country, year)
    if weekly:
        because["weekly rest"] = weekly.id
    if weekends:
        because["weekends off"] = weekends.id
    if hours:
        because["hours"] = source
    return Rotating(
        demand=tuple(tuple(row) for row in demand),
        people=people,
        names=tuple(shift.name for shift in shifts),
        runs=tuple(every),
        work=(min(work[0], longest), longest),
        off=(least_off, max(off[1], least_off)),
        forbidden=frozenset(_successions(shifts, rules, because)),
        forbidden_apart=frozenset(_apart(shifts, rules, because)),
        surplus=surplus,
        clocks=tuple(Clock(shift.start, shift.minutes, shift.paid) for shift in shifts),
        weekly_rest=round(weekly["hours"] * _HOUR) if weekly and weekly.hard else 0,
        hours=hours,
        weekends=(int(weekends["count"]), int(weekends["weeks"])) if weekends else (0, 1),
        because=because,
    )


def _is_night(shift: Shift, rule: Rule) -> bool:
    """Whether a shift has enough of the night, as a rule counts it."""
    since, until = rule["since"] * _HOUR, rule["until"] * _HOUR
    over = until + (DAY if until <= since else 0)
    inside = (
        max(0.0, min(over + day, shift.end) - max(since + day, shift.start))
        for day in (-DAY, 0, DAY)
    )
    return sum(inside) >= rule["least"] * _HOUR


def _shortened(shift: Shift, run: Bounds, rules: Rules, because: dict[str, str]) -> Bounds:
    """The runs of a shift as rules shorten them."""
    low, high = run
    for id, parameter in (("nights_running", "nights"), ("long_running", "duties")):
        rule = rules.get(id)
        if rule is None or rule[parameter] >= high:
            continue
        night = id == "nights_running"
        if _is_night(shift, rule) if night else shift.minutes >= rule["hours"] * _HOUR:
            high = int(rule[parameter])
            because[f"longest run of {shift.name}"] = id
    if high < 1:
        raise InvalidInput(f"runs[{shift.name}]", "must be possible under the rules", high)
    return min(low, high), high


def _rows(rules: Rules, work: Bounds, off: Bounds, because: dict[str, str]) -> Bounds:
    """Most days of work and least days off."""
    longest, least = min(work[1], _MOST), off[0]
    running, apart = rules.number("days_running"), rules.number("days_off_running")
    if running is not None and running < longest:
        longest = int(running)
        because["most days of work"] = "days_running"
    if longest < 1:
        raise InvalidInput("work", "must be possible under the rules", longest)
    for id, days in (
        ("days_off_running", apart),
        # Two days off after nights are a matter of successions; more are asked of every row.
        ("days_off_after_nights", rules.number("days_off_after_nights")),
    ):
        if days is not None and days > least and (id == "days_off_running" or days > 2):
            least = int(days)
            because["least days off"] = id
    return longest, least


def _successions(
    shifts: Sequence[Shift], rules: Rules, because: dict[str, str]
) -> Iterator[tuple[int, int]]:
    """Shifts that must not follow each other on days running."""
    for one, before in enumerate(shifts):
        for other, after in enumerate(shifts):
            rule = _against(before, after, rules)
            if rule:
                because[f"{before.name} then {after.name}"] = rule
                yield one, other


def _against(before: Shift, after: Shift, rules: Rules) -> str:
    """The rule that keeps one shift from following another on the next day, if any."""
    rest = DAY + after.start - before.end
    for id in ("daily_rest", "running_shifts"):
        hours = rules.number(id)
        if hours is not None and rest < hours * _HOUR:
            return id
    within = rules.number("daily_rest", "within")
    least = rules.number("daily_rest") or 0
    if within and within * _HOUR - before.minutes < least * _HOUR:
        return "daily_rest"
    times = rules.number("rest_by_duty")
    if times is not None and rest < times * before.minutes:
        return "rest_by_duty"
    back = rules.number("forward")
    if back is not None and before.start - after.start > back * _HOUR:
        return "forward"
    nights = rules.get("days_off_after_nights")
    if nights and nights["days"] and _is_night(before, nights) and not _is_night(after, nights):
        return "days_off_after_nights"
    return ""


def _apart(
    shifts: Sequence[Shift], rules: Rules, because: dict[str, str]
) -> Iterator[tuple[int, int]]:
    """Shifts that must not stand around a single day off."""
    nights = rules.get("days_off_after_nights")
    if nights is None or nights["days"] < 2:
        return
    for one, before in enumerate(shifts):
        for other, after in enumerate(shifts):
            if _is_night(before, nights):
                because[f"{before.name}, a day off, {after.name}"] = nights.id
                yield one, other


def _hours(rules: Rules, country: str | None, year: int) -> tuple[float, str]:
    """Paid hours a week that a person may have on average, and the rule that says so; 0: any."""
    bounds = []
    norm = rules.get("norm")
    if norm is not None and norm.hard:
        # A cycle runs through all months alike, so its hours are held to those of the year.
        extra = norm["over"] * 12 / norm["months"]
        bounds.append(((sum(year_norm(country, year, norm["week"])) + extra) * 7 / 365, norm.id))
    bounds += [
        (rule["hours"], rule.id)
        for id in ("average_week", "week_hours")
        if (rule := rules.get(id)) is not None and rule.hard
    ]
    return min(bounds, default=(0.0, ""))


def night_permission(
    problem: Rotating, shifts: Sequence[Shift], people: Sequence[Person], rules: Rules
) -> Reason | None:
    """Whether enough people may walk a rotation that has nights; None where they may.

    Parameters
    ----------
    problem, shifts
        The rotation and its shifts.
    people
        Who is to walk it.
    rules
        Whom they keep from the night.

    Examples
    --------
    >>> from sim.plan.rules import RU
    >>> night = Shift("night", 1200, 720)
    >>> pair = Person(name="Anna", flags=frozenset({"pregnant"})), Person(name="Boris")
    >>> problem = rotating([night], [[1] * 7], 2, RU)
    >>> print(night_permission(problem, [night], pair, RU))
    everybody on the rotation works nights: 2 must, 1 of 2 may (Anna may not); 1 more who may is
    needed, or work for 1 beside the rotation
    """
    bans = [rule for rule in rules if rule.kind == "night_ban" and rule.hard]
    dark = [s for s in shifts if any(_is_dark(s, rule) for rule in bans)]
    kept = [p.name for p in people if any(rule.holds_for(p) for rule in bans)]
    may, must = len(people) - len(kept), problem.people or len(people)
    if not dark or may >= must:
        return None
    text = (
        f"everybody on the rotation works nights: {must} must, {may} of {len(people)} may "
        f"({', '.join(kept)} may not); {must - may} more who may "
        f"{'is' if must - may == 1 else 'are'} needed, or work for {len(kept)} beside the rotation"
    )
    return Reason("nights", may, must, text)


def _is_dark(shift: Shift, ban: Rule) -> bool:
    """Whether a shift touches the night of a ban."""
    since, until = round(ban["since"] * _HOUR), round(ban["until"] * _HOUR)
    over = until + (DAY if until <= since else 0)
    return any(shift.start < over + d and since + d < shift.end for d in (-DAY, 0, DAY))


def as_pattern(found: Rotation, shifts: Sequence[Shift], name: str = "own") -> Pattern:
    """A rotation as a pattern, to be judged and worked.

    Examples
    --------
    >>> from sim.plan.rotation import solve_rotation
    >>> from sim.plan.rules import NONE
    >>> day = Shift("day", 480, 720)
    >>> as_pattern(solve_rotation(rotating([day], [[1] * 7], 2, NONE)), [day]).days.count("a")
    7
    """
    letters = "abcdefghijklmnopqrstuvwxyz"
    days = "".join("." if shift == FREE else letters[shift] for shift in found.cycle)
    return Pattern(name, days, dict(zip(letters, shifts, strict=False)))
