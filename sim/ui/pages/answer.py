"""The first page: what is cheaper at the same service, by how much, how sure, and why."""

from __future__ import annotations

from typing import Literal, cast

import streamlit as st

from sim.decide import Attained, Comparison, OptionResult
from sim.report.charts import DifferenceRow, MoneyRow, difference_chart, money_chart
from sim.report.sentences import (
    capped_sentences,
    channel_title,
    gap_sentence,
    option_title,
    part_title,
    target_words,
)
from sim.report.tables import INDENT, Table, served_cells
from sim.report.week import unit_cost
from sim.report.words import (
    GROUPS,
    arithmetic,
    difference_words,
    headline,
    line_title,
    promise,
    served_note,
    side,
    sureness,
)
from sim.scenario.variant import lead
from sim.ui.pages.assumptions import assumptions
from sim.ui.pages.guide import guide
from sim.ui.view import Tile, View, chart, choose, legend, table, tile_row
from sim.ui.work import comparison

__all__ = ["draw"]


def draw(view: View) -> None:
    """Draw the page."""
    lang, scenario = view.lang, view.scenario
    st.title(_question(view))
    guide(view)
    found = comparison(scenario, lang)
    _verdict(view, found)
    _metrics(view, found)
    if found.baseline.statement is not None:
        _money(view, found)
    _service(view, found)
    assumptions(view)
    if found.baseline.statement is not None:
        _statement(view, found)


def _question(view: View) -> str:
    """What the page answers."""
    lang, scenario = view.lang, view.scenario
    target = scenario.channels[lead(scenario)].target
    groups = scenario.options[scenario.baseline].groups.values()
    if not any(group.payroll or group.contract for group in groups):
        return lang("What service do customers get?")
    if target is None:
        return lang("Which is cheaper at the same service?")
    return lang("Which is cheaper at {promise}?", promise=promise(target, lang))


def _chosen(view: View, found: Comparison) -> OptionResult:
    """The option beside the baseline: the visitor's, else that of the verdict."""
    if view.state.option:
        return found[view.state.option]
    base = found.baseline.name
    pair = [name for name in (found.verdict.best, found.verdict.other) if name and name != base]
    others = [option.name for option in found.options if option.name != base]
    return found[next(iter([*pair, *others, base]))]


def _verdict(view: View, found: Comparison) -> None:
    """The answer in one sentence, and why another option cannot be set beside it."""
    icons = {"cheaper": "check_circle", "even": "balance"}
    with st.container(border=True):
        st.header(
            f":material/{icons.get(found.verdict.kind, 'info')}: {headline(found, view.lang)}",
            anchor=False,
        )
        below = sureness(found, view.lang)
        if below:
            st.markdown(below)
        chosen = _chosen(view, found)
        if found.gaps(chosen.name):
            st.markdown(f":material/warning: {gap_sentence(found, chosen.name, view.lang)}")
        for one in found.baseline.attained:
            if not one.kept:
                st.markdown(f":material/warning: {_not_kept(view, found.baseline, one)}")


def _not_kept(view: View, result: OptionResult, one: Attained) -> str:
    """Why a promise of the baseline does not hold."""
    lang = view.lang
    return lang(
        "“{option}” cannot keep {promise} on {channel}: {share} answered in time.",
        option=option_title(view.scenario, result.name, lang),
        promise=promise(one.target, lang) if one.target else "",
        channel=channel_title(view.scenario, one.channel, lang),
        share=lang.percent(one.service_level.value),
    )


def _metrics(view: View, found: Comparison) -> None:
    """Four numbers: money where there are prices, else what customers get."""
    tiles = _money_tiles(view, found) if found.baseline.cost else _service_tiles(view, found)
    tile_row(tiles, view.palette)


def _money_tiles(view: View, found: Comparison) -> list[Tile]:
    lang, base, chosen = view.lang, found.baseline, _chosen(view, found)
    best = found[found.verdict.best]
    best_name = option_title(view.scenario, best.name, lang)
    currency = view.scenario.currency
    label, people = lang("On the payroll"), best.heads
    if people is None:
        label, people = lang("At peak on the line"), best.peak
    return [
        _cost_tile(view, base, lang("a month")),
        _cost_tile(view, chosen, _beside(view, found, chosen)),
        (lang("One contact"), lang.money(unit_cost(best), currency), best_name),
        (label, lang.number(people), best_name),
    ]


def _cost_tile(view: View, result: OptionResult, note: str) -> Tile:
    title = option_title(view.scenario, result.name, view.lang)
    if result.cost is None:
        return title, "—", view.lang("no prices")
    return title, view.lang.money(result.cost.value, view.scenario.currency, compact=True), note


def _beside(view: View, found: Comparison, chosen: OptionResult) -> str:
    """What the chosen option's cost means beside the baseline's."""
    difference = found.difference(chosen.name)
    if found.gaps(chosen.name):
        return view.lang("other service: no saving")
    if difference is None or chosen is found.baseline:
        return view.lang("a month")
    return difference_words(difference, view.scenario.currency, view.lang)


def _service_tiles(view: View, found: Comparison) -> list[Tile]:
    lang, base = view.lang, found.baseline
    one = next(a for a in base.attained if a.channel == lead(view.scenario))
    return [
        (lang("Answered in time"), lang.percent(one.service_level.value, 1), _within(one, view)),
        (lang("Gave up"), lang.percent(one.abandonment.value, 1), lang("of all offered")),
        (lang("Mean wait"), lang.duration(one.asa.value), lang("of the answered")),
        (lang("At peak on the line"), lang.number(base.peak), lang("operators")),
    ]


