"""From outcomes to measures, each defined in one place."""

from sim.metrics.answers import ANSWERS, answer_counts
from sim.metrics.ledger import check_ledger
from sim.metrics.measures import (
    MEASURES,
    MISSED,
    MISSED_BY,
    RULES,
    Measure,
    measure_names,
    parts,
    service_level,
)
from sim.metrics.tally import Count, Lens, Presence, Tally, Work, tally
from sim.metrics.waits import BINS, Waited, bin_edges, wait_counts

__all__ = [
    "ANSWERS",
    "BINS",
    "MEASURES",
    "MISSED",
    "MISSED_BY",
    "RULES",
    "Count",
    "Lens",
    "Measure",
    "Presence",
    "Tally",
    "Waited",
    "Work",
    "answer_counts",
    "bin_edges",
    "check_ledger",
    "measure_names",
    "parts",
    "service_level",
    "tally",
    "wait_counts",
]
