"""Answers of queues with patience of any law: the general-patience models of a case file."""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import Any

import cases_markov
import numpy as np
from cases_laws import atom_of, law_of

from sim._erlang.patience import measure_patience
from sim.erlang import (
    SERVICE_RULES,
    Discrete,
    FluidRedials,
    Law,
    RandomQueue,
    RedialQueue,
    erlang_x,
    fluid_overload,
    garnett,
    halfin_whitt,
    random_rate,
    random_staff,
    rate_from_counts,
    redial_fluid,
    redial_orbit,
)

Inputs = dict[str, Any]
Answer = dict[str, Any]

BALKING = ("p_balk_if_wait", "p_balk", "balking", "balking_probability", "p_zero_patience")
ATOM = ("p_zero", "p0", "p", "atom", "atom_at_zero", "p_atom")


def rate_of(inputs: Inputs) -> float:
    for name in ("fresh_arrival_rate", "arrival_rate", "mean_arrival_rate"):
        if name in inputs:
            return float(inputs[name])
    return float(inputs["offered_load"]) / aht_of(inputs)


def aht_of(inputs: Inputs) -> float:
    handle = inputs.get("mean_service_time", inputs.get("aht"))
    return law_of(inputs["service"]).mean if handle is None else float(handle)


def patience_of(inputs: Inputs) -> tuple[Law, float]:
    """Law of patience, and the share that has none: in the law or beside it."""
    law = inputs.get("patience", inputs.get("mean_patience"))
    atom = next((float(inputs[name]) for name in BALKING if name in inputs), atom_of(law))
    if isinstance(law, dict):
        inner = next((part for part in law.values() if isinstance(part, dict)), None)
        if inner is not None:  # an atom at zero, and a law for the rest
            atom = next((float(law[name]) for name in ATOM if name in law), atom)
            law = inner
    return law_of(law), atom


def queue(inputs: Inputs) -> Answer:
    law, balking = patience_of(inputs)
    agents = float(inputs["n_agents"])
    places = inputs.get("waiting_places")
    lines = inputs.get("lines", math.inf if places is None else agents + float(places))
    measures = measure_patience(
        np.array(rate_of(inputs)), np.array(aht_of(inputs)), np.array(agents), law, balking, lines
    )
    return cases_markov.measures_of(measures, inputs.get("awt", 0.0))


def square_root(inputs: Inputs) -> Answer:
    """Halfin and Whitt without patience, Garnett with it."""
    given = {"arrival_rate": rate_of(inputs), "aht": aht_of(inputs), "agents": inputs["n_agents"]}
    if "mean_patience" in inputs or "patience" in inputs:
        result = garnett(**given, patience=patience_of(inputs)[0].mean)
    else:
        result = halfin_whitt(**given)
    return {
        "beta": result.spare,
        "p_wait_approx": result.wait_probability,
        "p_abandon_approx": result.abandonment,
        "p_wait_exact": result.exact.wait_probability,
        "p_abandon_exact": result.exact.abandonment,
    }


def fluid(inputs: Inputs) -> Answer:
    flow = fluid_overload(
        arrival_rate=rate_of(inputs),
        aht=aht_of(inputs),
        agents=inputs["n_agents"],
        patience=patience_of(inputs)[0],
    )
    return {
        "wait_of_served": flow.wait,
        "p_abandon": flow.abandonment,
        "mean_queue": flow.mean_queue,
        "mean_wait": flow.mean_wait,
        "mean_wait_exact": flow.exact.mean_wait,
        "p_abandon_exact": flow.exact.abandonment,
    }


def first_of(inputs: Inputs, *names: str, otherwise: float = 0.0) -> float:
    return next((float(inputs[name]) for name in names if name in inputs), otherwise)


REDIAL = ("redial_probability", "p_redial", "redial_after_abandonment")
RECONNECT = ("reconnect_probability", "p_reconnect", "reconnect_after_service")


def redials(inputs: Inputs) -> Answer:
    law, balking = patience_of(inputs)
    agents = inputs["n_agents"]
    room = inputs.get("waiting_places")
    mean = inputs.get("mean_patience")
    result = erlang_x(
        arrival_rate=rate_of(inputs),
        aht=aht_of(inputs),
        agents=agents,
        patience=law if mean is None else float(mean),
        redial_probability=first_of(inputs, *REDIAL),
        balking=balking,
        lines=inputs.get("lines", math.inf if room is None else agents + room),
        reconnect_probability=first_of(inputs, *RECONNECT),
    )
    attempts = cases_markov.measures_of(result.attempts, inputs.get("awt", 0.0))
    return {**attempts, **callers(result)}


def callers(result: RedialQueue[float] | FluidRedials[float]) -> Answer:
    return {
        "total_arrival_rate": result.total_arrival_rate,
        "redial_rate": result.redial_rate,
        "reconnect_rate": result.reconnect_rate,
        "attempts_per_caller": result.attempts_per_caller,
        "p_lost_caller": result.lost_callers,
    }


def orbit(inputs: Inputs) -> Answer:
    agents, room = inputs["n_agents"], inputs.get("waiting_places")
    result = redial_orbit(
        arrival_rate=rate_of(inputs),
        aht=aht_of(inputs),
        agents=agents,
        patience=patience_of(inputs)[0].mean,
        redial_probability=first_of(inputs, *REDIAL),
        redial_delay=first_of(inputs, "mean_redial_delay", "redial_delay"),
        lines=inputs.get("lines", math.inf if room is None else agents + room),
    )
    awt = inputs.get("awt", 0.0)
    answer = cases_markov.measures_of(result.attempts, awt)
    fresh = cases_markov.measures_of(result.fresh, awt)
    answer.update({f"{name}_fresh_calls": value for name, value in fresh.items()})
    return {
        **answer,
        "total_arrival_rate": result.total_arrival_rate,
        "redial_rate": result.redial_rate,
        "attempts_per_caller": result.attempts_per_caller,
        "mean_orbit": result.mean_orbit,
        "p_lost_caller": result.lost_callers,
    }


