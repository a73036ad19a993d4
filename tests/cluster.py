"""A small Dask cluster of this machine: a scheduler and workers, each a process of its own."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]


class Cluster:
    """Processes that belong together and end together."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.scheduler = self._start("dask_scheduler", "--host", "127.0.0.1", "--port", "0")
        self.workers: list[subprocess.Popen[bytes]] = []

    @property
    def address(self) -> str:
        """The scheduler's address, once it has written it down."""
        note = self.folder / "scheduler.json"
        for _ in range(300):
            if note.exists() and note.stat().st_size:
                return str(json.loads(note.read_text("utf-8"))["address"]).removeprefix("tcp://")
            time.sleep(0.1)
        raise AssertionError((self.folder / "dask_scheduler.log").read_text("utf-8"))

    @property
    def setting(self) -> str:
        return f"dask://{self.address}"

    def add_worker(self) -> None:
        self.workers.append(self._start("dask_worker", "--nthreads", "1", "--no-nanny"))

    def _start(self, program: str, *options: str) -> subprocess.Popen[bytes]:
        command = [sys.executable, "-m", f"distributed.cli.{program}", "--no-dashboard", *options]
        command += ["--scheduler-file", str(self.folder / "scheduler.json")]
        with (self.folder / f"{program}.log").open("ab") as log:
            return subprocess.Popen(
                command,
                cwd=self.folder,
                env={**os.environ, "PYTHONPATH": str(ROOT)},
                stdout=log,
                stderr=log,
            )

    def end(self) -> None:
        for process in (*self.workers, self.scheduler):
            process.kill()
            process.wait()


@contextmanager
def cluster(folder: Path, workers: int) -> Iterator[Cluster]:
    """A cluster with so many workers, ended whatever happens."""
    made = Cluster(folder)
    try:
        _ = made.address
        for _ in range(workers):
            made.add_worker()
        yield made
    finally:
        made.end()
