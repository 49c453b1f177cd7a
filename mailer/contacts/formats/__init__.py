"""Number formats: what Excel shows for a value, and the typed value behind it.

`Format(code, place)` is compiled once per style; `number` and `text` are then called per cell.
"""

from __future__ import annotations

from datetime import datetime, time, timedelta
from decimal import Decimal
from functools import cached_property
from math import isfinite

from mailer.contacts.formats.codes import Condition, Kind, Section, sections_of
from mailer.contacts.formats.dates import DateSection
from mailer.contacts.formats.fractions import FractionSection, is_fraction
from mailer.contacts.formats.general import exact, general
from mailer.contacts.formats.numbers import NumberSection, show_words
from mailer.contacts.formats.places import Place, names_of, place_of
from mailer.contacts.rows import UNSHOWABLE, Cell

__all__ = ["Format", "Place", "general", "place_of"]


#: Day number 0 (well after February 1900), of the two ways to count; cells have no time zone.
_EPOCHS = {False: datetime(1899, 12, 30), True: datetime(1904, 1, 1)}  # noqa: DTZ001


class Format:
    """A number format in one region and epoch; understood when a cell first needs it, for many have formats unused."""

    def __init__(self, code: str, place: Place, *, is_1904: bool = False) -> None:
        self._code = code if code and len(code) <= 255 else "General"
        self._place = place
        self._is_1904 = is_1904

    @cached_property
    def _sections(self) -> tuple[Section, ...]:
        return tuple(_of_system(section, self._place) for section in sections_of(self._code))

    @cached_property
    def _text(self) -> Section | None:
        return _text_section(self._sections)

    @cached_property
    def _numeric(self) -> tuple[Section, ...]:
        return self._sections[:-1] if self._text and len(self._sections) > 1 else self._sections[:3]

    @cached_property
    def _choices(self) -> tuple[_Choice, ...]:
        return tuple(_Choice(section, self._place, is_1904=self._is_1904) for section in self._numeric)

    @cached_property
    def _conditions(self) -> tuple[Condition | None, ...]:
        return _conditions(self._numeric)

    @cached_property
    def is_general(self) -> bool:
        """Whether numbers stand as in the format General."""
        kinds = [[token.kind for token in section.tokens] for section in self._numeric]
        return kinds in ([[Kind.GENERAL]], [[Kind.TEXT]])

    @cached_property
    def changes_text(self) -> bool:
        """Whether texts are shown otherwise than they are."""
        if "@" not in self._code and ";" not in self._code:
            return False
        return self._text is not None and [token.kind for token in self._text.tokens] != [Kind.TEXT]

    def number(self, value: float) -> Cell:
        """Show a number; surrounding blanks that only align columns are left out."""
        if not isfinite(value):
            return UNSHOWABLE, value
        if self.is_general:
            return general(value, self._place.decimal), value
        number = exact(value)
        at = next((at for at, wish in enumerate(self._conditions) if not wish or wish.holds(number)), None)
        if at is None:
            return UNSHOWABLE, value
        return self._choices[at].show(number, value, drops_sign=self._drops_sign(at))

    def moment(self, value: datetime) -> Cell:
        """Show a date that a file spells out; in ISO where the format is not one of dates."""
        serial = (value - _EPOCHS[self._is_1904]) / timedelta(days=1)
        if any(choice.is_date for choice in self._choices):
            return self.number(serial)
        return value.isoformat(" ") if value.time() != time() else value.date().isoformat(), value

    def _drops_sign(self, at: int) -> bool:
        """Whether the section stands for negative numbers only, so that it writes the sign itself."""
        wish = self._conditions[at]
        if not wish and at == 1 and len(self._conditions) == 2:
            first = self._conditions[0]
            return first is not None and first.sign in (">", ">=") and first.limit == 0
        return wish is not None and wish.sign in ("<", "<=") and wish.limit <= 0

    def text(self, value: str) -> str:
        """Show a text."""
        if not self._text:
            return value
        return "".join(value if token.kind is Kind.TEXT else token.text for token in self._text.tokens)


class _Choice:
    """One section, ready to show numbers."""

    def __init__(self, section: Section, place: Place, *, is_1904: bool) -> None:
        self._tokens = section.tokens
        self._place = place
        self.is_date = section.is_date
        self._date: DateSection | None = None
        self._number: NumberSection | FractionSection | None = None
        if section.is_date:
            names = names_of(section.language) if section.language else None
            self._date = DateSection(section, place, names or place.names, is_1904=is_1904)
        elif not section.has(Kind.GENERAL, Kind.TEXT):
            fraction = is_fraction(section.tokens)
            self._number = FractionSection(section.tokens) if fraction else NumberSection(section.tokens, place)

    def show(self, number: Decimal, value: float, *, drops_sign: bool) -> Cell:
        if self._date:
            typed = self._date.value(number)
            return self._date.show(number).strip(), value if typed is None else typed
        size = abs(number)
        text = self._number.show(size) if self._number else show_words(self._tokens, size, self._place)
        has_sign = number < 0 and not drops_sign and (not self._number or any(digit in text for digit in "123456789"))
        sign = "-" if has_sign else ""
        return (sign + text).strip(), value


def _of_system(section: Section, place: Place) -> Section:
    """`[$-F800]` and `[$-F400]` stand for the region's own long date and time."""
    if section.system == "F800":
        return sections_of(place.long_date)[0]
    if section.system == "F400":
        return sections_of("h:mm:ss AM/PM" if place.short_time == "h:mm" else "hh:mm:ss")[0]
    return section


def _text_section(sections: tuple[Section, ...]) -> Section | None:
    if len(sections) == 4:
        return sections[3]
    return sections[-1] if sections[-1].has(Kind.TEXT) else None


_ZERO = Decimal(0)


def _conditions(sections: tuple[Section, ...]) -> tuple[Condition | None, ...]:
    """Give the condition of each section: its own, or Excel's default; the last takes the rest."""
    own = [section.condition for section in sections]
    if len(own) == 2:
        return own[0] or Condition(">=", _ZERO), own[1]
    if len(own) >= 3:
        return own[0] or Condition(">", _ZERO), own[1] or Condition("<", _ZERO), None
    return tuple(own)
