"""Where replications are played makes no difference to the answer, whoever is lost on the way."""

from __future__ import annotations

import os
import pickle
import signal
import subprocess
import sys
import textwrap
import threading
import time
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from cluster import Cluster, cluster
from desks import desk, line, only, team
from hypothesis import given
from hypothesis import strategies as st

from sim import compiled
from sim.engine import ENGINES
from sim.errors import Interrupted, InvalidInput, WorkersLost
from sim.experiment import SETTING, Case, Progress, Replications, opened, places, replicate
from sim.experiment.played import Job
from sim.metrics import Count, Tally

ROOT = Path(__file__).resolve().parents[1]


@pytest.fixture(scope="module")
def played() -> Case:
    phone = line(30, patience="2m", target="{answered: 80% in 20s}", day_variation="15%")
    return only(desk({"phone": phone}, {"own": team()}, days=1))


def served(counted: Tally) -> np.ndarray[Any, np.dtype[np.float64]]:
    return counted.contacts[0, :, Count.SERVED]


def answer(played: Case, replications: int = 40, **where: Any) -> dict[str, bytes]:
    """Everything that is added up, as bytes."""
    result = replicate(played, seed=3, replications=replications, record=served, **where)
    return told(result)


def told(result: Replications) -> dict[str, bytes]:
    sums = result._sums
    arrays = {
        "totals": result.totals,
        "records": result.records,
        "virtual": result.virtual,
        "measures": sums.measures.sums,
        "occupancy": sums.occupancy.sums,
        "waits": sums.waits.sums,
        "chances": sums.chances.sums,
        "bands": sums.bands.stacked(),
        "presence": sums.presence,
    }
    return {name: np.asarray(array).tobytes() for name, array in arrays.items()}


# --- the setting ---------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("on", "name"),
    [
        ("serial", "serial"),
        ("threads:3", "threads:3"),
        ("threads", f"threads:{os.cpu_count()}"),
        ("processes", "processes"),
        ("processes:2", "processes:2"),
        ("joblib", "joblib"),
        (None, f"threads:{os.cpu_count()}"),
    ],
)
def test_a_setting_names_a_place(on: str | None, name: str) -> None:
    with opened(on) as place:
        assert place.name == name


