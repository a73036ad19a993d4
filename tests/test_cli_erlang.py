"""The closed forms on the command line: the numbers of the API, in words, tables, CSV and JSON."""

from __future__ import annotations

import csv
import io
import math
from collections.abc import Callable
from typing import Any

import pytest
from terminal import Said

from sim import erlang
from sim.report.people import scheduled

Linewise = Callable[..., Said]
HALF_HOUR = ("--calls", 100, "--aht", "3m")


def rows(said: Said) -> list[dict[str, str]]:
    return list(csv.DictReader(io.StringIO(said.out)))


def answer(linewise: Linewise, *asked: object) -> Any:
    """Without the teams around it: the table is what takes the time, and has its own tests."""
    return linewise("erlang", *asked, "--spread", 0, "--json").data


def test_erlang_says_how_many_agents_in_plain_words(linewise: Callable[..., Said]) -> None:
    said = linewise("erlang", "--calls", 100, "--per", "30m", "--aht", "3m", "--patience", "3m")

    assert said.code == 0
    assert "asks for 14 agents" in said.out
    assert "asks for 12 agents" in said.out


def test_erlang_as_json_gives_every_rule_of_the_service_level(
    linewise: Callable[..., Said],
) -> None:
    said = linewise(
        "erlang", "--calls", 100, "--aht", "3m", "--patience", "3m", "--target", "80/20", "--json"
    )

    assert said.data["erlang_a"]["agents"] == 12
    assert len(said.data["erlang_a"]["service_level"]) == 5


def test_erlang_speaks_russian(linewise: Callable[..., Said]) -> None:
    said = linewise("erlang", "--calls", 100, "--aht", "3m", "--lang", "ru")

    assert "14 операторов" in said.out


@pytest.mark.parametrize(
    "arguments",
    [
        ("--calls", 100, "--aht", "3"),
        ("--calls", 100, "--aht", "-3m"),
        ("--calls", 100, "--aht", "3m", "--target", "800/20"),
        ("--calls", 100, "--aht", "3m", "--target", "80"),
        ("--calls", 100, "--aht", "3m", "--target", "100/20"),
        ("--calls", -1, "--aht", "3m"),
        ("--calls", "many", "--aht", "3m"),
        ("--calls", 100, "--aht", "3m", "--per", "0s"),
        ("--calls", "nan", "--aht", "3m"),
        ("--calls", "1e300", "--aht", "3m"),
    ],
)
def test_erlang_refuses_bad_input_with_code_2_and_no_traceback(
    linewise: Callable[..., Said], arguments: tuple[object, ...]
) -> None:
    said = linewise("erlang", *arguments)

    assert said.code == 2
    assert said.err
    assert "Traceback" not in said.err


def test_the_volume_that_a_team_takes_is_that_of_the_api(linewise: Linewise) -> None:
    data = answer(linewise, "--aht", "3m", "--agents", 12)
    target = erlang.Target(service_level=0.8, awt=20)

    assert data["unknown"] == "arrival_rate"
    for key, patience in (("erlang_c", math.inf), ("erlang_a", 180.0)):
        same = erlang.solve(aht=180, agents=12, target=target, patience=patience)
        assert data[key]["value"] == same.value


def test_the_handle_time_that_a_team_affords_is_said_to_the_second(linewise: Linewise) -> None:
    said = linewise("erlang", "--calls", 100, "--agents", 12)

    assert "2 min 44 s by Erlang C" in said.out


@pytest.mark.parametrize(("target", "words"), [("?/20", "80.2%"), ("90/?", "54.2 s")])
def test_half_a_promise_is_found_for_a_known_team(
    linewise: Linewise, target: str, words: str
) -> None:
    said = linewise("erlang", *HALF_HOUR, "--agents", 12, "--target", target)

    assert words in said.out.splitlines()[0]


def test_a_known_team_is_judged_and_may_have_parts_of_an_agent(linewise: Linewise) -> None:
    said = linewise("erlang", *HALF_HOUR, "--agents", "12.5", "--target", "80/20")

    assert "With 12.5 agents" in said.out
    assert "The target is missed." in said.out
    assert "The target is kept." in said.out


def test_all_bounds_hold_together(linewise: Linewise) -> None:
    bounds = ("--max-abandonment", "2%", "--max-occupancy", "70%", "--max-asa", "5s")
    data = answer(linewise, *HALF_HOUR, *bounds)["erlang_a"]

    assert data["target"] == {
        "rule": "offered",
        "max_abandonment": 0.02,
        "max_occupancy": 0.7,
        "max_asa": 5.0,
    }
    assert data["abandonment"] <= 0.02
    assert data["occupancy"] <= 0.7
    assert data["asa"] <= 5


