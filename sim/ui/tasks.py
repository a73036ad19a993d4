"""What pages have computed beside them; knows no Streamlit, so that processes can import it."""

from __future__ import annotations

from dataclasses import dataclass

from sim import compiled
from sim.decide import Comparison, OptionResult, compare, simulate
from sim.decide.breakeven import breakeven
from sim.experiment import Progress
from sim.report.breakeven import breakeven_sentences
from sim.report.files import Asked, Contents, contents, pictured
from sim.report.language import Code, Language
from sim.scenario import Scenario
from sim.ui.jobs import Tell

__all__ = ["Draft", "compared", "drafted", "simulated", "turned"]


def compared(scenario: Scenario, *, tell: Tell) -> Comparison:
    """All options of a scenario at the same service."""
    names = list(scenario.options)

    def follow(name: str, step: Progress) -> None:
        part = min(1.0, step.done / step.planned)
        tell((names.index(name) + part) / len(names), name)

    found = compare(scenario, progress=follow)
    compiled.mark_warm()
    return found


def simulated(
    scenario: Scenario, name: str, seed: int, replications: int, *, tell: Tell
) -> OptionResult:
    """One option of a scenario."""
    tell(0.0, name)
    return simulate(scenario, name, seed=seed, replications=replications)


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
