"""A roster as files: a workbook, a table, a calendar for each person."""

from __future__ import annotations

import contextlib
import datetime
import hashlib
import io
import math
import re
import zipfile
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

import xlsxwriter
from icalendar import Calendar, Event
from xlsxwriter.utility import xl_rowcol_to_cell

from sim.errors import InvalidInput, Problem, ScenarioError
from sim.plan.duties import DAY, Duty, Shift
from sim.plan.period import Period
from sim.plan.rosters import Roster
from sim.plan.teams import TeamRoster
from sim.report.cells import plain
from sim.report.language import Language
from sim.report.rosters import codes, duty_rows, line, moment, titles_of
from sim.report.sheets import sheet_text
from sim.scenario import Scenario
from sim.scenario.team import sheet_rows

__all__ = [
    "calendar_archive",
    "calendar_of",
    "calendars",
    "read_roster",
    "roster_csv",
    "roster_workbook",
    "save_roster",
    "writable",
]

MOST_BYTES = 50_000_000
#: A duty lasts no longer than this, and who worked so long ago is rested [minutes].
MOST_MINUTES, MONTH = 48 * 60, 31 * DAY
#: Bytes of a person's name in that of a file.
MOST_NAME = 180

# Files that people ask for and that are not written; a folder of such a name would surprise them.
_OTHER_FILES = (".xls", ".xlsm", ".ods", ".ics", ".json", ".txt", ".tsv", ".pdf", ".html", ".yaml")

_FILLS = ("DDEBF7", "E2EFDA", "FFF2CC", "FCE4D6", "EDEDED", "D9E1F2", "F8CBAD", "C6E0B4")


def roster_workbook(
    made: TeamRoster, lang: Language, titles: Mapping[str, str] | None = None
) -> bytes:
    """The roster as an Excel workbook: the month with live sums, the cover, all duties.

    Parameters
    ----------
    made
        The roster of a group.
    lang
        Language of the headings.
    titles
        Shifts as people read them, by name.
    """
    data = io.BytesIO()
    named = titles or {}
    with xlsxwriter.Workbook(data, {"in_memory": True}) as book:
        book.set_properties({"created": datetime.datetime(2000, 1, 1)})  # same roster, same file
        bold = book.add_format({"bold": True, "bottom": 1})
        _month_sheet(book, made.roster, bold, lang, named)
        _cover_sheet(book, made, bold, lang)
        _duty_sheet(book, made.roster, bold, lang, named)
    return data.getvalue()


def _month_sheet(
    book: Any, found: Roster, bold: Any, lang: Language, titles: Mapping[str, str]
) -> None:
    """A row for each person, a column for each day; hours are summed by the sheet itself."""
    sheet = book.add_worksheet(lang("Roster"))
    period, code = found.period, codes(found)
    fills = {
        letter: book.add_format({"bg_color": f"#{_FILLS[n % len(_FILLS)]}", "align": "center"})
        for n, letter in enumerate(code.values())
    }
    plain = book.add_format({"align": "center"})
    off = book.add_format({"align": "center", "bg_color": "#F2F2F2"})
    sheet.write_row(0, 0, [lang("Name"), lang("Norm")], bold)
    for day in range(period.days):
        sheet.write(0, 2 + day, f"{period.date(day):%d} {lang.day(period.weekday(day))}", bold)
    last = 1 + period.days
    sheet.write_row(0, last + 1, [lang("Hours"), lang("Nights"), lang("Weekends")], bold)
    key = len(found.people) + 3
    paid = {d.shift.name: d.shift.paid / 60 for d in found.duties if d.shift}
    for row, person in enumerate(found.people, start=1):
        sheet.write_string(row, 0, person.name)  # even one that looks like a formula
        sheet.write(row, 1, found.owed.get(person.name, 0.0))
        for day, mark in enumerate(line(found, person)):
            weekend = period.weekday(day) >= 5
            sheet.write(row, 2 + day, mark, fills.get(mark, off if weekend else plain))
        first, end = xl_rowcol_to_cell(row, 2), xl_rowcol_to_cell(row, last)
        letters = f"$A${key + 2}:$A${key + 1 + len(code)}"
        hours = f"$C${key + 2}:$C${key + 1 + len(code)}"
        formula = f"=SUMPRODUCT(COUNTIF({first}:{end},{letters}),{hours})" if code else "=0"
        sheet.write_formula(row, last + 1, formula, None, found.hours.get(person.name, 0.0))
        sheet.write(row, last + 2, found.nights.get(person.name, 0))
        sheet.write(row, last + 3, found.weekends.get(person.name, 0))
    sheet.write_row(key, 0, [lang("Code"), lang("Shift"), lang("Paid hours")], bold)
    for row, (name, letter) in enumerate(code.items(), start=key + 1):
        sheet.write(row, 0, letter, fills[letter])
        sheet.write_string(row, 1, titles.get(name, name))
        sheet.write(row, 2, paid[name])
    sheet.freeze_panes(1, 1)
    sheet.set_column(0, 0, 24)
    sheet.set_column(2, last, 6)


