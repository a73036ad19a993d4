"""What is wrong with a log, or odd about it: counts and examples, no words for users.

Each finding names what was found by its `kind`; `sim.report` words it.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date

from sim.errors import InvalidInput
from sim.learn.days import Day, odd_days, quiet_days, stray_days, surges
from sim.learn.log import Log
from sim.learn.realism import signs_of_synthesis
from sim.scenario.calendar import YEARS, Calendar

__all__ = ["KINDS", "Finding", "calendar_of", "quality"]

#: Every kind of finding, and how much it weighs: "note" is good to know, "warning" may change the
#: estimates, "severe" means that they should not be trusted.
KINDS: Mapping[str, str] = {
    "dropped": "warning",
    "repaired": "warning",
    "twice": "warning",
    "stray_days": "warning",
    "no_end": "note",
    "zero_services": "note",
    "short_services": "warning",
    "long_services": "note",
    "long_waits": "note",
    "agents_missing": "warning",
    "agents_at_once": "note",
    "callers_partly": "warning",
    "callers_when_waiting": "warning",
    "busy_days": "warning",
    "surges": "warning",
    "quiet_days": "note",
    "holidays": "note",
    "missing_days": "warning",
    "synthetic": "severe",
}

SHORT, LONG_SERVICE, LONG_WAIT = 10, 3600, 7200
#: Shares below which a finding is not worth a word.
FEW = 0.001
MOST_EXAMPLES = 3


@dataclass(frozen=True)
class Finding:
    """One thing that was found.

    Examples
    --------
    >>> Finding("short_services", 12, 200).share
    0.06
    """

    kind: str
    count: int
    """Contacts, lines or days it is about."""
    of: int
    """Out of how many."""
    examples: tuple[str, ...] = ()
    """Places in the files, local times, or dates."""
    values: Mapping[str, float | str] = field(default_factory=dict)
    """Figures that belong to it."""

    @property
    def share(self) -> float:
        """Count as a share; 0 of nothing."""
        return self.count / self.of if self.of else 0.0

    @property
    def weight(self) -> str:
        """How much it matters: note, warning or severe."""
        return KINDS[self.kind]


def quality(log: Log, *, country: str | None = None) -> tuple[Finding, ...]:
    """What is wrong with a log, or odd about it.

    Parameters
    ----------
    log
        The log, open.
    country
        ISO code, to compare quiet and missing days with the public holidays of it.

    Returns
    -------
    tuple[Finding, ...]
        In the order of `KINDS`. An empty log has none but those of the reading.

    Raises
    ------
    InvalidInput
        If the country is not known.
    """
    if country is not None:
        calendar_of(country, YEARS[0])
    found = [*_of_reading(log)]
    if log.reading.contacts:
        found += _of_contacts(log)
        found += _of_callers(log)
    found += _of_days(log, country)
    if log.reading.contacts:
        signs = signs_of_synthesis(log)
        if signs:
            n = log.reading.contacts
            found.append(Finding("synthetic", n, n, tuple(signs), signs))
    order = list(KINDS)
    return tuple(sorted(found, key=lambda one: order.index(one.kind)))


def _of_reading(log: Log) -> Iterator[Finding]:
    reading = log.reading
    for reason, gone in reading.dropped.items():
        why = {"reason": reason}
        yield Finding("dropped", gone.count, reading.lines, tuple(gone.examples), why)
    for what, count in reading.repaired.items():
        yield Finding("repaired", count, reading.contacts, (), {"reason": what})


# Condition of the contacts it is about, among which, and the least share that is told.
_COUNTED = {
    "no_end": ("ended IS NULL", "true", 0.0),
    "zero_services": ("talk = 0", "talk IS NOT NULL", FEW),
    "short_services": (f"talk < {SHORT}", "talk IS NOT NULL AND channel = 'voice'", 0.02),
    "long_services": (f"handle > {LONG_SERVICE}", "handle IS NOT NULL AND channel <> 'email'", 0.0),
    "long_waits": (f"wait > {LONG_WAIT}", "wait IS NOT NULL AND channel <> 'email'", 0.0),
    "agents_missing": ("agent IS NULL", "answered IS NOT NULL", FEW),
}


def _of_contacts(log: Log) -> Iterator[Finding]:
    for kind, (where, among, least) in _COUNTED.items():
        yield from _told(log, kind, where, f"(SELECT * FROM contacts WHERE {among})", least)
    same = (
        "(SELECT arrival, count(*) OVER (PARTITION BY arrival, queue, caller, agent, outcome, wait,"
        " talk, leg) > 1 AS again FROM contacts WHERE caller IS NOT NULL)"
    )
    yield from _told(log, "twice", "again", same, 0.0)
    busy = (
        "(SELECT arrival, answered < max(ended) OVER (PARTITION BY agent ORDER BY answered, ended"
        " ROWS BETWEEN UNBOUNDED PRECEDING AND 1 PRECEDING) - 2000 AS over FROM contacts"
        " WHERE agent IS NOT NULL AND answered IS NOT NULL AND channel = 'voice')"
    )
    yield from _told(log, "agents_at_once", "over", busy, 0.01)


def _told(log: Log, kind: str, where: str, table: str, least: float) -> Iterator[Finding]:
    """A finding on rows of a table, if there are enough of them; a lack of all is no finding."""
    run = log.database.execute
    ((count, of),) = run(
        f"SELECT count(*) FILTER (WHERE {where}), count(*) FROM {table}"
    ).fetchall()
    if count == 0 or count < least * of or (kind == "agents_missing" and count == of):
        return
    first = run(
        f"SELECT strftime(wall_clock(arrival), '%Y-%m-%d %H:%M:%S') FROM {table} WHERE {where}"
        f" ORDER BY arrival LIMIT {MOST_EXAMPLES}"
    ).fetchall()
    yield Finding(kind, count, of, tuple(text for (text,) in first))


def _of_callers(log: Log) -> Iterator[Finding]:
    """Ids that are there for some contacts only, above all when that goes with waiting."""
    ((known, all_, waited, waited_known),) = log.database.execute(
        "SELECT count(caller), count(*), count(*) FILTER (wait > 0),"
        " count(caller) FILTER (wait > 0) FROM contacts"
    ).fetchall()
    if not 0 < known < (1 - FEW) * all_:
        return
    yield Finding("callers_partly", all_ - known, all_, (), {"known": known / all_})
    if 0 < waited < all_:
        with_wait = waited_known / waited
        without = (known - waited_known) / (all_ - waited)
        if abs(with_wait - without) > 0.2:
            values = {"known_waiting": with_wait, "known_at_once": without}
            yield Finding("callers_when_waiting", all_ - known, all_, (), values)


def _of_days(log: Log, country: str | None) -> Iterator[Finding]:
    """Days that are unlike their weekday, and days that are not there."""
    column = "count(*)" if log.reading.contacts else "sum(offered)"
    table = "contacts" if log.reading.contacts else "intervals"
    counts = dict(
        log.database.execute(f"SELECT day, {column} FROM {table} GROUP BY day").fetchall()
    )
    if not counts:
        return
    strays = stray_days(counts)
    if strays:
        lost = sum(counts.pop(day) for day in strays)
        of, first = lost + sum(counts.values()), strays[:MOST_EXAMPLES]
        yield Finding("stray_days", int(lost), int(of), tuple(str(day) for day in first))
    yield from _of_hours(log, table, column)
    of = (max(counts) - min(counts)).days + 1
    busy = odd_days(counts)
    if busy:
        yield Finding("busy_days", len(busy), of, _named(busy), {"most": busy[0].times})
    quiet, missing = quiet_days(counts)
    public = _holidays(country, quiet + missing)
    for kind, days in (("quiet_days", quiet), ("missing_days", missing)):
        plain = [day for day in days if day.date not in public]
        if plain:
            yield Finding(kind, len(plain), of, _named(plain))
    if public:
        examples = tuple(f"{day} {name}" for day, name in sorted(public.items()))
        yield Finding("holidays", len(public), of, examples)


def _of_hours(log: Log, table: str, column: str) -> Iterator[Finding]:
    """Hours far busier than usual."""
    rows = log.database.execute(
        f"SELECT day, second // 3600, {column} FROM {table} GROUP BY 1, 2 HAVING {column} > 0"
    ).fetchall()
    found = surges({(day, hour): int(count) for day, hour, count in rows})
    if found:
        values = {"contacts": found[0].count, "usual": found[0].usual}
        examples = tuple(str(surge) for surge in found[:MOST_EXAMPLES])
        yield Finding("surges", len(found), len(rows), examples, values)


def _named(days: list[Day]) -> tuple[str, ...]:
    return tuple(str(day.date) for day in days)


def _holidays(country: str | None, days: list[Day]) -> dict[date, str]:
    """Those of the days that are public holidays, with their names."""
    if country is None:
        return {}
    found: dict[date, str] = {}
    for year in sorted({day.date.year for day in days}):
        if YEARS[0] <= year <= YEARS[1]:
            published = calendar_of(country, year).holidays(year)
            found |= {d.date: published[d.date] for d in days if d.date in published}
    return found


def calendar_of(country: str, year: int) -> Calendar:
    """Public holidays of a country, and its days that were moved, from a year on.

    Raises
    ------
    InvalidInput
        If the country is not known.
    """
    try:
        return Calendar.model_validate({"country": country, "start": f"{year}-01-01"})
    except ValueError as error:
        raise InvalidInput("country", "is not known by its ISO code", country) from error
