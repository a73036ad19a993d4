"""Hours of the week and the calendar."""

from __future__ import annotations

import datetime
from datetime import date

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import ValidationError

from sim.errors import InvalidInput
from sim.scenario import Calendar, OpenHours, ShiftHours
from sim.scenario.hours import DAY, WEEK, clock, days_named, spans

HOUR = 3600


def russia(year: int = 2026) -> Calendar:
    return Calendar(country="RU", timezone="Europe/Moscow", start=date(year, 3, 2))


@pytest.mark.parametrize(
    ("text", "hours"),
    [
        ("Mon-Fri 09:00-18:00", 45),
        ("09:00-18:00", 63),
        ("Mon-Sun 00:00-24:00", 168),
        ("always", 168),
        ("24/7", 168),
        ("never", 0),
        ("Mon-Thu 09:00-18:00, Fri 09:00-16:00", 43),
        ("Mon-Thu 09:00-18:00; Fri 09:00-16:00", 43),
        ("Mon, Wed, Fri 09:00-12:00", 9),
        ("Mon-Fri 09:00-12:00 13:00-18:00", 40),
        ("Fri-Mon 10:00-11:00", 4),
        ("Fri 20:00-08:00", 12),
        ("monday 9:00 - 10:00", 1),
        ("Пн-Пт 09:00-18:00", 45),
        ("Mon 08:00-12:00 10:00-14:00", 6),
    ],
)
def test_hours_are_read_as_written(text: str, hours: float) -> None:
    assert OpenHours.of(text).seconds == hours * HOUR


@pytest.mark.parametrize(
    "text",
    ["", "Mon", "9-18", "Mon 9-18", "Mon 09:00", "Mon 09:00-25:00", "Mon 09:60-10:00", "sometimes",
     "Mon 09:00-09:00", "Mon 24:00-02:00", "Mon-Fri 09:00-18:00 Sat", "Mon-Fri 09:00-18:00 ?"],
)  # fmt: skip
def test_hours_that_cannot_be_meant_are_refused(text: str) -> None:
    with pytest.raises(InvalidInput):
        spans(text)


def test_a_span_over_the_end_of_the_week_comes_back_on_monday() -> None:
    night = OpenHours.of("Sun 20:00-08:00")

    assert night.ranges == ((0, 8 * HOUR), (WEEK - 4 * HOUR, WEEK))
    assert night.covers(WEEK + HOUR)
    assert not night.covers(8 * HOUR)


def test_a_shift_keeps_its_start_and_its_end() -> None:
    assert ShiftHours.of("Sun 20:00-08:00").spans == ((WEEK - 4 * HOUR, WEEK + 8 * HOUR),)
    around = ShiftHours.of("Mon 08:00-20:00", "Mon 20:00-08:00")
    assert len(around.spans) == 2


def test_days_may_be_listed_and_run_over_sunday() -> None:
    assert days_named("Sat-Tue") == (5, 6, 0, 1)
    assert days_named("Mon, Mon, Wed") == (0, 2)


def test_the_clock_ends_at_midnight() -> None:
    assert (clock("00:00"), clock("24:00"), clock("09:30:15")) == (0, DAY, 34_215)


@given(st.lists(st.tuples(st.integers(0, 6), st.integers(0, 95), st.integers(0, 95)), max_size=6))
def test_open_hours_cover_exactly_what_was_written(pieces: list[tuple[int, int, int]]) -> None:
    pieces = [(day, a, b) for day, a, b in pieces if a != b]
    names = ("Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun")
    lines = [
        f"{names[d]} {a // 4:02d}:{a % 4 * 15:02d}-{b // 4:02d}:{b % 4 * 15:02d}"
        for d, a, b in pieces
    ]
    hours = OpenHours.of(*lines) if lines else OpenHours.of("never")
    quarters = {
        (day * 96 + step) % 672 for day, a, b in pieces for step in range(a, b if b > a else b + 96)
    }

    assert {q for q in range(672) if hours.covers(q * 900)} == quarters
    assert hours.seconds == 900 * len(quarters)
    assert all(a[1] < b[0] for a, b in zip(hours.ranges, hours.ranges[1:], strict=False))


def test_russia_has_fourteen_public_holidays_in_2026() -> None:
    assert len(russia().holidays(2026)) == 14
    assert russia().is_holiday(date(2026, 5, 9))


@pytest.mark.parametrize(("year", "days"), [(2024, 248), (2025, 247), (2026, 247)])
def test_russia_has_the_working_days_of_its_official_calendar(year: int, days: int) -> None:
    calendar = russia(year)
    first = date(year, 1, 1)
    dates = [first + datetime.timedelta(days=n) for n in range(366)]

    assert sum(calendar.is_working_day(d) for d in dates if d.year == year) == days


