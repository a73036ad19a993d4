"""What is measured: cases, and in each the phases that are compared in one run.

A case is made at a size from 1 (the published one) down to a smoke test. A later room adds its
case here: a function that returns phases, and its name in `CASES`.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from functools import partial

from benchmarks import as_it_goes, closed_forms, drawn, idiomatic, native, peers, workloads
from benchmarks.phases import Bench, Phase
from sim.engine import ENGINES, Status, lean
from sim.experiment import Case, stationary_queue
from sim.metrics import tally

COLUMNS = "× SimPy", "× C"
#: What ratios are to: on the same arrays, and from end to end.
SIMPY, SIMPY_ALL = "SimPy, idiomatic, on arrays", "SimPy, idiomatic, end to end"
EVENTS, IN_LINE = "C, by events", "C, in order of arrival"
ALL = "Linewise, end to end"


def case(
    title: str, name: str, size: float, day: workloads.Day, idiom: Callable[..., object]
) -> Bench:
    """A case: playing arrays drawn ahead, then from end to end, then what other packages do."""
    story = drawn.STORIES[name](size)
    absent = [peer for peer in peers.PEERS if name != "w3" and not peers.installed(peer)]
    notes = [f"not installed: {', '.join(absent)}"] if absent else []
    if native.compiler() is None:
        notes.append(native.NO_COMPILER)
    phases = (
        *playing(day, idiom),
        *end_to_end(story, as_it_goes.PROGRAMS[name]),
        *(long_run(size) if name == "w1" else ()),
        *(others(story, size) if name != "w3" else ()),
    )
    return Bench(title + (f" ({'; '.join(notes)})" if notes else ""), phases, COLUMNS)


def playing(day: workloads.Day, idiom: Callable[..., object]) -> Iterator[Phase]:
    """The same arrays in idiomatic SimPy, in the reference engine, in the kernel and in C."""
    made = attempts(ENGINES["kernel"](*day).status)
    in_line = native.in_line(*day)
    yield Phase(SIMPY, made, lambda: idiom(*day), (SIMPY, ""))
    yield Phase("reference", made, lambda: ENGINES["reference"](*day), (SIMPY, ""))
    best = IN_LINE if in_line else EVENTS
    yield Phase("kernel", made, lambda: ENGINES["kernel"](*day), (SIMPY, best))
    yield Phase("kernel, its lean loop of events", made, lambda: lean.play(*day), (SIMPY, EVENTS))
    if native.compiler() is None:
        return
    yield Phase(EVENTS, made, lambda: native.events(*day), (SIMPY, EVENTS))
    if in_line:
        yield Phase(IN_LINE, made, lambda: native.line(*day), (SIMPY, IN_LINE))


def attempts(status: workloads.Codes) -> int:
    """Contacts that were made, redials among them: what speed is counted in."""
    return int((status != Status.NOT_MADE).sum())


def end_to_end(
    story: drawn.Story, program: Callable[..., list[as_it_goes.Book]]
) -> Iterator[Phase]:
    """Drawing, playing and counting: in SimPy as it goes, in Linewise one after the other."""
    played = story.product()
    yield Phase(
        SIMPY_ALL,
        as_it_goes.contacts(program(story, drawn.SEED)),
        lambda: program(story, drawn.SEED),
        (SIMPY_ALL, ""),
    )
    workload = played.demand.workload(drawn.SEED, 0)
    made = attempts(ENGINES["kernel"](workload, played.staffing).status)
    yield Phase(ALL, made, lambda: drawn.replicate(played, 0), (SIMPY_ALL, ""))
    yield from parts(played, made, iter(lambda: 0, 1))


def parts(played: Case, made: int, numbers: Iterator[int]) -> Iterator[Phase]:
    """What a replication is made of, and C for the middle of it."""
    workload, crew = played.demand.workload(drawn.SEED, 0), played.staffing
    outcome = ENGINES["kernel"](workload, crew)
    line = native.in_line(workload, crew)
    limit = "  playing, in C"
    none = ("", "")
    yield Phase("  drawing", made, lambda: played.demand.workload(drawn.SEED, next(numbers)), none)
    yield Phase("  playing", made, lambda: ENGINES["kernel"](workload, crew), ("", limit))
    yield Phase("  counting", made, lambda: tally(workload, crew, outcome, played.lens), none)
    if native.compiler() is not None:
        in_c = native.line if line else native.events
        yield Phase(limit, made, lambda: in_c(workload, crew), ("", limit))


def long_run(size: float) -> Iterator[Phase]:
    """W1 as a stationary queue: drawn, settled and counted block by block."""
    contacts = max(10_000, int(10_000_000 * size))
    queue = partial(stationary_queue, arrival_rate=95 / 60, handle_time=60.0, patience=120.0)
    run = partial(queue, agents=100, contacts=contacts)
    yield Phase("Linewise, one long run, end to end", contacts, run, (SIMPY_ALL, ""))


def others(story: drawn.Story, size: float) -> Iterator[Phase]:
    """Other packages, from end to end, on the beginning of the same story."""
    for name, (play, volume) in peers.PEERS.items():
        if not peers.installed(name):
            continue
        hours = peers.hours_for(story, int(volume * size))
        run = partial(play, story, hours, drawn.SEED)
        title = f"{name}, end to end, {hours} h"
        yield Phase(title, peers.offered(run()), run, (SIMPY_ALL, ""))


def w1(size: float) -> Bench:
    """One queue at 95 % of its capacity, whatever the size: the loop of events alone."""
    day = workloads.w1(max(100, int(100_000 * size)))
    return case("W1  one queue, 100 agents", "w1", size, day, idiomatic.one_queue)


def w2(size: float) -> Bench:
    """Calls whose rate and team change over a week, with redials."""
    title = "W2  a week of calls, shifts, redials"
    return case(title, "w2", size, workloads.w2(size), idiomatic.shifts)


def w3(size: float) -> Bench:
    """Four channels that five groups share by skill."""
    title = "W3  a week of four channels, five groups"
    return case(title, "w3", size, workloads.w3(size), idiomatic.skills)


def day(size: float) -> Bench:
    """What one replication of a small day is made of; each time it is drawn anew."""
    story = drawn.small_day(2_000 * size)
    played = story.product()
    numbers = iter(range(10**9))
    outcome = ENGINES["kernel"](played.demand.workload(drawn.SEED, 0), played.staffing)
    made = attempts(outcome.status)

    def whole(engine: str) -> Callable[[], object]:
        return lambda: drawn.replicate(played, next(numbers), engine)

    simpy = as_it_goes.contacts(as_it_goes.shifts(story, drawn.SEED))
    return Bench(
        "A day of 2,000 contacts, one replication",
        (
            Phase(SIMPY_ALL, simpy, lambda: as_it_goes.shifts(story, drawn.SEED), (SIMPY_ALL, "")),
            Phase("reference, end to end", made, whole("reference"), (SIMPY_ALL, "")),
            Phase(ALL, made, whole("kernel"), (SIMPY_ALL, "")),
            *parts(played, made, numbers),
        ),
        COLUMNS,
    )


CASES: dict[str, Callable[[float], Bench]] = {
    "w1": w1,
    "w2": w2,
    "w3": w3,
    "day": day,
    "erlang": closed_forms.impatient,
    "erlang-c": closed_forms.patient,
    "staffing": closed_forms.staffing,
}
