"""A cell → the day it means: typed by Excel, or written as text, with or without its year."""

from __future__ import annotations

import re
from contextlib import suppress
from dataclasses import dataclass
from datetime import date, datetime, time
from functools import lru_cache

from babel import Locale, UnknownLocaleError
from babel.dates import get_month_names

from mailer.model import Value

#: Excel's day zero and what it makes of small numbers all lie before this.
FIRST_YEAR = 1901

#: Countries that write the month before the day.
MONTH_FIRST = frozenset({"US", "FM", "MH", "PW", "PH"})

_ISO = re.compile(r"(?P<year>\d{4})-(?P<month>\d{1,2})-(?P<day>\d{1,2})")
_NUMBERS = re.compile(r"(?P<first>\d{1,2})\s*[./-]\s*(?P<second>\d{1,2})\s*(?:[./-]\s*(?P<year>\d+)?)?")
_WORDS = re.compile(
    r"(?:(?P<day>\d{1,2})(?:\.?º|\.|st|nd|rd|th|er)?\s*(?:of\s+|de\s+)?(?P<month>[^\W\d]+\.?)"
    r"|(?P<month2>[^\W\d]+\.?)\s+(?P<day2>\d{1,2})(?:st|nd|rd|th)?)"
    r"(?:,?\s+(?:de\s+)?(?P<year>\d+))?"
)
_CLOCK = re.compile(r"(?P<rest>.+?)(?:,|\s+at)?[\sT]+(?P<hour>\d{1,2})[:.h](?P<minute>\d\d)(?::\d\d)?")

#: A leap year, to try a day and month without their year.
_ANY_YEAR = 2000


@dataclass(frozen=True, slots=True)
class Dated:
    """A day that a cell means."""

    day: int
    month: int
    #: None where the cell does not tell.
    year: int | None = None
    #: None for a whole day.
    clock: time | None = None

    @property
    def on(self) -> date | None:
        """The full date, None where the year is not told."""
        return date(self.year, self.month, self.day) if self.year else None

    def in_year(self, year: int, leap_day: str = "28 february") -> date:
        """This day in another year; 29 February is kept on `leap_day` where there is none."""
        try:
            return date(year, self.month, self.day)
        except ValueError:
            return date(year, 3, 1) if leap_day == "1 march" else date(year, 2, 28)


def dated(value: Value, *, month_first: bool = False, language: str = "en") -> Dated:
    """The day a cell means; raises ValueError with one sentence for what is not a day.

    `month_first` reads 3/4 as March 4. Month names are understood in English and in `language`.
    """
    match value:
        case datetime():
            clock = value.time().replace(second=0, microsecond=0)
            found = Dated(value.day, value.month, value.year, clock if clock != time(0) else None)
        case date():
            found = Dated(value.day, value.month, value.year)
        case str() if value.strip():
            found = _written(value.strip(), month_first=month_first, language=language)
        case None | "" | str():
            raise ValueError("there is no date")
        case _:
            raise ValueError(f"“{value}” is a number or a time, not a date; format the cell as a date")
    if found.year is not None and found.year < FIRST_YEAR:
        raise ValueError(f"the year {found.year} cannot be right; Excel shows 1900 for a cell that held no date")
    return found


def _written(text: str, *, month_first: bool, language: str) -> Dated:
    clock = None
    if match := _CLOCK.fullmatch(text):
        text, clock = match["rest"].strip(), _clock(match["hour"], match["minute"])
    if match := _ISO.fullmatch(text):
        return _checked(text, int(match["day"]), int(match["month"]), match["year"], clock)
    if match := _NUMBERS.fullmatch(text):
        return _numbers(text, match, clock, month_first=month_first and "." not in text)
    if match := _WORDS.fullmatch(text.casefold()):
        month = _months(language).get((match["month"] or match["month2"]).rstrip("."))
        if month:
            return _checked(text, int(match["day"] or match["day2"]), month, match["year"], clock)
    raise ValueError(f"“{text}” is not a date; write it like 2026-03-29, 29.3. or 29 March")


def _clock(hour: str, minute: str) -> time:
    try:
        return time(int(hour), int(minute))
    except ValueError:
        raise ValueError(f"“{hour}:{minute}” is not a time of day") from None


def _numbers(text: str, match: re.Match[str], clock: time | None, *, month_first: bool) -> Dated:
    first, second = int(match["first"]), int(match["second"])
    month, day = (first, second) if month_first else (second, first)
    if month > 12 >= day:
        raise ValueError(f"“{text}” has no month {month}; day and month seem to be swapped, perhaps in more rows")
    return _checked(text, day, month, match["year"], clock)


def _checked(text: str, day: int, month: int, year: str | None, clock: time | None) -> Dated:
    if year is not None and len(year) != 4:
        raise ValueError(f"“{text}”: write the year with four digits")
    try:
        date(int(year) if year else _ANY_YEAR, month, day)
    except ValueError:
        raise ValueError(f"“{text}” is a day that does not exist") from None
    return Dated(day, month, int(year) if year else None, clock)


@lru_cache(maxsize=40)
def _months(language: str) -> dict[str, int]:
    """Month names, long and short, in English and the language, case-folded, without dots."""
    locales = ["en"]
    with suppress(ValueError, UnknownLocaleError):
        locales.append(str(Locale.parse(language, sep="-" if "-" in language else "_")))
    return {
        name.casefold().rstrip("."): number
        for locale in locales
        for width in ("wide", "abbreviated")
        for context in ("format", "stand-alone")
        for number, name in get_month_names(width, context, locale).items()
    }
