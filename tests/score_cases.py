"""Answer a file of closed-form cases: ``python tests/score_cases.py FILE`` prints JSON.

The file is a list of ``{"id", "model", "inputs", ...}`` in SI units; the answer is
``{id: {metric: value}}`` with the metric names of the file. Models that are not answered here
are left out. With ``--engine`` the models are played by the simulation engine, and every value
becomes ``[mean, standard error]``.
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
import cases_simulated_days
import cases_simulated_queue
import cases_simulated_redials
import cases_simulated_skills
import cases_simulated_ways
import cases_simulated_work
import cases_skills
from cases_simulated import Measured

from sim.errors import LinewiseError

Answers = dict[str, dict[str, Any]]

MODELS: dict[str, Callable[[dict[str, Any]], dict[str, Any]]] = {
    **cases_chat.MODELS,
    **cases_days.MODELS,
    **cases_markov.MODELS,
    **cases_patience.MODELS,
    **cases_service.MODELS,
    **cases_simulated_ways.EXACT,
    **cases_skills.MODELS,
}

PLAYED: dict[str, Callable[[dict[str, Any]], dict[str, Any]]] = {
    **cases_simulated_days.MODELS,
    **cases_simulated_queue.MODELS,
    **cases_simulated_redials.MODELS,
    **cases_simulated_skills.MODELS,
    **cases_simulated_ways.MODELS,
    **cases_simulated_work.MODELS,
}


def answers(cases: list[dict[str, Any]], *, engine: bool = False) -> Answers:
    """Answer every case whose model is known; one that cannot be answered loses no other."""
    found: Answers = {}
    for case in cases:
        try:
            answer = played if engine else answer_of
            found[case["id"]] = plain(answer(case["model"], case["inputs"]))
        except (LinewiseError, ArithmeticError, LookupError, TypeError, ValueError) as error:
            print(f"{case['id']}: left out, {type(error).__name__}: {error}", file=sys.stderr)
    return {name: answer for name, answer in found.items() if answer}


def answer_of(model: str, inputs: dict[str, Any]) -> dict[str, Any]:
    """Return the answer of one case; nothing if there is none. What is null is not given."""
    known = MODELS.get(model) or cases_skills.FAMILIES.get(model.split(".")[0])
    given = {name: value for name, value in inputs.items() if value is not None}
    return known(given) if known else {}


def played(model: str, inputs: dict[str, Any]) -> dict[str, Any]:
    """Return what the engine makes of one case; nothing where there is nothing to play."""
    known = PLAYED.get(model) or cases_simulated_skills.FAMILIES.get(model.split(".")[0])
    given = {name: value for name, value in inputs.items() if value is not None}
    return known(given) if known else {}


def plain(value: Any) -> Any:
    """Turn arrays into lists, and infinities into the word of the file."""
    if isinstance(value, Measured):
        return plain(value[:2])
    if isinstance(value, dict):
        return {name: plain(part) for name, part in value.items()}
    if hasattr(value, "tolist"):
        value = value.tolist()
    if isinstance(value, list | tuple):
        return [plain(part) for part in value]
    return "inf" if value == math.inf else value


def main() -> int:
    files = [word for word in sys.argv[1:] if word != "--engine"]
    if len(files) != 1:
        print("usage: python tests/score_cases.py FILE [--engine]", file=sys.stderr)
        return 2
    cases = json.loads(Path(files[0]).read_text(encoding="utf-8"))
    print(json.dumps(answers(cases, engine="--engine" in sys.argv[1:]), indent=1))
    return 0


if __name__ == "__main__":
    sys.exit(main())
