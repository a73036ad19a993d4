"""Labour rules in the reader's words, with where each is written, and what a roster breaks."""

from __future__ import annotations

from collections import Counter

from sim.plan.rules import Rule, Rules, Violation
from sim.plan.teams import TeamRoster
from sim.report.language import N_, Language
from sim.report.rosters import moment
from sim.report.tables import Table

__all__ = ["broken_table", "rule_source", "rule_text", "rules_table", "rules_title"]

_WORDS = {
    "daily_rest": N_("at least {hours} h of rest between duties"),
    "rest_by_duty": N_("at least {times} times as much rest as the duty before took"),
    "weekly_rest": N_("at least {hours} h of rest without a break in every calendar week"),
    "running_shifts": N_("no two shifts running (less than {hours} h apart)"),
    "meal": N_("a pause for a meal of {least} to {most} minutes in a duty above {over} h"),
    "duty_length": N_("no duty above {hours} h from start to end"),
    "duty_hours": N_("no duty above {hours} paid h"),
    "week_hours": N_("at most {hours} paid h in a calendar week"),
    "average_week": N_("at most {hours} h a week on average over {weeks} weeks"),
    "night_average": N_("night workers: at most {hours} h in 24 on average over {weeks} weeks"),
    "norm": N_("at most the norm of the calendar and {over} h of overtime in {months} months"),
    "norm_owed": N_("no less than the norm of the calendar in {months} months"),
    "overtime_year": N_("at most {hours} h of overtime in a calendar year"),
    "overtime_days": N_("at most {hours} h beyond {day} h a day in two days running"),
    "night_ban": N_("no work at night"),
    "holiday_ban": N_("no work on public holidays"),
    "notice": N_("the plan is known {days} days ahead at least"),
    "days_running": N_("at most {days} days of work running"),
    "days_off_running": N_("at least {days} days off running"),
    "nights_running": N_("at most {nights} nights running"),
    "long_running": N_("at most {duties} duties of {hours} h or more on days running"),
    "days_off_after_nights": N_("{days} days off after nights"),
    "nights_in_weeks": N_("at most {nights} nights in {weeks} calendar weeks"),
    "weekends_off": N_("at least {count} whole weekends off in {weeks}"),
    "weekends_running": N_("at most {weekends} weekends of work running"),
    "forward": N_("from one day to the next no start is more than {hours} h earlier"),
    "night_pay": N_("nights are paid {share} more"),
    "night_shortened": N_("a night shift is {hours} h shorter, without working it off"),
    "holiday_pay": N_("work on public holidays is paid {times} times"),
    "eve_shortened": N_("the working day before a public holiday is {hours} h shorter"),
}
_WHO = {
    "pregnant": N_("pregnant women"),
    "minor": N_("minors"),
    "night_ban": N_("those whom nights are closed to"),
    "child_under_3": N_("parents of a child under three, unless they agree"),
    "disabled": N_("disabled people, unless they agree"),
    "carer": N_("carers, unless they agree"),
}
# Parts of which the places in the law are put together.
_SOURCES = (
    N_("Labour Code of the Russian Federation"),
    N_("custom; the code names no hours of daily rest"),
    N_("Government decree 554 of 22 July 2008"),
    N_("Labour Code"),
    N_("Directives"),
    N_("Directive"),
    N_(" and "),
    N_("art."),
)


def rule_text(rule: Rule, lang: Language) -> str:
    """A rule in words, with whom it protects where that is not everybody.

    Parameters
    ----------
    rule
        The rule.
    lang
        The reader's language.

    Examples
    --------
    >>> from sim.plan.rules import RU
    >>> rule_text(RU.get("daily_rest"), Language("en"))
    'At least 12 h of rest between duties'
    """
    numbers = {
        name: lang.percent(value) if name == "share" else lang.plain(value)
        for name, value in rule.numbers.items()
    }
    said = lang(_WORDS.get(rule.kind, rule.text), **numbers)
    said = said[:1].upper() + said[1:]
    if not rule.who:
        return said
    who = ", ".join(lang(_WHO.get(flag, flag)) for flag in sorted(rule.who))
    return f"{said} ({who})"


def rule_source(rule: Rule, lang: Language) -> str:
    """Where a rule is written; that it is the planner's own where it is nowhere.

    Parameters
    ----------
    rule
        The rule.
    lang
        The reader's language.
    """
    if not rule.citation:
        return lang("your own rule")
    said = rule.citation
    for part in _SOURCES:
        said = said.replace(part, lang(part))
    return said


def rules_title(name: str, lang: Language) -> str:
    """A set of rules as people call it.

    Parameters
    ----------
    name
        ``RU``, ``EU`` or ``none``.
    lang
        The reader's language.
    """
    names = {
        "RU": lang("Russia, Labour Code"),
        "EU": lang("European Union, directive on working time"),
        "none": lang("no rules but your own"),
    }
    return names.get(name, name)


def rules_table(rules: Rules, lang: Language) -> Table:
    """What a roster is held to, and where it is written.

    Parameters
    ----------
    rules
        The rules.
    lang
        The reader's language.
    """
    sure = {
        "law": lang("read in the law"),
        "analyst": lang("have it checked"),
        "planner": lang("yours"),
    }
    rows = tuple(
        (
            rule_text(rule, lang),
            lang("must") if rule.hard else lang("wish"),
            rule_source(rule, lang),
            sure.get(rule.confidence, rule.confidence),
        )
        for rule in rules
    )
    head = (lang("Rule"), lang("Binds"), lang("Source"), lang("How sure"))
    return Table(lang("Labour rules"), head, rows)


def broken_table(made: TeamRoster, lang: Language) -> Table:
    """Rules that a roster breaks: how often, whom, and where first; the hard ones first.

    Parameters
    ----------
    made
        The roster of a group.
    lang
        The reader's language.
    """
    found: dict[str, list[Violation]] = {}
    for one in sorted(made.roster.violations, key=lambda one: (not one.hard, one.start)):
        found.setdefault(one.rule, []).append(one)
    rows = []
    for name, broken in found.items():
        rule = made.rules.get(name)
        whom = Counter(one.person for one in broken)
        first = broken[0]
        day = f"{moment(made.roster, max(0, first.start)):%d.%m.%Y}"
        rows.append(
            (
                rule_text(rule, lang) if rule else name,
                lang("must") if first.hard else lang("wish"),
                lang.number(len(broken)),
                lang.n("{n} person", "{n} people", len(whom)),
                lang("{name}, {day}: {value} instead of {limit}", name=first.person, day=day,
                     value=lang.plain(first.value, 1), limit=lang.plain(first.limit, 1)),
            )
        )  # fmt: skip
    head = (lang("Rule"), lang("Binds"), lang("How often"), lang("Whom"), lang("First"))
    return Table(lang("Rules broken"), head, tuple(rows))
