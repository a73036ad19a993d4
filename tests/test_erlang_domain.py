"""Whatever is given to a closed form, it answers with numbers or names what is wrong, and soon."""

from __future__ import annotations

import dataclasses
import math
import signal
import time
from collections.abc import Iterator
from contextlib import contextmanager
from types import FrameType
from typing import Any

import numpy as np
import pytest
from erlang_doors import CALLS, LAWS

from sim import erlang
from sim.erlang import (
    Deterministic,
    Discrete,
    Empirical,
    Erlang,
    Exponential,
    Gamma,
    Hyperexponential,
    Law,
    Lognormal,
    PhaseType,
    QueueMeasures,
    Target,
    Uniform,
)
from sim.errors import InvalidInput

NUMBERS = (math.nan, math.inf, -math.inf, 0, -1.0, 1e-300, 5e-324, 1e300, 10**400, -(10**400))
OTHERS: tuple[object, ...] = (
    None,
    "0.5",
    b"1",
    [1, [2, 3]],
    [],
    {},
    (None,),
    True,
    1j,
    object(),
    np.array(["a"]),
)
STRANGE: tuple[object, ...] = (*NUMBERS, *OTHERS)

LONGEST = 40.0
"""Seconds that an answer or a refusal may take on a busy machine."""

SHARES = ("blocking", "wait_probability", "abandonment", "occupancy", "all_busy", "busy_time")


@contextmanager
def soon() -> Iterator[None]:
    """Give up on an answer that takes too long."""

    def late(number: int, frame: FrameType | None) -> None:
        raise TimeoutError(f"no answer within {LONGEST:g} seconds")

    before = signal.signal(signal.SIGALRM, late)
    signal.setitimer(signal.ITIMER_REAL, LONGEST)
    try:
        yield
    finally:
        signal.setitimer(signal.ITIMER_REAL, 0.0)
        signal.signal(signal.SIGALRM, before)


def variants(call: dict[str, Any]) -> Iterator[dict[str, Any]]:
    """Each argument in turn, or the first number of a row, is something strange."""
    for name, value in call.items():
        for strange in STRANGE:
            yield {**call, name: strange}
            if isinstance(value, tuple | list) and not isinstance(value[0], tuple):
                yield {**call, name: (strange, *value[1:])}


def numbers_in(found: Any, name: str = "") -> Iterator[tuple[str, float]]:
    """Every number of a result, with its name."""
    if isinstance(found, QueueMeasures):
        levels = (found.service_level("offered", awt) for awt in (0.0, 20.0))
        yield from ((name, x) for level in levels for x in np.ravel(level).tolist())
    if dataclasses.is_dataclass(found):
        for field in dataclasses.fields(found):
            if not field.name.startswith("_"):
                yield from numbers_in(getattr(found, field.name), field.name)
    elif isinstance(found, tuple | list):
        for each in found:
            yield from numbers_in(each, name)
    elif isinstance(found, int | float | np.number | np.ndarray):
        yield from ((name, float(x)) for x in np.ravel(found).tolist())


def faults(function: Any, call: dict[str, Any]) -> Iterator[str]:
    """Everything that is neither a result nor the house's own error."""
    for given in variants(call):
        changed = {k: repr(v)[:40] for k, v in given.items() if v is not call[k]}
        try:
            with soon():
                for name, x in numbers_in(function(**given)):
                    if math.isnan(x) or (name in SHARES and not -1e-12 <= x <= 1 + 1e-9):
                        yield f"{changed}: {name} {x}"
        except InvalidInput as refused:
            if len(str(refused)) < len(refused.name) + len(refused.rule):
                yield f"{changed}: {refused}"
        except Exception as error:
            yield f"{changed}: {type(error).__name__} {error}"


@pytest.mark.parametrize("name", CALLS)
def test_a_function_answers_with_numbers_or_says_what_is_wrong(name: str) -> None:
    assert list(faults(getattr(erlang, name), CALLS[name])) == []


@pytest.mark.parametrize("name", LAWS)
def test_a_law_or_a_promise_is_one_or_says_what_is_wrong(name: str) -> None:
    assert list(faults(getattr(erlang, name), LAWS[name])) == []


def test_every_function_and_law_is_called() -> None:
    offered = {name: getattr(erlang, name) for name in erlang.__all__}
    functions = {name for name, what in offered.items() if type(what).__name__ == "function"}
    laws = {n for n, what in offered.items() if isinstance(what, type) and issubclass(what, Law)}

    assert functions == set(CALLS)
    assert {*laws, "Target"} == {*LAWS, "Law"}


PROMISE = Target(service_level=0.8, awt=20)
TEAM: dict[str, Any] = {"arrival_rate": 0.05, "aht": 180.0, "agents": 12}
RENEWALS: dict[str, Any] = {"interarrival": Gamma(shape=2, mean=20), "aht": 180.0, "agents": 12}


