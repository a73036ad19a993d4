"""The usual approximations: what each believes in, and what each gets wrong on a day."""

from __future__ import annotations

import math
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from sim.erlang import (
    INTERVAL_METHODS,
    SERVICE_RULES,
    Exponential,
    IntervalMethod,
    Target,
    agents_needed,
    compare_methods,
    erlang_a,
    erlang_b,
    erlang_c,
    interval_agents,
    interval_service,
    piecewise_load,
)
from sim.errors import InvalidInput

SPIKE: dict[str, Any] = {
    "arrival_rate": [0.1, 0.2, 0.1],
    "aht": 300.0,
    "patience": 180.0,
    "interval": 900.0,
}
PARTS: dict[str, Any] = {
    "arrival_rate": [[0.05, 0.1, 0.15], [0.15, 0.1, 0.05]],
    "aht": 200.0,
    "interval": 1200.0,
}
TARGET = Target(service_level=0.8, awt=20)


def believed(method: IntervalMethod, **day: Any) -> Any:
    return interval_service(method=method, agents=60, **day).intervals.arrival_rate


# Rates that methods believe in


@pytest.mark.parametrize(
    ("method", "rates"),
    [
        ("sipp", [0.1, 0.1]),
        ("sipp_max", [0.15, 0.15]),
        ("sipp_mix", [0.1, 0.15]),
        # 200 of 400 seconds of the last part belong to the next interval.
        ("lag_avg", [0.075, (0.15 * 600 + 0.1 * 400 + 0.05 * 200) / 1200]),
        ("lag_max", [0.15, 0.15]),
        ("lag_mix", [0.075, 0.15]),
    ],
)
def test_a_method_believes_in_its_rate(method: IntervalMethod, rates: list[float]) -> None:
    assert believed(method, **PARTS) == pytest.approx(rates, rel=1e-12)


def test_moments_see_their_own_rate() -> None:
    """Contacts of busy moments are more: the rate that a contact meets is above the mean."""
    mean = (0.05**2 + 0.1**2 + 0.15**2) / 0.3

    assert believed("psa", **PARTS) == pytest.approx([mean, mean], rel=1e-12)


def test_the_effective_rate_is_the_mean_load_over_the_handle_time() -> None:
    times = (np.arange(30_000) + 0.5) / 30_000 * 2700.0
    load = piecewise_load(
        arrival_rate=SPIKE["arrival_rate"],
        service=Exponential(mean=300),
        times=times,
        interval=900,
    )

    assert believed("effective", **SPIKE) == pytest.approx(
        load.reshape(3, -1).mean(axis=1) / 300, rel=1e-7
    )


def test_the_offered_load_of_contacts_is_integrated_over_each_interval() -> None:
    times = (np.arange(30_000) + 0.5) / 30_000 * 2700.0
    load = piecewise_load(
        arrival_rate=SPIKE["arrival_rate"],
        service=Exponential(mean=300),
        times=times,
        interval=900,
    )
    service = interval_service(method="mol", agents=34, **SPIKE)
    moments = erlang_a(arrival_rate=load / 300, aht=300, agents=34, patience=180)

    assert service.intervals.arrival_rate == pytest.approx(
        load.reshape(3, -1).mean(axis=1) / 300, rel=1e-6
    )
    assert service.intervals.abandonment == pytest.approx(
        moments.abandonment.reshape(3, -1).mean(axis=1), rel=1e-4
    )


@pytest.mark.parametrize("method", ["sipp", "sipp_max", "sipp_mix", "psa"])
def test_constant_intervals_are_erlang_a_one_by_one(method: IntervalMethod) -> None:
    service = interval_service(method=method, agents=[34, 61, 30], **SPIKE)
    steady = erlang_a(
        arrival_rate=np.array([0.1, 0.2, 0.1]), aht=300, agents=np.array([34, 61, 30]), patience=180
    )

    for rule in SERVICE_RULES:
        assert service.intervals.service_level(rule, 20) == pytest.approx(
            steady.service_level(rule, 20), rel=1e-12
        )
    total = (steady.abandonment * [90, 180, 90]).sum() / 360
    assert service.day.abandonment == pytest.approx(total, rel=1e-12)
    assert service.intervals.method == service.method == method


def test_the_backlog_is_passed_on_as_stolletz_has_it() -> None:
    """Endless patience, intervals of one handle time: three lines of the original recursion."""
    rates, agents, backlog = [0.08, 0.14, 0.06], [10, 12, 11], 0.0
    seen = []
    for rate, team in zip(rates, agents, strict=True):
        lost = erlang_b(team, (rate + backlog) * 100)
        seen.append((rate + backlog) * (1 - lost))
        backlog = (rate + backlog) * lost

    service = interval_service(
        method="backlog", arrival_rate=rates, agents=agents, aht=100, interval=100
    )

    assert service.intervals.arrival_rate == pytest.approx(seen, rel=1e-12)
    exact = erlang_c(arrival_rate=np.array(seen), aht=100, agents=np.array(agents))
    assert service.intervals.asa == pytest.approx(exact.asa, rel=1e-12)
    assert np.all(np.isfinite(service.intervals.asa))


