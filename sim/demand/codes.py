"""Laws of a scenario as numbers and rows of a table, as compiled code takes them."""

from __future__ import annotations

import math
from collections.abc import Iterator
from itertools import accumulate

import numpy as np

from sim.demand import sampling
from sim.demand.draws import Purpose, lognormal_parameters
from sim.demand.queues import Layout
from sim.scenario import laws
from sim.scenario.channel import Channel

__all__ = ["Code", "Rows", "coded", "laws_of", "with_balking"]

Rows = list[tuple[float, float]]
Code = tuple[int, float, float]

_FAR = 1e9  # the last hazard goes on far beyond the clock [s]


def laws_of(layout: Layout) -> sampling.Laws:
    """Code the laws of all queues by number: law, two parameters, rows of tables."""
    rows: Rows = [(0.0, 0.0)]
    law = np.zeros((len(layout), len(Purpose) + 1), np.int64)
    parameters = np.zeros((*law.shape, 2))
    for q, queue in enumerate(layout.queues):
        channel, own = layout.channels[queue.channel], queue.client_class
        for purpose, one in _laws(channel):
            law[q, purpose], *parameters[q, purpose] = coded(one, rows)
        patience = channel.patience if own is None or own.patience is None else own.patience
        waits = with_balking(channel.balking, patience, rows)
        law[q, Purpose.PATIENCE], *parameters[q, Purpose.PATIENCE] = waits
    return sampling.Laws(law, parameters, np.array(rows))


def _laws(channel: Channel) -> Iterator[tuple[Purpose, laws.Law | None]]:
    """The laws of a channel by what they are for, patience apart."""
    yield Purpose.HANDLE, channel.handle_time
    yield Purpose.ACW, channel.after_call_work
    yield Purpose.REDIAL_DELAY, channel.redial.delay if channel.redial else None
    yield Purpose.REPEAT_DELAY, channel.repeat.delay if channel.repeat else None
    yield Purpose.CONFERENCE, channel.escalation.conference if channel.escalation else None
    yield Purpose.CALLBACK_AGAIN, channel.callback.again if channel.callback else None
    yield Purpose.SESSION, channel.bot.session if channel.bot else None
    yield Purpose.BACK_DELAY, channel.bot.back_after if channel.bot else None


def coded(law: laws.Law | None, rows: Rows) -> Code:
    """Code one law as its number and two parameters; what is a table adds its rows."""
    match law:
        case None:
            return sampling.FIXED, 0.0, 0.0
        case laws.Fixed():
            return sampling.FIXED, law.value, 0.0
        case laws.Exponential():
            return sampling.EXPONENTIAL, law.mean, 0.0
        case laws.Lognormal():
            return sampling.LOGNORMAL, *lognormal_parameters(law.mean, law.cv)
        case laws.Gamma():
            return sampling.GAMMA, 1 / law.cv**2, law.mean * law.cv**2
        case laws.Weibull():
            return sampling.WEIBULL, law.mean / math.gamma(1 + 1 / law.shape), law.shape
        case laws.Survival():
            return _table(sampling.SURVIVAL, _of_survival(law), rows)
        case laws.Hazard():
            return _table(sampling.SURVIVAL, _of_hazard(law), rows)
        case laws.Empirical():
            return _table(sampling.EMPIRICAL, _of_shares(law), rows)
        case laws.Mixture():
            return _mixture(_parts(law, rows), rows)
        case laws.Never():
            return sampling.FIXED, math.inf, 0.0


def with_balking(balking: float, patience: laws.Law, rows: Rows) -> Code:
    """Code a law of patience before which a share leaves at once."""
    if not balking:
        return coded(patience, rows)
    at_once = [(balking, (sampling.FIXED, 0.0, 0.0))]
    return _mixture(at_once + [(s * (1 - balking), c) for s, c in _parts(patience, rows)], rows)


def _parts(law: laws.Law, rows: Rows) -> list[tuple[float, Code]]:
    """Shares and codes of the parts of a law; one that is no mixture is all of one part."""
    if not isinstance(law, laws.Mixture):
        return [(1.0, coded(law, rows))]
    return [(part.share, coded(part.of, rows)) for part in law.parts if part.share]


def _mixture(parts: list[tuple[float, Code]], rows: Rows) -> Code:
    """Code a mixture: its parts side by side on the numbers from 0 to 1."""
    upto = list(accumulate(share for share, _ in parts))
    found: Rows = []
    for share, (_, (law, a, b)) in zip([*upto[:-1], 1.0], parts, strict=True):
        found += [(share, float(law)), (a, b)]
    return _table(sampling.MIXTURE, found, rows)


def _table(law: int, found: Rows, rows: Rows) -> Code:
    """Add rows to those of all laws."""
    first = len(rows)
    rows.extend(found)
    return law, float(first), float(len(rows))


def _of_survival(law: laws.Survival) -> Rows:
    """Rows (time, cumulative hazard) of a survival curve; its last hazard goes on far beyond."""
    rows = [(0.0, 0.0)]
    rows += [(t, -math.log(s)) for t, s in zip(law.times, law.survival, strict=True)]
    (t0, h0), (t1, h1) = rows[-2:]
    hazard = (h1 - h0) / (t1 - t0) if t1 > t0 else 0.0
    return [*rows, (t1 + _FAR, h1 + hazard * _FAR)]


def _of_hazard(law: laws.Hazard) -> Rows:
    """Rows (time, cumulative hazard) of rates that hold in steps."""
    rows = [(0.0, 0.0)]
    for start, end, rate in zip(law.times, [*law.times[1:], _FAR], law.rates, strict=True):
        rows.append((end, rows[-1][1] + rate * (end - start)))
    return rows


def _of_shares(law: laws.Empirical) -> Rows:
    """Rows (duration, share up to it) of measured durations."""
    upto = accumulate(law.shares)
    total = sum(law.shares)
    rows = [(t, share / total) for t, share in zip(law.times, upto, strict=True)]
    return [*rows[:-1], (rows[-1][0], 1.0)]
