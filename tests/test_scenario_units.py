"""Quantities as people write them."""

from __future__ import annotations

import contextlib
import math
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import TypeAdapter, ValidationError

from sim.errors import InvalidInput
from sim.scenario import parse, units

FILE = {"file": True, "currency": "RUB"}


def read(kind: Any, value: object) -> Any:
    """Read a value as a file does."""
    return TypeAdapter(kind).validate_python(value, context=FILE)


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("20s", 20.0),
        ("4m30s", 270.0),
        ("4m 30s", 270.0),
        ("1h30m", 5400.0),
        ("1.5h", 5400.0),
        ("1,5 h", 5400.0),
        ("2 days", 172_800.0),
        ("500ms", 0.5),
        ("1 200 sec", 1200.0),
    ],
)
def test_durations_are_read_in_seconds(text: str, value: float) -> None:
    assert read(units.Duration, text) == value


@pytest.mark.parametrize(
    ("text", "value"), [("80%", 0.8), ("0.5 %", 0.005), ("3,5%", 0.035), ("0%", 0), ("100%", 1)]
)
def test_shares_are_read_in_per_cent(text: str, value: float) -> None:
    assert read(units.Share, text) == value


@pytest.mark.parametrize("separator", [" ", "\u00a0", "\u202f", "'", "_"])
def test_thousands_may_be_set_apart(separator: str) -> None:
    assert read(units.Money, f"1{separator}234{separator}567.5 RUB") == 1_234_567.5


@pytest.mark.parametrize(
    ("text", "value"),
    [("1200 RUB", 1200), ("3.5 k RUB", 3500), ("2M RUB", 2e6), ("40 ₽", 40), ("0 RUB", 0)],
)
def test_money_carries_its_currency(text: str, value: float) -> None:
    assert read(units.Money, text) == value


@pytest.mark.parametrize(
    ("kind", "text", "value"),
    [
        (units.MoneyPerHour, "320 RUB/h", 320),
        (units.MoneyPerHour, "320 RUB per hour", 320),
        (units.MoneyPerMinute, "14,5 RUB per minute", 14.5),
        (units.MoneyPerMonth, "150 000 RUB/month", 150_000),
        (units.MoneyPerContact, "90 RUB per call", 90),
        (units.MoneyPerResolution, "99 RUB per resolution", 99),
        (units.MoneyPerSession, "2 RUB per session", 2),
        (units.MoneyPerHead, "25 k RUB per person", 25_000),
        (units.MoneyPerSquareMetreYear, "30 000 RUB per m2 per year", 30_000),
        (units.MoneyPerContact, "90 RUB", 90),
    ],
)
def test_prices_say_what_they_are_for(kind: Any, text: str, value: float) -> None:
    assert read(kind, text) == value


@pytest.mark.parametrize(
    ("text", "week"), [("700 per day", 4900), ("10 per week", 10), ("365 per year", 7)]
)
def test_volumes_are_read_per_week(text: str, week: float) -> None:
    assert math.isclose(read(units.PerWeek, text), week)


def test_a_month_is_a_twelfth_of_365_days() -> None:
    assert math.isclose(read(units.PerWeek, "21 000 per month"), 21_000 * 12 / 365 * 7)


@pytest.mark.parametrize(
    ("kind", "text", "value"),
    [
        (units.Hours, "1 972 h", 1972),
        (units.Hours, "45m", 0.75),
        (units.Minutes, "4m30s", 4.5),
        (units.Minutes, "1 000 000 min", 1e6),
        (units.HoursPerYear, "1972h", 1972),
        (units.Ratio, "150%", 1.5),
        (units.Quantity, 0.5, 0.5),
        (units.Level, "80%", 0.8),
        (units.Level, "20s", 20),
        (units.Level, 4.5, 4.5),
        (units.SquareMetres, "7.5 m2", 7.5),
        (units.SquareMetres, "7,5 m²", 7.5),
        (units.Factor, "110%", 1.1),
        (units.Factor, 1.1, 1.1),
        (units.Count, 4, 4),
        (units.Count, "1 200", 1200),
        (units.Number, "-3,5", -3.5),
    ],
)
def test_other_quantities_are_read_too(kind: Any, text: object, value: float) -> None:
    assert read(kind, text) == value


