"""Why something was refused, in the reader's language: place, rule, value, hint.

Errors are put together where a rule is broken, in English. Another language has a catalogue of
what they may say, ``refusals.po``: texts with numbered holes for names and figures. A refusal is
told by the text that it matches, with what its holes hold, which may be a text of the catalogue
itself; where it matches none, it is told as it is.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import lru_cache

from sim.errors import InvalidInput, LinewiseError, Problem, ScenarioError
from sim.report.language import Language, catalogue_of, messages_in
from sim.scenario.base import shown

__all__ = ["Refused", "found_in", "reason_words", "refusal_lines", "refusal_text", "worded"]

Refused = Problem | InvalidInput
_Naming = Callable[[str], str] | None

_CATALOGUE = "refusals"
_HOLE = re.compile(r"\{(\d)\}")
_GIVEN = ", got "
#: What is told of a value that must be one of some words: the last of them stands behind "or".
_LISTED = ("must be {0}", "expected {0}, but got {1}")
#: So deep may texts of the catalogue stand in each other's holes; what a file says may go on.
_DEEPEST = 4


def found_in(error: LinewiseError) -> Sequence[Refused]:
    """The faults that an error names.

    Parameters
    ----------
    error
        Of what was refused.
    """
    if isinstance(error, ScenarioError):
        return error.problems
    return (error,) if isinstance(error, InvalidInput) else ()


def refusal_lines(error: LinewiseError, lang: Language) -> tuple[str, ...]:
    """What an error says, a line for each fault.

    Parameters
    ----------
    error
        Of what was refused, whatever its kind.
    lang
        The reader's language.

    Examples
    --------
    >>> wrong = ScenarioError([Problem("shop.yaml", 31, "channels", "is missing")])
    >>> refusal_lines(wrong, Language("ru"))
    ('shop.yaml:31 channels: отсутствует',)
    """
    found = found_in(error)
    if found:
        return tuple(refusal_text(one, lang) for one in found)
    return tuple(worded(line, lang) for line in str(error).splitlines())


def refusal_text(one: Refused, lang: Language) -> str:
    """A fault in one line: place, rule, value, hint.

    Parameters
    ----------
    one
        The fault.
    lang
        The reader's language.

    Examples
    --------
    >>> wrong = InvalidInput("fcr", "must be at most 100%", "800%", "did you mean 80%?")
    >>> refusal_text(wrong, Language("en"))
    "fcr must be at most 100%, got '800%'; did you mean 80%?"
    >>> refusal_text(wrong, Language("ru"))
    "fcr: должно быть не больше 100%, дано '800%'; возможно, 80%?"
    """
    if lang.code == "en":
        return str(one)
    if isinstance(one, InvalidInput):
        place = one.name
    else:
        place = " ".join(part for part in (_line(one), one.path) if part)
    return lang("{what} {rule}", what=place, rule=reason_words(one, lang))


def _line(problem: Problem) -> str:
    return f"{problem.file}:{problem.line}" if problem.line else problem.file


def reason_words(one: Refused, lang: Language) -> str:
    """A fault without its place: rule, value, hint.

    Parameters
    ----------
    one
        The fault.
    lang
        The reader's language.

    Examples
    --------
    >>> reason_words(Problem("a.yaml", 3, "fcr", "has no value", "give one"), Language("en"))
    'has no value; give one'
    """
    rule = worded(one.rule, lang)
    if isinstance(one, InvalidInput) and one.value is not None:
        rule = lang("{rule}, got {value}", rule=rule, value=shown(one.value))
    return f"{rule}; {worded(one.hint, lang)}" if one.hint else rule


def worded(text: str, lang: Language, named: Callable[[str], str] | None = None) -> str:
    """A rule or a hint in the reader's language; as it is where no catalogue has it.

    Parameters
    ----------
    text
        What was said in English.
    lang
        The reader's language.
    named
        Words for what stands in a hole, where the hole holds a name that readers know by another.

    Examples
    --------
    >>> worded("is not a channel of this scenario", Language("ru"))
    'в этом сценарии такого нет: канал'
    """
    if lang.code == "en" and named is None:
        return text  # nothing is to be looked up
    return _worded(text, lang, named, _DEEPEST)


def _worded(text: str, lang: Language, named: _Naming, deep: int) -> str:
    if not deep:
        return text
    rule, given, value = text.partition(_GIVEN)
    whole, part = _match(text), _match(rule) if given else None
    if part and (whole is None or part.size >= whole.size):
        return lang("{rule}, got {value}", rule=_filled(part, lang, named, deep), value=value)
    return _filled(whole, lang, named, deep) if whole else text


@dataclass(frozen=True, slots=True)
class _Template:
    """A text of the catalogue: what stands outside its holes, how much, the longest part of it."""

    text: str
    around: tuple[str, ...]
    size: int
    core: str

    @classmethod
    def of(cls, text: str) -> _Template:
        parts = _HOLE.split(text)[::2]
        return cls(text, tuple(parts), sum(map(len, parts)), max(parts, key=len))

    def held(self, text: str) -> tuple[str, ...] | None:
        """What its holes hold where a text is this one, a letter at least in each; else None.

        Each part around the holes is taken where it comes first, which leaves most room for the
        others: no text, however long, is gone through more than once for a hole.
        """
        first, *between = self.around
        if not between:
            return () if text == first else None
        last = between.pop()
        if not (text.startswith(first) and text.endswith(last)):
            return None
        at, end, found = len(first), len(text) - len(last), []
        for part in between:
            next_ = text.find(part, at + 1, end)
            if next_ < 0:
                return None
            found.append(text[at:next_])
            at = next_ + len(part)
        return (*found, text[at:end]) if at < end else None


@dataclass(frozen=True, slots=True)
class _Match:
    """A template that a text matches, and what stands in its holes."""

    template: str
    size: int
    held: tuple[str, ...]


def _match(text: str) -> _Match | None:
    """The template with the most letters of its own that a text matches."""
    for one in _templates():
        if one.core in text and (held := one.held(text)) is not None:
            return _Match(one.text, one.size, held)
    return None


def _filled(match: _Match, lang: Language, named: _Naming, deep: int) -> str:
    """The words of a template with its holes filled."""
    told = [_held(match, part, lang, named, deep) for part in match.held]
    words = catalogue_of(lang.code, _CATALOGUE).gettext(match.template)
    return _HOLE.sub(lambda hole: told[int(hole[1])], words)


def _held(match: _Match, part: str, lang: Language, named: _Naming, deep: int) -> str:
    """What stands in a hole: a known name, a text of the catalogue, or anything else."""
    if named is not None and (name := named(part)) != part:
        return name
    if match.template in _LISTED:
        return part.replace(" or ", lang(" or "))
    return _worded(part, lang, None, deep - 1)


@lru_cache(maxsize=1)
def _templates() -> tuple[_Template, ...]:
    """All texts that refusals may have, those with the most letters of their own first."""
    found = map(_Template.of, messages_in(_CATALOGUE))
    return tuple(sorted(found, key=lambda one: (-one.size, one.text)))
