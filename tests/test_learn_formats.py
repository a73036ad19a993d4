"""A few contacts in every format, and what is read of them."""

from __future__ import annotations

import datetime
import json
import zipfile
from collections.abc import Sequence
from contextlib import suppress
from pathlib import Path
from typing import Any

import numpy as np
import openpyxl
import pytest

from sim.errors import InvalidInput, ScenarioError
from sim.learn import Log, detect, format_names, read_logs
from sim.learn.intervals import Intervals, estimated_of_sums, intervals_of

T = 1_772_442_000  # 2 March 2026, 09:00 UTC
ISO = "2026-03-02T09:{:02d}:{:02d}Z"

Row = tuple[object, ...]


def asked(log: Log, *columns: str) -> list[Row]:
    """Columns of the contacts in order of arrival; instants in seconds from nine o'clock."""
    instants = ("arrival", "queued", "answered", "ended")
    chosen = ", ".join(f"({c} - {T}000) / 1000" if c in instants else c for c in columns)
    return log.database.execute(f"SELECT {chosen} FROM contacts ORDER BY id").fetchall()


def kept(path: Path, text: str, encoding: str = "utf-8") -> Path:
    path.write_bytes(text.encode(encoding))
    return path


def reasons(log: Log) -> dict[str, int]:
    return {reason: gone.count for reason, gone in log.reading.dropped.items()}


FLOW = ("queue", "arrival", "answered", "ended", "outcome", "wait", "talk")


def test_issabel_call_entry_in_local_time(tmp_path: Path) -> None:
    text = "id,id_agent,id_queue_call_entry,callerid,datetime_entry_queue,datetime_init,"
    text += """datetime_end,duration,duration_wait,status,uniqueid
1,7,4,7001,2026-03-02 12:00:00,2026-03-02 12:00:10,2026-03-02 12:01:10,60,10,terminada,1.1
2,NULL,4,7002,2026-03-02 12:00:20,NULL,2026-03-02 12:00:50,NULL,30,abandonada,1.2
3,7,4,7003,2026-03-02 12:02:00,2026-03-02 12:02:05,NULL,NULL,5,activa,1.3
4,NULL,4,7003,,NULL,NULL,NULL,5,en-cola,1.4
1,7,4,7001,2026-03-02 12:00:00,2026-03-02 12:00:10,2026-03-02 12:01:10,60,10,terminada,1.1
"""
    with read_logs(kept(tmp_path / "calls.csv", text), timezone="Europe/Moscow") as log:
        assert log.source == "issabel"
        assert asked(log, *FLOW) == [
            ("4", 0, 10, 70, "served", 10, 60),
            ("4", 20, None, 50, "abandoned", 30, None),
            ("4", 120, 125, None, "unknown", 5, None),
        ]
        assert reasons(log) == {"no readable time": 1, "the same contact a second time": 1}
        assert log.reading.lines == 5


def test_fusionpbx_calls(tmp_path: Path) -> None:
    head = "xml_cdr_uuid,cc_side,cc_queue,cc_queue_joined_epoch,cc_queue_answered_epoch,"
    head += "cc_queue_terminated_epoch,cc_queue_canceled_epoch,cc_cause,cc_cancel_reason,cc_agent,"
    rows = [
        f"a,member,q,{T},{T + 5},{T + 65},,answered,,ann,7001",
        f"b,agent,q,{T},{T + 5},{T + 65},,answered,,ann,7001",
        f"c,member,q,{T + 9},,,{T + 19},cancel,BREAK_OUT,,7002",
        f"d,member,q,{T + 10},,,{T + 70},cancel,TIMEOUT,,7003",
        "e,member,,,,,,,,,7004",
    ]
    text = "\n".join([head + "caller_id_number", *rows])
    with read_logs(kept(tmp_path / "cdr.csv", text)) as log:
        assert log.source == "fusionpbx"
        assert asked(log, *FLOW) == [
            ("q", 0, 5, 65, "served", 5, 60),
            ("q", 9, None, 19, "abandoned", 10, None),
            ("q", 10, None, 70, "timeout", 60, None),
        ]
        assert reasons(log) == {"the agent's side of a call": 1, "a call outside of queues": 1}


