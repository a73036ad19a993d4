"""The ready scenarios that come with the program."""

from __future__ import annotations

from pathlib import Path

from sim.scenario.load import SUFFIXES

__all__ = ["ready", "scenarios_folder"]


def scenarios_folder() -> Path:
    """Folder of the ready scenarios: inside an installed package, beside it in a work tree."""
    package = Path(__file__).resolve().parents[1]
    installed = package / "_scenarios"
    return installed if installed.is_dir() else package.parent / "scenarios"


def ready() -> dict[str, Path]:
    """Ready scenarios by name, in the order of their names; none without the folder."""
    folder = scenarios_folder()
    if not folder.is_dir():
        return {}
    files = (path for path in folder.iterdir() if path.suffix in SUFFIXES)
    return {path.stem: path for path in sorted(files, key=lambda path: path.stem)}
