"""What refusals say, read from the code: rules and hints as texts with holes for names and figures.

A refusal is put together where a rule is broken, in English, often by an f-string. Here each of
them is found by the syntax tree: what stands in the place of a rule or a hint in a call that makes
a refusal, followed through names, conditions, sums, dictionaries and functions of the same module.
A function that hands a parameter of its own on as part of a rule or a hint makes refusals too.
"""

from __future__ import annotations

import ast
import itertools
import re
from collections.abc import Iterator
from pathlib import Path

__all__ = ["refusal_texts"]

SIM = Path(__file__).resolve().parents[1] / "sim"
#: Where rules and hints stand in calls that make a refusal, by place and by name.
_MAKERS: dict[str, set[int | str]] = {
    "InvalidInput": {1, 3, "rule", "hint"},
    "Problem": {3, 4, "rule", "hint"},
    "of_kind": {3, 4, "rule", "hint"},
    "LinewiseError": {0},
}
_REFUSING = re.compile(
    r"InvalidInput|Problem|LinewiseError|refusal|broken|of_kind|no_log|Violation"
)
#: The same within the room of the scenario; elsewhere these names mean something else.
_OF_SCENARIO: dict[str, set[int | str]] = {
    "problem": {1, 2, "rule", "hint"},  # of a node of a file
    "refusal": {1, 3, "rule", "hint"},
    "broken": {1, 3, "rule", "hint"},
}
#: What happened where a labour rule is broken, which is told as refusals are.
_OF_RULES: dict[str, set[int | str]] = {"broken": {4, "happened"}, "Violation": {7, "text"}}
#: Tables of rules and hints that are looked through when a refusal is made.
_TABLES = {"learn/lines.py": ("_ARCHIVE", "_PICTURE", "_PAGE", "BEGINNINGS")}
#: Rooms whose refusals a reader of the pages or a caller of a command can cause.
_ROOMS = (
    "scenario",
    "demand",
    "cost",
    "experiment",
    "learn",
    "plan",
    "decide",
    "report",
    "ui",
    "cli",
)
#: What of them no page and no command calls.
_LIBRARY = (
    "cost/consequences.py",
    "cost/finance.py",
    "cost/ops.py",
    "cost/payroll.py",
    "cost/rounding.py",
    "cost/statement.py",
    "experiment/paired.py",
    "experiment/stationary.py",
    "experiment/steady.py",
    "plan/rosters/asked.py",
    "plan/rotation/advice.py",
    "plan/rotation/problem.py",
    "plan/shifts/covering.py",
    "plan/shifts/design.py",
    "plan/shifts/effort.py",
    "ui/serving.py",
)
_HOLE = "\0"
#: What the readers of YAML and CSV and the system say in their own words, as far as users meet it.
_OF_OTHERS = (
    "could not find expected ':'",
    "expected {0} but found {1}",
    "expected {0}, but found {1}",
    "expected {0}, but got {1}",
    "found character {0} that cannot start any token",
    "found unexpected document separator",
    "found unexpected end of stream",
    "found unknown escape character {0}",
    "mapping keys are not allowed here",
    "mapping values are not allowed here",
    "sequence entries are not allowed here",
    "special characters are not allowed",
    "the node content",
    "field larger than field limit ({0})",
    "line contains NUL",
    "unexpected end of data",
    "File name too long",
    "Is a directory",
    "No such file or directory",
    "Not a directory",
    "Permission denied",
    "on {0} workers were lost again and again, with {1} replications done; "
    "see whether they run out of memory, or play here: --on threads",
)
#: The value at the end of a rule, which is told apart from it.
_GIVEN = re.compile(f", got {_HOLE}?$")
#: Examples are the same in every language, but for those with words between them.
_SAME = re.compile(r"^(write it like |such as )(?!.*( or | to | and | per |numbers)).*$")
#: Methods that leave the words of a text as they are.
_KEEPING = ("replace", "rstrip", "strip")
_DEEP = 12
_MOST = 60

Function = ast.FunctionDef | ast.AsyncFunctionDef | ast.Lambda
_FUNCTIONS = (ast.FunctionDef, ast.AsyncFunctionDef, ast.Lambda)


