"""The page on the model: what figures rest on, and a proof that anybody can run."""

from __future__ import annotations

import pytest
from visitor import calm, finish, opened, press, tables, texts

from sim.decide.proof import PROOFS, prove
from sim.report.language import Language


@pytest.mark.parametrize(
    ("lang", "title"),
    [
        ("en", "How the figures come about, and how far to trust them"),
        ("ru", "Откуда берутся числа и насколько им верить"),
    ],
)
def test_the_page_tells_formulas_limits_and_sources(lang: str, title: str) -> None:
    app = opened("about", lang=lang, scenario="bank")

    assert app.title[0].value == title
    assert len(app.get("latex")) == 3
    assert "A. K. Erlang" in texts(app)
    assert not app.error


def test_the_proof_is_played_when_asked_and_says_what_the_engine_found() -> None:
    app = opened("about", lang="en", scenario="bank")
    press(app, "Play them now")
    finish(calm(app.run()))
    rows = next(t for t in tables(app) if "Formula" in t.columns)
    exact = [one for name in PROOFS for one in prove(name)]
    words = Language("en")

    assert list(rows.reset_index()["Formula"]) == [
        f"{words.number(one.formula, 2)} s"
        if one.measure == "mean_wait"
        else words.percent(one.formula, 2)
        for one in exact
    ]
    assert f"of {len(exact)} formulas" in texts(app)


@pytest.mark.slow
@pytest.mark.parametrize("name", PROOFS)
def test_formula_and_simulation_agree_as_often_as_chance_allows(name: str) -> None:
    found = [one for seed in range(10) for one in prove(name, seed)]
    far = [
        one
        for one in found
        if abs(one.simulated.value - one.formula) > 2 * one.simulated.half_width
    ]

    assert sum(one.agrees for one in found) >= 0.8 * len(found)
    assert not far
