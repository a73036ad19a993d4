"""Work that takes longer than a page may: in a thread or a process, followed, stopped, kept."""

from __future__ import annotations

import bisect
import itertools
import logging
import multiprocessing
import os
import pickle
import signal
import tempfile
import threading
import time
from collections import OrderedDict
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from functools import partial
from multiprocessing.connection import Connection
from pathlib import Path
from typing import Any, Generic, Literal, TypeVar

from sim.errors import InvalidInput, ScenarioError

__all__ = ["Board", "Job", "Stopped", "Task", "Tell"]

_Result_co = TypeVar("_Result_co", covariant=True)
#: Told now and then how far the work is, a share, and what it is at, in names of the scenario.
Tell = Callable[[float, str], None]
_LOG = logging.getLogger(__name__)
# What is refused is an answer, and the same whenever it is asked again.
_REFUSED = (InvalidInput, ScenarioError)
# A process that nobody has stopped is, after this [s].
_LONGEST = 1800.0
# How long a visitor may be away, as one is whose line breaks or who closes the page [s]: Streamlit
# keeps as long what they have typed.
_AWAY = 120.0
# How far a process stands back, as the system counts it: it gets a third of what a page gets.
_BEHIND = 5


class Stopped(Exception):
    """The work was stopped by who asked for it."""


@dataclass(frozen=True)
class Task(Generic[_Result_co]):
    """What is to be computed.

    Parameters
    ----------
    key
        Names the result: the same key, the same result.
    function
        Called with `args` and, by name, `tell`; for a process, importable and without Streamlit.
    args
        What it is given.
    place
        ``thread``: compiled code that leaves the interpreter free; ``process``: anything that
        would hold up other visitors.
    early
        Whether the function, in a thread, also takes `early`: called with a first result that is
        to be shown until the whole one is there.
    beside
        Whether it stands in a part of a page only: others go first, whose page waits for them.
    files
        Names and contents of files that a function in a process works on. It is given, before
        `args`, the folder where they lie; the folder and all that was written beside them are
        gone when the process is, however it ended.
    """

    key: str
    function: Callable[..., _Result_co]
    args: tuple[Any, ...] = ()
    place: Literal["thread", "process"] = "process"
    early: bool = False
    beside: bool = False
    files: tuple[tuple[str, bytes], ...] = ()


@dataclass
class Job:
    """A task on its way.

    Parameters
    ----------
    task
        What is computed.
    """

    task: Task[Any]
    share: float = 0.0
    what: str = ""
    result: Any = None
    early: Any = None
    error: Exception | None = None
    ended: threading.Event = field(default_factory=threading.Event)
    stopping: threading.Event = field(default_factory=threading.Event)
    running: bool = False
    followers: set[str] = field(default_factory=set)
    #: Since when nobody is there who wants it, by `time.monotonic`; None while somebody is.
    left: float | None = None
    #: Called each time it tells how far it is: stops it where all have gone for good.
    look_around: Callable[[], None] = lambda: None

    @property
    def failed(self) -> bool:
        """Whether it ended without an answer: stopped, or broken."""
        return self.ended.is_set() and isinstance(self.error, Exception) and not self.refused

    @property
    def refused(self) -> bool:
        """Whether what was asked makes no sense."""
        return isinstance(self.error, _REFUSED)

    def told(self, share: float, what: str = "") -> None:
        """Note how far it is; raises `Stopped` where nobody wants it any more."""
        self.look_around()
        if self.stopping.is_set():
            raise Stopped
        self.share, self.what = min(max(share, 0.0), 1.0), what

    def show(self, early: Any) -> None:
        """Keep a first result for who cannot wait."""
        self.early = early

    def answer(self) -> Any:
        """The result, or the error raised."""
        if self.error is not None:
            raise self.error
        return self.result


# A place in a line: whether it is beside a page, and a number.
_Place = tuple[bool, int]


class _Line:
    """Room for some tasks at once; the others wait in line, in the order in which they came."""

    def __init__(self, room: int) -> None:
        self._room = room
        self._waiting: list[_Place] = []
        self._changed = threading.Condition()
        self._numbers = itertools.count()

    def join(self, beside: bool) -> _Place:
        """A place in the line; what stands beside a page comes after all that pages wait for."""
        with self._changed:
            place = beside, next(self._numbers)
            bisect.insort(self._waiting, place)
            return place

    def turn(self, place: _Place, timeout: float) -> bool:
        """Wait for a while; whether there is room now, which is taken then."""
        with self._changed:
            mine = self._changed.wait_for(lambda: place in self._waiting[: self._room], timeout)
            if mine:
                self.leave(place)
                self._room -= 1
            return mine

    def leave(self, place: _Place) -> None:
        """Wait no longer."""
        with self._changed:
            self._waiting.remove(place)
            self._changed.notify_all()

    def done(self) -> None:
        """Make room for the next."""
        with self._changed:
            self._room += 1
            self._changed.notify_all()


