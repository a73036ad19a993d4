"""Shifts that may be worked, as a table that can be written into."""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Mapping, Sequence
from typing import Any

import pandas as pd
import streamlit as st

from sim.report.language import Language
from sim.report.needs import choices_table, rotations_table
from sim.report.tables import Table
from sim.scenario.edited import Edit
from sim.scenario.hours import DAYS
from sim.scenario.planned import ShiftForm
from sim.ui.pages.shifts_edits import Desk, say_refused, write
from sim.ui.pages.shifts_needs import needs_of
from sim.ui.view import table

__all__ = ["changed_forms", "form_rows", "proposal_table", "templates"]

_EVERY_DAY, _WEEKDAYS, _WEEKEND = "Mon-Sun", "Mon-Fri", "Sat-Sun"
_CLOCK = r"^([01]?[0-9]|2[0-3]):[0-5][0-9]$"
_LENGTHS = r"^\s*[0-9]+([.,][0-9]+)?(\s*[; ]\s*[0-9]+([.,][0-9]+)?)*\s*$"

Row = dict[str, Any]


def form_rows(forms: Mapping[str, ShiftForm], used: bool, lang: Language) -> list[Row]:
    """Shifts as rows of the table.

    Parameters
    ----------
    forms
        By name.
    used
        Whether they may be worked.
    lang
        The reader's language.
    """
    return [_row(name, form, used, lang) for name, form in forms.items()]


def _row(name: str, form: ShiftForm, used: bool, lang: Language) -> Row:
    first, last = (second % 86_400 for second in form.start)
    meal = sum(pause.length for pause in form.pauses if not pause.paid)
    breaks = sum(pause.length for pause in form.pauses if pause.paid)
    return {
        "key": name,
        "use": used,
        "title": form.title.in_(lang.code) if form.title else name,
        "first": lang.clock(first),
        "last": lang.clock(last),
        "every": round(form.every / 60),
        "lengths": "; ".join(lang.plain(length / 3600) for length in form.length),
        "days": _days(form.days),
        "meal": round(meal / 60),
        "breaks": round(breaks / 60),
        "most": form.per_day,
    }


def _days(days: Sequence[int]) -> str:
    """Days of the week as a file writes them."""
    if len(days) == 7:
        return _EVERY_DAY
    if tuple(sorted(days)) == tuple(range(5)):
        return _WEEKDAYS
    if tuple(sorted(days)) == (5, 6):
        return _WEEKEND
    return ", ".join(DAYS[day] for day in sorted(days))


def changed_forms(
    rows: Sequence[Row], delta: Mapping[str, Any], forms: Mapping[str, Any], lang: Language
) -> tuple[dict[str, Any], dict[str, Any]]:
    """What the file is to say after the table was written into.

    Parameters
    ----------
    rows
        As they were shown.
    delta
        What was edited, added and deleted, as the table's widget has it.
    forms
        What the file says of every shift, those that are not used among them.
    lang
        The reader's language.

    Returns
    -------
        Shifts that may be worked, and those that are kept at hand.
    """
    used: dict[str, Any] = {}
    spare: dict[str, Any] = {}
    gone = set(delta.get("deleted_rows") or ())
    edits = {int(number): change for number, change in (delta.get("edited_rows") or {}).items()}
    for number, row in enumerate(rows):
        if number in gone:
            continue
        change = edits.get(number, {})
        form = _form(forms[row["key"]], row, change, lang)
        (used if change.get("use", row["use"]) else spare)[row["key"]] = form
    for change in delta.get("added_rows") or ():
        if not (change.get("first") and change.get("lengths")):
            continue  # not written to its end yet
        number = 1
        while f"shift{number}" in used or f"shift{number}" in spare:
            number += 1
        (used if change.get("use", True) else spare)[f"shift{number}"] = _form(
            {}, {}, {"last": change["first"], **change}, lang
        )
    return used, spare


