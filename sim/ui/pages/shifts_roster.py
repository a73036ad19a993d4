"""Who works when: a roster of a month, or a rotation that everybody walks."""

from __future__ import annotations

import datetime
from collections import Counter
from collections.abc import Callable, Mapping

import streamlit as st

from sim.errors import InvalidInput
from sim.plan import Cover
from sim.plan.crews import pattern_of
from sim.plan.period import Period
from sim.plan.rotation.patterns import PATTERNS
from sim.plan.teams import TeamRoster, month_of
from sim.report.labour_tables import broken_table
from sim.report.language import N_, Language
from sim.report.refusals import reason_words
from sim.report.roster_files import calendar_archive, roster_csv, roster_workbook
from sim.report.rosters import roster_answer, titles_of
from sim.report.shift_charts import Count, count_chart
from sim.ui.jobs import Task
from sim.ui.pages.shifts_board import board_of_month, day_of_people
from sim.ui.pages.shifts_edits import Desk
from sim.ui.pages.shifts_last import keep_close, last_roster
from sim.ui.shift_tasks import rostered, rotated
from sim.ui.view import Tile, chart, choose, plain, table, tile_row
from sim.ui.waiting import Paused, now, result_of
from sim.ui.work import key_of

__all__ = ["roster"]

_SECONDS = (15, 60, 180, 600)
#: Months that may be planned, the scenario's own the first.
_MONTHS = 18
_OWN = "own"
_PATTERN_WORDS = {
    "2/2": N_("two days of 12 h, two days off"),
    "2/2 mixed": N_("two days of 12 h, two off, two nights, two off"),
    "day-night-48": N_("a day, a night, the day after it, a day off"),
    "24/72": N_("24 h on duty, three days off"),
    "5/2": N_("five days of 8 h, the weekend off"),
    "4-on-4-off": N_("two days and two nights of 12 h, four days off"),
    "DuPont": N_("28 days of 12 h with a whole week off"),
    "Panama": N_("two and three days of 12 h in 14, every other weekend off"),
}


def roster(desk: Desk, found: Cover | None) -> None:
    """Draw the roster.

    Parameters
    ----------
    desk
        Whose.
    found
        The plan that keeps the promise; None while there is none.
    """
    lang = desk.view.lang
    with st.container(border=True):
        st.subheader(lang("Who works when"), anchor=False)
        if found is None:
            st.info(
                lang(
                    "People are put on shifts that keep the promise: first let the draft above be "
                    "tried in simulation."
                )
            )
            return
        made = _made(desk, found)
    if made is not None:
        _show(desk, made)


def _made(desk: Desk, found: Cover) -> TeamRoster | None:
    """The roster that was asked for, when it is there."""
    lang = desk.view.lang
    names = {"free": lang("Days chosen for each person"), "pattern": lang("A rotation for all")}
    how = choose(
        st.segmented_control, lang("How days are given"), names, f"roster.how.{desk.key}", lang
    )
    period = _month(desk)
    if how == "pattern":
        return _rotation(desk, found, period.start)
    times = {str(n): lang.duration(n) for n in _SECONDS}
    st.session_state.setdefault(f"chosen.roster.seconds.{desk.key}", "60")
    label = lang("How long to look")
    key = f"roster.seconds.{desk.key}"
    seconds = float(choose(st.segmented_control, label, times, key, lang))
    earlier = last_roster(desk, found, period)
    if earlier is None:
        return None
    args = (desk.scenario, desk.option, desk.group, found, period.start, seconds,
            earlier.duties or None, earlier.keep_until)  # fmt: skip
    name = key_of(desk.scenario, "roster", desk.option, desk.group, period.start, seconds,
                  earlier.digest, earlier.keep_until)  # fmt: skip
    task = Task(name, rostered, args)
    first, last = period.start, period.date(period.days - 1)
    start = lang(
        "Make the roster, {first} to {last}", first=f"{first:%d.%m}", last=f"{last:%d.%m.%Y}"
    )
    return result_of(task, lang, start=start, wording=lambda what: _wording(what, lang))


