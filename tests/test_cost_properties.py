"""What must hold for any terms and any month."""

from __future__ import annotations

import json
import math
from collections.abc import Iterator, Sequence
from dataclasses import replace
from functools import cache
from typing import Any, TypeVar

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pydantic import BaseModel

from sim.cost import (
    ContractOps,
    Group,
    Hours,
    Line,
    OneOff,
    Ops,
    RetainedOps,
    Served,
    Statement,
    cash_flows,
    consequences,
    contract_month,
    inhouse_month,
    npv,
    retained_month,
    tco,
)
from sim.errors import InvalidInput, InvariantBroken
from sim.scenario.terms import (
    Consequences,
    ContractTerms,
    InhouseTerms,
    RetainedTerms,
    presets,
)

TEAM = presets.inhouse("RU_2026").model_copy(update={"vat_recoverable_share": 0.5})

CONTRACT = ContractTerms.model_validate(
    {
        "fixed_fee": 15_000,
        "minutes": {
            "tiers": [{"upto": 5000, "price": 26}, {"upto": 15_000, "price": 23}, {"price": 20}]
        },
        "surcharge": {"night": 0.25, "weekend": 0.1, "holiday": 0.5},
        "price_per_contact": {"chat": 100, "email": 80},
        "price_per_resolution": 5,
        "price_per_agent_hour": {"rate": 850, "billable": "rostered", "surcharge": {"night": 0.2}},
        "vendor_shrinkage_in_shift": 0.15,
        "price_per_fte_month": 110_000,
        "forecast_band": {"down": 0.1, "up": 0.15, "over_surcharge": 0.25},
        "minimum_monthly": 150_000,
        "management_fee_share": 0.03,
        "sla": {
            "at_risk_share": 0.1,
            "bonus_share": 0.03,
            "kpis": [{"name": "service_level", "target": 0.8, "full_gap": 0.2, "weight": 1}],
        },
        "vat_rate": 0.22,
        "vat_recoverable_share": 0.5,
        "indexation_annual": 0.08,
    }
)

RETAINED = RetainedTerms.model_validate(
    {
        "vendor_manager_fte": 0.5,
        "vendor_manager_salary": 120_000,
        "qa_calibration_hours": 30,
        "qa_hour_cost": 620,
        "contribution_rate": 0.302,
        "extra_l2": {"escalation_share": 0.05, "minutes": 12, "hour_cost": 1000},
        "telephony": {
            "inbound_per_min": 3,
            "outbound_per_min": 1.6,
            "per_outbound_attempt": 0.5,
            "numbers_month": 3000,
            "trunks": 20,
            "trunk_month": 250,
        },
        "vendor_licences": 6,
        "licence_price": 1500,
        "data_protection_month": 10_000,
        "lines": [{"name": "audit", "amount": 2000, "vatable": True}],
        "vat_rate": 0.22,
        "vat_recoverable_share": 0.5,
    }
)

volumes = st.floats(0, 50_000, allow_nan=False)
shares = st.floats(0, 1)

hours = st.builds(
    Hours,
    logged=st.floats(0, 3000),
    night=st.booleans(),
    weekend=st.booleans(),
    holiday=st.booleans(),
)


@st.composite
def own_months(draw: st.DrawFn) -> Ops:
    blocks = tuple(draw(st.lists(hours, max_size=5)))
    return Ops(
        hours=blocks,
        overtime_rostered=0.9 * draw(shares) * math.fsum(block.logged for block in blocks),
        peak_logged=draw(st.integers(0, 40)),
        minutes_inbound=draw(volumes),
        minutes_outbound=draw(volumes),
        outbound_attempts=draw(volumes),
        bot_sessions=draw(volumes),
        heads_previous=draw(st.none() | st.floats(0, 60)),
    )


