"""What a machine makes of it: threads, starting, compiling, memory.

Times here are those of the clock on the wall unless a column says otherwise, so they are good for
something only while nothing else runs; the load of the machine is told with them.
"""

from __future__ import annotations

import os
import statistics
import tempfile
import time
from collections.abc import Iterator

from benchmarks import drawn
from benchmarks.commands import COMMAND, HEAD, run
from sim.experiment import Case, replicate

EMPTY = "pass"
IMPORT = "import sim.experiment, sim.scenario"
FORMULA = """
from sim.erlang import erlang_a
queue = erlang_a(arrival_rate=0.1, aht=240.0, agents=26, patience=120.0)
assert 0 < queue.service_level("offered", 20.0) < 1
"""
FIRST_ANSWER = """
from benchmarks.drawn import replicate, small_day
assert replicate(small_day(2_000).product(), 0).contacts.sum() > 0
"""
#: Replications of W1 at so many times its rate and its crew; all results are thrown away.
MANY = """
import sys
from benchmarks.machine import crowd
from sim.experiment import replicate
replicate(crowd(float(sys.argv[1])), seed=1, replications=int(sys.argv[2]), workers=1)
"""
#: One replication of so many days' contacts at once.
AT_ONCE = """
import sys
from benchmarks.drawn import replicate
from benchmarks.machine import crowd
replicate(crowd(float(sys.argv[1])), 0)
"""
#: One long run of so many contacts.
LONG = """
import sys
from sim.experiment import stationary_queue
stationary_queue(
    arrival_rate=95 / 60, handle_time=60.0, agents=100, patience=120.0, contacts=int(sys.argv[1])
)
"""


def load() -> str:
    """How busy the machine is, where it tells."""
    if not hasattr(os, "getloadavg"):
        return f"{os.cpu_count()} processors"
    return f"{os.cpu_count()} processors, load {os.getloadavg()[0]:.1f}"


def threads(size: float, rounds: int) -> Iterator[str]:
    """The same replications by one thread and by two, in turn."""
    yield f"Two threads ({load()})"
    yield f"{'':38}  {'1: wall s':>9}  {'2: wall s':>9}  {'ratio':>6}  {'least':>6}  {'most':>6}"
    for name, number in (("w1", 40), ("w2", 80), ("w3", 40)):
        played = drawn.STORIES[name](1.0).product()
        count = max(2, int(number * size))
        replicate(played, seed=1, replications=2, workers=2)
        times = [(wall(played, count, 1), wall(played, count, 2)) for _ in range(rounds)]
        one, two = (statistics.median(spent) for spent in zip(*times, strict=True))
        ratios = [alone / both for alone, both in times]
        cells = f"{one:>9.3f}  {two:>9.3f}  {statistics.median(ratios):>6.2f}"
        title = f"{name.upper()}, {count} replications"
        yield f"{title:38}  {cells}  {min(ratios):>6.2f}  {max(ratios):>6.2f}"


def wall(played: Case, replications: int, workers: int) -> float:
    """Time on the wall of some replications [s]."""
    begun = time.perf_counter()
    replicate(played, seed=1, replications=replications, workers=workers)
    return time.perf_counter() - begun


def start(size: float, rounds: int) -> Iterator[str]:
    """From nothing to a first answer, compiled code on disk: whole processes, the best of them."""
    yield f"Starting, warm cache, best of {rounds} ({load()})"
    yield HEAD
    programs = {
        "Python alone": EMPTY,
        "experiments and scenarios imported": IMPORT,
        "a first Erlang A": FORMULA,
        "a first day of 2,000 contacts": FIRST_ANSWER,
    }
    for name, code in programs.items():
        run(code)  # what is not compiled yet is compiled now
        done = [run(code) for _ in range(rounds)]
        yield min(done, key=lambda one: one.seconds).line(name)


def cold(size: float, rounds: int) -> Iterator[str]:
    """Compiling everything, into an empty folder; once, because it takes long."""
    yield f"Compiling everything ({load()})"
    yield HEAD
    with tempfile.TemporaryDirectory() as cache:
        yield run(COMMAND, "warmup", cache=cache).line("linewise warmup, empty cache")
        yield run(COMMAND, "warmup", cache=cache).line("linewise warmup, once more")


def memory(size: float, rounds: int) -> Iterator[str]:
    """The most memory that a process holds at so many contacts."""
    yield f"Memory ({load()})"
    yield HEAD
    yield run(FIRST_ANSWER).line("a day of 2,000 contacts")
    for power in (6, 7, 8):
        number = max(1, round(10**power * size / (24 * drawn.HOURLY)))
        done = run(MANY, "1", str(number))
        yield done.line(f"10^{power} contacts, {number} replications")
    for power in (6, 7):
        done = run(AT_ONCE, str(10**power * size / (24 * drawn.HOURLY)))
        yield done.line(f"10^{power} contacts in one replication")
    for power in (6, 8):
        done = run(LONG, str(max(10_000, int(10**power * size))))
        yield done.line(f"10^{power} contacts in one long run")


def crowd(times: float) -> Case:
    """A day of W1 with so many times the calls, and agents for them."""
    return drawn.w1(1.0, times).product()


PROGRAMS = {"threads": threads, "start": start, "cold": cold, "memory": memory}
