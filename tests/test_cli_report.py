"""The command ``report``: which files it writes, which it refuses, and that it harms none."""

from __future__ import annotations

import io
from collections.abc import Callable
from pathlib import Path

import openpyxl
import pypdf
import pytest
from handed_on import DAY, DESK
from naive_sheets import Sheets
from terminal import Said

pytestmark = pytest.mark.slow

Linewise = Callable[..., Said]


@pytest.fixture
def desk(tmp_path: Path) -> Path:
    file = tmp_path / "desk.yaml"
    file.write_text(DESK, encoding="utf-8")
    return file


def test_it_writes_the_file_that_the_name_asks_for(
    linewise: Linewise, desk: Path, tmp_path: Path
) -> None:
    files = [tmp_path / "new" / f"answer.{kind}" for kind in ("pdf", "XLSX", "html")]
    for file in files:
        said = linewise("report", desk, "--to", file, "--date", DAY, "--lang", "ru")
        assert (said.code, said.out) == (0, "")
        assert str(file) in said.err
    begins = [file.read_bytes()[:4] for file in files]

    assert begins == [b"%PDF", b"PK\x03\x04", b"<!do"]
    assert sorted(p.name for p in (tmp_path / "new").iterdir()) == sorted(f.name for f in files)
    first = pypdf.PdfReader(files[0]).pages[0].extract_text()
    assert "31.03.2026" in first
    assert "Слишком мало" in first


def test_its_figures_are_those_of_compare(linewise: Linewise, desk: Path, tmp_path: Path) -> None:
    file = tmp_path / "answer.xlsx"
    linewise("report", desk, "--to", file, "--seed", 7, "--replications", 6)
    data = linewise("compare", desk, "--seed", 7, "--replications", 6, "--json").data
    sheets = Sheets(file.read_bytes())
    answer = sheets.formulas["Answer"]
    shown = {
        str(row[0].value): sheets.value("Answer", row[1].coordinate)
        for row in answer.iter_rows()
        if row[0].value
    }

    for name, title in (("today", "=1+1"), ("own", "#set [own]: team"), ("few", "Too few")):
        assert shown[title] == pytest.approx(data["options"][name]["cost_month"]["value"])
    assert answer["A3"].value
    assert shown["Digest"] == data["digest"][:12]
    assert shown["Seed"] == "7"


def test_some_options_and_sections_make_a_short_report(
    linewise: Linewise, desk: Path, tmp_path: Path
) -> None:
    file = tmp_path / "short.pdf"
    said = linewise(
        "report", desk, "--to", file, "--option", "own", "--section", "money", "--date", DAY
    )
    pages = pypdf.PdfReader(file).pages

    assert said.code == 0
    assert len(pages) == 1
    assert "Too few" not in pages[0].extract_text()


@pytest.mark.parametrize(
    ("more", "word"),
    [
        (["--to", "answer.docx"], "must be a file that ends in .pdf, .xlsx or .html"),
        (["--to", "answer"], "must be a file that ends in .pdf, .xlsx or .html"),
        (["--to", "here.pdf"], "must be a file, not a folder"),
        (["--to", "desk.yaml/answer.pdf"], "cannot be written"),
        (["--to", f"{'a' * 300}.pdf"], "to cannot be written (File name too long)"),
        (["--to", "a.pdf", "--date", "31.03.2026"], "must be a date such as 2026-03-31"),
        (["--to", "a.pdf", "--option", "other"], "must be one of today, own, few"),
        (["--to", "a.pdf", "--section", "weather"], "must be one of money, service"),
    ],
)
def test_what_cannot_be_written_is_refused_before_anything_is_computed(
    linewise: Linewise,
    desk: Path,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    more: list[str],
    word: str,
) -> None:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "here.pdf").mkdir()
    monkeypatch.setattr("sim.cli.reports.compare", lambda *_, **__: pytest.fail("computed"))
    said = linewise("report", desk, *more)

    assert said.code == 2
    assert word in said.err
    assert "Traceback" not in said.err
    assert sorted(p.name for p in tmp_path.iterdir()) == ["desk.yaml", "here.pdf"]


def test_what_a_file_holds_is_not_obeyed_by_the_terminal_that_says_so(
    linewise: Linewise, root: Path, tmp_path: Path
) -> None:
    people = tmp_path / "people.csv"
    people.write_bytes(b"name;\x1b[31mred\x00\nAnna;1\n")
    said = linewise("roster", root / "scenarios/company-n-shifts.yaml", "--people", people)

    assert said.code == 2
    assert r"\x1b[31mred\x00: is not a known column" in said.err
    assert not any(sign in said.err for sign in "\x1b\x00")


def test_a_report_that_breaks_leaves_the_old_one_whole(
    linewise: Linewise, desk: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    file = tmp_path / "answer.html"
    file.write_text("the old one")

    def full(*_: object) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr("sim.report.files.saving.os.fdopen", full)
    said = linewise("report", desk, "--to", file)

    assert said.code == 2
    assert "No space left" in said.err
    assert file.read_text() == "the old one"
    assert [p.name for p in tmp_path.iterdir() if p.name.startswith(".")] == []


def test_it_says_where_the_answer_changes_when_asked(
    linewise: Linewise, desk: Path, tmp_path: Path
) -> None:
    file = tmp_path / "answer.pdf"
    said = linewise("report", desk, "--to", file, "--breakeven", "--section", "turning")
    crossed = linewise("breakeven", desk).out.splitlines()[0]
    pages = " ".join(page.extract_text() for page in pypdf.PdfReader(file).pages)

    assert said.code == 0
    assert "Where the answer changes" in pages
    assert crossed.split(",")[0].split(".")[0] in " ".join(pages.split())


def test_help_lists_it(linewise: Linewise) -> None:
    assert "Write the comparison as a report" in linewise("--help").out
    assert ".pdf, .xlsx or .html" in " ".join(linewise("report", "--help").out.split())


def test_the_workbook_opens(linewise: Linewise, desk: Path, tmp_path: Path) -> None:
    file = tmp_path / "answer.xlsx"
    linewise("report", desk, "--to", file, "--lang", "ru", "--date", DAY)
    made = openpyxl.load_workbook(io.BytesIO(file.read_bytes()))

    assert made.sheetnames[:3] == ["Ответ", "Деньги по строкам", "Сервис"]
    assert made.properties.title is not None
    assert "Линия" in made.properties.title
