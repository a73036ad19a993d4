"""Subcommands of ``erlang`` about one team: lines, chat, blend, service, bursty, redials, power."""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import Annotated, Any, Literal

import numpy as np
import typer

from sim import erlang
from sim.cli.reading import (
    LAWS,
    read_agents,
    read_count,
    read_gaps,
    read_hour,
    read_list,
    read_patience,
    read_rate,
    read_seconds,
    read_service,
    read_share,
    read_team,
    whole_target,
)
from sim.cli.telling import keeps, ready, tell
from sim.cli.terminal import AsCsv, AsJson, Lang
from sim.errors import InvalidInput, LinewiseError
from sim.report.language import Language
from sim.report.team_answers import (
    blend_answer,
    blocking_of,
    bursty_answer,
    chat_answer,
    lines_answer,
    power_answer,
    redials_answer,
    service_answer,
)

__all__ = ["add_to", "mean_patience", "redialling", "served_by"]

_Calls = Annotated[str, typer.Option(help="Contacts in the interval.")]
_Per = Annotated[str, typer.Option(help="Length of the interval, such as 30m.")]
_Aht = Annotated[str, typer.Option(help="Mean handle time, such as 3m.")]
_Agents = Annotated[str | None, typer.Option(help="Agents; found for the target when left out.")]
_Team = Annotated[str, typer.Option(help="Agents.")]
_Patience = Annotated[str, typer.Option(help="Mean time until a contact gives up; or never.")]
_Target = Annotated[str, typer.Option(help="Share answered in time, such as 80/20.")]

_DUST = 1e-9
"""By how much shares may miss their sum."""

_MOST_BLENDED = 100_000
"""Agents of whom each number that may be kept free is looked at."""


def _lines(
    ctx: typer.Context,
    load: Annotated[str | None, typer.Option(help="Work offered, in erlangs.")] = None,
    lines: Annotated[str | None, typer.Option(help="Lines.")] = None,
    blocking: Annotated[str | None, typer.Option(help="Share that finds every line taken.")] = None,
    sources: Annotated[
        int | None, typer.Option(min=1, help="So few callers in all, by Engset's formula.")
    ] = None,
    as_csv: AsCsv = False,
    as_json: AsJson = False,
    lang: Lang = "en",
) -> None:
    """Lines, load and blocking: give two and find the third (Erlang B, Engset)."""
    given = {"load": load, "lines": lines, "blocking": blocking}
    missing = [name for name, text in given.items() if text is None]
    if len(missing) != 1:
        raise LinewiseError("give two of --load, --lines and --blocking to find the third")
    erl = None if load is None else read_team("--load", load)
    trunks = None if lines is None else read_team("--lines", lines)
    share = None if blocking is None else read_share("--blocking", blocking)
    if share == 0 and sources is None:
        raise InvalidInput("--blocking", "must be above 0%", blocking, "some calls come together")
    if sources is not None and erl is not None and erl >= sources:
        raise InvalidInput("--load", f"must be below the number of sources, {sources}", load)
    ready()
    if erl is None:
        assert trunks is not None
        assert share is not None
        erl = _load(trunks, share, sources)
    elif trunks is None:
        assert share is not None
        trunks = _trunks(erl, share, sources)
    found = blocking_of(erl, trunks, sources)
    tell(ctx, lines_answer(erl, trunks, found, missing[0], sources, Language(lang)))


def _load(lines: float, blocking: float, sources: int | None) -> float:
    """Largest load that as many lines carry."""
    if sources is None:
        return erlang.load_allowed(lines, max_blocking=blocking)
    low, high = 0.0, float(sources)
    for _ in range(100):
        middle = 0.5 * (low + high)
        within = middle < sources and blocking_of(middle, lines, sources) <= blocking
        low, high = (middle, high) if within else (low, middle)
    return low


def _trunks(load: float, blocking: float, sources: int | None) -> float:
    """Least number of lines that turn away no more."""
    if sources is None:
        return float(erlang.lines_needed(load, max_blocking=blocking))
    return float(next(n for n in range(sources + 1) if blocking_of(load, n, sources) <= blocking))


