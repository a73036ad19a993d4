"""Experiments: replications of an option, where they are played, when there are enough of them."""

from sim.experiment.case import AWT, Case, case
from sim.experiment.places import FORMS, SETTING, Place, opened
from sim.experiment.replications import BAND, WHOSE, Replications, Waits
from sim.experiment.running import Progress, replicate, warm_up
from sim.experiment.stopping import Goal, Rule, Stopped

__all__ = [
    "AWT",
    "BAND",
    "FORMS",
    "SETTING",
    "WHOSE",
    "Case",
    "Goal",
    "Place",
    "Progress",
    "Replications",
    "Rule",
    "Stopped",
    "Waits",
    "case",
    "opened",
    "replicate",
    "warm_up",
]
