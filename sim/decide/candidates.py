"""Hybrids of an own team and a vendor: what may be handed over, and the option that makes of it."""

from __future__ import annotations

import itertools
from collections.abc import Iterator
from dataclasses import dataclass

from sim.errors import InvalidInput, names_of
from sim.scenario.hours import DAY, DAYS, OpenHours, merged
from sim.scenario.legs import LegHours
from sim.scenario.model import Scenario
from sim.scenario.option import Group, Option

__all__ = [
    "Candidate",
    "Legs",
    "afters",
    "by_interval",
    "candidates",
    "hours_text",
    "indivisible",
    "latest",
    "legs_of",
]

#: Waits after which the vendor may take what overflows [s], as far as the promise leaves time.
AFTER = (10.0, 30.0)
#: Shares answered in time for which an own team is staffed that has such help.
ALONE = (0.3, 0.6)
#: Shares of a channel that may go to the vendor at all hours.
SHARES = (0.25, 0.5, 0.75)
#: Hours of the day at which an own team may begin and end.
BEGINS, ENDS = range(6, 13), range(17, 25)


@dataclass(frozen=True, slots=True)
class Legs:
    """An own group and a vendor's, with what stays with the client.

    Parameters
    ----------
    own, vendor
        Options of the scenario: the own team, the vendor.
    own_group, vendor_group
        Their groups.
    retained
        Option whose terms of what stays with the client hold for hybrids: the first that mixes
        both in the scenario, else the vendor's.
    unplanned
        Options among the two whose planned shifts are left out.
    """

    own: str
    vendor: str
    own_group: str
    vendor_group: str
    retained: str
    unplanned: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Candidate:
    """A way to part the work.

    Parameters
    ----------
    own
        Channels that the own team serves in its hours; the vendor has the others at all hours.
    hours
        Hours of the own team, spans of seconds of the week; the vendor has the rest.
    after
        Wait after which the vendor takes what overflows in these hours [s]; None: never.
    alone
        Share answered in time for which the own team is staffed where it has such help.
    share
        Share of the own team's channels that goes to the vendor at all hours.
    written
        Option of the scenario that it is, as it is written there; None: made by the search.
    """

    own: tuple[str, ...]
    hours: tuple[tuple[int, int], ...]
    after: float | None = None
    alone: float | None = None
    share: float = 0.0
    written: str | None = None

    @property
    def all_week(self) -> bool:
        """Whether the own team is there round the clock."""
        return OpenHours(ranges=self.hours).is_always

    def option(self, scenario: Scenario, legs: Legs) -> Option:
        """The option of a scenario that parts the work so."""
        if self.written is not None:
            return scenario.options[self.written]
        ours, theirs = scenario.options[legs.own], scenario.options[legs.vendor]
        own, vendor = ours.groups[legs.own_group], theirs.groups[legs.vendor_group]
        if not self.own:
            return theirs
        if (
            self.all_week
            and self.after is None
            and not self.share
            and set(self.own) == set(own.skills)
        ):
            return ours
        vendor_name = _other(legs.vendor_group, legs.own_group)
        groups = {legs.own_group: self._own_group(own, ours)}
        groups |= self._vendor_groups(scenario, vendor, theirs, vendor_name)
        retained = scenario.options[legs.retained].retained
        patience = {c: p for c, p in theirs.patience.items() if c not in self.own}
        patience |= {c: p for c, p in ours.patience.items() if c in self.own}
        return Option(groups=groups, retained=retained, open=ours.open, patience=patience)

    def named(self, scenario: Scenario, legs: Legs) -> str | None:
        """The option of the scenario that it is, as written or as an end; None where it is new."""
        if self.written is not None:
            return self.written
        option = self.option(scenario, legs)
        ends = (legs.own, legs.vendor)
        return next((name for name in ends if scenario.options[name] is option), None)

    def _own_group(self, own: Group, ours: Option) -> Group:
        """The own team, with its channels and hours."""
        skills = {channel: own.skills[channel] for channel in self.own}
        staffing = own.to_target
        assert staffing is not None
        changes: dict[str, object] = {"skills": skills, "fcr": _fcr(own, ours)}
        changes["hours"] = None if self.all_week else LegHours(ranges=self.hours)
        if self.alone is not None:
            changes["staffing"] = staffing.model_copy(update={"answered": self.alone})
        return own.model_copy(update=changes)

    def _vendor_groups(
        self, scenario: Scenario, vendor: Group, theirs: Option, name: str
    ) -> dict[str, Group]:
        """The vendor's team for the rest of the week, and the one beside the own team."""
        base = vendor.model_copy(update={"fcr": _fcr(vendor, theirs)})
        beside = {c: skill for c, skill in base.skills.items() if c not in self.own}
        for channel in self.own:
            skill = base.skills[channel]
            if self.share:
                beside[channel] = skill.model_copy(update={"share": self.share})
            elif self.after is not None and scenario.channels[channel].kind != "email":
                changes = {"after": self.after, "prefer": skill.prefer + 1}
                beside[channel] = skill.model_copy(update=changes)
        found: dict[str, Group] = {}
        if not self.all_week:
            found[name] = base.model_copy(update={"hours": LegHours(bands=("rest",))})
        if beside and found:
            update = {"skills": beside, "contract": None, "paid_with": name}
            hours = {"hours": LegHours(ranges=self.hours)}
            found[f"{name}_beside"] = base.model_copy(update=update | hours)
        elif beside:
            found[name] = base.model_copy(update={"skills": beside})
        return found


