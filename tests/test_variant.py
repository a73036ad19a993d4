"""Variants keep everything that was not asked to change."""

from __future__ import annotations

from pathlib import Path

import pytest
from pydantic import ValidationError

from sim.scenario import Intervals, Lognormal, Scenario, Survival, ToTarget, load_text
from sim.scenario.ready import ready, scenarios_folder
from sim.scenario.variant import aht, lead, staffed, to_target, variant, volume

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


def test_nothing_given_changes_nothing(shop: Scenario) -> None:
    assert variant(shop).digest == shop.digest


def test_another_volume_scales_all_channels_alike(shop: Scenario) -> None:
    busier = variant(shop, volume=2000)

    assert busier.channels["phone"].volume == pytest.approx(1400)
    assert busier.channels["mail"].volume == pytest.approx(600)
    assert busier.channels["phone"].target == shop.channels["phone"].target


def test_another_handle_time_stretches_talk_and_after_call_work_of_the_lead(
    shop: Scenario,
) -> None:
    slower = variant(shop, handle_time=400).channels

    assert slower["phone"].handle_time == Lognormal(mean=360.0, cv=0.8)
    assert aht(slower["phone"]) == pytest.approx(400)
    assert slower["mail"] == shop.channels["mail"]


def test_a_measured_law_keeps_its_shape_when_it_is_stretched(shop: Scenario) -> None:
    measured = Survival(times=(100.0, 200.0), survival=(0.5, 0.1))
    phone = shop.channels["phone"].model_copy(update={"handle_time": measured})
    slower = variant(
        shop.model_copy(update={"channels": {"phone": phone}}), handle_time=2 * aht(phone)
    )

    assert slower.channels["phone"].handle_time.mean == pytest.approx(2 * measured.mean)


def test_a_target_keeps_what_is_not_replaced(shop: Scenario) -> None:
    target = variant(shop, answered=0.9).channels["phone"].target

    assert target is not None
    assert (target.answered, target.awt, target.abandonment) == (0.9, 20.0, 0.05)


def test_a_channel_without_a_promise_gets_one_from_a_share_and_a_time(shop: Scenario) -> None:
    phone = shop.channels["phone"].model_copy(update={"target": None})
    silent = shop.model_copy(update={"channels": {"phone": phone}})

    assert variant(silent, answered=0.7).channels["phone"].target is None
    promised = variant(silent, answered=0.7, awt=30).channels["phone"].target
    assert promised is not None
    assert (promised.answered, promised.awt) == (0.7, 30.0)


def test_an_impossible_figure_is_refused(shop: Scenario) -> None:
    with pytest.raises(ValidationError):
        variant(shop, handle_time=-1)


def test_one_group_can_be_staffed_anew(shop: Scenario) -> None:
    fixed = staffed(shop, "base", "desk", [2.0] * 168)

    assert fixed.options["base"].groups["desk"].staffing == Intervals(intervals=(2.0,) * 168)
    assert to_target(fixed, "base", "desk").options["base"].groups["desk"].staffing == ToTarget()
    assert not isinstance(shop.options["base"].groups["desk"].staffing, Intervals)


def test_ready_scenarios_are_found_by_name(root: Path) -> None:
    assert scenarios_folder() == root / "scenarios"
    assert all(path.parent == scenarios_folder() for path in ready().values())
    assert list(ready()) == sorted(path.stem for path in scenarios_folder().glob("*.yaml"))
