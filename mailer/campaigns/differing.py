"""What is different: from what was approved, and from what the template says beneath a person's edit."""

from __future__ import annotations

import difflib
from dataclasses import dataclass
from itertools import islice

from mailer.ledger import listing
from mailer.ledger.opening import Ledger
from mailer.model import Draft


@dataclass(frozen=True, slots=True)
class Difference:
    """One comparison of a draft with what it was."""

    title: str
    #: Changed lines, "-" for what was and "+" for what is.
    lines: tuple[str, ...]


def differences(ledger: Ledger, delivery_id: int) -> list[Difference]:
    """How a draft differs from the words that were approved, and from the template's own beneath an edit."""
    with ledger.read() as tx:
        words = listing.words_of(tx, [delivery_id])[delivery_id]
        approved, beneath = listing.earlier_words_of(tx, delivery_id)
    found = []
    if approved:
        found.append(Difference("Since it was approved:", compare(approved, words)))
    if beneath:
        found.append(Difference("What was changed by hand:", compare(beneath, words)))
    return [each for each in found if each.lines]


def compare(before: Draft, after: Draft) -> tuple[str, ...]:
    """The changed lines between two drafts."""
    heads_and_lines = difflib.unified_diff(_lines(before), _lines(after), lineterm="", n=0)
    return tuple(line for line in islice(heads_and_lines, 2, None) if not line.startswith("@@"))


def _lines(draft: Draft) -> list[str]:
    return [
        f"From: {draft.from_}",
        f"To: {', '.join((*draft.to, *draft.cc, *draft.bcc))}",
        f"Subject: {draft.subject}",
        *(f"Attached: {file.name} ({file.digest[:12]})" for file in draft.attachments),
        "",
        *draft.text.splitlines(),
    ]
