"""Both languages are complete, and write numbers as their readers do."""

from __future__ import annotations

import ast
import io
import math
import re
from functools import cache
from pathlib import Path
from typing import cast

import pytest
from babel.messages.catalog import Catalog
from babel.messages.extract import extract_from_dir
from babel.messages.pofile import read_po
from hypothesis import given
from hypothesis import strategies as st

from sim.decide import Judgement
from sim.report.labour import rule_messages
from sim.report.language import CATALOGUES, N_, Language, pick
from sim.report.sentences import hours_words
from sim.report.tables import judgement_table
from sim.scenario import load
from sim.scenario.hours import WEEK, OpenHours
from sim.scenario.promise import Promise
from sim.scenario.terms import catalogue, presets
from sim.stats import Estimate

RU, EN = Language("ru"), Language("en")
SPACE = "\N{NO-BREAK SPACE}"
# How messages are called in the code: looked up, counted, and marked to be looked up later.
KEYWORDS = {"lang": None, "n": (1, 2), "N_": None}


@cache
def russian() -> Catalog:
    text = (CATALOGUES / "ru" / "LC_MESSAGES" / "linewise.po").read_bytes()
    return read_po(io.BytesIO(text), locale="ru")


@cache
def messages() -> frozenset[str | tuple[str, ...]]:
    """Every message in the code, and the sources that presets and the catalogue name."""
    sim = Path(__file__).resolve().parents[1] / "sim"
    found = extract_from_dir(sim, method_map=[("**.py", "python")], keywords=KEYWORDS)
    named = frozenset(message for _, _, message, _, _ in found)
    return named | frozenset(sources()) | frozenset(rule_messages())


def sources() -> set[str]:
    shipped = [one for name in presets.names() for one in presets.sources(name).values()]
    return {one.source for one in (*shipped, *(price for price, _, _ in catalogue().values()))}


def fields(text: str) -> set[str]:
    return set(re.findall(r"\{(\w+)", text))


def forms(text: object) -> list[str]:
    """The one text of a message, or all its plural forms."""
    return [text] if isinstance(text, str) else [str(form) for form in cast(tuple[str], text)]


def test_every_message_is_translated_and_no_translation_is_left_over() -> None:
    translated = {m.id for m in russian() if m.id}

    assert translated == set(messages())


def test_no_translation_is_empty_or_in_doubt() -> None:
    for message in russian():
        if message.id:
            assert all(forms(message.string)), message.id
            assert not message.fuzzy, message.id


def test_translations_fill_in_the_same_values() -> None:
    for message in russian():
        if message.id:
            wanted = fields(forms(message.id)[-1])
            assert all(fields(form) == wanted for form in forms(message.string)), message.id


def test_messages_stand_where_the_extractor_sees_them() -> None:
    sim = Path(__file__).resolve().parents[1] / "sim"
    for path in sim.rglob("*.py"):
        for part in ast.walk(ast.parse(path.read_text("utf-8"))):
            if isinstance(part, ast.JoinedStr):
                called = [n.func for n in ast.walk(part) if isinstance(n, ast.Call)]
                names = [f.id for f in called if isinstance(f, ast.Name)]
                assert "lang" not in names, f"{path.name}:{part.lineno}"


def test_a_marked_message_stays_what_it_is() -> None:
    assert N_("Answer") == "Answer"


def test_english_needs_no_catalogue() -> None:
    assert EN("Answer") == "Answer"
    assert RU("Answer") == "Ответ"


@pytest.mark.parametrize(
    ("address", "browser", "spoken"),
    [
        (None, None, "ru"),
        ("en", "ru-RU", "en"),
        ("de", "ru-RU", "ru"),
        (None, "de-DE", "en"),
        (None, "RU", "ru"),
        ("", "", "ru"),
    ],
)
def test_the_link_goes_before_the_browser(
    address: str | None, browser: str | None, spoken: str
) -> None:
    assert pick(address, browser) == spoken


@pytest.mark.parametrize(
    ("count", "words"), [(1, "1 оператор"), (22, "22 оператора"), (58, "58 операторов")]
)
def test_russian_counts_in_three_forms(count: int, words: str) -> None:
    assert RU.n("{n} agent", "{n} agents", count) == words


@pytest.mark.parametrize(
    ("amount", "russian_text", "english"),
    [
        (6_312_345, f"6,31{SPACE}млн{SPACE}₽", "₽6.31M"),
        (-312_345, f"−312{SPACE}тыс.{SPACE}₽", "−₽312K"),
        (999_999, f"1{SPACE}млн{SPACE}₽", "₽1M"),
        (999.4, f"999{SPACE}₽", "₽999"),
        (0, f"0{SPACE}₽", "₽0"),
        (-0.2, f"0{SPACE}₽", "₽0"),
        (math.nan, "—", "—"),
    ],
)
def test_large_amounts_are_short(amount: float, russian_text: str, english: str) -> None:
    assert RU.money(amount, "RUB", compact=True) == russian_text
    assert EN.money(amount, "RUB", compact=True) == english


