"""What a visitor has chosen and changed, kept in the session and mirrored in the address."""

from __future__ import annotations

import base64
import binascii
import hashlib
import json
import math
import zlib
from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass, field, replace
from typing import Any

from sim.scenario.edited import Edit

__all__ = [
    "BOUNDS",
    "MOST_LETTERS",
    "OWN",
    "State",
    "address",
    "file_key",
    "link_of",
    "read_address",
]

#: Name of a scenario that the visitor brought along.
OWN = "own"

#: Figures that a visitor may set, with their bounds: contacts a week, mean handle time of the
#: lead channel [s], share that must be answered in time [%], acceptable waiting time [s].
BOUNDS = {
    "volume": (1.0, 10_000_000.0),
    "aht": (5.0, 14_400.0),
    "answered": (1.0, 99.9),
    "within": (1.0, 86_400.0),
}

#: A link may carry so much of what was edited; browsers and proxies cut longer ones. What is
#: more goes with the file.
MOST_LETTERS = 1500
# A link is unpacked to no more than this [bytes].
_MOST_UNPACKED = 100_000
# Of what makes no sense in a link, so much is shown.
_MOST_SHOWN = 60


@dataclass(frozen=True, slots=True)
class State:
    """Choices and changes of one visitor.

    Parameters
    ----------
    scenario
        Name of a ready scenario, or `OWN`.
    option
        The option that is looked at beside the baseline; None before the first look.
    figures
        Figures that differ from the scenario's own, by their name in `BOUNDS`.
    edits
        Places of the scenario that were written anew, one after the other.
    own
        File name and text of the scenario that the visitor brought along; it stays at hand while
        another one is looked at.
    """

    scenario: str
    option: str | None = None
    figures: Mapping[str, float] = field(default_factory=dict)
    edits: tuple[Edit, ...] = ()
    own: tuple[str, str] | None = None

    def having(self, figure: str, value: float | None) -> State:
        """The same with another figure; None goes back to the scenario's own."""
        rest = {name: kept for name, kept in self.figures.items() if name != figure}
        return replace(self, figures=rest if value is None else {**rest, figure: value})

    def writing(self, *edits: Edit) -> State:
        """The same with places written anew; what earlier edits wrote there or below goes."""
        places = [edit.place for edit in edits]
        kept = tuple(
            edit
            for edit in self.edits
            if not any(edit.place[: len(place)] == place for place in places)
        )
        return replace(self, edits=kept + edits)

    @property
    def changed(self) -> bool:
        """Whether anything differs from the scenario as its file has it."""
        return bool(self.figures or self.edits)


def file_key(own: tuple[str, str]) -> str:
    """What names a file that was brought along: nobody finds it who does not have it."""
    return hashlib.sha256("\0".join(own).encode()).hexdigest()[:32]


def read_address(
    said: Mapping[str, str],
    known: Collection[str],
    file: Callable[[str], tuple[str, str] | None] = lambda key: None,
) -> tuple[State, list[str]]:
    """State that a link stands for, and the parts of it that make no sense.

    Of a file that is not known any more nothing is left: its figures are no other scenario's.

    Parameters
    ----------
    said
        Names and values behind the question mark.
    known
        Names of the ready scenarios.
    file
        Finds the name and text of a file that a visitor brought along, by its `file_key`.

    Examples
    --------
    >>> read_address({"scenario": "shop", "volume": "900"}, ["shop"])
    (State(scenario='shop', option=None, figures={'volume': 900.0}, edits=(), own=None), [])
    >>> read_address({"volume": "lots"}, ["shop"])[1]
    ['volume=lots']
    """
    wrong = []
    name = said.get("scenario") or _first(known)
    own = file(said.get("file") or "") if name == OWN else None
    if name == OWN and own is None and known:
        return State(_first(known)), ["file"]
    if name not in known and own is None:
        wrong.append(f"scenario={_short(name)}")
        name = _first(known)
    figures = {}
    for figure in BOUNDS:
        text = said.get(figure)
        value = _figure(figure, text)
        if value is not None:
            figures[figure] = value
        elif text:
            wrong.append(f"{figure}={_short(text)}")
    if page := said.get("page"):  # an address that is no page's
        wrong.append(f"page={_short(page)}")
    edits = _unpacked(said.get("edits") or "")
    if edits is None:
        wrong.append("edits")
    return State(name, said.get("option") or None, figures, edits or (), own), wrong


def _short(text: str) -> str:
    """What a link says, so far as a line has room for it."""
    return text if len(text) <= _MOST_SHOWN else text[:_MOST_SHOWN] + "…"


def _first(known: Collection[str]) -> str:
    """The scenario that a newcomer meets."""
    return "company-n" if "company-n" in known else next(iter(known), OWN)


def _figure(figure: str, text: str | None) -> float | None:
    try:
        value = float(text or "")
    except ValueError:
        return None
    low, high = BOUNDS[figure]
    return value if math.isfinite(value) and low <= value <= high else None


def address(state: State, language: str) -> dict[str, str]:
    """What a link to this state says; what is the scenario's own is left out.

    A file that a visitor brought along is only named, and known as long as the app remembers it;
    edits that do not fit into a link are left out: a saved file holds everything.

    Examples
    --------
    >>> address(State("shop", figures={"volume": 900.0}), "en")
    {'lang': 'en', 'scenario': 'shop', 'volume': '900'}
    """
    said = {"lang": language, "scenario": state.scenario}
    if state.scenario == OWN and state.own:
        said["file"] = file_key(state.own)
    if state.option is not None:
        said["option"] = state.option
    said |= {name: f"{value:.12g}" for name, value in state.figures.items()}
    if state.edits:
        packed = _packed(state.edits)
        if len(packed) <= MOST_LETTERS:
            said["edits"] = packed
    return said


def link_of(state: State, language: str) -> bool:
    """Whether a link brings back all of this state."""
    back = read_address(address(state, language), [state.scenario])[0]
    return state.scenario != OWN and replace(state, own=None) == back


def _packed(edits: tuple[Edit, ...]) -> str:
    text = json.dumps([[edit.place, edit.value] for edit in edits], separators=(",", ":"))
    return base64.urlsafe_b64encode(zlib.compress(text.encode(), 9)).decode().rstrip("=")


def _unpacked(text: str) -> tuple[Edit, ...] | None:
    """Edits out of a link; None where they make no sense."""
    if not text:
        return ()
    try:
        data = base64.urlsafe_b64decode(text + "=" * (-len(text) % 4))
        whole = zlib.decompressobj()
        plain = whole.decompress(data, _MOST_UNPACKED)
        if not whole.eof:
            return None
        return tuple(_edit(*one) for one in json.loads(plain))
    except (ValueError, TypeError, binascii.Error, zlib.error, RecursionError):
        return None


def _edit(place: Any, value: Any) -> Edit:
    steps = tuple(place) if isinstance(place, list) else ()
    if not steps or not all(isinstance(step, str | int) for step in steps):
        raise ValueError("no place")
    return Edit(steps, value)
