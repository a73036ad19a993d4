"""The search for the best hybrid, and what it cannot be better than."""

from __future__ import annotations

import json
import time
from dataclasses import replace
from pathlib import Path
from types import SimpleNamespace

import numpy as np
import pytest
import typer
from desks import BUSY_BY_DAY
from typer.testing import CliRunner

from sim.cli.searching import _optimise
from sim.decide import compare, simulate
from sim.decide.bound import lower_bound
from sim.decide.candidates import Candidate, candidates, hours_text, legs_of
from sim.decide.found import Found, Step, Tried, judged
from sim.decide.moves import moves, same_work
from sim.decide.saving import option_data
from sim.decide.screen import Screen
from sim.decide.search import search
from sim.decide.surrogate import Surrogate, traits
from sim.errors import InvalidInput
from sim.report.language import Language
from sim.report.searches import search_answer
from sim.scenario import Scenario, load, load_text
from sim.scenario.hours import DAY, OpenHours
from sim.scenario.saved import raw, saved_text, writable_beside
from sim.scenario.terms import ContractTerms
from sim.stats import Estimate

WEEKDAY = "2, 2, 2, 2, 2, 2, 8, 30, 60, 80, 90, 90, 85, 85, 90, 90, 85, 80, 60, 40, 20, 10, 5, 3"
DESK = (
    BUSY_BY_DAY.replace("WEEKDAY", WEEKDAY)
    + """\
simulation: {seed: 3, replications: 8, at_most: 16, warm_up: 2h, wrap_up: 2h}
options:
  own:
    groups:
      team: {skills: {phone: {}}, staffing: {to_target: {minimum: 1}}, payroll: {preset: RU_2026}}
  vendor:
    groups:
      desk:
        source: vendor
        skills: {phone: {}}
        handle_time: 110%
        staffing: {to_target: {minimum: 1}}
        contract: {preset: RU_2026/shared}
    retained: {vendor_manager_fte: 0.2, vendor_manager_salary: 100 000 RUB per month,
      contribution_rate: 30%}
"""
)

HYBRID = """  mine:
    groups:
      team:
        hours: Mon-Fri 08:00-20:00
        skills: {phone: {}}
        staffing: {to_target: {minimum: 1, answered: 60%}}
        payroll: {preset: RU_2026}
      desk:
        title: Nights
        source: vendor
        hours: rest
        skills: {phone: {}}
        handle_time: 110%
        staffing: {to_target: {minimum: 1}}
        contract: {preset: RU_2026/shared}
      beside:
        source: vendor
        hours: Mon-Fri 08:00-20:00
        skills: {phone: {prefer: 2, after: 10s}}
        handle_time: 110%
        staffing: {to_target: {minimum: 1}}
        paid_with: desk
    retained: {vendor_manager_fte: 0.1, vendor_manager_salary: 100 000 RUB per month,
      contribution_rate: 30%}
"""


