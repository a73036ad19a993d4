"""Assumptions as people read them: what, how much, from where, how far to trust it."""

from __future__ import annotations

from sim.report.language import N_, Language
from sim.report.sentences import channel_title, group_title, option_title, part_title
from sim.report.table import Table
from sim.report.words import term
from sim.scenario.model import Scenario
from sim.scenario.parse import seconds
from sim.scenario.terms import Assumption

__all__ = [
    "CONFIDENCE_WORDS",
    "FRAMES",
    "LAW_WORDS",
    "SCALE_WORDS",
    "assumption_table",
    "assumption_title",
    "assumption_topics",
    "figure_range",
    "figure_value",
    "upper",
]

#: How far a figure can be trusted, by `sim.scenario.terms.Confidence`.
CONFIDENCE_WORDS = {
    "law": N_("law"),
    "price list": N_("price list"),
    "trade": N_("trade source"),
    "weak": N_("weak source"),
    "assumption": N_("our assumption"),
    "stated": N_("named in the scenario"),
}

#: Source of figures without one, `sim.scenario.figures.ASSUMED`: here so that it is translated.
_SAYS_NOTHING = N_("assumption of the scenario")

_PER = {
    "h": N_("an hour"),
    "min": N_("a minute"),
    "month": N_("a month"),
    "year": N_("a year"),
    "m2": N_("a m²"),
    "week": N_("a week"),
}
_UNITS = {
    "h": N_("{n} h"),
    "min": N_("{n} min"),
    "month": N_("{n} months"),
    "m2": N_("{n} m²"),
    "factor": N_("× {n}"),
}
#: Laws in a few words.
LAW_WORDS = {
    "exponential": N_("exponential"),
    "lognormal": N_("lognormal"),
    "fixed": N_("always the same"),
    "weibull": N_("Weibull"),
    "survival": N_("as measured"),
    "never": N_("never give up"),
    "gamma": N_("gamma"),
    "empirical": N_("as measured"),
    "mixture": N_("a mixture of laws"),
    "hazard": N_("as measured"),
}

#: Scales of contributions in presets, without their year.
SCALE_WORDS = {
    "average": N_("average"),
    "sme": N_("small business"),
    "sme_priority": N_("small business in a favoured industry"),
    "standard": N_("standard rates"),
}


def assumption_topics(scenario: Scenario, lang: Language) -> dict[str, str]:
    """What assumptions are about: the load, and each option."""
    options = {name: option_title(scenario, name, lang) for name in scenario.options}
    paths = [assumption.path for assumption in scenario.assumptions()]
    named = {name: t for name, t in options.items() if _any(paths, f"options.{name}.")}
    return {"": lang("Load")} | named


def _any(paths: list[str], start: str) -> bool:
    return any(path.startswith(start) for path in paths)


def assumption_table(scenario: Scenario, topic: str, lang: Language) -> Table:
    """The figures of one topic, each with its range, standing and source.

    Parameters
    ----------
    scenario
        The operation.
    topic
        An option, or empty for the load.
    lang
        The reader's language.
    """
    start = f"options.{topic}." if topic else "channels."
    rows = [
        (
            assumption_title(scenario, one.path, lang),
            figure_value(one.value, one.unit, scenario.currency, lang),
            figure_range(one, scenario.currency, lang),
            lang(CONFIDENCE_WORDS[one.confidence]),
            lang(one.source),
        )
        for one in scenario.assumptions(lang.code)
        if one.path.startswith(start)
    ]
    head = lang("Figure"), lang("Value"), lang("May be"), lang("Standing"), lang("Source")
    return Table(lang("Assumptions and where they come from"), head, tuple(rows))


