"""Mechanisms that have no formula of their own, where a theorem reduces them to one that has.

Greetings and bots are crews without a limit, from which contacts leave at random as they came
(M/G/∞); so do the served of a queue without an end of patience (Burke 1956), so that second tiers
and matters that come back are queues by themselves (Jackson 1957). A callback that is offered and
accepted after a time is a patience of that time; ringing and after-call work are service; urgency
that grows as contacts wait is Kleinrock's (1964).
"""

from __future__ import annotations

import math
from collections.abc import Callable

import numpy as np
from cases_laws import law_of
from cases_markov import measures_of
from cases_simulated import (
    Answer,
    Calls,
    Inputs,
    Seen,
    draw,
    estimates,
    generators,
    play,
    ratio,
    seat,
    service_levels,
    ticks,
)
from cases_simulated_skills import Span, crew_memory, poisson, span_of
from numpy.typing import NDArray

from sim.engine import Staffing, Status
from sim.engine.contract import CLOCK_LIMIT, MILLION, NONE
from sim.erlang import Deterministic, Erlang, Exponential, Law, erlang_a, mgn

__all__ = ["EXACT", "MODELS"]

Flags = NDArray[np.bool_]


def span_for(inputs: Inputs, share: float = 1.0, longest: float = 0.0) -> tuple[int, Span]:
    """Runs of a queue that a share of all contacts come to; `longest` is what else takes time."""
    handle, agents = mean_of(inputs), int(inputs["n_agents"])
    rate, patience = share * inputs["arrival_rate"], inputs.get("mean_patience", math.inf)
    memory = crew_memory(rate * handle, agents, handle, patience, 1.0)
    return span_of(inputs["arrival_rate"], memory + longest)


def mean_of(inputs: Inputs) -> float:
    return law_of(inputs["mean_service_time"]).mean


def stays(inputs: Inputs) -> Law | None:
    mean = inputs.get("mean_patience", math.inf)
    return None if math.isinf(mean) else Exponential(mean=mean)


def queue_of(inputs: Inputs, share: float = 1.0) -> Answer:
    """What the agents' queue is when a share of all contacts come to it at random."""
    queue = erlang_a(
        arrival_rate=share * inputs["arrival_rate"],
        aht=inputs["mean_service_time"],
        agents=inputs["n_agents"],
        patience=inputs.get("mean_patience", math.inf),
    )
    return measures_of(queue, inputs["awt"])


def within(span: Span, seen: Seen) -> Flags:
    return np.asarray((seen.arrival >= span.warm_up) & (seen.arrival < span.until))


def follow(size: int, rows: NDArray[np.int64], marks: NDArray[np.int64] | None = None) -> Answer:
    """Columns of links: each of the rows leads to one of as many further rows, in order."""
    links, mark = np.full(size + len(rows), NONE, np.int32), np.zeros(size + len(rows), np.int32)
    links[rows] = size + np.arange(len(rows))
    if marks is not None:
        mark[: len(marks)] = marks
    return {"link": links, "mark": mark}


# --- crews without a limit in front --------------------------------------------------------------


def greeted(inputs: Inputs) -> Answer:
    """An announcement of one length before the queue."""
    runs, span = span_for(inputs, longest=inputs["greeting"])

    def crew(per_second: float) -> Staffing:
        return seat(inputs["n_agents"], greeting=ticks(np.array([inputs["greeting"] * per_second])))

    found = []
    for rng in generators(runs):
        due = poisson(rng, inputs["arrival_rate"], span.close)
        handle = rng.exponential(inputs["mean_service_time"], len(due))
        seen = play(Calls.plain(due, handle, draw(stays(inputs), rng, len(due))), crew, span.close)
        found.append(service_levels(seen, within(span, seen), inputs["awt"], 1.0))
    return estimates(found)


