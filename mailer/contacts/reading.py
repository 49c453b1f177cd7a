"""A source of contacts, read: contacts stream out, problems and counts gather."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Iterator
from dataclasses import replace
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING

from mailer.addresses import identity, parse_address, split_addresses
from mailer.contacts.doubles import mailbox
from mailer.contacts.finding import Found, column_called, find_tables
from mailer.contacts.header import field_name
from mailer.contacts.joining import joined
from mailer.contacts.met import Met
from mailer.contacts.opening import open_book
from mailer.contacts.rows import Book, Row, Sheet
from mailer.contacts.synonyms import TOTALS
from mailer.contacts.understanding import Understanding
from mailer.model import Contact, Problem, Severity, Source

if TYPE_CHECKING:
    from mailer.config.models import ContactSource, Firm

#: What is told of every row below a header, whatever becomes of it.
Watch = Callable[[Found, Row], None]


class Reading:
    """Contacts of one source, streamed once; `problems` and `skipped` are then complete."""

    def __init__(
        self,
        book: Book,
        path: Path,
        tables: tuple[tuple[Found, Understanding], ...],
        firm: Firm,
        *,
        watch: Watch | None = None,
        own_day: str = "",
    ) -> None:
        #: The file that is read.
        self.path = path
        self.problems: list[Problem] = list(_doubts(book, path.name))
        self.problems += [problem for found, _ in tables for problem in found.problems]
        #: Kind → number of rows that are nobody: "hidden", "blank", "comment", "total".
        self.skipped: Counter[str] = Counter()
        #: Where its rows stand.
        self.tables = tuple(found for found, _ in tables)
        #: The sheets that are read, "" for a text file.
        self.sheets = tuple(found.sheet.name for found in self.tables)
        #: Sentences worth telling once, such as how an encoding was guessed.
        self.notes = book.outline.notes
        self._book = book
        self._tables = tables
        self._source = tables[0][1].source
        self._firm = firm
        self._watch = watch
        self._own_day = own_day

    def __iter__(self) -> Iterator[Contact]:
        met = Met()
        try:
            for contact in self._joined(self._people()):
                if not contact.address:
                    continue
                self.problems.extend(contact.problems)
                if not self._is_doubled(contact, met):
                    yield contact
        finally:
            met.close()
            self._book.close()

    def _joined(self, people: Iterable[Contact]) -> Iterable[Contact]:
        found = joined(people, self._source, self._firm.language, self._own_day)
        return self._without_loners(found) if self._source.together == "household" else found

    def _without_loners(self, households: Iterable[Contact]) -> Iterator[Contact]:
        """Pass on who can be written to; whoever is left without an address is a problem after all."""
        for contact in households:
            if contact.address:
                problems = tuple(problem for problem in contact.problems if problem.kind != "no-address")
                yield replace(contact, problems=problems)
            else:
                self.problems.extend(contact.problems)

    def _people(self) -> Iterator[Contact]:
        for found, understanding in self._tables:
            for row in found.rows:
                if row.number > found.header.row:
                    if self._watch:
                        self._watch(found, row)
                    if not self._is_nobody(row, understanding):
                        yield from self._read(row, understanding)

    def _is_nobody(self, row: Row, understanding: Understanding) -> bool:
        kind = _kind(row, understanding)
        if kind:
            self.skipped[kind] += row.times
        return bool(kind)

    def _read(self, row: Row, understanding: Understanding) -> Iterator[Contact]:
        address, problems = understanding.address(row)
        if address is not None:
            yield understanding.contact(row, address, problems)
        elif problems[0].kind == "several-addresses" and self._source.several != "hold":
            yield from self._several(row, understanding)
        elif problems[0].kind == "no-address" and self._source.together == "household":
            yield understanding.contact(row, "", problems)
        else:
            self.problems.extend(problems)

    def _several(self, row: Row, understanding: Understanding) -> Iterator[Contact]:
        """Decide about a cell with several addresses as the source says."""
        where = understanding.address_place(row)
        parsed = [parse_address(part, where) for part in split_addresses(understanding.address_text(row))]
        addresses = [address for address, _ in parsed if address]
        problems = tuple(problem for _, found in parsed for problem in found)
        if not addresses:
            self.problems.extend(problems)
            return
        head = understanding.contact(row, addresses[0], problems)
        if self._source.several == "together":
            yield replace(head, also=tuple(addresses[1:]))
        elif self._source.several == "each":
            for copy, address in enumerate(addresses):
                yield replace(head, address=address, copy=copy, problems=() if copy else problems)
        else:
            what = f"Only {addresses[0]} is written to, not {', '.join(addresses[1:])}."
            note = Problem(where, what, "", Severity.NOTE, "several-addresses")
            yield replace(head, problems=(*problems, note) if addresses[1:] else problems)

    def _is_doubled(self, contact: Contact, met: Met) -> bool:
        """Whether its key stood in an earlier row; tells of that, and of an address met before."""
        here = contact.source
        met_key = met.before("key", f"{contact.copy} {contact.key}", "", here)
        met_mailbox = met.before("mailbox", mailbox(contact.address, self._firm), contact.address, here)
        first = met_key[1] if met_key else here
        if first != here:
            key = "address" if contact.key == identity(contact.address) else "key"
            what = f"The {key} {contact.key} stands in {first.beside(here)} already; this row is left out."
            cure = "Remove one of the two rows."
            self.problems.append(Problem(str(here), what, cure, Severity.HOLD, "doubled-key"))
        elif met_mailbox and met_mailbox[1] != here and not self._own_day:
            self.problems.append(_doubled_address(contact, *met_mailbox))
        return first != here


def _doubled_address(contact: Contact, address: str, first: Source) -> Problem:
    place = first.beside(contact.source)
    if identity(contact.address) == identity(address):
        what = f"{contact.address} stands in {place} already, for somebody else."
        cure = "If they live together, `together: household` makes one mail for both."
    else:
        what = f"{contact.address} is the mailbox of {address} in {place}."
        cure = "Remove one of the two rows, or write the address alike in both."
    return Problem(str(contact.source), what, cure, Severity.WARN, "doubled-address")


def _doubts(book: Book, file: str) -> Iterator[Problem]:
    """What a kind of file cannot tell, or what is missing in it; how a text was taken is no problem."""
    for note in book.outline.notes if book.outline.sheets != (Sheet(""),) else ():
        what = f"{note[0].upper()}{note[1:]}."
        yield Problem(file, what, "Look whether all is there, and save it as .xlsx.", Severity.WARN, "how-read")


def _kind(row: Row, understanding: Understanding) -> str:
    """Why a row is no person: "" when it is one."""
    if not row.flaws and not any(at in row.cells for at in understanding.columns):
        return "blank"
    if row.hidden and understanding.source.rows == "visible":
        return "hidden"
    if understanding.address_text(row):
        return ""
    first = next(iter(row.cells.values()), ("", None))[0].strip()
    if first.startswith(("#", "//")) and not first.startswith("#N"):
        return "comment"
    return "total" if field_name(first.partition(":")[0]) in TOTALS else ""


def read(
    name: str,
    source: ContactSource,
    folder: Path,
    *,
    firm: Firm,
    today: date,
    watch: Watch | None = None,
    own_day: str = "",
) -> Reading:
    """Open a source and find its table; raises ContactsError when there is none to use.

    Iterate over the reading for contacts: a row without a usable address, or with a key met before, is a
    problem and gives none; other faults of a row travel with its contact. `watch` is told of every row on the way.
    Of a household only those are one contact who have the same day in the column `own_day`, where one is named.
    """
    path = folder / source.file
    book = open_book(path, firm.language, firm.country)
    try:
        tables = tuple(
            (found, _understanding(name, source, path.name, found, today))
            for found in find_tables(book, source, path.name)
        )
    except BaseException:
        book.close()
        raise
    return Reading(book, path, tables, firm, watch=watch, own_day=own_day)


def _understanding(name: str, source: ContactSource, file: str, found: Found, today: date) -> Understanding:
    key = column_called(found.header, source.key, file, "know people")
    column_called(found.header, source.group_by, file, "group rows")
    return Understanding(name, source, file, found.sheet.name, found.header, key, today)
