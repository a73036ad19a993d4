"""Worked examples of cost, as their file has them, put to the product's own functions.

Only names are translated here; every figure comes from `sim.cost`.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping, Sequence
from typing import Any, TypeVar

from pydantic import BaseModel, ValidationError

from sim.cost import (
    BuildUpPlan,
    ContractOps,
    Hours,
    OneOff,
    Ops,
    RetainedOps,
    Served,
    Statement,
    build_up,
    cash_flows,
    consequences,
    contract_month,
    early_termination,
    equivalent_annual_cost,
    inhouse_month,
    npv,
    payback,
    retained_month,
    rounding_factor,
    steady_ramp_loss,
    tco,
)
from sim.scenario.terms import (
    Consequences,
    ContractTerms,
    Hiring,
    InhouseTerms,
    RetainedTerms,
)

__all__ = ["UNDETERMINED", "Answer", "answer", "slack"]

Answer = dict[str, Any]
Notes = list[str]
Model = TypeVar("Model", bound=BaseModel)

#: Figures of a scenario that its inputs do not determine: they come from the hours of a day, which
#: are not in the file.
UNDETERMINED = (
    "comparison.logged_hours_for_minus_98pct_missed",
    "comparison.missed_after_98",
    "comparison.as_is_peak_missed_share",
)

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
}
_FATES = {"unserved": "closed", "closed": "closed", "abandoned": "abandoned", "blocked": "blocked"}
_BY_PHONE = ("phone", "voice", "call")
_LONG = 1200


def answer(case: Mapping[str, Any], notes: Notes) -> Answer:
    """What the product makes of the inputs of a worked example, in the shape of its expectation."""
    given = case["inputs"]
    for key, kind in _KINDS.items():
        if key in given:
            return kind(given, case["expected"], notes)
    raise ValueError(f"no kind of example has the inputs {', '.join(given)}")


def slack(case: Mapping[str, Any]) -> dict[str, float]:
    """How far figures may be off because what makes them is rounded in the file."""
    options = case["inputs"].get("options", {})
    legs = [leg for option in options.values() for leg in option["legs"]]
    blocks = max((len(leg.get("ops", {}).get("hours", ())) for leg in legs), default=0)
    # Three digits of each block of hours; the difference of two sums of three amounts of money.
    saved = {f"options.{name}.cash_economic_saving_vs_as_is_month": 0.03 for name in options}
    return {"comparison.logged_hours_target": 0.0005 * (blocks + 1), **saved}


# ---------------------------------------------------------------- reading terms


def _known(model: type[Model], data: Any, notes: Notes) -> Model:
    """Terms from plain data; what the product has no name for is left out and told."""
    cleaned = _renamed(data)
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


def _renamed(data: Any) -> Any:
    if isinstance(data, Mapping):
        return {_SAME.get(key, key): _renamed(value) for key, value in data.items()}
    if isinstance(data, list | tuple):
        return [_renamed(value) for value in data]
    return data


def _drop(data: Any, place: Sequence[str | int]) -> None:
    for key in place[:-1]:
        data = data[key]
    del data[place[-1]]


def _ops(kind: type[Any], data: Mapping[str, Any], notes: Notes) -> Any:
    """A month of operations, hours by kind among it."""
    plain = _renamed(data)
    hours = tuple(Hours(**block) for block in plain.pop("hours", ()))
    kept = {key: value for key, value in plain.items() if key in kind.__dataclass_fields__}
    notes.extend(f"input ops.{key} is not known" for key in plain if key not in kept)
    if "hours" in kind.__dataclass_fields__:
        kept["hours"] = hours
    return kind(**kept)


def _learning(config: Mapping[str, Any]) -> dict[str, Any]:
    """An own team; where only the learning curve is given, its loss follows from it."""
    agents, hiring = dict(config["agents"]), config.get("hiring") or {}
    curve = hiring.get("productivity_curve") or agents.pop("productivity_curve", None)
    if curve and "ramp_capacity_loss" not in agents:
        agents["ramp_capacity_loss"] = steady_ramp_loss(hiring["attrition_annual"], curve)
    return {**config, "agents": agents}


# ------------------------------------------------------------ kinds of example


def _payroll(given: Mapping[str, Any], expected: Mapping[str, Any], notes: Notes) -> Answer:
    ops = _ops(Ops, given["ops"], notes)
    month = _own({"config": {**given, "ops": None}, "ops": given["ops"]}, notes)
    whole = _statement(month)
    if "fractional" in expected:
        agents = {**given["agents"], "headcount_rounding": "none"}
        loose = _own({"config": {**given, "agents": agents}, "ops": given["ops"]}, notes)
        whole["fractional"] = {**dict(loose.info), "total": loose.total}
    # The rule of thumb that an example may set beside it: hours of a week by those of a contract.
    whole["naive_fte_168_over_40"] = 168 / 40 if ops.logged_hours else 0.0
    return whole


def _statement(month: Statement) -> Answer:
    return {
        "lines": {line.name: line.amount for line in month.lines},
        "total": month.total,
        "info": dict(month.info),
    }


def _own(leg: Mapping[str, Any], notes: Notes) -> Statement:
    config = {key: value for key, value in leg["config"].items() if key != "ops"}
    terms = _known(InhouseTerms, _learning(config), notes)
    return inhouse_month(terms, _ops(Ops, leg["ops"], notes))


def _bought(leg: Mapping[str, Any], notes: Notes) -> Statement:
    terms = _known(ContractTerms, leg["contract"], notes)
    return contract_month(terms, _ops(ContractOps, leg["ops"], notes))


def _contract(given: Mapping[str, Any], expected: Mapping[str, Any], notes: Notes) -> Answer:
    if "months" not in given:
        return _statement(_bought(given, notes))
    months = [_invoice(given, month, notes) for month in given["months"]]
    return {"months": months, "total": math.fsum(month["total"] for month in months)}


def _invoice(given: Mapping[str, Any], month: Mapping[str, Any], notes: Notes) -> Answer:
    """A month of a contract: talked minutes are rounded as the contract says."""
    ops = {
        key: value
        for key, value in month.items()
        if key not in ("handled_calls", "mean_handle_s") and not key.startswith("share_")
    }
    talked = month.get("handled_calls", 0.0) * month.get("mean_handle_s", 0.0) / 60
    if "handled_calls" in month:
        ops["billed_minutes"] = talked * _leak(given, month)
    billed = ops.get("billed_minutes", 0.0)
    shares = {
        key.removeprefix("share_"): value * billed
        for key, value in month.items()
        if key.startswith("share_")
    }
    ops["minutes_in"] = {**shares, **ops.get("minutes_in", {})}
    if "forecast_calls" in ops:
        forecast = ops.pop("forecast_calls") * month["mean_handle_s"] / 60
        ops["forecast_minutes"] = forecast * _leak(given, month)
    if given.get("hours"):
        ops.setdefault("hours", given["hours"])
    found = _bought({"contract": given["contract"], "ops": ops}, notes)
    answered = {
        **_statement(found),
        **found.info,
        "month_index": month.get("month_index", 0),
        "actual_minutes": talked,
        "billed_minutes": billed,
        "net": found.info["invoice_net"],
    }
    if talked:
        answered["price_per_actual_minute"] = found.total / talked
    return answered


def _leak(given: Mapping[str, Any], month: Mapping[str, Any]) -> float:
    """Billed over talked minutes."""
    increment = month.get("rounding_increment_s", given.get("rounding_increment_s"))
    if not increment:
        return 1.0
    said = month.get("handle_time_distribution", given.get("handle_time_distribution"))
    about = said if isinstance(said, Mapping) else {"law": said or "exponential"}
    name = str(about.get("law", about.get("type", about.get("name", "exponential"))))
    law = {"deterministic": "fixed", "constant": "fixed", "erlang": "gamma"}.get(name, name)
    keys = ("cv", "handle_time_cv", "handle_cv")
    cv = next((found[key] for found in (about, month, given) for key in keys if key in found), 1.0)
    return rounding_factor(month["mean_handle_s"], increment, law=law, cv=cv)  # type: ignore[arg-type]


def _build_up(given: Mapping[str, Any], expected: Mapping[str, Any], notes: Notes) -> Answer:
    schedule = given["schedule"]
    curve = schedule.get("productivity_curve", given["hiring"].get("productivity_curve", ()))
    hiring = _known(Hiring, {**given["hiring"], "productivity_curve": curve}, notes)
    target = schedule.get("target_productive_fte", schedule.get("targets"))
    targets = tuple(target) if isinstance(target, list) else (target,) * schedule["months"]
    others = {
        name: schedule[name]
        for name in ("heads_at_start", "lead_months", "ahead_months", "most_starters")
        if name in schedule
    }
    plan = BuildUpPlan(
        targets=targets,
        hourly_rate=schedule["hourly_rate"],
        productive_hours=schedule["productive_hours_per_fte_month"],
        effective_contribution_rate=schedule.get("effective_contribution_rate", 0.0),
        bridge_rate=schedule.get("bridge_rate_per_productive_hour"),
        capex_per_head=schedule.get("capex_per_head", 0.0),
        capex_life_months=schedule.get("capex_life_months", 36),
        setup=schedule.get("setup_one_off", 0.0),
        **others,
    )
    found = build_up(hiring, plan)
    flows = cash_flows(found.statements, found.one_offs)
    bought = [one for one in found.one_offs if one.kind == "capex"]
    months = [
        {
            "month": month.month,
            "net_hires": month.hires,
            "training_starters": month.starters,
            "heads": month.heads,
            "capacity": month.capacity,
            "shortfall_fte": month.shortfall,
            "lost_hours": month.shortfall * plan.productive_hours,
            **{line.name: line.amount for line in month.statement.lines},
        }
        for month in found.months
    ]
    return {
        "months": months,
        "steady_state_ramp_loss": found.ramp_loss,
        "heads_target": found.heads_targets[0],
        "heads_targets": list(found.heads_targets),
        "capex_cash": math.fsum(one.amount for one in bought),
        "depreciation_month": math.fsum(one.monthly_charge for one in bought),
        "tco_build_up_cash": tco(flows),
        "npv_build_up": npv(flows, schedule.get("discount_annual", 0.0)),
    }


def _legs(option: Mapping[str, Any], notes: Notes) -> dict[str, Statement]:
    """Statements of an option by leg; a second one of a kind is numbered."""
    found: dict[str, Statement] = {}
    for leg in option["legs"]:
        label = leg.get("name", leg["kind"])
        if label in found:
            label = f"{label}_{sum(name.startswith(label) for name in found) + 1}"
        found[label] = _own(leg, notes) if leg["kind"] == "inhouse" else _bought(leg, notes)
    return found


def _retained(option: Mapping[str, Any], legs: Mapping[str, Statement], notes: Notes) -> Statement:
    """What stays with the client: as terms, or as amounts that are known."""
    given = dict(option.get("retained") or {})
    if not given:
        return Statement()
    if _amounts(given):
        vat: Mapping[str, Any] = next(
            (leg["contract"] for leg in option["legs"] if "contract" in leg), {}
        )
        lines = [
            {"name": name, "amount": amount, "vatable": name in ("telephony", "licences")}
            for name, amount in given.items()
        ]
        shares = {key: vat[key] for key in ("vat_rate", "vat_recoverable_share") if key in vat}
        return retained_month(_known(RetainedTerms, {"lines": lines, **shares}, notes), _NO_WORK)
    invoice = math.fsum(leg.info.get("invoice_net", 0.0) for leg in legs.values())
    handled = (option.get("handled") or {}).get("vendor", 0.0)
    ops = {"vendor_handled": handled, "invoice_net": invoice, **given.pop("ops", {})}
    return retained_month(_known(RetainedTerms, given, notes), _ops(RetainedOps, ops, notes))


def _amounts(retained: Mapping[str, Any]) -> bool:
    """Whether amounts are given by what they are for, not terms that make them."""
    priced = {"telephony", "extra_l2"} & set(retained)
    named = set(_renamed(retained)) <= {*RetainedTerms.model_fields, "ops"}
    return not named or any(isinstance(retained[name], int | float) for name in priced)


_NO_WORK = RetainedOps()


def _hybrid(given: Mapping[str, Any], expected: Mapping[str, Any], notes: Notes) -> Answer:
    legs = _legs(given, notes)
    kept = _retained(given, legs, notes)
    option = Statement.join({**legs, "retained": kept})
    found: Answer = {name: _statement(leg) for name, leg in {**legs, "retained": kept}.items()}
    found["total"] = option.total
    for name in ("handled", "resolved"):
        count = math.fsum((given.get(name) or {}).values())
        if count:
            found[f"cost_per_{name}"] = option.total / count
    return found


# --------------------------------------------------------------- whole scenarios


def _scenario(given: Mapping[str, Any], expected: Mapping[str, Any], notes: Notes) -> Answer:
    priced = {name: _option(given, option, notes) for name, option in given["options"].items()}
    base = next(iter(priced))
    for name, found in priced.items():
        if name != base:
            found.update(_switch(found, priced[base]))
    return {
        "options": {name: _shown(found) for name, found in priced.items()},
        "comparison": _comparison(given, priced, expected.get("comparison", {}), notes),
    }


def _shown(found: Answer) -> Answer:
    return {key: value for key, value in found.items() if not key.startswith("_")}


def _option(given: Mapping[str, Any], option: Mapping[str, Any], notes: Notes) -> Answer:
    legs = _legs(option, notes)
    kept = _retained(option, legs, notes)
    month = Statement.join({**legs, "retained": kept})
    bad = consequences(_economics(given["economics"], notes), _served(given["economics"], option))
    bought = one_offs(option.get("one_offs") or {})
    horizon, discount = given["horizon_months"], given["discount_annual"]
    operating = cash_flows([month] * horizon, bought)
    whole = month + bad
    economic = cash_flows([whole] * horizon, bought)
    own = next((leg for leg in legs.values() if "fte" in leg.info), None)
    return {
        "lines": {line.name: line.amount for line in month.lines},
        "operating_cost_month": month.total,
        "lost_order_margin_month": bad.amount("lost_order_margin"),
        "churn_margin_month": bad.amount("churn"),
        "total_economic_month": whole.total,
        "one_offs_t0": float(operating[0]),
        "cash_operating_month": month.cash,
        f"npv_operating_{horizon}m": npv(operating, discount),
        f"npv_economic_{horizon}m": npv(economic, discount),
        f"tco_operating_{horizon}m": tco(operating),
        f"eac_operating_{horizon}m": equivalent_annual_cost(
            npv(operating, discount), discount, horizon
        ),
        "info": dict(own.info) if own else {},
        "_cash": whole.cash,
        "_flows": cash_flows([whole] * _LONG, bought),
        "_legs": legs,
        "_retained": kept,
    }


def _switch(found: Answer, base: Answer) -> Answer:
    """What it brings to switch from the first option."""
    return {
        "cash_economic_saving_vs_as_is_month": base["_cash"] - found["_cash"],
        "payback_months": payback(found["_flows"], base["_flows"]),
    }


def one_offs(given: Mapping[str, Any]) -> list[OneOff]:
    """One-offs by name: an amount at the start, or an amount with its month and kind."""
    heads = {name for name in given if name.endswith("_heads")}
    prices = {name for name in given if name.endswith("_cost_per_head")}
    found = []
    for name, value in given.items():
        if name in heads and prices:
            price = max(prices, key=lambda other: _shared_words(name, other))
            found.append(OneOff(name=name, amount=value * given[price]))
        elif name not in prices:
            many = value if isinstance(value, list) else [value]
            found.extend(_one_off(name, one) for one in many)
    return found


def _shared_words(one: str, other: str) -> int:
    """How many first words two names have in common."""
    pairs = enumerate(zip(one.split("_"), other.split("_"), strict=False))
    return next((n for n, (left, right) in pairs if left != right), len(one))


def _one_off(name: str, value: Any) -> OneOff:
    if not isinstance(value, Mapping):
        return OneOff(name=name, amount=value, kind="capex" if "capex" in name else "opex")
    month = value.get("month", 0)
    if "months_left" in value:
        minimum = value.get("minimum_monthly", value.get("minimum", 0.0))
        return early_termination(value["share"], minimum, value["months_left"], month=month)
    kind = value.get("kind", "capex" if "capex" in name else "opex")
    life = value.get("life_months") if kind == "capex" else None
    return OneOff(name=name, amount=value["amount"], month=month, kind=kind, life_months=life)


def _parted(key: str) -> tuple[str, str]:
    channel, _, fate = key.rpartition("_")
    return channel, _FATES[fate]


def _economics(given: Mapping[str, Any], notes: Notes) -> Consequences:
    """Only callers who were lost count as unresolved; other contacts come back by another way."""
    recovered: dict[str, dict[str, float]] = {}
    for key, share in given["recovered"].items():
        channel, fate = _parted(key)
        recovered.setdefault(channel, {})[fate] = share
    channels = {
        channel: {
            "order_intent": given["order_intent"].get(channel, 0.0),
            "recovered": recovered.get(channel, {}),
            "unresolved": float(channel in _BY_PHONE),
        }
        for channel in {**given["order_intent"], **recovered}
    }
    others = {k: v for k, v in given.items() if k not in ("recovered", "order_intent")}
    return _known(Consequences, {**others, "channels": channels}, notes)


def _served(economics: Mapping[str, Any], option: Mapping[str, Any]) -> Served:
    lost: dict[str, dict[Any, float]] = {}
    for key, count in option["lost_contacts"].items():
        channel, fate = _parted(key)
        fates = lost.setdefault(channel, {})
        fates[fate] = fates.get(fate, 0.0) + count
    share = economics.get("resolved_later_share", 0.0)
    return Served.by_fcr(option["served"], fcr=option["fcr"], resolved_later_share=share, lost=lost)


def _comparison(
    given: Mapping[str, Any],
    priced: Mapping[str, Answer],
    expected: Mapping[str, Any],
    notes: Notes,
) -> Answer:
    found: Answer = {}
    for key in expected:
        value = _compared(key, given, priced, notes)
        if value is not None:
            found[key] = value
    return found


def _compared(
    key: str, given: Mapping[str, Any], priced: Mapping[str, Answer], notes: Notes
) -> float | None:
    """One figure of a comparison by its name."""
    options = given["options"]
    if "_vs_" in key:
        one, _, other = key.partition("_vs_")
        totals = [priced[_chosen(n, priced)]["operating_cost_month"] for n in (one, other)]
        return float(totals[0] / totals[1] - 1)
    if key.endswith("_total_if_vat_not_recoverable"):
        name = _chosen(key.removesuffix("_total_if_vat_not_recoverable"), priced)
        return _without_recovery(options[name], notes)
    if key.startswith("vendor_invoice"):
        vendor = priced[_chosen("vendor", priced)]
        invoice = math.fsum(leg.total for n, leg in vendor["_legs"].items() if "contract" in n)
        if "needed_for_" not in key:
            return invoice
        saving = float(key.split("needed_for_")[1].split("pct")[0]) / 100
        own = priced[_chosen("inhouse", priced)]["operating_cost_month"]
        return float((1 - saving) * own - (vendor["operating_cost_month"] - invoice))
    if key == "logged_hours_target":
        return float(priced[_chosen("inhouse", priced)]["info"]["logged_hours"])
    if key == "missed_as_is":
        return _missed(next(iter(options.values())))
    return _missed(options[_chosen("inhouse", priced)]) if key == "missed_after_target" else None


def _missed(option: Mapping[str, Any]) -> float:
    """Calls that were lost."""
    lost = option["lost_contacts"]
    return math.fsum(count for name, count in lost.items() if name.startswith(_BY_PHONE))


def _chosen(name: str, priced: Mapping[str, Answer]) -> str:
    """An option by its name, or by how its name begins."""
    plain = name.removesuffix("_budget")
    begins = [key for key in priced if key.startswith(plain)]
    if plain not in priced and not begins:
        raise ValueError(f"no option is called {plain}")
    return plain if plain in priced else begins[0]


def _without_recovery(option: Mapping[str, Any], notes: Notes) -> float:
    lost = {"vat_recoverable_share": 0.0}
    legs = [
        {**leg, key: {**leg[key], **lost}}
        for leg in option["legs"]
        for key in ("config" if leg["kind"] == "inhouse" else "contract",)
    ]
    changed = {**option, "legs": legs}
    priced = _legs(changed, notes)
    kept = _retained(changed, priced, notes)
    return math.fsum(leg.total for leg in priced.values()) + kept.total


_KINDS: dict[str, Callable[[Mapping[str, Any], Mapping[str, Any], Notes], Answer]] = {
    "options": _scenario,
    "legs": _hybrid,
    "schedule": _build_up,
    "contract": _contract,
    "agents": _payroll,
    "config": lambda given, expected, notes: _statement(_own(given, notes)),
}
