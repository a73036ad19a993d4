"""What a month is billed for ties to what agents did, call by call, callbacks and bots among it."""

from __future__ import annotations

import pytest
from desks import desk, line, team

from sim.decide import simulate
from sim.decide.month import Month
from sim.decide.traffic import handled, reached, traffic
from sim.engine import ENGINES, Outcome, Workload
from sim.engine.contract import NONE, Status
from sim.erlang import lines_needed
from sim.experiment import case, replicate
from sim.scenario import Scenario

CALLBACK = "{after: 20s, accept: 70%, answered: 60%, attempt: 30s, again: 20m, at_most: 3}"
BOT = "{share: 40%, session: {law: fixed, value: 2m}, resolved: 50%, handle_time: 120%}"
RENT = "{inbound_per_min: 1 EUR/min, outbound_per_min: 2 EUR/min, per_outbound_attempt: 3 EUR}"
CONTRACT = "{minutes: {increment: 0s, tiers: [{price: 1 EUR/min}]}}"


def shop(contract: str = CONTRACT, **more: str) -> Scenario:
    """A phone that two vendors' groups answer, one of them only what waited."""
    phone = line(30, patience="2m", after_call_work="20s", greeting="10s", ring="3s", **more)
    people = {
        "a": team(
            "[phone]", "shifts: [{agents: 2, hours: always}]", source="vendor", contract=contract
        ),
        "b": team(
            "{phone: {after: 30s}}",
            "shifts: [{agents: 1, hours: always}]",
            source="vendor",
            contract=contract,
        ),
    }
    groups = ", ".join(f"{name}: {text}" for name, text in people.items())
    return desk(
        {"phone": phone},
        options={"base": f"{{groups: {{{groups}}}, retained: {{telephony: {RENT}}}}}"},
        simulation="{replications: 2, at_most: 2, warm_up: 0s, wrap_up: 0s}",
    )


class Played:
    """Two replications of a scenario, attempt by attempt, each weighed for the month."""

    def __init__(self, scenario: Scenario, increments: dict[str, float] | None = None) -> None:
        steps = {"a": 0.0, "b": 0.0} if increments is None else increments
        self.case = case(scenario, "base", increments=steps)
        self.month = Month.of(scenario, self.case)
        result = replicate(self.case, seed=1, replications=2, record=self.month.record)
        self.counts = self.month.read(result.record)
        self.names = [queue.name for queue in self.case.demand.layout.queues]
        self.days = [self.day(number) for number in range(2)]

    def day(self, number: int) -> tuple[Workload, Outcome]:
        work = self.case.demand.workload(1, number)
        return work, ENGINES["kernel"](work, self.case.staffing)

    def total(self, column: str, queue: str = "", *, agents: bool = True) -> float:
        """A column of the outcomes over a month: minutes; contacts for ``status``."""
        found = 0.0
        for work, out in self.days:
            slot = out.arrival // self.case.timeline.slot
            chosen = (out.status != Status.NOT_MADE) & (slot < self.case.timeline.slots)
            if agents:
                chosen &= out.agent != NONE
            if queue:
                chosen &= work.queue == self.names.index(queue)
            weight = self.month.kinds[0, slot[chosen], 0]
            values = getattr(out, column)[chosen] / 60_000
            found += float((weight * (values if column != "status" else 1)).sum()) / 2
        return found


@pytest.mark.parametrize(
    "more",
    [{}, {"callback": CALLBACK}, {"bot": BOT}, {"callback": CALLBACK, "bot": BOT}],
    ids=["plain", "callbacks", "bot", "both"],
)
def test_every_minute_of_an_agent_is_priced_once(more: dict[str, str]) -> None:
    scenario = shop(**more)
    played = Played(scenario)
    groups = scenario.options["base"].groups
    billed = [played.month.contract(played.counts, name, groups[name]) for name in groups]

    assert sum(ops.billed_minutes for ops in billed) == pytest.approx(
        played.total("talk") + played.total("wrap")
    )
    lines = [traffic(played.case, played.counts, g) for g in range(2)]
    held = played.total("wait", "phone", agents=False)
    held += played.total("status", "phone", agents=False) / 6  # ten seconds of announcement
    if "bot" in more:
        sessions = played.total("status", "phone.bot", agents=False)
        held += sessions * (2 + 1 / 6)
        assert sum(line.sessions for line in lines) == pytest.approx(sessions)
    spoken = sum(line.inbound + line.outbound for line in lines)
    assert spoken == pytest.approx(played.total("talk") + held)


