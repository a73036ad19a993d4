"""The best hybrid: all ways to part the work by closed form, the promising ones in simulation.

Every candidate is screened by closed form and the cost room. Then both ends, hybrids that the
scenario has and the cheapest candidate of each kind are staffed and simulated on the same
customers. What simulation makes of screened costs is learnt from them, and the candidate that is
expected to improve on the best hybrid by most is simulated next; around a new best, small changes
join the candidates. Those that keep the promises are ranked: paired differences of cost, more
replications for those that are close, and whoever is dearer beyond the stated confidence is
eliminated. When time is up, the best found until then is the answer.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from sim.decide.bound import Bound, lower_bound
from sim.decide.candidates import Candidate, Legs, by_interval, candidates, legs_of
from sim.decide.found import ROUNDS, Found, Point, Step, Tried, judged, worse
from sim.decide.moves import moves, same_work, written
from sim.decide.option import OptionResult, Prepared, Run, evaluate, prepare
from sim.decide.screen import Screen
from sim.decide.surrogate import Surrogate, improvement, traits
from sim.errors import Interrupted, InvalidInput
from sim.experiment import Place, asked, opened
from sim.scenario.given import scenario_of
from sim.scenario.model import Scenario
from sim.stats import Estimate

__all__ = ["search"]

#: Part of the time in which candidates are screened, at most.
SCREENING = 0.35
#: Part of the time that is kept for other promises, and the most that is [s].
FRONTIER, FRONTIER_MOST = 0.12, 5.0
#: Candidates that are simulated, at most.
MOST = 120
#: Kinds of candidates of which the cheapest is simulated before the others.
KINDS = 4
#: Expected improvement below which the search ends, as a share of the best.
WORTHWHILE = 0.001
#: Promises for which the cheapest way is shown.
LEVELS = (0.5, 0.6, 0.7, 0.8, 0.9, 0.95)
# Candidates of which the frontier is made, besides those simulated.
_FRONT = 20
# Part of the time that is kept for more replications of those that are close.
_RANKING = 0.08
# How much longer than those before it the next simulation may take.
_LONGER = 1.2


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
        How long to look; both ends and hybrids of the scenario are simulated in any case.
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
    scenario_of(scenario)
    if not asked.number("seconds", seconds) > 0:
        raise InvalidInput("seconds", "must be above 0", seconds)
    if not 0 < asked.number("confidence", confidence) < 1:
        raise InvalidInput("confidence", "must be above 0 and below 1", confidence)
    legs = legs_of(scenario, between)
    scenario = by_interval(scenario, legs)
    began = time.monotonic()
    with opened(on, None) as place:
        run = replace(Run.of(scenario, seed=seed), on=place)
        looking = _Search(scenario, legs, run, began, seconds, confidence, progress)
        return looking.found()


@dataclass(frozen=True, slots=True, eq=False)
class _Seen:
    """A candidate that was screened: its cost by closed form, and what makes it alike others."""

    candidate: Candidate
    cost: float
    traits: NDArray[np.float64]


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
        self.seen: dict[Candidate, _Seen] = {}
        self.tried: list[Tried] = []
        # Who was eliminated among all, and among hybrids: by whom, and how much dearer it was.
        self.out: dict[Candidate, tuple[Candidate, Estimate]] = {}
        self.out_mixed: dict[Candidate, tuple[Candidate, Estimate]] = {}
        self.ready: dict[Candidate, Prepared] = {}
        self.lasted: list[float] = []
        self.pace = 0.0
        self.bound = float("inf")
        self.ended = "exhausted"

    @property
    def spent(self) -> float:
        return time.monotonic() - self.began

    @property
    def left(self) -> float:
        """Time until other promises are looked at."""
        return self.seconds - min(FRONTIER * self.seconds, FRONTIER_MOST) - self.spent

    def found(self) -> Found:
        """Look for the best."""
        given = written(self.scenario, self.legs)
        family = [*given, *candidates(self.scenario, self.legs)]
        of = len(family) - len(given)
        self.look_at(family, len(given) + 2)
        screened = len(self.seen) - len(given)
        bound = self.bounded()
        try:
            self.simulate(given)
            bound = self.with_ends(bound)
            self.replicate()
        except KeyboardInterrupt:
            if not self.tried:
                raise
            self.ended = "key"
        front = () if self.ended == "key" else tuple(self.frontier(self.ranked()))
        self.fill_up()
        rivals = self.ranked()
        hybrids = [one for one in self.among(rivals) if one.state == "alike"]
        return Found(
            self.scenario,
            self.legs,
            tuple(rivals),
            screened,
            of,
            bound,
            front,
            self.spent,
            len(hybrids),
            self.ended,
            self.confidence,
            self.seconds,
            _LONGER * max(self.lasted[-5:], default=0.0),
        )

    # --- what is looked at -----------------------------------------------------------------------

    def look_at(self, family: Iterable[Candidate], least: int = 0) -> None:
        """Screen candidates, so many in any case, the others while there is time."""
        channels = self.screen.channels
        for number, one in enumerate(family):
            if number % 50 == 0:
                self.tell()
            if number >= least and self.spent > SCREENING * self.seconds and not self.tried:
                self.ended = "time"
                return
            if one not in self.seen:
                cost = self.screen.cost(one)
                self.seen[one] = _Seen(one, cost, traits(one, channels))

    def bounded(self) -> Bound:
        """What no hybrid can cost less than."""
        mixed = [one for one in self.seen.values() if one.candidate.own]
        near = min(mixed or self.seen.values(), key=lambda one: one.cost).candidate
        bound = lower_bound(self.screen, near)
        self.bound = bound.value
        return bound

    def with_ends(self, bound: Bound) -> Bound:
        """The bound with both ends as they were simulated: nothing of them is left open."""
        costs = {one.result.name: one.cost for one in self.equal()}
        bound = replace(
            bound,
            own=costs.get(self.legs.own, bound.own),
            vendor=costs.get(self.legs.vendor, bound.vendor),
        )
        self.bound = bound.value
        return bound

    def simulate(self, given: Sequence[Candidate]) -> None:
        """Simulate both ends, hybrids of the scenario, the cheapest by kind, then the next best."""
        ends = [one for one in self.seen if self.end(one)]
        for one in (*ends, *given):
            self.try_one(one)
        for one in _leaders(self.untried()):
            if not self.time_for_one():
                return
            self.try_one(one)
        while self.time_for_one():
            best = self.best_hybrid()
            if best is not None:
                self.look_at(self.around(best.candidate))
            following = self.following(best)
            if following is None:
                return
            if len(self.tried) >= MOST:
                self.ended = "most"
                return
            self.try_one(following)

    def fill_up(self) -> None:
        """Simulate more in time that was kept for ranking and other promises, and not needed."""
        while self.ended == "time" and self.tried and len(self.tried) < MOST:
            if self.seconds - self.spent < _LONGER * max(self.lasted[-5:], default=0.0):
                return
            following = self.following(self.best_hybrid())
            if following is None:
                self.ended = "exhausted"
                return
            try:
                self.try_one(following)
            except KeyboardInterrupt:
                self.ended = "key"

    def end(self, one: Candidate) -> bool:
        """Whether a candidate is the own team alone, or the vendor alone."""
        parted = one.written is not None or one.after is not None or one.share > 0
        whole = one.all_week and set(one.own) == set(self.screen.channels)
        return not one.own or (whole and not parted)

    def around(self, one: Candidate) -> Iterator[Candidate]:
        """Small changes of a candidate that are hybrids too."""
        return (new for new in moves(self.scenario, self.legs, one) if not self.end(new))

    def untried(self) -> list[_Seen]:
        """Candidates that were screened and not simulated, the cheapest first."""
        tried = {one.candidate for one in self.tried}
        rest = [one for one in self.seen.values() if one.candidate not in tried]
        return sorted(rest, key=lambda one: one.cost)

    def learnt(self) -> Surrogate:
        """What simulation made of screened costs of hybrids."""
        mixed = [one for one in self.tried if one.mixes and one.screened > 0]
        kept = {id(one.result) for one in self.equal()}
        return Surrogate(
            np.array([self.seen[one.candidate].traits for one in mixed]),
            np.log([one.cost / one.screened for one in mixed]),
            np.array([id(one.result) in kept for one in mixed]),
        )

    def following(self, best: Tried | None) -> Candidate | None:
        """The candidate that is expected to improve on the best hybrid by most, if any is."""
        rest = self.untried()
        if not rest:
            return None
        places = np.array([one.traits for one in rest])
        screened = np.array([one.cost for one in rest])
        cost, doubt, chance = self.learnt().cost(places, screened)
        least = best.cost if best is not None else float("inf")
        gain = chance * improvement(cost, doubt, least)
        first = int(np.argmax(gain))
        return rest[first].candidate if gain[first] > WORTHWHILE * cost[first] else None

    # --- simulation ------------------------------------------------------------------------------

    def time_for_one(self) -> bool:
        """Whether there is time for another simulation."""
        longest = _LONGER * max(self.lasted[-5:], default=0.0)
        if self.left > longest + _RANKING * self.seconds:
            return True
        self.ended = "time"
        return False

    def try_one(self, one: Candidate) -> None:
        """Staff and simulate a candidate; one that the scenario has is not simulated twice."""
        option = one.option(self.scenario, self.legs)
        for other in self.tried:
            if other.candidate.written and same_work(option, other.result.option):
                del self.seen[one]
                return
        start = time.monotonic()
        result = self.played(one, self.run.replications)
        self.tried.append(Tried(one, self.seen[one].cost, result))
        self.lasted.append(time.monotonic() - start)
        self.tell()

    def played(self, one: Candidate, count: int) -> OptionResult:
        """One candidate on so many replications, staffed when it is first played."""
        run = replace(self.run, replications=count, at_most=count, precision=0.0, rule="sequential")
        try:
            if one not in self.ready:
                self.ready[one] = self.prepared(one)
            start = time.monotonic()
            result = evaluate(self.ready[one], run)
            self.pace = (time.monotonic() - start) / count
        except Interrupted as pressed:  # a part of a candidate is of no use to anybody
            raise KeyboardInterrupt from pressed
        return result

    def prepared(self, one: Candidate) -> Prepared:
        """A candidate as an option of the scenario, staffed."""
        option = one.option(self.scenario, self.legs)
        for name, known in self.scenario.options.items():
            if option is known:
                return prepare(self.scenario, name, self.run.seed, on=self.run.on)
        name = "hybrid"
        while name in self.scenario.options:
            name += "_"
        options = {**self.scenario.options, name: option}
        scenario = self.scenario.model_copy(update={"options": options})
        return prepare(scenario, name, self.run.seed, on=self.run.on)

    def replicate(self) -> None:
        """More replications for those that are close, until the best are told apart."""
        count = self.run.replications
        for _ in range(ROUNDS - 1):
            rivals = self.ranked()
            mixed = self.among(rivals)
            close = _close(rivals) | _close(mixed)
            self._eliminate(self.out, rivals)
            self._eliminate(self.out_mixed, mixed)
            count *= 2
            if not close or count > self.run.at_most:
                return
            if self.left < _LONGER * count * self.pace * len(close):
                self.ended = "time"
                return
            # All of them or none, so that those who are compared have met the same customers.
            again = {one: self.played(one, count) for one in close}
            self.tried = [
                replace(one, result=again.get(one.candidate, one.result)) for one in self.tried
            ]
            self.tell()

    @staticmethod
    def _eliminate(
        out: dict[Candidate, tuple[Candidate, Estimate]], rivals: Sequence[Tried]
    ) -> None:
        """Remember who is dearer than the best, and by how much."""
        for one in rivals:
            if one.state == "dearer" and one.over is not None:
                out.setdefault(one.candidate, (rivals[0].candidate, one.over))

    # --- who is the best -------------------------------------------------------------------------

    def equal(self) -> list[Tried]:
        """Candidates that keep the promises and serve as well as the own team."""
        base = next((t.result for t in self.tried if t.result.name == self.legs.own), None)
        return [
            one
            for one in self.tried
            if one.result.kept
            and (base is None or not worse(one.result, base, self.scenario.tolerance))
        ]

    def cheapest(self) -> float:
        """Cost of the best so far that gives the service asked for."""
        return min((one.cost for one in self.equal()), default=float("inf"))

    def best_hybrid(self) -> Tried | None:
        """The cheapest hybrid so far that gives the service asked for."""
        mixed = [one for one in self.equal() if one.mixes]
        return min(mixed, key=lambda one: one.cost, default=None)

    def ranked(self) -> list[Tried]:
        """All that were simulated, the best first."""
        return judged(self.tried, self.equal(), self.confidence, self.out)

    def among(self, rivals: Sequence[Tried]) -> list[Tried]:
        """Hybrids alone, the best of them first."""
        mixed = [one for one in rivals if one.mixes and one.state != "worse"]
        return judged(mixed, mixed, self.confidence, self.out_mixed)

    # --- other promises --------------------------------------------------------------------------

    def frontier(self, rivals: Sequence[Tried]) -> Iterator[Point]:
        """The cheapest way by promise, in proportion to what simulation made of such costs."""
        if not any(one.state == "best" for one in rivals):
            return
        learnt = self.learnt()
        rest = self.untried()
        front = []
        if rest:
            screened = np.array([one.cost for one in rest])
            guess = learnt.cost(np.array([one.traits for one in rest]), screened)[0] / screened
            cheap = np.argsort(guess * screened)[:_FRONT]
            front = [(rest[k].candidate, float(guess[k])) for k in cheap]
        kept = [one for one in rivals if one.state != "worse" and one.screened > 0]
        front += [(one.candidate, one.cost / one.screened) for one in kept]
        for level in LEVELS:
            screen = Screen(_promising(self.scenario, level), self.legs)
            costs = []
            for one, factor in front:
                if self.spent > self.seconds:
                    return
                costs.append(screen.cost(one) * factor)
            least = int(np.argmin(costs))
            yield Point(level, costs[least], front[least][0])

    def tell(self) -> None:
        """Say how far it has come."""
        if self.progress is not None:
            cost = self.cheapest() if self.tried else float("inf")
            self.progress(Step(self.spent, cost, self.bound))


def _leaders(ranked: Sequence[_Seen]) -> list[Candidate]:
    """The cheapest of each of some kinds: the screen errs alike for those of one kind."""
    first: dict[tuple[object, ...], Candidate] = {}
    for seen in ranked:
        one = seen.candidate
        first.setdefault((one.after is None, one.alone, bool(one.share)), one)
    return list(first.values())[:KINDS]


def _close(rivals: Sequence[Tried]) -> set[Candidate]:
    """The best, and those that are not told apart from it; nobody where it stands alone."""
    found = {one.candidate for one in rivals if one.state in ("best", "alike")}
    return found if len(found) > 1 else set()


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
