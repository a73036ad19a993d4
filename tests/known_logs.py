"""A scenario that is known, played and written down as a log, or as a Russian spreadsheet."""

from __future__ import annotations

from datetime import UTC, datetime

import numpy as np

from sim.engine import Status, play
from sim.experiment.case import case
from sim.scenario import Scenario

__all__ = ["KNOWN", "interval_rows", "queue_log", "russian_table"]

KNOWN = """
name: known
currency: EUR
calendar: {timezone: UTC, start: 2026-03-02, days: 57}
channels:
  phone:
    kind: voice
    arrivals:
      Mon-Sat: [0, 0, 0, 0, 0, 0, 0, 0, 60, 90, 90, 80, 70, 80, 90, 80, 60, 0, 0, 0, 0, 0, 0, 0]
      Sun: [0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0]
    day_variation: 15%
    handle_time: {law: lognormal, mean: 240s, cv: 0.9}
    patience: 150s
groups:
  own:
    skills: [phone]
    staffing: {shifts: [{agents: 6, hours: Mon-Sat 08:00-18:00}]}
"""
_HSPLIT = (
    *("row_date", "starttime", "intrvl", "split", "acdcalls", "abncalls", "acceptable", "anstime"),
    *("abntime", "acdtime", "acwtime", "holdacdtime", "i_acdtime", "i_acwtime", "i_availtime"),
)
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


def interval_rows(scenario: Scenario, seed: int, width: int = 1800) -> str:
    """The same as an interval report has it: sums by the interval in which contacts ended."""
    ready = case(scenario, "base")
    work, crew = ready.demand.workload(seed, 0), ready.present(seed, 0)
    done = play(work, crew)
    first = int(ready.lens.before * ready.lens.slot)
    served, gone = done.status == Status.SERVED, done.status == Status.ABANDONED
    wait, talk = done.wait / 1000, np.where(served, done.talk, 0) / 1000
    ended = ((done.arrival - first) / 1000 + wait + talk) // width
    slots = np.arange(round(86_400 * scenario.calendar.days / width))
    edges = np.append(slots, len(slots))

    def summed(which: np.ndarray, values: np.ndarray | None = None) -> list[int]:
        weights = None if values is None else values[which]
        sums = np.histogram(ended[which], edges, weights=weights)[0]
        return [round(float(one)) for one in sums]

    start, stop = ((moments - first) / 1000 for moments in (crew.start, done.left))
    staffed = [
        round(
            float((np.minimum(stop, (n + 1) * width) - np.maximum(start, n * width)).clip(0).sum())
        )
        for n in slots.tolist()
    ]
    lines = [
        "row_date,starttime,intrvl,split,acdcalls,abncalls,acceptable,anstime,abntime,acdtime,"
    ]
    lines[0] += "acwtime,holdacdtime,i_acdtime,i_acwtime,i_availtime"
    columns = (
        *(summed(served), summed(gone), summed(served & (wait <= 20))),
        *(summed(served, wait), summed(gone, wait), summed(served, talk), staffed),
    )
    for slot, (calls, left, soon, asked, lost, handled, there) in enumerate(
        zip(*columns, strict=True)
    ):
        moment = datetime.fromtimestamp(EPOCH + slot * width, UTC)
        busy = min(handled, there)
        lines.append(
            f"{moment:%m/%d/%Y},{moment:%H%M},{width // 60},1,{calls},{left},{soon},{asked},{lost},"
            f"{handled},0,0,{busy},0,{there - busy}"
        )
    return "\n".join(lines) + "\n"
