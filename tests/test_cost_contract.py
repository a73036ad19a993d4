"""The invoice step by step, rounding, and what stays with the client."""

from __future__ import annotations

from math import exp, log, sqrt
from statistics import NormalDist
from typing import Any

import pytest

from sim.cost import (
    ContractOps,
    Hours,
    RetainedOps,
    Statement,
    billed_minutes,
    billed_seconds,
    contract_month,
    price_index,
    retained_month,
    rounding_factor,
)
from sim.errors import InvalidInput
from sim.scenario.terms import ContractTerms, RetainedTerms


def invoice(terms: dict[str, Any], ops: ContractOps) -> Statement:
    return contract_month(ContractTerms.model_validate(terms), ops)


def flat(price: float) -> dict[str, Any]:
    return {"tiers": [{"price": price}]}


# ------------------------------------------------------------------- rounding


@pytest.mark.parametrize(
    ("handle", "increment", "billed"),
    [
        (0, 60, 0),
        (0.001, 60, 60),
        (60, 60, 60),
        (60.001, 60, 120),
        (60.0000001, 60, 60),  # noise below the engine's tick begins no new minute
        (7, 6, 12),
        (0.3, 0.1, 0.3),
    ],
)
def test_a_contact_is_billed_in_whole_increments(
    handle: float, increment: float, billed: float
) -> None:
    assert billed_seconds(handle, increment) == billed


def test_contacts_are_rounded_one_by_one() -> None:
    assert billed_minutes([61, 61], increment=60) == 4


@pytest.mark.parametrize(
    ("mean", "increment", "leak"),
    [(240, 6, 0.013), (240, 30, 0.064), (240, 60, 0.130), (120, 60, 0.271)],
)
def test_whole_minutes_leak_more_than_whole_seconds(
    mean: float, increment: float, leak: float
) -> None:
    assert rounding_factor(mean, increment) - 1 == pytest.approx(leak, abs=5e-4)


def test_the_factor_is_what_exponential_times_average_to() -> None:
    # Quantiles in the middle of 20 000 equal slices stand for the law; no chance is involved.
    slices = 20_000
    handles = [-240 * log(1 - (i + 0.5) / slices) for i in range(slices)]
    averaged = billed_minutes(handles, increment=60) / (sum(handles) / 60)
    assert averaged == pytest.approx(rounding_factor(240, 60), rel=1e-3)


@pytest.mark.parametrize("bad", [-1.0, float("nan"), float("inf")])
def test_a_handle_time_that_cannot_be_is_refused(bad: float) -> None:
    with pytest.raises(InvalidInput, match="handle must be a time of at least 0 s"):
        billed_seconds(bad, increment=60)


@pytest.mark.parametrize("bad", [0.0, -60.0, float("nan")])
def test_an_increment_that_cannot_be_is_refused(bad: float) -> None:
    with pytest.raises(InvalidInput, match=r"increment must be at least 0\.001 s"):
        rounding_factor(240, bad)


def test_a_mean_of_zero_has_no_factor() -> None:
    with pytest.raises(InvalidInput, match="mean_handle must be a time above 0 s, got 0"):
        rounding_factor(0, 60)


# ---------------------------------------------------------------------- usage


def test_prices_rise_with_each_anniversary_and_compound() -> None:
    assert [price_index(0.1, month) for month in (0, 11, 12, 23, 24)] == pytest.approx(
        [1, 1, 1.1, 1.1, 1.21]
    )


@pytest.mark.parametrize(
    ("mode", "minutes", "charge"),
    [
        ("graduated", 100, 300),
        ("slab", 100, 300),
        ("graduated", 101, 302),
        ("slab", 101, 202),
    ],
)
def test_a_tier_ends_with_its_last_minute(mode: str, minutes: float, charge: float) -> None:
    tiers = [{"upto": 100, "price": 3}, {"price": 2}]
    month = invoice(
        {"minutes": {"tier_mode": mode, "tiers": tiers}}, ContractOps(billed_minutes=minutes)
    )
    assert month.amount("minutes") == charge


