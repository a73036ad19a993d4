"""A vendor's band around the forecast: nothing within it, a surcharge above, a floor below."""

from __future__ import annotations

from functools import cache

import pytest

from sim.decide import Comparison, compare
from sim.decide.followed import follow
from sim.decide.horizon import outlook
from sim.decide.response import Response
from sim.decide.valued import Valued
from sim.scenario import Scenario, load_text
from sim.scenario.changed import change_of, changed

DESK = """
name: banded
currency: EUR
calendar: {start: 2026-03-02}
horizon: {months: 12, growth: 20%, season: [1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1.5, 2]}
channels:
  phone: {kind: voice, arrivals: {Mon-Sun: [0, 0, 0, 0, 0, 0, 0, 0, 9, 9, 9, 9, 9, 9, 9, 9, 9, 9,
          9, 9, 0, 0, 0, 0]}, handle_time: 5m, patience: 2m}
options:
  them:
    groups:
      vendor:
        source: vendor
        skills: [phone]
        staffing: {shifts: [{agents: 6, hours: "08:00-20:00"}]}
        contract: {minutes: {tiers: [{price: 2 EUR/min}]}BAND}
simulation: {replications: 8, at_most: 8}
"""
BAND = ", forecast_band: {up: 10%, down: 20%, over_surcharge: 50%}"
TIGHT = ", forecast_band: {over_surcharge: 50%}"


@cache
def played(band: str = BAND) -> Comparison:
    return compare(load_text(DESK.replace("BAND", band)))


def at(scenario: Scenario, path: str, change: str) -> Scenario:
    return changed(scenario, {follow(scenario, path, "npv"): change_of(change)})


@pytest.mark.parametrize("band", [BAND, TIGHT])
def test_what_the_file_says_is_the_forecast_and_costs_nothing_more(band: str) -> None:
    """Also in months that grow and have a season: these are told in time."""
    compared = played(band)
    ahead = outlook(compared)
    assert ahead is not None
    months = [month.operating for month in ahead["them"].months]
    simulated = compared["them"].statement
    assert simulated is not None

    for month in [simulated, *months]:
        assert month.amount("vendor.over_forecast") == 0
        assert month.amount("vendor.minimum_topup") == 0
    assert months[-1].amount("vendor.minutes") != months[0].amount("vendor.minutes")


def test_more_than_the_band_allows_has_its_surcharge() -> None:
    result = played()["them"]
    month = Response.of(result).statement(at(result.scenario, "volume", "x1.5"))
    assert result.statement is not None
    told = result.statement.amount("vendor.minutes") / 2
    came = month.amount("vendor.minutes") / 2

    assert came > 1.1 * told
    over = (came - 1.1 * told) * 2 * 0.5
    assert month.amount("vendor.over_forecast") == pytest.approx(over)
    assert month.amount("vendor.minimum_topup") == 0


def test_less_than_the_band_allows_is_paid_up_to_its_floor() -> None:
    result = played()["them"]
    month = Response.of(result).statement(at(result.scenario, "volume", "x0.5"))
    assert result.statement is not None
    told = result.statement.amount("vendor.minutes") / 2
    came = month.amount("vendor.minutes") / 2

    assert came < 0.8 * told
    assert month.amount("vendor.minimum_topup") == pytest.approx((0.8 * told - came) * 2)
    assert month.amount("vendor.over_forecast") == 0


def test_a_volume_within_the_band_costs_what_it_costs_without_one() -> None:
    banded, plain = (Response.of(played(band)["them"]) for band in (BAND, ""))
    months = [
        one.statement(at(one.result.scenario, "volume", "x1.05")).total for one in (banded, plain)
    ]

    assert months[0] == months[1]


@pytest.mark.parametrize(("growth", "dearer"), [("20%", False), ("90%", True)])
def test_growth_that_nobody_forecast_is_charged(growth: str, dearer: bool) -> None:
    """The forecast of a month has the growth that the file says, not the one that is drawn."""
    worth = []
    for band in (BAND, ""):
        compared = played(band)
        asked = follow(compared.scenario, "horizon.growth", "npv")
        valued = Valued.of(compared, ["them"], ["npv"])
        worth.append(
            float(valued.at(at(compared.scenario, "horizon.growth", growth), [asked])[0, 0])
        )

    assert (worth[0] > worth[1] * 1.001) == dearer
    assert worth[0] == pytest.approx(worth[1]) or dearer
