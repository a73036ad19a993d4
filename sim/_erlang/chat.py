"""Agents who hold several chats at once."""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Literal, NamedTuple, get_args

import numpy as np

from sim._erlang.arrays import FloatArray, IntArray
from sim._erlang.chain import MOST_STATES, explore, generator, refuse_size, stationary
from sim._erlang.classes import in_vain, nobody
from sim._erlang.door import door
from sim._erlang.inputs import check_queue, numbers, require
from sim._erlang.loss import loss
from sim._erlang.measures import QueueMeasures, queue_measures
from sim._erlang.one_queue import Answered, one_rate
from sim._erlang.queue import Queue
from sim.errors import InvalidInput

__all__ = [
    "MOST_CHAT_STATES",
    "ChatConcurrency",
    "ChatMeasures",
    "ChatRouting",
    "chat",
    "chat_concurrency",
    "chat_measures",
    "check_chats",
]

ChatRouting = Literal["least_loaded", "most_loaded", "balanced"]

_MOST_BALANCED = 10_000_000
"""Chats of a whole team that are counted one by one."""

MOST_CHAT_STATES = 60_000
"""Chains of many numbers fill their factors faster than others do."""


@dataclass(frozen=True, eq=False)
class ChatMeasures:
    """What chats live through, and how their agents are loaded.

    Parameters
    ----------
    queue
        Measures of the chats. Its `aht` is the mean time that a chat took, its `occupancy` the
        share of time in which an agent holds at least one chat, its `lines` endless.
    chats
        Mean number of chats being answered.
    chats_per_agent
        The same per agent.
    slot_utilisation
        The same per place for a chat.
    agent_busy
        Share of time in which an agent holds at least one chat.
    chat_duration
        Mean time from the first answer to the end of a chat [s].
    """

    queue: QueueMeasures[float]
    chats: float
    chats_per_agent: float
    slot_utilisation: float
    agent_busy: float
    chat_duration: float

    @property
    def method(self) -> str:
        """How the measures were found: ``exact``, or ``balanced`` as an approximation."""
        return self.queue.method


@dataclass(frozen=True)
class ChatConcurrency:
    """What an agent gains from several chats at once.

    Parameters
    ----------
    effective
        Chats handled in the time of one.
    chat_duration
        Mean time of a chat when so many run side by side [s].
    limit
        Chats handled in the time of one if there were no limit to their number.
    """

    effective: float
    chat_duration: float
    limit: float


@door
def chat(
    *,
    arrival_rate: float,
    aht_by_level: Sequence[float],
    agents: int,
    patience: float = math.inf,
    routing: ChatRouting = "least_loaded",
) -> ChatMeasures:
    """Measure a team whose agents hold several chats at once, each the slower for it.

    Parameters
    ----------
    arrival_rate
        Chats per second, at least 0 [1/s].
    aht_by_level
        Mean time of a chat while its agent holds 1, 2, 3 ... chats, above 0; as many as an agent
        may hold [s].
    agents
        Agents, whole, at least 0.
    patience
        Mean time until somebody who waits for an agent gives up, above 0; endless by default [s].
    routing
        Which agent with a free place gets the next chat: ``least_loaded``, ``most_loaded``, or
        ``balanced``, as if chats could be moved so that all agents hold equally many.

    Raises
    ------
    InvalidInput
        If a value is out of range, or the chain of ``most_loaded`` has too many states.

    Notes
    -----
    A chat ends at the rate 1 / AHT of the level of its agent, whatever its age; Poisson arrivals,
    exponential patience, one queue, steady state. The first two rules are exact chains on how
    many agents hold how many chats, about ``(agents + levels)! / (agents! levels!)`` states.
    ``balanced`` counts chats only and is exact for itself at any size; as an approximation of
    ``least_loaded`` it sees the waiting too small, by a tenth in a small team. It stands in for
    a ``least_loaded`` team of too many states, and `method` says so. When handle times
    do not depend on the level, all rules agree with Erlang A on ``agents * levels`` agents.

    Examples
    --------
    >>> team = chat(arrival_rate=0.02, aht_by_level=(240, 360), agents=5, patience=90)
    >>> round(team.queue.wait_probability, 6), round(team.chat_duration, 2)
    (0.093917, 297.05)
    >>> fast = chat(
    ...     arrival_rate=1.5, aht_by_level=(300, 400, 540), agents=200, patience=120,
    ...     routing="balanced",
    ... )
    >>> round(fast.queue.abandonment, 6)
    0.259259
    """
    times = _levels(aht_by_level)
    rate, team, waits = check_chats(arrival_rate, float(times[0]), agents, patience)
    if routing not in get_args(ChatRouting):
        raise InvalidInput("routing", f"must be one of {', '.join(get_args(ChatRouting))}", routing)
    if team == 0 or rate == 0:
        return _idle_team(rate, times, team, waits)
    stands_in = routing == "least_loaded" and _states(team, times) > MOST_CHAT_STATES
    alike = bool(np.all(times == times[0]))
    if routing == "balanced" or stands_in or alike:
        loads = _balanced(rate, times, team)
    else:
        loads = _exact(rate, times, team, routing == "least_loaded")
    full_rate = team * len(times) / float(times[-1])
    answered, _ = one_rate(rate, full_rate, waits, loads.below)
    free = float(answered.totals.no_wait[0])
    delayed = float(answered.totals.delayed[0])
    return chat_measures(
        rate,
        waits,
        team,
        len(times),
        answered,
        chats=free * loads.chats + delayed * team * len(times),
        busy=free * loads.busy + delayed * team,
        method="balanced" if stands_in and not alike else "exact",
    )


