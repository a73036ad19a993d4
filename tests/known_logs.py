"""A scenario that is known, played and written down as a log."""

from __future__ import annotations

import numpy as np

from sim.engine import Status, play
from sim.experiment.case import case
from sim.scenario import Scenario

__all__ = ["KNOWN", "queue_log"]

KNOWN = """
name: known
currency: EUR
calendar: {timezone: UTC, start: 2026-03-02, days: 56}
channels:
  phone:
    kind: voice
    arrivals:
      Mon-Sun: [0, 0, 0, 0, 0, 0, 0, 0, 60, 90, 90, 80, 70, 80, 90, 80, 60, 0, 0, 0, 0, 0, 0, 0]
    day_variation: 15%
    handle_time: {law: lognormal, mean: 240s, cv: 0.9}
    patience: 150s
groups:
  own:
    skills: [phone]
    staffing: {shifts: [{agents: 6, hours: Mon-Sun 08:00-18:00}]}
"""
EPOCH = 1_772_409_600  # 2 March 2026, 00:00 UTC


def queue_log(scenario: Scenario, seed: int) -> str:
    """What Asterisk would have written of one replication, agents logged in and out."""
    ready = case(scenario, "base")
    work, crew = ready.demand.workload(seed, 0), ready.present(seed, 0)
    done = play(work, crew)
    first = int(ready.lens.before * ready.lens.slot)
    rows: list[tuple[int, int, str]] = []

    def at(tick: int) -> int:
        return EPOCH + round((tick - first) / 1000)

    for row in range(len(crew.start)):
        name = f"A{row % 6}"
        rows.append((at(int(crew.start[row])), 0, f"NONE|q|{name}|ADDMEMBER|"))
        rows.append((at(int(done.left[row])), 9, f"NONE|q|{name}|REMOVEMEMBER|"))
    for row in np.flatnonzero(done.status != Status.NOT_MADE).tolist():
        arrival, wait = int(done.arrival[row]), int(done.wait[row])
        joined, out = at(arrival), at(arrival + wait)
        rows.append((joined, 1, f"c{row}|q|NONE|ENTERQUEUE||{row}|1"))
        if done.status[row] == Status.SERVED:
            agent = f"A{int(done.agent[row]) % 6}"
            end = at(arrival + wait + int(done.talk[row]))
            rows.append((out, 2, f"c{row}|q|{agent}|CONNECT|{out - joined}|m{row}|0"))
            told = f"{out - joined}|{end - out}|1"
            rows.append((end, 3, f"c{row}|q|{agent}|COMPLETECALLER|{told}"))
        elif done.status[row] == Status.ABANDONED:
            rows.append((out, 2, f"c{row}|q|NONE|ABANDON|1|1|{out - joined}"))
    rows.sort()
    return "".join(f"{moment}|{text}\n" for moment, _, text in rows)
