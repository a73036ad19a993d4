"""Worked examples from a file: those that are given, and some with features they lack, by hand."""

from __future__ import annotations

import json
import os
from math import exp
from pathlib import Path
from typing import Any

import pytest
import score_costs

SLAB: dict[str, Any] = {
    "id": "by-hand",
    "inputs": {
        "contract": {
            "fixed_fee": 1000,
            "minutes": {
                "tier_mode": "slab",
                "tiers": [{"upto": 1000, "price": 10}, {"upto": None, "price": 8}],
            },
            "price_per_contact": {"chat": 50},
            "price_per_resolution": 3,
            "price_per_agent_hour": {
                "rate": 900,
                "billable": "rostered",
                "surcharge": {"night": 0.2},
            },
            "vendor_shrinkage_in_shift": 0.1,
            "price_per_fte_month": 60_000,
            "surcharge": {"weekend": 0.1},
            "forecast_band": {"down": 0.1, "up": 0.2, "over_surcharge": 0.5},
            "minimum_monthly": 20_000,
            "management_fee_share": 0.05,
            "sla": {
                "at_risk_share": 0.1,
                "bonus_share": 0.02,
                "kpis": [
                    {"name": "sl", "target": 0.8, "full_gap": 0.1, "weight": 0.6},
                    {
                        "name": "abandonment",
                        "target": 0.05,
                        "full_gap": 0.05,
                        "weight": 0.4,
                        "better": "lower",
                    },
                ],
                "excluded_months": [0],
            },
            "vat_rate": 0.2,
            "vat_recoverable_share": 0.25,
            "indexation_annual": 0.1,
        },
        "months": [
            {
                "month_index": 12,
                "billed_minutes": 1500,
                "forecast_minutes": 1000,
                "minutes_in": {"weekend": 300},
                "handled": {"chat": 40},
                "resolutions": 100,
                "hours": [{"logged": 9}, {"logged": 9, "night": True}],
                "fte_months": 2,
                "kpi": {"sl": 0.75, "abandonment": 0.02},
                "pass_through": 700,
            },
            {
                "month_index": 0,
                "handled_calls": 10,
                "mean_handle_s": 90,
                "kpi": {"sl": 0, "abandonment": 1},
            },
        ],
        "rounding_increment_s": 60,
        "handle_time_distribution": "deterministic",
    },
}
# All minutes at the price of the tier that the month reaches, a tenth dearer in the second year;
# 300 minutes are beyond 1 200 and cost half as much again.
MINUTES, WEEKEND, OVER = 1500 * 8.8, 300 * 8.8 * 0.1, 300 * 8.8 * 0.5
HOURS = (9 + 9 * 1.2) / 0.9 * 990
USAGE = MINUTES + WEEKEND + OVER + 40 * 55 + 100 * 3.3 + HOURS + 2 * 66_000
FEE = 0.05 * USAGE
INVOICE = 1100 + USAGE + FEE
# Half of the gap in service level; abandonment is three points better of five.
CREDITS, BONUS = 0.1 * INVOICE * 0.6 * 0.5, 0.02 * INVOICE * 0.4 * 0.6
NET = INVOICE - CREDITS + BONUS + 700
RAMP = 1000 + 20_000 * 1.05  # ten calls of two billed minutes are far below the minimum
SLAB["expected"] = {
    "months": [
        {
            "lines": {
                "fixed_fee": 1100.0,
                "minutes": MINUTES,
                "contacts": 2200.0,
                "resolutions": 330.0,
                "agent_hours": HOURS,
                "fte_months": 132_000.0,
                "hour_surcharges": WEEKEND,
                "over_forecast": OVER,
                "minimum_topup": 0.0,
                "management_fee": FEE,
                "sla_credits": -CREDITS,
                "sla_bonus": BONUS,
                "pass_through": 700.0,
                "vat_not_recovered": 0.2 * 0.75 * NET,
            },
            "net": NET,
            "total": 1.15 * NET,
        },
        {
            "actual_minutes": 15.0,
            "billed_minutes": 20.0,
            "lines": {"minimum_topup": 20_000 - 200.0, "sla_credits": 0.0},
            "net": RAMP,
        },
    ]
}

