"""What the telephone operator bills, whoever answers the calls."""

from __future__ import annotations

from typing import Protocol

from sim.cost.statement import Group, Line
from sim.scenario.terms import Telephony

__all__ = ["Traffic", "telephony_lines"]


class Traffic(Protocol):
    """A month on the telephone lines."""

    @property
    def minutes_inbound(self) -> float:
        """Connected toll-free minutes [min]."""

    @property
    def minutes_outbound(self) -> float:
        """Outbound minutes [min]."""

    @property
    def outbound_attempts(self) -> float:
        """Outbound attempts."""


def telephony_lines(terms: Telephony, traffic: Traffic) -> list[Line]:
    """Minutes and rents of a month.

    Parameters
    ----------
    terms
        The operator's prices.
    traffic
        Minutes and attempts.

    Notes
    -----
    Time in queue and abandoned calls are in the inbound minutes: a toll-free operator bills
    from the first word of the menu.
    """
    minutes = (
        traffic.minutes_inbound * terms.inbound_per_min
        + traffic.minutes_outbound * terms.outbound_per_min
        + traffic.outbound_attempts * terms.per_outbound_attempt
    )
    return [
        Line(
            "telephony_minutes",
            Group.TELEPHONY,
            minutes,
            "minutes_inbound * inbound_per_min + minutes_outbound * outbound_per_min"
            " + outbound_attempts * per_outbound_attempt",
            {
                "minutes_inbound": traffic.minutes_inbound,
                "inbound_per_min": terms.inbound_per_min,
                "minutes_outbound": traffic.minutes_outbound,
                "outbound_per_min": terms.outbound_per_min,
                "outbound_attempts": traffic.outbound_attempts,
                "per_outbound_attempt": terms.per_outbound_attempt,
            },
        ),
        Line(
            "telephony_fixed",
            Group.TELEPHONY,
            terms.numbers_month + terms.trunks * terms.trunk_month,
            "numbers_month + trunks * trunk_month",
            {
                "numbers_month": terms.numbers_month,
                "trunks": terms.trunks,
                "trunk_month": terms.trunk_month,
            },
        ),
    ]
