"""Results as tables of text in the reader's language; whoever shows them decides how."""

from __future__ import annotations

import math
from collections.abc import Callable

import numpy as np

from sim.decide import Attained, Comparison, Judgement, OptionResult
from sim.metrics import RULES, Count, Presence
from sim.report.language import N_, Language
from sim.report.sentences import (
    MEASURE_WORDS,
    RULE_WORDS,
    channel_title,
    demanded_words,
    group_title,
    option_title,
    part_title,
    promise_words,
    state_words,
    target_words,
)
from sim.report.table import Row, Table
from sim.scenario import Scenario
from sim.stats import Estimate, Span

__all__ = [
    "INDENT",
    "LINE_WORDS",
    "Table",
    "amount_words",
    "day_table",
    "group_table",
    "interval_table",
    "judgement_table",
    "ledger_table",
    "line_words",
    "option_table",
    "risk_table",
    "rule_table",
    "served_cells",
    "served_head",
    "service_table",
    "statement_table",
]

#: Before the name of a part of a channel, below that of the channel.
INDENT = "\N{EM SPACE}– "

#: Lines of a statement as people read them.
LINE_WORDS = {
    "base_wages": N_("base wages"),
    "night_premium": N_("night premium"),
    "weekend_premium": N_("weekend premium"),
    "holiday_premium": N_("holiday premium"),
    "overtime_premium": N_("overtime premium"),
    "bonus": N_("bonus"),
    "vacation_pay": N_("vacation pay"),
    "idle_contract_hours": N_("paid hours without work"),
    "sick_pay": N_("sick pay"),
    "contributions": N_("social contributions"),
    "support_gross": N_("salaries of support staff"),
    "support_contributions": N_("contributions of support staff"),
    "recruitment": N_("recruitment"),
    "training": N_("training"),
    "rent": N_("rent"),
    "equipment_depreciation": N_("equipment (depreciation)"),
    "software": N_("software"),
    "telephony": N_("telephony"),
    "telephony_minutes": N_("telephone minutes"),
    "telephony_fixed": N_("telephone numbers and lines"),
    "bot": N_("bot"),
    "benefits": N_("benefits"),
    "overhead": N_("overhead"),
    "kept_on": N_("people kept on through quiet months"),
    "bridge": N_("those who stand in for learners"),
    "lost_order_margin": N_("margin of lost orders"),
    "churn": N_("customers lost"),
    "vat_not_recovered": N_("VAT not recovered"),
    "fixed_fee": N_("fixed fee"),
    "minutes": N_("billed minutes"),
    "hour_surcharges": N_("surcharges for night and holidays"),
    "contacts": N_("billed contacts"),
    "resolutions": N_("billed resolutions"),
    "agent_hours": N_("billed agent hours"),
    "fte_months": N_("dedicated agents"),
    "over_forecast": N_("surcharge above forecast"),
    "minimum_topup": N_("top-up to the minimum"),
    "management_fee": N_("management fee"),
    "sla_credits": N_("service credits"),
    "sla_bonus": N_("service bonus"),
    "pass_through": N_("outlays passed on"),
    "vendor_management": N_("managing the vendor"),
    "qa_calibration": N_("listening and scoring"),
    "governance": N_("governance"),
    "extra_l2": N_("extra work of own experts"),
    "vendor_licences": N_("licences for the vendor"),
    "data_protection": N_("data protection"),
}


def line_words(name: str, lang: Language) -> str:
    """The name of a statement's line, without its group."""
    last = name.rpartition(".")[2]
    return lang(LINE_WORDS[last]) if last in LINE_WORDS else last.replace("_", " ")


def option_table(comparison: Comparison, lang: Language) -> Table:
    """Options side by side: people, hours, cost, difference to the baseline."""
    head = (
        lang("Option"),
        lang("People"),
        lang("At peak"),
        lang("Hours a month"),
        lang("Occupancy"),
        lang("Cost a month"),
        lang("Difference to “{base}”", base=_title(comparison.baseline, lang)),
    )
    rows = [
        (
            _title(option, lang),
            lang.number(option.heads, 1) if option.heads is not None else "—",
            lang.number(option.peak),
            lang.number(option.hours),
            lang.percent(option.occupancy),
            amount_words(option.cost, comparison.scenario.currency, lang),
            _difference(comparison, option, lang),
        )
        for option in comparison.options
    ]
    return Table(lang("What it takes and what it costs"), head, tuple(rows))


