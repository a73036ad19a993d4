"""Any table with a row for each contact: CSV or a workbook, columns guessed or named."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

from sim.errors import InvalidInput
from sim.learn.adapters.rows import NO_TIME, begin, end, from_tables
from sim.learn.adapters.words import CHANNELS, FIELDS, OUTCOME_WORDS, guess, plain
from sim.learn.log import OUTCOMES
from sim.learn.source import Format, Import
from sim.learn.tables import header_of, sniffed

__all__ = ["GENERIC"]

#: Seconds of the units in which a column may be.
_UNITS = {"seconds": 1.0, "minutes": 60.0, "hours": 3600.0, "milliseconds": 0.001}
_MINUTES = re.compile(r"\b(min|mins|minutes|мин|минут|минуты)\b")
_MILLISECONDS = re.compile(r"\b(ms|msec|milliseconds|мс)\b")
_DURATIONS = ("wait", "talk", "hold", "acw", "handle")
_OPTIONS = ("outcomes", "channels", "dates", "unit")
_DATES = ("day first", "month first")

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
    CASE WHEN taken THEN hold_s END AS hold, CASE WHEN taken THEN acw_s END AS acw,
    CASE WHEN came IS NULL THEN '{no_time}' END AS why
FROM (SELECT *, how IN ('served', 'transferred') AS taken,
        coalesce(talk_s + coalesce(hold_s, 0), handle_s) AS busy_s,
        coalesce(wait_given, CASE WHEN answer IS NOT NULL THEN (answer - came) / 1000
            WHEN how = 'abandoned' THEN (over - came) / 1000 END) AS wait_s
      FROM (SELECT *, {how} AS how FROM (
          SELECT *, instant(came_text) AS came, instant(answer_text) AS answer,
              instant(over_text) AS over,
              clock(wait) * {u_wait} AS wait_given, clock(talk) * {u_talk} AS talk_s,
              clock(hold) * {u_hold} AS hold_s, clock(acw) * {u_acw} AS acw_s,
              clock(handle) * {u_handle} AS handle_s
          FROM (SELECT *, {came} AS came_text, {answer} AS answer_text, {over} AS over_text
              FROM {{piece}}))))
"""


def _columns(task: Import, header: tuple[str, ...]) -> dict[str, str]:
    """Which column is what: as the user says, the rest by guess, which is noted.

    Raises
    ------
    InvalidInput
        If a field or a column is not known, or nothing says when contacts came.
    """
    said = {key: value for key, value in task.mapping.items() if key not in _OPTIONS}
    for field, column in said.items():
        if field not in FIELDS:
            fields = ", ".join((*FIELDS, *_OPTIONS))
            raise InvalidInput("mapping", "must name fields", field, f"they are {fields}")
        if column is not None and column not in header:
            hint = f"there are {', '.join(header)}"
            raise InvalidInput(f"mapping {field}", "must be a column of the table", column, hint)
    left = [name for name in header if name not in said.values()]
    guessed = {field: column for field, column in guess(left).items() if field not in said}
    for field, column in guessed.items():
        task.log.reading.note(f"column {column!r} is taken as {field}")
    found = {**guessed, **{f: str(c) for f, c in said.items() if c is not None}}
    if "time" not in found:
        found |= {"time": found.pop("date")} if "date" in found else {}
    if "time" not in found:
        hint = f"say time: one of {', '.join(header)}"
        raise InvalidInput("table", "has no column that says when contacts came", None, hint)
    return found


def _cases(cell: str, words: Mapping[str, str], otherwise: str) -> str:
    """What the words of a cell mean, in SQL."""
    whens = " ".join(
        f"WHEN '{word.replace(chr(39), chr(39) * 2)}' THEN '{meaning}'"
        for word, meaning in words.items()
    )
    simple = f"trim(regexp_replace(lower({cell}), '[^\\w\\p{{L}}]+', ' ', 'g'))"
    return f"CASE {simple} {whens} ELSE {otherwise} END"


def _words(task: Import, option: str, usual: Mapping[str, str]) -> dict[str, str]:
    """The usual words and those of the user.

    Raises
    ------
    InvalidInput
        If a word is given a meaning that there is not.
    """
    said: Any = task.mapping.get(option, {})
    known = OUTCOMES if option == "outcomes" else tuple(dict.fromkeys(CHANNELS.values()))
    if not isinstance(said, Mapping) or any(meant not in known for meant in said.values()):
        hint = f"the meanings are {', '.join(known)}"
        raise InvalidInput(f"mapping {option}", "must give meanings to words", said, hint)
    return {**usual, **{plain(str(word)): str(meaning) for word, meaning in said.items()}}


def _units(task: Import, found: Mapping[str, str]) -> dict[str, float]:
    """Seconds in the unit of each duration: said by the user, or by the header."""
    said = task.mapping.get("unit")
    if said is not None and (not isinstance(said, str) or said not in _UNITS):
        raise InvalidInput("mapping unit", f"must be one of {', '.join(_UNITS)}", said)
    units: dict[str, float] = {}
    for field in _DURATIONS:
        name = found.get(field, "").lower()
        units[f"u_{field}"] = (
            _UNITS[said]
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
    served = [f"{name}_s > 0" for name in ("talk", "handle") if name in found]
    served += ["answer IS NOT NULL"] if "answered_at" in found else []
    if not served and "agent" in found:
        served = ["given(agent) IS NOT NULL"]
    if "outcome" in found:
        words = _words(task, "outcomes", OUTCOME_WORDS)
        return _cases("outcome", words, "'unknown'")
    if served:
        return f"CASE WHEN {' OR '.join(served)} THEN 'served' ELSE 'abandoned' END"
    return "'unknown'"


def _query(task: Import, found: Mapping[str, str]) -> str:
    day = "given(date) || ' ' || given(time)"
    moments = {"came": "time", "answer": "answered_at", "over": "ended_at"}
    dated = "date" in found
    return _QUERY.format(
        **{name: day.replace("time", field) if dated else field for name, field in moments.items()},
        **_units(task, found),
        channel=_cases("channel", _words(task, "channels", CHANNELS), "'voice'"),
        queued="CASE WHEN wait_s > 0 THEN came END" if "wait" in found else "came",
        has_talk=str("talk" in found or "handle" in found).lower(),
        how=_how(task, found),
        no_time=NO_TIME,
    )


def _load(task: Import) -> None:
    """Read tables that are alike."""
    header = sniffed(task.paths[0]).header
    found = _columns(task, header)
    dates = task.mapping.get("dates")
    if dates is not None and dates not in _DATES:
        raise InvalidInput("mapping dates", f"must be one of {', '.join(_DATES)}", dates)
    task.read_slashes(found.get("date", found["time"]), dates)
    begin(task)
    columns = {name: (found[name].lower(),) if name in found else () for name in FIELDS}
    from_tables(task, _query(task, found), columns)
    _what_is_known(task, found)
    end(task)


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
)
