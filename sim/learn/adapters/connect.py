"""Amazon Connect contact records: one JSON object each, delivered at least once."""

from __future__ import annotations

from sim.learn.adapters.rows import NO_LINE, NO_TIME, begin, end, from_lines
from sim.learn.source import Format, Import

__all__ = ["CONNECT"]

# Paths of what is needed, in the order of the list that they are read into.
_PATHS = (
    "ContactId",
    "Channel",
    "InitiationMethod",
    "InitiationTimestamp",
    "DisconnectTimestamp",
    "LastUpdateTimestamp",
    "CustomerEndpoint.Address",
    "Queue.Name",
    "Queue.EnqueueTimestamp",
    "Queue.DequeueTimestamp",
    "Queue.Duration",
    "Agent.Username",
    "Agent.ConnectedToAgentTimestamp",
    "Agent.AgentInteractionDuration",
    "Agent.CustomerHoldDuration",
    "Agent.AfterContactWorkDuration",
    "PreviousContactId",
)
_LIST = ", ".join(f"'$.{path}'" for path in _PATHS)

# An outbound call or a monitor is no contact that came; of a call-back the queue is no live wait.
_QUERY = f"""
SELECT file, number,
    CASE v[2] WHEN 'VOICE' THEN 'voice' WHEN 'CHAT' THEN 'chat' ELSE 'email' END AS channel,
    v[8] AS queue, v[3] AS type, v[7] AS caller, v[12] AS agent,
    coalesce(queued, begun) AS arrival, queued, taken AS answered, instant(v[5]) AS ended,
    CASE WHEN taken IS NOT NULL THEN 'served' ELSE 'abandoned' END AS outcome,
    CASE WHEN v[3] = 'CALLBACK' THEN NULL
        ELSE coalesce((taken - queued) / 1000, clock(v[11]),
            (instant(v[10]) - queued) / 1000, (instant(v[5]) - queued) / 1000) END AS wait,
    clock(v[14]) AS talk, clock(v[15]) AS hold,
    clock(v[16]) AS acw,
    v[1] AS key, v[6] AS version,
    CASE WHEN v[1] IS NULL THEN '{NO_LINE}'
        WHEN v[3] IN ('OUTBOUND', 'MONITOR', 'EXTERNAL_OUTBOUND') THEN 'outbound, or a monitor'
        WHEN queued IS NULL AND taken IS NULL THEN 'never in a queue'
        WHEN coalesce(queued, begun) IS NULL THEN '{NO_TIME}' END AS why
FROM (SELECT *, instant(v[9]) AS queued, instant(v[13]) AS taken, instant(v[4]) AS begun
    FROM (SELECT file, number,
        json_extract_string(CASE WHEN json_valid(text) THEN text ELSE '{{}}' END, [{_LIST}]) AS v
        FROM piece WHERE trim(text) <> ''))
"""


def _load(task: Import) -> None:
    begin(task)
    from_lines(task, _QUERY, between=b'}{"')
    end(task)


CONNECT = Format(
    name="amazon_connect",
    title="Amazon Connect contact records",
    knows=frozenset({"arrivals", "waits", "handle", "patience", "callers"}),
    matches=lambda head: '"ContactId"' in head and '"InitiationMethod"' in head,
    load=_load,
)
