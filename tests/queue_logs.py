"""Queue logs to read: lines of made-up calls, and a reader that takes them one by one."""

from __future__ import annotations

import random
from collections.abc import Iterable
from dataclasses import dataclass, field

__all__ = ["Call", "lines_of_calls", "made_calls", "read_slowly"]

ENDS = {
    "served": "COMPLETECALLER|{wait}|{talk}|1",
    "transferred": "BLINDTRANSFER|200|default|{wait}|{talk}|1",
    "abandoned": "ABANDON|1|1|{wait}",
    "timeout": "EXITWITHTIMEOUT|1|1|{wait}",
    "exit_empty": "EXITEMPTY|1|1|{wait}",
    "exit_key": "EXITWITHKEY|5|1|1|{wait}",
}


@dataclass(frozen=True, order=True)
class Call:
    """What a log must tell of one call in one queue."""

    arrival: int
    call: str
    leg: int
    queue: str
    caller: str
    outcome: str
    wait: int | None
    talk: int | None
    agent: str | None = field(default=None)


def made_calls(seed: int, count: int = 60) -> list[Call]:
    """Calls of some hours; one in five goes to a second queue when the first one is left."""
    rng = random.Random(seed)
    calls: list[Call] = []
    now = 1_700_000_000
    for number in range(count):
        now += rng.randrange(120)
        at, leg = now, 1
        while True:
            outcome = rng.choice(["served", "served", "served", "transferred", *ENDS])
            wait, talk = rng.randrange(200), rng.randrange(1, 600)
            answered = outcome in ("served", "transferred")
            calls.append(
                Call(
                    at,
                    f"{now}.{number}",
                    leg,
                    rng.choice(["sales", "help"]),
                    str(79_000_000_000 + rng.randrange(40)),
                    outcome,
                    wait,
                    talk if answered else None,
                    f"SIP/{rng.randrange(9)}" if answered else None,
                )
            )
            if answered or outcome == "abandoned" or rng.random() < 0.5:
                break
            at, leg = at + wait, leg + 1
    return calls


def lines_of_calls(calls: Iterable[Call]) -> list[str]:
    """The calls as `app_queue` writes them, in order of time."""
    events: list[tuple[int, int, str]] = []

    def write(at: int, call: Call, agent: str | None, rest: str) -> None:
        text = f"{at}|{call.call}|{call.queue}|{agent or 'NONE'}|{rest}"
        events.append((at, len(events), text))

    for call in calls:
        wait, talk = call.wait or 0, call.talk or 0
        write(call.arrival, call, None, f"ENTERQUEUE||{call.caller}|1")
        if call.agent:
            if wait > 2:
                write(call.arrival + wait - 1, call, call.agent, "RINGNOANSWER|1000")
            write(call.arrival + wait, call, call.agent, f"CONNECT|{wait}|{call.call}0|1")
        if call.outcome in ENDS:
            rest = ENDS[call.outcome].format(wait=wait, talk=talk)
            write(call.arrival + wait + talk, call, call.agent, rest)
    return [text for _, _, text in sorted(events)]


def read_slowly(lines: Iterable[str]) -> list[Call]:
    """Walk through whole lines in order and keep a book of open calls."""
    book: dict[str, list[dict[str, object]]] = {}
    for line in dict.fromkeys(lines):
        epoch, call, queue, agent, event, *data = line.split("|")
        legs = book.setdefault(call, [])
        if event == "ENTERQUEUE":
            legs.append({"arrival": int(epoch), "queue": queue, "caller": data[1]})
        elif event == "CONNECT":
            legs[-1] |= {"wait": int(data[0]), "agent": agent, "outcome": "unknown"}
        elif event.startswith("COMPLETE"):
            legs[-1] |= {"talk": int(data[1]), "outcome": "served"}
        elif event == "BLINDTRANSFER":
            legs[-1] |= {"talk": int(data[3]), "outcome": "transferred"}
        elif event == "EXITWITHKEY":
            legs[-1] |= {"wait": int(data[3]), "outcome": "exit_key"}
        elif event in ("ABANDON", "EXITWITHTIMEOUT", "EXITEMPTY"):
            name = {"ABANDON": "abandoned", "EXITEMPTY": "exit_empty"}.get(event, "timeout")
            legs[-1] |= {"wait": int(data[2]), "outcome": name}
    empty = {"wait": None, "talk": None, "agent": None, "outcome": "unknown"}
    return sorted(
        Call(call=call, leg=number, **{**empty, **leg})  # type: ignore[arg-type]
        for call, legs in book.items()
        for number, leg in enumerate(legs, start=1)
    )
