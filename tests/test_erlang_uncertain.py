"""Random rates and teams: averages equal brute integration, chances are kept, teams suffice."""

from __future__ import annotations

import math
from collections.abc import Callable
from itertools import pairwise
from math import comb

import numpy as np
import pytest
from scipy import integrate, stats

from sim.erlang import (
    SERVICE_RULES,
    Discrete,
    Gamma,
    Law,
    Lognormal,
    RandomQueue,
    ServiceRule,
    Target,
    Uniform,
    agents_needed,
    agents_needed_for_sure,
    agents_needed_on_average,
    erlang_a,
    erlang_c,
    random_rate,
    random_staff,
    rate_from_counts,
)
from sim.errors import InvalidInput

PROMISE = Target(service_level=0.8, awt=20)
BUSY = rate_from_counts(mean_calls=100, var_calls=400, interval=1800)


def desk(rate: Law = BUSY, agents: float = 14, patience: Law | float = 120) -> RandomQueue:
    return random_rate(arrival_rate=rate, aht=180, agents=agents, patience=patience)


def expected(rate: Law, value: Callable[[float], float]) -> float:
    """Integrate over the density of the rate, by scipy's adaptive rule on pieces."""
    if isinstance(rate, Gamma):
        law = stats.gamma(rate.shape, scale=rate.mean / rate.shape)
    elif isinstance(rate, Lognormal):
        variance = math.log1p(rate.scv)
        law = stats.lognorm(math.sqrt(variance), scale=rate.mean * math.exp(-variance / 2))
    else:
        assert isinstance(rate, Uniform)
        law = stats.uniform(rate.low, rate.high - rate.low)
    joints = [float(law.ppf(q)) for q in (1e-15, 1e-6, 0.01, 0.2, 0.5, 0.8, 0.99, 1 - 1e-6)]
    joints.append(float(law.isf(1e-15)))
    return math.fsum(
        integrate.quad(lambda x: value(x) * law.pdf(x), a, b, epsabs=0, epsrel=1e-11, limit=200)[0]
        for a, b in pairwise(joints)
    )


@pytest.mark.parametrize(
    "rate", [BUSY, Lognormal(mean=0.05, scv=0.1), Uniform(low=0.03, high=0.09)], ids=str
)
def test_both_averages_equal_brute_integration(rate: Law) -> None:
    def level(x: float) -> float:
        queue = erlang_a(arrival_rate=x, aht=180, agents=14, patience=120)
        return queue.service_level("offered", 20)

    queue = desk(rate)

    assert queue.service_level("offered", 20, "intervals") == pytest.approx(
        expected(rate, level), rel=1e-9
    )
    assert queue.service_level("offered", 20, "calls") == pytest.approx(
        expected(rate, lambda x: x * level(x)) / rate.mean, rel=1e-9
    )


def test_an_average_over_calls_of_a_ratio_is_a_ratio_of_averages() -> None:
    def at(x: float) -> tuple[float, float]:
        queue = erlang_a(arrival_rate=x, aht=180, agents=14, patience=120)
        answered = x * (1 - queue.abandonment)
        return answered, answered * queue.asa

    answered = expected(BUSY, lambda x: at(x)[0])

    assert desk().asa == pytest.approx(expected(BUSY, lambda x: at(x)[1]) / answered, rel=1e-9)


@pytest.mark.parametrize("agents", [5, 14, 25])
def test_without_patience_a_busy_interval_has_no_steady_state(agents: int) -> None:
    queue = desk(agents=agents, patience=math.inf)

    def level(x: float) -> float:
        if x * 180 >= agents:
            return 0.0
        return erlang_c(arrival_rate=x, aht=180, agents=agents).service_level("offered", 20)

    assert queue.asa == queue.mean_wait == math.inf
    assert queue.service_level("offered", 20, "intervals") == pytest.approx(
        expected(BUSY, level), rel=2e-6
    )


@pytest.mark.slow
def test_patience_may_have_any_law() -> None:
    law = Lognormal(mean=120, scv=1.5)
    queue = desk(patience=law)
    same = desk(Discrete(values=(BUSY.mean,), shares=(1,)), patience=law)

    assert queue.abandonment > same.abandonment
    assert same.abandonment == pytest.approx(same.at_mean.abandonment, rel=1e-12)


