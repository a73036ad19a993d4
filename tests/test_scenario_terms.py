"""Cost terms in a scenario file: over a preset, with units, each figure with its source."""

from __future__ import annotations

import contextlib
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import ValidationError

from sim.errors import ScenarioError
from sim.scenario import Assumption, Scenario, load_text
from sim.scenario.figures import ASSUMED
from sim.scenario.terms import ContractTerms, InhouseTerms, presets

SHOP = """
name: shop
currency: RUB
calendar: {{start: 2026-03-02}}
channels:
  phone:
    kind: voice
    volume: 700 per week
    arrivals: {{Mon-Sun: [1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1]}}
    handle_time: 4m
    patience: 110s
    target: {{answered: 80% in 20s}}
options:
  inhouse:
    groups:
      own: {{skills: [phone], staffing: {{to_target: }}, payroll: {payroll}}}
  shared:
    fcr: 68%
    groups:
      vendor:
        {{source: vendor, skills: [phone], staffing: {{to_target: }}, contract: {contract}}}
    retained: {{telephony: {{inbound_per_min: 3 RUB/min}}}}
sources: {sources}
"""
OWN, VENDOR = "options.inhouse.groups.own.payroll", "options.shared.groups.vendor.contract"


def shop(
    payroll: str = "{preset: RU_2026}",
    contract: str = "{preset: RU_2026/shared}",
    sources: str = "{}",
) -> Scenario:
    return load_text(SHOP.format(payroll=payroll, contract=contract, sources=sources))


def own(payroll: str) -> InhouseTerms:
    terms = shop(payroll=payroll).options["inhouse"].groups["own"].payroll
    assert terms is not None
    return terms


def vendor(contract: str) -> ContractTerms:
    terms = shop(contract=contract).options["shared"].groups["vendor"].contract
    assert terms is not None
    return terms


def listed(scenario: Scenario) -> dict[str, Assumption]:
    return {assumption.path: assumption for assumption in scenario.assumptions()}


# -------------------------------------------------------------- over a preset


def test_a_preset_alone_gives_its_terms() -> None:
    assert own("{preset: RU_2026}") == presets.inhouse("RU_2026")
    assert vendor("{preset: RU_2026/dedicated}") == presets.contract("RU_2026", "dedicated")


def test_what_a_file_gives_lies_over_the_preset() -> None:
    terms = own("{preset: RU_2026, agents: {pay: {hourly_rate: 340 RUB/h}}, overhead_share: 10%}")
    ready = presets.inhouse("RU_2026")

    assert terms.agents.pay == ready.agents.pay.model_copy(update={"hourly_rate": 340.0})
    assert terms.agents.calendar == ready.agents.calendar
    assert terms.overhead_share == 0.1
    assert terms.hiring == ready.hiring


def test_a_list_replaces_that_of_the_preset() -> None:
    terms = own("{preset: RU_2026, software: [{name: crm, price_month: 900 RUB/month, per: head}]}")

    assert [(item.name, item.price_month) for item in terms.software] == [("crm", 900)]
    assert terms.equipment == presets.inhouse("RU_2026").equipment


def test_prices_by_channel_are_added_to_those_of_the_preset() -> None:
    terms = vendor("{preset: RU_2026/shared, price_per_contact: {phone: 70 RUB, email: null}}")

    assert terms.price_per_contact == {"chat": 100, "phone": 70}


def test_nothing_in_place_of_a_section_removes_it() -> None:
    assert own("{preset: RU_2026, hiring: null}").hiring is None
    assert own("{preset: RU_2026, hiring: }").hiring is None


def test_contributions_can_be_chosen_by_the_name_of_their_scale() -> None:
    terms = own("{preset: RU_2026, agents: {contributions: sme_2025}}")

    assert terms.agents.contributions == presets.contributions("RU_2026", "sme_2025")


def test_python_lays_terms_over_a_preset_with_plain_numbers() -> None:
    terms = InhouseTerms.model_validate(
        {"preset": "RU_2026", "agents": {"pay": {"hourly_rate": 340}}}
    )

    assert terms == own("{preset: RU_2026, agents: {pay: {hourly_rate: 340 RUB/h}}}")


@pytest.mark.parametrize("payroll", ["{preset: RU_2026}", "{preset: RU_2026, hiring: , bot: {}}"])
def test_terms_come_back_from_their_dump(payroll: str) -> None:
    terms = own(payroll)

    assert InhouseTerms.model_validate(terms.model_dump()) == terms


def test_a_file_cannot_say_what_is_left_of_a_preset() -> None:
    with pytest.raises(ScenarioError, match=r"payroll\.preset: must be one of RU_2026"):
        own("{preset: {name: RU_2026, used: [agents]}}")


