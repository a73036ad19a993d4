"""Answers about several classes or teams, and about a day of intervals."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np

from sim import erlang
from sim.report.answer import Answer, finite
from sim.report.closed_forms import fitted, flat, measure_table, measures_data, split
from sim.report.language import N_, Language
from sim.report.solved import agents_words
from sim.report.table import Table

__all__ = ["class_answer", "day_answer", "pool_answer", "pool_names", "unread_sentence"]

_METHODS = {
    "sipp": N_("each interval by itself, mean rate"),
    "sipp_max": N_("each interval by itself, highest rate"),
    "sipp_mix": N_("each interval by itself, highest rate while rising"),
    "lag_avg": N_("each interval by itself, a handle time later, mean rate"),
    "lag_max": N_("each interval by itself, a handle time later, highest rate"),
    "lag_mix": N_("each interval by itself, a handle time later, highest rate while rising"),
    "mol": N_("the work of earlier calls counted"),
    "psa": N_("each moment by itself"),
    "backlog": N_("waiting calls carried over"),
    "effective": N_("each interval by itself, work of calls as it is on average (effective rate)"),
}


_SEEN = 0.0005
"""A difference that a tenth of a per cent shows."""


def class_answer(
    names: Sequence[str],
    found: erlang.ClassMeasures,
    pools: Mapping[str, float],
    awt: float,
    lang: Language,
    cost: float | None = None,
    patience: Sequence[str] = (),
) -> Answer:
    """What every class lives through, and how busy the pools are.

    Parameters
    ----------
    names, found
        The classes and their measures.
    pools
        Agents by pool.
    awt
        Threshold of the service levels [s].
    lang
        The reader's language.
    cost
        Cost of the pools, where the cheapest were asked for.
    patience
        Classes that never give up, as nobody said when they do.
    """
    first = ", ".join(
        lang(
            "{name} {share} in {awt}",
            name=name,
            share=lang.percent(one.service_level("offered", awt), 1),
            awt=lang.duration(awt),
        )
        for name, one in zip(names, found.classes, strict=True)
    )
    team = "; ".join(
        agents_words(n, lang) + (f" ({name})" if len(pools) > 1 else "")
        for name, n in pools.items()
    )
    answered = lang("{team}, answered: {classes}.", team=team, classes=first)
    sentences = [answered]
    if cost is not None:
        cheapest = lang(
            "Cheapest team: {team}; its cost is {cost}.", team=team, cost=lang.plain(cost)
        )
        sentences = [cheapest, lang("Answered: {classes}.", classes=first)]
    if patience:
        sentences.append(
            lang(
                "Without a patience of their own never give up: {classes}.",
                classes=", ".join(patience),
            )
        )
    columns = dict(zip(names, found.classes, strict=True))
    table = measure_table({**columns, lang("Everybody"): found.all}, awt, lang)
    busy = Table(
        lang("Who answers"),
        (lang("Skills"), lang("Agents"), lang("Occupancy")),
        tuple(
            (name, lang.plain(agents), lang.percent(share, 1))
            for (name, agents), share in zip(pools.items(), found.pool_occupancy, strict=True)
        ),
    )
    data = {
        "classes": {name: measures_data(one, awt) for name, one in columns.items()},
        "all": measures_data(found.all, awt),
        "pools": dict(pools),
        "pool_occupancy": dict(zip(pools, map(float, found.pool_occupancy), strict=True)),
        "occupancy": float(found.occupancy),
        "states": found.states,
        "cost": cost,
    }
    rows = [{"class": name, **flat(one, awt)} for name, one in columns.items()]
    rows.append({"class": "all", **flat(found.all, awt)})
    return Answer(sentences=tuple(sentences), tables=(table, fitted(busy)), data=data, rows=rows)


def pool_names(skills: Sequence[Sequence[str]]) -> list[str]:
    """Pools by what they can do; those that can do the same are numbered.

    Examples
    --------
    >>> pool_names([["sales"], ["help", "sales"], ["sales"]])
    ['sales', 'help, sales', 'sales (2)']
    """
    plain = [", ".join(one) for one in skills]
    seen = [plain[:at].count(name) + 1 for at, name in enumerate(plain)]
    return [name if n == 1 else f"{name} ({n})" for name, n in zip(plain, seen, strict=True)]


def pool_answer(
    names: Sequence[str], found: erlang.Pooling, asked: bool, awt: float, lang: Language
) -> Answer:
    """Teams apart and together: the same people, and the people that would be enough.

    Parameters
    ----------
    names
        The teams.
    found
        What pooling gives.
    asked
        Whether there is a target for the pooled team to keep.
    awt
        Threshold of the service levels [s].
    lang
        The reader's language.
    """
    apart, one = found.apart, found.pooled
    first = lang(
        "Apart {apart}; the same people together answer {share} in {awt}.",
        apart=lang.n("{n} agent", "{n} agents", found.agents_apart),
        share=lang.percent(one.service_level("offered", awt), 1),
        awt=lang.duration(awt),
    )
    second = _pooled_sentence(found, lang)
    levels = np.asarray(apart.service_level("offered", awt))
    columns = ("agents", "load", "asa", "abandonment", "occupancy")
    rows: list[dict[str, Any]] = [
        {
            "team": name,
            "service_level_offered": float(levels[at]),
            **{key: float(np.asarray(getattr(apart, key))[at]) for key in columns},
        }
        for at, name in enumerate(names)
    ]
    rows.append(
        {
            "team": "pooled",
            "service_level_offered": one.service_level("offered", awt),
            **{key: float(getattr(one, key)) for key in columns},
        }
    )
    table = Table(
        lang("Teams apart and together"),
        (
            lang("Team"),
            lang("Agents"),
            lang("in {awt}", awt=lang.duration(awt)),
            lang("ASA"),
            lang("lost"),
            lang("occupancy"),
        ),
        tuple(
            (
                lang("together") if row["team"] == "pooled" else row["team"],
                lang.number(row["agents"]),
                lang.percent(row["service_level_offered"], 1),
                lang.duration(row["asa"]),
                lang.percent(row["abandonment"], 1),
                lang.percent(row["occupancy"]),
            )
            for row in rows
        ),
    )
    data = {
        "agents_apart": found.agents_apart,
        "agents_pooled": found.agents_pooled,
        "teams": [{k: _plain(v) for k, v in row.items()} for row in rows[:-1]],
        "pooled": measures_data(one, awt),
    }
    sentences = (first, second) if asked else (first,)
    return Answer(sentences=sentences, tables=(fitted(table),), data=data, rows=rows)


def _pooled_sentence(found: erlang.Pooling, lang: Language) -> str:
    """What one team needs, and by how much that is fewer or more."""
    pooled = lang.n("{n} agent", "{n} agents", found.agents_pooled)
    saved = found.agents_apart - found.agents_pooled
    number = lang.number(abs(saved))
    if saved < 0:
        return lang(
            "For the same promise one team needs {pooled}: {more} more.", pooled=pooled, more=number
        )
    if saved == 0:
        return lang("For the same promise one team needs {pooled}: as many.", pooled=pooled)
    return lang(
        "For the same promise one team needs {pooled}: {saved} fewer.", pooled=pooled, saved=number
    )


def day_answer(
    starts: Sequence[str],
    calls: Sequence[float],
    agents: Sequence[int],
    found: erlang.MethodComparison,
    days: tuple[float, erlang.RandomDayMeasures] | None,
    awt: float,
    lang: Language,
) -> Answer:
    """The exact day against the usual methods, by interval and for the day.

    `days` are days of another busyness, with its spread.
    """
    first = lang(
        "{share} of the day's calls are answered in {awt}, exactly.",
        share=lang.percent(found.exact_day, 1),
        awt=lang.duration(awt),
    )
    second = _errors_sentence(found, lang)
    random = None if days is None else days[1].intervals.service_level("offered", awt)
    rows = [
        {
            "start": starts[at],
            "calls": calls[at],
            "agents": agents[at],
            "exact": float(found.exact[at]),
            **({} if random is None else {"random_days": float(random[at])}),
            **{one.method: float(one.service_level[at]) for one in found.methods},
            **{
                f"agents_{one.method}": int(one.staffing.agents[at])
                for one in found.methods
                if one.staffing is not None
            },
        }
        for at in range(len(starts))
    ]
    data: dict[str, Any] = {
        "exact_day": found.exact_day,
        "methods": _methods(found),
        "intervals": rows,
    }
    sentences = [first, second]
    if days is not None:
        data["random_days"] = _random(days, awt)
        sentences.append(_random_sentence(data["random_days"], lang))
    tables = (_method_table(found, lang), *_interval_tables(rows, found, lang))
    return Answer(sentences=tuple(sentences), tables=tables, data=data, rows=rows)


def _errors_sentence(found: erlang.MethodComparison, lang: Language) -> str:
    """What the usual method would say, and which methods are furthest off and nearest."""
    sipp = found.of("sipp")
    by_error = sorted(found.methods, key=lambda one: abs(one.day_error))
    near, far = by_error[0], by_error[-1]
    named = {
        "said": lang.percent(sipp.day_service_level, 1),
        "near": near.method,
        "nearest": lang.percent(near.day_service_level, 1),
        "far": far.method,
        "furthest": lang.percent(far.day_service_level, 1),
    }
    if abs(far.day_error) - abs(near.day_error) < _SEEN:
        return lang("Every usual method says as much: {said}.", **named)
    if abs(far.day_error) - abs(sipp.day_error) < _SEEN:
        return lang(
            "Each interval by itself (sipp) would say {said}, and no usual method is further off; "
            "the nearest is {near}: {nearest}.",
            **named,
        )
    return lang(
        "Each interval by itself (sipp) would say {said}; the furthest off is {far}: {furthest}, "
        "the nearest {near}: {nearest}.",
        **named,
    )


def unread_sentence(names: str, lang: Language) -> str:
    """Which columns of a file are nothing to a day."""
    return lang("Columns that are not read: {names}.", names=names)


def _random(days: tuple[float, erlang.RandomDayMeasures], awt: float) -> dict[str, float]:
    """Service when whole days are busier or quieter, of contacts and of days."""
    spread, found = days
    return {
        "busyness": spread,
        "service_level": found.day.service_level("offered", awt),
        "mean_of_days": found.mean_of_days.service_level("offered", awt),
    }


def _random_sentence(known: Mapping[str, float], lang: Language) -> str:
    """The same in words: what a month's total shows, and what a day can expect."""
    return lang(
        "When the volume of days varies by {spread}: {share} of all contacts in time; on a day, "
        "{days} on average.",
        spread=lang.percent(known["busyness"]),
        share=lang.percent(known["service_level"], 1),
        days=lang.percent(known["mean_of_days"], 1),
    )


