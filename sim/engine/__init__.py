"""Two engines, one contract: a workload and a crew go in, what became of everyone comes out."""

from sim.engine import kernel, reference
from sim.engine.contract import Engine, Outcome, Staffing, Status, Workload

__all__ = ["ENGINES", "Engine", "Outcome", "Staffing", "Status", "Workload"]

#: Engines by the name a user gives.
ENGINES: dict[str, Engine] = {"kernel": kernel.play, "reference": reference.play}
