"""What an own support team costs beside its agents: support roles, hiring, workplace, tools.

Money is in the scenario's currency, hours are hours, shares lie between 0 and 1.
"""

from __future__ import annotations

from typing import Literal, Self

from pydantic import Field, model_validator

from sim.cost.agent_terms import AgentTerms
from sim.cost.quantities import (
    Count,
    Fraction,
    Money,
    Ratio,
    Share,
    Terms,
    refuse_twice,
    whole_up,
)
from sim.errors import InvalidInput

__all__ = [
    "Bot",
    "Equipment",
    "Hiring",
    "InhouseTerms",
    "Software",
    "SupportRole",
    "Telephony",
    "Workplace",
]


class SupportRole(Terms):
    """People around the agents: by number, or by how many agents one of them looks after."""

    name: str = Field(min_length=1, description="Role")
    salary_month: Money = Field(
        description="Gross salary", json_schema_extra={"unit": "money/month"}
    )
    bonus_share: Ratio = Field(default=0.0, description="Bonus as a share of salary")
    driver: Literal["fixed", "per_agent_fte"] = Field(
        default="fixed", description="Whether value is a number of people or a span"
    )
    value: Count = Field(description="People, or agent FTE per person")
    rounding: Literal["none", "ceil"] = Field(
        default="none", description="Whether the role is filled by whole people"
    )
    min: Count = Field(default=0.0, description="Never fewer than this")
    ytd_gross_per_head: Money = Field(
        default=0.0, description="Gross pay of a head since January, for yearly scales"
    )

    @model_validator(mode="after")
    def _numbers_agree(self) -> Self:
        if self.driver == "per_agent_fte" and self.value == 0:
            rule = f"must be above 0, the span of one {self.name}"
            raise InvalidInput("value", rule, self.value)
        if self.driver == "fixed" and self.min > self.value:
            rule = f"must be at most {self.value:g}, the fixed number of {self.name}"
            raise InvalidInput("min", rule, self.min)
        return self

    def heads(self, agent_fte: float) -> float:
        """People in this role for a number of agent FTE."""
        needed = self.value if self.driver == "fixed" else agent_fte / self.value
        return max(self.min, whole_up(needed) if self.rounding == "ceil" else needed)


class Hiring(Terms):
    """Leaving, replacing, training."""

    attrition_annual: Ratio = Field(
        description="Leavers in a year per head", json_schema_extra={"unit": "share/year"}
    )
    training_dropout: Fraction = Field(
        default=0.0, description="Starters who do not finish training"
    )
    cost_per_hire: Money = Field(default=0.0, description="Finding one person who starts")
    training_hours: Count = Field(
        default=0.0, description="Training per starter", json_schema_extra={"unit": "h"}
    )
    training_pay_share: Ratio = Field(default=1.0, description="Pay in training, share of base")
    training_material: Money = Field(default=0.0, description="Material per starter")


class Workplace(Terms):
    """Desks and the floor they stand on."""

    m2_per_seat: Count = Field(
        description="Floor per seat with its share of common space",
        json_schema_extra={"unit": "m2"},
    )
    rent_m2_year: Money = Field(
        description="Rent with running costs", json_schema_extra={"unit": "money/m2/year"}
    )
    seat_buffer: Ratio = Field(default=0.0, description="Spare seats for shift overlap")
    remote_share: Share = Field(default=0.0, description="Agents who need no seat")
    seat_sharing: bool = Field(
        default=True, strict=True, description="Shifts share seats; if not, every head has one"
    )
    support_on_site_share: Share = Field(
        default=1.0, description="Supporting people who need a seat"
    )


class Equipment(Terms):
    """Things bought once and written off month by month."""

    name: str = Field(min_length=1, description="Thing")
    unit_cost: Money = Field(description="Price of one")
    per: Literal["head", "agent_head", "seat", "concurrent", "fixed"] = Field(
        description="What one is needed for"
    )
    life_months: Count = Field(
        gt=0, description="Months until written off", json_schema_extra={"unit": "month"}
    )


class Software(Terms):
    """A licence paid by the month."""

    name: str = Field(min_length=1, description="Product")
    price_month: Money = Field(
        description="Price of one licence, in its own currency",
        json_schema_extra={"unit": "money/month"},
    )
    per: Literal["head", "agent_head", "seat", "concurrent", "fixed"] = Field(
        description="What one is needed for"
    )
    fx: Count = Field(
        default=1.0, gt=0, description="Scenario currency per unit of the price's currency"
    )


class Telephony(Terms):
    """Calls and lines, as the operator bills them."""

    inbound_per_min: Money = Field(
        default=0.0,
        description="Toll-free inbound, queue time and abandoned calls included",
        json_schema_extra={"unit": "money/min"},
    )
    outbound_per_min: Money = Field(
        default=0.0, description="Outbound", json_schema_extra={"unit": "money/min"}
    )
    per_outbound_attempt: Money = Field(
        default=0.0, description="Each outbound attempt, answered or not"
    )
    numbers_month: Money = Field(
        default=0.0,
        description="Rent of the numbers",
        json_schema_extra={"unit": "money/month"},
    )
    trunks: Count = Field(default=0.0, description="Lines rented")
    trunk_month: Money = Field(
        default=0.0, description="Rent of a line", json_schema_extra={"unit": "money/month"}
    )


class Bot(Terms):
    """A bot in front of the agents."""

    fixed_month: Money = Field(
        default=0.0,
        description="Fee whatever the traffic",
        json_schema_extra={"unit": "money/month"},
    )
    per_session: Money = Field(default=0.0, description="Price of one session")


class InhouseTerms(Terms):
    """Everything an own team costs in a month.

    Only ``agents`` is required; a section that is left out brings no line.

    Examples
    --------
    >>> terms = InhouseTerms(
    ...     agents={
    ...         "calendar": {"contract_hours_year": 2080, "vacation_hours_year": 160},
    ...         "pay": {"hourly_rate": 20},
    ...     }
    ... )
    >>> terms.agents.calendar.worked_hours_year
    1920.0
    """

    agents: AgentTerms
    support_roles: tuple[SupportRole, ...] = ()
    hiring: Hiring | None = None
    workplace: Workplace | None = None
    equipment: tuple[Equipment, ...] = ()
    software: tuple[Software, ...] = ()
    telephony: Telephony | None = None
    bot: Bot | None = None
    benefits_per_head: Money = Field(
        default=0.0,
        description="Health cover and the like, per head of agents and support",
        json_schema_extra={"unit": "money/month"},
    )
    overhead_share: Ratio = Field(default=0.0, description="Share of payroll and hiring")
    vat_rate: Share = Field(default=0.0, description="VAT on what is bought for the team")
    vat_recoverable_share: Share = Field(
        default=1.0, description="Part of input VAT that comes back"
    )

    @model_validator(mode="after")
    def _seats_can_be_counted(self) -> Self:
        needing = [
            *(item.name for item in self.equipment if item.per == "seat"),
            *(item.name for item in self.software if item.per == "seat"),
        ]
        if needing and self.workplace is None:
            rule = f"must be given, because {needing[0]} is counted per seat"
            raise InvalidInput("workplace", rule, None)
        return self

    @model_validator(mode="after")
    def _names_are_unique(self) -> Self:
        refuse_twice("support_roles", [role.name for role in self.support_roles])
        refuse_twice("equipment", [item.name for item in self.equipment])
        refuse_twice("software", [item.name for item in self.software])
        return self
