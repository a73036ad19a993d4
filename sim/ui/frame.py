"""The frame around the pages: language, scenario, sidebar, navigation."""

from __future__ import annotations

from dataclasses import dataclass, replace
from functools import partial
from importlib import import_module
from pathlib import Path

import streamlit as st

from sim.errors import InvalidInput, ScenarioError
from sim.report.language import N_, Language, pick
from sim.report.palette import DARK, LIGHT
from sim.scenario import Scenario
from sim.scenario.ready import ready
from sim.ui import sidebar
from sim.ui.session import look, state
from sim.ui.state import OWN, State, address, read_address
from sim.ui.view import View, plain, quoted
from sim.ui.waiting import Paused
from sim.ui.work import scenario_of

__all__ = ["PAGES", "main"]

_ICON = Path(__file__).with_name("icon.png")
# Less air above the first line than Streamlit leaves, and lines that do not run too wide. What it
# says of the Enter key lies over the number in a narrow field, and takes its clicks.
_STYLE = """<style>
.stMainBlockContainer {padding-top: 4.1rem; padding-bottom: 3rem; max-width: 78rem}
.stMainBlockContainer > .stVerticalBlock {gap: .75rem}
.stMainBlockContainer h1 {padding: 0 0 .35rem; font-size: 1.75rem}
.stMainBlockContainer h2 {font-size: 1.45rem; padding: .1rem 0 .35rem}
.stMainBlockContainer h3, .stSidebar h3 {font-size: 1.08rem; padding: .1rem 0 .3rem}
[data-testid="stCaptionContainer"] {opacity: 1; color: inherit}
[data-testid="stCaptionContainer"] p {opacity: .78}
.stHtml .linewise-tiles {display: grid; gap: 1rem; margin: 0; padding: 0;
  grid-template-columns: repeat(auto-fit, minmax(min(8.2rem, 44%), 1fr))}
.linewise-tile {border: 1px solid var(--tile-line); border-radius: .5rem; padding: .45rem .9rem}
.linewise-tile dt {font-size: .9rem; font-weight: 400; line-height: 1.35}
.linewise-tile dd {margin: 0; font-size: 1.6rem; line-height: 1.3; white-space: nowrap}
.linewise-tile dd:has(small) {font-size: .86rem; white-space: normal}
.linewise-tile small {color: var(--tile-note); font-size: inherit}
[data-testid="InputInstructions"] {pointer-events: none}
.stSidebar [data-testid="InputInstructions"] {display: none}
@media (min-width: 768px) {.stMainBlockContainer {padding-left: 3rem; padding-right: 3rem}}
@media (max-width: 640px) {.linewise-tile dd {font-size: 1.45rem}}
</style>"""
# White letters on the pale blue of the dark theme would be hard to read.
_DARK_STYLE = """<style>
[data-testid^="stBaseButton-primary"] :is(p, span),
[data-testid="stPopoverButton"][kind="primary"] :is(p, span) {color: #131722}
</style>"""
# A browser that speaks English drops the comma of a number that is typed or pasted: 62,5 is 625
# without a word. One that writes decimals with a comma takes it by itself.
_COMMA = """
if (!window.linewiseComma && !(1.5).toLocaleString().includes(',')) {
  window.linewiseComma = true;
  document.addEventListener('beforeinput', (event) => {
    const typed = event.data || (event.dataTransfer && event.dataTransfer.getData('text')) || '';
    if (event.target.type !== 'number' || !/^[^,]*,[^,]*$/.test(typed)) return;
    event.preventDefault();
    document.execCommand('insertText', false, typed.replace(',', '.').trim());
  }, true);
}
"""


#: Pages in the order of the navigation: module, title. The address of a page is its module.
#: They have no icons: ten titles then fit a laptop, and none is hidden behind an English "more".
PAGES = (
    ("answer", N_("Answer")),
    ("options", N_("Options")),
    ("people", N_("People")),
    ("shifts", N_("Shifts")),
    ("simulation", N_("Simulation")),
    ("data", N_("Data")),
    ("learn", N_("Learn from logs")),
    ("risks", N_("Risk")),
    ("report", N_("Report")),
    ("about", N_("About the model")),
)


