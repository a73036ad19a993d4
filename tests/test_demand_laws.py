"""Laws of durations: what is drawn follows the law that is written, whatever its form.

Tests of laws state their rate of false alarms over all choices of the seed; seeds are fixed.
"""

from __future__ import annotations

import itertools
import os
from pathlib import Path

import numpy as np
import pytest
from desks import desk, line, team
from numpy.typing import NDArray
from scipy import integrate, special, stats

from sim.demand import Demand
from sim.demand.gamma import gamma_tails, log_gamma, standard_gamma
from sim.engine.contract import NEVER
from sim.errors import ScenarioError
from sim.scenario import Empirical, Exponential, Fixed, Hazard, Mixture, Part, Scenario, load

Floats = NDArray[np.float64]

FALSE_ALARM = 1e-5
COMPILED = os.environ.get("NUMBA_DISABLE_JIT") != "1"
SHAPES = (0.0025, 0.01, 0.3, 0.99, 1.0, 1.7, 25.0, 400.0, 10_000.0)


def handle_times(law: str, column: str = "handle", **more: str) -> Floats:
    """Durations of a day with many contacts [s]."""
    keys = {"handle_time": law, **more}
    played = desk({"phone": line(1500, **keys)}, {"own": team()}, days=1)
    workload = Demand.of(played, played.options["base"]).workload(1, 0)
    return np.asarray(getattr(workload, column)[: workload.fresh] / 1000)


# --- the gamma law -------------------------------------------------------------------------------


@pytest.mark.kernel
@pytest.mark.parametrize("shape", SHAPES)
def test_the_gamma_quantile_is_exact_to_ten_digits(shape: float) -> None:
    numbers = np.random.default_rng(1).random(300 if COMPILED else 5)
    numbers = np.concatenate([numbers, [2.0**-53, 1e-9, 1 - 1e-9, 1 - 2.0**-53]])
    found = np.array([standard_gamma(u, shape, log_gamma(shape)) for u in numbers])
    low = numbers < 0.5
    exact = np.where(
        low, special.gammaincinv(shape, numbers), special.gammainccinv(shape, 1 - numbers)
    )
    known = exact > 1e-250

    assert found[known] == pytest.approx(exact[known], rel=1e-10)
    assert np.all(found[~known] < 1e-250)


@pytest.mark.kernel
@pytest.mark.parametrize("shape", SHAPES)
def test_the_gamma_tails_are_those_of_the_law(shape: float) -> None:
    for x in stats.gamma(shape).ppf([0.01, 0.3, 0.7, 0.99]):
        if x > 1e-250:
            below, above, density = gamma_tails(shape, x, log_gamma(shape))
            assert below == pytest.approx(special.gammainc(shape, x), rel=1e-10)
            assert above == pytest.approx(special.gammaincc(shape, x), rel=1e-10)
            assert density == pytest.approx(stats.gamma(shape).pdf(x), rel=1e-9)


@pytest.mark.kernel
def test_the_logarithm_of_the_gamma_function_is_exact() -> None:
    for a in (1e-4, 0.3, 1.5, 11.9, 12.0, 5000.0):
        assert log_gamma(a) == pytest.approx(special.gammaln(a), rel=1e-13, abs=1e-14)


@pytest.mark.skipif(not COMPILED, reason="takes minutes without the compiler")
@pytest.mark.parametrize("cv", [0.2, 1.0, 1.4])
def test_gamma_handle_times_follow_their_law(cv: float) -> None:
    drawn = handle_times(f"{{law: gamma, mean: 4m, cv: {cv}}}")
    law = stats.gamma(1 / cv**2, scale=240 * cv**2)

    assert stats.kstest(drawn, law.cdf).pvalue > FALSE_ALARM
    assert drawn.mean() == pytest.approx(240, abs=4.5 * 240 * cv / np.sqrt(drawn.size))


# --- mixtures, tables, rates ---------------------------------------------------------------------


@pytest.mark.skipif(not COMPILED, reason="takes minutes without the compiler")
def test_a_mixture_has_its_parts_in_their_shares() -> None:
    parts = "{share: 70%, of: 3m}, {share: 30%, of: {law: lognormal, mean: 12m, cv: 0.5}}"
    drawn = handle_times(f"{{law: mixture, parts: [{parts}]}}")
    sigma = np.sqrt(np.log(1.25))
    long = stats.lognorm(sigma, scale=720 / np.exp(sigma**2 / 2))
    short = stats.expon(scale=180)

    found = stats.kstest(drawn, lambda t: 0.7 * short.cdf(t) + 0.3 * long.cdf(t))
    assert found.pvalue > FALSE_ALARM


def test_an_empirical_law_has_its_durations_in_their_shares() -> None:
    drawn = handle_times("{law: empirical, table: {2m: 20%, 4m: 50%, 9m: 30%}}")
    times, counts = np.unique(drawn, return_counts=True)

    assert times.tolist() == [120, 240, 540]
    assert stats.chisquare(counts, drawn.size * np.array([0.2, 0.5, 0.3])).pvalue > FALSE_ALARM