@pytest.mark.parametrize(
    ("kind", "value", "hint"),
    [
        (units.Duration, 20, "write 20s or 20m"),
        (units.Share, 0.8, "write 80%"),
        (units.Share, 80, "write 80%"),
        (units.PerWeek, 21000, "write 21000 per month"),
        (units.Hours, 160, "write 160h"),
        (units.Minutes, 100, "write 100 min"),
        (units.Ratio, 0.2, "write 20%"),
        (units.SquareMetres, 7.5, "write 7.5 m2"),
        (units.Money, 1200, "write 1200 RUB"),
        (units.MoneyPerHour, 320, "write 320 RUB per hour"),
    ],
)
def test_a_file_must_not_give_a_bare_number(kind: Any, value: float, hint: str) -> None:
    with pytest.raises(ValidationError, match=hint):
        read(kind, value)
    in_python = value if kind is not units.Share else 0.8
    assert TypeAdapter(kind).validate_python(in_python) == in_python


@pytest.mark.parametrize(
    ("kind", "text", "rule"),
    [
        (units.Duration, "-20s", "must not be negative"),
        (units.Duration, "20 parsecs", "unknown unit parsecs"),
        (units.Duration, "30s4m", "the largest first"),
        (units.Duration, "5m5m", "name each unit once"),
        (units.Duration, "367 days", "at most 366 days"),
        (units.Duration, "soon", "must be a duration"),
        (units.Duration, "", "must be a duration"),
        (units.PositiveDuration, "0s", "greater than 0"),
        (units.Share, "800%", "at most 100%.*did you mean 80%"),
        (units.Share, "101%", "at most 100%"),
        (units.Share, "-5%", "must not be negative"),
        (units.Share, "0.8", "must be a percentage"),
        (units.Share, "high", "must be a percentage"),
        (units.Factor, "-1", "must not be negative"),
        (units.Money, "1200", "with its currency"),
        (units.Money, "1 200 USD", "is in USD, but the scenario counts in RUB"),
        (units.Money, "-5 RUB", "must not be negative"),
        (units.Money, "320 RUB/h", "plain amount"),
        (units.MoneyPerHour, "320 RUB", "price per hour"),
        (units.MoneyPerHour, "320 RUB/min", "price per hour"),
        (units.PerWeek, "20 per fortnight", "per which time"),
        (units.PerWeek, "some per day", "begin with a number"),
        (units.PerWeek, "-5 per day", "must not be negative"),
        (units.PerWeek, "90 000 000 per week", "at most 10 000 000"),
        (units.Hours, "-5h", "must not be negative"),
        (units.SquareMetres, "-5 m2", "must not be negative"),
        (units.SquareMetres, "5 m", "must be an area"),
        (units.Count, 2.5, "integer"),
        (units.Count, "2.5", "whole number"),
        (units.Count, True, "whole number"),
        (units.Count, -1, "greater than or equal to 0"),
        (units.Number, "1,200", "two ways.*write 1 200 or 1.200"),
        (units.Number, "1 20", "must be a number"),
        (units.Number, "12a", "must be a number"),
        (units.Number, math.nan, "finite"),
        (units.Number, "1e999", "finite"),
        (units.Duration, math.inf, "finite"),
        (units.Duration, True, "must be a duration"),
        (units.Duration, ["20s"], "must be a duration"),
        (units.Duration, None, "must be a duration"),
    ],
)
def test_what_cannot_be_meant_is_refused(kind: Any, text: object, rule: str) -> None:
    with pytest.raises(ValidationError, match=rule):
        read(kind, text)


@given(st.integers(0, 366 * 86_400_000))
def test_a_duration_survives_being_written(milliseconds: int) -> None:
    value = milliseconds / 1000
    assert math.isclose(parse.seconds(parse.as_duration(value)), value, abs_tol=1e-9)


@given(st.floats(0, 1))
def test_a_share_survives_being_written(value: float) -> None:
    assert math.isclose(parse.share(parse.as_share(value)), value, rel_tol=1e-9, abs_tol=1e-300)


@given(st.integers(0, 10**9), st.sampled_from([" ", "\u00a0", "'", "_"]))
def test_money_survives_being_written(amount: int, separator: str) -> None:
    text = f"{amount:,}".replace(",", separator)
    assert parse.money(f"{text} RUB", "RUB") == amount


@given(st.text(max_size=30) | st.from_regex(r"[-+]?[0-9 .,']{0,12} ?[a-zA-Z%/2 ]{0,8}"))
def test_any_text_is_a_quantity_or_refused_in_words(text: str) -> None:
    readers = [
        parse.number,
        parse.seconds,
        parse.share,
        parse.percentage,
        parse.factor,
        parse.per_week,
        parse.hours,
        parse.money,
        parse.square_metres,
        parse.count,
    ]
    for reader in readers:
        with contextlib.suppress(InvalidInput):
            assert math.isfinite(reader(text))
