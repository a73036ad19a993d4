"""One queue in the long run: against formulas, against a naive twin, and with odd input."""

from __future__ import annotations

import heapq
import math
from typing import Any

import numpy as np
import pytest
from scipy.stats import norm
from workloads import UNCOMPILED

from sim import erlang
from sim.demand import sampling
from sim.demand.draws import stream_of
from sim.errors import InvalidInput
from sim.experiment import stationary, stationary_queue
from sim.scenario.laws import Exponential, Fixed, Gamma, Hazard, Lognormal, Mixture, Part, Weibull

CONTACTS = 400_000
MEASURES = (
    "wait_probability",
    "abandonment",
    "mean_wait",
    "asa",
    "mean_wait_virtual",
    "mean_queue",
    "occupancy",
)
RULES: tuple[erlang.ServiceRule, ...] = (
    "virtual",
    "offered",
    "answered",
    "excluding_short_abandons",
    "including_short_abandons",
)

# Queues whose measures are known: what is simulated, and what the closed form gives.
KNOWN: dict[str, tuple[dict[str, Any], dict[str, Any]]] = {
    "M/M/11+M": (
        {"handle_time": 180.0, "patience": 180.0},
        {"aht": 180.0, "agents": 11, "patience": 180.0},
    ),
    "M/M/8+M, overloaded": (
        {"handle_time": 180.0, "patience": 90.0, "agents": 8},
        {"aht": 180.0, "agents": 8, "patience": 90.0},
    ),
    "M/M/14": ({"handle_time": 180.0, "agents": 14}, {"aht": 180.0, "agents": 14}),
    "M/M/11+Weibull": (
        {"handle_time": 180.0, "patience": Weibull(mean=100 * math.gamma(1.5), shape=2.0)},
        {"aht": 180.0, "agents": 11, "patience": erlang.Weibull(shape=2.0, scale=100.0)},
    ),
    "M/M/11+lognormal": (
        {"handle_time": 180.0, "patience": Lognormal(mean=150.0, cv=1.5)},
        {"aht": 180.0, "agents": 11, "patience": erlang.Lognormal(mean=150.0, scv=2.25)},
    ),
}
#: One run in a thousand would fail by chance.
BOUND = norm.isf(1e-3 / 2 / (len(KNOWN) * (len(MEASURES) + len(RULES)) + 6))


@pytest.mark.slow
@pytest.mark.parametrize("name", KNOWN)
def test_a_long_run_gives_what_the_closed_form_gives(name: str) -> None:
    given, asked = KNOWN[name]
    run = stationary_queue(
        **({"agents": 11} | given), arrival_rate=100 / 1800, contacts=CONTACTS, seed=5
    )
    exact = erlang.erlang_a(**({"patience": math.inf} | asked), arrival_rate=100 / 1800)

    wanted = {one: getattr(exact, one) for one in MEASURES}
    wanted |= {f"service_level_{rule}": exact.service_level(rule, 20.0) for rule in RULES}
    for measure, value in wanted.items():
        assert near(run, measure, float(value)), measure


@pytest.mark.slow
@pytest.mark.parametrize(
    ("law", "scv"),
    [
        (Fixed(value=100.0), 0.0),
        (Gamma(mean=100.0, cv=0.5), 0.25),
        (Lognormal(mean=100.0, cv=2.0), 4.0),
    ],
    ids=["fixed", "gamma", "lognormal"],
)
def test_one_agent_waits_as_pollaczek_and_khinchine_say(law: Any, scv: float) -> None:
    run = stationary_queue(arrival_rate=0.006, handle_time=law, agents=1, contacts=CONTACTS)

    assert near(run, "mean_wait", 0.6 / 0.4 * 100 * (1 + scv) / 2)
    assert near(run, "wait_probability", 0.6)


@pytest.mark.slow
def test_gaps_of_any_law_are_known_where_handle_times_are_exponential() -> None:
    exact = erlang.gmn(
        interarrival=erlang.Gamma(shape=4.0, mean=18.0), aht=180.0, agents=11
    )  # fmt: skip
    run = stationary_queue(
        arrival_rate=1 / 18.0,
        variation=Gamma(mean=7.0, cv=0.5),
        handle_time=180.0,
        agents=11,
        contacts=CONTACTS,
    )

    assert near(run, "mean_wait", exact.queue.mean_wait)
    assert near(run, "occupancy", exact.queue.occupancy)


