"""Answers of queues with general handle times, general arrivals and bursts."""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import Any

from cases_laws import law_of
from cases_markov import measures_of

from sim.erlang import (
    ArrivalMeasures,
    Deterministic,
    Erlang,
    Exponential,
    Hyperexponential,
    Law,
    QueueMeasures,
    batch_arrivals,
    ggn_mean_waits,
    gmn,
    mgn,
    mmpp,
)

Inputs = dict[str, Any]
Answer = dict[str, Any]


def answer_of(queue: QueueMeasures[float], inputs: Inputs) -> Answer:
    return {**measures_of(queue, inputs.get("awt", 20.0)), "offered_load": queue.load}


def general_service(inputs: Inputs) -> Answer:
    law = law_of(inputs["service"] if "service" in inputs else inputs["mean_service_time"])
    agents = inputs.get("n_agents", 1)
    queue = mgn(
        arrival_rate=inputs["arrival_rate"],
        service=law,
        agents=agents,
        patience=mean_patience(inputs),
        lines=agents + inputs.get("waiting_places", math.inf),
    )
    return answer_of(queue, inputs)


def mean_patience(inputs: Inputs) -> float:
    patience: Any = inputs.get("mean_patience", inputs.get("patience", math.inf))
    return law_of(patience).mean if isinstance(patience, dict) else float(patience)


def general_arrivals(inputs: Inputs) -> Answer:
    return seen(
        gmn(
            interarrival=law_of(inputs["interarrival"]),
            aht=handle_time(inputs),
            agents=inputs["n_agents"],
            patience=mean_patience(inputs),
        ),
        inputs,
    )


def handle_time(inputs: Inputs) -> float:
    mean: Any = inputs.get("mean_service_time")
    return law_of(inputs["service"]).mean if mean is None else float(mean)


def seen(measures: ArrivalMeasures, inputs: Inputs) -> Answer:
    return {
        **answer_of(measures.queue, inputs),
        "p_all_busy_time": measures.all_busy,
        "mean_arrival_rate": measures.queue.arrival_rate,
    }


def changing_rate(inputs: Inputs) -> Answer:
    rates = inputs.get("rates") or inputs.get("arrival_rates")
    if rates is None:
        count = sum(f"rate_state{i}" in inputs for i in range(1, 100))
        rates = [inputs[f"rate_state{i}"] for i in range(1, count + 1)]
    switching = inputs.get("switching", inputs.get("switch_rates", inputs.get("generator")))
    if switching is None:
        states = range(1, len(rates) + 1)
        switching = [[inputs.get(f"switch_rate_{i}{j}", 0.0) for j in states] for i in states]
    measures = mmpp(
        arrival_rates=rates,
        switching=switching,
        aht=handle_time(inputs),
        agents=inputs["n_agents"],
        patience=mean_patience(inputs),
    )
    return seen(measures, inputs)


def batches(inputs: Inputs) -> Answer:
    sizes = inputs["batch_sizes"]
    pairs = sizes.items() if isinstance(sizes, dict) else sizes
    measures = batch_arrivals(
        batch_rate=inputs["batch_rate"],
        sizes={int(size): float(share) for size, share in pairs},
        aht=handle_time(inputs),
        agents=inputs["n_agents"],
        patience=mean_patience(inputs),
    )
    return seen(measures, inputs)


def law_of_two_moments(mean: float, scv: float) -> Law | None:
    """The law whose exact queue stands beside the formulas."""
    if scv == 0:
        return Deterministic(value=mean)
    if scv >= 1:
        return Hyperexponential.balanced(mean=mean, scv=scv) if scv > 1 else Exponential(mean=mean)
    stages = round(1.0 / scv)
    return Erlang(k=stages, mean=mean) if math.isclose(1.0 / stages, scv) else None


def formulas(inputs: Inputs) -> Answer:
    arrival, service = inputs.get("scv_arrival", 1.0), inputs.get("scv_service", 1.0)
    rate, aht, agents = inputs["arrival_rate"], inputs["mean_service_time"], inputs["n_agents"]
    waits = ggn_mean_waits(
        arrival_rate=rate, aht=aht, agents=agents, scv_arrival=arrival, scv_service=service
    )
    answer = {
        "mm_c": waits.erlang_c,
        "allen_cunneen": waits.allen_cunneen,
        "sakasegawa": waits.sakasegawa,
        "cosmetatos_m_d_c": waits.cosmetatos,
        "kimura_m_g_c_with_cosmetatos": waits.kimura,
        "kraemer_langenbach_belz_g": waits.klb_factor,
        "allen_cunneen_klb": waits.allen_cunneen_klb,
    }
    law = law_of_two_moments(aht, service)
    if arrival == 1.0 and law is not None:
        answer["exact"] = mgn(arrival_rate=rate, service=law, agents=agents).mean_wait
    return answer


MODELS: dict[str, Callable[[Inputs], Answer]] = {
    "batch_arrivals": batches,
    "ggc_approximations": formulas,
    "gimc_exact": general_arrivals,
    "gimn_m_exact": general_arrivals,
    "mgc_exact": general_service,
    "mgn_m_exact": general_service,
    "mmpp_arrivals": changing_rate,
}
