"""Hybrids: groups that part what comes by hours, by share, by overflow."""

from __future__ import annotations

import dataclasses
from typing import Any

import numpy as np
import pytest
from desks import BUSY_BY_DAY

from sim import erlang
from sim.decide import compare, simulate
from sim.demand import first_choice, volume_factor
from sim.engine import play
from sim.errors import ScenarioError
from sim.experiment import case
from sim.plan import cover, requirement
from sim.plan.limits import limits
from sim.report.language import Language
from sim.report.needs import limit_sentences
from sim.scenario import Scenario, load_text
from sim.scenario.laws import Exponential

WEEKDAY = "2, 2, 2, 2, 2, 2, 4, 8, 20, 40, 50, 50, 45, 45, 50, 50, 45, 40, 30, 20, 15, 10, 5, 3"
WEEK = (
    BUSY_BY_DAY.replace("WEEKDAY", WEEKDAY)
    + """    fcr: 75%
    repeat_share: 60%
    REDIAL
simulation: {seed: 3, replications: 16, at_most: 16, warm_up: 2h, wrap_up: 2h}
options:
"""
)
OWN = "skills: {phone: {SKILL}}, staffing: {to_target: {}}, payroll: {preset: RU_2026}"
VENDOR = (
    "source: vendor, handle_time: 110%, fcr: 68%, skills: {phone: {SKILL}}, "
    "staffing: {to_target: {}}, contract: {preset: RU_2026/shared}"
)
KEPT = "retained: {vendor_manager_fte: 1, vendor_manager_salary: 100 000 RUB per month, "
KEPT += "contribution_rate: 30%}"


def option(name: str, own: str | None, vendor: str | None, more: str = "") -> str:
    """One option in YAML: skills of the own group and of the vendor's, None for no group."""
    lines = [f"  {name}:", "    groups:"]
    if own is not None:
        lines.append(f"      own: {{{OWN.replace('SKILL', own)}{more}}}")
    if vendor is not None:
        lines.append(f"      vendor: {{{VENDOR.replace('SKILL', vendor)}}}")
        lines.append(f"    {KEPT}")
    return "\n".join(lines) + "\n"


def week(*options: str, redial: str = "") -> Scenario:
    """A week of one channel under options."""
    return load_text(WEEK.replace("REDIAL", redial) + "".join(options))


def hours_of(scenario: Scenario, text: str, name: str) -> np.ndarray[Any, Any]:
    """What a group gets, by interval, under an option written with hours."""
    return cover(scenario, text, seed=1)[name].agents


def test_a_vendor_with_a_share_of_nothing_costs_what_the_own_team_costs_alone() -> None:
    scenario = week(option("alone", "", None), option("none", "", "share: 0%"))

    alone = simulate(scenario, "alone")
    none = simulate(scenario, "none")

    assert none.statement is not None
    assert alone.statement is not None
    assert none.statement.total == alone.statement.total
    assert none.attained == alone.attained
    assert not none.covers["vendor"].agents.any()


@pytest.mark.parametrize("redial", ["", "redial: {probability: 40%, delay: 5m}"])
def test_a_vendor_with_all_of_a_channel_costs_what_it_costs_alone(redial: str) -> None:
    scenario = week(option("alone", None, ""), option("all", "", "share: 100%"), redial=redial)

    alone, all_ = (simulate(scenario, name) for name in ("alone", "all"))

    assert all_.statement is not None
    assert alone.statement is not None
    assert all_.statement.total == alone.statement.total
    assert all_.attained == alone.attained
    assert not all_.covers["own"].agents.any()


def test_a_share_of_contacts_goes_where_it_is_sent_and_all_are_served_by_somebody() -> None:
    scenario = week(option("parted", "", "share: 30%"))

    result = simulate(scenario, "parted")

    offered = result.replications.counts("phone")[:, 0].sum()
    sent = result.replications.counts("phone.vendor")[:, 0].sum()
    assert sent / offered == pytest.approx(0.3, abs=0.01)
    assert result.kept
    assert result.parts[0].channel == "phone.vendor"


def test_two_shares_that_make_a_whole_leave_nobody_without_a_group() -> None:
    scenario = week(option("parted", "share: 70%", "share: 30%"))

    result = simulate(scenario, "parted")

    assert result.attained[0].missed.value < 0.06


def test_nights_at_the_vendor_and_days_at_home_make_up_the_week() -> None:
    day = ', hours: "Mon-Sun 06:00-22:00"'
    night = option("bands", "", "", day).replace("source: vendor", "hours: nights, source: vendor")
    scenario = week(night, option("alone", "", None))

    parted = {n: found.agents for n, found in cover(scenario, "bands", seed=1).items()}
    clock = np.arange(168) % 24

    assert not parted["own"][(clock < 6) | (clock >= 22)].any()
    assert not parted["vendor"][(clock >= 6) & (clock < 22)].any()
    assert ((parted["own"] > 0) ^ (parted["vendor"] > 0)).all()


