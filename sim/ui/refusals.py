"""Why the scenario does not take what was typed, in the reader's words as far as there are any."""

from __future__ import annotations

import re
from collections.abc import Sequence

from sim.errors import InvalidInput, Problem, ScenarioError
from sim.report.language import N_, Language
from sim.ui.view import plain, quoted

__all__ = ["Refused", "found_in", "reasons"]

Refused = Sequence[Problem | InvalidInput]

_MOST = 3
_BOUNDS = {
    "at most": N_("must be at most {bound}"),
    "at least": N_("must be at least {bound}"),
    "above": N_("must be above {bound}"),
    "below": N_("must be below {bound}"),
}
_UNITS = {
    "": "",
    "%": "%",
    "s": N_("s"),
    "days": N_("days"),
    "contacts a week": N_("contacts a week"),
}
# A bound and nothing else: a number, its unit, and what was given instead.
_RULE = re.compile(
    r"must be (?P<side>at most|at least|above|below) (?P<number>-?\d[\d ]*(?:\.\d+)?)\s*"
    r"(?P<unit>[^\d,;]*?)(?:, got .*)?"
)


def found_in(error: InvalidInput | ScenarioError) -> Refused:
    """The faults that an error names.

    Parameters
    ----------
    error
        Of a change that was not made.
    """
    return error.problems if isinstance(error, ScenarioError) else (error,)


def reasons(refused: Refused, lang: Language) -> str:
    """The first faults as text of a page: a bound in words, everything else as it was said.

    Parameters
    ----------
    refused
        The faults.
    lang
        The reader's language.

    Examples
    --------
    >>> reasons([InvalidInput("fcr", "must be at most 100%", 175)], Language("ru"))
    'должно быть не больше 100%'
    """
    return "; ".join(_words(one, lang) or quoted(str(one)) for one in refused[:_MOST])


def _words(one: Problem | InvalidInput, lang: Language) -> str:
    """A bound in words; empty where the rule is another."""
    if one.rule.startswith("must not be negative"):
        return lang("must not be negative")
    rule = _RULE.fullmatch(one.rule)
    if rule is None or rule["unit"] not in _UNITS:
        return ""
    side, number, unit = (part.strip() for part in rule.group("side", "number", "unit"))
    if unit not in ("", "%"):
        unit = " " + lang(_UNITS[unit])
    return plain(lang(_BOUNDS[side], bound=number + unit))
