"""Answers of M/M/n/K+M: the Erlang models of a case file."""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import Any

from sim.erlang import (
    QueueMeasures,
    ServiceRule,
    Target,
    agents_needed,
    erlang_a,
    erlang_b,
    erlang_c,
    lines_needed,
    load_allowed,
)

Inputs = dict[str, Any]
Answer = dict[str, float | str]

RULES: dict[str, ServiceRule] = {
    "service_level": "offered",
    "sl_virtual": "virtual",
    "sl_offered": "offered",
    "sl_answered": "answered",
    "sl_excl_short_abandons": "excluding_short_abandons",
    "sl_incl_short_abandons": "including_short_abandons",
}
BOUNDS = {
    "p_wait": "max_wait_probability",
    "p_abandon": "max_abandonment",
    "mean_wait": "max_mean_wait",
    "mean_wait_served": "max_asa",
    "occupancy": "max_occupancy",
}


def loss(inputs: Inputs) -> Answer:
    lines, load = inputs["n_servers"], inputs["offered_load"]
    queue = erlang_c(arrival_rate=load, aht=1.0, agents=lines, lines=lines)
    carried = queue.occupancy * lines
    return {
        "blocking": erlang_b(lines, load),
        "carried_load": carried,
        "occupancy": queue.occupancy,
    }


def loss_between_lines(inputs: Inputs) -> Answer:
    return {"blocking": erlang_b(inputs["n_servers"], inputs["offered_load"])}


def loss_load(inputs: Inputs) -> Answer:
    load = load_allowed(inputs["n_servers"], max_blocking=inputs["max_blocking"])
    return {"offered_load": load}


def loss_lines(inputs: Inputs) -> Answer:
    lines = lines_needed(inputs["offered_load"], max_blocking=inputs["max_blocking"])
    return {"n_servers": lines, "blocking": erlang_b(lines, inputs["offered_load"])}


def queue_of(inputs: Inputs) -> QueueMeasures[float]:
    handle = inputs["mean_service_time"]
    rate = inputs["arrival_rate"] if "arrival_rate" in inputs else inputs["offered_load"] / handle
    return erlang_a(
        arrival_rate=rate,
        aht=handle,
        agents=inputs["n_agents"],
        patience=inputs.get("mean_patience", math.inf),
        lines=inputs["n_agents"] + inputs.get("waiting_places", math.inf),
    )


def measures_of(queue: QueueMeasures[float], awt: float) -> Answer:
    answer: Answer = {
        "offered_load": queue.load,
        "p_wait": queue.wait_probability,
        "p_abandon": queue.abandonment,
        "p_block": queue.blocking,
        "mean_wait": queue.mean_wait,
        "mean_wait_virtual": queue.mean_wait_virtual,
        "mean_wait_served": queue.asa,
        "mean_wait_abandoned": queue.mean_wait_abandoned,
        "mean_wait_delayed": queue.mean_wait_delayed,
        "mean_queue": queue.mean_queue,
        "occupancy": queue.occupancy,
        "p_abandon_within_T": queue.short_abandons(awt),
    }
    answer.update({name: queue.service_level(rule, awt) for name, rule in RULES.items()})
    for share in (50, 90, 95, 99):
        answer[f"wait_p{share}"] = queue.wait_percentile(share / 100)
        answer[f"virtual_wait_p{share}"] = queue.virtual_wait_percentile(share / 100)
    return answer


def queue(inputs: Inputs) -> Answer:
    return measures_of(queue_of(inputs), inputs["awt"])


def queue_between_agents(inputs: Inputs) -> Answer:
    """Fractional agents by both conventions: the gamma function, and a mix of whole teams."""
    agents = inputs["n_agents"]
    few, many = (
        queue({**inputs, "n_agents": whole})["service_level"]
        for whole in (math.floor(agents), math.ceil(agents))
    )
    mixed = float(few) + (agents - math.floor(agents)) * (float(many) - float(few))
    return {**queue(inputs), "service_level_linear_interp": mixed}


def staffing(inputs: Inputs) -> Answer:
    criterion, bounds = inputs["criterion"], {}
    if criterion in BOUNDS:
        bounds[BOUNDS[criterion]] = inputs["target"]
    elif criterion in RULES:
        bounds.update(service_level=inputs["target"], awt=inputs["awt"], rule=RULES[criterion])
    if "max_occupancy" in inputs:
        bounds["max_occupancy"] = inputs["max_occupancy"]
    need = agents_needed(
        Target(**bounds),
        arrival_rate=inputs["arrival_rate"],
        aht=inputs["mean_service_time"],
        patience=inputs.get("mean_patience", math.inf),
    )
    answer = measures_of(need.measures, inputs["awt"])
    answer["n_agents"] = need.agents
    if "shrinkage" in inputs:
        present = 1.0 - inputs["shrinkage"]
        answer["scheduled_agents"] = math.ceil(need.agents / present - 1e-9)
    return answer


MODELS: dict[str, Callable[[Inputs], Answer]] = {
    "erlang_a": queue,
    "erlang_a.min_agents": staffing,
    "erlang_a_finite": queue,
    "erlang_b": loss,
    "erlang_b.continuous": loss_between_lines,
    "erlang_b.inverse_load": loss_load,
    "erlang_b.min_servers": loss_lines,
    "erlang_c": queue,
    "erlang_c.continuous": queue_between_agents,
    "erlang_c.min_agents": staffing,
    "erlang_c.unstable": queue,
    "erlang_c_finite": queue,
}
