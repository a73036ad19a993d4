"""How sure the answer is: what is drawn from its ranges, in how many cases who is cheaper."""

from __future__ import annotations

import numpy as np
import streamlit as st

from sim.decide import Comparison
from sim.decide.risk import DRAWS, RiskAnswer, Stake, inputs_of
from sim.decide.valued import difference_in
from sim.errors import InvalidInput
from sim.report.inputs import input_title, input_value
from sim.report.language import Language
from sim.report.palette import Spec
from sim.report.risk import (
    AMOUNT_WORDS,
    cases_words,
    ends_words,
    flip_table,
    option_risk_table,
    risk_headline,
    risk_sentences,
    worth_table,
)
from sim.report.risk_charts import Bin, TornadoRow, bins_of, histogram, tornado_chart
from sim.report.sentences import option_title
from sim.scenario.edited import Edit
from sim.ui.jobs import Task
from sim.ui.pages.risks_parts import (
    choices,
    drawn_from,
    in_place_of_the_last,
    pair,
    refusal,
    tried,
)
from sim.ui.pages.risks_ranges import ranges
from sim.ui.risk_tasks import drawn
from sim.ui.view import Tile, View, chart, choose, decide, legend, plain, table, tile_row
from sim.ui.waiting import result_of
from sim.ui.work import kept, key_of

__all__ = ["draw"]

_DRAWS = (100, 300, 1000, 3000)
# Where an answer is called sure; and inputs that a chart has room for.
_SURE, _MOST = 0.75, 10


def draw(view: View, found: Comparison) -> None:
    """Draw this part."""
    lang, between = view.lang, pair(view, found)
    try:
        names = choices(found, between)
    except InvalidInput:
        _nothing(
            view,
            lang("There is nothing to choose between"),
            lang(
                "Fewer than two options have prices and give the same service. The page “Options” "
                "says what each attains, and lets it be changed."
            ),
        )
        return
    try:
        inputs = inputs_of(view.scenario, names)
    except InvalidInput:
        _nothing(
            view,
            lang("Nothing has a range yet"),
            lang("Say below how far a figure may lie from what the scenario says."),
        )
        ranges(view, (), names)
        return
    _answer(view, found, between)
    ranges(view, inputs, names)


def _nothing(view: View, head: str, below: str) -> None:
    with st.container(border=True):
        st.header(f":material/info: {head}", anchor=False)
        st.markdown(below)


def _answer(view: View, found: Comparison, between: tuple[str, str] | None) -> None:
    """The draws, when they are there; until then how far they are."""
    lang, scenario = view.lang, view.scenario
    draws = scenario.risk.draws if scenario.risk else DRAWS
    key = key_of(drawn_from(scenario), "risk", draws, between)
    task = in_place_of_the_last("sure", Task(key, drawn, (found, draws, between)))
    place = st.container()
    _count(view, draws)
    with place:
        parts = result_of(task, lang, wording=lambda _: lang("Drawing inputs from their ranges"))
        if parts is None:
            st.caption(
                lang(
                    "In every draw each uncertain input takes a value from its range, and every "
                    "option is staffed and priced anew."
                )
            )
            return
    answer = kept(f"{key}.{key_of(scenario)}", lambda: RiskAnswer(found, **parts))
    with place:
        _verdict(view, answer)
        stake = _stake(view, answer)
        _tiles(view, stake)
        _spread(view, answer, stake, key)
        _turns(view, answer, stake)
        _moves(view, answer, stake, key)


def _count(view: View, draws: int) -> None:
    """How often everything is drawn; written into the scenario."""
    lang = view.lang
    counts = sorted({*_DRAWS, draws})
    decide(
        st.segmented_control,
        lang("Draws"),
        {str(count): lang.number(count) for count in counts},
        "risks.draws",
        lang,
        current=str(draws),
        then=lambda count: tried("draws", Edit(("risk", "draws"), int(count))),
        help=lang("More draws take longer and tell close cases better apart."),
    )
    refusal("draws", lang)


def _verdict(view: View, answer: RiskAnswer) -> None:
    """The answer in one sentence, then what it rests on."""
    lang, stake = view.lang, answer.main
    sure = max(stake.chance.value, 1 - stake.chance.value) >= _SURE
    icon = "check_circle" if sure else "balance"
    said = risk_sentences(answer, lang)
    first = 2 if answer.main is answer.month else 3
    with st.container(border=True):
        st.header(f":material/{icon}: {plain(risk_headline(answer, lang))}", anchor=False)
        if not sure:
            st.markdown(lang("That is too close to call: look below at what would settle it."))
        for sentence in said[:first]:
            st.markdown(plain(sentence))
        st.caption(plain(" ".join(said[first:])))


def _stake(view: View, answer: RiskAnswer) -> Stake:
    """What is counted; only where there is a choice."""
    lang = view.lang
    names = {str(a): lang(words) for a, words in AMOUNT_WORDS.items() if a in answer.stakes}
    if len(names) == 1:
        return answer.main
    key = f"risks.amount.{view.state.scenario}"
    chosen = choose(st.segmented_control, lang("What is counted"), names, key, lang)
    return next(stake for amount, stake in answer.stakes.items() if amount == chosen)


