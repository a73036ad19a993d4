"""Work beside the page: followed, stopped, kept, and told when it breaks."""

from __future__ import annotations

import multiprocessing
import os
import pickle
import threading
import time
from pathlib import Path

import pytest
from filing import breaking, doubled, dying, lasting, refusing
from visitor import opened, own, press, put

from sim.errors import InvalidInput
from sim.scenario.edited import Edit
from sim.ui.jobs import Board, Job, Stopped, Task, Tell, _compute
from sim.ui.state import MOST_LETTERS, OWN, State, address, link_of, read_address
from sim.ui.work import scenario_of


def answered(job: Job) -> object:
    assert job.ended.wait(60)
    return job.answer()


@pytest.mark.parametrize("place", ["thread", "process"])
def test_a_task_is_computed_once_for_all_who_ask(place: str) -> None:
    board = Board()
    task = Task("two", doubled, (21,), place)  # type: ignore[arg-type]
    first, second = board.ask(task, "a"), board.ask(task, "b")

    assert first is second
    assert answered(first) == 42
    assert board.look("two") is first
    assert (first.share, first.what) == (0.5, "half way")


@pytest.mark.parametrize("place", ["thread", "process"])
def test_what_is_refused_is_an_answer_that_is_kept(place: str) -> None:
    board = Board()
    job = board.ask(Task("odd", refusing, (1,), place))  # type: ignore[arg-type]

    with pytest.raises(InvalidInput, match="number must be even, got 1"):
        answered(job)
    assert job.refused
    assert not job.failed
    assert board.ask(job.task) is job


@pytest.mark.parametrize("function", [breaking, dying])
def test_a_process_that_breaks_is_told_and_can_be_tried_again(function: object) -> None:
    board = Board()
    task: Task[int] = Task("broken", function)  # type: ignore[arg-type]
    job = board.ask(task)

    with pytest.raises(RuntimeError, match=r"ZeroDivisionError: by nought|without an answer"):
        answered(job)
    assert job.failed
    assert board.ask(task) is not job


def test_pages_go_first_in_their_order_then_what_stands_beside_them() -> None:
    board, begun, free = Board(at_once=1), [], threading.Event()

    def noting(name: str, *, tell: Tell) -> None:
        begun.append(name)
        assert free.wait(60)
        tell(1.0, name)

    def asked(name: str, *, beside: bool = False) -> Job:
        return board.ask(Task(name, noting, (name,), "thread", beside=beside), "me")

    jobs = [asked("first"), asked("beside", beside=True), asked("gone"), asked("a"), asked("b")]
    board.stop("gone", "me")
    assert jobs[2].ended.wait(60)
    free.set()
    assert all(job.ended.wait(60) for job in jobs)

    assert begun == ["first", "a", "b", "beside"]


def test_a_stopped_process_is_gone(tmp_path: Path) -> None:
    board, mark = Board(), tmp_path / "running"
    job = board.ask(Task("long", lasting, (str(mark),)), "me")
    while not (mark.exists() and mark.read_text()):
        time.sleep(0.02)
    board.stop("long", "me")

    with pytest.raises(Stopped):
        answered(job)
    with pytest.raises(ProcessLookupError):
        os.kill(int(mark.read_text()), 0)


def test_who_stops_leaves_the_work_of_others_alone(tmp_path: Path) -> None:
    board = Board()
    task = Task("shared", lasting, (str(tmp_path / "mark"),), "thread")
    job = board.ask(task, "me")
    board.ask(task, "other")
    board.stop("shared", "me")
    time.sleep(0.05)

    assert not job.ended.is_set()
    board.stop("shared", "other")
    assert job.ended.wait(10)


