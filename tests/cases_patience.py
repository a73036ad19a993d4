"""Answers of queues with patience of any law: the general-patience models of a case file."""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import Any

import cases_markov
import numpy as np
from cases_laws import atom_of, law_of

from sim._erlang.patience import measure_patience
from sim.erlang import Law

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


MODELS: dict[str, Callable[[Inputs], Answer]] = {
    "mmn_general_patience": queue,
}
