"""Every format that can be read."""

from __future__ import annotations

from sim.learn.adapters.bank import BANK
from sim.learn.adapters.queue_log import QUEUE_LOG, QUEUE_LOG_TABLE
from sim.learn.source import Format

__all__ = ["FORMATS"]

#: In the order in which a file is tried against them.
FORMATS: tuple[Format, ...] = (BANK, QUEUE_LOG, QUEUE_LOG_TABLE)
