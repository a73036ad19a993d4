"""The cheapest shifts: a draft at once, and on demand the plan that keeps the promise."""

from __future__ import annotations

from collections import defaultdict

import numpy as np
import streamlit as st

from sim.decide import OptionResult
from sim.plan import Cover
from sim.plan.duties import DAY, Pause
from sim.report.needs import limit_sentences
from sim.report.plans import plan_sentences, promise_sentence, shift_rows, shift_table
from sim.report.sentences import group_title, shift_title
from sim.report.sheets import sheet_text
from sim.report.shift_charts import Bar, gantt, shades, week_cover
from sim.report.week_charts import Slot
from sim.ui.jobs import Task
from sim.ui.pages.shifts_edits import Desk
from sim.ui.shift_tasks import drafted, proven
from sim.ui.view import Tile, chart, choose, legend, plain, table, tile_row
from sim.ui.waiting import Paused, now, result_of
from sim.ui.work import key_of, plan_key, plan_known

__all__ = ["plan"]


def plan(desk: Desk) -> Cover | None:
    """Draw the plan: the answer first.

    Parameters
    ----------
    desk
        Whose shifts.

    Returns
    -------
        The plan that keeps the promise in simulation; None while there is only a draft.
    """
    key = plan_key(desk.scenario, desk.option)
    task = Task(key, proven, (desk.planned, desk.option))
    result = plan_known(desk.scenario, desk.option)
    found = result.covers[desk.group] if result is not None else _draft(desk)
    with st.container(border=True):
        if found is not None and found.plan is not None:
            _sentence(desk, found, result)
        if result is None:
            came = result_of(
                task,
                desk.view.lang,
                start=desk.view.lang("Try it in simulation and improve it"),
                wording=lambda what: _wording(desk, what),
            )
            if came is not None:
                st.rerun()  # it came while the page was drawn: its head shall have it too
    if found is not None and found.plan is not None:
        _tiles(desk, found)
        _week(desk, found)
        _table(desk, found)
    return found if result is not None else None


def _draft(desk: Desk) -> Cover | None:
    """A plan for the closed form's requirement, in a second or two."""
    key = key_of(desk.planned, "draft", desk.option, desk.group)
    args = (desk.planned, desk.option, desk.group)
    # The page waits for it: a part that comes after a second would draw everything twice, and
    # a browser may lose what was just chosen between the two.
    try:
        return now(Task(key, drafted, args, "thread"), desk.view.lang)
    except Paused:
        return None


def _wording(desk: Desk, what: str) -> str:
    """What the search is at."""
    lang = desk.view.lang
    name, _, number = what.partition(" ")
    if name == "trial":
        return lang("Trial {n}: shifts are found, played, and strengthened", n=number)
    return lang("Simulating “{option}”", option=desk.option)


def _sentence(desk: Desk, found: Cover, result: OptionResult | None) -> None:
    """What the plan is, how good, and whether the promise holds."""
    lang = desk.view.lang
    assert found.plan is not None
    cover = found.plan.cover
    words = {"count": lang.number(cover.count), "paid": lang.number(cover.paid)}
    if not cover.full:
        sign = "warning"
        head = lang("These shifts cannot cover everything: {hours} agent hours a week are missing",
                    hours=lang.number(float(cover.missing.sum()) * desk.scenario.interval / 3600,
                                      1))  # fmt: skip
    elif result is None:
        sign = "edit_calendar"
        head = lang("A draft: {count} shifts a week, {paid} paid hours", **words)
    else:
        sign = "event_available"
        head = lang("{count} shifts a week, {paid} paid hours", **words)
    st.header(f":material/{sign}: {head}", anchor=False)
    title = group_title(desk.scenario, desk.option, desk.group, lang)
    said = plan_sentences(desk.scenario, title, found, lang)
    if result is not None:
        said.insert(0, promise_sentence(result, lang))
    else:
        said.append(
            lang(
                "Found for what the closed form asks for; whether customers get what is promised, "
                "only a simulation says. That takes up to some minutes for a team round the clock."
            )
        )
    said += limit_sentences(desk.scenario, desk.option, lang)
    st.markdown(plain("  \n".join(said)))
    if not cover.full:
        st.markdown(lang("Allow other starts, lengths or more people a day in the table below."))


def _tiles(desk: Desk, found: Cover) -> None:
    lang = desk.view.lang
    assert found.plan is not None
    cover, agents = found.plan.cover, found.agents
    hours = desk.scenario.interval / 3600
    needed = float(found.requirement.agents.sum()) * hours
    kinds = {(s.shift.name, s.shift.start, s.shift.minutes) for s in cover.shifts}
    tiles: list[Tile] = [
        (lang("Shifts a week"), lang.number(cover.count),
         lang.n("{n} kind", "{n} kinds", len(kinds))),
        (lang("Paid hours a week"), lang.number(cover.paid),
         lang("{needed} agent hours are needed", needed=lang.number(needed))),
        (lang("Of paid time needed"),
         lang.percent(min(1.0, needed / cover.paid) if cover.paid else 0.0), None),
        (lang("At peak on the line"), lang.number(int(agents.max(initial=0))), None),
    ]  # fmt: skip
    staff = desk.staff
    if staff.payroll is not None or staff.contract is not None:
        pay = lang.money(cover.cost, desk.scenario.currency, compact=True)
        tiles.append((lang("Pay of these hours a week"), pay, lang("nights and weekends included")))
    tile_row(tiles)


