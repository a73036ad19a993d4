"""An option at the volume, the pay and the prices of each month, as if it had always been there."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from sim.cost import Served, Statement
from sim.decide.indexed import option_indexed
from sim.decide.matters import matters, nobody
from sim.decide.option import OptionResult
from sim.decide.priced import statement_of
from sim.decide.response import Answer, Response
from sim.scenario.horizon import Horizon
from sim.scenario.model import Scenario
from sim.scenario.option import Option
from sim.scenario.terms import Consequences

__all__ = ["Steady", "first_month", "people_of"]


@dataclass(frozen=True, slots=True, eq=False)
class Steady:
    """An option through the months of a horizon, without what hiring for a change takes.

    Parameters
    ----------
    result
        The option as simulated.
    horizon
        The months.
    volumes
        Factor on the volume, by month.
    answers
        How the option answers each of the volumes.
    """

    result: OptionResult
    horizon: Horizon
    volumes: tuple[float, ...]
    answers: Mapping[float, Answer]

    @classmethod
    def of(cls, result: OptionResult) -> Steady:
        """Ask an option for all volumes of its scenario's horizon at once."""
        horizon = result.scenario.horizon
        assert horizon is not None
        _, start = first_month(result.scenario)
        volumes = tuple(horizon.volume(start, month) for month in range(1, horizon.months + 1))
        different = sorted(set(volumes))
        answers = Response.of(result).answers(factors=different)
        return cls(result, horizon, volumes, dict(zip(different, answers, strict=True)))

    def answer(self, month: int) -> Answer:
        """How the option answers the volume of a month, from 1."""
        return self.answers[self.volumes[month - 1]]

    def option(self, month: int) -> Option:
        """The option with its terms at the pay and the prices of a month."""
        _, start = first_month(self.result.scenario)
        rises = self.horizon.wages, self.horizon.prices
        wages, prices = (rise.index(start, month) if rise else 1.0 for rise in rises)
        return option_indexed(self.answer(month).option, wages, prices)

    def operating(self, month: int, since: int) -> Statement:
        """What a month costs with steady hiring.

        Parameters
        ----------
        month
            From 1.
        since
            The month in which contracts begin.
        """
        found = self.answer(month)
        option = self.option(month)
        return statement_of(option, found.month, found.counts, found.peaks, month - since)

    def served(self, month: int, short: Mapping[str, float] | None = None) -> Served:
        """What becomes of the matters of a month; `short` as `matters` takes it."""
        found = self.answer(month)
        terms = self.result.scenario.consequences or Consequences()
        return matters(self.result.case, found.option, found.counts, terms, short)

    def unserved(self, month: int) -> Served:
        """The matters of a month, if nobody served."""
        return nobody(self.result.case, self.answer(month).counts)


def first_month(scenario: Scenario) -> tuple[int, int]:
    """Year and calendar month of the first month of a scenario's horizon."""
    written = scenario.horizon.start if scenario.horizon else None
    if written is None:
        return scenario.calendar.start.year, scenario.calendar.start.month
    year, _, month = written.partition("-")
    return int(year), int(month)


def people_of(month: Statement | None) -> float:
    """Own agents of a month, by its own figures."""
    info = month.info if month else {}
    return sum(value for name, value in info.items() if name.rpartition(".")[2] == "heads")
