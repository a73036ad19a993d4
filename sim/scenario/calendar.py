"""The calendar of a scenario: days simulated, nights, weekends, public holidays.

Time is the local wall clock. A simulated week is a typical one, without a change of the clock;
the time zone says whose clock it is.
"""

from __future__ import annotations

import datetime
import functools
import itertools
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Annotated, Any
from zoneinfo import ZoneInfo, available_timezones

import holidays as holidays_library
import numpy as np
from numpy.typing import NDArray
from pydantic import (
    AfterValidator,
    BeforeValidator,
    Field,
    ValidationInfo,
    WithJsonSchema,
    field_validator,
    model_validator,
)

from sim.errors import InvalidInput
from sim.scenario.base import Strict, broken, in_file, nearest
from sim.scenario.hours import DAY, clock, days_named
from sim.scenario.units import Whole

__all__ = ["YEARS", "Calendar", "HolidayChanges", "HourWeights", "known_countries", "time_zones"]

#: First and last year whose holidays are known.
YEARS = 1980, 2100

# Where the law pays the holiday on its own date and a transferred day is only a day off
# (Russian Labour Code, articles 112 and 153).
PAID_ON_THE_DATE = ("RU",)


def _date(value: object) -> object:
    """Dates come as text: the file keeps them so, to say which date does not exist."""
    if not isinstance(value, str):
        return value
    match = re.fullmatch(r"([0-9]{4})-([0-9]{2})-([0-9]{2})", value.strip())
    if not match:
        raise InvalidInput("date", "must be a date", value, "write it like 2026-03-02")
    try:
        return datetime.date(*(int(part) for part in match.groups()))
    except ValueError:
        raise InvalidInput("date", "is not a day of the calendar", value) from None


def _near(date: datetime.date) -> datetime.date:
    if not YEARS[0] <= date.year <= YEARS[1]:
        rule = f"must be in the years {YEARS[0]} to {YEARS[1]}"
        raise InvalidInput("date", rule, date.isoformat())
    return date


Date = Annotated[
    datetime.date,
    BeforeValidator(_date),
    AfterValidator(_near),
    WithJsonSchema({"type": "string", "format": "date", "examples": ["2026-03-02"]}),
]


def _written(example: str) -> WithJsonSchema:
    return WithJsonSchema({"type": "string", "examples": [example]})


class HolidayChanges(Strict):
    """Holidays that differ from the country's list."""

    add: tuple[Date, ...] = ()
    """Days that are holidays too."""
    remove: tuple[Date, ...] = ()
    """Days that are not."""


@dataclass(frozen=True)
class HourWeights:
    """How often each interval of the week occurs in an average month of a year.

    Parameters
    ----------
    weights
        Occurrences per month, shape [intervals of the week, 2]: on ordinary days, on holidays.
    night
        Share of each interval that is night, shape [intervals of the week].
    weekend
        Share of the occurrences that fall on a day off, same shape as `weights`. It is not
        simply 0 or 1: a working Saturday counts as a working day, a day off moved to a
        Monday counts as a weekend day.
    interval
        Length of an interval [s].
    """

    weights: NDArray[np.float64]
    night: NDArray[np.float64]
    weekend: NDArray[np.float64]
    interval: float

    def hours(self, presence: Sequence[float] | NDArray[np.float64]) -> NDArray[np.float64]:
        """Hours in an average month by type.

        Parameters
        ----------
        presence
            Agents (or anything counted by the hour) in each interval of the week.

        Returns
        -------
        hours
            Shape [2, 2, 2]: day or night, working day or weekend, ordinary or holiday [h].

        Examples
        --------
        >>> month = Calendar(start=datetime.date(2026, 3, 2)).average_month(3600.0)
        >>> round(float(month.hours(np.ones(168)).sum()), 6)
        730.0
        """
        spent = np.asarray(presence, np.float64) * (self.interval / 3600)
        typed: NDArray[np.float64] = np.einsum("i,inwh->nwh", spent, self.types)
        return typed

    @property
    def types(self) -> NDArray[np.float64]:
        """Occurrences per month by type of hour.

        Shape [intervals of the week, 2, 2, 2]: day or night, working day or weekend, ordinary or
        holiday.
        """
        by_night = np.stack([1 - self.night, self.night], axis=1)
        by_weekend = np.stack([1 - self.weekend, self.weekend], axis=1)
        typed: NDArray[np.float64] = np.einsum(
            "in,iwh,ih->inwh", by_night, by_weekend, self.weights
        )
        return typed


