"""The page of inputs: figures changed through the door, the week, file, link, other files."""

from __future__ import annotations

import re
from pathlib import Path
from urllib.parse import parse_qs, urlsplit

import pytest
from streamlit.testing.v1 import AppTest
from visitor import brought, calm, finish, opened, own, pick, press, put, tables, texts, tiles, turn

from sim.decide import compare
from sim.report.language import Language
from sim.scenario import load, load_text
from sim.scenario.terms.presets import contributions
from sim.scenario.week_file import week_text
from sim.ui.state import State, read_address
from sim.ui.work import scenario_of, text_of

TITLES = {"en": "What does the answer rest on?", "ru": "На чём стоит ответ?"}
WAGE = "Rate per hour, ₽ an hour"


def number(app: AppTest, label: str) -> float:
    found = next(n for n in app.number_input if n.label.startswith(label))
    assert found.value is not None
    return float(found.value)


def state_of(app: AppTest) -> State:
    kept: State = app.session_state["state"]
    return kept


@pytest.mark.parametrize("lang", ["ru", "en"])
@pytest.mark.parametrize("part", ["figures", "week", "files", "compare"])
def test_every_part_opens_in_both_languages(lang: str, part: str) -> None:
    app = opened("data", lang=lang)
    pick(app, "Part of the page" if lang == "en" else "Часть страницы", part)

    assert [title.value for title in app.title] == [TITLES[lang]]
    assert not app.error
    if lang == "ru":
        words = set(re.findall(r"[A-Za-z]+", texts(app)))
        assert not {"the", "of", "and", "in", "is", "on", "a"} & words


@pytest.mark.parametrize("scenario", ["omnichannel", "help-desk", "company-n-hybrid"])
def test_every_topic_of_every_scenario_can_be_looked_at(root: Path, scenario: str) -> None:
    app = opened("data", lang="ru", scenario=scenario)
    shop = load(root / "scenarios" / f"{scenario}.yaml")
    paths = [one.path for one in shop.assumptions()]
    for topic in ["", *(name for name in shop.options if any(f".{name}." in p for p in paths))]:
        pick(app, "О чём", topic)
        assert app.number_input
        assert not app.error


def test_a_figure_changed_here_changes_the_answer_and_can_be_taken_back() -> None:
    app = opened("data", lang="en")
    pick(app, "About", "inhouse")
    assert number(app, WAGE) == 320.0
    put(app, WAGE, 400.0)

    assert number(app, WAGE) == 400.0
    assert "Entered in the app" in texts(app)
    shown = scenario_of(state_of(app))[1]
    payroll = shown.options["inhouse"].groups["own"].payroll
    assert payroll is not None
    assert payroll.agents.pay.hourly_rate == 400.0
    press(app, "Undo")
    calm(app.run())
    assert number(app, WAGE) == 320.0
    assert not state_of(app).changed


def test_a_scale_and_a_yes_are_chosen_here_too() -> None:
    app = opened("data", lang="ru")
    pick(app, "О чём", "inhouse")
    for label, name in (("Страховые взносы", "sme_2025"), ("Сверхурочные считают", "False")):
        next(box for box in app.selectbox if box.label.startswith(label)).select(name)
        calm(app.run())

    assert not app.error
    payroll = scenario_of(state_of(app))[1].options["inhouse"].groups["own"].payroll
    assert payroll is not None
    assert payroll.agents.contributions == contributions("RU_2026", "sme_2025")
    assert not payroll.agents.pay.ot_base_includes_bonus
    box = next(box for box in app.selectbox if box.label.startswith("Страховые взносы"))
    assert box.value == "sme_2025"


def test_an_empty_field_goes_back_to_the_file() -> None:
    app = opened("data", lang="en")
    pick(app, "About", "inhouse")
    put(app, WAGE, 400.0)
    next(n for n in app.number_input if n.label == WAGE).set_value(None)
    calm(app.run())

    assert number(app, WAGE) == 320.0
    assert not state_of(app).changed


def test_what_makes_no_sense_is_refused_in_words_and_nothing_is_lost() -> None:
    app = opened("data", lang="en")
    put(app, "Unsolved who come back · Phone", 50.0)
    before = state_of(app)
    put(app, "Solved at first contact · Phone", 175.0)

    assert "stays as it was" in app.error[0].value
    assert "ust be at most 100%" in app.error[0].value
    assert state_of(app) == before
    assert number(app, "Solved at first contact · Phone") == 75.0
    calm(app.run())
    assert not app.error


def test_a_bound_is_told_in_the_reader_s_language() -> None:
    app = opened("data", lang="ru")
    put(app, "Решено с первого раза · Телефон", 175.0)
    assert "Должно быть не больше 100%" in app.error[0].value
    put(app, "Объём · Телефон", 1e300)

    assert "Должно быть не больше 10 000 000 обращений в неделю" in app.error[0].value
    assert not state_of(app).changed


def test_the_load_of_the_sidebar_stays_when_a_channel_is_changed() -> None:
    app = opened("data", lang="en", volume="9000")
    phone = number(app, "Volume · Phone")
    assert phone == pytest.approx(9000 * 21 / 31.5)
    put(app, "Volume · Phone", 7000.0)

    channels = scenario_of(state_of(app))[1].channels
    assert channels["phone"].volume == pytest.approx(7000)
    assert channels["chat"].volume == pytest.approx(9000 * 7 / 31.5)
    assert number(app, "Contacts a week") == pytest.approx(7000 + 9000 * 10.5 / 31.5, abs=1)


