"""Risk in words and tables: how sure the answer is, and what it hangs on."""

from __future__ import annotations

from collections.abc import Sequence

from sim.decide.risk import RiskAnswer, Stake
from sim.decide.valued import Amount
from sim.report.inputs import input_title, input_value
from sim.report.language import N_, Language
from sim.report.sentences import option_title
from sim.report.table import Table
from sim.scenario.model import Scenario
from sim.scenario.ranges import Uncertain
from sim.stats import Span

__all__ = [
    "AMOUNT_WORDS",
    "cases_words",
    "ends_words",
    "flip_sentences",
    "flip_table",
    "option_risk_table",
    "range_table",
    "risk_headline",
    "risk_sentences",
    "tornado_picture",
    "worth_table",
]

#: Rows of a table of inputs, and characters of a bar on either side.
_ROWS, _BAR = 12, 20

#: How values lie between the ends of a range.
_LAWS = {
    "triangular": N_("triangular: all between the ends"),
    "uniform": N_("uniform: all between the ends"),
    "normal": N_("normal: nine of ten between the ends"),
    "lognormal": N_("lognormal: nine of ten between the ends"),
}
#: What is counted, short enough for a choice.
AMOUNT_WORDS: dict[Amount, str] = {
    "npv": N_("All months, present value"),
    "cost": N_("An average month"),
    "npv_economic": N_("All months, with losses"),
    "economic_cost": N_("A month, with losses"),
}


def risk_headline(found: RiskAnswer, lang: Language, amount: Amount | None = None) -> str:
    """Which of the pair is cheaper, and in how many cases of 100.

    Parameters
    ----------
    found
        The draws.
    lang
        The reader's language.
    amount
        What is counted; that of all months where there are any when None.
    """
    stake = found.main if amount is None else found[amount]
    first, second = stake.pair
    share = stake.chance.value
    if share < 0.5:
        first, second, share = second, first, 1 - share
    scenario = found.comparison.scenario
    words = {
        "first": option_title(scenario, first, lang),
        "second": option_title(scenario, second, lang),
        "cases": cases_words(share, lang),
    }
    if stake.amount.startswith("npv"):
        assert scenario.horizon is not None
        months = scenario.horizon.months
        return lang(
            "Over {months} months “{second}” is cheaper than “{first}” {cases}",
            months=months,
            **words,
        )
    return lang("“{second}” is cheaper than “{first}” {cases}", **words)


def cases_words(share: float, lang: Language) -> str:
    """A probability as cases of 100; near the ends without pretending to be sure.

    Examples
    --------
    >>> cases_words(0.76, Language("en")), cases_words(0.998, Language("en"))
    ('in 76 cases of 100', 'in more than 99 cases of 100')
    """
    cases = round(100 * share)
    if cases >= 100:
        return lang("in more than 99 cases of 100")
    if cases <= 0:
        return lang("in less than 1 case of 100")
    return lang.n("in {n} case of 100", "in {n} cases of 100", cases)


def risk_sentences(found: RiskAnswer, lang: Language) -> list[str]:
    """How sure the answer is, in whole sentences; over the months first where there are any."""
    scenario = found.comparison.scenario
    said = [_cheaper(found, found.main, lang), _written(found, found.main, lang)]
    if found.main is not found.month:
        said += [_cheaper(found, found.month, lang), _written(found, found.month, lang)]
    said.append(_regret(found, lang))
    assumed = sum(one.source == "preset" for one in found.main.inputs)
    if assumed:
        said.append(
            lang.n(
                "{n} range is that of a preset: an assumption to be replaced by your own.",
                "{n} ranges are those of presets: assumptions to be replaced by your own.",
                assumed,
            )
        )
    said.append(
        lang(
            "In every draw each option is staffed anew to the same promise, so service is equal by "
            "construction; noise of the simulation is in the draws. Seed {seed}.",
            seed=found.seed,
        )
    )
    if found.again:
        said.append(
            lang.n(
                "{n} draw contradicted the scenario's own rules and was drawn anew.",
                "{n} draws contradicted the scenario's own rules and were drawn anew.",
                found.again,
            )
        )
    left_out = [o.name for o in found.comparison.options if o.name not in found.main.options]
    if left_out:
        names = ", ".join(option_title(scenario, name, lang) for name in left_out)
        said.append(lang("Not among the choices, for want of equal service: {names}.", names=names))
    return said


def _cheaper(found: RiskAnswer, stake: Stake, lang: Language) -> str:
    """How probably the second of the pair is cheaper, and by how much."""
    scenario, money = found.comparison.scenario, found.comparison.scenario.currency
    first, second = (option_title(scenario, name, lang) for name in stake.pair)
    low, middle, high = (lang.money(x, money, compact=True) for x in stake.quantiles())
    figures = {
        "first": first,
        "second": second,
        "chance": _chance(stake.chance, lang),
        "draws": lang.number(stake.draws),
        "low": low,
        "middle": middle,
        "high": high,
    }
    if stake.amount == "npv":
        assert scenario.horizon is not None
        return lang(
            "Over {months} months {second} is cheaper than {first} in {chance} of {draws} draws; "
            "the present value of the saving is {middle}, and in nine of ten between {low} and "
            "{high}.",
            months=scenario.horizon.months,
            **figures,
        )
    return lang(
        "{second} is cheaper than {first} in {chance} of {draws} draws; the saving a month is "
        "{middle}, and in nine of ten between {low} and {high}.",
        **figures,
    )


