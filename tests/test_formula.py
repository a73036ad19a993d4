"""The formula beside the simulation: what `sim.erlang` says of an interval, summed over a week."""

from __future__ import annotations

import math
from pathlib import Path

import pytest

from sim import erlang
from sim.decide import OptionResult, simulate
from sim.decide.formula import formulas
from sim.metrics import RULES
from sim.report.formulas import formula_sentence, formula_table, left_out
from sim.report.language import Language
from sim.report.tables import rule_table
from sim.scenario import load, load_text

FLAT = """
name: flat
calendar: {start: 2026-03-02}
channels:
  phone: {kind: voice, volume: 8400 per week, handle_time: 3m, patience: 2m, balking: 5%,
          short_abandon: 5s, target: {answered: 80% in 20s},
          arrivals: {Mon-Sun: [1, 2, 1, 2, 1, 2, 1, 2, 1, 2, 1, 2,
          1, 2, 1, 2, 1, 2, 1, 2, 1, 2, 1, 2]}}
groups:
  desk: {skills: [phone], staffing: {shifts: [{agents: 4, hours: always}]}}
simulation: {seed: 1, replications: 40, at_most: 40, warm_up: 2h}
"""


@pytest.fixture(scope="module")
def flat() -> OptionResult:
    return simulate(load_text(FLAT))


def test_intervals_are_weighed_by_those_who_come(flat: OptionResult) -> None:
    found = formulas(flat)["phone"]
    offered = served = within = patient = short = waited = gone = 0.0
    for hour in range(24):
        rate = 8400 / 7 / 36 * (1 + hour % 2)
        queue = erlang.erlang_a(
            arrival_rate=rate / 3600, aht=180, agents=4, patience=120, balking=0.05
        )
        offered += rate
        gone += rate * queue.abandonment
        served += rate * (1 - queue.abandonment)
        within += rate * queue.service_level("offered", 20)
        patient += rate * queue.service_level("virtual", 20)
        short += rate * queue.short_abandons(5)
        waited += rate * (1 - queue.abandonment) * queue.asa

    assert found.abandonment == pytest.approx(gone / offered)
    assert found.asa == pytest.approx(waited / served)
    assert found.service == pytest.approx(
        {
            "offered": within / offered,
            "answered": within / served,
            "excluding_short_abandons": within / (offered - short),
            "including_short_abandons": (within + short) / offered,
            "virtual": patient / offered,
        }
    )


def test_where_the_formula_leaves_nothing_out_both_say_the_same(flat: OptionResult) -> None:
    even = load_text(FLAT.replace("1, 2,", "1, 1,").replace("1, 2]", "1, 1]"))
    result = simulate(even, replications=60)
    found = formulas(result)["phone"]
    for rule in RULES:
        simulated = result.replications.estimate(f"service_level_{rule}", "phone")
        # Twice a 95 % interval: one false alarm in many thousand choices of the seed.
        assert abs(found.service[rule] - simulated.value) < 2 * simulated.half_width
    gone = result.replications.estimate("abandonment", "phone")
    assert abs(found.abandonment - gone.value) < 2 * gone.half_width
    assert left_out(result, "phone", Language("en")) == [
        "what one interval leaves to the next, and the ends of shifts"
    ]


def test_the_table_says_what_the_rule_table_says(flat: OptionResult) -> None:
    lang = Language("en")
    shown = formula_table(flat, "phone", formulas(flat)["phone"], lang)
    rules = rule_table(flat, lang).rows[0][1:]

    assert tuple(row[1] for row in shown.rows[:5]) == rules
    assert shown.head[0] == "Answered in 20 s"
    assert all("points" in row[3] for row in shown.rows[:6])


def test_nobody_waits_on_the_line_for_a_letter(root: Path) -> None:
    shop = simulate(load(root / "scenarios" / "company-n.yaml"), "as_is", replications=2)
    found = formulas(shop)

    assert set(found) == {"phone"}
    one = next(a for a in shop.attained if a.channel == "email")
    shown = formula_table(shop, "email", None, Language("ru"))
    assert {row[2] for row in shown.rows} == {"—"}
    assert "формуле" not in formula_sentence(shop, one, None, Language("ru"))


def test_what_has_no_contacts_of_its_own_has_no_formula(root: Path) -> None:
    desk = simulate(load(root / "scenarios" / "help-desk.yaml"), replications=2)
    found = formulas(desk)["experts"]

    assert math.isnan(found.service["offered"])
    shown = formula_table(desk, "experts", found, Language("en"))
    assert {row[2] for row in shown.rows} == {"—"}
    parts = left_out(desk, "line", Language("en"))
    assert {"the bot", "contacts that are passed on", "redials"} <= set(parts)
