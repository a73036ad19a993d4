"""What only a browser shows of the options page: a change in place that a link carries."""

from __future__ import annotations

import pytest
from browsing import light, settle, visit
from playwright.sync_api import Page, expect

pytestmark = [pytest.mark.browser, pytest.mark.slow]


def test_a_price_changed_in_place_is_there_after_a_reload(page: Page, site: str) -> None:
    visit(page, f"{site}/{light('options')}")
    rate = page.get_by_label("Rate per hour")
    expect(rate).to_have_value("320")
    rate.fill("200")
    page.keyboard.press("Enter")
    settle(page)
    page.reload()
    settle(page)

    expect(page.get_by_label("Rate per hour")).to_have_value("200")
    page.get_by_role("button", name="Back to the example").click()
    settle(page)
    expect(page.get_by_label("Rate per hour")).to_have_value("320")