class Module:
    """A module: its functions by name, and what each node stands in."""

    def __init__(self, path: Path, text: str) -> None:
        self.path = path
        self.tree = ast.parse(text)
        self.functions: dict[str, list[Function]] = {}
        self.within: dict[ast.AST, ast.AST] = {}
        self.bound: dict[ast.AST, dict[str, list[ast.expr]]] = {}
        self.calls: list[ast.Call] = []
        self._walk(self.tree, self.tree)

    def _walk(self, node: ast.AST, inside: ast.AST) -> None:
        for child in ast.iter_child_nodes(node):
            if isinstance(child, ast.expr_context):
                continue
            self.within[child] = inside
            if isinstance(child, ast.Call):
                self.calls.append(child)
            if isinstance(child, ast.FunctionDef | ast.AsyncFunctionDef):
                self.functions.setdefault(child.name, []).append(child)
            self._walk(child, child if isinstance(child, _FUNCTIONS) else inside)

    def given(self, name: str, at: ast.AST) -> list[ast.expr]:
        """What a name is bound to, in the function that a node stands in or further out."""
        scope = self.within.get(at, self.tree)
        while True:
            if scope not in self.bound:
                self.bound[scope] = _bindings(scope)
            if found := self.bound[scope].get(name):
                return found
            if scope is self.tree:
                return []
            scope = self.within[scope]


def _bindings(scope: ast.AST) -> dict[str, list[ast.expr]]:
    """What each name of a function or a module is bound to, wherever it can be told."""
    found: dict[str, list[ast.expr]] = {}
    for node in _own(scope):
        pairs: list[tuple[ast.expr, ast.expr]] = []
        if isinstance(node, ast.Assign):
            pairs = [(target, node.value) for target in node.targets]
        elif isinstance(node, ast.AnnAssign | ast.NamedExpr) and node.value is not None:
            pairs = [(node.target, node.value)]
        elif isinstance(node, ast.For | ast.comprehension):
            rows = node.iter.elts if isinstance(node.iter, ast.Tuple | ast.List) else []
            pairs = [(node.target, row) for row in rows]
        for target, value in pairs:
            for name, one in _unpacked(target, value):
                found.setdefault(name, []).append(one)
    return found


def _unpacked(target: ast.expr, value: ast.expr) -> Iterator[tuple[str, ast.expr]]:
    """Names on the left of an assignment, each with what it is given."""
    if isinstance(target, ast.Name):
        yield target.id, value
    elif isinstance(target, ast.Tuple):
        for branch in (value.body, value.orelse) if isinstance(value, ast.IfExp) else (value,):
            whole = isinstance(branch, ast.Tuple) and len(branch.elts) == len(target.elts)
            for at, one in enumerate(target.elts):
                part = branch.elts[at] if whole else ast.Subscript(branch, ast.Constant(at))
                yield from _unpacked(one, part)


def _own(scope: ast.AST) -> Iterator[ast.AST]:
    """Nodes of a function or module that stand in no function inside it."""
    for child in ast.iter_child_nodes(scope):
        yield child
        if not isinstance(child, _FUNCTIONS):
            yield from _own(child)


def _parameters(function: Function) -> list[str]:
    arguments = function.args
    return [one.arg for one in (*arguments.posonlyargs, *arguments.args, *arguments.kwonlyargs)]


