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
    FluidRedials,
    Law,
    RedialQueue,
    erlang_x,
    fluid_overload,
    garnett,
    halfin_whitt,
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


MODELS: dict[str, Callable[[Inputs], Answer]] = {
    "erlang_x": redials,
    "fluid_overload": fluid,
    "mmn_general_patience": queue,
    "qed_garnett_approximation": square_root,
    "qed_halfin_whitt_approximation": square_root,
    "redial_fluid": redial_flow,
    "redial_orbit": orbit,
    "redial_reconnect_fluid": redial_flow,
}
