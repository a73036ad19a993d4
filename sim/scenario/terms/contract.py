"""What an outsourcer charges.

A real contract is a sum of components: a fee, minutes in tiers, contacts, hours, a minimum,
credits for missed service. A component that is left out brings no line.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Annotated, Any, Literal, Self

from pydantic import (
    Field,
    ModelWrapValidatorHandler,
    ValidationInfo,
    WithJsonSchema,
    model_validator,
)

from sim.scenario.base import Strict, broken, in_file
from sim.scenario.terms.scales import amounts_raised, check_scale, graduated, refuse_twice, whole_up
from sim.scenario.terms.shipped import Preset, choices, laid_over
from sim.scenario.units import (
    Fraction,
    HoursPerMonth,
    Level,
    Minutes,
    MoneyPerContact,
    MoneyPerHour,
    MoneyPerMinute,
    MoneyPerMonth,
    MoneyPerResolution,
    Months,
    Quantity,
    Ratio,
    RatioPerYear,
    Seconds,
    Share,
)

__all__ = [
    "AgentHourPrice",
    "ContractTerms",
    "ForecastBand",
    "Kpi",
    "MinutePrice",
    "ServiceCredits",
    "Surcharge",
    "Tier",
]


class Tier(Strict):
    """A price for the minutes up to ``upto``."""

    upto: Minutes | None = Field(
        default=None, description="Billed minutes a month; the last tier has no end"
    )
    price: MoneyPerMinute = Field(description="Price of a billed minute")


class MinutePrice(Strict):
    """Price per billed minute, by monthly volume."""

    increment: Seconds = Field(
        default=0.0,
        description="Each contact's handle time is rounded up to this; 0 bills by the second",
    )
    tier_mode: Literal["graduated", "slab"] = Field(
        default="graduated",
        description="graduated: each minute at its own tier's price; "
        "slab: all minutes at the price of the tier the month reaches",
    )
    tiers: tuple[Tier, ...] = Field(min_length=1, description="From small volume to large")

    @model_validator(mode="after")
    def _tiers_are_ordered(self) -> Self:
        check_scale("tiers", [tier.upto for tier in self.tiers], "min")
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


class Surcharge(Strict):
    """Extra on the price in hours that are hard to staff; they add up, they do not multiply."""

    night: Ratio = Field(default=0.0, description="On top at night")
    weekend: Ratio = Field(default=0.0, description="On top at weekends")
    holiday: Ratio = Field(default=0.0, description="On top on public holidays")


class AgentHourPrice(Strict):
    """Price of an agent's hour; what counts as an hour alone moves the price by a sixth."""

    rate: MoneyPerHour = Field(description="Price of a billable hour")
    billable: Literal["logged", "rostered", "scheduled"] = Field(
        default="logged",
        description="Hours ready to answer; with breaks in them; with breaks and absence",
    )
    surcharge: Surcharge = Surcharge()


class ForecastBand(Strict):
    """How far volume may stray from the client's forecast before it costs extra."""

    down: Share = Field(default=0.0, description="Shortfall the vendor bears")
    up: Ratio = Field(default=0.0, description="Excess at the normal price")
    over_surcharge: Ratio = Field(default=0.0, description="On top of the price beyond the band")
    minutes: Minutes | None = Field(
        default=None,
        description="Billed minutes the client forecasts for a month",
    )
    contacts: dict[str, Quantity] = Field(
        default_factory=dict,
        description="Handled contacts the client forecasts for a month",
    )


