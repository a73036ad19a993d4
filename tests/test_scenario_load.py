"""From files to a scenario: tables, variants, folders."""

from __future__ import annotations

import math
import pickle
from pathlib import Path

import pytest

from sim.errors import ScenarioError
from sim.scenario import (
    Exponential,
    Fixed,
    Intervals,
    Lognormal,
    Never,
    Scenario,
    Shifts,
    ToTarget,
    Weibull,
    find,
    load,
    load_text,
)
from sim.scenario.hours import DAYS

DAY = "[" + ", ".join(str(hour) for hour in range(24)) + "]"
SHOP = f"""
name: shop
currency: RUB
calendar: {{country: RU, start: 2026-03-02}}
channels:
  phone:
    kind: voice
    volume: 21 000 per month
    arrivals: {{Mon-Sun: {DAY}}}
    handle_time: 4m
    patience: 110s
    target: {{answered: 80% in 20s}}
groups:
  own: {{skills: [phone], staffing: {{to_target: {{minimum: 1}}}}}}
"""


def table(
    rows_per_day: int = 24, separator: str = ",", header: str = "day,time,phone", comma: str = "."
) -> str:
    """A week in which interval i of a day has i + 0.5 contacts."""
    minutes = 1440 // rows_per_day
    lines = [header.replace(",", separator)]
    for day in DAYS:
        for row in range(rows_per_day):
            hour, minute = divmod(row * minutes, 60)
            cells = [day, f"{hour:02d}:{minute:02d}", f"{row}{comma}5"]
            lines.append(separator.join(cells))
    return "\n".join(lines) + "\n"


def with_table(folder: Path, data: bytes, more: str = "") -> Scenario:
    """The shop with its arrivals in a file."""
    (folder / "data").mkdir(exist_ok=True)
    (folder / "data" / "week.csv").write_bytes(data)
    text = SHOP.replace(f"{{Mon-Sun: {DAY}}}", "data/week.csv")
    text = text.replace("    volume: 21 000 per month\n", "") + more
    (folder / "shop.yaml").write_text(text, "utf-8")
    return load(folder / "shop.yaml")


def test_arrivals_are_scaled_to_the_volume() -> None:
    phone = load_text(SHOP).channels["phone"]

    assert math.isclose(phone.volume, 21_000 * 12 / 365 * 7)
    assert phone.arrivals[23] / phone.arrivals[1] == pytest.approx(23)
    assert len(phone.arrivals) == 168


def test_without_a_volume_the_numbers_are_contacts() -> None:
    text = SHOP.replace("    volume: 21 000 per month\n", "")

    assert load_text(text).channels["phone"].volume == 7 * 276


def test_hourly_contacts_are_spread_over_shorter_intervals() -> None:
    text = "interval: 15m\n" + SHOP.replace("    volume: 21 000 per month\n", "")
    phone = load_text(text).channels["phone"]

    assert phone.arrivals[4:8] == (0.25,) * 4
    assert phone.volume == pytest.approx(7 * 276)


def test_levels_are_repeated_over_shorter_intervals() -> None:
    text = "interval: 30m\n" + SHOP.replace(
        "{to_target: {minimum: 1}}", f"{{intervals: {{Mon-Sun: {DAY}}}}}"
    )
    staffing = load_text(text).options["base"].groups["own"].staffing

    assert isinstance(staffing, Intervals)
    assert staffing.intervals[2:6] == (1, 1, 2, 2)


def test_the_three_forms_of_staffing() -> None:
    forms = {
        "{to_target: {minimum: 2, maximum: 9}}": ToTarget(minimum=2, maximum=9),
        "{to_target: }": ToTarget(),
    }
    for text, expected in forms.items():
        scenario = load_text(SHOP.replace("{to_target: {minimum: 1}}", text))
        assert scenario.options["base"].groups["own"].staffing == expected

    shifts = (
        "{shifts: [{agents: 1, hours: 'Fri 20:00-08:00'}, {agents: 3, hours: [Mon 09:00-18:00]}]}"
    )
    option = load_text(SHOP.replace("{to_target: {minimum: 1}}", shifts)).options["base"]
    staffing = option.groups["own"].staffing
    assert isinstance(staffing, Shifts)
    night, day = staffing.shifts
    assert night.hours.spans == ((4 * 86_400 + 72_000, 5 * 86_400 + 28_800),)
    assert (day.agents, day.hours.spans) == (3, ((32_400, 64_800),))


