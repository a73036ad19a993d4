"""A shop with two options over the months: a vendor serves today, an own team might."""

from __future__ import annotations

from typing import Any

from desks import desk, line, team

from sim.scenario import Scenario

VENDOR = team(
    staffing="shifts: [{agents: 4, hours: always}]",
    source="vendor",
    contract="{price_per_contact: {phone: 2 EUR}, minimum_monthly: 1000 EUR per month,"
    " binds_months: 5, early_termination_share: 50%, indexation_annual: 10%}",
)
HIRING = "{attrition_annual: 60%, cost_per_hire: 1000 EUR, productivity_curve: [50%, 75%]}"
OWN = team(
    staffing="shifts: [{agents: 4, hours: always}]",
    payroll="{agents: {calendar: {contract_hours_year: 1800h}, pay: {hourly_rate: 20 EUR/h}},"
    f" hiring: {HIRING}, workplace: {{m2_per_seat: 7 m2, rent_m2_year: 100 EUR per m2 per year}},"
    " equipment: [{name: desk, unit_cost: 600 EUR, per: seat, life_months: 6}]}",
)
LOSSES = """{margin_per_order: 10 EUR, channels: {phone: {order_intent: 20%,
 recovered: {abandoned: 50%}}}}"""


def shop(own: str = "", vendor: str = "", horizon: str = "{months: 12}", **more: Any) -> Scenario:
    """The shop; `own` and `vendor` are further keys of the options, `more` of the file."""
    plain: dict[str, Any] = {
        "channels": {"phone": line(20, patience="2m", fcr="80%", repeat_share="0%")},
        "simulation": "{replications: 6, at_most: 6, warm_up: 1h, wrap_up: 1h}",
        "consequences": LOSSES,
        "horizon": horizon,
    }
    options = {
        "as_is": f"{{groups: {{them: {VENDOR}}}{vendor}}}",
        "own": f"{{groups: {{own: {OWN}}}{own}}}",
    }
    return desk(options=options, **{**plain, **more})
