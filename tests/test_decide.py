"""Decisions: months that tie to what was simulated, savings at equal service, promises."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import scipy.stats
from desks import desk, line, team

from sim.cost import Hours
from sim.decide import Comparison, compare, judge, simulate
from sim.decide.month import Month
from sim.erlang import erlang_a
from sim.errors import Interrupted, InvalidInput, ScenarioError
from sim.experiment import Goal, Progress, case, replicate
from sim.metrics import Count, Presence, Work
from sim.report.data import comparison_data
from sim.report.economics import equal_service_sentences, three_rows_table
from sim.report.language import Language
from sim.report.sentences import verdict_sentence
from sim.scenario import Scenario, load
from sim.scenario.purchases import vat_differences
from sim.stats import Estimate

ROUND_THE_CLOCK = "shifts: [{{agents: {}, hours: always}}]"
PHONE = line(12, patience="2m", target="{answered: 80% in 20s}")


def option(
    agents: int = 4, price: str | None = "20 EUR/h", *, handle_time: str = "100%", **more: str
) -> str:
    """A vendor's team by the hour."""
    terms = {"contract": f"{{price_per_agent_hour: {{rate: {price}}}}}"} if price else {}
    group = team(
        staffing=ROUND_THE_CLOCK.format(agents), source="vendor", handle_time=handle_time, **terms
    )
    keys = {"groups": f"{{them: {group}}}", **more}
    return "{" + ", ".join(f"{key}: {value}" for key, value in keys.items()) + "}"


def shop(options: Mapping[str, str], **more: Any) -> Scenario:
    plain: dict[str, Any] = {
        "simulation": "{replications: 12, at_most: 12, warm_up: 1h, wrap_up: 1h}",
        "channels": {"phone": PHONE},
    }
    return desk(options=options, **{**plain, **more})


# --- the average month ---------------------------------------------------------------------------


def test_a_month_has_730_hours_whatever_the_week() -> None:
    scenario = shop({"base": option(4)}, calendar="{country: RU, start: 2026-03-05, days: 7}")
    month = Month.of(scenario, case(scenario, "base"))
    always = month.kinds[0, :, 0]

    assert always.sum() == pytest.approx(730)  # 8 760 h a year
    np.testing.assert_allclose(month.types.sum(axis=1), always)
    for kind, bit in ((1, 4), (2, 2), (3, 1)):  # night, weekend, holiday
        typed = month.types[:, [t for t in range(8) if t & bit]].sum(axis=1)
        np.testing.assert_allclose(typed, month.kinds[0, :, kind])
    assert month.kinds[0, :, 3].sum() > 0


@pytest.mark.parametrize("days", [7, 8, 14, 17])
def test_a_longer_period_is_still_one_month(days: int) -> None:
    calendar = f"{{start: 2026-03-04, days: {days}}}"
    result = simulate(shop({"base": option(4)}, calendar=calendar), replications=2)

    # Wrap-up and warm-up are outside; nobody ends a shift, so nothing is overrun.
    assert result.hours == pytest.approx(4 * 730)


@pytest.mark.parametrize(("start", "days"), [("2026-03-16", 7), ("2026-03-02", 14)])
def test_who_closes_on_holidays_is_called_on_the_other_days_only(start: str, days: int) -> None:
    calendar = f"{{country: RU, start: {start}, days: {days}}}"  # 8 March is a holiday
    phone = line(12, patience="2m", closed_on_holidays="true")
    scenario = shop({"base": by_contact("1 EUR")}, channels={"phone": phone}, calendar=calendar)
    month = Month.of(scenario, case(scenario, "base"))

    assert month.kinds[0, :, 0].sum() == pytest.approx((365 - 14) * 24 / 12)
    assert month.types.sum() == pytest.approx(730)
    statement = simulate(scenario).statement
    assert statement is not None
    assert statement.amount("them.contacts") == pytest.approx(12 * 351 * 24 / 12, rel=0.02)


def test_a_holiday_does_not_stand_for_a_month_of_closed_days() -> None:
    phone = line(12, patience="2m", closed_on_holidays="true")
    with pytest.raises(ScenarioError, match="as phone closes on holidays"):
        shop(
            {"base": option(4)},
            channels={"phone": phone},
            calendar="{country: RU, start: 2026-03-02}",
        )


