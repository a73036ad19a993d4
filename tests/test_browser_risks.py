"""The page on risk in a browser: what is computed beside it arrives, and can be stopped."""

from __future__ import annotations

from urllib.parse import urlencode

import pytest
from browsing import settle, visit
from playwright.sync_api import Page, expect

from sim.scenario.edited import Edit
from sim.ui.state import State, address

pytestmark = [pytest.mark.browser, pytest.mark.slow]


def risks(draws: int, lang: str = "en") -> str:
    """A link to the page, on a scenario that is simulated in a moment."""
    counts = [Edit(("simulation", name), 3) for name in ("replications", "at_most")]
    state = State("company-n", edits=(*counts, Edit(("risk", "draws"), draws)))
    return "risks?" + urlencode(address(state, lang))


@pytest.mark.long
def test_draws_arrive_by_themselves_and_fit_a_phone(page: Page, site: str) -> None:
    page.set_viewport_size({"width": 390, "height": 844})
    visit(page, f"{site}/{risks(20, 'ru')}")
    expect(page.get_by_role("heading", name="из 100")).to_be_visible(timeout=120_000)
    settle(page)
    main = page.get_by_test_id("stMain")

    assert main.evaluate("e => e.scrollWidth <= e.clientWidth + 1")
    charts = page.get_by_test_id("stVegaLiteChart")
    expect(charts).to_have_count(2)
    for chart in charts.all():
        labelled = "e => e.closest('[aria-label]') || e.querySelector('[aria-label]')"
        assert chart.evaluate(f"e => Boolean(({labelled})(e))")


def test_draws_can_be_stopped_and_begun_again(page: Page, site: str) -> None:
    page.goto(f"{site}/{risks(100_000)}")
    # Of two buttons: the other one is Streamlit's own, above the page.
    stop = page.get_by_test_id("stMain").get_by_role("button", name="Stop")
    drawing = page.get_by_text("In every draw each uncertain input").first
    expect(drawing).to_be_visible(timeout=120_000)
    stop.first.click()

    expect(page.get_by_text("Stopped. What was there before is as it was.")).to_be_visible(
        timeout=30_000
    )
    expect(page.get_by_role("button", name="Compute it after all")).to_be_visible()
    page.get_by_role("radio", name="Checklist and goals").click()
    expect(page.get_by_text("Asked about")).to_be_visible(timeout=30_000)
    page.get_by_role("radio", name="How sure").click()
    expect(page.get_by_role("button", name="Compute it after all")).to_be_visible(timeout=30_000)
