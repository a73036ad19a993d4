"""Where the answer turns: two options along one input, staffed anew at every point."""

from __future__ import annotations

import streamlit as st

from sim.decide import Comparison
from sim.decide.breakeven import BreakEven, pair_of
from sim.decide.valued import Amount, amounts_of
from sim.errors import InvalidInput, ScenarioError
from sim.report.breakeven import breakeven_sentences, breakeven_table, turning_points
from sim.report.inputs import input_title, input_value
from sim.report.palette import Spec
from sim.report.refusals import found_in
from sim.report.risk import AMOUNT_WORDS
from sim.report.risk_charts import CurvePoint, Mark, curve_chart
from sim.report.sentences import option_title
from sim.ui.jobs import Task
from sim.ui.pages.risks_parts import (
    drawn_from,
    in_place_of_the_last,
    pair,
    remembered,
)
from sim.ui.pages.risks_ranges import named_inputs
from sim.ui.refusals import reasons
from sim.ui.risk_tasks import CurveAsked, curve
from sim.ui.view import View, chart, choose, legend, plain, table
from sim.ui.waiting import result_of
from sim.ui.work import kept, key_of

__all__ = ["draw"]

#: The choice of an input that no list has.
_OTHER = "…"


def draw(view: View, found: Comparison) -> None:
    """Draw this part."""
    lang = view.lang
    priced = [option.name for option in found.options if option.cost is not None]
    if len(priced) < 2:
        with st.container(border=True):
            head = lang("There is nothing to choose between")
            st.header(f":material/info: {head}", anchor=False)
            st.markdown(
                lang(
                    "Fewer than two options have prices. Pay or a contract in the scenario file "
                    "gives an option its price; the ready scenarios show how."
                )
            )
        return
    asked = _asked(view, found, priced)
    if asked is not None:
        _shown(view, found, asked)


def _asked(view: View, found: Comparison, priced: list[str]) -> CurveAsked | None:
    """What the visitor asks; None while it is not said."""
    lang, at = view.lang, view.state.scenario
    columns = st.columns(4)
    with columns[1]:
        amount = _amount(view)
    with columns[0]:
        of = _input(view, amount)
    names = {name: option_title(view.scenario, name, lang) for name in priced}
    usual = _usual(view, found, priced)
    with columns[2]:
        ours = {name: names[name] for name in dict.fromkeys([usual[0], *priced])}
        one = choose(st.selectbox, lang("First option"), ours, f"risks.first.{at}", lang)
    with columns[3]:
        others = [usual[1], *priced] if usual[1] != one else [usual[0], *priced]
        rest = {name: names[name] for name in dict.fromkeys(others) if name != one}
        other = choose(st.selectbox, lang("Second option"), rest, f"risks.second.{at}", lang)
    start, stop, verify = _range(view, of)
    return CurveAsked(of, amount, (one, other), start, stop, verify) if of else None


def _range(view: View, of: str) -> tuple[str | None, str | None, bool]:
    """Both ends of the curve, and whether its crossings are simulated anew."""
    lang, at = view.lang, view.state.scenario
    with st.expander(lang("Range, and a check by simulation"), icon=":material/tune:"):
        ends = []
        hint = lang("As in a scenario, or x0.5. Empty: from a quarter to four times what is.")
        for column, label, name in zip(
            st.columns(2), (lang("From"), lang("To")), ("from", "to"), strict=True
        ):
            with column:
                key = f"risks.{name}.{at}.{of}"
                more = {"help": hint, "placeholder": "x0.5" if name == "from" else "x3"}
                ends.append(remembered(st.text_input, label, "", key, lang, **more))
        verify = remembered(
            st.toggle,
            lang("Simulate anew where it turns"),
            False,
            "risks.verify",
            lang,
            help=lang("Both options are staffed and simulated there: it takes a while."),
        )
    start, stop = (str(end).strip() or None for end in ends)
    return start, stop, bool(verify)


def _usual(view: View, found: Comparison, priced: list[str]) -> tuple[str, str]:
    """The two that matter: the visitor's, else the cheapest and the next or the baseline."""
    chosen = pair(view, found)
    if chosen is not None:
        return chosen
    try:
        return pair_of(found)
    except InvalidInput:
        return priced[0], priced[1]


