"""What a hostile, clumsy or unlucky user does: each case once went wrong."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest
from desks import EVEN
from terminal import Said

import sim
from sim.errors import InvalidInput, ScenarioError
from sim.report.language import Language
from sim.report.solved import Frame, case_of, spread_table

ROOT = Path(__file__).resolve().parents[1]
DESK = (
    EVEN
    + """\
options:
  one:
    groups:
      desk: {skills: [phone], staffing: {shifts: [{agents: 3, hours: always}]}}
simulation: {replications: 4, at_most: 8, precision: 5%}
"""
)


def changed(*changes: tuple[str, str]) -> str:
    text = DESK
    for old, new in changes:
        assert text.count(old) == 1
        text = text.replace(old, new)
    return text


PHONE, DESK_ENDS = "    patience: 2m\n", "hours: always}]}}"
PAID = (DESK_ENDS, "hours: always}]}, payroll: {preset: RU_2026}}")


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        (
            [(PHONE, f"{PHONE}    fcr: 0%\n    repeat_share: 100%\n")],
            "channels.phone.repeat_share: must be below 100% where nobody is resolved",
        ),
        (
            [
                (PHONE, f"{PHONE}    fcr: 70%\n    repeat_share: 100%\n"),
                ("  one:\n", "  one:\n    fcr: 0%\n"),
            ],
            "options.one.fcr: must be above 0% where all the unresolved of phone come back",
        ),
        (
            [("in 20s}", "in 20s, abandonment: 0%}")],
            "channels.phone.target.abandonment: must be above 0%, got '0%'",
        ),
        (
            [("days: 7", "days: 5"), PAID],
            "calendar.days: must be at least 7 to price a month, got 5",
        ),
        ([("days: 7", "days: 366")], "calendar.days: must be at most 190 days together with"),
        ([("5%}", "5%, wrap_up: 300d}")], "calendar.days: must be at most 190 days together with"),
        ([("2026-03-02", "0001-01-01")], "calendar.start: must be in the years 1980 to 2100, got"),
        (
            [("days: 7", "days: 7, region: BY")],
            "calendar.region: is not a region of the country, got 'BY'; name its country too",
        ),
    ],
)
def test_what_cannot_be_played_is_refused_at_its_place(
    changes: list[tuple[str, str]], said: str
) -> None:
    with pytest.raises(ScenarioError) as caught:
        sim.load_text(changed(*changes))
    (problem,) = caught.value.problems
    assert said in str(problem)
    assert problem.line > 0


def test_pay_beside_which_a_month_would_vanish_is_refused() -> None:
    paid = "hours: always}]}, payroll: {preset: RU_2026, agents: {ytd_gross_per_head: 1e15 RUB}}}"
    with pytest.raises(ScenarioError, match=r"ytd_gross_per_head: must be at most 1e.12"):
        sim.load_text(changed((DESK_ENDS, paid)))


def test_a_wrong_share_of_redials_is_told_once() -> None:
    redial = "    redial: {probability: 101%, delay: 5m}\n"
    with pytest.raises(ScenarioError) as caught:
        sim.load_text(changed((PHONE, PHONE + redial)))
    assert [problem.path for problem in caught.value.problems] == [
        "channels.phone.redial.probability"
    ]


def test_those_who_met_busy_lines_redial_like_those_who_gave_up() -> None:
    redial = "    redial: {probability: 40%, delay: 5m}\n"
    found = sim.load_text(changed((PHONE, PHONE + redial))).channels["phone"].redial
    assert found is not None
    assert found.after_busy == 0.4


def test_ten_million_contacts_a_week_are_not_too_many_for_the_rounding() -> None:
    text = changed((PHONE, f"{PHONE}    volume: 10 000 000 per week\n"))
    assert sim.load_text(text).channels["phone"].volume == pytest.approx(1e7)


@pytest.mark.parametrize(
    ("promise", "said"),
    [
        ("cost: at most 1 RUB", "the option has no terms"),
        ("heads: at most 5", "no group has a payroll"),
        ("utilisation: at most 80%", "a group has no payroll"),
        ("hours: at most -5h", "must not be negative"),
    ],
)
def test_a_promise_that_nothing_can_show_is_refused(promise: str, said: str) -> None:
    with pytest.raises(ScenarioError, match=said):
        sim.load_text(f"{DESK}expect: {{one: {{{promise}}}}}\n")


def test_utilisation_is_handling_time_over_paid_time() -> None:
    promises = "expect: {one: {occupancy: at least 0%, utilisation: at least 0%}}\n"
    busy, used = sim.judge(sim.load_text(changed(PAID) + promises), replications=2)
    info = sim.simulate(sim.load_text(changed(PAID)), replications=2).statement
    assert info is not None
    paid = info.info["desk.logged_hours"] / info.info["desk.rostered_hours"]
    assert used.state == "holds"
    assert used.found.value == pytest.approx(busy.found.value * paid)
    assert paid < 1


@pytest.mark.parametrize("text", [r"\e[31mX", r"\0", r"\ud800", r"\a"])
@pytest.mark.parametrize("line", ['title: "{}"', '"{}": 1', 'sources: {{a: "{}"}}'])
def test_what_a_terminal_would_obey_is_refused(line: str, text: str) -> None:
    with pytest.raises(ScenarioError, match="control character"):
        sim.load_text(DESK + line.format(text) + "\n")


@pytest.mark.parametrize(
    ("name", "said"),
    [
        ("loop.csv", "go round in a circle"),
        ("x" * 300, "cannot be read (File name too long)"),
        ("folder", "is not a file"),
        ("pipe", "is not a file"),
    ],
)
def test_a_table_that_is_no_file_is_refused(tmp_path: Path, name: str, said: str) -> None:
    (tmp_path / "loop.csv").symlink_to("loop.csv")
    (tmp_path / "folder").mkdir()
    os.mkfifo(tmp_path / "pipe")
    with pytest.raises(ScenarioError) as caught:
        sim.load_text(changed(("{Mon-Sun: [" + ", ".join("9" * 24) + "]}", name)), folder=tmp_path)
    assert said in str(caught.value)


def test_nothing_in_a_folder_is_left_out_in_silence(tmp_path: Path) -> None:
    (tmp_path / "A.YAML").write_text(DESK)
    (tmp_path / "gone.yaml").symlink_to("nowhere.yaml")
    os.mkfifo(tmp_path / "pipe.yml")
    found = sim.find(tmp_path)
    assert [path.name for path in found] == ["A.YAML", "gone.yaml", "pipe.yml"]
    for path, said in zip(found[1:], ("does not exist", "is a device or a pipe"), strict=True):
        with pytest.raises(ScenarioError, match=said):
            sim.load(path)


def test_a_table_with_the_line_ends_of_an_old_mac_is_read(tmp_path: Path) -> None:
    rows = ["day,time,phone", *(f"Mon-Sun,{hour}:00,9" for hour in range(24))]
    (tmp_path / "week.csv").write_bytes("\r".join(rows).encode())
    text = changed(("{Mon-Sun: [" + ", ".join("9" * 24) + "]}", "week.csv"))
    assert sim.load_text(text, folder=tmp_path).channels["phone"].volume == 9 * 168


def test_a_quote_left_open_in_a_table_is_told_in_a_line(tmp_path: Path) -> None:
    rows = ["day,time,phone", 'Mon-Sun,"0:00,9', *(f"Mon-Sun,{hour}:00,9" for hour in range(1, 24))]
    (tmp_path / "week.csv").write_text("\n".join(rows))
    text = changed(("{Mon-Sun: [" + ", ".join("9" * 24) + "]}", "week.csv"))
    with pytest.raises(ScenarioError) as caught:
        sim.load_text(text, folder=tmp_path)
    assert len(str(caught.value)) < 200


@pytest.mark.parametrize(
    ("asked", "said"), [({"seed": 2**64}, str(2**64)), ({"replications": 0}, "at least 1")]
)
def test_a_run_that_cannot_be_is_refused_before_it_starts(asked: dict[str, int], said: str) -> None:
    with pytest.raises(InvalidInput, match=said):
        sim.simulate(sim.load_text(DESK), **asked)  # type: ignore[arg-type]


def test_an_option_without_a_name_is_not_the_baseline() -> None:
    with pytest.raises(InvalidInput, match="must be one of one"):
        sim.simulate(sim.load_text(DESK), "")


def test_the_table_of_a_huge_centre_can_be_read() -> None:
    target = sim.erlang.Target(service_level=0.8, awt=20)
    question = {"arrival_rate": 1e6 / 1800, "aht": 180.0, "target": target}
    cases = [
        case_of("erlang_c", question, Language("en")),
        case_of("erlang_a", {**question, "patience": 180.0}, Language("en")),
    ]
    frame = Frame(per=1800.0, awt=20.0, rule="offered")
    rows = spread_table(cases, frame, 5, Language("en")).rows
    assert len(rows) == 22


def begun(*words: str, **settings: str) -> subprocess.Popen[bytes]:
    command = [sys.executable, "-m", "sim.cli", *words]
    pipe = subprocess.PIPE
    return subprocess.Popen(
        command, cwd=ROOT, stdout=pipe, stderr=pipe, env={**os.environ, **settings}
    )


def test_a_reader_who_leaves_is_neither_a_kept_promise_nor_a_broken_one() -> None:
    process = begun("schema")
    assert process.stdout is not None
    process.stdout.close()
    assert process.communicate()[1] == b""
    assert process.returncode == 141


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="no full device on this machine")
def test_a_full_disk_is_told_in_a_line() -> None:
    command = [sys.executable, "-m", "sim.cli", "schema"]
    with open("/dev/full", "wb") as full:
        done = subprocess.run(command, cwd=ROOT, stdout=full, stderr=subprocess.PIPE, check=False)
    assert done.stderr.decode() == "cannot go on: No space left on device\n"
    assert done.returncode == 2


def test_a_terminal_without_our_letters_still_gets_the_figures() -> None:
    out, err = begun(
        "erlang", "--calls=9", "--aht=3m", "--lang=ru", PYTHONIOENCODING="ascii"
    ).communicate()
    assert err == b""
    assert b"Erlang A" in out


def test_json_keeps_every_letter_in_any_encoding(linewise: Callable[..., Said]) -> None:
    spelled, err = begun("schema", PYTHONIOENCODING="ascii").communicate()
    assert err == b""
    assert spelled.isascii()
    assert json.loads(spelled) == json.loads(linewise("schema").out)


@pytest.mark.parametrize("target", ["0/20", "100/20"])
def test_a_target_that_says_nothing_is_refused_by_its_name(
    linewise: Callable[..., Said], target: str
) -> None:
    said = linewise("erlang", "--calls=9", "--aht=3m", f"--target={target}")
    assert said.err.startswith("--target must be a share above 0% and below 100%")
