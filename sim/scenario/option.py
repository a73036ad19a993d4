"""An option: one way to source the whole operation, made of groups of agents."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator, Mapping
from typing import TYPE_CHECKING, Annotated, Any, Literal

from pydantic import (
    BeforeValidator,
    Discriminator,
    Field,
    GetJsonSchemaHandler,
    Tag,
    ValidationInfo,
    field_validator,
    model_validator,
)
from pydantic_core import CoreSchema, InitErrorDetails

from sim.errors import InvalidInput
from sim.scenario.base import Also, Place, Strict, Text, broken, in_file, joined, refusal
from sim.scenario.horizon import OneOff
from sim.scenario.hours import DAY, OpenHours, ShiftHours, clock
from sim.scenario.laws import Law, TimeLaw
from sim.scenario.legs import LegHours
from sim.scenario.parse import as_share
from sim.scenario.planned import ShiftForm, shift_forms
from sim.scenario.profile import LevelProfile
from sim.scenario.team import Team
from sim.scenario.terms import ContractTerms, InhouseTerms, RetainedTerms
from sim.scenario.terms.agreement import check_contract, check_vat
from sim.scenario.terms.scales import refuse_twice
from sim.scenario.units import (
    Duration,
    Fraction,
    MoneyPerHour,
    PositiveCount,
    PositiveDuration,
    PositiveFactor,
    Share,
    Whole,
)

if TYPE_CHECKING:
    from sim.scenario.channel import Channel

__all__ = [
    "Break",
    "Group",
    "Intervals",
    "Option",
    "Shift",
    "Shifts",
    "Skill",
    "Staffing",
    "ToTarget",
    "pace_refusals",
]

MOST_AGENTS = 100_000
PACES = (0.01, 10.0)
"""Bounds of a group's factor on a channel's handle time."""
FORMS = ("shifts", "intervals", "to_target")


def _time_of_day(data: object) -> object:
    return clock(data) if isinstance(data, str) else data


def _factor_alone(data: object) -> object:
    """Refuse a law or a time: they are said in other words, and of one channel."""
    if isinstance(data, Mapping):
        hint = "write it like 110%, or handle_time_law in a skill"
        raise InvalidInput("handle_time", "must be a factor, not a law", None, hint)
    if isinstance(data, str) and data.strip()[-1:].isalpha():
        hint = "write it like 110%, or mean_handle_time in a skill"
        raise InvalidInput("handle_time", "must be a factor", data, hint)
    return data


class Skill(Strict):
    """How a group serves one channel."""

    prefer: Annotated[Whole, Field(ge=1, le=1000)] = 1
    """1 is asked first; a contact goes to the free group that prefers it most."""
    after: Duration = 0.0
    """Wait after which the group takes the contact (overflow) [s]."""
    reserve: Annotated[Whole, Field(ge=0, le=1000)] = 0
    """Agents who stay idle for other channels: the group takes a contact of this one only while
    more than these are idle."""
    handle_time: PositiveFactor = 1.0
    """Factor on the channel's handle time and after-call work."""
    mean_handle_time: PositiveDuration | None = None
    """Mean handle time of the group here, instead of factors [s]; the law keeps its form, and
    after-call work goes along. None: as the factors say."""
    handle_time_law: TimeLaw | None = None
    """Law of the group's handle time here, instead of the channel's and of factors; after-call
    work is longer or shorter as the mean is. None: the channel's law."""
    priority: Annotated[Whole, Field(ge=1, le=1000)] | None = None
    """Priority of the channel within this group; the channel's own when None."""
    share: Share | None = None
    """Share of the contacts that this group alone serves, drawn for each contact; None: it serves
    what nobody has a share of."""
    above: PositiveCount | None = None
    """The group takes a contact only while more than these wait in the queue; None: any time."""
    at_once: Annotated[Whole, Field(ge=1, le=32)] | None = None
    """Contacts that an agent of the group may hold at once; as in the channel when None."""
    escalates: Share | None = None
    """Share that the group passes on; that of the group, then of the channel, when None."""

    _factor_alone = field_validator("handle_time", mode="before")(_factor_alone)

    @model_validator(mode="after")
    def _one_way_to_say_it(self, info: ValidationInfo) -> Skill:
        given = {
            "handle_time": self.handle_time != 1,
            "mean_handle_time": self.mean_handle_time is not None,
            "handle_time_law": self.handle_time_law is not None,
        }
        said = [name for name, is_given in given.items() if is_given]
        if in_file(info) and len(said) > 1:
            raise broken((said[1],), f"must not stand beside {said[0]}", None, "choose one")
        return self

    @property
    def own_mean(self) -> float | None:
        """Mean handle time of the group's own [s]; None where factors say it."""
        return self.mean_handle_time if self.handle_time_law is None else self.handle_time_law.mean


