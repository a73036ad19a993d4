"""The kernel against the closed forms of `sim.erlang`, which are exact: nothing may drift away.

Each queue is played in independent runs; a measure is a ratio of sums over the runs, or a
product-limit, with a standard error by the jackknife over runs. All comparisons of this file
together raise a false alarm once in a thousand choices of the seeds (Bonferroni); the seeds are
fixed, so it either never happens or always.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass
from functools import cache

import numpy as np
import pytest
from numpy.typing import NDArray
from scipy import stats
from workloads import calls, team

from sim.engine import ENGINES, Outcome, Status
from sim.engine.contract import NEVER, TICKS_PER_SECOND
from sim.engine.invariants import check
from sim.erlang import SERVICE_RULES, QueueMeasures, ServiceRule, erlang_a, erlang_b

pytestmark = pytest.mark.slow

Floats = NDArray[np.float64]

RUNS = 60
# Runs whose outcome is looked over: takes six times as long as the run, and finds what all share.
LOOKED_OVER = 4
FALSE_ALARM = 0.001
AWT = 20.0


@dataclass(frozen=True)
class Case:
    """A queue in steady state; times in seconds, `warm_up` is not counted."""

    arrival_rate: float
    aht: float
    agents: int
    patience: float = math.inf
    lines: float = math.inf
    warm_up: float = 4 * 3600
    calls: int = 25_000

    def theory(self) -> QueueMeasures[float]:
        return erlang_a(
            arrival_rate=self.arrival_rate,
            aht=self.aht,
            agents=self.agents,
            patience=self.patience,
            lines=self.lines,
        )


R1 = Case(arrival_rate=100 / 1800, aht=180, agents=11, patience=180)
CASES = {
    "M/M/13": Case(arrival_rate=100 / 1800, aht=180, agents=13, warm_up=12 * 3600),
    "M/M/1": Case(arrival_rate=0.7 / 60, aht=60, agents=1),
    "M/M/11+M": R1,
    "M/M/8+M, overloaded": Case(arrival_rate=100 / 1800, aht=180, agents=8, patience=180),
    "M/M/100+M": Case(arrival_rate=95 / 60, aht=60, agents=100, patience=120, calls=50_000),
    "M/M/10/14": Case(arrival_rate=100 / 1800, aht=180, agents=10, lines=14),
    "M/M/9/15+M": Case(arrival_rate=100 / 1800, aht=180, agents=9, lines=15, patience=90),
    "M/M/12/12": Case(arrival_rate=100 / 1800, aht=180, agents=12, lines=12),
}
MEASURES = ("blocking", "wait_probability", "abandonment", "mean_wait", "asa", "occupancy")
# Every case: the measures and the service levels; R1 twice over; Erlang B.
COMPARISONS = len(CASES) * (len(MEASURES) + len(SERVICE_RULES)) + len(SERVICE_RULES) + 3
LIMIT = float(stats.t.isf(FALSE_ALARM / COMPARISONS / 2, RUNS - 1))


# --- playing -------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Run:
    """What is counted of one run: contacts that came after the warm-up [s]."""

    status: NDArray[np.uint8]
    wait: Floats
    handled: float
    capacity: float


@cache
def play(case: Case) -> tuple[Run, ...]:
    """Play a queue in independent runs."""
    # Every case has its own seeds, or one unlucky draw would show in all of them.
    children = np.random.SeedSequence([20240711, case.agents, case.calls]).spawn(RUNS)
    return tuple(
        play_once(case, np.random.default_rng(child), look=number < LOOKED_OVER)
        for number, child in enumerate(children)
    )


def play_once(case: Case, rng: np.random.Generator, *, look: bool) -> Run:
    """Play one run; everybody stays until the last contact is over."""
    size = case.calls + round(case.warm_up * case.arrival_rate)
    due = ticks(np.cumsum(rng.exponential(1 / case.arrival_rate, size)))
    handle = ticks(rng.exponential(case.aht, size))
    patience = np.full(size, NEVER)
    if case.patience < math.inf:
        patience = ticks(rng.exponential(case.patience, size))
    lines = NEVER if math.isinf(case.lines) else int(case.lines)
    day = (
        calls(due.tolist(), handle, patience=patience),
        team([(0, 10 * int(due[-1]))] * case.agents, lines=lines),
    )
    outcome = ENGINES["kernel"](*day)
    if look:
        check(*day, outcome)
    return count(case, outcome, handle, int(due[-1]))


def count(case: Case, outcome: Outcome, handle: NDArray[np.int64], end: int) -> Run:
    """Keep what came after the warm-up; work is counted with the contact that brings it."""
    since = int(case.warm_up * TICKS_PER_SECOND)
    kept = outcome.arrival > since
    served = outcome.status[kept] == Status.SERVED
    return Run(
        status=outcome.status[kept],
        wait=outcome.wait[kept] / TICKS_PER_SECOND,
        handled=float(handle[kept][served].sum() / TICKS_PER_SECOND),
        capacity=case.agents * (end - since) / TICKS_PER_SECOND,
    )


def ticks(seconds: Floats) -> NDArray[np.int64]:
    return np.rint(seconds * TICKS_PER_SECOND).astype(np.int64)


# --- estimating ----------------------------------------------------------------------------------


def z_score(case: Case, estimate: Callable[[Floats], float], parts: Floats, exact: float) -> float:
    """Distance of an estimate from its exact value in standard errors.

    `parts` has a row for each run; an estimate is a function of the sum of rows.
    """
    total = parts.sum(axis=0)
    left_out = np.array([estimate(total - row) for row in parts])
    error = math.sqrt((RUNS - 1) / RUNS * ((left_out - left_out.mean()) ** 2).sum())
    if error == 0:
        return 0.0 if estimate(total) == exact else math.inf
    return (estimate(total) - exact) / error


def ratio(parts: Floats) -> float:
    return float(parts[0] / parts[1])


def fractions(run: Run) -> dict[str, tuple[float, float]]:
    """Numerator and denominator of each measure that is a ratio."""
    offered = run.status != Status.BLOCKED
    served = run.status == Status.SERVED
    abandoned = run.status == Status.ABANDONED
    within = run.wait <= AWT
    all_offered, quick = offered.sum(), (served & within).sum()
    short = (abandoned & within).sum()
    # Who abandons without delay has found everybody busy all the same.
    delayed = abandoned | (offered & (run.wait > 0))
    return {
        "blocking": ((~offered).sum(), len(offered)),
        "wait_probability": (delayed.sum(), all_offered),
        "abandonment": (abandoned.sum(), all_offered),
        "mean_wait": (run.wait[offered].sum(), all_offered),
        "asa": (run.wait[served].sum(), served.sum()),
        "occupancy": (run.handled, run.capacity),
        "offered": (quick, all_offered),
        "answered": (quick, served.sum()),
        "excluding_short_abandons": (quick, all_offered - short),
        "including_short_abandons": (quick + short, all_offered),
    }


def hazards(run: Run) -> Floats:
    """Contacts served after each wait up to `AWT`, and contacts that waited so long [by tick]."""
    offered = run.status != Status.BLOCKED
    bins = np.arange(int(AWT * TICKS_PER_SECOND) + 2) - 0.5
    wait = run.wait * TICKS_PER_SECOND
    served = np.histogram(wait[run.status == Status.SERVED], bins)[0]
    gone = np.histogram(wait[offered], bins)[0]
    return np.stack([served, offered.sum() - np.cumsum(gone) + gone]).astype(float)


def product_limit(parts: Floats) -> float:
    """Kaplan and Meier's share with a virtual wait of at most `AWT`; who abandons is censored."""
    served, waiting = parts
    return float(1 - np.prod(1 - served / np.maximum(waiting, 1)))


