"""Formula and simulation side by side on queues that both can answer."""

from __future__ import annotations

import math
from dataclasses import dataclass

from sim import erlang
from sim.erlang import Deterministic, Exponential
from sim.experiment.stationary import StationaryQueue, stationary_queue
from sim.scenario.laws import Fixed
from sim.stats import Estimate

__all__ = ["PROOFS", "Proof", "prove"]

#: Calls in each run; the beginning, which is put aside, among them.
CALLS = 2_000_000
_RATE, _AHT, _AWT = 100 / 1800, 180.0, 20.0


@dataclass(frozen=True, slots=True)
class Proof:
    """One measure of one queue, computed twice.

    Parameters
    ----------
    queue
        Which of `PROOFS`.
    measure
        ``service_level``, ``abandonment`` or ``mean_wait`` [share, share, s].
    formula
        By closed form.
    simulated
        By simulation, with its interval.
    """

    queue: str
    measure: str
    formula: float
    simulated: Estimate

    @property
    def agrees(self) -> bool:
        """Whether the formula lies in the interval of the simulation."""
        return abs(self.simulated.value - self.formula) <= self.simulated.half_width


@dataclass(frozen=True, slots=True)
class _Queue:
    """A queue that both can answer."""

    agents: int
    service: Deterministic | Exponential
    patience: Deterministic | Exponential | None

    def formula(self) -> erlang.QueueMeasures[float]:
        """The closed form."""
        if isinstance(self.service, Deterministic):
            patience = math.inf if self.patience is None else self.patience
            exact = erlang.mgn(
                arrival_rate=_RATE, service=self.service, agents=self.agents, patience=patience
            )
        elif self.patience is None:
            exact = erlang.erlang_c(arrival_rate=_RATE, aht=_AHT, agents=self.agents)
        else:
            exact = erlang.erlang_a(
                arrival_rate=_RATE, aht=_AHT, agents=self.agents, patience=self.patience
            )
        return exact

    def played(self, seed: int) -> StationaryQueue:
        """The simulation."""
        return stationary_queue(
            arrival_rate=_RATE,
            handle_time=_drawn(self.service),
            agents=self.agents,
            patience=math.inf if self.patience is None else _drawn(self.patience),
            awt=_AWT,
            contacts=CALLS,
            seed=seed,
        )


def _drawn(law: Deterministic | Exponential) -> Fixed | float:
    """A law of the closed forms as the simulation draws it."""
    return Fixed(value=law.mean) if isinstance(law, Deterministic) else law.mean


#: Queues by name: 100 calls in half an hour, three minutes each.
PROOFS: dict[str, _Queue] = {
    "erlang_c": _Queue(12, Exponential(mean=_AHT), None),
    "erlang_a": _Queue(11, Exponential(mean=_AHT), Exponential(mean=_AHT)),
    "fixed_patience": _Queue(11, Exponential(mean=_AHT), Deterministic(value=60.0)),
    "fixed_handle_time": _Queue(12, Deterministic(value=_AHT), None),
}


def prove(name: str, seed: int = 1) -> tuple[Proof, ...]:
    """One of `PROOFS` computed and simulated.

    Parameters
    ----------
    name
        Which.
    seed
        Where the random numbers start: another one plays other calls.

    Examples
    --------
    >>> [one.measure for one in prove("erlang_a") if one.agrees]
    ['service_level', 'abandonment', 'mean_wait']
    """
    queue = PROOFS[name]
    exact, played = queue.formula(), queue.played(seed)
    found = [
        (
            "service_level",
            exact.service_level("offered", _AWT),
            played["service_level_offered"],
        ),
        ("abandonment", exact.abandonment, played["abandonment"]),
        ("mean_wait", exact.mean_wait, played["mean_wait"]),
    ]
    if queue.patience is None:  # nobody gives up there
        found = [row for row in found if row[0] != "abandonment"]
    return tuple(Proof(name, *row) for row in found)