def redial_flow(inputs: Inputs) -> Answer:
    flow = redial_fluid(
        arrival_rate=rate_of(inputs),
        aht=aht_of(inputs),
        agents=inputs["n_agents"],
        patience=patience_of(inputs)[0],
        redial_probability=first_of(inputs, *REDIAL),
        redial_delay=first_of(inputs, "mean_redial_delay", "redial_delay"),
        reconnect_probability=first_of(inputs, *RECONNECT),
        reconnect_delay=first_of(inputs, "mean_reconnect_delay", "reconnect_delay"),
    )
    answer = {
        **callers(flow),
        "p_abandon": flow.abandonment,
        "wait_of_served": flow.wait,
        "mean_wait_served": flow.wait,
        "mean_wait": flow.mean_wait,
        "occupancy": flow.occupancy,
    }
    for name, value in (
        ("queue", flow.mean_queue),
        ("redial_orbit", flow.mean_orbit),
        ("orbit", flow.mean_orbit),
        ("reconnect_orbit", flow.mean_reconnecting),
    ):
        answer[f"mean_{name}"] = answer[name] = value
    return answer


def patience_mean_of(inputs: Inputs) -> Law | float:
    """A mean is a number, which may be endless; a law is a law."""
    if "patience" in inputs:
        return patience_of(inputs)[0]
    return float(inputs.get("mean_patience", math.inf))


def uncertain_rate(inputs: Inputs) -> Answer:
    rate = rate_law_of(inputs)
    result = random_rate(
        arrival_rate=rate,
        aht=aht_of(inputs),
        agents=inputs["n_agents"],
        patience=patience_mean_of(inputs),
        balking=patience_of(inputs)[1] if "patience" in inputs else 0.0,
    )
    awt = inputs.get("awt", 0.0)
    answer = {"gamma_shape": 1.0 / rate.scv if rate.scv > 0 else math.inf}
    for rule in SERVICE_RULES:
        name = f"sl_{SHORT.get(rule, rule)}"
        answer[f"{name}_interval_average"] = result.service_level(rule, awt, "intervals")
        answer[f"{name}_call_average"] = result.service_level(rule, awt, "calls")
        answer[f"{name}_fixed_rate"] = result.at_mean.service_level(rule, awt)
    for name, measure in (
        ("p_abandon", "abandonment"),
        ("p_wait", "wait_probability"),
        ("mean_wait", "mean_wait"),
        ("mean_wait_served", "asa"),
        ("occupancy", "occupancy"),
        ("mean_queue", "mean_queue"),
    ):
        answer[f"{name}_interval_average"] = result.average(measure, "intervals")
        answer[f"{name}_call_average"] = result.average(measure, "calls")
        answer[f"{name}_fixed_rate"] = float(getattr(result.at_mean, measure))
    return answer


SHORT = {
    "excluding_short_abandons": "excl_short_abandons",
    "including_short_abandons": "incl_short_abandons",
}


def rate_law_of(inputs: Inputs) -> Law:
    """Law of the rate: a law, scenarios, or a gamma law behind counted calls."""
    law = inputs.get("arrival_rate", inputs.get("rate"))
    if isinstance(law, dict):
        return law_of(law)
    for values, shares in (("arrival_rates", "probabilities"), ("rates", "probabilities")):
        if values in inputs:
            pairs = sorted(zip(inputs[values], inputs[shares], strict=True))
            return Discrete(values=tuple(v for v, _ in pairs), shares=tuple(p for _, p in pairs))
    return rate_from_counts(
        mean_calls=inputs["mean_calls"], var_calls=inputs["var_calls"], interval=inputs["interval"]
    )


def uncertain_staff(inputs: Inputs) -> Answer:
    result = random_staff(
        arrival_rate=rate_of(inputs),
        aht=aht_of(inputs),
        scheduled=inputs["n_scheduled"],
        show_up_probability=inputs["show_up_probability"],
        patience=patience_mean_of(inputs),
    )
    awt = inputs.get("awt", 0.0)
    at_mean = cases_markov.measures_of(result.at_mean, awt)
    return {
        **averages_of(result, awt),
        **{f"{name}_at_mean_staff": value for name, value in at_mean.items()},
    }


def averages_of(result: RandomQueue, awt: float) -> Answer:
    levels = {f"sl_{SHORT.get(r, r)}": result.service_level(r, awt) for r in SERVICE_RULES}
    return {
        **levels,
        "p_abandon": result.abandonment,
        "p_wait": result.wait_probability,
        "mean_wait": result.mean_wait,
        "mean_wait_served": result.asa,
        "mean_queue": result.mean_queue,
        "occupancy": result.occupancy,
    }


MODELS: dict[str, Callable[[Inputs], Answer]] = {
    "erlang_x": redials,
    "fluid_overload": fluid,
    "mmn_general_patience": queue,
    "qed_garnett_approximation": square_root,
    "qed_halfin_whitt_approximation": square_root,
    "redial_fluid": redial_flow,
    "redial_orbit": orbit,
    "redial_reconnect_fluid": redial_flow,
    "uncertain_arrival_rate": uncertain_rate,
    "uncertain_staffing": uncertain_staff,
}
