"""Reports as files: what they say, that it is what was computed, and that nothing in them acts."""

from __future__ import annotations

import datetime
import io
import re
from collections.abc import Callable
from dataclasses import replace
from functools import cache
from html.parser import HTMLParser
from typing import Any

import openpyxl
import pypdf
import pytest
from handed_on import DAY, DESK
from naive_sheets import Sheets
from visitor import own

from sim.decide import Comparison, compare
from sim.errors import InvalidInput
from sim.report.assumed import assumption_table, assumption_topics
from sim.report.data import comparison_data
from sim.report.files import (
    KINDS,
    SECTIONS,
    Asked,
    Contents,
    Kind,
    contents,
    page,
    pdf,
    pictured,
    report_file,
    workbook,
)
from sim.report.language import Code, Language
from sim.report.payroll import payroll_figure
from sim.report.words import broken_sentence, headline, sureness
from sim.scenario import load, load_text
from sim.scenario.ready import ready

pytestmark = pytest.mark.slow

ASKED = Asked(day=datetime.date.fromisoformat(DAY), turning=("At 5,000 a month they meet.",))
LANGUAGES: tuple[Code, ...] = ("ru", "en")


@pytest.fixture(scope="module")
def desk() -> Comparison:
    return compare(load_text(DESK, "desk.yaml"))


@pytest.fixture(scope="module")
def unpriced() -> Comparison:
    return compare(load_text(own("{shifts: [{agents: 1, hours: 08:00-20:00}]}"), "mine.yaml"))


@pytest.fixture(scope="module")
def reports(desk: Comparison) -> dict[Code, Contents]:
    return {code: contents(desk, Language(code), ASKED) for code in LANGUAGES}


Files = Callable[[Kind, Code], bytes]


@pytest.fixture(scope="module")
def files(desk: Comparison, reports: dict[Code, Contents]) -> Files:
    """Each file, made once."""

    @cache
    def made(kind: Kind, code: Code) -> bytes:
        if kind == "xlsx":
            return workbook(desk, reports[code], ASKED)
        return (pdf if kind == "pdf" else page)(reports[code])

    return made


@pytest.fixture(scope="module")
def book(files: Files) -> bytes:
    return files("xlsx", "en")


def pages(data: bytes) -> list[str]:
    """Text of the pages; a space that holds words together is a space."""
    found = pypdf.PdfReader(io.BytesIO(data)).pages
    return [re.sub(r"\s+", " ", page.extract_text()) for page in found]


def plain(text: str) -> str:
    return re.sub(r"\s+", " ", text)


# --- what every kind says ------------------------------------------------------------------------


@pytest.mark.parametrize("code", LANGUAGES)
def test_the_pdf_says_what_the_answer_says(desk: Comparison, files: Files, code: Code) -> None:
    lang = Language(code)
    said = pages(files("pdf", code))

    assert 2 <= len(said) <= 5
    for sentence in (headline(desk, lang), sureness(desk, lang)):
        assert plain(sentence) in said[0]
    for option in desk.options:
        assert option.cost is not None
        assert plain(lang.money(option.cost.value, "RUB", compact=True)) in said[0]
    whole = " ".join(said)
    for title in SECTIONS.values():
        assert lang(title) in whole
    assert ASKED.turning[0] in whole


@pytest.mark.parametrize("kind", KINDS)
def test_every_file_says_where_its_figures_come_from(
    desk: Comparison, files: Files, kind: Kind
) -> None:
    data = files(kind, "en")
    if kind == "xlsx":
        cells = openpyxl.load_workbook(io.BytesIO(data))["Answer"].iter_rows(values_only=True)
        said = " ".join(str(cell) for row in cells for cell in row if cell is not None)
    else:
        said = " ".join(pages(data)) if kind == "pdf" else data.decode()

    assert "desk" in said
    assert desk.scenario.digest[:12] in said
    assert "0.1.0" in said
    assert DAY in said
    for label in ("Seed", "Replications", "Version"):
        assert label in said


@pytest.mark.parametrize("kind", KINDS)
def test_the_same_calculation_makes_the_same_bytes(
    desk: Comparison, files: Files, kind: Kind
) -> None:
    assert report_file(desk, kind, Language("ru"), ASKED) == files(kind, "ru")
    assert files(kind, "ru") != files(kind, "en")


