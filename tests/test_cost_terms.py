"""Contradicting terms and impossible months are refused in words; presets stand on sources."""

from __future__ import annotations

from typing import Any

import pytest
from pydantic import BaseModel, ValidationError

from sim.cost import (
    ContractOps,
    Hours,
    Ops,
    RetainedOps,
    contract_month,
    contribution,
    inhouse_month,
    rostered_per_logged,
    steady_ramp_loss,
)
from sim.errors import InvalidInput
from sim.scenario.terms import (
    ContractTerms,
    InhouseTerms,
    RetainedTerms,
    Scheme,
    Software,
    WorkingYear,
    catalogue,
    presets,
    unpriced,
)

AGENTS: dict[str, Any] = {"calendar": {"contract_hours_year": 1800}, "pay": {"hourly_rate": 20}}


def refusal(model: type[BaseModel], terms: dict[str, Any]) -> str:
    """What is said about terms; they must be refused."""
    with pytest.raises(ValidationError) as caught:
        model.model_validate(terms)
    (problem,) = caught.value.errors()
    return problem["msg"].removeprefix("Value error, ")


def role(**changes: object) -> dict[str, Any]:
    given = {"name": "supervisor", "salary_month": 1, "value": 1, **changes}
    return {"agents": AGENTS, "support_roles": [given]}


@pytest.mark.parametrize(
    ("terms", "said"),
    [
        (
            {"minutes": {"tiers": [{"upto": 100, "price": 3}]}},
            "upto must be open in the last part, got 100.0; "
            "leave its upto out, or whatever is above has no rate",
        ),
        (
            {"minutes": {"tiers": [{"price": 3}, {"price": 2}]}},
            "upto must be given in all parts but the last; only the last may be open",
        ),
        (
            {
                "minutes": {
                    "tiers": [{"upto": 9, "price": 3}, {"upto": 5, "price": 3}, {"price": 2}]
                }
            },
            "upto must be above 9 min, got '5 min'; sort the parts from low to high",
        ),
        (
            {
                "sla": {
                    "kpis": [
                        {"name": "a", "target": 1, "full_gap": 1, "weight": 0.7},
                        {"name": "b", "target": 1, "full_gap": 1, "weight": 0.5},
                    ]
                }
            },
            "kpis must have weights of at most 100% together, got '120%'",
        ),
        (
            {"sla": {"kpis": [{"name": "a", "target": 1, "full_gap": 1, "weight": 0.5}] * 2}},
            "kpis must name each entry once, got 'a'; its cost would count twice",
        ),
        ({"vat_rate": 1.22}, "Input should be less than or equal to 1"),
        ({"management_fee_share": 8}, "Input should be less than or equal to 1"),
        ({"fixed_fee": -1}, "Input should be greater than or equal to 0"),
        (
            {"fixed_fee": "15000"},
            "money must be an amount with its currency, got '15000'; "
            "write it like 1 200 RUB per month",
        ),
        (
            {"fixed_fee": True},
            "value must be a price per month, got True; "
            "write 20 RUB per month, or the currency of the scenario",
        ),
        ({"fixed_fee": float("nan")}, "value must be finite, got nan"),
        ({"fixed_fees": 1}, "fixed_fees is not a known key; did you mean fixed_fee?"),
        ({"price_per_contact": {"chat": -5}}, "Input should be greater than or equal to 0"),
    ],
)
def test_a_contract_that_contradicts_itself_is_refused(terms: dict[str, Any], said: str) -> None:
    assert refusal(ContractTerms, terms) == said


def test_the_part_of_a_scale_that_is_out_of_order_is_pointed_at() -> None:
    tiers = [{"upto": 9, "price": 3}, {"upto": 5, "price": 3}, {"price": 2}]
    with pytest.raises(ValidationError) as caught:
        ContractTerms.model_validate({"minutes": {"tiers": tiers}})
    assert caught.value.errors()[0]["loc"] == ("minutes", "tiers", 1, "upto")


@pytest.mark.parametrize(
    ("terms", "said"),
    [
        (role(min=3), "min must be at most 1, the fixed number of supervisor, got 3.0"),
        (
            role(driver="per_agent_fte", value=0),
            "value must be above 0, the span of one supervisor, got 0.0",
        ),
        (
            {
                "agents": AGENTS,
                "software": [{"name": "crm", "price_month": 1, "per": "seat"}],
            },
            "workplace must be given, because crm is counted per seat",
        ),
        (
            {"agents": AGENTS, "software": [{"name": "crm", "price_month": 1, "per": "head"}] * 2},
            "software must name each entry once, got 'crm'; its cost would count twice",
        ),
        (
            {"agents": {**AGENTS, "shrinkage_in_shift": 1}},
            "Input should be less than 1",
        ),
    ],
)
def test_a_team_that_contradicts_itself_is_refused(terms: dict[str, Any], said: str) -> None:
    assert refusal(InhouseTerms, terms) == said


