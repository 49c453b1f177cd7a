"""Mails of ours put into the mailbox they belong to: approved ones into Drafts, for a person to send; copies into Sent.

What lies in Drafts may be sent by its owner at any time, so its delivery is `unconfirmed`: the program never sends it
too, and it is settled when it is found in Sent.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime

from mailer.compose import compose
from mailer.errors import UsageError
from mailer.ledger import drafts, heard, listing, queue, suppressions
from mailer.ledger.moves import move
from mailer.ledger.opening import Ledger
from mailer.mailbox.imap import Mailbox
from mailer.model import Delivery, Status

#: Under which name the ledger notes how far copies were put into Sent.
_COPIES = "copies in Sent"
IN_DRAFTS = "lies in the mailbox's drafts; its owner sends it"
_BATCH = 50


def put_into_drafts(mailbox: Mailbox, ledger: Ledger, account: str, campaign: str, *, who: str, now: datetime) -> int:
    """Put the approved mails of a campaign into the account's Drafts; those put there before are replaced.

    Returns how many lie there. Raises ServerError; what was put until then is noted.
    """
    folder = mailbox.special_folder("Drafts")
    if folder is None:
        raise UsageError("The mailbox has no folder for drafts.", cure="Make a folder called Drafts in it.")
    count = 0
    with ledger.read() as tx:
        entries = listing.entries(tx, campaign=campaign, statuses=[Status.QUEUED, Status.UNCONFIRMED])
    for entry in entries:
        if entry.account == account and (_take(ledger, entry, who, now) or _lies_there(mailbox, folder, entry)):
            _put(mailbox, ledger, folder, entry.id, now, is_draft=True)
            count += 1
    return count


def _take(ledger: Ledger, entry: listing.Entry, who: str, now: datetime) -> bool:
    """Keep the program from sending one that waits, before its owner can; False where it may not go any more."""
    if entry.status is not Status.QUEUED:
        return False
    with ledger.begin() as tx:
        recipients = [address for words in listing.words_of(tx, [entry.id]).values() for address in words.recipients]
        for address, reason in suppressions.among(tx, recipients).items():
            move(tx, [entry.id], Status.CANCELLED, at=now, who=who, note=f"suppressed: {address} ({reason})")
        values = {"last_reply": IN_DRAFTS, "sent_at": now}
        taken = move(tx, [entry.id], Status.SENDING, at=now, who=who, note=IN_DRAFTS)
        return bool(move(tx, taken, Status.UNCONFIRMED, at=now, who=who, note=IN_DRAFTS, values=values))


def _lies_there(mailbox: Mailbox, folder: str, entry: listing.Entry) -> bool:
    """Whether it was put there before, and its owner has neither sent nor thrown it away since."""
    return entry.last_reply == IN_DRAFTS and mailbox.has(folder, entry.message_id)


def file_copies(mailbox: Mailbox, ledger: Ledger, account: str, *, now: datetime) -> int:
    """Put a copy of each mail that was sent since the last time into Sent, if there is one; returns how many."""
    folder = mailbox.special_folder("Sent")
    if folder is None:
        return 0
    with ledger.read() as tx:
        _, after = heard.position(tx, account, _COPIES)
        began_at = datetime.fromtimestamp(after / 1_000_000, UTC) if after else now
        sent = heard.sent_after(tx, account, began_at, limit=_BATCH)
    missing = [entry for entry in sent if not mailbox.has(folder, entry.message_id)]
    for entry in missing:
        _put(mailbox, ledger, folder, entry.id, entry.sent_at or now, is_draft=False)
    last = max((entry.sent_at for entry in sent if entry.sent_at), default=began_at)
    with ledger.begin() as tx:
        heard.reached(tx, account, _COPIES, 0, round(last.timestamp() * 1_000_000), at=now)
    return len(missing)


def _put(mailbox: Mailbox, ledger: Ledger, folder: str, delivery_id: int, at: datetime, *, is_draft: bool) -> None:
    (delivery,) = _with_words(ledger, [delivery_id])
    with ledger.read() as tx:
        contents = drafts.attachment_contents(tx, {file.digest for file in delivery.draft.attachments})
    message = compose(delivery, attachments=contents, date=at)
    mailbox.put(folder, delivery.message_id, message.content, at, is_draft=is_draft)


def _with_words(ledger: Ledger, ids: Sequence[int]) -> list[Delivery]:
    with ledger.read() as tx:
        return queue.deliveries_of(tx, ids)
