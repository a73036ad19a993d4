"""How far what clients might do is followed."""

from __future__ import annotations

__all__ = ["LONGEST_CHAIN", "is_cut"]

#: Attempts of one client in a row, at most; what would follow is left out.
LONGEST_CHAIN = 200
#: Attempts that all clients of a replication might make between them: so many, and so many times
#: the clients. Ways on that multiply, such as trying again by whoever is passed on after trying
#: again, are followed as far as that.
_MOST_DRAWN = 300_000
_MOST_EACH = 20


def is_cut(fresh: int, size: int) -> bool:
    """Whether so many attempts of so many clients are as many as are drawn.

    Examples
    --------
    >>> is_cut(fresh=3_000, size=360_000), is_cut(fresh=3_000, size=360_001)
    (False, True)
    """
    return size > _MOST_DRAWN + _MOST_EACH * fresh
