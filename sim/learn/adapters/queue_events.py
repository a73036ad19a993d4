"""From the events of queues to contacts, and to who was at work when.

A call may be in several queues in turn: its n-th entry begins its n-th leg. Most calls have one
entry and one end, and are put together by joins; only the others are walked through in order.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field

import pyarrow as pa

from sim.learn.adapters.plain_calls import digests
from sim.learn.source import Import

__all__ = ["CALL_EVENTS", "MEMBER_EVENTS", "SILENT_EVENTS", "Span", "finish", "presence"]

#: What happens to a call: 1 enters, 2 is answered, from 3 on leaves.
CALL_EVENTS = {
    "ENTERQUEUE": 1,
    "CONNECT": 2,
    "COMPLETEAGENT": 3,
    "COMPLETECALLER": 3,
    "ABANDON": 4,
    "EXITWITHTIMEOUT": 5,
    "EXITEMPTY": 6,
    "EXITWITHKEY": 7,
    "WITHDRAW": 8,
    "TRANSFER": 9,
    "BLINDTRANSFER": 9,
    "ATTENDEDTRANSFER": 9,
    "SYSCOMPAT": 10,
    "AGENTDUMP": 10,
}
#: What happens to an agent.
MEMBER_EVENTS = {
    "ADDMEMBER": 20,
    "REMOVEMEMBER": 21,
    "PAUSE": 22,
    "UNPAUSE": 23,
    "PAUSEALL": 24,
    "UNPAUSEALL": 25,
    "AGENTLOGIN": 26,
    "AGENTCALLBACKLOGIN": 26,
    "AGENTLOGOFF": 27,
    "AGENTCALLBACKLOGOFF": 27,
}
#: What says nothing about contacts or presence.
SILENT_EVENTS = (
    "RINGNOANSWER",
    "RINGCANCELED",
    "PENALTY",
    "RINGINUSE",
    "QUEUESTART",
    "CONFIGRELOAD",
)

_OTHERS = "SELECT DISTINCT call FROM scratch.events WHERE code BETWEEN 1 AND 19"

# Calls that were put together twice, or of which other lines are there.
_DOUBTED = """
CREATE TEMP TABLE doubted AS
SELECT digest, any_value(call) AS call FROM (
    SELECT digest, NULL AS call FROM scratch.plain GROUP BY digest HAVING count(*) > 1
    UNION ALL SELECT digest, call FROM heard WHERE digest IN (SELECT digest FROM scratch.plain)
) GROUP BY digest
"""
_GIVEN_BACK = """
INSERT INTO scratch.events
WITH back AS (
    SELECT plain.*, coalesce(call, 'call ' || digest) AS call
    FROM scratch.plain JOIN doubted USING (digest)
)
SELECT file, number, second * 1000::BIGINT, call, queue, caller, 1, NULL, NULL, NULL FROM back
UNION ALL
SELECT file, number + answer_line, (second + answer_second) * 1000::BIGINT, call, queue, agent,
    2, nullif(answer_wait, -1), NULL, NULL FROM back WHERE code = 3
UNION ALL
SELECT file, number + end_line, (second + end_second) * 1000::BIGINT, call, queue,
    CASE code WHEN 3 THEN agent ELSE 'NONE' END, code, nullif(end_wait, -1), nullif(talk, -1), NULL
FROM back
"""

# Calls that are not one entry with at most one answer and one end.
_CROOKED = """
CREATE TEMP TABLE crooked AS
SELECT DISTINCT call FROM (
    SELECT call FROM scratch.events WHERE code = 1 GROUP BY call HAVING count(*) > 1
    UNION ALL SELECT call FROM scratch.events WHERE code = 2 GROUP BY call HAVING count(*) > 1
    UNION ALL SELECT call FROM scratch.events WHERE code BETWEEN 3 AND 19
        GROUP BY call HAVING count(*) > 1
    UNION ALL SELECT e.call FROM (SELECT call FROM scratch.events WHERE code BETWEEN 2 AND 19) AS e
        ANTI JOIN (SELECT call FROM scratch.events WHERE code = 1) AS b USING (call)
)
"""

_WALKED = """
CREATE TEMP TABLE walked AS
SELECT *, sum((code = 1)::INTEGER) OVER past AS leg,
    row_number() OVER (PARTITION BY call, ms, queue, who, code, wait, talk
        ORDER BY file, number) > 1 AS twice
