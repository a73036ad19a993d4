"""The closed forms on the command line: the numbers of the API, in words, tables, CSV and JSON."""

from __future__ import annotations

import csv
import io
import math
from collections.abc import Callable

import pytest
from terminal import Said

from sim import erlang
from sim.report.solved import scheduled

Linewise = Callable[..., Said]
HALF_HOUR = ("--calls", 100, "--aht", "3m")


def rows(said: Said) -> list[dict[str, str]]:
    return list(csv.DictReader(io.StringIO(said.out)))


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
    data = linewise("erlang", "--aht", "3m", "--agents", 12, "--json").data
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
    data = linewise("erlang", *HALF_HOUR, *bounds, "--json").data["erlang_a"]

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
    said = linewise(
        "erlang", *HALF_HOUR, "--agents", 11, "--json",
        "--patience", "{law: lognormal, mean: 3m, cv: 1.5}",
    )  # fmt: skip
    law = erlang.Lognormal(mean=180, scv=2.25)
    same = erlang.solve(arrival_rate=100 / 1800, aht=180, agents=11, patience=law).measures

    assert said.data["erlang_a"]["abandonment"] == same.abandonment


def test_a_measured_curve_of_patience_leaves_at_a_constant_rate_between_rows(
    linewise: Linewise,
) -> None:
    curve = "{law: survival, table: {1m: 36.787944117%}}"
    data = linewise("erlang", *HALF_HOUR, "--agents", 11, "--patience", curve, "--json").data
    same = erlang.erlang_a(arrival_rate=100 / 1800, aht=180, agents=11, patience=60)

    assert data["erlang_a"]["abandonment"] == pytest.approx(same.abandonment, rel=1e-4)


def test_patience_without_end_leaves_erlang_c_alone(linewise: Linewise) -> None:
    data = linewise("erlang", *HALF_HOUR, "--patience", "never", "--json").data

    assert "erlang_a" not in data


def test_lines_and_balking_reach_the_formula(linewise: Linewise) -> None:
    team = ("--agents", 11, "--lines", 15, "--balking", "10%")
    data = linewise("erlang", *HALF_HOUR, *team, "--json").data["erlang_a"]
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
        (("--calls", 100, "--aht", "3m", "--patience", "{law: gamma}"), "is not a known law"),
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
