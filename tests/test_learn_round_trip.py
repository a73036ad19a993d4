"""A known scenario is played, written as a queue_log, and learnt back within sampling error."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

import sim
from sim.engine import Status, play
from sim.experiment.case import case
from sim.learn.door import Learned, learn_from
from sim.scenario import Scenario, load, load_text

KNOWN = """
name: known
currency: EUR
calendar: {timezone: UTC, start: 2026-03-02, days: 56}
channels:
  phone:
    kind: voice
    arrivals:
      Mon-Sun: [0, 0, 0, 0, 0, 0, 0, 0, 60, 90, 90, 80, 70, 80, 90, 80, 60, 0, 0, 0, 0, 0, 0, 0]
    day_variation: 15%
    handle_time: {law: lognormal, mean: 240s, cv: 0.9}
    patience: 150s
groups:
  own:
    skills: [phone]
    staffing: {shifts: [{agents: 6, hours: Mon-Sun 08:00-18:00}]}
"""
EPOCH = 1_772_409_600  # 2 March 2026, 00:00 UTC


def queue_log(scenario: Scenario, seed: int) -> str:
    """What Asterisk would have written of one replication, agents logged in and out."""
    ready = case(scenario, "base")
    work, crew = ready.demand.workload(seed, 0), ready.present(seed, 0)
    done = play(work, crew)
    first = int(ready.lens.before * ready.lens.slot)
    rows: list[tuple[int, int, str]] = []

    def at(tick: int) -> int:
        return EPOCH + round((tick - first) / 1000)

    for row in range(len(crew.start)):
        name = f"A{row % 6}"
        rows.append((at(int(crew.start[row])), 0, f"NONE|q|{name}|ADDMEMBER|"))
        rows.append((at(int(done.left[row])), 9, f"NONE|q|{name}|REMOVEMEMBER|"))
    for row in np.flatnonzero(done.status != Status.NOT_MADE).tolist():
        arrival, wait = int(done.arrival[row]), int(done.wait[row])
        joined, out = at(arrival), at(arrival + wait)
        rows.append((joined, 1, f"c{row}|q|NONE|ENTERQUEUE||{row}|1"))
        if done.status[row] == Status.SERVED:
            agent = f"A{int(done.agent[row]) % 6}"
            end = at(arrival + wait + int(done.talk[row]))
            rows.append((out, 2, f"c{row}|q|{agent}|CONNECT|{out - joined}|m{row}|0"))
            told = f"{out - joined}|{end - out}|1"
            rows.append((end, 3, f"c{row}|q|{agent}|COMPLETECALLER|{told}"))
        elif done.status[row] == Status.ABANDONED:
            rows.append((out, 2, f"c{row}|q|NONE|ABANDON|1|1|{out - joined}"))
    rows.sort()
    return "".join(f"{moment}|{text}\n" for moment, _, text in rows)


@pytest.fixture(scope="module")
def learned(tmp_path_factory: pytest.TempPathFactory) -> tuple[Learned, Path]:
    folder = tmp_path_factory.mktemp("log")
    (folder / "queue_log").write_text(queue_log(load_text(KNOWN), 5))
    made = folder / "back.yaml"
    found = learn_from(
        folder / "queue_log", timezone="UTC", salt="a", to=made, draws=100, replications=3
    )
    return found, made


def test_every_parameter_comes_back_within_sampling_error(learned: tuple[Learned, Path]) -> None:
    (found,) = learned[0].estimates.channels.values()
    figures = found.figures

    assert figures["volume"].low < 700 < figures["volume"].high
    assert figures["handle_time"].low - 1 < 240 < figures["handle_time"].high + 1
    assert figures["day_variation"].value == pytest.approx(0.15, abs=0.05)
    assert found.handle[""].laws[0].law == "lognormal"
    assert found.handle[""].cv == pytest.approx(0.9, rel=0.06)
    # Waits are whole seconds: those who left in the first half second left at 0.
    assert figures["patience"].value == pytest.approx(150, rel=0.05)
    for at in (30.0, 90.0):
        assert found.patience[""].curve.at(at)[0] == pytest.approx(np.exp(-at / 150), abs=0.03)


def test_agents_come_back_from_the_log(learned: tuple[Learned, Path]) -> None:
    assert learned[0].presence == "logged"
    levels = learned[0].learnt.levels

    assert levels[:, 8:18] == pytest.approx(np.full((7, 10), 6.0), abs=0.01)
    assert levels[:, :8].sum() == 0


def test_the_scenario_that_is_written_serves_as_the_known_one_did(
    learned: tuple[Learned, Path],
) -> None:
    known = sim.simulate(load_text(KNOWN.replace("days: 56", "days: 7")), replications=40)
    back = sim.simulate(load(learned[1]), replications=40)
    (phone,) = back.replications.case.channels

    for measure in ("abandonment", "service_level_offered"):
        first = known.replications.estimate(measure, "phone")
        second = back.replications.estimate(measure, phone)
        assert abs(first.value - second.value) < 0.02 + first.half_width + second.half_width


def test_hours_are_reproduced_without_bias(learned: tuple[Learned, Path]) -> None:
    fit = learned[0].itself
    assert fit is not None
    errors = fit.simulated["replayed"].errors

    assert abs(errors["abandonment"].bias) < 0.01
    assert abs(errors["service_level"].bias) < 0.03
    assert errors["abandonment"].r > 0.85
