"""Where replications are played: in this process, in others, or on other machines.

One setting says where: ``serial``, ``threads``, ``threads:4``, ``processes``, ``processes:4``,
``dask://host:8786``, or ``joblib`` for whatever backend the caller has set for joblib. Answers do
not depend on it, to the bit: a replication is a pure function of its number, and whoever adds
them up takes them in order.
"""

from __future__ import annotations

import hashlib
import importlib
import math
import os
import pickle
import sys
import threading
import time
from collections import deque
from collections.abc import Callable, Generator, Iterator
from concurrent.futures import BrokenExecutor, CancelledError, ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass
from functools import lru_cache
from itertools import islice
from typing import Any, Generic, Protocol, TypeVar

from sim.compiled import alone, is_warm, sources_digest
from sim.errors import InvalidInput, WorkersLost
from sim.experiment.asked import checked_count
from sim.experiment.played import Plays

__all__ = ["FORMS", "SETTING", "Place", "opened"]

#: The setting in the environment, for whoever gives no other.
SETTING = "LINEWISE_ON"
#: What the setting may be.
FORMS = "serial, threads[:N], processes[:N], dask://HOST:PORT, joblib"

# Replications that a thread plays in one go, at most.
_PARCEL = 16
# A task is to take this long [s]: less, and the way to another process would weigh too much.
_TASK = 0.15
# Tasks for each worker in one call, so that what is not yet added up cannot pile up.
_ROUND = 64
# Times that a task is tried again after its worker was lost, with nothing done in between.
_TRIES = 3
# How long a cluster may take to answer [s]; one that has lost all its workers waits for new ones.
_PATIENCE = 10
# Asked of a worker in words that need nothing of ours there: a task of ours would end it.
_HAS_LINEWISE = "__import__('importlib.util').util.find_spec('sim') is not None"

_Kept = TypeVar("_Kept")


class Place(Protocol):
    """Somewhere to play replications."""

    @property
    def name(self) -> str:
        """The setting that leads here."""

    def play(self, job: Plays[_Kept], numbers: range) -> Generator[_Kept]:
        """Play replications of a job and give them out in the order of their numbers.

        Few are in memory at a time. When the caller closes the iterator, nothing more is started.
        """


@dataclass(frozen=True, slots=True, eq=False)
class _Delivery(Generic[_Kept]):
    """What comes back of a parcel, with how long it took.

    Parameters
    ----------
    played
        The replications in order.
    seconds
        Time that they took.
    """

    played: list[_Kept]
    seconds: float


class _Pace:
    """How long a replication takes a worker [s]; 0 while nobody knows."""

    def __init__(self) -> None:
        self.seconds = 0.0

    def seen(self, delivery: _Delivery[Any]) -> None:
        """Learn from a delivery."""
        self.seconds = delivery.seconds / len(delivery.played)

    def size(self, left: int, workers: int) -> int:
        """Replications of a task: long enough to be worth the way, and some for every worker."""
        if not self.seconds:
            return 1
        return max(1, min(math.ceil(_TASK / self.seconds), math.ceil(left / workers)))


@dataclass(frozen=True, slots=True)
class _Threads:
    """Threads of this process: engines run free of the interpreter's lock.

    One is a thread of its own too: a key pressed reaches the caller's thread, which only adds up,
    and never compiled code that does not expect it.
    """

    workers: int
    name: str

    def play(self, job: Plays[_Kept], numbers: range) -> Generator[_Kept]:
        """Play on all threads, few parcels ahead of whoever takes them."""
        stop = threading.Event()

        def several(some: range) -> _Delivery[_Kept]:
            begun = time.perf_counter()
            played = [job.play(number) for number in some if not stop.is_set()]
            return _Delivery(played, time.perf_counter() - begun)

        pace = _Pace()
        parcels = self._parcels(numbers, pace)
        with ThreadPoolExecutor(self.workers) as pool:
            try:
                running = deque(
                    pool.submit(several, some) for some in islice(parcels, 2 * self.workers)
                )
                while running:
                    delivery = running.popleft().result()
                    pace.seen(delivery)
                    yield from delivery.played
                    running.extend(pool.submit(several, some) for some in islice(parcels, 1))
            finally:
                stop.set()
                pool.shutdown(wait=False, cancel_futures=True)

    def _parcels(self, numbers: range, pace: _Pace) -> Iterator[range]:
        """Cut replications into parcels.

        Small ones keep all threads busy to the end and let a caller stop soon, larger ones spare
        threads waking each other.
        """
        most = min(_PARCEL, math.ceil(len(numbers) / (4 * self.workers)))
        while numbers:
            size = min(most, pace.size(len(numbers), 1))
            yield numbers[:size]
            numbers = numbers[size:]


# --- other processes -------------------------------------------------------------------------