def _title(option: OptionResult, lang: Language) -> str:
    """The name of an option that people read."""
    return option_title(option.scenario, option.name, lang)


def amount_words(found: Estimate | None, currency: str, lang: Language) -> str:
    """An amount with its half-width, both in thousands or millions; a dash where there is none."""
    if found is None:
        return "—"
    value = lang.money(found.value, currency, compact=True)
    if not (found.half_width and math.isfinite(found.half_width)):
        return value
    return f"{value} ± {lang.money(found.half_width, currency, compact=True)}"


def _difference(comparison: Comparison, option: OptionResult, lang: Language) -> str:
    """Difference to the baseline; in brackets where the service is not the same."""
    found = comparison.difference(option.name)
    if found is None or option is comparison.baseline:
        return "—"
    text = amount_words(found, comparison.scenario.currency, lang)
    return f"({text}) *" if comparison.gaps(option.name) else text


def service_table(options: tuple[OptionResult, ...], lang: Language) -> Table:
    """What customers get: one row for each option and channel."""
    rows = []
    for option in options:
        for one in option.attained:
            title = channel_title(option.scenario, one.channel, lang)
            rows.append((f"{_title(option, lang)}: {title}", *served_cells(one, lang)))
            rows += [
                (
                    INDENT + part_title(option.scenario, part.channel, lang),
                    *served_cells(part, lang),
                )
                for part in option.parts_of(one.channel)
            ]
    return Table(lang("What customers get"), served_head(lang), tuple(rows))


def served_head(lang: Language) -> Row:
    """Names of the columns of `service_table`."""
    return (
        lang("Option, channel"),
        lang("Answered in time"),
        lang("Abandoned"),
        lang("Missed in all"),
        lang("Mean wait"),
        lang("Misses the target in"),
        lang("Target"),
    )


def served_cells(one: Attained, lang: Language) -> Row:
    """What customers of a channel or of a part of it get, as cells of `service_table`.

    A bot answers at once: only whom it turned away is told. A call that the centre makes is not
    waited for on the line: its wait is the time until it was made.
    """
    part = one.channel.partition(".")[2]
    if part == "bot":
        return ("—", "—", lang.share(one.missed), "—", "—", "—")
    waits = part != "callback" and not one.outbound
    return (
        lang.share(one.service_level) if waits else "—",
        lang.share(one.abandonment) if waits else "—",
        lang.share(one.missed),
        lang.duration(one.asa.value),
        _thin(one, lang),
        target_words(one.target, lang) or "—",
    )


def _thin(one: Attained, lang: Language) -> str:
    """How many intervals miss the target, of how many."""
    missed, whole = one.thin
    return lang("{missed} of {all}", missed=missed, all=whole) if whole else "—"


def statement_table(comparison: Comparison, lang: Language) -> Table:
    """A month line by line, options side by side; equal lines of several groups are summed."""
    priced = [option for option in comparison.options if option.statement]
    names: dict[str, None] = {}
    amounts: list[dict[str, float]] = []
    for option in priced:
        mine: dict[str, float] = {}
        for line in option.statement.lines if option.statement else ():
            words = line_words(line.name, lang)
            names.setdefault(words)
            mine[words] = mine.get(words, 0.0) + line.amount
        amounts.append(mine)
    shown = [name for name in names if any(mine.get(name) for mine in amounts)]
    rows = [(name, *(lang.number(mine.get(name, 0.0)) for mine in amounts)) for name in shown]
    total = (lang("Total"), *(lang.number(o.statement.total) for o in priced if o.statement))
    head = (
        lang("Line, {currency} a month", currency=comparison.scenario.currency),
        *(_title(option, lang) for option in priced),
    )
    return Table(lang("Where the money goes"), head, (*rows, total))


