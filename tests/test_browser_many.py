"""Several visitors at once share nothing but what was computed."""

from __future__ import annotations

import pytest
from browsing import new_page, settle
from playwright.sync_api import Browser, Page, expect

pytestmark = [pytest.mark.browser, pytest.mark.slow]


def test_visitors_do_not_see_each_others_figures_or_language(
    page: Page, browser: Browser, site: str
) -> None:
    said = [("ru", 4100), ("en", 4200), ("en", 4300)]
    pages = [page, new_page(browser), new_page(browser)]
    for one, (lang, volume) in zip(pages, said, strict=True):
        # Nothing is computed there: what they see beside the page is their own all the same.
        link = f"{site}/about?lang={lang}&scenario=bank&volume={volume}"
        one.goto(link, wait_until="commit")
    for one, (lang, volume) in zip(pages, said, strict=True):
        settle(one)
        label = "Contacts a week" if lang == "en" else "Обращений в неделю"
        expect(one.get_by_role("spinbutton", name=label)).to_have_value(str(volume))
    pages[1].get_by_role("spinbutton", name="Contacts a week").fill("5000")
    pages[1].keyboard.press("Enter")
    for one in pages:
        settle(one)

    expect(pages[1].get_by_role("spinbutton", name="Contacts a week")).to_have_value("5000")
    expect(pages[2].get_by_role("spinbutton", name="Contacts a week")).to_have_value("4300")
    expect(pages[0].get_by_role("spinbutton", name="Обращений в неделю")).to_have_value("4100")
    for other in pages[1:]:
        other.context.close()
