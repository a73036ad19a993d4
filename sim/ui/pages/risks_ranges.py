"""Ranges of the inputs: what may be otherwise, and a form that writes it into the scenario."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
import streamlit as st

from sim.decide.followed import follow
from sim.errors import InvalidInput
from sim.report.inputs import input_title, input_value
from sim.report.language import Language
from sim.report.risk import range_table
from sim.scenario import Scenario
from sim.scenario.edited import Edit
from sim.scenario.inputs import WIDE, Input, find_input
from sim.scenario.ranges import Uncertain
from sim.ui.pages.risks_parts import refusal, tried, written
from sim.ui.view import View, choose, decide, table

__all__ = ["named_inputs", "ranges"]

# Where nothing is known of an input yet: a fifth less to a fifth more.
_USUAL = (0.8, 1.0, 1.2)
# Where the normal law has the ends of the triangle of its own standard deviation.
_AS_WIDE = (0.00715, 0.99285)


def ranges(view: View, inputs: Sequence[Uncertain], options: Sequence[str]) -> None:
    """What is not known, and a form to change it.

    Parameters
    ----------
    view
        Language and scenario.
    inputs
        What is not known now.
    options
        Those to choose from.
    """
    lang, scenario = view.lang, view.scenario
    own = [one for one in inputs if one.source == "file"]
    preset = [one for one in inputs if one.source != "file"]
    with st.container(border=True):
        st.header(lang("What is not known for sure"), anchor=False)
        if own:
            table(range_table(scenario, own, lang))
        elif preset:
            st.markdown(
                lang(
                    "All ranges are those of presets. Your own figures have none yet: say below "
                    "how far they may lie."
                )
            )
        _presets(view)
        if preset:
            label = lang.n("{n} range of presets", "{n} ranges of presets", len(preset))
            with st.expander(label, icon=":material/list:"):
                table(range_table(scenario, preset, lang))
        _form(view, inputs, options)


def _presets(view: View) -> None:
    """Whether ranges of presets count."""
    lang, asked = view.lang, view.scenario.risk
    decide(
        st.segmented_control,
        lang("Ranges of presets"),
        {"yes": lang("count too"), "no": lang("left out")},
        "risks.presets",
        lang,
        current="yes" if asked is None or asked.presets else "no",
        then=lambda said: tried("ranges", Edit(("risk", "presets"), said == "yes")),
    )


def named_inputs(scenario: Scenario, lang: Language, amount: str | None = None) -> dict[str, str]:
    """Numbers that one usually asks about, by path, with their titles.

    Parameters
    ----------
    scenario
        The operation.
    lang
        The reader's language.
    amount
        What must move with them; anything when None.
    """
    paths = [*WIDE]
    if len(scenario.channels) > 1:
        paths += [f"channels.{name}.volume" for name in scenario.channels]
        paths += [f"channels.{name}.handle_time" for name in scenario.channels]
    paths += [f"options.{name}.fcr" for name in scenario.options]
    paths += ["consequences.clv", "horizon.growth", "horizon.discount"]
    found = {}
    for path in paths:
        try:
            found[path] = input_title(scenario, follow(scenario, path, amount), lang)
        except InvalidInput:
            continue
    return found


def _form(view: View, inputs: Sequence[Uncertain], options: Sequence[str]) -> None:
    """Low, most likely and high of one input."""
    lang, scenario = view.lang, view.scenario
    known = {one.name: one for one in inputs}
    names = named_inputs(scenario, lang)
    titles = {one.name: input_title(scenario, one.input, lang) for one in inputs}
    titles |= {path: title for path, title in names.items() if not _has(inputs, path)}
    order = [n for n, one in known.items() if one.source == "file"]
    order += [n for n in titles if n not in known] + [n for n in titles if n not in order]
    shown = {name: titles[name] for name in dict.fromkeys(order)}
    if not shown:
        return
    with st.expander(lang("Set a range"), icon=":material/edit:", expanded=not inputs):
        key = f"risks.range.{view.state.scenario}"
        name = choose(st.selectbox, lang("Input"), shown, key, lang)
        one = known.get(name)
        asked = find_input(scenario, one.input.path if one else name)
        _fields(view, name, asked, one)
        refusal("ranges", lang)


def _has(inputs: Sequence[Uncertain], path: str) -> bool:
    return any(path in (one.name, one.input.path) for one in inputs)


def _fields(view: View, name: str, asked: Input, one: Uncertain | None) -> None:
    """Three numbers and two buttons."""
    lang, scenario = view.lang, view.scenario
    factor = asked.value is None or bool(one and one.factor)
    numbers = _numbers(asked, one, factor)
    scale, unit = _unit(asked, factor, scenario, lang)
    now = 1.0 if factor else asked.value or 0.0
    st.caption(
        lang(
            "Now {now}. Numbers here: {unit}.",
            now=input_value(scenario, asked, now, lang, factor=factor),
            unit=unit,
        )
    )
    mark = "|".join(f"{number:.6g}" for number in numbers)
    keys = [f"risks.range.{end}.{name}.{mark}" for end in ("low", "likely", "high")]
    with st.form(f"risks.range.{name}", border=False):
        labels = (lang("Low"), lang("Most likely"), lang("High"))
        for column, label, number, key in zip(st.columns(3), labels, numbers, keys, strict=True):
            with column:
                st.number_input(label, value=float(f"{number * scale:.6g}"), format="%g", key=key)
        left, right = st.columns(2)
        with left:
            st.form_submit_button(
                lang("Set the range"),
                on_click=_set,
                args=(asked.path, keys, scale, factor),
                type="primary",
                width="stretch",
            )
        with right:
            st.form_submit_button(
                lang("Take the range away"),
                on_click=_drop,
                args=(asked.path,),
                disabled=one is None or one.source != "file",
                width="stretch",
            )


def _numbers(asked: Input, one: Uncertain | None, factor: bool) -> tuple[float, float, float]:
    """Low, most likely and high as they are, in the unit in which they will be written."""
    now = asked.value
    if one is None:
        size = 1.0 if factor or now is None else now
        low, middle, high = (size * part for part in _USUAL)
        if asked.unit == "share" and not factor:
            low, middle, high = (min(1.0, end) for end in (low, middle, high))
        return low, middle, high
    # The triangle in the place of a law without ends is as wide as it: the same deviation.
    low, high = one.ends if one.is_bounded else one.at(np.array(_AS_WIDE)).tolist()
    middle = one.numbers[1] if one.law == "triangular" else min(max(one.now, low), high)
    if factor and not one.factor:  # several numbers differ by option: only a factor suits all
        base = one.now or 1.0
        return low / base, middle / base, high / base
    return low, middle, high


def _unit(asked: Input, factor: bool, scenario: Scenario, lang: Language) -> tuple[float, str]:
    """By how much numbers are shown larger than they are kept, and what they are counted in."""
    if factor:
        return 100.0, lang("per cent of what it is now")
    if asked.unit == "share":
        return 100.0, lang("per cent")
    if asked.unit == "s":
        return 1.0, lang("seconds")
    if asked.unit == "contacts/week":
        return 1.0, lang("contacts a week")
    if asked.unit.startswith("money"):
        return 1.0, scenario.currency
    return 1.0, lang("as above")


def _set(path: str, keys: Sequence[str], scale: float, factor: bool) -> None:
    """Write a range into the scenario, in place of the one that this input had."""
    shown = [st.session_state[key] for key in keys]
    numbers = [float(f"{(number or 0.0) / scale:.12g}") for number in shown]
    fresh: dict[str, Any] = {"input": path, "triangular": numbers}
    fresh["as"] = "factor" if factor else "value"
    kept = list(written("risk", "ranges") or [])
    for number, one in enumerate(kept):
        if one.get("input") == path:
            # Correlations call it by its name.
            kept[number] = ({"name": one["name"]} if "name" in one else {}) | fresh
            break
    else:
        kept.append(fresh)
    tried("ranges", Edit(("risk", "ranges"), kept))


def _drop(path: str) -> None:
    kept = [one for one in written("risk", "ranges") or [] if one.get("input") != path]
    tried("ranges", Edit(("risk", "ranges"), kept))
