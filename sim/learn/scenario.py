"""Writes what was learnt as a scenario: a YAML file with its sources, and a week beside it."""

from __future__ import annotations

import math
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from pathlib import Path

import numpy as np

from sim.learn.arrays import Floats
from sim.learn.durations import Durations, LawFit
from sim.learn.estimate import ChannelEstimates, Estimates
from sim.learn.figures import Figure
from sim.learn.fit import Learnt
from sim.learn.patience import Curve

__all__ = ["GROUP", "Written", "week_of", "written"]

#: Name of the group that stands for all agents.
GROUP = "agents"
#: What people read instead of names: of the scenario that nobody has named, of channels, of agents.
_NAME = "learnt"
_TITLE = "{en: Learnt from logs, ru: По журналам}"
_TITLES = {
    "phone": "{en: Phone, ru: Телефон}",
    "chat": "{en: Chat, ru: Чат}",
    "email": "{en: E-mail, ru: Почта}",
    GROUP: "{en: Agents, ru: Операторы}",
}
_DAYS = ("Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun")
#: Rows of a written patience curve [s].
_TIMES = (5, 10, 15, 20, 30, 45, 60, 90, 120, 180, 240, 300, 450, 600, 900, 1200, 1800)
_LEAST_SHORT = 0.03
_LEAST_WRAP = 0.5
_KINDS = {"chat": "chat", "email": "email"}
_LEAST_KNOWN = 0.2
#: Channels whose busy days go together less than that are taken to be busy each on its own.
_LEAST_SHARED = 0.05
#: Standard deviations from end to end of a 95 % interval.
_WIDE = 2 * 1.96
#: Standard deviation of a factor from which its law must be one that stays above 0.
_ROUGH = 0.2
#: What the mean of patience is that sums allow to be estimated, the better first.
_PATIENCE_OF = {
    "patience": "Estimated: all time waited for each who gave up",
    "patience_erlang_a": "Estimated: as many give up by Erlang A in each hour as did",
}
#: Where the number of agents comes from.
_HOW = {
    "logged": "as it is logged",
    "inferred": "inferred from calls: presence is not logged",
    "assumed": "assumed: the log names no agents; an occupancy of 80 %, and all seen busy at once",
}


@dataclass(frozen=True, slots=True)
class Written:
    """A scenario as text, and the table that it reads.

    Parameters
    ----------
    yaml
        Text of the scenario file.
    csv
        Text of the table of the week.
    csv_name
        Name of the table beside the scenario.
    """

    yaml: str
    csv: str
    csv_name: str

    def save(self, path: Path) -> None:
        """Write both, each as a whole or not at all."""
        table = path.parent / self.csv_name
        table.parent.mkdir(parents=True, exist_ok=True)
        _put(table, self.csv)
        _put(path, self.yaml)


def _put(path: Path, text: str) -> None:
    """Write a file beside its place first: what stood there stays until the new one is whole."""
    path = path.resolve()
    made = path.with_name(f"{path.name}.part")
    try:
        made.write_text(text, encoding="utf-8")
        made.replace(path)
    except BaseException:
        made.unlink(missing_ok=True)
        raise


def week_of(path: Path) -> Path:
    """Where the week of a scenario is written.

    Examples
    --------
    >>> week_of(Path("north/own.yaml")).as_posix()
    'north/own/week.csv'
    """
    return path.parent / _plain(path.stem) / "week.csv"


def _plain(name: str) -> str:
    """A name as a scenario, and the folder of its week, can have it."""
    return re.sub(r"[^\w .-]+", "-", name)[:64].strip(" .-") or _NAME


