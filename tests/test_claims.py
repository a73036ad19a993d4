"""Claims of vendors, goals with a date and the checklist, against what is simulated."""

from __future__ import annotations

import math
import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from desks import desk, line, team
from hypothesis import given
from hypothesis import strategies as st
from terminal import Said

from sim.decide import Comparison, compare
from sim.decide.checklist import checklist
from sim.decide.claims import check_claim, check_claims
from sim.decide.figures import (
    Figure,
    absolute_change,
    figure,
    relative_change,
    satisfaction_assumed,
)
from sim.decide.goals import reach
from sim.decide.would_be import ways
from sim.errors import InvalidInput
from sim.metrics import Count
from sim.report.language import Language
from sim.report.refusals import worded
from sim.scenario import Scenario
from sim.scenario.claims import claim_of, claim_said

PHONE = line(12, patience="2m", target="{answered: 80% in 20s}", fcr="70%")


def option(agents: int, price: str, hours: str = "always", **more: str) -> str:
    shifts = f"shifts: [{{agents: {agents}, hours: {hours}}}]"
    terms = f"{{price_per_agent_hour: {{rate: {price}}}}}"
    keys = {"groups": f"{{them: {team(staffing=shifts, source='vendor', contract=terms)}}}", **more}
    return "{" + ", ".join(f"{key}: {value}" for key, value in keys.items()) + "}"


def shop(**more: Any) -> Scenario:
    plain: dict[str, Any] = {
        "simulation": "{replications: 12, at_most: 12, warm_up: 1h, wrap_up: 1h}",
        "channels": {"phone": PHONE},
        "options": {
            "dear": option(5, "20 EUR/h"),
            "cheap": option(5, "10 EUR/h", fcr="84%", lead="14 weeks"),
            "few": option(1, "10 EUR/h", lead="5 weeks"),
            "as_is": option(
                4, "20 EUR/h", "Mon-Fri 09:00-18:00", open='{phone: "Mon-Fri 09:00-18:00"}'
            ),
        },
    }
    return desk(**{**plain, **more})


@pytest.fixture(scope="module")
def compared() -> Comparison:
    return compare(
        shop(
            claims="{cheap: {cost: -40% than dear, fcr: +20%}, few: {phone.asa: -50% than dear}}",
            goals="{phone.first_response: at most 10s in 3 months, fcr: at least 80% in 6 months,"
            " csat: at least 90% in 12 months}",
            checklist="{management_time: yes}",
        )
    )


# --- reading -------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("said", "measure", "least", "most"),
    [
        ("40–60 % cheaper", "cost", -0.4, -0.6),
        ("saves up to 40-60%", "cost", -0.4, -0.6),
        ("на 40–60 % дешевле", "cost", -0.4, -0.6),
        ("98 % fewer missed", "missed", -0.98, -0.98),
        ("пропущенных на 98 % меньше", "missed", -0.98, -0.98),
        ("на 98% меньше пропущенных", "missed", -0.98, -0.98),
        ("CSAT +15 %", "csat", 0.15, 0.15),
        ("удовлетворённость выше на 15%", "csat", 0.15, 0.15),
        ("twice 50% faster", "asa", -0.5, -0.5),
        ("cost: -12,5%", "cost", -0.125, -0.125),
        ("CSAT +1 200 %", "csat", 12.0, 12.0),
        ("CSAT 1\u202f200,5 to 1\u2009300%", "csat", 12.005, 13.0),
        ("csat: +1\u00a0200%", "csat", 12.0, 12.0),
    ],
)
def test_claims_are_read_as_vendors_put_them(
    said: str, measure: str, least: float, most: float
) -> None:
    claim = claim_said(said, "them")

    assert (claim.measure, claim.than) == (measure, "them")
    assert (claim.least, claim.most) == pytest.approx((least, most))


def test_a_claim_in_points_is_no_claim_in_per_cent() -> None:
    assert claim_of("csat", "+10 points").points
    assert not claim_of("csat", "+10%").points
    assert claim_said("csat: +10 points").points


