"""Who is there to be planned, and under which labour rules."""

from __future__ import annotations

import tempfile
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import streamlit as st

from sim.errors import InvalidInput, ScenarioError
from sim.plan.rules import KINDS, Rules
from sim.plan.teams import rules_of
from sim.report.labour import rule_text
from sim.report.labour_tables import rules_table, rules_title
from sim.report.language import N_, Language
from sim.report.refusals import refusal_text
from sim.report.sheets import sheet_text
from sim.scenario.edited import Edit
from sim.scenario.team import MOST_PEOPLE, Member, Team, read_people
from sim.ui.pages.shifts_edits import Desk, problem_words, put_in, put_number, say_refused, write
from sim.ui.pages.shifts_needs import needs_of
from sim.ui.pages.shifts_proposal import people_for, rules_for
from sim.ui.view import decide, plain, quoted, table, upload

__all__ = ["team"]

#: Rules that planners change most, with the least, the most and the step of their number.
_OFTEN: Mapping[str, tuple[str, float, float, float]] = {
    "daily_rest": (N_("Rest between duties, h"), 0, 48, 1),
    "weekly_rest": (N_("Rest of the week, h"), 0, 96, 1),
    "days_running": (N_("Days running, at most"), 1, 14, 1),
    "nights_running": (N_("Nights running, at most"), 1, 14, 1),
    "days_off_after_nights": (N_("Days off after nights"), 0, 7, 1),
    "weekends_off": (N_("Whole weekends off in 4, at least"), 0, 4, 1),
}
_ACCOUNTING = {
    "week": N_("one week"),
    "month": N_("one month"),
    "quarter": N_("one quarter"),
    "year": N_("one year"),
}


def team(desk: Desk) -> bool:
    """Draw the team and its rules.

    Parameters
    ----------
    desk
        Whose team.

    Returns
    -------
        Whether there is anybody to be planned.
    """
    lang = desk.view.lang
    with st.container(border=True):
        st.subheader(lang("People and labour rules"), anchor=False)
        say_refused(desk.view)
        found = desk.staff.team
        if found is None:
            _proposal(desk)
            return False
        left, right = st.columns(2)
        with left:
            _people(desk, found)
        with right:
            _base(desk, found)
        rules = _rules(desk, found)
        if rules is not None:
            _often(desk, found, rules)
            with st.expander(
                lang("All rules, and where they are written"), icon=":material/gavel:"
            ):
                if len(rules):
                    table(rules_table(rules, lang))
                else:
                    st.markdown(lang("No rule binds the roster."))
                st.caption(lang("For planning, not legal advice: each says how sure it is."))
        with st.expander(lang("People by name"), icon=":material/badge:"):
            _by_name(desk, found)
        return rules is not None


def _proposal(desk: Desk) -> None:
    """Nobody is named: so many people as the plan takes, under the rules of the country."""
    lang = desk.view.lang
    needs = needs_of(desk)
    people = 1 if needs is None else people_for(needs, needs.wordings[0].hours_week)
    rules = rules_for(desk.scenario.calendar.country)
    st.markdown(lang("The scenario does not say who is there to work these shifts."))
    law = rules_title(rules, lang)
    label = lang.n(
        "Plan {n} person, rules: {rules}", "Plan {n} people, rules: {rules}", people, rules=law
    )
    said = {"people": people, "rules": rules}
    st.button(
        label,
        key=f"shifts.team.{desk.key}",
        type="primary",
        on_click=put_in,
        args=[Edit((*desk.place, "team"), said)],
    )
    st.caption(
        lang("As many as the hours needed take by the terms of pay: leave and sickness included.")
    )


def _said(desk: Desk) -> dict[str, Any]:
    """What the file says of the team, its rules as a mapping."""
    said = dict(desk.written("team") or {})
    rules = said.get("rules", {})
    said["rules"] = {"base": rules} if isinstance(rules, str) else {"base": "none", **rules}
    return said


def _write(desk: Desk, **parts: Any) -> None:
    """Write the team with some parts anew; None takes a part away."""
    said = _said(desk) | parts
    write(Edit((*desk.place, "team"), {k: v for k, v in said.items() if v is not None}))


def _people(desk: Desk, found: Team) -> None:
    """How many; where each has a name, that is said."""
    lang = desk.view.lang
    written = desk.written("team", "people")

    def put(value: float | None) -> None:
        if value is not None:
            _write(desk, people=int(value))

    put_number(
        lang("People"),
        float(len(found.people)),
        (1, MOST_PEOPLE, 1),
        f"shifts.people.{desk.key}",
        put,
        help=lang("Each by name where a file names them; another number makes them all alike."),
    )
    if not isinstance(written, int):
        st.caption(lang("They are named one by one, below."))


def _base(desk: Desk, found: Team) -> None:
    """Which law, and over which time hours are held to the norm."""
    lang = desk.view.lang
    base = str(found.rules.get("base", "none"))
    names = {name: rules_title(name, lang) for name in ("RU", "EU", "none")}

    def law(value: str) -> None:
        kept = {k: v for k, v in _said(desk)["rules"].items() if v is not None}
        other = None if value != "RU" else _said(desk).get("accounting")
        _write(desk, rules={**kept, "base": value}, accounting=other)

    label = lang("Labour rules")
    decide(st.selectbox, label, names, f"edit.rules.{desk.key}", lang, current=base, then=law)
    if base == "RU":
        times = {name: lang(words) for name, words in _ACCOUNTING.items()}
        decide(
            st.segmented_control,
            lang("Hours are held to the norm over"),
            times,
            f"edit.accounting.{desk.key}",
            lang,
            current=found.accounting,
            then=lambda value: _write(desk, accounting=value),
        )


