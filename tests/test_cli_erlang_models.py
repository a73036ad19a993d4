"""Every subcommand of the closed forms gives the numbers of the API, in words, CSV and JSON."""

from __future__ import annotations

import csv
import io
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from terminal import Said

from sim import erlang

Linewise = Callable[..., Said]
TARGET = erlang.Target(service_level=0.8, awt=20)
LOGNORMAL = "{law: lognormal, mean: 3m, cv: 1.2}"

COMMANDS: dict[str, tuple[object, ...]] = {
    "lines": ("--load", 10, "--blocking", "1%"),
    "engset": ("--load", 3, "--blocking", "1%", "--sources", 20),
    "chat": ("--calls", 30, "--levels", "5m,6m40s,9m", "--agents", 4),
    "blend": ("--calls", 60, "--aht", "4m", "--agents", 12, "--threshold", 2),
    "service": ("--calls", 60, "--service", LOGNORMAL, "--agents", 9),
    "bursty": ("--aht", "3m", "--state", "60 40m", "--state", "240 10m", "--agents", 20),
    "redials": ("--calls", 60, "--aht", "3m", "--agents", 7, "--redial", "50%", "--delay", "2m"),
    "power": ("--calls", 60, "--aht", "3m", "--agents", 7, "--rate-per-hour", "600 RUB/h"),
    "classes": ("--class", "vip 20 4m", "--class", "sales 60 4m", "--agents", 14),
    "skills": (
        "--class", "a 18 3m 2m", "--class", "b 18 3m 2m", "--pool", "2: a", "--pool", "4: b, a",
    ),
    "pool": ("--team", "north 60 3m", "--team", "south 40 3m"),
}  # fmt: skip


def command(name: str) -> tuple[object, ...]:
    return ("erlang", "lines" if name == "engset" else name, *COMMANDS[name])


def answer(linewise: Linewise, *asked: object) -> Any:
    """Of the main command, without the teams around it: the table is what takes the time."""
    return linewise("erlang", *asked, "--spread", 0, "--json").data


def width(said: Said) -> int:
    """Of the tables, which stand a little to the right."""
    rows = (line.rstrip() for line in said.out.splitlines() if line.startswith(" "))
    return max(map(len, rows), default=0)


@pytest.fixture
def day(tmp_path: Path) -> Path:
    file = tmp_path / "day.csv"
    file.write_text("start,calls,agents\n09:00,60,10\n09:30,100,14\n10:00,140,16\n", "utf-8")
    return file


@pytest.mark.parametrize("name", COMMANDS)
def test_every_command_speaks_both_languages_in_tables_that_fit_and_prints_rows_and_data(
    linewise: Linewise, name: str
) -> None:
    english, russian = (linewise(*command(name), "--lang", lang) for lang in ("en", "ru"))
    table = list(csv.DictReader(io.StringIO(linewise(*command(name), "--csv").out)))

    assert (english.code, russian.code) == (0, 0)
    assert english.out != russian.out
    assert not english.err
    widths = width(english), width(russian)
    assert max(widths) <= 80
    assert all(widths) or name in ("lines", "engset")
    assert table
    assert all(None not in row.values() for row in table)
    assert linewise(*command(name), "--json").data


def test_lines_load_and_blocking_answer_each_other(linewise: Linewise) -> None:
    lines = linewise(*command("lines"), "--json").data
    load = linewise("erlang", "lines", "--lines", 18, "--blocking", "1%", "--json").data
    share = linewise("erlang", "lines", "--lines", 18, "--load", 10, "--json").data

    assert lines["lines"] == erlang.lines_needed(10.0, max_blocking=0.01)
    assert load["load"] == erlang.load_allowed(18.0, max_blocking=0.01)
    assert share["blocking"] == erlang.erlang_b(18.0, 10.0)


