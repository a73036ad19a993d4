"""What can happen to a contact beside being answered: ways on, and ways around the queue."""

from __future__ import annotations

import math
from collections.abc import Mapping
from typing import Annotated, Any, Literal

from pydantic import Field, ValidationInfo, field_validator, model_validator

from sim.errors import InvalidInput
from sim.scenario.base import Strict, Text, broken, in_file, joined, refusal
from sim.scenario.hours import OpenHours, clock
from sim.scenario.laws import Exponential, Fixed, Law, TimeLaw
from sim.scenario.parse import as_duration, as_share, factor
from sim.scenario.target import Target
from sim.scenario.units import (
    Duration,
    Fraction,
    PositiveCount,
    PositiveDuration,
    PositiveFactor,
    Ratio,
    Share,
    Whole,
)

__all__ = [
    "Bot",
    "Callback",
    "ClientClass",
    "Escalation",
    "HandleTimeChanges",
    "Outbound",
    "Redial",
    "Repeat",
    "at_most_days",
]


_MOST_DRAG = 9.0


def at_most_days(length: float, days: int) -> float:
    """Refuse a time that is longer than so many days [s]."""
    if length > days * 86_400:
        rule = "must be at most 1 day" if days == 1 else f"must be at most {days} days"
        raise InvalidInput("value", rule, as_duration(length))
    return length


class Redial(Strict):
    """What people do who were not served: some try again."""

    probability: Share
    """Share that tries again after abandoning."""
    delay: TimeLaw
    """Time until the next try."""
    # What is given wrongly is told once, at its own place.
    after_busy: Share = Field(default_factory=lambda known: known.get("probability", 0.0))
    """Share that tries again after finding all lines busy; as after abandoning unless given."""
    later: Share = Field(default_factory=lambda known: known.get("probability", 0.0))
    """Share that tries again after abandoning a second or later try; as the first unless given."""
    later_after_busy: Share = Field(default_factory=lambda known: known.get("after_busy", 0.0))
    """Share that tries again after a second or later try met busy lines; as the first unless
    given."""
    at_most: Annotated[Whole, Field(ge=1, le=100)] = 5
    """Tries in all before a contact gives up."""
    elsewhere: Mapping[str, Share] = Field(default_factory=dict)
    """Share of the further tries that go to another channel, by its name."""

    @field_validator("elsewhere", mode="after")
    @classmethod
    def _at_most_all(cls, elsewhere: Mapping[str, float]) -> Mapping[str, float]:
        if sum(elsewhere.values()) > 1 + 1e-9:
            rule = "must not add up to more than 100%"
            raise InvalidInput("elsewhere", rule, as_share(sum(elsewhere.values())))
        return elsewhere

    @property
    def varies(self) -> bool:
        """Whether later tries differ from the first, or go elsewhere."""
        first, later = (self.probability, self.after_busy), (self.later, self.later_after_busy)
        return first != later or bool(self.elsewhere)


class Repeat(Strict):
    """People whose matter was not solved come back, as many as whoever served left unsolved."""

    delay: TimeLaw
    """Time from the end of the talk until they come back."""
    at_most: Annotated[Whole, Field(ge=1, le=20)] = 3
    """Times that a client comes back at most."""
    to: str | None = None
    """The channel they come back to; the same one unless given."""


class Escalation(Strict):
    """Contacts that are passed on to another channel, such as a second line."""

    to: str
    """The channel that they are passed on to."""
    share: Share = 0.0
    """Share passed on, where the group that serves has no share of its own."""
    transfer: Literal["cold", "warm"] = "cold"
    """Warm: who passes a contact on stays with it until it is answered."""
    conference: TimeLaw | None = None
    """Time both talk together when a warm transfer is answered; None for none."""
    delay: Duration = 0.0
    """Time until a contact that was passed on joins the other queue [s]."""

    @field_validator("delay", mode="after")
    @classmethod
    def _within_a_month(cls, delay: float) -> float:
        return at_most_days(delay, 30)

    @model_validator(mode="after")
    def _conference_is_warm(self) -> Escalation:
        if self.conference is not None and self.transfer == "cold":
            raise broken(("conference",), "needs transfer: warm", None, "or leave it out")
        return self


class Callback(Strict):
    """Being called back instead of waiting on."""

    after: PositiveDuration
    """Wait after which it is offered [s]."""
    accept: Share
    """Share of those offered it who accept."""
    delay: Duration = 0.0
    """Time before the callback may be made [s]."""
    window: OpenHours | None = None
    """Hours in which clients are called back; None for whenever somebody is there, `open` or
    not."""
    answered: Share = 1.0
    """Share of callbacks that reach the client."""
    attempt: PositiveDuration = 30.0
    """Time that an agent spends on one that reaches nobody [s]."""
    again: TimeLaw = Field(default_factory=lambda: Fixed(value=1800.0))
    """Time until the next try after reaching nobody."""
    at_most: Annotated[Whole, Field(ge=1, le=10)] = 2
    """Tries in all."""
    priority: Annotated[Whole, Field(ge=1, le=1000)] | None = None
    """Priority of callbacks; that of the channel when None."""
    reserve: Annotated[Whole, Field(ge=0, le=1000)] = 0
    """Agents who stay idle for those who wait: a callback is made only while more are idle."""

    @field_validator("delay", mode="after")
    @classmethod
    def _within_a_month(cls, delay: float) -> float:
        return at_most_days(delay, 30)

    @field_validator("window", mode="after")
    @classmethod
    def _calls_at_some_time(cls, window: OpenHours | None) -> OpenHours | None:
        if window is not None and window.is_never:
            hint = "leave callback out to call nobody back"
            raise InvalidInput(
                "window", "must have an hour in which clients are called", None, hint
            )
        return window


