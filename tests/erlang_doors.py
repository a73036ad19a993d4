"""One small, sensible call of every public function and law of the closed forms."""

from __future__ import annotations

from typing import Any

import numpy as np

from sim.erlang import Gamma, Hyperexponential, Target

__all__ = ["CALLS", "LAWS"]

PROMISE = Target(service_level=0.8, awt=20.0)
QUEUE: dict[str, Any] = {"arrival_rate": 0.05, "aht": 180.0, "agents": 12, "patience": 120.0}
WAYS: dict[str, Any] = {"routes": ((0, 1), (1,)), "serves": ((0,), (0, 1))}
DAY: dict[str, Any] = {
    "arrival_rate": [0.05, 0.06],
    "aht": 100.0,
    "agents": [6, 8],
    "patience": 200.0,
    "interval": 900.0,
}


def _without(values: dict[str, Any], *names: str) -> dict[str, Any]:
    return {name: value for name, value in values.items() if name not in names}


TRAFFIC = _without(QUEUE, "agents")

CALLS: dict[str, dict[str, Any]] = {
    "agents_needed": {"target": PROMISE, **TRAFFIC, "lines": 40, "balking": 0.1},
    "agents_needed_for_sure": {
        **TRAFFIC,
        "target": PROMISE,
        "probability": 0.9,
        "arrival_rate": Gamma(shape=10.0, mean=0.05),
    },
    "agents_needed_on_average": {
        **TRAFFIC,
        "target": PROMISE,
        "arrival_rate": Gamma(shape=10.0, mean=0.05),
        "over": "calls",
    },
    "aht_allowed": {"target": PROMISE, **_without(QUEUE, "aht"), "lines": 40, "balking": 0.1},
    "arrival_rate_allowed": {"target": PROMISE, **_without(QUEUE, "arrival_rate")},
    "batch_arrivals": {
        **_without(QUEUE, "arrival_rate"),
        "batch_rate": 0.03,
        "sizes": {1: 0.5, 2: 0.5},
    },
    "blending": {**QUEUE, "threshold": 2, "outbound_aht": 100.0},
    "chat": {**_without(QUEUE, "aht"), "aht_by_level": (120.0, 180.0), "routing": "least_loaded"},
    "chat_agents_needed": {
        **_without(TRAFFIC, "aht"),
        "target": PROMISE,
        "aht_by_level": (120.0, 180.0),
        "most": 100,
    },
    "chat_concurrency": {"compose_ratio": 0.75, "concurrent_chats": 3, "aht_single": 500.0},
    "chat_think_time": {
        **_without(QUEUE, "aht"),
        "agents": 3,
        "concurrent_chats": 2,
        "agent_turn": 20.0,
        "customer_turn": 30.0,
        "last_turn": 0.3,
    },
    "compare_methods": {**DAY, "awt": 20.0, "rule": "offered", "target": PROMISE},
    "engset": {"sources": 20, "lines": 5, "idle_load": 0.2},
    "erlang_a": {**QUEUE, "lines": 40, "balking": 0.1},
    "erlang_b": {"lines": 10, "load": 8.0},
    "erlang_c": {**_without(QUEUE, "patience"), "lines": 40},
    "erlang_x": {
        **QUEUE,
        "redial_probability": 0.5,
        "lines": 40,
        "balking": 0.1,
        "redial_after_busy": 0.5,
        "reconnect_probability": 0.2,
    },
    "exact_day": {
        **DAY,
        "balking": 0.1,
        "staff_change": "exhaustive",
        "initial_busy": 2,
        "initial_queue": 1,
    },
    "fluid_overload": {**QUEUE, "arrival_rate": 0.1},
    "fractional_agents_needed": {"target": PROMISE, **TRAFFIC, "balking": 0.1},
    "garnett": QUEUE,
    "ggn": {
        "interarrival": Gamma(shape=2.0, mean=20.0),
        "service": Hyperexponential.balanced(mean=180.0, scv=2.0),
        "agents": 12,
        "patience": 120.0,
    },
    "ggn_mean_waits": {
        **_without(QUEUE, "patience"),
        "scv_arrival": 1.5,
        "scv_service": 0.5,
    },
    "gmn": {**_without(QUEUE, "arrival_rate"), "interarrival": Gamma(shape=2.0, mean=20.0)},
    "halfin_whitt": _without(QUEUE, "patience"),
    "interval_agents": {**_without(DAY, "agents"), "target": PROMISE, "method": "sipp"},
    "interval_service": {**DAY, "method": "mol"},
    "lines_needed": {"load": 8.0, "max_blocking": 0.01},
    "load_allowed": {"lines": 10, "max_blocking": 0.01},
    "mgn": {
        **_without(QUEUE, "aht"),
        "service": Hyperexponential.balanced(mean=180.0, scv=2.0),
        "lines": 20,
        "balking": 0.1,
    },
    "mmpp": {
        **_without(QUEUE, "arrival_rate"),
        "arrival_rates": (0.1, 0.02),
        "switching": ((0.0, 1e-3), (1e-3, 0.0)),
    },
    "overflow": {"arrival_rates": (0.06, 0.03), "pools": (5, 5), "aht": 180.0},
    "piecewise_load": {
        "arrival_rate": (0.1, 0.2),
        "service": Gamma(shape=2.0, mean=180.0),
        "times": (0.0, 900.0),
        "interval": 900.0,
    },
    "pooling": {
        **QUEUE,
        "target": PROMISE,
        "arrival_rate": np.array([0.05, 0.04]),
        "balking": 0.1,
    },
    "power_of_one": {
        **QUEUE,
        "lines": 40,
        "balking": 0.1,
        "awt": 20.0,
        "rule": "offered",
        "spread": 2,
        "cost_per_hour": 12.0,
    },
    "priority": {
        **_without(QUEUE, "arrival_rate"),
        "arrival_rates": (0.02, 0.03),
        "agents": 10,
    },
    "queue_lines_needed": {**QUEUE, "max_blocking": 0.01, "balking": 0.1},
    "random_day": {
        **DAY,
        "busyness": Gamma(shape=10.0, mean=1.0),
        "balking": 0.1,
        "staff_change": "preemptive",
        "nodes": 3,
    },
    "random_rate": {**QUEUE, "arrival_rate": Gamma(shape=10.0, mean=0.05), "lines": 40},
    "random_staff": {
        **_without(QUEUE, "agents"),
        "scheduled": 12,
        "show_up_probability": 0.9,
        "lines": 40,
        "balking": 0.1,
    },
    "rate_from_counts": {"mean_calls": 100.0, "var_calls": 300.0, "interval": 1800.0},
    "redial_fluid": {
        **QUEUE,
        "redial_probability": 0.5,
        "redial_delay": 60.0,
        "reconnect_probability": 0.2,
        "reconnect_delay": 600.0,
    },
    "redial_orbit": {
        **QUEUE,
        "agents": 8,
        "redial_probability": 0.5,
        "redial_delay": 60.0,
        "lines": 10,
    },
    "sinusoidal_load": {
        "arrival_rate": 0.05,
        "amplitude": 0.02,
        "period": 28800.0,
        "service": Gamma(shape=2.0, mean=180.0),
        "times": (0.0, 900.0),
    },
    "sinusoidal_queue": {**QUEUE, "amplitude": 0.02, "period": 28800.0},
    "skill_agents_needed": {
        **WAYS,
        "targets": PROMISE,
        "arrival_rates": (0.01, 0.01),
        "aht": 60.0,
        "patience": 120.0,
        "balking": 0.1,
        "costs": (1.0, 1.2),
        "reserved": ((0, 0), (0, 0)),
        "order": "priority",
        "least": (1, 1),
        "most": (4, 4),
    },
    "skills": {
        **WAYS,
        "arrival_rates": (0.01, 0.01),
        "aht": 180.0,
        "pools": (2, 3),
        "patience": 120.0,
        "balking": 0.1,
        "reserved": ((0, 0), (0, 0)),
        "order": "priority",
    },
    "solve": {
        **_without(QUEUE, "agents"),
        "service_level": 0.8,
        "awt": 20.0,
        "rule": "offered",
        "lines": 40,
        "balking": 0.1,
    },
    "square_root_staffing": {"load": 8.0, "wait_probability": 0.2},
    "transient": {**QUEUE, "times": (60.0, 600.0), "initial": 1},
}

