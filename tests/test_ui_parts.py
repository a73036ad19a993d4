"""What the pages are made of, without a page: links, kept results, weeks, charts."""

from __future__ import annotations

import math
import re
import threading
import time
from collections.abc import Callable
from typing import Any

import altair as alt
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from sim.cost import Group as CostGroup
from sim.cost import Line, Statement
from sim.decide import OptionResult, simulate
from sim.metrics import Presence
from sim.report.charts import DifferenceRow, MoneyRow, difference_chart, money_chart
from sim.report.language import Language
from sim.report.palette import DARK, LIGHT, Palette
from sim.report.week import edges, level, needed, served_a_month, unit_cost, week_of
from sim.report.week_charts import Cell, Slot, day_chart, heat_map
from sim.report.words import GROUPS, arithmetic, difference_words
from sim.scenario import Scenario, load_text
from sim.scenario.edited import Edit
from sim.stats import Estimate
from sim.ui.drawings import difference_lines, money_bars
from sim.ui.state import BOUNDS, OWN, State, address, file_key, read_address
from sim.ui.work import Kept

EN = Language("en")
SHOP = """
name: shop
currency: EUR
calendar: {start: 2026-03-02, days: 14, night: 22:00-06:00}
channels:
  phone: {kind: voice, volume: 700 / week, arrivals: {Mon-Sun: [0, 0, 0, 0, 0, 0, 0, 0, 5, 5, 5, 5,
          9, 9, 5, 5, 5, 5, 2, 2, 0, 0, 0, 0]}, handle_time: 3m, patience: 2m,
          target: {answered: 80% in 20s}}
options:
  shifts:
    groups:
      day: {skills: [phone], staffing: {shifts: [{agents: 2, hours: 08:30-20:00}]},
            payroll: {agents: {calendar: {contract_hours_year: 1800h},
                      pay: {hourly_rate: 20 EUR/h}}}}
  bare:
    groups:
      day: {skills: [phone], staffing: {to_target: {maximum: 1}}}
simulation: {seed: 1, replications: 5, at_most: 5}
"""


@pytest.fixture(scope="module")
def shop() -> Scenario:
    return load_text(SHOP)


@pytest.fixture(scope="module")
def shifts(shop: Scenario) -> OptionResult:
    return simulate(shop, "shifts")


# --- links -------------------------------------------------------------------------------------

states = st.builds(
    State,
    st.sampled_from(["shop", "bank"]),
    st.none() | st.sampled_from(["a", "b"]),
    st.dictionaries(st.sampled_from(sorted(BOUNDS)), st.integers(5, 99).map(float)),
)


@given(states)
def test_a_link_brings_back_the_state_it_was_made_of(state: State) -> None:
    assert read_address(address(state, "en"), ["shop", "bank"]) == (state, [])


@given(st.dictionaries(st.sampled_from([*BOUNDS, "scenario", "option"]), st.text(max_size=8)))
def test_no_link_is_too_damaged_to_be_opened(said: dict[str, str]) -> None:
    state, wrong = read_address(said, ["shop"])

    assert state.scenario == "shop"
    assert all(low <= state.figures.get(name, low) <= high for name, (low, high) in BOUNDS.items())
    assert all(part.partition("=")[0] in said for part in wrong)


def test_a_newcomer_meets_the_shop_and_a_folder_without_scenarios_is_no_end() -> None:
    assert read_address({}, ["bank", "company-n"])[0].scenario == "company-n"
    assert read_address({}, [])[0].scenario == OWN


def test_a_link_names_a_file_that_came_along_and_holds_nothing_of_it() -> None:
    own = ("secret.yaml", "text: it")
    state = State(OWN, "b", {"aht": 30.0}, (Edit(("channels",), 1),), own)
    said = address(state, "ru")

    assert set(said) == {"lang", "scenario", "file", "option", "aht", "edits"}
    assert not any(part in value for part in ("secret", "text") for value in said.values())
    assert read_address(said, ["shop"], {file_key(own): own}.get) == (state, [])


def test_figures_of_a_file_that_nobody_has_any_more_go_to_no_other_scenario() -> None:
    said = address(State(OWN, "b", {"aht": 30.0}, (), ("a.yaml", "")), "ru")

    assert read_address(said, ["shop"]) == (State("shop"), ["file"])


def test_a_figure_goes_back_to_the_scenarios_own() -> None:
    state = State("shop").having("aht", 30.0)

    assert state.figures == {"aht": 30.0}
    assert state.having("aht", None) == State("shop")


# --- kept results ------------------------------------------------------------------------------


