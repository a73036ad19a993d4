"""Files as people bring them: odd tables and workbooks, the same calls twice, no logs at all."""

from __future__ import annotations

import datetime
import gzip
import io
import tracemalloc
import zipfile
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import numpy as np
import openpyxl
import pytest

from sim.errors import InvalidInput, ScenarioError
from sim.learn import Log, lines, read_logs
from sim.learn.contacts import Contacts, contacts_of
from sim.learn.estimate import service_sums
from sim.learn.hours import hours_of
from sim.learn.lines import lines_of, text_lines

HEAD = "time;wait;talk;status;agent;caller\n"
ROW = "2026-03-02 12:00:00;10,5;1:00;answered;Ann;79001234567\n"
NOON = 12 * 3600


def kept(path: Path, content: str | bytes) -> Path:
    path.write_bytes(content.encode() if isinstance(content, str) else content)
    return path


def told(log: Log) -> list[tuple[object, ...]]:
    """Second of the day, wait and talk of each contact."""
    return log.database.execute("SELECT second, wait, talk FROM contacts ORDER BY id").fetchall()


def reasons(log: Log) -> dict[str, int]:
    return {reason: gone.count for reason, gone in log.reading.dropped.items()}


def workbook(fill: Callable[[Any], None]) -> bytes:
    book, written = openpyxl.Workbook(), io.BytesIO()
    fill(book)
    book.save(written)
    return written.getvalue()


def covered(book: Any) -> None:
    """A cover, and a sheet whose names stand below merged cells."""
    book.active.append(["Report of March"])
    sheet = book.create_sheet("Calls")
    sheet.append(["Call", None, "People", None])
    sheet.merge_cells("A1:B1")
    sheet.append(["Start time", "Wait", "Agent", "Talk time, min"])
    start = datetime.datetime(2026, 3, 2, 12)
    sheet.append([start, 10.5, "Ann", datetime.timedelta(hours=25, minutes=10)])


def numbers(book: Any) -> None:
    """Dates and times of which nobody made dates and times."""
    book.active.append(["Date", "Time", "Wait", "Talk"])
    book.active.append([46083, 0.5, 10.5, 60])


@pytest.mark.parametrize(
    ("content", "talk"),
    [
        (gzip.compress((HEAD + ROW).encode("utf-16")), 60),
        ((HEAD + ROW).replace("\n", "\r"), 60),
        ("Calls;March\nFrom;1 March\n" + HEAD + ROW, 60),
        (HEAD.replace("caller", "caller;;") + ROW, 60),
        (HEAD.replace("talk", "talk, min") + ROW, 60),  # a clock has its unit in it
        (HEAD + ROW.replace("1:00;", "25:10:00;"), 90_600),
        (workbook(covered), 90_600),
        (workbook(numbers), 60),
    ],
    ids=("gz", "returns", "titles", "blanks", "minutes", "beyond-a-day", "cover", "numbers"),
)
def test_a_table_is_found_however_it_is_written(
    tmp_path: Path, content: str | bytes, talk: float
) -> None:
    with read_logs(kept(tmp_path / "calls", content), timezone="Europe/Moscow") as log:
        assert told(log) == [(NOON, 10.5, talk)]
        assert not log.reading.dropped
        assert not log.reading.repaired


def test_what_a_reader_should_know_of_a_workbook_is_noted(tmp_path: Path) -> None:
    notes = []
    for number, fill in enumerate((covered, numbers)):
        with read_logs(kept(tmp_path / f"{number}", workbook(fill))) as log:
            notes += log.reading.notes
    assert "0: of several sheets only the first one with a table is read" in notes
    assert "times that are plain numbers are read as Excel's days since 1900" in notes


def test_a_quote_that_does_not_close_swallows_no_other_line(tmp_path: Path) -> None:
    stray = [ROW.replace("Ann", '"Ann'), *[ROW] * 3, ROW.replace("Ann", '"Ann"')]
    with read_logs(kept(tmp_path / "calls", HEAD + "".join(stray))) as log:
        assert log.reading.contacts == log.reading.lines == 5
    two_lines = ROW.replace("Ann", '"Ann\n(desk)"')
    with read_logs(kept(tmp_path / "calls", HEAD + two_lines + ROW)) as log:
        assert log.reading.contacts == log.reading.lines == 2


def test_cells_that_do_not_fit_the_header_are_left_out_and_unreadable_ones_counted(
    tmp_path: Path,
) -> None:
    text = "time,wait,talk,status\n2026-03-02 12:00:00,10,5,60,answered\n"  # a decimal comma
    text += "2026-03-02 12:00:00,5 min,60,answered\n2026-03-02 23:59:60,1,60,answered\n"
    text += "x" * 3_000_000
    with read_logs(kept(tmp_path / "calls", text)) as log:
        assert reasons(log) == {
            "more cells than the header": 1,
            "cut short: fewer cells than the header": 1,
            "no readable time": 1,
        }
        assert told(log) == [(NOON, None, 60)]
        assert log.reading.repaired == {"wait not readable, taken as unknown": 1}


