"""What stands beside a draft and never in it: the memos of its row, then those that were noted by hand."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import suppress
from datetime import date
from pathlib import Path

from mailer import contacts
from mailer.config import Config
from mailer.errors import ContactsError
from mailer.ledger import touches
from mailer.ledger.listing import Entry
from mailer.ledger.opening import Ledger, Transaction
from mailer.model import Contact, Memo


def memos_beside(tx: Transaction, rows: Mapping[int, Contact | None], zone: str) -> dict[int, tuple[Memo, ...]]:
    """Mail → what to know while reading it. `rows`: mail → its row of the sheet, where that still stands."""
    noted = touches.memos_beside(tx, rows, zone)
    return {each: (*(row.memos if row else ()), *noted.get(each, ())) for each, row in rows.items()}


def memos_of(ledger: Ledger, config: Config, folder: Path, entry: Entry, *, today: date) -> tuple[Memo, ...]:
    """The same for one mail, its row looked up; a sheet that cannot be read keeps nothing else back."""
    row = None
    with suppress(ContactsError):
        row = next(_row(config, folder, entry, today), None)
    with ledger.read() as tx:
        return memos_beside(tx, {entry.id: row}, config.firm.timezone)[entry.id]


def _row(config: Config, folder: Path, entry: Entry, today: date) -> Iterator[Contact]:
    campaign = config.campaigns.get(entry.campaign)
    own_day = campaign.own_day if campaign else ""
    for name in campaign.contacts if campaign else config.contacts:
        source = config.contacts[name]
        for contact in contacts.read(name, source, folder, firm=config.firm, today=today, own_day=own_day):
            if (contact.source, contact.address) == (entry.source, entry.address):
                yield contact
