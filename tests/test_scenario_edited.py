"""What is edited is what a file would say: nothing else changes, and the door checks it."""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import Any

import pytest
from desks import MAIL_AND_PHONE as SHOP
from hypothesis import given, settings
from hypothesis import strategies as st

from sim.errors import InvalidInput, ScenarioError
from sim.scenario import Lognormal, Scenario, load, load_text
from sim.scenario.edited import Edit, edited, figure_edits, tree_text
from sim.scenario.load import load_tree, standalone
from sim.scenario.ready import ready
from sim.scenario.variant import aht, volume

HANDLE = "{law: lognormal, mean: 3m, cv: 0.8}"


def written(text: str = SHOP, **figures: Any) -> Scenario:
    """The scenario with figures written into its text."""
    tree = standalone(text=text)
    return load_text(tree_text(edited(tree, figure_edits(tree, load_text(text), **figures))))


@pytest.mark.parametrize("name", ready())
def test_a_ready_scenario_written_out_whole_is_the_same(name: str) -> None:
    whole = standalone(ready()[name])

    assert load_text(tree_text(whole)) == load_tree(whole) == load(ready()[name])


def test_nothing_given_changes_nothing() -> None:
    assert written().digest == load_text(SHOP).digest


def test_another_volume_scales_all_channels_alike() -> None:
    busier = written(week=2000)

    assert busier.channels["phone"].volume == pytest.approx(1400)
    assert busier.channels["mail"].volume == pytest.approx(600)
    assert volume(busier) == pytest.approx(2000)
    assert busier.channels["phone"].target == load_text(SHOP).channels["phone"].target


def test_another_handle_time_stretches_talk_and_after_call_work_of_the_lead() -> None:
    slower = written(handle_time=400).channels

    assert slower["phone"].handle_time == Lognormal(mean=360.0, cv=0.8)
    assert aht(slower["phone"]) == pytest.approx(400)
    assert slower["mail"] == load_text(SHOP).channels["mail"]


def test_measured_durations_keep_their_shape_when_they_are_stretched() -> None:
    measured = SHOP.replace(HANDLE, "{law: empirical, table: {1m: 25%, 5m: 75%}}")
    before = load_text(measured).channels["phone"]
    after = written(measured, handle_time=2 * aht(before)).channels["phone"]

    assert after.handle_time.mean == pytest.approx(2 * before.handle_time.mean)


def test_a_law_of_parts_has_no_mean_to_write() -> None:
    parts = "{law: mixture, parts: [{share: 40%, of: 1m}, {share: 60%, of: 4m}]}"

    with pytest.raises(InvalidInput, match="handle_time is put together from parts"):
        written(SHOP.replace(HANDLE, parts), handle_time=400)


def test_a_target_keeps_what_is_not_replaced() -> None:
    target = written(answered=0.9).channels["phone"].target

    assert target is not None
    assert (target.answered, target.awt, target.abandonment) == (0.9, 20.0, 0.05)


def test_a_channel_without_a_promise_gets_one_from_a_share_and_a_time() -> None:
    silent = SHOP.replace("target: {answered: 80% in 20s, abandonment: 5%}", "priority: 1")

    assert written(silent, answered=0.7).channels["phone"].target is None
    promised = written(silent, answered=0.7, awt=30).channels["phone"].target
    assert promised is not None
    assert (promised.answered, promised.awt) == (0.7, 30.0)


def test_an_impossible_figure_is_refused_at_its_place() -> None:
    with pytest.raises(ScenarioError, match=r"channels\.phone\.handle_time"):
        written(handle_time=-400)
    with pytest.raises(InvalidInput, match="cannot be scaled when there is none"):
        written(SHOP.replace("300 / week", "0 / week").replace("700 / week", "0 / week"), week=5)


def test_places_that_lack_on_the_way_are_made_and_others_stay() -> None:
    tree = standalone(text=SHOP)
    after = edited(tree, [Edit(("consequences", "margin_per_order"), "5 RUB")])

    assert after == {**tree, "consequences": {"margin_per_order": "5 RUB"}}
    assert "consequences" not in tree


def test_items_of_a_list_are_replaced_and_taken_away_by_their_number() -> None:
    tree = {"shifts": [{"agents": 1}, {"agents": 2}]}

    assert edited(tree, [Edit(("shifts", 1, "agents"), 5)]) == {
        "shifts": [{"agents": 1}, {"agents": 5}]
    }
    assert edited(tree, [Edit(("shifts", 0), None)]) == {"shifts": [{"agents": 2}]}


@pytest.mark.parametrize("place", [(), ("name", "first"), ("channels", 0), ("channels", "mail", 9)])
def test_a_place_that_leads_nowhere_is_refused(place: tuple[Any, ...]) -> None:
    with pytest.raises(InvalidInput, match="place"):
        edited(standalone(text=SHOP), [Edit(place, 1)])


signs = st.characters(codec="utf-8", categories=("L", "N", "P", "S", "Zs"))
keys = st.text(signs, min_size=1, max_size=12)
values = st.recursive(
    st.none() | st.booleans() | st.integers(-9, 9) | st.text(signs, max_size=12),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(keys, inner, max_size=3),
    max_leaves=8,
)


@settings(max_examples=40)
@given(st.dictionaries(keys, values, max_size=4))
def test_text_says_what_was_written_whatever_the_words(tree: dict[str, Any]) -> None:
    whole = {"name": "mine", **tree}

    assert standalone(text=tree_text(whole)) == whole


def _nested(depth: int) -> dict[str, Any]:
    return {"name": "x"} if depth == 0 else {"name": _nested(depth - 1)}


@pytest.mark.parametrize(
    "more",
    [
        {"title": "a bell: \a"},
        {"a bell: \a": 1},
        {"title": _nested(60)},
        {"title": list(range(6_000))},
        {"seed": 10**40},
        {"seed": math.inf},
        {"channels": {"phone": {"volume": "900 / week", "arrivals": "week.csv"}}},
        {"channels": {"phone": {"volume": -1, "sla": None, "fcr": True}}},
        {"extends": "other.yaml"},
    ],
    ids=[
        "bell",
        "bell in a key",
        "deep",
        "many",
        "long",
        "infinite",
        "channel",
        "minus",
        "extends",
    ],
)
def test_what_a_text_may_not_say_keys_and_values_may_not_either(
    more: dict[str, Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    # As many values as a text may have take two seconds to read; a tenth of them is as telling.
    monkeypatch.setattr("sim.scenario.tree.MOST_NODES", 5_000)
    tree = {**standalone(text=SHOP), **more}

    def faults(read: Callable[[], object]) -> list[tuple[str, str]]:
        with pytest.raises(ScenarioError) as refused:
            read()
        return sorted((one.path, one.rule) for one in refused.value.problems)

    assert faults(lambda: load_tree(tree)) == faults(lambda: load_text(tree_text(tree)))
