"""Labour rules as tables: what a roster is held to, and what it breaks."""

from __future__ import annotations

from collections import Counter

from sim.plan.rules import Rules, Violation
from sim.plan.teams import TeamRoster
from sim.report.labour import rule_source, rule_text
from sim.report.language import Language
from sim.report.rosters import moment
from sim.report.tables import Table

__all__ = ["broken_table", "rules_table", "rules_title"]


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
