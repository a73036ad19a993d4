"""Estimates from contacts, each against a count by hand or a law that is known."""

from __future__ import annotations

import math
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from sim.learn import read_logs
from sim.learn.contacts import DAY, Contacts, contacts_of
from sim.learn.durations import durations_of
from sim.learn.estimate import estimated, service_sums
from sim.learn.figures import bootstrap
from sim.learn.pace import EVEN, pace_of
from sim.learn.patience import hazard, kaplan_meier, peaks
from sim.learn.presence import Rule, inferred, usual, wrap_up
from sim.learn.varying import (
    correlations_of,
    season_figures,
    shared_busyness,
    volume_figures,
)
from sim.learn.volume import Volume, forecast, volume_of, volume_of_counts


def contacts(
    time: list[float],
    wait: list[float],
    handle: list[float],
    *,
    agent: list[int] | None = None,
    caller: list[int] | None = None,
) -> Contacts:
    """Contacts of 5 January 1970 on, a Monday; a handle time of 0 is of one who gave up."""
    n = len(time)
    start = 4 * DAY
    at = np.array(time) + start
    served = np.array(handle) > 0
    return Contacts(
        time=at,
        day=(at // DAY).astype(np.int64),
        second=(at % DAY).astype(np.int64),
        kinds=("voice/",),
        kind=np.zeros(n, np.int64),
        priority=np.zeros(n, np.int64),
        wait=np.array(wait, float),
        queued=np.array(wait) > 0,
        served=served,
        abandoned=~served,
        handle=np.where(served, handle, np.nan),
        agent=np.array(agent if agent is not None else [0] * n, np.int64),
        caller=np.array(caller if caller is not None else [-1] * n, np.int64),
    )


def naive_survival(waits: list[float], left: list[bool], at: float) -> float:
    """The product-limit estimate, one death after the other."""
    share = 1.0
    for time in sorted({wait for wait, gone in zip(waits, left, strict=True) if gone}):
        if time <= at:
            still = sum(wait >= time for wait in waits)
            died = sum(wait == time and gone for wait, gone in zip(waits, left, strict=True))
            share *= 1 - died / still
    return share


def test_patience_is_the_product_limit_estimate() -> None:
    random = np.random.default_rng(7)
    waits = np.ceil(random.exponential(60, 400))
    left = random.random(400) < 0.4
    curve = kaplan_meier(waits, left, least=1)

    for at in (1.0, 7.0, 30.0, 90.0, 250.0):
        naive = naive_survival(waits.tolist(), left.tolist(), at)
        assert curve.at(at)[0] == pytest.approx(naive, rel=1e-12)


def test_patience_censors_who_was_answered() -> None:
    random = np.random.default_rng(1)
    patience, offered = random.exponential(300, 50_000), random.exponential(100, 50_000)
    left = patience < offered
    curve = kaplan_meier(np.minimum(patience, offered), left)

    assert curve.quantile(0.25) == pytest.approx(-300 * math.log(0.75), rel=0.03)
    assert curve.at(200.0)[0] == pytest.approx(math.exp(-200 / 300), abs=0.01)
    assert patience[left].mean() < 100  # what the mean wait of those who gave up would say
    drawn = curve.draw(random.random(50_000))
    assert drawn[drawn < 600].mean() == pytest.approx(patience[patience < 600].mean(), rel=0.03)


def test_hazard_shows_the_announcement_at_which_people_leave() -> None:
    random = np.random.default_rng(2)
    patience = random.exponential(400, 40_000)
    hangs_up = random.random(40_000) < 0.08
    patience = np.where(hangs_up & (patience > 60), 58 + 4 * random.random(40_000), patience)
    left = patience < 170
    waits = np.minimum(patience, 170.0)

    assert [58 < at < 63 for at in peaks(waits, left)] == [True]
    rates = hazard(waits, left, (0.0, 50.0, 65.0))
    assert rates[0] == pytest.approx(1 / 400, rel=0.05)
    assert rates[1] > 2 * rates[0]


@pytest.mark.parametrize(
    ("law", "values"),
    [
        ("lognormal", np.random.default_rng(3).lognormal(5, 0.8, 20_000)),
        ("gamma", np.random.default_rng(3).gamma(2.5, 80, 20_000)),
        ("weibull", 200 * np.random.default_rng(3).weibull(1.6, 20_000)),
    ],
)
def test_the_law_that_made_the_times_is_found(law: str, values: np.ndarray) -> None:
    found = durations_of(values)
    kept = values[values <= 3600]

    assert found.laws[0].law == law
    assert found.laws[0].ks < 0.01
    assert found.mean == pytest.approx(kept.mean())
    assert found.laws[0].parameters[0] == pytest.approx(kept.mean(), rel=0.02)


def test_times_without_memory_are_as_near_to_the_exponential_law_as_to_wider_ones() -> None:
    values = np.random.default_rng(5).exponential(180, 20_000)
    by_name = {one.law: one for one in durations_of(values).laws}
    least = min(one.aic for one in by_name.values())

    # Gamma and Weibull hold the exponential law within them: chance alone may put them ahead.
    assert by_name["exponential"].aic < least + 10
    assert by_name["exponential"].parameters[0] == pytest.approx(values.mean())
    assert by_name["gamma"].parameters[1] == pytest.approx(1, abs=0.02)
    assert by_name["lognormal"].aic > least + 1000


def test_service_level_by_every_rule() -> None:
    some = contacts([0, 1, 2, 3, 4], [0, 19, 30, 3, 40], [60, 60, 60, 0, 0])

    found = {name: over.sum() / of.sum() for name, (over, of) in service_sums(some).items()}
    assert found == {
        "service_level": 2 / 5,
        "service_level_answered": 2 / 3,
        "service_level_excluding_short_abandons": 2 / 4,
        "service_level_including_short_abandons": 3 / 5,
    }


def test_intervals_of_a_mean_hold_the_truth_as_often_as_they_say() -> None:
    random = np.random.default_rng(11)
    days = np.repeat(np.arange(40), 5)
    inside = 0
    for _ in range(60):
        times = (random.normal(100, 10, 40)[:, None] + random.normal(0, 5, (40, 5))).ravel()
        low, high = bootstrap(days, lambda w, t=times: float(w @ t / w.sum()))  # type: ignore[misc]
        inside += low <= 100 <= high
    assert inside >= 51  # 57 are expected, fewer once in a thousand times


def test_who_comes_again_is_counted_from_the_end_of_the_contact_before() -> None:
    late = 10.0 * DAY
    some = contacts(
        [0, 500, 2000, 0.5 * DAY, late, late + 1],
        [100, 0, 50, 0, 0, 0],
        [0, 60, 0, 60, 60, 60],
        caller=[1, 1, 2, 2, 3, -1],
    )
    figures = estimated(some, draws=2).channels["voice"].figures

    # After 400 s, and before the day is over.
    shares = [figures[f"redials_{span}"].value for span in ("10m", "1h", "1d")]
    assert shares == [0.5, 0.5, 1.0]
    assert figures["redial_delay"].value == 400
    assert figures["repeats_7d"].value == 0.0


def test_busy_days_are_told_from_chance() -> None:
    random = np.random.default_rng(4)
    for spread in (0.0, 0.25):
        factor = random.lognormal(-math.log1p(spread**2) / 2, math.sqrt(math.log1p(spread**2)), 210)
        counts = random.poisson(300 * factor)
        time = np.concatenate(
            [np.sort(random.uniform(0, DAY, n)) + day * DAY for day, n in enumerate(counts)]
        ).tolist()
        some = contacts(time, [0] * len(time), [60] * len(time))
        volume = volume_of(some, 3600.0, some.days, np.zeros(len(some.days), bool))

        assert volume.day_variation == pytest.approx(spread, abs=0.03)
        assert volume.profile.sum() == pytest.approx(7 * counts.mean(), rel=0.02)


def test_what_makes_channels_busy_together_is_told_from_chance() -> None:
    random = np.random.default_rng(8)
    days = np.arange(4, 4 + 350)
    normal = random.multivariate_normal([0, 0], [[1, 0.6], [0.6, 1]], len(days))
    none = np.zeros(len(days), bool)
    rates = 150 * np.exp(0.15 * normal - 0.15**2 / 2)
    volumes = {
        name: volume_of_counts(random.poisson(rate[:, None]).astype(float), DAY, days, none)
        for name, rate in zip(("voice", "chat"), rates.T, strict=True)
    }
    (together,) = correlations_of(volumes, 50).values()

    assert shared_busyness(volumes) == pytest.approx(0.6, abs=0.1)
    # Counts go together less than what makes days busy: chance is in them.
    assert together.value == pytest.approx(0.6 * 0.15**2 / (0.15**2 + 1 / 150), abs=0.1)
    assert together.low < together.value < together.high


def shared(seed: int) -> float:
    """What is found of a correlation of 0.6 in eight weeks of two channels."""
    random = np.random.default_rng(seed)
    days = np.arange(4, 4 + 56)
    normal = random.multivariate_normal([0, 0], [[1, 0.6], [0.6, 1]], len(days))
    rates = 150 * np.exp(0.15 * normal - 0.15**2 / 2)
    return shared_busyness({str(n): counted(random.poisson(rates[:, n]), days) for n in (0, 1)})


def counted(counts: np.ndarray, days: np.ndarray, holiday: bool = False) -> Volume:
    """Volume of so many contacts a day."""
    unusual = np.full(len(days), holiday)
    return volume_of_counts(counts[:, None].astype(float), float(DAY), days, unusual)


def test_few_weeks_do_not_make_busy_days_less_alike() -> None:
    assert np.mean([shared(seed) for seed in range(100)]) == pytest.approx(0.6, abs=0.03)


def test_the_interval_of_volume_is_not_that_of_weekdays_which_differ() -> None:
    days, week = np.arange(4, 4 + 84), np.array([500, 500, 500, 500, 500, 80, 0])
    wide = []
    for seed in range(4):
        counts = np.random.default_rng(seed).poisson(np.tile(week, 12))
        found = volume_figures(counted(counts, days), None, 50)["volume"]
        assert found.low < found.value < found.high
        wide.append((found.high - found.low) / found.value)

    # Contacts of twelve weeks come by chance alone, whatever the weekday is.
    assert np.mean(wide) == pytest.approx(3.92 / np.sqrt(12 * week.sum()), rel=0.15)


def test_what_too_few_days_do_not_tell_is_not_told() -> None:
    days = np.arange(4, 11)
    counts = np.array([300, 350, 280, 320, 240, 90, 60])
    week = volume_figures(counted(counts, days), None, 50)
    day = volume_figures(counted(counts[:1], days[:1]), None, 50)

    for found in (week, day):
        assert not found.keys() & {"day_variation", "trend", "lag"}
        assert np.isnan([found["volume"].low, found["volume"].high]).all()
    assert [week["volume"].value, day["volume"].value] == [pytest.approx(counts.mean()), 300]
    assert shared_busyness({"a": counted(counts, days), "b": counted(counts, days)}) == 0
    # A month with one day says no more of it, but two of a weekday do of the days.
    months = season_figures(counted(np.append(counts, 310), np.arange(24, 32)), 50)
    assert np.isnan([months[2].low, months[2].high]).all()
    assert months[1].low < months[1].high
    ten = counted(np.append(counts, [310, 330, 300]), np.arange(4, 14))
    volume = volume_figures(ten, None, 50)["volume"]
    assert volume.low < volume.value < volume.high


def test_of_what_nobody_did_there_is_no_figure() -> None:
    waited = contacts([0, DAY, 2 * DAY], [5, 0, 9], [100, 90, 80])
    (found,) = estimated(waited, draws=5).channels.values()

    assert not found.patience
    assert not found.figures.keys() & {"patience", "patience_50", "redials_1h"}
    assert found.figures["abandonment"].value == 0


def test_holidays_are_learnt_from_where_there_is_nothing_else() -> None:
    found = counted(np.array([30, 40, 50]), np.arange(4, 7), holiday=True)

    assert volume_figures(found, None, 50)["volume"].value == 40
    assert found.profile.sum() == 120


def test_growth_and_its_interval_come_back() -> None:
    random = np.random.default_rng(9)
    days = np.arange(4, 4 + 140)
    counts = random.poisson(200 * (1 + 0.02 * (days - days.mean()) / 7))
    volume = volume_of_counts(counts[:, None].astype(float), DAY, days, np.zeros(len(days), bool))
    figure = volume_figures(volume, None, 100)["trend"]

    assert figure.low < 0.02 < figure.high
    assert figure.high - figure.low < 0.01


def test_handle_times_are_told_by_group_with_their_intervals() -> None:
    random = np.random.default_rng(10)
    n = 2400
    group = random.integers(2, size=n)
    time = np.sort(random.uniform(0, 12 * DAY, n))
    handle = np.where(group == 0, 100, 300) * random.exponential(size=n)
    some = contacts(time.tolist(), [0.0] * n, handle.tolist())
    (found,) = estimated(
        replace(some, queues=("billing", "sales"), queue=group), draws=50
    ).channels.values()

    for name, mean in (("group/billing", 100), ("group/sales", 300)):
        figure = found.means[name]
        assert figure.value == pytest.approx(found.handle[name].mean)
        assert figure.low - 5 < mean < figure.high + 5
    assert found.means[""].value == pytest.approx(found.figures["handle_time"].value)


def test_a_forecast_beats_the_week_before_where_weeks_are_noisy() -> None:
    random = np.random.default_rng(6)
    week = np.array([400, 380, 360, 350, 390, 120, 80])
    counts = random.poisson(np.tile(week, 20) * random.lognormal(0, 0.15, 140))
    time = np.concatenate([np.full(n, day * DAY + 40_000.0) for day, n in enumerate(counts)])
    some = contacts(time.tolist(), [0] * len(time), [60] * len(time))
    found = forecast(volume_of(some, 3600.0, some.days, np.zeros(140, bool)))

    assert found is not None
    ours, naive = (np.abs(made - found.real).sum() for made in (found.ours, found.naive))
    assert ours < naive
    assert found.expected[:7] == pytest.approx(week, rel=0.3)


def test_an_agent_is_there_between_calls_but_not_while_somebody_waits() -> None:
    # Calls of one agent at 0-100, 200-300 and 1000-1100; another caller waits from 500 to 700.
    some = contacts([0, 200, 500, 1000], [0, 0, 200, 0], [100, 100, 0, 100], agent=[1, 1, -1, 1])
    found = inferred(some, Rule(idle=900, grace=15), 0.0)

    assert (found.start - 4 * DAY).tolist() == [0, 1000]
    assert (found.stop - 4 * DAY).tolist() == [800, 1100]
    assert found.pause.tolist() == [0, 200]
    assert found.mean(4.0 * DAY, 1100.0, 1)[0] == pytest.approx(900 / 1100)
    assert len(inferred(some, Rule(idle=900, grace=300), 0.0)) == 1
    assert (inferred(some, Rule(idle=300, grace=300), 0.0).stop - 4 * DAY).tolist() == [300, 1100]


def test_work_after_calls_is_seen_where_somebody_waits_all_the_while() -> None:
    some = contacts([0, 10, 20], [0, 95, 200], [100, 100, 100], agent=[1, 1, 1])

    assert [column.tolist() for column in wrap_up(some)] == [[5, 15], [4, 4]]


def test_usual_presence_has_the_level_of_the_hour() -> None:
    levels = np.zeros((7, 24))
    levels[0, 9:11] = 2.0, 3.5
    found = usual(levels, np.array([4]), np.linspace([4.0 * DAY], [5.0 * DAY], 25, axis=1))

    assert found.mean(4.0 * DAY, 3600.0, 24)[8:12].tolist() == [0, 2, 3.5, 0]


def test_agents_are_numbered_alike_whatever_the_salt(tmp_path: Path) -> None:
    log = tmp_path / "queue_log"
    lines = []
    for number in range(40):
        at, call = 1_700_000_000 + 60 * number, f"{number}|sales"
        agent = f"SIP/{number * 7 % 11}"
        lines.append(f"{at}|{call}|NONE|ENTERQUEUE||{number}|1")
        lines.append(f"{at + 5}|{call}|{agent}|CONNECT|5|x|2")
        lines.append(f"{at + 50}|{call}|{agent}|COMPLETECALLER|5|45|1")
    log.write_text("\n".join(lines) + "\n")
    found = []
    for salt in ("a", "b", "c"):
        with read_logs(log, timezone="UTC", salt=salt) as read:
            found.append(contacts_of(read))

    assert [one.agent.tolist() for one in found] == [found[0].agent.tolist()] * 3
    assert found[0].agent[:12].tolist() == [*range(11), 0]
    assert len({tuple(one.names.tolist()) for one in found}) == 3


def test_the_pace_of_agents_and_hours_comes_back() -> None:
    """Three agents at 0.5, 1 and 1.5 times the mean; mornings take a third longer."""
    rng = np.random.default_rng(1)
    n = 30_000
    agent, second = rng.integers(3, size=n), np.sort(rng.integers(DAY, size=n))
    slow = np.where(second < DAY / 2, 4 / 3, 1.0)
    handle = 300 * (0.5 + agent / 2) * slow * rng.exponential(size=n)
    made = contacts(second.tolist(), [0.0] * n, handle.tolist(), agent=agent.tolist())
    named = replace(made, names=np.array([30, 20, 10], np.uint64))

    pace = pace_of(named, named.served)

    assert pace.of_agents(np.array([30, 20, 10, 5], np.uint64)) == pytest.approx(
        [0.5, 1.0, 1.5, 1.0], rel=0.05
    )
    hours = pace.of_hours(np.array([0, 12 * 3600]))
    assert hours[0] / hours[1] == pytest.approx(4 / 3, rel=0.1)
    # Of agents who share the time, the quick one has three times as many contacts as the slow one.
    among = pace.among(np.array([30, 10], np.uint64), np.ones(2))
    assert among.of_agents(np.array([30, 10], np.uint64)) == pytest.approx([2 / 3, 2], rel=0.05)
    assert pace_of(made, made.served) is EVEN


def test_patience_of_a_few_who_waited_is_exponential_from_the_start() -> None:
    waits = np.array([1.0, 2, 2, 4, 5, 10, 13, 15, 17, 17, 17, 21, 23, 32, 36, 45, 84])
    left = np.array([1, 0, 1, 0, 0, 1, 1, 1, 1, 1, 1, 1, 1, 1, 0, 1, 0], bool)
    curve = kaplan_meier(waits, left)
    mean = waits.sum() / left.sum()  # each who gave up, over all time spent waiting

    assert not len(curve.times)  # too few for a curve
    assert curve.quantile(0.5) == pytest.approx(mean * np.log(2))
    assert curve.at(mean) == pytest.approx(np.exp(-1))
    assert curve.mean_to(2 * mean) == pytest.approx(mean * (1 - np.exp(-2)))
    assert float(kaplan_meier(waits, np.zeros(17, bool)).draw(np.array([0.5]))[0]) == np.inf


def test_who_left_within_the_curve_is_not_counted_in_its_tail() -> None:
    waits = np.concatenate([np.full(12, 30.0), np.full(31, 200.0)])
    curve = kaplan_meier(waits, waits < 100)

    assert curve.survival.tolist() == pytest.approx([31 / 43])
    assert curve.tail == 0.0  # nobody left after that
