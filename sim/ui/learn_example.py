"""A log for who has none: a ready scenario, simulated, and written down as a queue would."""

from __future__ import annotations

import gzip
import heapq
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from sim import compiled
from sim.decide.option import prepare
from sim.engine import Status, play
from sim.engine.contract import NONE, TICKS_PER_SECOND
from sim.engine.story import tell as story_of
from sim.experiment.case import Case
from sim.scenario import Scenario, load
from sim.ui.jobs import Tell

__all__ = ["EXAMPLE", "WEEKS", "queue_log_of", "written"]

Ints = NDArray[np.int64]

#: Name of the ready scenario, and how many weeks of it are played.
EXAMPLE, WEEKS = "bank", 6
_SEED = 7


@dataclass(frozen=True, slots=True)
class _Line:
    """An event of a queue: when [s since 1970], what comes first within a second, and the rest."""

    at: int
    order: int
    text: str


def written(path: Path, weeks: int, *, tell: Tell) -> bytes:
    """Some weeks of a scenario as a gzipped queue_log.

    Parameters
    ----------
    path
        The scenario's file.
    weeks
        How many weeks; each is a replication.
    tell
        Told how far it is.
    """
    scenario = load(path)
    case = prepare(scenario, scenario.baseline, _SEED).case
    lines: list[str] = []
    for week in range(weeks):
        tell(week / weeks, "")
        lines += queue_log_of(scenario, case, week)
    compiled.mark_warm()
    return gzip.compress("".join(lines).encode(), mtime=0)


def queue_log_of(scenario: Scenario, case: Case, week: int) -> list[str]:
    """One replication of an option as lines of a queue_log, in order of time.

    Parameters
    ----------
    scenario
        The operation; its period is a week.
    case
        The option, ready to be played.
    week
        Number of the replication, and of weeks after the scenario's start.
    """
    workload, staffing = case.demand.workload(_SEED, week), case.present(_SEED, week)
    outcome = play(workload, staffing)
    story = story_of(workload, staffing, outcome)
    calendar = scenario.calendar
    midnight = datetime.combine(calendar.start, datetime.min.time(), calendar.zone)
    first = int((midnight + timedelta(weeks=week)).timestamp())
    names = _names(outcome.began, outcome.left)
    queues = [queue.channel for queue in case.demand.layout.queues]

    def clock(ticks: int) -> int:
        return first + (ticks - case.timeline.start) // TICKS_PER_SECOND

    found = []
    line, slots = case.timeline, calendar.days * case.timeline.per_day
    inside = (story.since >= line.start) & (story.since < line.start + slots * line.slot)
    reached = np.isin(outcome.status, (Status.SERVED, Status.ABANDONED)) & inside
    for row in np.flatnonzero(reached).tolist():
        came, out = clock(int(story.since[row])), clock(int(story.out[row]))
        call = f"{first}.{row}|{queues[workload.queue[row]]}"
        found.append(_Line(came, 1, f"{call}|NONE|ENTERQUEUE|||1"))
        wait = out - came
        if outcome.status[row] == Status.ABANDONED:
            found.append(_Line(out, 3, f"{call}|NONE|ABANDON|1|1|{wait}"))
            continue
        agent = names[int(outcome.agent[row])]
        talk = round(int(outcome.talk[row]) / TICKS_PER_SECOND)
        found.append(_Line(out, 2, f"{call}|{agent}|CONNECT|{wait}|{first}.{row}a|2"))
        found.append(_Line(out + talk, 3, f"{call}|{agent}|COMPLETECALLER|{wait}|{talk}|1"))
    for row, name in names.items():
        begin, end = clock(int(outcome.began[row])), clock(int(outcome.left[row]))
        for queue in dict.fromkeys(queues):
            found.append(_Line(begin, 0, f"MANAGER|{queue}|{name}|ADDMEMBER|"))
            found.append(_Line(end, 4, f"MANAGER|{queue}|{name}|REMOVEMEMBER|"))
    found.sort(key=lambda one: (one.at, one.order))
    return [f"{one.at}|{one.text}\n" for one in found]


def _names(began: Ints, left: Ints) -> dict[int, str]:
    """A name for each stretch of work: whoever is free takes the next one."""
    free: list[int] = []
    busy: list[tuple[int, int]] = []
    names: dict[int, str] = {}
    most = 0
    for row in np.argsort(began, kind="stable").tolist():
        if began[row] == NONE or left[row] <= began[row]:
            continue
        while busy and busy[0][0] < began[row]:
            heapq.heappush(free, heapq.heappop(busy)[1])
        if not free:
            most += 1
            free.append(most)
        number = heapq.heappop(free)
        heapq.heappush(busy, (int(left[row]), number))
        names[row] = f"Agent/{100 + number}"
    return names
