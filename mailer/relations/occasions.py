"""Whose birthday or anniversary falls on which day, of everybody who may be written to."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date

from mailer.care.occasions import occasions_of
from mailer.model import Contact
from mailer.relations.reading import Relations
from mailer.when import Office


@dataclass(frozen=True, slots=True)
class Celebration:
    """Somebody's day."""

    contact: Contact
    #: "8th client anniversary".
    what: str


def celebrations(relations: Relations, firm: Office, *, first: date, last: date) -> Mapping[date, list[Celebration]]:
    """Day → whose it is, from the first day to the last, both included."""
    found: dict[date, list[Celebration]] = {}
    for each in relations.everyone:
        if each.standing.why:
            continue
        for occasion in occasions_of(each.contact, firm, today=first, within=(last - first).days):
            found.setdefault(occasion.on, []).append(Celebration(each.contact, occasion.what))
    return found
