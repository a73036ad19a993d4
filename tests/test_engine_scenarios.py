"""The engines agree on what users play: every option of every ready scenario."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache
from pathlib import Path

import pytest
from workloads import assert_same

from sim.engine import ENGINES
from sim.engine.contract import check_pair
from sim.engine.invariants import check
from sim.experiment import case
from sim.plan import requirement, staffed
from sim.plan.shift_plans import planned
from sim.plan.trials import Brought
from sim.scenario import Scenario, load
from sim.scenario.option import ToTarget

ROOT = Path(__file__).resolve().parents[1]
SCENARIOS = sorted((ROOT / "scenarios").glob("*.yaml"))


@cache
def options() -> Mapping[Path, tuple[str, ...]]:
    """Every option of every ready scenario, those that a variant leaves as they were once."""
    played: list[object] = []
    found: dict[Path, tuple[str, ...]] = {}
    for path in SCENARIOS:
        scenario = load(path)
        new = {
            name: (scenario.channels, scenario.calendar, option)
            for name, option in scenario.options.items()
        }
        found[path] = tuple(name for name, what in new.items() if what not in played)
        played += new.values()
    return found


def covers(scenario: Scenario, name: str) -> dict[str, Brought]:
    """Agents of the closed form, by the hour or on shifts that bring them."""
    option = scenario.options[name]
    found = {}
    for group, need in requirement(scenario, option).items():
        found[group] = Brought(need.agents)
        staffing = option.groups[group].staffing
        if isinstance(staffing, ToTarget) and staffing.shifts:
            plan = planned(
                scenario, option.groups[group], need.agents, staffing.shifts, proven=False
            )
            found[group] = Brought(plan.agents, plan)
    return found


@pytest.mark.slow
@pytest.mark.parametrize(
    "days", [range(1), pytest.param(range(1, 5), marks=pytest.mark.long)], ids=["first", "more"]
)
@pytest.mark.parametrize("path", SCENARIOS, ids=lambda path: path.stem)
def test_the_engines_agree_on_every_option_of_a_ready_scenario(path: Path, days: range) -> None:
    scenario = load(path)
    for name in options()[path]:
        agree(scenario, name, days)


def agree(scenario: Scenario, option: str, days: range) -> None:
    """Both engines play some replications of an option alike."""
    found = covers(scenario, option)
    played = case(
        scenario,
        option,
        option=staffed(scenario.options[option], found),
        cover={name: one.agents.tolist() for name, one in found.items()},
    )
    for replication in days:
        workload = played.demand.workload(7, replication)
        check_pair(workload, played.staffing)
        outcome = ENGINES["kernel"](workload, played.staffing)
        check(workload, played.staffing, outcome)
        assert_same(outcome, ENGINES["reference"](workload, played.staffing))
