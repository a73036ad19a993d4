"""What is found wrong with logs: in real ones what their publishers say, in made-up ones that."""

from __future__ import annotations

import heapq
import random
import re
from collections.abc import Iterator
from pathlib import Path

import pytest

from sim.errors import InvalidInput
from sim.learn import Log, read_logs
from sim.learn.quality import KINDS, Finding, quality
from sim.report.language import Language
from sim.report.log_quality import finding_words

HOUR = 3600
MONDAY = 1_704_067_200  # 1 January 2024, UTC


def queue_log(path: Path, calls: Iterator[tuple[int, int, int | None, str]]) -> Path:
    """Calls as lines: arrival, wait, talk (None: gave up), agent."""
    lines: list[tuple[int, str]] = []
    for number, (at, wait, talk, agent) in enumerate(calls):
        head = f"{at}.{number}|q"
        lines.append((at, f"{head}|NONE|ENTERQUEUE||{number}|1"))
        if talk is None:
            lines.append((at + wait, f"{head}|NONE|ABANDON|1|1|{wait}"))
        else:
            lines.append((at + wait, f"{head}|{agent}|CONNECT|{wait}|x|1"))
            lines.append((at + wait + talk, f"{head}|{agent}|COMPLETEAGENT|{wait}|{talk}|1"))
    lines.sort(key=lambda line: line[0])
    path.write_text("".join(f"{at}|{rest}\n" for at, rest in lines), "utf-8")
    return path


def four_servers(seed: int, days: int) -> Iterator[tuple[int, int, int | None, str]]:
    """M/M/4 around the clock, service 300 s on average."""
    rng = random.Random(seed)
    free = [(0.0, f"a{n}") for n in range(4)]
    now = 0.0
    while (now := now + rng.expovariate(40 / HOUR)) < days * 24 * HOUR:
        at, agent = heapq.heappop(free)
        begin, talk = max(now, at), rng.expovariate(1 / 300)
        heapq.heappush(free, (begin + talk, agent))
        yield MONDAY + int(now), round(begin - now), round(talk), agent


def kinds(found: tuple[Finding, ...]) -> dict[str, Finding]:
    return {one.kind: one for one in found}


@pytest.fixture(scope="module")
def bank() -> Iterator[Log]:
    folder = Path(__file__).resolve().parents[1].parent / "shared/data/anonymous_bank"
    if not folder.is_dir():
        pytest.skip("the bank's months are not beside the project")
    with read_logs(sorted(folder.glob("0*.txt.gz")), salt="a") as log:
        yield log


@pytest.mark.slow
def test_of_the_bank_is_found_what_its_publishers_say(bank: Log) -> None:
    found = kinds(quality(bank, country="IL"))

    assert found["missing_days"].examples == ("1999-01-11", "1999-01-12")
    assert found["surges"].examples[0] == "1999-05-23 20:00-23:00"
    assert found["short_services"].share == pytest.approx(0.065, abs=0.01)  # hung up on customers
    assert found["agents_missing"].share > 0.02  # NO_SERVER
    assert found["callers_when_waiting"].values["known_at_once"] == pytest.approx(0.06, abs=0.01)
    assert any("Independence Day" in day for day in found["holidays"].examples)
    assert "synthetic" not in found


@pytest.mark.slow
def test_a_textbook_queue_is_called_made_up(tmp_path: Path) -> None:
    path = queue_log(tmp_path / "queue_log", four_servers(1, 56))
    with read_logs(path) as log:
        found = kinds(quality(log))

    assert found["synthetic"].weight == "severe"
    assert set(found["synthetic"].values) == {
        "handle_exponential",
        "flat_hours",
        "flat_week",
        "days_by_chance",
    }


