"""Work in a process of its own; imports little, as each process imports it anew."""

from __future__ import annotations

import os
import tempfile
import time
from pathlib import Path

from sim.errors import InvalidInput
from sim.ui.jobs import Tell


def doubled(number: int, *, tell: Tell) -> int:
    tell(0.5, "half way")
    return 2 * number


def refusing(number: int, *, tell: Tell) -> int:
    raise InvalidInput("number", "must be even", number)


def breaking(*, tell: Tell) -> int:
    raise ZeroDivisionError("by nought")


def dying(*, tell: Tell) -> int:
    os._exit(3)


def lasting(mark: str, *, tell: Tell) -> int:
    """Leave a file as long as it runs."""
    Path(mark).write_text(str(os.getpid()))
    while True:
        tell(0.1, "")
        time.sleep(0.01)


def lasting_beside(folder: Path, mark: str, *, tell: Tell) -> None:
    """Write a copy beside the files, leave a mark, and go on until it is stopped."""
    Path(tempfile.mkdtemp(), "copy").write_bytes((folder / "calls.log").read_bytes())
    Path(mark).touch()
    while True:
        tell(0.1, "")
        time.sleep(0.01)


def sizes(folder: Path, *, tell: Tell) -> dict[str, int]:
    return {path.name: path.stat().st_size for path in folder.iterdir()}


def dead_at_first(folder: Path, mark: str, *, tell: Tell) -> int:
    """The size of a file; the first to be asked is killed."""
    if not Path(mark).exists():
        Path(mark).touch()
        os._exit(3)
    return (folder / "calls.log").stat().st_size