def _form(before: Mapping[str, Any], row: Row, change: Row, lang: Language) -> dict[str, Any]:
    """One shift as the file says it, with what was changed in its row."""
    form = dict(before)
    now = {**row, **change}
    if change.get("title"):
        title = before.get("title")
        known = dict(title) if isinstance(title, Mapping) else {}
        other = {"ru": "en", "en": "ru"}[lang.code]
        known.setdefault(other, str(change["title"]))
        form["title"] = known | {lang.code: str(change["title"])}
    if {"first", "last"} & set(change):
        first, last = now.get("first") or "09:00", now.get("last") or now.get("first")
        form["start"] = first if first == last else f"{first}-{last}"
    if change.get("every"):
        form["every"] = f"{int(change['every'])}m"
    if change.get("lengths"):
        form["length"] = [f"{n:g}h" for n in _numbers(str(change["lengths"]))]
    if change.get("days"):
        form["days"] = change["days"]
    if {"meal", "breaks"} & set(change):
        form["pauses"] = _pauses(now, min(_numbers(str(now.get("lengths") or "8")), default=8.0))
    if "most" in change:
        form["per_day"] = None if change["most"] is None else int(change["most"])
    return {key: value for key, value in form.items() if value is not None}


def _numbers(text: str) -> list[float]:
    """Hours out of ``8; 10; 12,5``."""
    return [float(part.replace(",", ".")) for part in re.findall(r"[0-9]+(?:[.,][0-9]+)?", text)]


def _pauses(row: Row, shortest: float) -> list[dict[str, Any]]:
    """A paid break early in the shift, an unpaid meal in the middle of it."""
    found: list[dict[str, Any]] = []
    breaks, meal = int(row.get("breaks") or 0), int(row.get("meal") or 0)
    third = f"{max(15, int(20 * shortest))}m"
    if breaks:
        found.append({"for": f"{breaks}m", "after": f"{max(5, int(7 * shortest))}m"})
    if meal:
        found.append(
            {"for": f"{meal}m", "after": third, "before_end": third, "paid": False, "kind": "meal"}
        )
    return found


def templates(desk: Desk) -> None:
    """The table, and what the choice of shifts is worth.

    Parameters
    ----------
    desk
        Whose shifts.
    """
    view, lang = desk.view, desk.view.lang
    spare: dict[str, Any] = st.session_state.setdefault(f"shifts.spare.{desk.key}", {})
    with st.container(border=True):
        st.subheader(lang("Shifts that may be worked"), anchor=False)
        if not desk.forms:
            st.warning(lang("No shift is in use. Tick “Use” for one."))
        say_refused(view)
        _editor(desk, spare)
        st.caption(
            lang(
                "The cheapest choice among these starts and lengths is looked for. A new line is a "
                "new kind of shift; what is written here can be undone on the left."
            )
        )
        needs = needs_of(desk)
        if needs is not None and needs.choices:
            with st.expander(lang("Which shifts to draw"), icon=":material/lightbulb:"):
                st.markdown(
                    lang("What a choice of starts and lengths takes, by the linear program.")
                )
                table(choices_table(needs, lang))
                if needs.rotations:
                    st.markdown(lang("Rotations round the clock, meals unpaid and relieved"))
                    table(rotations_table(needs, lang))


