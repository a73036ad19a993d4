"""The engine against the reference cases: chains, closed forms and programs of others.

`score_cases.py --engine` plays every model that can be played. A value agrees if it lies within
four standard errors, the tolerance of the case, and three of the reference where that is simulated
itself. The seed is fixed. Over seeds, four standard errors of one value are exceeded six times in
a hundred thousand; values of one case hang together.
"""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
import score_cases

# One of each kind that takes no more than a second or so.
QUICK = (
    *("EC-01", "EAK-03", "MPHA-04", "ORB-01", "CHAT-CTMC-02", "BLEND-06", "MS-VA-02", "MS-N-02"),
    *("SIM-MS-03", "TR-03"),
)
# What the engine has no rule for: agents who drop their work; chats that move between agents.
NOT_PLAYED = {"DAY-02", "DAY-07", "CHAT-BAL-03", "CHAT-BAL-04"}


def beyond(truth: Any, got: Any, half_width: Any, slack: dict[str, Any], place: str) -> list[str]:
    """Name the values that are too far from the truth; what was not answered is none of them."""
    parts: list[tuple[Any, Any, Any, str]] = []
    if isinstance(truth, dict):
        half = half_width if isinstance(half_width, dict) else {}
        parts = [
            (truth[name], got[name], half.get(name), f"{place}/{name}")
            for name in truth
            if name in got
        ]
    elif isinstance(truth, list):
        halves = half_width if isinstance(half_width, list) else [None] * len(truth)
        numbers = range(len(truth))
        parts = [(truth[i], got[i], halves[i], f"{place}[{i}]") for i in numbers]
    elif isinstance(truth, int | float):
        allowed = slack.get("atol", 0.0) + slack.get("rtol", 0.0) * abs(truth) + 4 * got[1]
        allowed += 3 * (half_width or 0.0) / 1.96
        return [] if abs(got[0] - truth) <= allowed else [f"{place}: {truth}, played {got}"]
    return [name for part in parts for name in beyond(*part[:3], slack, part[3])]


def cases_of(shared: Path) -> list[dict[str, Any]]:
    text = (shared / "cases" / "closed_forms_open.json").read_text(encoding="utf-8")
    cases: list[dict[str, Any]] = json.loads(text)
    return cases


def disagreements(cases: list[dict[str, Any]], answers: dict[str, dict[str, Any]]) -> list[str]:
    return [
        name
        for case in cases
        if case["id"] in answers
        for name in beyond(
            case["expected"],
            answers[case["id"]],
            case.get("half_width_95"),
            case["tolerance"],
            case["id"],
        )
    ]


@pytest.mark.slow
@pytest.mark.parametrize("name", QUICK)
def test_the_engine_plays_what_theory_says(name: str, shared: Path) -> None:
    cases = [case for case in cases_of(shared) if case["id"] == name]
    answers = score_cases.answers(cases, engine=True)

    assert list(answers) == [name]
    assert disagreements(cases, answers) == []


@pytest.mark.long
def test_the_engine_plays_all_that_can_be_played_as_theory_says(shared: Path) -> None:
    cases = cases_of(shared)
    answers = score_cases.answers(cases, engine=True)
    known = {
        case["id"]
        for case in cases
        if case["model"] in score_cases.PLAYED or case["model"].startswith("multiskill.")
    }

    assert known - set(answers) == NOT_PLAYED
    assert disagreements(cases, answers) == []


@pytest.mark.slow
def test_three_calls_in_a_hundred_more_would_be_noticed(shared: Path) -> None:
    """The comparison has teeth."""
    (case,) = (case for case in cases_of(shared) if case["id"] == "EAK-03")
    rate = 1.03 * case["inputs"]["arrival_rate"]
    other = {**case, "inputs": {**case["inputs"], "arrival_rate": rate}}

    assert len(disagreements([case], score_cases.answers([other], engine=True))) > 5
