"""A week as a table: what goes out comes back, and what cannot be read is refused in words."""

from __future__ import annotations

from pathlib import Path

import pytest
from visitor import own

from sim.errors import InvalidInput, ScenarioError
from sim.scenario import Scenario, load, load_text
from sim.scenario.edited import edited, tree_text
from sim.scenario.load import standalone
from sim.scenario.week_file import week_channels, week_edits, week_text


@pytest.fixture(scope="module")
def shop(root: Path) -> Scenario:
    return load(root / "scenarios" / "company-n.yaml")


def test_a_week_comes_back_as_it_went_out(shop: Scenario, root: Path) -> None:
    edits = week_edits(shop, week_text(shop).encode("utf-8-sig"), "week.csv")
    tree = edited(standalone(root / "scenarios" / "company-n.yaml"), edits)
    again = load_text(tree_text(tree))
    for name, channel in shop.channels.items():
        assert again.channels[name].arrivals == pytest.approx(channel.arrivals, rel=1e-5)


def test_numbers_of_a_table_are_contacts_not_only_their_form(root: Path) -> None:
    scenario = load_text(own())
    doubled = [
        f"{day},{hour:02d}:00,{2 if hour == 9 else 0}" for day in ("Mon-Sun",) for hour in range(24)
    ]
    edits = week_edits(scenario, "\n".join(["day,time,phone", *doubled]).encode(), "week.csv")
    again = load_text(tree_text(edited(standalone(text=own()), edits)))

    assert again.channels["phone"].volume == 14
    assert again.channels["phone"].arrivals[9] == 2


def test_a_table_of_other_columns_is_refused(shop: Scenario) -> None:
    data = week_text(shop).replace("phone,chat,email", "a,b,c").encode()
    with pytest.raises(InvalidInput, match="must have a column named phone or chat or email"):
        week_edits(shop, data, "week.csv")


def test_a_table_with_holes_is_refused_by_place(shop: Scenario) -> None:
    data = "\n".join(week_text(shop).splitlines()[:-1]).encode()
    with pytest.raises(ScenarioError, match="has no row for Sun 23:00"):
        week_edits(shop, data, "week.csv")


def test_what_is_called_from_a_list_has_no_week(root: Path) -> None:
    desk = load(root / "scenarios" / "omnichannel.yaml")

    assert "calls" in desk.channels
    assert "calls" not in week_channels(desk)
    assert week_text(desk).splitlines()[0].split(",")[2:] == list(week_channels(desk))