class _Loads(NamedTuple):
    """A team while a place is free: `below` of `one_rate`, mean chats, agents with any."""

    below: float
    chats: float
    busy: float


def check_chats(
    arrival_rate: float, aht: float, agents: int, patience: float
) -> tuple[float, int, float]:
    """Return checked arrivals, agents and patience."""
    columns = numbers(
        arrival_rate=arrival_rate, aht=aht, agents=agents, patience=patience, lines=math.inf
    )
    check_queue(*columns)
    require(columns[2], "agents", "must be whole", np.floor(columns[2]) == columns[2])
    return float(columns[0]), int(columns[2]), float(columns[3])


def _levels(aht_by_level: Sequence[float]) -> FloatArray:
    (times,) = numbers(aht_by_level=aht_by_level)
    times = np.atleast_1d(times)
    require(times, "aht_by_level", "must be above 0 and finite", (times > 0) & np.isfinite(times))
    if times.ndim != 1 or times.size == 0:
        raise InvalidInput("aht_by_level", "must be a time for every level", aht_by_level)
    return times


def _idle_team(rate: float, times: FloatArray, agents: int, patience: float) -> ChatMeasures:
    """Answer where there are no chats, or no agents."""
    answered = Answered(*(in_vain(patience) if rate > 0 else nobody()))
    return chat_measures(rate, patience, agents, len(times), answered, 0.0, 0.0, float(times[0]))


def chat_measures(
    rate: float,
    patience: float,
    agents: int,
    levels: int,
    answered: Answered,
    chats: float,
    busy: float,
    alone: float = 0.0,
    method: str = "exact",
) -> ChatMeasures:
    """Name the measures; `alone` is the time of a chat when there are none to tell."""
    finished = rate * float(answered.totals.served[0])
    if math.isinf(float(answered.totals.waited[0])) and agents:
        chats, busy = float(agents * levels), float(agents)
    duration = chats / finished if finished > 0 else alone
    share = min(busy / agents, 1.0) if agents else 0.0
    queue = Queue(*(np.array([x]) for x in (rate, duration, float(agents), patience, math.inf)))
    measures: QueueMeasures[float] = queue_measures(
        queue, answered.totals, answered.fates, method=method, occupancy=np.array([share])
    )
    return ChatMeasures(
        queue=measures,
        chats=chats,
        chats_per_agent=chats / agents if agents else 0.0,
        slot_utilisation=chats / (agents * levels) if agents else 0.0,
        agent_busy=share,
        chat_duration=duration,
    )


def _balanced(rate: float, times: FloatArray, agents: int) -> _Loads:
    """Count chats that are always spread evenly: a birth-death chain, by logarithms."""
    refuse_size(float(agents) * len(times), _MOST_BALANCED)
    held = np.arange(1, agents * len(times))
    level, above = np.divmod(held, agents)
    speeds = np.concatenate(([0.0], np.arange(1, len(times) + 1) / times))
    ends = (agents - above) * speeds[level] + above * speeds[level + 1]
    logs = np.concatenate(([0.0], np.cumsum(math.log(rate) - np.log(ends))))
    top = float(logs.max())
    shares = np.exp(logs - top)
    present = np.arange(agents * len(times))
    with np.errstate(over="ignore"):
        below = float(shares.sum() * np.exp(top - logs[-1]))
    shares /= shares.sum()
    return _Loads(below, float(shares @ present), float(shares @ np.minimum(present, agents)))


