"""Commands about months: what is printed, at which width, and what a figure is made of."""

from __future__ import annotations

import csv
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from desks import EVEN
from terminal import Said

DESK = (
    EVEN
    + """    fcr: 80%
    repeat_share: 0%
options:
  today:
    groups:
      vendor:
        source: vendor
        skills: [phone]
        staffing: {shifts: [{agents: 3, hours: always}]}
        contract: {minutes: {tiers: [{price: 40 RUB/min}]}}
  own:
    lead: 6 weeks
    one_offs: [{name: project, amount: 300 000 RUB}]
    groups:
      desk: {skills: [phone], staffing: {shifts: [{agents: 3, hours: always}]},
             payroll: {preset: RU_2026}}
baseline: today
horizon: {months: 12, discount: 18%, growth: 10%}
consequences:
  margin_per_order: 1 000 RUB
  channels: {phone: {order_intent: 20%, recovered: {abandoned: 40%}}}
  satisfaction: {fcr: 70%, csat: {now: 76, per_point_of_fcr: 1}}
simulation: {replications: 4, at_most: 4}
"""
)


@pytest.fixture
def desk(tmp_path: Path) -> Path:
    file = tmp_path / "desk.yaml"
    file.write_text(DESK, encoding="utf-8")
    return file


def test_compare_prints_three_amounts_the_promise_and_the_money_of_the_months(
    linewise: Callable[..., Said], desk: Path
) -> None:
    said = linewise("compare", desk)

    for words in (
        "Budget at actual service",
        "Cost at the common target",
        "Total economic cost",
        "The common target: phone: 80% in 20 s",
        "Present value",
        "Even sum a year",
        "CSAT, assumed",
        "12 months, 03.26 to 02.27",
        "below the dots it has paid back",
    ):
        assert words in said.out
    assert "by month, thousand" not in said.out


def test_months_are_printed_when_asked_for_in_both_languages(
    linewise: Callable[..., Said], desk: Path
) -> None:
    english = linewise("compare", desk, "--months").out
    russian = linewise("compare", desk, "--months", "--lang", "ru").out

    assert "own by month, thousand RUB" in english
    assert "own по месяцам, тыс. RUB" in russian
    assert english.count("\n 04.26") == russian.count("\n 04.26") == 2


def test_every_figure_goes_into_a_file(
    linewise: Callable[..., Said], desk: Path, tmp_path: Path
) -> None:
    file = tmp_path / "all.csv"
    data = linewise("compare", desk, "--csv", file, "--json").data
    with file.open(encoding="utf-8", newline="") as read:
        rows = list(csv.DictReader(read))

    ahead = data["horizon"]["options"]["own"]
    found = [row for row in rows if row["option"] == "own" and row["measure"] == "npv"]
    assert [float(row["value"]) for row in found] == [ahead["npv"]]
    cash = [float(r["value"]) for r in rows if r["option"] == "own" and r["measure"] == "cash"]
    assert cash == ahead["cash"]
    assert sum(cash) == pytest.approx(ahead["tco"])
    statement = [r for r in rows if r["option"] == "own" and r["section"] == "statement"]
    total = sum(float(row["value"]) for row in statement)
    assert total == pytest.approx(data["options"]["own"]["cost_month"]["value"])


def test_a_file_of_figures_is_for_programs_or_for_the_russian_excel(
    linewise: Callable[..., Said], desk: Path, tmp_path: Path
) -> None:
    plain, russian = tmp_path / "en.csv", tmp_path / "ru.csv"
    linewise("run", desk, "--csv", plain)
    linewise("run", desk, "--csv", russian, "--lang", "ru")

    with plain.open(encoding="utf-8", newline="") as read:
        rows = [row["value"] for row in csv.DictReader(read)]
    with russian.open(encoding="utf-8-sig", newline="") as read:
        ours = [row["value"].replace(",", ".") for row in csv.DictReader(read, delimiter=";")]
    assert russian.read_text("utf-8").startswith("\ufeff")
    assert rows == ours
    assert any("." in value for value in rows)


def test_the_data_of_months_ties_to_its_own_lines(
    linewise: Callable[..., Said], desk: Path
) -> None:
    own = linewise("compare", desk, "--json").data["horizon"]["options"]["own"]

    charged = [sum(line["amount"] for line in month["statement"]) for month in own["by_month"]]
    once = sum(o["amount"] for o in own["one_offs"] if o["kind"] == "opex")
    assert sum(own["charged"]) == pytest.approx(sum(charged) + once)
    assert list(own["payback_month"]) == ["today"]
    assert own["by_month"][0]["serving"] == 0
    assert 0 < own["by_month"][1]["serving"] < 1


def test_why_prints_a_figure_down_to_its_sources(linewise: Callable[..., Said], desk: Path) -> None:
    said = linewise("why", desk, "own", "base_wages")
    third = linewise("why", desk, "own", "desk.base_wages", "--month", 3, "--lang", "ru")

    assert "rate per hour × hours on the roster" in said.out
    assert "options.own.groups.desk.payroll.agents.pay.hourly_rate [1]" in said.out
    assert "[1] trade source: " in said.out
    assert "simulated" in linewise("why", desk, "today", "minutes").out
    assert "= ставка в час × часов по графику = 320 × " in third.out
    assert "[1] отраслевой источник: " in third.out


def test_why_lists_the_lines_and_refuses_others(linewise: Callable[..., Said], desk: Path) -> None:
    listed = linewise("why", desk, "own")
    wrong = linewise("why", desk, "own", "bse_wages")
    late = linewise("why", desk, "own", "rent", "--month", 13)

    assert "desk.base_wages" in listed.out
    assert "initial_recruitment" in listed.out
    assert wrong.code == late.code == 2
    assert "did you mean" in wrong.err
    assert "from 1 to 12" in late.err
    data = linewise("why", desk, "own", "rent", "--json").data
    assert data["line"] == "desk.rent"


def lines_of(said: Said) -> Iterator[str]:
    yield from (line.rstrip() for line in said.out.splitlines())


def test_nothing_is_wider_than_a_narrow_terminal(
    linewise: Callable[..., Said], desk: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    from rich.console import Console

    monkeypatch.setattr(Console, "is_terminal", property(lambda self: True))
    monkeypatch.setenv("COLUMNS", "80")
    monkeypatch.setenv("NO_COLOR", "1")
    monkeypatch.setenv("TERM", "dumb")
    for lang in ("en", "ru"):
        for command in (("compare", desk, "--months"), ("why", desk, "own", "rent")):
            said = linewise(*command, "--lang", lang)
            assert said.code == 0
            assert max(map(len, lines_of(said))) <= 80
