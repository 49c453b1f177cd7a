"""A person's own words in one draft: kept apart from the template's, and never rendered as a template."""

from __future__ import annotations

import re
from dataclasses import replace
from datetime import datetime
from pathlib import Path

from mailer.campaigns.choosing import AsItStands
from mailer.campaigns.preparing import prepare
from mailer.commands import command
from mailer.config.models import Config
from mailer.errors import UsageError
from mailer.ledger import drafts, listing
from mailer.ledger.opening import Ledger, Transaction
from mailer.model import MOVES, Draft, Edit, Status

#: The signature, as every page of a mail wraps it.
_SIGNATURE = re.compile(r'<div class="signature"[^>]*>(.*?)</div>', re.DOTALL)
#: So many paragraphs of the text tell how to leave: who we are, and the link.
_WAY_OUT = 2
#: What can be made a draft again.
_BACK = frozenset(status for status, following in MOVES.items() if Status.DRAFT in following)


def edit(
    ledger: Ledger, config: Config, folder: Path, delivery_id: int, wanted: Edit | None, *, now: datetime
) -> Draft:
    """Put a person's words into a draft and render it; None takes all edits back. The draft as it now reads.

    Parts that `wanted` leaves as None keep what an earlier edit said. Raises UsageError for what is no draft.
    """
    with ledger.begin() as tx:
        entry = _draft_entry(tx, delivery_id)
        config.campaign(entry.campaign)  # before anything is written
        kept = drafts.kept(tx, entry.round_id, entry.step, [entry.person])[entry.person, entry.copy]
        drafts.set_edit(tx, delivery_id, _joined(kept.edit, wanted), base=kept.edit_base or kept.digest)
    choice = AsItStands(entry.round, entry.step)
    prepare(ledger, config, folder, entry.campaign, choice, now=now, only=entry.person)
    with ledger.read() as tx:
        return listing.words_of(tx, [delivery_id])[delivery_id]


def body_of(draft: Draft, config: Config, folder: Path) -> str:
    """The words of a draft above its signature, for a person to go on from; the signature is added again.

    Raises UsageError where nobody can tell any more what the signature was.
    """
    count = len(_paragraphs(_signature_of(draft, config, folder))) + (_WAY_OUT if draft.unsubscribe else 0)
    above = _paragraphs(draft.text)
    return "\n\n".join(above[: len(above) - count])


def _signature_of(draft: Draft, config: Config, folder: Path) -> str:
    """As the page of the draft has it, in whatever language; a mail without a page has that of its account."""
    if draft.html:
        from mailer.templates import plain

        return "\n\n".join(map(plain.to_text, _SIGNATURE.findall(draft.html)))
    account = config.accounts.get(draft.account)
    if account is None:
        raise UsageError(
            f"This mail is from account {draft.account}, which is no longer in config.yaml.",
            cure=f"Bring the drafts up to date first: {command('campaigns', 'prepare', draft.campaign)}",
        )
    return (folder / account.signature).read_text(encoding="utf-8") if account.signature else ""


def _paragraphs(text: str) -> list[str]:
    return [each.strip() for each in text.split("\n\n") if each.strip()]


def _joined(before: Edit | None, wanted: Edit | None) -> Edit | None:
    if before is None or wanted is None:
        return wanted
    return replace(
        before,
        **{
            part: value for part in ("personal_line", "subject", "body") if (value := getattr(wanted, part)) is not None
        },
    )


def _draft_entry(tx: Transaction, delivery_id: int) -> listing.Entry:
    entry = next(iter(listing.entries(tx, ids=[delivery_id])), None)
    if entry is None:
        raise UsageError(f"There is no draft {delivery_id}.", cure="See them with: mailer drafts list")
    if entry.status is not Status.DRAFT:
        again = f"Make it a draft again first: {command('drafts', 'discard', '--undo', delivery_id)}"
        raise UsageError(
            f"Number {delivery_id} is {entry.status}, so its words can no longer be changed.",
            cure=again if entry.status in _BACK else "",
        )
    return entry
