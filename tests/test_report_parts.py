"""Parts of channels in reports: classes, bots and callbacks below their channel."""

from __future__ import annotations

import pytest
from desks import desk, line, team

from sim.decide import OptionResult, compare, simulate
from sim.report.data import comparison_data, run_data
from sim.report.language import Code, Language
from sim.report.tables import INDENT, ledger_table, service_table

BOT = "{share: 40%, session: 2m, resolved: 50%, back: 20%, sessions: 2}"
CALLBACK = "{after: 10s, accept: 80%}"
GUESTS = "{en: Dear guests, ru: Дорогие гости}"
VIP = f"{{vip: {{title: {GUESTS}, share: 30%, target: {{answered: 99% in 1s}}}}}}"
FILL = "shifts: [{agents: 2, hours: always}]"


@pytest.fixture(scope="module")
def result() -> OptionResult:
    phone = line(
        40,
        patience="2m",
        bot=BOT,
        callback=CALLBACK,
        classes=VIP,
        escalation="{to: second, share: 10%}",
    )
    mail = line(2, kind="email", deadline="2h", title="{en: Mail, ru: Почта}")
    second = "{kind: voice, arrivals: none, handle_time: 6m}"
    groups = {
        "own": team("[phone]", FILL, escalates="25%"),
        "others": team("[phone, mail, second]", FILL),
    }
    channels = {"phone": phone, "mail": mail, "second": second}
    return simulate(desk(channels, groups), replications=2)


@pytest.mark.parametrize(
    ("code", "names"),
    [
        ("en", ["Dear guests", "bot", "callbacks"]),
        ("ru", ["Дорогие гости", "бот", "обратные звонки"]),
    ],
)
def test_parts_stand_below_their_channel(
    result: OptionResult, code: Code, names: list[str]
) -> None:
    rows = service_table((result,), Language(code)).rows

    assert [row[0] for row in rows[1:4]] == [INDENT + name for name in names]
    assert len(rows) == 3 + 3
    assert len({len(row) for row in rows}) == 1


def test_a_class_is_measured_by_its_own_promise_and_a_bot_by_none(result: OptionResult) -> None:
    vip, bot, callback = result.parts_of("phone")

    assert vip.target is not None
    assert (vip.target.answered, bot.target, callback.target) == (0.99, None, None)
    assert not vip.kept
    assert not result.kept
    assert bot.missed.value > 0  # two sessions are too few
    cells = [row[1] for row in service_table((result,), Language("en")).rows]
    assert cells[2:4] == ["—", "—"]


def test_what_else_becomes_of_contacts_stands_where_a_channel_has_it(result: OptionResult) -> None:
    table = ledger_table(result, Language("en"))
    told = {name: [row[n] for row in table.rows] for n, name in enumerate(table.head)}

    assert told["called back"][1:] == ["—", "—"]
    assert told["answered before the deadline"][0] == "—"
    assert told["passed on, of the served"][1:] == ["—", "—"]
    assert "out of tries" not in told
    passed = result.ways["phone"].passed_on
    assert passed is not None
    assert 0.10 < passed < 0.25  # between the shares of the two groups
    expected = passed * _served(result)
    assert result.replications.counts("second").sum() > 0
    assert result.replications.counts("second").sum(axis=0)[0] == pytest.approx(expected, rel=0.1)


def _served(result: OptionResult) -> float:
    counts = [result.replications.counts(row).sum(axis=0) for row in ("phone", "phone.callback")]
    return float(sum(count[1] for count in counts))


def test_the_bot_has_solved_what_it_solved_for_good(result: OptionResult) -> None:
    counts = result.replications.counts("phone").sum(axis=0)
    sessions = result.replications.counts("phone.bot").sum(axis=0)[1]

    found = result.ways["phone"].self_served
    assert found == pytest.approx(sessions * 0.5 * 0.8 / (counts[14] + counts[18]))
    assert found is not None
    assert 0 < found < 0.4 * 0.5


def test_data_hold_the_parts_and_the_ways(result: OptionResult) -> None:
    phone = run_data(result)["channels"]["phone"]

    assert list(phone["parts"]) == ["phone.vip", "phone.bot", "phone.callback"]
    assert phone["parts"]["phone.callback"]["counts"]["served"] > 0
    assert phone["passed_on"] == result.ways["phone"].passed_on
    assert run_data(result)["channels"]["mail"]["self_served"] is None
    service = comparison_data(compare(result.scenario, replications=2))["options"]["base"][
        "service"
    ]
    assert list(service["phone"]["parts"]) == list(phone["parts"])