def _chat(
    ctx: typer.Context,
    calls: _Calls,
    levels: Annotated[
        str, typer.Option(help="Time of a chat while its agent holds 1, 2, 3: 5m,6m40s,9m.")
    ],
    per: _Per = "30m",
    agents: _Agents = None,
    patience: _Patience = "3m",
    target: _Target = "80/30",
    routing: Annotated[
        Literal["least_loaded", "most_loaded", "balanced"] | None,
        typer.Option(help="Who gets the next chat; least_loaded by default."),
    ] = None,
    as_csv: AsCsv = False,
    as_json: AsJson = False,
    lang: Lang = "en",
) -> None:
    """Several chats at once, each the slower for it: service, or agents for a target."""
    promise = whole_target(target)
    team: dict[str, Any] = {
        "arrival_rate": read_rate("--calls", calls, read_seconds("--per", per)),
        "aht_by_level": read_list("--levels", levels, read_seconds),
        "patience": mean_patience(patience),
    }
    ready()
    if agents is None:
        needed = erlang.chat_agents_needed(promise, **team, routing=routing or "least_loaded")
        if not needed.met:
            raise LinewiseError("no number of agents keeps this target")
        found = needed.measures
    else:
        count = read_agents("--agents", agents)
        found = erlang.chat(**team, agents=count, routing=routing or "least_loaded")
    answer = chat_answer(found, promise.awt or 0.0, Language(lang))
    tell(ctx, answer, promise, keeps(promise, found.queue), routing="least_loaded")


def mean_patience(text: str) -> float:
    """Read a patience that must be exponential or endless."""
    patience = read_patience(text)
    if isinstance(patience, erlang.Law):
        rule = "must be a mean or never: this model knows no other law"
        raise InvalidInput("--patience", rule, text)
    return patience


def _blend(
    ctx: typer.Context,
    calls: _Calls,
    aht: _Aht,
    agents: _Team,
    per: _Per = "30m",
    threshold: Annotated[
        str | None,
        typer.Option(help="Agents kept free; as few as keep the target when left out."),
    ] = None,
    outbound_aht: Annotated[str | None, typer.Option(help="Time of outbound work.")] = None,
    patience: _Patience = "3m",
    target: _Target = "80/20",
    as_csv: AsCsv = False,
    as_json: AsJson = False,
    lang: Lang = "en",
) -> None:
    """Calls with other work between them: service against work done, by agents kept free."""
    promise = whole_target(target)
    count = read_agents("--agents", agents, _MOST_BLENDED)
    team: dict[str, Any] = {
        "arrival_rate": read_rate("--calls", calls, read_seconds("--per", per)),
        "aht": read_seconds("--aht", aht),
        "agents": count,
        "patience": mean_patience(patience),
        "outbound_aht": None
        if outbound_aht is None
        else read_seconds("--outbound-aht", outbound_aht),
    }
    ready()
    free = (
        _free(team, count, promise) if threshold is None else read_agents("--threshold", threshold)
    )
    if not 0 <= free <= count:
        raise InvalidInput("--threshold", f"must be from 0 to {count}", threshold)
    inbound = erlang.blending(**team, threshold=free).inbound
    answer = blend_answer(team, free, promise.awt or 0.0, Language(lang))
    tell(ctx, answer, promise, keeps(promise, inbound))


def _free(team: dict[str, Any], agents: int, target: erlang.Target) -> int:
    """Fewest agents kept free that keep the target; all of them when none do."""
    low, high = -1, agents
    while high - low > 1:
        middle = (low + high) // 2
        inbound = erlang.blending(**team, threshold=middle).inbound
        enough = inbound.service_level(target.rule, target.awt or 0.0) >= (
            target.service_level or 0
        )
        low, high = (low, middle) if enough else (middle, high)
    return high


def _service(
    ctx: typer.Context,
    calls: _Calls,
    service: Annotated[str, typer.Option(help="Law of the handle time, or its mean.")],
    per: _Per = "30m",
    arrivals: Annotated[
        str | None,
        typer.Option(
            help="Time between contacts: its cv (1 is random), or a law, whose mean --calls gives."
        ),
    ] = None,
    agents: _Agents = None,
    patience: _Patience = "never",
    target: _Target = "80/20",
    as_csv: AsCsv = False,
    as_json: AsJson = False,
    lang: Lang = "en",
) -> None:
    """Handle times of any law: exact where it can be, beside the usual formulas."""
    promise, law, waits = whole_target(target), read_service(service), read_patience(patience)
    rate = read_rate("--calls", calls, read_seconds("--per", per))
    model, gaps, chosen = served_by(law, waits), None, True
    if arrivals is not None:
        gaps, chosen = read_gaps(arrivals, 1.0 / rate if rate > 0 else 1.0)
        if not isinstance(gaps, erlang.Exponential):
            model = _arriving(gaps, law, waits)
    count = None if agents is None else read_agents("--agents", agents)
    ready()
    solved = erlang.solve(
        arrival_rate=rate, aht=law.mean, agents=count, target=promise, model=model
    )
    found, scv = solved.measures, (1.0 if gaps is None else gaps.scv, law.scv)
    formulas = erlang.ggn_mean_waits(
        arrival_rate=rate,
        aht=law.mean,
        agents=found.agents,
        scv_arrival=scv[0],
        scv_service=scv[1],
    )
    answer = service_answer(found, formulas, scv, chosen, promise.awt or 0.0, Language(lang))
    tell(ctx, answer, promise, solved.met)


