"""Enough replications: goals reached or given up in words, and intervals that keep their word."""

from __future__ import annotations

import math
from typing import Any

import numpy as np
import pytest
from desks import desk, line, only, team
from hypothesis import given
from hypothesis import strategies as st
from scipy import stats

from sim.demand import Demand, sampling
from sim.errors import Interrupted, InvalidInput, ScenarioError
from sim.experiment import (
    Case,
    Goal,
    Replications,
    check_paired,
    difference,
    replicate,
    running,
    steady_state,
)
from sim.experiment.stopping import next_count, second_stage
from sim.experiment.sums import Sums
from sim.metrics import measure_names, parts
from sim.stats import mean_estimate, paired_mean, paired_ratio, t_quantile

TARGET = "{answered: 80% in 20s}"


def shop(agents: int = 3, *, variance: str = "plain", spread: str = "15%", **more: Any) -> Case:
    phone = line(24, patience="2m", target=TARGET, day_variation=spread)
    channels = {"phone": phone, "chat": line(4, kind="chat", patience="3m")}
    staffing = f"shifts: [{{agents: {agents}, hours: always}}]"
    simulation = f"{{warm_up: 1h, wrap_up: 1h, variance: {variance}}}"
    groups = {"own": team("[phone, chat]", staffing)}
    return only(desk(channels, groups, days=2, **{"simulation": simulation, **more}))


@pytest.fixture(scope="module")
def played() -> Case:
    return shop()


# --- goals ---------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "goal",
    [
        Goal(0.02),
        Goal(0.02, "service_level", "phone"),
        Goal(4.0, "asa", "phone"),
        Goal(0.05, "asa", "phone", relative=True),
        Goal(0.1, "abandonment", relative=True),
        Goal(0.01, "occupancy"),
        Goal(0.03, level="day"),
        Goal(0.06, "delayed", "chat", level="day"),
        Goal(0.12, level="slot"),
    ],
    ids=str,
)
def test_a_run_ends_when_its_goal_is_reached(played: Case, goal: Goal) -> None:
    result = replicate(played, seed=2, replications=10, at_most=4_000, goals=[goal])

    assert result.stopped == "precise"
    assert result.precise
    assert widest(result, goal) <= 1
    assert result.count < 4_000


def widest(result: Replications, goal: Goal) -> float:
    """The worst half-width in units of the goal, from what everybody can see of a result."""
    if goal.measure == "occupancy":
        found = [result.occupancy(name, goal.level) for name in result.case.groups]
    else:
        names = [goal.of] if goal.of else ["phone"]
        found = [result.profile(goal.measure, name, goal.level) for name in names]
    ratios = [
        width / (goal.half_width * (abs(value) if goal.relative else 1))
        for values, widths in found
        for value, width in zip(values, widths, strict=True)
    ]
    return float(np.nanmax(ratios))


def test_of_several_goals_the_last_one_ends_the_run(played: Case) -> None:
    easy, hard = Goal(0.05), Goal(0.05, "asa", "phone", relative=True)
    alone = [
        replicate(played, seed=2, replications=10, at_most=4_000, goals=[g]).count
        for g in (easy, hard)
    ]
    both = replicate(played, seed=2, replications=10, at_most=4_000, goals=[easy, hard])

    assert both.count == max(alone) > min(alone)
    assert widest(both, easy) <= 1


def test_a_precision_is_the_goal_of_the_service_level(played: Case) -> None:
    one = replicate(played, seed=2, replications=10, at_most=500, precision=0.01)
    other = replicate(played, seed=2, replications=10, at_most=500, goals=[Goal(0.01)])

    assert one.count == other.count > 10


def test_a_run_says_why_it_ended(played: Case) -> None:
    ends = {
        "all played": replicate(played, seed=2, replications=7),
        "precise": replicate(played, seed=2, replications=7, at_most=400, precision=0.05),
        "at most": replicate(played, seed=2, replications=7, at_most=9, precision=0.001),
    }

    assert {why: result.stopped for why, result in ends.items()} == {why: why for why in ends}


def test_what_never_happens_is_known_well_enough() -> None:
    calm = shop(agents=30)
    goal = Goal(0.05, "abandonment", "phone", relative=True)

    assert replicate(calm, seed=1, replications=5, at_most=99, goals=[goal]).count == 5


