"""The app as it is started: what a newcomer meets is worked out before anybody comes."""

from __future__ import annotations

import gc
import subprocess
import sys
from pathlib import Path

from visitor import straight, texts

from sim.scenario.ready import ready
from sim.ui import serving
from sim.ui.frame import PAGES
from sim.ui.state import read_address
from sim.ui.waiting import board
from sim.ui.work import comparing, scenario_of

ROOT = Path(__file__).resolve().parents[1]


def test_a_newcomer_is_shown_the_answer_that_was_prepared() -> None:
    assert serving.prepared()
    _, scenario = scenario_of(read_address({}, ready())[0])
    task = comparing(scenario)
    job = board().look(task.key)
    assert job is not None
    assert job.ended.wait(60)
    prepared = job.answer()
    app = straight("answer", lang="en")

    assert board().look(task.key) is job
    assert job.answer() is prepared
    assert "What customers get" in texts(app)


def test_without_ready_scenarios_nothing_is_prepared() -> None:
    assert not serving.prepared({})


def test_all_pages_are_there_before_anybody_asks_and_garbage_is_not_looked_for_in_them() -> None:
    try:
        serving.settled(breath=0.0)

        assert all(f"sim.ui.pages.{name}" in sys.modules for name, _ in PAGES)
        assert gc.get_freeze_count() > 100_000
    finally:
        gc.unfreeze()


def test_it_takes_the_arguments_of_streamlit() -> None:
    said = subprocess.run(
        [sys.executable, "-m", "sim.ui.serving", "--help"],
        cwd=ROOT,
        capture_output=True,
        text=True,
        timeout=60,
        check=True,
    )

    assert "--server.port" in said.stdout