def test_days_that_were_moved_are_known() -> None:
    assert russia().is_working_day(date(2024, 4, 27))  # a Saturday, worked for Monday the 29th
    assert not russia().is_working_day(date(2024, 4, 29))
    moved = date(2026, 3, 9)  # for Sunday, 8 March
    assert not russia().is_working_day(moved)
    assert not russia().is_holiday(moved)


def test_the_list_of_holidays_can_be_corrected() -> None:
    changes = {"add": [date(2026, 12, 31)], "remove": [date(2026, 5, 1)]}
    calendar = Calendar.model_validate(
        {"country": "RU", "start": "2026-03-02", "holidays": changes}
    )

    assert calendar.is_holiday(date(2026, 12, 31))
    assert not calendar.is_holiday(date(2026, 5, 1))
    assert calendar.is_working_day(date(2026, 5, 1))
    assert len(calendar.holidays(2026)) == 14
    assert len(calendar.holidays(2025)) == 14


def test_a_country_has_its_own_weekend() -> None:
    assert Calendar(country="IL", start=date(2026, 3, 1)).weekend == (4, 5)
    assert Calendar(country="DE", start=date(2026, 3, 1)).weekend == (5, 6)
    assert Calendar(country="IL", weekend=(5,), start=date(2026, 3, 1)).weekend == (5,)


def test_without_a_country_there_are_no_holidays() -> None:
    plain = Calendar(start=date(2026, 3, 2))

    assert plain.holidays(2026) == {}
    assert plain.zone.key == "UTC"
    assert plain.dates[-1] == date(2026, 3, 8)


@pytest.mark.parametrize("interval", [900.0, 1800.0, 3600.0])
@pytest.mark.parametrize(("year", "days"), [(2026, 365), (2028, 366)])
def test_an_average_month_is_a_twelfth_of_the_year(interval: float, year: int, days: int) -> None:
    month = Calendar(country="RU", start=date(year, 1, 1)).average_month(interval)

    assert month.weights.shape == (WEEK / interval, 2)
    assert month.weights.sum() * interval / HOUR == pytest.approx(days * 24 / 12)
    assert month.hours(np.ones(len(month.weights))).sum() == pytest.approx(days * 24 / 12)


def test_a_month_of_hours_falls_into_types() -> None:
    hours = russia().average_month(3600.0).hours(np.ones(168)) * 12 / 24

    assert hours[:, 0, 0].sum() == pytest.approx(247)  # working days
    assert hours[:, :, 1].sum() == pytest.approx(14)  # holidays
    assert hours[:, 1, 0].sum() == pytest.approx(365 - 247 - 14)  # other days off
    assert hours[1].sum() == pytest.approx(365 / 3)  # eight hours of night in each day


def test_hours_of_an_office_never_are_night_or_weekend() -> None:
    presence = np.zeros((7, 24))
    presence[:5, 9:18] = 4
    hours = Calendar(start=date(2026, 3, 2)).average_month(3600.0).hours(presence.ravel())

    assert hours[0, 0, 0] == pytest.approx(261 * 9 * 4 / 12)  # weekdays of 2026
    assert hours.sum() == pytest.approx(hours[0, 0, 0])


@pytest.mark.parametrize(
    ("night", "share"),
    [((22 * HOUR, 6 * HOUR), 0.0), ((22 * HOUR + 1800, 6 * HOUR), 0.0), ((0, 9 * HOUR), 1.0)],
)
def test_the_share_of_night_follows_the_clock(night: tuple[int, int], share: float) -> None:
    calendar = Calendar(start=date(2026, 3, 2), night=night)

    assert calendar.night_share(8 * HOUR, 9 * HOUR) == share
    assert calendar.night_share(0, DAY) * DAY == (night[1] - night[0]) % DAY


def test_an_interval_may_be_half_night() -> None:
    calendar = Calendar(start=date(2026, 3, 2), night=(22 * HOUR + 1800, 6 * HOUR))

    assert calendar.average_month(3600.0).night[22] == 0.5


@pytest.mark.parametrize(
    "wrong",
    [
        {"country": "XX"},
        {"country": "RU", "region": "ZZ"},
        {"region": "CA"},
        {"timezone": "Moscow"},
        {"days": 0},
        {"days": 1000},
        {"start": "1812-09-07"},
        {"start": "2026-13-01"},
        {"night": "22-06"},
        {"night": 22},
        {"weekend": "Someday"},
        {"weekend": 5},
        {"holidays": {"add": ["2026-02-30"]}},
    ],
)
def test_a_calendar_that_cannot_be_is_refused(wrong: dict[str, object]) -> None:
    with pytest.raises(ValidationError):
        Calendar.model_validate({"start": "2026-03-02", **wrong})
