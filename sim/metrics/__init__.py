"""From outcomes to measures, each defined in one place."""

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
    "bin_edges",
    "check_ledger",
    "measure_names",
    "parts",
    "service_level",
    "tally",
    "wait_counts",
]
