"""Answers of queues whose callers try again, by playing."""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import TypeAlias

import numpy as np
from cases_patience import RECONNECT, REDIAL, first_of
from cases_simulated import (
    Answer,
    Calls,
    Floats,
    Inputs,
    Parts,
    Seen,
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
from cases_simulated_queue import Room, room_of, stationary, virtual_waits
from cases_simulated_queue import beginning as house
from numpy.typing import NDArray

from sim.engine import Status
from sim.engine.contract import NEVER, NONE
from sim.erlang import erlang_x

__all__ = ["MODELS"]

Flags: TypeAlias = NDArray[np.bool_]

RUNS = 40
#: Contacts that come until somebody tries again, where that is to be as if at random.
FAR = 20_000
#: Attempts of one caller at most, as many as one in ten million needs.
SELDOM = 1e-7


@dataclass(frozen=True)
class Redials:
    """A queue and its callers: the chance of another try after each failure, and the time until."""

    room: Room
    chance: float
    delay: float
    #: Attempts per second, and the share of them that fail, roughly.
    total: float
    failing: float

    @property
    def tries(self) -> int:
        """Attempts of one caller at most."""
        again = self.chance * self.failing
        return 2 if again <= 0 else min(60, 2 + math.ceil(math.log(SELDOM) / math.log(again)))

    @property
    def waiting(self) -> float:
        """Callers who are about to try again."""
        return (self.total - self.room.rate) * self.delay


@dataclass(frozen=True)
class Span:
    warm_up: float
    until: float


def callers(case: Redials, rng: np.random.Generator, until: float) -> tuple[Calls, Flags]:
    """First attempts, those of who tries again already among them, and all that may follow.

    Also tell which are the first of a caller.
    """
    room = case.room
    returning = rng.exponential(case.delay, rng.poisson(case.waiting))
    new = room.come(rng, until)
    full = replace(room, rate=case.total)
    law = stationary(full)[1] if full.is_chain else None
    left, stay = house(full, rng, law)
    fresh = np.concatenate([new, np.zeros(len(left)), returning[returning < until]])
    order = np.argsort(fresh, kind="stable")
    links, size = np.full(len(fresh), NONE, np.int32), len(fresh)
    due, rows = [fresh[order]], np.arange(size)
    for _ in range(case.tries):
        rows = rows[rng.uniform(size=len(rows)) < case.chance]
        after = size + np.arange(len(rows))
        links[rows] = after
        links = np.append(links, np.full(len(rows), NONE, np.int32))
        due.append(rng.exponential(case.delay, len(rows)))
        rows, size = after, size + len(rows)
    patience = draw(room.patience, rng, size)
    patience[rng.uniform(size=size) < room.balking] = 0.0
    handle = draw(room.service, rng, size)
    patience[: len(left)], handle[: len(left)] = stay, left
    first = np.zeros(size, bool)
    first[: len(fresh)] = order < len(new)
    calls = Calls(
        due=np.concatenate(due),
        handle=handle,
        patience=patience,
        queue=np.zeros(size, np.uint8),
        links={"after_abandon": links, "after_busy": links},
        fresh=len(fresh),
    )
    return calls, first


def run(case: Redials, span: Span, rng: np.random.Generator) -> tuple[Calls, Flags, Seen]:
    calls, first = callers(case, rng, span.until)
    lines = NEVER if math.isinf(case.room.lines) else int(case.room.lines)
    return calls, first, play(calls, seat(case.room.agents, lines=[lines]), span.until)


def count(case: Redials, span: Span, calls: Calls, new: Flags, seen: Seen) -> Parts:
    room, length = case.room, span.until - span.warm_up
    of = (seen.status > Status.NOT_MADE) & (seen.arrival >= span.warm_up)
    of &= seen.arrival < span.until
    unit, made = room.service.mean / room.agents, of.sum()
    later = of & ~new
    fresh = room.rate * length
    failed = of & ~seen.served
    gone = failed & (calls.links["after_abandon"] == NONE)
    busy = overlap(seen.begin[seen.served], seen.end[seen.served], (span.warm_up, span.until))[0]
    offered, wait = of & seen.offered, endless_waits(seen)
    parts: Parts = {
        **service_levels(seen, of, room.awt, unit),
        "p_block": ratio((of & ~seen.offered).sum(), made),
        "sl_virtual": ratio((wait[offered] <= room.awt).sum(), offered.sum()),
        "mean_wait_virtual": ratio(wait[offered].sum(), offered.sum(), unit),
        "mean_queue": ratio(seen.wait[of].sum(), length, unit),
        "occupancy": ratio(busy, room.agents * length, unit),
        "total_arrival_rate": ratio(made, length),
        "redial_rate": ratio(later.sum(), length),
        "attempts_per_caller": ratio(made, fresh),
        "mean_orbit": ratio(case.delay * later.sum(), length, case.delay),
        "p_lost_caller": ratio(gone.sum(), fresh),
    }
    first = service_levels(seen, of & ~later, room.awt, unit)
    return parts | {f"{name}_fresh_calls": part for name, part in first.items()}


def endless_waits(seen: Seen) -> Floats:
    """Waits of those who would never give up, by attempt; they stand in order of arrival."""
    order = np.flatnonzero(seen.offered)
    order = order[np.argsort(seen.arrival[order], kind="stable")]
    columns = {name: column[order] for name, column in vars(seen).items()}
    found = np.zeros(len(seen.status))
    found[order] = virtual_waits(Seen(**columns))
    return found


def beginning(room: Room, chance: float, delay: float) -> Redials:
    """Begin with as many callers about to try again as theory says; play tells whether they stay.

    Where others would, their number drifts to its own during the beginning, and on.
    """
    guess = erlang_x(
        arrival_rate=room.rate,
        aht=room.service.mean,
        agents=room.agents,
        patience=math.inf if room.patience is None else room.patience,
        redial_probability=chance,
        balking=room.balking,
        lines=room.lines,
    )
    total = float(guess.total_arrival_rate)
    failing = (total - room.rate) / (chance * total) if chance else 0.0
    return Redials(room, chance, delay, total, min(failing + 0.05, 0.97))


def measures(room: Room, chance: float, delay: float, seed: int) -> Answer:
    case = beginning(room, chance, delay)
    settle = 10 * (room.service.mean + min(room.patience.mean if room.patience else 0.0, 1e4))
    warm_up = max(settle, 2 * delay if case.chance else 0.0)
    at_least = max(1.5 * warm_up, 8000 / room.rate)
    runs = int(np.clip(budget() / (room.rate * (warm_up + at_least)), 12, RUNS))
    span = Span(warm_up, max(warm_up + at_least, budget() / runs / room.rate))
    found = [count(case, span, *run(case, span, rng)) for rng in generators(runs, seed)]
    return estimates(found, max(room.rate * settle / 10, 1.0))


def poisson_redials(inputs: Inputs) -> Answer:
    """Who tries again does so after so long that he comes as if at random."""
    room = room_of(inputs)
    if first_of(inputs, *RECONNECT):
        raise ValueError("who was served and comes again is not played")
    delay = max(FAR / room.rate, 10 * room.service.mean)
    return measures(room, first_of(inputs, *REDIAL), delay, 1)


def orbit(inputs: Inputs) -> Answer:
    delay = first_of(inputs, "mean_redial_delay", "redial_delay")
    return measures(room_of(inputs), first_of(inputs, *REDIAL), delay, 2)


MODELS: dict[str, Callable[[Inputs], Answer]] = {
    "erlang_x": poisson_redials,
    "redial_orbit": orbit,
}
