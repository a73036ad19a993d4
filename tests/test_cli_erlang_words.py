"""Sentences beside the numbers of the closed forms say what is true, and nothing that is not."""

from __future__ import annotations

from collections.abc import Callable

from terminal import Said

Linewise = Callable[..., Said]
WORK = ("--calls", 60, "--aht", "3m")


def flat(said: Said) -> str:
    return " ".join(said.out.split())


def test_contacts_in_step_with_agents_wait_for_nobody(linewise: Linewise) -> None:
    said = linewise(
        "erlang", "service", "--calls", 60, "--agents", 6,
        "--service", "{law: fixed, value: 3m}", "--arrivals", "{law: fixed, value: 30s}",
    )  # fmt: skip

    assert "6 agents: 100.0% answered in 20 s, mean wait of those answered 0 s." in flat(said)


def test_who_was_said_never_to_give_up_is_not_said_to_be_without_patience(
    linewise: Linewise,
) -> None:
    said = linewise(
        "erlang", "classes", "--class", "a 40 4m never", "--class", "b 20 4m", "--agents", 10
    )

    assert "Without a patience of their own never give up: b." in flat(said)


def test_a_team_that_needs_more_together_than_it_has_apart_is_told_so(linewise: Linewise) -> None:
    said = linewise("erlang", "pool", "--team", "a 40 4m 2", "--team", "b 20 4m 2")

    assert "needs 10 agents: 6 more." in flat(said)


def test_endless_redials_are_said_to_have_no_steady_state_and_nothing_else(
    linewise: Linewise,
) -> None:
    team = ("--calls", 100, "--aht", "3m", "--agents", 5, "--redial", "100%")
    said, late = linewise("erlang", *team), linewise("erlang", "redials", *team, "--delay", "5m")

    assert "Erlang X: everybody calls again until served" in flat(said)
    assert "more contacts answered an hour" not in flat(said)
    assert "100.0% give up," not in flat(said)
    assert "give up for good" not in flat(late)


def test_no_contacts_are_said_to_be_gained_where_nobody_gives_up(linewise: Linewise) -> None:
    patient = linewise("erlang", *WORK, "--patience", "never")

    assert "One more agent, by Erlang C:" in flat(patient)
    assert "more contacts answered" not in flat(patient)
    assert "more contacts answered" in flat(linewise("erlang", *WORK))


def test_a_threshold_that_nobody_named_is_among_what_is_assumed(linewise: Linewise) -> None:
    half = ("erlang", *WORK, "--agents", 8, "--target")

    assert "service levels in 20 s." in flat(linewise(*half, "90/?"))
    assert "service levels in" not in flat(linewise(*half, "?/30"))


def test_one_erlang_is_one(linewise: Linewise) -> None:
    lines = linewise("erlang", "lines", "--load", 1, "--lines", 3)
    team = linewise("erlang", "--calls", 10, "--aht", "3m")

    assert "work: 1 erlang;" in flat(lines)
    assert "The work is 1 erlang:" in flat(team)


def test_a_method_beyond_what_it_was_tried_for_is_named_in_russian(linewise: Linewise) -> None:
    law = "{law: lognormal, mean: 3m, cv: 5}"
    for patience in ("never", "3m"):
        said = linewise(
            "erlang", "service", "--calls", 60, "--agents", 9, "--service", law,
            "--patience", patience, "--lang", "ru",
        )  # fmt: skip
        assert "проверенного разброса" in flat(said)


def test_russian_asks_for_agents_in_russian(linewise: Linewise) -> None:
    said = linewise("erlang", "--calls", 100, "--aht", "3m", "--lang", "ru")

    assert "нужно 14 операторов" in flat(said)
