"""The shift rostering instances of Curtois and Qu: read, put to the solver, judged.

Curtois and Qu, "Computational results on new staff scheduling benchmark instances" (2014). The
judge reads an instance's own sections and knows nothing of automata or prices.
"""

from __future__ import annotations

import itertools
import math
from collections.abc import Hashable
from dataclasses import dataclass
from functools import reduce
from pathlib import Path

import numpy as np

from benchmarks.texts import text_of
from sim.plan.rosters.automata import Automaton, automaton
from sim.plan.rosters.problems import Limit, Posts, Problem, Worker

#: Best known costs: published tables and schedulingbenchmarks.org. For the first eleven and the
#: sixteenth others have proven, or nearly, that nothing is better.
BEST = {
    1: 607, 2: 828, 3: 1001, 4: 1716, 5: 1143, 6: 1950, 7: 1056, 9: 439, 10: 4631, 11: 3443,
}  # fmt: skip


@dataclass(frozen=True)
class Staff:
    """A person: the most shifts of a kind, minutes in all, runs of work and days off, weekends."""

    name: str
    most: dict[str, int]
    max_minutes: int
    min_minutes: int
    max_run: int
    min_run: int
    min_off: int
    max_weekends: int


@dataclass(frozen=True)
class Instance:
    """A problem as its file has it; days count from 0, and cover weighs too few and too many."""

    days: int
    minutes: dict[str, int]
    not_before: dict[str, frozenset[str]]  # shifts that cannot follow
    staff: tuple[Staff, ...]
    days_off: dict[str, frozenset[int]]
    on: tuple[tuple[str, int, str, int], ...]
    off: tuple[tuple[str, int, str, int], ...]
    cover: tuple[tuple[int, str, int, int, int], ...]


def read(path: Path) -> Instance:
    """Read the sections of a file; requests and cover keep their weights."""
    parts: dict[str, list[list[str]]] = {}
    rows: list[list[str]] = []
    for line in text_of(path).splitlines():
        text = line.partition("#")[0].strip()
        if text.startswith("SECTION_"):
            rows = parts.setdefault(text.removeprefix("SECTION_").strip(" :"), [])
        elif text:
            rows.append([cell.strip() for cell in text.split(",")])

    def requests(name: str) -> tuple[tuple[str, int, str, int], ...]:
        return tuple((who, int(d), s, int(w)) for who, d, s, w, *_ in parts.get(name, []))

    return Instance(
        int(parts["HORIZON"][0][0]),
        {name: int(minutes) for name, minutes, *_ in parts["SHIFTS"]},
        {
            row[0]: frozenset(
                filter(None, (after.strip() for after in "|".join(row[2:]).split("|")))
            )
            for row in parts["SHIFTS"]
        },
        tuple(
            Staff(
                row[0],
                {
                    (p := part.split("="))[0].strip(): int(p[1])
                    for part in row[1].split("|")
                    if part
                },
                *map(int, row[2:8]),
            )
            for row in parts["STAFF"]
        ),
        {row[0]: frozenset(map(int, filter(None, row[1:]))) for row in parts.get("DAYS_OFF", [])},
        requests("SHIFT_ON_REQUESTS"),
        requests("SHIFT_OFF_REQUESTS"),
        tuple((int(d), s, int(n), int(u), int(o)) for d, s, n, u, o, *_ in parts["COVER"]),
    )


def judged(instance: Instance, roster: dict[str, list[str]]) -> tuple[int, list[str]]:
    """Cost of a roster (shift of each day, empty for none) and each rule that it breaks."""
    broken: list[str] = []
    for staff in instance.staff:
        broken += [f"{staff.name}: {what}" for what in faults(instance, staff, roster[staff.name])]
    cost = 0
    for who, day, shift, weight in instance.on:
        cost += weight * (roster[who][day] != shift)
    for who, day, shift, weight in instance.off:
        cost += weight * (roster[who][day] == shift)
    for day, shift, need, under, over in instance.cover:
        have = sum(line[day] == shift for line in roster.values())
        cost += under * max(0, need - have) + over * max(0, have - need)
    return cost, broken


def faults(instance: Instance, staff: Staff, line: list[str]) -> list[str]:
    """Which hard rules a line of shifts breaks, in words."""
    off = instance.days_off.get(staff.name, frozenset())
    out = [f"works on day {day}, which is off" for day in off if line[day]]
    for today, tomorrow in itertools.pairwise(line):
        if today and tomorrow in instance.not_before[today]:
            out.append(f"{tomorrow} after {today}")
    for shift, most in staff.most.items():
        if line.count(shift) > most:
            out.append(f"{line.count(shift)} of {shift}, at most {most}")
    minutes = sum(instance.minutes[shift] for shift in line if shift)
    if not staff.min_minutes <= minutes <= staff.max_minutes:
        out.append(f"{minutes} minutes")
    weekends = sum(bool(line[d] or line[d + 1]) for d in range(5, instance.days - 1, 7))
    if weekends > staff.max_weekends:
        out.append(f"{weekends} weekends")
    runs: list[tuple[bool, int, int]] = []
    for day, shift in enumerate(line):
        if runs and runs[-1][0] == bool(shift):
            runs[-1] = (*runs[-1][:2], day)
        else:
            runs.append((bool(shift), day, day))
    for works, begin, end in runs:
        length = end - begin + 1
        inside = begin > 0 and end < instance.days - 1
        if works and length > staff.max_run:
            out.append(f"{length} days running")
        if inside and length < (staff.min_run if works else staff.min_off):
            out.append(f"only {length} days from {begin}")
    return out


