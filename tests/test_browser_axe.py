"""Every page for those who use a keyboard or have it read out: axe finds no fault."""

from __future__ import annotations

from typing import Any

import pytest
from axe_playwright_python.sync_playwright import Axe
from browsing import light, settle
from playwright.sync_api import Browser

from sim.ui.frame import PAGES

pytestmark = [pytest.mark.browser, pytest.mark.slow]


def faults(found: dict[str, Any]) -> list[str]:
    """Rules that are broken, each with the first place; none is excused, Streamlit's or ours."""
    return [
        f"{rule['id']} ({rule['impact']}): {rule['nodes'][0]['target']} "
        f"{rule['nodes'][0]['html'][:160]}"
        for rule in found["violations"]
    ]


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_axe_finds_no_fault_on_any_page(browser: Browser, site: str, scheme: Any) -> None:
    context = browser.new_context(color_scheme=scheme, locale="ru-RU", reduced_motion="reduce")
    page, told = context.new_page(), []
    # The last has tables to write into, which Streamlit draws by itself.
    tables = "shifts?lang=ru&scenario=company-n-shifts"
    for name in [*(light(name, "ru") for name, _, _ in PAGES), tables]:
        page.goto(f"{site}/{name}")
        settle(page)
        told += [f"{name}: {one}" for one in faults(Axe().run(page).response)]
    context.close()

    assert told == []
