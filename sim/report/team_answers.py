"""Answers about one team: lines, chat, calls with other work beside them, redials, service laws."""

from __future__ import annotations

import math
from typing import Any

from sim import erlang
from sim.report.answer import Answer, finite
from sim.report.closed_forms import (
    Measured,
    fitted,
    flat,
    measure_table,
    measures_data,
    method_words,
)
from sim.report.language import N_, Language
from sim.report.table import Table

__all__ = [
    "blend_answer",
    "blocking_of",
    "bursty_answer",
    "chat_answer",
    "lines_answer",
    "power_answer",
    "redials_answer",
    "service_answer",
]

_MOST_THRESHOLDS = 40
"""Rows of a table of thresholds that a reader may be asked to look through."""

_ERLANGS = N_("Lines: {lines}, work: {load} erlangs; {blocking} of calls find every line taken.")
_ONE_ERLANG = N_("Lines: {lines}, work: 1 erlang; {blocking} of calls find every line taken.")


def _data(found: object, *names: str) -> dict[str, Any]:
    """Numbers of a result as plain data."""
    return {name: finite(getattr(found, name)) for name in names}


def _in_time(one: Measured, awt: float, lang: Language) -> str:
    """What share is answered in time."""
    share = lang.percent(one.service_level("offered", awt), 1)
    return lang("{share} answered in {awt}", share=share, awt=lang.duration(awt))


def lines_answer(
    load: float, lines: float, blocking: float, unknown: str, sources: int | None, lang: Language
) -> Answer:
    """Lines, load and blocking, one of which was asked for (Erlang B, Engset)."""
    model = "engset" if sources else "erlang_b"
    named = {
        "lines": lang.plain(lines),
        "load": lang.plain(load, 3),
        "blocking": lang.percent(blocking, 2),
    }
    words = _ONE_ERLANG if named["load"] == lang.plain(1.0, 3) else _ERLANGS
    first = lang(words, **named)
    note = (
        lang("Erlang B: many callers, and whoever finds every line taken is lost.")
        if sources is None
        else lang(
            "Engset: {sources} callers; who talks does not call, and who is turned away goes home.",
            sources=lang.number(sources),
        )
    )
    near = range(max(0, math.floor(lines) - 5), math.floor(lines) + 6)
    shares = [(n, *_loss(load, n, sources)) for n in near]
    table = Table(
        lang("What each number of lines gives"),
        (lang("Lines"), lang("find every line taken"), lang("lines in use, on average"), ""),
        tuple(
            (
                lang.number(n),
                lang.percent(share, 2),
                lang.plain(carried),
                "←" * (n == lines),
            )
            for n, share, carried in shares
        ),
    )
    answer = {"model": model, "load": load, "lines": lines, "blocking": blocking}
    rows = [
        {"model": model, "load": load, "lines": n, "blocking": share, "carried_load": carried}
        for n, share, carried in shares
    ]
    data = {"unknown": unknown, "sources": sources, **answer, "spread": rows}
    return Answer(sentences=(first, note), tables=(fitted(table),), data=data, rows=rows)


def blocking_of(load: float, lines: float, sources: int | None) -> float:
    """Share of calls that find every line taken.

    With few sources the load is that of all of them together if nobody were turned away.
    """
    return _loss(load, lines, sources)[0]


def _loss(load: float, lines: float, sources: int | None) -> tuple[float, float]:
    """Share of calls that find every line taken, and lines in use on average."""
    if sources is None:
        blocking = erlang.erlang_b(lines, load)
        return blocking, load * (1.0 - blocking)
    busy = load / sources
    found = erlang.engset(sources=sources, lines=min(lines, sources), idle_load=busy / (1.0 - busy))
    return float(found.call_congestion) if lines < sources else 0.0, float(found.carried_load)


