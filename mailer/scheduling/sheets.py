"""The contacts of a source, read again only when the file, its settings or the day have changed."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from mailer import contacts
from mailer.config import ContactSource
from mailer.model import Contact
from mailer.workspace import Workspace

#: Longer lists are read anew each time rather than kept in memory.
KEPT_ROWS = 5_000


@dataclass(frozen=True, slots=True)
class _Stamp:
    """What a reading depends on."""

    source: ContactSource
    today: date
    size: int
    mtime_ns: int


class Sheets:
    """A cache, nothing more: forgetting it loses nothing."""

    def __init__(self) -> None:
        self._kept: dict[tuple[str, str], tuple[_Stamp, list[Contact]]] = {}

    def contacts_of(self, workspace: Workspace, name: str, own_day: str = "") -> list[Contact]:
        """Everyone in a source, as `contacts.read` has them. ContactsError for a file that cannot be used."""
        source = workspace.config.contacts[name]
        stamp = _stamp(workspace, source)
        kept = self._kept.get((name, own_day))
        if stamp is not None and kept is not None and kept[0] == stamp:
            return kept[1]
        firm, today = workspace.config.firm, workspace.today
        reading = contacts.read(name, source, workspace.folder, firm=firm, today=today, own_day=own_day)
        found = [contact for contact in reading if contact.copy == 0]
        if stamp is not None and len(found) <= KEPT_ROWS:
            self._kept[name, own_day] = stamp, found
        return found


def _stamp(workspace: Workspace, source: ContactSource) -> _Stamp | None:
    try:
        stat = (workspace.folder / source.file).stat()
    except OSError:
        return None
    return _Stamp(source, workspace.today, stat.st_size, stat.st_mtime_ns)
