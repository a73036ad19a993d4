"""Asterisk's queue_log: every event, rotations in any order, damage counted and survived."""

from __future__ import annotations

import gc
import gzip
import hashlib
import random
from collections.abc import Iterator, Sequence
from functools import partial
from pathlib import Path
from typing import Any

import pytest
from queue_logs import Call, lines_of_calls, made_calls, read_slowly

from sim.errors import InvalidInput
from sim.learn import Log, read_logs
from sim.learn.adapters import plain_loops, queue_log
from sim.learn.adapters.plain_calls import Plain, compile_loops, plain_calls
from sim.learn.adapters.queue_events import presence
from sim.learn.lines import lines_of


def written(path: Path, lines: Sequence[str]) -> Path:
    path.write_text("".join(f"{line}\n" for line in lines), "utf-8")
    return path


def hashed(name: str | None) -> int | None:
    if name is None:
        return None
    return int(hashlib.sha256(f"salt\x1f{name}".encode()).hexdigest()[:16], 16)


def told(log: Log) -> list[tuple[object, ...]]:
    """What was read, as the calls of the book would be."""
    asked = (
        "SELECT arrival // 1000, leg, queue, caller, outcome, wait, talk, agent FROM contacts "
        "ORDER BY ALL"
    )
    return log.database.execute(asked).fetchall()


def expected(calls: Sequence[Call]) -> list[tuple[object, ...]]:
    rows = [
        (c.arrival, c.leg, c.queue, hashed(c.caller), c.outcome, c.wait, c.talk, hashed(c.agent))
        for c in calls
    ]
    # As the database sorts: outcomes in their own order, what is not known last.
    order = ["served", "abandoned", "timeout", "exit_key", "exit_empty", "blocked", "transferred"]
    key = {name: place for place, name in enumerate([*order, "unknown"])}
    return sorted(rows, key=lambda r: [(v is None, key.get(str(v), v) if v else 0) for v in r])


@pytest.mark.parametrize("seed", range(3))
def test_calls_are_read_as_a_walk_through_the_lines_reads_them(tmp_path: Path, seed: int) -> None:
    calls = made_calls(seed)
    lines = lines_of_calls(calls)
    with read_logs(written(tmp_path / "queue_log", lines), salt="salt") as log:
        assert read_slowly(lines) == sorted(calls)
        assert told(log) == expected(calls)
        assert log.reading.lines == log.reading.used == len(lines)
        assert not log.reading.dropped


def test_rotations_come_in_any_order_packed_or_not_and_twice(tmp_path: Path) -> None:
    calls = made_calls(7, 90)
    lines = lines_of_calls(calls)
    third = len(lines) // 3
    old = tmp_path / "queue_log.2.gz"
    old.write_bytes(gzip.compress("".join(f"{x}\n" for x in lines[:third]).encode()))
    middle = written(tmp_path / "queue_log.1", lines[third : 2 * third])
    new = written(tmp_path / "queue_log", lines[2 * third :])
    again = written(tmp_path / "copy", lines[third : 2 * third])
    with read_logs([new, old, again, middle], salt="salt") as log:
        read = told(log)
        silent = sum("RINGNOANSWER" in line for line in lines[third : 2 * third])
        twice = log.reading.dropped["the same line a second time"]

    assert read == expected(calls)
    assert twice.count == third - silent
    assert twice.examples[0].startswith(("copy:", "queue_log.1:"))


@pytest.mark.parametrize("seed", range(4))
def test_a_damaged_log_is_read_as_far_as_it_goes(tmp_path: Path, seed: int) -> None:
    rng = random.Random(seed)
    calls = made_calls(seed, 80)
    whole = lines_of_calls(calls)
    raw: list[bytes] = []
    damaged = 0
    for line in whole:
        if rng.random() < 0.1:
            raw.append(rng.choice([b"\xff\xfe\x00\x81", b"no line", b"\x00" * 9, b"||||", b"1|2|"]))
            damaged += 1
        if rng.random() < 0.1:
            raw.append(f"{line.split('|')[0]}|x|NONE|NONE|PARTY|9".encode())
            damaged += 1
        raw.append(line.encode())
    cut = rng.randrange(8, 14)
    raw[-1] = raw[-1][:cut]  # in the middle of a write
    path = tmp_path / "queue_log"
    path.write_bytes(b"\n".join(raw))
    with read_logs(path, format="queue_log", salt="salt") as log:
        assert told(log) == expected(read_slowly(whole[:-1]))
        reading = log.reading
        gone = sum(why.count for why in reading.dropped.values())
        blank = sum(not line.replace(b"\0", b"") for line in raw)
    assert gone == damaged + 1 - blank
    assert reading.lines == len(raw) - blank == reading.used + gone
    assert all(why.examples for why in reading.dropped.values())


