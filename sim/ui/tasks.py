"""What pages have computed beside them; knows no Streamlit, so that processes can import it."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from sim import compiled
from sim.decide import Comparison, OptionResult, compare, simulate
from sim.decide.proof import PROOFS, Proof, prove
from sim.experiment import Progress
from sim.plan import Cover
from sim.scenario import Scenario
from sim.ui.jobs import Tell

__all__ = ["compared", "proven", "simulated"]


def compared(
    scenario: Scenario,
    covers: Mapping[str, Mapping[str, Cover]] | None = None,
    *,
    tell: Tell,
    early: Callable[[Comparison], None] | None = None,
) -> Comparison:
    """All options of a scenario at the same service; what was planned before is not sought anew."""
    names = list(scenario.options)

    def follow(name: str, step: Progress) -> None:
        # All are staffed before one is played: until then nothing is done for good.
        part = names.index(name) + min(1.0, step.done / step.planned)
        tell(part / len(names) if step.done else 0.0, name)

    found = compare(scenario, covers=covers, progress=follow, early=early)
    compiled.mark_warm()
    return found


def simulated(
    scenario: Scenario, name: str, seed: int, replications: int, *, tell: Tell
) -> OptionResult:
    """One option of a scenario."""
    tell(0.0, name)

    def follow(step: Progress) -> None:
        tell(min(1.0, step.done / step.planned), name)

    found = simulate(scenario, name, seed=seed, replications=replications, progress=follow)
    compiled.mark_warm()
    return found


def proven(seed: int, *, tell: Tell) -> tuple[Proof, ...]:
    """Formula and simulation side by side."""
    found: list[Proof] = []
    for place, name in enumerate(PROOFS):
        tell(place / len(PROOFS), name)
        found += prove(name, seed)
    return tuple(found)