@pytest.mark.parametrize(
    ("text", "law"),
    [
        ("4m", Exponential(mean=240.0)),
        ("{law: exponential, mean: 4m}", Exponential(mean=240.0)),
        ("{law: lognormal, mean: 188s, cv: 1.28}", Lognormal(mean=188.0, cv=1.28)),
        ("{law: fixed, value: 3m}", Fixed(value=180.0)),
        ("{law: weibull, mean: 2m, shape: 1.4}", Weibull(mean=120.0, shape=1.4)),
    ],
)
def test_laws_of_durations(text: str, law: object) -> None:
    assert (
        load_text(SHOP.replace("handle_time: 4m", f"handle_time: {text}"))
        .channels["phone"]
        .handle_time
        == law
    )


def test_patience_may_be_a_measured_curve_or_without_end() -> None:
    curve = "{law: survival, table: {30s: 90%, 10s: 96.4%}}"
    patience = load_text(SHOP.replace("110s", curve)).channels["phone"].patience

    assert patience.law == "survival"
    assert patience.times == (10.0, 30.0)
    assert patience.survival == (0.964, 0.9)
    hazard = math.log(0.964 / 0.9) / 20
    first = (1 - 0.964) / (math.log(1 / 0.964) / 10)
    assert patience.mean == pytest.approx(first + 0.064 / hazard + 0.9 / hazard)
    assert load_text(SHOP.replace("110s", "never")).channels["phone"].patience == Never()


def test_a_curve_that_stays_level_has_no_mean() -> None:
    curve = "{law: survival, table: {10s: 90%, 30s: 90%}}"

    assert load_text(SHOP.replace("110s", curve)).channels["phone"].patience.mean == math.inf


def test_redials_after_busy_are_like_those_after_abandoning_unless_given() -> None:
    line = "patience: 110s\n    redial: {probability: 30%, delay: 10m}"
    redial = load_text(SHOP.replace("patience: 110s", line)).channels["phone"].redial

    assert redial is not None
    assert (redial.probability, redial.after_busy, redial.delay.mean) == (0.3, 0.3, 600)


def test_groups_at_the_top_make_the_only_option() -> None:
    scenario = load_text(SHOP)

    assert tuple(scenario.options) == ("base",)
    assert scenario.baseline == "base"


def test_the_name_stands_in_for_a_title() -> None:
    assert load_text(SHOP).title.in_("ru") == "shop"
    titled = load_text("title: {en: Shop, ru: Лавка}\n" + SHOP)
    assert [titled.title.in_(code) for code in ("ru", "ru-RU", "en", "de")] == [
        "Лавка",
        "Лавка",
        "Shop",
        "Shop",
    ]


@pytest.mark.parametrize("rows", [24, 48, 96])
def test_a_table_gives_the_week(tmp_path: Path, rows: int) -> None:
    interval = f"interval: {1440 // rows}m\n"
    phone = with_table(tmp_path, table(rows).encode(), interval).channels["phone"]

    assert phone.arrivals == tuple(row + 0.5 for row in range(rows)) * 7


def test_a_table_may_be_in_any_order_with_days_grouped(tmp_path: Path) -> None:
    lines = [f"{days},{hour}:00,{hour}" for days in ("Sat-Sun", "Mon-Fri") for hour in range(24)]
    grouped = "\n".join(
        ["day,time,phone", *(f'"{a}",{b},{c}' for a, b, c in (x.split(",") for x in lines))]
    )
    phone = with_table(tmp_path, grouped.encode()).channels["phone"]

    assert phone.arrivals == tuple(range(24)) * 7


