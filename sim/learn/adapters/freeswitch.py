"""FreeSWITCH `mod_callcenter`: events as its event socket writes them, as text or as JSON."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from itertools import islice
from pathlib import Path
from urllib.parse import unquote

import pyarrow as pa

from sim.learn.adapters.rows import NO_LINE, NO_TIME, begin, end
from sim.learn.lines import text_lines
from sim.learn.source import Format, Import

__all__ = ["FREESWITCH"]

_FIELDS = {
    "action": "CC-Action",
    "queue": "CC-Queue",
    "key": "CC-Member-UUID",
    "caller": "CC-Member-CID-Number",
    "agent": "CC-Agent",
    "joined": "CC-Member-Joined-Time",
    "answered": "CC-Agent-Answered-Time",
    "left_at": "CC-Member-Leaving-Time",
    "cause": "CC-Cause",
    "reason": "CC-Cancel-Reason",
    "status": "CC-Agent-Status",
    "stamp": "Event-Date-Timestamp",
}
BLOCK = 10_000

# The end of a member says all of the call. Who is never heard of again has no end.
_KEPT = f"""
INSERT INTO raw BY NAME
SELECT file, number, 'voice' AS channel, split_part(queue, '@', 1) AS queue, caller,
    CASE WHEN taken IS NOT NULL THEN agent END AS agent, came AS arrival, came AS queued,
    taken AS answered, gone AS ended,
    CASE WHEN taken IS NOT NULL THEN 'served' WHEN reason = 'EXIT_WITH_KEY' THEN 'exit_key'
        WHEN reason = 'TIMEOUT' THEN 'timeout' WHEN reason = 'NO_AGENT_TIMEOUT' THEN 'exit_empty'
        ELSE 'abandoned' END AS outcome,
    (coalesce(taken, gone) - came) / 1000 AS wait, (gone - taken) / 1000 AS talk, key,
    CASE WHEN came IS NULL THEN '{NO_TIME}' END AS why
FROM (SELECT *, instant(joined) AS came, instant(left_at) AS gone,
    CASE WHEN cause = 'Terminated' THEN instant(answered) END AS taken
    FROM piece WHERE action = 'member-queue-end')
"""
_STATES = """
INSERT INTO states
SELECT file, number, agent, status, epoch_of(try_cast(stamp AS DOUBLE))
FROM piece WHERE action = 'agent-status-change' AND agent IS NOT NULL
"""
_ODD = f"""
INSERT INTO raw BY NAME SELECT file, number, '{NO_LINE}' AS why FROM piece WHERE action IS NULL
"""


def _events(path: Path) -> Iterator[tuple[int, Mapping[str, str]]]:
    """Events of a file: the line at which each begins, and its headers. Damage gives no headers."""
    headers: dict[str, str] = {}
    begun = 0
    for number, line in enumerate(text_lines(path), start=1):
        text = line.strip()
        if text.startswith("{"):
            yield number, _object(text)
        elif ": " in text or text.endswith(":"):
            begun = begun or number
            name, _, value = text.partition(":")
            headers[name.strip()] = unquote(value.strip())
        elif headers:
            yield begun, headers
            headers, begun = {}, 0
            if text:
                yield number, {}
        elif text:
            yield number, {}
    if headers:
        yield begun, headers


def _object(text: str) -> Mapping[str, str]:
    try:
        found = json.loads(text)
    except ValueError:
        return {}
    return {key: str(value) for key, value in found.items()} if isinstance(found, dict) else {}


def _load(task: Import) -> None:
    begin(task)
    task.run(
        "CREATE TABLE states (file USMALLINT, number UBIGINT, agent VARCHAR, status VARCHAR,"
        " ms BIGINT)"
    )
    task.scratch.append("states")
    for file, path in enumerate(task.paths):
        task.tell(path.name)
        events = _events(path)
        while block := list(islice(events, BLOCK)):
            task.log.reading.lines += len(block)
            columns = {
                name: pa.array([headers.get(header) for _, headers in block], pa.string())
                for name, header in _FIELDS.items()
            }
            for sql in (_KEPT, _STATES, _ODD):
                task.insert(sql, file, [number for number, _ in block], **columns)
    end(task)
    if not task.stage_spans(_spans(task)):
        task.log.knows -= {"presence"}


def _spans(task: Import) -> Iterator[tuple[str, int, int, str]]:
    """Spans between the changes of an agent's status."""
    ((last,),) = task.run(
        "SELECT greatest((SELECT max(ms) FROM states), (SELECT max(ended) FROM raw))"
    )
    rows = task.rows(
        "SELECT agent, status, ms, lead(ms) OVER (PARTITION BY agent ORDER BY ms, file, number)"
        " FROM states WHERE ms IS NOT NULL AND status IS NOT NULL"
    )
    for agent, status, start, stop in rows:
        if status != "Logged Out":
            kind = "paused" if status == "On Break" else "available"
            yield agent, start, last if stop is None else stop, kind


FREESWITCH = Format(
    name="freeswitch",
    title="FreeSWITCH mod_callcenter events",
    knows=frozenset({"arrivals", "waits", "handle", "patience", "presence", "callers"}),
    matches=lambda head: "CC-Action" in head,
    load=_load,
)
