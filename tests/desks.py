"""Small support desks, written the way a user writes them: a line or two for what matters."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from sim.experiment import Case, case
from sim.scenario import Scenario, load_text

#: The head of a file, up to what more its channel says: one phone, alike at every hour.
EVEN = """
name: desk
currency: RUB
calendar: {start: 2026-03-02, days: 7}
channels:
  phone:
    kind: voice
    arrivals: {Mon-Sun: [9, 9, 9, 9, 9, 9, 9, 9, 9, 9, 9, 9, 9, 9, 9, 9, 9, 9, 9, 9, 9, 9, 9, 9]}
    handle_time: 4m
    patience: 2m
    target: {answered: 80% in 20s}
"""

#: The same of a phone that is busy on weekdays and nearly silent at night and at weekends.
BUSY_BY_DAY = """
name: desk
currency: RUB
calendar: {start: 2026-03-16, night: "22:00-06:00"}
interval: 60m
channels:
  phone:
    kind: voice
    arrivals: {Mon-Fri: [WEEKDAY], Sat-Sun: [2, 2, 2, 2, 2, 2, 2, 4, 8, 10, 10, 10, 10, 10, 10, 10,
      10, 10, 8, 8, 6, 5, 4, 3]}
    handle_time: 4m
    patience: 2m
    target: {answered: 80% in 20s, abandonment: 5%, hold: every interval}
"""

#: A shop's phone with laws for its times, and its letters.
MAIL_AND_PHONE = """
name: shop
calendar: {start: 2026-03-02}
channels:
  mail: {kind: email, volume: 300 / week, arrivals: {Mon-Sun: [1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1,
         1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1]}, handle_time: 5m}
  phone: {kind: voice, volume: 700 / week, arrivals: {Mon-Sun: [0, 0, 0, 0, 0, 0, 0, 0, 5, 5, 5, 5,
          9, 9, 5, 5, 5, 5, 2, 2, 0, 0, 0, 0]},
          handle_time: {law: lognormal, mean: 3m, cv: 0.8},
          after_call_work: {law: fixed, value: 20s}, patience: 2m,
          target: {answered: 80% in 20s, abandonment: 5%}}
groups:
  desk: {skills: [phone, mail], staffing: {shifts: [{agents: 3, hours: 08:00-20:00}]}}
"""

ALWAYS = "shifts: [{agents: 2, hours: always}]"


def each_day(by_hour: float | Sequence[float]) -> str:
    """The same day all week: one number for every hour, or 24 of them."""
    hours = by_hour if isinstance(by_hour, Sequence) else [by_hour] * 24
    return f"{{Mon-Sun: [{', '.join(map(str, hours))}]}}"


def line(
    by_hour: float | Sequence[float] = 10,
    *,
    kind: str = "voice",
    handle_time: str = "4m",
    **more: str,
) -> str:
    """A channel in one line."""
    keys = {"kind": kind, "arrivals": each_day(by_hour), "handle_time": handle_time, **more}
    return "{" + ", ".join(f"{key}: {value}" for key, value in keys.items()) + "}"


def team(skills: str = "[phone]", staffing: str = ALWAYS, **more: str) -> str:
    """A group in one line."""
    keys = {"skills": skills, "staffing": f"{{{staffing}}}", **more}
    return "{" + ", ".join(f"{key}: {value}" for key, value in keys.items()) + "}"


def desk(
    channels: Mapping[str, str] | None = None,
    groups: Mapping[str, str] | None = None,
    *,
    days: int = 7,
    start: str = "2026-03-02",
    warm_up: str = "0s",
    wrap_up: str = "0s",
    options: Mapping[str, str] | None = None,
    **more: Any,
) -> Scenario:
    """A desk with one phone and two agents round the clock, or what is given instead."""
    top = {
        "name": "desk",
        "calendar": f"{{start: {start}, days: {days}}}",
        "simulation": f"{{warm_up: {warm_up}, wrap_up: {wrap_up}}}",
        **more,
    }
    lines = [f"{key}: {value}" for key, value in top.items()]
    lines += ["channels:", *_block(channels or {"phone": line()})]
    if options is None:
        lines += ["groups:", *_block(groups or {"own": team()})]
    else:
        lines += ["options:", *_block(options)]
    return load_text("\n".join(lines))


def _block(entries: Mapping[str, str]) -> list[str]:
    return [f"  {name}: {text}" for name, text in entries.items()]


def only(scenario: Scenario, **more: Any) -> Case:
    """The only option of a desk, ready to be played."""
    return case(scenario, "base", **more)
