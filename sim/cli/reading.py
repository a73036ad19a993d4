"""What is typed as an option: durations and targets."""

from __future__ import annotations

import math
import re

from sim import erlang
from sim.errors import InvalidInput
from sim.scenario.parse import percentage, seconds

__all__ = ["read_seconds", "read_target"]


def read_seconds(name: str, text: str) -> float:
    """Read a duration given as an option; it must be positive."""
    try:
        value = seconds(text)
    except InvalidInput as error:
        raise InvalidInput(name, error.rule, text, error.hint) from None
    if not 0 < value < math.inf:
        raise InvalidInput(name, "must be above 0", text, "write it like 3m")
    return value


def read_target(text: str) -> erlang.Target:
    """Read a target such as ``80/20`` (per cent / seconds) or ``80%/20s``."""
    match = re.fullmatch(r"\s*([\d.,]+)\s*%?\s*/\s*([\d.,]+\s*[a-z]*)\s*", text)
    if not match:
        raise InvalidInput("--target", "must be a share and a time", text, "write it like 80/20")
    share, wait = match[1], match[2]
    awt = read_seconds("--target", wait if wait[-1].isalpha() else f"{wait}s")
    try:
        level = percentage(f"{share}%")
    except InvalidInput as error:
        raise InvalidInput("--target", error.rule, text, error.hint) from None
    if not 0 < level < 1:
        rule = "must be a share above 0% and below 100%"
        raise InvalidInput("--target", rule, text, "no finite team serves everybody in time")
    return erlang.Target(service_level=level, awt=awt)