def test_the_rest_is_all_that_others_leave() -> None:
    core = ', hours: "Mon-Fri 09:00-21:00"'
    rest = option("rest", "", "", core).replace("source: vendor", "hours: rest, source: vendor")
    scenario = week(rest)

    parts = first_choice(scenario, scenario.options["rest"], "phone", ["own", "vendor"])

    assert (parts["own"] + parts["vendor"] == 1).all()
    assert parts["own"].sum() == 60


def test_fcr_of_a_hybrid_lies_between_those_of_its_legs_by_what_each_takes() -> None:
    scenario = week(option("own", "", None), option("both", "", "share: 50%"))
    alone = case(scenario, "own", cover={"own": [1.0] * 168}).demand.volume.rates.sum()
    both = {"own": [1.0] * 168, "vendor": [1.0] * 168}
    mixed = case(scenario, "both", cover=both).demand.volume.rates.sum()

    # volume = intents / (1 - (1 - fcr) * 60%), and 71.5 % is half way from 68 % to 75 %
    assert mixed / alone == pytest.approx((1 - 0.25 * 0.6) / (1 - 0.285 * 0.6))


def overflow(after: str, answered: str) -> Scenario:
    """An own team that keeps less than the promise, and a vendor that takes what waits."""
    text = option("over", "", f"after: {after}, prefer: 2").replace(
        "to_target: {}", f"to_target: {{answered: {answered}}}", 1
    )
    return week(text, option("alone", "", None))


def test_overflow_lets_the_first_group_be_smaller_and_the_promise_holds() -> None:
    scenario = overflow("10s", "60%")

    alone, over = (requirement(scenario, scenario.options[n]) for n in ("alone", "over"))
    result = simulate(scenario, "over")

    assert over["own"].agents.sum() < alone["own"].agents.sum()
    assert over["vendor"].agents.sum() > 0
    assert result.kept
    assert result.attained[0].thin[0] <= 0.05 * result.attained[0].thin[1]


@pytest.mark.parametrize("vendor", ["share: 40%", "after: 10s, prefer: 2"])
def test_both_engines_play_a_hybrid_alike(vendor: str) -> None:
    scenario = week(option("hybrid", "", vendor), redial="redial: {probability: 40%, delay: 5m}")
    played = case(scenario, "hybrid", cover={"own": [6.0] * 168, "vendor": [3.0] * 168})

    workload = played.demand.workload(1, 0)
    ours, theirs = (
        play(workload, played.staffing, engine=engine) for engine in ("kernel", "reference")
    )

    for column in dataclasses.fields(ours):
        np.testing.assert_array_equal(
            getattr(ours, column.name), getattr(theirs, column.name), err_msg=column.name
        )


def test_the_same_customers_come_whatever_share_the_vendor_has() -> None:
    scenario = week(*(option(f"o{n}", "", f"share: {n}%") for n in (20, 60)))
    covers = {"own": [6.0] * 168, "vendor": [6.0] * 168}
    few, many = (case(scenario, f"o{n}", cover=covers).demand.workload(1, 0) for n in (20, 60))

    same = min(few.fresh, many.fresh)
    assert abs(few.fresh - many.fresh) < 0.05 * same  # volume follows the mix of fcr
    both = set(few.handle[: few.fresh].tolist()) & set(many.handle[: many.fresh].tolist())
    assert len(both) > 0.9 * same


def test_groups_whose_hours_overlap_serve_side_by_side_only_there() -> None:
    day = ', hours: "Mon-Sat 09:00-21:00"'
    scenario = week(
        option("both", "", "", day).replace("source: vendor", "hours: weekends, source: vendor")
    )

    needed = requirement(scenario, scenario.options["both"])
    pool = requirement(week(option("all", "", None)), week(option("all", "", None)).options["all"])
    own, vendor, alone = needed["own"].agents, needed["vendor"].agents, pool["own"].agents
    clock, day_of = np.arange(168) % 24, np.arange(168) // 24
    at_nine = (clock >= 9) & (clock < 21)

    assert (own[(day_of < 5) & at_nine] == alone[(day_of < 5) & at_nine]).all()
    assert not vendor[day_of < 5].any()
    assert not own[day_of == 6].any()
    saturday = (day_of == 5) & at_nine
    assert (own + vendor)[saturday].sum() <= 1.2 * alone[saturday].sum()


