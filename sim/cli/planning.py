"""Commands that plan people: ``staff``, ``plan``, ``roster``."""

from __future__ import annotations

import datetime
from collections.abc import Set
from pathlib import Path
from typing import Annotated

import typer

from sim.cli.options import File, On, Option, Seed
from sim.cli.terminal import AsCsv, AsJson, Lang, console, one_form, progress, say, watching
from sim.decide import simulate
from sim.decide.needs import staff
from sim.errors import InvalidInput
from sim.plan import cover
from sim.plan.crews import crew_roster, pattern_of
from sim.plan.period import Period
from sim.plan.teams import month_of, shifts_of, team_of, team_roster
from sim.report.language import Language
from sim.report.needs import needs_answer
from sim.report.plans import plan_answer
from sim.report.roster_files import read_roster, save_roster, writable
from sim.report.rosters import LOOKING, WRITTEN, roster_answer
from sim.scenario import Scenario, load
from sim.scenario.team import read_people

__all__ = ["add_to"]


def _staff(
    file: File,
    option: Option = None,
    as_json: AsJson = False,
    as_csv: AsCsv = False,
    lang: Lang = "en",
) -> None:
    """Say how many agents an option needs in each interval, and how many people that takes."""
    one_form(as_json, as_csv)
    scenario = load(file)
    name = scenario.chosen(option)
    words = Language(lang)
    say(needs_answer(scenario, name, staff(scenario, name), words), as_json, as_csv, lang)


def _plan(
    file: File,
    option: Option = None,
    on: On = None,
    seed: Seed = None,
    ways: Annotated[
        bool,
        typer.Option("--ways", help="Price ways out even where nothing is short: what is dear?"),
    ] = False,
    as_json: AsJson = False,
    as_csv: AsCsv = False,
    lang: Lang = "en",
) -> None:
    """Find the cheapest shifts that keep the promise in simulation."""
    one_form(as_json, as_csv)
    scenario = load(file)
    name = scenario.chosen(option)
    if not _to_target(scenario, name):
        hint = "write staffing: {to_target: {}} for a group whose shifts are to be found"
        raise InvalidInput("option", "must have a group that is staffed to target", name, hint)
    with progress(scenario, Language(lang)) as follow:
        result = simulate(
            scenario, name, seed=seed, progress=lambda step: follow(name, step), on=on
        )
        from sim.plan.ways_out import ways_out  # the solver is loaded where ways are looked for

        found = {
            group: ways_out(scenario, name, group, plan)
            for group, plan in result.covers.items()
            if plan.plan is not None and (ways or not plan.plan.cover.full)
        }
    say(plan_answer(result, Language(lang), found), as_json, as_csv, lang)


