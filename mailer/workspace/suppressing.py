"""Whom nobody writes to: kept with real mail and with rehearsals alike, so that it still counts when mail is real."""

from __future__ import annotations

from collections.abc import Sequence

from mailer import campaigns
from mailer.campaigns import Silenced
from mailer.ledger import suppressions
from mailer.workspace.opening import Workspace


def suppress(workspace: Workspace, what: Sequence[str], *, reason: str) -> Silenced:
    """Write to these addresses or domains no more; what waits for them is cancelled."""
    who, now = workspace.who, workspace.now
    done = [
        campaigns.suppress(ledger, what, reason=reason, who=who, now=now) for ledger in workspace.ledgers_of_people()
    ]
    return Silenced(max(each.added for each in done), tuple(mail for each in done for mail in each.cancelled))


def allow(workspace: Workspace, what: Sequence[str]) -> bool:
    """Allow mail to them again; False where none was suppressed."""
    removed = False
    for ledger in workspace.ledgers_of_people():
        with ledger.begin() as tx:
            for each in what:
                removed |= suppressions.remove(tx, each)
    return removed