LAWS: dict[str, dict[str, Any]] = {
    "Deterministic": {"value": 60.0},
    "Discrete": {"values": (20.0, 60.0), "shares": (0.25, 0.75)},
    "Empirical": {"times": (10.0, 30.0), "curve": (0.9, 0.2)},
    "Erlang": {"k": 3, "mean": 60.0},
    "Exponential": {"mean": 60.0},
    "Gamma": {"shape": 2.0, "mean": 60.0},
    "Hyperexponential": {"shares": (0.4, 0.6), "means": (20.0, 60.0)},
    "Lognormal": {"mean": 60.0, "scv": 2.0},
    "PhaseType": {"start": (1.0, 0.0), "generator": ((-0.1, 0.04), (0.0, -0.02))},
    "Target": {
        "service_level": 0.8,
        "awt": 20.0,
        "rule": "offered",
        "percentile": 0.9,
        "max_abandonment": 0.1,
        "max_wait_probability": 0.5,
        "max_occupancy": 0.9,
        "max_asa": 30.0,
        "max_mean_wait": 30.0,
        "max_mean_queue": 5.0,
        "max_blocking": 0.1,
        "max_wait_percentile": 60.0,
    },
    "Uniform": {"low": 10.0, "high": 60.0},
    "Weibull": {"shape": 2.0, "scale": 60.0},
}
