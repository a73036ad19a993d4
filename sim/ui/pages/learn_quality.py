"""What was read of the logs, what was left out, and what is odd about them."""

from __future__ import annotations

from datetime import date, timedelta

import streamlit as st

from sim.learn.quality import Finding
from sim.report.language import N_, Language
from sim.report.learned_charts import DayBar, DayKind, day_colours, days_chart
from sim.report.log_quality import (
    KNOWN_WORDS,
    dropped_table,
    finding_words,
    format_words,
    reading_sentence,
    reason_words,
    weight_words,
)
from sim.ui.learn_tasks import LogRead
from sim.ui.view import View, chart, legend, plain, table, tile_row

__all__ = ["day_bars", "quality_report", "sentence"]

_KINDS: dict[DayKind, str] = {
    "usual": N_("usual"),
    "busy": N_("far busier than its weekday"),
    "quiet": N_("far quieter"),
    "holiday": N_("public holiday"),
    "missing": N_("no contacts on an open weekday"),
}
_OF_FINDING: dict[str, DayKind] = {
    "busy_days": "busy",
    "quiet_days": "quiet",
    "missing_days": "missing",
    "holidays": "holiday",
}
_ICONS = {"note": ":material/info:", "warning": ":material/warning:", "severe": ":material/error:"}
_MOST_DATES = 6


def quality_report(view: View, found: LogRead) -> None:
    """Draw what was read, day by day, and every finding in words.

    Parameters
    ----------
    view
        Language and colours.
    found
        The log as it was read.
    """
    lang = view.lang
    _tiles(view, found)
    with st.container(border=True):
        st.subheader(lang("Contacts a day"), anchor=False)
        bars = day_bars(found, lang)
        if bars:
            shown = {bar.kind for bar in bars}
            colours = day_colours(view.palette)
            items = [
                (colours[kind], lang(words)) for kind, words in _KINDS.items() if kind in shown
            ]
            legend(items, view.palette)
            chart(days_chart(bars, lang, view.palette), lang("Contacts of each day of the log"))
        else:
            st.markdown(lang("There is not a single contact in the log."))
    with st.container(border=True):
        st.subheader(lang("What is odd"), anchor=False)
        odd = [one for one in found.findings if one.kind != "dropped"]
        if not odd:
            st.markdown(lang("Nothing that would disturb the estimates was found."))
        for one in odd:
            _finding(one, lang)
    with st.container(border=True):
        st.subheader(lang("Lines left out"), anchor=False)
        if found.reading.dropped:
            st.markdown(
                lang(
                    "Every line is either used or counted here: nothing is passed over in silence."
                )
            )
            table(dropped_table(found.reading, lang))
        else:
            st.markdown(lang("None: every line was used."))
        for note in found.reading.notes:
            st.caption(plain(reason_words(note, lang)))


def _tiles(view: View, found: LogRead) -> None:
    lang = view.lang
    reading = found.reading
    span = "—" if found.first is None or found.last is None else _span(found.first, found.last)
    days = len(found.days)
    gone = sum(one.count for one in reading.dropped.values())
    what = reading.contacts or reading.intervals
    label = lang("Contacts") if reading.contacts or not reading.intervals else lang("Intervals")
    tile_row(
        [
            (label, lang.number(what), format_words(found.title, lang)),
            (lang("Days with contacts"), lang.number(days), span),
            (lang("Lines read"), lang.number(reading.lines), found.timezone),
            (lang("Lines left out"), lang.number(gone), _share(gone, reading.lines, lang)),
        ]
    )
    known = [lang(words) for name, words in KNOWN_WORDS.items() if name in found.knows]
    lacking = [lang(words) for name, words in KNOWN_WORDS.items() if name not in found.knows]
    told = lang("The source tells {known}.", known="; ".join(known) or "—")
    if lacking:
        told += " " + lang("It does not tell {lacking}.", lacking="; ".join(lacking))
    st.caption(told)


def _share(part: int, whole: int, lang: Language) -> str:
    return lang("{share} of all", share=lang.percent(part / max(whole, 1), 1))


def _span(first: date, last: date) -> str:
    return f"{first:%d.%m.%Y} – {last:%d.%m.%Y}"


def day_bars(found: LogRead, lang: Language) -> list[DayBar]:
    """Every day from the first to the last, each with what it is like."""
    if not found.days:
        return []
    kinds: dict[date, tuple[DayKind, str]] = {}
    for one in found.findings:
        kind = _OF_FINDING.get(one.kind)
        for said in one.examples if kind else ():
            written, _, name = said.partition(" ")
            kinds[date.fromisoformat(written)] = (kind or "usual", name)
    first, last = min(found.days), max(found.days)
    bars = []
    for number in range((last - first).days + 1):
        day = first + timedelta(days=number)
        kind, name = kinds.get(day, ("usual", ""))
        count = found.days.get(day, 0)
        tip = f"{lang.day(day.weekday())} {day:%d.%m.%Y}: "
        tip += lang.n("{n} contact", "{n} contacts", count)
        what = name or (lang(_KINDS[kind]) if kind != "usual" else "")
        tip += f" · {what}" if what else ""
        bars.append(DayBar(day, count, kind, tip))
    return bars


def _finding(one: Finding, lang: Language) -> None:
    """One finding: how much it matters, what it is, for example."""
    examples = ", ".join(one.examples[:_MOST_DATES])
    words, weight = plain(finding_words(one, lang)), weight_words(one, lang)
    said = [f"{_ICONS[one.weight]} {words} (*{weight}*)."]
    if examples and one.kind != "synthetic":
        said.append(lang("For example: {examples}.", examples=plain(examples)))
    st.markdown(" ".join(said))


def sentence(found: LogRead, lang: Language) -> str:
    """What was read, for the head of the page."""
    return reading_sentence(found.reading, lang)