def main() -> None:
    """Draw the app once, for one visitor."""
    st.set_page_config("Linewise", str(_ICON), layout="wide", initial_sidebar_state="auto")
    _begin()
    lang = Language(st.session_state["chosen.lang"])
    opened: list[_Opened | None] = [None]
    pages = [
        st.Page(
            partial(_show, name, opened, lang),
            title=lang(title),
            url_path=name,
            default=name == PAGES[0][0],
        )
        for name, title in PAGES
    ]
    page = st.navigation(pages, position="top")
    st.html(_STYLE)
    if st.context.theme.type == "dark":
        st.html(_DARK_STYLE)
    st.html(
        f"<script>document.documentElement.lang='{lang.code}';{_COMMA}</script>",
        unsafe_allow_javascript=True,
    )
    # The sidebar is drawn here, not by a page: what a page draws is forgotten with the page.
    with st.sidebar:
        sidebar.pick_language(lang)
        opened[0] = _opened(lang)
    _notices(lang)
    _mirror(lang)
    page.run()


def _begin() -> None:
    """What the address says, at the first run of a session."""
    if "state" in st.session_state:
        return
    said = st.query_params.to_dict()
    begun, wrong = read_address(said, ready())
    begun, more = _possible(begun)
    look(begun)
    st.session_state["damaged"] = (wrong + more, begun.scenario, begun.figures)
    st.session_state["chosen.lang"] = pick(said.get("lang"), st.context.locale)


def _possible(begun: State) -> tuple[State, list[str]]:
    """What a link asks for, without edits that the scenario does not take, and unknown options."""
    if begun.scenario == OWN:
        return begun, []
    try:
        scenario = scenario_of(replace(begun, figures={}))[0]
    except (InvalidInput, ScenarioError):
        if not begun.edits:
            return begun, []  # the file itself is broken: that is said on the page
        begun, more = _possible(replace(begun, edits=()))
        return begun, ["edits", *more]
    if begun.option is not None and begun.option not in scenario.options:
        return replace(begun, option=None), ["option"]
    return begun, []


def _mirror(lang: Language) -> None:
    """Keep the address in step, so that a reload or a shared link shows the same."""
    said = address(state(), lang.code)
    if st.query_params.to_dict() != said:
        st.query_params.from_dict(said)


@dataclass(frozen=True, slots=True)
class _Opened:
    """What a visitor works on: its scenario, or why there is none."""

    scenario: Scenario | None
    error: Exception | None = None


def _show(name: str, opened: list[_Opened | None], lang: Language) -> None:
    """A page; what cannot be computed is said in its place."""
    found = opened[0]
    if found is None:
        st.title("Linewise")
        st.info(lang("There is no ready scenario here. Bring your own: the sidebar takes a file."))
        return
    palette = DARK if st.context.theme.type == "dark" else LIGHT
    try:
        if found.error is not None or found.scenario is None:
            raise found.error or Paused
        # A page is imported when it is looked at: a first answer waits for no other page.
        draw = import_module(f"sim.ui.pages.{name}").draw
        draw(View(lang, palette, state(), found.scenario))
    except Paused:
        return
    except (InvalidInput, ScenarioError) as error:
        st.error(lang("This cannot be computed: {reason}", reason=plain(_reason(error))))
        st.caption(lang("Change the figures on the left, or take the last change back."))


def _opened(lang: Language) -> _Opened | None:
    """The scenario with what was changed in it, and the sidebar that belongs to it."""
    sidebar.pick_scenario(lang)
    if state().scenario not in ready() and state().own is None:
        return None
    sidebar.steps(lang)
    try:
        plain, scenario = scenario_of(state())
    except (InvalidInput, ScenarioError) as error:
        plain = scenario_of(State(state().scenario, own=state().own))[0]
        sidebar.load_figures(plain, lang)
        return _Opened(None, error)
    sidebar.option_choice(plain, lang)
    sidebar.load_figures(plain, lang)
    if state().scenario != OWN:
        st.caption(lang("The figures are an example. Put your own in their place."))
    return _Opened(scenario)


def _notices(lang: Language) -> None:
    """A damaged link, a file that could not be read."""
    wrong, *opened = st.session_state["damaged"]
    if wrong and opened == [state().scenario, state().figures]:
        parts = ", ".join(quoted(part) for part in wrong)
        st.warning(lang("This link is damaged: {parts} was left out.", parts=parts))
    if "problems" in st.session_state:
        name, lines = st.session_state["problems"]
        listed = "\n".join(f"- {quoted(line)}" for line in lines[:20])
        kept = lang("Nothing was changed: your calculation is as it was.")
        st.error(
            lang("The file “{name}” cannot be used.", name=plain(name)) + f"\n\n{listed}\n\n{kept}"
        )


def _reason(error: Exception) -> str:
    if isinstance(error, ScenarioError):
        return "; ".join(str(problem) for problem in error.problems[:10])
    return str(error)
