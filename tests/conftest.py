"""What every test may ask for: the reference cases, the browser, a fixed source of examples."""

from __future__ import annotations

import gc
import os
import shutil
import sys
import threading
from collections import Counter
from collections.abc import Callable, Generator, Iterator
from pathlib import Path
from typing import Any

import one_thread  # noqa: F401
import pytest
from browsing import browser, close_browser, page, site  # noqa: F401  fixtures
from hypothesis import settings
from terminal import Said
from xdist.scheduler import LoadFileScheduling

from sim.cli import main

ROOT = Path(__file__).resolve().parents[1]
BROWSERS = ("chromium", "chromium-browser", "google-chrome")

# The same examples on every machine and in every run: a failure is always the last change's.
settings.register_profile("quick", derandomize=True, deadline=None)
# New examples each time, many more of them: for looking for what the quick ones miss.
settings.register_profile("long", max_examples=10_000, deadline=None, print_blob=True)
settings.load_profile(os.environ.get("HYPOTHESIS_PROFILE", "quick"))


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption("--long", action="store_true", help="also run the tests marked long")


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    if not config.getoption("--long"):
        _leave_out_long(config, items)
    _longest_first(items)
    if find_browser() is None:
        skip = pytest.mark.skip(reason="no Chromium on this machine")
        for item in items:
            if item.get_closest_marker("browser"):
                item.add_marker(skip)


@pytest.hookimpl(wrapper=True)
def pytest_collection() -> Generator[None, object, object]:
    """Nothing is thrown away while tests are read: looking for it takes a seventh of that time."""
    gc.disable()
    try:
        return (yield)
    finally:
        gc.enable()


def pytest_collection_finish() -> None:
    """What was read to find the tests is never thrown away: looking for that takes half a second.

    Python would do so every few seconds, and whoever measures before every measurement.
    """
    gc.freeze()


@pytest.hookimpl(wrapper=True)
def pytest_collect_file() -> Generator[None, list[pytest.Collector], list[pytest.Collector]]:
    """Examples are run in the docstrings of the product; those of the tests have none."""
    return [one for one in (yield) if type(one) is pytest.Module]


@pytest.hookimpl(trylast=True)
def pytest_runtest_teardown(nextitem: pytest.Item | None) -> None:
    """A browser stays open for all tests that need one, and for no other."""
    if nextitem is None or nextitem.get_closest_marker("browser") is None:
        close_browser()


def pytest_sessionfinish() -> None:
    """Modules that count what is left at the end find it thrown away."""
    gc.unfreeze()


def _leave_out_long(config: pytest.Config, items: list[pytest.Item]) -> None:
    long = [item for item in items if item.get_closest_marker("long")]
    if long:
        config.hook.pytest_deselected(items=long)
        items[:] = [item for item in items if item not in long]


def _longest_first(items: list[pytest.Item]) -> None:
    """Files with a browser, then those with most slow tests, then those that open pages.

    Short ones fill gaps at the end.
    """
    slow = Counter(item.path for item in items if item.get_closest_marker("slow"))
    browsed = {item.path for item in items if item.get_closest_marker("browser")}

    def order(item: pytest.Item) -> tuple[bool, int, bool]:
        opens_pages = item.path.name.startswith("test_ui")
        return item.path not in browsed, -slow[item.path], not opens_pages

    items.sort(key=order)


class WholeFiles(LoadFileScheduling):  # type: ignore[misc]  # xdist ships no types
    """Gives processes whole files; all that use a browser to one, so that they share an app."""

    def _split_scope(self, nodeid: str) -> str:
        file: str = super()._split_scope(nodeid)
        return "browser" if Path(file).name.startswith("test_browser") else file


@pytest.hookimpl(optionalhook=True)
def pytest_xdist_make_scheduler(config: pytest.Config, log: Any) -> WholeFiles:
    return WholeFiles(config, log)


def find_browser() -> str | None:
    """Path of a Chromium that is installed on the system, if there is one."""
    return next((path for name in BROWSERS if (path := shutil.which(name))), None)


@pytest.fixture(scope="session")
def chromium() -> str:
    """Path of Chromium; the test is skipped where there is none."""
    path = find_browser()
    if path is None:
        pytest.skip("no Chromium on this machine")
    return path


@pytest.fixture(scope="session")
def root() -> Path:
    """The project's folder."""
    return ROOT


@pytest.fixture(scope="session")
def shared() -> Path:
    """The folder of reference cases beside the project; the test is skipped without it."""
    folder = ROOT.parent / "shared"
    if not folder.is_dir():
        pytest.skip("the folder of reference cases is not beside the project")
    return folder


@pytest.fixture
def linewise(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> Callable[..., Said]:
    """Run a command line in this process."""

    def run(*arguments: object) -> Said:
        monkeypatch.setattr(sys, "argv", ["linewise", *map(str, arguments)])
        code: object = 0
        try:
            main()
        except SystemExit as stop:
            code = stop.code or 0
        assert isinstance(code, int)
        captured = capsys.readouterr()
        return Said(code, captured.out, captured.err)

    return run


@pytest.fixture
def threads(monkeypatch: pytest.MonkeyPatch) -> None:
    """Work beside a page in threads: a process takes seconds to begin, and has its own tests."""
    from sim.ui import jobs  # only here: who tests no page needs no app

    monkeypatch.setattr(jobs, "_in_process", jobs._here)


@pytest.fixture(scope="module")
def on_its_way() -> Iterator[None]:
    """Work of processes does not end while a module is tested: its tests do not look at it."""
    from sim.ui import jobs

    over = threading.Event()

    def wait(job: jobs.Job) -> None:
        while not over.wait(0.1):
            job.told(0.0)
        raise jobs.Stopped

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(jobs, "_in_process", wait)
        yield
        over.set()