def assumption_title(scenario: Scenario, path: str, lang: Language) -> str:
    """A place in the file in words: the figure first, then what it belongs to.

    Parameters
    ----------
    scenario
        The operation.
    path
        Of one of its assumptions.
    lang
        The reader's language.
    """
    kind, name, *parts = path.split(".")
    if kind == "channels":
        last, number = _counted(parts)
        around = [_whose(scenario, p, name, lang) for p in parts[: parts.index(last)]]
        owners = [*around, channel_title(scenario, name, lang)]
        return " · ".join([upper(term(last, lang)) + number, *owners])
    if kind != "options":
        steps = [name, *parts]
        around = [_whose(scenario, p, "", lang) for p in steps[:-1] if p != "channels"]
        return " · ".join([upper(term(steps[-1], lang)), *around])
    groups = scenario.options[name].groups
    # Beside groups an option has figures of its own, as of what stays with the client.
    owned = parts[0] == "groups" and len(groups) > 1
    owners = [group_title(scenario, name, parts[1], lang)] if owned else []
    inner = parts[3:] if parts[0] == "groups" else parts[1:]
    if (parts[0] == "groups" and len(parts) == 3) or not inner:
        return " · ".join([upper(term(parts[-1], lang)), *owners])
    last, number = _counted(inner)
    inner = inner[: inner.index(last)]
    around = [term(p, lang) for p in inner if p not in FRAMES and not p.isdigit()]
    return " · ".join([upper(term(last, lang)) + number, *around, *owners])


def _counted(parts: list[str]) -> tuple[str, str]:
    """The last word of a path; of one in a list, such as months, its number from 1 behind it."""
    if parts[-1].isdigit() and len(parts) > 1:
        return parts[-2], f" {int(parts[-1]) + 1}"
    return parts[-1], ""


def _whose(scenario: Scenario, name: str, channel: str, lang: Language) -> str:
    """A step of a path: the channel or the class of clients of this name, or the word for it."""
    if name in scenario.channels:
        return channel_title(scenario, name, lang)
    if channel and name in scenario.channels[channel].classes:
        return part_title(scenario, f"{channel}.{name}", lang)
    return term(name, lang)


#: Parts of a path that say nothing which the figure itself does not.
FRAMES = {"agents", "calendar", "pay", "hiring", "workplace", "equipment", "software", "tiers"} | {
    "support_roles",
    "price_per_agent_hour",
}


def upper(text: str) -> str:
    """The text with a capital letter at its start."""
    return text[:1].upper() + text[1:]


def figure_range(one: Assumption, currency: str, lang: Language) -> str:
    """The range that would not surprise; empty where none is known."""
    if one.low is None or one.high is None:
        return ""
    unit = one.unit.split("/")[0]
    low, high = (figure_value(v, unit, currency, lang) for v in (one.low, one.high))
    return f"{low} – {high}"


def figure_value(value: float | str, unit: str, currency: str, lang: Language) -> str:
    """A figure with its unit."""
    if isinstance(value, str):
        return _law(value, lang) if unit == "law" else _scale(value, lang)
    kind, *per = unit.split("/")
    if kind == "share":
        text = lang.percent(value, 0 if round(1000 * value) % 10 == 0 else 1)
    elif kind == "money":
        text = lang.money(value, currency, digits=0 if value == int(value) else 2)
    elif kind == "yes or no":
        text = lang("yes") if value else lang("no")
    elif kind == "contacts":
        text = lang.number(value)
    else:
        text = lang(_UNITS[kind], n=lang.plain(value)) if kind in _UNITS else lang.plain(value)
    return " ".join([text, *(lang(_PER[part]) for part in per)])


def _scale(name: str, lang: Language) -> str:
    """A scale of a preset, by its name and the year at its end."""
    kind, _, year = name.rpartition("_")
    if not year.isdigit():
        kind, year = name, ""
    words = lang(SCALE_WORDS[kind]) if kind in SCALE_WORDS else kind.replace("_", " ")
    return f"{words}, {year}" if year else words


def _law(text: str, lang: Language) -> str:
    """A law of durations, as a scenario file names it: exponential, mean 4m."""
    name, comma, mean = text.partition(", mean ")
    words = lang(LAW_WORDS[name]) if name in LAW_WORDS else name
    return lang("{law}, mean {mean}", law=words, mean=_mean(mean, lang)) if comma else words


def _mean(text: str, lang: Language) -> str:
    return text if text == "never" else lang.duration(seconds(text))
