"""Subcommands of ``erlang`` about several classes or teams, and about a whole day."""

from __future__ import annotations

import math
from pathlib import Path
from typing import Annotated, Any, NamedTuple

import numpy as np
import typer

from sim import erlang
from sim.cli.day_file import read_day
from sim.cli.erlang_team import mean_patience
from sim.cli.reading import (
    named,
    read_agents,
    read_list,
    read_rate,
    read_seconds,
    read_share,
    read_team,
    whole_target,
)
from sim.cli.telling import keeps, ready, tell
from sim.cli.terminal import AsCsv, AsJson, Lang, console
from sim.errors import InvalidInput, LinewiseError
from sim.report.language import Language
from sim.report.teams_answers import (
    class_answer,
    day_answer,
    pool_answer,
    pool_names,
    unread_sentence,
)
from sim.scenario.parse import number

__all__ = ["add_to"]

_CLASS = "name, calls, handle time and perhaps patience, such as “sales 40 4m 2m”"
_TEAM = "name, calls, handle time and perhaps agents, such as “north 60 3m 8”"

_Per = Annotated[str, typer.Option(help="Length of the interval, such as 30m.")]
_Target = Annotated[str, typer.Option(help="Share answered in time, such as 80/20.")]
_Classes = Annotated[list[str], typer.Option("--class", help=f"A class: {_CLASS}. Repeat it.")]

_MOST_AGENTS = 100_000
"""Agents that a search goes up to."""


class _Class(NamedTuple):
    """One class of contacts."""

    name: str
    arrival_rate: float
    aht: float
    patience: float
    said: bool
    """Whether anybody said when they give up."""


def _read_class(text: str, per: float) -> _Class:
    """Read a class; patience is endless when it is left out."""
    parts = text.split()
    if len(parts) not in (3, 4):
        raise InvalidInput("--class", f"must be {_CLASS}", text)
    patience = mean_patience(parts[3]) if len(parts) == 4 else math.inf
    return _Class(
        parts[0],
        read_rate("--class", parts[1], per),
        read_seconds("--class", parts[2]),
        patience,
        len(parts) == 4,
    )


def _read_classes(texts: list[str], per: str) -> list[_Class]:
    """Read all classes, whose names must differ."""
    classes = [_read_class(text, read_seconds("--per", per)) for text in texts]
    _different("--class", [one.name for one in classes])
    return classes


def _different(option: str, names: list[str]) -> None:
    """Refuse a name said twice."""
    twice = sorted({name for name in names if names.count(name) > 1})
    if twice:
        raise InvalidInput(option, "must have different names", ", ".join(twice))


def _classes(
    ctx: typer.Context,
    classes: _Classes,
    per: _Per = "30m",
    agents: Annotated[
        str | None, typer.Option(help="Agents; as many as every class needs when left out.")
    ] = None,
    target: _Target = "80/20",
    as_csv: AsCsv = False,
    as_json: AsJson = False,
    lang: Lang = "en",
) -> None:
    """Classes served by one team in order of priority, the first given first."""
    promise, known = whole_target(target), _read_classes(classes, per)
    traffic = {
        "arrival_rates": tuple(one.arrival_rate for one in known),
        "aht": _common([one.aht for one in known]),
        "patience": _common([one.patience for one in known]),
    }
    ready()
    count = _least(traffic, promise) if agents is None else read_team("--agents", agents)
    found = erlang.priority(**traffic, agents=count)  # type: ignore[arg-type]  # by name
    words = Language(lang)
    names = [one.name for one in known]
    pools = {words("Team"): count}
    answer = class_answer(names, found, pools, promise.awt or 0.0, words, patience=_said(known))
    tell(ctx, answer, promise, _all_kept(promise, found))


def _all_kept(promise: erlang.Target, found: erlang.ClassMeasures) -> bool:
    """Whether every class gets what is promised."""
    return all(keeps(promise, one) for one in found.classes)


def _said(classes: list[_Class]) -> tuple[str, ...]:
    """Classes of which nobody said when they give up."""
    return tuple(one.name for one in classes if not one.said)


def _common(values: list[float]) -> float | tuple[float, ...]:
    """One number when all are the same: that has a closed form."""
    return values[0] if len(set(values)) == 1 else tuple(values)


