"""Options over the months: what is paid, what it is worth today, when a change pays back."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np
from numpy.typing import NDArray

from sim.decide import Comparison
from sim.decide.horizon import OptionAhead, Outlook
from sim.report.economics import by_option, short_title
from sim.report.language import N_, Language
from sim.report.sentences import option_title
from sim.report.table import Row, Table
from sim.report.words import term

__all__ = ["cumulative_picture", "horizon_sentence", "horizon_table", "months_table", "once_table"]

Floats = NDArray[np.float64]

_MARKS = "ABCDEFGHIJKLMNOPQRSTUVWXYZ"
_HEIGHT, _WIDTH = 12, 60


def horizon_sentence(outlook: Outlook, lang: Language) -> str:
    """Over which months, at which discount, and who serves today."""
    scenario = outlook.scenario
    assert scenario.horizon is not None
    first, last = (_label(outlook, month) for month in (1, scenario.horizon.months))
    return lang(
        "{months} months, {first} to {last}, discounted at {discount} a year. Until an option is "
        "ready, “{today}” serves.",
        months=scenario.horizon.months,
        first=first,
        last=last,
        discount=lang.percent(scenario.horizon.discount, 1),
        today=option_title(scenario, scenario.today, lang),
    )


def _label(outlook: Outlook, month: int) -> str:
    year, number = outlook.month_of(month)
    return f"{number:02d}.{year % 100:02d}"


def horizon_table(comparison: Comparison, outlook: Outlook, lang: Language) -> Table:
    """Money over the horizon, option by option."""
    options = [comparison[name] for name in outlook.options]
    ahead = [outlook[option.name] for option in options]

    def money(amounts: Sequence[float]) -> list[str]:
        currency = outlook.scenario.currency
        return [lang.money(amount, currency, compact=True) for amount in amounts]

    rows: list[Row] = [
        (lang("Paid once"), *money([one.paid_once for one in ahead])),
        (lang("Paid in all"), *money([one.tco for one in ahead])),
        (lang("Present value"), *money([one.npv for one in ahead])),
        (lang("Even sum a year"), *money([one.equivalent_annual_cost for one in ahead])),
    ]
    if outlook.scenario.consequences is not None:
        worth = money([one.npv_economic for one in ahead])
        rows.append((lang("Present value with losses"), *worth))
    today = outlook.scenario.today
    if today in outlook.options and len(ahead) > 1:
        title = option_title(outlook.scenario, today, lang)
        cells = (_payback(outlook, one.name, today, lang) for one in ahead)
        said = N_("Repaid against “{base}”")
        if outlook.scenario.consequences is not None:
            said = N_("Repaid against “{base}”, losses counted")
        rows.append((lang(said, base=title), *cells))
    titles = [short_title(option, lang) for option in options]
    return by_option(lang("Money over the months"), lang("Option"), titles, rows)


def _payback(outlook: Outlook, name: str, base: str, lang: Language) -> str:
    """The month in which an option has paid back what it took at first."""
    if name == base:
        return "—"
    found = outlook.payback(name, base)
    if found is None:
        return lang("never")
    return lang("at once") if found == 0 else lang("month {n}", n=found)


def once_table(outlook: Outlook, lang: Language) -> Table | None:
    """What is paid once, option by option; None where nothing is."""
    rows = [
        (
            option_title(outlook.scenario, name, lang),
            term(one.name, lang),
            str(one.month),
            lang.money(one.amount, outlook.scenario.currency),
        )
        for name, ahead in outlook.options.items()
        for one in ahead.one_offs
    ]
    head = (lang("Option"), lang("What"), lang("Month"), lang("Amount"))
    return Table(lang("What is paid once"), head, tuple(rows)) if rows else None


def months_table(outlook: Outlook, name: str, lang: Language) -> Table:
    """One option month by month; columns that would say nothing are left out."""
    ahead = outlook[name]
    whole = (None, *ahead.months)  # the start has no work
    sums = _shown(outlook, ahead).cumsum()
    columns = {
        lang("Month"): [_label(outlook, m.month) if m else lang("start") for m in whole],
        lang("Volume"): [lang.percent(m.volume) if m else "" for m in whole],
        lang("People"): [lang.number(m.heads, 1) if m else "" for m in whole],
        lang("Hired"): [lang.number(m.hires, 1) if m else "" for m in whole],
        lang("Not served"): [lang.number(m.lost) if m else "" for m in whole],
        lang("Paid"): [_thousands(a, lang) for a in ahead.cash],
        lang("Charged"): [_thousands(a, lang) for a in ahead.charged],
        lang("Margin lost"): [_thousands(a, lang) for a in ahead.economic - ahead.cash],
        lang("In all"): [_thousands(a, lang) for a in sums],
    }
    idle = {
        lang("Volume"): all(m.volume == 1 for m in ahead.months),
        lang("People"): not any(m.heads for m in ahead.months),
        lang("Hired"): not any(m.hires for m in ahead.months),
        lang("Margin lost"): outlook.scenario.consequences is None,
    }
    shown = {head: cells for head, cells in columns.items() if not idle.get(head)}
    title = lang(
        "{option} by month, thousand {currency}",
        option=option_title(outlook.scenario, name, lang),
        currency=outlook.scenario.currency,
    )
    return Table(title, tuple(shown), tuple(zip(*shown.values(), strict=True)))


def _thousands(amount: float, lang: Language) -> str:
    return lang.number(amount / 1000)


def _shown(outlook: Outlook, ahead: OptionAhead) -> Floats:
    """Cost by month with losses where they are known."""
    return ahead.cash if outlook.scenario.consequences is None else ahead.economic


def cumulative_picture(outlook: Outlook, lang: Language) -> str:
    """What options have cost since the start beyond what serves today, drawn with letters."""
    base = outlook.options.get(outlook.scenario.today)
    others = [name for name in outlook.options if name != outlook.scenario.today]
    marks = dict(zip(others, _MARKS, strict=False))
    if base is None or not marks:
        return ""
    curves = {
        name: (_shown(outlook, outlook[name]) - _shown(outlook, base)).cumsum() for name in marks
    }
    top = max(0.0, *(float(curve.max()) for curve in curves.values()))
    low = min(0.0, *(float(curve.min()) for curve in curves.values()))
    if top == low:
        return ""
    months = len(base.months) + 1
    wide = min(_WIDTH, 2 * months - 1)

    def row(amount: float) -> int:
        return round((top - amount) / (top - low) * (_HEIGHT - 1))

    field = [[" "] * wide for _ in range(_HEIGHT)]
    field[row(0.0)] = ["·"] * wide
    for name, curve in curves.items():
        for column in range(wide):
            at = row(float(curve[round(column * (months - 1) / max(1, wide - 1))]))
            field[at][column] = marks[name] if field[at][column] in " ·" else "*"
    title = option_title(outlook.scenario, outlook.scenario.today, lang)
    if outlook.scenario.consequences is None:
        words = N_("Paid since the start beyond “{today}”; below the dots it has paid back:")
    else:
        words = N_(
            "Paid and lost since the start beyond “{today}”; below the dots it has paid back:"
        )
    amounts = {0: top, row(0.0): 0.0, _HEIGHT - 1: low}
    drawn = _framed(field, amounts, outlook, lang)
    return "\n".join([lang(words, today=title), *drawn, *_legend(marks, outlook, lang)])


def _framed(
    field: list[list[str]], amounts: Mapping[int, float], outlook: Outlook, lang: Language
) -> list[str]:
    """The field with amounts to the left and months below."""
    currency = outlook.scenario.currency
    texts = {row: lang.money(a, currency, compact=True) for row, a in amounts.items()}
    left = max(len(text) for text in texts.values())
    wide, start = len(field[0]), lang("start")
    last = _label(outlook, max(len(one.months) for one in outlook.options.values()))
    return [
        *(f"{texts.get(n, ''):>{left}} │{''.join(line).rstrip()}" for n, line in enumerate(field)),
        f"{'':>{left}} └{'─' * wide}",
        f"{'':>{left}}  {start}{last:>{max(len(last) + 1, wide - len(start))}}",
    ]


def _legend(marks: Mapping[str, str], outlook: Outlook, lang: Language) -> list[str]:
    lines = [f"{mark} {option_title(outlook.scenario, name, lang)}" for name, mark in marks.items()]
    return [*lines, *(["* " + lang("several at once")] if len(marks) > 1 else [])]
