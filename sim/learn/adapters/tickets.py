"""Help desks: Zendesk's metric events, Freshdesk's export of tickets.

A ticket waits for its first reply. The time it is open is not the time that somebody works on it:
handle times come only from time that was tracked.
"""

from __future__ import annotations

from sim.learn.adapters.rows import NO_LINE, NO_TIME, begin, end, events, from_tables
from sim.learn.source import Format, Import
from sim.learn.tables import header_of

__all__ = ["FRESHDESK", "ZENDESK"]

# The incremental export writes an object a line, or pages with a list of them.
_EVENTS = f"""
INSERT INTO metrics
SELECT file, number, v[1], v[2], v[3], v[4], v[5], instant(v[6]),
    CASE WHEN v[2] IS NULL OR v[5] IS NULL THEN '{NO_LINE}'
        WHEN instant(v[6]) IS NULL THEN '{NO_TIME}' END
FROM (SELECT file, number, json_extract_string(event, ['$.id', '$.ticket_id', '$.metric',
        '$.instance_id', '$.type', '$.time']) AS v
      FROM (SELECT file, number, unnest(CASE WHEN NOT json_valid(text) THEN ['{{}}'::JSON]
          WHEN json_exists(text, '$.ticket_metric_events')
          THEN from_json(json_extract(text, '$.ticket_metric_events'), '["JSON"]')
          ELSE [text::JSON] END) AS event
          FROM piece WHERE trim(text) <> ''))
"""

_FIRST_REPLY = """
SELECT min(file), min(number), 'email', NULL, NULL, NULL, NULL, NULL,
    min(ms) FILTER (kind = 'activate'), min(ms) FILTER (kind = 'activate'),
    min(ms) FILTER (kind = 'fulfill'), min(ms) FILTER (kind = 'fulfill'),
    CASE WHEN count(*) FILTER (kind = 'fulfill') > 0 THEN 'served' ELSE 'unknown' END,
    (min(ms) FILTER (kind = 'fulfill') - min(ms) FILTER (kind = 'activate')) / 1000,
    NULL, NULL, NULL, 1
FROM metrics WHERE metric = 'reply_time' AND why IS NULL AND coalesce(instance, '1') = '1'
GROUP BY ticket HAVING count(*) FILTER (kind = 'activate') > 0
"""


def _load_zendesk(task: Import) -> None:
    columns = (
        "id VARCHAR, ticket VARCHAR, metric VARCHAR, instance VARCHAR, kind VARCHAR, ms BIGINT"
    )
    events(task, "metrics", columns, _EVENTS)
    task.run(
        "CREATE TABLE twice AS SELECT file, number, id FROM (SELECT *, row_number() OVER"
        " (PARTITION BY id ORDER BY file, number) AS nth FROM metrics WHERE id IS NOT NULL"
        " AND why IS NULL)"
        " WHERE nth > 1"
    )
    task.scratch.append("twice")
    task.drop("the same event a second time", "twice")
    task.staged.append(_FIRST_REPLY)


_TICKETS = {
    "ticket": ("ticket id", "id"),
    "source": ("source",),
    "kind": ("type",),
    "level": ("priority",),
    "who": ("agent",),
    "team": ("group",),
    "made": ("created time",),
    "replied": ("initial response time", "first response time"),
    "resolved": ("resolved time",),
    "closed": ("closed time",),
    "tracked": ("time tracked",),
    "person": ("contact id", "requester id", "email", "requester email"),
}

_FROM_TICKETS = f"""
SELECT file, number,
    CASE WHEN lower(source) LIKE '%phone%' THEN 'voice' WHEN lower(source) LIKE '%chat%' THEN 'chat'
        ELSE 'email' END AS channel,
    given(team) AS queue, given(kind) AS type,
    CASE lower(given(level)) WHEN 'low' THEN 0 WHEN 'medium' THEN 1 WHEN 'high' THEN 2
        WHEN 'urgent' THEN 3 END AS priority,
    given(person) AS caller,
    CASE WHEN lower(who) <> 'no agent' THEN given(who) END AS agent,
    made_at AS arrival, made_at AS queued, replied_at AS answered, over_at AS ended,
    CASE WHEN coalesce(replied_at, over_at) IS NOT NULL THEN 'served' ELSE 'unknown' END AS outcome,
    (replied_at - made_at) / 1000 AS wait, nullif(clock(tracked), 0) AS talk,
    given(ticket) AS key, CASE WHEN made_at IS NULL THEN '{NO_TIME}' END AS why
FROM (SELECT *, instant(made) AS made_at, instant(replied) AS replied_at,
    coalesce(instant(resolved), instant(closed)) AS over_at FROM {{piece}})
"""


def _load_freshdesk(task: Import) -> None:
    begin(task)
    known = from_tables(task, _FROM_TICKETS, _TICKETS)
    end(task)
    for column, item in (("replied", "waits"), ("tracked", "handle"), ("person", "callers")):
        if column not in known:
            task.log.knows -= {item}


ZENDESK = Format(
    name="zendesk",
    title="Zendesk ticket metric events",
    knows=frozenset({"arrivals", "waits"}),
    matches=lambda head: '"ticket_id"' in head and '"metric"' in head and '"instance_id"' in head,
    load=_load_zendesk,
)

FRESHDESK = Format(
    name="freshdesk",
    title="Freshdesk tickets, as CSV",
    knows=frozenset({"arrivals", "waits", "handle", "callers"}),
    matches=lambda head: {"ticket id", "created time", "resolved time"} <= set(header_of(head)),
    load=_load_freshdesk,
)
