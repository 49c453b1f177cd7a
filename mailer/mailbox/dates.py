"""The text of an absence note → the day its writer is back, as people of twenty languages write dates."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator, Mapping
from datetime import date, timedelta
from functools import cache

from mailer.mailbox.phrases import lists

_YEAR = r"(?:,?\s*(?:de\s+|del\s+)?(20\d\d))?"
_DAY_MONTH = re.compile(
    rf"\b(\d{{1,2}})(?:st|nd|rd|th|er|º|°|\.)?\s*(?:of |de |di |d')?\s*([^\W\d_]{{3,12}})\.?{_YEAR}\b"
)
_MONTH_DAY = re.compile(rf"\b([^\W\d_]{{3,12}})\.?\s+(\d{{1,2}})(?:st|nd|rd|th)?\b(?!\s*:){_YEAR}")
_ISO = re.compile(r"\b(20\d\d)[-/.](\d{1,2})[-/.](\d{1,2})\b")
_ASIAN = re.compile(r"(?:(20\d\d)\s*[年년])?\s*(\d{1,2})\s*[月월]\s*(\d{1,2})\s*[日일]")
_DOTTED = re.compile(r"\b(\d{1,2})\.\s?(\d{1,2})\.\s?(20\d\d|\d\d\b)?")
_SLASHED = re.compile(r"\b(\d{1,2})[/-](\d{1,2})(?:[/-](20\d\d|\d\d))?\b")
#: How long an absence may last: a later date is something else.
_LONGEST = timedelta(days=400)


def back_on(text: str, today: date) -> date | None:
    """Find the last day an absence note names, from today on; None if it names none, or an ambiguous one."""
    near = (day for day in _days(text[:4000], today) if today <= day <= today + _LONGEST)
    return max(near, default=None)


def _days(text: str, today: date) -> Iterator[date]:
    plain = _plain(text)
    for match in _DAY_MONTH.finditer(plain):
        yield from _day(match[3], _months().get(match[2], 0), match[1], today)
    for match in _MONTH_DAY.finditer(plain):
        yield from _day(match[3], _months().get(match[1], 0), match[2], today)
    for match in (*_ISO.finditer(plain), *_ASIAN.finditer(unicodedata.normalize("NFC", plain))):
        yield from _day(match[1], int(match[2]), match[3], today)
    for match in _DOTTED.finditer(plain):
        yield from _day(match[3], int(match[2]), match[1], today)
    for match in _SLASHED.finditer(plain):
        yield from _slashed(int(match[1]), int(match[2]), match[3], today)


def _plain(text: str) -> str:
    """Small letters without accents, since people leave them out."""
    apart = unicodedata.normalize("NFD", text.lower())
    return "".join(letter for letter in apart if not unicodedata.combining(letter))


@cache
def _months() -> Mapping[str, int]:
    named = enumerate(lists("months")["months"], 1)
    return {_plain(word): number for number, words in named for word in words.split()}


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
