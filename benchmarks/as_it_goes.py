"""W1, W2 and W3 in SimPy from end to end: random numbers as it goes, figures by the half-hour.

The same programs as in `idiomatic`, now with all that a user has to write besides. What comes out
differs from the product's figures only by chance.
"""

from __future__ import annotations

import math
import random
from collections.abc import Callable, Generator
from itertools import chain
from typing import Any

import simpy

from benchmarks.drawn import REDIAL_AFTER, REDIALS, Source, Story
from benchmarks.idiomatic import Agent, Router, Steps
from sim.engine.contract import TICKS_PER_SECOND

HOUR, HALF_HOUR = 3600.0, 1800.0


class Book:
    """What is counted of a channel, by the half-hour of arrival."""

    def __init__(self, source: Source) -> None:
        slots = 2 * len(source.hourly)
        self.awt = source.awt
        self.offered = [0] * slots
        self.served = [0] * slots
        self.within = [0] * slots
        self.abandoned = [0] * slots
        self.wait = [0.0] * slots
        self.lost_wait = [0.0] * slots
        self.work = [0.0] * slots

    def come(self, now: float) -> int:
        """Count an arrival [s]; the slot under which its end is counted too."""
        slot = min(int(now // HALF_HOUR), len(self.offered) - 1)
        self.offered[slot] += 1
        return slot

    def serve(self, slot: int, wait: float, work: float) -> None:
        """Count who was answered after so long, with talk and after-call work [s]."""
        self.served[slot] += 1
        self.within[slot] += wait <= self.awt
        self.wait[slot] += wait
        self.work[slot] += work

    def lose(self, slot: int, wait: float) -> None:
        """Count who gave up after so long [s]."""
        self.abandoned[slot] += 1
        self.lost_wait[slot] += wait


class Dice:
    """The random numbers of a channel."""

    def __init__(self, rng: random.Random, source: Source) -> None:
        self.rng = rng
        self.source = source
        scv = source.scv or 0.0
        self.spread = math.sqrt(math.log1p(scv))
        self.centre = math.log(source.work) - math.log1p(scv) / 2

    def work(self) -> float:
        """A handle time [s]: exponential, or lognormal where the channel has a variation."""
        if self.source.scv is None:
            return self.rng.expovariate(1 / self.source.work)
        return self.rng.lognormvariate(self.centre, self.spread)

    def wrap(self) -> float:
        """After-call work [s], none where the channel has none."""
        return self.rng.expovariate(1 / self.source.wrap) if self.source.wrap else 0.0

    def patience(self) -> float:
        """How long a caller would wait [s]; without patience for ever."""
        return self.rng.expovariate(1 / self.source.patience) if self.source.patience else math.inf


def arrivals(
    env: simpy.Environment, dice: Dice, begin: Callable[[], Steps]
) -> Generator[simpy.Event, Any, None]:
    """Contacts at random moments, at rates that change by the hour."""
    for hour, contacts in enumerate(dice.source.hourly.tolist()):
        if contacts <= 0:
            continue
        yield env.timeout(max(0.0, hour * HOUR - env.now))
        gap = dice.rng.expovariate(contacts / HOUR)
        while env.now + gap < (hour + 1) * HOUR:
            yield env.timeout(gap)
            env.process(begin())
            gap = dice.rng.expovariate(contacts / HOUR)


def shifts_of(story: Story) -> list[tuple[int, int, float, float]]:
    """Row, group, start and end of each shift [s]."""
    crew = story.staffing
    columns = crew.group.tolist(), crew.start.tolist(), crew.end.tolist()
    return [
        (row, group, start / TICKS_PER_SECOND, end / TICKS_PER_SECOND)
        for row, (group, start, end) in enumerate(zip(*columns, strict=True))
    ]


def one_queue(story: Story, seed: int) -> list[Book]:
    """W1: a resource, and a request that competes with a timeout."""
    env = simpy.Environment()
    source = story.sources[0]
    dice, book = Dice(random.Random(seed), source), Book(source)
    desk = simpy.Resource(env, capacity=len(story.staffing.start))

    def call() -> Steps:
        came = env.now
        slot = book.come(came)
        with desk.request() as turn:
            met = yield turn | env.timeout(dice.patience())
            if turn not in met:
                book.lose(slot, env.now - came)
                return
            work = dice.work()
            book.serve(slot, env.now - came, work)
            yield env.timeout(work)

    env.process(arrivals(env, dice, call))
    env.run()
    return [book]


def shifts(story: Story, seed: int) -> list[Book]:
    """W2: a store of agents, who put themselves back after each call until their shift ends."""
    env = simpy.Environment()
    source = story.sources[0]
    dice, book = Dice(random.Random(seed), source), Book(source)
    desk = simpy.Store(env)

    def call() -> Steps:
        came = env.now
        slot = book.come(came)
        agent = desk.get()
        met = yield agent | env.timeout(dice.patience())
        if agent in met:
            work = dice.work()
            book.serve(slot, env.now - came, work)
            yield env.timeout(work)
            me: Any = agent.value
            if env.now < me[3]:
                yield desk.put(me)
            return
        agent.cancel()
        book.lose(slot, env.now - came)
        if source.redials and dice.rng.random() < REDIALS:
            yield env.timeout(dice.rng.expovariate(1 / REDIAL_AFTER))
            env.process(call())

    def agent(me: tuple[int, int, float, float]) -> Steps:
        yield env.timeout(me[2])
        yield desk.put(me)
        yield env.timeout(me[3] - me[2])
        if me in desk.items:
            desk.items.remove(me)

    for me in shifts_of(story):
        env.process(agent(me))
    env.process(arrivals(env, dice, call))
    env.run()
    return [book]


def skills(story: Story, seed: int) -> list[Book]:
    """W3: contacts of several queues, agents of several groups."""
    env = simpy.Environment()
    router = Router(env, story.staffing)
    rng = random.Random(seed)
    books = [Book(source) for source in story.sources]

    def contact(queue: int, dice: Dice, book: Book) -> Steps:
        came = env.now
        slot = book.come(came)
        agent: Any = router.find(queue)
        if agent is None:
            turn, patience = env.event(), dice.patience()
            router.waiting[queue].append(turn)
            yield turn if patience == math.inf else turn | env.timeout(patience)
            if not turn.triggered:
                router.waiting[queue].remove(turn)
                book.lose(slot, env.now - came)
                return
            agent = turn.value
        work, wrap = dice.work(), dice.wrap()
        book.serve(slot, env.now - came, work + wrap)
        yield env.timeout(work)
        yield env.timeout(wrap)
        if env.now < agent[2]:
            router.offer(agent)

    def agent(row: int, group: int, start: float, end: float) -> Steps:
        yield env.timeout(start)
        me: Agent = (row, group, end)
        router.offer(me)
        yield env.timeout(end - start)
        if me in router.idle[group]:
            router.idle[group].remove(me)

    def begin(queue: int, dice: Dice) -> Callable[[], Steps]:
        return lambda: contact(queue, dice, books[queue])

    for shift in shifts_of(story):
        env.process(agent(*shift))
    for queue, source in enumerate(story.sources):
        dice = Dice(rng, source)
        env.process(arrivals(env, dice, begin(queue, dice)))
    env.run()
    return books


PROGRAMS = {"w1": one_queue, "w2": shifts, "w3": skills}


def contacts(books: list[Book]) -> int:
    """Attempts that were made."""
    return sum(chain.from_iterable(book.offered for book in books))