def test_few_sources_need_fewer_lines_and_carry_more_on_them(linewise: Linewise) -> None:
    few = linewise(*command("engset"), "--json").data
    found = erlang.engset(sources=20, lines=8, idle_load=3 / 17)
    load = linewise(
        "erlang", "lines", "--lines", 8, "--sources", 20, "--blocking", "1%", "--json"
    ).data

    assert (few["lines"], few["blocking"]) == (8, pytest.approx(found.call_congestion))
    assert load["load"] > 3
    assert load["blocking"] == pytest.approx(0.01, rel=1e-9)


def test_chat_finds_agents_or_measures_them(linewise: Linewise) -> None:
    data = linewise(*command("chat"), "--json").data
    levels = (300.0, 400.0, 540.0)
    same = erlang.chat(arrival_rate=30 / 1800, aht_by_level=levels, agents=4, patience=180)
    needed = linewise("erlang", "chat", "--calls", 30, "--levels", "5m,6m40s,9m", "--json").data
    target = erlang.Target(service_level=0.8, awt=30)
    least = erlang.chat_agents_needed(
        target, arrival_rate=30 / 1800, aht_by_level=levels, patience=180
    )

    assert data["chats_per_agent"] == same.chats_per_agent
    assert data["service_level"]["offered"] == same.queue.service_level("offered", 30)
    assert needed["agents"] == least.agents


def test_blending_keeps_as_few_free_as_keep_the_target(linewise: Linewise) -> None:
    data = linewise("erlang", "blend", "--calls", 60, "--aht", "4m", "--agents", 12, "--json").data
    shares = [row["service_level_offered"] for row in data["thresholds"]]
    free = data["threshold"]

    assert shares[free] >= 0.8 > shares[free - 1]
    assert data["thresholds"][12]["outbound_rate"] == 0


def test_handle_times_of_any_law_stand_beside_the_formulas(linewise: Linewise) -> None:
    data = linewise(*command("service"), "--json").data
    law = erlang.Lognormal(mean=180, scv=1.44)
    same = erlang.mgn(arrival_rate=60 / 1800, service=law, agents=9)
    waits = erlang.ggn_mean_waits(
        arrival_rate=60 / 1800, aht=180, agents=9, scv_arrival=1, scv_service=law.scv
    )

    assert (data["mean_wait"], data["method"]) == (same.mean_wait, same.method)
    assert data["mean_wait_by_formula"]["kimura"] == waits.kimura


def test_uneven_arrivals_change_the_answer_and_not_only_the_formulas(linewise: Linewise) -> None:
    asked = ("erlang", "service", "--calls", 60, "--agents", 9, "--json")
    plain, calm, wild = (
        linewise(*asked, "--service", LOGNORMAL, "--arrivals", cv).data for cv in (1, 0, 2)
    )
    leaving = linewise(*asked, "--service", LOGNORMAL, "--arrivals", 2, "--patience", "2m").data
    memoryless = linewise(*asked, "--service", "3m", "--arrivals", 2, "--patience", "2m").data
    gaps = erlang.Hyperexponential.balanced(mean=30, scv=4)
    law = erlang.Lognormal(mean=180, scv=1.44)
    same = erlang.gmn(interarrival=gaps, aht=180, agents=9, patience=120).queue

    assert calm["mean_wait"] < plain["mean_wait"] < wild["mean_wait"]
    assert wild["mean_wait"] == erlang.ggn(interarrival=gaps, service=law, agents=9).mean_wait
    assert memoryless["abandonment"] == same.abandonment
    assert 0 < leaving["mean_wait"] < wild["mean_wait"]
    assert leaving["method"] != "exact"


def test_handle_times_and_patience_may_both_have_a_law(linewise: Linewise) -> None:
    team = ("--agents", 7, "--patience", LOGNORMAL, "--service", LOGNORMAL, "--json")
    law = erlang.Lognormal(mean=180, scv=1.44)
    same = erlang.mgn(arrival_rate=60 / 1800, service=law, agents=7, patience=law)

    assert linewise("erlang", "service", "--calls", 60, *team).data["asa"] == same.asa
    main = answer(linewise, "--calls", 60, *team[:-1])["service"]
    assert (main["asa"], main["method"]) == (same.asa, same.method)


