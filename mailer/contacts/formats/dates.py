"""Excel's day numbers → calendar, and dates, times and elapsed times through one section of a format."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from decimal import Decimal

from mailer.contacts.formats.codes import Kind, Section, Token
from mailer.contacts.formats.general import rounded
from mailer.contacts.formats.places import Names, Place

#: The last day Excel knows, 31 December 9999, in each epoch.
LAST_DAY = {False: 2_958_465, True: 2_957_003}
_EPOCH = date(1899, 12, 30)
_DAY = 86_400


@dataclass(frozen=True, slots=True)
class Moment:
    """A day number taken apart, rounded to what is shown. 29 February 1900 exists here, as in Excel."""

    year: int
    month: int
    day: int
    #: Monday is 0.
    weekday: int
    hour: int
    minute: int
    second: int
    #: Digits after the second's point.
    subsecond: str
    #: Seconds since day number 0, for elapsed times.
    elapsed: int


def moment(serial: Decimal, places: int, *, is_1904: bool) -> Moment | None:
    """Take a day number apart, seconds to `places` digits; None where Excel shows ####."""
    seconds = rounded(serial * _DAY, places)
    whole = int(seconds)
    days, clock = divmod(whole, _DAY)
    if serial < 0 or days > LAST_DAY[is_1904]:
        return None
    if is_1904:
        days += 1462
    year, month, day = _calendar(days)
    subsecond = f"{seconds:f}".partition(".")[2]
    weekday = (days - 2) % 7
    hour, minute = clock // 3600, clock // 60 % 60
    return Moment(year, month, day, weekday, hour, minute, clock % 60, subsecond, whole)


def _calendar(days: int) -> tuple[int, int, int]:
    if days == 60:
        return 1900, 2, 29
    if days == 0:
        return 1900, 1, 0
    real = _EPOCH + timedelta(days=days + (days < 60))
    return real.year, real.month, real.day


class DateSection:
    """A section of dates or times, made ready."""

    def __init__(self, section: Section, place: Place, names: Names, *, is_1904: bool) -> None:
        self._tokens = section.tokens
        self._place = place
        self._names = names
        self._is_1904 = is_1904
        self._noon = section.has(Kind.MERIDIEM)
        self._elapsed = section.has(Kind.ELAPSED)
        self._places = max((len(t.text) - 1 for t in section.tokens if t.kind is Kind.SUBSECOND), default=0)
        marks = {token.text[0] for token in section.tokens if token.kind is Kind.DATE}
        self._has_date = bool(marks & set("ymdebga"))
        self._has_time = bool(marks & set("hns")) or self._noon

    def show(self, serial: Decimal) -> str:
        """Show a day number; "####" where Excel does."""
        if self._elapsed and serial < 0:
            return "-" + self.show(-serial) if self._is_1904 else "########"
        found = moment(serial, self._places, is_1904=self._is_1904)
        if not found:
            return "########"
        return "".join(self._part(token, found) for token in self._tokens)

    def value(self, serial: Decimal) -> date | datetime | time | timedelta | None:
        """Give the typed value; None for what no calendar has."""
        if self._elapsed:
            return timedelta(seconds=float(serial * _DAY)) if abs(serial) <= LAST_DAY[False] else None
        found = moment(serial, 6, is_1904=self._is_1904)
        if not found:
            return None
        if serial < 1 and not self._has_date:
            return _time(found)
        if not found.day or (found.month, found.day, found.year) == (2, 29, 1900):
            return None
        day = date(found.year, found.month, found.day)
        return datetime.combine(day, _time(found)) if self._has_time else day

    def _part(self, token: Token, found: Moment) -> str:
        match token.kind:
            case Kind.DATE:
                return self._date_part(token.text, found)
            case Kind.MERIDIEM:
                letters = token.text.split("/") if token.text.isascii() else ["AM", "PM"]
                return letters[found.hour >= 12]
            case Kind.ELAPSED:
                unit = {"h": 3600, "m": 60, "s": 1}[token.text[0]]
                return str(found.elapsed // unit).rjust(len(token.text), "0")
            case Kind.SUBSECOND:
                return self._place.decimal + found.subsecond[: len(token.text) - 1]
            case Kind.SLASH:
                return self._place.date_separator
            case _:
                return "" if token.kind in (Kind.GENERAL, Kind.TEXT) else token.text

    def _date_part(self, text: str, found: Moment) -> str:
        letter, width = text[0], len(text)
        match letter:
            case "y" | "e":
                return f"{found.year % 100:02d}" if letter == "y" and width < 3 else f"{found.year:04d}"
            case "b":
                return f"{(found.year + 543) % 100:02d}" if width < 3 else str(found.year + 543)
            case "m":
                return self._month(found.month, width)
            case "d" | "a":
                return self._day(found, width)
            case _:
                return self._clock(letter, width, found)

    def _month(self, month: int, width: int) -> str:
        if width < 3:
            return str(month).rjust(width, "0")
        if width == 3:
            return self._names.short_months[month - 1]
        return self._names.months[month - 1][: 1 if width == 5 else None]

    def _day(self, found: Moment, width: int) -> str:
        if width < 3:
            return str(found.day).rjust(width, "0")
        return (self._names.short_days if width == 3 else self._names.days)[found.weekday]

    def _clock(self, letter: str, width: int, found: Moment) -> str:
        hour = (found.hour + 11) % 12 + 1 if self._noon else found.hour
        number = {"h": hour, "n": found.minute, "s": found.second}.get(letter)
        return "" if number is None else str(number).rjust(min(width, 2), "0")


def _time(found: Moment) -> time:
    return time(found.hour, found.minute, found.second, int(found.subsecond.ljust(6, "0")))