@pytest.mark.parametrize(
    ("goal", "told"),
    [
        (Goal(0), "half_width"),
        (Goal(math.inf), "half_width"),
        (Goal(math.nan), "half_width"),
        (Goal(0.1, "joy"), "service_level, service_level_offered"),
        (Goal(0.1, of="fax"), "phone, chat"),
        (Goal(0.1, "occupancy", "phone"), "own"),
        (Goal(0.1, level="year"), "slot, day, period"),  # type: ignore[arg-type]
    ],
)
def test_a_goal_that_makes_no_sense_is_refused(played: Case, goal: Goal, told: str) -> None:
    with pytest.raises(InvalidInput, match=told):
        replicate(played, seed=1, replications=2, goals=[goal])


def test_an_unknown_rule_and_a_number_below_none_are_refused(played: Case) -> None:
    with pytest.raises(InvalidInput, match="sequential, two stages"):
        replicate(played, seed=1, replications=2, rule="gut feeling")  # type: ignore[arg-type]
    with pytest.raises(InvalidInput, match="first must lie between 0 and"):
        replicate(played, seed=1, replications=2, first=-1)


# --- two stages ----------------------------------------------------------------------------------


def test_the_first_stage_is_put_aside(played: Case) -> None:
    result = replicate(
        played, seed=2, replications=10, at_most=900, precision=0.02, rule="two stages"
    )
    fixed = replicate(played, seed=2, replications=result.count, first=10)

    assert result.first == 10
    np.testing.assert_array_equal(result.totals, fixed.totals)
    pilot = replicate(played, seed=2, replications=10)
    needed = math.ceil(10 * (pilot.estimate("service_level", "phone").half_width / 0.02) ** 2)
    assert result.count == max(10, needed)


def test_both_stages_together_keep_to_the_most_that_is_allowed(played: Case) -> None:
    result = replicate(
        played, seed=2, replications=10, at_most=30, precision=0.001, rule="two stages"
    )

    assert (result.first, result.count, result.stopped) == (10, 20, "at most")


def test_a_run_that_begins_elsewhere_goes_on_where_the_other_ended(played: Case) -> None:
    whole, later = (replicate(played, seed=2, replications=n, first=f) for n, f in ((9, 0), (5, 4)))

    np.testing.assert_array_equal(whole.totals[4:], later.totals)


@given(st.integers(2, 500), st.integers(2, 5_000), st.floats(0) | st.just(math.inf))
def test_the_next_look_is_further_on_at_most_twice_as_far_and_never_beyond(
    done: int, most: int, ratio: float
) -> None:
    following = next_count(done, max(done, most), ratio)

    assert done <= following <= max(done, most)
    assert (following == done) == (ratio <= 1 or done >= most)
    assert following <= max(done + 2, 2 * done)


@given(st.integers(2, 500), st.integers(2, 5_000), st.floats(0) | st.just(math.inf))
def test_the_second_stage_is_as_long_as_the_first_and_both_keep_to_the_most(
    first: int, more: int, ratio: float
) -> None:
    most = 2 * first + more

    assert first <= second_stage(first, most, ratio) <= most - first


@pytest.mark.parametrize(
    ("counts", "told"),
    [
        ({"replications": 10, "at_most": 19}, "at_most must be at least 20 in two stages"),
        ({"replications": 10, "at_most": 11}, "at_most must be at least 20 in two stages"),
        ({"replications": 10}, "at_most must be at least 20 in two stages"),
        ({"replications": 1, "at_most": 9}, "replications must be at least 2 in two stages"),
    ],
)
def test_two_stages_without_room_for_the_second_are_refused(
    played: Case, counts: dict[str, int], told: str
) -> None:
    with pytest.raises(InvalidInput, match=told):
        replicate(played, seed=2, precision=0.01, rule="two stages", **counts)  # type: ignore[arg-type]


def test_two_stages_of_stratified_days_need_room_for_their_blocks() -> None:
    with pytest.raises(InvalidInput, match="at least 160 in two stages"):
        replicate(
            shop(variance="stratified"),
            seed=2,
            replications=10,
            at_most=100,
            precision=0.01,
            rule="two stages",
        )


def test_a_scenario_leaves_room_for_a_second_stage() -> None:
    with pytest.raises(ScenarioError, match="at_most: must be at least 60 for two stages, got 59"):
        shop(simulation="{replications: 30, at_most: 59, stop: two stages}")
    assert shop(simulation="{replications: 30, at_most: 60, stop: two stages}").name == "base"