def test_the_table_as_csv_has_one_row_for_each_model_and_number_of_agents(
    linewise: Linewise,
) -> None:
    table = rows(linewise("erlang", *HALF_HOUR, "--csv", "--spread", 2))
    twelve = next(r for r in table if (r["model"], r["agents"]) == ("erlang_a", "12.0"))
    same = erlang.erlang_a(arrival_rate=100 / 1800, aht=180, agents=12, patience=180)

    assert [float(r["agents"]) for r in table] == 2 * list(range(10, 17))
    assert float(twelve["service_level_answered"]) == same.service_level("answered", 20)
    assert float(twelve["mean_wait_delayed"]) == same.mean_wait_delayed
    assert next(r for r in table if r["model"] == "erlang_c")["asa"] == "inf"


def test_infinity_is_null_in_json(linewise: Linewise) -> None:
    data = linewise("erlang", *HALF_HOUR, "--agents", 9, "--json").data

    assert data["erlang_c"]["asa"] is None
    assert data["erlang_c"]["patience"] is None


def test_a_law_of_patience_is_written_as_in_scenarios(linewise: Linewise) -> None:
    lognormal = "{law: lognormal, mean: 3m, cv: 1.5}"
    data = answer(linewise, *HALF_HOUR, "--agents", 11, "--patience", lognormal)
    law = erlang.Lognormal(mean=180, scv=2.25)
    same = erlang.solve(arrival_rate=100 / 1800, aht=180, agents=11, patience=law).measures

    assert data["erlang_a"]["abandonment"] == same.abandonment


def test_a_measured_curve_of_patience_leaves_at_a_constant_rate_between_rows(
    linewise: Linewise,
) -> None:
    curve = "{law: survival, table: {1m: 36.787944117%}}"
    data = answer(linewise, *HALF_HOUR, "--agents", 11, "--patience", curve)
    same = erlang.erlang_a(arrival_rate=100 / 1800, aht=180, agents=11, patience=60)

    assert data["erlang_a"]["abandonment"] == pytest.approx(same.abandonment, rel=1e-4)


def test_patience_without_end_leaves_erlang_c_alone(linewise: Linewise) -> None:
    data = answer(linewise, *HALF_HOUR, "--patience", "never")

    assert "erlang_a" not in data


def test_lines_and_balking_reach_the_formula(linewise: Linewise) -> None:
    team = ("--agents", 11, "--lines", 15, "--balking", "10%")
    data = answer(linewise, *HALF_HOUR, *team)["erlang_a"]
    same = erlang.erlang_a(
        arrival_rate=100 / 1800, aht=180, agents=11, patience=180, lines=15, balking=0.1
    )

    assert (data["blocking"], data["abandonment"]) == (same.blocking, same.abandonment)


def test_one_more_agent_has_a_price_for_each_contact_answered_thanks_to_him(
    linewise: Linewise,
) -> None:
    said = linewise("erlang", *HALF_HOUR, "--rate-per-hour", "600 RUB/h")
    before, after = (
        erlang.erlang_a(arrival_rate=100 / 1800, aht=180, agents=n, patience=180).abandonment
        for n in (12, 13)
    )

    assert f"₽{600 / (200 * (before - after)):.2f}" in said.out


def test_shrinkage_is_counted_once_and_without_dust(linewise: Linewise) -> None:
    said = linewise("erlang", *HALF_HOUR, "--shrinkage", "30%")

    assert "20 by Erlang C, 18 by Erlang A" in said.out
    assert [scheduled(n, s) for n, s in [(21, 0.3), (9, 0.1), (14, 0.0), (1, 0.5)]] == [
        30,
        10,
        14,
        2,
    ]


