"""What a visitor has chosen, kept in the session and mirrored in the address."""

from __future__ import annotations

import math
from collections.abc import Collection, Mapping
from dataclasses import dataclass, field, replace

__all__ = ["BOUNDS", "OWN", "State", "address", "read_address"]

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


@dataclass(frozen=True, slots=True)
class State:
    """Choices of one visitor.

    Parameters
    ----------
    scenario
        Name of a ready scenario, or `OWN`.
    option
        The option that is looked at beside the baseline; None before the first look.
    figures
        Figures that differ from the scenario's own, by their name in `BOUNDS`.
    """

    scenario: str
    option: str | None = None
    figures: Mapping[str, float] = field(default_factory=dict)

    def having(self, figure: str, value: float | None) -> State:
        """The same with another figure; None goes back to the scenario's own."""
        rest = {name: kept for name, kept in self.figures.items() if name != figure}
        return replace(self, figures=rest if value is None else {**rest, figure: value})


def read_address(said: Mapping[str, str], known: Collection[str]) -> tuple[State, list[str]]:
    """State that a link stands for, and the parts of it that make no sense.

    Parameters
    ----------
    said
        Names and values behind the question mark.
    known
        Names of the ready scenarios.

    Examples
    --------
    >>> read_address({"scenario": "shop", "volume": "900"}, ["shop"])
    (State(scenario='shop', option=None, figures={'volume': 900.0}), [])
    >>> read_address({"volume": "lots"}, ["shop"])[1]
    ['volume=lots']
    """
    wrong = []
    name = said.get("scenario") or _first(known)
    if name not in known:
        wrong.append(f"scenario={name}")
        name = _first(known)
    figures = {}
    for figure in BOUNDS:
        text = said.get(figure)
        value = _figure(figure, text)
        if value is not None:
            figures[figure] = value
        elif text:
            wrong.append(f"{figure}={text}")
    return State(name, said.get("option") or None, figures), wrong


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

    Examples
    --------
    >>> address(State("shop", figures={"volume": 900.0}), "en")
    {'lang': 'en', 'scenario': 'shop', 'volume': '900'}
    """
    said = {"lang": language}
    if state.scenario != OWN:
        said["scenario"] = state.scenario
    if state.option is not None:
        said["option"] = state.option
    return said | {name: f"{value:g}" for name, value in state.figures.items()}
