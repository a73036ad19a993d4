"""Answer a file of closed-form cases: ``python tests/score_cases.py FILE`` prints JSON.

The file is a list of ``{"id", "model", "inputs", ...}`` in SI units; the answer is
``{id: {metric: value}}`` with the metric names of the file. Models that are not answered here
are left out.
"""

from __future__ import annotations

import json
import math
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import cases_chat
import cases_days
import cases_markov
import cases_patience
import cases_service
import cases_skills

Answers = dict[str, dict[str, Any]]

MODELS: dict[str, Callable[[dict[str, Any]], dict[str, Any]]] = {
    **cases_chat.MODELS,
    **cases_days.MODELS,
    **cases_markov.MODELS,
    **cases_patience.MODELS,
    **cases_service.MODELS,
    **cases_skills.MODELS,
}


def answers(cases: list[dict[str, Any]]) -> Answers:
    """Answer every case whose model is known, or is one of a family that is."""
    found = {case["id"]: answer_of(case["model"], case["inputs"]) for case in cases}
    return {name: plain(answer) for name, answer in found.items() if answer}


def answer_of(model: str, inputs: dict[str, Any]) -> dict[str, Any]:
    """Return the answer of one case; nothing if there is none."""
    known = MODELS.get(model) or cases_skills.FAMILIES.get(model.split(".")[0])
    return known(inputs) if known else {}


def plain(value: Any) -> Any:
    """Turn arrays into lists, and infinities into the word of the file."""
    if isinstance(value, dict):
        return {name: plain(part) for name, part in value.items()}
    if hasattr(value, "tolist"):
        value = value.tolist()
    if isinstance(value, list | tuple):
        return [plain(part) for part in value]
    return "inf" if value == math.inf else value


def main() -> int:
    if len(sys.argv) != 2:
        print("usage: python tests/score_cases.py FILE", file=sys.stderr)
        return 2
    cases = json.loads(Path(sys.argv[1]).read_text(encoding="utf-8"))
    print(json.dumps(answers(cases), indent=1))
    return 0


if __name__ == "__main__":
    sys.exit(main())
