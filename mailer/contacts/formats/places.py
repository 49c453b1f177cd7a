"""What Excel takes from the computer's region: separators, names of months and days, some formats.

A `Place` is made of the firm's language and country; LCIDs in format codes (`[$-407]`) give the names of another.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache
from locale import windows_locale

from babel import Locale, UnknownLocaleError
from babel.numbers import get_currency_symbol, get_territory_currencies

#: Where Windows's short date is not CLDR's with four digits of year.
_SHORT_DATES = {"es": "dd/mm/yyyy", "nl": "d-m-yyyy", "en_NG": "dd/mm/yyyy"}
_BOOLEANS = {
    "de": ("FALSCH", "WAHR"),
    "fr": ("FAUX", "VRAI"),
    "es": ("FALSO", "VERDADERO"),
    "it": ("FALSO", "VERO"),
    "nl": ("ONWAAR", "WAAR"),
    "pt": ("FALSO", "VERDADEIRO"),
}
#: The formats that every region shares (ECMA-376 part 1, 18.8.30); the others are in `Place.builtin`.
BUILTIN = {
    0: "General",
    1: "0",
    2: "0.00",
    3: "#,##0",
    4: "#,##0.00",
    9: "0%",
    10: "0.00%",
    11: "0.00E+00",
    12: "# ?/?",
    13: "# ??/??",
    15: "d-mmm-yy",
    16: "d-mmm",
    17: "mmm-yy",
    18: "h:mm AM/PM",
    19: "h:mm:ss AM/PM",
    20: "h:mm",
    21: "h:mm:ss",
    45: "mm:ss",
    46: "[h]:mm:ss",
    47: "mm:ss.0",
    48: "##0.0E+0",
    49: "@",
}


@dataclass(frozen=True, slots=True)
class Names:
    """Words of one language, January and Monday first."""

    months: tuple[str, ...]
    short_months: tuple[str, ...]
    days: tuple[str, ...]
    short_days: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Place:
    """A region as Excel sees it."""

    decimal: str
    group: str
    #: What "/" becomes in a date.
    date_separator: str
    #: The format code of a short date, in Excel's letters.
    short_date: str
    #: "h:mm" or "hh:mm".
    short_time: str
    #: The format code of a long date.
    long_date: str
    #: "$", with what stands before and after the number.
    currency: tuple[str, str]
    #: Whether negative money stands in parentheses.
    parentheses: bool
    #: FALSE and TRUE.
    booleans: tuple[str, str]
    names: Names

    def builtin(self, number: int) -> str:
        """Give the code of a built-in format; General for a number that Excel does not know."""
        return BUILTIN.get(number) or _regional(self).get(number, "General")


def _regional(place: Place) -> dict[int, str]:
    before, after = (f'"{sign}"' if sign else "" for sign in place.currency)
    left, right = ("(", ")") if place.parentheses else ("-", "")
    pad, lead = ("_)", "_(") if place.parentheses else ("_-", "_-")
    codes = {14: place.short_date, 22: f"{place.short_date} {place.short_time}"}
    for at, number in ((37, "#,##0"), (39, "#,##0.00")):
        space = " " if place.parentheses else ""
        codes[at] = f"{number}{space};{left}{number}{right}"
        codes[at + 1] = f"{number}{space};[Red]{left}{number}{right}"
    money = (41, "#,##0", "", "", '"-"'), (42, "#,##0", before, after, '"-"')
    cents = (43, "#,##0.00", "", "", '"-"??'), (44, "#,##0.00", before, after, '"-"??')
    for at, number, sign, unit, nothing in money + cents:
        plus = f"{lead}{sign}* {number}{unit}{pad}"
        minus = f"{lead}{sign}* ({number}){unit}" if place.parentheses else f"-{sign}* {number}{unit}{pad}"
        codes[at] = f"{plus};{minus};{lead}{sign}* {nothing}{unit}{pad};{lead}@{pad}"
    for at, number in ((5, "#,##0"), (7, "#,##0.00")):
        codes[at] = f"{before}{number}{after};{left}{before}{number}{after}{right}"
        codes[at + 1] = f"{before}{number}{after};[Red]{left}{before}{number}{after}{right}"
    return codes


@lru_cache(maxsize=64)
def place_of(language: str, country: str) -> Place:
    """Work out the region of a language and a country; English of the United States when nothing fits."""
    locale = _locale(language.replace("-", "_"), country.upper())
    symbols = locale.number_symbols.get("latn", {})
    short = locale.date_formats["short"].pattern
    return Place(
        decimal=symbols.get("decimal", "."),
        group=symbols.get("group", ","),
        date_separator=next((sign for sign in short if sign in "/.-"), "/"),
        short_date=_short_date(locale, short),
        short_time="hh:mm" if "HH" in locale.time_formats["short"].pattern else "h:mm",
        long_date=_long_date(locale),
        currency=_currency(locale, country.upper()),
        parentheses=locale.territory in (None, "US") and locale.language == "en",
        booleans=_BOOLEANS.get(locale.language, ("FALSE", "TRUE")),
        names=_names(locale),
    )


def _locale(language: str, country: str) -> Locale:
    stem = language.partition("_")[0] or "en"
    for identifier in (f"{stem}_{country}" if country else language, language, stem, "en_US"):
        try:
            return Locale.parse(identifier)
        except (UnknownLocaleError, ValueError):
            continue
    return Locale("en", "US")


def _short_date(locale: Locale, pattern: str) -> str:
    known = _SHORT_DATES.get(str(locale)) or _SHORT_DATES.get(locale.language)
    if known:
        return known
    runs = pattern.replace("'", "").replace("\u200f", "").rstrip(".G ").lower()
    return runs.replace("yyyy", "y").replace("yy", "y").replace("y", "yyyy")


def _long_date(locale: Locale) -> str:
    return {
        "en": "dddd, mmmm d, yyyy" if locale.territory in (None, "US") else "dddd, d mmmm yyyy",
        "de": "dddd, d. mmmm yyyy",
        "es": 'dddd, d "de" mmmm "de" yyyy',
        "pt": 'dddd, d "de" mmmm "de" yyyy',
    }.get(locale.language, "dddd d mmmm yyyy")


def _currency(locale: Locale, country: str) -> tuple[str, str]:
    country = country or locale.territory or "US"
    codes = get_territory_currencies(country)
    sign = get_currency_symbol(codes[-1], locale) if codes else "$"
    pattern = locale.currency_formats["standard"].pattern.partition(";")[0]
    before, after = pattern.split("0")[0], pattern.rpartition("0")[2]
    if "¤" in before:
        return sign + (" " if before.rstrip("#,").endswith("\u00a0") else ""), ""
    return "", " " + sign if "¤" in after else ""


def _names(locale: Locale) -> Names:
    source = Locale("en", "US") if locale.language == "en" else locale
    months, days = source.months["format"], source.days["format"]
    return Names(
        tuple(months["wide"][at] for at in range(1, 13)),
        tuple(months["abbreviated"][at] for at in range(1, 13)),
        tuple(days["wide"][at] for at in range(7)),
        tuple(days["abbreviated"][at] for at in range(7)),
    )


@lru_cache(maxsize=64)
def names_of(tag: str) -> Names | None:
    """Find the words for "407" (an LCID in hexadecimal) or "fr-FR"; None for a tag that names no language."""
    identifier = tag.replace("-", "_")
    if all(letter in "0123456789abcdefABCDEF" for letter in tag):
        identifier = windows_locale.get(int(tag, 16) & 0xFFFF, "")
    try:
        return _names(Locale.parse(identifier.partition(",")[0])) if identifier else None
    except (UnknownLocaleError, ValueError):
        return None
