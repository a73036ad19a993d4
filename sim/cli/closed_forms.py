"""The command ``erlang``: closed forms without a scenario file."""

from __future__ import annotations

from typing import Annotated

import typer

from sim.cli.reading import read_seconds, read_target
from sim.cli.terminal import AsJson, Lang, console, print_json, show
from sim.report.data import erlang_data
from sim.report.language import Language
from sim.report.sentences import erlang_sentences
from sim.report.tables import erlang_table

__all__ = ["add_to"]


def _erlang(
    calls: Annotated[float, typer.Option(min=0, help="Contacts in the interval.")],
    aht: Annotated[str, typer.Option(help="Mean handle time, such as 3m.")],
    per: Annotated[str, typer.Option(help="Length of the interval, such as 30m.")] = "30m",
    patience: Annotated[
        str, typer.Option(help="Mean time until a caller gives up, such as 3m.")
    ] = "3m",
    target: Annotated[str, typer.Option(help="Share answered in time, such as 80/20.")] = "80/20",
    as_json: AsJson = False,
    lang: Lang = "en",
) -> None:
    """Say how many agents one interval needs, by Erlang C and Erlang A side by side."""
    promise = read_target(target)
    rate = calls / read_seconds("--per", per)
    handle, waits = read_seconds("--aht", aht), read_seconds("--patience", patience)
    if as_json:
        print_json(erlang_data(promise, rate, handle, waits))
        return
    words = Language(lang)
    out = console()
    for sentence in erlang_sentences(promise, rate, handle, waits, words):
        out.print(sentence)
    show(erlang_table(promise, rate, handle, waits, words))


def add_to(app: typer.Typer) -> None:
    """Add the command."""
    app.command("erlang")(_erlang)