def _month(desk: Desk) -> Period:
    """The month that is planned: that in which the scenario starts, or one of the next."""
    own = desk.period.start
    firsts = [own.replace(year=own.year + n // 12, month=n % 12 + 1)
              for n in range(own.month - 1, own.month - 1 + _MONTHS)]  # fmt: skip
    names = {f"{first:%Y-%m-%d}": f"{first:%m.%Y}" for first in firsts}
    key = f"roster.month.{desk.key}"
    chosen = choose(st.selectbox, desk.view.lang("Month"), names, key, desk.view.lang)
    return month_of(desk.scenario, datetime.date.fromisoformat(chosen))


def _wording(what: str, lang: Language) -> str:
    """How far the roster is from the best one."""
    try:
        gap = lang.percent(float(what), 1)
    except ValueError:
        return lang("Looking for a roster")
    return lang("Looking for a better roster: at most {gap} above the best", gap=gap)


def _rotation(desk: Desk, found: Cover, first: datetime.date) -> TeamRoster | None:
    """Everybody on one pattern: at once."""
    lang = desk.view.lang
    words = {name: lang(_PATTERN_WORDS.get(name, text)) for name, (_, text) in PATTERNS.items()}
    names = {name: f"{name}: {said}" for name, said in words.items()}
    names[_OWN] = lang("days of my own")
    key = f"roster.pattern.{desk.key}"
    chosen = choose(st.selectbox, lang("Rotation"), names, key, lang)
    if chosen == _OWN:
        chosen = st.text_input(
            lang("Days"),
            "DDNN....",
            key=f"roster.own.{desk.key}",
            max_chars=60,
            help=lang("D from 8 to 20, N from 20 to 8, S from 8 to 8, O from 9 to 18, . a day off"),
        )
    try:
        pattern_of(chosen)
    except InvalidInput as error:
        st.error(lang("This is no rotation: {reason}", reason=plain(reason_words(error, lang))))
        return None
    args = (desk.scenario, desk.option, desk.group, found, first, chosen)
    name = key_of(desk.scenario, "rotation", desk.option, desk.group, first, chosen)
    task = Task(name, rotated, args, "thread")
    try:
        return now(task, lang)
    except Paused:
        return None


def _show(desk: Desk, made: TeamRoster) -> None:
    """The roster: the answer, the month, a day, how fair it is, what it breaks, files."""
    lang, found = desk.view.lang, made.roster
    said = roster_answer(desk.scenario, desk.option, made, lang).sentences
    with st.container(border=True):
        bad = not found.found or any(one.hard for one in found.violations)
        sign = ":material/warning:" if bad else ":material/event_available:"
        st.header(f"{sign} {plain(_headline(made, lang))}", anchor=False)
        st.markdown(plain("  \n".join(said)))
    if not found.found:
        return
    _tiles(desk, made)
    board_of_month(desk, made)
    day_of_people(desk, made)
    _fairness(desk, made)
    with st.container(border=True):
        st.subheader(lang("Rules broken"), anchor=False)
        if found.violations:
            table(broken_table(made, lang))
            st.caption(
                lang("Checked by a program that does not know how the roster was made, by minutes.")
            )
        else:
            st.markdown(
                ":material/check_circle: "
                + lang("None. A program checked it that does not know how it was made.")
            )
    _files(desk, made)


def _headline(made: TeamRoster, lang: Language) -> str:
    """The roster in a few words."""
    found = made.roster
    if not found.found:
        return lang("No roster keeps the rules")
    hours = float(found.short.sum()) * found.period.end / 60 / made.needed.size
    people = lang.n("{n} person", "{n} people", len(found.people))
    if hours < 0.05:
        return lang("{people} cover every hour of the month", people=people)
    return lang(
        "{people} leave {hours} h of the month short", people=people, hours=lang.number(hours, 1)
    )


def _tiles(desk: Desk, made: TeamRoster) -> None:
    lang, found = desk.view.lang, made.roster
    hour = found.period.end / 60 / made.needed.size
    short = float(found.short.sum()) * hour
    need = float(made.needed.sum()) * hour
    nights, weekends = sorted(found.nights.values()), sorted(found.weekends.values())
    tiles: list[Tile] = [
        (lang("Hours short"), lang.number(short, 1),
         lang("{share} of what is needed", share=lang.percent(short / need if need else 0.0, 1))),
        (lang("Nights each"), _span(nights, lang), lang("from the fewest to the most")),
        (lang("Weekends each"), _span(weekends, lang), lang("from the fewest to the most")),
        (lang("Hours each"), _span(sorted(round(h) for h in found.hours.values()), lang),
         lang("the norm is {hours}", hours=_span(sorted(round(h) for h in found.owed.values()),
                                                 lang))),
    ]  # fmt: skip
    if found.wishes:
        kept = f"{lang.number(found.wishes_kept)} / {lang.number(found.wishes)}"
        tiles.append((lang("Wishes kept"), kept, None))
    tile_row(tiles)


def _span(values: list[int], lang: Language) -> str:
    if not values:
        return "—"
    if values[0] == values[-1]:
        return lang.number(values[0])
    return f"{lang.number(values[0])}–{lang.number(values[-1])}"


def _fairness(desk: Desk, made: TeamRoster) -> None:
    """How many people have how many nights and weekends."""
    lang, found = desk.view.lang, made.roster
    with st.container(border=True):
        st.subheader(lang("How fair it is"), anchor=False)
        left, right = st.columns(2)
        for place, title, each in (
            (left, lang("Nights in the month"), found.nights),
            (right, lang("Weekends worked"), found.weekends),
        ):
            with place:
                _counts(desk, title, each)
        st.caption(lang("The closer together the bars, the more alike everybody's month."))


def _counts(desk: Desk, title: str, each: Mapping[str, int]) -> None:
    lang = desk.view.lang
    people = Counter(each.values())
    if not people:
        return
    counts = [
        Count(
            value,
            people[value],
            lang.n("{value}: {n} person", "{value}: {n} people", people[value], value=value),
        )
        # Room on both sides: a single bar would fill the picture.
        for value in range(max(0, min(people) - 2), max(people) + 3)
    ]
    chart(
        count_chart(counts, title, lang, desk.view.palette),
        f"{title}: " + ", ".join(one.tip for one in counts if one.people),
    )


def _files(desk: Desk, made: TeamRoster) -> None:
    """The roster to take along."""
    lang, scenario = desk.view.lang, desk.scenario
    titles = titles_of(scenario, desk.option, made, lang)
    found = made.roster
    excel = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
    files: list[tuple[str, str, str, Callable[[], bytes]]] = [
        (lang("Excel"), "xlsx", excel, lambda: roster_workbook(made, lang, titles)),
        (lang("Table (CSV)"), "csv", "text/csv", lambda: roster_csv(found, lang.code).encode()),
        (
            lang("A calendar for each person (ZIP)"),
            "zip",
            "application/zip",
            lambda: calendar_archive(scenario, found, titles),
        ),
    ]
    with st.container(horizontal=True):
        for label, kind, mime, data in files:
            st.download_button(
                label,
                data,
                f"{scenario.name}-roster-{found.period.start:%Y-%m}.{kind}",
                mime,
                key=f"roster.{kind}.{desk.key}",
                on_click="ignore",
                icon=":material/download:",
            )
        keep_close(desk, made)
