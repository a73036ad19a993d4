"""The command line put together, and how it ends."""

from __future__ import annotations

import os
import sys
from io import TextIOWrapper
from pathlib import Path
from typing import Annotated

import typer

from sim.cli import closed_forms, scenarios
from sim.cli.scenarios import BAD_INPUT
from sim.cli.terminal import console, warm
from sim.compiled import cache_folder, is_warm
from sim.errors import LinewiseError

__all__ = ["main"]

#: Our reader had seen enough: neither held nor broken, as the shell counts SIGPIPE.
_UNREAD = 141

_app = typer.Typer(
    name="linewise",
    help="How to staff and source a support operation: closed forms, simulation, cost.",
    no_args_is_help=True,
    add_completion=False,
    rich_markup_mode=None,
    pretty_exceptions_enable=False,
)

scenarios.add_to(_app)
closed_forms.add_to(_app)


@_app.command("warmup")
def _warmup() -> None:
    """Compile the engine now, so that nobody waits for it later."""
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
    command = [sys.executable, "-m", "streamlit", "run", str(page), f"--server.port={port}"]
    os.execv(sys.executable, command)


def main() -> None:
    """Run the command line; refuse bad input in words, never with a traceback."""
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, TextIOWrapper):  # a letter that it lacks is no reason to fail
            stream.reconfigure(errors="replace")
    try:
        _speak()
    except LinewiseError as error:
        for line in str(error).splitlines():
            console(error=True).print(line)
        sys.exit(BAD_INPUT)
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


def _write_nowhere() -> None:
    """Drop what is still to be written, or Python would try again and complain."""
    os.dup2(os.open(os.devnull, os.O_WRONLY), 1)
