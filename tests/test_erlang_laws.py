"""Laws of times agree with their densities, their samples' moments and each other."""

from __future__ import annotations

import numpy as np
import pytest
from scipy import integrate, linalg

from sim.erlang import (
    Deterministic,
    Discrete,
    Empirical,
    Erlang,
    Exponential,
    Gamma,
    Hyperexponential,
    Law,
    Lognormal,
    PhaseType,
    Uniform,
    Weibull,
)
from sim.errors import InvalidInput

LAWS: list[Law] = [
    Exponential(mean=90),
    Deterministic(value=60),
    Uniform(low=0, high=240),
    Uniform(low=30, high=90),
    Gamma(shape=0.5, mean=90),
    Erlang(k=3, mean=60),
    Lognormal(mean=60, scv=4),
    Weibull(shape=2.5, scale=150),
    Hyperexponential.balanced(mean=100, scv=4),
    PhaseType(start=(0.6, 0.4), generator=((-0.05, 0.02), (0.01, -0.02))),
    Empirical(times=(10, 30, 90), curve=(0.9, 0.6, 0.2)),
    Empirical(times=(20, 60, 120), curve=(0.7, 0.7, 0.0)),
    Discrete(values=(20, 60, 85), shares=(0.25, 0.25, 0.5)),
]
SMOOTH = [law for law in LAWS if not isinstance(law, PhaseType)]
"""Laws quick enough to be integrated point by point; stages are compared with other laws."""

TIMES = (0.0, 0.5, 20.0, 60.0, 85.0, 400.0)


def area(law: Law, power: int, until: float = np.inf) -> float:
    """Integrate ``power x**(power - 1)`` times the survival function, piece by piece."""
    joints = [0.0, *(k for k in (*law.kinks, law.mean, 10 * law.mean) if k < until), until]
    pieces = (
        integrate.quad(
            lambda x: power * x ** (power - 1) * float(law.survival(x)),
            a,
            b,
            epsabs=0,
            epsrel=1e-10,
            limit=400,
        )[0]
        for a, b in zip(sorted(joints)[:-1], sorted(joints)[1:], strict=True)
        if b > a and float(law.survival(a)) > 0
    )
    return float(sum(pieces))


@pytest.mark.parametrize("law", SMOOTH, ids=str)
def test_mean_and_variability_are_areas_under_the_survival_function(law: Law) -> None:
    mean, second = area(law, 1), area(law, 2)

    assert law.mean == pytest.approx(mean, rel=1e-7)
    assert law.scv == pytest.approx(second / mean**2 - 1, rel=1e-6, abs=1e-8)


@pytest.mark.parametrize("law", SMOOTH, ids=str)
@pytest.mark.parametrize("until", TIMES)
def test_the_mean_of_the_smaller_is_the_area_so_far(law: Law, until: float) -> None:
    assert float(law.mean_until(until)) == pytest.approx(area(law, 1, until), rel=1e-8, abs=1e-12)


@pytest.mark.parametrize("law", [law for law in LAWS if law.phases is not None], ids=str)
def test_phases_survive_as_their_law_does(law: Law) -> None:
    assert law.phases is not None
    start, generator = law.phases

    for x in TIMES:
        alive = float((start @ linalg.expm(generator * x)).sum())
        assert alive == pytest.approx(float(law.survival(x)), rel=1e-10, abs=1e-14)


@pytest.mark.parametrize("law", LAWS, ids=str)
@pytest.mark.parametrize("until", TIMES)
def test_what_is_over_and_what_is_left_are_the_whole(law: Law, until: float) -> None:
    alive, gone = float(law.survival(until)), float(law.cdf(until))

    assert alive + gone == pytest.approx(1.0, rel=1e-12)
    early = float(law.mean_until(until)) - until * alive
    assert float(law.mean_by(until)) == pytest.approx(early, rel=1e-9, abs=1e-11)


@pytest.mark.parametrize(
    ("law", "hazard"),
    [
        (Exponential(mean=90), 1 / 90),
        (Uniform(low=0, high=240), 1 / 240),
        (Gamma(shape=1, mean=90), 1 / 90),
        (Weibull(shape=1, scale=90), 1 / 90),
        (Hyperexponential(shares=(0.5, 0.5), means=(60, 180)), 0.5 / 60 + 0.5 / 180),
        (PhaseType(start=(1, 0), generator=((-0.05, 0.03), (0, -0.02))), 0.02),
        (Empirical(times=(50.0,), curve=(0.5,)), 0.01),
    ],
    ids=str,
)
def test_the_first_to_go_keep_their_digits(law: Law, hazard: float) -> None:
    # One minus the survival function would be zero here.
    assert float(law.cdf(1e-18)) == pytest.approx(1e-18 * hazard, rel=1e-9, abs=0)
    assert float(law.mean_by(1e-9)) == pytest.approx(0.5e-18 * hazard, rel=1e-7, abs=0)


