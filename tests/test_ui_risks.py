"""The page about risk: draws, where the answer turns, claims, the checklist, goals."""

from __future__ import annotations

import time

import pytest
from streamlit.testing.v1 import AppTest
from visitor import bring, calm, opened, own, pick, texts, tiles, turn

DESK = """
name: desk
title: {en: A desk, ru: Линия}
currency: EUR
calendar: {start: 2026-03-02}
channels:
  phone: {kind: voice, arrivals: {Mon-Sun: [6, 6, 6, 6, 6, 6, 9, 9, 9, 9, 9, 9,
          9, 9, 9, 9, 9, 9, 9, 9, 6, 6, 6, 6]}, handle_time: 5m, patience: 2m,
          target: {answered: 80% in 30s}}
options:
  hours:
    title: {en: By the hour, ru: По часам}
    groups:
      a: {source: vendor, skills: [phone], staffing: {to_target: {}},
          contract: {price_per_agent_hour: {rate: 20 EUR/h}}}
  minutes:
    title: {en: By the minute, ru: По минутам}
    groups:
      b: {source: vendor, skills: [phone], staffing: {to_target: {}},
          contract: {minutes: {tiers: [{price: 1 EUR/min}]}}}
simulation: {replications: 4, at_most: 4, warm_up: 1h, wrap_up: 1h}
"""
RATE = "options.hours.groups.a.contract.price_per_agent_hour.rate"
RISK = f"""
risk:
  draws: 100
  ranges:
    - {{input: {RATE}, name: rate, normal: {{mean: 20 EUR/h, sd: 4 EUR/h}}}}
    - {{input: volume, triangular: [x0.8, x1, x1.4]}}
"""
ASKED = """
claims:
  minutes: {cost: -90% than hours, asa: -99% than hours}
goals: {phone.first_response: at most 5m in 3 months}
checklist: {too_expensive: yes}
"""


def at_risk(text: str = DESK + RISK + ASKED, lang: str = "en", part: str = "sure") -> AppTest:
    app = bring(opened(lang=lang, scenario="bank"), text)
    turn(app, "risks")
    if part != "sure":
        label = {"en": "Part of the page", "ru": "Часть страницы"}[lang]
        pick(app, label, part)
    return finish(app)


def finish(app: AppTest) -> AppTest:
    """Look again until what is computed beside the page is there."""
    for _ in range(600):
        if not any(b.key and b.key.startswith("stop.") for b in app.button):
            return app
        time.sleep(0.2)
        calm(app.run())
    raise TimeoutError


@pytest.mark.parametrize("part", ["sure", "turns", "today"])
def test_x(part):
    app = at_risk(part=part)
    print(texts(app))
    print(tiles(app))
    for t in app.table:
        print(t.value.to_string())
    for t in app.get("vega_lite_chart"):
        print(t.proto.spec[:3000])
    print([(b.label, b.key) for b in app.button])
    assert 0
