"""The week: expected contacts by the hour as a picture, and as a table that comes and goes."""

from __future__ import annotations

import streamlit as st

from sim.errors import InvalidInput, ScenarioError
from sim.report.language import Language
from sim.report.profile_charts import Hour, profile_chart
from sim.report.refusals import refusal_lines
from sim.report.sentences import channel_title
from sim.scenario.week_file import week_channels, week_edits, week_text
from sim.ui.session import change, state
from sim.ui.view import View, chart, legend, plain, quoted, upload
from sim.ui.work import folded, scenario_of

__all__ = ["week"]

_COLOURS = ("labour", "vendor", "workplace", "telephony", "overhead", "consequences")


def week(view: View) -> None:
    """Draw the expected contacts of a week.

    Parameters
    ----------
    view
        Language, colours and scenario.
    """
    lang, scenario = view.lang, view.scenario
    names = week_channels(scenario)
    with st.container(border=True):
        st.subheader(lang("Contacts expected in a week"), anchor=False)
        if not names:
            st.markdown(
                lang(
                    "What comes is replayed from a log or called from a list: no week to show. "
                    "The page “Simulation” plays a day of it."
                )
            )
            return
        st.markdown(plain(_busiest(view, names[0])))
        colours = [view.palette.groups[_COLOURS[n % len(_COLOURS)]] for n in range(len(names))]
        titles = [channel_title(scenario, name, lang) for name in names]
        legend(list(zip(colours, titles, strict=True)), view.palette)
        hours = [
            hour
            for name, title, colour in zip(names, titles, colours, strict=True)
            for hour in _hours(view, name, title, colour)
        ]
        chart(profile_chart(hours, lang, view.palette), _busiest(view, names[0]))
    _table(view)


def _hours(view: View, name: str, title: str, colour: str) -> list[Hour]:
    lang, step = view.lang, view.scenario.interval
    found = []
    for slot, contacts in enumerate(view.scenario.channels[name].arrivals):
        day, second = divmod(slot * step, 86_400)
        when = f"{lang.day(int(day))} {lang.clock(second)}"
        tip = lang("{time}: {n} contacts", time=when, n=lang.number(contacts, 1))
        found.append(Hour(slot * step / 3600, round(contacts, 3), title, colour, tip))
    return found


def _busiest(view: View, name: str) -> str:
    """The busiest interval of the first channel, in a sentence."""
    lang, step = view.lang, view.scenario.interval
    arrivals = view.scenario.channels[name].arrivals
    slot = max(range(len(arrivals)), key=arrivals.__getitem__)
    day, second = divmod(slot * step, 86_400)
    return lang(
        "{channel}: {week} a week; the busiest interval begins on {day} at {time}, with {n}.",
        channel=channel_title(view.scenario, name, lang),
        week=lang.number(sum(arrivals)),
        day=lang.day(int(day)),
        time=lang.clock(second),
        n=lang.number(arrivals[slot], 1),
    )


def _table(view: View) -> None:
    """The week as a table: to take along, and to bring back with other numbers."""
    lang = view.lang
    with st.container(border=True):
        st.subheader(lang("The week as a table"), anchor=False)
        refused = st.session_state.pop("data.week.refused", None)
        if refused is not None:
            st.error(refused)
        st.markdown(
            lang(
                "Columns: day, time, then one for each channel, with the contacts expected in the "
                "interval. Change the numbers in a spreadsheet and bring the table back: profile "
                "and volume of these channels are then yours."
            )
        )
        left, right = st.columns(2)
        with left:
            st.download_button(
                lang("Download the table, CSV"),
                lambda: week_text(view.scenario).encode("utf-8-sig"),
                "week.csv",
                "text/csv",
                key="data.week.download",
                on_click="ignore",
                icon=":material/download:",
                width="stretch",
            )
        with right:
            upload(
                lang("A table of your own, CSV"),
                2,
                lang,
                type=["csv", "txt"],
                key="data.week.upload",
                on_change=_bring,
                args=(lang,),
            )


def _bring(lang: Language) -> None:
    """Take a table over; one that cannot be read changes nothing."""
    file = st.session_state["data.week.upload"]
    if file is None:
        return
    own, shown = scenario_of(state())
    try:
        now = folded(state(), own)
        fresh = now.writing(*week_edits(shown, file.getvalue(), file.name))
        scenario_of(fresh)
    except (InvalidInput, ScenarioError) as error:
        told = "\n".join(f"- {quoted(line)}" for line in refusal_lines(error, lang)[:10])
        head = lang("The file “{name}” cannot be used.", name=plain(file.name))
        kept = lang("Nothing was changed: your calculation is as it was.")
        st.session_state["data.week.refused"] = f"{head}\n\n{told}\n\n{kept}"
        return
    change(fresh)
