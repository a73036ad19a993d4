"""Two engines, one contract: a workload and a crew go in, what became of everyone comes out."""

from sim.engine.contract import Engine, Outcome, Staffing, Status, Workload, check_pair
from sim.engine.door import ENGINES, check_engine, play

__all__ = [
    "ENGINES",
    "Engine",
    "Outcome",
    "Staffing",
    "Status",
    "Workload",
    "check_engine",
    "check_pair",
    "play",
]
