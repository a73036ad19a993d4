"""Logs are brought: files, their format, the clock they go by, columns of tables."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import PurePath
from typing import Any

import streamlit as st
from babel.core import get_global

from sim.errors import InvalidInput, ScenarioError
from sim.learn import format_names
from sim.learn.lines import BEGINNINGS, no_log
from sim.report.language import N_, Language
from sim.report.log_quality import format_words
from sim.report.log_refusals import refusal_words
from sim.scenario.calendar import known_countries, time_zones
from sim.scenario.ready import ready
from sim.ui.jobs import Task
from sim.ui.learn_example import EXAMPLE, WEEKS, written
from sim.ui.learn_tasks import Asked
from sim.ui.pages.learn_columns import columns, mapping_of
from sim.ui.pages.learn_state import (
    MOST_BYTES,
    Brought,
    Wanted,
    bag,
    is_binary,
    look_at,
    read_task,
)
from sim.ui.view import View, choose, hold, plain, upload
from sim.ui.waiting import result_of

__all__ = ["PART", "bring", "brought_files", "say_refused", "uploader"]

#: Where the session keeps which part of the page is shown.
PART = "learn.part"
_TABLE = "table"
_MB = 1_000_000
# A workbook is packed as archives are: only its content tells them apart.
_START, _PACKED = 64, b"PK\x03\x04"
_HINTS = dict(said for _, said in BEGINNINGS)


def bring(view: View) -> None:
    """Draw the place for files, and how they are to be read.

    Parameters
    ----------
    view
        Language and colours.
    """
    lang, mine = view.lang, bag()
    with st.container(border=True):
        st.subheader(lang("Your logs"), anchor=False)
        st.markdown(
            lang(
                "One file or several of one format, plain or .gz: Asterisk queue_log or CDR, "
                "Issabel, FreeSWITCH, Amazon Connect, Twilio, Zendesk, Freshdesk, interval "
                "reports, or any CSV or XLSX with a row for each contact."
            )
        )
        uploader(lang("Log files"), "logs", lang)
        st.caption(
            lang(
                "Files stay on the machine where this app runs, and nothing of them is left on "
                "its disk afterwards. Names of customers and operators are replaced by hashes as "
                "they are read."
            )
        )
    if not mine.logs:
        _example(lang)
        return
    _in_hand(lang)
    _settings(lang)
    if (_chosen_format() or mine.looked.format) == _TABLE:
        columns(view)
    _start(lang)


def uploader(label: str, which: str, lang: Language) -> None:
    """A place for several files; what is brought stays in hand until other files come.

    Parameters
    ----------
    label
        What is asked for.
    which
        ``logs`` or ``tests``.
    lang
        The reader's language.
    """
    key = f"learn.upload.{which}"
    upload(
        label,
        MOST_BYTES // _MB,
        lang,
        accept_multiple_files=True,
        key=key,
        on_change=_take,
        args=(key, which),
    )
    kind, name = bag().problems.get(which, ("", ""))
    if kind:
        kept = lang("Nothing was changed: your calculation is as it was.")
        said = [_problem_words(kind, name, lang), kept]
        if kind not in ("empty", "large"):  # those are read as soon as others come, or fewer
            words = N_(
                "Take “{name}” out of the list: other files are not taken while it is there."
            )
            said.insert(1, lang(words, name=plain(name)))
        st.error(" ".join(said))


def _take(key: str, which: str) -> None:
    """Keep an upload, if something can be done with it."""
    mine = bag()
    mine.problems.pop(which, None)
    files = st.session_state[key]
    if not files:
        return
    taken = brought_files([(file.name, file.getvalue()) for file in files])
    if wrong := _refused(taken):
        mine.problems[which] = wrong
        return
    if which == "tests":
        mine.tests = taken
    else:
        _hold(taken, example=False)


def brought_files(files: Sequence[tuple[str, bytes]]) -> tuple[Brought, ...]:
    """Files with names that are names of files, each once.

    Examples
    --------
    >>> [one.name for one in brought_files([("../q.log", b"a"), ("q.log", b"b"), ("..", b"c")])]
    ['q.log', '2-q.log', 'log']
    """
    found: list[Brought] = []
    for said, content in files:
        name = PurePath(said.replace("\\", "/")).name
        name = "log" if name in ("", ".", "..") else name[-100:]
        known = {one.name for one in found}
        while name in known:
            name = f"{len(found) + 1}-{name}"
        found.append(Brought(name, content))
    return tuple(found)


def _refused(files: Sequence[Brought]) -> tuple[str, str] | None:
    """Why nothing can be done with an upload, and the file; None where it can be tried."""
    if all(one.is_blank for one in files):
        return "empty", files[0].name
    for one in files:
        if not one.content.startswith(_PACKED) and (wrong := no_log(one.content[:_START])):
            return wrong[0], one.name
        if is_binary(one.content):
            return "binary", one.name
    if sum(len(one.content) for one in files) > MOST_BYTES:
        return "large", files[0].name
    return None


def _problem_words(kind: str, name: str, lang: Language) -> str:
    if kind == "empty":
        return lang("The file “{name}” is empty.", name=plain(name))
    if kind == "binary":
        words = N_("The file “{name}” is no log: neither text nor a workbook.")
        return lang(words, name=plain(name))
    if kind != "large":
        return refusal_words(InvalidInput("log", kind, name, _HINTS[kind]), lang)[0]
    return lang(
        "Together the files are larger than {most} MB: compress them, or use the command line.",
        most=lang.number(MOST_BYTES / _MB),
    )


def _hold(files: tuple[Brought, ...], *, example: bool) -> None:
    mine = bag()
    mine.logs, mine.looked, mine.example = files, look_at(files), example
    mine.columns, mine.words = {}, {}
    st.session_state.pop("chosen.learn.format", None)
    named = [name for name in mine.looked.header if name]
    if mine.looked.format is None and len(named) > 1 and mine.looked.rows:
        st.session_state["chosen.learn.format"] = _TABLE  # what its columns are is asked below


# --- a log for who has none --------------------------------------------------------------------


def _example(lang: Language) -> None:
    """A made-up log, said to be that."""
    path = ready().get(EXAMPLE)
    if path is None:
        return
    with st.container(border=True):
        st.subheader(lang("No log at hand?"), anchor=False)
        st.markdown(
            lang(
                "Try it with a made-up one: {weeks} weeks of the ready scenario “{name}”, "
                "simulated here and written down as Asterisk would. It shows the way, and how "
                "well a known centre is learnt back.",
                weeks=WEEKS,
                name=EXAMPLE,
            )
        )
        task = Task(f"example.{EXAMPLE}.{WEEKS}", written, (path, WEEKS), "thread")
        made = result_of(task, lang, start=lang("Make an example log"))
        if made is not None:
            bag().zone = "Asia/Jerusalem"
            bag().country = "IL"
            _hold((Brought("example.queue_log.gz", made),), example=True)
            st.rerun()


# --- how they are read -------------------------------------------------------------------------


def _in_hand(lang: Language) -> None:
    """The files, and what they look like."""
    mine = bag()
    listed = ", ".join(
        lang(
            "{name} ({size} MB)",
            name=plain(one.name),
            size=lang.number(len(one.content) / _MB, 2),
        )
        for one in mine.logs
    )
    if mine.looked.format is not None:
        st.success(
            lang(
                "In hand: {files}. By its content it is: {title}.",
                files=listed,
                title=format_words(mine.looked.format, lang),
            ),
            icon=":material/description:",
        )
    elif mine.looked.why is not None and mine.looked.why.rule in _HINTS:
        st.error(refusal_words(mine.looked.why, lang)[0])
    else:
        st.warning(
            lang(
                "In hand: {files}. The format cannot be told by the content: choose it below.",
                files=listed,
            )
        )
    if mine.example:
        st.info(
            lang(
                "This log is made up: it was simulated here from the ready scenario “{name}”.",
                name=EXAMPLE,
            )
        )


def _chosen_format() -> str | None:
    return st.session_state.get("chosen.learn.format") or None


def _settings(lang: Language) -> None:
    """Format, zone, country, salt."""
    mine = bag()
    looked = mine.looked.format
    own = (
        {"": lang("as its content says: {title}", title=format_words(looked, lang))}
        if looked
        else {}
    )
    names = own | {name: format_words(name, lang) for name in format_names()}
    with st.container(border=True):
        st.subheader(lang("How to read them"), anchor=False)
        left, right = st.columns(2)
        with left:
            choose(st.selectbox, lang("Format"), names, "learn.format", lang)
            _zone(lang)
        with right:
            countries = {"": lang("leave holidays out")}
            countries |= dict(
                sorted(((c, lang.country(c)) for c in known_countries()), key=lambda one: one[1])
            )
            st.session_state.setdefault("chosen.learn.country", _country_of(mine.zone))
            mine.country = choose(
                st.selectbox, lang("Public holidays of"), countries, "learn.country", lang
            )
            _salt(lang)


def _zone(lang: Language) -> None:
    mine = bag()
    zones = sorted(time_zones())
    if mine.zone not in zones:
        here = st.context.timezone
        mine.zone = here if here in zones else "UTC"

    def keep() -> None:
        mine.zone = st.session_state["learn.zone"]
        st.session_state.pop("chosen.learn.country", None)

    hold("learn.zone", mine.zone)
    st.selectbox(
        lang("Time zone of the centre"),
        zones,
        index=zones.index(mine.zone),
        key="learn.zone",
        on_change=keep,
        help=lang("Local times in the log are read by it, and days and hours go by it."),
    )


def _country_of(zone: str) -> str:
    """The country of a zone; empty for one without."""
    code = get_global("zone_territories").get(zone, "")
    return code if code in known_countries() else ""


def _salt(lang: Language) -> None:
    mine = bag()

    def keep() -> None:
        mine.said_salt = st.session_state["learn.salt"] or ""

    hold("learn.salt", mine.said_salt)
    st.text_input(
        lang("Salt for the hashes of names"),
        value=mine.said_salt,
        key="learn.salt",
        on_change=keep,
        placeholder=lang("empty: a random one for this session"),
        help=lang(
            "The same salt gives the same hashes: use one of your own, and keep it to yourself, if "
            "months are to be read one by one and callers recognised."
        ),
    )


def _asked() -> Asked:
    """What the choices on the page mean."""
    mine = bag()
    name = _chosen_format()
    mapping: Mapping[str, Any] = {}
    if (name or mine.looked.format) == _TABLE:
        mapping = mapping_of(mine.looked.header)
    return Asked(
        name or mine.looked.format,
        mine.zone,
        mine.country or None,
        mapping,
        mine.said_salt or mine.salt,
    )


def _start(lang: Language) -> None:
    """The button that reads, and what became of it."""
    mine = bag()

    def begin() -> None:
        mine.wanted = Wanted(mine.logs, _asked(), mine.example)

    left, right = st.columns(2)
    with left:
        st.button(
            lang("Read the logs"),
            key="learn.read",
            type="primary",
            icon=":material/play_arrow:",
            on_click=begin,
            width="stretch",
        )
    with right:
        st.button(
            lang("Put the logs away"),
            key="learn.forget",
            icon=":material/delete:",
            on_click=_forget,
            width="stretch",
            help=lang("Forgets the files and all that was learnt from them; your scenario stays."),
        )
    if mine.wanted is None or mine.wanted == mine.done:
        return
    try:
        found = result_of(read_task(mine.wanted), lang, wording=lambda what: _at(what, lang))
    except (InvalidInput, ScenarioError) as error:
        say_refused(error, lang)
        return
    if found is not None:
        mine.done, mine.read = mine.wanted, found
        st.session_state[f"chosen.{PART}"] = "quality"
        st.rerun()


def say_refused(error: InvalidInput | ScenarioError, lang: Language) -> None:
    """Say why logs cannot be read or learnt from, and that nothing else was touched."""
    words = "\n\n".join(plain(one) for one in refusal_words(error, lang))
    kept = lang("Nothing was changed: your calculation is as it was.")
    st.error(f"{words}\n\n{kept}", icon=":material/error:")


def _at(what: str, lang: Language) -> str:
    if what == "quality":
        return lang("Looking for what is odd")
    return lang("Reading {name}", name=plain(what))


def _forget() -> None:
    for key in ("learn.bag", "chosen.learn.format", "chosen.learn.country", f"chosen.{PART}"):
        st.session_state.pop(key, None)
