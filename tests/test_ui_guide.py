"""A newcomer's first minute: from the example to their own answer, in a few steps."""

from __future__ import annotations

from pathlib import Path

import pytest
from streamlit.testing.v1 import AppTest
from visitor import calm, opened, press, put, texts, tiles

from sim.errors import InvalidInput
from sim.scenario import load, load_text
from sim.scenario.edited import edited, tree_text
from sim.scenario.load import standalone
from sim.ui.pages.guide import hours_edits
from sim.ui.state import State
from sim.ui.work import scenario_of

pytestmark = pytest.mark.usefixtures("on_its_way")


def offered(app: AppTest) -> bool:
    """Whether the way to figures of one's own stands beside the title."""
    return "Not now" in [button.label for button in app.button]


def shown(app: AppTest) -> State:
    kept: State = app.session_state["state"]
    return kept


def hours(app: AppTest, name: str) -> None:
    app.radio[0].set_value(name)
    calm(app.run())


def test_a_newcomer_meets_an_example_that_is_marked_and_a_way_to_their_own() -> None:
    app = opened(lang="en")

    assert offered(app)
    assert "The figures are an example." in texts(app)
    fields = [n for n in app.number_input if str(n.key).startswith("guide.")]
    assert [n.value for n in fields] == [7249, 240, 80, 20]
    # The browser falls back on the default where the page is drawn anew at once.
    assert [n.proto.default for n in fields] == [7249, 240, 80, 20]


def test_three_numbers_and_the_hours_lead_to_ones_own_answer() -> None:
    app = opened(lang="en", scenario="bank")
    before = tiles(app)
    put(app, "1. Your volume", 3000.0)
    put(app, "2. Your handle time", 200.0)
    put(app, "3. Your target", 90.0)
    hours(app, "office")
    assert tiles(app) == before
    press(app, "Show my answer")
    calm(app.run())

    phone = scenario_of(shown(app))[1].channels["phone"]
    assert phone.volume == pytest.approx(3000)
    assert phone.after_call_work is not None
    assert phone.handle_time.mean + phone.after_call_work.mean == pytest.approx(200)
    assert phone.target is not None
    assert phone.target.answered == pytest.approx(0.9)
    assert phone.open.seconds == 5 * 9 * 3600
    assert tiles(app) != before
    assert not offered(app)
    press(app, "Undo")
    calm(app.run())
    assert tiles(app) == before


def test_hours_of_ones_own_are_days_and_clocks() -> None:
    app = opened(lang="ru", scenario="bank")
    hours(app, "own")
    press(app, "Показать мой ответ")
    calm(app.run())

    assert scenario_of(shown(app))[1].channels["phone"].open.seconds == 5 * 12 * 3600


def test_who_does_not_want_it_is_not_asked_again() -> None:
    app = opened(lang="en", scenario="bank")
    press(app, "Not now")
    calm(app.run())
    assert not offered(app)
    app.selectbox[0].select("company-n")
    assert not offered(calm(app.run()))


def test_whoever_follows_a_link_with_figures_is_no_newcomer() -> None:
    assert not offered(opened(lang="en", scenario="bank", volume="4000"))


def test_hours_that_end_before_they_begin_go_over_midnight_or_are_refused() -> None:
    app = opened(lang="en", scenario="bank")
    hours(app, "own")
    app.session_state["chosen.guide.from"] = "9"
    app.session_state["chosen.guide.to"] = "9"
    press(app, "Show my answer")
    calm(app.run())

    assert "cannot be computed" in app.error[0].value
    assert not shown(app).changed


def test_volume_moves_into_the_hours_and_titles_tell_the_truth(root: Path) -> None:
    path = root / "scenarios" / "company-n.yaml"
    shop = load(path)
    again = load_text(tree_text(edited(standalone(path), hours_edits(shop, "Mon-Fri 09:00-18:00"))))
    for name, channel in again.channels.items():
        assert channel.volume == pytest.approx(shop.channels[name].volume)
        arrivals = channel.arrivals
        assert sum(arrivals[9:18]) > 0
        assert sum(arrivals[:9]) + sum(arrivals[18:24]) + sum(arrivals[120:]) == 0
        # The form within the hours stays, to the hundredth part of the busiest hour.
        was = shop.channels[name].arrivals
        assert arrivals[10] / arrivals[16] == pytest.approx(was[10] / was[16], abs=0.02)
    title = again.options["inhouse"].title
    assert title is not None
    assert (title.in_("en"), title.in_("ru")) == ("Own team", "Свой центр")


def test_round_the_clock_changes_hours_only(root: Path) -> None:
    shop = load(root / "scenarios" / "company-n.yaml")

    assert {edit.place[-1] for edit in hours_edits(shop, "always")} == {"open"}


def test_hours_in_which_nobody_comes_are_refused(root: Path) -> None:
    bank = load(root / "scenarios" / "bank.yaml")
    with pytest.raises(InvalidInput, match="must have hours in which somebody comes"):
        hours_edits(bank, "Mon 03:00-04:00")
