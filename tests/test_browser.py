"""What only a browser shows: reloads, clicks in charts, narrow screens, no outside request."""

from __future__ import annotations

from io import BytesIO
from pathlib import Path

import numpy as np
import pytest
from browsing import light, new_page, settle, visit
from PIL import Image
from playwright.sync_api import Browser, Page, expect

pytestmark = [pytest.mark.browser, pytest.mark.slow]


def test_the_first_screen_holds_the_answer_and_its_four_numbers(page: Page, site: str) -> None:
    page.set_viewport_size({"width": 1366, "height": 768})
    visit(page, f"{site}/{light('', '')}")  # in the language of the browser

    expect(page.locator("h1")).to_have_text("Что дешевле при уровне сервиса 80/20?")
    expect(page.locator("h2").first).to_be_in_viewport()
    expect(page.locator("dl dd").last).to_be_in_viewport()
    box = page.locator(".linewise-rows").nth(1).bounding_box()
    assert box is not None
    assert box["y"] + box["height"] <= 768  # how sure the difference is, as a whole
    assert page.evaluate("document.documentElement.lang") == "ru"


def test_a_reload_shows_the_same(page: Page, site: str) -> None:
    visit(page, f"{site}/{light('people', volume=5000)}")
    expect(page.get_by_role("spinbutton", name="Contacts a week")).to_have_value("5000")
    page.get_by_label("Handle time").fill("300")
    page.keyboard.press("Enter")
    settle(page)
    page.reload()
    settle(page)

    expect(page.get_by_role("spinbutton", name="Contacts a week")).to_have_value("5000")
    expect(page.get_by_label("Handle time")).to_have_value("300")
    expect(page.locator("h1")).to_contain_text("How many people")


def test_another_language_and_another_page_keep_what_was_chosen(page: Page, site: str) -> None:
    visit(page, f"{site}/{light('people', 'ru', volume=5000)}&option=dedicated")
    page.get_by_role("radio", name="English").click()
    settle(page)
    expect(page.locator("h1")).to_contain_text("How many people")
    assert page.evaluate("document.documentElement.lang") == "en"
    page.get_by_role("link", name="Answer").first.click()
    settle(page)

    expect(page.locator("h1")).to_have_text("Which is cheaper at 80/20?")
    expect(page.get_by_role("spinbutton", name="Contacts a week")).to_have_value("5000")
    chosen = page.get_by_role("combobox", name="Compare")
    expect(chosen).to_have_value("Vendor, dedicated operators")
    page.reload()
    settle(page)
    expect(chosen).to_have_value("Vendor, dedicated operators")


def test_a_click_in_the_heat_map_opens_its_day(page: Page, site: str) -> None:
    visit(page, f"{site}/people?lang=en&scenario=bank")
    chart = page.get_by_test_id("stVegaLiteChart").first
    chart.scroll_into_view_if_needed()
    box = chart.bounding_box()
    assert box is not None
    expect(page.get_by_role("radio", name="Mon", exact=True)).to_be_checked()
    page.mouse.click(box["x"] + box["width"] * 0.6, box["y"] + box["height"] * 0.45)
    settle(page)

    expect(page.get_by_role("radio", name="Thu", exact=True)).to_be_checked()
    page.get_by_role("radio", name="Tue", exact=True).click()
    settle(page)
    expect(page.get_by_role("radio", name="Tue", exact=True)).to_be_checked()


def test_one_more_on_the_line_is_answered_on_the_spot(page: Page, site: str) -> None:
    visit(page, f"{site}/people?lang=en&scenario=bank")
    before = page.locator("dl").last.inner_text()
    page.get_by_role("slider").focus()
    page.keyboard.press("ArrowRight")
    settle(page)

    expect(page.locator("dl").last).to_contain_text("points")
    expect(page.locator("dl").last).not_to_have_text(before, use_inner_text=True)


def test_a_broken_file_leaves_the_work_alone(page: Page, site: str, tmp_path: Path) -> None:
    visit(page, f"{site}/{light('', volume=5000)}")
    wrong = tmp_path / "wrong.yaml"
    wrong.write_text("name: [", "utf-8")
    page.get_by_text("Your own scenario").click()
    page.locator("input[type=file]").set_input_files(str(wrong))

    expect(page.get_by_text("The file “wrong.yaml” cannot be used.")).to_be_visible()
    expect(page.get_by_role("spinbutton", name="Contacts a week")).to_have_value("5000")
    settle(page)


@pytest.mark.parametrize(
    ("place", "drawn"), [("answer", 1), ("options", 0), ("people", 3), ("shifts", 0)]
)
def test_a_narrow_screen_holds_the_page_and_has_words_for_what_is_drawn(
    page: Page, site: str, place: str, drawn: int
) -> None:
    page.set_viewport_size({"width": 390, "height": 844})
    visit(page, f"{site}/{light(place, 'ru')}")
    main, charts = page.get_by_test_id("stMain"), page.get_by_test_id("stVegaLiteChart")

    assert main.evaluate("e => e.scrollWidth <= e.clientWidth + 1")
    page.set_viewport_size({"width": 768, "height": 844})  # the tablet is turned, or a window
    settle(page)
    assert main.evaluate("e => e.scrollWidth <= e.clientWidth + 1")
    expect(charts).to_have_count(drawn)
    for chart in charts.all():  # for those who do not see it
        labelled = "e => e.closest('[aria-label]') || e.querySelector('[aria-label]')"
        assert chart.evaluate(f"e => Boolean(({labelled})(e))")


@pytest.mark.parametrize("place", ["", "people"])
def test_a_page_is_drawn_in_the_colours_of_the_theme_and_anew_when_that_changes(
    page: Page, site: str, place: str
) -> None:
    page.emulate_media(color_scheme="dark")
    visit(page, f"{site}/{light(place)}")
    lines = [tile_line(page)]
    drawn = page.get_by_test_id("stVegaLiteChart").last
    dark = drawn.screenshot()
    page.emulate_media(color_scheme="light")
    settle(page)
    lines.append(tile_line(page))
    bright = drawn.screenshot()

    assert lines == ["rgb(50, 59, 80)", "rgb(217, 223, 233)"]
    assert paper(dark) < 60
    assert paper(bright) > 220


def tile_line(page: Page) -> str:
    """Colour of the line around a number."""
    line = "e => getComputedStyle(e).borderTopColor"
    return str(page.locator(".linewise-tile").first.evaluate(line))


def paper(picture: bytes) -> int:
    """How bright most of a picture is."""
    with Image.open(BytesIO(picture)) as image:
        return int(np.median(np.asarray(image.convert("L"))))


def test_a_decimal_comma_of_a_russian_reader_holds_in_an_english_browser(
    browser: Browser, site: str
) -> None:
    page = new_page(browser, locale="en-GB")
    visit(page, f"{site}/{light('', 'ru')}")
    field = page.get_by_role("spinbutton", name="Ответить, %")
    field.press("Control+a")
    field.press_sequentially("82,5")  # the browser alone would make it 825
    typed = field.input_value()
    page.context.close()

    assert typed == "82.5"