@pytest.mark.parametrize(
    "further", [("--redial", "50%"), ("--service", LOGNORMAL)], ids=["redials", "service"]
)
def test_lines_and_balking_reach_every_model(linewise: Linewise, further: tuple[str, str]) -> None:
    work = ("--calls", 100) if further[0] == "--service" else ("--calls", 100, "--aht", "3m")
    key = "service" if further[0] == "--service" else "erlang_x"
    asked = (*work, *further)
    plain = answer(linewise, *asked, "--agents", 11)[key]
    lines, balking = ("--lines", 15), ("--balking", "10%")
    for extra in (lines, balking, lines + balking):
        said = answer(linewise, *asked, *extra, "--agents", 11)[key]
        needed = answer(linewise, *asked, *extra, "--target", "60/20")[key]

        assert (said["blocking"] > 0) == ("--lines" in extra)
        assert said["abandonment"] != plain["abandonment"]
        assert needed["met"]


def test_parts_of_an_agent_count_for_general_handle_times(linewise: Linewise) -> None:
    asked = ("--calls", 100, "--service", LOGNORMAL)
    waits = [answer(linewise, *asked, "--agents", n)["service"]["asa"] for n in (12, 12.5, 13)]

    assert waits == sorted(waits, reverse=True)
    assert len(set(waits)) == 3


def test_bursts_are_those_of_the_api_and_agents_are_found_for_them(linewise: Linewise) -> None:
    data = linewise(*command("bursty"), "--json").data
    switching = [[0, 1 / 2400], [1 / 600, 0]]
    same = erlang.mmpp(
        arrival_rates=[60 / 1800, 240 / 1800], switching=switching, aht=180, agents=20, patience=180
    )
    batches = ("--calls", 100, "--batches", "1: 50%, 2: 30%, 5: 20%", "--patience", "never")
    needed = linewise("erlang", "bursty", "--aht", "3m", *batches, "--json").data
    sizes = {1: 0.5, 2: 0.3, 5: 0.2}
    rate = 100 / 1800 / 2.1
    levels = [
        erlang.batch_arrivals(batch_rate=rate, sizes=sizes, aht=180, agents=int(n)).queue
        for n in (needed["bursty"]["agents"], needed["bursty"]["agents"] - 1)
    ]

    assert data["bursty"]["all_busy"] == pytest.approx(same.all_busy, rel=1e-12)
    assert data["bursty"]["abandonment"] > data["random"]["abandonment"]
    assert levels[0].service_level("offered", 20) >= 0.8 > levels[1].service_level("offered", 20)


def test_redials_are_counted_as_a_fixed_point_and_with_their_delay(linewise: Linewise) -> None:
    data = linewise(*command("redials"), "--json").data
    team = {"arrival_rate": 60 / 1800, "aht": 180.0, "agents": 7, "patience": 180.0}
    x = erlang.erlang_x(**team, redial_probability=0.5)

    assert data["erlang_x"]["attempts_per_caller"] == x.attempts_per_caller
    assert data["orbit"]["attempts_per_caller"] > x.attempts_per_caller
    assert data["erlang_a"]["abandonment"] < x.attempts.abandonment


def test_redials_ask_for_more_agents_in_the_main_command_too(linewise: Linewise) -> None:
    data = answer(linewise, "--calls", 100, "--aht", "3m", "--redial", "80%")
    needed = linewise(
        "erlang", "redials", "--calls", 100, "--aht", "3m", "--redial", "80%", "--json"
    ).data

    assert data["erlang_x"]["agents"] == needed["erlang_x"]["agents"]
    assert data["erlang_x"]["agents"] > data["erlang_a"]["agents"]


def test_the_power_of_one_prices_the_contact_that_the_last_agent_answers(
    linewise: Linewise,
) -> None:
    rows = linewise(*command("power"), "--json").data["rows"]
    seven = next(row for row in rows if row["agents"] == 7)

    assert seven["cost_per_gained"] == pytest.approx(600 / seven["gained_answered"])