def _least(traffic: dict[str, Any], target: erlang.Target) -> float:
    """Least agents that keep the target for every class."""

    def enough(agents: int) -> bool:
        found = erlang.priority(**traffic, agents=agents)
        reached = (one.service_level(target.rule, target.awt or 0.0) for one in found.classes)
        return all(level >= (target.service_level or 0.0) for level in reached)

    low, high, stride = 0, 1, 1
    while not enough(high):
        if high > _MOST_AGENTS:
            raise LinewiseError("no team keeps this target for every class")
        low, high, stride = high, high + stride, 2 * stride
    while high - low > 1:
        middle = (low + high) // 2
        low, high = (low, middle) if enough(middle) else (middle, high)
    return float(high)


def _skills(
    ctx: typer.Context,
    classes: _Classes,
    pool: Annotated[
        list[str],
        typer.Option(help="Agents and the classes they serve, in order: “8: sales, help”."),
    ],
    cost: Annotated[
        str | None,
        typer.Option(help="Cost of an agent by pool, such as 1,1.2: finds the cheapest pools."),
    ] = None,
    per: _Per = "30m",
    target: _Target = "80/20",
    as_csv: AsCsv = False,
    as_json: AsJson = False,
    lang: Lang = "en",
) -> None:
    """Pools of agents with different skills; with --cost the cheapest for the target."""
    promise, known = whole_target(target), _read_classes(classes, per)
    names = [one.name for one in known]
    sizes, serves = zip(*(_read_pool(text, names, cost is not None) for text in pool), strict=True)
    design: dict[str, Any] = {
        "arrival_rates": tuple(one.arrival_rate for one in known),
        "aht": _common([one.aht for one in known]),
        "patience": _common([one.patience for one in known]),
        "serves": serves,
        "routes": _routes(len(names), serves),
    }
    price = None
    ready()
    if cost is None:
        found = erlang.skills(**design, pools=sizes)
    else:
        costs = _read_costs(cost, len(sizes))
        cheapest = erlang.skill_agents_needed(promise, costs=costs, **design)
        if not cheapest.met:
            raise LinewiseError("no pools of these skills keep the target for every class")
        found, sizes, price = cheapest.measures, cheapest.pools, cheapest.cost
    words = Language(lang)
    pools = dict(zip(pool_names([[names[c] for c in s] for s in serves]), sizes, strict=True))
    awt = promise.awt or 0.0
    answer = class_answer(names, found, pools, awt, words, price, patience=_said(known))
    tell(ctx, answer, promise, _all_kept(promise, found))


def _read_costs(text: str, pools: int) -> tuple[float, ...]:
    """Read the cost of an agent of each pool."""
    costs = read_list("--cost", text, lambda name, part: named(name, number, part))
    if not all(0 < one < math.inf for one in costs):
        raise InvalidInput("--cost", "must be above 0 for every pool", text)
    if len(costs) != pools:
        raise InvalidInput("--cost", f"must say {pools}, one for each --pool", text)
    return costs


def _read_pool(text: str, names: list[str], free: bool) -> tuple[int, tuple[int, ...]]:
    """Read agents and the classes that they serve; agents may be left out where they are found."""
    size, colon, skills = text.rpartition(":")
    if not colon and not free:
        raise InvalidInput("--pool", "must say how many agents", text, "write it like “8: a, b”")
    wanted = [part.strip() for part in skills.split(",")]
    unknown = [part for part in wanted if part not in names]
    if unknown:
        raise InvalidInput("--pool", f"must name classes among {', '.join(names)}", unknown[0])
    return (
        read_agents("--pool", size) if size.strip() not in ("", "?") else 0,
        tuple(names.index(part) for part in wanted),
    )


def _routes(classes: int, serves: tuple[tuple[int, ...], ...]) -> tuple[tuple[int, ...], ...]:
    """Pools of every class: those that can do least else first."""
    routes = []
    for one in range(classes):
        able = [at for at, skills in enumerate(serves) if one in skills]
        routes.append(tuple(sorted(able, key=lambda at: (len(serves[at]), serves[at].index(one)))))
    return tuple(routes)


