"""Months ahead: they sum to the horizon, and nothing that is not there yet serves anybody."""

from __future__ import annotations

import functools
import math

import numpy as np
import pytest
from desks import desk, line, team
from shops import OWN, shop

from sim.cost import Group, Hours, Line, Ops, Statement, inhouse_month
from sim.decide import compare
from sim.decide.horizon import Outlook, outlook
from sim.decide.indexed import indexed
from sim.decide.purchases import purchases
from sim.errors import InvalidInput
from sim.scenario.changed import changed
from sim.scenario.horizon import Horizon, Rise
from sim.scenario.terms import presets


@functools.cache
def ahead(own: str = "", vendor: str = "", horizon: str = "{months: 12}") -> Outlook:
    found = outlook(compare(shop(own, vendor, horizon)))
    assert found is not None
    return found


# --- what moves ---


def test_a_year_of_seasons_averages_one_and_growth_is_even() -> None:
    seasons = Horizon(months=12, season=(3.0, 1.0, 2.0) * 4)
    growing = Horizon(months=25, growth=0.21)

    assert np.mean([seasons.volume(5, month) for month in range(1, 13)]) == pytest.approx(1)
    assert seasons.volume(5, 1) == 0.5  # May, as February, has half of the mean of two
    assert growing.volume(1, 1) == 1
    assert growing.volume(1, 13) == pytest.approx(1.21)
    assert growing.volume(1, 7) == pytest.approx(1.1)


@pytest.mark.parametrize(("start", "first"), [(1, 13), (12, 2), (6, 8)])
def test_wages_rise_in_their_calendar_month_and_not_at_the_start(start: int, first: int) -> None:
    rise = Rise(indexation=0.08)
    levels = [rise.index(start, month) for month in range(1, 40)]

    assert levels[first - 2] == 1
    assert levels[first - 1] == pytest.approx(1.08)
    assert levels[first + 11] == pytest.approx(1.08**2)


def test_twice_the_wages_and_prices_are_twice_the_month() -> None:
    terms = presets.inhouse("RU_2026")
    ops = Ops(hours=(Hours(logged=4000), Hours(logged=500, night=True)), minutes_inbound=80_000)
    once, twice = inhouse_month(terms, ops), inhouse_month(indexed(terms, 2, 2), ops)
    wages_only = inhouse_month(indexed(terms, 2, 1), ops)

    for before, after in zip(once.lines, twice.lines, strict=True):
        assert after.amount == pytest.approx(2 * before.amount)
    assert wages_only.amount("contributions") == pytest.approx(2 * once.amount("contributions"))
    assert wages_only.amount("rent") == once.amount("rent")


# --- months ---


def test_flat_months_of_what_serves_already_are_the_average_month() -> None:
    scenario = shop(horizon="{months: 12, today: own}")
    compared = compare(scenario)
    found = outlook(compared)
    statement = compared["own"].statement
    assert found is not None
    assert statement is not None

    own = found["own"]
    for month in own.months:
        assert month.operating.total == pytest.approx(statement.total)
        assert month.lost == pytest.approx(own.months[0].lost)
    # Six months are the life of a desk: it is bought anew once, after six; the seventh is outside.
    bought = [(one.name, one.month) for one in own.one_offs]
    assert bought == [("desk", 6)]
    assert own.tco == pytest.approx(12 * statement.cash + own.paid_once)
    assert own.charged.sum() == pytest.approx(12 * statement.total)


def test_months_sum_to_the_horizon_line_by_line() -> None:
    own = ahead(own=", lead: 6 weeks")["own"]

    for entry in own.total.lines:
        months = math.fsum(month.operating.amount(entry.name) for month in own.months)
        assert entry.amount == pytest.approx(months)
    assert own.npv == pytest.approx(own.tco)  # no discount
    assert own.npv_economic - own.npv == pytest.approx(own.consequences.total)  # type: ignore[union-attr]
    assert own.equivalent_annual_cost == pytest.approx(own.npv)


def test_volume_grows_the_bill_and_the_contract_its_prices() -> None:
    found = ahead(horizon="{months: 24, growth: 21%}")["as_is"]
    bills = [month.operating.amount("them.contacts") for month in found.months]

    # Four agents answer a fifth more with hardly more waiting: nearly all of it is billed.
    assert bills[11] / bills[0] == pytest.approx(1.21 ** (11 / 12), rel=0.02)
    assert bills[12] / bills[11] == pytest.approx(1.1 * 1.21 ** (1 / 12), rel=0.01)


