"""An option under changed inputs: as simulated where nothing changed, near it where much did."""

from __future__ import annotations

import math
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from sim.decide import Comparison, compare
from sim.decide.followed import follow
from sim.decide.response import Response
from sim.errors import InvalidInput
from sim.plan import agents_by_volume, deferrable, requirement
from sim.plan.deferrable import Later, done_in_time, fitted
from sim.scenario import Scenario, ToTarget, find, load, load_text
from sim.scenario.changed import changed

ROOT = Path(__file__).resolve().parents[1]
DAY = "[2, 1, 1, 1, 1, 2, 4, 8, 20, 30, 36, 36, 32, 32, 34, 34, 30, 24, 18, 14, 10, 8, 5, 3]"
DESK = f"""
name: desk
currency: EUR
calendar: {{start: 2026-03-02}}
channels:
  phone: {{kind: voice, arrivals: {{Mon-Sun: {DAY}}}, handle_time: 5m, patience: 2m,
          target: {{answered: 80% in 20s}}}}
  mail: {{kind: email, arrivals: {{Mon-Sun: {DAY}}}, handle_time: 1m, patience: never,
          priority: 2, target: {{answered: 90% in 24h, hold: on average}}}}
options:
  own:
    groups:
      us:
        skills: {{phone: {{}}, mail: {{reserve: 1}}}}
        staffing: {{to_target: {{minimum: 1}}}}
        payroll:
          agents:
            calendar: {{contract_hours_year: 1800h, vacation_hours_year: 150h}}
            shrinkage_in_shift: 10%
            pay: {{hourly_rate: 15 EUR/h, night_premium: 20%}}
          support_roles: [{{name: head, salary_month: 4000 EUR per month, value: 1}}]
  them:
    groups:
      vendor:
        source: vendor
        handle_time: 110%
        skills: {{phone: {{}}, mail: {{reserve: 1}}}}
        staffing: {{to_target: {{minimum: 1}}}}
        contract: {{minutes: {{increment: 60s, tiers: [{{price: 0.75 EUR/min}}]}},
                    surcharge: {{night: 20%}}, minimum_monthly: 5000 EUR per month}}
  few:
    groups:
      us:
        skills: [phone, mail]
        staffing: {{shifts: [{{agents: 3, hours: "08:00-20:00"}}]}}
        payroll:
          agents:
            calendar: {{contract_hours_year: 1800h}}
            pay: {{hourly_rate: 15 EUR/h}}
          telephony: {{inbound_per_min: 0.05 EUR/min}}
simulation: {{replications: 40, at_most: 40, warm_up: 2h, wrap_up: 4h}}
"""


@pytest.fixture(scope="module")
def desk() -> Scenario:
    return load_text(DESK)


@pytest.fixture(scope="module")
def compared(desk: Scenario) -> Comparison:
    return compare(desk)


def totals(comparison: Comparison, there: Scenario | None = None) -> dict[str, float]:
    return {o.name: Response.of(o).statement(there).total for o in comparison.options}


def test_with_nothing_changed_the_answer_is_the_simulations_to_the_last_digit(
    compared: Comparison, desk: Scenario
) -> None:
    simulated = {o.name: o.statement.total for o in compared.options if o.statement}

    assert totals(compared) == simulated
    # The same by the way that staffs anew: nothing moved, so every factor is exactly 1.
    for option in compared.options:
        response = Response.of(option)
        answer = response.answers(changed(desk, {"tolerance": 0.03}), (1.0, 1.0 + 1e-16, 0.5))[0]
        assert answer.statement().total == simulated[option.name]
        assert answer.hours == pytest.approx(option.hours)


def test_a_price_moves_only_what_it_prices(compared: Comparison, desk: Scenario) -> None:
    before = totals(compared)
    dearer = totals(compared, changed(desk, {"options.them.groups.vendor.contract": "+10%"}))

    assert dearer["them"] == pytest.approx(1.1 * before["them"])
    assert dearer["own"] == before["own"]
    assert dearer["few"] == before["few"]


@pytest.mark.slow
@pytest.mark.parametrize(
    ("path", "to"),
    [
        pytest.param("volume", "x0.6", marks=pytest.mark.long),
        ("volume", "x1.7"),
        pytest.param("volume", "x3", marks=pytest.mark.long),
        pytest.param("channels.phone.handle_time", "x1.25", marks=pytest.mark.long),
        pytest.param("channels.phone.target.answered", "92%", marks=pytest.mark.long),
        ("channels.phone.patience", "x0.5"),
    ],
)
def test_a_restaffed_answer_is_near_a_new_simulation(
    compared: Comparison, desk: Scenario, path: str, to: str
) -> None:
    within = 0.05 if to == "x3" else 0.03
    there = changed(desk, {path: to})
    anew = compare(there, replications=20)
    for name in ("own", "them"):
        answer = Response.of(compared[name]).answer(there)
        fresh = anew[name]
        assert fresh.cost is not None
        assert answer.statement().total == pytest.approx(fresh.cost.value, rel=within)
        assert answer.hours == pytest.approx(fresh.hours, rel=within)
        attained = {one.channel: one.service_level.value for one in fresh.promised}
        assert answer.service["phone"] == pytest.approx(attained["phone"], abs=0.025)


def test_a_crew_that_is_given_stays_and_serves_fewer(compared: Comparison, desk: Scenario) -> None:
    response = Response.of(compared["few"])
    twice = response.answer(volume_factor=2.0)
    now = response.answer()

    assert twice.hours == now.hours
    assert twice.service["phone"] < now.service["phone"]
    # More callers wait on the line and pay for it, though nobody more is there to answer.
    assert twice.statement().amount("us.telephony_minutes") > now.statement().amount(
        "us.telephony_minutes"
    )