def test_priority_goes_to_the_first_class(linewise: Linewise) -> None:
    data = linewise(*command("classes"), "--json").data["classes"]
    same = erlang.priority(arrival_rates=(20 / 1800, 60 / 1800), aht=240, agents=14)
    least = linewise("erlang", *("classes", "--json"), *COMMANDS["classes"][:-2]).data

    assert data["sales"]["mean_wait"] == same.classes[1].mean_wait > data["vip"]["mean_wait"]
    assert all(one["service_level"]["offered"] >= 0.8 for one in least["classes"].values())


def test_skills_take_the_specialists_first_and_the_cheapest_pools(linewise: Linewise) -> None:
    data = linewise(*command("skills"), "--json").data
    design = {
        "arrival_rates": (0.01, 0.01),
        "aht": 180.0,
        "patience": 120.0,
        "routes": ((0, 1), (1,)),
        "serves": ((0,), (1, 0)),
    }
    same = erlang.skills(pools=(2, 4), **design)  # type: ignore[arg-type]
    cheapest = linewise(
        "erlang", "skills", "--class", "a 18 3m 2m", "--class", "b 18 3m 2m",
        "--pool", "a", "--pool", "b, a", "--cost", "1, 1.2", "--json",
    ).data  # fmt: skip

    assert data["classes"]["b"]["abandonment"] == same.classes[1].abandonment
    assert list(cheapest["pools"].values()) == [2, 4]
    assert cheapest["cost"] == pytest.approx(6.8)


def test_one_team_needs_fewer_than_two(linewise: Linewise) -> None:
    data = linewise(*command("pool"), "--json").data
    same = erlang.pooling(
        TARGET, arrival_rate=np.array([60, 40]) / 1800, aht=np.array([180, 180]), patience=180
    )

    assert (data["agents_apart"], data["agents_pooled"]) == (
        same.agents_apart,
        same.agents_pooled,
    )


def test_the_day_stands_beside_what_the_usual_methods_say(linewise: Linewise, day: Path) -> None:
    data = linewise("erlang", "day", day, "--aht", "4m", "--json").data
    table = list(
        csv.DictReader(io.StringIO(linewise("erlang", "day", day, "--aht", "4m", "--csv").out))
    )
    same = erlang.compare_methods(
        arrival_rate=np.array([60, 100, 140]) / 1800,
        aht=240,
        agents=np.array([10.0, 14.0, 16.0]),
        awt=20,
        patience=180,
        target=TARGET,
    )

    assert data["exact_day"] == pytest.approx(same.exact_day)
    assert data["methods"]["mol"]["day_error"] == pytest.approx(same.of("mol").day_error)
    assert [row["start"] for row in table] == ["09:00", "09:30", "10:00"]
    assert float(table[1]["exact"]) == pytest.approx(same.exact[1])


def test_a_day_of_unknown_busyness_has_two_averages(linewise: Linewise, day: Path) -> None:
    data = linewise("erlang", "day", day, "--aht", "4m", "--busyness", "30%", "--json").data
    same = erlang.random_day(
        busyness=erlang.Gamma(shape=0.3**-2, mean=1.0),
        arrival_rate=np.array([60, 100, 140]) / 1800,
        aht=240,
        agents=np.array([10.0, 14.0, 16.0]),
        patience=180,
    )

    assert data["random_days"]["service_level"] == same.day.service_level("offered", 20)
    assert data["random_days"]["mean_of_days"] > data["random_days"]["service_level"]
    assert [row["random_days"] for row in data["intervals"]] == pytest.approx(
        same.intervals.service_level("offered", 20)
    )


