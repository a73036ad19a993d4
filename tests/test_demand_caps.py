"""A run that would never end comes to a stated end, and says who was cut short there."""

from __future__ import annotations

import pytest
from desks import desk, line, only, team

from sim.decide import OptionResult, simulate
from sim.demand import caps, journeys, limits
from sim.demand.queues import Role
from sim.engine import ENGINES, Outcome, Status, Workload
from sim.engine.contract import NONE
from sim.experiment import Case, replicate
from sim.report.data import run_data
from sim.report.language import Language
from sim.report.sentences import capped_sentences
from sim.report.tables import ledger_table
from sim.scenario import Scenario

NIGHTS = "shifts: [{agents: 1, hours: Mon-Sun 22:00-23:00}]"
LOG = '{log: ["2026-03-02 08:00:00", "2026-03-02 09:00:00", "2026-03-02 10:00:00"]}'


def lonely(channels: dict[str, str], staffing: str = NIGHTS, **more: str) -> Scenario:
    """A day on which nobody is there when the three clients come."""
    return desk(
        channels,
        {"own": team(f"[{', '.join(channels)}]", staffing, **more)},
        days=1,
        wrap_up="24h",
    )


def played(scenario: Scenario) -> OptionResult:
    return simulate(scenario, replications=2)


def phone(redial: str = "", **more: str) -> str:
    keys = {"kind": "voice", "arrivals": LOG, "handle_time": "{law: fixed, value: 1m}", **more}
    keys |= {"redial": redial} if redial else {}
    return "{" + ", ".join(f"{key}: {value}" for key, value in keys.items()) + "}"


@pytest.mark.parametrize("tries", [1, 5, 100])
def test_who_tries_for_ever_in_vain_stops_after_the_tries_that_are_allowed(tries: int) -> None:
    redial = f"{{probability: 100%, delay: {{law: fixed, value: 1m}}, at_most: {tries}}}"
    result = played(lonely({"phone": phone(redial, patience="{law: fixed, value: 30s}")}))

    assert result.capped is not None
    assert (result.capped.replications, result.capped.clients) == (2, 6)
    assert dict(result.capped.tries) == {"phone": 6}
    assert result.replications.estimate("client_attempts", "phone").value == tries
    said = capped_sentences(result, Language("en"))
    assert said == [
        f"phone: 6 of 6 clients (replications: 2) were not served in {tries} tries, and no "
        "further try is played (redial: at_most)."
    ]
    assert "6 of 6" in ledger_table(result, Language("en")).rows[0]
    assert run_data(result)["capped"]["out_of_tries"] == {"phone": 6}


def test_busy_lines_use_up_tries_as_well() -> None:
    redial = "{probability: 100%, after_busy: 100%, delay: {law: fixed, value: 1s}, at_most: 4}"
    patient = phone(redial, lines="1", arrivals=LOG.replace("09:00", "08:00"))
    result = played(lonely({"phone": patient}))

    assert result.capped is not None
    assert dict(result.capped.tries) == {"phone": 4}  # of three, the first holds the line
    assert result.replications.counts("phone").sum(axis=0)[6] == 8  # blocked: 4 tries of two


