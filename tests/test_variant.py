"""What a scenario is about in short; another crew keeps everything else."""

from __future__ import annotations

from pathlib import Path

import pytest
from desks import MAIL_AND_PHONE as SHOP

from sim.scenario import Intervals, Scenario, ToTarget, load_text
from sim.scenario.ready import ready, scenarios_folder
from sim.scenario.variant import aht, lead, staffed, to_target, volume


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