@pytest.fixture(scope="module")
def file(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The desk as a file."""
    path = tmp_path_factory.mktemp("desk") / "desk.yaml"
    path.write_text(DESK, "utf-8")
    return path


@pytest.fixture(scope="module")
def desk(file: Path) -> Scenario:
    """A desk busy by day and nearly empty at night: neither end is the best for all hours."""
    return load(file)


@pytest.fixture(scope="module")
def found(desk: Scenario) -> Found:
    """What a search of a few seconds finds; of the processor's, however busy the machine is."""
    with pytest.MonkeyPatch.context() as patched:
        clock = SimpleNamespace(monotonic=time.process_time)
        patched.setattr("sim.decide.search.time", clock)
        # A short search leaves a larger part for other promises: no fewer seconds than a long one.
        patched.setattr("sim.decide.search.FRONTIER", 0.3)
        return search(desk, seconds=6)


def test_the_best_keeps_its_promises_and_costs_no_more_than_either_end(found: Found) -> None:
    assert found.best is not None
    assert found.best.result.kept
    ends = [found.end(own=True), found.end(own=False)]
    assert all(end is not None and found.best.cost <= end.cost for end in ends)


def test_no_candidate_costs_less_than_the_bound(desk: Scenario, found: Found) -> None:
    screen = Screen(desk, found.legs)
    some = list(candidates(desk, found.legs))[::11]

    assert min(one.cost for one in found.tried) >= found.bound.value
    assert min(screen.cost(one) for one in some) >= found.bound.value
    parted = [screen.cost(one) for one in some if one.after is None]
    assert min(parted) >= found.bound.without_overflow


def test_the_bound_holds_wherever_its_tangent_is_taken(desk: Scenario, found: Found) -> None:
    screen = Screen(desk, found.legs)
    family = list(candidates(desk, found.legs))
    cheapest = min(screen.cost(one) for one in family)

    assert all(lower_bound(screen, near).value <= cheapest for near in family[::40])


def test_the_screen_says_nearly_what_the_simulation_does(found: Found) -> None:
    assert all(abs(one.cost / one.screened - 1) < 0.12 for one in found.tried)


CONTRACTS = {
    "solutions": {"price_per_resolution": 150},
    "agents": {"price_per_fte_month": 110_000, "fte_hours": 140},
    "hours": {"price_per_agent_hour": {"rate": 900}},
    "credits": {
        "minutes": {"tiers": [{"price": 22}]},
        "sla": {
            "at_risk_share": 0.1,
            "kpis": [{"name": "phone.service_level", "target": 0.9, "full_gap": 0.1, "weight": 1}],
        },
    },
}


@pytest.mark.parametrize("kind", CONTRACTS)
def test_every_way_to_charge_is_screened_and_bounded(kind: str, desk: Scenario) -> None:
    vendor = desk.options["vendor"]
    terms = ContractTerms.model_validate(CONTRACTS[kind])
    group = vendor.groups["desk"].model_copy(update={"contract": terms, "fcr": 0.7})
    option = vendor.model_copy(update={"groups": {"desk": group}})
    charged = desk.model_copy(update={"options": {**desk.options, "vendor": option}})
    screen = Screen(charged, legs_of(charged))
    alone = Candidate((), ())
    played = simulate(charged, "vendor", replications=4)

    assert played.cost is not None
    assert screen.cost(alone) == pytest.approx(played.cost.value, rel=0.12)
    assert lower_bound(screen, alone).vendor <= min(screen.cost(alone), played.cost.value)


def test_states_are_those_of_paired_differences(found: Found) -> None:
    apart = [one for one in found.tried if one.state in ("dearer", "alike")]

    assert apart
    for one in apart:
        assert one.over is not None
        assert (one.over.low > 0) == (one.state == "dearer")


def test_who_met_other_customers_is_not_told_apart_for_certain(desk: Scenario) -> None:
    played = [
        simulate(desk, name, replications=count) for name, count in (("own", 8), ("vendor", 4))
    ]
    ends = (Candidate(("phone",), ((0, 7 * DAY),)), Candidate((), ()))
    tried = [Tried(one, 0.0, result) for one, result in zip(ends, played, strict=True)]
    other = judged(tried, tried, 0.95)[1]

    assert other.over is not None
    assert other.over.half_width > 0

    # Whoever was eliminated stays so, as long as who eliminated it gives the service asked for.
    best, dearer = sorted(tried, key=lambda one: one.cost, reverse=True)
    out = {dearer.candidate: (best.candidate, Estimate(5.0, 1.0))}
    found = judged(tried, tried, 0.95, out)
    assert [one.candidate for one in found] == [best.candidate, dearer.candidate]
    assert found[1].over == Estimate(5.0, 1.0)
    assert judged([dearer], [dearer], 0.95, out)[0].candidate == dearer.candidate


def test_a_better_service_never_costs_less_on_the_frontier(found: Found) -> None:
    costs = [point.cost for point in found.frontier]

    assert len(costs) > 1
    assert costs == sorted(costs)


def test_a_search_without_time_still_says_the_best_of_both_ends(desk: Scenario) -> None:
    steps: list[Step] = []

    short = search(desk, seconds=0.01, progress=steps.append)

    assert short.best is not None
    assert short.ended == "time"
    assert steps[-1].cost == short.best.cost


@pytest.mark.parametrize(
    "one",
    [
        Candidate(("phone",), OpenHours.of("Mon-Fri 08:00-20:00").ranges, 10.0, 0.6),
        Candidate(("phone",), OpenHours.of("Mon-Sat 08:00-20:00").ranges),
        Candidate(("phone",), OpenHours.of("always").ranges, share=0.25),
        Candidate((), ()),
    ],
    ids=["overflow", "hours", "share", "vendor"],
)
def test_a_candidate_is_read_back_as_it_was_written(
    one: Candidate, desk: Scenario, file: Path
) -> None:
    legs = legs_of(desk)
    saved = file.parent / "best.yaml"
    data = option_data(desk, legs, one, raw(file))

    saved.write_text(
        saved_text(writable_beside(file, saved), "best", "hybrid", data, "the best"), "utf-8"
    )

    option = load(saved).options["hybrid"]
    built = one.option(desk, legs)
    # What is read has remembered which keys were written; what it says is the same.
    assert option.model_dump(exclude={"groups"}) == built.model_dump(exclude={"groups"})
    assert option.groups.keys() == built.groups.keys()
    for name, group in option.groups.items():
        assert group.model_dump() == built.groups[name].model_dump()


def test_what_is_saved_begins_as_the_option_does_that_it_takes_its_terms_from(
    tmp_path: Path,
) -> None:
    begun = "    lead: 8 weeks\n    one_offs: [{name: setup, amount: 200 000 RUB}]\n"
    file = tmp_path / "desk.yaml"
    file.write_text(DESK + begun, "utf-8")
    desk = load(file)
    legs, written = legs_of(desk), raw(file)
    always, by_day = (OpenHours.of(text).ranges for text in ("always", "Mon-Fri 08:00-20:00"))

    vendor, own, mixed = (
        option_data(desk, legs, one, written)
        for one in (Candidate((), ()), Candidate(("phone",), always), Candidate(("phone",), by_day))
    )

    for data in (vendor, mixed):
        assert data["one_offs"] == [{"name": "setup", "amount": "200 000 RUB"}]
        assert data["lead"] == "8 weeks"
    assert not {"one_offs", "lead"} & own.keys()


def test_hybrids_of_the_scenario_are_simulated_as_they_are_written(tmp_path: Path) -> None:
    desk = load_text(DESK + HYBRID)

    found = search(desk, seconds=0.1)
    mine = next(one for one in found.tried if one.candidate.written == "mine")

    assert mine.result.option is desk.options["mine"]
    assert found.hybrid is not None
    assert found.hybrid.cost <= mine.cost
    assert found.legs.retained == "mine"
    assert mine.candidate == Candidate(
        ("phone",), OpenHours.of("Mon-Fri 08:00-20:00").ranges, 10.0, 0.6, written="mine"
    )


def test_a_candidate_that_the_scenario_has_is_known_again() -> None:
    desk = load_text(DESK + HYBRID)
    legs = legs_of(desk)
    one = Candidate(("phone",), OpenHours.of("Mon-Fri 08:00-20:00").ranges, 10.0, 0.6)

    assert same_work(one.option(desk, legs), desk.options["mine"])
    other = replace(one, alone=0.5)
    assert not same_work(other.option(desk, legs), desk.options["mine"])


def test_small_changes_differ_in_one_thing_and_can_be_taken_back(desk: Scenario) -> None:
    legs = legs_of(desk)
    one = Candidate(("phone",), OpenHours.of("Mon-Fri 08:00-20:00").ranges, 10.0, 0.6)

    near = list(moves(desk, legs, one))

    assert len(near) == len(set(near))
    assert one not in near
    assert {hours_text(new.hours)[0] for new in near} >= {
        "Mon-Fri 07:00-20:00",
        "Mon-Fri 08:00-21:00",
        "Mon-Sat 08:00-20:00",
        "Mon-Thu 08:00-20:00",
    }
    assert {new.after for new in near} == {10.0, 5.0, 15.0, None}
    back = [set(moves(desk, legs, new)) for new in near if new.after is not None]
    assert all(one in there for there in back)


def test_what_simulation_said_of_one_candidate_is_believed_of_those_like_it() -> None:
    week = ((0, 7 * 86400),)
    near, far = Candidate(("phone",), week, 10.0, 0.6), Candidate(("phone",), week)
    places = np.array([traits(one, ("phone",)) for one in (near, far)])
    learnt = Surrogate(places[:1], np.log([1.1]), np.array([True]))

    cost, doubt, chance = learnt.cost(places, np.array([100.0, 100.0]))

    assert cost[0] == pytest.approx(110.0, abs=0.2)
    assert doubt[0] < 2 < doubt[1]
    assert 100 < cost[1] < cost[0]  # a part of it is common to all
    assert chance[0] > chance[1] > 0.9


def test_the_ratio_learnt_is_that_of_a_normal_law_given_its_values() -> None:
    rng = np.random.default_rng(1)
    places, ratios = rng.normal(size=(5, 3)), rng.normal(0, 0.05, 5)
    new = rng.normal(size=(1, 3))

    cost, doubt, _ = Surrogate(places, ratios, np.ones(5, bool)).cost(new, np.ones(1))

    # The joint law of all six, by its inverse: an independent way to the same mean and spread.
    every = np.vstack([places, new])
    apart = ((every[:, None] - every[None]) ** 2).sum(axis=2)
    joint = 0.06**2 * np.exp(-apart / 2) + 0.1**2 + np.diag([0.008**2] * 6)
    inverse = np.linalg.inv(joint)
    assert cost[0] == pytest.approx(np.exp(-inverse[5, :5] @ ratios / inverse[5, 5]))
    assert doubt[0] / cost[0] == pytest.approx(inverse[5, 5] ** -0.5)


def test_planned_shifts_are_left_out_and_that_is_said(tmp_path: Path) -> None:
    shifts = "staffing: {to_target: {minimum: 1, shifts: {day: {start: 06:00-22:00, length: 8h}}}}"
    planned = DESK.replace("staffing: {to_target: {minimum: 1}}, payroll", f"{shifts}, payroll")
    file = tmp_path / "desk.yaml"
    file.write_text(planned, "utf-8")
    desk = load(file)

    found = search(desk, seconds=0.1)
    said = search_answer(found, Language("en")).sentences

    assert found.legs.unplanned == ("own",)
    assert any("come and go by the interval" in sentence for sentence in said)
    data = option_data(found.scenario, found.legs, Candidate(("phone",), ((0, 302400),)), raw(file))
    assert data["groups"]["team"]["staffing"] == {"to_target": {"minimum": 1}}


def test_hours_are_written_as_people_do() -> None:
    hours = ["Mon-Fri 08:00-20:00", "Sat-Sun 10:00-18:00"]

    assert hours_text(OpenHours.of(*hours).ranges) == hours
    assert OpenHours.of(*hours_text(((0, 432000),))).ranges == ((0, 432000),)


@pytest.mark.parametrize(
    ("between", "words"),
    [
        (("own", "nobody"), "must be one of own, vendor"),
        (("own", "own"), "must name an option of a vendor"),
    ],
)
def test_options_that_cannot_be_parted_are_refused(
    between: tuple[str, str], words: str, desk: Scenario
) -> None:
    with pytest.raises(InvalidInput, match=words):
        legs_of(desk, between)


def test_time_must_be_given(desk: Scenario) -> None:
    with pytest.raises(InvalidInput, match="must be above 0"):
        search(desk, seconds=0)


def test_a_file_is_saved_beside_the_scenario_only(file: Path, tmp_path: Path) -> None:
    with pytest.raises(InvalidInput, match="must lie in the folder"):
        writable_beside(file, tmp_path / "best.yaml")
    with pytest.raises(InvalidInput, match="must not be the scenario itself"):
        writable_beside(file, file)


@pytest.mark.parametrize("code", ["en", "ru"])
def test_the_answer_is_words_tables_and_plain_data(code: str, found: Found) -> None:
    answer = search_answer(found, Language("ru" if code == "ru" else "en"))

    assert len(answer.rows) == len(found.tried)
    assert json.loads(json.dumps(answer.data))["best"]["state"] == "best"
    assert all("{" not in sentence for sentence in answer.sentences)
    assert found.best is not None
    assert answer.data["gap"] == pytest.approx(1 - found.bound.value / found.best.cost)
    played = {str(one.result.replications.count) for one in found.tried}
    assert {row[2] for row in answer.tables[0].rows} == played
    assert all(" ± " in row[1] for row in answer.tables[0].rows)


def test_the_command_writes_no_option_twice(
    file: Path, found: Found, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Where an end is the cheapest, the scenario has it already under its own name."""
    end = found.end(own=False)
    assert end is not None
    only = replace(found, tried=(replace(end, state="best"),))
    monkeypatch.setattr("sim.cli.searching.search", lambda *_, **__: only)
    saved = file.parent / "twice.yaml"

    result = CliRunner().invoke(_app(), [str(file), "--save", str(saved)])

    assert result.exit_code == 0, result.output
    assert "the cheapest way is “vendor”, which the scenario has already" in " ".join(
        result.output.split()
    )
    assert not saved.exists()


def test_a_search_says_how_much_of_its_time_it_left(found: Found) -> None:
    early = replace(found, ended="time", seconds=43.0, allowed=59.0, another=20.0)
    whole = replace(found, ended="time", seconds=58.8, allowed=59.0, another=20.0)
    said = [" ".join(search_answer(one, Language("en")).sentences) for one in (early, whole)]

    assert "It ended 16 s before the 59 s were up: one more simulation may take 20 s." in said[0]
    assert "Time was up" in said[1]


def test_the_command_writes_an_option_that_compares(
    file: Path, found: Found, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert found.hybrid is not None
    mixed = replace(found, tried=(replace(found.hybrid, state="best", over=None),))
    monkeypatch.setattr("sim.cli.searching.search", lambda *_, **__: mixed)
    saved = file.parent / "found.yaml"

    result = CliRunner().invoke(
        _app(), [str(file), "--seconds", "1", "--save", str(saved), "--json"]
    )

    assert result.exit_code == 0, result.output
    best = json.loads(result.stdout)["best"]
    assert best["state"] == "best"
    assert set(load(saved).options) == {"own", "vendor", "hybrid"}
    # Where as many are played, the comparison has the cost of the search to the last digit.
    compared = compare(load(saved), options=["hybrid"], replications=best["replications"])
    assert compared["hybrid"].cost is not None
    assert compared["hybrid"].cost.value == best["cost"]
    assert compared["hybrid"].cost.half_width == best["cost_half_width"]


def _app() -> typer.Typer:
    """The command alone, so that it takes its arguments without its name."""
    app = typer.Typer()
    app.command()(_optimise)
    return app
