"""From a scenario to the arrays of an engine; the only room with randomness."""

from sim.demand.absence import Absences
from sim.demand.crew import crew, opening_hours, stretches
from sim.demand.legs import at_work, first_choice, solved_at_once, volume_factor
from sim.demand.model import MOST_CONTACTS, Demand
from sim.demand.timeline import Timeline, ticks

__all__ = [
    "MOST_CONTACTS",
    "Absences",
    "Demand",
    "Timeline",
    "at_work",
    "crew",
    "first_choice",
    "opening_hours",
    "solved_at_once",
    "stretches",
    "ticks",
    "volume_factor",
]
