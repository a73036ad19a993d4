"""Replications: the same answer whoever computes it, and as many as the precision needs."""

from __future__ import annotations

import math
import signal
import sys
import threading
from dataclasses import replace
from itertools import pairwise
from types import FrameType
from typing import Any

import numpy as np
import pytest
from desks import desk, each_day, line, only, team
from numpy.typing import NDArray
from scipy import stats

from sim import erlang
from sim import stats as sim_stats
from sim.engine import ENGINES, Outcome, Staffing, Workload
from sim.errors import Interrupted, InvalidInput
from sim.experiment import (
    Case,
    Progress,
    Replications,
    case,
    replicate,
    running,
    sums,
)
from sim.metrics import Count, Presence, measure_names, service_level
from sim.scenario import Scenario
from sim.stats import ROWS

Floats = NDArray[np.float64]

TARGET = "{answered: 80% in 20s}"


def shop(agents: float = 2.4) -> Scenario:
    channels = {
        "phone": line(
            30,
            handle_time="{law: lognormal, mean: 4m, cv: 1}",
            patience="2m",
            target=TARGET,
            day_variation="15%",
            redial="{probability: 50%, delay: 5m}",
        ),
        "mail": line(5, kind="email", priority="3"),
    }
    groups = {
        "own": team("[phone, mail]", f"intervals: {each_day(agents)}"),
        "vendor": team("{phone: {after: 30s}}", source="vendor"),
    }
    return desk(channels, groups, days=1, warm_up="1h", wrap_up="2h")


@pytest.fixture(scope="module")
def played() -> Case:
    return only(shop())


def everything(result: Replications) -> dict[str, Any]:
    """All that a result can say, as bytes."""
    told: dict[str, Any] = {
        "count": result.count,
        "precise": result.precise,
        "totals": result.totals.tobytes(),
        "virtual": result.virtual.tobytes(),
        "records": result.records.tobytes(),
    }
    for channel in result.case.channels:
        told[f"counts of {channel}"] = result.counts(channel).tobytes()
        for name in measure_names():
            for level in ("slot", "day", "period"):
                values, widths = result.profile(name, channel, level)
                told[f"{name} of {channel} by {level}"] = values.tobytes(), widths.tobytes()
    for group in result.case.groups:
        told[f"presence of {group}"] = result.presence(group).tobytes()
        told[f"occupancy of {group}"] = [side.tobytes() for side in result.occupancy(group, "day")]
    return told


# --- the same answer -----------------------------------------------------------------------------


@pytest.fixture(scope="module")
def answer(played: Case) -> dict[str, Any]:
    return everything(replicate(played, seed=5, replications=12, workers=1))


@pytest.mark.parametrize("workers", [1, 2, 4, 30, None])
def test_any_number_of_threads_gives_the_same_answer(
    played: Case, answer: dict[str, Any], workers: int | None
) -> None:
    assert everything(replicate(played, seed=5, replications=12, workers=workers)) == answer


def test_both_engines_give_the_same_answer(played: Case, answer: dict[str, Any]) -> None:
    assert everything(replicate(played, seed=5, replications=12, engine="reference")) == answer


def test_another_seed_gives_another_answer(played: Case, answer: dict[str, Any]) -> None:
    other = everything(replicate(played, seed=6, replications=12))

    assert other["totals"] != answer["totals"]


def test_more_replications_begin_with_the_same(played: Case) -> None:
    few, many = (replicate(played, seed=5, replications=n) for n in (4, 9))

    np.testing.assert_array_equal(few.totals, many.totals[:4])
    np.testing.assert_array_equal(few.virtual, many.virtual[:4])


def test_replications_added_for_precision_are_those_played_at_once(played: Case) -> None:
    added = replicate(played, seed=5, replications=4, at_most=40, precision=0.02)
    at_once = replicate(played, seed=5, replications=added.count)

    assert added.count > 4
    np.testing.assert_array_equal(added.totals, at_once.totals)


def test_going_on_gives_what_playing_all_at_once_gives(played: Case) -> None:
    few, all_of_them = (replicate(played, seed=5, replications=n) for n in (4, 11))
    seen = few.profile("service_level", "phone", "slot")[0].copy()
    more = replicate(played, seed=5, replications=11, after=few)

    assert (few.count, more.count) == (4, 11)
    np.testing.assert_array_equal(few.profile("service_level", "phone", "slot")[0], seen)
    for ours, theirs in zip(
        (more.totals, *more.profile("asa", "phone", "slot"), more.waits("phone").counts),
        (
            all_of_them.totals,
            *all_of_them.profile("asa", "phone", "slot"),
            all_of_them.waits("phone").counts,
        ),
        strict=True,
    ):
        np.testing.assert_array_equal(ours, theirs)
    np.testing.assert_array_equal(
        more.band("asa", "phone", "day"), all_of_them.band("asa", "phone", "day")
    )


