"""One mailbox in several lists: what makes two addresses one, and the people of one list who stand in others. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import TYPE_CHECKING

from mailer.addresses import identity
from mailer.model import Contact, Problem, Severity, Source

if TYPE_CHECKING:
    from mailer.config.models import Firm


def mailbox(address: str, firm: Firm) -> str:
    """What all spellings of one mailbox share, as the firm has it (`same_address`)."""
    both = firm.same_address == "plus-and-dots"
    return identity(address, plus_tags=both, gmail_dots=both)


class Mailboxes:
    """Where the mailboxes of one list stand."""

    def __init__(self, firm: Firm) -> None:
        self._firm = firm
        #: Mailbox → its address as written, and its row.
        self._known: dict[str, tuple[str, Source]] = {}

    def counted(self, contacts: Iterable[Contact]) -> int:
        """Take them in, and count them."""
        count = 0
        for contact in contacts:
            count += 1
            for address in contact.addresses:
                self._known.setdefault(mailbox(address, self._firm), (address, contact.source))
        return count

    def doubled(self, others: Iterable[Contact]) -> Iterator[Problem]:
        """Tell each of these mailboxes that contacts of another list have too."""
        for other in others:
            for address in other.addresses:
                known = self._known.get(mailbox(address, self._firm))
                if known and known[1] != other.source:
                    yield _problem(*known, other, address)


def _problem(address: str, source: Source, other: Contact, theirs: str) -> Problem:
    place = f"{other.source_name} ({other.source})"
    if identity(address) == identity(theirs):
        what = f"{address} stands in {place} too."
        cure = "A campaign to both lists writes to them once; where these are two people, give both lists a key column."
    else:
        what = f"{address} is the mailbox of {theirs} in {place}."
        cure = "Write it alike in both lists, so that a campaign to both writes to them once."
    return Problem(str(source), what, cure, Severity.WARN, "doubled-across")