@pytest.mark.parametrize(
    ("key", "said", "words"),
    [
        ("profit", "+10%", "nothing that can be claimed"),
        ("phone.cost", "-10%", "nothing that can be claimed"),
        ("cost", "40%", "whether it is less or more"),
        ("cost", "-10% to +10%", "less and more at once"),
        ("cost", "-0%", "a change, not zero"),
        ("cost", "-120%", "more than 100% less"),
        ("cost", "-10 points", "it is no share"),
        ("cost", "much less", "a change with its sign"),
        ("cost", None, "a change with its sign"),
    ],
)
def test_what_cannot_be_a_claim_is_refused_in_words(key: str, said: object, words: str) -> None:
    with pytest.raises(InvalidInput, match=words):
        claim_of(key, said)


@pytest.mark.parametrize("said", ["", "the best in town", "40%", "cheaper", "1e999% cheaper"])
def test_words_without_a_measure_or_a_figure_are_no_claim(said: str) -> None:
    with pytest.raises(InvalidInput, match="must name a measure and a change") as refused:
        claim_said(said)
    hint = worded(refused.value.hint, Language("ru"))
    assert "дешевле" in hint
    assert all(claim_said(example) for example in re.findall("'([^']+)'", hint))


# --- figures -------------------------------------------------------------------------------------


def test_figures_are_those_of_the_comparison(compared: Comparison) -> None:
    dear = compared["dear"]
    totals = dear.replications.totals[:, 0]

    assert dear.cost is not None
    assert figure(dear, "cost").value == dear.cost.value
    missed = float(totals[:, [Count.ABANDONED, Count.WAITING]].sum(axis=1).mean())
    assert figure(dear, "missed").value == pytest.approx(
        missed * 365 / 12 / 7, rel=0.01
    )  # one weekday more
    for measure in ("asa", "abandonment", "service_level"):
        found = dear.replications.estimate(measure, "phone")
        ours = figure(dear, measure, "phone")
        assert ours.value == pytest.approx(found.value)
        zero = absolute_change(ours, Figure.plain(0.0))
        assert zero.half_width == pytest.approx(found.half_width)


@given(
    st.lists(st.floats(1, 100), min_size=3, max_size=30),
    st.floats(0.1, 10),
)
def test_rows_in_proportion_have_a_change_without_doubt(rows: list[float], factor: float) -> None:
    """Whoever always costs half as much costs half as much: the interval must know of pairs."""
    theirs = np.array(rows)
    weights = np.ones(len(rows))

    found = relative_change(Figure.mean(factor * theirs, weights), Figure.mean(theirs, weights))

    assert found.value == pytest.approx(factor - 1, abs=1e-9)
    assert found.half_width == pytest.approx(0, abs=1e-6)


def test_the_interval_of_a_relative_change_covers_as_often_as_it_says() -> None:
    rng = np.random.default_rng(1)
    covered = 0
    for _ in range(400):
        theirs = rng.gamma(9, 10, 40)
        ours = 0.6 * theirs + rng.gamma(4, 3, 40)
        weights = np.ones(40)
        found = relative_change(Figure.mean(ours, weights), Figure.mean(theirs, weights))
        covered += found.low <= (0.6 * 90 + 12) / 90 - 1 <= found.high

    assert 0.92 <= covered / 400 <= 0.98  # 95 %, with three standard errors around it


def test_nothing_compared_with_zero_is_unknown() -> None:
    found = relative_change(Figure.plain(1.0), Figure.plain(0.0))

    assert math.isnan(found.value)


def test_satisfaction_follows_the_response_that_the_scenario_assumes() -> None:
    terms = """{satisfaction: {asa_minutes: 0, abandonment: 0%, fcr: 70%,
        csat: {now: 80, per_minute_of_wait: -3, per_point_of_abandonment: -0.4},
        nps: {now: 30, lowest: -100, per_point_of_fcr: 1}}}"""
    found = compare(shop(consequences=terms))
    few = found["few"].replications

    wait, lost = few.estimate("asa", "phone").value, few.estimate("abandonment", "phone").value
    csat = figure(found["few"], "csat")
    assert csat.value == pytest.approx((80 - 3 * wait / 60 - 0.4 * 100 * lost) / 100)
    assert absolute_change(csat, Figure.plain(0.0)).half_width > 0
    assert figure(found["cheap"], "nps").value == pytest.approx(30 + 14)  # 84 % against 70 %
    assert satisfaction_assumed(found["few"])["csat"] == pytest.approx(100 * csat.value)