def rule_table(option: OptionResult, lang: Language) -> Table:
    """The service level by every rule: the same calls, five figures."""
    result = option.replications
    names = [*RULES, "virtual"]
    rows = [
        (
            channel_title(option.scenario, channel, lang),
            *(lang.share(result.estimate(f"service_level_{rule}", channel)) for rule in names),
        )
        for channel in _answered(option)
    ]
    head = (lang("Channel"), *(lang(RULE_WORDS[rule]) for rule in names))
    return Table(lang("Service level by rule"), head, tuple(rows))


def _answered(option: OptionResult) -> list[str]:
    """Channels in which clients wait for an answer; not lists of calls to make."""
    return [one.channel for one in option.attained if not one.outbound]


def risk_table(option: OptionResult, lang: Language) -> Table:
    """What one day may bring: how surely it keeps the promise, and how long people wait."""
    result = option.replications
    rows = []
    for channel in _answered(option):
        chance = result.chance(channel)
        waits = [result.wait_quantile(share, channel) for share in (0.5, 0.9, 0.95)]
        gave_up = result.wait_quantile(0.5, channel, "abandoned")
        rows.append(
            (
                channel_title(option.scenario, channel, lang),
                _span(chance, lambda share: lang.percent(share, 1), lang),
                *(lang.duration(wait.value) for wait in waits),
                lang.duration(gave_up.value),
            )
        )
    head = (
        lang("Channel"),
        lang("A day keeps the promise"),
        lang("Half of the answered waited at most"),
        lang("90% of them"),
        lang("95% of them"),
        lang("Half of those who gave up waited at most"),
    )
    return Table(lang("What a day may bring"), head, tuple(rows))


def _span(found: Span, show: Callable[[float], str], lang: Language) -> str:
    """A figure with the ends of its interval."""
    if math.isnan(found.value):
        return "—"
    return lang(
        "{value} ({low} to {high})",
        value=show(found.value),
        low=show(found.low),
        high=show(found.high),
    )


def ledger_table(option: OptionResult, lang: Language) -> Table:
    """Calls beside clients: a redial is one more call, not one more client.

    Columns for what a channel may do beside answering stand only where some channel does it.
    """
    result = option.replications
    more = {name: cells for name, cells in _further(option, lang).items() if any(cells.values())}
    rows = []
    for channel in result.case.channels:
        counts = result.counts(channel).sum(axis=0)
        rows.append(
            (
                channel_title(option.scenario, channel, lang),
                lang.number(counts[Count.OFFERED], 1),
                lang.percent(1 - result.estimate("missed", channel).value, 1),
                lang.number(counts[Count.CLIENTS] + counts[Count.CLIENTS_CLOSED], 1),
                lang.share(result.estimate("client_served", channel)),
                lang.share(result.estimate("client_service_level", channel)),
                lang.duration(result.estimate("client_wait", channel).value),
                *(cells[channel] or "—" for cells in more.values()),
            )
        )
    head = (
        lang("Channel"),
        lang("Contacts offered"),
        lang("served, of all"),
        lang("Clients"),
        lang("served in the end"),
        lang("in time, all attempts together"),
        lang("wait over all attempts"),
        *more,
    )
    return Table(lang("Contacts and clients"), head, tuple(rows))


def _further(option: OptionResult, lang: Language) -> dict[str, dict[str, str]]:
    """What else becomes of contacts, by heading and channel; empty where a channel has it not."""
    result, channels = option.replications, option.scenario.channels

    def share(name: str, measure: str) -> str:
        return lang.share(result.estimate(measure, name))

    def known(value: float | None) -> str:
        return "" if value is None else lang.percent(value, 1)

    tries = option.capped.tries if option.capped else {}
    clients = option.capped.clients if option.capped else 0
    return {
        lang("called back"): {
            n: share(n, "called_back") if c.callback else "" for n, c in channels.items()
        },
        lang("answered before the deadline"): {
            n: share(n, "in_deadline") if c.deadline else "" for n, c in channels.items()
        },
        lang("passed on, of the served"): {n: known(w.passed_on) for n, w in option.ways.items()},
        lang("reached a client, of the list"): {
            n: known(w.reached) for n, w in option.ways.items()
        },
        lang("solved by the bot, of clients"): {
            n: known(w.self_served) for n, w in option.ways.items()
        },
        lang("out of tries"): {
            n: lang("{count} of {all}", count=tries[n], all=clients) if n in tries else ""
            for n in channels
        },
    }