def _week(desk: Desk, found: Cover) -> None:
    """Cover against need, a week at a glance, and a day of it as bars."""
    lang, palette = desk.view.lang, desk.view.palette
    with st.container(border=True):
        st.subheader(lang("The week: on the line and needed"), anchor=False)
        items = [(palette.cover, lang("On the line")), (palette.needed, lang("Needed"))]
        legend([*items, (palette.short, lang("Missing"))], palette)
        needed = found.requirement.agents
        hours = desk.scenario.interval / 3600
        short = int(np.sum(found.agents < needed))
        slots = [
            _slot(desk, k, hours, float(found.agents[k]), float(needed[k]))
            for k in range(len(needed))
        ]
        told = lang.n(
            "People are missing in {n} interval of the week",
            "People are missing in {n} intervals of the week",
            short,
        )
        chart(week_cover(slots, lang, palette), told)
        st.caption(
            lang(
                "Needed: by closed form. Where fewer are on the line, the promise holds all the "
                "same on average, or the draft has not been tried yet."
            )
            if short
            else lang("Needed: by closed form, in every interval.")
        )


def _slot(desk: Desk, k: int, hours: float, cover: float, need: float) -> Slot:
    lang = desk.view.lang
    start = k * hours
    tip = lang(
        "{day} {start}–{end}: {cover} on the line, {need} needed",
        day=lang.day(int(start // 24)),
        start=lang.clock(start % 24 * 3600),
        end=lang.clock((start % 24 + hours) * 3600),
        cover=lang.number(cover),
        need=lang.number(need),
    )
    return Slot(start, start + hours, cover, need, tip)


def _table(desk: Desk, found: Cover) -> None:
    """Who starts what on which day: as bars of one day, and all in a table."""
    lang = desk.view.lang
    assert found.plan is not None
    with st.container(border=True):
        st.subheader(lang("Who starts when"), anchor=False)
        names = {str(day): lang.day(day) for day in range(7)}
        day = int(choose(st.segmented_control, lang("Day"), names, "shifts.day", lang))
        _bars(desk, found, day)
        with st.expander(lang("The whole week as a table"), icon=":material/table:"):
            table(shift_table(desk.scenario, desk.option, desk.group, found.plan, lang))
        text = sheet_text(shift_rows("", found), lang.code)
        st.download_button(
            lang("Shifts as a table (CSV)"),
            text.encode(),
            f"{desk.scenario.name}-shifts.csv",
            "text/csv",
            key=f"shifts.csv.{desk.key}",
            on_click="ignore",
            icon=":material/download:",
        )


def _bars(desk: Desk, found: Cover, day: int) -> None:
    """A bar for each kind of shift of a day, with how many start it."""
    lang, palette = desk.view.lang, desk.view.palette
    assert found.plan is not None
    kinds = sorted({(s.shift.start, s.shift.minutes, s.shift.name)
                    for s in found.plan.cover.shifts})  # fmt: skip
    counts: dict[tuple[int, int, str], int] = defaultdict(int)
    pauses: dict[tuple[int, int, str], tuple[Pause, ...]] = {}
    for item in found.plan.cover.shifts:
        if item.day % 7 == day:
            key = item.shift.start, item.shift.minutes, item.shift.name
            counts[key] += item.count
            pauses.setdefault(key, item.shift.pauses)
    bars: list[Bar] = []
    rows: list[str] = []
    for key in sorted(counts):
        start, minutes, name = key
        title = shift_title(desk.scenario, desk.option, desk.group, name, lang)
        times = f"{lang.clock(60 * start)}–{lang.clock(60 * ((start + minutes) % DAY))}"
        rows.append(f"{times} {title}")
        people = lang.n("{n} person", "{n} people", counts[key])
        tip = f"{times} {title}: {people}"
        bars.append(
            Bar(rows[-1], start / 60, (start + minutes) / 60, kinds.index(key), people, tip)
        )
        for pause in pauses[key]:
            begin = (start + pause.start) / 60
            bars.append(Bar(rows[-1], begin, begin + pause.minutes / 60, None, "", tip))
    if not bars:
        st.markdown(lang("Nobody starts on this day."))
        return
    left = min(24.0, np.floor(min(bar.start for bar in bars) / 2) * 2)
    right = np.ceil(max(bar.end for bar in bars) / 2) * 2
    told = ". ".join(bar.tip for bar in bars if bar.shade is not None)
    chart(gantt(bars, rows, (float(left), float(right)), lang, palette), told)
    legend([(shades(palette)[0], lang("shift")), (palette.line, lang("pause"))], palette)