def _roster(
    file: File,
    option: Option = None,
    group: Annotated[
        str | None, typer.Option(help="Group to plan; the only one when left out.")
    ] = None,
    people: Annotated[
        Path | None, typer.Option(help="Spreadsheet (CSV) of people, instead of the file's.")
    ] = None,
    first: Annotated[
        datetime.datetime | None,
        typer.Option("--from", formats=["%Y-%m-%d"], help="First day; of the file's month."),
    ] = None,
    days: Annotated[
        int | None, typer.Option(min=1, max=366, help="How many days; to the end of the month.")
    ] = None,
    rotation: Annotated[
        str | None,
        typer.Option("--pattern", help="Rotation that all walk: 2/2, 24/72 … or DDNN.... ."),
    ] = None,
    last: Annotated[
        Path | None, typer.Option(help="Roster (CSV) to stay close to: changes have a price.")
    ] = None,
    keep_until: Annotated[
        datetime.datetime | None,
        typer.Option(formats=["%Y-%m-%d"], help="First day of --last that may still change."),
    ] = None,
    out: Annotated[
        Path | None,
        typer.Option(help="Where to write it: .xlsx, .csv, or a folder for a calendar each."),
    ] = None,
    seconds: Annotated[
        float, typer.Option(min=1, max=86_400, help="How long to look for a better one.")
    ] = 60,
    seed: Annotated[int, typer.Option(min=0, help="Where random numbers start.")] = 1,
    as_json: AsJson = False,
    as_csv: AsCsv = False,
    lang: Lang = "en",
) -> None:
    """Give every person of a group their days under labour rules."""
    one_form(as_json, as_csv)
    scenario = load(file)
    name = scenario.chosen(option)
    words = Language(lang)
    # Whatever can be refused is refused before anybody waits.
    chosen = _group(scenario, name, group)
    period = month_of(scenario, first.date() if first else None, days)
    members = None if people is None else read_people(people)
    crews = None if rotation is None else pattern_of(rotation)
    there, _ = team_of(scenario, name, chosen, period, members, rotating=crews is not None)
    _written(last, keep_until, period, rotation, {member.name for member in there})
    if out is not None:
        _apart(out, people)
        writable(out)
    with progress():
        found = cover(scenario, name, seed=scenario.simulation.seed)[chosen]
    if crews is not None:
        made = crew_roster(scenario, name, chosen, found, crews, members=members, period=period)
    else:
        before = None if last is None else read_roster(last, period, shifts_of(found))
        with watching(words(LOOKING), seconds, words) as tell:
            made = team_roster(
                scenario,
                name,
                chosen,
                found,
                members=members,
                period=period,
                last=before,
                keep_until=keep_until.date() if keep_until else None,
                seed=seed,
                time_limit=seconds,
                progress=tell,
            )
    if out is not None and made.roster.found:
        for written in save_roster(scenario, name, made, out, words)[:3]:
            console(error=True).print(words(WRITTEN, file=written))
    say(roster_answer(scenario, name, made, words), as_json, as_csv, lang)


def _to_target(scenario: Scenario, option: str) -> list[str]:
    """Groups of an option whose agents are to be found."""
    groups = scenario.options[option].groups
    return [name for name, one in groups.items() if one.to_target]


def _group(scenario: Scenario, option: str, group: str | None) -> str:
    """The group that is meant."""
    found = _to_target(scenario, option)
    if group is None and len(found) == 1:
        return found[0]
    if group not in found:
        rule = f"must be one of {', '.join(found)}" if found else "must be staffed to target"
        raise InvalidInput("group", rule, group)
    return group


def _written(
    last: Path | None,
    keep_until: datetime.datetime | None,
    period: Period,
    rotation: str | None,
    people: Set[str],
) -> None:
    """Refuse days to be kept of no roster, or of other days than those that are planned."""
    if last is not None:
        told = read_roster(last, period)
        if not any(duty.person in people for duty in told):
            hint = f"there are {', '.join(sorted(people)[:5])} …"
            raise InvalidInput("last", "must name somebody of this group", str(last), hint)
        if rotation is not None:
            hint = "a rotation has its days from the pattern: leave one of them out"
            raise InvalidInput("last", "must not stand beside --pattern", str(last), hint)
    if keep_until is None:
        return
    if last is None:
        hint = "give --last roster.csv, as roster --out roster.csv has written it"
        raise InvalidInput(
            "keep-until", "needs the roster to be kept", str(keep_until.date()), hint
        )
    if not 0 <= period.day_of(keep_until.date()) <= period.days:
        rule = f"must be from {period.start} to {period.date(period.days)}"
        raise InvalidInput("keep-until", rule, str(keep_until.date()))


def _apart(out: Path, people: Path | None) -> None:
    """Refuse to write the roster over those who are to be on it."""
    if people is not None and out.resolve() == people.resolve():
        raise InvalidInput("out", "must not be the file of people", str(out))


def add_to(app: typer.Typer) -> None:
    """Add the commands."""
    app.command("staff")(_staff)
    app.command("plan")(_plan)
    app.command("roster")(_roster)