@pytest.mark.parametrize("written", ["text", "json"])
def test_freeswitch_events(tmp_path: Path, written: str) -> None:
    member = {"CC-Action": "member-queue-end", "CC-Queue": "sales@default"}
    events: list[dict[str, Any]] = [
        {
            "CC-Action": "agent-status-change",
            "CC-Agent": "ann",
            "CC-Agent-Status": "Available",
            "Event-Date-Timestamp": f"{T}000000",
        },
        {
            **member,
            "CC-Member-UUID": "a",
            "CC-Member-Joined-Time": str(T),
            "CC-Agent": "ann",
            "CC-Agent-Answered-Time": str(T + 5),
            "CC-Member-Leaving-Time": str(T + 9),
            "CC-Cause": "Terminated",
        },
        {"CC-Action": "members-count", "CC-Count": "3"},
        {
            **member,
            "CC-Member-UUID": "b",
            "CC-Member-Joined-Time": str(T + 20),
            "CC-Member-Leaving-Time": str(T + 50),
            "CC-Cause": "Cancel",
            "CC-Cancel-Reason": "BREAK_OUT",
        },
        {
            "CC-Action": "agent-status-change",
            "CC-Agent": "ann",
            "CC-Agent-Status": "On Break",
            "Event-Date-Timestamp": f"{T + 60}000000",
        },
    ]
    if written == "json":
        text = "\n".join(json.dumps(event) for event in events) + '\n{"CC-Action": "cut'
    else:
        blocks = ["\n".join(f"{k}: {v}" for k, v in event.items()) for event in events]
        text = "\n\n".join(blocks).replace("@", "%40") + "\n\nnoise\n"
    with read_logs(kept(tmp_path / "events", text)) as log:
        assert log.source == "freeswitch"
        assert asked(log, *FLOW) == [
            ("sales", 0, 5, 9, "served", 5, 4),
            ("sales", 20, None, 50, "abandoned", 30, None),
        ]
        spans = log.database.execute("SELECT stop - start, kind FROM presence").fetchall()
        assert spans == [(60_000, "available")]
        assert reasons(log) == {"cut short, or not of this format": 1}


def contact(**more: object) -> dict[str, object]:
    return {
        "ContactId": "a",
        "Channel": "VOICE",
        "InitiationMethod": "INBOUND",
        "InitiationTimestamp": ISO.format(0, 0),
        "DisconnectTimestamp": ISO.format(2, 0),
        "LastUpdateTimestamp": ISO.format(3, 0),
        "CustomerEndpoint": {"Address": "+7001"},
        "Queue": {"Name": "sales", "EnqueueTimestamp": ISO.format(0, 5), "Duration": 10},
        "Agent": None,
        **more,
    }


@pytest.mark.parametrize("between", ["\n", ""])
def test_amazon_connect_records_keep_the_latest_version(tmp_path: Path, between: str) -> None:
    agent = {
        "Username": "ann",
        "ConnectedToAgentTimestamp": ISO.format(0, 15),
        "AgentInteractionDuration": 60,
        "CustomerHoldDuration": 7,
        "AfterContactWorkDuration": 20,
    }
    records = [
        contact(LastUpdateTimestamp=ISO.format(2, 30)),
        contact(Agent=agent),
        contact(ContactId="b", InitiationTimestamp=ISO.format(1, 0), Channel="CHAT"),
        contact(ContactId="c", InitiationMethod="OUTBOUND"),
        contact(ContactId="d", Queue=None),
    ]
    text = between.join(json.dumps(record) for record in records) + '\n{"ContactId": "e", "Cha'
    with read_logs(kept(tmp_path / "ctr.json", text)) as log:
        assert log.source == "amazon_connect"
        columns = (*FLOW, "hold", "acw", "handle", "channel")
        assert asked(log, *columns) == [
            ("sales", 5, 15, 120, "served", 10, 60, 7, 20, 87, "voice"),
            ("sales", 5, None, 120, "abandoned", 10, None, None, None, None, "chat"),
        ]
        assert reasons(log) == {
            "cut short, or not of this format": 1,
            "never in a queue": 1,
            "outbound, or a monitor": 1,
            "the same contact a second time": 1,
        }


