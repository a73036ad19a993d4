"""Reports in a browser: files that arrive, and a page that lives without any network."""

from __future__ import annotations

import io
import re
from pathlib import Path

import openpyxl
import pypdf
import pytest
from browsing import settle, visit
from playwright.sync_api import Browser, Page, expect

from sim.decide import compare
from sim.report.language import Language
from sim.report.words import headline
from sim.scenario import load, load_text

pytestmark = [pytest.mark.browser, pytest.mark.slow]


def test_every_file_arrives_with_the_answer_in_it_and_its_page_fits_a_phone(
    page: Page, site: str, root: Path, browser: Browser, tmp_path: Path
) -> None:
    visit(page, f"{site}/report?lang=ru&scenario=bank")
    expect(page.get_by_test_id("stImage")).to_be_visible()
    files = {}
    for name in ("PDF для чтения", "Excel с живыми", "HTML одним", "Файл сценария"):
        with page.expect_download(timeout=60_000) as loading:
            page.get_by_role("button", name=name).click()
        kind = loading.value.suggested_filename.rpartition(".")[2]
        files[kind] = tmp_path / f"answer.{kind}"
        loading.value.save_as(files[kind])
    bank = load(root / "scenarios" / "bank.yaml")
    verdict = re.sub(r"\s", " ", headline(compare(bank), Language("ru")))
    read = pypdf.PdfReader(io.BytesIO(files["pdf"].read_bytes())).pages[0].extract_text()

    assert verdict in re.sub(r"\s", " ", read)
    answer = openpyxl.load_workbook(files["xlsx"])["Ответ"]["A3"].value
    assert re.sub(r"\s", " ", str(answer)) == verdict
    assert load_text(files["yaml"].read_text("utf-8"), "answer.yaml").digest == bank.digest

    # The page of HTML, by itself and without a network.
    context = browser.new_context(offline=True, viewport={"width": 390, "height": 844})
    alone, asked, errors = context.new_page(), [], []
    alone.on("request", lambda request: asked.append(request.url))
    alone.on("pageerror", lambda error: errors.append(str(error)))
    alone.goto(files["html"].as_uri())
    alone.wait_for_function("document.documentElement.dataset.alive === 'yes'")
    expect(alone.locator(".vega-embed")).to_have_count(2)
    shown = re.sub(r"\s", " ", alone.locator(".verdict strong").inner_text())
    wide = alone.evaluate("document.documentElement.scrollWidth")
    context.close()
    assert (shown, asked, errors) == (verdict, [files["html"].as_uri()], [])
    assert wide <= 390

    # The page of the app, on a phone.
    page.set_viewport_size({"width": 390, "height": 844})
    settle(page)
    expect(page.get_by_test_id("stImage")).to_be_visible()
    assert page.get_by_test_id("stMain").evaluate("e => e.scrollWidth <= e.clientWidth + 1")
