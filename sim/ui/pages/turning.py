"""Where the answer changes, what would change it, and how sure it is over ranges of inputs."""

from __future__ import annotations

import streamlit as st

from sim.decide import Comparison
from sim.decide.breakeven import BreakEven
from sim.decide.risk import RiskAnswer, Stake
from sim.decide.valued import Amount
from sim.errors import InvalidInput
from sim.report.breakeven import breakeven_sentences
from sim.report.decision_charts import CurveRow, Mark, curve_chart, spread_chart
from sim.report.inputs import input_title, input_value
from sim.report.language import N_, Language
from sim.report.risk import risk_sentences
from sim.report.sentences import option_title
from sim.report.table import Table
from sim.scenario.inputs import find_input
from sim.scenario.variant import volume
from sim.ui.beside import breakeven_of, pair, ranges, risk_of
from sim.ui.view import View, chart, choose, legend, plain, table

__all__ = ["turning"]

#: Inputs along which the two options are followed.
_ALONG = {"volume": N_("Volume"), "price": N_("Vendors' prices"), "wage": N_("Pay")}
_AMOUNTS: dict[Amount, str] = {
    "cost": N_("an average month"),
    "npv": N_("all months"),
}
# Rows of the table of what would change the answer: what is farther off seldom comes.
_ROWS = 8


def turning(view: View, found: Comparison) -> bool:
    """Draw the curve of costs, what would change the answer, and how sure it is.

    Parameters
    ----------
    view, found
        How to show it, and the options.

    Returns
    -------
        Whether the risk has been worked out.
    """
    between = pair(view, found)
    known = ranges(found)
    if between is None and not known:
        return False
    left, right = st.columns(2)
    with left, st.container(border=True, height="stretch"):
        st.subheader(view.lang("Where the answer changes"), anchor=False)
        _curve(view, found, between)
    with right, st.container(border=True, height="stretch"):
        st.subheader(view.lang("What would change the answer"), anchor=False)
        risky = _risk(view, found, known)
    if risky is not None:
        with st.container(border=True):
            _spread(view, risky)
    return risky is not None


def _curve(view: View, found: Comparison, between: tuple[str, str] | None) -> None:
    lang = view.lang
    if between is None:
        st.markdown(
            lang("No two options with prices give the same service: there is nothing to compare.")
        )
        return
    names = {of: lang(title) for of, title in _ALONG.items() if _there(found, of)}
    if not names:
        st.markdown(lang("Volume, prices and pay are all 0 now: there is nothing to follow."))
        return
    key = f"along.{view.state.scenario}"
    of = choose(st.segmented_control, lang("Along"), names, key, lang, label_visibility="collapsed")
    done = breakeven_of(found, of, between, lang)
    if done is None:
        return
    said = breakeven_sentences(done, lang)
    st.markdown(plain(said[0]))
    colours = (view.palette.cover, view.palette.needed)
    titles = [option_title(view.scenario, name, lang) for name in done.options]
    legend(list(zip(colours, titles, strict=True)), view.palette)
    chart(_drawn(view, done, titles), said[0], f"curve.{lang.code}")
    st.caption(said[-1])


def _there(found: Comparison, of: str) -> bool:
    """Whether an input can be followed: around nothing there is no range."""
    try:
        return find_input(found.scenario, of).value != 0
    except InvalidInput:
        return False


def _drawn(view: View, done: BreakEven, titles: list[str]) -> dict[str, object]:
    """The curve as a chart; a factor on volumes is drawn as contacts a week."""
    lang, scenario = view.lang, view.scenario
    along = _Along(view, done)
    rows = [
        CurveRow(
            place,
            titles[place],
            along.at(point.value),
            point.costs[place],
            f"{titles[place]}: {lang.money(point.costs[place], scenario.currency, compact=True)}, "
            f"{along.words(point.value)}",
        )
        for point in done.points
        for place in (0, 1)
    ]
    now = Mark(along.at(done.now), lang("now"))
    low, high = along.at(done.points[0].value), along.at(done.points[-1].value)
    marks = [
        Mark(
            along.at(one.point.value),
            along.words(one.point.value),
            low if one.low is None else along.at(one.low),
            high if one.high is None else along.at(one.high),
        )
        for one in done.crossings
    ]
    return curve_chart(rows, now, marks, along.title, scenario.currency, lang, view.palette)


