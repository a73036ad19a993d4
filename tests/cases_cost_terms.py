"""Terms and operations of worked examples, under whatever names their file has for them."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from typing import Any, TypeVar

from pydantic import BaseModel, ValidationError

from sim.cost import Hours, steady_ramp_loss
from sim.scenario.terms import ContractTerms

__all__ = ["Notes", "contract_terms", "known", "learning", "operations", "renamed"]

Notes = list[str]
Model = TypeVar("Model", bound=BaseModel)

#: Other names for what the product knows.
_SAME = {
    "heads_prev": "heads_previous",
    "heads_last_month": "heads_previous",
    "resolutions": "resolved",
    "resolutions_count": "resolved",
    "price_per_resolved": "price_per_resolution",
    "trunk_blocking_target": "trunk_blocking",
    "blocking_target": "trunk_blocking",
    "trunk_target_blocking": "trunk_blocking",
    "trunk_load": "line_load",
    "trunk_load_erlang": "line_load",
    "peak_line_load": "line_load",
    "vendor_shrinkage": "vendor_shrinkage_in_shift",
    "weight_share": "weight",
    "annual_margin": "margin_year",
    "retention_rate": "retention",
    "discount": "discount_annual",
    "min_per_open_shift": "per_open_hour",
    "peak_erlangs": "line_load",
    "actual_handled": "handled",
    "month": "month_index",
    "bot_resolutions": "bot_resolved",
    "kpi_values": "kpi",
    "months_excluded": "excluded_months",
    "shrinkage": "shrinkage_in_shift",
}
#: How an example may say what a busy hour brings to the lines: calls, and their wait and talk [s].
_BUSY_CALLS = ("busy_hour_calls", "peak_hour_calls", "peak_calls_per_hour", "calls_busy_hour")
_BUSY_TIMES = (
    "busy_hour_wait_s",
    "busy_hour_handle_s",
    "mean_wait_s",
    "mean_handle_s",
    "wait_s",
    "handle_s",
)


def known(model: type[Model], data: Any, notes: Notes) -> Model:
    """Terms from plain data; what the product has no name for is left out and told."""
    cleaned = renamed(data)
    while True:
        try:
            return model.model_validate(cleaned)
        except ValidationError as error:
            unknown = [
                line["loc"] for line in error.errors() if "is not a known key" in line["msg"]
            ]
            if not unknown:
                raise
            for place in unknown:
                _drop(cleaned, place)
                notes.append(f"input {'.'.join(map(str, place))} is not known and was left out")


def renamed(data: Any) -> Any:
    if isinstance(data, Mapping):
        return {_SAME.get(key, key): renamed(value) for key, value in data.items()}
    if isinstance(data, list | tuple):
        return [renamed(value) for value in data]
    return data


def _drop(data: Any, place: Sequence[str | int]) -> None:
    for key in place[:-1]:
        data = data[key]
    del data[place[-1]]


def operations(kind: type[Any], data: Mapping[str, Any], notes: Notes) -> Any:
    """A month of operations, hours by kind among it."""
    plain = _forecast(_lines(renamed(data)))
    hours = tuple(Hours(**block) for block in plain.pop("hours", ()))
    kept = {key: value for key, value in plain.items() if key in kind.__dataclass_fields__}
    notes.extend(f"input ops.{key} is not known" for key in plain if key not in kept)
    if "hours" in kind.__dataclass_fields__:
        kept["hours"] = hours
    return kind(**kept)


def _lines(ops: dict[str, Any]) -> dict[str, Any]:
    """Load of the lines from calls of the busy hour, where an example gives these."""
    calls = next((ops.pop(key) for key in _BUSY_CALLS if key in ops), None)
    if calls is None:
        return ops
    seconds = math.fsum(ops.pop(key) for key in _BUSY_TIMES if key in ops)
    return {"line_load": calls * seconds / 3600, **ops}


def _forecast(ops: dict[str, Any]) -> dict[str, Any]:
    """A forecast of minutes, or of minutes and contacts by channel, under one name."""
    said = ops.pop("forecast", None)
    if said is None:
        return ops
    if not isinstance(said, Mapping):
        return {"forecast_minutes": said, **ops}
    by_channel = {key: value for key, value in said.items() if "minutes" not in key}
    minutes = next((value for key, value in said.items() if "minutes" in key), None)
    return {"forecast_minutes": minutes, "forecast_handled": by_channel, **ops}


def contract_terms(data: Mapping[str, Any], notes: Notes) -> ContractTerms:
    """Terms of a contract, with other ways to write a band and the direction of a promise."""
    plain = renamed(data)
    band = plain.get("forecast_band")
    if isinstance(band, list):
        band = dict(zip(("down", "up"), band, strict=True))
    if isinstance(band, dict) and "over_surcharge" in plain:
        band["over_surcharge"] = plain.pop("over_surcharge")
    if band is not None:
        plain["forecast_band"] = band
    for kpi in (plain.get("sla") or {}).get("kpis", ()):
        if "higher_is_better" in kpi:
            kpi["better"] = "higher" if kpi.pop("higher_is_better") else "lower"
    return known(ContractTerms, plain, notes)


def learning(config: Mapping[str, Any]) -> dict[str, Any]:
    """An own team; where only the learning curve is given, its loss follows from it."""
    agents, hiring = dict(config["agents"]), config.get("hiring") or {}
    curve = hiring.get("productivity_curve") or agents.pop("productivity_curve", None)
    if curve and "ramp_capacity_loss" not in agents:
        agents["ramp_capacity_loss"] = steady_ramp_loss(hiring["attrition_annual"], curve)
    return {**config, "agents": agents}
