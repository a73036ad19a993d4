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
from sim.report.refusals import found_in
from sim.scenario import Scenario
from sim.scenario.ready import ready
from sim.ui import drawings, sidebar
from sim.ui.places import PLACES
from sim.ui.refusals import reasons
from sim.ui.session import look, state
from sim.ui.state import OWN, State, address, read_address
from sim.ui.view import View, plain, quoted
from sim.ui.waiting import Paused
from sim.ui.work import file_of, keep_file, scenario_of

__all__ = ["PAGES", "main"]

_ICON = Path(__file__).with_name("icon.png")
# Less air above the first line than Streamlit leaves, and lines that do not run too wide. What it
# says of the Enter key lies over the number in a narrow field, and takes its clicks.
_STYLE = f"""<style>
.stMainBlockContainer {{padding-top: 4.1rem; padding-bottom: 3rem; max-width: 78rem}}
.stMainBlockContainer > .stVerticalBlock {{gap: .75rem}}
.stMainBlockContainer h1 {{padding: 0 0 .35rem; font-size: 1.75rem}}
.stMainBlockContainer h2 {{font-size: 1.45rem; padding: .1rem 0 .35rem}}
.stMainBlockContainer h3, .stSidebar h3 {{font-size: 1.08rem; padding: .1rem 0 .3rem}}
[data-testid="stCaptionContainer"] {{opacity: 1; color: inherit}}
[data-testid="stCaptionContainer"] p {{opacity: .78}}
{drawings.STYLE}
[data-testid="InputInstructions"] {{pointer-events: none}}
.stSidebar [data-testid="InputInstructions"], .st-key-redraw {{display: none}}
/* White letters on the pale blue of the dark theme would be hard to read. */
[data-testid^="stBaseButton-primary"]:not(:disabled) :is(p, span),
[data-testid="stPopoverButton"][kind="primary"] :is(p, span) {{color: light-dark(#fff, #131722)}}
/* Who goes by the keyboard sees where they are: Streamlit's own pale ground is hard to see. */
[data-testid="stTopNavLink"]:focus-visible {{outline: 2px solid currentColor; outline-offset: 1px}}
/* What is being computed anew pales after half a second, at once: to pale it little by little takes
   a processor that the simulation needs, a tenth of the time to its answer. */
[data-stale="true"] {{transition: opacity 0s .5s !important}}
[data-stale="false"] {{transition: none !important}}
/* Words of Streamlit itself: how large a file may be stands in the label. */
[data-testid="stFileUploaderDropzoneInstructions"] {{display: none}}
html[lang="ru"] [data-testid="stFileUploaderDropzone"] button p {{font-size: 0}}
html[lang="ru"] [data-testid="stFileUploaderDropzone"] button p::after {{
  content: "Выбрать файл"; font-size: .875rem}}
@media (min-width: 768px) {{.stMainBlockContainer {{padding-left: 3rem; padding-right: 3rem}}}}
</style>"""
# A chart has the colours of the theme that it was drawn in: with another theme it is drawn anew.
# A browser that speaks English drops the comma of a number that is typed or pasted: 62,5 is 625
# without a word. One that writes decimals with a comma takes it by itself; a reader of English
# means thousands by it, and there it may be dropped.
_SCRIPT = """<script>
document.documentElement.lang = '%s';
(() => {
  const app = document.querySelector('.stApp');
  if (!app || app.dataset.watched) return;
  const scheme = () => getComputedStyle(app).colorScheme;
  let seen = app.dataset.watched = scheme();
  new MutationObserver(() => {
    if (scheme() === seen) return;
    seen = scheme();
    document.querySelector('.st-key-redraw button')?.click();
  }).observe(app, {attributes: true, attributeFilter: ['class']});
  if ((1.5).toLocaleString().includes(',')) return;
  document.addEventListener('beforeinput', (event) => {
    const typed = event.data || event.dataTransfer?.getData('text') || '';
    const decimal = document.documentElement.lang === 'ru' && /^[^,]*,[^,]*$/.test(typed);
    if (event.target.type !== 'number' || !decimal) return;
    event.preventDefault();
    document.execCommand('insertText', false, typed.replace(',', '.').trim());
  }, true);
})();
</script>"""


_TITLES = (
    N_("Answer"),
    N_("Options"),
    N_("People"),
    N_("Shifts"),
    N_("Simulation"),
    N_("Data"),
    N_("Learn from logs"),
    N_("Risk"),
    N_("Report"),
    N_("About the model"),
)
#: Pages in the order of the navigation: module, title. The address of a page is its module.
#: They have no icons: ten titles then fit a laptop, and none is hidden behind an English "more".
PAGES = tuple(zip(PLACES, _TITLES, strict=True))


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
    st.html(_SCRIPT % lang.code, unsafe_allow_javascript=True)
    # The sidebar is drawn here, not by a page: what a page draws is forgotten with the page.
    with st.sidebar:
        sidebar.pick_language(lang)
        opened[0] = _opened(lang)
        st.button(lang("Draw the page anew"), key="redraw")  # for the script above alone
    _notices(lang, page.url_path)
    _mirror(lang)
    page.run()


def _begin() -> None:
    """What the address says, at the first run of a session."""
    if "state" in st.session_state:
        return
    said = st.query_params.to_dict()
    begun, wrong = read_address(said, ready(), file_of)
    begun, more = _possible(begun)
    look(begun)
    st.session_state["damaged"] = (wrong + more, begun.scenario, begun.figures)
    st.session_state["chosen.lang"] = pick(said.get("lang"), st.context.locale)


def _possible(begun: State) -> tuple[State, list[str]]:
    """What a link asks for, without edits that the scenario does not take, and unknown options."""
    if begun.scenario == OWN and begun.own is None:
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
    now = state()
    if now.scenario == OWN and now.own:
        keep_file(now.own)
    said = address(now, lang.code)
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
        st.error(lang("This cannot be computed: {reason}", reason=reasons(found_in(error), lang)))
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


def _notices(lang: Language, page: str) -> None:
    """A damaged link; a file that could not be read, until another page is looked at."""
    wrong, *opened = st.session_state["damaged"]
    here = opened == [state().scenario, state().figures]
    if wrong == ["file"] and here:
        st.warning(
            lang("This link is of a file that somebody brought along, and no link holds one.")
            + " "
            + lang("Bring the file again: the sidebar takes it.")
        )
    elif wrong and here:
        changes = lang("the changes that it carries")
        parts = ", ".join(changes if part == "edits" else quoted(part) for part in wrong)
        st.warning(lang("This link is damaged. Left out: {parts}.", parts=parts))
    name, lines, *seen = st.session_state.get("problems", ("", []))
    if seen and seen != [page]:
        del st.session_state["problems"]
    elif lines:
        st.session_state["problems"] = (name, lines, page)
        listed = "\n".join(f"- {quoted(line)}" for line in lines[:20])
        kept = lang("Nothing was changed: your calculation is as it was.")
        st.error(
            lang("The file “{name}” cannot be used.", name=plain(name)) + f"\n\n{listed}\n\n{kept}"
        )
