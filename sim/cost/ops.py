"""What a simulated month hands to the price lists: hours, minutes, contacts."""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

from sim.errors import InvalidInput

__all__ = ["ContractOps", "Hours", "Ops", "RetainedOps"]

# Minutes in some hours are a part of all minutes; both come out of float sums.
_SLACK = 1 + 1e-9


@dataclass(frozen=True, slots=True, kw_only=True)
class Hours:
    """Logged-in agent hours of one kind.

    Parameters
    ----------
    logged
        Hours agents were logged in [h].
    type
        A word for reports; carries no meaning.
    night, weekend, holiday
        What kind of hours they are; premiums of all that apply add up.
    """

    logged: float
    type: str = ""
    night: bool = False
    weekend: bool = False
    holiday: bool = False

    def __post_init__(self) -> None:
        _refuse_negative(logged=self.logged)


@dataclass(frozen=True, slots=True, kw_only=True)
class Ops:
    """A month of an own team.

    Parameters
    ----------
    hours
        Logged hours by kind; together all hours of the month.
    overtime_rostered
        Rostered hours paid as overtime, a part of all rostered hours [h].
    peak_logged
        Most agents logged in at once.
    minutes_inbound
        Connected toll-free minutes: menu, queue and talk, abandoned calls too [min].
    minutes_outbound
        Outbound minutes [min].
    outbound_attempts
        Outbound attempts, answered or not.
    bot_sessions, bot_resolved
        Sessions a bot opened, and those of them in which it solved the matter.
    heads_previous
        Heads on the payroll a month ago; growth is hired. None when it is the same team.
    line_load
        Load of the telephone lines in the busiest interval, waiting and talking [erlang].
    open_hours
        Hours in which anybody is logged in [h].
    """

    hours: tuple[Hours, ...] = ()
    overtime_rostered: float = 0.0
    peak_logged: float = 0.0
    minutes_inbound: float = 0.0
    minutes_outbound: float = 0.0
    outbound_attempts: float = 0.0
    bot_sessions: float = 0.0
    bot_resolved: float = 0.0
    heads_previous: float | None = None
    line_load: float = 0.0
    open_hours: float = 0.0

    def __post_init__(self) -> None:
        _refuse_negative(
            overtime_rostered=self.overtime_rostered,
            peak_logged=self.peak_logged,
            minutes_inbound=self.minutes_inbound,
            minutes_outbound=self.minutes_outbound,
            outbound_attempts=self.outbound_attempts,
            bot_sessions=self.bot_sessions,
            bot_resolved=self.bot_resolved,
            heads_previous=self.heads_previous or 0.0,
            line_load=self.line_load,
            open_hours=self.open_hours,
        )

    @property
    def logged_hours(self) -> float:
        """All logged hours [h]."""
        return math.fsum(block.logged for block in self.hours)


@dataclass(frozen=True, slots=True, kw_only=True)
class ContractOps:
    """A month a vendor sends an invoice for.

    Parameters
    ----------
    month_index
        Months since the contract began, from 0: prices rise each twelfth.
    billed_minutes
        Minutes after the contract's rounding [min].
    minutes_in
        Billed minutes by ``night``, ``weekend``, ``holiday``; a minute may be in several [min].
    handled
        Handled contacts by channel.
    resolved
        Contacts solved, where the contract prices them.
    hours
        Logged hours of the vendor's agents by kind.
    fte_months
        Dedicated agents ordered for the month.
    forecast_minutes, forecast_handled
        What the client forecast; None and missing channels have no band.
    kpi
        Attained monthly figures by name.
    pass_through
        What the vendor lays out and hands on at cost, before VAT [money].
    """

    month_index: int = 0
    billed_minutes: float = 0.0
    minutes_in: Mapping[str, float] = field(default_factory=dict, hash=False)
    handled: Mapping[str, float] = field(default_factory=dict, hash=False)
    resolved: float = 0.0
    hours: tuple[Hours, ...] = ()
    fte_months: float = 0.0
    forecast_minutes: float | None = None
    forecast_handled: Mapping[str, float] = field(default_factory=dict, hash=False)
    kpi: Mapping[str, float] = field(default_factory=dict, hash=False)
    pass_through: float = 0.0

    def __post_init__(self) -> None:
        _refuse_negative(
            month_index=self.month_index,
            billed_minutes=self.billed_minutes,
            resolved=self.resolved,
            fte_months=self.fte_months,
            forecast_minutes=self.forecast_minutes or 0.0,
            pass_through=self.pass_through,
            **{f"handled[{channel}]": count for channel, count in self.handled.items()},
            **{f"forecast_handled[{c}]": count for c, count in self.forecast_handled.items()},
        )
        self._check_minutes_in()

    def _check_minutes_in(self) -> None:
        _refuse_unknown("minutes_in", self.minutes_in, ("night", "weekend", "holiday"))
        for kind, minutes in self.minutes_in.items():
            _refuse_negative(**{f"minutes_in[{kind}]": minutes})
            if minutes > self.billed_minutes * _SLACK:
                raise InvalidInput(
                    f"minutes_in[{kind}]",
                    f"must be at most the billed minutes {self.billed_minutes:g}",
                    minutes,
                )


@dataclass(frozen=True, slots=True, kw_only=True)
class RetainedOps:
    """What stays with the client in a month when a vendor answers.

    Parameters
    ----------
    vendor_handled
        Contacts the vendor handled.
    minutes_inbound, minutes_outbound, outbound_attempts, line_load
        Traffic on lines the client pays for, as in `Ops`.
    invoice_net
        The vendor's invoice before VAT, for a governance share [money].
    """

    vendor_handled: float = 0.0
    minutes_inbound: float = 0.0
    minutes_outbound: float = 0.0
    outbound_attempts: float = 0.0
    line_load: float = 0.0
    invoice_net: float = 0.0

    def __post_init__(self) -> None:
        _refuse_negative(
            vendor_handled=self.vendor_handled,
            minutes_inbound=self.minutes_inbound,
            minutes_outbound=self.minutes_outbound,
            outbound_attempts=self.outbound_attempts,
            line_load=self.line_load,
            invoice_net=self.invoice_net,
        )


def _refuse_negative(**values: float) -> None:
    for name, value in values.items():
        if not (math.isfinite(value) and value >= 0):
            raise InvalidInput(name, "must be a number of at least 0", value)


def _refuse_unknown(name: str, given: Iterable[str], known: tuple[str, ...]) -> None:
    for key in given:
        if key not in known:
            raise InvalidInput(name, f"must be by {', '.join(known)}", key)
