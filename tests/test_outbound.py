"""Calls to make from a list, as a filler between those that come in; groups of their own pace."""

from __future__ import annotations

import numpy as np
import pytest
from desks import desk, line, team

from sim.decide import simulate
from sim.decide.month import Month
from sim.decide.traffic import handled, traffic
from sim.demand import Demand, crew
from sim.engine import ENGINES, play
from sim.engine.contract import NONE, Status
from sim.errors import ScenarioError
from sim.experiment import case, replicate
from sim.metrics import Count
from sim.report.language import Language
from sim.report.tables import ledger_table, risk_table, rule_table, service_table
from sim.scenario import Scenario
from sim.scenario.changed import changed
from sim.scenario.variant import lead

HOUR = 3_600_000
LIST = "{per_day: 60, reached: 40%, attempt: 30s}"
FIXED = "{law: fixed, value: 5m}"


def listed(**more: str) -> str:
    keys = {"kind": "voice", "outbound": LIST, "handle_time": FIXED, **more}
    return "{" + ", ".join(f"{key}: {value}" for key, value in keys.items()) + "}"


def shop(agents: int = 3, reserve: int = 0, by_hour: float = 10, **more: str) -> Scenario:
    skills = f"{{calls: {{reserve: {reserve}}}, phone: {{}}}}"
    staffing = f"shifts: [{{agents: {agents}, hours: always}}]"
    calls = listed(**{"open": "Mon-Fri 09:00-17:00", **more})
    phone = line(by_hour, patience="2m", target="{answered: 80% in 20s}")
    return desk({"calls": calls, "phone": phone}, {"own": team(skills, staffing)}, wrap_up="2h")


def test_each_day_brings_the_whole_list_when_it_opens() -> None:
    scenario = shop()
    work = Demand.of(scenario, scenario.options["base"]).workload(1, 0)
    due = work.due[(work.queue == 0) & (np.arange(len(work)) < work.fresh)]

    days, calls = np.unique(due, return_counts=True)
    assert (days / HOUR).tolist() == [9 + 24 * day for day in range(5)]
    assert calls.tolist() == [60] * 5
    assert scenario.channels["calls"].volume == 300


def test_an_option_with_other_hours_brings_the_list_then() -> None:
    scenario = desk(
        {"calls": listed()},
        options={
            "base": f"{{groups: {{own: {team('[calls]')}}}, open: {{calls: Sat 10:30-12:00}}}}"
        },
    )
    work = Demand.of(scenario, scenario.options["base"]).workload(1, 0)

    assert set(work.due.tolist()) == {int((5 * 24 + 10.5) * HOUR)}


def test_hours_round_the_clock_bring_it_at_midnight_also_behind_a_warm_up() -> None:
    scenario = desk({"calls": listed()}, {"own": team("[calls]")}, days=2, warm_up="30h")
    work = Demand.of(scenario, scenario.options["base"]).workload(1, 0)
    found = np.unique(work.due) / HOUR

    # The list of the day in which the play begins is there at its beginning.
    assert found.tolist() == [0, 6, 30, 54]


def test_calls_are_made_by_who_has_nothing_else_to_do_and_keep_the_reserve() -> None:
    held = shop(agents=3, reserve=2, by_hour=0)
    out = simulate(held, replications=2)

    # Three agents, two of whom stay idle: one calls, all day long.
    assert out.occupancy < 1 / 3
    busy = simulate(shop(agents=3, by_hour=0), replications=2)
    assert busy.attained[0].asa.value < out.attained[0].asa.value / 2.5


def test_who_calls_in_is_answered_before_a_call_is_made() -> None:
    scenario = shop(agents=2, by_hour=30)
    option = scenario.options["base"]
    assert crew(scenario, option).priority[:, 0].tolist() == [1000, 1]
    work = Demand.of(scenario, option).workload(1, 0)
    out = ENGINES["reference"](work, crew(scenario, option))
    answered = out.arrival + out.wait
    served, calls = out.status == Status.SERVED, work.queue == 0
    for call in np.flatnonzero(served & calls).tolist():
        moment = answered[call]
        waiting = ~calls & (out.arrival < moment) & (answered > moment) & (out.status != 0)
        assert not waiting.any()


