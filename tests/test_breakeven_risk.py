"""Where options cost the same, and how sure it is which is cheaper: against sums done by hand."""

from __future__ import annotations

import math
import multiprocessing
from collections.abc import Callable
from dataclasses import replace
from itertools import pairwise
from pathlib import Path

import numpy as np
import pytest
import scipy.stats
from terminal import Said

from sim.decide import Comparison, compare
from sim.decide.breakeven import breakeven, pair_of
from sim.decide.response import Response
from sim.decide.risk import RiskAnswer, Stake, inputs_of, risk
from sim.decide.spread import spread
from sim.demand.parameters import chances
from sim.errors import InvalidInput
from sim.report.breakeven import breakeven_picture, breakeven_sentences
from sim.report.language import Language
from sim.report.risk import flip_sentences, risk_sentences, tornado_picture
from sim.report.risk_data import risk_data
from sim.scenario import Scenario, load_text
from sim.scenario.changed import changed

RATE = "options.hours.groups.a.contract.price_per_agent_hour.rate"
PRICE = "options.minutes.groups.b.contract.minutes.price"
DESK = """
name: desk
currency: EUR
calendar: {start: 2026-03-02}
channels:
  phone: {kind: voice, arrivals: {Mon-Sun: [6, 6, 6, 6, 6, 6, 9, 9, 9, 9, 9, 9,
          9, 9, 9, 9, 9, 9, 9, 9, 6, 6, 6, 6]}, handle_time: 5m, patience: 2m,
          target: {answered: 80% in 30s}}
options:
  hours:
    groups:
      a: {source: vendor, skills: [phone], staffing: {to_target: {}},
          contract: {price_per_agent_hour: {rate: 20 EUR/h}}}
  minutes:
    groups:
      b: {source: vendor, skills: [phone], staffing: {to_target: {}},
          contract: {minutes: {tiers: [{price: 1 EUR/min}]}}}
simulation: {replications: 20, at_most: 20, warm_up: 1h, wrap_up: 1h}
risk:
  presets: false
  draws: 400
  ranges:
    - {input: RATE, name: rate, normal: {mean: 20 EUR/h, sd: 2 EUR/h}}
""".replace("RATE", RATE)


@pytest.fixture(scope="module")
def desk() -> Scenario:
    return load_text(DESK)


@pytest.fixture(scope="module")
def compared(desk: Scenario) -> Comparison:
    return compare(desk)


def cost(comparison: Comparison, name: str) -> float:
    found = comparison[name].cost
    assert found is not None
    return found.value


def even_rate(comparison: Comparison) -> float:
    """Rate at which both cost the same, by hand: both are proportional to their price."""
    return 20 * cost(comparison, "minutes") / cost(comparison, "hours")


# --- break-even ----------------------------------------------------------------------------------


def test_prices_are_even_where_a_sum_by_hand_says(desk: Scenario, compared: Comparison) -> None:
    found = breakeven(desk, RATE, comparison=compared, verify=False)
    [crossing] = found.crossings

    assert crossing.point.value == pytest.approx(even_rate(compared), rel=1e-4)
    assert crossing.cheaper_below == "hours"
    assert found.now == 20
    difference = compared.difference("hours", "minutes")
    assert difference is not None
    assert crossing.low is not None
    assert crossing.high is not None
    # The noise of the difference, in money by the hour: it grows with both costs.
    width = difference.half_width / (cost(compared, "hours") / 20)
    assert 0 < crossing.point.value - crossing.low < 3 * width
    assert 0 < crossing.high - crossing.point.value < 3 * width


def test_who_is_cheaper_changes_at_a_crossing_and_nowhere_else(
    desk: Scenario, compared: Comparison
) -> None:
    found = breakeven(desk, "volume", comparison=compared, points=15, verify=False)
    signs = [point.difference < 0 for point in found.points]
    changes = sum(a != b for a, b in pairwise(signs))

    assert len(found.crossings) == changes
    assert all(abs(c.point.difference) < 0.03 * max(c.point.costs) for c in found.crossings)
    assert all(point.equal for point in found.points)


def test_without_names_the_two_that_matter_are_told_apart(compared: Comparison) -> None:
    assert set(pair_of(compared)) == {"hours", "minutes"}
    assert pair_of(compared)[0] == compared.baseline.name

    bare = replace(compared.options[0], statement=None, cost=None)
    with pytest.raises(InvalidInput, match="no other priced option gives the service"):
        pair_of(replace(compared, options=(bare, compared.options[1])))