class Bot(Strict):
    """Self-service in front: part of the contacts meet a machine first."""

    share: Share
    """Share of new contacts that meet it first."""
    session: TimeLaw
    """Time spent with it."""
    resolved: Share
    """Share of sessions that solve the matter, or seem to."""
    handle_time: PositiveFactor = 1.0
    """Factor on the handle time of those whom it hands on: the easy ones stay with it."""
    back: Share = 0.0
    """Share of the resolved who come back to the agents after all."""
    back_after: TimeLaw = Field(default_factory=lambda: Exponential(mean=86_400.0))
    """Time until these come back."""
    sessions: PositiveCount | None = None
    """Sessions at once; who finds none goes to the agents. None for plenty."""


class Outbound(Strict):
    """Calls that the centre makes from a list, a fresh one each day."""

    per_day: Annotated[Whole, Field(ge=1, le=1_000_000)]
    """Calls on the list of each day; they may be made from its first open minute on."""
    reached: Share = 1.0
    """Share of calls that reach somebody."""
    attempt: PositiveDuration = 30.0
    """Time that an agent spends on one that reaches nobody [s]."""


class ClientClass(Strict):
    """Clients of a channel who are treated differently, such as VIPs."""

    title: Text | None = None
    """The name that people read; the key of the class when absent."""
    share: Fraction
    """Share of the channel's contacts."""
    priority: Annotated[Whole, Field(ge=1, le=1000)] | None = None
    """Priority instead of the channel's."""
    handle_time: PositiveFactor = 1.0
    """Factor on the channel's handle time."""
    patience: Law | None = None
    """Patience instead of the channel's."""
    target: Target | None = None
    """Service promised to the class; that of the channel when None."""


def _by_hour(data: object, info: ValidationInfo) -> object:
    """Read factors by span of the day, ``{09:00-12:00: 90%}``."""
    if not isinstance(data, Mapping):
        return data
    found, wrong = [], []
    for span, value in data.items():
        try:
            start, dash, end = str(span).replace("–", "-").partition("-")
            if not dash:
                rule = "must be a span of the day"
                raise InvalidInput("span", rule, span, "write it like 09:00-12:00")
            if not isinstance(value, str | float | int) or isinstance(value, bool):
                raise InvalidInput("factor", "must be a factor", value, "write it like 110%")
            times = factor(value) if isinstance(value, str) else float(value)
            found.append((clock(start), clock(end), times))
        except InvalidInput as error:
            wrong.append(refusal((str(span),), error.rule, error.value, error.hint))
    if wrong:
        raise joined("by_hour", wrong)
    return tuple(found)


class HandleTimeChanges(Strict):
    """What makes a conversation longer or shorter than its law."""

    by_hour: Annotated[
        tuple[tuple[int, int, float], ...],
        Field(json_schema_extra={"type": "object"}),
    ] = ()
    """Factor by time of day, ``{22:00-06:00: 115%}``: start, end [s after midnight], factor."""
    per_minute_waited: Ratio = 0.0
    """Gain for each minute waited, of whom had to wait."""
    at_most: Ratio = 1.0
    """The most that waiting adds; 900% at most."""

    @field_validator("at_most", mode="after")
    @classmethod
    def _bounded(cls, most: float) -> float:
        if most > _MOST_DRAG:
            raise InvalidInput("at_most", "must be at most 900%", as_share(most))
        return most

    @field_validator("by_hour", mode="before")
    @classmethod
    def _spans(cls, data: Any, info: ValidationInfo) -> Any:
        if in_file(info) and not isinstance(data, Mapping):
            rule, hint = (
                "must be a mapping of spans to factors",
                "write it like {22:00-06:00: 115%}",
            )
            raise InvalidInput("by_hour", rule, data, hint)
        return _by_hour(data, info)

    @field_validator("by_hour", mode="after")
    @classmethod
    def _plausible(
        cls, spans: tuple[tuple[int, int, float], ...]
    ) -> tuple[tuple[int, int, float], ...]:
        taken: set[int] = set()
        for start, end, times in spans:
            if not 0 < times <= 10:
                raise InvalidInput("factor", "must be above 0% and at most 1000%", as_share(times))
            if start % 900 or end % 900:
                rule = "must begin and end on a quarter of an hour"
                raise InvalidInput("span", rule, f"{start // 60 % 60:02d} min past")
            quarters = {at % 96 for at in range(start // 900, end // 900 + 96 * (end <= start))}
            if taken & quarters:
                raise InvalidInput("span", "must not overlap another span", None)
            taken |= quarters
        return spans

    def factors(self, per_day: int) -> list[float]:
        """Factor in each slot of a day.

        A slot that a span covers in part has the mean of its parts.

        Examples
        --------
        >>> HandleTimeChanges(by_hour=((79_200, 21_600, 1.5),)).factors(24)[4:8]
        [1.5, 1.5, 1.0, 1.0]
        """
        quarters = [1.0] * 96
        for start, end, times in self.by_hour:
            for at in range(start // 900, end // 900 + (96 if end <= start else 0)):
                quarters[at % 96] = times
        size = 96 // per_day
        return [math.fsum(quarters[n * size : (n + 1) * size]) / size for n in range(per_day)]