def test_midnight_and_the_seconds_after_it_are_times_as_excel_writes_them(tmp_path: Path) -> None:
    text = "date;time;wait;talk\n" + "".join(
        f"46083;{time};1;60\n" for time in ("0", "0.0", "1.1574e-05", "1,1574E-05", "0,5")
    )
    with read_logs(kept(tmp_path / "calls", text)) as log:
        assert [second for second, *_ in told(log)] == [0, 0, 1, 1, NOON]
        assert not log.reading.dropped


def test_a_line_of_another_encoding_spoils_no_other_line(tmp_path: Path) -> None:
    head, row = "Время;Ожидание;Разговор;Результат\n", "2026-03-02 12:00:00;1;60;отвечен\n"
    in_windows = [row.encode("cp1251")]
    several = [[head.encode()] + in_windows + [row.encode()] * 10]
    several += [[head.encode("cp1251")] + in_windows * 11]
    for file in several:
        with read_logs(kept(tmp_path / "calls", b"".join(file))) as log:
            ends = log.database.execute("SELECT outcome, count(*) FROM contacts GROUP BY 1")
            assert ends.fetchall() == [("served", 11)]


def table(folder: Path, head: str, *rows: str) -> Contacts:
    """Contacts of a table whose rows came at ten past twelve, one each minute."""
    text = [f"2026-03-02 12:{10 + at},{row}" for at, row in enumerate(rows)]
    with read_logs(kept(folder / "calls", "\n".join([f"time,{head}", *text]) + "\n")) as log:
        return contacts_of(log)


def test_a_wait_that_cannot_be_read_is_no_wait_of_no_time(tmp_path: Path) -> None:
    rows = ["60,60,answered", "1m,60,answered"] * 2 + ["90,,abandoned", "2m,,abandoned"]
    some = table(tmp_path, "wait,talk,status", *rows)
    assert np.isnan(some.wait).tolist() == [False, True] * 3
    assert some.queued.all()

    shares = {name: over.sum() / under.sum() for name, (over, under) in service_sums(some).items()}
    assert shares == dict.fromkeys(shares, 0.0)  # nobody gave up at once, nobody was answered soon
    hours = hours_of(some, some.wait, some.served, some.abandoned).measures
    assert [hours[name].tolist() for name in ("wait", "service_level")] == [[70.0], [0.0]]

    some = table(tmp_path, "wait,talk,status", "5,60,answered", "60,60,answered", "?,60,answered")
    hours = hours_of(some, some.wait, some.served, some.abandoned).measures
    assert hours["service_level"].tolist() == [0.5]
    assert service_sums(some)["service_level"][0].mean() == 0.5


def test_how_a_contact_ended_is_unknown_where_the_cell_that_tells_it_cannot_be_read(
    tmp_path: Path,
) -> None:
    path = tmp_path / "calls"
    found = []
    for head, cells in (("wait,talk", "4m -5 — 0 60"), ("ended at,answered at", "oops 0000-00-00")):
        first = "2026-03-02 12:02:00" if head.startswith("ended") else "5"
        rows = [f"2026-03-02 12:00:00,{first},{cell}\n" for cell in cells.split()]
        with read_logs(kept(path, f"time,{head}\n" + "".join(rows))) as log:
            ends = log.database.execute("SELECT outcome FROM contacts ORDER BY id").fetchall()
            found.append([end for (end,) in ends])
    assert found == [
        ["unknown", "unknown", "abandoned", "abandoned", "served"],
        ["unknown", "abandoned"],
    ]


def test_work_after_a_call_is_what_its_handle_time_has_beyond_the_talk(tmp_path: Path) -> None:
    some = table(tmp_path, "wait,talk,hold,handle", "5,60,,100", "5,60,10,100", "5,60,10,50")
    assert some.handle.tolist() == [100, 100, 70]


