"""Groups that share channels, all staffed to target: the simulation divides the work."""

from __future__ import annotations

from functools import cache

import numpy as np
import pytest
from desks import desk, line, team

from sim.decide import OptionResult, simulate
from sim.plan import Cover, cover
from sim.scenario import Scenario

DAY = [0] * 7 + [10, 25, 40, 50, 50, 45, 40, 40, 35, 30, 20, 10, 6] + [0] * 4
VIP = [0] * 7 + [3, 6, 10, 12, 12, 12, 10, 10, 8, 8, 5, 3, 2] + [0] * 4
SHIFTS = (
    "shifts: {early: {start: 06:00-08:00, length: [6h, 8h]}, "
    "late: {start: 10:00-14:00, length: [6h, 8h]}}"
)
TO_TARGET = "to_target: {}"


def centre(groups: dict[str, str], hold: str = "every interval", days: str = "") -> Scenario:
    """Two lines that are open by day, on all of them or on the first two, and who answers them."""
    promise = f"{{answered: 80% in 20s, hold: {hold}}}"
    lines = {
        name: line(by_hour, patience="2m", target=promise, open=f'"{days}07:00-20:00"')
        for name, by_hour in (("phone", DAY), ("vip", VIP))
    }
    return desk(lines, groups, days=2 if days else 7)


@cache
def agents(*skills: str) -> int:
    """Agent-hours a week of groups with these skills."""
    groups = {f"g{k}": team(skill, TO_TARGET) for k, skill in enumerate(skills)}
    found = cover(centre(groups), "base", seed=1)
    return sum(int(one.agents.sum()) for one in found.values())


@cache
def of_two_teams(staffing: str, hold: str, days: str = "") -> OptionResult:
    """A team for one line and a team for both, on customers that they were not planned on."""
    groups = {"first": team("[phone]", staffing), "both": team("[phone, vip]", staffing)}
    return simulate(centre(groups, hold, days), "base", seed=7, replications=60)


@pytest.mark.parametrize(
    ("staffing", "hold", "days"),
    [
        (TO_TARGET, "every interval", "Mon-Tue "),
        (TO_TARGET, "on average", ""),
        (f"to_target: {{{SHIFTS}}}", "every interval", "Mon-Tue "),
        (f"to_target: {{{SHIFTS}}}", "every day", "Mon-Tue "),
        pytest.param(TO_TARGET, "every interval", "", marks=pytest.mark.long),
        pytest.param(f"to_target: {{{SHIFTS}}}", "every interval", "", marks=pytest.mark.long),
        pytest.param(f"to_target: {{{SHIFTS}}}", "every day", "", marks=pytest.mark.long),
    ],
    ids=[
        "intervals",
        "average",
        "shifts",
        "days",
        "intervals all week",
        "shifts all week",
        "days all week",
    ],
)
def test_two_groups_with_a_common_line_keep_both_promises(
    staffing: str, hold: str, days: str
) -> None:
    result = of_two_teams(staffing, hold, days)

    assert all(one.kept for one in result.attained)
    assert all(one.thin[0] <= 2 for one in result.attained)


def test_a_promise_on_average_is_kept_by_both_teams_and_hardly_more() -> None:
    """The line that is hardest to keep; the other one has more than it asks for either way."""
    seen = of_two_teams(TO_TARGET, "on average", "").replications
    served, noise = seen.profile("service_level", "vip", "period")

    assert served[0] - noise[0] < 0.81


def test_partly_shared_skills_need_no_less_than_one_pool_and_no_more_than_two() -> None:
    assert agents("[phone, vip]") <= agents("[phone]", "[phone, vip]")
    # What sharing gains is harvested: agents whom nobody misses are taken away again.
    assert agents("[phone]", "[phone, vip]") <= 0.96 * agents("[phone]", "[vip]")


def of_two_prices(most: int) -> dict[str, Cover]:
    """Two groups that answer the same line, one of them dearer."""
    own = team("[phone]", f"to_target: {{maximum: {most}}}", payroll="{preset: RU_2026}")
    price = "{price_per_agent_hour: {rate: 3000 RUB per hour}}"
    vendor = team("[phone]", TO_TARGET, source="vendor", contract=price)
    promise = "{answered: 80% in 20s}"
    phone = line(DAY, patience="2m", target=promise, open='"07:00-20:00"')
    return cover(
        desk({"phone": phone}, {"vendor": vendor, "own": own}, currency="RUB"), "base", seed=1
    )


def test_the_cheaper_of_two_groups_does_what_it_can() -> None:
    free = of_two_prices(50)
    bound = of_two_prices(3)

    assert not free["vendor"].agents.any()
    assert bound["own"].agents.max() == 3
    assert bound["vendor"].agents.any()
    assert np.all(bound["vendor"].agents[bound["own"].agents < 3] == 0)