def test_less_than_a_week_is_no_month() -> None:
    with pytest.raises(ScenarioError, match="at least 7 to price a month"):
        simulate(shop({"base": option(4)}, calendar="{start: 2026-03-04, days: 6}"))


def test_without_terms_a_single_day_will_do() -> None:
    day = shop({"base": option(4, None)}, calendar="{start: 2026-03-04, days: 1}")
    result = simulate(day, replications=2)

    assert result.cost is None
    assert result.hours == pytest.approx(4 * 24 * 365 / 12)


def test_what_a_month_records_is_what_was_counted() -> None:
    scenario = shop({"base": option(4)})
    played = case(scenario, "base")
    month = Month.of(scenario, played)
    result = replicate(played, seed=1, replications=3, record=month.record)
    counts = month.read(result.record)
    weights = month.kinds[0, :, 0]
    served = result.counts("phone")[:, Count.SERVED]
    present = result.presence("them")[:, Presence.LOGGED]

    assert counts.contacts[0, Count.SERVED] == pytest.approx(weights @ served)
    assert counts.work[0, 0, Work.SERVED, 0] == pytest.approx(weights @ served)
    assert counts.presence[0, Presence.LOGGED].sum() == pytest.approx(weights @ present)
    assert counts.work[0, 0, Work.TALK, 0] == pytest.approx(counts.contacts[0, Count.TALK])


def test_hours_by_type_are_those_that_were_worked() -> None:
    scenario = shop({"base": option(3)})
    played = case(scenario, "base")
    month = Month.of(scenario, played)
    result = replicate(played, seed=1, replications=2, record=month.record)
    ops = month.contract(month.read(result.record), "them", scenario.options["base"].groups["them"])
    hours: tuple[Hours, ...] = ops.hours

    assert sum(h.logged for h in hours) == pytest.approx(3 * 730)
    assert sum(h.logged for h in hours if h.weekend) == pytest.approx(3 * 730 * 2 / 7, rel=0.01)
    assert {h.type for h in hours} >= {"day", "weekend"}


# --- one option ----------------------------------------------------------------------------------


def test_an_hourly_price_costs_the_hours_that_are_logged() -> None:
    result = simulate(shop({"base": option(4, "20 EUR/h")}), replications=5)
    assert result.cost is not None
    assert result.statement is not None

    assert result.cost.value == pytest.approx(4 * 730 * 20, rel=1e-3)
    assert result.statement.total == result.cost.value
    total = math.fsum(entry.amount for entry in result.statement.lines)
    assert total == pytest.approx(result.statement.total)
    assert result.peak == 4
    assert result.heads is None


def test_what_customers_get_is_what_was_simulated() -> None:
    result = simulate(shop({"base": option(1)}), replications=5)
    phone = result.attained[0]

    assert phone.service_level == result.replications.estimate("service_level", "phone")
    assert not phone.kept
    assert not result.kept
    assert phone.thin[1] == 168
    assert 100 < phone.thin[0] <= 168


def test_a_generous_team_keeps_its_promise_everywhere() -> None:
    result = simulate(shop({"base": option(9)}), replications=5)

    assert result.kept
    assert result.attained[0].thin == (0, 168)


# --- options side by side ------------------------------------------------------------------------


def compared(options: Mapping[str, str], **more: Any) -> Comparison:
    return compare(shop(options, **more))


def test_the_cheaper_of_two_that_serve_alike_is_cheaper_by_the_difference() -> None:
    found = compared({"own": option(4, "20 EUR/h"), "vendor": option(4, "15 EUR/h")})
    verdict = found.verdict

    assert (verdict.kind, verdict.best, verdict.other) == ("cheaper", "vendor", "own")
    assert verdict.saving is not None
    assert verdict.saving.value == pytest.approx(4 * 730 * 5)
    assert verdict.share == pytest.approx(0.25)
    assert verdict.saving.low > 0


