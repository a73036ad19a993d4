"""Options side by side: a saving is stated only between options that give equal service."""

from __future__ import annotations

import itertools
import math
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from time import perf_counter
from typing import Literal

from sim.decide.option import (
    Attained,
    OptionResult,
    Prepared,
    Run,
    evaluate,
    played,
    prepare,
    staffing,
)
from sim.errors import Interrupted, InvalidInput, names_of, of_kind
from sim.experiment import (
    Goal,
    Place,
    Progress,
    Replications,
    check_paired,
    difference,
    opened,
)
from sim.plan import Cover
from sim.scenario.given import scenario_of
from sim.scenario.model import Scenario
from sim.stats import CONFIDENCE, Estimate, paired_mean

__all__ = ["EARLY", "Comparison", "Gap", "Verdict", "compare", "comparison_of"]

#: Replications of a first answer.
EARLY = 8
# A first answer is told where all replications that are asked for at least take so long [s].
_LONG = 3.0


@dataclass(frozen=True, slots=True)
class Gap:
    """One reason why two options do not give equal service, or one does not reach its target.

    Parameters
    ----------
    channel, measure
        What differs: ``service_level``, ``abandonment`` or ``missed`` of a channel.
    ours, theirs
        Attained by the option, and by the baseline or promised.
    """

    channel: str
    measure: str
    ours: float
    theirs: float

    @property
    def better(self) -> bool:
        """Whether customers of the option get more than those of the baseline here."""
        return (self.ours > self.theirs) == (self.measure == "service_level")


@dataclass(frozen=True, slots=True)
class Verdict:
    """What may be said about the cheapest way to give the same service.

    Parameters
    ----------
    kind
        ``cheaper``: `best` costs less than `other` beyond the noise of simulation; ``even``: the
        interval of the difference holds zero; ``alone``: no other option gives the service of
        `best`; ``idle``: nobody comes, so there is no service to compare; ``unpriced``: no terms,
        nothing to compare.
    best, other
        Names of options; `other` is the baseline, or the next cheapest when that is `best`.
    saving
        Cost of `other` minus cost of `best`, a month. Its interval is one of `comparisons` that
        all hold at once with `sim.stats.CONFIDENCE`.
    share
        Saving over the cost of `other`.
    comparisons
        Options compared with the baseline: whichever of them the verdict is about was chosen by
        what the simulation showed.
    not_told_apart
        Other options that may be the cheapest as well, for all that the simulation shows.

    Notes
    -----
    The interval is Bonferroni's over the comparisons with the baseline. An option is told apart
    from the cheapest when a one-sided bound on what it costs more is above zero, each at an error
    of 5 % over the number of rivals: then none of those told apart is the cheapest, with 95 %
    (multiple comparisons with the best, Hsu 1984; only comparisons with the true best matter, and
    these are as many as rivals).
    """

    kind: Literal["cheaper", "even", "alone", "idle", "unpriced"]
    best: str
    other: str | None = None
    saving: Estimate | None = None
    share: float = 0.0
    comparisons: int = 1
    not_told_apart: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, eq=False)
