"""The files a scenario may read: those in its own folder and below, nothing else."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from sim.errors import InvalidInput
from sim.scenario.tree import Origin

__all__ = ["Folder"]

MOST_BYTES = 5_000_000


@dataclass(frozen=True)
class Folder:
    """Where a scenario's files lie; None when it came as text and has no folder."""

    root: Path | None

    def bytes_of(self, reference: str, origin: Origin) -> tuple[bytes, Origin]:
        """Read a file that is named in another one, relative to it.

        Parameters
        ----------
        reference
            The name as written.
        origin
            The file it is written in.

        Raises
        ------
        InvalidInput
            If there is no such file, it lies outside the scenario's folder, or it is too big.
        """
        if self.root is None or origin.folder is None:
            rule = "cannot be read: this scenario came as text, without a folder"
            raise InvalidInput("file", rule, reference, "write the numbers into the scenario")
        try:
            path = self._inside(reference, origin.folder)
            if path.stat().st_size > MOST_BYTES:
                raise InvalidInput("file", "must be at most 5 MB", reference)
            return path.read_bytes(), Origin(_beside(origin.name, reference), path.parent)
        except (
            OSError,
            RuntimeError,
        ) as error:
            # Python 3.11 tells links that go round by a RuntimeError, which has no number.
            reason = getattr(error, "strerror", None) or "its links go round in a circle"
            raise InvalidInput("file", f"cannot be read ({reason})", reference) from None

    def _inside(self, reference: str, folder: Path) -> Path:
        assert self.root is not None
        if "\0" in reference or len(reference) > 1000:
            raise InvalidInput("file", "is not a file name", reference[:60])
        path = (folder / reference).resolve()
        if not path.is_relative_to(self.root.resolve()):
            hint = "put the file beside the scenario, or in a folder below it"
            raise InvalidInput("file", "lies outside the scenario's folder", reference, hint)
        if not path.is_file():
            hint = "write the path relative to the file that names it"
            rule = "is not a file" if path.exists() else "does not exist"
            raise InvalidInput("file", rule, reference, hint)
        return path


def _beside(name: str, reference: str) -> str:
    """Name a file the way the user named the one that mentions it."""
    return (Path(name).parent / reference).as_posix()
