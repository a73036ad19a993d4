"""Every benchmark runs in a tiny size, and compares like with like."""

from __future__ import annotations

import runpy
import sys
from collections.abc import Callable
from functools import cache
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from workloads import assert_same, seeded_day

from benchmarks import (
    as_it_goes,
    commands,
    covers,
    drawn,
    idiomatic,
    learn,
    machine,
    native,
    peers,
    registry,
    rosters,
    workloads,
)
from benchmarks.phases import Bench, Phase
from benchmarks.registry import CASES
from benchmarks.table import head, measure
from sim.engine import ENGINES, Status
from sim.engine.contract import check_pair
from sim.metrics.tally import Count

compiled = pytest.mark.skipif(native.compiler() is None, reason=native.NO_COMPILER)


@cache
def small(name: str) -> Bench:
    return CASES[name](0.01)


@pytest.mark.parametrize(
    "name", [pytest.param(n, marks=[pytest.mark.long] if n != "staffing" else []) for n in CASES]
)
def test_a_case_is_measured_from_end_to_end(name: str) -> None:
    bench = small(name)
    lines = measure(bench, rounds=1)

    assert [line.phase for line in lines] == list(bench.phases)
    assert all(line.phase.contacts > 0 and line.seconds > 0 for line in lines)
    assert lines[0].ratios[0] == 1
    assert all(len(str(line)) == len(head(bench)) for line in lines)


@pytest.mark.parametrize("name", CASES)
def test_every_yardstick_is_a_phase_of_its_case(name: str) -> None:
    bench = small(name)
    names = [phase.name for phase in bench.phases]

    assert len(set(names)) == len(names)
    for phase in bench.phases:
        assert len(bench.yardsticks(phase)) == len(bench.columns)
        if native.compiler():
            assert set(bench.yardsticks(phase)) <= {*names, ""}


def test_a_ratio_is_one_of_speeds(monkeypatch: pytest.MonkeyPatch) -> None:
    """Ten times the work for five times as many contacts is half the speed."""
    spent: list[float] = []
    monkeypatch.setattr("benchmarks.table.time.process_time", lambda: sum(spent))
    slow = Phase("slow", 50, lambda: spent.append(0.10), ("quick", ""))
    quick = Phase("quick", 10, lambda: spent.append(0.01), ("quick", ""))
    lines = measure(Bench("", (quick, slow), ("x", "y")), rounds=5)

    assert lines[0].ratios[0] == pytest.approx(1.0)
    assert lines[0].ratios[1] is None
    assert lines[1].ratios[0] == pytest.approx(0.5)


@compiled
@pytest.mark.parametrize(
    "day",
    [workloads.w1(20_000), workloads.w2(0.3), workloads.w3(0.1)],
    ids=["w1", "w2", "w3"],
)
def test_the_kernel_in_c_has_every_field_of_the_kernel(day: workloads.Day) -> None:
    outcome = ENGINES["kernel"](*day)

    assert (outcome.status == Status.ABANDONED).sum() > 10
    assert_same(native.events(*day), outcome)
    assert native.in_line(*day) == (day[1].groups == 1)
    if native.in_line(*day):
        assert_same(native.line(*day), outcome)


@compiled
def test_the_kernel_in_c_keeps_the_rules_on_days_made_of_ties() -> None:
    """Lines, hours, overflow, reserves and paces, which the three workloads do not have."""
    for seed in range(300):
        day = seeded_day(seed)
        assert_same(native.events(*day), ENGINES["kernel"](*day))


@compiled
def test_a_day_of_several_queues_is_not_played_in_order_of_arrival() -> None:
    with pytest.raises(ValueError, match="only one queue"):
        native.line(*workloads.w3(0.01))