FROM scratch.events WHERE code BETWEEN 1 AND 19 AND call IN (SELECT call FROM crooked)
WINDOW past AS (PARTITION BY call ORDER BY ms, file, number)
"""

# Once what was written twice is gone, legs are counted and events are the first of their kind.
_LEGS = """
CREATE TEMP TABLE legs AS
SELECT * EXCLUDE (leg, twice), sum((code = 1)::INTEGER)
    OVER (PARTITION BY call ORDER BY ms, file, number)::INTEGER AS leg
FROM walked WHERE NOT twice
"""

_FIRST = """
CREATE TEMP TABLE first AS
SELECT *, row_number() OVER (PARTITION BY call, leg, least(code, 3) ORDER BY ms, file, number)
    AS nth
FROM legs
"""

_STAGE = """
SELECT file, number, 'voice', queue, NULL, NULL, caller,
    CASE WHEN taken THEN nullif(agent, 'NONE') END,
    arrival, arrival,
    CASE WHEN taken THEN arrival + (wait * 1000)::BIGINT END,
    CASE WHEN ending IS NULL THEN NULL ELSE
        arrival + ((wait + CASE WHEN taken THEN coalesce(talk, 0) ELSE 0 END) * 1000)::BIGINT END,
    CASE WHEN ending = 3 THEN 'served' WHEN ending = 9 THEN 'transferred'
        WHEN taken OR ending IS NULL OR ending = 10 THEN 'unknown'
        WHEN ending = 4 THEN 'abandoned' WHEN ending = 5 THEN 'timeout'
        WHEN ending = 6 THEN 'exit_empty' ELSE 'exit_key' END,
    wait, CASE WHEN taken THEN talk END, NULL, NULL, leg
FROM ({calls})
"""
_NAMED = """CASE WHEN lower({who}) NOT IN
    ('', 'none', 'unknown', '<unknown>', 'anonymous', 'restricted') THEN {who} END"""
_JOINED = """
    SELECT e.file, e.number, e.queue, {caller} AS caller, e.ms AS arrival, e.leg, z.code AS ending,
        a.call IS NOT NULL OR coalesce(z.code IN (3, 9), false) AS taken,
        CASE WHEN a.call IS NULL THEN z.who ELSE a.who END AS agent,
        coalesce(a.wait, z.wait, (coalesce(a.ms, z.ms) - e.ms) / 1000.0) AS wait,
        coalesce(z.talk, (z.ms - a.ms) / 1000.0) AS talk
    FROM {entries} AS e LEFT JOIN {answers} AS a USING ({keys}) LEFT JOIN {ends} AS z USING ({keys})
"""
# Calls that were put together before the database saw their lines.
_WHOLE = """
    SELECT file, number, queue, {caller} AS caller, second * 1000::BIGINT AS arrival, 1 AS leg,
        code AS ending, code = 3 AS taken, agent,
        coalesce(nullif(answer_wait, -1), nullif(end_wait, -1),
            CASE WHEN code = 3 THEN answer_second ELSE end_second END)::DOUBLE AS wait,
        coalesce(nullif(talk, -1), end_second - answer_second)::DOUBLE AS talk
    FROM scratch.plain
