"""The rules of the house that no other tool keeps."""

from __future__ import annotations

import ast
import gc
import importlib
import re
import subprocess
import tomllib
from collections.abc import Iterator
from functools import cache
from pathlib import Path

import pytest

import sim
from sim import compiled

ROOT = Path(__file__).resolve().parents[1]
SOURCES = sorted((ROOT / "sim").rglob("*.py"))

LONGEST_FUNCTION = 60
LONGEST_MODULE = 500
# An event loop that is compiled keeps its state in local variables, and what it calls beside it,
# since that is compiled into the loop and made for what the loop keeps.
COMPILED_LOOPS = {
    "sim/_erlang/kernel.py",
    "sim/engine/kernel.py",
    "sim/engine/lean.py",
    "sim/engine/line.py",
    "sim/learn/adapters/plain_loops.py",
    "sim/plan/rosters/lines.py",
}

# Rooms that touch files: what users write and read, and the two ends that speak to them.
FILE_ROOMS = ("sim/cli", "sim/compiled.py", "sim/learn", "sim/report", "sim/scenario", "sim/ui")
FILE_CALLS = {"open", "read_bytes", "read_text", "write_bytes", "write_text"}

MACHINE_PATH = re.compile(r"(?<![\w.])/(?:root|work|home/\w+|Users/\w+|tmp/\w+)/")
REGISTRY = re.compile(r"--(?:extra-)?index-url|--find-links|--trusted-host|pythonhosted|pypi\.org")
CONFLICT = re.compile(r"^(?:<{7}|>{7}) ", re.MULTILINE)


def name_of(path: Path) -> str:
    return path.relative_to(ROOT).as_posix()


def lives_in(path: Path, rooms: tuple[str, ...]) -> bool:
    name = name_of(path)
    return any(name == room or name.startswith(f"{room}/") for room in rooms)


@cache
def tree_of(path: Path) -> ast.Module:
    """What a file says; all of it is kept, and to look for waste on the way takes twice as long."""
    collected = gc.isenabled()
    gc.disable()
    try:
        return ast.parse(path.read_text("utf-8"))
    finally:
        if collected:
            gc.enable()


def functions(tree: ast.AST) -> Iterator[ast.FunctionDef | ast.AsyncFunctionDef]:
    for node in ast.walk(tree):
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
            yield node


def length_of(function: ast.FunctionDef | ast.AsyncFunctionDef) -> int:
    """Lines of a function without decorators and docstring."""
    body = function.body
    first = body[1] if ast.get_docstring(function) and len(body) > 1 else body[0]
    return (function.end_lineno or first.lineno) - first.lineno + 1


def defined_in(tree: ast.Module) -> set[str]:
    """Public functions and classes that a module makes itself."""
    kinds = (ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef)
    return {n.name for n in tree.body if isinstance(n, kinds) and not n.name.startswith("_")}


def brought_in_by(tree: ast.Module) -> set[str]:
    """Public names that a door takes from the project's own modules; a room itself is no name."""
    taken = [
        (node.module or "", alias)
        for node in tree.body
        if isinstance(node, ast.ImportFrom) and (node.module or "").split(".")[0] == "sim"
        for alias in node.names
    ]
    names = {one.asname or one.name for home, one in taken if not is_module(home, one.name)}
    return {name for name in names if name[0] != "_"}


def is_module(home: str, name: str) -> bool:
    place = ROOT.joinpath(*home.split("."), name)
    return place.is_dir() or place.with_suffix(".py").is_file()


def bound_in(node: ast.AST) -> set[str]:
    """Names that a module has once it is imported; what is local to a function is none of them."""
    found = set()
    for child in ast.iter_child_nodes(node):
        if isinstance(child, ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef):
            found.add(child.name)
        elif isinstance(child, ast.Name) and isinstance(child.ctx, ast.Store):
            found.add(child.id)
        elif isinstance(child, ast.alias):
            found.add(child.asname or child.name)
        else:
            found |= bound_in(child)
    return found


def offered_by(tree: ast.Module) -> set[str]:
    """What a module lists in ``__all__``."""
    for node in tree.body:
        if isinstance(node, ast.Assign) and ast.unparse(node.targets[0]) == "__all__":
            return set(ast.literal_eval(node.value))
    return set()


def tracked_texts() -> Iterator[tuple[str, str]]:
    listed = subprocess.run(
        ["git", "ls-files", "-z"], cwd=ROOT, capture_output=True, check=False, text=True
    )
    if listed.returncode:
        pytest.skip("not a git work tree")
    for name in filter(None, listed.stdout.split("\0")):
        path = ROOT / name
        if path.is_file():
            yield name, path.read_bytes().decode("utf-8", errors="ignore")


# Doors: what `import sim` and `from sim import room` show. They say what they offer.
DOORS = [p for p in SOURCES if p.name == "__init__.py" or p.parent == ROOT / "sim"]
DOORS = [p for p in DOORS if p.name == "__init__.py" or not p.name.startswith("_")]
# Told by the text: to parse every module would take each process seconds before its first test.
OFFERING = [p for p in SOURCES if p in DOORS or "\n__all__ = " in p.read_text("utf-8")]