class Comparison:
    """Options of a scenario, simulated on the same customers and priced.

    Parameters
    ----------
    scenario, run
        What was asked, and how it was simulated.
    options
        Results in the order of the scenario.
    """

    scenario: Scenario
    run: Run
    options: tuple[OptionResult, ...]

    def __getitem__(self, name: str) -> OptionResult:
        """Result of one option."""
        for option in self.options:
            if option.name == name:
                return option
        raise InvalidInput("option", f"must be one of {self.names}", name)

    @property
    def names(self) -> str:
        """Names of the options, for messages."""
        return ", ".join(option.name for option in self.options)

    @property
    def baseline(self) -> OptionResult:
        """The option others are compared with."""
        return self[self.scenario.baseline]

    def difference(
        self, name: str, other: str | None = None, *, confidence: float = CONFIDENCE
    ) -> Estimate | None:
        """Monthly cost of an option minus that of another, paired by replication.

        Parameters
        ----------
        name
            The option.
        other
            What it is compared with; the baseline when None.
        confidence
            With which the interval holds the difference: that of this pair alone.
        """
        ours, theirs = self[name], self[other or self.scenario.baseline]
        if ours.cost is None or theirs.cost is None:
            return None
        check_paired(ours.replications, theirs.replications)
        paired = paired_mean(ours.batches, theirs.batches, confidence)
        return Estimate(ours.cost.value - theirs.cost.value, paired.half_width)

    def difference_in(
        self, measure: str, channel: str, name: str, other: str | None = None
    ) -> Estimate:
        """A measure of a channel under one option minus that under another, paired.

        Parameters
        ----------
        measure, channel
            As `sim.experiment.difference` takes them.
        name, other
            The options; the baseline when `other` is None.
        """
        ours, theirs = self[name], self[other or self.scenario.baseline]
        return difference(ours.replications, theirs.replications, measure, channel)

    def gaps(self, name: str, other: str | None = None) -> tuple[Gap, ...]:
        """Where the service of two options differs by more than the scenario tolerates.

        Who is not served at all is counted in every channel, promised or not: an option would
        else be cheaper by turning people away.
        """
        ours, theirs = self[name], self[other or self.scenario.baseline]
        found = []
        for mine, yours in zip(ours.attained, theirs.attained, strict=True):
            pairs = [("missed", mine.missed, yours.missed)]
            if mine in ours.promised:
                pairs.insert(0, ("service_level", mine.service_level, yours.service_level))
            if mine.target is not None and mine.target.abandonment is not None:
                pairs.insert(1, ("abandonment", mine.abandonment, yours.abandonment))
            found += [
                Gap(mine.channel, measure, a.value, b.value)
                for measure, a, b in pairs
                # Of nobody let in there is no service level; then `missed` tells the difference.
                if abs(a.value - b.value) > self.scenario.tolerance
            ]
        return tuple(found)

    def serves_better(self, name: str, other: str | None = None) -> bool:
        """Whether the service of two options differs, and nowhere to the worse."""
        gaps = self.gaps(name, other)
        return bool(gaps) and all(gap.better for gap in gaps)

    def at_the_target(self) -> tuple[OptionResult, ...]:
        """Priced options that give the service of the baseline, the cheapest first."""
        base = self.baseline
        alike = [o for o in self.options if o.cost and (o is base or not self.gaps(o.name))]
        return tuple(sorted(alike, key=lambda o: o.cost.value if o.cost else 0.0))

    @property
    def idle(self) -> bool:
        """Whether nobody comes, so that there is no service to compare."""
        return all(one.idle for option in self.options for one in option.attained)

    def short_of_target(self, name: str) -> tuple[Gap, ...]:
        """Where an option misses what is promised by more than the scenario tolerates."""
        option = self[name]
        return tuple(
            gap
            for one in (*option.attained, *option.parts)
            for gap in _short(one, self.scenario.tolerance)
        )

    def reaching_target(self) -> tuple[OptionResult, ...]:
        """Priced options whose cost is that of the common target, the cheapest first.

        Where the baseline misses the target by itself, those that reach it, and not the baseline;
        else those that give the service of the baseline.
        """
        if self.idle:
            return ()
        if not self.short_of_target(self.baseline.name):
            return self.at_the_target()
        found = [o for o in self.options if o.cost and not self.short_of_target(o.name)]
        return tuple(sorted(found, key=lambda o: o.cost.value if o.cost else 0.0))

    def price_of_gap(self, name: str) -> tuple[str, Estimate] | None:
        """What the cheapest option here with the baseline's service costs more than another.

        Returns
        -------
        tuple[str, Estimate] | None
            That option and what it costs more, a month; None where there is no gap, no price, or
            nothing to be made up for: the option serves better.
        """
        if not self.gaps(name) or self.serves_better(name):
            return None
        return self._over(self.at_the_target(), name)

    def price_of_target(self, name: str) -> tuple[str, Estimate] | None:
        """What the cheapest option here that reaches the target costs more than one that does not.

        Returns
        -------
        tuple[str, Estimate] | None
            That option and what it costs more, a month; None where the option reaches the target
            itself, nobody comes, or no option here does.
        """
        return self._over(self.reaching_target(), name) if self.short_of_target(name) else None

    def _over(self, ranked: Sequence[OptionResult], name: str) -> tuple[str, Estimate] | None:
        """The first of those ranked and what it costs more."""
        found = self.difference(ranked[0].name, name) if ranked else None
        return None if found is None else (ranked[0].name, found)

    def alike_beside(self) -> tuple[str, str] | None:
        """Two priced options that serve alike and better than a baseline that has no equal."""
        if len(self.at_the_target()) > 1:
            return None
        others = [o.name for o in self.options if o.cost and self.serves_better(o.name)]
        pairs = itertools.combinations(others, 2)
        return next((pair for pair in pairs if not self.gaps(*pair)), None)

    @property
    def verdict(self) -> Verdict:
        """The cheapest option at the service of the baseline, and by how much."""
        base = self.baseline
        ranked = self.at_the_target()
        if base.cost is None or not ranked:
            return Verdict("unpriced", base.name)
        if len(ranked) == 1:
            return Verdict("idle" if self.idle else "alone", base.name)
        best = ranked[0]
        other = base if best is not base else ranked[1]
        # Whichever is shown was chosen by its cost, so the interval must hold for all at once.
        rivals = len(ranked) - 1
        error = (1 - CONFIDENCE) / rivals
        saving = self.difference(other.name, best.name, confidence=1 - error)
        assert saving is not None
        assert other.cost is not None
        kind: Literal["cheaper", "even", "idle"] = "cheaper" if saving.low > 0 else "even"
        if self.idle:
            kind = "idle"
        share = saving.value / other.cost.value if other.cost.value else 0.0
        close = tuple(
            one.name
            for one in ranked[1:]
            if one is not other
            # One-sided: twice the error is left out of both ends.
            and not _dearer(self.difference(one.name, best.name, confidence=1 - 2 * error))
        )
        return Verdict(kind, best.name, other.name, saving, share, rivals, close)


