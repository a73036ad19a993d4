"""Tables of Asterisk's relatives: the call centre module of Issabel and Elastix, FusionPBX."""

from __future__ import annotations

from functools import partial

from sim.learn.adapters.rows import NO_TIME, whole
from sim.learn.source import Format
from sim.learn.tables import header_of

__all__ = ["FUSIONPBX", "ISSABEL"]

_KNOWS = frozenset({"arrivals", "waits", "handle", "patience", "callers"})

_CALL_ENTRY = {
    "id": ("id",),
    "agent": ("agent", "agent_number", "id_agent"),
    "queue": ("queue", "id_queue_call_entry"),
    "caller": ("callerid",),
    "entered": ("datetime_entry_queue",),
    "begun": ("datetime_init",),
    "over": ("datetime_end",),
    "talk": ("duration",),
    "wait": ("duration_wait",),
    "status": ("status",),
}

# For who gave up there is no beginning of the talk. Calls that are not over have no end.
_FROM_CALL_ENTRY = f"""
SELECT file, number, 'voice' AS channel, given(queue) AS queue, given(caller) AS caller,
    CASE WHEN status <> 'abandonada' THEN given(agent) END AS agent, arrival, arrival AS queued,
    CASE WHEN status <> 'abandonada' THEN coalesce(begun_at, arrival + wait_ms) END AS answered,
    over_at AS ended,
    CASE status WHEN 'terminada' THEN 'served' WHEN 'abandonada' THEN 'abandoned'
        ELSE 'unknown' END AS outcome,
    coalesce(wait_ms, (CASE WHEN status = 'abandonada' THEN over_at ELSE begun_at END) - arrival)
        / 1000 AS wait,
    CASE WHEN status = 'terminada' THEN coalesce(clock(talk), (over_at - begun_at) / 1000) END
        AS talk,
    given(id) AS key,
    CASE WHEN arrival IS NULL THEN '{NO_TIME}' END AS why
FROM (SELECT * REPLACE (lower(status) AS status), instant(entered) AS arrival,
    instant(begun) AS begun_at, instant(over) AS over_at, clock(wait) * 1000 AS wait_ms
    FROM {{piece}})
"""

_V_XML_CDR = {
    "uuid": ("cc_member_uuid", "xml_cdr_uuid", "uuid"),
    "side": ("cc_side",),
    "queue": ("cc_queue",),
    "joined": ("cc_queue_joined_epoch",),
    "answered_at": ("cc_queue_answered_epoch",),
    "terminated": ("cc_queue_terminated_epoch",),
    "canceled": ("cc_queue_canceled_epoch",),
    "cause": ("cc_cause",),
    "reason": ("cc_cancel_reason",),
    "agent": ("cc_agent", "cc_agent_bridged"),
    "caller": ("caller_id_number",),
}

_FROM_CDR = """
SELECT file, number, 'voice' AS channel, given(queue) AS queue, given(caller) AS caller,
    CASE WHEN taken IS NOT NULL THEN given(agent) END AS agent,
    came AS arrival, came AS queued, taken AS answered,
    coalesce(over, left_at) AS ended,
    CASE WHEN taken IS NOT NULL THEN 'served' WHEN left_at IS NULL THEN 'unknown'
        WHEN reason = 'EXIT_WITH_KEY' THEN 'exit_key' WHEN reason = 'TIMEOUT' THEN 'timeout'
        WHEN reason = 'NO_AGENT_TIMEOUT' THEN 'exit_empty' ELSE 'abandoned' END AS outcome,
    (coalesce(taken, left_at) - came) / 1000 AS wait, (over - taken) / 1000 AS talk,
    given(uuid) AS key,
    CASE WHEN lower(coalesce(given(side), 'member')) <> 'member' THEN 'the agent''s side of a call'
        WHEN came IS NULL THEN 'a call outside of queues' END AS why
FROM (SELECT * REPLACE (upper(given(reason)) AS reason), instant(joined) AS came,
    instant(answered_at) AS taken, instant(terminated) AS over, instant(canceled) AS left_at
    FROM {piece})
"""


ISSABEL = Format(
    name="issabel",
    title="Issabel or Elastix call_entry, as CSV",
    knows=_KNOWS,
    matches=lambda head: {"datetime_entry_queue", "duration_wait"} <= set(header_of(head)),
    load=partial(whole, query=_FROM_CALL_ENTRY, columns=_CALL_ENTRY),
)

FUSIONPBX = Format(
    name="fusionpbx",
    title="FreeSWITCH calls of FusionPBX, as CSV",
    knows=_KNOWS,
    matches=lambda head: {"cc_side", "cc_queue_joined_epoch"} <= set(header_of(head)),
    load=partial(whole, query=_FROM_CDR, columns=_V_XML_CDR),
)