class Calendar(Strict):
    """Which days are simulated, and what kind of day each is.

    Examples
    --------
    >>> russia = Calendar(country="RU", start=datetime.date(2024, 4, 22), days=7)
    >>> russia.is_working_day(datetime.date(2024, 4, 27))    # a Saturday, worked for 29 April
    True
    """

    country: str | None = None
    """Country of the public holidays, ISO code; None for no holidays."""
    region: str | None = None
    """Part of the country with holidays of its own, ISO code."""
    timezone: str = "UTC"
    """Whose wall clock the hours are written in."""
    start: Date
    """First simulated day."""
    days: Annotated[Whole, Field(ge=1, le=366)] = 7
    """Length of the simulated period [days]."""
    night: Annotated[tuple[int, int], _written("22:00-06:00")] = (22 * 3600, 6 * 3600)
    """Start and end of the night [s after midnight]."""
    weekend: Annotated[tuple[int, ...], _written("Sat-Sun")] = (5, 6)
    """Days of the week that are off, Monday is 0; the country's own unless given."""
    holiday_changes: HolidayChanges = Field(default=HolidayChanges(), alias="holidays")
    """Days added to and removed from the public holidays."""

    @model_validator(mode="before")
    @classmethod
    def _usual_weekend(cls, data: Any) -> Any:
        if not isinstance(data, Mapping) or data.get("weekend") is not None:
            return data
        country = data.get("country")
        known = isinstance(country, str) and country in _countries()
        return {**data, "weekend": _weekend_of(str(country)) if known else (5, 6)}

    @field_validator("country", mode="after")
    @classmethod
    def _known_country(cls, country: str | None) -> str | None:
        if country is not None and country not in _countries():
            hint = "write its two-letter code, such as RU, DE or US"
            raise InvalidInput("country", "is not a country with known holidays", country, hint)
        return country

    @field_validator("timezone", mode="after")
    @classmethod
    def _known_zone(cls, timezone: str) -> str:
        if timezone not in time_zones():
            hint = nearest(timezone, time_zones(), among=0) or "such as Europe/Moscow"
            raise InvalidInput("timezone", "is not a known time zone", timezone, hint)
        return timezone

    @field_validator("night", mode="before")
    @classmethod
    def _night_hours(cls, data: Any, info: ValidationInfo) -> Any:
        if isinstance(data, tuple) and not in_file(info):
            return data
        if not isinstance(data, str):
            raise InvalidInput("night", "must be hours", data, "write it like 22:00-06:00")
        start, dash, end = data.replace("–", "-").partition("-")
        if not dash:
            raise InvalidInput("night", "must be hours", data, "write it like 22:00-06:00")
        return clock(start) % DAY, clock(end) % DAY

    @field_validator("weekend", mode="before")
    @classmethod
    def _weekend_days(cls, data: Any) -> Any:
        if isinstance(data, str):
            return () if data == "never" else tuple(sorted(days_named(data)))
        if not isinstance(data, tuple):
            raise InvalidInput("weekend", "must name days", data, "write it like Sat-Sun")
        return data

    @model_validator(mode="after")
    def _known_region(self) -> Calendar:
        if self.region is None:
            return self
        regions = _countries().get(self.country or "", [])
        if self.region not in regions:
            hint = nearest(self.region, regions) if self.country else "name its country too"
            raise broken(("region",), "is not a region of the country", self.region, hint)
        return self

    @property
    def zone(self) -> ZoneInfo:
        """The time zone."""
        return ZoneInfo(self.timezone)

    @property
    def dates(self) -> tuple[datetime.date, ...]:
        """The simulated days."""
        return tuple(self.start + datetime.timedelta(days=day) for day in range(self.days))

    def holidays(self, year: int) -> Mapping[datetime.date, str]:
        """Public holidays of a year with their names, changes applied."""
        named = dict(_published(self.country, self.region, year).holidays)
        for day in self.holiday_changes.remove:
            named.pop(day, None)
        named.update({day: "" for day in self.holiday_changes.add if day.year == year})
        return dict(sorted(named.items()))

    def is_holiday(self, date: datetime.date) -> bool:
        """Whether a date is a public holiday, paid as one."""
        if date in self.holiday_changes.remove:
            return False
        public = _published(self.country, self.region, date.year).holidays
        return date in public or date in self.holiday_changes.add

    def is_working_day(self, date: datetime.date) -> bool:
        """Whether a five-day office works: transferred days are taken into account."""
        if self.is_holiday(date):
            return False
        published = _published(self.country, self.region, date.year)
        if date in published.worked or date in self.holiday_changes.remove:
            return date in published.worked or date.weekday() not in self.weekend
        return date.weekday() not in self.weekend and date not in published.moved

    def is_like_its_weekday(self, date: datetime.date) -> bool:
        """Whether a date is as its weekday usually is.

        Not so are public holidays, working days that became days off, and days off that are worked
        instead.

        Examples
        --------
        >>> russia = Calendar(country="RU", start=datetime.date(2026, 3, 2))
        >>> russia.is_like_its_weekday(datetime.date(2026, 3, 9))    # off for Sunday, 8 March
        False
        """
        off = date.weekday() in self.weekend
        return not self.is_holiday(date) and self.is_working_day(date) != off

    def night_share(self, start: int, end: int) -> float:
        """Share of a span of the day [s after midnight] that is night."""
        dusk, dawn = self.night
        dark = [(dusk, dawn)] if dusk <= dawn else [(dusk, DAY), (0, dawn)]
        covered = sum(max(0, min(end, to) - max(start, since)) for since, to in dark)
        return covered / (end - start)

    def average_month(self, interval: float) -> HourWeights:
        """Turn a typical week into an average month of the year of `start`.

        Parameters
        ----------
        interval
            Interval of the scenario [s].

        Examples
        --------
        >>> year = Calendar(country="RU", start=datetime.date(2026, 3, 2)).average_month(3600.0)
        >>> round(float(year.weights[:, 1].sum()) * 12 / 24, 6)    # public holidays of 2026
        14.0
        """
        per_day = round(DAY / interval)
        days, off = self._days_of_year()
        edges = [round(index * interval) for index in range(per_day + 1)]
        night = [self.night_share(a, b) for a, b in itertools.pairwise(edges)]
        share = np.divide(off, days, out=np.zeros_like(off), where=days > 0)
        return HourWeights(
            weights=np.repeat(days / 12, per_day, axis=0),
            night=np.tile(np.array(night), 7),
            weekend=np.repeat(share, per_day, axis=0),
            interval=interval,
        )

    def _days_of_year(self) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
        """Days of the year, and those of them that are off, by weekday and kind, shape [7, 2]."""
        days, off = np.zeros((7, 2)), np.zeros((7, 2))
        date = datetime.date(self.start.year, 1, 1)
        while date.year == self.start.year:
            holiday = self.is_holiday(date)
            rest = date.weekday() in self.weekend if holiday else not self.is_working_day(date)
            days[date.weekday(), int(holiday)] += 1
            off[date.weekday(), int(holiday)] += rest
            date += datetime.timedelta(days=1)
        return days, off


