"""The campaign `thanks` prepared, refreshed, looked up and approved, as the commands do it."""

from mailer import campaigns
from mailer.ledger import listing
from tests.factories import NOW


def prepare(workspace, *, again=False):
    choice = campaigns.ByHand(again=again)
    return campaigns.prepare(workspace.ledger, workspace.config, workspace.folder, "thanks", choice, now=workspace.now)


def refresh(workspace):
    return campaigns.refresh(workspace.ledger, workspace.config, workspace.folder, now=workspace.now)


def entries(workspace, **conditions):
    with workspace.ledger.read() as tx:
        return listing.entries(tx, **conditions)


def kinds(entry):
    """The kinds of the problems that stand beside a draft."""
    return {problem.kind for problem in entry.problems}


def words(workspace, draft_id):
    with workspace.ledger.read() as tx:
        return listing.words_of(tx, [draft_id])[draft_id]


def approve_all(workspace):
    ids = [entry.id for entry in entries(workspace)]
    return campaigns.approve(workspace.ledger, ids, who="ada", now=NOW)
