"""Why a figure is what it is: unfolded to what the scenario says and what the simulation found."""

from __future__ import annotations

import difflib
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Literal

import numpy as np

from sim.cost import Group, Line, Statement, consequences
from sim.decide.horizon import UNTIL_THEN, Outlook
from sim.decide.matters import economics, matters
from sim.decide.month import Month
from sim.decide.option import BATCHES, OptionResult
from sim.decide.priced import busiest_of, statement_of, teams_of
from sim.errors import InvalidInput, of_kind
from sim.experiment.asked import whole
from sim.plan import staffed
from sim.scenario.terms import Assumption
from sim.stats import Estimate, mean_estimate

__all__ = ["Ingredient", "Reason", "reasons", "why"]

TOTAL = "cost"

# Float noise of sums over batches is no uncertainty.
_NOISE = 1e-9

#: Figures that follow from others, as the payroll counts them.
_DERIVED = {
    "rostered_hours": "logged_hours * (1 + schedule_fit_loss)"
    " / ((1 - shrinkage_in_shift) * (1 - ramp_capacity_loss))",
    "fte": "rostered_hours / (worked_hours_year / 12)",
    "heads": "rostered_hours / (worked_hours_year / 12)",
    "worked_hours_year": "contract_hours_year - vacation_hours_year - sick_hours_year"
    " - other_absence_hours_year",
    "starters": "heads * attrition_annual / 12 / (1 - training_dropout)",
}


#: Numbers under another name than the figures of the file that they are made from.
_MADE_FROM = {
    "average_price": ("price",),
    "contributions_per_head": ("contributions",),
    "customer_value": ("clv", "margin_year", "retention"),
    "effective_contribution_rate": ("contributions",),
    "excess_defect_intent": ("resolved_first", "resolved_later", "unresolved"),
    "gross_per_head": ("hourly_rate",),
    "price_index": ("indexation_annual",),
    "seats": ("seat_buffer", "remote_share"),
}


@dataclass(frozen=True, slots=True)
class Ingredient:
    """One number behind a figure.

    Parameters
    ----------
    name, value
        As the formula has it.
    kind
        ``scenario``: the file or a preset says it; ``simulated``: it moves with the simulation;
        ``derived``: it follows from other figures.
    assumptions
        What the scenario says, with its source, at the scenario's own level of prices: the number
        itself, or what it is made from.
    found
        The value with its uncertainty, where it is simulated.
    reason
        How it follows from others, where that is known.
    """

    name: str
    value: float
    kind: Literal["scenario", "simulated", "derived"]
    assumptions: tuple[Assumption, ...] = ()
    found: Estimate | None = None
    reason: Reason | None = None


@dataclass(frozen=True, slots=True)
class Reason:
    """A figure with what it is made of.

    Parameters
    ----------
    line
        The figure with its formula or its parts.
    found
        The amount with its uncertainty by the simulation; None where that is not known.
    ingredients
        Numbers of the formula.
    parts
        Reasons of the parts that sum to it.
    """

    line: Line
    found: Estimate | None
    ingredients: tuple[Ingredient, ...] = ()
    parts: tuple[Reason, ...] = ()


def why(
    result: OptionResult,
    line: str = TOTAL,
    *,
    month: int | None = None,
    outlook: Outlook | None = None,
) -> Reason:
    """Unfold a figure of an option.

    Parameters
    ----------
    result
        The option, simulated and priced.
    line
        Name of a line, whole or without its group; ``cost`` for their sum. Lost orders and
        customers are lines as well; over a horizon, what is paid once is too.
    month
        A month of the horizon, from 1; the average month when None.
    outlook
        The months, where one of them is asked for.

    Raises
    ------
    InvalidInput
        If the option has no prices, or there is no such line or month.
    """
    of_kind("line", line, str, "must be the name of a line")
    lines = reasons(result, month=month, outlook=outlook)
    exact = [one for one in lines if one.line.name == line]
    below = [one for one in lines if one.line.name.rpartition(".")[2] == line]
    if exact or len(below) == 1:
        return (exact or below)[0]
    if below:
        whole = Line.of(line, below[0].line.group, [one.line for one in below])
        return Reason(whole, None, parts=tuple(below))
    names = [one.line.name for one in lines]
    known = [*names, *(name.rpartition(".")[2] for name in names)]
    close = dict.fromkeys(difflib.get_close_matches(line, known, n=4, cutoff=0.55))
    hint = f"did you mean {' or '.join(close)}?" if close else f"the lines are {', '.join(names)}"
    raise InvalidInput("line", "is not a line of this option", line, hint)