class _Along:
    """Values of an input as the axis has them, and as words."""

    def __init__(self, view: View, done: BreakEven) -> None:
        self.view, self.done = view, done
        self.contacts = done.input.path == "volume"
        self.size = volume(view.scenario) if self.contacts and done.factor else 1.0
        if self.contacts:
            self.title = view.lang("Contacts a week")
        else:
            title = input_title(view.scenario, done.input, view.lang)
            self.title = view.lang("{input}, × now", input=title) if done.factor else title

    def at(self, value: float) -> float:
        """Where a value stands on the axis."""
        return value * self.size

    def words(self, value: float) -> str:
        """A value as it is read."""
        if self.contacts:
            rounded = float(f"{self.at(value):.3g}")
            return self.view.lang("{n} a week", n=self.view.lang.number(rounded))
        done = self.done
        return input_value(
            self.view.scenario, done.input, value, self.view.lang, factor=done.factor
        )


def _risk(view: View, found: Comparison, known: int) -> RiskAnswer | None:
    """What would change the answer, once it has been worked out."""
    lang = view.lang
    if not known:
        st.markdown(
            lang(
                "Nothing in this scenario has a range, or there are no two options to choose "
                "from. Write `risk:` into the file to see what the answer hangs on."
            )
        )
        return None
    risky = risk_of(view, found)
    if risky is None:
        st.caption(
            lang.n(
                "{n} input has a range. All are drawn from their ranges together, and each is "
                "moved alone until another option is the cheapest.",
                "{n} inputs have ranges. All are drawn from their ranges together, and each is "
                "moved alone until another option is the cheapest.",
                known,
            )
        )
        return None
    stake = risky[_amount(view, risky)]
    if stake.flips:
        table(_flips(view, stake))
        st.caption(lang("One input at a time, nearest first; all others as they are now."))
    else:
        st.markdown(lang("No input by itself would make another option the cheapest."))
    return risky


def _amount(view: View, risky: RiskAnswer) -> Amount:
    """What is counted: an average month, or all months where there are any."""
    names = {str(n): view.lang(title) for n, title in _AMOUNTS.items() if n in risky.stakes}
    if len(names) == 1:
        return "cost"
    key = f"amount.{view.state.scenario}"
    label = view.lang("Counted")
    chosen = choose(
        st.segmented_control, label, names, key, view.lang, label_visibility="collapsed"
    )
    return "npv" if chosen == "npv" else "cost"


def _flips(view: View, stake: Stake) -> Table:
    lang, scenario = view.lang, view.scenario
    rows = []
    for flip in stake.flips[:_ROWS]:
        one = flip.input
        now, then = (
            input_value(scenario, one.input, value, lang, factor=one.factor)
            for value in (one.now, flip.value)
        )
        title = input_title(scenario, one.input, lang)
        rows.append((title, now, then, option_title(scenario, flip.to, lang)))
    head = (lang("If"), lang("now"), lang("changes at"), lang("then cheapest"))
    return Table(lang("What would change the answer"), head, tuple(rows))


def _spread(view: View, risky: RiskAnswer) -> None:
    """The saving in all draws, in a sentence and as a picture."""
    lang, palette = view.lang, view.palette
    st.subheader(lang("How sure it is if inputs are other than written"), anchor=False)
    kept = st.session_state.get(f"chosen.amount.{view.state.scenario}", "cost")
    stake = risky["npv" if kept == "npv" and "npv" in risky.stakes else "cost"]
    said = risk_sentences(risky, lang)
    first, second = (option_title(view.scenario, name, lang) for name in stake.pair)
    left, right = st.columns(2)
    with left:
        titles = {"first": plain(first), "second": plain(second)}
        st.markdown(lang("What “{second}” saves against “{first}”", **titles))
        legend([(palette.cheaper, lang("cheaper")), (palette.dearer, lang("dearer"))], palette)
        title = _saves(stake, lang)
        spec = spread_chart(stake.difference, title, view.scenario.currency, lang, palette)
        chart(spec, said[0], f"spread.{lang.code}")
    with right:
        st.markdown("\n".join(f"- {plain(one)}" for one in said))


def _saves(stake: Stake, lang: Language) -> str:
    """What the axis of the picture is; the chart fills in the unit."""
    words = (
        N_("Saved over all months at present value, {unit}")
        if stake.amount == "npv"
        else N_("Saved a month, {unit}")
    )
    return lang(words, unit="{unit}")
