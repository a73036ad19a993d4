"""The bank's months, against a recount line by line and against what others derived from them."""

from __future__ import annotations

import csv
import gzip
from collections import Counter
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from terminal import Said

from sim.learn import Log, read_logs

pytestmark = pytest.mark.slow


@pytest.fixture(scope="module")
def folder() -> Path:
    found = Path(__file__).resolve().parents[1].parent / "shared/data/anonymous_bank"
    if not found.is_dir():
        pytest.skip("the bank's months are not beside the project")
    return found


@pytest.fixture(scope="module")
def log(folder: Path) -> Iterator[Log]:
    with read_logs(sorted(folder.glob("0*.txt.gz")), salt="a") as made:
        yield made


def test_every_row_is_used_or_counted_with_its_reason(log: Log, folder: Path) -> None:
    counts: Counter[str] = Counter()
    for path in sorted(folder.glob("0*.txt.gz")):
        with gzip.open(path, "rt") as stream:
            next(stream)
            for line in stream:
                cells = line.rstrip("\n").split("\t")
                outcome, queued = cells[12], cells[9] != "0:00:00" or cells[11] != "0"
                counts["rows"] += 1
                counts[outcome if outcome != "HANG" else f"HANG {queued}"] += 1
                counts["queued"] += queued and outcome != "PHANTOM"
    reasons = {why: gone.count for why, gone in log.reading.dropped.items()}
    (queued,) = log.database.execute("SELECT count(queued) FROM contacts").fetchall()[0]

    assert log.reading.lines == counts["rows"]
    assert reasons == {
        "phantom call: not a real one": counts["PHANTOM"],
        "hung up in the voice menu, before the queue": counts["HANG False"],
    }
    assert log.reading.used == log.reading.contacts == counts["AGENT"] + counts["HANG True"]
    assert queued == counts["queued"]


def test_what_happened_in_each_hour_is_what_others_counted(log: Log, folder: Path) -> None:
    with gzip.open(folder / "hourly_truth.csv.gz", "rt") as stream:
        truth = {
            (row["day"], int(row["hour"])): row
            for row in csv.DictReader(stream)
            if int(row["offered"])
        }
    hours = log.database.execute(
        "SELECT day::VARCHAR, second // 3600, count(*), count(*) FILTER (outcome = 'served'), "
        "count(*) FILTER (outcome = 'served' AND wait <= 20), avg(wait) "
        "FROM contacts GROUP BY 1, 2"
    ).fetchall()

    assert {(day, hour) for day, hour, *_ in hours} == truth.keys()
    for day, hour, offered, served, soon, wait in hours:
        told = truth[day, hour]
        assert offered == int(told["offered"])
        assert served == int(told["served"])
        assert soon == int(told["answered_20s"])
        assert wait == pytest.approx(float(told["mean_wait"]), abs=0.001)


def test_ids_are_hashed_alike_with_one_salt_only(folder: Path, log: Log) -> None:
    january = folder / "01_January.txt.gz"
    asked = "SELECT DISTINCT agent FROM contacts WHERE day < '1999-02-01'"
    here = set(log.database.execute(asked).fetchall())
    with read_logs(january, salt="a") as again, read_logs(january) as other:
        assert set(again.database.execute(asked).fetchall()) == here
        assert not set(other.database.execute(asked).fetchall()) & (here - {(None,)})


@pytest.mark.long
def test_the_shipped_week_is_what_its_command_writes(
    linewise: Callable[..., Said], folder: Path, root: Path, tmp_path: Path
) -> None:
    shipped, made = root / "scenarios" / "bank", tmp_path / "learnt.yaml"
    months = sorted(folder.glob("0*.txt.gz"))

    said = linewise("learn", *months, "--to", made, "--head", shipped / "learnt-head.txt")

    assert said.code == 0
    for name in ("learnt.yaml", "learnt/week.csv"):
        assert (tmp_path / name).read_text("utf-8") == (shipped / name).read_text("utf-8")
