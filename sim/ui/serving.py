"""Streamlit, and the answer that a newcomer meets worked out before anybody asks for it.

``python -m sim.ui.serving PAGE`` takes the settings of ``streamlit run``.
"""

from __future__ import annotations

import atexit
import gc
import logging
import socket
import sys
import threading
import time
import webbrowser
from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import asynccontextmanager
from dataclasses import replace
from importlib import import_module
from pathlib import Path
from typing import TYPE_CHECKING, Any

import streamlit as st
from click import ClickException
from click.exceptions import Exit
from starlette.middleware import Middleware
from streamlit import file_util
from streamlit.errors import StreamlitAPIException
from streamlit.starlette import App
from streamlit.web.cli import main_run

from sim.errors import InvalidInput, LinewiseError
from sim.ui.bundle import Bundle
from sim.ui.places import PLACES

if TYPE_CHECKING:
    from sim.decide import Comparison

__all__ = ["made", "main", "prepared", "settings", "settled"]

_LOG = logging.getLogger(__name__)
# How often to look whether the server answers [s], and how many times at most.
_LOOK, _LOOKS = 0.1, 300
_HERE, _EVERYWHERE = "localhost", ("0.0.0.0", "::")
# For the first page to be drawn, where somebody waits for it already [s].
_DRAWN = 2.0
# Between imports of pages, which hold up who is there [s].
_BREATH = 0.5


def main() -> None:
    """Serve a page until stopped; the words are those of ``streamlit run``."""
    try:
        page, chosen = settings(sys.argv[1:])
        # Streamlit takes it for its own line, and looks beside the page for settings.
        sys.argv = [str(page)]
        made(page).run(config=chosen)
    except ClickException as error:
        error.show()
        sys.exit(error.exit_code)
    except (LinewiseError, StreamlitAPIException, OverflowError) as error:  # the last: of a port
        sys.exit(str(error))
    except Exit:  # help was asked for
        return


def settings(words: Sequence[str]) -> tuple[Path, dict[str, Any]]:
    """The page, and Streamlit's settings by name, of its command line and the environment.

    Raises
    ------
    ClickException
        What Streamlit's command line would refuse.

    Examples
    --------
    >>> page, chosen = settings(["app.py", "--server.port=8502"])
    >>> page.name, chosen["server.port"]
    ('app.py', 8502)
    """
    found = main_run.make_context("linewise app", list(words)).params
    chosen = {
        name.replace("_", "."): value
        for name, value in found.items()
        if name not in {"target", "args"} and value not in (None, ())
    }
    return Path(found["target"]), chosen


def made(page: Path) -> App:
    """A page with all that a server does around it.

    Raises
    ------
    InvalidInput
        If there is no such page.
    """
    if not page.is_file():
        raise InvalidInput("page", "must be a file that is there", str(page))
    around = Middleware(Bundle, folder=Path(file_util.get_static_dir()), pages=_places)
    return App(page.resolve(), middleware=[around], lifespan=_around)


def _places() -> tuple[str, ...]:
    """Names of pages; none for an app below an address, where only Streamlit tells them apart."""
    return () if st.get_option("server.baseUrlPath") else PLACES


@asynccontextmanager
async def _around(_: App) -> AsyncIterator[None]:
    """From here on the server is there: before, both would import the same, and be later."""
    threading.Thread(target=_prepare, daemon=True).start()
    if not st.get_option("server.headless"):
        threading.Thread(target=_show, daemon=True).start()
    yield


def _show() -> None:
    """Open the browser once the server answers."""
    port = st.get_option("server.port")
    address = st.get_option("server.address") or _HERE
    host = _HERE if address in _EVERYWHERE else address
    for _ in range(_LOOKS):
        try:
            with socket.create_connection((host, port), timeout=_LOOK):
                break
        except OSError:
            time.sleep(_LOOK)
    webbrowser.open(f"http://{host}:{port}")


def _prepare() -> None:
    try:
        if (found := prepared()) is None:
            return
        time.sleep(_DRAWN)
        settled()
        _surer(found)
    except Exception:  # whoever comes is told on the page
        _LOG.exception("The first answer could not be prepared")


def settled(breath: float = _BREATH) -> None:
    """Import the other pages once nobody waits for the first.

    What all visitors share stays to the end, so it is set apart: garbage is looked for in the
    rest, and nobody is held up for a fifth of a second by a search through it all.

    Parameters
    ----------
    breath
        Between imports, which hold up who is there [s].
    """
    from sim.ui.frame import PAGES

    for name, _ in PAGES:
        time.sleep(breath)
        import_module(f"sim.ui.pages.{name}")
    gc.collect()
    gc.freeze()
    atexit.register(gc.unfreeze)  # libraries count what is left at the end, and complain


def _surer(found: Comparison) -> None:
    """Begin to ask how sure that answer is, as its page would."""
    from sim.ui.beside import ranges, risking
    from sim.ui.waiting import board

    if ranges(found):
        board().ask(risking(found))


def prepared(known: Mapping[str, Path] | None = None) -> Comparison | None:
    """Work out the comparison that a newcomer meets, once for everybody.

    Parameters
    ----------
    known
        Ready scenarios by name; those that come with the program when None.

    Returns
    -------
        None where there is no ready scenario to compare.
    """
    # First what a page imports first, so that neither waits for the other half-way.
    import sim.ui.frame  # noqa: F401
    from sim.scenario.ready import ready
    from sim.ui.state import read_address
    from sim.ui.waiting import board
    from sim.ui.work import comparing, scenario_of

    known = ready() if known is None else known
    if not known:
        return None
    _, scenario = scenario_of(read_address({}, known)[0])
    job = board().ask(comparing(scenario))
    job.ended.wait()
    found: Comparison = replace(job.answer(), scenario=scenario)
    return found


if __name__ == "__main__":
    main()