def test_a_range_may_be_said_in_factors_or_values(desk: Scenario, compared: Comparison) -> None:
    one = breakeven(
        desk, RATE, start="x0.5", stop="30 EUR/h", points=3, comparison=compared, verify=False
    )
    assert [point.value for point in one.points] == pytest.approx([10, math.sqrt(300), 30])

    narrow = breakeven(desk, "volume", start="x0.9", stop="x1.1", comparison=compared, verify=False)
    assert narrow.points[0].value == pytest.approx(0.9 * narrow.now)


@pytest.mark.parametrize(
    ("asked", "said"),
    [
        ({"of": "volum"}, "did you mean volume?"),
        ({"of": "tolerance"}, "needs a new simulation"),
        ({"of": "price", "start": "700 EUR"}, "must be a factor"),
        ({"of": RATE, "start": "30 EUR/h", "stop": "20 EUR/h"}, "must be above 30"),
        ({"of": "volume", "points": 1}, "must be from 2 to 1000"),
        ({"of": "volume", "between": ("hours", "hours")}, "must be two options"),
        ({"of": "volume", "between": ("hours", "nobody")}, "must be two of hours, minutes"),
        ({"of": "wage"}, "is nothing that this scenario has"),
    ],
)
def test_a_break_even_of_nothing_is_refused(
    desk: Scenario, compared: Comparison, asked: dict[str, object], said: str
) -> None:
    with pytest.raises(InvalidInput) as caught:
        breakeven(desk, comparison=compared, verify=False, **asked)  # type: ignore[arg-type]
    assert said in str(caught.value)


@pytest.mark.slow
def test_a_crossing_is_simulated_anew(desk: Scenario, compared: Comparison) -> None:
    found = breakeven(desk, RATE, comparison=compared)
    [crossing] = found.crossings

    assert crossing.simulated is not None  # the same customers, the same crews: the same costs
    assert crossing.simulated.value == pytest.approx(0, abs=1e-3 * crossing.point.costs[0])
    assert crossing.meets == pytest.approx(crossing.point.value, rel=1e-3)
    assert crossing.gaps == ()


# --- risk ----------------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def told(desk: Scenario, compared: Comparison) -> RiskAnswer:
    return risk(desk, comparison=compared)


@pytest.fixture(scope="module")
def asked(told: RiskAnswer) -> Stake:
    return told.month


def test_with_one_normal_input_everything_is_known_by_hand(
    asked: Stake, compared: Comparison
) -> None:
    per_unit = cost(compared, "hours") / 20
    noise = compared.difference("hours", "minutes")
    assert noise is not None
    own = per_unit * 2
    mean = cost(compared, "hours") - cost(compared, "minutes")
    batches = compared["hours"].batches - compared["minutes"].batches
    sd = math.hypot(own, float(np.std(batches, ddof=1)) / math.sqrt(len(batches)))
    z = mean / sd
    law = scipy.stats.norm
    first, second = asked.pair
    sign = 1 if (first, second) == ("hours", "minutes") else -1

    # Four standard errors of the draws.
    share = law.cdf(sign * z)
    error = 4 * math.sqrt(share * (1 - share) / 400) + 1e-3
    assert asked.chance.value == pytest.approx(share, abs=error)
    assert asked.quantiles()[1] == pytest.approx(sign * mean, abs=4 * 1.25 * sd / 20)
    assert asked.quantiles()[2] - asked.quantiles()[0] == pytest.approx(3.29 * sd, rel=0.2)
    regret = sd * (law.pdf(z) + z * law.cdf(z))  # of "hours": the mean of what is above 0
    assert asked.regret["hours"] == pytest.approx(regret, abs=4 * sd / 20)
    assert asked.regret["minutes"] == pytest.approx(regret - mean, abs=4 * sd / 20)
    assert asked.perfect == min(asked.regret.values())
    # There is one thing to know: knowing it is knowing all, but for the noise of simulation.
    assert asked.worth["rate"] == pytest.approx(asked.perfect, abs=0.2 * sd)