def _other(name: str, taken: str) -> str:
    return name if name != taken else f"{name}_vendor"


def _fcr(group: Group, option: Option) -> float | None:
    """Share that a group resolves at first contact in the option that it comes from."""
    return option.fcr if group.fcr is None else group.fcr


def legs_of(scenario: Scenario, between: tuple[str, str] | None = None) -> Legs:
    """The two options whose hybrids are looked at.

    Parameters
    ----------
    scenario
        The operation.
    between
        An own team and a vendor, by the names of their options; None: the first of each.

    Raises
    ------
    InvalidInput
        If there is no such pair, or one is not a single group that is staffed to target with terms.
    """
    known = {name: _single(option) for name, option in scenario.options.items()}
    named = () if between is None else names_of("between", between)
    if between is not None and len(named) != 2:
        raise InvalidInput("between", "must be two options", " ".join(named))
    for name in named:
        if known[scenario.chosen(name, said="between")] is None:
            hint = "given shifts and several groups cannot be parted by the search"
            rule = "must be an option of one group that is staffed to target, with its terms"
            raise InvalidInput("between", rule, name, hint)
    order = named or tuple(scenario.options)
    pairs = {
        source: next((n for n in order if known[n] and known[n] == source), None)
        for source in ("inhouse", "vendor")
    }
    if pairs["inhouse"] is None or pairs["vendor"] is None:
        missing = "own team" if pairs["inhouse"] is None else "vendor"
        rule = (
            f"must name an option of an {missing}"
            if missing[0] in "aeiou"
            else (f"must name an option of a {missing}")
        )
        hint = "each with one group that is staffed to target, and its payroll or contract"
        raise InvalidInput("between", rule, ", ".join(order), hint)
    own, vendor = pairs["inhouse"], pairs["vendor"]
    theirs = [next(iter(scenario.options[name].groups)) for name in (own, vendor)]
    skills = [
        set(scenario.options[n].groups[g].skills)
        for n, g in zip((own, vendor), theirs, strict=True)
    ]
    if skills[0] != skills[1]:
        rule = "must be options that serve the same channels"
        raise InvalidInput("between", rule, f"{own}, {vendor}")
    mixed = next((name for name, option in scenario.options.items() if option.mixes), vendor)
    unplanned = tuple(name for name in (own, vendor) if _planned(scenario.options[name]))
    return Legs(own, vendor, theirs[0], theirs[1], mixed, unplanned)


def _single(option: Option) -> str | None:
    """Who employs the only group of an option; None where it cannot be parted."""
    groups = list(option.groups.values())
    if len(groups) != 1 or groups[0].to_target is None:
        return None
    group = groups[0]
    return group.source if group.payroll or group.contract else None


