"""What poor service costs beside the budget: orders lost now, customers lost later, satisfaction.

It stands apart from the operating cost. The margin of a lost order covers the order at hand;
the value of a lost customer starts with the next one, so that nothing counts twice.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Literal, get_args

from sim.cost.statement import Group, Line, Statement, agree, ensure
from sim.errors import InvalidInput
from sim.scenario.terms import ChannelLoss, Consequences, Measure, Satisfaction

__all__ = [
    "Fate",
    "Served",
    "consequences",
    "satisfaction",
]

Fate = Literal["closed", "abandoned", "blocked"]
_FATES: tuple[Fate, ...] = get_args(Fate)


@dataclass(frozen=True, slots=True, kw_only=True)
class Served:
    """What became of the matters of a month.

    Parameters
    ----------
    resolved_first, resolved_later, never
        Served, by how the matter went.
    lost
        Not served, by channel and by the way they were lost: ``closed``, ``abandoned``,
        ``blocked``.

    Raises
    ------
    InvalidInput
        If a number is negative, or a way unknown.

    Examples
    --------
    >>> Served.by_fcr(1000, fcr=0.75, resolved_later_share=0.6).never
    100.0
    """

    resolved_first: float = 0.0
    resolved_later: float = 0.0
    never: float = 0.0
    lost: Mapping[str, Mapping[Fate, float]] = field(default_factory=dict, hash=False)

    def __post_init__(self) -> None:
        counts = {name: getattr(self, name) for name in ("resolved_first", "resolved_later")}
        counts["never"] = self.never
        for channel, fates in self.lost.items():
            for fate, count in fates.items():
                if fate not in _FATES:
                    raise InvalidInput("lost", f"must be by {', '.join(_FATES)}", fate)
                counts[f"lost[{channel}][{fate}]"] = count
        for name, count in counts.items():
            if not (math.isfinite(count) and count >= 0):
                raise InvalidInput(name, "must be a number of at least 0", count)

    @classmethod
    def by_fcr(
        cls,
        served: float,
        *,
        fcr: float,
        resolved_later_share: float,
        lost: Mapping[str, Mapping[Fate, float]] | None = None,
    ) -> Served:
        """Served matters divided by shares.

        Parameters
        ----------
        served
            Matters that were served.
        fcr
            Share resolved at the first contact.
        resolved_later_share
            Share resolved later, of the others.
        lost
            As in `Served`.
        """
        for name, share in (("fcr", fcr), ("resolved_later_share", resolved_later_share)):
            if not 0 <= share <= 1:
                raise InvalidInput(name, "must be a share from 0 to 1", share)
        later = served * (1 - fcr) * resolved_later_share
        return cls(
            resolved_first=served * fcr,
            resolved_later=later,
            never=served * (1 - fcr) * (1 - resolved_later_share),
            lost=lost or {},
        )

    @property
    def count(self) -> float:
        """All matters that were served."""
        return math.fsum((self.resolved_first, self.resolved_later, self.never))


def consequences(terms: Consequences, served: Served) -> Statement:
    """Margin lost in a month, with orders and with customers.

    Parameters
    ----------
    terms
        Intent, recovery, margin, the value of a customer.
    served
        What became of the month's matters.

    Returns
    -------
    Statement
        ``lost_order_margin`` and ``churn``; `info` holds lost contacts and customers. It is never
        a part of the operating cost.

    Notes
    -----
    Churn is counted as the excess over a month in which everything is resolved at the first
    contact. A channel that the terms do not name loses no order; its matters count as unresolved.

    Examples
    --------
    >>> from sim.scenario.terms import Consequences
    >>> terms = Consequences(
    ...     margin_per_order=2400,
    ...     channels={"phone": {"order_intent": 0.25, "recovered": {"abandoned": 0.4}}},
    ... )
    >>> round(consequences(terms, Served(lost={"phone": {"abandoned": 100}})).total, 2)
    36000.0
    """
    orders = _lost_orders(terms, served)
    churn = _churn(terms, served)
    lost = math.fsum(count for fates in served.lost.values() for count in fates.values())
    value = terms.customer_value
    info = {"lost_contacts": lost, "customers_lost": churn.amount / value if value else 0.0}
    return Statement((orders, churn), info)


def _lost_orders(terms: Consequences, served: Served) -> Line:
    parts = []
    for channel, fates in served.lost.items():
        loss = terms.channels.get(channel, ChannelLoss())
        for fate, count in fates.items():
            inputs = {
                "lost": count,
                "order_intent": loss.order_intent,
                "recovered": getattr(loss.recovered, fate),
                "margin_per_order": terms.margin_per_order,
            }
            amount = count * loss.order_intent * (1 - inputs["recovered"]) * terms.margin_per_order
            formula = "lost * order_intent * (1 - recovered) * margin_per_order"
            parts.append(Line(f"{channel}_{fate}", Group.CONSEQUENCES, amount, formula, inputs))
    return Line.of("lost_order_margin", Group.CONSEQUENCES, parts)


def _churn(terms: Consequences, served: Served) -> Line:
    intent = terms.defect_intent
    parts = [
        _leavers(terms, "resolved_later", served.resolved_later, intent.resolved_later),
        _leavers(terms, "unresolved", served.never, intent.unresolved),
    ]
    for channel, fates in served.lost.items():
        loss = terms.channels.get(channel, ChannelLoss())
        gone = math.fsum(
            count * (1 - getattr(loss.recovered, fate)) * loss.unresolved
            for fate, count in fates.items()
        )
        parts.append(_leavers(terms, f"{channel}_lost", gone, intent.unresolved))
    churn = Line.of("churn", Group.CONSEQUENCES, parts)
    matters = served.count + math.fsum(n for fates in served.lost.values() for n in fates.values())
    most = matters * terms.existing_share * terms.intent_to_action * terms.customer_value
    ensure(
        0 <= churn.amount <= most or agree(churn.amount, most),
        "more customers leave than there are",
    )
    return churn


def _leavers(terms: Consequences, name: str, matters: float, intent: float) -> Line:
    excess = intent - terms.defect_intent.resolved_first
    value = terms.customer_value
    return Line(
        name,
        Group.CONSEQUENCES,
        matters * terms.existing_share * excess * terms.intent_to_action * value,
        "matters * existing_share * excess_defect_intent * intent_to_action * customer_value",
        {
            "matters": matters,
            "existing_share": terms.existing_share,
            "excess_defect_intent": excess,
            "intent_to_action": terms.intent_to_action,
            "customer_value": value,
        },
    )


def satisfaction(
    terms: Satisfaction, *, asa: float, abandonment: float, fcr: float
) -> dict[str, float]:
    """Satisfaction at a service, by the response that the user calibrated: an assumption.

    Parameters
    ----------
    terms
        Service and satisfaction today, and how the one moves the other.
    asa
        Average speed of answer [s].
    abandonment, fcr
        As shares.

    Returns
    -------
    dict[str, float]
        ``csat`` and ``nps``, those that the terms have.

    Examples
    --------
    >>> from sim.scenario.terms import Satisfaction
    >>> terms = Satisfaction(fcr=0.7, csat={"now": 76, "per_point_of_fcr": 1})
    >>> satisfaction(terms, asa=20, abandonment=0.05, fcr=0.75)
    {'csat': 81.0}
    """
    moves = (
        asa / 60 - terms.asa_minutes,
        100 * (abandonment - terms.abandonment),
        100 * (fcr - terms.fcr),
    )
    measures = {"csat": terms.csat, "nps": terms.nps}
    return {name: _moved(measure, moves) for name, measure in measures.items() if measure}


def _moved(measure: Measure, moves: tuple[float, float, float]) -> float:
    slopes = (
        measure.per_minute_of_wait,
        measure.per_point_of_abandonment,
        measure.per_point_of_fcr,
    )
    value = measure.now + math.fsum(s * m for s, m in zip(slopes, moves, strict=True))
    return round(min(max(value, measure.lowest), measure.highest), 9)
