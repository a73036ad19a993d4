"""Scenarios built in Python: plain numbers, the same rules."""

from __future__ import annotations

import datetime
from typing import Any

import pytest
from pydantic import ValidationError

from sim.scenario import (
    Calendar,
    Channel,
    Exponential,
    Group,
    Intervals,
    OpenHours,
    Option,
    Scenario,
    Shift,
    ShiftHours,
    Shifts,
    Skill,
    Survival,
    Target,
    Text,
)

WEEK = (10.0,) * 168


def phone(**changes: Any) -> Channel:
    plain = {"kind": "voice", "arrivals": WEEK, "handle_time": Exponential(mean=240.0)}
    return Channel(**{**plain, **changes})


def team(*skills: str, agents: int = 2) -> Group:
    shift = Shift(agents=agents, hours=ShiftHours.of("always"))
    return Group(skills={name: Skill() for name in skills}, staffing=Shifts(shifts=(shift,)))


def scenario(**changes: Any) -> Scenario:
    plain = {
        "name": "desk",
        "calendar": Calendar(start=datetime.date(2026, 3, 2)),
        "channels": {"phone": phone()},
        "options": {"own": Option(groups={"team": team("phone")})},
    }
    return Scenario(**{**plain, **changes})


def test_a_scenario_can_be_built_from_plain_numbers() -> None:
    built = scenario()

    assert built.baseline == "own"
    assert built.title == Text(words={"": "desk"})
    assert built.intervals_per_week == 168
    assert built.channels["phone"].volume == 1680


def test_models_do_not_change() -> None:
    with pytest.raises(ValidationError, match="frozen"):
        scenario().name = "other"  # type: ignore[misc]


def test_a_changed_copy_is_checked_again() -> None:
    built = scenario()
    data = built.model_dump()

    assert Scenario.model_validate({**data, "interval": 3600.0}) == built
    with pytest.raises(ValidationError, match="must have 672 numbers for a week, got 168"):
        Scenario.model_validate({**data, "interval": 900.0})


def test_names_must_agree_in_python_too() -> None:
    with pytest.raises(ValidationError, match="is not a channel of this scenario, got 'fax'"):
        scenario(options={"own": Option(groups={"team": team("phone", "fax")})})
    with pytest.raises(ValidationError, match="is not an option of this scenario"):
        scenario(baseline="vendor")
    with pytest.raises(ValidationError, match="has nobody to serve mail"):
        scenario(channels={"phone": phone(), "mail": phone()})


def test_a_closed_channel_needs_nobody() -> None:
    closed = phone(open=OpenHours.of("never"))
    shut = {"mail": OpenHours.of("never")}

    assert scenario(channels={"phone": phone(), "mail": closed}).channels["mail"].open.is_never
    option = Option(groups={"team": team("phone")}, open=shut)
    built = scenario(channels={"phone": phone(), "mail": phone()}, options={"own": option})
    assert built.options["own"].open["mail"].is_never


def test_fractions_of_agents_must_cover_the_week_of_the_scenario() -> None:
    group = Group(skills={"phone": Skill()}, staffing=Intervals(intervals=(1.5,) * 168))
    option = {"own": Option(groups={"team": group})}

    assert scenario(options=option).options == option
    with pytest.raises(ValidationError, match="must have 336 numbers"):
        scenario(options=option, interval=1800.0, channels={"phone": phone(arrivals=WEEK * 2)})


def test_an_option_in_which_nobody_ever_works_is_refused() -> None:
    with pytest.raises(ValidationError, match="at least one agent at some time"):
        Option(groups={"team": team("phone", agents=0)})
    mixed = {"team": team("phone", agents=0), "others": team("phone")}
    assert Option(groups=mixed).groups == mixed


def test_a_target_and_a_curve_take_their_parts_as_numbers() -> None:
    target = Target(answered=0.8, awt=20.0)

    assert (target.rule, target.hold, target.abandonment) == ("offered", "every interval", None)
    assert Survival(times=(10.0,), survival=(0.9,)).mean > 0
    for times, survival in [((), ()), ((10.0,), (0.9, 0.8)), ((10.0, 5.0), (0.9, 0.8))]:
        with pytest.raises(ValidationError, match="table"):
            Survival(times=times, survival=survival)


def test_a_text_without_the_language_falls_back_to_what_there_is() -> None:
    assert Text(words={"ru": "Ночь"}).in_("de") == "Ночь"
