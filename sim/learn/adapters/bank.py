"""The Anonymous Bank's monthly files: a row for each call, tab separated, Israel, 1999.

Arrival is the exit from the voice menu. A queue entry of 0:00:00 is no time: nobody had to wait.
Which rows are no contacts of the queue (PHANTOM, and those who hung up in the menu) follows the
note of those who published the data.
"""

from __future__ import annotations

from sim.learn.source import Format, Import

__all__ = ["BANK"]

HEADER = "vru+line\tcall_id\tcustomer_id\tpriority\ttype\tdate"
CELLS = 17

_ROWS = """
CREATE TABLE rows (
    file USMALLINT, number UBIGINT, cells INTEGER, line UBIGINT, call VARCHAR, caller VARCHAR,
    priority INTEGER, type VARCHAR, day TIMESTAMP, entry INTEGER, exit INTEGER, queued INTEGER,
    waited BIGINT, outcome VARCHAR, started INTEGER, served INTEGER, talk BIGINT, agent VARCHAR
)
"""

_READ = """
INSERT INTO rows
SELECT file, number, len(c), md5_number_lower(line), c[2], c[3], try_cast(c[4] AS INTEGER), c[5],
    try_strptime('19' || c[6], '%Y%m%d'), seconds_of_day(c[7]), seconds_of_day(c[8]),
    seconds_of_day(c[10]), try_cast(c[12] AS INTEGER), c[13], seconds_of_day(c[14]),
    seconds_of_day(c[15]), try_cast(c[16] AS INTEGER), c[17]
FROM (SELECT file, number, line, string_split(line, chr(9)) AS c
      FROM (SELECT file, number, text AS line FROM piece)
      WHERE length(line) > 1 AND NOT starts_with(line, 'vru+line'))
"""

# What is left out, in this order, and why.
_DROPPED = (
    ("cut short, or not of this format", f"cells <> {CELLS + 1} OR call = ''"),
    ("no readable date or time", "(day IS NULL OR entry IS NULL OR exit IS NULL)"),
    ("no readable wait or service", "(queued IS NULL OR waited IS NULL OR talk IS NULL)"),
    ("phantom call: not a real one", "outcome = 'PHANTOM'"),
    ("unknown outcome", "outcome NOT IN ('AGENT', 'HANG')"),
    (
        "hung up in the voice menu, before the queue",
        "outcome = 'HANG' AND queued = 0 AND waited = 0",
    ),
)

_STAGE = """
WITH timed AS (
    SELECT *, utc_ms(day + to_seconds(exit + CASE WHEN entry - exit > 43200 THEN 86400 ELSE 0 END))
        AS arrival, queued > 0 OR waited > 0 AS waits
    FROM rows
)
SELECT file, number, 'voice', 'bank', type, priority,
    CASE WHEN caller NOT IN ('', '0') AND caller NOT LIKE '%E+%' THEN caller END,
    CASE WHEN outcome = 'AGENT' AND agent <> '' AND agent NOT LIKE '%NO_SERVER%'
        AND agent NOT LIKE '%NO_SERVERT' THEN agent END,
    arrival,
    CASE WHEN waits THEN arrival END,
    CASE WHEN outcome = 'AGENT' THEN arrival + waited * 1000 END,
    arrival + (waited + CASE WHEN outcome = 'AGENT' THEN talk ELSE 0 END) * 1000,
    CASE outcome WHEN 'AGENT' THEN 'served' ELSE 'abandoned' END,
    waited,
    CASE WHEN outcome = 'AGENT' THEN talk END, NULL, NULL, 1
FROM timed
"""


def _load(task: Import) -> None:
    """Read the months."""
    task.run(_ROWS)
    task.insert_lines(_READ, b"\t")
    task.log.reading.lines += task.run("SELECT count(*) FROM rows")[0][0]
    task.run(
        "CREATE TABLE twice AS SELECT file, number FROM (SELECT file, number, row_number() "
        "OVER (PARTITION BY line, call ORDER BY file, number) AS nth FROM rows) WHERE nth > 1"
    )
    task.drop("the same line a second time", "twice")
    task.run("DELETE FROM rows WHERE (file, number) IN (SELECT (file, number) FROM twice)")
    for reason, where in _DROPPED:
        task.drop(reason, "rows", where)
        task.run(f"DELETE FROM rows WHERE {where}")
    task.staged.append(_STAGE)
    task.scratch += ["rows", "twice"]


BANK = Format(
    name="anonymous_bank",
    title="Anonymous Bank, monthly file",
    knows=frozenset({"arrivals", "waits", "handle", "patience", "callers"}),
    matches=lambda head: head.lstrip().startswith(HEADER),
    load=_load,
    timezone="Asia/Jerusalem",
)