def test_people_and_money_are_in_the_data_too(linewise: Linewise) -> None:
    said = linewise(
        "erlang", *HALF_HOUR, "--shrinkage", "30%", "--rate-per-hour", "600 RUB/h", "--json"
    ).data

    assert said["people"] == {"shrinkage": 0.3, "erlang_c": 20, "erlang_a": 18}
    assert said["one_more"]["currency"] == "RUB"
    assert said["one_more"]["cost_per_answered"] == 600 / said["one_more"]["answered_per_hour"]


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        ((), "--calls and --aht and --agents are missing"),
        (("--calls", 100), "--aht and --agents are missing"),
        (("--calls", 100, "--aht", "3m", "--target", "?/20"), "asks for its ?"),
        (("--calls", 100, "--aht", "3m", "--target", "?/?"), "must be a share and a time"),
        (("--calls", 100, "--aht", "3m", "--rule", "good"), "must be one of"),
        (("--calls", 100, "--aht", "3m", "--csv", "--json"), "not both"),
        (("--calls", 100, "--aht", "3m", "--service", "3m"), "--aht or --service"),
        (("--calls", 100, "--aht", "3m", "--patience", "{law: pareto}"), "is not a known law"),
        (("--calls", 100, "--aht", "3m", "--patience", "{law: gamma}"), "must say mean and cv"),
        (("--calls", 100, "--service", "{law: h2, mean: 3m, cv: 0.5}"), "cv must be at least 1"),
        (("--calls", 100, "--service", "{law: erlang, mean: 3m, k: 1.5}"), "k must be whole"),
        (
            ("--calls", 100, "--service", "{law: uniform, from: 5m, to: 1m}"),
            "from must be below to",
        ),
        (
            ("--calls", 9, "--aht", "3m", "--patience", "{law: survival, table: {1m: 9%, 2m: 9%}}"),
            "must end with a row in which fewer are left",
        ),
        (("--calls", 100, "--aht", "3m", "--agents", "1e300"), "--agents must be from 0"),
        (("--calls", 100, "--aht", "3m", "--patience", "{law: lognormal"), "a law"),
        (("--calls", 100, "--aht", "3m", "--patience", "{law: lognormal, mean: 3m}"), "cv"),
        (("--calls", 100, "--aht", "3m", "--rate-per-hour", "600"), "--rate-per-hour"),
        (("--calls", 100, "--aht", "3m", "--shrinkage", "100%"), "shrinkage"),
        (("--calls", 100, "--aht", "3m", "--balking", "0.1"), "--balking"),
        (("--calls", 100, "--aht", "3m", "--agents", "-1"), "--agents"),
    ],
)
def test_what_is_missing_or_contradicts_is_said_in_one_line(
    linewise: Linewise, arguments: tuple[object, ...], said: str
) -> None:
    answer = linewise("erlang", *arguments)

    assert answer.code == 2
    assert said in answer.err
    assert len(answer.err.splitlines()) == 1


def test_a_team_that_nobody_leaves_must_keep_up_and_it_is_said_why(linewise: Linewise) -> None:
    asked = ("erlang", *HALF_HOUR, "--max-abandonment", "5%", "--patience", "never")
    said, data = linewise(*asked), linewise(*asked, "--json").data["erlang_c"]
    lined = linewise(*asked, "--lines", 40, "--json").data["erlang_c"]

    assert (data["value"], data["met"], lined["value"]) == (11, True, 11)
    assert data["asa"] is not None
    assert data["target"] == {"rule": "offered", "max_abandonment": 0.05}
    assert "as nobody gives up, the team need only keep up with the work" in said.out


def test_a_team_that_cannot_keep_up_keeps_no_bound(linewise: Linewise) -> None:
    asked = ("erlang", *HALF_HOUR, "--agents", 9, "--max-abandonment", "5%", "--json")
    volume = linewise("erlang", "--aht", "3m", "--agents", 12, *asked[-3:]).data

    assert not linewise(*asked).data["erlang_c"]["met"]
    assert volume["erlang_c"]["value"] * 180 == pytest.approx(12, rel=1e-4)


def test_a_bound_without_a_service_level_is_said_to_be_one(linewise: Linewise) -> None:
    alone = linewise("erlang", *HALF_HOUR, "--max-abandonment", "5%").out
    both = linewise("erlang", *HALF_HOUR, "--max-abandonment", "5%", "--target", "80/20").out

    assert "add --target 80/20" in alone
    assert "add --target 80/20" not in both


def test_with_lines_all_callers_are_counted_beside_those_who_find_one(linewise: Linewise) -> None:
    asked = ("erlang", *HALF_HOUR, "--agents", 12, "--lines", 15)
    data = linewise(*asked, "--json").data["erlang_a"]
    out = linewise(*asked).out
    served = (1 - data["blocking"]) * data["service_level"]["offered"]

    assert data["service_level_all_callers"] == served
    assert f"so that {served:.1%} of all callers are answered in time" in out
    assert "in 20 s, of all who find a line" in out
    assert "of all offered" not in out