def _dearer(over: Estimate | None) -> bool:
    return over is not None and over.low > 0


def _short(one: Attained, tolerance: float) -> list[Gap]:
    """Where a channel, or a part of it, misses its promise by more than is tolerated."""
    target, found = one.target, []
    if target is None or one.idle:
        return []
    level, lost = one.service_level.value, one.abandonment.value
    # Of nobody let in there is no service level, and the promise is missed.
    if math.isnan(level) or level < target.answered - tolerance:
        found.append(Gap(one.channel, "service_level", level, target.answered))
    if target.abandonment is not None and lost > target.abandonment + tolerance:
        found.append(Gap(one.channel, "abandonment", lost, target.abandonment))
    return found


def compare(
    scenario: Scenario,
    *,
    options: Sequence[str] | None = None,
    seed: int | None = None,
    replications: int | None = None,
    engine: str = "kernel",
    goals: Sequence[Goal] = (),
    covers: Mapping[str, Mapping[str, Cover]] | None = None,
    progress: Callable[[str, Progress], None] | None = None,
    early: Callable[[Comparison], None] | None = None,
    workers: int | None = None,
    on: str | Place | None = None,
) -> Comparison:
    """Simulate and price the options of a scenario on the same customers.

    Parameters
    ----------
    scenario
        The operation.
    options
        Names of options; all of them when None. The baseline is always among them, and over a
        horizon what serves today.
    seed, replications
        Instead of the scenario's; a number of replications is then exact.
    engine
        ``kernel`` or ``reference``; the answer is the same.
    goals
        What is to be known how well of every option, instead of the scenario's precision.
    covers
        What `sim.plan.cover` has found before for the same scenario and seed, by option: it is not
        looked for again.
    progress
        Called with the option and how far it has come: as trials of its staffing are played, and
        as replications are added.
    early
        Called with a first answer of few replications, whose intervals are wide, where the whole
        one takes longer than some seconds.
    workers
        Threads; as many as there are processors when None. The answer is the same.
    on
        Where to play, instead of `workers`: see `sim.experiment.opened`. The answer is the same.

    Raises
    ------
    InvalidInput
        If there is no such option, engine, place or goal.
    Interrupted
        If a key is pressed, with the results of the options played until then, the last of them
        of fewer replications.
    """
    known = scenario_of(scenario).options
    if options is not None:
        options = names_of("options", options)
        for name in sorted(options):
            scenario.chosen(name)
    chosen = [name for name in known if _wanted(name, scenario, options)]
    run = Run.of(scenario, seed=seed, replications=replications, engine=engine, goals=goals)

    def follow(name: str) -> Callable[[Progress], None] | None:
        return (lambda step: progress(name, step)) if progress else None

    with opened(on, workers) as place:
        run = replace(run, on=place)
        known_covers = covers or {}
        ready = [
            prepare(
                scenario,
                name,
                run.seed,
                on=place,
                covers=known_covers.get(name),
                tell=staffing(run, follow(name)),
            )
            for name in chosen
        ]
        begun = {} if early is None else _told_early(scenario, ready, run, early)
        results = _each(ready, run, follow, begun)
        # Paired differences need the same replications of every option: as many as the option
        # that was hardest to pin down.
        most = max(result.replications.count for result in results)
        first = results[0].replications.first
        alike = replace(run, replications=most, at_most=most, rule="sequential", first=first)
        fewer = [
            option
            for option, result in zip(ready, results, strict=True)
            if result.replications.count < most
        ]
        begun = {
            result.name: result.replications
            for result in results
            if result.replications.first == first
        }
        again = {result.name: result for result in _each(fewer, alike, follow, begun)}
    results = [again.get(result.name, result) for result in results]
    return Comparison(scenario, replace(alike, on=None), tuple(results))


