"""The workbook in LibreOffice: what a real spreadsheet makes of its formulas."""

from __future__ import annotations

import datetime
import io
import shutil
import subprocess
from pathlib import Path

import openpyxl
import pytest
from handed_on import DAY, DESK

from sim.decide import compare
from sim.report.files import Asked, report_file
from sim.report.language import Language
from sim.scenario import load_text

pytestmark = [pytest.mark.slow]


@pytest.fixture(scope="module")
def office() -> str:
    """Path of LibreOffice; the test is skipped where there is none."""
    found = shutil.which("soffice") or shutil.which("libreoffice")
    if found is None:
        pytest.skip("no LibreOffice on this machine")
    return found


def recalculated(office: str, book: bytes, folder: Path) -> bytes:
    """The workbook as LibreOffice calculates it: it is given formulas without their values."""
    bare = folder / "bare.xlsx"
    openpyxl.load_workbook(io.BytesIO(book)).save(bare)
    home = f"-env:UserInstallation={(folder / 'home').as_uri()}"
    command = [office, home, "--headless", "--convert-to", "xlsx:Calc MS Excel 2007 XML"]
    command += ["--outdir", str(folder / "out"), str(bare)]
    subprocess.run(command, check=True, capture_output=True, timeout=120)
    return (folder / "out" / "bare.xlsx").read_bytes()


@pytest.mark.parametrize("code", ["en", "ru"])
def test_libreoffice_comes_to_the_values_that_are_written(
    office: str, code: str, tmp_path: Path
) -> None:
    found = compare(load_text(DESK, "desk.yaml"))
    asked = Asked(day=datetime.date.fromisoformat(DAY))
    book = report_file(found, "xlsx", Language("ru" if code == "ru" else "en"), asked)
    formulas = openpyxl.load_workbook(io.BytesIO(book))
    written = openpyxl.load_workbook(io.BytesIO(book), data_only=True)
    theirs = openpyxl.load_workbook(
        io.BytesIO(recalculated(office, book, tmp_path)), data_only=True
    )
    compared = 0
    for sheet in formulas:
        for row in sheet.iter_rows():
            for cell in row:
                if cell.data_type != "f":
                    continue
                ours = written[sheet.title][cell.coordinate].value
                told = theirs[sheet.title][cell.coordinate].value
                place = (sheet.title, cell.coordinate, cell.value)
                compared += 1
                if isinstance(ours, int | float):
                    assert told == pytest.approx(ours, rel=1e-9, abs=1e-6), place
                else:
                    assert (told or "") == (ours or ""), place

    assert compared > 400