REFUSED = {
    "hours of shifts": (
        option("a", "", None, ", hours: nights").replace(
            "{to_target: {}}", "{shifts: [{agents: 1, hours: always}]}"
        ),
        "options.a.groups.own.hours: goes with staffing to_target only",
    ),
    "hours beside the clock": (
        option("a", "", None, ', hours: "Mon-Fri 09:30-18:00"'),
        "must begin and end with an interval of 1h",
    ),
    "rest of everything": (
        option("a", "", "").replace("source: vendor", "hours: rest, source: vendor"),
        "leaves the group no hour in which to serve",
    ),
    "rest and more": (
        option("a", "", None, ", hours: [rest, nights]"),
        "must be rest alone",
    ),
    "shares above all": (
        option("a", "share: 60%", "share: 60%"),
        "must be at most 100% together, got '120%'",
    ),
    "shares below all": (
        option("a", "share: 60%", "share: 30%"),
        "leaves 10% of phone to nobody",
    ),
    "share of overflow": (
        option("a", "", "share: 30%, after: 10s"),
        "must not stand beside after",
    ),
    "paid with nobody": (
        option("a", "", None).replace("payroll: {preset: RU_2026}", "paid_with: nobody"),
        "options.a.groups.own.paid_with: is not a group of this option",
    ),
    "paid with the other employer": (
        option("a", "", "share: 20%").replace("payroll: {preset: RU_2026}", "paid_with: vendor"),
        "must be a group of the same source (inhouse) that has terms",
    ),
    "paid twice": (
        option("a", "", "share: 20%").replace("payroll", "paid_with: vendor, payroll"),
        "must not stand beside terms of the group's own",
    ),
    "less than the promise without help": (
        option("a", "", None).replace("to_target: {}", "to_target: {answered: 60%}"),
        "needs another group that takes the overflow",
    ),
    "overflow to two at once": (
        option("a", "after: 10s", "after: 20s"),
        "must not be staffed to the target of phone beside own",
    ),
}


@pytest.mark.parametrize("kind", REFUSED)
def test_legs_that_do_not_fit_together_are_refused(kind: str) -> None:
    text, words = REFUSED[kind]

    with pytest.raises(ScenarioError) as refused:
        week(text)

    assert words in str(refused.value)


def test_a_hybrid_is_compared_like_any_option() -> None:
    scenario = week(option("alone", "", None), option("parted", "", "share: 30%"))

    found = compare(scenario, replications=16)

    assert not found.gaps("parted")


def test_a_maximum_that_is_too_small_is_told_with_what_it_can_and_what_would_do() -> None:
    text = option("few", None, "").replace("to_target: {}", "to_target: {maximum: 3}")
    scenario = week(text)

    [limit] = limits(scenario, scenario.options["few"])
    [said] = limit_sentences(scenario, "few", Language("en"))

    load = 50 * 240 * 1.1 * volume_factor(scenario.channels["phone"], 0.68) / 3600
    queue = erlang.erlang_a(arrival_rate=load / 264, aht=264, agents=3, patience=120)
    # Beside what comes, a little is in hand from the hour before.
    assert limit.attained == pytest.approx(queue.service_level("offered", 20), abs=0.005)
    enough = erlang.erlang_a(arrival_rate=load / 264, aht=264, agents=limit.needed, patience=120)
    assert enough.service_level("offered", 20) >= 0.8
    assert f"{limit.needed} would do" in said
    assert (
        limits(week(option("many", None, "")), week(option("many", None, "")).options["many"]) == ()
    )


def test_two_teams_of_a_vendor_have_one_contract() -> None:
    two = """  two:
    groups:
      day: {source: vendor, hours: "Mon-Sun 06:00-22:00", skills: [phone], fcr: 68%,
        handle_time: 110%, staffing: {to_target: {}}, contract: {preset: RU_2026/shared}}
      night: {source: vendor, hours: nights, skills: [phone], fcr: 68%, handle_time: 110%,
        staffing: {to_target: {}}, paid_with: day}
"""
    scenario = week(option("one", None, ""), two)

    one, two_teams = (simulate(scenario, name).statement for name in ("one", "two"))

    assert one is not None
    assert two_teams is not None
    fees = [line.name for line in two_teams.lines if line.name.endswith("fixed_fee")]
    assert fees == ["day.fixed_fee"]
    # The same contacts, the same minutes: only who gives up at the change of teams may differ.
    minutes = two_teams.amount("day.minutes") / one.amount("vendor.minutes")
    assert minutes == pytest.approx(1, abs=0.01)


def test_clients_wait_as_long_as_they_do_for_the_option_that_serves_them() -> None:
    short = option("short", "", None, "") + "    patience: {phone: 30s}\n"
    scenario = week(option("usual", "", None), short)
    same = week(option("short", "", None))
    channel = same.channels["phone"]
    quick = channel.model_copy(update={"patience": Exponential(mean=30.0)})
    elsewhere = same.model_copy(update={"channels": {"phone": quick}})

    ours, theirs = simulate(scenario, "short"), simulate(elsewhere, "short")

    # As if the channel itself said so: the plan, who gives up, what it costs.
    assert np.array_equal(ours.covers["own"].agents, theirs.covers["own"].agents)
    assert ours.cost == theirs.cost
    assert ours.attained[0].abandonment == theirs.attained[0].abandonment
    # Others wait as before.
    usual = simulate(scenario, "usual")
    alone = simulate(week(option("usual", "", None)), "usual")
    assert usual.cost == alone.cost
    assert usual.attained[0].abandonment != ours.attained[0].abandonment
