"""Any number of a scenario by its path: found, changed, refused in words."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
import scipy.stats

from sim.errors import InvalidInput, ScenarioError
from sim.report.law_curves import below
from sim.scenario import Scenario, find, load, load_text
from sim.scenario.changed import Change, change_of, changed
from sim.scenario.inputs import WIDE, find_input
from sim.scenario.laws import Hazard
from sim.scenario.ranges import Uncertain, from_presets, uncertain

ROOT = Path(__file__).resolve().parents[1]
PRICE = "options.shared.groups.vendor.contract.minutes"


@pytest.fixture(scope="module")
def shop() -> Scenario:
    return load(ROOT / "scenarios" / "company-n.yaml")


@pytest.mark.parametrize("path", find(ROOT / "scenarios"), ids=lambda path: path.stem)
def test_a_scenario_changed_by_nothing_is_the_same(path: Path) -> None:
    scenario = load(path)
    reached = set()
    for wide in WIDE:
        try:
            found = find_input(scenario, wide)
        except InvalidInput:
            continue
        reached.add(wide)
        assert changed(scenario, {found: "x1"}).digest == scenario.digest
    assert {"volume", "handle_time", "patience"} <= reached


@pytest.mark.parametrize(
    ("path", "value"),
    [
        ("channels.phone.handle_time", 240.0),
        ("channels.phone.handle_time.mean", 240.0),
        ("channels.phone.target.answered", 0.8),
        ("options.shared.fcr", 0.68),
        (f"{PRICE}.tiers[0].price", 22.0),
        (f"{PRICE}.tiers.0.price", 22.0),
        (f"{PRICE}.price", 22.0),
        ("options.inhouse.groups.own.payroll.support_roles.head.salary_month", 160_000.0),
        ("wage", 320.0),
        ("vat", 1.0),
    ],
)
def test_a_path_leads_to_its_number(shop: Scenario, path: str, value: float) -> None:
    assert find_input(shop, path).value == value


def test_the_target_is_that_of_channels_that_wait(shop: Scenario) -> None:
    assert [leaf.place[1] for leaf in find_input(shop, "target").leaves] == ["phone", "chat"]


@pytest.mark.parametrize(
    ("path", "said"),
    [
        ("channels.fone.volume", "channels has no fone, got 'channels.fone.volume'; did you mean"),
        (f"{PRICE}.tiers[3].price", "tiers has no 3"),
        ("channels.phone.volum", "did you mean volume?"),
        ("channels.phone", "must lead to a number or to prices"),
        ("channels..volume", "must be a path with dots"),
        ("channels.phone.kind", "must lead to a number"),
        ("channels.email.patience", "must lead to a number that is given"),
        ("wages", "did you mean wage?"),
        ("options.*.groups.*.payrol", "must lead to a number or to prices"),
    ],
)
def test_what_is_not_there_is_refused_with_what_is_near(
    shop: Scenario, path: str, said: str
) -> None:
    with pytest.raises(InvalidInput) as caught:
        find_input(shop, path)
    assert said in str(caught.value)


def test_a_part_that_is_scaled_scales_the_prices_in_it_and_nothing_else() -> None:
    scenario = load_text("""
name: tiers
calendar: {start: 2026-03-02}
channels:
  phone: {kind: voice, volume: 700 / week, arrivals: {Mon-Sun: [5, 5, 5, 5, 5, 5, 5, 5, 5, 5, 5, 5,
          5, 5, 5, 5, 5, 5, 5, 5, 5, 5, 5, 5]}, handle_time: 3m, patience: 2m}
groups:
  them:
    source: vendor
    skills: [phone]
    staffing: {shifts: [{agents: 3, hours: always}]}
    contract:
      minutes: {increment: 60s, tiers: [{upto: 100 min, price: 1 EUR/min}, {price: 0.5 EUR/min}]}
      minimum_monthly: 200 EUR per month
      management_fee_share: 10%
