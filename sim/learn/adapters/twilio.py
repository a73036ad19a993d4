"""Twilio TaskRouter events: what happens to tasks, to reservations of them, and to workers."""

from __future__ import annotations

from collections.abc import Iterator

from sim.learn.adapters.rows import NO_LINE, NO_TIME, events
from sim.learn.source import Format, Import

__all__ = ["TWILIO"]

# As they are sent to a web address, or as the service lists them.
_EVENTS = f"""
INSERT INTO happened
SELECT file, number, coalesce(v[1], v[2]), coalesce(instant(v[3]), instant(v[4]), instant(v[5])),
    coalesce(v[6], v[7]), coalesce(v[8], v[9]), coalesce(v[10], v[11]),
    coalesce(v[12], v[13]), coalesce(v[14], v[15]), coalesce(v[16], v[17]),
    CASE WHEN json_valid(coalesce(v[18], v[19]))
        THEN json_extract_string(coalesce(v[18], v[19]), '$.from') END,
    CASE WHEN coalesce(v[1], v[2]) IS NULL THEN '{NO_LINE}'
        WHEN coalesce(instant(v[3]), instant(v[4]), instant(v[5])) IS NULL THEN '{NO_TIME}' END
FROM (SELECT file, number, json_extract_string(event, [
        '$.EventType', '$.event_type', '$.TimestampMs', '$.Timestamp', '$.event_date',
        '$.TaskSid', '$.event_data.task_sid', '$.TaskQueueName', '$.event_data.task_queue_name',
        '$.TaskChannelUniqueName', '$.event_data.task_channel_unique_name',
        '$.WorkerName', '$.event_data.worker_name',
        '$.WorkerActivityName', '$.event_data.worker_activity_name',
        '$.TaskPriority', '$.event_data.task_priority',
        '$.TaskAttributes', '$.event_data.task_attributes']) AS v
      FROM (SELECT file, number, unnest(CASE WHEN NOT json_valid(text) THEN ['{{}}'::JSON]
          WHEN json_exists(text, '$.events')
          THEN from_json(json_extract(text, '$.events'), '["JSON"]')
          ELSE [text::JSON] END) AS event
          FROM piece WHERE trim(text) <> ''))
"""

_TASKS = """
SELECT file, number, CASE WHEN channel IN ('chat', 'sms', 'messaging', 'whatsapp') THEN 'chat'
        WHEN channel = 'email' THEN 'email' ELSE 'voice' END,
    queue, NULL, priority, caller, agent, made, made, taken, over,
    CASE WHEN taken IS NOT NULL AND over IS NOT NULL THEN 'served' WHEN taken IS NOT NULL
        OR over IS NULL THEN 'unknown' ELSE 'abandoned' END,
    (coalesce(taken, over) - made) / 1000,
    CASE WHEN taken IS NOT NULL THEN (coalesce(wrap, over) - taken) / 1000 END, NULL,
    CASE WHEN taken IS NOT NULL THEN (over - wrap) / 1000 END, 1
FROM (
    SELECT min(file) AS file, min(number) AS number, lower(any_value(channel)) AS channel,
        arg_min(queue, ms) FILTER (queue IS NOT NULL) AS queue,
        try_cast(any_value(priority) AS INTEGER) AS priority, any_value(caller) AS caller,
        arg_min(worker, ms) FILTER (kind = 'reservation.accepted') AS agent,
        min(ms) FILTER (kind = 'task.created') AS made,
        min(ms) FILTER (kind = 'reservation.accepted') AS taken,
        min(ms) FILTER (kind IN ('reservation.wrapup', 'task.wrapup')) AS wrap,
        min(ms) FILTER (kind IN ('task.completed', 'reservation.completed', 'task.canceled',
            'task.deleted')) AS over
    FROM happened WHERE task IS NOT NULL AND why IS NULL GROUP BY task
) WHERE made IS NOT NULL
"""

#: Activities in which no task may come, and those in which nobody is there.
AVAILABLE, AWAY = ("available", "idle", "busy", "reserved", "wrapup"), ("offline",)


def _load(task: Import) -> None:
    columns = (
        "kind VARCHAR, ms BIGINT, task VARCHAR, queue VARCHAR, channel VARCHAR, worker VARCHAR,"
        " activity VARCHAR, priority VARCHAR, caller VARCHAR"
    )
    events(task, "happened", columns, _EVENTS)
    task.run(
        "CREATE TABLE begun AS SELECT file, number FROM happened WHERE why IS NULL AND task IS NOT"
        " NULL AND task NOT IN (SELECT task FROM happened WHERE kind = 'task.created'"
        " AND task IS NOT NULL)"
    )
    task.scratch.append("begun")
    task.drop("of a task that began before the log", "begun")
    task.staged.append(_TASKS)
    if not task.stage_spans(_activities(task)):
        task.log.knows -= {"presence"}


def _activities(task: Import) -> Iterator[tuple[str, int, int, str]]:
    """Spans between the changes of a worker's activity."""
    ((end,),) = task.run("SELECT max(ms) FROM happened")
    rows = task.rows(
        "SELECT worker, lower(activity), ms, lead(ms) OVER (PARTITION BY worker ORDER BY ms, file,"
        " number) FROM happened WHERE kind = 'worker.activity.update' AND worker IS NOT NULL"
        " AND activity IS NOT NULL AND why IS NULL"
    )
    for worker, activity, start, stop in rows:
        if activity not in AWAY:
            kind = "available" if activity in AVAILABLE else "paused"
            yield worker, start, end if stop is None else stop, kind


TWILIO = Format(
    name="twilio",
    title="Twilio TaskRouter events",
    knows=frozenset({"arrivals", "waits", "handle", "patience", "presence", "callers"}),
    matches=lambda head: (
        ('"EventType"' in head or '"event_type"' in head)
        and any(f'"{kind}.' in head for kind in ("task", "reservation", "worker", "task-queue"))
    ),
    load=_load,
)
