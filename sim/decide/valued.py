"""What options come to under changed inputs: in an average month, and over the horizon."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from sim.cost import consequences, npv
from sim.decide.comparison import Comparison
from sim.decide.followed import touches
from sim.decide.horizon import before_of, flows
from sim.decide.matters import matters
from sim.decide.option import BATCHES
from sim.decide.response import Answer, Response
from sim.decide.steady import Steady, volumes_of
from sim.errors import InvalidInput
from sim.scenario.inputs import Input
from sim.scenario.model import Scenario
from sim.stats import Estimate, paired_mean

__all__ = ["Amount", "Valued", "amounts_of", "batches", "difference_in", "gathered"]

Floats = NDArray[np.float64]

Amount = Literal["cost", "economic_cost", "npv", "npv_economic"]
"""The cost of an average month, the same with what service costs customers, and the present value
of all months of either."""

# Volumes at which the months of a draw are worked out.
_NODES = 3


def amounts_of(scenario: Scenario) -> tuple[Amount, ...]:
    """What a scenario lets one ask of its options: losses and months only where it has them."""
    losses = scenario.consequences is not None
    asked: list[tuple[Amount, bool]] = [
        ("cost", True),
        ("economic_cost", losses),
        ("npv", scenario.horizon is not None),
        ("npv_economic", losses and scenario.horizon is not None),
    ]
    return tuple(amount for amount, there in asked if there)


@dataclass(frozen=True, slots=True, eq=False)
class Valued:
    """Options that say what they come to under changed inputs, staffed anew.

    Parameters
    ----------
    scenario
        What was simulated.
    names
        The options.
    amounts
        What is asked of them.
    responses
        The options, and over a horizon who serves until they are ready.
    more
        [option, amount]: what the months that `gathered` puts together make less than all months
        on their own, with nothing changed; so that with nothing changed the answer is that of
        `sim.decide.outlook`.
    now
        [option, amount], with nothing changed.
    plain
        The options with nothing changed, once they were asked.
    """

    scenario: Scenario
    names: tuple[str, ...]
    amounts: tuple[Amount, ...]
    responses: Mapping[str, Response]
    more: Floats
    now: Floats
    plain: dict[str, Steady] = field(default_factory=dict)

    @classmethod
    def of(cls, comparison: Comparison, names: Sequence[str], amounts: Sequence[Amount]) -> Valued:
        """Anchor options where they were simulated.

        Raises
        ------
        InvalidInput
            If there are no terms, losses or months that an amount asks for.
        """
        return cls.anchored(
            comparison.scenario, names, amounts, _responses(comparison, names, amounts)
        )

    @classmethod
    def anchored(
        cls,
        scenario: Scenario,
        names: Sequence[str],
        amounts: Sequence[Amount],
        responses: Mapping[str, Response],
    ) -> Valued:
        """Anchor options where responses stand."""
        none = np.zeros((len(names), len(amounts)))
        rough = cls(scenario, tuple(names), tuple(amounts), responses, none, none)
        together = rough.anew()
        different = len(set(_volumes(scenario)))
        exact = together if different <= _NODES else rough.anew(different)
        return replace(rough, more=exact - together, now=exact)

    @property
    def over_months(self) -> bool:
        """Whether anything is asked of the horizon."""
        return any(amount.startswith("npv") for amount in self.amounts)

    def at(self, scenario: Scenario, inputs: Sequence[Input]) -> Floats:
        """What options come to in a changed scenario.

        Parameters
        ----------
        scenario
            The scenario with other figures.
        inputs
            What was changed: options that none of it touches stay as they are.

        Returns
        -------
        [option, amount]
        """
        return self._at(self._plain(scenario, self.names, inputs), inputs)

    def look(
        self, scenario: Scenario, inputs: Sequence[Input]
    ) -> tuple[Floats, tuple[Answer, ...]]:
        """What options come to in a changed scenario, and how they answer its average month."""
        plain = self._plain(scenario, self.names, inputs)
        return self._at(plain, inputs), tuple(plain[name].answers[1.0] for name in self.names)

    def _at(self, plain: Mapping[str, Steady], inputs: Sequence[Input]) -> Floats:
        found = self.now.copy()
        for n, name in enumerate(self.names):
            if self._moves(name, inputs):
                found[n] = self._row(name, plain) + self.more[n]
        return found

    def moves(self, one: Input) -> bool:
        """Whether an input touches any of the options."""
        return any(self._moves(name, [one]) for name in self.names)

    def _moves(self, name: str, inputs: Sequence[Input]) -> bool:
        """Whether inputs touch an option, or who serves until it is ready."""
        who = [name]
        if self.over_months:
            who += [one for one in (before_of(self.scenario, name),) if one is not None]
        return any(touches(one, option) for one in inputs for option in who)

    def anew(self, nodes: int = _NODES) -> Floats:
        """[option, amount], of months put together at so many volumes, with nothing changed."""
        plain = self._plain(self.scenario, self.names, None, nodes)
        return np.array([self._row(name, plain) for name in self.names])

    def _plain(
        self,
        scenario: Scenario,
        names: Sequence[str],
        inputs: Sequence[Input] | None,
        nodes: int = _NODES,
    ) -> dict[str, Steady]:
        """Options, and who serves until they are ready.

        Of those that no input touches, what was found with nothing changed is used again.
        """
        volumes = gathered(_volumes(scenario), nodes) if self.over_months else ()
        found: dict[str, Steady] = {}
        for name in names:
            for one in (name, before_of(scenario, name) if self.over_months else None):
                if one is None or one in found:
                    continue
                if inputs is None or any(touches(each, one) for each in inputs):
                    found[one] = _steady(self.responses[one], scenario, volumes)
                    continue
                if one not in self.plain:
                    self.plain[one] = _steady(self.responses[one], self.scenario, volumes)
                found[one] = self.plain[one]
        return found

    def _row(self, name: str, plain: Mapping[str, Steady]) -> Floats:
        own = plain[name]
        answer = own.answers[1.0]
        found: dict[str, float] = {}
        if not {"cost", "economic_cost"}.isdisjoint(self.amounts):
            found["cost"] = answer.total()
        if "economic_cost" in self.amounts:
            found["economic_cost"] = found["cost"] + _lost(own, answer)
        if self.over_months:
            losses = "npv_economic" in self.amounts
            cash, economic = flows(name, plain, losses=losses)
            found["npv"] = npv(cash, own.horizon.discount)
            found["npv_economic"] = npv(economic, own.horizon.discount)
        return np.array([found[amount] for amount in self.amounts])


def difference_in(
    comparison: Comparison,
    pair: tuple[str, str],
    amount: Amount,
    valued: Valued | None = None,
) -> Estimate:
    """What an option comes to minus another, paired by batches of replications.

    Parameters
    ----------
    comparison
        The options as simulated.
    pair
        The first minus the second.
    amount
        By what.
    valued
        The two by that amount, where they are anchored already.
    """
    there = valued or Valued.of(comparison, pair, [amount])
    first, second = there.now[:, 0].tolist()
    ours, theirs = batches(comparison, there)[:, :, 0].T
    return Estimate(first - second, paired_mean(ours, theirs).half_width)


def _responses(
    comparison: Comparison, names: Sequence[str], amounts: Sequence[Amount]
) -> dict[str, Response]:
    scenario = comparison.scenario
    known = amounts_of(scenario)
    for amount in amounts:
        if amount not in known:
            section = "horizon" if amount == "npv" or scenario.horizon is None else "consequences"
            rule = f"needs a section {section}: in the scenario"
            raise InvalidInput(amount, rule, None, _HINTS[section])
    who = dict.fromkeys(names)
    if any(amount.startswith("npv") for amount in amounts):
        who |= dict.fromkeys(one for name in names if (one := before_of(scenario, name)))
    return {name: Response.of(comparison[name]) for name in who}


_HINTS = {
    "horizon": "such as horizon: {months: 24}",
    "consequences": "it says what poor service costs customers",
}


def _volumes(scenario: Scenario) -> tuple[float, ...]:
    return volumes_of(scenario) if scenario.horizon is not None else ()


def _steady(response: Response, scenario: Scenario, volumes: Sequence[float]) -> Steady:
    """An option through months of these volumes; the volume of the file is answered as well."""
    different = sorted({1.0, *volumes})
    answers = response.answers(scenario, different)
    return Steady(
        response.result, scenario, tuple(volumes), dict(zip(different, answers, strict=True))
    )


def _lost(own: Steady, answer: Answer) -> float:
    """What the service of an average month costs customers."""
    terms = own.scenario.consequences
    assert terms is not None
    return consequences(terms, matters(own.result.case, answer.option, answer.counts, terms)).total


def gathered(volumes: Sequence[float], most: int) -> tuple[float, ...]:
    """Volumes with those that are near each other made one, their mean, so that sums stay.

    Parameters
    ----------
    volumes
        By month.
    most
        How many different ones are to be left.

    Examples
    --------
    >>> [round(volume, 3) for volume in gathered([1.0, 1.01, 1.02, 1.5, 2.0, 1.99], 2)]
    [1.01, 1.01, 1.01, 1.83, 1.83, 1.83]
    """
    found = np.asarray(volumes, np.float64)
    if len(np.unique(found)) <= most:
        return tuple(found.tolist())
    edges = np.linspace(found.min(), found.max(), most + 1)[1:-1]
    part = np.searchsorted(edges, found, side="right")
    means = [found[part == n].mean() if (part == n).any() else 0.0 for n in range(most)]
    return tuple(np.array(means)[part].tolist())


def batches(comparison: Comparison, valued: Valued) -> NDArray[np.float64]:
    """[batch, option, amount]: what options come to by batches of replications.

    Parameters
    ----------
    comparison
        The options as simulated.
    valued
        The options, anchored at all replications.
    """
    who, names, amounts = valued.responses, valued.names, valued.amounts
    parts = {name: one.result.replications.batches(BATCHES) for name, one in who.items()}
    found = []
    for number in range(min(map(len, parts.values()))):
        responses = {name: one.on(one.month.read(parts[name][number])) for name, one in who.items()}
        none = np.zeros((len(names), len(amounts)))
        batch = Valued(comparison.scenario, names, amounts, responses, none, none)
        found.append(batch.anew())
    return np.array(found)
