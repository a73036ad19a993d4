"""Streamlit, and the answer that a newcomer meets worked out before anybody asks for it.

``python -m sim.ui.serving PAGE`` takes the arguments of ``streamlit run``.
"""

from __future__ import annotations

import logging
import sys
import threading
import time
from collections.abc import Mapping
from pathlib import Path

__all__ = ["main", "prepared"]

_LOG = logging.getLogger(__name__)
# How often to look whether the server is there, and how long at most [s].
_LOOK, _LONGEST = 0.05, 60.0


def main() -> None:
    """Serve a page as ``streamlit run`` does, with the same arguments."""
    from streamlit.web import cli

    threading.Thread(target=_when_served, daemon=True).start()
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
        prepared()
    except Exception:  # whoever comes is told on the page
        _LOG.exception("The first answer could not be prepared")


def prepared(known: Mapping[str, Path] | None = None) -> bool:
    """Ask for the comparison that a newcomer meets, once for everybody.

    Parameters
    ----------
    known
        Ready scenarios by name; those that come with the program when None.

    Returns
    -------
    bool
        Whether there is a ready scenario to compare.
    """
    # First what a page imports first, so that neither waits for the other half-way.
    import sim.ui.frame  # noqa: F401
    from sim.scenario.ready import ready
    from sim.ui.state import read_address
    from sim.ui.waiting import board
    from sim.ui.work import comparing, scenario_of

    known = ready() if known is None else known
    if not known:
        return False
    _, scenario = scenario_of(read_address({}, known)[0])
    board().ask(comparing(scenario))
    return True


if __name__ == "__main__":
    main()
