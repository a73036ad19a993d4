"""Breaks, absence, busy days: who is there, and how much comes, beyond the plan.

Tests of shares and laws state their rate of false alarms; seeds are fixed.
"""

from __future__ import annotations

import numpy as np
import pytest
from desks import desk, line, only, team
from numpy.typing import NDArray
from scipy import stats
from test_demand_journeys import Day, at, log

from sim.demand import Demand, crew
from sim.demand.sampling import Origin
from sim.engine.contract import NONE
from sim.errors import ScenarioError
from sim.experiment import replicate
from sim.metrics import Presence
from sim.scenario import Scenario

FALSE_ALARM = 1e-5
HOUR = 3_600_000


# --- breaks --------------------------------------------------------------------------------------


def shift(more: str, agents: int = 1, hours: str = "Mon-Sun 00:00-08:00") -> str:
    return team("[phone]", f"shifts: [{{agents: {agents}, hours: {hours}, {more}}}]")


def test_breaks_lie_where_the_shift_says() -> None:
    breaks = "breaks: [{after: 2h, for: 15m}, {at: 05:00, for: 30m}], late_return: 1m"
    scenario = desk(groups={"own": shift(breaks)}, days=1)
    staffing = crew(scenario, scenario.options["base"])

    staffing.check()
    assert (staffing.start / HOUR).tolist() == pytest.approx([0, 2 + 16 / 60, 5 + 31 / 60])
    assert (staffing.end / HOUR).tolist() == pytest.approx([2, 5, 8])
    assert staffing.follows.tolist() == [NONE, 0, 1]
    assert (staffing.pause / HOUR).tolist() == pytest.approx([0, 16 / 60, 31 / 60])


def test_a_night_shift_has_its_break_on_the_next_day() -> None:
    breaks = "breaks: [{at: 02:00, for: 30m}]"
    scenario = desk(groups={"own": shift(breaks, hours="Mon-Sun 20:00-06:00")}, days=2)
    staffing = crew(scenario, scenario.options["base"])

    assert (staffing.start / HOUR).tolist() == [0, 2.5, 20, 26.5, 44]
    assert (staffing.end / HOUR).tolist() == [2, 6, 26, 30, 48]
    assert staffing.follows.tolist() == [NONE, 0, NONE, 2, NONE]


@pytest.mark.parametrize(("late", "back"), [("move", 69), ("cut", 60)])
def test_a_break_that_begins_late_is_moved_or_cut(late: str, back: float) -> None:
    breaks = f"breaks: [{{after: 30m, for: 30m}}], late: {late}"
    phone = at(log("00:29", "00:40"))
    played = Day(desk({"phone": phone}, {"own": shift(breaks)}, days=1))

    assert played.told()[1][2:4] == (40.0, back - 40.0)


def test_nobody_is_paid_twice_and_breaks_are_no_presence() -> None:
    breaks = "breaks: [{after: 2h, for: 30m}]"
    scenario = desk({"phone": line(0.01)}, {"own": shift(breaks, agents=3)}, days=7)
    found = replicate(only(scenario), seed=1, replications=1, engine="reference")

    logged = found.presence("own")[:, Presence.LOGGED].sum() / 3600
    assert logged == pytest.approx(7 * 3 * 7.5, abs=0.5)


@pytest.mark.parametrize(
    ("breaks", "told"),
    [
        ("[{after: 9h, for: 15m}]", "breaks[0]: must lie within the shift"),
        ("[{after: 1h, for: 2h}, {at: 02:00, for: 5m}]", "breaks[1]: must lie within the shift"),
        ("[{for: 15m}]", "must have either at or after"),
        ("[{at: 12:00, after: 2h, for: 15m}]", "must have either at or after"),
        ("[{at: noon, for: 15m}]", "must be a time of day, got 'noon'"),
    ],
)
def test_breaks_that_do_not_fit_are_refused(breaks: str, told: str) -> None:
    with pytest.raises(ScenarioError) as caught:
        desk(groups={"own": shift(f"breaks: {breaks}")})
    assert told in str(caught.value)


# --- absence -------------------------------------------------------------------------------------


def absent(agents: int = 40, **more: str) -> Scenario:
    breaks = "breaks: [{after: 2h, for: 15m}]"
    return desk(groups={"own": team("[phone]", _staffing(agents, breaks), **more)}, days=7)


def _staffing(agents: int, breaks: str) -> str:
    return f"shifts: [{{agents: {agents}, hours: Mon-Sun 08:00-16:00, {breaks}}}]"


def test_a_share_of_shifts_is_missed_each_with_all_its_stretches() -> None:
    played = only(absent(absence="8%"))
    present = [played.present(1, number) for number in range(20)]
    for staffing in present:
        staffing.check()
    came = sum(int((staffing.follows == NONE).sum()) for staffing in present)

    assert stats.binomtest(came, 20 * 7 * 40, 0.92).pvalue > FALSE_ALARM
    assert all(len(staffing.start) == 2 * (staffing.follows == NONE).sum() for staffing in present)


def test_the_same_people_are_absent_when_others_are_added() -> None:
    fewer, more = only(absent(30, absence="20%")), only(absent(40, absence="20%"))
    away = [
        7 * agents - int((played.present(1, 0).follows == NONE).sum())
        for played, agents in ((fewer, 30), (more, 40))
    ]

    assert 0 < away[0] <= away[1]


def test_without_absence_the_staffing_is_the_plan_itself() -> None:
    played = only(absent())

    assert played.present(1, 0) is played.staffing


# --- busy days -----------------------------------------------------------------------------------


def factors(busyness: str, days: int = 160) -> NDArray[np.float64]:
    channels = {"phone": line(), "chat": line(kind="chat", day_variation="30%")}
    scenario = desk(channels, {"own": team("[phone, chat]")}, days=days, busyness=busyness)
    demand = Demand.of(scenario, scenario.options["base"])
    assert demand.day_factors is not None
    drawn = []
    with np.errstate(over="ignore"):
        for number in range(40):
            origin = Origin(np.uint64(1), np.uint64(number), demand.streams)
            drawn.append(demand.day_factors.draw(origin, np.arange(days)))
    return np.concatenate(drawn, axis=1)


@pytest.mark.parametrize("law", ["gamma", "lognormal"])
def test_days_are_busy_by_their_law_and_together(law: str) -> None:
    found = factors(f"{{law: {law}, cv: 15%, correlation: 60%}}")
    laws = {
        "gamma": [stats.gamma(1 / cv**2, scale=cv**2) for cv in (0.15, 0.3)],
        "lognormal": [
            stats.lognorm(np.sqrt(np.log1p(cv**2)), scale=1 / np.sqrt(1 + cv**2))
            for cv in (0.15, 0.3)
        ],
    }[law]
    scores = [stats.norm.ppf(one.cdf(row)) for one, row in zip(laws, found, strict=True)]
    r = np.arctanh(np.corrcoef(scores)[0, 1]) - np.arctanh(0.6)

    for one, row in zip(laws, found, strict=True):
        assert stats.kstest(row, one.cdf).pvalue > FALSE_ALARM
    assert abs(r) * np.sqrt(found.shape[1] - 3) < stats.norm.isf(FALSE_ALARM / 2)


def test_a_plain_lognormal_day_is_the_one_of_the_channel() -> None:
    own = desk({"phone": line(day_variation="20%")}, days=3)
    shared = desk({"phone": line()}, days=3, busyness="{cv: 20%}")
    one, other = (Demand.of(s, s.options["base"]).workload(1, 0) for s in (own, shared))

    assert np.array_equal(one.due, other.due)
