"""Words for what pages show: headlines, notes under bars, the arithmetic of a line."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable

from sim.cost import Line
from sim.decide import Attained, Comparison, OptionResult
from sim.experiment import AWT
from sim.report.language import N_, Language
from sim.report.promises import share_words
from sim.report.sentences import channel_title, group_title, option_title
from sim.report.tables import LINE_WORDS
from sim.scenario.channel import Target
from sim.scenario.model import Scenario
from sim.scenario.variant import lead
from sim.stats import Estimate

__all__ = [
    "GROUPS",
    "arithmetic",
    "awt_of",
    "broken_sentence",
    "broken_sentences",
    "difference_words",
    "headline",
    "line_title",
    "promise",
    "served_note",
    "side",
    "sureness",
    "term",
]

#: What a line of a statement is for, by `sim.cost.Group`.
GROUPS = {
    "labour": N_("Pay of people"),
    "hiring": N_("Hiring and training"),
    "workplace": N_("Workplaces"),
    "software": N_("Software"),
    "telephony": N_("Telephony"),
    "vendor": N_("Vendor's invoice"),
    "retained": N_("Managing the vendor"),
    "overhead": N_("Overhead"),
    "tax": N_("VAT not recovered"),
    "consequences": N_("Lost orders and customers"),
}

#: Decimals of a per cent beyond which two shares are not told apart.
_MOST_DIGITS = 4

_TERMS = {
    "abandoned": N_("gave up"),
    "accept": N_("accept it"),
    "abandonment": N_("give up, at most"),
    "actual": N_("actual"),
    "after_busy": N_("of those who met busy lines"),
    "after_call_work": N_("after-call work"),
    "again": N_("answer another time"),
    "ageing": N_("wait for a step of priority"),
    "amount": N_("amount"),
    "answered": N_("pick up"),
    "arrivals": N_("contacts by the hour"),
    "at_risk_share": N_("share of the invoice at risk"),
    "attempt": N_("time of a call in vain"),
    "attrition_annual": N_("leavers in a year"),
    "average_price": N_("average price"),
    "back": N_("unsolved come back"),
    "back_after": N_("they come back after"),
    "balking": N_("leave at once when nobody is free"),
    "benefits_per_head": N_("benefits per head"),
    "billable_per_logged": N_("billed hours per hour on the line"),
    "billed_minutes": N_("billed minutes"),
    "bonus_share": N_("bonus share"),
    "bot": N_("bot"),
    "bot_resolution": N_("a matter solved by the bot"),
    "bridge_rate": N_("price of an hour of those who stand in"),
    "by_level": N_("handle time by contacts in hand"),
    "callback": N_("callback"),
    "chat": N_("chat"),
    "classes": N_("classes of clients"),
    "closed": N_("met closed doors"),
    "clv": N_("value of a customer"),
    "conference": N_("talk of three"),
    "contract_hours_year": N_("hours by contract in a year"),
    "contribution_per_head": N_("contributions per head"),
    "contribution_rate": N_("rate of contributions"),
    "cost_per_hire": N_("cost of one hire"),
    "count": N_("number"),
    "crm": N_("CRM"),
    "customer_value": N_("value of a customer"),
    "day_variation": N_("busy and quiet days"),
    "deadline": N_("deadline"),
    "defect_intent": N_("mean to leave"),
    "delay": N_("after"),
    "discount": N_("discount rate"),
    "early_termination": N_("ending the contract early"),
    "early_termination_share": N_("part due when ended early"),
    "effective_contribution_rate": N_("effective rate of contributions"),
    "elsewhere": N_("try elsewhere"),
    "email": N_("e-mail"),
    "escalates": N_("passed on"),
    "escalation": N_("passing on"),
    "escalation_share": N_("share escalated"),
    "excess_defect_intent": N_("more who mean to leave than if all were solved at once"),
    "existing_share": N_("share of customers there are"),
    "fcr": N_("solved at first contact"),
    "fixed_month": N_("fixed a month"),
    "forecast": N_("forecast"),
    "fx": N_("exchange rate"),
    "governance_share": N_("share of the invoice for governance"),
    "greeting": N_("announcement"),
    "handle_time": N_("handle time"),
    "head": N_("head"),
    "heads": N_("people"),
    "headset": N_("headset"),
    "helpdesk": N_("help desk"),
    "holiday": N_("on holidays"),
    "hour_cost": N_("cost of an hour"),
    "hourly_rate": N_("rate per hour"),
    "hours_short": N_("part of the hours that lacks"),
    "idle_hours": N_("paid hours without work"),
    "inbound_per_min": N_("inbound per minute"),
    "indexation_annual": N_("rise of prices"),
    "initial_recruitment": N_("recruiting before the first month"),
    "initial_training": N_("training before the first month"),
    "injury": N_("accident insurance"),
    "integration": N_("integration"),
    "intent_to_action": N_("leave, of those who mean to"),
    "invoice": N_("invoice"),
    "invoice_net": N_("net invoice"),
    "later": N_("later tries"),
    "later_after_busy": N_("later tries after busy lines"),
    "licence_price": N_("price of a licence"),
    "life_months": N_("months of life"),
    "line_load": N_("load of the lines in the busiest interval"),
    "logged_hours": N_("hours on the line"),
    "lost": N_("lost contacts"),
    "m2_per_seat": N_("m² per workplace"),
    "management_fee_share": N_("share for management"),
    "margin_per_order": N_("margin of an order"),
    "margin_year": N_("margin of a customer a year"),
    "matters": N_("matters"),
    "min": N_("at least"),
    "minimum": N_("minimum"),
    "minimum_monthly": N_("minimum a month"),
    "minutes": N_("minutes"),
    "minutes_inbound": N_("inbound minutes"),
    "minutes_outbound": N_("outbound minutes"),
    "monthly_amount": N_("amount a month"),
    "months_left": N_("months left"),
    "night": N_("at night"),
    "number": N_("number"),
    "numbers_month": N_("numbers a month"),
    "order_intent": N_("share who would order"),
    "ot1_premium": N_("overtime premium, first hours"),
    "ot2_premium": N_("overtime premium, further hours"),
    "ot_base_includes_bonus": N_("overtime counts on the bonus"),
    "ot_first_tier_share": N_("share of first overtime hours"),
    "other_absence_hours_year": N_("other absence, hours a year"),
    "outbound": N_("calls from a list"),
    "outbound_attempts": N_("outbound calls"),
    "outbound_per_min": N_("outbound per minute"),
    "over_surcharge": N_("surcharge above the forecast"),
    "overhead_share": N_("overhead share"),
    "overtime_rostered": N_("overtime hours"),
    "parallel_run": N_("running side by side"),
    "part_of_month": N_("part of the month"),
    "patience": N_("patience"),
    "pay_for_work": N_("pay for work"),
    "pay_per_head": N_("pay of one person"),
    "payroll_and_hiring": N_("payroll and hiring"),
    "pc+desk": N_("computer and desk"),
    "people_too_many": N_("people too many"),
    "per_open_hour": N_("on duty at every open hour"),
    "per_outbound_attempt": N_("per outbound call"),
    "per_session": N_("per session"),
    "phone": N_("phone"),
    "price": N_("price"),
    "price_each": N_("price of one use"),
    "price_index": N_("price index"),
    "price_month": N_("price a month"),
    "price_per_contact": N_("price of one contact"),
    "probability": N_("probability"),
    "productive_hours": N_("productive hours a month"),
    "productivity_curve": N_("speed of learners by month"),
    "project": N_("project"),
    "purchases": N_("purchases"),
    "qa": N_("quality checks"),
    "qa_calibration_hours": N_("hours of quality calibration"),
    "qa_hour_cost": N_("cost of such an hour"),
    "ramp_capacity_loss": N_("learners' slower work"),
    "rate": N_("rate"),
    "reached": N_("reached"),
    "recovered": N_("share who order all the same"),
    "redial": N_("redials"),
    "remote_share": N_("work from home"),
    "rent_m2_year": N_("rent of m² a year"),
    "repeat": N_("coming back"),
    "repeat_share": N_("unsolved who come back"),
    "resolved": N_("solved"),
    "resolved_first": N_("solved at the first contact"),
    "resolved_later": N_("solved later"),
    "resolved_later_share": N_("solved later, of the rest"),
    "retention": N_("customers kept a year"),
    "ring": N_("ringing"),
    "rostered_holiday_hours": N_("holiday hours on the roster"),
    "rostered_hours": N_("hours on the roster"),
    "rostered_night_hours": N_("night hours on the roster"),
    "rostered_weekend_hours": N_("weekend hours on the roster"),
    "salary_month": N_("salary a month"),
    "schedule_fit_loss": N_("lost to whole shifts"),
    "seat_buffer": N_("spare workplaces"),
    "seats": N_("workplaces"),
    "session": N_("length of a session"),
    "sessions": N_("sessions"),
    "setup_fee": N_("set-up fee"),
    "severance": N_("severance"),
    "share": N_("share"),
    "shortfall": N_("trained operators who lack"),
    "shrinkage_in_shift": N_("breaks and meetings"),
    "sick_hours_year": N_("sick hours a year"),
    "sick_paid_hours_year": N_("paid sick hours a year"),
    "sick_pay_rate": N_("rate of sick pay"),
    "social": N_("insurance"),
    "starters": N_("starters a month"),
    "supervisor": N_("supervisor"),
    "surcharge": N_("surcharge"),
    "surcharge_hours": N_("surcharges in hours"),
    "take_or_pay": N_("take or pay"),
    "trainer": N_("trainer"),
    "training_dropout": N_("leave during training"),
    "training_hours": N_("hours of training"),
    "training_material": N_("training material"),
    "training_pay_share": N_("share of pay in training"),
    "training_vendor": N_("training the vendor"),
    "trunk_blocking": N_("share of calls that find all lines busy"),
    "trunk_month": N_("trunk a month"),
    "trunks": N_("trunks"),
    "unit_cost": N_("cost of one"),
    "unresolved": N_("never solved"),
    "up": N_("band upwards"),
    "usage": N_("usage"),
    "usage_and_topup": N_("usage and minimum"),
    "vacation_hours_year": N_("vacation hours a year"),
    "value": N_("operators for one such person, or their number"),
    "vat_rate": N_("VAT rate"),
    "vat_recoverable_share": N_("share of VAT recovered"),
    "vats": N_("virtual exchange"),
    "vendor_absence": N_("vendor's leave and illness"),
    "vendor_handled": N_("contacts served by the vendor"),
    "vendor_manager_fte": N_("vendor managers"),
    "vendor_manager_salary": N_("vendor manager's salary"),
    "volume": N_("volume"),
    "weekend": N_("at weekends"),
    "weighted_excess": N_("weighted excess"),
    "weighted_shortfall": N_("weighted shortfall"),
    "wfm+qa": N_("planning and quality software"),
    "wfm_analyst": N_("planner"),
    "whole_month": N_("whole month"),
    "worked_hours_year": N_("hours worked in a year"),
}


def line_title(line: Line, result: OptionResult, lang: Language) -> str:
    """A line of a statement: what it is, and whose."""
    leg, dot, name = line.name.partition(".")
    title = term(name if dot else leg, lang)
    title = title[:1].upper() + title[1:]
    if not dot or len(result.option.groups) == 1:
        return title
    known = leg in result.option.groups
    owner = group_title(result.scenario, result.name, leg, lang) if known else ""
    return f"{title} · {owner}" if owner else title


def term(name: str, lang: Language) -> str:
    """A name from terms, statements and formulas, in words."""
    if ", " in name:
        return ", ".join(term(part, lang) for part in name.split(", "))
    known = LINE_WORDS.get(name) or _TERMS.get(name)
    return lang(known) if known else name.replace("_", " ")


def arithmetic(line: Line, lang: Language) -> str:
    """How a line came about: the formula in words, then with its numbers; parts one by one."""
    if line.formula:
        words = _filled(line, lambda name: term(name, lang))
        return f"{words} = {_filled(line, lambda name: _figure(line.inputs[name], lang))}"
    signed = (
        f"{'−' if part.amount < 0 else '+'} {term(part.name, lang)} {lang.number(abs(part.amount))}"
        for part in line.parts
    )
    return " ".join(signed).removeprefix("+ ")


def _figure(value: float, lang: Language) -> str:
    return lang.number(value) if abs(value) >= 1000 else lang.plain(value, 4)


def _filled(line: Line, show: Callable[[str], str]) -> str:
    """The formula with every input replaced by what shows it."""

    def one(match: re.Match[str]) -> str:
        return show(match.group()) if match.group() in line.inputs else match.group()

    signs = line.formula.translate(str.maketrans("*/-", "×÷−"))
    return re.sub(r"[A-Za-z_]\w*", one, signs)


def promise(target: Target, lang: Language) -> str:
    """A target as the trade writes it.

    Examples
    --------
    >>> promise(Target(answered=0.8, awt=20.0), Language("en"))
    '80/20'
    >>> promise(Target(answered=0.9, awt=86400.0), Language("en"))
    '90% in 24 h'
    """
    if target.awt < 600:
        return f"{lang.plain(100 * target.answered)}/{lang.plain(target.awt)}"
    return lang(
        "{share} in {time}", share=lang.percent(target.answered), time=lang.duration(target.awt)
    )


def broken_sentence(result: OptionResult, one: Attained, lang: Language) -> str:
    """Which part of a promise does not hold: the share in time, or those who give up.

    Parameters
    ----------
    result, one
        The option, and what customers get of a channel whose promise it breaks.
    lang
        The reader's language.
    """
    scenario, target = result.scenario, one.target
    assert target is not None  # who promised nothing keeps it
    named = {
        "option": option_title(scenario, result.name, lang),
        "channel": channel_title(scenario, one.channel, lang),
    }
    if one.service_level.value < target.answered or target.abandonment is None:
        return lang(
            "“{option}” cannot keep {promise} on {channel}: {share} answered in time.",
            promise=promise(target, lang),
            share=_told_apart(one.service_level.value, target.answered, 0, lang),
            **named,
        )
    return lang(
        "“{option}” cannot keep to {most} who give up on {channel}: {share} gave up.",
        most=share_words(target.abandonment, lang),
        share=_told_apart(one.abandonment.value, target.abandonment, 1, lang),
        **named,
    )


def _told_apart(share: float, promised: float, digits: int, lang: Language) -> str:
    """A share that misses a promise, in as many digits as it takes to see that it does."""
    more = range(digits, _MOST_DIGITS)
    seen = (n for n in more if lang.percent(share, n) != lang.percent(promised, n))
    return lang.percent(share, next(seen, _MOST_DIGITS))


def broken_sentences(found: Comparison, names: Iterable[str], lang: Language) -> list[str]:
    """What some options do not keep of their promises, but for what sets them apart anyway.

    Parameters
    ----------
    found, names
        The comparison, and the options that are asked about, each once.
    lang
        The reader's language.
    """
    return [
        broken_sentence(found[name], one, lang)
        for name in dict.fromkeys(names)
        if not found.gaps(name)
        for one in found[name].attained
        if not one.kept
    ]


def awt_of(scenario: Scenario, channel: str) -> float:
    """Acceptable waiting time of a channel, promised or usual [s]."""
    chosen = scenario.channels[channel]
    return chosen.target.awt if chosen.target else AWT[chosen.kind]


def served_note(result: OptionResult, attained: Attained, lang: Language) -> str:
    """What customers of a channel get, in one short line."""
    return lang(
        "{share} answered in {time}, {missed} missed",
        share=lang.percent(attained.service_level.value),
        time=lang.duration(awt_of(result.scenario, attained.channel)),
        missed=lang.percent(attained.missed.value),
    )


def side(found: Estimate) -> str:
    """Which side of zero a difference of cost lies on, whole interval and all."""
    if found.low <= 0 <= found.high:
        return "even"
    return "cheaper" if found.value < 0 else "dearer"


def difference_words(found: Estimate, currency: str, lang: Language) -> str:
    """A difference of cost in words: cheaper, about even, dearer."""
    amount = lang.money(abs(found.value), currency, compact=True)
    return {
        "even": lang("about even"),
        "cheaper": lang("{amount} cheaper", amount=amount),
        "dearer": lang("{amount} dearer", amount=amount),
    }[side(found)]


def headline(compared: Comparison, lang: Language) -> str:
    """The answer, short enough for a heading."""
    found, scenario = compared.verdict, compared.scenario
    best = option_title(scenario, found.best, lang)
    if found.kind == "unpriced":
        return _service_headline(compared[found.best], lang)
    if found.kind == "idle":
        return lang("Nobody comes, so there is no service to compare")
    if found.other is None or found.saving is None:
        return lang("No other option gives the service of “{best}”", best=best)
    if found.kind == "even":
        other = option_title(scenario, found.other, lang)
        return lang("“{best}” and “{other}” cost about the same", best=best, other=other)
    return lang(
        "Cheaper: “{best}”, by {amount} a month",
        best=best,
        amount=lang.money(found.saving.value, scenario.currency, compact=True),
    )


def _service_headline(result: OptionResult, lang: Language) -> str:
    """What customers of the lead channel get: the answer where there are no prices."""
    one = next(a for a in result.attained if a.channel == lead(result.scenario))
    return lang(
        "{channel}: {share} answered in {time}",
        channel=channel_title(result.scenario, one.channel, lang),
        share=_share(one.service_level.value, lang),
        time=lang.duration(awt_of(result.scenario, one.channel)),
    )


def sureness(compared: Comparison, lang: Language) -> str:
    """Against what, how sure, and at which service: the sentence under the headline."""
    found, scenario = compared.verdict, compared.scenario
    if found.kind == "unpriced":
        return lang("There are no prices in this scenario, so nothing is compared in money.")
    if found.other is None or found.saving is None or found.kind == "idle":
        return ""
    best, other = compared[found.best], compared[found.other]
    said = N_(
        "That is {share} less than “{other}”; in 95 cases of 100 the difference is {low} to {high}."
    )
    if found.comparisons > 1:
        # Wide enough for all of them together, so each alone holds at least as often.
        said = N_(
            "That is {share} less than “{other}”; in at least 95 cases of 100 the difference is "
            "{low} to {high}."
        )
    money = lang(
        said,
        other=option_title(scenario, found.other, lang),
        share=lang.percent(found.share, 1),
        low=lang.money(found.saving.low, scenario.currency, compact=True),
        high=lang.money(found.saving.high, scenario.currency, compact=True),
    )
    return f"{money} {_equal_service(best, other, lang)}"


def _equal_service(best: OptionResult, other: OptionResult, lang: Language) -> str:
    """What both attain on every promised channel."""
    parts = [
        lang(
            "{channel} {ours} and {theirs} in {time}",
            channel=channel_title(best.scenario, mine.channel, lang),
            ours=_share(mine.service_level.value, lang),
            theirs=_share(yours.service_level.value, lang),
            time=lang.duration(mine.target.awt),
        )
        for mine, yours in zip(best.attained, other.attained, strict=True)
        if mine.target is not None
    ]
    return lang("The service is the same: {parts}.", parts=", ".join(parts)) if parts else ""


def _share(value: float, lang: Language) -> str:
    """A share to the tenth of a per cent, but no 100.0."""
    return lang.percent(value, 0 if value >= 0.9995 else 1)