def _within(one: Attained, view: View) -> str:
    return target_words(one.target, view.lang) if one.target else ""


def _money(view: View, found: Comparison) -> None:
    """Two charts: where the money goes, and how sure the differences are."""
    left, right = st.columns([3, 2])
    with left, st.container(border=True, height="stretch"):
        st.subheader(view.lang("Where the money goes"), anchor=False)
        _bars(view, found)
    with right, st.container(border=True, height="stretch"):
        st.subheader(view.lang("How sure the difference is"), anchor=False)
        _differences(view, found)


def _bars(view: View, found: Comparison) -> None:
    lang, palette = view.lang, view.palette
    priced = [option for option in found.options if option.statement]
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


def _differences(view: View, found: Comparison) -> None:
    lang, palette = view.lang, view.palette
    base = option_title(view.scenario, found.baseline.name, lang)
    others = [option for option in found.options if option is not found.baseline]
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


def _service(view: View, found: Comparison) -> None:
    """What customers get from each option, and what it takes."""
    lang = view.lang
    with st.container(border=True):
        st.subheader(lang("What customers get"), anchor=False)
        channel = lead(view.scenario)
        if len(view.scenario.channels) > 1:
            names = {name: channel_title(view.scenario, name, lang) for name in _by_lead(view)}
            channel = choose(
                st.segmented_control,
                lang("Channel"),
                names,
                f"channel.{view.state.scenario}",
                lang,
                label_visibility="collapsed",
            )
        table(_service_table(view, found, channel))
        target = view.scenario.channels[channel].target
        if target:
            st.caption(lang("Promised: {target}.", target=target_words(target, lang)))
        st.caption(
            lang(
                "Missed: of all who came, closed doors and busy lines included. "
                "The other shares are of those who reached the queue."
            )
        )
        for option in found.options:
            for said in capped_sentences(option, lang):
                title = option_title(view.scenario, option.name, lang)
                st.caption(f":material/warning: {title}. {said}")


def _by_lead(view: View) -> list[str]:
    """Channels, the lead one first."""
    first = lead(view.scenario)
    return [first, *(name for name in view.scenario.channels if name != first)]


def _service_table(view: View, found: Comparison, channel: str) -> Table:
    lang = view.lang
    head = [
        lang("Option"),
        lang("Answered in time"),
        lang("Gave up"),
        lang("Missed"),
        lang("Mean wait"),
        lang("On the payroll"),
        lang("At peak on the line"),
        lang("Hours a month"),
    ]
    rows = [_service_row(view, option, channel) for option in found.options]
    below = [_part_rows(view, option, channel) for option in found.options]
    if found.baseline.cost:
        head += [lang("Cost a month"), lang("One contact")]
        rows = [
            [*row, *_cost_cells(view, option)]
            for row, option in zip(rows, found.options, strict=True)
        ]
    listed = [
        (*row, *[""] * (len(head) - len(row)))
        for own, parts in zip(rows, below, strict=True)
        for row in (own, *parts)
    ]
    return Table(lang("What customers get"), tuple(head), tuple(listed))


def _service_row(view: View, option: OptionResult, channel: str) -> list[str]:
    lang = view.lang
    one = next(a for a in option.attained if a.channel == channel)
    return [
        option_title(view.scenario, option.name, lang),
        "—" if one.outbound else lang.share(one.service_level),
        "—" if one.outbound else lang.percent(one.abandonment.value, 1),
        lang.percent(one.missed.value, 1),
        lang.duration(one.asa.value),
        "—" if option.heads is None else lang.number(option.heads),
        lang.number(option.peak),
        lang.number(option.hours),
    ]


def _part_rows(view: View, option: OptionResult, channel: str) -> list[list[str]]:
    """What the parts of a channel get: classes of clients, the bot, callbacks."""
    cells = {part.channel: served_cells(part, view.lang) for part in option.parts_of(channel)}
    return [
        [INDENT + part_title(view.scenario, row, view.lang), *found[:4]]
        for row, found in cells.items()
    ]


def _cost_cells(view: View, option: OptionResult) -> list[str]:
    lang, currency = view.lang, view.scenario.currency
    cost = option.cost.value if option.cost else float("nan")
    return [lang.money(cost, currency, compact=True), lang.money(unit_cost(option), currency)]


def _statement(view: View, found: Comparison) -> None:
    """The month of one option line by line, each with its arithmetic."""
    lang = view.lang
    with st.expander(lang("The month line by line, and why each number"), icon=":material/list:"):
        names = {
            option.name: option_title(view.scenario, option.name, lang)
            for option in found.options
            if option.statement
        }
        key = f"statement.{view.state.scenario}"
        name = choose(st.segmented_control, lang("Option"), names, key, lang)
        result = found[name]
        assert result.statement is not None
        lines = [line for line in result.statement.lines if line.amount]
        currency = view.scenario.currency
        rows = [
            (
                line_title(line, result, lang),
                lang.money(line.amount, currency),
                arithmetic(line, lang),
            )
            for line in lines
        ]
        total = (lang("Total"), lang.money(result.statement.total, currency), "")
        head = (lang("Line"), lang("A month"), lang("Why"))
        table(Table(lang("The month line by line, and why each number"), head, (*rows, total)))
