"""How sure an answer is as plain data: draws as rows, quantiles, worths, turns."""

from __future__ import annotations

from typing import Any

from sim.decide.risk import RiskAnswer, Stake
from sim.report.answer import finite, in_both, with_interval
from sim.report.risk import risk_sentences
from sim.scenario.ranges import Uncertain

__all__ = ["risk_data", "risk_rows"]


def risk_rows(found: RiskAnswer) -> list[dict[str, object]]:
    """Every draw: inputs and what options come to."""
    main = found.main
    return [
        {
            "draw": draw,
            **{one.name: float(main.values[draw, n]) for n, one in enumerate(main.inputs)},
            **{
                f"{amount}_{option}": float(stake.costs[draw, n])
                for amount, stake in found.stakes.items()
                for n, option in enumerate(stake.options)
            },
        }
        for draw in range(main.draws)
    ]


def risk_data(found: RiskAnswer) -> dict[str, Any]:
    """Everything as plain data: the month, and beside it losses and months where there are any."""
    scenario, run, month = found.comparison.scenario, found.comparison.run, found.month
    return {
        "scenario": scenario.name,
        "currency": scenario.currency,
        "seed": found.seed,
        "replications": run.replications,
        "draws": month.draws,
        "drawn_again": found.again,
        "pair": list(month.pair),
        **_stake(month),
        "beside": {name: _stake(one) for name, one in found.stakes.items() if one is not month},
        "sentences": in_both(lambda lang: risk_sentences(found, lang)),
    }


def _stake(found: Stake) -> dict[str, Any]:
    """One amount as plain data."""
    above, below = found.leaning
    return {
        "chance_second_cheaper": with_interval(found.chance),
        "difference": {
            **_quantiles(found.quantiles()),
            "as_written": found.written_difference,
            "as_written_is_middle": found.is_central,
        },
        "ranges_with_middle_above_written": above,
        "ranges_with_middle_below_written": below,
        "options": {
            name: {
                "cheapest": with_interval(found.cheapest[name]),
                "cost": _quantiles(found.quantiles(name)),
                "cost_as_written": float(found.written[n]),
                "regret": found.regret[name],
            }
            for n, name in enumerate(found.options)
        },
        "worth_of_knowing_all": found.perfect,
        "inputs": [_input(found, one) for one in found.inputs],
        "tornado": [
            {
                "input": bar.input.name,
                "low": bar.low,
                "high": bar.high,
                "difference_at_low": bar.at_low,
                "difference_at_high": bar.at_high,
            }
            for bar in found.bars
        ],
        "flips": [
            {
                "input": flip.input.name,
                "now": flip.input.now,
                "value": flip.value,
                "share": finite(flip.share),
                "sd": flip.distance,
                "to": flip.to,
            }
            for flip in found.flips
        ],
    }


def _input(found: Stake, one: Uncertain) -> dict[str, Any]:
    return {
        "name": one.name,
        "law": one.law,
        "numbers": list(one.numbers),
        "as": "factor" if one.factor else "value",
        "unit": one.input.unit,
        "source": one.source,
        "worth": found.worth[one.name],
    }


def _quantiles(found: tuple[float, float, float]) -> dict[str, float]:
    return dict(zip(("p5", "p50", "p95"), found, strict=True))
