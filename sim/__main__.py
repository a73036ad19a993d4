"""Entry of the command line: ``linewise`` and ``python -m sim``."""

from __future__ import annotations

import sys

__all__ = ["main"]


def main() -> None:
    """Run the command line; a key pressed while it loads ends it as quietly as later."""
    try:
        from sim.cli import main as run

        run()
    except KeyboardInterrupt:
        sys.exit(130)


if __name__ == "__main__":
    main()
