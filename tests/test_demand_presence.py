"""Breaks, absence, busy days: who is there, and how much comes, beyond the plan.

Tests of shares and laws state their rate of false alarms; seeds are fixed.
"""

from __future__ import annotations

import numpy as np
import pytest
from desks import desk, each_day, line, only, team
from numpy.typing import NDArray
from scipy import stats
from test_demand_journeys import Day, at, log

from sim.demand import Absences, Demand, crew
from sim.demand.sampling import Origin
from sim.engine.contract import NONE, Staffing
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


ROUND_THE_CLOCK = {
    "a shift of whole days": "shifts: [{agents: 10, hours: Mon-Sun 00:00-24:00}]",
    "always": "shifts: [{agents: 10, hours: always}]",
    "intervals": "intervals: " + each_day(10),
    "to_target": "to_target: {minimum: 10}",
}


def around_the_clock(staffing: str, absence: str = "10%") -> tuple[Staffing, Absences]:
    scenario = desk(groups={"own": team("[phone]", staffing, absence=absence)}, days=7)
    option = scenario.options["base"]
    absences = Absences.of(option)
    assert absences is not None
    return crew(scenario, option, {"own": [10.0] * 168}), absences


def day_by_day(staffing: Staffing) -> NDArray[np.float64]:
    """Hours worked on each day of a week."""
    edges = 24 * HOUR * np.arange(8)[:, None]
    worked = np.clip(staffing.end, None, edges[1:]) - np.clip(staffing.start, edges[:-1], None)
    return np.asarray(np.clip(worked, 0, None).sum(axis=1) / HOUR)


@pytest.mark.parametrize("form", ROUND_THE_CLOCK)
def test_absence_round_the_clock_is_drawn_day_by_day(form: str) -> None:
    staffing, absences = around_the_clock(ROUND_THE_CLOCK[form])
    missed = []
    for number in range(300):
        present = absences.present(staffing, 1, number)
        present.check()
        missed.append(10 - day_by_day(present) / 24)
    days = np.array(missed)
    share, chance = 0.1, stats.binom(10, 0.1)

    assert np.array_equal(days, np.rint(days))
    assert stats.binomtest(int(days.sum()), 300 * 7 * 10, share).pvalue > FALSE_ALARM
    # The spread of a day's absent hours is that of ten people; that of a week, of seventy draws.
    counts = [(days == n).sum() for n in range(4)]
    wanted = [chance.pmf(n) for n in range(4)]
    both = [[*one, whole - sum(one)] for one, whole in ((counts, days.size), (wanted, 1))]
    assert stats.chisquare(both[0], np.array(both[1]) * days.size).pvalue > FALSE_ALARM
    week = days.sum(axis=1)
    dispersion = ((week - 7) ** 2).sum() / (70 * share * (1 - share))
    low, high = stats.chi2(300).ppf([FALSE_ALARM / 2, 1 - FALSE_ALARM / 2])
    assert low < dispersion < high


def test_who_comes_day_after_day_goes_on_without_a_change() -> None:
    staffing, absences = around_the_clock(ROUND_THE_CLOCK["always"], absence="0.01%")
    present = absences.present(staffing, 1, 0)

    assert present.start.tolist() == [0] * 10
    assert present.end.tolist() == [7 * 24 * HOUR] * 10
    assert present.is_plain


def test_who_misses_a_day_comes_again_on_the_next() -> None:
    staffing, absences = around_the_clock(ROUND_THE_CLOCK["always"], absence="30%")
    present = absences.present(staffing, 1, 0)

    assert len(present.start) > 10
    assert {int(edge) % (24 * HOUR) for edge in (*present.start, *present.end)} == {0}
    assert not (present.follows != NONE).any()


def test_a_night_at_a_position_is_missed_as_a_whole() -> None:
    night = [2] * 6 + [0] * 16 + [2] * 2
    staffing = f"intervals: {each_day(night)}"
    scenario = desk(groups={"own": team("[phone]", staffing, absence="40%")}, days=7)
    present = only(scenario).present(1, 0)
    plan = only(scenario).staffing
    whole = set(zip(plan.start.tolist(), plan.end.tolist(), strict=True))

    assert 0 < len(present.start) < len(plan.start)
    assert set(zip(present.start.tolist(), present.end.tolist(), strict=True)) <= whole
    assert max(end - start for start, end in whole) == 8 * HOUR


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


def test_a_channel_that_says_that_its_days_do_not_differ_is_believed() -> None:
    channels = {"phone": line(day_variation="0%"), "chat": line(kind="chat")}
    scenario = desk(channels, {"own": team("[phone, chat]")}, busyness="{law: gamma, cv: 20%}")
    days = Demand.of(scenario, scenario.options["base"]).day_factors

    assert days is not None
    assert days.spread == (0.0, 0.2)


def test_a_plain_lognormal_day_is_the_one_of_the_channel() -> None:
    own = desk({"phone": line(day_variation="20%")}, days=3)
    shared = desk({"phone": line()}, days=3, busyness="{cv: 20%}")
    one, other = (Demand.of(s, s.options["base"]).workload(1, 0) for s in (own, shared))

    assert np.array_equal(one.due, other.due)