SEASON = {
    "id": "season",
    "inputs": {
        "hiring": {"attrition_annual": 0.0, "cost_per_hire": 100},
        "schedule": {
            "targets": [4, 6],
            "productivity_curve": [0.5],
            "hourly_rate": 10,
            "productive_hours_per_fte_month": 100,
            "capex_per_head": 12,
            "capex_life_months": 6,
            "setup_one_off": 5,
        },
    },
    "expected": {
        "months": [
            {"net_hires": 4.0, "capacity": 2.0, "shortfall_fte": 2.0, "recruitment": 400.0},
            {"net_hires": 2.0, "capacity": 5.0, "lost_hours": 100.0, "recruitment": 200.0},
        ],
        "capex_cash": 72.0,
        "depreciation_month": 12.0,
        "tco_build_up_cash": 5 + 72 + 600.0,
        "npv_build_up": 5 + 72 + 600.0,
    },
}


def agents(**more: Any) -> dict[str, Any]:
    return {
        "calendar": {"contract_hours_year": 1200},
        "pay": {"hourly_rate": 10},
        "headcount_rounding": "ceil",
        "contributions": [
            {
                "name": "a",
                "period": "year",
                "brackets": [{"upto": 1500, "rate": 0.3}, {"rate": 0.1}],
            },
            {"name": "b", "brackets": [{"upto": 400, "rate": 0.2}, {"rate": 0}]},
        ],
        **more,
    }


PAY = {
    "id": "brackets",
    "inputs": {
        "agents": agents(ytd_gross_per_head=1000),
        "ops": {"hours": [{"logged": 150}], "heads_prev": 1},
    },
    # 1.5 FTE are two people; each is paid 1 000 with what is idle, from 1 000 to 2 000 in the year.
    "expected": {
        "lines": {
            "base_wages": 1500.0,
            "idle_contract_hours": 500.0,
            "contributions": 2 * (150 + 50 + 80.0),
        },
        "info": {"heads": 2, "gross_per_head": 1000.0},
        "fractional": {"fte": 1.5, "heads": 1.5},
        "naive_fte_60_over_37_5": 1.6,
    },
}

HALF_YEAR = {
    "id": "options",
    "inputs": {
        "horizon_months": 6,
        "discount_annual": 0.0,
        "economics": {
            "margin_per_order": 10,
            "order_intent": {"phone": 0.5},
            "recovered": {"phone_abandoned": 0.2},
            "existing_share": 1.0,
            "defect_intent": {"resolved_first": 0.0, "resolved_later": 0.0, "unresolved": 0.5},
            "intent_to_action": 0.1,
            "resolved_later_share": 1.0,
            "margin_year": 30,
            "retention": 0.5,
            "discount": 0.0,
        },
        "options": {
            "as_is": {
                "legs": [
                    {
                        "kind": "contract",
                        "contract": {"fixed_fee": 1000, "vat_rate": 0.2},
                        "ops": {"month_index": 0},
                    }
                ],
                "retained": {"vendor_manager": 100.0, "telephony": 50.0},
                "one_offs": {},
                "lost_contacts": {"phone_abandoned": 100.0},
                "served": 500.0,
                "fcr": 0.5,
            },
            "other": {
                "legs": [
                    {
                        "kind": "contract",
                        "contract": {"price_per_contact": {"chat": 2}},
                        "ops": {"handled": {"chat": 400}},
                    }
                ],
                "retained": {},
                "one_offs": {
                    "move": {"amount": 300, "month": 2},
                    "residual_value": {"amount": 60, "month": 6},
                    "exit": {"share": 0.5, "minimum": 200, "months_left": 3},
                    "initial_heads": 2,
                    "initial_cost_per_head": 25,
                    "seats_capex": 40,
                },
                "lost_contacts": {"phone_abandoned": 100.0},
                "served": 500.0,
                "fcr": 0.5,
            },
        },
    },
    "expected": {
        "options": {
            "as_is": {
                "operating_cost_month": 1150.0,
                "lost_order_margin_month": 400.0,
                "churn_margin_month": 80 * 0.5 * 0.1 * 30.0,
                "npv_operating_6m": 6900.0,
            },
            "other": {
                "one_offs_t0": 300.0 + 50 + 40,
                "npv_operating_6m": 390.0 + 300 - 60 + 4800,
                "cash_economic_saving_vs_as_is_month": 350.0,
                "payback_months": 2,
            },
        },
        "comparison": {
            "other_vs_as_is": 800 / 1150 - 1,
            "as_is_total_if_vat_not_recoverable": 1150 + 0.2 * 1050,
            "missed_as_is": 100.0,
        },
    },
}


