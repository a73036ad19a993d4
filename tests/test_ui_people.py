"""The page of people: the seat round the clock, the band of a day, a shift where it is thin."""

from __future__ import annotations

import altair as alt
import numpy as np
import pytest
from streamlit.testing.v1 import AppTest
from visitor import OWN, brought, calm, press, texts, tiles

from sim.decide.needs import people
from sim.report.language import Language
from sim.report.needs import seat_table
from sim.report.palette import DARK, LIGHT
from sim.report.week import WeekOf
from sim.report.week_charts import Service, band_chart
from sim.scenario import load
from sim.ui.pages.people_add import places_for

EN, RU = Language("en"), Language("ru")


def page(staffing: str, lang: str = "en") -> AppTest:
    text = OWN.format(staffing=staffing, phone="")
    return brought(text, "people", lang)


def drawn(app: AppTest) -> str:
    """Legends and numbers, which are HTML."""
    return "".join(part.proto.body for part in app.get("html"))


def adding(app: AppTest) -> list[str]:
    return [one.label for one in app.button if str(one.key).startswith("add.")]


@pytest.mark.parametrize(
    "staffing",
    [
        "{shifts: [{agents: 2, hours: 08:00-20:00}]}",
        f"{{intervals: {[0] * 8 + [2] * 12 + [0] * 4}}}".replace("[", "{Mon-Sun: [", 1).replace(
            "]}", "]}}"
        ),
    ],
    ids=["shifts", "intervals"],
)
def test_a_shift_more_where_it_is_thin_brings_hours_and_is_undone(staffing: str) -> None:
    app = page(staffing)
    before = tiles(app)
    [first, second, *_] = adding(app)
    press(app, first)
    press(app, second)  # at once: the second comes beside the first
    calm(app.run())

    assert float(tiles(app)["Hours a week"].replace(",", "")) == pytest.approx(
        float(before["Hours a week"].replace(",", "")) + 8, abs=1.6
    )
    for _ in range(2):
        press(app, "Undo")
        calm(app.run())
    assert tiles(app) == before


def test_where_people_are_found_it_is_said_how_to_have_more() -> None:
    app = page("{to_target: {maximum: 2}}")

    assert not adding(app)
    assert "ask for a stricter promise on the left" in texts(app)


def test_where_nothing_is_thin_nothing_is_added() -> None:
    app = page("{shifts: [{agents: 30, hours: always}]}", "ru")

    assert not adding(app)
    assert "Сервис в этот день" in texts(app)
    assert "обещано: 80" in drawn(app)


def test_where_nothing_is_promised_no_promise_is_told() -> None:
    text = OWN.format(staffing="{shifts: [{agents: 1, hours: always}]}", phone="")
    text = text.replace("target: {answered: 80% in 20s},", "")
    app = brought(text, "people", "ru")
    said = texts(app) + drawn(app)

    assert "цель не задана." in said
    assert "Ниже цели" not in said
    assert "обещано" not in said


def test_a_shift_goes_where_it_reaches_most_of_those_who_wait_too_long() -> None:
    contacts = np.ones(168)
    service = np.ones(168)
    service[24 + 10 : 24 + 13] = 0.2  # Tuesday, three hours
    service[100] = 0.7
    week = WeekOf(24, service, np.zeros(168), contacts, np.ones(168), 0.8)
    first, second = places_for(week)

    assert first.day == 1
    assert first.start <= 10
    assert first.start + first.size >= 13
    assert first.gained == pytest.approx(1.8)
    assert second.day == 4
    assert service[100] == 0.7


def test_the_seat_round_the_clock_ends_at_what_the_terms_say() -> None:
    shop = load("scenarios/company-n.yaml")
    payroll = shop.options["inhouse"].groups["own"].payroll
    assert payroll is not None
    rows = seat_table(payroll.agents, EN).rows

    assert rows[0][2] == "4.20"
    assert rows[-1][2] == EN.number(people(payroll.agents, 0.0).seat, 2)
    figures = [float(row[2]) for row in rows]
    assert figures == sorted(figures)


def test_the_band_of_a_day_leaves_out_hours_without_contacts() -> None:
    slots = [Service(0, 1, 0.8, 0.7, 0.9, "tip"), Service(1, 2, None, None, None, "tip")]
    for palette in (LIGHT, DARK):
        spec = band_chart(slots, 0.8, RU, palette)
        alt.Chart.from_dict(spec)
        low, high = spec["layer"][0]["encoding"]["y"]["scale"]["domain"]
        assert (low, high) == (0.6, 1)
        assert len(band_chart(slots, None, RU, palette)["layer"]) == len(spec["layer"]) - 1
