"""What people read, in their language: messages, numbers, money, times.

Messages are written in English in the code and looked up in a catalogue. A `Language` is handed
from function to function and never kept globally: one process serves readers of both.
"""

from __future__ import annotations

import gettext
import io
import math
from collections.abc import Callable
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Any, Literal

from babel import Locale, dates, numbers
from babel.messages import mofile, pofile
from babel.messages.catalog import Catalog

from sim.errors import one_of
from sim.stats import Estimate

__all__ = ["CATALOGUES", "N_", "Code", "Language", "catalogue_of", "messages_in", "pick"]

Code = Literal["ru", "en"]
_CODES: tuple[Code, ...] = ("ru", "en")

#: Folder of the catalogues, ``<language>/LC_MESSAGES/linewise.po``.
CATALOGUES = Path(__file__).with_name("locales")

NOTHING = "—"
#: More digits that a share may take so as not to be told as none or all; less than this is none.
_FINER, _DUST = 2, 1e-5
_LOCALE = {"ru": "ru_RU", "en": "en_US"}
_SIGN = {"RUB": "₽", "USD": "$", "EUR": "€", "GBP": "£", "KZT": "₸", "ILS": "₪"}
_SPACE = "\N{NO-BREAK SPACE}"


def N_(message: str) -> str:
    """Mark a message that is looked up later, where the language is known.

    The name is the one that extractors of messages know.
    """
    return message


def pick(address: str | None, browser: str | None) -> Code:
    """Language to speak: that of the address, else of the browser, else Russian.

    A browser that asks for neither gets English.

    Parameters
    ----------
    address
        What the link says, such as ``en``.
    browser
        What the browser asks for, such as ``de-DE``.

    Examples
    --------
    >>> pick(None, "ru-RU"), pick("en", "ru-RU"), pick(None, "de-DE"), pick("??", None)
    ('ru', 'en', 'en', 'ru')
    """
    for wish in (address, browser):
        for code in _CODES:
            if wish and wish[:2].lower() == code:
                return code
    return "en" if browser else "ru"


@lru_cache
def catalogue_of(code: str, domain: str = "linewise") -> gettext.NullTranslations:
    """Translations of a language, compiled in memory from the text that translators edit.

    Parameters
    ----------
    code
        The language; one without a catalogue leaves messages as they are.
    domain
        Name of the catalogue.
    """
    path = _place(code, domain)
    if not path.is_file():
        return gettext.NullTranslations()
    compiled = io.BytesIO()
    mofile.write_mo(compiled, _read(path, code))
    compiled.seek(0)
    return gettext.GNUTranslations(compiled)


def messages_in(domain: str) -> tuple[str, ...]:
    """Messages of a catalogue as they stand in the code, in English.

    Parameters
    ----------
    domain
        Name of the catalogue.
    """
    found = _read(_place("ru", domain), "ru")
    return tuple(message.id for message in found if isinstance(message.id, str) and message.id)


def _place(code: str, domain: str) -> Path:
    return CATALOGUES / code / "LC_MESSAGES" / f"{domain}.po"


@lru_cache
def _read(path: Path, code: str) -> Catalog:
    with path.open("rb") as file:
        return pofile.read_po(file, locale=code)


