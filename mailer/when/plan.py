"""The account plan: due mails laid over pace, quota and hours, in order: who goes when."""

from __future__ import annotations

from collections import deque
from collections.abc import Container, Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from heapq import heapify, heappop, heappush

from mailer.config.when import Hours
from mailer.when.hours import NEVER, next_open

#: Quotas count over this much time.
QUOTA_WINDOW = timedelta(hours=24)


@dataclass(frozen=True, slots=True)
class Wish:
    """A mail that wants to go."""

    #: What the asker knows it by, unique; the lower goes first of those ready together.
    id: int
    due_at: datetime
    hours: Hours | None = None
    zone: str = "UTC"
    closed: Container[date] = NEVER


def pace(per_minute: int) -> timedelta:
    """The time between two mails."""
    return timedelta(minutes=1) / per_minute


def laid(
    wishes: Iterable[Wish],
    *,
    now: datetime,
    per_minute: int,
    per_day: int,
    sent_at: Sequence[datetime] = (),
) -> Iterator[tuple[int, datetime]]:
    """(id, when it will go), earliest due first, for one account.

    `sent_at` are the account's mails of the last day: with them the quota is counted over any 24 hours. A mail that
    does not fit goes at the first open hour in which there is room.
    """
    gone = deque(sorted(sent_at), maxlen=per_day)
    ready = [(max(wish.due_at, now), wish.id, wish) for wish in wishes]
    heapify(ready)
    free_at = now
    while ready:
        at, _, wish = heappop(ready)
        at = max(at, free_at, gone[0] + QUOTA_WINDOW if len(gone) == per_day else at)
        opens_at = next_open(at, wish.hours, wish.zone, wish.closed)
        if opens_at > at:
            heappush(ready, (opens_at, wish.id, wish))
            continue
        gone.append(at)
        free_at = at + pace(per_minute)
        yield wish.id, at