def handed_on(inputs: Inputs) -> Answer:
    """A bot that takes its time, solves a part, and hands the rest on to agents."""
    runs, span = span_for(inputs, 1 - inputs["resolved"], inputs["bot_time"])
    crew = seat(inputs["n_agents"], [[NONE], [0]], machine=[1, 0])
    found = []
    for rng in generators(runs):
        due = poisson(rng, inputs["arrival_rate"], span.close)
        rows = np.flatnonzero(rng.uniform(size=len(due)) >= inputs["resolved"])
        columns, more = follow(len(due), rows), len(rows)
        talk = rng.gamma(2.0, inputs["bot_time"] / 2, len(due))
        calls = Calls(
            due=np.concatenate([due, np.zeros(more)]),
            handle=np.concatenate([talk, rng.exponential(inputs["mean_service_time"], more)]),
            patience=draw(stays(inputs), rng, len(due) + more),
            queue=np.repeat(np.array([0, 1], np.uint8), [len(due), more]),
            links={"escalation": columns["link"], "escalation_mark": columns["mark"]},
            fresh=len(due),
            queues=2,
        )
        seen = play(calls, crew, span.close)
        of = within(span, seen) & (calls.queue == 1)
        found.append(service_levels(seen, of, inputs["awt"], 1.0))
    return estimates(found)


# --- queues after queues -------------------------------------------------------------------------


def two_tiers(inputs: Inputs) -> Answer:
    """A first tier passes a share on to a second, whose handle times are its own."""
    tiers = [first_tier(inputs), second_tier(inputs)]
    memory = sum(
        crew_memory(t["arrival_rate"] * mean_of(t), t["n_agents"], mean_of(t), math.inf, 1.0)
        for t in tiers
    )
    runs, span = span_of(inputs["arrival_rate"], memory)
    crew = seat(
        [tier["n_agents"] for tier in tiers],
        [[0, NONE], [NONE, 0]],
        escalates=[[round(inputs["passed_on"] * MILLION), 0], [0, 0]],
    )
    found = []
    for rng in generators(runs):
        due = poisson(rng, inputs["arrival_rate"], span.close)
        size = len(due)
        columns = follow(size, np.arange(size), rng.integers(0, MILLION, size))
        handles = [rng.exponential(tier["mean_service_time"], size) for tier in tiers]
        calls = Calls(
            due=np.concatenate([due, np.zeros(size)]),
            handle=np.concatenate(handles),
            patience=np.full(2 * size, math.inf),
            queue=np.repeat(np.array([0, 1], np.uint8), size),
            links={"escalation": columns["link"], "escalation_mark": columns["mark"]},
            fresh=size,
            queues=2,
        )
        seen = play(calls, crew, span.close)
        of = within(span, seen) & (seen.status > Status.NOT_MADE)
        levels = [service_levels(seen, of & (calls.queue == t), inputs["awt"], 1.0) for t in (0, 1)]
        named = {f"{n}_{name}": p for n, level in enumerate(levels, 1) for name, p in level.items()}
        passed = ratio((of & (calls.queue == 1)).sum(), (of & (calls.queue == 0)).sum())
        found.append(named | {"passed_on": passed})
    return estimates(found)


def first_tier(inputs: Inputs) -> Inputs:
    return {**inputs, "mean_service_time": inputs["mean_service_times"][0]}


def second_tier(inputs: Inputs) -> Inputs:
    return {
        **inputs,
        "arrival_rate": inputs["passed_on"] * inputs["arrival_rate"],
        "n_agents": inputs["n_second"],
        "mean_service_time": inputs["mean_service_times"][1],
    }


def two_tiers_exact(inputs: Inputs) -> Answer:
    tiers = [queue_of(first_tier(inputs)), queue_of(second_tier(inputs))]
    named = {
        f"{n}_{name}": value for n, tier in enumerate(tiers, 1) for name, value in tier.items()
    }
    return named | {"passed_on": inputs["passed_on"]}


