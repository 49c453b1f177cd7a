"""Several rows → one mail: households that share an address, and rows grouped by a column. Pure."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from collections.abc import Set as AbstractSet
from dataclasses import replace
from typing import TYPE_CHECKING

from babel import Locale, UnknownLocaleError
from babel.lists import format_list

from mailer.addresses import identity
from mailer.contacts.header import field_name
from mailer.errors import ContactsError
from mailer.model import Contact, Field

if TYPE_CHECKING:
    from mailer.config.models import ContactSource

_BLANK = Field("")


def join_households(contacts: Iterable[Contact], language: str, own_day: str = "") -> Iterator[Contact]:
    """Join contacts that share an address or what stands in the household column, in the order of the first of each.

    A member without an address belongs to a household that has one; who is left without any is given alone. Where a
    column is each one's `own_day`, only those of a household stay together who have the same day in it.
    """
    households: list[list[Contact]] = []
    homes: dict[str, list[Contact]] = {}
    for contact in contacts:
        marks = _marks(contact)
        known = [homes[mark] for mark in marks if mark in homes]
        home = known[0] if known else []
        for other in known[1:]:
            if other is not home:
                _move_in(other, home, homes)
                households.remove(other)
        if not known:
            households.append(home)
        home.append(contact)
        homes.update(dict.fromkeys(marks, home))
    for home in households:
        for rows in _by_day(home, own_day) if own_day else [home]:
            yield _household(rows, language) if len(rows) > 1 else rows[0]


def _by_day(home: list[Contact], column: str) -> Iterable[list[Contact]]:
    """Those of a household who share a day; whoever has no address of their own is written to at the others'."""
    address = next((member.address for member in home if member.address), "")
    days: dict[str, list[Contact]] = {}
    for member in home:
        reached = member if member.address or not member.key else replace(member, address=address)
        days.setdefault(member.fields.get(column, _BLANK).shown, []).append(reached)
    return days.values()


def _marks(contact: Contact) -> list[str]:
    household = contact.fields.get("household")
    marks = [f"@{identity(contact.address)}"] if contact.address else []
    return [*marks, f"#{household.shown.casefold()}"] if household and household.shown else marks


def _move_in(other: list[Contact], home: list[Contact], homes: dict[str, list[Contact]]) -> None:
    home.extend(other)
    for mark, known in list(homes.items()):
        if known is other:
            homes[mark] = home


def _household(members: list[Contact], language: str) -> Contact:
    """One contact for all: addressed to each address once, greeted by all first names."""
    head = next((member for member in members if member.address), members[0])
    everybody = (head, *(member for member in members if member is not head))
    addresses = {identity(each): each for member in everybody for each in member.addresses if each}
    addresses.pop(identity(head.address), None)
    tongue = head.language or language
    fields = dict(head.fields)
    for name in ("first_name", "name"):
        if name in fields:
            fields[name] = _together([member.fields[name].shown for member in everybody], tongue)
    return replace(
        head,
        name=_together([member.name for member in everybody], tongue).shown,
        fields=fields,
        also=tuple(addresses.values()),
        memos=tuple(memo for member in everybody for memo in member.memos),
        members=everybody,
        problems=tuple(problem for member in everybody for problem in member.problems),
    )


def joined(rows: Iterable[Contact], source: ContactSource, language: str, own_day: str = "") -> Iterable[Contact]:
    """The rows of a source as it wants them: as they are, by household, or grouped."""
    if source.together == "household":
        return join_households(rows, language, own_day)
    return group_rows(rows, source.group_by) if source.group_by else rows


def meant(contact: Contact, is_meant: Callable[[Contact], bool], source: ContactSource) -> Contact | None:
    """The contact, if it is meant; of grouped rows, such as invoices, those that are: None where there is none."""
    if not (source.group_by and contact.members):
        return contact if _is_meant(contact, is_meant) else None
    rows = [row for row in contact.members if _is_meant(row, is_meant)]
    return contact if len(rows) == len(contact.members) else next(group_rows(rows, source.group_by), None)


def _is_meant(row: Contact, is_meant: Callable[[Contact], bool]) -> bool:
    """Ask of a row; raises ContactsError with its place where that cannot be said."""
    try:
        return is_meant(row)
    except ContactsError as error:
        raise ContactsError(f"{row.source}: {error}", cure=error.cure) from error


def without(contact: Contact, gone: AbstractSet[str], source: ContactSource, language: str) -> Iterator[Contact]:
    """The contact without the people at these addresses: whoever is left of it and can be written to."""
    if gone.isdisjoint(contact.addresses):
        yield contact
    elif contact.members:
        rows = (row for row in contact.members if row.address not in gone)
        left = (replace(row, also=_staying(row, gone)) for row in rows)
        yield from (each for each in joined(left, source, language) if each.address)
    elif contact.address not in gone:
        yield replace(contact, also=_staying(contact, gone))


def _staying(contact: Contact, gone: AbstractSet[str]) -> tuple[str, ...]:
    return tuple(address for address in contact.also if address not in gone)


def _together(names: list[str], language: str) -> Field:
    """Write "Tunde and Kemi", in the language of the mail."""
    named = list(dict.fromkeys(name for name in names if name))
    try:
        locale = Locale.parse(language.replace("-", "_"))
    except (UnknownLocaleError, ValueError):
        locale = Locale("en")
    text = format_list(named, locale=locale) if named else ""
    return Field(text, text or None)


def group_rows(contacts: Iterable[Contact], by: str) -> Iterator[Contact]:
    """Join the rows with one address, or one text in the column `by`, into one contact; the first row speaks for it.

    Rows with nothing in that column belong together only where they are one person's.
    """
    groups: dict[tuple[str, str], list[Contact]] = {}
    value = _grouping(field_name(by))
    for contact in contacts:
        groups.setdefault(value(contact), []).append(contact)
    for rows in groups.values():
        problems = tuple(problem for row in rows for problem in row.problems)
        memos = tuple(dict.fromkeys(memo for row in rows for memo in row.memos))
        yield replace(rows[0], members=tuple(rows), problems=problems, memos=memos)


def _grouping(by: str) -> Callable[[Contact], tuple[str, str]]:
    if by == "address":
        return lambda contact: ("", identity(contact.address))

    def of_column(contact: Contact) -> tuple[str, str]:
        shown = contact.fields.get(by, _BLANK).shown
        return shown, "" if shown else contact.key

    return of_column
