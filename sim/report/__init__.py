"""What people read and take away: words, charts, files."""

from sim.report.sentences import sentence

__all__ = ["sentence"]
