"""What an account is to send next, read in batches."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Sequence
from datetime import datetime

from mailer.ledger import queue
from mailer.ledger.opening import Ledger
from mailer.ledger.queue import DueRow

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
        self._query = queue.select_due(account, now=now, campaigns_only=campaigns_only, excluded=excluded)

    def __iter__(self) -> Iterator[list[DueRow]]:
        """All of them, batch by batch, each batch as the ledger stands when it is asked for."""
        last = None
        while batch := self._batch(BATCH, last):
            yield batch
            last = batch[-1]

    def has_any(self) -> bool:
        """Whether there is one."""
        return bool(self._batch(1, None))

    def _batch(self, limit: int, after: DueRow | None) -> list[DueRow]:
        with self._ledger.read() as tx:
            return queue.due(tx, self._query, limit=limit, after=after)