def test_without_a_compiler_the_table_says_so(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(native, "COMPILERS", ("no-such-compiler",))
    monkeypatch.delenv("CC", raising=False)
    bench = registry.w2(0.01)

    assert native.NO_COMPILER in bench.title
    assert "kernel" in [phase.name for phase in bench.phases]
    assert not any("C" in phase.name.replace(",", " ").split() for phase in bench.phases)


@pytest.mark.parametrize("name", peers.PEERS)
def test_a_package_that_is_absent_is_named(name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, name, None)
    bench = registry.w1(0.01)

    assert name in bench.title
    assert not any(phase.name.startswith(name) for phase in bench.phases)


@pytest.mark.slow
@pytest.mark.parametrize(
    "name",
    # Each takes SimPy most of a minute on a slow machine; the week with redials is played always.
    [pytest.param(one, marks=[pytest.mark.long] * (one != "w2")) for one in drawn.STORIES],
)
def test_what_draws_as_it_goes_tells_the_same_story(name: str) -> None:
    """Measured from end to end are two programs whose figures differ only by chance."""
    story = drawn.STORIES[name](0.1)
    played = story.product()
    books = [as_it_goes.PROGRAMS[name](story, seed) for seed in range(6)]
    counts = np.array([drawn.replicate(played, r).contacts.sum(axis=1) for r in range(60)])
    for queue in range(len(story.sources)):
        theirs = np.array([figures(book[queue]) for book in books])
        ours = counts[:, queue, COUNTED]
        spread = ours.std(axis=0) * np.sqrt(1 / 6 + 1 / 60)

        assert (np.abs(theirs.mean(axis=0) - ours.mean(axis=0)) <= 4.5 * spread).all()


COUNTED = [Count.OFFERED, Count.SERVED, Count.ANSWERED_WITHIN, Count.ABANDONED, Count.WAIT_SERVED]


def figures(book: as_it_goes.Book) -> list[float]:
    columns = book.offered, book.served, book.within, book.abandoned, book.wait
    return [sum(column) for column in columns]


@pytest.mark.slow
@pytest.mark.parametrize("name", peers.PEERS)
def test_a_peer_plays_the_same_queue(name: str) -> None:
    """Its share of abandoned calls is that of W1, 1.5 %."""
    pytest.importorskip(name)
    play, volume = peers.PEERS[name]
    story = drawn.w1(1.0)
    counts = play(story, peers.hours_for(story, volume), 1)
    served = sum(row[1] for row in counts.values())

    assert 0.96 < served / peers.offered(counts) < 1


@cache
def run_here(code: str, *arguments: str, cache: str | None = None) -> commands.Finished:
    """A program run once and in this process; that processes are measured is tested below."""
    with pytest.MonkeyPatch.context() as patched:
        patched.setattr(sys, "argv", ["-c", *arguments])
        exec(code, {"__name__": "__main__"})
    return commands.Finished(1.0, 1.0, 1.0)


@pytest.mark.slow
@pytest.mark.parametrize("name", machine.PROGRAMS)
def test_the_machine_is_measured_under_columns_of_their_width(
    name: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    # Compiling everything takes half a minute, and other tests do it.
    monkeypatch.setattr(machine, "COMMAND", "pass")
    monkeypatch.setattr(machine, "run", run_here)
    title, columns, *rows = machine.PROGRAMS[name](0.0005, 1)

    assert "processors" in title
    assert rows
    assert all(len(row) == len(columns) for row in rows)


@pytest.mark.slow
@pytest.mark.parametrize(
    "name",
    [
        pytest.param(name, marks=[] if name.startswith("84 ") else [pytest.mark.long])
        for name in covers.SIZES
    ],
)
def test_covers_are_measured_in_columns_of_their_width(
    name: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(covers, "SIZES", {name: covers.SIZES[name]})
    titles, *rows = covers.PROGRAMS["covers"](0.02, 1)
    columns = titles.splitlines()[1]

    assert len(rows) == 1
    assert all(len(row) == len(columns) for row in rows)


@pytest.mark.slow
def test_reading_a_log_is_measured_in_a_process_of_its_own(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(learn, "LINES", (2_000,))
    titles, row = learn.PROGRAMS["learn"](1.0, 1)
    count, _, wall, speed, *_ = row.replace(",", "").split()

    assert len(row) == len(titles)
    assert int(count) == 2_000
    assert float(speed) == pytest.approx(2_000 / float(wall), rel=0.02)


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
def test_the_table_is_printed_by_one_command(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    command = ["benchmarks", "w2", "--size", "0.01", "--rounds", "1"]
    monkeypatch.setattr(sys, "argv", command)
    runpy.run_module("benchmarks", run_name="__main__")

    title, columns, *rows = capsys.readouterr().out.splitlines()
    assert title.startswith("W2")
    assert columns.split()[-4:] == ["×", "SimPy", "×", "C"]
    assert any(row.startswith("kernel") for row in rows)


def test_an_unknown_case_is_refused(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(sys, "argv", ["benchmarks", "w9"])
    with pytest.raises(SystemExit) as stopped:
        runpy.run_module("benchmarks", run_name="__main__")

    assert stopped.value.code == 2
    assert "no such case: w9" in capsys.readouterr().err


def test_a_process_is_measured_by_its_time_and_memory() -> None:
    done = commands.run("import time; time.sleep(0.05); held = b'x' * 50_000_000")

    assert done.seconds > 0.05
    assert done.processor < done.seconds
    assert 50 < done.megabytes < 100
    assert len(done.line("name")) == len(commands.HEAD)


def test_a_process_that_fails_is_no_measurement() -> None:
    with pytest.raises(RuntimeError, match="ended with 3: odd"):
        commands.run("import sys; sys.stderr.write('odd'); sys.exit(3)")


@pytest.mark.slow
def test_memory_does_not_grow_with_the_number_of_replications() -> None:
    few, many = (commands.run(commands.REPLICATE, "scenarios/bank.yaml", n) for n in ("20", "120"))

    # What is kept of a replication is its totals: a few hundred bytes.
    assert many.megabytes < few.megabytes + 15


def test_rosters_are_measured_small() -> None:
    title, month = rosters.lines(0.01, 1)

    assert title.startswith("Rosters")
    assert month.startswith("a month of 3 people")


def test_public_instances_are_measured_where_their_folder_is_named(
    monkeypatch: pytest.MonkeyPatch, root: Path
) -> None:
    folder = root / "../shared/data/scheduling/curtois24"
    if not folder.exists():
        pytest.skip("no instances beside the project")
    monkeypatch.setenv("LINEWISE_INSTANCES", str(folder))

    *_, last = rosters.lines(0.01, 1)

    assert last.startswith("Curtois and Qu, 7")
    assert " 1056 " in last
