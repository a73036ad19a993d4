"""What the command line has said."""

from __future__ import annotations

import json
from typing import Any, NamedTuple

__all__ = ["Said"]


class Said(NamedTuple):
    code: int
    out: str
    err: str

    @property
    def data(self) -> Any:
        return json.loads(self.out)