def chat_answer(found: erlang.ChatMeasures, awt: float, lang: Language) -> Answer:
    """What chats live through, and how agents are loaded."""
    queue = found.queue
    first = lang(
        "{agents} for chat: {service}, {lost} give up.",
        agents=lang.n("{n} agent", "{n} agents", int(queue.agents)),
        service=_in_time(queue, awt, lang),
        lost=lang.percent(queue.abandonment, 1),
    )
    second = lang(
        "An agent holds {chats} chats on average; a chat takes {duration}, slowed down by the "
        "others; {busy} of the time an agent has at least one.",
        chats=lang.plain(found.chats_per_agent),
        duration=lang.duration(found.chat_duration),
        busy=lang.percent(found.agent_busy),
    )
    more = _data(
        found, "chats", "chats_per_agent", "slot_utilisation", "agent_busy", "chat_duration"
    )
    return Answer(
        sentences=(first, second),
        tables=(measure_table({lang("Chat"): queue}, awt, lang),),
        data={**measures_data(queue, awt), **more},
        rows=[{"model": "chat", **flat(queue, awt), **more}],
    )


def blend_answer(team: dict[str, Any], threshold: int, awt: float, lang: Language) -> Answer:
    """Inbound service against outbound work done, threshold by threshold."""
    agents = int(team["agents"])
    first = max(0, threshold - _MOST_THRESHOLDS // 2)
    around = range(first, min(agents, first + _MOST_THRESHOLDS) + 1)
    found = {kept: erlang.blending(**team, threshold=kept) for kept in around}
    now = found[threshold]
    rows = [
        {
            "threshold": kept,
            **flat(one.inbound, awt),
            **_data(one, "outbound_rate", "busy_inbound", "busy_outbound"),
        }
        for kept, one in found.items()
    ]
    sentence = lang(
        "With {threshold} of {agents} kept free for inbound contacts: {service}, and {outbound} "
        "outbound contacts done an hour.",
        threshold=lang.number(threshold),
        agents=lang.n("{n} agent", "{n} agents", agents),
        service=_in_time(now.inbound, awt, lang),
        outbound=lang.plain(3600 * now.outbound_rate, 1),
    )
    table = Table(
        lang("What each number of agents kept free gives"),
        (
            lang("Kept free"),
            lang("in {awt}", awt=lang.duration(awt)),
            lang("ASA"),
            lang("lost"),
            lang("outbound an hour"),
            lang("occupancy"),
            "",
        ),
        tuple(
            (
                lang.number(kept),
                lang.percent(one.inbound.service_level("offered", awt), 1),
                lang.duration(one.inbound.asa),
                lang.percent(one.inbound.abandonment, 1),
                lang.plain(3600 * one.outbound_rate, 1),
                lang.percent(one.occupancy, 1),
                "←" * (kept == threshold),
            )
            for kept, one in found.items()
        ),
    )
    data = {
        "threshold": threshold,
        "inbound": measures_data(now.inbound, awt),
        **_data(now, "outbound_rate", "busy_inbound", "busy_outbound", "occupancy"),
        "thresholds": [{k: _plain(v) for k, v in row.items()} for row in rows],
    }
    return Answer(sentences=(sentence,), tables=(fitted(table),), data=data, rows=rows)


def redials_answer(
    team: dict[str, Any], redial: float, delay: float | None, awt: float, lang: Language
) -> Answer:
    """What redials make of a queue: without them, as a fixed point, and with their delay."""
    x = erlang.erlang_x(**team, redial_probability=redial)
    named = {
        lang("nobody calls again"): erlang.erlang_a(**team),
        lang("all attempts (Erlang X)"): x.attempts,
    }
    endless = lang(
        "Everybody calls again until served, and there is more work than the team can do: the "
        "queue has no steady state."
    )
    sentences = [
        lang(
            "{agents}: {service}, attempts of those who call again counted, mean wait of those "
            "answered {wait}.",
            agents=lang.n("{n} agent", "{n} agents", int(team["agents"])),
            service=_in_time(x.attempts, awt, lang),
            wait=lang.duration(x.attempts.asa),
        ),
        endless
        if math.isinf(x.total_arrival_rate)
        else lang(
            "Every caller dials {attempts} times on average, {lost} give up for good.",
            attempts=lang.plain(x.attempts_per_caller, 3),
            lost=lang.percent(x.lost_callers, 1),
        ),
        lang(
            "The team sees {total} attempts an hour instead of {fresh} callers.",
            total=lang.plain(3600 * x.total_arrival_rate, 1)
            if math.isfinite(x.total_arrival_rate)
            else "∞",
            fresh=lang.plain(3600 * team["arrival_rate"], 1),
        ),
    ]
    keys = ("total_arrival_rate", "redial_rate", "attempts_per_caller", "lost_callers")
    data = {"erlang_x": {**measures_data(x.attempts, awt), **_data(x, *keys)}}
    if delay is not None:
        orbit = erlang.redial_orbit(**team, redial_probability=redial, redial_delay=delay)
        named[lang("first attempts, redials soon")] = orbit.fresh
        named[lang("all attempts, redials soon")] = orbit.attempts
        data["orbit"] = {**measures_data(orbit.attempts, awt), **_data(orbit, *keys, "mean_orbit")}
        data["orbit_fresh"] = measures_data(orbit.fresh, awt)
        if math.isfinite(orbit.attempts_per_caller):
            sentences.append(_delayed_sentence(orbit, delay, lang))
    keyed = dict(
        zip(("erlang_a", "erlang_x", "orbit_fresh", "orbit"), named.values(), strict=False)
    )
    return Answer(
        sentences=tuple(sentences),
        tables=(measure_table(named, awt, lang),),
        data={"erlang_a": measures_data(keyed["erlang_a"], awt), **data},
        rows=[{"model": key, **flat(one, awt)} for key, one in keyed.items()],
    )


def _delayed_sentence(orbit: erlang.OrbitQueue, delay: float, lang: Language) -> str:
    """What redials that come after a while are, exactly."""
    return lang(
        "Exactly, with redials after {delay} on average: {attempts} attempts per caller, "
        "{lost} give up for good.",
        delay=lang.duration(delay),
        attempts=lang.plain(orbit.attempts_per_caller, 3),
        lost=lang.percent(orbit.lost_callers, 1),
    )


def service_answer(
    queue: Measured,
    waits: erlang.MeanWaits[float],
    scv: tuple[float, float],
    chosen: bool,
    awt: float,
    lang: Language,
) -> Answer:
    """A queue with general arrivals or handle times: the result, and the usual formulas.

    Parameters
    ----------
    queue
        The queue.
    waits
        Mean waits by formula.
    scv
        Squared variation of times between contacts and of handle times.
    chosen
        Whether the law between contacts was chosen for their variation.
    awt
        Threshold of the service levels [s].
    lang
        The reader's language.
    """
    words = {
        "allen_cunneen": "Allen–Cunneen",
        "allen_cunneen_klb": "Allen–Cunneen, Kraemer–Langenbach-Belz",
        "sakasegawa": "Sakasegawa",
        "kimura": "Kimura",
        "cosmetatos": "Cosmetatos, M/D/n",
        "erlang_c": "Erlang C",
    }
    first = lang(
        "{agents}: {service}, mean wait of those answered {wait}.",
        agents=lang.n("{n} agent", "{n} agents", int(queue.agents)),
        service=_in_time(queue, awt, lang),
        wait=lang.duration(queue.asa),
    )
    second = (
        lang("This is exact.")
        if queue.method == "exact"
        else lang("This is an approximation: {method}.", method=method_words(queue, lang))
    )
    table = Table(
        lang("Mean wait by the usual formulas, when nobody gives up"),
        (lang("Formula"), lang("mean wait")),
        tuple((name, lang.duration(getattr(waits, key))) for key, name in words.items()),
    )
    formulas = _data(waits, *words, "approximate")
    more = {"scv_arrival": scv[0], "scv_service": scv[1]}
    sentences = (
        (first, second) if scv[0] == 1 else (first, second, _gaps_sentence(scv[0], chosen, lang))
    )
    return Answer(
        sentences=sentences,
        tables=(measure_table({lang("Queue"): queue}, awt, lang), fitted(table)),
        data={**measures_data(queue, awt), **more, "mean_wait_by_formula": formulas},
        rows=[{"model": queue.method, **flat(queue, awt), **more}],
    )


def _gaps_sentence(scv: float, chosen: bool, lang: Language) -> str:
    """Which law arrivals have; one is chosen where only their variability is known."""
    if scv == 0:
        return lang("Contacts come at equal distances.")
    named = {"cv": lang.plain(math.sqrt(scv), 2)}
    if not chosen:
        return lang("Times between contacts have a cv of {cv}, by the law that was given.", **named)
    if scv < 1:
        return lang("Times between contacts have a cv of {cv}, by a gamma law.", **named)
    return lang("Times between contacts have a cv of {cv}, by a hyperexponential law.", **named)


def bursty_answer(found: erlang.ArrivalMeasures, awt: float, lang: Language) -> Answer:
    """What contacts live through that come in bursts, beside as many that come at random."""
    one = found.queue
    even = erlang.erlang_a(
        arrival_rate=one.arrival_rate, aht=one.aht, agents=one.agents, patience=one.patience
    )
    first = lang(
        "{agents}: {service}, mean wait of those answered {wait}.",
        agents=lang.n("{n} agent", "{n} agents", int(one.agents)),
        service=_in_time(one, awt, lang),
        wait=lang.duration(one.asa),
    )
    second = lang(
        "If as many contacts came at random: {service}, mean wait of those answered {wait}.",
        service=_in_time(even, awt, lang),
        wait=lang.duration(even.asa),
    )
    third = lang(
        "{contacts} of contacts find every agent busy, who are all busy {time} of the time.",
        contacts=lang.percent(one.wait_probability, 1),
        time=lang.percent(found.all_busy, 1),
    )
    named = {lang("in bursts"): one, lang("at random"): even}
    data = {
        "bursty": {**measures_data(one, awt), "all_busy": found.all_busy},
        "random": measures_data(even, awt),
    }
    rows = [
        {"model": "bursty", **flat(one, awt), "all_busy": found.all_busy},
        {"model": "random", **flat(even, awt), "all_busy": even.wait_probability},
    ]
    tables = (measure_table(named, awt, lang),)
    return Answer(sentences=(first, second, third), tables=tables, data=data, rows=rows)


def power_answer(
    team: dict[str, Any], hour: tuple[float, str] | None, spread: int, awt: float, lang: Language
) -> Answer:
    """What each agent adds to a team, and what a contact costs that is answered thanks to him."""
    cost, currency = hour or (0.0, "")
    found = erlang.power_of_one(**team, awt=awt, spread=spread, cost_per_hour=cost)
    columns = (
        "service_level",
        "answered_per_hour",
        "gained_answered",
        "gained_service_level",
        "saved_asa",
        "cost_per_gained",
    )
    rows = []
    for at, agents in enumerate(found.agents.tolist()):
        row = {name: float(getattr(found, name)[at]) for name in columns}
        asa, lost = (float(getattr(found.measures, n)[at]) for n in ("asa", "abandonment"))
        rows.append({"agents": agents, "asa": asa, "abandonment": lost, **row})
    head = [lang("Agents"), lang("in {awt}", awt=lang.duration(awt)), lang("ASA")]
    head += [lang("lost"), lang("answered an hour"), lang("thanks to the last agent")]
    head += [lang("cost of each of them"), ""] if hour else [""]
    cells = [
        (
            lang.number(row["agents"]),
            lang.percent(row["service_level"], 1),
            lang.duration(row["asa"]),
            lang.percent(row["abandonment"], 1),
            lang.plain(row["answered_per_hour"], 1),
            lang.plain(row["gained_answered"]),
            *((_price(row["cost_per_gained"], currency, lang),) if hour else ()),
            "←" * (row["agents"] == team["agents"]),
        )
        for row in rows
    ]
    middle = next(row for row in rows if row["agents"] == team["agents"])
    first = lang(
        "{agents}: {service}; the last of them adds {gain} answered contacts an hour and {points} "
        "points of the service level.",
        agents=lang.n("{n} agent", "{n} agents", int(team["agents"])),
        service=lang(
            "{share} answered in {awt}",
            share=lang.percent(middle["service_level"], 1),
            awt=lang.duration(awt),
        ),
        gain=lang.plain(middle["gained_answered"]),
        points=lang.plain(100 * middle["gained_service_level"], 1),
    )
    data = {
        "agents": team["agents"],
        "awt": awt,
        "currency": currency or None,
        "rows": [{k: _plain(v) for k, v in row.items()} for row in rows],
    }
    table = Table(lang("What each agent adds"), tuple(head), tuple(cells))
    return Answer(sentences=(first,), tables=(fitted(table),), data=data, rows=rows)


def _price(amount: float, currency: str, lang: Language) -> str:
    """A price; a dash where the money buys no contact."""
    return lang.money(amount, currency, digits=2) if math.isfinite(amount) else "—"


def _plain(value: object) -> object:
    """A value that JSON can hold."""
    return finite(value) if isinstance(value, float) else value