def group_table(option: OptionResult, lang: Language) -> Table:
    """Who answered: agents, logged-in hours of the period, occupancy."""
    result = option.replications
    rows = []
    for group in result.case.groups:
        present = result.presence(group)
        hours = present[:, Presence.LOGGED].sum() / 3600
        over = present[:, Presence.OVERRUN].sum() / 3600
        rows.append(
            (
                group_title(option.scenario, option.name, group, lang),
                lang.number(hours, 1),
                lang.number(over, 1),
                lang.share(result.occupied(group)),
            )
        )
    head = (
        lang("Group"),
        lang("Logged-in hours"),
        lang("of these after the end of a shift"),
        lang("Occupancy"),
    )
    return Table(lang("Who answers"), head, tuple(rows))


_ALONG = ("service_level", "abandonment", "missed", "asa")


def day_table(option: OptionResult, channel: str, lang: Language) -> Table:
    """A channel day by day."""
    calendar = option.scenario.calendar
    labels = [f"{lang.day(date.weekday())} {date:%d.%m.}" for date in calendar.dates]
    return _along(option, channel, "day", labels, lang)


def interval_table(option: OptionResult, channel: str, lang: Language) -> Table:
    """A channel interval by interval."""
    scenario = option.scenario
    slots = range(option.replications.case.timeline.per_day)
    labels = [
        f"{lang.day(date.weekday())} {lang.clock(slot * scenario.interval)}"
        for date in scenario.calendar.dates
        for slot in slots
    ]
    return _along(option, channel, "slot", labels, lang)


def _along(
    option: OptionResult, channel: str, level: str, labels: list[str], lang: Language
) -> Table:
    """Measures of a channel along the period; rows without contacts are left out."""
    result = option.replications
    offered = result.counts(channel)[:, Count.OFFERED]
    if level == "day":
        line = result.case.timeline
        offered = np.add.reduceat(offered, np.arange(0, line.within, line.per_day))
    profiles = {name: result.estimates(name, channel, level) for name in _ALONG}
    rows = []
    for at, label in enumerate(labels):
        found = {name: estimates[at] for name, estimates in profiles.items()}
        if offered[at] or np.isfinite(found["missed"].value):
            shares = [lang.share(found[name]) for name in _ALONG[:-1]]
            waits = lang.duration(found["asa"].value)
            rows.append((label, lang.number(offered[at], 1), *shares, waits))
    head = (
        lang("Day") if level == "day" else lang("Interval"),
        lang("Offered"),
        *(lang(MEASURE_WORDS[name]) for name in _ALONG),
    )
    return Table(channel_title(option.scenario, channel, lang), head, tuple(rows))


def judgement_table(
    scenario: Scenario, judgements: tuple[Judgement, ...], title: str, lang: Language
) -> Table:
    """Promises and what became of them.

    Parameters
    ----------
    scenario
        Whose promises they are.
    judgements
        Each with what was found.
    title
        Of the table.
    lang
        The reader's language.
    """
    rows = [
        (
            _promised(scenario, one, lang),
            demanded_words(one, scenario.currency, lang),
            promise_words(one, scenario.currency, lang),
            state_words(one, lang),
        )
        for one in judgements
    ]
    head = (lang("Promise"), lang("Demanded"), lang("Simulated (95%)"), lang("Verdict"))
    return Table(title, head, tuple(rows))


def _promised(scenario: Scenario, one: Judgement, lang: Language) -> str:
    """Whose promise it is, and of what."""
    who = [option_title(scenario, one.option, lang)]
    if one.promise.channel:
        who.append(channel_title(scenario, one.promise.channel, lang))
    measure = lang(MEASURE_WORDS[one.promise.measure])
    return f"{', '.join(who)}: {measure}"