def test_an_endless_queue_is_not_blamed_on_those_who_leave(linewise: Linewise) -> None:
    out = linewise("erlang", *HALF_HOUR, "--agents", 9, "--target", "95/?").out

    assert "Erlang C: no wait is long enough, because more work comes in" in out
    assert "Erlang A: no wait is long enough, because too many give up." in out


def test_who_leaves_at_once_is_not_said_to_stay(linewise: Linewise) -> None:
    out = linewise("erlang", *HALF_HOUR, "--balking", "10%").out

    assert "Erlang C (10% leave at once when nobody is free, who stays never gives up)" in out
    assert "nobody ever gives up" not in out
    assert "leave at once or give up waiting" in out


@pytest.mark.parametrize(
    ("law", "same"),
    [
        ("{law: gamma, mean: 3m, cv: 0.5}", erlang.Gamma(shape=4, mean=180)),
        ("{law: erlang, mean: 3m, k: 4}", erlang.Erlang(k=4, mean=180)),
        ("{law: h2, mean: 3m, cv: 2}", erlang.Hyperexponential.balanced(mean=180, scv=4)),
        ("{law: uniform, from: 1m, to: 5m}", erlang.Uniform(low=60, high=300)),
        ("{law: deterministic, value: 3m}", erlang.Deterministic(value=180)),
        ("{law: fixed, value: 3m}", erlang.Deterministic(value=180)),
    ],
)
def test_every_law_of_the_api_can_be_typed(linewise: Linewise, law: str, same: erlang.Law) -> None:
    team = ("--calls", 20, "--agents", 3)
    served = answer(linewise, *team, "--service", law)["service"]
    left = answer(linewise, *team, "--aht", "3m", "--patience", law)["erlang_a"]
    rate = 20 / 1800
    serving = erlang.mgn(arrival_rate=rate, service=same, agents=3, patience=180)
    leaving = erlang.solve(arrival_rate=rate, aht=180, agents=3, patience=same).measures

    assert served["asa"] == pytest.approx(serving.asa, rel=1e-12)
    assert left["abandonment"] == pytest.approx(leaving.abandonment, rel=1e-12)


def test_help_says_how_a_law_is_written(linewise: Linewise) -> None:
    said = " ".join(linewise("erlang", "--help").out.split())

    assert "{law: lognormal, mean: 3m, cv: 1.2}" in said
    assert "{law: uniform, from: 1m, to: 5m}" in said


def test_what_nobody_said_is_said_to_be_assumed(linewise: Linewise) -> None:
    plain = linewise("erlang", *HALF_HOUR)
    whole = ("--per", "30m", "--patience", "3m", "--target", "80/20")
    data = answer(linewise, *HALF_HOUR)

    assert (
        "Assumed, as nothing else was said: --per 30m, --patience 3m, --target 80/20" in plain.out
    )
    assert "Assumed" not in linewise("erlang", *HALF_HOUR, *whole).out
    assert data["assumed"] == {"per": "30m", "patience": "3m", "target": "80/20"}


@pytest.mark.parametrize("lang", ["en", "ru"])
@pytest.mark.parametrize(
    "asked",
    [
        (*HALF_HOUR,),
        (*HALF_HOUR, "--agents", 12, "--target", "90/?"),
        (*HALF_HOUR, "--redial", "50%", "--lines", 15, "--balking", "10%"),
        ("--aht", "3m", "--agents", 12),
    ],
)
def test_tables_fit_a_terminal(linewise: Linewise, lang: str, asked: tuple[object, ...]) -> None:
    lines = linewise("erlang", *asked, "--lang", lang).out.splitlines()
    table = [line.rstrip() for line in lines if line.startswith(" ")]

    assert table
    assert max(map(len, table)) <= 80


def test_promises_lose_no_digit_in_words(linewise: Linewise) -> None:
    out = linewise("erlang", *HALF_HOUR, "--target", "99.5/20", "--max-abandonment", "2.5%").out

    assert "99.5% of all offered in 20 s" in out
    assert "at most 2.5% give up" in out


def test_compiling_is_announced(linewise: Linewise, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("sim.cli.telling.is_warm", lambda: False)
    monkeypatch.setattr("sim.plan.warming.warm_up", lambda: None)
    monkeypatch.setattr("sim.learn.adapters.plain_calls.compile_loops", lambda: None)
    said = linewise("erlang", *HALF_HOUR)

    assert "this happens once" in said.err
    assert "14 agents" in said.out


def test_a_house_without_lines_is_an_answer_too(linewise: Linewise) -> None:
    said = linewise("erlang", *HALF_HOUR, "--lines", 0)

    assert said.code == 0
    assert "100.0% find every line taken" in said.out