def test_terms_without_a_preset_are_read_with_their_units() -> None:
    terms = own(
        "{agents: {calendar: {contract_hours_year: 1972h}, shrinkage_in_shift: 15%,"
        " pay: {hourly_rate: 320 RUB/h, holiday_premium: 150%},"
        " contributions: [{name: social, brackets: [{upto: 1 M RUB, rate: 30%}, {rate: 15%}]}]},"
        " workplace: {m2_per_seat: 7.5 m2, rent_m2_year: 15 000 RUB per m2 per year},"
        " equipment: [{name: pc, unit_cost: 90 k RUB, per: seat, life_months: 36}],"
        " bot: {per_session: 2 RUB}}"
    )

    assert terms == InhouseTerms.model_validate(
        {
            "agents": {
                "calendar": {"contract_hours_year": 1972},
                "shrinkage_in_shift": 0.15,
                "pay": {"hourly_rate": 320, "holiday_premium": 1.5},
                "contributions": [
                    {"name": "social", "brackets": [{"upto": 1e6, "rate": 0.3}, {"rate": 0.15}]}
                ],
            },
            "workplace": {"m2_per_seat": 7.5, "rent_m2_year": 15_000},
            "equipment": [{"name": "pc", "unit_cost": 90_000, "per": "seat", "life_months": 36}],
            "bot": {"per_session": 2},
        }
    )


def test_a_contract_is_read_with_its_units() -> None:
    terms = vendor(
        "{minutes: {increment: 1m, tiers: [{upto: 20 000 min, price: 22 RUB/min},"
        " {price: 20 RUB/min}]}, minimum_monthly: 150 000 RUB/month}"
    )

    assert terms.minutes is not None
    assert terms.minutes.increment == 60
    assert terms.minimum_monthly == 150_000
    assert [(tier.upto, tier.price) for tier in terms.minutes.tiers] == [(20_000, 22), (None, 20)]


@pytest.mark.parametrize(
    ("term", "lacking"),
    [
        ("price_per_fte_month: 100 000 RUB/month", "contract: needs fte_hours, the hours that"),
        ("price_per_resolution: 90 RUB", "needs fcr, the share the vendor solves"),
        (
            "forecast_band: {contacts: {fax: 10}}",
            r"forecast_band.contacts: must be of a channel it serves that has a price_per_contact",
        ),
        (
            "sla: {kpis: [{name: phone.csat, target: 80%, full_gap: 10%, weight: 40%}]}",
            r"kpis\[0\].name: must be service_level, abandonment or asa of a channel it serves",
        ),
    ],
)
def test_a_price_of_what_no_month_shows_is_refused(term: str, lacking: str) -> None:
    with pytest.raises(ScenarioError, match=lacking):
        vendor(f"{{preset: RU_2026/shared, {term}}}")


def test_a_band_around_a_forecast_needs_units_that_are_forecast() -> None:
    with pytest.raises(ScenarioError, match="forecast_band: goes only with a price of minutes"):
        vendor("{price_per_agent_hour: {rate: 900 RUB/h}, forecast_band: {up: 10%}}")


@pytest.mark.parametrize("terms", ["{}", "{vat_rate: 22%}", "{management_fee_share: 5%}"])
def test_a_vendor_does_not_work_for_nothing(terms: str) -> None:
    with pytest.raises(ScenarioError, match="contract: has no price for phone"):
        vendor(terms)


def test_where_one_group_is_paid_all_are() -> None:
    text = SHOP.format(
        payroll="{preset: RU_2026}", contract="{preset: RU_2026/shared}", sources="{}"
    )
    with pytest.raises(ScenarioError, match=r"groups\.vendor: must have a payroll or a con"):
        load_text(text.replace(", contract: {preset: RU_2026/shared}", ""))


def test_a_licence_in_another_currency_needs_its_rate_of_exchange() -> None:
    dollars = "{name: crm, price_month: 19 USD/month, per: head%s}"
    terms = own("{preset: RU_2026, software: [%s]}" % (dollars % ", fx: 85"))

    assert [(item.price_month, item.fx) for item in terms.software] == [(19, 85)]
    with pytest.raises(ScenarioError, match="is in USD, but the scenario counts in RUB"):
        own("{preset: RU_2026, software: [%s]}" % (dollars % ""))


