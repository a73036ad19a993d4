"""Answers of days, waves, beginnings and of crews without a limit, by playing."""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from cases_laws import law_of
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
    ticks,
    widened,
)

from sim.engine import Staffing
from sim.engine.contract import CLOCK_LIMIT
from sim.erlang import Exponential, Law

__all__ = ["MODELS"]

#: Handle times in which whoever is left at the end of a day is served.
_DRAIN = 30


def exponential(mean: float | None) -> Law | None:
    return None if mean is None or math.isinf(mean) else Exponential(mean=mean)


# --- days ----------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Day:
    """Constant pieces; who leaves finishes what he has in hand."""

    rates: Floats
    agents: list[int]
    lengths: Floats
    handle: float
    patience: Law | None
    balking: float
    awt: float
    busy: int = 0
    queue: int = 0

    @property
    def edges(self) -> Floats:
        return np.concatenate([[0.0], np.cumsum(self.lengths)])

    @property
    def volume(self) -> float:
        return float(self.rates @ self.lengths)

    @property
    def until(self) -> float:
        """Until when agents stay to serve whoever is left."""
        last = max(self.agents[-1], 1)
        return float(self.edges[-1] + self.handle * (_DRAIN + self.volume / last / 4))


def day_of(inputs: Inputs) -> Day:
    segments = inputs["segments"]
    agents = [int(segment["n_agents"]) for segment in segments]
    if inputs.get("staff_change", "exhaustive") != "exhaustive" and np.any(np.diff(agents) < 0):
        raise ValueError("agents who drop their work at the end of a shift are not played")
    return Day(
        rates=np.array([segment["arrival_rate"] for segment in segments], float),
        agents=agents,
        lengths=np.array([segment["duration"] for segment in segments], float),
        handle=float(inputs["mean_service_time"]),
        patience=exponential(inputs.get("mean_patience")),
        balking=float(inputs.get("p_balk_if_wait", 0.0)),
        awt=float(inputs.get("awt", 20.0)),
        busy=int(inputs.get("initial_busy", 0)),
        queue=int(inputs.get("initial_queue", 0)),
    )


def crew_of(day: Day) -> Callable[[float], Staffing]:
    """Agents come when there are more of them; work without end comes first when there are fewer.

    So it is the first to become free who leaves, and nobody drops what he has in hand.
    """
    steps = np.diff([0, *day.agents])
    start = np.repeat(day.edges[:-1], np.maximum(steps, 0))

    def made(per_second: float) -> Staffing:
        return Staffing(
            start=ticks(start * per_second),
            end=np.full(len(start), CLOCK_LIMIT - 1),
            group=np.zeros(len(start), np.uint8),
            preference=np.zeros((2, 1), np.int64),
            priority=np.array([[1], [0]]),
        )

    return made


def day_calls(day: Day, rng: np.random.Generator, factor: float = 1.0) -> Calls:
    """Those who are there at first, those who come, and the work that takes leavers away."""
    first = day.busy + day.queue
    counts = rng.poisson(day.rates * day.lengths * factor)
    due = np.repeat(day.edges[:-1], counts) + rng.uniform(size=counts.sum()) * np.repeat(
        day.lengths, counts
    )
    leavers = np.maximum(-np.diff(day.agents), 0)
    leaving = np.repeat(day.edges[1:-1], leavers)
    due = np.concatenate([np.zeros(first), due])
    patience = draw(day.patience, rng, len(due))
    patience[first:][rng.uniform(size=len(due) - first) < day.balking] = 0.0
    handle = rng.exponential(day.handle, len(due))
    every = np.concatenate([due, leaving])
    order = np.argsort(every, kind="stable")
    queue = np.repeat(np.array([0, 1], np.uint8), [len(due), len(leaving)])
    return Calls(
        due=every[order],
        handle=np.concatenate([handle, np.full(len(leaving), 2 * day.until)])[order],
        patience=np.concatenate([patience, np.full(len(leaving), math.inf)])[order],
        queue=queue[order],
        links={},
        fresh=len(every),
        queues=2,
    )


