"""A known scenario is played, written as a queue_log, and learnt back within sampling error."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from known_logs import KNOWN, queue_log, russian_table

import sim
from sim.learn.door import Learned, learn_from
from sim.scenario import load, load_text


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


def test_a_russian_spreadsheet_brings_back_the_same_and_who_redials(tmp_path: Path) -> None:
    file = tmp_path / "Звонки за март.csv"
    again = KNOWN.replace(
        "    patience: 150s", "    patience: 150s\n    redial: {probability: 40%, delay: 10m}"
    )
    file.write_bytes(russian_table(load_text(again), 5).encode("cp1251"))

    found = learn_from(file, timezone="UTC", salt="a", draws=50, replications=2)
    (phone,) = found.estimates.channels.values()

    assert found.reading.dropped == {}
    assert found.presence == "inferred"
    assert phone.figures["handle_time"].low - 1 < 240 < phone.figures["handle_time"].high + 1
    assert phone.handle[""].cv == pytest.approx(0.9, rel=0.06)
    assert phone.figures["patience"].value == pytest.approx(150, rel=0.05)
    assert phone.returns is not None
    # Of those who gave up 40 % try again, after an exponential delay of 10 minutes.
    within = 0.4 * (1 - np.exp(-np.array([600, 3600]) / 600))
    assert phone.returns.after_abandon[:2] == pytest.approx(within, abs=0.03)
    assert phone.returns.after_service[2] == 0
    # Half of those who come again within the hour do so within 415 s.
    assert phone.returns.redial_delay == pytest.approx(600 * np.log(2), rel=0.1)
