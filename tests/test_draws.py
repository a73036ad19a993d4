"""Random numbers: pure functions, the same everywhere, of the laws that they claim.

Tests of laws have a stated rate of false alarms over all choices of the seed; seeds are fixed, so
that a test either never fails or always does.
"""

from __future__ import annotations

import itertools
import math
import os
from collections.abc import Callable, Iterator

import mpmath
import numpy as np
import pytest
from numpy.typing import NDArray
from scipy import special, stats

from sim.demand import sampling
from sim.demand.draws import (
    Purpose,
    exp,
    exponential,
    key_of,
    log,
    lognormal_parameters,
    normal,
    stream_of,
    unit,
)
from sim.demand.sampling import Laws, Origin, durations, units

pytestmark = pytest.mark.kernel

Floats = NDArray[np.float64]
Keys = NDArray[np.uint64]

FALSE_ALARM = 1e-5
# With the compiler off a number takes a thousand times as long.
SIZE = 1_000 if os.environ.get("NUMBA_DISABLE_JIT") == "1" else 100_000
MASK = 2**64 - 1
HALF_ULP = 2.0**-53


@pytest.fixture(autouse=True)
def wrap_around() -> Iterator[None]:
    """Scrambling overflows on purpose; without the compiler numpy would warn of it."""
    with np.errstate(over="ignore"):
        yield


def origin(seed: int = 1, replication: int = 0, stream: str = "phone") -> Origin:
    streams = np.array([stream_of(stream)], np.uint64)
    return Origin(np.uint64(seed), np.uint64(replication), streams)


def drawn(
    start: Origin | None = None, purpose: Purpose = Purpose.HANDLE, size: int = SIZE, step: int = 1
) -> Floats:
    return units(start or origin(), 0, int(purpose), np.arange(size) * step)


# --- the same everywhere -------------------------------------------------------------------------

GOLDEN_UNITS = ["0x1.77747fb32cf65p-1", "0x1.a10c931ed4b81p-1", "0x1.6856764a5fc76p-2"]
GOLDEN_LAWS: dict[Callable[[float], float], dict[float, str]] = {
    log: {
        1e-300: "-0x1.5963447f87fb5p+9",
        0.001: "-0x1.ba18a998fffa0p+2",
        0.3: "-0x1.34378fcbda721p+0",
        0.999: "-0x1.064670d979b73p-10",
    },
    exp: {
        -700.0: "0x1.14f2b0fb9307fp-1010",
        -0.3: "0x1.7b4c869c37c05p-1",
        0.0: "0x1.0000000000000p+0",
        5.5: "0x1.e96244f21bbf7p+7",
    },
    normal: {
        1e-14: "-0x1.e9a3e40341034p+2",
        0.01: "-0x1.29c5c4630ff0ep+1",
        0.3: "-0x1.0c7e39582c5fap-1",
        0.999: "0x1.8b8cbb7204470p+1",
    },
}


def test_numbers_are_the_same_on_every_machine() -> None:
    found = units(origin(seed=7, replication=3), 0, int(Purpose.PATIENCE), np.arange(3) * 128)

    assert [float(u).hex() for u in found] == GOLDEN_UNITS


@pytest.mark.parametrize("law", GOLDEN_LAWS, ids=["log", "exp", "normal"])
def test_laws_are_the_same_on_every_machine(law: Callable[[float], float]) -> None:
    golden = GOLDEN_LAWS[law]

    assert {x: float(law(x)).hex() for x in golden} == golden


def test_a_channel_is_named_by_a_digest_of_its_name() -> None:
    assert stream_of("phone") == 4996354170744962036
    assert stream_of("телефон") == 6074316543885265235


# --- strictly between 0 and 1 --------------------------------------------------------------------


