"""Any table with a row for each contact: CSV or a workbook, columns guessed or named."""

from __future__ import annotations

import re
from collections.abc import Mapping

from sim.errors import InvalidInput
from sim.learn.adapters.rows import NO_TIME, begin, end, from_tables
from sim.learn.mapping import UNITS
from sim.learn.source import Format, Import
from sim.learn.tables import Table, header_of, sniffed
from sim.learn.words import CHANNELS, FIELDS, OUTCOME_WORDS, guess, simple

__all__ = ["GENERIC"]

_NUMBERS = "numbers"
_MINUTES = re.compile(r"\b(min|mins|minutes|мин|минут|минуты)\b")
_MILLISECONDS = re.compile(r"\b(ms|msec|milliseconds|мс)\b")
_DURATIONS = ("wait", "talk", "hold", "acw", "handle")

#: A clock has its unit in it: what a column is said to be in is meant for plain numbers. Zeros and
#: dashes stand for no time; other text that is no time leaves open whether there was one. Workbooks
#: have dates that are numbers where nobody made dates of them: days since 30 December 1899.
_MACROS = r"""
CREATE MACRO lasting(text, unit) AS
    clock(text) * CASE WHEN contains(text, ':') THEN 1 ELSE unit END;
CREATE MACRO unclear(text) AS
    given(text) IS NOT NULL AND NOT regexp_full_match(text, '[-–—0\s:.,/T]*');
CREATE MACRO undated(text) AS CASE
    WHEN regexp_full_match(text,
        '\s*[2-7]\d{4}([.,]\d+)?(\s+(0|0?[.,]\d+|\d([.,]\d+)?[eE]-\d+))?\s*')
    THEN strftime(TIMESTAMP '1899-12-30' + to_milliseconds(round(list_sum(list_transform(
        string_split_regex(trim(text), '\s+'),
        lambda part: try_cast(replace(part, ',', '.') AS DOUBLE))) * 86400000)::BIGINT),
        '%Y-%m-%d %H:%M:%S.%g')
    ELSE text END;
"""

_QUERY = """
SELECT file, number, {channel} AS channel, given(queue) AS queue, given(type) AS type,
    try_cast(priority AS INTEGER) AS priority, given(caller) AS caller,
    CASE WHEN how IN ('served', 'transferred', 'unknown') THEN given(agent) END AS agent,
    came AS arrival, {queued} AS queued,
    CASE WHEN taken THEN coalesce(answer, came + (wait_s * 1000)::BIGINT) END AS answered,
    coalesce(over, came + ((wait_s + CASE WHEN taken THEN coalesce(busy_s, 0) ELSE 0 END) * 1000)
        ::BIGINT) AS ended,
    how AS outcome,
    wait_s AS wait,
    CASE WHEN taken THEN coalesce(talk_s, handle_s - coalesce(hold_s, 0) - coalesce(acw_s, 0),
        CASE WHEN NOT {has_talk} THEN (over - answer) / 1000 END) END AS talk,
    CASE WHEN taken THEN hold_s END AS hold,
    CASE WHEN taken THEN coalesce(acw_s, {after}) END AS acw,
    CASE WHEN came IS NULL THEN '{no_time}' END AS why, {faults} AS faults
FROM (SELECT *, how IN ('served', 'transferred') AS taken,
        coalesce(talk_s + coalesce(hold_s, 0), handle_s) AS busy_s,
        coalesce(wait_given, CASE WHEN answer IS NOT NULL THEN (answer - came) / 1000
            WHEN how = 'abandoned' THEN (over - came) / 1000 END) AS wait_s
      FROM (SELECT *, {how} AS how FROM (
          SELECT *, instant(undated(came_text)) AS came, instant(undated(answer_text)) AS answer,
              instant(undated(over_text)) AS over,
              lasting(wait, {u_wait}) AS wait_given, lasting(talk, {u_talk}) AS talk_s,
              lasting(hold, {u_hold}) AS hold_s, lasting(acw, {u_acw}) AS acw_s,
              lasting(handle, {u_handle}) AS handle_s
          FROM (SELECT *, {came} AS came_text, {answer} AS answer_text, {over} AS over_text
              FROM {{piece}}))))
"""

# What is left of a handle time when the agent has done talking; nothing, if clocks disagree.
_AFTER = """
CASE WHEN talk_s >= 0 THEN greatest(handle_s - talk_s - coalesce(hold_s, 0), handle_s * 0) END
"""


def _columns(task: Import, table: Table) -> dict[str, str]:
    """Which column is what: as the user says, the rest by guess, which is noted.

    Raises
    ------
    ScenarioError
        If what the user says makes no sense.
    InvalidInput
        If nothing says when contacts came.
    """
    task.mapping.check(table.header, table.hint)
    said = task.mapping.columns
    left = [name for name in table.header if name not in said.values()]
    guessed = {field: column for field, column in guess(left).items() if field not in said}
    for field, column in guessed.items():
        task.log.reading.note(f"column {column!r} is taken as {field}")
    found = {**guessed, **{f: str(c) for f, c in said.items() if c is not None}}
    if "time" not in found:
        found |= {"time": found.pop("date")} if "date" in found else {}
    if "time" not in found:
        rule = "has no column that says when contacts came"
        raise InvalidInput("table", rule, str(table.path), table.hint)
    return found


def _cases(cell: str, words: Mapping[str, str], otherwise: str) -> str:
    """What the words of a cell mean, in SQL."""
    whens = " ".join(
        f"WHEN '{word.replace(chr(39), chr(39) * 2)}' THEN '{meaning}'"
        for word, meaning in words.items()
    )
    simple = f"trim(regexp_replace(lower({cell}), '[^0-9\\p{{L}}]+', ' ', 'g'))"
    return f"CASE {simple} {whens} ELSE {otherwise} END"