class Reader:
    """Reads the texts that expressions may become."""

    def __init__(self, modules: list[Module]) -> None:
        self.modules = modules
        self.makers = {name: set(places) for name, places in _MAKERS.items()}
        self.own: dict[tuple[Module, str], set[int | str]] = {
            (module, name): set(places)
            for module in modules
            for room, makers in (("scenario", _OF_SCENARIO), ("plan/rules", _OF_RULES))
            if module.path.is_relative_to(SIM / room)
            for name, places in makers.items()
        }
        self.handed: set[tuple[Module, str, str]] = set()
        self.inside: ast.AST | None = None

    def texts(self, node: ast.expr, module: Module, deep: int = _DEEP) -> list[str]:
        """Texts that an expression may become; holes stand for what cannot be known."""
        if deep == 0:
            return [_HOLE]
        found = self._texts(node, module, deep - 1)
        return list(dict.fromkeys(found))[:_MOST]

    def _texts(self, node: ast.expr, module: Module, deep: int) -> list[str]:
        if isinstance(node, ast.Constant):
            return [node.value] if isinstance(node.value, str) else [_HOLE]
        if isinstance(node, ast.JoinedStr):
            return self._sums([self.texts(part, module, deep) for part in node.values])
        if isinstance(node, ast.FormattedValue):
            found = [_HOLE] if node.format_spec else self.texts(node.value, module, deep)
            return list(dict.fromkeys(_HOLE if _is_name(one) else one for one in found))
        if isinstance(node, ast.IfExp):
            return [t for n in (node.body, node.orelse) for t in self.texts(n, module, deep)]
        if isinstance(node, ast.BoolOp):
            return [t for n in node.values for t in self.texts(n, module, deep)]
        if isinstance(node, ast.BinOp) and isinstance(node.op, ast.Add):
            sides = [self.texts(side, module, deep) for side in (node.left, node.right)]
            return self._sums(sides)
        if isinstance(node, ast.Name):
            return self._named(node, module, deep)
        if isinstance(node, ast.Subscript):
            return self._looked_up(node, module, deep)
        if isinstance(node, ast.Call):
            return self._called(node, module, deep)
        if isinstance(node, ast.Attribute):
            return self._property(node, deep) or [_HOLE]
        if isinstance(node, ast.Lambda):
            return self.texts(node.body, module, deep)
        return [_HOLE]

    def _named(self, node: ast.Name, module: Module, deep: int) -> list[str]:
        self._hand_on(node, module)
        found = [
            t for value in module.given(node.id, node) for t in self.texts(value, module, deep)
        ]
        return found or [_HOLE]

    def _hand_on(self, node: ast.Name, module: Module) -> None:
        """Note a parameter that becomes part of a refusal where the function makes one."""
        scope = module.within.get(node, module.tree)
        while isinstance(scope, _FUNCTIONS):
            if node.id in _parameters(scope):
                if scope in (self.inside, module.within.get(self.inside)):
                    self.handed.add((module, getattr(scope, "name", ""), node.id))
                return
            scope = module.within[scope]

    def _looked_up(self, node: ast.Subscript, module: Module, deep: int) -> list[str]:
        table: ast.expr = node.value
        if isinstance(table, ast.Name):
            given = module.given(table.id, table)
            table = given[0] if len(given) == 1 else table
        if isinstance(table, ast.Dict) and table.values:
            values = [one.args[1] if _is_same(one) else one for one in table.values]
            return [t for value in values for t in self.texts(value, module, deep)]
        at = node.slice.value if isinstance(node.slice, ast.Constant) else None
        if isinstance(table, ast.Tuple) and isinstance(at, int):
            return self.texts(table.elts[at], module, deep)
        if isinstance(table, ast.Call) and isinstance(at, int):
            return self._returned(table, module, deep, at) or [_HOLE]
        return [_HOLE]

    def _property(self, node: ast.Attribute, deep: int) -> list[str]:
        """What a property gives, if only one of the package has its name."""
        found = [
            (module, one)
            for module in self.modules
            for one in module.functions.get(node.attr, ())
            if not isinstance(one, ast.Lambda) and "property" in map(_name, one.decorator_list)
        ]
        if len(found) != 1:
            return []
        module, function = found[0]
        given = [one.value for one in _own(function) if isinstance(one, ast.Return) and one.value]
        return [text for value in given for text in self.texts(value, module, deep)]

    def _called(self, node: ast.Call, module: Module, deep: int) -> list[str]:
        name = _name(node.func)
        if name in ("str", "repr") and node.args:
            return [_HOLE]
        if name in _KEEPING and isinstance(node.func, ast.Attribute):
            return self.texts(node.func.value, module, deep)
        if name == "get" and isinstance(node.func, ast.Attribute):
            table = ast.Subscript(node.func.value, ast.Constant(None))
            more = [t for n in node.args[1:] for t in self.texts(n, module, deep)]
            return [*self._looked_up(table, module, deep), *more]
        return self._returned(node, module, deep, None) or [_HOLE]

    def _returned(self, node: ast.Call, module: Module, deep: int, at: int | None) -> list[str]:
        """What a function of the package returns, or one part of it."""
        name = _name(node.func)
        found = []
        if isinstance(node.func, ast.Name) and at is None:
            self._hand_on(node.func, module)
            if given := module.given(name, node):
                return [text for one in given for text in self.texts(one, module, deep)]
        home = module if name in module.functions else self._home(name, node)
        for function in home.functions.get(name, ()) if home else ():
            for one in _own(function):
                if isinstance(one, ast.Return) and one.value is not None:
                    value: ast.expr = one.value
                    if at is not None:
                        value = ast.Subscript(value, ast.Constant(at))
                    found += self.texts(value, home, deep)
        return found

    def _home(self, name: str, node: ast.Call) -> Module | None:
        if not isinstance(node.func, ast.Name):
            return None
        homes = [one for one in self.modules if name in one.functions]
        return homes[0] if len(homes) == 1 else None

    def _sums(self, parts: list[list[str]]) -> list[str]:
        if len(list(itertools.islice(itertools.product(*parts), _MOST + 1))) > _MOST:
            parts = [one if len(one) == 1 else [_HOLE] for one in parts]
        return ["".join(chosen) for chosen in itertools.product(*parts)]

    def calls(self) -> Iterator[tuple[Module, ast.Call, ast.expr]]:
        """Each argument that is a rule or a hint, or part of one."""
        for module in self.modules:
            for node in module.calls:
                name = _name(node.func)
                places = self.own.get((module, name)) or self.makers.get(name, set())
                for at, value in enumerate(node.args):
                    if at in places:
                        yield module, node, value
                for keyword in node.keywords:
                    if keyword.arg in places:
                        yield module, node, keyword.value

    def read(self) -> dict[str, tuple[Module, ast.Call]]:
        """All texts, each with a call that may say it."""
        while True:
            self.handed.clear()
            found = {}
            for module, call, value in self.calls():
                self.inside = module.within.get(call)
                for text in self.texts(value, module):
                    found[text] = (module, call)
            if not self._learnt():
                return found

    def _learnt(self) -> bool:
        """Whether more functions were found that hand a parameter on."""
        before = sum(map(len, (*self.makers.values(), *self.own.values())))
        for module, name, parameter in self.handed:
            if name in ("", "__init__", *_MAKERS):
                continue
            for function in module.functions.get(name, ()):
                names = _parameters(function)
                if parameter in names:
                    at = names.index(parameter) - (names[0] in ("self", "cls"))
                    self.own.setdefault((module, name), set()).update((at, parameter))
                    homes = [one for one in self.modules if name in one.functions]
                    if not name.startswith("_") and len(homes) == 1:
                        self.makers.setdefault(name, set()).update((at, parameter))
        return sum(map(len, (*self.makers.values(), *self.own.values()))) > before


