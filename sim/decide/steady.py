"""An option at the volume, the pay and the prices of each month, as if it had always been there."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from sim.cost import Served, Statement, consequences
from sim.decide.indexed import option_indexed
from sim.decide.matters import matters, nobody
from sim.decide.option import OptionResult
from sim.decide.priced import banded, statement_of
from sim.decide.response import Answer, Response
from sim.scenario.horizon import Horizon
from sim.scenario.model import Scenario
from sim.scenario.option import Option
from sim.scenario.terms import Consequences

__all__ = ["Steady", "first_month", "people_of", "volumes_of"]


@dataclass(frozen=True, slots=True, eq=False)
class Steady:
    """An option through the months of a horizon, without what hiring for a change takes.

    Parameters
    ----------
    result
        The option as simulated.
    scenario
        What is asked: that of the simulation, or one with other figures.
    volumes
        Factor on the volume, by month.
    answers
        How the option answers each of the volumes.
    made, lost
        Statements and losses by all that they hang on, so that none is made twice.
    """

    result: OptionResult
    scenario: Scenario
    volumes: tuple[float, ...]
    answers: Mapping[float, Answer]
    made: dict[tuple[float, ...], Statement] = field(default_factory=dict)
    lost: dict[tuple[float, ...], float] = field(default_factory=dict)

    @classmethod
    def of(cls, result: OptionResult) -> Steady:
        """Ask an option for all volumes of its scenario's horizon at once."""
        volumes = volumes_of(result.scenario)
        different = sorted(set(volumes))
        answers = Response.of(result).answers(factors=different)
        return cls(result, result.scenario, volumes, dict(zip(different, answers, strict=True)))

    @property
    def horizon(self) -> Horizon:
        """The months."""
        found = self.scenario.horizon
        assert found is not None
        return found

    @property
    def written(self) -> Option:
        """The option as the scenario has it."""
        return self.scenario.options[self.result.name]

    def answer(self, month: int) -> Answer:
        """How the option answers the volume of a month, from 1."""
        return self.answers[self.volumes[month - 1]]

    def option(self, month: int) -> Option:
        """The option with its terms at the pay and the prices of a month."""
        return option_indexed(self.answer(month).option, *self.levels(month))

    def levels(self, month: int) -> tuple[float, float]:
        """Level of wages and of prices in a month."""
        _, start = first_month(self.scenario)
        rises = self.horizon.wages, self.horizon.prices
        wages, prices = (rise.index(start, month) if rise else 1.0 for rise in rises)
        return wages, prices

    def operating(self, month: int, since: int) -> Statement:
        """What a month costs with steady hiring.

        Parameters
        ----------
        month
            From 1.
        since
            The month in which contracts begin.
        """
        index = _same_year(self.written, month - since)
        told = self.told(month)
        key = self.volumes[month - 1], *self.levels(month), index, told
        if key not in self.made:
            found = self.answer(month)
            self.made[key] = statement_of(
                self.option(month),
                found.month,
                found.counts,
                found.peaks,
                index,
                found.forecast(told),
            )
        return self.made[key]

    def told(self, month: int) -> float:
        """Volume that vendors were told of a month, as a factor on that of the scenario asked.

        The forecast is that of the file, its growth and season as written.
        """
        if not banded(self.written):
            return 1.0
        then, now = (volumes_of(one)[month - 1] for one in (self.result.scenario, self.scenario))
        return then / now if now else 1.0

    def served(self, month: int, short: Mapping[str, float] | None = None) -> Served:
        """What becomes of the matters of a month; `short` as `matters` takes it."""
        found = self.answer(month)
        terms = self.scenario.consequences or Consequences()
        return matters(self.result.case, found.option, found.counts, terms, short)

    def losses(self, month: int, short: Mapping[str, float] | None = None) -> float:
        """What the service of a month costs customers; `short` as `matters` takes it."""
        terms = self.scenario.consequences
        if terms is None:
            return 0.0
        lacking = tuple((short or {}).values())
        key = self.volumes[month - 1], *(lacking if any(lacking) else ())
        if key not in self.lost:
            self.lost[key] = consequences(terms, self.served(month, short)).total
        return self.lost[key]

    def unserved(self, month: int) -> Served:
        """The matters of a month, if nobody served."""
        return nobody(self.result.case, self.answer(month).counts)


def volumes_of(scenario: Scenario) -> tuple[float, ...]:
    """Factor on the volume, by month of a scenario's horizon."""
    assert scenario.horizon is not None
    _, start = first_month(scenario)
    months = range(1, scenario.horizon.months + 1)
    return tuple(scenario.horizon.volume(start, month) for month in months)


def _same_year(option: Option, index: int) -> int:
    """The first month of a contract year that costs what a month costs, counted from 0."""
    excluded = {
        month
        for group in option.groups.values()
        if group.contract is not None and group.contract.sla is not None
        for month in group.contract.sla.excluded_months
    }
    if index in excluded:
        return index
    return next(n for n in range(index - index % 12, index + 1) if n not in excluded)


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
