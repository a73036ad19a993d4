"""Every benchmark runs in a tiny size, and compares like with like."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from benchmarks import commands, idiomatic, workloads
from benchmarks.registry import CASES
from benchmarks.table import HEAD, measure
from sim.engine import ENGINES, Status
from sim.engine.contract import check_pair


@pytest.mark.parametrize("name", CASES)
def test_a_case_is_measured_from_end_to_end(name: str) -> None:
    bench = CASES[name](0.01)
    lines = measure(bench, rounds=1)

    assert [line.phase for line in lines] == list(bench.phases)
    assert all(line.phase.contacts > 0 and line.seconds > 0 for line in lines)
    assert lines[0].ratio == 1
    assert all(len(str(line)) == len(HEAD) for line in lines)


@pytest.mark.slow
@pytest.mark.parametrize(
    ("day", "idiom"),
    [
        (workloads.w1(5_000), idiomatic.one_queue),
        (workloads.w2(0.1), idiomatic.shifts),
        (workloads.w3(0.04), idiomatic.skills),
    ],
    ids=["w1", "w2", "w3"],
)
def test_the_idiomatic_model_plays_the_same_queue(
    day: workloads.Day, idiom: Callable[..., list[Any]]
) -> None:
    """It is measured against the kernel, so its waits must be those of the kernel."""
    check_pair(*day)
    outcome = ENGINES["kernel"](*day)
    made = outcome.status != Status.NOT_MADE
    waits = np.where(outcome.status == Status.ABANDONED, idiomatic.ABANDONED, outcome.wait)
    abandoned = (outcome.status == Status.ABANDONED).sum()

    assert abandoned > 10
    assert (outcome.wait > 0).sum() > 100
    np.testing.assert_array_equal(np.array(idiom(*day), object)[made], waits[made])


@pytest.mark.slow
def test_the_table_is_printed_by_one_command(root: Path) -> None:
    command = [sys.executable, "-m", "benchmarks", "w2", "--size", "0.01", "--rounds", "1"]
    run = subprocess.run(command, cwd=root, capture_output=True, text=True, check=True)

    assert run.stdout.startswith(HEAD)
    assert "kernel" in run.stdout


def test_an_unknown_case_is_refused(root: Path) -> None:
    command = [sys.executable, "-m", "benchmarks", "w9"]
    run = subprocess.run(command, cwd=root, capture_output=True, text=True, check=False)

    assert run.returncode == 2
    assert "no such case: w9" in run.stderr


def test_a_process_is_measured_by_its_time_and_memory() -> None:
    done = commands.run("import time; time.sleep(0.05); held = bytes(50_000_000)")

    assert done.seconds > 0.05
    assert done.megabytes > 50
    assert len(done.line("name")) == len(commands.HEAD)


def test_a_process_that_fails_is_no_measurement() -> None:
    with pytest.raises(RuntimeError, match="ended with 3: odd"):
        commands.run("import sys; sys.stderr.write('odd'); sys.exit(3)")


@pytest.mark.slow
def test_memory_does_not_grow_with_the_number_of_replications() -> None:
    few, many = (commands.run(commands.REPLICATE, "scenarios/bank.yaml", n) for n in ("20", "120"))

    # What is kept of a replication is its totals: a few hundred bytes.
    assert many.megabytes < few.megabytes + 15
