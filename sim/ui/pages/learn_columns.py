"""Columns of a table of contacts: what each is taken for, seen on the first rows."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import streamlit as st

from sim.learn.words import FIELDS, guess
from sim.report.language import N_, Language
from sim.report.log_quality import FIELD_WORDS
from sim.report.table import Table
from sim.ui.pages.learn_state import bag
from sim.ui.pages.learn_words import meanings, outcome_words
from sim.ui.view import View, choose, hold, table

__all__ = ["columns", "mapping_of", "taken"]

_UNITS = {
    "": N_("as the column's name says, else seconds"),
    "seconds": N_("seconds"),
    "minutes": N_("minutes"),
    "hours": N_("hours"),
    "milliseconds": N_("milliseconds"),
}
_DATES = {
    "": N_("as the dates themselves say"),
    "day first": N_("day first: 31/12/2026"),
    "month first": N_("month first: 12/31/2026"),
}
_BESIDE = 4
#: Who somebody is stays off the page.
_PERSONS, _HIDDEN = ("caller", "agent"), "•••"


def columns(view: View) -> None:
    """Draw the columns of the table in hand, each with what it is taken for.

    Parameters
    ----------
    view
        Language and colours.
    """
    lang, looked = view.lang, bag().looked
    with st.container(border=True):
        st.subheader(lang("What the columns are"), anchor=False)
        if not looked.header:
            st.markdown(lang("The first file has no row of column names: it is no table."))
            return
        st.markdown(
            lang(
                "Guessed by their names; put right what is wrong. Clocks may be 270, 4:30 or "
                "0:04:30, with a decimal point or a comma. The time of arrival is a must."
            )
        )
        found = taken(looked.header)
        fields = list(FIELDS)
        for start in range(0, len(fields), _BESIDE):
            places = st.columns(_BESIDE)
            for place, field in zip(places, fields[start : start + _BESIDE], strict=False):
                with place:
                    _field(field, found[field], looked.header, lang)
        left, right = st.columns(2)
        with left:
            units = {name: lang(words) for name, words in _UNITS.items()}
            choose(st.selectbox, lang("Unit of durations"), units, "learn.unit", lang)
        with right:
            dates = {name: lang(words) for name, words in _DATES.items()}
            choose(st.selectbox, lang("Dates like 3/4/2026"), dates, "learn.dates", lang)
        outcome_words(taken(looked.header)["outcome"], lang)
        _first_rows(looked.header, looked.rows, taken(looked.header), lang)


def taken(header: Sequence[str]) -> dict[str, str]:
    """The column of each field: as chosen, else as guessed; empty where there is none."""
    chosen = bag().columns
    guessed = guess([name for name in header if name not in chosen.values()])
    return {field: chosen[field] if field in chosen else guessed.get(field, "") for field in FIELDS}


def mapping_of(header: Sequence[str]) -> Mapping[str, Any]:
    """What the reader is told of the columns."""
    found: dict[str, Any] = {field: column or None for field, column in taken(header).items()}
    for option in ("unit", "dates"):
        if said := st.session_state.get(f"chosen.learn.{option}"):
            found[option] = said
    if words := meanings(found.get("outcome") or ""):
        found["outcomes"] = words
    return found


def _field(field: str, current: str, header: Sequence[str], lang: Language) -> None:
    """A choice of the column for one field."""
    names = ["", *dict.fromkeys(name for name in header if name)]
    key = f"learn.column.{field}.{len(names)}"
    current = current if current in names else ""

    def keep() -> None:
        mine = bag().columns
        column = st.session_state[key]
        for other in [name for name, its in mine.items() if its == column and its]:
            mine[other] = ""  # a column is one thing
        mine[field] = column

    hold(key, current)
    st.selectbox(
        lang(FIELD_WORDS[field]),
        names,
        index=names.index(current),
        format_func=lambda name: name or "—",
        key=key,
        on_change=keep,
    )


def _first_rows(
    header: Sequence[str],
    rows: Sequence[Sequence[str]],
    found: Mapping[str, str],
    lang: Language,
) -> None:
    """The first rows by field, as they will be read."""
    shown = [(field, column) for field, column in found.items() if column in header]
    if not shown or not rows:
        return
    places = [header.index(column) for _, column in shown]
    head = tuple(lang(FIELD_WORDS[field]) for field, _ in shown)
    hidden = [field in _PERSONS for field, _ in shown]
    body = tuple(
        tuple(
            _HIDDEN if row[place] and person else row[place][:40]
            for place, person in zip(places, hidden, strict=True)
        )
        for row in rows
    )
    st.caption(lang("The first rows, as they will be read"))
    with st.container(horizontal=True):
        table(Table(lang("The first rows"), head, body))
