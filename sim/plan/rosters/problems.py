"""The line problem: people, days, kinds of duties, and posts that the duties fill.

Nothing here knows a law or a shift. A worker has an automaton of legal lines and prices of his
own; a post has a number of people that it needs, and what lacking and excess cost. All that is
asked of a roster is in these arrays, so that one solver serves rosters of every kind.
"""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from sim.plan.rosters.automata import Automaton
from sim.plan.rosters.lines import marginal

__all__ = ["Limit", "Posts", "Problem", "Worker"]

Integers = NDArray[np.int64]
Floats = NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Limit:
    """The most duties of some kinds in a line.

    Parameters
    ----------
    kinds
        Which they are.
    most
        How many may be worked, all together.
    """

    kinds: frozenset[int]
    most: int


@dataclass(frozen=True, slots=True, eq=False)
class Worker:
    """A person as the solver sees one.

    Parameters
    ----------
    automaton, start
        Legal lines, and the state before the first day.
    group, gain
        By kind of duty: what the rules know it as, from 1; time it counts for [units].
    cost
        By day and kind, infinite where it is not allowed.
    off
        Of a day without duty, infinite where it is not allowed.
    hours_end, weekends_end
        Cost of a line by its time and by its weekends, from 0; beyond the last, forbidden.
    limits
        Most duties of some kinds.
    tally, tally_end
        Kinds of duties whose number costs something; what, from 0: each costs no less than the one
        before. Beyond the last it goes on as it went last.
    """

    automaton: Automaton
    start: int
    group: Integers
    gain: Integers
    cost: Floats
    off: Floats
    hours_end: Floats
    weekends_end: Floats
    limits: tuple[Limit, ...] = ()
    tally: frozenset[int] = frozenset()
    tally_end: Floats = field(default_factory=lambda: np.zeros(1))

    def tallied(self, line: Integers) -> int:
        """How many duties of a line are of the kinds that are tallied."""
        return int(np.isin(line, list(self.tally)).sum())


@dataclass(frozen=True, slots=True, eq=False)
class Posts:
    """What duties are for.

    Parameters
    ----------
    need
        People needed at each post; less those who are there anyhow.
    costs
        By post: of a unit lacking, how many of those, of each further unit, of a unit too much.
        The further unit costs no less than the first.
    begin, post, amount
        By duty (day x kind): where its posts begin, which they are, how much it gives each.
    """

    need: Floats
    costs: Floats
    begin: Integers
    post: Integers
    amount: Floats

    def cost(self, gap: Floats) -> float:
        """What gaps cost; below 0 is excess."""
        near, some, far, over = self.costs.T
        lacking = np.maximum(gap, 0)
        first = np.minimum(lacking, some)
        rest = np.where(lacking > some, lacking - first, 0.0)
        # An infinite price of what cannot happen is not asked for.
        tail = np.where(rest > 0, far, 0.0) * rest
        return float((near * first + tail + over * np.maximum(-gap, 0)).sum())


@dataclass(frozen=True, slots=True, eq=False)
class Problem:
    """Who, what for, and on how many days.

    Parameters
    ----------
    workers
        The people.
    posts
        What their duties are for.
    days, kinds
        How many there are.
    """

    workers: tuple[Worker, ...]
    posts: Posts
    days: int
    kinds: int
    _rows: Integers = field(init=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "_rows", np.arange(self.days) * self.kinds)

    def duties(self, line: Integers) -> Integers:
        """Numbers of the duties of a line."""
        worked = line >= 0
        return np.asarray(self._rows[worked] + line[worked])

    def filled(self, line: Integers) -> tuple[Integers, Floats]:
        """Posts that a line fills, and how much of each."""
        duties = self.duties(line)
        begin, end = self.posts.begin[duties], self.posts.begin[duties + 1]
        sizes = end - begin
        places = np.repeat(begin - np.cumsum(sizes) + sizes, sizes) + np.arange(sizes.sum())
        return self.posts.post[places], self.posts.amount[places]

    def fill(self, gap: Floats, line: Integers, sign: float = 1.0) -> None:
        """Put a line on its posts, or with -1 take it away."""
        post, amount = self.filled(line)
        np.subtract.at(gap, post, sign * amount)

    def prices(self, gap: Floats) -> Floats:
        """What one duty more changes in the cost of the cover [days x kinds]."""
        out = np.empty(self.days * self.kinds)
        posts = self.posts
        marginal(posts.begin, posts.post, posts.amount, gap, posts.costs, out)
        return out.reshape(self.days, self.kinds)

    def worth(self, duals: Floats) -> Floats:
        """What one duty more is worth at a price of each post [days x kinds]."""
        given = self.posts.amount * duals[self.posts.post]
        sums = np.concatenate(([0.0], np.cumsum(given)))
        return np.asarray(np.diff(sums[self.posts.begin])).reshape(self.days, self.kinds)
