"""Results as plain data: what ``--json`` prints, nothing rounded."""

from __future__ import annotations

from typing import Any

import numpy as np

from sim.decide import Attained, Comparison, Judgement, OptionResult
from sim.decide.horizon import outlook
from sim.experiment import BAND, WHOSE, Replications
from sim.metrics import MEASURES, Count, Presence
from sim.report.answer import finite, in_both, with_interval
from sim.report.economics import vat_sentences
from sim.report.months_data import economics_data, outlook_data
from sim.report.sentences import capped_sentences, gap_sentence, verdict_sentence
from sim.scenario.purchases import vat_differences
from sim.stats import CONFIDENCE, Estimate

__all__ = ["comparison_data", "judgements_data", "run_data"]

Data = dict[str, Any]


def _frame(option: OptionResult) -> Data:
    """How the figures came about."""
    scenario, result = option.scenario, option.replications
    return {
        "scenario": scenario.name,
        "digest": scenario.digest,
        "currency": scenario.currency,
        "start": scenario.calendar.start.isoformat(),
        "days": scenario.calendar.days,
        "interval_s": scenario.interval,
        "seed": result.seed,
        "engine": result.engine,
        "replications": result.count,
        "first_replication": result.first,
        "precise": result.precise,
        "stopped": result.stopped,
        "confidence": CONFIDENCE,
    }


def run_data(option: OptionResult) -> Data:
    """One option with measures by interval, day and week.

    Times are seconds, shares are 0 to 1; ``low`` and ``high`` enclose the true figure with the
    stated confidence.
    """
    result = option.replications
    return {
        **_frame(option),
        "option": option.name,
        "channels": {name: _channel(option, name) for name in result.case.channels},
        "capped": _capped(option),
        "groups": {name: _group(result, name) for name in result.case.groups},
    }


def _channel(option: OptionResult, name: str) -> Data:
    """One channel: the whole period, days, intervals, and the service level by every rule."""
    result = option.replications
    target = option.scenario.channels[name].target
    whole = {measure: with_interval(result.estimate(measure, name)) for measure in MEASURES}
    whole["service_level_virtual"] = with_interval(result.estimate("service_level_virtual", name))
    whole["service_level"] = with_interval(result.estimate("service_level", name))
    return {
        "target": target.model_dump() if target else None,
        "period": whole,
        "counts": _counts(result, name),
        "days": _rows(result, name, "day"),
        "intervals": _rows(result, name, "slot"),
        "promise_kept": _chances(result, name) if target else None,
        "waits_s": {whose: _waits(result, name, whose) for whose in WHOSE},
        "passed_on": _maybe(option.ways[name].passed_on),
        "self_served": _maybe(option.ways[name].self_served),
        "reached": _maybe(option.ways[name].reached),
        "parts": {
            part.channel: {
                "target": part.target.model_dump() if part.target else None,
                "period": {m: with_interval(result.estimate(m, part.channel)) for m in MEASURES},
                "counts": _counts(result, part.channel),
            }
            for part in option.parts_of(name)
        },
    }


def _maybe(value: float | None) -> float | None:
    """A number; None where there is none."""
    return None if value is None else finite(value)


def _capped(option: OptionResult) -> Data | None:
    """Clients who came to the end of what is played of them; None where nothing could be cut."""
    found = option.capped
    if found is None:
        return None
    return {
        "replications": found.replications,
        "clients": found.clients,
        "out_of_tries": dict(found.tries),
        "attempts_at_most": found.longest,
        "at_most_attempts": found.chains,
        "words": in_both(lambda lang: capped_sentences(option, lang)),
    }


#: Shares of contacts whose longest wait is told.
_SHARES = (0.5, 0.8, 0.9, 0.95, 0.99)
#: Measures that are told with the band in which they lie in most replications.
_BANDED = ("service_level", "abandonment", "asa")


def _chances(result: Replications, name: str) -> Data:
    """How probably the promise is kept: on a day, on each of them, over the period."""
    return {
        "day": with_interval(result.chance(name)),
        "days": [with_interval(span) for span in result.chances(name)],
        "period": with_interval(result.chance(name, "period")),
    }


def _waits(result: Replications, name: str, whose: str) -> Data:
    """Quantiles of waits, and mean contacts in each bin that is not empty."""
    counted = result.waits(name, whose)
    return {
        "quantiles": {
            f"{share:g}": with_interval(result.wait_quantile(share, name, whose))
            for share in _SHARES
        },
        "bins": [
            {
                "from": float(counted.edges[b]),
                "to": float(counted.edges[b + 1]),
                "contacts": float(n),
            }
            for b, n in enumerate(counted.counts)
            if n
        ],
    }


def _counts(result: Replications, name: str) -> Data:
    """Mean counts of the whole period."""
    totals = result.counts(name).sum(axis=0)
    return {count.name.lower(): float(totals[count]) for count in Count}