@dataclass(frozen=True, slots=True, eq=False)
class _Parcel:
    """Replications to be played by another process: all that it needs to know.

    Parameters
    ----------
    job
        What is played, packed.
    digest
        Names the job, so that a worker unpacks it once.
    sources
        Names the compiled sources of whoever asks.
    numbers
        The replications.
    """

    job: bytes
    digest: str
    sources: str
    numbers: range


def _deliver(parcel: _Parcel) -> _Delivery[Any]:
    """Play a parcel in a worker."""
    if parcel.sources != sources_digest():
        rule = "must have workers with the same version of Linewise as here"
        raise InvalidInput("on", rule, sources_digest(), f"here it is {parcel.sources}")
    job = _unpacked(_Packed(parcel.job, parcel.digest))
    begun = time.perf_counter()
    played = [job.play(number) for number in parcel.numbers]
    return _Delivery(played, time.perf_counter() - begun)


@dataclass(frozen=True, slots=True, eq=False)
class _Packed:
    """A packed job, known by its digest."""

    job: bytes
    digest: str

    def __eq__(self, other: object) -> bool:
        return isinstance(other, _Packed) and other.digest == self.digest

    def __hash__(self) -> int:
        return hash(self.digest)


@lru_cache(maxsize=4)
def _unpacked(packed: _Packed) -> Plays[Any]:
    """Unpack a job once in each process; the first there may have to compile, one at a time."""
    job: Plays[Any] = pickle.loads(packed.job)
    if not is_warm():
        with alone():
            job.play(0)
    return job


class _Joblib:
    """Workers behind joblib: processes of this machine, a Dask cluster, or the caller's own.

    Parameters
    ----------
    name
        The setting that leads here.
    settings
        As `joblib.parallel_config` takes them.
    """

    def __init__(self, name: str, settings: dict[str, Any]) -> None:
        self.name = name
        self.settings = settings

    def play(self, job: Plays[_Kept], numbers: range) -> Generator[_Kept]:
        """Play on all workers; what a lost worker had in hand is played by another."""
        packed = _packed(job)
        digest = hashlib.sha256(packed).hexdigest()[:16]
        sources = sources_digest()
        at, lost, pace = numbers.start, 0, _Pace()
        while at < numbers.stop:
            before = at
            try:
                for played in self._round(_Parcel(packed, digest, sources, numbers), at, pace):
                    yield played
                    at += 1
            except _lost_workers() as error:
                lost = 1 if at > before else lost + 1
                if lost > _TRIES:
                    raise WorkersLost(self.name, at - numbers.start) from error

    def _round(self, whole: _Parcel, first: int, pace: _Pace) -> Iterator[Any]:
        """Play from a number on, for one call of joblib."""
        joblib = importlib.import_module("joblib")
        with joblib.parallel_config(**self.settings):
            parallel = joblib.Parallel(return_as="generator", batch_size=1)
            try:
                workers = joblib.effective_n_jobs(None)
            except (AttributeError, OSError) as error:  # the whole cluster is gone
                raise WorkersLost(self.name, first - whole.numbers.start) from error
            parcels = _packed_parcels(whole, first, workers, pace)
            tasks = (joblib.delayed(_deliver)(parcel) for parcel in parcels)
            deliveries = parallel(tasks)
            try:
                for delivery in deliveries:
                    if not isinstance(delivery, _Delivery):  # a task that was called off
                        raise CancelledError
                    pace.seen(delivery)
                    yield from delivery.played
            finally:
                deliveries.close()


def _packed_parcels(whole: _Parcel, first: int, workers: int, pace: _Pace) -> Iterator[_Parcel]:
    """Cut replications into parcels as long as they turn out to need; made one by one."""
    at, stop = first, whole.numbers.stop
    for _ in range(_ROUND * workers):
        if at >= stop:
            return
        size = min(pace.size(stop - at, workers), stop - at)
        yield _Parcel(whole.job, whole.digest, whole.sources, range(at, at + size))
        at += size


def _packed(job: Plays[Any]) -> bytes:
    """Pack a job; a function of the caller's own goes along, since workers cannot import it."""
    import cloudpickle

    name = getattr(getattr(job, "record", None), "__module__", None) or __name__
    home = sys.modules.get(name)
    foreign = home is not None and name.partition(".")[0] != __name__.partition(".")[0]
    if foreign:
        cloudpickle.register_pickle_by_value(home)
    try:
        packed: bytes = cloudpickle.dumps(job)
    finally:
        if foreign:
            cloudpickle.unregister_pickle_by_value(home)
    return packed


