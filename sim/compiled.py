"""Compiled functions: one decorator, one cache folder, one announcement.

Numba compiles on first use and keeps the machine code on disk. Two things go wrong with its
defaults. A cached caller keeps the old code of a callee that lives in another file, silently; and
a read-only installation or a missing home folder means compiling again in every process. Here the
cache folder is named by a digest of all compiled sources, so stale code cannot be found, and it is
sought where one can write: `LINEWISE_CACHE`, the user's cache folder, the temporary folder.
"""

from __future__ import annotations

import hashlib
import os
import platform
import sys
import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import lru_cache
from pathlib import Path
from typing import Any, TypeVar

import numba
import numpy as np

__all__ = [
    "alone",
    "cache_folder",
    "inlined",
    "is_warm",
    "jit",
    "mark_warm",
    "sources_digest",
    "uncounted",
]

_Function = TypeVar("_Function", bound=Callable[..., Any])

# Every file whose functions are compiled: a change in any of them opens a new cache folder.
_SOURCES = (
    "_erlang/kernel.py",
    "_erlang/steps.py",
    "demand/draws.py",
    "demand/gamma.py",
    "demand/sampling.py",
    "engine/base.py",
    "engine/kernel.py",
    "engine/lean.py",
    "engine/line.py",
    "experiment/stationary.py",
    "learn/adapters/plain_loops.py",
    "metrics/answers.py",
    "metrics/tally.py",
    "metrics/virtual.py",
    "metrics/waits.py",
    "plan/rosters/lines.py",
)


@lru_cache(maxsize=1)
def sources_digest() -> str:
    """Name the sources that are compiled: alike wherever the same Linewise is installed."""
    here = Path(__file__).resolve().parent
    seal = hashlib.sha256()
    for name in ("compiled.py", *_SOURCES):
        path = here / name
        seal.update(path.read_bytes() if path.exists() else b"")
    return seal.hexdigest()[:16]


def _digest() -> str:
    """Name what the machine code depends on: sources, compiler, Python, processor."""
    parts = (numba.__version__, np.__version__, sys.version, platform.machine())
    return hashlib.sha256("|".join((sources_digest(), *parts)).encode()).hexdigest()[:16]


def _candidates() -> list[Path]:
    """Folders to try, the user's own wish first."""
    wish = os.environ.get("LINEWISE_CACHE")
    home = os.environ.get("XDG_CACHE_HOME") or os.path.expanduser("~/.cache")
    user = os.environ.get("USER") or str(getattr(os, "getuid", lambda: "user")())
    folders = [Path(wish)] if wish else []
    return [*folders, Path(home) / "linewise", Path(tempfile.gettempdir()) / f"linewise-{user}"]


def _writable(folder: Path) -> bool:
    """Tell whether files can be made in the folder, making it if need be."""
    try:
        folder.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryFile(dir=folder):
            return True
    except OSError:
        return False


@lru_cache(maxsize=1)
def cache_folder() -> Path | None:
    """Return the folder that holds compiled code, or None when nothing can be written anywhere."""
    name = _digest()
    return next((base / name for base in _candidates() if _writable(base / name)), None)


def _mark() -> str:
    """Name the mark of this installation: Numba keeps the code of each path apart."""
    here = str(Path(__file__).resolve().parent)
    return "warm-" + hashlib.sha256(here.encode()).hexdigest()[:16]


def is_warm() -> bool:
    """Tell whether compiled code of exactly these sources, in this place, is on disk."""
    folder = cache_folder()
    return folder is not None and (folder / _mark()).exists()


def mark_warm() -> None:
    """Note that every compiled function is on disk, so that nobody announces a wait again."""
    folder = cache_folder()
    if folder is not None:
        (folder / _mark()).touch()


@contextmanager
def alone() -> Iterator[None]:
    """Let one process of a machine compile at a time, so that the others find its work on disk.

    The system lets go of the lock when its holder ends, however that happens. Where there is no
    such lock or no cache folder, everybody compiles.
    """
    folder = cache_folder()
    if folder is None or is_warm() or sys.platform == "win32":
        yield
        return
    import fcntl

    with (folder / "compiling").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        yield


def jit(function: _Function) -> _Function:
    """Compile a function on first use, free of the interpreter lock and kept on disk."""
    return _compile(function)


def uncounted(function: _Function) -> _Function:
    """Compile a function, and all that it calls, without the counting of references to arrays.

    Numba counts up and down, atomically, around each call that takes arrays; in a loop of short
    calls that takes as long as the rest. Such a function must not make an array: what it needs is
    handed in.
    """
    try:
        return _compile(function, _nrt=False)
    except KeyError:  # the option is Numba's own affair: without it the same, only slower
        return _compile(function)


def inlined(function: _Function) -> _Function:
    """Compile a small function into each of its callers, where a call would cost more than it."""
    return _compile(function, forceinline=True)


def _compile(function: _Function, **options: object) -> _Function:
    """Decorate with Numba, its cache in our folder.

    The cache folder is a global of Numba, so it is set only while this function is decorated:
    other users of Numba in the same process keep theirs.
    """
    folder = cache_folder()
    config: Any = numba.config
    before = config.CACHE_DIR
    config.CACHE_DIR = str(folder or "")
    try:
        njit: Any = numba.njit
        # Dividing by zero gives infinity, as numpy has it: a check would cost more than dividing.
        rules = {"cache": folder is not None, "nogil": True, "error_model": "numpy", **options}
        compiled: _Function = njit(**rules)(function)
    finally:
        config.CACHE_DIR = before
    return compiled
