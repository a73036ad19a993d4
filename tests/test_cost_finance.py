"""Months and one-offs: cash, what months are charged, present value, payback."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import ValidationError

from sim.cost import (
    Group,
    Line,
    OneOff,
    Served,
    Statement,
    accrual,
    book_value,
    cash_flows,
    consequences,
    early_termination,
    equivalent_annual_cost,
    npv,
    payback,
    satisfaction,
    tco,
)
from sim.errors import InvalidInput
from sim.scenario.terms import Consequences, Satisfaction

KOPECK = 0.01


def month(paid: float, written_off: float = 0.0) -> Statement:
    fee = Line("fee", Group.VENDOR, paid)
    worn = Line("equipment_depreciation", Group.WORKPLACE, written_off, cash=False)
    return Statement((fee, worn))


# ------------------------------------------------------------ cash and accrual


def test_cash_leaves_depreciation_out_and_pays_for_what_is_bought() -> None:
    bought = OneOff(name="desks", amount=900, kind="capex", month=1)
    flows = cash_flows([month(100, 30), month(100, 30)], [OneOff(name="setup", amount=50), bought])
    assert flows.tolist() == [50, 1000, 100]


def test_months_are_charged_with_depreciation_and_opex() -> None:
    charged = accrual(
        [month(100, 30), month(100, 30)],
        [OneOff(name="setup", amount=50), OneOff(name="party", amount=7, month=2)],
    )
    assert charged.tolist() == [50, 130, 137]


def test_what_the_statements_write_off_is_not_written_off_twice() -> None:
    bought = OneOff(name="desks", amount=900, kind="capex")
    assert accrual([month(100, 25)], [bought]).tolist() == [0, 125]


def test_a_purchase_is_charged_from_the_month_after_it_over_its_life() -> None:
    bought = OneOff(name="desks", amount=100, kind="capex", month=1, life_months=2.5)
    assert accrual([month(0)] * 5, [bought]).tolist() == [0, 0, 40, 40, 20, 0]
    assert book_value([bought], 3) == pytest.approx(20)
    assert book_value([bought], 0) == 0


one_offs = st.builds(
    OneOff,
    name=st.just("one-off"),
    amount=st.floats(-1e6, 1e6),
    month=st.integers(0, 12),
    kind=st.just("capex"),
    life_months=st.floats(0.5, 60),
) | st.builds(
    OneOff, name=st.just("one-off"), amount=st.floats(-1e6, 1e6), month=st.integers(0, 12)
)


@given(st.lists(st.floats(0, 1e6), min_size=12, max_size=30), st.lists(one_offs, max_size=4))
def test_what_is_charged_and_what_is_left_is_what_was_paid(
    paid: list[float], bought: list[OneOff]
) -> None:
    months = [month(amount) for amount in paid]
    charged = accrual(months, bought).sum() + book_value(bought, len(months))
    assert charged == pytest.approx(tco(cash_flows(months, bought)), rel=1e-9, abs=1e-3)


@given(st.floats(0.5, 60), st.integers(0, 12))
def test_depreciation_over_the_whole_life_is_the_price(life: float, bought: int) -> None:
    one = OneOff(name="desks", amount=1000, kind="capex", month=bought, life_months=life)
    assert accrual([month(0)] * 73, [one]).sum() == pytest.approx(1000)


# ----------------------------------------------------- present value and payback


def test_a_flow_in_a_year_is_worth_less_by_the_rate_of_a_year() -> None:
    assert npv([0.0] * 12 + [118.0], 0.18) == pytest.approx(100)
    assert npv([100.0, 100.0], 0.0) == 200


def test_equal_payments_of_each_year_have_the_present_value() -> None:
    each = equivalent_annual_cost(1000.0, 0.1, 24)
    assert each / 1.1 + each / 1.1**2 == pytest.approx(1000)


def test_a_switch_pays_back_in_the_month_that_clears_it() -> None:
    assert payback([300, 100, 100, 100], [0, 200, 200, 200]) == 3
    assert payback([301, 100, 100, 100], [0, 200, 200, 200]) is None
    assert payback([0, 100], [0, 200]) == 0


def test_what_is_spent_after_the_start_has_to_come_back_too() -> None:
    assert payback([0, 300, 100, 100], [0, 200, 200, 200]) == 2
    assert payback([0, 201, 201, 201], [0, 200, 200, 200]) is None  # dearer in every month
    assert payback([100, 50, 250, 50, 50], [0, 200, 200, 200, 200]) == 1
    assert payback([100, 50, 300, 50, 50], [0, 200, 200, 200, 200]) == 3


def test_a_contract_ended_early_still_owes_part_of_its_minimum() -> None:
    exit_fee = early_termination(0.5, 150_000, months_left=4, month=8)
    assert (exit_fee.amount, exit_fee.month, exit_fee.kind) == (300_000, 8, "opex")


@pytest.mark.parametrize(
    ("wrong", "said"),
    [
        (lambda: OneOff(name="x", amount=1, month=-1), "month must be at least 0"),
        (lambda: OneOff(name="x", amount=float("nan")), "amount must be an amount of money"),
        (lambda: OneOff(name="x", amount=1, life_months=3), "life_months is for capex only"),
        (
            lambda: OneOff(name="x", amount=1, kind="capex", life_months=0),
            "life_months must be above 0",
        ),
        (lambda: cash_flows([]), "months must be at least one month"),
        (lambda: accrual([month(1)], [OneOff(name="x", amount=1, month=2)]), "x.month must be at"),
        (lambda: npv([1.0], -1.0), "discount_annual must be a rate above -100%"),
        (lambda: equivalent_annual_cost(1.0, 0.1, 0), "months must be above 0"),
        (lambda: payback([1.0], [1.0, 2.0]), "baseline must have as many months"),
        (lambda: early_termination(1.5, 1, 1), "share must be a share from 0 to 1"),
        (lambda: early_termination(0.5, -1, 1), "minimum_monthly must be at least 0"),
    ],
)
def test_what_cannot_be_is_refused(wrong: Any, said: str) -> None:
    with pytest.raises(InvalidInput, match=said):
        wrong()


# ---------------------------------------------------------------- consequences

SHOP = Consequences.model_validate(
    {
        "margin_per_order": 2400,
        "channels": {
            "phone": {"order_intent": 0.25, "recovered": {"closed": 0.6, "abandoned": 0.4}},
            "chat": {"order_intent": 0.15, "recovered": {"closed": 0.8}, "unresolved": 0},
        },
        "existing_share": 0.6,
        "defect_intent": {"resolved_first": 0.05, "resolved_later": 0.09, "unresolved": 0.25},
        "intent_to_action": 0.15,
        "resolved_later_share": 0.6,
        "clv": 4000,
    }
)


def test_lost_contacts_cost_the_orders_that_do_not_come_all_the_same() -> None:
    served = Served(lost={"phone": {"closed": 100, "abandoned": 10}, "chat": {"closed": 50}})
    orders = consequences(SHOP, served).amount("lost_order_margin")
    # 40 of the 100 and 6 of the 10 stay lost, a quarter would have bought; 10 chats, 15 %.
    assert orders == pytest.approx((40 + 6) * 0.25 * 2400 + 10 * 0.15 * 2400)


def test_customers_leave_over_what_is_resolved_late_or_never() -> None:
    served = Served(resolved_first=700, resolved_later=200, never=100)
    churn = consequences(SHOP, served).amount("churn")
    assert churn == pytest.approx((200 * 0.04 + 100 * 0.20) * 0.6 * 0.15 * 4000)


def test_a_lost_matter_counts_as_never_resolved_unless_terms_say_otherwise() -> None:
    lost = Served(lost={"phone": {"abandoned": 10}, "chat": {"closed": 50}})
    assert consequences(SHOP, lost).amount("churn") == pytest.approx(6 * 0.2 * 0.6 * 0.15 * 4000)


def test_a_month_without_contacts_has_no_consequences() -> None:
    assert consequences(SHOP, Served()).total == 0


def test_a_customer_is_worth_the_margin_of_years_discounted() -> None:
    terms = Consequences(margin_year=1000, retention=0.8, discount_annual=0.2)
    years = sum(1000 * 0.8**t / 1.2**t for t in range(1, 200))
    assert terms.customer_value == pytest.approx(years)


def test_satisfaction_answers_to_service_and_ends_with_its_scale() -> None:
    terms = Satisfaction.model_validate(
        {
            "asa_minutes": 1,
            "abandonment": 0.1,
            "fcr": 0.7,
            "csat": {"now": 80, "lowest": 20, "per_minute_of_wait": -6},
            "nps": {"now": 10, "lowest": -100, "per_point_of_abandonment": -2},
        }
    )
    worse = satisfaction(terms, asa=180, abandonment=0.15, fcr=0.7)
    assert worse == {"csat": pytest.approx(68), "nps": pytest.approx(0)}
    assert satisfaction(terms, asa=1e6, abandonment=0.1, fcr=0.7)["csat"] == 20
    assert satisfaction(terms, asa=60, abandonment=0.1, fcr=0.7) == {"csat": 80, "nps": 10}


def test_satisfaction_on_five_points_is_refused_because_claims_are_in_per_cent() -> None:
    with pytest.raises(ValidationError, match="must be 100, got 5"):
        Satisfaction.model_validate({"csat": {"now": 4, "lowest": 1, "highest": 5}})


# ------------------------------------------------------------- reference cases


@pytest.fixture(scope="module")
def company(shared: Path) -> dict[str, Any]:
    text = (shared / "cases" / "cost_open.json").read_text(encoding="utf-8")
    return next(case for case in json.loads(text) if case["id"] == "O6")


@pytest.mark.parametrize(
    ("option", "saved", "months"),
    [("inhouse_24x7", 186159.32, 21), ("vendor_shared", 826191.32, 3), ("hybrid", 687033.95, 4)],
)
def test_company_n_gets_its_money_back_when_the_case_says(
    company: dict[str, Any], option: str, saved: float, months: int
) -> None:
    expected = company["expected"]["options"]
    assert expected[option]["cash_economic_saving_vs_as_is_month"] == saved
    flows, base = (
        [
            float(of["one_offs_t0"]),
            *[of["cash_operating_month"] + of["lost_order_margin_month"] + of["churn_margin_month"]]
            * 24,
        ]
        for of in (expected[option], expected["as_is"])
    )
    assert base[1] - flows[1] == pytest.approx(saved, abs=0.02)
    assert payback(flows, base) == expected[option]["payback_months"] == months
    assert npv(flows, 0.18) == pytest.approx(expected[option]["npv_economic_24m"], abs=1)
