"""One task for many numbers, on all processors where that is worth their start."""

from __future__ import annotations

import multiprocessing
import os
import pickle
import signal
import sys
import time
import warnings
from collections import deque
from collections.abc import Callable, Iterator
from concurrent.futures import Executor, ProcessPoolExecutor
from functools import lru_cache
from itertools import islice
from multiprocessing.connection import wait
from threading import Thread
from typing import Any, TypeVar

from sim.experiment.asked import whole

__all__ = ["MOST_WORKERS", "spread"]

Found = TypeVar("Found")

MOST_WORKERS = 1024
# Work that is left is given to others when it would take longer than this [s]; that is looked at
# for the first time after so long.
_WORTH, _LOOK = 3.0, 0.5
# Work that a worker takes at once [s].
_PARCEL = 0.5


def spread(task: Callable[[int], Found], count: int, workers: int | None = None) -> Iterator[Found]:
    """What a task says of 0, 1 … count - 1, in this order.

    Parameters
    ----------
    task
        A function of a number alone, which can be sent to another process.
    count
        How many numbers.
    workers
        Processes. When None it starts here, and goes on on all processors where what is left is
        worth their start. The answer is the same.

    Notes
    -----
    Pricing an option is Python's work, which threads do by turns. Where a process can be a copy of
    this one, as on Linux, it starts in no time; elsewhere it has to load everything first.

    Raises
    ------
    InvalidInput
        If there are fewer than one or more than 1,024 workers.

    Examples
    --------
    >>> list(spread(abs, 3))
    [0, 1, 2]
    """
    most = workers if workers is None else whole("workers", workers, 1, MOST_WORKERS)
    if multiprocessing.current_process().daemon:  # it may not start any: it is ended any moment
        most = 1
    if most is not None and most > 1:
        yield from _on_processes(task, range(count), most, 0.0)
        return
    begun = time.perf_counter()
    processors = len(os.sched_getaffinity(0)) if sys.platform == "linux" else os.cpu_count() or 1
    for number in range(count):
        yield task(number)
        if most == 1 or processors == 1:
            continue
        spent = time.perf_counter() - begun
        each, left = spent / (number + 1), count - number - 1
        if spent > _LOOK and each * left > _WORTH:
            yield from _on_processes(task, range(number + 1, count), processors, each)
            return


def _on_processes(
    task: Callable[[int], Found], numbers: range, workers: int, each: float
) -> Iterator[Found]:
    """The rest on other processes, in parcels of about the same time."""
    packed = pickle.dumps(task)
    most = max(1, -(-len(numbers) // (2 * workers)))
    size = max(1, min(most, round(_PARCEL / each))) if each else min(most, 8)
    parcels = iter([numbers[at : at + size] for at in range(0, len(numbers), size)])
    executor = _executor(workers)
    try:
        with warnings.catch_warnings():
            # Copies of a process with threads are warned of from Python 3.12 on: they could wait
            # for a lock that nobody holds any more. A worker takes none but its own.
            warnings.simplefilter("ignore", DeprecationWarning)
            running = deque(
                executor.submit(_several, packed, some) for some in islice(parcels, 2 * workers)
            )
        while running:
            yield from running.popleft().result()
            running.extend(executor.submit(_several, packed, one) for one in islice(parcels, 1))
    finally:
        executor.shutdown(wait=True, cancel_futures=True)


def _executor(workers: int) -> Executor:
    """Processes that leave a key pressed to whoever asked."""
    if sys.platform == "linux":
        context = multiprocessing.get_context("fork")
        return ProcessPoolExecutor(workers, context, initializer=_deaf)
    from joblib.externals.loky import ProcessPoolExecutor as Fresh

    fresh: Executor = Fresh(workers, initializer=_deaf)
    return fresh


def _deaf() -> None:
    """Leave a key pressed to whoever asked, and end with it: a copy of a server has its signals."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    signal.signal(signal.SIGTERM, signal.SIG_DFL)
    parent = multiprocessing.parent_process()
    if parent is not None:
        Thread(target=_end_after, args=(parent.sentinel,), daemon=True).start()


def _end_after(sentinel: int) -> None:
    wait([sentinel])
    os._exit(1)


def _several(packed: bytes, numbers: range) -> list[Any]:
    """What a task says of some numbers, in a worker."""
    task = _unpacked(packed)
    return [task(number) for number in numbers]


@lru_cache(maxsize=1)
def _unpacked(packed: bytes) -> Callable[[int], Any]:
    found: Callable[[int], Any] = pickle.loads(packed)
    return found