@st.composite
def vendor_months(draw: st.DrawFn) -> ContractOps:
    billed = draw(volumes)
    return ContractOps(
        month_index=draw(st.integers(0, 48)),
        billed_minutes=billed,
        minutes_in={kind: billed * draw(shares) for kind in ("night", "weekend", "holiday")},
        handled={"chat": draw(volumes), "email": draw(volumes)},
        resolved=draw(volumes),
        hours=tuple(draw(st.lists(hours, max_size=3))),
        fte_months=draw(st.floats(0, 20)),
        forecast_minutes=draw(st.none() | volumes),
        forecast_handled={"chat": draw(volumes)},
        kpi={"service_level": draw(shares)},
        pass_through=draw(volumes),
    )


kept_months = st.builds(
    RetainedOps, vendor_handled=volumes, minutes_inbound=volumes, invoice_net=volumes
)


# ------------------------------------------------------ walking through terms

Place = tuple[str | int, ...]
T = TypeVar("T", InhouseTerms, ContractTerms, RetainedTerms, Consequences)


def money_places(terms: BaseModel, at: Place = ()) -> Iterator[Place]:
    """Where terms hold an amount of money: the units in their schema say so."""
    for name, money in _fields(type(terms)).items():
        yield from _below(getattr(terms, name), (*at, name), money)


@cache
def _fields(kind: type[BaseModel]) -> dict[str, bool]:
    """Fields of a kind of terms, and which of them are money."""
    fields = kind.model_json_schema()["properties"]
    return {name: '"unit": "money' in json.dumps(schema) for name, schema in fields.items()}


def _below(value: object, at: Place, money: bool) -> Iterator[Place]:
    if isinstance(value, BaseModel):
        yield from money_places(value, at)
    elif isinstance(value, tuple):
        for number, item in enumerate(value):
            yield from _below(item, (*at, number), money)
    elif isinstance(value, dict):
        for key, item in value.items():
            yield from _below(item, (*at, key), money)
    elif money and value is not None:
        yield at


def repriced(terms: T, places: Sequence[Place], factor: float) -> T:
    """The same terms with the amounts at some places multiplied."""
    data = terms.model_dump()
    for *way, last in places:
        node: Any = data
        for key in way:
            node = node[key]
        node[last] *= factor
    return type(terms).model_validate(data)


def doubled(terms: T) -> T:
    return repriced(terms, list(money_places(terms)), 2)


def dearer(terms: T) -> list[Any]:
    """Terms with one price raised by a tenth, for each price there is."""
    # Where a bracket ends and what was paid since January are money too, but no prices.
    others = ("upto", "ytd_gross_per_head")
    places = [place for place in money_places(terms) if place[-1] not in others]
    return [
        pytest.param(repriced(terms, [place], 1.1), id=".".join(map(str, place)))
        for place in places
    ]


DOUBLE_TEAM, DOUBLE_CONTRACT, DOUBLE_RETAINED = doubled(TEAM), doubled(CONTRACT), doubled(RETAINED)
DEARER_TEAM, DEARER_CONTRACT = dearer(TEAM), dearer(CONTRACT)


def near(value: float) -> Any:
    return pytest.approx(value, rel=1e-9, abs=1e-6)


# ----------------------------------------------------------------- properties


@given(st.floats(0, 5000), st.sampled_from([0, 30, 59.9, 60]))
def test_in_the_first_tier_all_tiers_are_read_alike(minutes: float, dearer_by: float) -> None:
    graduated = {"upto": 5000, "price": 26}, {"price": 26 - dearer_by / 10}
    both = [
        contract_month(
            ContractTerms.model_validate({"minutes": {"tiers": graduated, "tier_mode": mode}}),
            ContractOps(billed_minutes=minutes),
        ).total
        for mode in ("graduated", "slab")
    ]
    assert both[0] == near(both[1]) == near(26 * minutes)


@given(st.floats(1, 100_000), st.floats(10, 2000), st.floats(0.1, 100))
def test_a_price_by_contact_is_that_by_minute_for_the_same_time(
    calls: float, handle: float, price: float
) -> None:
    by_minute = ContractTerms.model_validate({"minutes": {"tiers": [{"price": price}]}})
    by_contact = ContractTerms(price_per_contact={"phone": price * handle / 60})
    paid = contract_month(by_contact, ContractOps(handled={"phone": calls})).total
    billed = ContractOps(billed_minutes=calls * handle / 60)
    assert contract_month(by_minute, billed).total == near(paid)


