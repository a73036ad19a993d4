"""Rows of interval reports: Avaya CMS, table ``hsplit``.

Sums over a quarter, a half or an hour for each split. Counts belong to the interval in which a
call ended; nobody is told apart, so there is no patience in them and no redials.
"""

from __future__ import annotations

from sim.learn.adapters.rows import NO_TIME, pick
from sim.learn.source import Format, Import
from sim.learn.tables import header_of, sniffed

__all__ = ["AVAYA"]

_COLUMNS = {
    "row_date": ("row_date", "date"),
    "starttime": ("starttime", "time"),
    "intrvl": ("intrvl", "interval"),
    "split": ("split", "split/skill", "skill"),
    **{
        name: (name,)
        for name in (
            *("acdcalls", "abncalls", "acceptable", "anstime", "abntime", "acdtime", "acwtime"),
            *("holdacdtime", "i_acdtime", "i_acwtime", "i_availtime", "i_auxintime"),
            *("i_auxouttime", "i_acdothertime"),
        )
    },
}

# The time of day is a number, 930 for half past nine, or has a colon.
_START = """
CASE WHEN contains(starttime, ':') THEN seconds_of_day(trim(starttime) ||
        CASE WHEN length(trim(starttime)) <= 5 THEN ':00' ELSE '' END)
    ELSE try_cast(starttime AS USMALLINT)::BIGINT // 100 * 3600
        + try_cast(starttime AS USMALLINT)::BIGINT % 100 * 60
END
"""


def _sum(*names: str) -> str:
    """What is known of a sum; nothing if none of it is."""
    parts = " + ".join(f"coalesce(clock({name}), 0)" for name in names)
    known = ", ".join(f"clock({name})" for name in names)
    return f"CASE WHEN coalesce({known}) IS NOT NULL THEN {parts} END"


_LENGTH = "no interval of 15, 30 or 60 minutes within one hour"
_BUSY = ("i_acdtime", "i_acwtime", "i_auxintime", "i_auxouttime", "i_acdothertime")
_ROWS = f"""
INSERT INTO report
SELECT file, number, utc_ms(wall), minutes, given(split),
    clock(acdcalls) + coalesce(clock(abncalls), 0), clock(acdcalls), clock(abncalls),
    clock(acceptable), clock(anstime), clock(abntime), clock(acdtime), clock(holdacdtime),
    clock(acwtime), {_sum(*_BUSY)},
    CASE WHEN clock(i_availtime) IS NOT NULL THEN {_sum(*_BUSY, "i_availtime")} END, wall,
    CASE WHEN wall IS NULL OR wall NOT BETWEEN TIMESTAMP '1970-01-01' AND TIMESTAMP '2096-01-01'
        THEN '{NO_TIME}'
        WHEN clock(acdcalls) IS NULL THEN 'no count of calls'
        WHEN coalesce(minutes NOT IN (15, 30, 60) OR minute(wall) + minutes > 60, true)
        THEN '{_LENGTH}' END
FROM (SELECT *, moment(row_date)::DATE::TIMESTAMP + to_seconds({_START}) AS wall,
        CASE WHEN given(intrvl) IS NULL THEN 30 ELSE try_cast(clock(intrvl) AS INTEGER) END
            AS minutes
      FROM {{piece}})
"""

# When clocks are set back an hour comes twice: first by the time of before, then by that of after,
# in the order of a file.
_TWICE = """
UPDATE report SET start = hours.start FROM (
    SELECT file, number, CASE nth WHEN 1 THEN first WHEN 2 THEN first + 3600000 ELSE start END
        AS start
    FROM (SELECT *, start - 3600000 * (wall_clock(start - 3600000) = wall)::INTEGER AS first,
            row_number() OVER (PARTITION BY file, wall, queue ORDER BY number) AS nth
          FROM report WHERE why IS NULL)
    WHERE wall_clock(first) = wall AND wall_clock(first + 3600000) = wall
) AS hours WHERE (report.file, report.number) = (hours.file, hours.number)
"""
_KEPT = """
INSERT INTO intervals
SELECT start, minutes, queue, offered, answered, abandoned, within_sl, wait_sum,
    abandoned_wait_sum, talk_sum, hold_sum, acw_sum, busy, staffed, wall::DATE,
    epoch(wall - date_trunc('day', wall))::INTEGER
FROM report ANTI JOIN again USING (file, number) WHERE why IS NULL ORDER BY start, queue
"""


def _load(task: Import) -> None:
    task.run(
        "CREATE TABLE report (file USMALLINT, number UBIGINT, start BIGINT, minutes INTEGER,"
        " queue VARCHAR, offered BIGINT, answered BIGINT, abandoned BIGINT, within_sl BIGINT,"
        " wait_sum DOUBLE, abandoned_wait_sum DOUBLE, talk_sum DOUBLE, hold_sum DOUBLE,"
        " acw_sum DOUBLE, busy DOUBLE, staffed DOUBLE, wall TIMESTAMP, why VARCHAR)"
    )
    heads = [set(header_of(task.head(path))) for path in task.paths]
    task.read_slashes("row_date")
    if not all("i_availtime" in head for head in heads):
        task.log.knows -= {"presence"}
    for file, path in enumerate(task.paths):
        task.tell(path.name)
        table = sniffed(path)
        found = {name: here for name in _COLUMNS if (here := pick(table.header, _COLUMNS[name]))}
        missing = [f"NULL::VARCHAR AS {name}" for name in _COLUMNS if name not in found]
        piece = f"(SELECT {', '.join(('*', *missing))} FROM piece)"
        task.insert_rows(_ROWS.replace("{piece}", piece), file, table, found)
    for (why,) in task.run("SELECT DISTINCT why FROM report WHERE why IS NOT NULL"):
        task.drop(str(why), "report", f"why = '{why}'")
    task.run(_TWICE)
    task.run(
        "CREATE TABLE again AS SELECT file, number FROM (SELECT *, row_number() OVER (PARTITION BY"
        " start, queue ORDER BY file, number) AS nth FROM report WHERE why IS NULL) WHERE nth > 1"
    )
    task.scratch += ["report", "again"]
    task.drop("the same interval a second time", "again")
    task.run(_KEPT)


AVAYA = Format(
    name="avaya",
    title="Avaya CMS interval report, as CSV",
    knows=frozenset({"arrivals", "waits", "handle", "presence"}),
    matches=lambda head: {"acdcalls", "abncalls"} <= set(header_of(head)),
    load=_load,
)
