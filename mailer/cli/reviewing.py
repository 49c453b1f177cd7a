"""Drafts shown one by one on the terminal, each with a question."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

import click

from mailer.cli.output import is_interactive, line, tell_decision
from mailer.cli.showing import memos_beside, one, show_draft
from mailer.errors import UsageError
from mailer.model import Edit, Status

if TYPE_CHECKING:
    from mailer.ledger.listing import Entry
    from mailer.ledger.opening import Ledger
    from mailer.workspace import Workspace


def review(workspace: Workspace, ledger: Ledger, entries: Sequence[Entry]) -> bool:
    """Show one draft after the other and ask; whether any got a yes."""
    if not is_interactive():
        raise UsageError(
            "Approving one by one needs a terminal.",
            cure="Name the drafts (mailer drafts approve 12 13), or add --all --yes after looking at the preview.",
        )
    if not entries:
        line("No draft waits for your yes.")
    answers: list[str] = []
    for number, entry in enumerate(entries, 1):
        answers.append(_review_one(workspace, ledger, entry.id, f"{number} of {len(entries)}"))
        if answers[-1] == "q":
            break
    return "y" in answers


def _review_one(workspace: Workspace, ledger: Ledger, draft_id: int, place: str) -> str:
    """Show a draft, again after each sentence of one's own, and do as the answer says; gives the answer."""
    from mailer import campaigns as use

    answer = "p"
    while answer == "p":
        entry, words = one(ledger, draft_id)
        line(f"\n── {place} " + "─" * 40)
        show_draft(entry, words, memos_beside(workspace, ledger, entry))
        answer = _answer(entry, late=is_late(entry, workspace))
        if answer == "p":
            added = Edit(personal_line=click.prompt("Your sentence", err=True))
            use.edit(ledger, workspace.config, workspace.folder, entry.id, added, now=workspace.now)
    if answer == "y":
        seen = {entry.id: entry.digest}
        tell_decision(use.approve(ledger, seen, who=workspace.who, now=workspace.now, seen=seen), "approved")
    elif answer == "n":
        tell_decision(use.discard(ledger, [entry.id], who=workspace.who, now=workspace.now), "discarded")
    return answer


def _answer(entry: Entry, *, late: bool) -> str:
    if late:
        line("Its time has passed: your yes sends it at the next open hour.")
    choices = ["n", "p", "s", "q"] if entry.held else ["y", "n", "p", "s", "q"]
    said = "" if entry.held else "[y]es, "
    question = f"{said}[n]o, [p]ersonal line, [s]kip (or Enter), [q]uit"
    wanted = click.Choice(choices, case_sensitive=False)
    answer: str = click.prompt(question, type=wanted, default="s", show_choices=False, show_default=False, err=True)
    return answer


def is_late(entry: Entry, workspace: Workspace) -> bool:
    """Whether its time has passed; what is sent by hand has none."""
    campaign = workspace.config.campaigns.get(entry.campaign)
    if entry.status is not Status.DRAFT or not (entry.step or (campaign and campaign.when)):
        return False
    return entry.due_at is not None and entry.due_at < workspace.now
