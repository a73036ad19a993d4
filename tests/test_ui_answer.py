"""The answer page: where the answer changes, what would change it, how sure it is, and why."""

from __future__ import annotations

import pytest
from streamlit.testing.v1 import AppTest
from visitor import (
    bring,
    brought,
    calm,
    finish,
    own,
    pick,
    press,
    priced,
    put,
    tables,
    texts,
    tiles,
    without,
)

from sim.decide import Comparison, compare
from sim.decide.breakeven import breakeven
from sim.decide.risk import RiskAnswer, risk
from sim.decide.why import reasons
from sim.report.breakeven import breakeven_sentences
from sim.report.language import Code, Language
from sim.report.risk import risk_sentences
from sim.report.why import why_lines
from sim.scenario import load_text

pytestmark = pytest.mark.usefixtures("threads")


@pytest.fixture(scope="module")
def shop() -> Comparison:
    return compare(load_text(priced()))


@pytest.fixture(scope="module")
def risky(shop: Comparison) -> RiskAnswer:
    return risk(shop.scenario, comparison=shop, workers=1)


def asked(lang: Code = "en") -> AppTest:
    """The small shop, with everything on the page worked out."""
    return finish(brought(priced(), lang=lang))


def specs(app: AppTest) -> str:
    return " ".join(str(chart.proto.spec) for chart in app.get("vega_lite_chart"))


@pytest.mark.parametrize("lang", ["en", "ru"])
def test_where_the_answer_changes_is_told_as_on_the_command_line(
    shop: Comparison, lang: Code
) -> None:
    app = asked(lang)
    found = breakeven(shop.scenario, "volume", comparison=shop, verify=False)

    assert breakeven_sentences(found, Language(lang))[0] in texts(app)
    pick(app, "Along" if lang == "en" else "По какой величине", "price")
    finish(app)
    price = breakeven(shop.scenario, "price", comparison=shop, verify=False)
    assert breakeven_sentences(price, Language(lang))[0] in texts(app)
    assert price.crossings


def test_what_would_change_the_answer_and_how_sure_it_is(
    shop: Comparison, risky: RiskAnswer
) -> None:
    app = asked()

    flips = tables(app)[0]
    assert list(flips["If"]) == ["All prices of vendors"]
    value = Language("en").number(risky.month.flips[0].value, 2)
    assert flips["changes at"][0] == f"×{value}"
    assert flips["then cheapest"][0] == "Own team"
    told = texts(app)
    for sentence in risk_sentences(risky, Language("en")):
        assert sentence in told
    chance = Language("en").number(100 * risky.month.cheapest[shop.verdict.best].value)
    assert f"is the cheapest in {chance} cases of 100" in told


def test_counted_over_all_months_the_table_is_another(risky: RiskAnswer) -> None:
    app = asked()
    pick(app, "Counted", "npv")

    value = Language("en").number(risky["npv"].flips[0].value, 2)
    assert tables(app)[0]["changes at"][0] == f"×{value}"
    assert "present value" in specs(app)


def test_a_changed_scenario_is_asked_for_its_risk_by_a_button() -> None:
    app = asked()
    put(app, "Contacts a week", 2600.0)
    finish(app)

    assert "cases of 100 (" not in texts(app)
    press(app, "Ask how sure it is")
    finish(calm(app.run()))
    assert "is the cheapest in" in texts(app)


def test_without_ranges_the_page_says_how_to_get_them() -> None:
    plain = without("risk", priced())
    app = finish(brought(plain))

    assert "Nothing in this scenario has a range" in texts(app)
    assert "is the cheapest in" not in texts(app)


def test_where_service_differs_nothing_is_called_cheaper() -> None:
    app = finish(brought(priced(tolerance="0.1%")))

    assert app.header[0].value.endswith("No other option gives the service of “Own team”")
    assert "its cost is no saving" in texts(app)
    assert "Where the answer changes" not in texts(app)


def test_the_months_stand_where_the_scenario_has_them() -> None:
    app = asked()
    assert "6 months" in texts(app)
    short = without("horizon", priced())

    assert "discounted" not in texts(bring(app, short))


def test_every_line_of_the_month_can_be_unfolded(shop: Comparison) -> None:
    app = asked()
    pick(app, "Option", "vendor")
    box = next(box for box in app.selectbox if box.label == "Why this number?")
    line = next(one for one in reasons(shop["vendor"]) if one.line.name == box.value)

    told = texts(app).replace("\\", "")
    for text in why_lines(line, shop.scenario, Language("en")):
        assert text.strip().removeprefix("· ") in told


def test_a_page_without_prices_has_nothing_to_turn() -> None:
    app = brought(own())

    assert not app.get("progress")
    assert "Where the answer changes" not in texts(app)
    assert tiles(app)["Answered in time"].endswith("%")


def test_the_language_changes_and_the_choices_stay() -> None:
    app = asked()
    pick(app, "Along", "price")
    finish(app)
    pick(app, "Язык · Language", "ru")
    finish(app)

    assert next(g for g in app.button_group if g.label == "По какой величине").value == "price"
    price = breakeven(load_text(priced()), "price", verify=False)
    assert breakeven_sentences(price, Language("ru"))[0] in texts(app)


def test_where_nobody_comes_the_rest_of_the_answer_stands_all_the_same() -> None:
    text = without("risk", priced().replace("2500 / week", "0 / week"))
    app = finish(brought(text))

    assert not app.error
    assert next(b for b in app.button_group if b.label == "Along").value == "price"
    assert any("Mean wait" in table for table in tables(app))