def test_what_would_change_the_answer_is_the_even_price(asked: Stake, compared: Comparison) -> None:
    [flip] = asked.flips

    assert flip.value == pytest.approx(even_rate(compared), rel=1e-3)
    assert flip.distance == pytest.approx(abs(even_rate(compared) - 20) / 2, rel=0.01)
    # Rounded prices make both cost the same there: it is the other option that is named.
    cheapest = min(("hours", "minutes"), key=lambda name: cost(compared, name))
    assert {flip.to, cheapest} == {"hours", "minutes"}
    [bar] = asked.bars
    low, high = (float(scipy.stats.norm(20, 2).ppf(share)) for share in (0.05, 0.95))
    assert (bar.low, bar.high) == pytest.approx((low, high))
    assert bar.swing == pytest.approx(cost(compared, "hours") / 20 * (high - low))


def test_a_seed_decides_and_an_input_more_changes_no_other(
    desk: Scenario, compared: Comparison, asked: Stake
) -> None:
    again = risk(desk, comparison=compared).month
    other = risk(desk, comparison=compared, draws=20, seed=2).month
    fewer = risk(desk, comparison=compared, draws=20).month
    text = DESK + f"    - {{input: {PRICE}, name: price, uniform: [x0.9, x1.1]}}\n"
    more = risk(load_text(text), comparison=compared, draws=20).month

    np.testing.assert_array_equal(again.costs, asked.costs)
    assert again.worth == asked.worth
    np.testing.assert_array_equal(fewer.values, asked.values[:20])
    np.testing.assert_array_equal(more.values[:, 0], fewer.values[:, 0])
    assert not np.isclose(other.values, fewer.values).any()


def test_inputs_go_together_as_the_file_says(compared: Comparison) -> None:
    text = (
        DESK.replace("draws: 400", "draws: 300")
        + f"    - {{input: {PRICE}, name: price, normal: {{mean: x1, sd: x0.05}}}}\n"
        + "  correlations: [{between: [price, rate], is: 0.8}]\n"
    )
    found = risk(load_text(text), comparison=compared).month

    together = scipy.stats.pearsonr(found.values[:, 0], found.values[:, 1]).statistic
    assert together == pytest.approx(0.8, abs=0.07)
    alone = risk(load_text(text.replace("is: 0.8", "is: 0.001")), comparison=compared).month
    # What is dear together leaves the difference alone.
    assert np.std(found.difference) < np.std(alone.difference)


def test_knowing_what_decides_nothing_is_worth_nothing(asked: Stake) -> None:
    random = chances(1, "of no matter", asked.draws)[:, None]
    blind = replace(asked, values=random)

    assert blind.worth["rate"] < 0.25 * asked.worth["rate"]


def test_draws_that_the_scenario_refuses_are_drawn_anew() -> None:
    own = (
        "{skills: [phone], staffing: {shifts: [{agents: 4, hours: always}]}, payroll: {agents: "
        "{calendar: {contract_hours_year: 1800h, sick_hours_year: 50h, sick_paid_hours_year: 10h}, "
        "pay: {hourly_rate: 10 EUR/h}}}}"
    )
    year = "options.*.groups.*.payroll.agents.calendar"
    head, _, _ = DESK.partition("options:")
    scenario = load_text(f"""{head}
options:
  one: {{groups: {{a: {own}}}}}
  two: {{groups: {{a: {own}}}}}
risk:
  presets: false
  ranges:
    - {{input: {year}.sick_hours_year, name: ill, uniform: [10h, 50h]}}
    - {{input: {year}.sick_paid_hours_year, name: paid, uniform: [10h, 50h]}}
""")
    found = risk(scenario, comparison=compare(scenario, replications=2), draws=40)

    assert found.again > 10  # half of all draws pay for more illness than there is
    values = found.month.values
    assert (values[:, 1] <= values[:, 0]).all()


@pytest.mark.parametrize(
    ("instead", "said"),
    [
        ("  ranges: []\n", "needs ranges"),
        ("  ranges: [{input: tolerance, uniform: [1%, 2%]}]\n", "needs a new simulation"),
    ],
)
def test_risk_without_anything_to_draw_is_refused(instead: str, said: str) -> None:
    scenario = load_text(DESK.partition("  ranges:")[0] + instead)
    with pytest.raises(InvalidInput, match=said):
        inputs_of(scenario, ("hours", "minutes"))


