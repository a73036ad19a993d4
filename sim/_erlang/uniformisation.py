"""A crowd of contacts moved exactly through time while rates and staff stay as they are.

Uniformisation (Jensen 1953) writes the state after a time h as a Poisson mixture of steps of a
discrete chain: only positive terms are added, so nothing cancels. Weights come from logarithms
and time is cut into stretches, so nothing underflows. Only states that hold anybody are visited;
what leaves the visited window is measured, and the stretch is repeated with a wider one if it is
more than dust.
"""

from __future__ import annotations

import math
from functools import lru_cache
from importlib import import_module
from typing import Any, NamedTuple

import numpy as np

from sim._erlang.arrays import FloatArray
from sim.errors import InvalidInput

__all__ = [
    "FIELDS",
    "MOST_STATES",
    "Regime",
    "advance",
    "busy_numbers",
    "crowd_of",
    "follow",
    "queue_numbers",
    "refuse_crowd",
    "restaff",
    "still_waiting",
]

FIELDS = 4
"""The crowd; waiting contacts that never give up; waiting contacts; their ages."""

MOST_STATES = 4_000_000
"""States that fit in memory comfortably: 32 MB each for a handful of arrays."""

_STEPS = 500.0
"""Mean number of steps of one stretch of time."""

_DUST = 1e-17
"""Probability that may get lost in one stretch; a rounding error is ten times as much."""

_SPECK = 1e-28
"""States that hold less are not visited."""

_SETTLED = 1e-13
"""Distance from the steady state at which nothing is left to compute."""

_SETTLING = 50.0
"""Handle times, or patiences, after which a queue with constant rates hardly changes."""

_WINDOW = 20.0
"""States next to the queue's usual length that are always visited."""

_MOST_MOVED = 3e9
"""Events times states, as far as can be told before: about a minute."""

_NOISE = 2e-14
"""Change of a stretch that is nothing but rounding."""


class Regime(NamedTuple):
    """Rates [1/s] that hold for a while; `balking` is the share that leaves rather than wait."""

    arrival_rate: float
    service: float
    leave: float
    agents: int
    balking: float = 0.0


@lru_cache(maxsize=1)
def _compiled() -> Any:
    """Return the compiled loop, imported when it is first needed: the compiler takes a second."""
    return import_module("sim._erlang.steps")


class _Stretch(NamedTuple):
    """What a stretch of time has brought, and the margin that its window has needed."""

    length: float
    crowd: FloatArray
    area: FloatArray
    margin: int


def crowd_of(busy: int, queue: int, agents: int, *, fields: int = 1) -> FloatArray:
    """Return a crowd that is known for certain, by field, row and column."""
    answered = min(queue, max(agents - busy, 0))
    busy, queue = busy + answered, queue - answered
    row = max(busy - agents, 0)
    crowd = np.zeros((fields, row + 1, max(agents, busy + queue) + 1))
    crowd[0, row, min(busy, agents) + queue] = 1.0
    return crowd


def queue_numbers(columns: int, agents: int) -> FloatArray:
    """Return the contacts that wait, by column."""
    queue: FloatArray = np.maximum(np.arange(columns) - float(agents), 0.0)
    return queue


def busy_numbers(rows: int, columns: int, agents: int) -> FloatArray:
    """Return the agents at work, by row and column."""
    busy: FloatArray = np.minimum(np.arange(columns), float(agents)) + np.arange(rows)[:, None]
    return busy


def still_waiting(crowd: FloatArray, agents: int) -> FloatArray:
    """Return only the states in which a contact that arrives must wait."""
    waiting = crowd.copy()
    waiting[..., 0, :agents] = 0.0
    return waiting