@dataclass(frozen=True)
class _Published:
    """What a country publishes for a year."""

    holidays: Mapping[datetime.date, str]
    moved: frozenset[datetime.date]
    """Working days that became days off."""
    worked: frozenset[datetime.date]
    """Days off that became working days."""


@functools.lru_cache(maxsize=256)
def _published(country: str | None, region: str | None, year: int) -> _Published:
    if country is None:
        return _Published({}, frozenset(), frozenset())
    whole = _listed(country, region, year, observed=True)
    worked = frozenset(whole.weekend_workdays)
    if country not in PAID_ON_THE_DATE:
        return _Published(dict(whole), frozenset(), worked)
    dated = _listed(country, region, year, observed=False)
    moved_by_decree = dated.tr(dated.substituted_label).partition("%")[0]
    own = {day: name for day, name in dated.items() if not name.startswith(moved_by_decree)}
    return _Published(own, frozenset(set(whole) - set(own)), worked)


def _listed(country: str, region: str | None, year: int, *, observed: bool) -> Any:
    # The language is fixed: names must not depend on the machine's locale.
    return holidays_library.country_holidays(
        country, subdiv=region, years=year, observed=observed, language="en_US"
    )


@functools.cache
def time_zones() -> frozenset[str]:
    """Names of the time zones that are known; to look through the system's files takes long.

    Examples
    --------
    >>> "Europe/Moscow" in time_zones()
    True
    """
    return frozenset(available_timezones())


def known_countries() -> tuple[str, ...]:
    """ISO codes of the countries whose public holidays are known.

    Examples
    --------
    >>> "RU" in known_countries()
    True
    """
    return tuple(sorted(_countries()))


@functools.lru_cache(maxsize=1)
def _countries() -> Mapping[str, list[str]]:
    return holidays_library.list_supported_countries(include_aliases=False)


def _weekend_of(country: str) -> tuple[int, ...]:
    return tuple(sorted(holidays_library.country_holidays(country).weekend))