class Break(Strict):
    """A pause, a meeting: time within a shift in which nobody is served."""

    title: Text | None = None
    """The name that people read."""
    at: Annotated[int, BeforeValidator(_time_of_day), Also(type="string")] | None = None
    """Time of day at which it begins [s after midnight]; or else `after`."""
    after: PositiveDuration | None = None
    """Time from the start of the shift until it begins [s]."""
    length: Annotated[PositiveDuration, Field(alias="for")]
    """How long it is [s]."""

    @model_validator(mode="after")
    def _placed(self) -> Break:
        if (self.at is None) == (self.after is None):
            rule, hint = "must have either at or after", "write it like {at: 13:00, for: 30m}"
            raise broken(("at",), rule, None, hint)
        return self

    def start(self, shift: int) -> float:
        """When it begins in a shift that starts at a second of the week."""
        if self.after is not None:
            return shift + self.after
        return shift + ((self.at or 0) - shift) % DAY


class Shift(Strict):
    """Agents who start and end together, every week alike."""

    title: Text | None = None
    """The name that people read."""
    agents: Annotated[Whole, Field(ge=0, le=MOST_AGENTS)]
    """Agents logged in."""
    hours: ShiftHours
    """When they start and end."""
    breaks: tuple[Break, ...] = ()
    """Breaks and meetings within it."""
    late: Literal["move", "cut"] = "move"
    """A break that begins late, since a contact is in hand, keeps its length, or ends in time."""
    late_return: Duration = 0.0
    """Time by which people are late from a break [s]."""

    @model_validator(mode="after")
    def _breaks_fit(self) -> Shift:
        for span in self.hours.spans if self.breaks else ():
            end = float(span[0])
            for number, (start, pause) in enumerate(self.pauses(span[0])):
                if start < end or start + pause >= span[1]:
                    rule = "must lie within the shift, with work around it, and apart from others"
                    raise broken(("breaks", number), rule, None)
                end = start + pause
        return self

    def pauses(self, start: int) -> list[tuple[float, float]]:
        """Start and length of the breaks of a shift that starts at a second of the week."""
        return sorted((one.start(start), one.length + self.late_return) for one in self.breaks)


class Shifts(Strict):
    """Staffing by shifts."""

    shifts: tuple[Shift, ...]
    """The shifts; they may overlap."""

    @field_validator("shifts", mode="before")
    @classmethod
    def _some(cls, shifts: Any) -> Any:
        # Not by a bound on the length: that would also count the shifts that are wrong.
        if isinstance(shifts, list | tuple) and not shifts:
            raise InvalidInput("shifts", "must not be empty", None)
        return shifts


class Intervals(Strict):
    """Staffing by interval of the week."""

    intervals: LevelProfile
    """Agents in each interval of the week from Monday 00:00; fractions are allowed."""

    @field_validator("intervals", mode="after")
    @classmethod
    def _plausible(cls, agents: tuple[float, ...]) -> tuple[float, ...]:
        if max(agents, default=0.0) > MOST_AGENTS:
            raise InvalidInput("intervals", f"must be at most {MOST_AGENTS} agents", max(agents))
        return agents


