"""What is measured: cases, and in each the phases that are compared in one run.

A case is made at a size from 1 (the published one) down to a smoke test. A later room adds its
case here: a function that returns phases, and its name in `CASES`.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator

from benchmarks import closed_forms, idiomatic, workloads
from benchmarks.phases import Bench, Phase
from sim.engine import ENGINES, Status
from sim.experiment import Case, case
from sim.metrics import Tally, tally
from sim.scenario.load import load_text


def play(title: str, day: workloads.Day, idiom: Callable[..., object]) -> Bench:
    """A queue in idiomatic SimPy, in the reference engine and in the kernel."""
    made = int((ENGINES["kernel"](*day).status != Status.NOT_MADE).sum())
    return Bench(
        title,
        (
            Phase("SimPy, idiomatic", made, lambda: idiom(*day)),
            Phase("reference", made, lambda: ENGINES["reference"](*day)),
            Phase("kernel", made, lambda: ENGINES["kernel"](*day)),
        ),
    )


def w1(size: float) -> Bench:
    day = workloads.w1(max(100, int(100_000 * size)))
    return play("W1  one queue, 100 agents", day, idiomatic.one_queue)


def w2(size: float) -> Bench:
    return play("W2  a week of calls, shifts, redials", workloads.w2(size), idiomatic.shifts)


def w3(size: float) -> Bench:
    title = "W3  a week of four channels, five groups"
    return play(title, workloads.w3(size), idiomatic.skills)


DAY = """
name: day
calendar: {{start: 2026-03-02, days: 1}}
interval: 30m
channels:
  phone:
    kind: voice
    arrivals: {{Mon-Sun: [{hourly}]}}
    handle_time: {{law: lognormal, mean: 4m, cv: 1}}
    patience: 3m
    target: {{answered: 80% in 20s}}
groups:
  desk: {{skills: [phone], staffing: {{shifts: [{{agents: {agents}, hours: "08:00-20:00"}}]}}}}
"""


def one_day(contacts: float) -> Case:
    """A day of one queue, from a scenario file."""
    shares = workloads.OFFICE / workloads.OFFICE.sum()
    hourly = ", ".join(f"{contacts * share:.3f}" for share in shares)
    agents = max(1, round(contacts / 12 / 15 * 1.1))
    return case(load_text(DAY.format(hourly=hourly, agents=agents)), "base")


def day(size: float) -> Bench:
    """What one replication of a small day is made of."""
    played = one_day(2_000 * size)
    numbers = iter(range(10**9))
    workload = played.demand.workload(1, 0)
    outcome = ENGINES["kernel"](workload, played.staffing)
    made = int((outcome.status != Status.NOT_MADE).sum())
    return Bench(
        "A day of 2,000 contacts, one replication",
        (
            Phase("reference, all of it", made, lambda: replicate("reference", played, numbers)),
            Phase("kernel, all of it", made, lambda: replicate("kernel", played, numbers)),
            Phase("  drawing", made, lambda: played.demand.workload(1, next(numbers))),
            Phase("  playing", made, lambda: ENGINES["kernel"](workload, played.staffing)),
            Phase(
                "  counting",
                made,
                lambda: tally(workload, played.staffing, outcome, played.lens),
            ),
        ),
    )


def replicate(engine: str, played: Case, numbers: Iterator[int]) -> Tally:
    """Draw, play and count the next replication."""
    workload = played.demand.workload(1, next(numbers))
    outcome = ENGINES[engine](workload, played.staffing)
    return tally(workload, played.staffing, outcome, played.lens)


CASES: dict[str, Callable[[float], Bench]] = {
    "w1": w1,
    "w2": w2,
    "w3": w3,
    "day": day,
    "erlang": closed_forms.impatient,
    "erlang-c": closed_forms.patient,
    "staffing": closed_forms.staffing,
}
