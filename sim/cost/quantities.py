"""The kinds of number a price list is made of, each with its bounds and its unit.

A field's unit stands in its JSON schema (``"unit": "h"``), so that whoever reads terms from
a file knows what to convert to, and whoever prints them knows what to write behind.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Annotated, Any

from pydantic import BaseModel, ConfigDict, Field

from sim.errors import InvalidInput

__all__ = [
    "Count",
    "Fraction",
    "HoursAMonth",
    "HoursAYear",
    "Minutes",
    "Money",
    "Ratio",
    "Share",
    "Terms",
    "refuse_twice",
    "whole_up",
]


def _unit(name: str) -> dict[str, Any]:
    return {"unit": name}


# Strict, because a number in quotes or a bare "yes" in a price list is a mistake, not a price.
Money = Annotated[float, Field(strict=True, ge=0, json_schema_extra=_unit("money"))]
Share = Annotated[float, Field(strict=True, ge=0, le=1, json_schema_extra=_unit("share"))]
# A share that a division by (1 - share) follows: a whole would leave nothing.
Fraction = Annotated[float, Field(strict=True, ge=0, lt=1, json_schema_extra=_unit("share"))]
# A share of something that may well exceed it: double pay on a holiday, a bonus above the wage.
Ratio = Annotated[float, Field(strict=True, ge=0, le=10, json_schema_extra=_unit("share"))]
HoursAYear = Annotated[float, Field(strict=True, ge=0, le=8784, json_schema_extra=_unit("h/year"))]
HoursAMonth = Annotated[float, Field(strict=True, ge=0, json_schema_extra=_unit("h/month"))]
Minutes = Annotated[float, Field(strict=True, ge=0, json_schema_extra=_unit("min"))]
Count = Annotated[float, Field(strict=True, ge=0, json_schema_extra=_unit("count"))]


class Terms(BaseModel):
    """Base of everything a user may state about money: frozen, no unknown names, no infinities."""

    model_config = ConfigDict(frozen=True, extra="forbid", allow_inf_nan=False)


def whole_up(number: float) -> int:
    """Round up to a whole, forgiving the last digits of a float.

    Parameters
    ----------
    number
        People, seats or licences that a formula asks for.

    Examples
    --------
    >>> whole_up(6.2)
    7
    >>> whole_up(0.1 * 3 / 0.05)
    6
    >>> whole_up(1e-12)
    1
    """
    # 0.1 * 3 / 0.05 is 6.000000000000001: a seventh person for that would be absurd. What is
    # needed at all, however little, takes a whole one all the same.
    nearest = round(number)
    noise = abs(number - nearest) <= 1e-9 * nearest
    return nearest if noise else math.ceil(number)


def refuse_twice(what: str, names: Sequence[str]) -> None:
    """Refuse a list in which something is entered twice, for its cost would count twice.

    Parameters
    ----------
    what
        The list.
    names
        What is in it.

    Raises
    ------
    InvalidInput
        With the first name that comes again.
    """
    twice = next((name for name in names if names.count(name) > 1), None)
    if twice is not None:
        raise InvalidInput(what, "must name each entry once", twice, "its cost would count twice")
