"""Monthly statements against worked examples: by hand here, and from the reference cases."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from sim.cost import (
    ContractOps,
    Hours,
    Ops,
    RetainedOps,
    Statement,
    contract_month,
    inhouse_month,
    retained_month,
    rounding_factor,
    steady_ramp_loss,
)
from sim.scenario.terms import ContractTerms, InhouseTerms, RetainedTerms

KOPECK = 0.01
RATIO = 1e-6

# Russia 2026: 320 RUB an hour, 15 % bonus, nights +20 %, holidays double, 1972 - 160 - 56 - 16 =
# 1740 worked hours a year, contributions of 30.2 % below the yearly base.
RUSSIAN_AGENTS: dict[str, Any] = {
    "calendar": {
        "contract_hours_year": 1972,
        "vacation_hours_year": 160,
        "sick_hours_year": 56,
        "sick_paid_hours_year": 24,
        "sick_pay_rate": 0.8,
        "other_absence_hours_year": 16,
    },
    "shrinkage_in_shift": 0.15,
    "pay": {
        "hourly_rate": 320,
        "bonus_share": 0.15,
        "night_premium": 0.2,
        "holiday_premium": 1,
        "ot_first_tier_share": 0.75,
    },
    "contributions": [
        {
            "name": "social",
            "period": "year",
            "brackets": [{"upto": 2979000, "rate": 0.3}, {"rate": 0.151}],
        },
        {"name": "injury", "brackets": [{"rate": 0.002}]},
    ],
}


def team(**changes: object) -> InhouseTerms:
    """The Russian agents alone, with changes."""
    return InhouseTerms.model_validate({"agents": {**RUSSIAN_AGENTS, **changes}})


def amounts(statement: Statement) -> dict[str, float]:
    return {line.name: round(line.amount, 2) for line in statement.lines}


# ---------------------------------------------------------------- worked by hand


def test_a_payroll_month_comes_out_as_by_hand() -> None:
    hours = (
        Hours(logged=1500),
        Hours(logged=240, night=True),
        Hours(logged=420, weekend=True),
        Hours(logged=70, holiday=True),
        Hours(logged=20, night=True, holiday=True),
    )

    month = inhouse_month(team(schedule_fit_loss=0.05), Ops(hours=hours, overtime_rostered=60))

    # A logged hour takes 1.05 / 0.85 = 1.235294 rostered hours: 2250 take 2779.4118.
    base = 320 * 2250 * 1.05 / 0.85  # 889 411.76
    night = 320 * 0.2 * 260 * 1.05 / 0.85  # 20 555.29: night hours on holidays too
    holiday = 320 * 1.0 * 90 * 1.05 / 0.85  # 35 576.47
    overtime = 320 * 1.15 * 60 * (0.5 * 0.75 + 1.0 * 0.25)  # 13 800.00
    work = base + night + holiday + overtime + 0.15 * base  # 1 092 755.29
    vacation = 160 / 1740 * work
    sick = 24 * 0.8 / 1740 * work
    due = 0.302 * (work + vacation)  # sick pay of the first days is free of contributions
    assert amounts(month) == {
        "base_wages": 889411.76,
        "night_premium": 20555.29,
        "weekend_premium": 0.0,
        "holiday_premium": 35576.47,
        "overtime_premium": 13800.0,
        "bonus": 133411.76,
        "vacation_pay": round(vacation, 2),
        "idle_contract_hours": 0.0,
        "sick_pay": round(sick, 2),
        "contributions": round(due, 2),
    }
    assert month.total == pytest.approx(1565654.57, abs=KOPECK)
    assert month.info["fte"] == pytest.approx((2250 * 1.05 / 0.85 - 60) / 145, abs=RATIO)


def test_a_seat_that_never_closes_takes_six_people() -> None:
    # 730 h a month, a third of them at night; 14 public holidays make 28 h of the month.
    hours = (
        Hours(logged=468),
        Hours(logged=234, night=True),
        Hours(logged=28 * 2 / 3, holiday=True),
        Hours(logged=28 / 3, night=True, holiday=True),
    )

    month = inhouse_month(team(headcount_rounding="ceil"), Ops(hours=hours))
    fractional = inhouse_month(team(), Ops(hours=hours))

    assert month.info["fte"] == pytest.approx(730 / 0.85 / 145, abs=RATIO)  # 5.92
    assert month.info["heads"] == 6
    # The six are paid 6 * 145 = 870 h, the seat needs 858.82: 11.18 h are idle.
    idle = (870 - 730 / 0.85) * 320 * 1.15 * (1 + 160 / 1740)
    assert month.amount("idle_contract_hours") == pytest.approx(idle, abs=KOPECK)
    assert month.total == pytest.approx(500019.96, abs=KOPECK)
    assert fractional.total == pytest.approx(494172.49, abs=KOPECK)


@pytest.mark.parametrize(
    ("month_index", "calls", "holiday", "expected"),
    [
        # 4200 calls of 240 s are billed as 4200 * 60 / (1 - exp(-1/4)) s = 18 987.409 min:
        # 5000 * 26 + 10 000 * 23 + 3987.409 * 20.5 = 441 741.88, on average 23.26500 a minute;
        # nights 10 % * 25 %, holidays 3 % * 50 % of that: 4 % = 17 669.68. No VAT comes back.
        (0, 4200, 0.03, {"fixed_fee": 15000.0, "minutes": 441741.88, "hour_surcharges": 17669.68,
                         "minimum_topup": 0.0, "vat_not_recovered": 104370.54}),
        # 1100 calls use 132 527.59 of the 150 000 promised: the rest is topped up.
        (5, 1100, 0.0, {"fixed_fee": 15000.0, "minutes": 129295.21, "hour_surcharges": 3232.38,
                        "minimum_topup": 17472.41, "vat_not_recovered": 36300.0}),
        # After a year every price is 8 % higher.
        (12, 4200, 0.03, {"fixed_fee": 16200.0, "minutes": 477081.24, "hour_surcharges": 19083.25,
                          "minimum_topup": 0.0, "vat_not_recovered": 112720.19}),
    ],
)  # fmt: skip
def test_a_minute_contract_comes_out_as_by_hand(
    month_index: int, calls: int, holiday: float, expected: dict[str, float]
) -> None:
    terms = ContractTerms.model_validate(
        {
            "fixed_fee": 15000,
            "minutes": {
                "tiers": [
                    {"upto": 5000, "price": 26},
                    {"upto": 15000, "price": 23},
                    {"price": 20.5},
                ]
            },
            "surcharge": {"night": 0.25, "holiday": 0.5},
            "minimum_monthly": 150000,
            "vat_rate": 0.22,
            "vat_recoverable_share": 0,
            "indexation_annual": 0.08,
        }
    )
    billed = calls * 4 * rounding_factor(240, increment=60)

    month = contract_month(
        terms,
        ContractOps(
            month_index=month_index,
            billed_minutes=billed,
            minutes_in={"night": 0.1 * billed, "holiday": holiday * billed},
        ),
    )

    assert {k: v for k, v in amounts(month).items() if k in expected} == expected
    assert month.total == pytest.approx(sum(expected.values()), abs=2 * KOPECK)


def office(**changes: object) -> InhouseTerms:
    """18 agents in shifts of which 12 are logged in at the peak, and 3.6 people around them."""
    return InhouseTerms.model_validate(
        {
            "agents": RUSSIAN_AGENTS,
            "support_roles": [{"name": "support", "salary_month": 80_000, "value": 3.6}],
            "workplace": {
                "m2_per_seat": 7.5,
                "rent_m2_year": 15_000,
                "seat_buffer": 0.1,
                **changes,
            },
        }
    )


@pytest.mark.parametrize(
    ("changes", "seats"),
    [
        # 12 logged in are 14.12 present, 15.53 with spare seats; support needs 4.
        ({}, 16 + 4),
        ({"remote_share": 0.25}, 12 + 4),
        ({"support_on_site_share": 0.5}, 16 + 2),
        ({"seat_sharing": False}, 22),  # a seat for each of 18.2 + 3.6
    ],
)
def test_seats_follow_the_peak_unless_everyone_has_an_own_one(
    changes: dict[str, object], seats: int
) -> None:
    logged = 18.2 * 145 * 0.85
    month = inhouse_month(office(**changes), Ops(hours=(Hours(logged=logged),), peak_logged=12))
    assert month.info["seats"] == seats
    assert month.amount("rent") == pytest.approx(seats * 7.5 * 15_000 / 12)


def test_a_growing_team_hires_leavers_and_growth_and_those_who_drop_out() -> None:
    terms = InhouseTerms.model_validate(
        {
            "agents": RUSSIAN_AGENTS,
            "hiring": {"attrition_annual": 0.6, "training_dropout": 0.2, "cost_per_hire": 30_000},
        }
    )
    ten_people = (Hours(logged=10 * 145 * 0.85),)
    steady = inhouse_month(terms, Ops(hours=ten_people))
    growing = inhouse_month(terms, Ops(hours=ten_people, heads_previous=8))
    shrinking = inhouse_month(terms, Ops(hours=ten_people, heads_previous=12))
    assert steady.amount("recruitment") == pytest.approx(10 * 0.05 / 0.8 * 30_000)
    assert growing.amount("recruitment") == pytest.approx((10 * 0.05 + 2) / 0.8 * 30_000)
    assert shrinking.amount("recruitment") == steady.amount("recruitment")


def test_sick_pay_is_insured_only_where_the_law_says_so() -> None:
    ops = Ops(hours=(Hours(logged=1000),))
    free, due = (inhouse_month(team(sick_pay_contributory=flag), ops) for flag in (False, True))
    extra = due.amount("contributions") - free.amount("contributions")
    assert extra == pytest.approx(0.302 * free.amount("sick_pay"))


# ------------------------------------------------------------- reference cases


@pytest.fixture(scope="module")
def cases(shared: Path) -> dict[str, Any]:
    text = (shared / "cases" / "cost_open.json").read_text(encoding="utf-8")
    return {case["id"]: case for case in json.loads(text)}


def priced_leg(leg: dict[str, Any]) -> Statement:
    given = dict(leg["ops"])
    hours = tuple(Hours(**block) for block in given.pop("hours", ()))
    if leg["kind"] == "inhouse":
        terms = InhouseTerms.model_validate(leg["config"])
        return inhouse_month(terms, Ops(hours=hours, **given))
    contract = ContractTerms.model_validate(leg["contract"])
    return contract_month(contract, ContractOps(hours=hours, **given))


def known_amounts(retained: dict[str, float]) -> RetainedTerms:
    """Retained amounts that a case gives ready made; licences and telephony carry VAT."""
    return RetainedTerms.model_validate(
        {
            "lines": [
                {"name": name, "amount": amount, "vatable": name in {"telephony", "licences"}}
                for name, amount in retained.items()
            ],
            "vat_rate": 0.22,
        }
    )


def assert_lines(statement: Statement, expected: dict[str, float], money: float) -> None:
    """Every expected line is met, and no money stands on a line that was not expected."""
    for name, amount in expected.items():
        assert statement.amount(name) == pytest.approx(amount, abs=money), name
    others = [line.name for line in statement.lines if line.name not in expected and line.amount]
    assert others == []


def assert_info(statement: Statement, expected: dict[str, float], ratio: float) -> None:
    for name, value in expected.items():
        assert statement.info[name] == pytest.approx(value, abs=ratio), name


@pytest.mark.parametrize("case_id", ["O1", "O2"])
def test_payroll_agrees_with_the_reference_case(cases: dict[str, Any], case_id: str) -> None:
    case = cases[case_id]
    agents, ops = case["inputs"]["agents"], case["inputs"]["ops"]
    month = priced_leg({"kind": "inhouse", "config": {"agents": agents}, "ops": ops})

    money, ratio = case["tolerance"]["money_abs"], case["tolerance"]["ratio_abs"]
    assert_lines(month, case["expected"]["lines"], money)
    assert_info(month, case["expected"]["info"], ratio)
    assert month.total == pytest.approx(case["expected"]["total"], abs=money)


def test_the_minute_contract_agrees_with_the_reference_case(cases: dict[str, Any]) -> None:
    case = cases["O3"]
    increment = case["inputs"]["rounding_increment_s"]
    money, ratio = case["tolerance"]["money_abs"], case["tolerance"]["ratio_abs"]
    pairs = list(zip(case["inputs"]["months"], case["expected"]["months"], strict=True))
    assert len(pairs) == 3
    for month, expected in pairs:
        talked = month["handled_calls"] * month["mean_handle_s"] / 60
        billed = talked * rounding_factor(month["mean_handle_s"], increment)
        shares = {kind: month[f"share_{kind}"] * billed for kind in ("night", "holiday")}
        ops = {
            "month_index": month["month_index"],
            "billed_minutes": billed,
            "minutes_in": shares,
        }
        priced = priced_leg(
            {"kind": "contract", "contract": case["inputs"]["contract"], "ops": ops}
        )

        assert billed == pytest.approx(expected["billed_minutes"], abs=1e-5)
        assert_lines(priced, expected["lines"], money)
        assert priced.info["invoice_net"] == pytest.approx(expected["net"], abs=money)
        assert priced.total == pytest.approx(expected["total"], abs=money)
        assert priced.total / talked == pytest.approx(
            expected["price_per_actual_minute"], abs=ratio
        )


def test_the_ramp_loss_agrees_with_the_reference_case(cases: dict[str, Any]) -> None:
    inputs, expected = cases["O4"]["inputs"], cases["O4"]["expected"]
    loss = steady_ramp_loss(
        inputs["hiring"]["attrition_annual"], inputs["schedule"]["productivity_curve"]
    )
    assert loss == pytest.approx(expected["steady_state_ramp_loss"], abs=RATIO)


def test_the_hybrid_agrees_with_the_reference_case(cases: dict[str, Any]) -> None:
    case = cases["O5"]
    money, ratio = case["tolerance"]["money_abs"], case["tolerance"]["ratio_abs"]
    own, vendor = (priced_leg(leg) for leg in case["inputs"]["legs"])
    kept = retained_month(RetainedTerms.model_validate(case["inputs"]["retained"]), RetainedOps())
    for name, part in (("inhouse", own), ("contract", vendor), ("retained", kept)):
        assert_lines(part, case["expected"][name]["lines"], money)
        assert part.total == pytest.approx(case["expected"][name]["total"], abs=money)
    assert_info(own, case["expected"]["inhouse"]["info"], ratio)

    option = Statement.join({"inhouse": own, "contract": vendor, "retained": kept})

    handled = sum(case["inputs"]["handled"].values())
    assert option.total == pytest.approx(case["expected"]["total"], abs=money)
    assert option.total / handled == pytest.approx(case["expected"]["cost_per_handled"], abs=ratio)


@pytest.mark.parametrize(
    "name", ["as_is", "inhouse_24x7", "vendor_shared", "vendor_dedicated", "hybrid"]
)
def test_company_n_agrees_with_the_reference_case(cases: dict[str, Any], name: str) -> None:
    case = cases["O6"]
    given, expected = case["inputs"]["options"][name], case["expected"]["options"][name]
    money, ratio = case["tolerance"]["money_abs"], case["tolerance"]["ratio_abs"]
    legs = {leg["kind"]: priced_leg(leg) for leg in given["legs"]}

    kept = retained_month(known_amounts(given["retained"]), RetainedOps())
    option = Statement.join({**legs, "retained": kept})

    assert_lines(option, expected["lines"], money)
    assert option.total == pytest.approx(expected["operating_cost_month"], abs=money)
    if "inhouse" in legs:
        assert_info(legs["inhouse"], expected["info"], ratio)


def test_vat_that_does_not_come_back_costs_company_n_what_the_case_says(
    cases: dict[str, Any],
) -> None:
    case = cases["O6"]
    options, expected = case["inputs"]["options"], case["expected"]["comparison"]
    (shared_leg,), (own_leg,) = options["vendor_shared"]["legs"], options["inhouse_24x7"]["legs"]
    kept = known_amounts(options["vendor_shared"]["retained"])
    lost = {"vat_recoverable_share": 0.0}

    vendor = priced_leg({**shared_leg, "contract": {**shared_leg["contract"], **lost}})
    own = priced_leg({**own_leg, "config": {**own_leg["config"], **lost}})
    retained = retained_month(kept.model_copy(update=lost), RetainedOps())

    money = case["tolerance"]["money_abs"]
    assert vendor.total + retained.total == pytest.approx(
        expected["vendor_shared_total_if_vat_not_recoverable"], abs=money
    )
    assert own.total == pytest.approx(expected["inhouse_total_if_vat_not_recoverable"], abs=money)
