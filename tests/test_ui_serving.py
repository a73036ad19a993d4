"""The app as it is started: what a newcomer meets is worked out before anybody comes."""

from __future__ import annotations

import gc
import subprocess
import sys
from pathlib import Path

import pytest
from visitor import straight, texts

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


@pytest.mark.parametrize("words", [["--server.port"], ["8502"], ["--port=8502"], ["--a.b="]])
def test_words_that_are_no_setting_are_refused(words: list[str]) -> None:
    with pytest.raises(InvalidInput, match="must be written like") as refused:
        serving.settings(words)

    assert refused.value.value == words[0]


@pytest.mark.parametrize(
    ("word", "rule"),
    [
        ("--server.port=abc", "server.port must be a whole number"),
        ("--server.headless=maybe", "server.headless must be true or false"),
    ],
)
def test_values_of_another_kind_are_refused(word: str, rule: str) -> None:
    with pytest.raises(InvalidInput, match=rule):
        serving.settings([word])


def test_settings_of_the_environment_count_and_the_command_line_goes_before(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setenv("STREAMLIT_SERVER_PORT", "8791")
    monkeypatch.setenv("STREAMLIT_SERVER_HEADLESS", "true")

    found = serving.settings([*serving.environment(), "--server.headless=false"])

    assert found == {"server.port": 8791, "server.headless": False}


def test_a_page_that_is_not_there_is_refused() -> None:
    with pytest.raises(InvalidInput, match="page must be a file that is there"):
        serving.made(Path("none.py"))


def test_a_setting_that_streamlit_does_not_know_is_refused_in_words() -> None:
    said = subprocess.run(
        [sys.executable, "-m", "sim.ui.serving", "app.py", "--server.prot=8502"],
        cwd=ROOT,
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )

    assert said.returncode == 1
    assert "Traceback" not in said.stderr
    assert "server.prot" in said.stderr