def come_back(inputs: Inputs) -> Answer:
    """A share of those who were served have the same matter again some time later."""
    again, delay = inputs["unsolved"], inputs["mean_delay"]
    runs, span = span_for(inputs, 1 / (1 - again), 2 * delay)
    crew = seat(inputs["n_agents"], repeats=[[round(again * MILLION)]])
    laps = math.ceil(math.log(1e-7) / math.log(again))
    found = []
    for rng in generators(runs):
        due = poisson(rng, inputs["arrival_rate"], span.close)
        size, whole = len(due), len(due) * laps
        links = np.arange(whole, dtype=np.int32) + size
        links[-size:] = NONE
        calls = Calls(
            due=np.concatenate([due, rng.exponential(delay, whole - size)]),
            handle=rng.exponential(inputs["mean_service_time"], whole),
            patience=np.full(whole, math.inf),
            queue=np.zeros(whole, np.uint8),
            links={"repeat": links, "repeat_mark": rng.integers(0, MILLION, whole, np.int32)},
            fresh=size,
        )
        seen = play(calls, crew, span.close)
        of = within(span, seen) & (seen.status > Status.NOT_MADE)
        attempts = ratio(of.sum(), inputs["arrival_rate"] * span.length)
        levels = service_levels(seen, of, inputs["awt"], 1.0)
        found.append(levels | {"attempts_per_client": attempts})
    return estimates(found)


def come_back_exact(inputs: Inputs) -> Answer:
    visits = 1 / (1 - inputs["unsolved"])
    return queue_of(inputs, visits) | {"attempts_per_client": visits}


# --- callbacks -----------------------------------------------------------------------------------


def called_back(inputs: Inputs) -> Answer:
    """Whoever has waited so long is offered a callback, accepts, and is called by others."""
    runs, span = span_for({**inputs, "mean_patience": inputs["offer"]})

    def crew(per_second: float) -> Staffing:
        offer = [round(inputs["offer"] * per_second), 1]
        return seat(inputs["n_agents"], [[0], [NONE]], machine=[0, 1], offer=offer)

    found = []
    for rng in generators(runs):
        due = poisson(rng, inputs["arrival_rate"], span.close)
        size = len(due)
        calls = Calls(
            due=np.concatenate([due, np.zeros(size)]),
            handle=rng.exponential(inputs["mean_service_time"], 2 * size),
            patience=np.full(2 * size, math.inf),
            queue=np.repeat(np.array([0, 1], np.uint8), size),
            links={"callback": follow(size, np.arange(size))["link"]},
            fresh=size,
            queues=2,
        )
        seen = play(calls, crew, span.close)
        # To the queue it is all one why somebody leaves it.
        left = np.where(seen.status == Status.CALLED_BACK, Status.ABANDONED, seen.status)
        seen = Seen(**{**vars(seen), "status": left.astype(np.uint8)})
        of = within(span, seen) & (calls.queue == 0)
        found.append(service_levels(seen, of, inputs["awt"], 1.0))
    return estimates(found)


def called_back_exact(inputs: Inputs) -> Answer:
    queue = erlang_a(
        arrival_rate=inputs["arrival_rate"],
        aht=inputs["mean_service_time"],
        agents=inputs["n_agents"],
        patience=Deterministic(value=inputs["offer"]),
    )
    return measures_of(queue, inputs["awt"])


# --- what belongs to service ---------------------------------------------------------------------


def ringing(inputs: Inputs) -> Answer:
    """A telephone that rings before each answer, and talks of one length."""
    runs, span = span_for(inputs)

    def crew(per_second: float) -> Staffing:
        return seat(inputs["n_agents"], ring=[round(inputs["ring"] * per_second)])

    found = []
    for rng in generators(runs):
        due = poisson(rng, inputs["arrival_rate"], span.close)
        talk = np.full(len(due), inputs["mean_service_time"] - inputs["ring"])
        seen = play(Calls.plain(due, talk, np.full(len(due), math.inf)), crew, span.close)
        # Waiting for an agent, not for him to answer; a tick more or less is no wait.
        wait = seen.wait - inputs["ring"]
        wait = np.where(wait > 3 * span.close / CLOCK_LIMIT, wait, 0.0)
        seen = Seen(**{**vars(seen), "wait": wait})
        found.append(service_levels(seen, within(span, seen), inputs["awt"], 1.0))
    return estimates(found)