@pytest.mark.parametrize(("beside", "share"), [(", fcr: 40%", 0.4), ("", 0.7)])
def test_each_group_of_a_contract_is_paid_for_what_it_solves_itself(
    beside: str, share: float
) -> None:
    guard = "staffing: {shifts: [{agents: 1, hours: always}]}, source: vendor"
    paid = "contract: {price_per_resolution: 1 EUR}, fcr: 70%"
    groups = (
        f"{{a: {{skills: [phone], {guard}, {paid}}},"
        f" b: {{skills: {{phone: {{after: 30s}}}}, {guard}, paid_with: a{beside}}}}}"
    )
    scenario = desk(
        {"phone": line(30, patience="2m")},
        options={"base": f"{{groups: {groups}}}"},
        simulation="{replications: 2, at_most: 2, warm_up: 0s, wrap_up: 0s}",
    )
    played = Played(scenario)
    first, second = (handled(played.case, played.counts, 0, group) for group in range(2))
    statement = simulate(scenario, "base").statement

    assert second > 0.2 * first
    assert statement is not None
    assert statement.amount("a.resolutions") == pytest.approx(0.7 * first + share * second)


def test_callbacks_are_outbound_minutes_and_attempts_also_those_that_reach_nobody() -> None:
    played = Played(shop(callback=CALLBACK))
    lines = [traffic(played.case, played.counts, g) for g in range(2)]
    calls = ("phone.callback", "phone.unreached")

    assert played.total("status", "phone.unreached") > 10
    assert sum(line.outbound for line in lines) == pytest.approx(
        sum(played.total("talk", queue) for queue in calls)
    )
    assert sum(line.attempts for line in lines) == pytest.approx(
        sum(played.total("status", queue) for queue in calls)
    )


def test_the_operator_bills_callbacks_at_the_price_of_calls_made() -> None:
    scenario = shop(callback=CALLBACK)
    played = Played(scenario)
    lines = [traffic(played.case, played.counts, g) for g in range(2)]
    statement = simulate(scenario, "base").statement

    assert statement is not None
    price = sum(line.inbound + 2 * line.outbound + 3 * line.attempts for line in lines)
    assert statement.amount("retained.telephony") == pytest.approx(price)


def test_a_price_per_contact_is_not_paid_for_a_call_that_reaches_nobody() -> None:
    played = Played(shop(contract="{price_per_contact: {phone: 1 EUR}}", callback=CALLBACK))
    met = played.total("status", "phone") + played.total("status", "phone.callback")

    assert reached(played.case, played.counts, 0) == pytest.approx(met)
    assert sum(handled(played.case, played.counts, 0, g) for g in range(2)) == pytest.approx(met)


def test_a_line_is_held_once_through_a_warm_transfer() -> None:
    """By hand: the first caller is on the line for 10 + 21 minutes, the second for 51.

    The second waits for 10, talks for 10, waits for the expert for 10 more, and talks for 21. A
    minute of each 21 is the conference: two agents, one line.
    """
    fixed = "{{law: fixed, value: {0}}}"
    way = f"{{to: second, share: 100%, transfer: warm, conference: {fixed.format('1m')}}}"
    calls = '{log: ["2026-03-02 00:00", "2026-03-02 00:01"]}'
    keys = f"kind: voice, arrivals: {calls}, escalation: {way}"
    phone = f"{{{keys}, handle_time: {fixed.format('10m')}}}"
    second = f"{{kind: voice, arrivals: none, handle_time: {fixed.format('20m')}}}"
    one = "shifts: [{agents: 1, hours: always}]"
    scenario = desk(
        {"phone": phone, "second": second},
        {"own": team("[phone]", one), "experts": team("[second]", one)},
    )
    played = Played(scenario, {})
    weight = float(played.month.kinds[0, 0, 0])  # such Mondays in a month
    lines = [traffic(played.case, played.counts, g) for g in range(2)]

    assert [line.inbound / weight for line in lines] == pytest.approx([20 + 10, 42 + 10])
    assert [line.outbound for line in lines] == [0, 0]


