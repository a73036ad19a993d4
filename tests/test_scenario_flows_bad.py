"""What may happen to contacts, given wrongly: each refused at its place, in words, at the door."""

from __future__ import annotations

from typing import Any

import pytest
from desks import desk, line, team
from in_russian import left_in_english

from sim.demand import Demand, crew
from sim.errors import ScenarioError
from sim.scenario import Scenario

SKILLS = "[phone, chat, second]"


def shop(phone: str = "", skills: str = SKILLS, group: str = "", **top: Any) -> Scenario:
    """A phone, a chat and a second line; with keys in the phone's line, or in the group's."""
    channels = {
        "phone": line(10, patience="2m")[:-1] + (f", {phone}}}" if phone else "}"),
        "chat": "{kind: chat, arrivals: none, handle_time: 5m}",
        "second": "{kind: voice, arrivals: none, handle_time: 5m, patience: 5m}",
    }
    own = team(skills)[:-1] + (f", {group}}}" if group else "}")
    return desk(channels, {"own": own}, days=1, trunks="{main: 60}", **top)


@pytest.mark.parametrize(
    ("keys", "said"),
    [
        ("redial: {probability: 120%, delay: 1m}", "redial.probability: must be at most 100%"),
        ("redial: {probability: 0.4, delay: 1m}", "redial.probability: must be a percentage"),
        ("redial: {probability: 40%}", "redial.delay: is missing"),
        ("redial: {probability: 100%, delay: 0s}", "redial.delay: must be above 0"),
        ("redial: {probability: 1%, delay: 1m, at_most: 0}", "redial.at_most: must be at least 1"),
        (
            "redial: {probability: 1%, delay: 1m, elsewhere: {fax: 1%}}",
            "elsewhere.fax: is not a channel of this scenario",
        ),
        (
            "redial: {probability: 1%, delay: 1m, elsewhere: {chat: 60%, second: 60%}}",
            "elsewhere: must not add up to more than 100%, got '120%'",
        ),
        ("escalation: {to: third, share: 1%}", "escalation.to: is not a channel of this scenario"),
        ("escalation: {to: phone, share: 1%}", "escalation.to: goes round in a circle"),
        ("escalation: {to: second, share: 110%}", "escalation.share: must be at most 100%"),
        ("escalation: {to: second, conference: 1m}", "conference: needs transfer: warm"),
        ("escalation: {to: second, delay: 31 days}", "escalation.delay: must be at most 30 days"),
        ("repeat: {delay: 1h}, repeat_share: 9%", "fcr: is missing; who of phone comes back"),
        ("repeat: {delay: 1h}, fcr: 70%", "phone.repeat_share: is missing; the share of"),
        ("repeat: {delay: 1h}, fcr: 70%, repeat_share: 0%", "repeat_share: must be above 0%"),
        ("repeat: {delay: 1h, to: fax}", "repeat.to: is not a channel of this scenario"),
        ("fcr: 0%, repeat_share: 100%", "repeat_share: must be below 100% where nobody"),
        ("callback: {after: 10s}", "callback.accept: is missing"),
        ("callback: {after: 0s, accept: 1%}", "callback.after: must be above 0"),
        ("callback: {after: 1s, accept: 200%}", "callback.accept: must be at most 100%"),
        ("callback: {after: 1s, accept: 1%, delay: 90 days}", "callback.delay: must be at most 30"),
        ("bot: {share: 140%, session: 1m, resolved: 1%}", "bot.share: must be at most 100%"),
        ("bot: {share: 40%, resolved: 1%}", "bot.session: is missing"),
        ("bot: {share: 4%, session: 1m, resolved: 1%, sessions: 0}", "sessions: must be at least"),
        ("classes: {vip: {share: 100%}}", "classes.vip.share: must be below 1"),
        (
            "classes: {a: {share: 60%}, b: {share: 60%}}",
            "classes: must have shares of at most 100%",
        ),
        ("classes: {bot: {share: 1%}}", "classes.bot: is the name of another queue"),
        ("trunk: other", "trunk: is not a trunk of this scenario, got 'other'; known here: main"),
        ("trunk: main, lines: 4", "trunk: must not stand beside lines"),
        ("ageing: 1ms", "ageing: must be at least 1s"),
        ("ring: 2 days", "ring: must be at most 1 day, got '2d'"),
        ("greeting: 25h", "greeting: must be at most 1 day"),
        ("order: deadline", "order: needs a deadline"),
        ("at_once: 3, by_level: [4m, 5m]", "by_level: must have 3 times like at_once"),
        ("by_level: [1m, 101m]", "by_level: must lie between a tenth of the first time"),
        ("handle_time_changes: {at_most: 1000%}", "at_most: must be at most 900%"),
        ("handle_time_changes: {by_hour: {morning: 9%}}", "by_hour.morning: must be a span"),
    ],
)
def test_a_way_that_leads_nowhere_is_refused_where_it_stands(keys: str, said: str) -> None:
    with pytest.raises(ScenarioError) as caught:
        shop(keys)

    assert said in str(caught.value)
    assert left_in_english(caught.value) == []