def _cover_sheet(book: Any, made: TeamRoster, bold: Any, lang: Language) -> None:
    """People needed and there, interval by interval, with a chart."""
    name = lang("Cover")
    sheet = book.add_worksheet(name)
    found, period = made.roster, made.roster.period
    sheet.write_row(0, 0, [lang("Time"), lang("Needed"), lang("There"), lang("Short")], bold)
    size = made.needed.size
    minutes = period.end // size
    there = found.cover.sum(axis=0)
    for k in range(size):
        sheet.write(k + 1, 0, f"{moment(found, k * minutes):%Y-%m-%d %H:%M}")
        sheet.write(k + 1, 1, float(made.needed[k]))
        sheet.write(k + 1, 2, float(there[k]))
        short = max(0.0, float(made.needed[k] - there[k]))
        sheet.write_formula(k + 1, 3, f"=MAX(0,B{k + 2}-C{k + 2})", None, short)
    chart = book.add_chart({"type": "line"})
    for column, heading in ((1, lang("Needed")), (2, lang("There"))):
        chart.add_series(
            {
                "name": heading,
                "categories": [name, 1, 0, size, 0],
                "values": [name, 1, column, size, column],
            }
        )
    chart.set_size({"width": 1200, "height": 320})
    sheet.insert_chart("F2", chart)
    sheet.set_column(0, 0, 18)
    sheet.freeze_panes(1, 0)


def _duty_sheet(
    book: Any, found: Roster, bold: Any, lang: Language, titles: Mapping[str, str]
) -> None:
    """Every duty in a row."""
    sheet = book.add_worksheet(lang("Duties"))
    head = (lang("Name"), lang("Date"), lang("From"), lang("To"), lang("Shift"), lang("Paid hours"))
    sheet.write_row(0, 0, head, bold)
    keys = ("person", "date", "start", "end", "shift", "paid_hours")
    for row, duty in enumerate(duty_rows(found), start=1):
        shown = {**duty, "shift": titles.get(duty["shift"], duty["shift"])}
        for column, key in enumerate(keys[:-1]):
            sheet.write_string(row, column, shown[key])
        sheet.write_number(row, len(keys) - 1, duty["paid_hours"])
    sheet.autofilter(0, 0, max(1, len(found.duties)), len(head) - 1)
    sheet.set_column(0, 4, 18)


def roster_csv(found: Roster, lang: str = "en") -> str:
    """Every duty as a row of a CSV file, with a mark of UTF-8.

    Parameters
    ----------
    found
        The roster.
    lang
        Whose spreadsheet reads it, see `sheet_text`.
    """
    return sheet_text(duty_rows(found), lang)


