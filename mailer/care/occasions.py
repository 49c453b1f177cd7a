"""Birthdays and anniversaries: a contact's dates → those that come near, and which one each is."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, timedelta

from mailer.model import Contact, Field
from mailer.when import Office, dated, nth

#: Column → what returns each year.
KINDS = {
    "birthday": "birthday",
    "client_since": "client anniversary",
    "joined": "work anniversary",
    "start_date": "work anniversary",
    "started": "work anniversary",
    "employed_since": "work anniversary",
}


@dataclass(frozen=True, slots=True)
class Occasion:
    """One return of a date."""

    #: The column: "birthday", "client_since", "joined".
    column: str
    on: date
    #: The 1st, 2nd …; None where the year is not told.
    which: int | None = None

    @property
    def round(self) -> str:
        """The round that a campaign of this date calls it by."""
        return f"{self.column}-{self.on.year}"

    @property
    def what(self) -> str:
        """Which it is, without the day: "8th client anniversary"."""
        which = f"{nth(self.which)} " if self.which else ""
        return f"{which}{KINDS[self.column]}"

    def __str__(self) -> str:
        return f"{self.what} on {self.on.day} {self.on:%B}"


def occasions_of(contact: Contact, firm: Office, *, today: date, within: int = 30) -> list[Occasion]:
    """The dates of a contact that return within so many days, the nearest first; what is no date is passed over."""
    found = [each for column in KINDS for each in _returns(contact, column, firm, today)]
    return sorted((each for each in found if each.on <= today + timedelta(days=within)), key=lambda each: each.on)


def _returns(contact: Contact, column: str, firm: Office, today: date) -> Iterator[Occasion]:
    language = contact.language or firm.language
    try:
        day = dated(
            contact.fields.get(column, Field("")).value, month_first=firm.month_first, language=language
        )  # fmt: skip
    except ValueError:
        return
    for year in (today.year, today.year + 1):
        on = day.in_year(year, firm.leap_day)
        which = year - day.year if day.year else None
        if on >= today and (which is None or which > 0):
            yield Occasion(column, on, which)
