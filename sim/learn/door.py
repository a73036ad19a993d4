"""From logs to a scenario, and how well what was learnt reproduces other months."""

from __future__ import annotations

import math
import secrets
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import numpy as np
from babel.numbers import get_territory_currencies

from sim.errors import InvalidInput
from sim.learn.alone import Alone, alone
from sim.learn.arrays import Flags, Floats, Ints
from sim.learn.contacts import Contacts, contacts_of
from sim.learn.crew import assumed
from sim.learn.days import stray_rows
from sim.learn.durations import LONGEST
from sim.learn.estimate import EPOCH, Estimates, estimated
from sim.learn.figures import DRAWS
from sim.learn.fit import Fit, Learnt, fitted, tuned
from sim.learn.intervals import Intervals, estimated_of_sums, intervals_of, learnt_of_sums
from sim.learn.log import Log, Reading
from sim.learn.presence import Presence, logged
from sim.learn.quality import Finding, calendar_of, quality
from sim.learn.read import detect, read_logs
from sim.learn.scenario import Written, week_of, written
from sim.learn.tables import text_head
from sim.learn.volume import LEAST_DAYS

__all__ = ["Learned", "Tested", "learn_from", "not_over"]

#: What is known of a format beside what its files say: country, and by how much contacts of high
#: priority stand ahead [s].
_KNOWN: Mapping[str, tuple[str | None, float]] = {"anonymous_bank": ("IL", 90.0)}
_USUAL = (None, 0.0)
#: Where no country says which.
_CURRENCY = "EUR"


@dataclass(frozen=True, slots=True, eq=False)
class Tested:
    """What was learnt, tried on other logs.

    Parameters
    ----------
    files, reading
        Logs of the test, and how their reading went.
    fit
        The test period, simulated by what was learnt on the others.
    days, known_days
        Days of the test, and how many of them were learnt from too: it is no test of those.
    """

    files: tuple[str, ...]
    reading: Reading
    fit: Fit
    days: int
    known_days: int


@dataclass(frozen=True, slots=True, eq=False)
class Learned:
    """What was learnt from logs.

    Parameters
    ----------
    reading, findings
        How the reading of the logs went, and what is odd about them.
    source, files, timezone
        Format, files and clock.
    estimates
        Everything that a scenario needs, with intervals.
    learnt
        Laws and rules by which periods are replayed.
    presence
        ``logged``, ``inferred`` or ``assumed``.
    itself
        The months learnt from, simulated by what was learnt from them; None where it cannot be.
    test
        The test months, simulated by what was learnt on the others; None without a test.
    scenario
        The scenario as text.
    alone
        What it gives when it is played by itself, by channel.
    """

    reading: Reading
    findings: tuple[Finding, ...]
    source: str
    files: tuple[str, ...]
    timezone: str
    estimates: Estimates
    learnt: Learnt
    presence: str
    itself: Fit | None
    test: Tested | None
    scenario: Written
    alone: Mapping[str, Alone]

    @property
    def fit(self) -> Fit | None:
        """Of the test; None without one."""
        return None if self.test is None else self.test.fit


def learn_from(
    paths: str | Path | Sequence[str | Path],
    *,
    to: str | Path | None = None,
    test: str | Path | Sequence[str | Path] | None = None,
    format: str | None = None,
    timezone: str | None = None,
    mapping: Mapping[str, Any] | str | Path | None = None,
    salt: str | None = None,
    country: str | None = None,
    head_start: float | None = None,
    head: str = "",
    replications: int = 8,
    draws: int = DRAWS,
    seed: int = 1,
    forecast: bool = False,
    tell: Callable[[str], object] = str,
) -> Learned:
    """Learn a scenario from logs of contacts.

    Parameters
    ----------
    paths
        Logs to learn from: files of one format, in any order.
    to
        Where to write the scenario; its week is written into a folder beside it.
    test
        Logs of another period, to try on what was learnt. Of these are taken: arrivals, handle
        times and presence (each only where the row of the fit says so), never waits or who gave
        up.
    format, timezone, mapping, salt
        As in `sim.learn.read_logs`.
    country
        Whose public holidays count, as a two-letter code.
    head_start
        Time by which contacts of the highest priority stand ahead in the queue [s]; what is known
        of the format when None.
    head
        Comment at the top of the scenario.
    replications
        How often each hour of the fit is simulated.
    draws
        How often days are drawn for the intervals of estimates.
    seed
        Where random numbers start.
    forecast
        Whether to refuse logs that are too short for a forecast, once they are read.
    tell
        Told how far it has come.

    Raises
    ------
    InvalidInput
        If logs cannot be read, or do not say when contacts came, how long they waited and how
        long they were handled; if a number is out of bounds, or `to` would take the place of a log.
    """
    _check(head_start, replications, draws)
    usual, ahead = _KNOWN.get(_format(paths, format), _USUAL)
    country = country or usual
    days_off = _days_off(country)
    _spare([*_listed(paths), *_listed(test or [])], to)
    # One salt for both: agents of the test are those whose pace was learnt.
    salt = secrets.token_hex(16) if salt is None else salt
    options = {"format": format, "timezone": timezone, "mapping": mapping, "salt": salt}
    read = _read(paths, options, country, tell)
    period = _handled(read.period, read.files, read.reading)
    if forecast:
        _look_ahead(period)
    estimates, learnt = period.estimated(
        days_off, ahead if head_start is None else head_start, seed=seed, draws=draws, tell=tell
    )
    how: dict[str, Any] = {"replications": replications, "seed": seed, "tell": tell}
    itself = period.fitted(learnt, **how)
    tested = None
    if test is not None:
        tested = _tried(_read(test, options, country, tell, learnt.levels), period, learnt, how)
    text = written(
        estimates,
        learnt,
        name=Path(to).stem if to is not None else "learnt",
        source=", ".join(Path(file).name for file in read.files),
        timezone=read.timezone,
        how=period.how,
        country=country,
        currency=_currency(country),
        head=head,
    )
    tell("scenario")
    played = alone(text, estimates.channels, seed)
    if to is not None:
        text.save(Path(to))
    return Learned(
        reading=read.reading,
        findings=read.findings,
        source=read.source,
        files=read.files,
        timezone=read.timezone,
        estimates=estimates,
        learnt=learnt,
        presence=period.how,
        itself=itself,
        test=tested,
        scenario=text,
        alone=played,
    )