class Board:
    """Everything that is being computed and was computed lately, for all visitors.

    Parameters
    ----------
    most
        Results to keep.
    at_once
        Tasks that run at the same time; more wait for their turn.
    is_here
        Whether a visitor is still there: a job is stopped when all who want it have gone. Who
        asks without a name is the app itself, and always there.
    """

    def __init__(
        self,
        most: int = 64,
        at_once: int | None = None,
        is_here: Callable[[str], bool] = lambda visitor: True,
    ) -> None:
        self._most = most
        self._is_here = is_here
        self._jobs: OrderedDict[str, Job] = OrderedDict()
        self._lock = threading.Lock()
        cores = os.cpu_count() or 1
        self._lines = {
            "thread": _Line(at_once or cores),
            "process": _Line(at_once or max(1, cores - 1)),
        }

    def look(self, key: str) -> Job | None:
        """The job of this name, if there is one."""
        with self._lock:
            return self._jobs.get(key)

    def ask(self, task: Task[Any], visitor: str = "") -> Job:
        """The job of a task: kept, on its way, or begun now; one that failed begins anew."""
        with self._lock:
            job = self._jobs.get(task.key)
            ending = job is not None and job.stopping.is_set() and not job.ended.is_set()
            if job is None or job.failed or ending:
                job = self._jobs[task.key] = Job(task)
                job.look_around = partial(self._look_around, job)
                place = self._lines[task.place].join(task.beside)
                threading.Thread(target=self._run, args=(job, place), daemon=True).start()
            self._jobs.move_to_end(task.key)
            job.followers.add(visitor)
            self._forget()
            return job

    def stop(self, key: str, visitor: str = "") -> None:
        """Stop a job, unless somebody else waits for it too."""
        with self._lock:
            job = self._jobs.get(key)
            if job is None or job.ended.is_set():
                return
            job.followers.discard(visitor)
            if not self._any_here(job):  # who has left, or loaded the page anew, holds up nobody
                job.stopping.set()

    def _any_here(self, job: Job) -> bool:
        return any(not visitor or self._is_here(visitor) for visitor in job.followers)

    def _look_around(self, job: Job) -> None:
        """Stop a job that all have left, and did not come back to within the time they have."""
        with self._lock:
            now = time.monotonic()
            if self._any_here(job):
                job.left = None
            elif job.left is None:
                job.left = now
            elif now - job.left > _AWAY:
                job.stopping.set()

    def _forget(self) -> None:
        """Drop the results that were asked for least lately."""
        ended = [key for key, job in self._jobs.items() if job.ended.is_set()]
        for key in ended[: max(0, len(ended) - self._most)]:
            del self._jobs[key]

    def _run(self, job: Job, place: _Place) -> None:
        """Wait for a turn, compute, and say that it has ended."""
        line = self._lines[job.task.place]
        try:
            _queue(line, place, job)
            try:
                job.running = True
                compute = _in_process if job.task.place == "process" else _here
                job.result = compute(job)
            finally:
                line.done()
        except (*_REFUSED, Stopped) as error:
            job.error = error
        except Exception as error:  # whatever it is, the page must be told
            if threading.main_thread().is_alive():  # else the app is closed, and this is no fault
                _LOG.exception("%s could not be computed", job.task.key)
            job.error = error
        finally:
            if job.error is None:
                job.early = None  # who stops it keeps it
            job.task = replace(job.task, files=())  # jobs are kept, uploads are not
            job.ended.set()


def _queue(line: _Line, place: _Place, job: Job) -> None:
    """Wait for a turn, for as long as somebody wants the result."""
    while not line.turn(place, 0.2):
        try:
            job.told(0.0)
        except Stopped:
            line.leave(place)
            raise


def _here(job: Job) -> Any:
    more = {"early": job.show} if job.task.early else {}
    return job.task.function(*job.task.args, tell=job.told, **more)


def _in_process(job: Job) -> Any:
    """Compute in a process of its own, which can be ended at any moment."""
    if not job.task.files:
        return _alone(job, job.task.args)
    with tempfile.TemporaryDirectory(prefix="linewise-", ignore_cleanup_errors=True) as folder:
        for name, content in job.task.files:
            Path(folder, name).write_bytes(content)
        return _alone(job, (Path(folder), *job.task.args), folder)


def _alone(job: Job, args: tuple[Any, ...], folder: str | None = None) -> Any:
    fresh = multiprocessing.get_context("spawn")
    ours, theirs = fresh.Pipe(duplex=False)
    process = fresh.Process(
        target=_compute, args=(theirs, pickle.dumps((job.task.function, args)), folder), daemon=True
    )
    process.start()
    theirs.close()
    try:
        return _followed(job, ours)
    finally:
        ours.close()
        process.terminate()
        process.join(10.0)


def _followed(job: Job, ours: Connection) -> Any:
    """What the process sends, until it has the result."""
    waited = 0.0
    while waited < _LONGEST:
        if not ours.poll(0.1):
            waited += 0.1
            job.told(job.share, job.what)
            continue
        try:
            kind, content = ours.recv()
        except EOFError:
            raise RuntimeError("the process ended without an answer") from None
        if kind == "done":
            return content
        if kind == "refused":
            raise content
        if kind == "failed":
            raise RuntimeError(content)
        job.told(*content)
    raise Stopped


def _compute(theirs: Connection, packed: bytes, folder: str | None) -> None:
    """What the process does: behind pages and their simulations, which somebody waits for.

    Its temporary files go where they are cleared away.
    """
    tempfile.tempdir = folder
    # A key pressed to close the app reaches it too: who started it ends it, without a word.
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    if hasattr(os, "nice"):
        os.nice(_BEHIND)

    def send(kind: str, content: object) -> None:
        try:
            theirs.send((kind, content))
        except BrokenPipeError:  # the app is gone, and with it whoever wanted to know
            raise SystemExit from None

    def tell(share: float, what: str = "") -> None:
        send("at", (share, what))

    try:
        function, args = pickle.loads(packed)  # what it needs is imported here
        send("done", function(*args, tell=tell))
    except _REFUSED as error:
        send("refused", error)
    except Exception as error:
        _LOG.exception("not computed")
        send("failed", f"{type(error).__name__}: {error}")
