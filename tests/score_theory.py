"""The engine against every closed form and chain that it can play.

``python tests/score_theory.py`` prints a table.
A case is played in independent runs, from sources of its own. A measure is a ratio of sums over
the runs; its distance from the exact value, in standard errors by the spread between runs, follows
Student's t, and is told as the normal score z that is as rare. All z of all cases have one bound,
which is exceeded by chance once in a thousand choices of the seed (Šidák). Standard errors that
are too large would hide a fault, so their size is tested too: the first measure of each case, in
four parts of its runs, gives scores that are independent and whose squares add up to chi-square.

Options: ``--seed N`` plays other customers; ``--handle 1.02`` plays handle times that are longer
than those of the formulas by that factor, to see whether it is noticed.
"""

from __future__ import annotations

import argparse
import re
import zlib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cache
from typing import Any, TypeAlias

import numpy as np
import score_cases
from cases_simulated import Floats, Inputs, Measured, seeded
from scipy import stats

__all__ = [
    "CASES",
    "FALSE_ALARM",
    "Case",
    "Score",
    "bound",
    "exact_values",
    "scores",
    "spread_is_right",
]

#: Chance that any of the scores is out of bounds, or their spread, if the engine is right.
FALSE_ALARM = 0.001
SEED = 20261122
# Parts of the runs of a case that are scored by themselves, and runs in each of them at least.
_PARTS, _LEAST = 4, 12

_WAITS = ("sl_offered", "p_wait", "mean_wait")
_QUEUE = (*_WAITS, "mean_queue", "occupancy")
_LEFT = ("p_abandon", "mean_wait_served", "sl_answered", "sl_excl_short_abandons")
_PATIENT = (*_QUEUE, *_LEFT, "sl_incl_short_abandons")
_VIRTUAL = ("sl_virtual", "mean_wait_virtual")
_CLASSES = ("classes.sl_offered", "classes.p_wait", "classes.mean_wait", "classes.mean_queue")
_TEAM = (*_CLASSES, "pool_occupancy")
_IMPATIENT_TEAM = (*_TEAM, "classes.p_abandon", "classes.mean_wait_served")
_INTERVALS = ("interval_sl_offered", "interval_p_wait", "interval_mean_queue", "interval_mean_busy")
_HALF_HOUR = 1800.0


Names: TypeAlias = tuple[str, ...]


@dataclass(frozen=True)
class Case:
    """A model with its inputs, as a case file has them, and the measures that are compared."""

    family: str
    name: str
    model: str
    measures: Names
    inputs: Inputs

    @property
    def title(self) -> str:
        return f"{self.family}: {self.name}"

    def __hash__(self) -> int:
        return hash(self.title)


def _case(family: str, name: str, model: str, measures: Names, **inputs: Any) -> Case:
    return Case(family, name, model, measures, {"awt": 20.0, **inputs})


def _queues() -> Iterator[Case]:
    """One queue, everything exponential but what is named."""
    rate, handle = 90 / _HALF_HOUR, 200.0
    usual = {"arrival_rate": rate, "mean_service_time": handle}
    family = "Erlang B"
    measures: Names = ("blocking", "carried_load")
    yield _case(family, "12 lines", "erlang_b", measures, n_servers=12, offered_load=9.5)
    yield _case(family, "overloaded", "erlang_b", measures, n_servers=5, offered_load=8.0)
    yield _case(
        "Engset",
        "24 sources, 6 lines",
        "engset_loss",
        ("call_congestion", "time_congestion", "carried_load"),
        n_sources=24,
        n_servers=6,
        idle_source_load=0.2,
    )
    family = "Erlang C"
    yield _case(family, "13 agents", "erlang_c", _QUEUE, **usual, n_agents=13)
    single = {"arrival_rate": 0.01, "mean_service_time": 65.0, "n_agents": 1}
    yield _case(family, "one agent", "erlang_c", _QUEUE, **single)
    yield _case(
        family, "20 places", "erlang_c_finite", (*_QUEUE, "p_block"), **usual, n_agents=10,
        waiting_places=20,
    )  # fmt: skip
    family = "Erlang A"
    patient = {**usual, "mean_patience": 150.0}
    measures = (*_PATIENT, *_VIRTUAL)
    yield _case(family, "11 agents", "erlang_a", measures, **patient, n_agents=11)
    yield _case(family, "overloaded", "erlang_a", measures, **patient, n_agents=7)
    yield _case(family, "who balks", "erlang_a", _PATIENT, **patient, n_agents=10, p_balk=0.15)
    yield _case(
        family, "5 places", "erlang_a_finite", (*_PATIENT, "p_block"), **patient, n_agents=9,
        waiting_places=5,
    )  # fmt: skip
    family = "patience by any law"
    for name, law in {
        "fixed": {"type": "deterministic", "value": 90.0},
        "lognormal": {"type": "lognormal", "mean": 150.0, "scv": 2.0},
        "Weibull": {"type": "weibull", "mean": 120.0, "shape": 0.7},
        "two kinds": {"type": "hyperexp2", "mean": 150.0, "scv": 3.0},
    }.items():
        yield _case(
            family, name, "mmn_general_patience", _PATIENT, **usual, n_agents=10, patience=law
        )


