"""The status workbooks: what the ledger knows, beside each sheet that people come from."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path
from zoneinfo import ZoneInfo

from mailer.commands import command
from mailer.config.models import ContactSource
from mailer.contacts.status import Outcome, OutcomeOf, status_path, write_status
from mailer.errors import MailerError
from mailer.ledger.latest import Latest, latest_mails
from mailer.ledger.opening import Ledger
from mailer.ledger.people import identities_of
from mailer.model import Contact, Status
from mailer.workspace.opening import Workspace

_REHEARSAL = "A rehearsal: no mail left this computer."


def write_statuses(workspace: Workspace, campaigns: Iterable[str]) -> Iterator[str]:
    """Write a status workbook beside each sheet of these campaigns, and say in a sentence what was written.

    It tells the latest mail of each person, of whatever campaign; it depends on sheet and ledger alone. Raises
    ContactsError where a sheet cannot be read, or its folder not be written.
    """
    for ledger, path, sources in _files(workspace, campaigns):
        yield _write(workspace, ledger, path, sources)


def bring_home(workspace: Workspace, campaigns: Iterable[str]) -> list[str]:
    """Do the same at the end of a pass, which a status workbook must never stop: what went wrong is a sentence too."""
    return _brought(workspace, _files(workspace, campaigns))


def renew(workspace: Workspace) -> list[str]:
    """Write again the status workbooks that there are, after somebody was taken out of the ledger."""
    return _brought(workspace, [each for each in _files(workspace, workspace.config.campaigns) if each[1].exists()])


def _brought(workspace: Workspace, files: Iterable[_File]) -> list[str]:
    said = []
    for ledger, path, sources in files:
        try:
            said.append(_write(workspace, ledger, path, sources))
        except (MailerError, OSError) as error:
            said.append(f"{_name(workspace, path)} was not written; nothing else is affected. {error}")
    return said


_File = tuple[Ledger, Path, dict[str, ContactSource]]


def _files(workspace: Workspace, campaigns: Iterable[str]) -> list[_File]:
    """The status workbooks to write: those of the campaigns' sheets, with every source of the same file."""
    found: dict[Path, _File] = {}
    for name in campaigns:
        if name not in workspace.config.campaigns:
            continue
        ledger = workspace.ledger_of(name)
        for source in workspace.config.campaign(name).contacts:
            path = _path(workspace, ledger, workspace.config.contacts[source])
            known = workspace.config.contacts.items()
            found[path] = ledger, path, {n: each for n, each in known if _path(workspace, ledger, each) == path}
    return list(found.values())


def _path(workspace: Workspace, ledger: Ledger, source: ContactSource) -> Path:
    return status_path(workspace.folder / source.file, rehearsal=workspace.is_rehearsing(ledger))


def _write(workspace: Workspace, ledger: Ledger, path: Path, sources: Mapping[str, ContactSource]) -> str:
    zone = ZoneInfo(workspace.config.firm.timezone)
    with ledger.read() as tx:
        mails = latest_mails(tx, sources)
    written = write_status(
        path,
        sources,
        workspace.folder,
        _outcome_of(mails, zone),
        firm=workspace.config.firm,
        now=workspace.now.astimezone(zone),
        note=_REHEARSAL if workspace.is_rehearsing(ledger) else "",
    )
    if written != path:
        return f"{_name(workspace, path)} is open elsewhere; how each mail stands is in {_name(workspace, written)}."
    return f"{_name(workspace, path)} says how each mail stands."


def _name(workspace: Workspace, path: Path) -> str:
    return str(path.relative_to(workspace.folder)) if path.is_relative_to(workspace.folder) else str(path)


def _outcome_of(mails: Mapping[tuple[str, str], Latest], zone: ZoneInfo) -> OutcomeOf:
    """How to find what became of a contact: by its key where it has one, else by its address."""

    def outcome_of(contact: Contact) -> Outcome | None:
        mail = mails.get(identities_of(contact)[0])
        return _outcome(mail, zone) if mail else None

    return outcome_of


def _outcome(mail: Latest, zone: ZoneInfo) -> Outcome:
    at = mail.sent_at or mail.due_at
    held = mail.faults if mail.status == Status.DRAFT else ""
    return Outcome(
        state=mail.status,
        at=at.astimezone(zone).replace(tzinfo=None) if at else None,
        reason=mail.last_reply or held,
        campaign=mail.campaign,
        subject=mail.subject,
        draft=command("drafts", "show", mail.id),
    )
