"""Which shifts to draw: the same demand takes half as many people more on two starts a day."""

from __future__ import annotations

import numpy as np
import pytest

from sim import erlang
from sim.errors import InvalidInput
from sim.plan.rotation import advise


def test_a_level_requirement_is_covered_without_waste_by_any_choice() -> None:
    assert {round(advice.efficiency, 9) for advice in advise([3.0] * 336)} == {1.0}


def test_one_hour_at_noon_takes_a_whole_shift() -> None:
    noon = [10.0 if hour % 24 == 12 else 0.0 for hour in range(168)]
    found = {advice.name: advice.hours for advice in advise(noon)}

    assert found["8 h in three shifts"] == pytest.approx(7 * 10 * 8)
    assert found["12 h from 8 and 20"] == pytest.approx(7 * 10 * 12)
    assert found["4 to 12 h from any hour"] == pytest.approx(7 * 10 * 4)


def test_a_day_with_a_peak_takes_half_as_many_people_more_on_two_starts() -> None:
    """A call centre with a peak of about 200 seats: more starts and lengths, fewer people."""
    hour = np.arange(336) / 2 % 24
    busy = np.exp(-0.5 * ((hour - 11) / 2.2) ** 2) + 0.6 * np.exp(-0.5 * ((hour - 17) / 2.5) ** 2)
    weekend = np.where(np.arange(336) >= 240, 0.6, 1.0)
    rate = (0.03 + 0.75 * busy) * weekend
    target = erlang.Target(service_level=0.8, awt=20.0)
    needed = erlang.agents_needed(target, arrival_rate=rate, aht=240.0, patience=180.0).agents
    found = {advice.name: advice for advice in advise(np.asarray(needed, float))}
    names = (
        "12 h from 8 and 20",
        "8 h in three shifts",
        "8 h from any hour",
        "8, 10 and 12 h from any hour",
    )
    people = [found[name].fte for name in names]

    assert sorted(people, reverse=True) == people
    assert people[0] > 1.5 * people[-1]
    assert found[names[-1]].efficiency > 0.9


def test_choices_that_cannot_cover_are_left_out_and_more_starts_never_cost() -> None:
    rng = np.random.default_rng(5)
    needed = rng.integers(0, 20, 168).astype(float) + 1
    few: dict[str, dict[int, tuple[int, ...]]] = {"a": {8: (0, 8, 16)}, "day only": {8: (8,)}}
    more = {"a": {8: (0, 4, 8, 12, 16, 20)}}

    assert [advice.name for advice in advise(needed, few)] == ["a"]
    assert advise(needed, more)[0].hours <= advise(needed, few)[0].hours + 1e-6


@pytest.mark.parametrize(
    ("requirement", "choices", "said"),
    [
        ([1.0] * 11, {"a": {8: (0,)}}, "must divide a week"),
        ([], {"a": {8: (0,)}}, "must divide a week"),
        ([0.0] * 168, {"a": {8: (0,)}}, "some above"),
        ([-1.0] * 168, {"a": {8: (0,)}}, "at least 0"),
        ([1.0] * 168, {"a": {8: (0.5,)}}, "choices[a] must keep to 60 minutes"),
        ([1.0] * 168, {"a": {}}, "choices[a] must have a start"),
    ],
)
def test_what_is_no_week_is_refused(
    requirement: list[float], choices: dict[str, dict[int, tuple[float, ...]]], said: str
) -> None:
    with pytest.raises(InvalidInput) as refused:
        advise(requirement, choices)

    assert said in str(refused.value)