def _pool(
    ctx: typer.Context,
    team: Annotated[list[str], typer.Option(help=f"A team: {_TEAM}. Repeat it.")],
    per: _Per = "30m",
    patience: Annotated[str, typer.Option(help="Mean time until a caller gives up.")] = "3m",
    target: _Target = "80/20",
    as_csv: AsCsv = False,
    as_json: AsJson = False,
    lang: Lang = "en",
) -> None:
    """Two or more teams apart, and the same work in one team."""
    promise, length = whole_target(target), read_seconds("--per", per)
    parts = [text.split() for text in team]
    if any(len(one) not in (3, 4) for one in parts) or len({len(one) for one in parts}) != 1:
        rule = f"must be {_TEAM}; agents for all teams or for none"
        raise InvalidInput("--team", rule, "; ".join(team))
    if len(parts) < 2:
        raise LinewiseError("give two teams at least: repeat --team")
    _different("--team", [one[0] for one in parts])
    staff = [read_agents("--team", one[3]) for one in parts if len(one) == 4]
    ready()
    found = erlang.pooling(
        promise,
        arrival_rate=np.array([read_rate("--team", one[1], length) for one in parts]),
        aht=np.array([read_seconds("--team", one[2]) for one in parts]),
        patience=mean_patience(patience),
        agents=np.array(staff, dtype=np.float64) if staff else None,
    )
    names = [one[0] for one in parts]
    tell(ctx, pool_answer(names, found, True, promise.awt or 0.0, Language(lang)))


def _day(
    ctx: typer.Context,
    file: Annotated[
        Path,
        typer.Argument(
            help="CSV with columns start, calls, agents, and aht if you like.", metavar="FILE"
        ),
    ],
    aht: Annotated[
        str | None, typer.Option(help="Mean handle time, such as 4m, unless a column aht says it.")
    ] = None,
    per: _Per = "30m",
    patience: Annotated[str, typer.Option(help="Mean time until a caller gives up.")] = "3m",
    busyness: Annotated[
        str | None, typer.Option(help="Spread of the volume of whole days, such as 30%.")
    ] = None,
    target: _Target = "80/20",
    as_csv: AsCsv = False,
    as_json: AsJson = False,
    lang: Lang = "en",
) -> None:
    """A day of intervals, exactly, beside what the usual methods say and ask for."""
    promise, length, words = whole_target(target), read_seconds("--per", per), Language(lang)
    read = read_day(file, length)
    awt = promise.awt or 0.0
    day: dict[str, Any] = {
        "arrival_rate": np.array(read.calls) / length,
        "aht": _one_aht(file, read.aht, aht),
        "agents": np.array(read.agents, dtype=np.float64),
        "patience": mean_patience(patience),
        "interval": length,
    }
    spread = None if busyness is None else read_share("--busyness", busyness)
    if spread == 0:
        raise InvalidInput("--busyness", "must be above 0%", busyness)
    ready()
    days = None
    try:
        found = erlang.compare_methods(**day, awt=awt, target=promise)
        if spread is not None:
            busy = erlang.Gamma(shape=spread**-2, mean=1.0)
            days = spread, erlang.random_day(busyness=busy, **day)
    except InvalidInput as error:
        raise _too_many(file, error) from None
    if read.unread:
        console(error=True).print(unread_sentence(", ".join(read.unread), words))
    tell(ctx, day_answer(read.starts, read.calls, read.agents, found, days, awt, words))


def _too_many(file: Path, error: InvalidInput) -> LinewiseError:
    """In plain words, that a day is too large to be followed contact by contact."""
    if error.name not in ("events", "states"):
        return error
    return LinewiseError(
        f"{file}: too many calls and agents, or too few agents for so many calls, to follow the "
        "day exactly; look whether the numbers are right, or simulate the day"
    )


def _one_aht(file: Path, rows: tuple[float, ...], aht: str | None) -> float:
    """The handle time of a day, said once or in every row: it must be one."""
    known = set(rows) if aht is None else {read_seconds("--aht", aht), *rows}
    if not known:
        raise LinewiseError(f"give --aht, or a column aht in {file}")
    if len(known) > 1:
        said = ", ".join(f"{value:g} s" for value in sorted(known))
        raise LinewiseError(
            f"{file}: a day has one handle time here, not {said}: give the mean as --aht and drop "
            "the column, or simulate"
        )
    return known.pop()


def add_to(app: typer.Typer) -> None:
    """Add the subcommands."""
    app.command("classes")(_classes)
    app.command("skills")(_skills)
    app.command("pool")(_pool)
    app.command("day")(_day)
