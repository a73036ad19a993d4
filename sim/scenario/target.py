"""The service that is promised to the clients of a channel."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Annotated, Any, Literal

from pydantic import ConfigDict, ValidationInfo, field_validator, model_validator

from sim.errors import InvalidInput
from sim.scenario.base import Also, Strict, broken, in_file, optional
from sim.scenario.parse import as_share
from sim.scenario.units import PER_CENT, PositiveDuration, Share

__all__ = ["Target"]

Rule = Literal[
    "offered", "answered", "excluding_short_abandons", "including_short_abandons", "virtual"
]
Hold = Literal["every interval", "every day", "on average"]


_IN_TIME = Also(
    type="string", pattern=rf"^\s*{PER_CENT}\s+(in|within)\s+[0-9]", examples=["80% in 20s"]
)


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
    floor: Share | None = None
    """Least share answered in time in any interval, for a promise over a day or on average: what a
    plan keeps everywhere. None: 20 points below `answered`."""

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

    @model_validator(mode="after")
    def _floor_is_lower(self, info: ValidationInfo) -> Target:
        if self.floor is not None and in_file(info):
            if self.hold == "every interval":
                rule, hint = "needs a promise over a day or on average", "every interval keeps all"
                raise broken(("floor",), rule, as_share(self.floor), hint)
            if self.floor > self.answered:
                rule = f"must not be above the {as_share(self.answered)} promised"
                raise broken(("floor",), rule, as_share(self.floor))
        return self

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