def day_parts(day: Day, calls: Calls, seen: Seen) -> Parts:
    """A day: contacts by their arrival, waiting and working by the clock."""
    edges, contact = day.edges, calls.queue == 0
    of = contact & (np.cumsum(contact) > day.busy + day.queue)
    leave = seen.arrival + seen.wait
    served, gone = contact & seen.served, contact & seen.abandoned
    waiting = overlap(seen.arrival[contact], leave[contact], edges)
    working = overlap(seen.begin[served], seen.end[served], edges)
    came = np.histogram(seen.arrival[of], edges)[0]
    quick = np.histogram(seen.arrival[of & served & (seen.wait <= day.awt)], edges)[0]
    delayed = np.histogram(seen.arrival[of & (gone | (seen.wait > 0))], edges)[0]
    left = np.histogram(leave[gone], edges)[0]
    # Just before those of the next piece take up their work.
    at_end = at_hand(seen.arrival[contact], leave[contact], edges[1:] - 2e-9 * day.until)
    whole, unit = float(edges[-1]), day.handle / max(*day.agents, 1)
    staffed = float(np.maximum(working, np.array(day.agents) * day.lengths).sum())
    return {
        **service_levels(seen, of, day.awt, unit),
        "expected_arrivals": ratio(of.sum(), 1.0),
        "expected_abandons": ratio(gone.sum(), 1.0),
        "abandons_per_day": ratio(left.sum(), 1.0),
        "p_abandon": ratio(gone.sum(), of.sum()),
        "mean_wait": ratio(seen.wait[contact].sum(), of.sum(), unit),
        "mean_queue": ratio(waiting.sum(), whole, unit),
        "occupancy": ratio(working.sum(), staffed, unit),
        "interval_sl_offered": ratio(quick, came),
        "interval_p_wait": ratio(delayed, came),
        "interval_mean_queue": ratio(waiting, day.lengths, unit),
        "interval_mean_busy": ratio(working, day.lengths, unit),
        "interval_abandons": ratio(left, np.ones(len(left))),
        "queue_at_interval_end": ratio(at_end, np.ones(len(left))),
    }


def days_of(volume: float) -> int:
    return int(np.clip(4 * budget() / max(volume, 1), 150, budget() / 800))


def played(day: Day) -> Answer:
    crew, found = crew_of(day), []
    for rng in generators(days_of(day.volume), len(day.rates), day.agents[0]):
        calls = day_calls(day, rng)
        found.append(day_parts(day, calls, play(calls, crew, day.until)))
    return estimates(found)


def piecewise(inputs: Inputs) -> Answer:
    return played(day_of(inputs))


def terminating(inputs: Inputs) -> Answer:
    segment = {
        "arrival_rate": inputs["arrival_rate"],
        "n_agents": inputs["n_agents"],
        "duration": inputs["duration"],
    }
    return played(day_of({**inputs, "segments": [segment]}))


def busyness(inputs: Inputs) -> Answer:
    """One factor for all rates of a day; shares are of the contacts that were to be expected."""
    day = day_of(inputs)
    law = law_of(inputs["busyness"])
    crew, volume, found = crew_of(day), day.volume * law.mean, []
    for rng in generators(2 * days_of(day.volume), len(day.rates)):
        factor = float(draw(law, rng, 1)[0])
        calls = day_calls(day, rng, factor)
        parts = day_parts(day, calls, play(calls, crew, day.until * max(factor, 1.0)))
        levels = {name: float(parts[name].over) for name in ("sl_offered", "p_abandon", "p_wait")}
        incl, excl = parts["sl_incl_short_abandons"], parts["sl_excl_short_abandons"]
        short, own = float(incl.over - excl.over), max(day.volume * factor, 1e-300)
        found.append(
            {
                "expected_arrivals": parts["expected_arrivals"],
                "mean_wait_per_expected_call": ratio(parts["mean_wait"].over, volume),
                "p_wait_lt_awt_incl_abandons": ratio(incl.over, volume),
                "p_abandon": ratio(levels["p_abandon"], volume),
                "p_wait": ratio(levels["p_wait"], volume),
                "sl_offered": ratio(levels["sl_offered"], volume),
                "sl_excl_short_abandons": ratio(excl.over, volume - short),
                "mean_over_days_of_daily_sl_offered": ratio(levels["sl_offered"] / own, 1.0),
                "mean_over_days_of_daily_p_abandon": ratio(levels["p_abandon"] / own, 1.0),
            }
        )
    return estimates(found)


