"""Files that others wrote: their text, whatever encoding and ends of lines they have."""

from __future__ import annotations

import codecs
from pathlib import Path

__all__ = ["text_of"]


def text_of(path: Path) -> str:
    """Text of a file in UTF-8, with or without a mark, UTF-16 with one, or a code page."""
    raw = path.read_bytes()
    if raw.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
        return raw.decode("utf-16")
    try:
        return raw.decode("utf-8-sig")
    except UnicodeDecodeError:  # names of shifts; every byte is some letter
        return raw.decode("latin-1")
