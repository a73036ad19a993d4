"""The page of reports: what it offers, in both languages and in every state."""

from __future__ import annotations

from typing import Any

import pytest
from handed_on import DESK
from streamlit.testing.v1 import AppTest
from visitor import bring, brought, calm, finish, group, opened, own, press, put, texts

from sim.report.files import SECTIONS
from sim.report.language import Code, Language

pytestmark = [pytest.mark.slow, pytest.mark.usefixtures("threads")]

TITLES: dict[Code, str] = {
    "en": "The answer as a file to hand on",
    "ru": "Ответ в файле, который можно передать",
}


def shown(text: str, lang: Code = "en") -> AppTest:
    """The page for a scenario of one's own."""
    return finish(brought(text, "report", lang))


def labels(app: AppTest) -> list[str]:
    return [button.proto.label for button in app.get("download_button")]


def picture(app: AppTest) -> tuple[str, ...]:
    """Where the picture of the page is kept: another picture, another place."""
    return tuple(url for image in app.get("image") for url in _urls(image))


def _urls(image: Any) -> list[str]:
    return list(image.value)


def pills(app: AppTest, label: str) -> list[str]:
    return [option.content for option in group(app, label).proto.options]


@pytest.mark.parametrize("lang", TITLES)
def test_the_page_shows_the_report_and_offers_its_files(lang: Code) -> None:
    app, words = shown(DESK, lang), Language(lang)

    assert [title.value for title in app.title] == [TITLES[lang]]
    assert len(picture(app)) == 1
    assert labels(app) == [
        words("PDF to read and print"),
        words("Excel with live formulas"),
        words("HTML in one file"),
        words("Scenario file with your changes"),
    ]
    assert "Linewise · desk · " in texts(app)
    assert not app.error


def test_sections_are_those_that_can_be_filled() -> None:
    app = shown(DESK)
    everything = [Language("en")(title) for name, title in SECTIONS.items() if name != "turning"]
    assert pills(app, "Sections") == everything
    app = shown(own())

    assert pills(app, "Sections") == [
        "What customers get",
        "People and the week",
        "Assumptions and where they come from",
    ]
    assert len(labels(app)) == 4


def test_fewer_options_and_sections_make_another_report() -> None:
    app = shown(DESK)
    before = picture(app)
    options = group(app, "Options beside “=1+1”")
    assert [option.content for option in options.proto.options] == ["#set [own]: team", "Too few"]
    options.set_value(["own"])
    finish(calm(app.run()))
    after = picture(app)
    group(app, "Sections").set_value(["service"])
    finish(calm(app.run()))

    assert len({before, after, picture(app)}) == 3
    assert group(app, "Sections").value == ["service"]


def test_nothing_chosen_is_everything() -> None:
    app = shown(DESK)
    group(app, "Sections").set_value([])
    finish(calm(app.run()))

    assert len(group(app, "Sections").value) == len(SECTIONS) - 1


def test_another_language_keeps_what_was_chosen() -> None:
    app = shown(DESK)
    group(app, "Sections").set_value(["service", "people"])
    group(app, "Language of the report").set_value("ru")
    finish(calm(app.run()))
    group(app, "Язык · Language").set_value("ru")
    finish(calm(app.run()))

    assert app.title[0].value == TITLES["ru"]
    assert group(app, "Разделы").value == ["service", "people"]
    assert group(app, "Язык отчёта").value == "ru"


def test_the_report_can_be_in_another_language_than_the_page() -> None:
    app = shown(DESK)
    footer = "Linewise · desk"
    english = next(c.value for c in app.caption if c.value.startswith(footer))
    group(app, "Language of the report").set_value("ru")
    finish(calm(app.run()))
    russian = next(c.value for c in app.caption if c.value.startswith(footer))

    assert english.rpartition(" · ")[0] == russian.rpartition(" · ")[0]
    assert "-" in english.rpartition(" · ")[2]
    assert russian.rpartition(" · ")[2].count(".") == 2


def test_where_the_answer_changes_is_found_when_asked() -> None:
    app = shown(DESK)
    assert "Where the answer changes" not in pills(app, "Sections")
    press(app, "Find where the answer changes")
    finish(calm(app.run()))

    assert "Where the answer changes" in pills(app, "Sections")
    assert "swap_horiz" in texts(app)


def test_what_cannot_be_computed_is_said_and_offers_no_file() -> None:
    wrong = DESK.replace("payroll: {preset: RU_2026}", "payroll: {preset: RU_1926}")
    app = opened("report", lang="en", scenario="bank")
    app = finish(bring(app, wrong))

    assert app.title[0].value == TITLES["en"]
    assert app.error
    assert "cannot be used" in texts(app)


def test_a_step_back_brings_the_report_back() -> None:
    app = shown(DESK)
    before = picture(app)
    put(app, "Handle time", 300.0)
    after = picture(finish(app))
    press(app, "Undo")
    finish(calm(app.run()))

    assert after != before
    assert picture(app) == before
