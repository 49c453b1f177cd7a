"""The JSON of drafts and deliveries, as scripts may rely on it."""

from __future__ import annotations

from typing import Any

from mailer.cli.output import problem_json
from mailer.ledger.listing import Entry
from mailer.model import Draft


def draft_json(entry: Entry, words: Draft | None) -> dict[str, Any]:
    """One draft, with its words."""
    return {
        "id": entry.id,
        "campaign": entry.campaign,
        "round": entry.round,
        "address": entry.address,
        "name": entry.name,
        "account": entry.account,
        "from": words.from_ if words else "",
        "subject": entry.subject,
        "text": words.text if words else "",
        "html": words.html if words else "",
        "attachments": [file.name for file in words.attachments if not file.content_id] if words else [],
        "status": entry.status,
        "digest": entry.digest,
        "problems": [problem_json(problem) for problem in entry.problems],
        "branches": words.branches if words else [],
    }


def delivery_json(entry: Entry) -> dict[str, Any]:
    """One delivery, without its words."""
    return {
        "id": entry.id,
        "campaign": entry.campaign,
        "round": entry.round,
        "address": entry.address,
        "name": entry.name,
        "account": entry.account,
        "subject": entry.subject,
        "status": entry.status,
        "message_id": entry.message_id,
        "due_at": entry.due_at,
        "sent_at": entry.sent_at,
        "attempts": entry.attempts,
        "last_reply": entry.last_reply,
    }
