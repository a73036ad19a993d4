"""How long a visitor of the app waits, in Chromium: first answer, a changed input, another page.

The app runs as it is started for users; what is measured is the time from a key or a click until
the page is complete and still; of a new visitor also until the headline stands with its figures.
An empty page of Streamlit stands beside: no page of it can be there sooner.
"""

from __future__ import annotations

import json
import shutil
import socket
import statistics
import subprocess
import sys
import tempfile
import time
import urllib.request
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

from playwright.sync_api import Browser, Page, sync_playwright

from sim.ui.frame import PAGES

ROOT = Path(__file__).resolve().parents[1]
BROWSERS = ("chromium", "chromium-browser", "google-chrome")
FLAGS = ["--no-sandbox", "--disable-gpu", "--disable-background-networking"]
WAIT = 600_000  # [ms]; on a machine that has much other work
EMPTY = "import streamlit as st\nst.title('Empty')\nst.header('Page')\n"
HEADLINE = "document.querySelector('[data-testid=stMain] h2')"
READY = """() => {
  const app = document.querySelector('[data-testid=stApp]');
  const head = document.querySelector('[data-testid=stMain] h1');
  return app && head && app.getAttribute('data-test-script-state') === 'notRunning'
    && !document.querySelector('[data-testid=stSkeleton], [data-stale=true]')
    && document.querySelector('[data-testid=stMain] h2, [data-testid=stMain] h3')
    && (!kept || head.innerText !== kept);
}"""
# Another headline than the one that stood there, which may go for less time than between two looks.
ANOTHER = f"""() => {{
  const now = {HEADLINE};
  gone ||= now !== old;
  return now && !now.closest('[data-stale=true]') && (gone || now.innerText !== told);
}}"""


# Nothing is drawn, nor worked out beside the page.
SETTLED = f"() => !document.querySelector('[data-testid=stProgress]') && ({READY})()"
# For so long nothing may have begun anew until a page is taken to be at rest [s].
STILL = 0.5


def until(condition: str, given: str = "") -> str:
    """What waits in the page until something holds, and looks only when the page has changed.

    To ask again and again would take time from the processors that the app and its page work on.
    """
    return f"""new Promise((holds, never) => {{
  {given}
  const met = {condition};
  const look = new MutationObserver(() => met() && done());
  const late = setTimeout(() => never(new Error('not there in time')), {WAIT});
  const done = () => {{ look.disconnect(); clearTimeout(late); holds(); }};
  const attributeFilter = ['data-stale', 'data-test-script-state'];
  look.observe(document, {{childList: true, subtree: true, characterData: true, attributeFilter}});
  if (met()) done();
}})"""


@contextmanager
def served(script: str = "app.py") -> Iterator[tuple[str, int]]:
    """The app, or another page, in a process of its own, with nothing computed yet.

    Yields
    ------
        Its address, and its process.
    """
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    command = [sys.executable, "-m", "sim.ui.serving", script, "--server.headless=true"]
    command += [f"--server.port={port}", "--server.address=127.0.0.1"]
    quiet = subprocess.DEVNULL
    with subprocess.Popen(command, cwd=ROOT, stdout=quiet, stderr=quiet) as server:
        try:
            base = f"http://127.0.0.1:{port}"
            while True:
                try:
                    urllib.request.urlopen(f"{base}/_stcore/health", timeout=1).close()
                    break
                except OSError:
                    time.sleep(0.1)
            yield base, server.pid
        finally:
            server.terminate()


def timed(act: Callable[[], object]) -> float:
    """How long an act in the browser takes by the clock on the wall [s]."""
    begun = time.perf_counter()
    act()
    return time.perf_counter() - begun


def ready(page: Page, kept: str = "") -> None:
    """Wait until the page has drawn its answer and nothing runs any more."""
    page.evaluate(until(READY, f"const kept = {json.dumps(kept)};"))


def opened(browser: Browser, address: str) -> tuple[Page, float, float]:
    """A new visitor, and how long it took to the headline with its figures, and to the whole."""
    page = browser.new_context(locale="en-GB").new_page()
    begun = time.perf_counter()
    page.goto(address, wait_until="commit")
    page.evaluate(until(f"() => {HEADLINE}"))
    headline = time.perf_counter() - begun
    ready(page)
    return page, headline, time.perf_counter() - begun


def settled(page: Page) -> None:
    """Wait until what is worked out beside the page is there too, and drawn."""
    while True:
        page.evaluate(until(SETTLED, "const kept = '';"))
        page.wait_for_timeout(1000 * STILL)
        if page.evaluate(f"() => {{ const kept = ''; return Boolean(({SETTLED})()); }}"):
            return


