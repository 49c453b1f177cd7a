"""What an account is to send next, read ahead of the wire in batches."""

from __future__ import annotations

from collections import deque
from collections.abc import Collection, Sequence
from datetime import datetime
from itertools import islice

from mailer.ledger import queue
from mailer.ledger.opening import Ledger
from mailer.model import Delivery

#: How many deliveries are read at a time.
BATCH = 100


class Upcoming:
    """An account's deliveries that are due at `now`, earliest first, with their words."""

    def __init__(
        self,
        ledger: Ledger,
        account: str,
        *,
        now: datetime,
        campaigns_only: Sequence[str] | None = None,
        excluded: Collection[str] = (),
    ) -> None:
        self._ledger = ledger
        self._account = account
        self._now = now
        self._campaigns_only = campaigns_only
        self._excluded = excluded
        self._read: deque[Delivery] = deque()
        self._after: tuple[datetime, int] | None = None
        self._is_all = False

    def take(self) -> Delivery | None:
        """The next one; None when there is no more."""
        return self._read.popleft() if self.has(1) else None

    def ids(self, count: int) -> list[int]:
        """The ids of the next so many, or of all that are left."""
        self.has(count)
        return [delivery.id for delivery in islice(self._read, count)]

    def has(self, count: int) -> bool:
        """Whether so many are left."""
        while len(self._read) < count and not self._is_all:
            self._read_on()
        return len(self._read) >= count

    def _read_on(self) -> None:
        with self._ledger.read() as tx:
            batch = queue.due(
                tx,
                self._account,
                now=self._now,
                limit=BATCH,
                campaigns_only=self._campaigns_only,
                excluded=self._excluded,
                after=self._after,
            )
        self._read += batch
        self._is_all = len(batch) < BATCH
        if batch:
            self._after = (batch[-1].due_at, batch[-1].id)
