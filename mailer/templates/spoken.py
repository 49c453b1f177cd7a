"""Numbers, days and spans in the words of a locale. Pure."""

from __future__ import annotations

from calendar import isleap
from datetime import date, datetime, timedelta, tzinfo
from decimal import ROUND_HALF_UP, Decimal
from functools import lru_cache

from babel import Locale
from babel.dates import format_date, format_datetime, format_timedelta
from babel.numbers import format_currency, format_decimal
from dateutil.relativedelta import relativedelta

#: Of the largest number that a spreadsheet can hold.
_LARGEST_EXPONENT = 308
_LENGTHS = ("short", "medium", "long", "full")


class BadValueError(Exception):
    """A value cannot be used as the template asks; the message is a sentence."""


def number_text(number: int | Decimal, locale: Locale, digits: int | None = None) -> str:
    """A number in the locale's way: 1,200.5."""
    refuse_odd(number)
    return _number_text(str(number), locale, digits)


@lru_cache(maxsize=1024)
def _number_text(number: str, locale: Locale, digits: int | None) -> str:
    """Cached by the digits as written: 1 and 1.0 are equal, and are not printed alike."""
    if digits is None:
        return str(format_decimal(Decimal(number), locale=locale, decimal_quantization=False))
    pattern = "#,##0." + "0" * min(max(digits, 0), 12)
    return str(format_decimal(rounded(Decimal(number), digits), pattern.removesuffix("."), locale=locale))


def money_text(number: int | Decimal, currency: str, locale: Locale) -> str:
    """€1,200.50 in the locale's way."""
    return _money_text(str(number), currency, locale)


@lru_cache(maxsize=1024)
def _money_text(number: str, currency: str, locale: Locale) -> str:
    return str(format_currency(Decimal(number), currency, locale=locale))


def rounded(number: int | Decimal, digits: int) -> Decimal:
    """The number to so many decimals, halves away from zero as Excel does."""
    return Decimal(number).quantize(Decimal(1).scaleb(-min(max(digits, 0), 12)), ROUND_HALF_UP)


def date_text(day: date, locale: Locale, form: str = "long") -> str:
    """A day, or an instant when the form asks for its time; `form` is a length or a pattern ("MMMM yyyy")."""
    return _date_text(day, day.tzinfo if isinstance(day, datetime) else None, locale, form)


@lru_cache(maxsize=1024)
def _date_text(day: date, zone: tzinfo | None, locale: Locale, form: str) -> str:  # noqa: ARG001
    """Cached by the zone too: one instant in two zones is equal, and is not printed alike."""
    if isinstance(day, datetime):
        asks_time = form not in _LENGTHS and any(letter in form for letter in "hHmas")
        return format_datetime(day, form, locale=locale) if asks_time else format_date(day, form, locale=locale)
    return format_date(day, form, locale=locale)


def span_text(span: timedelta, locale: Locale) -> str:
    """A span such as "3 years", in the largest unit that fits."""
    return format_timedelta(span, locale=locale, threshold=1)


def ago_text(day: date, today: date, locale: Locale) -> str:
    """Says "3 years ago" or "in 2 days": in whole years, else whole months, else days."""
    gap = relativedelta(_kept_in(today.year, day), today)
    if gap.years:
        return format_timedelta(timedelta(365 * gap.years), "year", add_direction=True, locale=locale)
    if gap.months:
        return format_timedelta(timedelta(30 * gap.months), "month", add_direction=True, locale=locale)
    return format_timedelta(day - today, "day", threshold=999, add_direction=True, locale=locale)


def whole_years(day: date, today: date) -> int:
    """The birthdays there have been since `day`."""
    kept = _kept_in(today.year, day)
    return today.year - day.year - ((today.month, today.day) < (kept.month, kept.day))


def _kept_in(year: int, day: date) -> date:
    """A 29 February as the 28th, seen from a year that has none."""
    return day.replace(day=28) if (day.month, day.day) == (2, 29) and not isleap(year) else day


def nearest_anniversary(day: date, today: date) -> int:
    """The number of the anniversary of `day` that lies nearest to `today`."""
    return whole_years(day, today + timedelta(days=182))


def refuse_odd(number: int | Decimal) -> None:
    """Raise BadValueError for nan and infinity, and for what no cell holds as a number: to write it out takes ages."""
    if isinstance(number, Decimal) and (not number.is_finite() or number.adjusted() > _LARGEST_EXPONENT):
        raise BadValueError(f"“{number}” is not a number.")
