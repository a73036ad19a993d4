"""Rosters: legal lines of days for named people."""