def test_a_table_saved_by_a_russian_spreadsheet_is_read(tmp_path: Path) -> None:
    header = "день,время,phone,примечание"
    russian = table(separator=";", header=header, comma=",")
    for english, own in zip(DAYS, ("Пн", "Вт", "Ср", "Чт", "Пт", "Сб", "Вс"), strict=True):
        russian = russian.replace(english, own)
    plain = with_table(tmp_path, table().encode())

    for data in (russian.encode("cp1251"), russian.encode("utf-8-sig")):
        windows = with_table(tmp_path, data.replace(b"\n", b"\r\n"))
        assert windows.channels == plain.channels


def test_coarser_tables_are_spread_and_finer_ones_refused(tmp_path: Path) -> None:
    spread = with_table(tmp_path, table(24).encode(), "interval: 30m\n").channels["phone"]
    assert spread.arrivals[:4] == (0.25, 0.25, 0.75, 0.75)

    with pytest.raises(ScenarioError, match="must not be finer than the interval"):
        with_table(tmp_path, table(96).encode(), "interval: 30m\n")


def test_a_variant_merges_mappings_and_replaces_the_rest(tmp_path: Path) -> None:
    (tmp_path / "shop.yaml").write_text(SHOP + "sources: {channels.phone.volume: us}\n", "utf-8")
    (tmp_path / "variant.yaml").write_text(
        "extends: shop.yaml\n"
        "name: variant\n"
        "channels: {phone: {patience: never, handle_time: {law: fixed, value: 5m}}}\n"
        "groups: {own: {staffing: {shifts: [{agents: 2, hours: always}]}}}\n"
        "sources:\n",
        "utf-8",
    )
    base, variant = load(tmp_path / "shop.yaml"), load(tmp_path / "variant.yaml")

    assert variant.name == "variant"
    assert variant.channels["phone"].arrivals == base.channels["phone"].arrivals
    assert variant.channels["phone"].target == base.channels["phone"].target
    assert variant.channels["phone"].patience == Never()
    assert variant.channels["phone"].handle_time == Fixed(value=300.0)
    assert isinstance(variant.options["base"].groups["own"].staffing, Shifts)
    assert variant.sources == {}


def test_a_part_of_a_law_or_of_a_staffing_can_be_changed_alone(tmp_path: Path) -> None:
    (tmp_path / "a.yaml").write_text(
        SHOP.replace("handle_time: 4m", "handle_time: {law: lognormal, mean: 4m, cv: 1.2}"), "utf-8"
    )
    (tmp_path / "b.yaml").write_text(
        "extends: a.yaml\n"
        "channels: {phone: {handle_time: {mean: 5m}, arrivals: {Mon-Sun: " + DAY + "}}}\n"
        "groups: {own: {staffing: {to_target: {maximum: 9}}}}\n",
        "utf-8",
    )
    scenario = load(tmp_path / "b.yaml")

    assert scenario.channels["phone"].handle_time == Lognormal(mean=300.0, cv=1.2)
    assert scenario.options["base"].groups["own"].staffing == ToTarget(minimum=1, maximum=9)


def test_variants_chain_and_read_tables_beside_themselves(tmp_path: Path) -> None:
    (tmp_path / "deep").mkdir()
    with_table(tmp_path / "deep", table().encode())
    (tmp_path / "middle.yaml").write_text("extends: deep/shop.yaml\nname: middle\n", "utf-8")
    (tmp_path / "top.yaml").write_text("extends: middle.yaml\nname: top\n", "utf-8")

    assert load(tmp_path / "top.yaml").channels["phone"].arrivals[:2] == (0.5, 1.5)


