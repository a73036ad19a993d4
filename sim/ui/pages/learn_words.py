"""What the words of a table's column of outcomes mean, put right by the visitor."""

from __future__ import annotations

import hashlib
import re
import tempfile
from collections import Counter
from collections.abc import Mapping, Sequence
from pathlib import Path

import streamlit as st

from sim.errors import InvalidInput
from sim.learn.tables import sniffed
from sim.learn.words import OUTCOME_WORDS, simple
from sim.report.language import Language
from sim.report.log_quality import OUTCOME_TITLES
from sim.ui.pages.learn_state import Brought, bag
from sim.ui.view import choose, plain

__all__ = ["meanings", "outcome_words"]

#: Rows of a file in which words are looked for, and so many different ones are no outcomes.
_ROWS, _MOST = 50_000, 24
_BESIDE = 4
# A number that somebody can be known by.
_NUMBER = re.compile(r"\d{5}")


def outcome_words(column: str, lang: Language) -> None:
    """Draw every word of a column of outcomes with what it is taken for.

    Parameters
    ----------
    column
        Name of the column; empty where there is none.
    lang
        The reader's language.
    """
    if not column:
        return
    found = _words(column)
    with st.expander(lang("What its words mean: {column}", column=plain(column)), expanded=True):
        if len(found) > _MOST:
            st.markdown(
                lang("So many different words cannot be ends of contacts: is it this column?")
            )
            return
        st.markdown(
            lang("Guessed where they are known. Contacts whose end is not known are left out.")
        )
        titles = {name: lang(words) for name, words in OUTCOME_TITLES.items()}
        for start in range(0, len(found), _BESIDE):
            some = found[start : start + _BESIDE]
            for place, (word, count) in zip(st.columns(_BESIDE), some, strict=False):
                key, rows = _key(column, word), lang.number(count)
                st.session_state.setdefault(f"chosen.{key}", _guessed(word))
                label = lang("“{word}”, rows: {count}", word=plain(word), count=rows)
                with place:
                    choose(st.selectbox, label, titles, key, lang)


def meanings(column: str) -> Mapping[str, str]:
    """What the visitor says of the words of a column."""
    if not column or len(found := _words(column)) > _MOST:
        return {}
    said = ((word, st.session_state.get(f"chosen.{_key(column, word)}")) for word, _ in found)
    return {word: str(meant) for word, meant in said if meant}


def _key(column: str, word: str) -> str:
    digest = hashlib.sha256(f"{column}|{simple(word)}".encode()).hexdigest()[:12]
    return f"learn.word.{digest}"


def _guessed(word: str) -> str:
    return OUTCOME_WORDS.get(simple(word), "unknown")


def _words(column: str) -> Sequence[tuple[str, int]]:
    """Words of a column and how often they are there, the most frequent first; looked up once."""
    mine = bag()
    if column not in mine.words:
        mine.words[column] = _counted(mine.logs, column)
    return mine.words[column]


def _counted(files: Sequence[Brought], column: str) -> tuple[tuple[str, int], ...]:
    found: Counter[str] = Counter()
    written: dict[str, str] = {}
    with tempfile.TemporaryDirectory(prefix="linewise-") as folder:
        for one in files:
            path = Path(folder, one.name)
            path.write_bytes(one.content)
            try:
                block = next(sniffed(path).blocks([column], lambda *_: None, _ROWS), None)
            except (InvalidInput, ValueError):
                continue
            for cell in block.columns[0] if block else ():
                word = simple(cell or "")
                if word and not _NUMBER.search(word):
                    found[word] += 1
                    written.setdefault(word, str(cell).strip()[:40])
    return tuple((written[word], count) for word, count in found.most_common(_MOST + 1))
