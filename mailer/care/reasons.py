"""What is a reason to write to somebody now: a date that returns, a milestone of config.yaml, a memo with a date."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date, timedelta

from mailer.care.occasions import occasions_of
from mailer.config.audiences import is_internal
from mailer.model import Contact, Memo
from mailer.when import Office, dated

#: A date in a memo this many days ahead is a reason.
NEAR = 30

_WORD = re.compile(r"[^\W\d_]{3,}\.?")
#: A full date, or a day and a month.
_DATE = re.compile(r"\d{4}-\d\d-\d\d|\d{1,2}\.?\s+[^\W\d_]{3,}|[^\W\d_]{3,}\s+\d{1,2}\b")

#: Column of an occasion → the template for it: outside the house, inside.
_TEMPLATES = {"birthday": ("birthday", "staff-birthday"), "client_since": ("client-anniversary", "work-anniversary")}


@dataclass(frozen=True, slots=True)
class Reason:
    """A reason to write."""

    #: "15th client anniversary on 14 March".
    what: str
    #: The template that fits; "" for any.
    template: str = ""
    on: date | None = None
    #: The round of a campaign of that date; "" where no date returns.
    round: str = ""


def reasons_of(
    contact: Contact, memos: Iterable[Memo], milestones: Mapping[str, str], firm: Office, *, today: date
) -> tuple[Reason, ...]:
    """The reasons at hand, the most particular first. `milestones`: those reached, each with its template."""
    found = [Reason(name, template) for name, template in milestones.items()]
    for occasion in occasions_of(contact, firm, today=today, within=NEAR):
        outside, inside = _TEMPLATES.get(occasion.column, ("work-anniversary", "work-anniversary"))
        template = inside if is_internal(contact.audience) else outside
        found.append(Reason(str(occasion), template, occasion.on, occasion.round))
    return (*found, *_memos(memos, contact.language or firm.language, firm, today))


def _memos(memos: Iterable[Memo], language: str, firm: Office, today: date) -> Iterator[Reason]:
    for memo in memos:
        on = min((day for day in _days(memo.words, language, firm, today) if _is_near(day, today)), default=None)
        if on or _names_month(memo.words, language, today):
            yield Reason(f"memo: {memo.words}", on=on)


def _days(memo: str, language: str, firm: Office, today: date) -> Iterator[date]:
    """Every day that a memo names, as it returns this year or next."""
    for match in _DATE.finditer(memo):
        try:
            found = dated(match[0], month_first=firm.month_first, language=language)
        except ValueError:
            continue
        years = (found.year,) if found.year else (today.year, today.year + 1)
        yield from (found.in_year(year, firm.leap_day) for year in years)


def _is_near(day: date, today: date) -> bool:
    return today <= day <= today + timedelta(days=NEAR)


def _names_month(memo: str, language: str, today: date) -> bool:
    """Whether a memo names this month, or the next once it is near."""
    near = {today.month, (today + timedelta(days=NEAR)).month}
    return any(_month(word, language) in near for word in _WORD.findall(memo) if _may_be_month(word, language))


def _may_be_month(word: str, language: str) -> bool:
    """Whether it is written as a month is: in English, "may" and "march" are verbs too."""
    return word[0].isupper() or not language.startswith("en")


def _month(word: str, language: str) -> int:
    try:
        return dated(f"1 {word}", language=language).month
    except ValueError:
        return 0
