"""The sheets as they were last read, for what stands beside an email: facts, memos, problems."""

from __future__ import annotations

from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from mailer import contacts
from mailer.errors import ContactsError
from mailer.ledger.listing import Entry
from mailer.model import Contact, Problem, Source
from mailer.workspace import Workspace, stamp_of


@dataclass(frozen=True, slots=True)
class SheetRead:
    """One source of contacts, read to its end."""

    contacts: tuple[Contact, ...]
    #: The place in the sheet → who stands there.
    by_place: dict[Source, Contact]
    problems: tuple[Problem, ...]
    #: Why rows were passed over → how many.
    skipped: dict[str, int]


class Sheets:
    """Reads a source again only when its file or its settings changed."""

    def __init__(self) -> None:
        self._kept: dict[str, tuple[Any, SheetRead]] = {}

    def read(self, workspace: Workspace, name: str) -> SheetRead:
        """The source of that name. Raises ContactsError."""
        settings = workspace.config.contacts[name]
        stamp = (settings, workspace.today, stamp_of(workspace.folder / settings.file))
        kept = self._kept.get(name)
        if kept is None or kept[0] != stamp:
            kept = (stamp, read_as(workspace, name))
            self._kept[name] = kept
        return kept[1]

    def stamp(self, workspace: Workspace) -> tuple[Any, ...]:
        """Is the same as long as no sheet, and no setting of one, has changed."""
        sources = workspace.config.contacts
        return (
            workspace.today,
            *((name, each, stamp_of(workspace.folder / each.file)) for name, each in sources.items()),
        )

    def places(self, workspace: Workspace, campaign: str) -> dict[Source, Contact]:
        """The place in a sheet → who stands there, for every sheet of a campaign that can be read."""
        settings = workspace.config.campaigns.get(campaign)
        found: dict[Source, Contact] = {}
        for name in settings.contacts if settings else ():
            with suppress(ContactsError):
                found |= self.read(workspace, name).by_place
        return found

    def contact_of(self, workspace: Workspace, entry: Entry) -> Contact | None:
        """The row an email was written from, where it still stands there."""
        return at_its_place(entry, self.places(workspace, entry.campaign))


def at_its_place(entry: Entry, places: dict[Source, Contact]) -> Contact | None:
    """The contact in an email's row, if it is still the same one."""
    found = places.get(entry.source)
    return found if found and found.address == entry.address else None


def read_as(workspace: Workspace, name: str, file: Path | None = None) -> SheetRead:
    """Read a source to its end, or another file as if it were that source's. Raises ContactsError."""
    settings = workspace.config.contacts[name]
    if file:
        settings = settings.model_copy(update={"file": str(file)})
    reading = contacts.read(name, settings, workspace.folder, firm=workspace.config.firm, today=workspace.today)
    found = tuple(reading)
    by_place = {row.source: row for contact in found for row in contact.members}
    by_place |= {contact.source: contact for contact in found}
    return SheetRead(found, by_place, tuple(reading.problems), dict(reading.skipped))
