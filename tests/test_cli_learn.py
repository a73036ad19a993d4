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
    scenario = load_text(KNOWN.replace("days: 56", "days: 14"))
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
    assert set(test["errors"]) == {"abandonment", "wait", "service_level"}
    assert set(test["errors"]["wait"]) == {"r", "mae", "bias"}
    assert test["errors"] == test["simulation"]["replayed"]["errors"]
    assert test["erlang_a"] == test["formula"]["replayed"]["errors"]
    assert test["simulation"]["forecast"]["given"] == ["arrivals"]
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
