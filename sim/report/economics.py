"""Three amounts of every option, the promise they stand under, and what poor service costs."""

from __future__ import annotations

import textwrap
from collections.abc import Sequence

from sim.decide import Comparison, OptionResult
from sim.decide.figures import satisfaction_assumed
from sim.decide.matters import economics
from sim.report.assumed import upper
from sim.report.language import N_, Language
from sim.report.needs import limit_sentences
from sim.report.sentences import (
    channel_title,
    gap_sentence,
    option_title,
    target_sentence,
    target_words,
)
from sim.report.table import Row, Table
from sim.report.tables import amount_words, line_words, served_cells, served_head
from sim.report.words import term
from sim.scenario.option import ToTarget
from sim.scenario.purchases import vat_differences
from sim.stats import Estimate

__all__ = [
    "by_option",
    "compared_service_table",
    "consequences_table",
    "equal_service_sentences",
    "short_title",
    "three_rows_table",
    "vat_sentences",
]

#: More options than this stand one below the other.
_BESIDE = 3
#: A title that is longer is broken, so that figures keep their place on a narrow terminal.
_TITLE = 20

_ROWS = (
    N_("Budget at actual service"),
    N_("Cost at the common target"),
    N_("Total economic cost"),
)


def short_title(option: OptionResult, lang: Language) -> str:
    """The name of an option on lines that are short."""
    return textwrap.fill(option_title(option.scenario, option.name, lang), _TITLE)


def by_option(title: str, corner: str, titles: Sequence[str], rows: Sequence[Row]) -> Table:
    """A table of options: side by side while they are few, else one below the other.

    Parameters
    ----------
    title, corner
        Of the table, and above its first column.
    titles
        Names of the options.
    rows
        Name of a figure, then the figure of each option.
    """
    if len(titles) <= _BESIDE:
        return Table(title, (corner, *titles), tuple(rows))
    head, *figures = zip(*rows, strict=True)
    below = zip(titles, *zip(*figures, strict=True), strict=True)
    return Table(title, (corner, *head), tuple(tuple(row) for row in below))


def three_rows_table(comparison: Comparison, lang: Language) -> Table:
    """Budget, cost at the common target, and total economic cost of every option."""
    options = [option for option in comparison.options if option.cost]
    whole = {option.name: economics(option) for option in options}

    def words(found: Estimate | None) -> str:
        return amount_words(found, comparison.scenario.currency, lang)

    reaching = {option.name for option in comparison.reaching_target()}
    rows: list[Row] = [
        (lang(_ROWS[0]), *(words(o.cost) for o in options)),
        (lang(_ROWS[1]), *(words(o.cost if o.name in reaching else None) for o in options)),
    ]
    if any(whole.values()):
        totals = (one.total if (one := whole[o.name]) else None for o in options)
        rows.append((lang(_ROWS[2]), *map(words, totals)))
    titles = [short_title(option, lang) for option in options]
    return by_option(lang("What it costs a month"), lang("Option"), titles, rows)


def consequences_table(comparison: Comparison, lang: Language) -> Table | None:
    """What an average month's service costs beside the budget; None where nothing is said of it."""
    found = {o.name: economics(o) for o in comparison.options}
    priced = [(o, one) for o in comparison.options if (one := found[o.name])]
    if not priced:
        return None
    rows: list[Row] = [
        (
            lang("Contacts lost"),
            *(lang.number(one.consequences.info["lost_contacts"]) for _, one in priced),
        )
    ]
    for name in ("lost_order_margin", "churn"):
        amounts = (
            lang.money(one.consequences.amount(name), o.scenario.currency, compact=True)
            for o, one in priced
        )
        words = line_words(name, lang)
        rows.append((words[:1].upper() + words[1:], *amounts))
    felt = [satisfaction_assumed(option) for option, _ in priced]
    for measure in dict.fromkeys(name for one in felt for name in one):
        values = (lang.number(one[measure], 1) if measure in one else "—" for one in felt)
        rows.append((lang("{measure}, assumed", measure=measure.upper()), *values))
    titles = [short_title(option, lang) for option, _ in priced]
    return by_option(
        lang("What it costs customers and the shop, a month"), lang("Option"), titles, rows
    )


def compared_service_table(comparison: Comparison, lang: Language) -> Table:
    """What customers get, option by option: a row for each channel below the option's name."""
    head = served_head(lang)[:-1]  # the target is told above, once
    rows: list[Row] = []
    for option in comparison.options:
        rows.append((short_title(option, lang), *("",) * (len(head) - 1)))
        for one in option.attained:
            title = channel_title(option.scenario, one.channel, lang)
            rows.append((f"  {title}", *served_cells(one, lang)[:-1]))
    return Table(lang("What customers get"), head, tuple(rows))


