"""Answers of one queue by playing: any arrivals, handle times, patience, waiting places."""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass, replace

import cases_markov
import numpy as np
from cases_laws import law_of
from cases_markov import given
from cases_patience import aht_of, patience_of, rate_law_of, rate_of
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
    merged,
    overlap,
    play,
    quantiles,
    ratio,
    seat,
    service_levels,
)
from scipy import special, stats

from sim.engine.contract import CLOCK_LIMIT, NEVER
from sim.erlang import Exponential, Law

__all__ = ["MODELS", "Room", "measures"]

SHARES = (50, 90, 95, 99)
#: Draws the arrivals of a run, from 0 to its end.
Arrivals = Callable[[np.random.Generator, float], Floats]


@dataclass(frozen=True)
class Room:
    """A queue in steady state; times in seconds, patience without end is no law.

    `restless` is how much longer than that of random arrivals and exponential times its memory is.
    """

    rate: float
    service: Law
    agents: int
    patience: Law | None = None
    balking: float = 0.0
    lines: float = math.inf
    awt: float = 20.0
    arrivals: Arrivals | None = None
    restless: float = 1.0

    @property
    def load(self) -> float:
        return self.rate * self.service.mean

    @property
    def is_chain(self) -> bool:
        """All times are exponential: the law of the number in the house is known."""
        laws = [self.service] if self.patience is None else [self.service, self.patience]
        return self.arrivals is None and all(isinstance(law, Exponential) for law in laws)

    def come(self, rng: np.random.Generator, until: float) -> Floats:
        if self.arrivals is not None:
            return self.arrivals(rng, until)
        return np.sort(rng.uniform(0.0, until, rng.poisson(self.rate * until)))


@dataclass(frozen=True)
class Plan:
    """How long to play, and what of it is the beginning."""

    runs: int
    warm_up: float
    until: float


def plan(room: Room, share: float = 1.0) -> Plan:
    """Put aside eight times the memory of the queue; a chain begins in its own law."""
    contacts = share * budget()
    if room.is_chain:
        longest = CLOCK_LIMIT / 2 * room.service.mean / 100
        runs = 60 if room.agents < 20_000 else 30
        return Plan(runs, 0.0, min(max(contacts / runs, 2000) / room.rate, longest))
    warm_up = 8 * memory(room)
    at_least = max(1.5 * warm_up, 8000 / room.rate)
    runs = int(np.clip(contacts / (room.rate * (warm_up + at_least)), 12, 60))
    length = max(at_least, contacts / runs / room.rate - warm_up)
    return Plan(runs, warm_up, warm_up + length)


def memory(room: Room) -> float:
    """Time in which a queue forgets, roughly."""
    if not room.agents:
        return room.patience.mean if room.patience else 0.0
    mean, scv = room.service.mean, max(room.service.scv, 1.0)
    use = room.load / room.agents
    queue = math.inf
    if use < 1.0:
        queue = mean / (room.agents * (1.0 - math.sqrt(use)) ** 2) * (scv + room.restless) / 2
    if room.patience is not None:
        queue = min(queue, filling(room, room.patience), patient_memory(room.rate, room.patience))
    if room.lines < math.inf:
        queue = min(queue, mean * max(room.lines / room.agents, 1.0))
    if math.isinf(queue):
        raise ValueError("a queue without a steady state")
    return max(queue, mean * (1.0 + scv) / 2)


def filling(room: Room, patience: Law) -> float:
    """Time in which more work than can be done fills the queue."""
    if room.load <= room.agents:
        return math.inf
    wait = patience.mean * np.geomspace(1e-4, 30.0, 300)
    stay = np.array([float(patience.survival(one)) for one in wait])
    enough = wait[np.argmax(stay * room.load <= room.agents)]
    return float(enough * room.load / (room.load - room.agents))


def patient_memory(rate: float, patience: Law) -> float:
    """Time in which chance fills a queue so far that impatience empties it as fast."""
    wait = patience.mean * np.geomspace(1e-4, 3.0, 200)
    stay = np.array([float(patience.survival(one)) for one in wait])
    with np.errstate(divide="ignore"):
        emptying = np.where(stay < 1.0, wait / -np.log(stay), math.inf)
    return float(np.maximum(rate * wait**2 / 2, emptying).min())


# --- the beginning -------------------------------------------------------------------------------