def test_scenarios_are_summed() -> None:
    rates, shares = (0.03, 0.06, 0.1), (0.2, 0.5, 0.3)
    queue = desk(Discrete(values=rates, shares=shares))
    met = erlang_a(arrival_rate=np.array(rates), aht=180, agents=14, patience=120)
    weights = np.array(shares) * np.array(rates)

    assert queue.average("abandonment", "intervals") == pytest.approx(
        float(met.abandonment @ np.array(shares)), rel=1e-12
    )
    assert queue.abandonment == pytest.approx(
        float(met.abandonment @ weights / weights.sum()), rel=1e-12
    )
    assert queue.chance(PROMISE) == pytest.approx(0.7)


def test_a_rate_without_spread_is_a_fixed_rate() -> None:
    fixed = desk(rate_from_counts(mean_calls=100, var_calls=100, interval=1800))
    nearly = desk(Gamma(shape=1e9, mean=100 / 1800))

    for rule in SERVICE_RULES:
        exact = fixed.at_mean.service_level(rule, 20)
        assert fixed.service_level(rule, 20) == pytest.approx(exact, rel=1e-12)
        assert nearly.service_level(rule, 20) == pytest.approx(exact, rel=1e-6)


@pytest.mark.parametrize("rule", SERVICE_RULES)
def test_callers_fare_worse_than_the_mean_of_intervals(rule: ServiceRule) -> None:
    queue = desk()

    calls = queue.service_level(rule, 20, "calls")
    intervals = queue.service_level(rule, 20, "intervals")

    assert calls < intervals < queue.at_mean.service_level(rule, 20)


@pytest.mark.parametrize("agents", [200, 20_000])
def test_large_teams_are_integrated_through_their_sharp_bend(agents: int) -> None:
    rate = Gamma(shape=50, mean=agents / 300)
    queue = random_rate(arrival_rate=rate, aht=300, agents=agents, patience=200)

    def lost(x: float) -> float:
        return x * erlang_a(arrival_rate=x, aht=300, agents=agents, patience=200).abandonment

    law = stats.gamma(50, scale=rate.mean / 50)
    capacity = agents / 300
    joints = [capacity * (1 + k / math.sqrt(agents)) for k in range(-8, 9)]
    joints = [float(law.ppf(1e-15)), *joints, float(law.isf(1e-15))]
    exact = sum(
        integrate.quad(lambda x: lost(x) * law.pdf(x), a, b, epsrel=1e-11, epsabs=0, limit=200)[0]
        for a, b in pairwise(sorted(joints))
    )
    assert queue.abandonment == pytest.approx(exact / rate.mean, rel=1e-9)


def test_the_chance_is_that_of_the_busiest_rate_served_well() -> None:
    chance = desk().chance(PROMISE)

    rate = float(BUSY.quantile(chance))
    edge = erlang_a(arrival_rate=rate, aht=180, agents=14, patience=120)
    assert edge.service_level("offered", 20) == pytest.approx(0.8, rel=1e-9)
    assert desk(agents=0).chance(PROMISE) == pytest.approx(0.0, abs=1e-9)
    assert desk(agents=90).chance(PROMISE) == pytest.approx(1.0)


@pytest.mark.parametrize("probability", [0.0, 0.5, 0.9, 0.99])
def test_agents_for_sure_are_just_enough(probability: float) -> None:
    need = agents_needed_for_sure(
        PROMISE, probability=probability, arrival_rate=BUSY, aht=180, patience=120
    )

    assert desk(agents=need.agents).chance(PROMISE) >= probability
    if need.agents > 0:
        assert desk(agents=need.agents - 1).chance(PROMISE) < probability


@pytest.mark.parametrize(
    "target",
    [PROMISE, Target(max_abandonment=0.05), Target(max_asa=10, service_level=0.7, awt=10)],
    ids=str,
)
def test_agents_on_average_are_just_enough(target: Target) -> None:
    need = agents_needed_on_average(target, arrival_rate=BUSY, aht=180, patience=120)
    fixed = agents_needed(target, arrival_rate=BUSY.mean, aht=180, patience=120)

    assert need.met
    assert need.agents >= fixed.agents
    few = desk(agents=need.agents - 1)
    kept = few.abandonment <= (target.max_abandonment or 1) and few.asa <= (target.max_asa or 1e9)
    if target.service_level is not None and target.awt is not None:
        kept &= few.service_level("offered", target.awt) >= target.service_level
    assert not kept


