"""What every page is handed, and the parts that pages share."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from html import escape
from typing import Any

import streamlit as st

from sim.report.language import Language
from sim.report.palette import Palette
from sim.report.tables import Table
from sim.scenario import Scenario
from sim.ui.state import State

__all__ = [
    "Tile",
    "View",
    "begun",
    "chart",
    "choose",
    "choose_several",
    "decide",
    "hold",
    "legend",
    "plain",
    "quoted",
    "table",
    "tile_row",
    "upload",
]

#: Label, number and note.
Tile = tuple[str, str, str | None]


@dataclass(frozen=True, slots=True)
class View:
    """How and what to show.

    Parameters
    ----------
    lang
        The reader's language.
    palette
        Colours of the theme.
    state
        What the reader has chosen.
    scenario
        The scenario with the reader's own figures in it.
    """

    lang: Language
    palette: Palette
    state: State
    scenario: Scenario


def choose(
    widget: Callable[..., Any],
    label: str,
    names: Mapping[str, str],
    key: str,
    lang: Language,
    **more: Any,
) -> str:
    """A choice among names that survives a change of language and of page.

    The browser keeps the *label* of a choice, so after a change of language the plain widget
    falls back to its first label. Here the truth is the identifier in the session, and each
    language has a widget of its own.

    Parameters
    ----------
    widget
        ``st.selectbox``, ``st.radio`` or ``st.segmented_control``.
    label
        What is asked.
    names
        Labels by identifier.
    key
        Where the session keeps the choice.
    lang
        The reader's language.
    more
        Handed to the widget.
    """
    kept = f"chosen.{key}"
    current = str(st.session_state.get(kept))
    if current not in names:
        current = st.session_state[kept] = next(iter(names))

    def keep(fresh: str) -> None:
        st.session_state[kept] = fresh

    decide(widget, label, names, kept, lang, current=current, then=keep, **more)
    return current


def decide(
    widget: Callable[..., Any],
    label: str,
    names: Mapping[str, str],
    key: str,
    lang: Language,
    *,
    current: str,
    then: Callable[[str], object],
    **more: Any,
) -> None:
    """A choice whose truth is kept elsewhere, so that undo of a scenario moves it too.

    Parameters
    ----------
    widget, label, names, lang
        As `choose` takes them.
    key
        Names the widget.
    current
        What is chosen now.
    then
        Called with what is chosen.
    more
        Handed to the widget.
    """
    # The widget's own key also carries the identifiers, so that it never holds one that is gone.
    own = f"{key}.{lang.code}.{'|'.join(names)}"
    hold(own, current)

    def keep() -> None:
        # A segmented control can be emptied by a second click: that keeps the choice.
        fresh = st.session_state[own]
        if fresh is not None:
            then(fresh)

    widget(
        label,
        list(names),
        format_func=lambda name: names.get(name, str(name)),
        key=own,
        on_change=keep,
        **(begun(widget, list(names), current) if current in names else {}),
        **more,
    )


def hold(key: str, current: object) -> None:
    """Make a widget that is there already show what is meant.

    A new one begins with its own default instead (`begun`): what the session hands to a widget is
    lost on the way when the page is drawn again at once, and the browser answers with the default.

    Parameters
    ----------
    key
        Name of the widget.
    current
        What it is to show.
    """
    if key in st.session_state and st.session_state[key] != current:
        st.session_state[key] = current


def begun(widget: Callable[..., Any], names: list[str], current: object) -> dict[str, Any]:
    """How a new widget is told what is chosen.

    Parameters
    ----------
    widget
        As `choose` takes it.
    names
        Identifiers in their order.
    current
        What is chosen.
    """
    if widget in (st.selectbox, st.radio):
        return {"index": names.index(str(current))}
    return {"default": current}


def choose_several(
    widget: Callable[..., Any],
    label: str,
    names: Mapping[str, str],
    key: str,
    lang: Language,
    **more: Any,
) -> list[str]:
    """Several choices among names, as `choose` makes one; all of them until some are chosen.

    Parameters
    ----------
    widget
        ``st.multiselect`` or, with ``selection_mode="multi"``, ``st.pills``.
    label, names, key, lang, more
        As `choose` takes them.
    """
    kept = f"chosen.{key}"
    current = [name for name in st.session_state.get(kept, names) if name in names] or list(names)
    own = f"{kept}.{lang.code}.{'|'.join(names)}"
    hold(own, current)

    def keep() -> None:
        st.session_state[kept] = [name for name in names if name in st.session_state[own]]

    widget(
        label,
        list(names),
        format_func=lambda name: names.get(name, str(name)),
        key=own,
        on_change=keep,
        **begun(widget, list(names), current),
        **more,
    )
    return [name for name in names if name in current]


def chart(
    spec: Mapping[str, Any], alt: str, key: str | None = None, *, clicks: bool = False
) -> Any:
    """Draw a chart in its own colours.

    Parameters
    ----------
    spec
        Vega-Lite.
    alt
        What it shows, for those who do not see it.
    key
        Name of the widget, where clicks matter.
    clicks
        Whether a click runs the page again.
    """
    return st.vega_lite_chart(
        dict(spec), theme=None, alt=alt, key=key, on_select="rerun" if clicks else "ignore"
    )


def upload(label: str, most: int, lang: Language, **more: Any) -> None:
    """A place for files; how large one may be stands in its label, in the reader's language.

    Parameters
    ----------
    label
        What is asked for.
    most
        How large a file may be [MB].
    lang
        The reader's language.
    more
        Handed to the widget.
    """
    said = lang("{label}, up to {n} MB", label=label, n=lang.number(most))
    st.file_uploader(said, max_upload_size=most, **more)


def legend(items: Sequence[tuple[str, str]], palette: Palette) -> None:
    """Colours with their names; wraps on a narrow screen, as a chart's own legend does not.

    Parameters
    ----------
    items
        Colour and name.
    palette
        Colours of the theme.
    """
    marks = "".join(
        f'<span style="white-space:nowrap"><span style="display:inline-block;width:.8rem;'
        f"height:.8rem;border-radius:.15rem;background:{colour};margin-right:.4rem;"
        f'vertical-align:-.08rem"></span>{escape(name)}</span>'
        for colour, name in items
    )
    st.html(
        f'<div style="display:flex;flex-wrap:wrap;gap:.2rem 1.1rem;font-size:.86rem;'
        f'color:{palette.muted}">{marks}</div>'
    )


def table(shown: Table) -> None:
    """Draw a table of text whose lines wrap; one that is too wide for a phone scrolls by itself.

    Streamlit's own reads every cell as Markdown, in the browser: a page of tables takes it half a
    second.

    Parameters
    ----------
    shown
        The table; its title stands elsewhere on the page.
    """
    head = "".join(f'<th scope="col">{escape(name)}</th>' for name in shown.head)
    rows = "".join(
        "<tr>" + "".join(f"<td>{escape(cell)}</td>" for cell in row) + "</tr>" for row in shown.rows
    )
    st.html(
        f'<div class="linewise-table" role="group" tabindex="0" aria-label="{escape(shown.title)}">'
        f"<table><thead><tr>{head}</tr></thead><tbody>{rows}</tbody></table></div>"
    )


def plain(text: str) -> str:
    r"""Text without the signs that would be read as marks, formulas, colours or icons.

    Examples
    --------
    >>> print(plain(":red[Night] from 22:00, _$20_"))
    \:red\[Night\] from 22:00, \_\$20\_
    """
    return re.sub(r"([\\*_$`~\[\]]|:(?=[A-Za-z]))", r"\\\1", text)


def quoted(text: str) -> str:
    """Words of a file or of an error, set apart: nothing in them is read as a mark."""
    return f"`{' '.join(text.replace('`', chr(39)).split())}`"


def tile_row(tiles: Sequence[Tile]) -> None:
    """Numbers side by side, all of one height; two by two on a phone.

    Parameters
    ----------
    tiles
        Label, number and note of each; no note where it is None.
    """
    cards = "".join(
        f'<div class="linewise-tile"><dt>{escape(label)}</dt><dd>{escape(value)}</dd>'
        + (f"<dd><small>{escape(note)}</small></dd>" if note else "")
        + "</div>"
        for label, value, note in tiles
    )
    st.html(f'<dl class="linewise-tiles">{cards}</dl>')