@dataclass(frozen=True, slots=True)
class Language:
    """Messages and formats of one language.

    Parameters
    ----------
    code
        ``ru`` or ``en``.

    Examples
    --------
    >>> en = Language("en")
    >>> en("Cheaper: {name}", name="own team")
    'Cheaper: own team'
    >>> en.money(-6_300_000, "RUB", compact=True)
    '−₽6.3M'
    """

    code: Code

    def __post_init__(self) -> None:
        one_of("lang", self.code, _CODES)

    def __call__(self, message: str, /, **named: object) -> str:
        """A message with the named values filled in."""
        text = catalogue_of(self.code).gettext(message)
        return text.format(**named) if named else text

    def n(self, one: str, many: str, count: float, /, **named: object) -> str:
        """A message in the form that a number of things needs; ``{n}`` is that number.

        Parameters
        ----------
        one, many
            The English message for one, and for any other number.
        count
            The number; the form follows its whole part.
        named
            Other values to fill in.
        """
        text = catalogue_of(self.code).ngettext(one, many, abs(int(count)))
        return text.format(n=self.number(count), **named)

    def number(self, value: float, digits: int = 0) -> str:
        """A number with grouped thousands.

        Parameters
        ----------
        value
            The number; a dash stands for one that is not finite.
        digits
            Digits after the point.
        """
        return self._number(value, "#,##0" + _fraction(digits))

    def plain(self, value: float, most: int = 2) -> str:
        """A number with as many digits after the point as it has, up to a limit."""
        return self._number(value, "#,##0." + "#" * most)

    def percent(self, share: float, digits: int = 0) -> str:
        """A share in per cent: a part of the whole is never told as none of it or as all."""
        sign = f"{_SPACE}%" if self.code == "ru" else "%"
        if not math.isfinite(share):
            return NOTHING
        most = digits + _FINER
        while digits < most and _rounds_away(share, digits):
            digits += 1
        return self.number(100 * share, digits) + sign

    def money(self, amount: float, currency: str, *, compact: bool = False, digits: int = 0) -> str:
        """An amount with the sign of its currency.

        Parameters
        ----------
        amount
            The amount.
        currency
            ISO code.
        compact
            Thousands and millions as words, three digits of the amount.
        digits
            Digits after the point of an amount that is not compact.
        """
        if not math.isfinite(amount):
            return NOTHING
        size = self._compact(abs(amount)) if compact else self.number(abs(amount), digits)
        minus = "−" if amount < 0 and any(c in "123456789" for c in size) else ""
        sign = _SIGN.get(currency, currency)
        if self.code == "ru":
            return f"{minus}{size}{_SPACE}{sign}"
        return f"{minus}{sign}{size}" if len(sign) == 1 else f"{minus}{sign}{_SPACE}{size}"

    def duration(self, seconds: float) -> str:
        """A duration in the unit that fits it."""
        if not math.isfinite(seconds):
            return NOTHING if math.isnan(seconds) else "∞"
        units = ((172_800, 86_400, N_("{n} d")), (3600, 3600, N_("{n} h")), (60, 60, N_("{n} min")))
        for least, size, unit in units:
            if seconds >= 2 * least or (seconds >= least and seconds % size == 0):
                return self(unit, n=self.plain(seconds / size, 1))
        digits = 0 if seconds >= 10 or float(seconds).is_integer() else 1
        return self(N_("{n} s"), n=self.number(seconds, digits))

    def clock(self, seconds: float) -> str:
        """A time of day [s after midnight]."""
        minutes = round(seconds / 60)
        return f"{minutes // 60:02d}:{minutes % 60:02d}"

    def day(self, weekday: int, width: Literal["abbreviated", "wide"] = "abbreviated") -> str:
        """Name of a day of the week, Monday is 0."""
        name: str = dates.get_day_names(width, "stand-alone", locale=_LOCALE[self.code])[weekday]
        return name[:1].upper() + name[1:]

    def month(self, number: int) -> str:
        """Name of a month, January is 1."""
        name: str = dates.get_month_names("wide", "stand-alone", locale=_LOCALE[self.code])[number]
        return name[:1].upper() + name[1:]

    def country(self, code: str) -> str:
        """Name of a country by its ISO code; the code where nobody knows a name."""
        name: str = Locale.parse(_LOCALE[self.code]).territories.get(code, code)
        return name

    def between(self, found: Estimate, show: Callable[[float], str]) -> str:
        """The interval of an estimate, ``from … to …``."""
        return self(N_("from {low} to {high}"), low=show(found.low), high=show(found.high))

    def share(self, found: Estimate) -> str:
        """A share with its half-width; with the ends of an interval that is cut at 0 or 100 %."""
        if not math.isfinite(found.half_width):
            return self.percent(found.value, 1)
        if found.is_cut:
            low, high = self.number(100 * found.low, 1), self.percent(found.high, 1)
            return f"{self.percent(found.value, 1)} ({low}–{high})"
        width = self.number(100 * found.half_width, 1)
        return f"{self.percent(found.value, 1)} ± {width}"

    def vega(self, currency: str = "") -> dict[str, Any]:
        """Formats of numbers for charts, as d3 takes them."""
        sign = _SIGN.get(currency, currency)
        if self.code == "ru":
            return {
                "decimal": ",",
                "thousands": _SPACE,
                "grouping": [3],
                "currency": ["", f"{_SPACE}{sign}"],
                "percent": f"{_SPACE}%",
                "minus": "−",
            }
        return {
            "decimal": ".",
            "thousands": ",",
            "grouping": [3],
            "currency": [sign, ""],
            "percent": "%",
            "minus": "−",
        }

    def _number(self, value: float, pattern: str) -> str:
        if not math.isfinite(value):
            return NOTHING
        text: str = numbers.format_decimal(value, pattern, locale=_LOCALE[self.code])
        return text.replace("-", "−") if any(c in "123456789" for c in text) else text.lstrip("-")

    def _compact(self, amount: float) -> str:
        """Three digits or so of an amount, with a word for thousands or millions."""
        if amount < 999.5:
            return self.number(amount)
        scale = 1000 ** int(math.log(amount * 1.0005, 1000))
        digits = 0 if amount / scale >= 100 else 1 if amount / scale >= 10 else 2
        text: str = numbers.format_compact_decimal(
            round(amount / scale, digits) * scale, locale=_LOCALE[self.code], fraction_digits=digits
        )
        return text.replace(" ", _SPACE)


def _rounds_away(share: float, digits: int) -> bool:
    """Whether a share that is neither none nor all would be told as one of them."""
    size = abs(share)
    told = round(100 * size, digits)
    return _DUST < size < 1 - _DUST and (told == 0 or told >= 100)


def _fraction(digits: int) -> str:
    return "." + "0" * digits if digits else ""
