"""The engines agree on what users play: every option of every ready scenario."""

from __future__ import annotations

from pathlib import Path

import pytest
from workloads import assert_same

from sim.engine import ENGINES
from sim.engine.contract import check_pair
from sim.engine.invariants import check
from sim.experiment import case
from sim.plan import cover
from sim.scenario import load

ROOT = Path(__file__).resolve().parents[1]
OPTIONS = [
    pytest.param(path, option, id=f"{path.stem}-{option}")
    for path in sorted((ROOT / "scenarios").glob("*.yaml"))
    for option in load(path).options
]


@pytest.mark.slow
@pytest.mark.parametrize(("path", "option"), OPTIONS)
def test_the_engines_agree_on_a_ready_scenario(path: Path, option: str) -> None:
    scenario = load(path)
    agents = {group: found.agents for group, found in cover(scenario, option, seed=7).items()}
    played = case(scenario, option, cover={name: row.tolist() for name, row in agents.items()})
    for replication in range(2):
        workload = played.demand.workload(7, replication)
        check_pair(workload, played.staffing)
        outcome = ENGINES["kernel"](workload, played.staffing)
        check(workload, played.staffing, outcome)
        assert_same(outcome, ENGINES["reference"](workload, played.staffing))
