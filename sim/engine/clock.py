"""A clock for the readable engine: what is to happen, in the order of time, kind and row."""

from __future__ import annotations

from collections.abc import Callable

import simpy

from sim.engine.contract import CLOCK_LIMIT, MOST_ATTEMPTS, Event

__all__ = ["Clock", "Moment"]


class Moment(simpy.Event):
    """A point on the clock with its place among the events of the same tick."""

    def __init__(self, env: simpy.Environment) -> None:
        super().__init__(env)
        self._ok = True
        self._value = None

    def call_off(self) -> None:
        """Let nothing happen when it comes."""
        self.callbacks = []


class Clock:
    """Plays what is to happen; each moment that comes is an event."""

    def __init__(self) -> None:
        self._env = simpy.Environment(initial_time=0)
        self.events = 0
        self.now = 0  # tick of the event that is played, or of the last one

    def at(self, tick: int, kind: Event, row: int, action: Callable[[], None]) -> Moment:
        """Let something happen at a tick, if the clock runs so far; releases come in any case."""
        moment = Moment(self._env)
        assert moment.callbacks is not None
        moment.callbacks.append(lambda _: self._play(tick, action))
        if tick < CLOCK_LIMIT or kind is Event.RELEASE:
            place = (kind + 1) * MOST_ATTEMPTS + row
            # SimPy names two priorities; any number sorts, and ours order what is simultaneous.
            self._env.schedule(moment, place, tick - self.now)  # type: ignore[arg-type]
        return moment

    def run(self) -> None:
        """Play until nothing more is to happen."""
        self._env.run()

    def _play(self, tick: int, action: Callable[[], None]) -> None:
        """Play an event."""
        self.events += 1
        self.now = tick
        action()
