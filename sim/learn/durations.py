"""Laws of measured durations: which of the usual ones fits, and how well."""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np

from sim.errors import InvalidInput
from sim.learn.arrays import Floats

__all__ = ["LONGEST", "SHORT", "Durations", "LawFit", "durations_of"]

#: Talks shorter than this are looked at apart: seldom is anything said in them [s].
SHORT = 10.0
#: Longer ones are taken for a clock that was left to run [s].
LONGEST = 3600.0
_QUANTILES = 40


@dataclass(frozen=True, slots=True)
class LawFit:
    """One law fitted by greatest likelihood.

    Parameters
    ----------
    law
        Its name in a scenario.
    parameters
        Mean, and what else it needs, as in a scenario.
    aic
        Akaike's criterion: the least of several is best.
    ks
        Greatest distance between the law and the measured distribution.
    """

    law: str
    parameters: tuple[float, ...]
    aic: float
    ks: float


@dataclass(frozen=True, slots=True)
class Durations:
    """What was measured of one kind of duration.

    Parameters
    ----------
    count
        Durations above 0 and up to an hour.
    mean, sd, median, p95
        Of them [s].
    short
        Share of those under 10 seconds.
    laws
        Laws by fit, the best first.
    quantiles
        As many equally likely values, rising [s].
    """

    count: int
    mean: float
    sd: float
    median: float
    p95: float
    short: float
    laws: tuple[LawFit, ...]
    quantiles: tuple[float, ...]

    @property
    def cv(self) -> float:
        """Standard deviation over mean."""
        return self.sd / self.mean


def durations_of(values: Floats) -> Durations:
    """Describe durations and fit laws to them.

    Values up to 0 and beyond an hour are left out, as mistakes of the clock.

    Raises
    ------
    InvalidInput
        If fewer than two are left.

    Examples
    --------
    >>> found = durations_of(np.array([60.0, 90.0, 120.0, 180.0, 400.0]))
    >>> found.count, found.mean, found.laws[0].law
    (5, 170.0, 'lognormal')
    """
    kept = np.sort(values[(values > 0) & (values <= LONGEST)])
    if len(kept) < 2 or kept[0] == kept[-1]:
        raise InvalidInput("durations", "needs two that differ", len(kept))
    laws = sorted((_exponential(kept), _lognormal(kept), _gamma(kept), _weibull(kept)), key=_aic)
    places = (np.arange(_QUANTILES) + 0.5) / _QUANTILES
    return Durations(
        len(kept),
        float(kept.mean()),
        float(kept.std(ddof=1)),
        float(np.median(kept)),
        float(np.quantile(kept, 0.95)),
        float((kept < SHORT).mean()),
        tuple(laws),
        tuple(np.quantile(kept, places).tolist()),
    )


def _aic(one: LawFit) -> float:
    return one.aic


def _ks(below: Floats) -> float:
    """Distance of a law from sorted values, given the law's share below each."""
    steps = np.arange(len(below) + 1) / len(below)
    return float(max((steps[1:] - below).max(), (below - steps[:-1]).max()))


def _exponential(x: Floats) -> LawFit:
    mean = float(x.mean())
    likelihood = -len(x) * (math.log(mean) + 1)
    return LawFit("exponential", (mean,), 2 - 2 * likelihood, _ks(-np.expm1(-x / mean)))


def _lognormal(x: Floats) -> LawFit:
    from scipy.special import ndtr

    logs = np.log(x)
    mu, sigma = float(logs.mean()), float(logs.std())
    likelihood = -len(x) * (mu + math.log(sigma) + 0.5 * math.log(2 * math.pi) + 0.5)
    mean, cv = math.exp(mu + sigma**2 / 2), math.sqrt(math.expm1(sigma**2))
    return LawFit("lognormal", (mean, cv), 4 - 2 * likelihood, _ks(ndtr((logs - mu) / sigma)))


def _gamma(x: Floats) -> LawFit:
    from scipy.optimize import brentq
    from scipy.special import digamma, gammainc, gammaln

    mean, logs = float(x.mean()), float(np.log(x).mean())
    gap = math.log(mean) - logs
    shape = float(brentq(lambda k: math.log(k) - digamma(k) - gap, 1e-3, 1e6))
    scale = mean / shape
    each = (shape - 1) * logs - mean / scale - gammaln(shape) - shape * math.log(scale)
    below = gammainc(shape, x / scale)
    return LawFit("gamma", (mean, 1 / math.sqrt(shape)), 4 - 2 * len(x) * float(each), _ks(below))


def _weibull(x: Floats) -> LawFit:
    from scipy.optimize import brentq

    logs = np.log(x)
    middle = float(logs.mean())

    def slope(k: float) -> float:
        powers = np.exp(k * (logs - logs.max()))
        return float((powers * logs).sum() / powers.sum() - 1 / k - middle)

    shape = float(brentq(slope, 0.02, 200))
    scale = math.exp(float(np.log(np.exp(shape * (logs - middle)).mean()) / shape) + middle)
    each = math.log(shape / scale) + (shape - 1) * (middle - math.log(scale)) - 1
    below = -np.expm1(-((x / scale) ** shape))
    mean = scale * math.gamma(1 + 1 / shape)
    return LawFit("weibull", (mean, shape), 4 - 2 * len(x) * each, _ks(below))