def test_a_key_pressed_between_the_stages_keeps_the_first(
    played: Case, monkeypatch: pytest.MonkeyPatch
) -> None:
    def press(first: int, most: int, ratio: float) -> int:
        monkeypatch.setattr(Sums, "add", pressed)
        return second_stage(first, most, ratio)

    def pressed(sums: object, one: object) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr(running, "second_stage", press)
    with pytest.raises(Interrupted) as caught:
        replicate(played, seed=2, replications=5, at_most=99, precision=0.01, rule="two stages")
    monkeypatch.undo()
    kept, first = caught.value.partial, replicate(played, seed=2, replications=5)

    assert (kept.first, kept.count, kept.stopped) == (0, 5, "interrupted")
    np.testing.assert_array_equal(kept.totals, first.totals)


def test_rules_agree_with_a_fixed_number_on_how_often_intervals_hold() -> None:
    """The same experiment 400 times, on replications that are numbers: plain arithmetic."""
    rng, studies, wanted = np.random.default_rng(5), 4_000, 0.25
    held = {"fixed": 0, "sequential": 0, "two stages": 0}
    for _ in range(studies):
        drawn = rng.normal(size=1_000)

        def looked(values: np.ndarray[Any, np.dtype[np.float64]]) -> tuple[float, float]:
            found = mean_estimate(values)
            return found.value, found.half_width

        value, width = looked(drawn[:62])
        held["fixed"] += abs(value) <= width
        count = 20
        while (following := next_count(count, 900, looked(drawn[:count])[1] / wanted)) > count:
            count = following
        value, width = looked(drawn[:count])
        held["sequential"] += abs(value) <= width
        count = second_stage(20, 900, looked(drawn[:20])[1] / wanted)
        value, width = looked(drawn[20 : 20 + count])
        held["two stages"] += abs(value) <= width
    share = {rule: count / studies for rule, count in held.items()}

    # Noise of 4 000 studies: 0.35 %.
    assert abs(share["fixed"] - 0.95) < 0.012
    assert abs(share["two stages"] - 0.95) < 0.012
    assert 0.93 < share["sequential"] < 0.962


# --- parts of a channel --------------------------------------------------------------------------


def clients(agents: int = 2) -> Case:
    """One in ten callers has a promise of its own, and one in two a class without any."""
    classes = f"{{vip: {{share: 10%, target: {TARGET}}}, new: {{share: 50%}}}}"
    phone = line(24, patience="2m", target=TARGET, classes=classes)
    groups = {"own": team(staffing=f"shifts: [{{agents: {agents}, hours: always}}]")}
    return only(desk({"phone": phone}, groups, days=2))


def test_what_is_promised_to_a_class_is_to_be_known_as_well() -> None:
    case = clients()
    asked = {"seed": 2, "replications": 10, "at_most": 4_000}
    phone, vip, both = (
        replicate(case, goals=[Goal(0.015, of=of)], **asked)  # type: ignore[arg-type]
        for of in ("phone", "phone.vip", None)
    )

    assert both.count == vip.count > phone.count
    assert both.estimate("service_level", "phone.vip").half_width <= 0.015
    promised = dict(zip(case.rows, case.promised, strict=True))
    assert promised == {"phone": True, "phone.vip": True, "phone.new": False}


def test_parts_of_a_channel_are_compared_as_channels_are() -> None:
    thin, thick = (replicate(clients(agents), seed=2, replications=20) for agents in (2, 3))
    found = difference(thin, thick, "asa", "phone.vip")

    assert found.value > 0
    assert found.value == pytest.approx(
        thin.estimate("asa", "phone.vip").value - thick.estimate("asa", "phone.vip").value
    )


def test_the_steady_state_of_a_part_of_a_channel_is_its_own() -> None:
    whole, vip = (steady_state(clients(), "asa", row, seed=2) for row in ("phone", "phone.vip"))

    assert vip.estimate.half_width > whole.estimate.half_width


# --- pairs ---------------------------------------------------------------------------------------


def test_a_paired_difference_is_that_of_linearised_ratios_replication_by_replication() -> None:
    thin, thick = (replicate(shop(agents), seed=2, replications=30) for agents in (3, 4))
    found = difference(thin, thick, "service_level", "phone")
    at = measure_names().index("service_level_offered")
    over, under = (side[:, 0, at] for side in parts(thin.totals))
    more, beneath = (side[:, 0, at] for side in parts(thick.totals))
    one, other = over.mean() / under.mean(), more.mean() / beneath.mean()
    change = (over - one * under) / under.mean() - (more - other * beneath) / beneath.mean()
    half = t_quantile(30) * change.std(ddof=1) / math.sqrt(30)

    assert found.value == pytest.approx(one - other)
    assert found.half_width == pytest.approx(half, rel=1e-3)
    assert found.value == pytest.approx(
        thin.estimate("service_level", "phone").value
        - thick.estimate("service_level", "phone").value
    )


