"""How well what was learnt reproduces what happened: hour by hour, simulated against real."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from itertools import product

import numpy as np

from sim import erlang
from sim.learn.arrays import Flags, Floats
from sim.learn.contacts import DAY, HOUR, Contacts
from sim.learn.crew import at_least, crew_figures, hour_edges, levels_of, per_hour
from sim.learn.crowding import crowding_figure, crowding_of
from sim.learn.figures import DRAWS, Figure
from sim.learn.hours import AWT, LEAST, MEASURED, Error, Hours, compared, error_ends, hours_of
from sim.learn.pace import EVEN, Pace, pace_of
from sim.learn.patience import Curve, kaplan_meier
from sim.learn.presence import Presence, Rule, inferred, usual, wrap_up
from sim.learn.replay import Model, replay

__all__ = [
    "GIVEN",
    "TRIED",
    "Fit",
    "Learnt",
    "Row",
    "fitted",
    "tuned",
    "working_hours",
]

#: What a row of the fit is told of the test period. Never its waits, nor who gave up.
GIVEN: Mapping[str, tuple[str, ...]] = {
    "replayed": ("arrivals", "handle times", "presence"),
    "staffed": ("arrivals", "presence"),
    "forecast": ("arrivals",),
}
#: A weekday is a working day if it has this share of the contacts of the busiest.
_WORKING = 0.6
_LEAST_KIND = 200
_NARROW = tuple(Rule(*pair) for pair in product((450.0, 600.0, 900.0, 1800.0), (15.0, 30.0)))
_WIDE = tuple(
    Rule(*three) for three in product((900.0, 1800.0, 3600.0), (60.0,), (0.0, 6.0, 12.0, 18.0))
)
#: Rules of presence that are tried, by what is known of handle times. Where they are told, breaks
#: can be told from readiness; where they are drawn, breaks would come at other moments than they
#: did, and it is better to take agents as there, but not always ready.
TRIED: Mapping[str, tuple[Rule, ...]] = {"replayed": _NARROW, "staffed": _WIDE, "week": _NARROW}
#: Who sits idle so long while somebody waits does not do work after a call.
_LONGEST_WRAP = 30.0


@dataclass(frozen=True, slots=True, eq=False)
class Row:
    """One way to say what the test period was like, and how far off it was.

    Parameters
    ----------
    given
        What it was told of the period.
    errors
        By measure, over the working hours.
    ends
        Ends of their 95 % intervals, had other days been in the test.
    all_hours
        The same over all hours with enough contacts.
    hours
        What it says of each hour.
    spread
        By measure, standard deviation of an hour between replications; None of formulas.
    """

    given: tuple[str, ...]
    errors: Mapping[str, Error]
    ends: Mapping[str, tuple[Error, Error]]
    all_hours: Mapping[str, Error]
    hours: Mapping[str, Floats]
    spread: Mapping[str, Floats] | None = None


@dataclass(frozen=True, slots=True, eq=False)
class Fit:
    """How well a period is reproduced by what was learnt on another.

    Parameters
    ----------
    real
        What happened.
    compared
        Which hours are compared: working hours with enough contacts.
    working
        The weekdays and hours of the day that are meant.
    simulated, formula
        Simulation and plain Erlang A, by what they are told (`GIVEN`).
    replications
        How often each was simulated.
    """

    real: Hours
    compared: Flags
    working: tuple[tuple[int, ...], tuple[int, ...]]
    simulated: Mapping[str, Row]
    formula: Mapping[str, Row]
    replications: int


@dataclass(frozen=True, slots=True, eq=False)
class Learnt:
    """What a replay needs, learnt on one period to be tried on another.

    Parameters
    ----------
    model
        Laws.
    rule
        How presence is inferred: where handle times are told (`replayed`), where they are drawn
        with the pace of each agent (`staffed`), and where all agents are alike (`week`), as in the
        scenario.
    levels
        Usual agents, [weekday, hour].
    mean_patience
        Of exponential patience, for Erlang A: time waited for each who gave up [s].
    mean_handle
        Mean handle time, work after it included [s].
    working
        Working weekdays, and hours of the day that are compared.
    crew
        Hours of agents in a day, their work after a contact, and what a crowd does to patience,
        with intervals.
    """

    model: Model
    rule: Mapping[str, Rule]
    levels: Floats
    mean_patience: float
    mean_handle: float
    working: tuple[tuple[int, ...], tuple[int, ...]]
    crew: Mapping[str, Figure]


def working_hours(contacts: Contacts) -> tuple[tuple[int, ...], tuple[int, ...]]:
    """Weekdays with most contacts, and the hours of theirs with enough of them."""
    days = contacts.days
    counts = np.zeros((7, 24))
    np.add.at(counts, (contacts.weekday(), contacts.second // HOUR), 1)
    counts /= np.maximum(np.bincount((days + 3) % 7, minlength=7), 1)[:, None]
    totals = counts.sum(axis=1)
    weekdays = np.flatnonzero(totals >= _WORKING * totals.max())
    hours = np.flatnonzero(counts[weekdays].mean(axis=0) >= LEAST)
    return tuple(weekdays.tolist()), tuple(hours.tolist())


def _curves(contacts: Contacts) -> dict[str, Curve]:
    waited = contacts.wait > 0
    if not waited.any():
        return {"": Curve(np.zeros(0), np.zeros(0), 0.0, 0, 0)}
    found = {"": kaplan_meier(contacts.wait[waited], contacts.abandoned[waited])}
    for kind, name in enumerate(contacts.kinds):
        mine = waited & (contacts.kind == kind)
        if mine.sum() >= _LEAST_KIND:
            found[name] = kaplan_meier(contacts.wait[mine], contacts.abandoned[mine])
    return found


def _handles(contacts: Contacts, known: Flags, pace: Pace) -> dict[str, Floats]:
    """Handle times by kind, as they would be at the usual pace."""
    made = pace.of_hours(contacts.second)
    served = np.flatnonzero(known & (contacts.agent >= 0))
    if len(contacts.names):
        made[served] *= pace.of_agents(contacts.names[contacts.agent[served]])
    handle = contacts.handle / made
    found = {"": np.sort(handle[known])}
    for kind, name in enumerate(contacts.kinds):
        mine = known & (contacts.kind == kind)
        if mine.sum() >= _LEAST_KIND:
            found[name] = np.sort(handle[mine])
    return found


def _priorities(contacts: Contacts) -> dict[str, float]:
    """Share of high priority of those who waited, where only they are known by it."""
    found = {}
    top = contacts.priority.max(initial=0)
    for kind, name in enumerate(contacts.kinds):
        mine = contacts.kind == kind
        waited = contacts.priority[mine & contacts.queued]
        at_once = contacts.priority[mine & ~contacts.queued]
        if (
            top
            and len(waited)
            and len(at_once)
            and (waited > 0).mean() > 0.5
            and not (at_once > 0).mean() > 0.05
        ):
            found[name] = float((waited[waited > 0] == top).mean())
    return found


def _model(contacts: Contacts, grace: float, head_start: float, *, alike: bool = False) -> Model:
    wraps, _ = wrap_up(contacts, min(grace, _LONGEST_WRAP))
    wrap = float(wraps.mean()) if len(wraps) else 0.0
    shares = _priorities(contacts)
    known = contacts.served & (contacts.handle > 0)
    pace = EVEN if alike else pace_of(contacts, known)
    handles = _handles(contacts, known, pace)
    return Model(_curves(contacts), handles, wrap, shares, head_start, pace=pace)


def tuned(
    contacts: Contacts,
    logged: Presence | None = None,
    *,
    head_start: float = 0.0,
    seed: int = 1,
    draws: int = DRAWS,
    tell: Callable[[str], object] = str,
) -> Learnt:
    """Learn what a replay needs, and tune what is not observed on the same period.

    Tuned are the longest idle time that counts as presence, the grace in which somebody may wait,
    and, where handle times are drawn, the time until an agent is ready again: those for which the
    hours of this period are reproduced best, by the mean over the three measures of the mean
    absolute error and the absolute bias, each over the standard deviation of the hours, and, where
    handle times are drawn, of what correlation lacks. All are tried on the same random numbers.

    Parameters
    ----------
    contacts
        The period.
    logged
        Presence, where the log has it: then nothing is tuned.
    head_start
        Time by which contacts of high priority stand ahead [s].
    seed
        Where random numbers start.
    draws
        How often days are drawn for the intervals.
    tell
        Told how far it has come.
    """
    working = working_hours(contacts)
    search = _Search(contacts, working, head_start, seed)
    rules = dict.fromkeys(TRIED, Rule())
    if logged is None:
        for way in rules:
            tell(f"presence, {way}")
            rules[way] = search.best(way)
    grace = min(rules["replayed"].grace, _LONGEST_WRAP)
    model = search.model("replayed", rules["replayed"])
    people = logged or inferred(contacts, rules["replayed"], model.wrap)
    model = _crowded(model, contacts, people)
    crowd = crowding_figure(contacts, people, model.patience, model.crowding, draws)
    people = logged or inferred(contacts, rules["week"], model.wrap)
    levels = levels_of(contacts, people)
    if logged is None:
        levels = np.maximum(levels, at_least(contacts))
    crew = crew_figures(contacts, people, wrap_up(contacts, grace), draws)
    known = contacts.handle[contacts.served & (contacts.handle > 0)]
    waits = np.isfinite(contacts.wait)
    gone = max(int(contacts.abandoned[waits].sum()), 1)
    return Learnt(
        model,
        rules,
        levels,
        float(contacts.wait[waits].sum()) / gone
        or float(DAY),  # nobody waited: nobody is impatient
        float(known.mean()) + model.wrap if len(known) else 0.0,
        working,
        crew | ({"crowding": crowd} if crowd else {}),
    )


@dataclass(frozen=True, slots=True)
class _Search:
    """Rules of presence tried on the period itself."""

    contacts: Contacts
    working: tuple[tuple[int, ...], tuple[int, ...]]
    head_start: float
    seed: int
    models: dict[tuple[float, bool], Model] = field(default_factory=dict)

    def model(self, way: str, rule: Rule) -> Model:
        """Laws with the work after a contact that goes with a rule."""
        key = min(rule.grace, _LONGEST_WRAP), way == "week"
        if key not in self.models:
            self.models[key] = _model(self.contacts, key[0], self.head_start, alike=key[1])
        return self.models[key]

    def loss(self, way: str, rule: Rule) -> float:
        """How badly a rule reproduces the hours."""
        model = self.model(way, rule)
        people = inferred(self.contacts, rule, model.wrap)
        model = _crowded(_unready(model, rule), self.contacts, people)
        told = way == "replayed"
        follow = way == "staffed"
        return _loss(self.contacts, people, model, self.working, told, follow, self.seed)

    def best(self, way: str) -> Rule:
        """The rule that does it best, of equal ones the narrowest."""
        return min(TRIED[way], key=lambda rule: (self.loss(way, rule), rule.idle))


def _unready(model: Model, rule: Rule) -> Model:
    """Work after a contact, and the time until the agent is ready after it."""
    return replace(model, wrap=model.wrap + rule.ready)


def _crowded(model: Model, contacts: Contacts, people: Presence) -> Model:
    """The model, patience shortened by queues as they were."""
    return replace(model, crowding=crowding_of(contacts, people, model.patience))


def _loss(
    contacts: Contacts,
    people: Presence,
    model: Model,
    working: tuple[tuple[int, ...], tuple[int, ...]],
    as_handled: bool,
    follow: bool,
    seed: int,
) -> float:
    real = hours_of(contacts, contacts.wait, contacts.served, contacts.abandoned)
    played = replay(contacts, people, model, as_handled=as_handled, seed=seed)
    ours = hours_of(contacts, played.wait, played.served, played.abandoned)
    rows = compared(real, working)
    if not rows.any():
        return 0.0  # every rule is as good where nothing can be compared
    total = 0.0
    for name in MEASURED:
        told = real.measures[name][rows]
        told = told[np.isfinite(told)]
        if not len(told):
            continue
        spread = float(told.std()) or 1.0
        error = Error.of(ours.measures[name][rows], real.measures[name][rows])
        total += (error.mae + abs(error.bias)) / spread
        if follow and np.isfinite(error.r):
            total += 1 - error.r
    return total / len(MEASURED)


def fitted(
    learnt: Learnt,
    contacts: Contacts,
    logged: Presence | None = None,
    *,
    real: Hours | None = None,
    replications: int = 8,
    seed: int = 1,
    tell: Callable[[str], object] = str,
) -> Fit:
    """Try what was learnt on a period, against what happened and beside Erlang A.

    Parameters
    ----------
    learnt
        What was learnt, on other months.
    contacts
        The period: their arrivals are played as they came.
    logged
        Presence in the period, where its log has it.
    real
        What happened by hour, where contacts are not those of a log but stand for its sums.
    replications
        How often it is simulated; hours are means over them.
    seed
        Where random numbers start.
    tell
        Told how far it has come.
    """
    if real is None:
        real = hours_of(contacts, contacts.wait, contacts.served, contacts.abandoned)
    rows = compared(real, learnt.working)
    simulated, formula = {}, {}
    for way, given in GIVEN.items():
        tell(f"fit, {way}")
        people, model = logged, learnt.model
        if way == "forecast":
            days = contacts.days
            people = usual(learnt.levels, days, hour_edges(contacts, days))
        elif people is None:
            people = inferred(contacts, learnt.rule[way], learnt.model.wrap)
            model = _unready(model, learnt.rule[way])
        found = [
            replay(
                contacts,
                people,
                model,
                as_handled=way == "replayed",
                seed=seed,
                replication=number + 1,  # the first was what the rule was tuned on
            )
            for number in range(replications)
        ]
        hours = [hours_of(contacts, one.wait, one.served, one.abandoned) for one in found]
        each = {name: np.array([one.measures[name] for one in hours]) for name in MEASURED}
        row = _row(given, real, rows, {name: each[name].mean(axis=0) for name in MEASURED})
        spread = {name: each[name].std(axis=0, ddof=min(1, replications - 1)) for name in MEASURED}
        simulated[way] = replace(row, spread=spread)
        formula[way] = _row(given, real, rows, _formula(learnt, contacts, real, people, way))
    return Fit(real, rows, learnt.working, simulated, formula, replications)


def _row(given: tuple[str, ...], real: Hours, rows: Flags, measures: Mapping[str, Floats]) -> Row:
    enough = real.offered >= LEAST

    def errors(chosen: Flags) -> dict[str, Error]:
        return {
            name: Error.of(measures[name][chosen], real.measures[name][chosen]) for name in MEASURED
        }

    days = real.hours[rows] // 24
    ends = {
        name: error_ends(measures[name][rows], real.measures[name][rows], days) for name in MEASURED
    }
    return Row(given, errors(rows), ends, errors(enough), measures)


def _formula(
    learnt: Learnt, contacts: Contacts, real: Hours, people: Presence, way: str
) -> dict[str, Floats]:
    """Plain Erlang A of each hour, told the same: its rate, mean handle time and mean agents."""
    days = np.arange(real.first // 24, (real.first + len(real.offered) - 1) // 24 + 1)
    present = per_hour(contacts, people, days).ravel()
    agents = present[real.first % 24 :][: len(real.offered)]
    ready = learnt.rule[way].ready if way in learnt.rule and people.how == "inferred" else 0.0
    handle = np.full(len(agents), learnt.mean_handle + ready)
    if way == "replayed":
        known = contacts.served & (contacts.handle > 0)
        at = contacts.hour[known] - real.first
        count = np.bincount(at, minlength=len(agents))
        mean = np.bincount(at, contacts.handle[known], len(agents)) / np.maximum(count, 1)
        handle = np.where(count > 0, mean + learnt.model.wrap, handle)
    some = real.offered >= LEAST
    queue = erlang.erlang_a(
        arrival_rate=real.offered[some] / HOUR,
        aht=np.maximum(handle[some], 1.0),
        agents=np.maximum(agents[some], 0.0),
        patience=learnt.mean_patience,
    )
    found = {name: np.zeros(len(agents)) for name in MEASURED}
    found["abandonment"][some] = queue.abandonment
    # By Little's law and exponential patience: who waits leaves at the same rate all the time.
    found["wait"][some] = np.asarray(queue.abandonment) * learnt.mean_patience
    found["service_level"][some] = queue.service_level("offered", AWT)
    return found