def stationary(room: Room) -> tuple[int, Floats]:
    """Least number in the house that matters, and the law from there on, of a chain."""
    mean, theta = room.service.mean, 0.0
    rate = room.rate
    if room.patience is not None:
        theta = 1.0 / room.patience.mean
    most = room.lines
    if math.isinf(most):
        free = 1.0 - room.balking
        if theta:
            drift = max((rate * free - room.agents / mean) / theta, 0.0)
            most = room.agents + drift + 60 + 12 * math.sqrt(rate / theta + drift)
        elif rate * free * mean < room.agents:
            most = room.agents + 40 / -math.log(rate * free * mean / room.agents)
        else:
            raise ValueError("a queue without a steady state")
    level = np.arange(1, int(most) + 1, dtype=float)
    down = np.minimum(level, room.agents) / mean + np.maximum(level - room.agents, 0.0) * theta
    up = np.where(level > room.agents, rate * (1.0 - room.balking), rate)
    weights = np.concatenate([[0.0], np.cumsum(np.log(up) - np.log(down))])
    return 0, np.asarray(special.softmax(weights), float)


def beginning(room: Room, rng: np.random.Generator, law: Floats | None) -> tuple[Floats, Floats]:
    """Handle time left and patience left of those in the house at first."""
    if law is not None:
        house = int(np.searchsorted(np.cumsum(law), rng.uniform() * law.sum()))
        return draw(room.service, rng, house), draw(room.patience, rng, house)
    house = min(room.agents, round(room.load))
    return draw(room.service, rng, house) * rng.uniform(size=house), draw(None, rng, house)


# --- one run -------------------------------------------------------------------------------------


def run(room: Room, how: Plan, rng: np.random.Generator, law: Floats | None) -> tuple[Seen, int]:
    """Play once; return what was seen and how many were there at first."""
    left, stay = beginning(room, rng, law)
    due = room.come(rng, how.until)
    patience = draw(room.patience, rng, len(due))
    if room.balking:
        patience[rng.uniform(size=len(due)) < room.balking] = 0.0
    calls = Calls.plain(
        np.concatenate([np.zeros(len(left)), due]),
        np.concatenate([left, draw(room.service, rng, len(due))]),
        np.concatenate([stay, patience]),
    )
    lines = NEVER if math.isinf(room.lines) else int(room.lines)
    return play(calls, seat(room.agents, lines=[lines]), how.until), len(left)


def count(room: Room, how: Plan, seen: Seen, first: int) -> tuple[Parts, Floats, Floats]:
    """Count a run; return its waits as well, and those of somebody who would never give up."""
    unit, span = room.service.mean / max(room.agents, 1), how.until - how.warm_up
    of = seen.arrival >= how.warm_up
    of[:first] = False
    arrived = int(of.sum())
    edges = (how.warm_up, how.until)
    served = seen.served
    busy = overlap(seen.begin[served], seen.end[served], edges)[0]
    all_busy: Parts = {}
    if room.arrivals is not None:
        levels = agents_at_work(seen.begin[served], seen.end[served], edges)
        all_busy["p_all_busy_time"] = ratio(levels[room.agents :].sum(), span, unit)
    blocked = arrived - int((of & seen.offered).sum())
    wait = seen.wait[of & seen.offered]
    endless = virtual_waits(seen)[of & seen.offered]
    parts = {
        **service_levels(seen, of, room.awt, unit),
        "p_block": ratio(blocked, arrived),
        "blocking": ratio(blocked, arrived),
        "mean_queue": ratio(wait.sum(), span, unit),
        "carried_load": ratio(busy, span, unit),
        "occupancy": ratio(busy, room.agents * span, unit),
        **all_busy,
        "mean_arrival_rate": ratio(arrived, span),
        "offered_load": ratio(room.service.mean * arrived, span),
        "sl_virtual": ratio((endless <= room.awt).sum(), len(endless)),
        "mean_wait_virtual": ratio(endless.sum(), len(endless), unit),
    }
    return parts, wait, endless


def virtual_waits(seen: Seen) -> Floats:
    """How long each would have waited without an end of patience, first come first served.

    Until an agent takes somebody who came later, or has nobody to take.
    """
    served = seen.served
    waited = served & (seen.wait > 0)
    rows = np.flatnonzero(waited)
    starts = np.sort(seen.begin[rows])
    ends = np.sort(seen.end[served])
    # Agents who become free and take somebody who waits do so in the tick of the end.
    places, taken = np.searchsorted(ends, starts), np.zeros(len(ends), bool)
    same = np.zeros(len(starts), np.int64)
    if len(starts):
        fresh = np.flatnonzero(np.diff(starts, prepend=-1.0) > 0)
        same = np.arange(len(starts)) - np.repeat(fresh, np.diff([*fresh, len(starts)]))
    taken[np.minimum(places + same, len(ends) - 1)] = True
    idle = np.append(ends[~taken], math.inf)
    found = seen.wait.copy()
    left = np.flatnonzero(seen.abandoned)
    later = np.append(seen.begin[rows], math.inf)[np.searchsorted(rows, left)]
    come = seen.arrival[left]
    found[left] = np.minimum(later, idle[np.searchsorted(idle, come)]) - come
    return found


