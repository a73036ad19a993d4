"""Every page for those who use a keyboard or have it read out: axe finds no fault."""

from __future__ import annotations

from typing import Any

import pytest
from axe_playwright_python.sync_playwright import Axe
from browsing import light, new_page, visit
from playwright.sync_api import Browser

from sim.ui.frame import PAGES

pytestmark = [pytest.mark.browser, pytest.mark.slow]


#: Faults of Streamlit's own widgets, which no page can mend: rule, and what its place contains.
#: The zone that takes dropped files is presentational and has a name all the same.
STREAMLIT = {"presentation-role-conflict": "stFileUploaderDropzone"}


def faults(found: dict[str, Any]) -> list[str]:
    """Rules that are broken, with the first place, but for Streamlit's own."""
    told = []
    for rule in found["violations"]:
        places = [node["html"][:160] for node in rule["nodes"]]
        own = [place for place in places if STREAMLIT.get(rule["id"], "\0") not in place]
        told += [f"{rule['id']} ({rule['impact']}): {place}" for place in own[:1]]
    return told


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_axe_finds_no_fault_on_any_page(browser: Browser, site: str, scheme: Any) -> None:
    page, told = new_page(browser, color_scheme=scheme, locale="ru-RU"), []
    # The last has tables to write into, which Streamlit draws by itself.
    tables = "shifts?lang=ru&scenario=company-n-shifts"
    for name in [*(light(name, "ru") for name, _ in PAGES), tables]:
        visit(page, f"{site}/{name}")
        told += [f"{name}: {one}" for one in faults(Axe().run(page).response)]
    page.context.close()

    assert told == []