OTHER_WORDS = {
    "id": "other words",
    "inputs": {
        "legs": [
            {
                "kind": "contract",
                "contract": {
                    "price_per_contact": {"chat": 10},
                    "forecast_band": [0.5, 0.1],
                    "over_surcharge": 1.0,
                    "sla": {
                        "at_risk_share": 0.1,
                        "kpis": [
                            {
                                "name": "asa",
                                "target": 20,
                                "full_gap": 20,
                                "weight": 1,
                                "higher_is_better": False,
                            }
                        ],
                    },
                },
                "ops": {"handled": {"chat": 130}, "forecast": {"chat": 100}, "kpi": {"asa": 30}},
            },
            {
                "kind": "inhouse",
                "config": {
                    "agents": agents(contributions=[], headcount_rounding="none"),
                    "telephony": {"blocking_target": 0.01, "trunk_month": 1},
                },
                "ops": {
                    "hours": [{"logged": 100}],
                    "busy_hour_calls": 60,
                    "busy_hour_wait_s": 60,
                    "busy_hour_handle_s": 240,
                },
            },
        ],
        "retained": {"governance_share": 0.1},
        "handled": {"vendor": 130, "inhouse": 70},
    },
    "expected": {
        # 20 chats beyond 110 cost twice as much; half of a tenth comes back.
        "contract": {"total": 1500 * 0.95},
        "inhouse": {"lines": {"base_wages": 1000.0, "telephony_fixed": 11.0}},
        "retained": {"lines": {"governance": 142.5}},
        "total": 1425 + 1011 + 142.5,
        "cost_per_handled": 2578.5 / 200,
    },
}


@pytest.mark.parametrize(
    "case", [SLAB, SEASON, PAY, HALF_YEAR, OTHER_WORDS], ids=lambda case: case["id"]
)
def test_an_example_by_hand_agrees_in_every_value(case: dict[str, Any]) -> None:
    agreed, values, said = score_costs.scored(case)
    assert said == []
    assert agreed == values > 5


@pytest.mark.parametrize(
    ("law", "factor"),
    [("exponential", 60 / 90 / (1 - exp(-60 / 90))), ({"law": "lognormal", "cv": 1e-9}, 120 / 90)],
)
def test_the_law_of_handle_times_decides_what_is_billed(law: Any, factor: float) -> None:
    second = SLAB["inputs"]["months"][1:]
    inputs = {**SLAB["inputs"], "handle_time_distribution": law, "months": second}
    expected = {"months": [{"billed_minutes": round(15 * factor, 6)}]}
    case = {"id": "law", "inputs": inputs, "expected": expected}
    assert score_costs.scored(case) == (1, 1, [])


def test_who_has_read_enough_is_told_no_more(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    file = tmp_path / "cases.json"
    file.write_text(json.dumps([PAY]), encoding="utf-8")
    read, write = os.pipe()
    os.close(read)  # as ``head`` does when it has its lines
    with os.fdopen(write, "w", encoding="utf-8") as pipe:
        monkeypatch.setattr("sys.stdout", pipe)
        assert score_costs.ended([str(file)]) == 1


def test_a_value_that_differs_is_told_and_fails(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    wrong = {**PAY, "expected": {"total": 1.0, "info": {"heads": 2}}}
    file = tmp_path / "cases.json"
    file.write_text(json.dumps([PAY, wrong]), encoding="utf-8")
    assert score_costs.main([str(file)]) == 1
    told = capsys.readouterr().out.splitlines()
    assert told == [
        "brackets total: expected 1.0, found 2560.0",
        "9 of 10 values agree",
    ]


def test_what_an_example_says_and_nobody_knows_is_told() -> None:
    contract = {"minutes": {"tiers": [{"price": 2, "colour": "red"}]}, "discount_card": 1}
    inputs = {"contract": contract, "ops": {"billed_minutes": 10, "smiles": 3}}
    case = {"id": "odd", "inputs": inputs, "expected": {"total": 20.0}}
    agreed, _, said = score_costs.scored(case)
    assert agreed == 1
    assert len(said) == 3
    assert all("not known" in line for line in said)


def test_an_example_of_no_kind_loses_no_other() -> None:
    case = {"id": "strange", "inputs": {"weather": 1}, "expected": {"total": 20.0}}
    assert score_costs.scored(case)[:2] == (0, 1)


def test_all_values_of_the_reference_cases_agree(
    shared: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert score_costs.main([str(shared / "cases" / "cost_open.json")]) == 0
    assert capsys.readouterr().out.splitlines()[-1] == "369 of 369 values agree"