def _editor(desk: Desk, spare: dict[str, Any]) -> None:
    """The table; what is written into it is written into the scenario at once."""
    lang = desk.view.lang
    said: Mapping[str, Any] = desk.written("staffing", "to_target", "shifts") or {}
    spare = {name: form for name, form in spare.items() if name not in said}
    resting = {name: ShiftForm.model_validate(form) for name, form in spare.items()}
    rows = form_rows(desk.forms, True, lang) + form_rows(resting, False, lang)
    # What is shown never changes under one key: an edit that was taken over has a fresh table.
    digest = hashlib.sha256(json.dumps(rows, default=str).encode()).hexdigest()[:12]
    key = f"shifts.table.{desk.key}.{lang.code}.{digest}"
    st.data_editor(
        _frame(rows),
        key=key,
        num_rows="dynamic",
        hide_index=True,
        width="stretch",
        placeholder="—",
        column_order=[name for name in _frame(rows) if name != "key"],
        column_config=_columns(rows, lang),
    )
    delta = st.session_state.get(key) or {}
    if any(delta.get(kind) for kind in ("edited_rows", "added_rows", "deleted_rows")):
        used, kept = changed_forms(rows, delta, {**said, **spare}, lang)
        if (used, kept) == (dict(said), spare):
            return
        before = st.session_state[f"shifts.spare.{desk.key}"]
        st.session_state[f"shifts.spare.{desk.key}"] = kept
        place = (*desk.place, "staffing", "to_target", "shifts")
        if not write(Edit(place, used or None)):
            st.session_state[f"shifts.spare.{desk.key}"] = before
            say_refused(desk.view)
            return
        st.rerun()


def _frame(rows: Sequence[Row]) -> pd.DataFrame:
    names = ["key", "use", "title", "first", "last", "every", "lengths", "days", "meal", "breaks"]
    frame = pd.DataFrame(rows, columns=[*names, "most"])
    frame["most"] = frame["most"].astype("Float64")
    return frame


def _columns(rows: Sequence[Row], lang: Language) -> dict[str, Any]:
    column = st.column_config
    days = {_EVERY_DAY: lang("every day"), _WEEKDAYS: lang("Mon to Fri"),
            _WEEKEND: lang("Sat and Sun")}  # fmt: skip
    days |= {row["days"]: row["days"] for row in rows if row["days"] not in days}
    numbers = column.NumberColumn
    return {
        "use": column.CheckboxColumn(lang("Use"), default=True, width=80),
        "title": column.TextColumn(lang("Shift"), default=lang("New shift"), width=120),
        "first": column.TextColumn(
            lang("From"), validate=_CLOCK, default="09:00", width=70, help=lang("First start")
        ),
        "last": column.TextColumn(
            lang("To"), validate=_CLOCK, width=70, help=lang("Last start")
        ),
        "every": numbers(
            lang("Step"), min_value=5, max_value=1440, step=5, default=60, width=75,
            help=lang("Minutes between possible starts"),
        ),
        "lengths": column.TextColumn(
            lang("Hours"), validate=_LENGTHS, width=100,
            help=lang("Any of these: 8; 10; 12. Pauses are part of it."),
        ),
        "days": column.SelectboxColumn(
            lang("Days"),
            options=list(days),
            format_func=lambda name: days.get(str(name), str(name)),
            default=_EVERY_DAY,
            width=105,
        ),
        "meal": numbers(
            lang("Meal"), min_value=0, max_value=240, step=5, default=60, width=80,
            help=lang("Minutes, not paid, in the middle of the shift"),
        ),
        "breaks": numbers(
            lang("Break"), min_value=0, max_value=240, step=5, default=0, width=85,
            help=lang("Minutes, paid, early in the shift"),
        ),
        "most": numbers(
            lang("Max"), min_value=1, max_value=9999, step=1, width=85,
            help=lang("People who may start it on one day; empty: as many as it takes."),
        ),
    }  # fmt: skip


def proposal_table(forms: Mapping[str, Any], lang: Language) -> Table:
    """Proposed shifts in words, before they stand in the scenario.

    Parameters
    ----------
    forms
        As a file has them.
    lang
        The reader's language.
    """
    read = {name: ShiftForm.model_validate(form) for name, form in forms.items()}
    rows = tuple(
        (
            row["title"],
            row["first"] if row["first"] == row["last"] else f"{row['first']}–{row['last']}",
            row["lengths"],
            lang("{n} min", n=row["meal"]) if row["meal"] else "—",
        )
        for row in form_rows(read, True, lang)
    )
    head = (lang("Shift"), lang("Starts"), lang("Lengths, h"), lang("Unpaid meal"))
    return Table(lang("Shifts that may be worked"), head, rows)
