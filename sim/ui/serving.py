"""Streamlit, and the answer that a newcomer meets worked out before anybody asks for it.

``python -m sim.ui.serving PAGE`` takes the arguments of ``streamlit run``.
"""

from __future__ import annotations

import atexit
import gc
import logging
import sys
import threading
import time
from collections.abc import Mapping
from dataclasses import replace
from importlib import import_module
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from sim.decide import Comparison

__all__ = ["main", "prepared", "settled"]

_LOG = logging.getLogger(__name__)
# How often to look whether the server is there, and how long at most [s].
_LOOK, _LONGEST = 0.05, 60.0
# For the first page to be drawn, where somebody waits for it already [s].
_DRAWN = 2.0
# Between imports of pages, which hold up who is there [s].
_BREATH = 0.5


def main() -> None:
    """Serve a page as ``streamlit run`` does, with the same arguments."""
    from streamlit.web import cli

    from sim.ui import bundle

    threading.Thread(target=_when_served, daemon=True).start()
    bundle.installed()
    sys.argv = ["streamlit", "run", *sys.argv[1:]]
    cli.main(prog_name="streamlit")


def _when_served() -> None:
    """Begin when the server is there: until then both would import the same, and be later."""
    from streamlit import runtime

    begun = time.monotonic()
    while not runtime.exists():
        if time.monotonic() - begun > _LONGEST:
            return
        time.sleep(_LOOK)
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