def came(browser: Browser, address: str) -> tuple[float, float]:
    """The same of a visitor who leaves again."""
    page, *took = opened(browser, address)
    page.context.close()
    return took[0], took[1]


def retyped(page: Page, volume: int) -> float:
    """Another volume, until its answer is there and the page is whole."""

    def enter() -> None:
        _entered(page, volume)
        ready(page)

    return timed(enter)


def resimulated(page: Page, volume: int) -> tuple[float, float]:
    """A volume that nobody has asked for: how long to its headline, and to the whole page."""
    settled(page)
    given = f"const old = {HEADLINE}, told = old.innerText; let gone = false;"
    page.evaluate(f"() => {{ window.answered = {until(ANOTHER, given)}; }}")
    begun = time.perf_counter()
    _entered(page, volume)
    page.evaluate("window.answered")
    headline = time.perf_counter() - begun
    ready(page)
    return headline, time.perf_counter() - begun


def _entered(page: Page, volume: int) -> None:
    page.get_by_role("spinbutton", name="Contacts a week").fill(str(volume))
    page.keyboard.press("Enter")
    page.wait_for_function(f"location.search.includes('volume={volume}')", timeout=WAIT)


def turned(page: Page, name: str) -> float:
    """Another page, until it is complete."""
    kept = page.locator("h1").first.inner_text()

    def click() -> None:
        page.get_by_role("link", name=name, exact=True).first.click()
        ready(page, kept)

    return timed(click)


def floor(path: str, rounds: int) -> list[float]:
    """What the browser's part of Streamlit takes alone."""
    with tempfile.TemporaryDirectory() as folder, sync_playwright() as play:
        script = Path(folder, "empty.py")
        script.write_text(EMPTY)
        with served(str(script)) as (base, _):
            browser = play.chromium.launch(executable_path=path, args=FLAGS)
            opened(browser, base)  # the first run of a server imports
            took = [opened(browser, base)[2] for _ in range(rounds)]
            browser.close()
    return took


def lines(size: float, rounds: int) -> Iterator[str]:
    """The table; the aims stand beside what is measured."""
    path = next((found for name in BROWSERS if (found := shutil.which(name))), None)
    if path is None:
        yield "The app in Chromium: not measured, there is no Chromium on this machine"
        return
    yield f"The app in Chromium, seconds; median of {rounds}, longest behind it"
    yield row("an empty page of Streamlit, new visitor", floor(path, rounds))
    with served() as (base, _), sync_playwright() as play:
        browser = play.chromium.launch(executable_path=path, args=FLAGS)
        page, told, first = opened(browser, f"{base}/?lang=en")
        yield f"{'asked for as the app starts: headline':58} {told:6.2f}"
        yield f"{'asked for as the app starts: whole page':58} {first:6.2f}"
        settled(page)
        news = [came(browser, f"{base}/?lang=en") for _ in range(rounds)]
        yield row("new visitor: headline with its figures (aim 3)", [one[0] for one in news])
        yield row("new visitor: whole page, at rest", [one[1] for one in news])
        fresh = [resimulated(page, 5000 + 10 * n) for n in range(rounds)]
        yield row("another volume, simulated: headline (aim 2)", [one[0] for one in fresh])
        yield row("another volume, simulated: whole page", [one[1] for one in fresh])
        again = [retyped(page, 5000 + 10 * (n % rounds)) for n in range(rounds)]
        yield row("another volume, already computed (aim 0.7)", again)
        for _, title in PAGES:
            yield from switched(page, title, rounds)
        browser.close()


def switched(page: Page, name: str, rounds: int) -> Iterator[str]:
    """To a page and back to another, the first time apart."""
    here = page.locator("h1").first.inner_text()
    home = "People" if name == "Answer" else "Answer"
    if name == "Answer":
        turned(page, home)
    try:
        first = turned(page, name)
    except Exception as error:  # a page that never comes to rest is a result of this benchmark
        yield f"{name}: {type(error).__name__} (from {here})"
        return
    took = []
    for _ in range(rounds):
        turned(page, home)
        took.append(turned(page, name))
    yield row(f"to {name} (aim 0.5)", took) + f"   first {first:.2f}"


def row(what: str, took: list[float]) -> str:
    """One line of the table: what was done, the median and the longest of its times [s]."""
    return f"{what:58} {statistics.median(took):6.2f} {max(took):6.2f}"


PROGRAMS = {"pages": lines}