def test_a_day_reads_one_handle_time_and_says_what_it_does_not_read(
    linewise: Linewise, tmp_path: Path
) -> None:
    one, two = tmp_path / "one.csv", tmp_path / "two.csv"
    one.write_text("start,calls,agents,aht,note\n09:00,60,10,4m,a\n09:30,90,14,240s,b\n", "utf-8")
    two.write_text("start,calls,agents,aht\n09:00,60,10,4m\n09:30,90,14,5m\n", "utf-8")
    said = linewise("erlang", "day", one, "--lang", "ru")

    assert said.code == 0
    assert "не читаются: note" in said.err
    assert "one handle time here, not 240 s, 300 s" in linewise("erlang", "day", two).err
    assert "not 240 s, 270 s" in linewise("erlang", "day", one, "--aht", "4m30s").err


def test_busy_and_quiet_days_ask_for_more_than_the_mean_day(linewise: Linewise) -> None:
    asked = ("--calls", 100, "--aht", "3m", "--variation", "20%", "--sure", "90%")
    found = answer(linewise, *asked)
    rate = erlang.Gamma(shape=25, mean=100 / 1800)
    sure = erlang.agents_needed_for_sure(
        TARGET, probability=0.9, arrival_rate=rate, aht=180, patience=180
    )

    assert found["varying"]["erlang_a"]["agents_for_sure"] == sure.agents
    assert found["varying"]["erlang_a"]["agents_on_average"] >= found["erlang_a"]["agents"]
    assert f"on 90% of days: {sure.agents} agents" in linewise("erlang", *asked).out


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (("lines", "--load", 10), "give two of"),
        (("lines", "--load", 10, "--lines", 5, "--blocking", "1%"), "give two of"),
        (("lines", "--load", 30, "--lines", 5, "--sources", 20), "below the number of sources"),
        (("chat", "--calls", 30, "--levels", "5m,,6m"), "--levels"),
        (("blend", "--calls", 9, "--aht", "4m", "--agents", 3, "--threshold", 4), "from 0 to 3"),
        (("service", "--calls", 9, "--service", "never"), "--service"),
        (
            ("redials", "--calls", 9, "--aht", "3m", "--redial", "5%", "--patience", "never"),
            "never",
        ),
        (("classes", "--class", "vip 20"), "--class must be"),
        (("classes", "--class", "a 20 3m", "--class", "a 20 3m"), "different names"),
        (("skills", "--class", "a 18 3m", "--pool", "2: c"), "must name classes among a"),
        (("skills", "--class", "a 18 3m", "--pool", "a"), "how many agents"),
        (("pool", "--team", "north 60 3m"), "two teams"),
        (("pool", "--team", "north 60 3m 8", "--team", "south 40 3m"), "for all teams or for none"),
        (("day", "nowhere.csv", "--aht", "4m"), "nowhere.csv"),
        (("--sure", "90%", "--calls", 9, "--aht", "3m"), "--sure needs --variation"),
        (
            ("--calls", 9, "--aht", "3m", "--agents", 2, "--variation", "9%", "--sure", "90%"),
            "--sure needs a --target",
        ),
        (
            ("--calls", 9, "--service", LOGNORMAL, "--redial", "9%"),
            "no formula knows --redial and --service together",
        ),
        (
            ("--calls", 9, "--aht", "3m", "--redial", "9%", "--variation", "9%"),
            "no formula knows --redial and --variation together",
        ),
        (
            ("--calls", 9, "--aht", "3m", "--csv", "--shrinkage", "9%", "--variation", "9%"),
            "drop --variation and --shrinkage",
        ),
        (
            ("--agents", 9, "--aht", "3m", "--rate-per-hour", "600 RUB/h"),
            "--rate-per-hour prices one more agent",
        ),
        (("bursty", "--aht", "3m", "--state", "60 40m"), "at least twice"),
        (("bursty", "--aht", "3m", "--batches", "1: 100%"), "--batches needs --calls"),
        (("bursty", "--aht", "3m", "--calls", 9, "--batches", "1"), "sizes and shares"),
        (("bursty", "--aht", "3m", "--state", "60 40m", "--state", "60"), "contacts and a time"),
        (("--calls", 9, "lines", "--load", 10), "put --calls behind"),
        (("chat", "--calls", 30, "--levels", "5m", "--csv", "--json"), "not both"),
        (
            ("blend", "--calls", 9, "--aht", "4m", "--agents", "1e300"),
            "--agents must be from 0 to 100 000",
        ),
        (("service", "--calls", 60, "--service", "3m", "--arrivals", "often"), "a cv or a law"),
        (
            ("service", "--calls", 60, "--service", "3m", "--arrivals", "{law: fixed, value: 3m}"),
            "the mean time between the contacts of --calls, 30 s",
        ),
    ],
)  # fmt: skip
def test_bad_input_is_one_line_and_no_traceback(
    linewise: Linewise, arguments: tuple[object, ...], said: str
) -> None:
    answer = linewise("erlang", *arguments)

    assert answer.code == 2
    assert said in answer.err
    assert len(answer.err.splitlines()) == 1