def test_sections_and_options_that_were_not_asked_for_are_left_out(
    desk: Comparison, files: Files
) -> None:
    lang = Language("en")
    asked = Asked(day=ASKED.day, options=("own",), sections=("money", "months"))
    report = contents(desk, lang, asked)
    said = " ".join(pages(pdf(report)))
    everything = "".join(pages(files("pdf", "en")))
    sheets = openpyxl.load_workbook(io.BytesIO(workbook(desk, report, asked))).sheetnames

    assert [block.key for block in report.blocks] == ["money", "months"]
    assert "Too few" in everything
    assert "Too few" not in said
    assert sheets[:3] == ["Answer", "Money by line", "Month by month"]
    assert len(sheets) == 5


def test_what_is_not_there_is_refused(desk: Comparison) -> None:
    with pytest.raises(InvalidInput, match="section"):
        Asked(day=ASKED.day, sections=("weather",))
    with pytest.raises(InvalidInput, match="option"):
        contents(desk, Language("en"), Asked(day=ASKED.day, options=("other",)))


@pytest.mark.parametrize("kind", KINDS)
def test_without_prices_there_is_a_report_of_service(unpriced: Comparison, kind: Kind) -> None:
    lang = Language("ru")
    data = report_file(unpriced, kind, lang, ASKED)
    report = contents(unpriced, lang, ASKED)

    assert data
    assert {block.key for block in report.blocks} == {
        "service",
        "turning",
        "people",
        "assumptions",
    }
    assert any("не выдерживает 80/20" in said for said in report.warnings)
    if kind == "xlsx":
        assert len(openpyxl.load_workbook(io.BytesIO(data)).sheetnames) == 4


def test_a_promise_that_breaks_on_those_who_give_up_says_so() -> None:
    text = own("{shifts: [{agents: 3, hours: 08:00-20:00}]}").replace(
        "80% in 20s", "10% in 20s, abandonment: 0.1%"
    )
    report = contents(compare(load_text(text, "mine.yaml")), Language("en"), ASKED)

    assert report.warnings
    assert "who give up" in report.warnings[-1]


@pytest.mark.parametrize(
    ("share", "told"), [(0.41, "41%"), (0.7963, "79.6%"), (0.79996, "79.996%")]
)
def test_a_share_that_misses_a_promise_is_not_told_as_what_was_promised(
    unpriced: Comparison, share: float, told: str
) -> None:
    [one] = unpriced.baseline.attained
    seen = replace(one, service_level=replace(one.service_level, value=share))

    assert f" {told} answered" in broken_sentence(unpriced.baseline, seen, Language("en"))


@pytest.mark.parametrize("name", sorted(ready()))
def test_every_assumption_of_a_ready_scenario_can_be_shown(name: str) -> None:
    scenario, lang = load(ready()[name]), Language("ru")
    rows = [
        row
        for topic in assumption_topics(scenario, lang)
        for row in assumption_table(scenario, topic, lang).rows
    ]

    assert len(rows) == sum(
        one.path.startswith(("channels.", "options.")) for one in scenario.assumptions("ru")
    )


# --- PDF -----------------------------------------------------------------------------------------


@pytest.mark.parametrize("code", LANGUAGES)
def test_the_pdf_can_be_listened_to(files: Files, code: Code) -> None:
    read = pypdf.PdfReader(io.BytesIO(files("pdf", code)))
    root: Any = read.trailer["/Root"].get_object()

    assert root["/MarkInfo"]["/Marked"]
    assert root["/Lang"] == code
    assert read.metadata is not None
    assert "<b>" in str(read.metadata.title)
    resources: list[Any] = [page["/Resources"].get_object() for page in read.pages]
    fonts = {str(f.get_object()["/BaseFont"]) for r in resources for f in r["/Font"].values()}
    assert all("PTSans" in font for font in fonts)


def test_names_are_text_and_no_markup_of_the_pdf(files: Files) -> None:
    said = " ".join(pages(files("pdf", "en")))

    assert "#set [own]: team" in said
    assert "Desk <b>& more</b>" in said


