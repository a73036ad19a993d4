"""What a scenario asks of its period and of its runs is refused where it cannot be had."""

from __future__ import annotations

from pathlib import Path

import pytest
from desks import desk, line

from sim.errors import ScenarioError
from sim.scenario import Scenario, load_text


def logged(first: str, *more: str) -> Scenario:
    rows = ", ".join(f'"{time}"' for time in (first, *more))
    return desk({"phone": f"{{kind: voice, arrivals: {{log: [{rows}]}}, handle_time: 4m}}"})


# --- logs ----------------------------------------------------------------------------------------


@pytest.mark.parametrize("time", ["2026-03-02 00:00:00", "2026-03-08 23:59:59"])
def test_a_log_with_a_contact_in_the_period_is_played(time: str) -> None:
    assert logged("2025-01-01 09:00", time).channels["phone"].log is not None


@pytest.mark.parametrize("time", ["2026-03-01 23:59:59", "2026-03-09 00:00:00"])
def test_a_log_of_other_days_is_refused_with_its_days(time: str) -> None:
    with pytest.raises(ScenarioError) as refused:
        logged("2025-01-01 09:00", time)

    said = str(refused.value)
    assert ":5 channels.phone.arrivals.log: must have a contact in the 7 days from 2026-03" in said
    assert f"got '2025-01-01 to {time[:10]}'" in said
    assert "set calendar.start, which is 2026-03-02, to a day of the log" in said


def test_a_log_of_one_day_names_that_day() -> None:
    with pytest.raises(ScenarioError, match="got '2025-01-01'; set"):
        logged("2025-01-01 09:00", "2025-01-01 11:00")


def test_a_log_that_cannot_be_read_is_told_once_whatever_the_period(tmp_path: Path) -> None:
    text = """
name: desk
calendar: {start: 2024-01-01}
channels:
  phone: {kind: voice, arrivals: {log: none.csv}, handle_time: 4m}
groups:
  own: {skills: [phone], staffing: {shifts: [{agents: 1, hours: always}]}}
"""
    with pytest.raises(ScenarioError) as refused:
        load_text(text, folder=tmp_path)

    assert len(refused.value.problems) == 1
    assert "none.csv" in str(refused.value)


# --- stratified days -----------------------------------------------------------------------------


def stratified(
    at_most: int, stop: str = "sequential", *, spread: str = "15%", first: int = 20
) -> Scenario:
    run = f"replications: {first}, at_most: {at_most}, stop: {stop}, variance: stratified"
    return desk({"phone": line(10, day_variation=spread)}, simulation=f"{{{run}}}")


@pytest.mark.parametrize(
    ("first", "at_most", "stop"),
    [(20, 80, "sequential"), (20, 160, "two stages"), (81, 88, "sequential")],
)
def test_stratified_days_have_room_for_whole_blocks(first: int, at_most: int, stop: str) -> None:
    assert stratified(at_most, stop, first=first).simulation.at_most == at_most
    words = f"must be at least {at_most} where days are stratified"
    with pytest.raises(ScenarioError, match=words):
        stratified(at_most - 1, stop, first=first)


def test_days_that_do_not_vary_need_no_blocks() -> None:
    assert stratified(20, spread="0%").simulation.at_most == 20
