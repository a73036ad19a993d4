"""Months ahead: how volume, wages and prices move, and what an option costs once."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator, Mapping
from typing import Annotated, Any, Literal, Self

from pydantic import Field, field_validator, model_validator
from pydantic_core import InitErrorDetails

from sim.errors import InvalidInput
from sim.scenario.base import Place, Strict, broken, entry, nearest, refusal
from sim.scenario.calendar import YEARS
from sim.scenario.hours import DAY
from sim.scenario.parse import DAYS_PER_MONTH, as_duration
from sim.scenario.units import Change, Factor, Money, Months, RatioPerYear, Whole

__all__ = ["LOST", "MONTH", "Horizon", "OneOff", "Rise", "serving_today", "until_then_refusals"]

LOST = "lost"
"""What `until_then` says where nobody serves until an option is ready."""

AS_IS = "as_is"
"""What the option is called that serves today, where nothing else is said."""

MONTH = DAYS_PER_MONTH * DAY
"""An average month [s]."""

MOST_MONTHS = 240

#: How many times busier one month may be than another in which anything comes.
MOST_SEASON = 1e6
_MONTH = "[0-9]{4}-(0[1-9]|1[0-2])"


class Rise(Strict):
    """Prices or wages that rise once a year."""

    indexation: RatioPerYear
    """By how much they rise each year."""
    month: Annotated[Whole, Field(ge=1, le=12)] = 1
    """Calendar month from which the new level holds; 1 is January."""

    def index(self, start: int, month: int) -> float:
        """Level in a month of the horizon, 1 in the first.

        Parameters
        ----------
        start
            Calendar month of the first month, from 1.
        month
            Month of the horizon, from 1.

        Examples
        --------
        >>> january = Rise(indexation=0.1)
        >>> [round(january.index(11, month), 2) for month in (1, 2, 3, 14, 15)]
        [1.0, 1.0, 1.1, 1.1, 1.21]
        """
        first = (self.month - start - 1) % 12 + 2  # the month of the horizon that first has it
        return float((1 + self.indexation) ** max(0, (month - first) // 12 + 1))


class Horizon(Strict):
    """The months over which options are paid for, and what moves meanwhile.

    Examples
    --------
    >>> ahead = Horizon(months=24, growth=0.1, season=(2.0,) + (1.0,) * 11)
    >>> round(ahead.volume(1, 1), 4), round(ahead.volume(1, 2), 4), round(ahead.volume(1, 13), 4)
    (1.8462, 0.9304, 2.0308)
    """

    months: Annotated[Whole, Field(ge=1, le=MOST_MONTHS)]
    """Months that are counted, from the first in which an option may serve."""
    start: Annotated[str, Field(json_schema_extra={"pattern": f"^{_MONTH}$"})] | None = None
    """The first month, written ``2026-04``; that of calendar.start when absent."""
    discount: RatioPerYear = 0.0
    """Discount rate for the present value."""
    growth: Change = 0.0
    """Growth of every channel's volume over a year, spread evenly; below zero where it shrinks."""
    season: tuple[Factor, ...] = ()
    """Twelve numbers, January first, for how busy each calendar month is; only their proportions
    count, since they are made to average one. All alike when absent."""
    wages: Rise | None = None
    """Rise of pay: own agents, supporting people, those who run a vendor. The limits of
    contribution scales rise with it."""
    prices: Rise | None = None
    """Rise of all that is bought but contracts, which have a rise of their own."""
    today: str | None = None
    """The option that serves today, and until another is ready; as_is if there is one, else the
    baseline, when absent."""

    @field_validator("start", mode="before")
    @classmethod
    def _a_month(cls, data: Any) -> Any:
        if data is not None and not (isinstance(data, str) and re.fullmatch(_MONTH, data)):
            raise InvalidInput("start", "must be a month", data, "write it like 2026-04")
        if data is not None and not YEARS[0] <= int(data[:4]) <= YEARS[1]:
            rule = f"must be in the years {YEARS[0]} to {YEARS[1]}"
            raise InvalidInput("start", rule, data)
        return data

    @field_validator("season", mode="after")
    @classmethod
    def _twelve(cls, season: tuple[float, ...]) -> tuple[float, ...]:
        if season and len(season) != 12:
            rule = "must have twelve numbers, one for each month from January"
            raise InvalidInput("season", rule, len(season))
        if season and sum(season) <= 0:
            raise InvalidInput("season", "must not be zero all year", 0)
        if season and max(season) > MOST_SEASON * min(one for one in season if one):
            rule = "must not differ by more than a million times"
            raise InvalidInput("season", rule, f"{max(season):g}", "write 0 where nothing comes")
        return season

    def volume(self, start: int, month: int) -> float:
        """Volume of a month of the horizon, as a factor on what the channels say.

        Parameters
        ----------
        start
            Calendar month of the first month, from 1.
        month
            Month of the horizon, from 1.
        """
        grown = float((1 + self.growth) ** ((month - 1) / 12))
        if not self.season:
            return grown
        return grown * 12 * self.season[(start + month - 2) % 12] / sum(self.season)


class OneOff(Strict):
    """Something paid once: a project, an integration, desks, people who leave."""

    name: Annotated[str, Field(min_length=1)]
    """What it is."""
    amount: Money
    """What it costs."""
    month: Annotated[Whole, Field(ge=0, le=MOST_MONTHS)] = 0
    """The month at whose end it is paid; 0 is the start."""
    kind: Literal["opex", "capex"] = "opex"
    """An expense, or a purchase that is written off over its life."""
    life_months: Annotated[Months | None, Field(gt=0)] = None
    """Months over which a purchase is written off."""

    @model_validator(mode="after")
    def _only_what_is_bought_lives(self) -> Self:
        if self.kind == "opex" and self.life_months is not None:
            hint = "leave it out, or write kind: capex"
            raise broken(("life_months",), "goes only with kind: capex", self.life_months, hint)
        if self.kind == "capex" and self.life_months is None:
            hint = "write for example life_months: 36"
            raise broken((), "must have life_months, as it is kind: capex", None, hint)
        return self


def serving_today(named: Any, options: Collection[str], baseline: Any) -> Any:
    """The option that serves today: the one named, else ``as_is``, else the baseline."""
    return named or (AS_IS if AS_IS in options else baseline)


def until_then_refusals(
    options: Mapping[str, Any], horizon: object, baseline: object
) -> Iterator[InitErrorDetails]:
    """Who serves until an option is ready must be there, and be ready."""
    if horizon is not None:
        named = serving_today(entry(horizon, "today"), options, baseline)
        yield from _ready(named, options, ("horizon", "today"))
    for name, option in options.items():
        chosen = entry(option, "until_then")
        if isinstance(chosen, str) and chosen != LOST:
            yield from _ready(chosen, options, ("options", str(name), "until_then"))


def _ready(name: object, options: Mapping[str, Any], place: Place) -> Iterator[InitErrorDetails]:
    if not isinstance(name, str):
        return
    if name not in options:
        hint = nearest(name, options)
        yield refusal(place, "is not an option of this scenario", name, hint)
        return
    lead = entry(options[name], "lead")
    if lead:
        said = as_duration(lead) if isinstance(lead, int | float) else lead
        rule = f"must be an option that serves from the start, but {name} has a lead of {said}"
        yield refusal(place, rule, None)