# --- beginnings ----------------------------------------------------------------------------------


def transient(inputs: Inputs) -> Answer:
    """Many beginnings one after the other, each when everybody of the one before has left."""
    rate, handle, agents = inputs["arrival_rate"], inputs["mean_service_time"], inputs["n_agents"]
    times = np.array(inputs["times"], float)
    stays, first = exponential(inputs.get("mean_patience")), int(inputs["initial_in_system"])
    last = float(times.max())
    worst = rate * last + 8 * math.sqrt(rate * last) + first
    pause = last + handle * (_DRAIN + worst / agents)
    beginnings = max(int(2 * budget() / 40 / (rate * last + first + 1)), 25)
    found = []
    for rng in generators(40, agents, first):
        counts = rng.poisson(rate * last, beginnings)
        which = np.repeat(np.arange(beginnings), counts + first)
        due = np.concatenate(
            [np.append(np.zeros(first), rng.uniform(0.0, last, count)) for count in counts]
        )
        due = np.sort(due + which * pause)
        calls = Calls.plain(due, rng.exponential(handle, len(due)), draw(stays, rng, len(due)))
        seen = play(calls, seat(agents), beginnings * pause)
        at = (np.arange(beginnings)[:, None] * pause + times).ravel()
        waits = seen.arrival + seen.wait
        queue = at_hand(seen.arrival, waits, at).reshape(-1, len(times))
        busy = at_hand(seen.begin[seen.served], seen.end[seen.served], at).reshape(-1, len(times))
        every = np.full(len(times), float(beginnings))
        found.append(
            {
                "mean_in_system": ratio((queue + busy).sum(axis=0), every),
                "mean_queue": ratio(queue.sum(axis=0), every),
                "p_wait": ratio((busy == agents).sum(axis=0), every),
            }
        )
    return estimates(found)


def at_hand(begin: Floats, end: Floats, at: Floats) -> Floats:
    """How many of the stretches cover each time."""
    begun, ended = (np.searchsorted(np.sort(edge), at, side="right") for edge in (begin, end))
    return np.asarray(begun - ended, float)


# --- waves ---------------------------------------------------------------------------------------


def wave(rng: np.random.Generator, inputs: Inputs, begin: float, end: float) -> Floats:
    """Arrivals of a rate that swings, from `begin` to `end`."""
    mean, swing = inputs["mean_rate"], inputs["amplitude"]
    most = mean + abs(swing)
    at = np.sort(rng.uniform(begin, end, rng.poisson(most * (end - begin))))
    rate = mean + swing * np.sin(2 * math.pi / inputs["period"] * at)
    return np.asarray(at[rng.uniform(size=len(at)) * most < rate], float)


_SLOTS = 240
_HARMONICS = 12