def _laws() -> Iterator[Case]:
    """One queue whose handle times or arrivals are not exponential."""
    family = "handle times by other laws"
    for name, law in {
        "fixed": {"type": "deterministic", "value": 100.0},
        "Erlang's": {"type": "erlang", "k": 3, "mean": 100.0},
        "two kinds": {"type": "hyperexp2", "mean": 100.0, "scv": 4.0},
    }.items():
        yield _case(family, name, "mgc_exact", _QUEUE, arrival_rate=0.065, service=law, n_agents=8)
    yield _case(
        family,
        "two kinds, impatient",
        "mgn_m_exact",
        _PATIENT,
        arrival_rate=0.15,
        service={"type": "erlang", "k": 2, "mean": 60.0},
        n_agents=9,
        mean_patience=60.0,
    )
    family = "arrivals that are not Poisson's"
    measures: Names = (*_PATIENT, "p_all_busy_time")
    usual = {"mean_service_time": 120.0, "mean_patience": 90.0}
    yield _case(
        family, "bursts", "batch_arrivals", measures, **usual, batch_rate=0.05, n_agents=14,
        batch_sizes={"1": 0.6, "2": 0.3, "6": 0.1},
    )  # fmt: skip
    yield _case(
        family, "a rate that jumps", "mmpp_arrivals", measures, **usual, rate_state1=0.12,
        rate_state2=0.04, switch_rate_12=1 / 1200, switch_rate_21=1 / 2400, n_agents=10,
    )  # fmt: skip
    yield _case(
        family, "even gaps", "gimn_m_exact", measures, **usual, n_agents=9,
        interarrival={"type": "erlang", "k": 3, "mean": 13.0},
    )  # fmt: skip


def _teams() -> Iterator[Case]:
    """Several classes of contacts, several pools of agents, agents with several chats."""
    family = "priorities"
    model = "multiskill.v_priority_nonpreemptive"
    endless = ("classes.sl_offered", "classes.mean_wait")
    yield _case(
        family, "three classes", model, endless, arrival_rates=[0.02, 0.03, 0.03],
        mean_service_time=180.0, n_agents=18,
    )  # fmt: skip
    yield _case(
        family, "two, impatient", model, _IMPATIENT_TEAM, arrival_rates=[0.03, 0.04],
        mean_service_time=180.0, n_agents=12, mean_patience=[120.0, 240.0],
    )  # fmt: skip
    family = "skills"
    n_design = {
        "arrival_rates": [0.06, 0.03],
        "pools": [8, 8],
        "routing_class_to_pools": [[0, 1], [1]],
        "pool_serves_classes_in_order": [[0], [1, 0]],
        "mean_service_time": 170.0,
        "mean_patience": [100.0, 160.0],
    }
    yield _case(family, "N design", "multiskill.n_model", _IMPATIENT_TEAM, **n_design)
    yield _case(
        family, "N design, kept free", "multiskill.reservation", _IMPATIENT_TEAM, **n_design,
        reserved_agents=2,
    )  # fmt: skip
    yield _case(
        family,
        "specialists and generalists",
        "multiskill.m_model_specialists_generalists",
        _IMPATIENT_TEAM,
        arrival_rates=[0.03, 0.025],
        pools=[4, 4, 3],
        routing_class_to_pools=[[0, 2], [1, 2]],
        pool_serves_classes_in_order=[[0], [1], [0, 1]],
        mean_service_time=180.0,
        mean_patience=[100.0, 150.0],
    )
    yield _case(
        family, "one line for all", "multiskill.pooled", _CLASSES, arrival_rates=[0.03, 0.05],
        mean_service_time=150.0, n_agents=12, mean_patience=120.0,
    )  # fmt: skip
    yield _case(
        family,
        "overflow of the lost",
        "multiskill.overflow_loss",
        ("block_class1", "block_class2", "pool_occupancy", "overflow_mean_load"),
        arrival_rates=[0.06, 0.03],
        pools=[9, 9],
        mean_service_time=170.0,
    )
    chats: Names = (*_WAITS, "p_abandon", "mean_queue", "mean_chats_in_service")
    chats = (*chats, "mean_chat_duration", "agent_busy_fraction")
    usual = {"aht_by_concurrency": [240.0, 340.0], "mean_patience": 90.0, "awt": 30.0}
    for routing in ("least_loaded", "most_loaded"):
        yield _case(
            "chats", routing.replace("_", " "), f"chat.{routing}_exact", chats, **usual,
            arrival_rate=0.022, n_agents=4, routing=routing,
        )  # fmt: skip
    yield _case(
        "chats", "spread evenly", "chat.balanced_birth_death", chats, arrival_rate=0.045,
        aht_by_concurrency=[300.0, 390.0, 500.0], n_agents=7, mean_patience=120.0,
    )  # fmt: skip
    yield _case(
        "chats", "typing in turn", "chat.finite_source_concurrency",
        ("effective_concurrency",), compose_ratio=0.8, concurrent_chats=3, aht_single=480.0,
    )  # fmt: skip
    family = "calls and other work"
    work = (*_WAITS, "occupancy", "outbound_rate", "mean_busy_inbound", "mean_busy_outbound")
    yield _case(
        family, "of one length", "blending.equal_service", work, inbound_rate=0.05,
        mean_service_time=200.0, n_agents=15, idle_threshold=2, mean_patience=120.0,
    )  # fmt: skip
    yield _case(
        family, "of two lengths", "blending.different_service", (*work, "p_abandon"),
        inbound_rate=0.06, inbound_service_time=220.0, outbound_service_time=90.0, n_agents=20,
        idle_threshold=3, mean_patience=100.0,
    )  # fmt: skip