class ToTarget(Strict):
    """Staffing to be found, by closed form and trial, that keeps the channels' targets."""

    minimum: Annotated[Whole, Field(ge=0, le=10_000)] = 0
    """Fewest agents in an open interval."""
    maximum: Annotated[Whole, Field(ge=0, le=MOST_AGENTS)] | None = None
    """Most agents in any interval; None for no bound."""
    answered: Annotated[Fraction, Field(gt=0)] | None = None
    """Share answered in time that the group is staffed for by itself, where another takes what
    overflows; None: what the channels promise."""
    shifts: Annotated[Mapping[str, ShiftForm], BeforeValidator(shift_forms)] | None = None
    """Shifts that may be worked, by name; None: agents come and go with every interval."""

    @model_validator(mode="before")
    @classmethod
    def _unwrapped(cls, data: Any) -> Any:
        if isinstance(data, Mapping) and set(data) == {"to_target"}:
            return {} if data["to_target"] is None else data["to_target"]
        return data

    @classmethod
    def __get_pydantic_json_schema__(
        cls, schema: CoreSchema, handler: GetJsonSchemaHandler
    ) -> dict[str, Any]:
        """Show editors the key that is written around the bounds."""
        bounds = handler.resolve_ref_schema(super().__get_pydantic_json_schema__(schema, handler))
        return {
            "type": "object",
            "properties": {"to_target": {"anyOf": [bounds, {"type": "null"}]}},
            "required": ["to_target"],
            "additionalProperties": False,
        }

    @model_validator(mode="after")
    def _ordered(self) -> ToTarget:
        if self.maximum is not None and self.maximum < self.minimum:
            rule = f"must not be below the minimum of {self.minimum}"
            raise broken(("maximum",), rule, self.maximum)
        return self


def _form(data: object) -> str | None:
    """Which of the three forms of staffing is written."""
    if isinstance(data, Shifts | Intervals | ToTarget):
        return {Shifts: "shifts", Intervals: "intervals", ToTarget: "to_target"}[type(data)]
    if not isinstance(data, Mapping):
        return None
    if set(ToTarget.model_fields) <= set(data):  # as models are written, not people
        return "to_target"
    forms = [form for form in FORMS if form in data]
    if forms:
        return forms[0]
    return "to_target" if set(data) & {"minimum", "maximum", "answered"} else None


def _one_form(data: object) -> object:
    """Refuse what is none of the forms, or more than one."""
    if isinstance(data, Mapping) and set(ToTarget.model_fields) <= set(data):
        return data
    forms = [form for form in FORMS if isinstance(data, Mapping) and form in data]
    if _form(data) is None or len(forms) > 1:
        rule, given = "must be one of " + ", ".join(FORMS), " and ".join(forms) or data
        raise InvalidInput("staffing", rule, given, "write it like {to_target: {minimum: 1}}")
    if forms and isinstance(data, Mapping):
        others = [str(key) for key in data if key not in forms]
        hint = f"staffing by {forms[0]} has no other key"
        if others:
            raise joined(
                "Staffing", (refusal((k,), "is not a known key", None, hint) for k in others)
            )
    return data


Staffing = Annotated[
    Annotated[Shifts, Tag("shifts")]
    | Annotated[Intervals, Tag("intervals")]
    | Annotated[ToTarget, Tag("to_target")],
    Discriminator(_form),
    BeforeValidator(_one_form),
]


