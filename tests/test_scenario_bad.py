"""Bad input: every problem in a scenario is told at once, in words, at its place.

The files in ``scenarios_bad`` begin with the problems they must be refused with, one behind each
``#!``, exactly as a user reads them.
"""

from __future__ import annotations

import contextlib
from pathlib import Path

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from sim.errors import ScenarioError
from sim.scenario import find, load, load_text

BAD = Path(__file__).parent / "scenarios_bad"
SOUND = (BAD / "base" / "shop.yaml").read_text("utf-8")


def refused(path: Path | str) -> list[str]:
    with pytest.raises(ScenarioError) as caught:
        load(path)
    return [str(problem) for problem in caught.value.problems]


def refused_text(text: str) -> str:
    with pytest.raises(ScenarioError) as caught:
        load_text(text)
    return str(caught.value)


def test_the_scenario_that_the_bad_ones_build_on_is_sound() -> None:
    assert load(BAD / "base" / "shop.yaml").name == "shop"


@pytest.mark.parametrize("path", sorted(BAD.glob("*.yaml")), ids=lambda path: path.stem)
def test_a_bad_file_is_refused_with_all_its_problems(
    path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(BAD)
    expected = [
        line.removeprefix("#! ")
        for line in path.read_text("utf-8").splitlines()
        if line.startswith("#! ")
    ]

    assert expected
    assert refused(path.name) == expected


@pytest.mark.parametrize(
    ("data", "rule"),
    [
        ("name: Магазин\n".encode("cp1251"), "must be UTF-8, got byte 0xcc at position 6"),
        ("name: x\n".encode("utf-16"), "must be UTF-8, got UTF-16; save it as UTF-8"),
        (b"name: \0\n", "has a control character (code 0)"),
        (b"\x89PNG\r\n\x1a\n\0\0", "must be UTF-8, got byte 0x89 at position 0"),
        (b"", "is empty"),
        (b" \n\n", "is empty"),
        (b"name: x\n#" + b"x" * 2_000_000, "must be at most 2 MB"),
        (b"just words", "must be a mapping of keys at the top, got 'just words'"),
    ],
)
def test_what_is_no_yaml_text_is_refused(tmp_path: Path, data: bytes, rule: str) -> None:
    path = tmp_path / "a.yaml"
    path.write_bytes(data)

    (problem,) = refused(path)
    assert rule in problem
    assert problem.startswith(str(path))


def test_a_byte_order_mark_is_passed_over(tmp_path: Path) -> None:
    path = tmp_path / "a.yaml"
    path.write_bytes(b"\xef\xbb\xbf" + SOUND.encode())

    assert load(path) == load_text(SOUND)


def test_a_file_that_is_not_there_is_refused(tmp_path: Path) -> None:
    assert refused(tmp_path / "a.yaml") == [f"{tmp_path}/a.yaml: does not exist"]
    assert refused(tmp_path) == [f"{tmp_path}: is a folder, not a file"]
    assert "cannot be read" in refused("a\0.yaml")[0] or "does not exist" in refused("a\0.yaml")[0]


def test_a_folder_without_scenarios_is_refused(tmp_path: Path) -> None:
    with pytest.raises(ScenarioError, match="has no scenario files"):
        find(tmp_path)
    with pytest.raises(ScenarioError, match="does not exist"):
        find(tmp_path / "nowhere")


def test_text_without_a_folder_names_no_files() -> None:
    text = SOUND.replace("arrivals: {Mon-Sun: [", "arrivals: week.csv #", 1)

    assert "this scenario came as text, without a folder" in refused_text(text)
    assert "this scenario came as text" in refused_text("extends: base.yaml\n")


def test_a_link_out_of_the_folder_is_not_followed(tmp_path: Path) -> None:
    inside = tmp_path / "inside"
    inside.mkdir()
    (tmp_path / "base.yaml").write_text(SOUND, "utf-8")
    (inside / "link.yaml").symlink_to(tmp_path / "base.yaml")
    (inside / "a.yaml").write_text("extends: link.yaml\n", "utf-8")

    assert "lies outside the scenario's folder" in refused(inside / "a.yaml")[0]


def test_an_endless_chain_of_files_is_refused(tmp_path: Path) -> None:
    for number in range(25):
        (tmp_path / f"{number}.yaml").write_text(f"extends: {number + 1}.yaml\n", "utf-8")

    assert "must not be longer than 20 files" in refused(tmp_path / "0.yaml")[0]


@pytest.mark.parametrize(
    ("text", "rule"),
    [
        ("a: *b\n", "alias *b, which is not defined before it"),
        ("a: &a [*a]\n", "not defined before it"),
        ("? [a]\n: b\n", "must have plain text as its keys"),
        ("[" * 5000, "must be nested at most 40 deep"),
        ("{a: " * 5000, "must be nested at most 40 deep"),
        ("a: [" + "1," * 60_000 + "]", "must have at most 50000 values"),
        ("a: 'b", "is not readable as YAML"),
        ("a: b: c", "is not readable as YAML"),
        ("a: \ud800", "must be UTF-8"),
        ("a: \x07", "control character"),
    ],
)
def test_text_made_to_do_harm_is_refused(text: str, rule: str) -> None:
    assert rule in refused_text(text)


def test_a_key_in_another_case_is_met_with_the_right_one() -> None:
    assert "Name: is not a known key; did you mean name?" in refused_text("Name: x\n")


@given(st.text(max_size=200))
@example("%YAML 1.1\n---\na: no\n")
@example("- \t- a")
@example("? : :")
@example("...")
@example("a: !!binary x")
@example("a: 9999999999999999999999999999999999999")
def test_any_text_is_a_scenario_or_refused_in_words(text: str) -> None:
    assert refused_text(text)


LINES = SOUND.splitlines()


@given(st.data())
def test_a_damaged_scenario_is_read_or_refused_in_words(data: st.DataObject) -> None:
    """Cut lines, double them, swap them, and put odd values behind their colons."""
    lines = list(LINES)
    odd = st.sampled_from(
        ["", "null", "-1", "[]", "{}", "true", ".nan", "1e400", "'", "never", "[[1]]", "{a: b}"]
    )
    for _ in range(data.draw(st.integers(1, 3))):
        place = data.draw(st.integers(0, len(lines) - 1))
        deed = data.draw(st.sampled_from(["cut", "double", "indent", "value"]))
        if deed == "cut" and len(lines) > 1:
            del lines[place]
        elif deed == "double":
            lines.insert(place, lines[place])
        elif deed == "indent":
            lines[place] = " " + lines[place]
        else:
            lines[place] = lines[place].partition(":")[0] + ": " + data.draw(odd)
    with contextlib.suppress(ScenarioError):
        assert load_text("\n".join(lines)).channels
