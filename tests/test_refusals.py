"""What is refused is told in the reader's language: place, rule, value and hint."""

from __future__ import annotations

import re
import runpy
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from in_russian import left_in_english

from sim.errors import InvalidInput, Problem, ScenarioError, WorkersLost
from sim.report.language import Language, catalogue_of, messages_in
from sim.report.refusals import _Template, reason_words, refusal_lines, refusal_text, worded
from sim.scenario import load

ROOT = Path(__file__).resolve().parents[1]
BAD = Path(__file__).parent / "scenarios_bad"

RU, EN = Language("ru"), Language("en")


def test_every_text_of_a_refusal_is_translated_and_no_translation_is_left_over() -> None:
    texts = runpy.run_path(str(ROOT / "scripts" / "refusal_texts.py"))["refusal_texts"]()

    assert set(messages_in("refusals")) == set(texts)


def test_translations_have_the_holes_of_their_texts() -> None:
    words = catalogue_of("ru", "refusals")
    for text in messages_in("refusals"):
        told = words.gettext(text)
        assert told
        assert sorted(re.findall(r"\{\d\}", told)) == sorted(re.findall(r"\{\d\}", text)), text


@pytest.mark.parametrize("path", sorted(BAD.glob("*.yaml")), ids=lambda path: path.stem)
def test_a_bad_file_is_refused_in_russian(path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(BAD)
    with pytest.raises(ScenarioError) as caught:
        load(path.name)

    assert left_in_english(caught.value) == []


def test_english_is_told_as_it_was_said() -> None:
    wrong = ScenarioError([Problem("a.yaml", 2, "fcr", "must be at most 100%, got '800%'", "no")])

    assert refusal_lines(wrong, EN) == (str(wrong),)
    for text in messages_in("refusals"):
        assert worded(text, EN, str) == text


def test_the_text_with_the_most_words_of_its_own_is_the_one_that_is_meant() -> None:
    assert (
        worded("must be at most 3 spans, got 4", RU)
        == "должно быть не больше 3 промежутков, дано 4"
    )
    assert worded("must be voice, chat or email, got 'fax'", RU).endswith("email, дано 'fax'")
    assert worded("must have 168 rows, got 4", RU) == "должно быть 168 строк, дано 4"
    assert worded("must be UTF-8, got UTF-16", RU) == "нужен текст в UTF-8, а это UTF-16"


def test_what_stands_in_a_hole_is_told_in_words_too() -> None:
    wrong = InvalidInput("handle_time", "must be a duration, with its unit", 4, "write 4s or 4m")

    assert refusal_text(wrong, RU) == (
        "handle_time: нужно значение с единицей: длительность, дано 4; напишите 4s или 4m"
    )


def test_what_no_catalogue_has_stays_as_it_was_said() -> None:
    assert reason_words(InvalidInput("x", "wobbles", None), RU) == "wobbles"


def test_other_errors_are_told_in_russian_too() -> None:
    (said,) = refusal_lines(WorkersLost("dask://a:1", 7), RU)

    assert said.startswith("на dask://a:1 исполнители терялись")


@given(st.lists(st.text("ab ", max_size=3), min_size=1, max_size=4), st.text("ab ", max_size=14))
def test_a_text_is_matched_as_the_shortest_holes_would_have_it(parts: list[str], text: str) -> None:
    around = [parts[0], *(part or "a" for part in parts[1:-1]), *parts[1:][-1:]]
    template = "".join(f"{part}{{{at}}}" for at, part in enumerate(around[:-1])) + around[-1]
    lazy = re.compile("(.+?)".join(map(re.escape, around)), re.DOTALL).fullmatch(text)

    assert _Template.of(template).held(text) == (lazy.groups() if lazy else None)


def test_what_repeats_the_words_of_a_refusal_without_end_is_told_all_the_same() -> None:
    several = [one for one in sorted(messages_in("refusals")) if "{1}" in one]

    for text in several[::8]:
        assert worded("x".join(part * 400 for part in re.split(r"\{\d\}", text)), RU)
