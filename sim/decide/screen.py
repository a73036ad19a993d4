"""What hybrids would cost by closed form: every interval once for each leg, then sums of them.

A leg that serves some channels needs, in each interval, the same agents whatever it does in others
(but for what is carried over at the edges of its hours, and mail that fits into idle time). So all
parts are worked out once, and a hybrid is a choice of intervals, priced by the cost room in a
millisecond or two. Mail takes idle time; agents for what is left of it are spread over the hours of
its leg. Service is taken to be what a contract promises: there are neither credits nor a bonus. It
ranks; what a hybrid is worth is for the simulation to say.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace

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
from sim.cost.rounding import rounding_factor
from sim.decide.candidates import Candidate, Legs
from sim.demand import at_work
from sim.plan import FILL, requirement
from sim.plan.streams import Stream, in_hand, joined, streams, waiting_of
from sim.scenario.hours import OpenHours
from sim.scenario.model import Scenario
from sim.scenario.option import Group, Option
from sim.scenario.terms import ContractTerms

__all__ = ["Leg", "Screen"]

Floats = NDArray[np.float64]

_KINDS = ("all", "night", "weekend", "holiday")


@dataclass(frozen=True, slots=True, eq=False)
class Leg:
    """One leg that serves some channels all week, by interval of the week.

    Parameters
    ----------
    agents
        At work.
    handled, minutes
        Contacts served and minutes billed for them, by channel.
    inbound
        Minutes on the lines of calls, their waits among them.
    beyond
        Share of the contacts that wait longer than the overflow lets them.
    work, mail
        Of those who wait, and of what can be put off [erlangs].
    """

    agents: Floats
    handled: Mapping[str, Floats]
    minutes: Mapping[str, Floats]
    inbound: Mapping[str, Floats]
    beyond: Floats
    work: Floats
    mail: Floats


@dataclass(frozen=True, slots=True, eq=False)
class Screen:
    """Closed-form costs of candidates of a scenario.

    Parameters
    ----------
    scenario, legs
        The operation, and the two options whose hybrids are looked at.
    """

    scenario: Scenario
    legs: Legs
    known: dict[tuple[object, ...], Leg] = field(default_factory=dict)
    kept: dict[str, Floats] = field(default_factory=dict)

    def cost(self, one: Candidate) -> float:
        """Cost of an average month of a candidate, by closed form."""
        return self.priced(one, *self.agents(one))

    def priced(self, one: Candidate, own: Leg, vendor: Leg) -> float:
        """Cost of an average month of a candidate of which it is known what both legs do."""
        total = 0.0
        if one.own:
            assert self.own_group.payroll is not None
            total += inhouse_month(self.own_group.payroll, self._own_ops(own)).total
        pure = bool(one.own) and not any(v.any() for v in vendor.handled.values())
        if pure:
            return total
        billed = self.contract_ops(vendor)
        invoice = contract_month(self.contract, billed)
        total += invoice.total
        kept = self.legs.retained if one.own else self.legs.vendor
        retained = self.scenario.options[kept].retained
        if retained is not None:
            ops = RetainedOps(
                vendor_handled=sum(billed.handled.values()),
                minutes_inbound=self._monthly(sum(vendor.inbound.values(), np.zeros(1))),
                invoice_net=invoice.info["invoice_net"],
            )
            total += retained_month(retained, ops).total
        return total

    @property
    def own_group(self) -> Group:
        """The own team."""
        return self.scenario.options[self.legs.own].groups[self.legs.own_group]

    @property
    def vendor_group(self) -> Group:
        """The vendor's team."""
        return self.scenario.options[self.legs.vendor].groups[self.legs.vendor_group]

    @property
    def contract(self) -> ContractTerms:
        """What the vendor charges, without what its service earns or loses it."""
        contract = self.vendor_group.contract
        assert contract is not None  # `legs_of` refuses a vendor without
        return contract.converted.model_copy(update={"sla": None})

    @property
    def channels(self) -> tuple[str, ...]:
        """Channels of both."""
        return tuple(self.own_group.skills)

    def agents(self, one: Candidate) -> tuple[Leg, Leg]:
        """What both legs do under a candidate."""
        core = at_work(self.scenario, OpenHours(ranges=one.hours))
        nobody = _nobody(len(core))
        if not one.own:
            return nobody, self.leg("vendor", self.channels)
        own = self.leg("own", one.own, alone=one.alone, after=one.after, share=1 - one.share)
        others = tuple(c for c in self.channels if c not in one.own)
        all_ = self.leg("vendor", self.channels) if not one.all_week else nobody
        beside = self.leg("vendor", others) if others else nobody
        parts = [(all_, 1 - core), (beside, core)]
        if one.share:
            parts.append((self.leg("vendor", one.own, share=one.share), core))
        if one.after is not None:
            parts.append((self._overflow(one, own), core))
            own = _less(own, self.scenario)
        return _summed([(own, core)]), _summed(parts)

    def leg(
        self,
        whose: str,
        channels: tuple[str, ...],
        alone: float | None = None,
        after: float | None = None,
        share: float = 1.0,
    ) -> Leg:
        """One leg that serves channels, or a share of them, all week."""
        key = (whose, channels, alone, after, share)
        if key not in self.known:
            self.known[key] = self._worked_out(whose, channels, alone, after, share)
        return self.known[key]

    def divided(self, channels: tuple[str, ...]) -> Floats:
        """Own agents for channels by interval when an agent may be divided."""
        option = self.scenario.options[self.legs.own]
        skills = {c: self.own_group.skills[c] for c in channels}
        only = self.own_group.model_copy(update={"skills": skills})
        alone = option.model_copy(update={"groups": {"own": only}})
        return requirement(self.scenario, alone)["own"].divided

    def _worked_out(
        self,
        whose: str,
        channels: tuple[str, ...],
        alone: float | None,
        after: float | None,
        share: float,
    ) -> Leg:
        name = self.legs.own if whose == "own" else self.legs.vendor
        group = self.own_group if whose == "own" else self.vendor_group
        part = None if share == 1 else share
        skills = {c: group.skills[c].model_copy(update={"share": part}) for c in channels}
        waits = {c: s for c, s in skills.items() if self.scenario.channels[c].kind != "email"}
        staffing = group.to_target
        assert staffing is not None
        staffing = staffing.model_copy(update={"answered": alone})
        only = group.model_copy(update={"skills": skills, "staffing": staffing})
        option = self.scenario.options[name].model_copy(update={"groups": {whose: only}})
        agents = np.zeros(self.scenario.intervals_per_week)
        if waits:
            alive = only.model_copy(update={"skills": waits})
            quick = option.model_copy(update={"groups": {whose: alive}})
            agents = requirement(self.scenario, quick)[whose].agents.astype(np.float64)
        meets = {c: np.full(len(agents), share) for c in channels}
        served = list(streams(self.scenario, option, only, meets))
        return self._described(option, only, served, agents, after)

    def _described(
        self,
        option: Option,
        group: Group,
        served: list[Stream],
        agents: Floats,
        after: float | None,
    ) -> Leg:
        """What a leg with so many agents does."""
        from sim import erlang  # only here: what has a roster of its own does without closed forms

        none = np.zeros(len(agents))
        lost, wait, beyond = none, none, none
        waiting = waiting_of(served)
        if waiting:
            wanted = joined(waiting, [in_hand(s, self.scenario.interval) for s in waiting])
            queue = erlang.erlang_a(
                arrival_rate=wanted.rate,
                aht=wanted.aht,
                agents=np.maximum(agents, 1.0),
                patience=wanted.patience,
            )
            lost = np.nan_to_num(queue.abandonment)
            wait = np.nan_to_num(queue.mean_wait)
            if after is not None:
                answered = queue.service_level("offered", after)
                beyond = np.clip(1 - answered - queue.short_abandons(after), 0, 1)
                beyond = np.nan_to_num(beyond)
        minutes = group.contract.minutes if group.contract else None
        handled, billed, inbound = {}, {}, {}
        for s in served:
            contacts = s.rate * self.scenario.interval
            answered_now = contacts * (1 - lost) if s in waiting else contacts
            step = minutes.increment if minutes else 0.0
            factor = rounding_factor(s.aht, step) if step else 1.0
            handled[s.name] = answered_now
            billed[s.name] = answered_now * s.aht * factor / 60
            voice = s.channel.kind == "voice"
            inbound[s.name] = (answered_now * s.aht + contacts * wait) / 60 if voice else none
        mail = sum((s.load for s in served if s.channel.kind == "email"), none)
        work = sum((s.load for s in waiting), none)
        return Leg(agents, handled, billed, inbound, beyond, work, mail)

    def _overflow(self, one: Candidate, own: Leg) -> Leg:
        """What the vendor takes of an own team's contacts that wait."""
        all_ = self.leg("vendor", one.own)
        takes = [c for c in one.own if self.scenario.channels[c].kind != "email"]

        def part(values: Mapping[str, Floats]) -> dict[str, Floats]:
            return {c: values[c] * own.beyond for c in takes}

        minutes = sum(part(all_.minutes).values(), np.zeros(len(own.agents)))
        load = minutes * 60 / self.scenario.interval
        helpers = np.ceil(load + np.sqrt(load) - 1e-9)
        parts = (part(all_.handled), part(all_.minutes), part(all_.inbound))
        return Leg(helpers, *parts, own.beyond, load, 0.0 * load)

    # --- months ----------------------------------------------------------------------------------

    def _own_ops(self, leg: Leg) -> Ops:
        return Ops(
            hours=self.hours(leg.agents),
            peak_logged=float(leg.agents.max()),
            minutes_inbound=self._monthly(sum(leg.inbound.values(), np.zeros(1))),
        )

    def contract_ops(self, leg: Leg) -> ContractOps:
        """What a vendor bills for in a month."""
        contract = self.contract
        per_minute = [v for c, v in leg.minutes.items() if c not in contract.price_per_contact]
        handled = {c: self._monthly(v) for c, v in leg.handled.items()}
        hours = self.hours(leg.agents)
        billed = self._by_kind(sum(per_minute, np.zeros(self.scenario.intervals_per_week)))
        return ContractOps(
            billed_minutes=billed["all"],
            minutes_in={kind: billed[kind] for kind in _KINDS[1:]},
            handled=handled,
            resolved=sum(handled.values()) * (self.vendor_group.fcr or 0.0),
            fte_months=contract.ordered(sum(block.logged for block in hours)),
            hours=hours,
        )

    def hours(self, agents: Floats) -> tuple[Hours, ...]:
        """Agent hours of an average month by kind of hour."""
        hours = agents * (self.scenario.interval / 3600)
        typed = (hours @ self.types.reshape(len(hours), -1)).reshape(2, 2, 2)
        return tuple(
            Hours(logged=float(typed[n, w, h]), night=bool(n), weekend=bool(w), holiday=bool(h))
            for n, w, h in np.ndindex(2, 2, 2)
        )

    @property
    def occurrences(self) -> Floats:
        """Occurrences of intervals in a month: of all hours, at night, at weekends, on holidays."""
        if "occurrences" not in self.kept:
            types = self.types
            kinds = (types, types[:, 1], types[:, :, 1], types[:, :, :, 1])
            found = np.stack([kind.reshape(len(types), -1).sum(axis=1) for kind in kinds])
            self.kept["occurrences"] = found
        return self.kept["occurrences"]

    def _by_kind(self, values: Floats) -> dict[str, float]:
        """Sums over an average month: of all hours, of those of some kind."""
        return dict(zip(_KINDS, (self.occurrences @ values).tolist(), strict=True))

    def _monthly(self, values: Floats) -> float:
        if len(values) == 1:
            return 0.0
        return self._by_kind(values)["all"]

    @property
    def types(self) -> Floats:
        """Occurrences of intervals of the week in an average month, by type of hour."""
        if "types" not in self.kept:
            month = self.scenario.calendar.average_month(self.scenario.interval)
            self.kept["types"] = np.asarray(month.types)
        return self.kept["types"]


