"""Logs: lines read in a second, and the memory of the whole process, as logs grow."""

from __future__ import annotations

import random
import resource
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from pathlib import Path

from sim.learn import read_logs

__all__ = ["PROGRAMS", "lines", "write_queue_log"]

LINES = 10_000, 100_000, 1_000_000, 10_000_000
HEAD = f"{'queue_log':>10}  {'MB':>6}  {'s':>7}  {'lines/s':>9}  {'CPU s':>7}  {'MB at most':>10}"
START = 1_700_000_000
AGENTS = 40


def write_queue_log(path: Path, count: int) -> None:
    """Lines of a centre of some agents: entries, rings, answers, ends, one call in six gives up."""
    rng = random.Random(count)
    pending: list[tuple[int, str]] = []
    now, written = START, 0
    with path.open("w", encoding="ascii") as stream:
        while written < count:
            for number in range(5_000):
                now += rng.randrange(24)
                pending += call(rng, now, number)
            pending.sort(key=lambda line: line[0])
            ready = [line for line in pending if line[0] < now]
            pending = pending[len(ready) :]
            ready = ready[: count - written]
            stream.writelines(f"{at}|{rest}\n" for at, rest in ready)
            written += len(ready)


def call(rng: random.Random, at: int, number: int) -> Iterator[tuple[int, str]]:
    """Lines of one call."""
    wait, talk = int(rng.expovariate(1 / 60)), int(rng.lognormvariate(4.8, 0.9))
    name = f"{at}.{number}|{'sales' if number % 3 else 'help'}"
    agent = f"SIP/{rng.randrange(AGENTS)}"
    yield at, f"{name}|NONE|ENTERQUEUE||{79_000_000_000 + rng.randrange(300_000)}|1"
    if rng.random() < 1 / 6:
        yield at + wait, f"{name}|NONE|ABANDON|1|1|{wait}"
        return
    yield at + wait, f"{name}|{agent}|RINGNOANSWER|1000"
    yield at + wait, f"{name}|{agent}|CONNECT|{wait}|{at}.9|2"
    yield at + wait + talk, f"{name}|{agent}|COMPLETECALLER|{wait}|{talk}|1"


def lines(size: float, rounds: int) -> Iterator[str]:
    """The table; each log is read by a process of its own, so that its memory is all there is."""
    yield HEAD
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "queue_log"
        for count in LINES:
            taken = max(1_000, int(count * size))
            write_queue_log(path, taken)
            best = min(measured(path) for _ in range(max(1, min(rounds, 3))))
            wall, processor, memory = best
            yield (
                f"{taken:>10,}  {path.stat().st_size / 1e6:>6,.0f}  {wall:>7.2f}"
                f"  {taken / wall:>9,.0f}  {processor:>7.2f}  {memory:>10,.0f}"
            )


def measured(path: Path) -> tuple[float, float, float]:
    """Seconds, processor seconds and megabytes of reading a log in a new process."""
    ran = subprocess.run(
        [sys.executable, "-m", "benchmarks.learn", str(path)],
        capture_output=True,
        check=True,
        text=True,
    )
    wall, processor, memory = map(float, ran.stdout.split())
    return wall, processor, memory


def main() -> None:
    """Read one log and say what it took."""
    wall, processor = time.perf_counter(), time.process_time()
    with read_logs(sys.argv[1], salt="", timezone="Europe/Moscow") as log:
        if log.reading.used != log.reading.lines:
            raise RuntimeError(f"lines were left out: {log.reading.dropped}")
    most = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    print(time.perf_counter() - wall, time.process_time() - processor, most)


PROGRAMS: dict[str, Callable[[float, int], Iterator[str]]] = {"learn": lines}

if __name__ == "__main__":
    main()
