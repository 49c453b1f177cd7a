"""One draft on the terminal: looked up by its number, as it will be read, with what stands beside it."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING

from mailer.cli.output import line, problems
from mailer.errors import UsageError
from mailer.model import Status

if TYPE_CHECKING:
    from mailer.cli.settings import Settings
    from mailer.ledger.listing import Entry
    from mailer.ledger.opening import Ledger
    from mailer.model import Draft, Memo
    from mailer.workspace import Workspace


#: A rehearsed mail in one of these may still be meant.
_OPEN = (Status.DRAFT, Status.QUEUED, Status.MISSED, Status.FAILED, Status.UNCONFIRMED)


def ledger_of(settings: Settings, workspace: Workspace, numbers: Iterable[int]) -> Ledger:
    """The ledger that mails named by number are in; raises UsageError where a number may mean two of them."""
    from mailer.ledger import listing

    rehearsed = [each for each in workspace.existing_ledgers() if workspace.is_rehearsing(each)]
    if settings.real or workspace.rehearsing or not rehearsed:
        return workspace.ledger
    both = set(numbers)
    for ledger, statuses in ((workspace.ledger, None), (rehearsed[0], _OPEN)):
        with ledger.read() as tx:
            both = {entry.id for entry in listing.entries(tx, ids=both, statuses=statuses)}
    if both:
        raise UsageError(
            f"There are two mails {min(both)}: a real one, and a rehearsed one that is not settled.",
            cure="Say which, before the command: mailer --real … or mailer --rehearse …",
        )
    return workspace.ledger


def one(ledger: Ledger, draft_id: int) -> tuple[Entry, Draft]:
    """A draft with its words; raises UsageError where there is none of that number."""
    from mailer.ledger import listing

    with ledger.read() as tx:
        entry = next(iter(listing.entries(tx, ids=[draft_id])), None)
        words = listing.words_of(tx, [draft_id])
    if entry is None or draft_id not in words:
        raise UsageError(f"There is no draft {draft_id}.", cure="See them with: mailer drafts list")
    return entry, words[draft_id]


def memos_beside(workspace: Workspace, ledger: Ledger, entry: Entry) -> Sequence[Memo]:
    """What to know of the person a draft is to, and never send."""
    from mailer.relations import memos_of

    return memos_of(ledger, workspace.config, workspace.folder, entry, today=workspace.today)


def show_draft(entry: Entry, words: Draft, memos: Sequence[Memo] = (), *, as_html: bool = False) -> None:
    """Print a draft: its envelope, its words, what to know of the person, and what to look at."""
    for label, value in (
        ("From", words.from_),
        ("To", ", ".join(words.to)),
        ("Cc", ", ".join(words.cc)),
        ("Bcc", ", ".join(words.bcc)),
        ("Reply to", ", ".join(words.reply_to)),
        ("Subject", words.subject),
        ("Attached", ", ".join(file.name for file in words.attachments if not file.content_id)),
    ):
        if value:
            line(f"{label + ':':10}{value}")
    line()
    line(words.html if as_html else words.text)
    show_memos(memos)
    problems(entry.problems)


def show_memos(memos: Iterable[Memo]) -> None:
    """Print what stands beside a draft and never in it."""
    for memo in memos:
        line(f"To know, not to send: {memo}")