def test_graduated_and_slab_agree_inside_the_first_tier() -> None:
    tiers = [{"upto": 5000, "price": 26}, {"upto": 15000, "price": 23}, {"price": 20.5}]
    ops = ContractOps(billed_minutes=4321)
    one, other = (
        invoice({"minutes": {"tier_mode": mode, "tiers": tiers}}, ops)
        for mode in ("graduated", "slab")
    )
    assert one.total == other.total


def test_a_minute_price_is_a_contact_price_without_rounding() -> None:
    # 500 calls of 4 minutes at 20 a minute are 500 calls at 80.
    by_minute = invoice({"minutes": flat(20)}, ContractOps(billed_minutes=2000))
    by_contact = invoice({"price_per_contact": {"phone": 80}}, ContractOps(handled={"phone": 500}))
    assert by_minute.total == by_contact.total == 40_000


def test_surcharges_of_an_agent_hour_add_up() -> None:
    price = {"rate": 100, "surcharge": {"night": 0.2, "weekend": 0.1, "holiday": 0.5}}
    ops = ContractOps(
        hours=(Hours(logged=10), Hours(logged=1, night=True, weekend=True, holiday=True))
    )
    month = invoice({"price_per_agent_hour": price}, ops)
    assert month.amount("agent_hours") == pytest.approx(1000 + 180)


def test_a_rostered_hour_is_billed_with_its_breaks() -> None:
    terms = {
        "price_per_agent_hour": {"rate": 100, "billable": "rostered"},
        "vendor_shrinkage_in_shift": 0.2,
    }
    month = invoice(terms, ContractOps(hours=(Hours(logged=80),)))
    assert month.total == pytest.approx(10_000)


def test_resolutions_and_dedicated_people_are_priced_by_number() -> None:
    terms = {"price_per_resolution": 90, "price_per_fte_month": 110_000}
    month = invoice(terms, ContractOps(resolved=100, fte_months=2))
    assert [(line.name, line.amount) for line in month.lines[1:3]] == [
        ("resolutions", 9000),
        ("fte_months", 220_000),
    ]


# -------------------------------------------------------- band, minimum, credits


def test_beyond_the_band_only_the_excess_costs_more() -> None:
    terms = {
        "minutes": flat(20),
        "price_per_contact": {"chat": 100},
        "forecast_band": {"down": 0.1, "up": 0.15, "over_surcharge": 0.25},
    }
    ops = ContractOps(
        billed_minutes=1300,
        handled={"chat": 100},
        forecast_minutes=1000,
        forecast_handled={"chat": 100},
    )
    # 150 minutes lie above 1150; chats are within the band.
    assert invoice(terms, ops).amount("over_forecast") == pytest.approx(150 * 20 * 0.25)


def test_take_or_pay_charges_what_the_floor_of_the_forecast_would_cost() -> None:
    terms = {
        "minutes": {"tiers": [{"upto": 500, "price": 20}, {"price": 10}]},
        "price_per_contact": {"chat": 100},
        "forecast_band": {"down": 0.1},
    }
    forecast: dict[str, Any] = {"forecast_minutes": 1000, "forecast_handled": {"chat": 10}}

    short = invoice(terms, ContractOps(billed_minutes=400, handled={"chat": 8}, **forecast))
    idle = invoice(terms, ContractOps(**forecast))

    # Up to 900 minutes: 100 more at 20 and 400 at 10; up to 9 chats: one at 100.
    assert short.amount("minimum_topup") == pytest.approx(2000 + 4000 + 100)
    assert idle.total == short.total == pytest.approx(500 * 20 + 400 * 10 + 900)


