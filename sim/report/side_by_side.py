"""Several scenarios side by side as a table: what is asked of each, and what comes out."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from sim.decide import Comparison
from sim.report.language import Language
from sim.report.sentences import channel_title, option_title, target_words
from sim.report.table import Row, Table
from sim.report.week import unit_cost
from sim.report.words import headline
from sim.scenario.model import Scenario
from sim.scenario.variant import aht, lead, volume

__all__ = ["key_figures"]


def key_figures(
    scenarios: Sequence[Scenario], found: Sequence[Comparison | None], lang: Language
) -> Table:
    """Key figures, one column for each scenario.

    Parameters
    ----------
    scenarios
        The operations.
    found
        Their options compared; None where that is not known yet.
    lang
        The reader's language.
    """
    rows = [*_asked(scenarios, lang), *_answered(found, lang)]
    head = (lang("Figure"), *_titles(scenarios, lang))
    return Table(lang("Key figures side by side"), head, tuple(rows))


def _titles(scenarios: Sequence[Scenario], lang: Language) -> list[str]:
    """Titles, those that are alike told apart by numbers."""
    titles: list[str] = []
    for scenario in scenarios:
        title = scenario.title.in_(lang.code)
        same = sum(one == title or one.startswith(f"{title} (") for one in titles)
        titles.append(f"{title} ({same + 1})" if same else title)
    return titles


def _asked(scenarios: Sequence[Scenario], lang: Language) -> list[Row]:
    """What comes, and what is promised."""

    def of_lead(show: Callable[[Scenario, str], str]) -> list[str]:
        return [show(one, lead(one)) for one in scenarios]

    return [
        (lang("Contacts a week"), *(lang.number(volume(one)) for one in scenarios)),
        (lang("First channel"), *of_lead(lambda s, c: channel_title(s, c, lang))),
        (
            lang("Handle time there"),
            *of_lead(lambda s, c: lang.duration(aht(s.channels[c]))),
        ),
        (
            lang("Promised there"),
            *of_lead(lambda s, c: target_words(s.channels[c].target, lang) or "—"),
        ),
        (lang("Options"), *(lang.number(len(one.options)) for one in scenarios)),
    ]


def _answered(found: Sequence[Comparison | None], lang: Language) -> list[Row]:
    """What comes out: the verdict, and the option that it names."""

    def cells(show: Callable[[Comparison], str]) -> list[str]:
        return ["…" if one is None else show(one) for one in found]

    return [
        (lang("Answer"), *cells(lambda c: headline(c, lang))),
        (
            lang("Best option"),
            *cells(lambda c: option_title(c.scenario, c.verdict.best, lang)),
        ),
        (lang("Cost a month"), *cells(lambda c: _cost(c, lang))),
        (
            lang("One contact"),
            *cells(lambda c: lang.money(unit_cost(c[c.verdict.best]), c.scenario.currency)),
        ),
        (lang("Answered in time there"), *cells(lambda c: _service(c, lang))),
        (lang("On the payroll"), *cells(lambda c: _heads(c, lang))),
        (
            lang("At peak on the line"),
            *cells(lambda c: lang.number(c[c.verdict.best].peak)),
        ),
    ]


def _cost(found: Comparison, lang: Language) -> str:
    cost = found[found.verdict.best].cost
    return "—" if cost is None else lang.money(cost.value, found.scenario.currency, compact=True)


def _service(found: Comparison, lang: Language) -> str:
    first = lead(found.scenario)
    one = next(a for a in found[found.verdict.best].attained if a.channel == first)
    return lang.share(one.service_level)


def _heads(found: Comparison, lang: Language) -> str:
    heads = found[found.verdict.best].heads
    return "—" if heads is None else lang.number(heads)
