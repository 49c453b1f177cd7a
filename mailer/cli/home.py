"""The end of a pass: the status workbooks are written, and that is told; and what was a rehearsal is called one."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING

from mailer.cli.output import tell

if TYPE_CHECKING:
    from mailer.ledger.opening import Ledger
    from mailer.workspace import Workspace


def tell_home(workspace: Workspace, campaigns: Iterable[str]) -> None:
    """Write the status workbooks of these campaigns, and tell where each is."""
    from mailer.workspace.statuses import bring_home

    for said in bring_home(workspace, campaigns):
        tell(said)


def tell_rehearsed(workspace: Workspace, ledger: Ledger) -> None:
    """Tell of what is counted in a rehearsal's ledger that nobody got it."""
    if workspace.is_rehearsing(ledger):
        tell("This is a rehearsal: its mails are files in the outbox folder, and nobody got them.")


def tell_where_numbered(workspace: Workspace, campaign: str | None, listing: str) -> None:
    """Tell of which ledger the numbers in a list are: a rehearsed mail and a real one may have the same."""
    if workspace.rehearsing:
        return
    if campaign and workspace.is_rehearsal(campaign):
        tell(f"These are rehearsed and have numbers of their own: name them with mailer --rehearse {listing} …")
    elif not campaign and any(map(workspace.is_rehearsing, workspace.existing_ledgers())):
        tell(f"What is rehearsed is not among them: mailer --rehearse {listing} list")
