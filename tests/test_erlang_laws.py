"""Laws of times agree with their densities, their samples' moments and each other."""

from __future__ import annotations

import numpy as np
import pytest
from scipy import integrate, linalg

from sim.erlang import (
    Deterministic,
    Erlang,
    Exponential,
    Gamma,
    Hyperexponential,
    Law,
    Lognormal,
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
]
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


@pytest.mark.parametrize("law", LAWS, ids=str)
def test_mean_and_variability_are_areas_under_the_survival_function(law: Law) -> None:
    mean, second = area(law, 1), area(law, 2)

    assert law.mean == pytest.approx(mean, rel=1e-7)
    assert law.scv == pytest.approx(second / mean**2 - 1, rel=1e-6, abs=1e-8)


@pytest.mark.parametrize("law", LAWS, ids=str)
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
        (
            lambda: Hyperexponential(shares=(0.5, 0.6), means=(1, 2)),
            "shares must be at least 0 and sum to 1",
        ),
    ],
)
def test_a_law_out_of_its_domain_is_refused(wrong: type[Law], message: str) -> None:
    with pytest.raises(InvalidInput, match=message):
        wrong()
