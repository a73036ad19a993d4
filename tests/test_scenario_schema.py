"""The schema that editors use, and the page that describes the file."""

from __future__ import annotations

import json
import re
from functools import cache
from pathlib import Path
from typing import Any

import jsonschema  # type: ignore[import-untyped]
import pytest

from sim.scenario import load, load_text, schema
from sim.scenario.hours import DAYS
from sim.scenario.reference import reference_text
from sim.scenario.schema import schema_text
from sim.scenario.tree import Origin, read_tree

ROOT = Path(__file__).resolve().parents[1]
PAGE = (ROOT / "docs" / "scenario.md").read_text("utf-8")
BLOCKS = re.findall(r"^```yaml\n(.*?)^```", PAGE, re.MULTILINE | re.DOTALL)
WHOLE, VARIANTS = BLOCKS[0], BLOCKS[1:]
BAD = ROOT / "tests" / "scenarios_bad"

# Faults that a schema can see: they lie in one value of one file. The rest take a reader.
FOR_A_SCHEMA = (
    "above_100_per_cent",
    "army",
    "bare_number",
    "currency",
    "empty_survival",
    "extends_a_list",
    "language",
    "law_as_a_list",
    "many_at_once",
    "negative_agents",
    "negative_time",
    "night",
    "no_staffing",
    "profiles",
    "promise_of_a_channel",
    "promises",
    "promises_as_a_list",
    "skills",
    "staffing_as_a_number",
    "target",
    "text_in_a_number",
    "two_forms_of_staffing",
    "unknown_country",
    "unknown_key",
    "unknown_law",
    "unnamed_days",
    "wrong_number_of_rows",
    "wrong_unit",
)


@cache
def reader() -> Any:
    return jsonschema.Draft202012Validator(schema())


def faults(text: str) -> list[str]:
    data: Any = read_tree(text.encode(), Origin("a.yaml", None)).plain()
    return [error.message for error in reader().iter_errors(data)]


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


@pytest.mark.parametrize("block", VARIANTS, ids=range(len(VARIANTS)))
def test_every_piece_on_the_page_loads_and_pleases_the_schema(folder: Path, block: str) -> None:
    text = "extends: shop.yaml\n" + block

    assert load_text(text, folder=folder) != load(folder / "shop.yaml")
    assert faults(text) == []


@pytest.mark.parametrize("name", FOR_A_SCHEMA)
def test_the_schema_sees_the_faults_that_it_can(name: str) -> None:
    assert faults((BAD / f"{name}.yaml").read_text("utf-8"))


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


# --- the page of all keys ------------------------------------------------------------------------

KEYS = (ROOT / "docs" / "scenario-keys.md").read_text("utf-8")


def test_the_page_of_keys_is_that_of_the_code() -> None:
    assert reference_text() == KEYS


def test_every_key_is_told_in_words_with_what_holds_without_it() -> None:
    rows = re.findall(r"^\| `(\w+)` \| (.*?) \| (.*?) \| (.*?) \|$", KEYS, re.MULTILINE)

    assert len(rows) > 250
    assert [row for row in rows if not all(row)] == []
    assert ("attempt", "s", "30s") in [row[:3] for row in rows]
    assert ("at_most", "share", "100%") in [row[:3] for row in rows]