def test_when_the_baseline_is_cheapest_it_is_compared_with_the_next() -> None:
    options = {
        "own": option(4, "10 EUR/h"),
        "dear": option(4, "30 EUR/h"),
        "vendor": option(4, "15 EUR/h"),
    }
    verdict = compared(options).verdict

    assert (verdict.kind, verdict.best, verdict.other) == ("cheaper", "own", "vendor")


def test_who_may_not_be_enough_is_told_what_is_possible_and_what_would_do() -> None:
    terms = "{price_per_agent_hour: {rate: 9 EUR/h}}"
    few = team(staffing="to_target: {maximum: 1}", source="vendor", contract=terms)
    found = compared({"own": option(5), "few": f"{{groups: {{them: {few}}}}}"})
    said = " ".join(equal_service_sentences(found, Language("en")))
    base = " ".join(equal_service_sentences(compared({"own": option(5)}), Language("en")))

    queue = erlang_a(arrival_rate=12 / 3600, aht=240, agents=1, patience=120)
    level = float(queue.service_level("offered", 20))
    assert (
        f"cannot be met by the 1 of “them”: in the worst interval, Mon 00:00, at most {level:.0%}"
        in said
    )
    assert "2 would do" in said
    assert "cannot be met" not in base


def taxed(rate: str, share: str) -> str:
    """A vendor's team by the hour with VAT, and what stays with the client under 22 %."""
    terms = f"{{price_per_agent_hour: {{rate: 9 EUR/h}}, vat_rate: {rate}, {share}}}"
    group = team(staffing=ROUND_THE_CLOCK.format(5), source="vendor", contract=terms)
    return f"{{groups: {{them: {group}}}, retained: {{vat_rate: 22%, {share}}}}}"


def test_vat_counted_in_two_ways_is_said_beside_the_answer() -> None:
    back, lost = "vat_recoverable_share: 100%", "vat_recoverable_share: 0%"
    found = compared({"one": taxed("22%", back), "two": taxed("5%", lost)})
    said = equal_service_sentences(found, Language("en"))[-1]
    alike = compared({"one": taxed("22%", lost), "two": taxed("5%", lost)})

    assert "“Share of VAT recovered” is 100% in “one” and 0% in “two”" in said
    assert not any("VAT" in one for one in equal_service_sentences(alike, Language("en")))
    told = comparison_data(found)["vat_not_alike"]
    assert told["words"]["en"] == [said.removeprefix("* ")]
    assert told["differences"][0]["options"] == ("one", "two")
    assert comparison_data(alike)["vat_not_alike"] is None


def test_one_client_is_taxed_at_one_rate_and_a_team_abroad_at_its_own() -> None:
    shop = load(Path(__file__).parents[1] / "scenarios" / "company-n.yaml").options
    own, shared = shop["inhouse"], shop["shared"]
    assert shared.retained is not None
    lower = shared.retained.model_copy(update={"vat_rate": 0.2})
    options = {"own": own, "shared": shared.model_copy(update={"retained": lower})}

    assert vat_differences(shop, "RU") == ()
    (found,) = vat_differences(options, "RU")
    assert found == ("vat_rate", ("own", "shared"), (0.22, 0.2))
    assert vat_differences(options, "GB") == ()  # by the Russian preset: a team abroad


def test_no_saving_is_stated_against_worse_service() -> None:
    found = compared({"own": option(5), "thin": option(2, "1 EUR/h")})
    verdict = found.verdict

    assert {gap.measure for gap in found.gaps("thin")} == {"service_level", "missed"}
    gap = found.gaps("thin")[0]
    assert gap.ours < gap.theirs - 0.02
    assert (verdict.kind, verdict.best, verdict.saving) == ("alone", "own", None)


def test_closing_at_night_is_not_equal_service() -> None:
    options = {"own": option(5), "day": option(5, "1 EUR/h", open='{phone: "09:00-18:00"}')}
    found = compared(options)

    assert "missed" in {gap.measure for gap in found.gaps("day")}
    assert found.verdict.kind == "alone"


def test_where_nothing_is_promised_every_channel_must_be_served_alike() -> None:
    options = {"own": option(5), "thin": option(1, "1 EUR/h")}
    found = compared(options, channels={"phone": line(12, patience="2m")})

    assert {gap.measure for gap in found.gaps("thin")} == {"service_level", "missed"}
    assert found.verdict.kind == "alone"


