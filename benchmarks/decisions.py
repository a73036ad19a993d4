"""What a decision takes once its options are simulated: draws over months, a curve, all of risk.

Five options of the shop, 24 months that grow, 300 draws of inputs that staff everything anew; a
break-even of 40 points; the whole of `linewise risk` after the simulation.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from functools import partial
from pathlib import Path

from sim.decide import Comparison, compare
from sim.decide.breakeven import breakeven
from sim.decide.draws import drawn
from sim.decide.risk import risk
from sim.decide.valued import Valued
from sim.scenario import Scenario, load
from sim.scenario.changed import changed
from sim.scenario.horizon import Horizon
from sim.scenario.inputs import find_input
from sim.scenario.ranges import Uncertain, from_presets

FILE = Path(__file__).resolve().parents[1] / "scenarios" / "company-n.yaml"
MONTHS, DRAWS, POINTS = 24, 300, 40


def shop() -> Scenario:
    """The shop with a second shared vendor, so that there are five options."""
    scenario = load(FILE)
    other = {**scenario.options, "second": scenario.options["shared"]}
    horizon = Horizon(months=MONTHS, discount=0.18, growth=0.15)
    whole = scenario.model_copy(update={"options": other, "horizon": horizon})
    return changed(whole, {"options.second.groups.vendor.contract": "+3%"})


def inputs(scenario: Scenario) -> list[Uncertain]:
    """Volume and handle time, and whatever presets have a range for."""
    moved = [
        Uncertain(name, find_input(scenario, name), True, "triangular", (0.8, 1.0, 1.25))
        for name in ("volume", "channels.phone.handle_time")
    ]
    return moved + list(from_presets(scenario, tuple(scenario.options)))


def over_months(scenario: Scenario, comparison: Comparison, draws: int, options: int) -> None:
    """Present value of the months of every option in every draw."""
    names = [one.name for one in comparison.options[-options:]]
    valued = Valued.of(comparison, names, ["npv"])
    drawn(scenario, inputs(scenario), valued, draws, 1, workers=1)


def lines(size: float, rounds: int) -> Iterator[str]:
    """Processor time of each."""
    scenario = shop()
    draws = max(10, round(DRAWS * size))
    took, comparison = timed(lambda: compare(scenario, workers=1))
    assert isinstance(comparison, Comparison)
    yield f"A decision between five options; processor time, median of {rounds}"
    yield f"  all options staffed, simulated and priced                    {took:8.2f} s"
    cases: list[tuple[str, Callable[[], object]]] = [
        (
            f"{draws} draws x {options} options x {MONTHS} months, staffed anew",
            partial(over_months, scenario, comparison, draws, options),
        )
        for options, draws in ((5, draws), (5, draws // 2), (2, draws))
    ]
    cases += [
        (
            f"break-even over the months, {POINTS} points",
            lambda: breakeven(
                scenario, "volume", amount="npv", comparison=comparison, verify=False
            ),
        ),
        (
            f"break-even in volume, {POINTS} points",
            lambda: breakeven(scenario, "volume", comparison=comparison, verify=False),
        ),
        (
            f"all of risk, {draws} draws, one process",
            lambda: risk(scenario, draws=draws, comparison=comparison, workers=1),
        ),
    ]
    for title, run in cases:
        seconds = sorted(timed(run)[0] for _ in range(rounds))[rounds // 2]
        yield f"  {title:<60} {seconds:8.2f} s"


def timed(run: Callable[[], object]) -> tuple[float, object]:
    """Processor time of a call [s], others on the machine left out, and what it gave."""
    start = time.process_time()
    found = run()
    return time.process_time() - start, found


PROGRAMS = {"decision": lines}
