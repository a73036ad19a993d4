"""What an outsourcer charges, and what stays with the client who hires one.

A real contract is a sum of components: a fee, minutes in tiers, contacts, hours, a minimum,
credits for missed service. A component that is left out brings no line.
"""

from __future__ import annotations

from typing import Literal, Self

from pydantic import Field, model_validator

from sim.cost.inhouse_terms import Telephony
from sim.cost.quantities import (
    Count,
    Fraction,
    HoursAMonth,
    Minutes,
    Money,
    Ratio,
    Share,
    Terms,
    refuse_twice,
)
from sim.cost.scales import check_scale, graduated
from sim.errors import InvalidInput

__all__ = [
    "AgentHourPrice",
    "ContractTerms",
    "ForecastBand",
    "Kpi",
    "Level2",
    "MinutePrice",
    "RetainedLine",
    "RetainedTerms",
    "ServiceCredits",
    "Surcharge",
    "Tier",
]


class Tier(Terms):
    """A price for the minutes up to ``upto``."""

    upto: Minutes | None = Field(
        default=None, description="Billed minutes a month; the last tier has no end"
    )
    price: Money = Field(
        description="Price of a billed minute", json_schema_extra={"unit": "money/min"}
    )


class MinutePrice(Terms):
    """Price per billed minute, by monthly volume."""

    tier_mode: Literal["graduated", "slab"] = Field(
        default="graduated",
        description="graduated: each minute at its own tier's price; "
        "slab: all minutes at the price of the tier the month reaches",
    )
    tiers: tuple[Tier, ...] = Field(min_length=1, description="From small volume to large")

    @model_validator(mode="after")
    def _tiers_are_ordered(self) -> Self:
        check_scale([tier.upto for tier in self.tiers], "tier")
        return self

    def charge(self, minutes: float) -> float:
        """Price of a month's minutes before indexation.

        Parameters
        ----------
        minutes
            Billed minutes [min].

        Examples
        --------
        >>> tiers = ({"upto": 100, "price": 3}, {"price": 2})
        >>> MinutePrice(tiers=tiers).charge(150)
        400.0
        >>> MinutePrice(tiers=tiers, tier_mode="slab").charge(150)
        300.0
        """
        if self.tier_mode == "slab":
            return minutes * next(
                tier.price for tier in self.tiers if tier.upto is None or minutes <= tier.upto
            )
        return graduated(((tier.upto, tier.price) for tier in self.tiers), minutes)


class Surcharge(Terms):
    """Extra on the price in hours that are hard to staff; they add up, they do not multiply."""

    night: Ratio = Field(default=0.0, description="On top at night")
    weekend: Ratio = Field(default=0.0, description="On top at weekends")
    holiday: Ratio = Field(default=0.0, description="On top on public holidays")


class AgentHourPrice(Terms):
    """Price of an agent's hour; what counts as an hour alone moves the price by a sixth."""

    rate: Money = Field(
        description="Price of a billable hour", json_schema_extra={"unit": "money/h"}
    )
    billable: Literal["logged", "rostered"] = Field(
        default="logged", description="Hours ready to answer, or hours with breaks in them"
    )
    surcharge: Surcharge = Surcharge()


class ForecastBand(Terms):
    """How far volume may stray from the client's forecast before it costs extra."""

    down: Share = Field(default=0.0, description="Shortfall the vendor bears")
    up: Ratio = Field(default=0.0, description="Excess at the normal price")
    over_surcharge: Ratio = Field(default=0.0, description="On top of the price beyond the band")


class Kpi(Terms):
    """One promise in the contract and what it weighs."""

    name: str = Field(min_length=1, description="Measure, as the monthly figures name it")
    target: float = Field(strict=True, description="The promised value")
    full_gap: float = Field(
        strict=True, gt=0, description="Distance from target at which the full credit is due"
    )
    weight: Share = Field(description="Part of the amount at risk")
    better: Literal["higher", "lower"] = Field(
        default="higher", description="Which side of the target is good"
    )

    def shortfall(self, attained: float) -> float:
        """How badly the target was missed, 0 to 1."""
        return self._grade(-self._lead(attained))

    def excess(self, attained: float) -> float:
        """How far the target was beaten, 0 to 1."""
        return self._grade(self._lead(attained))

    def _lead(self, attained: float) -> float:
        ahead = attained - self.target
        return ahead if self.better == "higher" else -ahead

    def _grade(self, distance: float) -> float:
        return min(1.0, max(0.0, distance) / self.full_gap)


class ServiceCredits(Terms):
    """Money back for missed service, and a bonus for better."""

    at_risk_share: Share = Field(default=0.0, description="Most of an invoice that may come back")
    bonus_share: Share = Field(default=0.0, description="Most that may be paid on top")
    kpis: tuple[Kpi, ...] = Field(min_length=1, description="What is measured")
    excluded_months: tuple[int, ...] = Field(
        default=(), description="Months of ramp-up without credits or bonus, counted from 0"
    )

    @model_validator(mode="after")
    def _weights_fit(self) -> Self:
        refuse_twice("kpis", [kpi.name for kpi in self.kpis])
        total = sum(kpi.weight for kpi in self.kpis)
        if total > 1 + 1e-9:
            raise InvalidInput("kpis", "must have weights of at most 100% together", f"{total:.0%}")
        return self


