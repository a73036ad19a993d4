"""Answers of a case file by playing: the engine, numbers drawn by numpy, and honest errors.

A model is played in independent runs. Each run counts only what came after its beginning, as
numerators and denominators; an answer is a ratio of their sums with the standard error of that
ratio over the runs, widened as Student's t asks, so that four of them mean what they mean for a
normal law. Nothing of what is answered is taken from `sim.erlang`.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass
from typing import Any, NamedTuple, TypeAlias

import numpy as np
from numpy.typing import ArrayLike, NDArray
from scipy import stats

from sim.engine import ENGINES, Outcome, Staffing, Status, Workload
from sim.engine.contract import CLOCK_LIMIT, NEVER, NONE, WORK_LIMIT
from sim.erlang import (
    Deterministic,
    Erlang,
    Exponential,
    Gamma,
    Hyperexponential,
    Law,
    Lognormal,
    Uniform,
    Weibull,
)

__all__ = [
    "Answer",
    "Calls",
    "Floats",
    "Inputs",
    "Measured",
    "Parts",
    "Seen",
    "agents_at_work",
    "budget",
    "draw",
    "estimates",
    "generators",
    "merged",
    "overlap",
    "play",
    "quantiles",
    "ratio",
    "seat",
    "seeded",
    "service_levels",
]

Floats: TypeAlias = NDArray[np.float64]
Ints: TypeAlias = NDArray[np.int64]
Inputs: TypeAlias = dict[str, Any]
Answer: TypeAlias = dict[str, Any]

SEED = 20261122
_BUDGET = 1_200_000
_SIGMAS = 4.0
# Runs that must have seen a thing before their spread is believed.
_FEW = 30
# Waits that must lie above a quantile.
_ABOVE = 8


class Part(NamedTuple):
    """What one run knows of a ratio; `unit` is what one contact more could add above."""

    over: Floats
    under: Floats
    unit: float


Parts: TypeAlias = dict[str, Part]


class Measured(NamedTuple):
    """A ratio with its honest error, and what each run knows of it, [run, over and under]."""

    mean: float
    error: float
    runs: Floats


def ratio(over: ArrayLike, under: ArrayLike, unit: float = 1.0) -> Part:
    return Part(np.asarray(over, float), np.asarray(under, float), unit)


#: What all sources of random numbers of a case begin with.
_ROOT: ContextVar[tuple[int, ...]] = ContextVar("_ROOT", default=(SEED,))
#: How much of what a case may cost is spent.
_SHARE: ContextVar[float] = ContextVar("_SHARE", default=1.0)


@contextmanager
def seeded(*root: int, share: float = 1.0) -> Iterator[None]:
    """Let what is played meanwhile draw from sources of its own, and spend so much only."""
    before = _ROOT.set(root), _SHARE.set(share)
    try:
        yield
    finally:
        _ROOT.reset(before[0])
        _SHARE.reset(before[1])


def budget() -> float:
    """Contacts that a case may cost, all runs together."""
    return _BUDGET * _SHARE.get()


def generators(runs: int, *key: int) -> list[np.random.Generator]:
    """A source of random numbers for each run, other ones for each key."""
    root = np.random.SeedSequence([*_ROOT.get(), *key])
    return [np.random.default_rng(source) for source in root.spawn(runs)]


# --- estimating ----------------------------------------------------------------------------------


def estimates(runs: Sequence[Parts], clump: float = 1.0) -> Answer:
    """Ratios of sums over runs, with standard errors; what nobody was counted for is left out.

    Where hardly any run saw a thing, or saw it fail, their spread is no measure of what is not
    known: one case more could be, and such cases come `clump` at a time.
    """
    wide = widened(len(runs))
    found: Answer = {}
    for name in runs[0]:
        over = np.array([run[name].over for run in runs])
        under = np.array([run[name].under for run in runs])
        total = under.sum(axis=0)
        if not np.all(total > 0):
            continue
        mean = over.sum(axis=0) / total
        spread = ((over - mean * under) ** 2).sum(axis=0) * len(runs) / (len(runs) - 1)
        sights = np.minimum((over > 0).sum(axis=0), (over != under).sum(axis=0))
        # Four of these reach as far as what a Poisson count allows at four standard errors.
        more = np.where(sights < _FEW, clump * (np.sqrt(sights) + 2.5), 1.0)
        floor = runs[0][name].unit / total * more
        error = np.maximum(np.sqrt(spread) / total * wide, floor)
        found[name] = "inf" if np.all(np.isinf(mean)) else measured(mean, error, over, under)
    return found


def measured(mean: Floats, error: Floats, over: Floats, under: Floats) -> Any:
    """One ratio, or a list of them where runs know several."""
    if np.ndim(mean) == 0:
        return Measured(float(mean), float(error), np.stack([over, under], axis=1))
    parts = zip(mean, error, over.T, np.broadcast_to(under.T, over.T.shape), strict=True)
    return [measured(*part) for part in parts]


def widened(runs: int) -> float:
    """What makes four standard errors of few runs as rare as four of many."""
    return float(stats.t.isf(stats.norm.sf(_SIGMAS), runs - 1)) / _SIGMAS


def quantiles(
    values: Sequence[Floats], shares: Sequence[float], unit: float, clump: float = 1.0
) -> list[list[float] | None]:
    """Quantiles of all runs, with errors by what the shares below them differ by (Woodruff).

    None where what lies above is too little to tell, waits coming `clump` alike at a time.
    """
    whole = np.sort(np.concatenate(values))
    sizes, wide = np.array([len(run) for run in values]), widened(len(values))
    found: list[list[float] | None] = []
    for share in shares:
        if (1 - share) * len(whole) < _ABOVE * clump:
            found.append(None)
            continue
        at = float(_at(whole, share))
        below = np.array([(run <= at).sum() for run in values])
        spread = ((below - below.sum() / sizes.sum() * sizes) ** 2).sum()
        error = math.sqrt(spread * len(sizes) / (len(sizes) - 1)) / len(whole)
        # The longer side: beside the many who do not wait at all, the other has no length.
        width = max(_at(whole, share + error) - at, at - _at(whole, share - error))
        found.append([at, max(width * wide, unit / len(whole))])
    return found


def _at(ordered: Floats, share: float) -> float:
    return float(ordered[int(np.clip(share * len(ordered), 0, len(ordered) - 1))])


def merged(parts: Sequence[tuple[float, Answer]]) -> Answer:
    """Answers mixed by their weights."""
    names = set.intersection(*(set(answer) for _, answer in parts))
    weights = np.array([weight for weight, _ in parts])
    found: Answer = {}
    for name in names:
        pairs = np.array([answer[name][:2] for _, answer in parts])
        found[name] = [
            float(weights @ pairs[:, 0]),
            float(np.sqrt((weights * pairs[:, 1]) @ (weights * pairs[:, 1]))),
        ]
    return found


# --- drawing -------------------------------------------------------------------------------------

_DRAWS: dict[type[Law], Callable[[Any, np.random.Generator, int], Floats]] = {
    Exponential: lambda law, rng, size: rng.exponential(law.mean, size),
    Deterministic: lambda law, rng, size: np.full(size, law.value),
    Uniform: lambda law, rng, size: rng.uniform(law.low, law.high, size),
    Erlang: lambda law, rng, size: rng.gamma(law.k, law.mean / law.k, size),
    Gamma: lambda law, rng, size: rng.gamma(law.shape, law.mean / law.shape, size),
    Lognormal: lambda law, rng, size: rng.lognormal(
        math.log(law.mean) - math.log1p(law.scv) / 2, math.sqrt(math.log1p(law.scv)), size
    ),
    Weibull: lambda law, rng, size: law.scale * rng.weibull(law.shape, size),
    Hyperexponential: lambda law, rng, size: (
        rng.standard_exponential(size) * rng.choice(law.means, size, p=law.shares)
    ),
}


def draw(law: Law | None, rng: np.random.Generator, size: int) -> Floats:
    """Times of a law; none is a time without end."""
    return np.full(size, math.inf) if law is None else _DRAWS[type(law)](law, rng, size)


# --- playing -------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Calls:
    """Attempts in seconds; the first ones in order of `due`, `links` are columns of a workload."""

    due: Floats
    handle: Floats
    patience: Floats
    queue: NDArray[np.uint8]
    links: Mapping[str, NDArray[np.int32]]
    fresh: int
    queues: int = 1
    acw: Floats | None = None

    @staticmethod
    def plain(due: Floats, handle: Floats, patience: Floats) -> Calls:
        """Attempts of one queue that nothing follows."""
        return Calls(due, handle, patience, np.zeros(len(due), np.uint8), {}, len(due))


@dataclass(frozen=True)
class Seen:
    """What became of every attempt, in seconds: joined, waited, served from and until."""

    status: NDArray[np.uint8]
    arrival: Floats
    wait: Floats
    begin: Floats
    end: Floats
    agent: NDArray[np.int32]

    @property
    def offered(self) -> NDArray[np.bool_]:
        return self.served | self.abandoned

    @property
    def served(self) -> NDArray[np.bool_]:
        return np.asarray(self.status == Status.SERVED)

    @property
    def abandoned(self) -> NDArray[np.bool_]:
        return np.asarray(self.status == Status.ABANDONED)


def seat(groups: Sequence[int] | int, preference: ArrayLike = ((0,),), **tables: Any) -> Staffing:
    """Agents who are always there, by group; tables are those of a staffing."""
    sizes = [groups] if isinstance(groups, int) else list(groups)
    group = np.repeat(np.arange(len(sizes)), sizes).astype(np.uint8)
    columns: dict[str, Any] = {name: np.array(table, np.int64) for name, table in tables.items()}
    return Staffing(
        start=np.zeros(len(group), np.int64),
        end=np.full(len(group), CLOCK_LIMIT - 1),
        group=group,
        preference=np.array(preference, np.int64),
        **columns,
    )


def play(calls: Calls, crew: Staffing | Callable[[float], Staffing], until: float) -> Seen:
    """Play with ticks as fine as the clock allows: half of it is `until`.

    Handle times that would not fit end beyond `until` all the same.
    """
    longest = min(float(calls.handle.max(initial=0.0)), 2 * until)
    per_second = min(CLOCK_LIMIT / 2 / until, (WORK_LIMIT - 1) / max(longest, 1e-300))
    staffing = crew if isinstance(crew, Staffing) else crew(per_second)
    patience = np.minimum(calls.patience * per_second, CLOCK_LIMIT - 1)
    links: dict[str, Any] = dict(calls.links)
    work = Workload(
        queues=calls.queues,
        fresh=calls.fresh,
        due=ticks(calls.due * per_second),
        queue=calls.queue,
        handle=ticks(np.minimum(calls.handle * per_second, WORK_LIMIT - 1)),
        acw=np.zeros(len(calls.due), np.int64)
        if calls.acw is None
        else ticks(calls.acw * per_second),
        patience=np.where(np.isinf(calls.patience), NEVER, ticks(patience)),
        **links,
    )
    return seen(ENGINES["kernel"](work, staffing), per_second)


def ticks(times: Floats) -> Ints:
    return np.rint(times).astype(np.int64)


def seen(outcome: Outcome, per_second: float) -> Seen:
    begin = outcome.arrival + outcome.wait
    served = outcome.status == Status.SERVED
    return Seen(
        status=outcome.status,
        arrival=outcome.arrival / per_second,
        wait=outcome.wait / per_second,
        begin=begin / per_second,
        end=(begin + np.where(served, outcome.talk + outcome.wrap, 0)) / per_second,
        agent=np.where(served, outcome.agent, NONE).astype(np.int32),
    )


# --- counting ------------------------------------------------------------------------------------


def overlap(begin: Floats, end: Floats, edges: Sequence[float] | Floats) -> Floats:
    """Time that stretches share with each of the slots between edges, summed over stretches."""
    edges = np.asarray(edges, float)
    low, high = np.sort(begin), np.sort(end)
    return np.diff(edges * (len(begin) - len(end)) + _before(low, edges) - _before(high, edges))


def _before(times: Floats, edges: Floats) -> Floats:
    """How much of the time up to each edge lies behind each of the sorted times, summed."""
    sums = np.concatenate([[0.0], np.cumsum(times)])
    count = np.searchsorted(times, edges)
    return np.asarray(count * edges - sums[count], float)


def agents_at_work(begin: Floats, end: Floats, edges: tuple[float, float]) -> Floats:
    """Time within the edges at which so many stretches go on: none, one, two …"""
    at = np.concatenate([begin, end])
    order = np.argsort(at, kind="stable")
    step = np.repeat([1, -1], [len(begin), len(end)])[order]
    times = np.clip(np.concatenate([at[order], [math.inf]]), *edges)
    level = np.cumsum(step)
    length = np.diff(times)
    first = max(times[0] - edges[0], 0.0)
    found = np.bincount(np.maximum(level, 0), length, minlength=1)
    found[0] += first
    return np.asarray(found, float)


def service_levels(seen: Seen, of: NDArray[np.bool_], awt: ArrayLike, unit: float) -> Parts:
    """The usual measures of those attempts that were not blocked; `unit` is a time."""
    served, gone = seen.served & of, seen.abandoned & of
    wait = seen.wait
    offered, answered = int((served | gone).sum()), int(served.sum())
    within = wait <= np.asarray(awt, float)
    quick, short = (served & within).sum(), (gone & within).sum()
    # Who leaves without delay has found everybody busy all the same.
    delayed = (served & (wait > 0)).sum() + gone.sum()
    waits = wait[served].sum(), wait[gone].sum()
    return {
        "p_wait": ratio(delayed, offered),
        "p_abandon": ratio(gone.sum(), offered),
        "p_abandon_within_T": ratio(short, offered),
        "mean_wait": ratio(sum(waits), offered, unit),
        "mean_wait_served": ratio(waits[0], answered, unit),
        "mean_wait_abandoned": ratio(waits[1], gone.sum(), unit),
        "mean_wait_delayed": ratio(sum(waits), delayed, unit),
        "service_level": ratio(quick, offered),
        "sl_offered": ratio(quick, offered),
        "sl_answered": ratio(quick, answered),
        "sl_excl_short_abandons": ratio(quick, offered - short),
        "sl_incl_short_abandons": ratio(quick + short, offered),
    }