def unscrambled(z: int) -> int:
    """The bits that scramble to `z`."""
    for factor, first, second in ((0x94D049BB133111EB, 31, 62), (0xBF58476D1CE4E5B9, 27, 54)):
        z = ((z ^ (z >> first) ^ (z >> second)) * pow(factor, -1, 2**64)) & MASK
    z ^= (z >> 30) ^ (z >> 60)
    return (z - 0x9E3779B97F4A7C15) & MASK


@pytest.mark.parametrize(("bits", "number"), [(0, HALF_ULP), (MASK, 1 - HALF_ULP)])
def test_the_least_and_the_greatest_number_are_inside(bits: int, number: float) -> None:
    key = np.uint64(unscrambled(bits))

    assert float(unit(key, 0)) == number
    assert math.isfinite(exponential(number))
    assert math.isfinite(normal(number))


# --- laws ----------------------------------------------------------------------------------------


def far_and_near() -> Floats:
    """Numbers between 0 and 1, crowded at both ends."""
    ends = 10.0 ** np.linspace(-16, -1, 61)
    return np.concatenate([ends, np.linspace(0.05, 0.95, 181), 1 - ends[4:]])


def off(found: float, exact: mpmath.mpf) -> float:
    """Relative error in units of the last digit."""
    return float(abs((mpmath.mpf(found) - exact) / exact)) / 2.0**-52


def test_logarithms_are_right_to_the_last_digits() -> None:
    numbers = [*(10.0 ** np.linspace(-300, 300, 401)), *np.linspace(0.5, 2, 301), 1 - HALF_ULP]
    with mpmath.workdps(40):
        errors = [off(log(x), mpmath.log(mpmath.mpf(float(x)))) for x in numbers if x != 1]

    assert max(errors) < 2
    assert log(1.0) == 0


def test_exponentials_are_right_to_the_last_digits() -> None:
    with mpmath.workdps(40):
        errors = [
            off(exp(float(x)), mpmath.exp(mpmath.mpf(float(x))))
            for x in np.linspace(-700, 700, 999)
        ]

    assert max(errors) < 2


def test_the_normal_quantile_is_right_to_fourteen_digits() -> None:
    with mpmath.workdps(60):
        errors = [
            float(abs(normal(u) - exact) / abs(exact))
            for u in map(float, far_and_near())
            if (exact := mpmath.sqrt(2) * mpmath.erfinv(2 * mpmath.mpf(u) - 1))
        ]

    assert max(errors) < 1e-14


def test_the_normal_quantile_agrees_with_scipy_without_a_step_between_its_parts() -> None:
    seams = [0.075, 0.925, math.exp(-25)]
    numbers = [u * (1 + side * 1e-12) for u in seams for side in (-1, 0, 1)]

    np.testing.assert_allclose([normal(u) for u in numbers], special.ndtri(numbers), rtol=1e-14)


def law(number: int, a: float, b: float = 0.0, table: Floats | None = None) -> Laws:
    size = len(Purpose) + 1
    rows = np.zeros((1, 2)) if table is None else table
    return Laws(np.full((1, size), number), np.full((1, size, 2), (a, b), float), rows)


def sampled(laws: Laws, size: int = SIZE) -> Floats:
    return durations(origin(), laws, 0, int(Purpose.HANDLE), np.arange(size))


LOGNORMAL = lognormal_parameters(240.0, 1.3)
WEIBULL = 90.0 / math.gamma(1 + 1 / 0.7)
CURVE = np.array([(0.0, 0.0), (10.0, 0.2), (60.0, 0.5), (1e9, 0.5 + (1e9 - 60) * 0.006)])


def curve_cdf(times: Floats) -> Floats:
    return np.asarray(-np.expm1(-np.interp(times, CURVE[:, 0], CURVE[:, 1])))