def _amount(view: View) -> Amount:
    """What is to be even."""
    lang = view.lang
    there = amounts_of(view.scenario)
    order: tuple[Amount, ...] = ("cost", "economic_cost", "npv", "npv_economic")
    names = {str(one): lang(AMOUNT_WORDS[one]) for one in order if one in there}
    if len(names) == 1:
        return "cost"
    key = f"risks.even.{view.state.scenario}"
    chosen = choose(st.selectbox, lang("What is counted"), names, key, lang)
    return next(one for one in order if one == chosen)


def _input(view: View, amount: Amount) -> str:
    """The path of the input."""
    lang = view.lang
    names = named_inputs(view.scenario, lang, amount)
    names[_OTHER] = lang("another number, by its path")
    key = f"risks.of.{view.state.scenario}"
    chosen = choose(st.selectbox, lang("What varies"), names, key, lang)
    if chosen != _OTHER:
        return chosen
    example = "options.shared.retained.licence_price"
    path = remembered(st.text_input, lang("Path"), "", f"{key}.path", lang, placeholder=example)
    return str(path).strip()


def _shown(view: View, found: Comparison, asked: CurveAsked) -> None:
    """The answer: sentences, the curve, the table."""
    lang = view.lang
    key = key_of(drawn_from(view.scenario), "curve", asked)
    task = Task(key, curve, (found, asked))
    try:
        parts = result_of(in_place_of_the_last("turns", task), lang)
    except (InvalidInput, ScenarioError) as error:
        said = lang("This cannot be computed: {reason}", reason=reasons(found_in(error), lang))
        st.warning(said, icon=":material/info:")
        return
    if parts is None:
        return
    answer = kept(f"{key}.{key_of(view.scenario)}", lambda: BreakEven(found, **parts))
    head, *rest = breakeven_sentences(answer, lang)
    with st.container(border=True):
        icon = "swap_horiz" if answer.crossings else "check_circle"
        st.header(f":material/{icon}: {plain(_headline(view, answer))}", anchor=False)
        st.markdown(plain(head))
        for sentence in rest[:-1]:
            st.markdown(plain(sentence))
        st.caption(plain(rest[-1]))
    _curve(view, answer, key, head)


def _headline(view: View, answer: BreakEven) -> str:
    """Where it turns, short enough for a heading."""
    lang, scenario = view.lang, view.scenario
    what = input_title(scenario, answer.input, lang)
    if not answer.crossings:
        cheaper = answer.options[0 if answer.points[0].difference < 0 else 1]
        option = option_title(scenario, cheaper, lang)
        return lang("“{option}” is cheaper all the way", option=option)
    values = [_value(view, answer, one.point.value) for one in turning_points(answer)]
    return lang("{what}: the answer turns at {values}", what=what, values=", ".join(values))


def _value(view: View, answer: BreakEven, value: float) -> str:
    return input_value(view.scenario, answer.input, value, view.lang, factor=answer.factor)


def _curve(view: View, answer: BreakEven, key: str, told: str) -> None:
    lang, palette, scenario = view.lang, view.palette, view.scenario
    first, second = (option_title(scenario, name, lang) for name in answer.options)
    with st.container(border=True):
        what = input_title(scenario, answer.input, lang)
        head = lang("“{first}” minus “{second}”", first=first, second=second)
        st.subheader(plain(head), anchor=False)
        words = [lang("“{option}” is cheaper", option=name) for name in (second, first)]
        legend([(palette.cheaper, words[0]), (palette.dearer, words[1])], palette)

        def spec() -> Spec:
            points = [_point(view, answer, n) for n in range(len(answer.points))]
            marks = [Mark(answer.now, lang("now"), now=True)]
            marks += [
                Mark(one.point.value, _value(view, answer, one.point.value))
                for one in turning_points(answer)
            ]
            return curve_chart(points, marks, scenario.currency, lang, palette)

        chart(kept(f"{key}.{lang.code}.{palette.text}", spec), told)
        st.caption(lang("Along: {what}. Dashed: where the cheaper one changes.", what=what))
        table(breakeven_table(answer, lang))


def _point(view: View, answer: BreakEven, number: int) -> CurvePoint:
    lang, currency = view.lang, view.scenario.currency
    point = answer.points[number]
    costs = " / ".join(lang.money(cost, currency, compact=True) for cost in point.costs)
    service = " / ".join(lang.percent(share) for share in point.service)
    value = _value(view, answer, point.value)
    return CurvePoint(point.value, point.difference, point.equal, value, costs, service)