LOSS = Consequences.model_validate(
    {
        "margin_per_order": 2400,
        "channels": {"phone": {"order_intent": 0.25, "recovered": {"abandoned": 0.4}}},
        "existing_share": 0.6,
        "defect_intent": {"resolved_first": 0.05, "resolved_later": 0.09, "unresolved": 0.25},
        "intent_to_action": 0.15,
        "margin_year": 1500,
        "retention": 0.7,
        "discount_annual": 0.18,
    }
)
DOUBLE_LOSS = doubled(LOSS)


@given(st.floats(0, 1e5), shares, shares, st.floats(0, 1e4))
def test_consequences_count_money_and_contacts_in_proportion(
    served: float, fcr: float, later: float, lost: float
) -> None:
    once = Served.by_fcr(
        served, fcr=fcr, resolved_later_share=later, lost={"phone": {"abandoned": lost}}
    )
    twice = Served.by_fcr(
        2 * served, fcr=fcr, resolved_later_share=later, lost={"phone": {"abandoned": 2 * lost}}
    )
    total = consequences(LOSS, once).total
    assert consequences(DOUBLE_LOSS, once).total == near(2 * total)
    assert consequences(LOSS, twice).total == near(2 * total)


@given(st.floats(0, 1e5), shares, shares, shares)
def test_better_resolution_loses_no_more(
    served: float, one: float, two: float, later: float
) -> None:
    low, high = (
        consequences(LOSS, Served.by_fcr(served, fcr=fcr, resolved_later_share=later)).total
        for fcr in sorted((one, two))
    )
    assert high <= low + 1e-6


@given(own_months(), st.floats(0.5, 1e5))
def test_what_one_costs_times_their_number_is_the_total(ops: Ops, count: float) -> None:
    month = inhouse_month(TEAM, ops)
    assert month.per(count) * count == near(month.total)


@given(own_months(), st.integers(1, 36), st.floats(0, 0.5))
def test_months_sum_to_the_horizon_and_discount_only_takes_away(
    ops: Ops, horizon: int, discount: float
) -> None:
    month = inhouse_month(TEAM, ops)
    flows = cash_flows([month] * horizon, [OneOff(name="setup", amount=1000.0)])
    assert tco(flows) == near(1000 + horizon * month.cash)
    assert npv(flows, 0) == near(tco(flows))
    assert npv(flows, discount) <= tco(flows) + 1e-6


@given(own_months())
def test_twice_the_prices_are_twice_the_cost_of_a_team(ops: Ops) -> None:
    assert inhouse_month(DOUBLE_TEAM, ops).total == near(2 * inhouse_month(TEAM, ops).total)


@given(vendor_months())
def test_twice_the_prices_are_twice_the_invoice(ops: ContractOps) -> None:
    laid_out = replace(ops, pass_through=2 * ops.pass_through)
    expected = 2 * contract_month(CONTRACT, ops).total
    assert contract_month(DOUBLE_CONTRACT, laid_out).total == near(expected)


@given(kept_months)
def test_twice_the_prices_are_twice_what_stays(ops: RetainedOps) -> None:
    expected = 2 * retained_month(RETAINED, ops).total
    assert retained_month(DOUBLE_RETAINED, ops).total == near(expected)


# All prices on the same months: to think of a month takes longer than to price it.
@settings(max_examples=40)
@given(ops=own_months())
def test_no_higher_price_makes_a_team_cheaper(ops: Ops) -> None:
    least = inhouse_month(TEAM, ops).total - 1e-6
    cheaper = [one.id for one in DEARER_TEAM if inhouse_month(one.values[0], ops).total < least]
    assert cheaper == []


