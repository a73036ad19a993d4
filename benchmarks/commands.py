"""From command to answer: wall time and memory of whole processes, cold and warm."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
COMMAND = "from sim.cli import main; main()"
REPLICATE = """
import sys
from sim.experiment import case, replicate
from sim.scenario import load
replicate(case(load(sys.argv[1]), "base"), seed=1, replications=int(sys.argv[2]))
"""
HEAD = f"{'':46}  {'wall s':>7}  {'CPU s':>7}  {'peak MB':>7}"


@dataclass(frozen=True)
class Finished:
    """A process that has ended well: wall and processor time [s], the most memory held [MB]."""

    seconds: float
    processor: float
    megabytes: float

    def line(self, name: str) -> str:
        """One line of the table, under the name of the command."""
        return f"{name:46}  {self.seconds:>7.2f}  {self.processor:>7.2f}  {self.megabytes:>7.0f}"


# A process begins with the peak memory of whoever starts it, so a small one does.
STARTER = """
import json, os, subprocess, sys, time
begun = time.perf_counter()
process = subprocess.Popen(sys.argv[1:], stdout=subprocess.DEVNULL)
_, status, used = os.wait4(process.pid, 0)
process.returncode = os.waitstatus_to_exitcode(status)
seconds = time.perf_counter() - begun
print(json.dumps([seconds, used.ru_utime + used.ru_stime, used.ru_maxrss]))
sys.exit(process.returncode)
"""


def run(code: str, *arguments: str, cache: str | None = None) -> Finished:
    """Run Python in a process of its own, its compiled code in a folder of its own."""
    place = {"LINEWISE_CACHE": cache} if cache else {}
    done = subprocess.run(
        [sys.executable, "-S", "-c", STARTER, sys.executable, "-c", code, *arguments],
        cwd=ROOT,
        env={**os.environ, **place},
        capture_output=True,
        text=True,
        check=False,
    )
    if done.returncode:
        raise RuntimeError(f"{arguments} ended with {done.returncode}: {done.stderr}")
    seconds, processor, peak = json.loads(done.stdout)
    # Linux counts kilobytes, macOS bytes.
    return Finished(seconds, processor, peak / (2**20 if sys.platform == "darwin" else 2**10))


def lines(size: float, rounds: int) -> Iterator[str]:
    """The table, as it is measured; warm times are the best of the rounds."""
    yield HEAD
    with tempfile.TemporaryDirectory() as cache:
        scenario = "scenarios/company-n.yaml"
        cold = run(COMMAND, "compare", scenario, cache=cache)
        yield cold.line("compare company-n, nothing compiled yet")
        warm = [run(COMMAND, "compare", scenario, cache=cache) for _ in range(rounds)]
        yield min(warm, key=lambda done: done.seconds).line("compare company-n, compiled")
        for number in (max(1, int(40 * size)), max(2, int(400 * size))):
            done = run(REPLICATE, "scenarios/bank.yaml", str(number), cache=cache)
            yield done.line(f"{number} weeks of the bank")
