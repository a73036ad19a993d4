"""What no hybrid of two legs can cost less than: a relaxation by closed form.

In every interval the own team has some whole number of agents and carries at most what Erlang A
says they can carry when nobody helps them; the rest of what must be answered is paid for at the
vendor's lowest price. Nothing is asked of the service but that no more is lost than promised. Mail
fills idle time at a price that makes the bound highest (Lagrange), and so is the price of a seat
laid on the hours at which it may be taken. The month of the own team is taken along a tangent, with
parts of people and roles; so it never costs more than it would.

Where nothing overflows every leg keeps the promise to its own contacts, so that half of them need
at least half of the agents: then each interval goes to whoever is cheaper.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from sim.cost import (
    ContractOps,
    Hours,
    Ops,
    RetainedOps,
    contract_month,
    inhouse_month,
    retained_month,
)
from sim.decide.candidates import Candidate
from sim.decide.screen import Leg, Screen
from sim.plan.streams import joined, streams, waiting_of
from sim.scenario.hours import DAY
from sim.scenario.terms import ContractTerms, InhouseTerms

__all__ = ["Bound", "lower_bound"]

Floats = NDArray[np.float64]

# Prices of mail in idle time that are tried; each gives a bound, and the highest counts.
_PRICES = 9


@dataclass(frozen=True, slots=True)
class Bound:
    """Least cost of an average month, by kind of hybrid.

    Parameters
    ----------
    own, vendor
        Of the own team alone, and of the vendor alone.
    parted
        Of anything between them without overflow: any hours, channels and shares.
    mixed
        Of anything between them, overflow among it.
    """

    own: float
    vendor: float
    parted: float
    mixed: float

    @property
    def value(self) -> float:
        """Of the whole family."""
        return min(self.own, self.vendor, self.mixed)

    @property
    def without_overflow(self) -> float:
        """Of the family without overflow."""
        return min(self.own, self.vendor, max(self.parted, self.mixed))


def lower_bound(screen: Screen, near: Candidate) -> Bound:
    """Bound the cost of every hybrid of two legs from below.

    Parameters
    ----------
    screen
        The two legs.
    near
        A good candidate: the tangent is taken at its hours.
    """
    week = ((0, 7 * DAY),)
    all_own = Candidate(screen.channels, week)
    terms = screen.own_group.payroll
    assert terms is not None
    relaxed = _relaxed(terms)
    at = screen.agents(near if near.own else all_own)[0]
    own = _OwnPrice.at(relaxed, screen.hours(at.agents), _per_peak(terms))
    vendor = _VendorPrice.of(screen)
    seats = _seats(at.agents)
    parted = max(_mixed(screen, own, vendor, seat, overflow=False) for seat in seats)
    mixed = max(_mixed(screen, own, vendor, seat, overflow=True) for seat in seats)
    return Bound(_own_alone(screen, own), _vendor_alone(screen, vendor), parted, mixed)


def _seats(agents: Floats) -> list[Floats]:
    """Ways to lay the price of a seat on intervals: the peak is never below any such mean."""
    busy = [np.ones(len(agents)), agents > 0, agents >= 0.8 * agents.max(), agents]
    return [np.asarray(one / one.sum(), np.float64) for one in busy]


def _relaxed(terms: InhouseTerms) -> InhouseTerms:
    """Terms under which parts of people may work, and seats are not counted."""
    roles = [role.model_copy(update={"rounding": "none"}) for role in terms.support_roles]
    people = ("head", "agent_head", "fixed")
    return terms.model_copy(
        update={
            "support_roles": tuple(roles),
            "workplace": None,
            "equipment": tuple(one for one in terms.equipment if one.per in people),
            "software": tuple(one for one in terms.software if one.per in people),
            "agents": terms.agents.model_copy(update={"headcount_rounding": "none"}),
        }
    )


def _per_peak(terms: InhouseTerms) -> float:
    """Price of a further agent at the busiest hour: a seat and what stands on it."""
    few, many = (inhouse_month(terms, Ops(peak_logged=peak)).total for peak in (1000, 2000))
    return (many - few) / 1000


@dataclass(frozen=True, slots=True, eq=False)
class _OwnPrice:
    """A tangent to the month of an own team: fixed, by hour of each type, by agent at the peak."""

    fixed: float
    hours: Floats
    peak: float

    @classmethod
    def at(cls, terms: InhouseTerms, hours: tuple[Hours, ...], per_peak: float) -> _OwnPrice:
        """The tangent at the hours of a month."""
        step = 0.01

        def cost(extra: int | None) -> float:
            more = [
                Hours(
                    logged=one.logged + (step if number == extra else 0.0),
                    night=one.night,
                    weekend=one.weekend,
                    holiday=one.holiday,
                )
                for number, one in enumerate(hours)
            ]
            return inhouse_month(terms, Ops(hours=tuple(more))).total

        base = cost(None)
        slopes = np.array([(cost(number) - base) / step for number in range(len(hours))])
        logged = np.array([one.logged for one in hours])
        return cls(base - float(slopes @ logged), slopes.reshape(2, 2, 2), per_peak)

    def agents(self, screen: Screen) -> Floats:
        """Price of an agent of an interval of the week, all its occurrences in a month."""
        hours = screen.scenario.interval / 3600
        return np.asarray(np.einsum("tnwh,nwh->t", screen.types, self.hours) * hours)


@dataclass(frozen=True, slots=True, eq=False)
class _VendorPrice:
    """The least that a vendor's month costs: fixed, and a contact by channel and interval."""

    fixed: float
    contacts: dict[str, Floats]

    @classmethod
    def of(cls, screen: Screen) -> _VendorPrice:
        """Lowest prices of a contract, and of what stays with the client."""
        # What is due without use is left out, so that it lowers the bound and never lifts it.
        without = {"minimum_monthly": 0.0, "forecast_band": None}
        contract = screen.contract.model_copy(update=without)
        leg = screen.leg("vendor", screen.channels)
        full = screen.contract_ops(leg)
        most = max(full.billed_minutes, 1.0)

        def invoice(**ops: object) -> float:
            return contract_month(contract, ContractOps(**ops)).total  # type: ignore[arg-type]  # any of them

        nothing, all_ = invoice(), invoice(billed_minutes=most)
        less = invoice(billed_minutes=0.99 * most)
        minute = min((all_ - nothing) / most, (all_ - less) / (0.01 * most))
        extra = [
            (invoice(billed_minutes=most, minutes_in={kind: most}) - all_) / most
            for kind in ("night", "weekend", "holiday")
        ]
        month, night, weekend, holiday = screen.occurrences
        minutes = minute * month + extra[0] * night + extra[1] * weekend + extra[2] * holiday
        kept, handled, inbound = _retained(screen)
        solved = screen.vendor_group.fcr or 0.0
        left = 1 - _at_risk(screen)
        busy = _least_times(screen)
        found = {}
        for channel, contacts in leg.handled.items():
            each = np.divide(
                leg.minutes[channel], contacts, out=np.zeros(len(contacts)), where=contacts > 0
            )
            line = np.divide(
                leg.inbound[channel], contacts, out=np.zeros(len(contacts)), where=contacts > 0
            )
            one = invoice(handled={channel: 1000.0}, resolved=1000.0 * solved)
            price = (one - nothing) / 1000
            by_minute = 0.0 if channel in contract.price_per_contact else each * minutes
            hours = busy[channel] / 3600 * _agent_hours(screen, contract, nothing)
            charged = left * (by_minute + hours + month * price)
            found[channel] = charged + month * (handled + line * inbound)
        return cls(left * nothing + kept, found)