def test_an_option_may_not_turn_away_whom_nothing_was_promised() -> None:
    channels = {"phone": PHONE, "chat": line(1, kind="chat")}
    both = option(5).replace("[phone]", "[phone, chat]")
    options = {"own": both, "phone_only": option(5, "1 EUR/h", open="{chat: never}")}
    gaps = compared(options, channels=channels).gaps("phone_only")

    assert [(gap.channel, gap.measure) for gap in gaps] == [("chat", "missed")]


def test_governance_is_a_share_of_the_invoice() -> None:
    result = simulate(
        shop({"base": option(4, "20 EUR/h", retained="{governance_share: 8%}")}), replications=3
    )
    assert result.statement is not None

    invoice = result.statement.amount("them.agent_hours")
    assert invoice > 0
    assert result.statement.amount("retained.governance") == pytest.approx(0.08 * invoice)


def test_better_service_is_not_equal_service_either() -> None:
    found = compared({"thin": option(3), "thick": option(8, "1 EUR/h")}, baseline="thin")

    assert found.gaps("thick")
    assert found.verdict.kind == "alone"


def test_better_service_is_called_better_with_what_it_costs() -> None:
    options = {"thin": option(2), "own": option(8), "vendor": option(8, "1 EUR/h")}
    found = compared(options, baseline="thin")
    target, own, vendor, hint = equal_service_sentences(found, Language("en"))

    assert target.startswith("The common target")
    assert "“own” serves better than “thin”" in own
    assert own.endswith("It costs €87.6K a month more.")  # six more agents at 20 an hour for 730 h
    assert vendor.endswith("And it costs €23.4K a month less.")  # 2 · 20 · 730 - 8 · 1 · 730
    assert "“own” and “vendor” give the same service" in hint
    assert "baseline: own" in hint
    assert found.price_of_gap("own") is None


def test_worse_service_has_the_price_of_the_cheapest_that_is_not_worse() -> None:
    found = compared({"own": option(8), "dear": option(2, "90 EUR/h"), "thin": option(2)})
    _, dear, thin = equal_service_sentences(found, Language("en"))

    assert dear.endswith("“own” gives it, and costs €14.6K a month less.")
    assert thin.endswith(
        "The cheapest option here that gives it, “own”, costs €87.6K a month more."
    )


def test_a_baseline_that_misses_the_target_is_said_to_and_is_no_cost_at_the_target() -> None:
    found = compared({"thin": option(1), "own": option(8), "vendor": option(8, "19 EUR/h")})
    english = Language("en")
    _, thin, *_ = equal_service_sentences(found, english)

    assert "“thin” misses the common target: " in thin
    assert "and 80% is promised" in thin
    # Eight agents at 19 for 730 hours, less one at 20.
    assert thin.endswith("reaches the target, “vendor”, costs €96.4K a month more.")
    assert [option.name for option in found.reaching_target()] == ["vendor", "own"]
    assert three_rows_table(found, english).rows[1][1] == "—"
    at_target = comparison_data(found)["options"]
    assert at_target["thin"]["price_of_target"]["cheapest"] == "vendor"
    assert at_target["own"]["below_target"] == []
    assert at_target["own"]["price_of_target"] is None


def test_without_anybody_who_reaches_it_a_target_has_no_price() -> None:
    found = compared({"thin": option(1), "thinner": option(1, "9 EUR/h")})
    _, thin, *_ = equal_service_sentences(found, Language("en"))

    assert thin.endswith("No option here reaches the target.")
    assert found.price_of_target("thin") is None


def test_who_lets_nobody_in_misses_the_target() -> None:
    options = {"own": option(5), "shut": option(5, open="{phone: never}")}
    found = compared(options, baseline="shut")
    [_, shut, *_] = equal_service_sentences(found, Language("en"))

    assert "nobody is let in (phone)" in shut


