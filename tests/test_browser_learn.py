"""What only a browser shows of learning from logs: an upload, work beside the page, a result."""

from __future__ import annotations

import gzip
from pathlib import Path

import pytest
from browsing import settle, visit
from playwright.sync_api import Page, expect
from test_ui_learn import queue_log

pytestmark = [pytest.mark.browser, pytest.mark.slow]


def test_an_uploaded_log_becomes_the_scenario(page: Page, site: str, tmp_path: Path) -> None:
    log = tmp_path / "queue_log.1.gz"
    log.write_bytes(gzip.compress(queue_log()))
    visit(page, f"{site}/learn?lang=en")
    page.get_by_test_id("stMain").locator("input[type=file]").first.set_input_files(log)
    settle(page)
    expect(page.get_by_text("By its content it is: Asterisk queue_log")).to_be_visible()
    page.get_by_role("button", name="Read the logs").click()
    settle(page)
    expect(page.get_by_role("heading", name="Lines left out")).to_be_visible()
    page.get_by_role("radio", name="Fit").click()
    settle(page)
    expect(page.get_by_role("heading", name="What fits, and what does not")).to_be_visible()
    assert page.get_by_test_id("stMain").locator("canvas, svg.marks").count() >= 3
    page.get_by_role("radio", name="Scenario").click()
    settle(page)
    page.get_by_role("button", name="Use this scenario").click()
    settle(page)
    expect(page.get_by_text("All pages work on it now.")).to_be_visible()
    expect(page.get_by_role("spinbutton", name="Contacts a week")).to_have_value("680")