class Group(Strict):
    """Agents who are alike: same employer, same skills, same price."""

    title: Text | None = None
    """The name that people read; the key of the group when absent."""
    source: Literal["inhouse", "vendor"] = "inhouse"
    """Who employs them."""
    skills: Annotated[
        Mapping[str, Annotated[Skill, Also(type="null")]],
        Field(min_length=1),
        Also(type="array", items={"type": "string"}, minItems=1),
    ]
    """Channels they serve."""
    handle_time: PositiveFactor = 1.0
    """Factor on every channel's handle time and after-call work."""
    fcr: Share | None = None
    """Share that the group resolves at first contact; that of the option, then of the channel,
    when None."""
    escalates: Share | None = None
    """Share that the group passes on where a channel has an escalation; the channel's when None."""
    absence: Fraction = 0.0
    """Share of shifts to which somebody does not come, drawn for each day that one is worked."""
    hours: LegHours | None = None
    """Hours in which the group serves, where it is staffed to target: by the clock, `nights` and
    `weekends` of the calendar, or `rest`: all that groups with its channels leave. None: always."""
    staffing: Staffing
    """How many, and when."""
    team: Team | None = None
    """Who they are, for a roster; None where nobody is planned by name."""
    payroll: InhouseTerms | None = None
    """Terms of an in-house group."""
    contract: ContractTerms | None = None
    """Terms of a vendor's group."""
    paid_with: str | None = None
    """Group whose payroll or contract holds for this one too: one vendor, two teams. None: its
    own."""

    _factor_alone = field_validator("handle_time", mode="before")(_factor_alone)

    @field_validator("skills", mode="before")
    @classmethod
    def _listed(cls, data: Any) -> Any:
        if isinstance(data, Mapping):
            return {name: {} if skill is None else skill for name, skill in data.items()}
        if not isinstance(data, list | tuple):
            raise InvalidInput(
                "skills", "must be a list of channels", data, "write it like [phone]"
            )
        if not all(isinstance(name, str) for name in data):
            raise InvalidInput("skills", "must name channels", data, "write it like [phone]")
        if len(set(data)) < len(data):
            raise InvalidInput("skills", "must name each channel once", data)
        return {name: Skill() for name in data}

    @property
    def to_target(self) -> ToTarget | None:
        """The bounds of a group whose agents are to be found; None where the file gives them."""
        return self.staffing if isinstance(self.staffing, ToTarget) else None

    def paced(self, mean: Callable[[str], float]) -> Group:
        """The group with its mean handle times as factors on those of channels."""
        skills = dict(self.skills)
        for name, skill in self.skills.items():
            if skill.own_mean is not None:
                factor = skill.own_mean / (mean(name) * self.handle_time)
                skills[name] = skill.model_copy(update={"handle_time": factor})
        changed = any(skill.own_mean is not None for skill in skills.values())
        return self.model_copy(update={"skills": skills}) if changed else self

    @model_validator(mode="after")
    def _own_terms(self) -> Group:
        vendor = self.source == "vendor"
        unfit, fit = ("payroll", "contract") if vendor else ("contract", "payroll")
        if getattr(self, unfit) is not None:
            rule = f"does not go with source: {self.source}"
            raise broken((unfit,), rule, None, f"give the group its {fit}")
        return self

    @model_validator(mode="after")
    def _bills_what_is_simulated(self) -> Group:
        if self.contract is not None:
            check_contract(self.contract, self.skills, self.fcr)
        return self