@pytest.mark.parametrize(
    ("calendar", "said"),
    [
        (
            {"contract_hours_year": 200, "vacation_hours_year": 160, "sick_hours_year": 40},
            "contract_hours_year must exceed the 200 h of leave, illness and other absence, "
            "got 200.0",
        ),
        (
            {"contract_hours_year": 1972, "sick_paid_hours_year": 24},
            "sick_paid_hours_year must be at most the 0 h of illness, got 24.0",
        ),
    ],
)
def test_a_year_that_cannot_be_is_refused(calendar: dict[str, Any], said: str) -> None:
    assert refusal(WorkingYear, calendar) == said


@pytest.mark.parametrize(
    ("terms", "said"),
    [
        (
            {"governance_share": 0.1, "vendor_manager_fte": 1},
            "governance_share must be 0 beside a vendor manager or quality hours, got 0.1; "
            "both pay for the same work",
        ),
        (
            {"telephony": {}, "lines": [{"name": "telephony", "amount": 1}]},
            "lines must name each entry once, got 'telephony'; its cost would count twice",
        ),
    ],
)
def test_retained_work_is_paid_once(terms: dict[str, Any], said: str) -> None:
    assert refusal(RetainedTerms, terms) == said


@pytest.mark.parametrize(
    ("ops", "said"),
    [
        (lambda: Hours(logged=-1), "logged must be a number of at least 0, got -1"),
        (lambda: Hours(logged=float("nan")), "logged must be a number of at least 0, got nan"),
        (lambda: Ops(peak_logged=-0.5), "peak_logged must be a number of at least 0, got -0.5"),
        (
            lambda: ContractOps(billed_minutes=10, minutes_in={"night": 11}),
            r"minutes_in\[night\] must be at most the billed minutes 10, got 11",
        ),
        (
            lambda: ContractOps(minutes_in={"dusk": 1}),
            "minutes_in must be by night, weekend, holiday, got 'dusk'",
        ),
        (
            lambda: ContractOps(handled={"chat": -2}),
            r"handled\[chat\] must be a number of at least 0, got -2",
        ),
        (
            lambda: RetainedOps(invoice_net=-1),
            "invoice_net must be a number of at least 0, got -1",
        ),
    ],
)
def test_a_month_that_cannot_be_is_refused(ops: Any, said: str) -> None:
    with pytest.raises(InvalidInput, match=said):
        ops()


def test_overtime_is_a_part_of_the_roster() -> None:
    terms = InhouseTerms.model_validate({"agents": AGENTS})
    with pytest.raises(
        InvalidInput, match="overtime_rostered must be below the 10 rostered hours it is a part of"
    ):
        inhouse_month(terms, Ops(hours=(Hours(logged=10),), overtime_rostered=10))


# -------------------------------------------------------------- contributions


def test_a_yearly_scale_remembers_what_was_paid_since_january() -> None:
    scale = Scheme.model_validate(
        {
            "name": "social",
            "period": "year",
            "brackets": [{"upto": 1000, "rate": 0.3}, {"rate": 0.1}],
        }
    )
    assert contribution(scale, 400) == pytest.approx(120)
    assert contribution(scale, 400, ytd_gross=800) == pytest.approx(200 * 0.3 + 200 * 0.1)
    assert contribution(scale, 400, ytd_gross=1000) == pytest.approx(40)


def test_a_monthly_scale_starts_anew() -> None:
    scale = Scheme.model_validate(
        {"name": "ni", "brackets": [{"upto": 100, "rate": 0}, {"rate": 0.15}]}
    )
    assert contribution(scale, 300, ytd_gross=5000) == pytest.approx(30)


def test_small_firms_pay_less_in_russia_as_published() -> None:
    # Effective rates on 60 500 RUB a month, injury included, as the cost study has them.
    def rate(scale: str) -> float:
        schemes = presets.contributions("RU_2026", scale)
        return sum(contribution(scheme, 60_500) for scheme in schemes) / 60_500

    assert rate("standard_2026") == pytest.approx(0.302)
    assert rate("sme_2025") == pytest.approx(0.235, abs=5e-4)
    assert rate("sme_priority_2026") == pytest.approx(0.253, abs=5e-4)