@pytest.mark.parametrize(
    ("ask", "said"),
    [
        (lambda: erlang.agents_needed(5, arrival_rate=1, aht=1), "target must be a Target, got 5"),  # type: ignore[call-overload]
        (lambda: erlang.pooling(5, arrival_rate=np.ones(2), aht=1), "target must be a Target"),  # type: ignore[arg-type]
        (lambda: erlang.mgn(arrival_rate=1, service="x", agents=2), "service must be a law such"),  # type: ignore[call-overload]
        (lambda: Target(service_level=0.8, awt=10**400), "awt must be at most 1.79769e+308"),
        (lambda: erlang.gmn(**RENEWALS, patience=1e300), "patience must be at most 1e+15 s"),
        (lambda: erlang.erlang_c(arrival_rate=1, aht=1e-300, agents=3, lines=5), "aht must be at"),
        (
            lambda: erlang.exact_day(arrival_rate=[1e9], aht=99, agents=[9]),
            "states must be at most",
        ),
        (lambda: erlang.exact_day(arrival_rate=[0.1], aht=99, agents=[10**9]), "states must be at"),
        (
            lambda: erlang.exact_day(arrival_rate=[0.1] * 48, aht=99, agents=9, patience=1e-3),
            "events times states must be at most 3e+09",
        ),
        (
            lambda: erlang.transient(arrival_rate=0.1, aht=99, agents=9, times=1, initial=10**9),
            "states must be at most",
        ),
        (
            lambda: erlang.priority(arrival_rates=(1, 1), aht=(1, 2), agents=10**9),
            "states must be at most",
        ),
        (
            lambda: erlang.priority(arrival_rates=(0.04, 0.05), aht=1e9, agents=10, patience=60),
            "times must be closer together for an exact chain, got '60 to 1e",
        ),
        (
            lambda: erlang.sinusoidal_queue(**TEAM, amplitude=0.02, period=1e300),
            "period must be at most 1e+11 s",
        ),
    ],
)
def test_a_limit_is_named(ask: Any, said: str) -> None:
    start = time.perf_counter()
    with pytest.raises(InvalidInput) as refused:
        ask()

    assert str(refused.value).startswith(said)
    assert time.perf_counter() - start < LONGEST


@pytest.mark.parametrize("share", ["0.5", None, math.nan, True])
def test_a_percentile_that_is_no_number_is_refused(share: Any) -> None:
    with pytest.raises(InvalidInput, match="share must be"):
        erlang.erlang_c(**TEAM).wait_percentile(share)


@pytest.mark.parametrize(
    "law",
    [
        Exponential(mean=1e-12),
        Erlang(k=10**6, mean=60),
        Gamma(shape=1e9, mean=1e-9),
        Uniform(low=0, high=1e-9),
        Lognormal(mean=60, scv=1e9),
        Hyperexponential(shares=(0.5, 0.5), means=(1e-9, 1e9)),
        PhaseType(start=(1,), generator=((-1e-6,),)),
        Empirical(times=(0, 1), curve=(0.5, 0.4)),
        Discrete(values=(0, 1e9), shares=(0.5, 0.5)),
    ],
    ids=lambda law: type(law).__name__,
)
def test_an_extreme_law_keeps_to_shares_and_times_however_far_out(law: Law) -> None:
    times = np.array([0.0, 1e-300, 1.0, 1e9, 1e300])
    for shares in (law.survival(times), law.cdf(times)):
        assert np.all((shares >= 0) & (shares <= 1 + 1e-12))
    assert np.all(law.mean_until(times) <= law.mean * (1 + 1e-9))
    assert 0 <= float(law.quantile(0.5)) < math.inf


def test_many_stages_are_as_good_as_a_constant_time() -> None:
    for patience in (60.0, math.inf):
        staged = erlang.mgn(
            arrival_rate=0.05, service=Erlang(k=100_000, mean=180), agents=12, patience=patience
        )
        fixed = erlang.mgn(
            arrival_rate=0.05, service=Deterministic(value=180), agents=12, patience=patience
        )
        assert staged.mean_wait == pytest.approx(fixed.mean_wait, rel=1e-3)


def test_waits_are_never_negative_however_short_the_handle_time() -> None:
    assert erlang.mgn(arrival_rate=0.05, service=Deterministic(value=1e-9), agents=12).asa >= 0


def test_what_next_to_nobody_reaches_still_loses_a_share() -> None:
    groups = erlang.overflow(arrival_rates=(0.06, 0.03), pools=(5, 5), aht=1e-6)

    assert 0 <= groups.shared_blocking <= 1


@pytest.mark.parametrize("patience", [math.inf, 100.0])
def test_an_approximation_says_when_it_was_not_tried(patience: float) -> None:
    usual, wild = (
        erlang.mgn(
            arrival_rate=0.04, service=Lognormal(mean=100, scv=scv), agents=5, patience=patience
        ).method
        for scv in (4.0, 1e4)
    )
    assert wild == f"{usual}, beyond the variability that it was tried for"