def test_a_chain_of_attempts_ends_where_chains_end_and_says_so(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    for module in (journeys, caps):
        monkeypatch.setattr(module, "LONGEST_CHAIN", 10)
    redial = (
        "{probability: 100%, delay: {law: fixed, value: 1m}, at_most: 100, elsewhere: {b: 50%}}"
    )
    patience = "{law: fixed, value: 30s}"
    channels = {
        "a": phone(redial, patience=patience),
        "b": phone(redial.replace("b:", "a:"), patience=patience, arrivals="none"),
    }
    result = played(lonely(channels))

    assert result.capped is not None
    assert (result.capped.chains, dict(result.capped.tries)) == (6, {})
    abandoned = sum(result.replications.counts(name).sum(axis=0)[3] for name in channels)
    assert abandoned == 3 * 10
    said = capped_sentences(result, Language("en"))
    assert said[0].startswith("6 of 6 clients (replications: 2) made 10 attempts in a row")
    assert run_data(result)["capped"]["at_most_attempts"] == 6


def test_ways_on_that_multiply_end_and_say_so(monkeypatch: pytest.MonkeyPatch) -> None:
    """Whoever is passed on may try again, and be passed on from there: four times as many each."""
    monkeypatch.setattr(limits, "_MOST_DRAWN", 1_000)
    again = "{probability: 100%, after_busy: 100%, delay: {law: fixed, value: 1m}, at_most: 100}"
    passed = "escalation: {to: b, share: 100%}"
    channels = {
        "a": phone(again, patience="{law: fixed, value: 30s}")[:-1] + f", {passed}}}",
        "b": phone(again, patience="{law: fixed, value: 30s}", arrivals="none"),
    }
    result = played(lonely(channels))

    assert result.capped is not None
    assert result.capped.longest < limits.LONGEST_CHAIN
    assert result.capped.chains == 6
    said = capped_sentences(result, Language("en"))
    assert f"made {result.capped.longest} attempts in a row" in said[-1]


def test_who_is_served_in_time_is_not_cut_short() -> None:
    redial = "{probability: 100%, delay: 1m, at_most: 2}"
    result = played(lonely({"phone": phone(redial)}, "shifts: [{agents: 3, hours: always}]"))

    assert result.capped is not None
    assert not result.capped.any
    assert capped_sentences(result, Language("en")) == []


def test_where_nobody_does_anything_after_a_first_attempt_there_is_nothing_to_cut() -> None:
    result = played(desk())

    assert result.capped is None
    assert run_data(result)["capped"] is None


# --- every client followed by himself ------------------------------------------------------------

LOST = (Status.ABANDONED, Status.BLOCKED, Status.DISMISSED)
AGAIN = "{{probability: 90%, after_busy: 80%, delay: 5m, at_most: {tries}}}"
WAYS_ON = {
    "escalation": "{to: desk, share: 30%}",
    "repeat": "{delay: 1h, at_most: 3}",
    "fcr": "60%",
    "repeat_share": "50%",
    "callback": "{after: 10s, accept: 40%, answered: 50%, again: 10m}",
    "bot": "{share: 70%, session: 1m, resolved: 30%, sessions: 2, back: 20%, back_after: 1h}",
}


def followed(played: Case, work: Workload, outcome: Outcome) -> dict[str, int]:
    """Clients out of tries by channel: attempt after attempt, as told in words."""
    layout, found = played.demand.layout, dict.fromkeys(played.channels, 0)
    pending = [(row, 1) for row in range(work.fresh)]
    while pending:
        row, number = pending.pop()
        status, queue = Status(outcome.status[row]), layout.queues[work.queue[row]]
        if status is Status.NOT_MADE:
            continue
        redial = layout.channels[queue.channel].redial
        if redial and queue.role is Role.DESK and status in LOST and number >= redial.at_most:
            found[queue.channel] += 1
        same = number + (queue.role is not Role.BOT)
        for link, then in (
            ("escalation", 1),
            ("repeat", 1),
            ("callback", number),
            ("after_busy" if status is Status.BLOCKED else "after_abandon", same),
        ):
            column = getattr(work, link)
            if column.size and column[row] != NONE:
                pending.append((int(column[row]), then))
    return {name: count for name, count in found.items() if count}


@pytest.mark.parametrize("ways", [{}, WAYS_ON], ids=["only redials", "all ways on"])
@pytest.mark.parametrize("tries", [1, 2, 3, 5])
def test_clients_out_of_tries_are_those_who_are_found_one_by_one(
    tries: int, ways: dict[str, str]
) -> None:
    redial = AGAIN.format(tries=tries)
    usual = {"redial": redial, "patience": "1m"}
    channels = {
        "phone": line(30, lines="3", **usual, **ways),
        "desk": line(10, **{**usual, "redial": AGAIN.format(tries=2)}),
    }
    played = only(desk(channels, {"own": team("[phone, desk]")}, days=2))
    result = replicate(played, seed=5, replications=4, workers=1)

    one_by_one: dict[str, int] = {}
    for number in range(4):
        work = played.demand.workload(5, number)
        outcome = ENGINES["reference"](work, played.present(5, number))
        for name, count in followed(played, work, outcome).items():
            one_by_one[name] = one_by_one.get(name, 0) + count
    assert (played.demand.journeys is None) == (not ways)
    assert result.capped is not None
    assert min(one_by_one.values()) > 20
    assert dict(result.capped.tries) == one_by_one


def test_who_was_cut_short_is_the_same_wherever_it_is_played() -> None:
    redial = AGAIN.format(tries=2)
    played = only(desk({"phone": line(30, redial=redial, patience="1m")}, days=1))
    found = [
        replicate(played, seed=3, replications=6, on=place).capped
        for place in ("threads:1", "threads:2", "processes:2")
    ]

    assert found[0] is not None
    assert found[0].any
    assert found[0].replications == 6
    assert found[1] == found[0] == found[2]