def test_twilio_events(tmp_path: Path) -> None:
    def event(kind: str, at: int, task: str | None = "WT1", **more: object) -> dict[str, object]:
        attributes = json.dumps({"from": "+7001"})
        told = {"EventType": kind, "Timestamp": T + at, "TaskAttributes": attributes, **more}
        return told if task is None else {**told, "TaskSid": task, "TaskQueueName": "sales"}

    events = [
        event("worker.activity.update", 0, None, WorkerName="ann", WorkerActivityName="Available"),
        event("task.created", 1),
        event("reservation.created", 3, WorkerName="ann"),
        event("reservation.accepted", 6, WorkerName="ann"),
        event("reservation.wrapup", 66, WorkerName="ann"),
        event("task.completed", 76),
        event("task.created", 20, "WT2"),
        event("task.canceled", 50, "WT2"),
        event("worker.activity.update", 90, None, WorkerName="ann", WorkerActivityName="Offline"),
        event("task.completed", 5, "WT0"),
    ]
    text = "\n".join(json.dumps(one) for one in events) + "\nnoise\n"
    with read_logs(kept(tmp_path / "events.json", text)) as log:
        assert log.source == "twilio"
        assert asked(log, *FLOW, "acw") == [
            ("sales", 1, 6, 76, "served", 5, 60, 10),
            ("sales", 20, None, 50, "abandoned", 30, None, None),
        ]
        spans = log.database.execute("SELECT stop - start, kind FROM presence").fetchall()
        assert spans == [(90_000, "available")]
        assert reasons(log) == {
            "cut short, or not of this format": 1,
            "of a task that began before the log": 1,
        }


@pytest.mark.parametrize("paged", [True, False])
def test_zendesk_events_give_the_first_reply(tmp_path: Path, paged: bool) -> None:
    def event(number: int, ticket: int, kind: str, minute: int) -> dict[str, object]:
        return {
            "id": number,
            "ticket_id": ticket,
            "metric": "reply_time",
            "instance_id": 1,
            "type": kind,
            "time": ISO.format(minute, 0),
        }

    events = [
        event(1, 7, "activate", 0),
        event(2, 7, "fulfill", 5),
        event(3, 8, "activate", 2),
        event(2, 7, "fulfill", 5),
    ]
    pages = [{"ticket_metric_events": events}] if paged else events
    text = "\n".join(json.dumps(one) for one in pages) + '\n{"id": 2}' * 2
    with read_logs(kept(tmp_path / "events.json", text)) as log:
        assert log.source == "zendesk"
        assert asked(log, "channel", "arrival", "answered", "outcome", "wait") == [
            ("email", 0, 300, "served", 300),
            ("email", 120, None, "unknown", None),
        ]
        assert reasons(log) == {
            "cut short, or not of this format": 2,  # and not left out a second time
            "the same event a second time": 1,
        }
        with pytest.raises(InvalidInput, match="how long contacts were handled"):
            log.need("handle")


def test_freshdesk_tickets(tmp_path: Path) -> None:
    text = """Ticket ID,Subject,Status,Priority,Source,Type,Agent,Group,{times}
1,"a ""b""
c",Closed,High,Email,Q,Ann,Desk,{day} 12:00:00,{day} 14:00:00,,{day} 12:30:00,00:10:30
2,x,Open,Low,Phone,,No Agent,Desk,{day} 12:05:00,,,,00:00:00
"""
    times = "Created Time,Resolved time,Closed time,Initial response time,Time tracked"
    text = text.format(day="2026-03-02", times=times)
    with read_logs(kept(tmp_path / "tickets.csv", text), timezone="Europe/Moscow") as log:
        assert log.source == "freshdesk"
        columns = ("channel", "priority", "arrival", "answered", "ended", "outcome", "talk")
        assert asked(log, *columns) == [
            ("email", 2, 0, 1800, 7200, "served", 630),
            ("voice", 0, 300, None, None, "unknown", None),
        ]
        assert "callers" not in log.knows


