"""The best hybrid: all ways to part the work by closed form, the promising ones in simulation.

Every candidate is screened by closed form and the cost room. Then both ends and the cheapest
candidates are staffed and simulated on the same customers, as long as the next could still be the
best by what screening has been worth so far. Those that keep the promises are ranked: paired
differences of cost, more replications for those that are close, and whoever is dearer beyond the
stated confidence is eliminated. When time is up, the best found until then is the answer.
"""

from __future__ import annotations

import math
import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace

from sim.decide.bound import Bound, lower_bound
from sim.decide.candidates import Candidate, Legs, candidates, legs_of
from sim.decide.option import Attained, OptionResult, Run, evaluate, prepare
from sim.decide.screen import Screen
from sim.errors import Interrupted, InvalidInput
from sim.experiment import Place, opened
from sim.scenario.model import Scenario
from sim.stats import Estimate, mean_estimate, paired_mean

__all__ = ["Found", "Point", "Step", "Tried", "search"]

#: Part of the time in which candidates are screened, at most.
SCREENING = 0.35
#: Part of the time in which candidates are simulated, screening before it.
SIMULATING = 0.85
#: Candidates that are simulated, at most.
MOST = 40
#: Kinds of candidates of which the cheapest is simulated before the others.
KINDS = 4
#: Rounds of replications, each twice as many as the one before, for those that are close.
ROUNDS = 4
#: Promises for which the cheapest way is shown.
LEVELS = (0.5, 0.6, 0.7, 0.8, 0.9, 0.95)
# Candidates of which the frontier is made: the cheapest at the promise of the scenario.
_FRONT = 40


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
    ended
        ``exhausted``: no other candidate was likely to be better; ``most``: as many were simulated
        as may be; ``time``; ``key``: a key was pressed.
    confidence
        With which nobody who was eliminated is the best of those simulated.
    """

    scenario: Scenario
    legs: Legs
    tried: tuple[Tried, ...]
    screened: int
    of: int
    bound: Bound
    frontier: tuple[Point, ...]
    seconds: float
    ended: str
    confidence: float

    @property
    def best(self) -> Tried | None:
        """The cheapest candidate that keeps the promises; None where none does."""
        return next((one for one in self.tried if one.state == "best"), None)

    @property
    def gap(self) -> float:
        """How much cheaper than the best found any hybrid could be, as a share of it, at most."""
        if self.best is None:
            return float("nan")
        return max(0.0, 1 - self.bound.value / self.best.cost)

    def end(self, own: bool) -> Tried | None:
        """The own team alone, or the vendor alone."""
        for one in self.tried:
            pure = not one.candidate.own
            whole = one.result.option is self.scenario.options[self.legs.own]
            if whole if own else pure:
                return one
        return None


def search(
    scenario: Scenario,
    *,
    between: tuple[str, str] | None = None,
    seconds: float = 60.0,
    confidence: float = 0.95,
    seed: int | None = None,
    progress: Callable[[Step], object] | None = None,
    on: str | Place | None = None,
) -> Found:
    """Find the cheapest hybrid of an own team and a vendor that keeps the promises.

    Parameters
    ----------
    scenario
        The operation.
    between
        Options of an own team and of a vendor, by name; the first of each when None.
    seconds
        How long to look; both ends are simulated in any case.
    confidence
        With which nobody who was eliminated is the best of those simulated.
    seed
        Where the random numbers start; the scenario's when None.
    progress
        Called with how far it has come.
    on
        Where to play, see `sim.experiment.opened`.

    Raises
    ------
    InvalidInput
        If the options cannot be parted, or the time is not above zero.
    """
    if not seconds > 0:
        raise InvalidInput("seconds", "must be above 0", seconds)
    legs = legs_of(scenario, between)
    with opened(on, None) as place:
        run = replace(Run.of(scenario, seed=seed), on=place)
        looking = _Search(scenario, legs, run, time.monotonic(), seconds, confidence, progress)
        return looking.found()


class _Search:
    """A search under way."""

    def __init__(
        self,
        scenario: Scenario,
        legs: Legs,
        run: Run,
        began: float,
        seconds: float,
        confidence: float,
        progress: Callable[[Step], object] | None,
    ) -> None:
        self.scenario, self.legs, self.run = scenario, legs, run
        self.began, self.seconds, self.confidence = began, seconds, confidence
        self.progress = progress
        self.screen = Screen(scenario, legs)
        self.tried: list[Tried] = []
        # Who was eliminated: by whom, and how much dearer that showed it to be.
        self.out: dict[Candidate, tuple[Candidate, Estimate]] = {}
        self.bound = float("inf")
        self.ended = "exhausted"

    @property
    def spent(self) -> float:
        return time.monotonic() - self.began

    def found(self) -> Found:
        """Look for the best."""
        family = list(candidates(self.scenario, self.legs))
        ranked = self.screened(family)
        mixed = next((one for _, one in ranked if one.own), ranked[0][1])
        bound = lower_bound(self.screen, mixed)
        self.bound = bound.value
        try:
            self.simulate(ranked)
            rivals = self.ranked()
        except KeyboardInterrupt:
            if not self.tried:
                raise
            self.ended = "key"
            rivals = self.judged(self.equal())
        front = self.frontier(ranked, rivals) if self.ended != "key" else ()
        return Found(
            self.scenario,
            self.legs,
            tuple(rivals),
            len(ranked),
            len(family),
            bound,
            tuple(front),
            self.spent,
            self.ended,
            self.confidence,
        )

    def screened(self, family: Sequence[Candidate]) -> list[tuple[float, Candidate]]:
        """Costs by closed form, the cheapest first; the ends before all others."""
        found = []
        for number, one in enumerate(family):
            if number % 50 == 0:
                self.tell()
            if number > 2 and self.spent > SCREENING * self.seconds:
                self.ended = "time"
                break
            found.append((self.screen.cost(one), one))
        return sorted(found, key=lambda pair: pair[0])

    def simulate(self, ranked: Sequence[tuple[float, Candidate]]) -> None:
        """Simulate both ends, then the cheapest, as long as one could still be the best."""
        whole = self.scenario.options[self.legs.own]
        ends = [
            pair
            for pair in ranked
            if not pair[1].own or pair[1].option(self.scenario, self.legs) is whole
        ]
        self.try_all(ends)
        others = _varied([pair for pair in ranked if pair not in ends])
        for number, (cost, one) in enumerate(others):
            if self.spent > SIMULATING * self.seconds:
                self.ended = "time"
                return
            if number >= MOST:
                self.ended = "most"
                return
            if number >= KINDS and cost * self.worth() > self.cheapest():
                return
            self.try_all([(cost, one)])

    def worth(self) -> float:
        """Least that simulation made of a screened cost so far, by factor."""
        return min((t.cost / t.screened for t in self.tried if t.screened), default=1.0)

    def cheapest(self) -> float:
        """Cost of the best so far that gives the service asked for."""
        return min((one.cost for one in self.equal()), default=float("inf"))

    def try_all(self, pairs: Sequence[tuple[float, Candidate]]) -> None:
        """Staff and simulate candidates."""
        for cost, one in pairs:
            result = self.played(one, self.run.replications)
            self.tried.append(Tried(one, cost, result))
            self.tell()

    def played(self, one: Candidate, count: int) -> OptionResult:
        """One candidate on so many replications."""
        option = one.option(self.scenario, self.legs)
        options = {**self.scenario.options, "hybrid": option}
        for name in (self.legs.own, self.legs.vendor):
            if option is self.scenario.options[name]:
                options = dict(self.scenario.options)
                return self.evaluated(self.scenario, name, count)
        return self.evaluated(
            self.scenario.model_copy(update={"options": options}), "hybrid", count
        )

    def evaluated(self, scenario: Scenario, name: str, count: int) -> OptionResult:
        """An option, staffed and played on a fixed number of replications."""
        run = replace(self.run, replications=count, at_most=count, precision=0.0, rule="sequential")
        try:
            return evaluate(prepare(scenario, name, run.seed, on=run.on), run)
        except Interrupted as pressed:  # a part of a candidate is of no use to anybody
            raise KeyboardInterrupt from pressed

    # --- who is the best -------------------------------------------------------------------------

    def equal(self) -> list[Tried]:
        """Candidates that keep the promises and serve as well as the own team."""
        whole = self.scenario.options[self.legs.own]
        base = next((t.result for t in self.tried if t.result.option is whole), None)
        return [
            one
            for one in self.tried
            if one.result.kept
            and (base is None or not _worse(one.result, base, self.scenario.tolerance))
        ]

    def ranked(self) -> list[Tried]:
        """More replications for those that are close, until the best is told apart."""
        count = self.run.replications
        for number in range(ROUNDS):
            rivals = self.judged(self.equal())
            close = [one for one in rivals if one.state in ("best", "alike")]
            for one in rivals:
                if one.state == "dearer" and one.over is not None:
                    self.out.setdefault(one.candidate, (close[0].candidate, one.over))
            last = number == ROUNDS - 1 or 2 * count > self.run.at_most
            if len(close) < 2 or last:
                return rivals
            if self.spent > SIMULATING * self.seconds:
                self.ended = "time"
                return rivals
            count *= 2
            # All of them or none, so that those who are compared have met the same customers.
            again = {one.candidate: self.played(one.candidate, count) for one in close}
            self.tried = [
                replace(one, result=again.get(one.candidate, one.result)) for one in self.tried
            ]
            self.tell()
        return self.judged(self.equal())

    def judged(self, equal: Sequence[Tried]) -> list[Tried]:
        """All that were simulated, the best first."""
        there = {one.candidate for one in equal}
        out = {one: over for one, (by, over) in self.out.items() if by in there}
        rivals = sorted(equal, key=lambda one: (one.candidate in out, one.cost))
        found: list[Tried] = []
        # Bonferroni over all pairs and all looks: one-sided, so that twice the rest is left out.
        looks = max(1, len(rivals) - 1) * ROUNDS
        sure = 1 - 2 * (1 - self.confidence) / looks
        for one in rivals:
            if not found:
                found.append(replace(one, state="best", over=None))
                continue
            over = out.get(one.candidate) or _over(one, found[0], sure)
            state = "dearer" if over.low > 0 else "alike"
            found.append(replace(one, state=state, over=over))
        found.sort(key=lambda one: ("best", "alike", "dearer").index(one.state))
        kept = {id(one.result) for one in found}
        worse = [
            replace(t, state="worse", over=None) for t in self.tried if id(t.result) not in kept
        ]
        return [*found, *sorted(worse, key=lambda one: one.cost)]

    # --- other promises --------------------------------------------------------------------------

    def frontier(
        self, ranked: Sequence[tuple[float, Candidate]], rivals: Sequence[Tried]
    ) -> Iterator[Point]:
        """The cheapest way by promise, in proportion to what simulation made of the best."""
        best = next((one for one in rivals if one.state == "best"), None)
        if best is None or not best.screened:
            return
        front = [one for _, one in ranked[:_FRONT]]
        front += [one.candidate for one in self.tried if one.candidate not in front]
        factor = best.cost / best.screened
        for level in LEVELS:
            if self.spent > self.seconds:
                return
            screen = Screen(_promising(self.scenario, level), self.legs)
            cost, one = min(((screen.cost(one), one) for one in front), key=lambda pair: pair[0])
            yield Point(level, cost * factor, one)

    def tell(self) -> None:
        """Say how far it has come."""
        if self.progress is not None:
            cost = self.cheapest() if self.tried else float("inf")
            self.progress(Step(self.spent, cost, self.bound))


def _varied(ranked: Sequence[tuple[float, Candidate]]) -> list[tuple[float, Candidate]]:
    """The cheapest of each of some kinds first: the screen errs alike for those of one kind."""
    first: dict[tuple[object, ...], tuple[float, Candidate]] = {}
    for pair in ranked:
        one = pair[1]
        first.setdefault((one.after is None, one.alone, bool(one.share)), pair)
    leaders = list(first.values())[:KINDS]
    return [*leaders, *(pair for pair in ranked if pair not in leaders)]


def _worse(one: OptionResult, base: OptionResult, tolerance: float) -> bool:
    """Whether customers get less than from another option, by more than is tolerated."""

    def less(mine: Attained, yours: Attained) -> bool:
        missed = mine.missed.value - yours.missed.value > tolerance
        if mine.target is None or mine not in one.promised:
            return missed
        lost = mine.target.abandonment is not None and (
            mine.abandonment.value - yours.abandonment.value > tolerance
        )
        return missed or lost

    return any(map(less, one.attained, base.attained))


def _over(one: Tried, best: Tried, confidence: float) -> Estimate:
    """How much dearer one candidate is; of other customers it is known less well."""
    ours, theirs = one.result, best.result
    if ours.replications.count == theirs.replications.count:
        width = paired_mean(ours.batches, theirs.batches, confidence).half_width
    else:
        each = (mean_estimate(r.batches, confidence).half_width for r in (ours, theirs))
        width = math.hypot(*each)
    return Estimate(one.cost - best.cost, width)


def _promising(scenario: Scenario, level: float) -> Scenario:
    """The scenario with another share answered in time, and giving up in proportion."""
    channels = {}
    for name, channel in scenario.channels.items():
        target = channel.target
        if target is not None and channel.kind != "email" and target.answered < 1:
            late = (1 - level) / (1 - target.answered)
            lost = target.abandonment and min(1.0, target.abandonment * late)
            update = {"answered": level, "abandonment": lost}
            channel = channel.model_copy(update={"target": target.model_copy(update=update)})
        channels[name] = channel
    return scenario.model_copy(update={"channels": channels})
