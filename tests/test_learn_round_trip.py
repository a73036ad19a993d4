"""A known scenario is played, written as a queue_log, and learnt back within sampling error."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from known_logs import KNOWN, interval_rows, queue_log, russian_table

import sim
from sim.learn.door import Learned, learn_from
from sim.report.learned_data import forecast_rows
from sim.scenario import load, load_text
from sim.scenario.laws import Exponential, Lognormal, Mixture
from sim.scenario.ranges import uncertain

#: What the analysis of risk moves in the scenario of the Russian spreadsheet.
RANGED = ("volume", "handle_time", "patience", "after_call_work")
SOURCED = """
extends: back.yaml
name: sourced
channels: {phone: {target: {answered: 70% in 20s}}}
groups: null
options:
  hours:
    groups:
      a: {source: vendor, skills: [phone], staffing: {to_target: {}},
          contract: {price_per_agent_hour: {rate: 20 EUR/h}}}
  minutes:
    groups:
      b: {source: vendor, skills: [phone], staffing: {to_target: {}},
          contract: {minutes: {tiers: [{price: 1 EUR/min}]}}}
simulation: {replications: 2, at_most: 2, warm_up: 0s, wrap_up: 2h}
risk: {presets: false, draws: 8}
"""


@pytest.fixture(scope="module")
def learned(tmp_path_factory: pytest.TempPathFactory) -> tuple[Learned, Path]:
    folder = tmp_path_factory.mktemp("log")
    (folder / "queue_log").write_text(queue_log(load_text(KNOWN), 6))
    made = folder / "back.yaml"
    found = learn_from(
        folder / "queue_log", timezone="UTC", salt="a", to=made, draws=100, replications=3
    )
    return found, made


def test_every_parameter_comes_back_within_sampling_error(learned: tuple[Learned, Path]) -> None:
    (found,) = learned[0].estimates.channels.values()
    figures = found.figures

    volume = figures["volume"]
    assert volume.low < 600 < volume.high
    # Six days a week that differ by 15 % and by chance: that Sundays are closed is known.
    assert 0.06 < (volume.high - volume.low) / volume.value < 0.12
    assert figures["handle_time"].low - 1 < 240 < figures["handle_time"].high + 1
    assert figures["day_variation"].low < 0.15 < figures["day_variation"].high
    hours = load_text(KNOWN).channels["phone"].arrivals[:24]
    assert found.volume.profile[:6].mean(axis=0) == pytest.approx(hours, rel=0.1)
    assert found.handle[""].laws[0].law == "lognormal"
    assert found.handle[""].cv == pytest.approx(0.9, rel=0.06)
    # Waits are whole seconds: those who left in the first half second left at 0.
    assert figures["patience"].value == pytest.approx(150, rel=0.05)
    for at in (30.0, 90.0):
        assert found.patience[""].curve.at(at)[0] == pytest.approx(np.exp(-at / 150), abs=0.03)


def test_the_analysis_of_risk_is_as_unsure_as_the_estimates_are(
    learned: tuple[Learned, Path],
) -> None:
    (found,) = learned[0].estimates.channels.values()
    scenario = load(learned[1])
    assert scenario.risk is not None
    ranges = [uncertain(scenario, one, "risk") for one in scenario.risk.ranges]

    assert {one.name for one in ranges} >= {f"channels.phone.{name}" for name in RANGED[:3]}
    for one in ranges[:2]:
        figure = found.figures[one.name.rpartition(".")[2]]
        low, high = one.at(np.array([0.025, 0.975])) * figure.value
        assert high - low == pytest.approx(figure.high - figure.low, rel=0.01)


def test_agents_come_back_from_the_log(learned: tuple[Learned, Path]) -> None:
    assert learned[0].presence == "logged"
    levels = learned[0].learnt.levels

    assert levels[:6, 8:18] == pytest.approx(np.full((6, 10), 6.0), abs=0.01)
    assert levels[:, :8].sum() == 0


def test_the_scenario_that_is_written_serves_as_the_known_one_did(
    learned: tuple[Learned, Path],
) -> None:
    known = sim.simulate(load_text(KNOWN.replace("days: 57", "days: 7")), replications=40)
    back = sim.simulate(load(learned[1]), replications=40)
    (phone,) = back.replications.case.channels

    for measure in ("abandonment", "service_level_offered"):
        first = known.replications.estimate(measure, "phone")
        second = back.replications.estimate(measure, phone)
        assert abs(first.value - second.value) < 0.02 + first.half_width + second.half_width


def test_the_coming_weeks_are_forecast_with_a_band(learned: tuple[Learned, Path]) -> None:
    rows = list(forecast_rows(learned[0].estimates))

    assert [len(rows), rows[0]["day"], rows[0]["channel"]] == [28, "2026-04-28", "voice"]
    assert all(row["low"] < row["expected"] < row["high"] for row in rows)
    assert np.mean([row["expected"] for row in rows]) == pytest.approx(600, rel=0.2)


def test_hours_are_reproduced_without_bias(learned: tuple[Learned, Path]) -> None:
    fit = learned[0].itself
    assert fit is not None
    errors = fit.simulated["replayed"].errors

    assert abs(errors["abandonment"].bias) < 0.01
    assert abs(errors["service_level"].bias) < 0.03
    assert errors["abandonment"].r > 0.85


#: The same operation with talks that end at once, work after calls, and callers who try again.
OTHER = (
    KNOWN.replace("days: 57", "days: 28")
    .replace(
        "{law: lognormal, mean: 240s, cv: 0.9}",
        "{law: mixture, parts: [{share: 10%, of: {law: fixed, value: 5s}}, "
        "{share: 90%, of: {law: lognormal, mean: 266s, cv: 0.9}}]}\n"
        "    after_call_work: {law: fixed, value: 10s}",
    )
    .replace("    patience: 150s", "    patience: 150s\n    redial: {probability: 40%, delay: 10m}")
)


@pytest.fixture(scope="module")
def russian(tmp_path_factory: pytest.TempPathFactory) -> tuple[Learned, Path]:
    folder = tmp_path_factory.mktemp("table")
    file, made = folder / "Звонки за март.csv", folder / "back.yaml"
    file.write_bytes(russian_table(load_text(OTHER), 5).encode("cp1251"))
    found = learn_from(file, timezone="UTC", salt="a", to=made, draws=50, replications=2)
    return found, made


def test_a_russian_spreadsheet_brings_back_laws_of_several_parts(
    russian: tuple[Learned, Path],
) -> None:
    found = russian[0]
    (phone,) = found.estimates.channels.values()

    assert found.reading.dropped == {}
    assert phone.figures["patience"].value == pytest.approx(150, rel=0.05)
    handle = load(russian[1]).channels["phone"].handle_time
    assert isinstance(handle, Mixture)
    short, long = handle.parts
    assert short.share == pytest.approx(0.1, abs=0.01)
    assert short.of.mean == pytest.approx(5, abs=0.2)
    assert isinstance(long.of, Lognormal)
    # Those under 10 s are all taken for short ones: the rest is a little longer for it.
    assert (long.of.mean, long.of.cv) == pytest.approx((266, 0.9), rel=0.06)


def test_agents_and_their_work_after_calls_come_back_from_calls_alone(
    russian: tuple[Learned, Path],
) -> None:
    found = russian[0]

    assert found.presence == "inferred"
    assert found.learnt.levels[:6, 9:16].mean() == pytest.approx(6, abs=0.3)
    assert found.learnt.levels[:, :8].sum() == 0
    wrap = found.learnt.crew["after_call_work"]
    assert wrap.value == pytest.approx(10, abs=0.7)  # talks are told in whole seconds
    assert load(russian[1]).channels["phone"].after_call_work is not None


def test_who_redials_comes_back(russian: tuple[Learned, Path]) -> None:
    (phone,) = russian[0].estimates.channels.values()
    figures = phone.figures

    # Of those who gave up 40 % try again, after an exponential delay of 10 minutes.
    within = 0.4 * (1 - np.exp(-np.array([600, 3600]) / 600))
    assert figures["redials_10m"].value == pytest.approx(within[0], abs=0.03)
    assert figures["redials_1h"].value == pytest.approx(within[1], abs=0.03)
    assert figures["repeats_1d"].value == 0
    # Half of those who come again within the hour do so within 415 s.
    assert figures["redial_delay"].value == pytest.approx(600 * np.log(2), rel=0.1)
    for name, value in (("redials_10m", within[0]), ("redials_1h", within[1])):
        figure = figures[name]
        assert figure.low - 0.01 < value < figure.high + 0.01


def test_what_was_learnt_is_ready_for_the_analysis_of_risk(russian: tuple[Learned, Path]) -> None:
    """A mixture, a measured curve and work after calls are moved by their intervals."""
    sourced = russian[1].with_name("sourced.yaml")
    sourced.write_text(SOURCED, encoding="utf-8")

    found = sim.risk(load(sourced), workers=1)

    moved = {f"channels.phone.{name}" for name in RANGED}
    assert {bar.input.name for bar in found.month.bars} == moved
    assert all(bar.swing > 0 for bar in found.month.bars)


def test_sums_by_interval_bring_back_what_sums_allow(tmp_path: Path) -> None:
    rows, made = tmp_path / "hsplit.csv", tmp_path / "back.yaml"
    rows.write_text(interval_rows(load_text(KNOWN.replace("days: 57", "days: 28")), 5))

    found = learn_from(rows, timezone="UTC", to=made, draws=50, replications=2)
    (phone,) = found.estimates.channels.values()
    figures, back = phone.figures, load(made).channels["phone"]

    assert found.presence == "logged"
    assert found.learnt.levels[:6, 8:18] == pytest.approx(np.full((6, 10), 6.0), abs=0.3)
    volume = figures["volume"]
    assert volume.low < 600 < volume.high
    assert (volume.high - volume.low) / volume.value < 0.18
    assert figures["handle_time"].value == pytest.approx(240, rel=0.03)
    assert figures["patience"].value == pytest.approx(150, rel=0.06)
    # Hours begin with the queue of the hour before, and days with none: Erlang A is a rough guide.
    assert 100 < figures["patience_erlang_a"].value < 300
    for law, name in ((back.patience, "patience"), (back.handle_time, "handle_time")):
        assert isinstance(law, Exponential)
        assert law.mean == pytest.approx(figures[name].value, rel=1e-3)
    assert found.itself is not None
    errors = found.itself.simulated["replayed"].errors
    assert errors["abandonment"].r > 0.6
    assert abs(errors["abandonment"].bias) < 0.03
    assert abs(errors["service_level"].bias) < 0.06


def test_who_stops_while_the_scenario_is_tried_has_nothing_written(tmp_path: Path) -> None:
    (tmp_path / "queue_log").write_text(
        queue_log(load_text(KNOWN.replace("days: 57", "days: 7")), 6)
    )

    def stop(step: str) -> None:
        if step == "scenario":
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        learn_from(
            tmp_path / "queue_log",
            timezone="UTC",
            to=tmp_path / "back.yaml",
            draws=5,
            replications=1,
            tell=stop,
        )
    assert [one.name for one in tmp_path.iterdir()] == ["queue_log"]
