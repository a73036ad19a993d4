"""What the telephone operator bills, whoever answers the calls."""

from __future__ import annotations

from typing import Protocol

from sim.cost.statement import Group, Line, ensure
from sim.erlang import erlang_b, lines_needed
from sim.scenario.terms import Telephony

__all__ = ["Traffic", "telephony_lines", "trunks"]


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

    @property
    def line_load(self) -> float:
        """Load of the lines in the busiest interval, waiting and talking [erlang]."""


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
    from the first word of the menu. So it does hold a line: where the terms give a blocking in
    place of a number, the lines are the fewest whose Erlang B blocking at the load of the busiest
    interval is not above it.
    """
    lines = trunks(terms, traffic.line_load)
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
            terms.numbers_month + lines * terms.trunk_month,
            "numbers_month + trunks * trunk_month",
            {
                "numbers_month": terms.numbers_month,
                "trunks": lines,
                "trunk_month": terms.trunk_month,
            },
        ),
    ]


def trunks(terms: Telephony, line_load: float) -> float:
    """Lines that are rented.

    Parameters
    ----------
    terms
        The number itself, or the blocking that is put up with.
    line_load
        Load of the lines in the busiest interval: calls per time, times wait and talk [erlang].

    Examples
    --------
    >>> trunks(Telephony(trunk_blocking=0.001), line_load=10)
    21.0
    """
    if terms.trunk_blocking is None:
        return terms.trunks
    if line_load == 0:
        return 0.0
    lines = lines_needed(line_load, max_blocking=terms.trunk_blocking)
    ensure(erlang_b(lines, line_load) <= terms.trunk_blocking, "too few lines for the blocking")
    return float(lines)