def written(
    found: Estimates,
    learnt: Learnt,
    *,
    name: str,
    source: str,
    timezone: str,
    how: str,
    country: str | None = None,
    currency: str = "EUR",
    head: str = "",
) -> Written:
    """Write a scenario of the typical week.

    Parameters
    ----------
    found
        What was estimated.
    learnt
        Agents by hour of the week, and their work after a contact.
    name
        Name of the scenario, and of its table.
    source
        Which logs, in words.
    timezone, country, currency
        Of the calendar, and of prices to come: the logs say nothing of money.
    how
        ``logged``, ``inferred`` or ``assumed``: where the number of agents comes from.
    head
        Comment at the top, instead of the plain one.
    """
    # As the user named it: the weeks of two scenarios in one folder must not share a file.
    plain = _plain(name)
    table = f"{plain}/week.csv"
    start = found.first + timedelta(days=(7 - found.first.weekday()) % 7)
    lines = [
        *(f"# {line}".rstrip() for line in (head or _head(found, source)).splitlines()),
        f"name: {_word(plain)}",
        *([f"title: {_TITLE}"] if plain == _NAME else []),
        f"currency: {currency}",
        *_calendar(start, timezone, country),
        "interval: 60m",
        *_busyness(found),
        "channels:",
    ]
    wrap = learnt.model.wrap
    for channel in found.channels.values():
        lines += _channel(channel, _word(table), wrap, country)
    told = _HOW[how]
    lines += [
        "groups:",
        f"  {GROUP}:",
        f"    title: {_TITLES[GROUP]}",
        f"    skills: [{', '.join(map(_key, found.channels))}]",
        f"    # Mean agents present, {told}.",
        f"    staffing: {{intervals: {_word(table)}}}",
        "simulation: {seed: 1, replications: 40, at_most: 400, warm_up: 1h, wrap_up: 2h}",
        *_risk(found, learnt),
        *_sources(found, source),
    ]
    return Written("\n".join(lines) + "\n", _table(found, learnt.levels), table)


def _head(found: Estimates, source: str) -> str:
    return (
        f"The typical week of a contact centre, learnt from {source},\n"
        f"{found.first} to {found.last}, by `linewise learn`.\n"
        "Definitions stand in docs/learning.md.\n"
        "There are no prices here: a log says nothing of money."
    )


def _calendar(start: date, timezone: str, country: str | None) -> list[str]:
    lines = ["calendar:"]
    if country:
        lines.append(f"  country: {country}")
    return [*lines, f"  timezone: {timezone}", f"  start: {start}", "  days: 7"]


def _busyness(found: Estimates) -> Iterator[str]:
    """How busy days of channels go together, where they do."""
    if found.shared >= _LEAST_SHARED:
        share = f"{100 * found.shared:.0f}%"
        yield f"busyness: {{correlation: {share}}}    # of busy days, chance left out"


def _key(name: str) -> str:
    """A channel as a scenario calls it."""
    return "phone" if name == "voice" else name


def _channel(one: ChannelEstimates, table: str, wrap: float, country: str | None) -> Iterator[str]:
    key = _key(one.name)
    yield f"  {key}:"
    if key in _TITLES:
        yield f"    title: {_TITLES[key]}"
    yield f"    kind: {_KINDS.get(one.name, 'voice')}"
    usual = "no country given: holidays are in it"
    if country:
        usual = "holidays left out" if one.volume.holiday.any() else "no holidays left out"
    yield f"    arrivals: {table}    # contacts offered, by interval; {usual}"
    variation = one.volume.day_variation
    if variation > 0.005:
        yield f"    day_variation: {100 * variation:.1f}%    # beyond chance, weekdays apart"
    elif math.isnan(variation):
        yield "    # Each weekday is there once: how days vary, and how sure that is, is not known."
    if "" in one.handle:
        yield from _handle(one.handle, wrap)
    else:
        yield from _mean_handle(one)
    yield from _patience(one)
    back = one.returns
    known = back is not None and back.abandoned >= _LEAST_KNOWN * one.figures["abandonment"].count
    if known and {"redials_1h", "redial_delay"} <= one.figures.keys():
        # The volume is of all contacts, so redials stand in it: they are told, not played.
        share, delay = one.figures["redials_1h"].value, one.figures["redial_delay"].value
        yield f"    # Redials within an hour of giving up: {100 * share:.0f}% of"
        yield f"    # known callers, half of them within {_time(delay)}; in the volume."


def _mean_handle(one: ChannelEstimates) -> Iterator[str]:
    """Handle times of which there is one number alone."""
    mean = _time(one.figures["handle_time"].value)
    if one.basis == "intervals":
        yield f"    handle_time: {{law: exponential, mean: {mean}}}    # law assumed"
    else:
        yield f"    handle_time: {{law: fixed, value: {mean}}}    # all take as long"


