"""Cases of rates that change: days, waves, warming up, and how many are busy without a limit."""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import Any

from cases_laws import law_of

from sim.erlang import (
    DayMeasures,
    Gamma,
    exact_day,
    piecewise_load,
    random_day,
    sinusoidal_load,
    sinusoidal_queue,
    transient,
)

Inputs = dict[str, Any]
Answer = dict[str, Any]


def day_of(inputs: Inputs) -> dict[str, Any]:
    segments = inputs["segments"]
    return {
        "arrival_rate": [segment["arrival_rate"] for segment in segments],
        "agents": [segment["n_agents"] for segment in segments],
        "interval": [segment["duration"] for segment in segments],
        "aht": inputs["mean_service_time"],
        "patience": inputs.get("mean_patience") or math.inf,
        "staff_change": inputs.get("staff_change", "exhaustive"),
        "balking": inputs.get("p_balk_if_wait", 0.0),
    }


def day(inputs: Inputs) -> Answer:
    played = exact_day(
        **day_of(inputs),
        initial_busy=inputs.get("initial_busy", 0),
        initial_queue=inputs.get("initial_queue", 0),
    )
    return day_answer(played, inputs["awt"])


def day_answer(played: DayMeasures, awt: float) -> Answer:
    """Waits and abandons are of all contacts, initial and interrupted ones included."""
    whole, parts, volume = played.day, played.intervals, float(played.volume.sum())
    abandons = float(played.abandons.sum()) + played.abandons_after_close
    waited = float(parts.mean_queue @ played.interval) + played.wait_after_close
    return {
        "expected_arrivals": volume,
        "expected_abandons": abandons,
        "p_abandon": abandons / volume if volume else 0.0,
        "mean_wait": waited / volume if volume else 0.0,
        "mean_wait_served": whole.asa,
        "mean_wait_virtual": whole.mean_wait_virtual,
        "mean_queue": whole.mean_queue,
        "p_wait": whole.wait_probability,
        "occupancy": whole.occupancy,
        "sl_offered": whole.service_level("offered", awt),
        "sl_virtual": whole.service_level("virtual", awt),
        "sl_answered": whole.service_level("answered", awt),
        "sl_excl_short_abandons": whole.service_level("excluding_short_abandons", awt),
        "sl_incl_short_abandons": whole.service_level("including_short_abandons", awt),
        "interval_sl_offered": parts.service_level("offered", awt),
        "interval_sl_excl_short_abandons": parts.service_level("excluding_short_abandons", awt),
        "interval_p_wait": parts.wait_probability,
        "interval_mean_queue": parts.mean_queue,
        "interval_mean_busy": played.mean_busy,
        "interval_abandons": played.abandons,
        "queue_at_interval_end": played.queue_at_end,
    }


def random(inputs: Inputs) -> Answer:
    busyness = inputs["busyness"]
    played = random_day(
        **day_of(inputs), busyness=Gamma(shape=busyness["shape"], mean=busyness.get("mean", 1.0))
    )
    awt, whole, daily = inputs["awt"], played.day, played.mean_of_days
    return {
        "expected_arrivals": played.volume.sum(),
        "mean_wait_per_expected_call": whole.mean_wait,
        "p_wait_lt_awt_incl_abandons": whole.service_level("including_short_abandons", awt),
        "p_abandon": whole.abandonment,
        "p_wait": whole.wait_probability,
        "sl_offered": whole.service_level("offered", awt),
        "sl_excl_short_abandons": whole.service_level("excluding_short_abandons", awt),
        "mean_over_days_of_daily_sl_offered": daily.service_level("offered", awt),
        "mean_over_days_of_daily_p_abandon": daily.abandonment,
    }


def terminating(inputs: Inputs) -> Answer:
    played: DayMeasures = exact_day(
        arrival_rate=inputs["arrival_rate"],
        aht=inputs["mean_service_time"],
        agents=inputs["n_agents"],
        patience=inputs.get("mean_patience") or math.inf,
        interval=inputs["duration"],
    )
    answer = day_answer(played, inputs["awt"])
    return {**answer, "abandons_per_day": played.abandons.sum()}


def load(inputs: Inputs) -> Answer:
    law = law_of(inputs["service"])
    if "segments" in inputs:
        rates = [segment["arrival_rate"] for segment in inputs["segments"]]
        lengths = [segment["duration"] for segment in inputs["segments"]]
        times = inputs["times"]
        return {
            "offered_load": piecewise_load(
                arrival_rate=rates, service=law, times=times, interval=lengths
            )
        }
    wave = sinusoidal_load(
        arrival_rate=inputs["mean_rate"],
        amplitude=inputs["amplitude"],
        period=inputs["period"],
        service=law,
        times=inputs["times"],
    )
    return {"offered_load": wave.load, "peak_lag": wave.peak_lag}


def swinging(inputs: Inputs) -> Answer:
    wave = sinusoidal_queue(
        arrival_rate=inputs["mean_rate"],
        amplitude=inputs["amplitude"],
        period=inputs["period"],
        aht=inputs["mean_service_time"],
        agents=inputs["n_agents"],
        patience=inputs.get("mean_patience") or math.inf,
    )
    awt, contacts = inputs.get("awt", 20.0), wave.contacts
    return {
        "p_wait_time_average": wave.busy_time,
        "p_wait_call_average": contacts.wait_probability,
        "mean_queue": contacts.mean_queue,
        "mean_wait": contacts.mean_wait,
        "mean_wait_virtual": contacts.mean_wait_virtual,
        "mean_wait_served": contacts.asa,
        "p_abandon": contacts.abandonment,
        "occupancy": contacts.occupancy,
        "sl_offered": contacts.service_level("offered", awt),
        "sl_virtual": contacts.service_level("virtual", awt),
        "sl_answered": contacts.service_level("answered", awt),
        "sl_excl_short_abandons": contacts.service_level("excluding_short_abandons", awt),
        "sl_incl_short_abandons": contacts.service_level("including_short_abandons", awt),
        "peak_mean_queue": wave.mean_queue.max(),
        "peak_p_wait": wave.wait_probability.max(),
    }


def warming_up(inputs: Inputs) -> Answer:
    queue = transient(
        arrival_rate=inputs["arrival_rate"],
        aht=inputs["mean_service_time"],
        agents=inputs["n_agents"],
        patience=inputs.get("mean_patience") or math.inf,
        initial=inputs.get("initial_in_system", 0),
        times=inputs["times"],
    )
    return {
        "mean_in_system": queue.mean_in_system,
        "mean_queue": queue.mean_queue,
        "mean_busy": queue.mean_busy,
        "p_wait": queue.wait_probability,
    }


MODELS: dict[str, Callable[[Inputs], Answer]] = {
    "callcentre_day_busyness": random,
    "mt_g_inf_offered_load": load,
    "mt_m_s_sinusoidal": swinging,
    "mt_m_st_piecewise": day,
    "terminating_mmn": terminating,
    "transient_mmn": warming_up,
}