def wrapping_up(inputs: Inputs) -> Answer:
    """Work after each call, as long on average as the call."""
    runs, span = span_for(inputs)
    crew, half = seat(inputs["n_agents"]), inputs["mean_service_time"] / 2
    found = []
    for rng in generators(runs):
        due = poisson(rng, inputs["arrival_rate"], span.close)
        size = len(due)
        calls = Calls.plain(due, rng.exponential(half, size), np.full(size, math.inf))
        calls = Calls(**{**vars(calls), "acw": rng.exponential(half, size)})
        seen = play(calls, crew, span.close)
        found.append(service_levels(seen, within(span, seen), inputs["awt"], 1.0))
    return estimates(found)


def general(service: Callable[[float], Law]) -> Callable[[Inputs], Answer]:
    def exact(inputs: Inputs) -> Answer:
        queue = mgn(
            arrival_rate=inputs["arrival_rate"],
            service=service(inputs["mean_service_time"]),
            agents=inputs["n_agents"],
        )
        return measures_of(queue, inputs["awt"])

    return exact


# --- urgency that grows --------------------------------------------------------------------------


def ageing(inputs: Inputs) -> Answer:
    """One agent, and classes whose urgency grows at rates of their own."""
    rates, mean = inputs["arrival_rates"], inputs["mean_service_time"]
    memory = crew_memory(sum(rates) * mean, 1, mean, math.inf, 1.0)
    runs, span = span_of(sum(rates), memory)
    crew = seat(1, [[0] for _ in rates], ageing=inputs["urgency"])
    found = []
    for rng in generators(runs):
        dues = [poisson(rng, rate, span.close) for rate in rates]
        due, queue = np.concatenate(dues), np.repeat(np.arange(len(rates)), [*map(len, dues)])
        order = np.argsort(due, kind="stable")
        calls = Calls(
            due=due[order],
            handle=rng.exponential(mean, len(due)),
            patience=np.full(len(due), math.inf),
            queue=queue[order].astype(np.uint8),
            links={},
            fresh=len(due),
            queues=len(rates),
        )
        seen, of_class = play(calls, crew, span.close), calls.queue
        of = within(span, seen)
        found.append(
            {
                f"mean_wait_{c}": ratio(
                    seen.wait[of & (of_class == c)].sum(), (of & (of_class == c)).sum()
                )
                for c in range(len(rates))
            }
        )
    return estimates(found)


def ageing_exact(inputs: Inputs) -> Answer:
    """Kleinrock's mean waits; classes stand in order of urgency, the least first."""
    mean = inputs["mean_service_time"]
    load, grows = np.array(inputs["arrival_rates"]) * mean, np.array(inputs["urgency"], float)
    waits: list[float] = []
    for c, own in enumerate(grows):
        others = float(load[:c] * (1 - grows[:c] / own) @ np.array(waits)) if c else 0.0
        overtaken = float(load[c + 1 :] @ (1 - own / grows[c + 1 :]))
        waits.append((load.sum() * mean / (1 - load.sum()) - others) / (1 - overtaken))
    return {f"mean_wait_{c}": wait for c, wait in enumerate(waits)}


def bot_exact(inputs: Inputs) -> Answer:
    return queue_of(inputs, 1 - inputs["resolved"])


MODELS: dict[str, Callable[[Inputs], Answer]] = {
    "ways.after_call_work": wrapping_up,
    "ways.ageing": ageing,
    "ways.announcement": greeted,
    "ways.bot": handed_on,
    "ways.callback": called_back,
    "ways.repeats": come_back,
    "ways.ringing": ringing,
    "ways.two_tiers": two_tiers,
}
EXACT: dict[str, Callable[[Inputs], Answer]] = {
    "ways.after_call_work": general(lambda mean: Erlang(k=2, mean=mean)),
    "ways.ageing": ageing_exact,
    "ways.announcement": queue_of,
    "ways.bot": bot_exact,
    "ways.callback": called_back_exact,
    "ways.repeats": come_back_exact,
    "ways.ringing": general(lambda mean: Deterministic(value=mean)),
    "ways.two_tiers": two_tiers_exact,
}