def _tiles(view: View, stake: Stake) -> None:
    lang, currency = view.lang, view.scenario.currency
    low, middle, high = (lang.money(x, currency, compact=True) for x in stake.quantiles())
    second = option_title(view.scenario, stake.pair[1], lang)
    cases = lang("{n} of 100", n=lang.number(100 * stake.chance.value))
    best = min(stake.regret, key=stake.regret.__getitem__)
    tiles: list[Tile] = [
        (lang("Cheaper in"), cases, second),
        (lang("Saving, the middle case"), middle, lang("half of all cases are better")),
        (lang("Saving in a bad case"), low, lang("5 cases of 100 are worse")),
        (lang("Saving in a good case"), high, lang("5 cases of 100 are better")),
        (
            lang("Least to regret"),
            lang.money(stake.regret[best], currency, compact=True),
            option_title(view.scenario, best, lang),
        ),
    ]
    tile_row(tiles)


def _sides(view: View, stake: Stake) -> None:
    """What the two colours mean."""
    lang, palette = view.lang, view.palette
    first, second = (option_title(view.scenario, name, lang) for name in stake.pair)
    words = [lang("“{option}” is cheaper", option=name) for name in (second, first)]
    legend([(palette.cheaper, words[0]), (palette.dearer, words[1])], palette)


def _spread(view: View, answer: RiskAnswer, stake: Stake, key: str) -> None:
    """The difference in all draws, and every option beside the others."""
    lang, palette = view.lang, view.palette
    with st.container(border=True):
        st.subheader(lang("What the difference may be"), anchor=False)
        _sides(view, stake)

        def spec() -> Spec:
            bins = [_told(one, view) for one in bins_of(np.asarray(stake.difference))]
            middle = stake.quantiles()[1]
            return histogram(bins, middle, view.scenario.currency, lang, palette)

        drawn_chart = kept(f"{key}.{stake.amount}.bins.{lang.code}.{palette.text}", spec)
        chart(drawn_chart, risk_headline(answer, lang, stake.amount))
        st.caption(lang("Dashed: the middle case. Every bar counts draws with such a saving."))
        table(option_risk_table(answer, lang, stake.amount))
        st.caption(
            lang(
                "Regret: what the option costs on average beyond the one that turns out cheapest. "
                "In brackets: the interval of the probability for so many draws."
            )
        )


def _told(one: Bin, view: View) -> Bin:
    lang, currency = view.lang, view.scenario.currency
    low, high = (lang.money(end, currency, compact=True) for end in (one.low, one.high))
    cases = cases_words(one.share, lang)
    tip = lang("from {low} to {high}: {cases}", low=low, high=high, cases=cases)
    return Bin(one.low, one.high, one.share, tip)


def _turns(view: View, answer: RiskAnswer, stake: Stake) -> None:
    """What would change the answer by itself, nearest first."""
    lang = view.lang
    with st.container(border=True):
        st.subheader(lang("What would change the answer"), anchor=False)
        shown = flip_table(answer, lang, stake.amount)
        if not shown.rows:
            st.markdown(lang("No input by itself would make another option the cheapest."))
            return
        table(shown)
        st.caption(
            lang(
                "Each by itself, all others as they are; nearest first, by how far each may lie. "
                "Looked for from a quarter of what is to four times it."
            )
        )


def _moves(view: View, answer: RiskAnswer, stake: Stake, key: str) -> None:
    """What moves the difference most, and what is worth knowing better."""
    lang, palette, scenario = view.lang, view.palette, view.scenario
    bars = [bar for bar in stake.bars if bar.swing > 0][:_MOST]
    first, second = (option_title(scenario, name, lang) for name in stake.pair)
    if bars:
        with st.container(border=True):
            st.subheader(lang("What moves the difference most"), anchor=False)
            _sides(view, stake)
            rows = _rows(view, stake)

            def spec() -> Spec:
                now = difference_in(answer.comparison, stake.pair, stake.amount).value
                return tornado_chart(rows, now, scenario.currency, lang, palette)

            drawn_chart = kept(f"{key}.{stake.amount}.tornado.{lang.code}.{palette.text}", spec)
            told = ". ".join(f"{row.name}, {row.ends}: {row.words}" for row in rows)
            chart(drawn_chart, told)
            said = lang(
                "“{first}” minus “{second}” at both ends of each input, all others as they "
                "are. Dark marks: zero; grey ones: as it is now.",
                first=first,
                second=second,
            )
            st.caption(" ".join([said, ends_words([bar.input for bar in stake.bars], lang)]))
    worth = worth_table(answer, lang, stake.amount)
    with st.container(border=True):
        st.subheader(lang("What is worth knowing better first"), anchor=False)
        if not worth.rows:
            st.markdown(lang("Knowing any input better would not change the choice."))
            return
        table(worth)
        st.caption(
            lang(
                "What choosing with that knowledge saves on average: pay no more for a study. "
                "To know everything is worth {all}.",
                all=lang.money(stake.perfect, scenario.currency, compact=True),
            )
        )


def _rows(view: View, stake: Stake) -> list[TornadoRow]:
    lang, scenario = view.lang, view.scenario
    found = []
    for bar in [bar for bar in stake.bars if bar.swing > 0][:_MOST]:
        one = bar.input
        low, high = (
            input_value(scenario, one.input, end, lang, factor=one.factor)
            for end in (bar.low, bar.high)
        )
        ends = f"{low} → {high}"
        title = input_title(scenario, one.input, lang)
        words = _words((bar.at_low, bar.at_high), scenario.currency, lang)
        found.append(TornadoRow(title, ends, bar.at_low, bar.at_high, words))
    return found


def _words(ends: tuple[float, float], currency: str, lang: Language) -> str:
    return " → ".join(lang.money(end, currency, compact=True) for end in ends)