def test_rates_of_leaving_hold_in_their_steps() -> None:
    law = "{law: hazard, table: {0s: 2% per minute, 60s: 60% per minute}}"
    drawn = handle_times("4m", "patience", patience=law)

    def cdf(t: Floats) -> Floats:
        hazard = np.where(t < 60, t * 0.02 / 60, 0.02 + (t - 60) * 0.6 / 60)
        return 1 - np.exp(-hazard)

    assert stats.kstest(drawn, cdf).pvalue > FALSE_ALARM


def test_nobody_leaves_any_more_at_a_last_rate_of_nothing() -> None:
    law = "{law: hazard, table: {0s: 100% per minute, 60s: 0% per minute}}"
    drawn = handle_times("4m", "patience", patience=law)
    stays = drawn == NEVER / 1000

    assert stats.binomtest(int(stays.sum()), drawn.size, np.exp(-1)).pvalue > FALSE_ALARM
    assert drawn[~stays].max() <= 60


@pytest.mark.parametrize(
    "patience", ["2m", "never", "{law: mixture, parts: [{share: 100%, of: 2m}]}"]
)
def test_balkers_leave_at_once_and_the_others_keep_their_patience(patience: str) -> None:
    drawn = handle_times("4m", "patience", patience=patience, balking="5%")
    left = drawn == 0

    assert stats.binomtest(int(left.sum()), drawn.size, 0.05).pvalue > FALSE_ALARM
    if patience == "never":
        assert np.all(drawn[~left] == NEVER / 1000)
    else:
        assert stats.kstest(drawn[~left], stats.expon(scale=120).cdf).pvalue > FALSE_ALARM


@pytest.mark.parametrize(
    "law",
    [
        Hazard(times=(0.0, 30.0, 90.0), rates=(0.0, 0.01, 0.002)),
        Mixture(
            parts=(Part(share=0.4, of=Exponential(mean=60.0)), Part(share=0.6, of=Fixed(value=9.0)))
        ),
        Empirical(times=(1.0, 5.0), shares=(0.9, 0.1)),
    ],
    ids=lambda law: law.law,
)
def test_the_mean_of_a_law_is_the_area_under_its_survival(
    law: Hazard | Mixture | Empirical,
) -> None:
    def stays(t: float) -> float:
        if isinstance(law, Hazard):
            ends = (*law.times[1:], np.inf)
            steps = zip(law.times, ends, law.rates, strict=True)
            return float(np.exp(-sum(r * max(0.0, min(t, b) - a) for a, b, r in steps)))
        if isinstance(law, Mixture):
            return 0.4 * float(np.exp(-t / 60)) + 0.6 * (t < 9)
        return 1.0 * (t < 1) + 0.1 * (1 <= t < 5)

    edges = [0, 1, 5, 9, 30, 90, 20_000]
    area = sum(integrate.quad(stays, a, b)[0] for a, b in itertools.pairwise(edges))
    assert law.mean == pytest.approx(area, rel=1e-6)


# --- from a file ---------------------------------------------------------------------------------

FILE = """name: desk
calendar: {{start: 2026-03-02}}
channels:
  phone:
    kind: voice
    arrivals: {{Mon-Sun: [{}]}}
    handle_time: {{law: empirical, file: handle.csv}}
groups:
  own: {{skills: [phone], staffing: {{shifts: [{{agents: 2, hours: always}}]}}}}
""".format(", ".join(["10"] * 24))


def from_file(folder: Path, table: str) -> Scenario:
    (folder / "desk.yaml").write_text(FILE)
    (folder / "handle.csv").write_text(table)
    return load(folder / "desk.yaml")


@pytest.mark.parametrize(
    "table",
    [
        "seconds\n60\n60\n60\n300\n",
        "seconds;count\n60;3\n300;1\n",
        "duration,share\n1m,75%\n5m,25%\n",
    ],
)
def test_measured_durations_come_from_a_file(tmp_path: Path, table: str) -> None:
    law = from_file(tmp_path, table).channels["phone"].handle_time

    assert isinstance(law, Empirical)
    assert law.times == (60.0, 300.0)
    assert law.shares == pytest.approx((0.75, 0.25))


@pytest.mark.parametrize(
    ("table", "told"),
    [
        ("minutes\n60\n", "handle.csv:1: must have one column seconds or duration"),
        ("seconds\nlong\n", "handle.csv:2: must be a number, got 'long'"),
        ("seconds,count\n60,-1\n", "handle.csv:2: must not be negative, got '-1'"),
        ("duration\n60\n", "handle.csv:2: must be a duration, got '60'; write 60s or 60m"),
        ("seconds\n", "handle.csv: must have at least one duration"),
        ("", "handle.csv: is empty"),
    ],
)
def test_a_file_of_durations_that_is_wrong_is_told_by_line(
    tmp_path: Path, table: str, told: str
) -> None:
    with pytest.raises(ScenarioError) as caught:
        from_file(tmp_path, table)
    assert told in str(caught.value)
