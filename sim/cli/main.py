"""The command line put together, and how it ends."""

from __future__ import annotations

import os
import re
import sys
from collections.abc import Sequence
from functools import cache
from importlib import import_module
from io import TextIOWrapper
from pathlib import Path
from typing import Annotated, Any, cast

import typer
from typer.core import TyperGroup

from sim.cli.terminal import BAD_INPUT, Code, console, lang_of, warm
from sim.errors import LinewiseError

__all__ = ["main"]

# Numpy, the compiler and the models of a scenario take a second and more to load. Nobody should
# wait for that to see a page of help, so a command is imported when somebody calls it. Until then
# it is known by its module and by the first sentence of its help.
_ELSEWHERE = {
    "run": ("scenarios", "Simulate one option of a scenario: measures by interval, day and week."),
    "compare": (
        "scenarios",
        "Compare the options of a scenario: service, people, cost, and what is cheaper.",
    ),
    "check": (
        "scenarios",
        "Validate scenarios and judge their promises: exit code 0 held, 1 broken, 2 bad input.",
    ),
    "why": (
        "why",
        "Say why a figure is what it is: formula, inputs, sources, what was simulated.",
    ),
    "claim": (
        "claims",
        "Check what is claimed of an option, six questions about today, and goals with a date.",
    ),
    "breakeven": (
        "decisions",
        "Find where two options cost the same, staffed anew at every point.",
    ),
    "risk": (
        "decisions",
        "Say how sure it is which option is cheapest, and what would change the answer.",
    ),
    "staff": (
        "planning",
        "Say how many agents an option needs in each interval, and how many people that takes.",
    ),
    "plan": ("planning", "Find the cheapest shifts that keep the promise in simulation."),
    "roster": ("planning", "Give every person of a group their days under labour rules."),
    "optimise": (
        "searching",
        "Find the best hybrid of an own team and a vendor: hours, channels, overflow, share.",
    ),
    "learn": (
        "learning",
        "Learn a scenario from logs of contacts, and try it on others, hour by hour.",
    ),
    "report": (
        "reports",
        "Write the comparison as a report: PDF, an Excel workbook with live formulas, or HTML.",
    ),
    "schema": ("scenarios", "Print the JSON Schema of scenario files, for editors."),
    "erlang": ("closed_forms", "Closed forms, for whatever is unknown."),
}

#: Our reader had seen enough: neither held nor broken, as the shell counts SIGPIPE.
_UNREAD = 141

# What a file is named or holds must not move the cursor or dye the terminal of who reads of it.
_CONTROL = re.compile(r"[\x00-\x08\x0b-\x1f\x7f-\x9f]")


class _Commands(TyperGroup):
    """Imports the module of a command when that is called, and tells what it refuses."""

    def invoke(self, ctx: Any) -> Any:
        """Run a command; what it refuses is told in the language that it was asked to speak."""
        try:
            return super().invoke(ctx)
        except LinewiseError as error:
            for line in _told(error, lang_of(ctx)):
                console(error=True).print(_CONTROL.sub(lambda sign: repr(sign[0])[1:-1], line))
            raise typer.Exit(BAD_INPUT) from None

    def resolve_command(self, ctx: Any, args: list[str]) -> Any:
        """Put the command in the place of its first sentence."""
        name = args[0] if args else ""
        if name in _ELSEWHERE:
            self.add_command(_imported(_ELSEWHERE[name][0]).commands[name])
        return super().resolve_command(ctx, args)


_app = typer.Typer(
    name="linewise",
    cls=_Commands,
    help="How to staff and source a support operation: closed forms, simulation, cost.",
    no_args_is_help=True,
    add_completion=False,
    rich_markup_mode=None,
    pretty_exceptions_enable=False,
)


@cache
def _imported(module: str) -> TyperGroup:
    """The commands of a module, put together once: to read their options takes most of a call."""
    app = typer.Typer(rich_markup_mode=None, pretty_exceptions_enable=False)
    app.callback()(lambda: None)  # a single command would else be no group
    import_module(f"sim.cli.{module}").add_to(app)
    return cast(TyperGroup, typer.main.get_command(app))


for _name, (_, _sentence) in _ELSEWHERE.items():
    _app.command(_name, help=_sentence)(lambda: None)


@_app.command("warmup")
def _warmup() -> None:
    """Compile the engine now, so that nobody waits for it later."""
    from sim.compiled import cache_folder, is_warm

    out = console(error=True)
    if is_warm():
        out.print(f"Compiled already, in {cache_folder()}")
        return
    warm(out)


@_app.command("app")
def _open_app(
    port: Annotated[int, typer.Option(min=1, max=65535, help="Port to listen on.")] = 8501,
) -> None:
    """Open the app in the browser."""
    package = Path(__file__).resolve().parent.parent
    # Streamlit reads the settings beside the page: in a work tree those of the root.
    root, installed = package.parent / "app.py", package / "ui" / "__main__.py"
    page = root if (package.parent / ".streamlit").is_dir() else installed
    command = [sys.executable, "-m", "sim.ui.serving", str(page), f"--server.port={port}"]
    os.execv(sys.executable, command)


def main() -> None:
    """Run the command line; refuse bad input in words, never with a traceback."""
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, TextIOWrapper):  # a letter that it lacks is no reason to fail
            stream.reconfigure(errors="replace")
    try:
        _speak()
    except BrokenPipeError:
        _write_nowhere()
        sys.exit(_UNREAD)
    except OSError as error:
        _write_nowhere()
        console(error=True).print(f"cannot go on: {error.strerror or error}")
        sys.exit(BAD_INPUT)


def _speak() -> None:
    """Run a command and write all that it printed."""
    try:
        _app(standalone_mode=True)
    except SystemExit as stop:
        if isinstance(stop.__context__, BrokenPipeError):  # Typer would say: a promise is broken
            raise stop.__context__ from None
        if sys.stdout is not None:
            sys.stdout.flush()
        raise


def _told(error: LinewiseError, lang: Code) -> Sequence[str]:
    """Lines of a refusal. English needs no catalogue, which takes as long to load as an answer."""
    if lang == "en":
        return str(error).splitlines()
    from sim.report.language import Language
    from sim.report.refusals import refusal_lines

    return refusal_lines(error, Language(lang))


def _write_nowhere() -> None:
    """Drop what is still to be written, or Python would try again and complain."""
    os.dup2(os.open(os.devnull, os.O_WRONLY), 1)
