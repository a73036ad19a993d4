"""Labour rules of Russia and of the European Union, as far as they bind a schedule.

Each rule says where it is written and how sure we are of it: ``law`` where the article was read,
``analyst`` where it is known to those who plan and should be read before one relies on it. Nothing
here is legal advice. Rules of a planner's own (rows of nights, whole weekends) are optional and
come with `rules_from`.
"""

from __future__ import annotations

import datetime
from collections.abc import Mapping
from functools import partial

from sim.errors import InvalidInput
from sim.plan.rules.rule import Rule, Rules

__all__ = ["ACCOUNTING", "EU", "NONE", "PROFILES", "RU", "profile", "russian"]

#: What hours are summed over, in months; ``week`` is the plain week of 40 hours.
ACCOUNTING = {"week": 0, "month": 1, "quarter": 3, "year": 12}

# The Russian Labour Code came into force on 1 February 2002.
_CODE = datetime.date(2002, 2, 1)
_law = partial(Rule, valid_from=_CODE, confidence="law")
_told = partial(Rule, valid_from=_CODE, confidence="analyst")

#: Whom Russian law keeps from nights, overtime and holidays altogether, and whom unless they agree.
_BANNED = frozenset({"pregnant", "minor"})
_ASKED = frozenset({"child_under_3", "disabled", "carer"})


def russian(accounting: str = "month") -> Rules:
    """The rules of the Russian Labour Code.

    Parameters
    ----------
    accounting
        ``week``: 40 hours in every week; ``month``, ``quarter``, ``year``: hours are summed up
        (art. 104) and held to the norm of the production calendar.

    Examples
    --------
    >>> russian().number("weekly_rest"), russian("year").number("norm", "months")
    (42, 12)
    """
    if accounting not in ACCOUNTING:
        raise InvalidInput("accounting", f"must be of {', '.join(ACCOUNTING)}", accounting)
    return Rules("RU", (*_rest(), *_hours(ACCOUNTING[accounting]), *_protected(), *_facts()))


def _rest() -> tuple[Rule, ...]:
    """Rest between duties and in the week."""
    return (
        _told(
            id="daily_rest",
            numbers={"hours": 12},
            citation="custom; the code names no hours of daily rest",
            note="Some still ask for twice the length of the shift: rule rest_by_duty.",
        ),
        _law(
            id="running_shifts",
            citation="Labour Code of the Russian Federation, art. 103",
            note="Forbidden even with consent.",
        ),
        _law(
            id="weekly_rest",
            numbers={"hours": 42},
            citation="Labour Code of the Russian Federation, art. 110",
            note="Counted within the calendar week, from the end of one duty to the next start.",
        ),
        _told(
            id="meal",
            numbers={"over": 4, "least": 30, "most": 120},
            citation="Labour Code of the Russian Federation, art. 108",
            note="Unpaid, unless the seat cannot be left: then the meal is taken at work.",
        ),
        _law(
            id="notice",
            numbers={"days": 30},
            citation="Labour Code of the Russian Federation, art. 103",
            note="A month ahead; 30 days here.",
        ),
    )


def _hours(months: int) -> tuple[Rule, ...]:
    """Normal hours and overtime."""
    if not months:
        return (
            _told(
                id="week_hours",
                numbers={"hours": 40},
                citation="Labour Code of the Russian Federation, art. 91",
            ),
            _told(
                id="overtime_days",
                numbers={"hours": 4},
                citation="Labour Code of the Russian Federation, art. 99",
            ),
        )
    summed = {"months": months, "eve": 1}
    return (
        _told(
            id="norm",
            numbers=summed,
            citation="Labour Code of the Russian Federation, art. 91, 104",
            note="Overtime must not be planned: the schedule keeps the norm.",
        ),
        _told(
            id="overtime_year",
            numbers={"hours": 120, **summed},
            citation="Labour Code of the Russian Federation, art. 99",
        ),
        _told(
            id="norm_owed",
            numbers=summed,
            hard=False,
            citation="Labour Code of the Russian Federation, art. 155",
            note="Hours that the employer does not give are paid all the same.",
        ),
    )