def test_avaya_intervals(tmp_path: Path) -> None:
    text = "row_date,starttime,intrvl,split,acdcalls,abncalls,acceptable,anstime,abntime,acdtime,"
    text += """acwtime,holdacdtime,i_acdtime,i_acwtime,i_availtime
3/25/2026,900,30,1,100,8,70,1500,400,18000,2000,100,18000,2000,5000
3/25/2026,930,30,1,90,3,80,900,90,16000,1800,0,16000,1800,7000
3/25/2026,930,30,1,90,3,80,900,90,16000,1800,0,16000,1800,7000
3/25/2026,x,30,1,90,3,80,900,90,16000,1800,0,16000,1800,7000
12/31/9999,900,30,1,90,3,80,900,90,16000,1800,0,16000,1800,7000
"""
    with read_logs(kept(tmp_path / "hsplit.csv", text)) as log:
        assert log.source == "avaya"
        assert log.reading.contacts == 0
        rows = log.database.execute(
            "SELECT day, second, minutes, offered, answered, abandoned, within_sl, wait_sum,"
            " talk_sum, hold_sum, acw_sum, busy_seconds, staffed_seconds FROM intervals"
        ).fetchall()
        day = datetime.date(2026, 3, 25)
        assert rows == [
            (day, 32400, 30, 108, 100, 8, 70, 1500, 18000, 100, 2000, 20000, 25000),
            (day, 34200, 30, 93, 90, 3, 80, 900, 16000, 0, 1800, 17800, 24800),
        ]
        assert reasons(log) == {"no readable time": 2, "the same interval a second time": 1}
        assert log.first == log.last == day
        with pytest.raises(InvalidInput, match="who gave up"):
            log.need("patience")


def reported(folder: Path, *rows: str, zone: str = "UTC") -> tuple[Intervals, dict[str, int]]:
    """What rows of a report say, and how many were left out, by reason."""
    head = "row_date,starttime,intrvl,split,acdcalls,abncalls,acceptable,anstime,abntime,acdtime,"
    path = kept(folder / "report.csv", "\n".join([f"{head}i_acdtime,i_availtime", *rows]) + "\n")
    with read_logs(path, timezone=zone) as log:
        return intervals_of(log), reasons(log)


def test_a_blank_cell_takes_no_more_from_a_report_than_its_own_figure(tmp_path: Path) -> None:
    found, _ = reported(
        tmp_path,
        "2026-03-02,900,30,1,20,2,15,400,120,4000,4000,1400",
        "2026-03-02,930,30,1,0,0,,,,,,",  # nothing was counted
        "2026-03-09,900,30,1,20,2,15,,120,,4000,",  # nobody wrote down some of it
        "2026-03-09,930,30,1,10,0,9,100,,2000,2000,700",
        "2026-03-09,930,30,2,10,0,,100,,2000,2000,700",  # one of two queues does not tell it
    )
    figures = estimated_of_sums(found, draws=2).channels["voice"].figures
    people = found.presence()

    assert {name: figures[name].value for name in ("asa", "wait", "acceptable")} == {
        "asa": 600 / 40,
        "wait": 720 / 42,
        "acceptable": 30 / 44,
    }
    assert figures["handle_time"].value == found.mean_handle == 200
    assert figures["patience"].value == 720 / 2
    assert people is not None
    staff = [people.mean(start, 1800.0, 2).tolist() for start in found.start[[0, 2]].tolist()]
    assert staff == [[3, 0], [3, 3]]  # as usual on a Monday at nine


def test_an_interval_that_is_not_one_of_an_hour_is_left_out_with_a_reason(tmp_path: Path) -> None:
    day = "2026-03-02,{},{},1,20,2,15,400,120,4000,4000,1400"
    odd = [("900", "0"), ("900", "-30"), ("900", "1440"), ("930", "60"), ("945", "30"), ("9", "x")]
    rows = [day.format(*one) for one in (("800", "15"), ("815", ""), *odd)]
    found, why = reported(tmp_path, *rows)

    assert found.width.tolist() == [900, 1800]
    assert why == {"no interval of 15, 30 or 60 minutes within one hour": len(odd)}
    with pytest.raises(InvalidInput, match="no interval in which contacts were answered"):
        reported(tmp_path, day.format("930", "60"))


