"""Why a figure is what it is: down to the file and the simulation, for every line there is."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from shops import shop

from sim.cost import Line
from sim.decide import Comparison, compare, simulate
from sim.decide.horizon import Outlook, outlook
from sim.decide.why import Ingredient, Reason, reasons, why
from sim.errors import InvalidInput
from sim.report.language import Language
from sim.report.why import lines_table, why_data, why_lines


@pytest.fixture(scope="module")
def compared() -> Comparison:
    return compare(shop(own=", lead: 40 days, one_offs: [{name: project, amount: 900 EUR}]"))


@pytest.fixture(scope="module")
def ahead(compared: Comparison) -> Outlook:
    found = outlook(compared)
    assert found is not None
    return found


def made_of(reason: Reason) -> Iterator[Ingredient]:
    for ingredient in reason.ingredients:
        yield ingredient
        if ingredient.reason is not None:
            yield from made_of(ingredient.reason)
    for part in reason.parts:
        yield from made_of(part)


def amounts(line: Line) -> float:
    """What the formula makes of the inputs that are told."""
    names = {"max": max, "__builtins__": {}}
    return float(eval(line.formula, names, dict(line.inputs)))


@pytest.mark.parametrize("option", ["as_is", "own"])
@pytest.mark.parametrize("month", [None, 1, 2, 7])
def test_every_line_is_what_its_formula_makes_of_what_is_told(
    compared: Comparison, ahead: Outlook, option: str, month: int | None
) -> None:
    found = reasons(compared[option], month=month, outlook=ahead)

    assert found[0].line.name == "cost"
    for reason in found[1:]:
        for one in [reason, *reason.parts]:
            if one.line.formula:
                assert amounts(one.line) == pytest.approx(one.line.amount)
                assert {i.name: i.value for i in one.ingredients} == one.line.inputs
        for ingredient in made_of(reason):
            if ingredient.reason is not None:
                assert amounts(ingredient.reason.line) == pytest.approx(ingredient.value)


def test_pay_comes_from_the_file_and_hours_from_the_simulation(compared: Comparison) -> None:
    wages = why(compared["as_is"], "them.contacts").parts[0]
    count, price, index = wages.ingredients

    assert (count.kind, price.kind, index.kind) == ("simulated", "scenario", "derived")
    assert count.found is not None
    assert count.found.half_width > 0
    assert price.assumptions[0].path.endswith("them.contract.price_per_contact.phone")
    assert [said.path.rpartition(".")[2] for said in index.assumptions] == ["indexation_annual"]


def test_a_source_that_the_file_names_is_told() -> None:
    pay = "options.own.groups.own.payroll.agents.pay.hourly_rate"
    scenario = shop(horizon="{months: 3, today: own}", sources=f"{{{pay}: our payroll}}")
    result = simulate(scenario, "own", replications=2)
    said = "\n".join(why_lines(why(result, "base_wages"), scenario, Language("en")))

    assert f"rate per hour 20: {pay} [1]" in said
    assert "[1] named in the scenario: our payroll" in said


def test_hours_on_the_roster_are_unfolded_to_those_on_the_line(compared: Comparison) -> None:
    hours = why(compared["own"], "own.base_wages").ingredients[1]

    assert hours.reason is not None
    logged = hours.reason.ingredients[0]
    assert logged.name == "logged_hours"
    assert logged.value == pytest.approx(4 * 730, rel=1e-3)


def test_what_is_paid_once_is_unfolded_too(compared: Comparison, ahead: Outlook) -> None:
    project = why(compared["own"], "project", outlook=ahead)
    hired = why(compared["own"], "initial_recruitment", outlook=ahead)

    assert project.line.amount == 900
    assert project.ingredients[0].assumptions[0].path == "options.own.one_offs.project.amount"
    assert "cost_per_hire" in {one.name for one in made_of(hired)}


def test_a_line_may_be_asked_for_by_its_last_part(compared: Comparison) -> None:
    assert why(compared["own"], "rent").line.name == "own.rent"
    assert why(compared["own"]).line.amount == pytest.approx(compared["own"].cost.value)  # type: ignore[union-attr]


def test_an_unknown_line_is_refused_with_the_nearest(compared: Comparison) -> None:
    with pytest.raises(InvalidInput, match=r"did you mean .*own.base_wages"):
        why(compared["own"], "own.base_wage")
    with pytest.raises(InvalidInput, match=r"the lines are cost, own.base_wages"):
        why(compared["own"], "zzz")
    with pytest.raises(InvalidInput, match="month needs a horizon"):
        why(compared["own"], "rent", month=2)


def test_a_month_that_is_not_there_is_refused(compared: Comparison, ahead: Outlook) -> None:
    with pytest.raises(InvalidInput, match="must be from 1 to 12"):
        why(compared["own"], "rent", month=13, outlook=ahead)


@pytest.mark.parametrize("code", ["en", "ru"])
def test_what_is_told_names_the_figure_and_where_it_comes_from(
    compared: Comparison, ahead: Outlook, code: str
) -> None:
    lang = Language(code)  # type: ignore[arg-type]
    said = "\n".join(why_lines(why(compared["own"], "churn"), compared.scenario, lang))
    rows = lines_table(reasons(compared["own"], outlook=ahead), compared.scenario, lang).rows

    assert "0" in said
    assert [row[0] for row in rows if row[0] == "own.rent"] == ["own.rent"]
    data = why_data(why(compared["own"], "rent"))
    assert data["line"] == "own.rent"
    assert {one["name"] for one in data["inputs"]} == {"seats", "m2_per_seat", "rent_m2_year"}
