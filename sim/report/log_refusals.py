"""Why logs cannot be read or learnt from: in words of the reader's language."""

from __future__ import annotations

import re
from functools import lru_cache
from pathlib import PurePath

from sim.errors import InvalidInput, Problem, ScenarioError
from sim.learn import KNOWLEDGE
from sim.learn.formats import FORMATS
from sim.report.language import N_, Language
from sim.report.log_quality import FIELD_WORDS, KNOWN_WORDS, format_words

__all__ = ["refusal_words"]

# Rules and hints of what reading and learning refuse. What stands in braces is a name or a figure.
_SAID = (
    N_("is empty"),
    N_("cannot be read ({reason})"),
    N_("is of no format that can be told by its beginning"),
    N_("say which it is, of {formats}"),
    N_("is {title}, and {first} is {other}"),
    N_("read one format at a time"),
    N_("is an old workbook (.xls)"),
    N_("save it as XLSX or CSV in Excel"),
    N_("is a packed archive of files"),
    N_("unpack it, and give what is in it; gzip is read as it is"),
    N_("is a document or a picture, not a log"),
    N_("export the log as CSV or XLSX"),
    N_("is a database, not a log"),
    N_("export its table as CSV"),
    N_("is a web page or XML, not a table"),
    N_("open it in Excel and save it as XLSX or CSV"),
    N_("is a workbook in a form that is not read"),
    N_("save it as XLSX or CSV"),
    N_("is no readable workbook"),
    N_("unfolds to more than a workbook of logs can hold"),
    N_("save it as CSV"),
    N_("unfolds to more than a log can hold"),
    N_("unpack it to see what is in it"),
    N_("has no row of column names"),
    N_("has none of the columns of {format}"),
    N_("has no column that says when contacts came"),
    N_("has no column {column}"),
    N_("its first row is no row of column names"),
    N_("there are {columns}"),
    N_("is for tables of contacts, and this is {title}"),
    N_("leave it out, or say that the format is table"),
    N_("is no field of a contact"),
    N_("must be a column of the table, got {value}"),
    N_("must not be the column of {field} too, got {value}"),
    N_("one column measures one thing"),
    N_("must be the meaning of a word, got {value}"),
    N_("the meanings are {known}"),
    N_("is not a known time zone"),
    N_("write it like Europe/Moscow"),
    N_("is not known by its ISO code"),
    N_("must be at least one file"),
    N_("has no contacts that were offered"),
    N_("has no {channel} contact that was served for more than 0 s and up to an hour"),
    N_("give logs that say how long contacts took"),
    N_("has no contacts of the channels that were learnt: {channels}"),
    N_("needs contacts that waited"),
    N_("needs two that differ"),
    N_("cannot give {item}"),
    N_("the source does not say when contacts came"),
    N_("the source does not say how long contacts waited"),
    N_("the source does not say how long contacts were handled"),
    N_("the source does not say who gave up and after which wait"),
    N_("the source does not say when agents were there"),
    N_("the source does not say who called"),
    N_(
        "a call inside a queue is ANSWERED there, and billsec is wait and talk together: "
        "give queue_log instead"
    ),
)
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
    ('b.xls: это старая книга Excel (.xls); сохраните её как CSV.',)
    """
    if isinstance(error, ScenarioError):
        return tuple(_of_problem(one, lang) for one in error.problems)
    of_file = error.name in ("log", "table") and isinstance(error.value, str)
    names = [PurePath(one).name for one in str(error.value).split(", ")] if of_file else []
    what = ", ".join(names) or lang(_NAMES.get(error.name, error.name))
    rule = _worded(error.rule, lang)
    if not of_file and error.value is not None:
        rule += f" ({error.value})"
    return (_sentence(what, rule, error.hint, lang),)


def _of_problem(problem: Problem, lang: Language) -> str:
    place = f"{problem.file}:{problem.line}" if problem.line else problem.file
    what = f"{place} {problem.path}".strip()
    return _sentence(what, _worded(problem.rule, lang), problem.hint, lang)


def _sentence(what: str, rule: str, hint: str, lang: Language) -> str:
    told = lang("{what} {rule}", what=what, rule=rule)
    return f"{told}; {_worded(hint, lang)}." if hint else f"{told}."


def _worded(text: str, lang: Language) -> str:
    """A rule or a hint in the reader's language; as it is where nobody translated it."""
    for template, pattern in _patterns():
        if found := pattern.fullmatch(text):
            return lang(
                template, **{key: _part(said, lang) for key, said in found.groupdict().items()}
            )
    return lang(text)


@lru_cache(maxsize=1)
def _patterns() -> tuple[tuple[str, re.Pattern[str]], ...]:
    """Each text, and what it looks like with its names and figures in it."""
    return tuple(
        (text, re.compile(re.sub(r"\\\{(\w+)\\\}", r"(?P<\1>.+)", re.escape(text)), re.DOTALL))
        for text in _SAID
    )


def _part(said: str, lang: Language) -> str:
    """A name in a text: of a format, of what a source tells, of fields, or of anything else."""
    if name := _TITLES.get(said, said if said in _NAMED_FORMATS else None):
        return format_words(name, lang)
    if said in KNOWLEDGE:
        return lang(KNOWN_WORDS[said])
    return lang(FIELD_WORDS[said]) if said in FIELD_WORDS else said
