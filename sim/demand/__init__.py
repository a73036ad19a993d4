"""From a scenario to the arrays of an engine; the only room with randomness."""

from sim.demand.absence import Absences
from sim.demand.crew import crew, opening_hours, stretches
from sim.demand.model import MOST_CONTACTS, Demand, volume_factor
from sim.demand.timeline import Timeline, ticks

__all__ = [
    "MOST_CONTACTS",
    "Absences",
    "Demand",
    "Timeline",
    "crew",
    "opening_hours",
    "stretches",
    "ticks",
    "volume_factor",
]