def equal_service_sentences(comparison: Comparison, lang: Language) -> list[str]:
    """What is promised, word for word, and who does not keep to it and at what price."""
    scenario = comparison.scenario
    promised = [
        f"{channel_title(scenario, name, lang)}: {target_words(channel.target, lang)}"
        for name, channel in scenario.channels.items()
        if channel.target is not None
    ]
    said = []
    if promised:
        said.append(
            lang(
                "The common target: {promises}. Service counts as equal within {points} points.",
                promises="; ".join(promised),
                points=lang.plain(100 * scenario.tolerance),
            )
        )
    said += _baseline_short(comparison, lang)
    for option in comparison.options:
        reason = gap_sentence(comparison, option.name, lang)
        if reason:
            said.append(f"* {reason} {_gap_price(comparison, option, lang)}".rstrip())
    for option in comparison.options:
        said += [f"* {limit}" for limit in _too_few(option, lang)]
    taxed = [f"* {one}" for one in vat_sentences(comparison, lang)]
    return said + _others_alike(comparison, lang) + taxed


def vat_sentences(comparison: Comparison, lang: Language) -> list[str]:
    """That costs differ by how the VAT of one client is counted, which is seldom meant.

    Parameters
    ----------
    comparison
        The options.
    lang
        The reader's language.
    """
    scenario = comparison.scenario
    shown = {option.name: scenario.options[option.name] for option in comparison.options}
    said = []
    for one in vat_differences(shown, scenario.calendar.country):
        (first, second), (value, another) = one.options, one.values
        words = N_(
            "VAT is not counted alike: “{key}” is {value} in “{first}” and {another} in "
            "“{second}”. One client is taxed at one rate and has as much of it back."
        )
        if first == second:
            words = N_(
                "VAT is not counted alike: “{key}” is {value} and {another} in “{first}”. "
                "One client is taxed at one rate and has as much of it back."
            )
        said.append(
            lang(
                words,
                key=upper(term(one.key, lang)),
                first=option_title(scenario, first, lang),
                second=option_title(scenario, second, lang),
                value=lang.percent(value),
                another=lang.percent(another),
            )
        )
    return said


def _too_few(option: OptionResult, lang: Language) -> list[str]:
    """Promises that an option's maximum number of agents cannot keep; what it can, and would."""
    groups = option.scenario.options[option.name].groups.values()
    if not any(isinstance(g.staffing, ToTarget) and g.staffing.maximum for g in groups):
        return []
    return limit_sentences(option.scenario, option.name, lang)


def _baseline_short(comparison: Comparison, lang: Language) -> list[str]:
    """That the others are compared with an option that misses the target, and what that takes."""
    name = comparison.baseline.name
    short = target_sentence(comparison, name, lang)
    if not short:
        return []
    said = [f"* {short}", lang("The others are compared with its service, not with the target.")]
    found = comparison.price_of_target(name)
    if found is None:
        said.append(lang("No option here reaches the target."))
    else:
        said.append(_dearer_words(comparison, found, lang, _REACHES, _REACHES_FOR_LESS))
    return [" ".join(said)]


_GIVES = N_("The cheapest option here that gives it, “{cheapest}”, costs {amount} a month more.")
_GIVES_FOR_LESS = N_("“{cheapest}” gives it, and costs {amount} a month less.")
_REACHES = N_(
    "The cheapest option here that reaches the target, “{cheapest}”, costs {amount} a month more."
)
_REACHES_FOR_LESS = N_("“{cheapest}” reaches the target, and costs {amount} a month less.")


def _dearer_words(
    comparison: Comparison, found: tuple[str, Estimate], lang: Language, more: str, less: str
) -> str:
    """What the cheapest option with some service costs more, or less."""
    name, over = found
    return lang(
        less if over.value < 0 else more,
        amount=lang.money(abs(over.value), comparison.scenario.currency, compact=True),
        cheapest=option_title(comparison.scenario, name, lang),
    )


def _gap_price(comparison: Comparison, option: OptionResult, lang: Language) -> str:
    """What the cheapest option with the baseline's service costs more; what better service does."""
    currency = comparison.scenario.currency
    if comparison.serves_better(option.name):
        over = comparison.difference(option.name)
        if over is None:
            return ""
        amount = lang.money(abs(over.value), currency, compact=True)
        if over.value > 0:
            return lang("It costs {amount} a month more.", amount=amount)
        return lang("And it costs {amount} a month less.", amount=amount)
    found = comparison.price_of_gap(option.name)
    if found is None:
        return ""
    return _dearer_words(comparison, found, lang, _GIVES, _GIVES_FOR_LESS)


def _others_alike(comparison: Comparison, lang: Language) -> list[str]:
    """Where nobody serves as the baseline does: others that can be compared with each other."""
    pair = comparison.alike_beside()
    if pair is None:
        return []
    one, two = (option_title(comparison.scenario, name, lang) for name in pair)
    return [
        lang(
            "“{one}” and “{two}” give the same service: write baseline: {name} into the file to "
            "compare them.",
            one=one,
            two=two,
            name=pair[0],
        )
    ]
