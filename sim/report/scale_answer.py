"""Economies of scale in words and a table."""

from __future__ import annotations

import math
from typing import Any

from sim import erlang
from sim.report.answer import Answer
from sim.report.language import Language
from sim.report.table import Table

__all__ = ["SIZES", "scale_answer"]

#: Volumes that are looked at, in multiples of what was asked about.
SIZES = (0.1, 0.25, 0.5, 1.0, 2.0, 4.0, 10.0)


def scale_answer(queue: dict[str, float], promise: erlang.Target, lang: Language) -> Answer:
    """Agents for the same promise at smaller and greater volumes, and what the square root says.

    Parameters
    ----------
    queue
        Arrival rate, handle time and patience [1/s, s, s].
    promise
        What each size keeps.
    """
    rows = [_row(queue, size, promise) for size in SIZES]
    middle = next(row for row in rows if row["size"] == 1.0)
    spare = (middle["agents"] - middle["load"]) / math.sqrt(middle["load"])
    for row in rows:
        row["square_root"] = math.ceil(row["load"] + spare * math.sqrt(row["load"]))
    greatest = rows[-1]
    said = (
        lang(
            "{agents} for {load}: {spare} more than the work itself. Ten times the volume needs "
            "{many}, not {tenfold}.",
            agents=lang.n("{n} agent", "{n} agents", int(middle["agents"])),
            load=lang("{load} erlangs", load=lang.plain(middle["load"], 1)),
            spare=lang.plain(middle["agents"] - middle["load"], 1),
            many=lang.number(greatest["agents"]),
            tenfold=lang.number(10 * middle["agents"]),
        ),
        lang(
            "The square-root rule adds {beta} times the root of the load: what a queue needs "
            "beyond its work grows with the root of its size.",
            beta=lang.plain(spare, 2),
        ),
    )
    head = (
        lang("Volume"),
        lang("erlangs"),
        lang("Agents"),
        lang("by the square root"),
        lang("busy"),
        lang("ASA"),
        lang("lost"),
    )
    cells = tuple(
        (
            "× " + lang.plain(row["size"], 2 if row["size"] < 1 else 0),
            lang.plain(row["load"], 1),
            lang.number(row["agents"]),
            lang.number(row["square_root"]),
            lang.percent(row["occupancy"], 0),
            lang.duration(row["asa"]),
            lang.percent(row["abandonment"], 1),
        )
        for row in rows
    )
    table = Table(lang("The same promise at other volumes"), head, cells)
    return Answer(sentences=said, tables=(table,), data={"rows": rows, "beta": spare}, rows=rows)


def _row(queue: dict[str, float], size: float, promise: erlang.Target) -> dict[str, Any]:
    """One size of the queue."""
    team = queue | {"arrival_rate": size * queue["arrival_rate"]}
    needed = erlang.agents_needed(promise, **team)
    found = needed.measures
    return {
        "size": size,
        "load": float(found.load),
        "agents": int(needed.agents),
        "occupancy": float(found.occupancy),
        "asa": float(found.asa),
        "abandonment": float(found.abandonment),
        "service_level": float(found.service_level(promise.rule, promise.awt or 0.0)),
    }