def _at_risk(screen: Screen) -> float:
    """Part of the vendor's invoice that poor service may bring back, at most."""
    contract = screen.vendor_group.contract
    return contract.sla.at_risk_share if contract and contract.sla else 0.0


def _least_times(screen: Screen) -> dict[str, float]:
    """Least time of a vendor's agent that a contact takes, by channel [s]."""
    option = screen.scenario.options[screen.legs.vendor]
    return {
        s.name: min(time / held for held, time in enumerate(s.levels, start=1))
        for s in streams(screen.scenario, option, screen.vendor_group)
    }


def _agent_hours(screen: Screen, contract: ContractTerms, nothing: float) -> Floats:
    """Price of an agent's hour at the vendor by interval, all of its occurrences in a month."""
    prices = np.zeros((2, 2, 2))
    for n, w, h in np.ndindex(2, 2, 2):
        one = Hours(logged=1000.0, night=bool(n), weekend=bool(w), holiday=bool(h))
        ordered = 1000.0 / contract.fte_hours if contract.fte_hours else 0.0
        ops = ContractOps(hours=(one,), fte_months=ordered)
        prices[n, w, h] = contract_month(contract, ops).total - nothing
    return np.asarray(np.einsum("tnwh,nwh->t", screen.types, prices / 1000))