def _protected() -> tuple[Rule, ...]:
    """What is closed to some people, or open to them only with their consent."""
    nights, asked = "Labour Code of the Russian Federation, art. 96", "art. 96, 99, 113, 259, 264"
    return (
        _told(id="night_ban", who=_BANNED | {"night_ban"}, citation=nights),
        _told(
            id="night_consent",
            kind="night_ban",
            who=_ASKED,
            unless=frozenset({"night_consent"}),
            citation=f"Labour Code of the Russian Federation, {asked}",
        ),
        _told(
            id="holiday_ban",
            who=_BANNED,
            citation="Labour Code of the Russian Federation, art. 259, 268",
        ),
        _told(
            id="holiday_consent",
            kind="holiday_ban",
            who=_ASKED,
            unless=frozenset({"holiday_consent"}),
            citation=f"Labour Code of the Russian Federation, {asked}",
        ),
        _told(
            id="minor_duty",
            kind="duty_hours",
            numbers={"hours": 7},
            who=frozenset({"minor"}),
            citation="Labour Code of the Russian Federation, art. 94",
            note="16 and 17 years; less below.",
        ),
        _told(
            id="minor_week",
            kind="week_hours",
            numbers={"hours": 35},
            who=frozenset({"minor"}),
            citation="Labour Code of the Russian Federation, art. 92",
            note="16 and 17 years; less below.",
        ),
        _told(
            id="long_duty",
            kind="duty_length",
            numbers={"hours": 13},
            hard=False,
            citation="Labour Code of the Russian Federation, art. 94",
            note="Shifts of 24 h are unusual on the telephone: have their legality checked.",
        ),
    )


def _facts() -> tuple[Rule, ...]:
    """What pay and norms are made of; duties cannot break it."""
    return (
        _told(
            id="night_pay",
            numbers={"share": 0.2},
            citation="Government decree 554 of 22 July 2008; Labour Code, art. 154",
        ),
        _told(
            id="night_shortened",
            numbers={"hours": 1},
            unless=frozenset({"hired_for_nights"}),
            citation="Labour Code of the Russian Federation, art. 96",
        ),
        _told(
            id="holiday_pay",
            numbers={"times": 2},
            citation="Labour Code of the Russian Federation, art. 153",
        ),
        _law(
            id="eve_shortened",
            numbers={"hours": 1},
            citation="Labour Code of the Russian Federation, art. 95",
        ),
    )


_directive = partial(Rule, valid_from=datetime.date(2004, 8, 2), confidence="analyst")


def _european() -> Rules:
    """The working time directive; the law of a country may be stricter."""
    where = "Directive 2003/88/EC, art. {}".format
    return Rules(
        "EU",
        (
            _directive(id="daily_rest", numbers={"hours": 11, "within": 24}, citation=where("3")),
            _directive(
                id="weekly_rest",
                numbers={"hours": 35},
                citation=where("5"),
                note="24 h and the daily 11 h; over 14 days where the country has it so.",
            ),
            _directive(
                id="average_week",
                numbers={"hours": 48, "weeks": 17},
                citation=where("6, 16"),
                note="Four months; vacation and sickness do not count.",
            ),
            _directive(
                id="night_average",
                numbers={"hours": 8, "weeks": 17, "since": 23},
                citation=where("2, 8, 16"),
                note="Over a reference period that the country sets.",
            ),
            _directive(
                id="meal",
                numbers={"over": 6, "least": 15},
                citation=where("4"),
                note="The directive asks for a break and leaves its length to the country.",
            ),
            _directive(
                id="night_ban",
                who=frozenset({"night_ban", "pregnant", "minor"}),
                citation="Directives 92/85/EEC, art. 7, and 94/33/EC, art. 9",
                note="Pregnant workers: where a doctor certifies it.",
            ),
        ),
    )


RU = russian()
EU = _european()
NONE = Rules("none")

PROFILES: Mapping[str, Rules] = {"RU": RU, "EU": EU, "none": NONE}


def profile(name: str, *, on: datetime.date | None = None, accounting: str | None = None) -> Rules:
    """The labour rules of a place, as they hold on a day.

    Parameters
    ----------
    name
        ``RU``, ``EU`` or ``none``.
    on
        The day; None: all that are known, whenever they hold.
    accounting
        For Russia: over what hours are summed; ``month`` unless given.

    Raises
    ------
    InvalidInput
        If there is no such profile, or it has no choice of accounting.

    Examples
    --------
    >>> len(profile("none")), profile("EU").number("daily_rest")
    (0, 11)
    """
    if name not in PROFILES:
        raise InvalidInput("rules", f"must be of {', '.join(PROFILES)}", name)
    if accounting is not None and name != "RU":
        hint = "remove accounting, or write rules: RU"
        raise InvalidInput("accounting", "is a choice of the profile RU only", accounting, hint)
    chosen = russian(accounting) if accounting is not None else PROFILES[name]
    return chosen if on is None else chosen.on(on)
