"""A month's money option by option, and how sure the differences are: for several pages."""

from __future__ import annotations

from collections.abc import Sequence

import streamlit as st

from sim.decide import Comparison
from sim.report.drawn import difference_rows, group_legend, money_rows, side_legend
from sim.report.sentences import option_title
from sim.ui.drawings import difference_lines, money_bars
from sim.ui.view import View, legend, plain

__all__ = ["bars", "differences"]


def bars(view: View, found: Comparison, names: Sequence[str] = ()) -> None:
    """Where the money of a month goes: one bar for each option.

    Parameters
    ----------
    view, found
        How to show it, and the options.
    names
        Options to show; all when empty.
    """
    lang, palette = view.lang, view.palette
    rows = money_rows(found, lang, names)
    legend(group_legend(rows, lang, palette), palette)
    st.html(money_bars(rows))
    if not all(row.equal for row in rows):
        st.caption(lang("Pale: another service, so its cost is no saving."))


def differences(view: View, found: Comparison, names: Sequence[str] = ()) -> None:
    """How sure the differences to the baseline are.

    Parameters
    ----------
    view, found
        How to show it, and the options.
    names
        Options to show; all when empty.
    """
    lang, palette = view.lang, view.palette
    base = option_title(view.scenario, found.baseline.name, lang)
    rows = difference_rows(found, lang, names)
    if not rows:
        st.markdown(lang("There is no other option with prices."))
        return
    legend(side_legend(lang, palette), palette)
    st.html(difference_lines(rows))
    st.caption(
        lang(
            "A month, against “{base}”. ± holds the difference in 95 cases of 100: it covers "
            "chance in the simulated weeks, not the prices themselves.",
            base=plain(base),
        )
    )
