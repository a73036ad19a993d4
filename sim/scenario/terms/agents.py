"""What an hour of an own agent is made of: a working year, pay with premiums, contributions.

In Python, money is in the scenario's currency, hours are hours, shares lie between 0 and 1; in a
file they are written with their units.
"""

from __future__ import annotations

from typing import Annotated, Literal, Self

from pydantic import Field, ValidationInfo, model_validator

from sim.scenario.base import Also, Strict, broken
from sim.scenario.terms.scales import check_scale
from sim.scenario.units import Fraction, HoursPerYear, Money, MoneyPerHour, Ratio, Share, Yes

__all__ = ["AgentTerms", "Bracket", "Pay", "Scheme", "WorkingYear"]

# Beyond it the cents of a month are lost beside the sum of the year.
MOST_PAY = 1e12


class WorkingYear(Strict):
    """A working year of one person: what is paid, and what of it is not worked."""

    contract_hours_year: HoursPerYear = Field(gt=0, description="Hours in the contract")
    vacation_hours_year: HoursPerYear = Field(default=0.0, description="Paid leave")
    sick_hours_year: HoursPerYear = Field(default=0.0, description="Hours lost to illness")
    sick_paid_hours_year: HoursPerYear = Field(
        default=0.0, description="Hours of illness that the employer pays"
    )
    sick_pay_rate: Share = Field(default=1.0, description="Sick pay as a share of pay")
    other_absence_hours_year: HoursPerYear = Field(
        default=0.0, description="Other hours away from work, unpaid by the job"
    )

    @property
    def worked_hours_year(self) -> float:
        """Hours a person is at work in a year [h]."""
        away = self.vacation_hours_year + self.sick_hours_year + self.other_absence_hours_year
        return self.contract_hours_year - away

    @model_validator(mode="after")
    def _leave_fits_the_year(self) -> Self:
        if self.worked_hours_year <= 0:
            away = self.contract_hours_year - self.worked_hours_year
            rule = f"must exceed the {away:g} h of leave, illness and other absence"
            raise broken(("contract_hours_year",), rule, self.contract_hours_year)
        if self.sick_paid_hours_year > self.sick_hours_year:
            rule = f"must be at most the {self.sick_hours_year:g} h of illness"
            raise broken(("sick_paid_hours_year",), rule, self.sick_paid_hours_year)
        return self


class Pay(Strict):
    """Hourly pay and the premiums on it; premiums add up, they do not multiply."""

    hourly_rate: MoneyPerHour = Field(description="Base pay per rostered hour")
    bonus_share: Ratio = Field(default=0.0, description="Bonus as a share of base wages")
    night_premium: Ratio = Field(default=0.0, description="On top of base pay at night")
    weekend_premium: Ratio = Field(default=0.0, description="On top of base pay at weekends")
    holiday_premium: Ratio = Field(default=0.0, description="On top of base pay on public holidays")
    ot1_premium: Ratio = Field(default=0.5, description="On top, first overtime hours of a shift")
    ot2_premium: Ratio = Field(default=1.0, description="On top, overtime hours after those")
    ot_first_tier_share: Share = Field(
        default=1.0, description="Overtime hours that get the first premium"
    )
    ot_base_includes_bonus: Yes = Field(
        default=True, description="Overtime premium is counted on pay with bonus"
    )


class Bracket(Strict):
    """Part of a contribution scale: ``rate`` of the pay up to ``upto``."""

    upto: Money | None = Field(
        default=None, description="Upper end of the bracket; the last one has none"
    )
    rate: Share = Field(description="Contribution as a share of the pay in the bracket")


class Scheme(Strict):
    """One employer's contribution: a scale of brackets per month or per calendar year."""

    name: str = Field(min_length=1, description="What it is called")
    period: Literal["month", "year"] = Field(
        default="month", description="Whether the scale starts anew each month or each year"
    )
    brackets: tuple[Bracket, ...] = Field(min_length=1, description="From low pay to high")

    @model_validator(mode="after")
    def _scale_is_ordered(self, info: ValidationInfo) -> Self:
        currency = str((info.context or {}).get("currency") or "")
        check_scale("brackets", [bracket.upto for bracket in self.brackets], currency)
        return self


class AgentTerms(Strict):
    """What it takes to have an agent logged in for an hour."""

    calendar: WorkingYear
    shrinkage_in_shift: Fraction = Field(
        default=0.0, description="Share of a rostered hour spent in breaks, meetings, training"
    )
    schedule_fit_loss: Ratio = Field(
        default=0.0, description="Hours rostered beyond need because shifts do not fit the curve"
    )
    ramp_capacity_loss: Fraction = Field(
        default=0.0, description="Capacity lost to people who are still learning"
    )
    pay: Pay
    contributions: Annotated[
        tuple[Scheme, ...], Also(type="string", examples=["standard_2026"])
    ] = Field(
        default=(),
        description="Employer's contributions on top of gross pay; over a preset, the name of "
        "one of its scales",
    )
    ytd_gross_per_head: Money = Field(
        default=0.0, le=MOST_PAY, description="Gross pay of a head since January, for yearly scales"
    )
    headcount_rounding: Literal["none", "ceil"] = Field(
        default="none", description="Whether heads are whole people"
    )
    sick_pay_contributory: Yes = Field(
        default=False, description="Whether contributions are due on sick pay"
    )