def test_amounts_have_the_sign_of_their_currency_where_there_is_one() -> None:
    assert EN.money(1234.5, "USD") == "$1,234"
    assert EN.money(1234.5, "CHF", digits=2) == f"CHF{SPACE}1,234.50"
    assert RU.money(-1234, "EUR") == f"−1{SPACE}234{SPACE}€"


def test_shares_and_their_intervals() -> None:
    assert RU.percent(0.921, 1) == f"92,1{SPACE}%"
    assert EN.share(Estimate(0.921, 0.004)) == "92.1% ± 0.4"
    assert EN.share(Estimate(0.921, math.inf)) == "92.1%"
    assert EN.percent(math.nan) == "—"


def test_an_interval_that_is_cut_is_shown_by_its_ends() -> None:
    assert EN.share(Estimate(0.98, 0.127, 0.0, 1.0)) == "98.0% (85.3–100.0%)"
    assert RU.share(Estimate(0.01, 0.127, 0.0, 1.0)) == f"1,0{SPACE}% (0,0–13,7{SPACE}%)"
    assert EN.share(Estimate(0.75, 0.25, 0.0, 1.0)) == "75.0% ± 25.0"


@pytest.mark.parametrize(
    ("seconds", "words"),
    [
        (0.4, "0.4 s"),
        (20, "20 s"),
        (100, "100 s"),
        (60, "1 min"),
        (240, "4 min"),
        (86_400, "24 h"),
        (259_200, "3 d"),
        (math.inf, "∞"),
        (math.nan, "—"),
    ],
)
def test_durations_take_the_unit_that_fits(seconds: float, words: str) -> None:
    assert EN.duration(seconds) == words


def test_days_begin_with_monday_and_a_capital() -> None:
    assert [RU.day(n) for n in range(7)] == ["Пн", "Вт", "Ср", "Чт", "Пт", "Сб", "Вс"]
    assert EN.day(6, "wide") == "Sunday"
    assert EN.clock(34_200) == "09:30"


def test_charts_write_numbers_as_the_text_does() -> None:
    assert RU.vega("RUB")["decimal"] == ","
    assert EN.vega("RUB")["currency"] == ["₽", ""]
    assert EN.number(-1.5, 1) == "−1.5"


@pytest.mark.parametrize(
    ("share", "said"),
    [
        (0.996, "99.6%"),
        (0.9999, "99.99%"),
        (1.0, "100%"),
        (0.002, "0.2%"),
        (0.0, "0%"),
        (0.42, "42%"),
        (1e-9, "0%"),
        (1.2, "120%"),
        (-0.003, "\N{MINUS SIGN}0.3%"),
    ],
)
def test_a_part_is_never_told_as_nothing_or_as_all(share: float, said: str) -> None:
    assert Language("en").percent(share) == said


@pytest.mark.parametrize(
    ("promise", "told"),
    [
        ("phone.service_level: at least 80%", ("Телефон: уровень сервиса", "не меньше 80\xa0%")),
        ("phone.asa: at most 20s", ("Телефон: среднее ожидание", "не больше 20 с")),
        (
            "npv: at most 90 000 000 RUB",
            ("приведённая стоимость", "не больше 90\xa0000\xa0000\xa0₽"),
        ),
    ],
)
def test_a_promise_is_told_in_words_and_not_as_the_file_has_it(
    promise: str, told: tuple[str, str]
) -> None:
    scenario = load(Path(__file__).resolve().parents[1] / "scenarios/company-n.yaml")
    key, _, text = promise.partition(": ")
    parts = {"measure": key.rpartition(".")[2], "channel": key.rpartition(".")[0] or None}
    sense = "at least" if text.startswith("at least") else "at most"
    bound = {"80%": 0.8, "20s": 20.0}.get(text.removeprefix(sense).strip(), 90e6)
    one = Promise.model_validate({**parts, "sense": sense, "value": bound, "text": promise})
    judged = Judgement("shared", one, Estimate(bound, 0.0), "holds")
    row = judgement_table(scenario, (judged,), "", Language("ru")).rows[0]

    assert row[0].endswith(told[0])
    assert row[1] == told[1]
    assert "%" not in row[2] or key == "phone.service_level"


@given(st.sets(st.integers(0, WEEK // 1800), min_size=2, max_size=12))
def test_opening_hours_in_words_are_the_hours(halves: set[int]) -> None:
    ends = [1800 * half for half in sorted(halves)]
    hours = OpenHours(ranges=tuple(zip(ends[::2], ends[1::2], strict=False)))
    said = hours_words(hours, Language("en")).replace("–", "-")

    if said == "round the clock":
        assert hours.is_always
    else:
        days = (part.split(" ", 1) for part in said.split("; "))
        assert (
            OpenHours.of(*(f"{day} {one}" for day, all_ in days for one in all_.split(", ")))
            == hours
        )
