"""The subcommand of ``erlang`` about the size of a queue."""

from __future__ import annotations

from typing import Annotated

import typer

from sim.cli.erlang_team import mean_patience
from sim.cli.reading import read_rate, read_seconds, whole_target
from sim.cli.telling import ready, tell
from sim.cli.terminal import AsCsv, AsJson, Lang
from sim.errors import InvalidInput
from sim.report.language import Language
from sim.report.scale_answer import scale_answer

__all__ = ["add_to"]


def _scale(
    ctx: typer.Context,
    calls: Annotated[str, typer.Option(help="Contacts in an interval, such as 100.")],
    aht: Annotated[str, typer.Option(help="Mean handle time with after-call work: 3m.")],
    per: Annotated[str, typer.Option(help="Length of the interval, such as 30m.")] = "30m",
    patience: Annotated[str, typer.Option(help="Mean time until a caller gives up: 3m.")] = "3m",
    target: Annotated[str, typer.Option(help="Share answered in time, such as 80/20.")] = "80/20",
    as_csv: AsCsv = False,
    as_json: AsJson = False,
    lang: Lang = "en",
) -> None:
    """Economies of scale: agents at a tenth to ten times the volume, and the square-root rule."""
    promise = whole_target(target)
    queue = {
        "arrival_rate": read_rate("--calls", calls, read_seconds("--per", per)),
        "aht": read_seconds("--aht", aht),
        "patience": mean_patience(patience),
    }
    if not queue["arrival_rate"] > 0:
        raise InvalidInput("--calls", "must be above 0", calls)
    ready()
    tell(ctx, scale_answer(queue, promise, Language(lang)))


def add_to(app: typer.Typer) -> None:
    """Add the subcommand."""
    app.command("scale")(_scale)
