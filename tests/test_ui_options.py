"""The options page: side by side, changed in place, copied, removed, and the hybrid found."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest
from streamlit.testing.v1 import AppTest
from visitor import (
    brought,
    calm,
    finish,
    group,
    own,
    pick,
    press,
    priced,
    tables,
    texts,
    turn,
    without,
)

from sim.decide import Comparison, compare
from sim.report.differing import differing_table
from sim.report.economics import vat_sentences
from sim.report.language import Code, Language
from sim.report.sentences import gap_sentence
from sim.report.words import headline
from sim.scenario import Scenario, load, load_text
from sim.scenario.edited import Edit
from sim.scenario.inputs import find_input
from sim.scenario.load import standalone
from sim.ui.deciding import Hybrid, free_name, searched
from sim.ui.pages.option_edits import fields_of
from sim.ui.state import State
from sim.ui.work import scenario_of

EN = Language("en")


@pytest.fixture(scope="module")
def shop() -> Comparison:
    return compare(load_text(priced()))


def asked(lang: Code = "en", text: str = "") -> AppTest:
    """The options page of the small shop."""
    return brought(text or priced(), "options", lang)


def state_of(app: AppTest) -> State:
    state: State = app.session_state["state"]
    return state


def change(app: AppTest, label: str, value: float) -> None:
    next(n for n in app.number_input if n.label.startswith(label)).set_value(value)
    calm(app.run())


@pytest.mark.parametrize(
    ("lang", "title"), [("en", "How do the options differ?"), ("ru", "Чем отличаются варианты?")]
)
def test_the_page_opens_in_both_languages_with_the_answer(
    shop: Comparison, lang: Code, title: str
) -> None:
    app = asked(lang)

    assert app.title[0].value == title
    assert headline(shop, Language(lang)) in app.header[0].value
    assert not app.error


def test_costs_and_differences_are_those_of_the_engine(shop: Comparison) -> None:
    shown = tables(asked())[0]

    for row, option in enumerate(shop.options):
        assert option.cost is not None
        assert shown["Cost a month"][row] == EN.money(option.cost.value, "EUR", compact=True)
    difference = shop.difference("vendor")
    assert difference is not None
    amount = EN.money(abs(difference.value), "EUR", compact=True)
    width = EN.money(difference.half_width, "EUR", compact=True)
    assert list(shown["To the baseline"]) == ["baseline", f"{amount} cheaper ± {width}"]


def test_an_option_with_another_service_is_no_saving() -> None:
    text = priced(tolerance="0.1%")
    app, found = asked(text=text), compare(load_text(text))

    assert gap_sentence(found, "vendor", EN) in texts(app)
    assert list(tables(app)[0]["To the baseline"])[1] == ("other service: no saving")


def test_another_baseline_is_a_change_that_can_be_taken_back() -> None:
    app = asked()
    box = next(box for box in app.selectbox if box.label == "Baseline")
    box.select("vendor")
    calm(app.run())

    assert state_of(app).edits == (Edit(("baseline",), "vendor"),)
    assert list(tables(app)[0]["Option"]) == ["Vendor", "Own team"]
    press(app, "Undo")
    calm(app.run())
    assert list(tables(app)[0]["Option"]) == ["Own team", "Vendor"]


def test_a_price_is_changed_in_place_and_the_answer_follows() -> None:
    app = asked()
    pick(app, "Option to change", "vendor")
    change(app, "Price", 2.0)

    edits = state_of(app).edits
    place = ("options", "vendor", "groups", "theirs", "contract", "minutes", "tiers", 0, "price")
    assert edits == (Edit(place, "2 EUR/min"),)
    fresh = compare(scenario_of(state_of(app))[1])
    assert headline(fresh, EN) in app.header[0].value
    assert "Own team" in app.header[0].value
    press(app, "Undo")
    calm(app.run())
    assert next(n for n in app.number_input if n.label.startswith("Price")).value == 0.5


def test_fields_written_one_right_after_the_other_all_count() -> None:
    app = asked()
    pick(app, "Option to change", "vendor")
    next(n for n in app.number_input if n.label.startswith("Price")).set_value(0.6)
    change(app, "Handle time, %", 130.0)

    theirs = scenario_of(state_of(app))[1].options["vendor"].groups["theirs"]
    assert theirs.handle_time == 1.3  # shares and factors are typed in per cent
    assert theirs.contract is not None
    assert theirs.contract.minutes is not None
    assert theirs.contract.minutes.tiers[0].price == 0.6


def test_a_change_that_the_scenario_does_not_take_is_told_and_not_made() -> None:
    app = asked()
    change(app, "Breaks and meetings", 100.0)

    assert "This change was not made" in app.error[0].value
    assert state_of(app).edits == ()
    assert next(n for n in app.number_input if n.label.startswith("Breaks")).value == 0.0


def test_an_option_is_copied_changed_and_removed_again() -> None:
    app = asked()
    pick(app, "Option to change", "vendor")
    next(t for t in app.text_input if t.label == "Name of the copy").set_value("Vendor, dear")
    press(app, "Duplicate")
    calm(app.run())
    assert list(tables(app)[0]["Option"])[-1] == "Vendor, dear"
    assert group(app, "Option to change").value == "vendor_"
    change(app, "Price", 3.0)
    fresh = scenario_of(state_of(app))[1]
    path = "options.{}.groups.theirs.contract.minutes.tiers[0].price"
    prices = [find_input(fresh, path.format(name)).value for name in ("vendor", "vendor_")]
    assert prices == [0.5, 3.0]

    differs = tables(app)[1].to_string()
    assert "€3" in differs
    press(app, "Remove")
    calm(app.run())
    assert list(tables(app)[0]["Option"]) == ["Own team", "Vendor"]


def test_what_the_file_expects_of_an_option_goes_with_it() -> None:
    app = asked(text=without("risk", priced()))
    pick(app, "Option to change", "vendor")
    press(app, "Remove")
    calm(app.run())

    assert not [one.value for one in app.error]
    assert list(scenario_of(state_of(app))[1].options) == ["inhouse"]
    assert app.title[0].value == "How do the options differ?"


def test_an_option_that_the_file_cannot_do_without_stays() -> None:
    app = asked()
    pick(app, "Option to change", "vendor")
    press(app, "Remove")
    calm(app.run())

    assert "risk.ranges[0].input" in app.error[0].value.replace("\\", "")
    assert list(scenario_of(state_of(app))[1].options) == ["inhouse", "vendor"]


def test_vat_of_one_client_counted_in_two_ways_is_said_on_both_pages() -> None:
    text = priced().replace(
        "contract: {minutes", "contract: {vat_rate: 20%, vat_recoverable_share: 0%, minutes"
    )
    kept = "retained: {vat_rate: 20%, vat_recoverable_share: 100%}\n    groups:\n      theirs"
    text = text.replace("groups:\n      theirs", kept)
    app = asked("ru", text)
    [said] = vat_sentences(compare(load_text(text)), Language("ru"))

    assert said.startswith("НДС посчитан по-разному")
    assert said in texts(app)
    assert said in texts(turn(app, "answer"))


def test_only_inputs_that_differ_are_listed(root: Path) -> None:
    scenario = load(root / "scenarios" / "company-n.yaml")
    rows = differing_table(scenario, ["shared", "dedicated"], EN).rows

    assert ("Handle time", "× 1.1", "× 1.05") in rows
    assert all(len(set(row[1:])) > 1 for row in rows)
    assert not any(row[0].startswith("Price of a licence") for row in rows)
    alone = differing_table(scenario, ["shared", "dedicated"], EN, shared=False).rows
    assert all("—" in row for row in alone)
    # Who writes no factor has the time as it is, and who writes no share that of the channels.
    with_own = differing_table(scenario, ["inhouse", "shared"], EN).rows
    assert {("Handle time", "× 1", "× 1.1"), ("Solved at first contact", "75%", "68%")} <= set(
        with_own
    )


def test_every_price_of_a_preset_can_be_changed(root: Path) -> None:
    scenario = load(root / "scenarios" / "company-n.yaml")
    labels = {name: [f.label for f in fields_of(scenario, name, EN)] for name in scenario.options}
    shown = {one.label: one.shown for one in fields_of(scenario, "shared", EN)}

    assert shown["Handle time, %"] == 110.0
    assert 22.0 in shown.values()
    assert all(labels.values())
    for name in scenario.options:
        for one in fields_of(scenario, name, EN):
            place = one.edits(one.shown + 1, {"options": {}}, "RUB")
            state = State("company-n").writing(*place)
            fresh = {f.label: f.shown for f in fields_of(scenario_of(state)[1], name, EN)}
            assert fresh[one.label] == pytest.approx(one.shown + 1), one.label


def test_options_without_prices_are_compared_by_their_service() -> None:
    app = brought(own(), "options")

    assert "Cost a month" not in tables(app)[0].columns
    assert "this scenario has no such two" in texts(app)
    assert "one option only" in app.info[0].value


@pytest.fixture(scope="module")
def parted() -> tuple[Scenario, Hybrid]:
    scenario = load_text(priced())
    found = searched(scenario, standalone(text=priced()), 4.0, tell=lambda *_: None)
    return scenario, found


def test_a_search_brings_what_the_page_shows(parted: tuple[Scenario, Hybrid]) -> None:
    scenario, found = parted

    assert found.answers["en"].sentences
    assert {one.state for one in found.points["ru"]} >= {"best"}
    assert found.bound > 0
    assert found.name == free_name("hybrid", scenario.options) == "hybrid"


def test_the_search_stands_on_the_page_with_its_button(
    parted: tuple[Scenario, Hybrid], monkeypatch: pytest.MonkeyPatch
) -> None:
    # How long a search takes to find a hybrid is the machine's; any option can be added.
    option = {**standalone(text=priced())["options"]["vendor"], "title": {"en": "H", "ru": "Г"}}
    found = replace(parted[1], option=option)
    monkeypatch.setattr("sim.ui.pages.hybrid.result_of", lambda *_, **__: found)
    app = asked()

    assert parted[1].answers["en"].sentences[0] in texts(app)
    press(app, "Add the cheapest hybrid as an option")
    calm(app.run())
    assert "hybrid" in scenario_of(state_of(app))[1].options
    assert tables(finish(app))[0].shape[0] == 3