def restaff(crowd: FloatArray, old: int, new: int, *, preemptive: bool = False) -> FloatArray:
    """Give the crowd another number of agents: more answer at once, fewer finish their contacts.

    Preemptive changes interrupt instead: who is in service beyond the staff is back in the queue.
    Waiting contacts whose turn has come are found below the column `new` of row 0.
    """
    if old == new:
        return crowd
    fields, rows, columns = crowd.shape
    surplus = 0 if preemptive else max(old + rows - 1 - new, 0)
    changed = np.zeros((fields, surplus + 1, max(columns + rows - 1, new + 1)))
    for row in range(rows):
        # Nobody queues in the columns below `old`; above, everybody of this row is at work.
        for low, high, busy in ((0, min(old, columns), None), (old, columns, old + row)):
            if row and busy is None:
                continue
            _move(crowd[:, row], changed, (low, high), busy, (old, new))
    return changed


def _move(
    source: FloatArray,
    changed: FloatArray,
    bounds: tuple[int, int],
    busy: int | None,
    staff: tuple[int, int],
) -> None:
    """Move columns of one row to the states that they are with another staff."""
    old, new = staff
    low, high = bounds
    top = changed.shape[1] - 1
    if busy is None:  # no queue: the column is the number of busy agents
        within = min(high, new + 1) if top else high
        changed[:, 0, low:within] += source[:, low:within]
        for column in range(max(within, low), high):
            changed[:, column - new, new] += source[:, column]
    elif busy <= new or not top:
        shift = busy - old
        changed[:, 0, low + shift : high + shift] += source[:, low:high]
    else:
        shift = new - old
        changed[:, busy - new, low + shift : high + shift] += source[:, low:high]


def advance(crowd: FloatArray, regime: Regime, time: float) -> tuple[FloatArray, FloatArray]:
    """Return the crowd after a time, and the integral of the crowd over that time.

    An endless time ends when nobody is left; that makes sense for waiting contacts only.
    """
    return _run(crowd, regime, time)


def follow(
    waiting: FloatArray, regime: Regime, time: float, *, discount: float = 0.0
) -> tuple[FloatArray, FloatArray]:
    """Follow waiting contacts by the crowd ahead of them: `advance`, but whoever is served is gone.

    Contacts never give up here, those ahead of them do. The integral is of exp(-discount u) times
    the contacts that wait at u: with the rate of leaving, of contacts that give up too.
    """
    return _run(waiting, regime._replace(arrival_rate=0.0), time, discount, tagged=True)


def _run(
    crowd: FloatArray,
    regime: Regime,
    time: float,
    discount: float = 0.0,
    *,
    tagged: bool = False,
) -> tuple[FloatArray, FloatArray]:
    """Cut time into stretches; stop when nobody is there, or nothing changes any more."""
    area = np.zeros_like(crowd)
    passed, margin, before = 0.0, 4, math.inf
    while passed < time and np.any(crowd > _SPECK):
        done = _stretch(crowd, regime, time - passed, margin, discount, tagged=tagged)
        area = _sum(area, done.area * math.exp(-discount * passed))
        change = float(np.abs(_sum(done.crowd, -crowd)).sum()) / float(crowd.sum())
        crowd, margin = done.crowd, done.margin
        passed = time if done.length >= time - passed else passed + done.length
        if passed < time < math.inf and not tagged and _is_settled(change, before):
            return crowd, _sum(area, crowd * (time - passed))
        before = change
    return crowd, area


def _is_settled(change: float, before: float) -> bool:
    """Tell whether all changes to come are dust, if they go on to fall as they just did."""
    if change < _NOISE:
        return True
    return change < 0.9 * before < math.inf and change / (before / change - 1.0) < _SETTLED


def _stretch(
    crowd: FloatArray,
    regime: Regime,
    left: float,
    margin: int,
    discount: float,
    *,
    tagged: bool,
) -> _Stretch:
    """Move the crowd by some hundred steps, in a window that loses nobody."""
    fields, rows, _ = crowd.shape
    held = np.flatnonzero((crowd > _SPECK).any(axis=(0, 1)))
    joining = regime.arrival_rate * (1.0 - regime.balking)
    rates = (regime.arrival_rate, joining, regime.service, regime.leave)
    while True:
        low = regime.agents if tagged else max(int(held[0]) - margin, 0)
        if fields > 1 or rows > 1:
            low = min(low, regime.agents)
        high = int(held[-1]) + (0 if tagged else margin)
        _check_size(fields * rows * (high - low + 1))
        fastest = _fastest(regime, high, rows, fields)
        if fastest == 0.0:
            return _Stretch(left, crowd, crowd * _discounted(left, discount), margin)
        length = min(left, _STEPS / (fastest + discount))
        end, area = _compiled().take_steps(
            crowd, low, high, rates, regime.agents, fastest, length, discount
        )
        if tagged or _lost(area[0], regime, low, high) <= _DUST:
            return _Stretch(length, _placed(end, low, regime.agents), _placed(area, low, 0), margin)
        margin = 2 * margin + 8


