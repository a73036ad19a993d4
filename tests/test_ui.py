"""Every page in both languages, and the states in which visitors find themselves."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Literal

import pytest
from streamlit.testing.v1 import AppTest
from visitor import (
    APP,
    OWN,
    bring,
    brought,
    calm,
    group,
    opened,
    own,
    pick,
    press,
    priced,
    put,
    tables,
    texts,
    tiles,
    turn,
)

from sim.decide import Comparison, compare
from sim.report.language import Language
from sim.report.words import headline
from sim.scenario import load
from sim.ui.frame import PAGES
from sim.ui.state import State
from sim.ui.work import scenario_of

pytestmark = pytest.mark.usefixtures("on_its_way")

TITLES = {
    ("answer", "en"): "Which is cheaper at 80/20?",
    ("answer", "ru"): "Что дешевле при уровне сервиса 80/20?",
    ("people", "en"): "How many people, and where are they missing?",
    ("people", "ru"): "Сколько нужно людей и где их не хватает?",
}


@pytest.fixture(scope="module")
def shop(root: Path) -> Comparison:
    return compare(load(root / "scenarios" / "company-n.yaml"))


@pytest.mark.parametrize(("page", "lang"), TITLES)
def test_every_page_opens_in_both_languages(page: str, lang: str) -> None:
    app = opened(page, lang=lang)

    assert [title.value for title in app.title] == [TITLES[page, lang]]
    assert not app.warning
    assert not app.error


@pytest.mark.parametrize("page", ["answer", "people"])
def test_a_russian_page_has_no_english_sentence(page: str) -> None:
    app = opened(page, lang="ru")
    # What a scenario says of its sources is shown as it is written there.
    told = [table.drop(columns="Источник", errors="ignore") for table in tables(app)]
    said = texts(app) + "".join(table.to_string() for table in told)
    # Places in the file are called what the file calls them.
    words = re.findall(r"[A-Za-z]+", re.sub(r"\w+(\\?[._]\w+)+", "", said))

    assert not {"the", "of", "and", "in", "is", "on", "a"} & set(words)


@pytest.mark.parametrize("lang", ["ru", "en"])
def test_the_answer_is_that_of_the_engine(shop: Comparison, lang: str) -> None:
    app = opened(lang=lang)
    words = Language("ru") if lang == "ru" else Language("en")

    assert headline(shop, words) in app.header[0].value
    found = tiles(app)
    base, best = shop.baseline, shop[shop.verdict.best]
    for option in (base, best):
        assert option.cost is not None
        title = option.option.title
        assert title is not None
        price = words.money(option.cost.value, "RUB", compact=True)
        assert found[title.in_(lang)] == price


def test_the_table_gives_every_option_with_its_cost(shop: Comparison) -> None:
    table = tables(opened(lang="en"))[0]

    assert len(table) == len(shop.options)
    costs = [
        Language("en").money(o.cost.value, "RUB", compact=True) for o in shop.options if o.cost
    ]
    assert [cell.replace("\\", "") for cell in table["Cost a month"]] == costs


def test_an_option_with_another_service_is_no_saving(shop: Comparison) -> None:
    app = opened(lang="en", option="as_is")

    assert shop.gaps("as_is")
    assert "does not give the same service" in texts(app)
    assert "cost is no saving" in texts(app)


def test_another_volume_changes_the_answer_and_the_link(shop: Comparison) -> None:
    app = opened(lang="en")
    before = tiles(app)
    put(app, "Contacts a week", 4000.0)

    assert tiles(app) != before
    assert app.query_params["volume"] == "4000"
    small = compare(scenario_of(State("company-n", figures={"volume": 4000.0}))[1])
    assert headline(small, Language("en")) in app.header[0].value


def test_back_to_the_example_undoes_every_figure() -> None:
    app = opened(lang="en", volume="4000", aht="120", answered="70", within="30")
    assert app.title[0].value == "Which is cheaper at 70/30?"
    press(app, "Back to the example")
    calm(app.run())

    assert app.title[0].value == "Which is cheaper at 80/20?"
    assert [n.value for n in app.sidebar.number_input] == [7249.0, 240.0, 80.0, 20.0]
    assert set(app.query_params) == {"lang", "scenario"}


def test_another_language_keeps_page_figures_and_choices() -> None:
    app = opened("people", lang="ru", volume="4000", option="dedicated")
    app.selectbox(key="chosen.people.option.company-n.ru.inhouse|as_is|shared|dedicated").select(
        "shared"
    )
    calm(app.run())
    pick(app, "Язык · Language", "en")

    assert app.title[0].value == TITLES["people", "en"]
    assert app.number_input[0].value == 4000.0
    chosen = {box.label: box.value for box in app.selectbox}
    assert chosen["Option"] == "shared"
    assert chosen["Compare “Own team round the clock” with"] == "dedicated"
    turn(app, "answer")
    assert {box.label: box.value for box in app.selectbox} == {
        label: value for label, value in chosen.items() if label not in ("Option", "Channel")
    } | {"Why this number?": "own.base_wages"}
    assert app.number_input[0].value == 4000.0


@pytest.mark.parametrize(("browser", "title"), [("ru-RU", "ru"), ("de-DE", "en")])
def test_without_a_link_the_browser_chooses_the_language(browser: str, title: str) -> None:
    app = AppTest.from_file(str(APP), default_timeout=120)
    app.context = {"locale": browser}

    assert calm(app.run()).title[0].value == TITLES["answer", title]


def test_a_damaged_link_opens_the_example_and_says_what_was_left_out() -> None:
    app = opened(lang="en", volume="lots", scenario="../../etc/passwd", aht="1e99")

    assert app.title[0].value == TITLES["answer", "en"]
    assert "scenario=../../etc/passwd" in app.warning[0].value
    assert "volume=lots" in app.warning[0].value
    assert "aht=1e99" in app.warning[0].value
    assert app.query_params["scenario"] == "company-n"
    put(app, "Contacts a week", 4000.0)
    assert not app.warning


STATES = {
    "an impossible target": priced()
    .replace("80% in 20s", "99.9% in 1s")
    .replace("minimum: 1", "maximum: 2"),
    "nobody comes": priced().replace("volume: 2500 / week", "volume: 0 / week"),
    "a damaged link": None,
}


@pytest.mark.slow
@pytest.mark.parametrize("lang", ["ru", "en"])
@pytest.mark.parametrize("state", STATES)
def test_every_page_stands_in_every_state_that_is_none_to_wish_for(
    state: str, lang: Literal["ru", "en"]
) -> None:
    text = STATES[state]
    if text is None:
        app = opened(
            "about", lang=lang, volume="lots", edits="%%%", answered="nan", option="nobody's"
        )
        assert len(re.findall("`", app.warning[0].value)) == 6
    else:
        app = brought(text, "about", lang)
    shown = [turn(app, page).title[0].value for page, _ in PAGES]

    titles = [Language(lang)(title) for _, title in PAGES]
    assert len(set(shown)) == len(titles)
    assert all(re.search("[а-я]", title) for title in shown) == (lang == "ru")


def test_a_file_of_ones_own_is_there_after_a_reload_and_its_figures_go_nowhere_else() -> None:
    app = brought(priced(), "about")
    put(app, "Contacts a week", 1200.0)
    said = dict(app.query_params)
    again = opened("about", **said)
    assert (again.query_params, again.sidebar.number_input[0].value) == (app.query_params, 1200.0)
    lost = opened("about", **said | {"file": "0" * 32})

    assert "Bring the file again" in lost.warning[0].value
    assert lost.query_params == {"lang": "en", "scenario": "company-n"}


@pytest.mark.parametrize("scenario", ["bank", "company-n"])
def test_an_option_that_is_not_there_is_left_out_of_a_link(scenario: str) -> None:
    app = opened("about", lang="en", scenario=scenario, option="<script>" + 9000 * "x")

    assert not app.error
    assert "Left out: `option`." in app.warning[0].value
    assert "option" not in app.query_params


def test_what_a_link_says_in_excess_is_shown_in_a_line() -> None:
    app = opened("about", lang="en", scenario="`[x](y)`" + 9000 * "x", volume=9000 * "9")

    assert len(app.warning[0].value) < 300
    assert app.warning[0].value.count("`") == 4


@pytest.mark.parametrize("page", ["answer", "people"])
@pytest.mark.parametrize("lang", ["ru", "en"])
def test_a_scenario_without_prices_speaks_of_service_only(page: str, lang: str) -> None:
    app = opened(page, lang=lang, scenario="bank")

    assert "₪" not in texts(app)
    assert "₪" not in "".join(tiles(app).values())
    if page == "answer" and lang == "en":
        assert "answered in 20 s" in app.header[0].value
        assert "no prices" in texts(app)
        assert tiles(app)["Answered in time"].endswith("%")


def test_a_target_that_cannot_be_met_is_said_to_be_missed() -> None:
    text = own("{to_target: {maximum: 2}}").replace("80% in 20s", "99.5% in 20s")
    app = brought(text)

    assert app.title[0].value == "What service do customers get?"
    assert "cannot keep 99.5/20" in texts(app)
    assert "cannot keep 99.5/20" in texts(turn(app, "options"))
    pick(app, "Язык · Language", "ru")
    assert "не выдерживает 99,5/20" in texts(app)
    pick(app, "Язык · Language", "en")
    turn(app, "people")
    assert "Below the target:" in texts(app)
    assert "Thinnest:" in texts(app)


def test_a_promise_that_breaks_on_those_who_give_up_is_said_to_break_there() -> None:
    text = own("{shifts: [{agents: 3, hours: 08:00-20:00}]}").replace(
        "80% in 20s", "10% in 20s, abandonment: 0.1%"
    )
    app = brought(text)

    assert "cannot keep to 0.1% who give up on" in texts(app)
    assert "answered in time." not in texts(app)


def test_a_channel_that_nobody_reaches_is_shown_all_the_same() -> None:
    app = brought(own("{shifts: [{agents: 2, hours: Sat 02:00-03:00}]}"))

    assert tiles(app)["Answered in time"] == "0.0%"
    turn(app, "people")
    assert tiles(app)["At peak on the line"] == "2"


def test_a_channel_that_never_opens_has_no_service_to_show() -> None:
    app = brought(own(phone="open: never,"))

    assert tiles(app)["Answered in time"] == "—"
    turn(app, "people")
    assert app.title[0].value == TITLES["people", "en"]


def test_a_broken_file_is_told_line_by_line_and_leaves_the_work_alone() -> None:
    app = opened(lang="en", volume="4000")
    before = tiles(app)
    bring(app, own().replace("80% in 20s", "800% in 20s").replace("handle_time", "handel_time"))

    assert "mine.yaml:7" in app.error[0].value
    assert "handle_time" in app.error[0].value
    assert "your calculation is as it was" in app.error[0].value
    assert tiles(app) == before
    assert app.number_input[0].value == 4000.0


@pytest.mark.parametrize(
    ("text", "told"),
    [
        (b"\xff\xfe\x00name", "not text in UTF-8"),
        (b"# " + 3_000_000 * b"x", "larger than 2 MB"),
        (b"", "cannot be used"),
        (OWN.format(staffing="{intervals: week.csv}", phone="").encode(), "came as text"),
    ],
    ids=["bytes", "large", "empty", "csv"],
)
def test_a_file_that_is_no_scenario_is_refused_in_words(text: bytes, told: str) -> None:
    app = opened(lang="en")
    app.file_uploader[0].upload("mine.yaml", text, "application/yaml")
    calm(app.run())

    assert told in app.error[0].value
    assert app.title[0].value == TITLES["answer", "en"]


def test_a_good_file_takes_the_place_of_a_broken_one() -> None:
    app = bring(opened(lang="ru"), "name: [")
    assert "не читается как YAML" in app.error[0].value
    bring(app, own())

    assert not app.error
    assert app.selectbox[0].value == "own"
    assert app.number_input[0].value == 2000.0
    assert "Данные для примера" not in texts(app)


def test_people_are_those_of_the_engine(shop: Comparison) -> None:
    found, base = tiles(opened("people", lang="en")), shop.baseline

    assert base.heads is not None
    assert found["On the payroll"] == Language("en").number(base.heads)
    assert found["At peak on the line"] == str(base.peak)
    assert found["Answered in time"] == Language("en").percent(
        base.attained[0].service_level.value, 1
    )


def test_the_way_from_the_line_to_the_payroll_is_open_to_see(shop: Comparison) -> None:
    steps = tables(opened("people", lang="en"))[0]

    assert list(steps["Step"]) == [
        "Hours on the line in an average month",
        "Hours on the roster",
        "Full-time people",
        "People on the payroll",
    ]
    statement = shop.baseline.statement
    assert statement is not None
    assert steps["Figure"][0] == Language("en").number(statement.info["own.logged_hours"])


def test_one_person_more_answers_more_and_one_less_fewer() -> None:
    app = opened("people", lang="en")
    found: dict[int, float] = {}
    for more in (-1, 0, 1):
        app.select_slider[0].set_value(more)
        calm(app.run())
        found[more] = float(tiles(app)["Answered in time"].rstrip("%"))

    assert found[-1] < found[0] < found[1]


def test_a_day_is_chosen_by_its_name() -> None:
    app = opened("people", lang="en")
    pick(app, "Day", "2")

    assert group(app, "Day").value == "2"


def test_what_cannot_be_computed_is_said_and_the_sidebar_stays() -> None:
    half_a_year = (
        own().replace("2026-03-02", "2026-03-02, days: 180").replace("2000 /", "1000000 /")
    )
    app = bring(opened(lang="en"), half_a_year)

    assert "at most 20,000,000 contacts in one replication" in app.error[0].value
    assert app.number_input[0].value == 1_000_000.0
    app.selectbox[0].select("company-n")
    assert not calm(app.run()).error
    assert app.title[0].value == TITLES["answer", "en"]


def test_another_ready_scenario_is_one_choice_away() -> None:
    app = opened(lang="en", volume="4000")
    next(box for box in app.selectbox if box.label == "Scenario").select("bank")
    calm(app.run())

    assert app.query_params == {"lang": "en", "scenario": "bank"}
    assert app.number_input[0].value == 8186.0


def test_without_ready_scenarios_the_app_asks_for_one(monkeypatch: pytest.MonkeyPatch) -> None:
    for room in ("sidebar", "frame"):
        monkeypatch.setattr(f"sim.ui.{room}.ready", dict)
    app = opened(lang="en")
    assert "Bring your own" in app.info[0].value
    bring(app, own())

    assert app.title[0].value == "What service do customers get?"


def test_a_broken_ready_scenario_does_not_take_the_others_along(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, root: Path
) -> None:
    broken = tmp_path / "broken.yaml"
    broken.write_text("name: [", "utf-8")
    files = {"bank": root / "scenarios" / "bank.yaml", "broken": broken}
    for room in ("sidebar", "frame"):
        monkeypatch.setattr(f"sim.ui.{room}.ready", lambda: files)
    app = opened(lang="en", scenario="broken")

    assert app.selectbox[0].options == ["A bank's call centre, 1999"]
    assert app.title[0].value == "What service do customers get?"


def test_parts_of_a_channel_stand_below_it_and_who_was_cut_short_is_told() -> None:
    ways = (
        "callback: {after: 30s, accept: 50%}, bot: {share: 40%, session: 1m, resolved: 30%}, "
        "classes: {vip: {title: {en: Guests, ru: Гости}, share: 20%}}, "
        "redial: {probability: 100%, delay: 1m, at_most: 2}"
    )
    staffing = "{shifts: [{agents: 1, hours: always}]}"
    app = brought(own(staffing, phone=f"{ways},"))
    names = " ".join(table.to_string() for table in tables(app))

    for name in ("– Guests", "– bot", "– callbacks"):
        assert name in names
    assert "were not served in 2 tries" in texts(app)
