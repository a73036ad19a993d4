"""Names that people give are shown as they are written, whatever signs are in them."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

from visitor import brought, finish, priced, turn

from sim.ui.frame import PAGES

# A picture from elsewhere would be a request that leaves the machine.
SIGNS = "![x](https://elsewhere.invalid/x.png) *star* $sum$ `tick`"
MARKS = re.compile(r"(?<!\\)!\[|(?<!\\)\*star|(?<!\\)\$sum|(?<!\\)`tick")
# What of an element is read as Markdown, and elements of which nothing is.
READ = ("body", "label", "text")
PLAIN = {"html", "selectbox", "text_input"}


def named() -> str:
    """A scenario whose every title could be taken for something else."""
    text = priced(risk="{draws: 20}")
    for name in ("Phone", "Own team", "Vendor", "Small shop"):
        text = re.sub(rf"\{{en: {name}, ru: [^}}]*\}}", f"'{SIGNS}'", text)
    text = text.replace("own: {", f"own: {{title: '{SIGNS}', ")
    assert text.count(SIGNS) == 5
    return text


def read(block: Any) -> Iterator[tuple[str, str]]:
    """Everything on the page that is read as Markdown: what it is, and its text."""
    for part in block.children.values():
        if hasattr(part, "children"):
            yield part.type, str(getattr(part, "label", ""))
            yield from read(part)
        elif part.type not in PLAIN:
            texts = (getattr(part.proto, name, "") for name in READ)
            yield from ((part.type, text) for text in texts if isinstance(text, str))


def test_signs_in_names_are_no_marks_on_any_page() -> None:
    app = finish(brought(named()))
    said, wrong = 0, []
    for page, _ in PAGES:
        for block in (turn(app, page).main, app.sidebar):
            texts = list(read(block))
            said += sum("star" in text for _, text in texts)
            wrong += [(page, *one) for one in texts if MARKS.search(one[1])]

    assert said > 12
    assert wrong == []