def _words(task: Import, option: str, usual: Mapping[str, str]) -> dict[str, str]:
    """The usual words and those of the user."""
    said: Mapping[object, str] = task.mapping.said.get(option, {})
    return {**usual, **{simple(str(word)): meaning for word, meaning in said.items()}}


def _units(task: Import, found: Mapping[str, str]) -> dict[str, float]:
    """Seconds in the unit of each duration: said by the user, or by the header."""
    said = task.mapping.said.get("unit")
    units: dict[str, float] = {}
    for field in _DURATIONS:
        name = found.get(field, "").lower()
        units[f"u_{field}"] = (
            UNITS[said]
            if said
            else 60.0
            if _MINUTES.search(name)
            else 0.001
            if _MILLISECONDS.search(name)
            else 1.0
        )
    return units


def _how(task: Import, found: Mapping[str, str]) -> str:
    """How a contact ended, in SQL: said by a column, else by what is known of it."""
    times = [name for name in ("talk", "handle") if name in found]
    served = [f"{name}_s > 0" for name in times]
    served += ["answer IS NOT NULL"] if "answered_at" in found else []
    unclear = [f"unclear({name}) AND coalesce({name}_s, -1) < 0" for name in times]
    unclear += ["unclear(answered_at)"] if "answered_at" in found else []
    if not served and "agent" in found:
        served = ["given(agent) IS NOT NULL"]
    if "outcome" in found:
        words = _words(task, "outcomes", OUTCOME_WORDS)
        return _cases("outcome", words, "'unknown'")
    if served:
        told = f"CASE WHEN {' OR '.join(served)} THEN 'served'"
        otherwise = f"WHEN {' OR '.join(unclear)} THEN 'unknown'" if unclear else ""
        return f"{told} {otherwise} ELSE 'abandoned' END"
    return "'unknown'"


def _query(task: Import, found: Mapping[str, str]) -> str:
    day = "given(date) || ' ' || given(time)"
    moments = {"came": "time", "answer": "answered_at", "over": "ended_at"}
    dated = "date" in found
    return _QUERY.format(
        **{name: day.replace("time", field) if dated else field for name, field in moments.items()},
        **_units(task, found),
        channel=_cases("channel", _words(task, "channels", CHANNELS), "'voice'"),
        queued="CASE WHEN wait_s IS DISTINCT FROM 0 THEN came END" if "wait" in found else "came",
        has_talk=str("talk" in found or "handle" in found).lower(),
        how=_how(task, found),
        after=_AFTER,
        no_time=NO_TIME,
        faults=_faults(found),
    )


def _faults(found: Mapping[str, str]) -> str:
    """Fields of a row that say something which cannot be read, in SQL."""
    read = {"wait": "wait_given", "answered_at": "answer", "ended_at": "over"}
    parts = [
        f"CASE WHEN given({field}) IS NOT NULL AND {read.get(field, f'{field}_s')} IS NULL"
        f" THEN '{field}' END"
        for field in (*_DURATIONS, "answered_at", "ended_at")
        if field in found
    ]
    parts.append(f"CASE WHEN came_text <> undated(came_text) THEN '{_NUMBERS}' END")
    return f"concat_ws(' ', {', '.join(parts)})"


def _count_faults(task: Import) -> None:
    """Say of how many contacts something could not be read."""
    rows = task.run(
        "SELECT field, count(*) FROM (SELECT unnest(string_split(faults, ' ')) AS field FROM raw"
        " WHERE why IS NULL) WHERE field <> '' GROUP BY field ORDER BY field"
    )
    for field, count in rows:
        if field == _NUMBERS:
            task.log.reading.note(
                "times that are plain numbers are read as Excel's days since 1900"
            )
            continue
        task.log.reading.repaired[f"{field} not readable, taken as unknown"] = count


def _load(task: Import) -> None:
    """Read tables that are alike."""
    task.run(_MACROS)
    found = _columns(task, sniffed(task.paths[0]))
    task.read_slashes(found.get("date", found["time"]), task.mapping.said.get("dates"))
    begin(task)
    columns = {name: (found[name].lower(),) if name in found else () for name in FIELDS}
    from_tables(task, _query(task, found), columns)
    _what_is_known(task, found)
    end(task)
    _count_faults(task)


def _what_is_known(task: Import, found: Mapping[str, str]) -> None:
    """What the columns can tell, and words that were not understood."""
    knows = {"arrivals"}
    if "wait" in found or "answered_at" in found:
        knows.add("waits")
        if "outcome" in found or _tells_talk(found):
            knows.add("patience")
    if _tells_talk(found):
        knows.add("handle")
    if "caller" in found:
        knows.add("callers")
    task.log.knows = frozenset(knows)
    ((unknown,),) = task.run("SELECT count(*) FROM raw WHERE outcome = 'unknown' AND why IS NULL")
    if unknown and "outcome" in found:
        task.log.reading.note(
            f"{unknown} rows have words in {found['outcome']!r} whose meaning is not known:"
            " say it in the mapping, outcomes"
        )


def _tells_talk(found: Mapping[str, str]) -> bool:
    """Whether columns tell how long a contact was handled."""
    return bool({"talk", "handle"} & found.keys() or {"answered_at", "ended_at"} <= found.keys())


def _matches(head: str) -> bool:
    names = guess(header_of(head))
    return bool({"time", "date"} & names.keys()) and len(names) >= 2


GENERIC = Format(
    name="table",
    title="table with a row for each contact",
    knows=frozenset({"arrivals", "waits", "handle", "patience", "callers"}),
    matches=_matches,
    load=_load,
    tabular=True,
)
