"""Closed forms agree with tables, with slow twins, and with what must be true of any queue."""

from __future__ import annotations

import json
import math
import sys
from fractions import Fraction
from pathlib import Path
from typing import Any

import naive_erlang as naive
import numpy as np
import pytest
import score_cases
from hypothesis import given
from hypothesis import strategies as st

from sim.erlang import (
    SERVICE_RULES,
    QueueMeasures,
    ServiceRule,
    erlang_a,
    erlang_b,
    erlang_c,
    lines_needed,
    load_allowed,
)
from sim.errors import InvalidInput

MEASURES = (
    "load",
    "blocking",
    "wait_probability",
    "abandonment",
    "mean_wait",
    "asa",
    "mean_wait_abandoned",
    "mean_wait_virtual",
    "mean_wait_delayed",
    "mean_queue",
    "occupancy",
)

TINY = 1e-290
"""Below this, numbers lose digits. Named to every approx, which otherwise adds 1e-12."""

agents_ = st.integers(1, 400)
ratios = st.floats(0.01, 4.0)
handle_times = st.floats(1.0, 3600.0)
patiences = st.floats(0.1, 1e6)
thresholds = st.floats(0.0, 3600.0)
rules = st.sampled_from(SERVICE_RULES)


def reference(agents: int = 11) -> QueueMeasures[float]:
    """100 calls in half an hour, three minutes of work, three minutes of patience."""
    return erlang_a(arrival_rate=100 / 1800, aht=180, agents=agents, patience=180)


# Published and reference values


def failures(cases: list[dict[str, Any]], answers: dict[str, Any]) -> list[str]:
    """What is missing or beyond its tolerance."""
    return [
        failure
        for case in cases
        if case["id"] in answers
        for failure in differences(
            case["id"],
            case["expected"],
            answers[case["id"]],
            case.get("half_width_95"),
            case["tolerance"],
        )
    ]


def differences(
    place: str, expected: Any, got: Any, half_width: Any, within: dict[str, Any]
) -> list[str]:
    """Leaves that differ; what was simulated itself is met within three standard errors."""
    if isinstance(expected, dict):
        named, widths = (x if isinstance(x, dict) else {} for x in (got, half_width))
        parts = [(f"{place}.{k}", v, named.get(k), widths.get(k)) for k, v in expected.items()]
    elif isinstance(expected, list):
        listed, wide = (
            x if isinstance(x, list) else [None] * len(expected) for x in (got, half_width)
        )
        rows = enumerate(zip(expected, listed, wide, strict=False))
        parts = [(f"{place}[{i}]", v, w, h) for i, (v, w, h) in rows]
    elif expected is None or got == expected:
        return []
    else:
        slack = within.get("atol", 0.0) + within.get("rtol", 0.0) * abs(expected)
        slack += 3 * (half_width or 0.0) / 1.96
        near = isinstance(got, int | float) and abs(got - expected) <= slack
        return [] if near else [f"{place}: {expected} expected, {got} given"]
    return [wrong for part in parts for wrong in differences(*part, within)]


# Four of 156 cases take three quarters of the time. Pools that are chosen and classes on pools have
# smaller ones here, random days have theirs in test_erlang_day.py.
DEAR = ("MS-CC-3T", "PUB-CALLCC", "SIM-MS-02", "OPT-N-02")
# General handle times with general patience, and the longest wait across pools: simulated.
UNANSWERED = {"SIM-02", "SIM-04", "SIM-05", "SIM-06", "SIM-09", "SIM-10", "SIM-MS-03"}


