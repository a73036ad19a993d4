"""Contracts in a currency of their own: priced as if each price had been converted before."""

from __future__ import annotations

import pytest

from sim.cost import ContractOps, Hours, contract_month
from sim.errors import ScenarioError
from sim.scenario import load_text
from sim.scenario.terms import ContractTerms

DESK = """
name: desk
currency: RUB
calendar: {{start: 2026-03-02, days: 7}}
channels:
  phone: {{kind: voice, arrivals: {{Mon-Sun: [6, 6, 6, 6, 6, 6, 6, 6, 6, 6, 6, 6,
          6, 6, 6, 6, 6, 6, 6, 6, 6, 6, 6, 6]}}, handle_time: 4m, patience: 2m}}
groups:
  them: {{source: vendor, skills: [phone], staffing: {{shifts: [{{agents: 2, hours: always}}]}},
         contract: {contract}}}
"""


def contract(text: str) -> ContractTerms:
    found = load_text(DESK.format(contract=text)).options["base"].groups["them"].contract
    assert found is not None
    return found


def test_a_price_in_dollars_costs_what_the_dollars_cost() -> None:
    abroad = contract(
        "{currency: USD, fx: 92.5, fixed_fee: 200 USD/month, minimum_monthly: 5 000 USD/month,"
        " price_per_agent_hour: {rate: 12 USD/h, surcharge: {night: 25%}},"
        " price_per_contact: {phone: 0.5 USD}, indexation_annual: 5%}"
    )
    home = ContractTerms.model_validate(
        {
            "fixed_fee": 200 * 92.5,
            "minimum_monthly": 5000 * 92.5,
            "price_per_agent_hour": {"rate": 12 * 92.5, "surcharge": {"night": 0.25}},
            "price_per_contact": {"phone": 0.5 * 92.5},
            "indexation_annual": 0.05,
        }
    )
    ops = ContractOps(
        month_index=14,
        handled={"phone": 900.0},
        hours=(Hours(logged=250), Hours(logged=80, night=True)),
    )

    ours, theirs = contract_month(abroad, ops), contract_month(home, ops)
    assert {line.name: line.amount for line in ours.lines} == pytest.approx(
        {line.name: line.amount for line in theirs.lines}
    )
    assert abroad.price_per_agent_hour is not None
    assert abroad.price_per_agent_hour.rate == 12  # as it was written


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("{currency: USD, price_per_agent_hour: {rate: 12 USD/h}}", "fx: is missing"),
        ("{fx: 92, price_per_agent_hour: {rate: 900 RUB/h}}", "needs the currency of the contract"),
        ("{currency: USD, fx: 92, price_per_agent_hour: {rate: 900 RUB/h}}", "is in RUB"),
        ("{currency: USD, fx: 92, fixed_fee: 300}", "write 300 USD per month"),
        ("{currency: USD, fx: 92, preset: RU_2026/shared}", "does not go with prices in USD"),
        ("{currency: dollars, fx: 92, fixed_fee: 5 USD/month}", "currency"),
        ("{currency: USD, fx: 0, fixed_fee: 5 USD/month}", "fx"),
    ],
)
def test_money_that_cannot_be_converted_is_refused(text: str, words: str) -> None:
    with pytest.raises(ScenarioError) as refused:
        contract(text)

    assert words in str(refused.value)