def test_a_day_without_its_columns_is_refused(linewise: Linewise, tmp_path: Path) -> None:
    said = linewise("erlang", "day", written(tmp_path, "time,calls\n09:00,60\n"), "--aht", "4m")

    assert said.code == 2
    assert "needs the columns start, calls and agents; start, agents missing" in said.err


def written(folder: Path, text: str) -> Path:
    file = folder / "day.csv"
    file.write_text(text, "utf-8")
    return file


@pytest.mark.parametrize(
    ("rows", "said"),
    [
        ("09:00,60,10\n09:15,90,14\n", ":3: start must be 30m after 09:00, as --per says"),
        ("09:00,60,10\n09:00,90,14\n", ":3: start must be 30m after"),
        ("09:00,60,10\nlater,90,14\n", ":3: start must be a time"),
        ("2026-03-02 23:30,60,10\n2026-03-02 00:00,90,14\n", ":3: start must be"),
        ("09:00,60,10,7\n09:30,90,14\n", ":2: must have 3 fields, got 4"),
        ("09:00,60\n09:30,90,14\n", ":2: must have 3 fields, got 2"),
        (f"09:00,60,{'9' * 200_000}\n", "cannot be read (field larger"),
    ],
)
def test_a_day_that_contradicts_itself_is_refused_by_its_row(
    linewise: Linewise, tmp_path: Path, rows: str, said: str
) -> None:
    file = written(tmp_path, "start,calls,agents\n" + rows)
    answer = linewise("erlang", "day", file, "--aht", "4m")

    assert (answer.code, len(answer.err.splitlines())) == (2, 1)
    assert said in answer.err


def test_all_bad_values_of_a_day_are_said_at_once(linewise: Linewise, tmp_path: Path) -> None:
    file = written(tmp_path, "start,calls,agents,aht\n09:00,-1,10,4m\n09:30,90,1.5,4\n")
    said = linewise("erlang", "day", file)

    assert said.code == 2
    assert [line.removeprefix(f"{file}:")[:9] for line in said.err.splitlines()] == [
        "2: calls ",
        "3: agents",
        "3: aht mu",
    ]


def test_a_column_that_is_there_twice_is_refused(linewise: Linewise, tmp_path: Path) -> None:
    file = written(tmp_path, "start,calls,agents,Calls\n09:00,60,10,70\n")

    assert "has a column twice: calls" in linewise("erlang", "day", file, "--aht", "4m").err


def test_a_day_may_be_written_in_the_ways_of_spreadsheets(
    linewise: Linewise, tmp_path: Path, day: Path
) -> None:
    plain = linewise("erlang", "day", day, "--aht", "4m", "--json").data
    for text in (
        "Start;CALLS;Agents\n09:00;60;10\n09:30;100;14\n10:00;140;16\n",
        "start,calls,agents,,\n9:00 am,60,10,,\n9:30 am,100,14,,\n10:00 am,140,16,,\n",
        "start\tcalls\tagents\none\t60\t10\ntwo\t100\t14\n\nthree\t140\t16\n",
    ):
        file = tmp_path / "other.csv"
        file.write_text(text, "utf-8")
        other = linewise("erlang", "day", file, "--aht", "4m", "--json").data

        assert other["exact_day"] == plain["exact_day"], text