@pytest.mark.parametrize(
    "dear", [False, pytest.param(True, marks=pytest.mark.long)], ids=["most", "dear"]
)
def test_the_reference_cases_are_met_within_their_tolerances(
    dear: bool,
    shared: Path,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    every = json.loads((shared / "cases" / "closed_forms_open.json").read_text(encoding="utf-8"))
    reference = [case for case in every if (case["id"] in DEAR) == dear]
    cases = tmp_path / "cases.json"
    cases.write_text(json.dumps(reference), encoding="utf-8")
    monkeypatch.setattr(sys, "argv", ["score_cases.py", str(cases)])

    assert score_cases.main() == 0

    answers = json.loads(capsys.readouterr().out)
    assert failures(reference, answers) == []
    assert {case["id"] for case in reference} - set(answers) == (set() if dear else UNANSWERED)


def test_a_case_that_cannot_be_answered_loses_no_other() -> None:
    good = {"id": "good", "model": "erlang_b", "inputs": {"n_servers": 1, "offered_load": 1.0}}
    bad = [
        {"id": "text", "model": "erlang_b", "inputs": {"n_servers": "many", "offered_load": 1.0}},
        {"id": "negative", "model": "erlang_b", "inputs": {"n_servers": -1, "offered_load": 1.0}},
        {"id": "empty", "model": "erlang_b", "inputs": {}},
        {"id": "strange", "model": "no such model", "inputs": {}},
    ]

    assert list(score_cases.answers([*bad, good])) == ["good"]


@pytest.mark.parametrize(
    ("rule", "share"),
    [
        ("offered", 0.70537),
        ("virtual", 0.7121),
        ("excluding_short_abandons", 0.7325),
        ("including_short_abandons", 0.7424),
        ("answered", 0.76956),
    ],
)
def test_five_service_levels_of_one_queue_are_five_numbers(rule: ServiceRule, share: float) -> None:
    assert reference().service_level(rule, 20) == pytest.approx(share, abs=5e-5)


def test_the_reference_queue_has_its_known_measures() -> None:
    queue = reference()

    assert queue.wait_probability == pytest.approx(0.41696, abs=5e-6)
    assert queue.abandonment == pytest.approx(0.083414, abs=5e-7)
    assert queue.mean_wait == pytest.approx(15.0145, abs=5e-5)
    assert queue.occupancy == pytest.approx(0.83326, abs=5e-6)


def test_without_abandonment_the_reference_queue_looks_much_worse() -> None:
    queue = erlang_c(arrival_rate=100 / 1800, aht=180, agents=11)

    assert queue.service_level("offered", 20) == pytest.approx(0.3896, abs=5e-5)
    assert queue.wait_probability == pytest.approx(0.6821182, abs=5e-8)


@pytest.mark.parametrize(
    ("lines", "load", "blocking"),
    [(10, 4.461, 0.01), (100, 84.064, 0.01), (5, 3.0, 81 / 736), (1, 1.0, 0.5)],
)
def test_the_printed_erlang_b_table_holds(lines: int, load: float, blocking: float) -> None:
    # ITU-D Teletraffic Engineering Handbook (Iversen), table of the loss formula.
    assert erlang_b(lines, load) == pytest.approx(blocking, rel=5e-4)


def test_fifty_agents_of_garnett_mandelbaum_and_reiman() -> None:
    # Garnett, Mandelbaum and Reiman (2002), table 1: 48 calls a minute of one minute each.
    patient = erlang_c(arrival_rate=0.8, aht=60, agents=50)
    real = erlang_a(arrival_rate=0.8, aht=60, agents=50, patience=120)

    assert patient.asa == pytest.approx(20.8, abs=0.05)
    assert real.abandonment == pytest.approx(0.031, abs=5e-4)
    assert real.mean_wait == pytest.approx(3.7, abs=0.05)


# Slow twins


@pytest.mark.parametrize("lines", [0, 1, 2, 7, 40])
@pytest.mark.parametrize("load", [Fraction(1, 1000), Fraction(3, 2), Fraction(7), Fraction(200)])
def test_erlang_b_equals_the_sum_of_fractions(lines: int, load: Fraction) -> None:
    exact = float(naive.erlang_b(lines, load))

    assert erlang_b(lines, float(load)) == pytest.approx(exact, rel=1e-12, abs=0)


@pytest.mark.parametrize(("agents", "load"), [(1, "0.5"), (2, "1.999"), (14, "10"), (60, "0.01")])
def test_erlang_c_equals_the_sum_of_fractions(agents: int, load: str) -> None:
    exact = float(naive.erlang_c(agents, Fraction(load)))

    queue = erlang_c(arrival_rate=float(load), aht=1.0, agents=agents)

    assert queue.wait_probability == pytest.approx(exact, rel=1e-11, abs=0)


TWINS = [
    naive.Queue(arrival_rate=0.2, service_rate=1 / 60, agents=10, leave_rate=1 / 30, places=3),
    naive.Queue(arrival_rate=0.2, service_rate=1 / 60, agents=3, leave_rate=1 / 30, places=40),
    naive.Queue(arrival_rate=0.2, service_rate=1 / 60, agents=3, leave_rate=1.0, places=12),
    naive.Queue(arrival_rate=0.05, service_rate=1 / 60, agents=4, leave_rate=1e-7, places=25),
    naive.Queue(arrival_rate=0.05, service_rate=1 / 300, agents=1, leave_rate=0.002, places=60),
    naive.Queue(arrival_rate=0.01, service_rate=1 / 300, agents=6, leave_rate=0.01, places=1),
]


@pytest.mark.parametrize("seconds", [0.0, 1.0, 20.0, 400.0])
@pytest.mark.parametrize("twin", TWINS, ids=str)
def test_a_followed_contact_meets_the_same_fates(twin: naive.Queue, seconds: float) -> None:
    queue = limited(twin)
    at_once = 1.0 - queue.wait_probability

    virtual, served, lost = twin.fates(seconds)

    assert queue.service_level("virtual", seconds) == pytest.approx(at_once + virtual, rel=1e-10)
    assert queue.service_level("offered", seconds) == pytest.approx(at_once + served, rel=1e-10)
    assert queue.short_abandons(seconds) == pytest.approx(lost, rel=1e-9, abs=1e-15)


@pytest.mark.parametrize("twin", TWINS, ids=str)
def test_a_followed_contact_waits_as_long(twin: naive.Queue) -> None:
    queue = limited(twin)
    abandoned = twin.fates(1e9)[2] if twin.leave_rate > 1e-3 else queue.abandonment

    virtual, served, lost = twin.mean_waits()

    assert queue.blocking == pytest.approx(twin.states()[-1], rel=1e-12)
    assert queue.mean_wait_virtual == pytest.approx(virtual, rel=1e-10)
    assert queue.asa == pytest.approx(served / (1.0 - abandoned), rel=1e-10)
    assert queue.mean_wait_abandoned == pytest.approx(lost / abandoned, rel=1e-8)
    assert queue.mean_wait == pytest.approx(served + lost, rel=1e-10)


@pytest.mark.parametrize("twin", TWINS[1:2] + TWINS[4:5], ids=str)
def test_places_that_nobody_needs_are_as_good_as_endless(twin: naive.Queue) -> None:
    """Room for everybody is integrated, limited room summed: two ways to one number."""
    many, endless = limited(twin, places=400), limited(twin, places=math.inf)

    for measure in MEASURES:
        assert getattr(many, measure) == pytest.approx(
            getattr(endless, measure), rel=1e-11, abs=1e-15
        )


def limited(twin: naive.Queue, places: float | None = None) -> QueueMeasures[float]:
    return erlang_a(
        arrival_rate=twin.arrival_rate,
        aht=1 / twin.service_rate,
        agents=twin.agents,
        patience=1 / twin.leave_rate,
        lines=twin.agents + (twin.places if places is None else places),
    )


@pytest.mark.parametrize("awt", [0.0, 20.0, 3600.0])
@pytest.mark.parametrize(
    ("agents", "ratio", "aht", "patience"),
    [
        (1, 0.001, 300.0, 60.0),
        (1, 20.0, 180.0, 188.0),
        (2, 1.5, 600.0, 314.0),
        (5, 0.95, 30.0, 5.9),
        (11, 10 / 11, 180.0, 180.0),
        (50, 0.96, 60.0, 2.0),
        (60, 1.0, 300.0, 1e5),
        (100, 3.0, 300.0, 180.0),
        (700, 1.001, 600.0, 0.8),
    ],
)
def test_endless_lines_equal_forty_digits_of_palm(
    agents: int, ratio: float, aht: float, patience: float, awt: float
) -> None:
    rate = ratio * agents / aht
    queue = erlang_a(arrival_rate=rate, aht=aht, agents=agents, patience=patience)

    exact = naive.Palm(rate, aht, agents, patience).shares(awt)

    shares = (
        queue.wait_probability,
        queue.abandonment,
        queue.service_level("offered", awt),
        queue.service_level("virtual", awt),
    )
    assert shares == pytest.approx(exact, rel=1e-11, abs=1e-18)


@pytest.mark.parametrize(("lines", "load"), [(20_000, 19_900.0), (20_000, 20_300.0), (300, 9e4)])
def test_large_erlang_b_equals_the_recursion(lines: int, load: float) -> None:
    inverse = 1.0
    for line in range(1, lines + 1):
        inverse = 1.0 + inverse * line / load

    assert erlang_b(lines, load) == pytest.approx(1.0 / inverse, rel=1e-11)


# What must be true of any queue


@given(agents_, ratios, handle_times, patiences, thresholds)
def test_measures_are_shares_and_times(
    agents: int, ratio: float, aht: float, patience: float, awt: float
) -> None:
    queue = erlang_a(arrival_rate=ratio * agents / aht, aht=aht, agents=agents, patience=patience)
    levels = {rule: queue.service_level(rule, awt) for rule in SERVICE_RULES}

    for share in (queue.wait_probability, queue.abandonment, queue.occupancy, *levels.values()):
        assert 0.0 <= share <= 1.0
    assert queue.asa <= queue.mean_wait_virtual * (1 + 1e-12) + TINY
    assert queue.mean_wait <= patience
    assert levels["offered"] <= levels["virtual"] * (1 + 1e-12)
    assert levels["offered"] <= levels["excluding_short_abandons"] * (1 + 1e-12)
    assert levels["excluding_short_abandons"] <= levels["including_short_abandons"] * (1 + 1e-12)


@given(agents_, ratios, handle_times, patiences, st.integers(0, 300))
def test_contacts_and_waiting_are_conserved(
    agents: int, ratio: float, aht: float, patience: float, places: int
) -> None:
    """Served work keeps agents busy; Little's law; who leaves has waited in the queue."""
    rate = ratio * agents / aht
    for lines in (math.inf, agents + places):
        queue = erlang_a(arrival_rate=rate, aht=aht, agents=agents, patience=patience, lines=lines)
        joined = rate * (1 - queue.blocking)
        served = joined * (1 - queue.abandonment)

        assert queue.occupancy * agents == pytest.approx(served * aht, rel=1e-8, abs=TINY)
        assert queue.mean_queue == pytest.approx(joined * queue.mean_wait, rel=1e-9, abs=TINY)
        assert queue.abandonment * patience == pytest.approx(queue.mean_wait, rel=1e-9, abs=TINY)
        waited = queue.asa * (1 - queue.abandonment) + (
            queue.mean_wait_abandoned * queue.abandonment
        )
        assert waited == pytest.approx(queue.mean_wait, rel=1e-8, abs=TINY)


@given(agents_, ratios, handle_times, patiences, thresholds, rules)
def test_one_more_agent_never_hurts(
    agents: int, ratio: float, aht: float, patience: float, awt: float, rule: ServiceRule
) -> None:
    few, more = (
        erlang_a(arrival_rate=ratio * agents / aht, aht=aht, agents=n, patience=patience)
        for n in (agents, agents + 1)
    )

    for measure in ("abandonment", "asa", "mean_wait", "wait_probability", "occupancy"):
        assert getattr(more, measure) <= getattr(few, measure) * (1 + 1e-12) + TINY
    assert more.service_level(rule, awt) >= few.service_level(rule, awt) - 1e-12


@given(agents_, ratios, st.floats(1.0, 1.5), handle_times, patiences, thresholds)
def test_more_load_never_helps(
    agents: int, ratio: float, growth: float, aht: float, patience: float, awt: float
) -> None:
    calm, busy = (
        erlang_a(arrival_rate=r * agents / aht, aht=aht, agents=agents, patience=patience)
        for r in (ratio, ratio * growth)
    )

    assert busy.abandonment >= calm.abandonment * (1 - 1e-11) - TINY
    assert busy.mean_wait >= calm.mean_wait * (1 - 1e-11) - TINY
    assert busy.service_level("virtual", awt) <= calm.service_level("virtual", awt) + 1e-12


@given(agents_, ratios, handle_times, patiences, st.floats(1.0, 10.0))
def test_more_patience_means_fewer_abandons_and_longer_waits(
    agents: int, ratio: float, aht: float, patience: float, growth: float
) -> None:
    short, long = (
        erlang_a(arrival_rate=ratio * agents / aht, aht=aht, agents=agents, patience=p)
        for p in (patience, patience * growth)
    )

    assert long.abandonment <= short.abandonment * (1 + 1e-11) + TINY
    assert long.mean_wait >= short.mean_wait * (1 - 1e-11) - TINY


@given(agents_, ratios, handle_times, patiences, thresholds, thresholds, rules)
def test_a_wider_threshold_serves_no_fewer(
    agents: int,
    ratio: float,
    aht: float,
    patience: float,
    awt: float,
    later: float,
    rule: ServiceRule,
) -> None:
    queue = erlang_a(arrival_rate=ratio * agents / aht, aht=aht, agents=agents, patience=patience)

    assert queue.service_level(rule, awt) <= queue.service_level(rule, awt + later) + 1e-12


@given(agents_, st.floats(0.01, 0.95), handle_times)
def test_endless_patience_is_erlang_c(agents: int, ratio: float, aht: float) -> None:
    rate = ratio * agents / aht
    patient = erlang_c(arrival_rate=rate, aht=aht, agents=agents)
    nearly = erlang_a(arrival_rate=rate, aht=aht, agents=agents, patience=min(aht * 1e13, 1e15))

    for measure in ("wait_probability", "mean_wait", "asa", "mean_queue", "occupancy"):
        assert getattr(nearly, measure) == pytest.approx(
            getattr(patient, measure), rel=1e-6, abs=TINY
        )


@given(agents_, ratios)
def test_no_patience_is_erlang_b(agents: int, ratio: float) -> None:
    queue = erlang_a(arrival_rate=ratio * agents, aht=1.0, agents=agents, patience=1e-12)

    assert queue.abandonment == pytest.approx(erlang_b(agents, ratio * agents), rel=1e-6, abs=TINY)


@given(agents_, ratios)
def test_lines_for_agents_only_is_erlang_b(agents: int, ratio: float) -> None:
    queue = erlang_c(arrival_rate=ratio * agents, aht=1.0, agents=agents, lines=agents)

    assert queue.blocking == pytest.approx(erlang_b(agents, ratio * agents), rel=1e-11, abs=TINY)
    assert queue.wait_probability == 0.0
    assert queue.service_level("offered", 0.0) == 1.0


@given(agents_, ratios, handle_times, patiences, st.floats(0.01, 0.999))
def test_a_percentile_is_reached_by_its_share(
    agents: int, ratio: float, aht: float, patience: float, share: float
) -> None:
    queue = erlang_a(arrival_rate=ratio * agents / aht, aht=aht, agents=agents, patience=patience)
    virtual, real = queue.virtual_wait_percentile(share), queue.wait_percentile(share)

    assert real <= virtual
    if virtual == 0.0:
        assert queue.wait_probability <= 1 - share + 1e-12
    else:
        assert queue.service_level("virtual", virtual) == pytest.approx(share, rel=1e-9)
    if real > 0.0:
        assert queue.service_level("including_short_abandons", real) == pytest.approx(
            share, rel=1e-9
        )


@given(st.integers(1, 300), st.floats(1e-4, 0.5))
def test_the_load_allowed_is_blocked_as_promised(lines: int, blocking: float) -> None:
    load = load_allowed(lines, max_blocking=blocking)

    assert erlang_b(lines, load) == pytest.approx(blocking, rel=1e-9)
    assert lines_needed(load * (1 - 1e-9), max_blocking=blocking) == lines


# Sizes


@pytest.mark.parametrize("ratio", [0.5, 0.99, 0.9999, 1.0, 1.0001, 1.2, 50.0])
@pytest.mark.parametrize("agents", [1, 100, 10_000, 1_000_000])
@pytest.mark.parametrize("patience", [1e-3, 1.0, 300.0, 1e8])
def test_no_size_overflows_or_loses_the_balance(agents: int, ratio: float, patience: float) -> None:
    rate = ratio * agents / 300.0
    queue = erlang_a(arrival_rate=rate, aht=300.0, agents=agents, patience=patience)

    assert all(math.isfinite(getattr(queue, measure)) for measure in MEASURES)
    served = rate * (1 - queue.abandonment) * 300.0
    assert served == pytest.approx(queue.occupancy * agents, rel=1e-9)
    assert queue.abandonment >= (1 - 1 / ratio) * (1 - 1e-12)
    if ratio > 1.1 and agents > 1000 and patience > 1.0:
        assert queue.abandonment == pytest.approx(1 - 1 / ratio, rel=1e-9)


def test_a_threshold_far_beyond_patience_does_not_underflow() -> None:
    # exp(-arrival rate * threshold) underflows here; a known tool then answers 0.349.
    queue = erlang_a(arrival_rate=4000 / 1800, aht=180, agents=400, patience=600)

    assert queue.service_level("offered", 600) == pytest.approx(0.986, abs=5e-4)


def test_rare_contacts_keep_their_digits() -> None:
    queue = erlang_a(arrival_rate=1e-9, aht=1.0, agents=2, patience=1.0)

    # Two busy agents have probability load**2 / 2, then patience and service race.
    assert queue.wait_probability == pytest.approx(0.5e-18, rel=1e-8, abs=0)
    assert queue.abandonment == pytest.approx(0.5e-18 / 3, rel=1e-8, abs=0)


# Edges


def test_without_arrivals_all_is_well() -> None:
    for agents in (0, 3):
        queue = erlang_a(arrival_rate=0.0, aht=300, agents=agents, patience=90)

        assert [getattr(queue, measure) for measure in MEASURES] == [0.0] * len(MEASURES)
        assert [queue.service_level(rule, 20) for rule in SERVICE_RULES] == [1.0] * 5
        assert queue.wait_percentile(0.99) == 0.0


def test_without_agents_everybody_waits_out_their_patience() -> None:
    queue = erlang_a(arrival_rate=0.1, aht=300, agents=0, patience=60)

    assert (queue.wait_probability, queue.abandonment, queue.occupancy) == (1.0, 1.0, 0.0)
    assert (queue.mean_wait, queue.mean_wait_abandoned, queue.asa) == (60.0, 60.0, math.inf)
    assert queue.mean_queue == pytest.approx(6.0)
    assert queue.service_level("answered", 20) == 0.0
    assert queue.service_level("including_short_abandons", 60) == pytest.approx(1 - math.exp(-1))
    assert queue.wait_percentile(0.5) == pytest.approx(60 * math.log(2))
    assert queue.virtual_wait_percentile(0.5) == math.inf


def test_without_agents_the_lines_fill_with_people_who_wait_in_vain() -> None:
    queue = erlang_a(arrival_rate=0.1, aht=300, agents=0, patience=60, lines=6)

    assert queue.blocking == pytest.approx(erlang_b(6, 6.0))
    assert queue.mean_queue == pytest.approx(6.0 * (1 - queue.blocking))


def test_endless_patience_without_agents_fills_every_line_for_ever() -> None:
    queue = erlang_c(arrival_rate=0.1, aht=300, agents=0, lines=6)

    assert (queue.blocking, queue.mean_queue, queue.mean_wait) == (1.0, 6.0, math.inf)


@pytest.mark.parametrize("agents", [8, 10])
def test_a_queue_without_steady_state_says_what_is_true(agents: int) -> None:
    queue = erlang_c(arrival_rate=0.1, aht=100, agents=agents)

    assert (queue.wait_probability, queue.occupancy, queue.abandonment) == (1.0, 1.0, 0.0)
    assert queue.asa == queue.mean_wait == queue.mean_queue == math.inf
    assert [queue.service_level(rule, 20) for rule in SERVICE_RULES] == [0.0] * 5
    assert queue.virtual_wait_percentile(0.5) == math.inf


def test_a_hair_below_capacity_is_a_very_long_queue() -> None:
    # The load is the float below 1 although arrival and service rates are equal floats.
    queue = erlang_c(arrival_rate=1 / 80.5, aht=80.5, agents=1)

    assert queue.load < 1.0
    assert 1e15 < queue.asa < math.inf


@given(
    st.sampled_from([0.0, 1e-9, 0.5, 1.0, 1e4]),
    st.sampled_from([0, 1, 7]),
    st.sampled_from([1e-3, 60.0, 1e12, math.inf]),
    st.sampled_from([0, 1, 5, math.inf]),
    st.sampled_from([0.0, 20.0, 1e9]),
)
def test_nothing_is_ever_not_a_number(
    rate: float, agents: int, patience: float, places: float, awt: float
) -> None:
    queue = erlang_a(
        arrival_rate=rate, aht=10.0, agents=agents, patience=patience, lines=agents + places
    )

    values = [getattr(queue, measure) for measure in MEASURES]
    values += [queue.service_level(rule, awt) for rule in SERVICE_RULES]
    values += [queue.short_abandons(awt), queue.wait_percentile(0.9)]
    assert not any(math.isnan(value) for value in values)


def test_no_lines_lose_everybody_and_no_load_loses_nobody() -> None:
    assert erlang_b(0, 7.5) == 1.0
    assert erlang_b(0, 0.0) == 1.0
    assert erlang_b(3, 0.0) == 0.0
    assert load_allowed(0, max_blocking=0.1) == 0.0
    assert lines_needed(0.0, max_blocking=0.01) == 1
    assert lines_needed(5.0, max_blocking=1.0) == 0


# Arrays


def test_arrays_broadcast_and_equal_the_numbers_one_by_one() -> None:
    calls = np.array([[0.0], [40.0], [100.0]])
    agents = np.array([0, 5, 11, 40])

    table = erlang_a(arrival_rate=calls / 1800, aht=180, agents=agents, patience=180)

    assert table.asa.shape == (3, 4)
    for row, column in np.ndindex(3, 4):
        single = erlang_a(
            arrival_rate=calls[row, 0] / 1800, aht=180, agents=agents[column], patience=180
        )
        for measure in MEASURES:
            assert getattr(table, measure)[row, column] == getattr(single, measure)
        assert table.service_level("answered", 20)[row, column] == single.service_level(
            "answered", 20
        )


def test_limited_and_endless_lines_mix_in_one_array() -> None:
    table = erlang_a(
        arrival_rate=0.2, aht=60, agents=10, patience=30, lines=np.array([10, 13, math.inf])
    )

    assert table.blocking.round(4).tolist() == [0.3019, 0.1106, 0.0]


def test_every_queue_of_an_array_may_have_its_own_threshold() -> None:
    table = erlang_a(arrival_rate=0.05, aht=180, agents=np.array([9, 9]), patience=180)

    short, long = table.service_level("offered", np.array([10.0, 60.0]))

    assert short < long


def test_an_empty_array_has_empty_measures() -> None:
    table = erlang_a(arrival_rate=np.array([]), aht=180, agents=3, patience=180)

    assert table.asa.shape == table.service_level("offered", 20).shape == (0,)


def test_blocks_of_work_leave_no_seams() -> None:
    agents = np.arange(1.0, 3001.0)

    table = erlang_a(arrival_rate=1.0, aht=300, agents=agents, patience=100)

    assert np.all(np.diff(table.abandonment[:400]) < 0)
    assert np.all(np.diff(table.abandonment) <= 0)


# Bad input


@pytest.mark.parametrize(
    ("wrong", "message"),
    [
        ({"arrival_rate": -0.1}, "arrival_rate must be at least 0 and finite, got -0.1"),
        ({"arrival_rate": math.inf}, "arrival_rate must be at least 0 and finite, got inf"),
        ({"arrival_rate": math.nan}, "arrival_rate must be at least 0 and finite, got nan"),
        ({"aht": 0.0}, "aht must be above 0 and finite, got 0.0"),
        ({"agents": -1}, "agents must be at least 0 and finite, got -1.0"),
        ({"patience": 0.0}, "patience must be above 0, got 0.0"),
        ({"lines": 3}, "lines must be at least as many as agents, got 3.0"),
        ({"lines": 12.5}, "lines must be whole and at least 0, or infinite, got 12.5"),
        ({"lines": 1e9}, "lines must be at most 10000000, or infinite, got 1000000000.0"),
        ({"agents": 4.5, "lines": 9}, "agents must be whole when lines are limited, got 4.5"),
        ({"arrival_rate": 1e300, "aht": 1e14}, "load must be at most 1e+12 erlangs, got inf"),
        ({"aht": "3m"}, "aht must be a number or an array of numbers, got '3m'"),
    ],
)
def test_a_wrong_value_is_named_with_its_bound(wrong: dict[str, float], message: str) -> None:
    right = {"arrival_rate": 0.05, "aht": 180.0, "agents": 11, "patience": 180.0}

    with pytest.raises(InvalidInput) as caught:
        erlang_a(**{**right, **wrong})

    assert str(caught.value) == message


def test_every_wrong_position_of_an_array_is_reported() -> None:
    with pytest.raises(InvalidInput, match=r"aht .* got \[-5.0, 0.0\]; at positions 1, 3"):
        erlang_c(arrival_rate=0.1, aht=np.array([5.0, -5.0, 9.0, 0.0]), agents=3)


def test_arrays_that_do_not_broadcast_are_named() -> None:
    with pytest.raises(InvalidInput, match=r"arrival_rate \(2,\).*agents \(3,\)"):
        erlang_c(arrival_rate=np.ones(2), aht=1.0, agents=np.ones(3))


def test_thresholds_rules_and_shares_have_their_bounds() -> None:
    queue = reference()

    with pytest.raises(InvalidInput, match="awt must be at least 0 and finite, got -1"):
        queue.service_level("offered", -1.0)
    with pytest.raises(InvalidInput, match="awt must fit the shape"):
        queue.service_level("offered", np.array([10.0, 20.0]))  # type: ignore[arg-type]
    with pytest.raises(InvalidInput, match="rule must be one of virtual, offered"):
        queue.service_level("good", 20)  # type: ignore[arg-type]
    with pytest.raises(InvalidInput, match="share must be at least 0 and below 1, got 1"):
        queue.wait_percentile(1)
    with pytest.raises(InvalidInput, match="max_blocking must be above 0"):
        lines_needed(3.0, max_blocking=0.0)
    with pytest.raises(InvalidInput, match="load must be at least 0"):
        erlang_b(3, -1.0)


def test_models_that_are_not_answered_are_left_out() -> None:
    cases = [{"id": "x", "model": "weather", "inputs": {}}]

    assert score_cases.answers(cases) == {}


@pytest.mark.parametrize("wrong", ["5", b"5", True, None, 1 + 2j, 10**400, [1, "x"]])
def test_what_is_no_number_is_refused(wrong: Any) -> None:
    with pytest.raises(InvalidInput, match="arrival_rate must be"):
        erlang_a(arrival_rate=wrong, aht=180, agents=11, patience=180)


@pytest.mark.parametrize(
    ("agents", "rate", "aht", "patience", "awt"),
    [(11, 7.0, 180, 180, 125), (20, 2.819, 30, 2400, 1700), (1, 1000 / 180, 180, 180, 135)],
)
def test_in_deep_overload_a_wait_has_an_end(
    agents: int, rate: float, aht: float, patience: float, awt: float
) -> None:
    queue = erlang_a(arrival_rate=rate, aht=aht, agents=agents, patience=patience)

    assert 0.0 <= queue.service_level("offered", awt) < 1e-100
    assert queue.wait_percentile(0.5) > awt / 2