def _nobody(size: int) -> Leg:
    none = np.zeros(size)
    return Leg(none, {}, {}, {}, none, none, none)


def _less(own: Leg, scenario: Scenario) -> Leg:
    """An own team of whose contacts some overflow."""

    def part(values: Mapping[str, Floats]) -> dict[str, Floats]:
        return {
            c: v if scenario.channels[c].kind == "email" else v * (1 - own.beyond)
            for c, v in values.items()
        }

    return replace(
        own,
        handled=part(own.handled),
        minutes=part(own.minutes),
        inbound=part(own.inbound),
        work=own.work * (1 - own.beyond),
    )


def _summed(parts: list[tuple[Leg, Floats]]) -> Leg:
    """Legs of one employer, each in its hours."""
    total = np.zeros(len(parts[0][1]))

    def added(what: str) -> dict[str, Floats]:
        found: dict[str, Floats] = {}
        for leg, where in parts:
            for channel, values in getattr(leg, what).items():
                found[channel] = found.get(channel, np.zeros(len(where))) + values * where
        return found

    agents, work, mail = (
        sum((getattr(leg, what) * where for leg, where in parts), total)
        for what in ("agents", "work", "mail")
    )
    there = np.max([where for _, where in parts], axis=0)
    lacking = mail.sum() - FILL * np.clip(agents - work, 0, None).sum()
    if lacking > 0:
        agents = agents + lacking * there / max(there.sum(), 1.0)
    return Leg(agents, added("handled"), added("minutes"), added("inbound"), total, work, mail)