def read_roster(
    place: Path, period: Period, shifts: Sequence[Shift] | None = None
) -> tuple[Duty, ...]:
    """Read a roster that was written as CSV, to stay close to it.

    Parameters
    ----------
    place
        The file.
    period, shifts
        The days and kinds of shifts of the roster to be made; None where they are not known yet.
        Duties of days before it were worked, whatever their kind; later ones are left out.

    Raises
    ------
    ScenarioError
        With every row that is wrong.
    """
    named = {shift.name: shift for shift in shifts or ()}
    duties: list[Duty] = []
    problems: list[Problem] = []
    ends: dict[str, list[tuple[int, int, int]]] = {}
    for number, row in _table_of(place):
        try:
            start, end = (_minute(period, row[key]) for key in ("start", "end"))
        except (OverflowError, ValueError):
            rule = "must have a start and an end like 2026-03-01 08:00"
            problems.append(Problem(str(place), number, "start", rule))
            continue
        person, name = plain(row["person"]), plain(row["shift"])
        ends.setdefault(person, []).append((start, end, number))
        shift = named.get(name)
        if shift is None and (start < 0 or shifts is None):
            shift = Shift(name, start % DAY, max(1, end - start))
        if not person.strip():
            problems.append(Problem(str(place), number, "person", "must not be empty"))
        elif not 0 < end - start <= MOST_MINUTES:
            rule = f"must be after the start, by 48 hours at most, got {row['end']!r}"
            problems.append(Problem(str(place), number, "end", rule))
        elif shift is None:
            rule = f"names a shift that is not in the plan, got {name!r}"
            problems.append(Problem(str(place), number, "shift", rule))
        elif start < period.end:
            duties.append(Duty(person, start, end, shift.paid, shift))
    problems += _twice_at_work(place, ends)
    if not problems and not any(duty.end > -MONTH for duty in duties):
        rule = f"has no duty from {period.date(-31)} to {period.date(period.days - 1)}"
        hint = "give the roster of these days, or of the month before"
        problems.append(Problem(str(place), 0, "", rule, hint))
    if problems:
        raise ScenarioError(sorted(problems)[:20])
    return tuple(duties)


def _table_of(place: Path) -> Iterator[tuple[int, dict[str, str]]]:
    """Rows of a roster by their columns, each with its line; refused where it is none."""
    try:
        rows = sheet_rows(place.read_bytes()[:MOST_BYTES])
    except OSError as error:
        rule = f"cannot be read ({error.strerror})"
        raise ScenarioError([Problem(str(place), 0, "", rule)]) from None
    except InvalidInput as error:
        raise ScenarioError([Problem(str(place), 0, "", error.rule, error.hint)]) from None
    names = rows[0] if rows else []
    if not {"person", "start", "end", "shift"} <= set(names):
        rule = "must have columns person, start, end, shift"
        raise ScenarioError([Problem(str(place), 1, "", rule, "as roster --out file.csv writes")])
    for number, cells in enumerate(rows[1:], start=2):
        if any(cells):
            yield number, dict(zip(names, cells + [""] * len(names), strict=False))


def _twice_at_work(
    place: Path, spans: Mapping[str, Sequence[tuple[int, int, int]]]
) -> Iterator[Problem]:
    """Rows in which somebody would be in two places at once."""
    for person, found in spans.items():
        until, line_before = -math.inf, 0
        for start, end, number in sorted(found):
            if start < until:
                rule = f"is at work already, by line {line_before}, got {person!r}"
                yield Problem(str(place), number, "person", rule)
            until, line_before = max((until, line_before), (end, number))


def _minute(period: Period, text: str) -> int:
    """A moment on the wall clock as a minute of the period, also as a spreadsheet saves it."""
    for form in ("%Y-%m-%d %H:%M", "%d.%m.%Y %H:%M", "%Y-%m-%d %H:%M:%S", "%d.%m.%Y %H:%M:%S"):
        with contextlib.suppress(ValueError):
            shown = datetime.datetime.strptime(text.strip(), form)
            return period.at(period.day_of(shown.date()), shown.hour * 60 + shown.minute)
    raise ValueError(text)