def test_a_product_priced_in_other_money_needs_its_rate_of_exchange() -> None:
    chosen = "{preset: RU_2026, software: [{product: zendesk/suite_team%s}]}"
    (item,) = own(chosen % ", fx: 85").software
    assert item.price * item.fx == 55 * 85

    with pytest.raises(ScenarioError) as caught:
        own(chosen % "")

    (problem,) = caught.value.problems
    assert problem.path == f"{OWN}.software[0]"
    assert (
        "needs fx, because zendesk/suite_team is priced in USD and the scenario in RUB"
        in problem.rule
    )
    assert problem.hint == "write the RUB that one USD costs"


def test_a_product_is_listed_with_the_standing_of_its_price() -> None:
    chosen = "{preset: RU_2026, software: [{product: helpdeskeddy/yearly}]}"
    listed = {one.path: one for one in shop(payroll=chosen).assumptions()}
    price = listed[f"{OWN}.software.helpdeskeddy/yearly.price_month"]
    assert (price.value, price.confidence) == (1500, "price list")
    assert "support.helpdeskeddy.com" in price.source


# --------------------------------------------------------------- contradictions


def test_a_preset_must_count_in_the_money_of_the_scenario() -> None:
    text = SHOP.replace("currency: RUB\n", "").format(
        payroll="{preset: RU_2026}", contract="{preset: RU_2026/shared}", sources="{}"
    )
    with pytest.raises(ScenarioError) as caught:
        load_text(text.replace("3 RUB/min", "3 EUR/min"))

    assert [(p.path, p.rule) for p in caught.value.problems] == [
        (f"{OWN}.preset", "counts in RUB, but the scenario in EUR, got 'RU_2026'"),
        (f"{VENDOR}.preset", "counts in RUB, but the scenario in EUR, got 'RU_2026/shared'"),
    ]


def test_python_is_told_too_when_a_preset_counts_in_other_money() -> None:
    built = shop()
    parts: dict[str, Any] = {name: getattr(built, name) for name in type(built).model_fields}

    with pytest.raises(ValidationError, match="counts in RUB, but the scenario in USD"):
        Scenario(**{**parts, "currency": "USD"})


def test_a_figure_of_the_preset_that_does_not_fit_is_told_where_the_preset_is_named() -> None:
    payroll = """
        preset: RU_2026
        agents: {calendar: {sick_hours_year: 8h}}"""
    text = SHOP.format(payroll="{}", contract="{preset: RU_2026/shared}", sources="{}")
    line = "      own: {skills: [phone], staffing: {to_target: }, payroll: {}}"
    assert line in text
    block = "      own:\n       skills: [phone]\n       staffing: {to_target: }\n       payroll:"
    text = text.replace(line, block + payroll)
    with pytest.raises(ScenarioError) as caught:
        load_text(text)

    (problem,) = caught.value.problems
    assert problem.path == f"{OWN}.agents.calendar.sick_paid_hours_year"
    assert problem.rule == "must be at most the 8 h of illness, got 24.0"
    assert text.splitlines()[problem.line - 1].strip() == "preset: RU_2026"


def test_a_price_for_a_channel_that_the_scenario_lacks_is_refused_unless_a_preset_has_it() -> None:
    assert vendor("{preset: RU_2026/shared}").price_per_contact == {"chat": 100, "email": 80}
    with pytest.raises(ScenarioError, match="is not a channel of this scenario, got 'fax'"):
        vendor("{preset: RU_2026/shared, price_per_contact: {fax: 90 RUB}}")


# ------------------------------------------------------------------ assumptions


def test_a_figure_of_a_preset_is_listed_with_its_standing() -> None:
    rate = listed(shop())[f"{OWN}.agents.pay.hourly_rate"]

    assert (rate.value, rate.unit) == (320, "money/h")
    assert (rate.low, rate.high, rate.confidence) == (260, 420, "trade")
    assert rate.source == presets.sources("RU_2026")["inhouse.agents.pay.hourly_rate"].source


def test_every_number_of_a_preset_is_listed_once() -> None:
    paths = [assumption.path for assumption in shop().assumptions()]
    whole = [path for path in presets.sources("RU_2026") if path.startswith("inhouse.")]

    assert len(paths) == len(set(paths))
    assert sum(path.startswith(f"{OWN}.") for path in paths) == len(whole)


def test_a_figure_of_the_file_stands_in_place_of_the_preset_s() -> None:
    rate = listed(shop("{preset: RU_2026, agents: {pay: {hourly_rate: 320 RUB/h}}}"))[
        f"{OWN}.agents.pay.hourly_rate"
    ]

    assert rate == Assumption(rate.path, 320, "money/h", ASSUMED, "assumption")


def test_a_list_of_the_file_leaves_nothing_of_the_preset_s() -> None:
    found = listed(
        shop("{preset: RU_2026, software: [{name: crm, price_month: 9 RUB/month, per: head}]}")
    )

    software = [path for path in found if path.startswith(f"{OWN}.software")]
    assert software == [f"{OWN}.software.crm.price_month"]
    assert found[software[0]].source == ASSUMED


