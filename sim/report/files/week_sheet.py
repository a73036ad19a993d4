"""The week of a report's workbook: contacts, service, cover and need by interval."""

from __future__ import annotations

from typing import Any

import numpy as np

from sim.decide import OptionResult
from sim.report.files.book import Book, at
from sim.report.files.parts import lead_group, need_of
from sim.report.palette import LIGHT
from sim.report.sentences import channel_title, group_title, option_title
from sim.report.week import WeekOf, week_of

__all__ = ["week_sheet"]

_TOP = 4
#: First column of the heat map, beside the table.
_MAP = 10
_DAYS = 7


def week_sheet(book: Book, result: OptionResult) -> None:
    """Write the week of an option's lead channel and of the group that serves it.

    Parameters
    ----------
    book
        The workbook.
    result
        The option.
    """
    lang, scenario = book.lang, result.scenario
    channel, group = lead_group(result)
    week = week_of(result, channel, group)
    widths = (8, 8, *[12] * 6, 3, 8, *[5.5] * week.per_day)
    sheet = book.sheet(lang("People and the week"), widths)
    book.text(sheet, 0, 0, lang("Service by hour and day of the week"), "title")
    about = lang(
        "“{option}”: {channel}, {group}.",
        option=option_title(scenario, result.name, lang),
        channel=channel_title(scenario, channel, lang),
        group=group_title(scenario, result.name, group, lang),
    )
    book.text(sheet, 1, 0, about, "note")
    head = [
        lang("Day"),
        lang("Time"),
        lang("Contacts"),
        lang("Answered in time"),
        "±",
        lang("On the line"),
        lang("Needed"),
        lang("Missing"),
    ]
    book.head(sheet, _TOP - 1, head)
    _rows(book, sheet, week, need_of(result, group), scenario.interval)
    _map(book, sheet, week, scenario.interval)
    _chart(book, sheet, len(week.service))
    sheet.freeze_panes(_TOP, 2)


def _rows(book: Book, sheet: Any, week: WeekOf, need: Any, interval: float) -> None:
    """An interval a row, and the sums of the week below."""
    lang = book.lang
    for slot, share in enumerate(week.service.tolist()):
        day, place = divmod(slot, week.per_day)
        row = _TOP + slot
        book.text(sheet, row, 0, lang.day(day))
        book.text(sheet, row, 1, lang.clock(place * interval))
        book.number(sheet, row, 2, float(week.contacts[slot]), "one")
        if not np.isnan(share):
            book.number(sheet, row, 3, share, "share")
            book.number(sheet, row, 4, float(week.width[slot]), "share")
        cover = float(week.cover[slot])
        book.number(sheet, row, 5, cover, "one")
        if need is not None:
            lacks = max(0.0, float(need[slot]) - cover)
            book.number(sheet, row, 6, float(need[slot]), "one")
            book.formula(sheet, row, 7, f"MAX(0,{at(row, 6)}-{at(row, 5)})", lacks, "one")
    last = _TOP + len(week.service) - 1
    book.text(sheet, last + 1, 0, lang("Week"), "bold")
    book.text(sheet, last + 1, 1, "", "bold")
    contacts, shares = (f"{at(_TOP, n)}:{at(last, n)}" for n in (2, 3))
    total = float(week.contacts.sum())
    book.formula(sheet, last + 1, 2, f"SUM({contacts})", total, "one")
    served = float(np.nansum(week.contacts * week.service))
    mean = served / total if total else 0.0
    said = f"IF({at(last + 1, 2)}=0,0,SUMPRODUCT({contacts},{shares})/{at(last + 1, 2)})"
    book.formula(sheet, last + 1, 3, said, mean, "share")
    book.text(sheet, last + 2, 0, lang("Hours"), "bold")
    book.text(sheet, last + 2, 1, "", "bold")
    hours = interval / 3600
    lacking = None if need is None else np.maximum(0.0, need - week.cover)
    for column, values in ((5, week.cover), (6, need), (7, lacking)):
        if values is not None:
            said = f"SUM({at(_TOP, column)}:{at(last, column)})*{hours:g}"
            book.formula(sheet, last + 2, column, said, float(values.sum()) * hours, "one")


def _map(book: Book, sheet: Any, week: WeekOf, interval: float) -> None:
    """Service by day and hour in colours, from the table beside."""
    lang, top = book.lang, _TOP - 1
    for place in range(week.per_day):
        clock = lang.clock(place * interval)
        book.text(sheet, top, _MAP + place, clock if clock.endswith("00") else "", "head")
    for day in range(_DAYS):
        row = top + 1 + day
        book.text(sheet, row, _MAP - 1, lang.day(day))
        for place in range(week.per_day):
            slot = day * week.per_day + place
            share, cell = float(week.service[slot]), at(_TOP + slot, 3)
            book.formula(sheet, row, _MAP + place, f'IF({cell}="","",{cell})', share, "percent")
    scale = {
        "type": "3_color_scale",
        "min_type": "num",
        "mid_type": "num",
        "max_type": "num",
        "min_value": max(0.0, week.target - 0.3),
        "mid_value": week.target,
        "max_value": 1,
        "min_color": LIGHT.classes[1],
        "mid_color": "#FFFFFF",
        "max_color": LIGHT.classes[4],
    }
    last = _MAP + week.per_day - 1
    sheet.conditional_format(top + 1, _MAP, top + _DAYS, last, scale)


def _chart(book: Book, sheet: Any, slots: int) -> None:
    """Cover and need along the week."""
    lang, name = book.lang, sheet.get_name()
    made = book.book.add_chart({"type": "line"})
    for column, colour in ((5, LIGHT.cover), (6, LIGHT.needed)):
        made.add_series(
            {
                "name": [name, _TOP - 1, column],
                "categories": [name, _TOP, 0, _TOP + slots - 1, 1],
                "values": [name, _TOP, column, _TOP + slots - 1, column],
                "line": {"color": colour, "width": 1.75},
            }
        )
    made.set_title({"name": lang("Cover and need"), "name_font": {"size": 12}})
    made.set_x_axis({"interval_unit": 12, "num_font": {"size": 8}})
    made.set_y_axis({"name": lang("People on the line")})
    made.set_legend({"position": "bottom"})
    made.set_size({"width": 1100, "height": 380})
    sheet.insert_chart(_TOP + _DAYS + 2, _MAP - 1, made)