def test_many_volumes_at_once_are_each_volume_alone(compared: Comparison) -> None:
    response = Response.of(compared["own"])
    factors = [0.5, 1.0, 2.0]
    together = [answer.statement().total for answer in response.answers(factors=factors)]

    alone = [response.statement(volume_factor=factor).total for factor in factors]
    assert together == pytest.approx(alone)
    assert together == sorted(together)


def test_prices_of_a_contract_rise_with_its_years(compared: Comparison, desk: Scenario) -> None:
    rising = changed(desk, {"options.them.groups.vendor.contract.indexation_annual": 0.1})
    response = Response.of(compared["them"])

    first, second = (response.statement(rising, month_index=n).total for n in (11, 12))
    assert second == pytest.approx(1.1 * first)


@pytest.mark.parametrize(
    "path",
    ["options.few.groups.us.staffing.shifts[0].agents", "tolerance", "simulation.replications"],
)
def test_what_only_a_simulation_can_tell_is_refused(desk: Scenario, path: str) -> None:
    with pytest.raises(InvalidInput, match="needs a new simulation"):
        follow(desk, path)


def test_an_option_without_terms_has_no_answer() -> None:
    bare = load(ROOT / "scenarios" / "bank.yaml")
    with pytest.raises(InvalidInput, match="must have terms to be priced"):
        Response.of(compare(bare, replications=2).options[0])


@pytest.mark.parametrize("path", find(ROOT / "scenarios"), ids=lambda path: path.stem)
def test_agents_by_volume_are_those_of_the_plan_at_the_volume_of_the_file(path: Path) -> None:
    scenario = load(path)
    for option in scenario.options.values():
        planned = requirement(scenario, option)
        for name, group in option.groups.items():
            kinds = [scenario.channels[n].most_at_once for n in group.skills]
            if isinstance(group.staffing, ToTarget) and kinds == [1] * len(kinds):
                found = agents_by_volume(scenario, option, np.ones(1))[name][0]
                np.testing.assert_array_equal(found, planned[name].agents)


HOURS = st.lists(st.booleans(), min_size=24, max_size=24)


@settings(max_examples=30)
@given(
    st.lists(st.integers(0, 6), min_size=24, max_size=24),
    st.lists(st.floats(0, 2), min_size=24, max_size=24),
    st.lists(
        st.tuples(
            st.lists(st.floats(0, 0.5), min_size=24, max_size=24),
            HOURS,
            st.floats(1, 30) | st.just(math.inf),
        ),
        min_size=1,
        max_size=3,
    ),
    HOURS,
)
def test_where_mail_is_surely_done_in_time_nobody_is_added(
    agents: list[int],
    load: list[float],
    mail: list[tuple[list[float], list[bool], float]],
    hours: list[bool],
) -> None:
    crew, busy, open_ = np.array(agents), np.minimum(load, agents), np.array(hours)
    later = [Later(np.array(one), np.where(counted, 1.0, 0.5), t) for one, counted, t in mail]
    for at_hand in (open_, np.ones(24, bool)):
        if done_in_time(crew, busy, later, at_hand):
            assert fitted(crew, busy, later, at_hand) is crew
            with pytest.MonkeyPatch.context() as patch:
                patch.setattr(deferrable, "done_in_time", lambda *_: False)  # the program says so
                np.testing.assert_array_equal(fitted(crew, busy, later, at_hand), crew)


# --- what is kept is what would be worked out again ----------------------------------------------


def _said(response: Response, scenario: Scenario) -> list[tuple[float, float, dict[str, float]]]:
    answers = response.answers(scenario, [0.8, 1.0, 1.3])
    return [(one.total(), one.hours, dict(one.service)) for one in answers]


@pytest.mark.parametrize("name", ["own", "them", "few"])
def test_an_answer_that_is_kept_is_the_same_to_the_last_digit(
    compared: Comparison, name: str
) -> None:
    scenario = compared.scenario
    asked = Response.of(compared[name])
    for what, how in (("wage", "+10%"), ("price", "+10%"), ("volume", "+5%"), ("wage", "-5%")):
        there = changed(scenario, {what: how})

        assert _said(asked, there) == _said(Response.of(compared[name]), there)


def test_more_volumes_than_are_kept_are_answered_alike(compared: Comparison) -> None:
    asked, scenario = Response.of(compared["own"]), compared.scenario
    for factor in np.linspace(0.9, 1.2, 12).tolist():
        fresh = Response.of(compared["own"]).answers(scenario, [factor])[0]

        assert asked.answers(scenario, [factor])[0].total() == fresh.total()


def test_a_batch_is_anchored_as_if_it_were_all_there_is(compared: Comparison) -> None:
    whole = Response.of(compared["them"])
    for part in compared["them"].replications.batches(3):
        counts = whole.month.read(part)
        ours, theirs = whole.on(counts), Response.of(compared["them"], counts)

        assert _said(ours, compared.scenario) == _said(theirs, compared.scenario)
        assert ours.inbound == theirs.inbound


def test_what_a_group_solves_is_more_than_a_price(compared: Comparison) -> None:
    scenario, asked = compared.scenario, Response.of(compared["them"])
    group = scenario.options["them"].groups["vendor"]
    option = scenario.options["them"].model_copy(
        update={"groups": {"vendor": group.model_copy(update={"fcr": 0.5})}}
    )
    other = scenario.model_copy(update={"options": {**scenario.options, "them": option}})

    assert not asked.only_priced(other)
    assert asked.only_priced(changed(scenario, {"price": "+10%"}))