def served_by(
    law: erlang.Law,
    patience: float | erlang.Law,
    lines: float = math.inf,
    balking: float = 0.0,
) -> Any:
    """A team whose handle times have a law, as a model that can be solved for all but these."""

    def model(*, arrival_rate: float, aht: float, agents: float) -> erlang.QueueMeasures[float]:
        return erlang.mgn(
            arrival_rate=arrival_rate,
            service=law,
            agents=agents,
            patience=patience,
            lines=lines,
            balking=balking,
        )

    return model


def _arriving(gaps: erlang.Law, law: erlang.Law, patience: float | erlang.Law) -> Any:
    """A team whose contacts come more or less evenly than at random, as a model to solve for."""

    def model(*, arrival_rate: float, aht: float, agents: float) -> erlang.QueueMeasures[float]:
        if arrival_rate == 0:
            nobody: erlang.QueueMeasures[float] = served_by(law, patience)(
                arrival_rate=0.0, aht=aht, agents=agents
            )
            return nobody
        return erlang.ggn(interarrival=gaps, service=law, agents=int(agents), patience=patience)

    return model


def _bursty(
    ctx: typer.Context,
    aht: _Aht,
    state: Annotated[
        list[str] | None,
        typer.Option(help="Contacts in the interval while it lasts, and how long: “60 40m”."),
    ] = None,
    batches: Annotated[
        str | None, typer.Option(help="Shares of contacts at once: “1: 50%, 2: 30%, 5: 20%”.")
    ] = None,
    calls: Annotated[
        str | None, typer.Option(help="Contacts in the interval; with batches.")
    ] = None,
    per: _Per = "30m",
    agents: _Agents = None,
    patience: _Patience = "3m",
    target: _Target = "80/20",
    as_csv: AsCsv = False,
    as_json: AsJson = False,
    lang: Lang = "en",
) -> None:
    """Contacts that come in bursts: in states that take turns at random, or several at once."""
    promise, length = whole_target(target), read_seconds("--per", per)
    waits: dict[str, Any] = {"patience": mean_patience(patience)}
    _check_bursts(bool(state), batches is not None, calls is not None)
    if batches is None:
        spells = [_read_state(text, length) for text in state or ()]
        rate, model = _by_states(spells, waits)
    else:
        rate, model = read_rate("--calls", calls or "", length), _by_batches(batches, waits)
    question: dict[str, Any] = {"arrival_rate": rate, "aht": read_seconds("--aht", aht)}
    count = None if agents is None else read_agents("--agents", agents)
    ready()

    def queue(**team: float) -> erlang.QueueMeasures[float]:
        measures: erlang.QueueMeasures[float] = model(**team).queue
        return measures

    solved = erlang.solve(**question, agents=count, target=promise, model=queue)
    found = model(**question, agents=solved.measures.agents)
    answer = bursty_answer(found, promise.awt or 0.0, Language(lang))
    tell(ctx, answer, promise, solved.met)


def _check_bursts(state: bool, batches: bool, calls: bool) -> None:
    """Refuse options that do not belong together, and name the one that is wrong."""
    if state and batches:
        raise LinewiseError("give --state or --batches, not both")
    if not state and not batches:
        raise LinewiseError("give --state at least twice, or --batches with --calls")
    if state and calls:
        raise LinewiseError("drop --calls: each --state says how many contacts come")
    if batches and not calls:
        raise LinewiseError("--batches needs --calls")


_Bursts = Callable[..., erlang.ArrivalMeasures]


def _read_state(text: str, per: float) -> tuple[float, float]:
    """Read the rate of a state of the arrivals, and the mean time that it lasts."""
    parts = text.split()
    if len(parts) != 2:
        raise InvalidInput("--state", "must be contacts and a time, such as “60 40m”", text)
    return read_rate("--state", parts[0], per), read_seconds("--state", parts[1])


def _by_states(spells: list[tuple[float, float]], waits: dict[str, Any]) -> tuple[float, _Bursts]:
    """Mean rate of states that follow each other in a circle, and the queue by team."""
    if len(spells) < 2:
        raise LinewiseError("give --state at least twice: one state alone is no burst")
    rates, times = np.array(spells).T
    mean = float(rates @ times / times.sum())
    switching = np.roll(np.diag(1.0 / times), 1, axis=1).tolist()

    def model(*, arrival_rate: float, aht: float, agents: float) -> erlang.ArrivalMeasures:
        scaled = rates * (arrival_rate / mean if mean > 0 else 1.0)
        return erlang.mmpp(
            arrival_rates=scaled.tolist(), switching=switching, aht=aht, agents=int(agents), **waits
        )

    return mean, model