def test_a_night_goes_on_after_midnight(linewise: Linewise, tmp_path: Path) -> None:
    file = written(tmp_path, "start,calls,agents\n23:30,60,10\n00:00,30,8\n")

    assert linewise("erlang", "day", file, "--aht", "4m").code == 0


def test_methods_of_a_day_are_explained_in_tables_that_fit(linewise: Linewise, day: Path) -> None:
    asked = ("erlang", "day", day, "--aht", "4m", "--lang")
    both = [linewise(*asked, lang) for lang in ("en", "ru")]
    english, russian = (" ".join(said.out.split()) for said in both)

    assert all(0 < width(said) <= 80 for said in both)
    assert "exactly" in english
    assert "точно" in russian
    assert "and no usual method is further off; the nearest is mol" in english
    assert "sipp_max: each interval" in english
    assert "sipp_max: каждый" in russian


@pytest.mark.parametrize(
    "name", ["chat", "blend", "service", "bursty", "redials", "power", "classes", "skills"]
)
def test_a_known_team_is_told_whether_it_keeps_the_target(linewise: Linewise, name: str) -> None:
    easy, hard = (linewise(*command(name), "--target", target) for target in ("1/60", "99.9/0"))
    data = linewise(*command(name), "--target", "99.9/0", "--json").data

    assert "The target, 1% of all offered in 1 min, is kept." in easy.out
    assert "is missed." in hard.out
    assert (data["met"], data["target"]["service_level"]) == (False, 0.999)


def test_agents_that_were_asked_for_stand_first(linewise: Linewise) -> None:
    classes = linewise("erlang", "classes", "--class", "vip 20 4m", "--class", "sales 60 4m").out
    redials = linewise("erlang", "redials", "--calls", 60, "--aht", "3m", "--redial", "50%").out

    assert classes.startswith("14 agents, answered: vip")
    assert redials.startswith("8 agents: 80.1% answered in 20 s")


def test_pools_are_named_by_what_they_can_do(linewise: Linewise) -> None:
    asked = ("--class", "a 18 3m 2m", "--class", "b 18 3m 2m", "--pool", "a", "--pool", "b, a")
    said = linewise("erlang", "skills", *asked, "--cost", "1,1.2")
    twice = ("--pool", "2: a", "--pool", "1: a", "--pool", "3: b", "--json")

    assert said.out.startswith("Cheapest team: 2 agents (a); 4 agents (b, a); its cost is 6.8.")
    assert linewise("erlang", "skills", *asked[:4], *twice).data["pools"] == {
        "a": 2,
        "a (2)": 1,
        "b": 3,
    }


def test_the_time_between_contacts_may_have_a_law_beside_those_of_handling_and_patience(
    linewise: Linewise,
) -> None:
    laws = ("--service", LOGNORMAL, "--arrivals", "{law: erlang, k: 4}", "--patience", LOGNORMAL)
    asked = ("erlang", "service", "--calls", 60, "--agents", 7, *laws)
    law = erlang.Lognormal(mean=180, scv=1.2**2)
    gaps = erlang.Erlang(k=4, mean=30)
    same = erlang.ggn(interarrival=gaps, service=law, agents=7, patience=law)

    assert linewise(*asked, "--json").data["abandonment"] == same.abandonment
    assert "a cv of 0.5, by the law that was given" in linewise(*asked).out


def test_a_mean_wait_is_that_of_those_answered(linewise: Linewise) -> None:
    asked = ("erlang", "service", "--calls", 60, "--service", "3m", "--agents", 7)
    data = linewise(*asked, "--patience", "1m", "--json").data

    assert data["asa"] < data["mean_wait"]
    wait = f"mean wait of those answered {data['asa']:.1f} s"
    assert wait in linewise(*asked, "--patience", "1m").out