def _written(found: RiskAnswer, stake: Stake, lang: Language) -> str:
    """What the saving is with every input as the file has it, and why that is not the middle."""
    money = found.comparison.scenario.currency
    above, below = stake.leaning
    if stake.is_central:
        said = N_(
            "With every input as it is written the saving is {written}: {draws} draws do not tell "
            "it from the middle case."
        )
    elif above or below:
        said = N_(
            "With every input as it is written the saving is {written}. The ranges are skewed: of "
            "{all}, {above} have their middle above what is written and {below} below, so the "
            "middle case is {middle}."
        )
    else:
        said = N_(
            "With every input as it is written the saving is {written}. Costs do not follow inputs "
            "in a straight line, so the middle case is {middle}."
        )
    return lang(
        said,
        written=lang.money(stake.written_difference, money, compact=True),
        middle=lang.money(stake.quantiles()[1], money, compact=True),
        draws=lang.number(stake.draws),
        all=len(stake.inputs),
        above=above,
        below=below,
    )


def _regret(found: RiskAnswer, lang: Language) -> str:
    """What there is least to regret."""
    scenario, regret = found.comparison.scenario, found.main.regret
    best = min(regret, key=regret.__getitem__)
    option = option_title(scenario, best, lang)
    amount = lang.money(regret[best], scenario.currency, compact=True)
    if found.main.amount == "npv":
        return lang(
            "Least to regret: {best}, over the months on average {regret} dearer than what turns "
            "out cheapest. To know everything beforehand would be worth no more than that.",
            best=option,
            regret=amount,
        )
    return lang(
        "Least to regret: {best}, on average {regret} a month dearer than what turns out "
        "cheapest. To know everything beforehand would be worth no more than that.",
        best=option,
        regret=amount,
    )


def _chance(span: Span, lang: Language) -> str:
    """A probability with its interval."""
    low, high = lang.number(100 * span.low), lang.percent(span.high)
    return f"{lang.percent(span.value)} ({low}–{high})"


_TITLES: dict[Amount, str] = {
    "cost": N_("Cost of a month when inputs are drawn"),
    "economic_cost": N_("Cost of a month with losses"),
    "npv": N_("Present value of all months"),
    "npv_economic": N_("Present value with losses"),
}


def option_risk_table(found: RiskAnswer, lang: Language, amount: Amount = "cost") -> Table:
    """Each option: how probably the cheapest, what it may cost, what there is to regret."""
    scenario, money = found.comparison.scenario, found.comparison.scenario.currency
    stake = found[amount]
    rows = tuple(
        (
            option_title(scenario, name, lang),
            _chance(stake.cheapest[name], lang),
            lang.money(float(stake.written[n]), money, compact=True),
            *(lang.money(x, money, compact=True) for x in stake.quantiles(name)),
            lang.money(stake.regret[name], money, compact=True),
        )
        for n, name in enumerate(stake.options)
    )
    head = (
        lang("Option"),
        lang("Cheapest in"),
        lang("As written"),
        lang("5% below"),
        lang("Median"),
        lang("5% above"),
        lang("Regret"),
    )
    return Table(lang(_TITLES[amount]), head, rows)


def tornado_picture(found: RiskAnswer, lang: Language) -> list[str]:
    """The difference at both ends of each input, widest first, as bars in lines of text."""
    scenario, money = found.comparison.scenario, found.comparison.scenario.currency
    shown = [bar for bar in found.main.bars if bar.swing > 0][:_ROWS]
    said = ends_words([bar.input for bar in shown], lang)
    ends = [abs(end) for bar in shown for end in (bar.at_low, bar.at_high)]
    most = max(ends, default=1.0) or 1.0
    first, second = (option_title(scenario, name, lang) for name in found.main.pair)
    lines = [
        lang(
            "{first} minus {second} in present value, at both ends of each input; zero is in the "
            "middle:",
            first=first,
            second=second,
        )
        if found.main.amount == "npv"
        else lang(
            "{first} minus {second} a month, at both ends of each input; zero is in the middle:",
            first=first,
            second=second,
        )
    ]
    for bar in shown:
        low, high = (_value(found, bar.input, end, lang) for end in (bar.low, bar.high))
        moves = " → ".join(
            lang.money(end, money, compact=True) for end in (bar.at_low, bar.at_high)
        )
        lines.append(f"{input_title(scenario, bar.input.input, lang)}: {low} → {high}")
        lines.append(f"  {_bar(bar.at_low, bar.at_high, most)}  {moves}")
    lines[0] += f" {said}" if said else ""
    return lines if shown else []


def ends_words(inputs: Sequence[Uncertain], lang: Language) -> str:
    """What the ends of laws that have none are; empty where all have them."""
    if all(one.is_bounded for one in inputs):
        return ""
    return lang("Of a normal or lognormal law, nine of ten values lie between the ends.")


