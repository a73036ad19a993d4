"""A simulation that takes long: a first answer with wide bands, then the whole one by itself."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from streamlit.testing.v1 import AppTest
from visitor import bring, brought, calm, finish, own, press, priced, texts, tiles, turn

from sim.decide import Comparison, compare
from sim.decide import comparison as comparing
from sim.report.language import Language
from sim.scenario import load_text
from sim.scenario.parse import WEEKS_PER
from sim.ui.jobs import Stopped
from sim.ui.waiting import board

pytestmark = pytest.mark.usefixtures("threads")

EN = Language("en")
#: Many replications, so that few of them are another answer.
SLOW = priced().replace("replications: 6, at_most: 6", "replications: 40, at_most: 40")


def test_a_first_answer_comes_before_the_whole_one_and_is_what_few_replications_say(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(comparing, "_LONG", 0.0)
    told: list[Comparison] = []
    scenario = load_text(SLOW)
    whole = compare(scenario, early=told.append)
    few = compare(scenario, replications=comparing.EARLY)

    [first] = told
    assert first.run.replications == comparing.EARLY
    for option in ("inhouse", "vendor"):
        assert first[option].cost == few[option].cost
    assert whole.run.replications == 40
    wide, narrow = first.difference("vendor"), whole.difference("vendor")
    assert wide is not None
    assert narrow is not None
    assert wide.half_width > narrow.half_width


def test_what_takes_a_moment_has_no_first_answer(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(comparing, "_LONG", 60.0)  # a slow machine takes longer than a moment
    told: list[Comparison] = []
    compare(load_text(priced()), early=told.append)

    assert not told


def looked(text: str) -> AppTest:
    """A page that simulates nothing, on a scenario of one's own."""
    return brought(text, "about")


Gate = Callable[[], None]


@pytest.fixture
def gate(monkeypatch: pytest.MonkeyPatch) -> Iterator[Gate]:
    """The whole answer waits until it is let go."""
    monkeypatch.setattr(comparing, "_LONG", 0.0)
    free = threading.Event()

    def slowly(scenario: Any, covers: Any = None, *, tell: Any, early: Any = None) -> Comparison:
        def shown(found: Comparison) -> None:
            early(found)
            while not free.wait(0.05):
                tell(0.3, next(iter(scenario.options)))

        return compare(scenario, covers=covers, early=shown)

    monkeypatch.setattr("sim.ui.work.compared", slowly)
    yield free.set
    free.set()


def test_the_page_shows_the_first_answer_until_the_whole_one_is_there(gate: Gate) -> None:
    scenario = load_text(SLOW)
    few, whole = compare(scenario, replications=comparing.EARLY), compare(scenario)
    app = looked(SLOW)
    for page in ("answer", "options", "people"):
        turn(app, page)
        [bar] = app.get("progress")
        assert "A first answer" in bar.proto.text
    assert few["inhouse"].heads is not None
    assert whole["inhouse"].hours != few["inhouse"].hours
    assert tiles(app)["Hours a week"] == EN.number(few["inhouse"].hours / WEEKS_PER["month"])
    gate()
    finish(app)

    assert not app.get("progress")
    assert tiles(app)["Hours a week"] == EN.number(whole["inhouse"].hours / WEEKS_PER["month"])
    turn(app, "answer")
    finish(app)
    assert "Where the answer changes" in texts(app)


def test_a_page_that_takes_no_first_answer_waits_for_the_whole_one(gate: Gate) -> None:
    text = SLOW.replace("2500 / week", "2400 / week")
    letting_go = threading.Timer(3.0, gate)
    letting_go.start()
    app = brought(text, "simulation")
    letting_go.join()

    assert not app.exception
    assert "in the simulation" in texts(app)


def test_who_stops_it_keeps_the_first_answer_and_can_go_on(gate: Gate) -> None:
    app = brought(SLOW.replace("2500 / week", "2600 / week"), "people")
    before = tiles(app)
    press(app, "Stop")
    calm(app.run())

    assert "Stopped." in app.info[0].value
    assert tiles(app) == before
    # The way back stands there too, where something was changed.
    assert "Undo the last change" not in [one.label for one in app.button]
    app.session_state["past"] = [app.session_state["state"]]
    assert "Undo the last change" in [one.label for one in calm(app.run()).button]
    gate()
    press(app, "Compute it after all")
    finish(calm(app.run()))
    assert not app.info
    assert tiles(app) != before


def test_who_goes_on_to_other_figures_does_not_wait_for_the_last(gate: Gate) -> None:
    app = brought(SLOW.replace("2500 / week", "2700 / week"), "people")
    last = board().look(app.session_state["compared.last"])
    bring(app, own())

    assert last is not None
    assert last.ended.wait(10)
    assert isinstance(last.error, Stopped)
