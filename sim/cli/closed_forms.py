"""The command ``erlang``: closed forms without a scenario file, for whatever is unknown."""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import Annotated, Any

import typer

from sim import erlang
from sim.cli import erlang_scale, erlang_team, erlang_teams
from sim.cli.erlang_team import redialling, served_by
from sim.cli.reading import (
    LAWS,
    read_hour,
    read_patience,
    read_rate,
    read_seconds,
    read_service,
    read_share,
    read_target,
    read_team,
)
from sim.cli.telling import assumed, ready
from sim.cli.terminal import AsCsv, AsJson, Lang, print_csv, print_json, print_sentences, show
from sim.errors import InvalidInput, LinewiseError
from sim.report.closed_forms import measure_table
from sim.report.language import N_, Language
from sim.report.people import next_data, next_sentence, people_data, people_sentence
from sim.report.promises import assumed_sentence
from sim.report.solved import (
    Case,
    Frame,
    answer_sentences,
    case_of,
    solved_data,
    solved_rows,
    spread_tables,
)
from sim.report.varying import Varying, varying, varying_sentence

__all__ = ["add_to"]

_TARGET, _AWT = (0.8, 20.0), 20.0

_HELP = f"""Closed forms, for whatever is unknown.

Give two of --calls, --aht and --agents to find the third for a target; give all three to see what
they promise. Erlang C, without impatience, and Erlang A stand side by side.

{LAWS}
"""

_NO_LEVEL = N_(
    "No share answered in time is promised, as other bounds are: add --target 80/20 to keep both."
)

_TEAMS = ("agents", "nothing", "awt", "service_level")
"""What may be unknown so that a next agent can be spoken of: the work is known."""

Text = str | None
Calls = Annotated[Text, typer.Option(help="Contacts in the interval.")]
Per = Annotated[str, typer.Option(help="Length of the interval, such as 30m.")]
Aht = Annotated[Text, typer.Option(help="Mean handle time, such as 3m.")]
Patience = Annotated[
    str,
    typer.Option(help="Mean time until a caller gives up: 3m, never, or a law (above)."),
]
Rule = Annotated[str, typer.Option(help="Share of what: " + ", ".join(erlang.SERVICE_RULES) + ".")]


def _erlang(
    ctx: typer.Context,
    calls: Calls = None,
    per: Per = "30m",
    aht: Aht = None,
    agents: Annotated[Text, typer.Option(help="Agents at work, parts of one allowed.")] = None,
    target: Annotated[
        Text,
        typer.Option(help="Share answered in time, such as 80/20; ?/20 or 80/? asks for a half."),
    ] = None,
    rule: Rule = "offered",
    max_abandonment: Annotated[
        Text, typer.Option(help="Largest share that gives up: 5%; alone, instead of 80/20.")
    ] = None,
    max_asa: Annotated[Text, typer.Option(help="Longest mean wait of those answered: 20s.")] = None,
    max_occupancy: Annotated[
        Text, typer.Option(help="Largest share of time that agents are busy: 85%.")
    ] = None,
    max_wait_probability: Annotated[
        Text, typer.Option(help="Largest share that has to wait: 30%.")
    ] = None,
    patience: Patience = "3m",
    lines: Annotated[
        int | None, typer.Option(min=0, help="Contacts that fit in, waiting or in service.")
    ] = None,
    balking: Annotated[
        Text, typer.Option(help="Share that leaves at once when nobody is free: 10%.")
    ] = None,
    redial: Annotated[
        Text, typer.Option(help="Share of those who give up that call again: 50%.")
    ] = None,
    service: Annotated[
        Text, typer.Option(help="Law of the handle time (above), instead of --aht.")
    ] = None,
    variation: Annotated[
        Text, typer.Option(help="Deviation of the volume from day to day over its mean: 20%.")
    ] = None,
    sure: Annotated[
        Text, typer.Option(help="Share of days that keep the target, with --variation: 90%.")
    ] = None,
    rate_per_hour: Annotated[Text, typer.Option(help="Cost of an hour: 600 RUB/h.")] = None,
    shrinkage: Annotated[Text, typer.Option(help="Share of paid time away from work: 30%.")] = None,
    spread: Annotated[
        int, typer.Option(min=0, max=1000, help="Agents more and less in the table.")
    ] = 5,
    as_csv: AsCsv = False,
    as_json: AsJson = False,
    lang: Lang = "en",
) -> None:
    """Solve for whatever is missing of volume, handle time, agents and promise."""
    if ctx.invoked_subcommand is not None:
        _refuse_options(ctx)
        return
    said, words = ctx.params, Language(lang)
    if as_csv and as_json:
        raise LinewiseError("give --csv or --json, not both")
    frame, question = _question(said)
    cases = _cases(said, question, words)
    ready()
    days, away, hour = _days(said, cases, frame), _shrinkage(said), _hour(said, cases)
    usual = _default(said, question)
    options = assumed(ctx, target=usual)
    if not usual and (said["target"] is None or said["target"].strip().endswith("?")):
        options["awt"] = f"{_AWT:g}s"
    if as_json:
        extra = {
            "varying": {one.key: vars(found) for one, found in days},
            "people": people_data(cases, away),
            "one_more": next_data(cases[-1], hour),
        }
        data = solved_data(cases, frame, spread) | {"assumed": options}
        print_json({**data, **{k: v for k, v in extra.items() if v}})
    elif as_csv:
        print_csv(solved_rows(cases, frame, spread), lang)
    else:
        further = [varying_sentence(*one, frame, words) for one in days]
        if cases[0].solution.unknown in _TEAMS:
            further.append(next_sentence(cases[-1], frame, hour, words))
        if cases[0].solution.unknown == "agents" or said["agents"] is not None:
            further.append(people_sentence(cases, away, words))
        if _unserved(said, question):
            further.append(words(_NO_LEVEL))
        further += [assumed_sentence(options, words)] if options else []
        _print(cases, frame, further, spread, words)