# What must be true of every method


@pytest.mark.parametrize("method", INTERVAL_METHODS)
def test_a_long_quiet_day_is_alike_for_all_and_right(method: IntervalMethod) -> None:
    table = compare_methods(
        arrival_rate=[0.1] * 4, aht=60, agents=9, patience=90, interval=36_000, awt=20
    )

    assert table.of(method).error[2] == pytest.approx(
        0.0, abs=1.5e-2 if method == "backlog" else 1e-7
    )


@settings(max_examples=25, deadline=None)
@given(
    st.sampled_from(INTERVAL_METHODS),
    st.lists(st.just(0.0) | st.floats(1e-12, 0.4), min_size=1, max_size=4),
    st.sampled_from([20.0, 300.0, math.inf]),
)
def test_agents_asked_for_keep_the_promise_as_the_method_sees_it(
    method: IntervalMethod, rates: list[float], patience: float
) -> None:
    day: dict[str, Any] = {
        "arrival_rate": rates, "aht": 120.0, "patience": patience, "interval": 600.0
    }  # fmt: skip
    asked = interval_agents(TARGET, method=method, **day)
    given_ = interval_service(method=method, agents=asked.agents.astype(float), **day)

    assert np.all(given_.intervals.service_level("offered", 20) >= 0.8 - 1e-9)
    assert asked.agent_hours == pytest.approx(asked.agents.sum() / 6.0)
    if method == "sipp":
        steady = agents_needed(
            TARGET, arrival_rate=np.array(rates), aht=120.0, patience=patience
        ).agents
        assert asked.agents.tolist() == steady.tolist()


@pytest.mark.parametrize("method", INTERVAL_METHODS)
def test_nobody_calls_and_nobody_is_there(method: IntervalMethod) -> None:
    day: dict[str, Any] = {"arrival_rate": [0.0, 0.0, 0.1], "aht": 60.0, "interval": 600.0}
    service = interval_service(method=method, agents=[0, 2, 0], **day)

    assert service.intervals.service_level("offered", 20).tolist() == [1.0, 1.0, 0.0]
    assert service.intervals.asa[2] == math.inf
    assert interval_agents(TARGET, method=method, **day).agents[:2].tolist() == [0, 0]


def test_overload_without_end_of_patience_is_for_ever_but_for_the_backlog() -> None:
    day: dict[str, Any] = {"arrival_rate": [0.1, 0.3, 0.1], "aht": 100.0, "interval": 900.0}

    waits = {
        method: interval_service(method=method, agents=15, **day).intervals.asa[1]
        for method in INTERVAL_METHODS
    }

    assert {method for method, wait in waits.items() if wait < math.inf} == {"backlog"}


def test_a_spike_shows_what_each_method_gets_wrong() -> None:
    """After the spike: no memory is too rosy; looking back a handle time is better."""
    table = compare_methods(agents=34, awt=20, target=TARGET, **SPIKE)
    after = {row.method: row.error[2] for row in table.methods}

    assert after["sipp"] > 0.2
    assert abs(after["mol"]) < 0.5 * after["sipp"]
    assert after["backlog"] < after["sipp"]
    sipp, mol = table.of("sipp"), table.of("mol")
    assert sipp.staffing is not None
    assert mol.staffing is not None
    assert sipp.staffed_service_level is not None
    assert mol.staffed_service_level is not None
    assert sipp.staffed_service_level.min() < 0.5 < 0.9 < mol.staffed_service_level.min()
    assert mol.staffing.agent_hours > sipp.staffing.agent_hours
    assert sipp.day_error == pytest.approx(sipp.day_service_level - table.exact_day)
    assert sipp.worst_error == pytest.approx(np.abs(sipp.error).max())


def test_without_a_target_nobody_is_staffed() -> None:
    row = compare_methods(agents=[34, 60, 40], awt=20, **SPIKE).of("lag_avg")

    assert (row.staffing, row.staffed_service_level, row.staffed_day_service_level) == (None,) * 3


def test_a_method_that_nobody_knows_is_named() -> None:
    with pytest.raises(InvalidInput, match="method must be one of sipp, sipp_max"):
        interval_service(method="guess", agents=3, **SPIKE)  # type: ignore[arg-type]
    with pytest.raises(InvalidInput, match="method must be one of sipp, sipp_max"):
        interval_agents(TARGET, method="guess", **SPIKE)  # type: ignore[arg-type]
    with pytest.raises(InvalidInput, match="agents must be whole"):
        interval_service(method="sipp", agents=3.5, **SPIKE)
