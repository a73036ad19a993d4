"""What an own support team costs beside its agents: support roles, hiring, workplace, tools.

In Python, money is in the scenario's currency, hours are hours, shares lie between 0 and 1; in a
file they are written with their units.
"""

from __future__ import annotations

from itertools import pairwise
from typing import Annotated, Any, Literal, Self

from pydantic import Field, ValidationInfo, WithJsonSchema, model_validator

from sim.scenario.base import Strict, broken, in_file
from sim.scenario.terms.agents import AgentTerms
from sim.scenario.terms.scales import refuse_twice, whole_up
from sim.scenario.terms.shipped import Preset, choices, laid_over
from sim.scenario.terms.software import Software
from sim.scenario.units import (
    Fraction,
    Hours,
    Money,
    MoneyPerAttempt,
    MoneyPerHead,
    MoneyPerMinute,
    MoneyPerMonth,
    MoneyPerSession,
    MoneyPerSquareMetreYear,
    Months,
    Quantity,
    Ratio,
    RatioPerYear,
    Share,
    SquareMetres,
    Yes,
)

__all__ = [
    "Bot",
    "Equipment",
    "Hiring",
    "InhouseTerms",
    "SupportRole",
    "Telephony",
    "Workplace",
]


class SupportRole(Strict):
    """People around the agents: by number, or by how many agents one of them looks after."""

    name: str = Field(min_length=1, description="Role")
    salary_month: MoneyPerMonth = Field(description="Gross salary")
    bonus_share: Ratio = Field(default=0.0, description="Bonus as a share of salary")
    driver: Literal["fixed", "per_agent_fte"] = Field(
        default="fixed", description="Whether value is a number of people or a span"
    )
    value: Quantity = Field(description="People, or agent FTE per person")
    rounding: Literal["none", "ceil"] = Field(
        default="none", description="Whether the role is filled by whole people"
    )
    min: Quantity = Field(default=0.0, description="Never fewer than this")
    per_open_hour: Quantity = Field(
        default=0.0, description="People on duty whenever the team is open; takes several heads"
    )
    ytd_gross_per_head: Money = Field(
        default=0.0, description="Gross pay of a head since January, for yearly scales"
    )

    @model_validator(mode="after")
    def _numbers_agree(self) -> Self:
        if self.driver == "per_agent_fte" and self.value == 0:
            rule = f"must be above 0, the span of one {self.name}"
            raise broken(("value",), rule, self.value)
        if self.driver == "fixed" and self.min > self.value:
            rule = f"must be at most {self.value:g}, the fixed number of {self.name}"
            raise broken(("min",), rule, self.min)
        return self

    def heads(self, agent_fte: float, open_heads: float = 0.0) -> float:
        """People in this role.

        Parameters
        ----------
        agent_fte
            Agents they look after.
        open_heads
            People that one place takes, if it is filled whenever the team is open.
        """
        spanned = self.value if self.driver == "fixed" else agent_fte / self.value
        needed = max(spanned, self.per_open_hour * open_heads)
        return max(self.min, whole_up(needed) if self.rounding == "ceil" else needed)


class Hiring(Strict):
    """Leaving, replacing, training."""

    attrition_annual: RatioPerYear = Field(description="Leavers in a year per head")
    training_dropout: Fraction = Field(
        default=0.0, description="Starters who do not finish training"
    )
    cost_per_hire: MoneyPerHead = Field(default=0.0, description="Finding one person who starts")
    training_hours: Hours = Field(default=0.0, description="Training per starter")
    training_pay_share: Ratio = Field(default=1.0, description="Pay in training, share of base")
    training_material: MoneyPerHead = Field(default=0.0, description="Material per starter")
    productivity_curve: tuple[Share, ...] = Field(
        default=(),
        description="Speed in months 1, 2, … after training, share of a trained agent's; for "
        "teams that are built up",
    )

    @model_validator(mode="after")
    def _learners_get_faster(self) -> Self:
        for month, (before, after) in enumerate(pairwise(self.productivity_curve), 1):
            if after < before:
                rule = f"must be at least {before:.0%}, the speed of the month before"
                raise broken(("productivity_curve", month), rule, f"{after:.0%}")
        return self