def _is_same(node: ast.expr) -> bool:
    """Whether it gives one value to many keys, ``dict.fromkeys(keys, value)``."""
    return isinstance(node, ast.Call) and _name(node.func) == "fromkeys" and len(node.args) == 2


def _name(node: ast.expr) -> str:
    return node.id if isinstance(node, ast.Name) else getattr(node, "attr", "")


def _is_name(text: str) -> bool:
    """Whether what fills a hole is a key or a code, which no language changes."""
    return len(text) > 1 and " " not in text


def _numbered(text: str) -> str:
    """A text with numbers in its holes; two that touch are one."""
    first, *rest = re.split(f"{_HOLE}+", text)
    return first + "".join(f"{{{number}}}{part}" for number, part in enumerate(rest))


def refusal_texts() -> dict[str, str]:
    """Each text that a refusal may say, with a place in the code that says it."""
    paths = [SIM / "errors.py", SIM / "stats.py"]
    paths += [path for room in _ROOMS for path in sorted((SIM / room).rglob("*.py"))]
    library = {SIM / name for name in _LIBRARY}
    texts = {path: path.read_text("utf-8") for path in paths if path not in library}
    modules = [Module(path, text) for path, text in texts.items() if _REFUSING.search(text)]
    found = Reader(modules).read()
    for module in modules:
        for name in _TABLES.get(str(module.path.relative_to(SIM)), ()):
            for value in module.given(name, module.tree):
                for one in ast.walk(value):
                    if isinstance(one, ast.Constant) and isinstance(one.value, str):
                        found[one.value] = (module, one)
    told: dict[str, str] = {}
    for text, (module, call) in found.items():
        said = _SAME.sub(r"\1{0}", _numbered(_GIVEN.sub("", text)))
        if " " in said and re.search(r"[a-z]{2}", said):
            told.setdefault(said, f"{module.path.relative_to(SIM)}:{call.lineno}")
    return told | dict.fromkeys(_OF_OTHERS, "elsewhere")
