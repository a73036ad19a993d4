"""From a promise to agents, hours, people and money, without a simulation."""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Callable
from functools import cache
from pathlib import Path

import numpy as np
import pytest
from desks import desk, line, team
from terminal import Said

from sim.decide.needs import Needs, agent_hours, people, staff
from sim.errors import InvalidInput
from sim.report.language import Language
from sim.report.needs import needs_answer, week_table
from sim.scenario import load
from sim.scenario.terms import AgentTerms, Pay, WorkingYear

ROOT = Path(__file__).parent.parent
SHOP = ROOT / "scenarios" / "company-n.yaml"


@cache
def asked(option: str) -> tuple[Needs, ...]:
    """What an option of the shop takes."""
    return tuple(staff(load(SHOP), option))


def test_looser_wordings_of_a_promise_never_take_more_hours_or_money() -> None:
    (found,) = asked("inhouse")
    hours = [wording.hours_week for wording in found.wordings]
    money = [wording.cost or 0.0 for wording in found.wordings]

    assert hours == sorted(hours, reverse=True)
    assert money == sorted(money, reverse=True)
    assert hours[0] == found.requirement.agents.sum()  # intervals of an hour, every interval


def test_a_vendor_is_paid_for_hours_where_he_bills_hours_only() -> None:
    (dedicated,), (shared,) = asked("dedicated"), asked("shared")

    assert all(wording.cost for wording in dedicated.wordings)
    assert all(wording.cost is None for wording in shared.wordings)
    assert dedicated.people is None


def test_people_follow_from_hours_by_the_chain_of_the_terms() -> None:
    terms = AgentTerms(
        calendar=WorkingYear(
            contract_hours_year=1972,
            vacation_hours_year=160,
            sick_hours_year=64,
            other_absence_hours_year=40,
        ),
        shrinkage_in_shift=0.1,
        schedule_fit_loss=0.05,
        ramp_capacity_loss=0.02,
        headcount_rounding="ceil",
        pay=Pay(hourly_rate=300),
    )
    found = people(terms, 1000.0)
    rostered = 1000 / 0.9 * 1.05 / 0.98

    assert found.fte == pytest.approx(rostered / ((1972 - 160 - 64 - 40) / 12))
    assert found.heads == 9 > found.fte > 8
    assert found.seat == pytest.approx(found.fte * 730 / 1000)
    product = np.prod([step.factor for step in found.steps])
    assert product * 1000 == pytest.approx(found.fte)


def test_a_seat_of_nothing_but_hours_takes_four_point_four_people() -> None:
    terms = AgentTerms(calendar=WorkingYear(contract_hours_year=1972), pay=Pay(hourly_rate=1))

    assert people(terms, 1.0).seat == pytest.approx(8760 / 1972)


def test_hours_of_a_month_are_those_of_the_year() -> None:
    scenario = load(SHOP)
    hours = agent_hours(scenario, np.ones(168))
    by_night = sum(block.logged for block in hours if block.night)

    assert sum(block.logged for block in hours) == pytest.approx(730)
    assert by_night == pytest.approx(730 / 3)


def test_who_asks_for_an_option_without_a_target_is_told_how() -> None:
    scenario = desk({"phone": line(target="{answered: 80% in 20s}")}, {"own": team()})

    with pytest.raises(InvalidInput, match="staffed to target, got 'base'; write staffing"):
        staff(scenario, "base")
    with pytest.raises(InvalidInput, match="must be one of base"):
        staff(scenario, "other")


def test_hours_that_are_alike_stand_in_one_row() -> None:
    agents = np.tile(np.repeat([0, 2, 5], 8), 7)
    agents[10] = 3
    table = week_table(agents, 3600.0, "Week", Language("en"))

    assert [row[0] for row in table.rows] == [
        "00:00–08:00",
        "08:00–10:00",
        "10:00–11:00",
        "11:00–16:00",
        "16:00–24:00",
    ]
    assert table.rows[0][1:] == ("·",) * 7
    assert table.rows[2][1:3] == ("3", "2")


def test_the_answer_is_whole_in_both_languages() -> None:
    scenario = load(SHOP)
    found = asked("inhouse")
    english, russian = (
        needs_answer(scenario, "inhouse", found, Language(code)) for code in ("en", "ru")
    )

    assert english.data == russian.data
    assert "one place that is filled round the clock takes" in english.sentences[-1]
    assert not any("agents" in sentence for sentence in russian.sentences)


def test_the_command_prints_tables_json_and_csv(linewise: Callable[..., Said]) -> None:
    text, data, table = (linewise("staff", SHOP, *more) for more in ((), ("--json",), ("--csv",)))
    plain = json.loads(data.out)["groups"]["own"]
    rows = list(csv.DictReader(io.StringIO(table.out)))

    assert text.code == data.code == table.code == 0
    assert "What the wording of the promise is worth" in text.out
    assert [int(row["agents"]) for row in rows] == plain["agents"]
    assert rows[24]["day"] == "Tue"


def test_mixed_shifts_take_fewer_people_than_two_starts_a_day() -> None:
    (found,) = asked("inhouse")
    hours = {choice.name: choice.hours for choice in found.choices}

    assert list(hours.values()) == sorted(hours.values())
    assert hours["8, 10 and 12 h from any hour"] < hours["12 h from 8 and 20"]
    assert min(hours.values()) >= found.requirement.agents.sum()


def test_rotations_are_judged_where_somebody_is_needed_round_the_clock_in_russia() -> None:
    (own,), (vendor,) = asked("inhouse"), asked("dedicated")
    broken = {judged.pattern.name: judged.broken for judged in own.rotations}

    assert own.always
    assert "weekly_rest" in broken["4-on-4-off"]
    assert "weekly_rest" not in broken["2/2"]
    assert vendor.rotations == ()
