"""A run that would never end comes to a stated end, and says who was cut short there."""

from __future__ import annotations

import pytest
from desks import desk, team

from sim.decide import OptionResult, simulate
from sim.demand import caps, journeys, limits
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
    assert result.capped.clients == 3
    assert dict(result.capped.tries) == {"phone": 3}
    assert result.replications.estimate("client_attempts", "phone").value == tries
    said = capped_sentences(result, Language("en"))
    assert said == [
        f"phone: 3 of 3 clients of one replication were not served in {tries} tries, and no "
        "further try is played (redial: at_most)."
    ]
    assert "3 of 3" in ledger_table(result, Language("en")).rows[0]
    assert run_data(result)["capped"]["out_of_tries"] == {"phone": 3}


def test_busy_lines_use_up_tries_as_well() -> None:
    redial = "{probability: 100%, after_busy: 100%, delay: {law: fixed, value: 1s}, at_most: 4}"
    patient = phone(redial, lines="1", arrivals=LOG.replace("09:00", "08:00"))
    result = played(lonely({"phone": patient}))

    assert result.capped is not None
    assert dict(result.capped.tries) == {"phone": 2}  # the first holds the line
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
    assert (result.capped.chains, dict(result.capped.tries)) == (3, {})
    abandoned = sum(result.replications.counts(name).sum(axis=0)[3] for name in channels)
    assert abandoned == 3 * 10
    said = capped_sentences(result, Language("en"))
    assert said[0].startswith("3 of 3 clients of one replication made 10 attempts in a row")
    assert run_data(result)["capped"]["at_most_attempts"] == 3


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
    assert result.capped.chains == 3
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
