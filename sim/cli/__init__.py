"""The command line: the only room that knows the terminal."""

from __future__ import annotations

from sim.cli.main import main

__all__ = ["main"]