""")
    half = changed(scenario, {"options.base.groups.them.contract": "-50%"})
    before = scenario.options["base"].groups["them"].contract
    after = half.options["base"].groups["them"].contract

    assert before is not None
    assert after is not None
    assert after.minutes is not None
    assert [tier.price for tier in after.minutes.tiers] == [0.5, 0.25]
    assert [tier.upto for tier in after.minutes.tiers] == [100, None]
    assert after.minutes.increment == 60
    assert after.minimum_monthly == 100
    assert after.management_fee_share == before.management_fee_share


def test_a_volume_changes_all_its_hours_and_a_law_keeps_its_form(shop: Scenario) -> None:
    there = changed(
        shop, {"channels.phone.volume": "42 000 per month", "channels.phone.patience": "55s"}
    )
    ratio = np.array(there.channels["phone"].arrivals) / shop.channels["phone"].arrivals

    np.testing.assert_allclose(ratio, 2)
    assert there.channels["phone"].patience.law == shop.channels["phone"].patience.law
    assert there.channels["phone"].patience.mean == 55
    assert there.channels["chat"] is shop.channels["chat"]


@pytest.mark.parametrize(
    "written",
    [
        "{law: mixture, parts: [{share: 40%, of: {law: fixed, value: 5s}}, {share: 60%, of: 4m}]}",
        "{law: mixture, parts: [{share: 50%, of: 1m},"
        " {share: 50%, of: {law: empirical, table: {1m: 25%, 5m: 75%}}}]}",
        "{law: hazard, table: {0s: 1% per second, 60s: 4% per second}}",
        "{law: survival, table: {30s: 80%, 90s: 40%}}",
    ],
)
def test_a_law_without_a_mean_of_its_own_is_stretched_as_a_whole(written: str) -> None:
    one = load_text(f"""
name: one
currency: EUR
calendar: {{start: 2026-03-02}}
channels: {{phone: {{kind: voice, arrivals: {{Mon-Sun: {[10] * 24}}}, handle_time: {written}}}}}
groups:
  a: {{skills: [phone], staffing: {{shifts: [{{agents: 1, hours: Mon-Sun 00:00-24:00}}]}}}}
""")
    longer = changed(one, {"channels.phone.handle_time": "x1.5"}).channels["phone"].handle_time
    before = one.channels["phone"].handle_time
    times = np.array([6.0, 45.0, 100.0, 400.0])

    assert longer.law == before.law
    assert longer.mean == pytest.approx(1.5 * before.mean)
    assert below(longer, 1.5 * times) == pytest.approx(below(before, times), abs=2e-3)


def test_patience_of_some_who_never_leave_has_no_mean_to_change(shop: Scenario) -> None:
    endless = Hazard(times=(0.0, 60.0), rates=(0.01, 0.0))
    phone = shop.channels["phone"].model_copy(update={"patience": endless})
    some = shop.model_copy(update={"channels": {**shop.channels, "phone": phone}})

    with pytest.raises(InvalidInput, match="some never leave"):
        changed(some, {"channels.phone.patience": "x1.2"})


@pytest.mark.parametrize(
    ("text", "change"),
    [
        ("x1.5", Change("factor", 1.5)),
        ("×0.5", Change("factor", 0.5)),
        ("+10%", Change("factor", 1.1)),
        ("−25 %", Change("factor", 0.75)),
        ("-3 points", Change("plus", -0.03)),
        ("22 RUB/min", Change("value", "22 RUB/min")),
    ],
)
def test_a_change_is_read_as_one_writes_it(text: str, change: Change) -> None:
    assert change_of(text) == change


@pytest.mark.parametrize(
    ("path", "to", "said"),
    [
        ("channels.phone.target.answered", "120%", "answered must be at most 100%, got '120%'"),
        ("channels.phone.target.answered", "+30 points", "must be at most 1"),
        (f"{PRICE}.price", "25 EUR/min", "is in EUR, but the scenario counts in RUB"),
        ("options.shared.groups.vendor.contract", "20", "several prices and can only be scaled"),
        ("channels.phone.volume", "-200%", "must be at least 0"),
        ("channels.phone.handle_time", "5", "must be a duration"),
        ("channels.phone.handle_time", 0.0, "must be above 0"),
        ("wage", "xa", "must be a"),
    ],
)
def test_a_value_that_the_scenario_refuses_is_refused_at_its_place(
    shop: Scenario, path: str, to: str | float, said: str
) -> None:
    with pytest.raises(InvalidInput) as caught:
        changed(shop, {path: to})
    assert said in str(caught.value)


def test_one_number_is_changed_by_one_path_only(shop: Scenario) -> None:
    with pytest.raises(InvalidInput, match="one path only"):
        changed(shop, {"volume": "x2", "channels.phone.volume": "x2"})


# --- ranges --------------------------------------------------------------------------------------

LAWS = {
    "triangular": ((14.0, 22.0, 32.0), scipy.stats.triang(8 / 18, 14, 18)),
    "uniform": ((2.0, 5.0), scipy.stats.uniform(2, 3)),
    "normal": ((10.0, 2.0), scipy.stats.norm(10, 2)),
    "lognormal": (
        (10.0, 4.0),
        scipy.stats.lognorm(np.sqrt(np.log(1.16)), scale=10 / np.sqrt(1.16)),
    ),
}


@pytest.mark.parametrize("law", LAWS)
def test_laws_of_ranges_are_those_of_scipy(shop: Scenario, law: str) -> None:
    numbers, theirs = LAWS[law]
    ours = Uncertain("price", find_input(shop, f"{PRICE}.price"), False, law, numbers)
    chances = np.linspace(0.001, 0.999, 101)

    np.testing.assert_allclose(ours.at(chances), theirs.ppf(chances), rtol=1e-9)
    assert ours.sd == pytest.approx(theirs.std())


def test_a_figure_that_several_groups_have_from_a_preset_is_one_unknown(shop: Scenario) -> None:
    found = {one.name: one for one in from_presets(shop, ("as_is", "inhouse", "shared"))}
    wage = found["options.*.groups.*.payroll.agents.pay.hourly_rate"]

    assert {leaf.place[1] for leaf in wage.input.leaves} == {"as_is", "inhouse"}
    assert wage.numbers == (260.0, 320.0, 420.0)
    assert wage.source == "preset"
    assert {leaf.place[1] for leaf in found["vat"].input.leaves} >= {"inhouse", "shared"}


def test_ranges_are_read_in_the_units_of_the_file(shop: Scenario) -> None:
    text = (
        (ROOT / "scenarios" / "company-n.yaml").read_text("utf-8")
        + f"""
