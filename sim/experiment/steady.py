"""One long run cut into batches: the steady state of a queue whose days are alike.

Waiting times of neighbours depend on each other, so a run of a million contacts is worth far
fewer. Sums over batches long enough hardly depend on each other; how long that is, the run itself
says. The beginning, in which the queue is not yet what it will be, is put aside.
"""

from __future__ import annotations

import math
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from sim.engine import check_engine
from sim.errors import InvalidInput
from sim.experiment.asked import checked_count, checked_seed
from sim.experiment.case import Case
from sim.experiment.played import Job
from sim.metrics import MEASURES, measure_names, parts, service_level
from sim.stats import Estimate, ratio_estimate

__all__ = ["Steady", "batch_means", "bounded", "steady_state"]

Floats = NDArray[np.float64]

#: Batches are joined while they depend on each other, as long as so many are left.
FEWEST = 16
# Batches to begin with, at most: their correlation is seen the better the more there are.
_MOST = 512
# Standard errors beyond which a correlation is none of chance's: one-sided at 10 %.
_CLEAR = 1.2816


@dataclass(frozen=True, slots=True)
class Steady:
    """A measure of the steady state, from one long run.

    Parameters
    ----------
    estimate
        The measure with its interval.
    batches, length
        Batches, and slots in each.
    discarded
        Slots put aside at the beginning.
    correlation
        Of neighbouring batches.
    independent
        Whether that correlation is one that chance brings; where it is not, the interval is too
        narrow and the run too short.
    """

    estimate: Estimate
    batches: int
    length: int
    discarded: int
    correlation: float
    independent: bool


def steady_state(
    played: Case, measure: str, channel: str, *, seed: int, cycle: int = 1, engine: str = "kernel"
) -> Steady:
    """Play one replication and estimate a measure of its steady state by batch means.

    Parameters
    ----------
    played
        An option whose period is long; its warm-up is put aside before anything else.
    measure, channel
        As `Replications.estimate` takes them, the virtual service level excepted.
    seed
        Where the random numbers start.
    cycle
        Slots after which demand and staffing are alike again: 1 where they never change, those
        of a day or a week where they do. Batches are whole cycles.
    engine
        ``kernel`` or ``reference``.

    Raises
    ------
    InvalidInput
        If there is no such measure, channel or engine, the seed has no 64 bits, or the run has
        too few cycles.
    """
    check_engine(engine)
    seed = checked_seed(seed)
    if channel not in played.rows:
        raise InvalidInput("channel", f"must be one of {', '.join(played.rows)}", channel)
    c = played.rows.index(channel)
    name = service_level(played.rules[c]) if measure == "service_level" else measure
    if name not in measure_names():
        rule = f"must be one of {', '.join(measure_names())}"
        raise InvalidInput("measure", rule, measure)
    at = measure_names().index(name)
    over, under = parts(Job(played, seed, engine).play(0).contacts[c])
    found = batch_means(over[:, at], under[:, at], cycle=cycle)
    return bounded(found, share=MEASURES[name].unit == "share")


def bounded(found: Steady, *, share: bool) -> Steady:
    """Cut the interval where no share, or no time, can be."""
    most = 1.0 if share else math.inf
    return replace(found, estimate=replace(found.estimate, least=0.0, most=most))


def batch_means(over: Floats, under: Floats, *, cycle: int = 1) -> Steady:
    """Estimate a ratio of means from one series, cut into batches.

    Parameters
    ----------
    over, under
        Numerator and denominator by slot: ones below for a plain mean.
    cycle
        Slots that belong together.

    Notes
    -----
    The beginning is cut off where the standard error of the rest is least (MSER, White 1997), at
    most a quarter of the run. Batches are doubled until von Neumann's ratio of neighbours'
    differences shows no correlation beyond chance, one-sided at 10 %.

    Raises
    ------
    InvalidInput
        If there are not as many of both, or fewer than 16 cycles.

    Examples
    --------
    >>> series = np.random.default_rng(1).normal(5.0, 1.0, 4096)
    >>> found = batch_means(series, np.ones(4096))
    >>> found.independent, abs(found.estimate.value - 5) < found.estimate.half_width
    (True, True)
    """
    if len(over) != len(under):
        raise InvalidInput("over", f"must have as many slots as under ({len(under)})", len(over))
    cycle = checked_count("cycle", cycle)
    if len(over) // cycle < FEWEST:
        rule = f"must leave {FEWEST} cycles at least of {len(over)} slots"
        raise InvalidInput("cycle", rule, cycle, "simulate more days")
    x, y = _joined(over, cycle), _joined(under, cycle)
    discarded = _beginning(x, y)
    x, y = x[discarded:], y[discarded:]
    size = max(1, len(x) // _MOST)
    while True:
        # What does not fill a batch belongs to the beginning.
        ahead = len(x) % size
        bx, by = _joined(x[ahead:], size), _joined(y[ahead:], size)
        correlation, independent = _correlation(bx, by)
        if independent or len(bx) // 2 < FEWEST:
            break
        size *= 2
    return Steady(
        ratio_estimate(bx, by),
        len(bx),
        size * cycle,
        len(over) - len(bx) * size * cycle,
        correlation,
        independent,
    )


def _joined(values: Floats, size: int) -> Floats:
    """Sums over neighbours; what is left over at the end is dropped."""
    whole = len(values) // size * size
    return np.asarray(values[:whole].reshape(-1, size).sum(axis=1), np.float64)


def _beginning(x: Floats, y: Floats) -> int:
    """Cycles to put aside: where the rest is known best."""
    if not y.sum():
        return 0
    residual = x - x.sum() / y.sum() * y
    least = max(1, len(x) // 4)
    rest = len(x) - np.arange(least)
    later = residual[::-1].cumsum()[::-1][:least] / rest
    square = (residual**2)[::-1].cumsum()[::-1][:least] / rest
    return int(np.argmin((square - later**2) / rest))


def _correlation(x: Floats, y: Floats) -> tuple[float, bool]:
    """Correlation of neighbouring batches, and whether chance may have brought it."""
    if not y.sum():
        return 0.0, True
    residual = x - x.sum() / y.sum() * y
    square = float(residual @ residual)
    if square <= 0:
        return 0.0, True
    count = len(x)
    ratio = 1 - float(np.diff(residual) @ np.diff(residual)) / (2 * square)
    error = math.sqrt((count - 2) / (count**2 - 1))
    return ratio, ratio / error < _CLEAR