def test_pay_and_prices_rise_on_their_own_dates() -> None:
    horizon = "{months: 14, today: own, start: 2026-10, wages: {indexation: 10%}, "
    horizon += "prices: {indexation: 50%, month: 3}}"
    months = ahead(horizon=horizon)["own"].months
    wages = [month.operating.amount("own.base_wages") for month in months]
    rents = [month.operating.amount("own.rent") for month in months]

    assert wages[3] / wages[2] == pytest.approx(1.1)  # January is the fourth month from October
    assert wages[2] == pytest.approx(wages[0])
    assert rents[5] / rents[4] == pytest.approx(1.5)
    assert rents[4] == rents[0]


# --- what is not there yet ---


def test_until_an_option_is_ready_another_one_serves() -> None:
    found = ahead(own=", lead: 45 days")
    own, before = found["own"], found["as_is"]
    part = 45 / (365 / 12) - 1

    names = [[entry.name for entry in month.operating.lines] for month in own.months[:3]]
    assert all(name.startswith("until_then.") for name in names[0])
    assert own.months[0].operating.total == pytest.approx(before.months[0].operating.total)
    assert own.months[0].lost == pytest.approx(before.months[0].lost)
    assert own.months[1].serving == pytest.approx(1 - part)
    contacts = "until_then.them.contacts"
    assert own.months[1].operating.amount(contacts) == pytest.approx(
        part * before.months[1].operating.amount("them.contacts")
    )
    assert not any(name.startswith("until_then.") for name in names[2])


def test_where_nobody_serves_until_then_everybody_is_lost() -> None:
    own = ahead(own=", lead: 60 days, until_then: lost")["own"]
    month = own.months[0]

    assert month.operating.total == 0
    assert month.lost == pytest.approx(20 * 24 * 365 / 12, rel=0.05)
    assert month.consequences is not None
    lost = month.consequences.lines[0].parts[0].parts or month.consequences.lines[0].parts
    assert month.consequences.amount("lost_order_margin") == pytest.approx(month.lost * 0.2 * 10)
    assert lost


def test_new_people_learn_and_what_they_cannot_do_is_lost() -> None:
    own = ahead()["own"]
    first, second, third = own.months[:3]
    steady = own.months[-1]
    # All are new. They work at 50 %, then 75 %; leavers' replacements are always among them.
    loss = 0.6 / 12 * (0.5 + 0.25)

    handled = 20 * 24 * 365 / 12 - steady.lost
    assert first.lost - steady.lost == pytest.approx(handled * (1 - (0.5 / (1 - loss))), rel=0.06)
    assert first.lost > second.lost > third.lost
    assert first.consequences is not None
    assert first.hires == pytest.approx(first.heads)


def test_a_bridge_is_paid_and_nobody_is_lost() -> None:
    plain, bridged = ahead()["own"], ahead(own=", bridge: 50 EUR/h")["own"]

    assert [month.lost for month in bridged.months] == pytest.approx([plain.months[-1].lost] * 12)
    first = bridged.months[0].operating
    loss = 0.6 / 12 * (0.5 + 0.25)
    assert first.amount("own.bridge") == pytest.approx(
        4 * 730 * (1 - 0.5 / (1 - loss)) * 50, rel=1e-3
    )
    assert bridged.months[-1].operating.amount("own.bridge") == 0


def test_the_first_team_is_hired_before_it_serves() -> None:
    own = ahead(own=", lead: 40 days")["own"]
    once = {one.name: one for one in reversed(own.one_offs)}  # the first of each
    heads = own.months[-1].heads

    assert once["initial_recruitment"].amount == pytest.approx(heads * 1000)
    assert once["initial_recruitment"].month == 1
    assert once["desk"].month == 1
    assert own.months[1].operating.amount("own.recruitment") == 0
    assert own.months[2].operating.amount("own.recruitment") == pytest.approx(heads * 0.05 * 1000)


def test_a_contract_that_still_binds_is_paid_out() -> None:
    own = ahead(own=", lead: 40 days")["own"]
    due = next(one for one in own.one_offs if one.name.endswith("early_termination"))

    assert (due.amount, due.month) == (0.5 * 1000 * 4, 1)
    assert not any("early" in one.name for one in ahead()["as_is"].one_offs)


def test_what_ends_a_contract_is_paid_at_the_prices_of_that_year() -> None:
    scenario = shop(own=", lead: 366 days", horizon="{months: 18}")
    longer = changed(scenario, {"options.as_is.groups.them.contract.binds_months": "20"})
    found = outlook(compare(longer))
    assert found is not None
    due = next(one for one in found["own"].one_offs if one.name.endswith("early_termination"))

    # A year on the contract is 10 % dearer, with eight months left.
    assert due.month == 12
    assert due.amount == pytest.approx(0.5 * 1000 * 1.1 * 8)