def _method(name: str, lang: Language) -> str:
    """A method in words."""
    return name + ": " + lang(_METHODS[name]) if name in _METHODS else name


def _method_table(found: erlang.MethodComparison, lang: Language) -> Table:
    """What each method says of the day, and what it would have asked for."""
    rows = []
    for one in found.methods:
        hours, truly = "—", "—"
        if one.staffing is not None and one.staffed_day_service_level is not None:
            hours = lang.plain(one.staffing.agent_hours, 1)
            truly = lang.percent(one.staffed_day_service_level, 1)
        rows.append(
            (
                _method(one.method, lang),
                lang.percent(one.day_service_level, 1),
                lang.plain(100 * one.day_error, 1),
                lang.plain(100 * one.worst_error, 1),
                hours,
                truly,
            )
        )
    head = (
        lang("Method"),
        lang("says of the day"),
        lang("error, points"),
        lang("worst interval, points"),
        lang("asks for agent hours"),
        lang("which give in truth"),
    )
    return fitted(Table(lang("What the usual methods get wrong"), head, tuple(rows)))


def _interval_tables(
    rows: Sequence[Mapping[str, Any]], found: erlang.MethodComparison, lang: Language
) -> tuple[Table, ...]:
    """Interval by interval: in truth, and by each method."""
    names = [one.method for one in found.methods]
    whole = Table(
        lang("Interval by interval"),
        (lang("Start"), lang("Calls"), lang("Agents"), lang("exactly"), *names),
        tuple(
            (
                str(row["start"]),
                lang.plain(row["calls"], 1),
                lang.number(row["agents"]),
                *(lang.percent(row[key], 1) for key in ("exact", *names)),
            )
            for row in rows
        ),
    )
    return split(whole, 4)


def _methods(found: erlang.MethodComparison) -> dict[str, Any]:
    """Methods as plain data."""
    return {
        one.method: {
            "day_service_level": one.day_service_level,
            "day_error": one.day_error,
            "worst_error": one.worst_error,
            "agent_hours": one.staffing.agent_hours if one.staffing else None,
            "staffed_day_service_level": one.staffed_day_service_level,
        }
        for one in found.methods
    }


def _plain(value: object) -> object:
    """A value that JSON can hold."""
    return finite(value) if isinstance(value, float) else value
