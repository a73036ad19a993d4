"""One option of a scenario, ready to be played."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from sim.demand import Absences, Demand, Timeline, crew, ticks
from sim.engine import Staffing
from sim.metrics import Lens
from sim.scenario.channel import Target
from sim.scenario.model import Scenario
from sim.scenario.option import Option

__all__ = ["AWT", "Case", "case"]

#: Acceptable waiting time of a channel without a target, by kind [s].
AWT = {"voice": 20.0, "chat": 60.0, "email": 86_400.0}


@dataclass(frozen=True, slots=True, eq=False)
class Case:
    """One option, ready to be played.

    Parameters
    ----------
    name
        The option.
    demand, staffing, lens
        What comes in, who serves, what is counted.
    groups
        Groups, in the order of all arrays.
    targets
        What is promised in each row of figures; None where nothing is.
    absences
        Who does not come to work; None where everybody does.
    """

    name: str
    demand: Demand
    staffing: Staffing
    lens: Lens
    groups: tuple[str, ...]
    targets: tuple[Target | None, ...]
    absences: Absences | None = None

    @property
    def channels(self) -> tuple[str, ...]:
        """Channels, in the order of all arrays."""
        return self.demand.names

    def present(self, seed: int, replication: int) -> Staffing:
        """Who serves in one replication: all but the absent."""
        if self.absences is None:
            return self.staffing
        return self.absences.present(self.staffing, seed, replication)

    @property
    def rows(self) -> tuple[str, ...]:
        """What there are figures for: the channels, then parts of them, such as classes."""
        return self.demand.layout.rows

    @property
    def timeline(self) -> Timeline:
        """The stretch of time that is played."""
        return self.demand.timeline

    @property
    def rules(self) -> tuple[str, ...]:
        """Rule of the service level by row of figures."""
        return tuple(target.rule if target else "offered" for target in self.targets)

    @property
    def promised(self) -> tuple[bool, ...]:
        """Whether a row of figures has a target of its own, not just that of its channel."""
        shown = self.demand.layout.shown
        return tuple(
            target is not None and (row < len(self.channels) or target is not shown[row].target)
            for row, target in enumerate(self.targets)
        )


def case(
    scenario: Scenario,
    name: str,
    *,
    option: Option | None = None,
    cover: Mapping[str, Sequence[float]] | None = None,
    increments: Mapping[str, float] | None = None,
    demand: Demand | None = None,
) -> Case:
    """Make an option of a scenario ready to be played.

    Parameters
    ----------
    scenario
        The operation.
    name
        The option's name.
    option
        The option itself, when it is not the scenario's own of that name.
    cover
        Agents by interval of the week for groups that are staffed to target.
    increments
        Step to which a group's handle times are rounded up for the bill, by group [s].
    demand
        What comes in, where it is known already: who is there does not change it.

    Raises
    ------
    InvalidInput
        If the scenario has no such option.
    """
    if option is None:
        option = scenario.options[scenario.chosen(name)]
    demand = demand or Demand.of(scenario, option)
    timeline = demand.timeline
    targets = demand.layout.targets
    shown = demand.layout.shown
    waits = [t.awt if t else AWT[c.kind] for t, c in zip(targets, shown, strict=True)]
    graces = [
        awt if c.short_abandon is None else c.short_abandon
        for awt, c in zip(waits, shown, strict=True)
    ]
    steps = [(increments or {}).get(group, 0.0) for group in option.groups]
    lens = Lens(
        timeline.before,
        timeline.within,
        timeline.slot,
        np.array([ticks(awt) for awt in waits]),
        np.array([ticks(grace) for grace in graces]),
        np.array([max(1, ticks(step)) for step in steps]),
        **demand.layout.places(),
    )
    return Case(
        name,
        demand,
        crew(scenario, option, cover),
        lens,
        tuple(option.groups),
        targets,
        Absences.of(option),
    )
