"""Every page for those who use a keyboard or have it read out: axe finds no fault."""

from __future__ import annotations

from typing import Any
from urllib.parse import urlsplit

import pytest
from axe_playwright_python.sync_playwright import Axe
from browsing import light, settle, visit
from playwright.sync_api import Page

from sim.report.language import Language
from sim.ui.frame import PAGES

pytestmark = [pytest.mark.browser, pytest.mark.slow]


#: Faults of Streamlit's own widgets, which no page can mend: rule, and what its place contains.
#: The zone that takes dropped files is presentational and has a name all the same.
STREAMLIT = {"presentation-role-conflict": "stFileUploaderDropzone"}
#: Every place of what is broken, one of what is not.
WHOLE = {"resultTypes": ["violations"]}
#: The rules that look at colours: of the dark theme nothing else is another.
COLOURS = {**WHOLE, "runOnly": ["color-contrast", "link-in-text-block"]}


def faults(found: dict[str, Any]) -> list[str]:
    """Rules that are broken, with the first place, but for Streamlit's own."""
    told = []
    for rule in found["violations"]:
        places = [node["html"][:160] for node in rule["nodes"]]
        own = [place for place in places if STREAMLIT.get(rule["id"], "\0") not in place]
        told += [f"{rule['id']} ({rule['impact']}): {place}" for place in own[:1]]
    return told


def test_axe_finds_no_fault_on_any_page_nor_in_its_dark_colours(page: Page, site: str) -> None:
    axe = Axe()
    told: list[str] = []
    schemes = ["light", "dark"]

    def look(name: str) -> None:
        for scheme in schemes:
            page.emulate_media(color_scheme=scheme)  # type: ignore[arg-type]
            settle(page)
            found = axe.run(page, options=WHOLE if scheme == "light" else COLOURS).response
            assert found["passes"]
            told.extend(f"{name}, {scheme}: {one}" for one in faults(found))
        schemes.reverse()  # the next page comes in the colours of this one

    visit(page, f"{site}/{light(PAGES[0][0], 'ru')}")
    for name, title in PAGES:
        # As visitors go on: to load the app anew takes twice as long.
        page.get_by_role("link", name=Language("ru")(title), exact=True).first.click()
        settle(page)
        assert urlsplit(page.url).path == ("/" if name == PAGES[0][0] else f"/{name}")
        look(name)
    # The last has tables to write into, which Streamlit draws by itself.
    visit(page, f"{site}/shifts?lang=ru&scenario=company-n-shifts")
    look("company-n-shifts")

    assert told == []
