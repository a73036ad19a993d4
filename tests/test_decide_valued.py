"""What options come to over the months under other figures: as the full outlook of them says."""

from __future__ import annotations

import dataclasses
import functools
import subprocess
import sys

import numpy as np
import pytest
from shops import shop

from sim.decide import Comparison, compare
from sim.decide.breakeven import breakeven
from sim.decide.horizon import outlook
from sim.decide.judgement import judge
from sim.decide.risk import risk
from sim.decide.spread import spread
from sim.decide.turning import outward, turning
from sim.decide.valued import Valued, amounts_of
from sim.errors import InvalidInput
from sim.scenario import Scenario
from sim.scenario.changed import changed
from sim.scenario.inputs import find_input

HORIZON = "{months: 12, growth: 30%, discount: 12%, season: [" + "80%, 120%, " * 5 + "80%, 120%]}"
RISK = """{presets: false, draws: 12, ranges: [
 {input: volume, triangular: [x0.8, x1, x1.3]}, {input: margin, uniform: [5 EUR, 20 EUR]},
 {input: horizon.growth, uniform: [0%, 50%]}]}"""


@functools.cache
def compared() -> Comparison:
    return compare(shop(own=", lead: 6 weeks", horizon=HORIZON, risk=RISK, tolerance="100%"))


def asked_anew(scenario: Scenario) -> dict[str, tuple[float, float]]:
    """Present values by the full outlook of options that were simulated before the change."""
    same = [dataclasses.replace(one, scenario=scenario) for one in compared().options]
    found = outlook(dataclasses.replace(compared(), scenario=scenario, options=tuple(same)))
    assert found is not None
    return {name: (one.npv, one.npv_economic) for name, one in found.options.items()}


def test_with_nothing_changed_it_is_the_outlook() -> None:
    valued = Valued.of(compared(), ["as_is", "own"], amounts_of(compared().scenario))
    npv = asked_anew(compared().scenario)

    np.testing.assert_allclose(valued.now[:, 2:], [npv["as_is"], npv["own"]], rtol=1e-9)


@pytest.mark.parametrize(
    ("path", "change"),
    [
        ("horizon.discount", "30%"),
        ("consequences.margin_per_order", "x3"),
        ("options.own.lead", "10 weeks"),
    ],
)
def test_figures_of_the_months_are_followed(path: str, change: str) -> None:
    scenario = compared().scenario
    valued = Valued.of(compared(), ["as_is", "own"], amounts_of(scenario))
    there = changed(scenario, {path: change})
    npv = asked_anew(there)

    found = valued.at(there, [find_input(scenario, path)])[:, 2:]
    # Months of like volume are put together: 24 volumes are answered at four.
    np.testing.assert_allclose(found, [npv["as_is"], npv["own"]], rtol=0.01)
    assert not np.allclose(found, valued.now[:, 2:], rtol=1e-6)


def test_draws_are_the_same_for_any_number_of_workers() -> None:
    scenario = compared().scenario
    one, two = (risk(scenario, comparison=compared(), workers=n) for n in (1, 2))

    assert list(one.stakes) == ["cost", "economic_cost", "npv", "npv_economic"]
    assert one.main.amount == "npv"
    for amount, stake in one.stakes.items():
        np.testing.assert_array_equal(stake.costs, two[amount].costs)
        assert stake.bars == two[amount].bars
        assert stake.flips == two[amount].flips


def test_a_margin_at_which_losses_outweigh_is_found() -> None:
    scenario = compared().scenario
    found = breakeven(
        scenario,
        "margin",
        amount="economic_cost",
        between=("as_is", "own"),
        start="0.01 EUR",
        stop="100000 EUR",
        points=5,
        comparison=compared(),
        verify=False,
    )
    for crossing in found.crossings:
        assert abs(crossing.point.difference) < 1e-3 * crossing.point.costs[0]
    first, last = found.points[0].costs, found.points[-1].costs
    assert last[0] > first[0]


def test_what_does_not_move_the_amount_is_refused() -> None:
    scenario = compared().scenario
    with pytest.raises(InvalidInput, match="nothing but what service costs customers"):
        breakeven(scenario, "margin", comparison=compared())
    with pytest.raises(InvalidInput, match="nothing but the months"):
        breakeven(scenario, "horizon.growth", comparison=compared())


@pytest.mark.parametrize(("bound", "state"), [("1 000 000 000", "holds"), ("1", "broken")])
def test_a_present_value_can_be_promised(bound: str, state: str) -> None:
    own = ", lead: 6 weeks"  # until then a vendor serves by the contact, and that is uncertain
    scenario = shop(own, horizon=HORIZON, expect=f"{{own: {{npv: at most {bound} EUR}}}}")
    [judged] = judge(scenario)

    assert judged.state == state
    assert judged.found.half_width > 0


def test_a_present_value_without_months_cannot_be_promised() -> None:
    scenario = shop(expect="{own: {npv: at most 5 EUR}}").model_copy(update={"horizon": None})
    with pytest.raises(InvalidInput, match="needs a section horizon"):
        judge(scenario)


def test_a_change_of_sign_is_found_beside_a_jump_and_beside_nothing() -> None:
    turn = turning(lambda x: 3 - x if x < 2 else -5.0, 0.0, 7.0, 1e-6)

    assert turn.before < 2 <= turn.after
    assert turn.after - turn.before < 1e-5
    assert outward(lambda x: 1.0, [0, 1, 2], 1e-6) is None


def test_numbers_come_back_in_order_from_several_processes() -> None:
    assert list(spread(abs, 50, workers=2)) == list(range(50))


@pytest.mark.skipif(sys.platform != "linux", reason="elsewhere workers are no copies")
def test_workers_end_with_whoever_asked_even_where_that_was_killed() -> None:
    program = (
        "import os, signal, time; from sim.decide.spread import spread\n"
        "def asleep(number):\n"
        "    os.write(1, b'.')\n"
        "    time.sleep(600)\n"
        "signal.signal(signal.SIGTERM, lambda *_: None)\n"
        "list(spread(asleep, 4, workers=2))\n"
    )
    asked = subprocess.Popen([sys.executable, "-c", program], stdout=subprocess.PIPE)
    assert asked.stdout is not None
    begun = asked.stdout.read(2)
    asked.kill()

    assert begun == b".."
    # The pipe ends when nobody holds it any more.
    assert asked.communicate(timeout=120)[0] == b""
