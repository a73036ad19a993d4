"""What a search for the best hybrid found, and how candidates are told apart."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

from sim.decide.bound import Bound
from sim.decide.candidates import Candidate, Legs
from sim.decide.option import Attained, OptionResult
from sim.scenario.model import Scenario
from sim.stats import Estimate, mean_estimate, paired_mean

__all__ = ["ROUNDS", "Eliminated", "Found", "Point", "Step", "Tried", "judged", "worse"]

#: Rounds of replications, each twice as many as the one before, for those that are close.
ROUNDS = 4


@dataclass(frozen=True, slots=True, eq=False)
class Tried:
    """A candidate that was simulated.

    Parameters
    ----------
    candidate
        How it parts the work.
    screened
        Cost of an average month by closed form.
    result
        The simulation.
    state
        ``best``; ``alike``: not told apart from the best; ``dearer``; ``worse``: cheaper or dearer,
        it does not give the service of the own team, or misses a promise.
    over
        How much dearer than the best, or than the one that was the best when it was eliminated;
        paired. None for the best and where service is worse.
    """

    candidate: Candidate
    screened: float
    result: OptionResult
    state: str = "dearer"
    over: Estimate | None = None

    @property
    def mixes(self) -> bool:
        """Whether own people and a vendor's both work."""
        return self.result.option.mixes

    @property
    def cost(self) -> float:
        """Simulated cost of an average month."""
        return self.result.cost.value if self.result.cost else float("nan")


@dataclass(frozen=True, slots=True)
class Point:
    """The cheapest way to keep another promise, by closed form.

    Parameters
    ----------
    answered
        Share answered in time.
    cost
        Of an average month, in proportion to what simulation made of the best candidate.
    candidate
        How it parts the work.
    """

    answered: float
    cost: float
    candidate: Candidate


@dataclass(frozen=True, slots=True)
class Step:
    """How far a search has come.

    Parameters
    ----------
    seconds
        Since it began.
    cost, bound
        Of the best found, and what none can cost less than; infinite before they are known.
    """

    seconds: float
    cost: float
    bound: float


@dataclass(frozen=True, slots=True, eq=False)
class Found:
    """What a search found.

    Parameters
    ----------
    scenario, legs
        The operation, and the two options whose hybrids were looked at.
    tried
        Candidates that were simulated: the best, those alike, dearer ones, those of worse service.
    screened, of
        Candidates that were screened, and all there are.
    bound
        What no hybrid can cost less than.
    frontier
        The cheapest way by promise.
    seconds
        How long it took.
    alike
        Hybrids that cannot be told apart from the best hybrid.
    ended
        ``exhausted``: no other candidate is expected to be cheaper by more than a thousandth;
        ``most``: as many were simulated as may be; ``time``; ``key``: a key was pressed.
    confidence
        With which nobody who was eliminated is the best of those simulated.
    allowed, another
        Time that there was, and what one more simulation may have taken [s].
    """

    scenario: Scenario
    legs: Legs
    tried: tuple[Tried, ...]
    screened: int
    of: int
    bound: Bound
    frontier: tuple[Point, ...]
    seconds: float
    alike: int
    ended: str
    confidence: float
    allowed: float = math.inf
    another: float = 0.0

    @property
    def best(self) -> Tried | None:
        """The cheapest candidate that keeps the promises; None where none does."""
        return next((one for one in self.tried if one.state == "best"), None)

    @property
    def hybrid(self) -> Tried | None:
        """The cheapest that mixes both and keeps the promises; None where none does."""
        kept = [one for one in self.tried if one.state != "worse" and one.mixes]
        return min(kept, key=lambda one: one.cost, default=None)

    @property
    def gap(self) -> float:
        """How much cheaper than the best found any hybrid could be, as a share of it, at most."""
        if self.best is None:
            return float("nan")
        return max(0.0, 1 - self.bound.value / self.best.cost)

    def end(self, own: bool) -> Tried | None:
        """The own team alone, or the vendor alone."""
        for one in self.tried:
            if one.result.name == (self.legs.own if own else self.legs.vendor):
                return one
        return None


#: Who was eliminated: by whom, and how much dearer that showed it to be.
Eliminated = Mapping[Candidate, tuple[Candidate, Estimate]]


def judged(
    tried: Sequence[Tried],
    equal: Sequence[Tried],
    confidence: float,
    eliminated: Eliminated | None = None,
) -> list[Tried]:
    """Tell candidates apart, the best first.

    Parameters
    ----------
    tried
        All that were simulated.
    equal
        Those of them that give the service asked for.
    confidence
        With which nobody who is called dearer is the best.
    eliminated
        Who was out before; it stays so as long as who eliminated it gives the service asked for.
    """
    there = {one.candidate for one in equal}
    out = {one: over for one, (by, over) in (eliminated or {}).items() if by in there}
    rivals = sorted(equal, key=lambda one: (one.candidate in out, one.cost))
    found: list[Tried] = []
    # Bonferroni over all pairs and all looks: one-sided, so that twice the rest is left out.
    looks = max(1, len(rivals) - 1) * ROUNDS
    sure = 1 - 2 * (1 - confidence) / looks
    for one in rivals:
        if not found:
            found.append(replace(one, state="best", over=None))
            continue
        over = out.get(one.candidate) or _over(one, found[0], sure)
        state = "dearer" if over.low > 0 else "alike"
        found.append(replace(one, state=state, over=over))
    found.sort(key=lambda one: ("best", "alike", "dearer").index(one.state))
    kept = {id(one.result) for one in found}
    rest = [replace(t, state="worse", over=None) for t in tried if id(t.result) not in kept]
    return [*found, *sorted(rest, key=lambda one: one.cost)]


def _over(one: Tried, best: Tried, confidence: float) -> Estimate:
    """How much dearer one candidate is; of other customers it is known less well."""
    ours, theirs = one.result, best.result
    if ours.replications.count == theirs.replications.count:
        width = paired_mean(ours.batches, theirs.batches, confidence).half_width
    else:
        each = (mean_estimate(r.batches, confidence).half_width for r in (ours, theirs))
        width = math.hypot(*each)
    return Estimate(one.cost - best.cost, width)


def worse(one: OptionResult, base: OptionResult, tolerance: float) -> bool:
    """Tell whether customers get less than from another option, by more than is tolerated.

    Parameters
    ----------
    one, base
        The option, and the other one.
    tolerance
        Share of contacts.
    """

    def less(mine: Attained, yours: Attained) -> bool:
        missed = mine.missed.value - yours.missed.value > tolerance
        if mine.target is None or mine not in one.promised:
            return missed
        lost = mine.target.abandonment is not None and (
            mine.abandonment.value - yours.abandonment.value > tolerance
        )
        return missed or lost

    return any(map(less, one.attained, base.attained))