def z_scores(case: Case, theory: QueueMeasures[float]) -> dict[str, float]:
    """All measures and service levels of a case against the closed form."""
    runs = play(case)
    parts = [fractions(run) for run in runs]
    exact: dict[str, float] = {name: getattr(theory, name) for name in MEASURES}
    exact |= {rule: theory.service_level(rule, AWT) for rule in SERVICE_RULES}
    scores = {
        name: z_score(case, ratio, np.array([part[name] for part in parts], float), exact[name])
        for name in parts[0]
    }
    virtual = np.stack([hazards(run) for run in runs])
    scores["virtual"] = z_score(case, product_limit, virtual, exact["virtual"])
    return scores


# --- the comparisons -----------------------------------------------------------------------------


@pytest.mark.parametrize("name", CASES)
def test_the_kernel_agrees_with_the_closed_form(name: str) -> None:
    scores = z_scores(CASES[name], CASES[name].theory())

    assert {measure: z for measure, z in scores.items() if abs(z) > LIMIT} == {}


# Palm's queue with 100 calls in half an hour, 180 s of work, 180 s of patience, 11 agents:
# independent programs give these digits.
PUBLISHED: dict[ServiceRule, float] = {
    "offered": 0.70537,
    "virtual": 0.7121,
    "excluding_short_abandons": 0.7325,
    "including_short_abandons": 0.7424,
    "answered": 0.76956,
}


@pytest.mark.parametrize("rule", SERVICE_RULES)
def test_a_simulated_service_level_agrees_with_the_published_one(rule: ServiceRule) -> None:
    runs = play(R1)
    if rule == "virtual":
        parts, estimate = np.stack([hazards(run) for run in runs]), product_limit
    else:
        parts, estimate = np.array([fractions(run)[rule] for run in runs], float), ratio

    assert abs(z_score(R1, estimate, parts, PUBLISHED[rule])) < LIMIT


def test_endless_patience_gives_the_published_erlang_c() -> None:
    case = Case(arrival_rate=100 / 1800, aht=180, agents=11, warm_up=24 * 3600, calls=60_000)
    parts = np.array([fractions(run)["offered"] for run in play(case)], float)

    assert abs(z_score(case, ratio, parts, 0.3896)) < LIMIT


def test_as_many_lines_as_agents_lose_what_erlang_b_says() -> None:
    case = CASES["M/M/12/12"]
    parts = np.array([fractions(run)["blocking"] for run in play(case)], float)

    assert abs(z_score(case, ratio, parts, erlang_b(lines=12, load=10.0))) < LIMIT


def test_one_call_in_a_hundred_more_would_be_noticed() -> None:
    """The comparison has teeth: the closed form of a slightly other queue is refused."""
    other = erlang_a(arrival_rate=101 / 1800, aht=180, agents=11, patience=180)
    scores = z_scores(R1, other)

    assert abs(scores["offered"]) > LIMIT
    assert abs(scores["occupancy"]) > LIMIT