def test_a_quiet_month_keeps_people_on_as_far_as_they_do_not_leave() -> None:
    busy = team(
        staffing="to_target: {minimum: 1}",
        payroll="{agents: {calendar: {contract_hours_year: 1800h}, pay: {hourly_rate: 20 EUR/h}},"
        " hiring: {attrition_annual: 60%, cost_per_hire: 1000 EUR}}",
    )
    season = "[10, 10, 5, 10, 10, 10, 10, 10, 10, 10, 10, 10]"
    scenario = desk(
        channels={"phone": line(60, patience="2m", target="{answered: 80% in 20s}")},
        options={"own": f"{{groups: {{own: {busy}}}}}"},
        simulation="{replications: 4, at_most: 4, warm_up: 1h, wrap_up: 1h}",
        horizon=f"{{months: 6, season: {season}, start: 2026-01}}",
    )
    found = outlook(compare(scenario))
    assert found is not None
    months = found["own"].months
    quiet, before, after = months[2], months[1], months[3]

    assert quiet.heads == pytest.approx(before.heads * 0.95)
    assert quiet.hires == 0
    assert quiet.operating.amount("own.kept_on") > 0
    assert after.hires == pytest.approx(after.heads - quiet.heads * 0.95)
    assert after.operating.amount("own.kept_on") == 0


# --- money ---


def test_payback_is_the_month_in_which_the_sums_cross() -> None:
    found = ahead(vendor=", one_offs: [{name: gift, amount: 100 EUR}]")
    own, other = found["own"].economic, found["as_is"].economic
    behind = np.flatnonzero(np.cumsum(other) < np.cumsum(own))

    assert len(behind)
    month = int(behind[-1]) + 1
    assert found.payback("own", "as_is") == (month if month < len(own) else None)
    assert found.payback("own", "own") == 0


def test_what_is_written_once_is_paid_in_its_month() -> None:
    own = ", one_offs: [{name: project, amount: 900 EUR, month: 3}, "
    own += "{name: hall, amount: 1200 EUR, kind: capex, life_months: 12}]"
    found, plain = ahead(own=own)["own"], ahead()["own"]

    assert found.cash - plain.cash == pytest.approx([1200, 0, 0, 900, *[0] * 9])
    assert found.charged - plain.charged == pytest.approx([0, 100, 100, 1000, *[100] * 9])


def equipped(number: float) -> Statement:
    inputs = {"unit_cost": 100.0, "count": number, "life_months": 4.0}
    chair = Line("chair", Group.WORKPLACE, 25.0 * number, "unit_cost * count / life_months", inputs)
    name = "own.equipment_depreciation"
    return Statement((Line.of(name, Group.WORKPLACE, (chair,), cash=False),))


def test_things_are_bought_when_more_are_needed_and_when_they_are_worn_out() -> None:
    months = [equipped(number) for number in (5, 5, 8, 8, 8, 8, 6, 6)]
    found = [(one.month, one.amount) for one, _ in purchases(months, equipped(3), 1)]

    # Three are there; two are bought at the start, three more before the third month. After four
    # months the first five are replaced; after six the three, of which one is enough for six.
    assert found == [(0, 200.0), (2, 300.0), (4, 500.0), (6, 100.0)]


# --- refusals ---


def test_what_serves_until_then_must_have_a_price() -> None:
    bare = team(staffing="shifts: [{agents: 4, hours: always}]")
    scenario = desk(
        channels={"phone": line(20, patience="2m")},
        options={"as_is": f"{{groups: {{them: {bare}}}}}", "own": f"{{groups: {{own: {OWN}}}}}"},
        simulation="{replications: 2, at_most: 2, warm_up: 1h, wrap_up: 1h}",
        horizon="{months: 3}",
    )
    with pytest.raises(InvalidInput, match="until_then must be an option with a price"):
        outlook(compare(scenario))


def test_without_a_horizon_there_are_no_months() -> None:
    scenario = shop().model_copy(update={"horizon": None})
    assert outlook(compare(scenario, replications=2)) is None
    assert list(ahead().options) == ["as_is", "own"]
    with pytest.raises(InvalidInput, match="must be one of as_is, own"):
        ahead()["ours"]


def test_what_serves_today_is_compared_though_nobody_named_it() -> None:
    scenario = shop(horizon="{months: 3, today: as_is}", baseline="own")
    compared = compare(scenario, options=["own"], replications=2)
    assert [option.name for option in compared.options] == ["as_is", "own"]
