"""Closed forms against other open libraries, on the same queues.

The others are no part of the project's requirements: whatever of them is installed is measured,
and the title says what is not. `pip install pyworkforce call-center-tools pyqueueing` brings them.
"""

from __future__ import annotations

import importlib
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from benchmarks.phases import Bench, Phase
from sim.erlang import Target, agents_needed, erlang_a, erlang_c

Floats = NDArray[np.float64]

AWT = 20.0
HALF_HOUR = 1800.0
EIGHTY_TWENTY = Target(service_level=0.8, awt=AWT)


@dataclass(frozen=True)
class Queues:
    """Call-centre sizes: 5 to 200 agents, patience of one to ten minutes."""

    rate: Floats
    aht: Floats
    agents: Floats
    patience: Floats

    def some(self, number: int) -> Queues:
        """A few of them, evenly taken: others are slow."""
        at = np.linspace(0, len(self.rate) - 1, max(1, min(number, len(self.rate)))).astype(int)
        return Queues(self.rate[at], self.aht[at], self.agents[at], self.patience[at])

    def rows(self) -> list[tuple[float, float, int, float]]:
        """Rate [1/s], handle time [s], agents, patience [s] of each: peers take one at a time."""
        columns = self.rate.tolist(), self.aht.tolist(), self.agents.tolist()
        return [
            (rate, aht, int(agents), patience)
            for rate, aht, agents, patience in zip(*columns, self.patience.tolist(), strict=True)
        ]


def queues(number: int, busiest: float) -> Queues:
    """Teams of 5 to 200 agents at 70 % of their capacity up to the busiest share of it."""
    draw = np.random.default_rng(11)
    agents = draw.integers(5, 201, number).astype(np.float64)
    aht = draw.uniform(120.0, 420.0, number)
    load = agents * draw.uniform(0.7, busiest, number)
    return Queues(load / aht, aht, agents, draw.uniform(60.0, 600.0, number))


def peer(name: str) -> Any:
    """A library if it is installed."""
    try:
        return importlib.import_module(name)
    except ImportError:
        return None


def bench(title: str, ours: list[Phase], theirs: dict[str, Phase | None]) -> Bench:
    """Others first, so that ratios are to the first of them; absent ones are named."""
    absent = [name for name, phase in theirs.items() if phase is None]
    note = f" (not installed: {', '.join(absent)})" if absent else ""
    return Bench(title + note, (*(p for p in theirs.values() if p is not None), *ours))


def phase(name: str, some: Queues, run: Callable[[Queues], object]) -> Phase:
    """One way to solve them all, counted in queues."""
    return Phase(name, len(some.rate), lambda: run(some))


def impatient(size: float) -> Bench:
    """All measures of Erlang A, and a service level."""
    many = queues(max(100, int(200_000 * size)), busiest=1.1)
    return bench(
        "Erlang A, 5-200 agents",
        [
            phase("Linewise, one by one", many.some(200), one_by_one),
            phase("Linewise, arrays", many, arrays),
        ],
        {
            "pyworkforce": peer_phase("pyworkforce", many, 8, pyworkforce_a, "pyworkforce.queuing"),
            "pyqueueing": peer_phase("pyqueueing", many, 20, pyqueueing_a),
        },
    )


def patient(size: float) -> Bench:
    """Erlang C and a service level."""
    many = queues(max(100, int(200_000 * size)), busiest=0.98)
    return bench(
        "Erlang C, 5-200 agents",
        [
            phase("Linewise, one by one", many.some(200), one_by_one_c),
            phase("Linewise, arrays", many, arrays_c),
        ],
        {
            "pyworkforce": peer_phase(
                "pyworkforce", many, 500, pyworkforce_c, "pyworkforce.queuing"
            ),
            "call-center-tools": peer_phase(
                "call-center-tools", many, 500, call_center_tools_c, "call_center_tools.erlang"
            ),
            "pyqueueing": peer_phase("pyqueueing", many, 50, pyqueueing_c),
        },
    )


def staffing(size: float) -> Bench:
    """Least agents for 80 % in 20 s, interval by interval."""
    many = queues(max(100, int(100_000 * size)), busiest=0.98)
    return bench(
        "Agents for 80/20, 5-200 agents",
        [
            phase("Linewise, Erlang C", many, agents_c),
            phase("Linewise, Erlang A", many, agents_a),
        ],
        {
            "pyworkforce": peer_phase(
                "pyworkforce, Erlang C", many, 200, pyworkforce_agents, "pyworkforce.queuing"
            )
        },
    )