@pytest.mark.parametrize("code", ["en", "ru"])
def test_where_nobody_comes_there_is_no_service_to_compare(code: str) -> None:
    options = {"own": option(2), "vendor": option(1)}
    found = compared(options, channels={"phone": line(0, target="{answered: 80% in 20s}")})
    said = verdict_sentence(found, Language("ru" if code == "ru" else "en"))

    assert (found.verdict.kind, found.verdict.best) == ("idle", "vendor")
    assert ("no service to compare" in said) == (code == "en")
    assert "At the same service" not in said
    assert found.reaching_target() == ()
    assert found.short_of_target("own") == ()
    assert all(option.kept for option in found.options)


def test_the_interval_of_a_saving_holds_for_all_comparisons_at_once() -> None:
    rates = {"own": "2 EUR", "vendor": "1.9 EUR", "other": "1.8 EUR", "last": "1.7 EUR"}
    found = compared({name: by_contact(rate) for name, rate in rates.items()})
    verdict = found.verdict
    apart = found["own"].batches - found["last"].batches
    alone = scipy.stats.t(len(apart) - 1).ppf(1 - 0.05 / 2 / 3)  # Bonferroni over three

    assert (verdict.best, verdict.other, verdict.comparisons) == ("last", "own", 3)
    assert verdict.saving is not None
    assert verdict.saving.half_width == pytest.approx(
        alone * np.std(apart, ddof=1) / math.sqrt(len(apart))
    )
    assert verdict.not_told_apart == ()
    assert "of 3 comparisons at once" in verdict_sentence(found, Language("en"))


def test_a_saving_that_was_picked_out_of_many_is_not_believed_too_often() -> None:
    plain = compared({name: by_contact("2 EUR") for name in ("own", *"abcdefg")})
    rng = np.random.default_rng(20260302)
    wrong, alone, times = 0, 0, 400
    for _ in range(times):
        # All cost the same in truth: whatever saving is found is luck.
        drawn = rng.normal(100.0, 10.0, (len(plain.options), 12))
        options = tuple(
            replace(one, batches=row, cost=Estimate(float(row.mean()), 0.0))
            for one, row in zip(plain.options, drawn, strict=True)
        )
        found = replace(plain, options=options)
        pair = found.difference(found.verdict.other or "", found.verdict.best)
        assert pair is not None
        wrong += found.verdict.kind == "cheaper"
        alone += pair.low > 0
    assert wrong < 0.05 * times
    assert alone > 0.08 * times  # what an interval for one pair alone would have claimed


def test_options_that_may_be_the_cheapest_as_well_are_named() -> None:
    rates = {"own": "2 EUR", "vendor": "1 EUR", "double": "1 EUR"}
    found = compared({name: by_contact(rate) for name, rate in rates.items()})

    assert found.verdict.not_told_apart == ("double",)
    said = verdict_sentence(found, Language("en"))
    assert said.endswith("does not tell “vendor” apart, as the cheapest, from “double”.")


def test_a_tolerance_says_what_counts_as_equal() -> None:
    options = {"own": option(5, "20 EUR/h"), "thin": option(4, "20 EUR/h")}

    assert compared(options, tolerance="60%").verdict.kind == "cheaper"
    assert compared(options, tolerance="0.1%").verdict.kind == "alone"


def by_contact(price: str) -> str:
    group = team(
        staffing=ROUND_THE_CLOCK.format(4),
        source="vendor",
        contract=f"{{price_per_contact: {{phone: {price}}}}}",
    )
    return f"{{groups: {{them: {group}}}}}"


@pytest.mark.parametrize("forecast", [5_000, 12_000])
def test_a_month_is_held_against_the_forecast_of_its_contract(forecast: int) -> None:
    band = f"{{down: 10%, up: 5%, over_surcharge: 50%, contacts: {{phone: {forecast}}}}}"
    terms = f"{{price_per_contact: {{phone: 2 EUR}}, forecast_band: {band}}}"
    group = team(staffing=ROUND_THE_CLOCK.format(4), source="vendor", contract=terms)
    result = simulate(shop({"base": f"{{groups: {{them: {group}}}}}"}), replications=4)
    month = result.statement
    assert month is not None

    calls = month.amount("them.contacts") / 2
    over = max(calls - 1.05 * forecast, 0) * 2 * 0.5
    assert month.amount("them.minimum_topup") == pytest.approx(
        max(0.9 * forecast - calls, 0) * 2, rel=1e-3
    )
    assert month.amount("them.over_forecast") == pytest.approx(over, rel=1e-3)
    assert (over > 0) == (forecast == 5_000)