def calendar_of(
    scenario: Scenario, found: Roster, person: str, titles: Mapping[str, str] | None = None
) -> bytes:
    """The duties of a person as an iCalendar file, on the wall clock of the scenario's zone.

    Parameters
    ----------
    scenario
        Whose roster it is.
    found
        The roster.
    person
        By name.
    titles
        Shifts as people read them, by name.
    """
    calendar = Calendar()
    calendar.add("prodid", "-//Linewise//roster//EN")
    calendar.add("version", "2.0")
    zone = scenario.calendar.zone
    # Names that look alike as files are still two people.
    whose = f"{_plain(person)[:40]}-{hashlib.sha256(person.encode()).hexdigest()[:8]}"
    stamp = datetime.datetime.combine(found.period.start, datetime.time(), datetime.UTC)
    for duty in duty_rows(found):
        if duty["person"] != person:
            continue
        event = Event()
        start = datetime.datetime.strptime(duty["start"], "%Y-%m-%d %H:%M").replace(tzinfo=zone)
        end = datetime.datetime.strptime(duty["end"], "%Y-%m-%d %H:%M").replace(tzinfo=zone)
        event.add("uid", f"{_plain(scenario.name)}-{whose}-{start:%Y%m%dT%H%M}@linewise")
        event.add("dtstamp", stamp)
        event.add("dtstart", start.astimezone(datetime.UTC))
        event.add("dtend", end.astimezone(datetime.UTC))
        event.add("summary", (titles or {}).get(duty["shift"], duty["shift"]))
        calendar.add_component(event)
    return bytes(calendar.to_ical())


def calendars(
    scenario: Scenario, found: Roster, titles: Mapping[str, str] | None = None
) -> dict[str, bytes]:
    """A calendar for each person, by the name of its file.

    Parameters
    ----------
    scenario, found, titles
        As `calendar_of` takes them.
    """
    files: dict[str, bytes] = {}
    taken = set[str]()
    for person in found.people:
        name, number = _plain(person.name), 1
        while name.casefold() in taken:  # on some systems Anna and ANNA are one file
            number += 1
            name = f"{_plain(person.name)}_{number}"
        taken.add(name.casefold())
        files[f"{name}.ics"] = calendar_of(scenario, found, person.name, titles)
    return files


def calendar_archive(
    scenario: Scenario, found: Roster, titles: Mapping[str, str] | None = None
) -> bytes:
    """All calendars of a roster in one archive, as a browser can hand it over.

    Parameters
    ----------
    scenario, found, titles
        As `calendar_of` takes them.
    """
    data = io.BytesIO()
    with zipfile.ZipFile(data, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, text in calendars(scenario, found, titles).items():
            # Always the same moment: the same roster is the same file.
            archive.writestr(zipfile.ZipInfo(name, (2000, 1, 1, 0, 0, 0)), text)
    return data.getvalue()


def _plain(name: str) -> str:
    """A name as a part of a file name."""
    short = re.sub(r"[^\w.-]+", "_", name).strip("._")
    while len(short.encode()) > MOST_NAME:  # more than that no file system takes
        short = short[:-1]
    return short or "_"


def writable(place: Path) -> None:
    """Make the folder of what is to be written, or refuse the place before anybody waits for it.

    Parameters
    ----------
    place
        A file ``.xlsx`` or ``.csv``, or a folder.

    Raises
    ------
    InvalidInput
        If it is a file of another kind, or nothing can be written there.
    """
    kind = place.suffix.lower()
    is_file = kind in (".xlsx", ".csv")
    if kind in _OTHER_FILES or (is_file and place.is_dir()):
        raise InvalidInput("out", "must end in .xlsx or .csv, or be a folder", str(place))
    try:
        (place.parent if is_file else place).mkdir(parents=True, exist_ok=True)
        if is_file:
            there = place.exists()
            place.open("ab").close()
            if not there:
                place.unlink()
    except OSError as error:
        raise InvalidInput("out", f"cannot be written ({error.strerror})", str(place)) from None


def save_roster(
    scenario: Scenario, option: str, made: TeamRoster, place: Path, lang: Language
) -> list[Path]:
    """Write a roster: ``.xlsx``, ``.csv``, or a folder of calendars, one ``.ics`` for each person.

    Parameters
    ----------
    scenario, option, made
        The operation, its option and the roster.
    place
        A file, or a folder to be made.
    lang
        Language of the headings.

    Returns
    -------
    What was written.
    """
    found = made.roster
    titles = titles_of(scenario, option, made, lang)
    writable(place)
    if place.suffix.lower() == ".xlsx":
        files: Mapping[Path, bytes] = {place: roster_workbook(made, lang, titles)}
    elif place.suffix.lower() == ".csv":
        files = {place: roster_csv(found, lang.code).encode()}
    else:
        named = calendars(scenario, found, titles)
        files = {place / name: data for name, data in named.items()}
    for path, data in files.items():
        path.write_bytes(data)
    return list(files)