# --- the answers ---------------------------------------------------------------------------------


def measures(room: Room, share: float = 1.0) -> Answer:
    """Play a queue and answer all that may be asked of it."""
    if room.rate == 0 or not room.load:
        return {name: [0.0, 0.0] for name in ("p_wait", "p_abandon", "mean_queue", "occupancy")}
    how = plan(room, share)
    law = stationary(room)[1] if room.is_chain else None
    sources = generators(how.runs, room.agents, round(1e6 * room.load))
    found = [count(room, how, *run(room, how, rng, law)) for rng in sources]
    clump = max(room.rate * min(memory(room), how.until - how.warm_up), 1.0)
    answer = estimates([parts for parts, _, _ in found], clump)
    unit = room.service.mean / max(room.agents, 1)
    waits, endless = [one for _, one, _ in found], [one for _, _, one in found]
    for values, name in ((waits, "wait_p"), (endless, "virtual_wait_p")):
        marks = quantiles(values, [share / 100 for share in SHARES], unit, clump)
        answer |= {
            f"{name}{share}": mark for share, mark in zip(SHARES, marks, strict=True) if mark
        }
    return answer


def whole(agents: float) -> int:
    if agents != int(agents):
        raise ValueError("there are no parts of an agent to play")
    return int(agents)


def lines_of(inputs: Inputs, agents: int) -> float:
    return cases_markov.lines_of(inputs, agents) if "lines" not in inputs else inputs["lines"]


def loss(inputs: Inputs) -> Answer:
    agents = whole(given(inputs, "agents"))
    load = cases_markov.load_of(inputs)
    if not agents:
        return {"blocking": [1.0, 0.0], "carried_load": [0.0, 0.0], "occupancy": [0.0, 0.0]}
    return measures(Room(load, Exponential(mean=1.0), agents, lines=agents))


def room_of(inputs: Inputs) -> Room:
    """Any queue of a case: laws where they are written, exponential means elsewhere."""
    agents = whole(given(inputs, "agents", 1.0))
    service = law_of(inputs["service"]) if "service" in inputs else Exponential(mean=aht_of(inputs))
    patience, balking = patience_of(inputs)
    room = Room(
        rate=0.0,
        service=service,
        agents=agents,
        patience=None if math.isinf(patience.mean) else patience,
        balking=balking,
        lines=lines_of(inputs, agents),
        awt=inputs.get("awt", 20.0),
    )
    if inputs.get("interarrival") is None:
        return replace(room, rate=rate_of(inputs))
    gaps = law_of(inputs["interarrival"])

    def renewals(rng: np.random.Generator, until: float) -> Floats:
        size = int(until / gaps.mean * 1.05 + 12 * math.sqrt(until / gaps.mean * (1 + gaps.scv)))
        at = np.cumsum(draw(gaps, rng, size + 50))
        if at[-1] < until:
            raise ValueError("too few arrivals were drawn")
        return at[at < until]

    return replace(room, rate=1 / gaps.mean, arrivals=renewals, restless=max(gaps.scv, 1.0))


def queue(inputs: Inputs) -> Answer:
    return measures(room_of(inputs))


def batches(inputs: Inputs) -> Answer:
    sizes = inputs["batch_sizes"]
    pairs = list(sizes.items() if isinstance(sizes, dict) else sizes)
    counts = np.array([int(size) for size, _ in pairs])
    shares = np.array([float(share) for _, share in pairs])
    mean = float(counts @ shares)

    def come(rng: np.random.Generator, until: float) -> Floats:
        at = np.sort(rng.uniform(0.0, until, rng.poisson(inputs["batch_rate"] * until)))
        return np.repeat(at, rng.choice(counts, len(at), p=shares / shares.sum()))

    room = room_of({**inputs, "arrival_rate": inputs["batch_rate"] * mean})
    return measures(replace(room, arrivals=come, restless=float(counts**2 @ shares) / mean))