def _told_early(
    scenario: Scenario, ready: Sequence[Prepared], run: Run, early: Callable[[Comparison], None]
) -> dict[str, Replications]:
    """Tell an answer of few replications, where all of them take long; return what was played."""
    if run.replications <= 2 * EARLY:
        return {}
    few = replace(run, replications=2, at_most=2, precision=0.0, goals=(), rule="sequential")
    started = perf_counter()
    begun = {one.name: played(one, few) for one in ready}
    if (perf_counter() - started) / 2 * run.replications < _LONG:
        return begun
    few = replace(few, replications=EARLY, at_most=EARLY)
    results = _each(ready, few, lambda _: None, begun)
    early(Comparison(scenario, replace(few, on=None), tuple(results)))
    return {result.name: result.replications for result in results}


def comparison_of(value: object, scenario: Scenario | None = None) -> Comparison:
    """Take a comparison, of a certain scenario where one is given.

    Raises
    ------
    InvalidInput
        If it is something else, or compares another operation.
    """
    found = of_kind(
        "comparison", value, Comparison, "must be a comparison", "make it: sim.compare(scenario)"
    )
    # Who is compared with whom, and for how long, may be asked anew of the same simulation.
    if scenario is not None and (
        found.scenario.channels != scenario.channels or found.scenario.options != scenario.options
    ):
        hint = "compare the one that is asked about"
        raise InvalidInput("comparison", "must be of this scenario", found.scenario.name, hint)
    return found


def _each(
    ready: Sequence[Prepared],
    run: Run,
    follow: Callable[[str], Callable[[Progress], None] | None],
    begun: Mapping[str, Replications] | None = None,
) -> list[OptionResult]:
    """Evaluate options one after the other, going on with what was begun of them.

    A key pressed keeps those that are finished.
    """
    begun = begun or {}
    results: list[OptionResult] = []
    try:
        for option in ready:
            before = begun.get(option.name)
            results.append(evaluate(option, run, follow(option.name), before))
    except KeyboardInterrupt as pressed:
        if isinstance(pressed, Interrupted):
            results.append(pressed.partial)
        if not results:
            raise
        raise Interrupted(tuple(results)) from pressed
    return results


def _wanted(name: str, scenario: Scenario, options: Sequence[str] | None) -> bool:
    """Whether an option takes part; so does whatever serves until it is ready."""
    if options is None or name in options or name == scenario.baseline:
        return True
    if scenario.horizon is None:
        return False
    chosen = (scenario.options[one].until_then for one in options if one in scenario.options)
    return name == scenario.today or name in chosen
