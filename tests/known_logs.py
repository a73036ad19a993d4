"""A scenario that is known, played and written down as a log, or as a Russian spreadsheet."""

from __future__ import annotations

from datetime import UTC, datetime

import numpy as np

from sim.engine import Status, play
from sim.experiment.case import case
from sim.scenario import Scenario

__all__ = ["KNOWN", "queue_log", "russian_table"]

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


def russian_table(scenario: Scenario, seed: int) -> str:
    """The same as a spreadsheet in Russian has it: semicolons, decimal commas, durations as clocks.

    One replication; who redials has the same number again.
    """
    ready = case(scenario, "base")
    work, crew = ready.demand.workload(seed, 0), ready.present(seed, 0)
    done = play(work, crew)
    first = int(ready.lens.before * ready.lens.slot)
    client = np.arange(len(work.handle))
    for row, again in enumerate(work.after_abandon.tolist()):
        if again >= 0:
            client[again] = client[row]
    lines = ["Дата и время звонка;Номер;Ожидание, с;Разговор;Результат;Оператор"]
    for row in np.argsort(done.arrival, kind="stable").tolist():
        if done.status[row] not in (Status.SERVED, Status.ABANDONED):
            continue
        moment = EPOCH + round((int(done.arrival[row]) - first) / 1000)
        served = done.status[row] == Status.SERVED
        talk = round(int(done.talk[row]) / 1000) if served else 0
        wait = f"{int(done.wait[row]) / 1000:.1f}".replace(".", ",")
        lines.append(
            f"{datetime.fromtimestamp(moment, UTC):%d.%m.%Y %H:%M:%S};{client[row]};{wait};"
            f"{talk // 3600}:{talk // 60 % 60:02d}:{talk % 60:02d};"
            + (f"отвечен;А{int(done.agent[row]) % 6}" if served else "не дождался;")
        )
    return "\n".join(lines) + "\n"