def _rows(result: Replications, name: str, level: str) -> list[Data]:
    """Measures along the period."""
    measures = {m: result.estimates(m, name, level) for m in ("service_level", *MEASURES)}
    offered = result.counts(name)[:, Count.OFFERED]
    line = result.case.timeline
    if level == "day":
        offered = np.add.reduceat(offered, np.arange(0, line.within, line.per_day))
    bands = {m: result.band(m, name, level) for m in _BANDED}
    step = line.per_day * line.interval if level == "day" else line.interval
    return [
        {
            "start_s": row * step,
            "offered": float(offered[row]),
            **{m: with_interval(found[row]) for m, found in measures.items()},
            "bands": {
                m: {f"{s:g}": finite(lines[at][row]) for at, s in enumerate(BAND)}
                for m, lines in bands.items()
            },
        }
        for row in range(len(offered))
    ]


def _group(result: Replications, name: str) -> Data:
    """One group: occupancy and agents present by interval."""
    present = result.presence(name)
    slot = result.case.timeline.interval
    return {
        "occupancy": with_interval(result.occupied(name)),
        "logged_h": float(present[:, Presence.LOGGED].sum()) / 3600,
        "overrun_h": float(present[:, Presence.OVERRUN].sum()) / 3600,
        "agents": [float(seconds) / slot for seconds in present[:, Presence.LOGGED]],
    }


def comparison_data(comparison: Comparison) -> Data:
    """All options side by side, with the sentence in both languages."""
    verdict = comparison.verdict
    ahead = outlook(comparison)
    return {
        **_frame(comparison.baseline),
        "baseline": comparison.baseline.name,
        "tolerance": comparison.scenario.tolerance,
        "verdict": {
            "kind": verdict.kind,
            "best": verdict.best,
            "other": verdict.other,
            "saving": with_interval(verdict.saving) if verdict.saving else None,
            "share": verdict.share,
            "comparisons": verdict.comparisons,
            "not_told_apart": list(verdict.not_told_apart),
            "sentence": in_both(lambda lang: verdict_sentence(comparison, lang)),
        },
        "options": {o.name: _option(comparison, o) for o in comparison.options},
        "vat_not_alike": _vat(comparison),
        "horizon": outlook_data(ahead) if ahead else None,
    }


def _vat(comparison: Comparison) -> Data | None:
    """Where options count the VAT of one client in two ways; None where they count it alike."""
    scenario = comparison.scenario
    shown = {option.name: scenario.options[option.name] for option in comparison.options}
    found = vat_differences(shown, scenario.calendar.country)
    if not found:
        return None
    return {
        "differences": [one._asdict() for one in found],
        "words": in_both(lambda lang: vat_sentences(comparison, lang)),
    }


#: Measures whose difference to the baseline is told.
_COMPARED = ("service_level", "abandonment", "missed", "asa")


def _option(comparison: Comparison, option: OptionResult) -> Data:
    """One option of a comparison."""
    difference = comparison.difference(option.name)
    gaps = comparison.gaps(option.name)
    return {
        "service": {
            one.channel: {
                **_service(one),
                "parts": {part.channel: _service(part) for part in option.parts_of(one.channel)},
            }
            for one in option.attained
        },
        "capped": _capped(option),
        "heads": option.heads,
        "peak": option.peak,
        "hours_month": option.hours,
        "occupancy": option.occupancy,
        "cost_month": with_interval(option.cost) if option.cost else None,
        "difference_month": with_interval(difference) if difference else None,
        "difference_in_service": {
            one.channel: {
                measure: with_interval(comparison.difference_in(measure, one.channel, option.name))
                for measure in _COMPARED
            }
            for one in option.attained
        },
        "equal_service": not gaps,
        "gaps": [
            {"channel": g.channel, "measure": g.measure, "ours": g.ours, "baseline": g.theirs}
            for g in gaps
        ],
        "why_not_compared": in_both(lambda lang: gap_sentence(comparison, option.name, lang))
        if gaps
        else None,
        "statement": [
            {"line": line.name, "group": line.group.value, "amount": line.amount}
            for line in option.statement.lines
        ]
        if option.statement
        else None,
        "info": dict(option.statement.info) if option.statement else None,
        "consequences": economics_data(option),
        "price_of_gap": _over(comparison.price_of_gap(option.name)),
        "below_target": [
            {
                "channel": g.channel,
                "measure": g.measure,
                "ours": finite(g.ours),
                "target": g.theirs,
            }
            for g in comparison.short_of_target(option.name)
        ],
        "price_of_target": _over(comparison.price_of_target(option.name)),
    }


def _over(found: tuple[str, Estimate] | None) -> Data | None:
    """What the cheapest option with some service costs more."""
    return {"cheapest": found[0], "more_month": with_interval(found[1])} if found else None


def _service(one: Attained) -> Data:
    """What customers of a channel or of a part of it get."""
    return {
        "service_level": with_interval(one.service_level),
        "abandonment": with_interval(one.abandonment),
        "missed": with_interval(one.missed),
        "asa_s": with_interval(one.asa),
        "kept": one.kept,
        "intervals_missed": one.thin[0],
        "intervals": one.thin[1],
    }


def judgements_data(file: str, judgements: tuple[Judgement, ...]) -> Data:
    """Promises of one file and what became of them."""
    return {
        "file": file,
        "promises": [
            {
                "option": one.option,
                "channel": one.promise.channel,
                "measure": one.promise.measure,
                "promise": one.promise.text,
                "found": with_interval(one.found),
                "state": one.state,
            }
            for one in judgements
        ],
    }