def _bar(one: float, other: float, most: float) -> str:
    """A range of differences on a line with zero in the middle."""
    low, high = (round(_BAR * end / most) + _BAR for end in sorted((one, other)))
    line = ["█" if low <= n <= high else " " for n in range(2 * _BAR + 1)]
    line[_BAR] = "│" if line[_BAR] == " " else "┃"
    return "".join(line)


def _value(found: RiskAnswer, one: Uncertain, value: float, lang: Language) -> str:
    return input_value(found.comparison.scenario, one.input, value, lang, factor=one.factor)


def flip_table(found: RiskAnswer, lang: Language, amount: Amount | None = None) -> Table:
    """What by itself would make another option the cheapest, nearest first."""
    scenario = found.comparison.scenario
    stake = found.main if amount is None else found[amount]
    rows = tuple(
        (
            input_title(scenario, flip.input.input, lang),
            _value(found, flip.input, flip.input.now, lang),
            _value(found, flip.input, flip.value, lang),
            ("+" if flip.share > 0 else "") + lang.percent(flip.share),
            option_title(scenario, flip.to, lang),
        )
        for flip in stake.flips[:_ROWS]
    )
    head = lang("If this"), lang("Now"), lang("Turns at"), lang("Change"), lang("Then cheapest")
    return Table(lang("What would change the answer"), head, rows)


def range_table(scenario: Scenario, inputs: Sequence[Uncertain], lang: Language) -> Table:
    """What is not known: each input with the ends of its range, its law, and who says so.

    Parameters
    ----------
    scenario
        The operation.
    inputs
        As `sim.decide.risk.inputs_of` has them.
    lang
        The reader's language.
    """
    sources = _preset_sources(scenario, lang)
    rows = []
    for one in inputs:
        low, high = (_in_its_unit(scenario, one, end, lang) for end in one.ends)
        now = _in_its_unit(scenario, one, one.now, lang)
        said = lang("the scenario")
        if one.source == "preset":
            said = sources.get(_like(one), lang("a preset"))
        law = lang(_LAWS[one.law])
        rows.append((input_title(scenario, one.input, lang), low, now, high, law, said))
    head = lang("Input"), lang("Low"), lang("Now"), lang("High"), lang("Law"), lang("Source")
    return Table(lang("What is not known for sure"), head, tuple(rows))


def _preset_sources(scenario: Scenario, lang: Language) -> dict[tuple[object, ...], str]:
    """Where presets have their figures from, by what a figure is and may be."""
    return {
        (one.path.split(".")[-1], one.low, one.value, one.high): lang(one.source)
        for one in scenario.assumptions(lang.code)
        if one.low is not None
    }


def _like(one: Uncertain) -> tuple[object, ...]:
    low, middle, high = one.numbers
    return one.input.leaves[0].place[-1], low, middle, high


def _in_its_unit(scenario: Scenario, one: Uncertain, value: float, lang: Language) -> str:
    """A value of a law; a factor as the number that it makes, where there is one number."""
    now = one.input.value
    if one.factor and now is not None:
        return input_value(scenario, one.input, value * now, lang, factor=False)
    return input_value(scenario, one.input, value, lang, factor=one.factor)


def flip_sentences(found: RiskAnswer, lang: Language) -> list[str]:
    """What would make another option the cheapest, nearest first."""
    scenario = found.comparison.scenario
    if not found.main.flips:
        return [lang("No input by itself would make another option the cheapest.")]
    said = [lang("What by itself would change the answer, nearest first:")]
    for number, flip in enumerate(found.main.flips[:_ROWS], start=1):
        share = ("+" if flip.share > 0 else "") + lang.percent(flip.share)
        line = lang(
            "{input}: {value} instead of {now} ({share}; {sd} standard deviations), then {to}.",
            input=input_title(scenario, flip.input.input, lang),
            value=_value(found, flip.input, flip.value, lang),
            now=_value(found, flip.input, flip.input.now, lang),
            share=share,
            sd=lang.plain(flip.distance, 1),
            to=option_title(scenario, flip.to, lang),
        )
        said.append(f"{number}. {line}")
    return said


def worth_table(found: RiskAnswer, lang: Language, amount: Amount | None = None) -> Table:
    """What must be known better first: the worth of knowing each input before one chooses."""
    scenario, money = found.comparison.scenario, found.comparison.scenario.currency
    stake = found.main if amount is None else found[amount]
    inputs = {one.name: one for one in stake.inputs}
    shown = [(name, worth) for name, worth in stake.worth.items() if worth > 0][:_ROWS]
    rows = tuple(
        (
            input_title(scenario, inputs[name].input, lang),
            lang.money(amount, money, compact=True),
            lang.percent(amount / stake.perfect if stake.perfect else 0.0),
        )
        for name, amount in shown
    )
    worth = lang("Worth") if stake.amount.startswith("npv") else lang("Worth a month")
    head = lang("Input"), worth, lang("Of knowing all")
    return Table(lang("What is worth knowing better before choosing"), head, rows)
