"""The XOAUTH2 answer that SMTP and IMAP servers want instead of a password, and what they say when they refuse it."""

from __future__ import annotations

import json
from collections.abc import Callable


class Bearer:
    """An access token and the way to a fresh one; a server's refusal renews it once, never in a loop."""

    def __init__(self, token: str, renew: Callable[[], str]) -> None:
        self._token = token
        self._renew = renew
        self._was_renewed = False
        #: What the server said in its challenge, "" before any.
        self.complaint = ""

    def answer(self, username: str) -> str:
        """The first thing to say: whose mailbox, and the token."""
        return f"user={username}\1auth=Bearer {self._token}\1\1"

    def answer_challenge(self, challenge: bytes) -> str:
        """Answer a refusal as it must be answered: with nothing, after which the server says its real word."""
        self.complaint = _said(challenge)
        return ""

    def renew(self) -> bool:
        """Fetch a fresh token; False where that was done already. Raises ServerError where it is not given."""
        if self._was_renewed:
            return False
        self._was_renewed = True
        self._token = self._renew()
        return True


def _said(challenge: bytes) -> str:
    """The status in the server's challenge, such as "401"."""
    try:
        said = json.loads(challenge)
    except ValueError:
        return ""
    return str(said.get("status", "")) if isinstance(said, dict) else ""
