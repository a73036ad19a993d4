"""Answers of classes, pools and skills: the multi-skill models of a case file."""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import Any

from cases_markov import RULES, measures_of

from sim.erlang import (
    ClassMeasures,
    QueueMeasures,
    Target,
    erlang_a,
    overflow,
    priority,
    skill_agents_needed,
    skills,
)
from sim.errors import InvalidInput

Inputs = dict[str, Any]
Answer = dict[str, Any]

RESERVATIONS = (
    "reserved",
    "reserved_agents",
    "reservation",
    "reservation_threshold",
    "reserve",
    "threshold",
    "idle_threshold",
)


def first(inputs: Inputs, *names: str, otherwise: Any = None) -> Any:
    """The first of several names that the inputs have."""
    return next((inputs[name] for name in names if name in inputs), otherwise)


def handle_times(inputs: Inputs) -> Any:
    return first(
        inputs,
        "mean_service_time",
        "mean_service_times",
        "mean_service_time_class_pool",
        "mean_service_time_class",
    )


def design(inputs: Inputs) -> Inputs:
    """The arguments of `skills`; one pool for all classes where no pools are named."""
    classes = range(len(inputs["arrival_rates"]))
    pools = inputs.get("pools") or [inputs["n_agents"]]
    everywhere = [list(range(len(pools))) for _ in classes]
    routes = first(inputs, "routing_class_to_pools", "routes", otherwise=everywhere)
    fetched = [[c for c in classes if pool in routes[c]] for pool in range(len(pools))]
    serves = first(inputs, "pool_serves_classes_in_order", "pool_serves_classes", otherwise=fetched)
    return {
        "arrival_rates": inputs["arrival_rates"],
        "aht": handle_times(inputs),
        "pools": pools,
        "routes": routes,
        "serves": serves,
        "patience": first(inputs, "mean_patience", "mean_patiences", otherwise=math.inf),
        "balking": first(inputs, "p_balk_if_wait", "p_balk", otherwise=0.0),
        "reserved": reserved(inputs, routes, serves),
    }


def reserved(inputs: Inputs, routes: list[list[int]], serves: list[list[int]]) -> Any:
    """Agents kept free, by pool and class; a single number is kept from those who come second."""
    kept = first(inputs, *RESERVATIONS)
    if kept is None:
        return None
    classes = range(len(routes))
    if isinstance(kept, int):
        visitors = [[bool(c in s and routes[c][0] != p) for c in classes] for p, s in _each(serves)]
        if not any(map(any, visitors)):
            visitors = [[c in s[1:] for c in classes] for s in serves]
        return [[kept * visits for visits in row] for row in visitors]
    return kept if isinstance(kept[0], list) else [kept for _ in serves]


def _each(serves: list[list[int]]) -> list[tuple[int, list[int]]]:
    return list(enumerate(serves))


def multiskill(inputs: Inputs) -> Answer:
    return named(skills(**design(inputs)), inputs.get("awt", 20.0))


def v_priority(inputs: Inputs) -> Answer:
    team = priority(
        arrival_rates=inputs["arrival_rates"],
        aht=handle_times(inputs),
        agents=inputs["n_agents"],
        patience=first(inputs, "mean_patience", "mean_patiences", otherwise=math.inf),
    )
    return named(team, inputs["awt"])


def fifo(inputs: Inputs) -> Answer:
    """All classes in one line before all agents."""
    return named(skills(**design(inputs), order="longest_wait"), inputs.get("awt", 20.0))


def pooled(inputs: Inputs) -> Answer:
    """Erlang A of everything together."""
    rates, times = inputs["arrival_rates"], handle_times(inputs)
    patience = first(inputs, "mean_patience", otherwise=math.inf)
    alike = not isinstance(times, list) and not isinstance(patience, list)
    if not alike:
        return fifo(inputs)
    agents = inputs.get("n_agents") or sum(inputs["pools"])
    queue = erlang_a(arrival_rate=sum(rates), aht=times, agents=agents, patience=patience)
    each = [
        erlang_a(arrival_rate=rate, aht=times, agents=agents, patience=patience) for rate in rates
    ]
    whole = measures_of(queue, inputs["awt"])
    return {**whole, "all": whole, "classes": [measures_of(one, inputs["awt"]) for one in each]}