def test_the_hour_that_comes_twice_when_clocks_are_set_back_is_two_hours(tmp_path: Path) -> None:
    times = ("130", "200", "230", "200", "230", "300")
    rows = [f"2026-10-25,{at},30,1,20,2,15,400,120,4000,4000,1400" for at in times]
    found, why = reported(tmp_path, *rows, zone="Europe/Berlin")

    assert np.diff(found.start).tolist() == [1800] * 5
    assert (found.second / 1800).tolist() == [3, 4, 5, 4, 5, 6]
    assert not why


@pytest.mark.parametrize("count", [1, 3])
def test_handle_times_parted_anew_have_the_law_that_they_were_summed_from(count: int) -> None:
    rng, n = np.random.default_rng(1), 4000
    sums = rng.exponential(200, (n, count)).sum(axis=1)
    start, none = np.arange(n) * 1800, np.zeros(n)
    report = Intervals(
        start=start.astype(float),
        width=np.full(n, 1800.0),
        day=start // 86_400,
        second=start % 86_400,
        offered=np.full(n, count),
        answered=np.full(n, count),
        abandoned=np.zeros(n, np.int64),
        within=none,
        wait=none,
        lost_wait=none,
        handle=sums,
        staffed=none,
    )
    handle = report.contacts().handle

    assert handle.sum() == pytest.approx(sums.sum())
    assert handle.std() / handle.mean() == pytest.approx(1, abs=0.05)
    assert np.median(handle) / handle.mean() == pytest.approx(np.log(2), abs=0.03)


MASTER = (
    '"","{src}","600","ctx","""x"" <{src}>","SIP/1","SIP/2","Queue","sales,t","{at}","{at}","{at}",'
)
MASTER += '"70","65","ANSWERED","DOCUMENTATION","{unique}",""'
CUSTOM = (
    '"""x"" <{src}>","{src}","600","ctx","SIP/1","SIP/2","Queue","sales,t","{at}","{at}","{at}",'
)
CUSTOM += '"70","65","ANSWERED","3","","{unique}","",7'
TABLE = '"{at}","x","{src}","600","ctx","SIP/1","SIP/2","Queue","sales,t","70","65","ANSWERED","3",'
TABLE += '"","{unique}"'
HEADER = "calldate,clid,src,dst,dcontext,channel,dstchannel,lastapp,lastdata,duration,billsec,"
HEADER += "disposition,amaflags,accountcode,uniqueid\n"


@pytest.mark.parametrize(("head", "row"), [("", MASTER), ("", CUSTOM), (HEADER, TABLE)])
def test_call_detail_records_give_arrivals_and_callers_only(
    tmp_path: Path, head: str, row: str
) -> None:
    rows = [
        row.format(src="7001", at="2026-03-02 12:00:00", unique=f"{T}.1"),
        row.format(src="7002", at="2026-03-02 12:00:30", unique=f"{T + 30}.4"),
        row.format(src="7002", at="2026-03-02 12:00:30", unique=f"{T + 30}.4"),
    ]
    path = kept(tmp_path / "Master.csv", head + "\n".join(rows) + "\n")
    # The zone is not that of the file: the unique ids are right all the same.
    with read_logs(path, timezone="Asia/Tokyo") as log:
        assert log.source == "asterisk_cdr"
        assert asked(log, "queue", "arrival", "outcome", "wait") == [
            ("sales", 0, "unknown", None),
            ("sales", 30, "unknown", None),
        ]
        assert reasons(log) == {"a further record of the same call": 1}
        for what in ("waits", "handle", "patience"):
            with pytest.raises(InvalidInput, match="give queue_log instead"):
                log.need(what)


def test_the_real_call_detail_records_are_in_utc_by_their_ids(shared: Path) -> None:
    path = shared / "data/log_formats/asterisk_cdr_custom_sample.csv"
    with read_logs(path, timezone="Europe/Moscow") as log:
        first = log.database.execute("SELECT arrival, second FROM contacts").fetchone()
    assert first == (1_690_325_492_000, 1 * 3600 + 51 * 60 + 32)


