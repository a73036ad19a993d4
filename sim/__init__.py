"""Linewise: how a support operation should be staffed and sourced.

The public door. One scenario file goes in; service, people and cost of each way to source it come
out, simulated contact by contact, at equal service, with their uncertainty.

>>> import sim
>>> sim.erlang.agents_needed(
...     sim.erlang.Target(service_level=0.8, awt=20), arrival_rate=100 / 1800, aht=180
... ).agents
14

What needs the compiler is imported when it is first used, so that the closed forms load at once.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from sim import erlang, errors
    from sim.decide import Comparison, OptionResult, compare, judge, simulate
    from sim.decide.breakeven import breakeven
    from sim.decide.claims import check_claims
    from sim.decide.goals import reach
    from sim.decide.horizon import outlook
    from sim.decide.needs import staff
    from sim.decide.risk import risk
    from sim.decide.search import search
    from sim.decide.why import why
    from sim.learn.door import Learned, learn_from
    from sim.plan import cover
    from sim.plan.teams import team_roster
    from sim.plan.warming import warm_up
    from sim.report import sentence
    from sim.scenario import Scenario, find, load, load_text, schema

__all__ = [
    "Comparison",
    "Learned",
    "OptionResult",
    "Scenario",
    "breakeven",
    "check_claims",
    "compare",
    "cover",
    "erlang",
    "errors",
    "find",
    "judge",
    "learn_from",
    "load",
    "load_text",
    "outlook",
    "reach",
    "risk",
    "schema",
    "search",
    "sentence",
    "simulate",
    "staff",
    "team_roster",
    "warm_up",
    "why",
]

_HOMES = {
    "Comparison": "sim.decide",
    "Learned": "sim.learn.door",
    "OptionResult": "sim.decide",
    "Scenario": "sim.scenario",
    "breakeven": "sim.decide.breakeven",
    "check_claims": "sim.decide.claims",
    "compare": "sim.decide",
    "cover": "sim.plan",
    "find": "sim.scenario",
    "judge": "sim.decide",
    "learn_from": "sim.learn.door",
    "load": "sim.scenario",
    "load_text": "sim.scenario",
    "outlook": "sim.decide.horizon",
    "reach": "sim.decide.goals",
    "risk": "sim.decide.risk",
    "schema": "sim.scenario",
    "search": "sim.decide.search",
    "sentence": "sim.report",
    "simulate": "sim.decide",
    "staff": "sim.decide.needs",
    "team_roster": "sim.plan.teams",
    "warm_up": "sim.plan.warming",
    "why": "sim.decide.why",
}


def __getattr__(name: str) -> Any:
    """Import what is asked for."""
    if name in ("erlang", "errors"):
        return import_module(f"sim.{name}")
    if name in _HOMES:
        return getattr(import_module(_HOMES[name]), name)
    raise AttributeError(f"module 'sim' has no attribute {name!r}")


def __dir__() -> list[str]:
    """Names of the public door, for completion."""
    return __all__
