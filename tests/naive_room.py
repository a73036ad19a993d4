"""The slow twin of M/M/n/K+M with balking in 40 digits: state by state, contact by contact."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import mpmath as mp

DIGITS = 40


@dataclass(frozen=True)
class Room:
    """A queue with `places` to wait; `leave_rate` 0 is endless patience."""

    arrival_rate: float
    aht: float
    agents: int
    leave_rate: float
    places: int
    balking: float = 0.0

    def drain(self, ahead: int) -> Any:
        """Rate at which a line of so many moves on, one way or the other."""
        return mp.mpf(self.agents) / self.aht + ahead * mp.mpf(self.leave_rate)

    def met(self) -> tuple[Any, list[Any], Any]:
        """Chances of a free agent, of 0, 1, 2 ... people waiting ahead, and of a full house."""
        rate, stay = mp.mpf(self.arrival_rate), 1 - mp.mpf(self.balking)
        load = rate * self.aht
        weights = [mp.mpf(1)]
        for present in range(1, self.agents + 1):
            weights.append(weights[-1] * load / present)
        for ahead in range(1, self.places + 1):
            weights.append(weights[-1] * rate * stay / self.drain(ahead))
        whole = mp.fsum(weights)
        full = weights.pop()
        free = mp.fsum(weights[: self.agents])
        return free / whole, [w / whole for w in weights[self.agents :]], full / whole

    def measures(self, awt: float) -> dict[str, float]:
        """What an arrival lives through, by the names of the closed forms."""
        with mp.workdps(DIGITS):
            free, ahead, full = self.met()
            open_ = 1 - full
            delayed = mp.fsum(ahead)
            stay, balks = 1 - mp.mpf(self.balking), mp.mpf(self.balking)
            fates = self._fates(len(ahead), awt)
            lost, waits = self._means(len(ahead))

            def over(values: list[Any]) -> Any:
                return mp.fsum(p * v for p, v in zip(ahead, values, strict=True)) / open_

            shares = [over(column) for column in fates]
            abandoned = balks * delayed / open_ + stay * over(lost)
            virtual, served, gone = (over(column) for column in waits)
            return {
                "blocking": float(full),
                "wait_probability": float(delayed / open_),
                "abandonment": float(abandoned),
                "mean_wait": float(stay * (served + gone)),
                "mean_wait_virtual": float(virtual),
                "asa": float(stay * served / (1 - abandoned)),
                "virtual": float(free / open_ + shares[0]),
                "offered": float(free / open_ + stay * shares[1]),
                "later": float(delayed / open_ - shares[0]),
                "short_abandons": float(balks * delayed / open_ + stay * shares[2]),
            }

    def _fates(self, size: int, awt: float) -> tuple[list[Any], list[Any], list[Any]]:
        """P(V <= T), P(served, V <= T), P(left by T) of a contact with 0, 1, 2 ... ahead.

        Sums over the stages of a pure death chain, by partial fractions in many more digits.
        """
        in_time, served, left = [], [], []
        with mp.workdps(DIGITS + 2 * size):
            time, leave = mp.mpf(awt), mp.mpf(self.leave_rate)
            virtual = own = mp.mpf(0)
            term, term_own = mp.exp(-self.drain(0) * time), mp.exp(-self.drain(1) * time)
            # Deaths of a line by T: a negative binomial number, by its recursion.
            step = (1 - mp.exp(-leave * time)) / leave if leave else time
            for ahead in range(size):
                virtual += term
                own += term_own
                chance = self.drain(0) / self.drain(ahead + 1)
                in_time.append(1 - virtual)
                served.append(chance * (1 - own))
                left.append(1 - served[-1] - mp.exp(-leave * time) * virtual)
                term *= self.drain(ahead) * step / (ahead + 1)
                term_own *= self.drain(ahead + 1) * step / (ahead + 1)
        return in_time, served, left

    def _means(self, size: int) -> tuple[list[Any], tuple[list[Any], list[Any], list[Any]]]:
        """P(gives up), and E[V], E[V; served], E[R; gives up] with 0, 1, 2 ... ahead."""
        leave = mp.mpf(self.leave_rate)
        lost, virtual, served, gone = [], [], [], []
        drained = kept = regret = mp.mpf(0)
        for ahead in range(size):
            drained += 1 / self.drain(ahead)
            kept += 1 / self.drain(ahead + 1)
            regret += (ahead + 1) / self.drain(ahead + 1)
            stays = self.drain(0) / self.drain(ahead + 1)
            lost.append((ahead + 1) * leave / self.drain(ahead + 1))
            virtual.append(drained)
            served.append(stays * kept)
            gone.append(leave * regret / self.drain(ahead + 1))
        return lost, (virtual, served, gone)