def _rules(desk: Desk, found: Team) -> Rules | None:
    """The rules; None where they make no sense, which is said."""
    try:
        return rules_of(found, desk.period)
    except InvalidInput as error:
        st.error(plain(refusal_text(error, desk.view.lang)))
        return None


def _often(desk: Desk, found: Team, rules: Rules) -> None:
    """Numbers that planners change most, each the law's until it is changed."""
    lang = desk.view.lang
    own = {name for name in found.rules if name not in ("base", "accounting")}
    names = [name for name in _OFTEN if name not in rules or rules.get(name) is not None]
    for start in range(0, len(names), 3):
        for place, name in zip(st.columns(3), names[start : start + 3], strict=False):
            words, *bounds = _OFTEN[name]
            with place:
                put_number(
                    lang(words),
                    _first(rules, name),
                    bounds,
                    f"rule.{name}.{desk.key}",
                    lambda value, name=name: _put_rule(desk, name, value),  # type: ignore[misc]
                )
    changed = [rule_text(rule, lang) for rule in rules if rule.id in own]
    if changed:
        st.caption(lang("Your own: {rules}.", rules=plain("; ".join(changed))))
        st.button(
            lang("Back to the law as it is"),
            key=f"rules.back.{desk.key}",
            on_click=lambda: _write(desk, rules={"base": found.rules.get("base", "none")}),
        )


def _first(rules: Rules, name: str) -> float | None:
    value = rules.number(name) if name in rules else None
    return None if value is None else float(value)


def _put_rule(desk: Desk, name: str, value: float | None) -> None:
    """Another number of a rule; none drops it."""
    said = dict(_said(desk)["rules"])
    if value is not None:
        first = next(iter(KINDS[name].parameters))
        before = said.get(name)
        whole = int(value) if float(value).is_integer() else value
        said[name] = {**before, first: whole} if isinstance(before, Mapping) else whole
    else:
        said.pop(name, None)
        base = rules_of(Team.model_validate({"people": 1, "rules": said}), desk.period)
        if name in base:
            said[name] = None
    _write(desk, rules=said)


# --- people by name ----------------------------------------------------------------------------


def _by_name(desk: Desk, found: Team) -> None:
    """Who they are, from a spreadsheet."""
    lang = desk.view.lang
    rows = [_plain(member) for member in found.people]
    st.dataframe(
        {
            lang("Name"): [row["name"] for row in rows],
            lang("Share of full time"): [lang.percent(member.share) for member in found.people],
            lang("Vacation"): [row["vacation"] for row in rows],
            lang("Wishes"): [row["wishes"] for row in rows],
        },
        hide_index=True,
        height=min(38 + 35 * len(rows), 260),
    )
    st.download_button(
        lang("These people as a table (CSV)"),
        sheet_text(rows, lang.code).encode(),
        f"{desk.scenario.name}-people.csv",
        "text/csv",
        key=f"people.csv.{desk.key}",
        on_click="ignore",
        icon=":material/download:",
    )
    upload(
        lang("People from a spreadsheet (CSV)"),
        5,
        lang,
        type=["csv"],
        key=f"people.upload.{desk.key}",
        on_change=_take,
        args=(desk, lang),
        help=lang("The same columns as in the table above; what one has several of is parted by |"),
    )
    wrong = st.session_state.get(f"people.wrong.{desk.key}")
    if wrong:
        listed = "\n".join(f"- {quoted(line)}" for line in wrong[:10])
        st.error(lang("Nothing was taken over.") + f"\n\n{listed}")


def _plain(member: Member) -> dict[str, str]:
    """A person as a row of a spreadsheet, as `sim.scenario.team.read_people` reads it."""

    def spans(days: Any) -> str:
        return "|".join(
            f"{one.first}" if one.first == one.last else f"{one.first}..{one.last}" for one in days
        )

    wishes = [
        f"{wish.kind} {spans([wish.days])}"
        + (f" {wish.shift}" if wish.shift else "")
        + (f": {wish.weight:g}" if wish.weight != 1 else "")
        for wish in member.wishes
    ]
    return {
        "name": member.name,
        "share": f"{100 * member.share:g}%",
        "norm": "" if member.norm is None else f"{member.norm:g}h",
        "most": "" if member.most is None else f"{member.most:g}h",
        "skills": "|".join(member.skills),
        "flags": "|".join(member.flags),
        "vacation": spans(member.vacation),
        "sick": spans(member.sick),
        "unavailable": spans(member.unavailable),
        "wishes": "|".join(wishes),
    }


def _take(desk: Desk, lang: Language) -> None:
    """Read an upload; a broken one leaves the team as it is."""
    place = f"people.wrong.{desk.key}"
    st.session_state.pop(place, None)
    file = st.session_state[f"people.upload.{desk.key}"]
    if file is None:
        return
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "people.csv"
        path.write_bytes(file.getvalue())
        try:
            members = read_people(path)
        except ScenarioError as error:
            st.session_state[place] = [
                f"{file.name}: {problem_words(one, lang)}" for one in error.problems
            ]
            return
    _write(desk, people=[_entry(member) for member in members])


def _entry(member: Member) -> dict[str, Any]:
    """A person as the scenario file has one."""
    row = _plain(member)
    lists = {"skills", "flags", "vacation", "sick", "unavailable", "wishes"}
    return {key: value.split("|") if key in lists else value for key, value in row.items() if value}
