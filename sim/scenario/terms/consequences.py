"""What poor service costs beside the budget: orders lost now, customers lost later.

None of it is operating cost. Every figure here is an assumption until the user puts an own one in
its place; a range that would not surprise is wide.
"""

from __future__ import annotations

from typing import Self

from pydantic import Field, model_validator

from sim.scenario.base import Strict, broken
from sim.scenario.units import Money, Number, Share

__all__ = ["ChannelLoss", "Consequences", "DefectIntent", "Measure", "Recovered", "Satisfaction"]


class Recovered(Strict):
    """Part of the lost contacts whose order comes all the same, by the way they were lost."""

    closed: Share = Field(default=0.0, description="Came when nobody was there")
    abandoned: Share = Field(default=0.0, description="Gave up waiting")
    blocked: Share = Field(default=0.0, description="Heard a busy tone")


class ChannelLoss(Strict):
    """What a lost contact of one channel costs."""

    order_intent: Share = Field(default=0.0, description="Contacts that would end in an order")
    recovered: Recovered = Recovered()
    unresolved: Share = Field(
        default=1.0,
        description="Lost contacts, less the recovered, whose matter counts as never resolved",
    )


class DefectIntent(Strict):
    """Customers who mean to leave, by how their matter went."""

    resolved_first: Share = Field(default=0.0, description="Resolved at the first contact")
    resolved_later: Share = Field(default=0.0, description="Resolved after two contacts or more")
    unresolved: Share = Field(default=0.0, description="Never resolved")

    @model_validator(mode="after")
    def _worse_is_not_better(self) -> Self:
        if self.resolved_later < self.resolved_first:
            rule = f"must be at least {self.resolved_first:.0%}, that of a first resolution"
            raise broken(("resolved_later",), rule, f"{self.resolved_later:.0%}")
        if self.unresolved < self.resolved_later:
            rule = f"must be at least {self.resolved_later:.0%}, that of a late resolution"
            raise broken(("unresolved",), rule, f"{self.unresolved:.0%}")
        return self


class Measure(Strict):
    """How a measure of satisfaction answers to service: a straight line between two ends."""

    now: Number = Field(description="Value at the service below, as measured today")
    lowest: Number = Field(default=0.0, description="Lower end of its scale")
    highest: Number = Field(default=100.0, description="Upper end of its scale")
    per_minute_of_wait: Number = Field(default=0.0, description="Change with a minute more of wait")
    per_point_of_abandonment: Number = Field(
        default=0.0, description="Change with a percentage point more of abandonment"
    )
    per_point_of_fcr: Number = Field(
        default=0.0, description="Change with a percentage point more of first-contact resolution"
    )

    @model_validator(mode="after")
    def _lies_on_its_scale(self) -> Self:
        if self.highest <= self.lowest:
            rule = f"must be above lowest, {self.lowest:g}"
            raise broken(("highest",), rule, self.highest)
        if not self.lowest <= self.now <= self.highest:
            rule = f"must lie on the scale from {self.lowest:g} to {self.highest:g}"
            raise broken(("now",), rule, self.now)
        return self


class Satisfaction(Strict):
    """Satisfaction as an explicit response to service: an assumption, for the user to calibrate."""

    asa_minutes: Number = Field(default=0.0, ge=0, description="Wait for an answer today")
    abandonment: Share = Field(default=0.0, description="Abandonment today")
    fcr: Share = Field(default=0.7, description="First-contact resolution today")
    csat: Measure | None = None
    """Customers who are satisfied, in per cent: claims and goals are shares of the same scale."""
    nps: Measure | None = None
    """Net promoter score; its scale goes from -100."""

    @model_validator(mode="after")
    def _csat_is_a_percentage(self) -> Self:
        if self.csat is not None and self.csat.highest != 100:
            hint = "write 4 of 5 points as 80: claims and goals are in per cent"
            raise broken(("csat", "highest"), "must be 100", self.csat.highest, hint)
        return self


class Consequences(Strict):
    """What lost contacts and unresolved matters cost, apart from the operating cost.

    Examples
    --------
    >>> terms = Consequences(
    ...     margin_per_order=2400,
    ...     channels={"phone": {"order_intent": 0.25, "recovered": {"abandoned": 0.4}}},
    ...     margin_year=1500,
    ...     retention=0.8,
    ...     discount_annual=0.18,
    ... )
    >>> round(terms.customer_value, 2)
    3157.89
    """

    margin_per_order: Money = Field(
        default=0.0, description="Contribution margin of an order; never its revenue"
    )
    channels: dict[str, ChannelLoss] = Field(
        default_factory=dict, description="What a lost contact costs, by channel"
    )
    existing_share: Share = Field(default=1.0, description="Contacts from customers there are")
    defect_intent: DefectIntent = DefectIntent()
    intent_to_action: Share = Field(
        default=0.0, description="Customers who leave, of those who mean to"
    )
    resolved_later_share: Share = Field(
        default=0.0, description="Matters resolved later, of those not resolved at first contact"
    )
    clv: Money | None = Field(
        default=None, description="Margin of a customer over the years to come"
    )
    margin_year: Money | None = Field(
        default=None, description="Margin of a customer in a year, in place of clv"
    )
    retention: Share | None = Field(
        default=None, description="Customers kept from one year to the next, with margin_year"
    )
    discount_annual: Share = Field(default=0.0, description="Discount rate, with margin_year")
    satisfaction: Satisfaction | None = None

    @property
    def customer_value(self) -> float:
        """Margin of a customer over the years to come, from the next purchase on [money]."""
        if self.clv is not None:
            return self.clv
        if self.margin_year is None or self.retention is None:
            return 0.0
        return self.margin_year * self.retention / (1 + self.discount_annual - self.retention)

    @model_validator(mode="after")
    def _customers_are_valued_once(self) -> Self:
        if self.clv is not None and self.margin_year is not None:
            hint = "clv is what margin_year and retention are turned into"
            raise broken(("clv",), "must not stand beside margin_year", self.clv, hint)
        if (self.margin_year is None) != (self.retention is None):
            missing = "retention" if self.retention is None else "margin_year"
            beside = "margin_year" if self.retention is None else "retention"
            raise broken((), f"needs {missing} beside {beside}", None)
        if self.retention is not None and self.retention >= 1 + self.discount_annual:
            rule = "must be below 100%, or discounted: a customer would be worth without end"
            raise broken(("retention",), rule, f"{self.retention:.0%}")
        leaves = self.intent_to_action > 0 and self.defect_intent != DefectIntent()
        if leaves and self.clv is None and self.margin_year is None:
            hint = "or margin_year and retention"
            raise broken((), "needs clv where customers leave", None, hint)
        return self
