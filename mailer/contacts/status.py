"""The status goes home: `clients.status.xlsx` beside the user's workbook, which itself is never touched.

In go the sources of one file and what became of their contacts; out comes a workbook with the user's rows in their
order, the state of each, and a summary with a chart. The file is read once and in bounded memory: its rows wait in a
temporary file until all outcomes are known.
"""

from __future__ import annotations

import pickle
import re
from collections.abc import Callable, Iterator, Mapping
from contextlib import ExitStack
from dataclasses import dataclass, field
from datetime import date, datetime
from pathlib import Path
from tempfile import TemporaryFile
from typing import IO

from mailer.config.models import ContactSource, Firm
from mailer.contacts.finding import Found
from mailer.contacts.reading import Reading, read
from mailer.contacts.rows import Row
from mailer.contacts.status_book import Page, Texts, write_book
from mailer.model import Contact, Severity

_CELL = re.compile(r"\D(\d+)$")
#: The states of rows that have no mail.
TO_MEND, HIDDEN = "to mend", "hidden"


@dataclass(frozen=True, slots=True)
class Outcome:
    """What became of one contact's latest mail."""

    #: As people say it: "sent", "draft", "failed" …
    state: str
    #: When it was sent or is due, in the firm's zone.
    at: datetime | None = None
    #: Why, where there is something to say.
    reason: str = ""
    campaign: str = ""
    subject: str = ""
    #: How the draft is looked at: "mailer drafts show 12".
    draft: str = ""


#: Contact → what became of its latest mail; None for nothing yet.
OutcomeOf = Callable[[Contact], Outcome | None]
_NOTHING = Outcome("")


def status_path(file: Path, *, rehearsal: bool = False) -> Path:
    """Name the status workbook of a file: `clients.status.xlsx`, of a rehearsal `clients.rehearsal.status.xlsx`."""
    return file.with_suffix(".rehearsal.status.xlsx" if rehearsal else ".status.xlsx")


def write_status(
    path: Path,
    sources: Mapping[str, ContactSource],
    folder: Path,
    outcome_of: OutcomeOf,
    *,
    firm: Firm,
    now: datetime,
    note: str = "",
) -> Path:
    """Write the status workbook of the sources that share a file; `note` is a sentence for its summary.

    `now` is in the firm's zone. Gives the path that was written: `path`, or a numbered sibling while that one is open
    in Excel. Raises ContactsError when the source cannot be read or the folder not be written.
    """
    with ExitStack() as spools:
        pages = []
        for name, source in sources.items():
            spool = spools.enter_context(TemporaryFile(prefix="mailer-status-"))
            pages += _pages(name, source, folder, outcome_of, firm=firm, today=now.date(), spool=spool)
        return write_book(path, pages, now=now.replace(tzinfo=None), note=note)


@dataclass(slots=True)
class _Aside:
    """The rows of one sheet, laid aside while they are read."""

    found: Found
    spool: IO[bytes]
    #: The columns of the table.
    columns: tuple[int, ...] = ()
    #: Row number and whether it is hidden, in order.
    rows: list[tuple[int, bool]] = field(default_factory=list)
    start: int = 0

    def __post_init__(self) -> None:
        self.columns = tuple(column.number for column in self.found.header.columns)

    def lay(self, row: Row) -> None:
        """Keep one row; its blank cells too, for its columns to stay in line."""
        if not row.cells:
            return
        if not self.rows:
            self.start = self.spool.tell()
        self.rows.append((row.number, row.hidden))
        texts = [row.cells[at][0] if at in row.cells else "" for at in self.columns]
        pickle.dump(texts, self.spool, protocol=pickle.HIGHEST_PROTOCOL)

    def page(self, told: Mapping[tuple[str, int], Outcome]) -> Page:
        """Give the rows with what became of them."""
        sheet = self.found.sheet.name
        outcomes = [told.get((sheet, number)) or (_HIDDEN if hidden else _NOTHING) for number, hidden in self.rows]
        headers = [column.header for column in self.found.header.columns]
        return Page(sheet, headers, self._with_outcomes(outcomes), [outcome.state for outcome in outcomes])

    def _with_outcomes(self, outcomes: list[Outcome]) -> Iterator[tuple[Texts, datetime | None, Texts]]:
        self.spool.seek(self.start)
        for known in outcomes:
            texts = pickle.load(self.spool)  # noqa: S301 - our own, from a moment ago
            yield [*texts, known.state], known.at, (known.reason, known.campaign, known.subject, known.draft)


_HIDDEN = Outcome(HIDDEN)


def _pages(
    name: str,
    source: ContactSource,
    folder: Path,
    outcome_of: OutcomeOf,
    *,
    firm: Firm,
    today: date,
    spool: IO[bytes],
) -> list[Page]:
    asides: dict[str, _Aside] = {}

    def watch(found: Found, row: Row) -> None:
        asides[found.sheet.name].lay(row)

    reading = read(name, source, folder, firm=firm, today=today, watch=watch)
    asides |= {found.sheet.name: _Aside(found, spool) for found in reading.tables}
    told = _told(reading, outcome_of)
    return [aside.page(told) for aside in asides.values()]


def _told(reading: Reading, outcome_of: OutcomeOf) -> dict[tuple[str, int], Outcome]:
    """Sheet and row → outcome; rows that must be mended say why."""
    told: dict[tuple[str, int], Outcome] = {}
    for contact in reading:
        outcome = outcome_of(contact)
        for member in contact.members or (contact,):
            if outcome:
                told[member.source.sheet, member.source.row] = outcome
    for problem in reading.problems:
        row = _CELL.search(problem.where)
        sheet = next((sheet for sheet in reading.sheets if f" › {sheet} › " in problem.where), "")
        if row and problem.severity is Severity.HOLD:
            told.setdefault((sheet, int(row[1])), Outcome(TO_MEND, reason=f"{problem.what} {problem.cure}".strip()))
    return told