def _print(
    cases: list[Case], frame: Frame, further: list[str], spread: int, words: Language
) -> None:
    """Print the answer, then the sentences beside it, then the tables."""
    print_sentences(filter(None, (*answer_sentences(cases, frame, words), *further)))
    show(measure_table({one.name: one.solution.measures for one in cases}, frame.awt, words))
    for table in spread_tables(cases, frame, spread, words):
        show(table)


def _unserved(said: dict[str, Any], question: dict[str, Any]) -> bool:
    """Whether other bounds have taken the place of the usual share answered in time."""
    target = question.get("target")
    return said["target"] is None and target is not None and target.service_level is None


def _default(said: dict[str, Any], question: dict[str, Any]) -> str:
    """The target that stands for what nobody said; empty where none is wanted."""
    usual = question.get("target") is not None and not _unserved(said, question)
    return "80/20" if usual else ""


def _days(said: dict[str, Any], cases: list[Case], frame: Frame) -> list[tuple[Case, Varying]]:
    """What busy and quiet days make of each answer, where that is asked for."""
    if said["variation"] is None:
        if said["sure"] is not None:
            raise LinewiseError("--sure needs --variation: the spread of the volume over days")
        return []
    variation = read_share("--variation", said["variation"])
    if variation == 0:
        raise InvalidInput("--variation", "must be above 0%", said["variation"])
    sure = None if said["sure"] is None else read_share("--sure", said["sure"])
    if sure is not None and cases[0].solution.target is None:
        raise LinewiseError("--sure needs a --target, or another bound to keep")
    plain = [one for one in cases if one.key in ("erlang_c", "erlang_a")]
    return [(one, varying(one, frame, variation, sure)) for one in plain]


def _refuse_options(ctx: typer.Context) -> None:
    """Options before the name of a subcommand would be lost: say so."""
    sources = {name: ctx.get_parameter_source(name) for name in ctx.params}
    lost = [name for name, source in sources.items() if source and source.name == "COMMANDLINE"]
    if lost:
        names = ", ".join("--" + name.removeprefix("as_").replace("_", "-") for name in lost)
        where = f"linewise erlang {ctx.invoked_subcommand}"
        raise LinewiseError(f"put {names} behind “{where}”, if it takes them")


def _question(said: dict[str, Any]) -> tuple[Frame, dict[str, Any]]:
    """What is known and asked, as `sim.erlang.solve` takes it."""
    per = read_seconds("--per", said["per"])
    if said["service"] is not None and said["aht"] is not None:
        raise LinewiseError("give --aht or --service, not both: the law has the mean")
    rule = said["rule"]
    if rule not in erlang.SERVICE_RULES:
        rules = ", ".join(erlang.SERVICE_RULES)
        raise InvalidInput("--rule", f"must be one of {rules}", rule)
    aht = None if said["aht"] is None else read_seconds("--aht", said["aht"])
    if said["service"] is not None:
        aht = read_service(said["service"]).mean
    question: dict[str, Any] = {
        "arrival_rate": None if said["calls"] is None else read_rate("--calls", said["calls"], per),
        "aht": aht,
        "agents": None if said["agents"] is None else read_team("--agents", said["agents"]),
    }
    missing = [
        f"--{'calls' if n == 'arrival_rate' else n}" for n, v in question.items() if v is None
    ]
    if len(missing) > 1:
        raise LinewiseError(
            f"{' and '.join(missing)} are missing: give two of --calls, --aht and --agents to find "
            "the third, or all three to see what they give"
        )
    awt, promise = _promise(said, missing, rule)
    return Frame(per=per, awt=awt, rule=rule), {**question, **promise}