def test_what_is_not_called_by_the_end_of_the_hours_is_off_the_list() -> None:
    result = simulate(shop(agents=1, by_hour=0, handle_time="1h"), replications=2)
    counts = result.replications.counts("calls").sum(axis=0)

    assert counts[Count.SERVED] + counts[Count.DISMISSED] == 300
    assert counts[Count.DISMISSED] > 100
    rows = service_table((result,), Language("en")).rows
    assert rows[0][1:3] == ("—", "—")
    missed = counts[Count.DISMISSED] / 300
    assert rows[0][3].startswith(f"{100 * missed:.1f}%")


def test_a_call_that_reaches_nobody_takes_the_time_of_an_attempt_and_no_work_after_it() -> None:
    scenario = shop(by_hour=0, after_call_work="{law: fixed, value: 10s}")
    work = Demand.of(scenario, scenario.options["base"]).workload(1, 0)
    pairs = {(h // 1000, a // 1000) for h, a in zip(work.handle, work.acw, strict=True)}

    assert pairs == {(300, 10), (30, 0)}
    reached = float((work.handle == 300_000).mean())
    assert 0.4 - 0.13 < reached < 0.4 + 0.13  # 300 calls: beyond 4.5 standard errors


def test_calls_that_are_made_are_outbound_minutes_and_only_those_that_reach_are_contacts() -> None:
    scenario = shop(agents=4, by_hour=0)
    played = case(scenario, "base")
    month = Month.of(scenario, played)
    result = replicate(played, seed=1, replications=2, record=month.record)
    counts = month.read(result.record)
    weeks = 365 / 12 * 24 / 168
    found = traffic(played, counts, 0)

    assert found.attempts == pytest.approx(300 * weeks, rel=0.02)
    assert found.inbound == 0
    per_call = result.counts("calls").sum(axis=0)[Count.TALK] / 300 / 60
    assert found.outbound == pytest.approx(per_call * found.attempts, rel=0.01)
    assert handled(played, counts, 0, 0) == pytest.approx(0.4 * found.attempts)


def test_a_list_is_counted_apart() -> None:
    result = simulate(shop(), replications=2)
    lang = Language("en")

    assert [row[0] for row in rule_table(result, lang).rows] == ["phone"]
    assert [row[0] for row in risk_table(result, lang).rows] == ["phone"]
    table = ledger_table(result, lang)
    at = table.head.index("reached a client, of the list")
    assert [row[at] for row in table.rows] == ["40.0%", "—"]
    assert [one.channel for one in result.promised] == ["phone"]
    assert lead(result.scenario) == "phone"


def test_a_list_grows_with_the_volume() -> None:
    half = changed(shop(), {"volume": "x0.5"})
    outbound = half.channels["calls"].outbound

    assert outbound is not None
    assert outbound.per_day == 30
    assert half.channels["calls"].volume == 150


@pytest.mark.parametrize(
    ("channel", "rule"),
    [
        (listed(patience="2m"), "patience: does not go with outbound: nobody calls"),
        (listed(arrivals="none"), "arrivals: does not go with outbound"),
        (listed(target="{answered: 80% in 20s}"), "target: does not go with outbound"),
        (listed(kind="email"), "outbound: needs kind: voice"),
        (listed(kind="outbound"), "write kind: voice, and outbound: {per_day: 100}"),
        (listed(outbound="{per_day: 0}"), "per_day: must be at least 1"),
        (listed(outbound="{per_day: 5, reached: 120%}"), "reached: must be at most 100%"),
        (listed(outbound="{reached: 20%}"), "per_day: is missing"),
        (listed(outbound="100"), "outbound: must be a mapping of keys"),
        (listed(outbound="{per_day: many}"), "per_day: must be a number, got 'many'"),
    ],
)
def test_what_a_list_cannot_have_is_refused(channel: str, rule: str) -> None:
    with pytest.raises(ScenarioError) as caught:
        desk({"calls": channel}, {"own": team("[calls]")})

    assert rule in str(caught.value)


def test_a_scenario_with_a_list_is_the_same_when_it_is_written_and_read_back() -> None:
    scenario = shop()

    assert Scenario.model_validate(scenario.model_dump()) == scenario


# --- a group's own handle time -------------------------------------------------------------------


def paced(skill: str, group: str = "100%") -> Scenario:
    own = team(f"{{phone: {skill}}}", handle_time=group)
    return desk({"phone": line(10, handle_time="{law: gamma, mean: 4m, cv: 0.5}")}, {"own": own})


def test_a_group_may_have_a_mean_handle_time_of_its_own() -> None:
    scenario = paced("{mean_handle_time: 6m}", "120%")
    option = scenario.options["base"]

    assert crew(scenario, option).pace.tolist() == [[1500]]
    found = simulate(scenario, replications=8).replications.estimate("aht", "phone")
    assert abs(found.value - 360) < 2 * found.half_width
    assert "options.base.groups.own.skills.phone.mean_handle_time" in {
        figure.path for figure in scenario.assumptions()
    }


def test_a_mean_handle_time_is_the_same_when_it_is_written_and_read_back() -> None:
    scenario = paced("{mean_handle_time: 6m}", "120%")

    assert Scenario.model_validate(scenario.model_dump()) == scenario


OWN_LAW = "{handle_time_law: {law: lognormal, mean: 6m, cv: 1.4}}"


def test_a_group_may_have_a_law_of_handle_times_of_its_own() -> None:
    """Means and spreads by both laws; z-scores of 4.5 err once in 150,000 choices of a seed."""
    scenario = paced(OWN_LAW, "120%")
    phone = line(30, handle_time="{law: gamma, mean: 4m, cv: 0.5}")
    two = desk({"phone": phone}, {"own": team(f"{{phone: {OWN_LAW}}}"), "others": team()})
    option = two.options["base"]
    work, people = Demand.of(two, option).workload(1, 0), crew(two, option)
    out = play(work, people)

    assert crew(scenario, scenario.options["base"]).pace.tolist() == [[1500]]
    assert people.own.tolist() == [[1, 0]]
    for group, mean, cv in ((0, 360, 1.4), (1, 240, 0.5)):
        talk = out.talk[(out.agent != NONE) & (people.group[out.agent] == group)] / 1000
        assert abs(talk.mean() - mean) < 4.5 * mean * cv / np.sqrt(len(talk))
    assert "options.base.groups.own.skills.phone.handle_time_law" in {
        figure.path for figure in scenario.assumptions()
    }
    assert Scenario.model_validate(scenario.model_dump()) == scenario


def test_with_a_law_of_its_own_a_group_meets_the_same_customers() -> None:
    """Nothing of a contact is another but how long it takes there; ranks stay as they are."""
    redial = "{probability: 50%, delay: 3m}"
    phone = line(20, patience="1m", redial=redial, after_call_work="20s")
    with_law, without = (
        Demand.of(one, one.options["base"]).workload(7, 3)
        for one in (
            desk({"phone": phone}, {"own": team(skills)})
            for skills in (f"{{phone: {OWN_LAW}}}", "[phone]")
        )
    )
    fresh = slice(0, with_law.fresh)

    assert with_law.fresh == without.fresh
    for name in ("due", "queue", "handle", "acw", "patience"):
        ours, theirs = getattr(with_law, name), getattr(without, name)
        assert ours[fresh].tolist() == theirs[fresh].tolist()
        assert np.sort(ours).tolist() == np.sort(theirs).tolist()
    by_law = with_law.own_handle[0, fresh]
    in_order = by_law[np.lexsort((by_law, without.handle[fresh]))]
    assert (np.diff(in_order) >= 0).all()
    link = with_law.after_abandon != NONE
    own = with_law.own_handle[0]
    assert own[link].tolist() == own[with_law.after_abandon[link]].tolist()


@pytest.mark.parametrize(
    ("skill", "rule"),
    [
        ("{mean_handle_time: 6m, handle_time: 110%}", "must not stand beside handle_time"),
        ("{handle_time: 6m}", "write it like 110%, or mean_handle_time in a skill"),
        ("{handle_time: {law: fixed, value: 6m}}", "or handle_time_law in a skill"),
        ("{handle_time_law: 6m, handle_time: 110%}", "must not stand beside handle_time"),
        ("{handle_time_law: 6m, mean_handle_time: 5m}", "must not stand beside mean_handle_time"),
        ("{handle_time_law: never}", "handle_time_law: must have an end"),
        ("{handle_time_law: 1h}", "handle_time_law: must come to between 1% and 1000%"),
        ("{mean_handle_time: 110%}", "must be a duration"),
        ("{mean_handle_time: 0s}", "must be above 0"),
    ],
)
def test_a_law_of_its_own_is_refused_with_what_to_write(skill: str, rule: str) -> None:
    with pytest.raises(ScenarioError) as caught:
        paced(skill)

    assert rule in str(caught.value)


def test_the_factor_of_a_group_is_told_the_same_way() -> None:
    with pytest.raises(ScenarioError, match="must be a factor, not a law"):
        paced("{}", "{law: fixed, value: 6m}")
