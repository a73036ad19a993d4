"""Why the scenario does not take what was typed, as text of a page."""

from __future__ import annotations

from collections.abc import Sequence

from sim.errors import Problem
from sim.report.language import Language
from sim.report.refusals import Refused, reason_words, worded
from sim.ui.view import plain, quoted

__all__ = ["reasons"]

_MOST = 3
#: Rules that say it all beside the field that broke them: neither place nor value need be told.
_BOUNDS = ("at most", "at least", "above", "below")
_PLAIN = ("must not be negative", *(f"must be {side} " for side in _BOUNDS))


def reasons(refused: Sequence[Refused], lang: Language) -> str:
    """The first faults as text of a page: a bound alone, everything else at its place.

    Parameters
    ----------
    refused
        The faults.
    lang
        The reader's language.

    Examples
    --------
    >>> from sim.errors import InvalidInput
    >>> reasons([InvalidInput("fcr", "must be at most 100%", 175)], Language("ru"))
    'должно быть не больше 100%'
    >>> reasons([InvalidInput("fcr", "must be a percentage", "x")], Language("ru"))
    "`fcr`: нужна доля в процентах, дано 'x'"
    """
    return "; ".join(_words(one, lang) for one in refused[:_MOST])


def _words(one: Refused, lang: Language) -> str:
    if one.rule.startswith(_PLAIN):
        return plain(worded(one.rule.partition(", got ")[0], lang))
    place = one.path if isinstance(one, Problem) else one.name
    return (f"{quoted(place)}: " if place else "") + plain(reason_words(one, lang))
