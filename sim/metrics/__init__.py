"""From outcomes to measures, each defined in one place."""

from sim.metrics.measures import MEASURES, RULES, Measure, measure_names, parts, service_level
from sim.metrics.tally import Count, Lens, Presence, Tally, Work, tally

__all__ = [
    "MEASURES",
    "RULES",
    "Count",
    "Lens",
    "Measure",
    "Presence",
    "Tally",
    "Work",
    "measure_names",
    "parts",
    "service_level",
    "tally",
]
