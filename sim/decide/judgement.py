"""Promises of a scenario, judged on the confidence interval."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass, replace
from typing import Literal

import numpy as np

from sim.decide.comparison import Comparison
from sim.decide.horizon import before_of
from sim.decide.option import OptionResult, Prepared, Run, evaluate, prepare
from sim.decide.valued import Valued, batches
from sim.errors import InvalidInput
from sim.experiment import Place, Progress, opened
from sim.scenario.model import Scenario
from sim.scenario.promise import Promise
from sim.stats import Estimate, mean_estimate

__all__ = ["Judgement", "judge"]


@dataclass(frozen=True, slots=True)
class Judgement:
    """One promise and what became of it.

    Parameters
    ----------
    option, promise
        Who promised what.
    found
        What the simulation says.
    state
        ``holds``: the whole interval is on the promised side; ``broken``: none of it is;
        ``open``: the bound lies within, and more replications would be needed to tell.
    """

    option: str
    promise: Promise
    found: Estimate
    state: Literal["holds", "broken", "open"]


def judge(
    scenario: Scenario,
    *,
    seed: int | None = None,
    replications: int | None = None,
    engine: str = "kernel",
    progress: Callable[[str, Progress], None] | None = None,
    workers: int | None = None,
    on: str | Place | None = None,
) -> tuple[Judgement, ...]:
    """Judge every promise of a scenario.

    What is not clear at a first look, by two half-widths, is judged once more, on as many
    replications as the scenario allows: to look again and again until an interval clears its bound
    would find it clear too often.

    Parameters
    ----------
    scenario
        The operation.
    seed, replications, engine, progress, workers, on
        As `sim.decide.compare` takes them.

    Raises
    ------
    InvalidInput
        If a promise names what the option does not have, such as a cost without terms.
    """
    run = Run.of(scenario, seed=seed, replications=replications, engine=engine)
    if not scenario.expect:
        return ()
    with opened(on, workers) as place:
        run = replace(run, on=place)
        return tuple(
            one
            for name, promises in scenario.expect.items()
            for one in _option(scenario, name, promises, run, _follow(name, progress))
        )


def _option(
    scenario: Scenario,
    name: str,
    promises: Iterable[Promise],
    run: Run,
    follow: Callable[[Progress], None] | None,
) -> list[Judgement]:
    """Judge the promises of one option."""
    ready = prepare(scenario, name, run.seed, on=run.on)
    result = evaluate(ready, run, follow)
    before = _before(scenario, name, promises, run)
    judged = _all(result, before, promises, run)
    if result.replications.count < run.at_most and not all(map(_clear, judged)):
        last = replace(run, replications=run.at_most, precision=0.0)
        result = evaluate(ready, last, follow)
        judged = _all(result, before, promises, run)
    return judged


def _before(
    scenario: Scenario, name: str, promises: Iterable[Promise], run: Run
) -> Prepared | None:
    """Who serves until an option is ready, where a promise is about the months."""
    if scenario.horizon is None or all(promise.measure != "npv" for promise in promises):
        return None
    before = before_of(scenario, name)
    return None if before in (None, name) else prepare(scenario, str(before), run.seed, on=run.on)


def _all(
    result: OptionResult, before: Prepared | None, promises: Iterable[Promise], run: Run
) -> list[Judgement]:
    """Judge promises, what serves before played as often as the option itself."""
    results = [result]
    if before is not None:
        count = result.replications.count
        alike = replace(run, replications=count, at_most=count, rule="sequential", goals=())
        results.append(evaluate(before, replace(alike, first=result.replications.first)))
    played = Comparison(result.scenario, run, tuple(results))
    return [_judged(played, result, promise) for promise in promises]


def _follow(
    name: str, progress: Callable[[str, Progress], None] | None
) -> Callable[[Progress], None] | None:
    """Report progress under the option's name."""
    return (lambda step: progress(name, step)) if progress else None


def _clear(one: Judgement) -> bool:
    """Whether a bound lies so far from what was found that more replications change nothing."""
    return abs(one.found.value - one.promise.value) > 2 * one.found.half_width


def _judged(played: Comparison, result: OptionResult, promise: Promise) -> Judgement:
    """Judge one promise."""
    found = _found(played, result, promise)
    sign = 1 if promise.sense == "at least" else -1
    margin = sign * (found.value - promise.value)
    if np.isnan(margin):
        return Judgement(result.name, promise, found, "open")
    if margin >= found.half_width:
        return Judgement(result.name, promise, found, "holds")
    state: Literal["broken", "open"] = "broken" if -margin > found.half_width else "open"
    return Judgement(result.name, promise, found, state)


def _utilisation(result: OptionResult) -> Estimate | None:
    """Handling time over paid time; None when some group has no payroll that says what is paid."""
    paid = result.statement.info if result.statement else {}
    keys = [f"{name}.rostered_hours" for name in result.option.groups]
    if not all(key in paid for key in keys):
        return None
    hours = sum(paid[key] for key in keys)
    return Estimate(result.occupancy * result.hours / hours if hours else 0.0, 0.0)


def _present_value(played: Comparison, name: str, promise: Promise) -> Estimate | None:
    """What all months are worth today; precise as its batches of replications are."""
    if played.scenario.horizon is None:
        place, hint = f"expect.{name}.npv", "such as horizon: {months: 24}"
        raise InvalidInput(place, "needs a section horizon: in the scenario", promise.text, hint)
    if played[name].statement is None:
        return None
    valued = Valued.of(played, [name], ["npv"])
    width = mean_estimate(batches(played, valued)[:, 0, 0]).half_width
    return Estimate(float(valued.now[0, 0]), width)


def _found(played: Comparison, result: OptionResult, promise: Promise) -> Estimate:
    """What the simulation says about a promised measure."""
    if promise.measure == "npv":
        found = _present_value(played, result.name, promise)
        if found is not None:
            return found
    if promise.channel is not None:
        return result.replications.estimate(promise.measure, promise.channel)
    plain = {
        "cost": result.cost,
        "heads": Estimate(result.heads, 0.0) if result.heads is not None else None,
        "hours": Estimate(result.hours, 0.0),
        "occupancy": Estimate(result.occupancy, 0.0),
        "utilisation": _utilisation(result),
    }
    found = plain.get(promise.measure)
    if found is None:
        place = f"expect.{result.name}.{promise.measure}"
        hint = "give its groups a payroll or a contract"
        raise InvalidInput(place, "is not known of the option", promise.text, hint)
    return found