def swinging(inputs: Inputs) -> Answer:
    period, agents = float(inputs["period"]), int(inputs["n_agents"])
    handle, stays = inputs["mean_service_time"], exponential(inputs.get("mean_patience"))
    per_period = inputs["mean_rate"] * period
    ahead = 2 + math.ceil(20 * handle / period)
    runs = 40
    periods = max(int(2 * budget() / runs / per_period), 2 * ahead)
    edges = np.linspace(ahead * period, (ahead + periods) * period, periods * _SLOTS + 1)
    until, unit = float(edges[-1]), handle / agents
    span, found, queues, busies = periods * period, [], [], []
    for rng in generators(runs, agents):
        due = wave(rng, inputs, 0.0, until + period)
        calls = Calls.plain(due, rng.exponential(handle, len(due)), draw(stays, rng, len(due)))
        seen = play(calls, seat(agents), until + period)
        of = (seen.arrival >= edges[0]) & (seen.arrival < until)
        leave = seen.arrival + seen.wait
        queues.append(folded(overlap(seen.arrival, leave, edges)) / (span / _SLOTS))
        busies.append(folded(overlap(*all_busy(seen, agents), edges)) / (span / _SLOTS))
        work = overlap(seen.begin[seen.served], seen.end[seen.served], edges[[0, -1]])[0]
        levels = service_levels(seen, of, inputs.get("awt", 20.0), unit)
        found.append(
            {
                **levels,
                "p_wait_call_average": levels["p_wait"],
                "p_wait_time_average": ratio(busies[-1].sum() * span / _SLOTS, span, unit),
                "mean_queue": ratio(queues[-1].sum() * span / _SLOTS, span, unit),
                "occupancy": ratio(work, span * agents, unit),
            }
        )
    answer = estimates(found)
    answer["peak_mean_queue"] = peak(np.array(queues))
    answer["peak_p_wait"] = peak(np.array(busies))
    return answer


def folded(slots: Floats) -> Floats:
    return np.asarray(slots.reshape(-1, _SLOTS).sum(axis=0), float)


def all_busy(seen: Seen, agents: int) -> tuple[Floats, Floats]:
    """Stretches in which nobody is free."""
    served = seen.served
    at = np.concatenate([seen.end[served], seen.begin[served]])
    step = np.repeat([-1, 1], [served.sum()] * 2)
    order = np.argsort(at, kind="stable")
    level, at = np.cumsum(step[order]), at[order]
    full = np.flatnonzero(level[:-1] >= agents)
    return at[full], at[full + 1]


def peak(profiles: Floats) -> list[float]:
    """Highest point of the mean of smooth profiles, without what chance adds to a highest point."""
    waves = np.fft.rfft(profiles, axis=1)
    waves[:, _HARMONICS + 1 :] = 0.0
    smooth = np.fft.irfft(waves, profiles.shape[1], axis=1)
    runs = len(smooth)
    whole = float(smooth.mean(axis=0).max())
    left_out = (smooth.sum(axis=0) - smooth).max(axis=1) / (runs - 1)
    error = math.sqrt((runs - 1) ** 2 / runs * float(np.var(left_out, ddof=1)))
    return [whole * runs - (runs - 1) * float(left_out.mean()), error * widened(runs)]


# --- crews without a limit -----------------------------------------------------------------------


def load(inputs: Inputs) -> Answer:
    """Contacts in service at some times where nobody ever waits: machines serve them."""
    law, times = law_of(inputs["service"]), np.array(inputs["times"], float)
    pieces = inputs.get("segments")
    ahead = 0.0 if pieces else max(30 * law.mean, float(law.quantile(1 - 1e-6)))
    until = float(times.max()) + ahead + 1.0
    crew = seat(0, machine=[1])
    rate = inputs["mean_rate"] if pieces is None else max(p["arrival_rate"] for p in pieces)
    found = []
    for rng in generators(int(np.clip(budget() / (rate * until), 40, 400)), len(times)):
        if pieces:
            lengths = np.array([piece["duration"] for piece in pieces], float)
            counts = rng.poisson(lengths * [piece["arrival_rate"] for piece in pieces])
            starts = np.repeat(np.cumsum(lengths) - lengths, counts)
            due = np.sort(starts + rng.uniform(size=counts.sum()) * np.repeat(lengths, counts))
        else:
            due = wave(rng, inputs, -ahead, until - ahead) + ahead
        handle = draw(law, rng, len(due))
        seen = play(Calls.plain(due, handle, np.full(len(due), math.inf)), crew, until)
        counted = at_hand(seen.begin, seen.end, times + ahead)
        found.append({"offered_load": ratio(counted, np.ones(len(times)))})
    return estimates(found)


MODELS: dict[str, Callable[[Inputs], Answer]] = {
    "callcentre_day_busyness": busyness,
    "mt_g_inf_offered_load": load,
    "mt_m_s_sinusoidal": swinging,
    "mt_m_st_piecewise": piecewise,
    "terminating_mmn": terminating,
    "transient_mmn": transient,
}
