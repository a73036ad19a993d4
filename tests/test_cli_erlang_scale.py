"""`linewise erlang scale`: the same promise at other volumes."""

from __future__ import annotations

import math
from collections.abc import Callable

import pytest
from terminal import Said

from sim import erlang


def test_each_size_keeps_the_promise_with_as_few_agents_as_can(
    linewise: Callable[..., Said],
) -> None:
    found = linewise("erlang", "scale", "--calls", 100, "--aht", "3m", "--json").data

    for row in found["rows"]:
        queue = {"arrival_rate": row["size"] * 100 / 1800, "aht": 180.0, "patience": 180.0}
        kept, missed = (
            erlang.erlang_a(**queue, agents=agents).service_level("offered", 20.0)
            for agents in (row["agents"], row["agents"] - 1)
        )
        assert kept >= 0.8 > missed
        assert row["square_root"] == math.ceil(row["load"] + found["beta"] * row["load"] ** 0.5)


def test_greater_teams_are_busier_for_the_same_promise(linewise: Callable[..., Said]) -> None:
    rows = linewise("erlang", "scale", "--calls", 400, "--aht", "3m", "--json").data["rows"]
    busy = [row["occupancy"] for row in rows]

    assert busy == sorted(busy)


@pytest.mark.parametrize(("lang", "word"), [("en", "Ten times the volume"), ("ru", "десять раз")])
def test_it_is_said_in_both_languages(linewise: Callable[..., Said], lang: str, word: str) -> None:
    said = linewise("erlang", "scale", "--calls", 100, "--aht", "3m", "--lang", lang).out

    assert word in said
    assert max(map(len, said.splitlines()[3:])) <= 80
    assert "× 10 " in said


def test_nothing_has_no_scale(linewise: Callable[..., Said]) -> None:
    said = linewise("erlang", "scale", "--calls", 0, "--aht", "3m")

    assert said.code == 2
    assert "--calls must be above 0" in said.err