def test_the_larger_of_two_minimums_counts_alone() -> None:
    terms = {
        "minutes": flat(10),
        "forecast_band": {},
        "minimum_monthly": 6000,
        "indexation_annual": 0.1,
    }
    ops = ContractOps(month_index=12, billed_minutes=400, forecast_minutes=500)
    # Take or pay asks for 100 minutes at 11; the minimum for 6600 - 4400.
    assert invoice(terms, ops).amount("minimum_topup") == pytest.approx(2200)


def test_the_management_fee_is_on_usage_with_surcharges_and_topup_but_not_on_the_fee() -> None:
    terms = {
        "fixed_fee": 1000,
        "minutes": flat(10),
        "surcharge": {"night": 0.5},
        "minimum_monthly": 2000,
        "management_fee_share": 0.1,
    }
    ops = ContractOps(billed_minutes=100, minutes_in={"night": 100})
    assert invoice(terms, ops).amount("management_fee") == pytest.approx(200)


SLA = {
    "at_risk_share": 0.1,
    "bonus_share": 0.04,
    "kpis": [
        {"name": "service_level", "target": 0.8, "full_gap": 0.1, "weight": 0.75},
        {
            "name": "abandonment",
            "target": 0.05,
            "full_gap": 0.05,
            "weight": 0.25,
            "better": "lower",
        },
    ],
    "excluded_months": [0],
}


@pytest.mark.parametrize(
    ("service_level", "abandonment", "credit", "bonus"),
    [
        (0.80, 0.05, 0, 0),
        (0.75, 0.05, -10_000 * 0.75 / 2, 0),
        (0.20, 0.90, -10_000, 0),  # never more than is at risk
        (0.90, 0.00, 0, 4000),
        (0.85, 0.10, -10_000 * 0.25, 4000 * 0.75 / 2),
    ],
)
def test_missed_service_comes_back_and_better_service_is_rewarded(
    service_level: float, abandonment: float, credit: float, bonus: float
) -> None:
    terms = {"fixed_fee": 20_000, "minutes": flat(20), "sla": SLA}
    ops = ContractOps(
        month_index=1,
        billed_minutes=4000,
        kpi={"service_level": service_level, "abandonment": abandonment},
        pass_through=5000,
    )
    month = invoice(terms, ops)
    # 100 000 are at stake; what is passed through at cost is not.
    assert month.amount("sla_credits") == pytest.approx(credit)
    assert month.amount("sla_bonus") == pytest.approx(bonus)
    assert month.total == pytest.approx(105_000 + credit + bonus)


def test_a_ramp_up_month_has_no_credits() -> None:
    month = invoice({"fixed_fee": 20_000, "sla": SLA}, ContractOps(month_index=0))
    assert month.total == 20_000


def test_a_promise_without_its_figure_is_refused() -> None:
    with pytest.raises(
        InvalidInput, match="kpi must give abandonment, which the contract promises"
    ):
        invoice({"sla": SLA}, ContractOps(month_index=1, kpi={"service_level": 0.8}))


def test_vat_is_on_the_net_of_credits_and_what_is_passed_through() -> None:
    terms = {
        "fixed_fee": 100_000,
        "sla": SLA,
        "vat_rate": 0.2,
        "vat_recoverable_share": 0.25,
    }
    ops = ContractOps(
        month_index=1, kpi={"service_level": 0, "abandonment": 1}, pass_through=10_000
    )
    month = invoice(terms, ops)
    assert month.amount("vat_not_recovered") == pytest.approx(0.2 * 0.75 * 100_000)
    assert month.info["vat_charged"] == pytest.approx(20_000)
    assert month.info["vat_recovered"] == pytest.approx(5000)


# ------------------------------------------------------------------- retained


