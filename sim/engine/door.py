"""The door of the engines: which there are, and a look at what is handed to them."""

from __future__ import annotations

from sim.engine import kernel, reference
from sim.engine.contract import Engine, Outcome, Staffing, Workload, check_pair
from sim.errors import InvalidInput

__all__ = ["ENGINES", "check_engine", "play"]

#: Engines by the name a user gives.
ENGINES: dict[str, Engine] = {"kernel": kernel.play, "reference": reference.play}


def check_engine(name: str) -> None:
    """Refuse an engine that there is not.

    Raises
    ------
    InvalidInput
        Naming those that there are.
    """
    if name not in ENGINES:
        raise InvalidInput("engine", f"must be one of {', '.join(sorted(ENGINES))}", name)


def play(workload: Workload, staffing: Staffing, *, engine: str = "kernel") -> Outcome:
    """Play one workload against one crew, after a look at the arrays.

    The engines of `ENGINES` take what they are given: arrays that contradict each other make them
    read what is not there.

    Raises
    ------
    ContractError
        If arrays break the contract or do not fit each other, naming the first wrong row.
    InvalidInput
        If there is no such engine.

    Examples
    --------
    One call at second 1 that takes a minute, one agent from the start:

    >>> import numpy as np
    >>> from sim.engine import Status
    >>> one = lambda number: np.array([number], np.int64)
    >>> work = Workload(queues=1, fresh=1, due=one(1000), queue=np.zeros(1, np.uint8),
    ...                 handle=one(60_000), acw=one(0), patience=one(30_000))
    >>> crew = Staffing(one(0), one(3_600_000), np.zeros(1, np.uint8),
    ...                 preference=one(0).reshape(1, 1), priority=one(0).reshape(1, 1))
    >>> Status(play(work, crew).status[0]).name
    'SERVED'
    """
    check_engine(engine)
    check_pair(workload, staffing)
    return ENGINES[engine](workload, staffing)