# -------------------------------------------------------------------- presets


def test_every_number_of_a_preset_names_source_and_confidence() -> None:
    listed = presets.sources("RU_2026")
    assert len(listed) > 80
    assert all(entry.source.endswith((".", "?")) and entry.unit for entry in listed.values())
    assert {entry.confidence for entry in listed.values()} == {
        "law",
        "price list",
        "trade",
        "weak",
        "assumption",
    }


def test_an_assumption_looks_like_one_and_carries_its_range() -> None:
    listed = presets.sources("RU_2026")
    price = listed["contract.shared.minutes.tiers.0.price"]
    assert (price.low, price.value, price.high) == (14, 22, 32)
    assert price.confidence == "assumption"
    assert listed["inhouse.support_roles.supervisor.value"].confidence == "trade"


@pytest.mark.parametrize("name", presets.names())
def test_the_value_of_a_preset_lies_in_its_range(name: str) -> None:
    for place, entry in presets.sources(name).items():
        if entry.low is not None and entry.high is not None and not isinstance(entry.value, str):
            assert entry.low <= entry.value <= entry.high, place


def numbers(node: object) -> list[float]:
    """All numbers that terms state explicitly."""
    if isinstance(node, dict):
        return [n for child in node.values() for n in numbers(child)]
    if isinstance(node, list | tuple):
        return [n for child in node for n in numbers(child)]
    return [node] if isinstance(node, int | float) else []


@pytest.mark.parametrize("name", presets.names())
def test_no_number_of_a_preset_is_without_a_source(name: str) -> None:
    stated = numbers(presets.inhouse(name).model_dump(exclude_unset=True))
    sourced = [e for p, e in presets.sources(name).items() if p.startswith("inhouse.")]
    chosen = presets.sources(name)["inhouse.agents.contributions"].value
    scale = presets.contributions(name, str(chosen))
    of_scale = numbers([scheme.model_dump(exclude_unset=True) for scheme in scale])
    assert len(stated) == len(sourced) - 1 + len(of_scale)


def test_the_units_of_a_preset_are_those_of_the_terms() -> None:
    schema = InhouseTerms.model_json_schema()["$defs"]
    listed = presets.sources("RU_2026")
    for name, unit in schema["Pay"]["properties"].items():
        assert listed[f"inhouse.agents.pay.{name}"].unit == unit.get("unit", "yes or no")


@pytest.mark.parametrize("name", presets.names())
def test_the_ramp_loss_of_the_preset_follows_from_its_attrition(name: str) -> None:
    terms = presets.inhouse(name)
    assert terms.hiring is not None
    loss = steady_ramp_loss(terms.hiring.attrition_annual, [0.65, 0.80, 0.92])
    assert terms.agents.ramp_capacity_loss == pytest.approx(loss)


def test_a_vendor_is_paid_by_the_minute_or_by_the_hour() -> None:
    hours = (Hours(logged=100),)
    shared = contract_month(
        presets.contract("RU_2026", "shared"), ContractOps(billed_minutes=10_000)
    )
    dedicated = contract_month(presets.contract("RU_2026", "dedicated"), ContractOps(hours=hours))
    assert shared.total == 15_000 + 220_000
    assert dedicated.total == 15_000 + 85_000


def test_an_unknown_preset_names_those_there_are() -> None:
    with pytest.raises(InvalidInput, match="preset must be one of RU_2026, EU_2026, UK_2026, US"):
        presets.inhouse("RU")
    with pytest.raises(InvalidInput, match="model must be one of shared, dedicated, got 'hourly'"):
        presets.contract("RU_2026", "hourly")
    with pytest.raises(InvalidInput, match="preset has no prices of vendors, got 'UK_2026'"):
        presets.contract("UK_2026", "shared")


def test_a_preset_says_its_currency() -> None:
    known = {name: presets.currency(name) for name in presets.names()}
    assert known == {"RU_2026": "RUB", "EU_2026": "EUR", "UK_2026": "GBP", "US_2026": "USD"}