def named(team: ClassMeasures, awt: float | list[float]) -> Answer:
    awts = awt if isinstance(awt, list) else [awt] * len(team.classes)
    pairs = zip(team.classes, awts, strict=True)
    together = {
        **measures_of_chain(team.all, awts[0]),
        **{name: team.service_level(rule, awts) for name, rule in RULES.items()},
    }
    return {
        **together,
        "mean_wait_all": team.mean_wait,
        "all": together,
        "classes": [measures_of_chain(queue, within) for queue, within in pairs],
        "pool_occupancy": list(team.pool_occupancy),
        "occupancy": team.occupancy,
    }


def measures_of_chain(queue: QueueMeasures[float], awt: float) -> Answer:
    """All but percentiles, for each of which a contact would have to be followed for long."""
    answer: Answer = {
        "p_wait": queue.wait_probability,
        "p_abandon": queue.abandonment,
        "mean_wait": queue.mean_wait,
        "mean_wait_virtual": queue.mean_wait_virtual,
        "mean_wait_served": queue.asa,
        "mean_wait_abandoned": queue.mean_wait_abandoned,
        "mean_wait_delayed": queue.mean_wait_delayed,
        "mean_queue": queue.mean_queue,
        "p_abandon_within_T": queue.short_abandons(awt),
    }
    answer.update({name: queue.service_level(rule, awt) for name, rule in RULES.items()})
    return answer


def overflow_loss(inputs: Inputs) -> Answer:
    groups = overflow(
        arrival_rates=inputs["arrival_rates"], pools=inputs["pools"], aht=handle_times(inputs)
    )
    answer: Answer = {f"block_class{n}": share for n, share in enumerate(groups.blocking, 1)}
    answer |= {f"pool{n}_occupancy": share for n, share in enumerate(groups.pool_occupancy, 1)}
    answer |= {
        f"pool{n}_overflow_probability": share
        for n, share in enumerate(groups.overflow_probability, 1)
    }
    return answer | {
        "overflow_mean_load": groups.overflow_load[0],
        "overflow_peakedness": groups.peakedness[0],
        "pool_occupancy": list(groups.pool_occupancy),
    }


def staffing(inputs: Inputs) -> Answer:
    arguments = design({**inputs, "pools": [0 for _ in inputs["cost_per_agent"]]})
    del arguments["pools"]
    classes = len(inputs["arrival_rates"])
    awts, levels = (
        value if isinstance(value, list) else [value] * classes
        for value in (inputs["awt"], first(inputs, "sl_target_each_class", "sl_targets"))
    )
    need = skill_agents_needed(
        [Target(service_level=s, awt=t) for s, t in zip(levels, awts, strict=True)],
        **arguments,
        costs=inputs["cost_per_agent"],
        least=[min(sizes) for sizes in inputs["search_ranges"]],
        most=[max(sizes) for sizes in inputs["search_ranges"]],
    )
    pairs = zip(need.measures.classes, awts, strict=True)
    return {
        "min_cost": need.cost,
        "n_optimal_solutions": len(need.optima),
        "one_optimal_pools": list(need.pools),
        "sl_offered_at_optimum": [q.service_level("offered", within) for q, within in pairs],
    }


def any_design(inputs: Inputs) -> Answer:
    """Any other mix of classes and pools; nothing where it is none that a chain can tell."""
    words = " ".join(str(inputs.get(key, "")) for key in ("discipline", "queue_rule")).lower()
    general = "service_scv" in inputs or inputs.get("service_type", "exponential") != "exponential"
    if general or "arrival_rates" not in inputs or handle_times(inputs) is None:
        return {}
    in_order = ("fifo" in words or "fcfs" in words) and "priority" not in words
    try:
        return fifo(inputs) if in_order else multiskill(inputs)
    except InvalidInput:
        return {}


MODELS: dict[str, Callable[[Inputs], Answer]] = {
    "multiskill.contactcenters_three_types": multiskill,
    "multiskill.contactcenters_three_types_balking": multiskill,
    "multiskill.m_model_specialists_generalists": multiskill,
    "multiskill.n_model": multiskill,
    "multiskill.overflow_loss": overflow_loss,
    "multiskill.pooled": pooled,
    "multiskill.reservation": multiskill,
    "multiskill.v_priority_nonpreemptive": v_priority,
    "multiskill.x_model": multiskill,
    "optimise.multiskill_staffing": staffing,
}
FAMILIES: dict[str, Callable[[Inputs], Answer]] = {"multiskill": any_design}
