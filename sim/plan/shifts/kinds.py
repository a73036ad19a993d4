"""From templates to shifts that can be counted: every start, day and length, and their pauses."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from sim.errors import InvalidInput
from sim.plan.duties import Pause
from sim.plan.shifts.templates import Crew, Horizon, PauseRule, ShiftTemplate

__all__ = ["Column", "Form", "Window", "columns", "forms"]

#: Ways to lay pauses that depend on each other; more of them than this would drown the solver.
MOST_WAYS = 2000


@dataclass(frozen=True, slots=True)
class Window:
    """A pause that may begin at several times, whatever the other pauses do.

    Parameters
    ----------
    rule
        What kind of pause.
    first, last, step
        When it may begin, from the start of the shift [minutes].
    """

    rule: PauseRule
    first: int
    last: int
    step: int

    def pause(self, start: int) -> Pause:
        """The pause when it begins at a time from the start of its shift."""
        return Pause(start, self.rule.minutes, self.rule.paid, self.rule.kind)


@dataclass(frozen=True, slots=True)
class Form:
    """Shifts of one template that differ in their start only.

    Parameters
    ----------
    template
        Number of the template.
    minutes
        From start to end.
    fixed
        Pauses that have one place; the gap of a split shift among them.
    windows
        Pauses that move freely.
    ways
        For each group of pauses that depend on each other, all ways to lay them.
    """

    template: int
    minutes: int
    fixed: tuple[Pause, ...]
    windows: tuple[Window, ...]
    ways: tuple[tuple[tuple[Pause, ...], ...], ...]

    @property
    def unpaid(self) -> int:
        """Minutes that are not paid, wherever the pauses lie."""
        chosen = (*self.fixed, *(pause for ways in self.ways for pause in ways[0]))
        moved = sum(window.rule.minutes for window in self.windows if not window.rule.paid)
        return moved + sum(pause.minutes for pause in chosen if not pause.paid)


@dataclass(frozen=True, slots=True)
class Column:
    """Shifts of a form that a crew starts at a time of a day.

    Parameters
    ----------
    form, crew
        Numbers of the form and the crew.
    day
        Of the horizon, 0 for the first.
    start
        From midnight of that day [minutes].
    """

    form: int
    crew: int
    day: int
    start: int


def forms(templates: Sequence[ShiftTemplate], interval: int) -> list[Form]:
    """All forms of the templates.

    Raises
    ------
    InvalidInput
        If the pauses of a template do not fit into one of its lengths.
    """
    return [
        _form(number, template, minutes, gap, interval)
        for number, template in enumerate(templates)
        for minutes, gap in _lengths(template)
    ]


def columns(
    templates: Sequence[ShiftTemplate], crews: Sequence[Crew], horizon: Horizon, made: list[Form]
) -> list[Column]:
    """All shifts that may be started, by crew, form, day and time.

    Raises
    ------
    InvalidInput
        If no shift may start on any day of the horizon.
    """
    found = [
        Column(number, of_crew, day, start)
        for of_crew, crew in enumerate(crews)
        for number, form in enumerate(made)
        if form.template in crew.allowed(templates)
        for day in range(horizon.days)
        if horizon.weekday(day) in templates[form.template].days
        for start in templates[form.template].start_times()
    ]
    if not found:
        rule = "must allow a shift on a day of the horizon"
        raise InvalidInput("templates", rule, [template.name for template in templates])
    return found


def _lengths(template: ShiftTemplate) -> Iterator[tuple[int, Pause | None]]:
    """Lengths from start to end, with the gap of a split shift."""
    for length in template.lengths:
        if template.split is None:
            yield length, None
            continue
        for gap in template.split.gaps:
            for second in template.split.lengths:
                yield length + gap + second, Pause(length, gap, False, "gap")


def _form(
    number: int, template: ShiftTemplate, minutes: int, gap: Pause | None, interval: int
) -> Form:
    windows = _tightened(template, minutes, interval)
    if gap is not None:
        windows = [_beside(template, window, gap, minutes) for window in windows]
    fixed = [gap] if gap is not None else []
    free: list[Window] = []
    ways: list[tuple[tuple[Pause, ...], ...]] = []
    for group in _groups(windows):
        if len(group) > 1:
            ways.append(_ways(template, group, minutes))
        elif group[0].first == group[0].last:
            fixed.append(group[0].pause(group[0].first))
        else:
            free.append(group[0])
    return Form(number, minutes, tuple(fixed), tuple(free), tuple(ways))


def _tightened(template: ShiftTemplate, minutes: int, interval: int) -> list[Window]:
    """Windows after each pause has kept its distance from its neighbours."""
    rules = template.pauses
    steps = [rule.step or interval for rule in rules]
    places = [rule.within(minutes) for rule in rules]
    first = [begin for begin, _ in places]
    last = [end for _, end in places]
    for k in range(1, len(rules)):
        after = first[k - 1] + rules[k - 1].minutes + rules[k].gap
        first[k] += -(-max(0, after - first[k]) // steps[k]) * steps[k]
    for k in reversed(range(len(rules) - 1)):
        last[k] = min(last[k], last[k + 1] - rules[k + 1].gap - rules[k].minutes)
    windows = []
    for rule, begin, end, step in zip(rules, first, last, steps, strict=True):
        if (
            begin < 0
            or end < begin
            or begin + rule.minutes > minutes
            or end + rule.minutes > minutes
        ):
            _refuse(template, rule, minutes)
        windows.append(Window(rule, begin, begin + (end - begin) // step * step, step))
    return windows


def _refuse(template: ShiftTemplate, rule: PauseRule, minutes: int) -> None:
    raise InvalidInput(
        "pauses",
        f"of {template.name!r} must fit into a shift of {minutes} minutes",
        f"{rule.kind} of {rule.minutes} min within {rule.window}",
        "widen its window, shorten it, or leave that length to another template",
    )


def _beside(template: ShiftTemplate, window: Window, gap: Pause, minutes: int) -> Window:
    """A pause of a split shift lies in one of the parts: the one in which its window begins."""
    if window.first < gap.start:
        last = min(window.last, gap.start - window.rule.minutes)
        first = window.first
    else:
        first = max(window.first, gap.start + gap.minutes)
        last = window.last
    if last < first:
        _refuse(template, window.rule, minutes)
    return Window(
        window.rule, first, first + (last - first) // window.step * window.step, window.step
    )


def _groups(windows: list[Window]) -> list[list[Window]]:
    """Pauses in groups: where one may come too close to the next, the two are laid together."""
    groups: list[list[Window]] = []
    for window in windows:
        before = groups[-1][-1] if groups else None
        if before and before.last + before.rule.minutes + window.rule.gap > window.first:
            groups[-1].append(window)
        else:
            groups.append([window])
    return groups


def _ways(
    template: ShiftTemplate, group: list[Window], minutes: int
) -> tuple[tuple[Pause, ...], ...]:
    """All ways to lay pauses in order with their distances."""
    ways: list[tuple[Pause, ...]] = [()]
    for window in group:
        ways = [
            (*way, window.pause(start))
            for way in ways
            for start in range(window.first, window.last + 1, window.step)
            if not way or way[-1].start + way[-1].minutes + window.rule.gap <= start
        ]
        if len(ways) > MOST_WAYS:
            raise InvalidInput(
                "pauses",
                f"of {template.name!r} must leave no more than {MOST_WAYS} ways to lay them",
                f"{len(ways)} in a shift of {minutes} minutes",
                "give them windows that do not overlap, or a longer step",
            )
    if not ways:
        _refuse(template, group[-1].rule, minutes)
    return tuple(ways)
