"""The page on risk in a browser: what is computed beside it arrives, and can be stopped."""

from __future__ import annotations

import pytest
from browsing import light, settle, visit
from playwright.sync_api import Page, expect

pytestmark = [pytest.mark.browser, pytest.mark.slow]


def test_draws_arrive_by_themselves_and_fit_a_phone(page: Page, site: str) -> None:
    page.set_viewport_size({"width": 390, "height": 844})
    visit(page, f"{site}/{light('risks', 'ru')}")
    expect(page.get_by_role("heading", name="из 100")).to_be_visible()
    main = page.get_by_test_id("stMain")

    assert main.evaluate("e => e.scrollWidth <= e.clientWidth + 1")
    charts = page.get_by_test_id("stVegaLiteChart")
    expect(charts).to_have_count(2)
    for chart in charts.all():
        labelled = "e => e.closest('[aria-label]') || e.querySelector('[aria-label]')"
        assert chart.evaluate(f"e => Boolean(({labelled})(e))")


def test_draws_can_be_stopped_and_begun_again(page: Page, site: str) -> None:
    page.goto(f"{site}/{light('risks', draws=100_000)}")
    # Of two buttons: the other one is Streamlit's own, above the page.
    stop = page.get_by_test_id("stMain").get_by_role("button", name="Stop")
    drawing = page.get_by_text("In every draw each uncertain input").first
    expect(drawing).to_be_visible(timeout=120_000)
    stop.first.click()
    settle(page)

    expect(page.get_by_text("Stopped. What was there before is as it was.")).to_be_visible()
    expect(page.get_by_role("button", name="Compute it after all")).to_be_visible()
    page.get_by_role("radio", name="Checklist and goals").click()
    settle(page)
    expect(page.get_by_text("Asked about")).to_be_visible()
    page.get_by_role("radio", name="How sure").click()
    settle(page)
    expect(page.get_by_role("button", name="Compute it after all")).to_be_visible()