def test_too_few_lines_break_a_promise_on_average() -> None:
    need = agents_needed_on_average(
        Target(max_blocking=0.01), arrival_rate=BUSY, aht=180, patience=120, lines=12
    )

    assert (need.met, need.agents) == (False, 12)
    assert need.queue.blocking > 0.01


def test_agents_who_may_fail_to_come_are_summed() -> None:
    queue = random_staff(
        arrival_rate=0.05, aht=100, scheduled=8, show_up_probability=0.9, patience=60
    )
    shares = [comb(8, n) * 0.9**n * 0.1 ** (8 - n) for n in range(9)]
    met = [erlang_a(arrival_rate=0.05, aht=100, agents=n, patience=60) for n in range(9)]

    lost = math.fsum(p * q.abandonment for p, q in zip(shares, met, strict=True))
    level = math.fsum(p * q.service_level("offered", 20) for p, q in zip(shares, met, strict=True))
    kept = math.fsum(
        p for p, q in zip(shares, met, strict=True) if q.service_level("offered", 20) >= 0.8
    )
    assert queue.abandonment == pytest.approx(lost, rel=1e-12)
    assert queue.service_level("offered", 20) == pytest.approx(level, rel=1e-12)
    assert queue.chance(PROMISE) == pytest.approx(kept, rel=1e-12)
    assert queue.at_mean.agents == 7


@pytest.mark.parametrize("chance", [0.0, 1.0])
def test_agents_who_surely_come_or_surely_do_not(chance: float) -> None:
    queue = random_staff(
        arrival_rate=0.05, aht=100, scheduled=8, show_up_probability=chance, patience=60
    )

    assert queue.abandonment == pytest.approx(queue.at_mean.abandonment, rel=1e-12)
    assert queue.at_mean.agents == 8 * chance


def test_counts_that_vary_less_than_chance_are_refused() -> None:
    with pytest.raises(InvalidInput, match="var_calls must be at least the mean, 100, and finite"):
        rate_from_counts(mean_calls=100, var_calls=90, interval=1800)
    with pytest.raises(InvalidInput, match="mean_calls must be above 0"):
        rate_from_counts(mean_calls=0, var_calls=90, interval=1800)


def test_uncertain_queues_have_their_bounds() -> None:
    with pytest.raises(InvalidInput, match="over must be calls or intervals, got 'days'"):
        desk().service_level("offered", 20, "days")  # type: ignore[arg-type]
    with pytest.raises(InvalidInput, match="measure must be one of blocking"):
        desk().average("weather")
    with pytest.raises(InvalidInput, match="rule must be one of virtual"):
        desk().service_level("good", 20)  # type: ignore[arg-type]
    with pytest.raises(InvalidInput, match="awt must be at least 0"):
        desk().service_level("offered", -1)
    with pytest.raises(InvalidInput, match="agents must be at least 0"):
        desk(agents=-1)
    with pytest.raises(InvalidInput, match="probability must be at least 0 and below 1, got 1"):
        agents_needed_for_sure(PROMISE, probability=1, arrival_rate=BUSY, aht=180)
    with pytest.raises(InvalidInput, match="scheduled must be whole"):
        random_staff(arrival_rate=1, aht=1, scheduled=2.5, show_up_probability=1)  # type: ignore[arg-type]
    with pytest.raises(InvalidInput, match="show_up_probability must be at least 0 and at most 1"):
        random_staff(arrival_rate=1, aht=1, scheduled=2, show_up_probability=2)


def test_a_rate_of_heavy_tail_breaks_a_promise_of_mean_waits_for_any_team() -> None:
    heavy = Lognormal(mean=100 / 1800, scv=50)
    need = agents_needed_on_average(Target(max_asa=10), arrival_rate=heavy, aht=180)

    assert (need.agents, need.met) == (10_000_000, False)


def test_nobody_calling_meets_an_empty_team() -> None:
    team = random_staff(
        arrival_rate=0.0, aht=180.0, scheduled=13, show_up_probability=0.9, patience=180.0
    )

    assert team.wait_probability == 0.0
    assert team.abandonment == 0.0