def _states(agents: int, times: FloatArray) -> int:
    """Ways to spread agents over levels."""
    return math.comb(agents + len(times), len(times))


def _exact(rate: float, times: FloatArray, agents: int, spread: bool) -> _Loads:
    """Count agents by their chats; a queue begins and ends with all places taken."""
    levels, count = len(times), _states(agents, times)
    if count > MOST_CHAT_STATES:
        rule = f"makes {count} states, of which at most {MOST_CHAT_STATES} can be solved"
        raise InvalidInput("agents", rule, agents, 'use routing="balanced", or simulate')
    team = _Team(times, agents, spread)

    def moves(rows: IntArray) -> Iterator[tuple[FloatArray, IntArray]]:
        for share, to in team.arrivals(rows):
            yield rate * share, to
        yield from team.ends(rows)

    start = np.zeros((1, levels), dtype=np.int64)
    states = explore(moves, start, np.full(levels, agents), MOST_STATES)
    shares = stationary(generator(moves, states))
    full = states.rows[:, -1] == agents
    whole, free = float(shares[full].sum()), shares[~full] / shares[~full].sum()
    rows = states.rows[~full]
    with np.errstate(over="ignore", divide="ignore"):
        below = float(np.float64(shares[~full].sum()) / whole)
    return _Loads(
        below * rate * float(times[-1]) / (agents * levels),
        float(free @ (rows @ np.arange(1, levels + 1))),
        float(free @ rows.sum(axis=1)),
    )


@dataclass(frozen=True, eq=False)
class _Team:
    """Agents counted by the chats that they hold: 1, 2, 3 ... in the columns."""

    times: FloatArray
    agents: int
    spread: bool

    def arrivals(self, rows: IntArray) -> Iterator[tuple[FloatArray, IntArray]]:
        """Shares of chats that agents of every level get: all, or none."""
        levels = range(len(self.times))
        looking = np.ones(len(rows), dtype=np.bool_)
        for level in levels if self.spread else reversed(levels):
            there = self.agents - rows.sum(axis=1) if level == 0 else rows[:, level - 1]
            takes = looking & (there > 0)
            to = rows.copy()
            to[:, level] += 1
            if level:
                to[:, level - 1] -= 1
            yield takes.astype(np.float64), to
            looking &= ~takes

    def ends(self, rows: IntArray) -> Iterator[tuple[FloatArray, IntArray]]:
        """Rates at which agents lose one of their chats."""
        for level, time in enumerate(self.times):
            to = rows.copy()
            to[:, level] -= 1
            if level:
                to[:, level - 1] += 1
            yield rows[:, level] * ((level + 1) / time), to


@door
def chat_concurrency(
    *, compose_ratio: float, concurrent_chats: int, aht_single: float
) -> ChatConcurrency:
    """Effective concurrency of an agent who types while other customers compose.

    Parameters
    ----------
    compose_ratio
        Time that a customer takes for a message over the time that the agent takes, above 0.
    concurrent_chats
        Chats side by side, whole, at least 1.
    aht_single
        Mean time of a chat when it is the only one, above 0 [s].

    Raises
    ------
    InvalidInput
        If a value is out of range.

    Notes
    -----
    The machine-repair queue M/M/1//K: the agent types one answer at a time, and idles only while
    all customers compose, with the probability of Erlang's loss formula for K lines and a load of
    the compose ratio. The agent is taken to have K chats all the time. Worked example in US patent
    8,064,589: 500 s alone become 886.8 s with three chats and a ratio of 0.75.

    Examples
    --------
    >>> gain = chat_concurrency(compose_ratio=0.75, concurrent_chats=3, aht_single=500)
    >>> round(gain.effective, 2), round(gain.chat_duration, 1)
    (1.69, 886.8)
    """
    ratio_, chats, time = numbers(
        compose_ratio=compose_ratio, concurrent_chats=concurrent_chats, aht_single=aht_single
    )
    above = {"compose_ratio": ratio_, "aht_single": time}
    for name, value in above.items():
        require(value, name, "must be above 0 and finite", (value > 0) & np.isfinite(value))
    whole = (chats >= 1) & np.isfinite(chats) & (np.floor(chats) == chats)
    require(chats, "concurrent_chats", "must be whole and at least 1", whole)
    idle = float(loss(chats.reshape(1), ratio_.reshape(1))[0])
    limit = 1.0 + float(ratio_)
    effective = (1.0 - idle) * limit
    return ChatConcurrency(effective, float(chats) * float(time) / effective, limit)