@pytest.mark.parametrize(
    "on",
    [
        "",
        "moon",
        "threads:",
        "threads:0",
        "threads:-1",
        "threads:many",
        "threads:5000",
        "processes:0",
        "serial:1",
        "serial:",
        "joblib:2",
        "dask",
        "dask:host:8786",
        "dask://host",
        "dask://:8786",
    ],
)
def test_a_setting_that_names_no_place_is_refused_in_words(
    on: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv(SETTING, on)
    if on:
        with pytest.raises(InvalidInput, match=r"^on must"), opened(on):
            pass
        with pytest.raises(InvalidInput, match=r"^on must"), opened():
            pass
    else:
        with opened() as place:  # an empty setting is none
            assert place.name.startswith("threads")


@given(st.text())
def test_any_text_is_a_setting_or_refused_as_bad_input(text: str) -> None:
    if text.startswith("dask"):
        return
    with suppress(InvalidInput), opened(text):
        pass


def test_the_environment_says_where_if_nobody_else_does(
    played: Case, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv(SETTING, "threads:2")
    with opened() as place:
        assert place.name == "threads:2"
    with opened("serial") as place:
        assert place.name == "serial"


def test_a_place_that_is_open_stays_open() -> None:
    with opened("threads:2") as outer, opened(outer) as inner:
        assert inner is outer


def test_a_number_of_workers_beside_a_place_is_refused(played: Case) -> None:
    with pytest.raises(InvalidInput, match="must not stand beside on"):
        replicate(played, seed=1, replications=2, workers=2, on="threads:2")
    with pytest.raises(InvalidInput, match="at least 1"):
        replicate(played, seed=1, replications=2, workers=0)


def test_without_dask_the_refusal_says_how_to_get_it(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "distributed", None)
    with pytest.raises(InvalidInput, match=r"linewise\[cluster\]"), opened("dask://here:1"):
        pass


# --- the same answer -----------------------------------------------------------------------------


@pytest.fixture(scope="module")
def expected(played: Case) -> dict[str, bytes]:
    return answer(played, on="serial")


@pytest.mark.parametrize("on", ["threads", "threads:2", "threads:7", "joblib"])
def test_places_of_this_process_give_the_same_answer(
    played: Case, expected: dict[str, bytes], on: str
) -> None:
    assert answer(played, on=on) == expected


@pytest.mark.slow
def test_processes_give_the_same_answer(played: Case, expected: dict[str, bytes]) -> None:
    assert answer(played, on="processes:2") == expected


@given(
    st.integers(0, 50),
    st.integers(1, 400),
    st.integers(1, 9),
    st.floats(1e-5, 10),
)
def test_parcels_hold_every_replication_once_in_order(
    first: int, count: int, workers: int, seconds: float
) -> None:
    whole = places._Parcel(b"", "", "", range(first, first + count))
    pace, numbers = places._Pace(), []
    for at, parcel in enumerate(places._packed_parcels(whole, first, workers, pace)):
        numbers += list(parcel.numbers)
        if at == 2:  # the first deliveries are in
            pace.seconds = seconds

    assert numbers == list(range(first, first + len(numbers)))
    assert len(numbers) == count or len(numbers) >= 64 * workers


def test_a_task_is_long_enough_to_be_worth_the_way_and_there_is_one_for_everybody() -> None:
    pace = places._Pace()
    pace.seconds = 0.002

    assert pace.size(left=100_000, workers=2) == 75
    assert pace.size(left=100, workers=2) == 50
    assert pace.size(left=1, workers=2) == 1


# --- what goes wrong -----------------------------------------------------------------------------


class Slow:
    """A job whose replications take much longer than a task is to take."""

    def __init__(self) -> None:
        self.played: list[int] = []

    def play(self, number: int) -> int:
        self.played.append(number)
        time.sleep(4 * places._TASK)
        return number


def test_who_stops_waits_for_a_single_replication_of_a_long_one() -> None:
    job = Slow()
    with opened("threads:2") as place:
        given = place.play(job, range(1000))
        assert [next(given) for _ in range(5)] == [0, 1, 2, 3, 4]
        given.close()
    # The two threads are one ahead of what was taken, and two more were begun with.
    assert len(job.played) <= 9


class Breaking:
    """An engine whose process ends now and then, once for each mark in a folder."""

    def __init__(self, folder: Path, times: int) -> None:
        self.folder, self.times = folder, times

    def __call__(self, counted: Tally) -> np.ndarray[Any, np.dtype[np.float64]]:
        if counted.contacts[0, :, Count.OFFERED].sum() % 3 == 0:
            for mark in range(self.times):
                try:
                    (self.folder / str(mark)).touch(exist_ok=False)
                except FileExistsError:
                    continue
                os._exit(1)
        return served(counted)


@pytest.mark.slow
def test_what_a_lost_process_had_in_hand_is_played_by_another(
    played: Case, expected: dict[str, bytes], tmp_path: Path
) -> None:
    result = replicate(
        played, seed=3, replications=40, record=Breaking(tmp_path, 2), on="processes:2"
    )

    assert len(list(tmp_path.iterdir())) == 2
    assert told(result) == expected


@pytest.mark.slow
def test_when_workers_are_lost_again_and_again_it_is_given_up_in_words(
    played: Case, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(places, "_TRIES", 1)
    with pytest.raises(WorkersLost, match="lost again and again"):
        replicate(played, seed=3, replications=40, record=Breaking(tmp_path, 500), on="processes:2")


def test_that_workers_were_lost_can_be_told_to_another_process() -> None:
    error = pickle.loads(pickle.dumps(WorkersLost("dask://here:1", 7)))

    assert (error.place, error.done) == ("dask://here:1", 7)


def test_a_worker_with_other_sources_refuses(played: Case, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(places, "sources_digest", iter(["here", "there", "there"]).__next__)
    with pytest.raises(InvalidInput, match="same version of Linewise"):
        replicate(played, seed=1, replications=2, on="joblib")


@pytest.mark.parametrize(("warm", "played_first"), [(True, []), (False, [0])])
def test_a_worker_plays_for_nothing_only_where_there_is_something_to_compile(
    played: Case, monkeypatch: pytest.MonkeyPatch, warm: bool, played_first: list[int]
) -> None:
    numbers: list[int] = []
    monkeypatch.setattr(Job, "play", lambda job, number: numbers.append(number))
    monkeypatch.setattr(places, "is_warm", lambda: warm)
    job = places._unpacked(places._Packed(pickle.dumps(Job(played, 3)), f"{warm}"))

    assert isinstance(job, Job)
    assert job.seed == 3
    assert numbers == played_first


def test_one_process_compiles_while_others_wait(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(compiled, "cache_folder", lambda: tmp_path)
    inside: list[int] = []

    def work(number: int) -> None:
        with compiled.alone():
            inside.append(number)
            time.sleep(0.02)
            assert inside[-1] == number

    threads = [threading.Thread(target=work, args=(number,)) for number in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert sorted(inside) == [0, 1, 2, 3]


# --- a key pressed -------------------------------------------------------------------------------


@pytest.mark.parametrize("on", ["serial", "threads:2", "joblib"])
def test_what_was_finished_before_a_key_was_pressed_can_be_used(played: Case, on: str) -> None:
    pressed = threading.Event()

    def press(step: Progress) -> None:
        if step.done >= 20 and not pressed.is_set():
            pressed.set()
            raise KeyboardInterrupt

    with pytest.raises(Interrupted) as caught:
        replicate(played, seed=3, replications=5_000, record=served, on=on, progress=press)
    partial = caught.value.partial
    whole = answer(played, partial.count, on="serial")

    assert 20 <= partial.count < 5_000
    assert (partial.stopped, partial.precise) == ("interrupted", False)
    assert told(partial) == whole
    assert not [t for t in threading.enumerate() if "ThreadPoolExecutor" in t.name]


def test_a_key_pressed_before_anything_is_finished_is_just_that(played: Case) -> None:
    def press(counted: Tally) -> np.ndarray[Any, np.dtype[np.float64]]:
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt) as caught:
        replicate(played, seed=3, replications=50, record=press)
    assert not isinstance(caught.value, Interrupted)


PRESSED = """
import sys
import sim
from sim.errors import Interrupted
from sim.experiment import case, replicate

if __name__ == "__main__":
    played = case(sim.load(sys.argv[1]), "base")

    def follow(step):
        print("going", flush=True)

    try:
        replicate(played, seed=1, replications=10**7, on=sys.argv[2], progress=follow)
    except Interrupted as pressed:
        print("kept", pressed.partial.count, pressed.partial.stopped)
"""


@pytest.mark.slow
@pytest.mark.parametrize("on", ["threads:2", "processes:2"])
def test_ctrl_c_keeps_what_was_finished_wherever_it_was_played(tmp_path: Path, on: str) -> None:
    script = tmp_path / "pressed.py"
    script.write_text(textwrap.dedent(PRESSED), "utf-8")
    process = subprocess.Popen(
        [sys.executable, str(script), str(ROOT / "scenarios" / "bank.yaml"), on],
        env={**os.environ, "PYTHONPATH": str(ROOT)},
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        start_new_session=True,
        preexec_fn=_hear_signals,
    )
    assert process.stdout is not None
    assert process.stdout.readline() == "going\n"
    os.killpg(process.pid, signal.SIGINT)  # as a terminal does: everybody hears it
    said, complaints = process.communicate(timeout=300)

    assert process.returncode == 0, complaints
    assert said.splitlines()[-1].startswith("kept ")
    assert said.endswith(" interrupted\n")
    assert "Traceback" not in complaints


def _hear_signals() -> None:
    signal.signal(signal.SIGINT, signal.default_int_handler)


# --- beyond one machine --------------------------------------------------------------------------


@pytest.fixture(scope="module")
def machines(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Cluster]:
    pytest.importorskip("distributed", reason="Dask distributed is not installed")
    with (
        pytest.MonkeyPatch.context() as patched,
        cluster(tmp_path_factory.mktemp("cluster"), workers=2) as made,
    ):
        patched.setattr(places, "_PATIENCE", 120)  # on a busy machine workers begin late
        yield made


@pytest.mark.slow
def test_a_cluster_gives_the_same_answer(
    played: Case, expected: dict[str, bytes], machines: Cluster
) -> None:
    assert answer(played, on=machines.setting) == expected


@pytest.mark.slow
def test_a_worker_killed_in_the_middle_changes_nothing(played: Case, machines: Cluster) -> None:
    machines.add_worker()
    killed: list[int] = []

    def kill(step: Progress) -> None:
        if step.done >= 100 and not killed:
            worker = machines.workers.pop()
            worker.kill()
            worker.wait()
            killed.append(step.done)

    count = 800
    there = replicate(
        played, seed=3, replications=count, record=served, on=machines.setting, progress=kill
    )

    assert 100 <= killed[0] < count
    assert told(there) == answer(played, count, on="serial")


@pytest.mark.slow
def test_both_engines_agree_on_a_cluster(played: Case, machines: Cluster) -> None:
    kernel, reference = (
        answer(played, 4, on=machines.setting, engine=engine) for engine in sorted(ENGINES)[:2]
    )

    assert kernel == reference


@pytest.mark.slow
def test_progress_is_told_while_a_cluster_works(played: Case, machines: Cluster) -> None:
    steps: list[Progress] = []
    replicate(played, seed=3, replications=1_500, on=machines.setting, progress=steps.append)

    assert len(steps) > 2
    assert [step.done for step in steps] == sorted(step.done for step in steps)
    assert steps[-1].done == 1_500


@pytest.mark.slow
def test_a_cluster_that_is_lost_is_given_up_in_words(
    played: Case, machines: Cluster, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The last test that uses the machines: it ends them."""
    monkeypatch.setattr(places, "_PATIENCE", 10)  # nobody comes back, however long it is waited
    dask = pytest.importorskip("dask", reason="Dask is not installed")

    def end(step: Progress) -> None:
        if step.done >= 100:
            machines.end()

    # A lost scheduler is looked for as long as this; half a minute unless said.
    with (
        dask.config.set({"distributed.comm.timeouts.connect": "1s"}),
        pytest.raises(WorkersLost, match="play here"),
    ):
        replicate(played, seed=3, replications=10**6, on=machines.setting, progress=end)


@pytest.mark.slow
def test_a_cluster_that_cannot_be_used_is_refused_with_a_hint(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    pytest.importorskip("distributed", reason="Dask distributed is not installed")
    monkeypatch.setattr(places, "_PATIENCE", 2)
    with pytest.raises(InvalidInput, match="dask scheduler"), opened("dask://127.0.0.1:9"):
        pass
    with (
        cluster(tmp_path, workers=0) as made,
        pytest.raises(InvalidInput, match="dask worker"),
        opened(made.setting),
    ):
        pass


def test_a_job_is_a_function_of_its_number(played: Case) -> None:
    job = Job(played, 3)
    one, other = job.play(5), pickle.loads(pickle.dumps(job)).play(5)

    for a, b in zip(one, other, strict=True):
        np.testing.assert_array_equal(a, b)
