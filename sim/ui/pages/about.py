"""The last page: how figures come about, what is not in them, and a proof that anybody can run."""

from __future__ import annotations

import streamlit as st

from sim.decide.proof import CALLS, Proof
from sim.report.language import N_, Language
from sim.report.tables import Table
from sim.ui.jobs import Task
from sim.ui.pages.assumptions import assumptions
from sim.ui.tasks import proven
from sim.ui.view import View, table
from sim.ui.waiting import result_of

__all__ = ["draw"]

_WAY = (
    N_("The scenario is read and checked: every figure has a unit, and most have a source."),
    N_(
        "Each option is staffed to the same promise: first by formula, interval by interval, then "
        "corrected until the simulation keeps it."
    ),
    N_(
        "Every contact is played, for many weeks: it comes, waits, is answered or gives up, comes "
        "back. All options meet the same customers, so that only true differences remain."
    ),
    N_(
        "The hours become people, people become a payroll, a contract becomes an invoice: an "
        "average month, line by line."
    ),
    N_("Options are compared, and a saving is only named where customers get the same service."),
)

#: Formula, what it is for, its statement, where it was first given.
_FORMULAS = (
    (
        N_("Erlang B"),
        N_("Lines: the share of calls that find all of them busy"),
        r"B=\frac{a^n/n!}{\sum_{k=0}^{n} a^k/k!},\qquad a=\lambda\cdot\mathrm{AHT}",
        "A. K. Erlang, 1917",
    ),
    (
        N_("Erlang C"),
        N_("People, where nobody gives up: the share that waits, and for how long"),
        r"C=\frac{nB}{n-a(1-B)},\qquad P(W>t)=C\,e^{-(n-a)\,t/\mathrm{AHT}}",
        "A. K. Erlang, 1917",
    ),
    (
        N_("Erlang A"),
        N_("People, where customers give up after a time of their own: the usual case"),
        r"p_k\propto\prod_{j=1}^{k}\frac{\lambda}{\min(j,n)\,\mu+(j-n)^{+}\,\theta},"
        r"\qquad \theta=1/\text{patience}",
        "C. Palm, 1957",
    ),
)

#: What the model leaves out, and what to make of it.
_LIMITS = (
    (
        N_("Moods and quality of talk"),
        N_("An operator who is tired or better trained differs only as far as the scenario says."),
    ),
    (
        N_("A forecast"),
        N_("Volumes are those of the scenario; a range for them shows what a wrong guess costs."),
    ),
    (
        N_("Management of the day"),
        N_("Nobody is called in or sent home when a day turns out busier than planned."),
    ),
    (
        N_("Prices by agreement"),
        N_("A vendor's tariff is what the scenario says; most are not published anywhere."),
    ),
    (
        N_("How customers answer to service"),
        N_("Lost orders and satisfaction are a stated response, marked as an assumption."),
    ),
)

_QUEUES = {
    "erlang_c": N_("12 operators, nobody gives up (Erlang C)"),
    "erlang_a": N_("11 operators, patience of 3 min on average (Erlang A)"),
    "fixed_patience": N_("11 operators, everybody gives up after 1 min"),
    "fixed_handle_time": N_("12 operators, every talk takes 3 min exactly"),
}
_MEASURES = {
    "service_level": N_("Answered in 20 s"),
    "abandonment": N_("Gave up"),
    "mean_wait": N_("Mean wait"),
}


def draw(view: View) -> None:
    """Draw the page."""
    lang = view.lang
    st.title(lang("How the figures come about, and how far to trust them"))
    with st.container(border=True):
        st.header(lang("The way of an answer"), anchor=False)
        said = map(lang, _WAY)
        st.markdown("\n".join(f"{n}. {step}" for n, step in enumerate(said, 1)))
    _proof(lang)
    with st.container(border=True):
        st.subheader(lang("Formulas"), anchor=False)
        for name, what, formula, source in _FORMULAS:
            titles = lang(name), lang(what)
            st.markdown(f"**{titles[0]}** · {titles[1]} · {source}")
            st.latex(formula)
        st.caption(
            lang(
                "a: load, λ: contacts a second, AHT: mean handle time, n: operators, "
                "μ = 1/AHT. Thirty more stand in docs/erlang.md, each with its source and accuracy."
            )
        )
    with st.container(border=True):
        st.subheader(lang("What is not in the model"), anchor=False)
        head = (lang("Left out"), lang("What that means"))
        rows = tuple((lang(what), lang(means)) for what, means in _LIMITS)
        table(Table(lang("What is not in the model"), head, rows))
    assumptions(view)


def _proof(lang: Language) -> None:
    """Formula against simulation, played now, with a seed of the reader's."""
    with st.container(border=True):
        st.subheader(lang("Formula and simulation, side by side"), anchor=False)
        st.markdown(
            lang(
                "100 calls in half an hour, 3 min each. Both are computed apart: the formula sums "
                "the states of a queue, the simulation plays {calls} calls one by one.",
                calls=lang.number(CALLS),
            )
        )
        seed = st.number_input(
            lang("Seed: another one plays other calls"), 1, 999_999, 1, key="about.seed"
        )
        task = Task(f"proven.{seed}", proven, (int(seed),), "thread")
        found = result_of(task, lang, start=lang("Play them now"))
        if found is None:
            return
        head = tuple(map(lang, (N_("Queue"), N_("Measure"), N_("Formula"), N_("Simulation"))))
        table(Table(lang("Formula and simulation"), head, tuple(_row(one, lang) for one in found)))
        outside = sum(not one.agrees for one in found)
        st.markdown(
            lang(
                "{inside} of {all} formulas lie within the interval of the simulation; by chance "
                "alone one in twenty would lie outside.",
                inside=lang.number(len(found) - outside),
                all=lang.number(len(found)),
            )
        )


def _row(one: Proof, lang: Language) -> tuple[str, str, str, str]:
    """A measure twice, the simulation with its interval."""
    value, width = one.simulated.value, one.simulated.half_width
    if one.measure == "mean_wait":
        unit = lang("{n} s", n="")
        formula = lang("{n} s", n=lang.number(one.formula, 2))
        played = f"{lang.number(value, 2)} ± {lang.number(width, 2)}{unit}"
    else:
        formula = lang.percent(one.formula, 2)
        played = f"{lang.percent(value, 2)} ± {lang.number(100 * width, 2)}"
    return lang(_QUEUES[one.queue]), lang(_MEASURES[one.measure]), formula, played
