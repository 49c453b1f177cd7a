"""Text → the typed value behind it, for files that hold only text. What is not plainly a value stays text."""

from __future__ import annotations

import re
from datetime import date, datetime
from functools import lru_cache
from math import isfinite

from mailer.contacts.formats import Place
from mailer.model import Value

_INTEGER = re.compile(r"-?(?:0|[1-9]\d{0,14})")
_ISO_DATE = re.compile(r"\d{4}-\d{2}-\d{2}(?:[ T]\d{2}:\d{2}(?::\d{2})?)?")
_DATE = re.compile(r"(\d{1,2})([/.-])(\d{1,2})\2(\d{4})")


def typed(text: str, place: Place) -> Value:
    """Give the value of a text as the region writes it: 1.234,50 is a number in German, as is 5 €; 00123 is text."""
    text = text.strip()
    if bare := _without_currency(text, place):
        amount = None if bare.endswith("%") else _number(bare, place)
        return text if amount is None else amount
    number = _number(text, place)
    if number is not None:
        return number
    day = _day(text, place) if text[:1].isdigit() else None
    return (text or None) if day is None else day


def _number(text: str, place: Place) -> int | float | None:
    if not (text[:1].isdigit() or (text[:1] == "-" and text[1:2].isdigit())):
        return None
    if _INTEGER.fullmatch(text):
        return int(text)
    match = _decimal(place.decimal, place.group).fullmatch(text)
    if not match:
        return None
    number = float(match[1].replace(place.group, "").replace("\u00a0", "").replace(" ", "").replace(place.decimal, "."))
    if not isfinite(number):
        return None
    return number / 100 if match[2] else number


def _without_currency(text: str, place: Place) -> str:
    """What stands beside the region's own currency; "" where there is none, or nothing else."""
    sign = "".join(place.currency).strip()
    if not sign or text.count(sign) != 1 or not (text.startswith(sign) or text.endswith(sign)):
        return ""
    return text.replace(sign, "").strip()


@lru_cache(maxsize=32)
def _decimal(decimal: str, group: str) -> re.Pattern[str]:
    point, comma = re.escape(decimal), f"[{re.escape(group)}\u00a0 ]" if group.isspace() else re.escape(group)
    return re.compile(rf"(-?(?:0|[1-9]\d{{0,2}}(?:{comma}\d{{3}})+|[1-9]\d*)(?:{point}\d+)?)(\s*%)?")


def _day(text: str, place: Place) -> date | None:
    try:
        if _ISO_DATE.fullmatch(text):
            return date.fromisoformat(text) if len(text) == 10 else datetime.fromisoformat(text)
        match = _DATE.fullmatch(text)
        if not match:
            return None
        first, second, year = int(match[1]), int(match[3]), int(match[4])
        month_first = place.short_date.startswith("m")
        return date(year, first, second) if month_first else date(year, second, first)
    except ValueError:
        return None