def test_the_client_pays_for_people_experts_lines_and_licences() -> None:
    terms = RetainedTerms.model_validate(
        {
            "vendor_manager_fte": 0.5,
            "vendor_manager_salary": 100_000,
            "contribution_rate": 0.3,
            "qa_calibration_hours": 20,
            "qa_hour_cost": 600,
            "extra_l2": {"escalation_share": 0.05, "minutes": 12, "hour_cost": 1000},
            "telephony": {"inbound_per_min": 3, "numbers_month": 1000},
            "vendor_licences": 4,
            "licence_price": 1500,
            "data_protection_month": 7000,
            "lines": [
                {"name": "audit", "amount": 2000},
                {"name": "room", "amount": 500, "vatable": True},
            ],
            "vat_rate": 0.2,
            "vat_recoverable_share": 0,
        }
    )
    month = retained_month(terms, RetainedOps(vendor_handled=4000, minutes_inbound=10_000))
    assert {line.name: round(line.amount, 6) for line in month.lines} == {
        "vendor_management": 65_000,
        "qa_calibration": 12_000,
        "extra_l2": 40_000,
        "telephony": 31_000,
        "vendor_licences": 6000,
        "data_protection": 7000,
        "audit": 2000,
        "room": 500,
        "vat_not_recovered": 0.2 * (31_000 + 6000 + 7000 + 500),
    }


def test_governance_may_stand_for_the_people() -> None:
    terms = RetainedTerms(governance_share=0.08)
    month = retained_month(terms, RetainedOps(invoice_net=500_000))
    assert month.amount("governance") == month.total == 40_000


# ------------------------------------------- rounding under other laws, hours of a vendor


def quantiles_of_lognormal(mean: float, cv: float, slices: int) -> list[float]:
    sigma = sqrt(log(1 + cv**2))
    normal = NormalDist()
    return [
        mean * exp(sigma * normal.inv_cdf((i + 0.5) / slices) - sigma**2 / 2) for i in range(slices)
    ]


def test_lognormal_times_leak_as_their_contacts_do() -> None:
    handles = quantiles_of_lognormal(240, 0.8, 20_000)
    averaged = billed_minutes(handles, increment=60) / (sum(handles) / 60)
    assert averaged == pytest.approx(rounding_factor(240, 60, law="lognormal", cv=0.8), rel=2e-3)


def test_gamma_times_of_one_phase_are_exponential() -> None:
    assert rounding_factor(200, 30, law="gamma", cv=1.0) == pytest.approx(rounding_factor(200, 30))


def test_equal_times_leak_what_each_does() -> None:
    assert rounding_factor(240, 60, law="fixed") == 1
    assert rounding_factor(241, 60, law="fixed") == pytest.approx(300 / 241)
    assert rounding_factor(241, 60, law="lognormal", cv=1e-6) == pytest.approx(300 / 241)


@pytest.mark.parametrize(
    ("law", "cv"), [("lognormal", 0.3), ("lognormal", 3.0), ("gamma", 0.3), ("gamma", 0.9)]
)
def test_fine_rounding_adds_half_an_increment(law: Any, cv: float) -> None:
    assert rounding_factor(240, 1, law=law, cv=cv) == pytest.approx(1 + 0.5 / 240, rel=5e-4)


def test_a_law_that_is_not_known_is_refused() -> None:
    with pytest.raises(InvalidInput, match="law must be exponential, lognormal, gamma or fixed"):
        rounding_factor(240, 60, law="uniform")  # type: ignore[arg-type]
    with pytest.raises(InvalidInput, match="cv must be above 0"):
        rounding_factor(240, 60, law="gamma", cv=0)


@pytest.mark.parametrize(
    ("billable", "paid"), [("logged", 100), ("rostered", 125), ("scheduled", 100 / 0.8 / 0.9)]
)
def test_what_a_vendor_calls_an_hour_is_worth_money(billable: str, paid: float) -> None:
    terms = {
        "price_per_agent_hour": {"rate": 10, "billable": billable},
        "vendor_shrinkage_in_shift": 0.2,
        "vendor_absence": 0.1,
    }
    month = invoice(terms, ContractOps(hours=(Hours(logged=100),)))
    assert month.amount("agent_hours") == pytest.approx(10 * paid)