def _planned(option: Option) -> bool:
    """Whether shifts are looked for that bring the agents of an option."""
    bounds = [group.to_target for group in option.groups.values()]
    return any(one is not None and one.shifts is not None for one in bounds)


def by_interval(scenario: Scenario, legs: Legs) -> Scenario:
    """The scenario with both ends staffed by the interval, whatever shifts they have.

    Parameters
    ----------
    scenario, legs
        The operation, and the two options whose hybrids are looked at.
    """
    options = dict(scenario.options)
    for name in legs.unplanned:
        groups = {
            key: group.model_copy(
                update={"staffing": group.staffing.model_copy(update={"shifts": None})}
            )
            for key, group in options[name].groups.items()
        }
        options[name] = options[name].model_copy(update={"groups": groups})
    return scenario.model_copy(update={"options": options}) if legs.unplanned else scenario


def candidates(scenario: Scenario, legs: Legs) -> Iterator[Candidate]:
    """All ways to part the work that the search looks at, both ends among them."""
    channels = tuple(scenario.options[legs.own].groups[legs.own_group].skills)
    yield Candidate((), ())
    week = ((0, 7 * DAY),)
    shared = [c for c in channels if not indivisible(scenario, c)]
    for size in range(len(channels), 0, -1):
        for own in itertools.combinations(channels, size):
            for hours in (week, *_windows()):
                yield Candidate(own, hours)
                for after in afters(scenario, own):
                    yield from (Candidate(own, hours, after, alone) for alone in ALONE)
            if set(own) == set(shared):
                yield from (Candidate(own, week, share=share) for share in SHARES)


def indivisible(scenario: Scenario, channel: str) -> bool:
    """Whether a channel cannot be parted by share."""
    one = scenario.channels[channel]
    return bool(one.classes) or one.outbound is not None


def afters(scenario: Scenario, own: tuple[str, ...]) -> list[float]:
    """Waits for overflow that leave some of the promised time."""
    return [after for after in AFTER if after < latest(scenario, own)]


def latest(scenario: Scenario, own: tuple[str, ...]) -> float:
    """Time in which channels promise an answer [s]: what overflows later is late; 0 where none."""
    promised = [scenario.channels[c].target for c in own if scenario.channels[c].kind != "email"]
    return min((target.awt for target in promised if target is not None), default=0.0)


def _windows() -> Iterator[tuple[tuple[int, int], ...]]:
    """Hours of an own team: of working days, of every day, of days and whole weekends."""
    for begin, end in itertools.product(BEGINS, ENDS):
        for days in (5, 6, 7):
            spans = [(day * DAY + begin * 3600, day * DAY + end * 3600) for day in range(days)]
            yield merged(spans)
    yield merged([(0, 5 * DAY)])  # working days round the clock
    yield merged([(5 * DAY, 7 * DAY)])  # weekends only: the vendor has the working days


def hours_text(hours: tuple[tuple[int, int], ...]) -> list[str]:
    """Hours of the week as they are written in a file.

    Examples
    --------
    >>> hours_text(OpenHours.of("Mon-Fri 09:00-21:00").ranges)
    ['Mon-Fri 09:00-21:00']
    """
    if OpenHours(ranges=hours).is_always:
        return ["always"]
    by_day: dict[int, list[str]] = {}
    for start, end in hours:
        for day in range(start // DAY, -(-end // DAY)):
            first, last = max(start, day * DAY) - day * DAY, min(end, (day + 1) * DAY) - day * DAY
            by_day.setdefault(day, []).append(f"{_clock(first)}-{_clock(last)}")
    lines: list[str] = []
    for text, days in itertools.groupby(sorted(by_day), key=lambda day: by_day[day]):
        run = list(days)
        names = DAYS[run[0]] if len(run) == 1 else f"{DAYS[run[0]]}-{DAYS[run[-1]]}"
        lines += [f"{names} {part}" for part in text]
    return lines


def _clock(second: int) -> str:
    return f"{second // 3600:02d}:{second % 3600 // 60:02d}"
