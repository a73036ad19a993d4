"""Logs of every format with cells that no program should write: read or refused, never a crash."""

from __future__ import annotations

import json
import random
import re
from collections.abc import Mapping
from contextlib import suppress
from pathlib import Path

import pytest
from queue_logs import lines_of_calls, made_calls

from sim.errors import InvalidInput
from sim.learn import format_names, read_logs
from sim.learn.quality import quality

T = 1_772_442_000
ISO = "2026-03-02T09:00:00Z"
DAY = "2026-03-02 12:00:00"

NASTY = (
    *("", "0", "-1", "1e300", "-1e300", "nan", "inf", "infinity", "9" * 30, "255", "65535", "-0"),
    *("25:61:61", "99:99", "::", "1:2:3:4", "0000-00-00 00:00:00", "290000-01-01 00:00:00", "NULL"),
    *(
        "9999-12-31 23:59:59",
        "1900-01-01",
        "-infinity",
        "epoch",
        "'",
        "\\",
        "%s",
        "\u202e",
        "'; --",
    ),
    *("{}", "[]", "null", '{"a": 1}', "true", "x" * 3000, "2026-03-02T09:00:00+99:99", "12/13/14"),
)

BANK = (
    "vru+line\tcall_id\tcustomer_id\tpriority\ttype\tdate\tvru_entry\tvru_exit\tvru_time\tq_start\t"
    "q_exit\tq_time\toutcome\tser_start\tser_exit\tser_time\tserver\n"
    + "AA0101\t3\t9664491\t2\tPS\t990101\t0:00:31\t0:00:36\t5\t0:00:36\t0:03:09\t153\tAGENT\t"
    "0:03:09\t0:04:00\t51\tMICHAL\n"
)
ISSABEL = (
    "id,id_agent,id_queue_call_entry,callerid,datetime_entry_queue,datetime_init,datetime_end,"
    f"duration,duration_wait,status\n1,7,4,7001,{DAY},{DAY},{DAY},60,10,terminada\n"
)
FUSION = (
    "xml_cdr_uuid,cc_side,cc_queue,cc_queue_joined_epoch,cc_queue_answered_epoch,"
    f"cc_queue_terminated_epoch,cc_queue_canceled_epoch\na,member,q,{T},{T + 5},{T + 65},{T}\n"
)
EXPORT = f"id,time,callid,queuename,agent,event,data\n1,{DAY},1.1,q,NONE,ENTERQUEUE,|7|1\n"
FRESH = (
    "Ticket ID,Priority,Source,Agent,Group,Created time,Resolved time,Initial response time,"
    f"Time tracked\n1,High,Email,Ann,Desk,{DAY},{DAY},{DAY},00:10:30\n"
)
AVAYA = (
    "row_date,starttime,intrvl,split,acdcalls,abncalls,acceptable,anstime,acdtime,i_availtime\n"
    "3/25/2026,900,30,1,100,8,70,1500,18000,5000\n"
)
CDR = f'"","7001","600","c","x","S","D","Queue","s,t","{DAY}","{DAY}","{DAY}","70","65","A","D"\n'
TABLE = f"time;wait;talk;status;agent;caller;queue\n{DAY};10,5;1:00;answered;Ann;7;q\n"
AGENT = {"Username": "ann", "ConnectedToAgentTimestamp": ISO, "AgentInteractionDuration": 60}
RECORD = {
    "ContactId": "a",
    "Channel": "VOICE",
    "InitiationMethod": "INBOUND",
    "InitiationTimestamp": ISO,
    "DisconnectTimestamp": ISO,
    "Queue": {"Name": "sales", "EnqueueTimestamp": ISO, "Duration": 10},
    "Agent": AGENT,
}
TASK = {"EventType": "task.created", "Timestamp": T, "TaskSid": "a", "TaskAttributes": "{}"}
WORKER = {"EventType": "worker.activity.update", "Timestamp": T, "WorkerName": "a"}
METRIC = {"id": 1, "ticket_id": 2, "metric": "reply_time", "instance_id": 1, "type": "activate"}
MEMBER = {"CC-Action": "member-queue-end", "CC-Queue": "q", "CC-Member-Joined-Time": T}
STATUS = {"CC-Action": "agent-status-change", "CC-Agent": "a", "CC-Agent-Status": "Available"}

SAMPLES: Mapping[str, str] = {
    "anonymous_bank": BANK * 1,
    "queue_log": "\n".join(lines_of_calls(made_calls(1, 8))) + f"\n{T}|x|q|a|ADDMEMBER|\n",
    "queue_log_table": EXPORT,
    "issabel": ISSABEL,
    "fusionpbx": FUSION,
    "freeswitch": json.dumps(MEMBER) + "\n" + json.dumps({**STATUS, "Event-Date-Timestamp": T}),
    "amazon_connect": json.dumps(RECORD),
    "twilio": json.dumps(TASK) + "\n" + json.dumps({**WORKER, "WorkerActivityName": "Idle"}),
    "zendesk": json.dumps({**METRIC, "time": ISO}) + "\n",
    "freshdesk": FRESH,
    "avaya": AVAYA,
    "asterisk_cdr": CDR,
    "table": TABLE,
}


def spoilt(text: str, rng: random.Random) -> str:
    """Sixty copies of the lines below the header, each with cells that are not right."""
    lines = text.splitlines()
    head, body = (lines[:1], lines[1:]) if lines[0][:1] not in '{"1' else ([], lines)
    made = [line for line in body for _ in range(max(1, 60 // len(body)))]
    return "\n".join([*head, *(spoilt_line(line, rng) for line in made)]) + "\n"


def spoilt_line(line: str, rng: random.Random) -> str:
    parts = re.split(r'([,;|\t"]|: )', line)
    for at in range(0, len(parts), 2):
        if rng.random() < 0.15:
            parts[at] = rng.choice(NASTY)
    return "".join(parts)


def test_every_format_has_a_sample() -> None:
    assert set(SAMPLES) == set(format_names())


@pytest.mark.parametrize("name", SAMPLES)
def test_a_sample_as_it_should_be_gives_something(tmp_path: Path, name: str) -> None:
    path = tmp_path / "log"
    path.write_text(SAMPLES[name], "utf-8")
    with read_logs(path) as log:
        assert log.source == name
        assert log.reading.contacts + log.reading.intervals > 0
        assert not log.reading.dropped


@pytest.mark.parametrize("name", SAMPLES)
def test_cells_that_no_program_should_write_do_no_harm(tmp_path: Path, name: str) -> None:
    # A file takes a fifth of a second however few its lines are: two long ones, not four short.
    for seed in range(2):
        path = tmp_path / f"{seed}"
        path.write_text(spoilt(SAMPLES[name], random.Random(f"{name} {seed}")), "utf-8")
        with suppress(InvalidInput), read_logs(path, format=name, timezone="Europe/Moscow") as log:
            gone = sum(why.count for why in log.reading.dropped.values())
            assert log.reading.used + gone == log.reading.lines
            assert log.reading.used >= 0
            quality(log)
            odd = "wait < 0 OR talk < 0 OR arrival NOT BETWEEN 0 AND 4000000000000"
            assert log.database.execute(f"SELECT * FROM contacts WHERE {odd}").fetchall() == []
