"""Groups whose handle times have a law of their own: which rows of a workload hold them."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from sim.demand import sampling
from sim.demand.codes import coded
from sim.demand.draws import Purpose
from sim.demand.queues import Layout, Role
from sim.scenario.option import Option

__all__ = ["OwnLaws", "own_rows", "paces"]

Ints = NDArray[np.int64]
Floats = NDArray[np.float64]

# Laws that take the least number for the longest time.
_FALLING = (sampling.EXPONENTIAL, sampling.WEIBULL, sampling.SURVIVAL)


def paces(layout: Layout, option: Option) -> Ints:
    """Handle time of a group in thousandths of the channel's mean, [queue, group]."""
    pace = np.full((len(layout), len(option.groups)), 1000)
    for q, queue in enumerate(layout.queues):
        for g, group in enumerate(option.groups.values()):
            skill = group.skills.get(queue.channel)
            if skill is not None and queue.role is not Role.BOT:
                pace[q, g] = round(1000 * group.handle_time * skill.handle_time)
    return pace


def own_rows(layout: Layout, option: Option) -> Ints:
    """Row of a group's own handle times, from 1 on; 0: the channel's at its pace [queue, group].

    Channels share the rows: a contact has handle times in one of them only.
    """
    table = np.zeros((len(layout), len(option.groups)), np.int64)
    for q, queue in enumerate(layout.queues):
        skills = [group.skills.get(queue.channel) for group in option.groups.values()]
        own = [skill is not None and skill.handle_time_law is not None for skill in skills]
        if queue.role in (Role.DESK, Role.CALLBACK):
            table[q] = np.where(own, np.cumsum(own), 0)
    return table


@dataclass(frozen=True, slots=True, eq=False)
class OwnLaws:
    """Laws by row, as `sampling` takes them.

    Parameters
    ----------
    laws
        Laws of all queues, one for each row: those of the group that has this row there.
    pace
        The pace of that group, [row, queue], in thousandths.
    turned
        Whether its law falls where that of the channel rises with the number drawn, or the
        reverse: [row, queue].
    """

    laws: tuple[sampling.Laws, ...]
    pace: Ints
    turned: NDArray[np.bool_]

    @classmethod
    def of(cls, layout: Layout, option: Option, laws: sampling.Laws) -> OwnLaws:
        """The laws of an option's groups beside those of its channels."""
        table, pace = own_rows(layout, option), paces(layout, option)
        rows = int(table.max(initial=0))
        found, its_pace = [], np.full((rows, len(layout)), 1000)
        for row in range(rows):
            law, parameters = laws.law.copy(), laws.parameters.copy()
            steps = [(float(a), float(b)) for a, b in laws.table]
            for q, g in np.argwhere(table == row + 1).tolist():
                skill = list(option.groups.values())[g].skills[layout.queues[q].channel]
                code = coded(skill.handle_time_law, steps)
                law[q, Purpose.HANDLE], *parameters[q, Purpose.HANDLE] = code
                its_pace[row, q] = pace[q, g]
            found.append(sampling.Laws(law, parameters, np.array(steps)))
        usual = np.isin(laws.law[:, Purpose.HANDLE], _FALLING)
        own = [np.isin(one.law[:, Purpose.HANDLE], _FALLING) for one in found]
        turned = np.array([one != usual for one in own], bool).reshape(rows, len(layout))
        return cls(tuple(found), its_pace, turned)

    def __len__(self) -> int:
        """Count the rows."""
        return len(self.laws)

    def durations(self, numbers: Floats, queue: Ints) -> Floats:
        """Handle times at numbers between 0 and 1 for attempts in queues, [attempt, row] [s].

        Who is long by the channel's law is long by the group's: the number is turned where one of
        the laws falls with it.
        """
        found = np.empty((len(numbers), len(self)))
        for row, laws in enumerate(self.laws):
            times = np.where(self.turned[row, queue], 1.0 - numbers, numbers)
            for one in np.unique(queue):
                some = times[queue == one]
                sampling.to_durations(some, laws, int(one), int(Purpose.HANDLE))
                found[queue == one, row] = some
        return found

    def at_pace(self, handle: Ints, queue: Ints) -> Ints:
        """Handle times that are no law's, such as those of a log, as each group takes them."""
        times = handle[:, None] * self.pace.T[queue]
        return np.asarray((times + 500) // 1000)
