"""What only a browser shows of simulation, data and the first minute: keys, downloads, motion."""

from __future__ import annotations

from pathlib import Path

import pytest
from browsing import settle, visit
from playwright.sync_api import Page, expect

from sim.scenario import load

pytestmark = [pytest.mark.browser, pytest.mark.slow]


def test_a_newcomer_has_their_own_answer_in_a_few_keys(page: Page, site: str) -> None:
    page.set_viewport_size({"width": 1366, "height": 768})
    visit(page, f"{site}/?lang=en&scenario=bank")
    before = page.locator("dl").first.inner_text()
    page.get_by_role("button", name="Put in your figures").click()
    settle(page)
    page.get_by_label("1. Your volume").fill("3000")
    page.get_by_text("Mon–Fri 9:00–18:00").click()
    settle(page)
    expect(page.get_by_role("button", name="Show my answer")).to_be_in_viewport()
    page.get_by_role("button", name="Show my answer").click()
    settle(page)

    expect(page.get_by_text("This is an example. Your own answer")).to_have_count(0)
    expect(page.locator("dl").first).not_to_have_text(before, use_inner_text=True)
    page.reload()
    settle(page)
    expect(page.get_by_role("spinbutton", name="Contacts a week")).to_have_value("3000")


def test_a_figure_typed_in_is_in_the_file_that_is_downloaded(
    page: Page, site: str, tmp_path: Path
) -> None:
    visit(page, f"{site}/data?lang=en&scenario=bank")
    field = page.get_by_label("Handle time · Calls")
    field.fill("250")
    page.keyboard.press("Tab")
    settle(page)
    expect(page.get_by_text("Entered in the app").first).to_be_visible()
    field.fill("")
    page.keyboard.press("Tab")
    settle(page)
    expect(field).to_have_value("188.8")
    field.fill("250")
    page.keyboard.press("Tab")
    settle(page)
    page.get_by_role("radio", name="File and link").click()
    settle(page)
    with page.expect_download() as begun:
        page.get_by_role("button", name="Download the scenario").click()
    kept = tmp_path / "bank.yaml"
    begun.value.save_as(kept)

    assert load(kept).channels["phone"].handle_time.mean == pytest.approx(250)


def test_a_day_plays_on_by_itself_and_stands_still_when_told(page: Page, site: str) -> None:
    visit(page, f"{site}/simulation?lang=en&scenario=bank")
    clock = page.get_by_role("slider").last
    before = clock.get_attribute("aria-valuetext") or clock.get_attribute("aria-valuenow")
    page.get_by_role("button", name="Play").click()
    expect(clock).not_to_have_attribute("aria-valuetext", str(before))
    page.get_by_role("button", name="Pause").click()
    settle(page)
    after = clock.get_attribute("aria-valuetext") or clock.get_attribute("aria-valuenow")
    page.wait_for_timeout(1500)

    assert after != before
    assert (clock.get_attribute("aria-valuetext") or clock.get_attribute("aria-valuenow")) == after
