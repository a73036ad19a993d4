"""The command line, run in-process: what is printed, and what the exit code says."""

from __future__ import annotations

import io
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

import pytest
from desks import EVEN
from rich.console import Console
from terminal import Said

from sim.cli.main import _ELSEWHERE
from sim.cli.terminal import console, drawn, in_parts
from sim.report.table import Table

DESK = (
    EVEN
    + """\
groups:
  desk: {skills: [phone], staffing: {shifts: [{agents: 3, hours: always}]}}
simulation: {replications: 4, at_most: 8, precision: 5%}
"""
)


@pytest.fixture
def desk(tmp_path: Path) -> Path:
    file = tmp_path / "desk.yaml"
    file.write_text(DESK, encoding="utf-8")
    return file


def test_run_prints_measures_by_day_and_by_rule(linewise: Callable[..., Said], desk: Path) -> None:
    said = linewise("run", desk)

    assert said.code == 0
    assert "Service level by rule" in said.out
    assert "Mon 02.03." in said.out


def test_what_is_refused_is_told_in_the_language_that_was_asked_for(
    linewise: Callable[..., Said], desk: Path
) -> None:
    said = linewise("run", desk, "--option", "other", "--lang", "ru")

    assert (said.code, said.out) == (2, "")
    assert said.err.startswith("option: допустимо: base, дано 'other'")
    for command in ("run", "check"):
        told = linewise(command, desk.with_name("none.yaml"), "--lang", "ru")
        assert (told.code, told.err.strip()) == (2, f"{desk.with_name('none.yaml')}: не существует")


def test_run_by_interval_names_every_hour(linewise: Callable[..., Said], desk: Path) -> None:
    said = linewise("run", desk, "--by", "interval")

    assert "Sun 23:00" in said.out


def test_both_engines_print_the_same(linewise: Callable[..., Said], desk: Path) -> None:
    fast = linewise("run", desk, "--replications", 2, "--json").data
    slow = linewise("run", desk, "--replications", 2, "--json", "--engine", "reference").data

    assert (fast.pop("engine"), slow.pop("engine")) == ("kernel", "reference")
    assert fast == slow


def test_run_as_json_has_intervals_days_and_the_whole_period(
    linewise: Callable[..., Said], desk: Path
) -> None:
    phone = linewise("run", desk, "--json").data["channels"]["phone"]

    assert (len(phone["intervals"]), len(phone["days"])) == (168, 7)
    offered = sum(row["offered"] for row in phone["intervals"])
    assert offered == pytest.approx(sum(row["offered"] for row in phone["days"]))
    assert offered == pytest.approx(phone["counts"]["offered"])


def test_the_same_seed_gives_the_same_answer(linewise: Callable[..., Said], desk: Path) -> None:
    first, again, other = (
        linewise("run", desk, "--seed", seed, "--json").out for seed in (7, 7, 8)
    )

    assert first == again != other


@pytest.mark.parametrize(
    "command",
    [
        ("run", "--option"),
        ("compare", "--option"),
        ("staff", "--option"),
        ("plan", "--option"),
        ("roster", "--option"),
        ("claim", "--option"),
        ("claim", "--than"),
        ("why",),
    ],
)
def test_an_option_that_is_not_there_is_refused_before_anybody_waits(
    linewise: Callable[..., Said],
    desk: Path,
    monkeypatch: pytest.MonkeyPatch,
    command: tuple[str, ...],
) -> None:
    monkeypatch.setattr("sim.decide.option.replicate", None)  # whoever plays, fails
    said = linewise(command[0], desk, *command[1:], "nope")

    assert said.code == 2
    assert "must be one of base, got 'nope'" in said.err


