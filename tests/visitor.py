"""A visitor of the app without a browser: opens pages, presses, types, reads."""

from __future__ import annotations

import re
import time
from html import unescape
from pathlib import Path
from typing import Any

import pandas as pd
import pytest
from streamlit.testing.v1 import AppTest
from streamlit.util import calc_hash

from sim.ui.state import OWN as OWN_NAME
from sim.ui.state import State
from sim.ui.waiting import board

ALWAYS = pytest.MonkeyPatch()
# Each visit begins an app, which looks through all that is installed for parts of pages: none are.
ALWAYS.setattr("streamlit.components.v2.manifest_scanner.scan_component_manifests", list)
# On a slow machine any page would show a first answer, which has tests of its own.
ALWAYS.setattr("sim.decide.comparison._LONG", float("inf"))

APP = Path(__file__).resolve().parents[1] / "app.py"

# One channel, one option; what makes each state is put in its place.
OWN = """
name: mine
title: {{en: My desk, ru: Моя линия}}
currency: EUR
calendar: {{start: 2026-03-02}}
channels:
  phone: {{kind: voice, volume: 2000 / week, handle_time: 3m, patience: 2m, {phone}
          target: {{answered: 80% in 20s}},
          arrivals: {{Mon-Sun: [0, 0, 0, 0, 0, 0, 0, 0, 5, 5, 5, 5,
          9, 9, 5, 5, 5, 5, 2, 2, 0, 0, 0, 0]}}}}
groups:
  desk: {{skills: [phone], staffing: {staffing}}}
simulation: {{seed: 1, replications: 4, at_most: 4}}
"""

# An own team and a vendor with prices: what is compared, followed, drawn and searched.
PRICED = """
name: shop
title: {{en: Small shop, ru: Магазин}}
currency: EUR
calendar: {{start: 2026-03-02}}
channels:
  phone: {{kind: voice, title: {{en: Phone, ru: Телефон}}, volume: 2500 / week, handle_time: 3m,
          patience: 2m, target: {{answered: 80% in 20s}},
          arrivals: {{Mon-Sun: [0, 0, 0, 0, 0, 0, 0, 0, 5, 5, 5, 5,
          9, 9, 5, 5, 5, 5, 2, 2, 0, 0, 0, 0]}}}}
options:
  inhouse:
    title: {{en: Own team, ru: Свой центр}}
    groups:
      own: {{skills: [phone], staffing: {{to_target: {{minimum: 1}}}},
            payroll: {{agents: {{calendar: {{contract_hours_year: 1800h}},
                      pay: {{hourly_rate: 20 EUR/h}}}}}}}}
  vendor:
    title: {{en: Vendor, ru: Подрядчик}}
    groups:
      theirs: {{source: vendor, skills: [phone], staffing: {{to_target: {{minimum: 1}}}},
               handle_time: 110%,
               contract: {{minutes: {{tiers: [{{price: 0.5 EUR/min}}]}}}}}}
baseline: inhouse
tolerance: {tolerance}
horizon: {{months: 6, discount: 10%}}
risk: {risk}
expect: {{vendor: {{cost: at most 90 000 EUR}}}}
simulation: {{seed: 1, replications: 6, at_most: 6}}
"""


def opened(page: str = "answer", **said: str) -> AppTest:
    """The app as a link to one of its pages opens it: no other page is drawn before."""
    app = AppTest.from_file(str(APP), default_timeout=120)
    app.query_params.update(said)
    app._page_hash = calc_hash(page)
    return calm(app.run())


def brought(text: str, page: str = "answer", lang: str = "en") -> AppTest:
    """A page on a scenario of one's own, brought along before: no other page is drawn."""
    app = AppTest.from_file(str(APP), default_timeout=120)
    app.session_state["state"] = State(OWN_NAME, own=("mine.yaml", text))
    app.session_state["damaged"] = [], OWN_NAME, {}
    app.session_state["chosen.lang"] = lang
    app._page_hash = calc_hash(page)
    return calm(app.run())


def turn(app: AppTest, page: str) -> AppTest:
    """Go to another page; AppTest itself can only go to pages that are files."""
    app._page_hash = calc_hash(page)
    return calm(app.run())


def calm(app: AppTest) -> AppTest:
    assert not app.exception, [one.value for one in app.exception]
    return app


def texts(app: AppTest) -> str:
    """Everything that is written on the page, without marks."""
    kinds = ("title", "header", "subheader", "markdown", "caption", "error", "warning")
    parts = [str(one.value) for kind in kinds for one in getattr(app, kind)]
    return "\n".join(parts)


def tiles(app: AppTest) -> dict[str, str]:
    """Numbers by their labels."""
    html = "".join(part.proto.body for part in app.get("html"))
    found = re.findall(r"<dt>(.*?)</dt><dd>(.*?)</dd>", html)
    return {unescape(label): unescape(number) for label, number in found}


def tables(app: AppTest) -> list[pd.DataFrame]:
    """Tables of text from top to bottom."""
    html = "".join(part.proto.body for part in app.get("html"))
    return [_table(one) for one in re.findall("<table>.*?</table>", html, re.DOTALL)]


def _table(html: str) -> pd.DataFrame:
    lines = [
        re.findall("<t[hd][^>]*>(.*?)</t[hd]>", line, re.DOTALL) for line in html.split("<tr>")
    ]
    _, head, *rows = [[unescape(cell) for cell in line] for line in lines]
    return pd.DataFrame(rows, columns=head)


def group(app: AppTest, label: str) -> Any:
    """Buttons of which one is chosen."""
    return next(one for one in app.button_group if one.label == label)


def pick(app: AppTest, label: str, name: str) -> None:
    group(app, label).select(name)
    calm(app.run())


def press(app: AppTest, label: str) -> None:
    next(button for button in app.button if button.label == label).click()


def put(app: AppTest, label: str, value: float) -> None:
    """Type a number into the sidebar."""
    next(n for n in app.number_input if n.label.startswith(label)).set_value(value)
    calm(app.run())


def bring(app: AppTest, text: str, name: str = "mine.yaml") -> AppTest:
    """Upload a scenario file."""
    app.file_uploader[0].upload(name, text.encode(), "application/yaml")
    return calm(app.run())


def own(staffing: str = "{to_target: {minimum: 1}}", phone: str = "") -> str:
    return OWN.format(staffing=staffing, phone=phone)


def finish(app: AppTest, most: float = 600.0) -> AppTest:
    """Wait for what is computed beside the page; a browser would look again by itself."""
    until = time.monotonic() + most
    while app.get("progress"):
        assert time.monotonic() < until
        rest()
        calm(app.run())
    return app


def rest(most: float = 10.0) -> None:
    """Let what is computed beside pages end: to draw one meanwhile would hold it up."""
    until = time.monotonic() + most
    for job in list(board()._jobs.values()):
        job.ended.wait(max(0.1, until - time.monotonic()))


def priced(
    risk: str = "{ranges: [{input: price, triangular: [x0.5, x1, x2.5]}]}", tolerance: str = "10%"
) -> str:
    """An own team and a vendor, with few replications; service is equal within the tolerance."""
    return PRICED.format(risk=risk, tolerance=tolerance)


def without(key: str, text: str) -> str:
    """A scenario that says nothing under a key."""
    return "\n".join(line for line in text.splitlines() if not line.startswith(f"{key}:"))
