"""Compile everything that is compiled, before somebody waits for it.

It takes one core a minute, so parts that share nothing are compiled by processes of
their own where there are more cores. What they write to the cache the first process then finds; a
part whose process fails is compiled by the first one.
"""

from __future__ import annotations

import datetime
import os
import subprocess
import sys
from collections.abc import Callable

import numpy as np

from sim.compiled import alone, mark_warm
from sim.demand.draws import branched, normal
from sim.demand.gamma import gamma_tails, log_gamma, standard_gamma
from sim.engine import ENGINES, Staffing, Workload, kernel, lean, line
from sim.engine.contract import NONE
from sim.experiment.case import case
from sim.experiment.stationary import stationary_queue
from sim.metrics import answer_counts, tally, wait_counts
from sim.plan.duties import Shift
from sim.plan.people import Person
from sim.plan.period import Period
from sim.plan.rosters.rostering import roster
from sim.plan.rules import RU
from sim.scenario.load import load_text

__all__ = ["compile_parts", "warm_up"]

_HOURS = ", ".join(["1"] * 24)
# A plain day, and one whose customers have more before them than to be served or to redial.
_PLAIN = f"""
name: warm-up
calendar: {{start: 2026-03-02, days: 1}}
channels:
  phone:
    kind: voice
    arrivals: {{Mon-Sun: [{_HOURS}]}}
    handle_time: 4m
    patience: 2m
groups:
  desk: {{skills: [phone], staffing: {{shifts: [{{agents: 1, hours: always}}]}}}}
simulation: {{warm_up: 0s, wrap_up: 0s}}
"""
_FULL = _PLAIN.replace(
    "patience: 2m",
    "patience: 2m\n    classes: {vip: {share: 10%}}",
)


def _play_in_full() -> None:
    """Compile the loop that knows the whole model."""
    kernel.play_in_full(*_tiny())


def _play_plain() -> None:
    """Compile the loops for plain days."""
    lean.play(*_tiny())
    line.play(*_tiny())


def _draw() -> None:
    """Compile what draws, and the long run of one queue, which draws as it plays."""
    for text in (_PLAIN, _FULL):
        case(load_text(text), "base").demand.workload(1, 0)
    branched(np.zeros(1, np.int64), 1)
    normal(0.5)  # what makes days alike or apart asks for these one by one
    gamma_tails(0.5, 1.0, log_gamma(0.5))
    standard_gamma(0.5, 2.0, log_gamma(2.0))
    stationary_queue(arrival_rate=1.0, handle_time=1.0, patience=1.0, agents=2, contacts=10_000)


def _count() -> None:
    """Compile what counts; the readable engine plays, so that no other is needed."""
    lens = case(load_text(_PLAIN), "base").lens
    workload, staffing = _tiny()
    outcome = ENGINES["reference"](workload, staffing)
    tally(workload, staffing, outcome, lens)
    wait_counts(workload, outcome, lens)
    answer_counts(workload, outcome, lens)


def _ask_closed_forms() -> None:
    """Compile what sums the states of a queue."""
    from sim import erlang  # only here: experiments do without closed forms

    promise = erlang.Target(service_level=0.8, awt=20.0)
    needed = erlang.agents_needed(promise, arrival_rate=0.01, aht=180.0)
    needed.measures.wait_percentile(0.5)
    erlang.queue_lines_needed(max_blocking=0.1, arrival_rate=0.01, aht=180.0, agents=2)


def _walk_through_a_day() -> None:
    """Compile what walks through the states of a queue in the course of a day."""
    from sim import erlang

    erlang.exact_day(arrival_rate=0.01, aht=180.0, agents=1, interval=60.0)


def _make_a_roster() -> None:
    """Compile what writes the lines of a roster: else it happens within a solver's time limit."""
    week, needed = Period(datetime.date(2026, 3, 2), 7), ([0] * 9 + [1] * 8 + [0] * 7) * 7
    pair = [Person(name="a"), Person(name="b")]
    roster(pair, [Shift("day", 540, 480)], needed, RU.without("meal"), week, time_limit=None)


# The longest first, and so that the even ones together take as long as the odd ones.
_PARTS: tuple[Callable[[], None], ...] = (
    _play_in_full,
    _draw,
    _count,
    _make_a_roster,
    _ask_closed_forms,
    _play_plain,
    _walk_through_a_day,
)


def _tiny() -> tuple[Workload, Staffing]:
    """One contact and one agent, in the types that drawn ones have."""
    work = Workload(
        queues=1,
        fresh=1,
        due=np.array([0]),
        queue=np.zeros(1, np.uint8),
        handle=np.array([1]),
        acw=np.array([0]),
        patience=np.array([1]),
        after_abandon=np.full(1, NONE, np.int32),
        after_busy=np.full(1, NONE, np.int32),
    )
    zeros = np.zeros((1, 1), np.int64)
    return work, Staffing(np.array([0]), np.array([9]), np.zeros(1, np.uint8), zeros, zeros)


def warm_up() -> None:
    """Compile everything that is compiled, on as many cores as there are parts.

    The machine code is kept on disk, so that it happens once for each version; see
    `sim.compiled.is_warm`.
    """
    with alone():
        others = min(os.cpu_count() or 1, len(_PARTS)) - 1
        helpers = [_started(k + 1, others + 1) for k in range(others)]
        for part in _PARTS[:: others + 1]:
            part()
        for helper in helpers:
            if helper:
                helper.wait()
        for part in _PARTS:
            part()
        mark_warm()


def _started(first: int, step: int) -> subprocess.Popen[bytes] | None:
    """Start a process that compiles every so many parts; None where none can be started."""
    code = f"from sim.plan import warming; warming.compile_parts({first}, {step})"
    quiet = subprocess.DEVNULL
    try:
        return subprocess.Popen(
            [sys.executable, "-c", code], stdin=quiet, stdout=quiet, stderr=quiet
        )
    except OSError:
        return None


def compile_parts(first: int, step: int) -> None:
    """Compile every so many parts from the first on."""
    for part in _PARTS[first::step]:
        part()
