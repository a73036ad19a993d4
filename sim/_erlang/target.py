"""What is promised of a queue."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np

from sim._erlang.arrays import BoolArray, FloatArray
from sim._erlang.inputs import require_number, require_word
from sim._erlang.measures import SERVICE_RULES, QueueMeasures, ServiceRule
from sim.errors import InvalidInput

__all__ = ["DUST", "Target"]

DUST = 1e-12
"""Relative slack of a promise, so that 10 erlangs on 20 agents are 50 % busy, not a hair more."""

_SHARES = ("abandonment", "wait_probability", "occupancy", "blocking")
_BOUNDED = ("abandonment", "wait_probability", "occupancy", "asa", "mean_wait", "mean_queue")
_ORDER = (*_BOUNDED, "blocking")
"""Measures that can be bounded, in the order of the compiled search."""


class _Level(NamedTuple):
    """A share of contacts that must be within a threshold by a rule."""

    rule: ServiceRule
    awt: float
    share: float


@dataclass(frozen=True, kw_only=True)
class Target:
    """A promise to keep: a service level, or bounds on other measures, or several at once.

    Parameters
    ----------
    service_level
        Least share within `awt`, from 0 up to but not including 1.
    awt
        Acceptable waiting time [s]; needed with a service level.
    rule
        The service level meant, one of `SERVICE_RULES`.
    max_abandonment, max_wait_probability, max_occupancy, max_blocking
        Largest shares, above 0 and at most 1.
    max_asa, max_mean_wait
        Longest mean waits of those answered, and of everybody, above 0 [s].
    max_mean_queue
        Largest mean number of contacts waiting, above 0.
    max_wait_percentile
        Longest time in queue that a share `percentile` of contacts may not exceed, answered or
        not, at least 0 [s].
    percentile
        The share meant, from 0 up to but not including 1.

    Raises
    ------
    InvalidInput
        If a bound is out of range or nothing at all is promised.

    Examples
    --------
    >>> Target(service_level=0.8, awt=20).rule
    'offered'
    >>> Target(max_wait_percentile=60, max_occupancy=0.85).percentile
    0.95
    """

    service_level: float | None = None
    awt: float | None = None
    rule: ServiceRule = "offered"
    max_abandonment: float | None = None
    max_wait_probability: float | None = None
    max_occupancy: float | None = None
    max_asa: float | None = None
    max_mean_wait: float | None = None
    max_mean_queue: float | None = None
    max_blocking: float | None = None
    max_wait_percentile: float | None = None
    percentile: float = 0.95

    def __post_init__(self) -> None:
        require_word("rule", SERVICE_RULES, self.rule)
        require_number("percentile", self.percentile)
        given = {"service_level": self.service_level, "awt": self.awt}
        given |= {f"max_{name}": bound for name, bound in self._bounds().items()}
        given |= {"max_wait_percentile": self.max_wait_percentile, "percentile": self.percentile}
        for name, value in given.items():
            if value is not None:
                require_number(name, value)
        named = (self.service_level, self.max_wait_percentile, *self._bounds().values())
        if all(bound is None for bound in named):
            raise InvalidInput("service_level", "or another bound must be given", None)
        if self.service_level is not None:
            self._check_service_level(self.service_level)
        for name, bound in self._bounds().items():
            top = 1.0 if name in _SHARES else math.inf
            if not 0 < bound <= top:
                rule = "must be above 0" + (" and at most 1" if top == 1.0 else "")
                raise InvalidInput(f"max_{name}", rule, bound)
        if self.max_wait_percentile is not None and not 0 <= self.max_wait_percentile < math.inf:
            rule = "must be at least 0 and finite"
            raise InvalidInput("max_wait_percentile", rule, self.max_wait_percentile)
        if not 0 <= self.percentile < 1:
            raise InvalidInput("percentile", "must be at least 0 and below 1", self.percentile)

    def _check_service_level(self, level: float) -> None:
        if not 0 <= level < 1:
            hint = "no finite team serves everybody in time" if level == 1 else ""
            raise InvalidInput("service_level", "must be at least 0 and below 1", level, hint)
        if self.awt is None or not 0 <= self.awt < math.inf:
            rule = "must be at least 0 and finite when a service level is promised"
            raise InvalidInput("awt", rule, self.awt)

    def _bounds(self) -> dict[str, float]:
        bounds = {name: getattr(self, f"max_{name}") for name in _ORDER}
        return {name: bound for name, bound in bounds.items() if bound is not None}

    def _levels(self) -> list[_Level]:
        levels = []
        if self.service_level is not None and self.awt is not None:
            levels.append(_Level(self.rule, self.awt, self.service_level))
        if self.max_wait_percentile is not None:
            within = self.max_wait_percentile
            levels.append(_Level("including_short_abandons", within, self.percentile))
        return levels

    def _met(self, measures: QueueMeasures[FloatArray]) -> BoolArray:
        met = np.ones(np.shape(measures.load), dtype=np.bool_)
        for name, bound in self._bounds().items():
            values = _work_share(measures) if name == "occupancy" else getattr(measures, name)
            met &= values <= bound * (1 + DUST)
        for level in self._levels():
            reached = measures.service_level(level.rule, level.awt)
            met &= reached >= level.share * (1 - DUST)
        return met

    def _arrays(self) -> tuple[FloatArray, FloatArray]:
        """Return bounds and levels as the compiled search reads them, slack included."""
        bounds = np.full(len(_ORDER), math.inf)
        for name, bound in self._bounds().items():
            bounds[_ORDER.index(name)] = bound * (1 + DUST)
        levels = np.array(
            [
                (SERVICE_RULES.index(level.rule), level.awt, level.share * (1 - DUST))
                for level in self._levels()
            ]
        )
        return bounds, levels.reshape(-1, 3)


def _work_share(measures: QueueMeasures[FloatArray]) -> FloatArray:
    """Return the occupancy; without a steady state the work over the time, which may exceed it.

    Otherwise a promise of 90 % would be kept by no agents at all, who are never busy.
    """
    work = measures.load * (1.0 - np.asarray(measures.balking))
    with np.errstate(divide="ignore", invalid="ignore"):
        demand = np.where(measures.arrival_rate > 0, work / measures.agents, 0.0)
    alone = (np.asarray(measures.agents) == 0) & (np.asarray(measures.arrival_rate) > 0)
    flooded = np.isinf(measures.mean_wait)
    share: FloatArray = np.where(alone, math.inf, np.where(flooded, demand, measures.occupancy))
    return share
