"""The fifth page: every contact played, beside the formula; how long people wait; one day again."""

from __future__ import annotations

from dataclasses import dataclass

import streamlit as st

from sim.decide import Attained, Comparison, OptionResult
from sim.decide.formula import Formula, formulas
from sim.report.formulas import formula_sentence, formula_table, left_out
from sim.report.language import Language
from sim.report.sentences import channel_title, option_title, stopped_sentence
from sim.report.tables import risk_table
from sim.scenario.variant import lead
from sim.ui.jobs import Task
from sim.ui.pages.simulation_replay import replayed_day
from sim.ui.pages.simulation_waits import waits
from sim.ui.tasks import simulated
from sim.ui.view import Tile, View, choose, hold, plain, table, tile_row
from sim.ui.waiting import result_of
from sim.ui.work import comparison, kept, key_of

__all__ = ["draw"]

#: Replications that a visitor may ask for; a command line takes more.
_MOST = 2000
_SEEDS = 2**53 - 1  # whole numbers that a browser keeps exactly


@dataclass(frozen=True, slots=True)
class _Asked:
    """A run: its seed, and how many replications."""

    seed: int
    replications: int


def draw(view: View) -> None:
    """Draw the page."""
    lang = view.lang
    st.title(lang("What happens when every contact is played?"))
    found = comparison(view.scenario, lang)
    name, channel = _look(view, found)
    usual = _Asked(found[name].replications.seed, found[name].replications.count)
    asked: _Asked = st.session_state.get(_run_key(view)) or usual
    result = _result(view, found[name], asked, usual)
    if result is None:
        st.info(lang("Until it is done, the run of the scenario itself is shown below."))
        result = found[name]
    formula = kept(_key(result, "formulas"), lambda: formulas(result)).get(channel)
    one = next(a for a in result.attained if a.channel == channel)
    _sentence(view, result, one, formula)
    _tiles(view, result, one)
    _run(view, asked, usual)
    if not one.outbound:
        _beside(view, result, channel, formula)
        waits(view, result, channel)
    replayed_day(view, result, channel)
    _days(view, result)


def _key(result: OptionResult, *what: object) -> str:
    run = result.replications
    return key_of(result.scenario, result.name, run.seed, run.count, *what)


def _look(view: View, found: Comparison) -> tuple[str, str]:
    """Choose the option and the channel; only where there is a choice."""
    lang, scenario, at = view.lang, view.scenario, view.state.scenario
    left, right = st.columns([3, 2])
    names = {one.name: option_title(scenario, one.name, lang) for one in found.options}
    name = scenario.baseline
    if len(names) > 1:
        with left:
            names = {name: names[name], **names}
            name = choose(st.selectbox, lang("Option"), names, f"simulation.option.{at}", lang)
    first = lead(scenario)
    channels = {first: channel_title(scenario, first, lang)}
    channels |= {n: channel_title(scenario, n, lang) for n in scenario.channels}
    if len(channels) > 1:
        with right:
            key = f"simulation.channel.{at}"
            first = choose(st.selectbox, lang("Channel"), channels, key, lang)
    return name, first


def _run_key(view: View) -> str:
    """Where the session keeps which run is looked at."""
    return f"simulation.run.{view.state.scenario}"


def _run(view: View, asked: _Asked, usual: _Asked) -> None:
    """Which run is looked at: the scenario's own, until the visitor asks for another."""
    lang, key = view.lang, _run_key(view)

    def run() -> None:
        seed = int(st.session_state[f"{key}.seed"])
        st.session_state[key] = _Asked(seed, int(st.session_state[f"{key}.count"]))

    def back() -> None:
        st.session_state[key] = None

    with st.form(f"{key}.form"):
        seed, count, go = st.columns([1, 1, 1], vertical_alignment="bottom")
        with seed:
            help_ = lang("The same seed plays the same customers; another seed plays others.")
            _number(lang("Seed"), f"{key}.seed", asked.seed, 0, _SEEDS, help_)
        with count:
            help_ = lang("How many times the period is played, each time with other customers.")
            _number(lang("Replications"), f"{key}.count", asked.replications, 1, _MOST, help_)
        with go:
            sign, label = ":material/play_arrow:", lang("Simulate")
            st.form_submit_button(label, on_click=run, type="primary", icon=sign, width="stretch")
    if asked != usual:
        sign, label = ":material/undo:", lang("Back to the run of the answer")
        st.button(label, key=f"{key}.back", on_click=back, icon=sign)