@pytest.mark.parametrize(
    ("skills", "group", "said"),
    [
        ("[phone, chat]", "", "has nobody to serve second"),
        ("{phone: {}, chat: {}, second: {}, fax: {}}", "", "skills.fax: is not a channel"),
        ("{phone: {escalates: 150%}, chat: {}, second: {}}", "", "escalates: must be at most 100%"),
        (SKILLS, "fcr: 101%", "groups.own.fcr: must be at most 100%"),
        (SKILLS, "absence: 100%", "groups.own.absence: must be below 1"),
        (SKILLS, "handle_time: 1001%", "must come to between 1% and 1000% of the channel's"),
        (
            "{phone: {handle_time: 0.9%}, chat: {}, second: {}}",
            "",
            "phone.handle_time: must come to",
        ),
        ("{phone: {mean_handle_time: 2h}, chat: {}, second: {}}", "", "got '3000%'"),
    ],
)
def test_a_group_that_cannot_be_played_is_refused(skills: str, group: str, said: str) -> None:
    with pytest.raises(ScenarioError) as caught:
        shop(skills=skills, group=group)

    assert said in str(caught.value)
    assert left_in_english(caught.value) == []


def test_who_passes_on_warm_may_not_hold_others_beside() -> None:
    skills = "{phone: {at_once: 2}, chat: {}, second: {}}"
    with pytest.raises(ScenarioError, match="at_once: must be 1 where phone is passed on warm"):
        shop("escalation: {to: second, share: 10%, transfer: warm}", skills)

    assert shop("escalation: {to: second, share: 10%}", skills).channels["phone"].escalation


@pytest.mark.parametrize(
    "keys",
    [
        "ageing: 1s",
        "ring: 1 day, greeting: 1 day",
        "by_level: [100s, 10s, 10000s]",
        "handle_time_changes: {per_minute_waited: 1000%, at_most: 900%}",
        "escalation: {to: second, share: 100%, delay: 30 days}",
        "callback: {after: 1s, accept: 100%, delay: 30 days}",
        "redial: {probability: 100%, delay: 1ms, at_most: 100}",
    ],
)
def test_what_is_as_large_as_it_may_be_keeps_the_contract_of_the_engines(keys: str) -> None:
    scenario = shop(keys, group="handle_time: 1000%")
    option = scenario.options["base"]

    crew(scenario, option).check()
    Demand.of(scenario, option).workload(1, 0).check()


def test_mail_is_not_sent_away_at_closing_time() -> None:
    channels = {"mail": line(kind="email", at_closing="leave")}
    with pytest.raises(ScenarioError) as caught:
        desk(channels, {"own": team("[mail]")})

    assert "at_closing: must be stay for e-mail: a mailbox never closes" in str(caught.value)
