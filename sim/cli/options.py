"""Arguments and options that several commands take."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from sim.experiment import FORMS, SETTING

__all__ = ["CsvFile", "File", "On", "Option", "Replications", "Seed"]

File = Annotated[Path, typer.Argument(help="Scenario file (YAML).", metavar="FILE")]
Option = Annotated[str | None, typer.Option(help="Option that is meant; the baseline by default.")]
Seed = Annotated[
    int | None, typer.Option(min=0, help="Where random numbers start; the file's when left out.")
]
Replications = Annotated[
    int | None,
    typer.Option(min=2, help="Replications, exactly; until precise enough when left out."),
]
CsvFile = Annotated[
    Path | None,
    typer.Option("--csv", help="Write every figure into this file, one a row.", metavar="FILE"),
]
On = Annotated[
    str | None,
    typer.Option(
        "--on",
        envvar=SETTING,
        metavar="PLACE",
        help=f"Where to play: {FORMS}; the answer is the same. All threads when left out.",
    ),
]