def _ways() -> Iterator[Case]:
    """Who tries again, is passed on, comes back, is called back; and what else a contact meets."""
    measures: Names = (
        *_PATIENT,
        "total_arrival_rate",
        "redial_rate",
        "mean_orbit",
        "p_lost_caller",
    )
    fresh = tuple(f"{name}_fresh_calls" for name in ("sl_offered", "p_abandon", "mean_wait"))
    usual = {"fresh_arrival_rate": 0.05, "mean_service_time": 180.0, "mean_patience": 60.0}
    for delay in (60.0, 900.0):
        yield _case(
            "redials", f"after {delay / 60:.0f} min", "redial_orbit", (*measures, *fresh), **usual,
            n_agents=8, redial_probability=0.6, mean_redial_delay=delay,
        )  # fmt: skip
    measures = (*_PATIENT, "total_arrival_rate", "redial_rate", "p_lost_caller")
    yield _case(
        "redials", "after days", "erlang_x", measures, **usual, n_agents=8, redial_probability=0.6
    )
    patient = {"arrival_rate": 0.05, "mean_service_time": 180.0, "n_agents": 9}
    impatient = {**patient, "mean_patience": 90.0}
    left = (*_WAITS, *_LEFT)
    yield _case("announcement", "40 s", "ways.announcement", left, **impatient, greeting=40.0)
    yield _case(
        "bot in front", "a third solved", "ways.bot", left, **{**impatient, "arrival_rate": 0.075},
        resolved=1 / 3, bot_time=75.0,
    )  # fmt: skip
    yield _case("callback", "offered after 45 s", "ways.callback", left, **patient, offer=45.0)
    endless = {**patient, "n_agents": 11}
    yield _case(
        "matters that come back", "one in four", "ways.repeats", (*_WAITS, "attempts_per_client"),
        **{**endless, "arrival_rate": 0.0375}, unsolved=0.25, mean_delay=900.0,
    )  # fmt: skip
    tiers = tuple(f"{tier}_{name}" for tier in (1, 2) for name in _WAITS)
    yield _case(
        "second tier", "three in ten passed on", "ways.two_tiers", (*tiers, "passed_on"),
        arrival_rate=0.05, passed_on=0.3, mean_service_times=[170.0, 300.0], n_agents=11,
        n_second=6,
    )  # fmt: skip
    short = {"arrival_rate": 0.065, "mean_service_time": 100.0, "n_agents": 8}
    yield _case("ringing", "6 s", "ways.ringing", _WAITS, **short, ring=6.0)
    yield _case("after-call work", "half of the time", "ways.after_call_work", _WAITS, **short)
    yield _case(
        "urgency that grows", "three classes", "ways.ageing",
        tuple(f"mean_wait_{c}" for c in range(3)), arrival_rates=[0.004, 0.003, 0.003],
        urgency=[1, 3, 10], mean_service_time=75.0,
    )  # fmt: skip