def test_the_least_recently_used_result_is_dropped() -> None:
    kept = Kept(most=2)
    made: list[str] = []

    def make(name: str) -> Callable[[], str]:
        def result() -> str:
            made.append(name)
            return name

        return result

    for name in ("a", "b", "a", "c", "a", "b"):
        assert kept.get(name, make(name)) == name
    assert made == ["a", "b", "c", "b"]
    assert kept._busy == {}  # nor does anything else grow with what was ever asked


def test_those_who_ask_for_the_same_result_wait_for_the_first() -> None:
    kept = Kept(most=2)
    made: list[int] = []

    def slow() -> int:
        time.sleep(0.05)
        made.append(1)
        return len(made)

    threads = [threading.Thread(target=kept.get, args=("a", slow)) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert made == [1]
    assert kept._busy == {}


def test_a_result_that_could_not_be_computed_is_not_kept() -> None:
    kept = Kept(most=2)
    with pytest.raises(ZeroDivisionError):
        kept.get("a", lambda: 1 // 0)

    assert kept.get("a", lambda: 2) == 2


# --- a week ------------------------------------------------------------------------------------


def test_a_week_holds_the_agents_of_the_shifts_half_hours_as_halves(shifts: OptionResult) -> None:
    week = week_of(shifts, "phone", "day")

    monday = week.cover[: week.per_day].tolist()
    assert monday == [0.0] * 8 + [1.0] + [2.0] * 11 + [0.0] * 4
    logged = shifts.replications.presence("day")[:, Presence.LOGGED].sum() / 3600
    over = shifts.replications.presence("day")[:, Presence.OVERRUN].sum() / 3600
    assert 2 * week.cover.sum() == pytest.approx(logged - over)


def test_a_week_weighs_its_intervals_as_the_whole_period_does(shifts: OptionResult) -> None:
    week = week_of(shifts, "phone", "day")

    whole = shifts.replications.estimate("service_level", "phone").value
    served = np.nansum(week.service * week.contacts) / week.contacts[~np.isnan(week.service)].sum()
    assert served == pytest.approx(whole)
    assert np.isnan(week.service[0])


def test_thin_intervals_come_with_those_first_who_leave_most_waiting(shifts: OptionResult) -> None:
    week = week_of(shifts, "phone", "day")
    lost = (week.target - week.service) * week.contacts

    assert week.thin
    assert all(week.service[slot] < week.target for slot in week.thin)
    assert [lost[slot] for slot in week.thin] == sorted(lost[week.thin], reverse=True)


def test_a_fixed_group_is_told_what_it_would_need(shifts: OptionResult) -> None:
    need = needed(shifts, "day")

    assert need is not None
    assert need[12] > need[18] > need[0] == 0


def test_a_bound_does_not_hide_the_need(shop: Scenario) -> None:
    bare = simulate(shop, "bare")
    need = needed(bare, "day")

    assert need is not None
    assert week_of(bare, "phone", "day").cover.max() == 1
    assert need.max() > 1


def test_one_contact_costs_the_month_over_those_served(
    shop: Scenario, shifts: OptionResult
) -> None:
    served = served_a_month(shifts)

    assert served is not None
    assert 0.8 * 700 * 52 / 12 < served < 700 * 53 / 12
    assert shifts.cost is not None
    assert unit_cost(shifts) * served == pytest.approx(shifts.cost.value)
    bare = simulate(shop, "bare")
    assert served_a_month(bare) is None
    assert math.isnan(unit_cost(bare))


@given(st.floats(0.05, 0.99), st.floats(0, 1))
def test_a_class_of_service_says_on_which_side_of_the_target_it_lies(
    target: float, service: float
) -> None:
    found = level(service, target)

    assert list(edges(target)) == sorted(edges(target))
    assert found is not None
    assert (found >= 3) == (service >= target)


# --- words and charts --------------------------------------------------------------------------


def test_every_cost_group_has_a_title_and_a_colour_in_both_themes() -> None:
    assert list(GROUPS) == [group.value for group in CostGroup]
    assert set(LIGHT.groups) == set(DARK.groups) == set(GROUPS)


def test_a_line_tells_its_arithmetic_in_words_and_in_numbers() -> None:
    line = Line("rent", CostGroup.WORKPLACE, 750.0, "seats * rent", {"seats": 5, "rent": 150})

    assert arithmetic(line, EN) == "workplaces × rent = 5 × 150"
    assert Statement((line,)).total == 750


def test_a_line_of_parts_lists_them() -> None:
    parts = (Line("minutes", CostGroup.VENDOR, 30.0), Line("sla_credits", CostGroup.VENDOR, -10.0))

    words = arithmetic(Line.of("contract", CostGroup.VENDOR, parts), EN)
    assert words == "billed minutes 30 − service credits 10"


@pytest.mark.parametrize(
    ("found", "words"),
    [
        (Estimate(-1200.0, 100.0), "€1.2K cheaper"),
        (Estimate(1200.0, 100.0), "€1.2K dearer"),
        (Estimate(1200.0, 1300.0), "about even"),
    ],
)
def test_a_difference_within_its_noise_is_called_even(found: Estimate, words: str) -> None:
    assert difference_words(found, "EUR", EN) == words


def whole_week() -> list[Cell]:
    return [
        Cell(day, EN.day(day), f"{hour:02d}:00", hour % 5 if hour else None, "7", "tip", "3")
        for day in range(7)
        for hour in range(24)
    ]


ROWS = [
    MoneyRow("Own", "80%", "₽5", (("labour", "Pay", 5.0, "₽5"),), True),
    MoneyRow("Vendor", "70%", "₽4", (("vendor", "Invoice", 4.0, "₽4"),), False),
]
ROW_BACK = ("vendor", "Invoice", -1.0, "−₽1")
DAY = [Slot(hour, hour + 1, 3.0, None if hour < 8 else 4.0, "tip") for hour in range(24)]
DRAWN: dict[str, Any] = {
    "money": lambda palette: money_chart(ROWS, EN, palette),
    "no money": lambda palette: money_chart([], EN, palette),
    "difference": lambda palette: difference_chart(
        [DifferenceRow("Vendor", "₽1 cheaper", -1.0, -1.1, -0.9, "cheaper", True)], EN, palette
    ),
    "heat": lambda palette: heat_map(whole_week(), EN, palette),
    "day": lambda palette: day_chart(DAY, EN, palette),
}


@pytest.mark.parametrize("palette", [LIGHT, DARK], ids=["light", "dark"])
@pytest.mark.parametrize("name", DRAWN)
def test_charts_are_valid_vega_lite(name: str, palette: Palette) -> None:
    chart: Any = alt.Chart
    chart.from_dict(DRAWN[name](palette), validate=True)


def test_an_option_with_another_service_is_drawn_pale_and_says_so() -> None:
    bars = money_chart(ROWS, EN, LIGHT)["data"]["values"]

    assert {bar["name"]: bar["pale"] for bar in bars} == {"Own": False, "Vendor": True}


def test_a_page_draws_money_in_words_and_widths_and_what_is_given_back_in_none() -> None:
    back = MoneyRow("A & B", "<80%>", "₽3", (("labour", "Pay", 4.0, "₽4"), ROW_BACK), False)
    drawn = money_bars([ROWS[0], back])

    assert re.findall(r"width:([\d.]+)%", drawn) == ["100.000", "100.000", "80.000", "100.000"]
    assert "A &amp; B" in drawn
    assert "&lt;80%&gt;" in drawn
    assert drawn.count("linewise-pale") == 1
    assert 'title="Pay: ₽4"' in drawn
    assert f"light-dark({LIGHT.groups['labour']}, {DARK.groups['labour']})" in drawn


def test_a_page_draws_differences_on_one_scale_with_nothing_at_zero() -> None:
    drawn = difference_lines(
        [
            DifferenceRow("Vendor", "₽1 cheaper", -1.0, -1.5, -0.5, "cheaper", True),
            DifferenceRow("Hybrid", "₽2 dearer", 2.0, 1.5, 2.5, "dearer", True),
        ]
    )
    zeros = re.findall(r"left:([\d.]+)%;width:2px", drawn)
    spans = re.findall(r"left:([\d.]+)%;width:([\d.]+)%;height:7px", drawn)

    # From -1.5 to 2.5, and a twentieth of that on both sides.
    assert [float(zero) for zero in zeros] == [pytest.approx(100 * 1.7 / 4.4, abs=1e-3)] * 2
    assert [float(v) for v in spans[0]] == pytest.approx([100 * 0.2 / 4.4, 100 / 4.4], abs=1e-3)
    assert [float(v) for v in spans[1]] == pytest.approx([100 * 3.2 / 4.4, 100 / 4.4], abs=1e-3)


def test_a_day_shades_only_what_is_missing_and_ends_at_midnight() -> None:
    values = day_chart(DAY, EN, LIGHT)["data"]["values"]

    assert [value["short"] for value in values[:9]] == [3.0] * 8 + [4.0]
    assert values[-1]["start"] == 24
