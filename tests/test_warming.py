"""After `linewise warmup` nobody waits for the compiler again."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from sim.plan import warming

SCENARIOS = Path(__file__).parents[1] / "scenarios"

# Plays the first option of scenarios, makes a roster, and prints what had to be compiled for it.
PLAY = """
import sys
from numba.core import event

class Told(event.Listener):
    def on_start(self, what):
        print("compiled", what.data["dispatcher"].py_func.__qualname__)
    def on_end(self, what):
        pass

from sim.experiment import case, replicate
from sim.plan import warming
from sim.scenario.load import load
warming.compile_parts(0, 1)
event.register("numba:compile", Told())
for name in sys.argv[1:]:
    scenario = load(name)
    played = case(scenario, next(iter(scenario.options), "base"))
    replicate(played, seed=1, replications=1, workers=1)
    print("played", name)

import datetime
from sim.plan.duties import Shift
from sim.plan.people import Person
from sim.plan.period import Period
from sim.plan.rosters.rostering import roster
from sim.plan.rules import RU
people = [Person(name=name, skills=("phone",)) for name in "abcd"]
shifts = [Shift("day", 480, 720), Shift("night", 1200, 720)]
weeks = Period(datetime.date(2026, 3, 2), 14)
made = roster(people, shifts, [1] * 24 * 14, RU, weeks, most_nights=3, rounds=4, time_limit=None)
print("rostered", made.legal)
"""


@pytest.mark.slow
def test_scenarios_and_rosters_compile_nothing_after_warming_up() -> None:
    ready = [str(SCENARIOS / f"{name}.yaml") for name in ("bank", "help-desk", "omnichannel")]

    said = subprocess.run(
        [sys.executable, "-c", PLAY, *ready], capture_output=True, text=True, check=True
    ).stdout.splitlines()

    assert said == [*(f"played {name}" for name in ready), "rostered True"]


def test_every_part_is_compiled_by_somebody(monkeypatch: pytest.MonkeyPatch) -> None:
    done: list[int] = []
    monkeypatch.setattr(warming, "_PARTS", [lambda k=k: done.append(k) for k in range(4)])

    for first in range(3):
        warming.compile_parts(first, 3)

    assert sorted(done) == [0, 1, 2, 3]


def test_parts_whose_process_fails_are_compiled_by_the_first(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    done: list[int] = []
    monkeypatch.setattr(warming, "_PARTS", [lambda k=k: done.append(k) for k in range(4)])
    monkeypatch.setattr(sys, "executable", sys.executable + "-that-is-not-there")

    warming.warm_up()

    assert set(done) == {0, 1, 2, 3}