class ContractTerms(Terms):
    """Everything a vendor charges in a month, before tax in the scenario's currency.

    Examples
    --------
    >>> terms = ContractTerms(minutes={"tiers": [{"price": 22}]}, minimum_monthly=150000)
    >>> terms.minutes.charge(1000)
    22000.0
    """

    fixed_fee: Money = Field(
        default=0.0,
        description="Monthly fee whatever the volume",
        json_schema_extra={"unit": "money/month"},
    )
    minutes: MinutePrice | None = None
    surcharge: Surcharge = Field(
        default=Surcharge(), description="On the average price of a minute"
    )
    price_per_contact: dict[str, Money] = Field(
        default_factory=dict, description="Price of a handled contact by channel"
    )
    price_per_resolution: Money | None = Field(
        default=None, description="Price of a contact that was solved"
    )
    price_per_agent_hour: AgentHourPrice | None = None
    vendor_shrinkage_in_shift: Fraction = Field(
        default=0.0, description="Breaks in the vendor's rostered hour"
    )
    price_per_fte_month: Money | None = Field(
        default=None,
        description="Price of a dedicated agent for a month",
        json_schema_extra={"unit": "money/month"},
    )
    forecast_band: ForecastBand | None = None
    minimum_monthly: Money = Field(
        default=0.0,
        description="Least to pay for usage",
        json_schema_extra={"unit": "money/month"},
    )
    management_fee_share: Share = Field(default=0.0, description="Fee as a share of usage")
    sla: ServiceCredits | None = None
    vat_rate: Share = Field(default=0.0, description="VAT on the invoice")
    vat_recoverable_share: Share = Field(
        default=1.0, description="Part of input VAT that comes back"
    )
    indexation_annual: Ratio = Field(
        default=0.0,
        description="Rise of all prices at each anniversary",
        json_schema_extra={"unit": "share/year"},
    )


class Level2(Terms):
    """Work of the client's own experts on what the vendor passes up."""

    escalation_share: Share = Field(description="Vendor's contacts passed up, beyond own team's")
    minutes: Minutes = Field(description="Expert's time per contact")
    hour_cost: Money = Field(
        description="Cost of a productive expert's hour", json_schema_extra={"unit": "money/h"}
    )


class RetainedLine(Terms):
    """A monthly amount that is already known."""

    name: str = Field(min_length=1, description="What it is for")
    amount: Money = Field(
        description="Amount before VAT", json_schema_extra={"unit": "money/month"}
    )
    vatable: bool = Field(default=False, strict=True, description="Whether VAT comes on top")


class RetainedTerms(Terms):
    """What a client still pays for when a vendor answers.

    Either the people who run the vendor are listed, or `governance_share` stands for them.
    """

    vendor_manager_fte: Count = Field(default=0.0, description="People who run the vendor")
    vendor_manager_salary: Money = Field(
        default=0.0, description="Gross salary", json_schema_extra={"unit": "money/month"}
    )
    qa_calibration_hours: HoursAMonth = Field(default=0.0, description="Listening and scoring")
    qa_hour_cost: Money = Field(
        default=0.0, description="Cost of such an hour", json_schema_extra={"unit": "money/h"}
    )
    contribution_rate: Share = Field(
        default=0.0, description="Employer's contributions on the manager's salary"
    )
    extra_l2: Level2 | None = None
    telephony: Telephony | None = None
    vendor_licences: Count = Field(default=0.0, description="Client's licences the vendor uses")
    licence_price: Money = Field(
        default=0.0, description="Price of one", json_schema_extra={"unit": "money/month"}
    )
    data_protection_month: Money = Field(
        default=0.0,
        description="Processor agreement, access control, audit",
        json_schema_extra={"unit": "money/month"},
    )
    governance_share: Share = Field(
        default=0.0, description="Governance as a share of the net invoice, in place of people"
    )
    lines: tuple[RetainedLine, ...] = Field(default=(), description="Further known amounts")
    vat_rate: Share = Field(default=0.0, description="VAT on telephony, licences and the like")
    vat_recoverable_share: Share = Field(
        default=1.0, description="Part of input VAT that comes back"
    )

    @model_validator(mode="after")
    def _governance_counts_once(self) -> Self:
        listed = self.vendor_manager_fte > 0 or self.qa_calibration_hours > 0
        if listed and self.governance_share > 0:
            raise InvalidInput(
                "governance_share",
                "must be 0 beside a vendor manager or quality hours",
                self.governance_share,
                "both pay for the same work",
            )
        return self

    @model_validator(mode="after")
    def _names_are_free(self) -> Self:
        priced = {
            "vendor_management": self.vendor_manager_fte,
            "qa_calibration": self.qa_calibration_hours,
            "governance": self.governance_share,
            "extra_l2": self.extra_l2,
            "telephony": self.telephony,
            "vendor_licences": self.vendor_licences,
            "data_protection": self.data_protection_month,
            "vat_not_recovered": self.vat_rate,
        }
        computed = [name for name, section in priced.items() if section]
        refuse_twice("lines", [*computed, *(line.name for line in self.lines)])
        return self
