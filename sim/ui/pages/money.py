"""A month's money option by option, and how sure the differences are: for several pages."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Literal, cast

import streamlit as st

from sim.decide import Comparison, OptionResult
from sim.report.charts import DifferenceRow, MoneyRow, difference_chart, money_chart
from sim.report.sentences import option_title
from sim.report.words import GROUPS, difference_words, served_note, side
from sim.scenario.variant import lead
from sim.ui.view import View, chart, legend

__all__ = ["bars", "differences"]


def bars(view: View, found: Comparison, names: Sequence[str] = ()) -> None:
    """Where the money of a month goes: one bar for each option.

    Parameters
    ----------
    view, found
        How to show it, and the options.
    names
        Options to show; all when empty.
    """
    lang, palette = view.lang, view.palette
    priced = [o for o in found.options if o.statement and (not names or o.name in names)]
    rows = [_money_row(view, found, option) for option in priced]
    used = dict.fromkeys(part[0] for row in rows for part in row.parts)
    legend([(palette.groups[g], lang(GROUPS[g])) for g in GROUPS if g in used], palette)
    told = ". ".join(f"{row.name}: {row.total}. {row.note}" for row in rows)
    chart(money_chart(rows, lang, palette), told)
    if not all(row.equal for row in rows):
        st.caption(lang("Pale: another service, so its cost is no saving."))


def _money_row(view: View, found: Comparison, option: OptionResult) -> MoneyRow:
    lang, currency = view.lang, view.scenario.currency
    assert option.statement is not None
    assert option.cost is not None
    parts = tuple(
        (group.value, lang(GROUPS[group.value]), amount, lang.money(amount, currency, compact=True))
        for group, amount in option.statement.by_group().items()
        if amount
    )
    return MoneyRow(
        option_title(view.scenario, option.name, lang),
        _note(view, found, option),
        lang.money(option.cost.value, currency, compact=True),
        parts,
        not found.gaps(option.name),
    )


def _note(view: View, found: Comparison, option: OptionResult) -> str:
    """What customers of the lead channel get; said so where it is not the baseline's service."""
    one = next(a for a in option.attained if a.channel == lead(view.scenario))
    note = served_note(option, one, view.lang)
    if found.gaps(option.name):
        return view.lang("NOT the same service: {note}", note=note)
    return note


def differences(view: View, found: Comparison, names: Sequence[str] = ()) -> None:
    """How sure the differences to the baseline are.

    Parameters
    ----------
    view, found
        How to show it, and the options.
    names
        Options to show; all when empty.
    """
    lang, palette = view.lang, view.palette
    base = option_title(view.scenario, found.baseline.name, lang)
    others = [
        option
        for option in found.options
        if option is not found.baseline and (not names or option.name in names)
    ]
    rows = [row for option in others if (row := _difference_row(view, found, option))]
    if not rows:
        st.markdown(lang("There is no other option with prices."))
        return
    sides = [(palette.cheaper, lang("cheaper")), (palette.even, lang("about even"))]
    legend([*sides, (palette.dearer, lang("dearer"))], palette)
    told = ". ".join(f"{row.name}: {row.words}" for row in rows)
    chart(difference_chart(rows, lang, palette), told)
    st.caption(
        lang(
            "A month, against “{base}”. ± holds the difference in 95 cases of 100: it covers "
            "chance in the simulated weeks, not the prices themselves.",
            base=base,
        )
    )


def _difference_row(view: View, found: Comparison, option: OptionResult) -> DifferenceRow | None:
    difference = found.difference(option.name)
    if difference is None:
        return None
    lang, currency = view.lang, view.scenario.currency
    equal = not found.gaps(option.name)
    # What costs less because it does less is not called cheaper.
    width = lang.money(difference.half_width, currency, compact=True)
    amount = lang.money(difference.value, currency, compact=True)
    words = difference_words(difference, currency, lang)
    return DifferenceRow(
        option_title(view.scenario, option.name, lang),
        lang("{words} ± {width}", words=words, width=width)
        if equal
        else lang("{amount}, but another service: no saving", amount=amount),
        difference.value,
        difference.low,
        difference.high,
        cast(Literal["cheaper", "even", "dearer"], side(difference)) if equal else "even",
        equal,
    )
