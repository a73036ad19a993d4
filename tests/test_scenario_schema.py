"""The schema that editors use, and the page that describes the file."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any

import jsonschema  # type: ignore[import-untyped]
import pytest

from sim.scenario import load, load_text, schema
from sim.scenario.hours import DAYS
from sim.scenario.schema import schema_text
from sim.scenario.tree import Origin, read_tree

ROOT = Path(__file__).resolve().parents[1]
PAGE = (ROOT / "docs" / "scenario.md").read_text("utf-8")
BLOCKS = re.findall(r"^```yaml\n(.*?)^```", PAGE, re.MULTILINE | re.DOTALL)
WHOLE, VARIANTS = BLOCKS[0], BLOCKS[1:]
BAD = ROOT / "tests" / "scenarios_bad"

# Faults that a schema cannot see: they lie in other files, in names, or between two numbers.
BEYOND_A_SCHEMA = {
    "anchors", "bomb", "channel_nobody_serves", "circle", "circle_back", "column_missing_in_csv",
    "comma_in_csv", "csv_without_header", "days_in_csv", "deep", "duplicate_key", "empty_csv",
    "few_rows_in_csv", "groups_beside_options", "hole_in_csv", "hours", "interval",
    "key_without_value", "list_at_top", "maximum_below_minimum", "merge_key", "missing_base",
    "missing_csv", "name_with_a_dot", "no_agents_at_all", "no_such_date", "not_a_number",
    "odd_times_in_csv", "only_comment", "outside_folder", "rising_survival",
    "row_missing_in_csv", "row_twice_in_csv", "russian_date", "shift_without_length", "tab",
    "tag", "terms_of_the_wrong_side", "text_in_csv", "too_many_channels", "too_many_contacts",
    "two_documents", "unclosed", "unknown_baseline", "unknown_skill",
    "endless_handle_time", "no_shifts", "survival_without_table", "unknown_law",
}  # fmt: skip


def faults(text: str) -> list[str]:
    data: Any = read_tree(text.encode(), Origin("a.yaml", None)).plain()
    return [error.message for error in jsonschema.Draft202012Validator(schema()).iter_errors(data)]


def test_the_schema_is_one() -> None:
    jsonschema.Draft202012Validator.check_schema(schema())


def test_the_committed_schema_is_that_of_the_code() -> None:
    committed = (ROOT / "docs" / "scenario.schema.json").read_text("utf-8")

    assert committed == schema_text(), "write it anew, see sim.scenario.schema.schema_text"
    assert json.loads(committed) == schema()


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A folder with the page's whole file and the table it mentions."""
    (tmp_path / "shop.yaml").write_text(WHOLE, "utf-8")
    match = re.search(r"^```csv\n(.*?\n)", PAGE, re.MULTILINE)
    assert match
    rows = [f"{day},{hour:02d}:00,1,2\n" for day in DAYS for hour in range(24)]
    (tmp_path / "week.csv").write_text(match[1] + "".join(rows), "utf-8")
    return tmp_path


def test_the_whole_file_on_the_page_loads_and_pleases_the_schema(folder: Path) -> None:
    assert load(folder / "shop.yaml").name == "shop"
    assert faults(WHOLE) == []


@pytest.mark.parametrize("block", VARIANTS)
def test_every_piece_on_the_page_loads_and_pleases_the_schema(folder: Path, block: str) -> None:
    text = "extends: shop.yaml\n" + block

    assert load_text(text, folder=folder) != load(folder / "shop.yaml")
    assert faults(text) == []


def test_the_schema_sees_the_faults_that_it_can() -> None:
    unseen = {
        path.stem
        for path in BAD.glob("*.yaml")
        if path.stem not in BEYOND_A_SCHEMA and not faults(path.read_text("utf-8"))
    }

    assert unseen == set()


@pytest.mark.parametrize(
    "piece",
    [
        "handle_time: 240",
        "patience: {law: weibull, mean: 2m, shape: 1, form: 2}",
        "handel_time: 4m",
        "kind: fax",
        "fcr: 0.7",
        "lines: many",
        "target: {answered: 80% in 20s, hold: sometimes}",
    ],
)
def test_the_schema_refuses_what_the_reader_refuses(piece: str) -> None:
    text = f"extends: shop.yaml\nchannels: {{phone: {{{piece}}}}}\n"

    assert faults(text)