"""
_PLAIN = """(SELECT {columns} FROM scratch.events WHERE code BETWEEN {low} AND {high}
    AND call NOT IN (SELECT call FROM crooked))"""
_ODD = "(SELECT * FROM first WHERE leg > 0 AND nth = 1 AND code BETWEEN {low} AND {high})"


def finish(task: Import) -> None:
    """Put the table ``events`` together: stage contacts and presence."""
    _give_back(task)
    _shapes(task)
    task.scratch += ["scratch.plain", "scratch.events", "crooked", "walked", "legs", "first"]
    _spans(task)


def _give_back(task: Import) -> None:
    """Turn plain calls that are not alone into the lines they were made of."""
    if not task.run("SELECT 1 FROM scratch.plain LIMIT 1"):
        return
    task.run("CREATE TEMP TABLE heard (digest UBIGINT, call VARCHAR)")
    task.scratch += ["heard", "doubted"]
    others = task.log.database.cursor().sql(_OTHERS)
    for batch in others.to_arrow_reader(1 << 17):
        texts = batch.column(0).cast(pa.string())
        task.insert(
            "INSERT INTO heard SELECT digest, call FROM piece",
            0,
            texts,
            digest=digests(texts),
            call=texts,
        )
    task.run(_DOUBTED)
    if task.run("SELECT 1 FROM doubted LIMIT 1"):
        task.run(_GIVEN_BACK)
        task.run("DELETE FROM scratch.plain WHERE digest IN (SELECT digest FROM doubted)")


def _shapes(task: Import) -> None:
    """Stage contacts: the plain ones by joins, the others leg by leg."""
    for sql in (_CROOKED, _WALKED, _LEGS, _FIRST):
        task.run(sql)
    task.drop("the same line a second time", "walked", "twice")
    task.drop("of a call that began before the log", "legs", "leg = 0")
    task.drop("a second answer or end of one call in one queue", "first", "leg > 0 AND nth > 1")
    ranges = ((1, 1), (2, 2), (3, 19))
    columns = "*, 1 AS leg", "call, who, ms, wait", "call, who, ms, wait, talk, code"
    plain = [
        _PLAIN.format(columns=names, low=low, high=high)
        for names, (low, high) in zip(columns, ranges, strict=True)
    ]
    odd = [_ODD.format(low=low, high=high) for low, high in ranges]
    named = _NAMED.format(who="e.who")
    for (entries, answers, ends), keys in ((plain, "call"), (odd, "call, leg")):
        calls = _JOINED.format(entries=entries, answers=answers, ends=ends, keys=keys, caller=named)
        task.staged.append(_STAGE.format(calls=calls))
    task.staged.append(_STAGE.format(calls=_WHOLE.format(caller=_NAMED.format(who="caller"))))


@dataclass(frozen=True)
class Span:
    """An agent at work, able to take calls or paused; instants in ms."""

    agent: str
    start: int
    stop: int
    kind: str


@dataclass
class _Member:
    """What is known of an agent while events pass."""

    queues: set[str] = field(default_factory=set)
    paused: set[str] = field(default_factory=set)
    since: int = 0

    @property
    def kind(self) -> str | None:
        if not self.queues:
            return None
        return "paused" if self.queues <= self.paused else "available"

    def hears(self, code: int, queue: str, said: str) -> None:
        """Change with one event."""
        if code in (20, 26):
            self.queues.add(queue)
            if said == "PAUSED":
                self.paused.add(queue)
        elif code in (21, 27):
            self.queues.discard(queue)
            self.paused.discard(queue)
        elif code == 22:
            self.paused.add(queue)
        elif code == 23:
            self.paused.discard(queue)
        elif code == 24:
            self.paused |= self.queues
        else:
            self.paused.clear()


def presence(events: Iterable[tuple[int, str, str, int, str]], end: int) -> Iterator[Span]:
    """Spans of agents from their events in order: time [ms], queue, agent, code, what was said.

    An agent is available while one queue may send calls, and paused while all are paused. Those
    still there at the `end` are there until then. Who was never added to a queue is not known to
    be there.

    Examples
    --------
    >>> events = [(0, "q", "a", 20, ""), (60, "q", "a", 22, "lunch"), (90, "q", "a", 21, "")]
    >>> for span in presence(events, end=100):
    ...     print(span.start, span.stop, span.kind)
    0 60 available
    60 90 paused
    """
    members: dict[str, _Member] = {}
    for ms, queue, agent, code, said in events:
        member = members.setdefault(agent, _Member())
        before = member.kind
        member.hears(code, queue, said)
        if member.kind != before:
            if before is not None:
                yield Span(agent, member.since, ms, before)
            member.since = ms
    for agent, member in members.items():
        if member.kind is not None:
            yield Span(agent, member.since, end, member.kind)


def _spans(task: Import) -> None:
    """Stage presence; a log without any is known to have none."""
    rows = task.rows(
        "SELECT ms, coalesce(queue, ''), coalesce(who, ''), code, coalesce(said, '')"
        " FROM scratch.events WHERE code BETWEEN 20 AND 99 ORDER BY ms, file, number"
    )
    ((end,),) = task.run(
        "SELECT max(ms) FROM (SELECT ms FROM scratch.events"
        " UNION ALL SELECT (second + end_second) * 1000::BIGINT FROM scratch.plain)"
    )
    found = presence(rows, end or 0)
    if not task.stage_spans((span.agent, span.start, span.stop, span.kind) for span in found):
        task.log.knows -= {"presence"}
