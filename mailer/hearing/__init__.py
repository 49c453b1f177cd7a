"""Hearing: what came back into the mailboxes is read, understood, and acted upon in the ledger."""

from mailer.hearing.checking import Check, check
from mailer.hearing.effects import News
from mailer.hearing.filing import put_into_drafts

__all__ = ["Check", "News", "check", "put_into_drafts"]