def test_a_call_that_began_before_the_log_is_counted_and_left_out(tmp_path: Path) -> None:
    lines = [
        "1700000000|1.1|q|SIP/1|CONNECT|5|2.2|1",
        "1700000009|1.1|q|SIP/1|COMPLETEAGENT|5|9|1",
        "1700000010|1.2|q|NONE|ENTERQUEUE||7000|1",
    ]
    with read_logs(written(tmp_path / "queue_log", lines)) as log:
        assert log.reading.dropped["of a call that began before the log"].count == 2
        rows = log.database.execute("SELECT outcome, wait, ended FROM contacts").fetchall()
    assert rows == [("unknown", None, None)]


def test_times_of_a_call_go_by_its_own_events(tmp_path: Path) -> None:
    lines = [
        "1700000000|1.1|q|NONE|ENTERQUEUE||7000|1",
        "1700000031|1.1|q|SIP/1|CONNECT|30|2.2|1",
        "1700000101|1.1|q|SIP/1|ATTENDEDTRANSFER|LINK|a|b|30|70|1",
    ]
    with read_logs(written(tmp_path / "queue_log", lines), timezone="Asia/Tokyo") as log:
        asked = "SELECT arrival, queued, answered, ended, wait, handle, day, second FROM contacts"
        row = log.database.execute(asked).fetchone()
    assert row is not None
    assert row[:6] == (1700000000000, 1700000000000, 1700000030000, 1700000100000, 30.0, 70.0)
    assert str(row[6]) == "2023-11-15"
    assert row[7] == 7 * 3600 + 13 * 60 + 20


def test_agents_are_at_work_between_their_events() -> None:
    events = [
        (0, "a", "ann", 20, ""),
        (5, "b", "ann", 20, "PAUSED"),
        (9, "a", "ann", 22, "lunch"),
        (12, "b", "ann", 23, ""),
        (20, "a", "ann", 21, ""),
        (25, "b", "ann", 21, ""),
        (30, "", "bob", 26, ""),
        (40, "", "bob", 24, ""),
    ]
    spans = [(s.agent, s.start, s.stop, s.kind) for s in presence(events, end=50)]

    assert spans == [
        ("ann", 0, 9, "available"),
        ("ann", 9, 12, "paused"),
        ("ann", 12, 25, "available"),
        ("bob", 30, 40, "available"),
        ("bob", 40, 50, "paused"),
    ]


def test_presence_is_known_only_where_it_is_logged(tmp_path: Path) -> None:
    lines = lines_of_calls(made_calls(1))
    with read_logs(written(tmp_path / "without", lines)) as log:
        assert not log.presence_logged
        with pytest.raises(InvalidInput, match="when agents were there"):
            log.need("presence")
    added = ["1699999999|NONE|sales|SIP/1|ADDMEMBER|", *lines]
    with read_logs(written(tmp_path / "with", added)) as log:
        assert log.presence_logged
        assert log.database.execute("SELECT count(*) FROM presence").fetchall() == [(1,)]


@pytest.mark.parametrize("layout", ["data", "columns"])
def test_the_table_of_a_database_says_the_same(tmp_path: Path, layout: str) -> None:
    calls = made_calls(3)
    lines = lines_of_calls(calls)
    data = "data" if layout == "data" else "data1,data2,data3,data4,data5"
    rows = [f"id,time,callid,queuename,agent,event,{data}"]
    for number, line in enumerate(lines):
        epoch, call, queue, agent, event, *said = line.split("|")
        cells = ["|".join(said)] if layout == "data" else (said + [""] * 5)[:5]
        rows.append(",".join([str(number), epoch, call, queue, agent, event, *cells]))
    with read_logs(written(tmp_path / "export.csv", rows), salt="salt") as log:
        assert log.source == "queue_log_table"
        assert told(log) == expected(calls)


def test_the_real_samples_are_read(shared: Path) -> None:
    folder = shared / "data/log_formats"
    counted = "SELECT outcome, count(*) FROM contacts GROUP BY 1 ORDER BY 1"
    with read_logs(folder / "asterisk_queue_log_sample_2010.txt") as log:
        # 8 answers of which 7 ended, 12 gave up, and one was waiting when the file was cut.
        assert log.database.execute(counted).fetchall() == [
            ("served", 7),
            ("abandoned", 12),
            ("unknown", 2),
        ]
        assert not log.reading.dropped
    with read_logs(folder / "asterisk_queue_log_modern_lines.txt") as log:
        assert log.presence_logged
        assert log.reading.used == 8


