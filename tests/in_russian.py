"""What is left in English of a refusal that is told in Russian."""

from __future__ import annotations

import re

from sim.errors import LinewiseError
from sim.report.language import Language
from sim.report.refusals import refusal_lines

# What stays as it is in any language: what a file says, and how it is to be written.
_WRITTEN = re.compile(
    r"'[^']*'|\{.*\}|\[[^]]*\]|\([\d., ]+\)|at least|at most|(?:напишите|известны|допустимо).*"
)
# Words of English in which a rule or a hint is said.
_ENGLISH = re.compile(
    r"\b(?:a|an|and|at|be|by|does|for|has|in|is|it|must|needs?|no|not|of|or|that|the|this|to|with)\b"
)


def left_in_english(error: LinewiseError) -> list[str]:
    """Lines of a refusal that say a rule or a hint in English, or nothing in Russian."""
    lines = refusal_lines(error, Language("ru"))
    said = [(line, _WRITTEN.sub("", line.partition(": ")[2])) for line in lines]
    return [line for line, rest in said if _ENGLISH.search(rest) or not re.search("[а-я]", line)]
