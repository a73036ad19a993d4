"""A simulated week becomes an average month of operations: hours, minutes and contacts by type.

The week is taken as typical. Every interval of it occurs so many times in an average month of the
calendar's year, on ordinary days and on holidays; the simulated figures are weighted by that.
"""

from __future__ import annotations

import itertools
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from types import MappingProxyType

import numpy as np
from numpy.typing import NDArray

from sim.cost import ContractOps, Hours, Ops, RetainedOps
from sim.decide.traffic import MonthCounts, handled, traffic
from sim.experiment import Case
from sim.metrics import Count, Presence, Tally, Work
from sim.scenario.model import Scenario
from sim.scenario.option import Group
from sim.scenario.terms import ContractTerms

__all__ = ["Month", "MonthCounts"]

Floats = NDArray[np.float64]

_KINDS = ("all", "night", "weekend", "holiday")
_HOUR_TYPES = tuple(itertools.product((False, True), repeat=3))


@dataclass(frozen=True, slots=True, eq=False)
class Month:
    """Weights that turn a replication's slots into an average month.

    Parameters
    ----------
    kinds
        [row, slot, kind of hour]; a channel that closes on holidays has its contacts on the other
        days only, and so have its parts.
    types
        [slot, type of hour].
    case
        What is played.
    """

    kinds: Floats
    types: Floats
    case: Case

    @classmethod
    def of(cls, scenario: Scenario, played: Case) -> Month:
        """Weights for a case of a scenario, whose period holds every interval of a week."""
        line = played.timeline
        place = line.week_slots[line.before : line.before + line.within]
        typed = scenario.calendar.average_month(scenario.interval).types
        always = np.ones(len(place), bool)
        holiday = [scenario.calendar.is_holiday(date) for date in scenario.calendar.dates]
        ordinary = ~np.repeat(holiday, line.per_day)
        kinds = [
            _kinds(typed[..., :1], place, ordinary)
            if channel.closed_on_holidays
            else _kinds(typed, place, always)
            for channel in played.demand.layout.shown
        ]
        types = _shared(typed, place, always)
        return cls(np.array(kinds), types.reshape(len(place), 8), played)

    def record(self, counted: Tally) -> Floats:
        """Weigh one replication, as one row of numbers."""
        contacts = np.einsum("rsk,rs->rk", counted.contacts, self.kinds[..., 0])
        own = self.kinds[: len(self.case.channels)]
        work = np.einsum("cgsk,csj->cgkj", counted.work, own)
        presence = np.einsum("gsk,st->gkt", counted.presence, self.types)
        return np.concatenate([contacts.ravel(), work.ravel(), presence.ravel()])

    def read(self, row: Floats) -> MonthCounts:
        """Read back a row, or a mean of rows."""
        channels, groups = len(self.case.channels), len(self.case.groups)
        shapes = (
            (len(self.case.rows), len(Count)),
            (channels, groups, len(Work), len(_KINDS)),
            (groups, len(Presence), len(_HOUR_TYPES)),
        )
        edges = np.cumsum([0, *(int(np.prod(shape)) for shape in shapes)])
        contacts, work, presence = (
            row[start:end].reshape(shape)
            for start, end, shape in zip(edges[:-1], edges[1:], shapes, strict=True)
        )
        return MonthCounts(contacts, work, presence)

    def inhouse(
        self, counts: MonthCounts, name: str, peak: float, beside: Sequence[str] = ()
    ) -> Ops:
        """Operations of an own group, and of those beside it that are paid with it."""
        rows = [self.case.groups.index(one) for one in (name, *beside)]
        lines = [traffic(self.case, counts, g) for g in rows]
        return Ops(
            hours=self._hours(counts, rows),
            peak_logged=peak,
            minutes_inbound=sum(one.inbound for one in lines),
            minutes_outbound=sum(one.outbound for one in lines),
            outbound_attempts=sum(one.attempts for one in lines),
            bot_sessions=sum(one.sessions for one in lines),
            bot_resolved=sum(one.resolved for one in lines),
        )

    def contract(
        self,
        counts: MonthCounts,
        name: str,
        group: Group,
        beside: Mapping[str, Group] = MappingProxyType({}),
    ) -> ContractOps:
        """Operations of a vendor's group, and of those beside it that are paid with it.

        What is priced by contact is not billed by the minute. Each group solves its own share of
        what it serves; one that says nothing of it solves that of the group that is paid.
        """
        team = {name: group, **beside}
        rows = [self.case.groups.index(one) for one in team]
        terms = group.contract or ContractTerms()
        by_minute = [
            c
            for c, channel in enumerate(self.case.channels)
            if channel not in terms.price_per_contact
        ]
        work = counts.work[:, rows].sum(axis=1)
        billed = work[by_minute, Work.BILLED].sum(axis=0) / 60
        done = {
            channel: [handled(self.case, counts, c, g) for g in rows]
            for c, channel in enumerate(self.case.channels)
        }
        served = {channel: sum(by_group) for channel, by_group in done.items()}
        solved = 0.0
        for by_group, one in zip(zip(*done.values(), strict=True), team.values(), strict=True):
            share = group.fcr if one.fcr is None else one.fcr
            solved += sum(by_group) * (share or 0.0)
        hours = self._hours(counts, rows)
        logged = sum(block.logged for block in hours)
        return ContractOps(
            billed_minutes=float(billed[0]),
            minutes_in={kind: float(billed[n]) for n, kind in enumerate(_KINDS) if n},
            handled=served,
            resolved=solved,
            fte_months=terms.ordered(logged),
            hours=hours,
            kpi=self._kpi(counts),
        )

    def _kpi(self, counts: MonthCounts) -> dict[str, float]:
        """What a month shows of every channel, in the names of promises of a contract."""
        found = {}
        for c, channel in enumerate(self.case.channels):
            own = counts.contacts[c]
            offered, served = float(own[Count.OFFERED]), float(own[Count.SERVED])
            within, left = float(own[Count.ANSWERED_WITHIN]), float(own[Count.ABANDONED])
            # A month without contacts breaks no promise.
            found[f"{channel}.service_level"] = within / offered if offered else 1.0
            found[f"{channel}.abandonment"] = left / offered if offered else 0.0
            found[f"{channel}.asa"] = float(own[Count.WAIT_SERVED]) / served if served else 0.0
        return found

    def retained(self, counts: MonthCounts, vendors: list[str], invoice_net: float) -> RetainedOps:
        """What stays with the client of vendors."""
        rows = [self.case.groups.index(name) for name in vendors]
        lines = [traffic(self.case, counts, g) for g in rows]
        channels = range(len(self.case.channels))
        return RetainedOps(
            vendor_handled=sum(handled(self.case, counts, c, g) for c in channels for g in rows),
            minutes_inbound=sum(line.inbound for line in lines),
            minutes_outbound=sum(line.outbound for line in lines),
            outbound_attempts=sum(line.attempts for line in lines),
            invoice_net=invoice_net,
        )

    def _hours(self, counts: MonthCounts, rows: Sequence[int]) -> tuple[Hours, ...]:
        """Logged hours of groups by type, work beyond the end of a shift among them."""
        logged = counts.presence[list(rows), Presence.LOGGED].sum(axis=0) / 3600
        return tuple(
            Hours(
                logged=float(hours),
                type="_".join(
                    word
                    for word, holds in zip(("night", "weekend", "holiday"), kind, strict=True)
                    if holds
                )
                or "day",
                night=kind[0],
                weekend=kind[1],
                holiday=kind[2],
            )
            for hours, kind in zip(logged, _HOUR_TYPES, strict=True)
        )


def _shared(typed: Floats, place: NDArray[np.int64], chosen: NDArray[np.bool_]) -> Floats:
    """Let each interval of the week be shared by the slots that stand for it."""
    occurs = np.bincount(place[chosen], minlength=len(typed))
    share = np.divide(chosen, occurs[place], out=np.zeros(len(place)), where=chosen)
    return np.asarray(typed[place] * share[:, None, None, None])


def _kinds(typed: Floats, place: NDArray[np.int64], chosen: NDArray[np.bool_]) -> Floats:
    """Occurrences of each slot in a month by kind of hour: all, night, weekend, holiday."""
    types = _shared(typed, place, chosen)
    by_kind = types, types[:, 1], types[:, :, 1], types[:, :, :, 1:]
    return np.stack([part.reshape(len(place), -1).sum(axis=1) for part in by_kind], axis=1)