def _retained(screen: Screen) -> tuple[float, float, float]:
    """What stays with the client: fixed, by contact, by minute on the line."""
    terms = screen.scenario.options[screen.legs.vendor].retained
    if terms is None:
        return 0.0, 0.0, 0.0
    base = retained_month(terms, RetainedOps()).total
    contact = retained_month(terms, RetainedOps(vendor_handled=1000.0)).total - base
    minute = retained_month(terms, RetainedOps(minutes_inbound=1000.0)).total - base
    return base, contact / 1000, minute / 1000


def _carried(screen: Screen) -> tuple[Floats, Floats, Floats]:
    """Work of those who wait [erlangs], what so many own agents carry of it, share promised."""
    from sim import erlang  # only here: what has a roster of its own does without closed forms

    option = screen.scenario.options[screen.legs.own]
    waiting = waiting_of(streams(screen.scenario, option, screen.own_group))
    size = screen.scenario.intervals_per_week
    if not waiting:
        return np.zeros(size), np.zeros((1, size)), np.zeros(size)
    wanted = joined(waiting, [s.load for s in waiting])
    load = wanted.rate * wanted.aht
    most = int(np.ceil(load.max() + 6 * np.sqrt(load.max()) + 6))
    queue = erlang.erlang_a(
        arrival_rate=wanted.rate,
        aht=wanted.aht,
        agents=np.arange(1.0, most + 1)[:, None],
        patience=wanted.patience,
    )
    carried = np.nan_to_num(load * (1 - queue.abandonment))
    lost = [s.channel.target.abandonment for s in waiting if s.channel.target]
    # Where nothing is promised of giving up, who was to be answered in time must be answered.
    late = [1 - s.channel.target.answered for s in waiting if s.channel.target]
    most_lost = max(b if a is None else min(a, b) for a, b in zip(lost, late, strict=True))
    carried = np.concatenate([np.zeros((1, size)), carried])
    return load, carried, load * (1 - most_lost)


def _mixed(
    screen: Screen, own: _OwnPrice, vendor: _VendorPrice, seat: Floats, *, overflow: bool
) -> float:
    """Least cost of anything between the two, both of which have their fixed costs."""
    interval = screen.scenario.interval
    option = screen.scenario.options[screen.legs.own]
    each = {s.name: s for s in streams(screen.scenario, option, screen.own_group)}
    waiting = [s.name for s in waiting_of(each.values())]
    later = [s for s in each.values() if s.name not in waiting and s.channel.outbound is None]
    # By agent of an interval, and by erlang of an interval: all its occurrences in a month.
    agent = own.agents(screen) + own.peak * seat
    prices = [vendor.contacts[name] * interval / each[name].agent_time for name in waiting]
    load, carried, due = _carried(screen)
    number = np.arange(len(carried), dtype=np.float64)[:, None] + 0.0 * load
    needed = screen.divided(tuple(waiting)) if waiting and not overflow else load
    if not overflow:
        due = np.minimum(due, needed)
    share = np.divide(due, load, out=np.zeros(len(load)), where=load > 0)
    lines = _line_prices(screen, waiting)
    loads = [each[name].load * share for name in waiting]
    extra = [p - line for p, line in zip(prices, lines, strict=True)]
    if not overflow and waiting:  # the least lies where a channel is handed over whole
        kept = _kept_parts(loads, extra)
        number, carried = kept * needed, kept * due
    own_lines = sum((p * work for p, work in zip(lines, loads, strict=True)), 0.0 * load)
    handed = own_lines + _handed_over(np.maximum(due - carried, 0.0), loads, extra)
    mail = float(sum(s.load.sum() for s in later))
    cheapest = min(
        (float((vendor.contacts[s.name] * interval / s.agent_time).min()) for s in later),
        default=0.0,
    )
    found = []
    for price in np.linspace(0.0, min(cheapest, float(agent.min())), _PRICES if mail else 1):
        cost = number * agent + handed
        least = (cost - price * (number - carried)).min(axis=0).sum()
        found.append(float(least) + price * mail)
    return float(own.fixed + vendor.fixed + max(found))


