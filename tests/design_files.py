"""Public instances of shift design (Di Gaspero et al.): read, put to the solver, counted anew."""

from __future__ import annotations

import re
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from benchmarks.texts import text_of
from sim.plan.duties import DAY
from sim.plan.shifts import Horizon, ShiftDesign, ShiftTemplate, design_shifts

Floats = NDArray[np.float64]

_ROW = re.compile(
    r"(\S+)\s+(?:.*?\s)??(\d+):(\d+)\s+(\d+)\s+(\d+)\s+(\d+)\s+(\d+)\s+(\d+)(?:\s+(.*))?$"
)


@dataclass(frozen=True)
class Instance:
    """Requirement, shifts, the price of a distinct one, and of a minute short or too much."""

    needed: Floats
    templates: list[ShiftTemplate]
    horizon: Horizon
    each: float
    missing: float = 1.0
    surplus: float = 1.0

    def solved(self, seconds: float) -> ShiftDesign:
        return design_shifts(
            self.needed,
            self.templates,
            each=self.each,
            missing=60 * self.missing,
            surplus=60 * self.surplus,
            horizon=self.horizon,
            seconds=seconds,
        )

    def recounted(self, found: ShiftDesign) -> float:
        """Cost of a design, minute by minute of its list of shifts."""
        present = np.zeros(self.horizon.minutes)
        for one in found.shifts:
            for day, count in enumerate(one.counts):
                start = day * DAY + one.shift.start
                at = np.arange(start, start + one.shift.minutes) % self.horizon.minutes
                present[at] += count
        over = present - np.repeat(self.needed, self.horizon.interval)
        off = self.surplus * np.maximum(over, 0) + self.missing * np.maximum(-over, 0)
        return float(off.sum()) + self.each * len(found.shifts)


def read(path: Path) -> Instance:
    """The format of the instances: blocks under titles that begin with #."""
    blocks: dict[str, list[str]] = {}
    rows: list[str] = []
    for row in text_of(path).splitlines():
        if row.lstrip().startswith("#"):
            rows = blocks.setdefault(row.strip("# :\t").lower(), [])
        elif row.strip():
            rows.append(row.strip())

    def block(begin: str, default: str | None = None) -> list[str]:
        found = next((rows for title, rows in blocks.items() if title.startswith(begin)), None)
        if not found and default is None:
            raise ValueError(f"{path.name}: has no block {begin!r}")
        return found or [str(default)]

    step = int(block("minuteinterval")[0])
    cyclic = block("flagcyclical", "yes")[0].lower().startswith("y")
    horizon = Horizon(step, int(block("dayspercycle")[0]), cyclic=cyclic)
    filled = next(rows for title, rows in blocks.items() if title.startswith("abbr") and rows)
    return Instance(
        np.array(" ".join(block("requirements")).split(), float),
        [_template(row, step, horizon.days) for row in filled],
        horizon,
        float(block("shifts")[0]),
        float(block("undercover", "1")[0]),
        float(block("overcover", "1")[0]),
    )


def _template(row: str, step: int, days: int) -> ShiftTemplate:
    found = _ROW.match(row)
    if found is None:
        raise ValueError(f"is no shift: {row}")
    hour, minute, later, sooner, length, more, less = map(int, found.groups()[1:8])
    start = 60 * hour + minute
    lengths = tuple(range(length - less, length + more + 1, step))
    on = [int(day) - 1 for day in re.findall(r"\d+", found[9] or "")] or range(min(days, 7))
    return ShiftTemplate(
        found[1], (start - sooner, start + later), lengths, step=step, days=tuple(on)
    )
