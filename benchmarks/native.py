"""The kernel in C, compiled on the spot, for the same arrays: what there is to reach.

Memory of an outcome is taken in Python, as the kernel takes it; that of the play in C.
"""

from __future__ import annotations

import ctypes
import os
import shutil
import subprocess
import tempfile
from collections.abc import Callable
from dataclasses import fields
from functools import cache
from pathlib import Path
from typing import Any

import numpy as np

from sim.engine import Outcome, Staffing, Workload
from sim.engine.contract import CLOCK_LIMIT, NEVER, NONE

SOURCE = Path(__file__).with_name("kernel.c")
FLAGS = ("-O3", "-march=native", "-shared", "-fPIC")
# C shall have its best: gcc 12 loses a fifth of the loop of events by its tuning for AMD's
# processors, and gains as much of the line by it.
UNTUNED = "-mtune=generic"
COMPILERS = ("cc", "gcc", "clang")
NO_COMPILER = "C: no compiler found"

_SIZES = ("attempts", "fresh", "agents", "queues", "groups", "abandon_links", "busy_links")
_WORK = ("due", "queue", "handle", "acw", "patience", "after_abandon", "after_busy")
_CREW = ("start", "end", "group", "preference", "priority", "after", "reserve", "pace", "lines")
_HOURS = ("open_of", "open_start", "open_end")
_FATE = tuple(field.name for field in fields(Outcome))[:-1]


class Day(ctypes.Structure):
    """One day and what became of it, field by field as `kernel.c` has it."""

    _fields_ = (
        *((name, ctypes.c_int64) for name in _SIZES),
        *((f"in_{name}", ctypes.c_void_p) for name in (*_WORK, *_CREW, *_HOURS)),
        *((f"out_{name}", ctypes.c_void_p) for name in _FATE),
    )


def compiler() -> str | None:
    """The C compiler: that of `CC`, else the first that is there."""
    names = (os.environ.get("CC", ""), *COMPILERS)
    return next((found for name in names if name and (found := shutil.which(name))), None)


@cache
def function(name: str, *flags: str) -> Any:
    """A function of the C kernel, compiled for this processor."""
    program = compiler()
    if program is None:
        raise RuntimeError(NO_COMPILER)
    with tempfile.TemporaryDirectory() as folder:
        target = Path(folder) / "kernel.so"
        subprocess.run([program, *FLAGS, *flags, str(SOURCE), "-o", str(target)], check=True)
        found = getattr(ctypes.CDLL(str(target)), name)
    found.argtypes, found.restype = [ctypes.POINTER(Day)], ctypes.c_int64
    return found


def events(workload: Workload, staffing: Staffing) -> Outcome:
    """Play a plain day event by event, as the kernel does."""
    return _play(function("play_events", UNTUNED), workload, staffing)


def line(workload: Workload, staffing: Staffing) -> Outcome:
    """Play a day of one queue in order of arrival, without events."""
    if not in_line(workload, staffing):
        raise ValueError("only one queue and one group, without lines, reserves or waits")
    return _play(function("play_line"), workload, staffing)


def in_line(workload: Workload, staffing: Staffing) -> bool:
    """Tell whether a day is one queue in front of one group of agents who are all alike."""
    neutral = (staffing.after, 0), (staffing.reserve, 0), (staffing.pace, 1000)
    return (
        staffing.is_plain
        and (staffing.queues, staffing.groups) == (1, 1)
        and bool((staffing.preference >= 0).all() and (staffing.lines >= NEVER).all())
        and all(bool((table == value).all()) for table, value in neutral)
    )


def _play(run: Callable[[Any], int], workload: Workload, staffing: Staffing) -> Outcome:
    attempts, agents = len(workload), len(staffing.start)
    fate: dict[str, Any] = {
        "status": np.zeros(attempts, np.uint8),
        "arrival": np.zeros(attempts, np.int64),
        "wait": np.zeros(attempts, np.int64),
        "agent": np.full(attempts, NONE, np.int32),
        "talk": np.zeros(attempts, np.int64),
        "wrap": np.zeros(attempts, np.int64),
        "began": staffing.start.copy(),
        "busy": np.zeros(agents, np.int64),
        "left": np.zeros(agents, np.int64),
    }
    links = len(workload.after_abandon), len(workload.after_busy)
    sizes = attempts, workload.fresh, agents, staffing.queues, staffing.groups, *links
    taken = [getattr(workload, name) for name in _WORK]
    taken += [getattr(staffing, name) for name in (*_CREW, *_HOURS)]
    columns = [column.ctypes.data for column in (*taken, *fate.values())]
    count = run(Day(*sizes, *columns))
    if count < 0:
        raise MemoryError("the C kernel found no memory")
    return Outcome(**fate, events=int(count))


assert CLOCK_LIMIT == 1 << 34, "kernel.c has this number too"
