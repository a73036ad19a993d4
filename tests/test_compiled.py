"""Where compiled code lies, and when nobody needs to wait for it."""

from __future__ import annotations

from pathlib import Path

import pytest

from sim import compiled


def test_another_copy_of_the_same_sources_is_not_taken_for_compiled(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    """Numba keeps the code of each path apart, though the cache folder is the same."""
    monkeypatch.setattr(compiled, "cache_folder", lambda: tmp_path)
    compiled.mark_warm()
    assert compiled.is_warm()

    monkeypatch.setattr(compiled, "__file__", "/somewhere/else/sim/compiled.py")
    assert not compiled.is_warm()
    compiled.mark_warm()
    assert compiled.is_warm()
