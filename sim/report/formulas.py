"""Formula and simulation side by side, under each wording of the service level."""

from __future__ import annotations

import math

from sim.decide import Attained, OptionResult
from sim.decide.formula import Formula
from sim.metrics import RULES
from sim.report.language import Language
from sim.report.sentences import RULE_WORDS
from sim.report.table import Row, Table
from sim.report.words import awt_of
from sim.scenario.laws import Exponential, Law, Never
from sim.stats import Estimate

__all__ = ["formula_sentence", "formula_table", "left_out"]


def formula_table(
    result: OptionResult, channel: str, formula: Formula | None, lang: Language
) -> Table:
    """A channel's measures: simulated, by formula, and the difference.

    Parameters
    ----------
    result
        The option as it was simulated.
    channel
        Whose measures.
    formula
        What the closed form says; None where there is none.
    lang
        The reader's language.
    """
    found = result.replications
    rows = [
        _share_row(
            lang(RULE_WORDS[rule]),
            found.estimate(f"service_level_{rule}", channel),
            formula.service[rule] if formula else None,
            lang,
        )
        for rule in (*RULES, "virtual")
    ]
    gone = found.estimate("abandonment", channel)
    wait = found.estimate("asa", channel)
    rows.append(_share_row(lang("Gave up"), gone, formula.abandonment if formula else None, lang))
    rows.append(_wait_row(wait, formula.asa if formula else None, lang))
    head = (
        lang("Answered in {time}", time=lang.duration(awt_of(result.scenario, channel))),
        lang("Simulation"),
        lang("Formula"),
        lang("Difference"),
    )
    return Table(lang("Formula and simulation"), head, tuple(rows))


def _share_row(name: str, simulated: Estimate, formula: float | None, lang: Language) -> Row:
    """A share, and by how many points the formula differs."""
    if formula is None or math.isnan(formula):
        return name, lang.share(simulated), "—", "—"
    by = lang("{n} points", n=_signed(100 * (formula - simulated.value), lang))
    return name, lang.share(simulated), lang.percent(formula, 1), by


def _wait_row(simulated: Estimate, formula: float | None, lang: Language) -> Row:
    shown = lang.duration(simulated.value)
    if math.isfinite(simulated.half_width):
        shown += f" ± {lang.duration(simulated.half_width)}"
    name = lang("Mean wait of the answered")
    if formula is None or math.isnan(formula):
        return name, shown, "—", "—"
    by = formula - simulated.value
    sign = "+" if by > 0 else "−" if by < 0 else ""
    return name, shown, lang.duration(formula), sign + lang.duration(abs(by))


def _signed(value: float, lang: Language) -> str:
    return ("+" if round(value, 1) > 0 else "") + lang.number(value, 1)


def formula_sentence(
    result: OptionResult, attained: Attained, formula: Formula | None, lang: Language
) -> str:
    """What the simulation says of a channel beside what the formula says, in one sentence.

    Parameters
    ----------
    result
        The option as it was simulated.
    attained
        What customers of the channel get.
    formula
        What the closed form says; None where there is none.
    lang
        The reader's language.
    """
    named = {
        "share": lang.percent(attained.service_level.value, 1),
        "time": lang.duration(awt_of(result.scenario, attained.channel)),
    }
    rule = attained.target.rule if attained.target else "offered"
    said = formula.service[rule] if formula else math.nan
    if math.isnan(said):
        return lang("{share} answered in {time} in the simulation", **named)
    return lang(
        "{share} answered in {time} in the simulation, {said} by the formula",
        said=lang.percent(said, 1),
        **named,
    )


def _spread(law: Law) -> bool:
    """Whether a duration spreads as the formula takes it to."""
    return isinstance(law, Exponential | Never)


def left_out(result: OptionResult, channel: str, lang: Language) -> list[str]:
    """What the simulation plays of this option and the formula leaves out.

    Parameters
    ----------
    result
        The option as it was simulated.
    channel
        The channel that is looked at.
    lang
        The reader's language.
    """
    scenario, option = result.scenario, result.option
    one = option.met(channel, scenario.channels[channel])
    groups = option.groups.values()
    shared = {name for group in groups if channel in group.skills for name in group.skills}
    parts = {
        lang("what one interval leaves to the next, and the ends of shifts"): True,
        lang("busy and quiet days"): one.day_variation or scenario.busyness.cv,
        lang("how durations really spread"): not (
            _spread(one.handle_time) and _spread(one.patience)
        ),
        lang("other channels of the same operators"): len(shared) > 1,
        lang("redials"): one.redial,
        lang("contacts that come back"): one.repeat,
        lang("callbacks"): one.callback,
        lang("the bot"): one.bot,
        lang("classes of clients"): one.classes,
        lang("contacts that are passed on"): one.escalation,
        lang("several contacts in one operator's hands"): one.most_at_once > 1,
        lang("the number of lines"): one.lines or one.trunk,
        lang("who does not come to work"): any(group.absence for group in groups),
        lang("faster and slower groups"): len({group.handle_time for group in groups}) > 1,
    }
    return [words for words, played in parts.items() if played]