class Kpi(Strict):
    """One promise in the contract and what it weighs."""

    name: str = Field(min_length=1, description="Measure, as the monthly figures name it")
    target: Level = Field(description="The promised value")
    full_gap: Level = Field(
        gt=0, description="Distance from target at which the full credit is due"
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


class ServiceCredits(Strict):
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
            rule = "must have weights of at most 100% together"
            raise broken(("kpis",), rule, f"{total:.0%}")
        return self


class ContractTerms(Strict):
    """Everything a vendor charges in a month, before tax in the scenario's currency.

    Examples
    --------
    >>> terms = ContractTerms(minutes={"tiers": [{"price": 22}]}, minimum_monthly=150000)
    >>> terms.minutes.charge(1000)
    22000.0
    """

    preset: Annotated[Preset | None, WithJsonSchema({"enum": list(choices("contract"))})] = Field(
        default=None, description="Ready terms that the others are laid over"
    )
    currency: Annotated[str, Field(pattern="^[A-Z]{3}$")] | None = Field(
        default=None, description="Its own currency, in which its prices are written; needs fx"
    )
    fx: Quantity = Field(
        default=1.0, gt=0, description="Scenario currency per unit of the contract's currency"
    )
    fixed_fee: MoneyPerMonth = Field(default=0.0, description="Monthly fee whatever the volume")
    minutes: MinutePrice | None = Field(
        default=None,
        description="Price of minutes; it bills every channel without a price per contact",
    )
    surcharge: Surcharge = Field(
        default=Surcharge(), description="On the average price of a minute"
    )
    price_per_contact: dict[str, MoneyPerContact] = Field(
        default_factory=dict, description="Price of a handled contact by channel"
    )
    price_per_resolution: MoneyPerResolution | None = Field(
        default=None, description="Price of a contact that was solved"
    )
    price_per_agent_hour: AgentHourPrice | None = None
    vendor_shrinkage_in_shift: Fraction = Field(
        default=0.0, description="Breaks in the vendor's rostered hour"
    )
    vendor_absence: Fraction = Field(
        default=0.0, description="Leave and illness in the vendor's scheduled hour"
    )
    price_per_fte_month: MoneyPerMonth | None = Field(
        default=None, description="Price of a dedicated agent for a month"
    )
    fte_hours: Annotated[HoursPerMonth, Field(gt=0)] | None = Field(
        default=None,
        description="Hours ready to answer that an ordered agent gives in a month; whole agents "
        "are ordered",
    )
    forecast_band: ForecastBand | None = None
    minimum_monthly: MoneyPerMonth = Field(default=0.0, description="Least to pay for usage")
    management_fee_share: Share = Field(default=0.0, description="Fee as a share of usage")
    sla: ServiceCredits | None = None
    vat_rate: Share = Field(default=0.0, description="VAT on the invoice")
    vat_recoverable_share: Share = Field(
        default=1.0, description="Part of input VAT that comes back"
    )
    indexation_annual: RatioPerYear = Field(
        default=0.0, description="Rise of all prices at each anniversary"
    )

    binds_months: Months = Field(
        default=0.0, description="Months that the contract still binds, from the start of a horizon"
    )
    early_termination_share: Share = Field(
        default=0.0, description="Part of the minimum of each month left that ending it early costs"
    )

    @property
    def converted(self) -> ContractTerms:
        """The same with every amount in the scenario's currency.

        Examples
        --------
        >>> abroad = ContractTerms(currency="USD", fx=90, price_per_fte_month=1_500)
        >>> abroad.converted.price_per_fte_month
        135000.0
        """
        if self.fx == 1:
            return self
        told = self.model_copy(update={"currency": None, "fx": 1.0})
        return amounts_raised(told, lambda name: self.fx)

    def bills(self, channel: str) -> bool:
        """Whether anything is paid where the vendor serves a channel.

        Examples
        --------
        >>> chats = ContractTerms(price_per_contact={"chat": 60})
        >>> chats.bills("chat"), chats.bills("phone")
        (True, False)
        """
        whole = self.fixed_fee or self.minimum_monthly or self.price_per_fte_month
        used = self.minutes or self.price_per_agent_hour or self.price_per_resolution
        return bool(whole or used or channel in self.price_per_contact)

    def ordered(self, logged: float) -> int:
        """Whole agents that are ordered for so many logged hours in a month.

        Examples
        --------
        >>> ContractTerms(price_per_fte_month=100_000, fte_hours=120).ordered(250)
        3
        """
        return whole_up(logged / self.fte_hours) if self.fte_hours else 0

    @model_validator(mode="wrap")
    @classmethod
    def _own_currency(
        cls, data: Any, handler: ModelWrapValidatorHandler[Self], info: ValidationInfo
    ) -> Self:
        """Prices are read in the contract's currency."""
        own = data.get("currency") if isinstance(data, Mapping) else None
        context = info.context
        if not isinstance(own, str) or not isinstance(context, dict):
            return handler(data)
        if own != context.get("currency") and "fx" not in data:
            hint = f"write the {context.get('currency')} that one {own} costs"
            raise broken(("fx",), "is missing", None, hint)
        if data.get("preset") is not None:
            hint = "give the contract's own prices"
            raise broken(("preset",), f"does not go with prices in {own}", None, hint)
        ours = context.get("currency")
        context["currency"] = own
        try:
            return handler(data)
        finally:
            context["currency"] = ours

    @model_validator(mode="after")
    def _rate_of_a_currency(self) -> Self:
        if self.fx != 1 and self.currency is None:
            rule = "needs the currency of the contract beside it"
            raise broken(("fx",), rule, self.fx, "write currency: USD")
        return self

    @model_validator(mode="before")
    @classmethod
    def _over_preset(cls, data: Any, info: ValidationInfo) -> Any:
        return laid_over("contract", data, from_file=in_file(info))
