"""Every Python example in the pages runs, in the order in which a reader meets it."""

from __future__ import annotations

import doctest
import re
import shutil
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[1]
BLOCK = re.compile(r"^```python\n(.*?)^```", re.MULTILINE | re.DOTALL)
PAGES = [
    page
    for page in sorted([*ROOT.glob("*.md"), *(ROOT / "docs").rglob("*.md")])
    if BLOCK.search(page.read_text("utf-8"))
]


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.relative_to(ROOT).as_posix())
def test_the_examples_of_a_page_run(
    page: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The blocks of one page are one story: a later one uses what an earlier one made."""
    shutil.copytree(ROOT / "scenarios", tmp_path / "scenarios")
    monkeypatch.chdir(tmp_path)
    text = page.read_text("utf-8")
    names: dict[str, object] = {"__name__": "__main__"}
    for block in BLOCK.finditer(text):
        # Blank lines in front put the page's own line numbers into a traceback.
        above = "\n" * text.count("\n", 0, block.start(1))
        exec(compile(above + block[1], str(page), "exec"), names)


SHOWN = re.compile(r"^```pycon\n(.*?)^```", re.MULTILINE | re.DOTALL)
SHOWING = [
    page for page in sorted((ROOT / "docs").rglob("*.md")) if SHOWN.search(page.read_text("utf-8"))
]


@pytest.mark.parametrize("page", SHOWING, ids=lambda page: page.relative_to(ROOT).as_posix())
def test_the_answers_of_a_page_are_those_it_prints(page: Path) -> None:
    text = page.read_text("utf-8")
    parser, runner = doctest.DocTestParser(), doctest.DocTestRunner(verbose=False)
    for block in SHOWN.finditer(text):
        line = text.count("\n", 0, block.start(1))
        runner.run(parser.get_doctest(block[1], {}, page.name, str(page), line))

    assert runner.summarize(verbose=False).failed == 0