def test_faults_are_counted_with_their_times(tmp_path: Path) -> None:
    calls = [
        (MONDAY, 5, 0, "ann"),
        (MONDAY + 60, 5, 4, "ann"),
        (MONDAY + 120, 5, 5000, "ann"),
        (MONDAY + 200, 9000, None, ""),
        (MONDAY + 300, -4, 50, "bob"),
        (MONDAY + 310, 5, 50, "bob"),
    ]
    with read_logs(queue_log(tmp_path / "queue_log", iter(calls)), timezone="Etc/GMT-1") as log:
        found = kinds(quality(log))

    assert found["zero_services"].examples == ("2024-01-01 01:00:00",)
    assert (found["short_services"].count, found["short_services"].of) == (2, 5)
    assert found["long_services"].count == 1
    assert found["long_waits"].count == 1
    assert found["agents_at_once"].examples == ("2024-01-01 01:05:10",)
    assert found["repaired"].values == {"reason": "wait below zero, taken as unknown"}


def busy_centre() -> Iterator[tuple[int, int, int | None, str]]:
    """Six weeks of weekdays: a surge, a closed holiday, a call of 1970, callers known by halves."""
    at = 0
    for day in range(42):
        if day % 7 > 4 or day == 14:  # 15 January 2024: Martin Luther King's day
            continue
        for n in range(40 + (400 if day == 23 else 0)):
            at = MONDAY + day * 24 * HOUR + (5 * HOUR + (n - 40) * 8 if n > 39 else n * 900)
            yield at, n % 3 * 20, 90 + n, f"a{n % 7}" if n % 10 else ""
    yield 40_000, 5, 60, "ann"


def test_each_kind_of_oddity_is_found_in_a_made_up_log_and_worded(tmp_path: Path) -> None:
    path = queue_log(tmp_path / "queue_log", busy_centre())
    lines = path.read_text().splitlines()
    # Who called is not known of those who are answered at once; agents without a name.
    seen = [
        re.sub(r"ENTERQUEUE\|\|\d*[0369]\|", "ENTERQUEUE|||", line).replace("|q||", "|q|NONE|")
        for line in lines
    ]
    open_ = f"{MONDAY + 50_000}|open|q|NONE|ENTERQUEUE||77|1"
    twice = [line.replace("|q|", "|q|", 1) for line in seen if ".5|" in line]
    again = [re.sub(r"^(\d+)\|(\d+)\.5\|", r"\1|\2.5x|", line) for line in twice]
    path.write_text("\n".join([*seen, *twice, *again, open_, "cut|"]) + "\n")
    with read_logs(path) as log:
        found = kinds(quality(log, country="US"))

    expected = {
        *("dropped", "twice", "stray_days", "no_end", "agents_missing", "callers_partly"),
        *("busy_days", "surges", "holidays"),
    }
    assert expected <= found.keys()
    assert found["stray_days"].examples == ("1970-01-01",)
    assert found["twice"].count == 2
    assert found["busy_days"].examples == ("2024-01-24",)
    assert found["surges"].examples[0].startswith("2024-01-24 05:00")
    assert found["holidays"].examples[0].startswith("2024-01-15 Martin Luther King")
    for one in found.values():
        assert re.search("[а-яё]", finding_words(one, Language("ru")))
        assert not re.search("[а-яё]", finding_words(one, Language("en")))
    assert set(found) <= set(KINDS)


def test_an_unknown_country_is_refused(tmp_path: Path) -> None:
    with (
        read_logs(queue_log(tmp_path / "queue_log", iter([(MONDAY, 1, 60, "ann")]))) as log,
        pytest.raises(InvalidInput, match="not known by its ISO code"),
    ):
        quality(log, country="Utopia")


def test_a_quiet_day_is_told_from_a_closed_weekday(tmp_path: Path) -> None:
    calls = (
        (MONDAY + day * 24 * HOUR + n * 300, 1, 60, f"a{n}")
        for day in range(42)
        if day % 7 < 5 and day != 17
        for n in range(10 if day == 22 else 100)
    )
    with read_logs(queue_log(tmp_path / "queue_log", calls)) as log:
        found = kinds(quality(log))

    assert found["missing_days"].examples == ("2024-01-18",)
    assert found["quiet_days"].examples == ("2024-01-23",)