RUSSIAN = """Отчёт за март;;;;;
Дата;Время;Номер телефона;Очередь;Ожидание, сек;Время разговора;Статус;Оператор
02.03.2026;12:00:00;+7 900 1;Продажи;10,5;00:01:00;Отвечен;Анна
02.03.2026;12:00:20;;Продажи;30;;Не отвечен;
02.03.2026;12:01:00;+7 900 2;Продажи;0;1:30;Принят;Борис
"""
READ = [
    ("Продажи", 0, 10.5, 70.5, "served", 10.5, 60),
    ("Продажи", 20, None, 50, "abandoned", 30, None),
    ("Продажи", 60, 60, 150, "served", 0, 90),
]


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "cp1251", "utf-16"])
def test_a_russian_table_is_understood_as_excel_writes_it(tmp_path: Path, encoding: str) -> None:
    path = kept(tmp_path / "звонки.csv", RUSSIAN.replace("\n", "\r\n"), encoding)
    with read_logs(path, timezone="Europe/Moscow") as log:
        assert log.source == "table"
        assert asked(log, *FLOW) == READ
        assert asked(log, "queued") == [(0,), (20,), (None,)]
        assert "column 'Ожидание, сек' is taken as wait" in log.reading.notes
        assert log.knows == {"arrivals", "waits", "handle", "patience", "callers"}


def test_a_workbook_is_a_table(tmp_path: Path) -> None:
    book = openpyxl.Workbook()
    sheet = book.active
    for row in RUSSIAN.splitlines()[:2]:
        sheet.append(row.split(";"))
    date = datetime.datetime(2026, 3, 2)
    minute = datetime.time(0, 1)
    sheet.append([date, datetime.time(12), "1", "Продажи", 10.5, minute, "Отвечен", "Анна"])
    sheet.append([date, datetime.time(12, 0, 20), None, "Продажи", 30, None, "Не отвечен", None])
    sheet.append([date, datetime.time(12, 1), "2", "Продажи", 0, "1:30", "Принят", "Борис"])
    book.save(tmp_path / "calls.xlsx")
    with read_logs(tmp_path / "calls.xlsx", timezone="Europe/Moscow") as log:
        assert asked(log, *FLOW) == READ


@pytest.mark.parametrize(
    ("part", "sizes"),
    [
        ("xl/worksheets/sheet1.xml", [64 << 20]),  # a few kilobytes unfold to 64 MB
        ("xl/sharedStrings{}.xml", [31 << 20] * 9),  # none does, but all are read whole
    ],
)
def test_a_workbook_that_unfolds_without_bounds_is_refused_before_it_is_read(
    tmp_path: Path, part: str, sizes: list[int]
) -> None:
    path = tmp_path / "calls.xlsx"
    nothing = bytes(1 << 20)
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED, compresslevel=1) as archive:
        for number, size in enumerate(sizes):
            with archive.open(part.format(number), "w") as written:
                for _ in range(size >> 20):
                    written.write(nothing)
    assert path.stat().st_size < sum(sizes) / 100

    with pytest.raises(InvalidInput, match="unfolds to more than"):
        read_logs(path, format="table", timezone="Europe/Moscow")


def test_a_mapping_says_what_columns_and_words_mean(tmp_path: Path) -> None:
    text = "when|secs|q|end\n3/2/2026 9:00 AM|2|a|fine\n3/14/2026 9:00 AM|4|b|bad\nx|1|a|fine\n"
    mapping: dict[str, Any] = {
        "time": "when",
        "wait": "secs",
        "queue": "q",
        "outcome": "end",
        "unit": "minutes",
        "outcomes": {"fine": "served", "bad": "abandoned"},
    }
    path = kept(tmp_path / "t.csv", text)
    with read_logs(path, format="table", mapping=mapping) as log:
        assert asked(log, "queue", "arrival", "outcome", "wait") == [
            ("a", 0, "served", 120),
            ("b", 12 * 86400, "abandoned", 240),
        ]
        assert reasons(log) == {"no readable time": 1}


def test_a_mapping_may_be_a_file(tmp_path: Path) -> None:
    path = kept(tmp_path / "t.csv", "when;end\n2026-03-02 09:00;fine\n")
    mapping = kept(
        tmp_path / "mapping.yaml", "time: when\noutcome: end\noutcomes: {fine: transferred}\n"
    )
    with read_logs(path, format="table", mapping=mapping) as log:
        assert asked(log, "arrival", "outcome") == [(0, "transferred")]


