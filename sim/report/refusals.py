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
from functools import cache, lru_cache

from sim.errors import InvalidInput, LinewiseError, Problem, ScenarioError
from sim.report.language import Language, catalogue_of, messages_in
from sim.scenario.base import shown

__all__ = ["Refused", "found_in", "reason_words", "refusal_lines", "refusal_text", "worded"]

Refused = Problem | InvalidInput

_CATALOGUE = "refusals"
_HOLE = re.compile(r"\{(\d)\}")
_GIVEN = ", got "
#: What is told of a value that must be one of some words: the last of them stands behind "or".
_LISTED = ("must be {0}", "expected {0}, but got {1}")


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
    rule, given, value = text.partition(_GIVEN)
    whole, part = _match(text), _match(rule) if given else None
    if part and (whole is None or part.size >= whole.size):
        return lang("{rule}, got {value}", rule=_filled(part, lang, named), value=value)
    return _filled(whole, lang, named) if whole else text


@dataclass(frozen=True, slots=True)
class _Template:
    """A text of the catalogue: its letters outside holes, the longest run of them, its form."""

    text: str
    size: int
    core: str

    @classmethod
    def of(cls, text: str) -> _Template:
        parts = _HOLE.split(text)[::2]
        return cls(text, sum(map(len, parts)), max(parts, key=len))


@dataclass(frozen=True, slots=True)
class _Match:
    """A template that a text matches, and what stands in its holes."""

    template: str
    size: int
    held: tuple[str, ...]


def _match(text: str) -> _Match | None:
    """The template with the most letters of its own that a text matches."""
    for one in _templates():
        if one.core in text and (found := _pattern(one.text).fullmatch(text)):
            return _Match(one.text, one.size, found.groups())
    return None


def _filled(match: _Match, lang: Language, named: Callable[[str], str] | None) -> str:
    """The words of a template with its holes filled."""
    told = [_held(match, part, lang, named) for part in match.held]
    words = catalogue_of(lang.code, _CATALOGUE).gettext(match.template)
    return _HOLE.sub(lambda hole: told[int(hole[1])], words)


def _held(match: _Match, part: str, lang: Language, named: Callable[[str], str] | None) -> str:
    """What stands in a hole: a known name, a text of the catalogue, or anything else."""
    if named is not None and (name := named(part)) != part:
        return name
    if match.template in _LISTED:
        return part.replace(" or ", lang(" or "))
    return worded(part, lang)


@lru_cache(maxsize=1)
def _templates() -> tuple[_Template, ...]:
    """All texts that refusals may have, those with the most letters of their own first."""
    found = map(_Template.of, messages_in(_CATALOGUE))
    return tuple(sorted(found, key=lambda one: (-one.size, one.text)))


@cache
def _pattern(template: str) -> re.Pattern[str]:
    """What a text looks like with names and figures in its holes."""
    constants = map(re.escape, _HOLE.split(template)[::2])
    return re.compile("(.+?)".join(constants), re.DOTALL)
