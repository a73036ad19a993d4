"""Markov chains: found, balanced and followed as dense linear algebra does it slowly."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy import linalg, sparse

from sim._erlang.arrays import FloatArray, IntArray
from sim._erlang.chain import (
    Followed,
    absorbed_by,
    ever_absorbed,
    explore,
    generator,
    stationary,
)
from sim.erlang import erlang_a, erlang_c
from sim.errors import InvalidInput, InvariantBroken

SEEDS = st.integers(0, 2**32 - 1)


def random_chain(seed: int, states: int = 7) -> FloatArray:
    """A dense generator in which every state leads to every other."""
    rates = np.random.default_rng(seed).exponential(size=(states, states)) ** 3 + 1e-3
    np.fill_diagonal(rates, 0.0)
    return rates - np.diag(rates.sum(axis=1))


def line(arrivals: float, work: float, agents: int) -> object:
    """What can happen in a queue with one column, the number present."""

    def rule(rows: IntArray) -> Iterator[tuple[FloatArray, IntArray]]:
        present = rows[:, 0]
        yield np.where(present < 400, arrivals, 0.0), rows + 1
        yield work * np.minimum(present, agents), rows - 1

    return rule


@given(SEEDS)
def test_shares_of_time_solve_the_dense_balance(seed: int) -> None:
    moves = random_chain(seed)

    shares = stationary(sparse.csr_array(moves))

    dense = np.vstack((moves.T, np.ones(len(moves))))
    right = np.append(np.zeros(len(moves)), 1.0)
    assert shares == pytest.approx(np.linalg.lstsq(dense, right)[0], rel=1e-9)


def test_shares_span_hundreds_of_orders_of_magnitude() -> None:
    # No state may serve as a reference here: the first has a share of 1e-260.
    states = np.arange(401)
    up = np.where(states < 400, 40.0, 0.0)
    down = np.where(states > 0, 1.0, 0.0) * np.minimum(states, 15)
    moves = np.diag(up[:-1], 1) + np.diag(down[1:], -1)

    shares = stationary(sparse.csr_array(moves - np.diag(moves.sum(axis=1))))

    logs = np.cumsum(np.log(up[:-1]) - np.log(down[1:]))
    exact = np.exp(np.append(0.0, logs) - logs.max())
    assert shares[300:] == pytest.approx((exact / exact.sum())[300:], rel=1e-11)


def test_states_that_are_left_for_good_have_no_share() -> None:
    moves = sparse.csr_array([[-1.0, 1.0, 0.0], [0.0, -2.0, 2.0], [0.0, 3.0, -3.0]])

    assert stationary(moves) == pytest.approx([0.0, 0.6, 0.4], abs=1e-12)


def test_a_chain_that_never_moves_stays_where_it_may_be() -> None:
    assert stationary(sparse.csr_array((1, 1))).tolist() == [1.0]


def test_rates_that_are_no_generator_are_found_out() -> None:
    with pytest.raises(InvariantBroken, match="do not sum to zero"):
        stationary(sparse.csr_array([[-1.0, 3.0], [2.0, -2.0]]))


def test_states_are_found_from_what_can_happen() -> None:
    rule = line(arrivals=0.9, work=0.5, agents=2)
    states = explore(rule, np.zeros((1, 1), dtype=np.int64), np.array([400]))  # type: ignore[arg-type]

    shares = stationary(generator(rule, states))  # type: ignore[arg-type]

    assert states.rows[:, 0].tolist() == list(range(401))
    waiting = erlang_c(arrival_rate=0.9, aht=2.0, agents=2).wait_probability
    assert shares[2:].sum() == pytest.approx(waiting, rel=1e-11)


def test_a_search_with_few_codes_and_with_many_finds_the_same() -> None:
    rule = line(arrivals=0.9, work=0.5, agents=2)
    start = np.zeros((1, 4), dtype=np.int64)

    def wide(rows: IntArray) -> Iterator[tuple[FloatArray, IntArray]]:
        for rate, to in rule(rows[:, :1]):  # type: ignore[operator]
            yield rate, np.column_stack((to, rows[:, 1:]))

    few = explore(wide, start, np.array([400, 0, 0, 0]))
    many = explore(wide, start, np.array([400, 9999, 9999, 9999]))

    assert np.array_equal(few.rows, many.rows)


@pytest.mark.parametrize("bounds", [[400], [400, 2**40, 2**40]])
def test_too_many_states_are_refused_with_their_number(bounds: list[int]) -> None:
    start = np.zeros((1, len(bounds)), dtype=np.int64)
    rule = line(arrivals=0.9, work=0.5, agents=2)

    with pytest.raises(InvalidInput, match=r"states must be at most 99 .* simulate"):
        explore(rule, start, np.array(bounds), most=99)  # type: ignore[arg-type]


@given(SEEDS, st.sampled_from([1, 4]), st.sampled_from([1, 2, 3]))
def test_exits_by_a_time_equal_the_dense_exponential(seed: int, starts: int, exits: int) -> None:
    draw = np.random.default_rng(seed)
    inner, out = random_chain(seed), draw.exponential(size=(7, exits))
    start = draw.dirichlet(np.ones(7), size=starts)
    times = np.array([3.0, 0.0, 0.25])
    moves = inner - np.diag(out.sum(axis=1))

    absorbed = absorbed_by(sparse.csr_array(moves), out, start, times)

    whole = np.zeros((7 + exits, 7 + exits))
    whole[:7, :7], whole[:7, 7:] = moves, out
    for place, time in enumerate(times):
        dense = np.hstack((start, np.zeros((starts, exits)))) @ linalg.expm(whole * time)
        assert absorbed[:, place] == pytest.approx(dense[:, 7:], rel=1e-9, abs=1e-13)


@given(SEEDS)
def test_the_way_to_each_exit_is_a_dense_inverse(seed: int) -> None:
    draw = np.random.default_rng(seed)
    out, start = draw.exponential(size=(7, 2)), draw.dirichlet(np.ones(7))
    moves = random_chain(seed) - np.diag(out.sum(axis=1))

    ever = ever_absorbed(sparse.csr_array(moves), out, start)

    inverse = np.linalg.inv(-moves)
    assert ever.chance == pytest.approx(start @ inverse @ out, rel=1e-9)
    assert ever.time == pytest.approx(start @ inverse @ inverse @ out, rel=1e-9)
    assert ever.chance.sum() == pytest.approx(1.0)


def test_long_times_do_not_underflow() -> None:
    # The clock ticks 100,000 times here, and exp(-100000) is zero.
    moves = sparse.csr_array([[-50.0, 49.9999], [50.0, -50.0]])
    leaving = np.array([[0.0001], [0.0]])

    absorbed = absorbed_by(moves, leaving, np.array([1.0, 0.0]), np.array([2e3]))

    slow = linalg.expm(moves.toarray() * 2e3).sum(axis=1)[0]
    assert absorbed[0, 0] == pytest.approx(1.0 - slow, rel=1e-10)
    assert 0.09 < absorbed[0, 0] < 0.1


@pytest.mark.parametrize("awt", [0.0, 1.0, 20.0, 3600.0])
def test_a_followed_contact_lives_through_erlang_a(awt: float) -> None:
    arrivals, aht, agents, patience = 0.07, 180.0, 11, 90.0
    exact = erlang_a(arrival_rate=arrivals, aht=aht, agents=agents, patience=patience)
    places = 200
    ahead = np.arange(places)
    down = agents / aht + ahead / patience
    moves = sparse.csr_array(np.diag(down[1:], -1) - np.diag(down))
    weights = np.cumprod(arrivals / (agents / aht + np.arange(places) / patience)) / arrivals
    start = exact.wait_probability * weights / weights.sum()
    served = np.where(ahead == 0, agents / aht, 0.0)
    no_wait = 1.0 - exact.wait_probability

    followed = Followed(moves, served, start, 1.0 / patience)
    totals = followed.totals(no_wait)
    by = followed.fates(no_wait)(np.array([awt]))

    assert totals.abandoned[0] == pytest.approx(exact.abandonment, rel=1e-9)
    assert totals.waited[0] == pytest.approx(exact.mean_wait, rel=1e-9)
    assert totals.waited_virtual[0] == pytest.approx(exact.mean_wait_virtual, rel=1e-9)
    assert totals.waited_served[0] / totals.served[0] == pytest.approx(exact.asa, rel=1e-9)
    assert by.in_time[0] == pytest.approx(exact.service_level("virtual", awt), rel=1e-10)
    assert by.answered[0] == pytest.approx(exact.service_level("offered", awt), rel=1e-10)
    assert by.abandoned[0] == pytest.approx(exact.short_abandons(awt), rel=1e-9, abs=1e-14)
    assert by.later[0] == pytest.approx(1.0 - by.in_time[0], abs=1e-12)
    assert by.waiting[0] == pytest.approx(1 - by.answered[0] - by.abandoned[0], abs=1e-12)