def test_draws_out_of_bounds_are_refused(desk: Scenario, compared: Comparison) -> None:
    with pytest.raises(InvalidInput, match="draws must be from 2"):
        risk(desk, draws=0, comparison=compared)


def test_a_worker_that_may_start_no_processes_works_alone(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(multiprocessing.current_process(), "_config", {"daemon": True})

    assert list(spread(abs, 3, workers=4)) == [0, 1, 2]


# --- as it is told -------------------------------------------------------------------------------


@pytest.mark.parametrize("code", ["en", "ru"])
def test_answers_are_told_in_both_languages_and_pictures_fit_a_terminal(
    desk: Scenario, compared: Comparison, told: RiskAnswer, code: str
) -> None:
    words = Language("ru" if code == "ru" else "en")
    found = breakeven(desk, "volume", comparison=compared, points=10, verify=False)
    _, *picture = breakeven_picture(found, words)

    assert all(len(line) <= 80 for line in picture)
    picture = tornado_picture(told, words)
    assert all(len(line) <= 80 for line in picture[2::2])
    assert (
        words("Of a normal or lognormal law, nine of ten values lie between the ends.")
        in picture[0]
    )
    said = [*breakeven_sentences(found, words), *risk_sentences(told, words)]
    said += flip_sentences(told, words)
    assert all(said)
    unit = "в неделю" if code == "ru" else "a week"
    assert said[0].count(unit) == 3  # in the unit that the scenario and the charts have
    assert any("Начальное число 1" in line for line in said) == (code == "ru")


def test_what_the_file_says_stands_beside_the_middle_case(
    desk: Scenario, compared: Comparison, told: RiskAnswer
) -> None:
    skewed = DESK.replace("normal: {mean: 20 EUR/h, sd: 2 EUR/h}", "uniform: [20 EUR/h, 30 EUR/h]")
    assert skewed != DESK
    found = risk(load_text(skewed), comparison=compared)
    english = Language("en")
    first, second = found.month.pair

    assert found.month.written_difference == cost(compared, first) - cost(compared, second)
    assert found.month.leaning == (1, 0)
    assert "skewed: of 1, 1 have their middle above" in risk_sentences(found, english)[1]
    assert told.month.is_central
    assert told.month.leaning == (0, 0)
    assert "400 draws do not tell it from the middle case" in risk_sentences(told, english)[1]
    data = risk_data(found)
    assert data["options"]["hours"]["cost_as_written"] == cost(compared, "hours")
    assert data["difference"]["as_written"] == found.month.written_difference
    assert not data["difference"]["as_written_is_middle"]


def test_everything_that_is_told_is_in_the_data(told: RiskAnswer) -> None:
    data, asked = risk_data(told), told.month

    assert data["draws"] == 400
    assert data["chance_second_cheaper"]["value"] == asked.chance.value
    assert data["inputs"][0]["worth"] == asked.worth["rate"]
    assert data["flips"][0]["value"] == asked.flips[0].value
    assert data["sentences"]["en"] == risk_sentences(told, Language("en"))


@pytest.mark.slow
def test_the_commands_answer(
    linewise: Callable[..., Said], tmp_path: Path, compared: Comparison
) -> None:
    file = tmp_path / "desk.yaml"
    file.write_text(DESK, "utf-8")
    even = linewise("breakeven", file, "--of", RATE, "--no-verify", "--points", 5, "--json").data
    rows = linewise("risk", file, "--draws", 4, "--csv").out.splitlines()

    assert even["crossings"][0]["value"] == pytest.approx(even_rate(compared), rel=1e-4)
    assert rows[0] == "draw,rate,cost_hours,cost_minutes"
    assert len(rows) == 5
    said = linewise("risk", file, "--draws", 10, "--lang", "ru")
    assert "дешевле" in said.out
    refused = linewise("breakeven", file, "--of", "wages")
    assert refused.code == 2
    assert "did you mean wage?" in refused.err


def test_the_response_of_both_is_what_the_curve_is_made_of(
    desk: Scenario, compared: Comparison
) -> None:
    found = breakeven(desk, PRICE, comparison=compared, points=3, verify=False)
    for point in found.points:
        there = changed(desk, {PRICE: point.value})
        own = {n: Response.of(compared[n]).statement(there).total for n in found.options}
        assert point.costs == pytest.approx(tuple(own.values()))