@pytest.mark.parametrize("seed", range(3))
def test_a_damaged_archive_gives_what_is_in_it(tmp_path: Path, seed: int) -> None:
    lines = lines_of_calls(made_calls(seed, 2000))
    packed = gzip.compress("".join(f"{line}\n" for line in lines).encode())
    path = tmp_path / "queue_log.gz"
    path.write_bytes(packed[: len(packed) * 2 // 3])
    with read_logs(path) as log:
        assert 0 < log.reading.lines < len(lines)
        assert "archive is cut" in " ".join(log.reading.notes)


def test_nothing_is_left_on_the_disk(tmp_path: Path) -> None:
    path = written(tmp_path / "queue_log", lines_of_calls(made_calls(1, 5)))
    log = read_logs(path)
    folder = log.folder
    assert folder.exists()
    log.close()
    log.close()
    forgotten = read_logs(path).folder
    gc.collect()

    assert not folder.exists()
    assert not forgotten.exists()


def everything(log: Log) -> tuple[object, ...]:
    """All that was read, and what was said of it."""
    names = ("contacts", "presence")
    tables = [log.database.execute(f"FROM {name} ORDER BY ALL").fetchall() for name in names]
    return tables, log.reading


def damaged(lines: Sequence[str], seed: int) -> list[str]:
    """Lines as logs have them: some twice, out of order, cut, of agents with names of their own."""
    rng, found = random.Random(seed), list[str]()
    for line in lines:
        at, call, queue, _, _ = line.split("|", 4)
        also = {
            0: line,
            1: line[: rng.randrange(len(line))],
            2: "",
            3: line.replace("||", "|"),
            4: f"{at}|{call}|{queue}|SIP/3|{rng.choice(['COMPLETEAGENT|1|', 'ENTERQUEUE|'])}",
            5: f"{at}|NONE|sales|SIP/{rng.randrange(9)}|{rng.choice(['PAUSE', 'ADDMEMBER'])}|x",
            6: f"{at}|NONE|NONE|NONE|{rng.choice(['CONFIGRELOAD', 'OURS'])}|",
        }.get(rng.randrange(80))
        found.append(line.replace("SIP/3", "SIP/Зоя"))
        if rng.random() < 0.01:
            found[-1] = found[-1].replace("CONNECT|", "CONNECT|+")
        if rng.random() < 0.01:
            found.insert(max(0, len(found) - 9), found.pop())
        if also is not None:
            found.append(also)
    return found


@pytest.mark.kernel
@pytest.mark.parametrize("seed", range(3))
def test_plain_calls_taken_out_before_the_database_are_what_it_would_make_of_their_lines(
    tmp_path: Path, seed: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    calls = made_calls(seed, 300)
    path = written(tmp_path / "queue_log", damaged(lines_of_calls(calls), seed))
    monkeypatch.setattr(queue_log, "lines_of", partial(lines_of, size=9_000))
    with read_logs(path, salt="salt") as log:
        slowly = everything(log)
    taken: list[int] = []

    def watched(*pieces: Any) -> Iterator[Plain]:
        for found in plain_calls(*pieces):
            taken.append(found.lines)
            yield found

    monkeypatch.setattr(queue_log, "LARGE", 0)
    monkeypatch.setattr(queue_log, "plain_calls", watched)
    with read_logs(path, salt="salt") as log:
        assert everything(log) == slowly
    assert len(taken) > 4
    assert sum(taken) > 300


def test_loops_are_compiled_before_a_log_is_there() -> None:
    compile_loops()
    compiled = [plain_loops.taken_apart, plain_loops.matched, plain_loops.told, plain_loops.joined]
    assert all(loop.signatures for loop in compiled)  # type: ignore[attr-defined]


def test_a_file_given_twice_is_given_back_to_the_database(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(queue_log, "LARGE", 0)
    calls = [call for call in made_calls(4) if call.outcome != "transferred"]
    lines = lines_of_calls(calls)
    twice = [written(tmp_path / name, lines) for name in ("a", "b")]
    with read_logs(twice, salt="salt") as log:
        assert told(log) == expected(calls)
        assert log.reading.dropped["the same line a second time"].count > 0
