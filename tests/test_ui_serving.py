"""The app as it is started: what a newcomer meets is worked out before anybody comes."""

from __future__ import annotations

import gc
import subprocess
import sys
from pathlib import Path

import pytest
from visitor import opened, texts

from sim.errors import InvalidInput
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
    app = opened("answer", lang="en")

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


def test_settings_of_the_environment_count_and_the_command_line_goes_before(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setenv("STREAMLIT_SERVER_PORT", "8791")
    monkeypatch.setenv("STREAMLIT_SERVER_HEADLESS", "true")

    page, found = serving.settings(["app.py", "--server.headless=false"])

    assert page == Path("app.py")
    assert found == {"server.port": 8791, "server.headless": False}


def test_a_page_that_is_not_there_is_refused() -> None:
    with pytest.raises(InvalidInput, match="page must be a file that is there"):
        serving.made(Path("none.py"))


@pytest.mark.parametrize("word", ["--server.prot=8502", "--server.port=abc", "--server.port=99999"])
def test_what_is_no_setting_is_refused_in_words(word: str) -> None:
    said = subprocess.run(
        [sys.executable, "-m", "sim.ui.serving", "app.py", "--server.headless=true", word],
        cwd=ROOT,
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )

    assert said.returncode in (1, 2)
    assert "Traceback" not in said.stderr
    assert "port" in said.stderr