def _by_batches(text: str, waits: dict[str, Any]) -> _Bursts:
    """The queue by team, with the sizes of batches read."""
    sizes: dict[int, float] = {}
    for part in text.split(","):
        size, colon, share = part.partition(":")
        if not colon:
            raise InvalidInput("--batches", "must be sizes and shares, such as “1: 50%”", part)
        sizes[read_count("--batches", size)] = read_share("--batches", share)
    if abs(math.fsum(sizes.values()) - 1.0) > _DUST:
        raise InvalidInput("--batches", "must have shares that sum to 100%", text)
    mean = sum(size * share for size, share in sizes.items())

    def model(*, arrival_rate: float, aht: float, agents: float) -> erlang.ArrivalMeasures:
        rate = arrival_rate / mean if mean > 0 else arrival_rate
        return erlang.batch_arrivals(
            batch_rate=rate, sizes=sizes, aht=aht, agents=int(agents), **waits
        )

    return model


def _redials(
    ctx: typer.Context,
    calls: _Calls,
    aht: _Aht,
    redial: Annotated[str, typer.Option(help="Share of those who give up that call again.")],
    per: _Per = "30m",
    agents: _Agents = None,
    patience: _Patience = "3m",
    delay: Annotated[
        str | None, typer.Option(help="Mean time until they do; then also counted exactly.")
    ] = None,
    target: _Target = "80/20",
    as_csv: AsCsv = False,
    as_json: AsJson = False,
    lang: Lang = "en",
) -> None:
    """What people who call again make of a queue (Erlang X); agents for a target."""
    promise, share = whole_target(target), read_share("--redial", redial)
    team: dict[str, Any] = {
        "arrival_rate": read_rate("--calls", calls, read_seconds("--per", per)),
        "aht": read_seconds("--aht", aht),
    }
    after = None if delay is None else read_seconds("--delay", delay)
    waits = read_patience(patience) if after is None else mean_patience(patience)
    if not isinstance(waits, erlang.Law) and math.isinf(waits):
        raise InvalidInput(
            "--patience", "must be finite: who never gives up never redials", patience
        )
    count = None if agents is None else read_agents("--agents", agents)
    ready()
    if count is None:
        count = int(erlang.solve(**team, target=promise, model=redialling(share, waits)).value)
    team |= {"agents": count, "patience": waits}
    answer = redials_answer(team, share, after, promise.awt or 0.0, Language(lang))
    attempts = redialling(share, waits)(
        arrival_rate=team["arrival_rate"], aht=team["aht"], agents=count
    )
    tell(ctx, answer, promise, keeps(promise, attempts))


def redialling(
    redial: float,
    patience: float | erlang.Law,
    lines: float = math.inf,
    balking: float = 0.0,
) -> Any:
    """Attempts of callers who try again, as a model that can be solved."""

    def model(*, arrival_rate: float, aht: float, agents: float) -> erlang.QueueMeasures[float]:
        return erlang.erlang_x(
            arrival_rate=arrival_rate,
            aht=aht,
            agents=agents,
            patience=patience,
            redial_probability=redial,
            lines=lines,
            balking=balking,
        ).attempts

    return model


def _power(
    ctx: typer.Context,
    calls: _Calls,
    aht: _Aht,
    agents: _Team,
    per: _Per = "30m",
    patience: _Patience = "3m",
    rate_per_hour: Annotated[str | None, typer.Option(help="Cost of an hour: 600 RUB/h.")] = None,
    spread: Annotated[int, typer.Option(min=0, max=1000, help="Agents more and less.")] = 5,
    target: _Target = "80/20",
    as_csv: AsCsv = False,
    as_json: AsJson = False,
    lang: Lang = "en",
) -> None:
    """The power of one: what each further agent brings, and what that costs."""
    promise = whole_target(target)
    team = {
        "arrival_rate": read_rate("--calls", calls, read_seconds("--per", per)),
        "aht": read_seconds("--aht", aht),
        "agents": read_agents("--agents", agents),
        "patience": mean_patience(patience),
    }
    hour = None if rate_per_hour is None else read_hour(rate_per_hour)
    ready()
    answer = power_answer(team, hour, spread, promise.awt or 0.0, Language(lang))
    tell(ctx, answer, promise, keeps(promise, erlang.erlang_a(**team)))


def add_to(app: typer.Typer) -> None:
    """Add the subcommands."""
    app.command("lines")(_lines)
    app.command("chat")(_chat)
    app.command("blend")(_blend)
    app.command("service", epilog=LAWS)(_service)
    app.command("bursty")(_bursty)
    app.command("redials")(_redials)
    app.command("power")(_power)
