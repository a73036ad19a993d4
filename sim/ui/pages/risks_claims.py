"""What somebody claims of an option, checked; and what would have to be different."""

from __future__ import annotations

from collections.abc import Sequence

import streamlit as st

from sim.decide import Comparison
from sim.decide.claims import Checked, check_claims
from sim.report.claims import (
    MEASURE_WORDS,
    claim_sentences,
    claim_state,
    claim_words,
    claims_table,
    ways_table,
)
from sim.report.language import N_
from sim.report.sentences import channel_title, option_title
from sim.scenario.claims import CLAIM_MEASURES, SHARE_MEASURES, WAITING_MEASURES
from sim.scenario.edited import Edit
from sim.ui.jobs import Task
from sim.ui.pages.risks_parts import in_place_of_the_last, refusal, remembered, tried, typed
from sim.ui.risk_tasks import made_true
from sim.ui.view import View, choose, plain, table
from sim.ui.waiting import result_of
from sim.ui.work import key_of

__all__ = ["draw"]

_ICONS = {"holds": "check_circle", "broken": "cancel", "open": "help", "unknown": "help"}
# What is claimed most often comes first.
_FIRST = ("cost", "missed", "csat")
_USUAL = {True: 40.0, False: 15.0}
_ASKED = ("who", "than", "what")
_UNITS = {"%": N_("per cent of it"), "points": N_("points")}


def draw(view: View, found: Comparison) -> None:
    """Draw this part."""
    lang = view.lang
    checked = check_claims(found)
    _answer(view, found, checked)
    if len(found.options) > 1:
        _form(view, found)
    if checked:
        _ways(view, found, checked)
    else:
        st.caption(lang("Vendors promise savings, fewer missed contacts, happier customers."))


def _answer(view: View, found: Comparison, checked: Sequence[Checked]) -> None:
    """Every claim with its verdict and a way to take it back."""
    lang = view.lang
    with st.container(border=True):
        if not checked:
            head = lang("Nothing is claimed yet")
            st.header(f":material/info: {head}", anchor=False)
            if len(found.options) > 1:
                st.markdown(lang("Write below what a vendor says, and it is checked."))
            else:
                st.markdown(lang("A claim compares two options, and there is one here."))
            return
        true = sum(one.state == "holds" for one in checked)
        head = lang("{true} of {n} claims true here", true=true, n=len(checked))
        icon = "check_circle" if true == len(checked) else "rule"
        st.header(f":material/{icon}: {head}", anchor=False)
        said = claim_sentences(found, checked, lang)
        for one, sentence in zip(checked, said[: len(checked)], strict=True):
            left, right = st.columns([11, 1], vertical_alignment="center")
            left.markdown(f":material/{_ICONS[one.state]}: {plain(sentence)}")
            right.button(
                "",
                key=f"risks.claim.away.{one.option}.{_key(one)}",
                icon=":material/delete:",
                help=lang("Take this claim away"),
                on_click=_away,
                args=(one.option, _key(one)),
            )
        for sentence in said[len(checked) :]:
            st.markdown(f":material/warning: {plain(sentence)}")
        table(claims_table(view.scenario, checked, lang))
        st.caption(
            lang(
                "A claim is true where the whole 95 % interval of the change lies on the claimed "
                "side; both options meet the same customers."
            )
        )


def _key(one: Checked) -> str:
    """The key of a claim in its file."""
    return one.claim.text.partition(":")[0].strip()


def _away(option: str, key: str) -> None:
    tried("claims", Edit(("claims", option, key), None))


