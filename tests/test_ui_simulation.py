"""The page of the simulation: its figures, another run, and one day played again."""

from __future__ import annotations

import re
from datetime import time

import pytest
from streamlit.testing.v1 import AppTest
from visitor import brought, calm, finish, opened, own, pick, press, tables, texts, tiles

from sim.decide import OptionResult, simulate
from sim.report.language import Language
from sim.report.replay import busiest_day, replay
from sim.report.tables import risk_table, rule_table
from sim.scenario import load_text

EN = Language("en")
TITLES = {
    "en": "What happens when every contact is played?",
    "ru": "Что будет, если проиграть каждое обращение?",
}


@pytest.fixture(scope="module")
def mine() -> OptionResult:
    return simulate(load_text(own()))


def desk(lang: str = "en", text: str = "") -> AppTest:
    """The visitor's own desk, small enough to be played in a moment."""
    return brought(text or own(), "simulation", lang)


def ask(app: AppTest, seed: int, replications: int) -> AppTest:
    """Send the form of the run: nothing happens before."""
    values = {"Seed": seed, "Replications": replications}
    for one in app.number_input:
        if one.label in values:
            one.set_value(values[one.label])
    press(app, "Simulate")
    return finish(calm(app.run()))


def cells(app: AppTest, table: int, column: str) -> list[str]:
    found = tables(app)[table][column]
    return [str(cell).replace("\\", "") for cell in found]


@pytest.mark.parametrize("lang", ["ru", "en"])
def test_the_page_opens_in_both_languages(lang: str) -> None:
    app = opened("simulation", lang=lang, scenario="bank")
    words = texts(app) + "".join(table.to_string() for table in tables(app))

    assert [title.value for title in app.title] == [TITLES[lang]]
    assert not app.warning
    assert not app.error
    if lang == "ru":
        assert not {"the", "of", "and", "in", "is", "on", "a"} & set(
            re.findall(r"[A-Za-z]+", words)
        )


def test_figures_are_those_of_the_engine(mine: OptionResult) -> None:
    app = desk()

    assert cells(app, 0, "Simulation")[:5] == list(rule_table(mine, EN).rows[0][1:])
    assert tables(app)[1].iloc[0].tolist() == list(risk_table(mine, EN).rows[0])
    one = mine.attained[0]
    assert tiles(app)["Answered in time"] == EN.percent(one.service_level.value, 1)
    assert f"{EN.percent(one.service_level.value, 1)} answered in 20 s" in app.header[0].value


def test_another_run_has_its_own_customers_and_there_is_a_way_back(mine: OptionResult) -> None:
    app = desk()
    before = tiles(app)
    ask(app, 7, 6)

    other = simulate(load_text(own()), seed=7, replications=6)
    assert cells(app, 0, "Simulation")[:5] == list(rule_table(other, EN).rows[0][1:])
    assert "Seed 7" in texts(app)
    press(app, "Back to the run of the answer")
    calm(app.run())
    assert tiles(app) == before
    assert [n.value for n in app.number_input if n.label in ("Seed", "Replications")] == [1, 4]


def test_another_language_keeps_the_run_and_the_moment() -> None:
    app = desk()
    ask(app, 1, 5)
    app.slider[0].set_value(time(12, 34))
    calm(app.run())
    pick(app, "Язык · Language", "ru")

    assert app.title[0].value == TITLES["ru"]
    assert app.slider[0].value == time(12, 34)
    assert "Повторений: 5" in texts(app)
    assert "**12:34**" in texts(app)


def test_a_moment_of_the_day_is_told_as_it_was(mine: OptionResult) -> None:
    app = desk()
    app.slider[0].set_value(time(13, 5))
    calm(app.run())
    day = busiest_day(mine, "phone")
    moment = replay(mine, "phone", day).moment(13 * 60 + 5)
    busy = moment.ours + moment.others

    assert f"{busy} of {moment.present} operators are busy" in texts(app)
    assert f"So far {moment.came} came today: {moment.answered} answered" in texts(app)


def test_another_day_and_another_replication_are_other_days(mine: OptionResult) -> None:
    app = desk()
    before = texts(app)
    day = next(box for box in app.selectbox if box.label == "Day")
    assert "the busiest" in day.options[0]
    day.select("0")
    calm(app.run())
    assert texts(app) != before
    before = texts(app)
    next(n for n in app.number_input if n.label == "Replication").set_value(3)
    calm(app.run())
    longest = int(replay(mine, "phone", 0, 2).waiting().max())

    assert texts(app) != before
    assert f": {longest} waiting." in texts(app)


def test_it_plays_on_by_itself_until_it_is_stopped_or_the_day_is_over() -> None:
    app = desk()
    app.slider[0].set_value(time(10, 0))
    calm(app.run())
    pick(app, "A step is", "15")
    press(app, "Play")
    calm(app.run())
    assert app.slider[0].value == time(10, 15)
    calm(app.run())
    assert app.slider[0].value == time(10, 30)
    press(app, "Pause")
    calm(app.run())
    stopped = app.slider[0].value
    calm(app.run())
    assert app.slider[0].value == stopped
    app.slider[0].set_value(time(23, 50))
    calm(app.run())
    press(app, "Play")
    calm(app.run())
    assert "Play" in [button.label for button in app.button]
    assert app.slider[0].value == time(23, 50)


def test_a_channel_that_never_opens_has_nothing_to_show_and_says_so() -> None:
    app = desk(text=own(phone="open: never,"))

    assert "Nobody was answered" in texts(app)
    assert "On this day nobody waits." in texts(app)
    assert tiles(app)["Answered in time"] == "—"


def test_too_few_people_are_seen_as_a_queue() -> None:
    app = desk(text=own("{shifts: [{agents: 3, hours: always}]}"))

    assert "The queue is longest at" in texts(app)
    assert "waiting too long" in "".join(part.proto.body for part in app.get("html"))
    drop = cells(app, 0, "Difference")
    assert all("points" in cell for cell in drop[:6])


def test_a_list_to_call_has_no_wait_and_no_formula() -> None:
    calls = "calls: {kind: voice, outbound: {per_day: 20}, handle_time: 2m}\n"
    text = own().replace("groups:", f"  {calls}groups:").replace("[phone]", "[phone, calls]")
    app = desk(text=text)
    next(box for box in app.selectbox if box.label == "Channel").select("calls")
    calm(app.run())

    assert "of the list called" in app.header[0].value
    assert list(tiles(app)) == ["Missed"]
