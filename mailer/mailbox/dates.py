"""The text of an absence note → the day its writer is back, as people of eight languages write dates."""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import date, timedelta

#: The first letters of a month's name, in en, de, fr, es, it, pt, nl and ru, without accents → its number.
_MONTHS = {
    "jan": 1, "ene": 1, "gen": 1, "янв": 1, "feb": 2, "fev": 2, "feu": 2, "фев": 2, "mar": 3,
    "maa": 3, "mrt": 3, "mae": 3, "marz": 3, "мар": 3, "apr": 4, "avr": 4, "abr": 4, "апр": 4,
    "may": 5, "mai": 5, "mei": 5, "mag": 5, "мая": 5, "май": 5, "jun": 6, "juin": 6, "giu": 6,
    "июн": 6, "jul": 7, "juil": 7, "lug": 7, "июл": 7, "aug": 8, "aou": 8, "ago": 8, "авг": 8,
    "sep": 9, "set": 9, "сен": 9, "oct": 10, "okt": 10, "ott": 10, "out": 10, "окт": 10, "nov": 11,
    "ноя": 11, "dec": 12, "dez": 12, "dic": 12, "дек": 12,
}  # fmt: skip
_PLAIN = str.maketrans("áàâäãéèêëíìîïóòôöõúùûüç", "aaaaaeeeeiiiiooooouuuuc")

_YEAR = r"(?:,?\s*(?:de\s+|del\s+)?(20\d\d))?"
_DAY_MONTH = re.compile(
    rf"\b(\d{{1,2}})(?:st|nd|rd|th|er|º|°|\.)?\s*(?:of |de |di |d')?\s*([^\W\d_]{{3,12}})\.?{_YEAR}\b"
)
_MONTH_DAY = re.compile(rf"\b([^\W\d_]{{3,12}})\.?\s+(\d{{1,2}})(?:st|nd|rd|th)?\b(?!\s*:){_YEAR}")
_ISO = re.compile(r"\b(20\d\d)[-/.](\d{1,2})[-/.](\d{1,2})\b")
_ASIAN = re.compile(r"(?:(20\d\d)\s*年)?\s*(\d{1,2})\s*月\s*(\d{1,2})\s*日")
_DOTTED = re.compile(r"\b(\d{1,2})\.\s?(\d{1,2})\.\s?(20\d\d|\d\d\b)?")
_SLASHED = re.compile(r"\b(\d{1,2})[/-](\d{1,2})(?:[/-](20\d\d|\d\d))?\b")
#: How long an absence may last: a later date is something else.
_LONGEST = timedelta(days=400)


def back_on(text: str, today: date) -> date | None:
    """Find the last day an absence note names, from today on; None if it names none, or an ambiguous one."""
    near = (day for day in _days(text[:4000], today) if today <= day <= today + _LONGEST)
    return max(near, default=None)


def _days(text: str, today: date) -> Iterator[date]:
    plain = text.lower().translate(_PLAIN)
    for match in _DAY_MONTH.finditer(plain):
        yield from _day(match[3], _month(match[2]), match[1], today)
    for match in _MONTH_DAY.finditer(plain):
        yield from _day(match[3], _month(match[1]), match[2], today)
    for pattern in (_ISO, _ASIAN):
        for match in pattern.finditer(plain):
            yield from _day(match[1], int(match[2]), match[3], today)
    for match in _DOTTED.finditer(plain):
        yield from _day(match[3], int(match[2]), match[1], today)
    for match in _SLASHED.finditer(plain):
        yield from _slashed(int(match[1]), int(match[2]), match[3], today)


def _month(word: str) -> int:
    return _MONTHS.get(word[:4]) or _MONTHS.get(word[:3], 0)


def _slashed(first: int, second: int, year: str | None, today: date) -> Iterator[date]:
    """12/31 and 31/12 are plain; 03/04 could be either and is not believed, unless both are the same."""
    if first > 12 or first == second:
        yield from _day(year, second, str(first), today)
    elif second > 12:
        yield from _day(year, first, str(second), today)


def _day(year: str | None, month: int, day: str, today: date) -> Iterator[date]:
    """Yield the date, if there is one; without a year the next such day."""
    years = [int(year) % 100 + 2000] if year else [today.year, today.year + 1]
    for one in years:
        try:
            found = date(one, month, int(day))
        except ValueError:
            continue
        if year or found >= today:
            yield found
            return
