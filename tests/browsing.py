"""A visitor with a browser: Chromium on the app as users start it, watched for what it asks for."""

from __future__ import annotations

import re
import socket
import subprocess
import sys
import time
import urllib.request
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import urlencode

import pytest
from playwright.sync_api import (
    Browser,
    Error,
    Page,
    Playwright,
    Request,
    expect,
    sync_playwright,
)

from sim.scenario.edited import Edit
from sim.ui.state import State, address

FLAGS = ["--no-sandbox", "--disable-gpu", "--disable-background-networking"]
OUR_OWN = re.compile(r"(http|ws)://127\.0\.0\.1|data:|blob:")
# What the page asks of the app and what comes back, seen from inside: after a click the app may
# take its time to begin, and until then the page looks as if nothing were to come.
WIRE = """
const wire = window.wire = {asked: true, quiet: 0, looked: 0, heard: new WeakSet()};
const send = WebSocket.prototype.send;
WebSocket.prototype.send = function (...what) {
  if (!wire.heard.has(this)) {
    wire.heard.add(this);
    this.addEventListener('message', () => { wire.asked = false; wire.quiet = 0; });
  }
  wire.asked = true;
  return send.apply(this, what);
};
"""
# Nothing is asked, computed, drawn or worked out beside the page, and it has been so for a while.
# A while is counted in looks: between two of them a slow machine may have stood still.
STILL = """() => {
  const wire = window.wire, now = performance.now();
  const app = document.querySelector('[data-testid=stApp]');
  const still = app && !wire.asked
    && app.getAttribute('data-test-script-state') === 'notRunning'
    && document.querySelector('[data-testid=stMain] h1')
    && !document.querySelector(
      '[data-testid=stSkeleton], [data-testid=stProgress], [data-stale=true]');
  wire.quiet = still ? wire.quiet + Math.min(now - wire.looked, 100) : 0;
  wire.looked = now;
  return wire.quiet >= 350;
}"""
# A machine that has other work is no fault of the app.
expect.set_options(timeout=30_000)


# What a newcomer would be shown is worked out before anybody asks, for most of a minute: of these
# tests none looks at it, and what begins it has tests of its own.
SERVE = "from sim.ui import serving; serving._prepare = lambda: None; serving.main()"


# One app for all files of tests in a process: what was computed for one is kept for the next.
@pytest.fixture(scope="session")
def site(root: Path) -> Iterator[str]:
    """The app on a free port of this machine."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    command = [sys.executable, "-c", SERVE, "app.py", "--server.headless=true"]
    command += [f"--server.port={port}", "--server.address=127.0.0.1"]
    with subprocess.Popen(
        command, cwd=root, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
    ) as server:
        try:
            wait_for(f"http://127.0.0.1:{port}/_stcore/health")
            yield f"http://127.0.0.1:{port}"
        finally:
            server.terminate()


def light(page: str, lang: str = "en", draws: int = 20, **figures: float) -> str:
    """A link to a page on Company N played so few times that nothing on it takes long.

    Tests that ask for no other figures share what the app has computed of it.
    """
    counts = [Edit(("simulation", name), 3) for name in ("replications", "at_most")]
    edits = (*counts, Edit(("risk", "draws"), draws))
    return f"{page}?{urlencode(address(State('company-n', figures=figures, edits=edits), lang))}"


def wait_for(address: str) -> None:
    for _ in range(240):
        try:
            with urllib.request.urlopen(address, timeout=1):
                return
        except OSError:
            time.sleep(0.25)
    raise TimeoutError(address)


@dataclass
class Opened:
    """What stays open from one test with a browser to the next, until one comes without.

    To begin a browser, and each of its pages with nothing kept, takes longer than most tests do.
    """

    play: Playwright
    browser: Browser
    page: Page | None = None


_opened: list[Opened] = []


def close_browser() -> None:
    """End the browser, if there is one."""
    while _opened:
        opened = _opened.pop()
        opened.browser.close()
        opened.play.stop()


@pytest.fixture
def browser(chromium: str) -> Browser:
    if not _opened:
        play = sync_playwright().start()
        _opened.append(Opened(play, play.chromium.launch(executable_path=chromium, args=FLAGS)))
    return _opened[0].browser


@pytest.fixture
def page(browser: Browser) -> Iterator[Page]:
    """A visitor, new to the app; leaves no error behind and asks nothing of other machines."""
    opened = _opened[0]
    if opened.page is None:
        opened.page = new_page(browser, locale="ru-RU")
    page = opened.page
    page.set_viewport_size({"width": 1366, "height": 900})
    asked: list[str] = []
    errors: list[str] = []

    def ask(request: Request) -> None:
        asked.append(request.url)

    def fail(error: Error) -> None:
        errors.append(str(error))

    page.on("request", ask)
    page.on("pageerror", fail)
    yield page
    page.remove_listener("request", ask)
    page.remove_listener("pageerror", fail)
    # The app sees the visitor leave, and who comes next finds nothing that was kept here.
    if page.url != "about:blank":  # a test that failed before it went anywhere says so itself
        page.evaluate("localStorage.clear(), sessionStorage.clear()")
    page.context.clear_cookies()
    page.emulate_media(color_scheme="light")
    page.goto("about:blank")
    assert [url for url in asked if not OUR_OWN.match(url)] == []
    assert errors == []


def new_page(browser: Browser, **chosen: Any) -> Page:
    """The page of somebody who has not been here, as `settle` needs it."""
    context = browser.new_context(reduced_motion="reduce", **chosen)
    context.set_default_timeout(60_000)
    context.add_init_script(WIRE)
    return context.new_page()


def settle(page: Page) -> None:
    """Wait until the page is complete, nothing is being computed and nothing more comes.

    What is computed beside a page draws all of it anew when it is there. While the app does so,
    copies of what stood there may stand beside the new: so no test looks before.
    """
    page.evaluate("window.wire.quiet = 0")
    page.wait_for_function(STILL, polling=50, timeout=180_000)
    expect(page.get_by_test_id("stException")).to_have_count(0)


def visit(page: Page, address: str) -> None:
    page.goto(address)
    settle(page)
