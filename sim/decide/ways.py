"""What becomes of contacts beside being answered: passed on, solved by the bot."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from sim.decide.month import Month
from sim.demand.queues import passed_on
from sim.experiment import Case, Replications
from sim.metrics import Count, Tally, Work
from sim.scenario.option import Option

__all__ = ["Recorder", "Ways", "served_by_group", "ways"]

Floats = NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Ways:
    """Where the contacts of one channel go on to; None where the channel has no such way.

    Parameters
    ----------
    passed_on
        Share of the contacts that agents served which they passed on to another channel.
    self_served
        Share of the channel's clients whom the bot helped for good.
    reached
        Share of the calls on the centre's list that were made and reached somebody.

    Notes
    -----
    They are expected shares, given who served whom: what the file says of each group and of the
    bot, weighed by the contacts that came to them. So they have no noise of their own.
    """

    passed_on: float | None
    self_served: float | None
    reached: float | None


@dataclass(frozen=True, slots=True, eq=False)
class Recorder:
    """What to keep of each replication: its month, where there are terms, and who served whom."""

    month: Month | None

    def __call__(self, counted: Tally) -> Floats:
        """Keep one replication, as one row of numbers."""
        served = counted.work[..., Work.SERVED].sum(axis=2).ravel()
        return np.concatenate([self.month.record(counted), served]) if self.month else served


def served_by_group(result: Replications) -> Floats:
    """Contacts that each group served in the period, [channel, group]: mean over replications.

    Of replications that a `Recorder` kept; known with and without terms.
    """
    shape = (len(result.case.channels), len(result.case.groups))
    return result.record[-int(np.prod(shape)) :].reshape(shape)


def ways(case: Case, option: Option, result: Replications) -> Mapping[str, Ways]:
    """Where contacts go on to, by channel."""
    layout = case.demand.layout
    served = served_by_group(result)
    shares = passed_on(layout, option)[: len(case.channels)] / 1e6
    found = {}
    for c, (name, channel) in enumerate(layout.channels.items()):
        passed = self_served = reached = None
        own = result.counts(name).sum(axis=0)
        if channel.outbound is not None:
            calls = float(own[Count.OFFERED])
            made = float(own[Count.SERVED]) * channel.outbound.reached
            reached = made / calls if calls else float("nan")
        if channel.escalation is not None:
            total = float(served[c].sum())
            passed = float(served[c] @ shares[c]) / total if total else float("nan")
        if channel.bot is not None:
            clients = float(own[Count.CLIENTS] + own[Count.CLIENTS_CLOSED])
            sessions = float(result.counts(f"{name}.bot").sum(axis=0)[Count.SERVED])
            helped = sessions * channel.bot.resolved * (1 - channel.bot.back)
            self_served = helped / clients if clients else float("nan")
        found[name] = Ways(passed, self_served, reached)
    return found