@pytest.mark.parametrize(
    ("laws", "cdf"),
    [
        (law(sampling.EXPONENTIAL, 240.0), stats.expon(scale=240.0).cdf),
        (
            law(sampling.LOGNORMAL, *LOGNORMAL),
            stats.lognorm(LOGNORMAL[1], scale=math.exp(LOGNORMAL[0])).cdf,
        ),
        (law(sampling.WEIBULL, WEIBULL, 0.7), stats.weibull_min(0.7, scale=WEIBULL).cdf),
        (law(sampling.SURVIVAL, 0, len(CURVE), CURVE), curve_cdf),
    ],
    ids=["exponential", "lognormal", "weibull", "survival"],
)
def test_durations_follow_their_law(laws: Laws, cdf: Callable[[Floats], Floats]) -> None:
    assert stats.kstest(sampled(laws), cdf).pvalue > FALSE_ALARM


def test_a_lognormal_law_has_the_mean_and_the_spread_it_was_given() -> None:
    mu, sigma = LOGNORMAL

    assert math.exp(mu + sigma**2 / 2) == pytest.approx(240)
    assert math.sqrt(math.expm1(sigma**2)) == pytest.approx(1.3)


def test_a_fixed_duration_is_what_it_is() -> None:
    assert set(sampled(law(sampling.FIXED, 30.0), 5)) == {30.0}


def test_a_curve_without_hazard_at_its_end_has_people_who_stay_for_ever() -> None:
    patient = np.array([(0.0, 0.0), (10.0, 0.5), (1e9, 0.5)])
    left = sampled(law(sampling.SURVIVAL, 0, 3, patient), 1_000)

    assert np.isinf(left).mean() == pytest.approx(math.exp(-0.5), abs=0.07)
    assert left[np.isfinite(left)].max() <= 10


def test_a_step_at_the_start_of_a_curve_is_a_share_that_leaves_at_once() -> None:
    hasty = np.array([(0.0, 0.0), (0.0, 0.3), (100.0, 2.0), (1e9, 2.0)])
    left = sampled(law(sampling.SURVIVAL, 0, 4, hasty), 1_000)

    assert (left == 0).mean() == pytest.approx(1 - math.exp(-0.3), abs=0.07)


# --- independence --------------------------------------------------------------------------------

PAIRS: dict[str, tuple[Callable[[], Floats], Callable[[], Floats]]] = {
    "contacts": (drawn, lambda: drawn(size=SIZE + 1)[1:]),
    "attempts": (lambda: drawn(step=128), lambda: drawn(size=128 * SIZE)[1::128]),
    "purposes": (drawn, lambda: drawn(purpose=Purpose.PATIENCE)),
    "replications": (drawn, lambda: drawn(origin(replication=1))),
    "streams": (drawn, lambda: drawn(origin(stream="chat"))),
    "seeds": (drawn, lambda: drawn(origin(seed=2))),
}


@pytest.mark.parametrize("between", PAIRS)
def test_numbers_do_not_know_each_other(between: str) -> None:
    one, other = (draw() for draw in PAIRS[between])
    cells = np.histogram2d(one, other, bins=8, range=[(0, 1), (0, 1)])[0]

    assert stats.chisquare(cells.ravel()).pvalue > FALSE_ALARM
    assert stats.pearsonr(one, other).pvalue > FALSE_ALARM


def test_numbers_are_even() -> None:
    assert stats.kstest(drawn(), "uniform").pvalue > FALSE_ALARM
    assert len(np.unique(drawn())) == SIZE


def test_every_part_of_a_key_matters() -> None:
    parts = itertools.product(range(5), range(5), range(5), range(5))
    keys = {int(key_of(*map(np.uint64, part))) for part in parts}

    assert len(keys) == 5**4  # a seed and a replication that change places are two things


def test_first_numbers_of_many_replications_are_even() -> None:
    size = min(SIZE, 5_000)
    firsts = [float(drawn(origin(replication=r), size=1)[0]) for r in range(size)]

    assert stats.kstest(firsts, "uniform").pvalue > FALSE_ALARM
    assert stats.pearsonr(firsts[1:], firsts[:-1]).pvalue > FALSE_ALARM