class Option(Strict):
    """One way to source the whole operation."""

    title: Text | None = None
    """The name that people read; the key of the option when absent."""
    open: Mapping[str, OpenHours] = Field(default_factory=dict)
    """Opening hours by channel, instead of the channel's own."""
    fcr: Share | None = None
    """Share resolved at first contact; that of the channels when None."""
    patience: Mapping[str, Law] = Field(default_factory=dict)
    """Time a contact would wait for this option's people by channel, instead of the channel's own;
    classes with a patience of their own keep it."""
    groups: Annotated[Mapping[str, Group], Field(min_length=1)]
    """The groups of agents by name."""
    retained: RetainedTerms | None = None
    """What stays with the client when a vendor serves."""
    one_offs: tuple[OneOff, ...] = ()
    """What is paid once, over a horizon."""
    lead: Duration = 0.0
    """Time from the start of a horizon until the option serves [s]."""
    until_then: str | None = None
    """The option that serves meanwhile, or lost where nobody does; that of today when absent."""
    bridge: MoneyPerHour | None = None
    """What an hour costs of those who stand in while new people learn; when absent, as large a
    part of the contacts is lost."""

    def paced(self, mean: Callable[[str], float]) -> Option:
        """The option with the mean handle times of groups as factors on those of channels."""
        groups = {name: group.paced(mean) for name, group in self.groups.items()}
        if all(groups[name] is group for name, group in self.groups.items()):
            return self
        return self.model_copy(update={"groups": groups})

    def resolved(self, group: str, usual: float | None) -> float | None:
        """Share that a group resolves at first contact; None where nobody says."""
        own = self.groups[group].fcr
        if own is not None:
            return own
        return usual if self.fcr is None else self.fcr

    def passed_on(self, group: str, channel: str, usual: float) -> float:
        """Share of a channel's contacts that a group passes on."""
        skill, own = self.groups[group].skills[channel].escalates, self.groups[group].escalates
        said = own if skill is None else skill
        return usual if said is None else said

    def met(self, name: str, channel: Channel) -> Channel:
        """A channel as this option meets it: its clients wait as long as they do for its people."""
        if name not in self.patience:
            return channel
        return channel.model_copy(update={"patience": self.patience[name]})

    @property
    def priced(self) -> bool:
        """Whether it brings any terms."""
        return self.retained is not None or any(
            group.payroll or group.contract for group in self.groups.values()
        )

    @property
    def mixes(self) -> bool:
        """Whether own people and a vendor's both work, and are paid."""
        return self.priced and len({group.source for group in self.groups.values()}) > 1

    @model_validator(mode="after")
    def _all_paid(self) -> Option:
        """Agents whom nobody pays would make an option cheaper than it is."""
        for name, group in self.groups.items() if self.priced else ():
            own = group.payroll or group.contract
            if own is None and group.paid_with is None:
                rule = "must have a payroll or a contract, since the option has other prices"
                raise broken(("groups", name), rule, None, "or take those prices out")
        return self

    @model_validator(mode="after")
    def _paid_once(self) -> Option:
        refuse_twice("one_offs", [one.name for one in self.one_offs])
        return self

    @model_validator(mode="after")
    def _somebody_works(self) -> Option:
        if not any(_most_agents(group.staffing) for group in self.groups.values()):
            hint = "to show a closed channel write open: {name: never}"
            raise broken(("groups",), "must have at least one agent at some time", 0, hint)
        return self

    @model_validator(mode="after")
    def _one_rate_of_vat(self) -> Option:
        rates = {
            f"groups.{name}.payroll": group.payroll.vat_rate
            for name, group in self.groups.items()
            if group.payroll is not None
        }
        check_vat(rates | ({"retained": self.retained.vat_rate} if self.retained else {}))
        return self


def pace_refusals(name: str, option: Option) -> Iterator[InitErrorDetails]:
    """Groups of an option that are slower or faster on a channel than an engine can tell."""
    for key, group in option.groups.items():
        for channel, skill in group.skills.items():
            if not PACES[0] <= group.handle_time * skill.handle_time <= PACES[1]:
                ways = ("mean_handle_time", "handle_time_law")
                own = next((way for way in ways if getattr(skill, way)), "handle_time")
                place: Place = ("options", name, "groups", key, "skills", channel, own)
                rule = "must come to between 1% and 1000% of the channel's, with that of the group"
                yield refusal(place, rule, as_share(group.handle_time * skill.handle_time))


def _most_agents(staffing: Staffing) -> float:
    if isinstance(staffing, Shifts):
        return max((shift.agents for shift in staffing.shifts if shift.hours.spans), default=0)
    if isinstance(staffing, Intervals):
        return max(staffing.intervals, default=0.0)
    return math.inf if staffing.maximum is None else staffing.maximum