@pytest.mark.parametrize(
    ("mapping", "said"),
    [
        ({"tine": "when"}, "mapping tine: is no field of a contact; they are time"),
        ({"time": "wen"}, "must be a column of the table, got 'wen'; there are when, wait"),
        ({"unit": "days"}, "must be one of seconds, minutes"),
        ({"dates": "year first"}, "must be one of day first, month first"),
        ({"outcomes": {"x": "happy"}, "outcome": "wait"}, "must be the meaning of a word, got"),
        ({"outcomes": "fine"}, "must give meanings to words, got 'fine'"),
    ],
)
def test_a_wrong_mapping_is_refused(tmp_path: Path, mapping: dict[str, Any], said: str) -> None:
    path = kept(tmp_path / "t.csv", "when,wait\n2026-03-02 09:00,5\n")
    with pytest.raises(ScenarioError, match=said):
        read_logs(path, format="table", mapping={"time": "when", **mapping})


def test_the_surgery_in_ireland_is_a_table(shared: Path) -> None:
    with read_logs(shared / "data/gp_practice_ireland_2021/inbound_calls_2021.csv.gz") as log:
        counts = dict(
            log.database.execute("SELECT outcome, count(*) FROM contacts GROUP BY 1").fetchall()
        )
        (callers,) = log.database.execute("SELECT count(DISTINCT caller) FROM contacts").fetchall()
    # Published: answered 19,754; two ways of not answering 6,193 and 4,783; busy 50.
    assert counts == {"served": 19_754, "abandoned": 6_193 + 4_783, "blocked": 50}
    assert callers == (3_055,)


def test_volumes_alone_are_refused_with_a_word(tmp_path: Path) -> None:
    with pytest.raises(InvalidInput, match="no format that can be told"):
        detect(kept(tmp_path / "a.txt", "hello\nworld\n"))
    with pytest.raises(InvalidInput, match="is empty"):
        detect(kept(tmp_path / "b.txt", " \n"))
    with pytest.raises(InvalidInput, match="cannot be read"):
        read_logs(tmp_path / "none")


def test_files_of_two_formats_are_refused(tmp_path: Path) -> None:
    one = kept(tmp_path / "a.csv", "arrival,wait\n2026-03-02 09:00,5\n")
    other = kept(tmp_path / "queue_log", f"{T}|1.1|q|NONE|ENTERQUEUE||7|1\n")
    with pytest.raises(InvalidInput, match="read one format at a time"):
        read_logs([one, other])


def noise(seed: int) -> bytes:
    state = seed
    found = bytearray()
    for _ in range(3000):
        state = (state * 1103515245 + 12345) % (1 << 31)
        found.append(state >> 16 & 0xFF)
    return bytes(found)


SAMPLES: Sequence[bytes] = [
    b"",
    b"\n\n",
    noise(2) + b"\n" + noise(3),
    b"a,b\n" + b'"x' * 200_000,
    b"\x1f\x8b" + noise(4),
    b"PK\x03\x04" + noise(5),
    b"{" * 5000 + b"\n",
    b"\xff\xfe" + noise(6),
    b"time,wait\n" + b"2026-01-01 10:00,5\n" * 3 + noise(7),
    b'{"ContactId": null}\n[1, 2]\n"x"\n3\n',
    b'{"ticket_metric_events": 7}\n{"events": {"a": 1}}\n',
    b"99999999999999999999|a|b|c|ENTERQUEUE|\n-5|a|b|c|CONNECT|x|y\n1e300|a|b|c|ABANDON|1|1|1e300\n",
]


@pytest.mark.parametrize("name", format_names())
def test_anything_given_as_anything_is_read_or_refused_but_never_crashes(
    tmp_path: Path, name: str
) -> None:
    for number, sample in enumerate(SAMPLES):
        path = tmp_path / f"{number}"
        path.write_bytes(sample)
        with suppress(InvalidInput), read_logs(path, format=name) as log:
            gone = sum(why.count for why in log.reading.dropped.values())
            assert log.reading.used + gone == log.reading.lines
            assert log.reading.used >= 0
