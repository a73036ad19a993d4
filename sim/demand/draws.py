"""Random numbers as pure functions: of a key and a counter, and of nothing else.

A key belongs to (seed, replication, purpose, stream); the counter names the contact and attempt.
Nothing is consumed, so the order of work cannot matter, a new purpose shifts no other stream, and
two scenarios that ask for the same contact get the same number.

Numbers become durations by inversion. Logarithm, exponential and the normal quantile are written
out in plain arithmetic, because the system's own differ in the last digit from one machine to the
next, and here the same seed gives the same answer everywhere.
"""

from __future__ import annotations

import hashlib
import math
from enum import IntEnum

import numpy as np
from numpy.typing import NDArray

from sim.compiled import inlined, jit

__all__ = [
    "COUNTERS",
    "FIRST_DAY",
    "Purpose",
    "branched",
    "exp",
    "exponential",
    "is_middle",
    "joined",
    "key_of",
    "log",
    "lognormal_parameters",
    "normal",
    "normal_middle",
    "normal_tail",
    "stream_of",
    "unit",
]


class Purpose(IntEnum):
    """What a number is drawn for. Numbers are never reused; a new purpose gets a new one."""

    ARRIVAL = 1
    HANDLE = 2
    ACW = 3
    PATIENCE = 4
    REDIAL = 5
    REDIAL_DELAY = 6
    DAY_FACTOR = 7
    CLIENT_CLASS = 8
    BOT = 9
    SESSION = 10
    SELF_SERVED = 11
    BACK = 12
    BACK_DELAY = 13
    ELSEWHERE = 14
    ESCALATION = 15
    CONFERENCE = 16
    REPEAT = 17
    REPEAT_DELAY = 18
    ACCEPTED = 19
    REACHED = 20
    CALLBACK_AGAIN = 21
    BUSYNESS = 22
    ABSENCE = 23
    LEG = 24
    DAY_STRATUM = 50


# --- keys and counters -----------------------------------------------------------------------

#: Counters set aside for the attempts of one contact.
COUNTERS = 128
#: Counter of the period's first day: days before it have counters too.
FIRST_DAY = 1000

_GOLDEN = np.uint64(0x9E3779B97F4A7C15)
_FIRST = np.uint64(0xBF58476D1CE4E5B9)
_SECOND = np.uint64(0x94D049BB133111EB)
_9, _12, _27, _30, _31 = np.uint64(9), np.uint64(12), np.uint64(27), np.uint64(30), np.uint64(31)
_ONE = np.uint64(0x3FF0000000000000)  # the bits of 1.0
_JUST_BELOW_ONE = 1.0 - 2.0**-53


def stream_of(name: str) -> int:
    """Name a stream by a word, such as the name of a channel.

    A channel keeps its numbers when another one is added before it.

    Examples
    --------
    >>> stream_of("phone") == stream_of("phone") != stream_of("chat")
    True
    """
    return int.from_bytes(hashlib.sha256(name.encode()).digest()[:8], "big")


@inlined
def _scrambled(z: np.uint64) -> np.uint64:
    """Scramble 64 bits so that every input bit moves every output bit (Steele et al. 2014)."""
    z = z + _GOLDEN
    z = (z ^ (z >> _30)) * _FIRST
    z = (z ^ (z >> _27)) * _SECOND
    return z ^ (z >> _31)


@inlined
def key_of(
    seed: np.uint64, replication: np.uint64, purpose: np.uint64, stream: np.uint64
) -> np.uint64:
    """Key of all numbers drawn for one purpose in one stream of one replication."""
    key = _scrambled(seed)
    for part in (replication, purpose, stream):
        key = _scrambled(key ^ part)
    return key


@inlined
def unit(key: np.uint64, counter: int) -> float:
    """A number strictly between 0 and 1: the middle of one of 2^52 equal steps.

    Counters are spread over 64 bits before they meet the key, so that neighbours under one key
    are no neighbours under another. The bits then become a number from 1 to 2.
    """
    bits = _scrambled(key ^ (np.uint64(counter) * _GOLDEN))
    return float(np.uint64((bits >> _12) | _ONE).view(np.float64) - _JUST_BELOW_ONE)


@jit
def branched(counters: NDArray[np.int64], way: int) -> NDArray[np.int64]:
    """Counters of what counters lead to in a way of their own.

    They are far apart: as many as are set aside for one contact can be counted on from each.
    """
    found = np.empty(counters.size, np.int64)
    for i in range(counters.size):
        mixed = _scrambled(np.uint64(counters[i]) ^ _scrambled(np.uint64(way)))
        found[i] = np.int64(mixed >> _9) * COUNTERS
    return found


@jit
def joined(first: NDArray[np.int64], second: NDArray[np.int64]) -> NDArray[np.int64]:
    """One array after another; `np.concatenate` takes two seconds to compile."""
    both = np.empty(first.size + second.size, np.int64)
    for i in range(first.size):
        both[i] = first[i]
    for i in range(second.size):
        both[first.size + i] = second[i]
    return both


# --- laws by inversion -----------------------------------------------------------------------

# No branches and no tables: the compiler computes several numbers at a time, and since it keeps to
# the written order of operations, each comes out as if computed alone.

_LN2_HIGH = 0.693147180369123816490  # ln 2 with its last 21 bits zero, so that k·ln 2 is exact
_LN2_LOW = 1.90821492927058770002e-10
_LOG2_E = 1.4426950408889634
_BITS_OF_ROOT_HALF = 0x3FE6A09E667F3BCD
_EXPONENT = 52  # place of the exponent in the bits of a number
_BIAS = 1023


