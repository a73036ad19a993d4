"""Public instances of the rotating workforce problem, in the two formats that they come in."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from benchmarks.texts import text_of
from sim.plan.rotation.problem import Clock, Rotating

FOLDER = Path(__file__).resolve().parents[1].parent / "shared/data/scheduling/rws"


def instances(folder: str, pattern: str) -> list[Path]:
    """Files of a set in the order of their numbers; none where they are not at hand."""
    found = FOLDER.joinpath(folder).glob(pattern)
    return sorted(found, key=lambda path: int(re.findall(r"\d+", path.stem)[-1]))


def need(paths: list[Path]) -> list[Path]:
    if not paths:
        pytest.skip("the public rotating workforce instances are not beside the project")
    return paths


def read(path: Path) -> Rotating:
    """An instance in whichever format its file is: what is assigned is MiniZinc's."""
    text = text_of(path)
    if "=" not in re.sub(r"[#%].*", "", text):
        return from_text(text)
    return from_classic(text) if re.search(r"\bgroups\s*=", text) else from_challenge(text)


def from_text(text: str) -> Rotating:
    lines = [re.sub(r"[#%].*", "", line).replace(",", " ").strip() for line in text.splitlines()]
    lines = [line for line in lines if line]
    people, shifts = int(lines[1]), int(lines[2])
    demand = tuple(tuple(map(int, line.split())) for line in lines[3 : 3 + shifts])
    kinds = [line.split() for line in lines[3 + shifts : 3 + 2 * shifts]]
    names = tuple(kind[0] for kind in kinds)
    rest = lines[3 + 2 * shifts :]
    pairs: set[tuple[int, int]] = set()
    apart: set[tuple[int, int]] = set()
    for line in rest[3 : 3 + sum(map(int, rest[2].split()))] if len(rest) > 2 else ():
        named = line.split()
        ends = names.index(named[0]), names.index(named[-1])
        (pairs if len(named) == 2 else apart).add(ends)
    return Rotating(
        demand=demand,
        people=people,
        names=names,
        runs=tuple((int(kind[3]), int(kind[4])) for kind in kinds),
        work=_two(rest[1]),
        off=_two(rest[0]),
        forbidden=frozenset(pairs),
        forbidden_apart=frozenset(apart),
        clocks=tuple(Clock(int(kind[1]), int(kind[2])) for kind in kinds),
    )


def _two(line: str) -> tuple[int, int]:
    low, high = map(int, line.split()[:2])
    return low, high


def _fields(text: str) -> dict[str, str]:
    bare = re.sub(r"%.*", "", text)
    return dict(re.findall(r"(\w+)\s*=\s*(.*?);", bare, re.DOTALL))


def _ints(text: str) -> list[int]:
    return [int(number) for number in re.findall(r"-?\d+", text)]


def _rows(numbers: list[int], length: int) -> tuple[tuple[int, ...], ...]:
    return tuple(tuple(numbers[i : i + length]) for i in range(0, len(numbers), length))


def from_challenge(text: str) -> Rotating:
    found = _fields(text)
    after, before = _ints(found["forbidden_after"]), _ints(found["forbidden_before"])
    apart = re.findall("true|false", found["forbidden_daysoff"])
    pairs: dict[str, set[tuple[int, int]]] = {"true": set(), "false": set()}
    for first, second, over in zip(before, after, apart, strict=True):
        pairs[over].add((first - 1, second - 1))
    shifts = int(found["nb_shifts"])
    low, high = _ints(found["shift_block_min"]), _ints(found["shift_block_max"])
    return Rotating(
        demand=_rows(_ints(found["temp_req"]), int(found["week_length"])),
        people=int(found["nb_workers"]),
        names=tuple(f"S{k}" for k in range(shifts)),
        runs=tuple(zip(low, high, strict=True)),
        work=(int(found["min_work"]), int(found["max_work"])),
        off=(int(found["min_daysoff"]), int(found["max_daysoff"])),
        forbidden=frozenset(pairs["false"]),
        forbidden_apart=frozenset(pairs["true"]),
    )


def from_classic(text: str) -> Rotating:
    found = _fields(text)
    shifts = int(found["numShifts"])
    sets = re.findall(r"\{(.*?)\}", found["forbidden"])
    apart = re.findall(r"\d+\s*,\s*\d+(?:\s*,\s*\d+)?", found["forbidden3"])
    return Rotating(
        demand=_rows(_ints(found["demand"]), 7),
        people=int(found["groups"]),
        names=tuple(f"S{k}" for k in range(shifts)),
        runs=tuple(zip(_ints(found["minShift"]), _ints(found["maxShift"]), strict=True)),
        work=(int(found["minOn"]), int(found["maxOn"])),
        off=(int(found["minOff"]), int(found["maxOff"])),
        forbidden=frozenset(
            (first, second - 1) for first, after in enumerate(sets) for second in _ints(after)
        ),
        forbidden_apart=frozenset((_ints(t)[0] - 1, _ints(t)[-1] - 1) for t in apart),
    )
