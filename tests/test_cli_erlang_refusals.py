"""What the closed forms refuse, they refuse by the option and in words of a user."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest
from terminal import Said

Linewise = Callable[..., Said]
WORK = ("--calls", 60, "--aht", "3m")
STATES = ("--state", "60 40m", "--state", "20 20m")
TWO = ("--class", "a 40 4m 2m", "--class", "b 20 4m 2m", "--pool", ": a", "--pool", ": b, a")


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        ((*WORK, "--max-occupancy", "0%"), "--max-occupancy must be above 0%, got '0%'"),
        ((*WORK, "--max-abandonment", "0%"), "--max-abandonment must be above 0%"),
        ((*WORK, "--shrinkage", "100%"), "--shrinkage must be below 100%, got '100%'"),
        ((*WORK, "--agents", 10, "--lines", 3), "--lines must be at least as many as --agents, 10"),
        (("lines", "--load", 5, "--blocking", "0%"), "--blocking must be above 0%"),
        (("bursty", "--aht", "3m", *STATES, "--calls", 50), "drop --calls"),
        (("bursty", "--aht", "3m", "--batches", "1: 100%"), "--batches needs --calls"),
        (
            ("bursty", "--aht", "3m", "--batches", "1: 50%, 2: 20%", "--calls", 50),
            "--batches must have shares that sum to 100%",
        ),
        ((*WORK, "--patience", "0s"), "--patience must be above 0, got '0s'"),
        (
            (*WORK, "--patience", "{law: weibull, mean: 3m, shape: 0.01}"),
            "--patience shape must be at least 0.05, got 0.01",
        ),
        (
            (*WORK, "--patience", "{law: uniform, from: 5m, to: 1m}"),
            "--patience from must be below to",
        ),
        ((*WORK, "--patience", "{law: lognormal, mean: 3m, cv: 0}"), "write {law: fixed"),
        (("skills", *TWO, "--cost", "0,0"), "--cost must be above 0"),
        (("skills", *TWO, "--cost", "1,-1"), "--cost must be above 0"),
        (("skills", *TWO, "--cost", "1"), "--cost must say 2, one for each --pool"),
    ],
)
def test_a_refusal_names_the_option_and_what_it_must_be(
    linewise: Linewise, arguments: tuple[object, ...], words: str
) -> None:
    said = linewise("erlang", *arguments)

    assert said.code == 2
    assert words in " ".join(said.err.split())


def test_a_day_that_is_no_file_of_text_is_refused_in_plain_words(
    linewise: Linewise, tmp_path: Path
) -> None:
    strange = tmp_path / "strange.csv"
    strange.write_bytes(b"\xff\xfe\x00start")
    cases = {
        tmp_path / "nope.csv": "there is no such file",
        tmp_path: "is a folder",
        strange: "is no text in UTF-8",
    }

    for place, words in cases.items():
        err = " ".join(linewise("erlang", "day", place, "--aht", "3m").err.split())
        assert words in err
        assert "Errno" not in err
        assert "codec" not in err


def test_a_day_of_millions_of_calls_is_refused_in_words_of_a_user(
    linewise: Linewise, tmp_path: Path
) -> None:
    day = tmp_path / "day.csv"
    day.write_text("start,calls,agents\n09:00,10000000,5\n", "utf-8")
    said = linewise("erlang", "day", day, "--aht", "3m")

    assert said.code == 2
    assert "too many calls" in said.err
    assert "states" not in said.err


def test_other_work_a_hundred_thousand_times_shorter_is_refused_with_the_limit(
    linewise: Linewise,
) -> None:
    said = linewise(
        "erlang", "blend", "--calls", 100, "--aht", "3m", "--agents", 20, "--outbound-aht", "1ms"
    )

    assert said.code == 2
    assert "must be from 0.0018 to" in said.err
