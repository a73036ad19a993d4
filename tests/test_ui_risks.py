"""The page about risk: draws, where the answer turns, claims, the checklist, goals."""

from __future__ import annotations

import re
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from streamlit.testing.v1 import AppTest
from terminal import Said
from visitor import brought, calm, own, pick, press, rest, tables, texts, tiles

from sim.report.inputs import input_title
from sim.report.language import Language
from sim.report.palette import LIGHT
from sim.report.risk import cases_words
from sim.report.risk_charts import CurvePoint, Mark, TornadoRow, bins_of, curve_chart, tornado_chart
from sim.scenario import load
from sim.scenario.inputs import find_input
from sim.ui import jobs
from sim.ui.tasks import compared
from sim.ui.waiting import board

EN = Language("en")
DESK = """
name: desk
title: {en: A desk, ru: Линия}
currency: EUR
calendar: {start: 2026-03-02}
channels:
  phone: {kind: voice, arrivals: {Mon-Sun: [6, 6, 6, 6, 6, 6, 9, 9, 9, 9, 9, 9,
          9, 9, 9, 9, 9, 9, 9, 9, 6, 6, 6, 6]}, handle_time: 5m, patience: 2m,
          target: {answered: 80% in 30s}}
options:
  hours:
    title: {en: By the hour, ru: По часам}
    groups:
      a: {source: vendor, skills: [phone], staffing: {to_target: {}},
          contract: {price_per_agent_hour: {rate: 20 EUR/h}}}
  minutes:
    title: {en: By the minute, ru: По минутам}
    groups:
      b: {source: vendor, skills: [phone], staffing: {to_target: {}},
          contract: {minutes: {tiers: [{price: 1 EUR/min}]}}}
simulation: {replications: 4, at_most: 4, warm_up: 1h, wrap_up: 1h}
"""
RATE = "options.hours.groups.a.contract.price_per_agent_hour.rate"
WHOLE = f"""{DESK}
risk:
  draws: 100
  ranges:
    - {{input: {RATE}, name: rate, normal: {{mean: 20 EUR/h, sd: 4 EUR/h}}}}
    - {{input: volume, triangular: [x0.8, x1, x1.4]}}
claims:
  minutes: {{cost: -90% than hours, asa: -99% than hours}}
goals: {{phone.first_response: at most 5m in 3 months}}
checklist: {{too_expensive: yes}}
"""
PARTS = {"en": "Part of the page", "ru": "Часть страницы"}