def test_a_problem_points_into_the_file_it_is_in(tmp_path: Path) -> None:
    (tmp_path / "shop.yaml").write_text(SHOP.replace("110s", "-110s"), "utf-8")
    (tmp_path / "top.yaml").write_text("extends: shop.yaml\ninterval: 7m\n", "utf-8")

    with pytest.raises(ScenarioError) as caught:
        load(tmp_path / "top.yaml")
    places = [(Path(p.file).name, p.line, p.path) for p in caught.value.problems]
    assert places == [("shop.yaml", 11, "channels.phone.patience"), ("top.yaml", 2, "interval")]


def test_text_with_a_folder_reads_the_same_as_a_file(tmp_path: Path) -> None:
    from_file = with_table(tmp_path, table().encode())
    text = (tmp_path / "shop.yaml").read_text("utf-8")

    assert load_text(text, folder=tmp_path) == from_file


def test_scenarios_are_found_by_name(tmp_path: Path) -> None:
    for name in ("b.yaml", "a.yml", "week.csv", "notes.md"):
        (tmp_path / name).write_text("", "utf-8")

    assert [path.name for path in find(tmp_path)] == ["a.yml", "b.yaml"]
    assert find(tmp_path / "b.yaml") == (tmp_path / "b.yaml",)


def test_yaml_is_read_by_its_version_1_2() -> None:
    words = {"a": "no", "b": "09:00", "c": "2026-03-02", "d": "'5'", "e": "off"}
    listed = ", ".join(f"calendar.{key}: {word}" for key, word in words.items())
    scenario = load_text(SHOP + f"sources: {{{listed}}}\n")

    read = [source.in_("en") for source in scenario.sources.values()]
    assert read == ["no", "09:00", "2026-03-02", "5", "off"]


def test_folded_text_becomes_one_line() -> None:
    text = "sources:\n  calendar.a: >-\n    one line\n    and the next\n"

    assert load_text(SHOP + text).sources["calendar.a"].in_("en") == "one line and the next"


def test_a_few_aliases_are_fine() -> None:
    text = "sources: {calendar.a: &who the archive, calendar.b: *who}\n"
    scenario = load_text(SHOP + text)

    assert {source.in_("en") for source in scenario.sources.values()} == {"the archive"}


def test_a_source_speaks_the_language_of_the_reader() -> None:
    text = "sources: {channels.phone.volume: {en: our archive, ru: наш архив}}\n"
    scenario = load_text(SHOP + text)

    said = {lang: scenario.assumptions(lang) for lang in ("en", "ru")}
    assert "our archive" in {one.source for one in said["en"]}
    assert "наш архив" in {one.source for one in said["ru"]}


def test_a_scenario_survives_pickling_and_rebuilding() -> None:
    scenario = load_text(SHOP)
    rebuilt = Scenario.model_validate(scenario.model_dump())

    assert pickle.loads(pickle.dumps(scenario)) == scenario
    assert rebuilt == scenario
    assert rebuilt.digest == scenario.digest


def test_the_digest_changes_with_the_content_and_not_with_its_writing(tmp_path: Path) -> None:
    first = with_table(tmp_path, table().encode())
    spelt = with_table(tmp_path, table(separator=";").encode(), "# a comment\n")
    other = with_table(tmp_path, table().replace(",5.5", ",5.6", 1).encode())

    assert len(first.digest) == 64
    assert first.digest == spelt.digest
    assert first.digest != other.digest
    assert first.digest != first.model_copy(update={"currency": "EUR"}).digest


@pytest.mark.parametrize(
    ("data", "rule"),
    [
        (table().encode("utf-16"), "must be text in UTF-8; save it as CSV UTF-8"),
        (b"day,time,phone\n\x98\xff", "must be text in UTF-8 or cp1251"),
        (b"day,time,phone\n" + b"Mon,00:00,1\n" * 10_001, "must have at most 10000 rows"),
        (b"x" * 5_000_001, "must be at most 5 MB"),
    ],
)
def test_a_table_that_is_no_table_is_refused(tmp_path: Path, data: bytes, rule: str) -> None:
    with pytest.raises(ScenarioError, match=rule):
        with_table(tmp_path, data)
