"""A law of a scenario as a curve: which share of durations lies below a time."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from sim.demand import sampling
from sim.demand.codes import coded
from sim.scenario.laws import Law

__all__ = ["below"]

Floats = NDArray[np.float64]

#: Durations, equally likely, that a curve is made of.
_DRAWN = 20_000


def below(law: Law, times: Floats) -> Floats:
    """Share of durations of a law that are at most so long, as the simulator draws them.

    Parameters
    ----------
    law
        As a scenario has it.
    times
        Durations [s].

    Examples
    --------
    >>> from sim.scenario.laws import Exponential
    >>> below(Exponential(mean=60.0), np.array([60.0])).round(3).tolist()
    [0.632]
    """
    table: list[tuple[float, float]] = []
    code, first, second = coded(law, table)
    if code == sampling.FIXED:
        return np.where(times >= first, 1.0, 0.0)
    laws = sampling.Laws(
        np.array([[code]]), np.array([[[first, second]]]), np.array(table or [(0.0, 0.0)])
    )
    drawn = (np.arange(_DRAWN) + 0.5) / _DRAWN
    sampling.to_durations(drawn, laws, 0, 0)
    drawn.sort()
    return np.asarray(np.searchsorted(drawn, times, side="right") / _DRAWN)