def _days() -> Iterator[Case]:
    """Rates and agents that change, and crews that do not stand the same way twice."""
    family = "days of intervals"
    measures: Names = (*_PATIENT[:3], "p_abandon", "expected_abandons", *_INTERVALS)
    measures = (*measures, "interval_abandons", "queue_at_interval_end")
    segments = [
        {"arrival_rate": rate, "n_agents": agents, "duration": 1800.0}
        for rate, agents in ((0.03, 4), (0.06, 8), (0.05, 6), (0.02, 3))
    ]
    yield _case(
        family, "agents come and go", "mt_m_st_piecewise", measures, segments=segments,
        mean_service_time=120.0, mean_patience=90.0,
    )  # fmt: skip
    yield _case(
        family, "one interval, begun empty", "terminating_mmn",
        ("sl_offered", "p_wait", "p_abandon", "expected_abandons"), arrival_rate=0.07,
        mean_service_time=120.0, n_agents=9, duration=3600.0, start="empty", mean_patience=60.0,
    )  # fmt: skip
    yield _case(
        family, "busy days and quiet ones", "callcentre_day_busyness",
        ("sl_offered", "p_wait", "p_abandon", "sl_incl_short_abandons"), segments=segments,
        mean_service_time=120.0, mean_patience=90.0,
        busyness={"type": "gamma", "shape": 25.0, "mean": 1.0},
    )  # fmt: skip
    family = "queues that settle"
    times = [60.0, 180.0, 600.0, 1800.0]
    measures = ("mean_in_system", "mean_queue", "p_wait")
    settling = {"arrival_rate": 0.14, "mean_service_time": 60.0, "times": times}
    yield _case(
        family, "from nobody", "transient_mmn", ("mean_in_system", "p_wait"), **settling,
        n_agents=10, initial_in_system=0,
    )  # fmt: skip
    yield _case(
        family, "from a crowd", "transient_mmn", measures, **settling, n_agents=9,
        initial_in_system=30, mean_patience=120.0,
    )  # fmt: skip
    yield _case(
        "a rate that swings",
        "by half",
        "mt_m_s_sinusoidal",
        ("sl_offered", "p_wait_time_average", "p_wait_call_average", "mean_queue", "mean_wait",
         "p_abandon", "occupancy"),
        mean_rate=0.08, amplitude=0.04, period=3600.0, mean_service_time=120.0, n_agents=11,
        mean_patience=120.0,
    )  # fmt: skip
    yield _case(
        "crews without a limit", "a swinging rate", "mt_g_inf_offered_load", ("offered_load",),
        mean_rate=0.05, amplitude=0.04, period=7200.0, times=[0.0, 900.0, 3600.0, 5400.0],
        service={"type": "lognormal", "mean": 1200.0, "scv": 1.5},
    )  # fmt: skip


CASES: tuple[Case, ...] = (*_queues(), *_laws(), *_teams(), *_ways(), *_days())


# --- scores --------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Score:
    """How far one measure of a case is from its exact value.

    `z` is the normal score, `parts` are those of the parts of the runs, for the first measure of
    a case.
    """

    case: Case
    measure: str
    exact: float
    played: float
    z: float
    parts: tuple[float, ...]


