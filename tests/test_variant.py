"""What a scenario is about in short; another crew keeps everything else."""

from __future__ import annotations

from pathlib import Path

import pytest

from sim.scenario import Intervals, Scenario, ToTarget, load_text
from sim.scenario.ready import ready, scenarios_folder
from sim.scenario.variant import aht, lead, staffed, to_target, volume

SHOP = """
name: shop
calendar: {start: 2026-03-02}
channels:
  mail: {kind: email, volume: 300 / week, arrivals: {Mon-Sun: [1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1,
         1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1]}, handle_time: 5m}
  phone: {kind: voice, volume: 700 / week, arrivals: {Mon-Sun: [0, 0, 0, 0, 0, 0, 0, 0, 5, 5, 5, 5,
          9, 9, 5, 5, 5, 5, 2, 2, 0, 0, 0, 0]},
          handle_time: {law: lognormal, mean: 3m, cv: 0.8},
          after_call_work: {law: fixed, value: 20s}, patience: 2m,
          target: {answered: 80% in 20s, abandonment: 5%}}
groups:
  desk: {skills: [phone, mail], staffing: {shifts: [{agents: 3, hours: 08:00-20:00}]}}
"""


@pytest.fixture(scope="module")
def shop() -> Scenario:
    return load_text(SHOP)


def test_the_lead_channel_is_the_first_by_voice(shop: Scenario) -> None:
    assert lead(shop) == "phone"
    assert volume(shop) == pytest.approx(1000)
    assert aht(shop.channels["phone"]) == pytest.approx(200)


def test_one_group_can_be_staffed_anew(shop: Scenario) -> None:
    fixed = staffed(shop, "base", "desk", [2.0] * 168)

    assert fixed.options["base"].groups["desk"].staffing == Intervals(intervals=(2.0,) * 168)
    assert to_target(fixed, "base", "desk").options["base"].groups["desk"].staffing == ToTarget()
    assert not isinstance(shop.options["base"].groups["desk"].staffing, Intervals)


def test_ready_scenarios_are_found_by_name(root: Path) -> None:
    assert scenarios_folder() == root / "scenarios"
    assert all(path.parent == scenarios_folder() for path in ready().values())
    assert list(ready()) == sorted(path.stem for path in scenarios_folder().glob("*.yaml"))
