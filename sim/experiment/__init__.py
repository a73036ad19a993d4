"""Experiments: replications of an option, where they are played, when there are enough of them."""

from sim.experiment.asked import checked_count, checked_seed
from sim.experiment.case import AWT, Case, case
from sim.experiment.paired import check_paired, difference
from sim.experiment.places import FORMS, SETTING, Place, opened
from sim.experiment.replications import BAND, WHOSE, Replications, Waits
from sim.experiment.running import Progress, replicate
from sim.experiment.service import Customers, Service, serve
from sim.experiment.stationary import StationaryQueue, stationary_queue
from sim.experiment.steady import Steady, batch_means, steady_state
from sim.experiment.stopping import Goal, Rule, Stopped

__all__ = [
    "AWT",
    "BAND",
    "FORMS",
    "SETTING",
    "WHOSE",
    "Case",
    "Customers",
    "Goal",
    "Place",
    "Progress",
    "Replications",
    "Rule",
    "Service",
    "StationaryQueue",
    "Steady",
    "Stopped",
    "Waits",
    "batch_means",
    "case",
    "check_paired",
    "checked_count",
    "checked_seed",
    "difference",
    "opened",
    "replicate",
    "serve",
    "stationary_queue",
    "steady_state",
]
