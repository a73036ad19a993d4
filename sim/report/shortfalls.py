"""Why a roster leaves hours short, what would help, and what each way out costs, in words."""

from __future__ import annotations

import datetime
from typing import Any

from sim.plan.rates import Rates
from sim.plan.rosters import Shortfall, Way
from sim.report.labour import rule_title
from sim.report.language import N_, Language

__all__ = ["shortfall_data", "shortfall_text"]

_WHERE = {
    "day": N_("{need} h are needed on {where}"),
    "nights": N_("{need} h are needed between 22:00 and 06:00"),
    "weekends": N_("{need} h are needed on weekends"),
    "hours": N_("{need} h are needed in all"),
    "skill": N_("{need} h are needed of people who serve {where}"),
}


def shortfall_text(
    one: Shortfall, people: int, rates: Rates | None, money: str, lang: Language
) -> str:
    """A shortfall, and its ways out with their prices.

    Parameters
    ----------
    one
        What cannot be covered.
    people
        How many are planned.
    rates
        What people and hours cost; None where nothing is priced.
    money
        The currency.
    lang
        The reader's language.
    """
    ways = [_priced(way, one, rates, money, lang) for way in one.ways]
    said = _cause(one, people, lang)
    if not ways:
        return said
    return lang("{said} What would help: {ways}.", said=said, ways=lang(", or ").join(ways))


def _cause(one: Shortfall, people: int, lang: Language) -> str:
    """Number and cause."""
    where = one.where.replace(", ", lang(" or ")).replace(" or ", lang(" or "))
    if one.kind == "day":
        where = f"{datetime.date.fromisoformat(where):%d.%m.%Y}"
    if one.kind == "line":
        return lang("{name} has no legal line of days in this period.", name=one.where)
    if one.kind == "skill" and one.barred == people:
        need = lang.number(one.need)
        return lang("Nobody serves {where}, and {need} h of it are needed.", where=where, need=need)
    said = lang.n(
        "{needed}, and {n} person can give {have} h at most by the rules: {short} h stay short.",
        "{needed}, and {n} people can give {have} h at most by the rules: {short} h stay short.",
        people,
        needed=lang(_WHERE[one.kind], need=lang.number(one.need), where=where),
        have=lang.number(one.have),
        short=lang.number(one.need - one.have),
    )
    if not one.barred:
        return said
    more = lang.n(
        "{n} person can give nothing of it.", "{n} people can give nothing of it.", one.barred
    )
    return f"{said} {more}"


def _priced(way: Way, one: Shortfall, rates: Rates | None, money: str, lang: Language) -> str:
    """A way out with what it costs."""
    said = _way(way, one, lang)
    price = 0.0 if rates is None else way.price(rates)
    if rates is None or not price:
        return said
    amount = lang.money(price, money)
    if way.people:
        return lang("{way} ({price} a month)", way=said, price=amount)
    return f"{said} ({amount})"


def _way(way: Way, one: Shortfall, lang: Language) -> str:
    """A way out in words."""
    if way.kind == "hours":
        return lang("{hours} h worked by others", hours=lang.plain(way.hours, 1))
    if way.kind == "settled":
        return lang("let go of what is settled for {name}", name=way.what)
    if way.kind == "before":
        return lang("begin later after what {name} worked before", name=way.what)
    if way.kind == "rule" and one.kind == "line":
        return lang(
            "give up the rule {rule} for {name}", rule=rule_title(way.what, lang), name=one.where
        )
    if way.kind == "rule":
        return lang("give up the rule {rule}", rule=rule_title(way.what, lang))
    if way.kind == "norm":
        return lang("plan more days: the norm of these leaves nobody a whole shift")
    if one.kind == "line":
        return lang("somebody else in the place of {name}", name=way.what)
    if way.what:
        what = way.what.replace(" or ", lang(" or "))
        return lang.n(
            "{n} more person who serves {what}",
            "{n} more people who serve {what}",
            way.people,
            what=what,
        )
    if one.kind != "hours" and one.have <= 0:
        return lang.n(
            "{n} more person who may work then", "{n} more people who may work then", way.people
        )
    return lang.n("{n} more person", "{n} more people", way.people)


def shortfall_data(one: Shortfall, rates: Rates | None) -> dict[str, Any]:
    """The same as plain data.

    Parameters
    ----------
    one
        What cannot be covered.
    rates
        What people and hours cost; None where nothing is priced.
    """
    return {
        "kind": one.kind,
        "where": one.where,
        "need_hours": one.need,
        "have_hours": one.have,
        "people": one.people,
        "barred": one.barred,
        "text": one.text,
        "fix": one.fix,
        "ways": [
            {
                "kind": way.kind,
                "what": way.what,
                "people": way.people,
                "hours": way.hours,
                "price": None if rates is None else way.price(rates),
                "text": way.text,
            }
            for way in one.ways
        ],
    }