def _discounted(time: float, discount: float) -> float:
    return time if discount == 0.0 else -math.expm1(-discount * time) / discount


def refuse_crowd(
    lengths: FloatArray,
    rates: FloatArray,
    agents: FloatArray,
    times: tuple[float, float],
    first: float,
) -> None:
    """Refuse what is sure to take too many states, or too many events.

    `lengths`, arrival `rates` and `agents` are by interval, `times` are the mean handle time and
    patience, `first` the contacts to begin with.
    """
    aht, patience = times
    surplus = np.maximum(rates - agents / aht, 0.0)
    line = float((surplus * lengths).sum())
    if line > 0.0:
        line = min(line, float(surplus.max()) * patience)
    contacts = float(agents.max(initial=0.0)) + first + line
    _check_size(int(min(contacts, 1e18)) * FIELDS)
    # What has long settled costs nothing more.
    settled = _SETTLING * (max(aht, patience) if math.isfinite(patience) else aht)
    lasting = np.where((surplus > 0) & math.isinf(patience), lengths, np.minimum(lengths, settled))
    present = np.minimum(agents, rates * aht + first)
    events = rates + (present + 1.0) / aht + _WINDOW / patience
    moved = float((lasting * events * (12.0 * np.sqrt(present + line) + _WINDOW)).sum())
    if moved > _MOST_MOVED:
        rule = f"times states must be at most {_MOST_MOVED:g} in the time asked for"
        raise InvalidInput("events", rule, f"{moved:.3g}", "a simulation answers such a question")


def _check_size(states: int) -> None:
    if states > MOST_STATES:
        hint = "a simulation answers for systems of this size"
        raise InvalidInput("states", f"must be at most {MOST_STATES}", states, hint)


def _fastest(regime: Regime, high: int, rows: int, fields: int) -> float:
    """Return a rate that no state of the window exceeds [1/s]."""
    busy = min(high, regime.agents) + rows - 1
    leaving = max(high - regime.agents, 0) + (1 if fields > 1 else 0)
    return regime.arrival_rate + busy * regime.service + leaving * regime.leave


def _lost(area: FloatArray, regime: Regime, low: int, high: int) -> float:
    """Return the probability that has moved out of a window."""
    births = regime.arrival_rate * (1.0 if high < regime.agents else 1.0 - regime.balking)
    lost = births * float(area[:, -1].sum())
    if low > 0:
        served = min(low, regime.agents) * regime.service
        lost += float(area[0, 0]) * (served + max(low - regime.agents, 0) * regime.leave)
    return lost


def _placed(window: FloatArray, low: int, agents: int) -> FloatArray:
    """Put a window back to its columns, without rows and columns at the end that hold nobody."""
    fields = window.shape[0]
    held = np.argwhere(np.abs(window).max(axis=0) > _SPECK)
    top, end = held.max(axis=0) + 1 if held.size else (1, 0)
    placed = np.zeros((fields, top, max(low + end, agents + 1)))
    placed[:, :, low : low + end] = window[:, :top, :end]
    return placed


def _sum(one: FloatArray, other: FloatArray) -> FloatArray:
    """Add crowds of different sizes."""
    shape = tuple(max(sizes) for sizes in zip(one.shape, other.shape, strict=True))
    total = np.zeros(shape)
    for part in (one, other):
        total[tuple(map(slice, part.shape))] += part
    return total
