"""A day played again says what happened on it: against a naive count and against the tally."""

from __future__ import annotations

from collections import Counter
from pathlib import Path

import numpy as np
import pytest

from sim.decide import OptionResult, simulate
from sim.engine import Status, play
from sim.engine.contract import NONE, TICKS_PER_SECOND
from sim.experiment import case
from sim.metrics import Count, Presence, Tally, tally
from sim.report.language import Language
from sim.report.palette import LIGHT
from sim.report.replay import MINUTES, Replay, busiest_day, replay
from sim.report.replay_charts import floor_chart
from sim.report.waits import wait_chart, waits_of
from sim.scenario import load

MINUTE = 60 * TICKS_PER_SECOND


@pytest.fixture(scope="module")
def shop(root: Path) -> OptionResult:
    return simulate(load(root / "scenarios" / "company-n.yaml"), "as_is", replications=2)


@pytest.fixture(scope="module")
def desk(root: Path) -> OptionResult:
    """Classes of clients, callbacks, redials and several channels in the same hands."""
    return simulate(load(root / "scenarios" / "omnichannel.yaml"), replications=2)


@pytest.fixture(scope="module")
def monday(shop: OptionResult) -> Replay:
    return replay(shop, "phone", 0, 1)


def counted(result: OptionResult, number: int) -> Tally:
    played, seed = result.case, result.replications.seed
    workload, staffing = played.demand.workload(seed, number), played.present(seed, number)
    return tally(workload, staffing, play(workload, staffing), played.lens)


@pytest.mark.parametrize("day", [0, 5])
def test_who_waits_is_counted_one_by_one(shop: OptionResult, day: int) -> None:
    played, found = shop.case, replay(shop, "phone", day, 1)
    workload, staffing = played.demand.workload(1, 1), played.present(1, 1)
    outcome = play(workload, staffing)
    start = played.timeline.start + day * MINUTES * MINUTE
    for minute in range(8 * 60, 19 * 60, 13):
        now = start + minute * MINUTE
        waits, fates = [], Counter[str]()
        for row in range(len(workload)):
            status, came = outcome.status[row], int(outcome.arrival[row])
            if workload.queue[row] != 0 or status in (Status.CLOSED, Status.NOT_MADE):
                continue
            until = came + int(outcome.wait[row])
            if came <= now < until:
                waits.append((now - came) / TICKS_PER_SECOND)
            if start <= came <= now:
                fates["came"] += 1
                fates["answered"] += status == Status.SERVED and until <= now
                fates["gave up"] += status == Status.ABANDONED and until <= now
        moment = found.moment(minute)
        assert list(moment.waits) == sorted(waits, reverse=True)
        assert (moment.came, moment.answered, moment.gave_up) == (
            fates["came"],
            fates["answered"],
            fates["gave up"],
        )
        assert moment.in_time <= moment.answered


def test_hours_at_work_and_busy_are_those_of_the_tally(desk: OptionResult) -> None:
    presence = counted(desk, 0).presence
    line, option = desk.case.timeline, desk.option
    serving = [n for n, group in enumerate(option.groups.values()) if "phone" in group.skills]
    for day in (0, 2, 6):
        found = replay(desk, "phone", day, 0)
        slots = slice(day * line.per_day, (day + 1) * line.per_day)
        hours = presence[serving, slots].sum(axis=(0, 1)) / 3600
        assert found.at_work().sum() / 60 == pytest.approx(hours[Presence.LOGGED])
        assert found.busy().sum() / 60 == pytest.approx(hours[Presence.BUSY])


def test_those_who_came_are_those_of_the_tally(desk: OptionResult) -> None:
    contacts = counted(desk, 1).contacts[desk.case.channels.index("chat")]
    per_day = desk.case.timeline.per_day
    for day in range(7):
        last = replay(desk, "chat", day, 1).moment(MINUTES - 1 / MINUTE)
        slots = contacts[day * per_day : (day + 1) * per_day]
        assert last.came == slots[:, Count.OFFERED].sum()


def test_whoever_is_at_work_is_busy_or_free(desk: OptionResult) -> None:
    found = replay(desk, "phone", 0, 0)
    seen = [found.moment(minute) for minute in range(0, MINUTES, 7)]

    assert any(moment.others for moment in seen)
    assert any(moment.ours for moment in seen)
    assert any(moment.free for moment in seen)
    at_work, busy = found.at_work(), found.busy()
    assert np.all(busy <= at_work + 1e-9)
    for minute, moment in zip(range(0, MINUTES, 7), seen, strict=True):
        # Whole people at a moment, the mean of its minute: no further apart than those who change.
        assert moment.present >= moment.ours + moment.others
        assert abs(moment.present - at_work[minute]) <= 3


