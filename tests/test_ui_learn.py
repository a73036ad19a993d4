"""The page of learning from logs: brought, read, looked through, learnt from, used."""

from __future__ import annotations

import gzip
import random
import re
import tempfile
from datetime import date
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from filing import lasting_beside, sizes
from known_logs import KNOWN, interval_rows
from streamlit.testing.v1 import AppTest
from visitor import calm, finish, opened, pick, press, tables, texts, tiles, turn

from sim.learn.quality import Finding
from sim.report.language import Language
from sim.report.law_curves import below
from sim.report.learned import learned_answer
from sim.report.log_quality import finding_words, reason_words
from sim.scenario import load_text
from sim.scenario.laws import Empirical, Exponential, Mixture, Part
from sim.ui import jobs
from sim.ui.jobs import Board, Job, Task
from sim.ui.learn_example import written
from sim.ui.learn_tasks import Asked, contacts_csv, learnt, read
from sim.ui.pages.learn_quality import day_bars
from sim.ui.state import OWN
from sim.ui.waiting import board

TITLES = {"en": "What do your logs say?", "ru": "Что говорят ваши журналы?"}
MONDAY = 1_772_434_800  # 2 March 2026, 07:00 UTC


def queue_log(days: int = 21, a_day: int = 120) -> bytes:
    """Weeks of a small centre: three in four are answered, the others give up."""
    rng = random.Random(5)
    lines: list[tuple[int, str]] = []
    for day in range(days):
        for number in range(a_day if day % 7 < 5 else a_day // 3):
            at = MONDAY + 86_400 * day + rng.randrange(8 * 3600)
            call, wait = f"{day}.{number}|help", int(rng.expovariate(1 / 30))
            lines.append((at, f"{call}|NONE|ENTERQUEUE||{7000 + rng.randrange(900)}|1"))
            if rng.random() < 0.25:
                lines.append((at + wait, f"{call}|NONE|ABANDON|1|1|{wait}"))
                continue
            talk, agent = 1 + int(rng.lognormvariate(4.8, 0.8)), f"SIP/{rng.randrange(4)}"
            lines.append((at + wait, f"{call}|{agent}|CONNECT|{wait}|x|2"))
            lines.append((at + wait + talk, f"{call}|{agent}|COMPLETECALLER|{wait}|{talk}|1"))
    return "".join(f"{at}|{text}\n" for at, text in sorted(lines)).encode()


def table(rows: int = 60) -> bytes:
    """A table of contacts as a Russian programme exports it."""
    cells = (
        f"{1 + n // 10:02d}.03.2026;1{n % 10}:05:00;{n % 50},5;2:{n % 60:02d};Анна;ok"
        for n in range(rows)
    )
    return "\n".join(["Дата;Время;Ожидание;Разговор;Кто;Итог", *cells]).encode("cp1251")


def give(app: AppTest, name: str, content: bytes, label: str | None = None) -> AppTest:
    """Upload a log."""
    wanted = label or ("Log files", "Файлы журналов")
    place = next(one for one in app.file_uploader if one.label.startswith(wanted))
    place.upload(name, content)
    return calm(app.run())


def read_it(app: AppTest, lang: str = "en") -> AppTest:
    press(app, "Read the logs" if lang == "en" else "Прочитать журналы")
    return finish(calm(app.run()))


def column(app: AppTest, label: str) -> Any:
    return next(box for box in app.selectbox if box.label == label)


@pytest.fixture
def disk(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Where temporary files go."""
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path))
    return tmp_path


@pytest.fixture
def here(monkeypatch: pytest.MonkeyPatch) -> None:
    """Work is done in this process, which saves the start of another one.

    The other one has tests of its own below, and does all of it in `test_browser_learn`.
    """

    def alone(job: Job, args: tuple[Any, ...], folder: str | None = None) -> Any:
        return job.task.function(*args, tell=job.told)

    monkeypatch.setattr(jobs, "_alone", alone)


@pytest.mark.parametrize("lang", ["ru", "en"])
def test_the_page_opens_with_a_place_for_logs_and_a_way_for_who_has_none(lang: str) -> None:
    app = opened("learn", lang=lang)

    assert [title.value for title in app.title] == [TITLES[lang]]
    assert not app.error
    labels = [button.label for button in app.button]
    assert ("Make an example log" if lang == "en" else "Сделать пример журнала") in labels
    if lang == "ru":
        words = set(re.findall(r"[A-Za-z]+", texts(app)))
        assert not {"the", "of", "and", "in", "is", "on", "a"} & words


@pytest.mark.parametrize(
    ("name", "content", "said"),
    [
        ("empty.log", b" \n", "The file “empty.log” is empty."),
        ("photo.png", bytes(range(32)) * 40, "The file “photo.png” is no log"),
    ],
)
def test_what_is_no_log_is_refused_in_words_and_what_was_in_hand_stays(
    disk: Path, name: str, content: bytes, said: str
) -> None:
    app = give(opened("learn", lang="en"), "queue_log", queue_log(2))
    before = app.session_state["state"]
    give(app, name, content)

    assert said in app.error[0].value
    assert "Nothing was changed" in app.error[0].value
    # A file with nothing in it is passed over, beside one that has something.
    assert ("Take “photo.png” out of the list" in app.error[0].value) == (name == "photo.png")
    assert "queue\\_log" in app.success[0].value
    assert app.session_state["state"] == before
    assert list(disk.iterdir()) == []


@pytest.mark.usefixtures("here")
def test_an_unknown_format_is_said_and_what_another_makes_of_it_is_told(
    disk: Path,
) -> None:
    app = give(opened("learn", lang="en"), "notes.txt", b"Dear diary,\nit rained again.\n")
    assert "cannot be told by the content" in app.warning[0].value
    column(app, "Format").select("anonymous_bank")
    calm(app.run())
    read_it(app)

    # No line of it is one: the report says so of each, and there is nothing to learn from.
    assert tiles(app)["Contacts"] == "0"
    assert tiles(app)["Lines left out"] == tiles(app)["Lines read"]
    pick(app, "Part of the page", "estimates")
    assert "not a single contact" in app.info[0].value
    assert list(disk.iterdir()) == []


@pytest.mark.usefixtures("here")
def test_columns_are_guessed_and_put_right_by_hand() -> None:
    app = give(opened("learn", lang="en"), "calls.csv", table())
    assert column(app, "time of arrival").value == "Время"
    assert column(app, "wait").value == "Ожидание"
    assert column(app, "operator").value == ""
    assert tables(app)[0].shape[0] == 5
    column(app, "operator").select("Кто")
    calm(app.run())
    turn(app, "data")
    turn(app, "learn")
    assert column(app, "operator").value == "Кто"
    column(app, "how it ended").select("")
    calm(app.run())
    read_it(app)

    assert tiles(app)["Contacts"] == "60"
    assert tiles(app)["Lines left out"] == "0"
    assert "who called" in next(c.value for c in app.caption if "does not tell" in c.value)


@pytest.mark.usefixtures("here")
@pytest.mark.parametrize("lang", ["en", "ru"])
def test_words_of_any_language_are_told_to_be_outcomes(lang: str) -> None:
    rows = (
        f"02.03.2026 1{n % 10}:05:00;{n};2:00;+7900123456{n};{'закрито' if n % 3 else 'втрачено'}"
        for n in range(9)
    )
    content = "\n".join(["Время;Ожидание;Разговор;Номер;Итог", *rows]).encode()
    app = give(opened("learn", lang=lang), "calls.csv", content)
    box = "“{}”, rows: {}" if lang == "en" else "«{}», строк: {}"
    for word, count, meaning in (("закрито", 6, "served"), ("втрачено", 3, "abandoned")):
        assert column(app, box.format(word, count)).value == "unknown"
        column(app, box.format(word, count)).select(meaning)
        calm(app.run())
    assert "7900123456" not in str(tables(app)[0])  # who called stays off the page
    read_it(app, lang)

    assert app.session_state["learn.bag"].read.outcomes == {"served": 6, "abandoned": 3}


@pytest.mark.usefixtures("here")
def test_why_a_file_cannot_be_read_is_said_in_the_language_of_the_page(disk: Path) -> None:
    app = give(opened("learn", lang="ru"), "calls.xls", b"\xd0\xcf\x11\xe0" + bytes(900))
    assert "calls.xls: это старая книга Excel (.xls); сохраните её" in app.error[0].value
    assert "Уберите «calls.xls» из списка" in app.error[0].value
    give(app, "calls.csv", table())
    column(app, "Формат").select("issabel")
    calm(app.run())
    read_it(app, "ru")

    assert "calls.csv: нет ни одного столбца формата" in app.error[0].value
    assert "есть столбцы: Дата, Время" in app.error[0].value
    assert "Ничего не изменилось" in app.error[0].value
    assert list(disk.iterdir()) == []


@pytest.mark.usefixtures("here")
def test_a_table_nobody_knows_is_taken_for_one_and_its_columns_are_asked_for() -> None:
    rows = (f"02.03.2026 1{n}:05:00;{n};2:00" for n in range(9))
    content = "\n".join(["Когда;Сколько стоял;Сколько говорил", *rows]).encode()
    app = give(opened("learn", lang="en"), "calls.csv", content)

    assert "cannot be told by the content" in app.warning[0].value
    assert column(app, "Format").value == "table"
    assert column(app, "time of arrival").value == ""


@pytest.mark.usefixtures("here")
def test_a_damaged_log_is_read_as_far_as_it_goes_and_every_lost_line_is_shown() -> None:
    whole = queue_log(5)
    bad = whole + b"17724348\x00\xff|half a li\n" + b"x" * 50 + b"\n"
    app = give(opened("learn", lang="ru"), "queue_log.1", bad)
    read_it(app, "ru")

    assert tiles(app)["Неучтённые строки"] == "2"
    shown = tables(app)[0]
    assert shown.iloc[0, 0] == "обрезана или не строка журнала очередей"
    assert "queue_log.1:" in shown.iloc[0, 3]


@pytest.mark.usefixtures("here")
def test_a_log_becomes_the_scenario_of_the_app_and_undo_brings_the_old_one_back(
    disk: Path,
) -> None:
    app = give(opened("learn", lang="en"), "queue_log.gz", gzip.compress(queue_log()))
    read_it(app)
    assert tiles(app)["Contacts"] == "2,040"
    pick(app, "Part of the page", "estimates")
    finish(app)
    assert tiles(app)["Contacts a day"] == "97"
    assert "inferred" in texts(app)
    pick(app, "Part of the page", "fit")
    assert "the same days that were learnt from" in texts(app)
    assert len(tables(app)[0]) == 6
    pick(app, "Part of the page", "scenario")
    before = app.session_state["state"]
    press(app, "Use this scenario")
    calm(app.run())

    name, text = app.session_state["state"].own
    made = load_text(text, name)
    assert app.session_state["state"].scenario == OWN
    assert made.channels["phone"].volume == pytest.approx(680, rel=0.02)
    assert app.success
    turn(app, "data")
    assert not app.error
    press(app, "Undo")
    calm(app.run())
    assert app.session_state["state"] == before
    turn(app, "learn")
    pick(app, "Язык · Language", "ru")
    assert [title.value for title in app.title] == [TITLES["ru"]]
    assert "Взять этот сценарий" in [button.label for button in app.button]
    assert list(disk.iterdir()) == []


@pytest.mark.usefixtures("here")
def test_an_interval_report_is_learnt_from_and_says_what_is_assumed() -> None:
    rows = interval_rows(load_text(KNOWN.replace("days: 57", "days: 14")), 5)
    app = give(opened("learn", lang="en"), "hsplit.csv", rows.encode())
    read_it(app)
    pick(app, "Part of the page", "estimates")
    finish(app)

    assert not app.error
    assert "laws are assumed to be exponential" in texts(app)
    assert "Patience by Erlang A" in tables(app)[0].iloc[:, 0].tolist()
    pick(app, "Part of the page", "fit")
    assert not app.error
    assert len(tables(app)[0]) == 6
    pick(app, "Part of the page", "scenario")
    assert "The contacts as a file" not in texts(app)  # there are sums alone


def test_stopped_work_leaves_no_file_behind(disk: Path, tmp_path_factory: Any) -> None:
    mark = tmp_path_factory.mktemp("mark") / "mark"
    board = Board()
    task = Task("long", lasting_beside, (str(mark),), files=(("calls.log", b"secret"),))
    job = board.ask(task, "a")
    while not mark.exists():
        assert not job.ended.wait(0.05)
    assert [path.name for path in disk.glob("*/calls.log")] == ["calls.log"]
    board.stop("long", "a")
    assert job.ended.wait(60)

    assert list(disk.iterdir()) == []


def test_results_are_kept_without_the_files() -> None:
    job = Board().ask(Task("size", sizes, (), files=(("a", b"12"), ("b", b"345"))))

    assert job.ended.wait(60)
    assert job.answer() == {"a": 2, "b": 3}
    assert job.task.files == ()


# As in the app: a process begins with this file, and is not to wait for all of Streamlit.
SIZE_PAGE = """
if __name__ == "__main__":
    import streamlit as st
    from filing import dead_at_first
    from sim.report.language import Language
    from sim.ui.jobs import Task
    from sim.ui.waiting import result_of

    task = Task("size", dead_at_first, (MARK,), files=(("calls.log", b"abc"),))
    st.write(result_of(task, Language("en")))
"""


def test_what_broke_is_tried_again_with_its_files(tmp_path: Path) -> None:
    app = AppTest.from_string(SIZE_PAGE.replace("MARK", repr(str(tmp_path / "mark")))).run()
    for _ in range(2):
        job = board().look("size")
        assert job is not None
        assert job.ended.wait(60)
        assert job.task.files == ()
        app.run()
        if job.failed:
            press(app, "Try again")
            app.run()

    assert [one.value for one in app.markdown] == ["`3`"]


def test_nobody_is_known_by_anything_that_goes_out(tmp_path: Path) -> None:
    log = queue_log(2).replace(b"||7", b"||+7916555").replace(b"SIP/", b"anna.petrova@shop.ru-")
    log += b"1772434|+79165550000 from anna.petrova@shop.ru|half a li\n"
    (tmp_path / "q").write_bytes(log)
    asked, quiet = Asked(timezone="UTC", salt="s"), lambda *_: None
    contacts = gzip.decompress(contacts_csv(tmp_path, ["q"], asked, tell=quiet)).decode()
    found = read(tmp_path, ["q"], asked, tell=quiet)
    result = learnt(tmp_path, ["q"], ["q"], asked, tell=quiet)
    words = [repr(learned_answer(result.learned, Language(lang))) for lang in ("en", "ru")]

    assert len(contacts.splitlines()) == 241
    assert sum(one.count for one in found.reading.dropped.values()) == 1
    assert "service_level_spread" in words[0]  # the data and the rows of --csv are in it
    for told in (contacts, repr(found), result.text, repr(result.learned.scenario), *words):
        assert "916555" not in told
        assert "petrova" not in told


def test_every_day_of_a_log_has_a_bar_and_odd_ones_their_colour(tmp_path: Path) -> None:
    log = queue_log(42)
    (tmp_path / "q").write_bytes(log)
    found = read(tmp_path, ["q"], Asked(), tell=lambda *_: None)
    bars = day_bars(found, Language("en"))
    assert sum(bar.contacts for bar in bars) == found.reading.contacts == 4080
    assert len(bars) == 42
    odd = Finding("busy_days", 1, 42, ("2026-03-04",), {"most": 3.0})
    quiet = Finding("holidays", 1, 42, ("2026-03-09 Women's Day",))
    object.__setattr__(found, "findings", (odd, quiet))
    kinds = {bar.day: bar.kind for bar in day_bars(found, Language("en"))}

    assert kinds[date(2026, 3, 4)] == "busy"
    assert kinds[date(2026, 3, 9)] == "holiday"
    assert kinds[date(2026, 3, 5)] == "usual"


def test_the_example_log_is_read_without_a_lost_line(root: Path, tmp_path: Path) -> None:
    (tmp_path / "q.gz").write_bytes(
        written(root / "scenarios" / "bank.yaml", 1, tell=lambda *_: None)
    )
    found = read(tmp_path, ["q.gz"], Asked(timezone="Asia/Jerusalem"), tell=lambda *_: None)

    assert found.reading.dropped == {}
    assert "presence" in found.knows
    assert set(found.outcomes) == {"served", "abandoned"}
    assert len(found.days) == 7


def test_a_law_as_a_curve_is_what_the_law_says() -> None:
    times = np.array([30.0, 60.0, 240.0])
    mixed = Mixture(
        parts=(
            Part(share=0.25, of=Exponential(mean=5.0)),
            Part(share=0.75, of=Exponential(mean=200.0)),
        )
    )
    wanted = 0.25 * (1 - np.exp(-times / 5)) + 0.75 * (1 - np.exp(-times / 200))
    assert below(mixed, times) == pytest.approx(wanted, abs=2e-4)
    steps = Empirical.model_validate({"table": {"60s": "50%", "120s": "50%"}})
    assert below(steps, np.array([60.0, 120.0])) == pytest.approx([0.5, 1.0], abs=1e-3)


def test_findings_and_reasons_are_worded_in_russian() -> None:
    ru = Language("ru")
    assert reason_words("no readable time", ru) == "нет читаемого времени"
    assert reason_words("column 'Кто' is taken as agent", ru) == "столбец «Кто» принят за: оператор"
    gone = Finding("dropped", 2, 100, (), {"reason": "unknown outcome"})
    assert (
        finding_words(gone, ru) == "Не учтены 2 строки (2,0\N{NO-BREAK SPACE}%): неизвестный исход"
    )