def _currency(country: str | None) -> str:
    """What one pays with in a country: the tender of which no end is known."""
    found = get_territory_currencies(country, date.max, date.max) if country else []
    return str(found[0]) if found else _CURRENCY


def _tried(other: _Read, period: _Period, learnt: Learnt, how: Mapping[str, Any]) -> Tested:
    """What was learnt of a period, tried on another log."""
    fit = _alike(other.period, period).fitted(learnt, **how)
    known = np.isin(np.unique(other.period.contacts.day), period.contacts.day)
    return Tested(other.files, other.reading, fit, len(known), int(known.sum()))


def _spare(given: Sequence[Path], to: str | Path | None) -> None:
    """Refuse a scenario, or its week, in the place of a log."""
    if to is not None:
        for file in (Path(to), week_of(Path(to))):
            not_over("to", file, given)


def not_over(name: str, file: Path, read: Sequence[Path]) -> None:
    """Refuse to write over a file that is read: logs cannot be made again.

    Parameters
    ----------
    name
        The argument that names the file.
    file
        What is to be written.
    read
        What is read.

    Raises
    ------
    InvalidInput
        If it is one of them.
    """
    if file.exists() and any(one.exists() and file.samefile(one) for one in read):
        rule = "must not be a file that is read"
        raise InvalidInput(name, rule, str(file), "choose another name")


def _check(head_start: float | None, replications: int, draws: int) -> None:
    """Refuse numbers that nothing can be learnt with."""
    if head_start is not None and not 0 <= head_start < math.inf:
        raise InvalidInput("head_start", "must be a time of 0 s at least", head_start)
    for name, value in (("replications", replications), ("draws", draws)):
        if value < 1:
            raise InvalidInput(name, "must be 1 at least", value)


def _listed(paths: str | Path | Sequence[str | Path]) -> list[Path]:
    """Paths, of which there may be a single one."""
    return [Path(path) for path in ([paths] if isinstance(paths, str | Path) else paths)]


@dataclass(frozen=True, slots=True, eq=False)
class _Read:
    """What was read of some files, and how that went."""

    period: _Period
    source: str
    files: tuple[str, ...]
    timezone: str
    reading: Reading
    findings: tuple[Finding, ...]


def _read(
    paths: str | Path | Sequence[str | Path],
    options: Mapping[str, Any],
    country: str | None,
    tell: Callable[[str], object],
    levels: Floats | None = None,
) -> _Read:
    """Read logs; quality is looked at where they are learnt from, which is where no levels are."""
    with read_logs(paths, tell=tell, **options) as log:
        period = _period(log, levels)
        findings = quality(log, country=country) if levels is None else ()
        return _Read(period, log.source, log.files, log.timezone, log.reading, findings)


@dataclass(frozen=True, slots=True, eq=False)
class _Period:
    """What a log says of a span of time.

    Parameters
    ----------
    contacts
        Contacts, or what stands for the sums of them.
    people
        Presence; None where it is to be inferred.
    sums
        Rows of an interval report; None where contacts are told apart.
    """

    contacts: Contacts
    people: Presence | None
    sums: Intervals | None = None

    @property
    def how(self) -> str:
        """Where presence comes from: ``logged``, ``inferred`` or ``assumed``."""
        return "inferred" if self.people is None else self.people.how

    def estimated(
        self,
        is_holiday: Callable[[date], bool],
        head_start: float,
        *,
        seed: int,
        draws: int,
        tell: Callable[[str], object],
    ) -> tuple[Estimates, Learnt]:
        """What a scenario needs, and what a replay does."""
        if self.sums is not None:
            tell("estimates")
            estimates = estimated_of_sums(self.sums, is_holiday=is_holiday, draws=draws)
            return estimates, learnt_of_sums(self.sums, estimates, draws)
        estimates = estimated(self.contacts, is_holiday=is_holiday, draws=draws, tell=tell)
        return estimates, tuned(
            self.contacts, self.people, head_start=head_start, seed=seed, draws=draws, tell=tell
        )

    def fitted(self, learnt: Learnt, **options: Any) -> Fit:
        """The period, simulated by what was learnt."""
        real = None if self.sums is None else self.sums.hours()
        return fitted(learnt, self.contacts, self.people, real=real, **options)


