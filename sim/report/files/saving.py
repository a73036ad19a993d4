"""Writing a report into a file of the kind that its name says."""

from __future__ import annotations

import os
import tempfile
from pathlib import Path
from typing import Literal

from sim.decide import Comparison
from sim.errors import InvalidInput
from sim.report.files.as_html import page
from sim.report.files.as_pdf import pdf
from sim.report.files.as_workbook import workbook
from sim.report.files.composing import Asked, contents
from sim.report.language import Language

__all__ = ["KINDS", "Kind", "kind_of", "report_file", "save_report"]

Kind = Literal["pdf", "xlsx", "html"]
KINDS: tuple[Kind, ...] = ("pdf", "xlsx", "html")


def kind_of(place: Path) -> Kind:
    """The kind of file that a name asks for; where it can be written is made sure of.

    Parameters
    ----------
    place
        The file.

    Raises
    ------
    InvalidInput
        If it is a file of another kind, or nothing can be written there.
    """
    found = next((kind for kind in KINDS if place.suffix.lower() == f".{kind}"), None)
    if found is None:
        raise InvalidInput("to", "must be a file that ends in .pdf, .xlsx or .html", str(place))
    try:
        if place.is_dir():
            raise InvalidInput("to", "must be a file, not a folder", str(place))
        place.parent.mkdir(parents=True, exist_ok=True)
        tempfile.TemporaryFile(dir=place.parent).close()
        if place.exists():
            place.open("ab").close()
    except OSError as error:
        raise InvalidInput("to", f"cannot be written ({error.strerror})", str(place)) from None
    return found


def report_file(found: Comparison, kind: Kind, lang: Language, asked: Asked) -> bytes:
    """A report as a file's bytes; the same for the same comparison, language and date.

    Parameters
    ----------
    found
        The options of a scenario, compared.
    kind
        ``pdf``, ``xlsx`` or ``html``.
    lang
        The reader's language.
    asked
        Which options and sections, and the date.

    Raises
    ------
    InvalidInput
        If there is no such option.
    """
    report = contents(found, lang, asked)
    if kind == "pdf":
        return pdf(report)
    if kind == "xlsx":
        return workbook(found, report, asked)
    return page(report)


def save_report(found: Comparison, place: Path, lang: Language, asked: Asked) -> None:
    """Write a report; a file that was there stays as it was until the new one is whole.

    Parameters
    ----------
    found
        The options of a scenario, compared.
    place
        A file ``.pdf``, ``.xlsx`` or ``.html``.
    lang
        The reader's language.
    asked
        Which options and sections, and the date.

    Raises
    ------
    InvalidInput
        If it is a file of another kind, cannot be written, or there is no such option.
    """
    made = report_file(found, kind_of(place), lang, asked)
    number, name = tempfile.mkstemp(dir=place.parent, prefix=f".{place.name}.")
    try:
        with os.fdopen(number, "wb") as file:
            file.write(made)
        os.chmod(name, 0o644)
        Path(name).replace(place)
    except BaseException:
        Path(name).unlink(missing_ok=True)
        raise