def test_other_ready_terms_are_one_choice_away() -> None:
    app = opened("data", lang="en")
    pick(app, "About", "shared")
    terms = next(box for box in app.selectbox if box.label == "Ready terms")
    terms.select("RU_2026/dedicated")
    calm(app.run())

    contract = scenario_of(state_of(app))[1].options["shared"].groups["vendor"].contract
    assert contract is not None
    assert contract.price_per_agent_hour is not None
    assert contract.price_per_agent_hour.rate == 850.0


def test_another_language_keeps_part_topic_and_changes() -> None:
    app = opened("data", lang="en")
    pick(app, "About", "inhouse")
    put(app, WAGE, 400.0)
    pick(app, "Язык · Language", "ru")

    assert app.title[0].value == TITLES["ru"]
    assert number(app, "Ставка в час") == 400.0
    assert "Введено в приложении" in texts(app)


def test_the_file_holds_everything_that_was_changed() -> None:
    app = opened("data", lang="en", volume="9000")
    put(app, "Solved at first contact · Phone", 70.0)
    now = state_of(app)
    plain, shown = scenario_of(now)
    again = load_text(text_of(now, plain))

    assert again.channels["phone"].fcr == 0.7
    assert again.digest == shown.digest


def test_the_link_brings_back_what_is_shown() -> None:
    app = opened("data", lang="en")
    put(app, "Solved at first contact · Phone", 70.0)
    pick(app, "Part of the page", "files")
    said = {key: found[0] for key, found in parse_qs(urlsplit(app.code[0].value).query).items()}
    back, wrong = read_address(said, ["company-n"])

    assert not wrong
    assert scenario_of(back)[1].channels["phone"].fcr == 0.7
    assert "with all its changes" in texts(app)


def test_a_week_of_ones_own_comes_as_a_table_and_is_too_long_for_a_link() -> None:
    app = opened("data", lang="en")
    pick(app, "Part of the page", "week")
    scenario = scenario_of(state_of(app))[1]
    rows = week_text(scenario).splitlines()
    doubled = [rows[0]] + [
        ",".join([*row.split(",")[:2], *(f"{2 * float(n):.7g}" for n in row.split(",")[2:])])
        for row in rows[1:]
    ]
    upload(app, "A table of your own", "\n".join(doubled).encode(), "week.csv")

    assert number(app, "Contacts a week") == pytest.approx(2 * 7249, abs=2)
    pick(app, "Part of the page", "files")
    assert "too many for a link" in app.warning[0].value


def test_a_table_that_cannot_be_read_changes_nothing() -> None:
    app = opened("data", lang="en")
    pick(app, "Part of the page", "week")
    upload(app, "A table of your own", b"day,time,phone\nMon,00:00,many\n", "week.csv")

    assert "The file “week.csv” cannot be used." in app.error[0].value
    assert "week.csv" in app.error[0].value
    assert not state_of(app).changed


def upload(app: AppTest, label: str, data: bytes, name: str) -> None:
    place = next(one for one in app.file_uploader if one.label.startswith(label))
    place.upload(name, data, "text/csv")
    calm(app.run())


def test_a_file_brought_here_is_what_one_works_on() -> None:
    app = opened("data", lang="en")
    pick(app, "Part of the page", "files")
    place = [one for one in app.file_uploader if one.label.startswith("Scenario file,")]
    place[-1 if place[-1].key == "data.upload" else 0].upload(
        "mine.yaml", own().encode(), "application/yaml"
    )
    calm(app.run())

    assert state_of(app).scenario == "own"
    assert "A file of your own is in no link" in texts(app)
    pick(app, "Part of the page", "figures")
    put(app, "Volume · phone", 3000.0)
    assert scenario_of(state_of(app))[1].channels["phone"].volume == pytest.approx(3000)


def test_files_side_by_side_say_what_each_says_alone(root: Path) -> None:
    app = brought(own(), "data")
    pick(app, "Part of the page", "compare")
    assert "Choose a ready scenario" in app.info[0].value
    next(box for box in app.checkbox if box.label.startswith("A bank")).check()
    finish(calm(app.run()))
    table = tables(app)[0]

    assert list(table.columns)[-2:] == ["My desk", "A bank's call centre, 1999"]
    figures = {row.iloc[-3]: row.iloc[-2:].tolist() for _, row in table.iterrows()}
    assert figures["Contacts a week"] == ["2,000", "8,186"]
    alone = [compare(load_text(own())), compare(load(root / "scenarios" / "bank.yaml"))]
    shares = [
        Language("en").share(one.baseline.attained[0].service_level).replace("\\", "")
        for one in alone
    ]
    assert [cell.replace("\\", "") for cell in figures["Answered in time there"]] == shares


def test_of_several_files_the_broken_one_is_named() -> None:
    app = brought(own(), "data")
    pick(app, "Part of the page", "compare")
    place = next(one for one in app.file_uploader if one.label.startswith("Scenario files,"))
    good = own().replace("My desk", "Two desks").encode()
    place.upload("one.yaml", good, "application/yaml")
    place.upload("bad.yaml", b"name: [", "application/yaml")
    finish(calm(app.run()))

    assert "bad.yaml" in app.error[0].value
    assert "Two desks" in tables(app)[0].columns


def test_figures_of_other_pages_follow() -> None:
    app = brought(own(), "data")
    put(app, "Handle time · phone", 300.0)
    turn(app, "answer")
    changed = own().replace("handle_time: 3m", "handle_time: 300s")
    found = compare(load_text(changed)).baseline.attained[0]

    assert tiles(app)["Answered in time"] == Language("en").percent(found.service_level.value, 1)