def scores(case: Case, *, seed: int = SEED, handle: float = 1.0, share: float = 1.0) -> list[Score]:
    """Play a case, or a share of it, and score its measures.

    `handle` makes handle times longer than the formula's.
    """
    exact = exact_values(case)
    with seeded(seed, zlib.crc32(case.title.encode()), share=share):
        played = flat(score_cases.played(case.model, longer(case.inputs, handle)))
    found: list[Score] = []
    for path, true in exact.items():
        seen = played[path]
        parts = np.array_split(seen.runs, min(_PARTS, len(seen.runs) // _LEAST))
        each = () if found else tuple(z_score(part, true) for part in parts)
        found.append(Score(case, path, true, seen.mean, z_score(seen.runs, true), each))
    return found


@cache
def exact_values(case: Case) -> dict[str, float]:
    """What the measures of a case are, the first of its list first."""
    answer = flat(score_cases.answer_of(case.model, case.inputs))
    named = {path: re.sub(r"\[\d+\]", "", path) for path in answer}
    return {
        path: float(value)
        for name in case.measures
        for path, value in answer.items()
        if named[path] == name
    }


def flat(answer: Any, path: str = "") -> dict[str, Any]:
    """All figures of an answer by their path."""
    if isinstance(answer, Mapping):
        parts = [(f"{path}.{name}" if path else name, part) for name, part in answer.items()]
    elif isinstance(answer, list | np.ndarray):
        parts = [(f"{path}[{number}]", part) for number, part in enumerate(answer)]
    else:
        return {path: answer} if isinstance(answer, Measured | float | int) else {}
    return {name: leaf for name, part in parts for name, leaf in flat(part, name).items()}


def z_score(runs: Floats, exact: float) -> float:
    """Distance of a ratio of sums over runs from its exact value, as a normal score."""
    over, under = runs.T
    ratio, count = over.sum() / under.sum(), len(runs)
    spread = ((over - ratio * under) ** 2).sum() * count / (count - 1)
    distance = (over.sum() - exact * under.sum()) / np.sqrt(spread)
    rare = stats.norm.isf(max(stats.t.sf(abs(distance), count - 1), 1e-300))
    return float(np.copysign(rare, distance))


def longer(inputs: Inputs, factor: float) -> Inputs:
    """The same with all handle times longer, but those that are alike to the formula."""
    return {
        name: _scaled(value, factor)
        if "service" in name or name in ("aht_by_concurrency", "offered_load", "idle_source_load")
        else value
        for name, value in inputs.items()
    }


def _scaled(value: Any, factor: float) -> Any:
    if isinstance(value, list):
        return [_scaled(part, factor) for part in value]
    if isinstance(value, dict):
        lengths = ("mean", "value")
        return {name: part * factor if name in lengths else part for name, part in value.items()}
    return value * factor


# --- bounds --------------------------------------------------------------------------------------


def bound(comparisons: int) -> float:
    """Greatest z to be expected of so many (Šidák, for scores that do not exclude each other)."""
    return float(stats.norm.isf(-np.expm1(np.log1p(-FALSE_ALARM) / comparisons) / 2))


def spread_is_right(parts: list[float]) -> tuple[float, float, float]:
    """Root of the mean square of independent scores, and the bounds it keeps to."""
    count = len(parts)
    low, high = stats.chi2.ppf([FALSE_ALARM / 2, 1 - FALSE_ALARM / 2], count)
    root = float(np.sqrt(np.mean(np.square(parts))))
    return root, float(np.sqrt(low / count)), float(np.sqrt(high / count))


# --- the table -----------------------------------------------------------------------------------


def table(found: list[list[Score]]) -> Iterator[str]:
    """Lines of Markdown: a row for each family."""
    yield "| family | cases | comparisons | largest z | at | root mean square |"
    yield "|---|---:|---:|---:|---|---:|"
    families = list(dict.fromkeys(own[0].case.family for own in found))
    for family in families:
        own = [one for case in found for one in case if one.case.family == family]
        cases = len({one.case.name for one in own})
        most = max(own, key=lambda one: abs(one.z))
        root = float(np.sqrt(np.mean([one.z**2 for one in own])))
        at = f"{most.case.name}, `{most.measure}`"
        yield f"| {family} | {cases} | {len(own)} | {most.z:+.2f} | {at} | {root:.2f} |"


def main() -> int:
    parser = argparse.ArgumentParser(description="The engine against closed forms and chains.")
    parser.add_argument("--seed", type=int, default=SEED, help="play other customers")
    parser.add_argument("--handle", type=float, default=1.0, help="factor on played handle times")
    given = parser.parse_args()
    found = [scores(case, seed=given.seed, handle=given.handle) for case in CASES]
    every = [one for case in found for one in case]
    limit = bound(len(every))
    parts = [z for one in every for z in one.parts]
    root, low, high = spread_is_right(parts)
    beyond = [one for one in every if abs(one.z) > limit]
    caught = {one.case.title for one in beyond}
    print("\n".join(table(found)))
    print(
        f"\n{len(every)} comparisons of {len(CASES)} cases; all z within {limit:.2f}: {not beyond}"
    )
    bounds = f"to lie in {low:.3f} to {high:.3f}"
    print(f"{len(parts)} independent scores: root mean square {root:.3f}, {bounds}")
    print(f"cases with a z beyond: {len(caught)} of {len(CASES)}")
    if given.handle != 1:
        print("not noticed:", "; ".join(c.title for c in CASES if c.title not in caught) or "none")
        return 0
    for one in beyond:
        print(f"  {one.case.family}, {one.case.name}: {one.measure} {one.exact:g}, "
              f"played {one.played:g}, z {one.z:+.1f}")  # fmt: skip
    return 1 if beyond or not low < root < high else 0


if __name__ == "__main__":
    raise SystemExit(main())
