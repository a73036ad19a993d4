"""Replications of one option: drawn, played, counted, until the answer is precise enough.

Replication r of every option is drawn from the same streams, so that options are compared on the
same customers. Sums are taken in the order of replications: the same seed gives the same answer,
whatever the engine, the place where they are played or the order in which they finish.
"""

from __future__ import annotations

import signal
import threading
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import closing, contextmanager
from copy import deepcopy
from dataclasses import dataclass
from types import FrameType
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from sim.engine import check_engine
from sim.errors import Interrupted, InvalidInput
from sim.experiment.asked import HIGHEST, checked_count, checked_seed, number, whole
from sim.experiment.case import Case
from sim.experiment.places import Place, opened
from sim.experiment.played import Job, Played
from sim.experiment.replications import Replications
from sim.experiment.stopping import (
    RULES,
    Goal,
    Reach,
    Rule,
    Stopped,
    furthest,
    next_count,
    second_stage,
)
from sim.experiment.sums import Sums
from sim.metrics import Tally
from sim.scenario.model import FEWEST_BLOCKS

__all__ = ["Progress", "replicate"]

Floats = NDArray[np.float64]

# Progress is told this often at most between two looks [s].
_TOLD = 0.1


@dataclass(frozen=True, slots=True)
class Progress:
    """How far a run has come.

    Parameters
    ----------
    done, planned
        Replications played, and those that the precision seems to need.
    half_width, precision
        Half-width at the last look of what is furthest from its goal, and the one at which to
        stop there.
    measure
        What that is.
    """

    done: int
    planned: int
    half_width: float
    precision: float
    measure: str = "service_level"


def replicate(
    played: Case,
    *,
    seed: int,
    replications: int,
    at_most: int | None = None,
    precision: float = 0.0,
    goals: Sequence[Goal] | None = None,
    rule: Rule = "sequential",
    first: int = 0,
    after: Replications | None = None,
    engine: str = "kernel",
    record: Callable[[Tally], Floats] | None = None,
    progress: Callable[[Progress], None] | None = None,
    workers: int | None = None,
    on: str | Place | None = None,
) -> Replications:
    """Play replications of one option until what is asked for is precise enough.

    Parameters
    ----------
    played
        The option.
    seed
        Where the random numbers start.
    replications
        Replications before the precision is looked at. Where days are stratified they are played
        in blocks of eight, ten at least before a look.
    at_most
        Replications at which to stop in any case; `replications` when None. Two stages need room
        for a second one as long as the first.
    precision
        Half-width of the service level at which to stop, for every channel with a target.
    goals
        What is to be known how well, instead of `precision`.
    rule
        How it is stopped: see `sim.experiment.stopping`.
    first
        Number of the first replication: whoever begins elsewhere meets other customers.
    after
        What was played of this option before, from the same replication on: only those that lack
        are played. The outcome is the same as if all were, and what was there before stays so.
    engine
        ``kernel`` or ``reference``; the outcome is the same.
    record
        What to keep of each replication; nothing when None.
    progress
        Called as replications are added, and after each look at the precision.
    workers
        Threads; as many as the machine has processors when None. The outcome is the same.
    on
        Where to play, instead of `workers`: see `sim.experiment.opened`. The outcome is the same.

    Raises
    ------
    InvalidInput
        If there is no such engine, place or goal, no replication is asked for, two stages have
        no room, the seed has no 64 bits, or what was played before was something else.
    Interrupted
        If a key is pressed, with what was finished by then.
    WorkersLost
        If workers of other processes are lost again and again.
    """
    check_engine(engine)
    seed, first = checked_seed(seed), whole("first", first, 0, HIGHEST)
    replications = checked_count("replications", replications)
    at_most = replications if at_most is None else checked_count("at_most", at_most)
    if not number("precision", precision) >= 0:
        raise InvalidInput("precision", "must be at least 0", precision)
    if rule not in RULES:
        raise InvalidInput("rule", f"must be one of {', '.join(RULES)}", rule)
    wanted = tuple(goals) if goals else (Goal(precision),) if precision > 0 else ()
    for goal in wanted:
        if not isinstance(goal, Goal):
            raise InvalidInput("goals", "must be of the class Goal", goal)
        goal.check(played.rows, played.groups)
    block = played.demand.strata
    if first % block:
        raise InvalidInput("first", f"must be a multiple of {block}, as days are stratified", first)
    least = _whole(max(replications, FEWEST_BLOCKS * block if block > 1 and wanted else 0), block)
    most = max(least, at_most) // block * block
    staged = rule == "two stages" and bool(wanted)
    if staged:
        _check_stages(least, at_most)
    run = _Run(Job(played, seed, engine, record), wanted, first, progress)
    if after is not None:
        run.go_on(after)
    with opened(on, workers) as place:
        try:
            if staged:
                run.two_stages(place, least, most)
            else:
                run.look_again(place, least, most)
        except KeyboardInterrupt as pressed:
            if not run.begun:
                raise
            run.stopped = "interrupted"
            raise Interrupted(run.result()) from pressed
    return run.result()


