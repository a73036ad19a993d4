"""Every page for those who use a keyboard or have it read out: axe finds no fault of ours."""

from __future__ import annotations

from typing import Any

import pytest
from axe_playwright_python.sync_playwright import Axe
from browsing import light, settle
from playwright.sync_api import Browser

from sim.ui.frame import PAGES

pytestmark = [pytest.mark.browser, pytest.mark.slow]

#: Faults of Streamlit's own widgets, which no page can mend: rule, and what its target contains.
STREAMLIT = {
    "aria-allowed-role": "stDataFrame",
    "aria-hidden-focus": "stDataFrame",
}


def ours(found: dict[str, Any]) -> list[str]:
    """Rules that are broken, with the first place, but for Streamlit's own."""
    told = []
    for rule in found["violations"]:
        places = [" ".join(map(str, node["target"])) + node["html"][:160] for node in rule["nodes"]]
        own = [place for place in places if STREAMLIT.get(rule["id"], "\0") not in place]
        if own:
            told.append(f"{rule['id']} ({rule['impact']}): {own[0]}")
    return told


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_axe_finds_no_fault_of_ours_on_any_page(browser: Browser, site: str, scheme: Any) -> None:
    context = browser.new_context(color_scheme=scheme, locale="ru-RU", reduced_motion="reduce")
    page, told = context.new_page(), []
    for name, _, _ in PAGES:
        page.goto(f"{site}/{light(name, 'ru')}")
        settle(page)
        told += [f"{name}: {one}" for one in ours(Axe().run(page).response)]
    context.close()

    assert told == []
