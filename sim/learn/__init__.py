"""From contact logs to what a scenario needs: reading, quality, estimates, fit."""

from __future__ import annotations

from sim.learn.log import KNOWLEDGE, Dropped, Log, Reading
from sim.learn.read import detect, format_names, read_logs

__all__ = ["KNOWLEDGE", "Dropped", "Log", "Reading", "detect", "format_names", "read_logs"]
