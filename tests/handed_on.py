"""A small operation whose answer is handed on as a file, with names that try to be more."""

from __future__ import annotations

__all__ = ["DAY", "DESK"]

#: The date that reports bear.
DAY = "2026-03-31"

DESK = """
name: desk
title: {en: "Desk <b>& more</b>", ru: "Линия <b>и ещё</b>"}
currency: RUB
calendar: {start: 2026-03-02, days: 7}
channels:
  phone:
    title: {en: Phone, ru: Телефон}
    kind: voice
    arrivals: {Mon-Sun: [2, 2, 2, 2, 2, 2, 9, 9, 9, 9, 9, 9, 40, 9, 9, 9, 9, 9, 9, 9, 2, 2, 2, 2]}
    handle_time: 4m
    patience: 2m
    fcr: 80%
    repeat_share: 0%
    target: {answered: 80% in 20s}
options:
  today:
    title: {en: "=1+1", ru: "=1+1"}
    groups:
      vendor:
        source: vendor
        skills: [phone]
        staffing: {shifts: [{agents: 3, hours: always}]}
        contract: {fixed_fee: 15 000 RUB/month, minutes: {tiers: [{price: 40 RUB/min}]}}
  own:
    title: {en: "#set [own]: team", ru: "#set [own]: команда"}
    lead: 6 weeks
    one_offs: [{name: project, amount: 300 000 RUB}]
    groups:
      desk: {skills: [phone], staffing: {shifts: [{agents: 3, hours: always}]},
             payroll: {preset: RU_2026}}
  few:
    title: {en: Too few, ru: Слишком мало}
    groups:
      desk: {skills: [phone], staffing: {shifts: [{agents: 1, hours: always}]},
             payroll: {preset: RU_2026}}
baseline: today
horizon: {months: 12, discount: 18%, growth: 10%}
consequences:
  margin_per_order: 1 000 RUB
  channels: {phone: {order_intent: 20%, recovered: {abandoned: 40%}}}
simulation: {replications: 4, at_most: 4}
"""