@pytest.mark.parametrize(
    "name", ["😀 👩\u200d💻 team", "客服中心", "מוקד", "\u200bзвонки\ufe0f", "Ελλάδα ₽ “x” ě"]
)
def test_letters_that_the_typeface_lacks_do_not_stop_the_pdf(name: str) -> None:
    desk = load_text(own().replace("My desk", f"Desk {name}"), "mine.yaml")
    asked = Asked(day=ASKED.day, sections=("service",))
    said = pages(pdf(contents(compare(desk), Language("en"), asked)))

    assert "Desk" in said[0]
    assert "answered in 20 s" in said[0]


def test_the_preview_shows_every_page(reports: dict[Code, Contents], files: Files) -> None:
    shown = pictured(reports["en"], ppi=30)

    assert len(shown) == len(pypdf.PdfReader(io.BytesIO(files("pdf", "en"))).pages)
    assert all(page.startswith(b"\x89PNG") for page in shown)


# --- Excel ---------------------------------------------------------------------------------------


def test_every_formula_comes_to_the_value_beside_it(book: bytes) -> None:
    sheets = Sheets(book)
    found = sheets.calculated()

    assert len(found) > 400
    for (sheet, cell), value in found.items():
        kept = sheets.cached[sheet][cell].value
        if isinstance(kept, str) or kept is None:
            assert (value or "") == (kept or ""), (sheet, cell)
        else:
            assert value == pytest.approx(kept, rel=1e-9, abs=1e-6), (sheet, cell)


def test_every_line_of_a_month_is_a_formula_of_what_stands_elsewhere(
    desk: Comparison, book: bytes
) -> None:
    made = openpyxl.load_workbook(io.BytesIO(book))
    for option, sheet in zip(desk.options, made.worksheets[-len(desk.options) :], strict=True):
        assert option.statement is not None
        cells = [sheet.cell(row, 3) for row in range(5, 200) if sheet.cell(row, 2).value]
        assert len(cells) == sum(line.amount != 0 for line in option.statement.lines)
        assert all(cell.data_type == "f" for cell in cells)
        assert not [c for c in cells if re.search(rf"\$C\${c.row}\b", str(c.value))]


def test_who_is_missing_is_told_by_the_hour(book: bytes) -> None:
    sheets = Sheets(book)
    missing = [sheets.value("People and the week", f"H{row}") for row in range(5, 173)]

    assert max(missing) > 0
    assert min(missing) == 0


@pytest.mark.parametrize("code", LANGUAGES)
def test_every_file_says_how_hours_on_the_line_become_people(
    desk: Comparison, files: Files, code: Code
) -> None:
    lang, kinds = Language(code), ("logged_hours", "rostered_hours", "fte", "heads")
    team = compare(load_text(DESK.replace("baseline: today", "baseline: few")))
    [block] = contents(team, lang, replace(ASKED, sections=("people",))).blocks
    [steps] = [one for one in block.tables if one.head[0] == lang("Step")]
    sheets = Sheets(files("xlsx", code))
    cells = [sheets.value(lang("From the line to the payroll"), f"{column}5") for column in "CGIJ"]
    few = desk["few"]

    assert few.heads is not None
    assert steps.rows[-1][1] == lang.number(few.heads, 1)
    assert cells == pytest.approx([payroll_figure(few, "desk", kind) for kind in kinds])


def test_totals_are_those_of_the_comparison(desk: Comparison, book: bytes) -> None:
    data, sheets = comparison_data(desk), Sheets(book)
    answer = sheets.formulas["Answer"]
    rows = {str(row[0].value): row for row in answer.iter_rows() if row[0].value}
    for option in desk.options:
        title = option.option.title
        assert title is not None
        row = rows[title.in_("en")]
        cost = sheets.value("Answer", row[1].coordinate)
        assert cost == pytest.approx(data["options"][option.name]["cost_month"]["value"])
        over = sheets.value("Answer", row[3].coordinate)
        assert over == pytest.approx(data["options"][option.name]["difference_month"]["value"])
    months, last = sheets.formulas["Month by month"], 6 + 12 + 3
    assert months.cell(last, 1).value == "Present value"
    for place, name in enumerate(data["horizon"]["options"]):
        worth = sheets.value("Month by month", months.cell(last, 3 + place).coordinate)
        assert worth == pytest.approx(data["horizon"]["options"][name]["npv"])


