"""What may happen to clients, attempt by attempt: links and marks drawn before they are played.

A client's journey is a tree. Each attempt may lead to others, one for each way in which it can
end; which of them are made is for the play to say. Numbers belong to an attempt's place in the
tree, not to the order of drawing: the same client takes the same steps whatever else is changed.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass, fields, replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from sim.demand import sampling
from sim.demand.attempts import Attempts, Step
from sim.demand.draws import COUNTERS, Purpose, branched
from sim.demand.limits import LONGEST_CHAIN, is_cut
from sim.demand.own_laws import OwnLaws
from sim.demand.queues import Layout, Role
from sim.demand.replay import Replay
from sim.demand.timeline import ticks
from sim.engine.contract import (
    CLOCK_LIMIT,
    MILLION,
    MOST_ATTEMPTS,
    NEVER,
    NONE,
    WORK_LIMIT,
    Workload,
)
from sim.errors import InvalidInput
from sim.scenario.channel import Channel

__all__ = ["Journeys"]

Ints = NDArray[np.int64]
Floats = NDArray[np.float64]
Flags = NDArray[np.bool_]

# Ways on, by number: they lead to numbers of their own.
_PASSED_ON, _COMES_BACK, _CALLED, _HANDED_ON, _BACK_AFTER_ALL, _NO_SESSION = range(1, 7)


@dataclass(frozen=True, slots=True, eq=False)
class Journeys:
    """Draws the journeys of all clients of one replication.

    Parameters
    ----------
    layout
        The queues.
    laws
        Laws by queue.
    passed_on, unresolved
        Largest share of any group, by queue [millionths].
    replays
        Channels that play a log, by number.
    own
        Laws that groups have of their own.
    """

    layout: Layout
    laws: sampling.Laws
    passed_on: Ints
    unresolved: Ints
    replays: dict[int, Replay]
    own: OwnLaws

    def draw(self, origin: sampling.Origin, volume: sampling.Volume) -> Workload:
        """Draw one replication.

        Raises
        ------
        InvalidInput
            If there are more attempts than an engine can hold.
        """
        drawing = _Drawing(self, origin)
        group = drawing.begin(volume)
        for _ in range(LONGEST_CHAIN - 1):
            if not len(group) or is_cut(drawing.fresh, drawing.size):
                break
            group = drawing.go_on(group)
        return drawing.workload()


class _Drawing:
    """One replication in the making."""

    def __init__(self, plan: Journeys, origin: sampling.Origin) -> None:
        self.plan = plan
        self.origin = origin
        self.layout = plan.layout
        self.channels: tuple[Channel, ...] = tuple(plan.layout.channels.values())
        self.names = ["", *sorted({key for c in self.channels for key in c.classes})]
        self.fresh = self.size = 0
        self.columns: defaultdict[str, list[Ints]] = defaultdict(list)
        self.links: defaultdict[str, list[tuple[Ints, Ints]]] = defaultdict(list)
        self.marks: defaultdict[str, list[tuple[Ints, Ints]]] = defaultdict(list)

    # --- numbers -----------------------------------------------------------------------------

    def units(self, purpose: Purpose, group: Attempts) -> Floats:
        """A number between 0 and 1 for each attempt."""
        values = np.empty(len(group))
        for channel in np.unique(group.origin):
            mine = group.origin == channel
            values[mine] = sampling.units(self.origin, int(channel), int(purpose), group.path[mine])
        return values

    def durations(self, purpose: Purpose, group: Attempts, laws_of: Ints | None = None) -> Floats:
        """A duration for each attempt, by the law of its queue or of another one [s]."""
        values = self.units(purpose, group)
        queues = group.queue if laws_of is None else laws_of
        for queue in np.unique(queues):
            mine = queues == queue
            some = values[mine]
            sampling.to_durations(some, self.plan.laws, int(queue), int(purpose))
            values[mine] = some
        return values

    def marked(self, purpose: Purpose, group: Attempts) -> Ints:
        """A whole number below a million for each attempt."""
        return (self.units(purpose, group) * MILLION).astype(np.int64)

    # --- the first attempts ------------------------------------------------------------------

    def begin(self, volume: sampling.Volume) -> Attempts:
        """All first attempts, in order of arrival."""
        dues, groups = [], []
        for number in range(len(self.channels)):
            replay = self.plan.replays.get(number)
            due = (
                sampling.first_arrivals(self.origin, volume, number)
                if replay is None
                else replay.due
            )
            dues.append(due)
            groups.append(self.newcomers(number, len(due), replay))
        due = np.concatenate(dues)
        order = np.argsort(due, kind="stable")
        group = Attempts.joined(groups).only(order)
        patience = self.patience(group)
        for number, replay in self.plan.replays.items():
            self.as_logged(group, patience, number, replay)
        self.fresh = len(due)
        return self.added(group, due[order], patience)

    def newcomers(self, number: int, size: int, replay: Replay | None) -> Attempts:
        """First attempts of a channel: who they are, and whether they meet the bot first."""
        whole = np.zeros(size, np.int64)
        channel = self.channels[number]
        path = np.arange(size, dtype=np.int64) * COUNTERS
        group = Attempts(*(whole.copy() for _ in fields(Attempts)))
        group = replace(group, path=path, origin=whole + number, channel=whole + number)
        if channel.classes:
            upto = np.cumsum([one.share for one in channel.classes.values()])
            chosen = np.searchsorted(upto, self.units(Purpose.CLIENT_CLASS, group), side="right")
            keys = [*channel.classes, ""]
            group = replace(
                group, client_class=np.array([self.names.index(k) for k in keys])[chosen]
            )
        group = self.to_desk(group)
        group = self.with_new_matter(group)
        if replay is not None and replay.handle is not None:
            group = self.with_known(group, replay.handle >= 0, replay.handle)
        if channel.outbound is not None:
            lost = self.units(Purpose.REACHED, group) >= channel.outbound.reached
            group = self.with_known(group, lost, np.full(size, ticks(channel.outbound.attempt)))
            group = replace(group, acw=np.where(lost, 0, group.acw))
        if channel.bot is not None:
            meets = self.units(Purpose.BOT, group) < channel.bot.share
            bot = self.layout.at(number, Role.BOT)
            group = replace(group, queue=np.where(meets, bot, group.queue))
        return group

    def as_logged(self, group: Attempts, patience: Ints, number: int, replay: Replay) -> None:
        """Put the patience of a log in the place of what was drawn."""
        if replay.patience is not None:
            mine = np.flatnonzero(group.origin == number)
            logged = replay.patience[group.path[mine] // COUNTERS]
            patience[mine] = np.where(logged >= 0, logged, patience[mine])

    def to_desk(self, group: Attempts) -> Attempts:
        """The agents' queue of each attempt's channel and class."""
        queue = np.empty(len(group), np.int64)
        both = group.channel * len(self.names) + group.client_class
        for pair in np.unique(both):
            channel, named = divmod(int(pair), len(self.names))
            mine = both == pair
            queue[mine] = self.layout.at(channel, Role.DESK, self.names[named])
            legs = self.layout.legs(channel)
            if legs:
                queue[mine] = self.by_share(legs, queue[mine], group.only(mine))
        return replace(group, queue=queue)

    def by_share(self, legs: tuple[tuple[int, float], ...], usual: Ints, group: Attempts) -> Ints:
        """Queues of attempts of which groups have their shares; the usual one for the rest."""
        upto = np.cumsum([share for _, share in legs])
        if upto[-1] > 1 - 1e-9:  # nobody is left over by a rounding
            upto[-1] = 1.0
        chosen = np.searchsorted(upto, self.units(Purpose.LEG, group), side="right")
        return np.where(chosen < len(legs), np.array([*(n for n, _ in legs), 0])[chosen], usual)

    def with_new_matter(self, group: Attempts) -> Attempts:
        """Handle time and work after it, drawn anew."""
        classes = [queue.client_class for queue in self.layout.queues]
        factor = np.array([1.0 if c is None else c.handle_time for c in classes])[group.queue]
        handle = _work(self.durations(Purpose.HANDLE, group) * factor)
        acw = _work(self.durations(Purpose.ACW, group) * factor)
        own = np.empty((len(group), 0), np.int64)
        if len(self.plan.own):
            times = self.plan.own.durations(self.units(Purpose.HANDLE, group), group.queue)
            own = _work(times * factor[:, None])
        return replace(group, handle=handle, acw=acw, own=own)

    def with_known(self, group: Attempts, known: Flags, handle: Ints) -> Attempts:
        """Handle times that no law has drawn: groups take them at their pace."""
        own = self.plan.own.at_pace(handle, group.queue)
        own = np.where(known[:, None], own, group.own)
        return replace(group, handle=np.where(known, handle, group.handle), own=own)

    def patience(self, group: Attempts) -> Ints:
        """How long each attempt waits; callbacks and whoever meets a machine have no need to."""
        roles = np.array([queue.role for queue in self.layout.queues])[group.queue]
        found = np.full(len(group), NEVER, np.int64)
        waits = roles == Role.DESK
        ticked = np.minimum(self.durations(Purpose.PATIENCE, group.only(waits)) * 1000 + 0.5, 1e18)
        found[waits] = np.where(ticked < CLOCK_LIMIT - 1, ticked, NEVER).astype(np.int64)
        return found

    # --- what they lead to -------------------------------------------------------------------

    def go_on(self, group: Attempts) -> Attempts:
        """All attempts that the attempts of a group lead to."""
        later = []
        roles = np.array([queue.role for queue in self.layout.queues])[group.queue]
        for number in range(len(self.channels)):
            here = group.channel == number
            for role in Role:
                some = group.only(here & (roles == role))
                if len(some):
                    later += [self.lead(step) for step in self.ways(number, role, some)]
        empty = group.only(np.zeros(len(group), bool))
        return Attempts.joined([empty, *later])

    def ways(self, number: int, role: Role, group: Attempts) -> Iterator[Step]:
        """The ways on from attempts of one channel and role."""
        channel = self.channels[number]
        if role is Role.BOT:
            yield from self.after_the_bot(channel, group)
        elif role is Role.UNREACHED:
            yield from self.call_again(number, group)
        else:
            yield from self.pass_on(channel, group)
            yield from self.come_back(number, group)
            if role is Role.DESK:
                yield from self.try_again(channel, group)
                yield from self.be_called(number, group)

    def try_again(self, channel: Channel, group: Attempts) -> Iterator[Step]:
        """Who was not served tries again, here or elsewhere."""
        redial = channel.redial
        if redial is None:
            return
        first = group.tries == 0
        lost = np.where(first, redial.probability, redial.later)
        busy = np.where(first, redial.after_busy, redial.later_after_busy)
        number = self.units(Purpose.REDIAL, group)
        chosen = (number < np.maximum(lost, busy)) & (group.tries + 1 < redial.at_most)
        some, number = group.only(chosen), number[chosen]
        links = {"after_abandon": number < lost[chosen], "after_busy": number < busy[chosen]}
        due = _work(self.durations(Purpose.REDIAL_DELAY, some))
        later = replace(some, path=some.path + 1, tries=some.tries + 1)
        yield Step(some, self.moved(channel, some, later), due, links)

    def moved(self, channel: Channel, before: Attempts, later: Attempts) -> Attempts:
        """Further tries that go to another channel, where the matter takes another time."""
        assert channel.redial is not None
        elsewhere = channel.redial.elsewhere
        if not elsewhere:
            return later
        names = list(self.layout.channels)
        upto = np.cumsum(list(elsewhere.values()))
        chosen = np.searchsorted(upto, self.units(Purpose.ELSEWHERE, before), side="right")
        goes = chosen < len(elsewhere)
        target = np.array([*(names.index(name) for name in elsewhere), 0])[chosen]
        later = self.to_desk(replace(later, channel=np.where(goes, target, later.channel)))
        anew = self.with_new_matter(later)
        handle = np.where(goes, anew.handle, later.handle)
        own = np.where(goes[:, None], anew.own, later.own)
        return replace(later, handle=handle, acw=np.where(goes, anew.acw, later.acw), own=own)

    def pass_on(self, channel: Channel, group: Attempts) -> Iterator[Step]:
        """Who is passed on to another channel."""
        escalation = channel.escalation
        if escalation is None:
            return
        marks = self.marked(Purpose.ESCALATION, group)
        chosen = marks < self.plan.passed_on[group.queue]
        some = group.only(chosen)
        to = list(self.layout.channels).index(escalation.to)
        later = self.new_matter(some, _PASSED_ON, to)
        due = np.full(len(some), ticks(escalation.delay))
        conference = None
        if escalation.conference is not None:
            conference = _work(self.durations(Purpose.CONFERENCE, later, some.queue))
        yield Step(some, later, due, _all("escalation", some), marks[chosen], conference)

    def come_back(self, number: int, group: Attempts) -> Iterator[Step]:
        """Who was served, but not helped."""
        repeat = self.channels[number].repeat
        if repeat is None:
            return
        marks = self.marked(Purpose.REPEAT, group)
        chosen = (marks < self.plan.unresolved[group.queue]) & (group.repeats < repeat.at_most)
        some = group.only(chosen)
        to = number if repeat.to is None else list(self.layout.channels).index(repeat.to)
        later = self.new_matter(some, _COMES_BACK, to)
        later = replace(later, repeats=some.repeats + 1)
        due = _work(self.durations(Purpose.REPEAT_DELAY, some))
        yield Step(some, later, due, _all("repeat", some), marks[chosen])

    def new_matter(self, group: Attempts, way: int, to: int) -> Attempts:
        """Attempts in another conversation, in a channel given by number."""
        path = branched(group.path, way)
        later = replace(group, path=path, channel=np.full(len(group), to), tries=group.tries * 0)
        return self.with_new_matter(self.to_desk(later))

    def be_called(self, number: int, group: Attempts) -> Iterator[Step]:
        """Who would accept to be called back."""
        callback = self.channels[number].callback
        if callback is None:
            return
        some = group.only(self.units(Purpose.ACCEPTED, group) < callback.accept)
        later = replace(some, path=branched(some.path, _CALLED), calls=some.calls * 0)
        due = np.full(len(some), ticks(callback.delay))
        yield Step(some, self.reached(number, later), due, _all("callback", some))

    def call_again(self, number: int, group: Attempts) -> Iterator[Step]:
        """A further callback to who was not reached."""
        callback = self.channels[number].callback
        assert callback is not None
        some = group.only(group.calls + 1 < callback.at_most)
        later = replace(some, path=some.path + 1, calls=some.calls + 1)
        due = _work(self.durations(Purpose.CALLBACK_AGAIN, some))
        marks = np.zeros(len(some), np.int64)
        yield Step(some, self.reached(number, later), due, _all("repeat", some), marks)

    def reached(self, number: int, group: Attempts) -> Attempts:
        """Callbacks by whether they will reach the client."""
        callback = self.channels[number].callback
        assert callback is not None
        queue = np.full(len(group), self.layout.at(number, Role.CALLBACK))
        if callback.answered < 1:
            lost = self.units(Purpose.REACHED, group) >= callback.answered
            queue[lost] = self.layout.at(number, Role.UNREACHED)
        return replace(group, queue=queue)

    def after_the_bot(self, channel: Channel, group: Attempts) -> Iterator[Step]:
        """Whom the bot hands on, who comes back from it, and who found no session free."""
        bot = channel.bot
        assert bot is not None
        solved = self.units(Purpose.SELF_SERVED, group) < bot.resolved
        none = np.zeros(len(group), np.int64)
        some = group.only(~solved)
        later = self.to_agents(some, _HANDED_ON)
        handle, own = (_scaled(work, bot.handle_time) for work in (later.handle, later.own))
        later = replace(later, handle=handle, own=own)
        yield Step(some, later, none[~solved], _all("escalation", some), none[~solved])
        back = solved & (self.units(Purpose.BACK, group) < bot.back)
        some = group.only(back)
        due = _work(self.durations(Purpose.BACK_DELAY, some))
        yield Step(
            some, self.to_agents(some, _BACK_AFTER_ALL), due, _all("repeat", some), none[back]
        )
        if bot.sessions is not None:
            later = self.to_agents(group, _NO_SESSION)
            yield Step(group, later, none, _all("after_busy", group))

    def to_agents(self, group: Attempts, way: int) -> Attempts:
        """The same matter, before an agent."""
        return self.to_desk(replace(group, path=branched(group.path, way)))

    # --- rows, links, marks ------------------------------------------------------------------

    def lead(self, step: Step) -> Attempts:
        """Add the attempts of a step, and the links to them."""
        later = self.added(step.attempts, step.due, self.patience(step.attempts), step.conference)
        for link, having in step.links.items():
            self.links[link].append((step.parents.row[having], later.row[having]))
            if step.marks is not None:
                self.marks[link].append((step.parents.row[having], step.marks[having]))
        return later

    def added(
        self, group: Attempts, due: Ints, patience: Ints, conference: Ints | None = None
    ) -> Attempts:
        """Give attempts their rows, and what the client brings its columns."""
        roles = np.array([queue.role for queue in self.layout.queues])[group.queue]
        handle, acw = group.handle.copy(), group.acw.copy()
        bot = roles == Role.BOT
        handle[bot] = _work(self.durations(Purpose.SESSION, group.only(bot)))
        attempts = [c.callback.attempt if c.callback else 0.0 for c in self.channels]
        lost = roles == Role.UNREACHED
        handle[lost] = np.array([ticks(one) for one in attempts])[group.channel[lost]]
        acw[bot | lost] = 0
        columns = {"due": due, "queue": group.queue, "handle": handle, "acw": acw}
        columns |= {"patience": patience}
        columns["own_handle"] = group.own
        columns["conference"] = np.zeros(len(due), np.int64) if conference is None else conference
        for name, values in columns.items():
            self.columns[name].append(values)
        row = np.arange(self.size, self.size + len(group))
        self.size += len(group)
        if self.size >= MOST_ATTEMPTS:
            rule = f"must bring at most {MOST_ATTEMPTS:,} attempts in one replication"
            raise InvalidInput("channels", rule, self.size, "simulate fewer days")
        return replace(group, row=row)

    def workload(self) -> Workload:
        """All that was drawn, as an engine takes it."""
        columns: dict[str, Any] = {n: np.concatenate(c) for n, c in self.columns.items()}
        if not columns["conference"].any():
            del columns["conference"]
        columns["own_handle"] = np.ascontiguousarray(columns["own_handle"].T)
        more: dict[str, Any] = {}
        for link, pairs in self.links.items():
            more[link] = self.spread(pairs, NONE)
        for link, pairs in self.marks.items():
            more[f"{link}_mark"] = self.spread(pairs, 0)
        queue = columns.pop("queue").astype(np.uint8)
        return Workload(len(self.layout), self.fresh, queue=queue, **columns, **more)

    def spread(self, pairs: list[tuple[Ints, Ints]], left_out: int) -> NDArray[np.int32]:
        """A column from its values at some rows."""
        column = np.full(self.size, left_out, np.int32)
        for rows, values in pairs:
            column[rows] = values
        return column


def _work(seconds: Floats) -> Ints:
    """Durations of work or delay as ticks, within what the contract allows."""
    return np.minimum(seconds * 1000 + 0.5, WORK_LIMIT - 1).astype(np.int64)


def _scaled(work: Ints, factor: float) -> Ints:
    """Longer or shorter work."""
    return _work(work * factor / 1000)


def _all(link: str, group: Attempts) -> dict[str, Flags]:
    """A link that every one of the attempts has."""
    return {link: np.ones(len(group), bool)}
