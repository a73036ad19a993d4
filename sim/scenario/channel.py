"""A channel: the way in. How much comes, how long it takes, how long people wait for it."""

from __future__ import annotations

import math
import re
from collections.abc import Mapping
from typing import Annotated, Any, Literal, Self

from pydantic import ConfigDict, Field, ValidationInfo, field_validator, model_validator

from sim.errors import InvalidInput
from sim.scenario.base import Also, Strict, Text, broken, optional
from sim.scenario.hours import OpenHours
from sim.scenario.laws import Law, Never, TimeLaw
from sim.scenario.parse import MOST_PER_WEEK, as_share
from sim.scenario.profile import VolumeProfile
from sim.scenario.units import (
    PER_CENT,
    Count,
    Duration,
    Factor,
    Fraction,
    PerWeek,
    PositiveDuration,
    Share,
)

__all__ = ["Channel", "Redial", "Target"]

Rule = Literal[
    "offered", "answered", "excluding_short_abandons", "including_short_abandons", "virtual"
]
Hold = Literal["every interval", "every day", "on average"]


_IN_TIME = Also(
    type="string", pattern=rf"^\s*{PER_CENT}\s+(in|within)\s+[0-9]", examples=["80% in 20s"]
)


class Redial(Strict):
    """What people do who were not served: some try again."""

    probability: Share
    """Share that tries again after abandoning."""
    delay: TimeLaw
    """Time until the next try."""
    # What is given wrongly is told once, at its own place.
    after_busy: Share = Field(default_factory=lambda known: known.get("probability", 0.0))
    """Share that tries again after finding all lines busy; as after abandoning unless given."""
    at_most: Annotated[Count, Field(ge=1, le=100)] = 5
    """Tries in all before a contact gives up."""


class Target(Strict):
    """The service that is promised, written ``answered: 80% in 20s``."""

    model_config = ConfigDict(json_schema_extra=optional("awt"))

    answered: Annotated[Share, _IN_TIME]
    """Share that must be answered within `awt`."""
    awt: PositiveDuration
    """Acceptable waiting time [s]."""
    rule: Rule = "offered"
    """Which service level is meant: share of what."""
    abandonment: Share | None = None
    """Largest share that may abandon; None promises nothing."""
    hold: Hold = "every interval"
    """Over which time the promise must hold."""

    @model_validator(mode="before")
    @classmethod
    def _split(cls, data: Any) -> Any:
        if not isinstance(data, Mapping | Target):
            raise InvalidInput(
                "target", "must be a mapping", data, "such as {answered: 80% in 20s}"
            )
        if isinstance(data, Target) or not isinstance(data.get("answered"), str) or "awt" in data:
            return data
        match = re.fullmatch(r"(.{1,20}?)\s+(?:in|within)\s+(.{1,20})", data["answered"].strip())
        if not match:
            rule, hint = "must give a share and a time", "write it like answered: 80% in 20s"
            raise broken(("answered",), rule, data["answered"], hint)
        return {**data, "answered": match[1], "awt": match[2]}

    @field_validator("abandonment", mode="after")
    @classmethod
    def _somebody_may(cls, abandonment: float | None) -> float | None:
        if abandonment is not None and abandonment <= 0:
            rule, hint = "must be above 0%", "nobody can promise that all stay: write 1%"
            raise InvalidInput("abandonment", rule, as_share(abandonment), hint)
        return abandonment

    @field_validator("answered", mode="after")
    @classmethod
    def _can_be_kept(cls, answered: float) -> float:
        if answered <= 0:
            rule, hint = "must be above 0%", "leave target out to promise nothing"
            raise InvalidInput("answered", rule, as_share(answered), hint)
        if answered >= 1:
            rule, hint = "must be below 100%", "nobody can promise all: write 99%"
            raise InvalidInput("answered", rule, as_share(answered), hint)
        return answered


class Channel(Strict):
    """A stream of contacts of one kind.

    Examples
    --------
    >>> from sim.scenario.laws import Exponential
    >>> flat = Channel(kind="voice", arrivals=(10.0,) * 168, handle_time=Exponential(mean=240.0))
    >>> flat.volume, flat.patience.mean
    (1680.0, inf)
    """

    kind: Literal["voice", "chat", "email"]
    """How contacts are handled."""
    title: Text | None = None
    """The name that people read; the key of the channel when absent."""
    stated_volume: PerWeek | None = Field(default=None, alias="volume")
    """Volume as written [contacts per week]; arrivals are scaled to it."""
    arrivals: VolumeProfile
    """Expected contacts in each interval of the week, from Monday 00:00, volume applied."""
    day_variation: Factor = 0.0
    """Coefficient of variation of a day's volume around its mean."""
    handle_time: TimeLaw
    """Time an agent is in contact."""
    after_call_work: TimeLaw | None = None
    """Work after the contact; None for none."""
    patience: Law = Field(default_factory=Never)
    """Time a contact would wait before abandoning."""
    balking: Fraction = 0.0
    """Share that leaves at once when nobody is free, whatever the patience of the others."""
    redial: Redial | None = None
    """Tries after not being served; None for none."""
    target: Target | None = None
    """The service promised; None promises nothing."""
    priority: Annotated[Count, Field(ge=1, le=1000)] = 1
    """1 is served first; among equals the longest wait is."""
    lines: Annotated[Count, Field(ge=1)] | None = None
    """Trunk lines; None for plenty."""
    open: OpenHours = Field(default_factory=lambda: OpenHours.of("always"))
    """Hours in which a contact is let in; outside them it meets "closed"."""
    closed_on_holidays: bool = False
    """Whether holidays are closed days."""
    short_abandon: Duration | None = None
    """Abandoning within this time counts as a short abandon [s]."""
    fcr: Share | None = None
    """Share resolved at first contact at which the volume was measured."""
    repeat_share: Share = 0.0
    """Share of the unresolved that come back."""

    @field_validator("arrivals", mode="after")
    @classmethod
    def _scaled(cls, arrivals: tuple[float, ...], info: ValidationInfo) -> tuple[float, ...]:
        volume, total = info.data.get("stated_volume"), sum(arrivals)
        # Arrivals that are scaled already stay as they are, to the last digit.
        if volume is None or math.isclose(volume, total, rel_tol=1e-12):
            return arrivals
        if total == 0:
            raise InvalidInput("arrivals", "must not be all zero when a volume is given", 0)
        return tuple(value * volume / total for value in arrivals)

    @model_validator(mode="after")
    def _plausible(self) -> Self:
        if self.volume > MOST_PER_WEEK * (1 + 1e-9):  # scaling leaves dust behind the comma
            rule = "must be at most 10 000 000 contacts a week"
            raise broken(("arrivals",), rule, round(self.volume))
        if self.fcr is not None and self.returning(self.fcr) >= 1:
            rule, hint = "must be below 100% where nobody is resolved at first", "or raise fcr"
            raise broken(("repeat_share",), rule, as_share(self.repeat_share), hint)
        return self

    def returning(self, fcr: float) -> float:
        """Share of contacts after which people come back, at a share resolved at first."""
        return (1 - fcr) * self.repeat_share

    @property
    def volume(self) -> float:
        """Expected contacts in a week."""
        return sum(self.arrivals)