def test_letters_do_not_make_callers_more_patient() -> None:
    terms = "{satisfaction: {csat: {now: 80, per_point_of_abandonment: -0.4}}}"
    mail = line(6, kind="email", handle_time="1m", target="{answered: 95% in 1d}", fcr="70%")
    skills = "{phone: {}, mail: {}}"
    priced = "{price_per_agent_hour: {rate: 10 EUR/h}}"
    staff = "shifts: [{agents: 1, hours: always}]"
    them = team(skills=skills, staffing=staff, source="vendor", contract=priced)
    found = compare(
        shop(
            consequences=terms,
            channels={"phone": PHONE, "mail": mail},
            options={"few": f"{{groups: {{them: {them}}}}}"},
        ),
        replications=4,
    )["few"]

    lost = found.replications.estimate("abandonment", "phone").value
    assert lost > 0.05
    assert satisfaction_assumed(found)["csat"] == pytest.approx(80 - 40 * lost)


# --- verdicts ------------------------------------------------------------------------------------


def test_claims_of_the_file_are_judged_on_the_interval(compared: Comparison) -> None:
    by_text = {one.claim.text: one for one in check_claims(compared)}

    cost = by_text["cost: -40% than dear"]  # half the price for the same hours
    assert (cost.state, cost.gaps) == ("holds", ())
    assert cost.found.value == pytest.approx(-0.5)
    assert cost.needed == pytest.approx(0.6 * cost.theirs)
    fcr = by_text["fcr: +20%"]  # 84 % against 70 % is exactly that
    assert fcr.found.value == pytest.approx(0.2)
    assert by_text["phone.asa: -50% than dear"].state == "broken"


def test_money_saved_by_worse_service_is_told_apart(compared: Comparison) -> None:
    found = check_claim(compared, "few", claim_said("50% cheaper", "dear"))

    assert found.state == "holds"
    assert {gap.measure for gap in found.gaps} >= {"service_level", "missed"}


def test_a_figure_that_nobody_knows_leaves_a_claim_unknown(compared: Comparison) -> None:
    assert check_claim(compared, "cheap", claim_said("fewer people: 5%", "dear")).state == "unknown"


def test_a_claim_compares_two_options(compared: Comparison) -> None:
    with pytest.raises(InvalidInput, match="must compare two options"):
        check_claim(compared, "cheap", claim_said("5% cheaper", "cheap"))
    with pytest.raises(InvalidInput, match="must be of one of phone"):
        check_claim(compared, "cheap", claim_said("chat.asa: -5%", "dear"))


def test_what_would_make_a_claim_true_makes_it_true(compared: Comparison) -> None:
    """The price at which half is saved is half the price: nothing else is in these contracts."""
    claim = check_claim(compared, "cheap", claim_said("75% cheaper", "dear"))
    by = {way.input: way for way in ways(compared, claim)}

    assert claim.state == "broken"  # half the price is 50 % cheaper
    assert by["options.cheap.groups.them.contract"].factor == pytest.approx(0.5, rel=1e-5)
    assert by["volume"].factor is None  # crews are fixed: no volume changes what they cost
    assert "wage" not in by  # nobody here has a payroll


def test_a_claim_that_holds_needs_no_way(compared: Comparison) -> None:
    assert ways(compared, check_claim(compared, "cheap", claim_said("5% cheaper", "dear"))) == ()


def test_satisfaction_is_claimed_with_the_resolution_that_it_takes() -> None:
    terms = """{satisfaction: {fcr: 70%, csat: {now: 60, per_point_of_fcr: 0.5}}}"""
    found = compare(shop(consequences=terms))
    claim = check_claim(found, "dear", claim_said("csat: +2 points", "few"))

    (way,) = ways(found, claim)
    assert way.now == pytest.approx(0.7)
    assert way.factor == pytest.approx(0.74 / 0.7)  # two points at half a point each


# --- goals and the checklist ---------------------------------------------------------------------


def test_a_goal_is_reached_from_the_month_in_which_an_option_serves(compared: Comparison) -> None:
    found = {(one.goal.measure, one.option): one for one in reach(compared)}

    assert found["first_response", "dear"].state == "reached"
    assert found["first_response", "cheap"].state == "late"  # 14 weeks reach into the 4th
    assert found["first_response", "few"].state == "missed"
    assert found["fcr", "cheap"].state == "reached"
    assert found["fcr", "dear"].state == "missed"
    assert found["csat", "dear"].state == "unknown"