def _promise(said: dict[str, Any], missing: list[str], rule: str) -> tuple[float, dict[str, Any]]:
    """The threshold that is shown, and the target or the half of one that is known."""
    bounds = {
        name: read(f"--{name.replace('_', '-')}", said[name])
        for name, read in _BOUNDS.items()
        if said[name] is not None
    }
    share, awt = (None, None) if said["target"] is None else read_target(said["target"])
    if said["target"] is None and missing and not bounds:
        share, awt = _TARGET
    if (share is None) != (awt is None):
        half = said["target"]
        if missing or bounds:
            what = f"{missing[0]} is missing" if missing else "other bounds are given"
            raise LinewiseError(f"--target {half} asks for its ?, but {what}")
        known = {"awt": awt} if share is None else {"service_level": share}
        return _AWT if awt is None else awt, {**known, "rule": rule}
    if share is None and not bounds:
        return _AWT, {}
    target = erlang.Target(service_level=share, awt=awt, rule=rule, **bounds)  # type: ignore[arg-type]  # as read
    return _AWT if awt is None else awt, {"target": target}


def _cases(said: dict[str, Any], question: dict[str, Any], words: Language) -> list[Case]:
    """The models side by side."""
    patience = read_patience(said["patience"])
    queue = {
        "lines": math.inf if said["lines"] is None else float(said["lines"]),
        "balking": 0.0 if said["balking"] is None else read_share("--balking", said["balking"]),
    }
    _check_lines(said, question)
    _refuse_together(said)
    cases = [case_of("erlang_c", {**question, **queue}, words)]
    if isinstance(patience, erlang.Law) or math.isfinite(patience):
        cases.append(case_of("erlang_a", {**question, **queue, "patience": patience}, words))
    return [*cases, *_further(said, question, {**queue, "patience": patience}, words)]


def _check_lines(said: dict[str, Any], question: dict[str, Any]) -> None:
    """Refuse fewer lines than agents, by the names of the options."""
    lines, agents = said["lines"], question["agents"]
    if lines is not None and agents is not None and lines < agents:
        rule = f"must be at least as many as --agents, {said['agents']}"
        raise InvalidInput("--lines", rule, lines)


def _refuse_together(said: dict[str, Any]) -> None:
    """No model knows all of these at once, and what is given must not be lost: say what to drop."""
    asked = [name for name in ("redial", "service", "variation") if said[name] is not None]
    if len(asked) > 1:
        names = [f"--{name}" for name in asked]
        raise LinewiseError(
            f"no formula knows {' and '.join(names)} together: keep one of them, or simulate"
        )
    lost = [name for name in ("variation", "rate_per_hour", "shrinkage") if said[name] is not None]
    if said["as_csv"] and lost:
        names = [f"--{name.replace('_', '-')}" for name in lost]
        raise LinewiseError(f"--csv prints the table alone: drop {' and '.join(names)}, or --csv")


def _further(
    said: dict[str, Any], question: dict[str, Any], queue: dict[str, Any], words: Language
) -> list[Case]:
    """Models that are asked for: callers who try again, handle times of any law."""
    room = {"lines": queue["lines"]}  # agents beyond which a search does not look
    if said["redial"] is not None:
        share, patience = read_share("--redial", said["redial"]), queue["patience"]
        mean = patience.mean if isinstance(patience, erlang.Law) else patience
        if math.isinf(mean):
            raise LinewiseError("--redial needs a --patience: who never gives up never redials")
        model = redialling(share, **queue)
        asked = {**question, **room, "model": model}
        return [case_of("erlang_x", asked, words, share=share)]
    if said["service"] is not None:
        model = served_by(read_service(said["service"]), **queue)
        asked = {**question, **room, "model": model}
        return [case_of("service", asked, words, leaving=queue)]
    return []


def _shrinkage(said: dict[str, Any]) -> float | None:
    """Share of paid time away from work, where it is given."""
    if said["shrinkage"] is None:
        return None
    share = read_share("--shrinkage", said["shrinkage"])
    if share >= 1:
        raise InvalidInput("--shrinkage", "must be below 100%", said["shrinkage"])
    return share


def _hour(said: dict[str, Any], cases: list[Case]) -> tuple[float, str] | None:
    """Cost of an hour, where it is given; it prices one more agent, so volume must be known."""
    if said["rate_per_hour"] is None:
        return None
    if cases[0].solution.unknown not in _TEAMS:
        raise LinewiseError("--rate-per-hour prices one more agent: it needs --calls and --aht")
    return read_hour(said["rate_per_hour"])


def _some(name: str, text: str) -> float:
    """Read a share that must not be nothing."""
    share = read_share(name, text)
    if share == 0:
        raise InvalidInput(name, "must be above 0%", text)
    return share


_BOUNDS: dict[str, Callable[[str, str], float]] = {
    "max_abandonment": _some,
    "max_asa": read_seconds,
    "max_occupancy": _some,
    "max_wait_probability": _some,
}


def add_to(app: typer.Typer) -> None:
    """Add the command and its subcommands."""
    group = typer.Typer(invoke_without_command=True, rich_markup_mode=None)
    group.callback(invoke_without_command=True)(_erlang)
    erlang_team.add_to(group)
    erlang_teams.add_to(group)
    erlang_scale.add_to(group)
    app.add_typer(group, name="erlang", help=_HELP)
