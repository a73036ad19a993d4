"""A channel: the way in. How much comes, how long it takes, how long people wait for it."""

from __future__ import annotations

import math
from collections.abc import Mapping
from typing import Annotated, Any, Literal, Self

from pydantic import (
    ConfigDict,
    Field,
    ModelWrapValidatorHandler,
    ValidationInfo,
    field_validator,
    model_validator,
)
from pydantic.json_schema import SkipJsonSchema
from pydantic_core import ValidationError

from sim.errors import InvalidInput
from sim.scenario.base import Strict, Text, broken, details, entry, in_file, joined, optional
from sim.scenario.flows import (
    Bot,
    Callback,
    ClientClass,
    Escalation,
    HandleTimeChanges,
    Outbound,
    Redial,
    Repeat,
    at_most_days,
)
from sim.scenario.hours import OpenHours
from sim.scenario.laws import Law, Never, TimeLaw
from sim.scenario.log import Log
from sim.scenario.outbound import listed
from sim.scenario.parse import MOST_PER_WEEK, as_duration, as_share
from sim.scenario.profile import VolumeProfile
from sim.scenario.target import Target
from sim.scenario.units import (
    Duration,
    Factor,
    Fraction,
    PerWeek,
    PositiveCount,
    PositiveDuration,
    Share,
    Whole,
)

__all__ = ["Channel", "Redial", "Target"]


def _written(schema: dict[str, Any]) -> None:
    """A list of calls to make stands in the place of arrivals."""
    optional("arrivals")(schema)
    schema["anyOf"] = [{"required": ["arrivals"]}, {"required": ["outbound"]}]


