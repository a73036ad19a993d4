"""Laws of times as a case file writes them: ``{"type": "lognormal", "mean": 60, "scv": 4}``."""

from __future__ import annotations

import math
from typing import Any

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

_ATOMS = ("p_zero", "p0", "atom_at_zero", "atom", "p_balk", "balking", "zero_probability")
_MEANS = ("mean", "expected", "mean_value")


def atom_of(law: Any) -> float:
    """Probability of exactly zero that a law is written with."""
    if not isinstance(law, dict):
        return 0.0
    return float(next((law[name] for name in _ATOMS if name in law), 0.0))


def law_of(law: Any) -> Law:
    """Law of the time that is not exactly zero; a bare number is an exponential mean."""
    if not isinstance(law, dict):
        return Exponential(mean=float(law))
    kind = str(law.get("type", law.get("law", law.get("distribution", "exponential")))).lower()
    for names, make in _MAKERS.items():
        if kind in names:
            return make(law)
    raise ValueError(f"no law is called {kind}")


def _mean(law: dict[str, Any]) -> float:
    if "rate" in law and not any(name in law for name in _MEANS):
        return 1.0 / float(law["rate"])
    return float(next(law[name] for name in _MEANS if name in law))


def _scv(law: dict[str, Any]) -> float | None:
    for name in ("scv", "cv2", "c2"):
        if name in law:
            return float(law[name])
    return float(law["cv"]) ** 2 if "cv" in law else None


def _exponential(law: dict[str, Any]) -> Law:
    return Exponential(mean=float(law["scale"]) if "scale" in law else _mean(law))


def _deterministic(law: dict[str, Any]) -> Law:
    return Deterministic(value=float(law["value"]) if "value" in law else _mean(law))


def _uniform(law: dict[str, Any]) -> Law:
    low = law.get("low", law.get("min", law.get("a", 0.0)))
    high = law.get("high", law.get("max", law.get("b")))
    return Uniform(low=float(low), high=float(2.0 * _mean(law) - low if high is None else high))


def _erlang(law: dict[str, Any]) -> Law:
    k = law.get("k", law.get("stages", law.get("shape", law.get("phases"))))
    k = round(1.0 / (_scv(law) or 1.0)) if k is None else int(k)
    for stage in ("stage_mean", "scale"):
        if stage in law:
            return Erlang(k=k, mean=k * float(law[stage]))
    return Erlang(k=k, mean=k / float(law["rate"]) if _only_rate(law) else _mean(law))


def _gamma(law: dict[str, Any]) -> Law:
    shape = law.get("shape", law.get("k", law.get("alpha")))
    shape = 1.0 / (_scv(law) or 1.0) if shape is None else float(shape)
    if "scale" in law:
        return Gamma(shape=shape, mean=shape * float(law["scale"]))
    return Gamma(shape=shape, mean=shape / float(law["rate"]) if _only_rate(law) else _mean(law))


def _only_rate(law: dict[str, Any]) -> bool:
    return "rate" in law and not any(name in law for name in _MEANS)


def _hyperexponential(law: dict[str, Any]) -> Law:
    if "means" in law or "rates" in law:
        means = law["means"] if "means" in law else [1.0 / rate for rate in law["rates"]]
        names = ("shares", "probs", "probabilities", "p")
        shares = next(law[name] for name in names if name in law)
        return Hyperexponential(shares=tuple(shares), means=tuple(means))
    share = law.get("p", law.get("p1"))
    if share is None:
        return Hyperexponential.balanced(mean=_mean(law), scv=_scv(law) or 1.0)
    means = [
        float(law[f"mean{i}"]) if f"mean{i}" in law else 1.0 / float(law[f"rate{i}"])
        for i in (1, 2)
    ]
    return Hyperexponential(shares=(float(share), 1.0 - float(share)), means=tuple(means))


def _lognormal(law: dict[str, Any]) -> Law:
    if "mu" in law and "sigma" in law:
        variance = float(law["sigma"]) ** 2
        mean = math.exp(float(law["mu"]) + 0.5 * variance)
        return Lognormal(mean=mean, scv=math.expm1(variance))
    scv = _scv(law)
    if scv is None:
        scv = (float(law["sd"]) / _mean(law)) ** 2
    return Lognormal(mean=_mean(law), scv=scv)


def _weibull(law: dict[str, Any]) -> Law:
    shape = float(law.get("shape", law.get("k", 1.0)))
    if "scale" in law:
        return Weibull(shape=shape, scale=float(law["scale"]))
    return Weibull(shape=shape, scale=_mean(law) / math.gamma(1.0 + 1.0 / shape))


_MAKERS = {
    ("exponential", "exp", "m", "markov"): _exponential,
    ("deterministic", "constant", "d", "fixed"): _deterministic,
    ("uniform", "u"): _uniform,
    ("erlang", "e"): _erlang,
    ("gamma",): _gamma,
    ("hyperexp2", "hyperexponential", "hyperexp", "h2"): _hyperexponential,
    ("lognormal", "ln", "lognorm"): _lognormal,
    ("weibull",): _weibull,
}