@pytest.fixture(autouse=True)
def beside(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> None:
    """Work beside the page in threads: a process takes seconds to start, and has its own tests."""
    if "processes" not in request.fixturenames:
        monkeypatch.setattr(jobs, "_in_process", jobs._here)


@pytest.fixture
def processes() -> None:
    """Work beside the page in processes, as visitors have it."""


def at_risk(text: str = WHOLE, part: str = "sure", lang: str = "en") -> AppTest:
    """The page on a scenario of one's own."""
    app = brought(text, "risks", lang)
    if part != "sure":
        pick(app, PARTS[lang], part)
    return finish(app)


def finish(app: AppTest) -> AppTest:
    """Look again until what is computed beside the page is there."""
    for _ in range(60):
        if not any((button.key or "").startswith("stop.") for button in app.button):
            return app
        rest()
        calm(app.run())
    raise TimeoutError


def select(app: AppTest, label: str, name: str) -> AppTest:
    next(box for box in app.selectbox if box.label == label).select(name)
    return finish(calm(app.run()))


def tabled(app: AppTest) -> str:
    return "\n".join(table.to_string() for table in tables(app))


def edits(app: AppTest) -> dict[tuple[object, ...], object]:
    return {edit.place: edit.value for edit in app.session_state["state"].edits}


def go(app: AppTest, button: str) -> AppTest:
    press(app, button)
    return finish(calm(app.run()))


# --- every part, both languages ------------------------------------------------------------------


@pytest.mark.parametrize("lang", ["en", "ru"])
@pytest.mark.parametrize("part", ["sure", "turns", "claims", "today"])
def test_every_part_opens_with_an_answer(part: str, lang: str) -> None:
    app = at_risk(part=part, lang=lang)

    assert app.header
    assert not app.error
    assert not app.warning
    if lang == "ru":
        words = re.findall(r"[A-Za-z]+", texts(app) + tabled(app))
        assert not {"the", "of", "and", "in", "is", "on", "at", "than"} & set(words)


def test_another_language_keeps_the_part_and_what_is_asked() -> None:
    app = at_risk(part="turns")
    select(app, "What varies", "price")
    pick(app, "Язык · Language", "ru")
    finish(app)

    assert next(box.value for box in app.selectbox if box.label == "Что меняется") == "price"
    assert next(b.value for b in app.button_group if b.label == PARTS["ru"]) == "turns"


# --- the same figures as elsewhere ---------------------------------------------------------------


@pytest.mark.slow
@pytest.mark.usefixtures("processes")
def test_figures_are_those_of_the_command_line(
    linewise: Callable[..., Said], tmp_path: Path
) -> None:
    file = tmp_path / "desk.yaml"
    file.write_text(WHOLE, "utf-8")
    risk = linewise("risk", file, "--json").data
    even = linewise("breakeven", file, "--of", "volume", "--no-verify", "--json").data
    claim = linewise("claim", file, "--json").data

    app = at_risk()
    chance, between = risk["chance_second_cheaper"]["value"], risk["difference"]
    assert cases_words(max(chance, 1 - chance), EN) in app.header[0].value
    assert all(sentence in texts(app) for sentence in risk["sentences"]["en"])
    shown = tiles(app)
    for name, label in (("p5", "bad"), ("p95", "good")):
        assert shown[f"Saving in a {label} case"] == EN.money(between[name], "EUR", compact=True)
    assert shown["Saving, the middle case"] == EN.money(between["p50"], "EUR", compact=True)
    assert EN.money(risk["options"]["hours"]["regret"], "EUR", compact=True) in tabled(app)

    pick(app, PARTS["en"], "turns")
    finish(app)
    assert all(sentence in texts(app) for sentence in even["sentences"]["en"])

    pick(app, PARTS["en"], "claims")
    finish(app)
    assert [one["state"] for one in claim["claims"]] == ["broken", "broken"]
    assert app.header[0].value.endswith("0 of 2 claims true here")
    assert EN.money(claim["claims"][0]["value"], "EUR") in tabled(app)


# --- ranges --------------------------------------------------------------------------------------


def test_a_range_is_written_into_the_scenario_and_taken_back() -> None:
    app = at_risk()
    before = tiles(app)
    simulated = played()
    assert "normal: nine of ten between the ends" in tabled(app)
    # The triangle that is offered in its place is as wide as the law: root 6 of its deviations.
    low = next(n for n in app.number_input if n.label == "Low")
    assert low.value == pytest.approx(20 - 4 * 6**0.5, abs=0.01)
    for label, value in (("Low", 35.0), ("Most likely", 40.0), ("High", 45.0)):
        next(n for n in app.number_input if n.label == label).set_value(value)
    go(app, "Set the range")

    written = {"name": "rate", "input": RATE, "triangular": [35.0, 40.0, 45.0], "as": "value"}
    assert edits(app)["risk", "ranges"][0] == written  # type: ignore[index]
    assert tiles(app) != before
    assert tiles(app)["Cheaper in"] == "100 of 100"
    assert played() == simulated  # what is drawn from a simulation does not ask for another one
    go(app, "Undo")
    assert tiles(app) == before


def played() -> int:
    """Comparisons that were simulated in this process."""
    return sum(job.task.function is compared for job in board()._jobs.values())


def test_a_range_that_makes_no_sense_is_refused_in_words() -> None:
    app = at_risk()
    before = tiles(app)
    next(n for n in app.number_input if n.label == "Low").set_value(50.0)
    go(app, "Set the range")

    assert "must rise from the lowest to the highest" in app.error[0].value
    assert not edits(app)
    assert tiles(app) == before


def test_more_draws_are_one_choice_and_belong_to_the_scenario() -> None:
    app = at_risk()
    pick(app, "Draws", "300")
    finish(app)

    assert edits(app) == {("risk", "draws"): 300}
    assert "of 300 draws" in texts(app)


def test_without_ranges_the_page_asks_for_one_and_answers() -> None:
    app = at_risk(DESK)
    assert "Nothing has a range yet" in app.header[0].value
    select(app, "Input", "price")
    go(app, "Set the range")

    assert "cases of 100" in app.header[0].value
    go(app, "Take the range away")
    assert "Nothing has a range yet" in app.header[0].value


@pytest.mark.parametrize("part", ["sure", "turns", "claims", "today"])
def test_with_nothing_to_choose_between_it_is_said(part: str) -> None:
    app = at_risk(own(), part)

    told = {
        "sure": "nothing to choose between",
        "turns": "nothing to choose between",
        "claims": "Nothing is claimed yet",
        "today": "Goals and their dates",
    }
    assert told[part] in " ".join(header.value for header in app.header)
    assert not app.error


def test_a_target_out_of_reach_leaves_the_page_standing() -> None:
    app = at_risk(WHOLE.replace("to_target: {}", "to_target: {maximum: 3}"))

    assert app.header
    pick(app, PARTS["en"], "turns")
    assert finish(app).header


# --- where it turns ------------------------------------------------------------------------------


def test_a_range_that_cannot_be_followed_is_refused_in_its_place() -> None:
    app = at_risk(part="turns")
    next(t for t in app.text_input if t.label == "From").set_value("700 EUR")
    finish(calm(app.run()))

    assert "must say per which time, got '700 EUR'" in app.warning[0].value
    assert app.selectbox
    next(t for t in app.text_input if t.label == "From").set_value("")
    finish(calm(app.run()))
    assert not app.warning


def test_a_path_of_ones_own_is_followed() -> None:
    app = at_risk(part="turns")
    select(app, "What varies", "…")
    next(t for t in app.text_input if t.label == "Path").set_value(RATE)
    finish(calm(app.run()))

    assert "Rate" in app.header[0].value


# --- claims, checklist, goals --------------------------------------------------------------------


def test_a_claim_is_checked_taken_away_and_brought_back() -> None:
    app = at_risk(part="claims")
    # Typed and pressed before the page is drawn anew.
    next(n for n in app.number_input if n.label == "by so many % less").set_value(1.0)
    go(app, "Check it")

    assert edits(app) == {("claims", "minutes", "cost"): "-1% than hours"}
    assert "1 of 2 claims true here" in app.header[0].value
    assert "Cost a month: 1% less" in texts(app)
    app.button(key="risks.claim.away.minutes.cost").click()
    finish(calm(app.run()))
    assert "0 of 1 claims true here" in app.header[0].value
    go(app, "Undo")
    assert "1 of 2 claims true here" in app.header[0].value


def test_what_people_state_counts_and_can_be_taken_back() -> None:
    app = at_risk(part="today")
    question = "Are markets in other time zones wanted?"
    before = app.header[0].value
    pick(app, question, "yes")

    assert edits(app) == {("checklist", "other_time_zones"): "yes"}
    assert app.header[0].value != before
    go(app, "Undo")
    assert app.header[0].value == before
    assert next(b.value for b in app.button_group if b.label == question) == ""


def test_a_goal_is_set_for_every_option() -> None:
    app = at_risk(part="today")
    select(app, "What", "abandonment")
    # Typed and pressed before the page is drawn anew.
    next(n for n in app.number_input if n.label == "at most, %").set_value(4.0)
    go(app, "Set the goal")

    assert edits(app) == {("goals", "abandonment"): "at most 4% in 6 months"}
    assert "Abandoned: at most 4%, by month 6" in tabled(app)
    app.button(key="risks.goal.away.phone.first_response").click()
    finish(calm(app.run()))
    assert "Phone" not in tabled(app)


# --- charts and words ----------------------------------------------------------------------------


@given(st.lists(st.integers(-(10**9), 10**9), min_size=1, max_size=40))
@settings(max_examples=50)
def test_every_draw_is_in_one_bar_and_none_lies_across_zero(cents: list[int]) -> None:
    draws = np.array(cents) / 100
    bars = bins_of(draws)

    assert sum(bar.share for bar in bars) == pytest.approx(1)
    assert not any(bar.low < 0 < bar.high for bar in bars)
    assert len(bars) < 70
    # What is drawn in the colour of the dearer side is the chance that it is dearer.
    below = sum(bar.share for bar in bars if bar.low < 0)
    assert below == pytest.approx(float((draws < 0).mean()))


def test_a_bar_across_zero_shows_both_sides() -> None:
    rows = [TornadoRow("Price", "1 → 2", -3.0, 5.0, "−3 → 5"), TornadoRow("Pay", "", 1.0, 2.0, "")]
    values = tornado_chart(rows, 1.5, "EUR", EN, LIGHT)["data"]["values"]

    parts = [(part["name"], part["from"], part["to"], part["colour"]) for part in values]
    assert parts == [
        ("Price", -3.0, 0.0, LIGHT.dearer),
        ("Price", 0.0, 5.0, LIGHT.cheaper),
        ("Pay", 1.0, 2.0, LIGHT.cheaper),
    ]


def test_what_lies_outside_a_curve_is_not_marked() -> None:
    points = [CurvePoint(x, 1 - x, True, str(x), "", "") for x in (0.5, 1.0, 2.0)]
    spec = curve_chart(points, [Mark(1.0, "turns"), Mark(9.0, "now", now=True)], "EUR", EN, LIGHT)

    assert "turns" in str(spec)
    assert "'words': 'now'" not in str(spec)


@pytest.mark.parametrize(
    ("share", "code", "said"),
    [
        (0.214, "ru", "в 21 случае из 100"),
        (0.75, "ru", "в 75 случаях из 100"),
        (0.001, "en", "in less than 1 case of 100"),
        (0.01, "en", "in 1 case of 100"),
    ],
)
def test_a_probability_is_told_in_cases(share: float, code: str, said: str) -> None:
    assert cases_words(share, Language("ru" if code == "ru" else "en")) == said


def test_an_input_of_no_option_has_a_title(root: Path) -> None:
    shop = load(root / "scenarios" / "company-n.yaml")

    assert input_title(shop, find_input(shop, "margin"), EN) == "Margin of an order"
    assert input_title(shop, find_input(shop, "horizon.discount"), EN)
