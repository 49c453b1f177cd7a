"""A receipt → when to try again, or never. Pure: `now` is an argument."""

from __future__ import annotations

import re
from datetime import datetime, timedelta

from mailer.model import Outcome, Receipt
from mailer.refusals import REST, account_refusal

#: The first pause; each further one doubles (RFC 5321 4.5.4.1 and Postfix: 300 s to 4000 s).
FIRST = timedelta(minutes=5)
#: No pause grows longer.
LONGEST = timedelta(hours=4)
#: After this long a mail is given up (RFC 5321 4.5.4.1: 4 to 5 days).
GIVE_UP = timedelta(days=4)

#: How long an account rests whose server could not be reached, or kept cutting the line.
_UNREACHABLE = FIRST

_SECONDS = {"s": 1, "m": 60, "h": 3600}
#: "try again in 15 minutes", "retry after 600 seconds", "please wait 1 hour".
_ASKED = re.compile(r"(?:again|retry|wait|back)[^\d/]{0,20}?(\d{1,5})\s*(s|m|h)(?:ec|in|our|r)?[a-z]*\b", re.IGNORECASE)


def next_attempt(receipt: Receipt, *, attempts: int, first_at: datetime, now: datetime) -> datetime | None:
    """When this mail may be tried again after so many attempts, the first at `first_at`; None gives it up.

    A mail whose account was stopped is never given up for that: it waits as long as the account rests.
    """
    if receipt.outcome is Outcome.STOPPED:
        return now + rest(receipt)
    if receipt.outcome is not Outcome.DEFERRED or now - first_at >= GIVE_UP:
        return None
    return now + max(_pause(attempts), min(_asked(receipt.text), timedelta(days=1)))


def rest(receipt: Receipt) -> timedelta:
    """How long a stopped account rests by itself; zero when a person must change something first."""
    refusal = account_refusal(receipt.phase, receipt.code, receipt.enhanced)
    return REST[refusal.kind] if refusal else _UNREACHABLE


def _pause(attempts: int) -> timedelta:
    return min(FIRST * (1 << min(max(attempts - 1, 0), 10)), LONGEST)


def _asked(text: str) -> timedelta:
    match = _ASKED.search(text)
    return timedelta(seconds=int(match[1]) * _SECONDS[match[2].lower()]) if match else timedelta(0)
