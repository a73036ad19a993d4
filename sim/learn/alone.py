"""A learnt scenario played by itself, to be held against the log that it was learnt from."""

from __future__ import annotations

import tempfile
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

from sim.experiment import case, replicate
from sim.learn.figures import Figure
from sim.learn.scenario import Written
from sim.scenario import load
from sim.stats import Estimate

__all__ = ["Alone", "alone"]

#: Points of abandonment by which a scenario may be off and still be said to repeat its log.
_APART = 0.05
_WEEKS = 8


@dataclass(frozen=True, slots=True)
class Alone:
    """One channel of the scenario, with arrivals and agents of its own: nothing of the log.

    Parameters
    ----------
    abandonment
        Gave up while waiting, of all offered.
    asa
        Mean wait of the answered [s].
    """

    abandonment: Estimate
    asa: Estimate

    def repeats(self, abandonment: Figure) -> bool:
        """Whether as many give up as in the log."""
        return abs(self.abandonment.value - abandonment.value) <= _APART


def alone(text: Written, channels: Iterable[str], seed: int) -> dict[str, Alone]:
    """Play weeks of a scenario.

    Parameters
    ----------
    text
        The scenario.
    channels
        What the log calls its channels, in their order.
    seed
        Where random numbers start.
    """
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder, "learnt.yaml")
        text.save(path)
        scenario = load(path)
    played = replicate(case(scenario, scenario.baseline), seed=seed, replications=_WEEKS)
    return {
        name: Alone(played.estimate("abandonment", key), played.estimate("asa", key))
        for name, key in zip(channels, scenario.channels, strict=True)
    }
