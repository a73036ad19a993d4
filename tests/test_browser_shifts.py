"""What only a browser shows of the page of shifts: typing into its table, and files that open."""

from __future__ import annotations

import zipfile
from pathlib import Path

import pytest
from browsing import settle, visit
from playwright.sync_api import Page, expect
from test_ui_shifts import desk

pytestmark = [pytest.mark.browser, pytest.mark.slow]


def type_and_undo(page: Page) -> None:
    """What is typed into the table of shifts is kept, and undone by the button."""
    table = page.get_by_test_id("stDataFrame").first
    table.scroll_into_view_if_needed()
    page.wait_for_timeout(500)
    box = table.bounding_box()
    assert box is not None
    for _ in range(10):  # a grid that is still being drawn takes no key
        page.mouse.dblclick(box["x"] + 270, box["y"] + 52)  # the first start, right of use and name
        page.wait_for_timeout(500)
        page.keyboard.press("Control+A")
        page.keyboard.type("07:00", delay=30)
        page.keyboard.press("Enter")
        settle(page)  # what is typed twice takes two steps back
        if "07:00" in table.inner_text():
            break
    expect(table).to_contain_text("07:00")
    page.get_by_role("button", name="Undo").click()
    settle(page)

    expect(table).not_to_contain_text("07:00")
    expect(table).to_contain_text("08:00")


def test_shifts_are_typed_into_a_table_and_files_of_a_roster_open(
    page: Page, site: str, tmp_path: Path
) -> None:
    place = tmp_path / "desk.yaml"
    place.write_text(desk(), "utf-8")
    visit(page, f"{site}/shifts?lang=en&scenario=bank")
    page.get_by_text("Your own scenario").click()
    page.locator("input[type=file]").first.set_input_files(str(place))
    settle(page)
    expect(page.get_by_role("heading", name="A draft")).to_be_visible()
    type_and_undo(page)
    page.get_by_role("button", name="Try it in simulation").click()
    settle(page)
    page.get_by_text("A rotation for all").click()
    settle(page)
    found = {}
    for label in ("Excel", "Table (CSV)", "A calendar for each person (ZIP)"):
        button = page.get_by_role("button", name=label, exact=True)
        button.scroll_into_view_if_needed()
        with page.expect_download() as coming:
            button.click()
        found[label] = tmp_path / coming.value.suggested_filename
        coming.value.save_as(found[label])

    with zipfile.ZipFile(found["Excel"]) as book:
        assert "xl/workbook.xml" in book.namelist()
    rows = found["Table (CSV)"].read_text("utf-8-sig").splitlines()
    assert rows[0].startswith("person,date,start,end")
    with zipfile.ZipFile(found["A calendar for each person (ZIP)"]) as calendars:
        names = calendars.namelist()
        assert len(names) == 9
        duties = sum(calendars.read(name).count(b"BEGIN:VEVENT") for name in names)
    assert duties == len(rows) - 1