def test_the_checklist_answers_by_numbers_what_numbers_can(compared: Comparison) -> None:
    listed = checklist(compared)
    by = {one.question: one for one in listed.answers}

    assert listed.today == "as_is"
    office = compared["as_is"].replications.totals[:, 0].mean(axis=0)
    came = office[[Count.OFFERED, Count.CLOSED]].sum()
    assert by["lost_off_hours"].found["share"] == pytest.approx(office[Count.CLOSED] / came)
    assert by["lost_off_hours"].answer is True  # 123 of 168 hours nobody is there
    assert by["cannot_cope"].answer is False  # four for an erlang
    assert by["other_time_zones"].by == "nobody"
    assert by["other_time_zones"].found == {"open_hours_a_week": 45}
    assert (by["management_time"].answer, by["management_time"].by) == (True, "people")
    assert (listed.yes, listed.says) == (2, "open")


def test_who_is_left_alone_cannot_cope() -> None:
    options = {"few": option(1, "10 EUR/h"), "dear": option(5, "20 EUR/h")}
    listed = checklist(compare(shop(options=options)))
    by = {one.question: one for one in listed.answers}

    assert by["cannot_cope"].answer is True
    assert by["cannot_cope"].found["worst_share"] > 0.05
    assert by["long_waits"].answer is True
    assert by["lost_off_hours"].answer is False


# --- the command ---------------------------------------------------------------------------------

FILE = """
name: shop
calendar: {start: 2026-03-02, days: 7}
channels:
  phone: {kind: voice, arrivals: {Mon-Sun: [12, 12, 12, 12, 12, 12, 12, 12, 12, 12, 12, 12,
          12, 12, 12, 12, 12, 12, 12, 12, 12, 12, 12, 12]}, handle_time: 4m, patience: 2m,
          target: {answered: 80% in 20s}}
options:
  dear: {groups: {them: {source: vendor, skills: [phone], contract: {price_per_agent_hour:
         {rate: 20 EUR/h}}, staffing: {shifts: [{agents: 4, hours: always}]}}}}
  cheap: {groups: {them: {source: vendor, skills: [phone], contract: {price_per_agent_hour:
         {rate: 15 EUR/h}}, staffing: {shifts: [{agents: 4, hours: always}]}}}}
simulation: {replications: 4, at_most: 4}
"""


@pytest.fixture
def file(tmp_path: Path) -> Path:
    path = tmp_path / "shop.yaml"
    path.write_text(FILE)
    return path


def test_the_command_says_what_the_scenario_makes_of_a_claim(
    linewise: Callable[..., Said], file: Path
) -> None:
    said = linewise("claim", file, "--says", "40-60% cheaper", "--option", "cheap")

    assert said.code == 0
    assert "not so here" in said.out
    assert "True from" in said.out
    assert "Six questions" in said.out


def test_a_claim_of_the_file_that_is_said_again_is_told_once(
    linewise: Callable[..., Said], file: Path
) -> None:
    file.write_text(FILE + "claims: {cheap: {cost: -60% to -40%}}\n")
    again = ("--says", "40-60% cheaper", "--says", "40-60 % cheaper", "--option", "cheap")

    assert len(linewise("claim", file, *again, "--json").data["claims"]) == 1
    other = ("--says", "40-50% cheaper", "--option", "cheap")
    assert len(linewise("claim", file, *other, "--json").data["claims"]) == 2


def test_the_command_speaks_russian_and_json(linewise: Callable[..., Said], file: Path) -> None:
    claim = ("claim", file, "--says", "на 20 % дешевле", "--option", "cheap")

    assert "здесь это так" in linewise(*claim, "--lang", "ru").out
    one = linewise(*claim, "--json").data["claims"][0]
    assert (one["state"], one["equal_service"]) == ("holds", True)
    assert one["found"] == pytest.approx(-0.25)


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (["--says", "20% cheaper"], "must say of which option"),
        (["--says", "20% cheaper", "--option", "nobody"], "must be one of dear, cheap"),
        (["--says", "the best", "--option", "cheap"], "must name a measure and a change"),
    ],
)
def test_the_command_refuses_what_it_cannot_check(
    linewise: Callable[..., Said], file: Path, arguments: list[str], words: str
) -> None:
    said = linewise("claim", file, *arguments)

    assert said.code == 2
    assert words in said.err
