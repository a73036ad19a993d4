"""Figures of the sidebar, as one types them into a browser."""

from __future__ import annotations

import re

import pytest
from browsing import settle, visit
from playwright.sync_api import Page, expect

pytestmark = [pytest.mark.browser, pytest.mark.slow]


def test_an_emptied_figure_goes_back_to_the_scenario_s_own(page: Page, site: str) -> None:
    visit(page, f"{site}/about?lang=en&scenario=bank&volume=5000")
    field = page.get_by_role("spinbutton", name="Contacts a week")
    expect(field).to_have_value("5000")
    field.fill("5200")
    page.keyboard.press("Enter")
    settle(page)
    expect(page).to_have_url(re.compile("volume=5200"))
    field.fill("")
    page.keyboard.press("Enter")
    settle(page)

    expect(field).to_have_value("8186")
    expect(page).not_to_have_url(re.compile("volume="))
    page.get_by_role("button", name="Undo").click()
    settle(page)
    expect(field).to_have_value("5200")
    page.reload()
    settle(page)
    expect(field).to_have_value("5200")