@settings(max_examples=40)
@given(ops=vendor_months())
def test_no_higher_price_makes_an_invoice_smaller(ops: ContractOps) -> None:
    least = contract_month(CONTRACT, ops).total - 1e-6
    cheaper = [
        one.id for one in DEARER_CONTRACT if contract_month(one.values[0], ops).total < least
    ]
    assert cheaper == []


BUSY_TEAM = Ops(
    hours=(Hours(logged=2000), Hours(logged=400, night=True)),
    overtime_rostered=40,
    peak_logged=12,
    minutes_inbound=60_000,
    minutes_outbound=2500,
    outbound_attempts=1800,
)
BUSY_VENDOR = ContractOps(
    billed_minutes=20_000,
    handled={"chat": 900, "email": 300},
    resolved=700,
    hours=(Hours(logged=500),),
    fte_months=2,
    kpi={"service_level": 0.8},
)
BUSY_CLIENT = RetainedOps(
    vendor_handled=4000, minutes_inbound=10_000, minutes_outbound=500, outbound_attempts=300
)


@pytest.mark.parametrize("terms", DEARER_TEAM)
def test_every_price_of_a_team_counts(terms: InhouseTerms) -> None:
    assert inhouse_month(terms, BUSY_TEAM).total > inhouse_month(TEAM, BUSY_TEAM).total


@pytest.mark.parametrize(
    "terms", [price for price in DEARER_CONTRACT if price.id != "minimum_monthly"]
)
def test_every_price_of_a_contract_counts(terms: ContractTerms) -> None:
    assert contract_month(terms, BUSY_VENDOR).total > contract_month(CONTRACT, BUSY_VENDOR).total


def test_a_higher_minimum_counts_when_little_is_used() -> None:
    higher = CONTRACT.model_copy(update={"minimum_monthly": 200_000.0})
    ops = ContractOps(kpi={"service_level": 0.8})
    assert contract_month(higher, ops).total > contract_month(CONTRACT, ops).total


@pytest.mark.parametrize("terms", dearer(RETAINED))
def test_every_price_of_what_stays_counts(terms: RetainedTerms) -> None:
    assert retained_month(terms, BUSY_CLIENT).total > retained_month(RETAINED, BUSY_CLIENT).total


def test_without_volume_a_vendor_gets_the_fee_and_the_minimum() -> None:
    terms = CONTRACT.model_copy(update={"sla": None})
    month = contract_month(terms, ContractOps())
    paid = [line.name for line in month.lines if line.amount]
    assert paid == ["fixed_fee", "minimum_topup", "management_fee", "vat_not_recovered"]
    assert month.info["invoice_net"] == pytest.approx(15_000 + 150_000 * 1.03)


def test_without_volume_a_team_costs_what_stands_there_anyway() -> None:
    month = inhouse_month(TEAM, Ops())
    agents = ("base_wages", "bonus", "vacation_pay", "contributions", "recruitment", "training")
    assert [month.amount(name) for name in agents] == [0] * 6
    assert month.amount("telephony_fixed") == 3000 + 20 * 250
    assert "labour_cost_per_logged_hour" not in month.info


@given(own_months(), st.floats(0, 5))
def test_a_night_premium_means_nothing_to_a_day_team(ops: Ops, premium: float) -> None:
    by_day = replace(ops, hours=tuple(replace(block, night=False) for block in ops.hours))
    pay = TEAM.agents.pay.model_copy(update={"night_premium": premium})
    agents = TEAM.agents.model_copy(update={"pay": pay})
    generous = TEAM.model_copy(update={"agents": agents})
    assert inhouse_month(generous, by_day).total == inhouse_month(TEAM, by_day).total


@given(own_months())
def test_whole_people_cost_at_least_as_much_as_their_parts(ops: Ops) -> None:
    agents = TEAM.agents.model_copy(update={"headcount_rounding": "ceil"})
    whole = inhouse_month(TEAM.model_copy(update={"agents": agents}), ops)
    assert whole.info["heads"] == int(whole.info["heads"])
    assert -1e-6 < whole.info["heads"] - whole.info["fte"] <= 1
    assert whole.amount("base_wages") == inhouse_month(TEAM, ops).amount("base_wages")
    assert whole.amount("idle_contract_hours") >= 0


