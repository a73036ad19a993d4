"""Value added tax: charged on what is bought, a cost where it does not come back."""

from __future__ import annotations

import math
from collections.abc import Iterable
from dataclasses import dataclass

from sim.cost.statement import Group, Line, agree, ensure

__all__ = ["Vat"]


@dataclass(frozen=True, slots=True)
class Vat:
    """VAT on a month's purchases.

    Parameters
    ----------
    base
        Purchases before VAT [money].
    rate
        Rate of VAT.
    recoverable_share
        Part of it that comes back.
    """

    base: float
    rate: float
    recoverable_share: float

    @classmethod
    def on(cls, lines: Iterable[Line], rate: float, recoverable_share: float) -> Vat:
        """VAT on the sum of lines."""
        return cls(math.fsum(line.amount for line in lines), rate, recoverable_share)

    @property
    def charged(self) -> float:
        """VAT on the invoices [money]."""
        return self.rate * self.base

    @property
    def recovered(self) -> float:
        """VAT that comes back [money]."""
        return self.charged * self.recoverable_share

    def lines(self) -> list[Line]:
        """The part that stays as a cost; nothing where there is no VAT."""
        if self.rate == 0:
            return []
        kept = Line(
            "vat_not_recovered",
            Group.TAX,
            self.rate * (1 - self.recoverable_share) * self.base,
            "vat_rate * (1 - vat_recoverable_share) * purchases",
            {
                "vat_rate": self.rate,
                "vat_recoverable_share": self.recoverable_share,
                "purchases": self.base,
            },
        )
        ensure(
            agree(kept.amount + self.recovered, self.charged),
            "VAT recovered and not recovered do not make the VAT charged",
        )
        return [kept]

    def info(self) -> dict[str, float]:
        """What was charged and what comes back."""
        return {"vat_charged": self.charged, "vat_recovered": self.recovered}