def test_a_difference_within_the_noise_is_even() -> None:
    by_call = compared({"own": by_contact("2 EUR"), "vendor": by_contact("2 EUR")})

    assert by_call.verdict.kind == "even"


def test_without_terms_there_is_nothing_to_compare() -> None:
    found = compared({"own": option(4, None), "vendor": option(4)})

    assert found.verdict.kind == "unpriced"
    assert found.difference("vendor") is None


def test_paired_differences_are_narrower_than_unpaired_ones() -> None:
    found = compared({"own": by_contact("2 EUR"), "vendor": by_contact("2.10 EUR")})
    one, other = found["own"].cost, found["vendor"].cost
    paired = found.difference("vendor")
    assert one is not None
    assert other is not None
    assert paired is not None

    assert paired.value == pytest.approx(other.value - one.value)
    assert paired.half_width < 0.2 * math.hypot(one.half_width, other.half_width)


def test_all_options_have_the_same_replications() -> None:
    scenario = shop(
        {"easy": option(9), "hard": option(2)},
        simulation="{replications: 4, at_most: 60, precision: 1%, warm_up: 1h, wrap_up: 1h}",
    )
    found = compare(scenario)
    alone = {name: simulate(scenario, name).replications.count for name in ("easy", "hard")}

    assert alone["easy"] < alone["hard"]
    assert {o.replications.count for o in found.options} == {alone["hard"]}
    assert len({len(o.batches) for o in found.options}) == 1
    assert found.run.replications == alone["hard"]
    assert all(o.replications.precise for o in found.options)


def test_only_the_options_asked_for_take_part_and_the_baseline() -> None:
    options = {"own": option(4), "vendor": option(4), "other": option(4)}
    found = compare(shop(options), options=["other"], replications=2)

    assert [o.name for o in found.options] == ["own", "other"]
    with pytest.raises(InvalidInput, match="must be one of own, vendor, other"):
        compare(shop(options), options=["moon"])
    with pytest.raises(InvalidInput, match="must be one of own, other"):
        found["vendor"]


def test_engines_and_threads_change_nothing() -> None:
    scenario = shop({"own": by_contact("2 EUR"), "vendor": by_contact("3 EUR")})
    plain = compare(scenario, replications=2, workers=1)
    other = compare(scenario, replications=2, workers=3, engine="reference")

    assert plain.verdict == other.verdict
    assert [o.cost for o in plain.options] == [o.cost for o in other.options]
    assert [o.attained for o in plain.options] == [o.attained for o in other.options]


def test_a_key_pressed_keeps_the_options_that_were_finished() -> None:
    scenario = shop({"own": option(4), "vendor": option(5)})
    seen: dict[str, int] = {}

    def press(name: str, step: Progress) -> None:
        seen[name] = step.done
        if name == "vendor" and step.done >= 5:
            raise KeyboardInterrupt

    with pytest.raises(Interrupted) as caught:
        compare(scenario, replications=40, progress=press, on="threads:2")
    own, vendor = caught.value.partial

    assert (own.name, own.replications.count, own.replications.stopped) == ("own", 40, "all played")
    assert (vendor.name, vendor.replications.stopped) == ("vendor", "interrupted")
    assert 5 <= vendor.replications.count <= 40
    assert vendor.cost is not None
    assert vendor.cost.value > 0


def test_a_key_pressed_while_one_option_is_simulated_keeps_its_replications() -> None:
    def press(step: Progress) -> None:
        raise KeyboardInterrupt

    with pytest.raises(Interrupted) as caught:
        simulate(shop({"base": option(4)}), replications=6, progress=press)

    assert 1 <= caught.value.partial.replications.count <= 6
    assert caught.value.partial.attained[0].channel == "phone"


