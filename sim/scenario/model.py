"""The scenario: everything that one file says about a support operation."""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Mapping
from typing import Annotated, Any, Literal, Self

from pydantic import (
    ConfigDict,
    Field,
    ModelWrapValidatorHandler,
    ValidationInfo,
    field_validator,
    model_validator,
)
from pydantic_core import ValidationError

from sim.errors import InvalidInput, one_of
from sim.scenario.base import (
    Place,
    Strict,
    Text,
    broken,
    details,
    in_file,
    joined,
    optional,
    refusal,
)
from sim.scenario.calendar import Calendar
from sim.scenario.channel import Channel
from sim.scenario.claims import Checklist, Claims, Goals
from sim.scenario.figures import figures
from sim.scenario.horizon import MONTH, Horizon, serving_today
from sim.scenario.hours import DAY, WEEK
from sim.scenario.legs import leg_refusals
from sim.scenario.names import name_refusals
from sim.scenario.option import Intervals, Option, pace_refusals
from sim.scenario.parse import as_duration, as_share
from sim.scenario.promise import Promises
from sim.scenario.risk import Risk
from sim.scenario.terms import Assumption, Consequences
from sim.scenario.units import Duration, Factor, PositiveCount, PositiveShare, Share, Whole

__all__ = [
    "CURRENCY",
    "FEWEST_BLOCKS",
    "INTERVALS",
    "ONLY_OPTION",
    "STRATA",
    "Busyness",
    "Scenario",
    "Simulation",
]

ONLY_OPTION = "base"
"""Name of the option that ``groups:`` at the top of a file makes."""

CURRENCY = "^[A-Z]{3}$"
USUAL_CURRENCY = "EUR"
INTERVALS = (900.0, 1800.0, 3600.0)
STRATA = 8
"""Parts into which the law of a day's busyness is cut, and replications that share them out: a
block. Eight leave enough blocks in a run for its interval; the gain of more is small."""
FEWEST_BLOCKS = 10
"""Blocks before the precision is looked at: fewer say too little of the spread between them."""
LONGEST_PERIOD = 190 * DAY
"""Longest time that the engine's clock can hold, warm-up and wrap-up within it [s]."""


class Busyness(Strict):
    """How far days are busier or quieter than expected, and channels with them."""

    law: Literal["gamma", "lognormal"] = "lognormal"
    """Law of a day's factor on the volume, around a mean of one."""
    cv: Factor = 0.0
    """Standard deviation of the factor, for channels without a day_variation of their own."""
    correlation: Share = 0.0
    """Correlation between any two channels, of the normal numbers behind their factors."""


class Simulation(Strict):
    """How long and how precisely to simulate."""

    seed: Annotated[Whole, Field(ge=0, le=2**32 - 1)] = 1
    """Where the random numbers start; the same seed gives the same answer."""
    replications: Annotated[Whole, Field(ge=2, le=10**9)] = 20
    """Replications before the precision is looked at."""
    at_most: Annotated[Whole, Field(ge=2, le=1_000_000)] = 400
    """Replications at which to stop in any case."""
    precision: PositiveShare = 0.005
    """Half-width of the service level's interval at which to stop."""
    stop: Literal["sequential", "two stages"] = "sequential"
    """Look at the precision again and again, or let a first stage say how many are needed."""
    variance: Literal["plain", "stratified"] = "plain"
    """Busy and quiet days as they come, or spread evenly over every eight replications."""
    warm_up: Duration = 7200.0
    """Time simulated before the period, outside statistics [s]."""
    wrap_up: Duration = 7200.0
    """Time simulated after the period, to end what has begun [s]."""

    @model_validator(mode="after")
    def _ordered(self) -> Self:
        if self.at_most < self.replications:
            rule = f"must not be below replications ({self.replications})"
            raise broken(("at_most",), rule, self.at_most)
        if self.stop == "two stages" and self.at_most < 2 * self.replications:
            rule = f"must be at least {2 * self.replications} for two stages"
            hint = f"the first alone takes {self.replications}"
            raise broken(("at_most",), rule, self.at_most, hint)
        return self


