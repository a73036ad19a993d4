"""Answers of other work beside calls, and of few sources, by playing."""

from __future__ import annotations

import math
from collections.abc import Callable

import numpy as np
from cases_simulated import (
    Answer,
    Calls,
    Inputs,
    Parts,
    Seen,
    agents_at_work,
    budget,
    draw,
    estimates,
    generators,
    overlap,
    play,
    ratio,
    seat,
    service_levels,
)
from cases_simulated_skills import Span, crew_memory, poisson, span_of
from cases_skills import first

from sim.engine.contract import MILLION, NONE
from sim.erlang import Exponential

__all__ = ["MODELS"]


# --- blending ------------------------------------------------------------------------------------


def blended(inputs: Inputs) -> Answer:
    """Calls first; other work without end is begun while more than some agents are idle."""
    rate = first(inputs, "inbound_rate", "arrival_rate")
    aht = first(inputs, "mean_service_time", "inbound_service_time")
    other = inputs.get("outbound_service_time", aht)
    agents, threshold = int(inputs["n_agents"]), first(inputs, "idle_threshold", "threshold")
    patience = first(inputs, "mean_patience", otherwise=math.inf)
    stays = None if math.isinf(patience) else Exponential(mean=patience)
    memory = crew_memory(rate * aht, agents, max(aht, other), patience, 1.0)
    runs, span = span_of(rate + agents / other, memory)
    crew = seat(agents, [[0], [0]], priority=[[0], [1]], reserve=[[0], [threshold]])
    found = []
    for rng in generators(runs, agents, round(1e6 * rate), int(threshold)):
        due = poisson(rng, rate, span.close)
        most = agents / other * span.until
        jobs = round(most + 6 * math.sqrt(most) + 20) if threshold < agents else 0
        calls = Calls(
            due=np.concatenate([np.zeros(jobs), due]),
            handle=np.concatenate([rng.exponential(other, jobs), rng.exponential(aht, len(due))]),
            patience=np.concatenate([draw(None, rng, jobs), draw(stays, rng, len(due))]),
            queue=np.repeat(np.array([1, 0], np.uint8), [jobs, len(due)]),
            links={},
            fresh=jobs + len(due),
            queues=2,
        )
        seen = play(calls, crew, span.close)
        found.append(blended_parts(inputs, span, calls, seen))
    return estimates(found, max(rate * memory, 1.0))


def blended_parts(inputs: Inputs, span: Span, calls: Calls, seen: Seen) -> Parts:
    agents, length = int(inputs["n_agents"]), span.length
    edges, inbound = (span.warm_up, span.until), calls.queue == 0
    of = inbound & (seen.arrival >= span.warm_up) & (seen.arrival < span.until)
    begun = ~inbound & seen.served & (seen.begin >= span.warm_up) & (seen.begin < span.until)
    busy = [
        overlap(seen.begin[who & seen.served], seen.end[who & seen.served], edges)[0]
        for who in (inbound, ~inbound)
    ]
    unit = 1.0
    return {
        **service_levels(seen, of, inputs.get("awt", 20.0), unit),
        "mean_queue": ratio(seen.wait[of].sum(), length, unit),
        "occupancy": ratio(sum(busy), length * agents, unit),
        "outbound_rate": ratio(begun.sum(), length),
        "mean_busy_inbound": ratio(busy[0], length, unit),
        "mean_busy_outbound": ratio(busy[1], length, unit),
    }


# --- few sources ---------------------------------------------------------------------------------


def rounds(rng: np.random.Generator, sources: int, laps: int, idle: float, work: float) -> Calls:
    """Each source comes again some time after it was served, round and round."""
    size = sources * laps
    due = rng.exponential(idle, size)
    due[:sources].sort()
    after = np.arange(size, dtype=np.int32) + sources
    after[-sources:] = NONE
    return Calls(
        due=due,
        handle=rng.exponential(work, size),
        patience=np.full(size, math.inf),
        queue=np.zeros(size, np.uint8),
        links={"repeat": after, "repeat_mark": np.zeros(size, np.int32)},
        fresh=sources,
    )


def again(groups: int) -> list[list[int]]:
    return [[MILLION] * groups]


def engset(inputs: Inputs) -> Answer:
    """Who finds all lines busy is sent off at once by a second pool, and comes again."""
    sources, lines = int(inputs["n_sources"]), int(inputs["n_servers"])
    idle = 1 / inputs["idle_source_load"]
    crew = seat([lines, sources], [[0, 1]], pace=[[1000, 0]], repeats=again(2))
    # Sources differ in how often they come; all of them go on until the end.
    until = budget() / 60 / sources * idle
    edges = (10 * (1 + idle), until + 10 * (1 + idle))
    found = []
    for rng in generators(60, sources, lines):
        laps = round(edges[1] / idle + 12 * math.sqrt(edges[1] / idle) + 30)
        seen = play(rounds(rng, sources, laps, idle, 1.0), crew, edges[1])
        came = seen.served & (seen.arrival >= edges[0]) & (seen.arrival < edges[1])
        lost = came & (seen.agent >= lines)
        kept = seen.served & (seen.agent < lines)
        level = agents_at_work(seen.begin[kept], seen.end[kept], edges)
        found.append(
            {
                "call_congestion": ratio(lost.sum(), came.sum()),
                "time_congestion": ratio(level[lines:].sum(), until, 1.0),
                "carried_load": ratio(level @ np.arange(len(level)), until, 1.0),
            }
        )
    return estimates(found)


def typing(inputs: Inputs) -> Answer:
    """Customers who compose and an agent who types: as many answers as one could give."""
    compose, held = inputs["compose_ratio"], int(inputs["concurrent_chats"])
    crew = seat(1, repeats=again(1))
    until = max(budget() / 60 / held, 2000.0)
    edges = (10 * (held + compose), until + 10 * (held + compose))
    found = []
    for rng in generators(60, held, round(1e6 * compose)):
        laps = round(1.1 * edges[1] / (1 + compose) + 12 * math.sqrt(edges[1]) + 50)
        seen = play(rounds(rng, held, laps, compose, 1.0), crew, edges[1])
        done = int((seen.served & (seen.end >= edges[0]) & (seen.end < edges[1])).sum())
        alone = done * (1 + compose)
        found.append(
            {
                "effective_concurrency": ratio(alone, until),
                "aht_at_concurrency": ratio(held * inputs["aht_single"] * until, alone),
            }
        )
    return estimates(found)


MODELS: dict[str, Callable[[Inputs], Answer]] = {
    "blending.different_service": blended,
    "blending.equal_service": blended,
    "chat.finite_source_concurrency": typing,
    "engset_loss": engset,
}
