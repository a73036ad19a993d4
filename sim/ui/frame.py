"""The frame around the pages: language, scenario, sidebar, navigation."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import streamlit as st
from pydantic import ValidationError

from sim.errors import InvalidInput
from sim.report.language import Language, pick
from sim.report.palette import DARK, LIGHT
from sim.scenario import Scenario
from sim.scenario.ready import ready
from sim.scenario.variant import variant
from sim.ui import answer, people, sidebar
from sim.ui.state import OWN, State, address, read_address
from sim.ui.view import View
from sim.ui.work import from_file, from_text

__all__ = ["main"]

_ICON = Path(__file__).with_name("icon.png")
# Less air above the first line than Streamlit leaves, and lines that do not run too wide.
_STYLE = """<style>
.stMainBlockContainer {padding-top: 4.2rem; padding-bottom: 3rem; max-width: 78rem}
.stMainBlockContainer h1 {padding: 0 0 .7rem; font-size: 1.95rem}
.stMainBlockContainer h2 {font-size: 1.45rem; padding: .1rem 0 .35rem}
.stMainBlockContainer h3, .stSidebar h3 {font-size: 1.08rem; padding: .1rem 0 .3rem}
[data-testid="stCaptionContainer"] {opacity: 1; color: inherit}
[data-testid="stCaptionContainer"] p {opacity: .78}
.stHtml .linewise-tiles {display: grid; gap: 1rem; margin: 0; padding: 0;
  grid-template-columns: repeat(auto-fit, minmax(min(8.2rem, 44%), 1fr))}
.linewise-tile {border: 1px solid var(--tile-line); border-radius: .5rem; padding: .75rem 1rem}
.linewise-tile dt {font-size: .9rem; font-weight: 400; line-height: 1.35}
.linewise-tile dd {margin: .1rem 0 0; font-size: 1.8rem; line-height: 1.3; white-space: nowrap}
.linewise-tile dd:has(small) {font-size: .86rem; white-space: normal}
.linewise-tile small {color: var(--tile-note); font-size: inherit}
@media (max-width: 640px) {.linewise-tile dd {font-size: 1.55rem}}
</style>"""


def main() -> None:
    """Draw the app once, for one visitor."""
    st.set_page_config("Linewise", str(_ICON), layout="wide", initial_sidebar_state="auto")
    _begin()
    lang = Language(st.session_state["chosen.lang"])
    pages = [
        st.Page(
            lambda: _show(answer.draw, written, lang),
            title=lang("Answer"),
            icon=":material/gavel:",
            url_path="answer",
            default=True,
        ),
        st.Page(
            lambda: _show(people.draw, written, lang),
            title=lang("People"),
            icon=":material/groups:",
            url_path="people",
        ),
    ]
    written: Scenario | None = None
    page = st.navigation(pages, position="top")
    st.html(_STYLE)
    st.html(
        f"<script>document.documentElement.lang='{lang.code}'</script>",
        unsafe_allow_javascript=True,
    )
    # The sidebar is drawn here, not by a page: what a page draws is forgotten with the page.
    with st.sidebar:
        sidebar.pick_language(lang)
        written = _written(lang)
    _notices(lang)
    _mirror(lang)
    page.run()


def _begin() -> None:
    """What the address says, at the first run of a session."""
    if "state" in st.session_state:
        return
    said = st.query_params.to_dict()
    state, wrong = read_address(said, ready())
    st.session_state["state"] = state
    st.session_state["damaged"] = (wrong, state.scenario, state.figures)
    st.session_state["chosen.lang"] = pick(said.get("lang"), st.context.locale)


def _mirror(lang: Language) -> None:
    """Keep the address in step, so that a reload or a shared link shows the same."""
    said = address(st.session_state["state"], lang.code)
    if st.query_params.to_dict() != said:
        st.query_params.from_dict(said)


def _show(draw: Callable[[View], None], written: Scenario | None, lang: Language) -> None:
    """A page; what cannot be computed is said in its place."""
    if written is None:
        st.title("Linewise")
        st.info(lang("There is no ready scenario here. Bring your own: the sidebar takes a file."))
        return
    state: State = st.session_state["state"]
    palette = DARK if st.context.theme.type == "dark" else LIGHT
    try:
        draw(View(lang, palette, state, _with_figures(written, state)))
    except (InvalidInput, ValidationError) as error:
        st.error(lang("This cannot be computed: {reason}", reason=_reason(error)))
        st.caption(lang("Change the figures on the left, or go back to the example."))


def _written(lang: Language) -> Scenario | None:
    """The scenario as its file has it, with the sidebar that belongs to it; None without one."""
    sidebar.pick_scenario(lang)
    state: State = st.session_state["state"]
    if state.scenario in ready():
        scenario = from_file(ready()[state.scenario])
    elif "own" in st.session_state:
        name, text = st.session_state["own"]
        scenario = from_text(text, name)
    else:
        return None
    sidebar.option_choice(scenario, lang)
    sidebar.load_figures(scenario, lang)
    if state.scenario != OWN:
        st.caption(lang("The figures are an example. Put your own in their place."))
    return scenario


def _with_figures(scenario: Scenario, state: State) -> Scenario:
    own = state.figures
    answered = own.get("answered")
    return variant(
        scenario,
        volume=own.get("volume"),
        handle_time=own.get("aht"),
        answered=None if answered is None else answered / 100,
        awt=own.get("within"),
    )


def _notices(lang: Language) -> None:
    """A damaged link, a file that could not be read."""
    state: State = st.session_state["state"]
    wrong, *opened = st.session_state["damaged"]
    if wrong and opened == [state.scenario, state.figures]:
        parts = ", ".join(f"`{part}`" for part in wrong)
        st.warning(lang("This link is damaged: {parts} was left out.", parts=parts))
    if "problems" in st.session_state:
        name, lines = st.session_state["problems"]
        listed = "\n".join(f"- `{line}`" for line in lines[:20])
        kept = lang("Nothing was changed: your calculation is as it was.")
        st.error(lang("The file “{name}” cannot be used.", name=name) + f"\n\n{listed}\n\n{kept}")


def _reason(error: Exception) -> str:
    if isinstance(error, ValidationError):
        return "; ".join(str(line["msg"]) for line in error.errors())
    return str(error)
