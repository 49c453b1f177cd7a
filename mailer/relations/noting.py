"""What a person writes down about somebody: a call or a visit, which starts their clock again, or a memo."""

from __future__ import annotations

from datetime import date, datetime, time
from zoneinfo import ZoneInfo

from mailer.errors import UsageError
from mailer.ledger import heard
from mailer.ledger.opening import Ledger
from mailer.ledger.touches import HEARD, MEMO


def instant_of(on: date | None, *, now: datetime, timezone: str) -> datetime:
    """Noon of that day, in the firm's zone; now for today, and where no day is told. UsageError for a day to come."""
    zone = ZoneInfo(timezone)
    today = now.astimezone(zone).date()
    if on is None or on == today:
        return now.astimezone(zone)
    if on > today:
        raise UsageError(f"{on} is still to come.", cure="Log what has happened; plan with: mailer schedule")
    return datetime.combine(on, time(12), zone)


def log_contact(ledger: Ledger, person: int, way: str, words: str, *, at: datetime, who: str) -> None:
    """Note that we were in touch without a mail of ours; `way` is as "phone" or "visit", either may be ""."""
    said = ": ".join(filter(None, [way.strip(), words.strip()]))
    with ledger.begin() as tx:
        heard.note(tx, person, HEARD, said, at=at, who=who)


def keep_memo(ledger: Ledger, person: int, words: str, *, at: datetime, who: str) -> None:
    """Keep what we know about somebody; it is never mailed. UsageError for an empty one."""
    if not words.strip():
        raise UsageError("The memo is empty.", cure='Write it in quotes: "Prefers a call before any letter."')
    with ledger.begin() as tx:
        heard.note(tx, person, MEMO, words.strip(), at=at, who=who)
