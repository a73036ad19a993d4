"""How the reading of a log went, and what is odd about the log: in words."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence

from sim.learn import KNOWLEDGE, Dropped, Reading
from sim.learn.formats import FORMATS
from sim.learn.quality import Finding
from sim.report.language import N_, Language
from sim.report.table import Row, Table

__all__ = [
    "FIELD_WORDS",
    "KNOWN_WORDS",
    "OUTCOME_TITLES",
    "dropped_table",
    "finding_words",
    "format_words",
    "reading_sentence",
    "reason_words",
    "weight_words",
]

#: What a source can tell.
KNOWN_WORDS = {
    "arrivals": N_("when contacts came"),
    "waits": N_("how long they waited"),
    "handle": N_("how long they were handled"),
    "patience": N_("who gave up, and when"),
    "presence": N_("when operators were there"),
    "callers": N_("who called"),
}

#: What a column may be.
FIELD_WORDS = {
    "time": N_("time of arrival"),
    "date": N_("date, if it has a column of its own"),
    "answered_at": N_("answered at"),
    "ended_at": N_("ended at"),
    "wait": N_("wait"),
    "talk": N_("talk"),
    "hold": N_("hold"),
    "acw": N_("work after the contact"),
    "handle": N_("handle time as a whole"),
    "outcome": N_("how it ended"),
    "queue": N_("queue"),
    "channel": N_("channel"),
    "type": N_("type of the matter"),
    "priority": N_("priority"),
    "caller": N_("who called"),
    "agent": N_("operator"),
}
#: How a contact may have ended.
OUTCOME_TITLES = {
    "served": N_("answered"),
    "abandoned": N_("gave up waiting"),
    "timeout": N_("sent on after too long a wait"),
    "exit_key": N_("left by a key, such as for a callback"),
    "exit_empty": N_("sent away, nobody was there"),
    "blocked": N_("found no line"),
    "transferred": N_("answered and passed on"),
    "unknown": N_("not known"),
}
# Titles that are not names alone.
_FORMATS = {
    "anonymous_bank": N_("monthly files of the Anonymous Bank"),
    "table": N_("a table with a row for each contact"),
    "queue_log_table": N_("Asterisk queue_log from a database, as CSV"),
    "issabel": N_("Issabel or Elastix call_entry, as CSV"),
    "fusionpbx": N_("FreeSWITCH calls of FusionPBX, as CSV"),
    "avaya": N_("interval report as Avaya writes it"),
}

_WEIGHTS = {
    "note": N_("good to know"),
    "warning": N_("may change the estimates"),
    "severe": N_("do not trust the estimates"),
}

# Reasons and notes of the reading, which are English: marked here to be looked up.
_REASONS = (
    N_("a call outside of queues"),
    N_("a file that was given more than once is read once"),
    N_("a further record of the same call"),
    N_("a line longer than 1048576 bytes was passed over"),
    N_("more cells than the header"),
    N_("of a task that began before the log"),
    N_("of several sheets only the first one with a table is read"),
    N_("the file is empty"),
    N_("the same event a second time"),
    N_("the same interval a second time"),
    N_("times that are plain numbers are read as Excel's days since 1900"),
    N_("calls have no unique id: times are read by the zone alone"),
    N_("dates like 3/4/2026 are read with the day first"),
    N_("never in a queue"),
    N_("no count of calls"),
    N_("outbound, or a monitor"),
    N_("a second answer or end of one call in one queue"),
    N_("agents of several queues are counted in each: learn the queues apart"),
    N_("cut short, or no line of a queue log"),
    N_("cut short, or not of this format"),
    N_("cut short: fewer cells than the header"),
    N_("event of another program"),
    N_("hung up in the voice menu, before the queue"),
    N_("no readable date or time"),
    N_("no readable time"),
    N_("no readable wait or service"),
    N_("no time zone was given: UTC is taken"),
    N_("of a call that began before the log"),
    N_("phantom call: not a real one"),
    N_("quotes that do not close, or a cell beyond all bounds"),
    N_("the agent's side of a call"),
    N_("the archive is cut short or damaged: read as far as it goes"),
    N_("the same contact a second time"),
    N_("the same line a second time"),
    N_("unknown outcome"),
    N_("acw below zero, taken as unknown"),
    N_("hold below zero, taken as unknown"),
    N_("talk below zero, taken as unknown"),
    N_("wait below zero, taken as unknown"),
)

_UNREAD = re.compile(r"(\w+) not readable, taken as unknown")
_COLUMN = re.compile(r"column [\'\"](.*)[\'\"] is taken as (\w+)")
_UNKNOWN = re.compile(r"(\d+) rows have words in [\'\"](.*)[\'\"] whose meaning is not known:.*")

_STRAY = re.compile(r"contacts left out, as they are dated far from all others: (\d+)")
_LOST = re.compile("channel left out, nobody was served in it for more than 0 s: (.*)")

_SIGNS = {
    "handle_exponential": N_("handle times follow the exponential law to the letter"),
    "handle_uniform": N_("handle times are spread evenly between two bounds"),
    "wait_uniform": N_("waits are spread evenly between two bounds"),
    "flat_hours": N_("all hours are equally busy"),
    "flat_week": N_("all days of the week are equally busy"),
    "days_by_chance": N_("days differ no more than by chance"),
    "no_load_wait_link": N_("waits do not depend on how busy the hour is"),
}


def reason_words(reason: str, lang: Language) -> str:
    """Why lines were left out or what was assumed; in English where nobody translated it.

    Examples
    --------
    >>> reason_words("unknown outcome", Language("ru"))
    'неизвестный исход'
    """
    if column := _COLUMN.fullmatch(reason):
        return lang(
            "column “{column}” is taken for: {field}",
            column=column[1],
            field=lang(FIELD_WORDS.get(column[2], column[2])),
        )
    if unknown := _UNKNOWN.fullmatch(reason):
        return lang.n(
            "{n} row has a word in “{column}” whose meaning is not known",
            "{n} rows have words in “{column}” whose meaning is not known",
            int(unknown[1]),
            column=unknown[2],
        )
    if unread := _UNREAD.fullmatch(reason):
        field = lang(FIELD_WORDS.get(unread[1], unread[1]))
        return lang("not readable and taken as unknown: {field}", field=field)
    if stray := _STRAY.fullmatch(reason):
        return lang.n(
            "{n} contact left out, as it is dated far from all others",
            "{n} contacts left out, as they are dated far from all others",
            int(stray[1]),
        )
    if lost := _LOST.fullmatch(reason):
        return lang(
            "channel left out, nobody was served in it for more than 0 s: {channel}",
            channel=lost[1],
        )
    head, mark, rest = reason.partition(": ")
    if mark and rest in _REASONS:  # a note of one file
        return ": ".join([head, lang(rest)])
    return lang(reason)


def format_words(name: str, lang: Language) -> str:
    """A format as people know it: most are called by the programme that writes them."""
    return lang(_FORMATS.get(name) or next(one.title for one in FORMATS if one.name == name))


def weight_words(finding: Finding, lang: Language) -> str:
    """How much a finding matters."""
    return lang(_WEIGHTS[finding.weight])


def reading_sentence(reading: Reading, lang: Language) -> str:
    """What was read, in a sentence."""
    gone = sum(one.count for one in reading.dropped.values())
    what = (
        lang.n("{n} interval", "{n} intervals", reading.intervals)
        if reading.intervals and not reading.contacts
        else lang.n("{n} contact", "{n} contacts", reading.contacts)
    )
    lines = lang.n("{n} line", "{n} lines", reading.lines)
    if not gone:
        return lang("{lines} read, {what} in them; no line was left out", lines=lines, what=what)
    share = gone / max(reading.lines, 1)
    return lang(
        "{lines} read, {what} in them; left out: {gone} ({share})",
        lines=lines,
        what=what,
        gone=lang.number(gone),
        share=lang.percent(share, 1 if share >= 0.001 else 3),
    )


def dropped_table(reading: Reading, lang: Language) -> Table:
    """Every line that was left out, by reason, with its count and where the first ones stand."""

    def row(reason: str, gone: Dropped) -> Row:
        share = lang.percent(gone.count / max(reading.lines, 1), 2)
        why, examples = reason_words(reason, lang), ", ".join(gone.examples)
        return (why, lang.number(gone.count), share, examples)

    ordered = sorted(reading.dropped.items(), key=lambda item: -item[1].count)
    head = (lang("Why"), lang("Lines of the log"), lang("Of all"), lang("For example, file:line"))
    return Table(lang("Lines left out"), head, tuple(row(*item) for item in ordered))


def finding_words(finding: Finding, lang: Language) -> str:
    """A finding in one or two sentences: what it is, how much of it, what it may mean."""
    return _WORDS.get(finding.kind, _counted)(finding, lang)


def _share(finding: Finding, lang: Language) -> str:
    digits = 0 if finding.share >= 0.1 else 1 if finding.share >= 0.001 else 3
    return lang.percent(finding.share, digits)


def _share_and_reason(finding: Finding, lang: Language) -> dict[str, str]:
    reason = reason_words(str(finding.values["reason"]), lang)
    return {"share": _share(finding, lang), "reason": reason}


def _dropped(finding: Finding, lang: Language) -> str:
    words = _share_and_reason(finding, lang)
    return lang.n(
        "{n} line ({share}) was left out: {reason}",
        "{n} lines ({share}) were left out: {reason}",
        finding.count,
        **words,
    )


def _repaired(finding: Finding, lang: Language) -> str:
    words = _share_and_reason(finding, lang)
    if _UNREAD.fullmatch(str(finding.values["reason"])):
        return lang.n(
            "{n} contact ({share}) was kept with something in it {reason}",
            "{n} contacts ({share}) were kept with something in them {reason}",
            finding.count,
            **words,
        )
    return lang.n(
        "{n} contact ({share}) was kept, but {reason}: the clock was set back",
        "{n} contacts ({share}) were kept, but {reason}: the clock was set back",
        finding.count,
        **words,
    )


def _busy(finding: Finding, lang: Language) -> str:
    return lang.n(
        "{n} day is far busier than its weekday, up to {times} times the usual. A breakdown or "
        "a campaign is no forecast: think of leaving it out",
        "{n} days are far busier than their weekday, up to {times} times the usual. A breakdown or "
        "a campaign is no forecast: think of leaving them out",
        finding.count,
        times=lang.number(float(finding.values["most"]), 1),
    )


def _surges(finding: Finding, lang: Language) -> str:
    return lang.n(
        "{n} surge of some hours, the biggest with {contacts} contacts where {usual} are usual",
        "{n} surges of some hours, the biggest with {contacts} contacts where {usual} are usual",
        finding.count,
        contacts=lang.number(float(finding.values["contacts"])),
        usual=lang.number(float(finding.values["usual"])),
    )


def _callers(finding: Finding, lang: Language) -> str:
    return lang(
        "Who called is known of {known} of contacts only: redials and repeats are a lower bound",
        known=lang.percent(float(finding.values["known"])),
    )


def _callers_waiting(finding: Finding, lang: Language) -> str:
    return lang(
        "Who called is known of {waiting} of those who waited and of {at_once} of the others: "
        "comparing the two would mislead",
        waiting=lang.percent(float(finding.values["known_waiting"])),
        at_once=lang.percent(float(finding.values["known_at_once"])),
    )


def _synthetic(finding: Finding, lang: Language) -> str:
    signs: Sequence[str] = [lang(_SIGNS[name]) for name in finding.values if name in _SIGNS]
    return lang("This looks like made-up data: {signs}", signs="; ".join(signs))


def _counted(finding: Finding, lang: Language) -> str:
    """Contacts of which there is no more to say than how many."""
    count, share = finding.count, _share(finding, lang)
    words = {
        "twice": lang.n(
            "{n} contact ({share}) is there more than once",
            "{n} contacts ({share}) are there more than once",
            count,
            share=share,
        ),
        "stray_days": lang.n(
            "{n} contact ({share}) is dated far from all others: a clock was not set, and nothing "
            "is learnt from it",
            "{n} contacts ({share}) are dated far from all others: a clock was not set, and "
            "nothing is learnt from them",
            count,
            share=share,
        ),
        "no_end": lang.n(
            "{n} contact ({share}) has no end: how it went is not known",
            "{n} contacts ({share}) have no end: how they went is not known",
            count,
            share=share,
        ),
        "zero_services": lang.n(
            "{n} service ({share}) took no time at all",
            "{n} services ({share}) took no time at all",
            count,
            share=share,
        ),
        "short_services": lang.n(
            "{n} service ({share}) took less than 10 s: operators may drop calls",
            "{n} services ({share}) took less than 10 s: operators may drop calls",
            count,
            share=share,
        ),
        "long_services": lang.n(
            "{n} contact ({share}) was handled for more than an hour",
            "{n} contacts ({share}) were handled for more than an hour",
            count,
            share=share,
        ),
        "long_waits": lang.n(
            "{n} contact ({share}) waited for more than two hours",
            "{n} contacts ({share}) waited for more than two hours",
            count,
            share=share,
        ),
        "agents_missing": lang.n(
            "{n} answered contact ({share}) does not say who answered it",
            "{n} answered contacts ({share}) do not say who answered them",
            count,
            share=share,
        ),
        "agents_at_once": lang.n(
            "{n} call ({share}) was answered by an operator who was in another call",
            "{n} calls ({share}) were answered by an operator who was in another call",
            count,
            share=share,
        ),
    }
    return words[finding.kind]


def _counted_days(finding: Finding, lang: Language) -> str:
    """Days of which there is no more to say than how many."""
    count, share = finding.count, _share(finding, lang)
    words = {
        "quiet_days": lang.n(
            "{n} day ({share}) is far quieter than its weekday: a holiday, or a gap in the log",
            "{n} days ({share}) are far quieter than their weekday: holidays, or gaps in the log",
            count,
            share=share,
        ),
        "holidays": lang.n(
            "{n} quiet or missing day is a public holiday",
            "{n} quiet or missing days are public holidays",
            count,
            share=share,
        ),
        "missing_days": lang.n(
            "{n} day ({share}) of an open weekday has no contact at all",
            "{n} days ({share}) of open weekdays have no contact at all",
            count,
            share=share,
        ),
    }
    return words[finding.kind]


_WORDS: dict[str, Callable[[Finding, Language], str]] = {
    "quiet_days": _counted_days,
    "holidays": _counted_days,
    "missing_days": _counted_days,
    "dropped": _dropped,
    "repaired": _repaired,
    "callers_partly": _callers,
    "callers_when_waiting": _callers_waiting,
    "busy_days": _busy,
    "surges": _surges,
    "synthetic": _synthetic,
}

if set(KNOWN_WORDS) != set(KNOWLEDGE):
    raise AssertionError("what a source can tell needs words")