def _number(label: str, key: str, value: int, low: int, high: int, help_: str) -> None:
    """A whole number that stays as typed until the run that it belongs to changes."""
    first = min(max(value, low), high)
    if st.session_state.get(f"{key}.of") != value:
        st.session_state[f"{key}.of"] = value
        hold(key, first)
    st.number_input(label, low, high, first, step=1, key=key, help=help_)


def _result(view: View, own: OptionResult, asked: _Asked, usual: _Asked) -> OptionResult | None:
    """The run that was asked for; None while it is on its way."""
    if asked == usual:
        return own
    name = own.name
    lang, scenario = view.lang, view.scenario

    def words(option: str) -> str:
        return lang("Simulating “{option}”", option=option_title(scenario, option, lang))

    key = key_of(scenario, "simulated", name, asked.seed, asked.replications)
    args = (scenario, name, asked.seed, asked.replications)
    return result_of(Task(key, simulated, args, "thread"), lang, wording=words)


def _sentence(view: View, result: OptionResult, one: Attained, formula: Formula | None) -> None:
    """The page in a sentence, and how it came about."""
    lang, run = view.lang, result.replications
    with st.container(border=True):
        if one.outbound:
            head = lang("{share} of the list called", share=lang.percent(1 - one.missed.value, 1))
        else:
            head = formula_sentence(result, one, formula, lang)
        st.header(f":material/science: {plain(head)}", anchor=False)
        st.markdown(
            f"{stopped_sentence(run.stopped, run.count, lang)} "
            + lang("Seed {seed}: whoever plays it again gets the same figures.", seed=run.seed)
        )


def _tiles(view: View, result: OptionResult, one: Attained) -> None:
    """Four numbers of the run."""
    lang = view.lang
    chance = result.replications.chance(one.channel)
    days = "—" if chance.value != chance.value else lang.percent(chance.value)
    tiles: list[Tile] = [
        (lang("Answered in time"), lang.percent(one.service_level.value, 1), _width(one, lang)),
        (lang("Gave up"), lang.percent(one.abandonment.value, 1), lang("of all offered")),
        (lang("Mean wait"), lang.duration(one.asa.value), lang("of the answered")),
        (lang("Days that keep the promise"), days, lang("of all days played")),
    ]
    if one.outbound:
        tiles = [(label, "—", None) for label, _, _ in tiles[:1]]
        tiles = [(lang("Missed"), lang.percent(one.missed.value, 1), lang("of the list"))]
    tile_row(tiles)


def _width(one: Attained, lang: Language) -> str:
    """The interval of the service level, in words."""
    return lang.between(one.service_level, lambda share: lang.percent(share, 1))


def _beside(view: View, result: OptionResult, channel: str, formula: Formula | None) -> None:
    """Formula and simulation side by side."""
    lang = view.lang
    with st.container(border=True):
        st.subheader(lang("Formula and simulation"), anchor=False)
        table(formula_table(result, channel, formula, lang))
        if formula is None:
            st.caption(lang("Nobody waits on the line here, so there is no formula beside it."))
            return
        st.caption(
            lang(
                "The formula is Erlang A, interval by interval, with the operators who were at "
                "work in the simulation. It leaves out: {parts}.",
                parts=", ".join(left_out(result, channel, lang)),
            )
        )
        st.caption(lang("± holds the figure in 95 cases of 100, by the spread of replications."))


def _days(view: View, result: OptionResult) -> None:
    """What one day may bring, in all channels."""
    with st.container(border=True):
        shown = risk_table(result, view.lang)
        st.subheader(shown.title, anchor=False)
        table(shown)
