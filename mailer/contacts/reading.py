"""A source of contacts, read: contacts stream out, problems and counts gather."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from itertools import chain
from pathlib import Path

from mailer.addresses import identity
from mailer.config.models import ContactSource, Firm
from mailer.contacts.header import Column, Header, field_name, find_header
from mailer.contacts.looking import first_rows, named_sheets
from mailer.contacts.opening import open_book
from mailer.contacts.rows import Book, Row, Sheet
from mailer.contacts.synonyms import TOTALS
from mailer.contacts.understanding import Understanding
from mailer.errors import ContactsError
from mailer.model import Contact, Problem, Severity


@dataclass(frozen=True, slots=True)
class Found:
    """The table that was found: its sheet, its header, and the rows already read to find it."""

    sheet: Sheet
    header: Header
    first_rows: tuple[Row, ...]
    rest: Iterator[Row]


class Reading:
    """Contacts of one source, streamed once; `problems` and `skipped` are then complete."""

    def __init__(self, book: Book, path: Path, found: Found, understanding: Understanding) -> None:
        #: Every file that was read, to be watched for changes.
        self.files = (path,)
        self.problems: list[Problem] = []
        #: Kind → number of rows that are nobody: "hidden", "blank", "comment", "total".
        self.skipped: Counter[str] = Counter()
        #: The sheet that was read, "" for a text file.
        self.sheet = found.sheet.name
        self.header = found.header
        self._book = book
        self._found = found
        self._understanding = understanding
        self._keys: dict[str, int] = {}
        self._addresses: dict[str, int] = {}

    def __iter__(self) -> Iterator[Contact]:
        try:
            for row in chain(self._found.first_rows, self._found.rest):
                if row.number > self.header.row and not self._is_nobody(row):
                    yield from self._read(row)
        finally:
            self._book.close()

    def _is_nobody(self, row: Row) -> bool:
        kind = self._kind(row)
        if kind:
            self.skipped[kind] += 1
        return bool(kind)

    def _kind(self, row: Row) -> str:
        """Why a row is no person: "" when it is one."""
        if not any(column.number in row.cells or column.number in row.flaws for column in self.header.columns):
            return "blank"
        if row.hidden and self._understanding.source.rows == "visible":
            return "hidden"
        column = self.header.means("address")
        if column and column.number in row.cells:
            return ""
        first = next(iter(row.cells.values()), ("", None))[0].strip()
        if first.startswith(("#", "//")) and not first.startswith("#N"):
            return "comment"
        return "total" if field_name(first.partition(":")[0]) in TOTALS else ""

    def _read(self, row: Row) -> Iterator[Contact]:
        address, problems = self._understanding.address(row)
        if address is None:
            self.problems.extend(problems)
            return
        contact = self._understanding.contact(row, address, problems)
        self.problems.extend(contact.problems)
        if not self._is_doubled(contact):
            yield contact

    def _is_doubled(self, contact: Contact) -> bool:
        """Whether its key stood in an earlier row; tells of that, and of an address met before."""
        row, where = contact.source.row, self._understanding.place(contact.source.row)
        first = self._keys.setdefault(contact.key, row)
        same = self._addresses.setdefault(identity(contact.address), row)
        if first != row:
            cure = "Remove one of the two rows."
            key = "address" if contact.key == identity(contact.address) else "key"
            what = f"The {key} {contact.key} stands in row {first} already; this row is left out."
            self.problems.append(Problem(where, what, cure, Severity.HOLD, "doubled-key"))
        elif same != row:
            what = f"{contact.address} stands in row {same} already, for somebody else."
            self.problems.append(Problem(where, what, "", Severity.WARN, "doubled-address"))
        return first != row


def read(name: str, source: ContactSource, folder: Path, *, firm: Firm, today: date) -> Reading:
    """Open a source and find its table; raises ContactsError when there is none to use.

    Iterate over the reading for contacts: a row without a usable address, or with a key met before, is a
    problem and gives none; other faults of a row travel with its contact.
    """
    path = folder / source.file
    book = open_book(path, firm.language, firm.country)
    try:
        found = _find_table(book, source, path.name)
        key = _key_column(found.header, source, path.name)
    except BaseException:
        book.close()
        raise
    understanding = Understanding(name, source, path.name, found.sheet.name, found.header, key, today)
    return Reading(book, path, found, understanding)


def _find_table(book: Book, source: ContactSource, file: str) -> Found:
    """Find the sheet that was asked for, or the first visible one with an address column."""
    for sheet in named_sheets(book, source.sheet, file):
        rows = book.rows(sheet.name)
        start = first_rows(rows)
        header = find_header(start, source.columns)
        if header and header.means("address"):
            return Found(sheet, header, start, rows)
    raise ContactsError(
        f"{file} has no column of addresses that can be told apart.",
        cure="Call the column “E-mail”, or name it in config.yaml: `columns: {address: …}`.",
    )


def _key_column(header: Header, source: ContactSource, file: str) -> Column | None:
    if not source.key:
        return None
    wanted = field_name(source.key)
    found = next((column for column in header.columns if wanted in (column.name, column.meaning)), None)
    if found:
        return found
    names = ", ".join(column.header for column in header.columns)
    raise ContactsError(f"{file} has no column “{source.key}” to know people by.", cure=f"There are: {names}.")
