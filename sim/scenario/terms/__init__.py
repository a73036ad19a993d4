"""What things cost, as a user writes it: an own team, a contract, what stays with the client."""

from sim.scenario.terms import presets
from sim.scenario.terms.agents import AgentTerms, Bracket, Pay, Scheme, WorkingYear
from sim.scenario.terms.consequences import (
    ChannelLoss,
    Consequences,
    DefectIntent,
    Measure,
    Recovered,
    Satisfaction,
)
from sim.scenario.terms.contract import (
    AgentHourPrice,
    ContractTerms,
    ForecastBand,
    Kpi,
    MinutePrice,
    ServiceCredits,
    Surcharge,
    Tier,
)
from sim.scenario.terms.inhouse import (
    Bot,
    Equipment,
    Hiring,
    InhouseTerms,
    SupportRole,
    Telephony,
    Workplace,
)
from sim.scenario.terms.retained import Level2, RetainedLine, RetainedTerms
from sim.scenario.terms.scales import graduated, whole_up
from sim.scenario.terms.shipped import Assumption, Confidence, Preset
from sim.scenario.terms.software import Software, catalogue, unpriced

__all__ = [
    "AgentHourPrice",
    "AgentTerms",
    "Assumption",
    "Bot",
    "Bracket",
    "ChannelLoss",
    "Confidence",
    "Consequences",
    "ContractTerms",
    "DefectIntent",
    "Equipment",
    "ForecastBand",
    "Hiring",
    "InhouseTerms",
    "Kpi",
    "Level2",
    "Measure",
    "MinutePrice",
    "Pay",
    "Preset",
    "Recovered",
    "RetainedLine",
    "RetainedTerms",
    "Satisfaction",
    "Scheme",
    "ServiceCredits",
    "Software",
    "SupportRole",
    "Surcharge",
    "Telephony",
    "Tier",
    "WorkingYear",
    "Workplace",
    "catalogue",
    "graduated",
    "presets",
    "unpriced",
    "whole_up",
]