def test_a_process_whose_app_is_gone_ends_without_a_word(
    tmp_path: Path, caplog: pytest.LogCaptureFixture, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("signal.signal", lambda *_: None)
    monkeypatch.setattr("os.nice", lambda _: None)
    ours, theirs = multiprocessing.Pipe(duplex=False)
    ours.close()
    for function in (doubled, refusing, breaking):
        with pytest.raises(SystemExit):
            _compute(theirs, pickle.dumps((function, (21,))), None)

    assert all(one.message == "not computed" for one in caplog.records)  # of what is broken alone


def test_work_that_everybody_has_left_is_stopped_and_begun_anew_for_who_comes(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("sim.ui.jobs._AWAY", 0.2)
    there = {"me", "other"}
    board = Board(is_here=there.__contains__)
    task = Task("left", lasting, (str(tmp_path / "mark"),), "thread")
    job = board.ask(task, "me")
    board.ask(task, "other")
    there.remove("me")
    assert not job.ended.wait(0.5)
    there.clear()
    with pytest.raises(Stopped):
        answered(job)

    there.add("next")
    again = board.ask(task, "next")
    assert again is not job
    assert not again.ended.wait(0.5)
    board.stop("left", "next")
    assert again.ended.wait(10)


def test_what_the_app_asks_for_itself_goes_on_with_nobody_there(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("sim.ui.jobs._AWAY", 0.0)
    board = Board(is_here=lambda visitor: False)
    job = board.ask(Task("own", lasting, (str(tmp_path / "mark"),), "thread"))
    assert not job.ended.wait(0.5)
    board.stop("own")
    assert job.ended.wait(10)


def test_who_loads_the_page_anew_stops_what_they_began_before(tmp_path: Path) -> None:
    board = Board(is_here={"again"}.__contains__)
    task = Task("anew", lasting, (str(tmp_path / "mark"),), "thread")
    job = board.ask(task, "before")
    assert board.ask(task, "again") is job
    board.stop("anew", "again")
    assert job.ended.wait(10)


def test_what_was_done_before_a_stop_reached_it_is_kept() -> None:
    def deaf(*, tell: Tell) -> int:
        board.stop("deaf", "me")
        return 7

    board = Board()
    job = board.ask(Task("deaf", deaf, (), "thread"), "me")
    assert answered(job) == 7
    assert board.ask(Task("deaf", deaf, (), "thread"), "me") is job


def test_more_tasks_than_turns_wait_and_can_be_stopped_while_they_do(tmp_path: Path) -> None:
    board = Board(at_once=1)
    first = board.ask(Task("first", lasting, (str(tmp_path / "1"),), "thread"), "me")
    while not first.running:
        time.sleep(0.01)
    second = board.ask(Task("second", lasting, (str(tmp_path / "2"),), "thread"), "me")
    time.sleep(0.05)
    assert not second.running
    board.stop("second", "me")

    assert second.ended.wait(10)
    assert not (tmp_path / "2").exists()
    board.stop("first", "me")


def test_the_results_asked_for_least_lately_are_forgotten() -> None:
    board = Board(most=2)
    for number in range(4):
        answered(board.ask(Task(str(number), doubled, (number,), "thread")))
    board.ask(Task("3", doubled, (3,), "thread"))

    assert board.look("0") is None
    assert board.look("3") is not None


def test_tasks_from_many_threads_end_each_with_its_own_answer() -> None:
    board, found = Board(), {}

    def ask(number: int) -> None:
        found[number] = answered(board.ask(Task(str(number % 5), doubled, (number % 5,), "thread")))

    threads = [threading.Thread(target=ask, args=(n,)) for n in range(25)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert found == {number: 2 * (number % 5) for number in range(25)}


# --- edits, links and steps back ---------------------------------------------------------------

PRICE = ("options", "shared", "groups", "vendor", "contract", "minutes", "price")
WAGE = ("options", "inhouse", "groups", "own", "payroll", "agents", "pay", "hourly_rate")


def test_a_link_carries_edits_and_says_when_it_cannot() -> None:
    state = State("shop", edits=(Edit(PRICE, "20 RUB/min"), Edit(("name",), {"a": [1, None]})))

    assert link_of(state, "en")
    assert read_address(address(state, "en"), ["shop"]) == (state, [])
    long = state.writing(Edit(("title",), os.urandom(2 * MOST_LETTERS).hex()))
    assert "edits" not in address(long, "en")
    assert not link_of(long, "en")
    assert not link_of(State(OWN, own=("mine.yaml", own())), "en")


@pytest.mark.parametrize("edits", ["x", "AAAA", "eJyLjlYqy88pzU1V0jGNjQUAJIQErg", "é" * 9])
def test_edits_that_make_no_sense_are_left_out_of_a_link(edits: str) -> None:
    state, wrong = read_address({"scenario": "shop", "edits": edits}, ["shop"])

    assert state == State("shop")
    assert wrong == ["edits"]


def test_a_later_edit_of_a_place_takes_the_place_of_an_earlier_one() -> None:
    state = State("shop").writing(Edit(PRICE, "20 RUB/min")).writing(Edit(PRICE, "30 RUB/min"))

    assert state.edits == (Edit(PRICE, "30 RUB/min"),)


def test_a_change_is_taken_back_and_made_again() -> None:
    app = opened("about", lang="en", volume="4000")  # nothing is computed there
    put(app, "Contacts a week", 5000.0)
    for label, volume in (("Undo", 4000.0), ("Redo", 5000.0), ("Undo", 4000.0)):
        press(app, label)
        app.run()
        assert app.sidebar.number_input[0].value == volume
        assert app.query_params["volume"] == f"{volume:g}"


def test_an_edit_that_a_link_brings_is_read_by_the_door_of_every_file() -> None:
    good = State("company-n", edits=(Edit(WAGE, "400 RUB/h"),))
    bad = State("company-n", edits=(Edit(WAGE, "-400 RUB/h"),))
    found, wrong = (opened("about", **address(state, "en")) for state in (good, bad))

    assert not found.warning
    assert found.session_state["state"] == good
    shown = scenario_of(found.session_state["state"])[1]
    assert "hourly_rate=400.0" in repr(shown.options["inhouse"].groups["own"].payroll)
    assert "the changes that it carries" in wrong.warning[0].value
    assert wrong.session_state["state"] == State("company-n")
