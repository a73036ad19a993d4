"""Every format that can be read."""

from __future__ import annotations

from sim.learn.adapters.bank import BANK
from sim.learn.source import Format

__all__ = ["FORMATS"]

#: In the order in which a file is tried against them.
FORMATS: tuple[Format, ...] = (BANK,)
