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
    engset,
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
    "mean_queue": "max_mean_queue",
    "occupancy": "max_occupancy",
    "p_block": "max_blocking",
}
# Words of a case for what is called one thing here, the usual one first.
FURTHER = ("max_occupancy", "max_abandonment", "max_wait_probability", "max_asa", "max_mean_wait")
WORDS = {
    "agents": ("n_agents", "n_servers"),
    "aht": ("mean_service_time", "aht", "service_time"),
    "balking": ("balking", "p_balk", "balk_probability", "balking_probability"),
    "load": ("offered_load", "load"),
    "patience": ("mean_patience", "patience"),
    "rate": ("arrival_rate", "lambda"),
}


def given(inputs: Inputs, thing: str, otherwise: float = math.nan) -> float:
    """What a case says of a thing, by any of its words."""
    said = [inputs[word] for word in WORDS[thing] if inputs.get(word) is not None]
    value = said[0] if said else otherwise
    if isinstance(value, list):
        (value,) = value
    return math.inf if value == "inf" else float(value)


def load_of(inputs: Inputs) -> float:
    """The load of a case, or what makes it."""
    load = given(inputs, "load")
    return given(inputs, "rate") * given(inputs, "aht", 1.0) if math.isnan(load) else load


def loss(inputs: Inputs) -> Answer:
    lines, load = given(inputs, "agents"), load_of(inputs)
    if not lines.is_integer():
        return loss_between_lines(inputs)
    queue = erlang_c(arrival_rate=load, aht=1.0, agents=lines, lines=lines)
    carried = queue.occupancy * lines
    return {
        "blocking": erlang_b(lines, load),
        "carried_load": carried,
        "occupancy": queue.occupancy,
    }


def loss_between_lines(inputs: Inputs) -> Answer:
    lines, load = given(inputs, "agents"), load_of(inputs)
    blocking = erlang_b(lines, load)
    return {"blocking": blocking, "carried_load": load * (1.0 - blocking)}


def loss_load(inputs: Inputs) -> Answer:
    load = load_allowed(given(inputs, "agents"), max_blocking=inputs["max_blocking"])
    return {"offered_load": load}


def loss_lines(inputs: Inputs) -> Answer:
    load = load_of(inputs)
    lines = lines_needed(load, max_blocking=inputs["max_blocking"])
    return {**loss({"n_servers": lines, "offered_load": load}), "n_servers": lines}


def few_sources(inputs: Inputs) -> Answer:
    group = engset(
        sources=inputs["n_sources"],
        lines=given(inputs, "agents"),
        idle_load=inputs["idle_source_load"],
    )
    return {
        "time_congestion": group.time_congestion,
        "call_congestion": group.call_congestion,
        "carried_load": group.carried_load,
    }


def lines_of(inputs: Inputs, agents: float) -> float:
    """Lines by waiting places, or by their number, or endless."""
    places = inputs.get("waiting_places")
    lines = inputs.get("n_lines", inputs.get("capacity"))
    if places is not None:
        return agents + float(places)
    return math.inf if lines is None else float(lines)


def queue_of(inputs: Inputs) -> QueueMeasures[float]:
    handle, agents = given(inputs, "aht", 1.0), given(inputs, "agents")
    rate = given(inputs, "rate")
    return erlang_a(
        arrival_rate=load_of(inputs) / handle if math.isnan(rate) else rate,
        aht=handle,
        agents=agents,
        patience=given(inputs, "patience", math.inf),
        lines=lines_of(inputs, agents),
        balking=given(inputs, "balking", 0.0),
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
    return measures_of(queue_of(inputs), inputs.get("awt", 20.0))


def queue_between_agents(inputs: Inputs) -> Answer:
    """Fractional agents by both conventions: the gamma function, and a mix of whole teams."""
    agents = given(inputs, "agents")
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
    bounds.update({name: inputs[name] for name in FURTHER if inputs.get(name) is not None})
    handle, rate = given(inputs, "aht", 1.0), given(inputs, "rate")
    need = agents_needed(
        Target(**bounds),
        arrival_rate=load_of(inputs) / handle if math.isnan(rate) else rate,
        aht=handle,
        patience=given(inputs, "patience", math.inf),
        balking=given(inputs, "balking", 0.0),
    )
    answer = measures_of(need.measures, inputs.get("awt", 20.0))
    answer["n_agents"] = need.agents
    if "shrinkage" in inputs:
        present = 1.0 - inputs["shrinkage"]
        answer["scheduled_agents"] = math.ceil(need.agents / present - 1e-9)
    return answer


MODELS: dict[str, Callable[[Inputs], Answer]] = {
    "erlang_a": queue,
    "engset_loss": few_sources,
    "erlang_a.continuous": queue_between_agents,
    "erlang_a.min_agents": staffing,
    "erlang_a_balking": queue,
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
