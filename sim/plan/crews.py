"""People on a rotation: everybody walks the same pattern, each from another day of it.

Who begins where is chosen so that as little as possible is short: one person after the other, and
then each once more with the others in place. Absences are days off; nobody jumps in.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import numpy as np
from numpy.typing import NDArray

from sim.errors import InvalidInput
from sim.plan.covers import Cover
from sim.plan.duties import DAY
from sim.plan.period import Period
from sim.plan.rosters import Pin, roster
from sim.plan.rotation.patterns import PATTERNS, Pattern, pattern
from sim.plan.rules import Rules, violations
from sim.plan.team_needs import needed_by_skill, needed_on_roster
from sim.plan.teams import TeamRoster, month_of, people_of, team_of, times_of
from sim.scenario.model import Scenario
from sim.scenario.team import Member

__all__ = ["crew_roster", "pattern_of"]

Floats = NDArray[np.float64]

# How often everybody may choose once more where to begin.
_PASSES = 4


def pattern_of(text: str) -> Pattern:
    """A pattern by name, or letters of one's own.

    Parameters
    ----------
    text
        Of `sim.plan.rotation.patterns.PATTERNS`, or days such as ``DDNN....``: D from 8 to 20, N
        from 20 to 8, S from 8 to 8, O from 9 to 18, a dot for a day off.

    Raises
    ------
    InvalidInput
        If it is neither.

    Examples
    --------
    >>> pattern_of("2/2").days, pattern_of("ddn...").days
    ('DD..', 'DDN...')
    """
    if text in PATTERNS:
        return _told(pattern(text))
    drawn = {letter: shift for name in PATTERNS for letter, shift in pattern(name).shifts.items()}
    days = text.strip().upper()
    if not days or set(days) - {*drawn, "."}:
        hint = "write days like DDNN...., or one of " + ", ".join(PATTERNS)
        raise InvalidInput("pattern", "is not a known rotation", text, hint)
    return _told(Pattern("own", days, {letter: drawn[letter] for letter in set(days) - {"."}}))


def _told(chosen: Pattern) -> Pattern:
    """The pattern with shifts whose names tell their times."""
    named = {}
    for letter, shift in sorted(chosen.shifts.items()):
        named[letter] = replace(shift, name=f"{letter} {times_of(shift)}")
    return replace(chosen, shifts=named)


def crew_roster(
    scenario: Scenario,
    name: str,
    group: str,
    found: Cover,
    chosen: Pattern,
    *,
    members: Sequence[Member] | None = None,
    period: Period | None = None,
) -> TeamRoster:
    """Everybody of a group on one rotation.

    Parameters
    ----------
    scenario, name, group, found
        As for `sim.plan.teams.team_roster`; the group's shifts need not be planned.
    chosen
        The pattern.
    members, period
        Who, and when, instead of the scenario's team and month.

    Returns
    -------
    The roster, with every labour rule that it breaks: a rotation is judged, not bent.

    Raises
    ------
    InvalidInput
        As `sim.plan.teams.team_of` has it.
    """
    staff = scenario.options[name].groups[group]
    days = period or month_of(scenario)
    who, rules = team_of(scenario, name, group, days, members, rotating=True)
    needed = needed_on_roster(scenario, staff, found, days)
    people = people_of(who, days)
    pins = []
    for person, phase in zip(people, _phases(chosen, needed, days, len(people)), strict=True):
        for day in range(days.days):
            letter = chosen.days[(day + phase) % len(chosen.days)]
            start = 0 if letter == "." else chosen.shifts[letter].start
            end = 1440 if letter == "." else start + chosen.shifts[letter].minutes
            away = person.away((days.at(day, start), days.at(day, end)))
            off = letter == "." or away
            pins.append(Pin(person.name, day, "" if off else chosen.shifts[letter].name))
    shifts = tuple(chosen.shifts.values())
    end = len(needed)  # what lies beyond the last day is weighed by nobody
    by_skill = needed_by_skill(scenario, name, group, found, who, days, shifts)
    serving = {names: row[:end].tolist() for names, row in by_skill.items()}
    made = roster(
        people, shifts, needed.tolist(), Rules("none"), days, pins=pins, serving=serving,
        time_limit=None,
    )  # fmt: skip
    broken = tuple(violations(made.duties, people, rules, days))
    # The rotation is given: how far it is from the best roster nobody has asked.
    made = replace(made, violations=broken, shortfalls=())
    return TeamRoster(
        group, made, rules, needed, pattern=chosen.name, unattended=chosen.unattended,
        alone=_alone(chosen, needed, days),
    )  # fmt: skip


def _alone(chosen: Pattern, needed: Floats, period: Period) -> float:
    """Hours that are needed when the pattern has nobody there, whoever begins on which day [h]."""
    step = period.end / len(needed)
    clocks = np.array([period.clock(int(step * k)) for k in range(len(needed))])
    dark = np.zeros(len(needed), bool)
    for start, end in chosen.unattended:
        dark |= (clocks - start) % DAY < end - start
    return float(needed[dark].sum()) * step / 60


def _phases(chosen: Pattern, needed: Floats, period: Period, people: int) -> list[int]:
    """The day of the pattern that each person begins on."""
    size, length = len(needed), len(chosen.days)
    minutes = period.end / size
    present = np.zeros((length, size))
    for phase in range(length):
        for duty in chosen.duties("", -2, period.days, phase):
            spans = [(duty.start, duty.end, 1.0)]
            for pause in duty.shift.pauses if duty.shift else ():
                begin = duty.start + pause.start
                spans.append((begin, begin + pause.minutes, -1.0))
            for start, end, sign in spans:
                edges = np.clip((np.array([start, end]) / minutes), 0, size)
                present[phase] += sign * np.diff(np.clip(np.arange(size + 1), edges[0], edges[1]))
    cover = np.zeros(size)
    phases = [-1] * people

    def best() -> int:
        short = np.maximum(needed - cover - present, 0).sum(axis=1)
        return int(np.argmin(short))

    for _ in range(_PASSES):
        before = list(phases)
        for n in range(people):
            if phases[n] >= 0:
                cover -= present[phases[n]]
            phases[n] = best()
            cover += present[phases[n]]
        if phases == before:
            break
    return phases
