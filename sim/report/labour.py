"""Labour rules as people read them: what they are called, what they say, how they were broken."""

from __future__ import annotations

import re
from collections.abc import Iterator

from sim.plan.period import Period
from sim.plan.rules import KINDS, Rule, Rules, Violation
from sim.plan.rules.presets import ACCOUNTING, profile
from sim.report.language import N_, Language
from sim.report.refusals import worded

__all__ = [
    "barred_words",
    "broken_words",
    "rule_messages",
    "rule_source",
    "rule_text",
    "rule_title",
    "rule_words",
]

#: What rules are called, by what they are called in a file.
_TITLES = {
    "absence": N_("presence only when not away"),
    "average_week": N_("average hours a week"),
    "daily_rest": N_("rest between duties"),
    "days_off_after_nights": N_("days off after nights"),
    "days_off_running": N_("days off running"),
    "days_running": N_("days of work running"),
    "duty": N_("times that make sense"),
    "duty_hours": N_("paid hours of a duty"),
    "duty_length": N_("length of a duty"),
    "eve_shortened": N_("shorter eves of holidays"),
    "forward": N_("starts that move forward"),
    "holiday_ban": N_("no work on holidays"),
    "holiday_consent": N_("no work on holidays without consent"),
    "holiday_pay": N_("pay of holidays"),
    "least": N_("fewest hours of the contract"),
    "long_duty": N_("length of a duty"),
    "long_running": N_("long duties running"),
    "meal": N_("pause for a meal"),
    "minor_duty": N_("paid hours of a minor's duty"),
    "minor_week": N_("hours of a minor's week"),
    "most": N_("most hours of the contract"),
    "night_average": N_("average hours of night workers"),
    "night_ban": N_("no work at night"),
    "night_consent": N_("no work at night without consent"),
    "night_pay": N_("pay of nights"),
    "night_shortened": N_("shorter nights"),
    "nights_in_weeks": N_("nights in some weeks"),
    "nights_running": N_("nights running"),
    "norm": N_("norm of hours"),
    "norm_owed": N_("norm that is owed"),
    "notice": N_("notice of the plan"),
    "one_place": N_("one duty at a time"),
    "overtime_days": N_("overtime in two days"),
    "overtime_year": N_("overtime in a year"),
    "rest_by_duty": N_("rest by the length of the duty"),
    "running_shifts": N_("no two shifts running"),
    "stranger": N_("only those who are of the team"),
    "week_hours": N_("hours a week"),
    "weekends_off": N_("weekends off"),
    "weekends_running": N_("weekends of work running"),
    "weekly_rest": N_("weekly rest"),
}

#: Whom a rule protects, where that is not everybody.
_WHO = {
    "pregnant": N_("pregnant women"),
    "minor": N_("minors"),
    "night_ban": N_("those whom nights are closed to"),
    "child_under_3": N_("parents of a child under three, unless they agree"),
    "disabled": N_("disabled people, unless they agree"),
    "carer": N_("carers, unless they agree"),
}

_DAYS = ("Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun")
_MONTHS = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")
#: Why somebody is away, as a file says it.
_AWAY = {
    "vacation": N_("on vacation"),
    "sick": N_("on sick leave"),
    "unavailable": N_("cannot work"),
}
#: A moment as `Period.label` tells it, with or without its time of day.
_MOMENT = re.compile(
    rf"(?P<weekday>{'|'.join(_DAYS)}) (?P<day>\d{{1,2}}) (?P<month>{'|'.join(_MONTHS)})"
    r"(?P<clock>(?: \d\d:\d\d)?)"
)


def rule_title(id: str, lang: Language, rules: Rules | None = None) -> str:
    """What a rule is called, with its name in a file; a rule of one's own by its kind.

    Parameters
    ----------
    id
        Its name in a file.
    lang
        The reader's language.
    rules
        Those among which it is, for names that are a planner's own.

    Examples
    --------
    >>> rule_title("weekly_rest", Language("en")), rule_title("weekly_rest", Language("ru"))
    ('weekly rest (weekly_rest)', 'еженедельный отдых (weekly_rest)')
    """
    rule = rules.get(id) if rules else None
    known = _TITLES.get(id) or (rule and _TITLES.get(rule.kind))
    if not known:
        return id
    title = lang(known)
    return f"{title} ({id})"


def rule_words(rule: Rule, lang: Language) -> str:
    """What a rule says, and where that is written.

    Examples
    --------
    >>> rule_words(Rule(id="days_running", numbers={"days": 5}), Language("ru"))
    'не больше 5 рабочих дней подряд'
    """
    said = lang(KINDS[rule.kind].text, **rule.numbers)
    if not rule.citation:
        return said
    written = lang(rule.citation)
    return f"{said} ({written})"


def rule_text(rule: Rule, lang: Language) -> str:
    """A rule as a sentence, with whom it protects where that is not everybody.

    Examples
    --------
    >>> from sim.plan.rules import RU
    >>> rule_text(RU.get("daily_rest"), Language("en"))
    'At least 12 h of rest between duties'
    """
    said = lang(KINDS[rule.kind].text, **rule.numbers)
    said = said[:1].upper() + said[1:]
    if not rule.who:
        return said
    who = ", ".join(lang(_WHO.get(flag, flag)) for flag in sorted(rule.who))
    return f"{said} ({who})"


def rule_source(rule: Rule, lang: Language) -> str:
    """Where a rule is written; that it is the planner's own where it is nowhere."""
    return lang(rule.citation) if rule.citation else lang("your own rule")


def broken_words(one: Violation, rules: Rules, period: Period, lang: Language) -> str:
    """Who broke which rule, when and by what.

    Parameters
    ----------
    one
        What the checker found.
    rules, period
        What the roster was held to, and its days.
    lang
        The reader's language.
    """
    if lang.code == "en":
        return one.text
    rule = rules.get(one.rule)
    if rule is None:
        return worded(one.text, lang, lambda part: _known(part, lang))
    told = one.text.removeprefix(f"{one.person} ").partition(f": {rule.text}")[0]
    happened = worded(told, lang, lambda part: _known(part, lang))
    day = period.date(min(max(period.day(one.start), 0), period.days - 1))
    return lang(
        "{name}, {day}: {happened}; {rule}",
        name=one.person,
        day=f"{day:%d.%m.%Y}",
        happened=happened,
        rule=rule_words(rule, lang),
    )


def _known(part: str, lang: Language) -> str:
    """A moment or an absence as the checker says it, in the reader's words; else as it is."""
    found = _MOMENT.fullmatch(part)
    if found is None:
        return lang(_AWAY[part]) if part in _AWAY else part
    day, month = int(found["day"]), _MONTHS.index(found["month"]) + 1
    weekday = lang.day(_DAYS.index(found["weekday"])).lower()
    return f"{weekday} {day:02}.{month:02}{found['clock']}"


def barred_words(reason: str, rules: Rules, lang: Language) -> str:
    """Why nobody may work a shift: the rule that is in the way."""
    if lang.code == "en":
        return reason
    named = (rule for rule in rules if rule.text in reason)
    rule = next(named, None)
    return rule_words(rule, lang) if rule else reason


def rule_messages() -> Iterator[str]:
    """Messages that come from the rules themselves, for the catalogue."""
    yield from (kind.text for kind in KINDS.values())
    for rules in (*(profile("RU", accounting=one) for one in ACCOUNTING), profile("EU")):
        yield from (rule.citation for rule in rules if rule.citation)
