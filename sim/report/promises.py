"""Targets in words: what is promised, whether it is kept, and what nobody said."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from sim import erlang
from sim.report.language import N_, Language
from sim.report.sentences import RULE_WORDS
from sim.scenario.parse import seconds

__all__ = [
    "assumed_sentence",
    "kept_sentence",
    "promise_data",
    "rule_words",
    "share_words",
    "target_words",
]

_BOUNDS = {
    "max_abandonment": N_("at most {bound} give up"),
    "max_asa": N_("those answered wait at most {bound} on average"),
    "max_occupancy": N_("agents busy at most {bound} of the time"),
    "max_wait_probability": N_("at most {bound} have to wait"),
}


def target_words(target: erlang.Target, lang: Language, lines: bool = False) -> str:
    """All that is promised, in one line; with `lines` to those who find one."""
    parts = []
    if target.service_level is not None and target.awt is not None:
        share, rule = share_words(target.service_level, lang), rule_words(target.rule, lang, lines)
        awt = lang.duration(target.awt)
        parts.append(lang("{share} {rule} in {awt}", share=share, rule=rule, awt=awt))
    for name, words in _BOUNDS.items():
        bound = getattr(target, name)
        if bound is not None:
            show = lang.duration(bound) if name == "max_asa" else share_words(bound, lang)
            parts.append(lang(words, bound=show))
    return ", ".join(parts)


def share_words(share: float, lang: Language) -> str:
    """A share that was promised, with no digit lost: 99.5% is not 100%."""
    digits = next((n for n in range(4) if round(100 * share, n) == round(100 * share, 6)), 4)
    return lang.percent(share, digits)


def rule_words(rule: str, lang: Language, lines: bool = False) -> str:
    """Share of what; with `lines` those who find every line taken are not among them."""
    if lines and rule == "offered":
        return lang("of all who find a line")
    return lang(RULE_WORDS[rule])


def kept_sentence(target: erlang.Target, met: bool, lang: Language) -> str:
    """Whether a target is kept."""
    words = target_words(target, lang)
    if met:
        return lang("The target, {target}, is kept.", target=words)
    return lang("The target, {target}, is missed.", target=words)


def promise_data(target: erlang.Target | None) -> dict[str, Any] | None:
    """A target as plain data: what it bounds, and nothing else."""
    if target is None:
        return None
    unused = "percentile" if target.max_wait_percentile is None else ""
    return {k: v for k, v in vars(target).items() if v is not None and k != unused}


def assumed_sentence(options: Mapping[str, str], lang: Language) -> str:
    """Options that stand for what nobody said."""
    typed = {k: v for k, v in options.items() if k != "awt"}
    parts = [f"--{name.replace('_', '-')} {value}" for name, value in typed.items()]
    if "awt" in options:
        parts.append(lang("service levels in {awt}", awt=lang.duration(seconds(options["awt"]))))
    said = ", ".join(parts)
    return lang("Assumed, as nothing else was said: {options}.", options=said)
