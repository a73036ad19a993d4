"""What a client still pays for when a vendor answers."""

from __future__ import annotations

from typing import Self

from pydantic import Field, model_validator

from sim.scenario.base import Strict, broken
from sim.scenario.terms.inhouse import Telephony
from sim.scenario.terms.scales import refuse_twice
from sim.scenario.units import (
    HoursPerMonth,
    Minutes,
    MoneyPerHour,
    MoneyPerMonth,
    Quantity,
    Share,
    Yes,
)

__all__ = ["Level2", "RetainedLine", "RetainedTerms"]


class Level2(Strict):
    """Work of the client's own experts on what the vendor passes up."""

    escalation_share: Share = Field(description="Vendor's contacts passed up, beyond own team's")
    minutes: Minutes = Field(description="Expert's time per contact")
    hour_cost: MoneyPerHour = Field(description="Cost of a productive expert's hour")


class RetainedLine(Strict):
    """A monthly amount that is already known."""

    name: str = Field(min_length=1, description="What it is for")
    amount: MoneyPerMonth = Field(description="Amount before VAT")
    vatable: Yes = Field(default=False, description="Whether VAT comes on top")


class RetainedTerms(Strict):
    """What a client still pays for when a vendor answers.

    Either the people who run the vendor are listed, or `governance_share` stands for them.
    """

    vendor_manager_fte: Quantity = Field(default=0.0, description="People who run the vendor")
    vendor_manager_salary: MoneyPerMonth = Field(default=0.0, description="Gross salary")
    qa_calibration_hours: HoursPerMonth = Field(default=0.0, description="Listening and scoring")
    qa_hour_cost: MoneyPerHour = Field(default=0.0, description="Cost of such an hour")
    contribution_rate: Share = Field(
        default=0.0, description="Employer's contributions on the manager's salary"
    )
    extra_l2: Level2 | None = None
    telephony: Telephony | None = None
    vendor_licences: Quantity = Field(default=0.0, description="Client's licences the vendor uses")
    licence_price: MoneyPerMonth = Field(default=0.0, description="Price of one")
    data_protection_month: MoneyPerMonth = Field(
        default=0.0, description="Processor agreement, access control, audit"
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
            raise broken(
                ("governance_share",),
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