class Workplace(Strict):
    """Desks and the floor they stand on."""

    m2_per_seat: SquareMetres = Field(description="Floor per seat with its share of common space")
    rent_m2_year: MoneyPerSquareMetreYear = Field(description="Rent with running costs")
    seat_buffer: Ratio = Field(default=0.0, description="Spare seats for shift overlap")
    remote_share: Share = Field(default=0.0, description="Agents who need no seat")
    seat_sharing: Yes = Field(
        default=True, description="Shifts share seats; if not, every head has one"
    )
    support_on_site_share: Share = Field(
        default=1.0, description="Supporting people who need a seat"
    )


class Equipment(Strict):
    """Things bought once and written off month by month."""

    name: str = Field(min_length=1, description="Thing")
    unit_cost: Money = Field(description="Price of one")
    per: Literal["head", "agent_head", "seat", "concurrent", "fixed"] = Field(
        description="What one is needed for"
    )
    life_months: Months = Field(gt=0, description="Months until written off")


class Telephony(Strict):
    """Calls and lines, as the operator bills them."""

    inbound_per_min: MoneyPerMinute = Field(
        default=0.0, description="Toll-free inbound, queue time and abandoned calls included"
    )
    outbound_per_min: MoneyPerMinute = Field(default=0.0, description="Outbound")
    per_outbound_attempt: MoneyPerAttempt = Field(
        default=0.0, description="Each outbound attempt, answered or not"
    )
    numbers_month: MoneyPerMonth = Field(default=0.0, description="Rent of the numbers")
    trunks: Quantity = Field(default=0.0, description="Lines rented")
    trunk_blocking: Annotated[Share, Field(gt=0, lt=1)] | None = Field(
        default=None,
        description="In place of trunks: as many as let this share of calls find all lines busy "
        "in the busiest interval",
    )
    trunk_month: MoneyPerMonth = Field(default=0.0, description="Rent of a line")

    @model_validator(mode="after")
    def _lines_are_counted_once(self) -> Self:
        if self.trunk_blocking is not None and self.trunks > 0:
            hint = "write trunks: 0, so that the lines follow from the traffic"
            raise broken(("trunks",), "must be 0 beside trunk_blocking", self.trunks, hint)
        return self


class Bot(Strict):
    """A bot in front of the agents."""

    fixed_month: MoneyPerMonth = Field(default=0.0, description="Fee whatever the traffic")
    per_session: MoneyPerSession = Field(default=0.0, description="Price of one session")


class InhouseTerms(Strict):
    """Everything an own team costs in a month.

    Only ``agents`` is required, or a ``preset``; a section that is left out brings no line.

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

    preset: Annotated[Preset | None, WithJsonSchema({"enum": list(choices("inhouse"))})] = Field(
        default=None, description="Ready terms that the others are laid over"
    )
    agents: AgentTerms
    support_roles: tuple[SupportRole, ...] = ()
    hiring: Hiring | None = None
    workplace: Workplace | None = None
    equipment: tuple[Equipment, ...] = ()
    software: tuple[Software, ...] = ()
    telephony: Telephony | None = None
    bot: Bot | None = None
    benefits_per_head: MoneyPerMonth = Field(
        default=0.0, description="Health cover and the like, per head of agents and support"
    )
    overhead_share: Ratio = Field(default=0.0, description="Share of payroll and hiring")
    vat_rate: Share = Field(default=0.0, description="VAT on what is bought for the team")
    vat_recoverable_share: Share = Field(
        default=1.0, description="Part of input VAT that comes back"
    )

    @model_validator(mode="before")
    @classmethod
    def _over_preset(cls, data: Any, info: ValidationInfo) -> Any:
        return laid_over("inhouse", data, from_file=in_file(info))

    @model_validator(mode="after")
    def _seats_can_be_counted(self) -> Self:
        needing = [
            *(item.name for item in self.equipment if item.per == "seat"),
            *(item.name for item in self.software if item.per == "seat"),
        ]
        if needing and self.workplace is None:
            rule = f"must be given, because {needing[0]} is counted per seat"
            raise broken(("workplace",), rule, None)
        return self

    @model_validator(mode="after")
    def _names_are_unique(self) -> Self:
        refuse_twice("support_roles", [role.name for role in self.support_roles])
        refuse_twice("equipment", [item.name for item in self.equipment])
        refuse_twice("software", [item.name for item in self.software])
        return self
