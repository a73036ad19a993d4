"""Ways out of a plan of shifts that is short or dear, in words and plain data."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from sim.report.language import N_, Language
from sim.report.sentences import shift_title
from sim.report.table import Table
from sim.scenario import Scenario

if TYPE_CHECKING:  # the solver is loaded where ways are looked for
    from sim.plan.shifts.reasons import Loosened, WayOut

__all__ = ["ways_data", "ways_table"]

#: What may be loosened, as people read it.
WHAT_WORDS = {
    "most": N_("allow {value} of “{shift}” a week"),
    "most_per_day": N_("allow {value} of “{shift}” a day"),
    "distinct_starts": N_("allow {value} times at which “{shift}” starts"),
    "least_per_day": N_("no “{shift}” has to start on a day"),
    "sooner": N_("let “{shift}” start at {clock} as well"),
    "later": N_("let “{shift}” start at {clock} as well"),
    "days": N_("let “{shift}” start on every day"),
    "minimum": N_("have {value} there at least, not one more"),
}
# Hours of a job, for how many people hours are.
_JOB = 40.0


def ways_table(
    scenario: Scenario, option: str, group: str, ways: Sequence[WayOut], lang: Language
) -> Table:
    """What each way out takes and costs in a week, the best first.

    Parameters
    ----------
    scenario, option, group
        Whose plan it is.
    ways
        Each loosens one thing alone.
    lang
        The reader's language.
    """
    priced = _priced(scenario, option, group)
    rows = []
    for way in ways:
        left = float(way.cover.missing.sum()) * scenario.interval / 3600
        row = [
            _what_words(scenario, option, group, way.what, lang),
            lang.number(left, 1) if left else lang("nothing"),
            _signed(way.paid, lang),
            _signed(way.paid / _JOB, lang, 1),
        ]
        if priced:
            sign = "+" if way.extra > 0 else ""
            row.append(sign + lang.money(way.extra, scenario.currency))
        rows.append(tuple(row))
    head = [lang("Allow one of these"), lang("Still short, h"), lang("Paid hours a week")]
    head += [lang("People of 40 h"), *([lang("Cost a week")] if priced else [])]
    return Table(lang("Ways out, each alone: planned anew"), tuple(head), tuple(rows))


def _what_words(scenario: Scenario, option: str, group: str, what: Loosened, lang: Language) -> str:
    """What is loosened, in the reader's language."""
    title = shift_title(scenario, option, group, what.template, lang) if what.template else ""
    return lang(
        WHAT_WORDS[what.what],
        value=lang.number(what.value),
        shift=title,
        clock=lang.clock(60.0 * what.value),
    )


def _signed(value: float, lang: Language, digits: int = 0) -> str:
    said = lang.number(value, digits)
    return f"+{said}" if value > 0 and any(c in "123456789" for c in said) else said


def _priced(scenario: Scenario, option: str, group: str) -> bool:
    """Whether hours of a group have a price in the scenario."""
    staff = scenario.options[option].groups[group]
    hourly = staff.contract is not None and staff.contract.price_per_agent_hour is not None
    return staff.payroll is not None or hourly


def ways_data(ways: Sequence[WayOut], interval: float) -> list[dict[str, Any]]:
    """The same as plain data.

    Parameters
    ----------
    ways
        Ways out.
    interval
        Of the scenario [s].
    """
    return [
        {
            "what": way.what.what,
            "shift": way.what.template or None,
            "value": way.what.value,
            "hours_short": float(way.cover.missing.sum()) * interval / 3600,
            "hours_filled": way.saved,
            "shifts_more": way.shifts,
            "paid_hours_more": way.paid,
            "cost_week_more": way.extra,
        }
        for way in ways
    ]