def test_a_changed_input_moves_every_sum_that_it_is_in(desk: Comparison, book: bytes) -> None:
    before = Sheets(book)
    name = next(n for n in before.formulas.sheetnames if n.startswith("#set"))
    sheet = before.formulas[name]
    rate = next(row for row in range(1, 200) if sheet.cell(row, 6).value == "Rate per hour")
    place = (name, f"G{rate}")
    was = before.value(*place)
    after = Sheets(book, {place: 2 * was})
    wages = next(row for row in range(1, 200) if sheet.cell(row, 1).value == "Base wages")
    total = next(row for row in range(1, 200) if sheet.cell(row, 1).value == "Total")

    assert after.value(name, f"C{wages}") == pytest.approx(2 * before.value(name, f"C{wages}"))
    more = after.value(name, f"C{total}") - before.value(name, f"C{total}")
    assert more >= before.value(name, f"C{wages}")
    answer = before.formulas["Answer"]
    row = next(r for r in range(1, 40) if answer.cell(r, 1).value == "#set [own]: team")
    moved = after.value("Answer", f"B{row}") - before.value("Answer", f"B{row}")
    assert moved == pytest.approx(more)


def test_names_stay_text_in_the_workbook(book: bytes) -> None:
    made = openpyxl.load_workbook(io.BytesIO(book))
    named = [
        cell
        for sheet in made
        for row in sheet.iter_rows()
        for cell in row
        if cell.value in ("=1+1", "#set [own]: team")
    ]

    assert len(named) > 10
    assert {cell.data_type for cell in named} == {"s"}
    assert not [c for s in made for row in s.iter_rows() for c in row if c.hyperlink]
    assert "=1+1" in made.sheetnames
    assert "#set  own   team" in made.sheetnames


def test_charts_are_the_spreadsheet_s_own(book: bytes) -> None:
    made = openpyxl.load_workbook(io.BytesIO(book))
    drawn = {sheet.title: len(sheet._charts) for sheet in made if sheet._charts}

    assert drawn == {
        "Answer": 1,
        "Money by line": 1,
        "People and the week": 1,
        "Month by month": 1,
    }


def test_every_assumption_is_listed_with_its_source(desk: Comparison, book: bytes) -> None:
    sheet = openpyxl.load_workbook(io.BytesIO(book))["Assumptions"]
    rows = [row for row in sheet.iter_rows(min_row=4, values_only=True) if row[1]]
    known = [
        one
        for one in desk.scenario.assumptions("en")
        if one.path.startswith(("channels.", "options."))
    ]

    assert len(rows) == len(known)
    assert all(row[7] for row in rows)


# --- HTML ----------------------------------------------------------------------------------------


class _Loads(HTMLParser):
    """Gathers what a page would fetch, and the text that it shows."""

    def __init__(self) -> None:
        super().__init__()
        self.fetched: list[str] = []
        self.tags: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append(tag)
        self.fetched += [
            str(value)
            for name, value in attrs
            if name in ("src", "href", "srcset", "data", "action", "poster", "xlink:href")
        ]


def test_the_page_fetches_nothing_and_runs_nothing_of_a_scenario(files: Files) -> None:
    html = files("html", "en").decode()
    read = _Loads()
    read.feed(html)
    style = html[html.index("<style>") : html.index("</style>")]

    assert read.fetched == ["data:,"]
    assert "url(" not in style
    assert "@import" not in style
    assert "b" not in read.tags
    assert read.tags.count("script") == 3
    assert "Desk &lt;b&gt;&amp; more&lt;/b&gt;" in html
    assert read.tags.count("svg") == 4


def test_the_page_has_the_tables_of_the_pdf(
    desk: Comparison, reports: dict[Code, Contents], files: Files
) -> None:
    html, report = files("html", "ru").decode(), reports["ru"]

    assert '<html lang="ru">' in html
    tables = [table for block in report.blocks for table in block.tables]
    read = _Loads()
    read.feed(html)
    assert read.tags.count("table") == len(tables)
    assert plain(headline(desk, Language("ru"))) in plain(html)
