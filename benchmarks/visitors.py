"""Many visitors of the app at once, each with a volume of its own and a browser somewhere else.

What a browser says to Streamlit is said here without one, so that processors are left to the app:
a page is asked for, all that would be drawn is heard, and parts that look again by themselves do.
"""

from __future__ import annotations

import asyncio
import os
import statistics
import time
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

from streamlit.proto.Alert_pb2 import Alert
from streamlit.proto.BackMsg_pb2 import BackMsg
from streamlit.proto.ForwardMsg_pb2 import ForwardMsg
from websockets.asyncio.client import ClientConnection, connect

from benchmarks.pages import served

VISITORS = 25
#: Parts of a second that processes are counted in.
TICKS = os.sysconf("SC_CLK_TCK")


@dataclass
class Visit:
    """What one visitor met: when the headline came and when the whole page, and errors on it."""

    headline: float = 0.0
    whole: float = 0.0
    errors: int = 0
    size: int = 0
    query: str = ""
    again: dict[str, float] = field(default_factory=dict)

    def hear(self, message: ForwardMsg, since: float) -> bool:
        """Take in one message; whether the app has said all it had to say for now."""
        kind = message.WhichOneof("type")
        if kind == "new_session" and not message.metadata.run.fragment_ids:
            self.again.clear()
        elif kind == "auto_rerun":
            self.again[message.auto_rerun.fragment_id] = message.auto_rerun.interval
        elif kind == "page_info_changed":
            self.query = message.page_info_changed.query_string
        elif kind == "delta" and message.delta.WhichOneof("type") == "new_element":
            element = message.delta.new_element
            main = message.metadata.delta_path[0] == 0
            if main and element.heading.tag == "h2" and not self.headline:
                self.headline = since
            wrong = element.alert.format == Alert.ERROR
            self.errors += wrong or element.WhichOneof("type") == "exception"
        return kind == "script_finished" and (
            message.script_finished != ForwardMsg.FINISHED_EARLY_FOR_RERUN
        )


async def visit(address: str, query: str) -> Visit:
    """Open the first page, and stay until nothing on it is on its way any more."""
    begun, met = time.perf_counter(), Visit(query=query)
    async with connect(address, subprotocols=["streamlit"], max_size=None) as line:  # type: ignore[list-item]
        await ask(line, met)
        while not met.whole:
            data = await line.recv()
            assert isinstance(data, bytes)
            met.size += len(data)
            since = time.perf_counter() - begun
            if not met.hear(ForwardMsg.FromString(data), since):
                continue
            if not met.again:
                met.whole = since
            for part, pause in met.again.items():
                await asyncio.sleep(pause)
                await ask(line, met, part)
    return met


async def ask(line: ClientConnection, met: Visit, part: str = "") -> None:
    """Ask for the page, or for a part of it that looks again by itself."""
    message = BackMsg()
    asked = message.rerun_script
    asked.query_string, asked.fragment_id, asked.is_auto_rerun = met.query, part, bool(part)
    asked.context_info.locale, asked.context_info.color_scheme = "en-GB", "light"
    await line.send(message.SerializeToString())


async def together(base: str, count: int) -> list[Visit]:
    """Many visitors in the same moment."""
    address = base.replace("http", "ws", 1) + "/_stcore/stream"
    asked = (f"lang=en&volume={6000 + 40 * place}" for place in range(count))
    return await asyncio.gather(*(visit(address, query) for query in asked))


def memory(process: int) -> float:
    """Memory that a process has now [MB]; nan on systems that do not tell."""
    try:
        lines = Path(f"/proc/{process}/status").read_text().splitlines()
    except OSError:
        return float("nan")
    return next(int(one.split()[1]) for one in lines if one.startswith("VmRSS")) / 1024


def spent(process: int) -> float:
    """Processor time of a process so far [s]; nan on systems that do not tell."""
    try:
        words = Path(f"/proc/{process}/stat").read_text().rpartition(")")[2].split()
    except OSError:
        return float("nan")
    return (int(words[11]) + int(words[12])) / TICKS


def lines(size: float, _: int) -> Iterator[str]:
    """The table, of one round: a second one would find what the first has computed.

    Raises
    ------
    RuntimeError
        If anybody met an error.
    """
    count = max(2, round(VISITORS * size))
    with served() as (base, server):
        asyncio.run(together(base, 1))  # the first visit imports
        quiet = memory(server)
        yield f"{count} visitors of the app at once, seconds: median, 95 of 100, longest"
        before, begun = spent(server), time.perf_counter()
        met = asyncio.run(together(base, count))
        wall = time.perf_counter() - begun
        yield row("headline with its figures", [one.headline for one in met])
        yield row("whole page", [one.whole for one in met])
        yield f"{'processor time of the app':44} {spent(server) - before:6.2f} of {wall:.2f}"
        yield f"{'memory of the app [MB]: before, with all':44} {quiet:6.0f} {memory(server):6.0f}"
        yield f"{'sent to each [kB]':44} {statistics.median(one.size for one in met) / 1e3:6.0f}"
        wrong = sum(one.errors for one in met)
        yield f"{'errors':44} {wrong:6}"
    if wrong:
        raise RuntimeError(f"{wrong} errors on the pages of {count} visitors")


def row(what: str, took: list[float]) -> str:
    """One line of the table."""
    ordered = sorted(took)
    high = ordered[min(len(took) - 1, round(0.95 * len(took)))]
    return f"{what:44} {statistics.median(took):6.2f} {high:6.2f} {ordered[-1]:6.2f}"


PROGRAMS = {"visitors": lines}
