"""Labour rules as data, and the checker that holds any plan to them."""

from sim.plan.rules.checker import violations
from sim.plan.rules.kinds import KINDS, Kind, Parameter
from sim.plan.rules.norms import norm_hours, year_norm
from sim.plan.rules.own import rules_from
from sim.plan.rules.presets import EU, NONE, PROFILES, RU, profile, russian
from sim.plan.rules.rule import Rule, Rules
from sim.plan.rules.worked import Violation, paid_within

__all__ = [
    "EU",
    "KINDS",
    "NONE",
    "PROFILES",
    "RU",
    "Kind",
    "Parameter",
    "Rule",
    "Rules",
    "Violation",
    "norm_hours",
    "paid_within",
    "profile",
    "rules_from",
    "russian",
    "violations",
    "year_norm",
]