def test_nobody_goes_on_with_other_customers(played: Case) -> None:
    few = replicate(played, seed=5, replications=4)

    with pytest.raises(InvalidInput, match="after must be of the same option and customers"):
        replicate(played, seed=6, replications=11, after=few)


def test_options_meet_the_same_customers() -> None:
    thin, thick = (replicate(only(shop(agents)), seed=5, replications=6) for agents in (1, 9))
    clients = [
        result.totals[..., [Count.CLIENTS, Count.CLIENTS_CLOSED]].sum(axis=-1)
        for result in (thin, thick)
    ]

    np.testing.assert_array_equal(*clients)
    assert thin.estimate("asa", "phone").value > thick.estimate("asa", "phone").value


# --- how many ------------------------------------------------------------------------------------


def test_it_stops_when_the_answer_is_precise(played: Case) -> None:
    result = replicate(played, seed=1, replications=5, at_most=2_000, precision=0.02)

    assert result.precise
    assert 5 < result.count < 2_000
    assert result.estimate("service_level", "phone").half_width <= 0.02


def test_it_stops_at_most_there_and_says_that_it_is_not_precise(played: Case) -> None:
    result = replicate(played, seed=1, replications=5, at_most=9, precision=1e-4)

    assert result.count == 9
    assert not result.precise


def test_no_precision_means_just_that_many(played: Case) -> None:
    assert replicate(played, seed=1, replications=7, at_most=50).count == 7


def test_one_replication_has_no_width(played: Case) -> None:
    result = replicate(played, seed=1, replications=1)

    assert result.estimate("asa", "phone").half_width == math.inf
    assert not result.precise


def test_a_day_without_a_target_is_precise_at_once() -> None:
    result = replicate(only(desk(days=1)), seed=1, replications=3, at_most=50, precision=0.001)

    assert result.count == 3


def test_progress_is_told_from_the_first_batch_to_the_end(played: Case) -> None:
    steps: list[Progress] = []
    result = replicate(
        played, seed=1, replications=5, at_most=60, precision=0.02, progress=steps.append
    )

    assert [step.done for step in steps] == sorted({step.done for step in steps})
    assert all(now.planned >= later.done for now, later in pairwise(steps))
    assert (steps[-1].done, steps[-1].planned) == (result.count, result.count)
    looked = [step for step in steps if step.precision]
    assert looked[0].done == 5
    assert {step.precision for step in looked} == {0.02}


# --- what is kept --------------------------------------------------------------------------------


def test_what_a_caller_wants_of_each_replication_is_kept_in_order(played: Case) -> None:
    result = replicate(
        played, seed=1, replications=6, record=lambda counted: counted.contacts[0, :, Count.SERVED]
    )

    np.testing.assert_array_equal(result.records.sum(axis=1), result.totals[:, 0, Count.SERVED])
    np.testing.assert_allclose(result.records.mean(axis=0), result.counts("phone")[:, Count.SERVED])


def test_memory_does_not_grow_with_replications(played: Case) -> None:
    few, many = (
        replicate(
            played,
            seed=1,
            replications=number,
            record=lambda counted: counted.contacts[0, :, Count.SERVED],
        )
        for number in (40, 300)
    )

    assert len(many.records) == len(many.totals) == len(many.weights) < ROWS
    assert many.weights.sum() == 300
    np.testing.assert_allclose(many.record, many.counts("phone")[:, Count.SERVED])
    np.testing.assert_allclose(np.mean(many.batches(5), axis=0), many.record, rtol=0.05)
    assert sizes(few) == sizes(many)


def sizes(result: Replications) -> list[int]:
    kept = result._sums
    assert kept.measures.sums is not None
    assert kept.occupancy.sums is not None
    arrays = (kept.measures.sums, kept.occupancy.sums, kept.contacts, kept.presence)
    return [array.nbytes for array in arrays]


def test_days_and_the_period_are_sums_of_slots() -> None:
    result = replicate(only(desk(days=3, interval="30m")), seed=1, replications=4)
    counts = result.counts("phone")
    by_slot, _ = result.profile("asa", "phone", "slot")
    by_day, _ = result.profile("asa", "phone", "day")
    served = counts[:, Count.SERVED]

    assert by_slot.shape == (144,)
    weighted = np.nansum((by_slot * served).reshape(3, 48), axis=1)
    np.testing.assert_allclose(by_day, weighted / served.reshape(3, 48).sum(axis=1))
    whole = np.average(by_day, weights=served.reshape(3, 48).sum(axis=1))
    assert result.estimate("asa", "phone").value == pytest.approx(whole)


