"""An option changed in place: its key numbers, a copy under another name, one less."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from copy import deepcopy
from dataclasses import dataclass, replace
from typing import Any

import streamlit as st

from sim.errors import InvalidInput, ScenarioError
from sim.report.inputs import input_title
from sim.report.language import Language
from sim.report.refusals import found_in
from sim.report.sentences import group_title, option_title
from sim.scenario import Scenario
from sim.scenario.edited import Edit, edited
from sim.scenario.inputs import Input, find_input
from sim.ui.deciding import free_name
from sim.ui.refusals import reasons
from sim.ui.session import change, state
from sim.ui.state import State
from sim.ui.view import View, choose, hold
from sim.ui.work import scenario_of, tree_of

__all__ = ["Field", "attempt", "edit_option", "fields_of", "refusal"]

#: Key numbers of an option and of each of its groups, as far as it has them.
_OF_OPTION = ("fcr",)
_OF_GROUP = (
    "payroll.agents.pay.hourly_rate",
    "payroll.agents.shrinkage_in_shift",
    "payroll.hiring.attrition_annual",
    "contract.minutes.tiers[0].price",
    "contract.price_per_agent_hour.rate",
    "contract.price_per_session",
    "contract.price_per_resolution",
    "contract.fixed_fee",
    "handle_time",
    "fcr",
)
#: Units in which a number is written as it is, and what stands behind it in a file.
_PLAIN = {"money": "", "money/h": "/h", "money/min": "/min", "money/month": " per month"}
_MOST_OPTIONS = 6


@dataclass(frozen=True, slots=True)
class Field:
    """A number of an option that can be changed in place.

    Parameters
    ----------
    input
        Where it stands and what it is.
    label
        What it is called.
    shown
        What it is now, as the reader types it: per cent for shares and factors.
    """

    input: Input
    label: str
    shown: float

    def edits(self, value: float, tree: Mapping[str, Any], currency: str) -> list[Edit]:
        """The place written anew."""
        unit = self.input.unit
        text = f"{value:.10g}"
        if unit in _PLAIN:
            text = f"{text} {currency}{_PLAIN[unit]}"
        else:
            text += "%"
        place = self.input.leaves[0].place
        if place[-3:] == ("tiers", 0, "price") and not _stands(tree, place):
            # The list is that of a preset, and is replaced as a whole.
            return [Edit(place[:-2], [{"price": text}])]
        return [Edit(place, text)]


def _stands(tree: Mapping[str, Any], place: Sequence[str | int]) -> bool:
    """Whether the file itself has a place."""
    node: Any = tree
    for step in place:
        try:
            node = node[step]
        except (KeyError, IndexError, TypeError):
            return False
    return True


def fields_of(scenario: Scenario, name: str, lang: Language) -> list[Field]:
    """The key numbers that an option has.

    Parameters
    ----------
    scenario
        The operation.
    name
        The option.
    lang
        The reader's language.
    """
    option = scenario.options[name]
    found = []
    for path, owner in _paths(scenario, name, lang):
        asked = _number(scenario, path)
        if asked is None or asked.value is None:
            continue
        share = asked.unit.startswith("share") or asked.unit == "factor"
        if not share and asked.unit not in _PLAIN:
            continue
        title = input_title(scenario, asked, lang).removesuffix(
            f" · {option_title(scenario, name, lang)}"
        )
        unit = "%" if share else _unit(asked.unit, scenario.currency, lang)
        parts = [title, owner] if owner and len(option.groups) > 1 else [title]
        label = f"{' · '.join(parts)}, {unit}"
        found.append(Field(asked, label, round((100 if share else 1) * asked.value, 6)))
    return found


def _unit(unit: str, currency: str, lang: Language) -> str:
    """A unit of money in short."""
    sign = "".join(lang.vega(currency)["currency"]).strip()
    per = {"h": lang("h"), "min": lang("min"), "month": lang("month")}
    _, slash, part = unit.partition("/")
    return f"{sign}/{per[part]}" if slash else sign


def _paths(scenario: Scenario, name: str, lang: Language) -> Iterator[tuple[str, str]]:
    """Paths of key numbers, and the group that each is of."""
    option = scenario.options[name]
    for path in _OF_OPTION:
        yield f"options.{name}.{path}", ""
    for group, terms in option.groups.items():
        title = group_title(scenario, name, group, lang)
        for path in _OF_GROUP:
            if path.startswith("contract.minutes") and not _one_tier(terms):
                continue
            yield f"options.{name}.groups.{group}.{path}", title
        per_contact = terms.contract.price_per_contact if terms.contract else None
        for channel in per_contact or {}:
            yield f"options.{name}.groups.{group}.contract.price_per_contact.{channel}", title
        for channel, skill in terms.skills.items():
            if skill.share is not None:
                yield f"options.{name}.groups.{group}.skills.{channel}.share", title


def _one_tier(group: Any) -> bool:
    """Whether a vendor's minutes have one price: several are a table, and the file's to change."""
    minutes = group.contract.minutes if group.contract else None
    return minutes is not None and len(minutes.tiers) == 1


def _number(scenario: Scenario, path: str) -> Input | None:
    try:
        return find_input(scenario, path)
    except InvalidInput:
        return None


# --- changes -------------------------------------------------------------------------------------


def attempt(*edits: Edit) -> bool:
    """Make a change that the scenario takes; else keep what was, and say why.

    Parameters
    ----------
    edits
        Places written anew.

    Returns
    -------
        Whether it was made.
    """
    return _made(state().writing(*edits))


def _made(fresh: State) -> bool:
    try:
        scenario_of(fresh)
    except (InvalidInput, ScenarioError) as error:
        st.session_state["refused"] = found_in(error)
        return False
    st.session_state.pop("refused", None)
    change(fresh)
    return True


def refusal(lang: Language) -> None:
    """Say why the last change was not made, once."""
    found = st.session_state.pop("refused", None)
    if found is not None:
        st.error(lang("This change was not made: {reason}", reason=reasons(found, lang)))


def edit_option(view: View, shown: Sequence[str]) -> None:
    """Draw the key numbers of an option, and what makes one more or one less.

    Parameters
    ----------
    view
        How to show it.
    shown
        Options that the reader looks at.
    """
    lang, scenario = view.lang, view.scenario
    if "options" not in _tree():
        return
    with st.container(border=True):
        st.subheader(lang("Change an option"), anchor=False)
        names = {name: option_title(scenario, name, lang) for name in shown}
        key = f"edit.{view.state.scenario}"
        name = choose(st.segmented_control, lang("Option to change"), names, key, lang)
        fields = fields_of(scenario, name, lang)
        columns = st.columns(3)
        for number, one in enumerate(fields):
            with columns[number % 3]:
                _input(view, one)
        if not fields:
            st.markdown(lang("This option has no prices or shares that could be changed here."))
        st.caption(
            lang(
                "A change holds on every page and can be taken back on the left. Everything else "
                "is in the scenario file."
            )
        )
        _more_or_less(view, name)


def _tree() -> Mapping[str, Any]:
    """What the file says now: a change made since the page was drawn stands in it too."""
    return edited(tree_of(state()), state().edits)


def _input(view: View, one: Field) -> None:
    """One number; the scenario holds the truth, the widget only writes it anew."""
    key = f"field.{view.state.scenario}.{one.input.path}.{view.lang.code}"
    hold(key, one.shown)

    def keep() -> None:
        value = st.session_state[key]
        if value is not None:
            attempt(*one.edits(value, _tree(), view.scenario.currency))

    step = 1.0 if one.shown >= 10 else 0.1
    st.number_input(one.label, 0.0, None, one.shown, step, "%g", key, on_change=keep)


def _more_or_less(view: View, name: str) -> None:
    """A copy under a name of its own, and one option less."""
    lang, scenario = view.lang, view.scenario
    title = option_title(scenario, name, lang)
    left, middle, right = st.columns([2, 1, 1], vertical_alignment="bottom")
    key = f"copy.{view.state.scenario}.{name}"
    with left:
        st.text_input(
            lang("Name of the copy"),
            key=key,
            max_chars=60,
            placeholder=lang("{option}, changed", option=title),
        )
    full = len(scenario.options) >= _MOST_OPTIONS
    with middle:
        st.button(
            lang("Duplicate"),
            key=f"{key}.do",
            icon=":material/content_copy:",
            on_click=_copy,
            args=(view, name, key),
            disabled=full,
            width="stretch",
            help=lang("At most six options stand side by side.") if full else None,
        )
    with right:
        st.button(
            lang("Remove"),
            key=f"{key}.remove",
            icon=":material/delete:",
            on_click=_remove,
            args=(name,),
            disabled=name == scenario.baseline or len(scenario.options) < 2,
            width="stretch",
            help=lang("Others are compared with it.") if name == scenario.baseline else None,
        )


def _copy(view: View, name: str, key: str) -> None:
    """One more option, the same in all but its name; it is the next to be changed."""
    lang = view.lang
    named = str(st.session_state.get(key) or "").strip()
    title = named or lang("{option}, changed", option=option_title(view.scenario, name, lang))
    options = _tree()["options"]
    if name not in options or len(options) >= _MOST_OPTIONS:
        return  # the page was drawn before the last change
    option = {**deepcopy(options[name]), "title": {"en": title, "ru": title}}
    fresh = free_name(f"{name}_", options)
    if attempt(Edit(("options", fresh), option)):
        st.session_state[f"chosen.edit.{view.state.scenario}"] = fresh
        chosen = st.session_state.get(f"chosen.options.{view.state.scenario}")
        if chosen is not None:
            chosen.append(fresh)


def _remove(name: str) -> None:
    """One option less, with what else the file says of it."""
    tree, now = _tree(), state()
    gone = [("options", name)]
    gone += [(part, name) for part in ("claims", "expect") if name in (tree.get(part) or {})]
    sources = tree.get("sources") or {}
    gone += [("sources", path) for path in sources if path.startswith(f"options.{name}.")]
    if now.option == name:
        now = replace(now, option=None)
    _made(now.writing(*(Edit(place, None) for place in gone)))
