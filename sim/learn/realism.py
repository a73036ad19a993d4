"""Signs that a log was made up: what chance makes and centres do not."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray
from scipy import stats

from sim.learn.log import Log

__all__ = ["signs_of_synthesis"]

#: With fewer contacts than this nothing can be told.
LEAST = 1_000
#: Contacts that distributions are judged by: more would find the rounding of times.
SAMPLE = 10_000
#: What a made-up law is not refused at.
LIKELY = 0.05
#: Signs from which a log is called made up: real ones show one now and then.
ENOUGH = 2


def signs_of_synthesis(log: Log) -> dict[str, float | str]:
    """Signs that a log was made up, each with a figure; empty if there are not enough of them.

    ``handle_exponential``, ``handle_uniform``, ``wait_uniform``
        The law is not refused by a Kolmogorov-Smirnov test: its p-value.
    ``flat_hours``
        Contacts come alike at all hours: coefficient of variation between hours.
    ``flat_week``
        Contacts come alike on all weekdays: p-value of a test that they do.
    ``days_by_chance``
        Days of one weekday differ no more than chance: their variance over their mean.
    ``no_load_wait_link``
        Waits do not go with load: rank correlation over hours.
    """
    if log.reading.contacts < LEAST:
        return {}
    signs: dict[str, float | str] = {**_laws(log), **_rhythm(log), **_link(log)}
    return signs if len(signs) >= ENOUGH else {}


def _laws(log: Log) -> dict[str, float]:
    """Handle times and waits that follow a law of the textbooks to the letter."""
    signs: dict[str, float] = {}
    handle = _sample(log, "talk", "talk > 0")
    if len(handle) >= LEAST and np.ptp(handle) > 0:
        p = stats.kstest(_smooth(handle), stats.expon(scale=handle.mean()).cdf).pvalue
        if p > LIKELY:
            signs["handle_exponential"] = float(p)
        if (p := _uniform(handle)) > LIKELY:
            signs["handle_uniform"] = p
    wait = _sample(log, "wait", "wait > 0")
    if len(wait) >= LEAST and np.ptp(wait) > 0 and (p := _uniform(wait)) > LIKELY:
        signs["wait_uniform"] = p
    return signs


def _sample(log: Log, column: str, where: str) -> NDArray[np.float64]:
    rows = log.database.execute(
        f"SELECT {column} FROM contacts WHERE {where} ORDER BY hash(id) LIMIT {SAMPLE}"
    ).fetchnumpy()
    return np.asarray(rows[column], np.float64)


def _smooth(times: NDArray[np.float64]) -> NDArray[np.float64]:
    """Whole seconds spread over their second: rounding is no sign of anything."""
    if not np.all(times == np.rint(times)):
        return times
    shift = np.random.default_rng(1).uniform(-0.5, 0.5, len(times))
    return np.asarray(np.maximum(times + shift, 0.0), np.float64)


def _uniform(times: NDArray[np.float64]) -> float:
    low, high = float(times.min()) - 0.5, float(times.max()) + 0.5
    return float(stats.kstest(_smooth(times), stats.uniform(low, high - low).cdf).pvalue)


def _rhythm(log: Log) -> dict[str, float]:
    """No rhythm of hours, of weekdays, no life of days."""
    signs: dict[str, float] = {}
    hours = log.database.execute(
        "SELECT second // 3600, count(*) FROM contacts GROUP BY 1"
    ).fetchall()
    counts = np.array([count for _, count in hours], float)
    if len(counts) >= 6 and (variation := counts.std() / counts.mean()) < 0.1:
        signs["flat_hours"] = float(variation)
    # The first and the last day may be cut.
    days = log.database.execute(
        "SELECT isodow(day), count(*) FROM contacts"
        " WHERE day > (SELECT min(day) FROM contacts) AND day < (SELECT max(day) FROM contacts)"
        " GROUP BY day ORDER BY day"
    ).fetchall()
    groups = [np.array([n for d, n in days if d == weekday], float) for weekday in range(1, 8)]
    if sum(map(len, groups)) < 21 or min(map(len, groups)) < 3:
        return signs
    p = float(stats.f_oneway(*groups).pvalue)
    if p > LIKELY:
        signs["flat_week"] = p
    spread = sum(((g - g.mean()) ** 2).sum() for g in groups) / (sum(map(len, groups)) - 7)
    over = float(spread / np.mean([n for _, n in days]))
    if over < 1.5:
        signs["days_by_chance"] = over
    return signs


def _link(log: Log) -> dict[str, float]:
    """Waits that do not know how busy the hour is."""
    rows = log.database.execute(
        "SELECT count(*), avg(wait) FROM contacts WHERE wait IS NOT NULL"
        " GROUP BY day, second // 3600 HAVING count(*) >= 3 AND avg(wait) IS NOT NULL"
    ).fetchall()
    if len(rows) < 200 or len({wait for _, wait in rows}) < 20:
        return {}
    load, wait = np.array(rows, float).T
    link = float(stats.spearmanr(load, wait).statistic)
    return {"no_load_wait_link": link} if abs(link) < 0.05 else {}
