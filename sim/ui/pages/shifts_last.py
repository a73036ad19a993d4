"""An earlier roster: a new one stays close to it, and runs on from its last days."""

from __future__ import annotations

import datetime
import hashlib
import tempfile
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import streamlit as st

from sim.errors import Problem, ScenarioError
from sim.plan import Cover
from sim.plan.duties import Duty
from sim.plan.period import Period
from sim.plan.teams import TeamRoster, shifts_of, team_of
from sim.report.language import Language
from sim.report.roster_files import read_roster, roster_csv
from sim.ui.pages.shifts_edits import Desk, problem_words
from sim.ui.view import plain, quoted, upload
from sim.ui.work import kept, key_of

__all__ = ["Last", "keep_close", "last_roster"]

_MOST_SHOWN = 10


@dataclass(frozen=True, slots=True)
class Last:
    """An earlier roster.

    Parameters
    ----------
    duties
        What was worked before the days that are planned, and what was planned for these days.
    keep_until
        The first day that may still change; None where all may.
    digest
        Names its file.
    """

    duties: tuple[Duty, ...] = ()
    keep_until: datetime.date | None = None
    digest: str = ""


def last_roster(desk: Desk, found: Cover, period: Period) -> Last | None:
    """Ask for an earlier roster, which nobody has to give.

    Parameters
    ----------
    desk
        Whose.
    found
        The plan that keeps the promise.
    period
        The days that are planned.

    Returns
    -------
        None where the file does not fit what is planned: that is said.
    """
    lang = desk.view.lang
    place = _place(desk)
    there = place in st.session_state
    with st.expander(
        lang("Stay close to an earlier roster"), icon=":material/history:", expanded=there
    ):
        upload(
            lang("Roster (CSV), as this page writes it"),
            5,
            lang,
            type=["csv"],
            key=f"roster.last.upload.{desk.key}",
            on_change=_take,
            args=(desk,),
            help=lang(
                "Of these days, to change as few of them as can be; of the days before, so that "
                "rests and rows of nights run on."
            ),
        )
        if not there:
            return Last()
        name, data = st.session_state[place]
        left, right = st.columns([3, 1], vertical_alignment="center")
        with right:
            st.button(
                lang("Put away"),
                key=f"roster.last.away.{desk.key}",
                on_click=lambda: st.session_state.pop(place, None),
                width="stretch",
            )
        digest = hashlib.sha256(data).hexdigest()
        key = key_of(desk.scenario, "last", desk.option, desk.group, period, digest)
        duties = kept(key, lambda: _read(desk, found, period, data))
        with left:
            if isinstance(duties, list):
                _refused(name, duties, lang)
                return None
            st.markdown(_told(name, duties, period, lang))
        planned = any(duty.start >= 0 for duty in duties)
        until = _until(desk, period) if planned else None
        return Last(duties, until, digest)


def _until(desk: Desk, period: Period) -> datetime.date | None:
    """The first day that may still change, kept while other pages are looked at."""
    lang = desk.view.lang
    place = f"chosen.roster.until.{desk.key}.{period.start}"
    key = f"roster.last.until.{desk.key}.{period.start}"

    def keep() -> None:
        st.session_state[place] = st.session_state[key]

    st.date_input(
        lang("First day that may still change"),
        value=st.session_state.get(place),
        min_value=period.start,
        max_value=period.date(period.days),
        format="DD.MM.YYYY",
        key=key,
        on_change=keep,
        help=lang("Empty: any day may change, at a price."),
    )
    found: datetime.date | None = st.session_state.get(place)
    return found


def keep_close(desk: Desk, made: TeamRoster) -> None:
    """A button that keeps the roster on the page as the one to stay close to.

    Parameters
    ----------
    desk
        Whose.
    made
        The roster.
    """
    lang = desk.view.lang
    name = f"{desk.scenario.name}-roster-{made.roster.period.start:%Y-%m}.csv"
    data = roster_csv(made.roster, "en").encode()

    def keep() -> None:
        st.session_state[_place(desk)] = (name, data)

    st.button(
        lang("Stay close to this one next time"),
        key=f"roster.last.keep.{desk.key}",
        on_click=keep,
        icon=":material/history:",
        help=lang("Change people, absences or shifts above: the next roster keeps what it can."),
    )


def _place(desk: Desk) -> str:
    return f"roster.last.{desk.key}"


def _take(desk: Desk) -> None:
    """Keep a file that was brought; taking it out of the field puts it away."""
    file = st.session_state[f"roster.last.upload.{desk.key}"]
    if file is not None:
        st.session_state[_place(desk)] = (file.name, file.getvalue())


def _read(
    desk: Desk, found: Cover, period: Period, data: bytes
) -> tuple[Duty, ...] | list[Problem]:
    """The duties of a file, or why it cannot be used."""
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "roster.csv"
        path.write_bytes(data)
        try:
            duties = read_roster(path, period, shifts_of(found))
        except ScenarioError as error:
            return list(error.problems)
    members, _ = team_of(desk.scenario, desk.option, desk.group, period)
    if not {duty.person for duty in duties} & {one.name for one in members}:
        names = ", ".join(sorted(one.name for one in members)[:5])
        hint = f"there are {names} …"
        return [Problem("", 0, "", "must name somebody of this group", hint)]
    return duties


def _refused(name: str, found: Sequence[Problem], lang: Language) -> None:
    lines = [problem_words(one, lang) for one in found[:_MOST_SHOWN]]
    head = lang("The file “{name}” cannot be used.", name=plain(name))
    listed = "\n".join(f"- {quoted(line)}" for line in lines)
    rest = lang("Put it away, bring another, or plan other days: no roster is made meanwhile.")
    st.error(f"{head}\n\n{listed}\n\n{rest}")


def _told(name: str, duties: Sequence[Duty], period: Period, lang: Language) -> str:
    """What of the file counts."""
    before = sum(duty.start < 0 for duty in duties)
    return lang(
        "**{name}**: {planned} shifts of the days that are planned, {before} of the days before.",
        name=plain(name),
        planned=lang.number(len(duties) - before),
        before=lang.number(before),
    )
