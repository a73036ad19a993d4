"""What a hostile, clumsy or unlucky user does to the commands that decide."""

from __future__ import annotations

from pathlib import Path

import pytest

import sim
from sim.cli import main
from sim.decide.figures import figure, satisfaction_assumed
from sim.decide.goals import reach
from sim.errors import InvalidInput, ScenarioError
from sim.scenario.claims import claim_of
from sim.scenario.saved import named_after, saved_text

SHOP = """
name: shop
currency: RUB
calendar: {start: 2026-03-02, days: 7}
channels:
  phone:
    kind: voice
    volume: 900 per week
    arrivals: {Mon-Sun: [0, 0, 0, 0, 0, 0, 0, 0, 0, 9, 9, 9, 9, 9, 9, 9, 9, 9, 0, 0, 0, 0, 0, 0]}
    handle_time: 4m
    patience: 2m
    open: Mon-Sun 09:00-18:00
    target: {answered: 80% in 20s, hold: on average}
    fcr: 75%
options:
  own:
    groups:
      desk:
        skills: [phone]
        staffing: {shifts: [{agents: 4, hours: "Mon-Sun 09:00-18:00"}]}
        payroll: {preset: RU_2026}
  vendor:
    groups:
      team:
        source: vendor
        skills: [phone]
        staffing: {shifts: [{agents: 4, hours: "Mon-Sun 09:00-18:00"}]}
        contract: {preset: RU_2026/shared}
simulation: {replications: 4, at_most: 4, precision: 20%}
"""


def problems(text: str) -> list[str]:
    with pytest.raises(ScenarioError) as caught:
        sim.load_text(text)
    assert all(problem.line > 0 for problem in caught.value.problems)
    return [f"{one.path}: {one.rule}".partition(", got")[0] for one in caught.value.problems]


def test_a_lead_beyond_the_horizon_is_not_blamed_on_the_ranges() -> None:
    risk = "risk: {ranges: [{input: volume, uniform: [x0.5, x2]}]}\n"
    late = SHOP.replace("  vendor:\n", "  vendor:\n    lead: 8 weeks\n")
    found = problems(f"{late}horizon: {{months: 1}}\n{risk}")
    assert found == ["options.vendor.lead: must be shorter than the horizon of 1 months"]


@pytest.mark.parametrize("start", ["0000-01", "1800-01", "9999-12"])
def test_a_horizon_starts_in_years_whose_calendar_is_known(start: str) -> None:
    found = problems(f"{SHOP}horizon: {{months: 1, start: {start}}}\n")
    assert found == ["horizon.start: must be in the years 1980 to 2100"]


def test_a_season_beside_which_other_months_vanish_is_refused() -> None:
    season = ", ".join(["1e300", *["1"] * 11])
    found = problems(f"{SHOP}horizon: {{months: 2, season: [{season}]}}\n")
    assert found == ["horizon.season: must not differ by more than a million times"]


def test_a_change_beyond_all_numbers_names_what_is_claimed() -> None:
    with pytest.raises(InvalidInput, match=r"^cost must be") as caught:
        claim_of("cost", f"+{'9' * 400}%")
    assert caught.value.hint


@pytest.mark.parametrize("name", ["best (2).yaml", "лучший.yaml", "-x.yaml", f"{'x' * 200}.yaml"])
def test_what_is_saved_loads_whatever_its_file_is_called(name: str) -> None:
    text = saved_text("base.yaml", named_after(Path(name)), "hybrid", {}, "")
    said = next(line for line in text.splitlines() if line.startswith("name:"))
    found = sim.load_text(SHOP.replace("name: shop", said))
    assert f'name: "{found.name}"' == said


@pytest.mark.parametrize("claim", ["vendor: {cost: -40% than vendor}", "own: {cost: -40%}"])
def test_a_claim_about_an_option_against_itself_is_refused_in_its_line(claim: str) -> None:
    (found,) = problems(f"{SHOP}claims: {{{claim}}}\n")
    assert found.endswith("cost: must compare two options")


def test_satisfaction_is_one_number_wherever_it_stands() -> None:
    mixed = SHOP.replace(
        'hours: "Mon-Sun 09:00-18:00"}]}\n        payroll: {preset: RU_2026}\n',
        'hours: "Mon-Sun 09:00-18:00"}]}\n        payroll: {preset: RU_2026}\n'
        "        fcr: 90%\n"
        "      late:\n        skills: {phone: {prefer: 2, after: 5s}}\n        fcr: 50%\n"
        '        staffing: {shifts: [{agents: 1, hours: "Mon-Sun 09:00-18:00"}]}\n'
        "        payroll: {preset: RU_2026}\n",
        1,
    )
    felt = (
        "csat: {now: 76, per_minute_of_wait: -3, per_point_of_abandonment: -1, per_point_of_fcr: 1}"
    )
    terms = (
        "consequences: {margin_per_order: 100 RUB, clv: 100 RUB, satisfaction: "
        f"{{asa_minutes: 1, abandonment: 5%, fcr: 85%, {felt}}}}}\n"
    )
    shop = sim.load_text(mixed + terms + "goals: {csat: at least 90% in 3 months}\n")
    compared = sim.compare(shop, options=["own"])
    (goal,) = reach(compared)
    shown = satisfaction_assumed(compared["own"])["csat"]
    assert goal.found.value == pytest.approx(shown / 100)
    assert goal.found.value < 0.95  # the ceiling would hide a difference
    resolved = figure(compared["own"], "fcr").value
    assert 0.7 < resolved < 0.9  # most is served by those who resolve more
    unpriced = sim.load_text(SHOP.replace("        payroll: {preset: RU_2026}\n", "", 1))
    assert figure(sim.compare(unpriced)["own"], "fcr").value == 0.75
    costless = sim.load_text(mixed.replace("        payroll: {preset: RU_2026}\n", ""))
    alike = figure(sim.compare(costless, options=["own"])["own"], "fcr").value
    assert alike == pytest.approx(resolved, abs=0.01)  # groups count by what they served here too


def refused(
    words: list[str], monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> str:
    monkeypatch.setattr("sys.argv", ["linewise", *words])
    with pytest.raises(SystemExit) as stopped:
        main()
    assert stopped.value.code == 2
    return capsys.readouterr().err.strip()


@pytest.mark.parametrize("command", ["compare", "run"])
def test_a_table_that_cannot_be_written_is_refused_before_anybody_waits(
    command: str, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    said = refused([command, "no.yaml", "--csv", "none/b.csv"], monkeypatch, capsys)
    assert said == "csv cannot be written (No such file or directory), got 'none/b.csv'"


@pytest.mark.parametrize("command", ["claim", "optimise", "breakeven", "risk", "staff", "plan"])
def test_two_forms_at_once_are_refused_before_anybody_waits(
    command: str, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    said = refused([command, "no.yaml", "--json", "--csv"], monkeypatch, capsys)
    assert said == "give --csv or --json, not both"
