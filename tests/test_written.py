"""Any number of a scenario written anew: read back, it is the number that was written."""

from __future__ import annotations

from pathlib import Path

import pytest
from visitor import own

from sim.errors import InvalidInput
from sim.scenario import Scenario, load, load_text
from sim.scenario.edited import edited, law_edit, tree_text
from sim.scenario.load import standalone
from sim.scenario.written import Figure, choice_of, figure_of, number_text, write, write_choice

READY = ("company-n", "omnichannel", "help-desk", "bank")


def figures(scenario: Scenario, tree: dict[str, object]) -> dict[str, Figure]:
    found = (figure_of(scenario, tree, one) for one in scenario.assumptions())
    return {one.path: one for one in found if one is not None}


def moved(one: Figure) -> float:
    """Another value that the door lets in."""
    return one.value + 1 if one.unit == "count" else 0.99 * one.value


@pytest.mark.parametrize("name", READY)
def test_every_figure_is_read_back_as_it_was_written(root: Path, name: str) -> None:
    path = root / "scenarios" / f"{name}.yaml"
    scenario, tree = load(path), standalone(path)
    every = {one.path: one for one in scenario.assumptions()}
    before, wanted = figures(scenario, tree), {}
    for one in before.values():
        if one.path.endswith(".upto"):
            continue
        now = figure_of(scenario, tree, every[one.path])
        assert now is not None
        wanted[one.path] = moved(one)
        tree = edited(tree, [write(now, moved(one), scenario, tree)])
    again = load_text(tree_text(tree))
    after = figures(again, standalone(text=tree_text(tree)))

    assert len(before) >= 4
    for place, value in wanted.items():
        if place.endswith(".arrivals"):
            value = wanted.get(place.removesuffix("arrivals") + "volume", value)
        assert after[place].value == pytest.approx(value), place


def test_what_is_no_number_is_chosen_or_left_alone(root: Path) -> None:
    path = root / "scenarios" / "company-n.yaml"
    scenario, tree = load(path), standalone(path)
    known = figures(scenario, tree)
    every = {one.path: one for one in scenario.assumptions()}
    rest = {path: choice_of(scenario, tree, every[path]) for path in every.keys() - known.keys()}

    agents = "options.inhouse.groups.own.payroll.agents"
    assert known.keys().isdisjoint(rest)
    assert [path for path, one in rest.items() if one is None] == ["channels.email.patience"]
    scale, bonus = rest[f"{agents}.contributions"], rest[f"{agents}.pay.ot_base_includes_bonus"]
    assert scale is not None
    assert bonus is not None
    assert "sme_2025" in scale.among
    assert bonus.among == (True, False)


@pytest.mark.parametrize(
    ("place", "value"), [("contributions", "sme_2025"), ("pay.ot_base_includes_bonus", False)]
)
def test_what_was_chosen_is_read_back_and_can_be_chosen_anew(
    root: Path, place: str, value: str | bool
) -> None:
    path = root / "scenarios" / "company-n.yaml"
    scenario, tree = load(path), standalone(path)
    whole = f"options.inhouse.groups.own.payroll.agents.{place}"
    other: bool | str = "standard_2025" if isinstance(value, str) else not value
    for wanted in (value, other):
        one = next(one for one in scenario.assumptions() if one.path == whole)
        choice = choice_of(scenario, tree, one)
        assert choice is not None
        tree = edited(tree, [write_choice(choice, wanted, scenario)])
        scenario = load_text(tree_text(tree))
        again = next(one for one in scenario.assumptions() if one.path == whole)

        assert again.value == wanted


def test_a_price_in_a_preset_takes_its_list_along(root: Path) -> None:
    path = root / "scenarios" / "company-n.yaml"
    scenario, tree = load(path), standalone(path)
    one = figures(scenario, tree)["options.shared.groups.vendor.contract.minutes.tiers.0.price"]
    edit = write(one, 20.0, scenario, tree)

    assert edit.place == ("options", "shared", "groups", "vendor", "contract", "minutes", "tiers")
    assert edit.value == [{"price": "20 RUB per minute"}]


def test_with_one_option_groups_stand_at_the_top_of_the_file() -> None:
    text = own().replace("skills: [phone]", "handle_time: 110%, skills: [phone]")
    scenario, tree = load_text(text), standalone(text=text)
    one = figures(scenario, tree)["options.base.groups.desk.handle_time"]

    assert one.place == ("groups", "desk", "handle_time")
    assert write(one, 1.2, scenario, tree).value == 1.2


@pytest.mark.parametrize(
    ("unit", "text"),
    [
        ("share/year", "8%"),
        ("h/year", "0.08h"),
        ("money/m2/year", "0.08 EUR per m2 per year"),
        ("contacts/week", "0.08 / week"),
        ("m2", "0.08 m2"),
        ("month", 0.08),
    ],
)
def test_each_unit_is_written_as_people_write_it(unit: str, text: str | float) -> None:
    assert number_text(0.08, unit, "EUR") == text


def test_what_has_no_unit_to_write_is_refused() -> None:
    with pytest.raises(InvalidInput, match="is no number that can be written"):
        number_text(1.0, "scale", "EUR")


def test_a_law_put_together_from_parts_has_no_mean_to_write() -> None:
    parts = {"law": "mixture", "parts": [{"share": "50%", "mean": "1m"}]}
    with pytest.raises(InvalidInput, match="put together from parts"):
        law_edit(("channels", "phone", "handle_time"), parts, 60.0, 90.0)