def _period(log: Log, levels: Floats | None = None) -> _Period:
    """What a log says.

    Parameters
    ----------
    log
        The log, open.
    levels
        Agents, [weekday, hour], where it says nothing of them; by their load when None.

    Raises
    ------
    InvalidInput
        If it does not say when contacts came, how long they waited and how long they were handled.
    """
    log.need("arrivals", "waits", "handle")
    if log.reading.intervals and not log.reading.contacts:
        sums = intervals_of(log)
        sums = sums.only(_dated(sums.day, sums.offered, log.reading))
        contacts = sums.contacts()
        staff = sums.presence() or assumed(contacts, levels, at_once=False)
        return _Period(contacts, staff, sums)
    contacts, people = contacts_of(log), _logged(log)
    contacts = contacts.only(_dated(contacts.day, np.ones_like(contacts.day), log.reading))
    if people is None and not _named(contacts) and levels is not None:
        people = assumed(contacts, levels)
    return _Period(contacts, people)


def _dated(days: Ints, counts: Ints, reading: Reading) -> Flags:
    """Rows whose dates may be true: those far from all others are left out, with a note."""
    stray = stray_rows(days, counts)
    if stray.any():
        lost = int(counts[stray].sum())
        reading.note(f"contacts left out, as they are dated far from all others: {lost}")
    return ~stray


def _format(paths: str | Path | Sequence[str | Path], format: str | None) -> str:
    """Name of the format of the first file that is not empty."""
    if format is not None:
        return format
    told = (detect(path).name for path in _listed(paths) if text_head(path).strip())
    return next(told, "")


def _handled(period: _Period, files: tuple[str, ...], reading: Reading) -> _Period:
    """Leave out channels in which nobody was handled, and say so; assume agents nobody names.

    Raises
    ------
    InvalidInput
        If there is no other.
    """
    contacts, people = period.contacts, period.people
    known = contacts.served & (contacts.handle > 0) & (contacts.handle <= LONGEST)
    kept = [name for name in contacts.channels if known[contacts.of_channel(name)].any()]
    lost = [name for name in contacts.channels if name not in kept]
    if not kept:
        rule = f"has no {lost[0]} contact that was served for more than 0 s and up to an hour"
        raise InvalidInput(
            "log", rule, ", ".join(files), "give logs that say how long contacts took"
        )
    for name in lost:
        reading.note(f"channel left out, nobody was served in it for more than 0 s: {name}")
    contacts = contacts.of_channels(kept) if lost else contacts
    if people is None and not _named(contacts):
        people = assumed(contacts)
    return replace(period, contacts=contacts, people=people)


def _look_ahead(period: _Period) -> None:
    """Refuse a log that is too short for a forecast.

    Raises
    ------
    InvalidInput
        If it is.
    """
    rows = period.contacts if period.sums is None else period.sums
    if len(rows.days) < LEAST_DAYS:
        first, last = (EPOCH + timedelta(days=int(rows.days[at])) for at in (0, -1))
        hint = "give logs of more weeks"
        raise InvalidInput("forecast", "needs eight weeks at least", f"{first} to {last}", hint)


def _alike(other: _Period, learnt: _Period) -> _Period:
    """A test in the channels that were learnt.

    Raises
    ------
    InvalidInput
        If there are none.
    """
    known, there = learnt.contacts.channels, other.contacts.channels
    kept = [name for name in there if name in known]
    if not kept:
        rule = f"has no contacts of the channels that were learnt: {', '.join(known)}"
        raise InvalidInput("test", rule, ", ".join(there))
    if len(kept) == len(there):
        return other
    return replace(other, contacts=other.contacts.of_channels(kept))


def _named(contacts: Contacts) -> bool:
    """Whether it is known of any contact which agent handled it."""
    return bool((contacts.served & (contacts.agent >= 0) & (contacts.handle > 0)).any())


def _logged(log: Log) -> Presence | None:
    """Presence where the log has any."""
    if not log.presence_logged:
        return None
    found = logged(log)
    return found if len(found) else None


def _days_off(country: str | None) -> Callable[[date], bool]:
    """Whether a date is not like its weekday: a public holiday, or a day off that was moved.

    None are known without a country.

    Raises
    ------
    InvalidInput
        If the country is not known.
    """
    if country is None:
        return lambda day: False
    calendar = calendar_of(country, 2000)
    return lambda day: not calendar.is_like_its_weekday(day)
