"""What the page of reports has made beside it; apart, since a first answer waits for no report."""

from __future__ import annotations

from dataclasses import dataclass

from sim.decide import Comparison
from sim.decide.breakeven import breakeven
from sim.report.breakeven import breakeven_sentences
from sim.report.files import Asked, Contents, contents, pictured
from sim.report.language import Code, Language
from sim.ui.jobs import Tell

__all__ = ["Draft", "drafted", "turned"]


@dataclass(frozen=True)
class Draft:
    """A report before it is written into a file.

    Parameters
    ----------
    report
        What it says.
    pages
        Its pages as pictures (PNG).
    """

    report: Contents
    pages: tuple[bytes, ...]


def drafted(found: Comparison, code: Code, asked: Asked, *, tell: Tell) -> Draft:
    """A report and its pages as pictures."""
    tell(0.0, "")
    report = contents(found, Language(code), asked)
    tell(0.5, "")
    return Draft(report, pictured(report))


def turned(found: Comparison, *, tell: Tell) -> dict[str, tuple[str, ...]]:
    """At which volume the answer changes, in sentences by language."""
    tell(0.0, "")
    crossed = breakeven(found.scenario, "volume", comparison=found)
    codes: tuple[Code, ...] = ("ru", "en")
    return {code: tuple(breakeven_sentences(crossed, Language(code))) for code in codes}