def states_of(inputs: Inputs) -> tuple[Floats, Floats]:
    """The rates of the states, and those at which they change into each other."""
    rates = inputs.get("rates") or inputs.get("arrival_rates")
    if rates is None:
        rates = [inputs[f"rate_state{i}"] for i in range(1, 100) if f"rate_state{i}" in inputs]
    switching = inputs.get("switching", inputs.get("switch_rates", inputs.get("generator")))
    if switching is None:
        states = range(1, len(rates) + 1)
        switching = [[inputs.get(f"switch_rate_{i}{j}", 0.0) for j in states] for i in states]
    return np.array(rates, float), np.array(switching, float)


def changing(inputs: Inputs) -> Answer:
    """Arrivals of a rate that jumps between states."""
    rates, switching = states_of(inputs)
    np.fill_diagonal(switching, 0.0)
    leaving = switching.sum(axis=1)
    balance = np.vstack([(switching - np.diag(leaving)).T, np.ones(len(rates))])
    shares = np.linalg.lstsq(balance, np.append(np.zeros(len(rates)), 1.0), rcond=None)[0]
    mean = float(rates @ shares)

    def come(rng: np.random.Generator, until: float) -> Floats:
        state, now = int(rng.choice(len(rates), p=shares / shares.sum())), 0.0
        parts = []
        while now < until:
            stay = rng.exponential(1 / leaving[state])
            parts.append(now + np.sort(rng.uniform(0, stay, rng.poisson(rates[state] * stay))))
            state, now = (
                int(rng.choice(len(rates), p=switching[state] / leaving[state])),
                now + stay,
            )
        at = np.concatenate(parts)
        return at[at < until]

    room = room_of({**inputs, "arrival_rate": mean})
    slow = 1 / leaving.min()
    room = replace(room, arrivals=come, restless=1 + float((rates.max() - mean) ** 2 / mean * slow))
    return measures(room)


# --- what is not known of a queue ----------------------------------------------------------------


def uncertain_rate(inputs: Inputs) -> Answer:
    """Rates drawn for each interval; averages over intervals and over contacts."""
    law = rate_law_of(inputs)
    room = replace(room_of({**inputs, "arrival_rate": law.mean}), awt=inputs.get("awt", 0.0))
    found: list[Parts] = []
    span = 3000 / law.mean
    for rng in generators(300, room.agents):
        one = replace(room, rate=float(draw(law, rng, 1)[0]))
        start = stationary(one)[1] if one.is_chain else None
        how = Plan(1, 0.0 if one.is_chain else 10 * memory(one), 0.0)
        how = replace(how, until=how.warm_up + span)
        parts = count(one, how, *run(one, how, rng, start))[0]
        each = {
            f"{name}_interval_average": ratio(part.over / part.under, 1.0)
            for name, part in parts.items()
            if part.under > 0
        }
        found.append({**each, **{f"{name}_call_average": part for name, part in parts.items()}})
    names = set.intersection(*(set(parts) for parts in found))
    answer = estimates([{name: parts[name] for name in names} for parts in found])
    fixed = measures(room, 0.5)
    return answer | {f"{name}_fixed_rate": value for name, value in fixed.items()}


def uncertain_staff(inputs: Inputs) -> Answer:
    """So many agents as come, each by himself."""
    scheduled, chance = inputs["n_scheduled"], inputs["show_up_probability"]
    shares = stats.binom.pmf(np.arange(scheduled + 1), scheduled, chance)
    parts = []
    for agents, share in enumerate(shares):
        if share > 1e-7:
            room = room_of({**inputs, "n_agents": agents})
            parts.append((float(share), measures(room, max(float(share), 0.02))))
    usual = measures(room_of({**inputs, "n_agents": round(scheduled * chance)}))
    return merged(parts) | {f"{name}_at_mean_staff": value for name, value in usual.items()}


MODELS: dict[str, Callable[[Inputs], Answer]] = {
    "batch_arrivals": batches,
    "erlang_a": queue,
    "erlang_a_finite": queue,
    "erlang_b": loss,
    "erlang_c": queue,
    "erlang_c_finite": queue,
    "gg_n_gi": queue,
    "gimc_exact": queue,
    "gimn_m_exact": queue,
    "mgc_exact": queue,
    "mgn_m_exact": queue,
    "mmn_general_patience": queue,
    "mmpp_arrivals": changing,
    "uncertain_arrival_rate": uncertain_rate,
    "uncertain_staffing": uncertain_staff,
}
