"""Speeds of Linewise, as ratios measured in one run: `python -m benchmarks`."""
