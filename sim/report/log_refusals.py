"""Why logs cannot be read or learnt from: in words of the reader's language."""

from __future__ import annotations

from pathlib import PurePath

from sim.errors import InvalidInput, Problem, ScenarioError
from sim.learn import KNOWLEDGE
from sim.learn.formats import FORMATS
from sim.report.language import N_, Language
from sim.report.log_quality import FIELD_WORDS, KNOWN_WORDS, format_words
from sim.report.refusals import worded

__all__ = ["refusal_words"]

_NAMES = {
    "mapping": N_("the mapping of columns"),
    "timezone": N_("the time zone"),
    "country": N_("the country"),
    "durations": N_("handle times"),
    "patience": N_("patience"),
    "test": N_("the log of the test"),
}
_TITLES = {known.title: known.name for known in FORMATS}
_NAMED_FORMATS = {known.name for known in FORMATS}


def refusal_words(error: InvalidInput | ScenarioError, lang: Language) -> tuple[str, ...]:
    """What is wrong and what to do, a sentence for each problem.

    Examples
    --------
    >>> wrong = InvalidInput("log", "is an old workbook (.xls)", "/a/b.xls", "save it as CSV")
    >>> refusal_words(wrong, Language("en"))
    ('b.xls is an old workbook (.xls); save it as CSV.',)
    >>> refusal_words(wrong, Language("ru"))
    ('b.xls: это старая книга Excel (.xls); сохраните как CSV.',)
    """
    if isinstance(error, ScenarioError):
        return tuple(_of_problem(one, lang) for one in error.problems)
    of_file = error.name in ("log", "table") and isinstance(error.value, str)
    names = [PurePath(one).name for one in str(error.value).split(", ")] if of_file else []
    what = ", ".join(names) or lang(_NAMES.get(error.name, error.name))
    rule = _said(error.rule, lang)
    if not of_file and error.value is not None:
        rule += f" ({error.value})"
    return (_sentence(what, rule, error.hint, lang),)


def _of_problem(problem: Problem, lang: Language) -> str:
    place = f"{problem.file}:{problem.line}" if problem.line else problem.file
    what = f"{place} {problem.path}".strip()
    return _sentence(what, _said(problem.rule, lang), problem.hint, lang)


def _sentence(what: str, rule: str, hint: str, lang: Language) -> str:
    told = lang("{what} {rule}", what=what, rule=rule)
    return f"{told}; {_said(hint, lang)}." if hint else f"{told}."


def _said(text: str, lang: Language) -> str:
    """A rule or a hint, with the names of formats and fields that readers know."""
    return worded(text, lang, lambda part: _part(part, lang))


def _part(said: str, lang: Language) -> str:
    """A name in a text: of a format, of what a source tells, of fields, or of anything else."""
    if name := _TITLES.get(said, said if said in _NAMED_FORMATS else None):
        return format_words(name, lang)
    if said in KNOWLEDGE:
        return lang(KNOWN_WORDS[said])
    return lang(FIELD_WORDS[said]) if said in FIELD_WORDS else said