# Read, not imported: to import all that the house uses takes ten times as long.
def test_all_names_exactly_what_a_module_offers() -> None:
    left_out, not_there = {}, {}
    for path in OFFERING:
        tree = tree_of(path)
        public = defined_in(tree)
        if path.name == "__init__.py":
            public |= brought_in_by(tree)
        offered = offered_by(tree)
        left_out[name_of(path)] = public - offered
        not_there[name_of(path)] = offered - bound_in(tree)

    assert len(OFFERING) > 200
    assert {name: lost for name, lost in left_out.items() if lost} == {}
    assert {name: lost for name, lost in not_there.items() if lost} == {}


def test_the_public_door_has_what_it_imports_late() -> None:
    rooms = set(sim.__all__) - set(sim._HOMES)
    assert all(is_module("sim", name) for name in rooms)
    for name, home in sim._HOMES.items():
        place = ROOT.joinpath(*home.split("."))
        path = place / "__init__.py" if place.is_dir() else place.with_suffix(".py")
        assert name in offered_by(tree_of(path))


def test_functions_and_modules_stay_short() -> None:
    kept_short = [path for path in SOURCES if name_of(path) not in COMPILED_LOOPS]
    lines = {name_of(path): path.read_text("utf-8").count("\n") for path in kept_short}
    long = [
        f"{name_of(path)}: {function.name}, {length} lines"
        for path in kept_short
        for function in functions(tree_of(path))
        if (length := length_of(function)) > LONGEST_FUNCTION
    ]

    assert len(lines) > 200
    assert long == []
    assert {name: n for name, n in lines.items() if n > LONGEST_MODULE} == {}


def test_files_are_touched_only_in_the_rooms_that_may() -> None:
    touched = {}
    for path in SOURCES:
        if not lives_in(path, FILE_ROOMS):
            called = {
                node.func.attr
                if isinstance(node.func, ast.Attribute)
                else getattr(node.func, "id", "")
                for node in ast.walk(tree_of(path))
                if isinstance(node, ast.Call)
            }
            touched[name_of(path)] = called & FILE_CALLS

    assert len(touched) > 100
    assert {name: calls for name, calls in touched.items() if calls} == {}


def test_nothing_kept_in_the_project_names_a_folder_of_one_machine() -> None:
    found = [name for name, text in tracked_texts() if MACHINE_PATH.search(text)]

    assert not found


def test_only_tests_know_the_reference_cases_beside_the_project() -> None:
    found = [name for name, text in tracked_texts() if "../shared" in text]

    assert not [name for name in found if not name.startswith("tests/")]


def test_no_merge_was_left_unfinished() -> None:
    assert not [name for name, text in tracked_texts() if CONFLICT.search(text)]


def test_the_lock_pins_everything_with_hashes_and_names_no_registry() -> None:
    lock = (ROOT / "requirements.lock").read_text("utf-8")
    pins = re.findall(r"^[a-z0-9][\w.-]*==\S+.*(?:\n    --hash=sha256:[0-9a-f]{64}.*)+", lock, re.M)
    entries = re.findall(r"^[a-z0-9]\S*", lock, re.MULTILINE)

    assert len(pins) == len(entries) > 0
    assert not REGISTRY.search(lock)
    assert "http" not in lock


def test_the_lock_holds_every_requirement_of_the_project() -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))
    wanted = [
        *project["project"]["dependencies"],
        *project["dependency-groups"]["dev"],
        *project["build-system"]["requires"],
    ]
    names = {re.split(r"[^\w.-]", line)[0].lower().replace(".", "-") for line in wanted}
    locked = set(re.findall(r"^([\w.-]+)==", (ROOT / "requirements.lock").read_text("utf-8"), re.M))

    assert names <= locked


def test_make_and_the_cache_of_compiled_code_watch_the_same_files() -> None:
    makefile = (ROOT / "Makefile").read_text("utf-8").replace("\\\n", " ")
    watched = re.search(r"^KERNELS := (.*)$", makefile, re.MULTILINE)

    assert watched is not None
    assert watched[1].split() == [f"sim/{name}" for name in compiled._SOURCES]
    assert all((ROOT / "sim" / name).exists() for name in compiled._SOURCES)


def test_a_number_that_is_compiled_in_comes_from_a_file_that_the_cache_watches() -> None:
    watched = {f"sim.{name.removesuffix('.py').replace('/', '.')}" for name in compiled._SOURCES}
    homes = [importlib.import_module(name) for name in sorted(watched)]
    numbers = {
        name
        for home in homes
        for name in getattr(home, "__all__", ())
        if isinstance(getattr(home, name), int)
    }

    for path in (ROOT / "sim" / name for name in compiled._SOURCES):
        for node in tree_of(path).body:
            if not isinstance(node, ast.ImportFrom) or not str(node.module).startswith("sim."):
                continue
            taken = importlib.import_module(str(node.module))
            plain = {a.name for a in node.names if isinstance(getattr(taken, a.name, None), int)}
            assert plain <= numbers, f"{path.name}: {plain - numbers}"


def test_the_changelog_lists_the_version_or_what_is_coming() -> None:
    changelog = (ROOT / "CHANGELOG.md").read_text("utf-8")
    version = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["project"]["version"]

    assert "## [Unreleased]" in changelog or f"## [{version}]" in changelog
    assert "### Changed results" in changelog


@pytest.mark.parametrize(
    "name", ["README.md", "README.ru.md", "LICENSE", "docs/design.md", "docs/model.md"]
)
def test_a_reader_finds_the_pages_that_are_promised(name: str) -> None:
    assert (ROOT / name).stat().st_size > 0