def test_pairs_are_known_better_than_either_of_them() -> None:
    cheap, dear = (replicate(shop(agents), seed=2, replications=40) for agents in (5, 6))
    found = difference(cheap, dear, "abandonment", "phone")
    alone = [result.estimate("abandonment", "phone").half_width for result in (cheap, dear)]
    unpaired = math.hypot(*alone)

    assert found.half_width < unpaired


def test_many_replications_in_few_rows_give_nearly_the_same_interval() -> None:
    thin, thick = (
        replicate(shop(agents, spread="0%"), seed=2, replications=130) for agents in (3, 4)
    )
    found = difference(thin, thick, "asa", "phone")

    assert len(thin.weights) == 33
    assert found.value == pytest.approx(
        thin.estimate("asa", "phone").value - thick.estimate("asa", "phone").value
    )
    assert 0 < found.half_width < 0.5 * abs(found.value)


def test_intervals_of_pairs_hold_the_truth_as_often_as_they_say() -> None:
    rng = np.random.default_rng(8)
    held = 0
    for _ in range(2_000):
        busy = rng.lognormal(0, 0.2, 20)
        under = 100 * busy
        ours, theirs = (rng.normal(share * under, 3) for share in (0.7, 0.8))
        found = paired_ratio((ours, under), (theirs, under), np.ones(20))
        held += found.low <= -0.1 <= found.high

    assert 0.93 < held / 2_000 < 0.97


@pytest.mark.parametrize(
    ("other", "told"),
    [
        ({"seed": 3}, "seed of ours"),
        ({"replications": 9}, "replications of ours"),
        ({"first": 8}, "first replication of ours"),
    ],
)
def test_what_did_not_meet_the_same_customers_is_not_paired(
    played: Case, other: dict[str, int], told: str
) -> None:
    plain = {"seed": 2, "replications": 8}
    ours, theirs = (replicate(played, **which) for which in (plain, {**plain, **other}))  # type: ignore[arg-type]
    with pytest.raises(InvalidInput, match=told):
        difference(ours, theirs, "asa", "phone")


def test_other_days_or_another_way_to_draw_them_are_not_paired(played: Case) -> None:
    ours = replicate(played, seed=2, replications=8)
    for other, told in (
        (shop(calendar="{start: 2026-03-03, days: 2}"), "days of ours"),
        (shop(variance="stratified"), "variance of ours"),
        (shop(interval="30m"), "interval of ours"),
    ):
        theirs = replicate(other, seed=2, replications=8)
        with pytest.raises(InvalidInput, match=told):
            check_paired(ours, theirs)


def test_unknown_names_and_unequal_lengths_are_refused(played: Case) -> None:
    result = replicate(played, seed=2, replications=3)
    with pytest.raises(InvalidInput, match="channel"):
        difference(result, result, "asa", "fax")
    with pytest.raises(InvalidInput, match="measure"):
        difference(result, result, "joy", "phone")
    with pytest.raises(InvalidInput, match="as many as theirs"):
        paired_mean(np.ones(3), np.ones(4))


def test_nothing_differs_from_itself(played: Case) -> None:
    result = replicate(played, seed=2, replications=12)
    for measure in ("service_level", "asa", "service_level_virtual"):
        found = difference(result, result, measure, "phone")
        assert (found.value, round(found.half_width, 12)) == (0, 0)


# --- busy and quiet days, spread evenly ----------------------------------------------------------


def expected_contacts(case: Case, seed: int, numbers: range) -> Any:
    """First attempts on the phone, by replication."""
    streams = (case.demand.workload(seed, number) for number in numbers)
    return np.array([np.sum(w.queue[: w.fresh] == 0) for w in streams])


def stratified(demand: Demand, seed: int, number: int) -> sampling.Volume:
    """The volume of one replication, with the parts of the law that fall to it."""
    origin = sampling.Origin(np.uint64(seed), np.uint64(number), demand.streams)
    with np.errstate(over="ignore"):
        return demand._busied(origin, demand._strata(seed, number))


def test_each_replication_of_a_block_draws_each_day_from_another_part_of_its_law() -> None:
    demand = shop(variance="stratified").demand
    for block in range(3):
        strata = [stratified(demand, 7, 8 * block + r).stratum for r in range(8)]
        by_slot = np.sort(np.stack(strata), axis=0)

        np.testing.assert_array_equal(
            by_slot, np.arange(8)[:, None, None] * np.ones_like(strata[0])
        )
    orders = {stratified(demand, 7, 8 * block).stratum.tobytes() for block in range(20)}
    assert len(orders) == 20