def reasons(
    result: OptionResult, *, month: int | None = None, outlook: Outlook | None = None
) -> tuple[Reason, ...]:
    """Every line of an option, unfolded; the first is their sum. Arguments as `why` takes them."""
    rule, hint = "must be a result of an option", "such as sim.compare(scenario)['own']"
    if of_kind("result", result, OptionResult, rule, hint).statement is None:
        hint = "give its groups a payroll or a contract"
        raise InvalidInput("option", "has no prices", result.name, hint)
    statement, missed, once = _asked(result, month, outlook)
    whole = _Unfolder(result, statement)
    total = Line.of(TOTAL, Group.LABOUR, statement.lines)
    top = Reason(total, result.cost if month is None else None)
    lines = [*statement.lines, *(missed.lines if missed else ()), *once]
    return (top, *(whole.reason(line) for line in lines))


def _asked(
    result: OptionResult, month: int | None, outlook: Outlook | None
) -> tuple[Statement, Statement | None, list[Line]]:
    """Operating lines, consequences and one-offs of the month that is asked for."""
    assert result.statement is not None
    once: list[Line] = []
    if outlook is not None:
        hint = "make them: sim.outlook(comparison)"
        of_kind("outlook", outlook, Outlook, "must be the months of a comparison", hint)
        ahead = outlook[result.name]
        once = [line for one, line in ahead.once if month is None or one.month == month]
    if month is None:
        found = economics(result)
        return result.statement, found.consequences if found else None, once
    if outlook is None:
        hint = "give the scenario a section like horizon: {months: 24}"
        raise InvalidInput("month", "needs a horizon", month, hint)
    months = outlook[result.name].months
    whole("month", month, 1, len(months), f"must be from 1 to {len(months)}")
    step = months[month - 1]
    return step.operating, step.consequences, once


class _Unfolder:
    """Knows where the numbers of an option's lines come from."""

    def __init__(self, result: OptionResult, statement: Statement) -> None:
        self.result = result
        self.info = statement.info
        self.batches = _batches(result)
        self.assumptions = result.scenario.assumptions()

    def reason(self, line: Line, within: tuple[str, ...] = ()) -> Reason:
        """One line, with the names of the lines that it is a part of."""
        path = (*within, line.name)
        parts = tuple(self.reason(part, path) for part in line.parts)
        made = tuple(self.ingredient(name, value, path) for name, value in line.inputs.items())
        return Reason(line, self.spread(path, None, line.amount), made, parts)

    def ingredient(self, name: str, value: float, path: tuple[str, ...]) -> Ingredient:
        """One number of a formula."""
        said = self.assumed(name, path)
        if said is not None:
            return Ingredient(name, value, "scenario", (said,))
        reason = self.derived(name, value, path)
        found = self.spread(path, name, value)
        if found is None and reason is None:
            found = self.logged(name, value, path)
        if found is not None and found.half_width > _NOISE * abs(value):
            return Ingredient(name, value, "simulated", found=found, reason=reason)
        made = (self.assumed(one, path) for one in self.made_from(name, path))
        return Ingredient(name, value, "derived", tuple(filter(None, made)), reason=reason)

    def made_from(self, name: str, path: tuple[str, ...]) -> tuple[str, ...]:
        """Names in the file of what a number is made from."""
        if name == "heads" and path[0].endswith("support_gross"):
            return ("value", "min")
        return _MADE_FROM.get(name, ())

    def derived(self, name: str, value: float, path: tuple[str, ...]) -> Reason | None:
        """How a number follows from others of its group, where the payroll counts it."""
        formula = _DERIVED.get(name)
        if formula is None:
            return None
        leg = _leg(path)
        inputs: dict[str, float] = {}
        for part in _names(formula):
            known = self.assumed(part, path)
            number = known.value if known else self.info.get(f"{leg}.{part}", self.usual(leg, part))
            if not isinstance(number, int | float):
                return None
            inputs[part] = float(number)
        if not np.isclose(_value(formula, inputs), value):
            return None  # it came about in another way: rounded up, or as the month before left it
        line = Line(name, Group.LABOUR, value, formula, inputs)
        made = tuple(self.ingredient(part, n, path) for part, n in inputs.items())
        return Reason(line, None, made)

    def usual(self, leg: str, name: str) -> float | None:
        """What holds in the terms of a group where the file says nothing."""
        group = self.result.option.groups.get(leg)
        if group is None or group.payroll is None:
            return None
        terms = group.payroll
        sections = (terms.agents, terms.agents.calendar, terms.hiring)
        return next((getattr(one, name) for one in sections if hasattr(one, name)), None)

    def assumed(self, name: str, path: tuple[str, ...]) -> Assumption | None:
        """What the scenario says under a name, in the part of it that a line is about."""
        best: Assumption | None = None
        for start in _places(self.result, path):
            for one in self.assumptions:
                if not one.path.startswith(start):
                    continue
                keys = one.path[len(start) :].split(".")
                below = keys[-1] == path[-1] and keys[-2:-1] and keys[-2].startswith(name)
                if keys[-1] != name and not below:
                    continue
                if path[-1] in keys or path[-1].partition("_")[0] in keys[:-1]:
                    return one
                best = best or (one if _only(name, start, self.assumptions) else None)
        return best

    def spread(self, path: tuple[str, ...], name: str | None, value: float) -> Estimate | None:
        """How far a figure moves from batch to batch; None where it is not in the average month."""
        values = []
        for batch in self.batches:
            line = _line(batch, path)
            number = (
                None if line is None else line.amount if name is None else line.inputs.get(name)
            )
            if number is None:
                return None
            values.append(number)
        if len(values) < 2:
            return None
        return Estimate(value, mean_estimate(np.array(values)).half_width)

    def logged(self, name: str, value: float, path: tuple[str, ...]) -> Estimate | None:
        """How far a figure of a group moves from batch to batch, such as its hours on the line."""
        leg = _leg(path)
        values = [batch.info.get(f"{leg}.{name}") for batch in self.batches]
        numbers = [number for number in values if number is not None]
        if len(numbers) < 2:
            return None
        return Estimate(value, mean_estimate(np.array(numbers)).half_width)