def _written(schema: dict[str, Any]) -> None:
    """What a file may leave out, and the keys that only a file has."""
    properties = schema["properties"]
    groups = properties["options"]["additionalProperties"]["$ref"].replace("Option", "Group")
    properties["groups"] = {
        "description": "The groups of the only option, instead of options.",
        "type": "object",
        "additionalProperties": {"$ref": groups},
    }
    properties["extends"] = {
        "description": "A scenario file that this one builds on.",
        "type": "string",
    }
    optional("options")(schema)
    schema["anyOf"] = [{"required": ["options"]}, {"required": ["groups"]}]


class Scenario(Strict):
    """A support operation: what comes in, who might serve it, and what is expected of them.

    Examples
    --------
    >>> from sim.scenario import load_text
    >>> night = load_text('''
    ... name: night-desk
    ... calendar: {start: 2026-03-02}
    ... channels:
    ...   phone: {kind: voice, arrivals: {Mon-Sun: [6, 6, 6, 6, 6, 6, 6, 6, 6, 6, 6, 6,
    ...           6, 6, 6, 6, 6, 6, 6, 6, 6, 6, 6, 6]}, handle_time: 4m, patience: 2m}
    ... groups:
    ...   desk: {skills: [phone], staffing: {shifts: [{agents: 2, hours: always}]}}
    ... ''')
    >>> night.channels["phone"].volume, night.baseline
    (1008.0, 'base')
    """

    model_config = ConfigDict(json_schema_extra=_written)

    name: str
    """Short name, used in file names and addresses."""
    title: Text = Text(words={})
    """The name that people read; `name` when absent."""
    currency: Annotated[str, Field(json_schema_extra={"pattern": CURRENCY})] = USUAL_CURRENCY
    """Currency of every amount, ISO code."""
    calendar: Calendar
    """Days simulated, nights, weekends, holidays."""
    interval: Duration = 3600.0
    """Planning and measuring slot [s]: 900, 1800 or 3600."""
    busyness: Busyness = Busyness()
    """How days differ, beyond chance, and channels together."""
    trunks: Mapping[str, PositiveCount] = Field(default_factory=dict)
    """Lines that several channels share, by name."""
    channels: Annotated[Mapping[str, Channel], Field(min_length=1)]
    """The ways in, by name."""
    options: Annotated[Mapping[str, Option], Field(min_length=1)]
    """The ways to source it, by name."""
    baseline: str = ""
    """The option others are compared with; the first one unless given."""
    tolerance: Share = 0.02
    """Two options give equal service when the service level and the abandonment of every promised
    channel differ by no more than this."""
    simulation: Simulation = Simulation()
    """How long and how precisely to simulate."""
    horizon: Horizon | None = None
    """The months ahead, where more than an average month is asked for."""
    consequences: Consequences | None = None
    """What poor service costs beside the budget."""
    expect: Mapping[str, Promises] = Field(default_factory=dict)
    """Promises by option."""
    claims: Mapping[str, Claims] = Field(default_factory=dict)
    """What somebody claims of an option, by option, to be checked."""
    goals: Goals = ()
    """What is to be reached, and by which month."""
    checklist: Checklist = Checklist()
    """What only people know of today, for the six questions."""
    risk: Risk | None = None
    """How far inputs may be from what the file says; None: as presets say."""
    sources: Mapping[str, Text] = Field(default_factory=dict)
    """Where figures come from, by their path in the file."""

    @model_validator(mode="wrap")
    @classmethod
    def _agree_on_names(cls, data: Any, handler: ModelWrapValidatorHandler[Self]) -> Self:
        """Check names on the raw data: they are reported even when other things are wrong."""
        if isinstance(data, Scenario) or not isinstance(data, Mapping):
            return handler(data)
        whole = _completed(data)
        wrong = list(name_refusals(whole))
        if whole.pop("groups", None) is not None:
            rule, hint = "must not stand beside options", "move them into an option"
            wrong.append(refusal(("groups",), rule, None, hint))
        try:
            scenario = handler(whole)
        except ValidationError as error:
            raise joined("Scenario", details(error) + wrong) from None
        if wrong:
            raise joined("Scenario", wrong)
        means = {name: channel.handle_time.mean for name, channel in scenario.channels.items()}
        options = {n: one.paced(means.__getitem__) for n, one in scenario.options.items()}
        wrong = [line for name, one in options.items() for line in pace_refusals(name, one)]
        parts = scenario.channels, scenario.calendar.night, scenario.interval
        wrong += [line for n, one in options.items() for line in leg_refusals(n, one, *parts)]
        if wrong:
            raise joined("Scenario", wrong)
        if all(options[name] is one for name, one in scenario.options.items()):
            return scenario
        return scenario.model_copy(update={"options": options})

    @field_validator("name", mode="after")
    @classmethod
    def _short_name(cls, name: str) -> str:
        if not re.fullmatch(r"\w[\w .-]{0,63}", name):
            rule = "must be 1 to 64 letters, digits, spaces, dots and dashes"
            raise InvalidInput("name", rule, name)
        return name

    @field_validator("currency", mode="after")
    @classmethod
    def _iso_code(cls, currency: str) -> str:
        if not re.fullmatch(CURRENCY, currency):
            rule = "must be three capital letters"
            raise InvalidInput("currency", rule, currency, "write it like RUB")
        return currency

    @field_validator("interval", mode="after")
    @classmethod
    def _known_interval(cls, interval: float) -> float:
        if interval not in INTERVALS:
            raise InvalidInput("interval", "must be 15m, 30m or 60m", as_duration(interval))
        return interval

    @model_validator(mode="after")
    def _full_weeks(self) -> Self:
        for place, values in self._profiles().items():
            if len(values) != self.intervals_per_week:
                rule = f"must have {self.intervals_per_week} numbers for a week"
                raise broken(place, rule, len(values))
        return self

    @model_validator(mode="after")
    def _as_long_as_it_must_be(self) -> Self:
        days = self.calendar.days
        if days < 7 and any(option.priced for option in self.options.values()):
            rule, hint = "must be at least 7 to price a month", "or remove the terms"
            raise broken(("calendar", "days"), rule, days, hint)
        around = self.simulation.warm_up + self.simulation.wrap_up
        if days * DAY + around > LONGEST_PERIOD:
            rule = "must be at most 190 days together with warm_up and wrap_up"
            raise broken(("calendar", "days"), rule, days)
        return self

    @model_validator(mode="after")
    def _logs_are_played(self) -> Self:
        """A log of other days would be played as silence."""
        start, days = self.calendar.start, self.calendar.days
        wrong = []
        for name, channel in self.channels.items():
            if channel.log is not None and not channel.log.between(start, days):
                rule = f"must have a contact in the {days} days from {start} on"
                hint = f"set calendar.start, which is {start}, to a day of the log"
                place = ("channels", name, "arrivals", "log")
                wrong.append(refusal(place, rule, channel.log.span, hint))
        if wrong:
            raise joined("Scenario", wrong)
        return self

    @model_validator(mode="after")
    def _room_for_stratified_days(self) -> Self:
        """Even days come in blocks; before a look at the precision there must be enough of them."""
        spreads = [
            self.busyness.cv if one.day_variation is None else one.day_variation
            for one in self.channels.values()
        ]
        if self.simulation.variance == "plain" or not any(spreads):
            return self
        stages = 2 if self.simulation.stop == "two stages" else 1
        first = -(-max(self.simulation.replications, FEWEST_BLOCKS * STRATA) // STRATA) * STRATA
        if self.simulation.at_most < stages * first:
            words = " for each of two stages" if stages == 2 else ""
            rule = f"must be at least {stages * first} where days are stratified: {first}{words}"
            hint = f"they come in blocks of {STRATA}, and a precision needs {FEWEST_BLOCKS} of them"
            raise broken(("simulation", "at_most"), rule, self.simulation.at_most, hint)
        return self

    @model_validator(mode="after")
    def _days_that_stand_for_a_month(self) -> Self:
        closing = [name for name, one in self.channels.items() if one.closed_on_holidays]
        if not closing or not any(option.priced for option in self.options.values()):
            return self
        calendar = self.calendar
        ordinary = {day.weekday() for day in calendar.dates if not calendar.is_holiday(day)}
        if len(ordinary) < 7:
            rule = (
                f"must begin a period with all seven weekdays, as {closing[0]} closes on holidays"
            )
            hint = "choose a week without holidays to price a month"
            raise broken(("calendar", "start"), rule, calendar.start.isoformat(), hint)
        return self

    @model_validator(mode="after")
    def _somebody_stays_away(self) -> Self:
        for name, option in self.options.items():
            places: list[tuple[Place, float | None]] = [(("fcr",), option.fcr)]
            places += [(("groups", group, "fcr"), g.fcr) for group, g in option.groups.items()]
            for place, fcr in places:
                for key, channel in self.channels.items() if fcr is not None else ():
                    if channel.fcr is not None and channel.returning(fcr or 0.0) >= 1:
                        rule = f"must be above 0% where all the unresolved of {key} come back"
                        raise broken(("options", name, *place), rule, as_share(fcr or 0.0))
        return self

    @model_validator(mode="after")
    def _ways_lead_on(self) -> Self:
        """A contact that is passed on does not come round in a circle."""
        for name, channel in self.channels.items():
            seen, at = [name], channel
            while at.escalation is not None and at.escalation.to in self.channels:
                if at.escalation.to in seen:
                    rule = f"goes round in a circle: {' → '.join([*seen, at.escalation.to])}"
                    raise broken(("channels", name, "escalation", "to"), rule, None)
                seen.append(at.escalation.to)
                at = self.channels[at.escalation.to]
        return self

    @model_validator(mode="after")
    def _warm_hands_are_free(self) -> Self:
        """Who passes a contact on warm stays with it: no group may hold others beside it."""
        for name, channel in self.channels.items():
            way = channel.escalation
            for key, option in self.options.items() if way and way.transfer == "warm" else ():
                for group, one in option.groups.items():
                    skill = one.skills.get(name)
                    if skill is not None and (skill.at_once or 1) > 1:
                        place = ("options", key, "groups", group, "skills", name, "at_once")
                        rule = f"must be 1 where {name} is passed on warm"
                        raise broken(place, rule, skill.at_once, "or write transfer: cold")
        return self

    @model_validator(mode="after")
    def _solved_by_somebody(self) -> Self:
        """Where repeats are played, every group that serves has a share that it resolves."""
        for name, channel in self.channels.items():
            for key, option in self.options.items() if channel.repeat else ():
                for group in (g for g, one in option.groups.items() if name in one.skills):
                    if option.resolved(group, channel.fcr) is None:
                        place = ("options", key, "groups", group, "fcr")
                        hint = f"who of {name} comes back depends on it: give it here or there"
                        raise broken(place, "is missing", None, hint)
        return self

    @model_validator(mode="after")
    def _paid_within_the_horizon(self) -> Self:
        """What falls behind the end would never be paid."""
        wrong = []
        last = self.horizon.months if self.horizon else 0
        for name, option in self.options.items() if self.horizon else ():
            if option.lead >= last * MONTH:
                rule = f"must be shorter than the horizon of {last} months"
                wrong.append(refusal(("options", name, "lead"), rule, as_duration(option.lead)))
            for number, one in enumerate(option.one_offs):
                if one.month > last:
                    place = ("options", name, "one_offs", number, "month")
                    rule = f"must be within the horizon of {last} months"
                    wrong.append(refusal(place, rule, one.month))
        if wrong:
            raise joined("Scenario", wrong)
        return self

    @model_validator(mode="after")
    def _ranges_are_possible(self, info: ValidationInfo) -> Self:
        """Every range is of a number that is there, and the scenario takes both its ends.

        It comes last: a scenario that another rule refuses would refuse whatever is drawn.
        """
        if self.risk is None or not in_file(info):
            return self
        from sim.scenario.ranges import uncertain  # it changes scenarios, and so knows this module

        wrong = []
        for number, one in enumerate(self.risk.ranges):
            place = ("risk", "ranges", number)
            try:
                uncertain(self, one, "risk")
            except InvalidInput as error:
                below = ("input",) if error.name == "input" else (one.law,)
                wrong.append(refusal((*place, *below), error.rule, error.value, error.hint))
        if wrong:
            raise joined("Scenario", wrong)
        return self

    def chosen(self, option: str | None = None, *, said: str = "option") -> str:
        """The option that is meant; the baseline when None.

        Parameters
        ----------
        option
            Its name.
        said
            Where the user has named it.

        Raises
        ------
        InvalidInput
            If there is no such option.
        """
        return self.baseline if option is None else one_of(said, option, self.options)

    @property
    def today(self) -> str:
        """The option that serves today, and until others are ready."""
        named = self.horizon.today if self.horizon else None
        return str(serving_today(named, self.options, self.baseline))

    def _profiles(self) -> dict[Place, tuple[float, ...]]:
        found: dict[Place, tuple[float, ...]] = {
            ("channels", name, "arrivals"): channel.arrivals
            for name, channel in self.channels.items()
        }
        for name, option in self.options.items():
            for key, group in option.groups.items():
                if isinstance(group.staffing, Intervals):
                    place = ("options", name, "groups", key, "staffing")
                    found[place] = group.staffing.intervals
        return found

    @property
    def intervals_per_week(self) -> int:
        """Intervals in a week: 168, 336 or 672."""
        return round(WEEK / self.interval)

    def assumptions(self, lang: str = "en") -> tuple[Assumption, ...]:
        """Every figure the answer rests on, with its source and how far that can be trusted.

        What is decided or promised (hours, staffing, targets) is no assumption.

        Parameters
        ----------
        lang
            Language of the sources that the scenario names in several.
        """
        sources = {path: source.in_(lang) for path, source in self.sources.items()}
        sections = {"horizon": self.horizon, "consequences": self.consequences}
        more = {name: section for name, section in sections.items() if section is not None}
        return tuple(figures(self.channels, self.options, sources, more))

    @property
    def digest(self) -> str:
        """SHA-256 of everything the scenario says, data from CSV files included."""
        content = json.dumps(self.model_dump(mode="json"), sort_keys=True, ensure_ascii=False)
        return hashlib.sha256(content.encode()).hexdigest()


def _completed(data: Mapping[str, Any]) -> dict[str, Any]:
    """Fill in what follows from the rest: the only option, the baseline, the title."""
    whole = {"currency": USUAL_CURRENCY, **data}
    if "groups" in whole and "options" not in whole:
        whole["options"] = {ONLY_OPTION: {"groups": whole.pop("groups")}}
        whole["sources"] = _moved(whole.get("sources", {}))
    options = whole.get("options")
    # With no option or no name, their absence is the problem to report, not what follows from it.
    whole.setdefault("baseline", next(iter(options), "") if isinstance(options, Mapping) else "")
    whole.setdefault("title", str(whole.get("name", "")))
    return whole


def _moved(sources: object) -> object:
    """Sources of groups by the path that the groups have in the only option."""
    if not isinstance(sources, Mapping):
        return sources
    top = f"options.{ONLY_OPTION}."
    return {
        f"{top}{path}" if str(path).startswith("groups.") else path: source
        for path, source in sources.items()
    }