def _line_prices(screen: Screen, waiting: list[str]) -> list[Floats]:
    """What an erlang of an interval costs the own team on the line, all its occurrences."""
    terms = screen.own_group.payroll
    assert terms is not None
    few, many = (inhouse_month(terms, Ops(minutes_inbound=m)).total for m in (1e5, 2e5))
    minute = (many - few) / 1e5 * screen.scenario.interval / 60 * screen.occurrences[0]
    return [minute * (screen.scenario.channels[c].kind == "voice") for c in waiting]


def _kept_parts(loads: list[Floats], extra: list[Floats]) -> Floats:
    """Parts of the work that stay when channels are handed over one by one, cheapest first."""
    order = np.argsort(np.array(extra), axis=0, kind="stable")
    gone = np.cumsum(np.take_along_axis(np.array(loads), order, axis=0), axis=0)
    total = np.where(gone[-1] > 0, gone[-1], 1.0)
    return np.concatenate([np.ones((1, gone.shape[1])), 1 - gone / total])


def _handed_over(work: Floats, loads: list[Floats], extra: list[Floats]) -> Floats:
    """Least that it costs more to hand work over: of each channel no more than there is.

    Parameters
    ----------
    work
        What is handed over, one row for each number of own agents [erlangs].
    loads
        Of each channel, by interval [erlangs].
    extra
        What an erlang of each costs more at the vendor.
    """
    if not loads:
        return 0.0 * work
    order = np.argsort(np.array(extra), axis=0, kind="stable")
    loads_by = np.take_along_axis(np.array(loads), order, axis=0)
    extra_by = np.take_along_axis(np.array(extra), order, axis=0)
    left, total = work, 0.0 * work
    for there, price in zip(loads_by, extra_by, strict=True):
        taken = np.minimum(left, there)
        # A channel that is cheaper elsewhere goes there whole.
        total = total + np.where(price < 0, there, taken) * price
        left = left - taken
    return np.asarray(total)


def _own_alone(screen: Screen, own: _OwnPrice) -> float:
    """Least cost of the own team: agents for those who wait, and time for mail at the least."""
    channels = screen.channels
    waits = tuple(c for c in channels if screen.scenario.channels[c].kind != "email")
    agent = own.agents(screen)
    leg: Leg | None = screen.leg("own", waits) if waits else None
    agents = leg.agents if leg else np.zeros(len(agent))
    option = screen.scenario.options[screen.legs.own]
    served = streams(screen.scenario, option, screen.own_group)
    work = sum(float(s.load.sum()) for s in served if s.channel.outbound is None)
    lacking = max(0.0, work * (1 - _most_lost(screen)) - float(agents.sum()))
    hours = float(agents @ agent) + lacking * float(agent.min())
    return own.fixed + hours + own.peak * float(agents.max())


def _vendor_alone(screen: Screen, vendor: _VendorPrice) -> float:
    """Least cost of the vendor: what comes, less the most that the promises let go."""
    option = screen.scenario.options[screen.legs.vendor]
    total = vendor.fixed
    for s in streams(screen.scenario, option, screen.vendor_group):
        target = s.channel.target
        lost = 0.0 if target is None else 1 - target.answered
        if target is not None and target.abandonment is not None:
            lost = min(lost, target.abandonment)
        total += float(vendor.contacts[s.name] @ s.rate) * screen.scenario.interval * (1 - lost)
    return total


def _most_lost(screen: Screen) -> float:
    """Largest share that a promise lets go unanswered."""
    targets = [screen.scenario.channels[c].target for c in screen.channels]
    return max((1 - t.answered for t in targets if t is not None), default=0.0)