def _patience(one: ChannelEstimates) -> Iterator[str]:
    mean = _mean_patience(one)
    if "" in one.patience:
        curve = one.patience[""].curve
        yield f"    # Kaplan-Meier, answered contacts censored: {curve.left} of {curve.waits} left."
        yield f"    patience: {{law: survival, table: {{{_survival(curve)}}}}}"
    elif mean is not None:
        yield f"    # {_PATIENCE_OF[mean.name]}; the law is assumed: sums have a mean."
        yield f"    patience: {{law: exponential, mean: {_time(mean.value)}}}"
    elif one.figures["abandonment"].value > 0:
        yield "    patience: never    # some gave up, but after which wait is not told"
    else:
        yield "    patience: never    # nobody was seen to give up"


def _mean_patience(one: ChannelEstimates) -> Figure | None:
    """Mean of exponential patience, where sums tell no more."""
    for name in _PATIENCE_OF if one.basis == "intervals" else ():
        if name in one.figures:
            return one.figures[name]
    return None


def _nearest(measured: Durations) -> LawFit:
    """The law at the least distance from what was measured."""
    return min(measured.laws, key=lambda law: law.ks)


def _is_mixed(handle: Mapping[str, Durations]) -> bool:
    """Whether very short talks are many, and a law fits better without them."""
    if "without_short" not in handle or handle[""].short < _LEAST_SHORT:
        return False
    return _nearest(handle["without_short"]).ks < _nearest(handle[""]).ks


def _handle(handle: Mapping[str, Durations], wrap: float) -> Iterator[str]:
    whole, rest = handle[""], handle.get("without_short")
    best = _nearest(whole)
    yield f"    # {whole.count} contacts of up to an hour; {100 * whole.short:.1f}% under 10s."
    if rest is not None and _is_mixed(handle):
        short = (whole.mean - (1 - whole.short) * rest.mean) / whole.short
        yield f"    # Without those {_nearest(rest).law} fits best (KS {_nearest(rest).ks:.3f})."
        yield "    handle_time:"
        yield "      law: mixture"
        yield "      parts:"
        share = round(100 * whole.short, 2)
        yield f"        - {{share: {share:.2f}%, of: {{law: exponential, mean: {_time(short)}}}}}"
        yield f"        - {{share: {100 - share:.2f}%, of: {_law(_nearest(rest), rest)}}}"
    elif whole.cv < 0.02:
        yield f"    handle_time: {{law: fixed, value: {_time(whole.mean)}}}"
    else:
        yield f"    # {best.law} is nearest (KS {best.ks:.3f})."
        yield f"    handle_time: {_law(best, whole)}"
    if wrap >= _LEAST_WRAP:
        yield f"    after_call_work: {_time(wrap)}    # between calls while somebody waited"


def _law(law: LawFit, measured: Durations) -> str:
    """A law with the mean that was measured: the load must be right before the form is."""
    mean = _time(measured.mean)
    if law.law == "exponential":
        return f"{{law: exponential, mean: {mean}}}"
    if law.law == "weibull":
        return f"{{law: weibull, mean: {mean}, shape: {law.parameters[1]:.4g}}}"
    return f"{{law: {law.law}, mean: {mean}, cv: {measured.cv:.4g}}}"


def _time(seconds: float) -> str:
    return f"{max(seconds, 0.1):.4g}s" if seconds < 1e4 else f"{seconds:.0f}s"


def _survival(curve: Curve) -> str:
    """Rows of the curve at round times, with one beyond the last for the tail."""
    return ", ".join(f"{time}s: {100 * share:.2f}%" for time, share in _rows(curve))


def _rows(curve: Curve) -> list[tuple[int, float]]:
    """Times and shares still there [s]."""
    times = [time for time in _TIMES if len(curve.times) and time <= curve.times[-1]]
    if not times:
        times = [max(1, round(1 / curve.tail)) if curve.tail else _TIMES[-1]]
    if curve.tail:
        times.append(2 * times[-1])
    rows, last = [], 1.0
    for time, share in zip(times, curve.at(np.array(times, float)).tolist(), strict=True):
        last = min(last, max(share, 1e-4))
        rows.append((time, last))
    return rows


def _has_end(curve: Curve) -> bool:
    """Whether the written curve lets everybody leave at last, so that it has a mean."""
    rows = [(0, 1.0), *_rows(curve)]
    return f"{rows[-1][1]:.4f}" < f"{rows[-2][1]:.4f}"