def problem(instance: Instance) -> Problem:
    """What the solver of rosters takes: shifts that nothing tells apart are one kind."""
    names = list(instance.minutes)
    unit = reduce(math.gcd, instance.minutes.values())
    alike: dict[Hashable, int] = {}
    group = np.array(
        [
            alike.setdefault(
                (
                    instance.minutes[name],
                    instance.not_before[name],
                    frozenset(n for n in names if name in instance.not_before[n]),
                ),
                len(alike) + 1,
            )
            for name in names
        ],
        np.int64,
    )
    cover = {(d, s): (need, under, over) for d, s, need, under, over in instance.cover}
    duties = [(d, name) for d in range(instance.days) for name in names]
    place = {key: n for n, key in enumerate(cover)}
    begin = np.concatenate(([0], np.cumsum([key in place for key in duties])))
    posts = Posts(
        np.array([need for need, _, _ in cover.values()], float),
        np.array([(under, 1e9, under, over) for _, under, over in cover.values()], float),
        begin.astype(np.int64),
        np.array([place[key] for key in duties if key in place], np.int64),
        np.ones(int(begin[-1])),
    )
    machines: dict[tuple[int, int, int], Automaton] = {}
    workers = []
    for staff in instance.staff:
        key = (staff.max_run, staff.min_run, staff.min_off)
        if key not in machines:
            machines[key] = machine(instance, group, *key)
        workers.append(worker(instance, staff, group, machines[key], unit))
    return Problem(tuple(workers), posts, instance.days, len(names))


def worker(
    instance: Instance, staff: Staff, group: np.ndarray, rules: Automaton, unit: int
) -> Worker:
    """One of the staff: what each duty costs in wishes, and what they may work at most."""
    names = list(instance.minutes)
    cost = np.zeros((instance.days, len(names)))
    off = np.zeros(instance.days)
    for who, day, shift, weight in instance.on:
        if who == staff.name:
            cost[day] += weight
            off[day] += weight
            cost[day, names.index(shift)] -= weight
    for who, day, shift, weight in instance.off:
        if who == staff.name:
            cost[day, names.index(shift)] += weight
    cost[sorted(instance.days_off.get(staff.name, ()))] = np.inf
    cost[:, [k for k, name in enumerate(names) if staff.most.get(name, 0) == 0]] = np.inf
    gain = np.array([instance.minutes[name] // unit for name in names], np.int64)
    hours = np.zeros(staff.max_minutes // unit + 1)
    hours[: -(-staff.min_minutes // unit)] = np.inf
    limits = tuple(
        Limit(frozenset([k]), staff.most[name])
        for k, name in enumerate(names)
        if 0 < staff.most.get(name, 0) * instance.minutes[name] < staff.max_minutes
    )
    weekends = np.zeros(staff.max_weekends + 1)
    return Worker(rules, rules.starts[0], group, gain, cost, off, hours, weekends, limits)


def machine(
    instance: Instance, group: np.ndarray, max_run: int, min_run: int, min_off: int
) -> Automaton:
    """What may follow what, by the kind worked, for how long, and whether enough was free."""
    member = {int(g): name for g, name in reversed(list(zip(group, instance.minutes, strict=True)))}

    def step(state: Hashable, kind: int, worked: int) -> tuple[Hashable, int, float] | None:
        # Last group (0: off), days of that, whether enough of them, whether Saturday was worked.
        assert isinstance(state, tuple)
        last, run, enough, saturday = state
        if worked == 0:
            if last and not enough:
                return None
            days = min_off if run < 0 else min(min_off, run + 1 if not last else 1)
            return (0, days, days >= min_off, False), 0, 0.0
        if last and (run >= max_run or member[worked] in instance.not_before[member[int(last)]]):
            return None
        if not last and not enough:
            return None
        days = run + 1 if last else 1
        begins = kind == 5 or (kind == 6 and not saturday)
        full = bool(enough) if last else run < 0
        return (worked, days, full or days >= min_run, kind == 5), int(begins), 0.0

    types = [day % 7 for day in range(instance.days)]
    return automaton([(0, -1, True, False)], types, len(member) + 1, step)


def shown(instance: Instance, lines: np.ndarray) -> dict[str, list[str]]:
    """Names of shifts by person and day, empty on days off: the form that is judged."""
    names = list(instance.minutes)
    return {
        staff.name: [names[k] if k >= 0 else "" for k in line]
        for staff, line in zip(instance.staff, lines.tolist(), strict=True)
    }