def test_occupancy_is_busy_over_logged_time() -> None:
    result = replicate(only(shop()), seed=1, replications=4)
    present = result.presence("own").sum(axis=0)
    value, width = result.occupancy("own")

    assert value[0] == pytest.approx(present[Presence.BUSY] / present[Presence.LOGGED])
    assert 0 < width[0] < 0.2


def test_a_channel_nobody_reaches_has_no_service_level() -> None:
    closed = desk({"phone": line(open="never", target=TARGET)}, days=1)
    result = replicate(only(closed), seed=1, replications=3)

    for measure in ("service_level", "asa", "service_level_virtual"):
        assert math.isnan(result.estimate(measure, "phone").value)
    assert result.estimate("missed", "phone").value == 1


# --- what goes wrong -----------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("wrong", "told"),
    [
        ({"engine": "abacus"}, "kernel, reference"),
        ({"replications": 0}, "at least 1"),
        ({"seed": -1}, "2\\^64"),
        ({"seed": 2**64}, "2\\^64"),
        ({"seed": 1.5}, "seed must be a whole number"),
        ({"seed": "1"}, "seed must be a whole number"),
        ({"replications": 1.5}, "replications must be a whole number"),
        ({"replications": math.nan}, "replications must be a whole number"),
        ({"replications": 1 << 70}, "replications must lie between"),
        ({"at_most": 2.5}, "at_most must be a whole number"),
        ({"at_most": 0}, "at_most must be at least 1"),
        ({"first": 1 << 70}, "first must lie between"),
        ({"first": 0.0}, "first must be a whole number"),
        ({"precision": math.nan}, "precision must be at least 0"),
        ({"precision": -0.01}, "precision must be at least 0"),
        ({"precision": "1%"}, "precision must be a number"),
        ({"workers": 1.5}, "workers must be a whole number"),
        ({"on": 3}, "on must be one of serial"),
        ({"goals": ["asa"]}, "goals must be of the class Goal"),
    ],
)
def test_what_cannot_be_played_is_refused(played: Case, wrong: dict[str, Any], told: str) -> None:
    with pytest.raises(InvalidInput, match=told):
        replicate(played, **{"seed": 1, "replications": 1, **wrong})


def test_an_unknown_option_is_refused() -> None:
    with pytest.raises(InvalidInput, match="must be one of base"):
        case(shop(), "moon")


def test_unknown_names_are_refused(played: Case) -> None:
    result = replicate(played, seed=1, replications=2)
    for ask, told in (
        (lambda: result.estimate("joy", "phone"), "measure"),
        (lambda: result.estimate("asa", "fax"), "channel"),
        (lambda: result.profile("asa", "phone", "year"), "level"),
        (lambda: result.occupancy("elves"), "group"),
    ):
        with pytest.raises(InvalidInput, match=told):
            ask()


class Faulty:
    """An engine that plays some replications and then fails."""

    def __init__(self, fault: BaseException, after: int) -> None:
        self.fault, self.left, self.lock = fault, after, threading.Lock()

    def __call__(self, workload: Workload, staffing: Staffing) -> Outcome:
        with self.lock:
            self.left -= 1
            if self.left < 0:
                raise self.fault
        return ENGINES["kernel"](workload, staffing)


@pytest.mark.parametrize("workers", [1, 2])
def test_a_fault_in_a_thread_comes_out_and_nothing_more_is_started(
    played: Case, monkeypatch: pytest.MonkeyPatch, workers: int
) -> None:
    engine = Faulty(ZeroDivisionError("broken"), after=3)
    monkeypatch.setitem(ENGINES, "faulty", engine)
    with pytest.raises(ZeroDivisionError, match="broken"):
        replicate(played, seed=1, replications=5_000, engine="faulty", workers=workers)

    assert engine.left > -20
    assert not left_over()


@pytest.mark.parametrize("workers", [1, 2])
def test_a_key_pressed_leaves_no_threads(played: Case, workers: int) -> None:
    def press(step: Progress) -> None:
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        replicate(played, seed=1, replications=4, progress=press, workers=workers)
    assert not left_over()


