"""Licences: what one costs, what one is needed for, and a catalogue of published prices.

A price of the catalogue is what a list said on a date, in the list's currency. Where no price could
be read there is none: a product's name is then no price.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from importlib import resources
from typing import Annotated, Any, Final, Literal, Self

from pydantic import Field, ValidationInfo, WithJsonSchema, field_validator, model_validator

from sim.scenario import parse
from sim.scenario.base import Strict, broken, in_file, nearest
from sim.scenario.terms.shipped import Assumption
from sim.scenario.units import Money, MoneyPerMonth, Quantity, Settled

__all__ = ["BY_USE", "Software", "catalogue", "unpriced"]

Per = Literal[
    "head",
    "agent_head",
    "seat",
    "concurrent",
    "fixed",
    "bot_session",
    "bot_resolution",
    "voice_minute",
]
BY_USE: Final = ("bot_session", "bot_resolution", "voice_minute")
"""What is paid for each time, and not by the month."""


def _shipped() -> dict[str, Any]:
    text = resources.files("sim.scenario.terms").joinpath("software.json").read_text("utf-8")
    table: dict[str, Any] = json.loads(text)
    return table


_TABLE: Final = _shipped()


def unpriced() -> tuple[str, ...]:
    """Products that are usual, but of which no price could be read.

    Examples
    --------
    >>> "bitrix24" in unpriced()
    True
    """
    return tuple(_TABLE["unpriced"])


def catalogue() -> dict[str, tuple[Assumption, str, str]]:
    """Published prices by product: the price with its standing, what it is per, and its currency.

    Examples
    --------
    >>> price, per, currency = catalogue()["zendesk/suite_team"]
    >>> price.value, currency, per, price.confidence
    (55, 'USD', 'agent_head', 'price list')
    """
    return {
        name: (_standing(name, entry), entry["per"], entry["currency"])
        for name, entry in _TABLE["products"].items()
    }


def _standing(name: str, entry: Mapping[str, Any]) -> Assumption:
    unit = "money" if entry["per"] in BY_USE else "money/month"
    return Assumption(name, entry["price"], unit, entry["source"], entry["confidence"])


class Software(Strict):
    """A licence paid by the month, or a service paid each time it is used.

    Examples
    --------
    >>> suite = Software(product="zendesk/suite_team", fx=85)
    >>> suite.price, suite.per, suite.name
    (55.0, 'agent_head', 'zendesk/suite_team')
    """

    product: Annotated[str | None, WithJsonSchema({"enum": list(_TABLE["products"])})] = Field(
        default=None,
        description="A product of the catalogue; what is written beside it stands in its place",
    )
    name: str = Field(default="", description="What it is called; the product's name by default")
    fx: Quantity = Field(
        default=1.0, gt=0, description="Scenario currency per unit of the price's currency"
    )
    price_month: MoneyPerMonth | None = Field(
        default=None, description="Price of one licence, in its own currency when fx is given"
    )
    price_each: Money | None = Field(
        default=None,
        description="Price of one use, where it is paid by use, in its own currency when fx is "
        "given",
    )
    per: Per = Field(description="What one is needed for, or what is paid for")

    @property
    def price(self) -> float:
        """Price of one, by the month or by use, in its own currency [money]."""
        return float(self.price_each if self.per in BY_USE else self.price_month or 0.0)  # type: ignore[arg-type]  # given

    @property
    def published(self) -> Assumption | None:
        """The price of the catalogue, if that is the one that is used."""
        if self.product is None:
            return None
        found, per, _ = catalogue()[self.product]
        return found if (found.value, per) == (self.price, self.per) else None

    @model_validator(mode="before")
    @classmethod
    def _from_catalogue(cls, data: Any, info: ValidationInfo) -> Any:
        chosen = data.get("product") if isinstance(data, Mapping) else None
        if chosen is None:
            return data
        if chosen not in _TABLE["products"]:
            raise _unknown(chosen)
        entry = _TABLE["products"][chosen]
        per = data.get("per", entry["per"])
        key = "price_each" if per in BY_USE else "price_month"
        filled = {"name": chosen, "per": per, **data}
        if filled.get(key) is None and per not in BY_USE and entry["per"] in BY_USE:
            raise broken((), f"needs price_month, because {chosen} is paid by use", None)
        if filled.get(key) is None:
            _same_money(chosen, entry["currency"], filled, info)
            filled[key] = Settled(entry["price"])
        return filled

    @field_validator("price_month", mode="before")
    @classmethod
    def _own_currency(cls, price: Any, info: ValidationInfo) -> Any:
        if isinstance(price, str) and info.data.get("fx", 1.0) != 1.0:
            return Settled(parse.money(price, per="month"))
        return price

    @field_validator("price_each", mode="before")
    @classmethod
    def _own_currency_each(cls, price: Any, info: ValidationInfo) -> Any:
        if isinstance(price, str) and info.data.get("fx", 1.0) != 1.0:
            return Settled(parse.money(price))
        return price

    @model_validator(mode="after")
    def _has_a_name_and_a_price(self) -> Self:
        if not self.name:
            raise broken((), "needs a name, or a product of the catalogue", None)
        wanted, other = ("price_each", "price_month")
        if self.per not in BY_USE:
            wanted, other = other, wanted
        if getattr(self, wanted) is None:
            raise broken((), f"needs {wanted}, the price per {self.per}", None)
        if getattr(self, other) is not None:
            rule = f"must not stand beside per: {self.per}"
            raise broken((other,), rule, getattr(self, other), f"write {wanted}")
        return self


def _unknown(chosen: object) -> Exception:
    name = str(chosen).partition("/")[0]
    if name in unpriced():
        hint = "write name, price_month and per of your own offer"
        return broken(("product",), "has no price that could be read", chosen, hint)
    return broken(
        ("product",), "is not in the catalogue", chosen, nearest(str(chosen), _TABLE["products"])
    )


def _same_money(chosen: str, currency: str, given: Mapping[str, Any], info: ValidationInfo) -> None:
    """A price in other money needs a rate of exchange."""
    ours = (info.context or {}).get("currency")
    if "fx" in given or (ours is None and not in_file(info)) or ours == currency:
        return
    rule = f"needs fx, because {chosen} is priced in {currency} and the scenario in {ours}"
    raise broken((), rule, None, f"write the {ours} that one {currency} costs")