def _lost_workers() -> tuple[type[BaseException], ...]:
    """What is raised when a worker is gone; the job itself is not at fault."""
    found: list[type[BaseException]] = [BrokenExecutor, CancelledError]
    try:
        distributed = importlib.import_module("distributed")
    except ImportError:
        return tuple(found)
    return (*found, distributed.KilledWorker, distributed.client.FutureCancelledError)


# --- the setting -----------------------------------------------------------------------------


@contextmanager
def opened(on: str | Place | None = None, workers: int | None = None) -> Iterator[Place]:
    """Open the place that a setting names; one that is open already stays open.

    Parameters
    ----------
    on
        The setting, or a place; what `LINEWISE_ON` says, else threads, when None.
    workers
        Threads; instead of `on`.

    Raises
    ------
    InvalidInput
        If there is no such place, or it does not answer.

    Examples
    --------
    >>> with opened("threads:3") as place:
    ...     place.name
    'threads:3'
    """
    if workers is not None:
        if on is not None:
            raise InvalidInput("workers", f"must not stand beside on ({on})", workers)
        count = checked_count("workers", workers)
        yield _Threads(count, f"threads:{count}")
        return
    if on is not None and not isinstance(on, str):
        if not callable(getattr(on, "play", None)):
            raise InvalidInput("on", f"must be one of {FORMS}, or a place", on)
        yield on
        return
    text = on or os.environ.get(SETTING) or "threads"
    kind, _, rest = text.partition(":")
    opener = _OPENERS.get(kind)
    if opener is None:
        raise InvalidInput("on", f"must be one of {FORMS}", text)
    with opener(text, rest) as place:
        yield place


@contextmanager
def _open_serial(text: str, rest: str) -> Iterator[Place]:
    """No workers at all."""
    if rest or text.endswith(":"):
        raise InvalidInput("on", "must be serial without a number", text)
    yield _Threads(1, text)


@contextmanager
def _open_threads(text: str, rest: str) -> Iterator[Place]:
    """Threads of this process."""
    count = _number(text, rest) or os.cpu_count() or 1
    yield _Threads(count, f"threads:{count}")


@contextmanager
def _open_processes(text: str, rest: str) -> Iterator[Place]:
    """Processes of this machine."""
    yield _Joblib(text, {"backend": "loky", "n_jobs": _number(text, rest) or -1})


@contextmanager
def _open_joblib(text: str, rest: str) -> Iterator[Place]:
    """Whatever joblib has been told."""
    if rest or text.endswith(":"):
        raise InvalidInput("on", "must be joblib without a number", text)
    yield _Joblib(text, {})


def _number(text: str, rest: str) -> int | None:
    """The number of workers in a setting; None when it gives none."""
    if not rest and not text.endswith(":"):
        return None
    if not rest.isascii() or not rest.isdigit() or not 1 <= int(rest) <= 4096:
        hint = "write it like threads:4"
        raise InvalidInput("on", "must give a number of workers from 1 to 4096", text, hint)
    return int(rest)


@contextmanager
def _open_dask(text: str, rest: str) -> Iterator[Place]:
    """A Dask cluster."""
    host, _, port = rest.removeprefix("//").rpartition(":")
    if not rest.startswith("//") or not host or not port.isdigit():
        raise InvalidInput("on", "must name a scheduler", text, "write it like dask://host:8786")
    try:
        distributed = importlib.import_module("distributed")
    except ImportError:
        hint = "pip install 'linewise[cluster]' brings it, here and to every worker"
        raise InvalidInput("on", "needs Dask distributed, which is not here", text, hint) from None
    address = f"tcp://{host}:{port}"
    try:
        client = distributed.Client(address, timeout=_PATIENCE, set_as_default=False)
    except (OSError, ValueError) as error:
        hint = f"start one with: dask scheduler --port {port}"
        raise InvalidInput("on", "must name a scheduler that answers", text, hint) from error
    try:
        _wait_for_workers(client, text, address)
        yield _Joblib(text, {"backend": "dask", "client": client})
    finally:
        client.close()


def _wait_for_workers(client: Any, text: str, address: str) -> None:
    """Wait until a cluster has a worker at least."""
    try:
        client.wait_for_workers(1, timeout=_PATIENCE)
    except TimeoutError as error:
        hint = f"start one with: dask worker {address}"
        raise InvalidInput("on", "must name a cluster that has workers", text, hint) from error
    able = client.run(eval, _HAS_LINEWISE)
    lacking = sorted(worker for worker, has in able.items() if not has)
    if lacking:
        hint = f"install it for {', '.join(lacking)}, in the same version as here"
        raise InvalidInput("on", "must have workers that have Linewise", text, hint)


_Opener = Callable[[str, str], Any]
_OPENERS: dict[str, _Opener] = {
    "serial": _open_serial,
    "threads": _open_threads,
    "processes": _open_processes,
    "dask": _open_dask,
    "joblib": _open_joblib,
}