def test_a_line_without_end_is_one_lost_line_and_needs_no_memory(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(lines, "LONGEST", 1000)
    path = kept(tmp_path / "log", b"a\n" + b"x" * 50_000 + b"\nb\n" + b"y" * 50_000)
    tracemalloc.start()
    found = [text.rstrip() for _, some in lines_of(path, 512) for text in some.to_pylist()]
    assert tracemalloc.get_traced_memory()[1] < 40_000
    tracemalloc.stop()
    assert found == ["a", "?", "b", "?"]
    assert [line.strip() for line in text_lines(path)] == found


def archive() -> bytes:
    written = io.BytesIO()
    with zipfile.ZipFile(written, "w") as packed:
        packed.writestr("calls.csv", HEAD + ROW)
    return written.getvalue()


@pytest.mark.parametrize(
    ("content", "said"),
    [
        (archive(), "is a packed archive of files"),
        (b"BZh91AY&SY", "is a packed archive of files"),
        (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(99), "is an old workbook"),
        (b"\xef\xbb\xbf <HTML><table><tr><td>time", "is a web page or XML"),
        (b"%PDF-1.7", "is a document or a picture"),
        (gzip.compress(b""), "is empty"),
        (ROW * 3, "first row is no row of column names"),
    ],
    ids=("zip", "bz2", "xls", "page", "pdf", "nothing", "no-header"),
)
def test_what_is_no_log_is_refused_in_words_and_tells_no_number(
    tmp_path: Path, content: str | bytes, said: str
) -> None:
    with pytest.raises(InvalidInput, match=said) as refused:
        read_logs(kept(tmp_path / "calls", content), format="table")
    assert "79001234567" not in str(refused.value)


def test_an_archive_that_unfolds_without_end_is_refused_on_the_way(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(lines, "_ROOM", 1 << 20)
    path = kept(tmp_path / "queue_log.gz", gzip.compress(b"17|a\n" * (1 << 20)))
    with pytest.raises(InvalidInput, match="unfolds to more than a log can hold"):
        read_logs(path, format="queue_log")


def test_a_rotation_that_has_just_begun_does_no_harm(tmp_path: Path) -> None:
    full, empty = kept(tmp_path / "a.csv", HEAD + ROW), kept(tmp_path / "b.csv", "")
    with read_logs([empty, full]) as log:
        assert log.reading.contacts == 1
        assert "b.csv: the file is empty" in log.reading.notes


def test_what_two_exports_have_in_common_is_counted_once(tmp_path: Path) -> None:
    rows = [ROW.replace("12:00:00", f"12:{n // 2:02d}:00") for n in range(60)]
    parts = [rows[:40], rows[20:]]
    paths = [kept(tmp_path / f"{n}", HEAD + "".join(part)) for n, part in enumerate(parts)]
    for given in (paths, paths[::-1]):
        with read_logs(given) as log:
            assert log.reading.contacts == 60  # two at the same minute are two
            assert reasons(log) == {"the same contact a second time": 20}
    with read_logs([paths[0], paths[0]]) as log:
        assert log.reading.contacts == 40
        assert "a file that was given more than once is read once" in log.reading.notes


def test_two_centres_may_have_a_call_alike_by_chance(tmp_path: Path) -> None:
    def part(name: str, step: int) -> Path:
        rows = [ROW.replace("12:00:00", f"12:{n * step % 60:02d}:00") for n in range(24)]
        return kept(tmp_path / name, HEAD + "".join(rows))

    with read_logs([part("a", 1), part("b", 5)]) as log:
        assert log.reading.contacts == 48


def said_of(mapping: str, folder: Path, table: Path) -> Sequence[str]:
    with pytest.raises(ScenarioError) as refused:
        read_logs(table, format="table", mapping=kept(folder / "map.yaml", mapping))
    return str(refused.value).splitlines()


def test_a_wrong_file_of_columns_is_refused_with_its_lines_all_at_once(tmp_path: Path) -> None:
    table = kept(tmp_path / "t.csv", "when,wait\n2026-03-02 09:00,5\n")
    wrong = "tine: when\ntime: wen\nunit: [days]\noutcomes: {bad: lost, fine: served}\n"
    said = said_of(wrong, tmp_path, table)

    assert said[0].startswith("map.yaml:1 tine: is no field of a contact; they are time, date")
    assert said[1].startswith("map.yaml:2 time: must be a column of the table, got 'wen'; there")
    assert said[2].startswith("map.yaml:3 unit: must be one of seconds, minutes")
    assert said[3].startswith("map.yaml:4 outcomes.bad: must be the meaning of a word, got 'lost'")
    assert len(said) == 4
    both = said_of("{time: when, queue: when, wait: wait, talk: wait}", tmp_path, table)
    rule = "must not be the column of wait too, got 'wait'; one column measures one thing"
    assert both == [f"map.yaml:1 talk: {rule}"]
    hint = "name the column of a field, such as time: Call start"
    assert said_of("", tmp_path, table) == [f"map.yaml: is empty; {hint}"]
    assert said_of("[time]", tmp_path, table)[0].endswith(hint)
    with pytest.raises(InvalidInput, match="mapping cannot be read"):
        read_logs(table, mapping=tmp_path / "none.yaml")
    log = kept(tmp_path / "queue_log", "1772442000|1.1|q|NONE|ENTERQUEUE||7|1\n")
    with pytest.raises(InvalidInput, match="mapping is for tables of contacts, and this is"):
        read_logs(log, mapping={"time": "when"})


def test_a_key_pressed_while_the_database_works_stops_the_program(tmp_path: Path) -> None:
    log = tmp_path / "queue_log"
    log.write_text("1772438400|1.1|sales|NONE|ENTERQUEUE||79|1\n")

    def pressed(name: str) -> None:
        raise RuntimeError("Query interrupted")  # as the database has it

    with pytest.raises(KeyboardInterrupt):
        read_logs(log, timezone="UTC", tell=pressed)
    with pytest.raises(KeyboardInterrupt), read_logs(log, timezone="UTC") as found:
        pressed("")
    assert not found.folder.exists()
