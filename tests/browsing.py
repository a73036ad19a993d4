"""A visitor with a browser: Chromium on the app as it is started, watched for what it asks for."""

from __future__ import annotations

import re
import socket
import subprocess
import sys
import time
import urllib.request
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import urlencode

import pytest
from playwright.sync_api import Browser, Page, expect, sync_playwright

from sim.scenario.edited import Edit
from sim.ui.state import State, address

FLAGS = ["--no-sandbox", "--disable-gpu", "--disable-background-networking"]
OUR_OWN = re.compile(r"(http|ws)://127\.0\.0\.1|data:|blob:")
READY = """() => {
  const app = document.querySelector('[data-testid=stApp]');
  return app && app.getAttribute('data-test-script-state') === 'notRunning'
    && document.querySelector('[data-testid=stMain] h1')
    && !document.querySelector('[data-testid=stSkeleton], [data-stale=true]');
}"""


# One app for all files of tests in a process: what was computed for one is kept for the next.
@pytest.fixture(scope="session")
def site(root: Path) -> Iterator[str]:
    """The app on a free port of this machine."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    command = [sys.executable, "-m", "streamlit", "run", "app.py", "--server.headless=true"]
    command += [f"--server.port={port}", "--server.address=127.0.0.1"]
    with subprocess.Popen(
        command, cwd=root, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
    ) as server:
        try:
            wait_for(f"http://127.0.0.1:{port}/_stcore/health")
            yield f"http://127.0.0.1:{port}"
        finally:
            server.terminate()


def light(page: str, lang: str = "en", draws: int = 20) -> str:
    """A link to a page on Company N played so few times that nothing on it takes long.

    Tests that ask for no other figures share what the app has computed of it.
    """
    counts = [Edit(("simulation", name), 3) for name in ("replications", "at_most")]
    state = State("company-n", edits=(*counts, Edit(("risk", "draws"), draws)))
    return f"{page}?{urlencode(address(state, lang))}"


def wait_for(address: str) -> None:
    for _ in range(240):
        try:
            with urllib.request.urlopen(address, timeout=1):
                return
        except OSError:
            time.sleep(0.25)
    raise TimeoutError(address)


@pytest.fixture(scope="module")
def browser(chromium: str) -> Iterator[Browser]:
    with sync_playwright() as play:
        opened = play.chromium.launch(executable_path=chromium, args=FLAGS)
        yield opened
        opened.close()


@pytest.fixture
def page(browser: Browser) -> Iterator[Page]:
    """A new visitor; leaves no error behind and asks nothing of other machines."""
    context = browser.new_context(
        viewport={"width": 1366, "height": 900}, locale="ru-RU", reduced_motion="reduce"
    )
    page, asked, errors = context.new_page(), [], []
    page.on("request", lambda request: asked.append(request.url))
    page.on("pageerror", lambda error: errors.append(str(error)))
    yield page
    assert [url for url in asked if not OUR_OWN.match(url)] == []
    assert errors == []
    context.close()


def settle(page: Page) -> None:
    """Wait until the page is complete and nothing is being computed."""
    page.wait_for_function(READY, timeout=60_000)
    page.wait_for_timeout(250)
    page.wait_for_function(READY, timeout=60_000)
    expect(page.get_by_test_id("stException")).to_have_count(0)


def visit(page: Page, address: str) -> None:
    page.goto(address)
    settle(page)