def peer_phase(
    name: str, many: Queues, number: int, run: Callable[[Any, Queues], object], module: str = ""
) -> Phase | None:
    """A phase of another library; None where it, or what is asked of it, is absent."""
    library = peer(module or name)
    if library is None or not PEER_NEEDS.get(run.__name__, lambda _: True)(library):
        return None
    return phase(name, many.some(number), lambda some: run(library, some))


PEER_NEEDS: dict[str, Callable[[Any], bool]] = {
    # Its Erlang A came with 0.5.2, for Python 3.12 and later.
    "pyworkforce_a": lambda library: hasattr(library, "ErlangA")
}


# What is measured


def arrays(some: Queues) -> object:
    """Erlang A of all at once."""
    queue = erlang_a(
        arrival_rate=some.rate, aht=some.aht, agents=some.agents, patience=some.patience
    )
    return queue.service_level("offered", AWT)


def one_by_one(some: Queues) -> object:
    """Erlang A as a script would call it, with a number for each."""
    return [
        erlang_a(arrival_rate=rate, aht=aht, agents=agents, patience=patience).service_level(
            "offered", AWT
        )
        for rate, aht, agents, patience in some.rows()
    ]


def arrays_c(some: Queues) -> object:
    """Erlang C of all at once; each has more agents than load."""
    queue = erlang_c(arrival_rate=some.rate, aht=some.aht, agents=some.agents)
    return queue.service_level("offered", AWT)


def one_by_one_c(some: Queues) -> object:
    """Erlang C as a script would call it, with a number for each."""
    return [
        erlang_c(arrival_rate=rate, aht=aht, agents=agents).service_level("offered", AWT)
        for rate, aht, agents, _ in some.rows()
    ]


def agents_a(some: Queues) -> object:
    """The fewest agents that keep 80/20 where callers give up."""
    return agents_needed(
        EIGHTY_TWENTY, arrival_rate=some.rate, aht=some.aht, patience=some.patience
    )


def agents_c(some: Queues) -> object:
    """The fewest agents that keep 80/20 where nobody gives up."""
    return agents_needed(EIGHTY_TWENTY, arrival_rate=some.rate, aht=some.aht)


def pyworkforce_a(library: Any, some: Queues) -> object:
    """Its service level and abandonment are two calls; it counts in minutes."""
    found = []
    for rate, aht, agents, patience in some.rows():
        queue = library.ErlangA(
            transactions=rate * HALF_HOUR,
            aht=aht / 60,
            asa=AWT / 60,
            interval=30,
            patience=patience / 60,
        )
        found.append((queue.service_level(agents), queue.abandonment_probability(agents)))
    return found


def pyworkforce_c(library: Any, some: Queues) -> object:
    """Its service level and chance to wait are two calls, in seconds and minutes."""
    found = []
    for rate, aht, agents, _ in some.rows():
        queue = library.ErlangC(
            transactions=rate * HALF_HOUR, aht=aht / 60, asa=AWT / 60, interval=30
        )
        found.append((queue.service_level(agents), queue.waiting_probability(agents)))
    return found


def pyworkforce_agents(library: Any, some: Queues) -> object:
    """Its search for the fewest positions, one after the other."""
    return [
        library.ErlangC(
            transactions=rate * HALF_HOUR, aht=aht / 60, asa=AWT / 60, interval=30
        ).required_positions(service_level=0.8)
        for rate, aht, _, _ in some.rows()
    ]


def call_center_tools_c(library: Any, some: Queues) -> object:
    """It gives the chance to wait and nothing else."""
    return [library.erlang_c(rate * aht, agents) for rate, aht, agents, _ in some.rows()]


def pyqueueing_a(library: Any, some: Queues) -> object:
    """Its service level under patience, by rates."""
    return [
        library.ErlangA(
            arrival_rate=rate, service_rate=1 / aht, servers=agents, patience_rate=1 / patience
        ).service_level(AWT)
        for rate, aht, agents, patience in some.rows()
    ]


def pyqueueing_c(library: Any, some: Queues) -> object:
    """Its service level without patience, by rates."""
    return [
        library.ErlangC(arrival_rate=rate, service_rate=1 / aht, servers=agents).service_level(AWT)
        for rate, aht, agents, _ in some.rows()
    ]