def test_the_longest_queue_of_a_minute_is_seen_at_some_moment_of_it(monday: Replay) -> None:
    waiting = monday.waiting()
    worst = int(waiting.argmax())
    moments = [len(monday.moment(worst + second / 60).waits) for second in range(60)]

    assert waiting.max() > 0
    assert max(moments) <= waiting[worst]
    assert max(moments) >= waiting[worst] - 1


def test_the_busiest_day_has_most_contacts(shop: OptionResult) -> None:
    offered = shop.replications.counts("phone")[:, Count.OFFERED].reshape(7, -1).sum(axis=1)

    assert offered[busiest_day(shop, "phone")] == max(offered)


def test_the_picture_holds_the_day_and_moves_only_the_moment(monday: Replay) -> None:
    day = monday.at_work().tolist(), monday.busy().tolist(), monday.waiting().tolist()
    first, later = (floor_chart(*day, now, Language("ru"), LIGHT) for now in (600, 660))

    assert len(first["datasets"]["day"]) == MINUTES
    assert [row["queue"] for row in first["datasets"]["day"]] == [-n for n in day[2]]
    told = [row["tip"] for row in first["datasets"]["told"]]
    assert len(told) == MINUTES / 5
    assert told[120].startswith("10:00–10:05: ")
    assert told[120].endswith(f"ждут не больше {max(day[2][600:605])}")
    assert later["datasets"].pop("now") == [{"hour": 11}]
    assert first["datasets"].pop("now") == [{"hour": 10}]
    assert first == later


def test_waits_add_up_to_all_who_were_answered_or_gave_up(shop: OptionResult) -> None:
    found = waits_of(shop, "phone")
    counts = shop.replications.counts("phone").sum(axis=0)
    shown = sum(bar.answered + bar.gave_up for bar in found.bars) + found.longer[0]
    at_once = found.at_once * counts[Count.SERVED]

    assert shown + at_once == pytest.approx(counts[Count.SERVED] + counts[Count.ABANDONED])


def test_answered_at_once_are_those_who_wait_for_nobody(shop: OptionResult) -> None:
    quick = served = 0
    for number in range(2):
        workload = shop.case.demand.workload(1, number)
        outcome = play(workload, shop.case.present(1, number))
        within = shop.case.timeline.start
        mine = (workload.queue == 0) & (outcome.status == Status.SERVED)
        mine &= (outcome.arrival >= within) & (outcome.arrival < within + 7 * MINUTES * MINUTE)
        quick += int((outcome.wait[mine] == 0).sum())
        served += int(mine.sum())

    assert waits_of(shop, "phone").at_once == pytest.approx(quick / served)


@pytest.mark.parametrize(
    ("channel", "title"), [("phone", "Wait, seconds"), ("email", "Wait, hours")]
)
def test_waits_are_shown_in_a_unit_that_fits_them(
    shop: OptionResult, channel: str, title: str
) -> None:
    found = waits_of(shop, channel)
    drawn = wait_chart(found, ["tip"] * len(found.bars), Language("en"), LIGHT)

    assert found.title == title
    assert 5 <= len(found.bars) <= 31
    assert found.bars[-1].end * found.unit >= found.awt
    assert len(drawn["data"]["values"]) == len(found.bars)


def test_a_channel_that_nobody_reaches_has_no_waits(root: Path) -> None:
    closed = simulate(load(root / "scenarios" / "company-n.yaml"), "as_is", replications=1)
    found = waits_of(closed, "chat")

    assert np.isnan(found.at_once)
    assert found.longer[0] == 0
    assert replay(closed, "chat", 0).moment(600).waits == ()


def test_a_replay_knows_of_nobody_who_serves_other_channels_only(shop: OptionResult) -> None:
    played = case(shop.scenario, "as_is")
    groups = list(shop.option.groups)
    mail = groups.index("mail")
    staffing = played.present(1, 0)

    assert (staffing.group == mail).any()
    found = replay(shop, "phone", 0)
    assert NONE not in found.stays
    assert found.at_work().max() <= (staffing.group != mail).sum()
    assert found.at_work().max() == 4