def test_a_key_pressed_while_counting_leaves_no_threads(played: Case) -> None:
    def press(counted: object) -> Floats:
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        replicate(played, seed=1, replications=5_000, record=press)
    assert not left_over()


def test_a_key_pressed_while_a_replication_is_added_waits_until_it_is(played: Case) -> None:
    whole = [everything(replicate(played, seed=5, replications=n)) for n in (1, 2, 3)]
    lines = iter(range(1_000))
    while (presser := Presser(next(lines))).pressed_at(played):
        kept = everything(presser.kept)

        assert kept == whole[kept["count"] - 1], presser.line
    assert presser.line > 100
    assert not left_over()


class Presser:
    """Presses a key at one line of what adds the second of three replications."""

    def __init__(self, line: int) -> None:
        self.line, self.passed, self.adding = line, 0, 0
        self.files = {module.__file__ for module in (running, sums, sim_stats)}

    def pressed_at(self, played: Case) -> bool:
        """Play, and tell whether there is such a line; what was finished is in `kept`."""
        before = sys.gettrace()
        sys.settrace(self.calls)
        try:
            replicate(played, seed=5, replications=3, workers=1)
        except Interrupted as pressed:
            self.kept = pressed.partial
            return True
        finally:
            sys.settrace(before)
        return False

    def calls(self, frame: FrameType, event: str, _: object) -> Any:
        """Follow the functions that have to do with adding, once the first is added."""
        if frame.f_code is sums.Sums.add.__code__:
            self.adding += 1
        return self.lines if frame.f_code.co_filename in self.files else None

    def lines(self, frame: FrameType, event: str, _: object) -> Any:
        """Press at the line."""
        if event == "line" and self.adding == 2:
            self.passed += 1
            if self.passed == self.line + 1:
                signal.raise_signal(signal.SIGINT)
        return self.lines


def left_over() -> list[threading.Thread]:
    return [t for t in threading.enumerate() if "ThreadPoolExecutor" in t.name]


# --- against theory, from the file to the measure ------------------------------------------------

# A week of one steady queue, an hour's warm-up of a day before it.
STEADY = {
    "M/M/5+M": (5, 60.0, 240.0, 120.0),
    "M/M/8+M, overloaded": (8, 200.0, 180.0, 60.0),
    "M/M/12": (12, 150.0, 240.0, math.inf),
}
BY_RULE: tuple[erlang.ServiceRule, ...] = (
    "offered",
    "answered",
    "excluding_short_abandons",
    "including_short_abandons",
    "virtual",
)
RUNS = 40
# One false alarm in a thousand choices of the seed over all comparisons (Bonferroni).
COMPARISONS = len(STEADY) * (len(BY_RULE) + 4)
LIMIT = float(stats.t.isf(0.001 / COMPARISONS / 2, RUNS - 1))


def steady(agents: int, per_hour: float, aht: float, patience: float) -> Scenario:
    phone = line(
        per_hour,
        handle_time=f"{aht}s",
        patience="never" if math.isinf(patience) else f"{patience}s",
        target=TARGET,
    )
    groups = {"own": team(staffing=f"shifts: [{{agents: {agents}, hours: always}}]")}
    return desk({"phone": phone}, groups, days=7, warm_up="24h", wrap_up="2h")


@pytest.mark.parametrize("queue", STEADY)
def test_a_steady_queue_agrees_with_the_closed_form_under_every_rule(queue: str) -> None:
    agents, per_hour, aht, patience = STEADY[queue]
    result = replicate(only(steady(*STEADY[queue])), seed=11, replications=RUNS)
    exact = erlang.erlang_a(arrival_rate=per_hour / 3600, aht=aht, agents=agents, patience=patience)
    expected = {service_level(rule): exact.service_level(rule, 20.0) for rule in BY_RULE}
    expected |= {
        "delayed": exact.wait_probability,
        "asa": exact.asa,
        "mean_wait": exact.mean_wait,
    }
    if math.isfinite(patience):
        expected["abandonment"] = exact.abandonment
    quantile = stats.t.ppf(0.975, RUNS - 1)
    z = {}
    for name, value in expected.items():
        found = result.estimate(name, "phone")
        z[name] = (found.value - float(value)) / (found.half_width / quantile)

    assert {name: value for name, value in z.items() if not abs(value) < LIMIT} == {}


def test_both_engines_agree_on_a_steady_queue_to_the_last_bit() -> None:
    busy = replace(only(steady(*STEADY["M/M/5+M"])), name="steady")
    kernel, reference = (
        everything(replicate(busy, seed=11, replications=2, engine=engine)) for engine in ENGINES
    )

    assert kernel == reference