def test_shifts_that_are_given_are_not_planned_and_not_played(
    linewise: Callable[..., Said], desk: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("sim.decide.option.replicate", None)
    said = linewise("plan", desk)

    assert said.code == 2
    assert "must have a group that is staffed to target" in said.err


def test_check_passes_when_promises_hold(linewise: Callable[..., Said], desk: Path) -> None:
    desk.write_text(DESK + "expect: {base: {phone.service_level: at least 60%}}\n", "utf-8")

    said = linewise("check", desk)

    assert said.code == 0
    assert "holds" in said.out


def test_check_fails_with_1_when_a_promise_is_broken(
    linewise: Callable[..., Said], desk: Path
) -> None:
    desk.write_text(DESK + "expect: {base: {phone.abandonment: at most 0.1%}}\n", "utf-8")

    said = linewise("check", desk)

    assert said.code == 1
    assert "broken" in said.out


def test_check_of_a_folder_judges_the_good_and_names_the_bad(
    linewise: Callable[..., Said], desk: Path
) -> None:
    (desk.parent / "wrong.yaml").write_text(DESK.replace("80%", "800%"), encoding="utf-8")

    said = linewise("check", desk.parent)

    assert said.code == 2
    assert "desk.yaml: valid" in said.out
    assert "wrong.yaml:11 channels.phone.target" in said.err
    assert "did you mean 80%?" in said.err


def test_check_of_an_empty_folder_is_bad_input(
    linewise: Callable[..., Said], tmp_path: Path
) -> None:
    said = linewise("check", tmp_path)

    assert said.code == 2
    assert str(tmp_path) in said.err


@pytest.mark.parametrize("command", ["run", "compare", "check"])
def test_a_missing_file_is_named(
    linewise: Callable[..., Said], tmp_path: Path, command: str
) -> None:
    said = linewise(command, tmp_path / "nowhere.yaml")

    assert said.code == 2
    assert "nowhere.yaml" in said.err
    assert "Traceback" not in said.err


def test_an_unknown_option_is_answered_with_those_there_are(
    linewise: Callable[..., Said], desk: Path
) -> None:
    said = linewise("run", desk, "--option", "moon")

    assert said.code == 2
    assert "must be one of base" in said.err


def test_compare_without_prices_says_so(linewise: Callable[..., Said], desk: Path) -> None:
    said = linewise("compare", desk)

    assert said.code == 0
    assert "no prices" in said.out


@pytest.mark.slow
def test_compare_states_a_saving_only_at_equal_service(
    linewise: Callable[..., Said], root: Path
) -> None:
    data = linewise(
        "compare", root / "scenarios" / "company-n.yaml", "--replications", 12, "--json"
    ).data

    options = data["options"]
    assert list(options) == ["as_is", "inhouse", "shared", "dedicated"]
    assert not options["as_is"]["equal_service"]
    assert data["verdict"]["best"] != "as_is"
    assert data["verdict"]["sentence"]["ru"] != data["verdict"]["sentence"]["en"]
    for option in options.values():
        total = sum(line["amount"] for line in option["statement"])
        assert total == pytest.approx(option["cost_month"]["value"])


def test_run_says_how_surely_a_day_keeps_the_promise_and_why_it_ended(
    linewise: Callable[..., Said], desk: Path
) -> None:
    said = linewise("run", desk, "--replications", 6)

    assert "What a day may bring" in said.out
    assert "A day keeps the promise" in said.out
    assert "Replications: 6, as many as asked for." in said.out
    desk.write_text(DESK.replace("precision: 5%", "precision: 0.1%"), "utf-8")
    assert "Replications: 8, no more are allowed" in linewise("run", desk).out


def test_run_as_json_has_chances_bands_and_waits(linewise: Callable[..., Said], desk: Path) -> None:
    data = linewise("run", desk, "--replications", 6, "--json").data
    phone = data["channels"]["phone"]
    chance, waits = phone["promise_kept"], phone["waits_s"]["served"]
    band = phone["intervals"][9]["bands"]["asa"]

    assert (data["stopped"], data["first_replication"]) == ("all played", 0)
    assert chance["day"]["low"] <= chance["day"]["value"] <= chance["day"]["high"]
    assert len(chance["days"]) == 7
    assert list(waits["quantiles"]) == ["0.5", "0.8", "0.9", "0.95", "0.99"]
    assert sum(one["contacts"] for one in waits["bins"]) == pytest.approx(phone["counts"]["served"])
    assert band["0.05"] <= band["0.5"] <= band["0.95"]


@pytest.mark.parametrize("on", ["serial", "threads:3", "joblib"])
def test_where_it_is_played_changes_nothing_that_is_said(
    linewise: Callable[..., Said], desk: Path, monkeypatch: pytest.MonkeyPatch, on: str
) -> None:
    desk.write_text(DESK + "expect: {base: {phone.service_level: at least 60%}}\n", "utf-8")
    for command in ("run", "compare", "check"):
        plain = linewise(command, desk, "--json").out
        assert linewise(command, desk, "--json", "--on", on).out == plain
        monkeypatch.setenv("LINEWISE_ON", on)
        assert linewise(command, desk, "--json").out == plain
        monkeypatch.delenv("LINEWISE_ON")


@pytest.mark.parametrize("command", ["run", "compare", "check"])
def test_a_place_that_does_not_exist_is_bad_input(
    linewise: Callable[..., Said], desk: Path, command: str
) -> None:
    said = linewise(command, desk, "--on", "moon")

    assert said.code == 2
    assert "on must be one of serial, threads" in said.err
    assert not said.out


def test_compare_tells_paired_differences_of_service(
    linewise: Callable[..., Said], desk: Path
) -> None:
    groups = DESK.split("groups:")[1].split("simulation:")[0].strip()
    three, four = (f"{{groups: {{{groups.replace('3', n)}}}}}" for n in "34")
    two = f"options: {{three: {three}, four: {four}}}"
    desk.write_text(DESK.replace(f"groups:\n  {groups}", two), "utf-8")
    found = linewise("compare", desk, "--json").data["options"]
    more = found["four"]["difference_in_service"]["phone"]["service_level"]
    same = found["three"]["difference_in_service"]["phone"]["service_level"]

    assert more["low"] > 0
    assert (same["value"], same["low"]) == (0, 0)


def begun(command: str, desk: Path, replications: int) -> subprocess.Popen[str]:
    line = [sys.executable, "-m", "sim", command, str(desk), "--json", "--replications"]
    return subprocess.Popen(
        [*line, str(replications)],
        env={**os.environ, "PYTHONPATH": str(Path(__file__).resolve().parents[1])},
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        preexec_fn=lambda: signal.signal(signal.SIGINT, signal.default_int_handler),
    )


@pytest.fixture(scope="module")
def beginning(tmp_path_factory: pytest.TempPathFactory) -> float:
    """How long a command takes on this machine to begin and some more: it plays two weeks [s]."""
    desk = tmp_path_factory.mktemp("beginning") / "desk.yaml"
    desk.write_text(DESK, "utf-8")
    start = time.monotonic()
    begun("run", desk, 2).communicate(timeout=300)
    return time.monotonic() - start


@pytest.mark.slow
@pytest.mark.parametrize(
    "command", ["run", *(pytest.param(one, marks=pytest.mark.long) for one in ("check", "compare"))]
)
def test_ctrl_c_ends_with_130_and_nothing_half_written(
    desk: Path, beginning: float, command: str
) -> None:
    desk.write_text(DESK + "expect: {base: {phone.service_level: at least 60%}}\n", "utf-8")
    process = begun(command, desk, 1_000_000)
    time.sleep(beginning)
    process.send_signal(signal.SIGINT)
    said, complaints = process.communicate(timeout=300)

    assert (process.returncode, said) == (130, "")
    assert "Traceback" not in complaints


def test_who_comes_to_the_end_of_what_is_played_is_told_of(
    linewise: Callable[..., Said], tmp_path: Path
) -> None:
    file = tmp_path / "stubborn.yaml"
    redial = "redial: {probability: 100%, at_most: 3, delay: 1m}"
    file.write_text(
        DESK.replace("patience: 2m", f"patience: 10s\n    {redial}").replace(
            "agents: 3", "agents: 1"
        ),
        "utf-8",
    )

    for command in ("run", "compare"):
        said = linewise(command, file, "--replications", 2).out
        assert "were not served in 3 tries" in " ".join(said.split())


def test_schema_is_printed_for_editors(linewise: Callable[..., Said]) -> None:
    assert "channels" in linewise("schema").out


def test_warmup_a_second_time_has_nothing_to_do(linewise: Callable[..., Said]) -> None:
    linewise("warmup")

    assert "already" in linewise("warmup").err


def test_the_page_of_help_says_of_each_command_what_its_own_page_says(
    linewise: Callable[..., Said],
) -> None:
    listed = linewise("--help").out

    for name, (_, sentence) in _ELSEWHERE.items():
        assert f"\n  {name} " in listed
        assert sentence in " ".join(linewise(name, "--help").out.split())


def test_a_page_of_help_waits_for_nothing_heavy() -> None:
    code = (
        "import sys; sys.argv = ['linewise', '--help']\n"
        "from sim.cli import main\n"
        "try: main()\n"
        "except SystemExit: print(*{'numpy', 'numba', 'pydantic', 'scipy'} & set(sys.modules))\n"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)

    assert done.stdout.splitlines()[-1] == ""


@pytest.mark.parametrize("width", [60, 80, 100, 160])
def test_a_table_is_no_wider_than_the_terminal_and_breaks_no_word(width: int) -> None:
    head = ("Rotation", "Hours a week", "Beyond the norm of a year", "Rules broken", "People")
    rows = tuple((f"day-night-{n}", "38.5", "36", "norm, weekly_rest", "4.4") for n in range(3))
    out = Console(width=width, record=True, file=io.StringIO())
    out.print(drawn(Table("Rotations round the clock", head, rows), out.width))
    text = out.export_text()

    assert max(map(len, text.splitlines())) <= width
    for word in ("day-night-2", "weekly_rest", "Beyond", "Rotation"):
        assert word in text


@pytest.mark.parametrize("width", [40, 60, 80])
def test_a_figure_on_a_terminal_stays_in_one_line_with_its_unit(width: int) -> None:
    amount = "1\N{NO-BREAK SPACE}084\N{NO-BREAK SPACE}269\N{NO-BREAK SPACE}RUB"
    rows = tuple((f"own team from hour to hour {n}", amount, amount) for n in range(3))
    out = Console(width=width, record=True, file=io.StringIO())
    out.print(drawn(Table("", ("Work parted", "Cost", "Over"), rows), out.width))

    assert out.export_text().count(amount) == 6


@pytest.mark.parametrize("width", [60, 80, 120])
def test_rows_stay_in_one_line_and_columns_go_below(width: int) -> None:
    """Five options of a statement: more than eighty columns hold, no figure in two lines."""
    figure = "₽4.28M ± 12.3K"
    head = ("Line", *(f"option number {n}" for n in range(5)))
    rows = tuple((f"salaries of support staff {n}", *[figure] * 5) for n in range(4))
    parts = in_parts(Table("Cost", head, rows), width)
    out = Console(width=width, record=True, file=io.StringIO())
    for part in parts:
        out.print(drawn(part, out.width))
    lines = out.export_text().splitlines()

    assert len(parts) > 1 or width == 120
    assert [name for part in parts for name in part.head[1:]] == list(head[1:])
    assert max(map(len, lines)) <= width
    told = [line for line in lines if "salaries" in line]
    assert len(told) == 4 * len(parts)
    assert sum(line.count(figure) for line in told) == 20
    assert all("support staff" in line for line in told)


def test_what_continues_a_line_stands_deeper_than_its_beginning(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(Console, "is_terminal", property(lambda self: True))
    monkeypatch.setattr(Console, "is_dumb_terminal", property(lambda self: False))
    monkeypatch.setenv("COLUMNS", "20")
    monkeypatch.setenv("TERM", "dumb")  # no colours
    console().print("  - rent: 12\N{NO-BREAK SPACE}000 for eight seats")

    lines = capsys.readouterr().out.splitlines()
    assert [line.rstrip() for line in lines] == [
        "  - rent: 12\N{NO-BREAK SPACE}000 for",
        "    eight seats",
    ]