def _whole(count: int, block: int) -> int:
    """So many or a few more, so that blocks are whole."""
    return -(-count // block) * block


def _check_stages(first: int, most: int) -> None:
    """Refuse two stages of which the first says nothing, or the second has no room.

    Raises
    ------
    InvalidInput
        Naming what is too few.
    """
    if first < 2:
        raise InvalidInput("replications", "must be at least 2 in two stages", first)
    if most < 2 * first:
        rule = f"must be at least {2 * first} in two stages: {first} for the first alone"
        raise InvalidInput("at_most", rule, most)


class _Stage(NamedTuple):
    """Replications that are added up together: the number of the first, and their sums."""

    first: int
    sums: Sums


class _Run:
    """A run under way."""

    def __init__(
        self,
        job: Job,
        goals: tuple[Goal, ...],
        first: int,
        progress: Callable[[Progress], None] | None,
    ) -> None:
        self.job = job
        self.goals = goals
        self.progress = progress
        self.stages = [_Stage(first, Sums(job.case))]
        self.stopped: Stopped = "all played"
        self.reach: Reach | None = None
        self.told = time.monotonic()

    @property
    def sums(self) -> Sums:
        """What the stage under way has come to."""
        return self.stages[-1].sums

    @property
    def begun(self) -> bool:
        """Whether anything was added up, in whatever stage."""
        return self.stages[0].sums.count > 0

    def go_on(self, before: Replications) -> None:
        """Begin with what was played before.

        Raises
        ------
        InvalidInput
            If that is another option, began elsewhere, or is half a block.
        """
        job, stage = self.job, self.stages[-1]
        asked = (job.case, job.seed, job.engine, stage.first)
        if (before.case, before.seed, before.engine, before.first) != asked or (
            before.count % stage.sums.block
        ):
            raise InvalidInput("after", "must be of the same option and customers", before.count)
        # The case is what all share; the sums are to be gone on with.
        sums: Sums = deepcopy(before._sums, {id(job.case): job.case})
        self.stages = [stage._replace(sums=sums)]

    def look_again(self, place: Place, least: int, most: int) -> None:
        """Look at the precision again and again, and play on until it is reached."""
        planned = least
        while True:
            self._play(place, planned)
            following = self._looked(most)
            if following == self.sums.count:
                return
            planned = following

    def two_stages(self, place: Place, least: int, most: int) -> None:
        """Let a first stage say how many replications are needed, then play those afresh."""
        self._play(place, least)
        self.reach = furthest(self.sums, self.goals)
        count = _whole(second_stage(least, most, self.reach.ratio), self.sums.block)
        self.stages.append(_Stage(self.stages[0].first + least, Sums(self.job.case)))
        self._play(place, count)
        self._looked(count)

    def _looked(self, most: int) -> int:
        """Look at the precision: replications to have next, as many as there are to end here."""
        done = self.sums.count
        if not self.goals:
            self._tell(done)
            return done
        self.reach = furthest(self.sums, self.goals)
        following = min(most, _whole(next_count(done, most, self.reach.ratio), self.sums.block))
        if following == done:
            self.stopped = "precise" if self.reach.ratio <= 1 else "at most"
        self._tell(following)
        return following

    def _play(self, place: Place, until: int) -> None:
        """Play and add replications until there are so many."""
        first, sums = self.stages[-1]
        numbers = range(first + sums.count, first + until)
        with closing(place.play(self.job, numbers)) as results:
            block: list[Played] = []
            for played in results:
                block.append(played)
                if len(block) < sums.block:
                    continue
                with _uninterrupted():
                    for one in block:
                        sums.add(one)
                block.clear()
                if sums.count < until and time.monotonic() - self.told > _TOLD:
                    self._tell(until)

    def _tell(self, planned: int) -> None:
        """Tell how far it has come."""
        self.told = time.monotonic()
        if self.progress:
            at = self.reach
            self.progress(
                Progress(
                    self.sums.count,
                    planned,
                    at.half_width if at else 0.0,
                    at.wanted if at else 0.0,
                    at.goal.measure if at else "service_level",
                )
            )

    def result(self) -> Replications:
        """What came out: of the second stage, unless nothing of that is finished."""
        first, sums = next(stage for stage in reversed(self.stages) if stage.sums.count)
        return Replications(
            self.job.case,
            self.job.seed,
            self.job.engine,
            first,
            sums.count,
            sums.totals.stacked(),
            sums.virtual.stacked(),
            sums.records.stacked(),
            sums.totals.weights(),
            self.stopped == "precise",
            self.stopped,
            sums,
        )


@contextmanager
def _uninterrupted() -> Iterator[None]:
    """What must be done whole, or not begun: a key pressed meanwhile comes through afterwards.

    Python tells the main thread alone that a key was pressed, so nothing is needed elsewhere; nor
    where whoever embeds Python handles the key.
    """
    before = signal.getsignal(signal.SIGINT)
    if threading.current_thread() is not threading.main_thread() or before is None:
        yield
        return
    pressed = False

    def later(number: int, frame: FrameType | None) -> None:
        nonlocal pressed
        pressed = True

    signal.signal(signal.SIGINT, later)
    try:
        yield
    finally:
        signal.signal(signal.SIGINT, before)
        if pressed:
            signal.raise_signal(signal.SIGINT)