def explained(lines: Sequence[Line]) -> Iterator[Line]:
    for line in lines:
        if line.formula:
            yield line
        yield from explained(line.parts)


@given(own_months(), vendor_months(), kept_months)
def test_every_formula_gives_its_amount(own: Ops, vendor: ContractOps, kept: RetainedOps) -> None:
    statements = (
        inhouse_month(TEAM, own),
        contract_month(CONTRACT, vendor),
        retained_month(RETAINED, kept),
    )
    for statement in statements:
        for line in explained(statement.lines):
            worked_out = eval(line.formula, {"max": max}, dict(line.inputs))
            assert worked_out == near(line.amount), line.why()


@given(own_months(), vendor_months())
def test_every_amount_is_a_formula_or_a_sum_of_parts(own: Ops, vendor: ContractOps) -> None:
    lines = (*inhouse_month(TEAM, own).lines, *contract_month(CONTRACT, vendor).lines)
    assert [
        line.name for line in lines if not line.formula and not line.parts and line.amount
    ] == []


@given(vendor_months())
def test_vat_recovered_and_not_recovered_is_vat_charged(ops: ContractOps) -> None:
    month = contract_month(CONTRACT, ops)
    assert month.amount("vat_not_recovered") + month.info["vat_recovered"] == near(
        month.info["vat_charged"]
    )


# ----------------------------------------------------------------- statements


@given(own_months(), own_months(), own_months())
def test_months_add_in_any_order(one: Ops, two: Ops, three: Ops) -> None:
    a, b, c = (inhouse_month(TEAM, ops) for ops in (one, two, three))
    assert ((a + b) + c).total == near((c + (b + a)).total)
    assert [line.name for line in (a + b).lines] == [line.name for line in a.lines]


@given(own_months(), vendor_months())
def test_groups_sum_to_the_total(own: Ops, vendor: ContractOps) -> None:
    legs = {"own": inhouse_month(TEAM, own), "vendor": contract_month(CONTRACT, vendor)}
    option = Statement.join(legs)
    assert math.fsum(option.by_group().values()) == near(option.total)
    assert option.info["own.fte"] == legs["own"].info["fte"]


def test_a_sum_of_months_keeps_each_month_as_a_part() -> None:
    months = [
        contract_month(
            CONTRACT, ContractOps(month_index=m, billed_minutes=8000, kpi={"service_level": 0.8})
        )
        for m in range(3)
    ]
    quarter = months[0] + months[1] + months[2]
    (minutes,) = (line for line in quarter.lines if line.name == "minutes")
    assert [part.amount for part in minutes.parts] == [m.amount("minutes") for m in months]
    assert quarter.info == {}  # an index does not add


def test_a_line_says_why() -> None:
    month = contract_month(
        CONTRACT, ContractOps(handled={"chat": 1200}, kpi={"service_level": 0.8})
    )
    assert month.why("contacts") == (
        "contacts 120 000.00\n"
        "  chat 120 000.00 = count * price * price_index = 1 200 * 100 * 1\n"
        "  email 0.00 = count * price * price_index = 0 * 80 * 1"
    )


def test_a_line_that_is_not_there_is_worth_nothing_and_has_no_why() -> None:
    statement = Statement((Line("rent", Group.WORKPLACE, 5.0),))
    assert statement.amount("fee") == 0
    with pytest.raises(InvalidInput, match="line must be in the statement, got 'fee'; it has rent"):
        statement.why("fee")


def test_a_line_that_is_not_the_sum_of_its_parts_is_our_bug() -> None:
    part = Line("one", Group.SOFTWARE, 1.0)
    with pytest.raises(InvariantBroken, match="software is not the sum of its parts"):
        Line("software", Group.SOFTWARE, 2.0, parts=(part,))


def test_a_statement_names_each_line_once() -> None:
    line = Line("rent", Group.WORKPLACE, 5.0)
    with pytest.raises(InvariantBroken, match="a statement names rent twice"):
        Statement((line, line))
