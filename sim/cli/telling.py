"""What every answer of a closed form says beside its numbers: what was assumed, what was kept."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import typer

from sim import erlang
from sim.cli.terminal import console, say, warm
from sim.compiled import cache_folder, is_warm
from sim.report.answer import Answer
from sim.report.closed_forms import Measured
from sim.report.language import Language
from sim.report.promises import assumed_sentence, kept_sentence, promise_data

__all__ = ["assumed", "keeps", "ready", "tell"]

_ASSUMED = ("per", "patience", "target", "routing")
"""Options that change the answer though nobody may have said them."""

_DUST = 1e-12
"""Relative slack of a promise, as the closed forms have it."""


def ready() -> None:
    """Compile before the first answer, and say so, where machine code can be kept."""
    if not is_warm() and cache_folder() is not None:
        warm(console(error=True))


def assumed(ctx: typer.Context, **instead: str) -> dict[str, str]:
    """Options that were not said, with the values that stand for them.

    `instead` are values of options whose default is to be found; an empty one leaves it out.
    """
    found: dict[str, str] = {}
    for name in _ASSUMED:
        source = ctx.get_parameter_source(name) if name in ctx.params else None
        if source is not None and source.name == "DEFAULT":
            value = instead.get(name, ctx.params[name])
            found |= {name: str(value)} if value else {}
    return found


def keeps(promise: erlang.Target, queue: Measured) -> bool:
    """Whether a queue keeps a share answered in time."""
    reached = queue.service_level(promise.rule, promise.awt or 0.0)
    return bool(reached >= (promise.service_level or 0.0) * (1.0 - _DUST))


def tell(
    ctx: typer.Context,
    answer: Answer,
    promise: erlang.Target | None = None,
    met: bool | None = None,
    **instead: str,
) -> None:
    """Print an answer in the form that was asked for, with what it takes for granted.

    Parameters
    ----------
    ctx
        What was typed.
    answer
        The answer.
    promise, met
        A target that stands beside it, and whether it is kept.
    instead
        As in `assumed`.
    """
    said, words = ctx.params, Language(ctx.params["lang"])
    options = assumed(ctx, **instead)
    first, *rest = answer.sentences
    if promise is not None and met is not None:
        rest.insert(0, kept_sentence(promise, met, words))
    if options:
        rest.append(assumed_sentence(options, words))
    beside: dict[str, Any] = {"assumed": options}
    if promise is not None and met is not None:
        beside |= {"target": promise_data(promise), "met": met}
    told = replace(answer, sentences=(first, *rest), data={**answer.data, **beside})
    say(told, said["as_json"], said["as_csv"], said["lang"])