def test_terms_that_were_changed_afterwards_no_longer_speak_for_the_preset() -> None:
    built = shop()
    terms = built.options["shared"].groups["vendor"].contract
    assert terms is not None
    dearer = terms.model_copy(update={"fixed_fee": 20_000.0})
    group = built.options["shared"].groups["vendor"].model_copy(update={"contract": dearer})
    option = built.options["shared"].model_copy(update={"groups": {"vendor": group}})
    found = listed(built.model_copy(update={"options": {"shared": option}}))

    assert found[f"{VENDOR}.fixed_fee"].source == ASSUMED
    assert found[f"{VENDOR}.minimum_monthly"].low == 30_000


def test_a_named_source_speaks_for_the_figures_below_its_path() -> None:
    found = listed(
        shop(
            "{preset: RU_2026, agents: {pay: {hourly_rate: 340 RUB/h, night_premium: 40%}}}",
            sources="{channels.phone: the telephone log of March,"
            f" {OWN}.agents.pay: the staff list, {OWN}.agents.pay.night_premium: the union,"
            f" {OWN}.vat_rate: the tax adviser}}",
        )
    )

    said = {path: (entry.source, entry.confidence) for path, entry in found.items()}
    assert said["channels.phone.volume"] == ("the telephone log of March", "stated")
    assert said[f"{OWN}.agents.pay.hourly_rate"] == ("the staff list", "stated")
    assert said[f"{OWN}.agents.pay.night_premium"] == ("the union", "stated")
    # A source for the whole does not cover what the preset gives within it; one for it alone does.
    assert said[f"{OWN}.agents.pay.bonus_share"][1] == "assumption"
    assert said[f"{OWN}.vat_rate"] == ("the tax adviser", "stated")


def test_figures_of_channels_and_of_what_is_retained_are_listed_but_no_decision_is() -> None:
    found = listed(shop())

    assert found["channels.phone.handle_time"].value == "exponential, mean 4m"
    assert found["channels.phone.arrivals"].value == pytest.approx(700)
    assert found["options.shared.fcr"].unit == "share"
    assert found["options.shared.retained.telephony.inbound_per_min"].unit == "money/min"
    assert not [path for path in found if "target" in path or "staffing" in path]


def test_a_source_may_name_the_group_of_the_only_option_as_the_file_does() -> None:
    text = SHOP.partition("options:")[0].format() + (
        "groups: {own: {skills: [phone], staffing: {to_target: }, handle_time: 105%}}\n"
        "sources: {groups.own.handle_time: a stopwatch}\n"
    )

    assert listed(load_text(text))["options.base.groups.own.handle_time"].source == "a stopwatch"


# -------------------------------------------------------------------- the rest


ODD = ["", "-1", "5", "[]", "{}", "true", ".nan", "1e400", "never", "[[1]]", "{a: b}", "[null]"]
PLACES = [
    "preset: {}",
    "preset: {{used: {}}}",
    "preset: RU_2026, agents: {}",
    "preset: RU_2026, agents: {{contributions: {}}}",
    "preset: RU_2026, agents: {{pay: {{hourly_rate: {}}}}}",
    "preset: RU_2026, software: {}",
    "preset: RU_2026, software: [{{name: {}, fx: {}, price_month: 5 USD/month, per: head}}]",
    "preset: RU_2026/shared, price_per_contact: {}",
    "preset: RU_2026/shared, price_per_contact: {{phone: {}}}",
    "preset: RU_2026/shared, minutes: {{tiers: {}}}",
    "preset: {{used: {}}}, price_per_contact: {{phone: 5 RUB}}",
    "minutes: {{tiers: [{{upto: {}, price: {}}}]}}, sla: {}",
]


@given(st.sampled_from(PLACES), st.lists(st.sampled_from(ODD), min_size=3, max_size=3))
def test_odd_terms_are_read_or_refused_in_words(place: str, odd: list[str]) -> None:
    terms = "{" + place.format(*odd) + "}"
    for taken in ({"payroll": terms}, {"contract": terms}):
        with contextlib.suppress(ScenarioError):
            assert shop(**taken).assumptions()


def test_options_give_equal_service_within_two_points_unless_a_scenario_says_otherwise() -> None:
    text = SHOP.format(
        payroll="{preset: RU_2026}", contract="{preset: RU_2026/shared}", sources="{}"
    )

    assert load_text(text).tolerance == 0.02
    assert load_text(text + "tolerance: 1%\n").tolerance == 0.01