@pytest.mark.kernel
def test_a_day_is_as_busy_as_its_part_of_the_law_says() -> None:
    demand = shop(variance="stratified", spread="40%").demand
    sigma = float(demand.volume.spread[0])
    for number in range(8):
        origin = sampling.Origin(np.uint64(7), np.uint64(number), demand.streams)
        with np.errstate(over="ignore"):
            volume = stratified(demand, 7, number)
            factors = sampling._day_factors(origin, volume, 0)
        part = stats.norm.cdf((np.log(factors) + sigma**2 / 2) / sigma) * 8

        np.testing.assert_array_equal(np.floor(part), volume.stratum[0])


def test_spread_evenly_a_block_brings_as_many_contacts_as_any_other() -> None:
    plain, even = (
        expected_contacts(shop(variance=v, spread="40%"), 7, range(160)).reshape(-1, 8).mean(axis=1)
        for v in ("plain", "stratified")
    )

    assert even.var() < plain.var() / 4
    assert abs(even.mean() - plain.mean()) < 4 * plain.std() / math.sqrt(len(plain))


def test_one_replication_by_itself_is_as_busy_as_ever() -> None:
    plain, even = (
        expected_contacts(shop(variance=v, spread="40%"), 7, range(400))
        for v in ("plain", "stratified")
    )

    assert even.mean() == pytest.approx(plain.mean(), rel=0.06)
    assert even.std() == pytest.approx(plain.std(), rel=0.15)


@pytest.mark.parametrize(
    "busyness",
    [
        "{law: gamma}",
        "{law: gamma, correlation: 100%}",
        "{law: lognormal, correlation: 50%}",
    ],
)
def test_days_of_any_law_alone_or_together_are_spread_evenly(busyness: str) -> None:
    plain, even = (
        expected_contacts(shop(variance=v, spread="40%", busyness=busyness), 7, range(160))
        for v in ("plain", "stratified")
    )
    blocks = [drawn.reshape(-1, 8).mean(axis=1) for drawn in (plain, even)]

    assert blocks[1].var() < blocks[0].var() / 4
    assert abs(even.mean() - plain.mean()) < 4 * blocks[0].std() / math.sqrt(20)
    assert even.std() == pytest.approx(plain.std(), rel=0.25)


def test_without_busy_days_there_is_nothing_to_spread() -> None:
    assert shop(variance="stratified", spread="0%").demand.strata == 1
    assert shop(variance="stratified").demand.strata == 8


def test_blocks_are_whole_and_count_as_one_observation() -> None:
    case = shop(variance="stratified")
    result = replicate(case, seed=2, replications=41)
    by_block = result.totals

    assert result.count == 48
    assert by_block.shape[0] == 6
    assert set(result.weights) == {8}
    at = measure_names().index("service_level_offered")
    over, under = (side[:, 0, at] for side in parts(by_block))
    ratio = over.mean() / under.mean()
    half = t_quantile(6) * (over - ratio * under).std(ddof=1) / under.mean() / math.sqrt(6)
    found = result.estimate("service_level", "phone")
    assert (found.value, found.half_width) == pytest.approx((ratio, half))
    with pytest.raises(InvalidInput, match="multiple of 8"):
        replicate(case, seed=2, replications=8, first=4)


def test_a_precision_is_looked_at_after_ten_blocks() -> None:
    case = shop(variance="stratified")
    result = replicate(case, seed=2, replications=2, at_most=4_000, precision=0.5)
    fewest = replicate(case, seed=2, replications=2, at_most=20, precision=0.5)

    assert (result.count, result.stopped) == (80, "precise")
    assert fewest.count == 80


@pytest.mark.long
def test_intervals_of_stratified_days_hold_the_truth_and_are_narrower() -> None:
    plain, even = shop(spread="30%"), shop(spread="30%", variance="stratified")
    truth = replicate(even, seed=99, replications=8_000).estimate("service_level", "phone").value
    held, widths = {}, {}
    for name, case in (("plain", plain), ("even", even)):
        found = [
            replicate(case, seed=seed, replications=80, on="serial").estimate(
                "service_level", "phone"
            )
            for seed in range(300)
        ]
        held[name] = np.mean([one.low <= truth <= one.high for one in found])
        widths[name] = np.mean([one.half_width for one in found])

    assert all(0.92 < share < 0.98 for share in held.values()), held
    assert widths["even"] < 0.75 * widths["plain"]