risk:
  ranges:
    - {{input: {PRICE}.price, triangular: [14 RUB/min, 22 RUB/min, 32 RUB/min]}}
    - {{input: channels.phone.handle_time, lognormal: {{mean: 4m, sd: 20s}}}}
    - {{input: volume, normal: {{mean: x1, sd: x0.1}}}}
    - {{input: channels.chat.handle_time, uniform: [0.9, 1.2], as: factor}}
"""
    )
    read = load_text(text, folder=ROOT / "scenarios")
    assert read.risk is not None
    found = [uncertain(read, one, "risk") for one in read.risk.ranges]

    assert [one.numbers for one in found] == [(14, 22, 32), (240, 20), (1, 0.1), (0.9, 1.2)]
    assert [one.factor for one in found] == [False, False, True, True]


RISKS = {
    "[{input: volume, triangular: [1, 2, 3]}]": "must be factors: the input is several numbers",
    "[{input: volum, triangular: [x1, x2, x3]}]": "did you mean volume?",
    "[{input: wage, triangular: [x1, x3, x2]}]": "must have the most likely between the ends",
    "[{input: wage, triangular: [x3, x2, x1]}]": "must rise from the lowest to the highest",
    "[{input: wage, uniform: [x1, 300 RUB/h]}]": "must be all factors or all values",
    "[{input: wage, normal: {mean: x1, sd: x0}}]": "must be above 0",
    "[{input: wage}]": "must be given by one of triangular, uniform, normal, lognormal",
    "[{input: channels.phone.target.answered, uniform: [70%, 130%]}]": "must be at most 100%",
    "[{input: wage, uniform: [x1, x2]}, {input: wage, uniform: [x1, x2]}]": "is given twice",
}


@pytest.mark.parametrize("ranges", RISKS)
def test_ranges_that_make_no_sense_are_refused_where_they_stand(ranges: str) -> None:
    text = f"extends: company-n.yaml\nrisk:\n  ranges: {ranges}\n"
    with pytest.raises(ScenarioError) as caught:
        load_text(text, folder=ROOT / "scenarios")
    [problem] = caught.value.problems
    assert RISKS[ranges] in str(problem)
    assert problem.path.startswith("risk.ranges[")
    assert problem.line == 3
