"""What closed forms say of those who wait, with given agents: only how it moves is used.

Groups that serve the same channels count as one team, and what waits for a team as one stream
(Erlang A by interval of the week). The figures themselves are rough where the simulation plays
more than that; how they change with volume, handle times, patience and agents is what a simulated
month is moved by.
"""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from sim import erlang
from sim.decide.traffic import MonthCounts
from sim.experiment import Case
from sim.metrics import Work
from sim.plan.streams import Stream, streams
from sim.scenario.model import Scenario
from sim.scenario.option import Group, Option

__all__ = ["Closed", "Streams", "streams_of"]

Floats = NDArray[np.float64]


@dataclass(frozen=True, slots=True, eq=False)
class Closed:
    """Closed forms of an option, by channel.

    Parameters
    ----------
    offered
        Contacts in a week.
    lost
        Share that gives up; 0 of what does not wait.
    wait
        Mean wait [s].
    service
        Share answered in time, of channels with a promise that wait.
    handle
        Time that a contact takes an agent, by channel and group [s].
    billed
        The same as the group's contract rounds it up [s].
    """

    offered: Mapping[str, float]
    lost: Mapping[str, float]
    wait: Mapping[str, float]
    service: Mapping[str, float]
    handle: Mapping[tuple[str, str], float]
    billed: Mapping[tuple[str, str], float]


@dataclass(frozen=True, slots=True, eq=False)
class _Team:
    """Groups that serve the same channels, and what waits for them."""

    groups: tuple[str, ...]
    waiting: tuple[Stream, ...]
    rate: Floats
    aht: Floats
    patience: Floats


@dataclass(frozen=True, slots=True, eq=False)
class Streams:
    """What an option is asked to do along the week.

    Parameters
    ----------
    by_channel
        What comes, by channel, at the mean handle time of those who serve it.
    teams
        Those who wait, team by team.
    handle, billed
        As in `Closed`.
    """

    by_channel: Mapping[str, Stream]
    teams: tuple[_Team, ...]
    handle: Mapping[tuple[str, str], float]
    billed: Mapping[tuple[str, str], float]

    def loads(self, factor: float = 1.0) -> dict[str, float]:
        """Work that may come to a group in a week, by group [s].

        Parameters
        ----------
        factor
            On all volumes.
        """
        found: dict[str, float] = {}
        for (channel, group), time in self.handle.items():
            rate = float(self.by_channel[channel].rate.sum())
            found[group] = found.get(group, 0.0) + factor * rate * time
        return found

    def measured(self, agents: Mapping[str, Floats], factor: float = 1.0) -> Closed:
        """What becomes of those who wait.

        Parameters
        ----------
        agents
            At work, by group and interval of the week.
        factor
            On all volumes.
        """
        offered = {n: factor * float(s.rate.sum()) for n, s in self.by_channel.items()}
        lost, wait, service = (dict.fromkeys(offered, 0.0) for _ in range(3))
        for team in self.teams:
            columns = np.stack(
                [
                    factor * team.rate,
                    team.aht,
                    np.sum([agents[name] for name in team.groups], axis=0),
                    team.patience,
                ]
            )
            kinds, kind = np.unique(columns, axis=1, return_inverse=True)
            queue = erlang.erlang_a(
                arrival_rate=kinds[0], aht=kinds[1], agents=kinds[2], patience=kinds[3]
            )
            gone = np.nan_to_num(queue.abandonment)
            waits = np.nan_to_num(queue.mean_wait, posinf=0.0)
            for stream in team.waiting:
                share = stream.rate / max(stream.rate.sum(), 1e-300)
                lost[stream.name] = float(share @ gone[kind])
                wait[stream.name] = float(share @ waits[kind])
                target = stream.channel.target
                if target is not None:
                    within = queue.service_level(target.rule, target.awt)
                    service[stream.name] = float(share @ np.nan_to_num(within, nan=1.0)[kind])
        return Closed(offered, lost, wait, service, self.handle, self.billed)


def streams_of(scenario: Scenario, option: Option, case: Case, counts: MonthCounts) -> Streams:
    """What comes, and who serves it by the shares of a simulated month.

    Parameters
    ----------
    scenario, option
        The operation and the way to source it.
    case, counts
        What was played, and what an average month brought.
    """
    by_group = {
        name: {stream.name: stream for stream in streams(scenario, option, group)}
        for name, group in option.groups.items()
    }
    handle, billed = {}, {}
    for name, found in by_group.items():
        step = _increment(option.groups[name])
        for channel, stream in found.items():
            handle[channel, name] = stream.aht
            billed[channel, name] = _rounded(stream.aht, step)
    by_channel: dict[str, Stream] = {}
    for c, channel in enumerate(case.channels):
        serving = {name: found[channel] for name, found in by_group.items() if channel in found}
        if not serving:
            continue
        served = {g: counts.work[c, case.groups.index(g), Work.SERVED, 0] for g in serving}
        main = max(serving, key=lambda g: float(served[g]))
        total = sum(served.values())
        weights = {g: served[g] / total if total else float(g == main) for g in serving}
        aht = float(sum(weights[g] * serving[g].agent_time for g in serving))
        one = serving[main]
        by_channel[channel] = Stream(channel, one.channel, one.rate, aht, (aht,))
    return Streams(by_channel, tuple(_teams(by_group, by_channel)), handle, billed)


def _teams(
    by_group: Mapping[str, Mapping[str, Stream]], by_channel: Mapping[str, Stream]
) -> Iterator[_Team]:
    """Groups joined by the channels that wait for them."""
    waits = {
        n for n, s in by_channel.items() if s.channel.kind != "email" and not s.channel.outbound
    }
    left = {name: waits & set(found) for name, found in by_group.items() if waits & set(found)}
    while left:
        first, channels = left.popitem()
        groups = {first}
        while joining := [name for name, served in left.items() if served & channels]:
            for name in joining:
                groups.add(name)
                channels = channels | left.pop(name)
        waiting = tuple(by_channel[name] for name in by_channel if name in channels)
        rate = np.sum([s.rate for s in waiting], axis=0)
        load = np.sum([s.load for s in waiting], axis=0)
        leaving = np.sum([s.rate / s.channel.patience.mean for s in waiting], axis=0)
        with np.errstate(divide="ignore", invalid="ignore"):
            aht = np.where(rate > 0, load / rate, 1.0)
            patience = np.where(leaving > 0, rate / leaving, math.inf)
        yield _Team(tuple(sorted(groups)), waiting, rate, aht, patience)


def _increment(group: Group) -> float:
    """Step to which a contract rounds a contact's time up [s]; 0 for none."""
    terms = group.contract
    return terms.minutes.increment if terms and terms.minutes else 0.0


def _rounded(aht: float, step: float) -> float:
    """Mean of an exponential handle time that is rounded up to a step [s]."""
    return step / -math.expm1(-step / aht) if step and aht else aht
