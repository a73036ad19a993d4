"""Entry of the command line: ``linewise`` and ``python -m sim``."""

from __future__ import annotations

import gc
import sys

__all__ = ["main"]


def main() -> None:
    """Run the command line; a key pressed while it loads ends it as quietly as later."""
    # What is loaded stays: looking through it for garbage again and again takes a tenth of a start.
    gc.set_threshold(100_000)
    try:
        from sim.cli import main as run

        run()
    except KeyboardInterrupt:
        sys.exit(130)


if __name__ == "__main__":
    main()
