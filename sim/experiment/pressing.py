"""A key pressed in the middle of what must be done whole, or not begun, waits for its end."""

from __future__ import annotations

import signal
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from types import FrameType

__all__ = ["uninterrupted"]


@contextmanager
def uninterrupted() -> Iterator[None]:
    """Let a key pressed meanwhile come through afterwards.

    Python tells the main thread alone that a key was pressed, so nothing is needed elsewhere; nor
    where whoever embeds Python handles the key.

    Examples
    --------
    >>> counted = 0
    >>> try:
    ...     with uninterrupted():
    ...         signal.raise_signal(signal.SIGINT)
    ...         counted += 1
    ... except KeyboardInterrupt:
    ...     print(counted)
    1
    """
    before = signal.getsignal(signal.SIGINT)
    if threading.current_thread() is not threading.main_thread() or before is None:
        yield
        return
    pressed = False

    def later(number: int, frame: FrameType | None) -> None:
        nonlocal pressed
        pressed = True

    signal.signal(signal.SIGINT, later)
    try:
        yield
    finally:
        signal.signal(signal.SIGINT, before)
        if pressed:
            signal.raise_signal(signal.SIGINT)