def near(run: Any, measure: str, value: float) -> bool:
    """Whether a measure lies within the bound of what it should be."""
    found = run.steady[measure]
    error = found.estimate.half_width / 1.96
    return bool(found.independent and abs(found.estimate.value - value) <= BOUND * error)


# --- a naive twin ------------------------------------------------------------------------------

MANY = Mixture(
    parts=(Part(share=0.3, of=Fixed(value=1.0)), Part(share=0.7, of=Exponential(mean=40.0)))
)


# With the compiler off, what follows is played by Python itself: short runs only.
IN_STEPS = Hazard(times=(0.0, 30.0), rates=(1 / 30, 1 / 3600))


@pytest.mark.kernel
@pytest.mark.parametrize(
    ("agents", "handle", "patience"),
    [
        (1, 30.0, 20.0),
        (3, Lognormal(mean=90.0, cv=1.0), 60.0),
        (7, Gamma(mean=200.0, cv=0.3), MANY),
        (5, 120.0, IN_STEPS),
        (64, 2000.0, 500.0),
    ],
)
def test_every_contact_ends_as_a_plain_list_of_free_agents_says(
    agents: int, handle: Any, patience: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(stationary, "PARTS", 1)
    asked = {"handle_time": handle, "agents": agents, "patience": patience, "awt": 20.0, "seed": 3}
    sums: dict[str, Any] = {}
    real = stationary._measures

    def spy(named: Any, agents: int) -> Any:
        sums.update({name: values.sum() for name, values in named.items()})
        return {k: (v[0].repeat(16), v[1].repeat(16)) for k, v in real(named, agents).items()}

    monkeypatch.setattr(stationary, "_measures", spy)
    contacts = 2_000 if UNCOMPILED else 10_000
    monkeypatch.setattr(stationary, "_SHORTEST", contacts)
    stationary_queue(arrival_rate=0.03, contacts=contacts, **asked)

    assert sums == pytest.approx(twin(0.03, contacts, **asked))


def twin(
    rate: float,
    contacts: int,
    *,
    handle_time: Any,
    agents: int,
    patience: Any,
    awt: float,
    seed: int,
) -> dict[str, float]:
    """Settle the same draws by a heap of ticks at which agents are ready."""
    laws = stationary._coded(
        Exponential(mean=1.0),
        stationary._law("handle_time", handle_time),
        stationary._law("patience", patience),
    )
    stream = np.array([stream_of("queue")], np.uint64)
    origin = sampling.Origin(np.uint64(seed), np.uint64(0), stream)
    numbers = np.arange(contacts)
    with np.errstate(over="ignore"):
        gaps, work, most = (
            sampling.durations(origin, laws, 0, purpose, numbers)
            for purpose in (stationary._GAP, stationary._HANDLE, stationary._PATIENCE)
        )
    scale = 10.0 ** max(3, math.ceil(math.log10(10_000 / stationary._law("h", handle_time).mean)))
    ready = [0] * agents
    total = dict.fromkeys(stationary._SUMS, 0.0)
    now = 0.0
    for gap, takes, longest in zip(gaps * scale / rate, work * scale, most * scale, strict=True):
        now += gap
        waited = max(ready[0] - int(now), 0)
        stays = int(min(longest, 2.0**40) + 0.5)
        total["offered"] += 1
        total["delayed"] += waited > 0
        total["virtual_in_time"] += waited <= awt * scale
        total["wait"] += min(waited, stays) / scale
        total["wait_virtual"] += waited / scale
        if waited > stays:
            total["gave_up_in_time"] += stays <= awt * scale
            continue
        total["served"] += 1
        total["in_time"] += waited <= awt * scale
        total["wait_served"] += waited / scale
        total["work"] += int(takes + 0.5) / scale
        heapq.heapreplace(ready, int(now) + waited + int(takes + 0.5))
    total["span"] = int(now) / scale
    return total


@pytest.mark.kernel
def test_the_clock_is_set_back_without_a_trace(monkeypatch: pytest.MonkeyPatch) -> None:
    ready = np.full(8, stationary._FAR)
    ready[4:7] = np.array([900, 100, 500]) << 20 | np.arange(3)

    stationary._set_back(ready, 400)

    assert (ready[4:7] >> 20).tolist() == [500, 0, 100]
    assert ready[1] == ready[5] == 1
    assert ready[7] == stationary._FAR


# --- answers -----------------------------------------------------------------------------------


ASKED: dict[str, Any] = {"arrival_rate": 0.05, "handle_time": 60.0, "agents": 4, "patience": 60.0}


def test_the_same_seed_gives_the_same_answer_and_another_one_another() -> None:
    first, again, other = (stationary_queue(**ASKED, contacts=20_000, seed=s) for s in (1, 1, 2))

    assert first["asa"] == again["asa"] != other["asa"]


def test_a_longer_run_knows_more() -> None:
    short, long = (stationary_queue(**ASKED, contacts=n)["asa"] for n in (20_000, 320_000))

    assert long.half_width < short.half_width / 2


@pytest.mark.kernel
def test_nobody_waits_where_agents_abound() -> None:
    run = stationary_queue(arrival_rate=0.01, handle_time=10.0, agents=50, contacts=10_000)

    assert (run["mean_wait"].value, run["service_level_offered"].value) == (0.0, 1.0)
    assert math.isnan(run["mean_wait_abandoned"].value)


@pytest.mark.parametrize(
    ("wrong", "name"),
    [
        ({"arrival_rate": 0.0}, "arrival_rate"),
        ({"arrival_rate": math.nan}, "arrival_rate"),
        ({"arrival_rate": "1"}, "arrival_rate"),
        ({"handle_time": 0.0}, "handle_time"),
        ({"handle_time": math.inf}, "handle_time"),
        ({"handle_time": "4m"}, "handle_time"),
        ({"patience": -1.0}, "patience"),
        ({"patience": math.nan}, "patience"),
        ({"patience": True}, "patience"),
        ({"agents": 0}, "agents"),
        ({"agents": 2.5}, "agents"),
        ({"agents": 1 << 21}, "agents"),
        ({"agents": 3, "patience": math.inf}, "agents"),
        ({"awt": -1.0}, "awt"),
        ({"arrival_rate": 5e-324}, "arrival_rate must bring a contact every 268,435 s"),
        ({"arrival_rate": 1e-6}, "arrival_rate must bring"),
        ({"arrival_rate": 1e9}, "contacts must be at least 600,000,000,000"),
        ({"arrival_rate": 1e300}, "contacts must be at least"),
        ({"handle_time": 1e-9}, "arrival_rate must bring"),
        ({"handle_time": 1e12}, "handle_time must be at most"),
        ({"patience": 1e300}, "patience must be at most"),
        ({"contacts": 100}, "contacts"),
        ({"contacts": 1e6}, "contacts"),
        ({"seed": -1}, "seed"),
        ({"seed": 1.0}, "seed"),
        ({"handle_time": 1e-300}, "a contact every 2.7e-296 s at least where one takes 1e-300 s"),
        ({"arrival_rate": 1e300}, "contacts must be at least 6e.302, to last"),
        ({"variation": 3.0}, "variation"),
    ],
)
def test_what_is_no_queue_is_refused_by_name(wrong: dict[str, Any], name: str) -> None:
    with pytest.raises(InvalidInput, match=name):
        stationary_queue(**(ASKED | wrong))


def test_a_measure_that_is_none_is_refused_with_those_that_are() -> None:
    run = stationary_queue(arrival_rate=0.05, handle_time=60.0, agents=9, contacts=10_000)

    with pytest.raises(InvalidInput, match="mean_wait_virtual"):
        run["wait"]


def test_numbers_of_numpy_are_numbers() -> None:
    asked: dict[str, Any] = {
        "arrival_rate": np.float32(0.0625),
        "handle_time": np.int64(60),
        "agents": np.int32(9),
        "patience": np.float32(90.0),
        "contacts": np.int32(10_000),
        "seed": np.uint8(7),
    }
    plain = {name: value.item() for name, value in asked.items()}

    assert stationary_queue(**asked).steady == stationary_queue(**plain).steady