def _table(found: Estimates, levels: Floats) -> str:
    """Contacts and agents by hour of the week."""
    names = list(found.channels)
    head = ",".join(["day", "time", *map(_key, names), GROUP])
    rows = [head]
    for day, label in enumerate(_DAYS):
        for hour in range(24):
            volumes = []
            for name in names:
                profile = found.channels[name].volume.profile[day]
                per_hour = len(profile) // 24
                volumes.append(float(profile[hour * per_hour : (hour + 1) * per_hour].sum()))
            cells = [f"{value:.2f}" for value in (*volumes, levels[day, hour])]
            rows.append(",".join([label, f"{hour:02d}:00", *cells]))
    return "\n".join(rows) + "\n"


def _risk(found: Estimates, learnt: Learnt) -> Iterator[str]:
    """Ranges of all estimates that the analysis of risk can move, each with what it rests on."""
    rows: list[str] = []
    for name, one in found.channels.items():
        key = f"channels.{_key(name)}"
        rows += _range(f"{key}.volume", one.figures["volume"], "contacts")
        rows += _range(f"{key}.handle_time", one.figures["handle_time"], "handled contacts")
        patience = _mean_patience(one)
        if "" in one.patience and _has_end(one.patience[""].curve):
            # The curve is stretched as a whole: by how sure the rate is at which people leave.
            patience = one.figures["patience"]
        if patience is not None:
            rows += _range(f"{key}.patience", patience, "who gave up")
        wrap = learnt.crew.get("after_call_work")
        if wrap is not None and wrap.value >= _LEAST_WRAP and "" in one.handle:
            rows += _range(f"{key}.after_call_work", wrap, "pauses")
    if rows:
        yield "risk:"
        yield "  # Factors on the estimates above, each below its interval (a bootstrap of days);"
        yield "  # `sd` is the standard deviation, a quarter of the width of that."
        yield "  ranges:"
        yield from rows


def _range(path: str, figure: Figure, counted: str) -> Iterator[str]:
    """A range of factors that has the interval; none where that is not known or too narrow."""
    if figure.is_sure or not figure.value > 0 or not math.isfinite(figure.high):
        return
    low, high = figure.low / figure.value, figure.high / figure.value
    if low < 0.9995 and high > 1.0005:
        sd = (high - low) / _WIDE
        # What is known so roughly must not come out below 0.
        law = "normal" if sd <= _ROUGH else "lognormal"
        yield f"    # {figure.count} {counted}: 95 of 100 between x{low:.3f} and x{high:.3f}"
        yield f"    - {{input: {path}, {law}: {{mean: x1, sd: x{sd:.4f}}}}}"


def _sources(found: Estimates, source: str) -> Iterator[str]:
    """Where each number comes from."""
    span = f"{source}, {found.first} to {found.last}"
    yield "sources:"
    for name, one in found.channels.items():
        key, figures = _key(name), one.figures
        volume, handle = figures["volume"], figures["handle_time"]
        yield f"  channels.{key}.arrivals: {_quoted(f'{volume.count} contacts offered; {span}')}"
        if one.basis == "intervals":
            text = f"Mean of {handle.count} handled contacts, law assumed; {span}"
            yield f"  channels.{key}.handle_time: {_quoted(text)}"
        elif "" in one.handle:
            text = f"{handle.count} handled contacts of up to an hour; {span}"
            yield f"  channels.{key}.handle_time: {_quoted(text)}"
        if "" in one.patience:
            waits = one.patience[""].curve.waits
            text = f"Kaplan-Meier of {waits} contacts that waited; {span}"
            yield f"  channels.{key}.patience: {_quoted(text)}"
        elif (mean := _mean_patience(one)) is not None:
            text = f"{_PATIENCE_OF[mean.name]}, {mean.count} of them; {span}"
            yield f"  channels.{key}.patience: {_quoted(text)}"


def _word(text: str) -> str:
    """A name, quoted where it might be read as a number, a date or nothing."""
    return (
        text
        if re.fullmatch(r"[^\W\d_][\w-]+(/\w+\.csv)?", text)
        and text.lower() not in ("null", "true", "false")
        else _quoted(text)
    )


def _quoted(text: str) -> str:
    return '"' + text.replace("\\", "").replace('"', "'") + '"'
