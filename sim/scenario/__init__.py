"""What a user writes: frozen models, units, hours, calendar; loading and the schema."""

from sim.scenario.base import Text
from sim.scenario.calendar import Calendar, HourWeights
from sim.scenario.channel import Channel, Redial, Target
from sim.scenario.hours import OpenHours, ShiftHours
from sim.scenario.laws import (
    Empirical,
    Exponential,
    Fixed,
    Gamma,
    Hazard,
    Law,
    Lognormal,
    Mixture,
    Never,
    Part,
    Survival,
    Weibull,
)
from sim.scenario.load import find, load, load_text
from sim.scenario.model import Scenario, Simulation
from sim.scenario.option import Group, Intervals, Option, Shift, Shifts, Skill, ToTarget
from sim.scenario.promise import Promise
from sim.scenario.schema import schema
from sim.scenario.terms import Assumption, ContractTerms, InhouseTerms, RetainedTerms

__all__ = [
    "Assumption",
    "Calendar",
    "Channel",
    "ContractTerms",
    "Empirical",
    "Exponential",
    "Fixed",
    "Gamma",
    "Group",
    "Hazard",
    "HourWeights",
    "InhouseTerms",
    "Intervals",
    "Law",
    "Lognormal",
    "Mixture",
    "Never",
    "OpenHours",
    "Option",
    "Part",
    "Promise",
    "Redial",
    "RetainedTerms",
    "Scenario",
    "Shift",
    "ShiftHours",
    "Shifts",
    "Simulation",
    "Skill",
    "Survival",
    "Target",
    "Text",
    "ToTarget",
    "Weibull",
    "find",
    "load",
    "load_text",
    "schema",
]
