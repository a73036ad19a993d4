"""Answers of classes and pools, and of chat, by playing."""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import cases_skills
import numpy as np
from cases_chat import levels
from cases_laws import law_of
from cases_simulated import (
    Answer,
    Calls,
    Floats,
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
from cases_skills import first, handle_times, patience_of

from sim.engine import Staffing
from sim.engine.contract import MILLION, MOST_AT_ONCE, NONE, SLOWEST_PACE
from sim.erlang import Exponential, Law

__all__ = ["FAMILIES", "MODELS"]

RUNS = 60


@dataclass(frozen=True)
class Span:
    """What is counted of a run, and how long contacts come."""

    warm_up: float
    until: float
    close: float

    @property
    def length(self) -> float:
        return self.until - self.warm_up


def span_of(rate: float, memory: float) -> tuple[int, Span]:
    """Runs, each with a beginning of eight memories and an end of as many, which do not count."""
    edge = 8 * memory
    length = max(2 * edge, 5000 / rate)
    runs = int(np.clip(budget() / (rate * (2 * edge + length)), 12, RUNS))
    length = max(length, budget() / runs / rate - 2 * edge)
    return runs, Span(edge, edge + length, 2 * edge + length)


def poisson(rng: np.random.Generator, rate: float, until: float) -> Floats:
    return np.sort(rng.uniform(0.0, until, rng.poisson(rate * until)))


def crew_memory(load: float, agents: int, handle: float, patience: float, scv: float) -> float:
    """Time in which a crew forgets, roughly."""
    use, queue = load / max(agents, 1), math.inf
    if use < 1.0:
        queue = handle / (agents * (1.0 - math.sqrt(use)) ** 2) * (1.0 + scv)
    queue = min(queue, 2 * patience)
    if math.isinf(queue):
        raise ValueError("a queue without a steady state")
    return max(queue, handle * (1.0 + scv))


# --- classes and pools ---------------------------------------------------------------------------


@dataclass(frozen=True)
class Team:
    """Classes of contacts and pools of agents; `handles` are laws of the first pool's times."""

    rates: list[float]
    handles: list[Law]
    patience: list[Law | None]
    balking: list[float]
    awt: Floats
    pools: list[int]
    crew: Staffing

    @property
    def unit(self) -> float:
        return max(law.mean for law in self.handles) / max(sum(self.pools), 1)


def team_of(inputs: Inputs, *, in_order: bool) -> Team:
    design = cases_skills.design(inputs)
    rates, pools = list(map(float, design["arrival_rates"])), list(map(int, design["pools"]))
    shape = (len(rates), len(pools))
    means = times_of(design["aht"], shape)
    base, pace = paces(means, design["routes"])
    kind = inputs.get("service_type", "exponential")
    law = {"type": kind, "scv": inputs.get("service_scv", 1.0)}
    if isinstance(inputs.get("service"), dict):
        law = inputs["service"]
    preference, priority = np.full(shape, NONE), np.zeros(shape, np.int64)
    for c, route in enumerate(design["routes"]):
        preference[c, route] = np.arange(len(route))
    for p, serves in enumerate(design["serves"]):
        if not in_order:
            priority[serves, p] = np.arange(len(serves))
        able = np.isin(np.arange(shape[0]), serves)
        preference[~able, p] = NONE
    # Rows one after another, as demand has them: for columns the engine would be compiled anew.
    keeps = {} if design["reserved"] is None else {"reserve": np.array(design["reserved"]).T.copy()}
    stays = laws_of_patience(inputs, shape[0])
    return Team(
        rates=rates,
        handles=[law_of({**law, "mean": mean}) for mean in base],
        patience=stays,
        balking=np.broadcast_to(design["balking"], shape[0]).tolist(),
        awt=np.broadcast_to(np.asarray(inputs.get("awt", 20.0), float), shape[0]),
        pools=pools,
        crew=seat(pools, preference, priority=priority, pace=pace, **keeps),
    )


def times_of(times: Any, shape: tuple[int, int]) -> Floats:
    """Mean handle times by class and pool; a row is by class."""
    table = np.asarray(times, float)
    return np.broadcast_to(table[:, None] if table.ndim == 1 else table, shape)


def paces(means: Floats, routes: list[list[int]]) -> tuple[Floats, Floats]:
    """Handle times of the workload and whole thousandths of pools that come nearest to `means`."""
    base, pace = np.zeros(len(means)), np.full(means.shape, 1000)
    for c, row in enumerate(means):
        wanted = row[routes[c]]
        if np.all(wanted == wanted[0]):
            base[c] = wanted[0]
            continue
        scales = np.arange(1000, SLOWEST_PACE + 1)[:, None] / wanted.max()
        off = np.abs(np.rint(wanted * scales) / (wanted * scales) - 1).max(axis=1)
        scale = float(scales[np.argmin(off), 0])
        base[c] = 1000 / scale
        pace[c] = np.minimum(np.rint(row * scale), SLOWEST_PACE)
    return base, pace


def laws_of_patience(inputs: Inputs, classes: int) -> list[Law | None]:
    said = inputs.get("patience", inputs.get("patiences"))
    if isinstance(said, dict):
        return [law_of(said)] * classes
    if isinstance(said, list):
        return [None if law is None else law_of(law) for law in said]
    means = np.broadcast_to(np.asarray(patience_of(inputs), float), classes)
    return [None if math.isinf(mean) else Exponential(mean=float(mean)) for mean in means]


def team_calls(team: Team, rng: np.random.Generator, until: float) -> Calls:
    columns = []
    for c, rate in enumerate(team.rates):
        due = poisson(rng, rate, until)
        patience = draw(team.patience[c], rng, len(due))
        patience[rng.uniform(size=len(due)) < team.balking[c]] = 0.0
        queue = np.full(len(due), c, np.uint8)
        columns.append((due, draw(team.handles[c], rng, len(due)), patience, queue))
    due, handle, patience, queue = (np.concatenate(column) for column in zip(*columns, strict=True))
    order = np.argsort(due, kind="stable")
    fresh = len(order)
    return Calls(
        due[order], handle[order], patience[order], queue[order], {}, fresh, len(team.rates)
    )


def team_parts(team: Team, span: Span, calls: Calls, seen: Seen) -> Parts:
    of = (seen.arrival >= span.warm_up) & (seen.arrival < span.until)
    unit, awt = team.unit, team.awt[calls.queue]
    parts: Parts = {}
    for name, who in [
        ("all", of),
        *((f"classes.{c}", of & (calls.queue == c)) for c in range(len(team.rates))),
    ]:
        parts |= {
            f"{name}.{key}": part for key, part in service_levels(seen, who, awt, unit).items()
        }
        parts[f"{name}.mean_queue"] = ratio(seen.wait[who].sum(), span.length, unit)
    busy = pool_time(team.crew, seen, (span.warm_up, span.until))
    sizes = np.array(team.pools)
    parts["occupancy"] = ratio(busy.sum(), span.length * sizes.sum(), unit)
    parts["pool_occupancy"] = ratio(busy, span.length * np.maximum(sizes, 1e-300), unit)
    return parts


def pool_time(crew: Staffing, seen: Seen, edges: tuple[float, float]) -> Floats:
    """Time in service within the edges, by pool."""
    rows = np.flatnonzero(seen.agent != NONE)
    pool = crew.group[seen.agent[rows]]
    return np.array(
        [
            overlap(seen.begin[rows[pool == p]], seen.end[rows[pool == p]], edges)[0]
            for p in range(crew.groups)
        ]
    )


def team_runs(team: Team) -> Answer:
    rate, scv = sum(team.rates), max(law.scv for law in team.handles)
    load = sum(r * law.mean for r, law in zip(team.rates, team.handles, strict=True))
    handle = max(law.mean for law in team.handles)
    longest = max(math.inf if law is None else law.mean for law in team.patience)
    memory = crew_memory(load, sum(team.pools), handle, longest, max(scv, 1.0))
    runs, span = span_of(rate, memory)
    found = []
    for rng in generators(runs, *team.pools, round(1e6 * load)):
        calls = team_calls(team, rng, span.close)
        found.append(team_parts(team, span, calls, play(calls, team.crew, span.close)))
    clump = rate * min(memory, span.length)
    return nested(estimates(found, max(clump, 1.0)), len(team.rates))


def nested(flat: Answer, classes: int) -> Answer:
    """Measures of all, of each class, and of the pools."""
    groups: list[Answer] = [{} for _ in range(classes)]
    every: Answer = {}
    found: Answer = {"classes": groups, "all": every}
    for name, value in flat.items():
        head, _, rest = name.partition(".")
        if head == "classes":
            number, _, measure = rest.partition(".")
            groups[int(number)][measure] = value
        elif head == "all":
            every[rest] = value
        else:
            found[name] = value
    return {**every, "mean_wait_all": every["mean_wait"], **found}


def skilled(inputs: Inputs) -> Answer:
    """Any classes and pools; the longest wait first where a case says so."""
    words = " ".join(str(inputs.get(key, "")) for key in ("discipline", "queue_rule")).lower()
    in_order = any(w in words for w in ("fifo", "fcfs", "longest")) and "priority" not in words
    return team_runs(team_of(inputs, in_order=in_order))


def pooled(inputs: Inputs) -> Answer:
    return team_runs(team_of(inputs, in_order=True))


def overflow_loss(inputs: Inputs) -> Answer:
    """Two classes, the first of which may go on to the pool of the second; nobody waits."""
    rates, pools = inputs["arrival_rates"], inputs["pools"]
    chain = list(range(len(pools)))
    routes = inputs.get("routing_class_to_pools") or [chain[c:] for c in range(len(rates))]
    case = {**inputs, "routing_class_to_pools": routes, "p_balk_if_wait": 1.0}
    case.pop("mean_patience", None)
    played = team_runs(lost(team_of(case, in_order=True)))
    answer: Answer = {
        f"block_class{c}": share["p_abandon"] for c, share in enumerate(played["classes"], 1)
    }
    answer |= {f"pool{p}_occupancy": pair for p, pair in enumerate(played["pool_occupancy"], 1)}
    answer["pool_occupancy"] = played["pool_occupancy"]
    return answer | beyond(rates[0], float(np.ravel(handle_times(inputs))[0]), pools[0])


def lost(team: Team) -> Team:
    patience: list[Law | None] = [Exponential(mean=1e-3 * law.mean) for law in team.handles]
    return Team(**{**vars(team), "patience": patience})


def beyond(rate: float, handle: float, agents: int) -> Answer:
    """What overflows from the first pool to one that is never full."""
    room = math.ceil(rate * handle + 12 * math.sqrt(rate * handle) + 12)
    crew = seat([agents, room], [[0, 1]])
    runs, span = span_of(rate, 2 * handle)
    found, loads = [], []
    for rng in generators(runs, agents, room):
        due = poisson(rng, rate, span.close)
        times = rng.exponential(handle, len(due))
        seen = play(Calls.plain(due, times, np.full(len(due), math.inf)), crew, span.close)
        over = seen.agent >= agents
        of = (seen.arrival >= span.warm_up) & (seen.arrival < span.until)
        level = agents_at_work(seen.begin[over], seen.end[over], (span.warm_up, span.until))
        number = np.arange(len(level))
        moments = level @ number / span.length, level @ number**2 / span.length
        loads.append(moments)
        found.append(
            {
                "pool1_overflow_probability": ratio((of & over).sum(), of.sum()),
                "overflow_mean_load": ratio(moments[0], 1.0, 1 / (rate * span.length)),
            }
        )
    return estimates(found) | {"overflow_peakedness": peakedness(np.array(loads))}


def peakedness(moments: Floats) -> list[float]:
    """Variance over mean, with an error by leaving out runs."""

    def of(mean: Floats) -> float:
        return float(mean[1] / mean[0] - mean[0])

    left_out = [of(np.delete(moments, run, axis=0).mean(axis=0)) for run in range(len(moments))]
    spread = math.sqrt((len(moments) - 1) ** 2 / len(moments) * np.var(left_out, ddof=1))
    return [of(moments.mean(axis=0)), 1.1 * spread]


# --- chat ----------------------------------------------------------------------------------------


def chats(routing: str) -> Callable[[Inputs], Answer]:
    def answer(inputs: Inputs) -> Answer:
        return chat(inputs, str(inputs.get("routing", routing)))

    return answer


def chat(inputs: Inputs, routing: str) -> Answer:
    """Agents with several chats; spread evenly at any time, all of them are one agent."""
    times, agents = list(map(float, levels(inputs))), int(inputs["n_agents"])
    slots, even = agents * len(times), routing == "balanced"
    if even and len(set(times)) > 1:
        if slots > MOST_AT_ONCE:
            raise ValueError("so many chats are not played as those of one agent")
        crew = chat_crew(1, even_speeds(times, agents), pack=False)
    else:
        crew = chat_crew(agents, times[0] / np.array(times), pack=routing == "most_loaded")
    rate, patience = inputs["arrival_rate"], first(inputs, "mean_patience", otherwise=math.inf)
    memory = crew_memory(rate * times[-1], slots, times[-1], patience, 1.0)
    runs, span = span_of(rate, memory)
    edges = (span.warm_up, span.until)
    found = []
    for rng in generators(runs, agents, round(1e6 * rate)):
        due = poisson(rng, rate, span.close)
        stay = draw(None if math.isinf(patience) else Exponential(mean=patience), rng, len(due))
        calls = Calls.plain(due, rng.exponential(times[0], len(due)), stay)
        seen = play(calls, crew, span.close)
        of = (seen.arrival >= span.warm_up) & (seen.arrival < span.until)
        served = seen.served & of
        there = overlap(seen.begin[seen.served], seen.end[seen.served], edges)[0]
        working = at_least_one(seen, edges) if len(crew.start) > 1 else spread(seen, edges, agents)
        unit, length = times[0] / slots, span.length
        found.append(
            {
                **service_levels(seen, of, inputs.get("awt", 20.0), unit),
                "mean_queue": ratio(seen.wait[of].sum(), length, unit),
                "mean_chats_in_service": ratio(there, length, unit),
                "mean_chats_per_agent": ratio(there, length * agents, unit),
                "slot_utilisation": ratio(there, length * slots, unit),
                "agent_busy_fraction": ratio(working, length * agents, unit),
                "mean_chat_duration": ratio(
                    (seen.end - seen.begin)[served].sum(), served.sum(), times[0]
                ),
            }
        )
    return estimates(found, max(rate * memory, 1.0))


def chat_crew(agents: int, speeds: Floats, *, pack: bool) -> Staffing:
    table = np.rint(speeds[None, :] * MILLION).astype(np.int64)
    return seat(agents, concurrency=[[len(speeds)]], speed=table, pack=[int(pack)])


def even_speeds(times: list[float], agents: int) -> Floats:
    """Speed of each chat where so many are spread as evenly as can be."""
    number = np.arange(1, agents * len(times) + 1, dtype=np.int64)
    each, more = np.divmod(number, agents)
    done = np.array([0.0, *(level / time for level, time in enumerate(times, 1)), 0.0])
    rate = more * done[each + 1] + (agents - more) * done[each]
    return np.asarray(rate / number * times[0], float)


def at_least_one(seen: Seen, edges: tuple[float, float]) -> float:
    """Time of agents with a chat at least."""
    rows = np.flatnonzero(seen.agent != NONE)
    rows = rows[np.lexsort((seen.begin[rows], seen.agent[rows]))]
    apart = (seen.end.max(initial=0.0) + 1.0) * seen.agent[rows]
    begin, end = seen.begin[rows] + apart, seen.end[rows] + apart
    since = np.maximum(begin, np.concatenate([[0.0], np.maximum.accumulate(end)[:-1]]))
    alone = since < end
    return float(overlap((since - apart)[alone], (end - apart)[alone], edges)[0])


def spread(seen: Seen, edges: tuple[float, float], agents: int) -> float:
    """The same where chats are spread evenly over agents."""
    level = agents_at_work(seen.begin[seen.served], seen.end[seen.served], edges)
    return float(level @ np.minimum(np.arange(len(level)), agents))


MODELS: dict[str, Callable[[Inputs], Answer]] = {
    "chat.balanced_birth_death": chats("balanced"),
    "chat.least_loaded_exact": chats("least_loaded"),
    "chat.most_loaded_exact": chats("most_loaded"),
    "chat.slots": chats("balanced"),
    "multiskill.overflow_loss": overflow_loss,
    "multiskill.pooled": pooled,
}
FAMILIES: dict[str, Callable[[Inputs], Answer]] = {"multiskill": skilled}
