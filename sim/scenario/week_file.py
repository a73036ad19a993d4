"""The expected contacts of a week as a CSV table, and such a table as edits of a scenario."""

from __future__ import annotations

import csv
import io

from sim.errors import InvalidInput
from sim.scenario.edited import Edit
from sim.scenario.hours import DAYS
from sim.scenario.model import Scenario
from sim.scenario.tables import read_table

__all__ = ["week_channels", "week_edits", "week_text"]

_DIGITS = 6


def week_channels(scenario: Scenario) -> tuple[str, ...]:
    """Channels whose contacts come by a typical week; neither replayed from a log nor called."""
    return tuple(
        name
        for name, one in scenario.channels.items()
        if one.log is None and one.outbound is None and one.volume > 0
    )


def week_text(scenario: Scenario) -> str:
    """Expected contacts of every interval of the week, a column for each channel.

    Examples
    --------
    >>> from sim.scenario import load
    >>> week_text(load("scenarios/company-n.yaml")).splitlines()[:2]
    ['day,time,phone,chat,email', 'Mon,00:00,7.24152,2.41384,1.95835']
    """
    names = week_channels(scenario)
    columns = [scenario.channels[name].arrivals for name in names]
    out = io.StringIO()
    rows = csv.writer(out, lineterminator="\n")
    rows.writerow(["day", "time", *names])
    minutes = round(scenario.interval / 60)
    for slot, values in enumerate(zip(*columns, strict=True)):
        day, minute = divmod(slot * minutes, 24 * 60)
        clock = f"{minute // 60:02d}:{minute % 60:02d}"
        rows.writerow([DAYS[day], clock, *(f"{value:.{_DIGITS}g}" for value in values)])
    return out.getvalue()


def week_edits(scenario: Scenario, data: bytes, name: str) -> tuple[Edit, ...]:
    """What a table of expected contacts changes in a scenario: profile and volume by channel.

    Parameters
    ----------
    scenario
        The operation.
    data, name
        The CSV file.

    Raises
    ------
    ScenarioError
        If the table cannot be read.
    InvalidInput
        If it has no column named after a channel.
    """
    week = read_table(data, name)
    known = week_channels(scenario)
    found: list[Edit] = []
    for channel in known:
        if channel not in week.header:
            continue
        numbers = [float(f"{value:.{_DIGITS}g}") for value, _ in week.column(channel)]
        whole = [int(n) if n.is_integer() else n for n in numbers]
        found += [
            Edit(("channels", channel, "arrivals"), whole),
            Edit(("channels", channel, "volume"), f"{sum(numbers):.12g} / week"),
        ]
    if not found:
        rule = f"must have a column named {' or '.join(known)}"
        raise InvalidInput("table", rule, ", ".join(week.header))
    return tuple(found)