@pytest.mark.parametrize(
    ("name", "gross", "due"),
    [
        # UK 2025/26: 15 % above 416.67 and 3 % from 520 to 4 189.17 GBP a month.
        ("UK_2026", 2000, 0.15 * (2000 - 416.67) + 0.03 * (2000 - 520)),
        ("UK_2026", 5000, 0.15 * (5000 - 416.67) + 0.03 * (4189.17 - 520)),
        # US: FICA and benefits on all, FUTA and SUTA on a twelfth of their yearly bases.
        ("US_2026", 3000, 0.2765 * 3000 + (0.006 * 7000 + 0.027 * 10_000) / 12),
        ("EU_2026", 2427, 0.328 * 2427),
    ],
)
def test_contributions_abroad_are_those_that_are_published(
    name: str, gross: float, due: float
) -> None:
    schemes = presets.inhouse(name).agents.contributions
    assert sum(contribution(one, gross) for one in schemes) == pytest.approx(due, abs=0.01)


@pytest.mark.parametrize("name", [n for n in presets.choices("contract") if "shared" not in n])
def test_an_hour_of_a_vendor_is_priced_in_every_country_that_has_one(name: str) -> None:
    country, _, model = name.partition("/")
    terms = presets.contract(country, model)
    assert terms.price_per_agent_hour is not None
    assert contract_month(terms, ContractOps(hours=(Hours(logged=100),))).total > 1000


# ------------------------------------------------------------------- software


def test_a_product_of_the_catalogue_brings_its_price_and_what_it_is_per() -> None:
    suite = Software.model_validate({"product": "zendesk/suite_team", "fx": 85})
    assert (suite.name, suite.price, suite.per) == ("zendesk/suite_team", 55, "agent_head")
    assert suite.published is not None
    assert suite.published.confidence == "price list"


def test_an_own_price_stands_in_place_of_the_published_one() -> None:
    own = {"product": "zendesk/suite_team", "price_month": 40, "name": "our suite"}
    suite = Software.model_validate(own)
    assert (suite.name, suite.price, suite.published) == ("our suite", 40, None)
    other = {"product": "helpdeskeddy/yearly", "per": "concurrent"}
    assert Software.model_validate(other).published is None


def test_what_is_paid_by_use_is_counted_by_use() -> None:
    terms = InhouseTerms.model_validate(
        {
            "agents": {"calendar": {"contract_hours_year": 1800}, "pay": {"hourly_rate": 20}},
            "software": [
                {"product": "zendesk/resolution", "fx": 80},
                {"product": "freshdesk/bot_session", "fx": 80},
                {"product": "amazon_connect/voice_minute", "fx": 80},
            ],
        }
    )
    ops = Ops(bot_sessions=200, bot_resolved=50, minutes_inbound=900, minutes_outbound=100)
    bought = inhouse_month(terms, ops).amount("software")
    assert bought == pytest.approx(80 * (2.0 * 50 + 0.49 * 200 + 0.038 * 1000))


@pytest.mark.parametrize(
    ("terms", "said"),
    [
        ({"product": "bitrix24"}, "has no price that could be read"),
        ({"product": "zendesk/suite_teem"}, "did you mean zendesk/suite_team"),
        ({"price_month": 5, "per": "head"}, "needs a name, or a product"),
        ({"name": "crm", "per": "head"}, "needs price_month, the price per head"),
        ({"name": "b", "per": "bot_session"}, "needs price_each, the price per bot_session"),
        (
            {"name": "b", "per": "bot_session", "price_each": 1, "price_month": 2},
            "price_month must not stand beside per: bot_session",
        ),
        (
            {"product": "zendesk/resolution", "per": "head"},
            "needs price_month, because zendesk/resolution is paid by use",
        ),
    ],
)
def test_software_without_a_price_is_refused(terms: dict[str, Any], said: str) -> None:
    with pytest.raises(ValidationError, match=said):
        Software.model_validate(terms)


def test_every_product_of_the_catalogue_can_be_chosen() -> None:
    for product, (listed, per, money) in catalogue().items():
        item = Software.model_validate({"product": product})
        assert (item.price, item.per) == (listed.value, per)
        assert len(money) == 3
        assert listed.source.endswith(".")
    assert set(unpriced()).isdisjoint(name.partition("/")[0] for name in catalogue())


def test_a_ready_team_needs_more_rostered_than_logged_hours() -> None:
    agents = presets.inhouse("RU_2026").agents
    assert rostered_per_logged(agents) == pytest.approx(1.06 / 0.85 / (1 - 0.023625))


def test_a_learning_curve_is_made_of_shares() -> None:
    with pytest.raises(InvalidInput, match="productivity_curve must hold shares from 0 to 1"):
        steady_ramp_loss(0.45, [65, 80])
