"""A report as PDF: A4, tagged for those who listen to it, with its own letters."""

from __future__ import annotations

import json
import re
from dataclasses import asdict
from pathlib import Path
from typing import Any, cast

import typst

from sim.report.files.composing import Contents
from sim.report.files.parts import Picture
from sim.report.files.pictures import FONT, FONTS, svg
from sim.report.language import Language
from sim.report.palette import LIGHT
from sim.report.table import Table

__all__ = ["pdf", "pictured"]

_TEMPLATE = Path(__file__).with_name("report.typ")
#: Width of a picture as wide as the page [pixels]; what is 13 pixels high becomes 9 points.
_WIDTH = 720
#: Letters of a cell that are set in one line where there is room.
_LONG = 44
#: What the typesetter says of letters that the typeface lacks, and what stands in their place.
_LACKING = re.compile(r'the text `"(.+?)"` could not be displayed')
_BLANK = "?"
# Signs without a shape that hold others together.
_JOINERS = dict.fromkeys(map(ord, "\u200b\u200c\u200d\ufe0e\ufe0f"), "")
# So often letters are taken out that were named; then all that are not Latin or Cyrillic.
_TRIES = 12
#: One cell in so many may be longer than its column.
_RARE = 14


def pdf(report: Contents) -> bytes:
    """A report as a PDF file; the same report makes the same bytes.

    Parameters
    ----------
    report
        What it says.
    """
    said = _said(report)["data"]
    for _ in range(_TRIES):
        try:
            return _compiled(said)
        except typst.TypstError as error:
            lacking = set("".join(map(_letters, _LACKING.findall(str(error)))))
            if not lacking:
                raise
            # A name may have letters that the typeface lacks, and no reader could be told of them.
            said = said.translate(_JOINERS | dict.fromkeys(map(ord, lacking), _BLANK))
    return _compiled("".join(letter if letter < "\u0500" else _BLANK for letter in said))


def _compiled(said: str) -> bytes:
    return typst.compile(
        _TEMPLATE,
        font_paths=[FONTS],
        ignore_system_fonts=True,
        format="pdf",
        sys_inputs={"data": said},
        pdf_standards=["ua-1"],
    )


def _letters(shown: str) -> str:
    """Letters of a text as the typesetter shows it; plain ones are never lacking."""
    whole = re.sub(r"\\u\{([0-9a-f]+)\}", lambda found: chr(int(found[1], 16)), shown)
    return "".join(letter for letter in whole if letter > "\x7f")


def pictured(report: Contents, ppi: float = 110.0) -> tuple[bytes, ...]:
    """The pages of the PDF as pictures (PNG).

    Parameters
    ----------
    report
        What it says.
    ppi
        Pixels per inch.
    """
    made: object = typst.compile(
        _TEMPLATE,
        font_paths=[FONTS],
        ignore_system_fonts=True,
        format="png",
        ppi=ppi,
        sys_inputs=_said(report),
    )
    # One page comes as it is, several in a list, whatever the library's types say.
    return tuple(made) if isinstance(made, list) else (cast(bytes, made),)


def _said(report: Contents) -> dict[str, str]:
    return {"data": json.dumps(_data(report), ensure_ascii=False)}


def _data(report: Contents) -> dict[str, Any]:
    """What the template reads."""
    lang = Language(report.code)
    plain = asdict(report)
    for block, given in zip(plain["blocks"], report.blocks, strict=True):
        block["pictures"] = [_picture(one) for one in given.pictures]
        block["tables"] = [_figures(one) for one in given.tables]
    colours = {name: getattr(LIGHT, name) for name in ("text", "muted", "line", "cover")}
    return plain | {"font": FONT, "colours": colours, "page": lang("Page {n} of {all}")}


def _picture(one: Picture) -> dict[str, Any]:
    drawn = svg(one.spec, round(_WIDTH * one.wide))
    return {
        "title": one.title,
        "told": one.told,
        "legend": one.legend,
        "wide": one.wide,
        "svg": drawn,
    }


def _figures(one: Table) -> dict[str, Any]:
    """A table with the room that each column asks for, and which columns hold words."""
    columns = list(zip(one.head, *one.rows, strict=True))
    return asdict(one) | {
        "widths": [_room(head, cells) for head, *cells in columns],
        "words": [n for n, cells in enumerate(columns) if n == 0 or _is_words(cells[1:])],
    }


def _room(head: str, cells: list[str]) -> int:
    """Letters that a column needs: no word is cut, and rare long text takes several lines."""
    longest = max((len(word) for word in head.split()), default=1)
    sizes = sorted(min(len(cell), _LONG) for cell in [*cells, ""])
    usual = sizes[-1 - len(sizes) // _RARE]
    return max(longest, usual) + 2


def _is_words(cells: tuple[str, ...]) -> bool:
    """Whether no cell of a column has a figure."""
    return not any(letter.isdigit() or letter in "—∞" for cell in cells for letter in cell)