@inlined
def log(x: float) -> float:
    """Natural logarithm of a positive number, to the last digit or two, alike on every machine.

    x = m·2^e with m around 1; ln m = 2 artanh((m - 1)/(m + 1)) as a series.
    """
    bits = np.float64(x).view(np.int64)
    e = (bits - _BITS_OF_ROOT_HALF) >> _EXPONENT
    m = np.int64(bits - (e << _EXPONENT)).view(np.float64)
    s = (m - 1.0) / (m + 1.0)
    z = s * s
    low = 1 / 3 + z * (1 / 5 + z * (1 / 7 + z * (1 / 9 + z * (1 / 11))))
    high = 1 / 13 + z * (1 / 15 + z * (1 / 17 + z * (1 / 19 + z * (1 / 21))))
    z5 = z * z * z * z * z
    series = 2.0 * s * z * (low + z5 * high)
    return float(e * _LN2_HIGH + (2.0 * s + (series + e * _LN2_LOW)))


@inlined
def exp(x: float) -> float:
    """Exponential of a number between -700 and 700, alike on every machine to the last digit."""
    k = math.floor(x * _LOG2_E + 0.5)
    r = (x - k * _LN2_HIGH) - k * _LN2_LOW
    q = r * r
    even = 1.0 + q * (
        1 / 2 + q * (1 / 24 + q * (1 / 720 + q * (1 / 40320 + q * (1 / 3628800 + q / 479001600))))
    )
    odd = 1.0 + q * (1 / 6 + q * (1 / 120 + q * (1 / 5040 + q * (1 / 362880 + q * (1 / 39916800)))))
    power = np.int64((np.int64(k) + _BIAS) << _EXPONENT).view(np.float64)
    return float((even + r * odd) * power)


@inlined
def exponential(u: float) -> float:
    """Exponential law of mean 1."""
    return -log(u)


@inlined
def normal(u: float) -> float:
    """Standard normal quantile to 1e-15 (Wichura 1988, algorithm AS 241)."""
    return normal_middle(u) if is_middle(u) else normal_tail(u)


@inlined
def is_middle(u: float) -> bool:
    """Whether a number belongs to the middle 85 % of the normal law."""
    return abs(u - 0.5) <= 0.425


@inlined
def normal_middle(u: float) -> float:
    """The middle 85 % of the normal law."""
    q = u - 0.5
    r = 0.180625 - q * q
    a = 3.3430575583588128105e4 + r * 2.5090809287301226727e3
    a = 4.5921953931549871457e4 + r * (6.7265770927008700853e4 + r * a)
    a = 1.9715909503065514427e3 + r * (1.3731693765509461125e4 + r * a)
    a = 3.3871328727963666080 + r * (1.3314166789178437745e2 + r * a)
    b = 2.8729085735721942674e4 + r * 5.2264952788528545610e3
    b = 2.1213794301586595867e4 + r * (3.9307895800092710610e4 + r * b)
    b = 6.8718700749205790830e2 + r * (5.3941960214247511077e3 + r * b)
    return q * a / (1.0 + r * (4.2313330701600911252e1 + r * b))


@inlined
def normal_tail(u: float) -> float:
    """The rest of the normal law."""
    r = math.sqrt(-log(min(u, 1.0 - u)))
    z = _shoulder(r - 1.6) if r <= 5.0 else _far(r - 5.0)
    return -z if u < 0.5 else z


@inlined
def _shoulder(r: float) -> float:
    """Between the middle and probabilities of 1e-11."""
    a = 2.27238449892691845833e-2 + r * 7.74545014278341407640e-4
    a = 1.27045825245236838258 + r * (2.41780725177450611770e-1 + r * a)
    a = 5.76949722146069140550 + r * (3.64784832476320460504 + r * a)
    a = 1.42343711074968357734 + r * (4.63033784615654529590 + r * a)
    b = 5.47593808499534494600e-4 + r * 1.05075007164441684324e-9
    b = 1.48103976427480074590e-1 + r * (1.51986665636164571966e-2 + r * b)
    b = 1.67638483018380384940 + r * (6.89767334985100004550e-1 + r * b)
    return a / (1.0 + r * (2.05319162663775882187 + r * b))


@jit
def _far(r: float) -> float:
    """Beyond probabilities of 1e-11."""
    a = 2.71155556874348757815e-5 + r * 2.01033439929228813265e-7
    a = 2.65321895265761230930e-2 + r * (1.24266094738807843860e-3 + r * a)
    a = 1.78482653991729133580 + r * (2.96560571828504891230e-1 + r * a)
    a = 6.65790464350110377720 + r * (5.46378491116411436990 + r * a)
    b = 1.42151175831644588870e-7 + r * 2.04426310338993978564e-15
    b = 7.86869131145613259100e-4 + r * (1.84631831751005468180e-5 + r * b)
    b = 1.36929880922735805310e-1 + r * (1.48753612908506148525e-2 + r * b)
    return a / (1.0 + r * (5.99832206555887937690e-1 + r * b))


def lognormal_parameters(mean: float, cv: float) -> tuple[float, float]:
    """Mean and standard deviation of the logarithm, from mean and coefficient of variation.

    Examples
    --------
    >>> mu, sigma = lognormal_parameters(mean=240.0, cv=1.0)
    >>> round(mu, 4), round(sigma, 4)
    (5.1341, 0.8326)
    """
    variance = math.log1p(cv * cv)
    return math.log(mean) - variance / 2, math.sqrt(variance)
