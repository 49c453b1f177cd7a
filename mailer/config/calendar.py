"""Days as people write them in config.yaml: `mon-fri`, `first monday of october`, `24 december to 2 january`."""

from __future__ import annotations

import re
from calendar import monthrange
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from typing import Annotated, Any, Self

from pydantic import BeforeValidator, PlainSerializer, WithJsonSchema

WEEKDAYS = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")
MONTHS = (
    "january", "february", "march", "april", "may", "june",
    "july", "august", "september", "october", "november", "december",
)  # fmt: skip
#: A leap year, so that 29 February can be written without its year.
_ANY_YEAR = 2000
_ORDINALS = {"first": 1, "second": 2, "third": 3, "fourth": 4, "last": -1}


def _index(name: str, names: tuple[str, ...]) -> int | None:
    """Which of the names this is, in full or by its first letters (at least three)."""
    found = [at for at, full in enumerate(names) if len(name) >= 3 and full.startswith(name)]
    return found[0] if found else None


def weekday(name: str) -> int:
    """0 for "mon" or "monday"; raises ValueError."""
    found = _index(name.strip().casefold(), WEEKDAYS)
    if found is None:
        raise ValueError(f"“{name}” is not a day of the week; write {', '.join(WEEKDAYS)}")
    return found


def weekdays(text: str) -> frozenset[int]:
    """The days of "mon-fri", "mon,wed,fri" or "every day", Monday 0; raises ValueError."""
    if text.strip().casefold() in {"every day", "daily", "all"}:
        return frozenset(range(7))
    found: set[int] = set()
    for part in text.split(","):
        first, dash, last = part.partition("-")
        start = weekday(first)
        end = weekday(last) if dash else start
        found.update((start + step) % 7 for step in range((end - start) % 7 + 1))
    return frozenset(found)


def weekdays_text(days: Iterable[int]) -> str:
    """The way back: "mon,wed,fri"."""
    return ",".join(WEEKDAYS[day][:3] for day in sorted(days))


@dataclass(frozen=True, slots=True)
class DayRule:
    """Which day of a week, month, quarter or year; `text` is how it was written."""

    text: str
    #: "weekday", "working day" or "day".
    unit: str
    #: 1 the first, -1 the last; for a "day" its number.
    which: int = 1
    #: Of a "weekday": Monday is 0.
    weekday: int = 0
    #: 1 to 12, or None where the rule stands in any month.
    month: int | None = None

    @classmethod
    def parse(cls, text: str) -> Self:
        """Read "first monday", "last working day", "15", "24 december"; raises ValueError."""
        words = text.casefold().replace(" of ", " ").split()
        month = _index(words[-1], MONTHS) if len(words) > 1 else None
        if month is not None:
            words = words[:-1]
        rule = cls._day(words)
        if rule is None:
            raise ValueError(
                f"“{text}” is not a day; write `monday`, `first monday`, `last working day`, `15`, "
                "`last day`, `24 december` or `first monday of october`"
            )
        unit, which, day = rule
        if month is not None and unit == "day" and which > monthrange(_ANY_YEAR, month + 1)[1]:
            raise ValueError(f"“{text}”: {MONTHS[month].capitalize()} has no such day")
        return cls(text, unit, which, day, None if month is None else month + 1)

    @staticmethod
    def _day(words: list[str]) -> tuple[str, int, int] | None:
        match words:
            case [number] if number.isdecimal() and 1 <= int(number) <= 31:
                return "day", int(number), 0
            case [name] if (day := _index(name, WEEKDAYS)) is not None:
                return "weekday", 1, day
            case ["first" | "last" as order, "day"]:
                return "day", _ORDINALS[order], 0
            case [order, *rest] if order in _ORDINALS and rest in (["working", "day"], ["workday"]):
                return "working day", _ORDINALS[order], 0
            case [order, name] if order in _ORDINALS and (day := _index(name, WEEKDAYS)) is not None:
                return "weekday", _ORDINALS[order], day
        return None

    def check_within(self, every: str) -> None:
        """Raise ValueError where such a day does not exist in such a period."""
        if every in {"day", "weekday"}:
            raise ValueError(f"`every: {every}` is every day already; leave `on` out")
        if every in {"week", "fortnight"} and self.unit == "day":
            raise ValueError(f"a {every} has no day {self.which}; write `on: monday`")
        if self.month is not None and every != "year":
            raise ValueError(f"“{self.text}” names a month; that goes with `every: year`")


@dataclass(frozen=True, slots=True)
class ClosedDays:
    """Days the firm is closed: from first to last, of one year or of every year."""

    text: str
    first: date
    last: date
    #: The year stands for any; a range over New Year is allowed.
    yearly: bool = False

    @classmethod
    def parse(cls, value: str | date) -> Self:
        """Read "2026-12-24", "24 december" or either with "to"; raises ValueError."""
        text = str(value)
        first, _, last = (part.strip() for part in text.partition(" to "))
        start, yearly = _closed_day(first)
        end, end_yearly = _closed_day(last) if last else (start, yearly)
        if yearly != end_yearly:
            raise ValueError(f"“{text}”: write both days with their year, or both without")
        if end < start and not yearly:
            raise ValueError(f"“{text}” ends before it begins")
        return cls(text, start, end, yearly)

    def __contains__(self, day: object) -> bool:
        if not isinstance(day, date):
            return False
        if not self.yearly:
            return self.first <= day <= self.last
        first, last = (self.first.month, self.first.day), (self.last.month, self.last.day)
        here = (day.month, day.day)
        return first <= here <= last if first <= last else here >= first or here <= last

    def __str__(self) -> str:
        return self.text


def _closed_day(text: str) -> tuple[date, bool]:
    if re.fullmatch(r"\d{4}-\d\d-\d\d", text):
        return date.fromisoformat(text), False
    number, _, name = text.casefold().partition(" ")
    month = _index(name.strip(), MONTHS)
    try:
        return date(_ANY_YEAR, (month or 0) + 1, int(number) if month is not None else 0), True
    except ValueError:
        raise ValueError(f"“{text}” is not a day; write `2026-12-24` or `24 december`") from None


def _as_text(value: Any) -> Any:
    return str(value) if isinstance(value, int | date) and not isinstance(value, bool) else value


def _day_rule(value: Any) -> Any:
    text = _as_text(value)
    return DayRule.parse(text) if isinstance(text, str) else value


def _closed(value: Any) -> Any:
    text = _as_text(value)
    return ClosedDays.parse(text) if isinstance(text, str) else value


def _weekdays(value: Any) -> Any:
    return weekdays(value) if isinstance(value, str) else value


_TEXT = WithJsonSchema({"type": "string"})

#: `on:`, "first monday" in the file.
Day = Annotated[
    DayRule,
    BeforeValidator(_day_rule),
    PlainSerializer(lambda day: day.text),
    WithJsonSchema({"type": ["string", "integer"]}),
]
#: One entry of `closed:`.
Closed = Annotated[ClosedDays, BeforeValidator(_closed), PlainSerializer(str), _TEXT]
#: `days:`, "mon-fri" in the file, the set {0, 1, 2, 3, 4} in the code.
Weekdays = Annotated[frozenset[int], BeforeValidator(_weekdays), PlainSerializer(weekdays_text), _TEXT]
