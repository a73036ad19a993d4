"""Differences between options that met the same customers."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from sim.errors import InvalidInput
from sim.experiment.replications import Replications
from sim.metrics import measure_names, parts, service_level
from sim.stats import CONFIDENCE, Estimate, paired_mean, paired_ratio

__all__ = ["check_paired", "difference"]

Floats = NDArray[np.float64]


def check_paired(ours: Replications, theirs: Replications) -> None:
    """Refuse two results that did not meet the same customers.

    An interval from unpaired figures would look like one from pairs, only wrong.

    Raises
    ------
    InvalidInput
        If they were drawn from other seeds or replications, over other days, or otherwise.
    """
    one, other = ours.case.demand, theirs.case.demand
    for what, mine, yours in (
        ("seed", ours.seed, theirs.seed),
        ("first replication", ours.first, theirs.first),
        ("replications", ours.count, theirs.count),
        (
            "days",
            (one.timeline.calendar.start, one.timeline.calendar.days),
            (other.timeline.calendar.start, other.timeline.calendar.days),
        ),
        ("interval", one.timeline.interval, other.timeline.interval),
        ("warm-up", one.timeline.before, other.timeline.before),
        ("variance", one.strata, other.strata),
    ):
        if mine != yours:
            rule = f"must be that of theirs ({yours}): else customers are not the same"
            raise InvalidInput(f"{what} of ours", rule, mine)


def difference(
    ours: Replications,
    theirs: Replications,
    measure: str,
    channel: str,
    *,
    confidence: float = CONFIDENCE,
) -> Estimate:
    """A measure of ours minus that of theirs over the whole period, replication by replication.

    Parameters
    ----------
    ours, theirs
        Results of two options, or of two scenarios, that met the same customers.
    measure
        As `Replications.estimate` takes it; ``service_level`` is that of each one's own rule.
    channel
        A channel of both, or a part of it, such as ``phone.vip``.

    Raises
    ------
    InvalidInput
        If they did not meet the same customers, or there is no such measure or channel.
    """
    check_paired(ours, theirs)
    one, other = _side(ours, measure, channel), _side(theirs, measure, channel)
    if (one[1] is None) != (other[1] is None):
        raise InvalidInput("measure", "must have the same rule on both sides", measure)
    if one[1] is None or other[1] is None:
        return paired_mean(one[0], other[0], confidence)
    return paired_ratio((one[0], one[1]), (other[0], other[1]), ours.weights, confidence)


def _side(result: Replications, measure: str, channel: str) -> tuple[Floats, Floats | None]:
    """Numerator and denominator by row; the virtual service level is a mean and has none."""
    rows = result.case.rows
    if channel not in rows:
        raise InvalidInput("channel", f"must be one of {', '.join(rows)}", channel)
    c = rows.index(channel)
    name = service_level(result.case.rules[c]) if measure == "service_level" else measure
    if name == service_level("virtual"):
        return result.virtual[:, c], None
    if name not in measure_names():
        rule = f"must be one of {', '.join(measure_names())}"
        raise InvalidInput("measure", rule, measure)
    over, under = (side[:, measure_names().index(name)] for side in parts(result.totals[:, c]))
    return over, under