@pytest.mark.parametrize("law", LAWS, ids=str)
@pytest.mark.parametrize("share", [0.0, 1e-12, 0.1, 0.5, 0.9, 1 - 1e-9])
def test_a_quantile_is_the_first_time_by_which_the_share_is_over(law: Law, share: float) -> None:
    time = float(law.quantile(share))

    assert float(law.cdf(time)) >= share * (1 - 1e-9)
    if share > 0 and time > 0:
        assert float(law.cdf(time * (1 - 1e-9))) <= share * (1 + 1e-6)


def test_a_phase_type_law_of_equal_stages_is_an_erlang_law() -> None:
    stages = PhaseType(start=(1, 0), generator=((-0.02, 0.02), (0, -0.02)))
    erlang = Erlang(k=2, mean=100)
    times = np.array([0.0, 1e-3, 40.0, 3000.0, 1e9])

    for name in ("survival", "cdf", "mean_by", "mean_until"):
        assert getattr(stages, name)(times) == pytest.approx(
            getattr(erlang, name)(times), rel=1e-10, abs=1e-300
        )
    assert (stages.mean, stages.scv) == pytest.approx((100, 0.5))


def test_stages_side_by_side_are_a_mixture() -> None:
    stages = PhaseType(start=(0.3, 0.7), generator=((-0.1, 0), (0, -0.01)))
    mixture = Hyperexponential(shares=(0.3, 0.7), means=(10, 100))
    times = np.array([0.0, 5.0, 80.0, 900.0])

    for name in ("survival", "cdf", "mean_by", "mean_until"):
        assert getattr(stages, name)(times) == pytest.approx(getattr(mixture, name)(times))
    assert (stages.mean, stages.scv) == pytest.approx((mixture.mean, mixture.scv))


def test_a_measured_curve_may_start_below_one() -> None:
    law = Empirical(times=(0, 100), curve=(0.8, 0.4))

    assert float(law.cdf(0.0)) == pytest.approx(0.2)
    assert float(law.survival(50.0)) == pytest.approx(0.6)
    assert float(law.survival(200.0)) == pytest.approx(0.4**2)


def test_a_steep_weibull_law_far_out_is_over() -> None:
    law = Weibull(shape=50, scale=1)

    assert float(law.survival(1e9)) == 0.0
    assert float(law.mean_until(1e9)) == pytest.approx(law.mean)


@pytest.mark.parametrize("law", LAWS, ids=str)
def test_laws_take_arrays(law: Law) -> None:
    x = np.array([[0.0, 10.0], [80.0, 1e6]])

    assert law.survival(x).shape == x.shape
    assert law.mean_until(x)[1, 1] == pytest.approx(law.mean, rel=1e-6)


@pytest.mark.parametrize(
    ("wrong", "message"),
    [
        (lambda: Exponential(mean=0), "mean must be above 0 and finite, got 0"),
        (lambda: Uniform(low=5, high=5), "low must be at least 0 and below 5, got 5"),
        (lambda: Erlang(k=0, mean=1), "k must be a whole number and at least 1, got 0"),
        (lambda: Lognormal(mean=1, scv=-1), "scv must be above 0 and finite, got -1"),
        (lambda: Hyperexponential.balanced(mean=1, scv=0.5), "scv must be at least 1"),
        (lambda: Weibull(shape=0.001, scale=1), "shape must be at least 0.02, got 0.001"),
        (lambda: Exponential(mean=1).quantile(1.0), "share must be at least 0 and below 1, got 1"),
        (lambda: PhaseType(start=(1,), generator=((1,),)), "generator must have rates"),
        (lambda: PhaseType(start=(1,), generator=((-1, 1),)), "generator must be a 1 by 1 table"),
        (lambda: PhaseType(start=(0.5,), generator=((-1,),)), "start must be at least 0 and sum"),
        (
            lambda: PhaseType(start=(1, 0), generator=((-1, 0.5), (0, 0))),
            "generator must lead out of every phase",
        ),
        (lambda: Discrete(values=(2, 1), shares=(0.5, 0.5)), "values must increase"),
        (lambda: Discrete(values=(1, 2), shares=(1,)), "shares must be 2, one per value"),
        (lambda: Discrete(values=(1, 2), shares=(0.5, 0.4)), "shares must be .* sum to 1"),
        (lambda: Empirical(times=(1, 1), curve=(0.5, 0.4)), "times must increase from 0 or above"),
        (lambda: Empirical(times=(0,), curve=(0.5,)), "times must end above 0"),
        (lambda: Empirical(times=(1, 2), curve=(0.5,)), "curve must be 2, one per time"),
        (lambda: Empirical(times=(1, 2), curve=(0.5, 0.6)), "curve must fall from at most 1"),
        (lambda: Empirical(times=(1, 2), curve=(1, 1)), "curve must fall below 1.*math.inf"),
        (
            lambda: Hyperexponential(shares=(0.5, 0.6), means=(1, 2)),
            "shares must be at least 0 and sum to 1",
        ),
    ],
)
def test_a_law_out_of_its_domain_is_refused(wrong: type[Law], message: str) -> None:
    with pytest.raises(InvalidInput, match=message):
        wrong()