class Channel(Strict):
    """A stream of contacts of one kind.

    Examples
    --------
    >>> from sim.scenario.laws import Exponential
    >>> flat = Channel(kind="voice", arrivals=(10.0,) * 168, handle_time=Exponential(mean=240.0))
    >>> flat.volume, flat.patience.mean
    (1680.0, inf)
    """

    model_config = ConfigDict(json_schema_extra=_written)

    kind: Literal["voice", "chat", "email"]
    """How contacts are handled."""
    title: Text | None = None
    """The name that people read; the key of the channel when absent."""
    stated_volume: PerWeek | None = Field(default=None, alias="volume")
    """Volume as written [contacts per week]; arrivals are scaled to it."""
    arrivals: VolumeProfile
    """Expected contacts in each interval of the week, from Monday 00:00, volume applied."""
    log: SkipJsonSchema[Log | None] = None
    """Contacts as a log has them, replayed as they came; None to draw them."""
    day_variation: Factor | None = None
    """Coefficient of variation of a day's volume around its mean; None: that of `busyness`."""
    handle_time: TimeLaw
    """Time an agent is in contact."""
    after_call_work: TimeLaw | None = None
    """Work after the contact; None for none."""
    handle_time_changes: HandleTimeChanges | None = None
    """What makes contacts longer or shorter than that; None for nothing."""
    at_once: Annotated[Whole, Field(ge=1, le=32)] = 1
    """Contacts that an agent may hold at once."""
    by_level: tuple[PositiveDuration, ...] = ()
    """Mean handle time with one contact in hand, with two, and so on [s]; only ratios count."""
    assign: Literal["spread", "fill"] = "spread"
    """Where agents hold several: to who holds fewest, or to who holds most and has room."""
    patience: Law = Field(default_factory=Never)
    """Time a contact would wait before abandoning."""
    balking: Fraction = 0.0
    """Share that leaves at once when nobody is free, whatever the patience of the others."""
    redial: Redial | None = None
    """Tries after not being served; None for none."""
    repeat: Repeat | None = None
    """The unresolved who come back, played; None: the stated volume holds them."""
    escalation: Escalation | None = None
    """Contacts passed on to another channel; None for none."""
    callback: Callback | None = None
    """Being called back instead of waiting; None for no offer."""
    bot: Bot | None = None
    """Self-service in front; None for none."""
    outbound: Outbound | None = None
    """Calls that the centre makes, instead of arrivals; None where clients call."""
    classes: Mapping[str, ClientClass] = Field(default_factory=dict)
    """Clients who are treated differently, by name."""
    target: Target | None = None
    """The service promised; None promises nothing."""
    priority: Annotated[Whole, Field(ge=1, le=1000)] = 1
    """1 is served first; among equals the longest wait is."""
    ageing: PositiveDuration | None = None
    """Wait for which a contact gains one step of priority [s]; None: priority stays."""
    lines: PositiveCount | None = None
    """Trunk lines; None for plenty."""
    trunk: str | None = None
    """Lines shared with other channels, by the name that `trunks` gives them."""
    greeting: Duration = 0.0
    """Announcement before a contact joins the queue [s]."""
    ring: Duration = 0.0
    """Time from the choice of an agent to the answer [s]."""
    open: OpenHours = Field(default_factory=lambda: OpenHours.of("always"))
    """Hours in which a contact is let in; outside them it meets "closed". E-mail comes at any hour:
    its deadline runs in these."""
    at_closing: Literal["stay", "leave"] = "stay"
    """Whether who waits at closing time stays in the queue or is sent away."""
    deadline: PositiveDuration | None = None
    """Open time within which a contact must be answered [s]; None for no deadline."""
    order: Literal["deadline", "oldest"] = "oldest"
    """What an agent takes first among channels of equal priority."""
    closed_on_holidays: bool = False
    """Whether holidays are closed days."""
    short_abandon: Duration | None = None
    """Abandoning within this time counts as a short abandon [s]."""
    fcr: Share | None = None
    """Share resolved at first contact at which the volume was measured."""
    repeat_share: Share = 0.0
    """Share of the unresolved that come back."""

    @model_validator(mode="wrap")
    @classmethod
    def _listed(
        cls, data: Any, handler: ModelWrapValidatorHandler[Self], info: ValidationInfo
    ) -> Self:
        """Make calls of a list the contacts of a channel."""
        if not isinstance(data, Mapping) or not in_file(info) or data.get("outbound") is None:
            return handler(data)
        whole, wrong = listed(data, (info.context or {}).get("interval") or 3600.0)
        try:
            channel = handler(whole)
        except ValidationError as error:
            raise joined("Channel", details(error) + wrong) from None
        if wrong:
            raise joined("Channel", wrong)
        return channel

    @model_validator(mode="before")
    @classmethod
    def _logged(cls, data: Any, info: ValidationInfo) -> Any:
        """Take a log out of the arrivals, and make a typical week of it."""
        arrivals = entry(data, "arrivals")
        if not isinstance(data, Mapping) or not isinstance(arrivals, Mapping):
            return data
        if "log" not in arrivals:
            return data
        if len(arrivals) > 1 or "volume" in data:
            beside = next((k for k in arrivals if k != "log"), "volume")
            raise broken(("arrivals", "log"), f"must not stand beside {beside}", None)
        try:
            log = arrivals["log"] if isinstance(arrivals["log"], Log) else Log.of(arrivals["log"])
        except InvalidInput as error:
            raise broken(("arrivals", "log"), error.rule, error.value, error.hint) from None
        except ValidationError as error:
            found = details(error)
            for line in found:
                line["loc"] = ("arrivals", "log", *line.get("loc", ()))
            raise joined("Log", found) from None
        interval = (info.context or {}).get("interval") or 3600.0
        return {**data, "arrivals": log.week(interval), "log": log}

    @field_validator("kind", mode="before")
    @classmethod
    def _not_a_kind(cls, kind: object) -> object:
        if kind == "outbound":
            hint = "write kind: voice, and outbound: {per_day: 100}"
            raise InvalidInput("kind", "must be voice, chat or email", kind, hint)
        return kind

    @field_validator("greeting", "ring", mode="after")
    @classmethod
    def _within_a_day(cls, length: float) -> float:
        return at_most_days(length, 1)

    @field_validator("ageing", mode="after")
    @classmethod
    def _not_at_once(cls, wait: float | None) -> float | None:
        if wait is not None and wait < 1:
            raise InvalidInput("ageing", "must be at least 1s", as_duration(wait))
        return wait

    @field_validator("by_level", mode="after")
    @classmethod
    def _alike(cls, times: tuple[float, ...]) -> tuple[float, ...]:
        if any(not times[0] / 10 <= time <= times[0] * 100 for time in times):
            rule = "must lie between a tenth of the first time and a hundred times it"
            raise InvalidInput("by_level", rule, ", ".join(map(as_duration, times)))
        return times

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

    @model_validator(mode="after")
    def _whole(self) -> Self:
        if sum(one.share for one in self.classes.values()) > 1 + 1e-9:
            total = as_share(sum(one.share for one in self.classes.values()))
            raise broken(("classes",), "must have shares of at most 100% together", total)
        if self.order == "deadline" and self.deadline is None:
            raise broken(("order",), "needs a deadline", self.order, "add deadline: 8h")
        if self.kind == "email" and self.at_closing == "leave" and self.outbound is None:
            rule = "must be stay for e-mail: a mailbox never closes"
            raise broken(("at_closing",), rule, self.at_closing)
        if self.lines is not None and self.trunk is not None:
            raise broken(("trunk",), "must not stand beside lines", self.trunk, "choose one")
        if self.by_level and len(self.by_level) != self.most_at_once:
            rule = f"must have {self.at_once} times like at_once"
            raise broken(("by_level",), rule, len(self.by_level))
        return self

    @model_validator(mode="after")
    def _ways_on(self) -> Self:
        warm = self.escalation is not None and self.escalation.transfer == "warm"
        if warm and self.most_at_once > 1:
            rule, hint = "must not be warm where agents hold several contacts", "write cold"
            raise broken(("escalation", "transfer"), rule, None, hint)
        if self.repeat is not None and self.repeat_share == 0:
            given = "repeat_share" in self.model_fields_set
            rule = "must be above 0% for people to come back" if given else "is missing"
            hint = "the share of the unresolved who come back: write 60%"
            raise broken(("repeat_share",), rule, as_share(0) if given else None, hint)
        return self

    @property
    def most_at_once(self) -> int:
        """Contacts that an agent may hold at once, by either way of saying so."""
        return len(self.by_level) if self.at_once == 1 and self.by_level else self.at_once

    def returning(self, fcr: float) -> float:
        """Share of contacts after which people come back, at a share resolved at first."""
        return (1 - fcr) * self.repeat_share

    @property
    def volume(self) -> float:
        """Expected contacts in a week."""
        return sum(self.arrivals)
