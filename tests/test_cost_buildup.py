"""Teams that are built: cohorts, learning, seasons, and what bridges the gap."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sim.cost import (
    BuildUpPlan,
    Hours,
    Ops,
    build_up,
    cash_flows,
    inhouse_month,
    npv,
    steady_ramp_loss,
    tco,
)
from sim.cost.telephony import trunks
from sim.errors import InvalidInput
from sim.scenario.terms import Hiring, InhouseTerms, Telephony

HIRING = Hiring(
    attrition_annual=0.45,
    training_dropout=0.2,
    cost_per_hire=30_000,
    training_hours=80,
    training_material=3000,
    productivity_curve=(0.65, 0.8, 0.92),
)
TWENTY = BuildUpPlan.level(
    20,
    6,
    hourly_rate=320,
    productive_hours=123.25,
    effective_contribution_rate=0.302,
    bridge_rate=850,
    capex_per_head=121_000,
    setup=600_000,
)


def test_twenty_productive_people_come_out_as_by_hand() -> None:
    found = build_up(HIRING, TWENTY)
    first, second = found.months[:2]
    heads = 20 / (1 - 0.45 / 12 * (0.35 + 0.2 + 0.08))  # 20.483933
    assert first.heads == pytest.approx(heads)
    assert first.starters == pytest.approx(heads / 0.8)
    assert first.capacity == pytest.approx(0.65 * heads)
    assert second.hires == pytest.approx(heads * 0.0375)
    assert second.capacity == pytest.approx(heads * (0.0375 * 0.65 + 0.9625 * 0.8))
    assert first.statement.amount("recruitment") == pytest.approx(768147.484317)
    assert first.statement.amount("training") == pytest.approx(930257.329407)
    assert first.statement.amount("bridge") == pytest.approx(700383.785687)
    flows = cash_flows(found.statements, found.one_offs)
    assert tco(flows) == pytest.approx(6338358.11, abs=0.01)
    assert npv(flows, 0.18) == pytest.approx(6271674.94, abs=0.01)


def test_once_all_have_learned_the_team_gives_what_was_wanted() -> None:
    months = build_up(HIRING, replace(TWENTY, targets=(20.0,) * 60)).months
    assert months[-1].capacity == pytest.approx(20, rel=3e-3)
    # Of those who begin, some leave before they have learned: a little more than planned stays.
    assert months[-1].capacity > 20


def test_what_is_not_bridged_is_lost_capacity() -> None:
    bridged, left = build_up(HIRING, TWENTY), build_up(HIRING, replace(TWENTY, bridge_rate=None))
    short = sum(month.shortfall for month in left.months)
    assert bridged.lost_hours == 0
    assert left.lost_hours == pytest.approx(short * 123.25)
    assert left.months[0].statement.amount("bridge") == 0


def test_hiring_ahead_of_a_season_shortens_the_gap() -> None:
    season = replace(TWENTY, targets=(10.0,) * 6 + (20.0,) * 6, heads_at_start=10.3)
    late = build_up(HIRING, season)
    early = build_up(HIRING, replace(season, ahead_months=3))
    assert late.months[6].shortfall > 3
    assert early.months[6].shortfall < 0.5
    assert sum(month.heads for month in early.months) > sum(month.heads for month in late.months)


def test_nobody_begins_before_hiring_and_training_are_over() -> None:
    found = build_up(HIRING, replace(TWENTY, lead_months=2))
    assert [month.hires > 0 for month in found.months] == [False, False, True, True, True, True]
    assert found.months[0].shortfall == 20


def test_no_more_begin_than_can_be_trained() -> None:
    found = build_up(HIRING, replace(TWENTY, most_starters=10))
    assert [round(month.starters, 6) for month in found.months[:2]] == [10, 10]
    assert found.months[1].heads == pytest.approx(8 * 0.9625 + 8)


def test_a_team_shrinks_by_those_who_leave() -> None:
    found = build_up(HIRING, replace(TWENTY, targets=(5.0,) * 12, heads_at_start=10.0))
    assert found.months[0].heads == pytest.approx(10 * 0.9625)
    assert found.months[0].hires == 0


def test_places_are_bought_once() -> None:
    waves = replace(TWENTY, targets=(20.0, 10.0, 20.0, 25.0))
    bought = [one for one in build_up(HIRING, waves).one_offs if one.name == "places"]
    assert sum(one.amount for one in bought) == pytest.approx(25 / 20 * 20.483933 * 121_000)
    assert [one.month for one in bought] == [0, 3]


@given(
    st.lists(st.floats(0, 50), min_size=1, max_size=24),
    st.floats(0, 3),
    st.lists(st.floats(0, 1), max_size=4),
    st.integers(0, 3),
)
def test_people_and_capacity_stay_within_bounds(
    targets: list[float], attrition: float, curve: list[float], lead: int
) -> None:
    hiring = Hiring(attrition_annual=attrition, productivity_curve=tuple(sorted(curve)))
    if steady_ramp_loss(attrition, curve) >= 1:
        return
    found = build_up(hiring, replace(TWENTY, targets=tuple(targets), lead_months=lead))
    for month, target, wanted in zip(found.months, targets, found.heads_targets, strict=True):
        assert month.capacity <= month.heads + 1e-9
        assert month.shortfall >= 0
        assert month.shortfall >= target - month.capacity - 1e-9
        assert month.month <= lead or month.heads >= wanted - 1e-6


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({"targets": ()}, "targets must be at least one month"),
        ({"targets": (1.0, -1.0)}, r"targets\[1\] must be a number of at least 0"),
        ({"lead_months": -1}, "lead_months must be a number of at least 0"),
        ({"bridge_rate": float("inf")}, "bridge_rate must be a number of at least 0"),
        ({"capex_life_months": 0}, "capex_life_months must be above 0"),
    ],
)
def test_a_plan_that_cannot_be_is_refused(changes: dict[str, Any], said: str) -> None:
    with pytest.raises(InvalidInput, match=said):
        replace(TWENTY, **changes)


def test_a_team_that_never_learns_is_refused() -> None:
    hiring = Hiring(attrition_annual=10, productivity_curve=(0.0, 0.0))
    with pytest.raises(InvalidInput, match="attrition_annual must leave people who have learned"):
        build_up(hiring, TWENTY)


# ---------------------------------------------------- lines and people on duty


def blocking(lines: int, load: float) -> float:
    """Erlang B, by its definition."""
    terms = [1.0]
    for n in range(1, lines + 1):
        terms.append(terms[-1] * load / n)
    return terms[-1] / sum(terms)


@pytest.mark.parametrize("load", [0.3, 4.0, 17.5, 60.0])
@pytest.mark.parametrize("share", [0.001, 0.01, 0.2])
def test_lines_are_the_fewest_that_block_no_more(load: float, share: float) -> None:
    found = int(trunks(Telephony(trunk_blocking=share), load))
    assert blocking(found, load) <= share < blocking(found - 1, load)


def test_lines_that_follow_from_traffic_are_paid() -> None:
    terms = InhouseTerms.model_validate(
        {
            "agents": {"calendar": {"contract_hours_year": 1800}, "pay": {"hourly_rate": 20}},
            "telephony": {"trunk_blocking": 0.001, "trunk_month": 250, "numbers_month": 100},
        }
    )
    month = inhouse_month(terms, Ops(hours=(Hours(logged=100),), line_load=10))
    assert month.amount("telephony_fixed") == 100 + 21 * 250
    assert inhouse_month(terms, Ops()).amount("telephony_fixed") == 100


def test_one_on_duty_at_all_hours_takes_several_people() -> None:
    terms = InhouseTerms.model_validate(
        {
            "agents": {"calendar": {"contract_hours_year": 1740}, "pay": {"hourly_rate": 20}},
            "support_roles": [
                {
                    "name": "supervisor",
                    "salary_month": 1000,
                    "driver": "per_agent_fte",
                    "value": 12,
                    "per_open_hour": 1,
                }
            ],
        }
    )
    few, many = (
        inhouse_month(terms, Ops(hours=(Hours(logged=n * 145),), open_hours=730)) for n in (24, 120)
    )
    assert few.info["support_heads"] == pytest.approx(730 / 145)  # not 24 / 12 = 2
    assert many.info["support_heads"] == pytest.approx(10)