def test_without_callbacks_nothing_is_called_out() -> None:
    played = Played(shop())
    lines = [traffic(played.case, played.counts, g) for g in range(2)]

    assert [(line.outbound, line.attempts, line.sessions) for line in lines] == [
        (0.0, 0.0, 0.0)
    ] * 2
    assert all(line.inbound > 0 for line in lines)


# ------------------------------------------------- what the busiest moment is paid for

DUTY = """{agents: {calendar: {contract_hours_year: 1800h}, pay: {hourly_rate: 10 EUR/h}},
 support_roles: [{name: supervisor, salary_month: 1 000 EUR per month, value: 0, per_open_hour: 1}],
 telephony: {trunk_blocking: 1%, trunk_month: 1 EUR per month}}"""


def test_lines_and_people_on_duty_follow_from_what_was_played() -> None:
    # 60 calls of 6 minutes in the busy hour hold 6 lines on average, 12 in the quiet ones 1.2.
    by_hour = [12] * 10 + [60] + [12] * 13
    phone = line(by_hour, handle_time="{law: fixed, value: 6m}", open="Mon-Fri 09:00-18:00")
    people = team("[phone]", "shifts: [{agents: 20, hours: Mon-Fri 09:00-18:00}]", payroll=DUTY)
    scenario = desk({"phone": phone}, {"own": people.replace("\n", "")})

    month = simulate(scenario, replications=4).statement

    assert month is not None
    # Nine hours of five days a week, of 150 hours a person works in a month; overruns at 18:00
    # add the hour after it at most.
    on_duty = month.info["own.support_heads"]
    assert 9 * 261 / 12 / 150 <= on_duty <= 10 * 261 / 12 / 150 + 1e-9
    lines = month.amount("own.telephony_fixed")
    assert lines_needed(5.0, max_blocking=0.01) <= lines <= lines_needed(7.5, max_blocking=0.01)


VENDOR = """{price_per_resolution: 2 EUR, price_per_fte_month: 1 000 EUR/month, fte_hours: 130h,
 sla: {at_risk_share: 10%, kpis: [
 {name: phone.service_level, target: 100%, full_gap: 100%, weight: 60%},
 {name: phone.asa, target: 0s, full_gap: 10m, weight: 20%, better: lower},
 {name: phone.abandonment, target: 0%, full_gap: 100%, weight: 20%, better: lower}]}}"""


def test_solutions_ordered_agents_and_promises_follow_from_the_month() -> None:
    phone = line(30, patience="2m", target="{answered: 80% in 20s}")
    people = team(
        "[phone]",
        "shifts: [{agents: 2, hours: always}]",
        source="vendor",
        fcr="70%",
        contract=VENDOR.replace("\n", ""),
    )
    found = simulate(desk({"phone": phone}, {"own": people}), replications=4)
    month = found.statement

    assert month is not None
    (line_of,) = [one for one in month.lines if one.name == "own.resolutions"]
    (attained,) = found.attained
    answered = 30 * 24 * 365 / 12 * (1 - attained.missed.value)
    assert line_of.inputs["count"] == pytest.approx(0.7 * answered, rel=0.05)
    # Two at all times are 1 460 hours a month, which take twelve agents of 130 hours.
    assert month.amount("own.fte_months") == 12_000
    missed = (
        0.6 * (1 - attained.service_level.value)
        + 0.2 * attained.asa.value / 600
        + 0.2 * attained.abandonment.value
    )
    invoice = month.amount("own.resolutions") + 12_000
    assert month.amount("own.sla_credits") == pytest.approx(-0.1 * invoice * missed, rel=0.01)