def _batches(result: OptionResult) -> tuple[Statement, ...]:
    """The average month by batches of replications, and what its service costs beside."""
    month = Month.of(result.scenario, result.case)
    peaks = {
        name: busiest_of(result.case, month, result.replications, (name, *beside))
        for name, beside in teams_of(result.option).items()
    }
    option = staffed(result.option, result.covers)
    terms = result.scenario.consequences
    found = []
    for part in result.replications.batches(BATCHES):
        counts = month.read(part)
        paid = statement_of(option, month, counts, peaks)
        lines = list(paid.lines)
        if terms is not None:
            lines += consequences(terms, matters(result.case, option, counts, terms)).lines
        found.append(Statement(tuple(lines), paid.info))
    return tuple(found)


def _line(statement: Statement, path: Sequence[str]) -> Line | None:
    """A line, or a part of one, by its names."""
    lines: Sequence[Line] = statement.lines
    found: Line | None = None
    for name in path:
        found = next((line for line in lines if line.name == name), None)
        if found is None:
            return None
        lines = found.parts
    return found


def _leg(path: tuple[str, ...]) -> str:
    """The group that a line is about, or what is retained; empty for the whole option."""
    return next((name.rpartition(".")[0] for name in reversed(path) if "." in name), "")


def _places(result: OptionResult, path: tuple[str, ...]) -> Iterator[str]:
    """Parts of the scenario that may say something of a line, the nearest first."""
    leg = _leg(path).removeprefix(f"{UNTIL_THEN}.")
    option = result.scenario.today if path[0].startswith(f"{UNTIL_THEN}.") else result.name
    if leg == "retained":
        yield f"options.{option}.retained."
    elif leg:
        yield f"options.{option}.groups.{leg}."
    else:
        yield f"options.{option}.one_offs.{path[0]}."
        channel, _, _ = path[-1].partition("_")
        yield f"consequences.channels.{channel}."
        yield "consequences."
        yield f"options.{option}.groups."


def _only(name: str, start: str, assumptions: Sequence[Assumption]) -> bool:
    """Whether a name stands once in a part of the scenario, so that it cannot be another's."""
    alike = [a for a in assumptions if a.path.startswith(start) and a.path.endswith(f".{name}")]
    alike += [a for a in assumptions if a.path == f"{start}{name}"] if not alike else []
    return len(alike) == 1


def _names(formula: str) -> list[str]:
    marks = str.maketrans("()*/+-,", "       ")
    words = formula.translate(marks).split()
    return list(dict.fromkeys(word for word in words if not word[0].isdigit()))


def _value(formula: str, inputs: Mapping[str, float]) -> float:
    """The value of a formula of ours."""
    return float(eval(formula, {"__builtins__": {}}, dict(inputs)))
