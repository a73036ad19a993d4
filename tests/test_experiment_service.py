"""What a plan on trial gives: the figures of a whole run, from customers who are drawn once."""

from __future__ import annotations

import pickle
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from desks import desk, line, only, team

from sim.errors import InvalidInput
from sim.experiment import Case, Customers, Replications, Service, case, replicate, serve, service
from sim.metrics import ANSWERS
from sim.plan import cover, trials
from sim.scenario import load

SCENARIOS = Path(__file__).parents[1] / "scenarios"
MORNING = [0] * 7 + [20, 60, 90, 80, 40, 20] + [5] * 11


def desk_of(target: str, days: int = 2, **more: Any) -> Case:
    phone = line(MORNING, patience="2m", target=target, day_variation="20%")
    mail = line(4, kind="email", target="{answered: 80% in 4h}")
    return only(
        desk({"phone": phone, "mail": mail}, {"own": team("[phone, mail]")}, days=days, **more)
    )


CASES = {
    "parts of channels": lambda: case(load(SCENARIOS / "omnichannel.yaml"), "base"),
    "stratified days": lambda: desk_of(
        "{answered: 70% in 20s, abandonment: 5%, rule: excluding_short_abandons}",
        simulation="{variance: stratified}",
    ),
    "a virtual promise": lambda: desk_of("{answered: 70% in 20s, rule: virtual}", warm_up="2h"),
}


def told(result: Replications | Service, played: Case) -> dict[str, bytes]:
    """All that a trial can say, as bytes."""
    found = {}
    for row in played.rows:
        found[row] = result.counts(row)[:, :ANSWERS].tobytes()
        for measure in ("service_level", "abandonment"):
            for level in ("slot", "day", "period"):
                values, widths = result.profile(measure, row, level)
                found[f"{measure} of {row} by {level}"] = values.tobytes() + widths.tobytes()
    return found


@pytest.mark.parametrize("which", CASES)
def test_a_trial_says_what_a_whole_run_of_the_same_customers_says(which: str) -> None:
    played = CASES[which]()
    count = 4 if which == "parts of channels" else 24  # those are of a week
    whole = told(replicate(played, seed=5, replications=count), played)
    met = Customers(played.demand, 5)

    assert told(serve(played, met, count), played) == whole
    assert told(serve(played, met, count, on="serial"), played) == whole  # they are met again


def test_customers_for_whom_there_is_no_memory_are_drawn_again(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    played = CASES["a virtual promise"]()
    first, other = (played.demand.workload(5, number) for number in (0, 1))
    monkeypatch.setattr(service, "MEMORY", 60 * len(first))
    met = Customers(played.demand, 5)

    assert met.of(0) is met.of(0)
    assert met.of(1) is not met.of(1)
    assert np.array_equal(met.of(1).handle, other.handle)


def test_customers_go_to_another_process_without_what_was_drawn() -> None:
    met = Customers(CASES["a virtual promise"]().demand, 5)
    empty = len(pickle.dumps(met))
    met.of(0)

    assert len(pickle.dumps(met)) == empty
    assert np.array_equal(pickle.loads(pickle.dumps(met)).of(0).due, met.of(0).due)


def test_a_trial_tells_nothing_but_service() -> None:
    played = CASES["a virtual promise"]()
    tried = serve(played, Customers(played.demand, 5), 2)
    with pytest.raises(InvalidInput, match="one of service_level, abandonment"):
        tried.profile("asa", "phone", "slot")
    with pytest.raises(InvalidInput, match="one of phone, mail"):
        tried.counts("chat")


@pytest.mark.parametrize("hold", ["every interval", "on average"])
def test_plans_are_those_that_whole_runs_as_trials_lead_to(
    hold: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    promise = f"{{answered: 80% in 20s, abandonment: 5%, hold: {hold}}}"
    lines = {"phone": line(MORNING, patience="2m", target=promise), "mail": line(4, kind="email")}
    scenario = desk(lines, {"own": team("[phone, mail]", "to_target: {}")}, days=1)
    found = cover(scenario, "base", seed=1)

    def wholly(played: Case, met: Customers, count: int, *, on: Any, tell: Any) -> Replications:
        return replicate(played, seed=met.seed, replications=count, on=on)

    monkeypatch.setattr(trials, "serve", wholly)
    slowly = cover(scenario, "base", seed=1)
    for group, plan in slowly.items():
        assert plan.rounds == found[group].rounds
        assert plan.agents.tolist() == found[group].agents.tolist()
