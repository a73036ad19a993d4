"""The command ``learn``: from a log to a scenario that loads, and how far off other logs are."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest
from known_logs import KNOWN, queue_log
from terminal import Said

from sim.scenario import load, load_text


@pytest.fixture(scope="module")
def logs(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Path]:
    folder = tmp_path_factory.mktemp("logs")
    scenario = load_text(KNOWN.replace("days: 57", "days: 14"))
    first, second = folder / "first.log", folder / "second.log"
    first.write_text(queue_log(scenario, 1))
    second.write_text(queue_log(scenario, 2))
    return first, second


def test_other_logs_are_told_apart_by_what_each_row_is_told(
    linewise: Callable[..., Said], logs: tuple[Path, Path], tmp_path: Path
) -> None:
    made, hours = tmp_path / "made.yaml", tmp_path / "hours.csv"
    said = linewise(
        *("learn", logs[0], "--test", logs[1], "--timezone", "UTC", "--json"),
        *("--to", made, "--csv", hours, "--replications", 2),
    )
    test = said.data["test"]

    assert test["files"] == [str(logs[1])]
    assert test["reading"]["contacts"] > 8000
    assert test["days"] == test["days_learnt_from"] == 12  # Sundays are closed
    assert set(test["errors"]) == {"abandonment", "wait", "service_level"}
    assert set(test["errors"]["wait"]) == {"r", "mae", "bias"}
    assert test["errors"] == test["simulation"]["replayed"]["errors"]
    for name, error in test["errors"].items():
        for part, value in error.items():
            low, high = test["intervals"][name][part]
            assert low < value < high
    assert test["erlang_a"] == test["formula"]["replayed"]["errors"]
    assert test["simulation"]["forecast"]["given"] == ["arrivals"]
    # Played by itself, the scenario is the log again, as far as that was possible.
    ((name, one),) = said.data["channels"].items()
    lost = said.data["scenario_alone"][name]["abandonment"]["value"]
    assert lost == pytest.approx(one["figures"]["abandonment"]["value"], abs=0.05)
    assert load(made).channels["phone"].handle_time.mean == pytest.approx(240, rel=0.1)
    assert "abandonment_simulated" in hours.read_text().splitlines()[0]


def test_words_in_both_languages(linewise: Callable[..., Said], logs: tuple[Path, Path]) -> None:
    options = ("learn", logs[0], "--timezone", "UTC", "--replications", 2)

    assert "Fit on the same logs, hour by hour: no test" in linewise(*options).out
    assert "Сравнение с теми же журналами" in linewise(*options, "--lang", "ru").out


def test_what_cannot_be_learnt_from_is_refused_in_words(
    linewise: Callable[..., Said], logs: tuple[Path, Path], tmp_path: Path
) -> None:
    odd = tmp_path / "odd.bin"
    odd.write_bytes(bytes(range(256)))

    assert "must end in .yaml" in linewise("learn", logs[0], "--to", tmp_path / "a.txt").err
    assert linewise("learn", odd).code == 2
    assert linewise("learn", tmp_path / "nothing.log").code == 2


def test_files_that_cannot_be_read_or_written_are_refused_by_name_before_the_work(
    linewise: Callable[..., Said], logs: tuple[Path, Path], tmp_path: Path
) -> None:
    missing, binary = tmp_path / "missing", tmp_path / "odd.bin"
    binary.write_bytes(b"\xff\xfe\x00")
    (tmp_path / "taken").write_text("a file where the week's folder would be")

    for option in ("--mapping", "--head"):
        said = linewise("learn", logs[0], option, missing)
        assert said.code == 2
        assert "cannot be read" in said.err
        assert "missing" in said.err
    mixed_up = linewise("learn", logs[0], "--mapping", logs[0]).err
    assert "must be a mapping of keys at the top; name the column" in mixed_up  # no line of it
    assert "must be text in UTF-8" in linewise("learn", logs[0], "--head", binary).err
    assert "is a file" in linewise("learn", logs[0], "--to", tmp_path / "taken.yaml").err
    below = linewise("learn", logs[0], "--to", binary / "a.yaml")
    assert below.code == 2
    assert "to cannot be written" in below.err


def test_no_log_is_written_over_and_nothing_is_made_for_what_is_refused(
    linewise: Callable[..., Said], logs: tuple[Path, Path], tmp_path: Path
) -> None:
    log, week = tmp_path / "log.yaml", tmp_path / "own" / "week.csv"
    week.parent.mkdir()
    kept = logs[0].read_bytes()
    for place in (log, week):
        place.write_bytes(kept)

    for given in (
        (log, "--to", log),
        (week, "--to", tmp_path / "own.yaml"),
        (week, "--csv", week),
        (logs[0], "--head", week, "--csv", week),
    ):
        said = linewise("learn", *given)
        assert said.code == 2
        assert "must not be a file that is read" in said.err
    twice = ("--csv", tmp_path / "a.csv", "--forecast", tmp_path / "a.csv")
    assert "must not be the file of --csv" in linewise("learn", log, *twice).err
    assert linewise("learn", log, "--to", tmp_path / "new" / "a.yaml", "--country", "XX").code == 2
    assert {one.name for one in tmp_path.iterdir()} == {"log.yaml", "own"}
    assert log.read_bytes() == week.read_bytes() == kept


@pytest.mark.parametrize("rest", [(), ("--json",), ("--replications", "2")])
def test_a_test_without_files_is_said_to_lack_them(
    linewise: Callable[..., Said], logs: tuple[Path, Path], rest: tuple[str, ...]
) -> None:
    said = linewise("learn", logs[0], "--test", *rest)

    assert said.code == 2
    assert "test must be at least one file" in said.err


def test_scenarios_of_any_name_have_a_week_of_their_own(
    linewise: Callable[..., Said], tmp_path: Path
) -> None:
    for name, talk in (("наш центр", 180), ("другой, 2-й", 180), ("2026-03-01", 240)):
        log = tmp_path / f"{talk}.log"
        log.write_text(_one_call(talk))
        said = linewise("learn", log, "--timezone", "UTC", "--to", tmp_path / f"{name}.yaml")
        assert said.code == 0, said.err
        assert "Written: " in said.err
        assert "Warning" not in said.err
        assert "No hour has 10 contacts" in said.out
        learnt = load(tmp_path / f"{name}.yaml")
        assert learnt.channels["phone"].handle_time.mean == talk

    assert len(list(tmp_path.glob("*/week.csv"))) == 3


def test_a_forecast_of_too_few_weeks_is_refused_once_the_log_is_read(
    linewise: Callable[..., Said], tmp_path: Path
) -> None:
    log, ahead = tmp_path / "queue_log", tmp_path / "ahead.csv"
    log.write_text(_one_call(180))
    said = linewise("learn", log, "--timezone", "UTC", "--forecast", ahead)

    assert said.code == 2
    assert "forecast needs eight weeks at least, got '2026-03-02 to 2026-03-02'" in said.err
    assert "Contacts a day" not in said.out
    assert linewise("learn", log, "--forecast", tmp_path / "a.yaml").code == 2


@pytest.mark.parametrize("end", ["NONE|ABANDON|1|1|40", "SIP/7|COMPLETECALLER|0|0|1"])
def test_logs_in_which_nobody_is_handled_are_refused(
    linewise: Callable[..., Said], tmp_path: Path, end: str
) -> None:
    lines = [line for number in range(30) for line in _call(number, end)]
    log = tmp_path / "queue_log"
    log.write_text("\n".join(lines) + "\n")

    said = linewise("learn", log, "--timezone", "UTC")

    assert said.code == 2
    assert "has no voice contact that was served for more than 0 s" in said.err


def test_a_channel_in_which_nobody_is_handled_is_left_out_and_said(
    linewise: Callable[..., Said], tmp_path: Path
) -> None:
    rows = [f"2026-03-02 10:{n:02d}:00;5;{60 + n};answered;voice" for n in range(30)]
    rows += [f"2026-03-02 11:{n:02d}:00;50;0;abandoned;chat" for n in range(30)]
    table = tmp_path / "calls.csv"
    table.write_text("\n".join(["time;wait;talk;status;channel", *rows]) + "\n")

    places = ("--timezone", "UTC", "--country", "RU", "--to", tmp_path / "a.yaml")
    said = linewise("learn", table, *places, "--lang=ru")
    found = load(tmp_path / "a.yaml")

    assert said.code == 0, said.err
    assert "канал не взят, в нём никого не обслуживали дольше 0 с: chat" in said.out
    assert set(found.channels) == {"phone"}
    # What people read is in their language, and money that of the country.
    title = found.channels["phone"].title
    assert title
    assert [title.in_(code) for code in ("en", "ru")] == ["Phone", "Телефон"]
    assert found.currency == "RUB"


def test_a_log_of_one_second_of_days_far_apart_and_with_a_stray_date_is_learnt(
    linewise: Callable[..., Said], tmp_path: Path
) -> None:
    one = [f"2026-03-02 10:00:00;0;{60 + n};answered;A{n}" for n in range(30)]
    apart = [
        f"2026-{month}-{29 if month == '03' else 25} {n // 60:02d}:{n % 60:02d}:00;"
        f"{n % 50};{60 + n % 90};{'abandoned' if n % 5 == 0 else 'answered'};A{n % 7}"
        for month in ("03", "10")
        for n in range(240)
    ]
    stray = [*one, "1970-01-01 10:00:00;0;60;answered;A1"]
    for name, rows in (("one", one), ("apart", apart), ("stray", stray)):
        table, learnt = tmp_path / f"{name}.csv", tmp_path / f"learnt-{name}.yaml"
        table.write_text("\n".join(["time;wait;talk;status;agent", *rows]) + "\n")

        said = linewise("learn", table, "--timezone", "Europe/Berlin", "--to", learnt)

        assert said.code == 0, said.err
        assert load(learnt).channels["phone"].handle_time.mean > 60
        assert load(learnt).calendar.start.year == 2026
        assert ("1 contact left out, as it is dated far" in said.out) == (name == "stray")


@pytest.mark.parametrize("wrong", ["unit: [minutes]", "outcomes: {fine: [served]}"])
def test_lists_in_a_mapping_where_words_belong_are_refused(
    linewise: Callable[..., Said], tmp_path: Path, wrong: str
) -> None:
    table, mapping = tmp_path / "calls.csv", tmp_path / "mapping.yaml"
    table.write_text("start,wait,talk,outcome\n2026-03-02 10:00:00,5,100,fine\n")
    mapping.write_text(wrong + "\n")

    said = linewise("learn", table, "--mapping", mapping)

    assert said.code == 2
    assert "mapping" in said.err


def _call(number: int, end: str) -> list[str]:
    """A call of a queue log that ends as told."""
    time = 1772438400 + 60 * number
    start = f"{time}|{number}.1|sales"
    served = [f"{start}|SIP/7|CONNECT|0|1|4"] if "COMPLETE" in end else []
    return [f"{start}|NONE|ENTERQUEUE||79{number}|1", *served, f"{start}|{end}"]


def _one_call(talk: int) -> str:
    lines = _call(0, f"SIP/7|COMPLETECALLER|0|{talk}|1")
    return (
        "\n".join(lines).replace(
            "1772438400|0.1|sales|SIP/7|COMPLETE", f"{1772438400 + talk}|0.1|sales|SIP/7|COMPLETE"
        )
        + "\n"
    )
