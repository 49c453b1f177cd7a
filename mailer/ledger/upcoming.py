"""What an account is to send next, read in batches."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Sequence
from datetime import datetime

from mailer.ledger import queue
from mailer.ledger.opening import Ledger
from mailer.ledger.queue import DueRow
from mailer.ledger.schema import instant

#: How many rows are read at a time.
BATCH = 100


class Upcoming:
    """An account's deliveries that are due at `now`, earliest first, as rows with their packed words."""

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

    def __iter__(self) -> Iterator[list[DueRow]]:
        """All of them, batch by batch, each batch as the ledger stands when it is asked for."""
        after = None
        while batch := self._batch(BATCH, after):
            yield batch
            after = (instant(batch[-1].due_at), batch[-1].id)

    def has_any(self) -> bool:
        """Whether there is one."""
        return bool(self._batch(1, None))

    def _batch(self, limit: int, after: tuple[datetime, int] | None) -> list[DueRow]:
        with self._ledger.read() as tx:
            return queue.due(
                tx,
                self._account,
                now=self._now,
                limit=limit,
                campaigns_only=self._campaigns_only,
                excluded=self._excluded,
                after=after,
            )
