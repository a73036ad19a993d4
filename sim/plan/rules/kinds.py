"""The kinds of rules that the checker knows: their parameters with units, and their words."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

__all__ = ["KINDS", "NIGHT", "Kind", "Parameter"]


@dataclass(frozen=True, slots=True)
class Parameter:
    """A number of a rule.

    Parameters
    ----------
    unit
        As a person would write it.
    low, high
        Bounds that make sense.
    usual
        What it is when not given; None where it must be.
    """

    unit: str
    low: float = 0.0
    high: float = 9999.0
    usual: float | None = None


@dataclass(frozen=True, slots=True)
class Kind:
    """What a rule of this kind says, and with which numbers.

    Parameters
    ----------
    text
        The rule in words, its parameters in braces.
    parameters
        By name; the first is the one that a bare number means.
    checked
        Whether duties can break it. The others are facts that pay and norms are made of.
    """

    text: str
    parameters: Mapping[str, Parameter] = field(default_factory=dict)
    checked: bool = True


#: The night of a rule by the clock, and how much of it makes a duty a night duty.
NIGHT = {
    "since": Parameter("o'clock", 0, 24, 22),
    "until": Parameter("o'clock", 0, 24, 6),
    "least": Parameter("h", 0, 24, 3),
}
_HOURS = Parameter("h", 0, 9999)
_COUNT = Parameter("", 0, 366)

KINDS: Mapping[str, Kind] = {
    # --- rest ---------------------------------------------------------------
    "daily_rest": Kind(
        "at least {hours:g} h of rest between duties",
        # Within: the rest must lie in so many hours from the start of a duty; 0: wherever it is.
        {"hours": Parameter("h", 0, 168), "within": Parameter("h", 0, 168, 0)},
    ),
    "rest_by_duty": Kind(
        "at least {times:g} times as much rest as the duty before took",
        {"times": Parameter("times", 0, 10)},
    ),
    "weekly_rest": Kind(
        "at least {hours:g} h of rest without a break in every calendar week",
        # Inside: only what lies in the week counts; 0: a rest counts whole where most of it lies.
        {"hours": Parameter("h", 0, 168), "inside": Parameter("", 0, 1, 1)},
    ),
    "running_shifts": Kind(
        "no two shifts running (less than {hours:g} h apart)", {"hours": Parameter("h", 0, 24, 1)}
    ),
    "meal": Kind(
        "a pause for a meal of {least:g} to {most:g} minutes in a duty above {over:g} h",
        {
            "over": Parameter("h", 0, 24),
            "least": Parameter("min", 0, 480),
            "most": Parameter("min", 0, 480, 480),
        },
    ),
    # --- hours --------------------------------------------------------------
    "duty_length": Kind("no duty above {hours:g} h from start to end", {"hours": _HOURS}),
    "duty_hours": Kind("no duty above {hours:g} paid h", {"hours": _HOURS}),
    "week_hours": Kind("at most {hours:g} paid h in a calendar week", {"hours": _HOURS}),
    "average_week": Kind(
        "at most {hours:g} h a week on average over {weeks:g} weeks",
        {"hours": _HOURS, "weeks": Parameter("weeks", 1, 53)},
    ),
    "night_average": Kind(
        "night workers: at most {hours:g} h in 24 on average over {weeks:g} weeks",
        {"hours": Parameter("h", 0, 24), "weeks": Parameter("weeks", 1, 53), **NIGHT},
    ),
    "norm": Kind(
        "at most the norm of the calendar and {over:g} h of overtime in {months:g} months",
        {
            "over": Parameter("h", 0, 9999, 0),
            "months": Parameter("months", 1, 12, 1),
            "week": Parameter("h", 1, 168, 40),
            "eve": Parameter("h", 0, 8, 0),
        },
    ),
    "norm_owed": Kind(
        "no less than the norm of the calendar in {months:g} months",
        {
            "under": Parameter("h", 0, 9999, 0),
            "months": Parameter("months", 1, 12, 1),
            "week": Parameter("h", 1, 168, 40),
            "eve": Parameter("h", 0, 8, 0),
        },
    ),
    "overtime_year": Kind(
        "at most {hours:g} h of overtime in a calendar year",
        {
            "hours": _HOURS,
            "months": Parameter("months", 1, 12, 1),
            "week": Parameter("h", 1, 168, 40),
            "eve": Parameter("h", 0, 8, 0),
        },
    ),
    "overtime_days": Kind(
        "at most {hours:g} h beyond {day:g} h a day in two days running",
        {"hours": _HOURS, "day": Parameter("h", 0, 24, 8)},
    ),
    # --- whom a time is closed to -------------------------------------------
    "night_ban": Kind("no work at night", {k: NIGHT[k] for k in ("since", "until")}),
    "holiday_ban": Kind("no work on public holidays"),
    "notice": Kind(
        "the plan is known {days:g} days ahead at least", {"days": Parameter("days", 0, 366)}
    ),
    # --- rows of days -------------------------------------------------------
    # None at all would let nobody work.
    "days_running": Kind(
        "at most {days:g} days of work running", {"days": Parameter("days", 1, 366)}
    ),
    "days_off_running": Kind("at least {days:g} days off running", {"days": _COUNT}),
    "nights_running": Kind("at most {nights:g} nights running", {"nights": _COUNT, **NIGHT}),
    "long_running": Kind(
        "at most {duties:g} duties of {hours:g} h or more on days running",
        {"duties": _COUNT, "hours": Parameter("h", 0, 48)},
    ),
    "days_off_after_nights": Kind("{days:g} days off after nights", {"days": _COUNT, **NIGHT}),
    "nights_in_weeks": Kind(
        "at most {nights:g} nights in {weeks:g} calendar weeks",
        {"nights": _COUNT, "weeks": Parameter("weeks", 1, 53, 4), **NIGHT},
    ),
    "weekends_off": Kind(
        "at least {count:g} whole weekends off in {weeks:g}",
        # Spill: what a Friday night may reach into a weekend that still counts as off.
        {
            "count": _COUNT,
            "weeks": Parameter("weeks", 1, 53, 4),
            "spill": Parameter("h", 0, 24, 0),
        },
    ),
    "weekends_running": Kind(
        "at most {weekends:g} weekends of work running",
        {"weekends": _COUNT, "spill": Parameter("h", 0, 24, 0)},
    ),
    "forward": Kind(
        "from one day to the next no start is more than {hours:g} h earlier",
        {"hours": Parameter("h", 0, 24)},
    ),
    # --- facts --------------------------------------------------------------
    "night_pay": Kind(
        "nights are paid {share:.0%} more",
        {"share": Parameter("share", 0, 5), "since": NIGHT["since"], "until": NIGHT["until"]},
        checked=False,
    ),
    "night_shortened": Kind(
        "a night shift is {hours:g} h shorter, without working it off",
        {"hours": Parameter("h", 0, 8)},
        checked=False,
    ),
    "holiday_pay": Kind(
        "work on public holidays is paid {times:g} times",
        {"times": Parameter("times", 1, 5)},
        checked=False,
    ),
    "eve_shortened": Kind(
        "the working day before a public holiday is {hours:g} h shorter",
        {"hours": Parameter("h", 0, 8)},
        checked=False,
    ),
}