def test_who_looks_on_can_stop_it_while_it_staffs() -> None:
    staffed = f"{{groups: {{them: {team(staffing='to_target: {minimum: 1}')}}}}}"
    scenario = shop({"own": staffed, "vendor": option(5)})
    seen: list[tuple[str, str, int]] = []

    def enough(name: str, step: Progress) -> None:
        seen.append((name, step.measure, step.done))
        raise TimeoutError

    with pytest.raises(TimeoutError):
        compare(scenario, replications=40, progress=enough)
    assert seen == [("own", "staffing", 0)]


def test_differences_in_service_are_paired() -> None:
    found = compare(shop({"own": option(4), "thin": option(3)}), replications=20)
    change = found.difference_in("service_level", "phone", "thin")
    own, thin = (found[name].attained[0].service_level for name in ("own", "thin"))

    assert change.value == pytest.approx(thin.value - own.value)
    assert change.half_width < own.half_width + thin.half_width


def test_two_stages_meet_the_same_customers_in_every_option() -> None:
    scenario = shop(
        {"easy": option(9), "hard": option(2)},
        simulation="{replications: 4, at_most: 60, precision: 1%, stop: two stages}",
    )
    found = compare(scenario)

    assert {o.replications.first for o in found.options} == {4}
    assert len({o.replications.count for o in found.options}) == 1
    assert found.difference("hard") is not None


def test_goals_stand_in_for_the_scenarios_precision() -> None:
    scenario = shop(
        {"base": option(3)}, simulation="{replications: 4, at_most: 900, precision: 1%}"
    )
    result = simulate(scenario, goals=[Goal(0.1, "asa", "phone", relative=True)])
    asa = result.attained[0].asa

    assert result.replications.stopped == "precise"
    assert asa.half_width <= 0.1 * asa.value
    with pytest.raises(InvalidInput, match="must not stand beside goals"):
        simulate(scenario, goals=[Goal(0.1)], replications=5)


# --- promises ------------------------------------------------------------------------------------


def judged(promise: str, *, agents: int = 4, price: str | None = "20 EUR/h") -> str:
    scenario = shop({"base": option(agents, price)}, expect=f"{{base: {{{promise}}}}}")
    (one,) = judge(scenario)
    assert one.option == "base"
    return one.state


@pytest.mark.parametrize(
    ("promise", "state"),
    [
        ("phone.service_level: at least 50%", "holds"),
        ("phone.service_level: at least 99.9%", "broken"),
        ("phone.abandonment: at most 30%", "holds"),
        ("phone.abandonment: at most 0.1%", "broken"),
        ("cost: at most 60 000 EUR", "holds"),
        ("cost: at most 50 000 EUR", "broken"),
        ("hours: at least 2 919 h", "holds"),
        ("hours: at most 2 900 h", "broken"),
        ("occupancy: at most 40%", "holds"),
        ("occupancy: at least 40%", "broken"),
    ],
)
def test_a_promise_is_judged_on_its_interval(promise: str, state: str) -> None:
    agents = 4 if "phone" not in promise else 3
    assert judged(promise, agents=agents if "occupancy" not in promise else 4) == state


def test_a_promise_that_the_interval_holds_is_open() -> None:
    found = simulate(shop({"base": option(3)})).attained[0].service_level
    promise = f"phone.service_level: at least {100 * found.value:.4f}%"

    assert judged(promise, agents=3) == "open"


def test_an_open_promise_brings_more_replications() -> None:
    found = simulate(shop({"base": option(3)}), replications=400).attained[0].service_level
    bound = f"at least {100 * (found.value - 1.5 * found.half_width):.4f}%"
    scenario = shop(
        {"base": option(3)},
        simulation="{replications: 4, at_most: 400, precision: 50%, warm_up: 1h, wrap_up: 1h}",
        expect=f"{{base: {{phone.service_level: {bound}}}}}",
    )
    (one,) = judge(scenario)

    assert one.state == "holds"
    assert one.found.half_width < 0.02


@pytest.mark.parametrize("promise", ["cost: at most 1 000 EUR", "heads: at most 5"])
def test_a_promise_of_what_an_option_has_not_is_refused_in_words(promise: str) -> None:
    with pytest.raises(ScenarioError, match="cannot be promised"):
        judged(promise, price=None)


def test_without_promises_there_is_nothing_to_judge() -> None:
    assert judge(shop({"base": option()})) == ()