def _form(view: View, found: Comparison) -> None:
    """A claim of one's own."""
    lang, scenario, at = view.lang, view.scenario, view.state.scenario
    with st.container(border=True):
        st.subheader(lang("Check a claim"), anchor=False)
        names = {name: option_title(scenario, name, lang) for name in scenario.options}
        base = found.baseline.name
        others = [name for name in names if name != base]
        # Promises are a vendor's more often than not.
        others.sort(key=lambda name: _own(found, name))
        who, what, change, than = st.columns([3, 3, 3, 3])
        with who:
            listed = {name: names[name] for name in (*others, base)}
            option = choose(st.selectbox, lang("It is said of"), listed, f"risks.who.{at}", lang)
        with than:
            rest = {name: names[name] for name in (base, *others) if name != option}
            choose(st.selectbox, lang("against"), rest, f"risks.than.{at}", lang)
        with what:
            measures = _measures(view)
            measure = choose(st.selectbox, lang("What"), measures, f"risks.what.{at}", lang)
        less = CLAIM_MEASURES[measure.rpartition(".")[2]] == "less"
        with change:
            label = lang("by so many % less") if less else lang("by so many % more")
            remembered(
                st.number_input,
                label,
                _USUAL[less],
                f"risks.size.{less}",
                lang,
                min_value=0.1,
                max_value=100.0 if less else 1000.0,
                step=5.0,
                format="%g",
            )
        if measure.rpartition(".")[2] in SHARE_MEASURES:
            units = {name: lang(words) for name, words in _UNITS.items()}
            choose(st.segmented_control, lang("Counted in"), units, "risks.unit", lang)
        st.button(
            lang("Check it"),
            key="risks.claim.check",
            on_click=lambda: tried("claims", _claim(view)),
            type="primary",
        )
        refusal("claims", lang)


def _claim(view: View) -> Edit:
    """The claim as its fields have it now."""
    said, at = st.session_state, view.state.scenario
    option, other, measure = (str(said[f"chosen.risks.{key}.{at}"]) for key in _ASKED)
    kind = measure.rpartition(".")[2]
    less = CLAIM_MEASURES[kind] == "less"
    size = typed(_USUAL[less], f"risks.size.{less}", view.lang)
    points = kind in SHARE_MEASURES and said.get("chosen.risks.unit") == "points"
    unit = " points" if points else "%"
    return Edit(("claims", option, measure), f"{'-' if less else '+'}{size:g}{unit} than {other}")


def _own(found: Comparison, name: str) -> bool:
    """Whether all people of an option are its own."""
    groups = found.scenario.options[name].groups.values()
    return all(group.source == "inhouse" for group in groups)


def _measures(view: View) -> dict[str, str]:
    """What may be claimed, by key; waiting also of one channel."""
    lang, scenario = view.lang, view.scenario
    order = dict.fromkeys((*_FIRST, *CLAIM_MEASURES))
    known = {name: lang(MEASURE_WORDS[name]) for name in order}
    if scenario.consequences is None:
        known.pop("economic_cost")
    if len(scenario.channels) > 1:
        known |= {
            f"{channel}.{name}": f"{channel_title(scenario, channel, lang)}: {known[name]}"
            for channel in scenario.channels
            for name in WAITING_MEASURES
        }
    return known


def _ways(view: View, found: Comparison, checked: Sequence[Checked]) -> None:
    """Which inputs alone would make each claim true."""
    lang, scenario = view.lang, view.scenario
    if not any(one.state == "broken" for one in checked):
        return
    with st.container(border=True):
        st.subheader(lang("What would make it true"), anchor=False)
        claimed = "; ".join(f"{one.option} {one.claim.text}" for one in checked)
        task = Task(key_of(scenario, "made true", claimed), made_true, (found,))
        parts = result_of(
            in_place_of_the_last("claims", task),
            lang,
            wording=lambda name: lang(
                "Looking at “{option}”", option=option_title(scenario, name, lang)
            ),
        )
        if parts is None:
            return
        shown = [(one, ways) for one, ways in zip(checked, parts, strict=True) if ways]
        for one, ways in shown:
            listed = ways_table(scenario, one, ways, lang)
            st.markdown(f"**{listed.title}** · {option_title(scenario, one.option, lang)}")
            table(listed)
        if not shown:
            st.markdown(lang("No input by itself, from a fifth to five times what it is."))
            return
        st.caption(
            lang(
                "Each input alone, from a fifth to five times what it is; both options are "
                "staffed anew to their promises. The nearest comes first."
            )
        )
        for one in checked:
            if one.state == "broken" and not any(one is other for other, _ in shown):
                said = claim_words(scenario, one.claim, lang)
                st.caption(f"{said}: {claim_state(one, lang)}.")
